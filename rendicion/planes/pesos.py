"""Los pesos que trae el plan: se leen y se dejan como están, aunque no sumen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rendicion.hallazgos import Hallazgo
from rendicion.planes.cuadro import FilaPlan, hallazgo
from rendicion.planes.numeros import leer_cifras
from rendicion.planes.texto import recortar

_SUMAS = (Decimal(1), Decimal(100))
_UNO = Decimal(1)


def leer_peso(texto: str) -> Decimal | None:
    """Convierte «30%», «30», «0,3» o «0.3» en un peso; vacío si no se entiende, es negativo o pasa de 4 decimales."""
    cifras = re.sub(r"\s*%$", "", recortar(texto))
    # Un peso no llega a los miles: el punto seguido de una o dos cifras, o después de un cero, es decimal.
    if re.fullmatch(r"\d+\.\d{1,2}|0\.\d+", cifras):
        cifras = cifras.replace(".", ",")
    if not re.fullmatch(r"[\d.,]+", cifras, re.ASCII):
        return None
    return leer_cifras(cifras)[0]


def leer_pesos(filas: Sequence[FilaPlan], ids: Sequence[str], bloques: Sequence[str]) -> tuple[list[Decimal], list[Hallazgo]]:
    """Da el peso de cada actividad (1 si el plan no lo dice) y avisa si no suman 1 ni 100, en total o por bloque."""
    if not any("peso" in f.valores for f in filas):
        return [_UNO] * len(filas), []
    pesos, hallazgos = [], []
    for fila, actividad_id in zip(filas, ids, strict=True):
        literal = fila.valores.get("peso")
        leido = leer_peso(literal) if literal and "peso" not in fila.combinados else None
        if leido is None:
            hallazgos.append(_ilegible(actividad_id, fila.lugar, "peso", literal))
        pesos.append(_UNO if leido is None else leido)
    por_bloque = {b: sum((p for p, otro in zip(pesos, bloques, strict=True) if otro == b), Decimal(0)) for b in dict.fromkeys(bloques)}
    if sum(pesos) not in _SUMAS and any(s not in _SUMAS for s in por_bloque.values()):
        hallazgos.append(_no_suman("peso", f"suman {_llano(sum(pesos, Decimal(0)))} y, por subcomponente, {_por_bloque(por_bloque)}"))
    return pesos, hallazgos


def leer_pesos_de_subcomponentes(filas: Sequence[FilaPlan], ids: Sequence[str], bloques: Sequence[str]) -> tuple[dict[str, Decimal], list[Hallazgo]]:
    """Da el peso de cada subcomponente: el primero escrito en su bloque (1 si el plan no lo dice)."""
    escritos: dict[str, list[tuple[str, FilaPlan]]] = {b: [] for b in dict.fromkeys(bloques)}
    primera = {b: (i, f) for i, f, b in reversed(list(zip(ids, filas, bloques, strict=True)))}
    for fila, actividad_id, bloque in zip(filas, ids, bloques, strict=True):
        if "peso_subcomponente" in fila.valores:
            escritos[bloque].append((actividad_id, fila))
    if not any(escritos.values()):
        return dict.fromkeys(escritos, _UNO), []
    pesos: dict[str, Decimal] = {}
    hallazgos: list[Hallazgo] = []
    for bloque, casos in escritos.items():
        actividad_id, fila = casos[0] if casos else primera[bloque]
        literales = list(dict.fromkeys(f.valores["peso_subcomponente"] for _, f in casos))
        leido = leer_peso(literales[0]) if literales else None
        if leido is None:
            hallazgos.append(_ilegible(actividad_id, fila.lugar, "peso_subcomponente", next(iter(literales), None)))
        pesos[bloque] = _UNO if leido is None else leido
        if len({leer_peso(t) for t in literales}) > 1:
            hallazgos.append(_contradictorio(actividad_id, literales, pesos[bloque]))
    if sum(pesos.values()) not in _SUMAS:
        hallazgos.append(_no_suman("peso_subcomponente", f"suman {_llano(sum(pesos.values(), Decimal(0)))}"))
    return pesos, hallazgos


def _ilegible(actividad_id: str, lugar: str, campo: str, literal: str | None) -> Hallazgo:
    que = f"no se entendió su peso, «{literal}»" if literal else "no tiene peso y otras sí"
    return hallazgo(
        actividad_id,
        campo,
        "peso_no_entendido",
        "advertencia",
        f"Actividad {actividad_id} ({lugar}): {que}; se tomó 1.",
        literal=literal,
        valor="1",
    )


def _contradictorio(actividad_id: str, literales: Sequence[str], valor: Decimal) -> Hallazgo:
    explicacion = "El mismo subcomponente trae pesos distintos; se tomó el primero."
    return hallazgo(
        actividad_id,
        "peso_subcomponente",
        "peso_contradictorio",
        "advertencia",
        explicacion,
        literal=" | ".join(literales),
        valor=_llano(valor),
    )


def _no_suman(campo: str, cuanto: str) -> Hallazgo:
    explicacion = f"Los pesos no suman 1 ni 100: {cuanto}. Se dejaron como están; las medias se dividen por la suma de los pesos."
    return hallazgo("documento", campo, "pesos_no_suman", "advertencia", explicacion, valor=cuanto)


def _llano(numero: Decimal | int) -> str:
    return f"{numero:f}"


def _por_bloque(sumas: dict[str, Decimal]) -> str:
    return ", ".join(f"{bloque}: {_llano(suma)}" for bloque, suma in sumas.items())
