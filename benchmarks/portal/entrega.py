"""Entregas sintéticas, con semilla, para medir cuánto cuesta publicarlas: un plan de 16 actividades y los avances que se pidan."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esquemas import PUBLICAS, Tabla
from esquemas.arrow import esquema_arrow
from esquemas.paquete import table_schema
from rendicion.tablas import escribir_csv, escribir_parquet

SEMILLA = 20261127
ACTIVIDADES = 16
ENTIDAD, VIGENCIA, CORTE = "99001", 2020, "2020-12-31"


def armar(raiz: Path, numero: int, filas: int) -> Path:
    """Escribe una entrega y devuelve su carpeta; de un número al siguiente solo cambia el título del primer avance."""
    entrega = f"{ENTIDAD}-{VIGENCIA}-{CORTE.replace('-', '')}-{numero:03d}"
    carpeta = raiz / entrega
    (carpeta / "datos").mkdir(parents=True)
    tablas = {"plan": _plan(), "avances": _avances(filas, numero)}
    for nombre, datos in tablas.items():
        escribir_csv(PUBLICAS[nombre], datos, carpeta / "datos" / f"{nombre}.csv")
        escribir_parquet(PUBLICAS[nombre], datos, carpeta / "datos" / f"{nombre}.parquet")
    recursos = [{"name": n, "title": PUBLICAS[n].titulo, "path": f"datos/{n}.csv", "schema": table_schema(PUBLICAS[n])} for n in tablas]
    paquete = {"title": "DATOS SINTÉTICOS · Entrega para medir", "description": "Sirve para medir.", "keywords": ["medición"], "resources": recursos}
    (carpeta / "datapackage.json").write_text(json.dumps(paquete, ensure_ascii=False), encoding="utf-8")
    (carpeta / "index.html").write_text(f"<!doctype html><html lang=es-CO><title>DATOS SINTÉTICOS</title><h1>{entrega}</h1>", encoding="utf-8")
    archivos = {p.relative_to(carpeta).as_posix(): _huella(p) for p in sorted(carpeta.rglob("*")) if p.is_file()}
    manifiesto = {"entrega": entrega, "numero": numero, "entidad": ENTIDAD, "vigencia": VIGENCIA, "corte": CORTE, "sintetica": True, "cortes": [CORTE], "archivos": archivos}
    (carpeta / "manifiesto.json").write_text(json.dumps(manifiesto, ensure_ascii=False, indent=1), encoding="utf-8")
    return carpeta


def _huella(archivo: Path) -> dict[str, str | int]:
    with archivo.open("rb") as flujo:
        return {"sha256": hashlib.file_digest(flujo, "sha256").hexdigest(), "bytes": archivo.stat().st_size}


def _plan() -> pa.Table:
    comun = {
        "entidad": ENTIDAD, "vigencia": VIGENCIA, "subcomponente_id": "1", "subcomponente": "Información", "agregacion": "suma", "programacion": "lineal",
        "meta": Decimal("1000.0000"), "peso": Decimal("1.0000"), "peso_subcomponente": Decimal("1.0000"), "inicio": date(2020, 1, 1), "fin": date(2020, 12, 31),
    }  # fmt: skip
    return _tabla(PUBLICAS["plan"], pa.Table.from_pylist([{**comun, "actividad_id": f"1.{n}", "actividad": f"Actividad {n}"} for n in range(1, ACTIVIDADES + 1)]))


def _avances(filas: int, numero: int) -> pa.Table:
    azar, lugar = np.random.default_rng(SEMILLA), pa.array(np.arange(filas)).cast(pa.string())
    registro = pc.utf8_lpad(lugar, 7, "0")
    repetida = azar.random(filas) < 0.02
    titulos = pc.binary_join_element_wise("Avance número ", lugar, " reportado por la dependencia en su informe del mes", "").to_pylist()
    titulos[0] = f"{titulos[0]}, entrega {numero}"
    columnas = {
        "avance_id": pc.binary_join_element_wise("reporte:", registro, ""),
        "entidad": pa.repeat(ENTIDAD, filas),
        "vigencia": pa.repeat(VIGENCIA, filas),
        "actividad_id": pc.binary_join_element_wise("1.", pa.array(azar.integers(1, ACTIVIDADES + 1, filas)).cast(pa.string()), ""),
        "fecha": pa.array((np.datetime64("2020-01-01") + azar.integers(0, 366, filas)).astype("datetime64[D]")),
        "cantidad": pa.array(azar.integers(1, 20, filas)).cast(pa.decimal128(28, 4)),
        "titulo": pa.array(titulos),
        "url": pc.binary_join_element_wise("https://www.ejemplo.gov.co/noticias/", registro, ""),
        "canal": pa.array(np.array(["web", "radio", "presencial"])[azar.integers(0, 3, filas)]),
        "dependencia": pa.repeat("Secretaría General", filas),
        "fuente": pa.repeat("reporte", filas),
        "registro": lugar,
        "captura_sha256": pa.repeat("0" * 64, filas),
        "cuenta": pa.array(~repetida),
        "motivo": pc.if_else(pa.array(repetida), "duplicado", pa.scalar(None, pa.string())),
    }
    return _tabla(PUBLICAS["avances"], pa.table(columnas))


def _tabla(tabla: Tabla, datos: pa.Table) -> pa.Table:
    """Pone las columnas en el orden y con el tipo de la tabla; las que no se dieron van vacías."""
    esquema = esquema_arrow(tabla)
    return pa.Table.from_arrays([datos[c.name].cast(c.type) if c.name in datos.column_names else pa.nulls(len(datos), c.type) for c in esquema], schema=esquema)
