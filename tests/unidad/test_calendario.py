"""Los plazos se cuentan con los festivos de Colombia."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.ciclo.calendario import en_letras, es_habil, limite_publicacion, limite_respuesta, sumar_habiles
from rendicion.errores import ErrorUso


@pytest.mark.parametrize(
    ("corte", "limite"), [(date(2020, 4, 30), date(2020, 5, 15)), (date(2020, 8, 31), date(2020, 9, 14)), (date(2020, 12, 31), date(2021, 1, 18))]
)
def test_el_seguimiento_se_publica_en_los_diez_primeros_dias_habiles(corte: date, limite: date) -> None:
    assert limite_publicacion(corte) == limite


def _pascua(anio: int) -> date:
    a, b, c = anio % 19, anio // 100, anio % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    mes, dia = divmod(h + m - 7 * n + 114, 31)
    return date(anio, mes, dia + 1)


def _festivos_por_ley(anio: int) -> set[date]:
    """Calcula los festivos por su regla (Ley 51 de 1983 y Ley 2578 de 2026), sin la biblioteca que usa el código."""
    fijos = [(1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)]
    lunes = [(1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11)]
    lunes += [(7, 9)] if anio >= 2026 else []
    dias = {date(anio, m, d) for m, d in fijos}
    for m, d in lunes:
        dia = date(anio, m, d)
        dias.add(dia + timedelta(days=-dia.weekday() % 7))
    pascua = _pascua(anio)
    return dias | {pascua + timedelta(days=n) for n in (-3, -2, 43, 64, 71)}


@pytest.mark.parametrize("anio", range(2015, 2036))
def test_los_dias_habiles_son_los_que_dice_la_ley(anio: int) -> None:
    festivos = _festivos_por_ley(anio)
    dias = [date(anio, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [d for d in dias if es_habil(d) != (d.weekday() < 5 and d not in festivos)] == []


def test_quince_dias_habiles_o_corridos_segun_se_declare() -> None:
    viernes = date(2020, 3, 13)
    assert limite_respuesta(viernes) == date(2020, 4, 6)
    assert limite_respuesta(viernes, habiles=False) == date(2020, 3, 28)


def test_cero_dias_habiles_se_rechaza_en_vez_de_devolver_el_mismo_dia() -> None:
    with pytest.raises(ErrorUso, match="1 en adelante"):
        sumar_habiles(date(2020, 1, 1), 0)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 60))
def test_entre_el_dia_y_su_limite_hay_exactamente_los_dias_habiles_pedidos(dia: date, cuantos: int) -> None:
    limite = sumar_habiles(dia, cuantos)
    tramo = [dia + timedelta(days=n) for n in range(1, (limite - dia).days + 1)]
    assert es_habil(limite)
    assert sum(es_habil(d) for d in tramo) == cuantos


def test_las_fechas_se_escriben_como_se_leen() -> None:
    assert [en_letras(date(2020, 3, 1)), en_letras(date(2020, 12, 31))] == ["1.º de marzo de 2020", "31 de diciembre de 2020"]
