"""Carga Great Expectations sin telemetría y sin lo que no se usa."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from types import ModuleType

_PEREZOSOS = ("scipy.stats", "altair")


def cargar_gx() -> ModuleType:
    """Importa Great Expectations; scipy.stats y altair solo se cargan si alguien los usa.

    Importarlos cuesta un tercio del arranque y las reglas de este proyecto no los tocan.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if "great_expectations" not in sys.modules:
        recogia = gc.isenabled()
        gc.disable()
        try:
            for nombre in _PEREZOSOS:
                _aplazar(nombre)
            importlib.import_module("great_expectations")
        finally:
            if recogia:
                gc.enable()
    return sys.modules["great_expectations"]


def _aplazar(nombre: str) -> None:
    if nombre in sys.modules or importlib.util.find_spec(nombre.split(".", maxsplit=1)[0]) is None:
        return
    especificacion = importlib.util.find_spec(nombre)
    if especificacion is None or especificacion.loader is None:
        return
    cargador = importlib.util.LazyLoader(especificacion.loader)
    especificacion.loader = cargador
    modulo = importlib.util.module_from_spec(especificacion)
    sys.modules[nombre] = modulo
    cargador.exec_module(modulo)
