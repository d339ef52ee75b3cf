"""De filas a bytes: CSV, exportación de WordPress y base SQLite."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from rendicion.errores import ErrorUso
from rendicion.sintetico.filas import Fila
from rendicion.sintetico.libro import escribir_libro
from rendicion.sintetico.receta import Pedido, Receta

_ESPACIOS = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wp": "http://wordpress.org/export/1.2/",
}
# SQLite anota en la cabecera la versión que escribió; se fija para que el archivo no dependa de ella.
_VERSION_SQLITE = (3_040_000).to_bytes(4, "big")


def escribir(pedido: Pedido, receta: Receta, filas: Sequence[Fila]) -> bytes:
    """Escribe el archivo como lo dice la declaración de la fuente; ErrorUso si el tipo no se sabe generar."""
    escritores: Mapping[str, Callable[[Pedido, Receta, Sequence[Fila]], bytes]] = {
        "csv": _csv,
        "encuesta": _csv,
        "redes_csv": _csv,
        "excel": escribir_libro,
        "sql": _sqlite,
        "wordpress_exportacion": _wordpress,
    }
    if pedido.fuente.tipo not in escritores:
        raise ErrorUso(
            f"No se sabe generar el tipo «{pedido.fuente.tipo}».",
            donde=f"fuente «{pedido.fuente.id}»",
            hacer=f"Use uno de: {', '.join(sorted(escritores))}.",
        )
    return escritores[pedido.fuente.tipo](pedido, receta, filas)


def _csv(pedido: Pedido, _receta: Receta, filas: Sequence[Fila]) -> bytes:
    texto = io.StringIO()
    tabla = csv.writer(texto, delimiter=pedido.fuente.separador or ",", lineterminator="\r\n")
    tabla.writerows([t] for t in pedido.titulos)
    tabla.writerow(pedido.encabezado)
    tabla.writerows(f.celdas for f in filas)
    return texto.getvalue().encode(pedido.fuente.codificacion or "utf-8")


def _wordpress(pedido: Pedido, receta: Receta, filas: Sequence[Fila]) -> bytes:
    espacios = "".join(f' xmlns:{prefijo}="{uri}"' for prefijo, uri in _ESPACIOS.items())
    aviso = escape(receta.aviso)
    partes = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<!-- {aviso} -->",
        f'<rss version="2.0"{espacios}>',
        "<channel>",
        f"<title>{escape(pedido.fuente.titulo)}</title>",
        f"<link>{escape(receta.sitio)}</link>",
        f"<description>{aviso}</description>",
        "<wp:wxr_version>1.2</wp:wxr_version>",
        *(_entrada(pedido.encabezado, f) for f in filas),
        "</channel>",
        "</rss>",
    ]
    return ("\n".join(partes) + "\n").encode()


def _entrada(encabezado: Sequence[str], fila: Fila) -> str:
    elementos = "\n".join(f"<{c}>{_cdata(str(v))}</{c}>" for c, v in zip(encabezado, fila.celdas, strict=True))
    return f"<item>\n{elementos}\n</item>"


def _cdata(texto: str) -> str:
    seguro = texto.replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{seguro}]]>" if texto else ""


def _sqlite(pedido: Pedido, receta: Receta, filas: Sequence[Fila]) -> bytes:
    tabla, columnas = _nombre(pedido.fuente.opciones["tabla"]), [_nombre(c) for c in pedido.encabezado]
    base = sqlite3.connect(":memory:", isolation_level=None)
    base.execute("PRAGMA page_size = 4096")
    base.execute("CREATE TABLE LEEME (aviso TEXT)")
    base.execute("INSERT INTO LEEME VALUES (?)", (receta.aviso,))
    base.execute(f"CREATE TABLE {tabla} ({', '.join(f'{c} TEXT' for c in columnas)})")
    lugares = ", ".join("?" for _ in columnas)
    valores = [tuple(c if c != "" else None for c in f.celdas) for f in filas]
    base.executemany(f"INSERT INTO {tabla} VALUES ({lugares})", valores)  # noqa: S608 -- nombres citados por _nombre
    base.execute("VACUUM")
    contenido = base.serialize()
    base.close()
    return contenido[:96] + _VERSION_SQLITE + contenido[100:]


def _nombre(nombre: str) -> str:
    """Cita un nombre de SQL."""
    return '"' + nombre.replace('"', '""') + '"'
