"""Valida las tablas que se van a publicar, con las reglas de su esquema y las de las cuentas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from esquemas import TABLAS
from esquemas.arrow import tabla_arrow
from validaciones.negocio import reglas_de_conciliacion
from validaciones.pais import Veredicto, estado_de, juzgar_tablas, orden_de_columnas
from validaciones.reglas import DE_TABLA, EJEMPLOS, Resultado
from validaciones.validador import Validador


def validar_tablas(motor: Validador, tablas: Mapping[str, pa.Table]) -> tuple[Resultado, ...]:
    """Corre las reglas de cada tabla y las de las cuentas; lo que falle aquí impide publicar.

    Las columnas que piden lo mismo, aunque sean de tablas distintas, van juntas en una sola expectativa: cada una de las
    doscientas reglas cuesta lo mismo con una fila que con mil. En una tabla vacía, o sin las columnas declaradas, solo
    corren las reglas que no miran filas: las demás se dan por no corridas, nunca por buenas.
    """
    orden = orden_de_columnas(motor, {n: t.column_names for n, t in tablas.items()})
    completas = {n: t if orden[n].estado == "cumple" else tabla_arrow(TABLAS[n], ()) for n, t in tablas.items()}
    veredictos = juzgar_tablas(motor, completas, {n: np.zeros(t.num_rows, np.int32) for n, t in completas.items()}, 1)
    de_las_cuentas = len(reglas_de_conciliacion()) + 1
    por_tabla = {n: [replace(orden[n], revisadas=t.num_rows)] for n, t in tablas.items()}
    for nombre, veredicto, _ in veredictos[:-de_las_cuentas]:
        datos = completas[nombre]
        resultado = _resultado(veredicto, datos.num_rows, "" if datos.num_rows else "La tabla está vacía.")
        por_tabla[nombre].append(replace(resultado, ejemplos=tuple(_ejemplo(resultado, datos, TABLAS[nombre].clave, i) for i in resultado.filas[:EJEMPLOS])))
    return (*(r for suyos in por_tabla.values() for r in suyos), *(_resultado(v, len(v.revisadas)) for _, v, _ in veredictos[-de_las_cuentas:]))


def _resultado(veredicto: Veredicto, filas: int, sin_correr: str = "") -> Resultado:
    regla = veredicto.regla
    if veredicto.reventada:
        return Resultado(regla, 0, 0, "no_corrio", detalle=veredicto.reventada, reventada=True)
    malas = () if veredicto.fallan is None else tuple(int(i) for i in np.flatnonzero(veredicto.fallan))
    if regla.expectativa in DE_TABLA:
        return Resultado(regla, filas, len(malas), "no_cumple" if malas else "cumple")
    revisadas = int(veredicto.revisadas.sum())
    estado = estado_de(revisadas, len(malas))
    return Resultado(regla, revisadas, len(malas), estado, malas, (sin_correr or "No había valores que revisar.") if estado == "no_corrio" else "")


def _ejemplo(resultado: Resultado, datos: pa.Table, clave: tuple[str, ...], fila: int) -> dict[str, Any]:
    campo = resultado.regla.campo
    return {
        "registro": " · ".join(str(datos[c][fila].as_py()) for c in clave),
        "campo": campo,
        "valor": str(datos[campo][fila].as_py()) if campo else None,
        "explicacion": f"No se cumple: {resultado.regla.descripcion}",
        "como_corregir": "Avise al equipo de datos: la tabla no se publica así.",
    }
