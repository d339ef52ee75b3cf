"""La página de búsqueda: un índice que viaja dentro de la página, y la lista completa para quien no tiene programa."""

from __future__ import annotations

from collections.abc import Iterator

from esquemas import PUBLICAS
from rendicion.informe.filas import dia, letra, texto
from rendicion.informe.formato import fecha_larga, limpio
from rendicion.informe.palabras import ESTADOS
from rendicion.informe.portal.comun import Juego
from rendicion.informe.portal.rutas import de_actividad, de_tabla
from rendicion.informe.portal.vocabularios import en_pagina

EVIDENCIAS = 2_000
Entrada = tuple[str, str, str, str]


def pagina_busqueda(j: Juego) -> bytes:
    """Devuelve la página de búsqueda de una entrega; sus enlaces llevan a páginas de la misma entrega."""
    fijas = list(_fijas(j))
    pruebas = list(_evidencias(j))
    recortada = sum(bool(f["cuenta"]) for f in j.e.tablas["avances"]) > len(pruebas)
    return j.pintar(
        "portal_buscar.html.j2",
        "Buscar",
        con_programa=True,
        titulo=f"Buscar en la rendición de cuentas de {j.resumen['vigencia']}",
        buscar=None,
        indice=en_pagina([*fijas, *pruebas]),
        grupos=tuple((titulo, tuple(x for x in fijas if x[0] == tipo)) for tipo, titulo in (("Actividad", "Actividades"), ("Dependencia", "Dependencias"), ("Tabla", "Tablas"))),
        evidencias=len(pruebas),
        recortada=recortada,
    )


def _fijas(j: Juego) -> Iterator[Entrada]:
    for x in j.resumen["actividades"]:
        yield "Actividad", f"{x['id']} {limpio(x['nombre'], 160)}", f"{ESTADOS[x['estado']].palabra}. {'; '.join(x['responsables'])}", de_actividad(x["id"])
    for d in j.resumen["dependencias"]:
        yield "Dependencia", limpio(d["nombre"], 120), f"Actividades {', '.join(d['actividades'])}", d["archivo"]
    for nombre, t in PUBLICAS.items():
        yield "Tabla", t.titulo, t.descripcion, de_tabla(nombre)
    for nombre, t in PUBLICAS.items():
        for c in t.campos:
            yield "Columna", f"{c.titulo} ({c.nombre})", f"{t.titulo}. {c.descripcion}", f"{de_tabla(nombre)}#diccionario"
    for f in j.e.tablas["compromisos"]:
        yield "Compromiso", limpio(letra(f, "compromiso"), 160), limpio(texto(f, "espacio") or "", 80), "tabla-compromisos.html"


def _evidencias(j: Juego) -> Iterator[Entrada]:
    cuentan = sorted((f for f in j.e.tablas["avances"] if f["cuenta"]), key=lambda f: (dia(f, "fecha"), letra(f, "avance_id")), reverse=True)
    for f in cuentan[:EVIDENCIAS]:
        ident = letra(f, "actividad_id")
        yield "Evidencia", limpio(texto(f, "titulo") or f"Registro {letra(f, 'registro')}", 140), f"Actividad {ident}, {fecha_larga(dia(f, 'fecha'))}", f"{de_actividad(ident)}#evidencia"

