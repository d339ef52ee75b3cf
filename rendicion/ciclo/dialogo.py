"""Las preguntas de la ciudadanía: qué se preguntó, si se respondió y si fue a tiempo, sin datos personales."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rendicion.ciclo.calendario import DIAS_PARA_RESPONDER, limite_respuesta
from rendicion.ciclo.redaccion import detectar, redactar
from rendicion.hallazgos import Hallazgo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

Fila = dict[str, object]
MEDIDAS = ("preguntas", "respondidas", "a_tiempo", "tarde", "sin_respuesta_vencidas", "sin_respuesta_en_plazo")


@dataclass(frozen=True)
class Pregunta:
    """Es una pregunta como la trae su fuente, antes de tapar nada: nunca se publica así."""

    id: str
    espacio: str
    fecha: date
    pregunta: str
    canal: str | None = None
    tema: str | None = None
    respuesta: str | None = None
    fecha_respuesta: date | None = None
    origen: str = "dialogo"


def calcular(
    preguntas: Sequence[Pregunta], corte: date, *, dias: int = DIAS_PARA_RESPONDER, habiles: bool = True, permitidos: Iterable[str] = ()
) -> list[Fila]:
    """Devuelve las filas de la tabla `dialogo` en el corte, con los textos sin datos personales.

    `limite` es el último día para responder (Ley 1757 de 2015, artículo 56). `a_tiempo` sale solo de columnas
    publicadas: con fecha de respuesta, si no pasa del límite; sin ella, falso cuando el límite ya pasó y nulo si
    no. Las preguntas y respuestas posteriores al corte no existen todavía. Un número repetido deja la primera
    pregunta. Un número que parece una cédula se cambia por «oculto-N», N según el orden de fecha y llegada.
    `permitidos` son los términos que la redacción no debe tapar: dependencias, lugares, nombre del plan.
    """
    terminos = tuple(permitidos)
    filas = [_fila(numero, p, corte, limite_respuesta(p.fecha, dias, habiles=habiles), terminos) for numero, p in _vigentes(preguntas, corte)]
    return sorted(filas, key=lambda f: str(f["pregunta_id"]))


def hallazgos(preguntas: Sequence[Pregunta], corte: date, *, permitidos: Iterable[str] = ()) -> list[Hallazgo]:
    """Devuelve lo que no cuadra en las preguntas, sin repetir nunca un dato personal."""
    terminos = tuple(permitidos)
    vigentes = _vigentes(preguntas, corte)
    salida = [h for numero, p in vigentes for h in _revisar(numero, p, terminos)]
    sobran = Counter(p.id for p in preguntas if p.fecha <= corte)
    for numero, p in vigentes:
        if sobran[p.id] > 1:
            salida.append(
                _hallazgo(p, numero, "pregunta_id", "pregunta_repetida", "grave", f"El número está {sobran[p.id]} veces: se publica solo la primera.")
            )
    return sorted(salida, key=lambda h: (h.registro, h.campo, h.regla))


def participacion(filas: Sequence[Fila], por: Sequence[str] = ("espacio", "canal")) -> list[Fila]:
    """Cuenta preguntas y respuestas por espacio y canal, o por las columnas que se pidan (`("tema",)`, por ejemplo)."""
    grupos: dict[tuple[object, ...], list[Fila]] = {}
    for fila in filas:
        grupos.setdefault(tuple(fila[c] for c in por), []).append(fila)
    ordenados = sorted(grupos.items(), key=lambda g: tuple("" if v is None else str(v) for v in g[0]))
    return [dict(zip(por, clave, strict=True)) | _medir(suyas) for clave, suyas in ordenados]


def _medir(filas: Sequence[Fila]) -> Fila:
    respondidas = [f for f in filas if f["fecha_respuesta"] is not None]
    abiertas = [f for f in filas if f["fecha_respuesta"] is None]
    cuentas = (
        len(filas), len(respondidas), sum(f["a_tiempo"] is True for f in respondidas), sum(f["a_tiempo"] is False for f in respondidas),
        sum(f["a_tiempo"] is False for f in abiertas), sum(f["a_tiempo"] is None for f in abiertas),
    )  # fmt: skip
    return dict(zip(MEDIDAS, cuentas, strict=True))


def _vigentes(preguntas: Sequence[Pregunta], corte: date) -> list[tuple[str, Pregunta]]:
    """Deja una pregunta por número, de las que ya existían en el corte, con el número que se puede publicar."""
    unicas: dict[str, Pregunta] = {}
    for p in preguntas:
        if p.fecha <= corte:
            unicas.setdefault(p.id, p)
    en_orden = sorted(unicas.values(), key=lambda p: p.fecha)
    return [(f"oculto-{n}" if detectar(p.id) else p.id, p) for n, p in enumerate(en_orden, start=1)]


def _fila(numero: str, p: Pregunta, corte: date, limite: date, permitidos: tuple[str, ...]) -> Fila:
    respondida = p.fecha_respuesta if p.fecha_respuesta and p.fecha_respuesta <= corte else None
    conocida = p.respuesta if respondida or p.fecha_respuesta is None else None
    return {
        "pregunta_id": numero,
        "espacio": p.espacio,
        "fecha": p.fecha,
        "canal": _publicable(p.canal, permitidos),
        "tema": _publicable(p.tema, permitidos),
        "pregunta": cast("str", _publicable(p.pregunta, permitidos)),
        "respuesta": _publicable(conocida, permitidos),
        "fecha_respuesta": respondida,
        "limite": limite,
        "a_tiempo": _a_tiempo(respondida, limite, corte),
    }


def _a_tiempo(respondida: date | None, limite: date, corte: date) -> bool | None:
    if respondida:
        return respondida <= limite
    return False if corte > limite else None


def _publicable(texto: str | None, permitidos: tuple[str, ...]) -> str | None:
    return (redactar(texto, permitidos).texto.strip() or None) if texto else None


def _revisar(numero: str, p: Pregunta, permitidos: tuple[str, ...]) -> list[Hallazgo]:
    salida = []
    if numero != p.id:
        salida.append(
            _hallazgo(
                p,
                numero,
                "pregunta_id",
                "numero_personal",
                "grave",
                "El número parece un documento o un teléfono: se cambió. Numere las preguntas sin usar datos de quien pregunta.",
            )
        )
    if p.respuesta and p.fecha_respuesta is None:
        salida.append(
            _hallazgo(p, numero, "fecha_respuesta", "respuesta_sin_fecha", "advertencia", "Tiene respuesta sin fecha: no se puede mostrar que fue a tiempo.")
        )
    if p.fecha_respuesta and not p.respuesta:
        salida.append(_hallazgo(p, numero, "respuesta", "fecha_sin_respuesta", "advertencia", "Dice cuándo se respondió, pero no trae la respuesta."))
    if p.fecha_respuesta and p.fecha_respuesta < p.fecha:
        salida.append(_hallazgo(p, numero, "fecha_respuesta", "respuesta_antes_de_la_pregunta", "grave", "La respuesta es anterior a la pregunta."))
    for campo in ("pregunta", "respuesta", "tema", "canal"):
        tipos = Counter(redactar(getattr(p, campo) or "", permitidos).hallados)
        if tipos:
            cuales = ", ".join(f"{t} ({n})" for t, n in sorted(tipos.items()))
            salida.append(_hallazgo(p, numero, campo, "datos_personales_ocultos", "informativa", f"Se taparon datos personales: {cuales}."))
    return salida


def _hallazgo(p: Pregunta, numero: str, *que: str) -> Hallazgo:
    campo, regla, gravedad, explicacion = que
    return Hallazgo(p.origen, numero, campo, regla, gravedad, explicacion)
