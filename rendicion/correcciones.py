"""Lo que cambió frente a la última entrega del mismo corte, dato por dato y con su motivo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from esquemas import TABLAS
from esquemas.campos import CAMPOS
from rendicion.errores import ErrorUso

DEL_CICLO = ("compromisos", "dialogo", "cronograma", "encuestas", "autodiagnostico")
COMPARADAS = (
    "plan",
    "avances",
    "indicadores_actividad",
    "indicadores_subcomponente",
    "indicadores_dependencia",
    "indicadores_total",
    *DEL_CICLO,
)
# De estas columnas se dice que cambiaron y qué dicen hoy, no qué decían: son textos de una fuente, que pudieron traer a
# una persona y ya no, y cifras de encuestas, que hoy pueden estar ocultas. Repetirlos los volvería a publicar.
SIN_REPETIR: Mapping[str, tuple[str, ...]] = {
    "compromisos": ("espacio", "compromiso", "responsables", "evidencia_url"),
    "dialogo": ("espacio", "canal", "tema", "pregunta", "respuesta"),
    "encuestas": ("respuestas", "base"),
    "autodiagnostico": ("observaciones",),
}
SIN_MOTIVO = "sin motivo declarado"
FILA = "(fila)"


@dataclass(frozen=True)
class Motivo:
    """Declara por qué cambió algo: vale para la tabla, y para las claves y campos que calcen con el patrón."""

    tabla: str
    motivo: str
    autor: str
    fecha: date
    clave: str = "*"
    campo: str = "*"


def motivos_desde(datos: Mapping[str, Any], *, donde: str) -> tuple[Motivo, ...]:
    """Lee los motivos declarados; todos necesitan tabla, motivo, autor y fecha."""
    leidos = []
    for i, m in enumerate(datos.get("motivo", []), 1):
        faltan = [c for c in ("tabla", "motivo", "autor", "fecha") if not m.get(c)]
        if faltan:
            raise ErrorUso(f"Al motivo {i} le falta: {', '.join(faltan)}.", donde=donde, hacer="Un cambio se publica con su motivo, su autor y su fecha.")
        leidos.append(Motivo(**m))
    return tuple(leidos)


def comparar(
    antes: Mapping[str, Sequence[Mapping[str, Any]]],
    despues: Mapping[str, Sequence[Mapping[str, Any]]],
    motivos: Sequence[Motivo] = (),
) -> list[dict[str, Any]]:
    """Devuelve las filas de `correcciones`: cada fila agregada o quitada y cada campo que cambió.

    Una fila agregada lleva su contenido en `despues`; una quitada, en `antes`, sin las columnas de `SIN_REPETIR`.
    """
    return [
        {"tabla": tabla, **cambio, **_motivo(tabla, cambio, motivos)}
        for tabla in COMPARADAS
        for cambio in _cambios(tabla, antes.get(tabla, ()), despues.get(tabla, ()))
    ]


def _cambios(tabla: str, antes: Sequence[Mapping[str, Any]], despues: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    esquema, callan = TABLAS[tabla], SIN_REPETIR.get(tabla, ())
    viejas, nuevas = ({_clave(tabla, f): f for f in filas} for filas in (antes, despues))
    for clave in sorted({*viejas, *nuevas}):
        vieja, nueva = viejas.get(clave), nuevas.get(clave)
        if vieja is None or nueva is None:
            yield {"clave": clave, "campo": FILA, "antes": _fila(vieja, callan), "despues": _fila(nueva)}
            continue
        for campo in esquema.nombres:
            if vieja[campo] != nueva[campo]:
                dicho = None if campo in callan else _texto(campo, vieja[campo])
                yield {"clave": clave, "campo": campo, "antes": dicho, "despues": _texto(campo, nueva[campo])}


def _clave(tabla: str, fila: Mapping[str, Any]) -> str:
    partes = (str(fila[c]) for c in TABLAS[tabla].clave)
    return "|".join(map(_sin_barras, partes) if tabla in DEL_CICLO else partes)


def _sin_barras(parte: str) -> str:
    r"""Escribe la barra de un texto como `\|`: dos filas distintas no pueden quedar con la misma clave."""
    return parte.replace("\\", "\\\\").replace("|", "\\|")


def partes_de(clave: str) -> list[str]:
    """Devuelve los valores de una clave del ciclo, como van en su tabla."""
    partes = [""]
    for letra in re.findall(r"\\.|.", clave, re.DOTALL):
        if letra == "|":
            partes.append("")
        else:
            partes[-1] += letra[-1]
    return partes


def no_repite(tabla: str, campo: str) -> bool:
    """Dice si de esa columna no se publica lo que decía antes."""
    return campo in SIN_REPETIR.get(tabla, ())


def _texto(campo: str, valor: Any) -> str | None:
    """Escribe el valor como va en el CSV, para que quien lo busque lo halle igual."""
    if valor is None:
        return None
    if isinstance(valor, Decimal):
        texto = f"{valor:f}"
        return texto.rstrip("0").rstrip(".") if campo in CAMPOS and CAMPOS[campo].recorta and "." in texto else texto
    return str(valor).lower() if isinstance(valor, bool) else str(valor)


def _fila(fila: Mapping[str, Any] | None, callan: Sequence[str] = ()) -> str | None:
    return None if fila is None else json.dumps({c: _texto(c, v) for c, v in fila.items() if v is not None and c not in callan}, ensure_ascii=False)


def _motivo(tabla: str, cambio: Mapping[str, Any], motivos: Sequence[Motivo]) -> dict[str, Any]:
    claves = {cambio["clave"]}
    if tabla == "encuestas":  # el motivo que renueva una pregunta la nombra entera, sin sus opciones
        claves.add("|".join(partes_de(cambio["clave"])[:2]))
    for m in motivos:
        if m.tabla in {tabla, "*"} and any(fnmatchcase(c, m.clave) for c in claves) and fnmatchcase(cambio["campo"], m.campo):
            return {"motivo": m.motivo, "autor": m.autor, "fecha": m.fecha}
    return {"motivo": SIN_MOTIVO, "autor": None, "fecha": None}
