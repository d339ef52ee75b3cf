"""El plan: subcomponentes, actividades, metas, ventanas e hitos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Agregacion = Literal["suma", "ultimo"]
Programacion = Literal["hitos", "lineal", "al_final"]


@dataclass(frozen=True)
class Actividad:
    """Es una actividad del plan, con su texto literal y lo que se entendió."""

    id: str
    subcomponente_id: str
    subcomponente: str
    texto: str
    inicio: date
    fin: date
    meta_texto: str | None = None
    meta: Decimal | None = None
    unidad: str | None = None
    agregacion: Agregacion = "suma"
    programacion: Programacion = "lineal"
    peso: Decimal = Decimal(1)
    peso_subcomponente: Decimal = Decimal(1)
    responsable_texto: str | None = None
    responsables: tuple[str, ...] = ()
    fecha_texto: str | None = None
    hitos: tuple[date, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Es el plan de una entidad en una vigencia; sus actividades van en el orden del documento."""

    entidad: str | None
    vigencia: int
    inicio: date
    fin: date
    actividades: tuple[Actividad, ...]

    def actividad(self, actividad_id: str) -> Actividad:
        """Devuelve la actividad que lleva ese número."""
        return next(a for a in self.actividades if a.id == actividad_id)


def programacion_por_defecto(meta: Decimal | None, hitos: tuple[date, ...]) -> Programacion:
    """Elige la regla de programación que dice el contrato cuando el plan no dice otra.

    `hitos` si el plan trae fechas; `al_final` si la meta es 1; `lineal` en lo demás.
    """
    if hitos:
        return "hitos"
    return "al_final" if meta == 1 else "lineal"


def filas_del_plan(plan: Plan) -> list[dict[str, object]]:
    """Convierte el plan en las filas de la tabla `plan`, en el orden del documento."""
    return [
        {
            "entidad": plan.entidad,
            "vigencia": plan.vigencia,
            "subcomponente_id": a.subcomponente_id,
            "subcomponente": a.subcomponente,
            "actividad_id": a.id,
            "actividad": a.texto,
            "meta_texto": a.meta_texto,
            "meta": a.meta,
            "unidad": a.unidad,
            "agregacion": a.agregacion,
            "programacion": a.programacion,
            "peso": a.peso,
            "peso_subcomponente": a.peso_subcomponente,
            "responsable_texto": a.responsable_texto,
            "responsables": ";".join(a.responsables) or None,
            "fecha_texto": a.fecha_texto,
            "inicio": a.inicio,
            "fin": a.fin,
            "hitos": ";".join(h.isoformat() for h in a.hitos) or None,
        }
        for a in plan.actividades
    ]
