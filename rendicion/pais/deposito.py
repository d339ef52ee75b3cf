"""Dónde se guarda el país: una carpeta local, o cualquier lugar que entienda fsspec (S3, por ejemplo).

Cada archivo se guarda completo o nada. Una carpeta está completa cuando está su manifiesto, que se escribe de último.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from rendicion.errores import ErrorUso

MANIFIESTO = "manifiesto.json"
Contenido = bytes | memoryview


class Deposito(Protocol):
    """Guarda y devuelve archivos por su ruta relativa."""

    def leer(self, ruta: str, ultimos: int | None = None) -> bytes:
        """Devuelve los bytes de un archivo, o solo los últimos; FileNotFoundError si no está."""
        ...

    def carpetas(self, ruta: str) -> list[str]:
        """Devuelve los nombres que hay en una carpeta, en orden; ninguno si no existe."""
        ...

    def guardar(self, ruta: str, contenido: Contenido) -> None:
        """Guarda un archivo completo o nada."""
        ...

    def guardar_carpeta(self, ruta: str, archivos: Mapping[str, Contenido]) -> None:
        """Guarda una carpeta con su manifiesto de último: quien lee no ve media carpeta."""
        ...


class DepositoLocal:
    """Guarda en una carpeta de esta máquina."""

    def __init__(self, raiz: Path) -> None:
        self.raiz = raiz

    def leer(self, ruta: str, ultimos: int | None = None) -> bytes:
        """Devuelve los bytes de un archivo, o solo los últimos."""
        with (self.raiz / ruta).open("rb") as archivo:
            if ultimos is not None:
                archivo.seek(max(0, os.fstat(archivo.fileno()).st_size - ultimos))
            return archivo.read()

    def carpetas(self, ruta: str) -> list[str]:
        """Devuelve los nombres que hay en una carpeta, en orden."""
        try:
            return sorted(r.name for r in (self.raiz / ruta).iterdir() if not r.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def guardar(self, ruta: str, contenido: Contenido) -> None:
        """Escribe al lado y cambia el nombre."""
        destino = self.raiz / ruta
        temporal = destino.with_name(f".{destino.name}.{os.getpid()}.tmp")
        try:
            _escribir(temporal, contenido)
        except FileNotFoundError:
            destino.parent.mkdir(parents=True, exist_ok=True)
            _escribir(temporal, contenido)
        temporal.replace(destino)

    def guardar_carpeta(self, ruta: str, archivos: Mapping[str, Contenido]) -> None:
        """Escribe la carpeta aparte y le da su nombre de una vez."""
        final = self.raiz / ruta
        trabajo = final.with_name(f".armando-{final.name}")
        shutil.rmtree(trabajo, ignore_errors=True)
        for carpeta in dict.fromkeys((trabajo / r).parent for r in archivos):
            carpeta.mkdir(parents=True, exist_ok=True)
        for r, contenido in archivos.items():
            _escribir(trabajo / r, contenido)
        if final.is_dir():
            shutil.rmtree(final)
        trabajo.rename(final)


def _escribir(destino: Path, contenido: Contenido) -> None:
    descriptor = os.open(destino, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(descriptor, "wb", buffering=0) as archivo:
        resto = memoryview(contenido)
        while resto:
            resto = resto[archivo.write(resto) :]


class DepositoRemoto:
    """Guarda en un lugar de fsspec; sin cambio de nombre, la marca de que algo está completo es su manifiesto."""

    def __init__(self, url: str, opciones: Mapping[str, Any]) -> None:
        import fsspec  # type: ignore[import-untyped,unused-ignore]

        self._sistema, self._raiz = fsspec.core.url_to_fs(url, **opciones)
        self._raiz = self._raiz.rstrip("/")

    def leer(self, ruta: str, ultimos: int | None = None) -> bytes:
        """Devuelve los bytes de un objeto, o solo los últimos."""
        objeto = f"{self._raiz}/{ruta}"
        desde = None if ultimos is None else max(0, int(self._sistema.info(objeto, refresh=True)["size"]) - ultimos)
        leido: bytes = self._sistema.cat_file(objeto, start=desde)
        return leido

    def carpetas(self, ruta: str) -> list[str]:
        """Devuelve los nombres que hay bajo un prefijo, en orden."""
        try:
            rutas = self._sistema.ls(f"{self._raiz}/{ruta}".rstrip("/"), detail=False, refresh=True)
        except FileNotFoundError:
            return []
        return sorted(n for r in rutas if (n := str(r).rstrip("/").rpartition("/")[2]) and not n.startswith("."))

    def guardar(self, ruta: str, contenido: Contenido) -> None:
        """Sube un objeto; el servicio lo muestra completo o no lo muestra."""
        self._sistema.pipe_file(f"{self._raiz}/{ruta}", bytes(contenido))

    def guardar_carpeta(self, ruta: str, archivos: Mapping[str, Contenido]) -> None:
        """Sube los objetos y de último el manifiesto."""
        for r in [*(r for r in archivos if r != MANIFIESTO), MANIFIESTO]:
            self.guardar(f"{ruta}/{r}", archivos[r])


def abrir(lugar: str, opciones: Mapping[str, Any] | None = None) -> Deposito:
    """Abre un lugar: una carpeta, o una dirección como `s3://cubo/pais` (pide el extra «distribuido»)."""
    if "://" not in lugar:
        return DepositoLocal(Path(lugar))
    try:
        return DepositoRemoto(lugar, opciones or {})
    except (ImportError, ValueError) as error:
        raise ErrorUso(f"No se puede usar el lugar: {error}.", donde=lugar, hacer='Instale el extra: pip install "rendicion[distribuido]".') from error
