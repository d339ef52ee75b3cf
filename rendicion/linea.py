"""La línea de comandos `rendicion`: cada orden abre las puertas, llama al dominio y cuenta lo que pasó."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rendicion.errores import ErrorRendicion, ErrorUso

if TYPE_CHECKING:
    from rendicion.contexto import Pedido
    from rendicion.corrida import Puertas

app = typer.Typer(
    name="rendicion",
    help="Rendición de cuentas que cualquiera puede comprobar: del plan y sus evidencias a datos abiertos.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

OpcionEntidad = Annotated[str | None, typer.Option("--entidad", help="Código DIVIPOLA de la entidad, o la ruta de su archivo TOML.")]
OpcionVigencia = Annotated[int | None, typer.Option("--vigencia", help="Año del plan. Sin decirlo, el más reciente declarado.")]
OpcionCorte = Annotated[datetime | None, typer.Option("--corte", formats=["%Y-%m-%d"], help="Fecha de corte, AAAA-MM-DD. Sin decirla, la última de la vigencia.")]
OpcionSalida = Annotated[Path | None, typer.Option("--salida", help="Carpeta donde queda todo lo que escribe la corrida.")]
OpcionFuentes = Annotated[Path | None, typer.Option("--fuentes", help="Carpeta con las declaraciones de las fuentes (un TOML por fuente), o un solo TOML.")]
OpcionJson = Annotated[bool, typer.Option("--json", help="Escribe el resultado en JSON, para otros programas.")]
OpcionDepurar = Annotated[bool, typer.Option("--depurar", help="Muestra el detalle técnico de un error.")]


@contextmanager
def _errores_claros(*, depurar: bool = False, en_json: bool = False) -> Iterator[None]:
    try:
        yield
    except ErrorRendicion as error:
        if depurar:
            raise
        from rendicion.pantalla import mostrar_error

        mostrar_error(error, en_json=en_json)
        raise typer.Exit(error.salida) from None


def _salida(elegida: Path | None) -> Path:
    if elegida:
        return elegida
    from rendicion.almacen.referencia import carpeta_de_datos

    return carpeta_de_datos() / "salida"


def _pedido(entidad: str | None, vigencia: int | None, corte: datetime | None, salida: Path | None, fuentes: Path | None) -> Pedido:
    from rendicion.almacen.referencia import carpeta_de_datos
    from rendicion.contexto import Pedido

    if fuentes and not fuentes.exists():
        raise ErrorUso("No existe la carpeta o el archivo de fuentes.", donde=str(fuentes), hacer="Revise la ruta de --fuentes.")
    return Pedido(carpeta_de_datos(), _salida(salida), entidad, vigencia, corte.date() if corte else None, fuentes)


def _puertas(avisar: Any) -> Puertas:
    from rendicion.puertas import puertas_reales

    return puertas_reales(avisar)


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
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla

        pedido = _pedido(entidad, vigencia, corte, salida, fuentes)
        if os.environ.get("PREFECT_API_URL"):
            from flujos.rendicion_de_cuentas import correr_en_prefect

            resultado = correr_en_prefect(pedido)
        else:
            from rendicion.corrida import correr as correr_directo

            resultado = correr_directo(pedido, _puertas(pantalla.callar if en_json else pantalla.avance()))
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
    with _errores_claros(depurar=depurar, en_json=en_json):
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
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.prueba import probar as probar_fuentes

        pedido = _pedido(entidad, vigencia, corte, None, fuentes)
        prueba = probar_fuentes(pedido, pantalla.callar if en_json else pantalla.avance(), fuente)
        pantalla.mostrar_prueba(prueba, en_json=en_json)
    raise typer.Exit(prueba.salida)


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
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import publicar_ultima

        pedido = _pedido(entidad, vigencia, corte, salida, None)
        pantalla.mostrar_publicacion(publicar_ultima(pedido, ckan), en_json=en_json)


@app.command()
def verificar(
    lugar: Annotated[str, typer.Argument(help="Carpeta o dirección web de una entrega.")],
    clave_publica: Annotated[Path | None, typer.Option("--clave-publica", exists=True, dir_okay=False, help="Clave pública de la entidad, para comprobar la firma.")] = None,
    anterior: Annotated[Path | None, typer.Option("--anterior", help="Entrega anterior, su manifiesto, o la carpeta con todas: comprueba la cadena.")] = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Comprueba una entrega: huellas, esquemas, cuentas, cada cifra, la cadena y la firma."""
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.verificacion import verificar as comprobar

        verificacion = comprobar(lugar, clave_publica=clave_publica.read_bytes() if clave_publica else None, anterior=anterior)
        pantalla.mostrar_verificacion(verificacion, en_json=en_json)
    raise typer.Exit(verificacion.salida)


