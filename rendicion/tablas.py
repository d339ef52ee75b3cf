"""Las tablas en disco: el mismo contenido en CSV y en Parquet, siempre con los mismos bytes.

El texto que una hoja de cálculo tomaría por fórmula lleva un apóstrofo delante en el CSV
(no en Parquet); leerlo de vuelta quita exactamente ese apóstrofo.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from esquemas import Campo, Tabla, Tipo
from esquemas.arrow import esquema_arrow, tipo_arrow

_PELIGROSO = r"^('*[=+\-@\t\r])"
_ESCAPADO = r"^'('*[=+\-@\t\r])"
_FILAS_POR_GRUPO = 1 << 17


def _celdas(columna: pa.Array, campo: Campo) -> pa.Array:
    """Pasa una columna a celdas de CSV; lo que se repite (fechas, números, códigos) se escribe una vez y se reparte."""
    if campo.tipo not in {Tipo.TEXTO, Tipo.LOGICO} and not pa.types.is_dictionary(columna.type):
        columna = columna.dictionary_encode()
    if pa.types.is_dictionary(columna.type):
        return _con_comillas(_a_texto(columna.dictionary, campo)).take(columna.indices)
    return _con_comillas(_a_texto(columna, campo))


def _a_texto(columna: pa.Array, campo: Campo) -> pa.Array:
    if campo.tipo is Tipo.TEXTO:
        return pc.replace_substring_regex(columna, _PELIGROSO, r"'\1") if _empieza_por(columna, b"'=+-@\t\r") else columna
    if campo.tipo is Tipo.LOGICO:
        return pc.if_else(columna, pa.scalar("true"), pa.scalar("false"))
    texto = columna.cast(pa.string())
    if campo.recorta:
        return pc.replace_substring_regex(pc.replace_substring_regex(texto, r"(\.\d*?)0+$", r"\1"), r"\.$", "")
    return texto


def _crudo(texto: pa.Array) -> tuple[npt.NDArray[np.int32], pa.Buffer]:
    """Devuelve dónde empieza cada texto y los bytes de todos: preguntarles a los bytes cuesta mucho menos que a cada texto."""
    _, lugares, crudo = texto.buffers()
    return np.frombuffer(lugares, np.int32)[texto.offset : texto.offset + len(texto) + 1], crudo or pa.py_buffer(b"")


def _empieza_por(texto: pa.Array, letras: bytes) -> bool:
    if not len(texto):
        return False
    lugares, crudo = _crudo(texto)
    primeras = np.frombuffer(crudo, np.uint8)[lugares[:-1][lugares[1:] > lugares[:-1]]]
    return bool(np.isin(primeras, np.frombuffer(letras, np.uint8)).any())


def _tiene(texto: pa.Array, letras: bytes) -> bool:
    if not len(texto):
        return False
    lugares, crudo = _crudo(texto)
    todo = crudo.slice(int(lugares[0]), int(lugares[-1] - lugares[0])).to_pybytes()
    return any(letra in todo for letra in letras)


def sin_apostrofo(columna: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Quita el apóstrofo que el CSV le puso delante a lo que parecía fórmula."""
    if isinstance(columna, pa.Array) and not _empieza_por(columna, b"'"):
        return columna
    return pc.replace_substring_regex(columna, _ESCAPADO, r"\1")


def _de_texto(columna: pa.ChunkedArray, campo: Campo) -> pa.ChunkedArray:
    return sin_apostrofo(columna) if campo.tipo is Tipo.TEXTO else columna.cast(tipo_arrow(campo))


def _con_comillas(texto: pa.Array) -> pa.Array:
    """Pone comillas solo a lo que las necesita: coma, comilla o salto de línea."""
    if not _tiene(texto, b'",\r\n'):
        return texto
    necesita = pc.match_substring_regex(texto, '[",\\r\\n]')
    citado = pc.binary_join_element_wise('"', pc.replace_substring(texto, '"', '""'), '"', "")
    return pc.if_else(necesita, citado, texto)


def lineas_csv(tabla: Tabla, bloque: pa.Table) -> pa.Array:
    """Devuelve las filas como líneas de CSV, cada una con su salto."""
    *primeras, ultima = (_celdas(bloque[c.nombre].combine_chunks(), c) for c in tabla.campos)
    ultima = pc.binary_join_element_wise(ultima, "\n", "", null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise(*primeras, ultima, ",", null_handling="replace", null_replacement="")


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
    volcar_parquet(datos.cast(esquema_arrow(tabla)).combine_chunks(), destino)


def volcar_parquet(datos: pa.Table, destino: Path | pa.NativeFile) -> None:
    """Escribe en Parquet una tabla que ya trae su esquema declarado."""
    pq.write_table(datos, destino, compression="zstd", row_group_size=_FILAS_POR_GRUPO, store_schema=True)


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
