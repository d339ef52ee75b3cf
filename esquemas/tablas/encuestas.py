"""Las encuestas de evaluación, solo agregadas."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="encuestas",
    titulo="Encuestas",
    descripcion="Una fila por espacio, pregunta y opción. Las cifras pequeñas se ocultan.",
    campos=campos("espacio", "pregunta", "opcion", "respuestas", "suprimida", "base"),
    clave=("espacio", "pregunta", "opcion"),
    obligatorios=("suprimida", "base"),
    puede_estar_vacia=True,
)
