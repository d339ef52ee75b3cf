"""Lo que no cuadra (hallazgo) y lo que no se acepta (rechazo)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Hallazgo:
    """Cuenta algo dudoso de un origen, con su texto literal; no corrige nada."""

    origen: str
    registro: str
    campo: str
    regla: str
    gravedad: str
    explicacion: str
    literal: str | None = None
    valor: str | None = None


@dataclass(frozen=True, order=True)
class Rechazo:
    """Cuenta por qué un registro no se acepta y cómo corregirlo.

    `fila` es la posición (desde 0) del registro en su lectura: un registro con dos
    faltas sigue siendo un solo registro rechazado.
    """

    fila: int
    registro: str
    campo: str
    regla: str
    explicacion: str
    como_corregir: str
    valor: str | None = None
