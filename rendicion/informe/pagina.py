"""La página de la entrega: reúne las piezas y las entrega a la plantilla."""

from __future__ import annotations

from collections.abc import Mapping

from rendicion.ciclo.cifras import cifras
from rendicion.errores import ErrorUso
from rendicion.informe.actividades import actividades
from rendicion.informe.calculo import ejemplo
from rendicion.informe.calidad import tabla_cambios, tabla_fuentes, tabla_hallazgos, tabla_rechazos
from rendicion.informe.descargas import descargas_de, para_buscadores, tabla_archivos, tabla_tablas
from rendicion.informe.ficha import Ficha
from rendicion.informe.filas import del_corte, entero
from rendicion.informe.motor import pintar
from rendicion.informe.palabras import PROGRAMACION
from rendicion.informe.participacion import apartados
from rendicion.informe.resumen import entradilla, resumen, serie, tabla_cortes, tabla_dependencias, titular
from rendicion.informe.subcomponentes import comparados, subcomponentes


def pagina(tablas: Mapping[str, list[dict[str, object]]], ficha: Ficha) -> str:
    """Devuelve la página HTML de la entrega (`index.html`), completa y sin nada externo.

    `tablas` trae todas las tablas públicas, como las describe `esquemas`. Las mismas tablas y la misma
    ficha dan los mismos bytes. `ErrorUso` si los indicadores no traen el corte de la ficha o les falta una actividad.
    """
    _exigir_corte(tablas, ficha)
    acts = actividades(tablas, ficha.corte, ficha.fuentes)
    r = resumen(tablas, ficha, acts)
    subs = subcomponentes(tablas, ficha.corte, acts)
    grafico_subs, tabla_subs = comparados(subs)
    return pintar(
        "informe.html.j2",
        sintetica=ficha.sintetica,
        ficha=ficha,
        titulo=titular(ficha, r),
        entradilla=entradilla(r),
        r=r,
        acts=acts,
        subs=subs,
        grafico_subs=grafico_subs,
        tabla_subs=tabla_subs,
        serie=serie(tablas, ficha),
        cortes=tabla_cortes(tablas, ficha),
        dependencias=tabla_dependencias(tablas, ficha, r.responsables),
        apartados=apartados(tablas, cifras(tablas, ficha.corte, ficha.ciclo)),
        cambios=tabla_cambios(tablas),
        n_cambios=len(tablas["correcciones"]),
        fuentes=tabla_fuentes(tablas, ficha),
        **{c: sum(entero(f, c) for f in tablas["conciliacion"]) for c in ("recibidos", "aceptados")},
        rechazos=tabla_rechazos(tablas),
        n_rechazos=len(tablas["rechazos"]),
        hallazgos=tabla_hallazgos(tablas),
        n_hallazgos=len(tablas["hallazgos"]),
        ejemplo=ejemplo(tablas, ficha.corte, acts),
        programacion=PROGRAMACION,
        descargas=tuple(c for c in (tabla_tablas(ficha), tabla_archivos(ficha)) if c.filas),
        descargas_de={t: descargas_de(ficha, t) for t in ("serie", "indicadores_subcomponente", "indicadores_actividad")},
        tiene_validacion=any(a[0] == "validacion/informe.html" for a in ficha.archivos),
        buscadores=para_buscadores(ficha, f"{titular(ficha, r)}. {entradilla(r)}"),
    )


def _exigir_corte(tablas: Mapping[str, list[dict[str, object]]], ficha: Ficha) -> None:
    corte = ficha.corte.isoformat()
    if not del_corte(tablas["indicadores_total"], ficha.corte):
        raise ErrorUso(f"La entrega no trae el total del corte {corte}.", donde="indicadores_total", hacer="calcule los indicadores en ese corte.")
    medidas = {f["actividad_id"] for f in del_corte(tablas["indicadores_actividad"], ficha.corte)}
    faltan = [str(f["actividad_id"]) for f in tablas["plan"] if f["actividad_id"] not in medidas]
    if faltan:
        raise ErrorUso(f"Faltan indicadores de {', '.join(faltan)} en el corte {corte}.", donde="indicadores_actividad", hacer="calcule todas las actividades del plan.")
