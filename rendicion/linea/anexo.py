"""La orden anexo: las tablas de una entrega, validadas otra vez y contadas en el formato de Great Expectations."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rendicion.errores import ErrorUso
from rendicion.linea.opciones import OpcionDepurar, OpcionJson, app, errores_claros

if TYPE_CHECKING:
    import pyarrow as pa

LEAME = """# Anexo de validación de la entrega {entrega}

{aviso}Son las tablas publicadas, validadas otra vez con las reglas de su esquema, en el formato Data Docs de Great Expectations.
Abra `index.html`.

- No es el informe oficial: ese es `validacion/informe.html`, dentro de la entrega.
- Está en inglés, y al abrirlo el navegador pide archivos de estilo a otros sitios.
- No es parte de la entrega ni lleva su huella: cada vez que se hace sale con otros identificadores.
- Estas reglas no hallaron filas que mirar, y no cuentan como cumplidas: {vacias}.
"""


@app.command()
def anexo(
    entrega: Annotated[Path, typer.Argument(help="Carpeta de una entrega.")],
    destino: Annotated[Path, typer.Option("--destino", help="Carpeta nueva, fuera de la entrega, donde queda el anexo.")],
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Valida otra vez las tablas de una entrega y escribe el resultado en Data Docs, para quien use Great Expectations."""
    with errores_claros(depurar=depurar, en_json=en_json):
        resultado = construir(entrega, destino)
        _mostrar(resultado, en_json=en_json)
    raise typer.Exit(int(any(t["no_cumplen"] for t in resultado["tablas"])))


def construir(entrega: Path, destino: Path) -> dict[str, Any]:
    """Escribe el anexo en una carpeta nueva y devuelve qué tablas se miraron y cuántas reglas se cumplieron.

    Se niega con ErrorUso si la entrega no lo es o no es la que anunció su manifiesto, y si el destino está
    dentro de ella o ya tiene algo: el anexo no da los mismos bytes dos veces, y dentro rompería sus huellas.
    """
    from dataclasses import asdict

    from rendicion.almacen.entregas import MANIFIESTO, leer_entrega
    from validaciones.anexo import construir_data_docs

    if not (entrega / MANIFIESTO).is_file():
        raise ErrorUso("Esa carpeta no es una entrega: no tiene manifiesto.json.", donde=str(entrega), hacer="Indique la carpeta de una entrega publicada.")
    if destino.resolve().is_relative_to(entrega.resolve()):
        raise ErrorUso("El anexo no puede ir dentro de la entrega.", donde=str(destino), hacer="Elija una carpeta aparte.")
    if destino.exists() and (not destino.is_dir() or any(destino.iterdir())):
        raise ErrorUso("La carpeta de destino ya tiene algo.", donde=str(destino), hacer="Elija una carpeta nueva o vacía.")
    manifiesto = leer_entrega(entrega).manifiesto
    hechas = [asdict(t) for t in construir_data_docs(_tablas(entrega, manifiesto), destino)]
    vacias = ", ".join(f"{t['tabla']} ({t['sin_filas']})" for t in hechas if t["sin_filas"]) or "ninguna"
    aviso = "**DATOS SINTÉTICOS.** " if manifiesto["sintetica"] else ""
    (destino / "LEAME.md").write_text(LEAME.format(entrega=manifiesto["entrega"], aviso=aviso, vacias=vacias), encoding="utf-8")
    return {"entrega": manifiesto["entrega"], "sintetica": manifiesto["sintetica"], "pagina": str(destino / "index.html"), "tablas": hechas}


def _tablas(entrega: Path, manifiesto: dict[str, Any]) -> dict[str, pa.Table]:
    from esquemas import PUBLICAS
    from rendicion.tablas import leer_parquet

    for nombre in PUBLICAS:
        ruta = f"datos/{nombre}.parquet"
        archivo, anunciado = entrega / ruta, manifiesto["archivos"].get(ruta, {}).get("sha256")
        if not archivo.is_file() or hashlib.sha256(archivo.read_bytes()).hexdigest() != anunciado:
            raise ErrorUso(f"{ruta} no es el que anunció el manifiesto.", donde=str(entrega), hacer=f"Corra: rendicion verificar {entrega}")
    return {nombre: leer_parquet(entrega / "datos" / f"{nombre}.parquet") for nombre in PUBLICAS}


def _mostrar(resultado: dict[str, Any], *, en_json: bool) -> None:
    from rich.text import Text

    from rendicion.pantalla.terminal import AVISO, consola, cuadro, escribir_json

    if en_json:
        escribir_json(resultado)
        return
    terminal = consola()
    if resultado["sintetica"]:
        terminal.print(Text(AVISO, "bold magenta"))
    filas = ((t["tabla"], *(str(t[c]) for c in ("filas", "cumplen", "no_cumplen", "sin_filas"))) for t in resultado["tablas"])
    terminal.print(cuadro(f"Anexo de {resultado['entrega']}", ("tabla", "filas", "reglas que se cumplen", "no se cumplen", "sin filas que mirar"), filas, derecha=range(1, 5)))
    terminal.print(Text(f"Página: {resultado['pagina']}"))
    terminal.print(Text("Es un anexo. El informe oficial es validacion/informe.html, dentro de la entrega."))
