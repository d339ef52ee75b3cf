"""La corrida del país: reparte las particiones en lotes, los corre donde le digan y arma la entrega nacional."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from rendicion.almacen.salida import Salida
from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.pais.anotacion import Anotador, sin_anotar
from rendicion.pais.consolidado import EntregaNacional, consolidar
from rendicion.pais.declaracion import Pais, leer_pais
from rendicion.pais.deposito import abrir
from rendicion.pais.lote import ResultadoLote, Tarea, correr_lote

Ejecutor = Callable[[Sequence[Tarea]], Iterable[ResultadoLote]]
Aviso = Callable[[ResultadoLote, int, int], None]
POR_LOTE = 550
# Sin esto, glibc devuelve cada bloque grande al soltarlo, y volver a pedirlo costaba medio segundo por millón. Solo lo lee al nacer un proceso.
_MEMORIA = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}


@dataclass(frozen=True)
class PedidoPais:
    """Dice qué país se corre, dónde queda y qué parte; sin decir entidades ni vigencias, todo."""

    datos: str
    salida: str
    entidades: tuple[str, ...] = ()
    vigencias: tuple[int, ...] = ()
    por_lote: int = POR_LOTE
    opciones: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ResultadoPais:
    """Cuenta cómo terminó la corrida del país."""

    lotes: ResultadoLote
    entrega: EntregaNacional

    @property
    def salida(self) -> int:
        """Da el código: 0 todo hecho; 1 si una partición quedó por fuera y necesita a una persona."""
        return 1 if self.lotes.fallas else 0


def tareas(pais: Pais, pedido: PedidoPais) -> list[Tarea]:
    """Reparte las particiones en lotes de una misma vigencia, siempre en el mismo orden."""
    todas = [e.entidad for e in pais.entidades]
    ajenas = [e for e in pedido.entidades if e not in todas] + [str(v) for v in pedido.vigencias if v not in pais.vigencias]
    if ajenas:
        raise ErrorUso(f"El país no declara: {', '.join(ajenas)}.", hacer="Use entidades de municipios.csv y vigencias de pais.toml.")
    elegidas = [e for e in todas if not pedido.entidades or e in pedido.entidades]
    cuantos = -(-len(elegidas) // pedido.por_lote)
    limites = [len(elegidas) * i // cuantos for i in range(cuantos + 1)]
    grupos = [tuple(elegidas[a:b]) for a, b in pairwise(limites)]
    opciones = tuple(sorted(pedido.opciones.items()))
    return [Tarea(pedido.datos, pedido.salida, v, g, opciones) for v in pais.vigencias if not pedido.vigencias or v in pedido.vigencias for g in grupos]


def aqui(pedidas: Sequence[Tarea]) -> Iterator[ResultadoLote]:
    """Corre los lotes uno tras otro, en este proceso."""
    return map(correr_lote, pedidas)


def en_procesos(cuantos: int) -> Ejecutor:
    """Devuelve quien corre los lotes en varios procesos de esta máquina; uno solo, o un solo lote, va en este."""

    def ejecutar(pedidas: Sequence[Tarea]) -> Iterator[ResultadoLote]:
        if cuantos < 2 or len(pedidas) < 2:
            yield from aqui(pedidas)
            return
        for variable, valor in _MEMORIA.items():
            os.environ.setdefault(variable, valor)
        with ProcessPoolExecutor(min(cuantos, len(pedidas)), mp_context=multiprocessing.get_context("spawn")) as procesos:
            try:
                for hecho in as_completed([procesos.submit(correr_lote, t) for t in pedidas]):
                    yield hecho.result()
            except BrokenProcessPool as error:
                raise ErrorRendicion("Un proceso murió antes de terminar.", hacer="Vuelva a correr: lo que ya está hecho no se repite. Si fue por memoria, use lotes más pequeños.") from error

    return ejecutar


def correr_pais(pedido: PedidoPais, ejecutar: Ejecutor, avisar: Aviso = lambda _r, _n, _de: None, anotar: Anotador = sin_anotar) -> ResultadoPais:
    """Corre lo pedido y consolida: lo ya hecho con las mismas entradas no se repite, y lo que falla queda dicho por su nombre."""
    opciones = dict(pedido.opciones)
    datos, salida = abrir(pedido.datos, opciones), abrir(pedido.salida, opciones)
    pais = leer_pais(datos)
    pedidas = tareas(pais, pedido)
    resultado = ResultadoLote()
    with _candado(pedido.salida):
        for n, uno in enumerate(ejecutar(pedidas), 1):
            resultado.sumar(uno)
            avisar(uno, n, len(pedidas))
        resultado.fallas = dict(sorted(resultado.fallas.items()))
        entrega = consolidar(salida, pais, resultado)
        anotar(entrega.publicadas, resultado.fallas, pais.cortes)
        return ResultadoPais(resultado, entrega)


def _candado(salida: str) -> AbstractContextManager[None]:
    return nullcontext() if "://" in salida else Salida(Path(salida)).candado()
