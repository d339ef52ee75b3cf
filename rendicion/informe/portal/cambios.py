"""La página de cambios de una entrega: frente a la anterior y frente a la última del mismo corte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rendicion.informe.cuadros import Celda, Cuadro, num
from rendicion.informe.formato import cifra, contar, limpio, numero, porcentaje
from rendicion.informe.palabras import ESTADOS
from rendicion.informe.portal.comun import TITULOS_TABLA, Juego, cantidad, cuadro_de_cambios, estado_de
from rendicion.informe.portal.rutas import de_actividad

NOMBRADAS = 12


def pagina_cambios(j: Juego) -> bytes:
    """Devuelve la página con todo lo que cambió al publicar esta entrega."""
    previa = j.anteriores[-1] if j.anteriores else None
    correcciones = j.e.tablas["correcciones"]
    return j.pintar(
        "portal_cambios.html.j2",
        "Qué cambió",
        titulo=f"Entrega {j.resumen['numero']}: {en_corto(j.resumen, previa)}",
        previa=previa,
        frases=frases(j.resumen, previa),
        actividades=_actividades(j, previa),
        correcciones=cuadro_de_cambios(correcciones, "Datos que cambiaron frente a la última entrega de este corte"),
        n_correcciones=len(correcciones),
        sin_motivo=sum(f["autor"] is None for f in correcciones),
    )


def en_corto(r: Mapping[str, Any], previa: Mapping[str, Any] | None) -> str:
    """Dice en pocas palabras qué trae una entrega que no traía la anterior."""
    if previa is None:
        return "la primera"
    distintas = len(diferencias(r, previa))
    return contar(distintas, "actividad cambió de cifra o de estado", "actividades cambiaron de cifra o de estado") if distintas else "ninguna actividad cambió"


def frases(r: Mapping[str, Any], previa: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Cuenta en frases cortas lo que va de una entrega a la siguiente."""
    if previa is None:
        return ("Es la primera entrega: no hay otra con que compararla.",)
    antes, ahora = cifra(previa["total"]["avance"]), cifra(r["total"]["avance"])
    salida = [f"El avance del plan pasó de {porcentaje(antes)} a {porcentaje(ahora)}." if antes != ahora else f"El avance del plan sigue en {porcentaje(ahora)}."]
    cambiadas = [(x, p) for x, p in diferencias(r, previa) if p and x["estado"] != p["estado"]]
    for clave, estado in ESTADOS.items():
        if llegan := [x["id"] for x, _ in cambiadas if x["estado"] == clave]:
            nombradas = ", ".join(llegan[:NOMBRADAS]) + (f" y {len(llegan) - NOMBRADAS} más" if len(llegan) > NOMBRADAS else "")
            salida.append(f"{contar(len(llegan), 'actividad pasó', 'actividades pasaron')} a «{estado.palabra.lower()}»: {nombradas}.")
    if previa["corte"] == r["corte"]:
        por_tabla = [f"{TITULOS_TABLA.get(t, t)} ({n})" for t, n in r["cambios"]["por_tabla"].items()]
        cuantos = contar(r["cambios"]["total"], "dato cambió", "datos cambiaron") if por_tabla else "Ningún dato cambió"
        salida.append(f"{cuantos} frente a la entrega anterior de este corte." + (f" Son de: {', '.join(por_tabla)}." if por_tabla else ""))
    else:
        salida.append("Tiene otra fecha de corte: es normal que sus cifras sean otras.")
    return tuple(salida)


def diferencias(r: Mapping[str, Any], previa: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    """Devuelve las actividades que se ven distintas: cambió su meta, su cantidad, sus porcentajes o su estado, o ya no callan."""
    viejas = {x["id"]: x for x in previa["actividades"]}
    return [(x, viejas.get(x["id"])) for x in r["actividades"] if _visto(x) != _visto(viejas.get(x["id"]))]


def _visto(x: Mapping[str, Any] | None) -> tuple[Any, ...]:
    return () if x is None else (*(x[c] for c in ("meta", "ejecutado", "avance", "cumplimiento", "estado")), bool(x["registros"]))


def _actividades(j: Juego, previa: Mapping[str, Any] | None) -> Cuadro | None:
    filas = diferencias(j.resumen, previa) if previa else []
    if not filas:
        return None
    return Cuadro(
        id="tabla-actividades", titulo=f"Actividades que cambiaron frente a la entrega {previa['numero'] if previa else ''}",
        columnas=("Actividad", "Meta", "Hecho", "Avance", "Cumplimiento", "Estado antes", "Estado ahora"),
        filas=tuple(
            (
                Celda(f"{x['id']} {limpio(x['nombre'], 80)}", href=de_actividad(x["id"]), literal=True),
                *(num(_paso(None if p is None else dice(p), dice(x))) for dice in (_meta, _hecho, _avance, _cumplimiento)),
                estado_de(p["estado"]) if p else Celda("no estaba", clase="vacio"), estado_de(x["estado"]),
            )
            for x, p in filas
        ),
        numericas=frozenset({1, 2, 3, 4}),
        nota="La flecha va de lo que decía la entrega anterior a lo que dice esta. Sin flecha, no cambió.",
    )  # fmt: skip


def _meta(x: Mapping[str, Any]) -> str:
    return numero(cifra(x["meta"]))


def _hecho(x: Mapping[str, Any]) -> str:
    return cantidad(x["ejecutado"], x["registros"]).texto


def _avance(x: Mapping[str, Any]) -> str:
    return porcentaje(cifra(x["avance"]))


def _cumplimiento(x: Mapping[str, Any]) -> str:
    return porcentaje(cifra(x["cumplimiento"]))


def _paso(antes: str | None, ahora: str) -> str:
    return ahora if antes in {None, ahora} else f"{antes} → {ahora}"
