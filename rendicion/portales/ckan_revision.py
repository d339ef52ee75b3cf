"""El primer contacto con un portal: qué tiene y qué va a funcionar, antes de escribir nada en él."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rendicion.portales.ckan_cliente import ClienteCKAN, NoExiste, Rechazo
from rendicion.portales.ckan_metadatos import elegir_licencia
from rendicion.portales.ckan_vista import cargadores_de

PROBADAS = ("2.10", "2.11", "2.12")


@dataclass(frozen=True)
class Revision:
    """Dice qué tiene un portal: `problemas` impiden publicar; `notas` son para saberlas."""

    direccion: str
    version: str | None
    titulo: str
    idioma: str
    extensiones: tuple[str, ...]
    licencias: tuple[str, ...]
    organizaciones: tuple[str, ...]
    organizacion_existe: bool
    usuario_puede_publicar: bool
    notas: tuple[str, ...]
    problemas: tuple[str, ...]

    @property
    def sirve(self) -> bool:
        """Dice si se puede publicar."""
        return not self.problemas


def revisar_portal(cliente: ClienteCKAN, organizacion: str = "", *, licencia: str = "", licencia_pedida: str = "") -> Revision:
    """Pregunta al portal, sin cambiar nada, su versión, extensiones, licencias y lo que el token puede hacer.

    `licencia` es la que declara la entidad, con su versión, y `licencia_pedida` el identificador del portal que dice la ficha.
    """
    estado = cliente.leer("status_show")
    extensiones = tuple(estado.get("extensions") or ())
    propias = organizaciones_propias(cliente)
    existe = _existe(cliente, organizacion)
    quien = {} if organizacion in propias else _quien(cliente)
    version = estado.get("ckan_version")
    licencias = tuple(x["id"] for x in cliente.leer("license_list"))
    problemas = _problemas(cliente, organizacion, propias, quien, existe=existe)
    notas = _notas(cliente, version, extensiones)
    if licencia:
        elegida = elegir_licencia(licencia_pedida, licencia, licencias)
        notas.append(f"Licencia: el portal mostrará «{elegida}»; la exacta, {licencia}, queda en los metadatos y en los archivos.")
    if organizacion and not existe and not problemas:
        notas.append(f"La organización «{organizacion}» no existe: se crea al publicar, si el token puede (casi siempre, solo uno de administración).")
    return Revision(
        direccion=str(estado.get("site_url") or cliente.url).rstrip("/"),
        version=version,
        titulo=str(estado.get("site_title") or ""),
        idioma=str(estado.get("locale_default") or ""),
        extensiones=extensiones,
        licencias=licencias,
        organizaciones=propias,
        organizacion_existe=existe,
        usuario_puede_publicar=organizacion in propias if organizacion else bool(propias),
        notas=tuple(notas),
        problemas=tuple(problemas),
    )


def organizaciones_propias(cliente: ClienteCKAN) -> tuple[str, ...]:
    """Devuelve las organizaciones en que el token puede crear conjuntos; ninguna si no hay token o no vale."""
    if not cliente.con_token:
        return ()
    try:
        listado: list[dict[str, Any]] = cliente.leer("organization_list_for_user", permission="create_dataset")
    except Rechazo:
        return ()
    return tuple(o["name"] for o in listado)


def _quien(cliente: ClienteCKAN) -> Mapping[str, Any]:
    """Dice de quién es el token; nada si no vale o si el portal no lo cuenta."""
    try:
        return dict(cliente.leer("user_show")) if cliente.con_token else {}
    except Rechazo:
        return {}


def _existe(cliente: ClienteCKAN, organizacion: str) -> bool:
    if not organizacion:
        return False
    try:
        cliente.leer("organization_show", id=organizacion, include_datasets=False, include_users=False)
    except NoExiste:
        return False
    return True


def _notas(cliente: ClienteCKAN, version: str | None, extensiones: Collection[str]) -> list[str]:
    notas = ["El portal no publica su límite de tamaño por archivo: si uno lo pasa, no se publica nada y se avisa."]
    if not version:
        notas.append("El portal no dice su versión de CKAN.")
    elif ".".join(version.split(".")[:2]) not in PROBADAS:
        notas.append(f"Esta versión no está entre las probadas ({', '.join(PROBADAS)}).")
    if "datastore" not in extensiones:
        notas.append("No tiene DataStore: los archivos se publican igual, sin vista previa ni consulta por filas.")
    elif cargadores := cargadores_de(extensiones):
        notas.append(f"Tiene {', '.join(cargadores)}, que llena el DataStore por su cuenta: la vista previa de «Última versión» se reserva y la llenamos con sus tipos.")
    if "datatables_view" not in extensiones:
        notas.append("No tiene datatables_view: no se crean vistas de tabla.")
    if "validation" in extensiones:
        notas.append("Tiene ckanext-validation: valida cada CSV con el esquema que enviamos.")
    if "scheming_datasets" in extensiones:
        notas.append("Tiene ckanext-scheming: los campos que su esquema nombra igual van en su sitio.")
    if not cliente.con_token:
        notas.append("No hay token: solo se miró lo público.")
    return notas


def _problemas(cliente: ClienteCKAN, organizacion: str, propias: Sequence[str], quien: Mapping[str, Any], *, existe: bool) -> list[str]:
    if not cliente.con_token:
        return ["Falta el token para publicar."]
    if organizacion and existe and organizacion not in propias:
        duda = "" if quien else " (o no vale)"
        return [f"El token no tiene papel de editor en la organización «{organizacion}»{duda}. Pídalo a quien administra el portal."]
    if quien.get("sysadmin") or existe:
        return []
    if quien and organizacion:
        return [f"La organización «{organizacion}» no existe y el token no es de administración. Pida a quien administra el portal que la cree y le dé papel de editor."]
    return [] if propias else ["El token no vale, o no puede publicar en ninguna organización."]
