"""Lo que una lectura anterior deja para la que sigue: qué se guardó, cuándo y con qué respuestas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class PaginaCruda:
    """Es una respuesta de un servicio, tal como llegó.

    `clave` nombra lo que se pidió (una huella de la dirección y sus parámetros). `cabeceras` son solo las que
    sirven para volver a preguntar si cambió y para saber cómo seguir; nunca las de la sesión.
    """

    clave: str
    cuerpo: bytes
    cabeceras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Previa:
    """Es la captura anterior de una fuente, ya comprobada, y el día en que se lee la nueva.

    `completa` es el día de la última lectura completa hecha con esta misma declaración; sin ella no se sabe,
    y hay que leer todo.
    """

    sha256: str
    contenido: bytes
    hoy: date
    completa: date | None = None
    paginas: tuple[PaginaCruda, ...] = ()
