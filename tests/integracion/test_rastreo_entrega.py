"""De una cifra publicada a la fila del archivo original: con entregas, capturas y declaraciones de verdad."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rendicion.contexto import Pedido
from rendicion.errores import ErrorUso
from rendicion.rastreo_entrega import rastrear_en
from tests.integracion.alterar import leer_json
from tests.integracion.cadena import RAIZ, retirado

AGOSTO, ABRIL = date(2020, 8, 31), date(2020, 4, 30)


def raiz(cadena: list[Path]) -> Path:
    return cadena[0].parents[3]


def pedido(cadena: list[Path], corte: date | None = None, **otros: Any) -> Pedido:
    return Pedido(**{"datos": raiz(cadena) / "datos", "salida": raiz(cadena) / "salida", "corte": corte} | otros)


def test_el_rastro_llega_hasta_la_linea_del_archivo_original(cadena: list[Path]) -> None:
    rastro = rastrear_en(pedido(cadena, AGOSTO), "1.6", None)
    assert rastro["entrega"] == cadena[0].name
    captura = next(c for c in rastro["capturas"] if c["fuente"] == "sintetico-pantallas")
    (guardada,) = (raiz(cadena) / "salida" / "capturas").rglob(f"*{captura['sha256']}*.bin")
    filas = list(csv.reader(io.StringIO(guardada.read_bytes().decode("cp1252")), delimiter=";"))
    suyas = [f for f in rastro["sustentan"] if f["fuente"] == "sintetico-pantallas"]
    assert suyas
    for f in suyas:
        lugares = [int(n) for n in re.findall(r"fila (\d+)", f["lugar"])]
        assert any(f["registro"] in filas[n - 1] for n in lugares), f


def test_todas_las_filas_que_sustentan_una_cifra_llevan_su_lugar(cadena: list[Path]) -> None:
    for que in ("1.4", "2", "total"):
        rastro = rastrear_en(pedido(cadena), que, None)
        assert rastro["coinciden_todas"]
        assert rastro["sustentan"]
        assert [f["avance_id"] for f in rastro["sustentan"] if not f["lugar"]] == []
        assert [c["porque"] for c in rastro["capturas"] if not c["abierta"]] == []


def test_sin_decir_la_entrega_se_mira_la_ultima_del_corte_o_la_ultima_que_lo_trae(cadena: list[Path]) -> None:
    assert [rastrear_en(pedido(cadena, c), "total", None)["entrega"] for c in (None, AGOSTO, ABRIL)] == [cadena[2].name, cadena[0].name, cadena[2].name]


def test_con_la_carpeta_dicha_se_mira_esa_entrega(cadena: list[Path]) -> None:
    rastro = rastrear_en(pedido(cadena), "1.6", cadena[1])
    assert (rastro["entrega"], rastro["carpeta"]) == (cadena[1].name, str(cadena[1]))
    quitada = f"sintetico-pantallas:{retirado(cadena[1])}"
    assert quitada in [f["avance_id"] for f in rastro["sustentan"]]
    assert quitada not in [f["avance_id"] for f in rastrear_en(pedido(cadena), "1.6", cadena[2])["sustentan"]]


def test_sin_las_capturas_el_rastro_sigue_y_dice_como_pedirlas(cadena: list[Path], tmp_path: Path) -> None:
    rastro = rastrear_en(pedido(cadena, salida=tmp_path / "vacia"), "1.6", cadena[0])
    assert {f["lugar"] for f in rastro["sustentan"]} == {None}
    assert all(f["registro"] for f in rastro["sustentan"])
    assert {c["porque"] for c in rastro["capturas"]} == {"la captura no está en esta salida; pídala a la entidad y compare su huella"}


def test_sin_las_declaraciones_de_las_fuentes_el_rastro_dice_que_no_sabe_leer_la_captura(cadena: list[Path], tmp_path: Path) -> None:
    datos = tmp_path / "datos"
    shutil.copytree(raiz(cadena) / "datos" / "referencia", datos / "referencia")
    rastro = rastrear_en(pedido(cadena, datos=datos), "1.6", cadena[0])
    assert {c["porque"] for c in rastro["capturas"]} == {"no está su declaración: no se sabe leer"}
    assert rastro["coinciden_todas"]


def test_una_carpeta_que_no_es_entrega_o_una_salida_vacia_se_explican(cadena: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ErrorUso, match="no es una entrega"):
        rastrear_en(pedido(cadena), "1.4", tmp_path)
    with pytest.raises(ErrorUso, match="No hay ninguna entrega"):
        rastrear_en(pedido(cadena, salida=tmp_path / "otra"), "1.4", None)


def test_la_orden_rastrear_imprime_el_camino_completo(cadena: list[Path]) -> None:
    ambiente = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))} | {"RENDICION_DATOS": str(raiz(cadena) / "datos"), "COLUMNS": "300"}
    orden = [sys.executable, "-m", "rendicion.linea", "rastrear", "1.4", "--corte", "2020-08-31", "--salida", str(raiz(cadena) / "salida")]
    hecho = subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, env=ambiente, check=False)
    assert hecho.returncode == 0, hecho.stderr
    texto = hecho.stdout
    manifiesto = leer_json(cadena[0] / "manifiesto.json")
    with (cadena[0] / "datos" / "indicadores_actividad.csv").open(encoding="utf-8", newline="") as archivo:
        cifra = next(f for f in csv.DictReader(archivo) if f["corte"] == "2020-08-31" and f["actividad_id"] == "1.4")
    de_su_fuente = [c["sha256"] for c in manifiesto["capturas"] if c["fuente"] == "sintetico-noticias"]
    partes = {
        "la cifra": cifra["avance_pct"], "lo ejecutado": cifra["ejecutado"], "el plan": "900 publicaciones", "su documento": manifiesto["plan"]["sha256"],
        "una fila": "sintetico-noticias:", "su lugar": "noticias.xml, entrada ", "su captura": de_su_fuente[0], "la prueba": "todas las cifras dan lo publicado",
    }  # fmt: skip
    assert [p for p, t in partes.items() if t not in texto] == []
