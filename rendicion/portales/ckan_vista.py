"""La vista previa de «la última» en el DataStore: una comodidad de CKAN que nunca reemplaza a los archivos.

Cada tabla que la gente mira tiene una sola vista previa, en su dirección estable, y de una entrega a otra viajan solo
las filas que cambiaron. El DataStore no cambia en la misma transacción que el conjunto; por eso la vista se apaga en
la llamada que publica la entrega y se prende cuando sus filas, leídas de vuelta, son las del Parquet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from esquemas import PUBLICAS, Tabla
from esquemas.ckan import diccionario_ckan
from rendicion.errores import ErrorPortal
from rendicion.portales.ckan_cliente import ClienteCKAN, NoExiste
from rendicion.portales.ckan_filas import Comparacion, contar, lotes_de, puestas_en

LOTE = 5_000
EN_CAMBIO = "en cambio"
# Estos cargan por su cuenta cada CSV cuya dirección cambia: todo como texto, después de publicar, y con su MD5 en `hash`.
CARGADORES = ("xloader", "datapusher", "datapusher_plus")
# Con este `url_type` xloader y datapusher dan por hecho que el recurso ya se llenó, y no lo tocan.
_YA_LLENO = "datapusher"
_TIPOS = {"int": "int4"}


@dataclass(frozen=True)
class Vista:
    """Es la vista previa de una tabla: su recurso estable, su esquema y las filas que debe mostrar."""

    recurso_id: str
    tabla: Tabla
    parquet: Path
    entrega: str


@dataclass(frozen=True)
class Puesta:
    """Es lo que el DataStore dice tener: columnas con su tipo, cuántas filas y de qué entrega son."""

    columnas: tuple[tuple[str, str], ...]
    filas: int
    entrega: str

    def sirve_para(self, tabla: Tabla) -> bool:
        """Dice si las columnas son las de la tabla, en su orden y con su tipo."""
        return self.columnas == tuple((c["id"], _TIPOS.get(c["type"], c["type"])) for c in diccionario_ckan(tabla))


@dataclass(frozen=True)
class Envio:
    """Cuenta lo que viajó: filas enviadas y filas quitadas."""

    enviadas: int
    quitadas: int


def se_puede(extensiones: Collection[str]) -> bool:
    """Dice si el portal tiene DataStore."""
    return "datastore" in extensiones


def cargadores_de(extensiones: Collection[str]) -> list[str]:
    """Devuelve las extensiones del portal que llenan el DataStore por su cuenta."""
    return [c for c in CARGADORES if c in extensiones]


def reservar(enlace: Mapping[str, Any], extensiones: Collection[str]) -> dict[str, Any]:
    """Aparta de los cargadores del portal una dirección estable: si no, mostrarían la entrega vieja mientras cargan la nueva."""
    return {**enlace, "url_type": _YA_LLENO} if enlace.get("tabla") and cargadores_de(extensiones) else dict(enlace)


def vista_de(enlace: Mapping[str, Any], entrega: str, parquets: Mapping[str, Path]) -> Vista | None:
    """Devuelve la vista previa que le toca a un recurso estable, si es de una tabla."""
    nombre = str(enlace.get("tabla", ""))
    if not enlace.get("ultima") or nombre not in parquets:
        return None
    return Vista(str(enlace["id"]), PUBLICAS[nombre], parquets[nombre], entrega)


def lo_puesto(cliente: ClienteCKAN, recurso_id: str) -> Puesta | None:
    """Lee qué tiene el DataStore de un recurso, sin sus filas."""
    try:
        leido = cliente.leer("datastore_search", resource_id=recurso_id, limit=0)
    except NoExiste:
        return None
    campos = [c for c in leido["fields"] if c["id"] != "_id"]
    rotulo = str((campos[0].get("info") or {}).get("entrega", "")) if campos else ""
    return Puesta(tuple((c["id"], c["type"]) for c in campos), int(leido["total"]), rotulo)


def al_dia(puesta: Puesta | None, vista: Vista) -> bool:
    """Dice si la vista ya se comprobó para esta entrega: el rótulo se pone solo después de leer de vuelta."""
    return puesta is not None and puesta.entrega == vista.entrega and puesta.sirve_para(vista.tabla) and puesta.filas == contar(vista.parquet)


def rotular(cliente: ClienteCKAN, recurso_id: str, tabla: Tabla, entrega: str) -> None:
    """Deja dicho en el diccionario de datos de qué entrega son las filas; quien consulta por la API lo recibe con ellas."""
    cliente.escribir("datastore_create", {"resource_id": recurso_id, "force": True, "fields": _campos(tabla, entrega)})


def _campos(tabla: Tabla, entrega: str) -> list[dict[str, Any]]:
    primero, *otros = diccionario_ckan(tabla)
    return [{**primero, "info": {**primero["info"], "entrega": entrega}}, *otros]


def avisar_cambio(cliente: ClienteCKAN, recursos: Collection[Mapping[str, Any]]) -> None:
    """Marca las vistas que van a cambiar, antes de cambiar una sola fila; solo las que están prendidas.

    `datastore_create` prende la vista que toca: aquí ya lo está, y después la apaga la llamada que publica.
    """
    for recurso in (r for r in recursos if r.get("ultima") and r.get("datastore_active") and r.get("tabla") in PUBLICAS):
        tabla, puesta = PUBLICAS[str(recurso["tabla"])], lo_puesto(cliente, str(recurso["id"]))
        if puesta and puesta.sirve_para(tabla) and puesta.entrega != EN_CAMBIO:
            rotular(cliente, str(recurso["id"]), tabla, EN_CAMBIO)


def poner_al_dia(cliente: ClienteCKAN, vista: Vista, sigue: Callable[[], None], apagar: Callable[[], None], paso: Callable[[str], None]) -> Envio:
    """Lleva al DataStore solo las filas que cambiaron y comprueba, leyéndolas, que son las del Parquet.

    `sigue` se llama antes de cada cambio y falla si otra publicación llegó; `apagar` apaga la vista recién creada. Falla
    con ErrorPortal si algo no cuadra, y entonces la vista queda apagada.
    """
    nombre, puesta = vista.tabla.nombre, lo_puesto(cliente, vista.recurso_id)
    if puesta is not None and not (puesta.sirve_para(vista.tabla) and puesta.entrega == EN_CAMBIO):
        # Sin el aviso, quien consulta la API creería que las filas a medio cambiar son de la entrega que dice el rótulo.
        sigue()
        quitar(cliente, vista.recurso_id)
        puesta = None
    de_una_vez = puesta is None and contar(vista.parquet) <= LOTE
    if puesta is None:
        sigue()
        _crear(cliente, vista, con_filas=de_una_vez)
    if puesta is None and not de_una_vez:
        apagar()
    paso(f"vista_{nombre}_lista")
    envio = Envio(contar(vista.parquet), 0) if de_una_vez else _enviar(cliente, vista, sigue, paso, vacia=puesta is None)
    _comprobar(cliente, vista)
    paso(f"vista_{nombre}_comprobada")
    return envio


def _crear(cliente: ClienteCKAN, vista: Vista, *, con_filas: bool) -> None:
    """Crea la tabla, con todas sus filas si caben en un lote: CKAN la prende al crearla, y así nadie la ve a medias."""
    datos = {"resource_id": vista.recurso_id, "force": True, "fields": _campos(vista.tabla, EN_CAMBIO), "primary_key": list(vista.tabla.clave)}
    filas = next(lotes_de(vista.tabla, vista.parquet, LOTE), []) if con_filas else []
    cliente.escribir("datastore_create", {**datos, "records": filas} if filas else datos)


def _enviar(cliente: ClienteCKAN, vista: Vista, sigue: Callable[[], None], paso: Callable[[str], None], *, vacia: bool) -> Envio:
    comun = {"resource_id": vista.recurso_id, "force": True}
    enviadas = quitadas = 0
    with contextlib.closing(Comparacion()) as puestas:
        if not vacia:
            puestas.anotar(puestas_en(cliente, vista.recurso_id, vista.tabla, LOTE), vista.tabla)
        for filas in puestas.cambiadas(vista.tabla, lotes_de(vista.tabla, vista.parquet, LOTE), LOTE):
            sigue()
            cliente.escribir("datastore_upsert", {**comun, "method": "insert" if vacia else "upsert", "records": filas})
            enviadas += len(filas)
            paso(f"vista_{vista.tabla.nombre}_lote")
        for lugares in puestas.sobrantes(LOTE):
            sigue()
            cliente.escribir("datastore_delete", {**comun, "filters": {"_id": lugares}})
            quitadas += len(lugares)
            paso(f"vista_{vista.tabla.nombre}_quitadas")
    return Envio(enviadas, quitadas)


def _comprobar(cliente: ClienteCKAN, vista: Vista) -> None:
    """Lee de vuelta todas las filas: ni una de más, ni una de menos, ni una distinta."""
    with contextlib.closing(Comparacion()) as puestas:
        leidas = puestas.anotar(puestas_en(cliente, vista.recurso_id, vista.tabla, LOTE), vista.tabla)
        distintas = sum(len(f) for f in puestas.cambiadas(vista.tabla, lotes_de(vista.tabla, vista.parquet, LOTE), LOTE))
    if distintas or leidas != contar(vista.parquet):
        que = "La vista previa no tiene las filas de la entrega y queda apagada."
        raise ErrorPortal(que, donde=vista.tabla.nombre, hacer="publique de nuevo: se envía lo que falte")


def quitar(cliente: ClienteCKAN, recurso_id: str) -> None:
    """Borra la tabla de un recurso en el DataStore, si la hay."""
    with contextlib.suppress(NoExiste):
        cliente.escribir("datastore_delete", {"resource_id": recurso_id, "force": True})


def asegurar_vista(cliente: ClienteCKAN, recurso_id: str, tipo: str, titulo: str) -> None:
    """Crea una vista del recurso si no tiene una de ese tipo: `package_revise` no crea ninguna."""
    puestas = cliente.leer("resource_view_list", id=recurso_id)
    if not any(v["view_type"] == tipo for v in puestas):
        cliente.escribir("resource_view_create", {"resource_id": recurso_id, "view_type": tipo, "title": titulo})
