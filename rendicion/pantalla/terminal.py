"""La terminal: dónde se escribe, cómo se ven números, tablas y errores, y el progreso."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rendicion.errores import ErrorRendicion

AVISO = "DATOS SINTÉTICOS: estas cifras son inventadas, para probar el sistema. No son de la entidad."


def consola() -> Console:
    """Devuelve la terminal; respeta NO_COLOR y el ancho que haya."""
    return Console(highlight=False, soft_wrap=False)


def escribir_json(datos: Any) -> None:
    """Escribe un resultado en JSON por la salida estándar, y nada más."""
    sys.stdout.write(json.dumps(datos, ensure_ascii=False, indent=2, default=str) + "\n")


def numero(valor: Any) -> str:
    """Escribe un número como se lee en Colombia; lo vacío se dice «sin dato», nunca 0."""
    if valor is None:
        return "sin dato"
    texto = f"{valor:,f}"
    if "." in texto:
        texto = texto.rstrip("0").rstrip(".")
    return texto.translate(str.maketrans(",.", ".,"))


def porcentaje(valor: Any) -> str:
    """Escribe un porcentaje; lo vacío se dice «sin dato»."""
    return "sin dato" if valor is None else f"{numero(valor)} %"


def cuadro(titulo: str, columnas: Sequence[str], filas: Iterable[Sequence[Any]], derecha: Sequence[int] = ()) -> Table:
    """Dibuja una tabla; `derecha` dice qué columnas son números."""
    tabla = Table(title=titulo, title_justify="left", title_style="bold", header_style="bold", expand=False)
    for i, columna in enumerate(columnas):
        tabla.add_column(columna, justify="right" if i in derecha else "left", overflow="fold")
    for fila in filas:
        tabla.add_row(*(celda if isinstance(celda, Text) else Text(str(celda)) for celda in fila))
    return tabla


def mostrar_error(error: ErrorRendicion, *, en_json: bool) -> None:
    """Dice el error en claro: qué pasó, dónde y qué hacer."""
    if en_json:
        escribir_json({"error": {"que": error.que, "donde": error.donde, "hacer": error.hacer}, "codigo": error.salida})
        return
    salida = Console(stderr=True, highlight=False)
    salida.print(Text("Error: ", "bold red") + Text(error.que))
    for nombre, texto in (("Dónde", error.donde), ("Qué hacer", error.hacer)):
        if texto:
            salida.print(Text(f"  {nombre}: ", "bold") + Text(texto))


def callar(evento: str, datos: Mapping[str, Any]) -> None:
    """No cuenta nada: para cuando el resultado va en JSON."""


def avance() -> Callable[[str, Mapping[str, Any]], None]:
    """Devuelve quien cuenta el progreso, una línea por fuente."""
    terminal = consola()

    def contar(evento: str, datos: Mapping[str, Any]) -> None:
        if evento == "sin_dato":
            terminal.print(Text("  ✘ ", "red") + Text(f"{datos['fuente']}: sin dato. {datos['error']}"))
        elif evento == "fuente":
            faltas = f", {datos['con_falta']} no se entienden" if datos["con_falta"] else ""
            terminal.print(Text("  ✔ ", "green") + Text(f"{datos['fuente']}: {numero(datos['recibidos'])} registros leídos{faltas}"))
        else:
            terminal.print(Text(str(datos.get("texto", evento))))

    return contar
