"""La orden `python -m rendicion.sintetico CARPETA`, que vuelve a generar los ejemplos de una carpeta."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rendicion.errores import ErrorRendicion
from rendicion.sintetico.generador import generar
from rendicion.sintetico.receta import leer_receta


def main(argumentos: Sequence[str] | None = None) -> int:
    """Genera los archivos junto a la receta; devuelve 0, o el código del error (2 si la receta no sirve)."""
    orden = argparse.ArgumentParser("python -m rendicion.sintetico", description="Genera datos sintéticos.")
    orden.add_argument("carpeta", type=Path, help="carpeta con receta.toml y fuentes/")
    carpeta: Path = orden.parse_args(argumentos).carpeta
    try:
        ejemplos = generar(leer_receta(carpeta))
    except ErrorRendicion as error:
        print(error, file=sys.stderr)
        return error.salida
    for nombre, contenido in ejemplos.archivos.items():
        (carpeta / nombre).write_bytes(contenido)
        print(f"{nombre}: {len(contenido)} bytes")
    print(f"{sum(ejemplos.registros.values())} registros y {len(ejemplos.defectos)} defectos plantados.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
