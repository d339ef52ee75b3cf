"""Lo que el portal dice de nosotros a otros catálogos, con ckanext-dcat: su propio DCAT, revisado con las formas de DCAT-AP 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from muestra import armar_muestra
from pyshacl import validate
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from rendicion.portales.ckan import PortalCKAN

FORMAS = Path(__file__).parents[1] / "contratos" / "dcat-ap-3.0.1" / "shapes.ttl"
UE = "http://publications.europa.eu/resource/authority"
SH, DCT, DCAT = (Namespace(n) for n in ("http://www.w3.org/ns/shacl#", "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"))
SPDX, ADMS, FOAF, VCARD = (Namespace(n) for n in ("http://spdx.org/rdf/terms#", "http://www.w3.org/ns/adms#", "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2006/vcard/ns#"))
# CKAN guarda «CSV» y «text/csv», y ckanext-dcat los escribe como texto: las formas piden direcciones. Le pasa a todo portal CKAN.
DEL_PORTAL = {str(DCAT.mediaType), str(DCT["format"])}


@pytest.fixture(scope="module")
def publicado(pila: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, dict[str, Any]]:
    """Publica una entrega y lee el DCAT que el portal da de ella a quien la cosecha."""
    ficha = pila.ficha() | {"frecuencia": "R/P4M", "contacto": "Datos", "contacto_correo": "datos@example.org"}
    carpeta, manifiesto = armar_muestra(tmp_path_factory.mktemp("dcat"), 1)
    PortalCKAN(pila.url, pila.editora, ficha).publicar(carpeta, manifiesto)
    dicho = httpx.get(f"{pila.url}/dataset/{ficha['conjunto']}.ttl", params={"profiles": "euro_dcat_ap_3"}, timeout=60).raise_for_status()
    return Graph().parse(data=dicho.text, format="turtle"), pila.accion("package_show", id=ficha["conjunto"])


def faltas(grafo: Graph) -> set[str]:
    """Da los campos que incumplen alguna forma obligatoria."""
    informe = validate(grafo, shacl_graph=Graph().parse(FORMAS))[1]
    return {str(informe.value(r, SH.resultPath)) for r in informe.subjects(RDF.type, SH.ValidationResult)}


def test_el_dcat_del_portal_cumple_las_formas_obligatorias_menos_lo_que_ckan_escribe_a_su_manera(publicado: tuple[Graph, dict[str, Any]]) -> None:
    assert faltas(publicado[0]) == DEL_PORTAL


def test_quien_cosecha_encuentra_de_cuando_es_cada_cuanto_de_quien_y_con_que_licencia(publicado: tuple[Graph, dict[str, Any]]) -> None:
    grafo, _ = publicado
    (conjunto,) = grafo.subjects(RDF.type, DCAT.Dataset)
    assert str(grafo.value(conjunto, DCT.title)).startswith("DATOS SINTÉTICOS")
    assert grafo.value(conjunto, DCT.accrualPeriodicity) == URIRef(f"{UE}/frequency/ANNUAL_3")
    assert grafo.value(conjunto, DCT.language) == URIRef(f"{UE}/language/SPA")
    assert grafo.value(conjunto, DCT.accessRights) == URIRef(f"{UE}/access-right/PUBLIC")
    assert grafo.value(conjunto, DCAT.theme) == URIRef(f"{UE}/data-theme/GOVE")
    periodo = grafo.value(conjunto, DCT.temporal)
    assert [str(grafo.value(periodo, c)) for c in (DCAT.startDate, DCAT.endDate)] == ["2020-03-01", "2020-12-31"]
    assert grafo.value(grafo.value(conjunto, DCT.publisher), FOAF.name)
    assert grafo.value(grafo.value(conjunto, DCAT.contactPoint), VCARD.hasEmail) == URIRef("mailto:datos@example.org")
    assert grafo.value(conjunto, ADMS.versionNotes)


def test_cada_archivo_lleva_en_el_dcat_del_portal_su_huella_su_tamano_y_su_licencia(publicado: tuple[Graph, dict[str, Any]]) -> None:
    grafo, conjunto = publicado
    dichos = {(str(grafo.value(grafo.value(d, SPDX.checksum), SPDX.checksumValue)), int(str(grafo.value(d, DCAT.byteSize)))) for d in grafo.subjects(RDF.type, DCAT.Distribution)}
    assert dichos == {(r["hash"], r["size"]) for r in conjunto["resources"]}
    licencias = {str(o) for o in grafo.objects(None, DCT.license)}
    assert licencias == {r["license"] for r in conjunto["resources"]}
    assert all(not isinstance(o, Literal) for o in grafo.objects(None, DCT.license))
