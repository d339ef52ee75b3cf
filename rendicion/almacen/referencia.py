"""Lee lo declarado: entidades, planes, vocabularios, decisiones y fuentes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rendicion.almacen.archivos import escribir, leer_toml
from rendicion.entidad import Entidad, entidad_desde
from rendicion.errores import ErrorUso
from rendicion.fuente import Fuente, fuente_desde

VARIABLE_DATOS, VARIABLE_SALIDA = "RENDICION_DATOS", "RENDICION_SALIDA"


def carpeta_de_datos() -> Path:
    """Encuentra la carpeta `datos`: la variable RENDICION_DATOS, la del directorio actual o la del proyecto."""
    declarada = os.environ.get(VARIABLE_DATOS)
    candidatas = [Path(declarada)] if declarada else [Path("datos"), Path(__file__).resolve().parents[2] / "datos"]
    for carpeta in candidatas:
        if (carpeta / "referencia" / "entidades").is_dir():
            return carpeta
    raise ErrorUso(
        "No se encuentra la carpeta «datos» con referencia/entidades.",
        hacer=f"Corra la orden desde la raíz del proyecto, o diga dónde está con la variable {VARIABLE_DATOS}.",
    )


def carpeta_de_salida(datos: Path, elegida: Path | None = None) -> Path:
    """Devuelve la carpeta elegida; sin ella, la que declara RENDICION_SALIDA; sin esa, `salida`, junto a los datos."""
    declarada = os.environ.get(VARIABLE_SALIDA)
    return elegida or (Path(declarada) if declarada else datos / "salida")


@dataclass(frozen=True)
class EntidadEnDisco:
    """Es una entidad con la carpeta desde la que se leen sus rutas."""

    entidad: Entidad
    carpeta: Path

    def ruta(self, relativa: str) -> Path:
        """Resuelve una ruta declarada en el TOML de la entidad."""
        return (self.carpeta / relativa).resolve()


def entidades(datos: Path) -> tuple[EntidadEnDisco, ...]:
    """Lee todas las entidades declaradas, en orden de código."""
    carpeta = datos / "referencia" / "entidades"
    leidas = [EntidadEnDisco(entidad_desde(leer_toml(a), donde=a.name), carpeta) for a in sorted(carpeta.glob("*.toml"))]
    return tuple(sorted(leidas, key=lambda e: e.entidad.codigo))


def entidad(datos: Path, codigo: str | None) -> EntidadEnDisco:
    """Devuelve la entidad pedida por código o por su archivo TOML; sin pedirla, la predeterminada o la única."""
    if codigo and codigo.endswith(".toml"):
        archivo = Path(codigo)
        return EntidadEnDisco(entidad_desde(leer_toml(archivo), donde=archivo.name), archivo.resolve().parent)
    todas = entidades(datos)
    elegidas = [e for e in todas if e.entidad.codigo == codigo] if codigo else ([e for e in todas if e.entidad.predeterminada] or list(todas))
    if len(elegidas) == 1:
        return elegidas[0]
    codigos = ", ".join(e.entidad.codigo for e in todas) or "ninguna"
    raise ErrorUso(
        f"No hay una entidad con el código {codigo}." if codigo else "Hay que decir de qué entidad se trata.",
        hacer=f"Use --entidad con una de: {codigos}; o con la ruta de su archivo TOML.",
    )


def declarar(datos: Path, archivos: Mapping[PurePosixPath, bytes], *, puede_cambiar: PurePosixPath) -> tuple[Path, ...]:
    """Escribe los archivos que declaran una entidad; se niega si alguno ya está, salvo el que puede cambiar.

    Ese se escribe de último: si algo falla antes, la entidad sigue declarada como estaba.
    """
    hay = [str(r) for r in archivos if r != puede_cambiar and (datos / r).exists()]
    if hay:
        raise ErrorUso(f"Ya existen: {', '.join(hay)}.", donde=datos.name, hacer="Muévalos o bórrelos primero: esta orden no escribe sobre lo que ya hay.")
    orden = sorted(archivos, key=lambda r: (r == puede_cambiar, r))
    for ruta in orden:
        escribir(datos / ruta, archivos[ruta])
    return tuple(datos / r for r in orden)


@dataclass(frozen=True)
class FuenteEnDisco:
    """Es una fuente con la carpeta desde la que se lee su lugar."""

    fuente: Fuente
    carpeta: Path


def fuentes(lugar: Path) -> tuple[FuenteEnDisco, ...]:
    """Lee las fuentes declaradas en una carpeta de TOML, o en un solo archivo, en orden de id."""
    archivos = [lugar] if lugar.is_file() else sorted(lugar.glob("*.toml"))
    if not archivos:
        raise ErrorUso("No hay fuentes declaradas.", donde=lugar.name, hacer="Ponga un archivo TOML por fuente en esa carpeta (docs/fuentes.md).")
    leidas = [FuenteEnDisco(fuente_desde(leer_toml(a), donde=a.name), a.resolve().parent) for a in archivos]
    ids = [f.fuente.id for f in leidas]
    repetidos = sorted({i for i in ids if ids.count(i) > 1})
    if repetidos:
        raise ErrorUso(f"Hay fuentes con el mismo id: {', '.join(repetidos)}.", donde=lugar.name, hacer="Dé a cada fuente un id propio.")
    return tuple(sorted(leidas, key=lambda f: f.fuente.id))


def leer_opcional(archivo: Path | None) -> dict[str, Any]:
    """Lee un TOML declarado; sin declarar, no hay nada que leer."""
    return leer_toml(archivo) if archivo else {}
