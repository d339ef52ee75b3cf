"""Compara dos años de la misma entidad: solo las actividades que de verdad son las mismas.

Dos actividades son la misma si su texto es igual, sin mirar mayúsculas, tildes, puntuación ni años; o si una
persona lo declaró, con su motivo. Lo demás queda sin pareja y se dice: nada se empareja por parecido.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from rendicion.errores import ErrorUso
from rendicion.planes.texto import plegar

Fila = Mapping[str, Any]
Tablas = Mapping[str, Sequence[Fila]]
_CIFRAS = ("avance_pct", "cumplimiento_pct")


@dataclass(frozen=True)
class Equivalencia:
    """Declara que dos actividades de planes distintos son la misma, y por qué."""

    antes: str
    ahora: str
    motivo: str


def equivalencias_desde(datos: Mapping[str, Any], *, donde: str) -> tuple[Equivalencia, ...]:
    """Construye las equivalencias desde el TOML ya leído ([[actividad]]); se niega si algo falta, sobra o se repite."""
    secciones = datos.get("actividad", [])
    esperadas = {f.name for f in fields(Equivalencia)}
    if set(datos) - {"actividad"} or not isinstance(secciones, list) or not all(isinstance(s, Mapping) and set(s) == esperadas and all(s.values()) for s in secciones):
        raise ErrorUso("El archivo de equivalencias no tiene la forma esperada.", donde=donde, hacer="Escriba secciones [[actividad]] con antes, ahora y motivo.")
    halladas = tuple(Equivalencia(**{c: str(v) for c, v in s.items()}) for s in secciones)
    for lado in ("antes", "ahora"):
        ids = [getattr(e, lado) for e in halladas]
        if repetidas := sorted({i for i in ids if ids.count(i) > 1}):
            raise ErrorUso(f"La actividad {repetidas[0]} está en dos equivalencias.", donde=donde, hacer="Deje una sola.")
    return halladas


def comparar_vigencias(antes: Tablas, ahora: Tablas, cortes: tuple[Any, Any], equivalencias: Sequence[Equivalencia] = ()) -> dict[str, Any]:
    """Devuelve las actividades emparejadas con sus cifras de los dos años, y las que no tienen pareja.

    Cada cifra va en por ciento y su diferencia en puntos; sin una de las dos, la diferencia queda vacía.
    La meta y lo ejecutado solo se comparan si la unidad es la misma.
    """
    planes = [{f["actividad_id"]: f for f in t["plan"]} for t in (antes, ahora)]
    medidas = [{f["actividad_id"]: f for f in t["indicadores_actividad"] if f["corte"] == c} for t, c in zip((antes, ahora), cortes, strict=True)]
    parejas = _emparejar(planes[0], planes[1], equivalencias)
    emparejadas = ({a for a, _, _ in parejas}, {b for _, b, _ in parejas})
    totales = [next(f for f in t["indicadores_total"] if f["corte"] == c) for t, c in zip((antes, ahora), cortes, strict=True)]
    return {
        "actividades": [_fila(planes[0][a], planes[1][b], medidas[0][a], medidas[1][b], porque) for a, b, porque in parejas],
        "sin_pareja": {
            lado: [{"actividad_id": i, "actividad": f["actividad"]} for i, f in plan.items() if i not in ya]
            for lado, plan, ya in (("antes", planes[0], emparejadas[0]), ("ahora", planes[1], emparejadas[1]))
        },
        "total": {c: _par(totales[0][c], totales[1][c]) for c in _CIFRAS},
    }


def _emparejar(antes: Mapping[str, Fila], ahora: Mapping[str, Fila], equivalencias: Sequence[Equivalencia]) -> list[tuple[str, str, str]]:
    for e in equivalencias:
        for plan, i in ((antes, e.antes), (ahora, e.ahora)):
            if i not in plan:
                raise ErrorUso(f"La equivalencia nombra la actividad {i}, que no está en su plan.", hacer="Corrija el número en el archivo de equivalencias.")
    declaradas = [(e.antes, e.ahora, f"Declarada: {e.motivo}") for e in equivalencias]
    libres = (
        {i: _clave(f) for i, f in antes.items() if i not in {a for a, _, _ in declaradas}},
        {i: _clave(f) for i, f in ahora.items() if i not in {b for _, b, _ in declaradas}},
    )
    unicas = [{c: i for i, c in lado.items() if list(lado.values()).count(c) == 1} for lado in libres]
    iguales = [(unicas[0][c], i, "El texto es el mismo.") for c, i in unicas[1].items() if c in unicas[0]]
    orden = list(ahora)
    return sorted([*declaradas, *iguales], key=lambda p: orden.index(p[1]))


def _clave(fila: Fila) -> str:
    return " ".join(re.sub(r"\b(?:19|20)\d\d\b|[^\w\s]", " ", plegar(fila["actividad"])).split())


def _fila(antes: Fila, ahora: Fila, medida_antes: Fila, medida_ahora: Fila, porque: str) -> dict[str, Any]:
    misma_unidad = antes["unidad"] == ahora["unidad"] and antes["agregacion"] == ahora["agregacion"]
    cantidades = {c: _par(medida_antes[c], medida_ahora[c]) if misma_unidad else None for c in ("meta", "ejecutado")}
    return {
        "antes": antes["actividad_id"],
        "ahora": ahora["actividad_id"],
        "actividad": ahora["actividad"],
        "porque": porque,
        "misma_unidad": misma_unidad,
        **cantidades,
        **{c: _par(medida_antes[c], medida_ahora[c]) for c in _CIFRAS},
    }


def _par(antes: Decimal | None, ahora: Decimal | None) -> dict[str, Decimal | None]:
    return {"antes": antes, "ahora": ahora, "diferencia": None if antes is None or ahora is None else ahora - antes}
