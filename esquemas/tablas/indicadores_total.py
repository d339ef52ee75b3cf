"""Los indicadores del total del plan en cada corte."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla
from esquemas.tablas._medias import MEDIAS

TABLA = Tabla(
    nombre="indicadores_total",
    titulo="Indicadores del total",
    descripcion="Una fila por corte: media ponderada de los subcomponentes.",
    campos=campos("entidad", "vigencia", "corte", *MEDIAS),
    clave=("entidad", "vigencia", "corte"),
    obligatorios=("zona", "actividades_con_meta", "actividades_con_reporte"),
)
