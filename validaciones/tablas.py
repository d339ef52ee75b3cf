"""Valida las tablas que se van a publicar, con las reglas de su esquema y las de las cuentas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from esquemas import TABLAS
from validaciones.derivadas import reglas_de_la_tabla
from validaciones.marco import a_pandas
from validaciones.motor import DE_TABLA, EJEMPLOS, Motor
from validaciones.negocio import regla_un_registro_una_vez, reglas_de_conciliacion
from validaciones.reglas import Regla, Resultado


def validar_tablas(motor: Motor, tablas: Mapping[str, pa.Table]) -> tuple[Resultado, ...]:
    """Corre las reglas de cada tabla; lo que falle aquí impide publicar."""
    resultados: list[Resultado] = []
    for nombre, datos in tablas.items():
        resultados += _con_ejemplos(_validar_tabla(motor, datos, reglas_de_la_tabla(TABLAS[nombre])), datos, TABLAS[nombre].clave)
    reglas = reglas_de_conciliacion()
    cuentas = a_pandas(tablas["conciliacion"])
    for r in reglas:
        cuentas[r.parametros["column"]] = cuentas.eval(r.parametros["column"])
    resultados += motor.validar(cuentas, reglas)
    avances = tablas["avances"]
    return (*resultados, *motor.validar(a_pandas(avances.filter(avances["cuenta"])), [regla_un_registro_una_vez()]))


def _validar_tabla(motor: Motor, datos: pa.Table, reglas: list[Regla]) -> list[Resultado]:
    """Corre las reglas; en una tabla vacía, solo las que no miran filas: las demás se dan por no corridas, nunca por buenas."""
    corren = [r for r in reglas if datos.num_rows or r.expectativa in DE_TABLA]
    hechos = {id(h.regla): h for h in motor.validar(a_pandas(datos), corren)}
    return [hechos.get(id(r)) or Resultado(r, 0, 0, "no_corrio", detalle="La tabla está vacía.") for r in reglas]


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
