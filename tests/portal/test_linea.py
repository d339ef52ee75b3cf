"""De la orden al portal: la entrega de verdad, publicada con la línea de comandos y comprobada por quien la descarga."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from esquemas import PUBLICAS

RAIZ = Path(__file__).resolve().parents[2]
CONJUNTO = "rendicion-13001-2020"
FECHA = r"\d{4}-\d{2}-\d{2}"


def rendicion(*orden: str | Path, token: str = "") -> subprocess.CompletedProcess[str]:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))}
    ambiente = limpio | ({"RENDICION_CKAN_TOKEN": token} if token else {})
    return subprocess.run([sys.executable, "-m", "rendicion.linea", *map(str, orden)], capture_output=True, text=True, cwd=RAIZ, env=ambiente, check=False)


@pytest.fixture(scope="module")
def salida(tmp_path_factory: pytest.TempPathFactory) -> Path:
    carpeta = tmp_path_factory.mktemp("linea") / "salida"
    hecho = rendicion("correr", "--salida", carpeta, "--json")
    assert hecho.returncode == 0, hecho.stderr
    return carpeta


@pytest.fixture(scope="module")
def conjunto(pila: Any, salida: Path) -> dict[str, Any]:
    """Publica la entrega real y devuelve lo que cualquiera lee del conjunto."""
    # La pila puede venir de una corrida anterior, con una entrega del mismo número.
    pila.estado("dataset_purge", token=pila.token, id=CONJUNTO)
    primera = rendicion("publicar", "--ckan", pila.url, "--salida", salida, "--json", token=pila.token)
    assert primera.returncode == 0, primera.stderr
    assert pila.token not in primera.stdout + primera.stderr
    return dict(pila.accion("package_show", id=CONJUNTO))


def _vigentes(conjunto: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {r["ruta"]: r for r in conjunto["resources"] if r.get("entrega") == conjunto["version"]}


def test_lo_publicado_se_descarga_con_curl_y_se_comprueba_sin_nuestro_programa(pila: Any, salida: Path, conjunto: dict[str, Any], tmp_path: Path) -> None:
    revision = rendicion("ckan", "revisar", pila.url, "--json", token=pila.token)
    assert json.loads(revision.stdout)["version"] == pila.accion("status_show")["ckan_version"]
    for ruta, recurso in _vigentes(conjunto).items():
        subprocess.run(["curl", "-sfL", "--create-dirs", "-o", str(tmp_path / ruta), recurso["url"]], check=True)
    sumas = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert sumas.returncode == 0, sumas.stdout
    verificado = subprocess.run([sys.executable, "-I", "verificar.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert verificado.returncode == 0, verificado.stdout
    segunda = rendicion("publicar", "--ckan", pila.url, "--salida", salida, "--json", token=pila.token)
    assert json.loads(segunda.stdout)["estado"] == "sin_cambios"


def test_quien_lee_encuentra_que_es_de_quien_y_con_que_licencia(pila: Any, conjunto: dict[str, Any]) -> None:
    extras = {e["key"]: e["value"] for e in conjunto["extras"]}
    assert (conjunto["name"], conjunto["private"], conjunto["state"]) == (CONJUNTO, False, "active")
    assert conjunto["organization"]["title"] == "Alcaldía Mayor de Cartagena de Indias"
    assert [g["display_name"] for g in conjunto["groups"]] == ["Rendición de cuentas"]
    assert conjunto["title"] == "DATOS SINTÉTICOS · Rendición de cuentas 2020: Alcaldía Mayor de Cartagena de Indias"
    assert {"rendición de cuentas", "transparencia", "2020", "Cartagena de Indias", "DATOS SINTÉTICOS"} <= {t["name"] for t in conjunto["tags"]}
    assert (conjunto["license_id"], extras["license_version"]) == ("cc-by-sa", "CC-BY-SA-4.0")
    assert extras["license_url"].startswith("https://creativecommons.org/licenses/by-sa/4.0/")
    assert conjunto["maintainer"]
    assert conjunto["maintainer_email"] == extras["contact_email"]
    assert extras["dependencia_responsable"]
    for parte in ("Entrega vigente", "Cómo se calcula", "Reglas", "Límites", "Licencia"):
        assert f"**{parte}:**" in conjunto["notes"]


def test_quien_lee_encuentra_cada_cuanto_de_que_tiempo_y_de_que_lugar(conjunto: dict[str, Any]) -> None:
    extras = {e["key"]: e["value"] for e in conjunto["extras"]}
    assert extras["frequency"].endswith("/frequency/ANNUAL_3")
    assert extras["frecuencia"] == "Cada cuatro meses (R/P4M)"
    assert re.fullmatch(FECHA, extras["temporal_start"])
    assert re.fullmatch(FECHA, extras["temporal_end"])
    assert extras["temporal_start"] < extras["temporal_end"]
    assert extras["spatial_text"] == "Cartagena de Indias, Bolívar (DIVIPOLA 13001)"
    assert extras["modified"] == extras["corte"] == "2020-12-31"
    for clave in ("metodologia", "reglas", "limitaciones", "normas", "conforms_to", "language", "publisher_name", "contact_name"):
        assert extras[clave], clave


def test_cada_tabla_esta_en_csv_y_parquet_con_tamano_huella_esquema_y_tipo(conjunto: dict[str, Any]) -> None:
    vigentes = _vigentes(conjunto)
    for nombre, tabla in PUBLICAS.items():
        for formato, mime in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")):
            recurso = vigentes[f"datos/{nombre}.{formato}"]
            assert (recurso["mimetype"], recurso["format"].lower()) == (mime, formato)
            assert recurso["size"] > 0
            assert re.fullmatch("[0-9a-f]{64}", recurso["hash"])
            assert [c["name"] for c in json.loads(recurso["schema"])["fields"]] == list(tabla.nombres)
    otros = ("manifiesto.json", "datapackage.json", "validacion/informe.html", "validacion/resultados.json", "index.html", "cronograma.ics", "catalogo.jsonld", "SHA256SUMS", "verificar.py")
    for ruta in otros:
        assert vigentes[ruta]["name"], ruta
        assert vigentes[ruta]["url"].startswith("http"), ruta


def test_hay_una_direccion_que_no_cambia_para_la_ultima_y_una_para_cada_entrega(pila: Any, salida: Path, conjunto: dict[str, Any]) -> None:
    for estable in (r for r in conjunto["resources"] if r.get("ultima")):
        propia = f"{pila.url}/dataset/{CONJUNTO}/resource/{estable['id']}/download"
        de_la_entrega = _vigentes(conjunto)[estable["ultima"]]["url"]
        assert httpx.get(propia, follow_redirects=True, timeout=60).content == httpx.get(de_la_entrega, timeout=60).content
        assert conjunto["version"] in httpx.get(propia, timeout=60).headers["location"]
    assert {r["ultima"] for r in conjunto["resources"] if r.get("ultima")} >= {"index.html", "manifiesto.json", "datapackage.json", "datos/plan.csv"}


def test_la_pagina_del_conjunto_se_ve_en_espanol_y_lleva_a_cada_archivo(pila: Any, conjunto: dict[str, Any]) -> None:
    pagina = httpx.get(f"{pila.url}/dataset/{CONJUNTO}", timeout=60).raise_for_status().text
    assert '<html lang="es"' in pagina
    assert "DATOS SINTÉTICOS" in pagina
    for recurso in _vigentes(conjunto).values():
        assert f"/resource/{recurso['id']}" in pagina


def test_un_retiro_queda_dicho_en_las_correcciones_de_la_siguiente_entrega(pila: Any, salida: Path, conjunto: dict[str, Any]) -> None:
    recurso = _vigentes(conjunto)["datos/encuestas.csv"]
    orden = ("retirar", recurso["id"], "--ckan", pila.url, "--salida", salida, "--autor", "Control Interno")
    hecho = rendicion(*orden, "--motivo", "Traía el nombre de una persona.", token=pila.token)
    assert hecho.returncode == 0, hecho.stderr
    assert not pila.bytes_guardados(recurso["id"]).exists()
    corrida = rendicion("correr", "--salida", salida, "--json")
    assert corrida.returncode == 0, corrida.stderr
    siguiente = json.loads(corrida.stdout)
    assert siguiente["estado"] == "publicada"
    with (Path(siguiente["entrega"]) / "datos" / "correcciones.csv").open(encoding="utf-8", newline="") as flujo:
        (fila,) = [f for f in csv.DictReader(flujo) if f["tabla"] == "(archivo)"]
    assert fila["clave"] == f"{conjunto['version']}/datos/encuestas.csv"
    assert (fila["antes"], fila["despues"]) == (recurso["hash"], "")
    assert (fila["motivo"], fila["autor"]) == ("Traía el nombre de una persona.", "Control Interno")
    assert re.fullmatch(FECHA, fila["fecha"])
    verificado = subprocess.run([sys.executable, "-I", "verificar.py"], cwd=siguiente["entrega"], capture_output=True, text=True, check=False)
    assert verificado.returncode == 0, verificado.stdout
    publicada = rendicion("publicar", "--ckan", pila.url, "--salida", salida, "--json", token=pila.token)
    assert publicada.returncode == 0, publicada.stderr
    assert pila.accion("resource_show", id=recurso["id"])["retirado"] == "Traía el nombre de una persona."


def test_sin_token_se_dice_como_darlo(salida: Path) -> None:
    hecho = rendicion("publicar", "--ckan", "http://127.0.0.1:9", "--salida", salida)
    assert hecho.returncode == 2
    assert "RENDICION_CKAN_TOKEN" in hecho.stderr


def test_un_portal_que_no_responde_sale_con_tres(salida: Path) -> None:
    hecho = rendicion("publicar", "--ckan", "http://127.0.0.1:9", "--salida", salida, token="no-importa")
    assert hecho.returncode == 3
    assert "no-importa" not in hecho.stdout + hecho.stderr
    assert "Traceback" not in hecho.stderr
