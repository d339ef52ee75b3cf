"""Great Expectations en procesos aparte: se carga mientras se leen las fuentes, y valida varias tablas a la vez.

Cargarlo cuesta más que todo lo demás de una corrida pequeña. El proceso lo importa una sola vez y
se duplica enseguida, antes de que nadie abra hilos; cada copia atiende su propio canal.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorRendicion
from validaciones.validador import Validador

if TYPE_CHECKING:
    from validaciones.reglas import Resultado
    from validaciones.validador import Lote

MAXIMO = 2
LIVIANA = 64 << 20


def motor_de_esta_maquina() -> Validador:
    """Devuelve quien valida: en procesos aparte donde el sistema los puede duplicar, y si no, en este mismo."""
    if not hasattr(os, "fork"):
        from validaciones.motor import Motor

        return Motor()
    return MotorAparte()


class MotorAparte(Validador):
    """Valida en otros procesos; arranca la primera vez que se le pide algo, o antes si se le avisa."""

    def __init__(self, copias: int | None = None) -> None:
        self._copias = copias or (min(MAXIMO, os.cpu_count() or 1) if sys.platform == "linux" else 1)
        self._proceso: subprocess.Popen[bytes] | None = None
        self._canales: list[Connection] = []

    def arrancar(self) -> None:
        """Lanza el proceso que carga Great Expectations; no espera a que termine de cargar."""
        if self._proceso is not None:
            return
        pares = [Pipe() for _ in range(self._copias)]
        suyos = [suyo.fileno() for _, suyo in pares]
        self._proceso = subprocess.Popen([sys.executable, "-m", "validaciones.aparte", *map(str, suyos)], pass_fds=suyos, stdin=subprocess.DEVNULL)
        for _, suyo in pares:
            suyo.close()
        self._canales = [mio for mio, _ in pares]

    def validar_lotes(self, lotes: Sequence[Lote]) -> list[list[Resultado]]:
        """Reparte las reglas entre las copias y junta sus resultados en el orden pedido."""
        self.arrancar()
        trozos = _trozos(lotes, self._copias)
        partes = _repartir([len(reglas) for _, (_, reglas) in trozos], self._copias)
        try:
            for canal, parte in zip(self._canales, partes, strict=True):
                canal.send([trozos[n][1] for n in parte])
            respuestas = [canal.recv() for canal in self._canales]
        except (EOFError, OSError):
            self.cerrar()
            raise ErrorRendicion("El proceso que valida los datos se cerró antes de terminar.", hacer="Vuelva a correr; si se repite, revise la memoria de la máquina.") from None
        if errores := [r for r in respuestas if isinstance(r, str)]:
            raise RuntimeError(errores[0])
        por_trozo = {n: hecho for parte, hechos in zip(partes, respuestas, strict=True) for n, hecho in zip(parte, hechos, strict=True)}
        por_lote: list[list[Resultado]] = [[] for _ in lotes]
        for n, (i, _) in enumerate(trozos):
            por_lote[i] += por_trozo[n]
        return por_lote

    def cerrar(self) -> None:
        """Cierra los canales; con eso los procesos terminan solos."""
        for canal in self._canales:
            canal.close()
        if self._proceso is not None:
            self._proceso.terminate()
            self._proceso.wait()
        self._proceso, self._canales = None, []


def _trozos(lotes: Sequence[Lote], partes: int) -> list[tuple[int, Lote]]:
    """Corta las reglas de un lote que llenaría más de una parte; devuelve cada trozo con el lugar de su lote.

    Cada trozo lleva la tabla entera: una tabla pesada no se corta, para no tenerla en memoria dos veces.
    """
    largo = max(1, -(-sum(len(reglas) for _, reglas in lotes) // partes))
    return [
        (i, (tabla, reglas[desde : desde + paso]))
        for i, (tabla, reglas) in enumerate(lotes)
        for paso in [largo if tabla.nbytes <= LIVIANA else len(reglas) or 1]
        for desde in range(0, len(reglas) or 1, paso)
    ]


def _repartir(pesos: Sequence[int], partes: int) -> list[list[int]]:
    """Reparte lo que hay en partes de peso parecido: cada cosa, de la más pesada a la más liviana, a la parte que menos lleva."""
    reparto: list[list[int]] = [[] for _ in range(partes)]
    cargas = [0] * partes
    for i in sorted(range(len(pesos)), key=lambda i: (-pesos[i], i)):
        menor = cargas.index(min(cargas))
        reparto[menor].append(i)
        cargas[menor] += pesos[i]
    return reparto


def _atender(canal: Connection, motor: Validador) -> None:
    """Valida lo que llega por un canal hasta que se cierra."""
    while True:
        try:
            lotes = canal.recv()
        except EOFError:
            return
        respuesta: Any
        try:
            respuesta = motor.validar_lotes(lotes)
        except Exception:  # noqa: BLE001 -- el error se cuenta entero al otro lado
            respuesta = traceback.format_exc()
        canal.send(respuesta)


def _servir(descriptores: Sequence[int]) -> None:
    from validaciones.motor import Motor

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    motor = Motor()
    motor.arrancar()
    # Lo cargado no es basura: sin esto, cada copia lo recorre entero en la primera recolección, y además lo duplica en memoria.
    gc.freeze()
    propio, *otros = descriptores
    for otro in otros:
        if os.fork() == 0:
            propio = otro
            break
    for ajeno in set(descriptores) - {propio}:
        os.close(ajeno)
    _atender(Connection(propio), motor)
    # Una copia no deshace lo que cargó el original: se va de una vez.
    os._exit(0)


if __name__ == "__main__":
    try:
        _servir([int(a) for a in sys.argv[1:]])
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(1)
