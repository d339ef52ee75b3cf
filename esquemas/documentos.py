"""De la tabla declarada a su documentación en Markdown."""

from __future__ import annotations

from esquemas.modelo import Tabla


def tabla_markdown(tabla: Tabla) -> str:
    """Devuelve el diccionario de una tabla en Markdown."""
    filas = [
        f"| `{c.nombre}`{' (clave)' if c.nombre in tabla.clave else ''} | {c.tipo.value} | {c.unidad or ''} | {c.descripcion}"
        + (f" Valores: {', '.join(f'`{o}`' for o in c.opciones)}." if c.opciones else "")
        + " |"
        for c in tabla.campos
    ]
    return "\n".join([f"### {tabla.titulo} (`{tabla.nombre}`)", "", tabla.descripcion, "", "| campo | tipo | unidad | qué es |", "|---|---|---|---|", *filas])
