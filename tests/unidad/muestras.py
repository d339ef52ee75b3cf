"""Planes y evidencias pequeños, hechos a mano, para las pruebas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from rendicion.plan import Actividad, Plan, programacion_por_defecto

INICIO, FIN = date(2020, 3, 1), date(2020, 12, 31)
CAPTURA = "a" * 64


def actividad(numero: str = "1.1", meta: str | None = "10", **otros: Any) -> Actividad:
    valor = Decimal(meta) if meta is not None else None
    hitos = otros.get("hitos", ())
    base: dict[str, Any] = {
        "id": numero,
        "subcomponente_id": numero.split(".", maxsplit=1)[0],
        "subcomponente": f"Subcomponente {numero.split('.', maxsplit=1)[0]}",
        "texto": f"Actividad {numero}",
        "inicio": INICIO,
        "fin": FIN,
        "meta": valor,
        "programacion": programacion_por_defecto(valor, hitos),
    }
    return Actividad(**base | otros)


def plan(*actividades: Actividad) -> Plan:
    return Plan("13001", 2020, INICIO, FIN, actividades)


def evidencia(*filas: dict[str, Any]) -> pa.Table:
    base = {"fuente": "noticias", "registro": "1", "actividad_id": "1.1", "fecha": date(2020, 4, 1), "cantidad": Decimal(1)}
    base |= {"titulo": "Título", "url": None, "canal": None, "dependencia": "Prensa", "captura_sha256": CAPTURA}
    tipos = {c: pa.string() for c in base} | {"fecha": pa.date32(), "cantidad": pa.decimal128(28, 4)}
    return pa.table({c: pa.array([(base | f)[c] for f in filas], t) for c, t in tipos.items()})
