"""Los compromisos asumidos ante la ciudadanía: qué se prometió, para cuándo y si se cumplió."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from rendicion.ciclo.compromisos_revision import URL, CambioDePlazo, Compromiso, hallazgo, revisar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rendicion.hallazgos import Hallazgo

__all__ = ["ESTADOS", "CambioDePlazo", "Compromiso", "calcular", "cociente", "historia_de_plazos", "indicadores"]

Fila = dict[str, object]
ESTADOS = ("sin_plazo", "pendiente", "vencido", "cumplido", "cumplido_tarde")
TRAMOS_DE_RETRASO = ((1, 30), (31, 90), (91, 180), (181, None))


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
    hallazgos: set[Hallazgo] = set()
    for registro in registros:
        if registro.id in unicos:
            hallazgos.add(hallazgo(registro, "compromiso_repetido", registro.id))
        elif registro.fecha > corte:
            hallazgos.add(hallazgo(registro, "posterior_al_corte", registro.fecha.isoformat()))
        else:
            unicos[registro.id] = registro
            hallazgos.update(revisar(registro, corte))
    return [_fila(unicos[i], corte) for i in sorted(unicos)], sorted(hallazgos, key=lambda h: (h.registro, h.campo, h.regla))


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
        "cumplimiento_pct": cociente(100 * cumplidos, len(filas)),
        "puntualidad_numerador": a_tiempo,
        "puntualidad_denominador": con_resultado,
        "puntualidad_pct": cociente(100 * a_tiempo, con_resultado),
        "vencidos_por_retraso": {_tramo(a, b): sum(a <= d <= (b or d) for d in retrasos) for a, b in TRAMOS_DE_RETRASO},
        "retraso_medio_dias": cociente(sum(retrasos), len(retrasos)),
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
        for antes, c in r.cambios_hasta(corte)
    ]  # fmt: skip


def _fila(registro: Compromiso, corte: date) -> Fila:
    plazo, cumplido = registro.plazo_vigente(corte), registro.cumplido_el(corte)
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
        "evidencia_url": url if cumplido and url and URL.fullmatch(url) else None,
        "dias_retraso": retraso,
    }


def _estado(plazo: date | None, cumplido: date | None, retraso: int | None) -> str:
    if cumplido:
        return "cumplido_tarde" if retraso else "cumplido"
    if plazo is None:
        return "sin_plazo"
    return "vencido" if retraso else "pendiente"


def cociente(numerador: int, denominador: int) -> Decimal | None:
    """Devuelve la división redondeada una vez, la mitad al par, a 2 decimales; nula sin denominador."""
    if not denominador:
        return None
    return Decimal(round(Fraction(numerador, denominador) * 100)).scaleb(-2).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _tramo(desde: int, hasta: int | None) -> str:
    return f"{desde}–{hasta} días" if hasta else f"más de {desde - 1} días"
