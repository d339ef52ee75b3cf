"""El informe de validación de una entrega de verdad: qué dice de cada regla, y qué no puede decir."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unidad.lector_informe import Nodo, leer

MINTIC = {
    "accesibilidad", "actualidad", "completitud", "comprensibilidad", "conformidad", "confidencialidad", "consistencia", "credibilidad", "disponibilidad",
    "eficiencia", "exactitud", "portabilidad", "precisión", "recuperabilidad", "relevancia", "trazabilidad", "unicidad",
}  # fmt: skip


@pytest.fixture(scope="module")
def resultados(cadena: list[Path]) -> Any:
    return json.loads((cadena[2] / "validacion" / "resultados.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def pagina(cadena: list[Path]) -> Nodo:
    return leer((cadena[2] / "validacion" / "informe.html").read_text("utf-8"))[0]


def _texto(nodo: Nodo) -> str:
    return " ".join(nodo.texto.split())


def _por_id(raiz: Nodo, ident: str) -> Nodo:
    return next(n for n in raiz.todos() if n.atributos.get("id") == ident)


def test_cada_regla_dice_que_exige_su_norma_cuantas_filas_miro_y_quien_corrige(resultados: Any) -> None:
    for r in resultados["reglas"]:
        assert all(r[c] for c in ("tabla", "regla", "descripcion", "norma", "severidad", "quien_corrige", "estado")), r
        assert r["revisadas"] >= r["faltas"] >= 0


def test_una_regla_que_no_miro_nada_no_es_verde_y_una_con_faltas_dice_cuales_y_como_se_corrigen(resultados: Any) -> None:
    assert [r["regla"] for r in resultados["reglas"] if r["estado"] == "cumple" and (not r["revisadas"] or r["faltas"])] == []
    fallan = [r for r in resultados["reglas"] if r["estado"] == "no_cumple"]
    assert fallan
    for r in fallan:
        assert r["ejemplos"], r
        for e in r["ejemplos"]:
            assert e["registro"], e
            assert e["explicacion"], e
            assert e["como_corregir"], e


def test_en_cada_falta_de_una_fuente_se_dice_archivo_y_lugar(resultados: Any) -> None:
    ejemplos = [e for r in resultados["reglas"] if r["estado"] == "no_cumple" and r["fuente"] for e in r["ejemplos"]]
    assert len(ejemplos) > 20
    lugar = re.compile(r"(fila|entrada|elemento|registro|hoja|ítem|posición) ?\S*", re.IGNORECASE)
    assert [e for e in ejemplos if not lugar.search(e["explicacion"] + e["registro"])] == []


def test_la_pagina_muestra_todas_las_reglas_y_la_ficha_de_cada_una_que_falla(resultados: Any, pagina: Nodo) -> None:
    fichas = [n for n in pagina.todos("article") if "regla" in n.atributos.get("class", "").split()]
    fallan = [r for r in resultados["reglas"] if r["estado"] == "no_cumple"]
    assert len(fichas) >= len(fallan)
    for ficha in fichas:
        assert [t for t in ("Regla", "Norma", "Qué tan seria es", "Quién corrige") if t not in _texto(ficha)] == []
    filas = [f for t in pagina.todos("table") if str(t.atributos.get("id", "")).endswith("-tabla") or "Qué exige" in t.texto for f in t.todos("tr")]
    assert len([f for f in filas if f.todos("td")]) >= len(resultados["reglas"])


def test_lo_recibido_es_lo_aceptado_mas_lo_rechazado_en_cada_fuente(resultados: Any) -> None:
    assert resultados["conciliacion"]
    for c in resultados["conciliacion"]:
        assert c["recibidos"] == c["aceptados"] + c["rechazados"]
        assert c["aceptados"] == c["cuentan"] + c["no_cuentan"]


def test_la_tendencia_trae_las_entregas_anteriores_en_su_orden(cadena: list[Path], resultados: Any, pagina: Nodo) -> None:
    assert [e["entrega"] for e in resultados["tendencia"]] == [e.name for e in cadena[:2]]
    assert all(e.name in _texto(_por_id(pagina, "tendencia")) for e in cadena[:2])


def test_cada_criterio_de_mintic_lleva_su_formula_o_dice_que_no_es_medible(resultados: Any, pagina: Nodo) -> None:
    assert {c["criterio"] for c in resultados["calidad"]} == MINTIC
    for c in resultados["calidad"]:
        assert c["formula"], c
        assert (c["valor"] is not None and 0 <= c["valor"] <= 100) or c["motivo"].startswith("No medible"), c
    assert "no medible" in _texto(_por_id(pagina, "criterios"))


def test_el_informe_es_un_solo_archivo_que_no_pide_nada_a_la_red(pagina: Nodo) -> None:
    assert pagina.todos("script", "iframe", "object", "img") == []
    externos = [n.atributos.get("href", "") for n in pagina.todos("link") if n.atributos.get("rel") != "canonical"]
    assert externos == []
