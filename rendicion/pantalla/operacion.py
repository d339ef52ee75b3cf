"""Lo que cuentan reconstruir y retener."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from rendicion.pantalla.terminal import consola, escribir_json, numero

if TYPE_CHECKING:
    from rendicion.operacion.reconstruccion import Reconstruccion
    from rendicion.operacion.retencion import Limpieza


def mostrar_reconstruccion(hecho: Reconstruccion, *, en_json: bool) -> None:
    """Dice qué se rehízo en el registro y qué archivos guardados están dañados."""
    if en_json:
        escribir_json(asdict(hecho))
        return
    terminal = consola()
    terminal.print(Text(f"Entregas sanas: {numero(hecho.entregas)}. Capturas sanas: {numero(hecho.capturas)}. Corridas anotadas de nuevo: {numero(hecho.anotadas)}."))
    if hecho.apartado:
        terminal.print(Text(f"El registro dañado quedó aparte: {hecho.apartado}"))
    for lugar in hecho.danadas:
        terminal.print(Text("  ✘ ", "red") + Text(f"Dañado: {lugar}. Recupérelo de un respaldo."))


def mostrar_limpieza(limpieza: Limpieza, *, en_json: bool) -> None:
    """Dice qué capturas se retiraron y cuántas se conservan."""
    if en_json:
        escribir_json(asdict(limpieza))
        return
    verbo = "Se retirarían" if limpieza.simulada else "Se retiraron"
    terminal = consola()
    terminal.print(Text(f"{verbo} {numero(len(limpieza.retiradas))} capturas ({numero(limpieza.bytes)} bytes) y {numero(len(limpieza.restos))} restos. Se conservan {numero(limpieza.conservadas)}."))
    for lugar in (*limpieza.retiradas, *limpieza.restos):
        terminal.print(Text(f"  {lugar}"))
