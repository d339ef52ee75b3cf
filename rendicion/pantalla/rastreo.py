"""Lo que cuenta rastrear: el camino de una cifra hasta sus filas y capturas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from rendicion.pantalla.terminal import AVISO, consola, cuadro, escribir_json, linea, numero, visible


def mostrar_rastreo(rastro: Mapping[str, Any], *, en_json: bool, filas: int = 15) -> None:
    """Muestra el camino de una cifra: fórmula, filas que cuentan y que no, capturas, plan y hallazgos."""
    if en_json:
        escribir_json(rastro)
        return
    terminal = consola()
    if rastro["sintetica"]:
        terminal.print(Text(AVISO, "bold magenta"))
    nombre = "Total del plan" if rastro["nivel"] == "total" else f"{rastro['nivel'].capitalize()} {rastro['id']}"
    terminal.print(Text(f"{nombre}, corte {rastro['corte']}, entrega {rastro['entrega']}", "bold"))
    for f in rastro["plan"]["filas"] if rastro["nivel"] in {"actividad", "avance"} else ():
        terminal.print(Text(visible(f"  Plan: {f['actividad']} · Meta: {f['meta_texto'] or 'sin dato'} · Responsable: {f['responsable_texto'] or 'sin dato'} · Fecha: {f['fecha_texto'] or 'sin dato'}")))
    linea(terminal, f"  Documento del plan: {rastro['plan']['archivo']}, SHA-256 {rastro['plan']['sha256']}")
    if "cifras" in rastro:
        terminal.print(cuadro("De dónde sale cada cifra", ("cifra", "publicada", "fórmula"), ((c["campo"], _publicada(c["publicada"]), c["formula"]) for c in rastro["cifras"])))
        if rastro["coinciden_todas"]:
            terminal.print(Text("Recalculadas con estas filas, todas las cifras dan lo publicado.", "green"))
        else:
            malas = ", ".join(c["campo"] for c in rastro["cifras"] if not c["coincide"]) or "los numeradores o denominadores"
            terminal.print(Text(f"NO dan lo publicado al recalcular: {malas}.", "bold red"))
            linea(terminal, ("Corra: ", "bold"), f"rendicion verificar {rastro['carpeta']}")
        if rastro["partes"]:
            terminal.print(cuadro("Lo que entra en la media", ("parte", "peso", "avance", "avance de lo reportado", "cumplimiento"), ((f"{p['nivel']} {p['id']}", *(_publicada(p[c]) for c in ("peso", "avance_pct", "avance_reportado_pct", "cumplimiento_pct"))) for p in rastro["partes"]), derecha=range(1, 5)))
    _lista_de_filas("Filas que la sustentan" if "cifras" in rastro else "Fila que cuenta", rastro["sustentan"], filas)
    _lista_de_filas("Filas que no cuentan en este corte" if "cifras" in rastro else "No cuentan", rastro["no_sustentan"], filas)
    _mostrar_origen(rastro, filas)


def _publicada(valor: Any) -> str:
    return "sin dato" if valor is None else str(valor)


def _lista_de_filas(titulo: str, filas: Sequence[Mapping[str, Any]], cuantas: int) -> None:
    if not filas:
        return
    vistas = filas[:cuantas]
    motivos = any("motivo" in f for f in filas)
    columnas = ("avance_id", "fecha", "cantidad", "título o enlace", "lugar en la captura", *(["motivo"] if motivos else []))
    terminal = consola()
    terminal.print()
    terminal.print(
        cuadro(
            f"{titulo}: {numero(len(filas))}",
            columnas,
            (
                (f["avance_id"], f["fecha"], f["cantidad"], f["titulo"] or f["url"] or "sin dato", f["lugar"] or f["registro"], *([_motivo(f)] if motivos else []))
                for f in vistas
            ),
            derecha=(2,),
        )
    )
    if len(filas) > len(vistas):
        terminal.print(f"  … y {numero(len(filas) - len(vistas))} más. Con --json van todas; con --filas, cuantas diga.")


def _motivo(f: Mapping[str, Any]) -> str:
    return f"{(f['motivo'] or '').replace('_', ' ')}{' de ' + f['duplicado_de'] if f['duplicado_de'] else ''}"


def _mostrar_origen(rastro: Mapping[str, Any], filas: int) -> None:
    """Dice las capturas con su huella, los rechazos de esas fuentes y los hallazgos."""
    terminal = consola()
    terminal.print()
    terminal.print(cuadro("Capturas de las que salen", ("fuente", "origen", "filas", "responde"), ((c["fuente"], c["origen"] + (" (DATOS SINTÉTICOS)" if c["sintetica"] else ""), numero(c["filas"]), c["dependencia"]) for c in rastro["capturas"]), derecha=(2,)))
    for c in rastro["capturas"]:
        terminal.print(Text(f"  Huella SHA-256 de {c['fuente']}: {c['sha256']}"), soft_wrap=True)
        if c["porque"]:
            terminal.print(Text(f"  {c['fuente']}: {c['porque']}", "yellow"))
    if rastro.get("rechazos"):
        vistos = rastro["rechazos"][:filas]
        terminal.print(cuadro(f"Rechazados en esas fuentes, en ninguna cifra: {numero(len(rastro['rechazos']))}", ("fuente", "registro", "qué pasa"), ((r["fuente"], r["registro"], r["explicacion"]) for r in vistos)))
    if rastro["hallazgos"]:
        terminal.print(cuadro("Hallazgos", ("dónde", "campo", "gravedad", "qué pasa"), ((f"{h['origen']} {h['registro']}", h["campo"], h["gravedad"], h["explicacion"]) for h in rastro["hallazgos"])))
