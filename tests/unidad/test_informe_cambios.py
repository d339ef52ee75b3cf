"""Cómo se ven en las páginas y en la terminal los cambios del ciclo. DATOS SINTÉTICOS."""

from __future__ import annotations

from typing import Any

import pytest

from rendicion.correcciones import COMPARADAS
from rendicion.informe import cambios
from rendicion.informe.calidad import CAMBIOS, tabla_cambios
from rendicion.informe.cuadros import Cuadro
from rendicion.informe.portal.comun import TITULOS_TABLA, cuadro_de_cambios, es_de_la_actividad
from rendicion.pantalla.entregas import mostrar_comparacion


def cambio(tabla: str, clave: str, campo: str = "(fila)", antes: str | None = None, despues: str | None = None) -> dict[str, Any]:
    return {"tabla": tabla, "clave": clave, "campo": campo, "antes": antes, "despues": despues, "motivo": "sin motivo declarado", "autor": None, "fecha": None}


def celdas(cuadro: Cuadro | None) -> list[list[str]]:
    assert cuadro
    return [[c.texto for c in f] for f in cuadro.filas]


@pytest.mark.parametrize(
    ("tabla", "clave", "dice"),
    [
        ("compromisos", "C-09", "Compromiso C-09"),
        ("dialogo", "Q-001", "Pregunta Q-001"),
        ("encuestas", "Feria|¿Claro?|Sí \\| no", "Encuesta, Feria: ¿Claro?, Sí | no"),
        ("autodiagnostico", "A|B|Rendir cuentas", "Autodiagnóstico, B, Rendir cuentas"),
        ("cronograma", "2.1|Hito 2 de 2|2020-10-31", "Cronograma, actividad 2.1, Hito 2 de 2, 31 oct 2020"),
        ("cronograma", "corte|Seguimiento de abril|2020-05-15", "Cronograma, Seguimiento de abril, 15 may 2020"),
        ("plan", "13001|2020|1.4", "Plan, actividad 1.4"),
        ("avances", "noticias:7", "Registro noticias:7"),
        ("indicadores_total", "13001|2020|2020-08-31", "Total del plan, corte 31 ago 2020"),
        ("(archivo)", "13001-2020-20201231-002/datos/dialogo.csv", "Archivo retirado, 13001-2020-20201231-002/datos/dialogo.csv"),
    ],
)
def test_cada_dato_se_nombra_con_palabras(tabla: str, clave: str, dice: str) -> None:
    assert cambios.dato(cambio(tabla, clave)).replace("\u00a0", " ") == dice


def test_lo_que_no_se_repite_se_dice_asi_y_no_parece_que_faltara() -> None:
    filas = [
        cambio("compromisos", "C-1", "compromiso", None, "Nuevo texto"),
        cambio("compromisos", "C-1", "estado", "vencido", "cumplido"),
        cambio("compromisos", "C-1", "plazo", None, "2020-12-01"),
        cambio("dialogo", "Q-1", "respuesta", None, None),
        cambio("dialogo", "Q-2", "(fila)", '{"pregunta_id": "Q-2"}', None),
        cambio("encuestas", "F|P|O", "respuestas", None, "12"),
        cambio("compromisos", "C-2", "(fila)", None, '{"compromiso_id": "C-2"}'),
    ]
    for cuadro, donde in ((tabla_cambios({"correcciones": filas}), "Campo"), (cuadro_de_cambios(filas, "x"), "Columna")):
        assert cuadro
        assert cuadro.columnas[1] == donde
        assert {(f[0], f[2], f[3]) for f in celdas(cuadro)} == {
            ("Compromiso C-1", "no se repite", "Nuevo texto"),
            ("Compromiso C-1", "vencido", "cumplido"),
            ("Compromiso C-1", "sin dato", "2020-12-01"),
            ("Pregunta Q-1", "no se repite", "sin dato"),
            ("Pregunta Q-2", "la fila completa, en correcciones.csv", "se quitó"),
            ("Encuesta, F: P, O", "no se repite", "12"),
            ("Compromiso C-2", "no estaba", "la fila completa, en correcciones.csv"),
        }


def test_muchos_cambios_de_una_tabla_no_tapan_los_de_otra() -> None:
    filas = [cambio("indicadores_actividad", f"13001|2020|2020-12-31|1.{n}", "avance_pct", "1.00", "2.00") for n in range(60)]
    filas += [cambio("compromisos", "C-1", "plazo", "2020-08-01", "2020-12-01")]
    cuadro = tabla_cambios({"correcciones": filas})
    assert cuadro
    assert len(cuadro.filas) == CAMBIOS
    assert [f[0] for f in celdas(cuadro)][-1] == "Compromiso C-1"
    assert cuadro.nota == f"Aquí se muestran {CAMBIOS} de 61. Todas están en correcciones.csv."


def test_si_caben_todos_van_todos_y_en_su_orden() -> None:
    filas = [cambio(t, str(n)) for t in ("plan", "avances") for n in range(9)]
    assert cambios.de_a_pocos(filas, 18) == filas
    assert [f["clave"] for f in cambios.de_a_pocos(filas, 10)] == [str(n) for _ in range(2) for n in range(5)]


def test_toda_tabla_que_se_compara_tiene_lugar_y_nombre_en_las_paginas() -> None:
    assert sorted(cambios.orden(cambio(t, ""))[0] for t in COMPARADAS) == list(range(len(COMPARADAS)))
    assert set(COMPARADAS) <= set(TITULOS_TABLA)


def test_una_fecha_del_cronograma_es_de_su_actividad() -> None:
    fila = cambio("cronograma", "2.1|Hito 2|2020-10-31", "estado", "pendiente", "cumplido")
    assert [es_de_la_actividad(fila, a, frozenset()) for a in ("2.1", "2.10", "1.1")] == [True, False, False]
    assert not es_de_la_actividad(cambio("compromisos", "2.1"), "2.1", frozenset())


def test_la_terminal_no_dice_que_faltaba_lo_que_no_se_repite(capsys: pytest.CaptureFixture[str]) -> None:
    lados = {"antes": {"entrega": "a", "corte": "2020-12-31"}, "despues": {"entrega": "b", "corte": "2020-12-31"}}
    filas = [cambio("dialogo", "Q-1", "respuesta", None, "Otra"), cambio("compromisos", "C-1", "plazo", None, "2020-12-01")]
    mostrar_comparacion(lados | {"cambios": filas}, en_json=False)
    salida = capsys.readouterr().out
    assert salida.index("compromisos") < salida.index("dialogo")
    assert ("no se repite" in salida, "sin dato" in salida) == (True, True)
