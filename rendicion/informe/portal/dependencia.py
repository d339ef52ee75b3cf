"""La página de una dependencia: de qué responde, cómo va, qué prometió y qué datos entrega."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rendicion.informe.actividades import Actividad
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, enlace, insignia, num
from rendicion.informe.filas import decimal, dia, fecha, letra, lista, texto
from rendicion.informe.formato import cifra, contar, fecha_corta, limpio, numero, porcentaje_exacto
from rendicion.informe.palabras import COMPROMISOS, ZONAS
from rendicion.informe.portal.comun import Juego, celda_entrega, tabla_cortes
from rendicion.informe.portal.rutas import de_actividad


def pagina_dependencia(j: Juego, d: Mapping[str, Any]) -> bytes:
    """Devuelve la página de una dependencia; una actividad compartida cuenta completa para cada una."""
    acts = tuple(a for a in j.acts if a.id in d["actividades"])
    propias = [f for f in j.e.tablas["indicadores_dependencia"] if f["dependencia"] == d["nombre"] and dia(f, "corte") <= j.e.corte]
    rechazos = sum(f["responsable"] == d["nombre"] for f in j.e.tablas["rechazos"])
    return j.pintar(
        "portal_dependencia.html.j2",
        d["nombre"],
        titulo=limpio(d["nombre"], 160),
        titulo_literal=True,
        d=d,
        avance=cifra(d["avance"]),
        cumplimiento=cifra(d["cumplimiento"]),
        reportado=cifra(d["reportado"]),
        zona=ZONAS[d["zona"]],
        frase=_frase(acts),
        acts=tuple((a, de_actividad(a.id)) for a in acts),
        cortes=tabla_cortes(propias, "La dependencia en cada corte"),
        entregas=_entregas(j, d["nombre"]),
        compromisos=_compromisos(j, d["nombre"]),
        fuentes=_fuentes(j, d["nombre"]),
        rechazos=rechazos,
        a_los_rechazos="tabla-rechazos.html",
    )


def _frase(acts: tuple[Actividad, ...]) -> str:
    cumplidas = sum(a.clave_estado == "cumplida" for a in acts)
    tarde = sum(a.tarde for a in acts)
    return (
        f"Responde por {contar(len(acts), 'actividad', 'actividades')} del plan. {contar(cumplidas, 'se cumplió', 'se cumplieron')} "
        f"y {contar(tarde, 'va tarde o venció sin cumplirse', 'van tarde o vencieron sin cumplirse')}."
    )


def _entregas(j: Juego, nombre: str) -> Cuadro:
    filas = [(r, x) for r in j.historia for x in r["dependencias"] if x["nombre"] == nombre]
    return Cuadro(
        id="tabla-entregas", titulo="La dependencia en cada entrega publicada", columnas=("Entrega y corte", "Avance", "Cumplimiento", "Zona", "Atrasadas o vencidas"),
        filas=tuple(
            (celda_entrega(r, "../../"), num(porcentaje_exacto(cifra(x["avance"]))), num(porcentaje_exacto(cifra(x["cumplimiento"]))), insignia(ZONAS[x["zona"]]), Celda(", ".join(x["tarde"]) or "ninguna"))
            for r, x in filas
        ),
        numericas=frozenset({1, 2}),
    )  # fmt: skip


def _compromisos(j: Juego, nombre: str) -> Cuadro | None:
    filas = [f for f in j.e.tablas["compromisos"] if nombre in lista(f, "responsables")]
    if not filas:
        return None
    return Cuadro(
        id="tabla-compromisos", titulo="Compromisos ante la ciudadanía", columnas=("Compromiso", "Dónde", "Plazo", "Estado", "Evidencia"),
        filas=tuple(
            (ajeno(letra(f, "compromiso")), ajeno(texto(f, "espacio"), 80), Celda(fecha_corta(fecha(f, "plazo"))), insignia(COMPROMISOS[letra(f, "estado")]), enlace(texto(f, "evidencia_url"), "ver prueba"))
            for f in filas
        ),
    )  # fmt: skip


def _fuentes(j: Juego, nombre: str) -> Cuadro | None:
    suyas = {c["fuente"]: c for c in j.e.manifiesto["capturas"] if c["dependencia"] == nombre}
    filas = [f for f in j.e.tablas["conciliacion"] if f["fuente"] in suyas]
    if not filas:
        return None
    cifras = ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
    return Cuadro(
        id="tabla-fuentes", titulo="Los datos que entregó", columnas=("Fuente", "Recibidos", "Aceptados", "Rechazados", "Cuentan", "No cuentan"),
        filas=tuple((Celda(limpio(letra(f, "fuente"), 80), literal=True), *(num(numero(decimal(f, c))) for c in cifras)) for f in filas),
        numericas=frozenset({1, 2, 3, 4, 5}),
    )  # fmt: skip
