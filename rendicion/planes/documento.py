"""El documento de un plan ya leído: filas de texto, cada una con su lugar."""

from __future__ import annotations

from dataclasses import dataclass

LIMITE_FILAS = 50_000


@dataclass(frozen=True)
class Fila:
    """Es una fila del documento: sus celdas como texto y el lugar en que está.

    `combinadas` dice en qué celdas el texto no está escrito ahí, sino que baja de una celda
    combinada que empieza más arriba. `hoja` es vacía en los documentos de texto.
    """

    celdas: tuple[str, ...]
    lugar: str
    numero: int
    hoja: str = ""
    combinadas: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Aviso:
    """Cuenta algo que se notó al leer el archivo y que una persona debe saber."""

    lugar: str
    regla: str
    gravedad: str
    explicacion: str


@dataclass(frozen=True)
class Documento:
    """Es un documento leído, antes de entenderlo: todo es texto y todo tiene su lugar."""

    nombre: str
    sha256: str
    lineas: tuple[Fila, ...]
    avisos: tuple[Aviso, ...] = ()
