"""Matrices de seguimiento hechas a mano, para las pruebas. DATOS SINTÉTICOS."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from rendicion import conteo
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import interpretar
from rendicion.fuentes.matriz.comparacion import Fila, comparaciones
from rendicion.fuentes.matriz.plan import leer_plan
from rendicion.hallazgos import Hallazgo
from rendicion.lectura import Lectura
from rendicion.normalizacion import normalizar
from rendicion.plan import Plan
from rendicion.planes.vocabulario import Vocabulario, vocabulario_desde

RAIZ = Path(__file__).resolve().parents[2]
SHA = "0" * 64
TITULOS = ["Código", "Programa", "Actividad", "Tipo", "Unidad", "Meta", "Peso", "Prog T1", "Ejec T1", "Prog T2", "Ejec T2", "% año"]
PERIODOS = [
    {"nombre": "T1", "fecha": date(2021, 3, 31), "programado": "Prog T1", "ejecutado": "Ejec T1"},
    {"nombre": "T2", "fecha": date(2021, 6, 30), "programado": "Prog T2", "ejecutado": "Ejec T2"},
]
PLAN = {"subcomponente": "Programa", "actividad": "Actividad", "meta": "Meta", "unidad": "Unidad", "agregacion": "Tipo", "peso": "Peso"}
PORCENTAJES = [{"columna": "% año", "fecha": date(2021, 6, 30)}]

Hojas = dict[str, list[list[Any]]]


def fila(codigo: Any = "1.1", **cambios: Any) -> list[Any]:
    """Arma una fila con los títulos de siempre; lo que no se dice es lo corriente."""
    base = dict(zip(TITULOS, [codigo, "Uno", f"Hacer {codigo}", "Incremento", "Número", 10, 1, 5, 2, 5, 3, None], strict=True))
    nombres = {"programa": "Programa", "texto": "Actividad", "tipo": "Tipo", "unidad": "Unidad", "meta": "Meta", "peso": "Peso",
               "p1": "Prog T1", "e1": "Ejec T1", "p2": "Prog T2", "e2": "Ejec T2", "pct": "% año"}  # fmt: skip
    return list((base | {nombres[k]: v for k, v in cambios.items()}).values())


def libro(hojas: Hojas, combinadas: dict[str, Sequence[str]] | None = None, ocultas: Sequence[str] = ()) -> bytes:
    wb = openpyxl.Workbook()
    wb.remove(wb.active)
    for nombre, filas in hojas.items():
        ws = wb.create_sheet(nombre)
        for f in filas:
            ws.append(f)
        for rango in (combinadas or {}).get(nombre, ()):
            ws.merge_cells(rango)
        ws.sheet_state = "hidden" if nombre in ocultas else "visible"
    salida = io.BytesIO()
    wb.save(salida)
    return salida.getvalue()


def una(*filas: list[Any], **otros: Any) -> bytes:
    """Arma un libro de una hoja con el encabezado de siempre."""
    return libro({"S01": [TITULOS, *filas]}, **otros)


def fuente(columnas: dict[str, str] | None = None, **opciones: Any) -> Fuente:
    completas = {"hojas": ["S*"], "plan": PLAN, "periodos": PERIODOS, **opciones}
    datos = {"id": "m", "tipo": "matriz", "lugar": "m.xlsx", "dependencia": "Planeación", "columnas": columnas or {"actividad_id": "Código"}}
    return fuente_desde({**datos, "opciones": {k: v for k, v in completas.items() if v is not None}}, donde="m.toml")


@cache
def vocabulario() -> Vocabulario:
    ruta = RAIZ / "datos" / "referencia" / "vocabularios" / "plan.toml"
    return vocabulario_desde(tomllib.loads(ruta.read_text("utf-8")), donde=ruta.name)


def leer(bruto: bytes, f: Fuente | None = None) -> Lectura:
    return interpretar(bruto, f or fuente(), SHA, "m.xlsx")


def plan_de(bruto: bytes, f: Fuente | None = None, periodo: tuple[date, date] | None = (date(2021, 1, 1), date(2021, 12, 31))) -> tuple[Plan, tuple[Hallazgo, ...]]:
    return leer_plan(bruto, f or fuente(), "m.xlsx", vocabulario(), entidad="98001", vigencia=2021, periodo=periodo)


def registros(lectura: Lectura) -> list[tuple[str | None, ...]]:
    return [tuple(f[c] for c in ("actividad_id", "fecha", "cantidad")) for f in lectura.celdas.to_pylist()]


def comparar(bruto: bytes, f: Fuente, corte: date = date(2021, 12, 31)) -> list[Fila]:
    """Compara como en una corrida: lo que no se entiende o es negativo no se acepta."""
    plan, _ = plan_de(bruto, f)
    candidatos = normalizar(leer(bruto, f))
    malas = {r.fila for r in candidatos.rechazos}
    buenas = [i not in malas and q >= 0 and a in {x.id for x in plan.actividades} for i, q, a in _celdas(candidatos.tabla)]
    aceptados = candidatos.tabla.filter(pa.array(buenas, pa.bool_()))
    for columna, valor in (("fuente", f.id), ("captura_sha256", SHA)):
        aceptados = aceptados.append_column(columna, pa.array([valor] * aceptados.num_rows, pa.string()))
    return comparaciones([(f, bruto, "m.xlsx")], plan, conteo.contar(aceptados, plan, corte, set()), corte)


def _celdas(tabla: pa.Table) -> list[tuple[int, Any, Any]]:
    return [(i, -1 if q is None else q, a) for i, (q, a) in enumerate(zip(tabla["cantidad"].to_pylist(), tabla["actividad_id"].to_pylist(), strict=True))]


def reglas(hallazgos: Sequence[Hallazgo]) -> list[str]:
    return [h.regla for h in hallazgos]


def el(hallazgos: Sequence[Hallazgo], regla: str) -> Hallazgo:
    (hallado,) = [h for h in hallazgos if h.regla == regla]
    return hallado
