"""Lo que hace `rendicion verificar`: las mismas comprobaciones de `verificar.py`, y Parquet celda por celda."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorUso
from rendicion.verificador import verificar as libre

if TYPE_CHECKING:
    import pyarrow as pa

CELDAS_A_LA_VISTA = 5


@dataclass(frozen=True)
class Verificacion:
    """Es el resultado de verificar una entrega: para una persona, para una máquina y el código de salida."""

    texto: str
    datos: dict[str, Any]
    salida: int


def verificar(
    lugar: str,
    *,
    clave_publica: bytes | None = None,
    anterior: Path | None = None,
    huella: str | None = None,
    corte: str | None = None,
    ultima: bool = False,
) -> Verificacion:
    """Comprueba una entrega en una carpeta o una dirección web; 0 si todo está bien y 1 si algo está mal.

    `clave_publica` es el contenido del archivo de la clave (PEM o base64), o de todas si cambió, de la más
    vieja a la más nueva; `anterior`, el manifiesto o la carpeta de la entrega anterior, o la carpeta con todas.
    `huella`, `corte` y `ultima` son lo que quien verifica ya sabe: la huella que guardó, el corte que espera y
    que no haya otra más nueva. Se niega con ErrorUso si algo no existe o está mal escrito.
    """
    if not re.match(r"https?://", lugar, re.IGNORECASE) and not Path(lugar).is_dir():
        raise ErrorUso(f"No existe la carpeta {lugar}.", hacer="Escriba la carpeta de una entrega, o su dirección web.")
    if anterior is not None and not anterior.exists():
        raise ErrorUso(f"No existe {anterior}.", hacer="Escriba el manifiesto o la carpeta de la entrega anterior.")
    try:
        claves = () if clave_publica is None else libre.leer_claves(clave_publica)
    except ValueError as error:
        raise ErrorUso(f"La clave pública no sirve: {error}.", hacer="Use la clave en PEM o en base64.") from None
    try:
        espera = libre.lo_esperado(huella, corte, ultima)
    except ValueError as error:
        raise ErrorUso(f"No se puede comprobar: {error}.", hacer="Copie la huella completa del manifiesto, o la fecha del corte.") from None
    with libre.abrir(lugar) as entrega:
        hechas = libre.comprobar(entrega, claves=claves, anterior=anterior, espera=espera, parquet=mirar_parquet)
        return Verificacion(libre.texto_de(entrega, hechas), libre.datos_de(entrega, hechas), libre.salida_de(hechas))


def mirar_parquet(entrega: libre.Entrega, comprobacion: libre.Comprobacion) -> None:
    """Comprueba que cada Parquet tenga las columnas, los tipos y, celda por celda, los valores de su CSV."""
    celdas = 0
    for nombre in libre.COLUMNAS:
        tabla = entrega.tabla(nombre)
        try:
            parquet = _leer_parquet(entrega, nombre)
        except (OSError, ValueError) as error:
            comprobacion.mal(f"{nombre}: el Parquet no se puede leer ({libre.ver(error)})")
            continue
        for falla in _diferencias(tabla, parquet):
            comprobacion.mal(f"{nombre}: {falla}")
        celdas += len(tabla) * len(tabla.columnas)
    comprobacion.resumen = f"{len(libre.COLUMNAS)} tablas, {celdas} celdas"


def _leer_parquet(entrega: libre.Entrega, nombre: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Sin hilos: uno de ellos puede soltar estos bytes, que son de Python, cuando Python ya está terminando, y el proceso muere con
    # código 134 después de haber dicho que todo estaba bien.
    return pq.ParquetFile(pa.BufferReader(entrega.bytes_de(f"datos/{nombre}.parquet"))).read(use_threads=False)


def _diferencias(tabla: libre.Tabla, parquet: pa.Table) -> Iterator[str]:
    if tuple(parquet.column_names) != tabla.columnas:
        yield "las columnas del Parquet no son las del CSV"
        return
    if parquet.num_rows != len(tabla):
        yield f"el Parquet tiene {parquet.num_rows} filas y el CSV {len(tabla)}"
        return
    for columna in tabla.columnas:
        tipo = parquet.schema.field(columna).type
        esperado = libre.TIPOS.get(columna, "string")
        if not _tipo_exacto(tipo, esperado):
            yield f"la columna {columna} es {tipo} en el Parquet y debe ser {esperado}"
            continue
        yield from _celdas_distintas(columna, tabla.columna(columna), parquet[columna])


def _tipo_exacto(tipo: pa.DataType, esperado: str) -> bool:
    """Dice si un tipo de Parquet guarda sin pérdida lo que dice el CSV; los decimales nunca son de coma flotante."""
    import pyarrow.types as es

    pruebas = {
        "string": lambda t: es.is_string(t) or es.is_large_string(t),
        "integer": es.is_integer,
        "number": es.is_decimal,
        "date": es.is_date32,
        "boolean": es.is_boolean,
    }
    return bool(pruebas[esperado](tipo))


def _celdas_distintas(columna: str, textos: list[str | None], valores: pa.ChunkedArray) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        del_csv = pa.chunked_array([pa.array(textos, pa.string())]).cast(valores.type)
    except pa.ArrowInvalid as error:
        yield f"columna {columna}: un valor del CSV no cabe en el tipo del Parquet ({libre.ver(error)})"
        return
    if del_csv.equals(valores):
        return
    distintas = pc.or_(
        pc.fill_null(pc.not_equal(del_csv, valores), fill_value=False),
        pc.not_equal(pc.is_null(del_csv), pc.is_null(valores)),
    )
    filas = [n for n, distinta in enumerate(distintas.to_pylist()) if distinta]
    for n in filas[:CELDAS_A_LA_VISTA]:
        en_parquet = libre.ver(valores[n].as_py())
        yield f"fila {n + 1}, {columna}: el CSV dice «{libre.ver(textos[n])}» y el Parquet «{en_parquet}»"
    if len(filas) > CELDAS_A_LA_VISTA:
        yield f"columna {columna}: {len(filas) - CELDAS_A_LA_VISTA} celdas distintas más"
