"""Bases de datos (SQLite y las que hable SQLAlchemy): solo lectura y solo las columnas declaradas."""

from __future__ import annotations

import csv
import io
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import (
    Bruto,
    demasiado_grande,
    opcion_entera,
    opcion_texto,
    origen_declarado,
    ruta_declarada,
    tamano_maximo,
)
from rendicion.fuentes.encabezado import Fila, Hoja, plano
from rendicion.fuentes.filtrado import columnas_leidas
from rendicion.fuentes.libro import a_texto
from rendicion.fuentes.remoto import canonica
from rendicion.fuentes.tabla import TODO_EL_ARCHIVO, leer_hojas
from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    import sqlalchemy as sa

    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura


FILAS_POR_TANDA = 5_000
SEGUNDOS_PARA_CONECTAR, SEGUNDOS_DE_CONSULTA = 20, 600
_AVISO = "#aviso"
_PUEDE_ESCRIBIR = "cuenta_con_escritura"
_DE_POSTGRESQL = {
    "OperationalError": "no hubo conexión, o se perdió",
    "AdminShutdown": "el servidor cerró la conexión",
    "QueryCanceled": "la consulta tardó más de lo permitido",
    "InsufficientPrivilege": "la cuenta no tiene permiso de leer",
    "ReadOnlySqlTransaction": "la consulta intenta escribir",
}
_PRIVILEGIOS = "INSERT, UPDATE, DELETE, TRUNCATE"


class Sql:
    """Lee una tabla (`tabla`) o una consulta SELECT (`consulta`) de una base de datos.

    `lugar` es el archivo SQLite; para un servidor, `url_env` nombra la variable de entorno con la
    dirección. La captura es un CSV canónico: los campos declarados, en orden de registro. Todo se lee en una sola
    transacción de solo lectura, por tandas: es una foto, aunque otros escriban mientras tanto.
    """

    nombre = "sql"
    opciones: frozenset[str] = frozenset({"tabla", "esquema", "consulta", "url_env", "segundos_maximos"})

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Consulta la base sin poder escribir en ella; lanza ErrorFuente si no responde o le faltan columnas."""
        import sqlalchemy as sa

        donde = _donde(fuente)
        motor = _motor(fuente, base, donde)
        campos = list(columnas_leidas(fuente))
        try:
            with motor.connect() as conexion, conexion.begin():
                _solo_lectura(conexion, opcion_entera(fuente, "segundos_maximos", SEGUNDOS_DE_CONSULTA))
                filas = list(_por_tandas(conexion, fuente, campos, donde))
                escribe = _puede_escribir(conexion, fuente)
        except (sa.exc.SQLAlchemyError, sqlite3.Error, UnicodeError) as error:
            raise _no_responde(error, donde) from None
        finally:
            motor.dispose()
        contenido = _csv_canonico(campos, filas, [(_AVISO, _PUEDE_ESCRIBIR)] if escribe else [])
        if len(contenido) > tamano_maximo(fuente):
            raise demasiado_grande(donde, len(contenido), tamano_maximo(fuente))
        return Bruto(contenido, donde)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee el CSV canónico que dejó `extraer`."""
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
        avisos = [_hallazgo(fuente) for f in crudas[:1] if f == [_AVISO, _PUEDE_ESCRIBIR]]
        hoja = Hoja([Fila(n, f) for n, f in enumerate(crudas[len(avisos) :])], anchos=True)
        return replace(leer_hojas([hoja], canonica(fuente), captura_sha256, archivo, hallazgos=avisos), fuente=fuente)


TIPO = Sql()


def _donde(fuente: Fuente) -> str:
    """Dice dónde está la base sin mostrar nunca la dirección, que puede llevar clave."""
    variable = opcion_texto(fuente, "url_env")
    return f"variable de entorno {variable}" if variable else origen_declarado(fuente)


def _hallazgo(fuente: Fuente) -> Hallazgo:
    return Hallazgo(
        fuente.id,
        TODO_EL_ARCHIVO,
        "cuenta",
        _PUEDE_ESCRIBIR,
        "advertencia",
        "La cuenta con que se lee la base de datos también puede escribir en ella. Nada se escribió: la lectura fue de solo lectura. "
        "Pida a quien administra la base una cuenta que solo pueda leer esa tabla.",
    )


def _por_tandas(conexion: sa.Connection, fuente: Fuente, campos: Sequence[str], donde: str) -> Iterator[tuple[str, ...]]:
    """Da las filas a medida que llegan del servidor; se detiene si pasan del tamaño máximo."""
    tope, tamano = tamano_maximo(fuente), 0
    resultado = conexion.execution_options(yield_per=FILAS_POR_TANDA).execute(_consulta(conexion, fuente, donde))
    for cruda in resultado:
        fila = _textos(campos, cruda, fuente.decimal)
        tamano += sum(map(len, fila))
        if tamano > tope:
            raise demasiado_grande(donde, tamano, tope)
        yield fila


