"""Las preguntas se publican sin datos personales, con su límite y si se respondieron a tiempo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esquemas import TABLAS
from rendicion.ciclo.dialogo import Pregunta, calcular, hallazgos, participacion

CORTE = date(2020, 12, 31)


def _pregunta(**cambios: object) -> Pregunta:
    base = Pregunta("P-1", "Audiencia de junio", date(2020, 6, 30), "¿Cuándo publican el informe?", "presencial", "transparencia")
    return replace(base, **cambios)  # type: ignore[arg-type]


def test_las_filas_tienen_las_columnas_de_la_tabla_y_salen_en_orden() -> None:
    filas = calcular([_pregunta(id="P-2"), _pregunta()], CORTE)
    assert [f["pregunta_id"] for f in filas] == ["P-1", "P-2"]
    assert tuple(filas[0]) == TABLAS["dialogo"].nombres


@pytest.mark.parametrize(
    ("respuesta", "corte", "a_tiempo"),
    [
        (None, date(2020, 7, 22), None),
        (None, date(2020, 7, 23), False),
        (date(2020, 7, 22), CORTE, True),
        (date(2020, 7, 23), CORTE, False),
        (date(2020, 7, 22), date(2020, 7, 21), None),
        (date(2020, 8, 30), date(2020, 7, 23), False),
    ],
)
def test_a_tiempo_sale_del_limite_de_quince_dias_habiles(respuesta: date | None, corte: date, a_tiempo: bool | None) -> None:
    [fila] = calcular([_pregunta(respuesta="Está en la web.", fecha_respuesta=respuesta)], corte)
    assert (fila["limite"], fila["a_tiempo"]) == (date(2020, 7, 22), a_tiempo)


def test_con_dias_corridos_el_limite_llega_antes() -> None:
    [fila] = calcular([_pregunta()], CORTE, habiles=False)
    assert fila["limite"] == date(2020, 7, 15)


def test_en_un_corte_anterior_no_se_publica_la_respuesta_que_aun_no_existia() -> None:
    [fila] = calcular([_pregunta(respuesta="Sí.", fecha_respuesta=date(2020, 7, 10))], date(2020, 7, 9))
    assert (fila["respuesta"], fila["fecha_respuesta"]) == (None, None)
    assert calcular([_pregunta()], date(2020, 6, 29)) == []


def test_ningun_dato_personal_sale_en_filas_ni_hallazgos() -> None:
    canarios = ("73.123.456", "3001234567", "pepe@correo.co", "Yurleidis", "Cantillo", "45-67")
    personal = "Soy Yurleidis Cantillo, cc 73.123.456, cel 3001234567, pepe@correo.co, calle 5 # 45-67"
    registros = [
        _pregunta(pregunta=personal, respuesta=f"Estimada: {personal}", tema=personal, canal=personal, fecha_respuesta=date(2020, 7, 1)),
        _pregunta(id="73.123.456"),
        _pregunta(id="3001234567"),
    ]
    salida = repr(calcular(registros, CORTE)) + repr(hallazgos(registros, CORTE)) + repr(participacion(calcular(registros, CORTE)))
    assert [c for c in canarios if c in salida] == []


def test_una_cedula_como_numero_de_pregunta_se_cambia_y_se_avisa() -> None:
    registros = [_pregunta(id="73123456"), _pregunta()]
    assert [f["pregunta_id"] for f in calcular(registros, CORTE)] == ["P-1", "oculto-1"]
    assert [(h.registro, h.regla) for h in hallazgos(registros, CORTE)] == [("oculto-1", "numero_personal")]


def test_lo_que_no_cuadra_se_dice() -> None:
    registros = [
        _pregunta(id="1", respuesta="Sí."),
        _pregunta(id="2", fecha_respuesta=date(2020, 7, 1)),
        _pregunta(id="3", respuesta="Sí.", fecha_respuesta=date(2020, 6, 1)),
        _pregunta(id="4"),
        _pregunta(id="4"),
    ]
    assert [(h.registro, h.regla) for h in hallazgos(registros, CORTE)] == [
        ("1", "respuesta_sin_fecha"), ("2", "fecha_sin_respuesta"), ("3", "respuesta_antes_de_la_pregunta"), ("4", "pregunta_repetida"),
    ]  # fmt: skip
    assert len(calcular(registros, CORTE)) == 4


def test_la_participacion_se_cuenta_por_espacio_y_canal_y_por_tema() -> None:
    filas = calcular(
        [
            _pregunta(id="1", fecha_respuesta=date(2020, 7, 1), respuesta="Sí."),
            _pregunta(id="2", fecha_respuesta=date(2020, 9, 1), respuesta="Sí."),
            _pregunta(id="3", canal="virtual"),
            _pregunta(id="4", canal=None, fecha=date(2020, 12, 30)),
        ],
        CORTE,
    )
    assert [tuple(f.values()) for f in participacion(filas)] == [
        ("Audiencia de junio", None, 1, 0, 0, 0, 0, 1),
        ("Audiencia de junio", "presencial", 2, 2, 1, 1, 0, 0),
        ("Audiencia de junio", "virtual", 1, 0, 0, 0, 1, 0),
    ]
    assert [f["preguntas"] for f in participacion(filas, ("tema",))] == [4]


_dias = st.dates(date(2020, 1, 1), date(2021, 1, 31))


@given(st.lists(st.tuples(_dias, st.none() | _dias), max_size=10), _dias)
def test_cada_pregunta_esta_en_una_sola_casilla_de_la_participacion(pares: list[tuple[date, date | None]], corte: date) -> None:
    filas = calcular([_pregunta(id=f"P-{n}", fecha=f, fecha_respuesta=r) for n, (f, r) in enumerate(pares)], corte)
    for grupo in participacion(filas):
        respondidas, a_tiempo, tarde, vencidas, en_plazo = (
            int(str(grupo[m])) for m in ("respondidas", "a_tiempo", "tarde", "sin_respuesta_vencidas", "sin_respuesta_en_plazo")
        )
        assert a_tiempo + tarde == respondidas
        assert respondidas + vencidas + en_plazo == grupo["preguntas"]