@app.command()
def comparar(
    antes: Annotated[Path, typer.Argument(help="Carpeta de una entrega.")],
    despues: Annotated[Path, typer.Argument(help="Carpeta de la otra entrega.")],
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Muestra qué cambió entre dos entregas, dato por dato."""
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.comparacion import comparar_entregas

        pantalla.mostrar_comparacion(comparar_entregas(antes, despues), en_json=en_json)


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
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.rastreo_entrega import rastrear_en

        rastro = rastrear_en(_pedido(entidad, vigencia, corte, salida, None), actividad, entrega)
        pantalla.mostrar_rastreo(rastro, en_json=en_json, filas=filas)


@app.command()
def servir(
    salida: OpcionSalida = None,
    puerto: Annotated[int, typer.Option("--puerto", help="Puerto local.")] = 8000,
    depurar: OpcionDepurar = False,
) -> None:
    """Abre el portal local en http://127.0.0.1 para verlo en el navegador."""
    with _errores_claros(depurar=depurar):
        from rendicion.portales.servidor import servir as servir_carpeta

        servir_carpeta(_salida(salida) / "portal", puerto)


@app.command()
def estado(
    salida: OpcionSalida = None,
    entidad: OpcionEntidad = None,
    vigencia: OpcionVigencia = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Dice cómo vamos: la última entrega, sus cifras y las últimas corridas."""
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import leer_estado

        pantalla.mostrar_estado(leer_estado(_pedido(entidad, vigencia, None, salida, None)), en_json=en_json)


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
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import listar_fuentes

        pantalla.mostrar_fuentes(listar_fuentes(_pedido(entidad, vigencia, None, salida, lugar)), en_json=en_json)


ckan = typer.Typer(help="Un portal CKAN: qué tiene y qué va a funcionar, antes de escribir nada.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(ckan, name="ckan")


@ckan.command()
def revisar(
    url: Annotated[str, typer.Argument(help="Dirección del portal.")],
    entidad: OpcionEntidad = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Dice qué tiene un portal CKAN y si se puede publicar en él. No escribe nada."""
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import revisar_ckan

        revision = revisar_ckan(_pedido(entidad, None, None, None, None), url)
        pantalla.mostrar_revision(revision, en_json=en_json)
    raise typer.Exit(0 if revision.sirve else 3)


@app.command()
def retirar(
    recurso: Annotated[str, typer.Argument(help="Identificador del recurso en el portal.")],
    ckan_url: Annotated[str, typer.Option("--ckan", help="Dirección del portal CKAN.")],
    motivo: Annotated[str, typer.Option("--motivo", help="Por qué se retira, en una frase. Queda publicado.")],
    entidad: OpcionEntidad = None,
    en_json: OpcionJson = False,
    depurar: OpcionDepurar = False,
) -> None:
    """Borra del disco de un portal CKAN los bytes de un recurso y deja dicho por qué."""
    with _errores_claros(depurar=depurar, en_json=en_json):
        from rendicion import pantalla
        from rendicion.puertas import portal_ckan

        pedido = _pedido(entidad, None, None, None, None)
        pantalla.mostrar_publicacion(portal_ckan(pedido, ckan_url).retirar(recurso, motivo), en_json=en_json)


# Los errores de uso los escribe la biblioteca de la línea de comandos, en inglés.
_EN_ESPANOL = (
    (r"Missing argument '(.+)'\.", r"Falta el argumento «\1»."),
    (r"Missing option '(.+)'\.", r"Falta la opción «\1»."),
    (r"No such option: (\S+)(.*)", r"No existe la opción «\1»."),
    (r"No such command '(.+)'\.(.*)", r"No existe la orden «\1»."),
    (r"Option '(.+)' requires an argument\.", r"La opción «\1» necesita un valor."),
    (r"Got unexpected extra argument.*\((.+)\)", r"Sobra: «\1»."),
    (r"Invalid value for '(.+?)': .*'(.+)' does not match.*", r"«\2» no sirve para \1: escriba la fecha como AAAA-MM-DD."),
    (r"Invalid value for '(.+?)': (.*)", r"El valor de \1 no sirve."),
)


def _en_espanol(mensaje: str) -> str:
    for patron, texto in _EN_ESPANOL:
        if hallado := re.fullmatch(patron, mensaje, re.DOTALL):
            return hallado.expand(texto)
    return mensaje


def main() -> None:
    """Corre la orden que se pidió y termina con su código."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        codigo = app(standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            sys.exit(ErrorUso.salida)
        from rendicion.pantalla import mostrar_error

        uso = ErrorUso(_en_espanol(error.format_message()), hacer="Vea cómo se usa con --help.")
        mostrar_error(uso, en_json="--json" in sys.argv)
        codigo = uso.salida
    sys.exit(codigo if isinstance(codigo, int) else 0)


if __name__ == "__main__":
    main()
