"""De una entrega a lo que lee quien busca en CKAN: el conjunto, sus recursos y las direcciones estables.

Los nombres de los campos son los que esperan ckanext-dcat y ckanext-scheming.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rendicion import vocabulario_ue
from rendicion.portales.ckan_entrega import Entrega
from rendicion.portales.ckan_ficha import Ficha

AVISO = "DATOS SINTÉTICOS"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
PREVIAS = (
    "plan",
    "avances",
    "indicadores_total",
    "indicadores_subcomponente",
    "indicadores_actividad",
    "indicadores_dependencia",
)
EN_TEXTO = ("datapackage.json", "manifiesto.json")
ESTABLES = ("index.html", "datapackage.json", "manifiesto.json", *(f"datos/{t}.csv" for t in PREVIAS))
LIMITACIONES = (
    "Los avances son los que reportan las dependencias. Una actividad sin reporte cuenta como 0 en avance_pct y queda fuera de "
    "avance_reportado_pct. Un dato vacío significa «sin dato», nunca 0."
)
METODOLOGIA = (
    "Cada indicador se recalcula con las tablas plan y avances. Las medias llevan al lado su numerador y su denominador. "
    "Los porcentajes se redondean una sola vez, a dos decimales."
)
REGLAS = (
    "Cuenta cada registro una vez, si su fecha está en la ventana de la actividad y no pasa del corte. Lo que no cuenta se publica con su "
    "motivo; lo rechazado, con su regla. Cada regla y su resultado están en validacion/informe.html."
)

_TIPOS = {
    "csv": ("CSV", "text/csv"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
    "json": ("JSON", "application/json"),
    "jsonld": ("JSON-LD", "application/ld+json"),
    "html": ("HTML", "text/html"),
    "ics": ("iCalendar", "text/calendar"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "py": ("Python", "text/x-python"),
    "firma": ("Firma", "application/octet-stream"),
}
_NOMBRES = {
    "datapackage.json": ("Paquete de datos", "Describe cada tabla: columnas, tipos, claves, licencia y fuentes (Data Package v2)."),
    "manifiesto.json": ("Manifiesto", "Dice de qué salió la entrega y la huella SHA-256 de cada archivo."),
    "manifiesto.firma": ("Firma del manifiesto", "Firma Ed25519 del manifiesto."),
    "SHA256SUMS": ("Sumas de comprobación", "Sirve para comprobar los archivos con sha256sum -c."),
    "index.html": ("Informe", "Informe de avance para leer en el navegador."),
    "validacion/informe.html": ("Informe de validación", "Qué reglas se comprobaron y qué encontraron, en lenguaje claro."),
    "validacion/resultados.json": ("Resultados de validación", "Los mismos resultados de validación, para máquinas."),
    "catalogo.jsonld": ("Catálogo DCAT", "Descripción del conjunto en DCAT-AP 3."),
    "ciclo.json": ("Cifras del ciclo", "Cumplimiento, puntualidad, participación, nivel y fechas por dependencia."),
    "comparacion_matriz.csv": ("Comparación con la matriz", "Los porcentajes que trae la matriz de seguimiento junto a los nuestros, con la causa de cada diferencia."),
    "procedencia.jsonld": ("Procedencia", "De qué captura sale cada tabla (W3C PROV)."),
    "cronograma.ics": ("Cronograma", "Fechas del plan, para agregar a un calendario."),
    "seguimiento.xlsx": ("Seguimiento", "El formato de las oficinas de control interno, listo para revisar y firmar."),
    "verificar.py": ("Verificador", "Recalcula las cifras y comprueba las huellas; solo necesita Python."),
}


def nombre_conjunto(entrega: Entrega, ficha: Ficha) -> str:
    """Devuelve el nombre corto del conjunto: uno por entidad y vigencia."""
    return ficha.conjunto or f"rendicion-{entrega.entidad}-{entrega.vigencia}".lower()


def id_recurso(conjunto_id: str, *partes: str) -> str:
    """Devuelve el identificador de un recurso, siempre el mismo para el mismo contenido.

    Así un segundo intento de la misma entrega nombra los mismos recursos y no puede duplicarlos.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((conjunto_id, *partes))))


