"""Las fórmulas del contrato, con ejemplos hechos a mano y con propiedades."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion import indicadores as ind
from rendicion.indicadores import Diario
from tests.unidad.muestras import FIN, INICIO, actividad, plan

CORTE = date(2020, 8, 31)


def diario(fecha: date, cantidad: str, actividad_id: str = "1.1", registros: int = 1) -> Diario:
    return Diario(actividad_id, fecha, Decimal(cantidad), Decimal(cantidad), registros)


def medida(meta: str | None, hecho: str | None, corte: date = CORTE, **otros: object) -> ind.IndicadorActividad:
    diarios = [] if hecho is None else [diario(date(2020, 3, 15), hecho)]
    return ind.indicador_actividad(actividad("1.1", meta, **otros), corte, diarios)


def test_la_programacion_lineal_cuenta_los_dos_extremos() -> None:
    assert ind.programado(actividad(meta="306"), INICIO) == 1
    assert ind.programado(actividad(meta="306"), CORTE) == 184
    assert ind.programado(actividad(meta="306"), FIN) == 306


def test_antes_de_la_ventana_no_hay_nada_programado() -> None:
    assert ind.programado(actividad(meta="306"), INICIO - timedelta(days=1)) == 0
    assert ind.programado(actividad(meta="306"), FIN + timedelta(days=30)) == 306


def test_al_final_programa_toda_la_meta_el_ultimo_dia() -> None:
    unica = actividad(meta="1")
    assert unica.programacion == "al_final"
    assert [ind.programado(unica, d) for d in (FIN - timedelta(days=1), FIN)] == [0, 1]


def test_los_hitos_reparten_la_meta_en_sus_fechas() -> None:
    audiencias = actividad(meta="2", hitos=(date(2020, 6, 30), date(2020, 10, 31)))
    cortes = (date(2020, 6, 29), date(2020, 6, 30), CORTE, date(2020, 10, 31))
    assert [ind.programado(audiencias, c) for c in cortes] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("meta", "hecho", "corte", "estado"),
    [
        (None, "5", CORTE, "sin_meta"),
        ("10", "10", FIN, "cumplida"),
        ("10", "9", FIN, "vencida"),
        ("10", "1", CORTE, "atrasada"),
        ("1", None, CORTE, "no_iniciada"),
        ("10", "9", CORTE, "en_ejecucion"),
    ],
)
def test_el_estado_es_el_primero_que_se_cumple(meta: str | None, hecho: str | None, corte: date, estado: str) -> None:
    assert medida(meta, hecho, corte).estado == estado


def test_el_avance_tiene_tope_y_el_bruto_no() -> None:
    m = medida("10", "25")
    assert (m.avance_bruto, m.avance) == (250, 100)


def test_sin_reporte_el_avance_es_cero_y_lo_reportado_queda_vacio() -> None:
    m = medida("10", None)
    assert m.avance == 0
    assert m.reportado is None
    assert medida("10", "0").reportado == 0


def test_sin_programacion_el_cumplimiento_queda_vacio_y_no_es_cero() -> None:
    m = medida("1", None)
    assert m.cumplimiento is None
    assert m.zona == "sin_programar"


def test_ultimo_toma_el_valor_mas_reciente_y_suma_los_suma() -> None:
    dias = [diario(date(2020, 4, 1), "70"), diario(date(2020, 5, 1), "40")]
    assert ind.ejecutado(actividad(agregacion="suma"), CORTE, dias) == (110, 2)
    assert ind.ejecutado(actividad(agregacion="ultimo"), CORTE, dias) == (40, 2)
    assert ind.ejecutado(actividad(agregacion="ultimo"), date(2020, 4, 30), dias) == (70, 1)


@pytest.mark.parametrize(("valor", "zona"), [("59.999", "baja"), ("60", "media"), ("79.999", "media"), ("80", "alta"), ("100", "alta")])
def test_la_zona_sale_del_cumplimiento_sin_redondear(valor: str, zona: str) -> None:
    assert ind.zona(Fraction(valor)) == zona


@pytest.mark.parametrize(("fraccion", "esperado"), [("1/8", "0.12"), ("3/8", "0.38"), ("200/3", "66.67"), ("0", "0.00"), ("2.675", "2.68")])
def test_redondea_una_vez_y_a_la_cifra_par(fraccion: str, esperado: str) -> None:
    assert str(ind.redondear(Fraction(fraccion), 2)) == esperado


def test_lo_vacio_no_se_redondea_a_cero() -> None:
    assert ind.redondear(None, 2) is None


def test_la_media_pondera_y_deja_por_fuera_lo_vacio_con_su_peso() -> None:
    media = ind.media([(Fraction(3), Fraction(100)), (Fraction(1), Fraction(20)), (Fraction(9), None)])
    assert (media.numerador, media.denominador, media.valor) == (320, 4, 80)


def test_el_total_pesa_los_subcomponentes_y_no_las_actividades() -> None:
    p = plan(
        actividad("1.1", "10", peso_subcomponente=Decimal(3)),
        actividad("1.2", "10", peso_subcomponente=Decimal(3)),
        actividad("2.1", "10"),
    )
    hecho = {"1.1": [diario(INICIO, "10", "1.1")], "1.2": [diario(INICIO, "5", "1.2")]}
    total = ind.medir(p, hecho, FIN).total
    assert total.avance.valor == Fraction(3 * 75 + 0, 4)
    assert (total.con_meta, total.con_reporte) == (3, 2)
    assert total.reportado.valor == 75


def test_cada_dependencia_responde_completa_por_lo_que_comparte() -> None:
    p = plan(actividad("1.1", "10", responsables=("A", "B")), actividad("1.2", "10", responsables=("A",)))
    dependencias = dict(ind.medir(p, {"1.1": [diario(INICIO, "10")]}, FIN).dependencias)
    assert dependencias["A"].avance.valor == 50
    assert dependencias["B"].avance.valor == 100


def test_una_actividad_sin_meta_no_entra_en_ninguna_media() -> None:
    p = plan(actividad("1.1", "10"), actividad("1.2", None))
    total = ind.medir(p, {"1.1": [diario(INICIO, "10")], "1.2": [diario(INICIO, "3", "1.2")]}, FIN).total
    assert total.avance.valor == 100
    assert (total.con_meta, total.con_reporte) == (1, 1)


def test_un_plan_sin_ninguna_meta_no_tiene_media() -> None:
    total = ind.medir(plan(actividad("1.1", None)), {}, FIN).total
    assert total.avance.valor is None
    assert total.cumplimiento.valor is None


def test_los_cortes_son_los_oficiales_hasta_el_de_la_entrega_y_el_de_la_entrega() -> None:
    oficiales = [date(2020, 4, 30), date(2020, 8, 31), FIN]
    assert ind.cortes_de_la_entrega(oficiales, date(2020, 9, 15)) == (date(2020, 4, 30), CORTE, date(2020, 9, 15))
    assert ind.cortes_de_la_entrega(oficiales, CORTE) == (date(2020, 4, 30), CORTE)


def test_la_serie_solo_tiene_meses_cerrados() -> None:
    assert ind.meses_cerrados(date(2020, 1, 5), date(2020, 4, 29)) == (date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31))
    assert ind.meses_cerrados(date(2019, 12, 1), date(2020, 1, 31)) == (date(2019, 12, 31), date(2020, 1, 31))


fechas = st.dates(INICIO, FIN)
cantidades = st.decimals(0, 1000, places=4)
diarios = st.lists(st.builds(diario, fechas, cantidades.map(str)), max_size=12)
metas = st.decimals("0.0001", 1000, places=4).map(str)
actividades = st.builds(
    lambda meta, regla, hitos, agregacion: actividad("1.1", meta, programacion="hitos" if hitos else regla, hitos=tuple(sorted(hitos)), agregacion=agregacion),
    metas,
    st.sampled_from(["lineal", "al_final"]),
    st.sets(fechas, max_size=4),
    st.sampled_from(["suma", "ultimo"]),
)


@given(actividades, diarios, fechas)
def test_los_porcentajes_estan_entre_cero_y_cien(a: ind.Actividad, dias: list[Diario], corte: date) -> None:
    m = ind.indicador_actividad(a, corte, sorted(dias))
    for valor in (m.avance, m.cumplimiento):
        assert valor is None or 0 <= valor <= 100
    assert m.programado is not None
    assert 0 <= m.programado <= Fraction(str(a.meta))


@given(metas, diarios, st.builds(diario, fechas, cantidades.map(str)), fechas)
def test_mas_evidencia_nunca_baja_el_avance(meta: str, dias: list[Diario], otro: Diario, corte: date) -> None:
    a = actividad("1.1", meta)
    antes = ind.indicador_actividad(a, corte, sorted(dias)).avance
    despues = ind.indicador_actividad(a, corte, sorted([*dias, otro])).avance
    assert antes is not None
    assert despues is not None
    assert antes <= despues


@given(metas, fechas, fechas)
def test_lo_programado_nunca_baja_con_el_tiempo(meta: str, uno: date, otro: date) -> None:
    for a in (actividad("1.1", meta), actividad("1.1", meta, programacion="al_final"), actividad("1.1", meta, hitos=(CORTE, FIN), programacion="hitos")):
        primero, segundo = (ind.programado(a, d) for d in sorted((uno, otro)))
        assert primero is not None
        assert segundo is not None
        assert primero <= segundo


@given(st.lists(st.tuples(st.fractions(0, 5), st.none() | st.fractions(0, 100)), max_size=8), st.fractions("1/7", 9))
def test_multiplicar_todos_los_pesos_no_cambia_la_media(pares: list[tuple[Fraction, Fraction | None]], factor: Fraction) -> None:
    valor = ind.media(pares).valor
    assert valor == ind.media([(p * factor, v) for p, v in pares]).valor
    assert valor is None or 0 <= valor <= 100


@given(diarios, st.randoms(use_true_random=False))
def test_el_orden_de_la_evidencia_no_cambia_nada(dias: list[Diario], azar: object) -> None:
    p = plan(actividad("1.1", "500"))
    mezclados = list(dias)
    azar.shuffle(mezclados)  # type: ignore[attr-defined]
    assert ind.calcular(p, dias, [CORTE, FIN]) == ind.calcular(p, mezclados, [CORTE, FIN])
