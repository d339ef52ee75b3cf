"""De la tabla declarada a su esquema de Arrow y Parquet, y de filas a tablas de Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from esquemas.modelo import Campo, Tabla, Tipo

PRECISION = 28

_TIPOS = {Tipo.TEXTO: pa.string(), Tipo.ENTERO: pa.int64(), Tipo.FECHA: pa.date32(), Tipo.LOGICO: pa.bool_()}


def tipo_arrow(campo: Campo) -> pa.DataType:
    """Devuelve el tipo de Arrow de un campo; los decimales son exactos."""
    return pa.decimal128(PRECISION, campo.decimales) if campo.tipo is Tipo.DECIMAL else _TIPOS[campo.tipo]


def esquema_arrow(tabla: Tabla) -> pa.Schema:
    """Devuelve el esquema de Arrow de una tabla, con título, descripción y unidad de cada campo."""
    return pa.schema(
        [
            pa.field(
                c.nombre,
                tipo_arrow(c),
                nullable=c.nombre not in tabla.obligatorios,
                metadata={k: v for k, v in (("titulo", c.titulo), ("descripcion", c.descripcion), ("unidad", c.unidad)) if v},
            )
            for c in tabla.campos
        ],
        metadata={"tabla": tabla.nombre, "titulo": tabla.titulo, "descripcion": tabla.descripcion},
    )


def tabla_arrow(tabla: Tabla, filas: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Convierte filas en una tabla de Arrow con el esquema declarado, en su orden."""
    datos = pa.Table.from_pylist([dict(f) for f in filas], schema=esquema_arrow(tabla))
    return ordenar(tabla, datos)


def ordenar(tabla: Tabla, datos: pa.Table) -> pa.Table:
    """Ordena una tabla por las columnas que declara; el orden no depende de cómo llegó."""
    return datos.sort_by([(n, "ascending") for n in tabla.orden])