def nombre_archivo(entrega: str, ruta: str) -> str:
    """Devuelve el nombre con que se sube un archivo: el de la entrega y su ruta, sin nada que CKAN cambie."""
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9_.-]", "-", f"{entrega}-{ruta}".lower()))


def etiquetas(palabras: Iterable[str]) -> list[dict[str, str]]:
    """Devuelve las etiquetas que CKAN admite: letras, números, espacios, guiones y puntos, de 2 a 100 caracteres."""
    limpias = (re.sub(r"\s+", " ", re.sub(r"[^\w\s.-]", " ", p)).strip()[:100] for p in palabras)
    return [{"name": p} for p in dict.fromkeys(limpias) if len(p) > 1]


def elegir_licencia(pedida: str, version: str, licencias: Collection[str]) -> str:
    """Devuelve la licencia del portal que mejor dice la nuestra; la versión exacta va aparte, en los metadatos."""
    familia = re.sub(r"-\d+(\.\d+)*$", "", version.lower())
    for opcion in (pedida, version, version.lower(), familia):
        if opcion and opcion in licencias:
            return opcion
    return "other-open" if "other-open" in licencias else (pedida or familia)


def conjunto(entrega: Entrega, ficha: Ficha, licencias: Collection[str]) -> dict[str, Any]:
    """Devuelve los metadatos del conjunto de datos, con los extras como pares clave y valor."""
    paquete, licencia = entrega.paquete, _licencia(entrega)
    publica, contacto = _quien(paquete, "publisher"), _quien(paquete, "contact")
    responde, correo = ficha.contacto or contacto.get("title", ""), ficha.contacto_correo or contacto.get("email", "")
    return {
        "title": _con_aviso(str(paquete.get("title", "")), entrega),
        "notes": _notas(entrega, ficha, licencia),
        "tags": etiquetas([*map(str, paquete.get("keywords", [])), *([AVISO] if entrega.sintetica else [])]),
        "license_id": elegir_licencia(ficha.licencia, str(licencia.get("name", "")), licencias),
        "author": ficha.publicador or publica.get("title", ""),
        "maintainer": ficha.mantenedor or responde,
        "maintainer_email": ficha.mantenedor_correo or correo,
        "extras": [{"key": k, "value": v} for k, v in _extras(entrega, ficha, publica, (responde, correo), licencia).items() if v],
    }


def _licencia(entrega: Entrega) -> Mapping[str, Any]:
    return next(iter(entrega.paquete.get("licenses", [])), {})


def _quien(paquete: Mapping[str, Any], papel: str) -> Mapping[str, str]:
    return next((c for c in paquete.get("contributors", []) if papel in c.get("roles", [])), {})


def _con_aviso(texto: str, entrega: Entrega) -> str:
    return f"{AVISO} · {texto}".removesuffix(" · ") if entrega.sintetica and AVISO not in texto else texto


def _nombre(entrega: Entrega, *partes: str) -> str:
    """Pone el aviso después de lo que distingue a un recurso: CKAN recorta los nombres largos en sus listas."""
    return " · ".join([partes[0], *([AVISO] if entrega.sintetica else []), *partes[1:]])


def _notas(entrega: Entrega, ficha: Ficha, licencia: Mapping[str, Any]) -> str:
    descripcion = str(entrega.paquete.get("description", ""))
    if entrega.sintetica and AVISO not in descripcion:
        descripcion = f"**{AVISO}**: las cifras salen de fuentes de ejemplo inventadas.\n\n{descripcion}"
    partes = [
        descripcion,
        f"**Entrega vigente:** {entrega.id}, con corte a {entrega.corte}.",
        f"**Cómo se calcula:** {ficha.metodologia or METODOLOGIA}",
        f"**Reglas:** {REGLAS}",
        f"**Límites:** {ficha.limitaciones or LIMITACIONES}",
        f"**Licencia:** {licencia.get('title', licencia.get('name', ''))}." if licencia else "",
    ]
    return "\n\n".join(p for p in partes if p)


