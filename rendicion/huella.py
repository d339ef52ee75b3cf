"""De qué salió una entrega: lo que decide su contenido, resumido para saber si algo cambió."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from rendicion import __version__
from rendicion.almacen.capturas import Captura
from rendicion.contexto import Contexto


def insumos(contexto: Contexto, capturas: Mapping[str, Captura], sin_dato: Mapping[str, str], *, firmada: bool) -> dict[str, Any]:
    """Reúne todo lo que decide el contenido de una entrega; no entran el reloj, los otros años de la entidad ni a quién se avisa."""
    return {
        "entidad": asdict(replace(contexto.entidad.entidad, vigencias=(contexto.vigencia,), avisos={})),
        "vigencia": contexto.vigencia.anio,
        "corte": contexto.corte,
        "plan": contexto.leido.huellas,
        "encuestas_por_renovar": [asdict(m) for m in contexto.motivos if m.tabla == "encuestas"],
        "fuentes": [asdict(f.fuente) for f in contexto.fuentes],
        "capturas": {f: c.sha256 for f, c in capturas.items()},
        "sin_dato": dict(sin_dato),
        "versiones": versiones(),
        "codigo": huella_del_codigo(),
        "firmada": firmada,
    }


def versiones() -> dict[str, str]:
    """Dice con qué versiones se hizo la entrega: las que pueden cambiar un byte de ella."""
    return {"rendicion": __version__} | {n: metadata.version(n) for n in ("great-expectations", "pyarrow")}


def huella_del_codigo() -> str:
    """Resume los archivos del programa: si el programa cambia, la entrega se vuelve a armar."""
    raiz = Path(__file__).resolve().parents[1]
    archivos = sorted(a for p in ("esquemas", "rendicion", "validaciones") for a in (raiz / p).rglob("*") if a.suffix in {".py", ".j2", ".css", ".js"})
    suma = hashlib.sha256()
    for archivo in archivos:
        suma.update(archivo.relative_to(raiz).as_posix().encode() + b"\0" + archivo.read_bytes() + b"\0")
    return suma.hexdigest()
