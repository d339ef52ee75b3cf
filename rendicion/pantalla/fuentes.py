"""Lo que se ve de las fuentes: la lista, la propuesta de una declaración y la comparación de una matriz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from rendicion.pantalla.terminal import AVISO, consola, cuadro, escribir_json, numero, porcentaje, visible

if TYPE_CHECKING:
    from rendicion.fuentes.matriz.propuesta import Propuesta

_CADA_CUANTO = {
    "R/P1D": "cada día", "R/P1W": "cada semana", "R/P1M": "cada mes", "R/P2M": "cada 2 meses", "R/P3M": "cada 3 meses",
    "R/P4M": "cada 4 meses", "R/P6M": "cada 6 meses", "R/P1Y": "cada año",
}  # fmt: skip
_IGUALES = frozenset(("igual", "posterior_al_corte"))


def mostrar_fuentes(filas: Sequence[Mapping[str, Any]], *, en_json: bool) -> None:
    """Lista las fuentes declaradas, la edad de su última captura y qué dieron en la última entrega."""
    if en_json:
        escribir_json(list(filas))
        return

    terminal = consola()
    if any(f["sintetica"] for f in filas):
        terminal.print(Text(AVISO, "bold magenta"))
    columnas = ("fuente", "se espera", "última captura", "último resultado")
    for dependencia in sorted({f["dependencia"] for f in filas}):
        suyas = [f for f in filas if f["dependencia"] == dependencia]
        celdas = ((f["fuente"], _CADA_CUANTO.get(f["frecuencia"], f["frecuencia"] or "sin dato"), _edad(f), f["ultimo_resultado"] or "ninguno") for f in suyas)
        terminal.print()
        terminal.print(cuadro(visible(dependencia), columnas, celdas))


def _edad(f: Mapping[str, Any]) -> Text:
    if f["dias"] is None:
        return Text("sin captura", "yellow")
    dicho = {0: "hoy", 1: "ayer"}.get(f["dias"], f"hace {f['dias']} días")
    return Text(f"{dicho}, vieja", "yellow") if f["vieja"] else Text(dicho)


def mostrar_propuesta(propuesta: Propuesta, *, en_json: bool) -> None:
    """Escribe el borrador por la salida estándar, para guardarlo en un archivo, y las dudas por la de errores."""
    if en_json:
        escribir_json({"borrador": propuesta.borrador, "dudas": list(propuesta.dudas)})
        return
    import sys

    from rich.console import Console

    sys.stdout.write(propuesta.borrador)
    aviso = f"Es un borrador con {len(propuesta.dudas)} dudas, marcadas «# DUDA». Guárdelo junto a la entidad, corríjalo y pruébelo: rendicion probar."
    Console(stderr=True, highlight=False).print(Text(aviso, "bold yellow"))


def tabla_de_comparacion(filas: Sequence[Mapping[str, Any]]) -> Table | Group:
    """Muestra los porcentajes de la matriz que no son los nuestros, con su causa; los iguales solo se cuentan."""
    distintas = [f for f in filas if f["causas"] not in _IGUALES]
    titulo = f"Porcentajes de la matriz: {numero(len(filas))}; distintos de los nuestros: {numero(len(distintas))}"
    cuerpo = ((f["lugar"], f["clave"], f["columna"], porcentaje(f["suyo_pct"]), porcentaje(f["nuestro_pct"]), f["causas"], f["explicacion"]) for f in distintas)
    return cuadro(titulo, ("dónde", "de qué", "columna", "la hoja", "nosotros", "causa", "explicación"), cuerpo, derecha=(3, 4))