def _extras(entrega: Entrega, ficha: Ficha, publica: Mapping[str, str], contacto: tuple[str, str], licencia: Mapping[str, Any]) -> dict[str, str]:
    paquete = entrega.paquete
    lugar = paquete.get("cobertura_geografica", {})
    divipola = ficha.cobertura or str(lugar.get("divipola", entrega.entidad))
    duracion = ficha.frecuencia or str(paquete.get("frecuencia", ""))
    sitio = ", ".join(str(lugar[k]) for k in ("municipio", "departamento") if lugar.get(k))
    return {
        "entrega_actual": entrega.id,
        "corte": entrega.corte,
        "manifiesto_sha256": entrega.huella,
        "entidad": entrega.entidad,
        "vigencia": entrega.vigencia,
        "sintetica": "true" if entrega.sintetica else "false",
        "modified": entrega.corte,
        # La dirección es para las máquinas (DCAT-AP no admite una duración); lo que lee una persona va aparte.
        "frequency": vocabulario_ue.frecuencia(duracion),
        "frecuencia": vocabulario_ue.frecuencia_en_palabras(duracion),
        "temporal_start": ficha.inicio or entrega.periodo[0],
        "temporal_end": ficha.fin or entrega.periodo[1],
        "spatial_text": f"{sitio} (DIVIPOLA {divipola})" if sitio else f"DIVIPOLA {divipola}",
        "divipola": divipola,
        "language": vocabulario_ue.idioma(ficha.idioma or str(paquete.get("idioma", "es"))[:2]),
        "theme": json.dumps([vocabulario_ue.GOBIERNO]),
        "access_rights": vocabulario_ue.PUBLICO,
        "publisher_name": ficha.publicador or publica.get("title", ""),
        "publisher_url": ficha.publicador_url or publica.get("path", ""),
        "contact_name": contacto[0],
        "contact_email": contacto[1],
        "dependencia_responsable": ficha.dependencia or contacto[0],
        "license_version": str(licencia.get("name", "")),
        "license_url": str(licencia.get("path", "")),
        "conforms_to": json.dumps(["https://datapackage.org/profiles/2.0/datapackage.json"]),
        "metodologia": ficha.metodologia or METODOLOGIA,
        "reglas": REGLAS,
        "limitaciones": ficha.limitaciones or LIMITACIONES,
        "normas": "; ".join(map(str, paquete.get("normas", []))),
        "version_notes": f"Entrega {entrega.id}",
    }


