"""La cantidad de una meta: lo que se lee, y lo que se deja vacío por no adivinar."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.planes.numeros import Cantidad, leer_cantidad
from tests.unidad.muestras_plan import VOCABULARIO

UNIDADES = [
    "",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
]
UNIDADES += [
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
]
UNIDADES += ["veintiséis", "veintisiete", "veintiocho", "veintinueve"]
DECENAS = ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
CENTENAS = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]


def en_palabras(n: int) -> str:
    if n >= 1000:
        miles = (
            "mil"
            if n // 1000 == 1
            else f"{en_palabras(n // 1000).removesuffix('uno')}{'ún' if str(n // 1000).endswith('21') else 'un' if n // 1000 % 10 == 1 and n // 1000 != 11 else ''} mil"
        )
        return f"{miles} {en_palabras(n % 1000)}".strip()
    if n == 100:
        return "cien"
    resto = n % 100
    decenas = UNIDADES[resto] if resto < 30 else DECENAS[resto // 10] + (f" y {UNIDADES[resto % 10]}" if resto % 10 else "")
    return f"{CENTENAS[n // 100]} {decenas}".strip()


def leer(texto: str) -> Cantidad:
    return leer_cantidad(texto, VOCABULARIO.numeros)


@pytest.mark.parametrize(
    ("texto", "valor", "unidad"),
    [
        ("1 publicación", "1", "publicación"),
        ("Una vez al año", "1", "vez al año"),
        ("Realización de 6 actualizaciones", "6", "actualizaciones"),
        ("1.200 asistentes", "1200", "asistentes"),
        ("1.200,5", "1200.5", None),
        ("1.234.567 visitas", "1234567", "visitas"),
        ("3,5", "3.5", None),
        ("0,125", "0.125", None),
        ("45%", "45", "%"),
        ("100 % de las peticiones", "100", "% de las peticiones"),
        ("cuarenta y cinco por ciento (45%) del plan", "45", "% del plan"),
        ("veintiún informes", "21", "informes"),
        ("VEINTITRES", "23", None),
        ("cuarenta y cinco", "45", None),
        ("mil doscientas copias", "1200", "copias"),
        ("Dos (2) audiencias", "2", "audiencias"),
        ("2 publicaciones en una página", "2", "publicaciones en una página"),
        ("3 informes (uno por mes)", "3", "informes (uno por mes)"),
        ("Una campaña COVID-19", "1", "campaña COVID-19"),
        ("Realización de una audiencia", "1", "audiencia"),
    ],
)
def test_se_lee_la_cantidad_y_su_unidad(texto: str, valor: str, unidad: str | None):
    leida = leer(texto)
    assert (leida.valor, leida.unidad, leida.regla) == (Decimal(valor), unidad, None)


@pytest.mark.parametrize(
    ("texto", "regla"),
    [
        ("12.5", "numero_ambiguo"),
        ("1.23.4", "numero_ambiguo"),
        ("1,200", "numero_ambiguo"),
        ("0.5", "numero_ambiguo"),
        ("2. Informe", "numero_ambiguo"),
        ("2 audiencias y 3 foros", "meta_con_varios_numeros"),
        ("2 audiencias y 2 foros", "meta_con_varios_numeros"),
        ("Dos audiencias y una feria", "meta_con_varios_numeros"),
        ("5-6 informes", "meta_con_varios_numeros"),
        ("2 informes de 2020", "meta_con_varios_numeros"),
        ("dos (3) informes", "meta_con_varios_numeros"),
        ("0 informes", "meta_no_positiva"),
        ("cero", "meta_no_positiva"),
        ("-5", "meta_no_positiva"),
        ("menos dos informes", "meta_no_positiva"),
        ("Audiencia", "meta_sin_numero"),
        ("1º informe", "meta_sin_numero"),
        ("Formato No. 3", "meta_sin_numero"),
        ("campaña COVID-19", "meta_sin_numero"),
        ("", "meta_sin_numero"),
        ("3,14159", "numero_con_muchos_decimales"),
        ("1" + "0" * 15, "numero_demasiado_grande"),
    ],
)
def test_lo_que_no_se_puede_leer_sin_adivinar_queda_vacio_con_su_regla(texto: str, regla: str):
    assert leer(texto) == Cantidad(regla=regla)


def test_se_sabe_si_el_numero_esta_en_palabras_o_dentro_del_texto():
    assert leer("Dos informes").en_palabras
    assert not leer("Dos (2) informes").en_palabras
    assert leer("Realización de 6 talleres").dentro_del_texto
    assert not leer("(6) talleres").dentro_del_texto


@given(st.integers(1, 99_999))
def test_todo_numero_en_palabras_vuelve_a_ser_el_mismo(n: int):
    for texto in (
        en_palabras(n),
        en_palabras(n).upper(),
        f"{en_palabras(n)} informes".translate(str.maketrans("áéíóú", "aeiou")),
    ):
        assert leer(texto).valor == n, texto


@given(st.integers(1, 10**9))
def test_los_miles_con_punto_valen_lo_mismo_que_sin_punto(n: int):
    assert leer(f"{n:,}".replace(",", ".")).valor == leer(str(n)).valor == n


@given(st.text(max_size=60))
def test_cualquier_texto_da_una_meta_positiva_o_una_regla(texto: str):
    leida = leer(texto)
    assert (leida.valor is None) == (leida.regla is not None)
    assert leida.valor is None or (leida.valor > 0 and leida.valor == round(leida.valor, 4))
