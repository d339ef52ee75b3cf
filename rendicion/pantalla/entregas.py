"""Lo que cuentan verificar y comparar."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from rendicion.correcciones import FILA, no_repite
from rendicion.pantalla.terminal import consola, cuadro, escribir_json, numero, porcentaje

if TYPE_CHECKING:
    from rendicion.verificacion import Verificacion

_PRIMERO = ("indicadores_total", "indicadores_subcomponente", "indicadores_actividad", "indicadores_dependencia", "plan", "compromisos")


def mostrar_verificacion(verificacion: Verificacion, *, en_json: bool) -> None:
    """Muestra cada comprobación de una entrega, una por línea."""
    if en_json:
        escribir_json(verificacion.datos)
    else:
        sys.stdout.write(verificacion.texto.rstrip() + "\n")


def mostrar_comparacion(comparacion: Mapping[str, Any], *, en_json: bool, filas: int = 15) -> None:
    """Muestra los cambios entre dos entregas: cuántos por tabla y, de cada tabla, los primeros; las cifras van antes que los registros."""
    if en_json:
        escribir_json(comparacion)
        return
    antes, despues = comparacion["antes"], comparacion["despues"]
    terminal = consola()
    if "vigencias" in comparacion:
        _mostrar_vigencias(comparacion)
        return
    cambios = comparacion["cambios"]
    terminal.print(Text(f"De {antes['entrega']} a {despues['entrega']}: {numero(len(cambios))} cambios.", "bold"))
    if antes["corte"] != despues["corte"]:
        terminal.print(f"Son dos cortes, {antes['corte']} y {despues['corte']}: es normal que traigan cifras distintas.")
    cuantos = Counter(c["tabla"] for c in cambios)
    for tabla in sorted(cuantos, key=lambda t: (_PRIMERO.index(t) if t in _PRIMERO else len(_PRIMERO), t)):
        suyos = [c for c in cambios if c["tabla"] == tabla][:filas]
        terminal.print()
        terminal.print(cuadro(f"{tabla}: {numero(cuantos[tabla])}", ("clave", "campo", "antes", "después"), ((c["clave"], c["campo"], *_valores(c)) for c in suyos)))
        if len(suyos) < cuantos[tabla]:
            terminal.print(f"  … y {numero(cuantos[tabla] - len(suyos))} más. Con --json van todos; con --filas, cuantos diga.")


def _valores(cambio: Mapping[str, Any]) -> tuple[str, str]:
    """Dice qué había y qué hay; de una fila entera que entra o sale, solo eso y sus porcentajes, si los tiene."""
    if cambio["campo"] == FILA:
        return _fila(cambio["antes"], "no estaba"), _fila(cambio["despues"], "ya no está")
    antes, despues = ("sin dato" if cambio[c] is None else str(cambio[c]) for c in ("antes", "despues"))
    return "no se repite" if no_repite(cambio["tabla"], cambio["campo"]) else antes, despues


def _fila(escrita: str | None, falta: str) -> str:
    if escrita is None:
        return falta
    fila = json.loads(escrita)
    return ", ".join(f"{nombre} {fila[c]} %" for nombre, c in (("avance", "avance_pct"), ("cumplimiento", "cumplimiento_pct")) if fila.get(c)) or "fila entera"


def _mostrar_vigencias(comparacion: Mapping[str, Any]) -> None:
    """Muestra dos años lado a lado: las actividades que están en los dos, y las que no."""
    antes, ahora = comparacion["vigencias"]
    terminal = consola()
    terminal.print(Text(f"De {antes} (corte {comparacion['antes']['corte']}) a {ahora} (corte {comparacion['despues']['corte']}). La diferencia va en puntos."))
    filas = [(f["ahora"], f["actividad"], f["porque"], f) for f in comparacion["actividades"]] + [("", "Total del plan", "", comparacion["total"])]
    terminal.print(
        cuadro(
            "Cumplimiento de las actividades que están en los dos años",
            ("n.º", "actividad", "por qué es la misma", str(antes), str(ahora), "diferencia"),
            ((n, texto, porque, *(porcentaje(f["cumplimiento_pct"][c]) for c in ("antes", "ahora")), numero(f["cumplimiento_pct"]["diferencia"])) for n, texto, porque, f in filas),
            derecha=(3, 4, 5),
        )
    )
    for lado, anio in (("antes", antes), ("ahora", ahora)):
        for f in comparacion["sin_pareja"][lado]:
            terminal.print(Text(f"Solo en {anio}: {f['actividad_id']} {f['actividad']}"))
