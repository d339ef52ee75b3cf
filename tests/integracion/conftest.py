"""Lo que comparten las pruebas que miran entregas de verdad: una sola cadena por sesión, y un navegador por archivo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integracion.cadena import armar_cadena
from tests.integracion.pagina import chromium


@pytest.fixture(scope="session")
def cadena(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return armar_cadena(tmp_path_factory.mktemp("cadena"))


@pytest.fixture(scope="module")
def navegador() -> Iterator[Any]:
    with chromium() as abierto:
        yield abierto
