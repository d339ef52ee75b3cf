"""Guarda las entregas armadas, cada una completa o ninguna, y encuentra la anterior."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rendicion.almacen.archivos import asegurar_carpeta, sha256

MANIFIESTO = "manifiesto.json"


@dataclass(frozen=True)
class EntregaGuardada:
    """Es una entrega en disco con su manifiesto leído y la huella de este."""

    carpeta: Path
    manifiesto: dict[str, Any]
    manifiesto_sha256: str


class Entregas:
    """Encuentra entregas guardadas y recibe las nuevas de una sola vez."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta

    def cadena(self, entidad: str, vigencia: int) -> list[EntregaGuardada]:
        """Devuelve las entregas de una entidad y vigencia en el orden en que se publicaron."""
        raiz = self._carpeta / f"{entidad}-{vigencia}"
        halladas = [leer_entrega(m.parent) for m in sorted(raiz.glob(f"[!.]*/{MANIFIESTO}"))]
        return sorted(halladas, key=lambda e: e.manifiesto["numero"])

    def ultima_del_corte(self, entidad: str, vigencia: int, corte: date) -> EntregaGuardada | None:
        """Devuelve la última entrega de un corte, o nada."""
        return ultima(self.cadena(entidad, vigencia), corte)

    def leer(self, carpeta: Path) -> EntregaGuardada:
        """Lee una entrega guardada."""
        return leer_entrega(carpeta)

    def validacion(self, guardada: EntregaGuardada) -> dict[str, Any]:
        """Lee el informe de validación de una entrega guardada."""
        leido: dict[str, Any] = json.loads((guardada.carpeta / "validacion" / "resultados.json").read_text("utf-8"))
        return leido

    @contextmanager
    def nueva(self, entidad: str, vigencia: int, nombre: str) -> Iterator[tuple[Path, Path]]:
        """Da una carpeta aparte donde armar; al salir sin error toma su nombre de una vez.

        Entrega (carpeta de trabajo, carpeta final).
        """
        raiz = self._carpeta / f"{entidad}-{vigencia}"
        raiz.mkdir(parents=True, exist_ok=True)
        for vieja in raiz.glob(".armando-*"):
            shutil.rmtree(vieja)
        trabajo, final = raiz / f".armando-{nombre}", raiz / nombre
        trabajo.mkdir()
        try:
            yield trabajo, final
            _a_disco(trabajo)
            trabajo.rename(final)
            asegurar_carpeta(raiz)
        finally:
            shutil.rmtree(trabajo, ignore_errors=True)


def ultima(cadena: Sequence[EntregaGuardada], corte: date | None) -> EntregaGuardada | None:
    """Devuelve la última entrega de una cadena, o la última de un corte; nada si no la hay."""
    elegidas = [e for e in cadena if corte is None or e.manifiesto["corte"] == corte.isoformat()]
    return elegidas[-1] if elegidas else None


def leer_entrega(carpeta: Path) -> EntregaGuardada:
    """Lee el manifiesto de una entrega guardada."""
    manifiesto = carpeta / MANIFIESTO
    return EntregaGuardada(carpeta, json.loads(manifiesto.read_text("utf-8")), sha256(manifiesto))


def _a_disco(carpeta: Path) -> None:
    for ruta in sorted(carpeta.rglob("*")):
        descriptor = os.open(ruta, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    asegurar_carpeta(carpeta)
