"""Cada partición de un país queda anotada en la base declarada, y solo ahí."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest

from rendicion.almacen.registro import VARIABLE_REGISTRO, Registro
from rendicion.pais.anotacion import filas, registro_declarado, sin_anotar
from rendicion.pais.particion import Publicada

CORTES = {2024: (date(2024, 4, 30), date(2024, 12, 31))}
PUBLICADAS = {(2024, "05001"): Publicada("05001-2024-20241231-001", "ab" * 32, {}, ()), (2024, "05002"): Publicada("05002-2024-20241231-001", "cd" * 32, {}, ())}
FALLAS = {"05004-2024": "No están los archivos."}


def _ahora() -> datetime:
    return datetime(2025, 1, 10, tzinfo=UTC)


def test_se_anota_lo_publicado_que_nadie_anoto_y_lo_que_fallo() -> None:
    hechas = filas(PUBLICADAS, FALLAS, CORTES, {"cd" * 32})
    assert [(f["entidad"], f["vigencia"], f["corte"], f["resultado"], f["entrega"], f["detalle"]) for f in hechas] == [
        ("05001", 2024, date(2024, 12, 31), "publicada", "05001-2024-20241231-001", None),
        ("05004", 2024, date(2024, 12, 31), "fallida", None, "No están los archivos."),
    ]
    assert hechas[0]["manifiesto_sha256"] == "ab" * 32


def test_con_una_base_declarada_las_filas_quedan_en_ella_y_no_se_repiten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE_REGISTRO, f"sqlite:///{tmp_path / 'r.sqlite'}")
    numeros = count(1)
    with registro_declarado(_ahora, lambda: str(next(numeros))) as anotar:
        anotar(PUBLICADAS, FALLAS, CORTES)
        anotar(PUBLICADAS, {}, CORTES)
    registro = Registro.en_archivo(tmp_path / "r.sqlite")
    try:
        assert sorted((c["entidad"], c["resultado"]) for c in registro.corridas()) == [("05001", "publicada"), ("05002", "publicada"), ("05004", "fallida")]
    finally:
        registro.cerrar()


def test_sin_una_base_declarada_no_se_anota_nada(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE_REGISTRO, raising=False)
    with registro_declarado(_ahora, lambda: "x") as anotar:
        assert anotar is sin_anotar
