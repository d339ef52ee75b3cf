"""El ciclo completo de 2020 con la orden de verdad: tres cortes en cadena, y cada cifra recalculada desde afuera."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest

from tests.aceptacion.conftest import Hecho

Orden = Callable[..., Hecho]
CORTES = ("2020-04-30", "2020-08-31", "2020-12-31")
DEL_CICLO = ("cronograma", "calendarios", "compromisos", "dialogo", "encuestas", "autodiagnostico", "ciclo")


@pytest.fixture(scope="module")
def entregas(tmp_path_factory: pytest.TempPathFactory, orden: Orden) -> list[Path]:
    salida = tmp_path_factory.mktemp("tres-cortes") / "salida"
    hechos = [orden("correr", "--salida", salida, "--corte", corte, "--json") for corte in CORTES]
    assert [h.codigo for h in hechos] == [0, 0, 0], [h.error for h in hechos]
    return [Path(h.datos["entrega"]) for h in hechos]


def _cifras(entrega: Path) -> dict[str, dict[str, object]]:
    leido: dict[str, dict[str, object]] = json.loads((entrega / "ciclo.json").read_text("utf-8"))
    return leido


def test_en_los_tres_cortes_verificar_recalcula_cada_cifra_del_ciclo(entregas: list[Path]) -> None:
    for entrega in entregas:
        hecho = subprocess.run([sys.executable, "-I", "verificar.py", "--json"], cwd=entrega, capture_output=True, text=True, check=False)
        assert hecho.returncode == 0, hecho.stdout
        salieron = {c["clave"]: c["estado"] for c in json.loads(hecho.stdout)["comprobaciones"]}
        assert {clave: salieron[clave] for clave in DEL_CICLO} == dict.fromkeys(DEL_CICLO, "bien")


def test_los_compromisos_y_las_preguntas_avanzan_de_corte_en_corte(entregas: list[Path]) -> None:
    cifras = [_cifras(e) for e in entregas]
    assert [c["compromisos"]["compromisos"] for c in cifras] == [0, 6, 12]
    assert [c["compromisos"]["cumplimiento_pct"] for c in cifras] == [None, "50.00", "50.00"]
    assert [c["compromisos"]["vencido"] for c in cifras] == [0, 0, 3]
    assert next(c["dialogo"]["preguntas"] for c in cifras) == 0
    assert [c["encuestas"]["encuestas"] for c in cifras] == [0, 2, 4]
    assert [c["autodiagnostico"]["nivel"] for c in cifras] == [None, None, "inicial"]


def test_cada_dependencia_tiene_su_calendario_y_los_uid_no_cambian_entre_cortes(entregas: list[Path]) -> None:
    uids = []
    for entrega in entregas:
        todos = icalendar.Calendar.from_ical((entrega / "cronograma.ics").read_bytes())
        uids.append({str(e["UID"]) for e in todos.walk("VEVENT")})
        suyos = {p.stem: icalendar.Calendar.from_ical(p.read_bytes()) for p in (entrega / "calendarios").glob("*.ics")}
        assert {str(e["UID"]) for c in suyos.values() for e in c.walk("VEVENT")} == uids[-1]
        assert {"oficina-de-control-interno", "oficina-de-comunicaciones-y-prensa"} <= set(suyos)
    assert uids[0] == uids[1] == uids[2]


def test_el_informe_dice_lo_que_vence_por_dependencia_y_lleva_a_su_calendario(entregas: list[Path]) -> None:
    pagina = (entregas[1] / "index.html").read_text("utf-8")
    assert "por dependencia" in pagina
    for archivo in (entregas[1] / "calendarios").glob("*.ics"):
        assert f"./calendarios/{archivo.name}" in pagina
