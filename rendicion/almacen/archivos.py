"""Escribir sin dejar nada a medias: al lado, a disco, y de una vez a su nombre."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Any

from rendicion.errores import ErrorUso

BLOQUE = 1 << 20


def escribir(destino: Path, contenido: bytes) -> None:
    """Escribe un archivo completo o nada: temporal, a disco, y cambio de nombre."""
    destino.parent.mkdir(parents=True, exist_ok=True)
    temporal = destino.with_name(f".{destino.name}.{os.getpid()}.tmp")
    try:
        with temporal.open("wb") as archivo:
            archivo.write(contenido)
            archivo.flush()
            os.fsync(archivo.fileno())
        temporal.replace(destino)
    finally:
        temporal.unlink(missing_ok=True)
    asegurar_carpeta(destino.parent)


def asegurar_carpeta(carpeta: Path) -> None:
    """Lleva a disco los nombres de una carpeta, para que un corte de energía no los pierda."""
    descriptor = os.open(carpeta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(archivo: Path) -> str:
    """Calcula la huella de un archivo sin cargarlo entero."""
    huella = hashlib.sha256()
    with archivo.open("rb") as flujo:
        while bloque := flujo.read(BLOQUE):
            huella.update(bloque)
    return huella.hexdigest()


def json_canonico(datos: Any) -> bytes:
    """Escribe JSON legible y siempre igual: sangría de dos, UTF-8, salto final."""
    return (json.dumps(datos, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def leer_toml(archivo: Path) -> dict[str, Any]:
    """Lee un TOML, o dice en claro qué le pasa."""
    try:
        return tomllib.loads(archivo.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ErrorUso("No existe el archivo.", donde=archivo.name, hacer="Revise la ruta que lo nombra.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ErrorUso(f"El archivo no es TOML válido: {error}.", donde=archivo.name, hacer="Corrija esa línea.") from error
