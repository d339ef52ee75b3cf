"""El programa que comprueba la entrega en el navegador, y su huella para la política de seguridad de la página."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

_ARCHIVO = Path(__file__).parent / "plantillas" / "comprobar.js"


@cache
def guion() -> str:
    """Devuelve el programa en JavaScript como va dentro de la página: sin sangrías, comentarios ni líneas vacías.

    Sus líneas no cambian de otro modo, y el original está en `plantillas/comprobar.js`, para leerlo.
    """
    lineas = (linea.strip() for linea in _ARCHIVO.read_text(encoding="utf-8").splitlines())
    return "\n".join(linea for linea in lineas if linea and not linea.startswith("//"))


def huella_csp(contenido: str) -> str:
    """Devuelve la huella de un estilo o un programa como la pide Content-Security-Policy: SHA-256 en base64."""
    return base64.b64encode(hashlib.sha256(contenido.encode()).digest()).decode()
