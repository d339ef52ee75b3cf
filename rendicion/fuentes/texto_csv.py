"""CSV y TSV, leídos con rigor: cada celda como texto y cada fila con el ancho de su encabezado."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, Final

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import DeArchivo, opcion_lista, opcion_logica
from rendicion.fuentes.encabezado import Falla, Fila, Hoja, halladas
from rendicion.fuentes.tabla import TODO_EL_ARCHIVO, leer_hojas, revisar_campos
from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura

CODIFICACIONES: Final = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "iso8859-1",
    "iso8859-15",
    "cp850",
    "cp437",
    "mac-roman",
)
SEPARADORES: Final = {",": "la coma «,»", ";": "el punto y coma «;»", "\t": "el tabulador «\\t»", "|": "la barra «|»"}
OPCIONES_CSV = frozenset({"comillas"})
_MARCAS_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINEAS_DE_MUESTRA = 30
_COLUMNAS_PARA_SOSPECHAR = 3


class Csv(DeArchivo):
    """Lee archivos separados por comas, punto y coma o tabulador.

    Sin `codificacion` prueba UTF-8 y luego Windows (cp1252), y lo dice; sin `separador` usa la coma. Con `comillas = false`
    una comilla es una letra como las demás: así exportan algunos sistemas.
    """

    nombre = "csv"
    opciones: frozenset[str] = OPCIONES_CSV | {"rellenar"}

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; lanza ErrorFuente si el archivo entero no sirve."""
        revisar_campos(fuente, opcion_lista(fuente, "rellenar"), "rellenar")
        return leer_csv(bruto, fuente, captura_sha256, archivo)


TIPO = Csv()


