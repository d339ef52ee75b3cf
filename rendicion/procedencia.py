"""La procedencia de la entrega en el vocabulario PROV-O del W3C: qué salió de qué, con qué paso y quién responde.

El grafo va de los archivos publicados a las capturas y al documento del plan, por los ocho verbos. Los nombres de
los archivos son los mismos del catálogo (DCAT), así los dos grafos se unen. No lleva horas: mismas entradas, mismos bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rendicion.entrega import AVISO_SINTETICO, Archivo, Identidad

VERBOS = ("extraer", "conservar", "interpretar", "normalizar", "validar", "calcular", "armar", "publicar")
_QUE_HACE = {
    "extraer": "Trae los bytes de cada fuente declarada y el documento del plan.",
    "conservar": "Guarda cada original una sola vez, por su huella SHA-256.",
    "interpretar": "Lee el plan y cada captura como texto, con el lugar de cada registro.",
    "normalizar": "Da a cada celda el tipo que declara el esquema, sin adivinar.",
    "validar": "Separa lo aceptado de lo rechazado, cada rechazo con su regla.",
    "calcular": "Decide qué registros cuentan y calcula los indicadores de cada corte.",
    "armar": "Escribe las tablas en CSV y Parquet, el informe y el manifiesto.",
    "publicar": "Deja la entrega en el portal, completa o nada.",
}
_ENLACES = ("used", "wasGeneratedBy", "wasDerivedFrom", "wasAttributedTo", "wasAssociatedWith", "wasInformedBy", "wasRevisionOf", "specializationOf", "actedOnBehalfOf", "hadMember")
_CONTEXTO: dict[str, Any] = {
    "prov": "http://www.w3.org/ns/prov#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdfs:label": {"@language": "es"},
    "dct:description": {"@language": "es"},
} | {f"prov:{e}": {"@type": "@id"} for e in _ENLACES}

# De qué salen las tablas que se calculan: la fórmula de cada una solo usa estas otras.
_SALEN_DE = {
    "indicadores_actividad": ("plan", "avances"),
    "indicadores_subcomponente": ("plan", "avances"),
    "indicadores_dependencia": ("plan", "avances"),
    "indicadores_total": ("plan", "avances"),
    "serie": ("plan", "avances"),
    "cronograma": ("plan", "indicadores_actividad"),
    "conciliacion": ("avances", "rechazos"),
}
_PASO_DE = {"plan": "interpretar", "hallazgos": "normalizar", "rechazos": "validar"}


def procedencia(identidad: Identidad, archivos: Sequence[Archivo], propios: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Arma el grafo: entidades (plan, capturas, tablas, archivos), actividades (los ocho verbos) y agentes (quién responde).

    `archivos` son los de `datos/`; `propios` es lo propio del manifiesto: plan, capturas y huella.
    """
    base = f"urn:rendicion:{identidad.nombre}"
    tablas = list(dict.fromkeys(_tabla_de(a) for a in archivos if a.ruta.startswith("datos/")))
    capturas = propios["capturas"]
    return {
        "@context": _CONTEXTO,
        "@graph": [
            *_agentes(identidad, capturas, version),
            *_actividades(base, propios, capturas, tablas),
            _plan(identidad, propios["plan"]),
            *(_captura(base, c) for c in capturas),
            *(_tabla(base, t, identidad, propios["plan"], capturas) for t in tablas),
            *(_archivo(base, a) for a in archivos if a.ruta.startswith("datos/")),
            *_anterior(identidad),
            _entrega(base, identidad, tablas, archivos),
        ],
    }


def _huella(sha256: str) -> str:
    return f"urn:sha256:{sha256}"


def _verbo(base: str, verbo: str) -> str:
    return f"{base}:paso:{verbo}"


def _nombre_tabla(base: str, tabla: str) -> str:
    return f"{base}:tabla:{tabla}"


def _tabla_de(archivo: Archivo) -> str:
    return archivo.ruta.removeprefix("datos/").rsplit(".", 1)[0]


def _quien(nombre: str) -> str:
    return f"urn:rendicion:dependencia:{quote(nombre, safe='')}"


def _publicador(identidad: Identidad) -> str:
    return f"urn:rendicion:entidad:{identidad.entidad.codigo}"


def _programa(version: str) -> str:
    return f"urn:rendicion:programa:{version}"


def _agentes(identidad: Identidad, capturas: Sequence[Mapping[str, Any]], version: str) -> list[dict[str, Any]]:
    publicador = _publicador(identidad)
    dependencias = sorted({c["dependencia"] for c in capturas})
    return [
        {"@id": publicador, "@type": ["prov:Agent", "prov:Organization"], "foaf:name": identidad.entidad.nombre},
        {"@id": _programa(version), "@type": ["prov:Agent", "prov:SoftwareAgent"], "rdfs:label": f"rendicion {version}", "prov:actedOnBehalfOf": publicador},
        *({"@id": _quien(d), "@type": ["prov:Agent", "prov:Organization"], "foaf:name": d, "prov:actedOnBehalfOf": publicador} for d in dependencias),
    ]


