"""Por qué un porcentaje de la hoja no es el nuestro: se busca la manera de calcularlo que da esa cifra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rendicion.fuentes.matriz.numeros import Suyo
from rendicion.indicadores import redondear

# Una hoja de cálculo guarda 15 cifras: más allá, la diferencia es ruido de su aritmética.
_DECIMALES_FIABLES = 7
_PUBLICADOS = 2
IGUAL, REDONDEO, SIN_EXPLICAR, SIN_META = "igual", "redondeo", "sin_explicar", "sin_dato_nuestro"


@dataclass(frozen=True)
class Candidato:
    """Es una manera de calcular el porcentaje: su valor exacto, en qué se aparta de la nuestra y cómo se dice.

    `manera` nombra la fórmula, con tope o sin él: así se ve si una misma explica toda una columna.
    """

    valor: Fraction | None
    causas: tuple[str, ...] = ()
    dice: str = ""
    manera: str = ""


def coincide(suyo: Suyo, valor: Fraction) -> bool:
    """Dice si la cifra de la hoja es ese valor, escrito con los decimales que ella muestra (redondeado o cortado)."""
    decimales = min(suyo.decimales, _DECIMALES_FIABLES)
    ancho = Fraction(1, 10**decimales)
    cortado = Fraction(int(valor * 10**decimales), 10**decimales)
    return abs(suyo.valor - valor) <= ancho / 2 or (suyo.decimales <= _PUBLICADOS and suyo.valor == cortado)


def maneras_de(suyo: Suyo, candidatos: Sequence[Candidato]) -> set[str]:
    """Da las maneras de calcular que dan la cifra de la hoja."""
    return {c.manera or c.dice for c in candidatos[1:] if c.valor is not None and coincide(suyo, c.valor)}


def causa_de(suyo: Suyo, candidatos: Sequence[Candidato], veces: Mapping[str, int]) -> tuple[tuple[str, ...], str]:
    """Da las causas de la diferencia y su explicación; el primer candidato es el cálculo nuestro.

    Entre los que coinciden gana el que se aparta en menos cosas; si empatan, el que explica más celdas de la misma
    columna (`veces`), porque una columna se llena con una sola fórmula; y si también empatan, el que va primero.
    """
    nuestro = candidatos[0].valor
    if nuestro is not None and coincide(suyo, nuestro):
        if suyo.decimales >= _PUBLICADOS or suyo.valor == nuestro:
            return (IGUAL,), "La hoja y nosotros decimos lo mismo."
        return (REDONDEO,), f"Es la misma cifra; la hoja la escribe con {suyo.decimales} decimales."
    sirven = [c for c in candidatos[1:] if c.valor is not None and coincide(suyo, c.valor)]
    mejor = min(sirven, key=lambda c: (len(c.causas), -veces.get(c.manera or c.dice, 0)), default=None)
    if nuestro is None:
        porque = "Nosotros no damos cifra: falta la meta que se pueda leer, o nada estaba programado."
        return (SIN_META, *(mejor.causas if mejor else ())), porque + (f" La hoja {mejor.dice}." if mejor else "")
    if mejor:
        return mejor.causas, f"La hoja {mejor.dice}."
    cercano = min((c for c in candidatos if c.valor is not None), key=lambda c: abs(suyo.valor - (c.valor or 0)))
    como = f"la que {cercano.dice}" if cercano.dice else "la nuestra"
    return (SIN_EXPLICAR,), f"Ninguna manera conocida de calcularlo da esa cifra; la más cercana es {como} ({str(redondear(cercano.valor, 2)).replace('.', ',')} %). Pregunte a la dependencia cómo la obtuvo."
