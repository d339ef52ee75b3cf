"""Un archivo por tabla; este paquete los encuentra solo."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esquemas.modelo import Tabla

_ORDEN = (
    "plan", "avances", "indicadores_total", "indicadores_subcomponente", "indicadores_actividad",
    "indicadores_dependencia", "serie", "cronograma", "compromisos", "dialogo", "encuestas", "autodiagnostico",
    "conciliacion", "rechazos", "hallazgos", "correcciones",
)


def _descubrir() -> dict[str, Tabla]:
    nombres = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    nombres.sort(key=lambda n: (_ORDEN.index(n) if n in _ORDEN else len(_ORDEN), n))
    return {n: importlib.import_module(f"{__name__}.{n}").TABLA for n in nombres}


TABLAS: dict[str, Tabla] = _descubrir()
PUBLICAS: dict[str, Tabla] = {n: t for n, t in TABLAS.items() if t.publica}
