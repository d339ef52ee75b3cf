"""Un intermediario de TCP que corta la comunicación donde la prueba le diga."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

ENVIO = b"POST /api/action/package_revise"
_TROZO = 65536


class Proxy:
    """Pasa los bytes entre el cliente y el portal y vigila los envíos de `package_revise` con archivos.

    Con `cortar_respuesta`, el portal recibe el primer envío completo y su respuesta se pierde. Con `en_bytes`, al pasar
    ese número de bytes del envío se llama a `al_llegar`; si devuelve verdadero, se corta la conexión. Con `en_vez`, el
    cliente recibe eso en lugar de la respuesta del primer envío (nada, si está vacío); con `retener`, además, el envío
    no llega al portal.
    """

    def __init__(self, destino: str, *, cortar_respuesta: bool = False, en_bytes: int = 0, al_llegar: Callable[[], bool] | None = None, en_vez: bytes | None = None, retener: bool = False) -> None:
        partes = urlsplit(destino)
        self._destino = (partes.hostname or "", partes.port or 80)
        self._cortar, self._en_bytes, self._al_llegar = cortar_respuesta, en_bytes, al_llegar
        self._en_vez, self._retener = en_vez, retener
        self._escucha = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._escucha.getsockname()[1]}"
        self.envios = 0
        self.cortes = 0
        self._cerrojo = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self._atender, daemon=True).start()
        return self

    def __exit__(self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None) -> None:
        self._escucha.close()

    def _atender(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                cliente, _ = self._escucha.accept()
                portal = socket.create_connection(self._destino)
                enviando = threading.Event()
                threading.Thread(target=self._ida, args=(cliente, portal, enviando), daemon=True).start()
                threading.Thread(target=self._vuelta, args=(portal, cliente, enviando), daemon=True).start()

    def _ida(self, cliente: socket.socket, portal: socket.socket, enviando: threading.Event) -> None:
        pasados = 0
        with contextlib.suppress(OSError):
            while trozo := cliente.recv(_TROZO):
                if ENVIO in trozo and b"multipart/form-data" in trozo:
                    enviando.set()
                    self.envios += 1
                    pasados = 0
                pasados += len(trozo) if enviando.is_set() else 0
                if self._toca_avisar(pasados):
                    break
                if enviando.is_set() and self._retener:
                    self._responder_en_vez(cliente, enviando)
                    continue
                portal.sendall(trozo)
        self._cerrar(portal, cliente)

    def _toca_avisar(self, pasados: int) -> bool:
        with self._cerrojo:
            if self._al_llegar is None or not self._en_bytes or pasados < self._en_bytes:
                return False
            avisar, self._al_llegar = self._al_llegar, None
        return avisar()

    def _responder_en_vez(self, cliente: socket.socket, enviando: threading.Event) -> bool:
        """Da al cliente la respuesta inventada, una sola vez; devuelve si la dio."""
        with self._cerrojo:
            en_vez, self._en_vez = self._en_vez, None
            if not self._retener:
                enviando.clear()
        if en_vez is None:
            return False
        self.cortes += 1
        if en_vez:
            cliente.sendall(en_vez)
        return True

    def _vuelta(self, portal: socket.socket, cliente: socket.socket, enviando: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while trozo := portal.recv(_TROZO):
                if enviando.is_set():
                    if self._responder_en_vez(cliente, enviando):
                        continue
                    if self._cortar:
                        self._cortar = False
                        self.cortes += 1
                        break
                cliente.sendall(trozo)
        # Un portal que calla no cuelga: si este se cansó de esperar el envío retenido, el cliente sigue sin respuesta.
        if not (self._retener and enviando.is_set()):
            self._cerrar(portal, cliente)

    @staticmethod
    def _cerrar(*enchufes: socket.socket) -> None:
        for enchufe in enchufes:
            with contextlib.suppress(OSError):
                enchufe.shutdown(socket.SHUT_RDWR)
            enchufe.close()
