"""Define qué es un portal: el lugar donde una entrega armada queda a la vista de cualquiera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Publicacion:
    """Dice qué quedó publicado y dónde.

    `estado` es `publicada` si el portal cambió, o `sin_cambios` si ya tenía esta misma entrega y no se le envió nada.
    """

    portal: str
    direccion: str
    estado: Literal["publicada", "sin_cambios"]
    detalle: str


class Portal(Protocol):
    """Recibe una entrega completa y la publica de una sola vez: entera, o nada."""

    def publicar(self, carpeta: Path, manifiesto: Mapping[str, Any]) -> Publicacion:
        """Publica la carpeta de una entrega ya armada; falla con ErrorPortal si el portal no pudo recibirla."""
        ...


class Vestidor(Protocol):
    """Hace las páginas de un portal de archivos; cada respuesta es nombre → contenido, y el último nombre es la señal de que están todos."""

    @property
    def sello(self) -> str:
        """Cambia cuando cambia la manera de hacer las páginas."""
        ...

    def de_entrega(self, carpeta: Path, anteriores: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        """Devuelve las páginas de una entrega y, de último, su `resumen.json`."""
        ...

    def de_conjunto(self, resumenes: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        """Devuelve los archivos de una entidad y vigencia y, de último, su `resumen.json`."""
        ...

    def de_portal(self, portadas: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        """Devuelve los archivos de la raíz del portal."""
        ...
