"""Comparar textos en español sin fijarse en tildes, mayúsculas ni blancos."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLES = "\u200b\u200c\u200d\u2060\ufeff"


def recortar(texto: str) -> str:
    """Quita los blancos de afuera (también los invisibles); por dentro no toca nada."""
    anterior = None
    while anterior != texto:
        anterior, texto = texto, texto.strip().strip(_INVISIBLES)
    return texto


def plegar(texto: str) -> str:
    """Devuelve el texto en minúsculas, sin tildes y con cada blanco como un espacio.

    Conserva el largo, letra por letra: lo que se encuentra en el texto plegado está en
    la misma posición del texto literal.
    """
    return "".join(_plegar_letra(letra) for letra in texto)


@lru_cache(maxsize=4096)
def _plegar_letra(letra: str) -> str:
    if letra.isspace():
        return " "
    base = unicodedata.normalize("NFD", letra)[0].lower()
    return base if len(base) == 1 else letra


def clave(texto: str) -> str:
    """Reduce un texto a sus palabras plegadas, para saber si dos celdas dicen lo mismo."""
    return " ".join(re.findall(r"[^\W_]+", plegar(texto)))


def en_lista(nombres: list[str]) -> str:
    """Une nombres entre comillas angulares para un mensaje: «a», «b»."""
    return ", ".join(f"«{' '.join(n.split())}»" for n in nombres)
