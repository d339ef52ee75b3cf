"""El primer contacto con portales de otras versiones y con otras extensiones, con un portal de mentira que no deja escribir."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.portales.ckan import PortalCKAN, revisar
from rendicion.portales.ckan_revision import Revision
from rendicion.portales.ckan_vista import se_puede

LEE = {"status_show", "license_list", "organization_list_for_user", "organization_show", "user_show"}


def _portal(servidor: HTTPServer, version: str | None, extensiones: Sequence[str], *, organizacion: bool = True, de: dict[str, Any] | None = None) -> list[str]:
    """Responde como un CKAN de esa versión y anota cada acción pedida."""
    pedidas: list[str] = []
    estado = {"site_url": servidor.url_for("/").rstrip("/"), "site_title": "Datos", "locale_default": "es", "extensions": list(extensiones)}
    respuestas: dict[str, Any] = {
        "status_show": estado | ({"ckan_version": version} if version else {}),
        "license_list": [{"id": "cc-by-sa"}],
        "organization_list_for_user": [{"name": "alcaldia"}] if organizacion else [],
        "user_show": de,
        "organization_show": {"name": "alcaldia"} if organizacion else None,
    }

    def atender(peticion: Request) -> Response:
        accion = peticion.path.rsplit("/", 1)[-1]
        pedidas.append(accion)
        if respuestas.get(accion) is None:
            return Response(json.dumps({"success": False, "error": {"__type": "Not Found Error"}}), status=404, content_type="application/json")
        return Response(json.dumps({"success": True, "result": respuestas[accion]}), content_type="application/json")

    servidor.expect_request(re.compile(".")).respond_with_handler(atender)
    return pedidas


def _revisar(servidor: HTTPServer, version: str | None, *extensiones: str, organizacion: bool = True, de: dict[str, Any] | None = None) -> tuple[Revision, str, list[str]]:
    pedidas = _portal(servidor, version, extensiones, organizacion=organizacion, de=de)
    revision = revisar(servidor.url_for("/"), "token-de-prueba", organizacion="alcaldia", licencia="CC-BY-SA-4.0")
    return revision, " ".join(revision.notas), pedidas


@pytest.mark.parametrize("version", ["2.10.11", "2.11.6", "2.12.0"])
def test_las_versiones_probadas_se_reconocen_sin_reparos(httpserver: HTTPServer, version: str) -> None:
    revision, notas, _ = _revisar(httpserver, version, "datastore", "datatables_view")
    assert revision.version == version
    assert revision.sirve
    assert "no está entre las probadas" not in notas


@pytest.mark.parametrize("version", ["2.9.11", "2.1.1", "2.13.0", "3.0.0"])
def test_una_version_que_no_se_ha_probado_se_dice(httpserver: HTTPServer, version: str) -> None:
    assert "no está entre las probadas" in _revisar(httpserver, version, "datastore")[1]


def test_un_portal_que_calla_su_version_se_puede_usar(httpserver: HTTPServer) -> None:
    revision, notas, _ = _revisar(httpserver, None)
    assert revision.sirve
    assert "no dice su versión" in notas


@pytest.mark.parametrize("cargador", ["xloader", "datapusher", "datapusher_plus"])
def test_con_un_cargador_propio_la_vista_previa_se_reserva(httpserver: HTTPServer, cargador: str) -> None:
    revision, notas, _ = _revisar(httpserver, "2.11.6", "datastore", cargador)
    assert f"Tiene {cargador}" in notas
    assert "se reserva" in notas
    assert se_puede(revision.extensiones)


def test_validation_scheming_y_la_falta_de_datastore_se_dicen(httpserver: HTTPServer) -> None:
    _, notas, _ = _revisar(httpserver, "2.10.11", "validation", "scheming_datasets")
    assert "valida cada CSV con el esquema que enviamos" in notas
    assert "ckanext-scheming" in notas
    assert "No tiene DataStore" in notas
    assert "no publica su límite de tamaño" in notas


@pytest.mark.parametrize(
    ("de", "sirve", "problema"),
    [({"sysadmin": True}, True, ""), ({"sysadmin": False}, False, "«alcaldia» no existe y el token no es de administración"), (None, False, "El token no vale")],
    ids=["de administración", "de otra persona", "no vale"],
)
def test_una_organizacion_que_no_existe_se_dice_antes_de_escribir(httpserver: HTTPServer, de: dict[str, Any] | None, sirve: bool, problema: str) -> None:
    revision, notas, _ = _revisar(httpserver, "2.12.0", organizacion=False, de=de)
    assert not revision.organizacion_existe
    assert (revision.sirve, "«alcaldia» no existe: se crea al publicar" in notas) == (sirve, sirve)
    assert problema in " ".join(revision.problemas)


def test_se_dice_con_que_licencia_se_va_a_ver(httpserver: HTTPServer) -> None:
    assert "el portal mostrará «cc-by-sa»; la exacta, CC-BY-SA-4.0," in _revisar(httpserver, "2.12.0")[1]


def test_revisar_solo_pide_acciones_que_leen(httpserver: HTTPServer) -> None:
    pedidas = _revisar(httpserver, "2.12.0", "datastore", "xloader")[2]
    assert set(pedidas) <= LEE
    assert "token-de-prueba" not in repr(PortalCKAN(httpserver.url_for("/"), "token-de-prueba", {"organizacion": "alcaldia"}))
