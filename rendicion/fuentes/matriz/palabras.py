"""Las palabras con que se reconoce una matriz que nadie ha declarado todavía: son datos, no código."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from rendicion.fuentes.encabezado import plano

CIFRAS = ("porcentaje", "programado", "ejecutado")


@dataclass(frozen=True)
class Palabras:
    """Reúne los títulos conocidos de cada campo, lo que dice cada columna de un periodo y las partes del año."""

    columnas: Mapping[str, tuple[str, ...]]
    cifras: Mapping[str, tuple[str, ...]]
    totales: tuple[str, ...]
    niveles_de_total: Mapping[str, str]
    copias: tuple[str, ...]
    agregacion: Mapping[str, str]
    meses: Mapping[str, int]
    periodos: Mapping[str, int]
    ordinales: Mapping[str, int]

    def campo(self, titulo: str) -> list[str]:
        """Devuelve los campos que puede ser una columna por su título."""
        visto = plano(titulo)
        exactos = [c for c, titulos in self.columnas.items() if visto in titulos]
        return exactos or [c for c, titulos in self.columnas.items() if any(fnmatchcase(visto, t) for t in titulos)]

    def cifra(self, titulo: str) -> str | None:
        """Dice si una columna de un periodo es lo programado, lo ejecutado o el porcentaje."""
        visto = plano(titulo)
        return next((c for c in CIFRAS if any(fnmatchcase(visto, t) for t in self.cifras.get(c, ()))), None)

    def nivel_de_total(self, texto: str) -> tuple[str, str] | None:
        """Da el patrón y el nivel que suele tener una fila que empieza así; nada si no parece un total."""
        visto = plano(texto)
        if not any(fnmatchcase(visto, t) for t in self.totales):
            return None
        return next(((p, n) for p, n in self.niveles_de_total.items() if fnmatchcase(visto, p)), ("total*", "dependencia"))

    def periodo(self, titulo: str) -> tuple[str, int] | None:
        """Reconoce «Trimestre I», «2º semestre» o «Marzo»: da su nombre y el mes en que cierra."""
        palabras = re.findall(r"[a-z]+|\d+", plano(titulo))
        for i, palabra in enumerate(palabras):
            if meses := self.periodos.get(palabra):
                vecinas = [*palabras[i + 1 : i + 2], *reversed(palabras[max(0, i - 2) : i])]
                numero = next((n for v in vecinas if (n := _ordinal(v, self.ordinales)) and n * meses <= 12), None)
                if numero:
                    return f"{palabra.capitalize()} {numero}", numero * meses
        mes = next((m for p in palabras if (m := self.meses.get(p))), None)
        return (nombre_del_mes(mes, self.meses), mes) if mes else None


def _ordinal(palabra: str, ordinales: Mapping[str, int]) -> int | None:
    return int(palabra) if palabra.isdigit() and len(palabra) == 1 else ordinales.get(palabra)


def nombre_del_mes(mes: int, meses: Mapping[str, int]) -> str:
    """Devuelve el nombre más largo con que el vocabulario conoce el mes."""
    return max((n for n, m in meses.items() if m == mes), key=lambda n: (len(n), n)).capitalize()


def cierre(anio: int, mes: int) -> date:
    """Devuelve el último día de un mes."""
    return date(anio, mes, calendar.monthrange(anio, mes)[1])


def palabras_desde(plan: Mapping[str, Any], matriz: Mapping[str, Any]) -> Palabras:
    """Une el vocabulario de los planes con el de las matrices, ya leídos de sus TOML."""
    del_plan = {c: v.get("titulos", ()) for c, v in plan["columnas"].items()}
    propios = matriz["columnas"]
    return Palabras(
        columnas={c: _planos([*propios.get(c, ()), *del_plan.get(c, ())]) for c in dict.fromkeys((*propios, *del_plan))},
        cifras={c: _planos(v) for c, v in matriz["cifras"].items()},
        totales=_planos(matriz["totales"]),
        niveles_de_total={plano(k): v for k, v in matriz["niveles_de_total"].items()},
        copias=tuple(matriz["copias"]),
        agregacion={plano(k): v for k, v in plan["agregacion"].items()},
        meses={plano(k): v for k, v in plan["meses"].items()},
        periodos={plano(k): v for k, v in {**plan["periodos"], **matriz["periodos"]}.items()},
        ordinales={plano(k): v for k, v in plan["ordinales"].items()},
    )


def _planos(titulos: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plano(t) for t in titulos))
