"""El portal: páginas de archivos para cada entrega, cada entidad y el conjunto de todas. Funciones puras, siempre los mismos bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rendicion.informe.actividades import actividades
from rendicion.informe.filas import Fila, letra
from rendicion.informe.portal.actividad import pagina_actividad
from rendicion.informe.portal.busqueda import pagina_busqueda
from rendicion.informe.portal.cambios import pagina_cambios
from rendicion.informe.portal.comun import Juego
from rendicion.informe.portal.conjunto import archivos_del_conjunto
from rendicion.informe.portal.dependencia import pagina_dependencia
from rendicion.informe.portal.inicio import archivos_del_portal
from rendicion.informe.portal.leida import EntregaPublicada, Muestra
from rendicion.informe.portal.resumen import resumir
from rendicion.informe.portal.rutas import PAGINAS, RESUMEN, de_actividad, de_tabla
from rendicion.informe.portal.tabla import PRIMERAS, pagina_tabla

__all__ = ["PAGINAS", "PRIMERAS", "RESUMEN", "EntregaPublicada", "Muestra", "archivos_de_entrega", "archivos_del_conjunto", "archivos_del_portal"]


def archivos_de_entrega(e: EntregaPublicada, anteriores: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Devuelve las páginas de una entrega y, al final, su `resumen.json`.

    `anteriores` son los resúmenes de las entregas previas de la cadena, en orden: de ellos sale la historia.
    """
    resumen = resumir(e)
    j = Juego(e, resumen, anteriores, actividades(e.tablas, e.corte))
    registros: dict[str, list[Fila]] = {}
    for f in e.tablas["avances"]:
        registros.setdefault(letra(f, "actividad_id"), []).append(f)
    return {
        **{de_actividad(a.id): pagina_actividad(j, a, registros.get(a.id, [])) for a in j.acts},
        **{d["archivo"]: pagina_dependencia(j, d) for d in resumen["dependencias"]},
        **{de_tabla(t["nombre"]): pagina_tabla(j, t) for t in resumen["tablas"]},
        "cambios.html": pagina_cambios(j),
        "buscar.html": pagina_busqueda(j),
        RESUMEN: (json.dumps(resumen, ensure_ascii=False, indent=1) + "\n").encode(),
    }
