"""Faltas sobre un CKAN de verdad: se ve la entrega anterior o la nueva, nunca una mezcla."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from muestra import armar_muestra
from proxy import Proxy

from rendicion.errores import ErrorPortal
from rendicion.portales.ckan import PortalCKAN

RAIZ = Path(__file__).resolve().parents[2]
ARCHIVOS = 15
MUERTO = -signal.SIGKILL
PASOS_SEGUNDA = (
    "entrega_comprobada",
    "portal_revisado",
    "organizacion_lista",
    "conjunto_listo",
    "por_enviar",
    "enviada",
    "comprobada",
    "podada",
    "vista_plan",
    "con_vistas",
)
PASOS_PRIMERA = ("conjunto_listo", "enviada", "comprobada", "publica")


class Lectora:
    """Mira el conjunto sin parar, como cualquier persona, y cuenta lo que no debería verse."""

    def __init__(self, url: str, conjunto: str) -> None:
        self._url, self._conjunto = url, conjunto
        self._seguir = threading.Event()
        self._hilo = threading.Thread(target=self._mirar, daemon=True)
        self.lecturas, self.cruzadas, self.versiones, self.faltas = 0, 0, set[str](), list[str]()

    def __enter__(self) -> Self:
        self._hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._seguir.set()
        self._hilo.join(30)

    def _mirar(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as cliente:
            while not self._seguir.wait(0.2):
                # Un portal que no contesta (se matan sus trabajadores a propósito) no muestra nada falso.
                with contextlib.suppress(httpx.HTTPError):
                    self._juzgar(cliente)

    def _juzgar(self, cliente: httpx.Client, intentos: int = 3) -> None:
        leido = cliente.post("/api/action/package_show", json={"id": self._conjunto}).raise_for_status()
        conjunto: dict[str, Any] = leido.json()["result"]
        version = conjunto["version"]
        self.lecturas += 1
        self.versiones.add(version)
        vigentes = [r for r in conjunto["resources"] if r.get("entrega") == version]
        if len(vigentes) != ARCHIVOS:
            self.faltas.append(f"{version}: {len(vigentes)} archivos")
        for recurso in (r for r in vigentes if r["ruta"] in {"datos/plan.csv", "manifiesto.json"}):
            if hashlib.sha256(cliente.get(recurso["url"]).raise_for_status().content).hexdigest() != recurso["hash"]:
                self.faltas.append(f"{version}: bytes de {recurso['ruta']}")
        actuales = {r["entrega_actual"] for r in conjunto["resources"] if r.get("ultima")}
        if actuales == {version}:
            return
        # CKAN lee el conjunto en varias consultas: si una publicación termina entre dos, trae la versión de antes con
        # los enlaces de después. Vale solo si todos llevan a una misma entrega, entera, y al leer otra vez ya no está.
        enteras = [e for e in actuales if sum(r.get("entrega") == e for r in conjunto["resources"]) == ARCHIVOS]
        if len(actuales) != 1 or len(enteras) != 1 or not intentos:
            self.faltas.append(f"{version}: la dirección estable lleva a {sorted(actuales)}")
            return
        self.cruzadas += 1
        self._juzgar(cliente, intentos - 1)


def _lanzar(pila: Any, ficha: dict[str, str], carpeta: Path, *, url: str = "", **mas: Any) -> subprocess.Popen[str]:
    proceso = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "publicador.py")],
        cwd=RAIZ,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "RENDICION_CKAN_TOKEN": pila.editora, "PYTHONPATH": str(RAIZ)},
    )
    assert proceso.stdin
    proceso.stdin.write(json.dumps({"url": url or pila.url, "ficha": ficha, "carpeta": str(carpeta), **mas}))
    proceso.stdin.close()
    proceso.stdin = None
    return proceso


def _fin(proceso: subprocess.Popen[str]) -> tuple[int, str]:
    salida, errores = proceso.communicate(timeout=120)
    return proceso.returncode, salida + errores


def _revisar_integridad(pila: Any, conjunto: str, version: str) -> None:
    leido = pila.accion("package_show", id=conjunto)
    assert leido["version"] == version
    por_entrega: dict[str, int] = {}
    for recurso in (r for r in leido["resources"] if r.get("entrega")):
        por_entrega[recurso["entrega"]] = por_entrega.get(recurso["entrega"], 0) + 1
    assert set(por_entrega.values()) == {ARCHIVOS}
    for recurso in (r for r in leido["resources"] if r.get("entrega") == version):
        assert hashlib.sha256(httpx.get(recurso["url"]).content).hexdigest() == recurso["hash"]


@pytest.fixture(scope="module")
def serie(pila: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], tuple[dict[str, str], tuple[Path, dict[str, Any]], str]]]:
    """Da, cada vez, la entrega siguiente de un mismo conjunto, mientras una lectora lo mira todo el tiempo."""
    raiz, ficha, numero = tmp_path_factory.mktemp("serie"), pila.ficha(), [1]
    anterior = armar_muestra(raiz, 1)
    PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(*anterior)

    def siguiente() -> tuple[dict[str, str], tuple[Path, dict[str, Any]], str]:
        numero[0] += 1
        return ficha, armar_muestra(raiz, numero[0]), f"{anterior[1]['entrega'][:-3]}{numero[0] - 1:03d}"

    with Lectora(pila.url, ficha["conjunto"]) as lectora:
        yield siguiente
    assert lectora.faltas == []
    assert lectora.lecturas > 0


@pytest.mark.parametrize("paso", PASOS_SEGUNDA)
def test_matar_al_que_publica_en_un_paso_no_mezcla_ni_pierde_nada(pila: Any, serie: Any, paso: str) -> None:
    ficha, (carpeta, manifiesto), anterior = serie()
    codigo, _ = _fin(_lanzar(pila, ficha, carpeta, matar=paso, vista_previa=paso.startswith(("vista", "con"))))
    assert codigo == MUERTO
    version = pila.accion("package_show", id=ficha["conjunto"])["version"]
    assert version == (anterior if PASOS_SEGUNDA.index(paso) <= PASOS_SEGUNDA.index("por_enviar") else manifiesto["entrega"])
    assert PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(carpeta, manifiesto)
    _revisar_integridad(pila, ficha["conjunto"], manifiesto["entrega"])


@pytest.mark.parametrize("bytes_pasados", [1, 20_000, 40_000])
def test_matar_al_que_publica_a_mitad_del_envio_deja_la_anterior(pila: Any, serie: Any, bytes_pasados: int) -> None:
    ficha, (carpeta, manifiesto), anterior = serie()
    victimas: list[subprocess.Popen[str]] = []

    def matar() -> bool:
        victimas[0].kill()
        return True

    with Proxy(pila.url, en_bytes=bytes_pasados, al_llegar=matar) as proxy:
        victimas.append(_lanzar(pila, ficha, carpeta, url=proxy.url))
        assert _fin(victimas[0])[0] == MUERTO
    assert pila.accion("package_show", id=ficha["conjunto"])["version"] == anterior
    assert PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(carpeta, manifiesto).estado == "publicada"
    _revisar_integridad(pila, ficha["conjunto"], manifiesto["entrega"])


def test_una_respuesta_perdida_despues_de_confirmar_no_se_repite(pila: Any, serie: Any) -> None:
    ficha, (carpeta, manifiesto), _ = serie()
    with Proxy(pila.url, cortar_respuesta=True) as proxy:
        hecho = PortalCKAN(proxy.url, pila.editora, ficha, vista_previa=False).publicar(carpeta, manifiesto)
        assert (proxy.cortes, proxy.envios) == (1, 1)
    assert hecho.estado == "publicada"
    assert hecho.direccion.startswith(pila.url)
    _revisar_integridad(pila, ficha["conjunto"], manifiesto["entrega"])


def test_matar_a_los_trabajadores_de_ckan_mientras_reciben_deja_la_anterior_o_la_nueva(pila: Any, serie: Any) -> None:
    ficha, (carpeta, manifiesto), anterior = serie()

    def matar() -> bool:
        hijos = Path(f"/proc/{pila.pid_ckan}/task/{pila.pid_ckan}/children").read_text(encoding="ascii").split()
        for hijo in hijos:
            os.kill(int(hijo), signal.SIGKILL)
        return False

    with Proxy(pila.url, en_bytes=20_000, al_llegar=matar) as proxy, contextlib.suppress(ErrorPortal):
        PortalCKAN(proxy.url, pila.editora, ficha, vista_previa=False).publicar(carpeta, manifiesto)
    assert PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(carpeta, manifiesto)
    assert anterior != manifiesto["entrega"]
    _revisar_integridad(pila, ficha["conjunto"], manifiesto["entrega"])


@pytest.mark.parametrize("paso", PASOS_PRIMERA)
def test_matar_la_primera_publicacion_no_muestra_nada_a_medias(pila: Any, tmp_path: Path, paso: str) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    assert _fin(_lanzar(pila, ficha, carpeta, matar=paso))[0] == MUERTO
    visible = httpx.post(f"{pila.url}/api/action/package_show", json={"id": ficha["conjunto"]}, timeout=60).status_code == httpx.codes.OK
    assert visible == (paso == "publica")
    hecho = PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(carpeta, manifiesto)
    assert hecho.estado == ("sin_cambios" if paso == "publica" else "publicada")
    _revisar_integridad(pila, ficha["conjunto"], manifiesto["entrega"])


def _a_la_vez(pila: Any, ficha: dict[str, str], carpetas: list[Path], senal: Path) -> list[tuple[int, str]]:
    procesos = [_lanzar(pila, ficha, c, esperar=str(senal)) for c in carpetas]
    limite = time.monotonic() + 90
    while len(list(senal.parent.glob(f"{senal.name}.*"))) < len(procesos):
        assert time.monotonic() < limite, "los procesos no llegaron al envío"
        time.sleep(0.05)
    senal.touch()
    return [_fin(p) for p in procesos]


def test_de_tres_publicaciones_distintas_a_la_vez_gana_una_y_las_otras_lo_dicen(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(*armar_muestra(tmp_path, 1))
    entregas = [armar_muestra(tmp_path, n, corte="2020-06-30") for n in (2, 3, 4)]
    fines = _a_la_vez(pila, ficha, [c for c, _ in entregas], tmp_path / "ya")
    ganadora = pila.accion("package_show", id=ficha["conjunto"])["version"]
    assert sorted(codigo for codigo, _ in fines) == [0, 3, 3]
    for codigo, texto in fines:
        assert (codigo == 0) == (f"Entrega {ganadora} publicada" in texto)
        assert codigo == 0 or f"Otra publicación ganó: el portal tiene ahora la entrega {ganadora}" in texto
    _revisar_integridad(pila, ficha["conjunto"], ganadora)


def test_la_misma_entrega_publicada_tres_veces_a_la_vez_queda_una_sola_vez(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    fines = _a_la_vez(pila, ficha, [carpeta] * 3, tmp_path / "ya")
    assert [codigo for codigo, _ in fines] == [0, 0, 0]
    assert sum(f"Entrega {manifiesto['entrega']} publicada" in texto for _, texto in fines) == 1
    _revisar_integridad(pila, ficha["conjunto"], manifiesto["entrega"])
