"""Los filtros de una fuente: qué registros de un archivo compartido son de ella, dicho con datos."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rendicion.errores import ErrorUso

CLAVES = ("columna", "igual", "en", "no_en", "patron", "desde", "hasta")


@dataclass(frozen=True)
class Filtro:
    """Es una condición sobre una columna del archivo; un registro es de la fuente si cumple todos los filtros.

    `en` y `no_en` comparan el texto completo sin mirar mayúsculas, tildes ni espacios de más; `patron` es una
    expresión regular que se busca dentro del texto; `desde` y `hasta` son días, y los dos cuentan. La celda vacía
    no es igual a nada, no cumple un patrón y, donde se compara una fecha, no deja decidir.
    """

    columna: str
    en: tuple[str, ...] = ()
    no_en: tuple[str, ...] = ()
    patron: str | None = None
    desde: date | None = None
    hasta: date | None = None
    en_la_fuente: str = ""

    @property
    def nombre(self) -> str:
        """Da el nombre con que la fuente conoce la columna, aunque en la captura se llame de otro modo."""
        return self.en_la_fuente or self.columna

    @property
    def por_fecha(self) -> bool:
        """Dice si compara fechas."""
        return self.desde is not None or self.hasta is not None

    def __str__(self) -> str:
        """Escribe el filtro en español, para los mensajes."""
        partes = []
        if self.en:
            partes.append(f"sea {_comillas(self.en)}")
        if self.no_en:
            partes.append(f"no sea {_comillas(self.no_en)}")
        if self.patron is not None:
            partes.append(f"contenga el patrón «{self.patron}»")
        if self.desde:
            partes.append(f"sea del {self.desde} en adelante")
        if self.hasta:
            partes.append(f"sea a más tardar del {self.hasta}")
        return f"que «{self.nombre}» {' y '.join(partes)}"


def filtros_desde(datos: Any, *, donde: str) -> tuple[Filtro, ...]:
    """Lee los `[[filtros]]` de un TOML; lanza ErrorUso si alguno no dice qué columna o qué condición."""
    if not isinstance(datos, Sequence) or isinstance(datos, str) or not all(isinstance(f, Mapping) for f in datos):
        raise ErrorUso("Los filtros están mal escritos.", donde=donde, hacer='Escriba cada uno así: [[filtros]], columna = "Estado", igual = "Publicado".')
    return tuple(_filtro(f, f"{donde}, [[filtros]] número {n}") for n, f in enumerate(datos, 1))


def _filtro(datos: Mapping[str, Any], donde: str) -> Filtro:
    sobran = sorted(set(datos) - set(CLAVES))
    if sobran:
        raise ErrorUso(f"El filtro usa claves que no existen: {', '.join(sobran)}.", donde=donde, hacer=f"Use: {', '.join(CLAVES)}.")
    columna = datos.get("columna")
    if not isinstance(columna, str) or not columna.strip() or len(datos) == 1:
        raise ErrorUso(
            "El filtro no dice su columna y al menos una condición.",
            donde=donde,
            hacer='Escriba por ejemplo columna = "Estado" e igual = "Publicado".',
        )
    if "igual" in datos and "en" in datos:
        raise ErrorUso("El filtro trae igual y en, que dicen lo mismo.", donde=donde, hacer="Deje solo en, con todos los valores.")
    en = _textos([datos["igual"]] if "igual" in datos else datos.get("en", ()), donde)
    return Filtro(
        columna, en, _textos(datos.get("no_en", ()), donde), _patron(datos.get("patron"), donde), _dia(datos.get("desde"), donde), _dia(datos.get("hasta"), donde)
    )


def _textos(valor: Any, donde: str) -> tuple[str, ...]:
    if isinstance(valor, str) or not isinstance(valor, Sequence) or not all(isinstance(v, str) and v.strip() for v in valor):
        raise ErrorUso("El filtro compara con algo que no es un texto.", donde=donde, hacer='Escriba textos entre comillas: en = ["Sí", "Publicado"].')
    return tuple(valor)


def _patron(valor: Any, donde: str) -> str | None:
    try:
        return None if valor is None else re.compile(valor).pattern
    except (re.error, TypeError):
        raise ErrorUso(f"El patrón «{valor}» no es una expresión regular.", donde=donde, hacer="Corríjalo, o use igual o en.") from None


def _dia(valor: Any, donde: str) -> date | None:
    try:
        return valor if valor is None or type(valor) is date else date.fromisoformat(valor)
    except (ValueError, TypeError):
        raise ErrorUso(f"«{valor}» no es un día.", donde=donde, hacer='Escriba la fecha así: desde = "2020-03-01".') from None


def _comillas(textos: Sequence[str]) -> str:
    return " o ".join(f"«{t}»" for t in textos)
