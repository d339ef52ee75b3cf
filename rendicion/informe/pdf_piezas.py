"""Las piezas de un documento para imprimir: párrafos y cuadros con su título."""

from __future__ import annotations

from dataclasses import dataclass

from rendicion.informe.formato import SIN_DATO, limpio

LARGO = 600


@dataclass(frozen=True)
class Celda:
    """Es una celda: su texto, adónde lleva y cómo se ve."""

    texto: str
    href: str | None = None
    clase: str = ""


@dataclass(frozen=True)
class Texto:
    """Es un párrafo."""

    texto: str


@dataclass(frozen=True)
class Cuadro:
    """Es una tabla con su título; la columna `rotulo` nombra cada fila."""

    titulo: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[Celda, ...], ...]
    rotulo: int = 0


@dataclass(frozen=True)
class Pieza:
    """Es una sección del documento: su título y lo que trae."""

    titulo: str
    partes: tuple[Texto | Cuadro, ...]
    pagina_nueva: bool = False


def celda(texto: object, *, href: str | None = None, clase: str = "") -> Celda:
    """Arma una celda con un texto ajeno ya limpio; sin texto dice «sin dato»."""
    return Celda(limpio(str(texto), LARGO) if texto not in (None, "") else SIN_DATO, href, clase)
