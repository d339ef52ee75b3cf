"""Preguntar solo si cambió, con su token, y sobrevivir a servidores lentos, cortados o mal educados."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.almacen.capturas import Captura, Capturas
from rendicion.errores import ErrorFuente, ErrorRendicion, ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import descarga, extraer, interpretar

AQUI = Path()
HOY = datetime(2020, 6, 1, 12, tzinfo=UTC)
TOKEN = "canario-token-5f3a"


def fuente(servidor: HTTPServer, tipo: str = "rest_json", ruta: str = "/api", **cambios: Any) -> Fuente:
    base = {
        "id": "remota",
        "tipo": tipo,
        "lugar": servidor.url_for(ruta),
        "dependencia": "Prensa",
        "actividad": "1.4",
        "anfitriones": ["localhost"],
        "columnas": {"registro": "id", "titulo": "titulo"},
    }
    opciones = {"permite_privado": True, "reintentos": 1, **cambios.pop("opciones", {})}
    return fuente_desde({**base, **cambios, "opciones": opciones}, donde="r.toml")


def capturar(capturas: Capturas, declarada: Fuente, dia: int = 0) -> Captura:
    """Hace lo que hace una corrida: busca lo anterior, extrae y conserva."""
    momento = HOY + timedelta(days=dia)
    bruto = extraer(declarada, AQUI, capturas.previa(declarada, momento.date()))
    return capturas.conservar(declarada, bruto.contenido, bruto.origen, bruto.cabeceras, momento, bruto.paginas, bruto.base)


def falla(declarada: Fuente) -> str:
    with pytest.raises(ErrorRendicion) as error:
        extraer(declarada, AQUI)
    assert error.value.hacer
    return str(error.value)


class Etiquetado:
    """Contesta con ETag, y con 304 a quien ya lo tiene."""

    def __init__(self, cuerpo: Any, etiqueta: str = '"uno"') -> None:
        self.cuerpo, self.etiqueta, self.estados = cuerpo, etiqueta, list[int]()

    def __call__(self, peticion: Request) -> Response:
        if peticion.headers.get("If-None-Match") == self.etiqueta:
            self.estados.append(304)
            return Response(status=304)
        self.estados.append(200)
        return Response(json.dumps(self.cuerpo), headers={"ETag": self.etiqueta, "Set-Cookie": "sesion=canario-cookie"})


def archivos(carpeta: Path) -> dict[str, tuple[bytes, int]]:
    return {str(a.relative_to(carpeta)): (a.read_bytes(), a.stat().st_mtime_ns) for a in sorted(carpeta.rglob("*")) if a.is_file()}


def test_un_304_deja_la_misma_captura_y_no_escribe_nada(httpserver: HTTPServer, tmp_path: Path):
    servicio = Etiquetado([{"id": 1, "titulo": "Uno", "correo": "x@y.org"}])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas = Capturas(tmp_path)
    primera = capturar(capturas, fuente(httpserver))
    antes = archivos(tmp_path)
    assert capturar(capturas, fuente(httpserver)) == primera
    assert servicio.estados == [200, 304]
    assert archivos(tmp_path) == antes
    assert primera.cabeceras["etag"] == '"uno"'
    assert not any(b"canario-cookie" in contenido for contenido, _ in antes.values())


def test_la_pagina_cruda_se_guarda_por_su_huella_junto_a_la_captura(httpserver: HTTPServer, tmp_path: Path):
    servicio = Etiquetado([{"id": 1, "titulo": "Uno", "otro": "no declarado"}])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    captura = capturar(Capturas(tmp_path), fuente(httpserver))
    (pagina,) = captura.paginas
    assert json.loads((tmp_path / "remota" / "paginas" / f"{pagina['sha256']}.bin").read_bytes()) == servicio.cuerpo
    assert b"no declarado" not in (tmp_path / "remota" / f"{captura.sha256}.bin").read_bytes()


def test_si_cambio_se_trae_y_la_captura_es_otra(httpserver: HTTPServer, tmp_path: Path):
    servicio = Etiquetado([{"id": 1, "titulo": "Uno"}])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas = Capturas(tmp_path)
    primera = capturar(capturas, fuente(httpserver))
    servicio.cuerpo, servicio.etiqueta = [{"id": 1, "titulo": "Dos"}], '"dos"'
    segunda = capturar(capturas, fuente(httpserver))
    assert servicio.estados == [200, 200]
    assert segunda.sha256 != primera.sha256
    servicio.cuerpo, servicio.etiqueta = [{"id": 1, "titulo": "Uno"}], '"uno"'
    tercera = capturar(capturas, fuente(httpserver))
    assert tercera == primera
    assert capturas.ultima("remota") == primera


def test_con_last_modified_se_pregunta_por_la_fecha(httpserver: HTTPServer, tmp_path: Path):
    fecha = "Mon, 01 Jun 2020 00:00:00 GMT"
    canal = '<rss version="2.0"><channel><title>C</title><item><guid>1</guid><title>Uno</title></item></channel></rss>'

    def contestar(peticion: Request) -> Response:
        igual = peticion.headers.get("If-Modified-Since") == fecha
        return Response(status=304) if igual else Response(canal, headers={"Last-Modified": fecha})

    httpserver.expect_request("/feed").respond_with_handler(contestar)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver, "rss", "/feed", columnas={"registro": "id", "titulo": "title"})
    assert capturar(capturas, declarada) == capturar(capturas, declarada)
    assert [r.status_code for _, r in httpserver.log] == [200, 304]


def test_cada_pagina_se_pregunta_por_separado_y_conserva_su_total(httpserver: HTTPServer, tmp_path: Path):
    todos = [{"id": n, "titulo": f"T{n}"} for n in range(1, 6)]

    def contestar(peticion: Request) -> Response:
        pagina = int(peticion.args["page"])
        trozo = todos[(pagina - 1) * 2 : pagina * 2]
        etiqueta = f'"{hash(json.dumps(trozo))}"'
        if peticion.headers.get("If-None-Match") == etiqueta:
            return Response(status=304)
        return Response(json.dumps(trozo), headers={"ETag": etiqueta, "X-Total": str(len(todos))})

    httpserver.expect_request("/api").respond_with_handler(contestar)
    opciones = {"paginacion": "pagina", "tamano": 2, "cabecera_total": "X-Total"}
    capturas, declarada = Capturas(tmp_path), fuente(httpserver, opciones=opciones)
    capturar(capturas, declarada)
    todos[4]["titulo"] = "corregido"
    segunda = capturar(capturas, declarada)
    assert [r.status_code for _, r in httpserver.log[4:]] == [304, 304, 200, 304]
    assert "corregido" in capturas.leer(segunda).decode()


def test_con_otras_columnas_declaradas_la_pagina_guardada_se_vuelve_a_leer(httpserver: HTTPServer, tmp_path: Path):
    servicio = Etiquetado([{"id": 1, "titulo": "Uno", "resumen": "Largo"}])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver)
    capturar(capturas, declarada)
    segunda = capturar(capturas, replace(declarada, columnas={"registro": "id", "titulo": "resumen"}))
    assert servicio.estados == [200, 304]
    assert "Largo" in capturas.leer(segunda).decode()


def test_una_pagina_guardada_que_se_dano_no_se_ofrece_y_se_pide_entera(httpserver: HTTPServer, tmp_path: Path):
    servicio = Etiquetado([{"id": 1, "titulo": "Uno"}])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas = Capturas(tmp_path)
    primera = capturar(capturas, fuente(httpserver))
    next((tmp_path / "remota" / "paginas").iterdir()).write_bytes(b"[]")
    assert capturar(capturas, fuente(httpserver)) == primera
    assert servicio.estados == [200, 200]


def test_un_304_que_nadie_pidio_no_se_cree(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_data("", status=304)
    assert falla(fuente(httpserver)) == (
        "El servidor dice que nada cambió (304), pero no hay una captura con qué comparar. "
        f"Dónde: {httpserver.url_for('/api')}. Qué hacer: Avise a quien administra el sistema, o escriba condicional = false en [opciones]."
    )


def test_con_condicional_false_siempre_se_trae_todo(httpserver: HTTPServer, tmp_path: Path):
    servicio = Etiquetado([{"id": 1, "titulo": "Uno"}])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver, opciones={"condicional": False})
    capturar(capturas, declarada)
    capturar(capturas, declarada)
    assert servicio.estados == [200, 200]


# --- token


@pytest.mark.parametrize(
    ("opciones", "cabecera", "valor"),
    [
        ({}, "Authorization", f"Bearer {TOKEN}"),
        ({"token_cabecera": "X-Api-Key"}, "X-Api-Key", TOKEN),
        ({"token_prefijo": "Token "}, "Authorization", f"Token {TOKEN}"),
    ],
)
def test_el_token_va_en_su_cabecera_y_no_queda_en_ninguna_parte(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, opciones: dict[str, str], cabecera: str, valor: str
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TOKEN_PRENSA", TOKEN)
    httpserver.expect_request("/api").respond_with_json([{"id": 1, "titulo": "Uno"}])
    captura = capturar(Capturas(tmp_path), fuente(httpserver, opciones={"token_env": "TOKEN_PRENSA", **opciones}))
    peticion = httpserver.log[0][0]
    assert peticion.headers[cabecera] == valor
    assert TOKEN not in peticion.url
    assert captura.sha256
    assert not any(TOKEN.encode() in contenido for contenido, _ in archivos(tmp_path).values())
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("estado", [401, 403, 500])
def test_un_rechazo_del_servidor_no_repite_el_token(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, estado: int
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TOKEN_PRENSA", TOKEN)
    httpserver.expect_request("/api").respond_with_data(f"token {TOKEN} inválido", status=estado)
    assert TOKEN not in falla(fuente(httpserver, opciones={"token_env": "TOKEN_PRENSA"}))
    assert TOKEN not in caplog.text


def test_el_token_no_viaja_a_otro_servidor_aunque_este_permitido(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN_PRENSA", TOKEN)
    with HTTPServer(host="localhost") as otro:
        otro.expect_request("/sigue").respond_with_json({"datos": [{"id": 2, "titulo": "Dos"}]})
        httpserver.expect_request("/api").respond_with_json({"datos": [{"id": 1, "titulo": "Uno"}], "next": otro.url_for("/sigue")})
        opciones = {"token_env": "TOKEN_PRENSA", "paginacion": "siguiente", "lista": "datos"}
        extraer(fuente(httpserver, opciones=opciones), AQUI)
        assert "Authorization" in httpserver.log[0][0].headers
        assert "Authorization" not in otro.log[0][0].headers


def test_un_servidor_que_repite_el_token_en_los_datos_no_se_guarda(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN_PRENSA", TOKEN)
    httpserver.expect_request("/api").respond_with_json([{"id": 1, "titulo": TOKEN}])
    mensaje = falla(fuente(httpserver, opciones={"token_env": "TOKEN_PRENSA"}))
    assert "repite en su respuesta la clave" in mensaje
    assert TOKEN not in mensaje


@pytest.mark.parametrize("valor", [None, "", "con espacio", "salto\nX-Otra: 1", "ñandú"])
def test_sin_un_token_que_sirva_la_fuente_no_da_dato_y_no_se_muestra(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, valor: str | None):
    monkeypatch.delenv("TOKEN_PRENSA", raising=False)
    if valor is not None:
        monkeypatch.setenv("TOKEN_PRENSA", valor)
    with pytest.raises(ErrorFuente) as error:
        extraer(fuente(httpserver, opciones={"token_env": "TOKEN_PRENSA"}), AQUI)
    assert str(error.value) == (
        "Falta el token de la fuente, o trae espacios o letras que no caben en una cabecera. "
        "Dónde: variable de entorno TOKEN_PRENSA. Qué hacer: Ponga el token en TOKEN_PRENSA; nunca en el TOML."
    )
    assert httpserver.log == []


@pytest.mark.parametrize("opciones", [{"token_env": "RENDICION_CKAN_TOKEN"}, {"token_env": "abc def"}, {"token_env": "T", "token_cabecera": "Host"}])
def test_el_token_de_otra_cosa_o_una_cabecera_que_no_es_se_niegan(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, opciones: dict[str, str]):
    monkeypatch.setenv("RENDICION_CKAN_TOKEN", TOKEN)
    monkeypatch.setenv("T", TOKEN)
    with pytest.raises(ErrorUso):
        extraer(fuente(httpserver, opciones=opciones), AQUI)
    assert httpserver.log == []


# --- faltas


def test_una_bomba_comprimida_se_corta_sin_llenar_la_memoria(httpserver: HTTPServer):
    bomba = gzip.compress(b"0" * (64 * 1024 * 1024))
    assert len(bomba) < 100_000
    httpserver.expect_request("/api").respond_with_data(bomba, headers={"Content-Encoding": "gzip"})
    assert "demasiado grande" in falla(fuente(httpserver, opciones={"tamano_maximo_mib": 1}))


@pytest.mark.parametrize(("cuerpo", "tipo"), [(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image/png"), (b"%PDF-1.7", "application/pdf"), (b"id,titulo\n1,Uno\n", "text/csv")])
def test_otro_tipo_de_contenido_no_pasa_por_json(httpserver: HTTPServer, cuerpo: bytes, tipo: str):
    httpserver.expect_request("/api").respond_with_data(cuerpo, content_type=tipo)
    assert "no es un JSON completo" in falla(fuente(httpserver))


@contextmanager
def _servidor_a_mano(atender: Any) -> Iterator[int]:
    """Atiende cada conexión con una función, para lo que un servidor sano no hace."""
    with socket.create_server(("127.0.0.1", 0)) as puerta:

        def ciclo() -> None:
            with suppress(OSError):
                while True:
                    cliente, _ = puerta.accept()
                    with cliente, suppress(OSError):
                        cliente.recv(65536)
                        atender(cliente)

        hilo = threading.Thread(target=ciclo, daemon=True)
        hilo.start()
        yield puerta.getsockname()[1]
        puerta.shutdown(socket.SHUT_RDWR)
    hilo.join(5)


def _gota_a_gota(cliente: socket.socket) -> None:
    cliente.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        cliente.sendall(b"[")
        time.sleep(0.1)


def test_un_servidor_que_contesta_gota_a_gota_se_corta_a_tiempo(httpserver: HTTPServer):
    with _servidor_a_mano(_gota_a_gota) as puerto:
        antes = time.monotonic()
        declarada = fuente(httpserver, lugar=f"http://localhost:{puerto}/api", opciones={"segundos_maximos": 1, "reintentos": 0})
        assert "tardó más de 1 segundos" in falla(declarada)
        assert time.monotonic() - antes < 10


def test_un_servidor_que_acepta_y_calla_se_corta_a_tiempo(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(descarga, "SEGUNDOS_DE_ESPERA", 0.3)
    with _servidor_a_mano(lambda _: time.sleep(2)) as puerto:
        mensaje = falla(fuente(httpserver, lugar=f"http://localhost:{puerto}/api", opciones={"reintentos": 0}))
    assert "ReadTimeout" in mensaje


@pytest.mark.parametrize("cabeceras", [True, False])
def test_ni_con_cabeceras_a_gotas_ni_sin_largo_anunciado_se_espera_sin_fin_ni_se_acepta_lo_cortado(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, cabeceras: bool
):
    monkeypatch.setattr(descarga, "SEGUNDOS_DE_ESPERA", 1.0)

    def a_gotas(cliente: socket.socket) -> None:
        cliente.sendall(b"HTTP/1.1 200 OK\r\n" if cabeceras else b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[{"id": 1, "titulo": "Uno"}]')
        for n in range(60):
            cliente.sendall(f"X-{n}: a\r\n".encode() if cabeceras else b" ")
            time.sleep(0.1)

    with _servidor_a_mano(a_gotas) as puerto:
        antes = time.monotonic()
        mensaje = falla(fuente(httpserver, lugar=f"http://localhost:{puerto}/api", opciones={"segundos_maximos": 1, "reintentos": 0}))
        assert "la respuesta tardó más de" in mensaje
        assert time.monotonic() - antes < 5


def test_un_gzip_cortado_nunca_se_acepta(httpserver: HTTPServer):
    cuerpo = gzip.compress(json.dumps([{"id": n, "titulo": "T"} for n in range(500)]).encode())

    def cortado(cliente: socket.socket) -> None:
        cliente.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + cuerpo[: len(cuerpo) // 2])

    with _servidor_a_mano(cortado) as puerto:
        assert falla(fuente(httpserver, lugar=f"http://localhost:{puerto}/api"))


@pytest.mark.parametrize("estado", [301, 302, 307, 308])
def test_una_redireccion_a_otro_anfitrion_no_se_sigue_ni_lleva_el_token(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, estado: int):
    monkeypatch.setenv("TOKEN_PRENSA", TOKEN)
    with HTTPServer(host="localhost") as otro:
        httpserver.expect_request("/api").respond_with_data("", status=estado, headers={"Location": otro.url_for("/robar") + f"?t={TOKEN}"})
        mensaje = falla(fuente(httpserver, opciones={"token_env": "TOKEN_PRENSA"}))
        assert "las redirecciones no se siguen" in mensaje
        assert TOKEN not in mensaje
        assert otro.log == []


def test_los_filtros_declarados_dicen_cuantos_registros_no_son_de_la_fuente(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_json([{"id": n, "titulo": f"T{n}", "area": {"nombre": "Prensa" if n % 2 else "Obras"}} for n in range(1, 6)])
    declarada = fuente(httpserver, filtros=[{"columna": "area.nombre", "igual": "prensa"}])
    lectura = interpretar(extraer(declarada, AQUI).contenido, declarada, "0" * 64, "r")
    assert (lectura.recibidos, lectura.filtrados) == (3, 2)
    assert "2 de 5 registros no son de esta fuente: la declaración pide que «area.nombre» sea «prensa»" in lectura.hallazgos[0].explicacion
