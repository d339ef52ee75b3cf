"""Un PostgreSQL de verdad para las pruebas: en una carpeta temporal, en un puerto libre y sin root.

`from tests.integracion.postgres import servidor  # noqa: F401` en la prueba trae el arranque, uno por módulo.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CLAVE = "canario-clave-9271"


def _programa(nombre: str) -> str | None:
    rutas = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{nombre}"), reverse=True)
    return str(rutas[0]) if rutas else shutil.which(nombre)


def _asegurar() -> bool:
    """Instala PostgreSQL con apt-get si falta y se puede; dice si quedó."""
    if not _programa("initdb") and os.getuid() == 0 and shutil.which("apt-get"):
        entorno = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for orden in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "postgresql"]):
            subprocess.run(["apt-get", *orden], check=False, env=entorno, capture_output=True)
    return _programa("initdb") is not None


def _sin_root(orden: list[str]) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *orden] if os.getuid() == 0 else orden


@dataclass(frozen=True)
class Servidor:
    """Es un servidor en marcha; `cuentas` llevan clave, y el dueño entra por su enchufe sin ella."""

    puerto: int
    carpeta: Path

    def url(self, cuenta: str = "lector", clave: str = CLAVE) -> str:
        return f"postgresql://{cuenta}:{clave}@127.0.0.1:{self.puerto}/postgres"

    def sql(self, texto: str) -> str:
        orden = [_programa("psql") or "psql", "-h", str(self.carpeta), "-p", str(self.puerto), "-U", "dueno", "-d", "postgres"]
        hecho = subprocess.run(_sin_root([*orden, "-qAtv", "ON_ERROR_STOP=1", "-f", "-"]), input=texto, capture_output=True, text=True, cwd="/")
        assert hecho.returncode == 0, hecho.stderr
        return hecho.stdout.strip()


def _puerto_libre() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


@pytest.fixture(scope="module")
def servidor() -> Iterator[Servidor]:
    if not _asegurar():
        pytest.skip("falta PostgreSQL (paquete postgresql)")
    carpeta = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.getuid() == 0:
        shutil.chown(carpeta, "postgres", "postgres")
    datos = carpeta / "datos"
    iniciar = [_programa("initdb") or "", "-D", str(datos), "-U", "dueno", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256"]
    subprocess.run(_sin_root(iniciar), check=True, capture_output=True, cwd="/")
    puesto = Servidor(_puerto_libre(), carpeta)
    ajustes = [f"port={puesto.puerto}", "listen_addresses=127.0.0.1", f"unix_socket_directories={carpeta}", "fsync=off", "shared_buffers=16MB"]
    orden = [_programa("postgres") or "", "-D", str(datos), *(p for a in ajustes for p in ("-c", a))]
    with (carpeta / "registro.txt").open("wb") as registro:
        proceso = subprocess.Popen(_sin_root(orden), stdin=subprocess.DEVNULL, stdout=registro, stderr=registro, cwd="/", start_new_session=True)
    try:
        _esperar(puesto, proceso)
        yield puesto
    finally:
        os.killpg(proceso.pid, signal.SIGINT)
        proceso.wait(30)
        shutil.rmtree(carpeta, ignore_errors=True)


def _esperar(puesto: Servidor, proceso: subprocess.Popen[bytes]) -> None:
    limite = time.monotonic() + 60
    while proceso.poll() is None and time.monotonic() < limite:
        try:
            puesto.sql("SELECT 1")
        except AssertionError:
            time.sleep(0.2)
        else:
            return
    msg = f"PostgreSQL no arrancó: {(puesto.carpeta / 'registro.txt').read_text('utf-8', 'replace')[-500:]}"
    raise RuntimeError(msg)
