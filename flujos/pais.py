"""El país entre muchas máquinas: cada lote es una tarea de Prefect que corre en un trabajador de Dask.

Lo que viaja es el nombre de las particiones; los datos y la salida están en un lugar que todas las máquinas ven
(una carpeta compartida, o S3). Un lote que se pierde con su trabajador se vuelve a pedir: lo que alcanzó a guardar
ya está completo y no se repite.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect_dask import DaskTaskRunner

from rendicion.pais.anotacion import registro_declarado
from rendicion.pais.corrida import POR_LOTE, PedidoPais, ResultadoPais, correr_pais
from rendicion.pais.lote import ResultadoLote, Tarea, correr_lote

REINTENTOS = 2


@task(name="correr-lote", cache_policy=NO_CACHE, retries=REINTENTOS, retry_delay_seconds=1, task_run_name="{tarea.vigencia}-{tarea.entidades[0]}")
def correr_un_lote(tarea: Tarea) -> ResultadoLote:
    """Corre un lote en el trabajador que le toque."""
    return correr_lote(tarea)


def en_trabajadores(pedidas: Sequence[Tarea]) -> Iterator[ResultadoLote]:
    """Pide todos los lotes a la vez y entrega cada resultado en su orden."""
    futuros = [correr_un_lote.submit(t) for t in pedidas]
    return (f.result() for f in futuros)


def _contar(lote: ResultadoLote, hechos: int, de: int) -> None:
    get_run_logger().info("Lote %s de %s: %s hechas, %s sin cambios, %s por fuera", hechos, de, len(lote.hechas), len(lote.iguales), len(lote.fallas))


@flow(name="rendicion-pais", persist_result=False, validate_parameters=True)
def rendicion_pais(
    datos: str,
    salida: str,
    entidades: list[str] | None = None,
    vigencias: list[int] | None = None,
    por_lote: int = POR_LOTE,
    opciones: dict[str, Any] | None = None,
) -> ResultadoPais:
    """Corre un país con las tareas donde diga el ejecutor del flujo."""
    # Los trabajadores cargan este módulo para correr un lote, y estas puertas no las usan.
    from rendicion.puertas import ahora, azar

    pedido = PedidoPais(datos, salida, tuple(entidades or ()), tuple(vigencias or ()), por_lote, opciones or {})
    with registro_declarado(ahora, azar) as anotar:
        return correr_pais(pedido, en_trabajadores, _contar, anotar)


def correr_en_dask(pedido: PedidoPais, planificador: str) -> ResultadoPais:
    """Corre el pedido en el Dask de esa dirección; sin planificador (`local`), con dos procesos de esta máquina."""
    ajustes: Mapping[str, Any] = {"cluster_kwargs": {"n_workers": 2, "threads_per_worker": 1}} if planificador == "local" else {"address": planificador}
    corrida = rendicion_pais.with_options(task_runner=DaskTaskRunner(**ajustes))  # type: ignore[arg-type]
    resultado: ResultadoPais = corrida(pedido.datos, pedido.salida, list(pedido.entidades), list(pedido.vigencias), pedido.por_lote, dict(pedido.opciones))
    return resultado
