"""Cómo se abre la página de una entrega en Chromium, se oprime su botón y se lee lo que dice."""

from __future__ import annotations

import shutil
from typing import Any

CHROMIUM = shutil.which("chromium")
BANDERAS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP entrega.example 127.0.0.1",
)  # fmt: skip


def abrir(navegador: Any, direccion: str, **opciones: Any) -> tuple[Any, list[str], list[str]]:
    """Abre una página y devuelve con ella lo que pide a la red y lo que escribe en la consola."""
    pagina = navegador.new_context(**opciones).new_page()
    pedidos: list[str] = []
    avisos: list[str] = []
    pagina.context.on("request", lambda r: pedidos.append(r.url))
    pagina.on("console", lambda m: avisos.append(m.text))
    pagina.on("pageerror", lambda e: avisos.append(str(e)))
    pagina.goto(direccion)
    return pagina, pedidos, avisos


def oprimir(pagina: Any) -> None:
    pagina.get_by_role("button", name="Comprobar estas cifras").click()
    pagina.locator("#comprobar-resultado h4").wait_for()


def lineas(pagina: Any) -> dict[str, tuple[str, str]]:
    """Devuelve cada comprobación con su estado y su texto."""
    return dict(
        pagina.evaluate(
            """[...document.querySelectorAll('#comprobar-lista > li')].map(li => [li.querySelector('strong').textContent,
               [li.querySelector('.insignia').lastChild.textContent.trim(), li.textContent]])"""
        )
    )


def veredicto(pagina: Any) -> str:
    return str(pagina.locator("#comprobar-resultado h4").inner_text())
