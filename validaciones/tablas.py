"""Valida las tablas que se van a publicar, con las reglas de su esquema y las de las cuentas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from validaciones.derivadas import reglas_de_la_tabla
from validaciones.negocio import regla_un_registro_una_vez, reglas_de_conciliacion
from validaciones.reglas import DE_TABLA, EJEMPLOS, Regla, Resultado
from validaciones.validador import Validador


def validar_tablas(motor: Validador, tablas: Mapping[str, pa.Table]) -> tuple[Resultado, ...]:
    """Corre las reglas de cada tabla y las de las cuentas; lo que falle aquí impide publicar.

    En una tabla vacía solo corren las reglas que no miran filas: las demás se dan por no corridas, nunca por buenas.
    """
    nombres, reglas = list(tablas), {n: reglas_de_la_tabla(TABLAS[n]) for n in tablas}
    corren = {n: [r for r in reglas[n] if tablas[n].num_rows or r.expectativa in DE_TABLA] for n in nombres}
    avances, cuentas = tablas["avances"], reglas_de_conciliacion()
    *de_tabla, de_cuentas, de_registros = motor.validar_lotes(
        [
            *((tablas[n], corren[n]) for n in nombres),
            (_con_restas(tablas["conciliacion"], cuentas), cuentas),
            (avances.filter(avances["cuenta"]), [regla_un_registro_una_vez()]),
        ]
    )
    resultados: list[Resultado] = []
    for nombre, hechos in zip(nombres, de_tabla, strict=True):
        por_regla = dict(zip(map(id, corren[nombre]), hechos, strict=True))
        todos = [por_regla.get(id(r)) or Resultado(r, 0, 0, "no_corrio", detalle="La tabla está vacía.") for r in reglas[nombre]]
        resultados += _con_ejemplos(todos, tablas[nombre], TABLAS[nombre].clave)
    return (*resultados, *de_cuentas, *de_registros)


def _con_restas(conciliacion: pa.Table, reglas: Sequence[Regla]) -> pa.Table:
    """Agrega la resta que mira cada regla de las cuentas: «recibidos - aceptados - rechazados» debe dar 0."""
    for regla in reglas:
        primero, *otros = regla.parametros["column"].split(" - ")
        conciliacion = conciliacion.append_column(regla.parametros["column"], reduce(lambda r, c: pc.subtract(r, conciliacion[c]), otros, conciliacion[primero]))
    return conciliacion


def _con_ejemplos(resultados: list[Resultado], datos: pa.Table, clave: tuple[str, ...]) -> list[Resultado]:
    return [replace(r, ejemplos=tuple(_ejemplo(r, datos, clave, i) for i in r.filas[:EJEMPLOS])) for r in resultados]


def _ejemplo(resultado: Resultado, datos: pa.Table, clave: tuple[str, ...], fila: int) -> dict[str, Any]:
    campo = resultado.regla.campo
    return {
        "registro": " · ".join(str(datos[c][fila].as_py()) for c in clave),
        "campo": campo,
        "valor": str(datos[campo][fila].as_py()) if campo else None,
        "explicacion": f"No se cumple: {resultado.regla.descripcion}",
        "como_corregir": "Avise al equipo de datos: la tabla no se publica así.",
    }
