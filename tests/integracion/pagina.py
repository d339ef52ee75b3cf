"""Cómo se sirve una carpeta, se abre una página en Chromium, se oprime su botón y se lee lo que dice."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rendicion.portales.servidor import crear_servidor

CHROMIUM = shutil.which("chromium")
BANDERAS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP entrega.example 127.0.0.1",
)  # fmt: skip


@contextmanager
def chromium() -> Iterator[Any]:
    """Abre el Chromium de la máquina, sin nada que hable con la red por su cuenta."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        abierto = p.chromium.launch(executable_path=CHROMIUM, args=list(BANDERAS))
        yield abierto
        abierto.close()


@contextmanager
def servida(carpeta: Path) -> Iterator[int]:
    """Sirve una carpeta como lo hace `rendicion servir`, y da el puerto."""
    servidor = crear_servidor(carpeta, 0)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    yield servidor.server_address[1]
    servidor.shutdown()
    servidor.server_close()


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
