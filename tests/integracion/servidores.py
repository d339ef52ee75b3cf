"""Un servidor de Prefect, un PostgreSQL y un Dask de verdad, para las pruebas de operación y del país."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

RAIZ = Path(__file__).resolve().parents[2]
PREFECT = Path(sys.executable).with_name("prefect")
RENDICION = (sys.executable, "-m", "rendicion.linea")


def sin_prefect() -> dict[str, str]:
    """Da el ambiente de una persona que no usa Prefect."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))}


@dataclass
class Servidor:
    url: str
    ambiente: dict[str, str]
    proceso: subprocess.Popen[bytes] | None = None

    def pedir(self, ruta: str, **filtro: Any) -> Any:
        return httpx.post(f"{self.url}/{ruta}", json=filtro, timeout=60).raise_for_status().json()

    def leer(self, ruta: str) -> Any:
        return httpx.get(f"{self.url}/{ruta}", timeout=60).raise_for_status().json()

    def orden(self, *partes: str, plazo: float = 300, **ambiente: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(partes, capture_output=True, text=True, cwd=RAIZ, env=self.ambiente | ambiente, timeout=plazo, check=False)

    def rendicion(self, *partes: str, **ambiente: str) -> subprocess.CompletedProcess[str]:
        return self.orden(*RENDICION, *partes, **ambiente)


def puerto_libre() -> int:
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        return int(libre.getsockname()[1])


def esperar(listo: Callable[[], Any], plazo: float, que: str = "") -> Any:
    """Espera a que algo sea cierto y lo devuelve; un servidor que todavía no responde cuenta como que no."""
    limite = time.monotonic() + plazo
    while True:
        try:
            if dado := listo():
                return dado
        except httpx.HTTPError:
            pass
        assert time.monotonic() < limite, f"no llegó a tiempo: {que}"
        time.sleep(0.5)


def ambiente_de_prefect(casa: Path, puerto: int) -> dict[str, str]:
    return sin_prefect() | {
        "PREFECT_HOME": str(casa),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": f"http://127.0.0.1:{puerto}/api",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "3",
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        "RENDICION_RAIZ": str(RAIZ),
    }


@contextmanager
def servidor_de_prefect(casa: Path) -> Iterator[Servidor]:
    """Arranca `prefect server start` con la base SQLite de siempre y lo apaga al final."""
    puerto = puerto_libre()
    ambiente = ambiente_de_prefect(casa, puerto)
    diario = (casa / "servidor.log").open("wb")
    proceso = subprocess.Popen([PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(puerto)], stdout=diario, stderr=diario, env=ambiente)
    try:
        s = Servidor(ambiente["PREFECT_API_URL"], ambiente, proceso)
        esperar(lambda: httpx.get(f"{s.url}/health", timeout=5).is_success, 180, "el servidor de Prefect")
        yield s
    finally:
        apagar(proceso)
        diario.close()


def apagar(proceso: subprocess.Popen[bytes]) -> None:
    if proceso.poll() is None:
        proceso.terminate()
        try:
            proceso.wait(60)
        except subprocess.TimeoutExpired:
            proceso.kill()
            proceso.wait()


@dataclass
class Dask:
    """Un planificador de Dask y sus trabajadores, cada uno en su proceso y con un solo hilo."""

    direccion: str
    diario: Path
    planificador: subprocess.Popen[bytes]
    trabajadores: list[subprocess.Popen[bytes]]


@contextmanager
def dask(carpeta: Path, cuantos: int, ambiente: dict[str, str]) -> Iterator[Dask]:
    """Arranca el planificador y esos trabajadores, y al final los apaga."""
    direccion, diario, programa = f"tcp://127.0.0.1:{puerto_libre()}", carpeta / f"dask-{cuantos}.log", Path(sys.executable).with_name("dask")
    with diario.open("wb") as escrito:

        def arrancar(*partes: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen([programa, *partes, "--no-dashboard"], stdout=escrito, stderr=escrito, cwd=carpeta, env=ambiente | {"PYTHONPATH": str(RAIZ)})

        planificador = arrancar("scheduler", "--host", "127.0.0.1", "--port", direccion.rpartition(":")[2])
        trabajadores = [arrancar("worker", direccion, "--nthreads", "1", "--no-nanny", "--name", f"trabajador-{n + 1}") for n in range(cuantos)]
    try:
        esperar(lambda: diario.read_text("utf-8").count("Registered to") == cuantos, 120, "los trabajadores de Dask")
        yield Dask(direccion, diario, planificador, trabajadores)
    finally:
        for proceso in (*trabajadores, planificador):
            apagar(proceso)


def programa_de_postgres(nombre: str) -> str | None:
    rutas = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{nombre}"), reverse=True)
    return str(rutas[0]) if rutas else shutil.which(nombre)


def _asegurar_postgres() -> None:
    if programa_de_postgres("postgres"):
        return
    if os.environ.get("CI") != "true":
        pytest.skip("En esta máquina no hay PostgreSQL")
    ambiente = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for orden in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "postgresql"]):
        subprocess.run(["apt-get", *orden], check=True, env=ambiente, stdout=subprocess.DEVNULL)


@contextmanager
def postgres(*bases: str) -> Iterator[str]:
    """Arranca un PostgreSQL nuevo y da su dirección, como usuario@servidor:puerto."""
    _asegurar_postgres()
    carpeta = Path(tempfile.mkdtemp(prefix="rendicion-pg-"))
    es_root = os.getuid() == 0
    delante = ["runuser", "-u", "postgres", "--"] if es_root else []
    if es_root:
        shutil.chown(carpeta, "postgres", "postgres")
    puerto, datos = puerto_libre(), str(carpeta / "datos")
    callado: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    iniciar = [*delante, str(programa_de_postgres("initdb")), "-D", datos, "-A", "trust", "-U", "rendicion", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(iniciar, check=True, **callado)
    ajustes = [f"port={puerto}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
    proceso = subprocess.Popen([*delante, str(programa_de_postgres("postgres")), "-D", datos, *(p for a in ajustes for p in ("-c", a))], start_new_session=True, **callado)
    try:
        psql = [str(programa_de_postgres("psql")), "-h", "127.0.0.1", "-p", str(puerto), "-U", "rendicion", "-d", "postgres", "-q"]
        esperar(lambda: subprocess.run([*psql, "-c", "select 1"], check=False, **callado).returncode == 0, 60, "PostgreSQL")
        for base in bases:
            subprocess.run([*psql, "-c", f"create database {base}"], check=True, **callado)
        yield f"rendicion@127.0.0.1:{puerto}"
    finally:
        if proceso.poll() is None:
            os.killpg(proceso.pid, signal.SIGINT)
            proceso.wait(30)
        shutil.rmtree(carpeta, ignore_errors=True)
