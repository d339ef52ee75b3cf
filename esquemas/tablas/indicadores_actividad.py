"""Los indicadores de cada actividad en cada corte."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Referencia, Tabla

TABLA = Tabla(
    nombre="indicadores_actividad",
    titulo="Indicadores por actividad",
    descripcion="Una fila por actividad y corte oficial hasta el de la entrega.",
    campos=campos(
        "entidad", "vigencia", "corte", "actividad_id", "meta", "ejecutado", "avance_bruto_pct", "avance_pct",
        "avance_reportado_pct", "programacion", "programado", "cumplimiento_pct", "estado", "zona",
        "registros_que_cuentan",
    ),
    clave=("entidad", "vigencia", "corte", "actividad_id"),
    obligatorios=("ejecutado", "programacion", "estado", "zona", "registros_que_cuentan"),
    referencias=(Referencia(("entidad", "vigencia", "actividad_id"), "plan", ("entidad", "vigencia", "actividad_id")),),
)
