"""Guarda los originales de cada fuente una sola vez, por su huella, con una ficha al lado."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from rendicion.almacen.archivos import escribir, json_canonico, sha256
from rendicion.errores import ErrorRendicion
from rendicion.fuente import Fuente


@dataclass(frozen=True)
class Captura:
    """Es un original guardado: de qué fuente, de dónde vino, cuándo y con qué licencia."""

    fuente: str
    sha256: str
    bytes: int
    origen: str
    capturada: str
    dependencia: str
    licencia: str
    sintetica: bool = False
    datos_personales: bool = False
    cabeceras: Mapping[str, str] = field(default_factory=dict)


class Capturas:
    """Guarda y devuelve capturas. Una captura existe cuando tiene su ficha; los bytes nunca se reescriben."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta

    def _rutas(self, fuente: str, huella: str) -> tuple[Path, Path]:
        base = self._carpeta / fuente / huella
        return base.with_suffix(".bin"), base.with_suffix(".json")

    def conservar(self, fuente: Fuente, contenido: bytes, origen: str, cabeceras: Mapping[str, str], momento: datetime) -> Captura:
        """Guarda el original si es nuevo; si ya estaba, devuelve su ficha sin escribir nada."""
        huella = hashlib.sha256(contenido).hexdigest()
        archivo, ficha = self._rutas(fuente.id, huella)
        if ficha.exists() and archivo.exists() and sha256(archivo) == huella:
            return Captura(**json.loads(ficha.read_text("utf-8")))
        captura = Captura(
            fuente=fuente.id,
            sha256=huella,
            bytes=len(contenido),
            origen=origen,
            capturada=momento.isoformat(timespec="seconds"),
            dependencia=fuente.dependencia,
            licencia=fuente.licencia,
            sintetica=fuente.sintetica,
            datos_personales=fuente.datos_personales,
            cabeceras=dict(cabeceras),
        )
        escribir(archivo, contenido)
        escribir(ficha, json_canonico(asdict(captura)))
        return captura

    def leer(self, captura: Captura) -> bytes:
        """Devuelve los bytes guardados, después de comprobar que son los de su huella."""
        archivo, _ = self._rutas(captura.fuente, captura.sha256)
        contenido = archivo.read_bytes()
        if hashlib.sha256(contenido).hexdigest() != captura.sha256:
            raise ErrorRendicion(
                "Una captura guardada ya no es la que se recibió.",
                donde=f"capturas/{captura.fuente}/{captura.sha256}.bin",
                hacer="Borre ese archivo y su ficha, y vuelva a correr: se captura de nuevo.",
            )
        return contenido

    def ultima(self, fuente: str) -> Captura | None:
        """Devuelve la captura más reciente de una fuente, o nada."""
        fichas = [Captura(**json.loads(f.read_text("utf-8"))) for f in (self._carpeta / fuente).glob("[!.]*.json")]
        return max(fichas, key=lambda c: (c.capturada, c.sha256), default=None)
