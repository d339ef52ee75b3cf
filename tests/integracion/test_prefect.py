"""Con un servidor de Prefect de verdad: los mismos bytes, tareas que se leen, y un despliegue que un trabajador corre."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

RAIZ = Path(__file__).resolve().parents[2]
PREFECT = Path(sys.executable).with_name("prefect")


@dataclass(frozen=True)
class Servidor:
    url: str
    ambiente: dict[str, str]

    def pedir(self, ruta: str, **filtro: Any) -> Any:
        return httpx.post(f"{self.url}/{ruta}", json=filtro, timeout=30).raise_for_status().json()

    def orden(self, *partes: str, plazo: float = 240) -> subprocess.CompletedProcess[str]:
        return subprocess.run(partes, capture_output=True, text=True, cwd=RAIZ, env=self.ambiente, timeout=plazo, check=False)


@pytest.fixture(scope="module")
def servidor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servidor]:
    casa = tmp_path_factory.mktemp("prefect")
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        puerto = libre.getsockname()[1]
    ambiente = os.environ | {
        "PREFECT_HOME": str(casa),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": f"http://127.0.0.1:{puerto}/api",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "RENDICION_RAIZ": str(RAIZ),
    }
    diario = (casa / "servidor.log").open("w")
    proceso = subprocess.Popen([PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(puerto)], stdout=diario, stderr=diario, env=ambiente)
    try:
        s = Servidor(ambiente["PREFECT_API_URL"], ambiente)
        _esperar(lambda: httpx.get(f"{s.url}/health", timeout=5).is_success, 180)
        yield s
    finally:
        proceso.terminate()
        proceso.wait(30)


def _esperar(listo: Any, plazo: float) -> None:
    limite = time.monotonic() + plazo
    while True:
        try:
            if listo():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < limite, "no llegó a tiempo"
        time.sleep(1)


def test_con_prefect_y_sin_prefect_los_bytes_son_los_mismos(servidor: Servidor, tmp_path: Path) -> None:
    con = servidor.orden(sys.executable, "-m", "rendicion.linea", "correr", "--salida", str(tmp_path / "con"), "--json")
    assert con.returncode == 0, con.stderr
    sin_servidor = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    sin = subprocess.run(
        [sys.executable, "-m", "rendicion.linea", "correr", "--salida", str(tmp_path / "sin"), "--json"],
        capture_output=True, text=True, cwd=RAIZ, env=sin_servidor, check=False,
    )  # fmt: skip
    assert sin.returncode == 0, sin.stderr
    assert json.loads(con.stdout)["manifiesto_sha256"] == json.loads(sin.stdout)["manifiesto_sha256"]
    assert "COMPLETED" in {c["state_type"] for c in servidor.pedir("flow_runs/filter", limit=10)}
    nombres = {t["name"].rsplit("-", 1)[0] for t in servidor.pedir("task_runs/filter", limit=200)}
    assert {"leer el plan", "extraer sintetico-noticias", "conservar sintetico-noticias", "armar la entrega", "publicar"} <= nombres


def test_si_la_corrida_se_detiene_el_flujo_falla_y_la_orden_sale_con_uno(servidor: Servidor, tmp_path: Path) -> None:
    ejemplos = RAIZ / "datos" / "ejemplos" / "13001-2020"
    declarada = (ejemplos / "fuentes" / "sintetico-tuits.toml").read_text("utf-8").replace('lugar = "../', f'lugar = "{ejemplos.as_posix()}/')
    lineas = [n for n in declarada.splitlines() if not n.startswith("limite_rechazos_pct")]
    (tmp_path / "tuits.toml").write_text("\n".join(["limite_rechazos_pct = 0", *lineas]), "utf-8")
    hecho = servidor.orden(
        sys.executable, "-m", "rendicion.linea", "correr", "--salida", str(tmp_path / "s"), "--fuentes", str(tmp_path / "tuits.toml"), "--json"
    )
    assert hecho.returncode == 1, hecho.stderr
    assert json.loads(hecho.stdout)["estado"] == "detenida"
    assert "FAILED" in {c["state_type"] for c in servidor.pedir("flow_runs/filter", limit=10)}


def test_el_despliegue_se_registra_y_un_trabajador_lo_corre(servidor: Servidor, tmp_path: Path) -> None:
    assert servidor.orden(str(PREFECT), "work-pool", "create", "rendicion", "--type", "process").returncode == 0
    hecho = servidor.orden(str(PREFECT), "--no-prompt", "deploy", "--all")
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    (despliegue,) = [d for d in servidor.pedir("deployments/filter", limit=10) if d["name"] == "extraccion-diaria"]
    (programa,) = despliegue["schedules"]
    assert programa["active"] is True
    assert programa["schedule"]["timezone"] == "America/Bogota"
    salida = tmp_path / "salida"
    creada = httpx.post(
        f"{servidor.url}/deployments/{despliegue['id']}/create_flow_run",
        json={"parameters": {"salida": str(salida)}, "state": {"type": "SCHEDULED"}},
        timeout=30,
    ).raise_for_status().json()  # fmt: skip
    trabajador = subprocess.Popen(
        [PREFECT, "worker", "start", "--pool", "rendicion", "--limit", "1"],
        cwd=RAIZ, env=servidor.ambiente, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        def estado() -> str:
            return str(httpx.get(f"{servidor.url}/flow_runs/{creada['id']}", timeout=30).json()["state_type"])

        _esperar(lambda: estado() in {"COMPLETED", "FAILED", "CRASHED"}, 300)
        assert estado() == "COMPLETED"
    finally:
        trabajador.terminate()
        trabajador.wait(60)
    assert len(list(salida.glob("entregas/*/*/manifiesto.json"))) == 1
