"""Las fórmulas en palabras y un ejemplo hecho con los datos de la entrega."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rendicion.informe.actividades import Actividad
from rendicion.informe.filas import Fila, Tablas, decimal, del_corte, letra
from rendicion.informe.formato import contar, fecha_larga, numero, porcentaje_exacto


@dataclass(frozen=True)
class Paso:
    """Es un paso del ejemplo: qué se hace y la cuenta escrita."""

    que: str
    cuenta: str


@dataclass(frozen=True)
class Ejemplo:
    """Es el ejemplo resuelto: la actividad elegida y sus pasos hasta el total."""

    actividad: Actividad
    pasos: tuple[Paso, ...]


def ejemplo(tablas: Tablas, corte: date, acts: tuple[Actividad, ...]) -> Ejemplo | None:
    """Resuelve una actividad con meta y con reporte, la que mejor enseña la cuenta; nada si ninguna sirve.

    Prefiere una que reparte su meta por días y que no llegó a ella.
    """
    medibles = [a for a in acts if a.con_meta and not a.sin_reporte and a.programado]
    if not medibles:
        return None
    a = min(medibles, key=lambda x: (x.programacion != "lineal", (x.avance or 0) == 100, -x.registros))
    sub = next(f for f in del_corte(tablas["indicadores_subcomponente"], corte) if letra(f, "subcomponente_id") == a.subcomponente_id)
    total = del_corte(tablas["indicadores_total"], corte)[0]
    plan = next(f for f in tablas["plan"] if letra(f, "actividad_id") == a.id)
    return Ejemplo(a, (*pasos_de(a, plan, corte), *_media(f"del subcomponente {a.subcomponente_id}", sub), *_media("del total del plan", total)))


def pasos_de(a: Actividad, plan: Fila, corte: date) -> tuple[Paso, ...]:
    """Devuelve las cuentas de una actividad con meta, con sus números: hecho, avance, programado y cumplimiento."""
    meta, hecho, programado = a.meta or Decimal(0), a.ejecutado, a.programado or Decimal(0)
    que = "Se toma el último valor reportado." if plan["agregacion"] == "ultimo" else "Se suman las cantidades de los registros que cuentan."
    return (
        Paso(que, f"{contar(a.registros, 'registro', 'registros')} → hecho: {numero(hecho)} {a.unidad}"),
        Paso("El avance compara lo hecho con la meta.", f"100 × {numero(hecho)} ÷ {numero(meta)} = {porcentaje_exacto(a.avance_bruto)}{_tope(a)}"),
        Paso("Lo programado es lo que debía estar hecho a la fecha.", _programado(a, corte, meta, programado)),
        Paso(
            "El cumplimiento compara lo hecho con lo programado, hasta 100 %.",
            f"100 × {numero(hecho)} ÷ {numero(programado)} → {porcentaje_exacto(a.cumplimiento)}",
        ),
    )


def _tope(a: Actividad) -> str:
    pasa = a.avance_bruto is not None and a.avance_bruto > 100
    return "; se publica 100 %" if pasa else ""


def _programado(a: Actividad, corte: date, meta: Decimal, programado: Decimal) -> str:
    resultado = f"{numero(programado)} {a.unidad}"
    if a.programacion == "hitos":
        return f"{len(a.hitos)} fechas: {', '.join(a.hitos)}. Meta {numero(meta)} → {resultado}"
    if a.programacion == "al_final":
        return f"toda la meta desde el {fecha_larga(a.fin)} → {resultado}"
    dias, todos = (min(corte, a.fin) - a.inicio).days + 1, (a.fin - a.inicio).days + 1
    return f"{numero(meta)} × {numero(dias)} días ÷ {numero(todos)} días = {resultado}"


def _media(de: str, f: Fila) -> tuple[Paso, ...]:
    return tuple(
        Paso(
            f"El {que} {de} es un promedio con pesos.",
            f"{numero(decimal(f, que + '_numerador'))} ÷ {numero(decimal(f, que + '_denominador'))} = {porcentaje_exacto(decimal(f, que + '_pct'))}",
        )
        for que in ("avance", "cumplimiento")
        if decimal(f, que + "_pct") is not None
    )
