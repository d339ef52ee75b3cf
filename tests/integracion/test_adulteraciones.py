"""Cada adulteración, por los tres comprobadores: verificar.py, `rendicion verificar` y la página en un Chromium de verdad."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rendicion import verificacion
from rendicion.firma import clave_publica_de
from rendicion.verificador import verificar
from tests.integracion.adulteraciones import ADULTERACIONES, DOCUMENTO, Adulteracion, Dice, documento
from tests.integracion.alterar import huella, rehacer
from tests.integracion.cadena import clave_privada
from tests.integracion.pagina import CHROMIUM, abrir, lineas, servida, veredicto

pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.navegador, pytest.mark.skipif(CHROMIUM is None, reason="no hay Chromium en esta máquina")]
EN_LA_PAGINA = {"bien": "bien", "MAL": "mal", "no se pudo comprobar": "no_comprobado"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("adulteradas")


@pytest.fixture(scope="module")
def puerto(base: Path) -> Iterator[int]:
    with servida(base) as abierto:
        yield abierto


def adulterada(a: Adulteracion, cadena: list[Path], destino: Path) -> tuple[Path, dict[str, str]]:
    """Copia la cadena, la altera y devuelve la entrega que se mira y lo que quien verifica tiene a mano."""
    destino.mkdir()
    for n, entrega in enumerate(cadena, 1):
        copiar = shutil.copytree if a.cadena or n == a.entrega else _enlazar
        copiar(entrega, destino / entrega.name)
    copias = [destino / e.name for e in cadena]
    guardado = {"clave": clave_publica_de(clave_privada(1)).decode(), "huella": huella(copias[a.entrega - 1]), "corte": "2020-12-31", "ultima": ""}
    entrega = a.cadena(copias) if a.cadena else copias[a.entrega - 1]
    if a.cambio:
        a.cambio(entrega)
    if a.sellar:
        rehacer(entrega)
    return entrega, {c: guardado[c] for c in a.con}


def _enlazar(entrega: Path, destino: Path) -> None:
    destino.symlink_to(entrega, target_is_directory=True)


def orden(entrega: Path, tiene: dict[str, str]) -> list[str]:
    """Escribe la orden de verificar.py, con el del proyecto: el de la entrega podría ser el alterado."""
    opciones = ["--anterior", str(entrega.parent)]
    if "clave" in tiene:
        archivo = entrega.parent.with_suffix(".pem")
        archivo.write_text(tiene["clave"])
        opciones += ["--clave-publica", str(archivo)]
    for una in ("huella", "corte"):
        opciones += [f"--{una}", tiene[una]] if una in tiene else []
    return [sys.executable, "-I", verificar.__file__, str(entrega), "--json", *opciones, *(["--ultima"] if "ultima" in tiene else [])]


@pytest.mark.parametrize("a", ADULTERACIONES, ids=lambda a: a.nombre)
def test_cada_comprobador_dice_lo_que_debe_de_cada_adulteracion(a: Adulteracion, cadena: list[Path], base: Path, puerto: int, navegador: Any) -> None:
    entrega, tiene = adulterada(a, cadena, base / a.nombre)
    proceso = subprocess.Popen(orden(entrega, tiene), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    pagina, pedidos, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{a.nombre}/{entrega.name}/index.html")
    pagina.get_by_role("button", name="Comprobar estas cifras").click()  # el navegador trabaja mientras tanto
    clave, ultima = tiene.pop("clave", None), "ultima" in tiene
    tiene.pop("ultima", None)
    hecha = verificacion.verificar(str(entrega), anterior=entrega.parent, clave_publica=clave.encode() if clave else None, ultima=ultima, **tiene)
    pagina.locator("#comprobar-resultado h4").wait_for()
    en_la_pagina = {t: EN_LA_PAGINA[e] for t, (e, _) in lineas(pagina).items()}
    dicho = veredicto(pagina)
    cambios = pagina.locator("#cambios").inner_text() if a.dicho else ""
    pagina.context.close()
    salida, error = proceso.communicate(timeout=60)
    solo = json.loads(salida)
    estados = {c["clave"]: c["estado"] for c in solo["comprobaciones"]}
    con_todo = {c["clave"]: c["estado"] for c in hecha.datos["comprobaciones"]}
    assert [estados[a.verificar.linea], con_todo[a.en_rendicion.linea], en_la_pagina[a.pagina.linea]] == [d.como for d in (a.verificar, a.en_rendicion, a.pagina)], error
    assert (proceso.returncode, solo["resultado"]) == ((1, "mal") if "mal" in estados.values() else (0, "bien"))
    assert hecha.salida == int("mal" in con_todo.values())
    assert dicho.startswith("MAL: ") == ("mal" in en_la_pagina.values())
    assert all(p.startswith(f"http://127.0.0.1:{puerto}/{a.nombre}/{entrega.name}/") for p in pedidos)
    if a.dicho:
        assert "mal" not in {*estados.values(), *con_todo.values(), *en_la_pagina.values()}
        assert _dichos(entrega) >= set(a.dicho)
        assert "no registra cambios" not in cambios


def _dichos(entrega: Path) -> set[tuple[str, str, str]]:
    with (entrega / "datos" / "correcciones.csv").open(encoding="utf-8", newline="") as archivo:
        return {(f["tabla"], f["clave"], f["campo"]) for f in csv.DictReader(archivo)}


def test_sin_alterar_ninguno_de_los_tres_dice_mal(cadena: list[Path]) -> None:
    for entrega in cadena:
        hecha = verificacion.verificar(str(entrega), anterior=entrega.parent, clave_publica=clave_publica_de(clave_privada(1)))
        assert hecha.salida == 0, hecha.texto
        assert set(hecha.datos["sin_comprobar"]) <= {"reglas_del_plan"}


def test_ninguna_adulteracion_pasa_callada_por_los_tres() -> None:
    legitimas = [a for a in ADULTERACIONES if a.dicho]
    assert len(ADULTERACIONES) - len(legitimas) >= 80
    bien = Dice("", "bien").como
    assert [a.nombre for a in ADULTERACIONES if not a.dicho and bien in (a.verificar.como, a.en_rendicion.como, a.pagina.como)] == []
    assert [a.nombre for a in ADULTERACIONES if not a.dicho and a.en_rendicion.como != "mal" and a.nombre != "otra_clave"] == []
    assert len({a.nombre for a in ADULTERACIONES}) == len(ADULTERACIONES)


def test_el_documento_de_adulteraciones_es_el_de_la_tabla() -> None:
    assert DOCUMENTO.read_text("utf-8") == documento(), "Escríbalo de nuevo: python -m tests.integracion.adulteraciones"
