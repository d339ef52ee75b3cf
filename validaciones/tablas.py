"""Valida las tablas que se van a publicar, con las reglas de su esquema y las de las cuentas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from esquemas import TABLAS
from validaciones.derivadas import reglas_de_la_tabla
from validaciones.marco import a_pandas
from validaciones.motor import EJEMPLOS, Motor
from validaciones.negocio import regla_un_registro_una_vez, reglas_de_conciliacion
from validaciones.reglas import Resultado


def validar_tablas(motor: Motor, tablas: Mapping[str, pa.Table]) -> tuple[Resultado, ...]:
    """Corre las reglas de cada tabla; lo que falle aquí impide publicar."""
    resultados: list[Resultado] = []
    for nombre, datos in tablas.items():
        resultados += _con_ejemplos(motor.validar(a_pandas(datos), reglas_de_la_tabla(TABLAS[nombre])), datos, TABLAS[nombre].clave)
    reglas = reglas_de_conciliacion()
    cuentas = a_pandas(tablas["conciliacion"])
    for r in reglas:
        cuentas[r.parametros["column"]] = cuentas.eval(r.parametros["column"])
    resultados += motor.validar(cuentas, reglas)
    avances = tablas["avances"]
    return (*resultados, *motor.validar(a_pandas(avances.filter(avances["cuenta"])), [regla_un_registro_una_vez()]))


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
