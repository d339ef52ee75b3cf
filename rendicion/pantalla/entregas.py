"""Lo que cuentan verificar y comparar."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from rendicion.pantalla.terminal import consola, cuadro, escribir_json, numero, porcentaje

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
    antes, despues = comparacion["antes"], comparacion["despues"]
    terminal = consola()
    if "vigencias" in comparacion:
        _mostrar_vigencias(comparacion)
        return
    cambios = comparacion["cambios"]
    terminal.print(Text(f"De {antes['entrega']} a {despues['entrega']}: {len(cambios)} cambios."))
    if cambios:
        terminal.print(cuadro("Qué cambió", ("tabla", "clave", "campo", "antes", "después"), ([c[k] if c[k] is not None else "sin dato" for k in ("tabla", "clave", "campo", "antes", "despues")] for c in cambios)))


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
