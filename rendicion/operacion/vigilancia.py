"""Comprobar lo que de verdad está publicado: descargarlo como cualquier persona y recalcularlo aparte."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import httpx

from rendicion.almacen.archivos import sha256
from rendicion.errores import ErrorPortal
from rendicion.verificador.verificar import ruta_segura

TOPE_BYTES = 2 << 30
PLAZO = 60.0
MANIFIESTO = "manifiesto.json"


@dataclass
class Vigilancia:
    """Dice si lo publicado se sostiene: la cuenta de quien verifica y lo que está mal, si algo lo está."""

    entrega: str
    manifiesto_sha256: str
    informe: str
    problemas: list[str] = field(default_factory=list)


def vigilar(lugar: str, conjunto: str, destino: Path, *, ckan: bool = False, esperado: str | None = None) -> Vigilancia:
    """Descarga la entrega vigente de un portal en `destino` y corre sobre ella `verificar.py`, en otro proceso.

    `lugar` es la carpeta del portal o su dirección web; `conjunto`, su nombre allí. Si se da `esperado` (la huella del
    último manifiesto armado), el portal debe mostrar ese. Se corre la copia del verificador que trae el programa, no
    la descargada: lo publicado se comprueba, no se ejecuta. Falla con ErrorPortal si el portal no responde.
    """
    entrega = _de_ckan(lugar, conjunto, destino) if ckan else _de_carpeta(lugar, conjunto, destino)
    if not (destino / MANIFIESTO).is_file():
        raise ErrorPortal("Lo publicado no trae manifiesto.", donde=conjunto, hacer="Publique de nuevo: rendicion publicar.")
    huella = sha256(destino / MANIFIESTO)
    con_recursos = resources.as_file(resources.files("rendicion.verificador").joinpath("verificar.py"))
    with con_recursos as verificador:
        hecho = subprocess.run([sys.executable, "-I", str(verificador), str(destino)], capture_output=True, text=True, check=False)
    vista = Vigilancia(entrega, huella, hecho.stdout + hecho.stderr)
    if hecho.returncode:
        vista.problemas.append("Lo publicado no pasa la comprobación independiente.")
    if esperado and huella != esperado:
        vista.problemas.append("El portal muestra una entrega que no es la última que se armó aquí.")
    return vista


def _de_carpeta(lugar: str, conjunto: str, destino: Path) -> str:
    if not lugar.startswith(("http://", "https://")):
        return _copiada(Path(lugar) / conjunto, destino)
    with _cliente(lugar) as cliente:
        base = f"{lugar.rstrip('/')}/{conjunto}"
        entrega = _nombre(_json(_bajar(cliente, f"{base}/ultima.json")).get("entrega"))
        _guardar(destino, MANIFIESTO, _bajar(cliente, f"{base}/{entrega}/{MANIFIESTO}"))
        declarados = [*_json((destino / MANIFIESTO).read_bytes())["archivos"], "SHA256SUMS"]
        for ruta in declarados:
            _guardar(destino, ruta, _bajar(cliente, f"{base}/{entrega}/{ruta}"))
        firma = cliente.get(f"{base}/{entrega}/manifiesto.firma")
        if firma.status_code == httpx.codes.OK:
            _guardar(destino, "manifiesto.firma", firma.content)
    return entrega


def _copiada(carpeta: Path, destino: Path) -> str:
    try:
        entrega = _nombre(_json((carpeta / "ultima.json").read_bytes()).get("entrega"))
        shutil.copytree(carpeta / entrega, destino, dirs_exist_ok=True)
    except OSError as error:
        raise ErrorPortal("En el portal no hay una entrega que descargar.", donde=carpeta.name, hacer="Publique primero: rendicion correr.") from error
    return entrega


def _de_ckan(lugar: str, conjunto: str, destino: Path) -> str:
    with _cliente(lugar) as cliente:
        ficha = _json(_bajar(cliente, f"{lugar.rstrip('/')}/api/3/action/package_show?id={conjunto}"))["result"]
        entrega = _nombre(ficha.get("version"))
        for recurso in (r for r in ficha["resources"] if r.get("entrega") == entrega):
            _guardar(destino, str(recurso["ruta"]), _bajar(cliente, str(recurso["url"])))
    return entrega


def _cliente(lugar: str) -> httpx.Client:
    """Abre un cliente que solo habla con la dirección del portal: sin redirecciones y sin token."""
    origen = httpx.URL(lugar)

    def solo_el_portal(pedido: httpx.Request) -> None:
        if (pedido.url.scheme, pedido.url.host, pedido.url.port) != (origen.scheme, origen.host, origen.port):
            raise ErrorPortal("El portal manda a descargar de otra dirección.", donde=pedido.url.host, hacer="Avise a quien administra el portal.")

    return httpx.Client(timeout=PLAZO, follow_redirects=False, event_hooks={"request": [solo_el_portal]})


def _bajar(cliente: httpx.Client, direccion: str) -> bytes:
    partes: list[bytes] = []
    total = 0
    try:
        with cliente.stream("GET", direccion) as respuesta:
            if respuesta.status_code != httpx.codes.OK:
                raise ErrorPortal(f"El portal respondió {respuesta.status_code}.", donde=direccion, hacer="Revise que el portal esté en pie y que lo publicado siga ahí.")
            for parte in respuesta.iter_bytes():
                total += len(parte)
                if total > TOPE_BYTES:
                    raise ErrorPortal("Un archivo del portal es demasiado grande.", donde=direccion, hacer="Revise qué hay publicado con ese nombre.")
                partes.append(parte)
    except httpx.HTTPError as error:
        raise ErrorPortal("El portal no responde.", donde=direccion, hacer="Revise que el portal esté en pie y vuelva a intentar.") from error
    return b"".join(partes)


def _json(contenido: bytes) -> Mapping[str, Any]:
    try:
        leido = json.loads(contenido)
    except ValueError as error:
        raise ErrorPortal("El portal no respondió con JSON.", hacer="Revise la dirección del portal.") from error
    if not isinstance(leido, dict):
        raise ErrorPortal("El portal respondió con un JSON que no es el esperado.", hacer="Revise la dirección del portal.")
    return leido


def _nombre(valor: object) -> str:
    """Revisa que el nombre de una entrega no sea una ruta hacia otra parte."""
    if not isinstance(valor, str) or not ruta_segura(valor) or "/" in valor:
        raise ErrorPortal("El portal nombra una entrega de forma que no se puede usar.", hacer="Revise qué hay publicado.")
    return valor


def _guardar(destino: Path, ruta: str, contenido: bytes) -> None:
    if not ruta_segura(ruta):
        raise ErrorPortal("El portal ofrece un archivo con una ruta peligrosa.", donde=ruta, hacer="No lo use; avise a quien administra el portal.")
    archivo = destino / ruta
    archivo.parent.mkdir(parents=True, exist_ok=True)
    archivo.write_bytes(contenido)
