"""Las órdenes que leen, validan y calculan: correr, plan y probar."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rendicion.linea.opciones import (
    OpcionCorte,
    OpcionDepurar,
    OpcionEntidad,
    OpcionFuentes,
    OpcionJson,
    OpcionSalida,
    OpcionVigencia,
    app,
    carpeta_de_salida,
    errores_claros,
    pedido_de,
)

if TYPE_CHECKING:
    from validaciones import Validador


@app.command()
def correr(
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    corte: OpcionCorte = None,
    salida: OpcionSalida = None,
    fuentes: OpcionFuentes = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Lee el plan y las fuentes, valida, calcula y publica una entrega si algo cambió."""
    with errores_claros(depurar=depurar, en_json=en_json):
        if os.environ.get("PREFECT_API_URL"):
            from flujos.rendicion_de_cuentas import correr_en_prefect

            resultado = correr_en_prefect(pedido_de(entidad, vigencia, corte, salida, fuentes))
        else:
            with _motor(carpeta_de_salida(salida)) as motor:
                from rendicion import pantalla
                from rendicion.corrida import correr as correr_directo
                from rendicion.puertas import puertas_reales

                pedido = pedido_de(entidad, vigencia, corte, salida, fuentes)
                resultado = correr_directo(pedido, puertas_reales(pantalla.callar if en_json else pantalla.avance(), motor))
        from rendicion import pantalla

        pantalla.mostrar_resultado(resultado, en_json=en_json)
    raise typer.Exit(resultado.salida)


def _motor(salida: Path) -> Validador:
    """Arranca ya el motor de validación donde seguro hará falta: en una salida sin entregas no hay con qué comparar."""
    from validaciones import motor_de_esta_maquina

    motor = motor_de_esta_maquina()
    if not (salida / "entregas").exists():
        motor.arrancar()
    return motor


@app.command()
def plan(
    archivo: Annotated[Path, typer.Argument(help="Documento del plan: texto, CSV, TSV, xlsx, xls u ods.")],
    entidad: Annotated[str | None, typer.Option("--entidad", help="Código DIVIPOLA que se anota en las filas.")] = None,
    vigencia: OpcionVigencia = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Lee un plan y muestra qué entendió y qué le pareció dudoso. No escribe nada."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.almacen.referencia import carpeta_de_datos, entidades
        from rendicion.lectura_plan import leer_plan_suelto

        leido = leer_plan_suelto(archivo, entidades(carpeta_de_datos()), entidad, vigencia)
        pantalla.mostrar_plan(leido, en_json=en_json)


@app.command()
def probar(
    fuente: Annotated[str | None, typer.Argument(help="Id de una fuente; sin decirla, se prueban todas.")] = None,
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    corte: OpcionCorte = None,
    fuentes: OpcionFuentes = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Lee y valida las fuentes sin escribir nada: ni capturas, ni entrega, ni registro."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.prueba import probar as probar_fuentes

        pedido = pedido_de(entidad, vigencia, corte, None, fuentes)
        prueba = probar_fuentes(pedido, pantalla.callar if en_json else pantalla.avance(), fuente)
        pantalla.mostrar_prueba(prueba, en_json=en_json)
    raise typer.Exit(prueba.salida)
