"""Puerta de los documentos de un plan: de los bytes de un archivo a filas de texto con su lugar."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from pathlib import PurePath

from rendicion.errores import ErrorUso
from rendicion.planes.documento import LIMITE_FILAS, Aviso, Documento, Fila
from rendicion.planes.hojas import leer_libro
from rendicion.planes.texto import recortar

__all__ = ["Aviso", "Documento", "Fila", "leer_documento"]

LIMITE_BYTES = 20 * 1024 * 1024
TEXTO = (".txt", ".tsv", ".csv", ".tab")
LIBROS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_FIRMAS_LIBRO = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_GUARDAR = "Ábralo en su programa y guárdelo como libro de Excel (.xlsx) o como texto separado por tabulaciones (.txt)."


def leer_documento(contenido: bytes, nombre: str) -> Documento:
    """Lee un plan en .txt, .tsv, .csv, .xlsx, .xls u .ods; la extensión dice el formato.

    El texto puede venir en UTF-8, UTF-16 con marca o Windows-1252, separado por tabulación, «;», «,» o
    «|»; queda en la forma compuesta de Unicode (NFC). En los libros se leen las hojas visibles.
    Se niega con `ErrorUso` si el archivo está vacío, es de otro formato, tiene contraseña, es
    desmedido o no trae ninguna tabla.
    """
    extension = PurePath(nombre).suffix.lower()
    _revisar(contenido, nombre, extension)
    avisos: tuple[Aviso, ...] = ()
    if extension in LIBROS:
        lineas, avisos = leer_libro(contenido, nombre)
    else:
        texto, avisos = _decodificar(contenido, nombre)
        lineas = _filas_de_texto(texto, nombre, extension)
    if not any(sum(1 for c in f.celdas if recortar(c)) > 1 for f in lineas):
        raise ErrorUso(
            "El documento no trae ninguna tabla.",
            donde=nombre,
            hacer=("El plan debe venir en una tabla con una fila de títulos. Si la copió de un PDF, guárdela como libro de Excel."),
        )
    return Documento(nombre, hashlib.sha256(contenido).hexdigest(), lineas, avisos)


def _revisar(contenido: bytes, nombre: str, extension: str) -> None:
    if extension not in TEXTO + LIBROS:
        raise ErrorUso(
            f"El formato «{extension or 'sin extensión'}» no se sabe leer.",
            donde=nombre,
            hacer=f"{_GUARDAR} Se leen: {', '.join(TEXTO + LIBROS)}.",
        )
    if not contenido.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise ErrorUso("El archivo está vacío.", donde=nombre, hacer="Revise que se haya descargado o guardado completo.")
    if len(contenido) > LIMITE_BYTES:
        raise ErrorUso(
            (f"El archivo pesa {len(contenido) // 1024 // 1024} MB; un plan no pasa de {LIMITE_BYTES // 1024 // 1024} MB."),
            donde=nombre,
            hacer="Deje en el archivo solo la tabla del plan.",
        )
    es_libro = contenido.startswith(_FIRMAS_LIBRO)
    if es_libro and extension in TEXTO:
        raise ErrorUso(
            f"El archivo dice ser {extension} y por dentro es un libro.",
            donde=nombre,
            hacer="Cámbiele la extensión a .xlsx, .xls u .ods.",
        )
    if not es_libro and extension in LIBROS:
        raise ErrorUso(f"El archivo dice ser {extension} y por dentro no es un libro.", donde=nombre, hacer=_GUARDAR)


def _decodificar(contenido: bytes, nombre: str) -> tuple[str, tuple[Aviso, ...]]:
    codificaciones = ("utf-16",) if contenido.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ("utf-8-sig", "cp1252")
    for codificacion in codificaciones:
        try:
            texto = unicodedata.normalize("NFC", contenido.decode(codificacion))
        except UnicodeDecodeError:
            continue
        if "\x00" not in texto:
            return texto, _danos(texto)
        break
    raise ErrorUso(
        "El archivo no es texto que se pueda leer.",
        donde=nombre,
        hacer="Guárdelo como texto en UTF-8, o como libro de Excel (.xlsx).",
    )


def _danos(texto: str) -> tuple[Aviso, ...]:
    if not any(marca in texto for marca in ("Ã³", "Ã©", "Ã¡", "Ã±", "\ufffd")):
        return ()
    return (
        Aviso(
            "documento",
            "letras_danadas",
            "grave",
            ("El texto trae letras dañadas («Ã³» o «\ufffd» en vez de una tilde o una eñe): se guardó con otra codificación. Se publica como viene."),
        ),
    )


def _filas_de_texto(texto: str, nombre: str, extension: str) -> tuple[Fila, ...]:
    primera, _, resto = texto.partition("\n")
    declarado = primera.strip().lower()
    salta = 0
    if declarado.startswith("sep=") and len(declarado) == len("sep=;"):
        # Excel escribe «sep=;» en el primer renglón para decir el separador; no es parte de los datos.
        texto, separador, salta = resto, declarado[-1], 1
        registros = _registros(texto, separador, nombre, extension)
    else:
        registros = _mejor_lectura(texto, nombre, extension)
    if len(registros) > LIMITE_FILAS:
        raise ErrorUso(
            f"El documento tiene {len(registros)} filas; se leen hasta {LIMITE_FILAS}.",
            donde=nombre,
            hacer="Deje solo la tabla del plan.",
        )
    return tuple(Fila(tuple(celdas), f"línea {numero + salta}", numero + salta) for numero, celdas in registros)


def _mejor_lectura(texto: str, nombre: str, extension: str) -> list[tuple[int, list[str]]]:
    if "\t" in texto and extension != ".csv":
        return _registros(texto, "\t", nombre, extension)
    separador = max(("\t", ";", ",", "|"), key=lambda s: _regularidad(texto, s))
    return _registros(texto, separador, nombre, extension)


def _regularidad(texto: str, separador: str) -> tuple[int, int]:
    """Cuenta cuántas filas tienen el mismo número de celdas (dos o más): así se reconoce el separador."""
    if separador not in texto:
        return 0, 0
    try:
        anchos = Counter(len(celdas) for _, celdas in _leer_csv(texto, separador, estricto=False) if len(celdas) > 1)
    except csv.Error:
        return 0, 0
    ancho, veces = max(anchos.items(), key=lambda par: (par[1], par[0]), default=(0, 0))
    return veces, ancho


def _registros(texto: str, separador: str, nombre: str, extension: str) -> list[tuple[int, list[str]]]:
    try:
        return _leer_csv(texto, separador, estricto=True)
    except csv.Error as causa:
        if extension != ".csv":
            # En un texto corrido una comilla suelta es solo una comilla.
            return [(n, linea.split(separador)) for n, linea in enumerate(re.split(r"\r\n|\r|\n", texto), 1)]
        raise ErrorUso(
            "El archivo CSV tiene una comilla sin cerrar o una celda desmedida.",
            donde=nombre,
            hacer=(f'Revise las comillas ("): cada celda que abre una debe cerrarla, y una comilla dentro del texto va doble. Detalle: {causa}.'),
        ) from causa


def _leer_csv(texto: str, separador: str, *, estricto: bool) -> list[tuple[int, list[str]]]:
    lector = csv.reader(io.StringIO(texto, newline=""), delimiter=separador, strict=estricto)
    registros, anterior = [], 0
    for celdas in lector:
        registros.append((anterior + 1, celdas))
        anterior = lector.line_num
    return registros
