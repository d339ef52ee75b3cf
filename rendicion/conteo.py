"""Qué registros aceptados cuentan: dentro de la ventana, hasta el corte y una sola vez.

La definición es la del contrato: cada (fuente, registro) una vez por actividad y, entre las
fuentes cuya dirección web nombra la cosa misma, cada (actividad, url) una vez. Cuenta el
primero por (fecha, avance_id); los demás señalan al que cuenta.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from esquemas.arrow import esquema_arrow, ordenar
from rendicion.indicadores import Diario
from rendicion.plan import Plan

_AVANCES = TABLAS["avances"]
_DESEMPATE = ("fecha", "actividad_id", "cantidad", "titulo", "url", "canal", "dependencia")


def numerar(aceptados: pa.Table) -> pa.Table:
    """Da a cada fila su avance_id: fuente:registro, y ~2, ~3… a los registros repetidos.

    Los repetidos se numeran por su contenido, así el número no depende del orden del archivo.
    """
    orden = [(c, "ascending") for c in ("fuente", "registro", *_DESEMPATE)]
    filas = aceptados.sort_by(orden)
    base = pc.binary_join_element_wise(filas["fuente"], filas["registro"], ":").combine_chunks()
    if not len(base):
        return filas.append_column("avance_id", pa.array([], pa.string()))
    nueva = np.ones(len(base), dtype=bool)
    nueva[1:] = pc.not_equal(base[1:], base[:-1]).to_numpy(zero_copy_only=False)
    posicion = np.arange(len(base))
    vez = posicion - np.maximum.accumulate(np.where(nueva, posicion, 0)) + 1
    # Un registro que ya termina en ~número lleva siempre su vez: así nunca se confunde con la repetición de otro.
    sin_sufijo = pc.and_(pa.array(vez == 1), pc.invert(pc.match_substring_regex(base, r"~\d+$")))
    sufijo = pc.if_else(sin_sufijo, "", pc.binary_join_element_wise("~", pa.array(vez).cast(pa.string()), ""))
    return filas.append_column("avance_id", pc.binary_join_element_wise(base, sufijo, ""))


def contar(aceptados: pa.Table, plan: Plan, corte: date, url_identifica: Collection[str]) -> pa.Table:
    """Devuelve la tabla `avances`: marca qué filas cuentan en la entrega, y por qué no las demás.

    `aceptados` trae las columnas de la evidencia y `fuente`; `url_identifica`, las fuentes cuya
    dirección web nombra la cosa misma.
    """
    filas = numerar(aceptados).sort_by([("fecha", "ascending"), ("avance_id", "ascending")])
    fuera = _fuera_de_ventana(filas, plan)
    posterior = pc.and_(pc.invert(fuera), pc.greater(filas["fecha"], pa.scalar(corte, pa.date32())))
    dentro = pc.invert(pc.or_(fuera, posterior))
    duplicado_de = _duplicados(filas, dentro, url_identifica)
    duplicado = pc.is_valid(duplicado_de)
    motivo = pc.case_when(
        pc.make_struct(fuera, posterior, duplicado),
        pa.scalar("fuera_de_ventana"),
        pa.scalar("posterior_al_corte"),
        pa.scalar("duplicado"),
    )
    completas = (
        filas.append_column("entidad", pa.array([plan.entidad] * filas.num_rows, pa.string()))
        .append_column("vigencia", pa.array(np.full(filas.num_rows, plan.vigencia), pa.int64()))
        .append_column("cuenta", pc.and_(dentro, pc.invert(duplicado)))
        .append_column("motivo", motivo)
        .append_column("duplicado_de", duplicado_de)
    )
    esquema = esquema_arrow(_AVANCES)
    return ordenar(_AVANCES, completas.select(list(_AVANCES.nombres)).cast(esquema))


def _fuera_de_ventana(filas: pa.Table, plan: Plan) -> pa.ChunkedArray:
    ids = pa.array([a.id for a in plan.actividades], pa.string())
    lugar = pc.index_in(filas["actividad_id"], ids)
    inicio = pa.array([a.inicio for a in plan.actividades], pa.date32()).take(lugar.combine_chunks())
    fin = pa.array([a.fin for a in plan.actividades], pa.date32()).take(lugar.combine_chunks())
    return pc.or_(pc.less(filas["fecha"], inicio), pc.greater(filas["fecha"], fin))


def _repetidas(claves: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Señala las claves que salen más de una vez; una clave nula nunca repite."""
    codificada = claves.dictionary_encode()
    indices = pc.fill_null(codificada.indices, -1).to_numpy(zero_copy_only=False)
    veces = np.bincount(indices[indices >= 0], minlength=len(codificada.dictionary) or 1)
    return np.asarray((indices >= 0) & (veces[np.maximum(indices, 0)] > 1))


def _duplicados(filas: pa.Table, dentro: pa.ChunkedArray, url_identifica: Collection[str]) -> pa.Array:
    """Dice, para cada fila, cuál es el avance que cuenta en su lugar (nulo si no es duplicada).

    Solo las claves que se repiten se recorren una a una, en orden de (fecha, avance_id).
    """
    separador = "\x1f"
    por_registro = pc.binary_join_element_wise(filas["actividad_id"], filas["fuente"], filas["registro"], separador)
    identifica = pc.is_in(filas["fuente"], pa.array(sorted(url_identifica), pa.string()))
    url = pc.if_else(identifica, filas["url"], pa.scalar(None, pa.string()))
    por_url = pc.binary_join_element_wise(filas["actividad_id"], url, separador)
    nulo = pa.scalar(None, pa.string())
    claves = [pc.if_else(dentro, c, nulo).combine_chunks() for c in (por_registro, por_url)]
    dudosas = np.flatnonzero(_repetidas(claves[0]) | _repetidas(claves[1]))
    duplicado_de: list[str | None] = [None] * filas.num_rows
    vistas: dict[tuple[int, str], str] = {}
    for i in dudosas.tolist():
        suyas = [(n, c[i].as_py()) for n, c in enumerate(claves) if c[i].is_valid]
        primero = next((vistas[c] for c in suyas if c in vistas), None)
        if primero is None:
            avance_id = filas["avance_id"][i].as_py()
            vistas.update(dict.fromkeys(suyas, avance_id))
        duplicado_de[i] = primero
    return pa.array(duplicado_de, pa.string())


def diarios(avances: pa.Table) -> list[Diario]:
    """Acumula las filas que cuentan por actividad y día; de ahí salen todos los indicadores."""
    cuentan = avances.filter(avances["cuenta"]).sort_by(
        [("actividad_id", "ascending"), ("fecha", "ascending"), ("avance_id", "ascending")]
    )
    cuentan = cuentan.append_column("posicion", pa.array(np.arange(cuentan.num_rows)))
    grupos = cuentan.group_by(["actividad_id", "fecha"]).aggregate([("cantidad", "sum"), ("posicion", "max"), ("posicion", "count")])
    ultimos: Iterable[object] = cuentan["cantidad"].take(grupos["posicion_max"]).to_pylist()
    return sorted(
        Diario(actividad_id=a, fecha=f, suma=s, ultimo=u, registros=n)  # type: ignore[arg-type]
        for a, f, s, n, u in zip(
            grupos["actividad_id"].to_pylist(),
            grupos["fecha"].to_pylist(),
            grupos["cantidad_sum"].to_pylist(),
            grupos["posicion_count"].to_pylist(),
            ultimos,
            strict=True,
        )
    )
