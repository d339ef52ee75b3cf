"""De Arrow al marco de pandas que valida Great Expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd


def a_pandas(tabla: pa.Table) -> pd.DataFrame:
    """Convierte la tabla: fechas como fechas y decimales como números, que es lo rápido de comparar.

    Solo sirve para validar; ninguna cifra publicada sale de aquí.
    """
    columnas = {c.name: tabla[c.name].cast(_tipo_de_comparacion(c.type)) for c in tabla.schema}
    marco: pd.DataFrame = pa.table(columnas).to_pandas()
    return marco


def _tipo_de_comparacion(tipo: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal(tipo):
        return pa.float64()
    return pa.timestamp("ns") if pa.types.is_date(tipo) else tipo
