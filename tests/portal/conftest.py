"""Deja a las pruebas un CKAN de verdad en pie y maneras cortas de mirarlo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

LEVANTAR = Path(__file__).parent / "pila" / "levantar.py"
FALTA_ALGO = 3


@dataclass(frozen=True)
class Pila:
    """Reúne lo que las pruebas saben del CKAN en pie."""

    url: str
    token: str = field(repr=False)
    editora: str = field(repr=False)
    lectora: str = field(repr=False)
    organizacion: str
    tope_bytes: int
    archivos: Path
    pid_ckan: int

    def accion(self, nombre: str, *, token: str = "", **datos: Any) -> Any:
        """Pide una acción al portal, sin token si no se da uno."""
        respuesta = httpx.post(f"{self.url}/api/action/{nombre}", json=datos, headers={"Authorization": token} if token else {}, timeout=60)
        return respuesta.raise_for_status().json()["result"]

    def estado(self, nombre: str, *, token: str = "", **datos: Any) -> int:
        """Devuelve el código con que responde una acción, sin fallar."""
        return httpx.post(f"{self.url}/api/action/{nombre}", json=datos, headers={"Authorization": token} if token else {}, timeout=60).status_code

    def ficha(self, conjunto: str = "") -> dict[str, str]:
        """Devuelve la ficha de un conjunto que no usa ninguna otra prueba."""
        return {
            "organizacion": self.organizacion,
            "conjunto": conjunto or f"prueba-{uuid.uuid4().hex[:10]}",
            "inicio": "2020-03-01",
            "fin": "2020-12-31",
            "licencia": "cc-by-sa",
            "dependencia": "Control Interno",
            "grupo": "",
        }

    def bytes_guardados(self, recurso_id: str) -> Path:
        """Devuelve dónde guarda CKAN los bytes de un recurso."""
        return self.archivos / "resources" / recurso_id[:3] / recurso_id[3:6] / recurso_id[6:]


# Otro portal, con lo que muchos llevan: un esquema propio (el DCAT-AP completo) y quien carga los CSV por su cuenta.
OTRAS_EXTENSIONES = "scheming_datasets xloader"


def _orden(ambiente: dict[str, str], *mas: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(LEVANTAR), *mas], capture_output=True, text=True, check=False, env=os.environ | ambiente)


def _levantar(ambiente: dict[str, str]) -> dict[str, Any]:
    hecho = _orden(ambiente)
    if hecho.returncode == FALTA_ALGO and os.environ.get("CI") != "true":
        pytest.skip(f"El CKAN de prueba no se puede levantar aquí: {hecho.stderr.strip().splitlines()[-1]}")
    if hecho.returncode:
        pytest.fail(f"El CKAN de prueba no arrancó:\n{hecho.stderr[-3000:]}")
    return dict(json.loads(hecho.stdout))


def _usuaria(url: str, token: str, nombre: str, papel: str, organizacion: str) -> str:
    def accion(que: str, **datos: Any) -> Any:
        return httpx.post(f"{url}/api/action/{que}", json=datos, headers={"Authorization": token}, timeout=60).raise_for_status().json()["result"]

    accion("user_create", name=nombre, email=f"{nombre}@example.org", password=uuid.uuid4().hex)
    accion("organization_member_create", id=organizacion, username=nombre, role=papel)
    return str(accion("api_token_create", user=nombre, name="pruebas")["token"])


def _en_pie(ambiente: dict[str, str]) -> Iterator[Pila]:
    """Levanta una pila una vez; la apaga al final si la encendió esta sesión y no se pidió dejarla."""
    ya_estaba = _orden(ambiente, "--estado").returncode == 0
    datos = _levantar(ambiente)
    unico = uuid.uuid4().hex[:6]
    organizacion = f"entidad-{unico}"
    httpx.post(
        f"{datos['url']}/api/action/organization_create",
        json={"name": organizacion, "title": "Entidad de muestra"},
        headers={"Authorization": datos["token"]},
        timeout=60,
    ).raise_for_status()
    yield Pila(
        datos["url"],
        datos["token"],
        _usuaria(datos["url"], datos["token"], f"editora-{unico}", "editor", organizacion),
        _usuaria(datos["url"], datos["token"], f"lectora-{unico}", "member", organizacion),
        organizacion,
        datos["tope_mb"] * 1024 * 1024,
        Path(datos["archivos"]),
        datos["pids"]["ckan"],
    )
    if not ya_estaba and not os.environ.get("RENDICION_PILA_VIVA"):
        _orden(ambiente, "--apagar")


@pytest.fixture(scope="session")
def pila() -> Iterator[Pila]:
    """Da el CKAN de las pruebas."""
    yield from _en_pie({})


@pytest.fixture(scope="module")
def otra_pila() -> Iterator[Pila]:
    """Da un CKAN con ckanext-scheming y ckanext-xloader, que nadie más usa."""
    yield from _en_pie({"RENDICION_PILA_EXTENSIONES": OTRAS_EXTENSIONES})
