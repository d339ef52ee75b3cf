"""Qué se le pide a quien valida, esté en este proceso o en otro."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pyarrow as pa

    from validaciones.reglas import Regla, Resultado

    Lote = tuple[pa.Table, Sequence[Regla]]


class Validador(ABC):
    """Corre reglas sobre tablas y da un resultado por regla, en su orden."""

    @abstractmethod
    def validar_lotes(self, lotes: Sequence[Lote]) -> list[list[Resultado]]:
        """Corre las reglas de cada lote sobre su tabla."""

    def validar(self, tabla: pa.Table, reglas: Sequence[Regla]) -> list[Resultado]:
        """Corre las reglas sobre una sola tabla."""
        return self.validar_lotes([(tabla, reglas)])[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cerrar()

    @abstractmethod
    def arrancar(self) -> None:
        """Se prepara; si nadie lo pide antes, lo hace al validar. Llamarlo otra vez no hace nada."""

    @abstractmethod
    def cerrar(self) -> None:
        """Suelta lo que tenga abierto."""
