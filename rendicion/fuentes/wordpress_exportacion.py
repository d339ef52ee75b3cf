"""La exportación de WordPress (WXR): las entradas publicadas, filtradas por categoría."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente
from rendicion.fuentes.base import DeArchivo, opcion_lista
from rendicion.fuentes.documento_xml import raiz_xml
from rendicion.fuentes.encabezado import Fila, Hoja, plano
from rendicion.fuentes.instantes import a_hora_local, zona_de
from rendicion.fuentes.tabla import TODO_EL_ARCHIVO, leer_hojas
from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura

PREFIJOS = (
    ("wordpress.org/export/", "/excerpt/", "excerpt:"),
    ("wordpress.org/export/", "", "wp:"),
    ("purl.org/dc/elements", "", "dc:"),
    ("purl.org/rss/1.0/modules/content", "", "content:"),
)
FECHA_NULA = "0000-00-00 00:00:00"

Entrada = dict[str, list[str]]


class WordpressExportacion(DeArchivo):
    """Lee un WXR: cada `item` es un registro y sus columnas se declaran por nombre (wp:post_id, title, link…).

    Entran las entradas (`tipos`, por defecto ["post"]) en los `estados` (por defecto ["publish"]) y en
    alguna de las `categorias`, si se declaran. Lo que queda por fuera no se recibe, y se dice cuánto fue.
    """

    nombre = "wordpress_exportacion"
    opciones: frozenset[str] = frozenset({"categorias", "estados", "tipos"})

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; lanza ErrorFuente si no son un WXR entero."""
        todas = list(enumerate(_entradas(bruto, archivo), 1))
        elegidas, hallazgos = _filtrar(todas, fuente)
        nombres = sorted({n for _, e in todas for n in e} | {"category", "post_tag"})
        zona = zona_de(fuente)

        def celda(entrada: Entrada, nombre: str) -> str | None:
            texto = (
                ";".join(entrada[nombre])
                if nombre in ("category", "post_tag") and nombre in entrada
                else next(iter(entrada.get(nombre, ())), None)
            )
            if nombre == "wp:post_date_gmt" and texto != FECHA_NULA:
                return a_hora_local(texto, zona, sin_zona_es_utc=True)
            return texto

        filas = [Fila(0, nombres), *(Fila(n, [celda(e, c) for c in nombres]) for n, e in elegidas)]
        lectura = leer_hojas([Hoja(filas, palabra="entrada")], fuente, captura_sha256, archivo, hallazgos=hallazgos)
        return replace(lectura, filtrados=lectura.filtrados + len(todas) - len(elegidas))


TIPO = WordpressExportacion()


def _entradas(bruto: bytes, archivo: str) -> Iterator[Entrada]:
    raiz = raiz_xml(bruto, archivo)
    canal = raiz.find("channel")
    if raiz.tag != "rss" or canal is None or not any(_nombre(e).startswith("wp:") for e in canal.iter()):
        raise ErrorFuente(
            f"El XML no es una exportación de WordPress (su raíz es «{raiz.tag}»).",
            donde=archivo,
            hacer="En WordPress use Herramientas, Exportar, Entradas.",
        )
    items = canal.findall("item")
    if not items:
        raise ErrorFuente(
            "La exportación de WordPress no trae ninguna entrada.",
            donde=archivo,
            hacer="Expórtela de nuevo con las entradas del año.",
        )
    return (_leer_item(i) for i in items)


def _nombre(elemento: Element) -> str:
    """Devuelve el nombre con el prefijo de siempre, sea cual sea la versión del espacio de nombres."""
    espacio, _, local = str(elemento.tag).rpartition("}")
    return next((prefijo + local for sitio, parte, prefijo in PREFIJOS if sitio in espacio and parte in espacio), local)


def _leer_item(item: Element) -> Entrada:
    """Reúne los campos de una entrada; las etiquetas y las categorías van aparte."""
    entrada: Entrada = {}
    for hijo in item:
        nombre = _nombre(hijo)
        if nombre == "category" and hijo.get("domain", "category") != "category":
            nombre = hijo.get("domain", "")
        if len(hijo) == 0:
            entrada.setdefault(nombre, []).append((hijo.text or "").strip())
        if nombre == "category" and hijo.get("nicename"):
            entrada.setdefault("nicename", []).append(hijo.get("nicename", ""))
    return entrada


def _filtrar(todas: list[tuple[int, Entrada]], fuente: Fuente) -> tuple[list[tuple[int, Entrada]], list[Hallazgo]]:
    tipos, estados = opcion_lista(fuente, "tipos", ("post",)), opcion_lista(fuente, "estados", ("publish",))
    categorias = {plano(c) for c in opcion_lista(fuente, "categorias")}
    pruebas: list[tuple[str, Callable[[Entrada], bool]]] = [
        ("tipo", lambda e: e.get("wp:post_type", [tipos[0] if tipos else ""])[0] in tipos),
        ("estado", lambda e: e.get("wp:status", [estados[0] if estados else ""])[0] in estados),
        (
            "categoría",
            lambda e: (
                not categorias or bool(categorias & {plano(c) for c in e.get("category", []) + e.get("nicename", [])})
            ),
        ),
    ]
    fuera: Counter[str] = Counter()
    elegidas = []
    for numero, entrada in todas:
        razon = next((nombre for nombre, pasa in pruebas if not pasa(entrada)), None)
        if razon:
            fuera[razon] += 1
        else:
            elegidas.append((numero, entrada))
    if not fuera:
        return elegidas, []
    detalle = ", ".join(f"{fuera[nombre]} por {nombre}" for nombre, _ in pruebas if fuera[nombre])
    explicacion = (
        f"{fuera.total()} de {len(todas)} entradas quedaron por fuera del filtro declarado ({detalle}); "
        "no son registros recibidos."
    )
    return elegidas, [
        Hallazgo(
            fuente.id, TODO_EL_ARCHIVO, "registro", "filtrados", "informativa", explicacion, valor=str(fuera.total())
        )
    ]
