"""Compara dos entregas guardadas y cuenta lo que cambió, para personas y para programas."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rendicion.almacen.archivos import leer_toml
from rendicion.almacen.entregas import MANIFIESTO, leer_entrega
from rendicion.comparacion_vigencias import comparar_vigencias, equivalencias_desde
from rendicion.correcciones import COMPARADAS, comparar
from rendicion.errores import ErrorUso
from rendicion.tablas import leer_parquet

_DE_UN_ANIO = ("plan", "indicadores_actividad", "indicadores_total")


def comparar_entregas(antes: Path, despues: Path, equivalencias: Path | None = None) -> dict[str, Any]:
    """Devuelve qué entregas son y qué cambió: cada dato, o, si son de años distintos, cada actividad que está en los dos.

    `equivalencias` es un TOML con las actividades que una persona declara iguales aunque su texto cambie.
    Se niega a comparar dos entidades: sus planes no prometen lo mismo.
    """
    guardadas = []
    for carpeta in (antes, despues):
        if not (carpeta / MANIFIESTO).is_file():
            raise ErrorUso("Esa carpeta no es una entrega: no tiene manifiesto.json.", donde=str(carpeta), hacer="Indique la carpeta de una entrega publicada.")
        guardadas.append(leer_entrega(carpeta))
    quienes = [(g.manifiesto["entidad"], g.manifiesto["vigencia"]) for g in guardadas]
    if quienes[0][0] != quienes[1][0]:
        raise ErrorUso("Las dos entregas son de entidades distintas; no se comparan.", donde=f"{antes.name} y {despues.name}", hacer="Indique dos entregas de la misma entidad.")
    nombres = [{k: g.manifiesto[k] for k in ("entrega", "corte", "numero")} for g in guardadas]
    if quienes[0][1] != quienes[1][1]:
        declaradas = equivalencias_desde(leer_toml(equivalencias), donde=equivalencias.name) if equivalencias else ()
        de_los_dos = [{n: leer_parquet(g.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in _DE_UN_ANIO} for g in guardadas]
        cortes = (date.fromisoformat(nombres[0]["corte"]), date.fromisoformat(nombres[1]["corte"]))
        return {"antes": nombres[0], "despues": nombres[1], "vigencias": [q[1] for q in quienes], **comparar_vigencias(de_los_dos[0], de_los_dos[1], cortes, declaradas)}
    tablas = [{n: leer_parquet(g.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in COMPARADAS} for g in guardadas]
    cambios = [{k: c[k] for k in ("tabla", "clave", "campo", "antes", "despues")} for c in comparar(tablas[0], tablas[1])]
    return {"antes": nombres[0], "despues": nombres[1], "cambios": cambios}
