"""El dominio de la rendición de cuentas y sus puertas al mundo."""

import os

__version__ = "0.3.0"

# openpyxl escribe otros bytes si encuentra lxml instalada; la entrega debe dar los mismos en toda máquina.
os.environ.setdefault("OPENPYXL_LXML", "False")
