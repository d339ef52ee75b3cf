"""Las cifras exactas de todas las actividades de un lote, en columnas: enteros escalados, nunca coma flotante.

Las cantidades van en diezmilésimas (4 decimales). Si un producto pudiera pasar de 64 bits, las mismas cuentas se
hacen con enteros de Python, que no tienen tope.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rendicion.plan import Actividad

ESCALA = 10_000
_CERO = date(1970, 1, 1)
Columna = npt.NDArray[Any]


@dataclass(frozen=True)
class Acumulado:
    """Es lo hecho por actividad (filas) y corte (columnas): ejecutado en diezmilésimas y registros que cuentan."""

    ejecutado: Columna
    registros: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Programado:
    """Es lo que debía estar hecho: meta · parte / partes, por actividad y corte; `meta` en diezmilésimas, 0 si no la hay."""

    meta: Columna
    con_meta: npt.NDArray[np.bool_]
    parte: npt.NDArray[np.int64]
    partes: npt.NDArray[np.int64]


def diezmilesimas(valor: Decimal) -> int:
    """Convierte una cantidad de 4 decimales a un entero exacto."""
    return int(valor.scaleb(4))


def enteros_de(columna: pa.Array) -> Columna:
    """Lee una columna decimal de 4 decimales como enteros; de 64 bits si caben, o de Python si no."""
    partes = np.frombuffer(columna.buffers()[1], "<i8", count=2 * (columna.offset + len(columna)))[2 * columna.offset :].reshape(-1, 2)
    if np.array_equal(partes[:, 1], partes[:, 0] >> 63) and (not len(partes) or int(np.abs(partes[:, 0]).max()) < 1 << 62):
        return partes[:, 0].copy()
    return np.array([diezmilesimas(v) for v in columna.to_pylist()], dtype=object)


def rejilla(cortes: Iterable[date], desde: date, hasta: date) -> tuple[date, ...]:
    """Reúne los cortes y los fines de mes en que se mide, en orden."""
    meses = range(desde.year * 12 + desde.month - 1, hasta.year * 12 + hasta.month)
    cierres = {date(m // 12, m % 12 + 1, calendar.monthrange(m // 12, m % 12 + 1)[1]) for m in meses}
    return tuple(sorted({c for c in cierres if c <= hasta} | set(cortes)))


def _dias(fechas: Iterable[date]) -> npt.NDArray[np.int64]:
    return np.array([(f - _CERO).days for f in fechas], np.int64)


def acumular(actividad: npt.NDArray[np.int64], dia: npt.NDArray[np.int64], cantidad: Columna, ultimo: npt.NDArray[np.bool_], cortes: Sequence[date]) -> Acumulado:
    """Acumula lo hecho hasta cada corte.

    `actividad` (su lugar), `dia` y `cantidad` son de las filas que cuentan, en orden de (actividad, día, avance_id);
    `ultimo` dice qué actividades son de nivel.
    """
    if cantidad.dtype != object and len(cantidad) and float(np.abs(cantidad).max()) * len(cantidad) >= float(1 << 62):
        cantidad = cantidad.astype(object)
    cuantas, dias = len(ultimo), _dias(cortes)
    suma = np.concatenate([np.zeros(1, cantidad.dtype), np.cumsum(cantidad)])
    clave = actividad << 21 | (dia + (1 << 19))
    todas = np.arange(cuantas, dtype=np.int64)[:, None]
    inicio = np.searchsorted(clave, todas << 21)
    final = np.searchsorted(clave, (todas << 21 | (dias + (1 << 19))[None, :]), side="right")
    registros = final - inicio
    de_suma = suma[final] - suma[inicio]
    if len(cantidad):
        de_nivel = np.where(registros > 0, cantidad[np.maximum(final - 1, 0)], 0)
        de_suma = np.where(ultimo[:, None], de_nivel, de_suma)
    return Acumulado(de_suma, registros)


def programar(actividades: Sequence[Actividad], cortes: Sequence[date]) -> Programado:
    """Calcula qué parte de cada meta debía estar hecha en cada corte, según su regla."""
    dias = _dias(cortes)[None, :]
    inicio, fin = _dias(a.inicio for a in actividades)[:, None], _dias(a.fin for a in actividades)[:, None]
    regla = np.array([a.programacion for a in actividades])[:, None]
    hitos = np.zeros((len(actividades), len(cortes)), np.int64)
    for i, a in enumerate(actividades):
        if a.programacion == "hitos":
            hitos[i] = np.searchsorted(np.sort(_dias(a.hitos)), dias[0], side="right")
    corridos = np.maximum(np.minimum(dias, fin) - inicio + 1, 0)
    parte = np.where(regla == "hitos", hitos, np.where(regla == "al_final", (dias >= fin).astype(np.int64), corridos))
    partes = np.where(regla[:, 0] == "hitos", [max(1, len(a.hitos)) for a in actividades], np.where(regla[:, 0] == "al_final", 1, (fin - inicio + 1)[:, 0]))
    metas = [0 if a.meta is None else diezmilesimas(a.meta) for a in actividades]
    meta = np.array(metas, object)
    if max(metas, default=0) < 1 << 62:
        meta = meta.astype(np.int64)
    return Programado(meta, np.array([a.meta is not None for a in actividades]), parte, partes)


def a_la_par(numerador: Columna, denominador: Columna) -> Columna:
    """Divide enteros no negativos y redondea la mitad hacia el par; donde el denominador es 0 da 0."""
    seguro = np.where(denominador == 0, 1, denominador)
    cociente = numerador // seguro
    doble = (numerador - cociente * seguro) * 2
    hecho: Columna = np.where(denominador == 0, 0, cociente + ((doble > seguro) | ((doble == seguro) & (cociente % 2 == 1))))
    return hecho


@dataclass(frozen=True)
class CifrasDeActividad:
    """Son las columnas de `indicadores_actividad`, por actividad y corte, en enteros; lo vacío se dice aparte."""

    ejecutado: Columna
    registros: npt.NDArray[np.int64]
    bruto: Columna
    avance: Columna
    programado: Columna
    cumplimiento: Columna
    con_meta: npt.NDArray[np.bool_]
    con_programado: npt.NDArray[np.bool_]
    estado: npt.NDArray[np.str_]
    zona: npt.NDArray[np.str_]


def cuentas(hecho: Acumulado, previsto: Programado) -> tuple[Columna, Columna, Columna, Columna, Columna]:
    """Devuelve ejecutado, meta, meta · parte, ejecutado · partes y partes, en enteros que no se desbordan."""
    e, m = hecho.ejecutado, previsto.meta[:, None]
    k, n = previsto.parte, previsto.partes[:, None]
    if any(x.dtype == object for x in (e, m)) or _mayor(e) * ESCALA * _mayor(n) >= 1 << 62 or _mayor(m) * ESCALA * max(_mayor(k), _mayor(n)) >= 1 << 62:
        e, m, k, n = (x.astype(object) for x in (e, m, k, n))
    return e, m, m * k, e * n, n


def medir(hecho: Acumulado, previsto: Programado, fin: Sequence[date], cortes: Sequence[date]) -> CifrasDeActividad:
    """Calcula las cifras de cada actividad en cada corte; los porcentajes, en centésimas y redondeados una vez."""
    e, m, debido, logrado, n = cuentas(hecho, previsto)
    con_meta = np.broadcast_to(previsto.con_meta[:, None], e.shape)
    con_programado = (debido > 0) & con_meta
    cumple = logrado >= debido
    completa = con_meta & (e >= m)
    bajo = con_programado & ~cumple
    vencida = _dias(cortes)[None, :] >= _dias(fin)[:, None]
    estado = np.select(
        [~con_meta, completa, vencida, bajo & (logrado * 100 < debido * 80), (e == 0) & (debido == 0)],
        ["sin_meta", "cumplida", "vencida", "atrasada", "no_iniciada"],
        "en_ejecucion",
    )
    zona = np.select([~con_programado, bajo & (logrado * 100 < debido * 60), bajo & (logrado * 100 < debido * 80)], ["sin_programar", "baja", "media"], "alta")
    bruto = a_la_par(e * ESCALA, np.where(con_meta, m, 0))
    return CifrasDeActividad(
        ejecutado=e,
        registros=hecho.registros,
        bruto=bruto,
        avance=np.where(completa, ESCALA, bruto),
        programado=a_la_par(debido, n),
        cumplimiento=np.where(cumple, ESCALA, a_la_par(np.where(cumple, 0, logrado) * ESCALA, debido)),
        con_meta=con_meta,
        con_programado=con_programado,
        estado=estado,
        zona=zona,
    )


def _mayor(columna: Columna) -> int:
    return int(columna.max()) if columna.size else 0


