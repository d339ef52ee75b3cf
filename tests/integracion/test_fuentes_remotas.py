"""Servicios remotos de verdad, con sus faltas: un servidor por prueba."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar
from rendicion.fuentes.descarga import Descargador

SHA = "0" * 64
AQUI = Path()


def fuente(servidor: HTTPServer, tipo: str = "rest_json", ruta: str = "/api", **cambios: Any) -> Fuente:
    base = {
        "id": "remota",
        "tipo": tipo,
        "lugar": servidor.url_for(ruta),
        "dependencia": "Prensa",
        "actividad": "1.4",
        "anfitriones": ["localhost"],
        "columnas": {"registro": "id", "fecha": "fecha", "titulo": "titulo.texto"},
    }
    opciones = {"permite_privado": True, "reintentos": 2, **cambios.pop("opciones", {})}
    return fuente_desde({**base, **cambios, "opciones": opciones}, donde="r.toml")


def registro(numero: int) -> dict[str, Any]:
    return {
        "id": numero,
        "fecha": "2020-03-01",
        "titulo": {"texto": f"Título {numero}"},
        "correo": "canario@ejemplo.org",
    }


def paginado(registros: list[dict[str, Any]], tamano: int = 2, **extra: Any) -> Callable[[Request], Response]:
    def contestar(peticion: Request) -> Response:
        pagina = int(peticion.args["page"])
        return Response(
            json.dumps({"datos": registros[(pagina - 1) * tamano : pagina * tamano], "total": len(registros), **extra})
        )

    return contestar


PAGINAS = {"paginacion": "pagina", "lista": "datos", "total": "total", "tamano": 2}


def leidos(declarada: Fuente) -> list[dict[str, Any]]:
    bruto = extraer(declarada, AQUI)
    filas: list[dict[str, Any]] = interpretar(bruto.contenido, declarada, SHA, "remota.jsonl").celdas.to_pylist()
    return filas


def falla(declarada: Fuente) -> str:
    with pytest.raises(ErrorFuente) as error:
        extraer(declarada, AQUI)
    assert error.value.hacer
    assert error.value.donde
    return str(error.value)


def test_un_servicio_con_paginas_se_lee_entero_y_en_orden(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_handler(paginado([registro(n) for n in (3, 1, 2, 5, 4)]))
    declarada = fuente(httpserver, opciones=PAGINAS)
    filas = leidos(declarada)
    assert [f["registro"] for f in filas] == ["1", "2", "3", "4", "5"]
    assert filas[0]["titulo"] == "Título 1"
    assert filas[0]["lugar"] == "remota.jsonl, línea 1"
    bruto = extraer(declarada, AQUI)
    assert b"canario" not in bruto.contenido
    assert "localhost" in bruto.origen


def test_el_mismo_contenido_en_otro_orden_da_los_mismos_bytes(httpserver: HTTPServer):
    httpserver.expect_ordered_request("/api").respond_with_json([registro(1), registro(2)])
    httpserver.expect_ordered_request("/api").respond_with_json(
        [dict(reversed(registro(2).items())), registro(1) | {"correo": "otro"}]
    )
    assert extraer(fuente(httpserver), AQUI).contenido == extraer(fuente(httpserver), AQUI).contenido


def test_las_paginas_por_desplazamiento_por_siguiente_y_por_enlace_dan_lo_mismo(httpserver: HTTPServer):
    todos = [registro(n) for n in range(1, 6)]

    def desplazado(peticion: Request) -> Response:
        desde = int(peticion.args["offset"])
        return Response(json.dumps(todos[desde : desde + int(peticion.args["limit"])]))

    def encadenado(peticion: Request) -> Response:
        desde = int(peticion.args.get("desde", 0))
        siguiente = f"?desde={desde + 2}" if desde + 2 < len(todos) else None
        cabeceras = {"Link": f'</api/cadena{siguiente}>; rel="next"'} if siguiente else {}
        return Response(json.dumps({"datos": todos[desde : desde + 2], "next": siguiente}), headers=cabeceras)

    httpserver.expect_request("/api/salto").respond_with_handler(desplazado)
    httpserver.expect_request("/api/cadena").respond_with_handler(encadenado)
    salto = leidos(fuente(httpserver, ruta="/api/salto", opciones={"paginacion": "desplazamiento", "tamano": 2}))
    cadena = leidos(fuente(httpserver, ruta="/api/cadena", opciones={"paginacion": "siguiente", "lista": "datos"}))
    enlace = leidos(fuente(httpserver, ruta="/api/cadena", opciones={"paginacion": "enlace", "lista": "datos"}))
    assert salto == cadena == enlace
    assert len(salto) == 5


@pytest.mark.parametrize("modo", ["siguiente", "pagina"])
def test_una_paginacion_en_circulo_se_nota(httpserver: HTTPServer, modo: str):
    httpserver.expect_request("/api").respond_with_json({"datos": [registro(1)], "next": "?page=2"})
    assert "círculo" in falla(fuente(httpserver, opciones={"paginacion": modo, "lista": "datos"}))


def test_un_total_que_no_cuadra_no_se_acepta(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_json({"datos": [registro(1)], "total": 3})
    mensaje = falla(fuente(httpserver, opciones={"lista": "datos", "total": "total"}))
    assert "anuncia 3 registros y entregó 1" in mensaje
    assert "No se aceptó nada" in mensaje


def test_si_la_fuente_cambia_entre_paginas_se_lee_de_nuevo(httpserver: HTTPServer):
    todos = [registro(n) for n in range(1, 5)]
    pedidas: list[int] = []

    def movido(peticion: Request) -> Response:
        pedidas.append(int(peticion.args["page"]))
        if pedidas == [1, 2]:
            todos.insert(0, registro(9))
        return paginado(todos)(peticion)

    httpserver.expect_request("/api").respond_with_handler(movido)
    assert [f["registro"] for f in leidos(fuente(httpserver, opciones=PAGINAS))] == ["1", "2", "3", "4", "9"]
    assert pedidas.count(1) == 2


def test_un_registro_que_sale_en_dos_paginas_obliga_a_leer_de_nuevo_aunque_no_haya_total(httpserver: HTTPServer):
    todos = [registro(n) for n in range(1, 5)]

    def siempre_movido(peticion: Request) -> Response:
        desplazados = [registro(9), *todos] if peticion.args["page"] == "2" else todos
        return paginado(desplazados)(peticion)

    httpserver.expect_request("/api").respond_with_handler(siempre_movido)
    mensaje = falla(fuente(httpserver, opciones={"paginacion": "pagina", "lista": "datos", "tamano": 2}))
    assert "un mismo registro salió en dos páginas" in mensaje


def test_una_clave_repetida_en_la_misma_pagina_se_recibe_dos_veces(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_json([registro(1), registro(1)])
    assert [f["registro"] for f in leidos(fuente(httpserver))] == ["1", "1"]


@pytest.mark.parametrize("estado", [429, 500, 503])
def test_un_error_pasajero_se_reintenta_y_al_final_se_dice(httpserver: HTTPServer, estado: int):
    httpserver.expect_ordered_request("/api").respond_with_data("no", status=estado, headers={"Retry-After": "0"})
    httpserver.expect_ordered_request("/api").respond_with_json([registro(1)])
    assert len(leidos(fuente(httpserver))) == 1
    httpserver.clear()
    httpserver.expect_request("/api").respond_with_data("no", status=estado, headers={"Retry-After": "0"})
    mensaje = falla(fuente(httpserver))
    assert f"después de 3 intentos (estado {estado})" in mensaje
    assert len(httpserver.log) == 3


def test_retry_after_se_respeta_y_una_espera_exagerada_es_no_volver(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_data("no", status=429, headers={"Retry-After": "86400"})
    assert "estado 429" in falla(fuente(httpserver))
    assert len(httpserver.log) == 1
    httpserver.clear()
    fecha = format_datetime(datetime(2000, 1, 1, tzinfo=UTC))
    httpserver.expect_ordered_request("/api").respond_with_data("no", status=503, headers={"Retry-After": fecha})
    httpserver.expect_ordered_request("/api").respond_with_json([registro(1)])
    assert len(leidos(fuente(httpserver))) == 1


def test_se_espera_lo_que_pide_el_servidor(httpserver: HTTPServer):
    httpserver.expect_ordered_request("/api").respond_with_data("no", status=503, headers={"Retry-After": "1"})
    httpserver.expect_ordered_request("/api").respond_with_json([registro(1)])
    antes = time.monotonic()
    assert len(leidos(fuente(httpserver))) == 1
    assert time.monotonic() - antes >= 1


def test_un_404_no_se_reintenta(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_data("no", status=404)
    assert "estado 404" in falla(fuente(httpserver))
    assert len(httpserver.log) == 1


@pytest.fixture
def servidor_que_corta() -> Iterator[int]:
    """Anuncia 500 bytes, manda 9 y cierra."""
    with socket.create_server(("127.0.0.1", 0)) as puerta:

        def atender() -> None:
            with suppress(OSError):
                while True:
                    cliente, _ = puerta.accept()
                    with cliente:
                        cliente.recv(65536)
                        cliente.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{"id": 1')

        hilo = threading.Thread(target=atender, daemon=True)
        hilo.start()
        yield puerta.getsockname()[1]
        puerta.shutdown(socket.SHUT_RDWR)
    hilo.join(5)


def test_un_cuerpo_cortado_se_reintenta_y_nunca_se_acepta(httpserver: HTTPServer, servidor_que_corta: int):
    mensaje = falla(fuente(httpserver, lugar=f"http://localhost:{servidor_que_corta}/api"))
    assert "después de 3 intentos (RemoteProtocolError)" in mensaje
    httpserver.expect_request("/api").respond_with_data(b'[{"id": 1')
    assert "no es un JSON completo" in falla(fuente(httpserver))


def test_una_pagina_de_ingreso_con_estado_200_se_dice(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_data("<!DOCTYPE html><html>Ingrese</html>", content_type="text/html")
    assert "página web (HTML) donde se esperaba JSON" in falla(fuente(httpserver))


def test_una_redireccion_no_se_sigue(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_data(
        "", status=302, headers={"Location": "http://169.254.169.254/latest?clave=x"}
    )
    mensaje = falla(fuente(httpserver))
    assert "redirige a http://169.254.169.254/latest" in mensaje
    assert "clave=x" not in mensaje
    assert len(httpserver.log) == 1


def test_el_enlace_siguiente_a_otro_anfitrion_se_niega(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_json({"datos": [registro(1)], "next": "http://malo.example/robar"})
    assert "«malo.example» no está declarado" in falla(
        fuente(httpserver, opciones={"paginacion": "siguiente", "lista": "datos"})
    )


def test_una_respuesta_demasiado_grande_se_corta(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_data(b"x" * (2 * 1024 * 1024))
    assert "demasiado grande" in falla(fuente(httpserver, opciones={"tamano_maximo_mib": 1}))


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "100.64.0.1",
        "0.0.0.0",
        "::ffff:127.0.0.1",
    ],
)
def test_un_nombre_que_lleva_a_una_red_privada_se_niega(ip: str):
    declarada = fuente_desde(
        {
            "id": "r",
            "tipo": "rest_json",
            "lugar": "https://datos.example/api",
            "dependencia": "X",
            "actividad": "1.4",
            "columnas": {"registro": "id"},
            "anfitriones": ["datos.example"],
        },
        donde="r.toml",
    )
    with pytest.raises(ErrorFuente, match="red privada o local"):
        Descargador(declarada, lambda *_: ["8.8.8.8", ip]).pedir(declarada.lugar)


@pytest.mark.parametrize(
    "lugar",
    [
        "http://datos.example/api",
        "ftp://datos.example/",
        "https://ana:clave@datos.example/",
        "file:///etc/passwd",
        "https://[malo/",
    ],
)
def test_solo_se_admite_https_sin_usuario(lugar: str):
    declarada = fuente_desde(
        {
            "id": "r",
            "tipo": "rest_json",
            "lugar": lugar,
            "dependencia": "X",
            "actividad": "1.4",
            "columnas": {"registro": "id"},
            "anfitriones": ["datos.example"],
        },
        donde="r.toml",
    )
    with pytest.raises(ErrorUso) as error:
        extraer(declarada, AQUI)
    assert "clave@" not in str(error.value)


def test_un_campo_declarado_que_no_viene_se_dice_con_los_que_vienen(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_json([registro(1)])
    mensaje = falla(fuente(httpserver, columnas={"registro": "id", "titulo": "nombre"}))
    assert "Faltan campos declarados: «nombre». Cada registro trae: «correo», «fecha», «id», «titulo»" in mensaje


def test_cero_registros_se_niegan_al_leer(httpserver: HTTPServer):
    httpserver.expect_request("/api").respond_with_json([])
    with pytest.raises(ErrorFuente, match="no trae ningún registro"):
        leidos(fuente(httpserver))


@pytest.mark.parametrize("cuerpo", ['{"error": 1}', "[1, 2]", "null", "[" * 100000])
def test_un_json_que_no_es_una_lista_de_registros_se_dice(httpserver: HTTPServer, cuerpo: str):
    httpserver.expect_request("/api").respond_with_data(cuerpo)
    assert falla(fuente(httpserver))


# --- WordPress


def entrada(numero: int) -> dict[str, Any]:
    return {
        "id": numero,
        "date_gmt": "2020-03-16T03:00:00",
        "link": f"https://x.example/{numero}",
        "title": {"rendered": "A&ntilde;o &#8211; uno"},
    }


COLUMNAS_WP = {"registro": "id", "fecha": "date_gmt", "titulo": "title.rendered", "url": "link"}


@pytest.fixture
def wordpress(httpserver: HTTPServer) -> tuple[HTTPServer, list[dict[str, Any]]]:
    todas = [entrada(n) for n in range(1, 251)]

    def contestar(peticion: Request) -> Response:
        pagina, tamano = int(peticion.args["page"]), int(peticion.args["per_page"])
        if pagina > 1 and (pagina - 1) * tamano >= len(todas):
            return Response('{"code":"rest_post_invalid_page_number"}', status=400)
        return Response(
            json.dumps(todas[(pagina - 1) * tamano : pagina * tamano]), headers={"X-WP-Total": str(len(todas))}
        )

    httpserver.expect_request("/wp-json/wp/v2/posts").respond_with_handler(contestar)
    httpserver.expect_request(
        "/wp-json/wp/v2/categories", query_string={"slug": "rendicion", "_fields": "id,slug"}
    ).respond_with_json([{"id": 7}])
    httpserver.expect_request("/wp-json/wp/v2/categories").respond_with_json([])
    return httpserver, todas


def test_un_wordpress_se_lee_entero_en_la_hora_de_bogota(wordpress: tuple[HTTPServer, list[dict[str, Any]]]):
    servidor, _ = wordpress
    declarada = fuente(
        servidor,
        "wordpress_rest",
        "/",
        columnas=COLUMNAS_WP,
        opciones={"categorias": ["rendicion", "9"], "desde": "2020-01-01"},
    )
    filas = leidos(declarada)
    assert len(filas) == 250
    assert (filas[0]["fecha"], filas[0]["titulo"]) == ("2020-03-15T22:00:00", "Año – uno")
    pedidos = [p.args for p, _ in servidor.log if p.path.endswith("posts")]
    assert [p["page"] for p in pedidos] == ["1", "2", "3"]
    assert pedidos[0]["categories"] == "7,9"
    assert pedidos[0]["_fields"] == "date_gmt,id,link,title"
    assert pedidos[0]["after"] == "2020-01-01T00:00:00"


def test_una_categoria_que_el_sitio_no_tiene_se_dice(wordpress: tuple[HTTPServer, list[dict[str, Any]]]):
    assert "no tiene la categoría «rendicoin»" in falla(
        fuente(wordpress[0], "wordpress_rest", "/", columnas=COLUMNAS_WP, opciones={"categorias": ["rendicoin"]})
    )


def test_un_wordpress_que_entrega_menos_de_lo_que_anuncia_no_se_acepta(httpserver: HTTPServer):
    httpserver.expect_request("/wp-json/wp/v2/posts").respond_with_json([entrada(1)], headers={"X-WP-Total": "2"})
    assert "anuncia 2 registros y entregó 1" in falla(fuente(httpserver, "wordpress_rest", "/", columnas=COLUMNAS_WP))


def test_un_sitio_que_no_es_wordpress_se_dice(httpserver: HTTPServer):
    httpserver.expect_request("/wp-json/wp/v2/posts").respond_with_json([])
    assert "X-WP-Total" in falla(fuente(httpserver, "wordpress_rest", "/", columnas=COLUMNAS_WP))


# --- RSS

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>DATOS SINTÉTICOS</title>
<item><guid>a</guid><title>Uno</title><link>https://x.example/1</link>
<pubDate>Mon, 16 Mar 2020 03:00:00 GMT</pubDate></item>
<item><guid>b</guid><title>Dos</title><link>https://x.example/2</link>
<pubDate>mala fecha</pubDate></item></channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>f</id><updated>2020-03-16T03:00:00Z</updated>
<entry><id>a</id><title>Uno</title><link href="https://x.example/1"/><published>2020-03-16T03:00:00Z</published></entry></feed>"""
COLUMNAS_RSS = {"registro": "id", "fecha": "published", "titulo": "title", "url": "link"}


