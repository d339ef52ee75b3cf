"""Cómo vamos, en una pantalla: cuánto, a qué fecha, qué va tarde, quién responde y qué falta por hacer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from rendicion.pantalla.cuadros import COLOR_ZONA, ESTADOS
from rendicion.pantalla.terminal import AVISO, consola, escribir_json, linea, numero, porcentaje, visible

ALTO = 24
BARRA = 10
TARDE = ("vencida", "atrasada")
_FIJOS = 4  # dos renglones en blanco, el de «Siguiente» y el de la terminal


def mostrar_estado(estado: Mapping[str, Any], *, en_json: bool) -> None:
    """Responde «cómo vamos» en 24 renglones de 80 columnas; en una terminal más alta, con todas las actividades tarde.

    Lo único que se recorta es un nombre largo del plan: ninguna cifra, fecha ni responsable se pierde por el ancho.
    """
    if en_json:
        escribir_json(estado)
        return
    terminal = consola()
    if estado["entrega"] is None:
        terminal.print("Todavía no hay entregas en esta salida. Siguiente: rendicion correr")
        _escribir(terminal, _corridas(estado["corridas"]))
        return
    from datetime import date

    tablas, corte = estado["tablas"], date.fromisoformat(estado["manifiesto"]["corte"])
    plan = {f["actividad_id"]: f for f in tablas["plan"]}
    subs = [f for f in tablas["indicadores_subcomponente"] if f["corte"] == corte]
    acts = [f for f in tablas["indicadores_actividad"] if f["corte"] == corte]
    tarde = _las_tarde(acts)
    cabeza = _cabeza(estado, next(f for f in tablas["indicadores_total"] if f["corte"] == corte), corte)
    cuenta = _cuenta(acts)
    cola = [*_responden(tarde, plan), *_pendientes(estado), *_corridas(estado["corridas"])]
    caben = max(terminal.height, ALTO) - _FIJOS - len(subs) - sum(len(t.wrap(terminal, terminal.width)) for t in (*cabeza, cuenta, *cola))
    _escribir(terminal, cabeza)
    terminal.print()
    _subcomponentes(terminal, subs, {f["subcomponente_id"]: f["subcomponente"] for f in tablas["plan"]})
    terminal.print()
    _escribir(terminal, [cuenta])
    _actividades(terminal, tarde, plan, max(2, caben))
    _escribir(terminal, cola)
    linea(terminal, ("Siguiente: ", "bold"), f"rendicion rastrear {tarde[0]['actividad_id']} · rendicion servir" if tarde else "rendicion servir")


def _cabeza(estado: Mapping[str, Any], total: Mapping[str, Any], corte: Any) -> list[Text]:
    from rendicion.informe.formato import fecha_larga

    quien = f"{estado.get('entidad_nombre') or estado['manifiesto']['entidad']}, {estado['manifiesto']['vigencia']}, a {fecha_larga(corte)}"
    return [
        *([Text(AVISO, "bold magenta")] if estado["manifiesto"]["sintetica"] else []),
        Text(visible(quien), "bold"),
        Text.assemble(
            "Avance ", (porcentaje(total["avance_pct"]), "bold"), " · Cumplimiento ", (porcentaje(total["cumplimiento_pct"]), "bold"), " · Zona ", _zona(total["zona"]),
            f" · Con reporte {total['actividades_con_reporte']} de {total['actividades_con_meta']}",
        ),
    ]  # fmt: skip


def _subcomponentes(terminal: Console, subs: Sequence[Mapping[str, Any]], nombres: Mapping[str, str]) -> None:
    """Escribe un renglón por subcomponente: la barra es el avance; el color, la zona del cumplimiento, que también va en palabras."""
    for f in subs:
        cola = Text.assemble((_barra(f["avance_pct"]), COLOR_ZONA.get(f["zona"], "")), f" {porcentaje(f['avance_pct']):>9}  ", _zona(f["zona"]))
        _con_cola(terminal, f"{f['subcomponente_id']}. {nombres[f['subcomponente_id']]}", cola, ancho_cola=BARRA + 26)


def _cuenta(acts: Sequence[Mapping[str, Any]]) -> Text:
    cuenta = Counter(f["estado"] for f in acts)
    plural = {"cumplida", "vencida", "atrasada"}
    frase = ", ".join(f"{n} {ESTADOS[e]}{'s' if n > 1 and e in plural else ''}" for e, n in ((e, cuenta[e]) for e in ESTADOS) if n)
    return Text(f"Actividades: {frase}.", "bold")


def _actividades(terminal: Console, tarde: Sequence[Mapping[str, Any]], plan: Mapping[str, Mapping[str, Any]], caben: int) -> None:
    vistas = tarde if len(tarde) <= caben else tarde[: caben - 1]
    for f in vistas:
        hecho = "sin reporte" if not f["registros_que_cuentan"] else f"{numero(f['ejecutado'])} de {numero(f['meta'])}"
        _con_cola(terminal, f"  {f['actividad_id']} {plan[f['actividad_id']]['actividad']}", Text.assemble((f"{ESTADOS[f['estado']]}", "red"), f", {hecho}"), ancho_cola=26)
    if len(vistas) < len(tarde):
        terminal.print(f"  … y {len(tarde) - len(vistas)} más")


def _responden(tarde: Sequence[Mapping[str, Any]], plan: Mapping[str, Mapping[str, Any]]) -> list[Text]:
    quienes = Counter(r for f in tarde for r in (plan[f["actividad_id"]]["responsables"] or "sin responsable en el plan").split(";"))
    return [Text(visible("Responden por lo que va tarde: " + ", ".join(f"{r} ({n})" for r, n in quienes.most_common())))] if quienes else []


def _las_tarde(acts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Devuelve las atrasadas y vencidas, primero la que menos cumple."""
    return sorted((f for f in acts if f["estado"] in TARDE), key=lambda f: (f["cumplimiento_pct"] is not None, f["cumplimiento_pct"] or 0))


