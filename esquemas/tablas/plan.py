"""El plan, como se entendió, con su texto literal al lado."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="plan",
    titulo="Plan",
    descripcion="Una fila por actividad del plan: lo que dice el texto y cómo se entendió.",
    campos=campos(
        "entidad", "vigencia", "subcomponente_id", "subcomponente", "actividad_id", "actividad",
        "meta_texto", "meta", "unidad", "agregacion", "programacion", "peso", "peso_subcomponente",
        "responsable_texto", "responsables", "fecha_texto", "inicio", "fin", "hitos",
    ),
    clave=("entidad", "vigencia", "actividad_id"),
    obligatorios=("subcomponente_id", "actividad", "agregacion", "programacion", "peso", "peso_subcomponente", "inicio", "fin"),
)
