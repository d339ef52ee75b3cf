"""Compara dos entregas guardadas y cuenta lo que cambió, para personas y para programas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rendicion.almacen.entregas import MANIFIESTO, leer_entrega
from rendicion.correcciones import COMPARADAS, comparar
from rendicion.errores import ErrorUso
from rendicion.tablas import leer_parquet


def comparar_entregas(antes: Path, despues: Path) -> dict[str, Any]:
    """Devuelve qué entregas son y cada dato que cambió de la una a la otra."""
    guardadas = []
    for carpeta in (antes, despues):
        if not (carpeta / MANIFIESTO).is_file():
            raise ErrorUso("Esa carpeta no es una entrega: no tiene manifiesto.json.", donde=str(carpeta), hacer="Indique la carpeta de una entrega publicada.")
        guardadas.append(leer_entrega(carpeta))
    tablas = [{n: leer_parquet(g.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in COMPARADAS} for g in guardadas]
    cambios = [{k: c[k] for k in ("tabla", "clave", "campo", "antes", "despues")} for c in comparar(tablas[0], tablas[1])]
    nombres = [{k: g.manifiesto[k] for k in ("entrega", "corte", "numero")} for g in guardadas]
    return {"antes": nombres[0], "despues": nombres[1], "cambios": cambios}
