"""Una entrega de muestra en disco, con lo que hace falta para imprimirla. DATOS SINTÉTICOS."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from esquemas import PUBLICAS
from esquemas.arrow import tabla_arrow
from rendicion.almacen.archivos import json_canonico
from rendicion.ciclo.cifras import cifras
from rendicion.reglas_ciclo import REGLAS
from rendicion.tablas import escribir_parquet
from tests.unidad import muestras_informe as muestras

ENTREGA = "13001-2020-20200831-001"
PAQUETE = {
    "marco": "PTEP", "estrategia": "Estrategia de ejemplo", "licenses": [{"title": "CC BY-SA 4.0"}],
    "contributors": [{"title": "Alcaldía de ejemplo", "roles": ["publisher"]}],
}  # fmt: skip


def escribir_entrega(carpeta: Path, *, sintetica: bool = True) -> Path:
    """Escribe las tablas, el paquete, las cifras y el manifiesto de la muestra, con corte al 31 de agosto."""
    corte = muestras.CORTES[1]
    tablas = muestras.tablas()
    (carpeta / "datos").mkdir(parents=True)
    for nombre, tabla in PUBLICAS.items():
        escribir_parquet(tabla, tabla_arrow(tabla, tablas[nombre]), carpeta / f"datos/{nombre}.parquet")
    (carpeta / "datapackage.json").write_bytes(json_canonico(PAQUETE))
    (carpeta / "ciclo.json").write_bytes(json_canonico(cifras(tablas, corte, REGLAS)))
    archivos: dict[str, Any] = {}
    for archivo in sorted(p for p in carpeta.rglob("*") if p.is_file()):
        contenido = archivo.read_bytes()
        archivos[archivo.relative_to(carpeta).as_posix()] = {"bytes": len(contenido), "sha256": hashlib.sha256(contenido).hexdigest()}
    manifiesto = {
        "entrega": ENTREGA, "numero": 1, "entidad": "13001", "vigencia": 2020, "corte": corte.isoformat(), "sintetica": sintetica,
        "fuentes_sin_dato": {"capacitaciones": "no respondió"}, "archivos": archivos,
    }  # fmt: skip
    (carpeta / "manifiesto.json").write_bytes(json_canonico(manifiesto))
    return carpeta
