"""Las órdenes que hablan con un portal: publicar, retirar y revisar."""

from __future__ import annotations

from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionCorte, OpcionDepurar, OpcionEntidad, OpcionJson, OpcionSalida, OpcionVigencia, app, errores_claros, pedido_de

ckan = typer.Typer(help="Un portal CKAN: qué tiene y qué va a funcionar, antes de escribir nada.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(ckan, name="ckan")


@app.command()
def publicar(
    ckan: Annotated[str | None, typer.Option("--ckan", help="Dirección de un portal CKAN. El token va en la variable RENDICION_CKAN_TOKEN.")] = None,
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    corte: OpcionCorte = None,
    salida: OpcionSalida = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Publica la última entrega armada, en la carpeta de salida o en un portal CKAN."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import publicar_ultima

        pedido = pedido_de(entidad, vigencia, corte, salida, None)
        pantalla.mostrar_publicacion(publicar_ultima(pedido, ckan), en_json=en_json)


@app.command()
def retirar(
    recurso: Annotated[str, typer.Argument(help="Identificador del recurso en el portal.")],
    ckan_url: Annotated[str, typer.Option("--ckan", help="Dirección del portal CKAN.")],
    motivo: Annotated[str, typer.Option("--motivo", help="Por qué se retira, en una frase. Queda publicado.")],
    autor: Annotated[str | None, typer.Option("--autor", help="Quién responde por el retiro. Si falta, el contacto de la entidad.")] = None,
    entidad: OpcionEntidad = None,
    salida: OpcionSalida = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Borra del disco de un portal CKAN los bytes de un recurso y deja dicho por qué, allí y en la siguiente entrega."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import retirar_de_ckan

        pedido = pedido_de(entidad, None, None, salida, None)
        pantalla.mostrar_publicacion(retirar_de_ckan(pedido, ckan_url, recurso, motivo, autor), en_json=en_json)


@ckan.command()
def revisar(
    url: Annotated[str, typer.Argument(help="Dirección del portal.")],
    entidad: OpcionEntidad = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Dice qué tiene un portal CKAN y si se puede publicar en él. No escribe nada."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import revisar_ckan

        revision = revisar_ckan(pedido_de(entidad, None, None, None, None), url)
        pantalla.mostrar_revision(revision, en_json=en_json)
    raise typer.Exit(0 if revision.sirve else 3)
