"""Exportaciones de redes sociales: CSV con encabezados repetidos e instantes en otra zona."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rendicion.errores import ErrorUso
from rendicion.fuentes.base import DeArchivo, opcion_texto
from rendicion.fuentes.instantes import a_hora_local, zona_de
from rendicion.fuentes.texto_csv import OPCIONES_CSV, leer_csv

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura


class RedesCsv(DeArchivo):
    """Lee la exportación de una red social y pasa cada instante a la hora de la fuente.

    «2020-03-16T03:00:00Z» es el 15 de marzo en Bogotá. Si los instantes vienen sin zona, la opción
    `zona_origen = "UTC"` lo dice; sin ella se toman como hora local.
    """

    nombre = "redes_csv"
    opciones: frozenset[str] = OPCIONES_CSV | {"zona_origen"}

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; lanza ErrorFuente si el archivo entero no sirve."""
        origen = opcion_texto(fuente, "zona_origen")
        if origen not in (None, "UTC"):
            raise ErrorUso(
                "La opción zona_origen solo admite «UTC».",
                donde=f"fuente {fuente.id}, [opciones]",
                hacer='Escriba zona_origen = "UTC" o quítela.',
            )
        return con_hora_local(leer_csv(bruto, fuente, captura_sha256, archivo), sin_zona_es_utc=origen == "UTC")


TIPO = RedesCsv()


def con_hora_local(lectura: Lectura, *, sin_zona_es_utc: bool = False) -> Lectura:
    """Devuelve la lectura con los instantes de `fecha` en la hora de la fuente."""
    import pyarrow as pa

    zona, celdas = zona_de(lectura.fuente), lectura.celdas
    fechas = [a_hora_local(f, zona, sin_zona_es_utc=sin_zona_es_utc) for f in celdas["fecha"].to_pylist()]
    posicion = celdas.schema.get_field_index("fecha")
    return replace(lectura, celdas=celdas.set_column(posicion, "fecha", pa.array(fechas, pa.string())))
