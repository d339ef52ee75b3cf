"""La ficha de la entrega en el vocabulario de los catálogos de datos abiertos (DCAT-AP 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esquemas import PUBLICAS
from rendicion import vocabulario_ue
from rendicion.entidad import Entidad
from rendicion.entrega import Archivo, Identidad
from rendicion.vocabulario_ue import UE

_CONTEXTO = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FORMATOS = {
    "csv": ("https://www.iana.org/assignments/media-types/text/csv", f"{UE}/file-type/CSV"),
    "parquet": ("https://www.iana.org/assignments/media-types/application/vnd.apache.parquet", f"{UE}/file-type/PARQUET"),
}
_IDIOMA = {"@id": vocabulario_ue.idioma("es"), "@type": "dct:LinguisticSystem"}


def catalogo(identidad: Identidad, descripcion: str, archivos: Sequence[Archivo]) -> dict[str, Any]:
    """Arma el catálogo: un conjunto de datos con una distribución por archivo de tabla, cada una con su huella.

    Cumple las formas SHACL de DCAT-AP 3.0.1; las direcciones de los archivos son relativas a la entrega.
    """
    entidad, base = identidad.entidad, f"urn:rendicion:{identidad.nombre}"
    return {"@context": _CONTEXTO, "@graph": [_catalogo(identidad, base), _publicador(entidad), _conjunto(identidad, base, descripcion, archivos)]}


def _catalogo(identidad: Identidad, base: str) -> dict[str, Any]:
    entidad = identidad.entidad
    return _con_algo(
        {
            "@id": f"{base}:catalogo",
            "@type": "dcat:Catalog",
            "dct:title": _es(f"Entregas de rendición de cuentas de {entidad.nombre}"),
            "dct:description": _es("Catálogo de la entrega, con sus tablas en CSV y Parquet."),
            "dct:publisher": {"@id": _id_entidad(entidad)},
            "dct:language": _IDIOMA,
            "dct:license": _licencia(entidad),
            "dct:spatial": _lugar(entidad),
            "dct:issued": _dia(identidad.corte.isoformat()),
            "dct:modified": _dia(identidad.corte.isoformat()),
            "dcat:themeTaxonomy": {"@id": f"{UE}/data-theme", "@type": "skos:ConceptScheme", "dct:title": _es("Temas de datos")},
            "foaf:homepage": _documento(entidad.sitio),
            "dcat:dataset": [{"@id": base}],
        }
    )


def _publicador(entidad: Entidad) -> dict[str, Any]:
    tipo = _concepto("http://purl.org/adms/publishertype/LocalAuthority", "Autoridad local")
    return {"@id": _id_entidad(entidad), "@type": "foaf:Agent", "foaf:name": _es(entidad.nombre), "dct:type": tipo}


def _conjunto(identidad: Identidad, base: str, descripcion: str, archivos: Sequence[Archivo]) -> dict[str, Any]:
    entidad, anio, corte = identidad.entidad, identidad.vigencia.anio, identidad.corte.isoformat()
    palabras = ["rendición de cuentas", "transparencia", str(anio), entidad.municipio or entidad.nombre]
    return _con_algo(
        {
            "@id": base,
            "@type": "dcat:Dataset",
            "dct:title": _es(identidad.titulo),
            "dct:description": _es(descripcion),
            "dct:identifier": identidad.nombre,
            "dct:publisher": {"@id": _id_entidad(entidad)},
            "dct:language": _IDIOMA,
            "dct:issued": _dia(corte),
            "dct:modified": _dia(corte),
            "dct:accrualPeriodicity": _frecuencia(entidad.frecuencia),
            "dct:accessRights": {"@id": vocabulario_ue.PUBLICO, "@type": "dct:RightsStatement"},
            "dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": _dia(f"{anio}-01-01"), "dcat:endDate": _dia(f"{anio}-12-31")},
            "dct:spatial": _lugar(entidad),
            "dcat:version": f"{corte}.{identidad.numero}",
            "dcat:keyword": [_es(p) for p in palabras],
            "dcat:theme": _concepto(vocabulario_ue.GOBIERNO, "Gobierno y sector público"),
            "dcat:contactPoint": {"@type": "vcard:Kind", "vcard:fn": entidad.contacto_nombre, "vcard:hasEmail": {"@id": f"mailto:{entidad.contacto_correo}"}},
            "dcat:distribution": [_distribucion(base, entidad, a) for a in archivos if a.ruta.startswith("datos/")],
        }
    )


def _distribucion(base: str, entidad: Entidad, archivo: Archivo) -> dict[str, Any]:
    nombre, formato = archivo.ruta.removeprefix("datos/").rsplit(".", 1)
    medio, tipo = _FORMATOS[formato]
    return {
        "@id": f"{base}:{archivo.ruta}",
        "@type": "dcat:Distribution",
        "dct:title": _es(f"{nombre}.{formato}"),
        "dct:description": _es(PUBLICAS[nombre].descripcion),
        "dcat:accessURL": {"@id": archivo.ruta, "@type": "rdfs:Resource"},
        "dcat:downloadURL": {"@id": archivo.ruta, "@type": "rdfs:Resource"},
        "dcat:byteSize": {"@value": str(archivo.bytes), "@type": "xsd:nonNegativeInteger"},
        "dcat:mediaType": {"@id": medio, "@type": "dct:MediaType"},
        "dct:format": {"@id": tipo, "@type": "dct:MediaTypeOrExtent"},
        "dcatap:availability": _concepto(vocabulario_ue.DISPONIBLE, "Disponible"),
        "dct:license": _licencia(entidad),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@value": archivo.sha256, "@type": "xsd:hexBinary"},
        },
    }


def _es(texto: str) -> dict[str, str]:
    return {"@value": texto, "@language": "es"}


def _dia(dia: str) -> dict[str, str]:
    return {"@value": dia, "@type": "xsd:date"}


def _concepto(direccion: str, etiqueta: str) -> dict[str, Any]:
    return {"@id": direccion, "@type": "skos:Concept", "skos:prefLabel": _es(etiqueta)}


def _documento(direccion: str) -> dict[str, str]:
    return {"@id": direccion, "@type": "foaf:Document"} if direccion else {}


def _frecuencia(duracion: str) -> dict[str, str]:
    """Devuelve la frecuencia en el vocabulario de la Unión Europea; nada si esa duración no está en él."""
    direccion = vocabulario_ue.frecuencia(duracion)
    return {"@id": direccion, "@type": "dct:Frequency"} if direccion else {}


def _id_entidad(entidad: Entidad) -> str:
    return f"urn:rendicion:entidad:{entidad.codigo}"


def _lugar(entidad: Entidad) -> dict[str, str]:
    return {"@id": f"urn:divipola:{entidad.codigo}", "@type": "dct:Location"}


def _licencia(entidad: Entidad) -> dict[str, str]:
    return {"@id": entidad.licencia_url, "@type": "dct:LicenseDocument"}


def _con_algo(datos: Mapping[str, Any]) -> dict[str, Any]:
    return {clave: valor for clave, valor in datos.items() if valor}
