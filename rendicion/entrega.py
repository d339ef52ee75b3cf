"""Una entrega: su nombre, sus tablas, su paquete de datos y su manifiesto, siempre con los mismos bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from esquemas import PUBLICAS, Tabla
from esquemas.paquete import table_schema
from rendicion.entidad import Entidad, Vigencia
from rendicion.tablas import escribir_csv, escribir_parquet

AVISO_SINTETICO = "DATOS SINTÉTICOS"
FORMATO_MANIFIESTO = "rendicion-manifiesto/1"
MANIFIESTO, SUMAS, FIRMA = "manifiesto.json", "SHA256SUMS", "manifiesto.firma"


@dataclass(frozen=True)
class Archivo:
    """Es un archivo de la entrega con su tamaño y su huella."""

    ruta: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Identidad:
    """Dice de qué es la entrega: entidad, vigencia, corte y su lugar en la cadena."""

    entidad: Entidad
    vigencia: Vigencia
    corte: date
    numero: int
    sintetica: bool
    anterior: str | None

    @property
    def nombre(self) -> str:
        """Devuelve el nombre de la entrega: entidad, vigencia, corte y número en la cadena."""
        return f"{self.entidad.codigo}-{self.vigencia.anio}-{self.corte:%Y%m%d}-{self.numero:03d}"

    @property
    def titulo(self) -> str:
        """Devuelve el título del conjunto de datos; si hay una fuente sintética, lo dice primero."""
        titulo = f"Rendición de cuentas {self.vigencia.anio}: {self.entidad.nombre}"
        return f"{AVISO_SINTETICO} · {titulo}" if self.sintetica else titulo


def huella(insumos: Mapping[str, Any]) -> str:
    """Resume todo lo que decide el contenido de una entrega: si no cambia, no hay nada que publicar."""
    return hashlib.sha256(json.dumps(insumos, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def describir(ruta: Path, raiz: Path) -> Archivo:
    """Mide un archivo de la entrega y calcula su huella."""
    with ruta.open("rb") as flujo:
        suma = hashlib.file_digest(flujo, "sha256").hexdigest()
    return Archivo(ruta.relative_to(raiz).as_posix(), ruta.stat().st_size, suma)


def escribir_tablas(carpeta: Path, tablas: Mapping[str, pa.Table]) -> list[Archivo]:
    """Escribe todas las tablas públicas en CSV y Parquet, las vacías con solo su encabezado."""
    (carpeta / "datos").mkdir()
    archivos = []
    for nombre, tabla in PUBLICAS.items():
        for formato, escribir in (("csv", escribir_csv), ("parquet", escribir_parquet)):
            destino = carpeta / "datos" / f"{nombre}.{formato}"
            escribir(tabla, tablas[nombre], destino)
            archivos.append(describir(destino, carpeta))
    return archivos


def recursos_de(tablas: Iterable[Tabla], archivos: Iterable[Archivo]) -> list[dict[str, Any]]:
    """Describe cada tabla de una entrega, en CSV con su esquema y en Parquet (Data Package v2)."""
    por_ruta = {a.ruta: a for a in archivos}
    recursos = []
    for tabla in tablas:
        nombre = tabla.nombre
        csv, parquet = por_ruta[f"datos/{nombre}.csv"], por_ruta[f"datos/{nombre}.parquet"]
        comun = {"$schema": "https://datapackage.org/profiles/2.0/dataresource.json", "description": tabla.descripcion}
        recursos.append(
            {
                "name": nombre,
                "title": tabla.titulo,
                **comun,
                "type": "table",
                "path": csv.ruta,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True},
                "bytes": csv.bytes,
                "hash": f"sha256:{csv.sha256}",
                "schema": table_schema(tabla),
            }
        )
        recursos.append(
            {
                "name": f"{nombre}-parquet",
                "title": f"{tabla.titulo} (Parquet)",
                **comun,
                "type": "file",
                "path": parquet.ruta,
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": parquet.bytes,
                "hash": f"sha256:{parquet.sha256}",
            }
        )
    return recursos


def paquete_de_datos(
    identidad: Identidad, archivos: Sequence[Archivo], fuentes: Sequence[Mapping[str, Any]], decisiones: Sequence[Mapping[str, Any]], version: str
) -> dict[str, Any]:
    """Arma el datapackage.json (Data Package v2) con lo que necesita quien descarga, une y cita los datos."""
    entidad, vigencia = identidad.entidad, identidad.vigencia
    aviso = f"{AVISO_SINTETICO}: las cifras salen de fuentes de ejemplo inventadas. No son de la entidad. " if identidad.sintetica else ""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"rendicion-{entidad.codigo}-{vigencia.anio}",
        "id": identidad.nombre,
        "title": identidad.titulo,
        "description": aviso
        + f"Plan anual de rendición de cuentas {vigencia.anio} de {entidad.nombre}, la evidencia de su avance y los indicadores "
        f"calculados con corte a {identidad.corte.isoformat()}. Cada cifra se puede recalcular con las tablas plan y avances.",
        "version": f"{identidad.corte.isoformat()}.{identidad.numero}",
        "keywords": ["rendición de cuentas", "transparencia", str(vigencia.anio), entidad.municipio or entidad.nombre, vigencia.marco],
        "licenses": [{"name": entidad.licencia, "title": entidad.licencia_titulo, "path": entidad.licencia_url}],
        "contributors": [
            {"title": entidad.nombre, "path": entidad.sitio, "roles": ["publisher"]},
            {"title": entidad.contacto_nombre, "email": entidad.contacto_correo, "roles": ["contact"]},
        ],
        "sources": [{"title": f["titulo"]} for f in fuentes] or [{"title": f"Plan anual {vigencia.anio}"}],
        "resources": recursos_de(PUBLICAS.values(), archivos),
        "sintetica": identidad.sintetica,
        "entidad": entidad.codigo,
        "vigencia": vigencia.anio,
        "corte": identidad.corte.isoformat(),
        "cortes_oficiales": [c.isoformat() for c in vigencia.cortes],
        "marco": vigencia.marco,
        "estrategia": vigencia.estrategia,
        "frecuencia": entidad.frecuencia,
        "idioma": "es-CO",
        "cobertura_geografica": {"divipola": entidad.codigo, "municipio": entidad.municipio, "departamento": entidad.departamento},
        "normas": list(entidad.normas),
        "decisiones": [dict(d) for d in decisiones],
        "entrega": identidad.nombre,
        "rendicion": version,
    }


def manifiesto(identidad: Identidad, archivos: Sequence[Archivo], propios: Mapping[str, Any]) -> dict[str, Any]:
    """Arma el manifiesto: qué es la entrega, de qué salió y la huella de cada archivo."""
    return {
        "formato": FORMATO_MANIFIESTO,
        "entrega": identidad.nombre,
        "numero": identidad.numero,
        "entidad": identidad.entidad.codigo,
        "vigencia": identidad.vigencia.anio,
        "corte": identidad.corte.isoformat(),
        "sintetica": identidad.sintetica,
        "anterior": identidad.anterior,
        **propios,
        "archivos": {a.ruta: {"bytes": a.bytes, "sha256": a.sha256} for a in sorted(archivos, key=lambda a: a.ruta)},
    }


def sumas(archivos: Sequence[Archivo]) -> bytes:
    """Escribe SHA256SUMS, para comprobar la entrega con `sha256sum -c`."""
    return "".join(f"{a.sha256}  {a.ruta}\n" for a in sorted(archivos, key=lambda a: a.ruta)).encode()