def fundir_extras(nuevos: Sequence[Mapping[str, str]], puestos: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Junta nuestros extras con los que otra persona puso a mano en el portal, que se conservan."""
    nuestras = {e["key"] for e in nuevos}
    ajenos = [{"key": e["key"], "value": e["value"]} for e in puestos if e["key"] not in nuestras]
    return [*map(dict, nuevos), *ajenos]


def recursos(entrega: Entrega, conjunto_id: str) -> list[dict[str, Any]]:
    """Devuelve un recurso por archivo de la entrega: las tablas primero y luego lo demás."""
    return [_recurso(entrega, conjunto_id, ruta) for ruta in _en_orden(entrega)]


def _en_orden(entrega: Entrega) -> list[str]:
    def lugar(ruta: str) -> tuple[int, int, str]:
        tabla = _tabla(ruta)
        if ruta == "index.html":
            return (0, 0, "")
        if tabla:
            return (1, PREVIAS.index(tabla) if tabla in PREVIAS else len(PREVIAS), ruta)
        return (2, 0, ruta)

    return sorted(entrega.archivos, key=lugar)


def _tabla(ruta: str) -> str:
    hallada = re.fullmatch(r"datos/([a-z_]+)\.(csv|parquet)", ruta)
    return hallada[1] if hallada else ""


def _tipo(ruta: str) -> tuple[str, str]:
    return _TIPOS.get(ruta.rsplit(".", 1)[-1], ("TXT", "text/plain"))


def _titulo(entrega: Entrega, ruta: str) -> tuple[str, str]:
    tabla = _tabla(ruta)
    if hallado := re.fullmatch(r"calendarios/(.+)\.ics", ruta):
        return f"Cronograma por dependencia ({hallado[1]})", "Las fechas de una sola dependencia, para agregar a un calendario."
    if not tabla:
        return _NOMBRES.get(ruta, (ruta, ""))
    recurso = entrega.tabla(tabla)
    return f"{recurso.get('title', tabla)} ({_tipo(ruta)[0]})", str(recurso.get("description", ""))


def _recurso(entrega: Entrega, conjunto_id: str, ruta: str) -> dict[str, Any]:
    archivo, (formato, mime), (titulo, descripcion) = entrega.archivos[ruta], _tipo(ruta), _titulo(entrega, ruta)
    tabla = _tabla(ruta)
    recurso = {
        "id": id_recurso(conjunto_id, entrega.id, entrega.huella, ruta),
        "name": _nombre(entrega, titulo, entrega.id),
        "description": _con_aviso(descripcion, entrega),
        "format": formato,
        "mimetype": mime,
        "size": archivo.bytes,
        "hash": archivo.sha256,
        "hash_algorithm": SHA256,
        "entrega": entrega.id,
        "numero": str(entrega.numero),
        "corte": entrega.corte,
        "corte_oficial": "true" if entrega.oficial else "false",
        "ruta": ruta,
        **_comun(entrega),
    }
    if tabla:
        recurso |= {"tabla": tabla, "schema": json.dumps(entrega.tabla(tabla).get("schema", {}), ensure_ascii=False)}
    return recurso


def _comun(entrega: Entrega) -> dict[str, str]:
    """Devuelve lo que todo recurso dice igual: lengua, licencia y que va a seguir ahí."""
    direccion = str(_licencia(entrega).get("path", ""))
    return {"language": vocabulario_ue.idioma("es"), "availability": vocabulario_ue.DISPONIBLE, **({"license": direccion} if direccion else {})}


def direccion_descarga(base: str, conjunto_id: str, recurso_id: str, archivo: str = "") -> str:
    """Devuelve la dirección con que CKAN entrega los bytes de un recurso."""
    return f"{base}/dataset/{conjunto_id}/resource/{recurso_id}/download{'/' + archivo if archivo else ''}"


def enlaces(entrega: Entrega, conjunto_id: str, base: str) -> list[dict[str, Any]]:
    """Devuelve los recursos de dirección estable, que llevan siempre a la entrega vigente.

    CKAN responde a su dirección de descarga con una redirección al archivo de la entrega.
    """
    return [_enlace(entrega, conjunto_id, base, ruta) for ruta in ESTABLES if ruta in entrega.archivos]


def _enlace(entrega: Entrega, conjunto_id: str, base: str, ruta: str) -> dict[str, Any]:
    (formato, mime), archivo = _tipo(ruta), entrega.archivos[ruta]
    destino = id_recurso(conjunto_id, entrega.id, entrega.huella, ruta)
    tabla = {"tabla": _tabla(ruta)} if _tabla(ruta) else {}
    return {
        "id": id_recurso(conjunto_id, "ultima", ruta),
        "name": _nombre(entrega, f"Última versión: {_titulo(entrega, ruta)[0]}"),
        "description": _con_aviso(f"Lleva siempre a la entrega vigente, hoy {entrega.id}. Esta dirección no cambia.", entrega),
        "format": formato,
        "mimetype": mime,
        "size": archivo.bytes,
        "hash": archivo.sha256,
        "hash_algorithm": SHA256,
        "url": direccion_descarga(base, conjunto_id, destino, nombre_archivo(entrega.id, ruta)),
        "ultima": ruta,
        "entrega_actual": entrega.id,
        **_comun(entrega),
        **tabla,
    }


def podables(recursos_portal: Sequence[Mapping[str, Any]], conservar: int, oficiales: Collection[str]) -> list[str]:
    """Devuelve los recursos de las entregas que ya no caben entre las últimas `conservar`.

    Las de un corte oficial se conservan siempre: por su marca, o porque su corte está en `oficiales`.
    """
    numeros = {str(r["entrega"]): int(r.get("numero", 0)) for r in recursos_portal if r.get("entrega")}
    recientes = sorted(numeros, key=lambda e: (numeros[e], e), reverse=True)[:conservar]
    return [
        str(r["id"])
        for r in recursos_portal
        if r.get("entrega") and r["entrega"] not in recientes and r.get("corte_oficial") != "true" and r.get("corte") not in oficiales
    ]
