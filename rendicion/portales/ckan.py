"""Publica entregas en un portal CKAN 2.10 a 2.12."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rendicion.errores import ErrorPortal, ErrorUso
from rendicion.portales import ckan_metadatos as meta
from rendicion.portales import ckan_protocolo as protocolo
from rendicion.portales import ckan_vista as vista
from rendicion.portales.base import Publicacion
from rendicion.portales.ckan_cliente import ClienteCKAN, Dudoso, NoExiste, Politica, Rechazo, SinPermiso
from rendicion.portales.ckan_entrega import Entrega, leer_entrega
from rendicion.portales.ckan_esquema import Esquema, leer_esquema
from rendicion.portales.ckan_ficha import Ficha
from rendicion.portales.ckan_protocolo import EnPortal
from rendicion.portales.ckan_revision import Revision, organizaciones_propias, revisar_portal
from rendicion.portales.ckan_ultima import Vistas

CONSERVAR = 5
_REDIRECCIONES = range(300, 400)
_SIN_BYTES = (403, 404)


@dataclass(frozen=True)
class Publicado:
    """Dice de qué entrega y qué archivo es un recurso del portal."""

    entrega: str
    ruta: str
    sha256: str


class PortalCKAN:
    """Publica en un conjunto de datos de CKAN por entidad y vigencia.

    `ficha` es lo que la entidad declara del portal (véase Ficha); `conservar`, cuántas entregas quedan además de las de
    los cortes oficiales; `al_avanzar` recibe el nombre de cada paso cumplido.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        ficha: Ficha | Mapping[str, Any],
        *,
        conservar: int = CONSERVAR,
        vista_previa: bool = True,
        politica: Politica | None = None,
        dormir: Callable[[float], None] = time.sleep,
        al_avanzar: Callable[[str], None] | None = None,
    ) -> None:
        self._ficha = ficha if isinstance(ficha, Ficha) else Ficha.desde(ficha)
        self._cliente = ClienteCKAN(url, token, politica=politica, dormir=dormir)
        if conservar < 1:
            raise ErrorUso("Hay que conservar al menos una entrega en el portal.", hacer="use conservar = 1 o más")
        self._conservar, self._vista_previa = conservar, vista_previa
        self._paso = al_avanzar or (lambda _: None)

    def __repr__(self) -> str:
        return f"PortalCKAN({self._cliente.url!r})"

    def revisar(self) -> Revision:
        """Dice qué tiene el portal y qué va a funcionar; no escribe nada."""
        return revisar_portal(self._cliente, self._ficha.organizacion)

    def publicar(self, carpeta: Path, manifiesto: Mapping[str, Any]) -> Publicacion:
        """Publica una entrega armada: en el portal queda entera y comprobada, o sigue la anterior.

        Si el portal ya la tiene no se envía ningún archivo. Falla con ErrorUso si la entrega o la ficha no sirven y con
        ErrorPortal si el portal no la recibió, otra publicación ganó o los bytes que devuelve no son los mismos.
        """
        if not self._cliente.con_token:
            raise ErrorUso("Falta el token del portal.", hacer="póngalo en la variable de entorno que dice la documentación")
        entrega = leer_entrega(carpeta, manifiesto)
        self._paso("entrega_comprobada")
        revision = self._revision()
        esquema = leer_esquema(self._cliente, revision.extensiones)
        antes = self._preparar(entrega, revision, esquema)
        self._paso("conjunto_listo")
        subida = not protocolo.ya_esta(antes, entrega)
        propia = self._enviar(antes, entrega, revision, esquema) if subida else False
        ahora = protocolo.leer_conjunto(self._cliente, antes.id)
        self._comprobar(ahora, entrega)
        self._publicar_conjunto(ahora)
        notas = self._terminar(ahora, entrega, revision)
        return self._resultado(entrega, ahora, revision, notas, propia=propia, subida=subida)

    def _revision(self) -> Revision:
        revision = self.revisar()
        if revision.organizacion_existe and not revision.usuario_puede_publicar:
            raise ErrorPortal(revision.problemas[0], donde=self._cliente.url, hacer="use el token de una persona con papel de editor")
        self._paso("portal_revisado")
        return revision

    def _preparar(self, entrega: Entrega, revision: Revision, esquema: Esquema) -> EnPortal:
        ficha = self._ficha
        if not revision.organizacion_existe:
            self._crear_organizacion()
        self._paso("organizacion_lista")
        datos = esquema.ordenar(meta.conjunto(entrega, ficha, revision.licencias))
        return protocolo.asegurar_conjunto(self._cliente, meta.nombre_conjunto(entrega, ficha), ficha.organizacion, datos)

    def _crear_organizacion(self) -> None:
        ficha = self._ficha
        try:
            datos = {"name": ficha.organizacion, "title": ficha.organizacion_titulo or ficha.organizacion}
            self._cliente.escribir("organization_create", {**datos, "description": ficha.organizacion_descripcion})
        except SinPermiso:
            que = f"La organización «{ficha.organizacion}» no existe y el token no puede crearla, o no vale."
            raise ErrorPortal(que, hacer="pida a quien administra el portal que la cree y le dé papel de editor") from None
        except (Rechazo, Dudoso):
            if ficha.organizacion not in organizaciones_propias(self._cliente):
                raise

    def _grupos(self, en_portal: EnPortal) -> tuple[str, ...]:
        """Devuelve los grupos del conjunto más el de la ficha, si existe o se puede crear y usar."""
        grupo = self._ficha.grupo
        if not grupo or grupo in en_portal.grupos:
            return en_portal.grupos
        try:
            self._cliente.leer("group_show", id=grupo, include_datasets=False)
        except NoExiste:
            try:
                self._cliente.escribir("group_create", {"name": grupo, "title": self._ficha.grupo_titulo or grupo})
            except (Rechazo, Dudoso):
                return en_portal.grupos
        permitidos = {g["name"] for g in self._cliente.leer("group_list_authz")}
        return (*en_portal.grupos, *([grupo] if grupo in permitidos else []))

    def _enviar(self, antes: EnPortal, entrega: Entrega, revision: Revision, esquema: Esquema) -> bool:
        protocolo.no_retroceder(antes, entrega)
        nuevos = [esquema.dar_forma(r) for r in meta.recursos(entrega, antes.id)]
        estables = [vista.reservar(esquema.dar_forma(e), revision.extensiones) for e in meta.enlaces(entrega, antes.id, revision.direccion)]
        enlaces = self._con_vista_apagada(antes, estables, revision.extensiones)
        campos = protocolo.formulario(antes, entrega, esquema.ordenar(self._metadatos(antes, entrega, revision)), nuevos, enlaces)
        self._paso("por_enviar")
        propia = protocolo.comprometer(self._cliente, antes, entrega, campos, nuevos)
        self._paso("enviada")
        return propia

    def _con_vista_apagada(self, antes: EnPortal, enlaces: list[dict[str, Any]], extensiones: Collection[str]) -> list[dict[str, Any]]:
        """Apaga las vistas de «la última» en la llamada que publica: nunca muestran la entrega vieja como si fuera la nueva."""
        if not vista.se_puede(extensiones):
            return enlaces
        if self._vista_previa:
            # Si el DataStore no responde, la entrega se publica igual: la vista se apaga y después se carga de nuevo.
            with contextlib.suppress(ErrorPortal):
                vista.avisar_cambio(self._cliente, antes.recursos)
            self._paso("vistas_en_cambio")
        prendidas = {r["id"] for r in antes.recursos if r.get("datastore_active")}
        return [{**e, "datastore_active": False} if e["id"] in prendidas else e for e in enlaces]

    def _metadatos(self, antes: EnPortal, entrega: Entrega, revision: Revision) -> dict[str, Any]:
        datos = meta.conjunto(entrega, self._ficha, revision.licencias)
        grupos = [{"name": g} for g in self._grupos(antes)]
        return datos | {"extras": meta.fundir_extras(datos["extras"], antes.extras), "groups": grupos}

    def _comprobar(self, ahora: EnPortal, entrega: Entrega) -> None:
        protocolo.leer_de_vuelta(self._cliente, ahora, meta.recursos(entrega, ahora.id), entrega)
        self._paso("comprobada")

    def _publicar_conjunto(self, ahora: EnPortal) -> None:
        if ahora.privado:
            protocolo.hacer_publico(self._cliente, ahora)
            self._paso("publica")

    def _terminar(self, ahora: EnPortal, entrega: Entrega, revision: Revision) -> list[str]:
        """Hace lo que no es parte del registro: corrige huellas, quita entregas viejas y completa la vista previa; lo que falle se dice."""
        notas = []
        try:
            notas += self._corregir_huellas(ahora, entrega, revision.direccion)
        except ErrorPortal as fallo:
            notas.append(f"El portal dice una huella que no es la de los archivos: {fallo.que}")
        try:
            self._podar(ahora, entrega, revision.direccion)
        except ErrorPortal as fallo:
            notas.append(f"No se quitaron las entregas viejas: {fallo.que}")
        self._paso("podada")
        if self._vista_previa:
            notas += Vistas(self._cliente, ahora, entrega, revision.extensiones, self._paso).completar()
        self._paso("con_vistas")
        return notas

    def _corregir_huellas(self, ahora: EnPortal, entrega: Entrega, base: str) -> list[str]:
        if ahora.version != entrega.id:
            return []
        cambiadas = protocolo.huellas_cambiadas(ahora, [*meta.recursos(entrega, ahora.id), *meta.enlaces(entrega, ahora.id, base)])
        if not cambiadas:
            return []
        protocolo.corregir_huellas(self._cliente, ahora, cambiadas)
        return [f"Otro programa había cambiado en el portal la huella de {len(cambiadas)} recursos: los bytes son los de la entrega y se corrigió."]

    def _podar(self, ahora: EnPortal, entrega: Entrega, base: str) -> None:
        viejos = meta.podables(ahora.recursos, self._conservar, entrega.oficiales)
        if viejos:
            protocolo.podar(self._cliente, ahora, viejos, base, self._paso)

    def _resultado(self, entrega: Entrega, ahora: EnPortal, revision: Revision, notas: list[str], *, propia: bool, subida: bool) -> Publicacion:
        if propia:
            que = f"Entrega {entrega.id} publicada y comprobada: {len(entrega.archivos)} archivos."
        elif ahora.privado:
            que = f"La entrega {entrega.id} ya estaba completa pero privada; se comprobó y se hizo pública."
        elif subida:
            que = f"Otra ejecución publicó primero esta misma entrega {entrega.id}; se comprobó."
        else:
            que = f"El portal ya tenía la entrega {entrega.id}; se comprobó y no se envió ningún archivo."
        direccion, detalle = f"{revision.direccion}/dataset/{ahora.nombre}", " ".join([que, *notas])
        return Publicacion("ckan", direccion, "publicada" if propia or ahora.privado else "sin_cambios", detalle)

    def que_es(self, recurso_id: str) -> Publicado:
        """Dice de qué entrega y qué archivo es un recurso; falla con ErrorUso si no es un archivo de una entrega."""
        recurso = self._leer_recurso(recurso_id)
        if not recurso.get("entrega"):
            que = "Ese recurso no es el archivo de una entrega."
            raise ErrorUso(que, donde=recurso_id, hacer="dé el identificador del recurso del archivo, no el de «Última versión»")
        return Publicado(str(recurso["entrega"]), str(recurso["ruta"]), str(recurso.get("hash") or recurso.get("retirado_sha256") or ""))

    def _leer_recurso(self, recurso_id: str) -> Mapping[str, Any]:
        try:
            return dict(self._cliente.leer("resource_show", id=recurso_id))
        except NoExiste:
            que = "El portal no tiene ese recurso, o el token no puede verlo."
            raise ErrorUso(que, donde=recurso_id, hacer="copie el identificador que va al final de la dirección de la página del recurso") from None

    def retirar(self, recurso_id: str, motivo: str) -> Publicacion:
        """Borra del disco del portal los bytes de un recurso y deja dicho por qué; el recurso sigue, vacío.

        Sirve para retirar datos personales: `resource_delete` dejaría los bytes en el servidor. Cada archivo se retira
        por separado (el CSV y el Parquet de una tabla son dos).
        """
        if not motivo.strip():
            raise ErrorUso("Falta el motivo del retiro.", hacer="diga en una frase por qué se retira")
        recurso = self._leer_recurso(recurso_id)
        en_portal = protocolo.leer_conjunto(self._cliente, recurso["package_id"])
        direccion = f"{self._cliente.leer('status_show')['site_url'].rstrip('/')}/dataset/{en_portal.nombre}"
        for con_filas in (recurso, *_estable_de(en_portal, recurso)):
            if con_filas.get("datastore_active") or con_filas is not recurso:
                vista.quitar(self._cliente, str(con_filas["id"]))
        vacio = {**protocolo.sin_bytes(direccion), "hash": "", "retirado": motivo, "description": f"Retirado: {motivo}"}
        if recurso.get("hash"):
            vacio["retirado_sha256"] = recurso["hash"]
        protocolo.cambiar(self._cliente, en_portal, {f"update__resources__{recurso_id}": vacio})
        self._confirmar_retiro(en_portal, recurso_id)
        return Publicacion("ckan", direccion, "publicada", f"Se retiró el recurso {recurso['name']}: {motivo}")

    def _confirmar_retiro(self, en_portal: EnPortal, recurso_id: str) -> None:
        codigo = self._cliente.estado(meta.direccion_descarga("", en_portal.id, recurso_id))
        if codigo not in _REDIRECCIONES and codigo not in _SIN_BYTES:
            que = f"El portal todavía entrega el archivo que se retiró (respondió {codigo})."
            raise ErrorPortal(que, donde=recurso_id, hacer="avise enseguida a quien administra el portal")


def _estable_de(en_portal: EnPortal, recurso: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Encuentra el recurso estable que muestra las filas del que se retira, en CSV o en Parquet."""
    tabla = recurso.get("tabla")
    if not tabla or recurso.get("entrega") != en_portal.version:
        return []
    return [r for r in en_portal.recursos if r.get("ultima") and r.get("tabla") == tabla]


def revisar(url: str, token: str | None = None, *, organizacion: str = "", licencia: str = "", licencia_pedida: str = "") -> Revision:
    """Dice qué tiene un portal CKAN y qué va a funcionar, sin escribir nada en él."""
    return revisar_portal(ClienteCKAN(url, token), organizacion, licencia=licencia, licencia_pedida=licencia_pedida)
