"""Matar la extracción o la escritura en cualquier momento no deja nada que parezca entero; volver a correr da lo mismo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.almacen.capturas import Capturas
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import Bruto, extraer

RAIZ = Path(__file__).resolve().parents[2]
PROGRAMA = """
import sys
from pathlib import Path
from tests.integracion.test_fuentes_interrumpidas import conservar, declarada
from rendicion.fuentes import extraer

fuente = declarada(sys.argv[1])
print(conservar(Path(sys.argv[2]), fuente, extraer(fuente, Path())))
"""


def lanzar(lugar: str, carpeta: Path) -> subprocess.Popen[str]:
    orden = [sys.executable, "-c", PROGRAMA, lugar, str(carpeta)]
    return subprocess.Popen(orden, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=RAIZ)


class Servicio:
    """Entrega tres páginas; la que se le diga no llega hasta que se le permita."""

    def __init__(self, lenta: int = 0) -> None:
        self.lenta, self.pedida, self.seguir = lenta, threading.Event(), threading.Event()

    def __call__(self, peticion: Request) -> Response:
        pagina = int(peticion.args["page"])
        if pagina == self.lenta:
            self.pedida.set()
            self.seguir.wait(30)
        datos = [{"id": n, "titulo": f"T{n}"} for n in range(1, 6)][(pagina - 1) * 2 : pagina * 2]
        return Response(json.dumps({"datos": datos, "total": 5}))


def a_la_vista(carpeta: Path) -> list[str]:
    """Reúne lo que alguien tomaría por una captura: nada oculto ni temporal."""
    return sorted(str(a.relative_to(carpeta)) for a in carpeta.rglob("*") if a.is_file() and not a.name.startswith("."))


def revisar(carpeta: Path) -> bool:
    """Dice si hay captura; si la hay, está entera con todas sus páginas."""
    capturas = Capturas(carpeta)
    captura = capturas.ultima("remota")
    if captura is None:
        assert not list(carpeta.rglob("[!.]*.json"))
        return False
    assert capturas.leer(captura).count(b"\n") == 5
    assert len(captura.paginas) == 4
    for pagina in captura.paginas:
        assert (carpeta / "remota" / "paginas" / f"{pagina['sha256']}.bin").stat().st_size == pagina["bytes"]
    return True


@pytest.mark.parametrize("lenta", [1, 3])
def test_matar_la_extraccion_a_la_mitad_no_deja_ni_un_archivo(httpserver: HTTPServer, tmp_path: Path, lenta: int):
    servicio = Servicio(lenta)
    httpserver.expect_request("/api").respond_with_handler(servicio)
    proceso = lanzar(httpserver.url_for("/api"), tmp_path)
    assert servicio.pedida.wait(30)
    os.kill(proceso.pid, signal.SIGKILL)
    proceso.wait(30)
    servicio.seguir.set()
    assert a_la_vista(tmp_path) == []
    time.sleep(0.2)
    servicio.lenta = 0
    despues = lanzar(httpserver.url_for("/api"), tmp_path)
    assert despues.wait(60) == 0
    assert revisar(tmp_path)


MOMENTO = datetime(2020, 6, 1, tzinfo=UTC)


def declarada(lugar: str) -> Fuente:
    opciones = {"permite_privado": True, "paginacion": "pagina", "tamano": 2, "total": "total", "lista": "datos"}
    base = {"id": "remota", "tipo": "rest_json", "lugar": lugar, "dependencia": "Prensa", "actividad": "1.4", "anfitriones": ["localhost"]}
    return fuente_desde({**base, "columnas": {"registro": "id", "titulo": "titulo"}, "opciones": opciones}, donde="r.toml")


def conservar(carpeta: Path, fuente: Fuente, bruto: Bruto) -> str:
    return Capturas(carpeta).conservar(fuente, bruto.contenido, bruto.origen, bruto.cabeceras, MOMENTO, bruto.paginas, bruto.base).sha256


def en_un_hijo_que_muere(paso: int, carpeta: Path, fuente: Fuente, bruto: Bruto) -> int:
    """Conserva en otro proceso, que se mata solo antes de su paso número `paso`; devuelve cómo terminó."""
    hijo = os.fork()
    if hijo == 0:
        hechos = 0

        def contar(original: Any) -> Any:
            def con_muerte(*args: Any, **kwargs: Any) -> Any:
                nonlocal hechos
                hechos += 1
                if hechos == paso:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(*args, **kwargs)

            return con_muerte

        os.fsync, os.replace, os.mkdir = contar(os.fsync), contar(os.replace), contar(os.mkdir)
        try:
            conservar(carpeta, fuente, bruto)
        finally:
            os._exit(0)
    return os.waitpid(hijo, 0)[1]


def test_morir_en_cada_paso_de_la_escritura_deja_la_captura_entera_o_ninguna(httpserver: HTTPServer, tmp_path: Path):
    """Se mata el proceso antes de cada llevada a disco, cada cambio de nombre y cada carpeta nueva."""
    httpserver.expect_request("/api").respond_with_handler(Servicio())
    fuente = declarada(httpserver.url_for("/api"))
    bruto = extraer(fuente, Path())
    huella = conservar(tmp_path / "limpio", fuente, bruto)
    esperado = {a: (tmp_path / "limpio" / a).read_bytes() for a in a_la_vista(tmp_path / "limpio")}
    vistas, paso = [], 0
    while True:
        paso += 1
        carpeta = tmp_path / str(paso)
        if en_un_hijo_que_muere(paso, carpeta, fuente, bruto) != signal.SIGKILL:
            break
        vistas.append(revisar(carpeta) if carpeta.exists() else False)
        assert conservar(carpeta, fuente, bruto) == huella
        assert revisar(carpeta)
        assert {a: (carpeta / a).read_bytes() for a in a_la_vista(carpeta)} == esperado
    assert len(vistas) >= 12
    assert vistas == sorted(vistas)
    assert {False, True} == set(vistas)


def test_los_mismos_bytes_no_dan_trabajo(httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    httpserver.expect_request("/api").respond_with_handler(Servicio())
    fuente = declarada(httpserver.url_for("/api"))
    huella = conservar(tmp_path, fuente, extraer(fuente, Path()))
    escrituras: list[int] = []
    monkeypatch.setattr(os, "fsync", escrituras.append)
    assert conservar(tmp_path, fuente, extraer(fuente, Path())) == huella
    assert escrituras == []
