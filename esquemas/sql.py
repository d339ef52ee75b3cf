"""De la tabla declarada a su tabla de SQLAlchemy."""

from __future__ import annotations

import sqlalchemy as sa

from esquemas.arrow import PRECISION
from esquemas.modelo import Campo, Tabla, Tipo


def tipo_sql(campo: Campo) -> sa.types.TypeEngine[object]:
    """Devuelve el tipo de SQLAlchemy de un campo."""
    tipos: dict[Tipo, sa.types.TypeEngine[object]] = {
        Tipo.TEXTO: sa.Text(),  # type: ignore[dict-item]
        Tipo.ENTERO: sa.BigInteger(),  # type: ignore[dict-item]
        Tipo.FECHA: sa.Date(),  # type: ignore[dict-item]
        Tipo.LOGICO: sa.Boolean(),  # type: ignore[dict-item]
        Tipo.DECIMAL: sa.Numeric(PRECISION, campo.decimales),  # type: ignore[dict-item]
    }
    return tipos[campo.tipo]


def tabla_sql(tabla: Tabla, metadatos: sa.MetaData) -> sa.Table:
    """Declara la tabla en unos metadatos de SQLAlchemy, con su clave y sus comentarios."""
    return sa.Table(
        tabla.nombre,
        metadatos,
        *(
            sa.Column(
                c.nombre,
                tipo_sql(c),
                primary_key=c.nombre in tabla.clave,
                nullable=c.nombre not in tabla.obligatorios,
                autoincrement=False,
                comment=c.descripcion,
            )
            for c in tabla.campos
        ),
        comment=tabla.descripcion,
    )
