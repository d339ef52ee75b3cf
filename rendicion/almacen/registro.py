"""El registro de las corridas, en una base SQLite propia de cada salida (o en otra base)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from esquemas import TABLAS
from esquemas.sql import tabla_sql
from rendicion.errores import ErrorRendicion


class Registro:
    """Anota cada corrida: cuándo empezó, cómo terminó y qué entrega dejó."""

    def __init__(self, url: str) -> None:
        self._motor = sa.create_engine(url)
        metadatos = sa.MetaData()
        self._corridas = tabla_sql(TABLAS["corridas"], metadatos)
        try:
            metadatos.create_all(self._motor)
        except sa.exc.DatabaseError as error:
            raise ErrorRendicion(
                "El registro de corridas está dañado o no se puede abrir.",
                donde="registro.sqlite",
                hacer="Apártelo con otro nombre y vuelva a correr: las entregas y capturas no dependen de él.",
            ) from error

    @classmethod
    def en_archivo(cls, archivo: Path) -> Registro:
        """Abre el registro en un archivo SQLite, y lo crea si no existe."""
        archivo.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{archivo}")

    def anotar(self, corrida: Mapping[str, Any]) -> None:
        """Agrega una corrida, o la actualiza si ya estaba."""
        clave = self._corridas.c.corrida_id
        with self._motor.begin() as conexion:
            cambiada = conexion.execute(self._corridas.update().where(clave == corrida["corrida_id"]).values(**corrida))
            if not cambiada.rowcount:
                conexion.execute(self._corridas.insert().values(**corrida))

    def corridas(self, limite: int = 20) -> list[dict[str, Any]]:
        """Devuelve las últimas corridas, la más reciente primero."""
        consulta = self._corridas.select().order_by(self._corridas.c.iniciada.desc()).limit(limite)
        with self._motor.connect() as conexion:
            return [dict(f) for f in conexion.execute(consulta).mappings()]

    def cerrar(self) -> None:
        """Suelta la base."""
        self._motor.dispose()
