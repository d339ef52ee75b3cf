"""La orden que declara una entidad nueva, o un año más de una que ya está."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from rendicion.linea.opciones import OpcionDepurar, OpcionJson, app, errores_claros


@app.command("nueva-entidad")
def nueva_entidad(
    plan: Annotated[Path, typer.Argument(help="Documento del plan: texto, CSV, TSV, xlsx, xls u ods.")],
    codigo: Annotated[str, typer.Option("--codigo", help="Código DIVIPOLA: cinco cifras.")],
    vigencia: Annotated[int, typer.Option("--vigencia", min=2000, max=2100, help="Año del plan.")],
    nombre: Annotated[str, typer.Option("--nombre", help="Nombre de la entidad. No hace falta si ya está declarada.")] = "",
    municipio: Annotated[str, typer.Option("--municipio")] = "",
    departamento: Annotated[str, typer.Option("--departamento")] = "",
    contacto_nombre: Annotated[str, typer.Option("--contacto", help="Quién responde por los datos.")] = "",
    contacto_correo: Annotated[str, typer.Option("--correo", help="Correo de contacto, que se publica.")] = "",
    sitio: Annotated[str, typer.Option("--sitio", help="Sitio web de la entidad.")] = "",
    destino: Annotated[Path | None, typer.Option("--destino", help="Carpeta de datos. Sin decirla, la del proyecto.")] = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Declara una entidad, o un año más de una que ya está, a partir del documento de su plan."""
    with errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.almacen.referencia import carpeta_de_datos, declarar
        from rendicion.entidad_nueva import DatosDeEntidad, archivos_de_la_vigencia, nombre_declarado
        from rendicion.lectura_plan import leer_archivo, leer_plan_suelto

        datos = destino or carpeta_de_datos()
        entidad = PurePosixPath("referencia/entidades") / f"{codigo}.toml"
        declarada = (datos / entidad).read_text("utf-8") if (datos / entidad).exists() else None
        quien = DatosDeEntidad(codigo, nombre_declarado(declarada, nombre), municipio, departamento, contacto_nombre, contacto_correo, sitio)
        leido = leer_plan_suelto(plan, (), codigo, vigencia)
        archivos = archivos_de_la_vigencia(quien, vigencia, (plan.name, leer_archivo(plan)), leido.plan, leido.hallazgos, declarada)
        vocabulario = PurePosixPath("referencia/vocabularios/plan.toml")
        if not (datos / vocabulario).exists():
            archivos[vocabulario] = (carpeta_de_datos() / vocabulario).read_bytes()
        escritos = declarar(datos, archivos, puede_cambiar=entidad)
        pantalla.mostrar_entidad_nueva(quien, leido, escritos, datos, en_json=en_json)
