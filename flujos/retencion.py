"""El flujo de retención: retira del disco las capturas viejas que ninguna entrega necesita."""

from __future__ import annotations

from typing import Annotated

from prefect import flow, get_run_logger
from pydantic import Field

from flujos.rendicion_de_cuentas import pedido_de
from flujos.tareas import Carpeta, como_tarea
from rendicion.almacen.salida import Salida
from rendicion.operacion.retencion import DIAS, retener
from rendicion.puertas import ahora

Dias = Annotated[int, Field(ge=1, le=36500, description="Días que se guarda una captura que ninguna entrega cita.")]


@flow(name="retencion", persist_result=False, validate_parameters=True)
def retencion(salida: Carpeta | None = None, dias: Dias = DIAS, simular: bool = False) -> int:
    """Retira las capturas viejas que ninguna entrega cita; devuelve cuántas. Las entregas se guardan siempre.

    Args:
        salida: Carpeta de la salida.
        dias: Días que se guarda una captura que ninguna entrega cita.
        simular: Solo dice qué se retiraría.
    """
    almacen = Salida(pedido_de(None, None, None, salida).salida)
    limpieza = como_tarea("retener", lambda: retener(almacen, ahora(), dias, simular=simular))
    get_run_logger().info("Capturas retiradas: %s (%s bytes). Conservadas: %s", len(limpieza.retiradas), limpieza.bytes, limpieza.conservadas)
    return len(limpieza.retiradas)
