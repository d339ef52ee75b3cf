"""Publicar en un portal que exige su propio esquema (ckanext-scheming, DCAT-AP completo) y carga los CSV por su cuenta (ckanext-xloader)."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from muestra import armar_muestra
from rdflib import Graph
from test_dcat_del_portal import DEL_PORTAL, UE, faltas

from rendicion.portales.ckan import PortalCKAN, revisar


@pytest.fixture(scope="module")
def publicadas(otra_pila: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Publica dos entregas, la segunda con más filas, y deja que el cargador del portal termine lo que quiera hacer."""
    raiz, ficha = tmp_path_factory.mktemp("otra"), otra_pila.ficha() | {"frecuencia": "R/P4M", "contacto": "Datos", "contacto_correo": "datos@example.org"}
    estados = []
    for numero, avances in ((1, 3), (2, 5)):
        carpeta, manifiesto = armar_muestra(raiz, numero, avances=avances)
        estados.append(PortalCKAN(otra_pila.url, otra_pila.editora, ficha, vista_previa=True).publicar(carpeta, manifiesto).estado)
        _esperar_al_cargador(otra_pila)
    estados.append(PortalCKAN(otra_pila.url, otra_pila.editora, ficha, vista_previa=True).publicar(carpeta, manifiesto).estado)
    return {"estados": estados, "carpeta": carpeta, "manifiesto": manifiesto, "ficha": ficha, "conjunto": otra_pila.accion("package_show", id=ficha["conjunto"])}


def _esperar_al_cargador(pila: Any) -> None:
    limite = time.monotonic() + 120
    while pila.accion("job_list", token=pila.token):
        assert time.monotonic() < limite, "el cargador del portal no termina"
        time.sleep(0.5)


def test_es_de_verdad_otro_portal(otra_pila: Any) -> None:
    assert {"scheming_datasets", "xloader", "dcat"} <= set(revisar(otra_pila.url, otra_pila.editora, organizacion=otra_pila.organizacion).extensiones)
    # Este portal sí exige lo que un CKAN sin esquema no pide.
    sin_descripcion = otra_pila.estado("package_create", token=otra_pila.token, name="sin-descripcion", title="Sin descripción", owner_org=otra_pila.organizacion)
    assert sin_descripcion == httpx.codes.CONFLICT


def test_se_publica_entera_y_repetir_no_cambia_nada(publicadas: dict[str, Any]) -> None:
    assert publicadas["estados"] == ["publicada", "publicada", "sin_cambios"]
    conjunto, carpeta = publicadas["conjunto"], publicadas["carpeta"]
    vigentes = [r for r in conjunto["resources"] if r.get("entrega") == publicadas["manifiesto"]["entrega"]]
    assert conjunto["version"] == publicadas["manifiesto"]["entrega"]
    assert {r["ruta"]: r["hash"] for r in vigentes}.items() >= {n: a["sha256"] for n, a in publicadas["manifiesto"]["archivos"].items()}.items()
    for recurso in vigentes:
        assert httpx.get(recurso["url"]).raise_for_status().content == (carpeta / recurso["ruta"]).read_bytes()


def test_los_campos_van_en_su_sitio_del_esquema_y_no_en_los_extras(publicadas: dict[str, Any]) -> None:
    conjunto = publicadas["conjunto"]
    assert conjunto["language"] == [f"{UE}/language/SPA"]
    assert conjunto["frequency"] == f"{UE}/frequency/ANNUAL_3"
    assert conjunto["temporal_coverage"] == [{"start": "2020-03-01", "end": "2020-12-31"}]
    assert conjunto["contact"] == [{"name": "Datos", "email": "datos@example.org"}]
    assert not {e["key"] for e in conjunto["extras"]} & {"language", "frequency", "temporal_start", "contact_name", "publisher_name", "spatial_text", "conforms_to", "theme"}
    assert {e["key"] for e in conjunto["extras"]} >= {"corte", "entidad", "manifiesto_sha256", "metodologia", "frecuencia"}


def test_la_vista_previa_es_la_nuestra_y_no_la_del_cargador(otra_pila: Any, publicadas: dict[str, Any]) -> None:
    (estable,) = [r for r in publicadas["conjunto"]["resources"] if r.get("ultima") == "datos/avances.csv"]
    leido = otra_pila.accion("datastore_search", resource_id=estable["id"], limit=100)
    del_parquet = pq.ParquetFile(publicadas["carpeta"] / "datos" / "avances.parquet").read().to_pylist()
    assert {f["avance_id"] for f in leido["records"]} == {f["avance_id"] for f in del_parquet}
    assert {c["id"]: c["type"] for c in leido["fields"]}["fecha"] == "date"
    assert estable["hash"] == publicadas["manifiesto"]["archivos"]["datos/avances.csv"]["sha256"]


def test_su_dcat_tambien_cumple_las_formas_obligatorias(otra_pila: Any, publicadas: dict[str, Any]) -> None:
    dicho = httpx.get(f"{otra_pila.url}/dataset/{publicadas['ficha']['conjunto']}.ttl", params={"profiles": "euro_dcat_ap_3"}, timeout=60).raise_for_status()
    assert faltas(Graph().parse(data=dicho.text, format="turtle")) == DEL_PORTAL
