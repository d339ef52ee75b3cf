"""Mide cuánto cuesta publicar en CKAN y escribe la tabla en docs/ckan-costo.md: `python -m benchmarks.portal`.

Levanta la pila de pruebas con ckanext-xloader, mide cada forma intercalada con las otras y apaga la pila. Sin `--filas`
mide 1.200 avances y un millón; el millón toma horas si la máquina está ocupada.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks.medir import medir
from benchmarks.portal.contador import Contador, Cuenta
from benchmarks.portal.entrega import ACTIVIDADES, SEMILLA, armar
from benchmarks.portal.formas import FORMAS, ORGANIZACION

RAIZ = Path(__file__).resolve().parents[2]
LEVANTAR = RAIZ / "tests" / "portal" / "pila" / "levantar.py"
PASOS = {"primera": 1, "sin cambios": 1, "una fila": 2}
INICIO, FIN = "<!-- medido: inicio -->", "<!-- medido: fin -->"
NOMBRES = {"nuestro": "`rendicion publicar`", "nuestro_sin_vista": "`rendicion publicar`, sin vista previa", "ckanapi_simple": "ckanapi simple", "xloader": "ckanext-xloader"}
MEBI = 1 << 20


@dataclass(frozen=True)
class Medida:
    """Es una toma: qué se midió y lo que costó. `carga` es la de la máquina en el último minuto."""

    filas: int
    paso: str
    forma: str
    segundos: float
    procesador: float
    memoria: float
    cuenta: Cuenta
    carga: float


def main() -> int:
    """Mide lo pedido y deja la tabla en la documentación."""
    orden = argparse.ArgumentParser("python -m benchmarks.portal", description=__doc__.splitlines()[0] if __doc__ else None)
    orden.add_argument("--filas", type=int, nargs="+", default=[1_200, 1_000_000], help="cuántos avances trae la entrega")
    orden.add_argument("--veces", type=int, default=3, help="cuántas tomas por debajo de 100.000 filas; de ahí en adelante, una")
    orden.add_argument("--formas", nargs="+", choices=FORMAS, default=list(FORMAS))
    orden.add_argument("--informe", type=Path, default=RAIZ / "docs" / "ckan-costo.md")
    orden.add_argument("--tomas", type=Path, help="archivo donde se acumulan las tomas, para medir por partes")
    pedido = orden.parse_args()
    os.environ |= {"RENDICION_PILA_EXTENSIONES": "xloader", "RENDICION_PILA_TOPE_MB": "4000"}
    os.environ.setdefault("RENDICION_PILA", str(Path(tempfile.gettempdir()) / f"rendicion-pila-medir-{os.getuid()}"))
    carpeta = Path(tempfile.mkdtemp(prefix="banco-"))
    medidas = _guardadas(pedido.tomas)
    ya_estaba = subprocess.run([sys.executable, str(LEVANTAR), "--estado"], check=False).returncode == 0
    try:
        pila = json.loads(subprocess.run([sys.executable, str(LEVANTAR)], check=True, capture_output=True, text=True).stdout)
        os.environ["RENDICION_CKAN_TOKEN"] = pila["token"]
        _organizacion(pila)
        for filas in pedido.filas:
            entregas = {n: armar(carpeta / str(filas), n, filas) for n in set(PASOS.values())}
            for _ in range(pedido.veces if filas < 100_000 else 1):
                for forma in pedido.formas:
                    for toma in _serie(pila["url"], forma, filas, entregas):
                        medidas.append(toma)
                        _anotar(pedido.tomas, toma)
                        escribir(pedido.informe, medidas, pila["ckan"])
            shutil.rmtree(carpeta / str(filas))
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)
        if not ya_estaba:
            subprocess.run([sys.executable, str(LEVANTAR), "--apagar"], check=False)
    return 0


def _organizacion(pila: dict[str, Any]) -> None:
    httpx.post(f"{pila['url']}/api/action/organization_create", json={"name": ORGANIZACION}, headers={"Authorization": pila["token"]}, timeout=60)


def _serie(url: str, forma: str, filas: int, entregas: dict[int, Path]) -> Iterator[Medida]:
    """Publica por primera vez, de nuevo sin cambios, y otra entrega con una fila distinta."""
    conjunto = f"medir-{uuid.uuid4().hex[:10]}"
    for paso, numero in PASOS.items():
        with Contador(url) as contador:
            toma = medir([sys.executable, "-m", "benchmarks.portal.formas", forma, contador.url, url, conjunto, str(entregas[numero])], RAIZ)
        print(f"{filas} filas, {paso}, {forma}: {toma.segundos:.1f} s, {toma.memoria:.0f} MiB, {contador.cuenta} {toma.dicho.get('dicho')}", file=sys.stderr, flush=True)
        yield Medida(filas, paso, forma, toma.segundos, toma.procesador, toma.memoria, contador.cuenta, os.getloadavg()[0])


def _guardadas(archivo: Path | None) -> list[Medida]:
    if archivo is None or not archivo.exists():
        return []
    leidas = [json.loads(n) for n in archivo.read_text("utf-8").splitlines()]
    return [Medida(**{**m, "cuenta": Cuenta(**m["cuenta"])}) for m in leidas]


def _anotar(archivo: Path | None, toma: Medida) -> None:
    if archivo:
        with archivo.open("a", encoding="utf-8") as flujo:
            flujo.write(json.dumps(asdict(toma)) + "\n")


def escribir(informe: Path, medidas: list[Medida], ckan: str) -> None:
    """Cambia lo que hay entre las marcas del documento por las tablas de lo medido hasta ahora."""
    partes = [f"Semilla {SEMILLA}; {ACTIVIDADES} actividades. {_maquina(ckan)}", ""]
    for filas in sorted({m.filas for m in medidas}):
        partes += [f"### {_miles(filas)} avances", "", "| qué | forma | tomas | segundos | procesador del cliente (s) | memoria del cliente (MiB) | peticiones | MiB subidos | MiB bajados | carga |", f"|{'---|' * 10}"]
        partes += [_fila([m for m in medidas if (m.filas, m.paso, m.forma) == (filas, p, f)]) for p in PASOS for f in FORMAS if any((m.filas, m.paso, m.forma) == (filas, p, f) for m in medidas)]
        partes.append("")
    antes, resto = informe.read_text("utf-8").split(INICIO, 1)
    informe.write_text(f"{antes}{INICIO}\n" + "\n".join(partes) + FIN + resto.split(FIN, 1)[1], "utf-8")


def _fila(tomas: list[Medida]) -> str:
    una = tomas[0]
    cifras = [
        f"{median(m.segundos for m in tomas):.1f}",
        f"{median(m.procesador for m in tomas):.1f}",
        f"{max(m.memoria for m in tomas):.0f}",
        f"{median(m.cuenta.peticiones for m in tomas):.0f}",
        f"{median(m.cuenta.subidos for m in tomas) / MEBI:.2f}",
        f"{median(m.cuenta.bajados for m in tomas) / MEBI:.2f}",
        " a ".join(dict.fromkeys(f"{c:.0f}" for c in (min(m.carga for m in tomas), max(m.carga for m in tomas)))),
    ]
    return f"| {una.paso} | {NOMBRES[una.forma]} | {len(tomas)} | {' | '.join(c.replace('.', ',') for c in cifras)} |"


def _miles(numero: int) -> str:
    return f"{numero:,}".replace(",", ".")


def _maquina(ckan: str) -> str:
    modelo = next((n.partition(":")[2].strip() for n in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if n.startswith("model name")), platform.machine())
    memoria = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    versiones = ", ".join(f"{b} {version(b)}" for b in ("ckanapi", "httpx", "pyarrow"))
    return f"{modelo}, {len(os.sched_getaffinity(0))} núcleos, {memoria:.0f} GiB; Python {platform.python_version()}, {versiones}; CKAN {ckan}, ckanext-xloader 2.5.2, PostgreSQL sin `fsync`."


if __name__ == "__main__":
    sys.exit(main())
