"""Las tablas de indicadores de un lote: las definiciones de `rendicion.indicadores`, en columnas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from esquemas.arrow import PRECISION, esquema_arrow
from rendicion.pais import actividades as act
from rendicion.pais.grupos import Grupo, Medida, agrupar, totalizar
from rendicion.pais.lectura import Particion

Enteros32 = npt.NDArray[np.int32]
TablaYParticion = tuple[pa.Table, Enteros32]
_MEDIAS = TABLAS["indicadores_total"].nombres[3:]


def calcular_lote(avances: pa.Table, particion: Enteros32, particiones: Sequence[Particion], cortes: Sequence[date], corte: date) -> dict[str, TablaYParticion]:
    """Calcula las cuatro tablas de indicadores y la serie de todas las particiones de un lote.

    `avances` es la tabla de `contar_lote`, en su orden. Devuelve cada tabla con la partición de cada fila.
    """
    todas = [a for p in particiones for a in p.plan.actividades]
    de_quien = np.repeat(np.arange(len(particiones)), [len(p.plan.actividades) for p in particiones])
    desde = min(min([p.plan.inicio, *(a.inicio for a in p.plan.actividades)]) for p in particiones)
    rejilla = act.rejilla(cortes, desde, corte)
    hecho = _acumulado(avances, particion, particiones, [a.agregacion == "ultimo" for a in todas], rejilla)
    previsto = act.programar(todas, rejilla)
    oficiales = [rejilla.index(c) for c in cortes]
    cifras = act.medir(
        act.Acumulado(hecho.ejecutado[:, oficiales], hecho.registros[:, oficiales]),
        act.Programado(previsto.meta, previsto.con_meta, previsto.parte[:, oficiales], previsto.partes),
        [a.fin for a in todas],
        cortes,
    )
    return {
        "indicadores_actividad": _tabla_actividad(cifras, particiones, de_quien, cortes),
        **_tablas_de_grupos(hecho, previsto, particiones, rejilla, frozenset(cortes)),
    }


def _acumulado(avances: pa.Table, particion: Enteros32, particiones: Sequence[Particion], de_nivel: Sequence[bool], rejilla: Sequence[date]) -> act.Acumulado:
    cuenta = avances["cuenta"].combine_chunks()
    filas, suya = avances.select(["actividad_id", "fecha", "cantidad"]).filter(cuenta).combine_chunks(), particion[cuenta.to_numpy(zero_copy_only=False)]
    ids = pa.array([f"{i}/{a.id}" for i, p in enumerate(particiones) for a in p.plan.actividades])
    lugar = pc.index_in(pc.binary_join_element_wise(pa.array(suya).cast(pa.string()), filas["actividad_id"].combine_chunks(), "/"), ids)
    dia = filas["fecha"].combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)
    return act.acumular(lugar.to_numpy(zero_copy_only=False).astype(np.int64), dia, act.enteros_de(filas["cantidad"].combine_chunks()), np.array(de_nivel), rejilla)


def decimal(valores: Sequence[int | None] | act.Columna, decimales: int, vacia: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Arma una columna decimal exacta desde enteros escalados; lo vacío es None, o lo que señale `vacia`."""
    tipo = pa.decimal128(PRECISION, decimales)
    if not isinstance(valores, np.ndarray):
        nulas = np.array([v is None for v in valores], dtype=bool)
        valores, vacia = np.array([0 if v is None else v for v in valores], dtype=object), nulas
    if valores.dtype == object:
        if valores.size and max(int(valores.max()), -int(valores.min())) >= 1 << 62:
            from decimal import Decimal

            sueltos = [None if vacia is not None and vacia[i] else Decimal(int(v)).scaleb(-decimales) for i, v in enumerate(valores)]
            return pa.array(sueltos, tipo)
        valores = valores.astype(np.int64)
    palabras = np.empty((len(valores), 2), "<i8")
    palabras[:, 0], palabras[:, 1] = valores, valores >> 63
    validez = None if vacia is None else pa.array(~vacia).buffers()[1]
    return pa.Array.from_buffers(tipo, len(valores), [validez, pa.py_buffer(palabras.tobytes())])


