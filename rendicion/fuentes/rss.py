"""Canales RSS y Atom, de un sitio o de un archivo."""

from __future__ import annotations

import io
from calendar import timegm
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorFuente
from rendicion.fuentes.base import Bruto, leer_archivo
from rendicion.fuentes.descarga import OPCIONES_HTTP, Descargador, sin_consulta
from rendicion.fuentes.documento_xml import raiz_xml
from rendicion.fuentes.instantes import zona_de
from rendicion.fuentes.remoto import capturar, leer_captura

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura

FECHAS = ("published", "updated")


class Rss:
    """Lee un canal RSS o Atom: las columnas son id, title, link, published, updated o category.

    Un canal suele traer solo lo más reciente: sirve para acumular, no para contar un año.
    """

    nombre = "rss"
    opciones: frozenset[str] = OPCIONES_HTTP

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Trae el canal y lo deja en líneas JSON; lanza ErrorFuente si está cortado o no es un canal."""
        if "://" in fuente.lugar:
            donde, cuerpo = sin_consulta(fuente.lugar), Descargador(fuente).pedir(fuente.lugar).cuerpo
        else:
            crudo = leer_archivo(fuente, base)
            donde, cuerpo = crudo.origen, crudo.contenido
        return Bruto(capturar(entradas(cuerpo, zona_de(fuente), donde), fuente, donde), donde)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee las líneas JSON de la captura."""
        return leer_captura(bruto, fuente, captura_sha256, archivo)


TIPO = Rss()


def entradas(cuerpo: bytes, zona: ZoneInfo, donde: str) -> list[dict[str, Any]]:
    """Devuelve las entradas del canal, con sus fechas en la hora dada; la fecha que no se entiende queda como viene.

    El XML se revisa antes con rigor: feedparser acepta sin queja una página de ingreso o un canal cortado.
    """
    import feedparser

    raiz_xml(cuerpo, donde)
    canal = feedparser.parse(io.BytesIO(cuerpo))
    if not canal.version:
        raise ErrorFuente("El XML no es un canal RSS ni Atom.", donde=donde, hacer="Revise la dirección del canal.")
    return [_entrada(e, zona) for e in canal.entries]


def _entrada(entrada: Any, zona: ZoneInfo) -> dict[str, Any]:
    textos = {k: v for k, v in entrada.items() if isinstance(v, str)}
    if entrada.get("tags"):
        textos["category"] = ";".join(t.get("term") or "" for t in entrada["tags"])
    for campo in FECHAS:
        instante = entrada.get(f"{campo}_parsed")
        if instante and campo in textos:
            textos[campo] = (
                datetime.fromtimestamp(timegm(instante), UTC).astimezone(zona).replace(tzinfo=None).isoformat()
            )
    return textos
