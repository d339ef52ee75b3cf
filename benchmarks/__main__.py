"""Corre el banco de pruebas y escribe sus tablas en docs/rendimiento.md: `python -m benchmarks [--todo]`.

Genera los datos con semilla en una carpeta temporal, mide cada cifra junto a su línea de base, intercaladas, y borra
lo que hizo. Con `--todo` llega a 12 millones de registros: pide unos 30 GB de disco y una máquina sin nadie más.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.escenas import Escena, ciudad, incremental, pais, validacion
from benchmarks.informe import escribir

RAIZ = Path(__file__).resolve().parents[1]
TAMANOS = {1_100: (1, 1), 100_000: (91, 1), 1_000_000: (910, 1), 12_000_000: (1100, 10)}


def main() -> int:
    """Mide lo pedido y deja las tablas en la documentación."""
    orden = argparse.ArgumentParser("python -m benchmarks", description=__doc__.splitlines()[0] if __doc__ else None)
    orden.add_argument("--todo", action="store_true", help="llega a 12 millones de registros")
    orden.add_argument("--hasta", type=int, default=1_000_000, help="el mayor tamaño que se mide, en registros")
    orden.add_argument("--veces", type=int, default=3, help="de cuántas tomas se saca la mediana")
    orden.add_argument("--procesos", type=int, default=len(os.sched_getaffinity(0)))
    orden.add_argument("--carpeta", type=Path, help="dónde poner los datos; sin decirla, una temporal")
    orden.add_argument("--informe", type=Path, default=RAIZ / "docs" / "rendimiento.md")
    pedido = orden.parse_args()
    tope = max(TAMANOS) if pedido.todo else pedido.hasta
    carpeta = Path(tempfile.mkdtemp(prefix="banco-", dir=pedido.carpeta))
    escena = Escena(RAIZ, carpeta, pedido.veces, pedido.procesos)
    try:
        tamanos = {n: t for n, t in TAMANOS.items() if n <= tope}
        tablas = [pais(escena, tamanos), validacion(escena, {n: t for n, t in tamanos.items() if n <= 1_000_000}), incremental(escena, tamanos), ciudad(escena)]
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)
    escribir(pedido.informe, [t for grupo in tablas for t in grupo], pedido.veces)
    return 0


if __name__ == "__main__":
    sys.exit(main())
