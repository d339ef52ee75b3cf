"""Los indicadores: evidencia acumulada + plan + corte → cifras exactas.

Cada definición es la del contrato. Se calcula con fracciones; se redondea una sola vez,
al final y a la cifra par, para que programas independientes den el mismo último dígito.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from rendicion.plan import Actividad, Plan

CIEN = Fraction(100)
LIMITE_BAJA, LIMITE_MEDIA = 60, 80


@dataclass(frozen=True, order=True)
class Diario:
    """Es lo que una actividad acumuló en un día: suma, último valor y registros que cuentan."""

    actividad_id: str
    fecha: date
    suma: Decimal
    ultimo: Decimal
    registros: int


@dataclass(frozen=True)
class IndicadorActividad:
    """Reúne las cifras exactas de una actividad en un corte."""

    actividad: Actividad
    corte: date
    ejecutado: Fraction
    registros: int
    avance_bruto: Fraction | None
    avance: Fraction | None
    programado: Fraction | None
    cumplimiento: Fraction | None
    estado: str
    zona: str

    @property
    def reportado(self) -> Fraction | None:
        """Devuelve el avance, o nada si ningún registro lo sustenta."""
        return self.avance if self.registros else None


@dataclass(frozen=True)
class Media:
    """Es una media ponderada con sus dos partes a la vista: Σ peso·x y Σ peso."""

    numerador: Fraction
    denominador: Fraction

    @property
    def valor(self) -> Fraction | None:
        """Divide las partes; sin pesos no hay media."""
        return self.numerador / self.denominador if self.denominador else None


@dataclass(frozen=True)
class IndicadorGrupo:
    """Reúne las medias de un subcomponente, una dependencia o el total."""

    avance: Media
    reportado: Media
    cumplimiento: Media
    con_meta: int
    con_reporte: int


def redondear(valor: Fraction | None, decimales: int) -> Decimal | None:
    """Redondea una fracción exacta a la cifra par; lo vacío sigue vacío."""
    return None if valor is None else Decimal(round(valor * 10**decimales)).scaleb(-decimales)


def zona(cumplimiento: Fraction | None) -> str:
    """Clasifica el cumplimiento sin redondear: baja < 60, media < 80, alta desde 80."""
    if cumplimiento is None:
        return "sin_programar"
    if cumplimiento < LIMITE_BAJA:
        return "baja"
    return "media" if cumplimiento < LIMITE_MEDIA else "alta"


def programado(actividad: Actividad, corte: date) -> Fraction | None:
    """Calcula lo que debía estar hecho en el corte según la regla de programación de la actividad."""
    if actividad.meta is None:
        return None
    meta = Fraction(actividad.meta)
    if actividad.programacion == "hitos":
        vencidos = sum(h <= corte for h in actividad.hitos)
        return meta * Fraction(vencidos, len(actividad.hitos))
    if actividad.programacion == "al_final":
        return meta if corte >= actividad.fin else Fraction(0)
    dias = (actividad.fin - actividad.inicio).days + 1
    corridos = (min(corte, actividad.fin) - actividad.inicio).days + 1
    return meta * Fraction(max(corridos, 0), dias)


def estado(actividad: Actividad, corte: date, ejecutado: Fraction, previsto: Fraction | None, cumplimiento: Fraction | None) -> str:
    """Elige el primer estado que se cumple, en el orden del contrato."""
    if actividad.meta is None:
        return "sin_meta"
    if ejecutado >= actividad.meta:
        return "cumplida"
    if corte >= actividad.fin:
        return "vencida"
    if cumplimiento is not None and cumplimiento < LIMITE_MEDIA:
        return "atrasada"
    return "no_iniciada" if ejecutado == 0 and previsto == 0 else "en_ejecucion"


def ejecutado(actividad: Actividad, corte: date, diarios: Iterable[Diario]) -> tuple[Fraction, int]:
    """Acumula lo hecho hasta el corte: la suma, o el valor más reciente en los indicadores de nivel.

    `diarios` son los de la actividad, en orden de fecha. Sin registros da (0, 0).
    """
    hasta = [d for d in diarios if d.fecha <= corte]
    registros = sum(d.registros for d in hasta)
    if actividad.agregacion == "ultimo":
        return (Fraction(hasta[-1].ultimo) if hasta else Fraction(0)), registros
    return sum((Fraction(d.suma) for d in hasta), Fraction(0)), registros


def indicador_actividad(actividad: Actividad, corte: date, diarios: Iterable[Diario]) -> IndicadorActividad:
    """Calcula todas las cifras de una actividad en un corte."""
    hecho, registros = ejecutado(actividad, corte, diarios)
    previsto = programado(actividad, corte)
    bruto = CIEN * hecho / Fraction(actividad.meta) if actividad.meta is not None else None
    cumplimiento = CIEN * min(Fraction(1), hecho / previsto) if previsto else None
    return IndicadorActividad(
        actividad=actividad,
        corte=corte,
        ejecutado=hecho,
        registros=registros,
        avance_bruto=bruto,
        avance=None if bruto is None else min(CIEN, bruto),
        programado=previsto,
        cumplimiento=cumplimiento,
        estado=estado(actividad, corte, hecho, previsto, cumplimiento),
        zona=zona(cumplimiento),
    )


def media(pares: Iterable[tuple[Fraction, Fraction | None]]) -> Media:
    """Pondera valores por su peso; un valor vacío se deja por fuera con su peso."""
    llenos = [(peso, valor) for peso, valor in pares if valor is not None]
    return Media(sum((p * v for p, v in llenos), Fraction(0)), sum((p for p, _ in llenos), Fraction(0)))


def agrupar(indicadores: Iterable[IndicadorActividad]) -> IndicadorGrupo:
    """Reúne actividades con meta en sus medias, ponderadas por el peso de cada una."""
    con_meta = [i for i in indicadores if i.actividad.meta is not None]
    pesos = [Fraction(i.actividad.peso) for i in con_meta]
    return IndicadorGrupo(
        avance=media(zip(pesos, (i.avance for i in con_meta), strict=True)),
        reportado=media(zip(pesos, (i.reportado for i in con_meta), strict=True)),
        cumplimiento=media(zip(pesos, (i.cumplimiento for i in con_meta), strict=True)),
        con_meta=len(con_meta),
        con_reporte=sum(1 for i in con_meta if i.registros),
    )


def totalizar(subcomponentes: Sequence[tuple[Fraction, IndicadorGrupo]]) -> IndicadorGrupo:
    """Reúne los subcomponentes en el total con la misma media, ponderada por el peso de cada uno."""
    return IndicadorGrupo(
        avance=media((p, g.avance.valor) for p, g in subcomponentes),
        reportado=media((p, g.reportado.valor) for p, g in subcomponentes),
        cumplimiento=media((p, g.cumplimiento.valor) for p, g in subcomponentes),
        con_meta=sum(g.con_meta for _, g in subcomponentes),
        con_reporte=sum(g.con_reporte for _, g in subcomponentes),
    )


def cortes_de_la_entrega(oficiales: Iterable[date], corte: date) -> tuple[date, ...]:
    """Devuelve los cortes oficiales hasta el de la entrega, y el de la entrega."""
    return tuple(sorted({c for c in oficiales if c <= corte} | {corte}))


def meses_cerrados(desde: date, hasta: date) -> tuple[date, ...]:
    """Devuelve el último día de cada mes cerrado entre dos fechas."""
    meses = range(desde.year * 12 + desde.month - 1, hasta.year * 12 + hasta.month)
    cierres = (date(m // 12, m % 12 + 1, calendar.monthrange(m // 12, m % 12 + 1)[1]) for m in meses)
    return tuple(c for c in cierres if c <= hasta)


@dataclass(frozen=True)
class Calculo:
    """Es el plan medido en un corte, de la actividad al total."""

    actividades: tuple[IndicadorActividad, ...]
    subcomponentes: tuple[tuple[str, IndicadorGrupo], ...]
    dependencias: tuple[tuple[str, IndicadorGrupo], ...]
    total: IndicadorGrupo


def medir(plan: Plan, diarios: Mapping[str, Sequence[Diario]], corte: date) -> Calculo:
    """Mide el plan en un corte. `diarios` va por actividad, en orden de fecha."""
    actividades = tuple(indicador_actividad(a, corte, diarios.get(a.id, ())) for a in plan.actividades)
    ids_sub = dict.fromkeys(i.actividad.subcomponente_id for i in actividades)
    por_sub = {s: [i for i in actividades if i.actividad.subcomponente_id == s] for s in ids_sub}
    nombres = sorted({r for i in actividades for r in i.actividad.responsables})
    grupos = {s: agrupar(miembros) for s, miembros in por_sub.items()}
    return Calculo(
        actividades=actividades,
        subcomponentes=tuple(grupos.items()),
        dependencias=tuple((n, agrupar(i for i in actividades if n in i.actividad.responsables)) for n in nombres),
        total=totalizar([(Fraction(por_sub[s][0].actividad.peso_subcomponente), g) for s, g in grupos.items()]),
    )


def por_actividad(diarios: Iterable[Diario]) -> dict[str, list[Diario]]:
    """Agrupa los acumulados por actividad, cada grupo en orden de fecha."""
    return {a: list(g) for a, g in groupby(sorted(diarios), key=lambda d: d.actividad_id)}


def _fila_grupo(grupo: IndicadorGrupo) -> dict[str, Any]:
    return {
        "avance_pct": redondear(grupo.avance.valor, 2),
        "avance_numerador": redondear(grupo.avance.numerador, 6),
        "avance_denominador": redondear(grupo.avance.denominador, 6),
        "avance_reportado_pct": redondear(grupo.reportado.valor, 2),
        "cumplimiento_pct": redondear(grupo.cumplimiento.valor, 2),
        "cumplimiento_numerador": redondear(grupo.cumplimiento.numerador, 6),
        "cumplimiento_denominador": redondear(grupo.cumplimiento.denominador, 6),
        "zona": zona(grupo.cumplimiento.valor),
        "actividades_con_meta": grupo.con_meta,
        "actividades_con_reporte": grupo.con_reporte,
    }


def _fila_actividad(i: IndicadorActividad) -> dict[str, Any]:
    return {
        "actividad_id": i.actividad.id,
        "meta": i.actividad.meta,
        "ejecutado": redondear(i.ejecutado, 4),
        "avance_bruto_pct": redondear(i.avance_bruto, 2),
        "avance_pct": redondear(i.avance, 2),
        "avance_reportado_pct": redondear(i.reportado, 2),
        "programacion": i.actividad.programacion,
        "programado": redondear(i.programado, 4),
        "cumplimiento_pct": redondear(i.cumplimiento, 2),
        "estado": i.estado,
        "zona": i.zona,
        "registros_que_cuentan": i.registros,
    }


def calcular(plan: Plan, diarios: Iterable[Diario], cortes: Iterable[date]) -> dict[str, list[dict[str, Any]]]:
    """Calcula las filas de las cuatro tablas de indicadores en todos los cortes."""
    acumulado = por_actividad(diarios)
    tablas: dict[str, list[dict[str, Any]]] = {
        f"indicadores_{nivel}": [] for nivel in ("actividad", "subcomponente", "dependencia", "total")
    }
    for corte in cortes:
        base = {"entidad": plan.entidad, "vigencia": plan.vigencia, "corte": corte}
        medida = medir(plan, acumulado, corte)
        tablas["indicadores_actividad"] += [base | _fila_actividad(i) for i in medida.actividades]
        tablas["indicadores_subcomponente"] += [base | {"subcomponente_id": s} | _fila_grupo(g) for s, g in medida.subcomponentes]
        tablas["indicadores_dependencia"] += [base | {"dependencia": d} | _fila_grupo(g) for d, g in medida.dependencias]
        tablas["indicadores_total"].append(base | _fila_grupo(medida.total))
    return tablas


def serie(plan: Plan, diarios: Iterable[Diario], corte: date) -> list[dict[str, Any]]:
    """Calcula el total al cierre de cada mes, desde la primera ventana hasta el corte."""
    acumulado = por_actividad(diarios)
    desde = min([plan.inicio, *(a.inicio for a in plan.actividades)])
    return [
        {"entidad": plan.entidad, "vigencia": plan.vigencia, "mes": f"{c:%Y-%m}", "corte": c}
        | _fila_grupo(medir(plan, acumulado, c).total)
        for c in meses_cerrados(desde, corte)
    ]
