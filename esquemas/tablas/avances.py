"""La evidencia aceptada, cuente o no."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Referencia, Tabla

TABLA = Tabla(
    nombre="avances",
    titulo="Avances",
    descripcion="Una fila por registro aceptado. Las que tienen cuenta = true sustentan los indicadores.",
    campos=campos(
        "avance_id", "entidad", "vigencia", "actividad_id", "fecha", "cantidad", "titulo", "url", "canal",
        "dependencia", "fuente", "registro", "captura_sha256", "cuenta", "motivo", "duplicado_de",
    ),
    clave=("avance_id",),
    obligatorios=("entidad", "vigencia", "actividad_id", "fecha", "cantidad", "fuente", "registro", "captura_sha256", "cuenta"),
    orden=("actividad_id", "fecha", "avance_id"),
    referencias=(Referencia(("entidad", "vigencia", "actividad_id"), "plan", ("entidad", "vigencia", "actividad_id")),),
    puede_estar_vacia=True,
)
