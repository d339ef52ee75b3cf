"""La revisión de vulnerabilidades nunca da por bueno lo que nadie respondió."""

from __future__ import annotations

import runpy
from pathlib import Path

AUDITAR = runpy.run_path(str(Path(__file__).resolve().parents[2] / ".ci" / "auditar.py"))["veredicto"]
SANO = {"name": "a", "version": "1", "vulns": []}
CALLADO = {"name": "b", "skip_reason": "Dependency not found on PyPI and could not be audited"}
MALO = {"name": "c", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}


def test_si_se_consultaron_todas_y_no_hay_ninguna_esta_bien() -> None:
    assert AUDITAR({"dependencies": [SANO]})[0] == 0


def test_un_paquete_sin_respuesta_no_cuenta_como_aprobado() -> None:
    codigo, frase = AUDITAR({"dependencies": [SANO, CALLADO]})
    assert codigo == 3
    assert "NO SE PUDO CONSULTAR" in frase
    assert "1 de 2" in frase


def test_una_lista_vacia_no_cuenta_como_aprobada() -> None:
    assert AUDITAR({"dependencies": []})[0] == 3


def test_una_vulnerabilidad_se_nombra_con_su_arreglo_aunque_otros_no_respondan() -> None:
    codigo, frase = AUDITAR({"dependencies": [CALLADO, MALO]})
    assert codigo == 1
    assert "PYSEC-1" in frase
    assert "2.1" in frase
