"""Los porcentajes que calculó la hoja contra los nuestros: cada diferencia lleva su causa."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.fuentes.matriz.causas import Candidato, causa_de, coincide
from rendicion.fuentes.matriz.comparacion import COLUMNAS, en_csv, resumir
from rendicion.fuentes.matriz.numeros import Suyo
from tests.unidad.muestras_matriz import PERIODOS, PORCENTAJES, TITULOS, comparar, fila, fuente, libro, una

TOTALES = [{"patron": "SUBTOTAL*", "nivel": "subcomponente"}, {"patron": "TOTAL DEP*", "nivel": "dependencia"}, {"patron": "TOTAL GENERAL", "nivel": "total"}]


def total(nombre: str, pct: Any) -> list[Any]:
    return [nombre, *[None] * 10, pct]


def causas(*filas: list[Any], **opciones: Any) -> list[str]:
    return [f["causas"] for f in comparar(una(*filas), fuente(**{"porcentajes": PORCENTAJES, "totales": TOTALES, **opciones}))]


@pytest.mark.parametrize(
    ("cambios", "causa"),
    [
        ({"pct": 0.5}, "igual"),
        ({"pct": "50%"}, "igual"),
        ({"meta": 3, "e1": 1, "e2": 1, "pct": 0.67}, "redondeo"),
        ({"meta": 3, "e1": 1, "e2": 1, "pct": 0.66}, "redondeo"),
        ({"meta": 3, "e1": 1, "e2": 1, "pct": 2 / 3}, "igual"),
        ({"e1": 9, "e2": 6, "pct": 1.5}, "tope"),
        ({"e1": 2, "e2": 2, "p1": 4, "p2": 4, "pct": 0.5}, "formula"),
        ({"e1": 9, "e2": 6, "p1": 6, "p2": 4, "meta": 20, "pct": 1.5}, "formula;tope"),
        ({"tipo": "Mantenimiento", "e1": 4, "e2": 5, "pct": 0.9}, "agregacion"),
        ({"e1": 4, "e2": 3, "pct": 0.3}, "formula"),
        ({"e1": 4, "e2": -1, "pct": 0.3}, "evidencia"),
        ({"peso": 0.2, "pct": 0.1}, "peso"),
        ({"meta": "por definir", "pct": 0.5, "p1": 4, "p2": 6}, "sin_dato_nuestro;formula"),
        ({"pct": 0.123}, "sin_explicar"),
        ({"pct": "N/A"}, "no_es_un_numero"),
        ({"pct": "#DIV/0!"}, "no_es_un_numero"),
    ],
)
def test_cada_manera_de_calcular_una_actividad_se_reconoce(cambios: dict[str, Any], causa: str):
    assert causas(fila(**cambios)) == [causa]


def test_si_la_hoja_cuenta_lo_que_no_aceptamos_esa_es_la_causa_aunque_otra_formula_de_lo_mismo():
    con_formula = [fila(f"1.{n}", e1=2, e2=2, p1=4, p2=4, pct=0.5) for n in (1, 2)]
    assert causas(*con_formula, fila("1.3", e1=4, e2=-1, p1=4, p2=6, pct=0.3)) == ["formula", "formula", "evidencia"]


def test_si_lo_ejecutado_no_se_entiende_esa_es_la_causa_y_se_dice_cuando():
    (comparada,) = comparar(una(fila(e1="Se publicó un informe", e2=None, pct=0.37)), fuente(porcentajes=PORCENTAJES))
    assert comparada["causas"] == "evidencia"
    assert comparada["explicacion"] == "Lo que la hoja dice que se hizo en T1 no es un número que se entienda, y nosotros no lo contamos (vea rechazos)."


def test_sin_reporte_el_avance_es_cero_en_la_hoja_y_en_lo_nuestro():
    assert causas(fila("1.1", e1=None, e2=None, pct=0), fila("1.2", pct=0.5)) == ["igual", "igual"]


def test_el_cumplimiento_se_compara_con_lo_programado():
    pct = [{**PORCENTAJES[0], "mide": "cumplimiento"}]
    assert causas(fila(p1=5, p2=5, pct=0.5), porcentajes=pct) == ["igual"]
    assert causas(fila(e1=9, e2=6, pct=1.5), porcentajes=pct) == ["tope"]


def test_en_puntos_o_en_fraccion_es_lo_mismo():
    assert causas(fila(pct=50), escala="puntos") == ["igual"]
    assert causas(fila(pct=50)) == ["sin_explicar"]


@pytest.mark.parametrize(
    ("pct", "causa"),
    [
        ((0.5 * 3 + 1 * 1) / 4, "igual"),
        ((0.5 + 1) / 2, "peso"),
        ((0.5 * 3 + 2 * 1) / 4, "tope"),
        ((0.5 + 2) / 2, "tope;peso"),
        (0.5 * 3 + 1, "denominador"),
        ((0.9 + 0.7) / 2, "formula;peso"),
        (0.111, "sin_explicar"),
    ],
)
def test_cada_manera_de_promediar_un_grupo_se_reconoce(pct: float, causa: str):
    filas = [fila("1.1", peso=3, pct=0.9), fila("1.2", peso=1, e1=12, e2=8, pct=0.7)]
    assert causas(*filas, total("SUBTOTAL Uno", pct))[2:] == [causa]
    assert causas(*filas, total("TOTAL DEPENDENCIA", pct))[2:] == [causa]


def test_dividir_solo_entre_las_que_reportaron_o_contar_las_sin_meta_es_otro_denominador():
    filas = [fila("1.1", e1=5, e2=4), fila("1.2", e1=None, e2=None), fila("1.3", meta="por definir")]
    assert causas(*filas, total("SUBTOTAL", 0.45), total("SUBTOTAL", 0.9), total("SUBTOTAL", 0.3)) == ["igual", "denominador", "denominador"]


def test_el_total_puede_promediar_actividades_dependencias_o_pesar_distinto():
    uno = [TITULOS, fila("1.1", e1=5, e2=5), fila("1.2", e1=5, e2=5), fila("1.3", e1=5, e2=5)]
    dos = [TITULOS, fila("2.1", programa="Dos", e1=0, e2=0), fila("2.2", programa="Dos", e1=5, e2=0)]
    f = fuente(porcentajes=PORCENTAJES, totales=TOTALES)
    for pct, esperada in ((0.625, "igual"), ((3 + 0 + 0.5) / 5, "denominador"), (0.99, "sin_explicar")):
        hechas = comparar(libro({"S01": uno, "S02": [*dos, total("TOTAL GENERAL", pct)]}), f)
        assert [h["causas"] for h in hechas] == [esperada]
        assert (hechas[0]["nivel"], hechas[0]["clave"], hechas[0]["nuestro_pct"]) == ("total", "98001", Decimal("62.50"))


def test_un_subtotal_que_solo_mira_su_hoja_se_dice():
    uno = [TITULOS, fila("1.1", e1=5, e2=5, peso=0.5), total("SUBTOTAL", 1)]
    dos = [TITULOS, fila("1.2", e1=0, e2=0, peso=0.5)]
    hechas = comparar(libro({"S01": uno, "S02": dos}), fuente(porcentajes=PORCENTAJES, totales=TOTALES))
    assert [(h["causas"], h["nuestro_pct"]) for h in hechas] == [("grupo", Decimal("50.00"))]


def test_la_formula_que_explica_mas_celdas_de_la_columna_gana_el_empate():
    columnas = [{**PERIODOS[0], "porcentaje": "% T1"}, {**PERIODOS[1], "porcentaje": "% T2"}]
    filas = [[*TITULOS, "% T1", "% T2"], [*fila("1.1", e1=5, e2=5), 1, 1], [*fila("1.2", e1=3, e2=4), 0.6, 0.8]]
    hechas = comparar(libro({"S01": filas}), fuente(periodos=columnas))
    assert {h["explicacion"] for h in hechas if h["causas"] == "formula"} == {"La hoja divide lo del periodo entre lo programado en el periodo, sin acumular."}


def test_lo_posterior_al_corte_no_se_compara_y_un_total_sin_nivel_tampoco():
    f = fuente(porcentajes=PORCENTAJES, filas_total=["total*"])
    hechas = comparar(una(fila(pct=0.5), total("TOTAL", 0.5)), f, corte=date(2021, 3, 31))
    assert [(h["causas"], h["nuestro_pct"]) for h in hechas] == [("posterior_al_corte", None)]


def test_un_dato_personal_en_la_columna_del_porcentaje_no_se_publica():
    (hecha,) = comparar(una(fila(pct="cc 1047123456")), fuente(porcentajes=PORCENTAJES))
    assert (hecha["causas"], "1047123456" in repr(hecha)) == ("no_es_un_numero", False)


def test_el_csv_lleva_todas_las_columnas_y_no_deja_formulas():
    hechas = comparar(una(fila(pct=0.5)), fuente(porcentajes=PORCENTAJES))
    hechas[0]["explicacion"] = "=1+1"
    (leida,) = csv.DictReader(io.StringIO(en_csv(hechas).decode()))
    assert tuple(leida) == COLUMNAS
    assert (leida["suyo_pct"], leida["nuestro_pct"], leida["diferencia"], leida["explicacion"]) == ("50", "50.00", "0.00", "'=1+1")
    assert en_csv([]).decode() == ",".join(COLUMNAS) + "\n"
    assert resumir(hechas) == [("igual", 1)]


@given(st.fractions(0, 300, max_denominator=997), st.integers(0, 6))
def test_la_cifra_redondeada_o_cortada_siempre_coincide_con_la_exacta(valor: Fraction, decimales: int):
    escala = 10**decimales
    assert coincide(Suyo(Fraction(round(valor * escala), escala), decimales), valor)
    lejos = Suyo(Fraction(round(valor * escala) + 2, escala), decimales)
    assert not coincide(lejos, valor)


@given(st.fractions(0, 200, max_denominator=50), st.lists(st.tuples(st.fractions(0, 200, max_denominator=50), st.sampled_from([("tope",), ("peso", "tope")])), max_size=5))
def test_toda_diferencia_tiene_causa_y_explicacion(nuestro: Fraction, otros: list[tuple[Fraction, tuple[str, ...]]]):
    candidatos = [Candidato(nuestro), *(Candidato(v, c, f"hace {c}") for v, c in otros)]
    causas_, texto = causa_de(Suyo(Fraction(77), 0), candidatos, {})
    assert causas_
    assert texto.endswith(".")
    if causas_ == ("igual",):
        assert nuestro == 77
