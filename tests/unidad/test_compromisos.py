"""El estado de un compromiso sale de sus fechas, no de lo que alguien escribió."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esquemas import TABLAS
from rendicion.ciclo.compromisos import CambioDePlazo, Compromiso, calcular, historia_de_plazos, indicadores

CORTE = date(2020, 12, 31)


def _compromiso(**cambios: object) -> Compromiso:
    base = Compromiso("C-1", "Audiencia de junio", date(2020, 6, 30), "Publicar el informe", ("Planeación", "Prensa"), date(2020, 9, 30))
    return replace(base, **cambios)  # type: ignore[arg-type]


def _reglas(*registros: Compromiso, corte: date = CORTE) -> list[str]:
    return [h.regla for h in calcular(registros, corte)[1]]


@pytest.mark.parametrize(
    ("plazo", "cumplimiento", "corte", "estado", "retraso"),
    [
        (date(2020, 9, 30), None, date(2020, 9, 30), "pendiente", 0),
        (date(2020, 9, 30), None, date(2020, 10, 1), "vencido", 1),
        (date(2020, 9, 30), date(2020, 9, 30), CORTE, "cumplido", 0),
        (date(2020, 9, 30), date(2020, 10, 5), CORTE, "cumplido_tarde", 5),
        (date(2020, 9, 30), date(2020, 10, 5), date(2020, 10, 4), "vencido", 4),
        (None, None, CORTE, "sin_plazo", None),
        (None, date(2020, 10, 5), CORTE, "cumplido", None),
    ],
)
def test_el_estado_y_el_retraso_salen_de_las_fechas(plazo: date | None, cumplimiento: date | None, corte: date, estado: str, retraso: int | None) -> None:
    [fila], _ = calcular([_compromiso(plazo=plazo, fecha_cumplimiento=cumplimiento)], corte)
    assert (fila["estado"], fila["dias_retraso"]) == (estado, retraso)


def test_las_filas_tienen_las_columnas_de_la_tabla_y_salen_en_orden() -> None:
    filas, _ = calcular([_compromiso(id="C-2"), _compromiso()], CORTE)
    assert [f["compromiso_id"] for f in filas] == ["C-1", "C-2"]
    assert tuple(filas[0]) == TABLAS["compromisos"].nombres
    assert filas[0]["responsables"] == "Planeación;Prensa"


def test_en_un_corte_anterior_no_se_publica_ni_el_cumplimiento_ni_su_prueba() -> None:
    registro = _compromiso(fecha_cumplimiento=date(2020, 9, 1), evidencia_url="https://ejemplo.gov.co/acta")
    [antes], hallazgos = calcular([registro], date(2020, 8, 31))
    [despues], _ = calcular([registro], CORTE)
    assert (antes["fecha_cumplimiento"], antes["evidencia_url"], antes["estado"]) == (None, None, "pendiente")
    assert (despues["fecha_cumplimiento"], despues["evidencia_url"]) == (date(2020, 9, 1), "https://ejemplo.gov.co/acta")
    assert [h.regla for h in hallazgos] == ["cumplimiento_posterior_al_corte"]


def test_un_compromiso_posterior_al_corte_no_esta_pero_se_dice() -> None:
    filas, hallazgos = calcular([_compromiso()], date(2020, 4, 30))
    assert filas == []
    assert [h.regla for h in hallazgos] == ["posterior_al_corte"]


@pytest.mark.parametrize("texto", ["Cumplido", "CUMPLIDA", "se cumplió", "Compromiso cumplido.", "Cumplido por Planeación sin novedad"])
def test_decir_cumplido_con_menos_de_cien_es_un_hallazgo_grave(texto: str) -> None:
    _, hallazgos = calcular([_compromiso(estado_texto=texto, porcentaje=Decimal(80))], CORTE)
    [grave] = [h for h in hallazgos if h.gravedad == "grave"]
    assert (grave.regla, grave.literal, grave.valor) == ("cumplido_con_porcentaje_menor", texto, "80 %")


@pytest.mark.parametrize("texto", ["No cumplido", "Incumplido", "aún no se ha cumplido", "Cumplido parcialmente", "Sin cumplir", "Por cumplir", None, ""])
def test_no_cumplido_nunca_se_lee_como_cumplido(texto: str | None) -> None:
    assert _reglas(_compromiso(estado_texto=texto, porcentaje=Decimal(80))) == []


def test_decir_cumplido_sin_fecha_no_cuenta_como_cumplido() -> None:
    [fila], hallazgos = calcular([_compromiso(estado_texto="Cumplido", porcentaje=Decimal(100))], CORTE)
    assert fila["estado"] == "vencido"
    assert [h.regla for h in hallazgos] == ["cumplido_sin_fecha"]


def test_las_contradicciones_se_publican_y_un_enlace_peligroso_no() -> None:
    malo = _compromiso(plazo=date(2020, 6, 1), fecha_cumplimiento=date(2020, 6, 2), estado_texto="En trámite", evidencia_url="javascript:alert(1)")
    [fila], _ = calcular([malo], CORTE)
    assert fila["evidencia_url"] is None
    assert sorted(_reglas(malo)) == ["cumplido_antes_de_asumirse", "evidencia_invalida", "fecha_sin_cumplido", "plazo_anterior_al_compromiso"]


def test_un_numero_repetido_deja_una_fila_y_un_hallazgo() -> None:
    filas, hallazgos = calcular([_compromiso(), _compromiso(compromiso="Otro")], CORTE)
    assert [f["compromiso"] for f in filas] == ["Publicar el informe"]
    assert [h.regla for h in hallazgos] == ["compromiso_repetido"]


def test_los_cambios_de_plazo_valen_desde_su_dia_y_quedan_en_la_historia() -> None:
    registro = _compromiso(cambios=(CambioDePlazo(date(2020, 11, 15), date(2021, 1, 31)), CambioDePlazo(date(2020, 9, 1), date(2020, 10, 31), "Pandemia")))
    plazos = [calcular([registro], c)[0][0]["plazo"] for c in (date(2020, 8, 31), date(2020, 9, 1), CORTE)]
    assert plazos == [date(2020, 9, 30), date(2020, 10, 31), date(2021, 1, 31)]
    assert [(f["antes"], f["despues"], f["motivo"], f["dias_movidos"]) for f in historia_de_plazos([registro], CORTE)] == [
        (date(2020, 9, 30), date(2020, 10, 31), "Pandemia", 31),
        (date(2020, 10, 31), date(2021, 1, 31), None, 92),
    ]
    assert _reglas(registro) == ["plazo_cambiado", "plazo_cambiado_vencido"]


def test_los_indicadores_llevan_numerador_denominador_y_antiguedad() -> None:
    registros = [
        _compromiso(id="1", fecha_cumplimiento=date(2020, 9, 1)),
        _compromiso(id="2", fecha_cumplimiento=date(2020, 10, 1)),
        _compromiso(id="3"),
        _compromiso(id="4", plazo=date(2020, 12, 30)),
        _compromiso(id="5", plazo=date(2021, 1, 30)),
        _compromiso(id="6", plazo=None),
        _compromiso(id="7", plazo=None, fecha_cumplimiento=date(2020, 10, 1)),
    ]
    medidas = indicadores(calcular(registros, CORTE)[0])
    assert (medidas["cumplimiento_numerador"], medidas["cumplimiento_denominador"], medidas["cumplimiento_pct"]) == (3, 7, Decimal("42.86"))
    assert (medidas["puntualidad_numerador"], medidas["puntualidad_denominador"], medidas["puntualidad_pct"]) == (1, 4, Decimal("25.00"))
    assert medidas["vencidos_por_retraso"] == {"1–30 días": 1, "31–90 días": 0, "91–180 días": 1, "más de 180 días": 0}
    assert (medidas["retraso_medio_dias"], medidas["retraso_maximo_dias"]) == (Decimal("46.50"), 92)


def test_sin_compromisos_los_porcentajes_quedan_vacios_y_no_en_cero() -> None:
    medidas = indicadores([])
    assert (medidas["compromisos"], medidas["cumplimiento_pct"], medidas["puntualidad_pct"], medidas["retraso_medio_dias"]) == (0, None, None, None)


_dias = st.dates(date(2020, 1, 1), date(2021, 6, 30))


@given(plazo=st.none() | _dias, cumplido=st.none() | _dias, corte=_dias)
def test_estado_y_retraso_nunca_se_contradicen(plazo: date | None, cumplido: date | None, corte: date) -> None:
    filas, _ = calcular([_compromiso(fecha=date(2020, 1, 1), plazo=plazo, fecha_cumplimiento=cumplido)], corte)
    for fila in filas:
        tarde = fila["estado"] in ("vencido", "cumplido_tarde")
        assert tarde == bool(fila["dias_retraso"])
        assert (fila["dias_retraso"] is None) == (plazo is None)
        assert (fila["fecha_cumplimiento"] is not None) == (fila["estado"] in ("cumplido", "cumplido_tarde"))
        assert fila["fecha_cumplimiento"] is None or fila["fecha_cumplimiento"] <= corte  # type: ignore[operator]


@given(st.lists(st.tuples(st.none() | _dias, st.none() | _dias), max_size=8))
def test_los_estados_suman_todos_los_compromisos(pares: list[tuple[date | None, date | None]]) -> None:
    registros = [_compromiso(id=str(n), fecha=date(2020, 1, 1), plazo=p, fecha_cumplimiento=c) for n, (p, c) in enumerate(pares)]
    medidas = indicadores(calcular(registros, CORTE + timedelta(days=90))[0])
    assert sum(int(str(medidas[e])) for e in ("sin_plazo", "pendiente", "vencido", "cumplido", "cumplido_tarde")) == len(registros)
