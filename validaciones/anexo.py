"""El anexo en Data Docs: las tablas publicadas, validadas otra vez y contadas en el formato de Great Expectations.

No es el informe oficial ni va en la entrega: lleva identificadores al azar, pide archivos a otros sitios y está en inglés.
"""

from __future__ import annotations

import importlib
import logging
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from esquemas import TABLAS
from validaciones.carga import cargar_gx
from validaciones.derivadas import reglas_de_la_tabla
from validaciones.marco import a_pandas
from validaciones.reglas import DE_TABLA, Regla

_SITIO = "anexo"


@dataclass(frozen=True)
class ReglasDeTabla:
    """Cuenta de una tabla cuántas reglas se cumplieron, cuántas no y cuántas no tenían filas que mirar."""

    tabla: str
    filas: int
    cumplen: int
    no_cumplen: int
    sin_filas: int


def construir_data_docs(tablas: Mapping[str, pa.Table], destino: Path) -> list[ReglasDeTabla]:
    """Valida cada tabla con las reglas de su esquema y escribe el sitio de Data Docs en `destino`.

    Great Expectations da por buena una tabla vacía. Por eso en una tabla vacía solo corren las reglas que no
    miran filas; las demás se cuentan aparte, como no corridas.
    """
    gx = cargar_gx()
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="anexo-") as proyecto, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        contexto = gx.get_context(mode="file", project_root_dir=proyecto)
        contexto.variables.progress_bars = {"globally": False}
        for nombre in list(contexto.get_site_names()):
            contexto.delete_data_docs_site(site_name=nombre)
        contexto.add_data_docs_site(site_name=_SITIO, site_config=_sitio(destino))
        origen = contexto.data_sources.add_pandas("entrega")
        hechas = [_validar(gx, contexto, origen, nombre, tabla) for nombre, tabla in tablas.items()]
        contexto.build_data_docs(site_names=[_SITIO])
    return hechas


def _sitio(destino: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(destino.resolve())},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


def _validar(gx: Any, contexto: Any, origen: Any, nombre: str, tabla: pa.Table) -> ReglasDeTabla:
    todas = reglas_de_la_tabla(TABLAS[nombre])
    corren = [r for r in todas if tabla.num_rows or r.expectativa in DE_TABLA]
    lote = origen.add_dataframe_asset(name=nombre).add_batch_definition_whole_dataframe("todo")
    suite = contexto.suites.add(gx.ExpectationSuite(name=nombre, expectations=[_expectativa(gx, r) for r in corren]))
    definicion = contexto.validation_definitions.add(gx.ValidationDefinition(name=nombre, data=lote, suite=suite))
    resultado = definicion.run(batch_parameters={"dataframe": a_pandas(tabla)}, result_format="SUMMARY")
    exitos, vacias = _cuentas(resultado.results)
    return ReglasDeTabla(nombre, tabla.num_rows, exitos, len(corren) - exitos - vacias, len(todas) - len(corren) + vacias)


def _expectativa(gx: Any, regla: Regla) -> Any:
    marca_de_tiempo = importlib.import_module("pandas").Timestamp
    fechas = {c: marca_de_tiempo(v) if hasattr(v, "isoformat") else v for c, v in regla.parametros.items()}
    datos = {"regla": regla.regla, "norma": regla.norma, "quien_corrige": regla.quien_corrige}
    notas = f"{regla.descripcion} Regla: {regla.regla}. Norma: {regla.norma}. Quién corrige: {regla.quien_corrige}."
    return getattr(gx.expectations, regla.expectativa)(**fechas, description=regla.descripcion, notes=notas, meta=datos)


def _cuentas(resultados: Sequence[Any]) -> tuple[int, int]:
    """Devuelve cuántas reglas se cumplieron de verdad y cuántas no hallaron ningún valor que mirar."""
    exitos = vacias = 0
    for r in resultados:
        dato = r.result or {}
        if "element_count" in dato and dato["element_count"] == (dato.get("missing_count") or 0):
            vacias += 1
        elif r.success:
            exitos += 1
    return exitos, vacias
