"""Corre la orden de verdad, una vez por sesión, como la correría una persona."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

RAIZ = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Hecho:
    """Es lo que dejó una orden: su código, lo que escribió y, si era JSON, los datos."""

    codigo: int
    salida: str
    error: str

    @property
    def datos(self) -> Any:
        return json.loads(self.salida)


def rendicion(*orden: str | Path, **ambiente: str) -> Hecho:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))}
    hecho = subprocess.run(
        [sys.executable, "-m", "rendicion.linea", *map(str, orden)], capture_output=True, text=True, cwd=RAIZ, env=limpio | ambiente, check=False
    )
    return Hecho(hecho.returncode, hecho.stdout, hecho.stderr)


@pytest.fixture(scope="session")
def orden() -> Callable[..., Hecho]:
    return rendicion


@dataclass(frozen=True)
class Corrida:
    salida: Path
    hecho: Hecho

    @property
    def entrega(self) -> Path:
        return Path(self.hecho.datos["entrega"])


@pytest.fixture(scope="session")
def corrida(tmp_path_factory: pytest.TempPathFactory) -> Corrida:
    salida = tmp_path_factory.mktemp("principal") / "salida"
    hecho = rendicion("correr", "--salida", salida, "--json")
    assert hecho.codigo == 0, hecho.error
    return Corrida(salida, hecho)
