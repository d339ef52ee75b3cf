"""Las maneras de publicar que se comparan; cada una corre en su propio proceso: `python -m benchmarks.portal.formas FORMA URL DIRECTA CONJUNTO CARPETA`.

`URL` pasa por el contador y `DIRECTA` no: por ella solo se pregunta si xloader ya terminó. El token va en el ambiente.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ckanapi import RemoteCKAN
from ckanapi.errors import NotFound

ORGANIZACION = "medicion"
LOTE = 5_000
TABLAS = ("plan", "avances")


def _token() -> str:
    return os.environ["RENDICION_CKAN_TOKEN"]


def nuestro(url: str, _directa: str, conjunto: str, carpeta: Path, *, vista_previa: bool = True) -> str:
    """Publica como `rendicion publicar --ckan`: entera o nada, comprobada byte a byte y fila a fila."""
    from rendicion.portales.ckan import PortalCKAN

    portal = PortalCKAN(url, _token(), {"organizacion": ORGANIZACION, "conjunto": conjunto}, vista_previa=vista_previa)
    return portal.publicar(carpeta, json.loads((carpeta / "manifiesto.json").read_bytes())).detalle


def nuestro_sin_vista(url: str, directa: str, conjunto: str, carpeta: Path) -> str:
    """Publica lo mismo sin vista previa: solo los archivos."""
    return nuestro(url, directa, conjunto, carpeta, vista_previa=False)


def _archivos(portal: RemoteCKAN, conjunto: str, carpeta: Path, formato_csv: str) -> dict[str, str]:
    """Sube cada archivo con `resource_create`, o con `resource_update` si ya estaba; devuelve el recurso de cada ruta."""
    try:
        puestos = {r["name"]: r["id"] for r in portal.action.package_show(id=conjunto)["resources"]}
    except NotFound:
        portal.action.package_create(name=conjunto, title="DATOS SINTÉTICOS", owner_org=ORGANIZACION)
        puestos = {}
    ids = {}
    for archivo in sorted(p for p in carpeta.rglob("*") if p.is_file()):
        ruta = archivo.relative_to(carpeta).as_posix()
        # Con el formato «CSV», xloader cargaría también lo que aquí se carga fila por fila.
        datos = {"name": ruta, "format": formato_csv if ruta.endswith(".csv") else archivo.suffix.lstrip(".")}
        with archivo.open("rb") as flujo:
            if ruta in puestos:
                ids[ruta] = portal.action.resource_update(id=puestos[ruta], upload=flujo, **datos)["id"]
            else:
                ids[ruta] = portal.action.resource_create(package_id=conjunto, upload=flujo, **datos)["id"]
    return ids


def _lotes(carpeta: Path, tabla: str) -> Iterator[list[dict[str, Any]]]:
    import pyarrow.parquet as pq

    for lote in pq.ParquetFile(carpeta / f"datos/{tabla}.parquet").iter_batches(batch_size=LOTE):
        yield [{c: v if v is None or isinstance(v, str | int | bool) else str(v) for c, v in fila.items()} for fila in lote.to_pylist()]


def ckanapi_simple(url: str, _directa: str, conjunto: str, carpeta: Path) -> str:
    """Publica como lo haría un programa corto: `resource_create` por archivo y `datastore_upsert` de todas las filas."""
    from esquemas import PUBLICAS
    from esquemas.ckan import diccionario_ckan

    with RemoteCKAN(url, apikey=_token()) as portal:
        ids = _archivos(portal, conjunto, carpeta, "Texto")
        for tabla in TABLAS:
            recurso = ids[f"datos/{tabla}.csv"]
            portal.action.datastore_create(resource_id=recurso, force=True, fields=diccionario_ckan(PUBLICAS[tabla]), primary_key=list(PUBLICAS[tabla].clave))
            for filas in _lotes(carpeta, tabla):
                portal.action.datastore_upsert(resource_id=recurso, force=True, method="upsert", records=filas)
    return f"{len(ids)} archivos"


def xloader(url: str, directa: str, conjunto: str, carpeta: Path) -> str:
    """Sube los archivos con `resource_create` y espera a que ckanext-xloader llene el DataStore en el servidor."""
    with RemoteCKAN(url, apikey=_token()) as portal, RemoteCKAN(directa, apikey=_token()) as aparte:
        ids = _archivos(portal, conjunto, carpeta, "CSV")
        for tabla in TABLAS:
            while not _cargada(aparte, ids[f"datos/{tabla}.csv"]):
                time.sleep(0.2)
    return f"{len(ids)} archivos"


def _cargada(portal: RemoteCKAN, recurso: str) -> bool:
    with suppress(NotFound):
        estado = portal.action.xloader_status(resource_id=recurso)
        if estado["status"] == "error":
            msg = f"xloader no pudo: {estado}"
            raise SystemExit(msg)
        return bool(estado["status"] == "complete")
    return False


FORMAS = {f.__name__: f for f in (nuestro, nuestro_sin_vista, ckanapi_simple, xloader)}


if __name__ == "__main__":
    forma, una_url, sin_contar, nombre, donde = sys.argv[1:]
    print(json.dumps({"dicho": FORMAS[forma](una_url, sin_contar, nombre, Path(donde))}, ensure_ascii=False))