def _puede_escribir(conexion: sa.Connection, fuente: Fuente) -> bool:
    """Dice si la cuenta puede escribir: en la tabla leída o, si es una consulta, en alguna tabla. Solo PostgreSQL lo cuenta."""
    import sqlalchemy as sa

    if conexion.dialect.name != "postgresql":
        return False
    tabla = opcion_texto(fuente, "tabla")
    consulta = sa.text(
        "SELECT coalesce(bool_or(has_table_privilege(c.oid, :privilegios)), false) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
        "AND (CAST(:tabla AS text) IS NULL OR (c.relname = :tabla AND n.nspname = coalesce(:esquema, current_schema())))"
    )
    valores = {"privilegios": _PRIVILEGIOS, "tabla": tabla, "esquema": opcion_texto(fuente, "esquema")}
    return bool(conexion.execute(consulta, valores).scalar())


def _no_responde(error: Exception, donde: str) -> ErrorFuente:
    """Traduce el error de la base; nunca muestra su texto entero, que puede llevar datos o claves."""
    propio = getattr(error, "orig", None) or error
    clase = type(propio).__name__
    detalle = f": {_DE_POSTGRESQL[clase]}" if clase in _DE_POSTGRESQL else ""
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
        raise ErrorFuente(
            "Falta la dirección de la base de datos.",
            donde=donde,
            hacer=f"Ponga en {variable} la dirección, con una cuenta de solo lectura.",
        )
    return _motor_de_servidor(direccion, donde)


def _motor_de_servidor(direccion: str, donde: str) -> sa.Engine:
    """Prepara la conexión a un servidor; el error nunca repite la dirección, que puede llevar la clave."""
    import sqlalchemy as sa

    try:
        url = sa.make_url(direccion)
        postgres = url.get_backend_name() in {"postgresql", "postgres"}
        if postgres and "+" not in url.drivername:
            url = url.set(drivername="postgresql+psycopg")
        motor = sa.create_engine(url, connect_args={"connect_timeout": SEGUNDOS_PARA_CONECTAR} if postgres else {})
    except ImportError:
        raise ErrorFuente(
            "Falta instalar el controlador de esa base de datos.",
            donde=donde,
            hacer="Para PostgreSQL instale el extra: pip install 'rendicion[postgresql]'.",
        ) from None
    except (sa.exc.ArgumentError, ValueError):
        raise ErrorFuente(
            "La dirección de la base de datos no sirve.",
            donde=donde,
            hacer="Use la forma postgresql+psycopg://cuenta:clave@servidor/base.",
        ) from None
    return motor if motor.dialect.name == "sqlite" else motor.execution_options(isolation_level="REPEATABLE READ")


def _solo_lectura(conexion: sa.Connection, segundos: int) -> None:
    """Hace que la base misma niegue cualquier escritura, dé una sola foto de los datos y no espere sin fin."""
    import sqlalchemy as sa

    if conexion.dialect.name == "sqlite":
        conexion.execute(sa.text("PRAGMA query_only = ON"))
    elif conexion.dialect.name == "postgresql":
        conexion.execute(sa.text("SET TRANSACTION READ ONLY"))
        limite = sa.text("SELECT set_config('statement_timeout', :limite, true)")
        conexion.execute(limite, {"limite": f"{segundos}s"})


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
        esquema = opcion_texto(fuente, "esquema")
        real = _tabla_real(sa.inspect(conexion), tabla, esquema, donde)
        existentes = [str(c["name"]) for c in sa.inspect(conexion).get_columns(real, schema=esquema)]
        origen: sa.FromClause = sa.table(real, schema=esquema)
        lugar = f"{donde}, tabla {real}"
    else:
        limpia = _solo_select(consulta or "", fuente)
        existentes = list(conexion.execute(sa.text(f"SELECT * FROM ({limpia}) AS consulta WHERE 1 = 0")).keys())  # noqa: S608 -- es un SELECT revisado y la conexión no escribe
        origen = sa.text(limpia).columns(*(sa.column(n) for n in existentes)).alias("consulta")
        lugar = f"{donde}, consulta"
    elegidas = _elegir(columnas_leidas(fuente), existentes, lugar)
    return sa.select(*(sa.column(real).label(campo) for campo, real in elegidas.items())).select_from(origen)


def _tabla_real(inspector: sa.Inspector, pedida: str, esquema: str | None, donde: str) -> str:
    materializadas = inspector.get_materialized_view_names(esquema) if inspector.dialect.name == "postgresql" else []
    nombres = sorted([*inspector.get_table_names(esquema), *inspector.get_view_names(esquema), *materializadas])
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


def _csv_canonico(campos: Sequence[str], filas: list[tuple[str, ...]], avisos: Sequence[tuple[str, ...]] = ()) -> bytes:
    """Escribe el CSV en un orden que no depende de la base: por registro y luego por el resto.

    Lo que se sabe de la base y no de sus datos va antes del encabezado: así la lectura sale entera de la captura.
    """
    orden = [campos.index("registro"), *range(len(campos))] if "registro" in campos else list(range(len(campos)))
    salida = io.StringIO(newline="")
    escritor = csv.writer(salida, lineterminator="\n", quoting=csv.QUOTE_ALL)
    escritor.writerows([*avisos, campos])
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
