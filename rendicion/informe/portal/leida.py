"""Una entrega ya publicada, leída para hacer sus páginas: su manifiesto, su paquete de datos y sus tablas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rendicion.informe.filas import Tablas


@dataclass(frozen=True)
class Muestra:
    """Es lo que una página enseña de una tabla: cuántas filas tiene y las primeras, como están en su CSV."""

    filas: int
    primeras: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class EntregaPublicada:
    """Reúne lo que las páginas necesitan de una entrega; nada sale del reloj.

    `sello` es el SHA-256 de su manifiesto. `tablas` trae con sus tipos las que se cuentan en palabras;
    `muestras`, todas las públicas como texto.
    """

    manifiesto: Mapping[str, Any]
    sello: str
    paquete: Mapping[str, Any]
    tablas: Tablas
    muestras: Mapping[str, Muestra]

    @property
    def nombre(self) -> str:
        """Devuelve el nombre de la entrega."""
        return str(self.manifiesto["entrega"])

    @property
    def corte(self) -> date:
        """Devuelve la fecha de corte."""
        return date.fromisoformat(self.manifiesto["corte"])

    @property
    def sintetica(self) -> bool:
        """Dice si alguna fuente es inventada."""
        return bool(self.manifiesto["sintetica"])

    def bytes_de(self, ruta: str) -> int | None:
        """Devuelve lo que pesa un archivo de la entrega; nada si no lo trae."""
        archivo = self.manifiesto["archivos"].get(ruta)
        return None if archivo is None else int(archivo["bytes"])
