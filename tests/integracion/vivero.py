"""Procesos de verdad, ya con todo cargado, para matar uno en cada punto de una corrida sin esperar a que arranque.

Este archivo es un programa: carga una vez el programa entero y luego, por cada pedido que le llega en una línea JSON,
se duplica (`fork`). La copia corre la rendición y muere por su propia mano (SIGKILL, sin limpiar nada) al llegar al
punto pedido. Los puntos se encuentran desde afuera: por los verbos que pasan por `paso`, y por lo que el intérprete
anuncia (`sys.addaudithook`) antes de abrir, renombrar o borrar un archivo de la salida. El programa no sabe nada de esto.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
import sqlalchemy as sa

from validaciones.motor import Motor
from validaciones.validador import Validador

ESCRIBEN = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Vivero:
    """Maneja, desde la prueba, el proceso que se duplica."""

    def __init__(self) -> None:
        raiz = Path(__file__).resolve().parents[2]
        orden = [sys.executable, "-m", "tests.integracion.vivero"]
        self._proceso = subprocess.Popen(orden, cwd=raiz, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def pedir(self, salida: Path, fuentes: Path, **mas: Any) -> dict[str, Any]:
        """Corre una copia y devuelve su código (negativo si murió por una señal), lo que dijo y los puntos por los que pasó."""
        assert self._proceso.stdin is not None
        assert self._proceso.stdout is not None
        self._proceso.stdin.write(json.dumps({"salida": str(salida), "fuentes": str(fuentes), **mas}) + "\n")
        self._proceso.stdin.flush()
        linea = self._proceso.stdout.readline()
        assert linea, "el vivero terminó solo"
        return dict(json.loads(linea))

    def cerrar(self) -> None:
        assert self._proceso.stdin is not None
        assert self._proceso.stdout is not None
        self._proceso.stdin.close()
        self._proceso.wait(30)
        self._proceso.stdout.close()


class _Puntos:
    """Da nombre a cada punto por el que pasa la corrida, y hace ahí lo que se pidió."""

    def __init__(self, salida: Path, hacer: Callable[[str], None]) -> None:
        self._salida, self._hacer = str(salida), hacer
        self._verbo, self._veces, self._activo = "empezar", Counter[str](), True
        self.nombres: list[str] = []
        self.escrituras: list[str] = []

    def marcar(self, que: str, *, escribe: bool = False) -> None:
        if not self._activo:
            return
        self._veces[f"{self._verbo}: {que}"] += 1
        nombre = f"{self._verbo}: {que} #{self._veces[f'{self._verbo}: {que}']}"
        self._activo = False
        self.nombres.append(nombre)
        if escribe:
            self.escrituras.append(nombre)
        try:
            self._hacer(nombre)
        finally:
            self._activo = True

    def paso(self, nombre: str, verbo: Callable[..., Any], *args: Any) -> Any:
        self._verbo = nombre
        self.marcar("antes")
        hecho = verbo(*args)
        self.marcar("despues")
        self._verbo = f"tras {nombre}"
        return hecho

    def anuncio(self, evento: str, datos: tuple[Any, ...]) -> None:
        ruta = str(datos[0]) if datos and isinstance(datos[0], str | bytes | os.PathLike) else ""
        if not ruta.startswith(self._salida):
            return
        corta = re.sub(r"[0-9a-f]{64}", "HUELLA", ruta[len(self._salida) + 1 :])
        corta = re.sub(r"\.\d+(\.tmp)?$", r".PID\1", corta)
        if evento == "open" and isinstance(datos[2], int) and datos[2] & ESCRIBEN:
            self.marcar(f"abrir {corta}", escribe=True)
        elif evento in {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "shutil.copytree", "shutil.rmtree"}:
            self.marcar(f"{evento.split('.')[1]} {corta}", escribe=evento in {"os.mkdir", "os.rename"})


class _MotorConMemoria(Validador):
    """Great Expectations de verdad la primera vez; para las mismas tablas, lo que ya respondió: lo que aquí se prueba es otra cosa."""

    def __init__(self) -> None:
        self._motor = Motor()
        self.respuestas: dict[str, Any] = {}

    def arrancar(self) -> None:
        self._motor.arrancar()

    def cerrar(self) -> None:
        pass

    def validar_lotes(self, lotes: Any) -> Any:
        claves = [hashlib.sha256(pickle.dumps(lote)).hexdigest() for lote in lotes]
        for clave, lote in zip(claves, lotes, strict=True):
            if clave not in self.respuestas:
                self.respuestas[clave] = self._motor.validar_lotes([lote])[0]
        return [self.respuestas[c] for c in claves]


def _correr(pedido: dict[str, Any], motor: Any) -> dict[str, Any]:
    from dataclasses import replace

    from rendicion.almacen.referencia import carpeta_de_datos
    from rendicion.contexto import Pedido
    from rendicion.corrida import correr
    from rendicion.puertas import puertas_reales

    salida = Path(pedido["salida"])
    if tope := pedido.get("tope_de_archivo"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (tope, tope))

    def hacer(nombre: str) -> None:
        if nombre == pedido.get("matar"):
            os.kill(os.getpid(), signal.SIGKILL)
        if nombre == pedido.get("sin_espacio"):
            raise OSError(28, "No space left on device")

    puntos = _Puntos(salida, hacer)
    sys.addaudithook(puntos.anuncio)
    sa.event.listen(sa.engine.Engine, "commit", lambda _c: puntos.marcar("confirmar en el registro"))
    fsync = os.fsync

    def a_disco(descriptor: int) -> None:
        puntos.marcar("a disco")
        fsync(descriptor)

    os.fsync = a_disco
    empezo = os.times()
    puertas = puertas_reales(lambda _e, _d: None, motor)
    if dias := pedido.get("dias"):
        puertas = replace(puertas, reloj=lambda: datetime.now(UTC) + timedelta(days=dias))
    resultado = correr(Pedido(carpeta_de_datos(), salida, fuentes=Path(pedido["fuentes"])), puertas, puntos.paso)
    if recordar := pedido.get("recordar"):
        Path(recordar).write_bytes(pickle.dumps((motor.respuestas, sorted(sys.modules))))
    puntos._verbo = "terminar"
    puntos.marcar("despues")
    return {
        "codigo": resultado.salida, "estado": resultado.estado, "entrega": resultado.entrega, "manifiesto": resultado.manifiesto_sha256,
        "cpu": sum(os.times()[:2]) - sum(empezo[:2]), "puntos": puntos.nombres, "escrituras": puntos.escrituras,
    }  # fmt: skip


def _en_la_copia(pedido: dict[str, Any], motor: Any, canal: int) -> None:
    try:
        dicho = _correr(pedido, motor)
    except BaseException as error:
        dicho = {"codigo": getattr(error, "salida", 70), "error": f"{type(error).__name__}: {error}", "traza": traceback.format_exc()[-3000:]}
    os.write(canal, json.dumps(dicho).encode())
    os._exit(0)


def main() -> None:
    """Atiende pedidos hasta que se cierra la entrada."""
    import validaciones.evidencia
    import validaciones.lectura
    import validaciones.tablas  # noqa: F401
    from rendicion import armado, corrida, puertas  # noqa: F401
    from rendicion.operacion import reconstruccion  # noqa: F401
    from rendicion.portales import carpeta  # noqa: F401

    motor = _MotorConMemoria()
    motor.arrancar()
    for linea in sys.stdin:
        leer, escribir = os.pipe()
        hijo = os.fork()
        if hijo == 0:
            os.close(leer)
            _en_la_copia(json.loads(linea), motor, escribir)
        os.close(escribir)
        pedido = json.loads(linea)
        with os.fdopen(leer, "rb") as tubo:
            dicho = tubo.read()
        _, estado = os.waitpid(hijo, 0)
        respuesta = json.loads(dicho) if dicho else {"codigo": -os.WTERMSIG(estado) if os.WIFSIGNALED(estado) else os.WEXITSTATUS(estado)}
        if (recordado := Path(pedido.get("recordar") or "-")).exists():
            respuestas, modulos = pickle.loads(recordado.read_bytes())  # noqa: S301 -- lo acaba de escribir su propia copia
            motor.respuestas |= respuestas
            # Lo que la copia cargó tarde se carga aquí una vez: las copias que siguen lo encuentran hecho.
            for modulo in modulos:
                with contextlib.suppress(Exception):
                    importlib.import_module(modulo)
            for ambiente in (o for o in gc.get_objects() if isinstance(o, jinja2.Environment)):
                for plantilla in ambiente.list_templates():
                    with contextlib.suppress(jinja2.TemplateError):
                        ambiente.get_template(plantilla)
        sys.stdout.write(json.dumps(respuesta) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
