"""Las órdenes del país: generar uno sintético, correrlo por particiones, ver cómo va y comprobarlo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionDepurar, OpcionJson, app, errores_claros

pais = typer.Typer(help="Todo un país, partición por partición (entidad × vigencia), con las mismas reglas y cifras.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(pais, name="pais")

Lugar = Annotated[str, typer.Argument(help="Carpeta del país (pais.toml, municipios.csv, AÑO/ENTIDAD/), o una dirección de fsspec: s3://…")]
Salida = Annotated[str, typer.Option("--salida", help="Carpeta o dirección donde quedan capturas, particiones y entrega nacional.")]


@pais.command()
def generar(
    carpeta: Annotated[Path, typer.Argument(help="Carpeta donde se escribe.")],
    municipios: Annotated[int, typer.Option("--municipios", min=1, max=10989, help="Cuántos municipios.")] = 1100,
    vigencia: Annotated[list[int] | None, typer.Option("--vigencia", help="Año; se puede repetir. Sin decirlo, diez años.")] = None,
    registros: Annotated[int, typer.Option("--registros", min=1, help="Registros por municipio y año, en promedio.")] = 1100,
    semilla: Annotated[int, typer.Option("--semilla", help="La misma semilla da los mismos bytes.")] = 20261123,
    depurar: OpcionDepurar = False,
) -> None:
    """Escribe un país con DATOS SINTÉTICOS, para probar."""
    with errores_claros(depurar=depurar):
        from rendicion import pantalla
        from rendicion.sintetico.pais import Receta, escribir_pais

        receta = Receta(semilla, municipios, tuple(vigencia) if vigencia else Receta.vigencias, registros)
        pantalla.mostrar_pais_generado(carpeta, ((p.registros, sum(p.verdad.values())) for _, _, p in escribir_pais(carpeta, receta)))


@pais.command()
def correr(
    datos: Lugar,
    salida: Salida,
    entidad: Annotated[list[str] | None, typer.Option("--entidad", help="Código DIVIPOLA; se puede repetir. Sin decirlo, todas.")] = None,
    vigencia: Annotated[list[int] | None, typer.Option("--vigencia", help="Año; se puede repetir. Sin decirlo, todos.")] = None,
    procesos: Annotated[int | None, typer.Option("--procesos", min=1, help="Procesos de esta máquina. Sin decirlo, uno por núcleo.")] = None,
    por_lote: Annotated[int | None, typer.Option("--por-lote", min=1, help="Particiones por lote: más es más rápido y usa más memoria.")] = None,
    dask: Annotated[str | None, typer.Option("--dask", help="Dirección de un planificador de Dask (tcp://…): reparte entre máquinas, con Prefect.")] = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Corre las particiones que cambiaron y arma la entrega nacional. Lo ya hecho no se repite."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.pais.corrida import POR_LOTE, PedidoPais, correr_pais, en_procesos

        pedido = PedidoPais(datos, salida, tuple(entidad or ()), tuple(vigencia or ()), por_lote or POR_LOTE)
        if dask:
            from flujos.pais import correr_en_dask

            resultado = correr_en_dask(pedido, dask)
        else:
            from rendicion.pais.anotacion import registro_declarado
            from rendicion.puertas import ahora, azar

            with registro_declarado(ahora, azar) as anotar:
                resultado = correr_pais(pedido, en_procesos(procesos or len(os.sched_getaffinity(0))), pantalla.avance_del_pais(en_json=en_json), anotar)
        pantalla.mostrar_pais(resultado, en_json=en_json)
    raise typer.Exit(resultado.salida)


@pais.command()
def resumen(salida: Salida, en_json: OpcionJson = False, depurar: OpcionDepurar = False) -> None:
    """Muestra la última entrega nacional: el país, sus departamentos y categorías, y quién falta."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.pais.resumen import leer_resumen

        pantalla.mostrar_resumen_del_pais(leer_resumen(salida), en_json=en_json)


@pais.command()
def verificar(
    entrega: Annotated[Path, typer.Argument(help="Carpeta de una entrega nacional.")],
    particiones: Annotated[Path | None, typer.Option("--particiones", help="Carpeta de las particiones: comprueba además cada una.")] = None,
    depurar: OpcionDepurar = False,
) -> None:
    """Comprueba una entrega nacional: huellas, cuentas, cada media y, si se pide, cada partición."""
    with errores_claros(depurar=depurar):
        from rendicion.errores import ErrorUso
        from rendicion.pais import verificar_pais

        if not entrega.is_dir():
            raise ErrorUso(f"No existe la carpeta {entrega}.", hacer="Escriba la carpeta de una entrega nacional.")
        codigo = verificar_pais.main([str(entrega), *(["--particiones", str(particiones)] if particiones else [])])
    raise typer.Exit(codigo)
