"""La orden que avisa a cada responsable lo que vence, lo que va tarde y lo que debe corregir."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionDepurar, OpcionEntidad, OpcionJson, OpcionSalida, OpcionVigencia, app, errores_claros, pedido_de


@app.command()
def avisos(
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    salida: OpcionSalida = None,
    hoy: Annotated[datetime | None, typer.Option("--hoy", formats=["%Y-%m-%d"], help="Día desde el que se cuentan los vencimientos. Sin decirlo, hoy en Colombia.")] = None,
    enviar: Annotated[bool, typer.Option("--enviar", help="Los envía. Sin esta opción solo los muestra.")] = False,
    repetir_dudosos: Annotated[bool, typer.Option("--repetir-dudosos", help="Repite los que no se sabe si salieron.")] = False,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Muestra qué falta por avisar a cada responsable; con --enviar, lo envía por correo una sola vez."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.avisos import enviar as enviar_avisos
        from rendicion.avisos import preparar_avisos
        from rendicion.puertas import ahora, hoy_en_colombia

        pedido = pedido_de(entidad, vigencia, None, salida, None)
        dia = hoy.date() if hoy else hoy_en_colombia()
        resumen = enviar_avisos(pedido, ahora, dia, repetir_dudosos=repetir_dudosos) if enviar else preparar_avisos(pedido, dia)
        pantalla.mostrar_avisos(resumen, en_json=en_json)
    raise typer.Exit(resumen.salida)
