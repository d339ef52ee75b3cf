"""Un PostgreSQL de verdad: cuenta de solo lectura, una sola foto, por tandas y sin que la clave se vea en ninguna parte."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rendicion.errores import ErrorFuente
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar, sql
from rendicion.lectura import Lectura
from tests.integracion.postgres import CLAVE, Servidor, servidor  # noqa: F401 -- el arranque es un fixture

pytest.importorskip("psycopg")
AQUI, VARIABLE = Path(), "BASE_DE_PRUEBA_URL"
COLUMNAS = {"registro": "id", "fecha": "publicado", "titulo": "titulo", "cantidad": "piezas"}
FILAS = 12_000


def fuente(**cambios: Any) -> Fuente:
    opciones = {"tabla": "publicaciones", "url_env": VARIABLE, **cambios.pop("opciones", {})}
    base = {"id": "intranet", "tipo": "sql", "lugar": "intranet", "dependencia": "Prensa", "actividad": "1.7", "columnas": COLUMNAS}
    return fuente_desde({**base, **cambios, "opciones": {k: v for k, v in opciones.items() if v is not None}}, donde="f.toml")


@pytest.fixture(scope="module")
def base(servidor: Servidor) -> Servidor:  # noqa: F811 -- el fixture importado
    servidor.sql(
        f"""
        CREATE TABLE publicaciones (id integer, publicado date, titulo text, piezas numeric, correo text);
        INSERT INTO publicaciones SELECT n, DATE '2020-03-01' + n % 300, 'Título ' || n, 2.50, 'canario@ejemplo.org' FROM generate_series(1, {FILAS}) n;
        CREATE SCHEMA reservado;
        CREATE TABLE reservado.publicaciones AS SELECT 7 AS id, DATE '2020-05-05' AS publicado, 'Otra' AS titulo, 1 AS piezas;
        CREATE TABLE secreta (id integer);
        CREATE ROLE lector LOGIN PASSWORD '{CLAVE}';
        CREATE ROLE escritor LOGIN PASSWORD '{CLAVE}';
        GRANT USAGE ON SCHEMA reservado TO lector;
        GRANT SELECT ON publicaciones, reservado.publicaciones TO lector;
        GRANT SELECT, INSERT ON publicaciones TO escritor;
        """  # noqa: S608 -- datos de la prueba
    )
    return servidor


@pytest.fixture(autouse=True)
def _direccion(base: Servidor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, base.url())


def leer(**cambios: Any) -> Lectura:
    declarada = fuente(**cambios)
    return interpretar(extraer(declarada, AQUI).contenido, declarada, "0" * 64, "base")


def falla(**cambios: Any) -> str:
    with pytest.raises(ErrorFuente) as error:
        leer(**cambios)
    assert CLAVE not in str(error.value)
    assert error.value.hacer
    return str(error.value)


def test_la_tabla_entera_llega_por_tandas_con_sus_tipos_y_solo_lo_declarado():
    bruto = extraer(fuente(), AQUI)
    lectura = interpretar(bruto.contenido, fuente(), "0" * 64, "base")
    assert lectura.recibidos == FILAS > 2 * sql.FILAS_POR_TANDA
    primera = lectura.celdas.to_pylist()[0]
    assert (primera["registro"], primera["fecha"], primera["titulo"], primera["cantidad"]) == ("1", "2020-03-02", "Título 1", "2,50")
    assert b"canario" not in bruto.contenido
    assert (bruto.origen, dict(bruto.cabeceras)) == (f"variable de entorno {VARIABLE}", {})
    assert extraer(fuente(), AQUI).contenido == bruto.contenido


def test_el_servidor_manda_las_filas_por_tandas_y_no_todas_de_una_vez(base: Servidor, monkeypatch: pytest.MonkeyPatch):
    base.sql("ALTER SYSTEM SET log_min_duration_statement = 0; SELECT pg_reload_conf()")
    monkeypatch.setattr(sql, "FILAS_POR_TANDA", 1_000)
    try:
        extraer(fuente(), AQUI)
    finally:
        base.sql("ALTER SYSTEM RESET log_min_duration_statement; SELECT pg_reload_conf()")
    registro = (base.carpeta / "registro.txt").read_text("utf-8")
    assert "DECLARE" in registro
    assert registro.count("FETCH FORWARD") >= FILAS // 1_000


def test_lo_que_otro_escribe_mientras_se_lee_no_entra_en_la_foto(base: Servidor, monkeypatch: pytest.MonkeyPatch):
    """La tabla cambia después de la primera fila: la foto es la del comienzo, entera."""
    antes = extraer(fuente(), AQUI).contenido
    escrito = threading.Event()
    original = sql._textos

    def con_escritor(campos: Any, fila: Any, decimal: str) -> tuple[str, ...]:
        if not escrito.is_set():
            escrito.set()
            base.sql("UPDATE publicaciones SET titulo = 'cambiado'; DELETE FROM publicaciones WHERE id > 6000; INSERT INTO publicaciones VALUES (99999)")
        return original(campos, fila, decimal)

    monkeypatch.setattr(sql, "_textos", con_escritor)
    try:
        durante = extraer(fuente(), AQUI).contenido
        despues = extraer(fuente(), AQUI).contenido
    finally:
        base.sql(
            f"""
            TRUNCATE publicaciones;
            INSERT INTO publicaciones SELECT n, DATE '2020-03-01' + n % 300, 'Título ' || n, 2.50, 'canario@ejemplo.org' FROM generate_series(1, {FILAS}) n;
            """  # noqa: S608 -- datos de la prueba
        )
    assert escrito.is_set()
    assert durante == antes
    assert despues != antes


def test_toda_la_lectura_es_una_sola_transaccion_de_solo_lectura_y_repetible(base: Servidor):
    """También la lista de tablas y la de columnas salen de la misma foto que los datos."""
    del base
    motor = sql._motor(fuente(), AQUI, "x")
    try:
        with motor.connect() as conexion, conexion.begin():
            sql._solo_lectura(conexion, 600)
            leido = [conexion.execute(sa.text(f"SHOW {v}")).scalar() for v in ("transaction_isolation", "transaction_read_only", "statement_timeout")]
            assert leido == ["repeatable read", "on", "10min"]
            with pytest.raises(sa.exc.SQLAlchemyError, match="read-only"):
                conexion.execute(sa.text("CREATE TEMP SEQUENCE s; CREATE TABLE otra (id integer)"))
    finally:
        motor.dispose()


def test_una_cuenta_que_puede_escribir_se_avisa_y_la_de_solo_lectura_no(base: Servidor, monkeypatch: pytest.MonkeyPatch):
    assert [h.regla for h in leer().hallazgos] == []
    monkeypatch.setenv(VARIABLE, base.url("escritor"))
    for opciones in ({}, {"tabla": None, "consulta": "SELECT id, publicado, titulo, piezas FROM publicaciones"}):
        lectura = leer(opciones=opciones)
        assert lectura.recibidos == FILAS
        assert [(h.regla, h.gravedad) for h in lectura.hallazgos] == [("cuenta_con_escritura", "advertencia")]
        assert "Pida a quien administra la base una cuenta que solo pueda leer" in lectura.hallazgos[0].explicacion


def test_ni_con_una_cuenta_que_escribe_una_consulta_puede_escribir(base: Servidor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, base.url("escritor"))
    base.sql("CREATE FUNCTION meter() RETURNS integer LANGUAGE sql AS $$ INSERT INTO publicaciones VALUES (0) RETURNING 1 $$")
    mensaje = falla(columnas={"registro": "id"}, opciones={"tabla": None, "consulta": "SELECT meter() AS id"})
    assert "ReadOnlySqlTransaction: la consulta intenta escribir" in mensaje
    assert base.sql("SELECT count(*) FROM publicaciones") == str(FILAS)


def test_una_tabla_de_otro_esquema_se_pide_con_su_esquema():
    assert [f["registro"] for f in leer(opciones={"esquema": "reservado"}).celdas.to_pylist()] == ["7"]
    assert "no tiene la tabla «nada»" in falla(opciones={"tabla": "nada", "esquema": "reservado"})


def test_sin_permiso_de_leer_la_tabla_se_dice():
    assert "InsufficientPrivilege: la cuenta no tiene permiso de leer" in falla(columnas={"registro": "id"}, opciones={"tabla": "secreta"})


def test_una_columna_que_ya_no_esta_se_dice_con_las_que_hay():
    mensaje = falla(columnas={"registro": "id", "titulo": "nombre"})
    assert "Faltan columnas declaradas: «nombre». La base trae: «id», «publicado», «titulo», «piezas», «correo»." in mensaje
    assert f"variable de entorno {VARIABLE}, tabla publicaciones" in mensaje


def test_una_columna_que_cambio_de_tipo_deja_rechazos_y_no_adivina(base: Servidor):
    base.sql("CREATE TABLE retipada (id text, publicado text); INSERT INTO retipada VALUES ('05001', 'marzo'), ('NA', NULL); GRANT SELECT ON retipada TO lector")
    filas = leer(columnas={"registro": "id", "fecha": "publicado"}, opciones={"tabla": "retipada"}).celdas.to_pylist()
    assert [(f["registro"], f["fecha"]) for f in filas] == [("05001", "marzo"), ("NA", None)]


@pytest.mark.parametrize("valor", ["'infinity'::date", "'0044-03-15 BC'::date", "'NaN'::numeric", "'\\x00ff'::bytea", "'{\"a\": 1}'::jsonb", "ARRAY['uno']"])
def test_un_valor_que_no_cabe_aqui_da_un_mensaje_o_queda_como_texto(valor: str):
    consulta = f"SELECT 1 AS id, {valor} AS titulo"
    try:
        lectura = leer(columnas={"registro": "id", "titulo": "titulo"}, opciones={"tabla": None, "consulta": consulta})
    except ErrorFuente as error:
        assert "no se pudo leer" in str(error)  # noqa: PT017 -- también vale que se lea
    else:
        assert lectura.recibidos == 1


def test_una_consulta_que_no_acaba_se_corta_a_tiempo():
    opciones = {"tabla": None, "consulta": "SELECT 1 AS id FROM pg_sleep(60)", "segundos_maximos": 1}
    assert "QueryCanceled: la consulta tardó más de lo permitido" in falla(columnas={"registro": "id"}, opciones=opciones)


def test_una_conexion_que_se_pierde_a_la_mitad_no_deja_nada(base: Servidor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql, "FILAS_POR_TANDA", 100)
    original, cortada = sql._textos, threading.Event()

    def cortar(campos: Any, fila: Any, decimal: str) -> tuple[str, ...]:
        if not cortada.is_set():
            cortada.set()
            base.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lector'")
        return original(campos, fila, decimal)

    monkeypatch.setattr(sql, "_textos", cortar)
    assert "La base de datos no se pudo leer" in falla()
    assert cortada.is_set()


def test_una_base_mas_grande_que_el_maximo_se_corta_al_leer(base: Servidor):
    base.sql("CREATE VIEW ancha AS SELECT id, repeat('x', 1000) AS titulo FROM publicaciones; GRANT SELECT ON ancha TO lector")
    mensaje = falla(columnas={"registro": "id", "titulo": "titulo"}, opciones={"tabla": "ancha", "tamano_maximo_mib": 1})
    assert "demasiado grande" in mensaje


@pytest.mark.parametrize("mala", ["postgresql://lector:{clave}-mala@127.0.0.1:{puerto}/postgres", "postgresql://lector:{clave}@127.0.0.1:1/postgres", "postgresql://lector:{clave}@[roto"])
def test_la_clave_no_aparece_en_ningun_error_ni_en_ningun_registro(base: Servidor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, mala: str):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(VARIABLE, mala.format(clave=CLAVE, puerto=base.puerto))
    mensaje = falla()
    assert f"variable de entorno {VARIABLE}" in mensaje
    assert "127.0.0.1" not in mensaje
    assert CLAVE not in caplog.text
    monkeypatch.setenv(VARIABLE, base.url())
    leer()
    assert CLAVE not in caplog.text


def test_sin_el_controlador_se_dice_como_instalarlo(monkeypatch: pytest.MonkeyPatch):
    for nombre in [n for n in sys.modules if n == "psycopg" or n.startswith("psycopg.")]:
        monkeypatch.delitem(sys.modules, nombre)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    mensaje = falla()
    assert mensaje == (
        "Falta instalar el controlador de esa base de datos. "
        f"Dónde: variable de entorno {VARIABLE}. Qué hacer: Para PostgreSQL instale el extra: pip install 'rendicion[postgresql]'."
    )


def test_los_filtros_declarados_dejan_la_cuenta_completa():
    lectura = leer(filtros=[{"columna": "id", "en": ["1", "2"]}])
    assert (lectura.recibidos, lectura.filtrados) == (2, FILAS - 2)