def _pendientes(estado: Mapping[str, Any]) -> list[Text]:
    cuentas = estado["tablas"]["conciliacion"]
    rechazados = sum(f["rechazados"] for f in cuentas)
    sin_dato = estado["manifiesto"]["fuentes_sin_dato"]
    return [
        Text(f"Datos: {numero(sum(f['recibidos'] for f in cuentas))} registros de {len(cuentas)} fuentes; {numero(rechazados)} por corregir."),
        *([Text(visible(f"Sin dato de: {', '.join(sin_dato)}."), "yellow")] if sin_dato else []),
        Text(f"Última entrega: {estado['entrega']}"),
    ]


def _corridas(corridas: Sequence[Mapping[str, Any]]) -> list[Text]:
    if not corridas:
        return []
    ultima = corridas[0]
    return [Text(f"Última corrida: {ultima['iniciada'][:16].replace('T', ' ')} (hora universal), {ultima['resultado'].replace('_', ' ')}.")]


def _barra(valor: Any) -> str:
    if valor is None:
        return "·" * BARRA
    llenas = int(valor * BARRA / 100)
    return "█" * llenas + "░" * (BARRA - llenas)


def _zona(zona: str) -> Text:
    return Text(zona.replace("_", " "), COLOR_ZONA.get(zona, ""))


def _con_cola(terminal: Console, texto: str, cola: Text, *, ancho_cola: int) -> None:
    """Escribe un texto recortado a la izquierda y su dato a la derecha, siempre en un renglón."""
    ancho = max(terminal.width - ancho_cola - 2, 12)
    izquierda = Text(visible(texto))
    izquierda.truncate(ancho, overflow="ellipsis", pad=True)
    terminal.print(Text.assemble(izquierda, "  ", cola), no_wrap=True, overflow="ellipsis")


def _escribir(terminal: Console, textos: Sequence[Text]) -> None:
    for texto in textos:
        terminal.print(texto)
