"""El vocabulario del plan: si está mal escrito, se dice qué y dónde."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.errores import ErrorUso
from rendicion.planes.texto import plegar, recortar
from rendicion.planes.vocabulario import ampliar, vocabulario_desde
from tests.unidad.muestras_plan import DATOS_VOCABULARIO, VOCABULARIO, leer_filas, reglas, una

TERMINO = {"regla": "x", "patron": "a", "campo": "meta", "esperado": "b", "explicacion": "c"}


@pytest.mark.parametrize(
    "cambio",
    [
        {"sinonimos": []}, {"titulos": "plan"}, {"titulos": ["("]}, {"vigencia": ["2020"]}, {"meses": {"enero": 13}}, {"meses": 3},
        {"columnas": {}}, {"columnas": {**DATOS_VOCABULARIO["columnas"], "color": {"titulos": ["Color"]}}},
        {"columnas": {**DATOS_VOCABULARIO["columnas"], "meta": {"titulos": []}}},
        {"agregacion": {"suma": "total"}}, {"terminos": [{**TERMINO, "regla": "Con Espacio"}]}, {"terminos": [{**TERMINO, "campo": "peso"}]},
        {"terminos": [{**TERMINO, "gravedad": "leve"}]}, {"terminos": [{"regla": "x"}]}, {"terminos": [{**TERMINO, "patron": "["}]},
        {"terminos": [{**TERMINO, "otra": "z"}]}, {"terminos": {"regla": "x"}}, {"coherencias": ["x"]},
    ],
)  # fmt: skip
def test_un_vocabulario_mal_escrito_se_niega_y_dice_donde(cambio: dict[str, Any]):
    with pytest.raises(ErrorUso) as error:
        vocabulario_desde({**DATOS_VOCABULARIO, **cambio}, donde="plan.toml")
    assert error.value.donde.startswith("plan.toml")


def test_las_palabras_de_la_entidad_van_primero_y_no_cambian_las_generales():
    unido = ampliar(DATOS_VOCABULARIO, {"columnas": {"meta": {"titulos": ["Propósito"]}}, "meses": {"brumario": 11}})
    vocabulario = vocabulario_desde(unido, donde="unido")
    columna = vocabulario.columna("meta")
    assert columna is not None
    assert (columna.titulos[0], columna.obligatoria, vocabulario.meses["brumario"]) == ("proposito", True, 11)
    assert vocabulario_desde(DATOS_VOCABULARIO, donde="plan") == VOCABULARIO


@pytest.mark.parametrize(
    ("palabra", "veces"),
    [("mensuales", 12), ("bimestral", 6), ("trimestralmente", 4), ("cuatrimestrales", 3), ("semestral", 2)],
)
def test_la_periodicidad_se_compara_con_la_meta_del_ano(palabra: str, veces: int):
    assert "periodicidad_distinta_de_la_meta" not in reglas(una(actividad=f"Publicar informes {palabra}", meta=f"{veces} informes")[1])
    assert "periodicidad_distinta_de_la_meta" in reglas(una(actividad=f"Publicar informes {palabra}", meta=f"{veces + 1} informes")[1])
    assert "periodicidad_distinta_de_la_meta" not in reglas(una(actividad="Informe anual", meta="2 informes")[1])


def test_las_relaciones_entre_metas_salen_del_vocabulario():
    relacion = {
        "regla": "pares",
        "actividad": "^evaluar",
        "contra": "^dialogar",
        "relacion": "multiplo",
        "explicacion": "Van por pares.",
    }
    vocabulario = vocabulario_desde({**DATOS_VOCABULARIO, "coherencias": [relacion]}, donde="v")
    titulos = ("Subcomponente", "Actividad", "Meta", "Responsable", "Fecha")
    for meta, hay in (("4 actas", False), ("5 actas", True)):
        filas = [
            titulos,
            ("Subcomponente 1 A", "Dialogar", "2 foros", "Prensa", "junio"),
            ("", "Evaluar", meta, "Prensa", "junio"),
        ]
        assert ("pares" in reglas(leer_filas(filas, vocabulario=vocabulario)[1], "1.2")) is hay


@given(st.text(max_size=40))
def test_plegar_conserva_el_largo_y_recortar_no_toca_lo_de_adentro(texto: str):
    assert len(plegar(texto)) == len(texto)
    assert recortar(texto) in texto
    assert recortar(recortar(texto)) == recortar(texto)
