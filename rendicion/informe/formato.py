"""Cómo se escriben en español los números, las fechas y los textos ajenos."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from babel.dates import format_date
from babel.numbers import format_decimal

LOCAL = "es_CO"
SIN_DATO = "sin dato"
ESPACIO_FIJO = "\u00a0"
_MESES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
# Los caracteres de control y los que invierten el sentido de la lectura pueden disfrazar un texto.
_INVISIBLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_LARGO_URL = 500
_FRONTERAS = (Decimal(60), Decimal(80), Decimal(100))


@lru_cache(maxsize=4096)
def numero(valor: Decimal | int | None) -> str:
    """Escribe un número con punto de miles y coma decimal (1.234,5); «sin dato» si está vacío."""
    if valor is None:
        return SIN_DATO
    return format_decimal(Decimal(valor), format="#,##0.######", locale=LOCAL)


def porcentaje(valor: Decimal | None) -> str:
    """Escribe un porcentaje con un decimal (72,4 %).

    Usa dos decimales si redondear a uno lo mueve de zona (60, 80, 100) o lo vuelve cero: 99,97 % no es 100 %.
    """
    if valor is None:
        return SIN_DATO
    corto = valor.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    engana = (valor != 0 and corto == 0) or any(valor < f <= corto for f in _FRONTERAS)
    return numero(valor if engana else corto) + ESPACIO_FIJO + "%"


def porcentaje_exacto(valor: Decimal | None) -> str:
    """Escribe un porcentaje con los decimales que publica la tabla (72,36 %)."""
    return SIN_DATO if valor is None else numero(valor) + ESPACIO_FIJO + "%"


@lru_cache(maxsize=1024)
def fecha_larga(valor: date | None) -> str:
    """Escribe una fecha con el mes en letras: 31 de diciembre de 2020."""
    if valor is None:
        return SIN_DATO
    return format_date(valor, "d 'de' MMMM 'de' y", locale=LOCAL)


def fecha_corta(valor: date | None) -> str:
    """Escribe una fecha para una tabla estrecha: 31 dic 2020."""
    if valor is None:
        return SIN_DATO
    return f"{valor.day} {_MESES[valor.month - 1]} {valor.year}".replace(" ", ESPACIO_FIJO)


@lru_cache(maxsize=256)
def mes_largo(valor: date) -> str:
    """Escribe el mes de una fecha: octubre de 2020."""
    return format_date(valor, "MMMM 'de' y", locale=LOCAL)


def mes_corto(valor: date) -> str:
    """Escribe el mes de una fecha en tres letras: oct."""
    return _MESES[valor.month - 1]


def tamano(octetos: int) -> str:
    """Escribe el tamaño de un archivo en bytes, kB o MB (miles, no 1.024)."""
    for divisor, unidad in ((1_000_000, "MB"), (1_000, "kB")):
        if octetos >= divisor:
            valor = (Decimal(octetos) / divisor).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
            return numero(valor) + ESPACIO_FIJO + unidad
    return f"{octetos}{ESPACIO_FIJO}bytes"


def contar(cuantos: int, uno: str, varios: str) -> str:
    """Escribe una cuenta con su sustantivo en el número debido: 1 registro, 1.100 registros."""
    return f"{numero(cuantos)} {uno if cuantos == 1 else varios}"


def limpio(texto: str, largo: int = 400) -> str:
    """Quita de un texto ajeno lo invisible y lo recorta, para que no disfrace ni desborde la página."""
    if len(texto) <= largo and texto.isprintable() and "  " not in texto and texto == texto.strip():
        return texto
    visible = " ".join(_INVISIBLES.sub("", texto[: largo * 4]).split())
    if len(visible) <= largo:
        return visible
    corte = visible[: largo - 1]
    entero = corte.rpartition(" ")[0]
    return (entero if len(entero) > largo // 2 else corte).rstrip(" ,;:(") + "…"


def enlace_seguro(url: str | None) -> str | None:
    """Devuelve la dirección si es http o https, con servidor y sin caracteres raros; si no, nada."""
    if url is None or len(url) > _LARGO_URL or _INVISIBLES.search(url) or re.search(r"[\s<>\"'`\\]", url):
        return None
    try:
        partes = urlsplit(url)
        _ = partes.port
    except ValueError:
        return None
    return url if partes.scheme in {"http", "https"} and partes.hostname and "@" not in partes.netloc else None


def servidor(url: str) -> str:
    """Devuelve el servidor de una dirección, para decir adónde lleva un enlace."""
    return urlsplit(url).hostname or ""


def cifra(valor: str | Decimal | None) -> Decimal | None:
    """Devuelve el número exacto que está escrito como texto; vacío si no lo hay."""
    return None if valor is None else Decimal(str(valor))
