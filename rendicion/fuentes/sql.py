"""Bases de datos (SQLite y las que hable SQLAlchemy): solo lectura y solo las columnas declaradas."""

from __future__ import annotations

import csv
import io
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import (
    Bruto,
    demasiado_grande,
    opcion_texto,
    origen_declarado,
    ruta_declarada,
    tamano_maximo,
)
from rendicion.fuentes.encabezado import Fila, Hoja, plano
from rendicion.fuentes.libro import a_texto
from rendicion.fuentes.tabla import leer_hojas

if TYPE_CHECKING:
    import sqlalchemy as sa

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura


class Sql:
    """Lee una tabla (`tabla`) o una consulta SELECT (`consulta`) de una base de datos.

    `lugar` es el archivo SQLite; para un servidor, `url_env` nombra la variable de entorno con la
    dirección. La captura es un CSV canónico: los campos declarados, en orden de registro.
    """

    nombre = "sql"
    opciones: frozenset[str] = frozenset({"tabla", "consulta", "url_env"})

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Consulta la base sin poder escribir en ella; lanza ErrorFuente si no responde o le faltan columnas."""
        import sqlalchemy as sa

        donde = _donde(fuente)
        motor = _motor(fuente, base, donde)
        try:
            with motor.connect() as conexion, conexion.begin():
                _solo_lectura(conexion)
                filas = [
                    _textos(list(fuente.columnas), f, fuente.decimal)
                    for f in conexion.execute(_consulta(conexion, fuente, donde))
                ]
        except (sa.exc.SQLAlchemyError, sqlite3.Error, UnicodeError) as error:
            raise _no_responde(error, donde) from None
        finally:
            motor.dispose()
        contenido = _csv_canonico(list(fuente.columnas), filas)
        if len(contenido) > tamano_maximo(fuente):
            raise demasiado_grande(donde, len(contenido), tamano_maximo(fuente))
        return Bruto(contenido, donde)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee el CSV canónico que dejó `extraer`."""
        from dataclasses import replace

        try:
            texto = bruto.decode("utf-8")
            previo = csv.field_size_limit(max(len(texto), 1))
            try:
                crudas = list(csv.reader(io.StringIO(texto, newline=""), strict=True))
            finally:
                csv.field_size_limit(previo)
        except (UnicodeDecodeError, csv.Error):
            raise ErrorFuente(
                "La captura de la base de datos está dañada.", donde=archivo, hacer="Extraiga de nuevo la fuente."
            ) from None
        canonica = replace(fuente, columnas={c: c for c in fuente.columnas})
        hoja = Hoja([Fila(n, f) for n, f in enumerate(crudas)], anchos=True)
        return replace(leer_hojas([hoja], canonica, captura_sha256, archivo), fuente=fuente)


TIPO = Sql()


def _donde(fuente: Fuente) -> str:
    """Dice dónde está la base sin mostrar nunca la dirección, que puede llevar clave."""
    variable = opcion_texto(fuente, "url_env")
    return f"variable de entorno {variable}" if variable else origen_declarado(fuente)


def _no_responde(error: Exception, donde: str) -> ErrorFuente:
    """Traduce el error de la base; nunca muestra su texto entero, que puede llevar datos o claves."""
    propio = getattr(error, "orig", None) or error
    clase = type(propio).__name__
    detalle = ""
    if isinstance(propio, sqlite3.Error):
        texto = str(propio)
        conocidos = (
            "file is not a database",
            "database is locked",
            "unable to open",
            "readonly",
            "decode to UTF-8",
            "malformed",
            "syntax error",
            "no such",
        )
        detalle = next((f": {c}" for c in conocidos if c in texto), "")
    return ErrorFuente(
        f"La base de datos no se pudo leer ({clase}{detalle}).",
        donde=donde,
        hacer="Revise que la base esté completa y disponible, y que la cuenta pueda leer la tabla.",
    )


def _motor(fuente: Fuente, base: Path, donde: str) -> sa.Engine:
    """Abre la base: SQLite en modo de solo lectura, o la dirección que está en el entorno."""
    import sqlalchemy as sa

    variable = opcion_texto(fuente, "url_env")
    if variable is None:
        ruta = ruta_declarada(fuente, base)
        if not ruta.is_file():
            raise ErrorFuente(
                "El archivo de la base de datos no existe.", donde=donde, hacer="Revise la clave lugar del TOML."
            )
        uri = f"file:{quote(str(ruta.resolve()))}?mode=ro"
        return sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True))
    direccion = os.environ.get(variable)
    if not direccion:
        raise ErrorUso(
            "Falta la dirección de la base de datos.",
            donde=donde,
            hacer=f"Ponga en {variable} la dirección, con una cuenta de solo lectura.",
        )
    try:
        motor = sa.create_engine(direccion)
    except (sa.exc.ArgumentError, ImportError, ValueError):
        raise ErrorUso(
            "La dirección de la base de datos no sirve, o falta instalar su controlador.",
            donde=donde,
            hacer="Use la forma postgresql+psycopg://cuenta@servidor/base, e instale el controlador.",
        ) from None
    return motor if motor.dialect.name == "sqlite" else motor.execution_options(isolation_level="REPEATABLE READ")


