"""Los días hábiles de Colombia y los plazos que se cuentan con ellos."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from rendicion.errores import ErrorUso
from rendicion.reglas_ciclo import REGLAS

if TYPE_CHECKING:
    from holidays import HolidayBase

DIAS_PARA_PUBLICAR = REGLAS.dias_publicacion
DIAS_PARA_RESPONDER = REGLAS.dias_respuesta
_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip


@cache
def _festivos(anio: int) -> HolidayBase:
    # Se importa aquí porque la ayuda de la orden no necesita festivos y debe salir al instante.
    from holidays import country_holidays

    return country_holidays("CO", years=anio, expand=False)


def es_habil(dia: date) -> bool:
    """Dice si un día es hábil: de lunes a viernes y no festivo en Colombia (Ley 51 de 1983, Ley 2578 de 2026)."""
    return dia.weekday() < 5 and dia not in _festivos(dia.year)


def sumar_habiles(dia: date, cuantos: int) -> date:
    """Devuelve el enésimo día hábil después de `dia`, que no se cuenta.

    Levanta `ErrorUso` si `cuantos` es menor que 1: no hay un día hábil número cero.
    """
    if cuantos < 1:
        raise ErrorUso(f"No se pueden contar {cuantos} días hábiles.", hacer="Use un número de días de 1 en adelante.")
    while cuantos:
        dia += timedelta(days=1)
        cuantos -= es_habil(dia)
    return dia


def limite_publicacion(corte: date, dias: int = DIAS_PARA_PUBLICAR) -> date:
    """Devuelve el último día para publicar el seguimiento de un corte: el décimo día hábil siguiente.

    El plazo de diez días hábiles es el que siguen los seguimientos reales de control interno; se puede cambiar.
    """
    return sumar_habiles(corte, dias)


def limite_respuesta(fecha: date, dias: int = DIAS_PARA_RESPONDER, *, habiles: bool = True) -> date:
    """Devuelve el último día para responder una pregunta (Ley 1757 de 2015, artículo 56: quince días).

    La ley no dice si son hábiles; por defecto lo son. El día de la pregunta no se cuenta.
    Con `habiles=False` son días corridos, sin correr el límite cuando cae en festivo.
    """
    return sumar_habiles(fecha, dias) if habiles else fecha + timedelta(days=dias)


def en_letras(dia: date) -> str:
    """Escribe una fecha como se lee: «30 de abril de 2020», «1.º de marzo de 2020».

    >>> en_letras(date(2020, 4, 30))
    '30 de abril de 2020'
    """
    numero = "1.º" if dia.day == 1 else str(dia.day)
    return f"{numero} de {_MESES[dia.month - 1]} de {dia.year}"
