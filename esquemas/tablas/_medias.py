"""Las columnas que comparten las tablas de medias ponderadas."""

MEDIAS = (
    "avance_pct",
    "avance_numerador",
    "avance_denominador",
    "avance_reportado_pct",
    "cumplimiento_pct",
    "cumplimiento_numerador",
    "cumplimiento_denominador",
    "zona",
    "actividades_con_meta",
    "actividades_con_reporte",
)
