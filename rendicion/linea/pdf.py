"""La orden que imprime una entrega: el seguimiento para firmar y el informe para una sesión."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionDepurar, OpcionJson, app, errores_claros


@app.command()
def pdf(
    entrega: Annotated[Path, typer.Argument(help="Carpeta de una entrega.")],
    destino: Annotated[Path, typer.Option("--destino", help="Carpeta donde quedan los PDF; nunca dentro de la entrega.")] = Path(),
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Escribe en PDF accesible el seguimiento de control interno y el informe para una sesión del concejo."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion.impresion import imprimir
        from rendicion.pantalla.terminal import consola, escribir_json

        escritos = imprimir(entrega, destino)
        if en_json:
            escribir_json({"archivos": [str(a) for a in escritos]})
        else:
            for archivo in escritos:
                consola().print(f"Escrito: {archivo}", markup=False, highlight=False)