def _actividades(base: str, propios: Mapping[str, Any], capturas: Sequence[Mapping[str, Any]], tablas: Sequence[str]) -> list[dict[str, Any]]:
    """Devuelve los ocho verbos en orden, cada uno con lo que usa; cada uno sigue al anterior."""
    originales = [_huella(propios["plan"]["sha256"]), *(_id_captura(base, c) for c in capturas)]
    usan = {
        "interpretar": originales,
        "calcular": [_nombre_tabla(base, t) for t in ("plan", "rechazos") if t in tablas],
        "armar": [_nombre_tabla(base, t) for t in tablas],
        "publicar": [base],
    }
    sin_dato = propios.get("fuentes_sin_dato", {})
    programa = _programa(propios["versiones"]["rendicion"])
    pasos = []
    for i, verbo in enumerate(VERBOS):
        descripcion = _QUE_HACE[verbo] + (f" Sin dato: {', '.join(sorted(sin_dato))}." if verbo == "extraer" and sin_dato else "")
        paso: dict[str, Any] = {"@id": _verbo(base, verbo), "@type": "prov:Activity", "rdfs:label": verbo, "dct:description": descripcion}
        if usan.get(verbo):
            paso["prov:used"] = usan[verbo]
        if i:
            paso["prov:wasInformedBy"] = _verbo(base, VERBOS[i - 1])
        pasos.append(paso | {"prov:wasAssociatedWith": programa})
    return pasos


def _plan(identidad: Identidad, plan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@id": _huella(plan["sha256"]),
        "@type": ["prov:Entity", "prov:Plan"],
        "rdfs:label": f"Documento del plan: {plan['archivo']}",
        "prov:wasAttributedTo": _publicador(identidad),
        **_suma(plan["sha256"]),
    }


def _id_captura(base: str, captura: Mapping[str, Any]) -> str:
    """Nombra la captura por su fuente y su huella: dos fuentes pueden traer los mismos bytes."""
    return f"{base}:captura:{captura['fuente']}:{captura['sha256']}"


def _captura(base: str, captura: Mapping[str, Any]) -> dict[str, Any]:
    aviso = f"{AVISO_SINTETICO}. " if captura["sintetica"] else ""
    return {
        "@id": _id_captura(base, captura),
        "@type": "prov:Entity",
        "rdfs:label": f"{aviso}Captura de la fuente {captura['fuente']}",
        "dct:source": captura["origen"],
        "dct:license": captura["licencia"],
        "prov:wasGeneratedBy": _verbo(base, "conservar"),
        "prov:wasAttributedTo": _quien(captura["dependencia"]),
        **_suma(captura["sha256"], captura["bytes"]),
    }


def _tabla(base: str, tabla: str, identidad: Identidad, plan: Mapping[str, Any], capturas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Describe una tabla sin importar su formato: con qué paso se hizo y de qué salió."""
    documento, todas = _huella(plan["sha256"]), [_id_captura(base, c) for c in capturas]
    if tabla in _SALEN_DE:
        de = [_nombre_tabla(base, t) for t in _SALEN_DE[tabla]]
    elif tabla == "correcciones":
        de = [_huella(identidad.anterior)] if identidad.anterior else []
    else:
        de = {"plan": [documento], "hallazgos": [documento, *todas], "rechazos": todas}.get(
            tabla, [_id_captura(base, c) for c in capturas if c.get("tabla", "avances") == tabla]
        )
    descrita: dict[str, Any] = {"@id": _nombre_tabla(base, tabla), "@type": "prov:Entity", "rdfs:label": f"Tabla {tabla}"}
    descrita["prov:wasGeneratedBy"] = _verbo(base, _PASO_DE.get(tabla, "calcular"))
    return descrita | ({"prov:wasDerivedFrom": de} if de else {})


def _archivo(base: str, archivo: Archivo) -> dict[str, Any]:
    return {
        "@id": f"{base}:{archivo.ruta}",
        "@type": "prov:Entity",
        "rdfs:label": archivo.ruta,
        "prov:specializationOf": _nombre_tabla(base, _tabla_de(archivo)),
        "prov:wasGeneratedBy": _verbo(base, "armar"),
        **_suma(archivo.sha256, archivo.bytes),
    }


def _anterior(identidad: Identidad) -> list[dict[str, Any]]:
    if identidad.anterior is None:
        return []
    return [{"@id": _huella(identidad.anterior), "@type": "prov:Entity", "rdfs:label": "Manifiesto de la entrega anterior", **_suma(identidad.anterior)}]


def _entrega(base: str, identidad: Identidad, tablas: Sequence[str], archivos: Sequence[Archivo]) -> dict[str, Any]:
    entrega: dict[str, Any] = {
        "@id": base,
        "@type": ["prov:Entity", "prov:Collection"],
        "rdfs:label": identidad.titulo,
        "prov:wasGeneratedBy": _verbo(base, "armar"),
        "prov:wasAttributedTo": _publicador(identidad),
        "prov:wasDerivedFrom": [_nombre_tabla(base, t) for t in tablas],
        "prov:hadMember": [f"{base}:{a.ruta}" for a in archivos if a.ruta.startswith("datos/")],
    }
    return entrega | ({"prov:wasRevisionOf": _huella(identidad.anterior)} if identidad.anterior else {})


def _suma(sha256: str, tamano: int | None = None) -> dict[str, Any]:
    suma: dict[str, Any] = {"spdx:checksum": {"@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"}, "spdx:checksumValue": sha256}}
    return suma | ({"dct:extent": tamano} if tamano is not None else {})
