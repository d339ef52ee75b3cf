"""La ficha del portal: lo que la entidad declara sobre dónde y cómo se publica su conjunto de datos en CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rendicion.errores import ErrorUso


@dataclass(frozen=True)
class Ficha:
    """Dice en qué organización del portal se publica y quién responde por los datos.

    Solo `organizacion` es obligatoria. Lo que quede vacío se toma del datapackage.json de la entrega.
    `cobertura` es el código DIVIPOLA; `frecuencia`, una duración ISO 8601 (`R/P4M`); `inicio` y `fin`, fechas ISO.
    """

    organizacion: str
    organizacion_titulo: str = ""
    organizacion_descripcion: str = ""
    grupo: str = ""
    grupo_titulo: str = ""
    conjunto: str = ""
    licencia: str = ""
    mantenedor: str = ""
    mantenedor_correo: str = ""
    contacto: str = ""
    contacto_correo: str = ""
    publicador: str = ""
    publicador_url: str = ""
    dependencia: str = ""
    frecuencia: str = ""
    cobertura: str = ""
    inicio: str = ""
    fin: str = ""
    idioma: str = ""
    metodologia: str = ""
    limitaciones: str = ""

    @classmethod
    def desde(cls, portal: Mapping[str, Any]) -> Ficha:
        """Construye la ficha de lo declarado; falla con ErrorUso si algo falta o sobra."""
        conocidas = {f.name for f in fields(cls)}
        sobran = sorted(set(portal) - conocidas)
        if sobran:
            que = f"La ficha del portal trae claves que no existen: {', '.join(sobran)}."
            raise ErrorUso(que, hacer=f"las conocidas son: {', '.join(sorted(conocidas))}")
        if not portal.get("organizacion"):
            que = "Falta decir en qué organización del portal se publica."
            raise ErrorUso(que, hacer='declare organizacion = "nombre-corto" en la ficha del portal')
        return cls(**{clave: str(valor) for clave, valor in portal.items()})
