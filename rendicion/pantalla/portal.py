"""Lo que cuentan publicar, retirar y revisar."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from rendicion.pantalla.terminal import consola, escribir_json

if TYPE_CHECKING:
    from rendicion.portales.base import Publicacion
    from rendicion.portales.ckan_revision import Revision


def mostrar_publicacion(publicacion: Publicacion, *, en_json: bool) -> None:
    """Dice qué quedó publicado y dónde."""
    if en_json:
        escribir_json(vars(publicacion))
        return
    # El portal CKAN cuenta en `detalle` lo que hizo; el de carpeta, solo qué entrega y dónde.
    verbo = "" if publicacion.portal == "ckan" else "Publicada: " if publicacion.estado == "publicada" else "Ya estaba publicada: "
    consola().print(Text(f"{verbo}{publicacion.detalle}\n  {publicacion.direccion}"))


def mostrar_revision(revision: Revision, *, en_json: bool) -> None:
    """Dice qué tiene un portal CKAN y qué va a funcionar en él."""
    if en_json:
        escribir_json(asdict(revision) | {"sirve": revision.sirve})
        return
    terminal = consola()
    terminal.print(Text(f"{revision.titulo or revision.direccion}: CKAN {revision.version or 'de versión desconocida'}"))
    terminal.print(Text(f"  Extensiones: {', '.join(revision.extensiones) or 'ninguna'}"))
    terminal.print(Text(f"  Organizaciones en que puede publicar: {', '.join(revision.organizaciones) or 'ninguna'}"))
    for nota in revision.notas:
        terminal.print(Text(f"  • {nota}"))
    for problema in revision.problemas:
        terminal.print(Text("  ✘ ", "red") + Text(problema))
    terminal.print(Text("Se puede publicar." if revision.sirve else "Así no se puede publicar.", "bold"))
