"""Qué registros cuentan, en un lote de particiones a la vez.

Los registros sin repetición posible se resuelven de una vez. Los que repiten clave o dirección web pasan por el
`contar` de una ciudad, con un plan que reúne a todas las particiones: un solo código decide los duplicados.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from rendicion import conteo
from rendicion.fuente import Fuente
from rendicion.pais.lectura import Particion, codigos
from rendicion.plan import Plan

_AVANCES = TABLAS["avances"]
_SEPARADOR = "\x1f"
_CODIFICADAS = ("actividad_id", "fecha", "cantidad", "canal", "dependencia", "fuente")
_CERO = date(1970, 1, 1)
_DE_EVIDENCIA = ("actividad_id", "fecha", "cantidad", "titulo", "url", "canal", "dependencia", "fuente", "registro")

Enteros32 = npt.NDArray[np.int32]


def contar_lote(aceptados: pa.Table, particiones: Sequence[Particion], corte: date, fuentes: Sequence[Fuente]) -> tuple[pa.Table, Enteros32]:
    """Devuelve la tabla `avances` de todas las particiones, en orden, y de qué partición es cada fila.

    Las columnas que repiten pocos valores van como diccionario.
    """
    url_identifica = [f.id for f in fuentes if f.url_identifica]
    elegidas = aceptados.select(["particion", *_DE_EVIDENCIA]).combine_chunks()
    filas = pa.table({c: codificada(elegidas[c].combine_chunks()) if c in _CODIFICADAS else elegidas[c] for c in elegidas.column_names})
    dudosas = _dudosas(filas, url_identifica)
    if not dudosas.any():
        hechas = _sencillas(filas, particiones, corte)
    else:
        sencillas = _sencillas(filas.filter(pa.array(~dudosas)), particiones, corte)
        repetidas = _repetidas(filas.filter(pa.array(dudosas)), particiones, corte, url_identifica)
        hechas = pa.concat_tables([sencillas, repetidas]).combine_chunks()
    return _completar(hechas.take(_orden(hechas)), particiones)


def codificada(columna: pa.Array) -> pa.DictionaryArray:
    """Devuelve la columna como diccionario."""
    return columna if pa.types.is_dictionary(columna.type) else columna.dictionary_encode()


def lugar_de_actividad(particion: npt.NDArray[np.int32], actividad: pa.DictionaryArray, particiones: Sequence[Particion]) -> npt.NDArray[np.int64]:
    """Busca la actividad de cada fila en la lista de todas las actividades del lote."""
    ids = actividad.dictionary.to_pylist()
    codigo = {a: n for n, a in enumerate(ids)}
    lugares = np.full((len(particiones), len(ids) + 1), -1, np.int64)
    for n, (i, a) in enumerate((i, a) for i, p in enumerate(particiones) for a in p.plan.actividades):
        if a.id in codigo:
            lugares[i, codigo[a.id]] = n
    hecho: npt.NDArray[np.int64] = lugares[particion, codigos(actividad)]
    return hecho


def _orden(filas: pa.Table) -> npt.NDArray[np.int64]:
    """Ordena por partición, actividad, fecha y avance_id; las tres primeras van en un solo número y la última solo desempata."""
    actividad = filas["actividad_id"].combine_chunks()
    puesto = pc.rank(actividad.dictionary, sort_keys="ascending").to_numpy(zero_copy_only=False) if len(actividad.dictionary) else np.zeros(1, np.int64)
    clave = (filas["particion"].to_numpy().astype(np.int64) * (len(puesto) + 1) + puesto.astype(np.int64)[codigos(actividad)]) << 21 | (_dias(filas) + (1 << 19))
    orden = np.argsort(clave, kind="stable")
    igual = np.diff(clave[orden]) == 0
    empatados = np.flatnonzero(np.append(igual, False) | np.append(False, igual))
    if len(empatados):
        suyas = orden[empatados]
        por_id = pc.sort_indices(pa.table({"clave": clave[suyas], "avance_id": filas["avance_id"].take(pa.array(suyas))}), sort_keys=[("clave", "ascending"), ("avance_id", "ascending")])
        orden[empatados] = suyas[por_id.to_numpy()]
    return orden


def _dias(filas: pa.Table) -> npt.NDArray[np.int64]:
    fecha = filas["fecha"].combine_chunks()
    dias: npt.NDArray[np.int64] = fecha.dictionary.cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)[codigos(fecha)] if len(fecha) else np.zeros(0, np.int64)
    return dias


def _repite(clave: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Señala las claves que salen más de una vez."""
    orden = np.argsort(clave, kind="stable")
    igual = np.diff(clave[orden]) == 0
    hecha = np.zeros(len(clave), dtype=bool)
    if len(clave):
        hecha[orden] = np.append(igual, False) | np.append(False, igual)
    return hecha


