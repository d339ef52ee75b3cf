"""Las tablas en disco: el mismo contenido en CSV y en Parquet, siempre con los mismos bytes.

El texto que una hoja de cálculo tomaría por fórmula lleva un apóstrofo delante en el CSV
(no en Parquet); leerlo de vuelta quita exactamente ese apóstrofo.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from esquemas import Campo, Tabla, Tipo
from esquemas.arrow import esquema_arrow, tipo_arrow

_PELIGROSO = r"^('*[=+\-@\t\r])"
_ESCAPADO = r"^'('*[=+\-@\t\r])"
_FILAS_POR_GRUPO = 1 << 17


def _a_texto(columna: pa.Array, campo: Campo) -> pa.Array:
    if campo.tipo is Tipo.TEXTO:
        return pc.replace_substring_regex(columna, _PELIGROSO, r"'\1")
    if campo.tipo is Tipo.LOGICO:
        return pc.if_else(columna, pa.scalar("true"), pa.scalar("false"))
    texto = columna.cast(pa.string())
    if campo.recorta:
        return pc.replace_substring_regex(pc.replace_substring_regex(texto, r"(\.\d*?)0+$", r"\1"), r"\.$", "")
    return texto


def _de_texto(columna: pa.ChunkedArray, campo: Campo) -> pa.ChunkedArray:
    if campo.tipo is Tipo.TEXTO:
        return pc.replace_substring_regex(columna, _ESCAPADO, r"\1")
    return columna.cast(tipo_arrow(campo))


def _con_comillas(texto: pa.Array) -> pa.Array:
    """Pone comillas solo a lo que las necesita: coma, comilla o salto de línea."""
    necesita = pc.match_substring_regex(texto, '[",\\r\\n]')
    if not pc.any(necesita).as_py():
        return texto
    citado = pc.binary_join_element_wise('"', pc.replace_substring(texto, '"', '""'), '"', "")
    return pc.if_else(necesita, citado, texto)


def lineas_csv(tabla: Tabla, bloque: pa.Table) -> pa.Array:
    """Devuelve las filas como líneas de CSV, cada una con su salto."""
    columnas = [_con_comillas(_a_texto(bloque[c.nombre].combine_chunks(), c)) for c in tabla.campos]
    filas = pc.binary_join_element_wise(*columnas, ",", null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise(filas, "\n", "")


def _lineas(tabla: Tabla, bloque: pa.Table) -> pa.Buffer:
    """Une las columnas en líneas de CSV; el búfer de Arrow es ya el texto seguido."""
    lineas = lineas_csv(tabla, bloque)
    usado = pc.sum(pc.binary_length(lineas)).as_py()
    return lineas.buffers()[2].slice(0, usado)


def escribir_csv(tabla: Tabla, datos: pa.Table, destino: Path) -> None:
    """Escribe la tabla en CSV: UTF-8, coma, salto LF, comillas solo donde hacen falta, vacío por nulo."""
    with destino.open("wb") as flujo:
        flujo.write((",".join(tabla.nombres) + "\n").encode())
        for desde in range(0, datos.num_rows, _FILAS_POR_GRUPO):
            flujo.write(_lineas(tabla, datos.slice(desde, _FILAS_POR_GRUPO)))


def leer_csv(tabla: Tabla, origen: Path) -> pa.Table:
    """Lee un CSV publicado y le devuelve sus tipos."""
    leido = pacsv.read_csv(
        origen,
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(tabla.nombres, pa.string()), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    return pa.table({c.nombre: _de_texto(leido[c.nombre], c) for c in tabla.campos}).cast(esquema_arrow(tabla))


def escribir_parquet(tabla: Tabla, datos: pa.Table, destino: Path | pa.NativeFile) -> None:
    """Escribe la tabla en Parquet con el esquema declarado y la descripción de cada campo."""
    pq.write_table(
        datos.cast(esquema_arrow(tabla)).combine_chunks(), destino, compression="zstd", row_group_size=_FILAS_POR_GRUPO, store_schema=True
    )


def leer_parquet(origen: Path) -> pa.Table:
    """Lee una tabla publicada en Parquet."""
    with pq.ParquetFile(origen) as archivo:
        return archivo.read()


def diferencias(tabla: Tabla, csv: Path, parquet: Path) -> list[str]:
    """Compara CSV y Parquet celda por celda; devuelve las columnas en que difieren."""
    uno, otro = leer_csv(tabla, csv), leer_parquet(parquet)
    if uno.num_rows != otro.num_rows:
        return [f"{csv.name} tiene {uno.num_rows} filas y {parquet.name} tiene {otro.num_rows}"]
    return [n for n in tabla.nombres if not uno[n].combine_chunks().equals(otro[n].combine_chunks())]
