"""Las cuentas de cada fuente: nada se pierde por el camino."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="conciliacion",
    titulo="Conciliación",
    descripcion="Por fuente: recibidos = aceptados + rechazados, y aceptados = cuentan + no cuentan.",
    campos=campos("fuente", "recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan"),
    clave=("fuente",),
    obligatorios=("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan"),
)
