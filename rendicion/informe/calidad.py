"""Qué cambió, qué se recibió, qué se rechazó y qué no cuadra."""

from __future__ import annotations

from collections import Counter

from rendicion.informe.cuadros import Celda, Cuadro, ajeno, insignia, num, recortadas
from rendicion.informe.ficha import Ficha
from rendicion.informe.filas import Fila, Tablas, entero, fecha, letra, texto
from rendicion.informe.formato import SIN_DATO, fecha_corta, limpio, numero
from rendicion.informe.palabras import GRAVEDADES

CAMBIOS = 40
RECHAZOS = 30
HALLAZGOS = 60
_ORDEN_GRAVEDAD = tuple(GRAVEDADES)


def tabla_cambios(tablas: Tablas) -> Cuadro | None:
    """Devuelve los cambios frente a la última entrega del mismo corte; nada si no los hay."""
    filas = tablas["correcciones"]
    if not filas:
        return None
    return Cuadro(
        id="tabla-cambios",
        titulo="Datos que cambiaron, con su motivo",
        columnas=("Dato", "Campo", "Antes", "Ahora", "Motivo", "Quién responde", "Declarado"),
        filas=tuple(_cambio(f) for f in filas[:CAMBIOS]),
        nota=recortadas(len(filas), CAMBIOS, "correcciones.csv"),
    )


def _cambio(f: Fila) -> tuple[Celda, ...]:
    return (
        Celda(limpio(f"{f['tabla']} {f['clave']}", 120), literal=True),
        ajeno(texto(f, "campo"), 60),
        ajeno(texto(f, "antes"), 120) if f["antes"] is not None else Celda("no estaba", clase="vacio"),
        ajeno(texto(f, "despues"), 120) if f["despues"] is not None else Celda("se quitó", clase="vacio"),
        ajeno(letra(f, "motivo"), 200),
        ajeno(texto(f, "autor"), 120),
        Celda(fecha_corta(fecha(f, "fecha"))),
    )


def tabla_fuentes(tablas: Tablas, ficha: Ficha) -> Cuadro:
    """Devuelve las cuentas de cada fuente: recibidos = aceptados + rechazados."""
    cuentas = {letra(f, "fuente"): f for f in tablas["conciliacion"]}
    declaradas = {f.id: f for f in ficha.fuentes}
    nombres = [*declaradas, *(n for n in cuentas if n not in declaradas)]
    return Cuadro(
        id="tabla-fuentes",
        titulo="Lo que entregó cada fuente",
        columnas=("Fuente", "Responde", "Recibidos", "Aceptados", "Rechazados", "Cuentan", "No cuentan", "Tipo de dato"),
        filas=tuple(_fuente(n, ficha, cuentas.get(n)) for n in nombres),
        numericas=frozenset({2, 3, 4, 5, 6}),
    )


def _fuente(nombre: str, ficha: Ficha, cuenta: Fila | None) -> tuple[Celda, ...]:
    declarada = next((f for f in ficha.fuentes if f.id == nombre), None)
    vacia = cuenta is None or (declarada is not None and declarada.sin_dato)
    cifras = tuple(
        num(SIN_DATO if vacia or cuenta is None else numero(entero(cuenta, c)))
        for c in ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
    )
    tipo = "sin declarar" if declarada is None else "DATOS SINTÉTICOS" if declarada.sintetica else "real"
    titulo = nombre if declarada is None else declarada.titulo
    return (ajeno(titulo, 120), ajeno(declarada.dependencia if declarada else None, 120), *cifras, Celda(tipo))


def tabla_rechazos(tablas: Tablas) -> Cuadro | None:
    """Devuelve los rechazos contados por regla y fuente, con un ejemplo de cómo corregirlos."""
    filas = tablas["rechazos"]
    if not filas:
        return None
    cuentas = Counter((letra(f, "regla"), letra(f, "fuente")) for f in filas)
    ejemplo = {(letra(f, "regla"), letra(f, "fuente")): f for f in reversed(filas)}
    orden = sorted(cuentas, key=lambda c: (-cuentas[c], c))
    return Cuadro(
        id="tabla-rechazos",
        titulo="Registros rechazados, por regla",
        columnas=("Qué pasó", "Fuente", "Registros", "Cómo se corrige", "Quién corrige"),
        filas=tuple(
            (
                ajeno(letra(ejemplo[c], "explicacion"), 200), ajeno(c[1], 60), num(numero(cuentas[c])),
                ajeno(letra(ejemplo[c], "como_corregir"), 200), ajeno(texto(ejemplo[c], "responsable"), 120),
            )
            for c in orden[:RECHAZOS]
        ),
        numericas=frozenset({2}),
        nota=recortadas(len(orden), RECHAZOS, "rechazos.csv"),
    )


def tabla_hallazgos(tablas: Tablas) -> Cuadro | None:
    """Devuelve los hallazgos, primero los graves; nada si no los hay."""
    filas = sorted(tablas["hallazgos"], key=lambda f: _ORDEN_GRAVEDAD.index(letra(f, "gravedad")))
    if not filas:
        return None
    return Cuadro(
        id="tabla-hallazgos",
        titulo="Lo que no cuadra, tal como está escrito",
        columnas=("Dónde", "Gravedad", "Qué pasa", "Texto literal", "Cómo se entendió"),
        filas=tuple(
            (
                Celda(limpio(f"{f['origen']} {f['registro']}", 80), literal=True), insignia(GRAVEDADES[letra(f, "gravedad")]),
                ajeno(letra(f, "explicacion"), 300), ajeno(texto(f, "literal"), 160), ajeno(texto(f, "valor"), 120),
            )
            for f in filas[:HALLAZGOS]
        ),
        nota=recortadas(len(filas), HALLAZGOS, "hallazgos.csv"),
    )
