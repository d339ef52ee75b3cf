"""De la receta a los archivos y a la lista de defectos plantados."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

from rendicion.sintetico.escritura import escribir
from rendicion.sintetico.filas import Fila, filas_de, registro_de
from rendicion.sintetico.receta import REGLAS, Pedido, Receta

VERDAD = "verdad.csv"


@dataclass(frozen=True)
class Defecto:
    """Es un defecto plantado: qué registro, y qué debe pasarle en una corrida hasta el fin de la vigencia."""

    fuente: str
    registro: str
    familia: str
    tratamiento: str
    regla: str
    nota: str


@dataclass(frozen=True)
class Ejemplos:
    """Reúne lo generado: cada archivo con sus bytes, los defectos y los registros de cada fuente."""

    archivos: Mapping[str, bytes]
    defectos: tuple[Defecto, ...]
    registros: Mapping[str, int]


def generar(receta: Receta) -> Ejemplos:
    """Genera todos los archivos de la receta; la misma receta da siempre los mismos bytes."""
    filas: dict[str, tuple[Fila, ...]] = {}
    for pedido in receta.pedidos:
        filas[pedido.fuente.id] = filas_de(pedido, receta, filas)
    defectos = tuple(d for p in receta.pedidos for d in _defectos(p, receta, filas[p.fuente.id]))
    archivos = {p.archivo: escribir(p, receta, filas[p.fuente.id]) for p in receta.pedidos}
    registros = {id_: sum(f.es_registro for f in suyas) for id_, suyas in filas.items()}
    return Ejemplos({**archivos, VERDAD: _verdad(defectos)}, defectos, registros)


def _defectos(pedido: Pedido, receta: Receta, filas: Sequence[Fila]) -> list[Defecto]:
    return [
        Defecto(pedido.fuente.id, registro_de(f, pedido, i), *REGLAS[f.regla], f.regla, f"{receta.marca}: {f.nota}")
        for i, f in enumerate(filas)
        if f.regla is not None
    ]


def _verdad(defectos: Sequence[Defecto]) -> bytes:
    texto = io.StringIO()
    tabla = csv.writer(texto, lineterminator="\n")
    tabla.writerow(f.name for f in fields(Defecto))
    tabla.writerows(astuple(d) for d in defectos)
    return texto.getvalue().encode()
