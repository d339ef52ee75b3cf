"""Las fechas de un plan: ventanas, hitos y lo que no se entiende."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.planes.fechas import FechaLeida, PalabrasFecha, leer_fecha
from tests.unidad.muestras_plan import VOCABULARIO

PALABRAS = PalabrasFecha(VOCABULARIO.meses, VOCABULARIO.periodos, VOCABULARIO.ordinales)
MESES = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]


def leer(texto: str) -> FechaLeida | None:
    return leer_fecha(texto, 2020, PALABRAS)


@pytest.mark.parametrize(
    ("texto", "inicio", "fin"),
    [
        ("De 1 de enero de 2020 a diciembre 20 de 2020", "2020-01-01", "2020-12-20"),
        ("Desde el 1 de marzo al 31 de diciembre de 2020.", "2020-03-01", "2020-12-31"),
        ("Del 1 de marzo al 30 de junio", "2020-03-01", "2020-06-30"),
        ("del 1 al 30 de junio", "2020-06-01", "2020-06-30"),
        ("01/03/2020 - 30/06/2020", "2020-03-01", "2020-06-30"),
        ("2020-03-01 - 2020-06-30", "2020-03-01", "2020-06-30"),
        ("MARZO A DICIEMBRE DE 2020", "2020-03-01", "2020-12-31"),
        ("Entre marzo y junio", "2020-03-01", "2020-06-30"),
        ("noviembre de 2020 a febrero de 2021", "2020-11-01", "2021-02-28"),
        ("1º de marzo al 2 de abril", "2020-03-01", "2020-04-02"),
        ("primer trimestre", "2020-01-01", "2020-03-31"),
        ("I trimestre", "2020-01-01", "2020-03-31"),
        ("2º trimestre de 2021", "2021-04-01", "2021-06-30"),
        ("segundo semestre", "2020-07-01", "2020-12-31"),
        ("tercer cuatrimestre", "2020-09-01", "2020-12-31"),
    ],
)
def test_se_lee_una_ventana(texto: str, inicio: str, fin: str):
    assert leer(texto) == FechaLeida(date.fromisoformat(inicio), date.fromisoformat(fin))


@pytest.mark.parametrize(
    ("texto", "hitos"),
    [
        ("junio/octubre 2020", ["2020-06-30", "2020-10-31"]),
        ("octubre y junio", ["2020-06-30", "2020-10-31"]),
        ("marzo, junio y septiembre", ["2020-03-31", "2020-06-30", "2020-09-30"]),
        ("30 de junio de 2020", ["2020-06-30"]),
        ("30 de junio, 2020", ["2020-06-30"]),
        ("junio", ["2020-06-30"]),
        ("Febrero", ["2020-02-29"]),
        ("setiembre 2021", ["2021-09-30"]),
        ("1º de marzo", ["2020-03-01"]),
        ("primero de marzo", ["2020-03-01"]),
        ("15 y 30 de junio", ["2020-06-15", "2020-06-30"]),
        ("2020-06-30", ["2020-06-30"]),
        ("30/06/2020", ["2020-06-30"]),
        ("15-jun-2020", ["2020-06-15"]),
    ],
)
def test_se_leen_hitos_y_un_mes_vale_por_su_ultimo_dia(texto: str, hitos: list[str]):
    assert leer(texto) == FechaLeida(hitos=tuple(date.fromisoformat(h) for h in hitos))


def test_un_limite_solo_deja_abierto_el_otro_extremo():
    assert leer("hasta el 30 de junio") == FechaLeida(fin=date(2020, 6, 30))
    assert leer("desde marzo") == FechaLeida(inicio=date(2020, 3, 1))


@pytest.mark.parametrize(
    "texto",
    [
        "trimestral", "mensual", "permanente", "31 de junio", "00/00/2020", "0 de junio", "01/03/20", "2020", "quinto trimestre",
        "diciembre a enero", "marzo 15 junio 20", "I y II trimestre", "15 y primer trimestre", "por definir", "", "/", "a", "junio a", "99",
        "32/01/2020", "antes de la audiencia de junio",
    ],
)  # fmt: skip
def test_lo_que_no_se_entiende_completo_no_se_entiende(texto: str):
    assert leer(texto) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_una_fecha_se_lee_igual_de_cualquier_forma_que_se_escriba(dia: date):
    mes = MESES[dia.month - 1]
    for texto in (
        dia.isoformat(), f"{dia:%d/%m/%Y}", f"{dia.day} de {mes} de {dia.year}", f"{mes} {dia.day} de {dia.year}",
        f"{mes.upper()} {dia.day}, {dia.year}", f"El {dia.day} de {mes[:3]}. del año {dia.year}",
    ):  # fmt: skip
        assert leer(texto) == FechaLeida(hitos=(dia,)), texto


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_un_rango_es_una_ventana_solo_si_no_esta_al_reves(uno: date, otro: date):
    texto = f"del {uno.day} de {MESES[uno.month - 1]} de {uno.year} al {otro:%d/%m/%Y}"
    assert leer(texto) == (FechaLeida(uno, otro) if uno <= otro else None)


@given(
    st.lists(
        st.sampled_from([*MESES, *["a", "al", "de", "y", "/", "-", ",", "1", "15", "31", "2020", "primer", "I", "trimestre", "hasta", "desde", "entre"]]),
        max_size=8,
    )
)
def test_ninguna_combinacion_de_palabras_de_fecha_rompe_la_lectura(palabras: list[str]):
    leida = leer(" ".join(palabras))
    assert leida is None or leida.inicio or leida.fin or leida.hitos


@given(st.text(max_size=40))
def test_ningun_texto_rompe_la_lectura(texto: str):
    leer(texto)
