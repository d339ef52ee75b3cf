"""Lee las celdas de una tabla con el tipo que dice su esquema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

Fila = Mapping[str, object]
Tablas = Mapping[str, list[dict[str, object]]]


def texto(fila: Fila, campo: str) -> str | None:
    """Devuelve el texto de la celda; vacío si no hay."""
    valor = fila[campo]
    return None if valor is None else str(valor)


def letra(fila: Fila, campo: str) -> str:
    """Devuelve el texto de una celda obligatoria."""
    return str(fila[campo])


def decimal(fila: Fila, campo: str) -> Decimal | None:
    """Devuelve el número exacto de la celda; vacío si no hay."""
    valor = fila[campo]
    return None if valor is None else Decimal(str(valor))


def entero(fila: Fila, campo: str) -> int:
    """Devuelve el entero de una celda obligatoria."""
    return int(str(fila[campo]))


def fecha(fila: Fila, campo: str) -> date | None:
    """Devuelve la fecha de la celda; vacío si no hay."""
    valor = fila[campo]
    return valor if isinstance(valor, date) else None


def dia(fila: Fila, campo: str) -> date:
    """Devuelve la fecha de una celda obligatoria; `TypeError` si no es una fecha."""
    valor = fila[campo]
    if not isinstance(valor, date):
        msg = f"La columna {campo} trae {valor!r}, que no es una fecha"
        raise TypeError(msg)
    return valor


def lista(fila: Fila, campo: str) -> tuple[str, ...]:
    """Separa por `;` los valores de una celda; vacía si no hay."""
    return tuple(p for p in (texto(fila, campo) or "").split(";") if p)


def del_corte(filas: Iterable[Fila], corte: date) -> list[Fila]:
    """Devuelve las filas que llevan ese corte, en su orden."""
    return [f for f in filas if f["corte"] == corte]
