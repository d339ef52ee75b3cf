"""Lo que cuenta avisos: qué se avisaría o se avisó, y qué necesita a una persona."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from rendicion.pantalla.terminal import consola, escribir_json

if TYPE_CHECKING:
    from rendicion.avisos import Resumen

_ESTADOS = {
    "enviado": "enviado",
    "pendiente": "pendiente: no salió, se intentará de nuevo",
    "enviando": "dudoso: no se sabe si salió; si no llegó, use --repetir-dudosos",
    "rechazado": "rechazado por el servidor: revise el correo declarado",
}


def mostrar_avisos(resumen: Resumen, *, en_json: bool) -> None:
    """Muestra los avisos por enviar, o en qué quedó cada envío; si no hay nada nuevo, lo dice en una línea."""
    if en_json:
        escribir_json(asdict(resumen) | {"codigo": resumen.salida})
        return
    terminal = consola()
    if resumen.ensayo:
        for m in resumen.mensajes:
            terminal.print(Text(f"Para {m.responsable} <{m.para}>", "bold"))
            terminal.print(Text(m.asunto, "bold"))
            terminal.print(Text(m.cuerpo))
    for e in resumen.envios:
        terminal.print(Text(f"{e.mensaje.responsable} <{e.mensaje.para}>: {_ESTADOS[e.estado]}. {e.detalle}".rstrip()))
    for responsable, cuantos in resumen.sin_correo.items():
        terminal.print(Text(f"Sin correo declarado: {responsable}, {cuantos} por avisar. Agréguelo en [avisos.destinatarios] de la entidad.", "yellow"))
    if not (resumen.mensajes or resumen.envios or resumen.sin_correo):
        terminal.print("No hay nada nuevo que avisar.")
    elif resumen.ensayo and resumen.mensajes:
        terminal.print("Es un ensayo: no se envió nada. Para enviar: rendicion avisos --enviar")
