"""Las tablas de indicadores de un lote: las definiciones de `rendicion.indicadores`, en columnas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esquemas import TABLAS
from esquemas.arrow import PRECISION, esquema_arrow
from rendicion.pais import actividades as act
from rendicion.pais.conteo import codificada, lugar_de_actividad
from rendicion.pais.grupos import Agrupacion, Medias, Razones, enteros, promediar, promediar_medias
from rendicion.pais.lectura import Particion, codigos
from rendicion.plan import Actividad

Enteros32 = npt.NDArray[np.int32]
TablaYParticion = tuple[pa.Table, Enteros32]


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
        **_tablas_de_grupos(hecho, previsto, particiones, rejilla, cortes),
    }


def _acumulado(avances: pa.Table, particion: Enteros32, particiones: Sequence[Particion], de_nivel: Sequence[bool], rejilla: Sequence[date]) -> act.Acumulado:
    cuenta = avances["cuenta"].combine_chunks()
    suya = particion[cuenta.to_numpy(zero_copy_only=False)]
    actividad, fecha, cantidad = (codificada(avances[c].combine_chunks().filter(cuenta)) for c in ("actividad_id", "fecha", "cantidad"))
    dia = fecha.dictionary.cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)
    return act.acumular(lugar_de_actividad(suya, actividad, particiones), dia[codigos(fecha)], act.enteros_de(cantidad.dictionary)[codigos(cantidad)], np.array(de_nivel), rejilla)


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


def _tablas_de_grupos(hecho: act.Acumulado, previsto: act.Programado, particiones: Sequence[Particion], rejilla: Sequence[date], cortes: Sequence[date]) -> dict[str, TablaYParticion]:
    todas = [(i, a) for i, p in enumerate(particiones) for a in p.plan.actividades]
    subs, de_sub = _nombrar([(i, a.subcomponente_id) for i, a in todas])
    filas, pares = zip(*((n, (i, r)) for n, (i, a) in enumerate(todas) for r in dict.fromkeys(a.responsables)), strict=True) if any(a.responsables for _, a in todas) else ((), ())
    deps, de_dep = _nombrar(pares)
    pesos = {(i, a.subcomponente_id): act.diezmilesimas(a.peso_subcomponente) for i, a in reversed(todas)}
    medidas = _Medidas.de(hecho, previsto, [a for _, a in todas])
    por_sub = medidas.agrupar(Agrupacion.de(de_sub))
    total = por_sub.agrupar(Agrupacion.de([i for i, _ in subs]), enteros([pesos[s] for s in subs]))
    oficiales = np.array([rejilla.index(c) for c in cortes])
    meses = np.array([n for n, c in enumerate(rejilla) if _es_fin_de_mes(c)], np.int64)
    desde = np.array([min([p.plan.inicio, *(a.inicio for a in p.plan.actividades)]) for p in particiones], "datetime64[D]")
    vistos = desde[:, None] <= np.array(rejilla, "datetime64[D]")[None, meses]
    una = [(i, "") for i in range(len(particiones))]
    tablas = {
        "indicadores_subcomponente": _tabla_de_grupos("indicadores_subcomponente", por_sub, subs, _filas(subs, oficiales), particiones, rejilla),
        "indicadores_total": _tabla_de_grupos("indicadores_total", total, una, _filas(una, oficiales), particiones, rejilla),
        "serie": _tabla_de_grupos("serie", total, una, _filas(una, meses)[:, vistos.ravel()], particiones, rejilla),
    }
    if deps:
        por_dep = medidas.agrupar(Agrupacion.de(de_dep, filas))
        return tablas | {"indicadores_dependencia": _tabla_de_grupos("indicadores_dependencia", por_dep, deps, _filas(deps, oficiales), particiones, rejilla)}
    return tablas | {"indicadores_dependencia": (esquema_arrow(TABLAS["indicadores_dependencia"]).empty_table(), np.zeros(0, np.int32))}


def _es_fin_de_mes(dia: date) -> bool:
    return (date.fromordinal(dia.toordinal() + 1)).day == 1


def _nombrar(pares: Sequence[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[int]]:
    """Reúne los grupos distintos (partición, clave), en orden, y dice cuál es el de cada fila."""
    grupos = sorted(set(pares))
    lugar = {g: n for n, g in enumerate(grupos)}
    return grupos, [lugar[p] for p in pares]


def _filas(grupos: Sequence[tuple[int, str]], cortes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Pone en orden las filas de una tabla, por partición, corte y grupo; devuelve de qué grupo y de qué corte es cada una."""
    grupo, corte = np.repeat(np.arange(len(grupos)), len(cortes)), np.tile(cortes, len(grupos))
    orden = np.lexsort((grupo, corte, np.array([i for i, _ in grupos])[grupo]))
    return np.stack([grupo[orden], corte[orden]])


