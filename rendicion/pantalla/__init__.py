"""Lo que se ve en la terminal: progreso, tablas y mensajes, o el mismo resultado en JSON."""

from __future__ import annotations

from rendicion.pantalla.corridas import mostrar_fuentes, mostrar_plan, mostrar_prueba, mostrar_resultado
from rendicion.pantalla.entregas import mostrar_comparacion, mostrar_estado, mostrar_verificacion
from rendicion.pantalla.portal import mostrar_publicacion, mostrar_revision
from rendicion.pantalla.rastreo import mostrar_rastreo
from rendicion.pantalla.terminal import avance, callar, mostrar_error

__all__ = [
    "avance",
    "callar",
    "mostrar_comparacion",
    "mostrar_error",
    "mostrar_estado",
    "mostrar_fuentes",
    "mostrar_plan",
    "mostrar_prueba",
    "mostrar_publicacion",
    "mostrar_rastreo",
    "mostrar_resultado",
    "mostrar_revision",
    "mostrar_verificacion",
]
