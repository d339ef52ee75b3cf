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
from esquemas.arrow import esquema_arrow
from rendicion import conteo
from rendicion.fuente import Fuente
from rendicion.pais.lectura import Particion
from rendicion.plan import Plan

_AVANCES = TABLAS["avances"]
_SEPARADOR = "\x1f"
_DE_EVIDENCIA = ("actividad_id", "fecha", "cantidad", "titulo", "url", "canal", "dependencia", "fuente", "registro")

Enteros32 = npt.NDArray[np.int32]


def contar_lote(aceptados: pa.Table, particiones: Sequence[Particion], corte: date, fuentes: Sequence[Fuente]) -> tuple[pa.Table, Enteros32]:
    """Devuelve la tabla `avances` de todas las particiones, en orden, y de qué partición es cada fila."""
    url_identifica = [f.id for f in fuentes if f.url_identifica]
    filas = aceptados.select(["particion", *_DE_EVIDENCIA]).combine_chunks()
    filas = filas.set_column(filas.column_names.index("fuente"), "fuente", filas["fuente"].cast(pa.string()))
    dudosas = _dudosas(filas, url_identifica)
    if not dudosas.any():
        hechas = _sencillas(filas, particiones, corte)
    else:
        sencillas = _sencillas(filas.filter(pa.array(~dudosas)), particiones, corte)
        repetidas = _repetidas(filas.filter(pa.array(dudosas)), particiones, corte, url_identifica)
        hechas = pa.concat_tables([sencillas, repetidas]).combine_chunks()
    return _completar(hechas.take(_orden(hechas)), particiones)


def _orden(filas: pa.Table) -> pa.Array:
    """Ordena por partición, actividad, fecha y avance_id, con las tres primeras en un solo número."""
    actividad = filas["actividad_id"].combine_chunks().dictionary_encode()
    puesto = pc.rank(actividad.dictionary, sort_keys="ascending").to_numpy(zero_copy_only=False) if len(actividad.dictionary) else np.zeros(0, np.int64)
    de_actividad = puesto[actividad.indices.to_numpy(zero_copy_only=False)].astype(np.int64)
    dia = filas["fecha"].combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64) + (1 << 19)
    clave = (filas["particion"].to_numpy().astype(np.int64) * (len(puesto) + 1) + de_actividad) << 21 | dia
    return pc.sort_indices(pa.table({"clave": clave, "avance_id": filas["avance_id"]}), sort_keys=[("clave", "ascending"), ("avance_id", "ascending")])


def _veces(claves: pa.Array) -> npt.NDArray[np.bool_]:
    """Señala las claves que salen más de una vez; una clave vacía nunca repite."""
    codificada = claves.dictionary_encode()
    indices = pc.fill_null(codificada.indices, -1).to_numpy(zero_copy_only=False)
    veces = np.bincount(indices[indices >= 0], minlength=len(codificada.dictionary) or 1)
    hecha: npt.NDArray[np.bool_] = (indices >= 0) & (veces[np.maximum(indices, 0)] > 1)
    return hecha


def _dudosas(filas: pa.Table, url_identifica: Sequence[str]) -> npt.NDArray[np.bool_]:
    particion = filas["particion"].combine_chunks().cast(pa.string())
    registro, fuente = filas["registro"].combine_chunks(), filas["fuente"].combine_chunks()
    repite = _veces(pc.binary_join_element_wise(particion, fuente, registro, _SEPARADOR))
    propias = pc.is_in(fuente, pa.array(list(url_identifica), pa.string()))
    url = pc.if_else(propias, filas["url"].combine_chunks(), pa.scalar(None, pa.string()))
    repite |= _veces(pc.binary_join_element_wise(particion, filas["actividad_id"].combine_chunks(), url, _SEPARADOR))
    con_vez: npt.NDArray[np.bool_] = pc.match_substring_regex(registro, r"~\d+$").to_numpy(zero_copy_only=False)
    return repite | con_vez


def _lugar_de_actividad(filas: pa.Table, particiones: Sequence[Particion]) -> pa.Array:
    """Busca la actividad de cada fila en la lista de todas las actividades del lote."""
    ids = pa.array([f"{i}{_SEPARADOR}{a.id}" for i, p in enumerate(particiones) for a in p.plan.actividades], pa.string())
    return pc.index_in(pc.binary_join_element_wise(filas["particion"].combine_chunks().cast(pa.string()), filas["actividad_id"].combine_chunks(), _SEPARADOR), ids)


def _sencillas(filas: pa.Table, particiones: Sequence[Particion], corte: date) -> pa.Table:
    lugar = _lugar_de_actividad(filas, particiones)
    actividades = [a for p in particiones for a in p.plan.actividades]
    inicio, fin = (pa.array([getattr(a, c) for a in actividades], pa.date32()).take(lugar) for c in ("inicio", "fin"))
    fecha = filas["fecha"].combine_chunks()
    fuera = pc.or_(pc.less(fecha, inicio), pc.greater(fecha, fin))
    posterior = pc.and_(pc.invert(fuera), pc.greater(fecha, pa.scalar(corte, pa.date32())))
    return (
        filas.append_column("avance_id", pc.binary_join_element_wise(filas["fuente"].combine_chunks(), filas["registro"].combine_chunks(), ":"))
        .append_column("cuenta", pc.invert(pc.or_(fuera, posterior)))
        .append_column("motivo", pc.case_when(pc.make_struct(fuera, posterior), pa.scalar("fuera_de_ventana"), pa.scalar("posterior_al_corte")))
        .append_column("duplicado_de", pa.nulls(filas.num_rows, pa.string()))
    )


def _repetidas(filas: pa.Table, particiones: Sequence[Particion], corte: date, url_identifica: Sequence[str]) -> pa.Table:
    """Pasa por `contar` las filas con repetición; la partición va delante de la fuente y de la actividad."""
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
    return pa.table({c: columnas[c] for c in ("particion", *_DE_EVIDENCIA, "avance_id", "cuenta", "motivo", "duplicado_de")})


def _completar(filas: pa.Table, particiones: Sequence[Particion]) -> tuple[pa.Table, Enteros32]:
    particion = filas["particion"].combine_chunks()
    propias = {
        "entidad": pa.array([p.entidad for p in particiones], pa.string()).take(particion),
        "vigencia": pa.array([p.vigencia for p in particiones], pa.int64()).take(particion),
        "captura_sha256": pa.array([p.captura_sha256 for p in particiones], pa.string()).take(particion),
    }
    columnas = [propias[c] if c in propias else filas[c].combine_chunks() for c in _AVANCES.nombres]
    return pa.table(dict(zip(_AVANCES.nombres, columnas, strict=True))).cast(esquema_arrow(_AVANCES)), particion.to_numpy(zero_copy_only=False)
