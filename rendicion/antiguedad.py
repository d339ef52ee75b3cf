"""Dice, contra el corte y no contra el reloj, qué fuentes están viejas y cuáles no dieron nada."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from rendicion.entradas import AVANCES
from rendicion.fuente import Fuente
from rendicion.hallazgos import Hallazgo

FUENTE_VIEJA, SIN_DATO = "fuente_vieja", "sin_dato_de_la_fuente"
TODA_LA_FUENTE = "toda la fuente"


def inicio_del_periodo(frecuencia: str | None, corte: date) -> date | None:
    """Devuelve el día en que empieza el último periodo (sin contarlo) de una frecuencia como R/P3M; nada si no se entiende.

    >>> inicio_del_periodo("R/P1M", date(2020, 3, 31)), inicio_del_periodo("R/P1W", date(2020, 3, 31))
    (datetime.date(2020, 2, 29), datetime.date(2020, 3, 24))
    """
    leida = re.fullmatch(r"R/P(\d+)([DWMY])", frecuencia or "")
    if not leida:
        return None
    cuanto, unidad = int(leida[1]), leida[2]
    try:
        if unidad in "DW":
            return corte - timedelta(days=cuanto * (7 if unidad == "W" else 1))
        anio, mes = divmod(corte.year * 12 + corte.month - 1 - cuanto * (12 if unidad == "Y" else 1), 12)
        return date(anio, mes + 1, min(corte.day, calendar.monthrange(anio, mes + 1)[1]))
    except (ValueError, OverflowError):
        return None


def hallazgos(declaradas: Iterable[Fuente], leidas: Iterable[str], ultimas: Mapping[str, date | None], corte: date) -> Iterator[Hallazgo]:
    """Dice qué fuentes no se pudieron leer y cuáles no traen nada reciente para la frecuencia que declaran.

    `ultimas` es la fecha del último registro aceptado de cada fuente, hasta el corte. Todo sale de los datos: la misma
    entrega da los mismos hallazgos cuando sea que se arme.
    """
    con_dato = set(leidas)
    for fuente in declaradas:
        if fuente.id not in con_dato:
            yield _sin_dato(fuente)
        elif fuente.tabla == AVANCES:
            desde, ultima = inicio_del_periodo(fuente.frecuencia, corte), ultimas.get(fuente.id)
            if desde is not None and (ultima is None or ultima <= desde):
                yield _vieja(fuente, desde, ultima, corte)


def _sin_dato(fuente: Fuente) -> Hallazgo:
    de = f"la actividad {fuente.actividad}" if fuente.actividad else "las actividades que dependen de ella"
    return Hallazgo(
        fuente.id,
        TODA_LA_FUENTE,
        "fuente",
        SIN_DATO,
        "grave",
        f"Sin dato de esta fuente: no se pudo leer. Lo que debía decir sobre {de} falta en esta entrega; eso no es un cero.",
    )


def _vieja(fuente: Fuente, desde: date, ultima: date | None, corte: date) -> Hallazgo:
    trae = f"su último registro es del {ultima}" if ultima else "no trae ningún registro hasta el corte"
    return Hallazgo(
        fuente.id,
        TODA_LA_FUENTE,
        "frecuencia",
        FUENTE_VIEJA,
        "advertencia",
        f"La fuente está vieja para el corte {corte}: declara {fuente.frecuencia}, así que debía traer algo después del {desde}, y {trae}.",
        valor=ultima.isoformat() if ultima else None,
    )
