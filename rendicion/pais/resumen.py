"""Lee la última entrega nacional para contarla en pocas líneas."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rendicion.errores import ErrorUso
from rendicion.pais.consolidado import ultima_nacional
from rendicion.pais.deposito import abrir


@dataclass(frozen=True)
class Resumen:
    """Es lo que se cuenta de una entrega nacional: los grupos en su último corte y las particiones sin dato."""

    carpeta: str
    manifiesto: Mapping[str, Any]
    grupos: tuple[Mapping[str, str], ...]
    sin_dato: tuple[Mapping[str, str], ...]
    con_aviso: tuple[Mapping[str, str], ...]
    publicadas: int


def leer_resumen(lugar: str) -> Resumen:
    """Lee la última entrega nacional de una salida; ErrorUso si no la hay."""
    salida = abrir(lugar)
    guardada = ultima_nacional(salida)
    if guardada is None:
        raise ErrorUso("No hay entrega nacional.", donde=lugar, hacer="Corra antes: rendicion pais correr DATOS --salida CARPETA.")

    def filas(tabla: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(salida.leer(f"{guardada.lugar}/datos/{tabla}.csv").decode("utf-8"), newline="")))

    nacionales, entidades = filas("indicadores_nacionales"), filas("entidades")
    ultimo = max((f["corte"] for f in nacionales), default="")
    orden = {"pais": 0, "departamento": 1, "categoria": 2}
    return Resumen(
        guardada.lugar,
        guardada.manifiesto,
        tuple(sorted((f for f in nacionales if f["corte"] == ultimo), key=lambda f: (orden[f["nivel"]], f["codigo"]))),
        tuple(e for e in entidades if e["situacion"] != "publicada"),
        tuple(e for e in entidades if e["situacion"] == "publicada" and e["motivo"]),
        sum(e["situacion"] == "publicada" for e in entidades),
    )
