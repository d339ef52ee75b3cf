"""Comparar cada Parquet con su CSV no deja hilos que maten al proceso cuando ya terminó."""

from __future__ import annotations

import subprocess
import sys

PROGRAMA = """
import os
import pyarrow as pa, pyarrow.parquet as pq
from rendicion.verificacion import _leer_parquet

salida = pa.BufferOutputStream()
pq.write_table(pa.table({f"c{n}": [str(i) for i in range(1000)] for n in range(16)}), salida)

class Entrega:
    def bytes_de(self, _ruta):
        return salida.getvalue().to_pybytes()

antes = len(os.listdir("/proc/self/task"))
leida = _leer_parquet(Entrega(), "avances")
print(leida.num_rows, leida.num_columns, len(os.listdir("/proc/self/task")) - antes)
"""


def test_el_parquet_se_lee_sin_hilos_que_suelten_memoria_de_python_al_terminar() -> None:
    hecho = subprocess.run([sys.executable, "-c", PROGRAMA], capture_output=True, text=True, check=True)
    assert hecho.stdout.split() == ["1000", "16", "0"]
