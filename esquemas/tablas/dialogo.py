"""Las preguntas de la ciudadanía y sus respuestas."""

from __future__ import annotations

from esquemas.campos import CAMPOS, campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="dialogo",
    titulo="Diálogo",
    descripcion="Una fila por pregunta de la ciudadanía, sin datos personales, con su respuesta y su límite.",
    campos=campos(
        "pregunta_id", "espacio", CAMPOS["fecha"].con(descripcion="Día en que se hizo la pregunta."), "canal", "tema",
        "pregunta", "respuesta", "fecha_respuesta", "limite", "a_tiempo",
    ),
    clave=("pregunta_id",),
    obligatorios=("espacio", "fecha", "pregunta", "limite"),
    puede_estar_vacia=True,
)
