"""Cómo se llama cada página del portal: nombres cortos, sin tildes y siempre los mismos."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

PAGINAS = "paginas"
RESUMEN = "resumen.json"
LARGO = 60


def de_actividad(ident: str) -> str:
    """Devuelve el archivo de la página de una actividad: actividad-1-4.html."""
    return f"actividad-{_llano(ident)}.html"


def de_tabla(nombre: str) -> str:
    """Devuelve el archivo de la página de una tabla."""
    return f"tabla-{nombre.replace('_', '-')}.html"


def de_dependencias(nombres: Iterable[str]) -> dict[str, str]:
    """Devuelve el archivo de cada dependencia; dos nombres que se escriben igual sin tildes no comparten página."""
    archivos: dict[str, str] = {}
    usados: set[str] = set()
    for nombre in nombres:
        base = f"dependencia-{_llano(nombre)}"
        libre = next(a for n in range(1, len(usados) + 2) if (a := f"{base}{'' if n == 1 else f'-{n}'}.html") not in usados)
        usados.add(libre)
        archivos[nombre] = libre
    return archivos


def _llano(texto: str) -> str:
    simple = unicodedata.normalize("NFKD", texto).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", simple).strip("-")[:LARGO].rstrip("-") or "sin-nombre"
