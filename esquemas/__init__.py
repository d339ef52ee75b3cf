"""Qué es cada tabla: la única fuente de la que salen todos los demás esquemas."""

from __future__ import annotations

from esquemas.modelo import Campo, Referencia, Tabla, Tipo
from esquemas.tablas import PUBLICAS, TABLAS

__all__ = ["PUBLICAS", "TABLAS", "Campo", "Referencia", "Tabla", "Tipo"]
