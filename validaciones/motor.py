"""Corre las reglas con Great Expectations y traduce lo que dice a nuestros resultados.

Great Expectations da por buena una tabla vacía, una columna toda vacía y una lista vacía de
reglas. Por eso aquí se cuenta siempre cuántas filas miró cada regla y cuántas reglas corrieron.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from validaciones.carga import cargar_gx
from validaciones.marco import a_pandas
from validaciones.reglas import DE_TABLA, Estado, Regla, Resultado
from validaciones.validador import Validador

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from validaciones.validador import Lote

_FILA = "__fila__"
_GRAVEDAD = {"bloquea": "critical", "rechaza": "warning", "avisa": "info"}


class Motor(Validador):
    """Valida tablas en memoria, en este proceso, con un contexto efímero de Great Expectations."""

    def __init__(self) -> None:
        self._todo: Any = None

    def arrancar(self) -> None:
        """Carga Great Expectations y abre su contexto."""
        if self._todo is not None:
            return
        self._gx = cargar_gx()
        self._pandas = importlib.import_module("pandas")
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        contexto = self._gx.get_context(mode="ephemeral")
        contexto.variables.progress_bars = {"globally": False}
        self._todo = contexto.data_sources.add_pandas("memoria").add_dataframe_asset("tabla").add_batch_definition_whole_dataframe("todo")

    def cerrar(self) -> None:
        """No tiene nada que soltar: el contexto vive en memoria."""

    def validar_lotes(self, lotes: Sequence[Lote]) -> list[list[Resultado]]:
        """Corre las reglas de cada lote: primero sin detalle; las que fallan, otra vez, con el número de cada fila."""
        self.arrancar()
        return [self._validar(tabla, reglas) for tabla, reglas in lotes]

    def _validar(self, tabla: pa.Table, reglas: Sequence[Regla]) -> list[Resultado]:
        if not reglas:
            msg = "No hay reglas que correr: una tabla sin reglas no se da por válida."
            raise ValueError(msg)
        datos = a_pandas(tabla)
        crudos = self._correr(datos, reglas, "BASIC")
        fallan = [i for i, c in enumerate(crudos) if not c["success"]]
        if fallan:
            con_filas = self._correr(datos, [reglas[i] for i in fallan], "COMPLETE")
            crudos = [con_filas[fallan.index(i)] if i in fallan else c for i, c in enumerate(crudos)]
        return [_resultado(r, c, len(datos)) for r, c in zip(reglas, crudos, strict=True)]

    def _correr(self, datos: pd.DataFrame, reglas: Sequence[Regla], detalle: str) -> list[Mapping[str, Any]]:
        gxe = self._gx.expectations
        suite = self._gx.ExpectationSuite(
            name="reglas",
            expectations=[
                getattr(gxe, r.expectativa)(
                    **{c: self._pandas.Timestamp(v) if isinstance(v, date) else v for c, v in r.parametros.items()},
                    description=r.descripcion,
                    severity=_GRAVEDAD[r.severidad],
                    meta={"regla": r.regla, "norma": r.norma, "quien_corrige": r.quien_corrige, "posicion": i},
                )
                for i, r in enumerate(reglas)
            ],
        )
        formato = {"result_format": detalle, "partial_unexpected_count": 0}
        if detalle == "COMPLETE":
            formato["unexpected_index_column_names"] = [_FILA]
        con_fila = datos.assign(**{_FILA: range(len(datos))}) if detalle == "COMPLETE" else datos
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            validado = self._todo.get_batch({"dataframe": con_fila}).validate(suite, result_format=formato)
        por_posicion = {r.expectation_config.meta["posicion"]: r.to_json_dict() for r in validado.results}
        if sorted(por_posicion) != list(range(len(reglas))):
            msg = f"Great Expectations corrió {len(por_posicion)} de {len(reglas)} reglas."
            raise RuntimeError(msg)
        return [por_posicion[i] for i in range(len(reglas))]


def _resultado(regla: Regla, crudo: Mapping[str, Any], filas: int) -> Resultado:
    excepcion = _excepcion(crudo.get("exception_info") or {})
    if excepcion:
        return Resultado(regla, 0, 0, "no_corrio", detalle=f"La regla no se pudo correr: {excepcion}", reventada=True)
    dato = crudo["result"]
    if regla.expectativa in DE_TABLA:
        return Resultado(regla, filas, 0 if crudo["success"] else 1, "cumple" if crudo["success"] else "no_cumple")
    vacias = dato.get("missing_count") or 0
    revisadas = int(dato["element_count"]) - int(vacias)
    faltas = int(dato["unexpected_count"])
    indices = tuple(sorted(int(i[_FILA]) for i in dato.get("unexpected_index_list") or ()))
    estado: Estado = "no_corrio" if revisadas == 0 else "cumple" if crudo["success"] else "no_cumple"
    detalle = "No había valores que revisar." if estado == "no_corrio" else ""
    return Resultado(regla, revisadas, faltas, estado, indices, detalle)


def _excepcion(info: Mapping[str, Any]) -> str:
    """Busca una excepción en lo que informa Great Expectations, que unas veces la anida y otras no."""
    if info.get("raised_exception"):
        return str(info.get("exception_message"))
    return next((str(v.get("exception_message")) for v in info.values() if isinstance(v, dict) and v.get("raised_exception")), "")
