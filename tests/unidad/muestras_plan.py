"""Planes de muestra para las pruebas: el texto real y otros armados a mano."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rendicion.hallazgos import Hallazgo
from rendicion.plan import Plan
from rendicion.planes.archivo import leer_documento
from rendicion.planes.interpretacion import interpretar_plan
from rendicion.planes.vocabulario import Vocabulario, vocabulario_desde

RAIZ = Path(__file__).resolve().parents[2]
TEXTO_REAL = RAIZ / "datos/referencia/plan-anual-rendicion-2020.txt"
DATOS_VOCABULARIO: dict[str, Any] = tomllib.loads((RAIZ / "datos/referencia/vocabularios/plan.toml").read_text(encoding="utf-8"))
VOCABULARIO: Vocabulario = vocabulario_desde(DATOS_VOCABULARIO, donde="plan.toml")
TITULOS = ("Subcomponente", "Actividades", "Meta o producto", "Responsable", "Fecha")
PERIODO = (date(2020, 3, 1), date(2020, 12, 31))


def plan_real() -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Interpreta el texto real, tal como está en el repositorio."""
    documento = leer_documento(TEXTO_REAL.read_bytes(), TEXTO_REAL.name)
    return interpretar_plan(documento, VOCABULARIO, entidad="13001")


def leer_filas(filas: Sequence[Sequence[str]], *, vocabulario: Vocabulario = VOCABULARIO, **opciones: Any) -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Interpreta un plan armado con esas filas, escrito como TSV con comillas."""
    texto = io.StringIO()
    csv.writer(texto, delimiter="\t", lineterminator="\n").writerows(filas)
    documento = leer_documento(texto.getvalue().encode(), "plan.tsv")
    return interpretar_plan(documento, vocabulario, **{"entidad": None, "vigencia": 2020, "periodo": PERIODO, **opciones})


def una(**celdas: str) -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Interpreta un plan de una sola actividad; cada argumento pone una celda."""
    base = {
        "subcomponente": "Subcomponente 1 Información",
        "actividad": "Publicar",
        "meta": "2 informes",
        "responsable": "Prensa",
        "fecha": "junio",
    }
    base.update(celdas)
    return leer_filas([TITULOS, tuple(base.values())])


def reglas(hallazgos: Sequence[Hallazgo], registro: str | None = None) -> list[str]:
    """Da las reglas de los hallazgos, de todos o de un registro."""
    return [h.regla for h in hallazgos if registro in (None, h.registro)]


def el(hallazgos: Sequence[Hallazgo], regla: str, registro: str | None = None) -> Hallazgo:
    """Da el único hallazgo con esa regla."""
    (hallado,) = [h for h in hallazgos if h.regla == regla and registro in (None, h.registro)]
    return hallado


def por_regla(hallazgos: Sequence[Hallazgo]) -> Mapping[str, list[str]]:
    """Agrupa los registros por regla."""
    grupos: dict[str, list[str]] = {}
    for h in hallazgos:
        grupos.setdefault(h.regla, []).append(h.registro)
    return grupos
