"""Lo que se ve en la terminal: progreso, tablas y mensajes, o el mismo resultado en JSON."""

from __future__ import annotations

from rendicion.pantalla.avisos import mostrar_avisos
from rendicion.pantalla.corridas import mostrar_plan, mostrar_prueba, mostrar_resultado
from rendicion.pantalla.entidad_nueva import mostrar_entidad_nueva
from rendicion.pantalla.entregas import mostrar_comparacion, mostrar_verificacion
from rendicion.pantalla.estado import mostrar_estado
from rendicion.pantalla.fuentes import mostrar_fuentes, mostrar_propuesta
from rendicion.pantalla.operacion import mostrar_limpieza, mostrar_reconstruccion
from rendicion.pantalla.pais import avance_del_pais, mostrar_pais, mostrar_pais_generado, mostrar_resumen_del_pais
from rendicion.pantalla.portal import mostrar_publicacion, mostrar_revision
from rendicion.pantalla.rastreo import mostrar_rastreo
from rendicion.pantalla.terminal import avance, callar, mostrar_error

__all__ = [
    "avance",
    "avance_del_pais",
    "callar",
    "mostrar_avisos",
    "mostrar_comparacion",
    "mostrar_entidad_nueva",
    "mostrar_error",
    "mostrar_estado",
    "mostrar_fuentes",
    "mostrar_limpieza",
    "mostrar_pais",
    "mostrar_pais_generado",
    "mostrar_plan",
    "mostrar_propuesta",
    "mostrar_prueba",
    "mostrar_publicacion",
    "mostrar_rastreo",
    "mostrar_reconstruccion",
    "mostrar_resultado",
    "mostrar_resumen_del_pais",
    "mostrar_revision",
    "mostrar_verificacion",
]
