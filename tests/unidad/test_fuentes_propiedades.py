"""Con tablas hostiles: o un mensaje previsto, o una lectura en que nada se pierde."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendicion import fuentes
from rendicion.errores import ErrorRendicion
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar
from rendicion.fuentes.instantes import zona_de
from rendicion.fuentes.remoto import capturar, leer_json
from rendicion.fuentes.rss import entradas
from rendicion.lectura import COLUMNAS_LECTURA, Lectura

SHA = "0" * 64
COLUMNAS = {"registro": "Código", "fecha": "Fecha", "titulo": "Título"}
TITULOS = [*COLUMNAS.values(), "Correo"]
CANARIO = "canario@ejemplo.org"
RAPIDO = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

textos = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
) | st.sampled_from(
    [
        "",
        " ",
        "\xa0",
        "NA",
        "0",
        "05001",
        "=1+1",
        'a"b',
        "a;b",
        "x\ny",
        "1.234,56",
        "inf",
        "\ufeff",
        "#DIV/0!",
        "2020-03-15",
    ]
)
filas_hostiles = st.lists(st.lists(textos, min_size=0, max_size=6), max_size=8)


@pytest.fixture(autouse=True, scope="module")
def _sin_red():
    """Deja pasar tal como es el error que el programa no esperaba: aquí ninguno se perdona."""
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(fuentes, "no_esperado", lambda _fuente, error: error)
        yield


def fuente(tipo: str, **cambios: Any) -> Fuente:
    base = {"id": "p", "tipo": tipo, "lugar": "d", "dependencia": "X", "actividad": "1.4", "columnas": COLUMNAS}
    return fuente_desde({**base, **cambios}, donde="p.toml")


def revisar(lectura: Lectura) -> None:
    assert lectura.celdas.column_names == list(COLUMNAS_LECTURA)
    registros = lectura.celdas["registro"].to_pylist()
    assert None not in registros
    for columna in lectura.celdas.columns:
        assert all(v is None or (v.strip() and v == v.strip()) for v in columna.to_pylist())
    for r in lectura.rechazos:
        assert 0 <= r.fila < lectura.recibidos
        assert r.registro == registros[r.fila]
        assert r.explicacion
        assert r.como_corregir


def a_csv(filas: list[list[str]]) -> bytes:
    salida = io.StringIO(newline="")
    csv.writer(salida).writerows(filas)
    return salida.getvalue().encode()


@RAPIDO
@given(
    st.binary(max_size=400), st.sampled_from(["csv", "excel", "wordpress_exportacion", "redes_csv", "encuesta", "sql"])
)
def test_unos_bytes_cualesquiera_dan_un_mensaje_o_una_lectura(bruto: bytes, tipo: str):
    try:
        revisar(interpretar(bruto, fuente(tipo), SHA, "d"))
    except ErrorRendicion as error:
        assert error.que  # noqa: PT017 -- también vale que se lea


@RAPIDO
@given(filas_hostiles)
def test_un_csv_hostil_no_pierde_ni_una_fila(filas: list[list[str]]):
    titulos = [t.casefold() for t in TITULOS]
    datos = [f for f in filas if any(c.replace("\ufeff", "").replace("\u200b", "").strip() for c in f)]
    if any([c.casefold().strip() for c in f] == titulos for f in datos):
        return
    try:
        lectura = interpretar(a_csv([TITULOS, *filas]), fuente("csv"), SHA, "d")
    except ErrorRendicion:
        assert not datos or (len(datos) > 1 and all(len(f) > len(TITULOS) for f in datos)) or _invisible(datos)
        return
    revisar(lectura)
    assert lectura.recibidos == len([f for f in datos if not _invisible([f])])
    assert {r.fila for r in lectura.rechazos} >= {
        i for i, f in enumerate(f for f in datos if not _invisible([f])) if len(f) != len(TITULOS)
    }


def _invisible(filas: list[list[str]]) -> bool:
    """Dice si las filas solo tienen caracteres que no se ven, que para la lectura son vacío."""
    return not any(
        c.strip("\ufeff\u200b\u200c\u200d\u2060 \t\r\n\xa0")
        and c.strip().strip("\ufeff\u200b\u200c\u200d\u2060").strip()
        for f in filas
        for c in f
    )


@RAPIDO
@given(st.lists(st.tuples(textos, textos, textos), min_size=1, max_size=6))
def test_el_dato_de_una_columna_no_declarada_nunca_aparece(filas: list[tuple[str, str, str]]):
    try:
        lectura = interpretar(
            a_csv([TITULOS, *([*f, CANARIO] for f in filas), ["a", "b", "c", "d", CANARIO]]), fuente("csv"), SHA, "d"
        )
    except ErrorRendicion as error:
        assert CANARIO not in str(error)  # noqa: PT017 -- también vale que se lea
        return
    assert lectura.recibidos == len(filas) + 1
    assert CANARIO not in repr((lectura.celdas.to_pylist(), lectura.rechazos, lectura.hallazgos))


@settings(RAPIDO, max_examples=25)
@given(
    st.lists(
        st.lists(
            st.none()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.booleans()
            | st.datetimes()
            | textos,
            min_size=3,
            max_size=4,
        ),
        max_size=5,
    )
)
def test_un_libro_hostil_no_pierde_ni_una_fila(filas: list[list[Any]]):
    libro = openpyxl.Workbook()
    libro.active.append(TITULOS)
    try:
        for fila in filas:
            libro.active.append(fila)
        salida = io.BytesIO()
        libro.save(salida)
    except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError, OverflowError):
        return
    try:
        revisar(interpretar(salida.getvalue(), fuente("excel"), SHA, "d.xlsx"))
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea


@settings(RAPIDO, max_examples=40)
@given(st.data())
def test_un_libro_con_bytes_cambiados_da_un_mensaje_o_una_lectura(data: st.DataObject):
    libro = openpyxl.Workbook()
    libro.active.append(TITULOS)
    libro.active.append(["a", "b", "c", "d"])
    salida = io.BytesIO()
    libro.save(salida)
    parte = data.draw(
        st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"])
    )
    with zipfile.ZipFile(salida) as viejo:
        partes = {n: viejo.read(n) for n in viejo.namelist()}
    lugar = data.draw(st.integers(0, len(partes[parte]) - 1))
    partes[parte] = (
        partes[parte][:lugar] + data.draw(st.binary(max_size=4)) + partes[parte][lugar + data.draw(st.integers(0, 6)) :]
    )
    danado = io.BytesIO()
    with zipfile.ZipFile(danado, "w") as nuevo:
        for nombre, contenido in partes.items():
            nuevo.writestr(nombre, contenido)
    try:
        revisar(interpretar(danado.getvalue(), fuente("excel"), SHA, "d.xlsx"))
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea


@RAPIDO
@given(filas_hostiles, st.sampled_from(["utf-8", "cp1252", "utf-16", None]))
def test_los_mismos_bytes_dan_la_misma_lectura(filas: list[list[str]], codificacion: str | None):
    bruto = a_csv([TITULOS, *filas])

    def intento() -> object:
        try:
            lectura = interpretar(bruto, fuente("csv", codificacion=codificacion), SHA, "d")
        except ErrorRendicion as error:
            return str(error)
        return lectura.celdas.to_pylist(), lectura.rechazos, lectura.hallazgos

    assert intento() == intento()


valores_de_base = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | textos | st.binary(max_size=8)


@settings(RAPIDO, max_examples=40)
@given(st.lists(st.tuples(valores_de_base, valores_de_base, valores_de_base), min_size=1, max_size=8))
def test_una_base_hostil_no_pierde_ni_una_fila(filas: list[tuple[Any, Any, Any]]):
    with tempfile.TemporaryDirectory() as carpeta:
        conexion = sqlite3.connect(Path(carpeta) / "b.sqlite")
        conexion.execute('CREATE TABLE t ("Código", "Fecha", "Título", "Correo")')
        conexion.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [(*f, CANARIO) for f in filas])
        conexion.commit()
        conexion.close()
        declarada = fuente("sql", lugar="b.sqlite", opciones={"tabla": "t"})
        try:
            bruto = extraer(declarada, Path(carpeta))
            lectura = interpretar(bruto.contenido, declarada, SHA, "b")
        except ErrorRendicion as error:
            assert error.hacer  # noqa: PT017 -- también vale que se lea
            return
    revisar(lectura)
    assert CANARIO not in repr(bruto)
    # Una fila toda vacía no es un registro en ningún tipo de archivo.
    assert lectura.recibidos >= sum(1 for f in filas if any(isinstance(v, int | float) or (isinstance(v, bytes) and v) for v in f))
    assert lectura.recibidos <= len(filas)


hojas_json = st.none() | st.booleans() | st.integers() | st.floats() | textos
valores_json = st.recursive(hojas_json, lambda v: st.lists(v, max_size=3) | st.dictionaries(textos, v, max_size=3), max_leaves=6)


@RAPIDO
@given(st.lists(st.dictionaries(st.sampled_from(["id", "fecha", "titulo", "correo"]), valores_json), max_size=6))
def test_un_servicio_hostil_da_un_mensaje_o_una_linea_por_registro(registros: list[dict[str, Any]]):
    declarada = fuente("rest_json", columnas={"registro": "id", "fecha": "fecha", "titulo": "titulo.texto"})
    try:
        cuerpo = json.dumps([{**r, "correo": CANARIO} for r in registros]).encode()
        captura = capturar(leer_json(cuerpo, "x"), declarada, "x")
        lectura = interpretar(captura, declarada, SHA, "x")
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        return
    revisar(lectura)
    assert captura.count(b"\n") == len(registros)
    assert lectura.recibidos <= len(registros)
    assert CANARIO not in repr(lectura)


@RAPIDO
@given(st.binary(max_size=300), st.sampled_from(["rest_json", "rss"]))
def test_unos_bytes_cualesquiera_de_un_servicio_dan_un_mensaje(cuerpo: bytes, tipo: str):
    declarada = fuente(tipo, columnas={"registro": "id", "titulo": "title"})
    try:
        if tipo == "rss":
            capturar(entradas(cuerpo, zona_de(declarada), "x"), declarada, "x")
        else:
            leer_json(cuerpo, "x")
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea


de_xml = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=15) | st.sampled_from(
    ["<b>x</b>", "&amp;", "]]>", "javascript:alert(1)", "Mon, 99 Foo 2020", "file:///etc/passwd"]
)


@RAPIDO
@given(st.lists(st.tuples(de_xml, de_xml, de_xml), min_size=1, max_size=6))
def test_un_canal_hostil_no_pierde_ni_una_entrada(items: list[tuple[str, str, str]]):
    declarada = fuente("rss", columnas={"registro": "id", "titulo": "title", "fecha": "published"})
    cuerpo = "".join(f"<item><guid>g{n}</guid><title>{escape(t)}</title><pubDate>{escape(f)}</pubDate><link>{escape(u)}</link></item>" for n, (t, f, u) in enumerate(items))
    bruto = f'<rss version="2.0"><channel><title>C</title>{cuerpo}</channel></rss>'.encode()
    try:
        lectura = interpretar(capturar(entradas(bruto, zona_de(declarada), "x"), declarada, "x"), declarada, SHA, "x")
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        return
    revisar(lectura)
    assert lectura.recibidos == len(items)


@RAPIDO
@given(st.lists(st.tuples(de_xml, de_xml), min_size=1, max_size=6))
def test_una_exportacion_hostil_de_wordpress_no_pierde_ni_una_entrada(items: list[tuple[str, str]]):
    declarada = fuente("wordpress_exportacion", columnas={"registro": "wp:post_id", "titulo": "title", "fecha": "wp:post_date"})
    cuerpo = "".join(
        f"<item><wp:post_id>{n}</wp:post_id><title>{escape(t)}</title><wp:post_date>{escape(f)}</wp:post_date><dc:creator>{CANARIO}</dc:creator></item>"
        for n, (t, f) in enumerate(items)
    )
    espacios = 'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    try:
        lectura = interpretar(f'<rss version="2.0" {espacios}><channel>{cuerpo}</channel></rss>'.encode(), declarada, SHA, "x")
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        return
    revisar(lectura)
    assert lectura.recibidos + lectura.filtrados == len(items)
    assert CANARIO not in repr(lectura)
