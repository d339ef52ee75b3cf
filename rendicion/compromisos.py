"""Los compromisos asumidos ante la ciudadanía: qué se prometió, para cuándo y si se cumplió."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

Fila = dict[str, object]
ESTADOS = ("sin_plazo", "pendiente", "vencido", "cumplido", "cumplido_tarde")
TRAMOS_DE_RETRASO = ((1, 30), (31, 90), (91, 180), (181, None))
_URL = re.compile(r"https?://[^\s]+")
_NIEGA = {"no", "sin", "nunca"}
_A_MEDIAS = {"parcial", "parcialmente", "casi", "medio"}


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


def calcular(registros: Sequence[Compromiso], corte: date) -> tuple[list[Fila], list[Hallazgo]]:
    """Devuelve las filas de la tabla `compromisos` en el corte y lo que no cuadra en los registros.

    Solo vale lo que ya había pasado en el corte: compromisos, cambios de plazo y cumplimientos posteriores no
    existen todavía. El estado sale de las fechas, nunca de la palabra «Cumplido»:

    - `cumplido`: se cumplió a más tardar el día del plazo, o sin plazo acordado;
    - `cumplido_tarde`: se cumplió después del plazo;
    - `sin_plazo`: sigue abierto y nadie dijo para cuándo;
    - `vencido`: sigue abierto y el plazo ya pasó; el día del plazo todavía se puede cumplir;
    - `pendiente`: sigue abierto y el plazo no ha pasado.

    `dias_retraso` son días corridos después del plazo vigente; es nulo si no hay plazo.
    Un número repetido deja la primera fila y un hallazgo grave.
    """
    unicos: dict[str, Compromiso] = {}
    hallazgos: list[Hallazgo] = []
    for registro in registros:
        if registro.id in unicos:
            hallazgos.append(
                _hallazgo(
                    registro,
                    "compromiso_id",
                    "compromiso_repetido",
                    "grave",
                    "El número está repetido: vale el primer registro y este no se publica.",
                    literal=registro.id,
                )
            )
        elif registro.fecha > corte:
            hallazgos.append(
                _hallazgo(
                    registro,
                    "fecha",
                    "posterior_al_corte",
                    "informativa",
                    "Se asumió después del corte: todavía no se publica.",
                    literal=registro.fecha.isoformat(),
                )
            )
        else:
            unicos[registro.id] = registro
            hallazgos.extend(_revisar(registro, corte))
    return [_fila(unicos[i], corte) for i in sorted(unicos)], sorted(set(hallazgos), key=_orden)


def indicadores(filas: Sequence[Fila]) -> dict[str, object]:
    """Devuelve cumplimiento, puntualidad y antigüedad de los vencidos, con sus numeradores y denominadores.

    - Cumplimiento: cumplidos (a tiempo o tarde) sobre todos los compromisos.
    - Puntualidad: cumplidos a tiempo sobre los que ya tienen resultado frente a su plazo (a tiempo, tarde o vencidos).
    - Antigüedad: cuántos vencidos hay por días de retraso, y el retraso medio y máximo.

    Porcentajes con 2 decimales, redondeados una vez; nulos si no hay de qué. Los que no tienen plazo no entran en la puntualidad.
    """
    estados = Counter(str(f["estado"]) for f in filas)
    cumplidos = estados["cumplido"] + estados["cumplido_tarde"]
    a_tiempo = sum(f["estado"] == "cumplido" and f["plazo"] is not None for f in filas)
    con_resultado = a_tiempo + estados["cumplido_tarde"] + estados["vencido"]
    retrasos = [cast("int", f["dias_retraso"]) for f in filas if f["estado"] == "vencido"]
    return {
        "compromisos": len(filas),
        **{e: estados[e] for e in ESTADOS},
        "cumplimiento_numerador": cumplidos,
        "cumplimiento_denominador": len(filas),
        "cumplimiento_pct": _cociente(100 * cumplidos, len(filas)),
        "puntualidad_numerador": a_tiempo,
        "puntualidad_denominador": con_resultado,
        "puntualidad_pct": _cociente(100 * a_tiempo, con_resultado),
        "vencidos_por_retraso": {_tramo(a, b): sum(a <= d <= (b or d) for d in retrasos) for a, b in TRAMOS_DE_RETRASO},
        "retraso_medio_dias": _cociente(sum(retrasos), len(retrasos)),
        "retraso_maximo_dias": max(retrasos, default=None),
    }


def historia_de_plazos(registros: Sequence[Compromiso], corte: date) -> list[Fila]:
    """Devuelve cada cambio de plazo conocido en el corte: de qué fecha a cuál, cuándo, por qué y cuántos días movió."""
    return [
        {
            "compromiso_id": r.id, "fecha": c.fecha, "antes": antes, "despues": c.plazo, "motivo": c.motivo,
            "dias_movidos": None if antes is None else (c.plazo - antes).days,
        }
        for r in sorted(registros, key=lambda r: r.id) if r.fecha <= corte
        for antes, c in _cambios(r, corte)
    ]  # fmt: skip


def _cambios(registro: Compromiso, corte: date) -> Iterator[tuple[date | None, CambioDePlazo]]:
    antes = registro.plazo
    for cambio in sorted(registro.cambios, key=lambda c: c.fecha):
        if cambio.fecha <= corte:
            yield antes, cambio
            antes = cambio.plazo


def _plazo_vigente(registro: Compromiso, corte: date) -> date | None:
    return ([registro.plazo] + [c.plazo for _, c in _cambios(registro, corte)])[-1]


def _cumplido_el(registro: Compromiso, corte: date) -> date | None:
    dia = registro.fecha_cumplimiento
    return dia if dia is not None and dia <= corte else None


def _fila(registro: Compromiso, corte: date) -> Fila:
    plazo, cumplido = _plazo_vigente(registro, corte), _cumplido_el(registro, corte)
    retraso = None if plazo is None else max(0, ((cumplido or corte) - plazo).days)
    url = registro.evidencia_url
    return {
        "compromiso_id": registro.id,
        "espacio": registro.espacio,
        "fecha": registro.fecha,
        "compromiso": registro.compromiso,
        "responsables": ";".join(registro.responsables) or None,
        "plazo": plazo,
        "estado": _estado(plazo, cumplido, retraso),
        "fecha_cumplimiento": cumplido,
        "evidencia_url": url if cumplido and url and _URL.fullmatch(url) else None,
        "dias_retraso": retraso,
    }


def _estado(plazo: date | None, cumplido: date | None, retraso: int | None) -> str:
    if cumplido:
        return "cumplido_tarde" if retraso else "cumplido"
    if plazo is None:
        return "sin_plazo"
    return "vencido" if retraso else "pendiente"


def _revisar(r: Compromiso, corte: date) -> Iterator[Hallazgo]:
    cumplido, dice_cumplido = _cumplido_el(r, corte), _dice_cumplido(r.estado_texto)
    literal, pct = r.estado_texto, None if r.porcentaje is None else f"{r.porcentaje.normalize():f} %"
    if r.porcentaje is not None and r.porcentaje < 100 and (dice_cumplido or cumplido):
        yield _hallazgo(
            r,
            "porcentaje",
            "cumplido_con_porcentaje_menor",
            "grave",
            f"Se da por cumplido, pero el porcentaje que reporta es {pct}.",
            literal=literal,
            valor=pct,
        )
    if dice_cumplido and r.fecha_cumplimiento is None:
        yield _hallazgo(
            r,
            "fecha_cumplimiento",
            "cumplido_sin_fecha",
            "advertencia",
            "Dice que se cumplió, pero no dice qué día: no se cuenta como cumplido.",
            literal=literal,
        )
    if cumplido and literal and not dice_cumplido:
        yield _hallazgo(
            r,
            "estado",
            "fecha_sin_cumplido",
            "grave",
            "Trae fecha de cumplimiento, pero su estado no dice que se cumplió.",
            literal=literal,
            valor=cumplido.isoformat(),
        )
    if cumplido and not r.evidencia_url:
        yield _hallazgo(r, "evidencia_url", "cumplido_sin_evidencia", "advertencia", "Se da por cumplido sin un enlace que lo pruebe.")
    if r.evidencia_url and not _URL.fullmatch(r.evidencia_url):
        yield _hallazgo(r, "evidencia_url", "evidencia_invalida", "advertencia", "La evidencia no es un enlace http o https: no se publica.")
    if r.fecha_cumplimiento and r.fecha_cumplimiento > corte:
        yield _hallazgo(
            r,
            "fecha_cumplimiento",
            "cumplimiento_posterior_al_corte",
            "informativa",
            "Se cumplió después del corte: en esta fecha sigue abierto.",
            literal=r.fecha_cumplimiento.isoformat(),
        )
    if cumplido and cumplido < r.fecha:
        yield _hallazgo(
            r,
            "fecha_cumplimiento",
            "cumplido_antes_de_asumirse",
            "advertencia",
            "Se cumplió antes del día en que se asumió.",
            literal=cumplido.isoformat(),
            valor=r.fecha.isoformat(),
        )
    if r.plazo and r.plazo < r.fecha:
        yield _hallazgo(
            r,
            "plazo",
            "plazo_anterior_al_compromiso",
            "advertencia",
            "El plazo es anterior al día en que se asumió.",
            literal=r.plazo.isoformat(),
            valor=r.fecha.isoformat(),
        )
    yield from _revisar_cambios(r, corte)


def _revisar_cambios(r: Compromiso, corte: date) -> Iterator[Hallazgo]:
    for n, (antes, cambio) in enumerate(_cambios(r, corte), start=1):
        tarde = antes is not None and cambio.fecha > antes
        yield _hallazgo(
            r, f"plazo ({n})", "plazo_cambiado_vencido" if tarde else "plazo_cambiado", "advertencia" if tarde else "informativa",
            f"El plazo cambió el {cambio.fecha.isoformat()}" + (", cuando ya había vencido" if tarde else "") + f". Motivo: {cambio.motivo or 'no se dijo'}.",
            literal=antes.isoformat() if antes else None, valor=cambio.plazo.isoformat(),
        )  # fmt: skip


def _dice_cumplido(texto: str | None) -> bool:
    """Dice si el texto afirma el cumplimiento completo; «no cumplido», «incumplido» y «cumplido parcialmente» no lo afirman."""
    plano = unicodedata.normalize("NFKD", (texto or "").casefold()).encode("ascii", "ignore").decode()
    palabras = re.findall(r"[a-z]+", plano)
    afirma = any(re.fullmatch(r"cumpli(d[oa]s?|o)", palabra) and not _NIEGA.intersection(palabras[max(0, n - 3) : n]) for n, palabra in enumerate(palabras))
    return afirma and not _A_MEDIAS.intersection(palabras)


def _hallazgo(r: Compromiso, campo: str, regla: str, gravedad: str, explicacion: str, *, literal: str | None = None, valor: str | None = None) -> Hallazgo:
    return Hallazgo(r.origen, r.id, campo, regla, gravedad, f"Compromiso {r.id}: {explicacion[0].lower()}{explicacion[1:]}", literal, valor)


def _orden(h: Hallazgo) -> tuple[str, ...]:
    return (h.origen, h.registro, h.campo, h.regla, h.literal or "", h.valor or "")


def _cociente(numerador: int, denominador: int) -> Decimal | None:
    if not denominador:
        return None
    return Decimal(round(Fraction(numerador, denominador) * 100)).scaleb(-2).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _tramo(desde: int, hasta: int | None) -> str:
    return f"{desde}–{hasta} días" if hasta else f"más de {desde - 1} días"
