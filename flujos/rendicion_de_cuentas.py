"""El flujo de Prefect: la misma corrida, con cada verbo como una tarea que se ve en su pantalla."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE

from rendicion.almacen.referencia import carpeta_de_datos
from rendicion.contexto import Pedido
from rendicion.corrida import Resultado, correr
from rendicion.puertas import puertas_reales

T = TypeVar("T")


class CorridaDetenida(RuntimeError):  # noqa: N818 -- el nombre ya dice qué pasó
    """Hace que el flujo falle cuando no se publicó y hace falta una persona; lleva el resultado."""

    def __init__(self, resultado: Resultado) -> None:
        super().__init__("No se publicó: " + " ".join(resultado.motivos_detencion))
        self.resultado = resultado


def como_tarea(nombre: str, verbo: Callable[..., T], *args: Any) -> T:
    """Ejecuta un verbo como tarea de Prefect; sin caché, porque el almacén ya sabe qué cambió.

    Los argumentos van atados al verbo: Prefect no debe recorrer ni copiar las tablas.
    """
    tarea = task(name=nombre, cache_policy=NO_CACHE, persist_result=False)(lambda: verbo(*args))
    resultado: T = tarea()
    return resultado


def _avisar(evento: str, datos: Mapping[str, Any]) -> None:
    registro = get_run_logger()
    if evento == "sin_dato":
        registro.warning("Fuente %s: sin dato. %s", datos["fuente"], datos["error"])
    elif evento == "fuente":
        registro.info("Fuente %s: %s registros leídos, %s no se entienden", datos["fuente"], datos["recibidos"], datos["con_falta"])


@flow(name="rendicion-de-cuentas", persist_result=False, validate_parameters=True)
def rendicion_de_cuentas(
    entidad: str | None = None,
    vigencia: int | None = None,
    corte: date | None = None,
    salida: str | None = None,
    fuentes: str | None = None,
) -> Resultado:
    """Corre la rendición de cuentas de una entidad; falla si no se publicó y hace falta una persona."""
    datos = carpeta_de_datos()
    pedido = Pedido(datos, Path(salida) if salida else datos / "salida", entidad, vigencia, corte, Path(fuentes) if fuentes else None)
    resultado = correr(pedido, puertas_reales(_avisar), como_tarea)
    if resultado.estado == "detenida":
        raise CorridaDetenida(resultado)
    return resultado


def correr_en_prefect(pedido: Pedido) -> Resultado:
    """Corre el pedido como flujo en el servidor de Prefect que esté configurado."""
    lugar = str(pedido.fuentes) if pedido.fuentes else None
    try:
        return rendicion_de_cuentas(pedido.entidad, pedido.vigencia, pedido.corte, str(pedido.salida), lugar)
    except CorridaDetenida as detenida:
        return detenida.resultado
