"""Los secretos que un flujo necesita: del ambiente o de un bloque Secret del servidor, nunca de un parámetro."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.blocks.system import Secret

from rendicion.avisos.envio import VARIABLE_SMTP
from rendicion.puertas import VARIABLE_TOKEN

BLOQUES = {VARIABLE_TOKEN: "rendicion-ckan-token", VARIABLE_SMTP: "rendicion-smtp"}


@contextmanager
def secretos_a_mano() -> Iterator[None]:
    """Pone en el ambiente, mientras dura el bloque `with`, los secretos que no estén y que el servidor guarde cifrados."""
    puestos = []
    for variable, bloque in BLOQUES.items():
        if os.environ.get(variable):
            continue
        try:
            guardado: Secret[str] = Secret.load(bloque)  # type: ignore[assignment]
        except ValueError:
            continue
        os.environ[variable] = str(guardado.get())
        puestos.append(variable)
    try:
        yield
    finally:
        for variable in puestos:
            os.environ.pop(variable, None)
