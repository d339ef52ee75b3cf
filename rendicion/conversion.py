"""De texto a valor, por lo que declara la fuente: o se entiende sin adivinar, o se dice por qué no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from rendicion.fuente import Fuente

DECIMALES, ENTEROS = 4, 15

_ISO_CON_HORA = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
# Los días 35.000 a 54.999 de Excel van de 1995 a 2050.
_DIA_DE_EXCEL = re.compile(r"(?:3[5-9]|4\d|5[0-4])\d{3}(?:[.,]\d+)?", re.ASCII)
# Un día que no se puede leer al revés: no hay mes 31.
_EJEMPLO = datetime(2020, 3, 31, 14, 5, tzinfo=timezone(timedelta(hours=-5)))


@dataclass(frozen=True)
class Falta:
    """Dice qué regla no cumple un texto, por qué y cómo se corrige."""

    regla: str
    explicacion: str
    como_corregir: str


def leer_fecha(texto: str, fuente: Fuente) -> date | Falta:
    """Lee una fecha en los formatos declarados; un instante con zona se pasa a la hora de la fuente.

    Nunca adivina el orden de día y mes: vale el primer formato declarado que lee el texto completo.
    """
    if _ISO_CON_HORA.fullmatch(texto):
        try:
            instante = datetime.fromisoformat(texto)
        except ValueError:
            return _fecha_invalida(texto, fuente)
        return (instante.astimezone(ZoneInfo(fuente.zona_horaria)) if instante.tzinfo else instante).date()
    for formato in ("%Y-%m-%d", *fuente.formatos_fecha):
        try:
            return datetime.strptime(texto, formato).date()  # noqa: DTZ007 -- una fecha sin hora no tiene zona
        except ValueError:
            continue
    return _fecha_invalida(texto, fuente)


def _fecha_invalida(texto: str, fuente: Fuente) -> Falta:
    """Explica con un ejemplo en cada formato declarado; si parece el número con que Excel guarda un día, lo dice y no lo convierte."""
    ejemplos = " o ".join(dict.fromkeys(_EJEMPLO.strftime(f) for f in fuente.formatos_fecha))
    de_excel = " Parece el número con que Excel guarda una fecha: dé a esa columna formato de fecha y guarde otra vez." if _DIA_DE_EXCEL.fullmatch(texto) else ""
    return Falta(
        "fecha_invalida",
        f"«{texto}» no es una fecha que exista en el formato que declara la fuente.",
        f"Escriba la fecha así: {ejemplos}.{de_excel}",
    )


def leer_cantidad(texto: str, fuente: Fuente) -> Decimal | Falta:
    """Lee una cantidad con las marcas de miles y decimales que declara la fuente, y ninguna otra.

    «1.234» con miles «.» es mil doscientos treinta y cuatro; «12.5» no se lee, porque no es un grupo de miles.
    """
    miles, coma = re.escape(fuente.miles), re.escape(fuente.decimal)
    grupos = rf"\d{{1,3}}(?:{miles}\d{{3}})+|\d+" if fuente.miles else r"\d+"
    if not re.fullmatch(rf"[+-]?(?:{grupos})(?:{coma}\d+)?", texto, re.ASCII):
        return Falta(
            "cantidad_invalida",
            f"«{texto}» no es un número con la marca decimal «{fuente.decimal}» que declara la fuente.",
            f"Escriba solo el número, con «{fuente.decimal}» para los decimales.",
        )
    limpio = texto.replace(fuente.miles, "") if fuente.miles else texto
    numero = Decimal(limpio.replace(fuente.decimal, "."))
    if -int(numero.as_tuple().exponent) > DECIMALES or abs(numero) >= 10**ENTEROS:
        return Falta(
            "cantidad_invalida",
            f"«{texto}» tiene más de {DECIMALES} decimales o más de {ENTEROS} cifras enteras.",
            f"Escriba el número con {DECIMALES} decimales a lo más.",
        )
    return numero