def _dudosas(filas: pa.Table, url_identifica: Sequence[str]) -> npt.NDArray[np.bool_]:
    particion = filas["particion"].to_numpy().astype(np.int64)
    registro, fuente, actividad = (codificada(filas[c].combine_chunks()) for c in ("registro", "fuente", "actividad_id"))
    con_vez = np.append(pc.match_substring_regex(registro.dictionary, r"~\d+$").to_numpy(zero_copy_only=False), False).astype(bool)
    hechas: npt.NDArray[np.bool_] = con_vez[codigos(registro)]
    hechas |= _repite((particion * (len(fuente.dictionary) + 1) + codigos(fuente)) * (len(registro.dictionary) + 1) + codigos(registro))
    propias = np.append(np.isin(np.array(fuente.dictionary.to_pylist(), object), url_identifica), False)[codigos(fuente)].astype(bool)
    propias &= filas["url"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    url = filas["url"].combine_chunks().filter(pa.array(propias)).dictionary_encode()
    de_actividad = (particion * (len(actividad.dictionary) + 1) + codigos(actividad))[propias]
    hechas[propias] |= _repite(de_actividad * (len(url.dictionary) + 1) + codigos(url))
    return hechas


def _sencillas(filas: pa.Table, particiones: Sequence[Particion], corte: date) -> pa.Table:
    lugar = lugar_de_actividad(filas["particion"].to_numpy(), filas["actividad_id"].combine_chunks(), particiones)
    inicio, fin = (np.array([(getattr(a, c) - _CERO).days for p in particiones for a in p.plan.actividades], np.int64)[lugar] for c in ("inicio", "fin"))
    dia = _dias(filas)
    fuera = (dia < inicio) | (dia > fin)
    posterior = ~fuera & (dia > (corte - _CERO).days)
    motivo = pa.array(np.where(fuera, 0, 1).astype(np.int32), mask=~(fuera | posterior))
    sin_duplicado = pa.DictionaryArray.from_arrays(pa.nulls(filas.num_rows, pa.int32()), pa.array([], pa.string()))
    return (
        filas.append_column("avance_id", pc.binary_join_element_wise(filas["fuente"].combine_chunks().cast(pa.string()), filas["registro"].combine_chunks(), ":"))
        .append_column("cuenta", pa.array(~(fuera | posterior)))
        .append_column("motivo", pa.DictionaryArray.from_arrays(motivo, pa.array(["fuera_de_ventana", "posterior_al_corte"])))
        .append_column("duplicado_de", sin_duplicado)
    )


def _repetidas(filas: pa.Table, particiones: Sequence[Particion], corte: date, url_identifica: Sequence[str]) -> pa.Table:
    """Pasa por `contar` las filas con repetición; la partición va delante de la fuente y de la actividad."""
    filas = pa.table({c: _suelta(filas[c]) for c in filas.column_names})
    marca = pc.binary_join_element_wise(filas["particion"].combine_chunks().cast(pa.string()), "", _SEPARADOR)
    con_marca = {c: pc.binary_join_element_wise(marca, filas[c].combine_chunks(), "") for c in ("fuente", "actividad_id")}
    hacen_falta = {str(i): i for i in pc.unique(filas["particion"]).to_pylist()}
    actividades = tuple(replace(a, id=f"{n}{_SEPARADOR}{a.id}") for n, i in hacen_falta.items() for a in particiones[i].plan.actividades)
    primera = particiones[0].plan
    juntas = filas
    for campo, valores in con_marca.items():
        juntas = juntas.set_column(juntas.column_names.index(campo), campo, valores)
    juntas = juntas.drop_columns(["particion"]).append_column("captura_sha256", pa.array([""] * filas.num_rows, pa.string()))
    hechas = conteo.contar(juntas, Plan("", primera.vigencia, primera.inicio, primera.fin, actividades), corte, {f"{n}{_SEPARADOR}{u}" for n in hacen_falta for u in url_identifica})
    limpias = {c: pc.replace_substring_regex(hechas[c].combine_chunks(), rf"^[0-9]+{_SEPARADOR}", "") for c in ("fuente", "actividad_id", "avance_id", "duplicado_de")}
    particion = pc.list_element(pc.split_pattern(hechas["fuente"].combine_chunks(), _SEPARADOR, max_splits=1), 0).cast(pa.int32())
    columnas = {**{c: hechas[c].combine_chunks() for c in hechas.column_names}, **limpias, "particion": particion}
    todas = ("particion", *_DE_EVIDENCIA, "avance_id", "cuenta", "motivo", "duplicado_de")
    return pa.table({c: codificada(columnas[c]) if c in {*_CODIFICADAS, "motivo", "duplicado_de"} else columnas[c] for c in todas})


def _suelta(columna: pa.ChunkedArray) -> pa.Array:
    junta = columna.combine_chunks()
    return junta.dictionary_decode() if pa.types.is_dictionary(junta.type) else junta


def _completar(filas: pa.Table, particiones: Sequence[Particion]) -> tuple[pa.Table, Enteros32]:
    particion = filas["particion"].combine_chunks()
    propias: dict[str, Sequence[str | int]] = {"entidad": [p.entidad for p in particiones], "vigencia": [p.vigencia for p in particiones], "captura_sha256": [p.captura_sha256 for p in particiones]}
    columnas = {c: _por_particion(propias[c], particion) if c in propias else filas[c].combine_chunks() for c in _AVANCES.nombres}
    return pa.table(columnas), particion.to_numpy(zero_copy_only=False)


def _por_particion(valores: Sequence[str | int], particion: pa.Array) -> pa.DictionaryArray:
    distintos = pa.array(valores).dictionary_encode()
    return pa.DictionaryArray.from_arrays(distintos.indices.take(particion), distintos.dictionary)
