"""La página de una tabla: qué es, qué dice cada columna, sus primeras filas, sus descargas y cómo se cita."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from esquemas import PUBLICAS
from esquemas.modelo import Campo, Tabla, Tipo
from rendicion.informe.cuadros import Celda, Cuadro
from rendicion.informe.formato import contar, enlace_seguro, limpio, tamano
from rendicion.informe.portal import citas
from rendicion.informe.portal.comun import Juego
from rendicion.informe.portal.vocabularios import en_pagina, tabla_schema

PRIMERAS = 50
_TIPOS = {Tipo.TEXTO: "texto", Tipo.ENTERO: "número entero", Tipo.DECIMAL: "número con decimales", Tipo.FECHA: "fecha (AAAA-MM-DD)", Tipo.LOGICO: "sí o no (true o false)"}


def pagina_tabla(j: Juego, medida: Mapping[str, Any]) -> bytes:
    """Devuelve la página de una tabla de la entrega; completa sin programa, y con él filtra el CSV publicado."""
    tabla = PUBLICAS[medida["nombre"]]
    muestra = j.e.muestras[tabla.nombre]
    base = f"../../{j.e.nombre}/datos/{tabla.nombre}"
    return j.pintar(
        "portal_tabla.html.j2",
        tabla.titulo,
        con_programa=True,
        titulo=f"{tabla.titulo}: {contar(muestra.filas, 'fila', 'filas')}",
        tabla=tabla,
        filas=muestra.filas,
        vistas=len(muestra.primeras),
        vista=_vista(muestra.primeras),
        diccionario=_diccionario(tabla),
        descargas=tuple((f"{base}.{f}", f"{tabla.nombre}.{f}", n, tamano(medida[f])) for f, n in (("csv", "CSV"), ("parquet", "Parquet")) if medida[f]),
        csv=f"{base}.csv",
        pesa=tamano(medida["csv"]),
        cita=citas.en_palabras(j.resumen, tabla.nombre),
        bibtex=citas.bibtex(j.resumen),
        buscadores=en_pagina(tabla_schema(j.resumen, tabla, medida)),
    )


def _diccionario(tabla: Tabla) -> Cuadro:
    return Cuadro(
        id="tabla-diccionario", titulo=f"Las columnas de {tabla.nombre}", columnas=("Columna", "Nombre", "Qué es", "Tipo", "Unidad"),
        filas=tuple((Celda(c.nombre, literal=True), Celda(c.titulo, literal=True), Celda(_que_es(c, tabla), literal=True), Celda(_TIPOS[c.tipo]), Celda(c.unidad or "–")) for c in tabla.campos),
    )  # fmt: skip


def _que_es(c: Campo, tabla: Tabla) -> str:
    valores = f" Valores: {', '.join(c.opciones)}." if c.opciones else ""
    clave = " Es parte de la clave." if c.nombre in tabla.clave else ""
    vacia = "" if c.nombre in tabla.obligatorios else " Puede venir vacía."
    return f"{c.descripcion}{valores}{clave}{vacia}"


def _vista(filas: tuple[tuple[str, ...], ...]) -> Markup:
    """Escribe las primeras filas; con miles de celdas, a mano es diez veces más rápido que en la plantilla."""
    return Markup("\n".join(f"<tr>{''.join(_celda(v, primera=i == 0) for i, v in enumerate(f))}</tr>" for f in filas))  # noqa: S704 -- cada celda va escapada


def _celda(valor: str, *, primera: bool) -> str:
    if not valor:
        return '<th scope="row" class="vacio">sin dato</th>' if primera else '<td class="vacio">sin dato</td>'
    visto = escape(limpio(valor, 240))
    segura = enlace_seguro(valor) if valor.startswith("http") else None
    dentro = f'<a class="amplio literal" href="{escape(segura)}" rel="noopener nofollow">{visto}</a>' if segura else f"<bdi>{visto}</bdi>"
    return f'<th scope="row">{dentro}</th>' if primera else f'<td class="cruda">{dentro}</td>'
