"""Lo que cuentan verificar, comparar y estado."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from rendicion.pantalla.cuadros import ESTADOS, tabla_subcomponentes
from rendicion.pantalla.terminal import AVISO, consola, cuadro, escribir_json

if TYPE_CHECKING:
    from rendicion.verificacion import Verificacion


def mostrar_verificacion(verificacion: Verificacion, *, en_json: bool) -> None:
    """Muestra cada comprobación de una entrega, una por línea."""
    if en_json:
        escribir_json(verificacion.datos)
    else:
        sys.stdout.write(verificacion.texto.rstrip() + "\n")


def mostrar_comparacion(comparacion: Mapping[str, Any], *, en_json: bool) -> None:
    """Muestra los cambios entre dos entregas."""
    if en_json:
        escribir_json(comparacion)
        return
    antes, despues, cambios = comparacion["antes"], comparacion["despues"], comparacion["cambios"]
    terminal = consola()
    terminal.print(Text(f"De {antes['entrega']} a {despues['entrega']}: {len(cambios)} cambios."))
    if cambios:
        terminal.print(cuadro("Qué cambió", ("tabla", "clave", "campo", "antes", "después"), ([c[k] if c[k] is not None else "sin dato" for k in ("tabla", "clave", "campo", "antes", "despues")] for c in cambios)))


def mostrar_estado(estado: Mapping[str, Any], *, en_json: bool) -> None:
    """Responde «cómo vamos» en una pantalla."""
    if en_json:
        escribir_json(estado)
        return
    terminal = consola()
    if estado["entrega"] is None:
        terminal.print("Todavía no hay entregas en esta salida. Siguiente: rendicion correr")
    else:
        from datetime import date

        corte = date.fromisoformat(estado["manifiesto"]["corte"])
        if estado["manifiesto"]["sintetica"]:
            terminal.print(Text(AVISO, "bold magenta"))
        terminal.print(Text(f"Última entrega: {estado['entrega']} (corte {corte})"))
        terminal.print(tabla_subcomponentes(estado["tablas"], corte))
        cuenta: dict[str, int] = {}
        for f in estado["tablas"]["indicadores_actividad"]:
            if f["corte"] == corte:
                cuenta[f["estado"]] = cuenta.get(f["estado"], 0) + 1
        terminal.print("Actividades: " + ", ".join(f"{n} {ESTADOS[e]}{'s' if n > 1 and e in {'cumplida', 'vencida', 'atrasada'} else ''}" for e, n in cuenta.items()))
        for fuente in estado["manifiesto"]["fuentes_sin_dato"]:
            terminal.print(Text(f"Sin dato de la fuente {fuente}.", "yellow"))
    if estado["corridas"]:
        terminal.print(cuadro("Últimas corridas", ("empezó (hora universal)", "corte", "resultado", "entrega"), ((c["iniciada"], c["corte"], c["resultado"].replace("_", " "), c["entrega"] or "") for c in estado["corridas"])))
