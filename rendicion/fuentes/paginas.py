"""Recorre las páginas de un servicio hasta el final, y nota los círculos y los cambios a mitad de camino."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rendicion.errores import ErrorFuente
from rendicion.fuentes.remoto import Registro

VUELTAS = 3


@dataclass(frozen=True)
class Pagina:
    """Es una página de registros, con lo que el servidor dice que hay en total y cuál sigue."""

    registros: list[Registro]
    total: int | None
    siguiente: Any


def leer_todo(
    pedir: Callable[[Any], Pagina], primera: Any, clave: Callable[[Registro], str], donde: str, paginas_maximas: int
) -> list[Registro]:
    """Lee todas las páginas; si el contenido cambió mientras tanto, empieza de nuevo, tres veces a lo más.

    Lanza ErrorFuente si hay un círculo, demasiadas páginas, o el total nunca cuadra con lo recibido.
    """
    razon = ""
    for _ in range(VUELTAS):
        paginas = list(_recorrer(pedir, primera, donde, paginas_maximas))
        razon = _por_que_no_cuadra(paginas, clave)
        if not razon:
            return [r for p in paginas for r in p.registros]
    raise ErrorFuente(
        f"Lo recibido no cuadra después de {VUELTAS} lecturas: {razon}.",
        donde=donde,
        hacer="Intente a otra hora; si sigue igual, avise a quien administra el sistema. No se aceptó nada.",
    )


def _recorrer(pedir: Callable[[Any], Pagina], primera: Any, donde: str, paginas_maximas: int) -> Iterator[Pagina]:
    vistas, anterior, actual = {primera}, None, primera
    for _ in range(paginas_maximas):
        pagina = pedir(actual)
        if anterior is not None and pagina.registros and pagina.registros == anterior:
            raise _circulo(donde, "dos páginas seguidas traen exactamente lo mismo")
        yield pagina
        if pagina.siguiente is None:
            return
        if pagina.siguiente in vistas:
            raise _circulo(donde, "una página lleva a otra ya leída")
        vistas.add(pagina.siguiente)
        anterior, actual = pagina.registros, pagina.siguiente
    raise ErrorFuente(
        f"La fuente tiene más de {paginas_maximas} páginas.",
        donde=donde,
        hacer="Suba paginas_maximas o pida menos registros.",
    )


def _circulo(donde: str, que: str) -> ErrorFuente:
    return ErrorFuente(
        f"La paginación da vueltas en círculo: {que}.",
        donde=donde,
        hacer="Revise las opciones de paginación de la fuente.",
    )


def _por_que_no_cuadra(paginas: list[Pagina], clave: Callable[[Registro], str]) -> str:
    """Dice por qué las páginas no son una sola foto: cambió el total, no suma, o un registro salió en dos páginas."""
    totales = {p.total for p in paginas if p.total is not None}
    recibidos = sum(len(p.registros) for p in paginas)
    if len(totales) > 1:
        return "el total cambió mientras se leía"
    if totales and totales != {recibidos}:
        return f"el servidor anuncia {totales.pop()} registros y entregó {recibidos}"
    vistos: set[str] = set()
    for pagina in paginas:
        claves = {clave(r) for r in pagina.registros}
        if claves & vistos:
            return "un mismo registro salió en dos páginas"
        vistos |= claves
    return ""
