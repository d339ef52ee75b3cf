"""Las órdenes que leen, validan y calculan: correr, plan, probar y fuentes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

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
    errores_claros,
    pedido_de,
)


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
        from rendicion import pantalla

        pedido = pedido_de(entidad, vigencia, corte, salida, fuentes)
        if os.environ.get("PREFECT_API_URL"):
            from flujos.rendicion_de_cuentas import correr_en_prefect

            resultado = correr_en_prefect(pedido)
        else:
            from rendicion.corrida import correr as correr_directo
            from rendicion.puertas import puertas_reales

            resultado = correr_directo(pedido, puertas_reales(pantalla.callar if en_json else pantalla.avance()))
        pantalla.mostrar_resultado(resultado, en_json=en_json)
    raise typer.Exit(resultado.salida)


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


@app.command()
def fuentes(
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    salida: OpcionSalida = None,
    lugar: OpcionFuentes = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Lista las fuentes declaradas con su última captura y si ya está vieja para su frecuencia."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import listar_fuentes

        pantalla.mostrar_fuentes(listar_fuentes(pedido_de(entidad, vigencia, None, salida, lugar)), en_json=en_json)