def _tabla_actividad(c: act.CifrasDeActividad, particiones: Sequence[Particion], de_quien: npt.NDArray[np.int64], cortes: Sequence[date]) -> TablaYParticion:
    n = len(cortes)
    actividad, corte = np.repeat(np.arange(len(de_quien)), n), np.tile(np.arange(n), len(de_quien))
    orden = np.lexsort((actividad, corte, de_quien[actividad]))
    actividad, corte = actividad[orden], corte[orden]
    suya = de_quien[actividad]
    todas = [a for p in particiones for a in p.plan.actividades]

    def de(columna: act.Columna) -> act.Columna:
        hecha: act.Columna = columna[actividad, corte]
        return hecha

    def texto(valores: Sequence[str], lugar: npt.NDArray[np.int64]) -> pa.Array:
        return pa.array(valores, pa.string()).take(pa.array(lugar))

    sin_meta, sin_programado = ~de(c.con_meta), ~de(c.con_programado)
    columnas = {
        "entidad": texto([p.entidad for p in particiones], suya),
        "vigencia": pa.array(np.array([p.vigencia for p in particiones])[suya]),
        "corte": pa.array(cortes, pa.date32()).take(pa.array(corte)),
        "actividad_id": texto([a.id for a in todas], actividad),
        "meta": decimal(np.array([0 if a.meta is None else act.diezmilesimas(a.meta) for a in todas], object)[actividad], 4, sin_meta),
        "ejecutado": decimal(de(c.ejecutado), 4),
        "avance_bruto_pct": decimal(de(c.bruto), 2, sin_meta),
        "avance_pct": decimal(de(c.avance), 2, sin_meta),
        "avance_reportado_pct": decimal(de(c.avance), 2, sin_meta | (de(c.registros) == 0)),
        "programacion": texto([a.programacion for a in todas], actividad),
        "programado": decimal(de(c.programado), 4, sin_meta),
        "cumplimiento_pct": decimal(de(c.cumplimiento), 2, sin_programado),
        "estado": pa.array(de(c.estado)).cast(pa.string()),
        "zona": pa.array(de(c.zona)).cast(pa.string()),
        "registros_que_cuentan": pa.array(de(c.registros)),
    }
    tabla = TABLAS["indicadores_actividad"]
    return pa.table({n: columnas[n] for n in tabla.nombres}).cast(esquema_arrow(tabla)), suya.astype(np.int32)


class _Filas:
    """Junta las filas de una tabla de medias, en orden."""

    def __init__(self, nombre: str) -> None:
        self.tabla = TABLAS[nombre]
        self.particion: list[int] = []
        self.clave: list[Any] = []
        self.corte: list[date] = []
        self.grupos: list[Grupo] = []

    def agregar(self, particion: int, corte: date, clave: Any, grupo: Grupo) -> None:
        self.particion.append(particion)
        self.corte.append(corte)
        self.clave.append(clave)
        self.grupos.append(grupo)

    def cerrar(self, particiones: Sequence[Particion]) -> TablaYParticion:
        suya = np.array(self.particion, np.int32)
        columnas: dict[str, pa.Array] = {
            "entidad": pa.array([p.entidad for p in particiones], pa.string()).take(pa.array(suya)),
            "vigencia": pa.array([p.vigencia for p in particiones], pa.int64()).take(pa.array(suya)),
            "corte": pa.array(self.corte, pa.date32()),
            **_medias(self.grupos),
        }
        propia = next((c for c in self.tabla.clave if c not in columnas), None)
        if propia:
            columnas[propia] = pa.array(self.clave, pa.string())
        return pa.table({n: columnas[n] for n in self.tabla.nombres}).cast(esquema_arrow(self.tabla)), suya


