"""Las cifras del ciclo: cumplimiento, puntualidad, participación, nivel y calendario, sacadas solo de las tablas publicadas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rendicion.ciclo import autodiagnostico, compromisos, cronograma, dialogo, encuestas
from rendicion.ciclo.autodiagnostico import Umbrales
from rendicion.reglas_ciclo import ReglasDelCiclo

Fila = Mapping[str, Any]
Tablas = Mapping[str, Sequence[Fila]]
FORMATO = "rendicion-ciclo/1"
PALANCAS = 10
EXCLUIDAS = ("sin_respuesta", "fuera_de_escala", "repetidas", "sin_consentimiento")
_CAMBIO = re.compile(r"plazo \((\d+)\)")
_REGLAS_DE_CAMBIO = ("plazo_cambiado", "plazo_cambiado_vencido")


def cifras(tablas: Tablas, corte: date, reglas: ReglasDelCiclo) -> dict[str, Any]:
    """Devuelve lo que va en `ciclo.json`: cada cifra del ciclo, con sus numeradores, y las reglas con que se calculó.

    Sale solo de tablas publicadas (`compromisos`, `dialogo`, `encuestas`, `autodiagnostico`, `cronograma` y
    `hallazgos`), así que cualquiera puede volver a calcularla. Los porcentajes son texto con 2 decimales; lo que no se
    puede calcular es nulo, nunca 0.
    """
    return {
        "formato": FORMATO,
        "corte": corte.isoformat(),
        "reglas": reglas.declaradas(),
        "cronograma": _cronograma(tablas["cronograma"]),
        "compromisos": _compromisos(tablas["compromisos"], tablas["hallazgos"]),
        "dialogo": _dialogo(tablas["dialogo"]),
        "encuestas": _encuestas(tablas["encuestas"], tablas["hallazgos"]),
        "autodiagnostico": _autodiagnostico(tablas["autodiagnostico"], reglas),
    }


def _cronograma(filas: Sequence[Fila]) -> dict[str, Any]:
    reparto = cronograma.por_dependencia([dict(f) for f in filas])
    return {
        "fechas": len(filas),
        "por_estado": _por_estado(filas),
        "por_dependencia": [{"dependencia": d, **_por_estado(suyas)} for d, suyas in reparto.items()],
    }


def _por_estado(filas: Sequence[Fila]) -> dict[str, int]:
    return {e: sum(f["estado"] == e for f in filas) for e in cronograma.ESTADOS}


def _compromisos(filas: Sequence[Fila], hallazgos: Sequence[Fila]) -> dict[str, Any]:
    responsables = sorted({r for f in filas for r in _responsables(f)})
    return {
        **_medir(filas),
        "por_espacio": [{"espacio": e, **_medir([f for f in filas if f["espacio"] == e])} for e in sorted({str(f["espacio"]) for f in filas})],
        "por_responsable": [{"responsable": r, **_medir([f for f in filas if r in _responsables(f)])} for r in responsables],
        "cambios_de_plazo": _cambios({str(f["compromiso_id"]) for f in filas}, hallazgos),
    }


def _responsables(fila: Fila) -> list[str]:
    return str(fila["responsables"] or cronograma.SIN_RESPONSABLE).split(";")


def _medir(filas: Sequence[Fila]) -> dict[str, Any]:
    medidas = compromisos.indicadores([dict(f) for f in filas])
    return {c: str(v) if c.endswith("_pct") or c == "retraso_medio_dias" else v for c, v in medidas.items()} | {
        c: None for c, v in medidas.items() if v is None
    }


def _cambios(publicados: set[str], hallazgos: Sequence[Fila]) -> list[dict[str, Any]]:
    """Saca de los hallazgos la historia de los plazos: de qué fecha a cuál, cuántos días y si ya había vencido."""
    salida = []
    for h in hallazgos:
        cambio = _CAMBIO.fullmatch(str(h["campo"]))
        if h["regla"] in _REGLAS_DE_CAMBIO and cambio and h["registro"] in publicados:
            antes, despues = h["literal"], h["valor"]
            movidos = (date.fromisoformat(despues) - date.fromisoformat(antes)).days if antes else None
            salida.append(
                {
                    "compromiso_id": h["registro"], "numero": int(cambio[1]), "antes": antes, "despues": despues, "dias_movidos": movidos,
                    "ya_vencido": h["regla"] == "plazo_cambiado_vencido", "detalle": h["explicacion"],
                }
            )  # fmt: skip
    return sorted(salida, key=lambda c: (c["compromiso_id"], c["numero"]))


def _dialogo(filas: Sequence[Fila]) -> dict[str, Any]:
    propias = [dict(f) for f in filas]
    total = dialogo.participacion(propias, ())
    return {
        **(_con_tasas(total[0]) if total else dict.fromkeys((*dialogo.MEDIDAS, "puntualidad_numerador", "puntualidad_denominador"), 0) | {"puntualidad_pct": None}),
        "por_espacio_y_canal": [_con_tasas(g) for g in dialogo.participacion(propias)],
        "por_tema": [_con_tasas(g) for g in dialogo.participacion(propias, ("tema",))],
    }


def _con_tasas(grupo: Mapping[str, Any]) -> dict[str, Any]:
    """Agrega la puntualidad: respondidas a tiempo sobre las que ya tienen resultado frente a su límite."""
    con_resultado = grupo["a_tiempo"] + grupo["tarde"] + grupo["sin_respuesta_vencidas"]
    puntualidad = compromisos.cociente(100 * grupo["a_tiempo"], con_resultado)
    return {
        **grupo,
        "puntualidad_numerador": grupo["a_tiempo"],
        "puntualidad_denominador": con_resultado,
        "puntualidad_pct": None if puntualidad is None else str(puntualidad),
    }


def _encuestas(filas: Sequence[Fila], hallazgos: Sequence[Fila]) -> dict[str, Any]:
    propias = [dict(f) for f in filas]
    grupos = sorted({(str(f["espacio"]), str(f["pregunta"]), int(f["base"])) for f in filas})
    excluidas = {(h["registro"], h["campo"]): int(h["valor"]) for h in hallazgos if h["origen"] == "encuestas" and h["campo"] in EXCLUIDAS}
    espacios = sorted({str(f["espacio"]) for f in filas})
    return {
        "encuestas": len(espacios),
        "cobertura": [{"espacio": e, "pregunta": p, "base": b, **{c: excluidas.get((f"{e} · {p}", c), 0) for c in EXCLUIDAS}} for e, p, b in grupos],
        "comparacion": [
            {"pregunta": f["pregunta"], "opcion": f["opcion"], "espacios": {e: None if f[e] is None else str(f[e]) for e in espacios}}
            for f in encuestas.comparar(propias)
        ],
    }


def _autodiagnostico(filas: Sequence[Fila], reglas: ReglasDelCiclo) -> dict[str, Any]:
    umbrales = Umbrales(reglas.umbral_consolidacion, reglas.umbral_perfeccionamiento, reglas.umbral_fuente)
    r = autodiagnostico.calcular(filas, umbrales)
    return {
        **{c: _texto(getattr(r, c)) for c in ("puntaje", "banda", "nivel", "siguiente_nivel", "brecha_siguiente", "brecha_perfeccionamiento")},
        "actividades": r.actividades,
        "calificadas": r.calificadas,
        "componentes": [{c: _texto(getattr(g, c)) for c in ("componente", "puntaje", "banda", "actividades", "calificadas")} for g in r.componentes],
        "categorias": [{c: _texto(getattr(g, c)) for c in ("componente", "categoria", "puntaje", "banda", "actividades", "calificadas")} for g in r.categorias],
        "palancas": [
            {c: _texto(getattr(p, c)) for c in ("componente", "categoria", "actividad_de_gestion", "puntaje", "sube")} for p in r.palancas[:PALANCAS]
        ],
    }


def _texto(valor: Any) -> Any:
    return valor if valor is None or isinstance(valor, int | str) else f"{valor:.2f}"
