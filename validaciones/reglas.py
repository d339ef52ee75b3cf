"""Qué es una regla y qué es su resultado, en nuestros términos y no en los de una biblioteca."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EJEMPLOS = 5
DE_TABLA = {"ExpectTableColumnsToMatchOrderedList", "ExpectTableRowCountToBeBetween"}

Severidad = Literal["bloquea", "rechaza", "avisa"]
Estado = Literal["cumple", "no_cumple", "no_corrio"]


@dataclass(frozen=True)
class Regla:
    """Declara una comprobación: qué exige, de qué norma viene, qué tan grave es y quién la corrige.

    `expectativa` y `parametros` son el nombre y los argumentos de la expectativa de Great
    Expectations. `admite_vacio` dice que no tener filas que mirar no es una falta.
    """

    tabla: str
    regla: str
    descripcion: str
    norma: str
    severidad: Severidad
    quien_corrige: str
    expectativa: str
    parametros: Mapping[str, Any]
    campo: str | None = None
    fuente: str | None = None
    explicacion: str = ""
    como_corregir: str = ""
    admite_vacio: bool = True


@dataclass(frozen=True)
class Resultado:
    """Es lo que dio una regla: cuántas filas miró, cuáles fallan, y si de verdad corrió."""

    regla: Regla
    revisadas: int
    faltas: int
    estado: Estado
    filas: tuple[int, ...] = ()
    detalle: str = ""
    reventada: bool = False
    ejemplos: tuple[Mapping[str, Any], ...] = field(default=())


def bloquean(resultados: Iterable[Resultado]) -> tuple[Resultado, ...]:
    """Devuelve los resultados que impiden publicar: reglas de bloqueo que fallan, o que debían correr y no corrieron.

    Una regla que revienta impide publicar, sea cual sea su severidad: nadie sabe qué habría hallado.
    """
    return tuple(
        r
        for r in resultados
        if r.reventada
        or (r.regla.severidad == "bloquea" and (r.estado == "no_cumple" or (r.estado == "no_corrio" and not r.regla.admite_vacio)))
    )


def _ficha(resultado: Resultado) -> dict[str, Any]:
    regla = resultado.regla
    return {
        "tabla": regla.tabla,
        "fuente": regla.fuente,
        "campo": regla.campo,
        "regla": regla.regla,
        "descripcion": regla.descripcion,
        "norma": regla.norma,
        "severidad": regla.severidad,
        "quien_corrige": regla.quien_corrige,
        "expectativa": regla.expectativa,
        "revisadas": resultado.revisadas,
        "faltas": resultado.faltas,
        "estado": resultado.estado,
        "detalle": resultado.detalle,
        "reventada": resultado.reventada,
        "ejemplos": [dict(e) for e in resultado.ejemplos],
    }


def informe_validacion(resultados: Iterable[Resultado], conciliacion: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Arma el informe de validación que se publica como `validacion/resultados.json`."""
    fichas = [_ficha(r) for r in resultados]
    cuenta = {e: sum(f["estado"] == e for f in fichas) for e in ("cumple", "no_cumple", "no_corrio")}
    return {
        "formato": "rendicion-validacion/1",
        "resumen": {
            "reglas": len(fichas),
            "cumplen": cuenta["cumple"],
            "no_cumplen": cuenta["no_cumple"],
            "no_corrieron": cuenta["no_corrio"],
        },
        "reglas": fichas,
        "conciliacion": [dict(c) for c in conciliacion],
    }
