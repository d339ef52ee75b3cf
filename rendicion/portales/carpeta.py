"""El portal que viene incluido: una carpeta que se puede abrir, servir o copiar a cualquier sitio."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rendicion.errores import ErrorPortal
from rendicion.portales.base import Publicacion, Vestidor

INDICE, ULTIMA = "entregas.json", "ultima.json"
PAGINAS, RESUMEN = "paginas", "resumen.json"
SELLO = "sello"


class PortalCarpeta:
    """Publica entregas en una carpeta: cada una entera bajo su nombre, y `ultima.json` señala la vigente.

    Quien lee ve la entrega anterior o la nueva, nunca la mitad: cada entrega, y las páginas de cada una, se
    escriben aparte y toman su nombre de una vez; solo después cambian los archivos que llevan a ellas.
    Con `vestidor` hace además las páginas; las de una entrega ya vestida no se vuelven a escribir.
    """

    def __init__(self, raiz: Path, vestidor: Vestidor | None = None) -> None:
        self._raiz = raiz
        self._vestidor = vestidor

    def publicar(self, carpeta: Path, manifiesto: Mapping[str, Any]) -> Publicacion:
        """Copia la entrega si no está, hace sus páginas y actualiza los índices del portal."""
        conjunto = self._raiz / f"{manifiesto['entidad']}-{manifiesto['vigencia']}"
        destino = conjunto / str(manifiesto["entrega"])
        nueva = not destino.exists()
        if nueva:
            _copiar(carpeta, destino)
        elif (destino / "manifiesto.json").read_bytes() != (carpeta / "manifiesto.json").read_bytes():
            raise ErrorPortal(
                f"El portal ya tiene otra entrega con el nombre {manifiesto['entrega']}.",
                donde=destino.name,
                hacer="Una entrega publicada no se reemplaza. Use otra salida, o aparte esa carpeta.",
            )
        with self._turno():
            cambio = self._actualizar(conjunto)
        detalle = f"{manifiesto['entrega']} en {conjunto.name}"
        return Publicacion("carpeta", str(destino), "publicada" if nueva or cambio else "sin_cambios", detalle)

    @contextmanager
    def _turno(self) -> Iterator[None]:
        """Hace que dos que publican a la vez actualicen los índices uno después del otro, para que la portada nombre a los dos."""
        descriptor = os.open(self._raiz / ".candado", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _actualizar(self, conjunto: Path) -> bool:
        """Rehace los índices desde lo que hay; dice si algo cambió."""
        manifiestos = sorted((_leer(m) for m in conjunto.glob("[!.]*/manifiesto.json")), key=lambda m: m["numero"])
        entregas = [{c: m[c] for c in ("entrega", "numero", "entidad", "vigencia", "corte", "sintetica", "huella")} for m in manifiestos]
        vestido = self._vestir(conjunto, manifiestos) if self._vestidor else []
        cambios = [_reemplazar(conjunto / INDICE, _json(entregas)), *vestido, _reemplazar(conjunto / ULTIMA, _json(entregas[-1]))]
        return any(cambios) | (self._portada() if self._vestidor else False)

    def _vestir(self, conjunto: Path, manifiestos: Sequence[Mapping[str, Any]]) -> list[bool]:
        assert self._vestidor  # noqa: S101 -- quien llama ya miró que lo hay
        resumenes: list[dict[str, Any]] = []
        sello = self._vestidor.sello
        for m in manifiestos:
            nombre = str(m["entrega"])
            sello = _sello(sello, nombre, hashlib.sha256((conjunto / nombre / "manifiesto.json").read_bytes()).hexdigest())
            resumenes.append(self._vestir_entrega(conjunto, nombre, sello, resumenes))
        if _sello_en(conjunto / RESUMEN) == sello and (conjunto / "index.html").exists():
            return [False]
        archivos = _con_sello(self._vestidor.de_conjunto(resumenes), sello)
        return [_reemplazar(conjunto / n, c) for n, c in archivos.items()]

    def _vestir_entrega(self, conjunto: Path, nombre: str, sello: str, anteriores: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Hace las páginas de una entrega si no están o si son de otra versión del programa; devuelve su resumen."""
        assert self._vestidor  # noqa: S101 -- quien llama ya miró que lo hay
        destino = conjunto / PAGINAS / nombre
        if _sello_en(destino / RESUMEN) != sello:
            archivos = _con_sello(self._vestidor.de_entrega(conjunto / nombre, anteriores), sello)
            if destino.exists():
                _poner_al_dia(destino, archivos)
            else:
                _escribir_aparte(destino, archivos)
        return _leer(destino / RESUMEN)

    def _portada(self) -> bool:
        """Rehace la portada del portal con el resumen de cada entidad y vigencia, solo si alguno cambió."""
        assert self._vestidor  # noqa: S101 -- quien llama ya miró que lo hay
        portadas = [_leer(r) for r in sorted(self._raiz.glob(f"[!.]*/{RESUMEN}"))]
        sello = _sello(self._vestidor.sello, *(p[SELLO] for p in portadas))
        if _sello_en(self._raiz / "portal.json") == sello and (self._raiz / "index.html").exists():
            return False
        cambios = [_reemplazar(self._raiz / n, c) for n, c in self._vestidor.de_portal(portadas).items()]
        return any([*cambios, _reemplazar(self._raiz / "portal.json", _json({SELLO: sello, "conjuntos": len(portadas)}))])


