"""Qué es un compromiso tal como lo trae su fuente, y qué no cuadra en él."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

URL = re.compile(r"https?://[^\s]+")
_NIEGA = {"no", "sin", "nunca"}
_A_MEDIAS = {"parcial", "parcialmente", "casi", "medio"}
REGLAS = {
    "compromiso_repetido": ("compromiso_id", "grave", "el número está repetido: vale el primer registro y este no se publica."),
    "posterior_al_corte": ("fecha", "informativa", "se asumió después del corte: todavía no se publica."),
    "cumplido_con_porcentaje_menor": ("porcentaje", "grave", "se da por cumplido, pero reporta un porcentaje menor que 100."),
    "cumplido_sin_fecha": ("fecha_cumplimiento", "advertencia", "dice que se cumplió, pero no qué día: no se cuenta como cumplido."),
    "fecha_sin_cumplido": ("estado", "grave", "trae fecha de cumplimiento, pero su estado no dice que se cumplió."),
    "cumplido_sin_evidencia": ("evidencia_url", "advertencia", "se da por cumplido sin un enlace que lo pruebe."),
    "evidencia_invalida": ("evidencia_url", "advertencia", "la evidencia no es un enlace http o https: no se publica."),
    "cumplimiento_posterior_al_corte": ("fecha_cumplimiento", "informativa", "se cumplió después del corte: en esta fecha sigue abierto."),
    "cumplido_antes_de_asumirse": ("fecha_cumplimiento", "advertencia", "se cumplió antes del día en que se asumió."),
    "plazo_anterior_al_compromiso": ("plazo", "advertencia", "el plazo es anterior al día en que se asumió."),
}


@dataclass(frozen=True)
class CambioDePlazo:
    """Es un cambio del plazo: el día en que se decidió, el plazo nuevo y el porqué."""

    fecha: date
    plazo: date
    motivo: str | None = None


@dataclass(frozen=True)
class Compromiso:
    """Es un compromiso como lo trae su fuente; `plazo` es el que se acordó al principio.

    `estado_texto` y `porcentaje` son lo que la fuente dice de él: no deciden el estado, se contrastan con las fechas.
    """

    id: str
    espacio: str
    fecha: date
    compromiso: str
    responsables: tuple[str, ...] = ()
    plazo: date | None = None
    fecha_cumplimiento: date | None = None
    evidencia_url: str | None = None
    estado_texto: str | None = None
    porcentaje: Decimal | None = None
    cambios: tuple[CambioDePlazo, ...] = ()
    origen: str = "compromisos"

    def cambios_hasta(self, corte: date) -> Iterator[tuple[date | None, CambioDePlazo]]:
        """Enumera los cambios de plazo conocidos en el corte, cada uno con el plazo que había antes."""
        antes = self.plazo
        for cambio in sorted(self.cambios, key=lambda c: c.fecha):
            if cambio.fecha <= corte:
                yield antes, cambio
                antes = cambio.plazo

    def plazo_vigente(self, corte: date) -> date | None:
        """Devuelve el plazo que valía en el corte."""
        return [self.plazo, *(c.plazo for _, c in self.cambios_hasta(corte))][-1]

    def cumplido_el(self, corte: date) -> date | None:
        """Devuelve el día en que se cumplió, si ya había pasado en el corte."""
        dia = self.fecha_cumplimiento
        return dia if dia is not None and dia <= corte else None


def revisar(r: Compromiso, corte: date) -> Iterator[Hallazgo]:
    """Enumera lo que no cuadra en un compromiso a la fecha del corte; no corrige nada."""
    cumplido, literal = r.cumplido_el(corte), r.estado_texto
    if r.porcentaje is not None and r.porcentaje < 100 and (cumplido or dice_cumplido(literal)):
        yield hallazgo(r, "cumplido_con_porcentaje_menor", literal, f"{r.porcentaje.normalize():f} %")
    if dice_cumplido(literal) and r.fecha_cumplimiento is None:
        yield hallazgo(r, "cumplido_sin_fecha", literal)
    if cumplido and literal and not dice_cumplido(literal):
        yield hallazgo(r, "fecha_sin_cumplido", literal, cumplido.isoformat())
    if cumplido and not r.evidencia_url:
        yield hallazgo(r, "cumplido_sin_evidencia")
    if r.evidencia_url and not URL.fullmatch(r.evidencia_url):
        yield hallazgo(r, "evidencia_invalida")
    yield from _revisar_fechas(r, cumplido, corte)


def _revisar_fechas(r: Compromiso, cumplido: date | None, corte: date) -> Iterator[Hallazgo]:
    if r.fecha_cumplimiento and r.fecha_cumplimiento > corte:
        yield hallazgo(r, "cumplimiento_posterior_al_corte", r.fecha_cumplimiento.isoformat())
    if cumplido and cumplido < r.fecha:
        yield hallazgo(r, "cumplido_antes_de_asumirse", cumplido.isoformat(), r.fecha.isoformat())
    if r.plazo and r.plazo < r.fecha:
        yield hallazgo(r, "plazo_anterior_al_compromiso", r.plazo.isoformat(), r.fecha.isoformat())
    for n, (antes, cambio) in enumerate(r.cambios_hasta(corte), start=1):
        tarde = antes is not None and cambio.fecha > antes
        regla, gravedad = ("plazo_cambiado_vencido", "advertencia") if tarde else ("plazo_cambiado", "informativa")
        cuando = f"el {cambio.fecha.isoformat()}" + (", cuando ya había vencido" if tarde else "")
        explicacion = f"Compromiso {r.id}: el plazo cambió {cuando}. Motivo: {cambio.motivo or 'no se dijo'}."
        yield Hallazgo(r.origen, r.id, f"plazo ({n})", regla, gravedad, explicacion, antes.isoformat() if antes else None, cambio.plazo.isoformat())


def dice_cumplido(texto: str | None) -> bool:
    """Dice si el texto afirma el cumplimiento completo; «no cumplido», «incumplido» y «cumplido parcialmente» no lo afirman."""
    plano = unicodedata.normalize("NFKD", (texto or "").casefold()).encode("ascii", "ignore").decode()
    palabras = re.findall(r"[a-z]+", plano)
    afirma = any(re.fullmatch(r"cumpli(d[oa]s?|o)", palabra) and not _NIEGA.intersection(palabras[max(0, n - 3) : n]) for n, palabra in enumerate(palabras))
    return afirma and not _A_MEDIAS.intersection(palabras)


def hallazgo(r: Compromiso, regla: str, literal: str | None = None, valor: str | None = None) -> Hallazgo:
    """Arma el hallazgo de una regla sobre un compromiso."""
    campo, gravedad, explicacion = REGLAS[regla]
    return Hallazgo(r.origen, r.id, campo, regla, gravedad, f"Compromiso {r.id}: {explicacion}", literal, valor)
