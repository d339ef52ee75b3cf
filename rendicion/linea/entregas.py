"""Las órdenes sobre entregas ya armadas: verificar, comparar, rastrear, estado y servir."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rendicion.linea.opciones import (
    OpcionCorte,
    OpcionDepurar,
    OpcionEntidad,
    OpcionJson,
    OpcionSalida,
    OpcionVigencia,
    app,
    carpeta_de_salida,
    errores_claros,
    pedido_de,
)


@app.command()
def verificar(
    lugar: Annotated[str, typer.Argument(help="Carpeta o dirección web de una entrega.")],
    clave_publica: Annotated[Path | None, typer.Option("--clave-publica", exists=True, dir_okay=False, help="Clave pública de la entidad, para comprobar la firma; si la cambió, todas en el mismo archivo, de la más vieja a la más nueva.")] = None,
    anterior: Annotated[Path | None, typer.Option("--anterior", help="Entrega anterior, su manifiesto, o la carpeta con todas: comprueba la cadena.")] = None,
    huella: Annotated[str | None, typer.Option("--huella", help="Huella SHA-256 del manifiesto que usted guardó.")] = None,
    corte: Annotated[datetime | None, typer.Option("--corte", formats=["%Y-%m-%d"], help="Corte que usted espera, AAAA-MM-DD: avisa si la entrega es de uno anterior.")] = None,
    ultima: Annotated[bool, typer.Option("--ultima", help="Avisa si en --anterior hay una entrega más nueva que esta.")] = False,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Comprueba una entrega: huellas, esquemas, cuentas, cada cifra, la cadena y la firma."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.verificacion import verificar as comprobar

        verificacion = comprobar(
            lugar,
            clave_publica=clave_publica.read_bytes() if clave_publica else None,
            anterior=anterior,
            huella=huella,
            corte=corte.date().isoformat() if corte else None,
            ultima=ultima,
        )
        pantalla.mostrar_verificacion(verificacion, en_json=en_json)
    raise typer.Exit(verificacion.salida)


@app.command()
def comparar(
    antes: Annotated[Path, typer.Argument(help="Carpeta de una entrega.")],
    despues: Annotated[Path, typer.Argument(help="Carpeta de la otra entrega.")],
    equivalencias: Annotated[Path | None, typer.Option("--equivalencias", exists=True, dir_okay=False, help="Entre años: TOML con las actividades iguales aunque cambie su texto.")] = None,
    filas: Annotated[int, typer.Option("--filas", min=0, help="Cuántos cambios se muestran de cada tabla. En JSON van todos.")] = 15,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Muestra qué cambió entre dos entregas, dato por dato; entre dos años, actividad por actividad."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.comparacion import comparar_entregas

        pantalla.mostrar_comparacion(comparar_entregas(antes, despues, equivalencias), en_json=en_json, filas=filas)


@app.command()
def rastrear(
    actividad: Annotated[str, typer.Argument(help="Actividad (1.4), subcomponente (1), dependencia, «total», o el avance_id de una fila.")],
    corte: OpcionCorte = None,
    entrega: Annotated[Path | None, typer.Option("--entrega", help="Carpeta de una entrega. Sin decirla, la última de la salida con ese corte.")] = None,
    salida: OpcionSalida = None,
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    filas: Annotated[int, typer.Option("--filas", min=0, help="Cuántas filas se muestran de cada lista. En JSON van todas.")] = 15,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Muestra de dónde sale una cifra: su fórmula con números, las filas que la sustentan, sus capturas y el plan."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.rastreo_entrega import rastrear_en

        rastro = rastrear_en(pedido_de(entidad, vigencia, corte, salida, None), actividad, entrega)
        pantalla.mostrar_rastreo(rastro, en_json=en_json, filas=filas)


@app.command()
def servir(
    salida: OpcionSalida = None,
    puerto: Annotated[int, typer.Option("--puerto", help="Puerto local.")] = 8000,
    depurar: OpcionDepurar = False,
) -> None:
    """Abre el portal local en http://127.0.0.1 para verlo en el navegador."""
    with errores_claros(depurar=depurar):
        from rendicion.portales.servidor import servir as servir_carpeta

        servir_carpeta(carpeta_de_salida(salida) / "portal", puerto)


@app.command()
def estado(
    salida: OpcionSalida = None,
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Dice cómo vamos: la última entrega, sus cifras y las últimas corridas."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import leer_estado

        pantalla.mostrar_estado(leer_estado(pedido_de(entidad, vigencia, None, salida, None)), en_json=en_json)
