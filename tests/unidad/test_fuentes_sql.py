"""Bases de datos: solo lectura, solo las columnas declaradas y la misma captura para los mismos datos."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from rendicion.errores import ErrorFuente, ErrorRendicion, ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar

SHA = "0" * 64


def fuente(**cambios: Any) -> Fuente:
    base = {
        "id": "intranet",
        "tipo": "sql",
        "lugar": "base.sqlite",
        "dependencia": "Prensa",
        "actividad": "1.7",
        "columnas": {"registro": "id", "fecha": "publicado", "titulo": "título", "cantidad": "piezas"},
        "opciones": {"tabla": "publicaciones"},
    }
    return fuente_desde({**base, **cambios}, donde="f.toml")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "base.sqlite") as conexion:
        conexion.execute(
            'CREATE TABLE publicaciones (id INTEGER, publicado TEXT, "Título" TEXT, piezas REAL, autor TEXT)'
        )
        conexion.executemany(
            "INSERT INTO publicaciones VALUES (?,?,?,?,?)",
            [
                (10, "2020-03-02", "Dos, con «comillas» y ;", 2.5, "Canario"),
                (1, "2020-03-01", 'Uno\n"x"', None, "Canario"),
                (2, None, " ", 1, "Canario"),
            ],
        )
        conexion.execute("CREATE VIEW vista AS SELECT id, publicado FROM publicaciones")
    return tmp_path


def leer(base: Path, **cambios: Any) -> list[dict[str, Any]]:
    declarada = fuente(**cambios)
    filas: list[dict[str, Any]] = interpretar(
        extraer(declarada, base).contenido, declarada, SHA, "base.sqlite"
    ).celdas.to_pylist()
    return filas


def test_la_tabla_se_lee_con_sus_nulos_y_en_orden_de_registro(base: Path):
    filas = leer(base)
    assert [(f["registro"], f["fecha"], f["titulo"], f["cantidad"]) for f in filas] == [
        ("1", "2020-03-01", 'Uno\n"x"', None),
        ("10", "2020-03-02", "Dos, con «comillas» y ;", "2,5"),
        ("2", None, None, "1"),
    ]
    assert filas[0]["lugar"] == "base.sqlite, fila 1"


def test_la_captura_solo_tiene_las_columnas_declaradas_y_no_depende_del_orden_de_la_base(base: Path):
    antes = extraer(fuente(), base)
    assert b"Canario" not in antes.contenido
    assert antes.contenido.startswith(b'"registro","fecha","titulo","cantidad"\n')
    with sqlite3.connect(base / "base.sqlite") as conexion:
        conexion.execute("UPDATE publicaciones SET autor = 'Otro'")
        conexion.execute("INSERT INTO publicaciones SELECT * FROM publicaciones WHERE id = 10")
        conexion.execute("DELETE FROM publicaciones WHERE rowid = 1")
    assert extraer(fuente(), base).contenido == antes.contenido
    assert antes.origen == "base.sqlite"


def test_una_vista_y_una_consulta_tambien_sirven(base: Path):
    columnas = {"registro": "id", "fecha": "publicado"}
    assert [f["registro"] for f in leer(base, columnas=columnas, opciones={"tabla": "vista"})] == ["1", "10", "2"]
    consulta = (
        "SELECT id, publicado FROM publicaciones WHERE autor = 'Canario' AND publicado LIKE '2020-%:%' OR id = 1;"
    )
    assert [f["registro"] for f in leer(base, columnas=columnas, opciones={"consulta": consulta})] == ["1"]


@pytest.mark.parametrize(
    "consulta",
    [
        "DELETE FROM publicaciones",
        "SELECT 1; DROP TABLE publicaciones",
        "UPDATE publicaciones SET id=1",
        "WITH x AS (SELECT 1) DELETE FROM publicaciones",
    ],
)
def test_una_consulta_que_no_es_un_select_se_niega_y_no_toca_la_base(base: Path, consulta: str):
    antes = (base / "base.sqlite").read_bytes()
    with pytest.raises(ErrorRendicion):
        leer(base, opciones={"consulta": consulta})
    assert (base / "base.sqlite").read_bytes() == antes


def test_un_nombre_de_tabla_con_comillas_es_solo_un_nombre(base: Path):
    with pytest.raises(ErrorFuente, match=r"no tiene la tabla.*«publicaciones», «vista»"):
        leer(base, opciones={"tabla": 'publicaciones"; DROP TABLE publicaciones; --'})
    with sqlite3.connect(base / "base.sqlite") as conexion:
        conexion.execute('CREATE TABLE "rara"";--" ("a""b" TEXT)')
        conexion.execute("""INSERT INTO "rara"";--" VALUES ('x')""")
    assert leer(base, columnas={"registro": 'a"b'}, opciones={"tabla": 'rara";--'})[0]["registro"] == "x"


def test_una_columna_que_ya_no_esta_se_dice_con_las_que_hay(base: Path):
    with pytest.raises(
        ErrorFuente, match=r"Faltan columnas declaradas: «fecha_x».*«publicado».*base.sqlite, tabla publicaciones"
    ):
        leer(base, columnas={"registro": "id", "fecha": "fecha_x"})


def test_la_fuente_debe_decir_tabla_o_consulta_y_solo_una(base: Path):
    for opciones in ({}, {"tabla": "a", "consulta": "SELECT 1"}):
        with pytest.raises(ErrorUso, match="tabla o consulta"):
            leer(base, opciones=opciones)


def test_una_tabla_sin_filas_se_niega_entera(base: Path):
    with sqlite3.connect(base / "base.sqlite") as conexion:
        conexion.execute("DELETE FROM publicaciones")
    with pytest.raises(ErrorFuente, match="no trae ningún registro"):
        leer(base)


def test_una_base_que_falta_o_no_es_base_lo_dice_sin_rutas_de_la_maquina(tmp_path: Path):
    with pytest.raises(ErrorFuente, match=r"no existe.*base\.sqlite"):
        leer(tmp_path)
    (tmp_path / "base.sqlite").write_text("hola" * 500)
    with pytest.raises(ErrorFuente, match="file is not a database") as error:
        leer(tmp_path)
    assert str(tmp_path) not in str(error.value)
    assert not (tmp_path / "otra.sqlite").exists()


def test_un_texto_con_bytes_danados_en_la_base_se_dice(base: Path):
    with sqlite3.connect(base / "base.sqlite") as conexion:
        conexion.execute("UPDATE publicaciones SET \"Título\" = CAST(x'ff41' AS TEXT)")
    with pytest.raises(ErrorFuente, match=r"no se pudo leer.*decode to UTF-8"):
        leer(base)


def test_la_direccion_de_un_servidor_viene_del_entorno_y_nunca_se_muestra(base: Path, monkeypatch: pytest.MonkeyPatch):
    opciones = {"tabla": "publicaciones", "url_env": "BASE_DE_PRUEBA"}
    monkeypatch.delenv("BASE_DE_PRUEBA", raising=False)
    with pytest.raises(ErrorFuente, match="BASE_DE_PRUEBA"):
        leer(base, opciones=opciones)
    monkeypatch.setenv("BASE_DE_PRUEBA", "motor-raro://cuenta:canario-clave@servidor/base")
    with pytest.raises(ErrorFuente, match="no sirve") as error:
        leer(base, opciones=opciones)
    assert "canario-clave" not in str(error.value)
    monkeypatch.setenv("BASE_DE_PRUEBA", f"sqlite:///{base / 'base.sqlite'}")
    bruto = extraer(fuente(opciones=opciones), base)
    assert bruto.origen == "variable de entorno BASE_DE_PRUEBA"


def test_una_captura_danada_se_dice():
    with pytest.raises(ErrorFuente, match="captura de la base de datos está dañada"):
        interpretar(b'"registro"\n"1', fuente(), SHA, "base.sqlite")
