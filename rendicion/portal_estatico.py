"""Viste el portal de carpeta con sus páginas: lee las entregas publicadas y le entrega los bytes de cada archivo."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from esquemas import PUBLICAS
from rendicion.tablas import leer_parquet

if TYPE_CHECKING:
    from rendicion.informe.portal import EntregaPublicada, Muestra

CONTADAS = (
    "plan", "avances", "indicadores_total", "indicadores_actividad", "indicadores_dependencia", "compromisos", "conciliacion", "hallazgos", "rechazos", "correcciones",
)  # fmt: skip


class PaginasDelPortal:
    """Da los archivos del portal: los de una entrega, los de una entidad y vigencia, y los de la raíz."""

    @cached_property
    def sello(self) -> str:
        """Resume el código y las plantillas que hacen las páginas: si cambian, las páginas se rehacen."""
        raiz = Path(__file__).parent / "informe"
        suma = hashlib.sha256()
        for archivo in sorted(p for p in raiz.rglob("*") if p.suffix in {".py", ".j2", ".css", ".js"}):
            suma.update(archivo.relative_to(raiz).as_posix().encode() + b"\0" + archivo.read_bytes() + b"\0")
        return suma.hexdigest()

    def de_entrega(self, carpeta: Path, anteriores: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        """Devuelve las páginas de una entrega publicada; el último archivo es su resumen."""
        from rendicion.informe.portal import archivos_de_entrega

        return archivos_de_entrega(leer_publicada(carpeta), anteriores)

    def de_conjunto(self, resumenes: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        """Devuelve los archivos de una entidad y vigencia, de los resúmenes de sus entregas en orden."""
        from rendicion.informe.portal import archivos_del_conjunto

        return archivos_del_conjunto(resumenes)

    def de_portal(self, portadas: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        """Devuelve los archivos de la raíz del portal, del resumen de cada entidad y vigencia."""
        from rendicion.informe.portal import archivos_del_portal

        return archivos_del_portal(portadas)


def leer_publicada(carpeta: Path) -> EntregaPublicada:
    """Lee de una entrega publicada lo que cuentan sus páginas; las tablas grandes que solo se muestran, solo al comienzo."""
    from rendicion.informe.portal import EntregaPublicada

    manifiesto = (carpeta / "manifiesto.json").read_bytes()
    return EntregaPublicada(
        manifiesto=json.loads(manifiesto),
        sello=hashlib.sha256(manifiesto).hexdigest(),
        paquete=json.loads((carpeta / "datapackage.json").read_text("utf-8")),
        tablas={n: leer_parquet(carpeta / "datos" / f"{n}.parquet").to_pylist() for n in CONTADAS},
        muestras={n: _muestra(carpeta / "datos", n) for n in PUBLICAS},
    )


def _muestra(datos: Path, nombre: str) -> Muestra:
    from rendicion.informe.portal import PRIMERAS, Muestra

    with pq.ParquetFile(datos / f"{nombre}.parquet") as archivo:
        filas = archivo.metadata.num_rows
    with (datos / f"{nombre}.csv").open(encoding="utf-8", newline="") as flujo:
        lector = csv.reader(flujo)
        next(lector, None)
        return Muestra(filas, tuple(tuple(map(_sin_apostrofo, f)) for f in islice(lector, PRIMERAS)))


def _sin_apostrofo(texto: str) -> str:
    """Quita el apóstrofo que el CSV pone delante de lo que una hoja de cálculo tomaría por fórmula."""
    return texto[1:] if texto.startswith("'") and texto.lstrip("'")[:1] in set("=+-@\t\r") else texto
