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
from rendicion.corrida import Pedido, Resultado, correr
from rendicion.puertas import puertas_reales

T = TypeVar("T")
Avisar = Callable[[str, Mapping[str, Any]], None]


def como_tarea(nombre: str, verbo: Callable[..., T], *args: Any) -> T:
    """Ejecuta un verbo como tarea de Prefect; sin caché, porque el almacén ya sabe qué cambió."""
    # Un objeto que Prefect no puede recorrer (una tabla, una base) se le pasa ya atado al verbo.
    tarea = task(name=nombre, cache_policy=NO_CACHE, persist_result=False)(lambda: verbo(*args))
    resultado: T = tarea()
    return resultado


def _avisar_al_registro(evento: str, datos: Mapping[str, Any]) -> None:
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
) -> dict[str, Any]:
    """Corre la rendición de cuentas de una entidad; falla si la corrida necesita a una persona."""
    resultado = _correr(entidad, vigencia, corte, salida, fuentes, _avisar_al_registro)
    if resultado.estado == "detenida":
        raise RuntimeError("No se publicó: " + " ".join(resultado.motivos_detencion))
    return {"estado": resultado.estado, "entrega": resultado.entrega, "manifiesto_sha256": resultado.manifiesto_sha256}


@flow(name="rendicion-de-cuentas", persist_result=False, validate_parameters=True)
def _desde_la_linea(entidad: str | None, vigencia: int | None, corte: date | None, salida: str, fuentes: str | None) -> str:
    resultado = _correr(entidad, vigencia, corte, salida, fuentes, _avisar_al_registro)
    _ULTIMO["resultado"] = resultado
    return resultado.estado


_ULTIMO: dict[str, Resultado] = {}


def _correr(entidad: str | None, vigencia: int | None, corte: date | None, salida: str | None, fuentes: str | None, avisar: Avisar) -> Resultado:
    datos = carpeta_de_datos()
    pedido = Pedido(datos, Path(salida) if salida else datos / "salida", entidad, vigencia, corte, Path(fuentes) if fuentes else None)
    return correr(pedido, puertas_reales(avisar), como_tarea)


def correr_en_prefect(pedido: Pedido, avisar: Avisar) -> Resultado:
    """Corre el pedido como flujo en el servidor de Prefect que esté configurado."""
    del avisar
    _desde_la_linea(pedido.entidad, pedido.vigencia, pedido.corte, str(pedido.salida), str(pedido.fuentes) if pedido.fuentes else None)
    return _ULTIMO.pop("resultado")
