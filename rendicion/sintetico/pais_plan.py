"""Planes sintéticos de calidad variada: con hitos, sin metas, con pesos, con indicadores de nivel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Literal

from esquemas import TABLAS
from rendicion.plan import Actividad, Plan, filas_del_plan, programacion_por_defecto
from rendicion.sintetico.sorteo import sortear

ETIQUETA = "#CuentasClaras"
DEPENDENCIAS = ("Planeación", "Hacienda", "Salud", "Educación", "Participación", "Control Interno")
Calidad = Literal["buena", "regular", "mala"]
_META = {"buena": 100, "regular": 80, "mala": 40}
_HITOS = {"buena": 40, "regular": 20, "mala": 0}


@dataclass(frozen=True)
class PlanSintetico:
    """Es un plan inventado: sus actividades y la tabla `plan` ya escrita en CSV."""

    actividades: tuple[str, ...]
    csv: bytes


def plan_sintetico(semilla: int, entidad: str, vigencia: int, calidad: Calidad) -> PlanSintetico:
    """Inventa el plan de un municipio en un año; la calidad decide cuántas actividades traen meta y fechas."""
    subcomponentes = 3 + sortear(semilla, entidad, vigencia, "subcomponentes", entre=3)
    actividades = tuple(
        _actividad(semilla, entidad, vigencia, calidad, s, n)
        for s in range(1, subcomponentes + 1)
        for n in range(1, 2 + sortear(semilla, entidad, vigencia, s, "cuantas", entre=6))
    )
    plan = Plan(entidad, vigencia, date(vigencia, 1, 1), date(vigencia, 12, 31), actividades)
    return PlanSintetico(tuple(a.id for a in actividades), _csv(plan))


def _actividad(semilla: int, entidad: str, vigencia: int, calidad: Calidad, sub: int, n: int) -> Actividad:
    def sorteo(que: str, entre: int) -> int:
        return sortear(semilla, entidad, vigencia, sub, n, que, entre=entre)

    meta = Decimal(1 + sorteo("meta", 400)) if sorteo("tiene-meta", 100) < _META[calidad] else None
    if meta is not None and sorteo("uno", 10) == 0:
        meta = Decimal(1)
    hitos = tuple(date(vigencia, m, 28) for m in (3, 6, 9, 11)[: 1 + sorteo("cuantos-hitos", 4)]) if sorteo("hitos", 100) < _HITOS[calidad] else ()
    propia = sorteo("ventana", 4) == 0
    peso = Decimal(1 + sorteo("peso", 8)) / 4 if calidad == "regular" else Decimal(1)
    primera = sorteo("dependencia", len(DEPENDENCIAS))
    responsables = tuple(dict.fromkeys(DEPENDENCIAS[(primera + k * 2) % len(DEPENDENCIAS)] for k in range(1 + sorteo("cuantas-dependencias", 2))))
    return Actividad(
        id=f"{sub}.{n}",
        subcomponente_id=str(sub),
        subcomponente=f"Subcomponente sintético {sub}",
        texto=f"Actividad sintética {sub}.{n} {ETIQUETA}",
        inicio=date(vigencia, 3, 1) if propia else date(vigencia, 1, 1),
        fin=date(vigencia, 11, 30) if propia else date(vigencia, 12, 31),
        meta_texto=None if meta is None else f"{meta} unidades",
        meta=meta,
        unidad=None if meta is None else "unidades",
        agregacion="ultimo" if sorteo("nivel", 8) == 0 else "suma",
        programacion=programacion_por_defecto(meta, hitos),
        peso=peso,
        peso_subcomponente=Decimal(sub if calidad == "buena" else 1),
        responsable_texto=" / ".join(responsables),
        responsables=responsables,
        fecha_texto="Según sus fechas" if hitos or propia else None,
        hitos=hitos,
    )


def _csv(plan: Plan) -> bytes:
    """Escribe la tabla `plan` en la forma del contrato; los textos sintéticos no necesitan comillas."""
    tabla, texto = TABLAS["plan"], StringIO()
    texto.write(",".join(tabla.nombres) + "\n")
    for fila in sorted(filas_del_plan(plan), key=lambda f: str(f["actividad_id"])):
        texto.write(",".join("" if fila[c] is None else f"{fila[c]:f}" if isinstance(fila[c], Decimal) else str(fila[c]) for c in tabla.nombres) + "\n")
    return texto.getvalue().encode()
