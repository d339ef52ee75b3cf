"""Puerta de los libros de cálculo de un plan: sus hojas visibles, celda por celda, como texto."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from html import unescape

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from rendicion.errores import ErrorUso
from rendicion.planes.documento import LIMITE_FILAS, Aviso, Fila

LIMITE_DESCOMPRIMIDO = 100 * 1024 * 1024
LIMITE_CELDAS = 1_000_000
LIMITE_COLUMNAS = 300
_CELDA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL)
_REPETIDAS = re.compile(rb'number-(?:rows|columns)-(?:repeated|spanned)="([0-9]+)"')
_MAXIMO_FILAS_HOJA = 1_048_576
_CIFRADO = "EncryptedPackage".encode("utf-16-le")
_ERROR, _SIN_VALOR = "celda_con_error", "formula_sin_valor"


def leer_libro(contenido: bytes, nombre: str) -> tuple[tuple[Fila, ...], tuple[Aviso, ...]]:
    """Lee las hojas visibles de un libro, en su orden, y avisa de las ocultas y de las celdas sin valor.

    Las fechas quedan como AAAA-MM-DD; los números, sin ceros de más y con coma decimal; las celdas
    combinadas hacia abajo repiten su texto y lo declaran. Se niega antes de abrir un libro
    desmedido, con contraseña o dañado (`ErrorUso`).
    """
    _revisar_tamano(contenido, nombre)
    try:
        libro = CalamineWorkbook.from_filelike(io.BytesIO(contenido))
        hojas = [(m.name, m.visible == SheetVisibleEnum.Visible) for m in libro.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
        filas = tuple(f for hoja, visible in hojas if visible for f in _filas(libro.get_sheet_by_name(hoja), hoja, nombre))
    except PasswordError as causa:
        raise _con_contrasena(nombre) from causa
    except (CalamineError, ValueError, OSError) as causa:
        raise ErrorUso(
            "El libro está dañado o no se puede abrir.",
            donde=nombre,
            hacer=f"Ábralo en Excel o LibreOffice y guárdelo de nuevo como .xlsx. Detalle: {causa}.",
        ) from causa
    ocultas = [Aviso(f"hoja {h}", "hoja_oculta", "informativa", f"La hoja «{h}» está oculta y no se leyó.") for h, v in hojas if not v]
    return filas, (*ocultas, *_celdas_sin_valor(contenido, [h for h, v in hojas if v]))


def _con_contrasena(nombre: str) -> ErrorUso:
    return ErrorUso(
        "El libro tiene contraseña.",
        donde=nombre,
        hacer="Quítele la contraseña (Archivo, Información, Proteger libro) y guárdelo de nuevo.",
    )


def _revisar_tamano(contenido: bytes, nombre: str) -> None:
    if not contenido.startswith(b"PK"):
        if _CIFRADO in contenido:
            raise _con_contrasena(nombre)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(contenido)) as paquete:
            if sum(i.file_size for i in paquete.infolist()) > LIMITE_DESCOMPRIMIDO:
                raise _desmedido(nombre, "al descomprimirlo ocupa demasiado")
            partes = [(i.filename, paquete.read(i)) for i in paquete.infolist() if _es_hoja(i.filename)]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as causa:
        raise ErrorUso("El libro está dañado.", donde=nombre, hacer="Descárguelo o guárdelo de nuevo.") from causa
    for parte, xml in partes:
        _revisar_esquina(xml, parte, nombre)


def _es_hoja(parte: str) -> bool:
    return parte == "content.xml" or (parte.startswith("xl/worksheets/") and parte.endswith(".xml"))


def _revisar_esquina(xml: bytes, parte: str, nombre: str) -> None:
    """Se niega si una celda perdida muy lejos haría reservar memoria para una hoja inmensa."""
    if parte == "content.xml":
        if any(int(n) > _MAXIMO_FILAS_HOJA for n in _REPETIDAS.findall(xml)):
            raise _desmedido(nombre, "repite una celda millones de veces")
        return
    filas = columnas = 0
    for hallada in re.finditer(rb'\br="([A-Z]{1,3})([0-9]{1,7})"', xml):
        filas, columnas = max(filas, int(hallada[2])), max(columnas, _columna(hallada[1].decode()) + 1)
    if filas * columnas > LIMITE_CELDAS:
        raise _desmedido(nombre, f"en {parte} hay una celda escrita en la fila {filas} y otra en la columna {columnas}")


def _desmedido(nombre: str, por_que: str) -> ErrorUso:
    return ErrorUso(
        f"El libro es desmedido para un plan: {por_que}.",
        donde=nombre,
        hacer="Copie la tabla del plan a un libro nuevo y use ese.",
    )


def _columna(letras: str) -> int:
    numero = 0
    for letra in letras:
        numero = numero * 26 + ord(letra) - ord("A") + 1
    return numero - 1


def _filas(hoja: CalamineSheet, titulo: str, nombre: str) -> list[Fila]:
    if hoja.total_height > LIMITE_FILAS or hoja.total_width > LIMITE_COLUMNAS:
        raise _desmedido(nombre, f"la hoja «{titulo}» tiene {hoja.total_height} filas y {hoja.total_width} columnas")
    celdas = [[_texto(v) for v in fila] for fila in hoja.to_python(skip_empty_area=False)]
    combinadas = _bajar_combinadas(celdas, hoja.merged_cell_ranges or [])
    return [
        Fila(tuple(fila), f"hoja {titulo}, fila {numero}", numero, titulo, frozenset(combinadas.get(numero - 1, ()))) for numero, fila in enumerate(celdas, 1)
    ]


def _bajar_combinadas(celdas: list[list[str]], rangos: list[tuple[tuple[int, int], tuple[int, int]]]) -> dict[int, set[int]]:
    """Repite hacia abajo el texto de cada celda combinada, en su primera columna, donde no hay nada escrito."""
    bajadas: dict[int, set[int]] = {}
    for (arriba, columna), (abajo, _) in rangos:
        if arriba >= len(celdas) or columna >= len(celdas[arriba]):
            continue
        for fila in range(arriba + 1, min(abajo + 1, len(celdas))):
            if not celdas[fila][columna] and celdas[arriba][columna]:
                celdas[fila][columna] = celdas[arriba][columna]
                bajadas.setdefault(fila, set()).add(columna)
    return bajadas


def _texto(valor: object) -> str:
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return "VERDADERO" if valor else "FALSO"
    if isinstance(valor, datetime):
        return valor.date().isoformat() if valor.time() == time() else valor.isoformat(sep=" ")
    if isinstance(valor, date | time):
        return valor.isoformat()
    if isinstance(valor, float | int):
        # La coma no deja duda de que es decimal: así escribe los números una hoja en español.
        exacto = Decimal(repr(valor))
        return f"{exacto.normalize():f}".replace(".", ",") if exacto.is_finite() else str(valor)
    return unicodedata.normalize("NFC", str(valor))


def _celdas_sin_valor(contenido: bytes, visibles: list[str]) -> list[Aviso]:
    """Busca en los .xlsx las celdas con error y las fórmulas sin resultado: el lector las da por vacías."""
    if not contenido.startswith(b"PK"):
        return []
    avisos = []
    with zipfile.ZipFile(io.BytesIO(contenido)) as paquete:
        partes = _partes_de_hojas(paquete)
        for hoja in visibles:
            if hoja in partes:
                avisos += _avisos_de(paquete.read(partes[hoja]), hoja)
    return avisos


def _partes_de_hojas(paquete: zipfile.ZipFile) -> dict[str, str]:
    nombres = set(paquete.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= nombres:
        return {}
    relaciones = _atributos(b"Relationship", paquete.read("xl/_rels/workbook.xml.rels"))
    destinos = {r.get("Id", ""): r.get("Target", "") for r in relaciones}
    partes = {}
    for hoja in _atributos(b"sheet", paquete.read("xl/workbook.xml")):
        destino = next((destinos.get(v, "") for k, v in hoja.items() if k.endswith(":id")), "")
        parte = destino.lstrip("/") if destino.startswith("/") else f"xl/{destino}"
        if parte in nombres:
            partes[hoja.get("name", "")] = parte
    return partes


def _atributos(etiqueta: bytes, xml: bytes) -> list[dict[str, str]]:
    """Saca los atributos de cada etiqueta sin armar el árbol: así un XML hostil no tiene qué expandir."""
    return [
        {k.decode(): unescape(v.decode("utf-8", "replace")) for k, v in re.findall(rb'([\w:]+)="([^"]*)"', hallada[1])}
        for hallada in re.finditer(rb"<(?:\w+:)?" + etiqueta + rb"\s([^>]*)>", xml)
    ]


def _avisos_de(xml: bytes, hoja: str) -> list[Aviso]:
    avisos = []
    for celda in _CELDA.finditer(xml):
        lugar = f"hoja {hoja}, celda {celda[1].decode()}{celda[2].decode()}"
        dentro = celda[5] or b""
        if b't="e"' in celda[3]:
            avisos.append(Aviso(lugar, _ERROR, "grave", f"La celda tiene un error de Excel y se leyó como vacía ({lugar})."))
        elif b"<f" in dentro and not re.search(rb"<v>[^<]|<is>", dentro):
            avisos.append(
                Aviso(
                    lugar,
                    _SIN_VALOR,
                    "grave",
                    (f"La celda tiene una fórmula sin resultado guardado y se leyó como vacía ({lugar}). Abra el libro en Excel y guárdelo."),
                )
            )
    return avisos
