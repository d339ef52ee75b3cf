"""Una publicación consistente en CKAN: o se ve la entrega nueva entera, o sigue la anterior.

CKAN guarda los archivos antes de confirmar la base de datos. Por eso cada entrega llega en recursos nuevos, en una
sola llamada a `package_revise` que exige la versión leída, y nunca se reemplaza un recurso.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from rendicion.errores import ErrorPortal
from rendicion.portales import ckan_metadatos as meta
from rendicion.portales.ckan_cliente import Archivo as Subida
from rendicion.portales.ckan_cliente import ClienteCKAN, Dudoso, NoExiste, Rechazo, SinPermiso
from rendicion.portales.ckan_entrega import Entrega

SIN_ENTREGAS = "sin-entregas"
# Flask no recibe más de 500.000 bytes de campos de formulario; lo que falta hasta ahí es de los encabezados.
TOPE_FORMULARIO = 400_000
_LECTURAS_TRAS_LA_DUDA = 5


@dataclass(frozen=True)
class EnPortal:
    """Es lo que el portal dice tener en el conjunto, leído de una vez."""

    id: str
    nombre: str
    version: str
    privado: bool
    recursos: tuple[Mapping[str, Any], ...]
    extras: tuple[Mapping[str, str], ...] = ()
    grupos: tuple[str, ...] = ()

    def manifiesto_de(self, entrega: str) -> str | None:
        """Devuelve la huella del manifiesto con que se publicó una entrega, si está."""
        return next((str(r["hash"]) for r in self.recursos if r.get("entrega") == entrega and r.get("ruta") == "manifiesto.json"), None)

    @property
    def numero(self) -> int:
        """Devuelve el número en la cadena de la entrega vigente; 0 si no hay ninguna."""
        return max((int(r.get("numero", 0)) for r in self.recursos if r.get("entrega") == self.version), default=0)


def leer_conjunto(cliente: ClienteCKAN, nombre: str, *, anonimo: bool = False) -> EnPortal:
    """Lee el conjunto del portal; falla con NoExiste si no está."""
    leido = cliente.leer("package_show", anonimo=anonimo, id=nombre)
    return EnPortal(
        id=leido["id"],
        nombre=leido["name"],
        version=str(leido.get("version") or ""),
        privado=bool(leido["private"]),
        recursos=tuple(leido["resources"]),
        extras=tuple(leido.get("extras", ())),
        grupos=tuple(g["name"] for g in leido.get("groups", ())),
    )


def ya_esta(en_portal: EnPortal, entrega: Entrega) -> bool:
    """Dice si la entrega es la vigente del portal; falla si allí hay otra con el mismo número y otro contenido."""
    if en_portal.version != entrega.id:
        return False
    if en_portal.manifiesto_de(entrega.id) != entrega.huella:
        que = f"El portal ya tiene una entrega {entrega.id} con otro contenido."
        raise ErrorPortal(que, donde=en_portal.nombre, hacer="arme la entrega sobre la que está publicada, con el número siguiente")
    return True


def no_retroceder(en_portal: EnPortal, entrega: Entrega) -> None:
    """Falla si la entrega vigente del portal es más nueva que la que se quiere publicar."""
    if en_portal.numero >= entrega.numero:
        que = f"El portal ya tiene la entrega {en_portal.version}, que no es anterior a {entrega.id}; no se publicó nada."
        raise ErrorPortal(que, donde=en_portal.nombre, hacer="arme una entrega nueva sobre la que está publicada")


def asegurar_conjunto(cliente: ClienteCKAN, nombre: str, organizacion: str, metadatos: Mapping[str, Any]) -> EnPortal:
    """Devuelve el conjunto; si no existe lo crea privado y sin archivos, para que nadie vea una entrega a medias.

    Lleva desde el principio todos sus metadatos: un portal con ckanext-scheming puede exigir la descripción u otros campos.
    """
    try:
        return leer_conjunto(cliente, nombre)
    except NoExiste:
        pass
    try:
        propios = {"name": nombre, "owner_org": organizacion, "private": True, "version": SIN_ENTREGAS}
        cliente.escribir("package_create", {**metadatos, **propios})
    except SinPermiso:
        que = f"El token no puede crear conjuntos en la organización «{organizacion}»."
        raise ErrorPortal(que, hacer="pida a quien administra el portal el papel de editor en esa organización") from None
    except (Rechazo, Dudoso) as fallo:
        return _leer_o(cliente, nombre, fallo)
    return leer_conjunto(cliente, nombre)


def _leer_o(cliente: ClienteCKAN, nombre: str, fallo: ErrorPortal) -> EnPortal:
    """Lee el conjunto que otra ejecución, o nuestra petición sin respuesta, pudo crear; si no está, vale el fallo."""
    try:
        return leer_conjunto(cliente, nombre)
    except NoExiste:
        raise fallo from None


def formulario(
    en_portal: EnPortal, entrega: Entrega, datos: Mapping[str, Any], nuevos: Sequence[Mapping[str, Any]], enlaces: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Devuelve los campos de la única llamada a `package_revise`.

    Los enlaces que ya existen se actualizan; los demás recursos se agregan al final, los archivos de último: así
    `update__resources__-N__upload` cuenta desde el final y señala el suyo.
    """
    puestos = {r["id"] for r in en_portal.recursos}
    agregados = [*(e for e in enlaces if e["id"] not in puestos), *_que_quepan(nuevos)]
    campos = {
        "match__id": en_portal.id,
        "match__version": en_portal.version,
        "filter": ["-extras", "-tags", "-groups"],
        "update": dict(datos),
        "update__version": entrega.id,
        "update__resources__extend": agregados,
        **{f"update__resources__{e['id']}": {k: v for k, v in e.items() if k != "id"} for e in enlaces if e["id"] in puestos},
    }
    return {clave: json.dumps(valor, ensure_ascii=False) for clave, valor in campos.items()}


