"""El catálogo de la entrega cumple las formas SHACL de DCAT-AP 3.0.1, sin red."""

from __future__ import annotations

import json
import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Namespace

from esquemas import PUBLICAS
from rendicion.catalogo import catalogo
from rendicion.entidad import Entidad, Vigencia
from rendicion.entrega import Archivo, Identidad

FORMAS = Path(__file__).parent / "dcat-ap-3.0.1"
SH = Namespace("http://www.w3.org/ns/shacl#")
VIGENCIA = Vigencia(2020, "plan.txt", "fuentes")
COMPLETA = Entidad("05001", "Ciudad de prueba", (VIGENCIA,), municipio="Prueba", contacto_nombre="Datos", contacto_correo="d@example.org", sitio="https://example.org")
MINIMA = Entidad("05001", "Ciudad de prueba", (VIGENCIA,), contacto_nombre="Datos", contacto_correo="d@example.org", frecuencia="R/P5M")
ARCHIVOS = [Archivo(f"datos/{n}.{f}", 10, "ab" * 32) for n in PUBLICAS for f in ("csv", "parquet")]
# Lo recomendado que no se dice: no hay coordenadas del municipio, y las licencias no están en un vocabulario de tipos.
NO_SE_DICE = {"http://www.w3.org/ns/dcat#bbox", "http://www.w3.org/ns/dcat#centroid", "http://purl.org/dc/terms/type"}


@pytest.fixture(autouse=True)
def _sin_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def negada(*_: Any) -> None:
        msg = "esta prueba no usa la red"
        raise AssertionError(msg)

    monkeypatch.setattr(socket.socket, "connect", negada)


def _ficha(entidad: Entidad) -> dict[str, Any]:
    identidad = Identidad(entidad, VIGENCIA, date(2020, 8, 31), 2, sintetica=True, anterior="c" * 64)
    return catalogo(identidad, "DATOS SINTÉTICOS: plan, avances e indicadores.", ARCHIVOS)


def _faltas(ficha: dict[str, Any], forma: str) -> list[tuple[str, str]]:
    grafo = Graph().parse(data=json.dumps(ficha), format="json-ld", publicID="https://example.org/entrega/")
    informe = validate(grafo, shacl_graph=Graph().parse(FORMAS / forma))[1]
    return [(str(informe.value(r, SH.resultSeverity)).split("#")[1], str(informe.value(r, SH.resultPath))) for r in informe.subjects(RDF.type, SH.ValidationResult)]


@pytest.mark.parametrize("forma", ["shapes.ttl", "range.ttl"])
@pytest.mark.parametrize("entidad", [COMPLETA, MINIMA], ids=["completa", "mínima"])
def test_el_catalogo_no_incumple_ninguna_forma_obligatoria(entidad: Entidad, forma: str) -> None:
    assert _faltas(_ficha(entidad), forma) == []


def test_de_lo_recomendado_solo_falta_lo_que_no_se_sabe() -> None:
    assert {camino for _, camino in _faltas(_ficha(COMPLETA), "shapes_recommended.ttl")} <= NO_SE_DICE


def test_las_formas_ven_un_catalogo_sin_titulo_o_con_dos_fechas() -> None:
    ficha = _ficha(COMPLETA)
    conjunto = ficha["@graph"][2]
    del conjunto["dct:title"]
    conjunto["dct:issued"] = [conjunto["dct:issued"], {"@value": "2021-01-01", "@type": "xsd:date"}]
    conjunto["dcat:distribution"][0]["dcat:accessURL"] = "datos/plan.csv"
    vistas = {camino.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for gravedad, camino in _faltas(ficha, "shapes.ttl") if gravedad == "Violation"}
    assert {"title", "issued", "accessURL"} <= vistas


def test_cada_archivo_de_tabla_es_una_distribucion_con_su_huella_y_su_tamano() -> None:
    distribuciones = _ficha(COMPLETA)["@graph"][2]["dcat:distribution"]
    assert [d["dct:title"]["@value"] for d in distribuciones] == [a.ruta.removeprefix("datos/") for a in ARCHIVOS]
    assert {d["spdx:checksum"]["spdx:checksumValue"]["@value"] for d in distribuciones} == {"ab" * 32}
    assert {d["dcat:byteSize"]["@value"] for d in distribuciones} == {"10"}
