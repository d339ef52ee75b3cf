"""Las reglas y su motor: Great Expectations valida; el resultado se cuenta en nuestros términos."""

from __future__ import annotations

from validaciones.evidencia import Validados, validar_evidencia
from validaciones.lectura import resultados_de_lectura
from validaciones.motor import Motor
from validaciones.reglas import Regla, Resultado, bloquean, informe_validacion
from validaciones.tablas import validar_tablas

__all__ = [
    "Motor",
    "Regla",
    "Resultado",
    "Validados",
    "bloquean",
    "informe_validacion",
    "resultados_de_lectura",
    "validar_evidencia",
    "validar_tablas",
]
