"""Lo que no cuadra en el plan o en las fuentes, sin corregirlo en silencio."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="hallazgos",
    titulo="Hallazgos",
    descripcion="Lo que el plan o las fuentes dicen mal, a medias o de forma dudosa, y cómo se entendió.",
    campos=campos("origen", "registro", "campo", "literal", "valor", "regla", "gravedad", "explicacion"),
    clave=("origen", "registro", "campo", "regla"),
    obligatorios=("gravedad", "explicacion"),
    puede_estar_vacia=True,
)
