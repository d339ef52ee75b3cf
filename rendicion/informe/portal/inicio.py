"""La portada del portal: qué entidades rinden cuentas aquí y cómo va cada una."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rendicion.informe.formato import cifra, contar
from rendicion.informe.motor import pintar_portal
from rendicion.informe.palabras import ZONAS
from rendicion.informe.portal.vocabularios import atom, catalogo_del_portal, en_pagina, frase

MUCHAS = 8


def archivos_del_portal(portadas: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Devuelve los archivos de la raíz del portal, con una línea por entidad y vigencia."""
    recientes = sorted(portadas, key=lambda p: (p["actualizado"], p["entrega"]), reverse=True)
    catalogo = catalogo_del_portal(portadas)
    return {
        "novedades.atom": atom("urn:rendicion:portal", "Novedades del portal de rendición de cuentas", [(p, f"{p['entidad']}-{p['vigencia']}/") for p in recientes]).encode(),
        "catalogo.jsonld": (json.dumps(catalogo, ensure_ascii=False, indent=1) + "\n").encode(),
        "index.html": _pagina(portadas),
    }


def _pagina(portadas: Sequence[Mapping[str, Any]]) -> bytes:
    entidades = len({p["entidad"] for p in portadas})
    muchas = len(portadas) > MUCHAS
    return pintar_portal(
        "portal_inicio.html.j2",
        sintetica=any(p["sintetica"] for p in portadas),
        ficha=None,
        r=None,
        corte=None,
        migas=(("Portal", None),),
        novedades="novedades.atom",
        buscar=None,
        a_entrega="",
        con_programa=muchas,
        titulo_literal=False,
        baja=True,
        titulo=f"Rendición de cuentas: {contar(entidades, 'entidad publica', 'entidades publican')} aquí su avance",
        muchas=muchas,
        conjuntos=tuple(
            {
                "p": p, "href": f"{p['entidad']}-{p['vigencia']}/index.html", "corte": date.fromisoformat(p["corte"]), "frase": frase(p),
                "avance": cifra(p["total"]["avance"]), "cumplimiento": cifra(p["total"]["cumplimiento"]), "zona": ZONAS[p["total"]["zona"]],
            }
            for p in portadas
        ),
        buscadores=en_pagina({
            "@context": "https://schema.org", "@type": "DataCatalog", "name": "Portal de rendición de cuentas", "inLanguage": "es-CO",
            "description": "Los planes de rendición de cuentas de entidades públicas y su avance, con datos que cualquiera puede recalcular.",
            "dataset": [{"@type": "Dataset", "name": p["titulo"], "description": f"{p['titulo']}. Corte {p['corte']}. {frase(p)}", "license": p["licencia"]["path"], "url": f"./{p['entidad']}-{p['vigencia']}/index.html"} for p in portadas[:100]],
        }),
    ).encode()  # fmt: skip
