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
_LARGAS = ("titulo", "url")
_MARCAS = ("avance_id", "cuenta", "motivo", "duplicado_de")
_MOTIVOS = ("fuera_de_ventana", "posterior_al_corte", "duplicado")
_CERO = date(1970, 1, 1)

Mascara = npt.NDArray[np.bool_]
Enteros32 = npt.NDArray[np.int32]
Enteros64 = npt.NDArray[np.int64]
Columnas = dict[str, pa.Array]


def contar_lote(recibidos: pa.Table, aceptados: Mascara, particiones: Sequence[Particion], corte: date, fuentes: Sequence[Fuente]) -> tuple[pa.Table, Enteros32]:
    """Devuelve la tabla `avances` de todas las particiones, en orden, y de qué partición es cada fila.

    Las columnas que repiten pocos valores van como diccionario. Los textos largos, que son casi todo el peso, se
    copian una sola vez y ya en su orden.
    """
    url_identifica = [f.id for f in fuentes if f.url_identifica]
    lugar = np.flatnonzero(aceptados)
    largas = {c: recibidos[c].combine_chunks() for c in _LARGAS}
    filas = _tomar({c: recibidos[c].combine_chunks() for c in ("particion", "registro", *_CODIFICADAS)}, lugar)
    filas |= {c: codificada(filas[c]) for c in _CODIFICADAS}
    filas |= _marcas(filas, particiones, corte)
    dudosas = np.flatnonzero(_dudosas(filas, largas["url"].take(pa.array(lugar)), url_identifica))
    if len(dudosas):
        suyas = _tomar(filas, dudosas) | _tomar(largas, lugar[dudosas])
        filas |= _corregidas(filas, dudosas, _repetidas(suyas, particiones, corte, url_identifica))
    orden = _orden(filas)
    return _completar(_tomar(filas, orden) | _tomar(largas, lugar[orden]), particiones)


def _tomar(columnas: Columnas, filas: Enteros64) -> Columnas:
    elegidas = pa.array(filas)
    return {c: pc.take(v, elegidas, boundscheck=False) for c, v in columnas.items()}


def codificada(columna: pa.Array) -> pa.DictionaryArray:
    """Devuelve la columna como diccionario."""
    return columna if pa.types.is_dictionary(columna.type) else columna.dictionary_encode()


def lugar_de_actividad(particion: Enteros32, actividad: pa.DictionaryArray, particiones: Sequence[Particion]) -> Enteros64:
    """Busca la actividad de cada fila en la lista de todas las actividades del lote."""
    ids = actividad.dictionary.to_pylist()
    codigo = {a: n for n, a in enumerate(ids)}
    lugares = np.full((len(particiones), len(ids) + 1), -1, np.int64)
    for n, (i, a) in enumerate((i, a) for i, p in enumerate(particiones) for a in p.plan.actividades):
        if a.id in codigo:
            lugares[i, codigo[a.id]] = n
    hecho: Enteros64 = lugares[particion, codigos(actividad)]
    return hecho


def _orden(filas: Columnas) -> Enteros64:
    """Ordena por partición, actividad, fecha y avance_id; las tres primeras van en un solo número y la última solo desempata."""
    actividad = filas["actividad_id"]
    puesto = pc.rank(actividad.dictionary, sort_keys="ascending").to_numpy(zero_copy_only=False) if len(actividad.dictionary) else np.zeros(1, np.int64)
    clave = (_numeros(filas["particion"]) * (len(puesto) + 1) + puesto.astype(np.int64)[codigos(actividad)]) << 21 | (_dias(filas["fecha"]) + (1 << 19))
    orden = np.argsort(clave, kind="stable")
    igual = np.diff(clave[orden]) == 0
    empatados = np.flatnonzero(np.append(igual, False) | np.append(False, igual))
    if len(empatados):
        suyas = orden[empatados]
        por_id = pc.sort_indices(pa.table({"clave": clave[suyas], "avance_id": filas["avance_id"].take(pa.array(suyas))}), sort_keys=[("clave", "ascending"), ("avance_id", "ascending")])
        orden[empatados] = suyas[por_id.to_numpy()]
    return orden


def _numeros(columna: pa.Array) -> Enteros64:
    numeros: Enteros64 = columna.to_numpy(zero_copy_only=False).astype(np.int64)
    return numeros


def _dias(fecha: pa.DictionaryArray) -> Enteros64:
    return _numeros(fecha.dictionary.cast(pa.int32()))[codigos(fecha)] if len(fecha) else np.zeros(0, np.int64)


def _repite(clave: Enteros64) -> Mascara:
    """Señala las claves que salen más de una vez."""
    orden = np.argsort(clave, kind="stable")
    igual = np.diff(clave[orden]) == 0
    hecha = np.zeros(len(clave), dtype=bool)
    if len(clave):
        hecha[orden] = np.append(igual, False) | np.append(False, igual)
    return hecha


def _dudosas(filas: Columnas, url: pa.Array, url_identifica: Sequence[str]) -> Mascara:
    """Señala las filas que pueden repetir a otra: por su registro, o por la dirección que identifica."""
    particion, fuente, actividad, registro = _numeros(filas["particion"]), filas["fuente"], filas["actividad_id"], codificada(filas["registro"])
    con_vez = np.append(pc.match_substring_regex(registro.dictionary, r"~\d+$").to_numpy(zero_copy_only=False), False).astype(bool)
    hechas: Mascara = con_vez[codigos(registro)]
    hechas |= _repite((particion * (len(fuente.dictionary) + 1) + codigos(fuente)) * (len(registro.dictionary) + 1) + codigos(registro))
    propias = np.append(np.isin(np.array(fuente.dictionary.to_pylist(), object), url_identifica), False)[codigos(fuente)].astype(bool)
    propias &= url.is_valid().to_numpy(zero_copy_only=False)
    suyas = url.filter(pa.array(propias)).dictionary_encode()
    de_actividad = (particion * (len(actividad.dictionary) + 1) + codigos(actividad))[propias]
    hechas[propias] |= _repite(de_actividad * (len(suyas.dictionary) + 1) + codigos(suyas))
    return hechas


