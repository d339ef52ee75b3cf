"""Los detectores de datos personales: ven lo que deben y callan ante fechas, cifras y enlaces."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rendicion.proteccion import CLAVE_DUDOSA, DETECTORES, INDICIOS, URL_DUDOSA, clave_personal, detectar, nombres_publicables, ocultar, url_personal


@pytest.mark.parametrize(
    ("texto", "clase"),
    [
        ("escriba a ana.perez@cartagena.gov.co", "correo"),
        ("CC 1047123456 de Cartagena", "cedula"),
        ("cédula de ciudadanía No. 45.678.901", "cedula"),
        ("1.047.123.456", "cedula"),
        ("identificado con 73123456", "cedula"),
        ("1047123456", "cedula"),
        ("llame al 300 123 4567", "telefono"),
        ("+57 3001234567", "telefono"),
        ("605 664 1234", "telefono"),
        ("tel. 6641234", "telefono"),
        ("vive en la calle 30 # 17-25", "direccion"),
        ("Cra. 5a No 12", "direccion"),
        ("Mz 5 Lote 12", "direccion"),
    ],
)
def test_un_dato_personal_se_detecta_y_se_oculta(texto: str, clase: str):
    assert clase in [d.clase for d in detectar(texto)]
    assert "[dato personal]" in ocultar(texto)


@pytest.mark.parametrize(
    "texto",
    [
        "Rendición de cuentas 2020",
        "15/03/2020",
        "2020-03-15T10:30:00",
        "se invirtieron $ 1.234.567,89",
        "12 piezas",
        "1.4",
        "https://red.example/estado/1240000000000000101",
        "Ley 1757 de 2015, artículo 53",
        "#AlcaldiaRindeCuentas",
        "Avenida Pedro de Heredia",
        "calle de la paz, 3 jornadas",
        "contrato por $1.234.567",
        "atender a 1.200.000 personas",
        "1234567 reproducciones",
        "Está en avances.csv, hoja Enero, fila 1234567, columna «Fecha»",
    ],
)
def test_lo_que_no_es_dato_personal_no_da_alarma(texto: str):
    assert detectar(texto) == ()
    assert ocultar(texto) == texto


@pytest.mark.parametrize(
    ("clave", "columna", "personal"),
    [
        ("1047123456", "Cédula", True),
        ("3001234567", "Celular de contacto", True),
        ("73123456", "Número de identificación", True),
        ("73123456", "Identificador de la publicación", False),
        ("1047123456", "Radicado", False),
        ("EXT-20-0001", "Radicado", False),
        ("Elaboró: Ana, CC 1047123456", "Radicado", True),
        ("ana@correo.example", "id", True),
        ("hoja Enero, fila 1234567", "", False),
    ],
)
def test_un_numero_suelto_es_una_clave_salvo_que_su_columna_diga_que_es_de_una_persona(clave: str, columna: str, personal: bool):
    assert clave_personal(clave, columna) is personal


@pytest.mark.parametrize(
    ("url", "personal"),
    [
        ("https://x.example/?cedula=1047123456", True),
        ("https://x.example/ver?n=1&Correo=nadie", True),
        ("https://x.example/perfil/ana%40correo.example", True),
        ("https://x.example/nota?p=1047123456", False),
        ("https://x.example/@alcaldia/1047123456", False),
        ("https://x.example/?cedula=", False),
    ],
)
def test_una_direccion_web_con_un_correo_o_una_cedula_no_se_publica(url: str, personal: bool):
    assert url_personal(url) is personal


PARTES = st.sampled_from(
    ["CC", "c.c.", "Cédula", "TI", "CE", "nuip", "identificado con", "cédula de ciudadanía", "1047123456", "73123456", "45.678.901", "1.047.123.456", "3001234567", "300 123 4567",
     "605 664 1234", "+57", "tel", "Celular:", "móvil", "664 1234", "ana@correo.example", "ana @ correo.example", "calle", "Cra.", "Mz", "diagonal", "30", "5a", "# 17-25", "No 12", "Lote 12",
     "EXT-20-0001", "fila", "A1", "-", "#", ".", ",", "cedula=", "correo=", "?", "&", "%40", "x"]
)  # fmt: skip


@given(st.lists(PARTES, min_size=1, max_size=5), st.sampled_from(["", " ", " - "]))
def test_lo_que_se_detecta_uno_por_uno_siempre_pasa_por_lo_dudoso(partes: list[str], union: str):
    clave = union.join(partes)
    if clave_personal(clave, "Cédula"):
        assert pc.match_substring_regex(pa.array([clave]), CLAVE_DUDOSA)[0].as_py(), clave
    url = f"https://x.example/?{clave}"
    if url_personal(url):
        assert pc.match_substring_regex(pa.array([url]), URL_DUDOSA)[0].as_py(), url


@example(["CC", "123456"], " ")
@example(["tel", "664123", "4"], "")
@example(["ana@correo.example"], "")
@given(st.lists(PARTES | st.sampled_from(["٣٠٠١٢٣٤٥٦٧", "3\n0 0-1 2 3", "(605)664", "123456"]), min_size=1, max_size=5), st.sampled_from(["", " ", ".", "-", "\t"]))
def test_lo_que_ve_un_detector_siempre_trae_su_indicio(partes: list[str], union: str):
    texto = union.join(partes)
    vistas = {clase for clase, patron in DETECTORES.items() if patron.search(texto)}
    assert vistas <= {clase for clase in DETECTORES if clase not in INDICIOS or INDICIOS[clase].search(texto)}


def test_el_nombre_de_una_hoja_o_de_un_archivo_no_muestra_a_nadie_y_sigue_siendo_distinto():
    assert nombres_publicables(["corte 20200430.csv", "3009999001.csv", "3009999002.csv"]) == ["corte 20200430.csv", "[dato personal].csv", "[dato personal].csv (2)"]
