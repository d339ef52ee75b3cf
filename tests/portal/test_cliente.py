"""La política del cliente de CKAN ante un portal que falla, redirige o repite lo que no debe."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.errores import ErrorUso
from rendicion.portales.ckan_cliente import ClienteCKAN, Dudoso, Politica, Rechazo, SinPermiso

CANARIO = "canario-51c8d0e7b2"
MEGA = 1 << 20


def _cliente(url: str, dormidas: list[float] | None = None, **limites: float) -> ClienteCKAN:
    return ClienteCKAN(url, CANARIO, politica=Politica(**limites), dormir=(dormidas if dormidas is not None else []).append)  # type: ignore[arg-type]


def _bien(resultado: object) -> Response:
    return Response(json.dumps({"success": True, "result": resultado}), content_type="application/json")


def _en_orden(*respuestas: Response) -> Callable[[Request], Response]:
    cola = list(respuestas)
    return lambda _: cola.pop(0)


def test_una_lectura_espera_lo_que_pide_el_portal_y_vuelve_a_intentar(httpserver: HTTPServer) -> None:
    cola = _en_orden(Response(status=429, headers={"Retry-After": "7"}), Response(status=500), Response(status=429, headers={"Retry-After": "999"}), _bien(1))
    httpserver.expect_request("/api/action/status_show").respond_with_handler(cola)
    dormidas: list[float] = []
    assert _cliente(httpserver.url_for("/"), dormidas).leer("status_show") == 1
    assert dormidas == [7, 1.0, 30.0]


def test_una_lectura_que_siempre_falla_se_rinde(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/action/status_show").respond_with_data("", status=503)
    with pytest.raises(Dudoso, match="503"):
        _cliente(httpserver.url_for("/")).leer("status_show")
    assert len(httpserver.log) == Politica().intentos


@pytest.mark.parametrize("estado", [429, 500, 502, 503, 504])
def test_una_escritura_nunca_se_repite(httpserver: HTTPServer, estado: int) -> None:
    httpserver.expect_request("/api/action/package_revise").respond_with_data("", status=estado)
    with pytest.raises(Dudoso):
        _cliente(httpserver.url_for("/")).escribir("package_revise", {"match__id": "x"})
    assert len(httpserver.log) == 1


def test_una_escritura_sin_respuesta_a_tiempo_queda_en_duda_y_no_se_repite(httpserver: HTTPServer) -> None:
    def tarde(_: Request) -> Response:
        time.sleep(0.6)
        return _bien(1)

    httpserver.expect_request("/api/action/package_revise").respond_with_handler(tarde)
    with pytest.raises(Dudoso, match="a tiempo"):
        _cliente(httpserver.url_for("/"), leer=0.2).escribir("package_revise", {})
    time.sleep(0.6)
    assert len(httpserver.log) == 1


def test_una_redireccion_no_se_sigue_y_el_token_no_llega_a_otra_maquina(httpserver: HTTPServer) -> None:
    with HTTPServer() as otra:
        otra.expect_request("/api/action/status_show").respond_with_json({"success": True, "result": 1})
        httpserver.expect_request("/api/action/status_show").respond_with_data("", status=302, headers={"Location": otra.url_for("/api/action/status_show")})
        httpserver.expect_request("/dataset/x").respond_with_data("", status=302, headers={"Location": otra.url_for("/dataset/x")})
        cliente = _cliente(httpserver.url_for("/"))
        with pytest.raises(Rechazo, match="redirección"):
            cliente.leer("status_show")
        with pytest.raises(Rechazo, match="redirección"):
            cliente.descargar("/dataset/x", anonimo=False)
        assert otra.log == []


def test_lo_anonimo_va_sin_token_y_lo_demas_con_el(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/action/package_show").respond_with_json({"success": True, "result": {}})
    cliente = _cliente(httpserver.url_for("/"))
    cliente.leer("package_show", anonimo=True)
    cliente.leer("package_show")
    assert [p.headers.get("Authorization") for p, _ in httpserver.log] == [None, CANARIO]


def test_un_portal_que_repite_el_token_no_lo_hace_salir_y_su_texto_se_recorta(httpserver: HTTPServer) -> None:
    error = {"__type": "Validation Error", "campo": [f"{CANARIO} no vale " + "x" * 5000]}
    httpserver.expect_request("/api/action/package_create").respond_with_json({"success": False, "error": error}, status=409)
    with pytest.raises(Rechazo) as rechazo:
        _cliente(httpserver.url_for("/")).escribir("package_create", {})
    assert CANARIO not in str(rechazo.value)
    assert "***" in str(rechazo.value)
    assert len(str(rechazo.value)) < 500
    assert rechazo.value.__cause__ is None


def test_sin_permiso_muy_grande_y_lo_que_no_es_ckan_se_distinguen(httpserver: HTTPServer) -> None:
    negado = {"success": False, "error": {"__type": "Authorization Error", "message": "Access denied"}}
    httpserver.expect_request("/api/action/negado").respond_with_json(negado, status=403)
    httpserver.expect_request("/api/action/grande").respond_with_data("<html>", status=413)
    httpserver.expect_request("/api/action/pagina").respond_with_data("<html>Inicio</html>")
    cliente = _cliente(httpserver.url_for("/"))
    for accion, esperado in (("negado", SinPermiso), ("grande", Rechazo), ("pagina", Dudoso)):
        with pytest.raises(esperado):
            cliente.escribir(accion, {})


@pytest.mark.parametrize("url", ["http://datos.ejemplo.gov.co", "ftp://x", "https://u:c@x.co", "https://x.co/?a=1", "datos", "https://x.co/#f"])
def test_una_direccion_que_expone_el_token_o_no_es_de_un_portal_se_rechaza(url: str) -> None:
    with pytest.raises(ErrorUso):
        ClienteCKAN(url, CANARIO)


def test_un_token_con_caracteres_imposibles_se_rechaza_sin_mostrarlo() -> None:
    with pytest.raises(ErrorUso) as error:
        ClienteCKAN("https://datos.ejemplo.gov.co", "ñandú-secreto")
    assert "secreto" not in str(error.value)


def _sumidero(recibidos: list[int]) -> str:
    """Recibe una petición grande sin guardarla y responde como CKAN."""
    escucha = socket.create_server(("127.0.0.1", 0))

    def atender() -> None:
        enchufe, _ = escucha.accept()
        cabeza = b""
        while b"\r\n\r\n" not in cabeza:
            cabeza += enchufe.recv(1024)
        largo = int(httpx.Headers([tuple(x.split(b": ", 1)) for x in cabeza.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]])["content-length"])  # type: ignore[misc]
        total = len(cabeza.split(b"\r\n\r\n", 1)[1])
        while total < largo:
            total += len(enchufe.recv(65536))
        recibidos.append(total)
        cuerpo = b'{"success": true, "result": "ok"}'
        enchufe.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(cuerpo), cuerpo))
        enchufe.close()
        escucha.close()

    threading.Thread(target=atender, daemon=True).start()
    return f"http://127.0.0.1:{escucha.getsockname()[1]}"


def test_subir_un_archivo_grande_no_ocupa_memoria(tmp_path: Path) -> None:
    grande, recibidos = tmp_path / "grande.bin", list[int]()
    with grande.open("wb") as flujo:
        flujo.truncate(96 * MEGA)
    cliente = ClienteCKAN(_sumidero(recibidos), CANARIO)
    tracemalloc.start()
    with grande.open("rb") as flujo:
        assert cliente.escribir("package_revise", {"a": "1"}, [("u", ("grande.bin", flujo, "text/csv"))]) == "ok"
    pico = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert recibidos[0] > 96 * MEGA
    assert pico < 4 * MEGA
