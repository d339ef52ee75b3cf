"""Publicar en un CKAN de verdad: lo que encuentra quien lee."""

from __future__ import annotations

import hashlib
import logging
import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from muestra import armar_muestra

from rendicion.errores import ErrorPortal, ErrorUso
from rendicion.portales.ckan import PortalCKAN, revisar
from rendicion.portales.ckan_cliente import ClienteCKAN

ARCHIVOS = 15


def _recursos(conjunto: dict[str, Any], entrega: str) -> list[dict[str, Any]]:
    return [r for r in conjunto["resources"] if r.get("entrega") == entrega]


def _estable(pila: Any, ficha: dict[str, str], tabla: str) -> dict[str, Any]:
    return next(r for r in pila.accion("package_show", id=ficha["conjunto"])["resources"] if r.get("ultima") == f"datos/{tabla}.csv")


@pytest.fixture(scope="module")
def publicada(pila: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Publica una primera entrega que las pruebas de este archivo solo leen."""
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path_factory.mktemp("primera"), 1)
    pasos: list[tuple[str, bool]] = []

    def anotar(paso: str) -> None:
        visible = httpx.post(f"{pila.url}/api/action/package_show", json={"id": ficha["conjunto"]}, timeout=30).status_code == 200
        pasos.append((paso, visible))

    hecho = PortalCKAN(pila.url, pila.editora, ficha, al_avanzar=anotar).publicar(carpeta, manifiesto)
    conjunto = pila.accion("package_show", id=ficha["conjunto"])
    return {"hecho": hecho, "conjunto": conjunto, "carpeta": carpeta, "manifiesto": manifiesto, "ficha": ficha, "pasos": pasos}


def test_cualquiera_descarga_los_mismos_bytes_de_la_entrega(publicada: dict[str, Any]) -> None:
    recursos = _recursos(publicada["conjunto"], publicada["manifiesto"]["entrega"])
    assert publicada["hecho"].estado == "publicada"
    assert len(recursos) == ARCHIVOS
    for recurso in recursos:
        contenido = httpx.get(recurso["url"]).raise_for_status().content
        assert contenido == (publicada["carpeta"] / recurso["ruta"]).read_bytes()
        assert recurso["hash"] == hashlib.sha256(contenido).hexdigest()
        assert recurso["size"] == len(contenido)


def test_nadie_ve_el_conjunto_hasta_que_se_comprobo(publicada: dict[str, Any]) -> None:
    visible = dict(publicada["pasos"])
    assert not visible["enviada"]
    assert not visible["comprobada"]
    assert visible["publica"]


def test_el_conjunto_dice_en_espanol_que_es_y_quien_responde(publicada: dict[str, Any]) -> None:
    conjunto = publicada["conjunto"]
    extras = {e["key"]: e["value"] for e in conjunto["extras"]}
    assert conjunto["title"].startswith("DATOS SINTÉTICOS")
    assert conjunto["license_id"] == "cc-by-sa"
    assert conjunto["maintainer_email"] == "muestra@example.org"
    assert {"rendición de cuentas", "transparencia"} <= {t["name"] for t in conjunto["tags"]}
    assert extras["frecuencia"] == "Cada cuatro meses (R/P4M)"
    assert extras["license_version"] == "CC-BY-SA-4.0"
    assert (extras["temporal_start"], extras["temporal_end"], extras["divipola"]) == ("2020-03-01", "2020-12-31", "99001")
    assert extras["dependencia_responsable"] == "Control Interno"


def test_la_direccion_estable_lleva_a_la_entrega_vigente(pila: Any, publicada: dict[str, Any]) -> None:
    estable = next(r for r in publicada["conjunto"]["resources"] if r.get("ultima") == "manifiesto.json")
    direccion = f"{pila.url}/dataset/{publicada['ficha']['conjunto']}/resource/{estable['id']}/download"
    leido = httpx.get(direccion, follow_redirects=True).raise_for_status()
    assert leido.json() == publicada["manifiesto"]


def test_si_nada_cambio_no_se_envia_un_byte(pila: Any, publicada: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    escritas: list[str] = []
    monkeypatch.setattr(ClienteCKAN, "escribir", lambda _yo, accion, *_: escritas.append(accion))
    hecho = PortalCKAN(pila.url, pila.editora, publicada["ficha"]).publicar(publicada["carpeta"], publicada["manifiesto"])
    assert hecho.estado == "sin_cambios"
    assert escritas == []
    assert pila.accion("package_show", id=publicada["ficha"]["conjunto"])["metadata_modified"] == publicada["conjunto"]["metadata_modified"]


def test_revisar_dice_que_tiene_el_portal_sin_escribir(pila: Any) -> None:
    antes = pila.accion("organization_list")
    revision = revisar(pila.url, pila.editora, organizacion=pila.organizacion)
    assert revision.version in {None, os.environ.get("RENDICION_CKAN") or "2.12.0"}
    assert revision.sirve
    assert "datastore" in revision.extensiones
    assert not revisar(pila.url, pila.lectora, organizacion=pila.organizacion).sirve
    assert not revisar(pila.url).sirve
    assert pila.accion("organization_list") == antes


def test_la_segunda_entrega_conserva_los_recursos_de_la_primera(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    primera, segunda = armar_muestra(tmp_path, 1), armar_muestra(tmp_path, 2, avances=5)
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    portal.publicar(*primera)
    antes = {r["id"]: r for r in pila.accion("package_show", id=ficha["conjunto"])["resources"]}
    portal.publicar(*segunda)
    conjunto = pila.accion("package_show", id=ficha["conjunto"])
    ahora = {r["id"]: r for r in conjunto["resources"]}
    assert conjunto["version"] == segunda[1]["entrega"]
    for recurso in (r for r in antes.values() if r.get("entrega")):
        assert ahora[recurso["id"]]["hash"] == recurso["hash"]
        assert hashlib.sha256(httpx.get(recurso["url"]).content).hexdigest() == recurso["hash"]
    estables = {r["ruta_estable"]: r["url"] for r in ({**x, "ruta_estable": x["ultima"]} for x in ahora.values() if x.get("ultima"))}
    assert httpx.get(estables["datos/avances.csv"]).content == (segunda[0] / "datos/avances.csv").read_bytes()
    assert len([r for r in ahora.values() if r.get("ultima")]) == len(estables)
    with pytest.raises(ErrorPortal, match="no es anterior"):
        portal.publicar(*primera)


def test_se_podan_las_entregas_viejas_pero_nunca_las_de_un_corte_oficial(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    portal = PortalCKAN(pila.url, pila.editora, ficha, conservar=1, vista_previa=False)
    oficial = armar_muestra(tmp_path, 1, corte="2020-04-30")
    vieja = armar_muestra(tmp_path, 2)
    portal.publicar(*oficial)
    portal.publicar(*vieja)
    sobra = _recursos(pila.accion("package_show", id=ficha["conjunto"]), vieja[1]["entrega"])[0]
    assert pila.bytes_guardados(sobra["id"]).exists()
    portal.publicar(*armar_muestra(tmp_path, 3))
    conjunto = pila.accion("package_show", id=ficha["conjunto"])
    assert len(_recursos(conjunto, oficial[1]["entrega"])) == ARCHIVOS
    assert _recursos(conjunto, vieja[1]["entrega"]) == []
    assert not pila.bytes_guardados(sobra["id"]).exists()


def test_retirar_borra_los_bytes_y_deja_el_motivo(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    portal.publicar(carpeta, manifiesto)
    recurso = next(r for r in pila.accion("package_show", id=ficha["conjunto"])["resources"] if r.get("ruta") == "datos/avances.csv")
    assert pila.accion("datastore_search", resource_id=_estable(pila, ficha, "avances")["id"])["total"] == 3
    portal.retirar(recurso["id"], "Traía el nombre de una persona.")
    quedo = pila.accion("resource_show", id=recurso["id"])
    assert not pila.bytes_guardados(recurso["id"]).exists()
    assert (quedo["retirado"], quedo["format"]) == ("Traía el nombre de una persona.", "Retirado")
    estable = _estable(pila, ficha, "avances")
    assert not estable["datastore_active"]
    assert pila.estado("datastore_search", resource_id=estable["id"]) == httpx.codes.NOT_FOUND
    assert b"muestra:" not in httpx.get(recurso["url"]).content
    assert portal.publicar(carpeta, manifiesto).estado == "sin_cambios"
    with pytest.raises(ErrorUso, match="motivo"):
        portal.retirar(recurso["id"], " ")
    with pytest.raises(ErrorUso, match="no tiene ese recurso"):
        portal.que_es("no-existe")


def test_un_segundo_archivo_muy_grande_deja_todo_como_estaba(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    primera = armar_muestra(tmp_path, 1)
    portal.publicar(*primera)
    antes = pila.accion("package_show", id=ficha["conjunto"])
    with pytest.raises(ErrorPortal, match="tamaño"):
        portal.publicar(*armar_muestra(tmp_path, 2, tope=pila.tope_bytes + 1))
    despues = pila.accion("package_show", id=ficha["conjunto"])
    assert (despues["version"], despues["resources"]) == (antes["version"], antes["resources"])
    assert portal.publicar(*armar_muestra(tmp_path, 2, marca="b")).estado == "publicada"


def test_si_el_portal_devuelve_otros_bytes_no_se_da_por_publicada(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    portal = PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False)
    portal.publicar(carpeta, manifiesto)
    plan = next(r for r in pila.accion("package_show", id=ficha["conjunto"])["resources"] if r.get("ruta") == "datos/plan.csv")
    pila.bytes_guardados(plan["id"]).write_bytes(b"otra cosa")
    with pytest.raises(ErrorPortal, match=r"no devuelve los mismos bytes .*datos/plan\.csv\."):
        portal.publicar(carpeta, manifiesto)


def test_el_token_de_una_lectora_se_rechaza_con_un_mensaje_claro(pila: Any, tmp_path: Path) -> None:
    with pytest.raises(ErrorPortal, match="papel de editor"):
        PortalCKAN(pila.url, pila.lectora, pila.ficha()).publicar(*armar_muestra(tmp_path, 1))


def test_una_organizacion_que_no_existe_la_crea_solo_quien_puede(pila: Any, tmp_path: Path) -> None:
    ficha = {**pila.ficha(), "organizacion": f"nueva-{pila.organizacion}", "grupo": f"grupo-{pila.organizacion}"}
    entrega = armar_muestra(tmp_path, 1)
    with pytest.raises(ErrorPortal, match="no existe"):
        PortalCKAN(pila.url, pila.lectora, ficha).publicar(*entrega)
    PortalCKAN(pila.url, pila.token, ficha, vista_previa=False).publicar(*entrega)
    conjunto = pila.accion("package_show", id=ficha["conjunto"])
    assert conjunto["organization"]["name"] == ficha["organizacion"]
    assert [g["name"] for g in conjunto["groups"]] == [ficha["grupo"]]


def test_el_token_no_sale_en_ningun_mensaje(pila: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    canario = "canario-7f3a91c2d4e8b6"
    caplog.set_level(logging.DEBUG)
    portal = PortalCKAN(pila.url, canario, pila.ficha())
    with pytest.raises(ErrorPortal) as error:
        portal.publicar(*armar_muestra(tmp_path, 1))
    portal._cliente.leer("status_show")
    salida = capsys.readouterr()
    # El primer marco es el de esta prueba, que sí conoce el canario; los demás se miran con sus variables.
    traza = traceback.TracebackException(type(error.value), error.value, error.tb.tb_next, capture_locals=True)
    visto = [repr(portal), repr(vars(portal)), repr(vars(portal._cliente)), "".join(traza.format()), caplog.text, salida.out, salida.err]
    assert canario not in "\n".join(visto)
    assert "_revision" in visto[3]


@pytest.fixture(autouse=True)
def _sin_residuos() -> Iterator[None]:
    yield
    logging.getLogger("httpx").setLevel(logging.NOTSET)
