"""La vista previa en el DataStore: una comodidad de CKAN que nunca reemplaza a los archivos de la entrega."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from esquemas import PUBLICAS, Tabla
from esquemas.ckan import diccionario_ckan
from rendicion.errores import ErrorPortal
from rendicion.portales.ckan_cliente import ClienteCKAN, NoExiste

LOTE = 20_000
# Estos cargan por su cuenta cada CSV que llega, adivinando tipos: dos cargas a la vez dejarían una mezcla.
CARGADORES = ("xloader", "datapusher", "datapusher_plus")


def se_puede(extensiones: Collection[str]) -> bool:
    """Dice si el portal tiene DataStore y ninguna otra extensión que lo llene sola."""
    return "datastore" in extensiones and not any(c in extensiones for c in CARGADORES)


def completar_vista(cliente: ClienteCKAN, recurso: Mapping[str, Any], parquet: Path, extensiones: Collection[str]) -> bool:
    """Carga la tabla de un recurso si no está entera y crea su vista; devuelve si tuvo que cargarla.

    Si la carga falla, la quita: el recurso de una entrega muestra sus filas, o ninguna.
    """
    tabla = PUBLICAS[str(recurso["tabla"])]
    puestas = _cargadas(cliente, str(recurso["id"]))
    falta = puestas != filas(parquet)
    if falta and puestas is not None:
        _quitar(cliente, str(recurso["id"]))
    if falta:
        _cargar(cliente, str(recurso["id"]), tabla, parquet)
    if "datatables_view" in extensiones:
        asegurar_vista(cliente, str(recurso["id"]), "datatables_view", "Tabla")
    return falta


def filas(parquet: Path) -> int:
    """Cuenta las filas de un Parquet sin leerlo entero."""
    import pyarrow.parquet as pq

    return int(pq.ParquetFile(parquet).metadata.num_rows)


def _cargadas(cliente: ClienteCKAN, recurso_id: str) -> int | None:
    try:
        return int(cliente.leer("datastore_search", resource_id=recurso_id, limit=0)["total"])
    except NoExiste:
        return None


def _cargar(cliente: ClienteCKAN, recurso_id: str, tabla: Tabla, parquet: Path) -> None:
    try:
        _enviar_filas(cliente, recurso_id, tabla, parquet)
    except ErrorPortal:
        with contextlib.suppress(ErrorPortal):
            _quitar(cliente, recurso_id)
        raise


def _enviar_filas(cliente: ClienteCKAN, recurso_id: str, tabla: Tabla, parquet: Path) -> None:
    lotes = registros(tabla, parquet)
    comun = {"resource_id": recurso_id, "force": True}
    campos, clave = diccionario_ckan(tabla), list(tabla.clave)
    cliente.escribir("datastore_create", {**comun, "fields": campos, "primary_key": clave, "records": next(lotes, [])})
    for lote in lotes:
        cliente.escribir("datastore_upsert", {**comun, "method": "insert", "records": lote})
    if _cargadas(cliente, recurso_id) != filas(parquet):
        raise ErrorPortal("La vista previa no tiene las filas de la entrega.", donde=tabla.nombre)


def _quitar(cliente: ClienteCKAN, recurso_id: str) -> None:
    with contextlib.suppress(NoExiste):
        cliente.escribir("datastore_delete", {"resource_id": recurso_id, "force": True})


def registros(tabla: Tabla, parquet: Path) -> Iterator[list[dict[str, Any]]]:
    """Entrega las filas del Parquet en lotes de 20.000, como las recibe el DataStore."""
    import pyarrow.parquet as pq

    for lote in pq.ParquetFile(parquet).iter_batches(batch_size=LOTE, columns=list(tabla.nombres)):
        yield [{campo: celda(valor) for campo, valor in fila.items()} for fila in lote.to_pylist()]


def celda(valor: Any) -> Any:
    """Devuelve un valor como va en JSON: los decimales como texto exacto, las fechas en ISO, lo vacío como null."""
    if isinstance(valor, Decimal):
        return format(valor, "f")
    if isinstance(valor, dt.date):
        return valor.isoformat()
    return valor


def asegurar_vista(cliente: ClienteCKAN, recurso_id: str, tipo: str, titulo: str) -> None:
    """Crea una vista del recurso si no tiene una de ese tipo: `package_revise` no crea ninguna."""
    puestas = cliente.leer("resource_view_list", id=recurso_id)
    if not any(v["view_type"] == tipo for v in puestas):
        cliente.escribir("resource_view_create", {"resource_id": recurso_id, "view_type": tipo, "title": titulo})
