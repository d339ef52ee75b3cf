"""De la hora que escribe cada sistema a la hora de la fuente, sin adivinar la zona."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rendicion.errores import ErrorUso
from rendicion.fuente import Fuente

_TWITTER = "%a %b %d %H:%M:%S %z %Y"
_FORMULARIO = re.compile(
    r"(?P<a>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2}) (?P<h>\d{1,2}):(?P<n>\d{2})(?::(?P<s>\d{2}))?"
    r"(?:[ \u202f\xa0]*(?P<t>[ap])\.?[ \u202f\xa0]?m\.?)?(?: GMT(?P<z>[+-]\d{1,2}(?::\d{2})?)?)?",
    re.IGNORECASE,
)
_MEDIODIA = 12


def zona_de(fuente: Fuente) -> ZoneInfo:
    """Devuelve la zona horaria declarada; lanza ErrorUso si no existe."""
    try:
        return ZoneInfo(fuente.zona_horaria)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ErrorUso(
            f"La zona horaria «{fuente.zona_horaria}» no existe.",
            donde=f"fuente {fuente.id}",
            hacer="Use por ejemplo America/Bogota.",
        ) from None


def a_hora_local(texto: str | None, zona: ZoneInfo, *, sin_zona_es_utc: bool = False) -> str | None:
    """Pasa un instante con zona a la hora local («2020-03-15T22:00:00»); lo que no entiende lo deja igual.

    `sin_zona_es_utc` es para los campos que por definición van en UTC, como post_date_gmt.

    >>> a_hora_local("2020-03-16T03:00:00Z", ZoneInfo("America/Bogota"))
    '2020-03-15T22:00:00'
    >>> a_hora_local("15/03/2020", ZoneInfo("America/Bogota"))
    '15/03/2020'
    """
    instante = _leer(texto.strip()) if texto else None
    if instante is None:
        return texto
    if instante.tzinfo is None:
        if not sin_zona_es_utc:
            return instante.isoformat()
        instante = instante.replace(tzinfo=UTC)
    try:
        return instante.astimezone(zona).replace(tzinfo=None).isoformat()
    except OverflowError:
        return texto


def _leer(texto: str) -> datetime | None:
    """Lee un instante ISO con hora, de Twitter, de formulario o de correo; None si no es ninguno."""
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", texto):
        return _intentar(lambda: datetime.fromisoformat(texto))
    if formulario := _FORMULARIO.fullmatch(texto):
        return _intentar(lambda: _de_formulario(formulario))
    if re.match(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d", texto):
        return _intentar(lambda: datetime.strptime(texto, _TWITTER))  # noqa: DTZ007 -- el formato trae %z
    if re.match(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} ", texto):
        return _intentar(lambda: parsedate_to_datetime(texto))
    return None


def _intentar(leer: Callable[[], datetime]) -> datetime | None:
    try:
        return leer()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _de_formulario(m: re.Match[str]) -> datetime:
    hora = int(m["h"])
    if m["t"]:
        hora = hora % _MEDIODIA + (_MEDIODIA if m["t"].lower() == "p" else 0)
    instante = datetime(int(m["a"]), int(m["m"]), int(m["d"]), hora, int(m["n"]), int(m["s"] or 0))  # noqa: DTZ001 -- la zona viene aparte
    return instante.replace(tzinfo=_desfase(m["z"])) if m["z"] else instante


def _desfase(texto: str) -> timezone:
    horas, _, minutos = texto[1:].partition(":")
    desfase = timedelta(hours=int(horas), minutes=int(minutos or 0))
    return timezone(-desfase if texto[0] == "-" else desfase)
