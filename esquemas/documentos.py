"""De la tabla declarada a su documentación en Markdown."""

from __future__ import annotations

from esquemas.modelo import Campo, Tabla


def tabla_markdown(tabla: Tabla) -> str:
    """Devuelve el diccionario de una tabla en Markdown: cada campo con su título, su tipo, su unidad y todo lo que admite."""
    filas = [
        f"| `{c.nombre}`{' (clave)' if c.nombre in tabla.clave else ''} | {c.titulo} | {c.tipo.value} | {c.unidad or ''} | {c.descripcion} | "
        f"{_admite(c, obligatorio=c.nombre in tabla.obligatorios)} |"
        for c in tabla.campos
    ]
    encabezado = ["| campo | título | tipo | unidad | qué es | qué admite |", "|---|---|---|---|---|---|"]
    return "\n".join([f"### {tabla.titulo} (`{tabla.nombre}`)", "", tabla.descripcion, "", *encabezado, *filas])


def _admite(campo: Campo, *, obligatorio: bool) -> str:
    """Dice en palabras las mismas restricciones que lleva el Table Schema."""
    partes = (
        "nunca vacío" if obligatorio else "",
        "valores: " + ", ".join(f"`{o}`" for o in campo.opciones) if campo.opciones else "",
        f"desde {campo.minimo}" if campo.minimo is not None else "",
        f"hasta {campo.maximo}" if campo.maximo is not None else "",
        f"{campo.decimales} decimales" + (" a lo más" if campo.recorta else "") if campo.decimales else "",
        "varios, separados con `;`" if campo.lista else "",
        f"forma `{campo.patron.replace('|', chr(92) + '|')}`" if campo.patron else "",
    )
    return "; ".join(p for p in partes if p)
