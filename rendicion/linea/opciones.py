"""Lo que comparten las órdenes: la aplicación, sus opciones y cómo se dicen los errores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rendicion.errores import ErrorRendicion, ErrorUso

if TYPE_CHECKING:
    from rendicion.contexto import Pedido

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
def errores_claros(*, depurar: bool = False, en_json: bool = False) -> Iterator[None]:
    """Convierte un error del proyecto en su mensaje y su código de salida; con `depurar` deja ver la traza."""
    try:
        yield
    except ErrorRendicion as error:
        if depurar:
            raise
        from rendicion.pantalla import mostrar_error

        mostrar_error(error, en_json=en_json)
        raise typer.Exit(error.salida) from None


def carpeta_de_salida(elegida: Path | None) -> Path:
    """Devuelve la carpeta de salida elegida, la de RENDICION_SALIDA, o la de siempre: `salida`, junto a los datos."""
    if elegida:
        return elegida
    from rendicion.almacen.referencia import carpeta_de_datos
    from rendicion.almacen.referencia import carpeta_de_salida as declarada

    return declarada(carpeta_de_datos())


def pedido_de(entidad: str | None, vigencia: int | None, corte: datetime | None, salida: Path | None, fuentes: Path | None) -> Pedido:
    """Reúne lo que se pidió en la línea; revisa que la ruta de fuentes exista."""
    from rendicion.almacen.referencia import carpeta_de_datos
    from rendicion.contexto import Pedido

    if fuentes and not fuentes.exists():
        raise ErrorUso("No existe la carpeta o el archivo de fuentes.", donde=str(fuentes), hacer="Revise la ruta de --fuentes.")
    return Pedido(carpeta_de_datos(), carpeta_de_salida(salida), entidad, vigencia, corte.date() if corte else None, fuentes)
