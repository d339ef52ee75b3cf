"""Lo que se retiró de un portal después de publicado, y cómo lo cuenta la siguiente entrega."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

ARCHIVO = "(archivo)"


@dataclass(frozen=True)
class Retiro:
    """Es un archivo publicado que alguien retiró de un portal, con su motivo, su autor y el día.

    `despues_de` es el número de la última entrega que había entonces: la que sigue lo cuenta en `correcciones`.
    """

    entrega: str
    ruta: str
    sha256: str
    portal: str
    motivo: str
    autor: str
    fecha: date
    despues_de: int = 0

    @property
    def serie(self) -> str:
        """Devuelve la entidad y la vigencia de la entrega, unidas por un guion."""
        return self.entrega.rsplit("-", 2)[0]

    @property
    def clave(self) -> str:
        """Devuelve de qué entrega y qué archivo es."""
        return f"{self.entrega}/{self.ruta}"

    def en_json(self) -> dict[str, Any]:
        """Devuelve el retiro como se guarda."""
        return asdict(self) | {"fecha": self.fecha.isoformat()}

    @classmethod
    def desde(cls, guardado: Mapping[str, Any]) -> Retiro:
        """Lee un retiro guardado."""
        return cls(**{**guardado, "fecha": date.fromisoformat(guardado["fecha"])})


def filas_de_retiros(retiros: Sequence[Retiro]) -> list[dict[str, Any]]:
    """Devuelve las filas de `correcciones`: el archivo que se retiró, con su huella en `antes` y nada en `despues`."""
    unicos = {r.clave: r for r in retiros}
    return [
        {"tabla": ARCHIVO, "clave": c, "campo": ARCHIVO, "antes": r.sha256 or None, "despues": None, "motivo": r.motivo, "autor": r.autor, "fecha": r.fecha}
        for c, r in sorted(unicos.items())
    ]
