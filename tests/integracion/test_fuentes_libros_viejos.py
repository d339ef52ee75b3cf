"""Libros .xls y .ods hechos con otros programas, con todo lo que traen los de verdad."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest

from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import interpretar
from rendicion.lectura import Lectura

xlwt = pytest.importorskip("xlwt")
pytest.importorskip("odf")

from odf.opendocument import OpenDocumentSpreadsheet  # noqa: E402 -- después de saber si está
from odf.style import Style, TableProperties  # noqa: E402
from odf.table import CoveredTableCell, Table, TableCell, TableRow  # noqa: E402
from odf.text import P  # noqa: E402

TITULOS = ["Código", "Fecha", "Piezas", "Título"]
DIA = datetime(2020, 3, 15)


def fuente(**cambios: Any) -> Fuente:
    base = {"id": "v", "tipo": "excel", "lugar": "libro", "dependencia": "Prensa", "actividad": "1.4"}
    columnas = {"registro": "Código", "fecha": "Fecha", "cantidad": "Piezas", "titulo": "Título"}
    return fuente_desde({**base, "columnas": columnas, **cambios}, donde="v.toml")


def leer(bruto: bytes, archivo: str, **cambios: Any) -> Lectura:
    return interpretar(bruto, fuente(**cambios), "0" * 64, archivo)


def filas(lectura: Lectura) -> list[tuple[str | None, ...]]:
    return [tuple(f[c] for c in ("registro", "fecha", "cantidad", "titulo")) for f in lectura.celdas.to_pylist()]


def guardado(libro: Any) -> bytes:
    salida = io.BytesIO()
    libro.save(salida)
    return salida.getvalue()


def xls(datos: list[list[Any]], *, de_1904: bool = False, oculta: bool = False, combinadas: list[tuple[int, int, int, int]] | None = None) -> bytes:
    """Escribe un .xls con un título combinado, una fila vacía, el encabezado en la fila 3 y los datos."""
    libro = xlwt.Workbook(encoding="utf-8")
    libro.dates_1904 = de_1904
    hoja = libro.add_sheet("Enero", cell_overwrite_ok=True)
    hoja.write_merge(0, 0, 0, 3, "Informe de piezas")
    formatos = {"fecha": xlwt.easyxf(num_format_str="DD/MM/YYYY"), "pct": xlwt.easyxf(num_format_str="0%")}
    for f, fila in enumerate([TITULOS, *datos], 2):
        for c, valor in enumerate(fila):
            if isinstance(valor, datetime):
                hoja.write(f, c, valor, formatos["fecha"])
            elif isinstance(valor, tuple):
                hoja.write(f, c, valor[0], formatos[valor[1]])
            elif valor is not None:
                hoja.write(f, c, valor)
    for r1, r2, c1, c2 in combinadas or []:
        hoja.merge(r1, r2, c1, c2)
    if oculta:
        otra = libro.add_sheet("Borrador")
        otra.visibility = 1
        otra.write(0, 0, "Código")
    return guardado(libro)


@pytest.mark.parametrize("de_1904", [False, True])
def test_en_un_xls_las_fechas_son_las_mismas_con_cualquiera_de_las_dos_epocas(de_1904: bool):
    datos = [["05001", DIA, 2.5, "Uno"], ["02", "16/03/2020", "3,5", "Dos"], ["03", datetime(2020, 3, 15, 10, 30), 0.1 + 0.2, "Tres"]]
    lectura = leer(xls(datos, de_1904=de_1904), "libro.xls")
    assert filas(lectura) == [
        ("05001", "2020-03-15", "2,5", "Uno"),
        ("02", "16/03/2020", "3,5", "Dos"),
        ("03", "2020-03-15T10:30:00", "0,3", "Tres"),
    ]
    assert lectura.celdas["lugar"].to_pylist()[0] == "libro.xls, hoja Enero, fila 4"


def test_en_un_xls_las_celdas_combinadas_se_rellenan_si_se_pide():
    bruto = xls([["A", DIA, 1, "Uno"], [None, DIA, 2, "Dos"]], combinadas=[(3, 4, 0, 0)])
    assert [f[0] for f in filas(leer(bruto, "l.xls", opciones={"rellenar": ["registro"]}))] == ["A", "A"]
    assert [r.regla for r in leer(bruto, "l.xls").rechazos] == ["registro_ausente"]


def test_en_un_xls_la_formula_sin_valor_y_el_error_quedan_vacios_nunca_en_cero_y_se_avisa():
    lectura = leer(xls([["A", DIA, xlwt.Formula("1+1"), "Uno"], ["B", DIA, xlwt.Formula("1/0"), "Dos"], ["C", DIA, 0, "Tres"]]), "l.xls")
    assert [f[2] for f in filas(lectura)] == [None, None, "0"]
    assert "en ese formato una celda con error se lee como vacía" in next(h.explicacion for h in lectura.hallazgos if h.regla == "formato_antiguo")


def test_en_un_xls_un_porcentaje_es_su_numero_un_entero_enorme_se_rechaza_y_la_hoja_oculta_se_avisa():
    lectura = leer(xls([["A", DIA, (0.45, "pct"), "Uno"], ["B", DIA, 123456789012345678, "Dos"]], oculta=True), "l.xls")
    assert filas(lectura)[0][2] == "0,45"
    assert [(r.registro, r.regla) for r in lectura.rechazos] == [("B", "numero_sin_precision")]
    assert "hoja_oculta" in {h.regla for h in lectura.hallazgos}


def test_en_un_xls_el_dato_de_otra_columna_o_de_la_hoja_oculta_no_sale():
    libro = xls([["A", DIA, 1, "Uno", "canario@ejemplo.org"]], oculta=True)
    assert "canario" not in repr(leer(libro, "l.xls"))


def celda(valor: Any, tipo: str = "string", **otros: Any) -> Any:
    clave = {"date": "datevalue", "boolean": "booleanvalue", "string": None}.get(tipo, "value")
    hecha = TableCell(valuetype=tipo, **({clave: str(valor)} if clave else {}), **otros)
    hecha.addElement(P(text=str(valor)))
    return hecha


def ods(*datos: list[Any], repetidas: int = 1) -> bytes:
    """Escribe un .ods con un título combinado, una fila vacía, el encabezado en la fila 3, los datos y una hoja oculta."""
    libro = OpenDocumentSpreadsheet()
    estilo = Style(name="oculta", family="table")
    estilo.addElement(TableProperties(display="false"))
    libro.automaticstyles.addElement(estilo)
    hoja = Table(name="Enero")
    libro.spreadsheet.addElement(hoja)
    titulo = [celda("Informe", numbercolumnsspanned=4), CoveredTableCell(), CoveredTableCell(), CoveredTableCell()]
    for fila in [titulo, [], [celda(t) for t in TITULOS], *datos]:
        otra = TableRow(**({"numberrowsrepeated": repetidas} if fila is datos[-1] and repetidas > 1 else {}))
        for c in fila:
            otra.addElement(c)
        hoja.addElement(otra)
    oculta = Table(name="Borrador", stylename=estilo)
    fila_oculta = TableRow()
    fila_oculta.addElement(celda("canario@ejemplo.org"))
    oculta.addElement(fila_oculta)
    libro.spreadsheet.addElement(oculta)
    return guardado(libro)


def test_en_un_ods_cada_valor_es_el_que_se_ve():
    lectura = leer(
        ods(
            [celda("05001"), celda("2020-03-15", "date"), celda("2.5", "float"), celda("Uno")],
            [celda("02"), celda("16/03/2020"), celda("3,5"), celda("Dos")],
            [celda("03"), celda("2020-03-15T10:30:00", "date"), celda("0.45", "percentage"), celda("Tres")],
            [celda("04"), celda("2020-03-15", "date"), celda("2", "float", formula="of:=1+1"), celda("fórmula con valor")],
        ),
        "l.ods",
    )
    assert filas(lectura) == [
        ("05001", "2020-03-15", "2,5", "Uno"),
        ("02", "16/03/2020", "3,5", "Dos"),
        ("03", "2020-03-15T10:30:00", "0,45", "Tres"),
        ("04", "2020-03-15", "2", "fórmula con valor"),
    ]
    assert {h.regla for h in lectura.hallazgos} == {"hoja_oculta"}
    assert "canario" not in repr(lectura)


def con_error(**otros: str) -> Any:
    """Hace la celda como la guarda LibreOffice: el error solo está en el texto que se ve."""
    hecha = TableCell(formula="of:=1/0", **otros)
    hecha.addElement(P(text="#DIV/0!"))
    return hecha


@pytest.mark.parametrize(
    ("mala", "regla", "valor"),
    [
        (lambda: con_error(valuetype="string", stringvalue=""), "celda_con_error", "#DIV/0!"),
        (lambda: con_error(valuetype="float", value="0"), "celda_con_error", "#DIV/0!"),
        (lambda: TableCell(formula="of:=1+1"), "formula_sin_valor", None),
    ],
)
def test_en_un_ods_un_error_o_una_formula_sin_valor_nunca_se_leen_como_vacio_ni_como_cero(mala: Any, regla: str, valor: str | None):
    lectura = leer(ods([celda("A"), celda("2020-03-15", "date"), mala(), celda("Uno")], [celda("B"), celda("2020-03-15", "date"), celda("1", "float"), celda("Dos")]), "l.ods")
    assert [(r.registro, r.campo, r.regla, r.valor) for r in lectura.rechazos] == [("A", "cantidad", regla, valor)]
    assert "Está en l.ods, hoja Enero, fila 4, columna «Piezas»." in lectura.rechazos[0].explicacion
    assert [f[2] for f in filas(lectura)] == [None, "1"]


def test_en_un_ods_una_formula_de_texto_vacio_es_un_vacio_y_no_una_falta():
    vacia = TableCell(formula='of:=""', valuetype="string", stringvalue="")
    lectura = leer(ods([celda("A"), celda("2020-03-15", "date"), celda("1", "float"), vacia]), "l.ods")
    assert lectura.rechazos == ()


def test_en_un_ods_las_filas_y_celdas_repetidas_cuentan_todas_y_en_su_lugar():
    lectura = leer(ods([celda("A"), TableCell(numbercolumnsrepeated=2), celda("Uno")], [celda("B"), celda("2020-03-15", "date"), con_error(valuetype="float", value="0"), celda("Dos")], repetidas=3), "l.ods")
    assert [f[0] for f in filas(lectura)] == ["A", "B", "B", "B"]
    assert filas(lectura)[0] == ("A", None, None, "Uno")
    assert [r.fila for r in lectura.rechazos] == [1, 2, 3]


def test_en_un_ods_las_celdas_combinadas_se_rellenan_si_se_pide():
    bruto = ods(
        [celda("A", numberrowsspanned=2), celda("2020-03-15", "date"), celda("1", "float"), celda("Uno")],
        [CoveredTableCell(), celda("2020-03-16", "date"), celda("2", "float"), celda("Dos")],
    )
    assert [f[0] for f in filas(leer(bruto, "l.ods", opciones={"rellenar": ["registro"]}))] == ["A", "A"]


@pytest.mark.parametrize("archivo", ["l.xls", "l.ods"])
def test_un_libro_viejo_cortado_da_un_mensaje_y_no_datos(archivo: str):
    from rendicion.errores import ErrorFuente

    entero = xls([["A", DIA, 1, "Uno"]]) if archivo.endswith("xls") else ods([celda("A"), celda("2020-03-15", "date"), celda("1", "float"), celda("Uno")])
    for parte in (len(entero) // 3, len(entero) * 2 // 3):
        with pytest.raises(ErrorFuente) as error:
            leer(entero[:parte], archivo)
        assert error.value.hacer
