"""El portal que viene incluido: una carpeta que se puede abrir, servir o copiar a cualquier sitio."""

from __future__ import annotations

import html
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rendicion.errores import ErrorPortal
from rendicion.portales.base import Publicacion

INDICE = "entregas.json"


class PortalCarpeta:
    """Publica entregas en una carpeta: cada una entera bajo su nombre, y `ultima.json` señala la vigente.

    Quien lee ve la entrega anterior o la nueva, nunca la mitad: se copia aparte y se cambia el nombre.
    """

    def __init__(self, raiz: Path) -> None:
        self._raiz = raiz

    def publicar(self, carpeta: Path, manifiesto: Mapping[str, Any]) -> Publicacion:
        """Copia la entrega si no está y actualiza el índice del portal."""
        conjunto = self._raiz / f"{manifiesto['entidad']}-{manifiesto['vigencia']}"
        destino = conjunto / str(manifiesto["entrega"])
        nueva = not destino.exists()
        if nueva:
            self._copiar(carpeta, destino)
        elif (destino / "manifiesto.json").read_bytes() != (carpeta / "manifiesto.json").read_bytes():
            raise ErrorPortal(
                f"El portal ya tiene otra entrega con el nombre {manifiesto['entrega']}.",
                donde=destino.name,
                hacer="Una entrega publicada no se reemplaza. Use otra salida, o aparte esa carpeta.",
            )
        indice_cambio = self._indexar(conjunto)
        detalle = f"{manifiesto['entrega']} en {conjunto.name}"
        return Publicacion("carpeta", str(destino), "publicada" if nueva or indice_cambio else "sin_cambios", detalle)

    def _copiar(self, carpeta: Path, destino: Path) -> None:
        destino.parent.mkdir(parents=True, exist_ok=True)
        aparte = destino.with_name(f".copiando-{destino.name}")
        shutil.rmtree(aparte, ignore_errors=True)
        shutil.copytree(carpeta, aparte)
        aparte.rename(destino)

    def _indexar(self, conjunto: Path) -> bool:
        """Rehace el índice desde lo que hay; dice si algo cambió."""
        manifiestos = [json.loads(m.read_text("utf-8")) for m in conjunto.glob("[!.]*/manifiesto.json")]
        entregas = [
            {c: m[c] for c in ("entrega", "numero", "entidad", "vigencia", "corte", "sintetica", "huella")}
            for m in sorted(manifiestos, key=lambda m: m["numero"])
        ]
        cambios = [
            _reemplazar(conjunto / INDICE, _json(entregas)),
            _reemplazar(conjunto / "ultima.json", _json(entregas[-1])),
            _reemplazar(conjunto / "index.html", _pagina(conjunto.name, entregas).encode()),
        ]
        return any(cambios)


def _json(datos: Any) -> bytes:
    return (json.dumps(datos, ensure_ascii=False, indent=2) + "\n").encode()


def _reemplazar(destino: Path, contenido: bytes) -> bool:
    if destino.exists() and destino.read_bytes() == contenido:
        return False
    temporal = destino.with_name(f".{destino.name}.{os.getpid()}")
    temporal.write_bytes(contenido)
    temporal.replace(destino)
    return True


def _pagina(nombre: str, entregas: list[dict[str, Any]]) -> str:
    filas = "".join(
        f'<li><a href="{html.escape(e["entrega"])}/index.html">Corte {html.escape(e["corte"])}, entrega {e["numero"]}</a>'
        f"{' · DATOS SINTÉTICOS' if e['sintetica'] else ''}</li>"
        for e in reversed(entregas)
    )
    return (
        f'<!doctype html><html lang="es-CO"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Entregas {html.escape(nombre)}</title><main><h1>Entregas publicadas: {html.escape(nombre)}</h1><ul>{filas}</ul></main></html>\n"
    )
