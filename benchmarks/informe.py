"""Escribe las tablas medidas dentro de docs/rendimiento.md, entre sus dos marcas, con la máquina y las versiones."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.escenas import SEMILLA, Tabla

INICIO, FIN = "<!-- medido: inicio -->", "<!-- medido: fin -->"
BIBLIOTECAS = ("pyarrow", "pandas", "numpy", "great-expectations", "pandera", "frictionless")


def maquina(carga_al_empezar: float) -> str:
    """Describe la máquina: procesador, núcleos, memoria, versiones y qué tan ocupada estaba."""
    modelo = next((n.partition(":")[2].strip() for n in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if n.startswith("model name")), platform.machine())
    memoria = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    versiones = ", ".join(f"{b} {version(b)}" for b in BIBLIOTECAS)
    return f"{modelo}, {len(os.sched_getaffinity(0))} núcleos, {memoria:.0f} GiB; Python {platform.python_version()}, {versiones}. Carga de la máquina (promedio de un minuto): {carga_al_empezar:.1f} al empezar, {os.getloadavg()[0]:.1f} al terminar."


def escribir(archivo: Path, tablas: Sequence[Tabla], veces: int, carga_al_empezar: float) -> None:
    """Cambia lo que hay entre las marcas por las tablas nuevas; lo demás del documento no se toca."""
    partes = [f"Semilla {SEMILLA}; mediana de {veces} tomas intercaladas, salvo donde se dice otra cosa (una sola en «Repetir y cambiar» y en el perfil); memoria medida por el sistema, sumada entre procesos.", "", maquina(carga_al_empezar), ""]
    for t in tablas:
        partes += [f"### {t.titulo}", "", f"| {' | '.join(t.columnas)} |", f"|{'---|' * len(t.columnas)}", *(f"| {' | '.join(f)} |" for f in t.filas), ""]
        partes += [t.nota, ""] if t.nota else []
    texto = archivo.read_text("utf-8") if archivo.exists() else f"# Rendimiento\n\n{INICIO}\n{FIN}\n"
    antes, resto = texto.split(INICIO, 1)
    archivo.write_text(f"{antes}{INICIO}\n" + "\n".join(partes) + FIN + resto.split(FIN, 1)[1], "utf-8")
