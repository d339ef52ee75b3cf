"""La página de una entidad y vigencia: cómo va, sus entregas en el tiempo, y el camino a todo lo demás."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from esquemas import PUBLICAS
from rendicion.informe.formato import cifra, contar, limpio, porcentaje, tamano
from rendicion.informe.motor import pintar_portal
from rendicion.informe.palabras import ESTADOS, TARDE, ZONAS
from rendicion.informe.portal import citas
from rendicion.informe.portal.cambios import en_corto, frases
from rendicion.informe.portal.resumen import para_la_portada
from rendicion.informe.portal.rutas import PAGINAS, RESUMEN, de_actividad, de_tabla
from rendicion.informe.portal.vocabularios import atom, catalogo_del_conjunto, conjunto_schema, en_pagina, frase

Resumen = Mapping[str, Any]
_OTROS = {
    "validacion/informe.html": ("Informe de validación", "Cada regla, qué revisó y qué encontró"),
    "informe.pdf": ("Informe en PDF", "El mismo informe, para imprimir o llevar a una sesión"),
    "seguimiento.xlsx": ("Formato de seguimiento", "Para revisar y firmar en control interno"),
    "cronograma.ics": ("Calendario", "Las fechas del plan, para su agenda"),
    "datapackage.json": ("Descripción de los datos", "Todas las tablas y columnas, para programas"),
    "verificar.py": ("Programa para verificar", "Recalcula cada cifra en su computador"),
}


def archivos_del_conjunto(resumenes: Sequence[Resumen]) -> dict[str, bytes]:
    """Devuelve los archivos de la raíz de un conjunto; el último, `resumen.json`, es la señal de que están todos."""
    ultimo = resumenes[-1]
    titulo = f"{ultimo['entidad_nombre']}: rendición de cuentas {ultimo['vigencia']}"
    return {
        "novedades.atom": atom(f"urn:rendicion:{ultimo['entidad']}-{ultimo['vigencia']}", titulo, [(r, "") for r in reversed(resumenes)]).encode(),
        "catalogo.jsonld": _json(catalogo_del_conjunto(resumenes)),
        "cita.bib": citas.bibtex(ultimo).encode(),
        "CITATION.cff": citas.cff(ultimo).encode(),
        "index.html": _pagina(resumenes),
        RESUMEN: _json(para_la_portada(ultimo)),
    }


def _pagina(resumenes: Sequence[Resumen]) -> bytes:
    r = resumenes[-1]
    paginas = f"{PAGINAS}/{r['entrega']}/"
    avance, quien = cifra(r["total"]["avance"]), limpio(r["entidad_nombre"], 80)
    que = f"su plan de rendición de cuentas {r['vigencia']}"
    return pintar_portal(
        "portal_conjunto.html.j2",
        sintetica=r["sintetica"],
        ficha=None,
        r=r,
        corte=date.fromisoformat(r["corte"]),
        migas=(("Portal", "../index.html"), (f"{r['entidad_nombre']} {r['vigencia']}", None)),
        novedades="novedades.atom",
        buscar=f"{paginas}buscar.html",
        a_entrega=f"{r['entrega']}/",
        con_programa=False,
        titulo_literal=False,
        baja=False,
        titulo=f"{quien}: todavía no hay cifra de avance de {que}" if avance is None else f"{quien} lleva el {porcentaje(avance)} de {que}",
        frase=frase(r),
        avance=avance,
        cumplimiento=cifra(r["total"]["cumplimiento"]),
        reportado=cifra(r["total"]["reportado"]),
        zona=ZONAS[r["total"]["zona"]],
        paginas=paginas,
        subcomponentes=tuple((_sub(i, n), tuple((x, ESTADOS[x["estado"]], paginas + de_actividad(x["id"])) for x in r["actividades"] if x["subcomponente_id"] == i)) for i, n in r["subcomponentes"]),
        cumplidas=_cortas(r, paginas, {"cumplida"}),
        tarde=_cortas(r, paginas, TARDE),
        dependencias=tuple(
            (d, paginas + d["archivo"], cifra(d["avance"]), cifra(d["cumplimiento"]), ZONAS[d["zona"]]) for d in sorted(r["dependencias"], key=lambda d: (-len(d["tarde"]), -len(d["actividades"]), d["nombre"]))
        ),
        entregas=tuple(reversed(tuple(_entrega(resumenes, n) for n in range(len(resumenes))))),
        tablas=tuple((PUBLICAS[t["nombre"]], t, paginas + de_tabla(t["nombre"]), f"{r['entrega']}/datos/{t['nombre']}") for t in r["tablas"]),
        otros=tuple((f"{r['entrega']}/{ruta}", *_OTROS[ruta], tamano(r["archivos"][ruta])) for ruta in _OTROS if ruta in r["archivos"]),
        cita=citas.en_palabras(r),
        bibtex=citas.bibtex(r),
        buscadores=en_pagina(conjunto_schema(r)),
    ).encode()


def _sub(i: str, nombre: str) -> str:
    return nombre if nombre.lower().startswith("subcomponente") else f"Subcomponente {i}. {nombre}".rstrip(". ")


def _cortas(r: Resumen, paginas: str, estados: set[str] | frozenset[str]) -> tuple[tuple[Mapping[str, Any], str], ...]:
    return tuple((x, paginas + de_actividad(x["id"])) for x in r["actividades"] if x["estado"] in estados)


def _entrega(resumenes: Sequence[Resumen], n: int) -> dict[str, Any]:
    r, previa = resumenes[n], resumenes[n - 1] if n else None
    return {
        "r": r, "corte": date.fromisoformat(r["corte"]), "avance": cifra(r["total"]["avance"]), "cumplimiento": cifra(r["total"]["cumplimiento"]), "zona": ZONAS[r["total"]["zona"]],
        "en_corto": en_corto(r, previa), "frases": frases(r, previa), "cambios": f"{PAGINAS}/{r['entrega']}/cambios.html", "informe": f"{r['entrega']}/index.html",
        "reglas": contar(r["cuentas"]["con_reporte"], "actividad con reporte", "actividades con reporte"),
    }  # fmt: skip


def _json(datos: Any) -> bytes:
    return (json.dumps(datos, ensure_ascii=False, indent=1) + "\n").encode()
