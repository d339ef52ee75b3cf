"""Faltas sobre un CKAN de verdad: se ve la entrega anterior o la nueva, nunca una mezcla.

Cada prueba suma a una cuenta por clase de falta. Con RENDICION_CUENTA_DE_FALLAS=archivo.json la cuenta se acumula en ese
archivo, de una corrida a otra, y de ella sale docs/ckan-fallas.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from lectora import HUELLA, MEZCLA, PERDIDA, VISTA, Lectora, integridad
from muestra import armar_muestra
from proxy import Proxy

from rendicion.errores import ErrorPortal
from rendicion.portales.ckan import PortalCKAN
from rendicion.portales.ckan_cliente import Politica

RAIZ = Path(__file__).resolve().parents[2]
LEVANTAR = Path(__file__).parent / "pila" / "levantar.py"
TABLA = RAIZ / "docs" / "ckan-fallas.md"
MUERTO = -signal.SIGKILL
PASOS_SEGUNDA = (
    "entrega_comprobada",
    "portal_revisado",
    "organizacion_lista",
    "conjunto_listo",
    "vistas_en_cambio",
    "por_enviar",
    "enviada",
    "comprobada",
    "bytes_podados",
    "podada",
    "vista_plan_comprobada",
    "vista_avances_lista",
    "vista_avances_lote",
    "vista_avances_quitadas",
    "vista_avances_comprobada",
    "vistas_prendidas",
    "vistas_rotuladas",
    "con_vistas",
)
PASOS_PRIMERA = ("conjunto_listo", "enviada", "comprobada", "publica", "vista_avances_lista")
EN_BYTES = (1, 20_000, 40_000)
CONSERVAR = 2
SIN_FALTAS = dict.fromkeys((MEZCLA, HUELLA, PERDIDA, VISTA), 0)


@dataclass
class Serie:
    """Es un conjunto que va recibiendo entregas mientras una lectora lo mira todo el tiempo."""

    pila: Any
    raiz: Path
    ficha: dict[str, str]
    lectora: Lectora
    cuentas: dict[str, Counter[str]]
    numero: int = 1
    anterior: str = ""
    actual: tuple[Path, dict[str, Any]] = field(default_factory=lambda: (Path(), {}))

    def siguiente(self) -> tuple[Path, dict[str, Any]]:
        """Arma la entrega siguiente: cambia una fila de avances y quita otra."""
        self.numero += 1
        self.anterior = str(self.actual[1].get("entrega", ""))
        self.actual = armar_muestra(self.raiz, self.numero, avances=80 - self.numero)
        return self.actual

    def portal(self, url: str = "", *, token: str = "", **opciones: Any) -> PortalCKAN:
        """Abre el portal con la ficha de la serie."""
        return PortalCKAN(url or self.pila.url, token or self.pila.editora, self.ficha, conservar=CONSERVAR, **opciones)

    def version(self) -> str:
        """Devuelve la entrega vigente del portal."""
        return str(self.pila.accion("package_show", id=self.ficha["conjunto"])["version"])

    def terminar(self) -> None:
        """Publica de nuevo la entrega armada, como haría quien ve que algo se cortó, y revisa que no falte nada."""
        carpeta, manifiesto = self.actual
        hecho = self.portal().publicar(carpeta, manifiesto)
        assert "sin vista previa" not in hecho.detalle
        assert integridad(self.pila, self.ficha["conjunto"], manifiesto["entrega"]) == Counter()


@pytest.fixture(scope="module")
def cuentas(pila: Any) -> Iterator[dict[str, Counter[str]]]:
    """Reúne la cuenta de cada clase de falta y, si se pide, la deja escrita."""
    archivo = os.environ.get("RENDICION_CUENTA_DE_FALLAS")
    guardadas = json.loads(Path(archivo).read_text("utf-8")) if archivo and Path(archivo).exists() else {}
    reunidas: dict[str, Counter[str]] = {clase: Counter(c) for clase, c in guardadas.items()}
    yield reunidas
    if archivo:
        TABLA.write_text(_documento(reunidas), encoding="utf-8")


@pytest.fixture(scope="module")
def serie(pila: Any, cuentas: dict[str, Counter[str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serie]:
    """Da una serie ya publicada con su primera entrega, y la lectora mirando."""
    ficha = pila.ficha()
    with Lectora(pila.url, ficha["conjunto"]) as lectora:
        una = Serie(pila, tmp_path_factory.mktemp("serie"), ficha, lectora, cuentas, numero=0)
        for _ in range(CONSERVAR):
            una.siguiente()
            una.terminar()
        yield una
    assert lectora.faltas == []
    assert lectora.lecturas > 0


@contextlib.contextmanager
def _contada(cuentas: dict[str, Counter[str]], clase: str, lectora: Lectora) -> Iterator[None]:
    """Suma a la clase lo que la lectora vio mientras tanto; falla si vio algo que no debía."""
    antes = lectora.cuenta()
    yield
    vistas = lectora.cuenta() - antes
    cuentas[clase] = cuentas.get(clase, Counter()) + vistas + Counter({"corridas": 1})
    if archivo := os.environ.get("RENDICION_CUENTA_DE_FALLAS"):
        Path(archivo).write_text(json.dumps(cuentas, ensure_ascii=False, indent=1), encoding="utf-8")
    assert {k: v for k, v in vistas.items() if k in SIN_FALTAS} == {}, lectora.faltas


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
    salida, errores = proceso.communicate(timeout=180)
    return proceso.returncode, salida + errores


@pytest.mark.parametrize("paso", PASOS_SEGUNDA)
def test_matar_al_que_publica_en_un_paso_no_mezcla_ni_pierde_nada(pila: Any, serie: Serie, paso: str) -> None:
    carpeta, manifiesto = serie.siguiente()
    with _contada(serie.cuentas, f"SIGKILL al que publica, en `{paso}`", serie.lectora):
        assert _fin(_lanzar(pila, serie.ficha, carpeta, matar=paso, vista_previa=True, conservar=CONSERVAR))[0] == MUERTO
        esperada = serie.anterior if PASOS_SEGUNDA.index(paso) <= PASOS_SEGUNDA.index("por_enviar") else manifiesto["entrega"]
        assert serie.version() == esperada
        serie.terminar()


@pytest.mark.parametrize("bytes_pasados", EN_BYTES)
def test_matar_al_que_publica_a_mitad_del_envio_deja_la_anterior(pila: Any, serie: Serie, bytes_pasados: int) -> None:
    carpeta, _ = serie.siguiente()
    victimas: list[subprocess.Popen[str]] = []

    def matar() -> bool:
        victimas[0].kill()
        return True

    with _contada(serie.cuentas, f"SIGKILL al que publica, con {bytes_pasados} bytes enviados", serie.lectora):
        with Proxy(pila.url, en_bytes=bytes_pasados, al_llegar=matar) as proxy:
            victimas.append(_lanzar(pila, serie.ficha, carpeta, url=proxy.url))
            assert _fin(victimas[0])[0] == MUERTO
        assert serie.version() == serie.anterior
        serie.terminar()


@pytest.mark.parametrize("paso", PASOS_PRIMERA)
def test_matar_la_primera_publicacion_no_muestra_nada_a_medias(pila: Any, tmp_path: Path, cuentas: dict[str, Counter[str]], paso: str) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    with Lectora(pila.url, ficha["conjunto"]) as lectora, _contada(cuentas, f"SIGKILL en la primera publicación, en `{paso}`", lectora):
        assert _fin(_lanzar(pila, ficha, carpeta, matar=paso, vista_previa=True))[0] == MUERTO
        visible = pila.estado("package_show", id=ficha["conjunto"]) == httpx.codes.OK
        assert visible == (paso not in {"conjunto_listo", "enviada", "comprobada"})
        hecho = PortalCKAN(pila.url, pila.editora, ficha).publicar(carpeta, manifiesto)
        assert hecho.estado == ("sin_cambios" if visible else "publicada")
        assert integridad(pila, ficha["conjunto"], manifiesto["entrega"]) == Counter()


def test_una_respuesta_perdida_despues_de_confirmar_no_se_repite(pila: Any, serie: Serie) -> None:
    carpeta, manifiesto = serie.siguiente()
    with _contada(serie.cuentas, "Respuesta cortada después de confirmar", serie.lectora):
        with Proxy(pila.url, cortar_respuesta=True) as proxy:
            hecho = serie.portal(proxy.url).publicar(carpeta, manifiesto)
            assert (proxy.cortes, proxy.envios) == (1, 1)
        assert hecho.estado == "publicada"
        assert hecho.direccion.startswith(pila.url)
        serie.terminar()


def _http(estado: str) -> bytes:
    return f"HTTP/1.1 {estado}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize("estado", ["429 Too Many Requests", "500 Internal Server Error", "503 Service Unavailable"])
@pytest.mark.parametrize("llega", [False, True], ids=["antes de recibir", "después de confirmar"])
def test_un_error_del_portal_no_hace_repetir_el_envio(pila: Any, serie: Serie, estado: str, llega: bool) -> None:
    carpeta, manifiesto = serie.siguiente()
    cuando = "después de confirmar" if llega else "sin recibir el envío"
    with _contada(serie.cuentas, f"El portal responde {estado[:3]}, {cuando}", serie.lectora):
        with Proxy(pila.url, en_vez=_http(estado), retener=not llega) as proxy:
            portal = serie.portal(proxy.url, dormir=lambda _: None)
            if llega:
                assert portal.publicar(carpeta, manifiesto).estado == "publicada"
            else:
                with pytest.raises(ErrorPortal, match=r"No hay señal de que la entrega llegara"):
                    portal.publicar(carpeta, manifiesto)
            assert (proxy.cortes, proxy.envios) == (1, 1)
        assert serie.version() == (manifiesto["entrega"] if llega else serie.anterior)
        serie.terminar()


@pytest.mark.parametrize("llega", [False, True], ids=["sin recibir", "después de confirmar"])
def test_un_portal_que_no_contesta_a_tiempo_no_hace_repetir_el_envio(pila: Any, serie: Serie, llega: bool) -> None:
    carpeta, manifiesto = serie.siguiente()
    cuando = "después de confirmar" if llega else "sin recibir el envío"
    with _contada(serie.cuentas, f"El portal no contesta a tiempo, {cuando}", serie.lectora):
        with Proxy(pila.url, en_vez=b"", retener=not llega) as proxy:
            portal = serie.portal(proxy.url, politica=Politica(subir=15))
            with contextlib.nullcontext() if llega else pytest.raises(ErrorPortal, match="a tiempo"):
                portal.publicar(carpeta, manifiesto)
            assert proxy.envios == 1
        assert serie.version() == (manifiesto["entrega"] if llega else serie.anterior)
        serie.terminar()


def test_matar_a_los_trabajadores_de_ckan_mientras_reciben_deja_la_anterior_o_la_nueva(pila: Any, serie: Serie) -> None:
    carpeta, manifiesto = serie.siguiente()

    def matar() -> bool:
        hijos = Path(f"/proc/{pila.pid_ckan}/task/{pila.pid_ckan}/children").read_text(encoding="ascii").split()
        for hijo in hijos:
            os.kill(int(hijo), signal.SIGKILL)
        return False

    with _contada(serie.cuentas, "SIGKILL a los trabajadores de CKAN a mitad del envío", serie.lectora):
        with Proxy(pila.url, en_bytes=20_000, al_llegar=matar) as proxy, contextlib.suppress(ErrorPortal):
            serie.portal(proxy.url).publicar(carpeta, manifiesto)
        assert serie.version() in {serie.anterior, manifiesto["entrega"]}
        serie.terminar()


def test_con_solr_caido_se_ve_la_anterior_o_la_nueva_y_despues_se_termina(pila: Any, serie: Serie) -> None:
    carpeta, manifiesto = serie.siguiente()
    with _contada(serie.cuentas, "Solr caído", serie.lectora):
        subprocess.run([sys.executable, str(LEVANTAR), "--apagar-solr"], check=True)
        try:
            with contextlib.suppress(ErrorPortal):
                serie.portal(dormir=lambda _: None).publicar(carpeta, manifiesto)
        finally:
            subprocess.run([sys.executable, str(LEVANTAR), "--volver-solr"], check=True)
        assert serie.version() in {serie.anterior, manifiesto["entrega"]}
        serie.terminar()
        hallados = pila.accion("package_search", fq=f"name:{serie.ficha['conjunto']}")["results"]
        assert [c["version"] for c in hallados] == [manifiesto["entrega"]]


def test_un_archivo_que_pasa_del_limite_deja_la_anterior(pila: Any, serie: Serie) -> None:
    muy_grande = armar_muestra(serie.raiz, serie.numero + 1, marca="-grande", tope=pila.tope_bytes + 1)
    with _contada(serie.cuentas, "El segundo archivo pasa del límite (413 o rechazo)", serie.lectora):
        with pytest.raises(ErrorPortal, match="tamaño"):
            serie.portal().publicar(*muy_grande)
        assert serie.version() == serie.actual[1]["entrega"]
        serie.siguiente()
        serie.terminar()


def test_el_token_de_una_lectora_no_cambia_nada(pila: Any, serie: Serie) -> None:
    carpeta, manifiesto = serie.siguiente()
    with _contada(serie.cuentas, "Token de una lectora", serie.lectora):
        with pytest.raises(ErrorPortal, match="papel de editor"):
            serie.portal(token=pila.lectora).publicar(carpeta, manifiesto)
        assert serie.version() == serie.anterior
        serie.terminar()


def _a_la_vez(pila: Any, ficha: dict[str, str], carpetas: list[Path], senal: Path) -> list[tuple[int, str]]:
    procesos = [_lanzar(pila, ficha, c, esperar=str(senal)) for c in carpetas]
    limite = time.monotonic() + 180
    while len(list(senal.parent.glob(f"{senal.name}.*"))) < len(procesos):
        assert time.monotonic() < limite, "los procesos no llegaron al envío"
        time.sleep(0.05)
    senal.touch()
    return [_fin(p) for p in procesos]


def test_de_tres_publicaciones_distintas_a_la_vez_gana_una_y_las_otras_lo_dicen(pila: Any, tmp_path: Path, cuentas: dict[str, Counter[str]]) -> None:
    ficha = pila.ficha()
    PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(*armar_muestra(tmp_path, 1))
    entregas = [armar_muestra(tmp_path, n, corte="2020-06-30") for n in (2, 3, 4)]
    with Lectora(pila.url, ficha["conjunto"]) as lectora, _contada(cuentas, "Tres publicaciones distintas a la vez", lectora):
        fines = _a_la_vez(pila, ficha, [c for c, _ in entregas], tmp_path / "ya")
        ganadora = pila.accion("package_show", id=ficha["conjunto"])["version"]
        assert sorted(codigo for codigo, _ in fines) == [0, 3, 3]
        for codigo, texto in fines:
            assert (codigo == 0) == (f"Entrega {ganadora} publicada" in texto)
            assert codigo == 0 or f"Otra publicación ganó: el portal tiene ahora la entrega {ganadora}" in texto
        assert integridad(pila, ficha["conjunto"], ganadora) == Counter()


def test_la_misma_entrega_publicada_tres_veces_a_la_vez_queda_una_sola_vez(pila: Any, tmp_path: Path, cuentas: dict[str, Counter[str]]) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    with Lectora(pila.url, ficha["conjunto"]) as lectora, _contada(cuentas, "La misma entrega tres veces a la vez", lectora):
        fines = _a_la_vez(pila, ficha, [carpeta] * 3, tmp_path / "ya")
        assert [codigo for codigo, _ in fines] == [0, 0, 0]
        assert sum(f"Entrega {manifiesto['entrega']} publicada" in texto for _, texto in fines) == 1
        assert integridad(pila, ficha["conjunto"], manifiesto["entrega"]) == Counter()


def test_hay_al_menos_veinte_puntos_donde_se_mata_al_que_publica() -> None:
    assert len(set(PASOS_SEGUNDA)) + len(set(EN_BYTES)) + len(set(PASOS_PRIMERA)) >= 20


def _documento(cuentas: dict[str, Counter[str]]) -> str:
    columnas = ("corridas", "lecturas", MEZCLA, HUELLA, PERDIDA, "vistas_leidas", VISTA)
    total = sum(cuentas.values(), Counter())
    filas = [f"| {clase} | {' | '.join(str(c[k]) for k in columnas)} |" for clase, c in cuentas.items()]
    puntos = sum("SIGKILL" in clase and "trabajadores" not in clase for clase in cuentas)
    return "\n".join([_CABEZA.format(puntos=puntos), *filas, f"| **Total** | {' | '.join(f'**{total[k]}**' for k in columnas)} |", ""])


_CABEZA = """# Faltas probadas sobre un CKAN de verdad

Esta tabla la escribe la prueba: `RENDICION_CUENTA_DE_FALLAS=cuenta.json pytest tests/portal/test_faltas.py`. La pila es CKAN 2.12.0 con PostgreSQL,
Redis y Solr 9.8.1, en una máquina de 2 procesadores que comparte otros trabajos. Todo es con **DATOS SINTÉTICOS**.

En cada falta una lectora sin token mira el conjunto cada medio segundo: cuenta sus archivos, descarga dos y compara su huella, mira a
dónde llevan las direcciones estables y qué muestra la vista previa. Después se publica de nuevo, como haría cualquiera, y se
revisan todas las entregas del portal. Al que publica se le mata con SIGKILL en {puntos} puntos.

- *Mezcladas*: lecturas con archivos o direcciones de dos entregas.
- *Huellas*: descargas que no tienen los bytes que dice el portal.
- *Perdidos*: lecturas o revisiones a las que les falta un archivo de una entrega.
- *Vistas viejas*: lecturas de una vista previa prendida con filas de otra entrega.

| falta | corridas | lecturas | mezcladas | huellas | perdidos | vistas leídas | vistas viejas |
|---|---|---|---|---|---|---|---|"""