def _medias(grupos: Sequence[Grupo]) -> dict[str, pa.Array]:
    return {
        "avance_pct": decimal([g.avance.porcentaje for g in grupos], 2),
        "avance_numerador": decimal([g.avance.numerador for g in grupos], 6),
        "avance_denominador": decimal([g.avance.denominador for g in grupos], 6),
        "avance_reportado_pct": decimal([g.reportado.porcentaje for g in grupos], 2),
        "cumplimiento_pct": decimal([g.cumplimiento.porcentaje for g in grupos], 2),
        "cumplimiento_numerador": decimal([g.cumplimiento.numerador for g in grupos], 6),
        "cumplimiento_denominador": decimal([g.cumplimiento.denominador for g in grupos], 6),
        "zona": pa.array([g.cumplimiento.zona for g in grupos], pa.string()),
        "actividades_con_meta": pa.array([g.con_meta for g in grupos], pa.int64()),
        "actividades_con_reporte": pa.array([g.con_reporte for g in grupos], pa.int64()),
    }


def _tablas_de_grupos(hecho: act.Acumulado, previsto: act.Programado, particiones: Sequence[Particion], rejilla: Sequence[date], cortes: frozenset[date]) -> dict[str, TablaYParticion]:
    filas = {n: _Filas(n) for n in ("indicadores_subcomponente", "indicadores_dependencia", "indicadores_total", "serie")}
    meses = {c for c in rejilla if _es_fin_de_mes(c)}
    primera = 0
    for i, p in enumerate(particiones):
        cuantas = len(p.plan.actividades)
        desde = min([p.plan.inicio, *(a.inicio for a in p.plan.actividades)])
        _de_la_particion(i, p, _medidas(hecho, previsto, p, slice(primera, primera + cuantas)), rejilla, cortes, {m for m in meses if m >= desde}, filas)
        primera += cuantas
    return {n: f.cerrar(particiones) for n, f in filas.items()}


def _es_fin_de_mes(dia: date) -> bool:
    return (date.fromordinal(dia.toordinal() + 1)).day == 1


def _medidas(hecho: act.Acumulado, previsto: act.Programado, p: Particion, filas: slice) -> list[list[Medida | None]]:
    """Arma lo que los grupos necesitan: por corte, una medida por actividad (nada si no tiene meta)."""
    metas, partes, parte = previsto.meta[filas].tolist(), previsto.partes[filas].tolist(), previsto.parte[filas].T.tolist()
    ejecutado, registros = hecho.ejecutado[filas].T.tolist(), hecho.registros[filas].T.tolist()
    pesos = [act.diezmilesimas(a.peso) for a in p.plan.actividades]
    con_meta = previsto.con_meta[filas].tolist()
    return [
        [
            Medida(w, min(e, m), m, min(e * n, m * k), m * k, r) if si else None
            for w, m, n, si, k, e, r in zip(pesos, metas, partes, con_meta, parte[c], ejecutado[c], registros[c], strict=True)
        ]
        for c in range(len(parte))
    ]


def _de_la_particion(i: int, p: Particion, medidas: list[list[Medida | None]], rejilla: Sequence[date], cortes: frozenset[date], meses: set[date], filas: Mapping[str, _Filas]) -> None:
    subs: dict[str, list[int]] = {}
    deps: dict[str, list[int]] = {}
    for n, a in enumerate(p.plan.actividades):
        subs.setdefault(a.subcomponente_id, []).append(n)
        for r in dict.fromkeys(a.responsables):
            deps.setdefault(r, []).append(n)
    pesos = {s: act.diezmilesimas(p.plan.actividades[ns[0]].peso_subcomponente) for s, ns in subs.items()}
    for c, dia in enumerate(rejilla):
        oficial, mensual = dia in cortes, dia in meses
        if not oficial and not mensual:
            continue
        del_dia = medidas[c]
        grupos = {s: agrupar([m for n in ns if (m := del_dia[n])]) for s, ns in subs.items()}
        total = totalizar([(pesos[s], g) for s, g in grupos.items()])
        if mensual:
            filas["serie"].agregar(i, dia, f"{dia:%Y-%m}", total)
        if oficial:
            filas["indicadores_total"].agregar(i, dia, None, total)
            for s in sorted(grupos):
                filas["indicadores_subcomponente"].agregar(i, dia, s, grupos[s])
            for d in sorted(deps):
                filas["indicadores_dependencia"].agregar(i, dia, d, agrupar([m for n in deps[d] if (m := del_dia[n])]))
