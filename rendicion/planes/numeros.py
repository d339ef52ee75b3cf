"""La cantidad que hay en el texto de una meta, sin adivinar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from text_to_num import text2num

from rendicion.planes.texto import plegar, recortar

MAXIMO_DECIMALES = 4
MAXIMO_ENTEROS = 15
_PALABRAS_POR_NUMERO = 12
_CONTEXTO = 20  # letras que bastan para ver el «menos», el «N.º» o el «y» de antes
# Un número pegado a letras («G20», «COVID-19», «3er», «1º») nombra algo, no cuenta.
_CIFRAS = re.compile(
    r"(?<![\w.,])(?<![^\W\d_][-–])(?P<signo>(?<![\w)])[-−])?"
    r"(?P<cifras>\d+(?:[.,]\d+)*)(?![\wº°ª])(?P<pct>\s*(?:%|por ciento\b))?"
)
_ROTULO = re.compile(r"(?:\bn[°º]|\bno\.|\bnro\.?|\bnum(?:ero)?\.?|#)\s*$")
_VINETA = re.compile(r"\d+\s*[.)]\s+[^\W\d_]")
_SUMA = re.compile(r"(?:\b(?:y|e|o|u|mas)|[,;+/])\s*$")
_PALABRA = re.compile(r"[^\W\d_]+")
_MILES = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_LLANO = re.compile(r"\d+(?:,\d+)?")
_COMA_DUDOSA = re.compile(r"[1-9]\d{0,2},\d{3}")
_ARTICULOS = ("un", "una", "uno")


@dataclass(frozen=True)
class Cantidad:
    """Es lo que se entendió de un texto: el valor y lo que se cuenta, o la regla que lo impidió."""

    valor: Decimal | None = None
    unidad: str | None = None
    regla: str | None = None
    en_palabras: bool = False
    dentro_del_texto: bool = False


@dataclass(frozen=True)
class _Numero:
    desde: int
    hasta: int
    valor: Decimal | None
    regla: str | None = None
    palabra: str = ""
    porcentaje: bool = False


def leer_cifras(cifras: str) -> tuple[Decimal | None, str | None]:
    """Convierte cifras escritas a la colombiana: «1.200» es 1200 y «3,5» es 3.5.

    Devuelve el valor, o vacío y la regla: `numero_ambiguo` («12.5», «1,200», «1.23.4») o
    `numero_con_muchos_decimales` (más de 4, lo que admite el contrato) o `numero_demasiado_grande`.
    """
    if not (_MILES.fullmatch(cifras) or _LLANO.fullmatch(cifras)) or _COMA_DUDOSA.fullmatch(cifras):
        return None, "numero_ambiguo"
    valor = Decimal(cifras.replace(".", "").replace(",", "."))
    if len(cifras.partition(",")[2]) > MAXIMO_DECIMALES:
        return None, "numero_con_muchos_decimales"
    if valor >= 10**MAXIMO_ENTEROS:
        return None, "numero_demasiado_grande"
    return valor, None


def leer_cantidad(texto: str, reemplazos: Mapping[str, str]) -> Cantidad:
    """Lee la única cantidad de un texto de meta, en cifras o en palabras.

    `reemplazos` corrige formas que el lector de palabras no conoce («veintiun»). Un número
    dicho en letras y enseguida en cifras («dos (2)») es uno solo. Sin número, con varios, con
    uno ambiguo o que no sea positivo, el valor queda vacío y `regla` dice por qué.
    """
    literal, plegado = recortar(texto), plegar(recortar(texto))
    todos = sorted([*_en_cifras(plegado), *_en_palabras(plegado, reemplazos)], key=lambda n: n.desde)
    numeros = _sin_articulos(plegado, todos)
    regla = _impedimento(plegado, numeros)
    if regla:
        return Cantidad(regla=regla)
    return Cantidad(
        valor=numeros[0].valor,
        unidad=_unidad(literal, numeros),
        en_palabras=all(n.palabra for n in numeros),
        dentro_del_texto=bool(re.search(r"\w", plegado[: numeros[0].desde])),
    )


def _en_cifras(plegado: str) -> list[_Numero]:
    encontrados = []
    for hallado in _CIFRAS.finditer(plegado):
        if _ROTULO.search(_antes(plegado, hallado.start())):
            continue
        valor, regla = leer_cifras(hallado["cifras"])
        if valor is not None and hallado["signo"]:
            valor = -valor
        encontrados.append(_Numero(hallado.start(), hallado.end(), valor, regla, porcentaje=bool(hallado["pct"])))
    return encontrados


def _en_palabras(plegado: str, reemplazos: Mapping[str, str]) -> list[_Numero]:
    palabras = list(_PALABRA.finditer(plegado))
    encontrados: list[_Numero] = []
    i = 0
    while i < len(palabras):
        numero, usadas = _numero_mas_largo(plegado, palabras[i : i + _PALABRAS_POR_NUMERO], reemplazos)
        if numero and not (encontrados and numero.desde < encontrados[-1].hasta):
            encontrados.append(numero)
        i += usadas
    return encontrados


def _numero_mas_largo(plegado: str, palabras: list[re.Match[str]], reemplazos: Mapping[str, str]) -> tuple[_Numero | None, int]:
    desde, mejor, cuantas, fallas = palabras[0].start(), None, 1, 0
    for usadas, palabra in enumerate(palabras, 1):
        valor = _valor_en_palabras(plegado[desde : palabra.end()], reemplazos)
        fallas = 0 if valor is not None else fallas + 1
        # «treinta y» no es un número y «treinta y uno» sí: una falla sola no cierra la búsqueda.
        if fallas > 1 or (fallas and usadas == 1):
            break
        if valor is not None:
            mejor, cuantas = valor, usadas
    if mejor is None:
        return None, 1
    hasta = palabras[cuantas - 1].end()
    negativo = _antes(plegado, desde).split()[-1:] == ["menos"]
    pct = re.match(r"\s*(?:%|por ciento\b)", plegado[hasta : hasta + _CONTEXTO])
    fin = hasta + (pct.end() if pct else 0)
    return _Numero(desde, fin, -mejor if negativo else mejor, palabra=plegado[desde:hasta], porcentaje=bool(pct)), cuantas


def _antes(plegado: str, desde: int) -> str:
    return plegado[max(0, desde - _CONTEXTO) : desde]


def _valor_en_palabras(tramo: str, reemplazos: Mapping[str, str]) -> Decimal | None:
    if any(not letra.isalpha() and letra != " " for letra in tramo):
        return None
    try:
        return Decimal(str(text2num(" ".join(reemplazos.get(p, p) for p in tramo.split()), "es")))
    except (ValueError, ArithmeticError):
        return None


def _sin_articulos(plegado: str, numeros: list[_Numero]) -> list[_Numero]:
    """Aparta «un», «una» y «uno» cuando ni abren el texto ni se suman a otra cosa: ahí son artículos."""
    firmes = [n for n in numeros if n.palabra not in _ARTICULOS or n.desde == 0 or _SUMA.search(_antes(plegado, n.desde))]
    return firmes or numeros


def _impedimento(plegado: str, numeros: list[_Numero]) -> str | None:
    if not numeros:
        return "meta_sin_numero"
    reglas = [n.regla for n in numeros if n.regla]
    if reglas:
        return reglas[0]
    if _VINETA.match(plegado):
        return "numero_ambiguo"
    primero = numeros[0]
    for anterior, otro in pairwise(numeros):
        junto = not re.search(r"[^\W_]", plegado[anterior.hasta : otro.desde])
        if not junto or (otro.valor, otro.porcentaje) != (primero.valor, primero.porcentaje):
            return "meta_con_varios_numeros"
    return "meta_no_positiva" if primero.valor is not None and primero.valor <= 0 else None


def _unidad(literal: str, numeros: list[_Numero]) -> str | None:
    resto = re.sub(r"^[\s).:,;–-]+", "", literal[numeros[-1].hasta :])
    if numeros[0].porcentaje:
        resto = f"% {resto}"
    return recortar(resto).rstrip(".,;:") or None
