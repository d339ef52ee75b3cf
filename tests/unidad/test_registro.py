"""El registro de corridas: se declara dónde, se cierra lo que murió y se rehace desde lo guardado."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rendicion.almacen.registro import Registro, hay_registro
from rendicion.almacen.salida import Salida
from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.fuente import Fuente
from rendicion.operacion.reconstruccion import SIN_PUBLICAR, reconstruir

FUENTE = Fuente("noticias", "csv", "n.csv", "Prensa", {"fecha": "Fecha"}, actividad="1.1")
NOTA = {"corrida_id": "a", "entidad": "13001", "vigencia": 2020, "corte": date(2020, 12, 31), "iniciada": "2026-01-01T00:00:00+00:00"}


def _corridas(salida: Salida) -> list[dict[str, Any]]:
    registro = salida.registro()
    try:
        return registro.corridas()
    finally:
        registro.cerrar()


def _entrega(salida: Salida, numero: int, captura: str, *, publicada: bool = True) -> Path:
    nombre = f"13001-2020-20201231-{numero:03d}"
    carpeta = salida.carpeta / "entregas" / "13001-2020" / nombre
    carpeta.mkdir(parents=True)
    (carpeta / "index.html").write_text("hola")
    manifiesto: Mapping[str, Any] = {
        "entrega": nombre, "numero": numero, "entidad": "13001", "vigencia": 2020, "corte": "2020-12-31",
        "capturas": [{"fuente": "noticias", "sha256": captura}],
        "archivos": {"index.html": {"bytes": 4, "sha256": sha256(b"hola").hexdigest()}},
    }  # fmt: skip
    (carpeta / "manifiesto.json").write_text(json.dumps(manifiesto))
    if publicada:
        destino = salida.portal / "13001-2020" / nombre
        destino.mkdir(parents=True)
        (destino / "manifiesto.json").write_text(json.dumps(manifiesto))
    return carpeta


def test_un_registro_perdido_se_rehace_desde_los_manifiestos_y_las_capturas(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    captura = salida.capturas.conservar(FUENTE, b"datos", "n.csv", {}, datetime(2026, 3, 2, tzinfo=UTC))
    _entrega(salida, 1, captura.sha256)
    _entrega(salida, 2, captura.sha256, publicada=False)
    hecho = reconstruir(salida)
    assert (hecho.entregas, hecho.capturas, hecho.anotadas, hecho.salida) == (2, 1, 2, 0)
    corridas = {c["entrega"]: c for c in _corridas(salida)}
    assert corridas["13001-2020-20201231-001"]["resultado"] == "publicada"
    assert corridas["13001-2020-20201231-001"]["iniciada"] == "2026-03-02T00:00:00+00:00"
    assert (corridas["13001-2020-20201231-002"]["resultado"], corridas["13001-2020-20201231-002"]["detalle"]) == ("fallida", SIN_PUBLICAR)


def test_reconstruir_dos_veces_no_anota_dos_veces(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    _entrega(salida, 1, "0" * 64)
    assert (reconstruir(salida).anotadas, reconstruir(salida).anotadas) == (1, 0)
    assert len(_corridas(salida)) == 1


def test_un_registro_danado_se_aparta_y_se_rehace(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    _entrega(salida, 1, "0" * 64)
    (tmp_path / "registro.sqlite").write_bytes(b"esto no es una base de datos" * 99)
    with pytest.raises(ErrorRendicion, match="rendicion reconstruir"):
        salida.registro()
    assert reconstruir(salida).apartado == "registro.danado-1.sqlite"
    assert (tmp_path / "registro.danado-1.sqlite").read_bytes().startswith(b"esto no es")
    assert [c["resultado"] for c in _corridas(salida)] == ["publicada"]


def test_una_pagina_danada_por_dentro_tambien_se_nota(tmp_path: Path) -> None:
    archivo = tmp_path / "r.sqlite"
    registro = Registro.en_archivo(archivo)
    for n in range(200):
        registro.anotar(NOTA | {"corrida_id": str(n), "resultado": "fallida", "detalle": "x" * 300})
    registro.cerrar()
    with archivo.open("r+b") as base:
        base.seek(8192)
        base.write(b"\xff" * 8192)
    with pytest.raises(ErrorRendicion, match="dañado"):
        Registro.en_archivo(archivo)


def test_lo_danado_se_nombra_y_no_se_anota_como_bueno(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    captura = salida.capturas.conservar(FUENTE, b"datos", "n.csv", {}, datetime(2026, 3, 2, tzinfo=UTC))
    mala = _entrega(salida, 1, captura.sha256)
    (mala / "index.html").write_text("otra")
    cortada = _entrega(salida, 2, captura.sha256)
    (cortada / "manifiesto.json").write_text("{")
    (tmp_path / "capturas" / "noticias" / f"{captura.sha256}.bin").write_bytes(b"otros")
    hecho = reconstruir(salida)
    assert hecho.salida == 1
    assert len(hecho.danadas) == 3
    assert hecho.anotadas == 0


def test_una_corrida_que_murio_se_cierra_como_interrumpida_y_las_demas_no_se_tocan(tmp_path: Path) -> None:
    registro = Registro.en_archivo(tmp_path / "r.sqlite")
    registro.anotar(NOTA | {"resultado": "en_curso"})
    registro.anotar(NOTA | {"corrida_id": "b", "vigencia": 2021, "resultado": "en_curso"})
    registro.anotar(NOTA | {"corrida_id": "c", "resultado": "publicada"})
    assert registro.cerrar_interrumpidas("13001", 2020, "2026-01-02T00:00:00+00:00") == 1
    assert {c["corrida_id"]: c["resultado"] for c in registro.corridas()} == {"a": "fallida", "b": "en_curso", "c": "publicada"}
    registro.cerrar()


def test_la_base_del_registro_se_puede_declarar_en_el_ambiente(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDICION_REGISTRO", f"sqlite:///{tmp_path / 'aparte.sqlite'}")
    assert hay_registro(tmp_path / "registro.sqlite")
    registro = Salida(tmp_path).registro()
    registro.anotar(NOTA | {"resultado": "publicada"})
    registro.cerrar()
    assert not (tmp_path / "registro.sqlite").exists()
    with sqlite3.connect(tmp_path / "aparte.sqlite") as base:
        assert base.execute("select count(*) from corridas").fetchone() == (1,)
    base.close()


def test_una_direccion_que_no_sirve_no_repite_la_contrasena(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RENDICION_REGISTRO", "inventada://persona:secretisima@servidor/base")
    with pytest.raises(ErrorUso) as fallo:
        Salida(tmp_path).registro()
    assert "secretisima" not in str(fallo.value)


def test_una_base_que_no_responde_no_repite_la_contrasena(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("RENDICION_REGISTRO", "postgresql+psycopg://persona:secretisima@127.0.0.1:1/base?connect_timeout=2")
    with pytest.raises(ErrorRendicion, match="no se puede usar") as fallo:
        Salida(tmp_path).registro()
    assert "secretisima" not in str(fallo.value)