def _solo_lectura(conexion: sa.Connection) -> None:
    """Hace que la base misma niegue cualquier escritura y dé una sola foto de los datos."""
    import sqlalchemy as sa

    if conexion.dialect.name == "sqlite":
        conexion.execute(sa.text("PRAGMA query_only = ON"))
    elif conexion.dialect.name == "postgresql":
        conexion.execute(sa.text("SET TRANSACTION READ ONLY"))


def _consulta(conexion: sa.Connection, fuente: Fuente, donde: str) -> sa.Select[Any]:
    """Arma el SELECT de las columnas declaradas; los nombres salen de la base, no del TOML."""
    import sqlalchemy as sa

    tabla, consulta = opcion_texto(fuente, "tabla"), opcion_texto(fuente, "consulta")
    if (tabla is None) == (consulta is None):
        raise ErrorUso(
            "La fuente debe decir tabla o consulta, y solo una.",
            donde=f"fuente {fuente.id}, [opciones]",
            hacer='Escriba tabla = "nombre".',
        )
    if tabla is not None:
        real = _tabla_real(sa.inspect(conexion), tabla, donde)
        existentes = [str(c["name"]) for c in sa.inspect(conexion).get_columns(real)]
        origen: sa.FromClause = sa.table(real)
        lugar = f"{donde}, tabla {real}"
    else:
        limpia = _solo_select(consulta or "", fuente)
        existentes = list(conexion.execute(sa.text(f"SELECT * FROM ({limpia}) AS consulta WHERE 1 = 0")).keys())  # noqa: S608 -- es un SELECT revisado y la conexión no escribe
        origen = sa.text(limpia).columns(*(sa.column(n) for n in existentes)).alias("consulta")
        lugar = f"{donde}, consulta"
    elegidas = _elegir(fuente.columnas, existentes, lugar)
    return sa.select(*(sa.column(real).label(campo) for campo, real in elegidas.items())).select_from(origen)


def _tabla_real(inspector: sa.Inspector, pedida: str, donde: str) -> str:
    nombres = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
    if pedida not in nombres:
        raise ErrorFuente(
            f"La base no tiene la tabla «{pedida}». Tiene: {', '.join(f'«{n}»' for n in nombres) or 'ninguna'}.",
            donde=donde,
            hacer="Corrija la opción tabla.",
        )
    return pedida


def _solo_select(consulta: str, fuente: Fuente) -> str:
    limpia = consulta.strip().rstrip(";").strip()
    if not re.match(r"(?i)(select|with)\b", limpia) or ";" in limpia:
        raise ErrorUso(
            "La opción consulta solo admite un SELECT.",
            donde=f"fuente {fuente.id}, [opciones]",
            hacer="Escriba un solo SELECT, sin «;».",
        )
    return limpia.replace(":", r"\:")


def _elegir(columnas: Mapping[str, str], existentes: Sequence[str], lugar: str) -> dict[str, str]:
    """Halla cada columna declarada entre las que la base tiene de verdad."""
    elegidas: dict[str, str] = {}
    faltan = []
    for campo, pedida in columnas.items():
        iguales = [e for e in existentes if e == pedida] or [e for e in existentes if plano(e) == plano(pedida)]
        if len(iguales) == 1:
            elegidas[campo] = iguales[0]
        else:
            faltan.append(pedida)
    if faltan:
        raise ErrorFuente(
            f"Faltan columnas declaradas: {', '.join(f'«{f}»' for f in faltan)}. "
            f"La base trae: {', '.join(f'«{e}»' for e in existentes)}.",
            donde=lugar,
            hacer="Corrija los nombres en [columnas], o pida a quien administra la base que diga qué cambió.",
        )
    return elegidas


def _textos(campos: Sequence[str], fila: Iterable[object], decimal: str) -> tuple[str, ...]:
    """Escribe una fila; la marca decimal declarada es de las cantidades: la actividad 1.4 lleva punto."""
    return tuple(_texto(v, "." if c == "actividad_id" else decimal) for c, v in zip(campos, fila, strict=True))


def _texto(valor: object, decimal: str) -> str:
    """Escribe un valor de la base como texto; el nulo queda vacío y el instante con zona la conserva."""
    if isinstance(valor, Decimal):
        return format(valor, "f").replace(".", decimal)
    if isinstance(valor, datetime) and valor.tzinfo is not None:
        return valor.isoformat()
    if isinstance(valor, bytes | memoryview):
        return bytes(valor).hex()
    conocido = a_texto(valor, decimal)
    return conocido if conocido is not None else "" if valor is None or valor == "" else str(valor)


def _csv_canonico(campos: Sequence[str], filas: list[tuple[str, ...]]) -> bytes:
    """Escribe el CSV en un orden que no depende de la base: por registro y luego por el resto."""
    orden = [campos.index("registro"), *range(len(campos))] if "registro" in campos else list(range(len(campos)))
    salida = io.StringIO(newline="")
    escritor = csv.writer(salida, lineterminator="\n", quoting=csv.QUOTE_ALL)
    escritor.writerow(campos)
    ordenadas = sorted(filas, key=lambda fila: [fila[i] for i in orden])
    escritor.writerows(ordenadas)
    try:
        return salida.getvalue().encode()
    except UnicodeEncodeError:
        raise ErrorFuente(
            "La base trae texto con caracteres que no existen.",
            donde="captura",
            hacer="Corrija esos textos en la base.",
        ) from None
