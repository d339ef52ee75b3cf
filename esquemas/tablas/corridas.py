"""El registro interno de las corridas; no se publica."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="corridas",
    titulo="Corridas",
    descripcion="Una fila por corrida de la tubería.",
    campos=campos("corrida_id", "entidad", "vigencia", "corte", "iniciada", "terminada", "resultado", "entrega", "manifiesto_sha256", "detalle"),
    clave=("corrida_id",),
    obligatorios=("entidad", "vigencia", "corte", "iniciada", "resultado"),
    publica=False,
    puede_estar_vacia=True,
)
