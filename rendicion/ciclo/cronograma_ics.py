"""El cronograma como calendario que abren Thunderbird, Google u Outlook (iCalendar, RFC 5545)."""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, cast

from icalendar import Alarm, Calendar, Event

from rendicion.ciclo.calendario import en_letras
from rendicion.ciclo.cronograma import ACTIVIDAD_CORTE, DIAS_AVISO, Fila
from rendicion.ciclo.cronograma import por_dependencia as repartir

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COLOMBIA = timezone(timedelta(hours=-5))
_ESTADOS = {"cumplido": "Cumplido", "vencido": "Vencido", "vence_pronto": "Vence pronto", "pendiente": "Pendiente"}


@dataclass(frozen=True)
class FichaCalendario:
    """Dice de quién es el calendario y de qué día son los estados.

    `actividades` va de número a texto de la actividad, para que cada evento se entienda solo.
    `sintetica` marca el calendario cuando sus estados salen de datos sintéticos.
    """

    entidad: str
    nombre: str
    vigencia: int
    corte: date
    actividades: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    sintetica: bool = False
    dias_alarma: int = DIAS_AVISO


def calendario(filas: Sequence[Fila], ficha: FichaCalendario, *, dependencia: str | None = None) -> bytes:
    """Convierte filas de la tabla `cronograma` en un calendario iCalendar, siempre con los mismos bytes.

    Cada fecha es un evento de día completo. Su UID sale de entidad, vigencia, actividad e hito: si la fecha
    cambia, el programa mueve el evento en vez de repetirlo. DTSTAMP y SEQUENCE salen del corte, nunca del reloj.
    Lo que no está cumplido avisa `dias_alarma` días antes.
    """
    calendario = Calendar()
    calendario.add("prodid", "-//Rendicion de cuentas//Cronograma//ES")
    calendario.add("version", "2.0")
    calendario.add("calscale", "GREGORIAN")
    calendario.add("method", "PUBLISH")
    nombre = _nombre(ficha, dependencia)
    calendario.add("name", nombre)
    calendario.add("x-wr-calname", nombre)
    calendario.add("x-wr-timezone", "America/Bogota")
    for fila in filas:
        calendario.add_component(_evento(fila, ficha))
    return bytes(calendario.to_ical(sorted=False))


def por_dependencia(filas: Sequence[Fila], ficha: FichaCalendario) -> dict[str, bytes]:
    """Devuelve un calendario por dependencia; los eventos conservan su UID en todos."""
    return {d: calendario(suyas, ficha, dependencia=d) for d, suyas in repartir(filas).items()}


def archivos(filas: Sequence[Fila], ficha: FichaCalendario) -> dict[str, bytes]:
    """Devuelve los calendarios de la entrega por su ruta: `cronograma.ics` con todo y `calendarios/` con uno por dependencia."""
    suyos = por_dependencia(filas, ficha)
    return {"cronograma.ics": calendario(filas, ficha)} | {ruta: suyos[d] for d, ruta in rutas_por_dependencia(tuple(suyos)).items()}


def rutas_por_dependencia(dependencias: Sequence[str]) -> dict[str, str]:
    """Dice en qué archivo está el calendario de cada dependencia, en el orden dado."""
    rutas: dict[str, str] = {}
    for dependencia in dependencias:
        rutas[dependencia] = archivo_de(dependencia, tuple(rutas.values()))
    return rutas


def archivo_de(dependencia: str, usados: Sequence[str] = ()) -> str:
    """Devuelve la ruta del calendario de una dependencia: letras y cifras sin tildes; si ya está usada, con -2, -3…

    >>> archivo_de("Oficina de Comunicaciones y Prensa")
    'calendarios/oficina-de-comunicaciones-y-prensa.ics'
    """
    plano = unicodedata.normalize("NFKD", dependencia.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", plano).strip("-")[:60].rstrip("-") or "dependencia"
    ruta, vez = f"calendarios/{base}.ics", 1
    while ruta in usados:
        vez += 1
        ruta = f"calendarios/{base}-{vez}.ics"
    return ruta


def _nombre(ficha: FichaCalendario, dependencia: str | None) -> str:
    partes = [f"Rendición de cuentas {ficha.vigencia}", ficha.nombre, dependencia or "", "DATOS SINTÉTICOS" if ficha.sintetica else ""]
    return " · ".join(p for p in partes if p)


def _evento(fila: Fila, ficha: FichaCalendario) -> Event:
    dia = cast("date", fila["fecha"])
    evento = Event()
    evento.add("uid", _uid(fila, ficha))
    evento.add("dtstamp", datetime.combine(ficha.corte, datetime.min.time(), _COLOMBIA).astimezone(UTC))
    evento.add("sequence", max(0, (ficha.corte - date(ficha.vigencia, 1, 1)).days))
    evento.add("dtstart", dia)
    evento.add("dtend", dia + timedelta(days=1))
    resumen = _resumen(fila, ficha)
    evento.add("summary", resumen)
    evento.add("description", _descripcion(fila, ficha))
    evento.add("categories", [_ESTADOS[str(fila["estado"])]])
    evento.add("status", "CONFIRMED")
    evento.add("transp", "TRANSPARENT")
    if ficha.url:
        evento.add("url", ficha.url)
    if fila["estado"] != "cumplido":
        evento.add_component(_alarma(resumen, ficha.dias_alarma))
    return evento


def _alarma(resumen: str, dias: int) -> Alarm:
    alarma = Alarm()
    alarma.add("action", "DISPLAY")
    alarma.add("description", f"En {dias} días: {resumen}")
    alarma.add("trigger", timedelta(days=-dias))
    return alarma


def _uid(fila: Fila, ficha: FichaCalendario) -> str:
    partes = (ficha.entidad, str(ficha.vigencia), str(fila["actividad_id"]), str(fila["hito"]))
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "rendicion:" + "\x1f".join(partes)))


def _resumen(fila: Fila, ficha: FichaCalendario) -> str:
    if fila["actividad_id"] == ACTIVIDAD_CORTE:
        return f"Límite: {str(fila['hito'])[:1].lower()}{str(fila['hito'])[1:]}"
    texto = ficha.actividades.get(str(fila["actividad_id"]))
    return f"{fila['actividad_id']} · {fila['hito']}" + (f": {texto}" if texto else "")


def _descripcion(fila: Fila, ficha: FichaCalendario) -> str:
    lineas = [
        "DATOS SINTÉTICOS: el estado no sale de evidencia real." if ficha.sintetica else "",
        f"Estado al {en_letras(ficha.corte)}: {_ESTADOS[str(fila['estado'])].lower()}.",
        f"Responsables: {str(fila['responsables']).replace(';', '; ')}." if fila["responsables"] else "",
    ]
    return "\n".join(linea for linea in lineas if linea)
