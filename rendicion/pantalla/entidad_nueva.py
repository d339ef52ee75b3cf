"""Lo que cuenta nueva-entidad: qué se entendió del plan, qué archivos quedaron y qué sigue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from rendicion.pantalla.terminal import consola, escribir_json, numero

if TYPE_CHECKING:
    from rendicion.entidad_nueva import DatosDeEntidad
    from rendicion.lectura_plan import PlanLeido


def mostrar_entidad_nueva(quien: DatosDeEntidad, leido: PlanLeido, escritos: Sequence[Path], datos: Path, *, en_json: bool) -> None:
    """Dice qué quedó escrito y qué debe hacer ahora una persona."""
    plan = leido.plan
    if en_json:
        escribir_json(
            {"entidad": quien.codigo, "vigencia": plan.vigencia, "actividades": len(plan.actividades), "hallazgos": len(leido.hallazgos), "archivos": [str(e) for e in escritos]}
        )
        return
    terminal = consola()
    terminal.print(Text(f"{quien.nombre}, vigencia {plan.vigencia}: {numero(len(plan.actividades))} actividades y {numero(len(leido.hallazgos))} hallazgos en el plan."))
    terminal.print("Quedaron declarados estos archivos:")
    for archivo in escritos:
        terminal.print(Text(f"  {archivo}"), soft_wrap=True)
    terminal.print("Ahora:")
    marca = f"{quien.codigo}-{plan.vigencia}"
    for n, paso in enumerate(
        (
            f"Revise los hallazgos del plan y decida: {datos / 'referencia' / 'decisiones' / marca}.toml",
            f"Pida los reportes a las dependencias: {datos / 'fuentes' / marca / 'reportes.csv'}",
            f"Corra: RENDICION_DATOS={datos} rendicion correr --entidad {quien.codigo} --vigencia {plan.vigencia}",
        ),
        1,
    ):
        terminal.print(Text(f"  {n}. {paso}"), soft_wrap=True)
