"""Mide un programa en su propio proceso: segundos de reloj, de procesador y memoria máxima, contados por el sistema."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Toma:
    """Es una medición. `memoria` es la mayor suma de la memoria residente de todos sus procesos, en MiB.

    `propios` son los segundos que el programa midió por dentro, si midió alguno.
    """

    segundos: float
    procesador: float
    memoria: float
    dicho: Mapping[str, Any]
    propios: float = 0.0


def medir(orden: Sequence[str], raiz: Path) -> Toma:
    """Corre un programa y lo mide; suma la memoria de sus procesos hijos mientras corren.

    Antes espera a que el disco guarde lo pendiente, para que nadie pague lo que escribió el anterior.
    """
    os.sync()
    antes = resource.getrusage(resource.RUSAGE_CHILDREN)
    ambiente = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_") and k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(raiz)}
    inicio = time.perf_counter()
    proceso = subprocess.Popen(orden, stdout=subprocess.PIPE, text=True, cwd=raiz, env=ambiente)
    mayor = 0.0
    while proceso.poll() is None:
        mayor = max(mayor, sum(_residente(p) for p in _familia(proceso.pid)))
        time.sleep(0.05)
    segundos = time.perf_counter() - inicio
    despues = resource.getrusage(resource.RUSAGE_CHILDREN)
    texto = proceso.stdout.read() if proceso.stdout else ""
    if proceso.returncode:
        msg = f"Falló: {' '.join(orden)}"
        raise RuntimeError(msg)
    ultima = texto.strip().splitlines()[-1] if texto.strip() else "{}"
    return Toma(segundos, despues.ru_utime + despues.ru_stime - antes.ru_utime - antes.ru_stime, mayor, json.loads(ultima) if ultima.startswith("{") else {})


def _familia(pid: int) -> list[int]:
    try:
        hijos = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return [pid]
    return [pid, *(n for h in hijos for n in _familia(int(h)))]


def _residente(pid: int) -> float:
    """Lee la memoria residente y propia (sin la parte que comparte con otros), en MiB."""
    try:
        _, residente, compartida, *_ = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except (OSError, ValueError):
        return 0.0
    return (int(residente) - int(compartida)) * resource.getpagesize() / (1 << 20)


def intercalar(ordenes: Mapping[str, Sequence[str]], veces: int, raiz: Path) -> dict[str, Toma]:
    """Corre cada programa varias veces, uno tras otro y vuelta a empezar, y devuelve la mediana de cada uno."""
    tomas: dict[str, list[Toma]] = {n: [] for n in ordenes}
    for vez in range(veces):
        for nombre, orden in ordenes.items():
            tomas[nombre].append(medir(orden, raiz))
            print(f"  {vez + 1}/{veces} {nombre}: {tomas[nombre][-1].segundos:.1f} s, {tomas[nombre][-1].memoria:.0f} MiB", file=sys.stderr, flush=True)
    return {n: Toma(median(t.segundos for t in ts), median(t.procesador for t in ts), max(t.memoria for t in ts), ts[-1].dicho, median(t.dicho.get("segundos", 0.0) for t in ts)) for n, ts in tomas.items()}
