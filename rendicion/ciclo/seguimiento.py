"""El seguimiento cuatrimestral que llenan y firman las oficinas de control interno, como libro de Excel."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from rendicion.ciclo.calendario import en_letras

if TYPE_CHECKING:
    from decimal import Decimal

Fila = Mapping[str, Any]
COLUMNAS = (
    ("Subcomponente/Proceso", 24), ("Actividades programadas", 38), ("Actividades realizadas", 38), ("Meta/Producto", 18),
    ("Responsable", 24), ("Fecha programada", 20), ("% de avance", 10), ("Zona", 14), ("Observaciones", 36), ("Evidencias", 14),
)  # fmt: skip
# Un libro con más filas no lo revisa ni lo firma nadie, y armarlo tarda minutos: se dice cuántas son y dónde están.
EVIDENCIAS_DEL_LIBRO = 20_000
ALTO_DE_LINEA = 14
COLUMNAS_CUENTA = (("Actividad", 10), ("Registros", 12), ("Primera fecha", 14), ("Última fecha", 14), ("Dónde están", 70))
COLUMNAS_EVIDENCIA = (("Actividad", 10), ("Fecha", 12), ("Cantidad", 10), ("Título", 60), ("Canal", 16), ("Dependencia", 28), ("Registro", 18), ("Enlace", 80))
ZONAS = {
    "baja": ("● Baja", "A80521", "FBE3E7"), "media": ("▲ Media", "4C4C4C", "FDF0D5"),
    "alta": ("■ Alta", "158361", "DFF3EC"), "sin_programar": ("– Sin programar", "4C4C4C", "EEEEEE"),
}  # fmt: skip
ESTADOS = {
    "sin_meta": "Sin meta que se pueda medir", "cumplida": "Cumplida", "vencida": "Vencida sin cumplir la meta",
    "atrasada": "Atrasada frente a lo programado", "no_iniciada": "No ha iniciado; nada programado aún", "en_ejecucion": "En ejecución",
}  # fmt: skip
_CUATRIMESTRES = ("Primero (enero a abril)", "Segundo (mayo a agosto)", "Tercero (septiembre a diciembre)")
_LINEA = Side(style="thin", color="999999")
_BORDE = Border(_LINEA, _LINEA, _LINEA, _LINEA)
_ESTILO = "registro"
_ARRIBA = Alignment(vertical="top", wrap_text=True)
_ENCABEZADO = PatternFill("solid", fgColor="0943B5")
_URL = re.compile(r"https?://[^\s]+")


@dataclass(frozen=True)
class FichaSeguimiento:
    """Dice de quién es el seguimiento y en qué marco: PAAC, o PTEP desde la Ley 2195 de 2022."""

    entidad: str
    vigencia: int
    componente: str = "Rendición de cuentas"
    marco: Literal["PAAC", "PTEP"] = "PAAC"
    firmas: tuple[str, ...] = ("Elaboró", "Revisó", "Jefe de la oficina de control interno")
    sintetica: bool = False


def libro(
    plan: Sequence[Fila], indicadores_actividad: Sequence[Fila], avances: Sequence[Fila], corte: date, ficha: FichaSeguimiento, *, tope: int = EVIDENCIAS_DEL_LIBRO
) -> bytes:
    """Arma el libro del corte a partir de las filas de las tablas `plan`, `indicadores_actividad` y `avances`.

    Trae las ocho columnas del formato que usan las oficinas de control interno, la zona (símbolo, palabra y color) y el
    paso a la hoja «Evidencias», donde está cada registro que cuenta, con su enlace. Lo que no se puede medir dice
    «sin dato», nunca 0. Todo texto se escribe como texto: ninguna celda es fórmula. Siempre los mismos bytes, con fecha del corte.
    Con más de `tope` registros que cuentan, «Evidencias» dice cuántos hay de cada actividad y dónde están, y el libro lo advierte.
    """
    wb = Workbook()
    wb.add_named_style(NamedStyle(_ESTILO, font=_letra(), alignment=_ARRIBA, border=_BORDE))
    hoja, pruebas = wb.active, wb.create_sheet("Evidencias")
    assert isinstance(hoja, Worksheet)  # noqa: S101 -- un libro nuevo siempre trae una hoja
    hoja.title = "Seguimiento"
    cuentan = evidencias(avances, corte)
    cuantas = sum(map(len, cuentan.values()))
    escribir = _escribir_evidencias if cuantas <= tope else _escribir_cuentas
    donde = escribir(pruebas, cuentan, corte, ficha)
    medidas = {i["actividad_id"]: i for i in indicadores_actividad if i["corte"] == corte}
    encabezado = _escribir_cabecera(hoja, corte, ficha)
    ultima = _escribir_filas(hoja, encabezado, plan, medidas, cuentan=cuentan, donde=donde)
    if cuantas > tope:
        ultima += 1
        _texto(hoja, ultima, 1, aviso_de_tope(cuantas, tope)).font = _letra(bold=True)
    _escribir_firmas(hoja, ultima + 2, ficha)
    _preparar_impresion(hoja, encabezado, len(COLUMNAS), corte, ficha)
    wb.properties.title = f"Seguimiento {ficha.marco} {ficha.vigencia}, {ficha.componente}, corte {corte.isoformat()}"
    wb.properties.creator = ficha.entidad
    wb.properties.language = "es-CO"
    return _fijar_bytes(wb, corte)


def evidencias(avances: Sequence[Fila], corte: date) -> dict[str, list[Fila]]:
    """Reparte por actividad los registros que cuentan en el corte, en orden de fecha."""
    reparto: dict[str, list[Fila]] = {}
    for a in avances:
        if a["cuenta"] and a["fecha"] <= corte:
            reparto.setdefault(a["actividad_id"], []).append(a)
    for suyas in reparto.values():
        suyas.sort(key=lambda a: (a["fecha"], a["avance_id"]))
    return dict(sorted(reparto.items(), key=lambda par: _orden(par[0])))


def aviso_de_tope(cuantas: int, tope: int) -> str:
    """Dice por qué los registros no están uno por uno, y dónde están."""
    return f"Hay {_miles(cuantas)} registros que cuentan, más de {_miles(tope)}: aquí va cuántos son de cada actividad. Uno por uno están en datos/avances.csv."


def cuatrimestre(corte: date) -> str:
    """Nombra el cuatrimestre al que pertenece un corte."""
    return _CUATRIMESTRES[(corte.month - 1) // 4]


def _escribir_cabecera(hoja: Worksheet, corte: date, ficha: FichaSeguimiento) -> int:
    titulo = f"Seguimiento al {ficha.marco} · {ficha.componente}"
    _texto(hoja, 1, 1, f"{titulo} · DATOS SINTÉTICOS" if ficha.sintetica else titulo).font = _letra(bold=True, size=14)
    datos = (
        ("Entidad", ficha.entidad), ("Vigencia", str(ficha.vigencia)), ("Fecha", en_letras(corte)), ("Componente", ficha.componente),
        ("Cuatrimestre", cuatrimestre(corte)), ("Marco", ficha.marco),
    )  # fmt: skip
    for n, (nombre, valor) in enumerate(datos, start=2):
        _texto(hoja, n, 1, nombre).font = _letra(bold=True)
        _texto(hoja, n, 2, valor)
    encabezado = len(datos) + 3
    _escribir_encabezado(hoja, encabezado, COLUMNAS)
    return encabezado


def _escribir_encabezado(hoja: Worksheet, fila: int, columnas: Sequence[tuple[str, int]]) -> None:
    for n, (nombre, ancho) in enumerate(columnas, start=1):
        celda = _texto(hoja, fila, n, nombre)
        celda.font, celda.fill, celda.border, celda.alignment = (_letra(bold=True, color="FFFFFF"), _ENCABEZADO, _BORDE, _ARRIBA)
        hoja.column_dimensions[get_column_letter(n)].width = ancho
    _ajustar_alto(hoja, fila, [nombre for nombre, _ in columnas], columnas)


def _ajustar_alto(hoja: Worksheet, fila: int, textos: Sequence[object], columnas: Sequence[tuple[str, int]]) -> None:
    """Da a la fila el alto que piden sus textos: sin él, los programas de hojas de cálculo los muestran cortados."""
    lineas = (-(-len(str(t)) * 10 // (ancho * 9)) for t, (_, ancho) in zip(textos, columnas, strict=False) if t is not None)
    hoja.row_dimensions[fila].height = ALTO_DE_LINEA * max((1, *lineas)) + 3


def _escribir_filas(
    hoja: Worksheet, encabezado: int, plan: Sequence[Fila], medidas: Mapping[str, Fila], *, cuentan: Mapping[str, Sequence[Fila]], donde: Mapping[str, int]
) -> int:
    """Escribe una fila por actividad, en el orden del plan; devuelve la última fila usada."""
    fila = encabezado
    for fila, actividad in enumerate(plan, start=encabezado + 1):
        numero = actividad["actividad_id"]
        medida = medidas.get(numero, {})
        suyas = cuentan.get(numero, ())
        textos = (
            actividad["subcomponente"], f"{numero} {actividad['actividad']}", realizado(actividad, medida, suyas), actividad["meta_texto"] or "sin dato",
            actividad["responsable_texto"] or "sin dato", programado(actividad),
        )  # fmt: skip
        for n, texto in enumerate(textos, start=1):
            _texto(hoja, fila, n, texto)
        _porcentaje(hoja, fila, 7, medida.get("avance_pct"))
        _zona(hoja, fila, 8, medida.get("zona", "sin_programar"))
        notas = observacion(medida)
        _texto(hoja, fila, 9, notas)
        _ajustar_alto(hoja, fila, (*textos, None, None, notas), COLUMNAS)
        enlace = _texto(hoja, fila, 10, f"Ver {_miles(len(suyas))}" if suyas else "Ninguna")
        if suyas:
            enlace.hyperlink = Hyperlink(ref=enlace.coordinate, location=f"Evidencias!A{donde[numero]}")
            enlace.font = _letra(color="0943B5", underline="single")
        for n in range(1, len(COLUMNAS) + 1):
            celda = hoja.cell(fila, n)
            celda.border, celda.alignment = _BORDE, _ARRIBA
    return fila


def realizado(actividad: Fila, medida: Fila, suyas: Sequence[Fila]) -> str:
    """Dice lo hecho, con cuántos registros y cuál fue el último."""
    if not suyas:
        return "Sin registros que cuenten a esta fecha"
    meta = medida.get("meta")
    de_meta = f" de {_numero(meta)}" if meta is not None else ""
    plural = "1 registro" if len(suyas) == 1 else f"{_miles(len(suyas))} registros"
    unidad = f" {actividad['unidad']}" if actividad.get("unidad") else ""
    ultima = suyas[-1]
    return f"{_numero(medida.get('ejecutado'))}{de_meta}{unidad}, en {plural}. El último, del {en_letras(ultima['fecha'])}: {ultima['titulo'] or ultima['registro']}"


def programado(actividad: Fila) -> str:
    """Dice cuándo se programó la actividad: lo que escribió el plan o, si no escribió nada, su periodo."""
    if actividad["fecha_texto"]:
        return str(actividad["fecha_texto"])
    return f"Del {en_letras(actividad['inicio'])} al {en_letras(actividad['fin'])} (periodo del plan)"


def observacion(medida: Fila) -> str:
    """Dice el estado de la actividad y su cumplimiento de lo programado."""
    if not medida:
        return "Sin indicador en este corte"
    partes = [ESTADOS[medida["estado"]]]
    if medida["programado"] is not None:
        partes.append(f"Programado a la fecha: {_numero(medida['programado'])}; ejecutado: {_numero(medida['ejecutado'])}")
    if medida["cumplimiento_pct"] is not None:
        partes.append(f"Cumplimiento de lo programado: {_numero(medida['cumplimiento_pct'])} %")
    return ". ".join(partes) + "."


def _escribir_cuentas(hoja: Worksheet, cuentan: Mapping[str, Sequence[Fila]], corte: date, ficha: FichaSeguimiento) -> dict[str, int]:
    """Escribe una fila por actividad: cuántos registros tiene, de qué fechas y cómo encontrarlos; devuelve la fila de cada una."""
    _escribir_encabezado(hoja, 1, COLUMNAS_CUENTA)
    donde: dict[str, int] = {}
    for fila, (numero, suyas) in enumerate(cuentan.items(), start=2):
        donde[numero] = fila
        lugar = f"datos/avances.csv, filas con actividad_id = {numero} y cuenta = true"
        textos = (numero, None, suyas[0]["fecha"].isoformat(), suyas[-1]["fecha"].isoformat(), lugar)
        for n, texto in enumerate(textos, start=1):
            celda = _texto(hoja, fila, n, texto)
            celda.alignment, celda.border = _ARRIBA, _BORDE
        cuantas = hoja.cell(fila, 2, len(suyas))
        cuantas.alignment, cuantas.border = _ARRIBA, _BORDE
        hoja.cell(fila, 5).hyperlink = "datos/avances.csv"
    _preparar_impresion(hoja, 1, len(COLUMNAS_CUENTA), corte, ficha)
    return donde


def _escribir_evidencias(hoja: Worksheet, cuentan: Mapping[str, Sequence[Fila]], corte: date, ficha: FichaSeguimiento) -> dict[str, int]:
    """Escribe un registro por fila; devuelve dónde empieza cada actividad."""
    _escribir_encabezado(hoja, 1, COLUMNAS_EVIDENCIA)
    donde: dict[str, int] = {}
    for fila, a in enumerate((a for suyas in cuentan.values() for a in suyas), start=2):
        donde.setdefault(a["actividad_id"], fila)
        textos = (a["actividad_id"], a["fecha"].isoformat(), None, a["titulo"], a["canal"], a["dependencia"], a["registro"], a["url"])
        for n, texto in enumerate(textos, start=1):
            # Un estilo con nombre: fijar cada propiedad en cada celda cuesta más que todo el resto del libro.
            celda = hoja.cell(fila, n)
            celda.style = _ESTILO
            _poner(celda, texto)
        _ajustar_alto(hoja, fila, textos, COLUMNAS_EVIDENCIA)
        hoja.cell(fila, 3, a["cantidad"])
        if a["url"] and _URL.fullmatch(a["url"]):
            hoja.cell(fila, 8).hyperlink = a["url"]
            hoja.cell(fila, 8).font = _letra(color="0943B5", underline="single")
    _preparar_impresion(hoja, 1, len(COLUMNAS_EVIDENCIA), corte, ficha)
    return donde


def _escribir_firmas(hoja: Worksheet, fila: int, ficha: FichaSeguimiento) -> None:
    _texto(hoja, fila, 1, "Zona: baja, menos de 60 % de lo programado; media, de 60 % a menos de 80 %; alta, 80 % o más.")
    for n, quien in enumerate(ficha.firmas):
        for m, rotulo in enumerate((f"{quien}:", "Nombre:", "Firma:")):
            _texto(hoja, fila + 2 + 4 * n + m, 1, rotulo).font = _letra(bold=m == 0)
            hoja.cell(fila + 2 + 4 * n + m, 2).border = Border(bottom=_LINEA)


def _preparar_impresion(hoja: Worksheet, encabezado: int, columnas: int, corte: date, ficha: FichaSeguimiento) -> None:
    hoja.freeze_panes = f"A{encabezado + 1}"
    hoja.print_title_rows = f"{encabezado}:{encabezado}"
    hoja.print_area = f"A1:{get_column_letter(columnas)}{hoja.max_row}"
    hoja.page_setup.orientation, hoja.page_setup.paperSize = "landscape", hoja.PAPERSIZE_LEGAL
    hoja.page_setup.fitToWidth, hoja.page_setup.fitToHeight = 1, 0
    hoja.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    marca = " · DATOS SINTÉTICOS" if ficha.sintetica else ""
    pie = HeaderFooterItem()
    pie.left.text, pie.right.text = f"Corte {corte.isoformat()}{marca}", "Página &P de &N"
    hoja.oddFooter = pie


def _texto(hoja: Worksheet, fila: int, columna: int, valor: object) -> Cell:
    """Escribe un texto en su celda, como texto; devuelve la celda."""
    return _poner(hoja.cell(fila, columna), valor)


def _poner(celda: Cell | MergedCell, valor: object) -> Cell:
    """Escribe un texto como texto: lo que empieza por =, +, - o @ lleva la marca de comilla y nunca es una fórmula."""
    assert isinstance(celda, Cell)  # noqa: S101 -- el formato no combina celdas
    if valor is None:
        return celda
    limpio = ILLEGAL_CHARACTERS_RE.sub("", str(valor))
    celda.value = limpio
    celda.data_type = "s"
    celda.quotePrefix = limpio.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r"))
    return celda


def _porcentaje(hoja: Worksheet, fila: int, columna: int, pct: Decimal | None) -> None:
    if pct is None:
        _texto(hoja, fila, columna, "sin dato")
        return
    celda = hoja.cell(fila, columna, pct / 100)
    celda.number_format = "0.00%"


@cache
def _letra(size: int = 11, **rasgos: Any) -> Font:
    """Dice la letra con su nombre: sin él, cada programa de hojas de cálculo pone una distinta en la misma tabla."""
    return Font(name="Calibri", size=size, **rasgos)


def _zona(hoja: Worksheet, fila: int, columna: int, zona: str) -> None:
    palabra, letra, fondo = ZONAS[zona]
    celda = _texto(hoja, fila, columna, palabra)
    celda.font, celda.fill = _letra(bold=True, color=letra), PatternFill("solid", fgColor=fondo)


def _numero(valor: Decimal | None) -> str:
    """Escribe un número con coma decimal y sin ceros de más."""
    if valor is None:
        return "sin dato"
    texto = f"{valor:f}"
    return (texto.rstrip("0").rstrip(".") if "." in texto else texto).replace(".", ",")


def _miles(cuantos: int) -> str:
    """Escribe un conteo con punto de miles."""
    return f"{cuantos:,}".replace(",", ".")


def _orden(actividad_id: str) -> tuple[int, ...]:
    return tuple(int(p) for p in actividad_id.split("."))


def _fijar_bytes(wb: Workbook, corte: date) -> bytes:
    """Guarda el libro con la fecha del corte donde la biblioteca pone la del reloj."""
    momento = datetime(corte.year, corte.month, corte.day)  # noqa: DTZ001 -- el formato guarda la hora sin zona
    wb.properties.created = momento
    suelto, fijo = io.BytesIO(), io.BytesIO()
    wb.save(suelto)
    with zipfile.ZipFile(suelto) as entrada, zipfile.ZipFile(fijo, "w", zipfile.ZIP_DEFLATED) as salida:
        for nombre in sorted(entrada.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            datos = entrada.read(nombre)
            if nombre == "docProps/core.xml":
                datos = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{momento.isoformat()}Z".encode(), datos)
            ficha = zipfile.ZipInfo(nombre, (1980, 1, 1, 0, 0, 0))
            ficha.compress_type, ficha.external_attr, ficha.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            salida.writestr(ficha, datos)
    return fijo.getvalue()
