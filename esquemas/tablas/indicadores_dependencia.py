"""Los indicadores de cada dependencia en cada corte."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla
from esquemas.tablas._medias import MEDIAS

TABLA = Tabla(
    nombre="indicadores_dependencia",
    titulo="Indicadores por dependencia",
    descripcion="Una fila por dependencia y corte. Cada dependencia responde por completo por las actividades que comparte.",
    campos=campos("entidad", "vigencia", "corte", "dependencia", *MEDIAS),
    clave=("entidad", "vigencia", "corte", "dependencia"),
    obligatorios=("zona", "actividades_con_meta", "actividades_con_reporte"),
    puede_estar_vacia=True,
)
