"""Leer por partes contra un servicio de verdad: lo nuevo, lo corregido, lo que se fue y la lectura completa."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.almacen.capturas import Captura, Capturas
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar
from rendicion.fuentes.incremental import combinar, declaracion_incremental, tramo
from rendicion.fuentes.remoto import capturar as escribir
from rendicion.fuentes.remoto import columnas_de_captura

AQUI = Path()
INICIO = datetime(2020, 6, 1, 12, tzinfo=UTC)


class Servicio:
    """Es un servicio REST que filtra por fecha de cambio y recuerda qué le pidieron."""

    def __init__(self, registros: list[dict[str, Any]]) -> None:
        self.registros, self.pedidos = registros, list[str | None]()

    def __call__(self, peticion: Request) -> Response:
        desde = peticion.args.get("desde")
        self.pedidos.append(desde)
        return Response(json.dumps([r for r in self.registros if desde is None or r["modificado"] > desde]))


def registro(numero: int, modificado: str, titulo: str = "T") -> dict[str, Any]:
    return {"id": numero, "titulo": titulo, "modificado": modificado, "correo": "canario@ejemplo.org"}


def fuente(servidor: HTTPServer, **cambios: Any) -> Fuente:
    base = {
        "id": "remota",
        "tipo": "rest_json",
        "lugar": servidor.url_for("/api"),
        "dependencia": "Prensa",
        "actividad": "1.4",
        "anfitriones": ["localhost"],
        "columnas": {"registro": "id", "titulo": "titulo"},
    }
    opciones = {"permite_privado": True, "incremental": {"cursor": "modificado", "parametro": "desde", "traslape": 5, "completa_cada": 7}}
    return fuente_desde({**base, "opciones": {**opciones, **cambios.pop("opciones", {})}, **cambios}, donde="r.toml")


def capturar(capturas: Capturas, declarada: Fuente, dia: int = 0) -> Captura:
    momento = INICIO + timedelta(days=dia)
    bruto = extraer(declarada, AQUI, capturas.previa(declarada, momento.date()))
    return capturas.conservar(declarada, bruto.contenido, bruto.origen, bruto.cabeceras, momento, bruto.paginas, bruto.base)


def titulos(capturas: Capturas, captura: Captura, declarada: Fuente) -> dict[str, str]:
    filas = interpretar(capturas.leer(captura), declarada, captura.sha256, "r").celdas.to_pylist()
    return {f["registro"]: f["titulo"] for f in filas}


def test_la_segunda_vez_solo_se_pide_lo_reciente_y_la_captura_sigue_entera(httpserver: HTTPServer, tmp_path: Path):
    servicio = Servicio([registro(1, "2020-01-01"), registro(2, "2020-05-28"), registro(3, "2020-05-30")])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver)
    primera = capturar(capturas, declarada)
    servicio.registros[1]["titulo"] = "corregido"
    servicio.registros.append(registro(4, "2020-06-01"))
    segunda = capturar(capturas, declarada, 1)
    assert servicio.pedidos == [None, "2020-05-24"]
    assert titulos(capturas, segunda, declarada) == {"1": "T", "2": "corregido", "3": "T", "4": "T"}
    assert (primera.base, segunda.base) == (None, primera.sha256)
    assert "canario" not in capturas.leer(segunda).decode()
    assert set(titulos(capturas, primera, declarada)) == {"1", "2", "3"}


def test_si_no_hay_nada_nuevo_es_la_misma_captura(httpserver: HTTPServer, tmp_path: Path):
    httpserver.expect_request("/api").respond_with_handler(Servicio([registro(1, "2020-01-01"), registro(2, "2020-05-28")]))
    capturas, declarada = Capturas(tmp_path), fuente(httpserver)
    primera = capturar(capturas, declarada)
    antes = {a: a.stat().st_mtime_ns for a in tmp_path.rglob("*") if a.is_file()}
    assert capturar(capturas, declarada, 1) == primera
    assert {a: a.stat().st_mtime_ns for a in tmp_path.rglob("*") if a.is_file()} == antes


def test_lo_que_cambio_por_fuera_del_traslape_se_ve_en_la_lectura_completa(httpserver: HTTPServer, tmp_path: Path):
    servicio = Servicio([registro(1, "2020-01-01"), registro(2, "2020-05-28")])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver)
    capturar(capturas, declarada)
    servicio.registros[0]["titulo"] = "corregido a escondidas"
    assert titulos(capturas, capturar(capturas, declarada, 6), declarada)["1"] == "T"
    assert titulos(capturas, capturar(capturas, declarada, 7), declarada)["1"] == "corregido a escondidas"
    capturar(capturas, declarada, 8)
    assert servicio.pedidos == [None, "2020-05-22", None, "2020-05-22"]


def test_con_otra_declaracion_se_lee_todo_otra_vez(httpserver: HTTPServer, tmp_path: Path):
    servicio = Servicio([registro(1, "2020-01-01"), registro(2, "2020-05-28")])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas = Capturas(tmp_path)
    capturar(capturas, fuente(httpserver))
    capturar(capturas, fuente(httpserver, opciones={"parametros": {"estado": "publicado"}}), 1)
    assert servicio.pedidos == [None, None]


def test_una_captura_danada_se_lee_de_nuevo_entera(httpserver: HTTPServer, tmp_path: Path):
    servicio = Servicio([registro(1, "2020-01-01")])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver)
    primera = capturar(capturas, declarada)
    (tmp_path / "remota" / f"{primera.sha256}.bin").write_bytes(b"{}")
    segunda = capturar(capturas, declarada, 1)
    assert segunda.sha256 == primera.sha256
    assert capturas.leer(segunda)
    assert servicio.pedidos == [None, None]


def test_cualquiera_rehace_la_captura_con_la_anterior_y_sus_paginas(httpserver: HTTPServer, tmp_path: Path):
    servicio = Servicio([registro(1, "2020-01-01"), registro(2, "2020-05-28", "se va"), registro(3, "2020-05-30")])
    httpserver.expect_request("/api").respond_with_handler(servicio)
    capturas, declarada = Capturas(tmp_path), fuente(httpserver)
    primera = capturar(capturas, declarada)
    del servicio.registros[1]
    servicio.registros.append(registro(4, "2020-06-01"))
    segunda = capturar(capturas, declarada, 1)
    crudas = [json.loads((tmp_path / "remota" / "paginas" / f"{p['sha256']}.bin").read_bytes()) for p in segunda.paginas]
    declaracion = declaracion_incremental(declarada)
    base = capturas.leer(primera)
    previa = capturas.previa(declarada, INICIO.date())
    assert previa is not None
    desde = tramo(declaracion, declarada, previa.__class__(primera.sha256, base, INICIO.date(), INICIO.date()), columnas_de_captura(declarada, declaracion))
    assert desde is not None
    nuevas = escribir([r for pagina in crudas for r in pagina], declarada, "x", declaracion, parcial=True)
    assert combinar(base, nuevas, declarada, declaracion, desde.limite) == capturas.leer(segunda)


def test_wordpress_se_lee_por_partes_con_su_fecha_de_cambio(httpserver: HTTPServer, tmp_path: Path):
    pedidos: list[dict[str, str]] = []
    entradas = [
        {"id": 1, "modified_gmt": "2020-01-01T10:00:00", "title": {"rendered": "Uno"}},
        {"id": 2, "modified_gmt": "2020-06-02T02:00:00", "title": {"rendered": "Dos"}},
    ]

    def contestar(peticion: Request) -> Response:
        pedidos.append(dict(peticion.args))
        desde = peticion.args.get("modified_after", "")
        elegidas = [e for e in entradas if str(e["modified_gmt"]) > desde]
        return Response(json.dumps(elegidas), headers={"X-WP-Total": str(len(elegidas))})

    httpserver.expect_request("/wp-json/wp/v2/posts").respond_with_handler(contestar)
    declarada = fuente(
        httpserver,
        tipo="wordpress_rest",
        lugar=httpserver.url_for(""),
        columnas={"registro": "id", "titulo": "title.rendered"},
        opciones={"incremental": {"traslape": 3}},
    )
    capturas = Capturas(tmp_path)
    capturar(capturas, declarada)
    entradas[1]["title"] = {"rendered": "Dos, corregida"}
    segunda = capturar(capturas, declarada, 1)
    assert pedidos[1]["modified_after"] == "2020-05-28T00:00:00"
    assert set(pedidos[1]["_fields"].split(",")) == {"id", "modified_gmt", "title"}
    assert titulos(capturas, segunda, declarada) == {"1": "Uno", "2": "Dos, corregida"}


def test_un_canal_que_acumula_guarda_lo_que_ya_no_viene_y_reemplaza_lo_corregido(httpserver: HTTPServer, tmp_path: Path):
    entradas = {"1": "Uno", "2": "Dos"}

    def contestar(_: Request) -> Response:
        items = "".join(f"<item><guid>{n}</guid><title>{t}</title></item>" for n, t in entradas.items())
        return Response(f'<rss version="2.0"><channel><title>C</title>{items}</channel></rss>')

    httpserver.expect_request("/api").respond_with_handler(contestar)
    columnas = {"registro": "id", "titulo": "title"}
    capturas = Capturas(tmp_path)
    declarada = fuente_desde(
        {"id": "remota", "tipo": "rss", "lugar": httpserver.url_for("/api"), "dependencia": "P", "actividad": "1.4", "anfitriones": ["localhost"]}
        | {"columnas": columnas, "opciones": {"permite_privado": True, "acumula": True}},
        donde="r.toml",
    )
    primera = capturar(capturas, declarada)
    del entradas["1"]
    entradas.update({"2": "Dos, corregida", "3": "Tres"})
    segunda = capturar(capturas, declarada, 1)
    assert titulos(capturas, segunda, declarada) == {"1": "Uno", "2": "Dos, corregida", "3": "Tres"}
    assert segunda.base == primera.sha256
