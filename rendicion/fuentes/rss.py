"""Canales RSS y Atom, de un sitio o de un archivo."""

from __future__ import annotations

import io
from calendar import timegm
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import Bruto, leer_archivo, opcion_logica
from rendicion.fuentes.descarga import OPCIONES_HTTP, Descargador, sin_consulta
from rendicion.fuentes.documento_xml import raiz_xml
from rendicion.fuentes.incremental import combinar, leer_lineas
from rendicion.fuentes.instantes import zona_de
from rendicion.fuentes.remoto import capturar, columnas_de_captura, leer_captura

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura
    from rendicion.previa import Previa

FECHAS = ("published", "updated")


class Rss:
    """Lee un canal RSS o Atom: las columnas son id, title, link, published, updated o category.

    Un canal suele traer solo lo más reciente. Con `acumula = true` la captura suma lo nuevo a lo ya visto: la entrada
    que vuelve a venir reemplaza a la de antes, y la que ya no viene queda.
    """

    nombre = "rss"
    opciones: frozenset[str] = OPCIONES_HTTP | {"acumula"}

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Trae el canal y lo deja en líneas JSON; lanza ErrorFuente si está cortado o no es un canal."""
        return self.extraer_desde(fuente, None, base)

    def extraer_desde(self, fuente: Fuente, previa: Previa | None, base: Path) -> Bruto:
        """Trae el canal, si cambió; si la fuente acumula, lo suma a la captura anterior."""
        acumula = _acumula(fuente)
        if "://" in fuente.lugar:
            descargador = Descargador(fuente, previa=previa)
            donde, cuerpo = sin_consulta(fuente.lugar), descargador.pedir(fuente.lugar).cuerpo
            cabeceras, paginas = descargador.cabeceras(), descargador.paginas
        else:
            crudo = leer_archivo(fuente, base)
            donde, cuerpo, cabeceras, paginas = crudo.origen, crudo.contenido, {}, ()
        contenido = capturar(entradas(cuerpo, zona_de(fuente), donde), fuente, donde)
        sobre = previa if acumula else None
        if sobre:
            _revisar_acumulado(sobre.contenido, fuente, donde)
            contenido = combinar(sobre.contenido, contenido, fuente, None, None)
        return Bruto(contenido, donde, cabeceras, paginas, sobre.sha256 if sobre else None)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee las líneas JSON de la captura."""
        return leer_captura(bruto, fuente, captura_sha256, archivo)


TIPO = Rss()


def _acumula(fuente: Fuente) -> bool:
    acumula = opcion_logica(fuente, "acumula")
    if acumula and "registro" not in fuente.columnas:
        raise ErrorUso(
            "Un canal que acumula debe decir qué identifica cada entrada.",
            donde=f"fuente {fuente.id}",
            hacer='Escriba en [columnas] registro = "id" (o "link").',
        )
    return acumula


def _revisar_acumulado(contenido: bytes, fuente: Fuente, donde: str) -> None:
    """Niega sumar a una captura que tiene otras columnas: lo que ya no viene en el canal no se puede volver a leer."""
    try:
        iguales = all(set(r) == set(columnas_de_captura(fuente)) for r in leer_lineas(contenido))
    except ValueError:
        iguales = False
    if not iguales:
        raise ErrorFuente(
            "Lo acumulado hasta ahora se guardó con otras columnas, y el canal ya no trae lo viejo para leerlo de nuevo.",
            donde=donde,
            hacer="Vuelva a las columnas anteriores, o dé a la fuente un id nuevo para empezar otra vez.",
        )


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
