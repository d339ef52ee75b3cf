"""El total del plan mes a mes."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla
from esquemas.tablas._medias import MEDIAS

TABLA = Tabla(
    nombre="serie",
    titulo="Serie mensual",
    descripcion="El total del plan al cierre de cada mes, para dibujarlo.",
    campos=campos("entidad", "vigencia", "mes", "corte", *MEDIAS),
    clave=("entidad", "vigencia", "mes"),
    obligatorios=("corte", "zona", "actividades_con_meta", "actividades_con_reporte"),
    puede_estar_vacia=True,
)