def leer_csv(bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
    """Convierte los bytes de un CSV en una lectura."""
    texto, hallazgos = decodificar(bruto, fuente, archivo)
    separador = separador_de(fuente)
    filas = _partir(texto, separador, archivo, comillas=opcion_logica(fuente, "comillas", defecto=True))
    pista = _pista_de_separador(texto, separador, tuple(fuente.columnas.values()))
    return leer_hojas([Hoja(filas, anchos=True)], fuente, captura_sha256, archivo, hallazgos=hallazgos, pista=pista)


def separador_de(fuente: Fuente) -> str:
    """Devuelve el separador declarado, o la coma; lanza ErrorUso si no es un solo carácter."""
    declarado = fuente.separador or ","
    separador = {"\\t": "\t", "tab": "\t"}.get(declarado, declarado)
    if len(separador) != 1 or separador in '"\r\n':
        raise ErrorUso(
            f"El separador «{declarado}» no sirve.",
            donde=f"fuente {fuente.id}",
            hacer="Use un solo carácter: , ; | o \\t (tabulador).",
        )
    return separador


def decodificar(bruto: bytes, fuente: Fuente, archivo: str) -> tuple[str, list[Hallazgo]]:
    """Convierte los bytes en texto con la codificación declarada, o con UTF-8 y luego cp1252.

    Lanza ErrorFuente si el archivo está vacío, no es de texto, trae NUL o la codificación no es la suya.
    """
    if not bruto.strip(b" \t\r\n\xef\xbb\xbf"):
        raise ErrorFuente("El archivo está vacío.", donde=archivo, hacer="Pida de nuevo el archivo a la dependencia.")
    _negar_lo_que_no_es_csv(bruto, archivo)
    declarada = _codificacion_declarada(fuente)
    if bruto.startswith(_MARCAS_UTF16) and not (declarada or "").startswith("utf-16"):
        raise ErrorFuente(
            f"El archivo está en UTF-16 y la fuente {f'declara {declarada}' if declarada else 'no lo declara'}.",
            donde=archivo,
            hacer='Escriba codificacion = "utf-16" en el TOML, o guarde el archivo como «CSV UTF-8».',
        )
    texto, hallazgos = (_estricto(bruto, declarada, archivo), []) if declarada else _probar(bruto, fuente, archivo)
    if "\0" in texto:
        linea = texto.count("\n", 0, texto.index("\0")) + 1
        raise ErrorFuente(
            "El archivo trae caracteres nulos (NUL): está dañado o es UTF-16.",
            donde=f"{archivo}, línea {linea}",
            hacer='Expórtelo de nuevo como «CSV UTF-8»; si es UTF-16, escriba codificacion = "utf-16".',
        )
    return texto.removeprefix("\ufeff"), hallazgos


def _negar_lo_que_no_es_csv(bruto: bytes, archivo: str) -> None:
    inicio = bruto[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if bruto.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ErrorFuente(
            "El archivo es un libro de Excel, no un CSV.",
            donde=archivo,
            hacer='Declare tipo = "excel" o guárdelo como CSV.',
        )
    if inicio.startswith(b"%pdf"):
        raise ErrorFuente(
            "El archivo es un PDF, no un CSV.",
            donde=archivo,
            hacer="Pida a la dependencia el archivo del que salió: el libro de cálculo o el CSV.",
        )
    if inicio.startswith((b"<!doctype html", b"<html")):
        raise ErrorFuente(
            "El archivo es una página web (HTML), no un CSV; suele ser la página de ingreso de un sistema.",
            donde=archivo,
            hacer="Descárguelo de nuevo después de ingresar al sistema.",
        )


def _codificacion_declarada(fuente: Fuente) -> str | None:
    if not fuente.codificacion:
        return None
    try:
        nombre = codecs.lookup(fuente.codificacion).name
    except LookupError:
        nombre = ""
    if nombre not in CODIFICACIONES:
        raise ErrorUso(
            f"La codificación «{fuente.codificacion}» no sirve.",
            donde=f"fuente {fuente.id}",
            hacer=f"Use una de estas: {', '.join(CODIFICACIONES)}.",
        )
    return nombre


def _estricto(bruto: bytes, codificacion: str, archivo: str) -> str:
    try:
        texto = bruto.decode(codificacion)
    except UnicodeDecodeError as error:
        raise _mal_codificado(
            bruto, error.start, f"La codificación declarada ({codificacion}) no es la del archivo.", archivo
        ) from None
    una_sola = not codificacion.startswith("utf")
    if una_sola and not bruto.isascii() and _es_utf8(bruto):
        primero = re.search(rb"[\x80-\xff]", bruto)
        lugar = primero.start() if primero else 0
        raise _mal_codificado(
            bruto, lugar, f"Se declaró {codificacion} y el archivo está en UTF-8: las tildes saldrían dañadas.", archivo
        )
    return texto


def _es_utf8(bruto: bytes) -> bool:
    try:
        bruto.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mal_codificado(bruto: bytes, posicion: int, que: str, archivo: str) -> ErrorFuente:
    linea = bruto.count(b"\n", 0, posicion) + 1
    otra = "utf-8" if _es_utf8(bruto) else "cp1252"
    return ErrorFuente(
        que,
        donde=f"{archivo}, línea {linea}",
        hacer=f'Pruebe codificacion = "{otra}" en el TOML, o guarde el archivo como «CSV UTF-8».',
    )


def _probar(bruto: bytes, fuente: Fuente, archivo: str) -> tuple[str, list[Hallazgo]]:
    """Prueba UTF-8 y luego cp1252; un UTF-8 cortado o mezclado no pasa por cp1252."""
    try:
        return bruto.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        if re.search(rb"[\xc3][\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xef\xbb\xbf", bruto):
            que = "El archivo empieza en UTF-8 y después no lo es: está cortado o mezcla dos codificaciones."
            raise _mal_codificado(bruto, error.start, que, archivo) from None
    try:
        texto = bruto.decode("cp1252")
    except UnicodeDecodeError as error:
        que = "No se sabe en qué codificación está el archivo: ni UTF-8 ni Windows (cp1252)."
        raise _mal_codificado(bruto, error.start, que, archivo) from None
    explicacion = "La fuente no declara codificación y el archivo no es UTF-8; se leyó como Windows (cp1252)."
    return texto, [
        Hallazgo(
            fuente.id,
            TODO_EL_ARCHIVO,
            "codificacion",
            "codificacion_supuesta",
            "informativa",
            explicacion,
            valor="cp1252",
        )
    ]


def _partir(texto: str, separador: str, archivo: str, *, comillas: bool) -> list[Fila]:
    """Parte el texto en filas con el lector estricto de Python; numera como una hoja de cálculo."""
    previo = csv.field_size_limit(max(len(texto), 1))
    lector = csv.reader(io.StringIO(texto, newline=""), delimiter=separador, strict=True, quoting=csv.QUOTE_MINIMAL if comillas else csv.QUOTE_NONE)
    filas: list[Fila] = []
    linea = 1
    try:
        for numero, celdas in enumerate(lector, 1):
            filas.append(Fila(numero, celdas, falla=_sospecha(celdas, separador)))
            linea = lector.line_num + 1
    except csv.Error as error:
        raise _comilla(str(error), linea, lector.line_num, archivo) from None
    finally:
        csv.field_size_limit(previo)
    return filas


def _comilla(error: str, linea: int, hasta: int, archivo: str) -> ErrorFuente:
    que = "Hay una comilla que no se cierra" if "unexpected end" in error else "Hay una comilla mal puesta o sin cerrar"
    hasta_donde = f" (se notó en la línea {hasta})" if hasta > linea else ""
    return ErrorFuente(
        f"{que}: no se puede saber dónde termina cada dato.",
        donde=f"{archivo}, línea {linea}{hasta_donde}",
        hacer='Cierre la comilla, o escriba dos seguidas ("") donde el texto lleva una. Si ese sistema no encierra los textos entre comillas, escriba comillas = false en [opciones].',
    )


def _sospecha(celdas: list[str], separador: str) -> Falla | None:
    """Marca la fila que, por una comilla sin cerrar, parece haberse tragado otras enteras."""
    ancho = len(celdas)
    tragadas = (parte.count(separador) for celda in celdas if "\n" in celda for parte in celda.split("\n")[1:-1])
    if ancho < _COLUMNAS_PARA_SOSPECHAR or ancho - 1 not in tragadas:
        return None
    return Falla(
        "comilla_sospechosa",
        "Un dato entre comillas contiene líneas con tantos separadores como una fila: "
        "una comilla sin cerrar pudo tragarse registros.",
        "Revise las comillas de esa fila y de las que siguen.",
    )


def _pista_de_separador(texto: str, usado: str, nombres: tuple[str, ...]) -> str:
    """Dice qué otro separador sí deja ver el encabezado, si lo hay."""
    lineas = texto.splitlines()[:_LINEAS_DE_MUESTRA]

    def aciertos(separador: str) -> int:
        return max(
            (len(halladas([c.strip('"') for c in linea.split(separador)], nombres)) for linea in lineas), default=0
        )

    mejor = max(SEPARADORES, key=aciertos)
    if mejor != usado and aciertos(mejor) > aciertos(usado):
        toml = "\\t" if mejor == "\t" else mejor
        return f' El separador parece ser {SEPARADORES[mejor]}: escriba separador = "{toml}" en el TOML.'
    return ""
