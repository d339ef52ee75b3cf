"""El registro de las corridas, en una base SQLite propia de cada salida o en la base que se declare."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from esquemas import TABLAS
from esquemas.sql import tabla_sql
from rendicion.errores import ErrorRendicion, ErrorUso

VARIABLE_REGISTRO = "RENDICION_REGISTRO"
INTERRUMPIDA = "La corrida se interrumpió antes de terminar; otra posterior hizo el trabajo."
_SIN_SALIDA = {"resultado": "fallida", "detalle": INTERRUMPIDA}


def url_declarada() -> str | None:
    """Devuelve la dirección de la base del registro que declara RENDICION_REGISTRO, o nada si vale la de cada salida."""
    return os.environ.get(VARIABLE_REGISTRO) or None


def hay_registro(archivo: Path) -> bool:
    """Dice si hay un registro que leer: el archivo de la salida, o una base declarada."""
    return url_declarada() is not None or archivo.exists()


class Registro:
    """Anota cada corrida: cuándo empezó, cómo terminó y qué entrega dejó.

    No es la verdad, es su índice: las entregas y las capturas se bastan solas, y `rendicion reconstruir` lo rehace desde ellas.
    """

    def __init__(self, url: str) -> None:
        try:
            direccion = sa.engine.make_url(url)
            self._motor = sa.create_engine(direccion)
        except (sa.exc.ArgumentError, ImportError) as error:
            # La dirección no se repite en el mensaje: puede llevar una contraseña.
            raise ErrorUso(
                "La dirección de la base del registro no sirve.",
                donde=VARIABLE_REGISTRO,
                hacer="Escríbala como postgresql+psycopg://usuario@servidor/base, e instale el extra «postgresql».",
            ) from error
        self._donde = Path(direccion.database or "").name if direccion.drivername.startswith("sqlite") else direccion.render_as_string(hide_password=True)
        metadatos = sa.MetaData()
        self._corridas = tabla_sql(TABLAS["corridas"], metadatos)
        with self._errores_claros():
            metadatos.create_all(self._motor)
            self._revisar()

    @classmethod
    def abrir(cls, archivo: Path) -> Registro:
        """Abre la base que declara RENDICION_REGISTRO; sin ella, el archivo SQLite de la salida."""
        declarada = url_declarada()
        return cls(declarada) if declarada else cls.en_archivo(archivo)

    @classmethod
    def en_archivo(cls, archivo: Path) -> Registro:
        """Abre el registro en un archivo SQLite, y lo crea si no existe."""
        archivo.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{archivo}")

    def _revisar(self) -> None:
        """Se niega a escribir en un SQLite con páginas dañadas, aunque su encabezado se pueda leer."""
        if self._motor.dialect.name != "sqlite":
            return
        with self._motor.connect() as conexion:
            dicho = conexion.execute(sa.text("PRAGMA quick_check(1)")).scalar()
        if dicho != "ok":
            raise sa.exc.DatabaseError("PRAGMA quick_check", None, ValueError(str(dicho)))

    @contextmanager
    def _errores_claros(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DatabaseError as error:
            raise ErrorRendicion(
                "El registro de corridas está dañado o no se puede usar.",
                donde=self._donde,
                hacer="Si la base responde y hay espacio en disco, corra: rendicion reconstruir. Las entregas y las capturas no dependen de él.",
            ) from error

    def anotar(self, corrida: Mapping[str, Any]) -> None:
        """Agrega una corrida, o la actualiza si ya estaba."""
        clave = self._corridas.c.corrida_id
        with self._errores_claros(), self._motor.begin() as conexion:
            cambiada = conexion.execute(self._corridas.update().where(clave == corrida["corrida_id"]).values(**corrida))
            if not cambiada.rowcount:
                conexion.execute(self._corridas.insert().values(**corrida))

    def agregar(self, corridas: Sequence[Mapping[str, Any]]) -> None:
        """Agrega varias corridas que ya terminaron, todas o ninguna."""
        if not corridas:
            return
        with self._errores_claros(), self._motor.begin() as conexion:
            conexion.execute(self._corridas.insert(), [dict(c) for c in corridas])

    def cerrar_interrumpidas(self, entidad: str, vigencia: int, terminada: str) -> int:
        """Da por terminadas las corridas que quedaron «en curso» porque su proceso murió; devuelve cuántas.

        Solo se llama con el candado de la salida en la mano: quien lo tiene sabe que no hay otra corrida viva.
        """
        c = self._corridas.c
        muertas = (c.entidad == entidad) & (c.vigencia == vigencia) & (c.resultado == "en_curso")
        with self._errores_claros(), self._motor.begin() as conexion:
            return int(conexion.execute(self._corridas.update().where(muertas).values(**_SIN_SALIDA, terminada=terminada)).rowcount)

    def entregas_anotadas(self) -> set[str]:
        """Devuelve las huellas de los manifiestos que alguna corrida ya anotó."""
        consulta = sa.select(self._corridas.c.manifiesto_sha256).where(self._corridas.c.manifiesto_sha256.is_not(None)).distinct()
        with self._errores_claros(), self._motor.connect() as conexion:
            return {str(h) for h in conexion.execute(consulta).scalars()}

    def corridas(self, limite: int = 20) -> list[dict[str, Any]]:
        """Devuelve las últimas corridas, la más reciente primero."""
        consulta = self._corridas.select().order_by(self._corridas.c.iniciada.desc()).limit(limite)
        with self._errores_claros(), self._motor.connect() as conexion:
            return [dict(f) for f in conexion.execute(consulta).mappings()]

    def cerrar(self) -> None:
        """Suelta la base."""
        self._motor.dispose()
