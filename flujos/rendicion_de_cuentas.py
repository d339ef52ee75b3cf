"""El flujo de Prefect: la misma corrida, con cada verbo como una tarea que se ve en su pantalla."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.events import emit_event

from flujos.artefactos import enlazar_portal, mostrar
from flujos.secretos import secretos_a_mano
from flujos.tareas import Anio, Carpeta, Codigo, Direccion, como_tarea
from rendicion.almacen.referencia import carpeta_de_datos, carpeta_de_salida
from rendicion.contexto import Pedido
from rendicion.corrida import Resultado, correr
from rendicion.puertas import publicar_ultima, puertas_reales

VARIABLE_CKAN = "RENDICION_CKAN_URL"


class CorridaDetenida(RuntimeError):  # noqa: N818 -- el nombre ya dice qué pasó
    """Hace que el flujo falle cuando no se publicó y hace falta una persona; lleva el resultado."""

    def __init__(self, resultado: Resultado) -> None:
        super().__init__("No se publicó: " + " ".join(resultado.motivos_detencion))
        self.resultado = resultado


def _avisar(evento: str, datos: Mapping[str, Any]) -> None:
    registro = get_run_logger()
    if evento == "sin_dato":
        registro.warning("Fuente %s: sin dato. %s", datos["fuente"], datos["error"])
    elif evento == "fuente":
        registro.info("Fuente %s: %s registros leídos, %s no se entienden", datos["fuente"], datos["recibidos"], datos["con_falta"])


def _avisar_sin_dato(resultado: Resultado) -> None:
    """Emite un evento por cada fuente que no dio datos: la corrida termina bien sin ella, y así una persona se entera."""
    for fuente, motivo in resultado.fuentes_sin_dato.items():
        recurso = {"prefect.resource.id": f"rendicion.fuente.{resultado.entidad}.{fuente}", "prefect.resource.name": fuente}
        emit_event("rendicion.fuente.sin-dato", recurso, payload={"motivo": motivo, "entrega": resultado.entrega})


def pedido_de(entidad: str | None, vigencia: int | None, corte: date | None, salida: str | None, fuentes: str | None = None) -> Pedido:
    """Reúne los parámetros de un flujo en un pedido."""
    datos = carpeta_de_datos()
    lugar = carpeta_de_salida(datos, Path(salida) if salida else None)
    return Pedido(datos, lugar, entidad, vigencia, corte, Path(fuentes) if fuentes else None)


@flow(name="rendicion-de-cuentas", persist_result=False, validate_parameters=True)
def rendicion_de_cuentas(
    entidad: Codigo | None = None,
    vigencia: Anio | None = None,
    corte: date | None = None,
    salida: Carpeta | None = None,
    fuentes: Carpeta | None = None,
    ckan: Direccion | None = None,
) -> Resultado:
    """Corre la rendición de cuentas de una entidad; falla si no se publicó y hace falta una persona.

    Args:
        entidad: Código DIVIPOLA de la entidad, o la ruta de su archivo TOML. Sin decirla, la predeterminada.
        vigencia: Año del plan. Sin decirlo, el más reciente declarado.
        corte: Fecha de corte. Sin decirla, la última de la vigencia.
        salida: Carpeta donde queda todo lo que escribe la corrida.
        fuentes: Carpeta con las declaraciones de las fuentes, o un solo TOML.
        ckan: Dirección de un portal CKAN donde también se publica. Sin decirla, la de RENDICION_CKAN_URL, si está.
    """
    registro = get_run_logger()
    pedido = pedido_de(entidad, vigencia, corte, salida, fuentes)
    resultado = correr(pedido, puertas_reales(_avisar), como_tarea)
    registro.info("Entidad %s, vigencia %s, corte %s: %s. Entrega: %s", resultado.entidad, resultado.vigencia, resultado.corte, resultado.estado, resultado.entrega or "ninguna")
    mostrar(resultado)
    _avisar_sin_dato(resultado)
    if resultado.estado == "detenida":
        raise CorridaDetenida(resultado)
    portal = ckan or os.environ.get(VARIABLE_CKAN)
    if portal:
        with secretos_a_mano():
            # Al portal va la última de la cadena: publicar una anterior después de una nueva lo haría retroceder.
            publicacion = como_tarea("publicar en CKAN", publicar_ultima, replace(pedido, corte=None), portal)
        registro.info("Portal %s: %s", publicacion.direccion, publicacion.estado)
        enlazar_portal(resultado, publicacion)
    return resultado


def correr_en_prefect(pedido: Pedido) -> Resultado:
    """Corre el pedido como flujo en el servidor de Prefect que esté configurado."""
    lugar = str(pedido.fuentes) if pedido.fuentes else None
    try:
        return rendicion_de_cuentas(pedido.entidad, pedido.vigencia, pedido.corte, str(pedido.salida), lugar)
    except CorridaDetenida as detenida:
        return detenida.resultado
