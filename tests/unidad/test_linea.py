"""La línea de comandos habla español también cuando se usa mal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("orden", "dice"),
    [
        (["plan"], "Falta el argumento «archivo»."),
        (["correr", "--corte", "ayer"], "escriba la fecha como AAAA-MM-DD"),
        (["correr", "--nada"], "No existe la opción «--nada»."),
        (["nada"], "No existe la orden «nada»."),
        (["correr", "--salida"], "La opción «--salida» necesita un valor."),
        (["estado", "sobra"], "Sobra: «sobra»."),
        (["correr", "--vigencia", "dos"], "El valor de --vigencia no sirve."),
        (["retirar", "x", "--ckan", "http://127.0.0.1:9"], "Falta la opción «--motivo»."),
    ],
)
def test_un_error_de_uso_se_dice_en_espanol_y_sale_con_dos(orden: list[str], dice: str) -> None:
    hecho = subprocess.run([sys.executable, "-m", "rendicion.linea", *orden], capture_output=True, text=True, cwd=RAIZ, check=False)
    assert hecho.returncode == 2
    assert dice in " ".join(hecho.stderr.split())
    assert "--help" in hecho.stderr


def test_sin_orden_se_muestra_la_ayuda() -> None:
    hecho = subprocess.run([sys.executable, "-m", "rendicion.linea", "--help"], capture_output=True, text=True, cwd=RAIZ, check=False)
    assert hecho.returncode == 0
    assert "correr" in hecho.stdout
