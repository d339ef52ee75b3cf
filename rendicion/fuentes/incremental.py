"""Leer solo lo nuevo de un servicio, sin dejar de ver las correcciones tardías y sin guardar nunca media fuente.

La captura es siempre la fuente entera: los registros de la captura anterior más lo que trae la lectura nueva. Lo que
cae dentro del traslape se reemplaza, también si desapareció; lo más viejo se vuelve a leer en la lectura completa.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rendicion.conversion import leer_fecha
from rendicion.errores import ErrorUso
from rendicion.fuentes.tabla import TODO_EL_ARCHIVO
from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.previa import Previa

OPCIONES_INCREMENTAL = frozenset({"incremental"})
_CLAVES = {"cursor": str, "parametro": str, "tipo": str, "traslape": int, "completa_cada": int, "formato": str}
_POR_DEFECTO = {"tipo": "fecha", "traslape": 15, "completa_cada": 30, "formato": "%Y-%m-%d"}

Corte = date | int


@dataclass(frozen=True)
class Incremental:
    """Declara una lectura por partes: `cursor` es la columna que avanza y `parametro`, con qué se le pide al servicio.

    `traslape` son los días (o los números) que se vuelven a pedir; `completa_cada`, cada cuántos días se lee todo.
    """

    cursor: str
    parametro: str
    tipo: str
    traslape: int
    completa_cada: int
    formato: str


@dataclass(frozen=True)
class Tramo:
    """Dice desde dónde se lee: `limite` es lo más viejo que la lectura nueva reemplaza y `pedido`, lo que se le pide al servicio."""

    limite: Corte
    pedido: str


def declaracion_incremental(fuente: Fuente, **propias: str) -> Incremental | None:
    """Lee `[opciones.incremental]`; `propias` son los valores que un tipo ya conoce. Lanza ErrorUso si algo falta o sobra."""
    datos = fuente.opciones.get("incremental")
    if datos is None:
        return None
    valores = {**_POR_DEFECTO, **propias, **datos} if isinstance(datos, Mapping) else {}
    malos = [c for c, t in _CLAVES.items() if type(valores.get(c)) is not t or valores[c] in {"", -1}]
    sobran = sorted(set(valores) - set(_CLAVES))
    if malos or sobran or valores["tipo"] not in {"fecha", "numero"} or valores["traslape"] < 1 or valores["completa_cada"] < 1:
        raise ErrorUso(
            "La lectura por partes está mal declarada.",
            donde=f"fuente {fuente.id}, [opciones.incremental]",
            hacer='Escriba cursor, parametro, tipo ("fecha" o "numero"), traslape y completa_cada (enteros de 1 en adelante).',
        )
    if "registro" not in fuente.columnas:
        raise ErrorUso(
            "Una fuente que se lee por partes debe decir qué columna identifica cada registro.",
            donde=f"fuente {fuente.id}",
            hacer="Declare registro en [columnas].",
        )
    return Incremental(**{c: valores[c] for c in _CLAVES})


def tramo(declarada: Incremental | None, fuente: Fuente, previa: Previa | None, columnas: Iterable[str]) -> Tramo | None:
    """Dice desde dónde leer; nada si hay que leer todo.

    Se lee todo si no hay captura de esta misma declaración, si ya pasaron los días de `completa_cada`, o si la captura
    no deja saber por dónde iba. Un cursor con fecha futura no adelanta la lectura.
    """
    if declarada is None or previa is None or previa.completa is None:
        return None
    if not 0 <= (previa.hoy - previa.completa).days < declarada.completa_cada:
        return None
    registros = leer_lineas(previa.contenido)
    if not registros or any(set(r) != set(columnas) for r in registros):
        return None
    cursores = [c for r in registros if (c := _cursor(r, declarada, fuente)) is not None]
    if declarada.tipo == "numero":
        numeros = [c for c in cursores if isinstance(c, int)]
        limite = max(numeros, default=0) - declarada.traslape
        return Tramo(limite, str(limite - 1)) if numeros else None
    pasados = [c for c in cursores if isinstance(c, date) and c <= previa.hoy]
    if not pasados:
        return None
    dia = max(pasados) - timedelta(days=declarada.traslape)
    # Se pide un día más de lo que se reemplaza: ni la hora del servidor ni un «mayor que» pueden tapar un registro.
    return Tramo(dia, (dia - timedelta(days=1)).strftime(declarada.formato))


def combinar(previa: bytes, nuevas: bytes, fuente: Fuente, declarada: Incremental | None, limite: Corte | None) -> bytes:
    """Junta la captura anterior con lo nuevo, en el mismo orden y con la misma forma que una lectura completa.

    De lo anterior queda lo que es más viejo que `limite` (todo, si no hay límite) y no vino de nuevo; lo que no tiene
    cursor queda, porque nada dice que haya cambiado.
    """
    recientes, clave = leer_lineas(nuevas), fuente.columnas["registro"]
    llegados = {r[clave] for r in recientes}
    conservados = [r for r in leer_lineas(previa) if r[clave] not in llegados and _queda(r, fuente, declarada, limite)]
    return escribir_lineas([*conservados, *recientes], clave)


def _queda(registro: Mapping[str, str | None], fuente: Fuente, declarada: Incremental | None, limite: Corte | None) -> bool:
    if declarada is None or limite is None:
        return True
    cursor = _cursor(registro, declarada, fuente)
    return cursor is None or cursor < limite  # type: ignore[operator]  # los dos son del tipo declarado


def _cursor(registro: Mapping[str, str | None], declarada: Incremental, fuente: Fuente) -> Corte | None:
    texto = registro.get(declarada.cursor)
    if not texto:
        return None
    if declarada.tipo == "numero":
        return int(texto) if re.fullmatch(r"\d{1,18}", texto) else None
    dia = leer_fecha(texto, fuente)
    return dia if isinstance(dia, date) else None


def aviso_de_lectura(contenido: bytes, fuente: Fuente, declarada: Incremental) -> Hallazgo:
    """Dice qué parte de la fuente se vuelve a leer siempre, y cuándo se lee todo; sale solo de la captura."""
    cursores = [c for r in leer_lineas(contenido) if (c := _cursor(r, declarada, fuente)) is not None]
    unidad = "días" if declarada.tipo == "fecha" else "números"
    desde = ""
    if cursores:
        ultimo = max(cursores)  # type: ignore[type-var]  # todos son del tipo declarado
        limite = ultimo - timedelta(days=declarada.traslape) if isinstance(ultimo, date) else ultimo - declarada.traslape
        desde = f", es decir desde {limite}"
    return Hallazgo(
        fuente.id,
        TODO_EL_ARCHIVO,
        declarada.cursor,
        "lectura_por_partes",
        "informativa",
        f"La fuente se lee por partes: cada vez se vuelven a pedir los últimos {declarada.traslape} {unidad} de «{declarada.cursor}»{desde}. "
        f"Una corrección más vieja, que no mueva esa columna, se ve en la lectura completa, cada {declarada.completa_cada} días.",
    )


def leer_lineas(contenido: bytes) -> list[dict[str, Any]]:
    """Lee las líneas JSON de una captura nuestra."""
    return [json.loads(linea) for linea in contenido.split(b"\n") if linea.strip()]


def escribir_lineas(registros: Iterable[Mapping[str, str | None]], clave: str) -> bytes:
    """Escribe los registros como líneas JSON, en orden de su clave: mismo contenido, mismos bytes."""
    lineas = sorted((r[clave] or "", json.dumps(r, ensure_ascii=False, sort_keys=True, separators=(",", ":"))) for r in registros)
    return "".join(f"{linea}\n" for _, linea in lineas).encode()


