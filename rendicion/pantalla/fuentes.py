"""Lo que se ve de las fuentes: la lista, la propuesta de una declaración y la comparación de una matriz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from rendicion.pantalla.terminal import consola, cuadro, escribir_json, numero, porcentaje

if TYPE_CHECKING:
    from rendicion.fuentes.matriz_propuesta import Propuesta

_IGUALES = frozenset(("igual", "posterior_al_corte"))


def mostrar_fuentes(filas: Sequence[Mapping[str, Any]], *, en_json: bool) -> None:
    """Lista las fuentes declaradas, la edad de su última captura y qué dieron en la última entrega."""
    if en_json:
        escribir_json(list(filas))
        return

    def edad(f: Mapping[str, Any]) -> str:
        if f["dias"] is None:
            return "sin captura"
        return f"hace {f['dias']} días" + (" · vieja" if f["vieja"] else "")

    columnas = ("fuente", "dependencia", "frecuencia", "última captura", "último resultado")
    celdas = ((f"{f['fuente']} ({f['tipo']})", f["dependencia"], f["frecuencia"] or "sin dato", edad(f), f["ultimo_resultado"] or "ninguno") for f in filas)
    consola().print(cuadro("Fuentes declaradas", columnas, celdas))


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


def tabla_de_comparacion(filas: Sequence[Mapping[str, Any]]) -> Table:
    """Muestra los porcentajes de la matriz que no son los nuestros, con su causa; los iguales solo se cuentan."""
    distintas = [f for f in filas if f["causas"] not in _IGUALES]
    titulo = f"Porcentajes de la matriz: {numero(len(filas))}; distintos de los nuestros: {numero(len(distintas))}"
    cuerpo = ((f["lugar"], f["clave"], f["columna"], porcentaje(f["suyo_pct"]), porcentaje(f["nuestro_pct"]), f["causas"], f["explicacion"]) for f in distintas)
    return cuadro(titulo, ("dónde", "de qué", "columna", "la hoja", "nosotros", "causa", "explicación"), cuerpo, derecha=(3, 4))
