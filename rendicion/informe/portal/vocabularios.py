"""Las mismas fichas para máquinas: schema.org dentro de las páginas, DCAT y Atom en archivos aparte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from markupsafe import Markup

from esquemas.modelo import Tabla, Tipo
from rendicion.informe.formato import cifra, contar, fecha_larga, limpio, porcentaje
from rendicion.informe.portal import citas

Resumen = Mapping[str, Any]
MEDIOS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
NOVEDADES = 200
_XSD = {Tipo.TEXTO: "Text", Tipo.ENTERO: "Integer", Tipo.DECIMAL: "Number", Tipo.FECHA: "Date", Tipo.LOGICO: "Boolean"}


def en_pagina(datos: object) -> Markup:
    """Escribe JSON dentro de una página de modo que no pueda cerrar su etiqueta."""
    crudo = json.dumps(datos, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for letra, escape_ in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        crudo = crudo.replace(letra, escape_)
    return Markup(crudo)  # noqa: S704 -- ya no queda ningún < que cierre la etiqueta


def conjunto_schema(r: Resumen) -> dict[str, Any]:
    """Devuelve el schema.org Dataset de la última entrega, con cada tabla en sus dos formatos; las direcciones son relativas al conjunto."""
    return _dataset(r, r["titulo"], r["descripcion"]) | {
        "identifier": f"urn:rendicion:{r['entidad']}-{r['vigencia']}",
        "version": str(r["numero"]),
        "distribution": [_descarga(t, formato, f"./{r['entrega']}/datos/") for t in r["tablas"] for formato in MEDIOS if t[formato]],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "Portal de rendición de cuentas", "url": "../index.html"},
    }


def tabla_schema(r: Resumen, tabla: Tabla, medida: Mapping[str, Any]) -> dict[str, Any]:
    """Devuelve el schema.org Dataset de una tabla: sus columnas y sus descargas, relativas a su página."""
    aviso = "DATOS SINTÉTICOS · " if r["sintetica"] else ""
    descripcion = f"{aviso}{tabla.descripcion} Es parte de: {r['descripcion']}"
    return _dataset(r, f"{aviso}{tabla.titulo}: {r['estrategia']}, {r['entidad_nombre']}, {r['vigencia']}", descripcion) | {
        "identifier": f"urn:rendicion:{r['entrega']}:{tabla.nombre}",
        "version": str(r["numero"]),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": c.nombre, "alternateName": c.titulo, "description": c.descripcion, "valueReference": _XSD[c.tipo]} | ({"unitText": c.unidad} if c.unidad else {})
            for c in tabla.campos
        ],
        "distribution": [_descarga(medida, f, f"../../{r['entrega']}/datos/") for f in MEDIOS if medida[f]],
        "isPartOf": {"@type": "Dataset", "name": limpio(r["titulo"], 300), "description": limpio(r["descripcion"], 4_000), "license": r["licencia"]["path"], "url": "../../index.html"},
    }


def _dataset(r: Resumen, nombre: str, descripcion: str) -> dict[str, Any]:
    quien = {"@type": "GovernmentOrganization", "name": limpio(r["entidad_nombre"], 200), "identifier": r["entidad"]}
    return {
        "@context": "https://schema.org", "@type": "Dataset", "name": limpio(nombre, 300), "description": limpio(descripcion, 4_000), "inLanguage": "es-CO",
        "license": r["licencia"]["path"], "isAccessibleForFree": True, "creator": quien, "publisher": quien, "dateModified": r["actualizado"],
        "temporalCoverage": f"{r['vigencia']}-01-01/{r['corte']}", "spatialCoverage": {"@type": "Place", "identifier": f"DIVIPOLA {r['entidad']}"}, "citation": citas.en_palabras(r),
    }  # fmt: skip


def _descarga(t: Mapping[str, Any], formato: str, base: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload", "name": f"{t['nombre']}.{formato}", "encodingFormat": MEDIOS[formato], "contentSize": str(t[formato]), "contentUrl": f"{base}{t['nombre']}.{formato}",
    }  # fmt: skip


_CONTEXTO = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "xsd": "http://www.w3.org/2001/XMLSchema#"}


def catalogo_del_conjunto(resumenes: Sequence[Resumen]) -> dict[str, Any]:
    """Devuelve el catálogo DCAT-AP 3 de un conjunto: una serie con un conjunto de datos por entrega, cada uno con sus distribuciones."""
    ultimo = resumenes[-1]
    base = f"urn:rendicion:{ultimo['entidad']}-{ultimo['vigencia']}"
    quien = f"urn:rendicion:entidad:{ultimo['entidad']}"
    return {
        "@context": _CONTEXTO,
        "@graph": [
            _agente(ultimo),
            {
                "@id": f"{base}:catalogo", "@type": "dcat:Catalog", "dct:title": _es(ultimo["titulo"]), "dct:description": _es("Todas las entregas publicadas de esta entidad y vigencia."),
                "dct:publisher": {"@id": quien}, "dcat:dataset": [{"@id": base}, *({"@id": f"urn:rendicion:{r['entrega']}"} for r in resumenes)],
            },
            {
                "@id": base, "@type": "dcat:DatasetSeries", "dct:title": _es(ultimo["titulo"]), "dct:description": _es(ultimo["descripcion"]), "dct:publisher": {"@id": quien},
                "dct:modified": _dia(ultimo["actualizado"]), "dcat:landingPage": _documento("index.html"),
            },
            *(_entrega_dcat(r, base, quien) for r in resumenes),
        ],
    }  # fmt: skip


def _entrega_dcat(r: Resumen, serie: str, quien: str) -> dict[str, Any]:
    ident = f"urn:rendicion:{r['entrega']}"
    return {
        "@id": ident, "@type": "dcat:Dataset", "dct:title": _es(f"{r['titulo']}, corte {r['corte']}, entrega {r['numero']}"), "dct:description": _es(r["descripcion"]),
        "dct:identifier": r["entrega"], "dct:publisher": {"@id": quien}, "dct:modified": _dia(r["actualizado"]), "dcat:inSeries": {"@id": serie},
        "dcat:version": str(r["numero"]), "dcat:landingPage": _documento(f"{r['entrega']}/index.html"),
        "dcat:distribution": [
            {
                "@id": f"{ident}:datos/{t['nombre']}.{f}", "@type": "dcat:Distribution", "dct:title": _es(f"{t['nombre']}.{f}"),
                "dcat:accessURL": {"@id": f"{r['entrega']}/datos/{t['nombre']}.{f}", "@type": "http://www.w3.org/2000/01/rdf-schema#Resource"},
                "dcat:byteSize": {"@value": str(t[f]), "@type": "xsd:nonNegativeInteger"},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{medio}", "@type": "dct:MediaType"},
                "dct:license": {"@id": r["licencia"]["path"], "@type": "dct:LicenseDocument"},
            }
            for t in r["tablas"] for f, medio in MEDIOS.items() if t[f]
        ],
    }  # fmt: skip


def catalogo_del_portal(portadas: Sequence[Resumen]) -> dict[str, Any]:
    """Devuelve el catálogo DCAT de todo el portal: un catálogo por entidad y vigencia."""
    agentes = {p["entidad"]: _agente(p) for p in portadas}
    hijos = [
        {
            "@id": f"urn:rendicion:{p['entidad']}-{p['vigencia']}:catalogo", "@type": "dcat:Catalog", "dct:title": _es(p["titulo"]), "dct:modified": _dia(p["actualizado"]),
            "dct:description": _es("Todas las entregas publicadas de esta entidad y vigencia."), "dct:publisher": {"@id": f"urn:rendicion:entidad:{p['entidad']}"},
            "dcat:landingPage": _documento(f"{p['entidad']}-{p['vigencia']}/index.html"),
        }
        for p in portadas
    ]  # fmt: skip
    raiz = {
        "@id": "urn:rendicion:portal", "@type": "dcat:Catalog", "dct:title": _es("Portal de rendición de cuentas"),
        "dct:description": _es("Los planes de rendición de cuentas y su avance, con datos que cualquiera puede recalcular."),
        "dct:publisher": {"@id": f"urn:rendicion:entidad:{portadas[0]['entidad']}"}, "dcat:catalog": [{"@id": h["@id"]} for h in hijos],
    }  # fmt: skip
    return {"@context": _CONTEXTO, "@graph": [raiz, *agentes.values(), *hijos]}


def _agente(r: Resumen) -> dict[str, Any]:
    return {"@id": f"urn:rendicion:entidad:{r['entidad']}", "@type": "foaf:Agent", "foaf:name": _es(r["entidad_nombre"])}


def _es(texto: str) -> dict[str, str]:
    return {"@value": texto, "@language": "es"}


def _dia(fecha: str) -> dict[str, str]:
    return {"@value": fecha, "@type": "xsd:date"}


def _documento(ruta: str) -> dict[str, str]:
    return {"@id": ruta, "@type": "foaf:Document"}


def atom(ident: str, titulo: str, entradas: Iterable[tuple[Resumen, str]]) -> str:
    """Devuelve las novedades en Atom (RFC 4287), de la más reciente a la más vieja; cada entrada lleva siempre el mismo `id`.

    Las fechas son las de los datos (`actualizado`), a la hora de Colombia: correr de nuevo no hace ver como nuevo lo viejo.
    """
    lista = list(entradas)[:NOVEDADES]
    partes = [
        '<?xml version="1.0" encoding="utf-8"?>', '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es-CO">', f"<id>{escape(ident)}</id>", f"<title>{_xml(titulo)}</title>",
        f"<updated>{_instante(max(r['actualizado'] for r, _ in lista))}</updated>", '<link rel="self" type="application/atom+xml" href="novedades.atom"/>', '<link rel="alternate" type="text/html" href="index.html"/>',
        f"<author><name>{_xml('Portal de rendición de cuentas')}</name></author>",
    ]  # fmt: skip
    for r, carpeta in lista:
        aviso = "DATOS SINTÉTICOS · " if r["sintetica"] else ""
        partes += [
            "<entry>", f"<id>urn:rendicion:{_xml(r['entrega'])}</id>", f"<title>{_xml(aviso + titular_corto(r))}</title>", f"<updated>{_instante(r['actualizado'])}</updated>",
            f'<link rel="alternate" type="text/html" href="{escape(carpeta)}{escape(r["entrega"])}/index.html"/>', f"<author><name>{_xml(r['entidad_nombre'])}</name></author>",
            f"<summary>{_xml(aviso + frase(r))}</summary>", "</entry>",
        ]  # fmt: skip
    return "\n".join([*partes, "</feed>", ""])


def titular_corto(r: Resumen) -> str:
    """Dice en una línea cuánto lleva una entrega y a qué fecha."""
    avance = cifra(r["total"]["avance"])
    cuanto = "todavía sin cifra de avance" if avance is None else f"{porcentaje(avance)} de avance"
    return f"{limpio(r['entidad_nombre'], 120)} {r['vigencia']}: {cuanto} al {fecha_larga(date.fromisoformat(r['corte']))} (entrega {r['numero']})"


def frase(r: Resumen) -> str:
    """Cuenta cuántas actividades se cumplieron y cuántas van tarde."""
    c = r["cuentas"]
    return (
        f"De {contar(c['con_meta'], 'actividad con meta', 'actividades con meta')}, {contar(c['cumplidas'], 'se cumplió', 'se cumplieron')} "
        f"y {contar(c['tarde'], 'va tarde o venció sin cumplirse', 'van tarde o vencieron sin cumplirse')}."
    )


def _instante(fecha: str) -> str:
    return f"{fecha}T00:00:00-05:00"


def _xml(texto: Any) -> str:
    """Escapa y quita lo que XML no admite."""
    return escape(limpio(str(texto), 400))
