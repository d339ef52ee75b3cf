"""De una lectura (todo texto) a candidatos con tipo, con un rechazo por cada fila que no se entiende."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from esquemas.arrow import tipo_arrow
from rendicion.conversion import Falta, leer_cantidad, leer_fecha
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.proteccion import CLAVE_DUDOSA, OCULTO, URL_DUDOSA, clave_personal, detectar, ocultar, url_personal

_AVANCES = TABLAS["avances"]

_CON_DATO_PERSONAL = {
    "registro": Falta(
        "registro_con_dato_personal",
        "La clave parece un dato personal y no se puede publicar.",
        "Numere sin usar datos de personas, o declare como registro otra columna.",
    ),
    "url": Falta("url_con_dato_personal", "La dirección web lleva un dato personal y no se puede publicar.", "Escriba la dirección sin ese dato."),
}

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
    lectura, con_persona = _sin_personas(lectura)
    celdas, fuente = lectura.celdas, lectura.fuente
    rechazos = [*lectura.rechazos, *con_persona]
    hallazgos = list(lectura.hallazgos)
    columnas: dict[str, pa.Array | pa.ChunkedArray] = {
        "fila": pa.array(range(celdas.num_rows), pa.int64()),
        "lugar": celdas["lugar"],
        **{n: celdas[n] for n in ("registro", "actividad_id", "url")},
    }
    for campo in ("titulo", "canal", "dependencia"):
        columnas[campo], vistos = _sin_datos_personales(celdas, campo)
        hallazgos += [_alarma(lectura, fila, campo) for fila in vistos]
    columnas["dependencia"] = pc.fill_null(columnas["dependencia"], fuente.dependencia)
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


def _sin_personas(lectura: Lectura) -> tuple[Lectura, list[Rechazo]]:
    """Quita la clave y la dirección web que parecen un dato personal, porque se publicarían (Ley 1581 de 2012), y rechaza el registro.

    El registro queda nombrado por su fila, también en los rechazos que ya traía.
    """
    celdas, columnas = lectura.celdas, lectura.fuente.columnas
    claves = _filas_que(celdas["registro"], CLAVE_DUDOSA, partial(clave_personal, columna=columnas.get("registro", "")))
    cortos = {f: _corto(lectura, f) for f in claves}
    urls = _filas_que(celdas["url"], URL_DUDOSA, url_personal)
    celdas = _cambiar(_cambiar(celdas, "registro", cortos), "url", dict.fromkeys(urls))
    rechazos = [
        replace(_rechazo(celdas, fila, campo, _CON_DATO_PERSONAL[campo], columnas.get(campo)), valor=OCULTO)
        for campo, filas in (("registro", claves), ("url", urls))
        for fila in filas
    ]
    previos = tuple(replace(r, registro=cortos.get(r.fila, r.registro)) for r in lectura.rechazos)
    return replace(lectura, celdas=celdas, rechazos=previos), rechazos


def _filas_que(columna: pa.ChunkedArray, dudoso: str, parece: Callable[[str], bool]) -> list[int]:
    """Devuelve las filas cuyo texto parece algo; solo revisa una por una las dudosas."""
    filas = pc.indices_nonzero(pc.match_substring_regex(columna, dudoso))
    return [f for f, texto in zip(filas.to_pylist(), columna.take(filas).to_pylist(), strict=True) if parece(texto)]


def _cambiar(celdas: pa.Table, campo: str, nuevos: Mapping[int, str | None]) -> pa.Table:
    if not nuevos:
        return celdas
    textos = [nuevos.get(f, t) for f, t in enumerate(celdas[campo].to_pylist())]
    return celdas.set_column(celdas.schema.get_field_index(campo), campo, pa.array(textos, pa.string()))


def _corto(lectura: Lectura, fila: int) -> str:
    """Da el nombre que un registro recibe de su lugar: «hoja Enero, fila 12»."""
    lugar: str = lectura.celdas["lugar"][fila].as_py()
    return lugar.removeprefix(lectura.archivo).lstrip("/, ")


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
