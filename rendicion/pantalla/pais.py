"""Lo que se ve al correr un país: el progreso por lotes, los grupos y quién quedó por fuera."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from rendicion.pantalla.terminal import AVISO, consola, cuadro, escribir_json, linea, numero, porcentaje

if TYPE_CHECKING:
    from rendicion.pais.corrida import ResultadoPais
    from rendicion.pais.lote import ResultadoLote
    from rendicion.pais.resumen import Resumen

_A_LA_VISTA = 12


def mostrar_pais_generado(carpeta: Path, particiones: Iterable[tuple[int, int]]) -> None:
    """Cuenta lo generado a medida que se escribe, y el total."""
    cuantas = registros = defectos = 0
    for r, d in particiones:
        cuantas, registros, defectos = cuantas + 1, registros + r, defectos + d
    terminal = consola()
    terminal.print(Text(AVISO, "bold"))
    terminal.print(f"{numero(cuantas)} particiones, {numero(registros)} registros y {numero(defectos)} defectos plantados (verdad.csv) en {carpeta}.")
    terminal.print(f"Siga con: rendicion pais correr {carpeta} --salida CARPETA", markup=False)


def avance_del_pais(*, en_json: bool) -> Callable[[ResultadoLote, int, int], None]:
    """Devuelve quien cuenta el progreso, una línea por lote."""
    terminal = consola()

    def contar(lote: ResultadoLote, hechos: int, de: int) -> None:
        if en_json:
            return
        faltas = f", {numero(len(lote.fallas))} por fuera" if lote.fallas else ""
        terminal.print(Text(f"  lote {hechos} de {de}: {numero(len(lote.hechas))} particiones hechas, {numero(len(lote.iguales))} sin cambios{faltas}"))

    return contar


def mostrar_pais(resultado: ResultadoPais, *, en_json: bool) -> None:
    """Cuenta cómo terminó la corrida del país y qué partición quedó por fuera, con su porqué."""
    lotes, entrega = resultado.lotes, resultado.entrega
    if en_json:
        escribir_json(
            {"hechas": len(lotes.hechas), "sin_cambios": len(lotes.iguales), "registros": lotes.registros, "fallas": lotes.fallas, "entrega": entrega.carpeta, "nueva": entrega.nueva, "sintetica": entrega.manifiesto["sintetica"]}
        )
        return
    terminal = consola()
    if entrega.manifiesto["sintetica"]:
        terminal.print(Text(AVISO, "bold"))
    terminal.print(f"{numero(len(lotes.hechas))} particiones hechas ({numero(lotes.registros)} registros), {numero(len(lotes.iguales))} sin cambios, {numero(len(lotes.fallas))} por fuera.")
    for nombre, motivo in list(lotes.fallas.items())[:_A_LA_VISTA]:
        terminal.print(Text("  ✘ ", "red") + Text(f"{nombre}: {motivo}"))
    if len(lotes.fallas) > _A_LA_VISTA:
        terminal.print(f"  … y {len(lotes.fallas) - _A_LA_VISTA} más; están en la tabla entidades.")
    terminal.print(Text(f"Entrega nacional: {entrega.carpeta}" + ("" if entrega.nueva else " (nada cambió)")))
    linea(terminal, ("Siguiente: ", "bold"), f"rendicion pais verificar {entrega.carpeta}")


def mostrar_resumen_del_pais(resumen: Resumen, *, en_json: bool) -> None:
    """Muestra la última entrega nacional en su último corte."""
    if en_json:
        escribir_json({"entrega": resumen.manifiesto["entrega"], "sintetica": resumen.manifiesto["sintetica"], "publicadas": resumen.publicadas, "grupos": list(resumen.grupos), "sin_dato": list(resumen.sin_dato), "con_aviso": list(resumen.con_aviso)})
        return
    terminal = consola()
    if resumen.manifiesto["sintetica"]:
        terminal.print(Text(AVISO, "bold"))
    corte = resumen.grupos[0]["corte"] if resumen.grupos else "sin corte"
    terminal.print(
        cuadro(
            f"{resumen.manifiesto['entrega']} al {corte}",
            ("grupo", "código", "avance", "cumplimiento", "zona", "entidades", "sin dato"),
            ((g["nivel"], g["codigo"], _pct(g["avance_pct"]), _pct(g["cumplimiento_pct"]), g["zona"].replace("_", " "), g["entidades"], g["entidades_sin_dato"]) for g in resumen.grupos),
            derecha=(2, 3, 5, 6),
        )
    )
    terminal.print(f"{numero(resumen.publicadas)} particiones publicadas, {numero(len(resumen.sin_dato))} sin dato, {numero(len(resumen.con_aviso))} con aviso.")
    for e in [*resumen.sin_dato, *resumen.con_aviso][:_A_LA_VISTA]:
        terminal.print(Text("  ✘ ", "red") + Text(f"{e['entidad']}-{e['vigencia']} ({e['nombre']}): {e['motivo']}"))


def _pct(texto: str) -> str:
    return porcentaje(Decimal(texto) if texto else None)
