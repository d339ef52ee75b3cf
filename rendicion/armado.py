"""El verbo armar: de las tablas calculadas a una carpeta de entrega completa."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from esquemas import PUBLICAS
from rendicion import __version__, entrega
from rendicion.almacen.archivos import json_canonico
from rendicion.catalogo import catalogo
from rendicion.ciclo.cifras import cifras
from rendicion.ciclo.cronograma_ics import FichaCalendario
from rendicion.ciclo.cronograma_ics import archivos as calendarios
from rendicion.ciclo.seguimiento import FichaSeguimiento, libro
from rendicion.firma import firmar
from rendicion.informe import Ficha, FichaArchivo, FichaFuente, pagina, pagina_validacion
from rendicion.procedencia import procedencia
from rendicion.tablas import diferencias


@dataclass(frozen=True)
class Insumos:
    """Reúne todo lo que entra en una entrega, ya calculado y validado."""

    identidad: entrega.Identidad
    tablas: Mapping[str, pa.Table]
    validacion: Mapping[str, Any]
    fuentes: Sequence[Mapping[str, Any]]
    propios: Mapping[str, Any]
    decisiones: Sequence[Mapping[str, Any]] = field(default=())
    clave: bytes | None = None
    adicionales: Mapping[str, bytes] = field(default_factory=dict)


def armar(trabajo: Path, insumos: Insumos) -> str:
    """Escribe la entrega en una carpeta vacía y devuelve la huella de su manifiesto.

    Se detiene si el CSV y el Parquet de una tabla no dicen lo mismo, celda por celda.
    """
    identidad = insumos.identidad
    archivos = entrega.escribir_tablas(trabajo, insumos.tablas)
    _comprobar_formatos(trabajo)
    paquete = entrega.paquete_de_datos(identidad, archivos, insumos.fuentes, insumos.decisiones, __version__)
    filas = {n: t.to_pylist() for n, t in insumos.tablas.items()}
    ficha = _ficha(insumos, archivos)
    contenidos = {
        "datapackage.json": json_canonico(paquete),
        "catalogo.jsonld": json_canonico(catalogo(identidad, paquete["description"], archivos)),
        "procedencia.jsonld": json_canonico(procedencia(identidad, archivos, insumos.propios, __version__)),
        "ciclo.json": json_canonico(cifras(filas, identidad.corte, identidad.vigencia.ciclo)),
        **calendarios(filas["cronograma"], _ficha_calendario(insumos, filas["plan"])),
        "seguimiento.xlsx": libro(filas["plan"], filas["indicadores_actividad"], filas["avances"], identidad.corte, _ficha_seguimiento(identidad)),
        "validacion/resultados.json": json_canonico(insumos.validacion),
        "validacion/informe.html": pagina_validacion(insumos.validacion, filas, ficha).encode(),
        "index.html": pagina(filas, ficha).encode(),
        "verificar.py": resources.files("rendicion.verificador").joinpath("verificar.py").read_bytes(),
    }
    for ruta, contenido in {**contenidos, **insumos.adicionales}.items():
        _escribir(trabajo / ruta, contenido)
        archivos.append(entrega.describir(trabajo / ruta, trabajo))
    return _cerrar(trabajo, insumos, archivos)


def _cerrar(trabajo: Path, insumos: Insumos, archivos: list[entrega.Archivo]) -> str:
    manifiesto = json_canonico(entrega.manifiesto(insumos.identidad, archivos, insumos.propios))
    _escribir(trabajo / entrega.MANIFIESTO, manifiesto)
    descrito = entrega.describir(trabajo / entrega.MANIFIESTO, trabajo)
    _escribir(trabajo / entrega.SUMAS, entrega.sumas([*archivos, descrito]))
    if insumos.clave:
        _escribir(trabajo / entrega.FIRMA, firmar(manifiesto, insumos.clave))
    return descrito.sha256


def _escribir(destino: Path, contenido: bytes) -> None:
    """Escribe un archivo de la entrega sin llevarlo a disco: la carpeta va entera, una sola vez, antes de tomar su nombre."""
    destino.parent.mkdir(parents=True, exist_ok=True)
    destino.write_bytes(contenido)


def _comprobar_formatos(trabajo: Path) -> None:
    for nombre, tabla in PUBLICAS.items():
        distintas = diferencias(tabla, trabajo / "datos" / f"{nombre}.csv", trabajo / "datos" / f"{nombre}.parquet")
        if distintas:
            shutil.rmtree(trabajo)
            msg = f"El CSV y el Parquet de {nombre} no dicen lo mismo: {', '.join(distintas)}"
            raise RuntimeError(msg)


def _ficha(insumos: Insumos, archivos: Sequence[entrega.Archivo]) -> Ficha:
    identidad, resumen = insumos.identidad, insumos.validacion["resumen"]
    entidad = identidad.entidad
    return Ficha(
        entidad_nombre=entidad.nombre,
        entidad=entidad.codigo,
        vigencia=identidad.vigencia.anio,
        corte=identidad.corte,
        entrega=identidad.nombre,
        numero=identidad.numero,
        sintetica=identidad.sintetica,
        titulo_estrategia=identidad.vigencia.estrategia or "Rendición de cuentas",
        licencia=entidad.licencia_titulo,
        licencia_url=entidad.licencia_url,
        contacto=entidad.contacto_correo,
        fuentes=tuple(FichaFuente(**f) for f in insumos.fuentes),
        cortes=identidad.vigencia.cortes,
        archivos=tuple(FichaArchivo(a.ruta, a.ruta.rsplit(".", 1)[-1].upper() if a.ruta.endswith("csv") else "Parquet", a.bytes) for a in archivos),
        version=__version__,
        anterior=identidad.anterior,
        reglas=resumen["reglas"],
        reglas_cumplen=resumen["cumplen"],
        reglas_no_cumplen=resumen["no_cumplen"],
        reglas_no_corrieron=resumen["no_corrieron"],
        ciclo=identidad.vigencia.ciclo,
    )


def _ficha_calendario(insumos: Insumos, plan: Sequence[Mapping[str, Any]]) -> FichaCalendario:
    identidad = insumos.identidad
    return FichaCalendario(
        entidad=identidad.entidad.codigo,
        nombre=identidad.entidad.nombre,
        vigencia=identidad.vigencia.anio,
        corte=identidad.corte,
        actividades={a["actividad_id"]: a["actividad"] for a in plan},
        sintetica=identidad.sintetica,
    )


def _ficha_seguimiento(identidad: entrega.Identidad) -> FichaSeguimiento:
    marco: Literal["PAAC", "PTEP"] = "PTEP" if identidad.vigencia.marco == "PTEP" else "PAAC"
    return FichaSeguimiento(entidad=identidad.entidad.nombre, vigencia=identidad.vigencia.anio, marco=marco, sintetica=identidad.sintetica)
