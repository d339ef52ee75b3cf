"""Lo que comparten las pruebas que miran entregas de verdad: una sola cadena por sesión."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integracion.cadena import armar_cadena


@pytest.fixture(scope="session")
def cadena(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return armar_cadena(tmp_path_factory.mktemp("cadena"))
