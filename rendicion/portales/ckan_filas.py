"""Qué filas cambiaron entre un Parquet y lo que tiene el DataStore, sin tener ninguna de las dos tablas en memoria."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from esquemas import Tabla
from esquemas.modelo import Tipo
from rendicion.errores import ErrorPortal
from rendicion.portales.ckan_cliente import ClienteCKAN

Fila = dict[str, Any]
Resumen = tuple[bytes, bytes]
_VERDADEROS = {"true", "t"}


def contar(parquet: Path) -> int:
    """Cuenta las filas de un Parquet sin leerlo entero."""
    import pyarrow.parquet as pq

    return int(pq.ParquetFile(parquet).metadata.num_rows)


def lotes_de(tabla: Tabla, parquet: Path, tope: int) -> Iterator[list[Fila]]:
    """Entrega las filas del Parquet en lotes, como las recibe el DataStore."""
    import pyarrow.parquet as pq

    for lote in pq.ParquetFile(parquet).iter_batches(batch_size=tope, columns=list(tabla.nombres)):
        yield [{campo: celda(fila[campo]) for campo in tabla.nombres} for fila in lote.to_pylist()]


def celda(valor: Any) -> Any:
    """Devuelve un valor como va en JSON: los decimales como texto exacto, las fechas en ISO, lo vacío como null."""
    if isinstance(valor, Decimal):
        return format(valor, "f")
    if isinstance(valor, dt.date):
        return valor.isoformat()
    return valor


def puestas_en(cliente: ClienteCKAN, recurso_id: str, tabla: Tabla, tope: int) -> Iterator[tuple[int, list[str]]]:
    """Lee todas las filas de un recurso del DataStore por páginas: su número interno y sus celdas, como texto.

    El CSV de la API trae los decimales con todas sus cifras; en JSON llegarían como coma flotante.
    """
    leidas = 0
    pedido: dict[str, Any] = {"resource_id": recurso_id, "sort": "_id", "records_format": "csv", "include_total": False, "limit": tope, "fields": ["_id", *tabla.nombres]}
    while True:
        pagina = cliente.leer("datastore_search", **pedido, offset=leidas)["records"]
        filas = _filas(pagina, tabla)
        yield from filas
        leidas += len(filas)
        if not filas:
            return


def _filas(pagina: str, tabla: Tabla) -> list[tuple[int, list[str]]]:
    try:
        return [(int(f[0]), f[1:]) for f in csv.reader(io.StringIO(pagina, newline="")) if f]
    except (csv.Error, ValueError):
        raise ErrorPortal("El DataStore devolvió filas que no se pueden leer.", donde=tabla.nombre) from None


def canonica(tabla: Tabla, valores: Iterable[Any]) -> list[str | None]:
    """Escribe una fila de una sola manera, venga del Parquet o del DataStore, para poder compararla."""
    return [_uno(campo.tipo, valor) for campo, valor in zip(tabla.campos, valores, strict=True)]


def _uno(tipo: Tipo, valor: Any) -> str | None:
    if valor is None or valor == "":
        return None
    if tipo is Tipo.DECIMAL:
        numero = Decimal(valor)
        texto = format(numero or abs(numero), "f")
        return texto.rstrip("0").rstrip(".") if "." in texto else texto
    if tipo is Tipo.LOGICO:
        return "true" if str(valor).lower() in _VERDADEROS else "false"
    return str(valor)[:10] if tipo is Tipo.FECHA else str(valor)


def resumir(tabla: Tabla, valores: Iterable[Any]) -> Resumen:
    """Devuelve la huella de la clave y la de la fila entera."""
    fila = canonica(tabla, valores)
    clave = [v for c, v in zip(tabla.campos, fila, strict=True) if c.nombre in tabla.clave]
    return _huella(clave), _huella(fila)


def _huella(celdas: Iterable[str | None]) -> bytes:
    return hashlib.blake2b(repr(list(celdas)).encode(), digest_size=16).digest()


class Comparacion:
    """Guarda en un archivo temporal la huella de cada fila puesta, y dice cuáles cambiaron, faltan o sobran."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("")
        self._base.execute("create table puesta (clave blob primary key, fila blob, lugar integer) without rowid")
        self._repetidas: list[int] = []

    def close(self) -> None:
        """Borra el archivo temporal."""
        self._base.close()

    def anotar(self, filas: Iterable[tuple[int, list[str]]], tabla: Tabla) -> int:
        """Anota las filas puestas y devuelve cuántas son; una clave repetida queda como sobrante."""
        total = 0
        for lugar, celdas in filas:
            total += 1
            nueva = self._base.execute("insert or ignore into puesta values (?, ?, ?)", (*resumir(tabla, celdas), lugar)).rowcount
            if not nueva:
                self._repetidas.append(lugar)
        return total

    def cambiadas(self, tabla: Tabla, lotes: Iterable[list[Fila]], tope: int) -> Iterator[list[Fila]]:
        """Entrega, en lotes, las filas que faltan o cambiaron; después de recorrerla entera se saben las sobrantes."""
        pendientes: list[Fila] = []
        for lote in lotes:
            for fila in lote:
                clave, huella = resumir(tabla, fila.values())
                puesta = self._base.execute("delete from puesta where clave = ? returning fila", (clave,)).fetchone()
                if puesta is None or puesta[0] != huella:
                    pendientes.append(fila)
            if len(pendientes) >= tope:
                yield pendientes
                pendientes = []
        if pendientes:
            yield pendientes

    def sobrantes(self, tope: int) -> Iterator[list[int]]:
        """Entrega, en lotes, el número interno de las filas que ya no están en la entrega."""
        lugares = [*self._repetidas, *(lugar for (lugar,) in self._base.execute("select lugar from puesta order by lugar"))]
        for desde in range(0, len(lugares), tope):
            yield lugares[desde : desde + tope]
