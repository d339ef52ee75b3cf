"""Lo que comparten las páginas de una entrega: a dónde llevan sus enlaces y cómo cuentan sus cambios."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rendicion.correcciones import DEL_CICLO
from rendicion.informe import cambios
from rendicion.informe.actividades import Actividad
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, insignia, num
from rendicion.informe.filas import Fila, decimal, dia, entero, fecha, letra, texto
from rendicion.informe.formato import cifra, fecha_corta, fecha_larga, limpio, numero, porcentaje_exacto
from rendicion.informe.motor import pintar_portal
from rendicion.informe.palabras import ESTADOS, ZONAS
from rendicion.informe.portal.leida import EntregaPublicada
from rendicion.retiros import ARCHIVO

TITULOS_TABLA = {
    "plan": "el plan", "avances": "la evidencia", "indicadores_actividad": "cifras de actividades", "indicadores_subcomponente": "cifras de subcomponentes",
    "indicadores_dependencia": "cifras de dependencias", "indicadores_total": "el total", "compromisos": "los compromisos", "dialogo": "preguntas y respuestas",
    "cronograma": "el cronograma", "encuestas": "las encuestas", "autodiagnostico": "el autodiagnóstico", ARCHIVO: "archivos retirados",
}  # fmt: skip
CAMBIOS = 300


@dataclass(frozen=True)
class Juego:
    """Reúne lo que se calcula una vez para todas las páginas de una entrega."""

    e: EntregaPublicada
    resumen: Mapping[str, Any]
    anteriores: Sequence[Mapping[str, Any]]
    acts: tuple[Actividad, ...]

    @property
    def historia(self) -> list[Mapping[str, Any]]:
        """Devuelve los resúmenes en el orden de la cadena, con el de esta entrega al final."""
        return [*self.anteriores, self.resumen]

    @property
    def archivos(self) -> dict[str, str]:
        """Devuelve la página de cada dependencia, por su nombre limpio."""
        return {limpio(d["nombre"], 120): d["archivo"] for d in self.resumen["dependencias"]}

    def pintar(self, plantilla: str, nombre: str, *, con_programa: bool = False, **datos: object) -> bytes:
        """Escribe una página de la entrega con su camino de migas, sus enlaces y su pie."""
        r = self.resumen
        return pintar_portal(
            plantilla,
            sintetica=self.e.sintetica,
            ficha=None,
            r=r,
            corte=self.e.corte,
            migas=(("Portal", "../../../index.html"), (f"{r['entidad_nombre']} {r['vigencia']}", "../../index.html"), (nombre, None)),
            novedades="../../novedades.atom",
            a_entrega=f"../../{r['entrega']}/",
            con_programa=con_programa,
            **({"buscadores": None, "titulo_literal": False, "baja": True, "buscar": "buscar.html"} | datos),
        ).encode()


def tabla_cortes(filas: Iterable[Fila], titulo: str) -> Cuadro:
    """Devuelve una fila por corte con las medias de un grupo."""
    return Cuadro(
        id="tabla-cortes", titulo=titulo, columnas=("Corte", "Avance", "Avance de lo reportado", "Cumplimiento", "Zona", "Con reporte"),
        filas=tuple(
            (
                Celda(fecha_larga(dia(f, "corte"))), *(num(porcentaje_exacto(decimal(f, c))) for c in ("avance_pct", "avance_reportado_pct", "cumplimiento_pct")),
                insignia(ZONAS[letra(f, "zona")]), num(f"{entero(f, 'actividades_con_reporte')} de {entero(f, 'actividades_con_meta')}"),
            )
            for f in filas
        ),
        numericas=frozenset({1, 2, 3, 5}),
    )  # fmt: skip


def celda_entrega(r: Mapping[str, Any], base: str) -> Celda:
    """Hace la celda que nombra una entrega y lleva a su informe."""
    return Celda(f"{r['numero']}: {fecha_corta(date.fromisoformat(r['corte']))}", href=f"{base}{r['entrega']}/index.html")


def estado_de(clave: str) -> Celda:
    """Hace la celda de un estado de actividad."""
    return insignia(ESTADOS[clave])


def cantidad(valor: Any, registros: int = 1) -> Celda:
    """Hace la celda de una cantidad de un resumen; sin registros no es un cero: es silencio."""
    return num("sin reporte") if not registros else num(numero(cifra(valor)))


def es_de_la_actividad(f: Fila, ident: str, avances: frozenset[str]) -> bool:
    """Dice si un cambio toca a una actividad: su fila del plan, su cifra, una fecha suya, o un registro suyo que entró, salió o cambió."""
    if f["tabla"] in {"plan", "indicadores_actividad"}:
        return letra(f, "clave").rsplit("|", 1)[-1] == ident
    if f["tabla"] == "cronograma":
        return letra(f, "clave").split("|", 1)[0] == ident
    if f["tabla"] != "avances":
        return False
    return letra(f, "clave") in avances or any(ident == _de_la_fila(texto(f, c)) for c in ("antes", "despues"))


def _de_la_fila(escrita: str | None) -> str | None:
    if not escrita or not escrita.startswith("{"):
        return None
    try:
        leida = json.loads(escrita)
    except ValueError:
        return None
    return str(leida.get("actividad_id")) if isinstance(leida, dict) else None


def cuadro_de_cambios(filas: Sequence[Fila], titulo: str) -> Cuadro | None:
    """Devuelve los datos que cambiaron, con su motivo; nada si no hay."""
    if not filas:
        return None
    nota = None if len(filas) <= CAMBIOS else f"Aquí se ven {CAMBIOS} de {numero(len(filas))}. Todos están en la tabla de correcciones."
    return Cuadro(
        id="tabla-cambios", titulo=titulo, columnas=("Dato", "Columna", "Antes", "Ahora", "Motivo", "Quién responde", "Declarado"),
        filas=tuple((*_que_cambio(f), ajeno(texto(f, "motivo"), 200), ajeno(texto(f, "autor"), 120), Celda(fecha_corta(fecha(f, "fecha")))) for f in cambios.de_a_pocos(filas, CAMBIOS)),
        nota=nota,
    )  # fmt: skip


def _que_cambio(f: Fila) -> tuple[Celda, ...]:
    campo = ajeno(texto(f, "campo"), 60)
    if letra(f, "tabla") in DEL_CICLO:
        return (Celda(cambios.dato(f), literal=True), campo, cambios.antes(f, 160), cambios.ahora(f, 160))
    return (
        Celda(limpio(f"{f['tabla']} {f['clave']}", 120), literal=True), campo,
        ajeno(texto(f, "antes"), 160) if f["antes"] is not None else Celda("no estaba", clase="vacio"),
        ajeno(texto(f, "despues"), 160) if f["despues"] is not None else Celda("se quitó", clase="vacio"),
    )  # fmt: skip
