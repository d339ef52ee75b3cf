"""El azar con semilla: cada sorteo depende solo de la semilla y de lo que se sortea."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256


def sortear(semilla: int, *clave: object, entre: int) -> int:
    """Devuelve un entero de 0 a `entre` - 1, igual en cualquier máquina y versión de Python.

    No hay un generador que avance: cada sorteo sale de su propia clave, y no depende de
    cuántos se hicieron antes.
    """
    huella = sha256("\x1f".join(map(str, (semilla, *clave))).encode()).digest()
    return int.from_bytes(huella[:8], "big") % entre


def escoger(opciones: Sequence[str], semilla: int, *clave: object) -> str:
    """Escoge una de las opciones."""
    return opciones[sortear(semilla, *clave, entre=len(opciones))]


def momento_en(anio: int, mes: int, ultimo_dia: int | None, semilla: int, *clave: object) -> datetime:
    """Sortea un momento del mes en horas de oficina (7 a. m. a 6 p. m., hora local)."""
    dias = ultimo_dia or monthrange(anio, mes)[1]
    dia = 1 + sortear(semilla, *clave, "dia", entre=dias)
    segundos = sortear(semilla, *clave, "hora", entre=11 * 3600)
    return datetime(anio, mes, dia, 7 + segundos // 3600, segundos // 60 % 60, segundos % 60)  # noqa: DTZ001 -- hora local de la entidad
