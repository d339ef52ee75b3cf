"""Carga Great Expectations sin telemetría y sin lo que no se usa."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any

_APLAZADOS = ("scipy.stats", "altair")


class _Aplazado(ModuleType):
    """Ocupa el lugar de un módulo y lo carga de verdad la primera vez que alguien le pide algo."""

    def __getattr__(self, nombre: str) -> Any:
        if nombre.startswith("__"):
            raise AttributeError(nombre)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), nombre)


def cargar_gx() -> ModuleType:
    """Importa Great Expectations; scipy.stats y altair solo se cargan si alguien los usa.

    Importarlos cuesta un tercio del arranque y las reglas de este proyecto no los tocan. El
    recolector de memoria se apaga mientras tanto: lo que se importa no es basura.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if "great_expectations" not in sys.modules:
        recogia = gc.isenabled()
        gc.disable()
        try:
            for nombre in _APLAZADOS:
                _aplazar(nombre)
            importlib.import_module("great_expectations")
        finally:
            if recogia:
                gc.enable()
    return sys.modules["great_expectations"]


def _aplazar(nombre: str) -> None:
    padre, _, hijo = nombre.rpartition(".")
    if nombre in sys.modules or importlib.util.find_spec(padre or nombre) is None:
        return
    modulo = _Aplazado(nombre)
    modulo.__spec__ = importlib.util.find_spec(nombre)
    sys.modules[nombre] = modulo
    if padre:
        setattr(sys.modules[padre], hijo, modulo)
