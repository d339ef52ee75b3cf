"""Qué fuentes están viejas para el corte y cuáles faltan, sin mirar el reloj."""

from __future__ import annotations

from datetime import date

import pytest

from rendicion.antiguedad import hallazgos, inicio_del_periodo
from rendicion.fuente import Fuente

CORTE = date(2020, 12, 31)


def fuente(**cambios: object) -> Fuente:
    return Fuente(**{"id": "noticias", "tipo": "csv", "lugar": "n.csv", "dependencia": "Prensa", "columnas": {}, "actividad": "1.4", "frecuencia": "R/P1M", **cambios})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frecuencia", "ultima", "vieja"),
    [
        ("R/P1M", date(2020, 12, 1), False),
        ("R/P1M", date(2020, 11, 30), True),
        ("R/P1W", date(2020, 12, 25), False),
        ("R/P1W", date(2020, 12, 24), True),
        ("R/P4M", date(2020, 9, 1), False),
        ("R/P4M", date(2020, 8, 31), True),
        ("R/P1Y", date(2020, 1, 1), False),
        ("R/P1M", None, True),
        (None, None, False),
        ("cada mes", date(2019, 1, 1), False),
    ],
)
def test_una_fuente_es_vieja_si_no_trae_nada_del_ultimo_periodo_de_su_frecuencia(frecuencia: str | None, ultima: date | None, vieja: bool) -> None:
    reglas = [h.regla for h in hallazgos([fuente(frecuencia=frecuencia)], ["noticias"], {"noticias": ultima}, CORTE)]
    assert reglas == (["fuente_vieja"] if vieja else [])


def test_el_mensaje_dice_desde_cuando_debia_traer_y_que_trae() -> None:
    (sin_nada,) = hallazgos([fuente()], ["noticias"], {}, CORTE)
    assert sin_nada.explicacion == (
        "La fuente está vieja para el corte 2020-12-31: declara R/P1M, así que debía traer algo después del 2020-11-30, "
        "y no trae ningún registro hasta el corte."
    )
    assert sin_nada.valor is None


def test_una_fuente_que_no_se_pudo_leer_se_dice_con_su_actividad_y_no_como_vieja() -> None:
    (h,) = hallazgos([fuente()], [], {}, CORTE)
    assert (h.origen, h.regla, h.gravedad) == ("noticias", "sin_dato_de_la_fuente", "grave")
    assert h.explicacion == "Sin dato de esta fuente: no se pudo leer. Lo que debía decir sobre la actividad 1.4 falta en esta entrega; eso no es un cero."
    (varias,) = hallazgos([fuente(actividad=None)], [], {}, CORTE)
    assert "las actividades que dependen de ella" in varias.explicacion


def test_una_fuente_de_otra_tabla_no_se_mide_por_la_fecha_de_los_avances() -> None:
    assert list(hallazgos([fuente(tabla="dialogo")], ["noticias"], {}, CORTE)) == []


def test_una_frecuencia_imposible_no_detiene_la_corrida() -> None:
    assert inicio_del_periodo("R/P9999Y", CORTE) is None
    assert inicio_del_periodo("R/P99999999D", CORTE) is None
