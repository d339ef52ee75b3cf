"""El autodiagnóstico del Manual Único de Rendición de Cuentas."""

from __future__ import annotations

from esquemas.campos import campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="autodiagnostico",
    titulo="Autodiagnóstico",
    descripcion="Una fila por actividad de gestión calificada (Manual Único de Rendición de Cuentas).",
    campos=campos("componente", "categoria", "actividad_de_gestion", "puntaje", "observaciones"),
    clave=("componente", "categoria", "actividad_de_gestion"),
    puede_estar_vacia=True,
)
