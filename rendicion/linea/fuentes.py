"""Las órdenes sobre las fuentes declaradas: listarlas, y proponer la declaración de una matriz."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionDepurar, OpcionEntidad, OpcionFuentes, OpcionJson, OpcionSalida, OpcionVigencia, app, errores_claros, pedido_de

fuentes = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(fuentes, name="fuentes")


@fuentes.callback()
def listar(
    contexto: typer.Context,
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    salida: OpcionSalida = None,
    lugar: OpcionFuentes = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Lista las fuentes declaradas con su última captura y si ya está vieja para su frecuencia."""
    if contexto.invoked_subcommand:
        return
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import listar_fuentes

        pantalla.mostrar_fuentes(listar_fuentes(pedido_de(entidad, vigencia, None, salida, lugar)), en_json=en_json)


@fuentes.command()
def proponer(
    archivo: Annotated[Path, typer.Argument(help="Libro de la matriz de seguimiento: xlsx, xls u ods.")],
    vigencia: OpcionVigencia = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Propone la declaración de una matriz de seguimiento, para que una persona la corrija. No escribe nada."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.fuentes.matriz.propuesta import proponer_declaracion
        from rendicion.lectura_plan import leer_archivo, palabras_de_matriz

        propuesta = proponer_declaracion(leer_archivo(archivo), archivo.name, palabras_de_matriz(), vigencia)
        pantalla.mostrar_propuesta(propuesta, en_json=en_json)
