"""Los indicadores de cada subcomponente en cada corte."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla
from esquemas.tablas._medias import MEDIAS

TABLA = Tabla(
    nombre="indicadores_subcomponente",
    titulo="Indicadores por subcomponente",
    descripcion="Una fila por subcomponente y corte: media ponderada de sus actividades con meta.",
    campos=campos("entidad", "vigencia", "corte", "subcomponente_id", *MEDIAS),
    clave=("entidad", "vigencia", "corte", "subcomponente_id"),
    obligatorios=("zona", "actividades_con_meta", "actividades_con_reporte"),
)
