"""La ficha de la entrega en el vocabulario de los catálogos de datos abiertos (DCAT-AP 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rendicion.entrega import Archivo, Identidad

_CONTEXTO = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MEDIOS = {
    "csv": "https://www.iana.org/assignments/media-types/text/csv",
    "parquet": "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet",
}


def catalogo(identidad: Identidad, descripcion: str, archivos: Sequence[Archivo]) -> dict[str, Any]:
    """Arma el catálogo: un conjunto de datos con una distribución por archivo de tabla, cada una con su huella."""
    entidad, base = identidad.entidad, f"urn:rendicion:{identidad.nombre}"
    publicador = {"@id": f"urn:rendicion:entidad:{entidad.codigo}", "@type": "foaf:Agent", "foaf:name": _es(entidad.nombre)}
    inicio, fin = f"{identidad.vigencia.anio}-01-01", f"{identidad.vigencia.anio}-12-31"
    conjunto = {
        "@id": base,
        "@type": "dcat:Dataset",
        "dct:title": _es(identidad.titulo),
        "dct:description": _es(descripcion),
        "dct:identifier": identidad.nombre,
        "dct:publisher": {"@id": publicador["@id"]},
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/SPA", "@type": "dct:LinguisticSystem"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": inicio, "@type": "xsd:date"},
            "dcat:endDate": {"@value": fin, "@type": "xsd:date"},
        },
        "dct:spatial": {"@id": f"urn:divipola:{entidad.codigo}", "@type": "dct:Location"},
        "dcat:contactPoint": {"@type": "vcard:Kind", "vcard:fn": entidad.contacto_nombre, "vcard:hasEmail": {"@id": f"mailto:{entidad.contacto_correo}"}},
        "dcat:distribution": [_distribucion(base, entidad.licencia_url, a) for a in archivos if a.ruta.startswith("datos/")],
    }
    return {
        "@context": _CONTEXTO,
        "@graph": [
            {
                "@id": f"{base}:catalogo",
                "@type": "dcat:Catalog",
                "dct:title": _es(f"Entregas de rendición de cuentas de {entidad.nombre}"),
                "dct:description": _es("Catálogo de la entrega, con sus tablas en CSV y Parquet."),
                "dct:publisher": {"@id": publicador["@id"]},
                "dcat:dataset": [{"@id": base}],
            },
            publicador,
            conjunto,
        ],
    }


def _es(texto: str) -> dict[str, str]:
    return {"@value": texto, "@language": "es"}


def _distribucion(base: str, licencia: str, archivo: Archivo) -> dict[str, Any]:
    formato = archivo.ruta.rsplit(".", 1)[-1]
    return {
        "@id": f"{base}:{archivo.ruta}",
        "@type": "dcat:Distribution",
        "dct:title": _es(archivo.ruta.removeprefix("datos/")),
        "dcat:accessURL": {"@id": archivo.ruta, "@type": "http://www.w3.org/2000/01/rdf-schema#Resource"},
        "dcat:byteSize": {"@value": str(archivo.bytes), "@type": "xsd:nonNegativeInteger"},
        "dcat:mediaType": {"@id": _MEDIOS[formato], "@type": "dct:MediaType"},
        "dct:license": {"@id": licencia, "@type": "dct:LicenseDocument"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@value": archivo.sha256, "@type": "xsd:hexBinary"},
        },
    }
