"""La redacción tapa lo personal y deja lo público."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rendicion.ciclo.redaccion import detectar, redactar

PERMITIDOS = (
    "Salvemos Juntos",
    "Avenida Pedro de Heredia",
    "Calle 30",
    "prensa@ejemplo.gov.co",
    "#AlcaldiaRindeCuentas",
    "Institución Educativa San Felipe Neri",
)


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("Me llamo Juan Pérez y pregunto", "Me llamo [nombre] y pregunto"),
        ("me llamo yurleidis de la hoz y pregunto", "me llamo [nombre] y pregunto"),
        ("ME LLAMO PEDRO ALFONSO DE LA HOZ Y QUIERO SABER", "ME LLAMO [nombre] Y QUIERO SABER"),
        ("Soy maria rodriguez, del barrio", "Soy [nombre], del barrio"),
        ("Soy Yurleidis", "Soy [nombre]"),
        ("El señor Gutiérrez no contesta", "El señor [nombre] no contesta"),
        ("le habla carlos pérez del barrio", "le habla [nombre] del barrio"),
        ("Ayer vino Yurleidis a la oficina", "Ayer vino [nombre] a la oficina"),
        ("Atentamente, Rosa Luz Cantillo", "Atentamente, [nombre]"),
        ("mi cédula es 1.047.123.456", "mi cédula es [documento]"),
        ("C.C. 9 123 456", "C.C. [documento]"),
        ("identificado con cc No. 73123456 de aquí", "identificado con cc No. [documento] de aquí"),
        ("73.123.456", "[número]"),
        ("celular 300 123 45 67", "celular [teléfono]"),
        ("+57 (300) 123-4567", "[teléfono]"),
        ("llámeme al 665 12 34", "llámeme al [teléfono]"),
        ("tres cero cero uno dos tres cuatro", "[número]"),
        ("3 0 0 1 2 3 4 5 6 7", "[teléfono]"),
        ("pepe.perez+x@correo.com.co", "[correo]"),
        ("pepe arroba correo punto com", "[correo]"),
        ("sigo a @yurle22", "sigo a [usuario]"),
        ("queda en la cra 21 # 29-15 apto 301, piso", "queda en la [dirección], piso"),
        ("Mz 5 Lt 12", "[dirección]"),
        ("vivo en el barrio chino y no hay agua", "vivo en [dirección] y no hay agua"),
        ("mi nombre completo es wilmer de jesus tous arroyo y no hay agua", "mi nombre completo es [nombre] y no hay agua"),
        ("yo yuranis paternina berrio identificada con cedula 45532118", "yo [nombre] identificada con cedula [documento]"),
        ("ATTE. YULIETH PÁJARO BALLESTAS", "ATTE. [nombre]"),
        ("Mi cédula 1’047.382.991", "Mi cédula [número]"),
        ("es la 45'532'118", "es la [número]"),
        ("3 0 1 - 5 5 5 - 1 2 3 4", "[teléfono]"),
        ("el seis seis cinco, cuarenta y tres, veintiuno", "el [número]"),
        ("calle 31 d n 45 a 20 los alpes", "[dirección] los alpes"),
        ("Kra 50 Nro 31B-22 Torre 3 Apartamento 804", "[dirección]"),
        ("pepito.perez(arroba)gmail.com", "[correo]"),
        ("luzdary [at] entidad [dot] co", "[correo]"),
        ("pedroruiz AT gmail DOT com", "[correo]"),
        ("es luz1970 gmail com", "es [correo]"),
        ("vea https://www.facebook.com/carlos.marrugo.5.", "vea https://www.[usuario]."),
        ("en instagram yuri_pat93", "en instagram [usuario]"),
        ("la placa ABC12D", "la placa [documento]"),
        ("Sisbén 12345", "Sisbén [documento]"),
        ("Nací el 14/05/1987 y no recibo", "Nací el [número] y no recibo"),
        ("nacida el 14 de mayo de 1987", "nacida el [número]"),
        ("Vino Julio Pérez", "Vino [nombre]"),
    ],
)
def test_lo_personal_se_tapa(texto: str, esperado: str) -> None:
    assert redactar(texto).texto == esperado


@pytest.mark.parametrize(
    "texto",
    [
        "¿Cuándo publican el Plan de Desarrollo 2020-2023?",
        "La Ley 1757 de 2015 y el Decreto 1081 de 2015 lo exigen.",
        "Costó $ 1.500.000.000 y llegó a 120.000 personas, el 100 %.",
        "Publicaron 900 noticias el 2020-03-15 y el 15/03/2020.",
        "La Secretaría de Planeación no respondió en Marzo.",
        "Desde el 30 de julio de 2020 no hay agua.",
        "La alcaldía tiene 1500 seguidores en Twitter: 2020 fue el mejor año.",
        "Unos dos o tres de cuatro puentes, y cinco o seis vías, siguen cerrados.",
        "Arreglen la vía. Soy docente y soy habitante del barrio.",
        "Al señor alcalde: gracias.",
        "¿Por qué el PAE no llegó?",
        "El plan Salvemos Juntos, en la Avenida Pedro de Heredia y la Calle 30, con #AlcaldiaRindeCuentas",
        "Escriba a prensa@ejemplo.gov.co",
        "¿Qué pasó en la Institución Educativa San Felipe Neri?",
    ],
)
def test_lo_publico_y_lo_permitido_se_deja(texto: str) -> None:
    assert redactar(texto, PERMITIDOS).texto == texto


def test_permitir_un_lugar_no_permite_a_la_persona_que_lleva_sus_palabras() -> None:
    assert redactar("Ayer Pedro Heredia llegó", PERMITIDOS).texto == "Ayer [nombre] llegó"


def test_los_caracteres_invisibles_y_las_cifras_de_otros_alfabetos_no_esconden_un_telefono() -> None:
    assert redactar("３００１２３４５６７ y 300\u200b1234\u2060567 y ٣٠٠١٢٣٤٥٦٧").texto == "[teléfono] y [teléfono] y [teléfono]"


def test_lo_hallado_dice_tipo_y_lugar_pero_no_el_dato() -> None:
    redaccion = redactar("Me llamo Juan Pérez, 3001234567")
    assert redaccion.hallados == ("nombre", "telefono")
    assert "Juan" not in repr(detectar("Me llamo Juan Pérez, 3001234567"))


_contexto = st.text(st.sampled_from("abc zé,.;:¿?¡!()#-\n"), max_size=20)
_digitos = st.integers(10**6, 10**10 - 1).map(str)
_separador = st.sampled_from(["", " ", ".", "-", ",", "·", " - "])


@given(_contexto, _digitos, _separador, _contexto)
@settings(max_examples=100, deadline=None)
def test_un_numero_de_siete_cifras_o_mas_nunca_sobrevive(antes: str, digitos: str, separador: str, despues: str) -> None:
    if separador == " - ":
        separador = "-"
    texto = redactar(f"{antes} {separador.join(digitos)} {despues}").texto
    assert not re.search(r"\d{4}", re.sub(r"[^\d\n]", "", texto))


@given(_contexto, st.from_regex(r"[a-z][a-z0-9._]{2,10}@[a-z]{3,8}\.(com|co|gov\.co)", fullmatch=True), _contexto)
def test_un_correo_nunca_sobrevive(antes: str, correo: str, despues: str) -> None:
    assert "@" not in redactar(f"{antes} {correo} {despues}").texto


@given(st.text(st.sampled_from("abcÁZ 0123456789@.#-,\ncalleJuanPérezsoy"), max_size=60))
@example("Soy Juan. 3001234567")
@settings(max_examples=100, deadline=None)
def test_redactar_no_falla_con_ningun_texto_y_no_inventa_cifras(texto: str) -> None:
    assert sum(c.isdigit() for c in redactar(texto).texto) <= sum(c.isdigit() for c in texto)


@pytest.mark.parametrize("trozo", ["a", "1", "calle 1 ", "Juan ", "a.", "@", "cero ", "1 2-", "A de "])
def test_un_texto_enorme_no_bloquea_la_redaccion(trozo: str) -> None:
    inicio = time.perf_counter()
    redactar(trozo * (20_000 // len(trozo)))
    assert time.perf_counter() - inicio < 5
