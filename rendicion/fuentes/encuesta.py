"""Exportaciones de encuestas (Google Forms, LimeSurvey): una respuesta por fila, contada y sin su contenido."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rendicion.fuentes.base import DeArchivo
from rendicion.fuentes.redes_csv import con_hora_local
from rendicion.fuentes.texto_csv import OPCIONES_CSV, leer_csv

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura


class Encuesta(DeArchivo):
    """Lee cada respuesta como un registro; su fecha es la marca temporal, en la hora de la fuente.

    Solo se leen las columnas declaradas: las respuestas no salen de la captura.
    """

    nombre = "encuesta"
    opciones: frozenset[str] = OPCIONES_CSV

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; lanza ErrorFuente si el archivo entero no sirve."""
        return con_hora_local(leer_csv(bruto, fuente, captura_sha256, archivo))


TIPO = Encuesta()