def _copiar(carpeta: Path, destino: Path) -> None:
    destino.parent.mkdir(parents=True, exist_ok=True)
    aparte = destino.with_name(f".copiando-{destino.name}")
    shutil.rmtree(aparte, ignore_errors=True)
    shutil.copytree(carpeta, aparte)
    # Si se va la luz, un nombre puede llegar al disco antes que sus bytes: una entrega a la vista y vacía.
    for ruta in (*sorted(aparte.rglob("*")), aparte):
        _a_disco(ruta)
    aparte.rename(destino)
    _a_disco(destino.parent)


def _a_disco(ruta: Path) -> None:
    descriptor = os.open(ruta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _escribir_aparte(destino: Path, archivos: Mapping[str, bytes]) -> None:
    aparte = destino.with_name(f".copiando-{destino.name}")
    shutil.rmtree(aparte, ignore_errors=True)
    aparte.mkdir(parents=True)
    for nombre, contenido in archivos.items():
        (aparte / nombre).write_bytes(contenido)
    aparte.rename(destino)


def _poner_al_dia(destino: Path, archivos: Mapping[str, bytes]) -> None:
    """Cambia una por una las páginas de una entrega que ya está publicada: los datos son los mismos, solo cambia cómo se ven."""
    for nombre, contenido in archivos.items():
        _reemplazar(destino / nombre, contenido)
    for sobra in destino.iterdir():
        if sobra.name not in archivos:
            sobra.unlink()


def _con_sello(archivos: Mapping[str, bytes], sello: str) -> dict[str, bytes]:
    """Pone el sello en el resumen, que es el último archivo que se escribe: si está, están todos."""
    *_, ultimo = archivos
    return {**archivos, ultimo: _json({SELLO: sello, **json.loads(archivos[ultimo])})}


def _sello(*partes: str) -> str:
    return hashlib.sha256("\0".join(partes).encode()).hexdigest()


def _sello_en(archivo: Path) -> str | None:
    try:
        return str(_leer(archivo).get(SELLO))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _leer(archivo: Path) -> dict[str, Any]:
    leido: dict[str, Any] = json.loads(archivo.read_text("utf-8"))
    return leido


def _json(datos: Any) -> bytes:
    return (json.dumps(datos, ensure_ascii=False, indent=2) + "\n").encode()


def _reemplazar(destino: Path, contenido: bytes) -> bool:
    if destino.exists() and destino.read_bytes() == contenido:
        return False
    temporal = destino.with_name(f".{destino.name}.{os.getpid()}")
    temporal.write_bytes(contenido)
    temporal.replace(destino)
    return True
