"""Un intermediario que pasa los bytes entre el cliente y el portal y los cuenta, igual para todos los que se miden."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

_PETICION = b" HTTP/1.1\r\n"


@dataclass
class Cuenta:
    """Es lo que pasó: peticiones, bytes hacia el portal y bytes de vuelta."""

    peticiones: int = 0
    subidos: int = 0
    bajados: int = 0


class Contador:
    """Escucha en un puerto propio; `cuenta` crece con todo lo que pasa por él."""

    def __init__(self, destino: str) -> None:
        partes = urlsplit(destino)
        self._destino = (partes.hostname or "", partes.port or 80)
        self._escucha = socket.create_server(("127.0.0.1", 0))
        self._cerrojo = threading.Lock()
        self.url = f"http://127.0.0.1:{self._escucha.getsockname()[1]}"
        self.cuenta = Cuenta()

    def __enter__(self) -> Self:
        threading.Thread(target=self._atender, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._escucha.close()

    def _atender(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                cliente, _ = self._escucha.accept()
                portal = socket.create_connection(self._destino)
                threading.Thread(target=self._pasar, args=(cliente, portal, True), daemon=True).start()
                threading.Thread(target=self._pasar, args=(portal, cliente, False), daemon=True).start()

    def _pasar(self, origen: socket.socket, destino: socket.socket, sube: bool) -> None:
        cola = b""
        with contextlib.suppress(OSError):
            while trozo := origen.recv(1 << 18):
                with self._cerrojo:
                    if sube:
                        # La primera línea de una petición puede quedar partida entre dos trozos.
                        self.cuenta.peticiones += (cola + trozo).count(_PETICION)
                        self.cuenta.subidos += len(trozo)
                    else:
                        self.cuenta.bajados += len(trozo)
                cola = trozo[1 - len(_PETICION) :]
                destino.sendall(trozo)
        for enchufe in (origen, destino):
            with contextlib.suppress(OSError):
                enchufe.shutdown(socket.SHUT_RDWR)
