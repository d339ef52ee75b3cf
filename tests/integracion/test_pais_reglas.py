"""Lo que Arrow aparta antes de Great Expectations nunca esconde una falta: el veredicto de cada fila es el de la regla."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esquemas import TABLAS
from validaciones.motor import Motor
from validaciones.negocio import patron_anfitriones, patron_hashtags
from validaciones.pais import Caso, juzgar, patron_suficiente
from validaciones.reglas import Regla

HASHTAGS = patron_hashtags(["#CuentasClaras", "#Año_2", "#Cuentas"])
PATRONES = [
    HASHTAGS,
    patron_anfitriones(["www.ejemplo.gov.co"]),
    r"^https?://[^\s/?#]+[^\s]*$",
    *(rf"^(?:{c.patron})$" for t in TABLAS.values() for c in t.campos if c.patron),
]
TROZOS = st.sampled_from(["#CuentasClaras", "#cuentasclaras", "#Cuentas", "#Año_2", "https://", "http://", "www.ejemplo.gov.co", "WWW.EJEMPLO.GOV.CO", "/", "?", ":80", " ", "\n", "\x1c", "\u00a0", "é", "_", "1", "a", "ſ", "K"])
TEXTOS = st.lists(TROZOS, max_size=6).map("".join) | st.text(max_size=12)


@pytest.fixture(scope="module")
def motor():
    return Motor()


def _apartados(patron: str, texto: str) -> bool:
    suficiente = patron_suficiente(patron)
    assert suficiente is not None
    visto = pa.compute.match_substring_regex(pa.array([texto]), suficiente.patron)[0].as_py()
    return visto and (not suficiente.solo_ascii or bool(re.fullmatch(r"[ -~]*", texto)))


@pytest.mark.parametrize("patron", PATRONES)
@settings(max_examples=150)
@given(TEXTOS)
def test_todo_lo_que_arrow_aparta_cumple_el_patron_de_python(patron, texto):
    if _apartados(patron, texto):
        assert re.match(patron, texto)


def test_lo_que_arrow_aparta_es_casi_todo_lo_que_cumple():
    assert _apartados(HASHTAGS, "Ñandú: feria #CuentasClaras, abril")
    assert _apartados(HASHTAGS, "#CuentasClaras")
    assert not _apartados(HASHTAGS, "#CuentasClarasé")
    assert _apartados(PATRONES[1], "https://www.ejemplo.gov.co/nota?x=1")


def test_un_patron_que_arrow_no_entiende_lo_mira_entero_great_expectations():
    assert patron_suficiente(r"^(?!x).*$") is None


def _regla(expectativa: str, **parametros: object) -> Regla:
    return Regla("t", "r", "d", "n", "rechaza", "q", expectativa, {"column": "c", **parametros}, campo="c")


@pytest.mark.parametrize("patron", [HASHTAGS, r"^https?://[^\s/?#]+[^\s]*$"])
@settings(max_examples=12, deadline=None)
@given(textos=st.lists(TEXTOS | st.none(), min_size=1, max_size=40))
def test_el_veredicto_de_cada_fila_es_el_de_mirarlas_todas(motor, patron, textos):
    columna = pa.array(textos, pa.string())
    regla = _regla("ExpectColumnValuesToMatchRegex", regex=patron)
    (veredicto,) = juzgar(motor, {"c": columna}, [Caso("c", regla)])
    (entero,) = motor.validar(pa.table({"c": columna}), [regla])
    hallado = () if veredicto.fallan is None else tuple(np.flatnonzero(veredicto.fallan).tolist())
    assert hallado == entero.filas
    assert int(veredicto.revisadas.sum()) == entero.revisadas


@settings(max_examples=12, deadline=None)
@given(claves=st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_las_claves_repetidas_son_las_de_mirarlas_todas(motor, claves):
    regla = _regla("ExpectColumnValuesToBeUnique")
    otra = _regla("ExpectColumnValuesToNotBeNull")
    (veredicto, _) = juzgar(motor, {"c": pa.array(claves, pa.int64()), "d": pa.array(["x"] * 50)}, [Caso("c", regla, directa=True), Caso("d", otra)])
    (entero,) = motor.validar(pa.table({"c": pa.array(claves, pa.int64())}), [regla])
    assert (() if veredicto.fallan is None else tuple(np.flatnonzero(veredicto.fallan).tolist())) == entero.filas


def test_una_columna_toda_vacia_no_corre_y_no_tumba_a_las_demas(motor):
    sin_nada = pa.array([None, None], pa.string())
    regla = _regla("ExpectColumnValuesToMatchRegex", regex="^x$")
    vacia, obligatoria = juzgar(motor, {"c": sin_nada}, [Caso("c", regla), Caso("c", _regla("ExpectColumnValuesToNotBeNull"))])
    assert (vacia.fallan, int(vacia.revisadas.sum())) == (None, 0)
    assert obligatoria.fallan.tolist() == [True, True]
