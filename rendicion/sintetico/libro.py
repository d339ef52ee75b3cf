"""Un libro de Excel escrito a mano: lo justo para que sus bytes no dependan de ninguna biblioteca."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from rendicion.sintetico.filas import Fila
from rendicion.sintetico.receta import Celda, Pedido, Receta

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFICINA = "http://schemas.openxmlformats.org/officeDocument/2006"
_PAQUETE = "http://schemas.openxmlformats.org/package/2006"
_HOJAS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_TIPO_HOJAS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ESTILO_FECHA = 1
_ESTILOS = (
    f'{_XML}<styleSheet {_HOJAS}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def escribir_libro(pedido: Pedido, receta: Receta, filas: Sequence[Fila]) -> bytes:
    """Escribe el libro: la hoja declarada, con sus títulos y celdas combinadas, y las hojas que nadie declara."""
    declarada = [*((t,) for t in pedido.titulos), pedido.encabezado, *(f.celdas for f in filas)]
    hojas = [(str(pedido.fuente.opciones["hojas"][0]), _hoja(declarada, pedido.combinadas))]
    hojas += [(h.nombre, _hoja(h.filas, ())) for h in pedido.hojas_ajenas]
    partes = {
        "[Content_Types].xml": _tipos(len(hojas)),
        "_rels/.rels": _relaciones(
            (f"{_OFICINA}/relationships/officeDocument", "xl/workbook.xml"),
            (f"{_PAQUETE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _propiedades(receta),
        "xl/workbook.xml": _indice([nombre for nombre, _ in hojas]),
        "xl/_rels/workbook.xml.rels": _relaciones(
            *((f"{_OFICINA}/relationships/worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(hojas) + 1)),
            (f"{_OFICINA}/relationships/styles", "styles.xml"),
        ),
        "xl/styles.xml": _ESTILOS,
        **{f"xl/worksheets/sheet{i}.xml": xml for i, (_, xml) in enumerate(hojas, start=1)},
    }
    return _comprimir(partes)


def _comprimir(partes: dict[str, str]) -> bytes:
    """Guarda sin comprimir: así los bytes tampoco dependen de la versión de zlib."""
    memoria = io.BytesIO()
    with zipfile.ZipFile(memoria, "w", zipfile.ZIP_STORED) as archivo:
        for nombre, texto in partes.items():
            entrada = zipfile.ZipInfo(nombre, (1980, 1, 1, 0, 0, 0))
            entrada.create_system = 0
            archivo.writestr(entrada, texto.encode())
    return memoria.getvalue()


def _hoja(filas: Sequence[Sequence[Celda]], combinadas: Sequence[str]) -> str:
    cuerpo = "".join(
        f'<row r="{n}">{"".join(_celda(f"{_letra(i)}{n}", c) for i, c in enumerate(fila))}</row>'
        for n, fila in enumerate(filas, start=1)
        if any(c != "" for c in fila)
    )
    rangos = "".join(f"<mergeCell ref={quoteattr(r)}/>" for r in combinadas)
    union = f'<mergeCells count="{len(combinadas)}">{rangos}</mergeCells>' if combinadas else ""
    return f"{_XML}<worksheet {_HOJAS}><sheetData>{cuerpo}</sheetData>{union}</worksheet>"


def _letra(i: int) -> str:
    return chr(ord("A") + i)


def _celda(lugar: str, valor: Celda) -> str:
    if valor == "":
        return ""
    if isinstance(valor, dict):
        return _celda_especial(lugar, valor)
    if isinstance(valor, date):
        dias = (date(valor.year, valor.month, valor.day) - date(1899, 12, 30)).days
        return f'<c r="{lugar}" s="{_ESTILO_FECHA}"><v>{dias}</v></c>'
    if isinstance(valor, int | Decimal):
        return f'<c r="{lugar}"><v>{valor}</v></c>'
    texto = escape(valor)
    return f'<c r="{lugar}" t="inlineStr"><is><t xml:space="preserve">{texto}</t></is></c>'


def _celda_especial(lugar: str, valor: dict[str, str]) -> str:
    """Escribe un error de Excel, o una fórmula que nadie ha calculado todavía."""
    if "error" in valor:
        return f'<c r="{lugar}" t="e"><v>{escape(valor["error"])}</v></c>'
    return f'<c r="{lugar}"><f>{escape(valor["formula"])}</f></c>'


def _tipos(hojas: int) -> str:
    partes = [
        ("/xl/workbook.xml", f"{_TIPO_HOJAS}.sheet.main+xml"),
        ("/xl/styles.xml", f"{_TIPO_HOJAS}.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        *((f"/xl/worksheets/sheet{i}.xml", f"{_TIPO_HOJAS}.worksheet+xml") for i in range(1, hojas + 1)),
    ]
    return (
        f'{_XML}<Types xmlns="{_PAQUETE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{p}" ContentType="{t}"/>' for p, t in partes)
        + "</Types>"
    )


def _relaciones(*destinos: tuple[str, str]) -> str:
    numerados = enumerate(destinos, start=1)
    enlaces = "".join(f'<Relationship Id="rId{i}" Type="{t}" Target="{d}"/>' for i, (t, d) in numerados)
    return f'{_XML}<Relationships xmlns="{_PAQUETE}/relationships">{enlaces}</Relationships>'


def _indice(nombres: Sequence[str]) -> str:
    hojas = "".join(f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(nombres, start=1))
    return f'{_XML}<workbook {_HOJAS} xmlns:r="{_OFICINA}/relationships"><sheets>{hojas}</sheets></workbook>'


def _propiedades(receta: Receta) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PAQUETE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(receta.marca)}</dc:title><dc:description>{escape(receta.aviso)}</dc:description></cp:coreProperties>"
    )
