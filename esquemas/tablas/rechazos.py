"""Los registros que no pasaron la validación."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="rechazos",
    titulo="Rechazos",
    descripcion="Una fila por registro rechazado: qué regla no cumple, dónde está y cómo corregirlo.",
    campos=campos("fuente", "captura_sha256", "registro", "campo", "valor", "regla", "explicacion", "como_corregir", "responsable"),
    clave=("fuente", "registro"),
    obligatorios=("captura_sha256", "regla", "explicacion", "como_corregir"),
    puede_estar_vacia=True,
)
