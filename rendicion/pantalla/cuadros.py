"""Las tablas que varias órdenes muestran: las cuentas de cada fuente y cómo van los subcomponentes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from rendicion.pantalla.terminal import cuadro, numero, porcentaje

ESTADOS = {
    "sin_meta": "sin meta", "cumplida": "cumplida", "vencida": "vencida", "atrasada": "atrasada",
    "no_iniciada": "no iniciada", "en_ejecucion": "en ejecución",
}  # fmt: skip
COLOR_ZONA = {"alta": "green", "media": "yellow", "baja": "red"}


def tabla_conciliacion(filas: Sequence[Mapping[str, Any]]) -> Table | Group:
    """Dibuja las cuentas de cada fuente."""
    columnas = ("fuente", "recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
    return cuadro("Registros por fuente", [c.replace("_", " ") for c in columnas], ([f[c] if c == "fuente" else numero(f[c]) for c in columnas] for f in filas), derecha=range(1, 6))


def tabla_subcomponentes(tablas: Mapping[str, Sequence[Mapping[str, Any]]], corte: Any) -> Table | Group:
    """Dibuja los subcomponentes y el total en un corte."""
    nombres = {f["subcomponente_id"]: f["subcomponente"] for f in tablas["plan"]}
    filas = [(f"{f['subcomponente_id']}. {nombres[f['subcomponente_id']]}", f) for f in tablas["indicadores_subcomponente"] if f["corte"] == corte]
    filas += [("Total del plan", f) for f in tablas["indicadores_total"] if f["corte"] == corte]
    return cuadro(
        f"Cómo va el plan al {corte}",
        ("subcomponente", "avance", "cumplimiento", "zona", "con reporte"),
        (
            (n, porcentaje(f["avance_pct"]), porcentaje(f["cumplimiento_pct"]), Text(f["zona"].replace("_", " "), COLOR_ZONA.get(f["zona"], "")), f"{f['actividades_con_reporte']} de {f['actividades_con_meta']}")
            for n, f in filas
        ),
        derecha=(1, 2, 4),
    )
