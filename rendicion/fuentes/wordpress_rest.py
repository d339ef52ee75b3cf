"""Un sitio WordPress por su servicio REST (/wp-json/wp/v2/posts)."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorFuente
from rendicion.fuentes.base import Bruto, opcion_entera, opcion_lista, opcion_texto
from rendicion.fuentes.descarga import OPCIONES_HTTP, Descargador, sin_consulta
from rendicion.fuentes.incremental import OPCIONES_INCREMENTAL, Incremental, declaracion_incremental, tramo
from rendicion.fuentes.instantes import a_hora_local, zona_de
from rendicion.fuentes.paginas import Pagina, leer_todo
from rendicion.fuentes.remoto import Registro, bruto_de, columnas_de_captura, leer_captura, leer_json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura
    from rendicion.previa import Previa

POR_PAGINA = 100
_PAGINA_PASADA = frozenset({400})


class WordpressRest:
    """Lee las entradas publicadas: `lugar` es el sitio y las columnas son id, date_gmt, title.rendered, link…

    `categorias` filtra por número o por nombre corto (slug); `desde` y `hasta` (AAAA-MM-DD), por fecha. El
    total que anuncia WordPress (X-WP-Total) debe cuadrar con lo recibido.
    """

    nombre = "wordpress_rest"
    opciones: frozenset[str] = OPCIONES_HTTP | OPCIONES_INCREMENTAL | {"categorias", "desde", "hasta", "paginas_maximas"}

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Lee todas las páginas; lanza ErrorFuente si el total no cuadra."""
        return self.extraer_desde(fuente, None, base)

    def extraer_desde(self, fuente: Fuente, previa: Previa | None, base: Path) -> Bruto:  # noqa: ARG002 -- una fuente remota no usa la carpeta
        """Lee lo modificado desde la captura anterior, si la fuente se lee por partes; si no, todo."""
        incremental = _incremental(fuente)
        columnas = columnas_de_captura(fuente, incremental)
        desde = tramo(incremental, fuente, previa, columnas)
        descargador, raiz = Descargador(fuente, previa=previa), fuente.lugar.rstrip("/") + "/wp-json/wp/v2"
        parametros = _parametros(fuente, descargador, raiz, columnas)
        if incremental and desde:
            parametros[incremental.parametro] = desde.pedido
        donde = f"{raiz}/posts"

        def pedir(numero: int) -> Pagina:
            respuesta = descargador.pedir(
                donde, {**parametros, "page": str(numero)}, admite=_PAGINA_PASADA if numero > 1 else frozenset()
            )
            total = (
                _total(respuesta.cabeceras.get("x-wp-total"), donde) if respuesta.estado not in _PAGINA_PASADA else None
            )
            registros = _lista(leer_json(respuesta.cuerpo, donde), donde) if total is not None else []
            quedan = total is not None and numero * POR_PAGINA < total
            return Pagina(registros, total, numero + 1 if quedan else None)

        registros = leer_todo(
            pedir, 1, lambda r: str(r.get("id")), donde, opcion_entera(fuente, "paginas_maximas", 1000)
        )
        zona = zona_de(fuente)
        arreglados = [_arreglar(r, zona) for r in registros]
        return bruto_de(arreglados, fuente, sin_consulta(donde), descargador, incremental, desde, previa)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee las líneas JSON de la captura."""
        return leer_captura(bruto, fuente, captura_sha256, archivo, _incremental(fuente))


TIPO = WordpressRest()


def _incremental(fuente: Fuente) -> Incremental | None:
    """Lee la declaración por partes con lo que WordPress (5.7 en adelante) ya tiene para eso."""
    return declaracion_incremental(fuente, cursor="modified_gmt", parametro="modified_after", formato="%Y-%m-%dT00:00:00")


def _parametros(fuente: Fuente, descargador: Descargador, raiz: str, columnas: Iterable[str]) -> dict[str, str]:
    campos = sorted({"id", *(c.partition(".")[0] for c in columnas)})
    parametros = {"per_page": str(POR_PAGINA), "orderby": "id", "order": "asc", "_fields": ",".join(campos)}
    categorias = opcion_lista(fuente, "categorias")
    if categorias:
        parametros["categories"] = ",".join(_numero_de_categoria(c, descargador, raiz) for c in categorias)
    for opcion, nombre, hora in (("desde", "after", "T00:00:00"), ("hasta", "before", "T23:59:59")):
        dia = opcion_texto(fuente, opcion)
        if dia:
            parametros[nombre] = dia + hora
    return parametros


def _numero_de_categoria(categoria: str, descargador: Descargador, raiz: str) -> str:
    if categoria.isdigit():
        return categoria
    donde = f"{raiz}/categories"
    halladas = _lista(
        leer_json(descargador.pedir(donde, {"slug": categoria, "_fields": "id,slug"}).cuerpo, donde), donde
    )
    if len(halladas) != 1:
        raise ErrorFuente(
            f"El sitio no tiene la categoría «{categoria}».",
            donde=donde,
            hacer="Use el nombre corto (slug) de la categoría, o su número.",
        )
    return str(halladas[0]["id"])


def _lista(cuerpo: Any, donde: str) -> list[Registro]:
    if not isinstance(cuerpo, list) or not all(isinstance(r, dict) and "id" in r for r in cuerpo):
        raise ErrorFuente(
            "La respuesta no es la de un sitio WordPress.",
            donde=donde,
            hacer="Revise que lugar sea la dirección del sitio.",
        )
    return cuerpo


def _total(cabecera: str | None, donde: str) -> int:
    if not (cabecera or "").isdigit():
        raise ErrorFuente(
            "El sitio no dice cuántas entradas tiene (falta X-WP-Total).",
            donde=donde,
            hacer="Revise que lugar sea la dirección de un sitio WordPress.",
        )
    return int(cabecera or 0)


def _arreglar(registro: Registro, zona: ZoneInfo) -> Registro:
    """Pasa date_gmt y modified_gmt a la hora de la fuente y deja los textos sin entidades HTML."""
    arreglado = {k: _sin_entidades(v) for k, v in registro.items()}
    for campo in ("date_gmt", "modified_gmt"):
        instante = registro.get(campo)
        if isinstance(instante, str):
            arreglado[campo] = a_hora_local(instante, zona, sin_zona_es_utc=True)
    return arreglado


def _sin_entidades(valor: Any) -> Any:
    if isinstance(valor, dict) and isinstance(valor.get("rendered"), str):
        return {**valor, "rendered": unescape(valor["rendered"])}
    return valor
