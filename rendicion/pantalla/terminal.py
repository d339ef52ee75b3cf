"""La terminal: dónde se escribe, cómo se ven números, tablas y errores, y el progreso."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rendicion.errores import ErrorRendicion

# Anchos con que una columna todavía se lee bien: la que nombra la fila, una de texto y una tan corta que no se parte.
PRIMERA, TEXTO, CORTA = 24, 18, 12
AVISO = "DATOS SINTÉTICOS: cifras inventadas, para probar. No son de la entidad."


# Un texto ajeno puede traer órdenes para la terminal: mover el cursor, cambiar el título, invertir la lectura.
_ORDENES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(texto: str) -> str:
    """Quita de un texto lo que la terminal tomaría por una orden; deja los saltos de línea y las tabulaciones."""
    return _ORDENES.sub("", texto)


def consola() -> Console:
    """Devuelve la terminal; respeta NO_COLOR y el ancho que haya."""
    return Console(highlight=False, soft_wrap=False)


def linea(terminal: Console, *partes: str | Text | tuple[str, str]) -> None:
    """Escribe una línea sin partirla: una ruta o una orden se puede copiar entera, aunque la terminal sea angosta."""
    terminal.print(Text.assemble(*(visible(p) if isinstance(p, str) else p for p in partes)), soft_wrap=True)


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


def cuadro(titulo: str, columnas: Sequence[str], filas: Iterable[Sequence[Any]], derecha: Sequence[int] = ()) -> Table | Group:
    """Dibuja una tabla ligera; `derecha` dice qué columnas son números. Si no cabe con holgura, va fila por fila, con cada dato nombrado.

    La primera columna nombra la fila: si cabe en poco menos de media terminal no se parte, y se parten las demás.
    """
    ancho = consola().width
    celdas = [[celda if isinstance(celda, Text) else Text(visible(str(celda))) for celda in fila] for fila in filas]
    largos = [max((fila[i].cell_len for fila in celdas), default=0) for i in range(len(columnas))]
    if sum(_holgura(i, n, columnas[i], numerica=i in derecha) for i, n in enumerate(largos)) + len(columnas) - 1 > ancho:
        return _fila_por_fila(titulo, columnas, celdas)
    entera = largos[0] <= max(ancho * 45 // 100, PRIMERA)
    tabla = Table(title=titulo, title_justify="left", title_style="bold", header_style="bold", expand=False, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for i, columna in enumerate(columnas):
        entero = entera if i == 0 else (i in derecha or largos[i] <= CORTA) and " " not in columna
        tabla.add_column(columna, justify="right" if i in derecha else "left", overflow="fold", no_wrap=entero)
    for celdas_de_la_fila in celdas:
        tabla.add_row(*celdas_de_la_fila)
    return tabla


def _holgura(i: int, largo: int, columna: str, *, numerica: bool) -> int:
    """Dice cuánto ancho necesita una columna para leerse sin partir palabras a cada paso."""
    titulo = max(map(len, columna.split()), default=0)
    return max(titulo, largo if numerica else min(largo, PRIMERA if i == 0 else TEXTO))


def _fila_por_fila(titulo: str, columnas: Sequence[str], celdas: Sequence[Sequence[Text]]) -> Group:
    """Escribe cada fila con su nombre y, debajo, sus datos; para terminales angostas y lectores de pantalla."""
    partes: list[RenderableType] = [Text(titulo, "bold")]
    for primera, *demas in celdas:
        datos = Text(" · ").join(Text.assemble((f"{columna}: ", "dim"), celda) for columna, celda in zip(columnas[1:], demas, strict=True))
        partes += [primera, Padding(datos, (0, 0, 0, 2))]
    return Group(*partes)


def mostrar_error(error: ErrorRendicion, *, en_json: bool) -> None:
    """Dice el error en claro: qué pasó, dónde y qué hacer."""
    if en_json:
        escribir_json({"error": {"que": error.que, "donde": error.donde, "hacer": error.hacer}, "codigo": error.salida})
        return
    salida = Console(stderr=True, highlight=False)
    linea(salida, ("Error: ", "bold red"), error.que)
    for nombre, texto in (("Dónde", error.donde), ("Qué hacer", error.hacer)):
        if texto:
            linea(salida, (f"  {nombre}: ", "bold"), texto)


def callar(evento: str, datos: Mapping[str, Any]) -> None:
    """No cuenta nada: para cuando el resultado va en JSON."""


def avance() -> Callable[[str, Mapping[str, Any]], None]:
    """Devuelve quien cuenta el progreso, una línea por fuente."""
    terminal = consola()

    def contar(evento: str, datos: Mapping[str, Any]) -> None:
        if evento == "sin_dato":
            terminal.print(Text("  ✘ ", "red") + Text(visible(f"{datos['fuente']}: sin dato. {datos['error']}")))
        elif evento == "fuente":
            faltas = f", {numero(datos['con_falta'])} sin entender" if datos["con_falta"] else ""
            terminal.print(Text("  ✔ ", "green") + Text(visible(f"{datos['fuente']}: {numero(datos['recibidos'])} leídos{faltas}")))
        else:
            terminal.print(Text(str(datos.get("texto", evento))))

    return contar