def _marcas(filas: Columnas, particiones: Sequence[Particion], corte: date) -> Columnas:
    """Nombra cada fila y dice si cuenta, como si ninguna repitiera a otra."""
    lugar = lugar_de_actividad(filas["particion"].to_numpy(), filas["actividad_id"], particiones)
    inicio, fin = (np.array([(getattr(a, c) - _CERO).days for p in particiones for a in p.plan.actividades], np.int64)[lugar] for c in ("inicio", "fin"))
    dia = _dias(filas["fecha"])
    fuera = (dia < inicio) | (dia > fin)
    posterior = ~fuera & (dia > (corte - _CERO).days)
    return {
        "avance_id": pc.binary_join_element_wise(filas["fuente"].cast(pa.string()), filas["registro"], ":"),
        "cuenta": pa.array(~(fuera | posterior)),
        "motivo": pa.DictionaryArray.from_arrays(pa.array(np.where(fuera, 0, 1).astype(np.int32), mask=~(fuera | posterior)), pa.array(_MOTIVOS)),
        "duplicado_de": pa.DictionaryArray.from_arrays(pa.nulls(len(lugar), pa.int32()), pa.array([], pa.string())),
    }


def _repetidas(filas: Columnas, particiones: Sequence[Particion], corte: date, url_identifica: Sequence[str]) -> pa.Table:
    """Pasa por `contar` las filas con repetición y las devuelve en el mismo orden; la partición va delante de la fuente y de la actividad.

    `contar` las ordena a su modo: el lugar de cada una viaja donde iría su captura.
    """
    sueltas = {c: _suelta(v) for c, v in filas.items()}
    marca = pc.binary_join_element_wise(sueltas["particion"].cast(pa.string()), "", _SEPARADOR)
    sueltas |= {c: pc.binary_join_element_wise(marca, sueltas[c], "") for c in ("fuente", "actividad_id")}
    sueltas["captura_sha256"] = pa.array(np.arange(len(marca))).cast(pa.string())
    hacen_falta = {str(i): i for i in pc.unique(filas["particion"]).to_pylist()}
    actividades = tuple(replace(a, id=f"{n}{_SEPARADOR}{a.id}") for n, i in hacen_falta.items() for a in particiones[i].plan.actividades)
    primera = particiones[0].plan
    recibidas = pa.table({c: v for c, v in sueltas.items() if c not in {"particion", *_MARCAS}})
    hechas = conteo.contar(recibidas, Plan("", primera.vigencia, primera.inicio, primera.fin, actividades), corte, {f"{n}{_SEPARADOR}{u}" for n in hacen_falta for u in url_identifica})
    return hechas.take(np.argsort(_numeros(hechas["captura_sha256"].cast(pa.int64()))))


def _corregidas(filas: Columnas, cuales: Enteros64, hechas: pa.Table) -> Columnas:
    """Pone en sus lugares lo que `contar` dijo de las filas con repetición."""
    mascara = np.zeros(len(filas["cuenta"]), dtype=bool)
    mascara[cuales] = True
    nuevas = {c: hechas[c].combine_chunks() for c in _MARCAS}
    nuevas |= {c: pc.replace_substring_regex(nuevas[c], rf"^[0-9]+{_SEPARADOR}", "") for c in ("avance_id", "duplicado_de")}
    de_otra = codificada(nuevas["duplicado_de"])

    def poner(columna: pa.Array, valores: pa.Array) -> pa.Array:
        return pc.replace_with_mask(columna, pa.array(mascara), valores)

    return {
        "avance_id": poner(filas["avance_id"], nuevas["avance_id"]),
        "cuenta": poner(filas["cuenta"], nuevas["cuenta"]),
        "motivo": pa.DictionaryArray.from_arrays(poner(filas["motivo"].indices, pc.index_in(nuevas["motivo"], pa.array(_MOTIVOS))), filas["motivo"].dictionary),
        "duplicado_de": pa.DictionaryArray.from_arrays(poner(filas["duplicado_de"].indices, de_otra.indices), de_otra.dictionary),
    }


def _suelta(columna: pa.Array) -> pa.Array:
    return columna.dictionary_decode() if pa.types.is_dictionary(columna.type) else columna


def _completar(filas: Columnas, particiones: Sequence[Particion]) -> tuple[pa.Table, Enteros32]:
    particion = filas["particion"]
    propias: dict[str, Sequence[str | int]] = {"entidad": [p.entidad for p in particiones], "vigencia": [p.vigencia for p in particiones], "captura_sha256": [p.captura_sha256 for p in particiones]}
    columnas = {c: _por_particion(propias[c], particion) if c in propias else filas[c] for c in _AVANCES.nombres}
    return pa.table(columnas), particion.to_numpy(zero_copy_only=False)


def _por_particion(valores: Sequence[str | int], particion: pa.Array) -> pa.DictionaryArray:
    distintos = pa.array(valores).dictionary_encode()
    return pa.DictionaryArray.from_arrays(distintos.indices.take(particion), distintos.dictionary)
