"""Exportaciones de redes y de formularios: el día es el de la ciudad."""

from __future__ import annotations

from typing import Any

import pytest

from rendicion.errores import ErrorUso
from rendicion.fuente import fuente_desde
from rendicion.fuentes import interpretar
from rendicion.lectura import Lectura

SHA = "0" * 64


def leer(texto: str, **cambios: Any) -> Lectura:
    base = {
        "id": "redes",
        "tipo": "redes_csv",
        "lugar": "t.csv",
        "dependencia": "Prensa",
        "actividad": "2.5",
        "columnas": {"registro": "id", "fecha": "created_at", "titulo": "text"},
    }
    return interpretar(texto.encode(), fuente_desde({**base, **cambios}, donde="t.toml"), SHA, "t.csv")


@pytest.mark.parametrize(
    ("instante", "local"),
    [
        ("2020-03-01T03:00:00Z", "2020-02-29T22:00:00"),
        ("2020-03-01T05:00:00.000Z", "2020-03-01T00:00:00"),
        ("2020-03-01 03:00:00+00:00", "2020-02-29T22:00:00"),
        ("Sun Mar 01 03:00:00 +0000 2020", "2020-02-29T22:00:00"),
        ("2020-03-01T03:00:00", "2020-03-01T03:00:00"),
        ("2020-03-01", "2020-03-01"),
        ("ayer", "ayer"),
        ("2020-02-31T03:00:00Z", "2020-02-31T03:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_un_instante_con_zona_pasa_a_la_hora_de_la_ciudad_y_lo_demas_queda_igual(instante: str, local: str):
    assert leer(f"id,created_at,text\n1,{instante},Hola\n").celdas["fecha"].to_pylist() == [local]


def test_los_instantes_sin_zona_son_utc_solo_si_se_declara():
    lectura = leer("id,created_at,text\n1,2020-03-01 03:00:00,Hola\n", opciones={"zona_origen": "UTC"})
    assert lectura.celdas["fecha"].to_pylist() == ["2020-02-29T22:00:00"]
    with pytest.raises(ErrorUso, match="zona_origen"):
        leer("id,created_at,text\n1,2020-03-01,Hola\n", opciones={"zona_origen": "Madrid"})


def test_los_encabezados_repetidos_de_la_exportacion_no_son_registros():
    lectura = leer("id,created_at,text\n1,2020-03-01T13:00:00Z,a\nid,created_at,text\n2,2020-03-02T13:00:00Z,b\n")
    assert lectura.celdas["registro"].to_pylist() == ["1", "2"]


def test_una_zona_horaria_que_no_existe_es_un_error_de_uso():
    with pytest.raises(ErrorUso, match="zona horaria"):
        leer("id,created_at,text\n1,2020-03-01,Hola\n", zona_horaria="America/Macondo")


@pytest.mark.parametrize(
    ("marca", "local"),
    [
        ("2020/07/10 9:15:22 a. m. GMT-5", "2020-07-10T09:15:22"),
        ("2020/07/10 12:05:00 a. m. GMT-5", "2020-07-10T00:05:00"),
        ("2020/07/10 12:05:00 p.m. GMT-5", "2020-07-10T12:05:00"),
        ("2020/07/10 11:30:00 p. m. GMT+0", "2020-07-10T18:30:00"),
        ("2020-07-10 08:00:00", "2020-07-10T08:00:00"),
        ("2020/13/45 9:15:22 a. m. GMT-5", "2020/13/45 9:15:22 a. m. GMT-5"),
    ],
)
def test_la_marca_temporal_de_un_formulario_se_vuelve_hora_local(marca: str, local: str):
    columnas = {"fecha": "Marca temporal"}
    lectura = leer(f"Marca temporal,Nombre\n{marca},Ana\n", tipo="encuesta", columnas=columnas)
    assert lectura.celdas["fecha"].to_pylist() == [local]
    assert "Ana" not in repr(lectura.celdas.to_pylist())