@dataclass(frozen=True)
class _Grupos:
    """Son las tres medias de unos grupos en cada corte, y sus dos cuentas."""

    avance: Medias
    reportado: Medias
    cumplimiento: Medias
    con_meta: npt.NDArray[np.int64]
    con_reporte: npt.NDArray[np.int64]

    def agrupar(self, grupos: Agrupacion, peso: act.Columna) -> _Grupos:
        """Reúne los subcomponentes en el total, por el peso de cada uno."""
        avance, reportado, cumplimiento = (promediar_medias(grupos, peso, m) for m in (self.avance, self.reportado, self.cumplimiento))
        return _Grupos(avance, reportado, cumplimiento, grupos.sumar(self.con_meta), grupos.sumar(self.con_reporte))


@dataclass(frozen=True)
class _Medidas:
    """Es lo que los grupos necesitan de cada actividad en cada corte."""

    avance: Razones
    reportado: Razones
    cumplimiento: Razones

    @classmethod
    def de(cls, hecho: act.Acumulado, previsto: act.Programado, actividades: Sequence[Actividad]) -> _Medidas:
        e, m, debido, logrado, _ = act.cuentas(hecho, previsto)
        peso = enteros([act.diezmilesimas(a.peso) for a in actividades])
        con_meta = np.broadcast_to(previsto.con_meta[:, None], e.shape)
        meta = np.broadcast_to(m, e.shape)
        avance = Razones(peso, np.minimum(e, meta), meta, con_meta)
        return cls(avance, replace(avance, entra=con_meta & (hecho.registros > 0)), Razones(peso, np.minimum(logrado, debido), debido, con_meta & (debido > 0)))

    def agrupar(self, grupos: Agrupacion) -> _Grupos:
        """Reúne las actividades con meta de cada grupo."""
        avance, reportado, cumplimiento = (promediar(grupos, x) for x in (self.avance, self.reportado, self.cumplimiento))
        return _Grupos(avance, reportado, cumplimiento, grupos.sumar(self.avance.entra.astype(np.int64)), grupos.sumar(self.reportado.entra.astype(np.int64)))


def _tabla_de_grupos(
    nombre: str, g: _Grupos, grupos: Sequence[tuple[int, str]], filas: npt.NDArray[np.int64], particiones: Sequence[Particion], rejilla: Sequence[date]
) -> TablaYParticion:
    tabla, (grupo, corte) = TABLAS[nombre], filas
    suya = np.array([i for i, _ in grupos], np.int32)[grupo]

    def de(columna: act.Columna) -> act.Columna:
        hecha: act.Columna = columna[grupo, corte]
        return hecha

    def textos(valores: Sequence[str], lugar: npt.NDArray[Any]) -> pa.Array:
        return pa.array(valores, pa.string()).take(pa.array(lugar))

    columnas: dict[str, pa.Array] = {
        "entidad": textos([p.entidad for p in particiones], suya),
        "vigencia": pa.array(np.array([p.vigencia for p in particiones])[suya]),
        "corte": pa.array(rejilla, pa.date32()).take(pa.array(corte)),
        "mes": textos([f"{c:%Y-%m}" for c in rejilla], corte),
        "avance_reportado_pct": decimal(de(g.reportado.porcentaje), 2, de(g.reportado.vacia)),
        "zona": pa.array(de(g.cumplimiento.zona)).cast(pa.string()),
        "actividades_con_meta": pa.array(de(g.con_meta)),
        "actividades_con_reporte": pa.array(de(g.con_reporte)),
    }
    for medida, m in (("avance", g.avance), ("cumplimiento", g.cumplimiento)):
        columnas[f"{medida}_pct"] = decimal(de(m.porcentaje), 2, de(m.vacia))
        columnas[f"{medida}_numerador"] = decimal(de(m.numerador), 6)
        columnas[f"{medida}_denominador"] = decimal(de(m.peso) * 100, 6)
    propia = next((c for c in tabla.clave if c not in columnas), None)
    if propia:
        columnas[propia] = textos([c for _, c in grupos], grupo)
    return pa.table({n: columnas[n] for n in tabla.nombres}).cast(esquema_arrow(tabla)), suya
