"""Los criterios de calidad en el informe de validación: cada uno con su fórmula; lo que no se mide no lleva número."""

from __future__ import annotations

import copy
from typing import Any

from rendicion import informe
from tests.unidad import muestras_informe as muestras
from tests.unidad.lector_informe import Nodo, leer

MEDIDAS: list[dict[str, Any]] = [
    {"criterio": "unicidad", "formula": "100 × <b>únicos</b> / todos", "valor": 98.59, "motivo": ""},
    {"criterio": "completitud", "formula": "100 × llenas / celdas", "valor": 0.0, "motivo": "Nota."},
    {"criterio": "exactitud", "formula": "Coinciden / revisados", "valor": None, "motivo": "No medible: hace falta ir a ver."},
]


def filas(medidas: list[dict[str, Any]] | None, clave: str = "calidad", seccion: str = "criterios") -> dict[str, list[str]]:
    resultados = copy.deepcopy(muestras.resultados()) | ({} if medidas is None else {clave: medidas})
    raiz: Nodo = leer(informe.pagina_validacion(resultados, muestras.tablas(), muestras.ficha()))[0]
    secciones = [n for n in raiz.todos("section") if n.atributos["id"] == seccion]
    return {c[0].texto.strip(): [x.texto.strip() for x in c] for s in secciones for f in s.todos("tr") if (c := [*f.todos("th"), *f.todos("td")])}


def test_cada_criterio_muestra_su_valor_y_su_formula() -> None:
    hechas = filas(MEDIDAS)
    assert any("98,59" in x for x in hechas["unicidad"])
    assert any("<b>únicos</b>" in x for x in hechas["unicidad"])


def test_lo_que_no_se_mide_no_lleva_numero_y_el_cero_si() -> None:
    hechas = filas(MEDIDAS)
    assert "no medible" in hechas["exactitud"]
    assert not any("%" in x for x in hechas["exactitud"])
    assert any(x.startswith("0") and "%" in x for x in hechas["completitud"])


def test_sin_criterios_no_hay_seccion() -> None:
    assert filas(None) == {}


ENTREGA = {"entrega": "e-001", "numero": 1, "corte": "2020-04-30", "recibidos": 50, "aceptados": 40, "rechazados": 10}
ENTREGA |= {"reglas": 9, "cumplen": 7, "no_cumplen": 2, "no_corrieron": 0}


def test_la_tendencia_muestra_cada_entrega_anterior_y_al_final_esta() -> None:
    hechas = filas([ENTREGA], "tendencia", "tendencia")
    assert hechas["e-001"][1:] == ["2020-04-30", "50", "10", "7", "2", "0"]
    ficha, recibido = muestras.ficha(), muestras.resultados()["conciliacion"]
    sumas = [str(sum(f[c] for f in recibido)) for c in ("recibidos", "rechazados")]
    assert list(hechas)[-1] == f"{ficha.entrega} (esta)"
    assert hechas[f"{ficha.entrega} (esta)"][1:] == [ficha.corte.isoformat(), *sumas, "3", "1", "1"]


def test_la_primera_entrega_no_tiene_tendencia() -> None:
    assert filas([], "tendencia", "tendencia") == {}