@pytest.mark.parametrize(
    ("canal", "fechas"), [(RSS, ["2020-03-15T22:00:00", "mala fecha"]), (ATOM, ["2020-03-15T22:00:00"])]
)
def test_un_canal_se_lee_con_sus_fechas_en_hora_local(httpserver: HTTPServer, canal: str, fechas: list[str]):
    httpserver.expect_request("/feed").respond_with_data(canal)
    filas = leidos(fuente(httpserver, "rss", "/feed", columnas=COLUMNAS_RSS))
    assert [f["fecha"] for f in filas] == fechas
    assert filas[0]["url"] == "https://x.example/1"


def test_un_canal_tambien_se_lee_de_un_archivo(httpserver: HTTPServer, tmp_path: Path):
    (tmp_path / "canal.xml").write_text(RSS)
    declarada = fuente(httpserver, "rss", columnas=COLUMNAS_RSS, lugar="canal.xml")
    bruto = extraer(declarada, tmp_path)
    assert interpretar(bruto.contenido, declarada, SHA, "c").recibidos == 2
    assert bruto.origen == "canal.xml"


@pytest.mark.parametrize(
    ("cuerpo", "dice"),
    [
        (RSS[:-30], "cortado o mal formado"),
        ("<html><body>Ingrese</body></html>", "página web"),
        (RSS.replace("<rss", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss'), "declara entidades"),
        ("<otra/>", "no es un canal RSS ni Atom"),
        ("", "está vacío"),
    ],
)
def test_un_canal_cortado_o_falso_no_pasa_por_vacio(httpserver: HTTPServer, cuerpo: str, dice: str):
    httpserver.expect_request("/feed").respond_with_data(cuerpo)
    assert dice in falla(fuente(httpserver, "rss", "/feed", columnas=COLUMNAS_RSS))
