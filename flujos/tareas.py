"""Cómo se ve cada verbo en Prefect: una tarea por verbo y fuente, con su nombre, sus etiquetas y sus reintentos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task
from pydantic import Field

from rendicion.errores import ErrorFuente
from rendicion.fuente import Fuente

T = TypeVar("T")

ETIQUETA = "rendicion"
DE_FUENTE = frozenset({"extraer", "conservar", "interpretar", "normalizar"})
REINTENTOS = 2
ESPERAS = (30, 120)

Codigo = Annotated[str, Field(pattern=r"^(\d{2}|\d{5}|.+\.toml)$", description="Código DIVIPOLA de la entidad, o la ruta de su archivo TOML.")]
Anio = Annotated[int, Field(ge=1991, le=2100, description="Año del plan. Sin decirlo, el más reciente declarado.")]
Carpeta = Annotated[str, Field(min_length=1, description="Carpeta donde queda todo. Sin decirla, la de RENDICION_SALIDA o datos/salida.")]
# Sin «@»: una dirección con usuario y contraseña quedaría guardada como parámetro.
Direccion = Annotated[str, Field(pattern=r"^https?://[^@\s]+$", description="Dirección del portal CKAN; el token nunca va aquí.")]


def como_tarea(nombre: str, verbo: Callable[..., T], *args: Any) -> T:
    """Ejecuta un verbo como tarea de Prefect; sin caché, porque el almacén ya sabe qué cambió.

    Los argumentos van atados al verbo: Prefect no debe recorrer ni copiar las tablas.
    """
    resultado: T = tarea_de(nombre, verbo, *args)()
    return resultado


def tarea_de(nombre: str, verbo: Callable[..., T], *args: Any) -> Task[[], T]:
    """Arma la tarea de un verbo: «extraer noticias» es el verbo extraer, con la etiqueta de su fuente.

    Solo se reintenta extraer de una fuente remota: leer dos veces no daña nada, y es lo único que falla de paso.
    """
    primera, _, fuente = nombre.partition(" ")
    es_de_fuente = primera in DE_FUENTE and bool(fuente)
    return task(
        name=primera if es_de_fuente else nombre,
        task_run_name=nombre,
        tags=[primera, f"fuente:{fuente}"] if es_de_fuente else [],
        retries=REINTENTOS if primera == "extraer" and _es_remota(args) else 0,
        retry_delay_seconds=list(ESPERAS),
        retry_condition_fn=_puede_pasar,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(lambda: verbo(*args))


def _es_remota(args: tuple[Any, ...]) -> bool:
    fuente = next((a for a in args if isinstance(a, Fuente)), None)
    return fuente is not None and (fuente.tipo == "sql" or fuente.lugar.startswith(("http://", "https://")))


def _puede_pasar(_tarea: Task[..., Any], _corrida: TaskRun, estado: State[Any]) -> bool:
    """Reintenta solo si la fuente no dio datos; un error del programa no se arregla esperando."""
    return isinstance(estado.result(raise_on_failure=False), ErrorFuente)
