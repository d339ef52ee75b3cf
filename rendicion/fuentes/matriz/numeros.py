"""Los números de una matriz: «$ -» es cero si se declara, «4.00%» es texto, y nada se adivina."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from rendicion.conversion import DECIMALES, Falta, leer_cantidad
from rendicion.fuentes.matriz.mapa import Mapa, Porcentaje, sin_blancos

if TYPE_CHECKING:
    from rendicion.fuente import Fuente

_PUNTO_DECIMAL = re.compile(r"[+-]?\d+\.(?:\d{1,2}|\d{4,})", re.ASCII)
_CIFRAS_SIN_PRECISION = 40


@dataclass(frozen=True)
class Numero:
    """Es lo que se entendió de una celda: su valor, o la falta que lo impidió; y lo que hubo que interpretar."""

    valor: Decimal | None
    falta: Falta | None = None
    notas: tuple[tuple[str, str], ...] = ()


def leer_numero(texto: str, mapa: Mapa, fuente: Fuente) -> Numero:
    """Lee una cantidad con las marcas declaradas; cada interpretación queda dicha en `notas`."""
    junto = sin_blancos(texto)
    if junto in mapa.ceros:
        return Numero(Decimal(0), notas=(("cero_escrito_con_signos", f"«{texto}» vale 0, según la opción ceros."),))
    notas: list[tuple[str, str]] = []
    cifras, en_pct = junto.removeprefix("$"), junto.endswith("%")
    if cifras != junto:
        notas.append(("cantidad_con_signo_pesos", f"«{texto}» se leyó sin el signo de pesos."))
    if en_pct:
        cifras = cifras.removesuffix("%")
        notas.append(_nota_de_porcentaje(texto, mapa))
        if _PUNTO_DECIMAL.fullmatch(cifras):
            cifras = cifras.replace(".", fuente.decimal)
    leido = _leer(cifras, fuente)
    if leido is None:
        return Numero(None, _falta(texto, mapa, fuente, es_cero=not any(c.isalnum() for c in junto)))
    valor = leido / 100 if en_pct and mapa.texto_en_fraccion else leido
    return _con_decimales(valor, texto, mapa, fuente, notas)


def _leer(cifras: str, fuente: Fuente) -> Decimal | None:
    """Lee sin mirar cuántos decimales trae: eso se decide después."""
    entera, marca, resto = cifras.partition(fuente.decimal)
    if len(cifras) > _CIFRAS_SIN_PRECISION or (marca and not re.fullmatch(r"\d+", resto, re.ASCII)):
        return None
    entero = leer_cantidad(entera, fuente)
    if isinstance(entero, Falta):
        return None
    if not marca:
        return entero
    negativo = entera.startswith("-")
    parte = Decimal(f"0.{resto}")
    return entero - parte if negativo else entero + parte


def _nota_de_porcentaje(texto: str, mapa: Mapa) -> tuple[str, str]:
    como = "como una parte de 1" if mapa.texto_en_fraccion else "como puntos"
    return "porcentaje_como_texto", f"«{texto}» es un porcentaje escrito como texto; se leyó {como}, según la opción porcentaje_en_texto."


def _con_decimales(valor: Decimal, texto: str, mapa: Mapa, fuente: Fuente, notas: list[tuple[str, str]]) -> Numero:
    if valor == valor.quantize(Decimal(1).scaleb(-DECIMALES)):
        return Numero(valor, notas=tuple(notas))
    if not mapa.redondear:
        return Numero(
            None,
            Falta(
                "cantidad_invalida",
                f"«{texto}» tiene más de {DECIMALES} decimales.",
                f"Escriba el número con {DECIMALES} decimales a lo más, o declare redondear = true en las opciones de la fuente {fuente.id}.",
            ),
        )
    redondo = valor.quantize(Decimal(1).scaleb(-DECIMALES), ROUND_HALF_EVEN)
    return Numero(redondo, notas=(*notas, ("cantidad_redondeada", f"«{texto}» se redondeó a {DECIMALES} decimales, según la opción redondear.")))


def _falta(texto: str, mapa: Mapa, fuente: Fuente, *, es_cero: bool) -> Falta:
    como = f"Escriba solo el número, con «{fuente.decimal}» para los decimales."
    if es_cero and not mapa.ceros:
        como += ' Si así se escribe el cero en esa hoja, declárelo: ceros = ["$ -", "-"].'
    return Falta("cantidad_invalida", f"«{texto}» no es un número con la marca decimal «{fuente.decimal}» que declara la fuente.", como)


def a_texto(valor: Decimal, fuente: Fuente) -> str:
    """Escribe el número con la marca decimal de la fuente y sin miles, como lo espera la normalización.

    >>> from types import SimpleNamespace
    >>> a_texto(Decimal("1234.50"), SimpleNamespace(decimal=","))
    '1234,5'
    """
    texto = f"{valor:f}"
    texto = texto.rstrip("0").rstrip(".") if "." in texto else texto
    return texto.replace(".", fuente.decimal)


@dataclass(frozen=True)
class Suyo:
    """Es un porcentaje que calculó la hoja, en puntos, con los decimales que trae."""

    valor: Fraction
    decimales: int


def leer_porcentaje(texto: str, declarado: Porcentaje, mapa: Mapa, fuente: Fuente) -> Suyo | None:
    """Lee un porcentaje de la hoja en puntos (0 a 100 o más); nada si no es un número."""
    junto = sin_blancos(texto)
    if junto in mapa.ceros:
        return Suyo(Fraction(0), 0)
    en_texto = junto.endswith("%")
    cifras = junto.removesuffix("%")
    if en_texto and _PUNTO_DECIMAL.fullmatch(cifras):
        cifras = cifras.replace(".", fuente.decimal)
    leido = _leer(cifras, fuente)
    if leido is None:
        return None
    decimales = max(-int(leido.as_tuple().exponent), 0)
    if en_texto or declarado.escala == "puntos":
        return Suyo(Fraction(leido), decimales)
    return Suyo(Fraction(leido) * 100, max(decimales - 2, 0))
