"""Lo que se va a publicar en CKAN: una carpeta de entrega, leída y comprobada antes de enviar un solo byte."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rendicion.errores import ErrorPortal, ErrorUso

_FUERA_DEL_MANIFIESTO = ("manifiesto.json", "manifiesto.firma", "SHA256SUMS")


@dataclass(frozen=True)
class Archivo:
    """Es un archivo de la entrega en el disco, con la huella que se comprobó."""

    ruta: Path
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Entrega:
    """Es una entrega armada: quién es, su manifiesto, su paquete y sus archivos por ruta."""

    id: str
    numero: int
    entidad: str
    vigencia: str
    corte: str
    oficial: bool
    oficiales: tuple[str, ...]
    sintetica: bool
    huella: str
    paquete: Mapping[str, Any]
    archivos: Mapping[str, Archivo]
    periodo: tuple[str, str] = ("", "")

    def tabla(self, nombre: str) -> Mapping[str, Any]:
        """Devuelve el recurso del paquete que describe una tabla, o uno vacío."""
        return next((r for r in self.paquete.get("resources", []) if r.get("name") == nombre), {})


def leer_entrega(carpeta: Path, manifiesto: Mapping[str, Any]) -> Entrega:
    """Lee la carpeta y comprueba cada archivo contra el manifiesto.

    Falla con ErrorUso si el manifiesto dado no es el de la carpeta y con ErrorPortal si un archivo falta o cambió.
    """
    for nombre in ("manifiesto.json", "datapackage.json"):
        if not (carpeta / nombre).is_file():
            raise ErrorUso(f"La carpeta no tiene {nombre}.", donde=str(carpeta), hacer="publique la carpeta de una entrega armada")
    contenido = (carpeta / "manifiesto.json").read_bytes()
    if json.loads(contenido) != json.loads(json.dumps(manifiesto)):
        raise ErrorUso("El manifiesto dado no es el de la carpeta.", donde=str(carpeta), hacer="vuelva a leer la entrega antes de publicarla")
    paquete = json.loads((carpeta / "datapackage.json").read_bytes())
    oficiales = tuple(map(str, manifiesto.get("cortes") or paquete.get("cortes_oficiales", ())))
    return Entrega(
        id=str(manifiesto["entrega"]),
        numero=int(manifiesto["numero"]),
        entidad=str(manifiesto["entidad"]),
        vigencia=str(manifiesto["vigencia"]),
        corte=str(manifiesto["corte"]),
        oficial=str(manifiesto["corte"]) in oficiales,
        oficiales=oficiales,
        sintetica=bool(manifiesto.get("sintetica")),
        huella=hashlib.sha256(contenido).hexdigest(),
        paquete=paquete,
        archivos=_archivos(carpeta, manifiesto),
        periodo=_periodo(carpeta / "datos" / "plan.csv"),
    )


def _periodo(plan: Path) -> tuple[str, str]:
    """Devuelve el primer y el último día de las ventanas del plan, en ISO; vacíos si no hay plan."""
    if not plan.is_file():
        return ("", "")
    with plan.open(encoding="utf-8", newline="") as flujo:
        ventanas = [(f["inicio"], f["fin"]) for f in csv.DictReader(flujo)]
    return (min((i for i, _ in ventanas), default=""), max((f for _, f in ventanas), default=""))


def _archivos(carpeta: Path, manifiesto: Mapping[str, Any]) -> dict[str, Archivo]:
    medidos = {ruta: _medir(carpeta, ruta) for ruta in manifiesto["archivos"]}
    for ruta, dicho in manifiesto["archivos"].items():
        if (medidos[ruta].sha256, medidos[ruta].bytes) != (dicho["sha256"], dicho["bytes"]):
            que = "Un archivo de la entrega no es el que dice su manifiesto; no se publicó nada."
            raise ErrorPortal(que, donde=ruta, hacer="arme la entrega de nuevo")
    otros = {r: _medir(carpeta, r) for r in _FUERA_DEL_MANIFIESTO if (carpeta / r).is_file()}
    return {**medidos, **otros}


def _medir(carpeta: Path, ruta: str) -> Archivo:
    completa = carpeta / ruta
    if not completa.is_file() or not completa.resolve().is_relative_to(carpeta.resolve()):
        raise ErrorPortal("Falta un archivo de la entrega; no se publicó nada.", donde=ruta, hacer="arme la entrega de nuevo")
    with completa.open("rb") as flujo:
        suma = hashlib.file_digest(flujo, "sha256").hexdigest()
    return Archivo(completa, completa.stat().st_size, suma)
