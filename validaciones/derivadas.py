"""Las reglas que salen solas del esquema de cada tabla: no repiten nada de `esquemas`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from esquemas import Campo, Tabla, Tipo
from validaciones.reglas import Regla

_NORMA = "Esquema publicado de la tabla (datapackage.json)"
_QUIEN = "Equipo de datos"


def reglas_de_la_tabla(tabla: Tabla) -> list[Regla]:
    """Devuelve las reglas de una tabla: columnas, filas, obligatorios, clave y lo que admite cada campo."""
    return [*_de_conjunto(tabla), *(r for c in tabla.campos for r in _del_campo(tabla, c))]


def _regla(tabla: Tabla, nombre: str, descripcion: str, expectativa: str, campo: str | None = None, *, admite_vacio: bool = True, **parametros: Any) -> Regla:
    return Regla(
        tabla=tabla.nombre,
        regla=nombre,
        descripcion=descripcion,
        norma=_NORMA,
        severidad="bloquea",
        quien_corrige=_QUIEN,
        expectativa=expectativa,
        parametros=({"column": campo} if campo else {}) | parametros,
        campo=campo,
        admite_vacio=admite_vacio,
    )


def _de_conjunto(tabla: Tabla) -> Iterator[Regla]:
    yield _regla(
        tabla,
        "columnas_del_esquema",
        "La tabla tiene las columnas declaradas, en su orden.",
        "ExpectTableColumnsToMatchOrderedList",
        admite_vacio=False,
        column_list=list(tabla.nombres),
    )
    if not tabla.puede_estar_vacia:
        yield _regla(tabla, "tiene_filas", "La tabla tiene al menos una fila.", "ExpectTableRowCountToBeBetween", admite_vacio=False, min_value=1)
    texto = f"No se repite la clave: {', '.join(tabla.clave)}."
    if len(tabla.clave) == 1:
        yield _regla(tabla, "clave_unica", texto, "ExpectColumnValuesToBeUnique", tabla.clave[0])
    else:
        yield _regla(tabla, "clave_unica", texto, "ExpectCompoundColumnsToBeUnique", column_list=list(tabla.clave))


def _del_campo(tabla: Tabla, campo: Campo) -> Iterator[Regla]:
    if campo.nombre in tabla.obligatorios:
        yield _regla(tabla, "obligatorio", f"«{campo.titulo}» nunca está vacío.", "ExpectColumnValuesToNotBeNull", campo.nombre)
    if campo.opciones:
        yield _regla(
            tabla,
            "valor_admitido",
            f"«{campo.titulo}» es uno de: {', '.join(campo.opciones)}.",
            "ExpectColumnValuesToBeInSet",
            campo.nombre,
            value_set=list(campo.opciones),
        )
    if campo.patron:
        yield _regla(
            tabla,
            "forma_admitida",
            f"«{campo.titulo}» tiene la forma declarada.",
            "ExpectColumnValuesToMatchRegex",
            campo.nombre,
            regex=rf"^(?:{campo.patron})$",
        )
    if campo.tipo in {Tipo.DECIMAL, Tipo.ENTERO} and (campo.minimo is not None or campo.maximo is not None):
        hasta = f" y a lo más {campo.maximo}" if campo.maximo is not None else ""
        yield _regla(
            tabla,
            "rango_admitido",
            f"«{campo.titulo}» es al menos {campo.minimo}{hasta}.",
            "ExpectColumnValuesToBeBetween",
            campo.nombre,
            min_value=campo.minimo,
            max_value=campo.maximo,
        )
