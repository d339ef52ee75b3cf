"""Los tipos de fuente: un archivo por tipo. Agregar un tipo es agregar un archivo con su `TIPO`."""

from __future__ import annotations

import pkgutil
import traceback
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente, ErrorRendicion, ErrorUso
from rendicion.fuentes.base import OPCIONES_COMUNES, Bruto, ConPrevia, TipoDeFuente

if TYPE_CHECKING:
    from pathlib import Path

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura
    from rendicion.previa import Previa

__all__ = ["TIPOS", "Bruto", "TipoDeFuente", "extraer", "interpretar", "no_esperado", "usa_previa"]


def _descubrir() -> dict[str, TipoDeFuente]:
    """Reúne el `TIPO` de cada archivo de esta carpeta, por su nombre."""
    modulos = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    hallados: list[TipoDeFuente] = [m.TIPO for m in modulos if hasattr(m, "TIPO")]
    return {t.nombre: t for t in sorted(hallados, key=lambda t: t.nombre)}


TIPOS: dict[str, TipoDeFuente] = _descubrir()


def extraer(fuente: Fuente, base: Path, previa: Previa | None = None) -> Bruto:
    """Trae los bytes crudos de la fuente; `base` es la carpeta de su TOML y `previa`, lo último que se guardó de ella."""
    tipo = _tipo_de(fuente)
    try:
        if previa is not None and isinstance(tipo, ConPrevia):
            return tipo.extraer_desde(fuente, previa, base)
        return tipo.extraer(fuente, base)
    except ErrorRendicion:
        raise
    except Exception as error:
        raise no_esperado(fuente, error) from error


def usa_previa(fuente: Fuente) -> bool:
    """Dice si el tipo de la fuente aprovecha la captura anterior."""
    return isinstance(_tipo_de(fuente), ConPrevia)


def interpretar(contenido: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
    """Lee los bytes de una captura; los mismos bytes y la misma declaración dan la misma lectura."""
    tipo = _tipo_de(fuente)
    try:
        return tipo.interpretar(contenido, fuente, captura_sha256, archivo)
    except ErrorRendicion:
        raise
    except Exception as error:
        raise no_esperado(fuente, error) from error


def no_esperado(fuente: Fuente, error: Exception) -> Exception:
    """Convierte un error del programa en la falla de una sola fuente, para que no detenga a las demás.

    No muestra el texto del error, que puede llevar datos; dice de qué clase es y en qué línea salió.
    """
    lugares = [f for f in traceback.extract_tb(error.__traceback__) if "rendicion" in PurePath(f.filename).parts]
    donde = f" en {PurePath(lugares[-1].filename).name}, línea {lugares[-1].lineno}" if lugares else ""
    return ErrorFuente(
        f"El lector de «{fuente.tipo}» falló con algo que no esperaba ({type(error).__name__}{donde}).",
        donde=f"fuente {fuente.id}",
        hacer="Guarde el archivo y avise a quien mantiene el programa: es un error de él, no de la dependencia.",
    )


def _tipo_de(fuente: Fuente) -> TipoDeFuente:
    """Busca el tipo declarado y revisa que sus opciones existan; lanza ErrorUso si no."""
    tipo = TIPOS.get(fuente.tipo)
    if tipo is None:
        raise ErrorUso(
            f"El tipo de fuente «{fuente.tipo}» no existe.",
            donde=f"fuente {fuente.id}",
            hacer=f"Use uno de estos: {', '.join(TIPOS)}.",
        )
    sobran = sorted(set(fuente.opciones) - tipo.opciones - OPCIONES_COMUNES)
    if sobran:
        raise ErrorUso(
            f"El tipo «{tipo.nombre}» no conoce estas opciones: {', '.join(sobran)}.",
            donde=f"fuente {fuente.id}, [opciones]",
            hacer=f"Quítelas o use las que sí conoce: {', '.join(sorted(tipo.opciones | OPCIONES_COMUNES))}.",
        )
    return tipo
