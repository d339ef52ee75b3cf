"""La bandeja de salida: cada aviso es un archivo con su estado, y se envía una sola vez.

El estado pasa de «pendiente» a «enviando» antes de hablar con el servidor de correo, y a «enviado» cuando este lo
acepta. Un aviso que quedó en «enviando» pudo salir o no: no se repite solo, lo decide una persona.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rendicion.almacen.archivos import escribir, json_canonico
from rendicion.avisos.contenido import Mensaje
from rendicion.errores import ErrorRendicion

Estado = Literal["pendiente", "enviando", "enviado", "rechazado"]


@dataclass(frozen=True)
class Envio:
    """Es un aviso en la bandeja."""

    mensaje: Mensaje
    estado: Estado
    instante: str
    detalle: str = ""

    @property
    def id(self) -> str:
        """Da la huella del aviso."""
        return self.mensaje.id


class Bandeja:
    """Guarda los avisos de una salida, uno por archivo."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta

    @contextmanager
    def candado(self) -> Iterator[None]:
        """Impide que dos procesos envíen a la vez; lo suelta el sistema aunque el proceso muera."""
        self._carpeta.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._carpeta / ".candado", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ErrorRendicion("Otro proceso está enviando avisos.", hacer="Espere a que termine.") from None
            yield
        finally:
            os.close(descriptor)

    def envios(self) -> list[Envio]:
        """Lee todos los avisos, en el orden de su huella."""
        return [_desde(json.loads(a.read_text("utf-8"))) for a in sorted(self._carpeta.glob("[0-9a-f]*.json"))]

    def ya_avisado(self) -> dict[str, set[str]]:
        """Dice qué puntos ya se le avisaron a cada responsable, o están por salir; lo que un servidor rechazó no cuenta."""
        puntos: dict[str, set[str]] = {}
        for e in self.envios():
            if e.estado != "rechazado":
                puntos.setdefault(e.mensaje.responsable, set()).update(e.mensaje.puntos)
        return puntos

    def guardar(self, envio: Envio) -> Envio:
        """Escribe el aviso con su estado, entero o nada."""
        datos: dict[str, Any] = {**asdict(envio), "mensaje": asdict(envio.mensaje)}
        escribir(self._carpeta / f"{envio.id}.json", json_canonico(datos))
        return envio

    def cambiar(self, envio: Envio, estado: Estado, instante: str, detalle: str = "") -> Envio:
        """Anota el nuevo estado de un aviso."""
        return self.guardar(replace(envio, estado=estado, instante=instante, detalle=detalle))


def _desde(datos: dict[str, Any]) -> Envio:
    mensaje = Mensaje(**{**datos["mensaje"], "puntos": tuple(datos["mensaje"]["puntos"])})
    return Envio(mensaje, datos["estado"], datos["instante"], datos["detalle"])
