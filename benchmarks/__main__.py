"""Corre el banco de pruebas y escribe sus tablas en docs/rendimiento.md: `python -m benchmarks [--todo]`.

Genera los datos con semilla, mide cada cifra junto a su línea de base, intercaladas, y borra lo que hizo. Con `--todo` llega
a 12 millones de registros: pide unos 30 GB de disco y una máquina sin nadie más.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.escenas import Escena, Tabla, Tamanos, ciudad, incremental, pais, perfil, validacion
from benchmarks.informe import escribir

RAIZ = Path(__file__).resolve().parents[1]
TAMANOS = {1_100: (1, 1), 100_000: (91, 1), 1_000_000: (910, 1), 12_000_000: (1100, 10)}


def medir_todo(pedido: argparse.Namespace, carpeta: Path, tope: int) -> None:
    """Corre las escenas una tras otra y escribe las tablas que van estando: si algo falla, lo medido queda."""
    escena = Escena(RAIZ, carpeta, pedido.veces, pedido.veces_mayor, pedido.procesos)
    tamanos = {n: t for n, t in TAMANOS.items() if n <= tope}
    pequenos = {n: t for n, t in tamanos.items() if n <= 1_000_000}
    carga = os.getloadavg()[0]
    tablas: list[Tabla] = []
    try:
        for escenas in (lambda: _pais_e_incremental(escena, tamanos), lambda: (perfil(escena, pequenos),), lambda: (ciudad(escena),), lambda: validacion(escena, pequenos)):
            tablas += escenas()
            escribir(pedido.informe, tablas, pedido.veces, carga)
    finally:
        escena.limpiar()


def _pais_e_incremental(escena: Escena, tamanos: Tamanos) -> list[Tabla]:
    tabla, primera = pais(escena, tamanos)
    return [tabla, incremental(escena, tamanos, primera)]


def main() -> int:
    """Mide lo pedido y deja las tablas en la documentación."""
    orden = argparse.ArgumentParser("python -m benchmarks", description=__doc__.splitlines()[0] if __doc__ else None)
    orden.add_argument("--todo", action="store_true", help="llega a 12 millones de registros")
    orden.add_argument("--hasta", type=int, default=1_000_000, help="el mayor tamaño que se mide, en registros")
    orden.add_argument("--veces", type=int, default=3, help="de cuántas tomas se saca la mediana")
    orden.add_argument("--veces-mayor", type=int, default=1, help="lo mismo, para más de un millón de registros")
    orden.add_argument("--procesos", type=int, default=len(os.sched_getaffinity(0)))
    orden.add_argument("--carpeta", type=Path, help="dónde poner los datos, que se quedan ahí para otra vez; sin decirla, una temporal que se borra")
    orden.add_argument("--informe", type=Path, default=RAIZ / "docs" / "rendimiento.md")
    pedido = orden.parse_args()
    tope = max(TAMANOS) if pedido.todo else pedido.hasta
    if pedido.carpeta:
        medir_todo(pedido, pedido.carpeta.resolve(), tope)
        return 0
    with tempfile.TemporaryDirectory(prefix="banco-") as carpeta:
        medir_todo(pedido, Path(carpeta), tope)
    return 0


if __name__ == "__main__":
    sys.exit(main())
