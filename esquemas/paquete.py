"""De la tabla declarada a su Table Schema (Data Package v2)."""

from __future__ import annotations

from typing import Any

from esquemas.modelo import Campo, Tabla, Tipo

_TIPOS = {Tipo.TEXTO: "string", Tipo.ENTERO: "integer", Tipo.DECIMAL: "number", Tipo.FECHA: "date", Tipo.LOGICO: "boolean"}


def _restricciones(campo: Campo, *, obligatorio: bool) -> dict[str, Any]:
    posibles: dict[str, Any] = {
        "required": True if obligatorio else None,
        "enum": list(campo.opciones) or None,
        "minimum": campo.minimo,
        "maximum": campo.maximo,
        "pattern": campo.patron,
    }
    return {k: v for k, v in posibles.items() if v is not None}


def _campo(campo: Campo, *, obligatorio: bool) -> dict[str, Any]:
    descrito: dict[str, Any] = {
        "name": campo.nombre,
        "type": _TIPOS[campo.tipo],
        "title": campo.titulo,
        "description": campo.descripcion,
    }
    if campo.unidad:
        descrito["unit"] = campo.unidad
    restricciones = _restricciones(campo, obligatorio=obligatorio)
    return descrito | ({"constraints": restricciones} if restricciones else {})


def table_schema(tabla: Tabla) -> dict[str, Any]:
    """Devuelve el Table Schema de una tabla: campos, restricciones, clave y referencias."""
    esquema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_campo(c, obligatorio=c.nombre in tabla.obligatorios) for c in tabla.campos],
        "missingValues": [""],
        "primaryKey": list(tabla.clave),
    }
    if tabla.referencias:
        esquema["foreignKeys"] = [
            {"fields": list(r.campos), "reference": {"resource": r.tabla, "fields": list(r.campos_tabla)}}
            for r in tabla.referencias
        ]
    return esquema
