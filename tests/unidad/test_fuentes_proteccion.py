"""Los detectores de datos personales: ven lo que deben y callan ante fechas, cifras y enlaces."""

from __future__ import annotations

import pytest

from rendicion.proteccion import detectar, ocultar


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
    ],
)
def test_lo_que_no_es_dato_personal_no_da_alarma(texto: str):
    assert detectar(texto) == ()
    assert ocultar(texto) == texto
