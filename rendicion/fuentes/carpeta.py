"""Una carpeta donde las dependencias dejan archivos de la misma forma: se leen todos como una sola fuente."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import (
    Bruto,
    demasiado_grande,
    opcion_lista,
    opcion_logica,
    opcion_texto,
    origen_declarado,
    ruta_declarada,
    tamano_maximo,
)
from rendicion.fuentes.encuesta import Encuesta
from rendicion.fuentes.excel import Excel
from rendicion.fuentes.redes_csv import RedesCsv
from rendicion.fuentes.texto_csv import Csv
from rendicion.fuentes.wordpress_exportacion import WordpressExportacion
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura

if TYPE_CHECKING:
    from rendicion.fuente import Fuente

_SIN_HORA = (1980, 1, 1, 0, 0, 0)
_PROPIAS = frozenset({"patrones", "tipo_de_archivo"})
_DE_TODA_LA_CARPETA = frozenset({"registros", "permite_vacia", "tamano_maximo_mib"})


class _Lector(Protocol):
    nombre: str
    opciones: frozenset[str]

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura: ...


LECTORES: Mapping[str, _Lector] = {
    t.nombre: t for t in (Csv(), Excel(), Encuesta(), RedesCsv(), WordpressExportacion())
}


class Carpeta:
    """Lee los archivos de una carpeta (no de sus subcarpetas) que cumplen `patrones`, por orden de nombre.

    `tipo_de_archivo` dice cómo se lee cada uno. La captura es un zip sin fechas: mismos archivos, mismos
    bytes. Si un archivo no sirve, la fuente entera espera: lo a medias no se acepta.
    """

    nombre = "carpeta"
    opciones: frozenset[str] = _PROPIAS.union(*(t.opciones for t in LECTORES.values()))

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Reúne los archivos; lanza ErrorFuente si la carpeta no está o ninguno cumple el patrón."""
        carpeta, origen = ruta_declarada(fuente, base), origen_declarado(fuente)
        patrones = opcion_lista(fuente, "patrones", ("*.csv",))
        if not carpeta.is_dir():
            raise ErrorFuente(
                "La carpeta de la fuente no existe.",
                donde=f"fuente {fuente.id}, {origen}",
                hacer="Revise la clave lugar del TOML.",
            )
        archivos = sorted((a for a in carpeta.iterdir() if _sirve(a, patrones)), key=lambda a: a.name)
        if not archivos:
            raise ErrorFuente(
                f"La carpeta no tiene archivos {' ni '.join(patrones)}.",
                donde=origen,
                hacer="Pida los archivos, o corrija la opción patrones.",
            )
        total, tope = sum(a.stat().st_size for a in archivos), tamano_maximo(fuente)
        if total > tope:
            raise demasiado_grande(origen, total, tope)
        return Bruto(_empacar({a.name: a.read_bytes() for a in archivos}), origen)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee cada archivo con su tipo y junta las lecturas."""
        lector = _lector(fuente)
        opciones = {k: v for k, v in fuente.opciones.items() if k not in _PROPIAS | _DE_TODA_LA_CARPETA}
        if fuente.filtros:
            # Un archivo sin registros que cumplan el filtro no es un archivo vacío: los otros pueden traerlos.
            opciones["permite_vacia"] = True
        suya = replace(fuente, tipo=lector.nombre, opciones=opciones)
        try:
            with zipfile.ZipFile(io.BytesIO(bruto)) as paquete:
                contenidos = {n: paquete.read(n) for n in paquete.namelist()}
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
            raise ErrorFuente(
                "La captura de la carpeta está dañada.", donde=archivo, hacer="Extraiga de nuevo la fuente."
            ) from None
        lecturas = {n: lector.interpretar(c, suya, captura_sha256, f"{archivo}/{n}") for n, c in contenidos.items()}
        lectura = _juntar(lecturas, fuente, captura_sha256, archivo)
        if lectura.recibidos == 0 and fuente.filtros and not opcion_logica(fuente, "permite_vacia"):
            raise ErrorFuente(
                f"Ningún registro de la carpeta cumple los filtros de la fuente: {lectura.filtrados} quedaron por fuera.",
                donde=archivo,
                hacer="Revise los filtros; si de verdad no hay, escriba permite_vacia = true en [opciones].",
            )
        return lectura


TIPO = Carpeta()


def _sirve(archivo: Path, patrones: tuple[str, ...]) -> bool:
    """Dice si el archivo entra: no los ocultos, ni los temporales de Office, ni los enlaces hacia otra parte."""
    oculto = archivo.name.startswith((".", "~$"))
    return (
        not oculto
        and not archivo.is_symlink()
        and archivo.is_file()
        and any(fnmatchcase(archivo.name.lower(), p.lower()) for p in patrones)
    )


def _empacar(contenidos: Mapping[str, bytes]) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_STORED) as paquete:
        for nombre, contenido in contenidos.items():
            paquete.writestr(zipfile.ZipInfo(nombre, _SIN_HORA), contenido)
    return salida.getvalue()


def _lector(fuente: Fuente) -> _Lector:
    pedido = opcion_texto(fuente, "tipo_de_archivo", "csv") or ""
    if pedido not in LECTORES:
        raise ErrorUso(
            f"El tipo_de_archivo «{pedido}» no existe.",
            donde=f"fuente {fuente.id}, [opciones]",
            hacer=f"Use uno de: {', '.join(LECTORES)}.",
        )
    return LECTORES[pedido]


def _juntar(lecturas: Mapping[str, Lectura], fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
    """Une las lecturas en orden; a la fila sin clave le antepone su archivo, para que no se confunda con la de otro."""
    import pyarrow as pa

    tablas: list[Any] = []
    rechazos: list[Rechazo] = []
    hallazgos: list[Hallazgo] = []
    desde = 0
    for nombre, lectura in lecturas.items():
        registros = lectura.celdas["registro"].to_pylist()
        lugares = lectura.celdas["lugar"].to_pylist()
        nuevos = [
            f"{nombre}, {r}" if lugar == f"{archivo}/{nombre}, {r}" else r
            for r, lugar in zip(registros, lugares, strict=True)
        ]
        posicion = lectura.celdas.schema.get_field_index("registro")
        tablas.append(lectura.celdas.set_column(posicion, "registro", pa.array(nuevos, pa.string())))
        rechazos += [replace(r, fila=r.fila + desde, registro=nuevos[r.fila]) for r in lectura.rechazos]
        hallazgos += [replace(h, registro=f"{nombre}, {h.registro}") for h in lectura.hallazgos]
        desde += lectura.recibidos
    filtrados = sum(x.filtrados for x in lecturas.values())
    celdas = pa.concat_tables(tablas)
    return Lectura(fuente, captura_sha256, archivo, celdas, tuple(rechazos), tuple(hallazgos), filtrados)
