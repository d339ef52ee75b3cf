"""Poner a andar la operación diaria en una máquina: servidor de Prefect, despliegues, automatizaciones y trabajador."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import FrameType

import httpx

from rendicion.errores import ErrorPortal, ErrorRendicion, ErrorUso

COLA = "rendicion"
ESPERA_SERVIDOR = 240.0
ESPERA_CIERRE = 30.0
_SIN_TELEMETRIA = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "GX_ANALYTICS_ENABLED": "false"}
# Por defecto Prefect guarda en memoria el turno de cada despliegue: si el servidor muere con una corrida en curso, el turno
# queda tomado para siempre y todas las que siguen se cancelan solas. Además olvida en un minuto lo que una regla esperaba: si la
# luz tarda más en volver, la corrida que murió se ve «Running» para siempre. Y no borra nunca la historia de sus corridas.
_DEL_SERVIDOR = {
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P30D",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}


@dataclass(frozen=True)
class Plan:
    """Dice qué se despliega: con qué servidor, y si además queda un trabajador corriendo."""

    raiz: Path
    servidor: str | None
    puerto: int = 4200
    corridas: int = 2
    solo_registrar: bool = False

    @property
    def api(self) -> str:
        """Da la dirección de la API: la del servidor declarado o la del que se arranca aquí."""
        return self.servidor or f"http://127.0.0.1:{self.puerto}/api"


def desplegar(plan: Plan, contar: Callable[[str], None]) -> None:
    """Arranca lo que falte y registra los despliegues; sin `solo_registrar` se queda hasta que lo detengan.

    Si algo de lo que arrancó termina solo, apaga lo demás y falla: un trabajador sin servidor no hace nada.
    """
    revisar_entorno(plan)
    with ExitStack() as vivos, _detener_con_orden():
        procesos: dict[str, subprocess.Popen[bytes]] = {}
        if not plan.servidor:
            contar(f"Arranca el servidor en {plan.api}")
            orden = ["server", "start", "--host", "127.0.0.1", "--port", str(plan.puerto)]
            procesos["El servidor"] = vivos.enter_context(_proceso(plan, orden))
        esperar_servidor(plan.api, ESPERA_SERVIDOR, procesos)
        registrar(plan, contar)
        if plan.solo_registrar:
            return
        contar(f"Arranca el trabajador. Pantalla: {plan.api.removesuffix('/api')} (Ctrl+C para detener todo)")
        trabajo = ["worker", "start", "--pool", COLA, "--type", "process", "--limit", str(plan.corridas)]
        procesos["El trabajador"] = vivos.enter_context(_proceso(plan, trabajo))
        _vigilar(procesos)


def revisar_entorno(plan: Plan) -> None:
    """Se niega si falta prefect.yaml o si la biblioteca de base de datos haría que ningún horario se dispare."""
    if not (plan.raiz / "prefect.yaml").is_file():
        raise ErrorUso("No se encuentra prefect.yaml.", donde=plan.raiz.name, hacer="Corra la orden desde la raíz del proyecto.")
    if plan.solo_registrar and not plan.servidor:
        raise ErrorUso("Para solo registrar hace falta un servidor en pie.", hacer="Póngalo en la variable PREFECT_API_URL.")
    version = metadata.version("sqlalchemy")
    if not plan.servidor and tuple(int(n) for n in version.split(".")[:2]) >= (2, 1):
        # Con SQLAlchemy 2.1, el servidor 3.8.8 despliega, muestra su pantalla y corre a mano, pero no dispara un solo horario.
        raise ErrorUso(f"Con SQLAlchemy {version} el servidor de Prefect no dispara los horarios.", hacer="Instale las versiones de requirements.lock.")


def ambiente(plan: Plan) -> dict[str, str]:
    """Da el ambiente de los procesos que se arrancan: sin telemetría, con los turnos en disco, y la raíz y el servidor declarados."""
    return {**_DEL_SERVIDOR, **os.environ, **_SIN_TELEMETRIA, "PREFECT_API_URL": plan.api, "RENDICION_RAIZ": str(plan.raiz)}


def registrar(plan: Plan, contar: Callable[[str], None]) -> None:
    """Crea la cola si falta y registra despliegues y automatizaciones; se puede repetir."""
    if httpx.get(f"{plan.api}/work_pools/{COLA}", timeout=30).status_code == httpx.codes.NOT_FOUND:
        _orden(plan, [sys.executable, "-m", "prefect", "work-pool", "create", COLA, "--type", "process"])
        contar(f"Cola de trabajo «{COLA}» creada")
    _orden(plan, [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"])
    contar("Despliegues registrados, con sus horarios")
    for linea in _orden(plan, [sys.executable, "-m", "flujos.automatizar"]).splitlines():
        contar(f"Automatización. {linea}")


def _orden(plan: Plan, orden: Sequence[str]) -> str:
    hecho = subprocess.run(orden, cwd=plan.raiz, env=ambiente(plan), capture_output=True, text=True, check=False)
    if hecho.returncode:
        ultimo = (hecho.stderr or hecho.stdout).strip().splitlines()[-5:]
        raise ErrorPortal(f"Prefect no pudo: {' '.join(orden[3:])}. {' '.join(ultimo)}", hacer="Revise el servidor y vuelva a correr la orden.")
    return hecho.stdout


def esperar_servidor(api: str, plazo: float, procesos: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Espera a que el servidor responda; se rinde si termina antes o si se acaba el plazo."""
    limite = time.monotonic() + plazo
    while time.monotonic() < limite:
        try:
            if httpx.get(f"{api}/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        _revisar_vivos(procesos)
        time.sleep(0.5)
    raise ErrorPortal("El servidor de Prefect no responde.", donde=api, hacer="Revise que esté en pie y que el puerto sea el suyo.")


def _vigilar(procesos: Mapping[str, subprocess.Popen[bytes]]) -> None:
    while True:
        _revisar_vivos(procesos)
        time.sleep(1)


def _revisar_vivos(procesos: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for nombre, proceso in procesos.items():
        if proceso.poll() is not None:
            raise ErrorRendicion(f"{nombre} terminó solo, con código {proceso.returncode}.", hacer="Lea lo que escribió arriba y vuelva a correr la orden.")


@contextmanager
def _proceso(plan: Plan, orden: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    proceso = subprocess.Popen([sys.executable, "-m", "prefect", *orden], cwd=plan.raiz, env=ambiente(plan), start_new_session=True)
    try:
        yield proceso
    finally:
        if proceso.poll() is None:
            proceso.terminate()
            try:
                proceso.wait(ESPERA_CIERRE)
            except subprocess.TimeoutExpired:
                proceso.kill()
                proceso.wait()


@contextmanager
def _detener_con_orden() -> Iterator[None]:
    """Hace que SIGTERM (systemd) y Ctrl+C apaguen en orden lo que se arrancó."""

    def parar(_senal: int, _marco: FrameType | None) -> None:
        raise KeyboardInterrupt

    anterior = signal.signal(signal.SIGTERM, parar)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, anterior)
