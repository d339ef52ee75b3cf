"""Lo que se retira del disco y lo que se guarda siempre."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rendicion.almacen.capturas import Captura
from rendicion.almacen.salida import Salida
from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.fuente import Fuente
from rendicion.operacion.retencion import retener
from rendicion.previa import PaginaCruda

FUENTE = Fuente("noticias", "csv", "n.csv", "Prensa", {"fecha": "Fecha"}, actividad="1.1")
VIEJO = datetime(2026, 1, 1, tzinfo=UTC)
AHORA = datetime(2026, 11, 1, tzinfo=UTC)


def _guardar(salida: Salida, contenido: bytes, momento: datetime, base: str | None = None, paginas: tuple[PaginaCruda, ...] = ()) -> Captura:
    return salida.capturas.conservar(FUENTE, contenido, "n.csv", {}, momento, paginas, base)


def _entrega(salida: Salida, nombre: str, *capturas: Captura) -> Path:
    manifiesto = salida.carpeta / "entregas" / "13001-2020" / nombre / "manifiesto.json"
    manifiesto.parent.mkdir(parents=True)
    manifiesto.write_text(json.dumps({"capturas": [{"fuente": c.fuente, "sha256": c.sha256} for c in capturas]}))
    return manifiesto


def _quedan(salida: Salida) -> set[str]:
    return {f.stem for f in (salida.carpeta / "capturas" / "noticias").glob("[!.]*.bin")}


def test_se_retira_la_captura_vieja_que_ninguna_entrega_cita_y_se_guarda_lo_demas(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    suelta, citada = _guardar(salida, b"suelta", VIEJO), _guardar(salida, b"citada", VIEJO)
    nueva, ultima = _guardar(salida, b"nueva", AHORA - timedelta(days=9)), _guardar(salida, b"ultima", AHORA - timedelta(days=1))
    _entrega(salida, "e-001", citada)
    limpieza = retener(salida, AHORA, 180)
    assert limpieza.retiradas == [f"capturas/noticias/{suelta.sha256}.bin"]
    assert _quedan(salida) == {citada.sha256, nueva.sha256, ultima.sha256}
    assert not (tmp_path / "capturas" / "noticias" / f"{suelta.sha256}.json").exists()


def test_la_ultima_captura_de_una_fuente_se_guarda_aunque_sea_vieja(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    sola = _guardar(salida, b"sola", VIEJO)
    salida.capturas.conservar(Fuente("otra", "csv", "o.csv", "Prensa", {"fecha": "F"}, actividad="1.1"), b"x", "o.csv", {}, AHORA)
    assert retener(salida, AHORA, 180).retiradas == []
    assert _quedan(salida) == {sola.sha256}


def test_la_base_de_una_lectura_por_partes_se_guarda_con_ella(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    base = _guardar(salida, b"base", VIEJO)
    completada = _guardar(salida, b"completada", VIEJO + timedelta(days=1), base.sha256)
    ultima = _guardar(salida, b"ultima", AHORA)
    _entrega(salida, "e-001", completada)
    retener(salida, AHORA, 180)
    assert _quedan(salida) == {base.sha256, completada.sha256, ultima.sha256}


def test_una_pagina_se_retira_cuando_ya_ninguna_captura_la_nombra(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    _guardar(salida, b"vieja", VIEJO, None, (PaginaCruda("1", b"pagina vieja", {}), PaginaCruda("2", b"comun", {})))
    _guardar(salida, b"ultima", AHORA, None, (PaginaCruda("2", b"comun", {}),))
    limpieza = retener(salida, AHORA, 180)
    assert len(limpieza.retiradas) == 1
    assert [p.read_bytes() for p in (tmp_path / "capturas" / "noticias" / "paginas").iterdir()] == [b"comun"]


def test_simular_no_borra_nada(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    _guardar(salida, b"suelta", VIEJO)
    _guardar(salida, b"ultima", AHORA)
    (tmp_path / "capturas" / "noticias" / ".x.bin.77.tmp").write_bytes(b"a medias")
    antes = sorted(tmp_path.rglob("*"))
    limpieza = retener(salida, AHORA, 180, simular=True)
    assert (len(limpieza.retiradas), len(limpieza.restos)) == (1, 1)
    assert [p for p in sorted(tmp_path.rglob("*")) if p.name != ".candado"] == [p for p in antes if p.name != ".candado"]


def test_sin_poder_leer_un_manifiesto_no_se_retira_nada(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    suelta, ultima = _guardar(salida, b"suelta", VIEJO), _guardar(salida, b"ultima", AHORA)
    _entrega(salida, "e-001").write_text("{cortado")
    with pytest.raises(ErrorRendicion, match="No se retiró nada"):
        retener(salida, AHORA, 180)
    assert _quedan(salida) == {suelta.sha256, ultima.sha256}


def test_con_el_reloj_adelantado_no_se_retira_nada(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    _guardar(salida, b"suelta", VIEJO)
    _guardar(salida, b"ultima", AHORA)
    with pytest.raises(ErrorRendicion, match="Revise la fecha"):
        retener(salida, AHORA + timedelta(days=4000), 180)
    assert len(_quedan(salida)) == 2


def test_los_restos_de_un_proceso_muerto_se_limpian(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    _guardar(salida, b"ultima", AHORA)
    carpeta = tmp_path / "capturas" / "noticias"
    (carpeta / ".x.bin.77.tmp").write_bytes(b"a medias")
    (carpeta / ("f" * 64 + ".bin")).write_bytes(b"sin ficha")
    assert len(retener(salida, AHORA, 180).restos) == 2
    assert len(_quedan(salida)) == 1


def test_guardar_menos_de_un_dia_se_niega(tmp_path: Path) -> None:
    with pytest.raises(ErrorUso, match="0 días"):
        retener(Salida(tmp_path), AHORA, 0)
