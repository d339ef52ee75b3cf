"""El diccionario de datos del DataStore de CKAN, derivado de cada tabla."""

from __future__ import annotations

from typing import Any

from esquemas.modelo import Campo, Tabla, Tipo

TIPOS_CKAN = {Tipo.TEXTO: "text", Tipo.ENTERO: "int", Tipo.DECIMAL: "numeric", Tipo.FECHA: "date", Tipo.LOGICO: "bool"}

# Los cargadores automáticos de CKAN (xloader, datapusher) solo entienden estos tres; el lógico queda sin forzar.
_FORZADOS = {"text": "text", "int": "numeric", "numeric": "numeric", "date": "timestamp", "bool": ""}


def diccionario_ckan(tabla: Tabla) -> list[dict[str, Any]]:
    """Devuelve los campos de una tabla como los pide `datastore_create`.

    Cada uno trae `id`, `type` (text, int, numeric, date, bool) e `info` con `label`, `notes`, `unit` y
    `type_override` (vacíos cuando no hay), que CKAN muestra como diccionario de datos.
    """
    return [_campo(campo) for campo in tabla.campos]


def _campo(campo: Campo) -> dict[str, Any]:
    tipo = TIPOS_CKAN[campo.tipo]
    info = {"label": campo.titulo, "notes": _notas(campo), "unit": campo.unidad or "", "type_override": _FORZADOS[tipo]}
    return {"id": campo.nombre, "type": tipo, "info": info}


def _notas(campo: Campo) -> str:
    partes = [campo.descripcion]
    if campo.opciones:
        partes.append(f"Valores: {', '.join(campo.opciones)}.")
    if campo.lista:
        partes.append("Varios valores se separan con punto y coma.")
    return " ".join(partes)
