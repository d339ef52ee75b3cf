"""Permite `python -m rendicion.linea`."""

from __future__ import annotations

from rendicion.linea import main

main()
