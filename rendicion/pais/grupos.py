"""Las medias exactas de subcomponentes, dependencias y total: razones de enteros de Python, una por grupo y corte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

CIENTO = 100


@dataclass(frozen=True, slots=True)
class Medida:
    """Es lo que un grupo necesita de una actividad en un corte, en enteros: logrado/debido y hecho/meta."""

    peso: int
    hecho: int
    meta: int
    logrado: int
    debido: int
    registros: int


@dataclass(frozen=True, slots=True)
class MediaExacta:
    """Es una media: 100 · suma / (comun · peso). `suma`/`comun` es Σ peso·x/100, con los pesos en diezmilésimas."""

    suma: int
    comun: int
    peso: int

    @property
    def porcentaje(self) -> int | None:
        """Da la media en centésimas de punto, redondeada; nada si no hay pesos."""
        return a_la_par(10_000 * self.suma, self.comun * self.peso) if self.peso else None

    @property
    def numerador(self) -> int:
        """Da Σ peso·x en millonésimas, redondeado."""
        return a_la_par(10_000 * self.suma, self.comun)

    @property
    def denominador(self) -> int:
        """Da Σ peso en millonésimas, exacto."""
        return CIENTO * self.peso

    @property
    def zona(self) -> str:
        """Clasifica la media sin redondear."""
        if not self.peso:
            return "sin_programar"
        cien, base = CIENTO * self.suma, self.comun * self.peso
        return "baja" if cien < 60 * base else "media" if cien < 80 * base else "alta"


@dataclass(frozen=True, slots=True)
class Grupo:
    """Son las tres medias de un grupo y sus dos cuentas."""

    avance: MediaExacta
    reportado: MediaExacta
    cumplimiento: MediaExacta
    con_meta: int
    con_reporte: int


def a_la_par(numerador: int, denominador: int) -> int:
    """Divide enteros no negativos y redondea la mitad hacia el par."""
    cociente, resto = divmod(numerador, denominador)
    doble = 2 * resto
    return cociente + (doble > denominador or (doble == denominador and cociente % 2 == 1))


def media(pesos: Sequence[int], partes: Sequence[int], todos: Sequence[int]) -> MediaExacta:
    """Pondera las razones partes/todos por sus pesos, con un denominador común."""
    if not pesos:
        return MediaExacta(0, 1, 0)
    comun = lcm(*todos)
    return MediaExacta(sum(p * x * (comun // t) for p, x, t in zip(pesos, partes, todos, strict=True)), comun, sum(pesos))


def agrupar(medidas: Sequence[Medida]) -> Grupo:
    """Reúne las actividades con meta de un grupo en un corte."""
    con_reporte = [m for m in medidas if m.registros]
    debidas = [m for m in medidas if m.debido]
    avance = media([m.peso for m in medidas], [m.hecho for m in medidas], [m.meta for m in medidas])
    reportado = avance if len(con_reporte) == len(medidas) else media([m.peso for m in con_reporte], [m.hecho for m in con_reporte], [m.meta for m in con_reporte])
    return Grupo(avance, reportado, media([m.peso for m in debidas], [m.logrado for m in debidas], [m.debido for m in debidas]), len(medidas), len(con_reporte))


def _total(pares: Sequence[tuple[int, MediaExacta]]) -> MediaExacta:
    llenas = [(p, m) for p, m in pares if m.peso]
    return media([p for p, _ in llenas], [m.suma for _, m in llenas], [m.comun * m.peso for _, m in llenas])


def totalizar(grupos: Sequence[tuple[int, Grupo]]) -> Grupo:
    """Reúne los subcomponentes en el total, por el peso de cada uno; una media vacía se deja por fuera con su peso."""
    return Grupo(
        _total([(p, g.avance) for p, g in grupos]),
        _total([(p, g.reportado) for p, g in grupos]),
        _total([(p, g.cumplimiento) for p, g in grupos]),
        sum(g.con_meta for _, g in grupos),
        sum(g.con_reporte for _, g in grupos),
    )
