"""Guarda en la salida lo que se retiró de un portal, para que la siguiente entrega lo cuente."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from rendicion.almacen.archivos import escribir, json_canonico
from rendicion.errores import ErrorUso
from rendicion.retiros import Retiro

ARCHIVO = "retiros.json"


def leer_retiros(salida: Path) -> tuple[Retiro, ...]:
    """Lee los retiros guardados en una salida; ninguno si no hay archivo."""
    try:
        guardados = json.loads((salida / ARCHIVO).read_text("utf-8"))
        return tuple(Retiro.desde(r) for r in guardados["retiros"])
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as error:
        raise ErrorUso("El archivo de retiros no se puede leer.", donde=ARCHIVO, hacer="Restáurelo de un respaldo: la entrega debe decir qué se retiró.") from error


def anotar_retiro(salida: Path, retiro: Retiro) -> Retiro:
    """Agrega un retiro, una sola vez por archivo, y devuelve el que quedó guardado."""
    puestos = {r.clave: r for r in leer_retiros(salida)}
    if retiro.clave not in puestos:
        puestos[retiro.clave] = replace(retiro, despues_de=_ultima(salida, retiro.serie))
        escribir(salida / ARCHIVO, json_canonico({"retiros": [puestos[c].en_json() for c in sorted(puestos)]}))
    return puestos[retiro.clave]


def retiros_de(salida: Path, serie: str) -> tuple[tuple[Retiro, ...], tuple[Retiro, ...]]:
    """Devuelve los retiros de una entidad y vigencia, y aparte los que ninguna entrega ha contado todavía."""
    todos = tuple(r for r in leer_retiros(salida) if r.serie == serie)
    ultima = _ultima(salida, serie) if todos else 0
    return todos, tuple(r for r in todos if r.despues_de >= ultima)


def _ultima(salida: Path, serie: str) -> int:
    """Cuenta las entregas de la cadena: su número es su lugar en ella."""
    return sum(1 for _ in (salida / "entregas" / serie).glob("[!.]*/manifiesto.json"))
