"""La casa: nada de una ciudad en el código, y las órdenes rápidas no cargan lo lento."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]


def test_el_codigo_no_nombra_a_ninguna_ciudad() -> None:
    for paquete in ("esquemas", "rendicion", "validaciones", "flujos"):
        for archivo in (RAIZ / paquete).rglob("*"):
            if archivo.suffix in {".py", ".j2", ".css", ".js"}:
                texto = archivo.read_text("utf-8").lower()
                assert "cartagena" not in texto, archivo
                assert "13001" not in texto, archivo


@pytest.mark.parametrize("orden", [["--help"], ["estado", "--salida", "no-existe"], ["plan", "--help"]])
def test_las_ordenes_que_no_validan_no_cargan_prefect_ni_gx(orden: list[str]) -> None:
    programa = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('LENTOS', [m for m in ('prefect', 'great_expectations', 'pandas') if m in sys.modules]))\n"
        f"sys.argv = ['rendicion', *{orden!r}]\n"
        "from rendicion.linea import main; main()\n"
    )
    hecho = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True, cwd=RAIZ, check=False)
    assert hecho.returncode == 0, hecho.stderr
    assert "LENTOS []" in hecho.stdout


def test_las_pruebas_rapidas_no_importan_prefect_ni_gx() -> None:
    for archivo in (RAIZ / "tests" / "unidad").glob("*.py"):
        texto = archivo.read_text("utf-8")
        for lento in ("prefect", "great_expectations", "validaciones", "flujos"):
            assert f"import {lento}" not in texto, archivo
            assert f"from {lento}" not in texto, archivo


def test_toda_orden_esta_en_el_readme() -> None:
    from rendicion.linea import ordenes

    leeme = (RAIZ / "README.md").read_text("utf-8")
    nombres = [nombre for nombre, _ in ordenes()]
    assert {"correr", "fuentes", "fuentes proponer", "nueva-entidad", "ckan revisar"} <= set(nombres)
    assert [n for n in nombres if f"`rendicion {n}`" not in leeme] == []


def test_el_plan_de_referencia_es_el_real_sin_tocar() -> None:
    import hashlib

    plan = (RAIZ / "datos" / "referencia" / "plan-anual-rendicion-2020.txt").read_bytes()
    assert len(plan) == 4954
    assert hashlib.sha256(plan).hexdigest() == HUELLA_PLAN


HUELLA_PLAN = "9602867552277a7d7ebc6cda17b979f287a44b79f510332d415f9df462a2a331"
