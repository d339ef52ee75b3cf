"""Guardar sin dejar nada a medias: capturas, entregas, candado y registro."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rendicion.almacen.archivos import escribir
from rendicion.almacen.capturas import Capturas
from rendicion.almacen.entregas import Entregas
from rendicion.almacen.registro import Registro
from rendicion.almacen.salida import Salida
from rendicion.errores import ErrorRendicion
from rendicion.fuente import Fuente

FUENTE = Fuente("noticias", "csv", "n.csv", "Prensa", {"fecha": "Fecha"}, actividad="1.1")
HOY = datetime(2026, 1, 1, tzinfo=UTC)


def test_la_misma_captura_no_se_escribe_dos_veces(tmp_path: Path) -> None:
    capturas = Capturas(tmp_path)
    una = capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY)
    antes = {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*")}
    otra = capturas.conservar(FUENTE, b"datos", "n.csv", {}, datetime(2027, 1, 1, tzinfo=UTC))
    assert otra == una
    assert {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*")} == antes
    assert capturas.leer(una) == b"datos"


def test_una_captura_sin_su_ficha_no_existe(tmp_path: Path) -> None:
    capturas = Capturas(tmp_path)
    una = capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY)
    (tmp_path / "noticias" / f"{una.sha256}.json").unlink()
    assert capturas.ultima("noticias") is None
    assert capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY) == una


@pytest.mark.parametrize("danada", ["", '{"fuente": "sin', "[]", '{"fuente": "noticias"}', "{}"])
def test_una_ficha_danada_es_como_si_no_estuviera_y_la_captura_se_guarda_otra_vez(tmp_path: Path, danada: str) -> None:
    capturas = Capturas(tmp_path)
    una = capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY)
    (tmp_path / "noticias" / f"{una.sha256}.json").write_text(danada, "utf-8")
    assert capturas.ultima("noticias") is None
    assert capturas.previa(FUENTE, HOY.date()) is None
    assert capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY) == una
    assert capturas.ultima("noticias") == una


def test_una_captura_alterada_se_niega_y_se_rehace(tmp_path: Path) -> None:
    capturas = Capturas(tmp_path)
    una = capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY)
    (tmp_path / "noticias" / f"{una.sha256}.bin").write_bytes(b"otros")
    with pytest.raises(ErrorRendicion, match="ya no es la que se recibió"):
        capturas.leer(una)
    capturas.conservar(FUENTE, b"datos", "n.csv", {}, HOY)
    assert capturas.leer(una) == b"datos"


def test_si_falla_a_mitad_de_la_escritura_queda_lo_anterior(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    destino = tmp_path / "a.txt"
    escribir(destino, b"antes")

    def sin_disco(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", sin_disco)
    with pytest.raises(OSError, match="No space"):
        escribir(destino, b"despues")
    assert destino.read_bytes() == b"antes"
    assert [f.name for f in tmp_path.iterdir()] == ["a.txt"]


def test_una_entrega_que_falla_al_armarse_no_deja_nada(tmp_path: Path) -> None:
    entregas = Entregas(tmp_path)

    def armar() -> None:
        with entregas.nueva("13001", 2020, "e-001") as (trabajo, _):
            (trabajo / "manifiesto.json").write_text("{}")
            raise RuntimeError("se fue la luz")

    with pytest.raises(RuntimeError):
        armar()
    assert entregas.cadena("13001", 2020) == []
    assert list((tmp_path / "13001-2020").iterdir()) == []


def test_un_proceso_muerto_al_armar_no_deja_entrega_y_el_siguiente_limpia(tmp_path: Path) -> None:
    programa = (
        "import sys, os, signal\nfrom pathlib import Path\nfrom rendicion.almacen.entregas import Entregas\n"
        "with Entregas(Path(sys.argv[1])).nueva('13001', 2020, 'e-001') as (t, _):\n"
        "    (t / 'manifiesto.json').write_text('{}')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    hecho = subprocess.run([sys.executable, "-c", programa, str(tmp_path)], check=False)
    assert hecho.returncode == -signal.SIGKILL
    entregas = Entregas(tmp_path)
    assert entregas.cadena("13001", 2020) == []
    with entregas.nueva("13001", 2020, "e-001") as (trabajo, _):
        (trabajo / "manifiesto.json").write_text(json.dumps({"numero": 1, "corte": "2020-12-31"}))
    assert [e.carpeta.name for e in entregas.cadena("13001", 2020)] == ["e-001"]
    assert entregas.ultima_del_corte("13001", 2020, date(2020, 4, 30)) is None


def test_el_candado_es_de_uno_solo_y_se_suelta_si_el_proceso_muere(tmp_path: Path) -> None:
    salida = Salida(tmp_path)
    programa = (
        "import sys, os, signal\nfrom pathlib import Path\nfrom rendicion.almacen.salida import Salida\n"
        "with Salida(Path(sys.argv[1])).candado():\n    print('listo', flush=True)\n    signal.pause()\n"
    )
    otro = subprocess.Popen([sys.executable, "-c", programa, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert otro.stdout is not None
    assert otro.stdout.readline() == "listo\n"
    with pytest.raises(ErrorRendicion, match="otra corrida"), salida.candado():
        pass
    otro.kill()
    otro.wait()
    otro.stdout.close()
    with salida.candado():
        pass


def test_el_registro_guarda_y_actualiza_cada_corrida(tmp_path: Path) -> None:
    registro = Registro.en_archivo(tmp_path / "r.sqlite")
    nota = {"corrida_id": "a", "entidad": "13001", "vigencia": 2020, "corte": date(2020, 12, 31), "iniciada": "2026-01-01T00:00:00+00:00"}
    registro.anotar(nota | {"resultado": "en_curso"})
    registro.anotar(nota | {"resultado": "publicada", "entrega": "e-001"})
    (corrida,) = registro.corridas()
    assert (corrida["resultado"], corrida["entrega"]) == ("publicada", "e-001")
    registro.cerrar()


def test_un_registro_danado_se_dice_en_claro(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").write_bytes(b"esto no es una base de datos, ni de lejos" * 40)
    with pytest.raises(ErrorRendicion, match="rendicion reconstruir"):
        Registro.en_archivo(tmp_path / "r.sqlite")
