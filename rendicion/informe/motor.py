"""Abre las plantillas con escape automático y sin variables que falten en silencio."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rendicion.informe import formato
from rendicion.informe.comprobar import guion, huella_csp
from rendicion.informe.palabras import Siglas

_CARPETA = Path(__file__).parent / "plantillas"


@cache
def _entorno() -> Environment:
    entorno = Environment(
        loader=FileSystemLoader(_CARPETA), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )
    entorno.filters.update(
        numero=formato.numero, porcentaje=formato.porcentaje, porcentaje_exacto=formato.porcentaje_exacto,
        fecha_larga=formato.fecha_larga, fecha_corta=formato.fecha_corta, limpio=formato.limpio, tamano=formato.tamano,
    )
    entorno.globals.update(contar=formato.contar, enlace_seguro=formato.enlace_seguro)
    return entorno


@cache
def _estilo(*, sintetica: bool) -> str:
    nombres = ("estilo.css", "sintetica.css") if sintetica else ("estilo.css",)
    lineas = (linea.strip() for n in nombres for linea in (_CARPETA / n).read_text(encoding="utf-8").splitlines())
    return "\n".join(linea for linea in lineas if linea)


def pintar(plantilla: str, *, sintetica: bool, **datos: object) -> str:
    """Escribe una página con su estilo dentro; la política de seguridad solo admite ese estilo, por su huella.

    La plantilla que trae el programa `guion` lo admite igual: por su huella y sin permiso para nada más.
    """
    estilo = _estilo(sintetica=sintetica)
    return _entorno().get_template(plantilla).render(
        **datos,
        sintetica=sintetica,
        sigla=Siglas(),
        estilo=Markup(estilo),  # noqa: S704 -- es un archivo de este paquete
        huella_estilo=Markup(huella_csp(estilo)),  # noqa: S704 -- es base64
        guion=Markup(guion()),  # noqa: S704 -- es un archivo de este paquete
        huella_guion=Markup(huella_csp(guion())),  # noqa: S704 -- es base64
    )
