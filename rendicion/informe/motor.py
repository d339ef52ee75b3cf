"""Abre las plantillas con escape automático y sin variables que falten en silencio."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rendicion.informe import cuadros, formato
from rendicion.informe.comprobar import guion, huella_csp
from rendicion.informe.palabras import Siglas

_CARPETA = Path(__file__).parent / "plantillas"


@cache
def _entorno() -> Environment:
    entorno = Environment(
        loader=FileSystemLoader(_CARPETA), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False, bytecode_cache=_compiladas(),
    )
    entorno.filters.update(
        numero=formato.numero, porcentaje=formato.porcentaje, porcentaje_exacto=formato.porcentaje_exacto,
        fecha_larga=formato.fecha_larga, fecha_corta=formato.fecha_corta, limpio=formato.limpio, tamano=formato.tamano, cifra=formato.cifra,
    )
    entorno.globals.update(escribir_cuadro=cuadros.escribir, contar=formato.contar, enlace_seguro=formato.enlace_seguro)
    return entorno


def _compiladas() -> FileSystemBytecodeCache | None:
    """Guarda las plantillas ya compiladas donde Python guarda las suyas, y solo si Python también puede: ahorra dos décimas por corrida."""
    carpeta = Path(__file__).parent / "__pycache__"
    if sys.dont_write_bytecode or sys.pycache_prefix or not os.access(carpeta, os.W_OK):
        return None
    return FileSystemBytecodeCache(str(carpeta), "plantilla_%s.cache")


def compilar() -> None:
    """Compila desde ya las plantillas de las páginas, para que escribirlas después no espere; las de PDF no, que casi nunca se usan."""
    for archivo in sorted(_CARPETA.glob("*.html.j2")):
        if not archivo.name.startswith("pdf_"):
            _entorno().get_template(archivo.name)


@cache
def _estilo(*, sintetica: bool, portal: bool = False) -> str:
    nombres = ("estilo.css", *(["portal.css"] if portal else []), *(["sintetica.css"] if sintetica else []))
    lineas = (linea.strip() for n in nombres for linea in (_CARPETA / n).read_text(encoding="utf-8").splitlines())
    return "\n".join(linea for linea in lineas if linea)


@cache
def _programa_del_portal() -> str:
    """Devuelve el programa que filtra y busca, sin sangrías ni comentarios; el original está en `plantillas/portal.js`."""
    lineas = (linea.strip() for linea in (_CARPETA / "portal.js").read_text(encoding="utf-8").splitlines())
    return "\n".join(linea for linea in lineas if linea and not linea.startswith("//"))


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


def pintar_portal(plantilla: str, *, sintetica: bool, **datos: object) -> str:
    """Escribe una página del portal: su estilo va dentro, y solo admite ese estilo y el programa de filtros y búsqueda, por su huella."""
    estilo, programa = _estilo(sintetica=sintetica, portal=True), _programa_del_portal()
    return _entorno().get_template(plantilla).render(
        **datos,
        sintetica=sintetica,
        sigla=Siglas(),
        estilo=Markup(estilo),  # noqa: S704 -- es un archivo de este paquete
        huella_estilo=Markup(huella_csp(estilo)),  # noqa: S704 -- es base64
        programa=Markup(programa),  # noqa: S704 -- es un archivo de este paquete
        huella_programa=Markup(huella_csp(programa)),  # noqa: S704 -- es base64
    )
