"""Los programas que se miden, cada uno en su proceso: `python -m benchmarks.pasos PASO DATOS SALIDA [PROCESOS]`."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

TIPOS = {
    "entidad": pa.string(), "vigencia": pa.int64(), "fuente": pa.string(), "registro": pa.string(), "actividad_id": pa.string(), "fecha": pa.string(),
    "cantidad": pa.string(), "titulo": pa.string(), "url": pa.string(), "canal": pa.string(), "dependencia": pa.string(),
}  # fmt: skip
_CONVERTIR = pacsv.ConvertOptions(column_types=TIPOS, null_values=[""], strings_can_be_null=True)


def particiones(datos: Path) -> list[Path]:
    """Devuelve los archivos de evidencia de un país, en orden."""
    return sorted(datos.glob("[0-9]*/*/avances.csv"))


def _bloques(datos: Path) -> Iterator[pa.RecordBatch]:
    with pacsv.open_csv(datos / "junto.csv", pacsv.ReadOptions(block_size=1 << 25), convert_options=_CONVERTIR) as lector:
        yield from lector


def piso(datos: Path, salida: Path) -> None:
    """Mide el piso físico de un solo archivo: leer CSV, escribir CSV y Parquet zstd y calcular sus huellas, por bloques."""
    salida.mkdir(parents=True)
    esquema = pa.schema(list(TIPOS.items()))
    with pacsv.CSVWriter(salida / "t.csv", esquema) as csv, pq.ParquetWriter(salida / "t.parquet", esquema, compression="zstd") as parquet:
        for bloque in _bloques(datos):
            csv.write_batch(bloque)
            parquet.write_batch(bloque)
    for archivo in ("t.csv", "t.parquet"):
        with (salida / archivo).open("rb") as flujo:
            hashlib.file_digest(flujo, "sha256")


def _piso_de_una(lugar: tuple[Path, Path]) -> None:
    origen, destino = lugar
    pa.set_cpu_count(1)
    crudo = origen.read_bytes()
    hashlib.sha256(crudo)
    tabla = pacsv.read_csv(pa.BufferReader(crudo), pacsv.ReadOptions(use_threads=False), convert_options=_CONVERTIR)
    destino.mkdir(parents=True)
    pacsv.write_csv(tabla, destino / "t.csv")
    pq.write_table(tabla, destino / "t.parquet", compression="zstd")
    for archivo in ("t.csv", "t.parquet"):
        hashlib.sha256((destino / archivo).read_bytes())


def piso_por_particion(datos: Path, salida: Path, procesos: int) -> None:
    """Mide el mismo piso con un archivo por partición, como queda publicado, en varios procesos."""
    lugares = [(o, salida / o.parent.parent.name / o.parent.name) for o in particiones(datos)]
    if procesos < 2:
        for lugar in lugares:
            _piso_de_una(lugar)
        return
    with get_context("spawn").Pool(procesos) as grupo:
        grupo.map(_piso_de_una, lugares, chunksize=64)


def nuestro(datos: Path, salida: Path, procesos: int) -> dict[str, Any]:
    """Corre el país completo: leer, validar todo, apartar, contar, calcular, validar, escribir y firmar con huellas."""
    from rendicion.pais.corrida import PedidoPais, correr_pais, en_procesos

    resultado = correr_pais(PedidoPais(str(datos), str(salida)), en_procesos(procesos))
    return {"hechas": len(resultado.lotes.hechas), "iguales": len(resultado.lotes.iguales), "fallas": len(resultado.lotes.fallas), "registros": resultado.lotes.registros}


def _evidencia_y_reglas(datos: Path) -> tuple[pa.Table, list[Any], Any, Any]:
    """Lee la evidencia ya con tipo (lo que no se entiende, vacío) y los casos de todas las reglas de negocio."""
    from rendicion.pais.declaracion import leer_pais
    from rendicion.pais.deposito import abrir
    from rendicion.pais.lectura import abrir_particion, leer_lote

    deposito = abrir(str(datos))
    pais = leer_pais(deposito)
    ps = [abrir_particion(deposito, a.parent.name, int(a.parent.parent.name)) for a in particiones(datos)]
    leido, buenas, _ = leer_lote(ps, pais)
    return leido.tabla, buenas, pais, leido


def solo_leer(datos: Path, _salida: Path) -> dict[str, Any]:
    """Lee la evidencia y nada más: es lo que se les resta a los validadores."""
    return {"registros": _evidencia_y_reglas(datos)[0].num_rows}


def validar_nuestro(datos: Path, _salida: Path) -> dict[str, Any]:
    """Valida la evidencia como el motor del país, hasta tener cada fila rechazada con sus razones."""
    from rendicion.pais.lote import _motor, validar

    _, buenas, pais, leido = _evidencia_y_reglas(datos)
    _motor().arrancar()
    inicio = perf_counter()
    veredictos, _ = validar(leido, buenas, pais)
    return {"segundos": perf_counter() - inicio, "faltas": sum(0 if v.fallan is None else int(v.fallan.sum()) for v in veredictos)}


def _casos(datos: Path) -> tuple[dict[str, pa.Array], list[Any]]:
    from validaciones.negocio import reglas_de_evidencia
    from validaciones.pais import casos_de_evidencia

    tabla, buenas, pais, _ = _evidencia_y_reglas(datos)
    columnas, casos = casos_de_evidencia([reglas_de_evidencia(p.plan, pais.fuentes) for p in buenas], tabla)
    return {n: c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for n, c in columnas.items()}, casos


def validar_gx(datos: Path, _salida: Path) -> dict[str, Any]:
    """Valida las mismas reglas con Great Expectations sobre pandas, con todas las filas y diciendo cuáles fallan."""
    from dataclasses import replace

    from validaciones.motor import Motor

    columnas, casos = _casos(datos)
    reglas = [replace(c.regla, parametros={**c.regla.parametros, "column": c.columna}) for c in casos]
    motor = Motor()
    motor.arrancar()
    inicio = perf_counter()
    faltas = sum(len(r.filas) for r in motor.validar(pa.table(columnas), reglas))
    return {"segundos": perf_counter() - inicio, "faltas": faltas}


def validar_pandera(datos: Path, _salida: Path) -> dict[str, Any]:
    """Valida las mismas reglas con pandera sobre pandas, sin detenerse en la primera falta."""
    import pandera.pandas as pandera

    columnas, casos = _casos(datos)
    inicio = perf_counter()
    marco = _marco(columnas)
    esquema = pandera.DataFrameSchema({c.columna: pandera.Column(None, _chequeo(pandera, c.regla), nullable=True) for c in casos})
    try:
        esquema.validate(marco, lazy=True)
        faltas = 0
    except pandera.errors.SchemaErrors as error:
        faltas = len(error.failure_cases)
    return {"segundos": perf_counter() - inicio, "faltas": faltas}


def _marco(columnas: dict[str, pa.Array]) -> Any:
    numeros = {n: c.cast(pa.float64()) if pa.types.is_decimal(c.type) else c.cast(pa.timestamp("ns")) if pa.types.is_date(c.type) else c for n, c in columnas.items()}
    return pa.table(numeros).to_pandas()


def _chequeo(pandera: Any, regla: Any) -> Any:
    p = regla.parametros
    if "value_set" in p:
        return pandera.Check.isin(p["value_set"])
    if "regex" in p:
        return pandera.Check.str_matches(p["regex"])
    limites = [pandera.Check.ge(_fecha(p["min_value"]))]
    return [*limites, pandera.Check.le(_fecha(p["max_value"]))] if p.get("max_value") is not None else limites


def _fecha(valor: Any) -> Any:
    import pandas as pd

    return pd.Timestamp(valor) if isinstance(valor, date) else valor


def validar_frictionless(datos: Path, salida: Path) -> dict[str, Any]:
    """Valida las mismas reglas con frictionless, desde un CSV con las columnas que miran las reglas."""
    from frictionless import Resource, Schema, system

    columnas, casos = _casos(datos)
    inicio = perf_counter()
    salida.mkdir(parents=True)
    nombres = {c.columna: f"c{n}" for n, c in enumerate(casos)}
    pacsv.write_csv(pa.table({nombres[n]: columnas[n] for n in nombres}), salida / "t.csv")
    campos = [_campo(nombres[c.columna], c.regla.parametros) for c in casos]
    with system.use_context(trusted=True):
        informe = Resource(path=str(salida / "t.csv"), schema=Schema.from_descriptor({"fields": campos})).validate(limit_errors=10**9)
    return {"segundos": perf_counter() - inicio, "faltas": sum(t.stats["errors"] for t in informe.tasks)}


def _campo(nombre: str, p: Any) -> dict[str, Any]:
    if "value_set" in p:
        return {"name": nombre, "type": "string", "constraints": {"enum": list(p["value_set"])}}
    if "regex" in p:
        # frictionless encierra el patrón en un grupo, donde Python no admite banderas sueltas.
        return {"name": nombre, "type": "string", "constraints": {"pattern": re.sub(r"^\(\?([a-z]+)\)(.*)$", r"(?\1:\2)", p["regex"])}}
    fecha = "max_value" in p
    limites = {"minimum": str(p["min_value"]) if fecha else 0, **({"maximum": str(p["max_value"])} if fecha else {})}
    return {"name": nombre, "type": "date" if fecha else "number", "constraints": limites}


def _contado(datos: Path) -> tuple[pa.Table, Any, Any, Any]:
    import numpy as np

    from esquemas import TABLAS
    from esquemas.arrow import esquema_arrow
    from rendicion.pais.conteo import contar_lote, lugar_de_actividad

    tabla, buenas, pais, leido = _evidencia_y_reglas(datos)
    limpia = lugar_de_actividad(tabla["particion"].to_numpy(), tabla["actividad_id"].combine_chunks(), buenas) >= 0
    limpia[np.array([f for f, _ in leido.rechazos], np.int64)] = False
    avances, de_quien = contar_lote(tabla, limpia, buenas, pais.cortes[buenas[0].vigencia][-1], pais.fuentes)
    return avances.cast(esquema_arrow(TABLAS["avances"])), de_quien, buenas, pais


def calcular_nuestro(datos: Path, _salida: Path) -> dict[str, Any]:
    """Calcula los indicadores y la serie, exactos, en todos los cortes."""
    from rendicion.pais.cifras import calcular_lote

    avances, de_quien, buenas, pais = _contado(datos)
    cortes = pais.cortes[buenas[0].vigencia]
    inicio = perf_counter()
    tablas = calcular_lote(avances, de_quien, buenas, cortes, cortes[-1])
    return {"segundos": perf_counter() - inicio, "filas": sum(t.num_rows for t, _ in tablas.values())}


def calcular_puro(datos: Path, _salida: Path) -> dict[str, Any]:
    """Calcula lo mismo con las funciones puras de una ciudad, partición por partición."""
    from rendicion import conteo, indicadores

    avances, de_quien, buenas, pais = _contado(datos)
    cortes = pais.cortes[buenas[0].vigencia]
    inicio = perf_counter()
    filas = 0
    for i, p in enumerate(buenas):
        diarios = conteo.diarios(avances.filter(pa.array(de_quien == i)))
        filas += sum(map(len, indicadores.calcular(p.plan, diarios, cortes).values())) + len(indicadores.serie(p.plan, diarios, cortes[-1]))
    return {"segundos": perf_counter() - inicio, "filas": filas}


def calcular_pandas(datos: Path, _salida: Path) -> dict[str, Any]:
    """Suma con `groupby` de pandas lo ejecutado por actividad en cada corte, en coma flotante y sin medias ni serie."""
    import pandas as pd

    avances, _, buenas, pais = _contado(datos)
    inicio = perf_counter()
    marco = avances.select(["entidad", "vigencia", "actividad_id", "fecha", "cantidad", "cuenta"]).to_pandas()
    marco["cantidad"] = marco["cantidad"].astype(float)
    marco["fecha"] = pd.to_datetime(marco["fecha"])
    cuentan = marco[marco["cuenta"]]
    grupos = [cuentan[cuentan["fecha"] <= pd.Timestamp(c)].groupby(["entidad", "vigencia", "actividad_id"])["cantidad"].agg(["sum", "count"]) for c in pais.cortes[buenas[0].vigencia]]
    return {"segundos": perf_counter() - inicio, "filas": sum(map(len, grupos))}


FASES = {
    "leer los dos archivos y el plan": ("rendicion.pais.lote", "abrir_particion"),
    "guardar la captura": ("rendicion.pais.particion", "conservar"),
    "entender las celdas": ("rendicion.pais.lote", "leer_lote"),
    "reglas de negocio y rechazos": ("rendicion.pais.lote", "validar"),
    "qué cuenta": ("rendicion.pais.lote", "contar_lote"),
    "indicadores en cada corte": ("rendicion.pais.lote", "calcular_lote"),
    "validar lo calculado": ("rendicion.pais.lote", "_comprobar"),
    "escribir las líneas de CSV": ("rendicion.pais.particion", "_tajadas_csv"),
    "escribir Parquet": ("rendicion.pais.particion", "_parquet"),
    "huellas, manifiesto y paquete": ("rendicion.pais.particion", "_guardar"),
}


def perfil(datos: Path, salida: Path) -> dict[str, Any]:
    """Corre un lote y cuenta los segundos de procesador (del programa y del sistema) de cada fase, con el motor ya cargado."""
    from dataclasses import replace

    from rendicion.pais import corrida, lote
    from rendicion.pais.declaracion import leer_pais
    from rendicion.pais.deposito import abrir

    pais = leer_pais(abrir(str(datos)))
    tareas = corrida.tareas(pais, corrida.PedidoPais(str(datos), str(salida)))
    lote.correr_lote(replace(tareas[0], salida=f"{salida}/calentamiento", entidades=tareas[0].entidades[-3:]))
    fases: dict[str, float] = {}
    for nombre, (modulo, funcion) in FASES.items():
        _cronometrar(importlib.import_module(modulo), funcion, nombre, fases)
    antes = process_time()
    registros = lote.correr_lote(tareas[0]).registros
    total = process_time() - antes
    return {"registros": registros, "particiones": len(tareas[0].entidades), "fases": {**fases, "lo demás": total - sum(fases.values()), "todo": total}}


def _cronometrar(modulo: Any, funcion: str, nombre: str, fases: dict[str, float]) -> None:
    propia = getattr(modulo, funcion)

    def medida(*argumentos: Any, **claves: Any) -> Any:
        antes = process_time()
        try:
            return propia(*argumentos, **claves)
        finally:
            fases[nombre] = fases.get(nombre, 0.0) + process_time() - antes

    setattr(modulo, funcion, medida)


def piso_de_ciudad(_datos: Path, _salida: Path) -> None:
    """Mide lo que un proceso no puede evitar en el trabajo principal: cargar Great Expectations y pyarrow y validar una tabla."""
    from esquemas import TABLAS
    from esquemas.arrow import tabla_arrow
    from validaciones.derivadas import reglas_de_la_tabla
    from validaciones.motor import Motor

    fila = {"fuente": "una", "recibidos": 1, "aceptados": 1, "rechazados": 0, "cuentan": 1, "no_cuentan": 0}
    Motor().validar(tabla_arrow(TABLAS["conciliacion"], [fila]), reglas_de_la_tabla(TABLAS["conciliacion"]))


PASOS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        piso, piso_por_particion, nuestro, solo_leer, validar_nuestro, validar_gx, validar_pandera, validar_frictionless, calcular_nuestro, calcular_puro,
        calcular_pandas, perfil, piso_de_ciudad,
    )
}  # fmt: skip


def main() -> None:
    """Corre un paso sobre una salida vacía y escribe lo que dio."""
    paso, datos, salida, *resto = sys.argv[1:]
    if "--seguir" in resto:
        resto.remove("--seguir")
    else:
        shutil.rmtree(salida, ignore_errors=True)
    print(json.dumps(PASOS[paso](Path(datos), Path(salida), *map(int, resto)) or {}))


if __name__ == "__main__":
    main()
