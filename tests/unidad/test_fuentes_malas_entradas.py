"""Cada mala entrada se dice con el mensaje exacto que está en docs/mensajes-de-fuentes.md: qué, dónde y qué hacer."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.unidad.malas_entradas import GRUPOS, Caso, dice, pagina

RAIZ = Path(__file__).resolve().parents[2]
DOCUMENTO = RAIZ / "docs" / "mensajes-de-fuentes.md"
CASOS = [pytest.param(grupo, caso, id=f"{grupo}-{caso.nombre}") for grupo, casos in GRUPOS.items() for caso in casos]

# La lista de lo que no puede faltar, como la pide el acuerdo de fiabilidad; cada renglón nombra los casos que lo muestran.
EXIGIDO = {
    "CSV vacío o solo con encabezado": ["vacío", "solo el encabezado"],
    "UTF-16 y codificación mal declarada": ["en UTF-16 sin declararlo", "declarado en UTF-8 y es de Windows", "declarado de Windows y es UTF-8"],
    "punto y coma sin declarar": ["con punto y coma sin declararlo"],
    "datos de más en todas o en algunas filas, y fila corta": ["con un dato de más en todas las filas", "con un dato de más en una fila", "con una fila corta"],
    "encabezado repetido": ["con un título de columna repetido"],
    "05001 y NA como texto": ["con un código que empieza en cero", "con NA escrito como texto"],
    "1.234 y 1.234,56 según lo declarado": [
        "con miles y decimales a la colombiana",
        "con miles y decimales a la inglesa, así declarado",
        "con decimales a la inglesa sin declararlo",
    ],
    "45 %, inf y 1e400": ["con un porcentaje", "con infinito o un número imposible"],
    "03/04/2026": ["con una fecha que se puede leer de dos maneras", "con una fecha que no existe"],
    "NUL y comilla sin cerrar": ["con un carácter nulo", "con una comilla sin cerrar"],
    "enteros de más de 2^53": ["con un entero de más de 2^53 y un vacío al lado", "con un número de más de 15 cifras"],
    "archivo cortado con la cuenta declarada": ["cortado, con la cuenta de registros declarada"],
    "archivos que no son lo que su nombre dice": [
        "un PDF con el nombre cambiado a .csv",
        "una página web con el nombre cambiado a .csv",
        "un libro con el nombre cambiado a .csv",
        "una página web con el nombre cambiado a .xls",
        "un CSV con el nombre cambiado a .xls",
        "un PDF con el nombre cambiado a .xlsx",
        "una hoja de cálculo XML de 2003",
        "un libro cortado",
    ],
    "letras dañadas y separador de más": ["con letras dañadas antes de llegar", "con un separador de más al final de todas las filas"],
    "celda de diez megas": ["con una celda de diez megas"],
    "blanco y cero": ["con una celda vacía donde va la cantidad, y un cero"],
    "bomba comprimida, celda lejana y límites del hijo": [
        "bomba comprimida",
        "con una celda perdida en la última esquina",
        "un libro que pide más memoria o tiempo del permitido",
    ],
    "entidades y XXE": ["con una bomba de entidades", "con una entidad externa (XXE)"],
    "fórmula sin valor y #DIV/0!": ["con una fórmula sin resultado", "con una división por cero", "un .ods con un error que se leería como cero"],
    "celdas combinadas, hojas ocultas y 1904": [
        "con celdas combinadas, sin pedir que se rellenen",
        "con celdas combinadas, que se rellenan",
        "con una hoja oculta",
        "con fechas contadas desde 1904",
    ],
    "contraseña, .xls con otro nombre, macros y enlaces": ["con contraseña", "un .ods con contraseña", "un .xls con el nombre cambiado a .xlsx", "con macros y enlaces a otros libros"],
    "SQL: nombres con comillas y órdenes": ["con un nombre de tabla que trae comillas", "con una orden que no es un SELECT"],
    "SQL: columna que se fue o cambió": ["con una columna que ya no está", "con una columna que cambió de tipo"],
    "SQL: foto, conexión y cuenta": ["con filas que cambian mientras se lee", "con una conexión que se pierde", "con una cuenta que puede escribir"],
    "HTML con 200 y canal cortado": ["una página web con estado 200", "una página web donde va un canal", "un canal cortado", "un JSON cortado"],
    "enlace javascript: y fecha mala": ["un enlace javascript:", "una fecha que no se entiende"],
    "páginas en círculo, total y repetidos": ["una paginación que da vueltas", "un total que no es lo entregado", "un registro en dos páginas"],
    "redirección a otro anfitrión o a uno privado": ["una redirección a otro anfitrión", "una dirección que lleva a una red privada"],
    "datos personales en texto libre": [
        "con un correo, un teléfono, una cédula y una dirección en el título",
        "con una persona en la clave del registro",
        "con una columna de cédulas declarada como clave",
        "con una cédula o un correo en la dirección web",
        "con el nombre de quien pregunta",
    ],
    "cifra menor que k y despejable": ["con una cifra menor que k", "con una cifra que se despeja del total"],
    "respuesta repetida, fuera de escala y sin consentimiento": ["con respuestas repetidas, fuera de la escala o sin consentimiento"],
}


@pytest.mark.parametrize(("grupo", "caso"), CASOS)
def test_cada_mala_entrada_dice_exactamente_lo_que_dice_el_documento(grupo: str, caso: Caso):
    titulo = caso.nombre[0].upper() + caso.nombre[1:]
    escrito = DOCUMENTO.read_text("utf-8").partition(f"\n## {grupo}\n")[2].partition(f"\n### {titulo}\n\n")[2]
    assert re.split(r"\n\n?#", escrito, maxsplit=1)[0].strip() == dice(caso)


def test_el_documento_esta_al_dia():
    assert DOCUMENTO.read_text("utf-8") == pagina()


@pytest.mark.parametrize("renglon", EXIGIDO)
def test_cada_renglon_exigido_tiene_quien_lo_muestre(renglon: str):
    nombres = {c.nombre for casos in GRUPOS.values() for c in casos}
    assert EXIGIDO[renglon]
    assert set(EXIGIDO[renglon]) <= nombres


@pytest.mark.parametrize("caso", [c for casos in GRUPOS.values() for c in casos if c.otras], ids=lambda c: c.nombre)
def test_la_prueba_que_muestra_lo_demas_existe(caso: Caso):
    for referencia in caso.otras:
        archivo, _, nombre = referencia.partition("::")
        arbol = ast.parse((RAIZ / archivo).read_text("utf-8"))
        assert nombre in {n.name for n in arbol.body if isinstance(n, ast.FunctionDef)}


@pytest.mark.parametrize(("grupo", "caso"), [p for p in CASOS if p.values[1].correr])
def test_cada_rechazo_dice_donde_esta_y_que_hacer(grupo: str, caso: Caso):
    for linea in dice(caso).splitlines():
        if linea.startswith("- No se acepta"):
            assert " Dónde: " in linea
            assert " Qué hacer: " in linea
        elif linea.startswith("- Rechazado"):
            assert re.search(r"Está en [^,]+, (hoja [^,]+, )?(fila|línea|entrada) \d+(, columna «[^»]+»)?\. \w", linea)
