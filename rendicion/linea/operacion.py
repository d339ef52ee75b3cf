"""Las órdenes de quien opera: desplegar, reconstruir y retener."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionDepurar, OpcionJson, OpcionSalida, app, carpeta_de_salida, errores_claros


@app.command()
def desplegar(
    puerto: Annotated[int, typer.Option("--puerto", help="Puerto del servidor de Prefect que se arranca aquí.")] = 4200,
    corridas: Annotated[int, typer.Option("--corridas", min=1, help="Cuántas corridas atiende a la vez el trabajador.")] = 2,
    registrar: Annotated[bool, typer.Option("--registrar", help="Solo registra los despliegues en el servidor de PREFECT_API_URL, y termina.")] = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Pone a andar la operación diaria: servidor de Prefect, despliegues con sus horarios, avisos y trabajador."""
    with errores_claros(depurar=depurar):
        from rendicion.operacion.despliegue import Plan
        from rendicion.operacion.despliegue import desplegar as poner_a_andar

        servidor = os.environ.get("PREFECT_API_URL") or None
        poner_a_andar(Plan(Path.cwd(), servidor, puerto, corridas, solo_registrar=registrar), lambda linea: print(linea, flush=True))


@app.command()
def reconstruir(salida: OpcionSalida = None, en_json: OpcionJson = False, depurar: OpcionDepurar = False) -> None:
    """Rehace el registro de corridas desde las entregas y las capturas, y dice qué está dañado."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.almacen.salida import Salida
        from rendicion.operacion.reconstruccion import reconstruir as rehacer

        hecho = rehacer(Salida(carpeta_de_salida(salida)))
        pantalla.mostrar_reconstruccion(hecho, en_json=en_json)
    raise typer.Exit(hecho.salida)


@app.command()
def retener(
    salida: OpcionSalida = None,
    dias: Annotated[int, typer.Option("--dias", min=1, help="Días que se guarda una captura que ninguna entrega cita.")] = 180,
    simular: Annotated[bool, typer.Option("--simular", help="Solo dice qué se retiraría.")] = False,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Retira las capturas viejas que ninguna entrega cita. Las entregas se guardan siempre."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.almacen.salida import Salida
        from rendicion.operacion.retencion import retener as retirar_viejas

        limpieza = retirar_viejas(Salida(carpeta_de_salida(salida)), datetime.now(UTC), dias, simular=simular)
        pantalla.mostrar_limpieza(limpieza, en_json=en_json)
