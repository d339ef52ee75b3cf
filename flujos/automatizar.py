"""Aplica `automatizaciones.toml` a un servidor de Prefect: crea las que falten y actualiza las que hayan cambiado."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, DoNothing, SendNotification
from prefect.events.schemas.automations import AutomationCore

from rendicion.almacen.archivos import leer_toml

ARCHIVO = Path(__file__).with_name("automatizaciones.toml")


def automatizar(archivo: Path = ARCHIVO) -> list[str]:
    """Aplica el archivo al servidor configurado y devuelve qué se hizo con cada regla."""
    declarado = leer_toml(archivo)
    with get_client(sync_client=True) as cliente:
        bloque = _bloque(cliente, declarado["bloque"])
        return [_aplicar(cliente, regla, bloque) for regla in declarado["automatizaciones"]]


def _aplicar(cliente: SyncPrefectClient, declarada: dict[str, Any], bloque: Any) -> str:
    regla = {c: v for c, v in declarada.items() if c not in {"subject", "body", "estado", "mensaje"}}
    accion = _accion(declarada, bloque)
    deseada = AutomationCore(**regla, enabled=True, actions=[accion])
    anterior = next(iter(cliente.read_automations_by_name(deseada.name)), None)
    if anterior is None:
        hecho = "creada"
        cliente.create_automation(deseada)
    elif AutomationCore.model_validate(anterior.model_dump()) == deseada:
        # Actualizar una regla borra lo que venía contando: si al volver la luz se tocara la que espera señales de una corrida
        # que murió, la olvidaría.
        hecho = "sin cambios"
    else:
        hecho = "actualizada"
        cliente.update_automation(anterior.id, deseada)
    return f"{deseada.name}: {hecho}" + (", sin a quién avisar" if isinstance(accion, DoNothing) else "")


def _accion(declarada: dict[str, Any], bloque: Any) -> ChangeFlowRunState | SendNotification | DoNothing:
    """Da lo que hace una regla: cambiar el estado de la corrida, si declara `estado`; si no, avisar por el bloque."""
    if "estado" in declarada:
        return ChangeFlowRunState(name=None, state=StateType(declarada["estado"]), message=declarada["mensaje"], force=False)
    return SendNotification(block_document_id=bloque, subject=declarada["subject"], body=declarada["body"]) if bloque else DoNothing()


def _bloque(cliente: SyncPrefectClient, nombre: str) -> Any:
    """Encuentra el documento del bloque por su nombre, sea del tipo que sea; sin leer sus secretos."""
    pedido = {"block_documents": {"name": {"any_": [nombre]}}}
    # El cliente no ofrece buscar un bloque por su nombre sin saber de qué tipo es.
    hallados = cliente._client.post("/block_documents/filter", json=pedido).raise_for_status().json()  # noqa: SLF001 -- igual
    return hallados[0]["id"] if hallados else None


if __name__ == "__main__":
    for linea in automatizar():
        print(linea)
