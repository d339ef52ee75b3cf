"""Lo común a todas las pruebas: propiedades sin reloj y, en la integración continua, siempre con los mismos casos."""

from __future__ import annotations

import os

from hypothesis import settings

import rendicion  # noqa: F401 -- antes que openpyxl, como en una corrida: fija con qué escribe los libros

# Las pruebas de tiempo no son pruebas: una máquina ocupada no es un error.
settings.register_profile("local", deadline=None)
settings.register_profile("continua", deadline=None, derandomize=True)
settings.load_profile("continua" if os.environ.get("CI") == "true" else "local")