def _que_quepan(nuevos: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Quita el esquema de los recursos si no caben en el formulario: está entero en datapackage.json."""
    if len(json.dumps(list(nuevos), ensure_ascii=False).encode()) <= TOPE_FORMULARIO:
        return list(nuevos)
    return [{k: v for k, v in r.items() if k != "schema"} for r in nuevos]


def comprometer(cliente: ClienteCKAN, en_portal: EnPortal, entrega: Entrega, campos: Mapping[str, str], nuevos: Sequence[Mapping[str, Any]]) -> bool:
    """Envía la entrega entera en una llamada; devuelve si la publicó esta ejecución (si no, lo hizo otra igual).

    Tras cualquier fallo se lee la versión del portal antes de decidir: nunca se repite el envío a ciegas.
    """
    try:
        with ExitStack() as abiertos:
            cliente.escribir("package_revise", campos, _subidas(entrega, nuevos, abiertos))
    except (Rechazo, Dudoso) as fallo:
        return _decidir(cliente, en_portal, entrega, fallo)
    return True


def _subidas(entrega: Entrega, nuevos: Sequence[Mapping[str, Any]], abiertos: ExitStack) -> list[Subida]:
    subidas: list[Subida] = []
    for lugar, recurso in enumerate(nuevos):
        archivo = abiertos.enter_context(entrega.archivos[recurso["ruta"]].ruta.open("rb"))
        nombre = meta.nombre_archivo(entrega.id, recurso["ruta"])
        subidas.append((f"update__resources__-{len(nuevos) - lugar}__upload", (nombre, archivo, recurso["mimetype"])))
    return subidas


def _decidir(cliente: ClienteCKAN, antes: EnPortal, entrega: Entrega, fallo: Rechazo | Dudoso) -> bool:
    ahora = _releer(cliente, antes, fallo)
    if ya_esta(ahora, entrega):
        return isinstance(fallo, Dudoso)
    if ahora.version != antes.version:
        que = f"Otra publicación ganó: el portal tiene ahora la entrega {ahora.version}; {entrega.id} no se publicó."
        raise ErrorPortal(que, donde=antes.nombre, hacer="arme la entrega de nuevo sobre la que quedó publicada")
    raise _explicado(antes, fallo) from None


def _releer(cliente: ClienteCKAN, antes: EnPortal, fallo: Rechazo | Dudoso) -> EnPortal:
    """Lee de vuelta; tras una duda, varias veces: el portal puede confirmar después de cortarse la respuesta."""
    ahora = leer_conjunto(cliente, antes.id)
    for _ in range(_LECTURAS_TRAS_LA_DUDA if isinstance(fallo, Dudoso) else 0):
        if ahora.version != antes.version:
            break
        cliente.dormir(cliente.politica.espera)
        ahora = leer_conjunto(cliente, antes.id)
    return ahora


def _explicado(antes: EnPortal, fallo: Rechazo | Dudoso) -> ErrorPortal:
    sigue = f"El portal sigue con la versión {antes.version}."
    if isinstance(fallo, SinPermiso):
        que = f"El token no tiene permiso para publicar en este conjunto. {sigue}"
        return ErrorPortal(que, donde=antes.nombre, hacer="use el token de una persona con papel de editor en la organización")
    if isinstance(fallo, Rechazo) and "upload" in fallo.campos:
        que = f"Un archivo pasa del tamaño que recibe el portal; no se publicó nada. {sigue}"
        return ErrorPortal(que, donde=antes.nombre, hacer="pida a quien administra el portal subir el límite (ckan.max_resource_size)")
    if isinstance(fallo, Dudoso):
        que = f"{fallo.que} No hay señal de que la entrega llegara. {sigue}"
        return ErrorPortal(que, donde=antes.nombre, hacer="publique de nuevo: si llegó tarde, el portal dirá que no hay cambios")
    return ErrorPortal(f"{fallo.que} No se publicó nada. {sigue}", donde=antes.nombre, hacer=fallo.hacer)


def leer_de_vuelta(cliente: ClienteCKAN, en_portal: EnPortal, nuevos: Sequence[Mapping[str, Any]], entrega: Entrega) -> None:
    """Descarga cada archivo como cualquier persona (con el token mientras es privado) y compara su huella.

    CKAN acepta cualquier `hash` que se le diga: solo los bytes prueban algo.
    """
    retirados = {r["id"] for r in en_portal.recursos if r.get("retirado")}
    malos = [r["ruta"] for r in nuevos if r["id"] not in retirados and not _bytes_iguales(cliente, en_portal, r, entrega)]
    if malos:
        que = f"El portal no devuelve los mismos bytes de la entrega {entrega.id}: {', '.join(malos)}."
        raise ErrorPortal(que, donde=en_portal.nombre, hacer="avise a quien administra el portal; no dé por publicada la entrega")


def _bytes_iguales(cliente: ClienteCKAN, en_portal: EnPortal, recurso: Mapping[str, Any], entrega: Entrega) -> bool:
    archivo = meta.nombre_archivo(entrega.id, recurso["ruta"])
    try:
        suma, _ = cliente.descargar(meta.direccion_descarga("", en_portal.id, recurso["id"], archivo), anonimo=not en_portal.privado)
    except NoExiste:
        return False
    return bool(suma == recurso["hash"])


def huellas_cambiadas(en_portal: EnPortal, esperados: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Devuelve, por recurso, la huella que el portal debería decir: los cargadores del DataStore escriben su MD5 en `hash`."""
    dichas = {r["id"]: r.get("hash") for r in en_portal.recursos if not r.get("retirado")}
    return {str(e["id"]): str(e["hash"]) for e in esperados if e["id"] in dichas and dichas[e["id"]] != e["hash"]}


def cambiar(cliente: ClienteCKAN, en_portal: EnPortal, cambios: Mapping[str, Any]) -> None:
    """Hace unos cambios del conjunto en una llamada que exige la versión leída."""
    campos = {"match__id": en_portal.id, "match__version": en_portal.version, **cambios}
    cliente.escribir("package_revise", {clave: json.dumps(valor, ensure_ascii=False) for clave, valor in campos.items()})


def sin_bytes(direccion: str) -> dict[str, Any]:
    """Devuelve el cambio que borra del disco del portal los bytes de un recurso, que pasa a llevar a `direccion`.

    También pierde su formato: si no, un cargador del DataStore tomaría por tabla la página a la que lleva.
    """
    return {"clear_upload": True, "url": direccion, "format": "Retirado"}


def corregir_huellas(cliente: ClienteCKAN, en_portal: EnPortal, huellas: Mapping[str, str]) -> None:
    """Vuelve a decir la huella de unos archivos ya comprobados."""
    cambiar(cliente, en_portal, {f"update__resources__{i}": {"hash": huella} for i, huella in huellas.items()})


def hacer_publico(cliente: ClienteCKAN, en_portal: EnPortal) -> None:
    """Hace público el conjunto, si sigue en la versión que se leyó y comprobó."""
    try:
        cambiar(cliente, en_portal, {"update__private": False})
    except (Rechazo, Dudoso) as fallo:
        ahora = leer_conjunto(cliente, en_portal.id)
        if ahora.privado:
            raise ErrorPortal(
                f"{fallo.que} La entrega {ahora.version} está en el portal, todavía privada.", donde=en_portal.nombre, hacer="publique de nuevo para terminar"
            ) from None


def prender(cliente: ClienteCKAN, en_portal: EnPortal, ids: Sequence[str], *, si: bool) -> None:
    """Prende o apaga vistas previas, si el conjunto sigue en la versión de la que son sus filas."""
    cambiar(cliente, en_portal, {f"update__resources__{i}": {"datastore_active": si} for i in ids})


def exigir_version(cliente: ClienteCKAN, en_portal: EnPortal) -> None:
    """Falla si el portal ya no está en la versión leída: otra publicación llegó."""
    version = leer_conjunto(cliente, en_portal.id).version
    if version != en_portal.version:
        raise ErrorPortal(f"Llegó otra publicación ({version}): la vista previa es de ella.", donde=en_portal.nombre)


def podar(cliente: ClienteCKAN, en_portal: EnPortal, ids: Sequence[str], base: str, paso: Callable[[str], None]) -> None:
    """Quita las entregas viejas: primero sus bytes del disco del portal y después sus recursos."""
    vacio = sin_bytes(f"{base}/dataset/{en_portal.nombre}")
    cambiar(cliente, en_portal, {f"update__resources__{i}": vacio for i in ids})
    paso("bytes_podados")
    cambiar(cliente, en_portal, {"filter": [f"-resources__{i}" for i in ids]})
