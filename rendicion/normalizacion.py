"""De una lectura (todo texto) a candidatos con tipo, con un rechazo por cada fila que no se entiende."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from esquemas.arrow import tipo_arrow
from rendicion.conversion import Falta, leer_cantidad, leer_fecha
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.proteccion import OCULTO, detectar, ocultar

_AVANCES = TABLAS["avances"]

_SIN_VALOR = {
    "actividad_id": ("actividad_ausente", "El registro no dice a qué actividad del plan aporta.", "Escriba el número de la actividad, por ejemplo 1.4."),
    "fecha": ("fecha_ausente", "El registro no tiene fecha.", "Escriba el día en que ocurrió el hecho."),
    "cantidad": ("cantidad_ausente", "El registro no dice la cantidad. Una celda vacía no es un cero.", "Escriba la cantidad; si fue cero, escriba 0."),
    "titulo": ("titulo_ausente", "El registro no tiene título.", "Escriba el título o el nombre de la actividad realizada."),
}


@dataclass(frozen=True)
class Candidatos:
    """Son los registros de una fuente con su tipo, antes de las reglas de negocio.

    `tabla` tiene una fila por registro recibido, en su orden: `fila` (posición desde 0),
    `lugar` y las columnas de `avances` que vienen de la fuente; lo que no se entendió es nulo
    y tiene su rechazo.
    """

    lectura: Lectura
    tabla: pa.Table
    rechazos: tuple[Rechazo, ...]
    hallazgos: tuple[Hallazgo, ...] = ()


def normalizar(lectura: Lectura) -> Candidatos:
    """Convierte cada celda al tipo que declara el esquema; nada se adivina y nada se pierde."""
    celdas, fuente = lectura.celdas, lectura.fuente
    rechazos = list(lectura.rechazos)
    hallazgos = list(lectura.hallazgos)
    columnas: dict[str, pa.Array | pa.ChunkedArray] = {
        "fila": pa.array(range(celdas.num_rows), pa.int64()),
        "lugar": celdas["lugar"],
        **{n: celdas[n] for n in ("registro", "actividad_id", "url")},
        "dependencia": pc.fill_null(celdas["dependencia"], fuente.dependencia),
    }
    for campo in ("titulo", "canal"):
        columnas[campo], vistos = _sin_datos_personales(celdas, campo)
        hallazgos += [_alarma(lectura, fila, campo) for fila in vistos]
    exigidos = ["actividad_id", "fecha", "cantidad", *(["titulo"] if "titulo" in fuente.columnas else [])]
    for campo in exigidos:
        rechazos += _ausentes(celdas, campo, fuente.columnas.get(campo))
    lectores: dict[str, Callable[[str], object]] = {
        "fecha": partial(leer_fecha, fuente=fuente),
        "cantidad": partial(leer_cantidad, fuente=fuente),
    }
    for campo, leer in lectores.items():
        columnas[campo], faltas = _convertir(celdas[campo], leer, tipo_arrow(_AVANCES.campo(campo)))
        rechazos += [_rechazo(celdas, fila, campo, falta, fuente.columnas.get(campo)) for fila, falta in faltas]
    # De una fila que no se pudo leer no se dice además qué le falta: sus celdas no están en su sitio.
    de_lectura = set(lectura.rechazos)
    torcidas = {r.fila for r in de_lectura}
    propios = [r for r in rechazos if r in de_lectura or r.fila not in torcidas]
    return Candidatos(lectura, pa.table(columnas), unir_rechazos(propios), tuple(hallazgos))


def _ausentes(celdas: pa.Table, campo: str, columna: str | None) -> list[Rechazo]:
    regla, explicacion, como = _SIN_VALOR[campo]
    filas = pc.indices_nonzero(pc.is_null(celdas[campo])).to_pylist()
    return [_rechazo(celdas, fila, campo, Falta(regla, explicacion, como), columna) for fila in filas]


def _sin_datos_personales(celdas: pa.Table, campo: str) -> tuple[pa.ChunkedArray, list[int]]:
    """Oculta lo que parece dato personal en un texto que se va a publicar, y dice en qué filas (Ley 1581 de 2012)."""
    codificada = celdas[campo].combine_chunks().dictionary_encode()
    textos = codificada.dictionary.to_pylist()
    malos = {i: ocultar(t) for i, t in enumerate(textos) if detectar(t)}
    if not malos:
        return celdas[campo], []
    limpios = pa.array([malos.get(i, t) for i, t in enumerate(textos)], pa.string())
    filas = pc.indices_nonzero(pc.is_in(codificada.indices, pa.array(list(malos), codificada.indices.type))).to_pylist()
    return pa.chunked_array([limpios.take(codificada.indices)]), filas


def _alarma(lectura: Lectura, fila: int, campo: str) -> Hallazgo:
    return Hallazgo(
        origen=lectura.fuente.id,
        registro=lectura.celdas["registro"][fila].as_py(),
        campo=campo,
        regla="posible_dato_personal",
        gravedad="grave",
        explicacion=f"El texto parece tener un dato personal; se publica sin él. Está en {lectura.celdas['lugar'][fila].as_py()}.",
        valor=OCULTO,
    )


def _convertir(
    columna: pa.ChunkedArray, leer: Callable[[str], object], tipo: pa.DataType
) -> tuple[pa.ChunkedArray, list[tuple[int, Falta]]]:
    """Lee una vez cada texto distinto: el costo depende de los valores, no de las filas."""
    codificada = columna.combine_chunks().dictionary_encode()
    leidos = [leer(t) for t in codificada.dictionary.to_pylist()]
    valores = pa.array([None if isinstance(v, Falta) else v for v in leidos], tipo)
    malos = [i for i, v in enumerate(leidos) if isinstance(v, Falta)]
    faltas: list[tuple[int, Falta]] = []
    if malos:
        filas = pc.indices_nonzero(pc.is_in(codificada.indices, pa.array(malos, codificada.indices.type))).to_pylist()
        faltas = [(f, leidos[codificada.indices[f].as_py()]) for f in filas]  # type: ignore[misc]
    return pa.chunked_array([valores.take(codificada.indices)]), faltas


def _rechazo(celdas: pa.Table, fila: int, campo: str, falta: Falta, columna: str | None) -> Rechazo:
    lugar = celdas["lugar"][fila].as_py() + (f", columna «{columna}»" if columna else "")
    return Rechazo(
        fila=fila,
        registro=celdas["registro"][fila].as_py(),
        campo=campo,
        regla=falta.regla,
        explicacion=f"{falta.explicacion} Está en {lugar}.",
        como_corregir=falta.como_corregir,
        valor=celdas[campo][fila].as_py(),
    )


def unir_rechazos(rechazos: Iterable[Rechazo]) -> tuple[Rechazo, ...]:
    """Deja un solo rechazo por registro: el primero en llegar, que nombra las demás reglas que fallan."""
    por_fila: dict[int, list[Rechazo]] = {}
    for r in rechazos:
        por_fila.setdefault(r.fila, []).append(r)
    unidos = []
    for fila in sorted(por_fila):
        primero, *otros = por_fila[fila]
        reglas = list(dict.fromkeys(o.regla for o in otros if o.regla != primero.regla))
        extra = f" Además no cumple: {', '.join(reglas)}." if reglas else ""
        valor = None if primero.valor is None else ocultar(primero.valor)
        unidos.append(replace(primero, explicacion=ocultar(primero.explicacion) + extra, valor=valor))
    return tuple(unidos)
