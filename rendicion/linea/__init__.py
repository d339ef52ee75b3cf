"""La línea de comandos `rendicion`: cada orden abre las puertas, llama al dominio y cuenta lo que pasó."""

from __future__ import annotations

import gc
import re
import sys
from typing import Any

from typer.main import get_command

from rendicion.errores import ErrorUso
from rendicion.linea import anexo, avisos, corridas, entidad_nueva, entregas, fuentes, operacion, pais, pdf, portal
from rendicion.linea.opciones import app

__all__ = ["anexo", "app", "avisos", "corridas", "entidad_nueva", "entregas", "fuentes", "main", "operacion", "ordenes", "pais", "pdf", "portal"]

# Los errores de uso los escribe la biblioteca de la línea de comandos, en inglés.
_EN_ESPANOL = (
    (r"Missing argument '(.+)'\.", r"Falta el argumento «\1»."),
    (r"Missing option '(.+)'\.", r"Falta la opción «\1»."),
    (r"No such option: (\S+)(.*)", r"No existe la opción «\1»."),
    (r"No such command '(.+)'\.(.*)", r"No existe la orden «\1»."),
    (r"Option '(.+)' requires an argument\.", r"La opción «\1» necesita un valor."),
    (r"Got unexpected extra argument.*\((.+)\)", r"Sobra: «\1»."),
    (r"Invalid value for '(.+?)': .*'(.+)' does not match.*", r"«\2» no sirve para \1: escriba la fecha como AAAA-MM-DD."),
    (r"Invalid value for '(.+?)': (.*)", r"El valor de \1 no sirve."),
)


def _en_espanol(mensaje: str) -> str:
    for patron, texto in _EN_ESPANOL:
        if hallado := re.fullmatch(patron, mensaje, re.DOTALL):
            return hallado.expand(texto)
    return mensaje


def ordenes() -> list[tuple[str, str]]:
    """Lista las órdenes en su orden, con su nombre completo y lo que hacen."""

    def recorrer(orden: Any, nombre: str) -> list[tuple[str, str]]:
        propia = [(nombre, orden.callback.__doc__.strip().splitlines()[0])] if nombre and orden.callback else []
        return propia + [o for hija, suya in getattr(orden, "commands", {}).items() for o in recorrer(suya, f"{nombre} {hija}".strip())]

    return recorrer(get_command(app), "")


def main() -> None:
    """Corre la orden que se pidió y termina con su código."""
    # Una orden carga mucho y dura poco: con el paso de fábrica, el recolector recorre una y otra vez lo cargado, y casi nunca halla basura.
    gc.set_threshold(50_000)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        codigo = app(standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            sys.exit(ErrorUso.salida)
        from rendicion.pantalla import mostrar_error

        uso = ErrorUso(_en_espanol(error.format_message()), hacer="Vea cómo se usa con --help.")
        mostrar_error(uso, en_json="--json" in sys.argv)
        codigo = uso.salida
    # Lo cargado se va con el proceso: sin esto, Python lo recorre entero antes de terminar, por si dejó ciclos.
    gc.freeze()
    sys.exit(codigo if isinstance(codigo, int) else 0)
