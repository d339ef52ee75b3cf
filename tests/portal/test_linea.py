"""De la orden al portal: la entrega de verdad, publicada con la línea de comandos y comprobada por quien la descarga."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

RAIZ = Path(__file__).resolve().parents[2]


def rendicion(*orden: str | Path, token: str = "") -> subprocess.CompletedProcess[str]:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))}
    ambiente = limpio | ({"RENDICION_CKAN_TOKEN": token} if token else {})
    return subprocess.run([sys.executable, "-m", "rendicion.linea", *map(str, orden)], capture_output=True, text=True, cwd=RAIZ, env=ambiente, check=False)


@pytest.fixture(scope="module")
def salida(tmp_path_factory: pytest.TempPathFactory) -> Path:
    carpeta = tmp_path_factory.mktemp("linea") / "salida"
    hecho = rendicion("correr", "--salida", carpeta, "--json")
    assert hecho.returncode == 0, hecho.stderr
    return carpeta


def test_lo_publicado_se_descarga_y_se_comprueba_sin_nuestro_programa(pila: Any, salida: Path, tmp_path: Path) -> None:
    revision = rendicion("ckan", "revisar", pila.url, "--json", token=pila.token)
    assert json.loads(revision.stdout)["version"].startswith("2.12")
    primera = rendicion("publicar", "--ckan", pila.url, "--salida", salida, "--json", token=pila.token)
    assert primera.returncode == 0, primera.stderr
    assert pila.token not in primera.stdout + primera.stderr
    conjunto = pila.accion("package_show", id="rendicion-13001-2020")
    assert "DATOS SINTÉTICOS" in conjunto["title"]
    for recurso in (r for r in conjunto["resources"] if r.get("entrega") == conjunto["version"]):
        destino = tmp_path / recurso["ruta"]
        destino.parent.mkdir(parents=True, exist_ok=True)
        urllib.request.urlretrieve(recurso["url"], destino)
    sumas = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert sumas.returncode == 0, sumas.stdout
    verificado = subprocess.run([sys.executable, "-I", "verificar.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert verificado.returncode == 0, verificado.stdout
    segunda = rendicion("publicar", "--ckan", pila.url, "--salida", salida, "--json", token=pila.token)
    assert json.loads(segunda.stdout)["estado"] == "sin_cambios"


def test_sin_token_se_dice_como_darlo(salida: Path) -> None:
    hecho = rendicion("publicar", "--ckan", "http://127.0.0.1:9", "--salida", salida)
    assert hecho.returncode == 2
    assert "RENDICION_CKAN_TOKEN" in hecho.stderr


def test_un_portal_que_no_responde_sale_con_tres(salida: Path) -> None:
    hecho = rendicion("publicar", "--ckan", "http://127.0.0.1:9", "--salida", salida, token="no-importa")
    assert hecho.returncode == 3
    assert "no-importa" not in hecho.stdout + hecho.stderr
    assert "Traceback" not in hecho.stderr
