"""Decide, fila por fila, qué registros son de la fuente según sus filtros; lo que queda por fuera se cuenta y se dice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from rendicion.conversion import leer_fecha
from rendicion.fuentes.encabezado import Falla, plano
from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from rendicion.filtros import Filtro
    from rendicion.fuente import Fuente

_CAMPO = "filtro_{}"


def columnas_de_filtro(fuente: Fuente) -> dict[str, str]:
    """Devuelve las columnas que se leen solo para filtrar, con un nombre que no es de ningún campo."""
    return {_CAMPO.format(n): f.columna for n, f in enumerate(fuente.filtros, 1)}


def columnas_leidas(fuente: Fuente) -> dict[str, str]:
    """Devuelve todas las columnas que la lectura necesita: las declaradas y las de los filtros."""
    return {**fuente.columnas, **columnas_de_filtro(fuente)}


def filtro_que_no_cumple(leidos: Mapping[str, str | None], fuente: Fuente) -> int | dict[str, Falla]:
    """Dice el número del primer filtro que el registro no cumple, o en qué columna no se puede saber; vacío si los cumple todos."""
    for numero, filtro in enumerate(fuente.filtros, 1):
        campo = _CAMPO.format(numero)
        cumple = _cumple(filtro, leidos.get(campo), fuente)
        if isinstance(cumple, Falla):
            return {campo: cumple}
        if not cumple:
            return numero
    return {}


def hallazgos_de_filtros(fuera: Mapping[int, int], leidos: int, fuente: Fuente, lugar: str) -> Iterable[Hallazgo]:
    """Dice, por filtro, cuántos registros dejó por fuera y por qué."""
    for numero, filtro in enumerate(fuente.filtros, 1):
        if cuantos := fuera.get(numero):
            yield Hallazgo(
                fuente.id,
                lugar,
                _CAMPO.format(numero),
                "filtrados",
                "informativa",
                f"{cuantos} de {leidos} registros no son de esta fuente: la declaración pide {filtro}. No son registros recibidos.",
                valor=str(cuantos),
            )


def _cumple(filtro: Filtro, texto: str | None, fuente: Fuente) -> bool | Falla:
    comparado = plano(texto or "")
    if filtro.en and comparado not in {plano(t) for t in filtro.en}:
        return False
    if filtro.no_en and comparado in {plano(t) for t in filtro.no_en}:
        return False
    if filtro.patron is not None and not re.search(filtro.patron, texto or ""):
        return False
    return _en_fechas(filtro, texto, fuente) if filtro.por_fecha else True


def _en_fechas(filtro: Filtro, texto: str | None, fuente: Fuente) -> bool | Falla:
    dia = leer_fecha(texto, fuente) if texto else None
    if not isinstance(dia, date):
        return Falla(
            "filtro_sin_dato",
            f"No se sabe si el registro es de la fuente: la columna «{filtro.nombre}» {'no trae una fecha que se entienda' if texto else 'está vacía'}.",
            f"Escriba la fecha en «{filtro.nombre}», en el formato que declara la fuente.",
        )
    return (filtro.desde is None or dia >= filtro.desde) and (filtro.hasta is None or dia <= filtro.hasta)
