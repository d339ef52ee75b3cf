"""Los archivos que se descargan, y los datos de la página para buscadores."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from urllib.parse import quote

from markupsafe import Markup

from esquemas import PUBLICAS
from rendicion.informe.cuadros import Celda, Cuadro, num
from rendicion.informe.ficha import Ficha, FichaArchivo
from rendicion.informe.formato import SIN_DATO, fecha_larga, limpio, tamano

_FORMATOS = ("csv", "parquet")
_PARA_QUE = {
    "datapackage.json": "Describe todas las tablas y sus columnas",
    "manifiesto.json": "Lista cada archivo con su tamaño y su huella digital",
    "SHA256SUMS": "Las mismas huellas, para el programa sha256sum",
    "verificar.py": "Comprueba la entrega y recalcula cada cifra",
    "ciclo.json": "Las cifras de compromisos, diálogo, encuestas y fechas",
    "comparacion_matriz.csv": "Los porcentajes de la matriz junto a los nuestros, con su causa",
    "procedencia.jsonld": "De dónde sale cada tabla, para programas",
    "cronograma.ics": "El calendario, para su agenda",
    "seguimiento.xlsx": "El formato de control interno, para revisar y firmar",
    "catalogo.jsonld": "La ficha del conjunto, para portales de datos",
    "validacion/informe.html": "El informe de validación, regla por regla",
    "validacion/resultados.json": "Los resultados de la validación, para programas",
}


def ruta(archivo: FichaArchivo) -> str:
    """Devuelve la dirección del archivo, siempre relativa a la página."""
    return "./" + quote(archivo.nombre.lstrip("/"))


def de_tabla(ficha: Ficha, tabla: str, formato: str = "csv") -> FichaArchivo | None:
    """Devuelve el archivo que trae esa tabla en ese formato, si la entrega lo tiene."""
    return next((a for a in map(FichaArchivo._make, ficha.archivos) if PurePosixPath(a.nombre).name == f"{tabla}.{formato}"), None)


def tabla_tablas(ficha: Ficha) -> Cuadro:
    """Devuelve una fila por tabla, con sus descargas y lo que pesa cada una."""
    return Cuadro(
        id="tabla-tablas",
        titulo="Las tablas",
        columnas=("Tabla", "Para hojas de cálculo", "Para programas"),
        filas=tuple(
            (Celda(t.titulo), *(_descarga(de_tabla(ficha, n, f)) for f in _FORMATOS))
            for n, t in PUBLICAS.items()
            if any(de_tabla(ficha, n, f) for f in _FORMATOS)
        ),
    )


def _descarga(a: FichaArchivo | None) -> Celda:
    if a is None:
        return Celda(SIN_DATO, clase="vacio")
    return Celda(f"{PurePosixPath(a.nombre).name} ({a.formato}, {tamano(a.bytes)})", href=ruta(a), literal=True)


def descargas_de(ficha: Ficha, tabla: str) -> tuple[tuple[str, str], ...]:
    """Devuelve dónde se baja una tabla en cada formato, con lo que pesa: va al pie de cada gráfico hecho con ella."""
    return tuple((ruta(a), f"{a.formato} ({tamano(a.bytes)})") for f in _FORMATOS if (a := de_tabla(ficha, tabla, f)))


def tabla_archivos(ficha: Ficha) -> Cuadro:
    """Devuelve los archivos que no son tablas, con su formato y lo que pesan."""
    de_tablas = {a for n in PUBLICAS for f in _FORMATOS if (a := de_tabla(ficha, n, f))}
    otros = sorted(a for a in map(FichaArchivo._make, ficha.archivos) if a not in de_tablas)
    return Cuadro(
        id="tabla-archivos",
        titulo="Los demás archivos",
        columnas=("Archivo", "Para qué sirve", "Formato", "Tamaño"),
        filas=tuple(
            (Celda(limpio(a.nombre, 120), href=ruta(a), literal=True), Celda(_PARA_QUE.get(a.nombre, "Otro archivo de la entrega")), Celda(limpio(a.formato, 20), literal=True), num(tamano(a.bytes)))
            for a in otros
        ),
        numericas=frozenset({3}),
    )


def para_buscadores(ficha: Ficha, descripcion: str) -> Markup:
    """Devuelve la ficha del conjunto en el vocabulario schema.org, escrita de modo que no pueda cerrar su etiqueta."""
    aviso = "DATOS SINTÉTICOS. " if ficha.sintetica else ""
    datos = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"{aviso}{ficha.titulo_estrategia}, {ficha.entidad_nombre}, {ficha.vigencia}",
        "description": f"{aviso}{descripcion} Corte: {fecha_larga(ficha.corte)}. Trae el plan, la evidencia y los indicadores.",
        "inLanguage": "es-CO",
        "identifier": ficha.entrega,
        "version": str(ficha.numero),
        "license": ficha.licencia_url,
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": ficha.entidad_nombre, "identifier": ficha.entidad},
        "temporalCoverage": f"{ficha.vigencia}-01-01/{ficha.corte.isoformat()}",
        "distribution": [
            {"@type": "DataDownload", "name": a.nombre, "encodingFormat": a.formato, "contentSize": str(a.bytes), "contentUrl": ruta(a)}
            for a in map(FichaArchivo._make, ficha.archivos)
            if a.nombre.startswith("datos/")
        ],
    }
    crudo = json.dumps(datos, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for letra, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        crudo = crudo.replace(letra, escape)
    return Markup(crudo)  # noqa: S704 -- ya no queda ningún < que cierre la etiqueta
