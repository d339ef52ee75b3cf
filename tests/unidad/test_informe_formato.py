"""Los números, las fechas y los enlaces, como los espera una persona."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rendicion.informe import formato


@pytest.mark.parametrize(("valor", "escrito"), [(None, "sin dato"), (Decimal("1234.5"), "1.234,5"), (0, "0"), (Decimal("900.0000"), "900"), (1_100, "1.100")])
def test_los_numeros_llevan_punto_de_miles_y_coma_decimal(valor: Decimal | int | None, escrito: str) -> None:
    assert formato.numero(valor) == escrito


@pytest.mark.parametrize(
    ("valor", "escrito"),
    [(None, "sin dato"), ("72.36", "72,4 %"), ("0.00", "0 %"), ("0.03", "0,03 %"), ("99.97", "99,97 %"), ("79.96", "79,96 %"), ("59.99", "59,99 %"), ("100.00", "100 %"), ("80.00", "80 %")],
)
def test_un_porcentaje_no_cruza_de_zona_al_redondear(valor: str | None, escrito: str) -> None:
    assert formato.porcentaje(None if valor is None else Decimal(valor)).replace("\u00a0", " ") == escrito


def test_las_fechas_llevan_el_mes_en_letras() -> None:
    assert formato.fecha_larga(date(2020, 12, 31)) == "31 de diciembre de 2020"
    assert formato.fecha_larga(None) == "sin dato"


@pytest.mark.parametrize(("octetos", "escrito"), [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12,3 kB"), (2_500_000, "2,5 MB")])
def test_los_tamanos_se_leen(octetos: int, escrito: str) -> None:
    assert formato.tamano(octetos).replace("\u00a0", " ") == escrito


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "JavaScript:alert(1)", "//malo.example", "data:text/html,1", "https://", "https://a b", "http://u:p@malo.example/", "https://x/\u202e", "https://x:noes/",
     "https://x/" + "a" * 600, "ftp://x/y", 'https://x/"onclick'],
)
def test_una_direccion_dudosa_no_se_enlaza(url: str | None) -> None:
    assert formato.enlace_seguro(url) is None


@pytest.mark.parametrize("url", ["https://www.ejemplo.invalid/a?b=1&c=2#d", "http://ejemplo.invalid"])
def test_una_direccion_http_se_enlaza_tal_cual(url: str) -> None:
    assert formato.enlace_seguro(url) == url


def test_un_texto_largo_se_corta_entre_palabras() -> None:
    assert formato.limpio("Publicar los avances trimestrales", 22) == "Publicar los avances…"
    assert formato.limpio("a\u202eb\x00c", 22) == "abc"
    assert len(formato.limpio("x" * 1_000_000, 40)) == 40
