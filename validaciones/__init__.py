"""Las reglas y su motor: Great Expectations valida; el resultado se cuenta en nuestros términos."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from validaciones.aparte import MotorAparte, motor_de_esta_maquina
    from validaciones.evidencia import Validados, validar_evidencia
    from validaciones.lectura import resultados_de_lectura
    from validaciones.motor import Motor
    from validaciones.reglas import Regla, Resultado, bloquean, informe_validacion
    from validaciones.tablas import validar_tablas
    from validaciones.validador import Validador

# Cada nombre se carga cuando se usa: así el proceso que valida puede arrancar antes que todo lo demás.
_LUGARES = {
    "Motor": "motor",
    "MotorAparte": "aparte",
    "Regla": "reglas",
    "Resultado": "reglas",
    "Validador": "validador",
    "Validados": "evidencia",
    "bloquean": "reglas",
    "informe_validacion": "reglas",
    "motor_de_esta_maquina": "aparte",
    "resultados_de_lectura": "lectura",
    "validar_evidencia": "evidencia",
    "validar_tablas": "tablas",
}

__all__ = [
    "Motor",
    "MotorAparte",
    "Regla",
    "Resultado",
    "Validador",
    "Validados",
    "bloquean",
    "informe_validacion",
    "motor_de_esta_maquina",
    "resultados_de_lectura",
    "validar_evidencia",
    "validar_tablas",
]


def __getattr__(nombre: str) -> Any:
    if nombre not in _LUGARES:
        raise AttributeError(nombre)
    return getattr(importlib.import_module(f"validaciones.{_LUGARES[nombre]}"), nombre)
