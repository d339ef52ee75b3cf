"""Qué debe declarar una fuente según la tabla que alimenta: sus campos, los que exige y las preguntas de una encuesta."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rendicion.errores import ErrorUso

AVANCES = "avances"
MINIMO_DE_OPCIONES = 2
MARCAS_DE_CAMBIO = ("", "_2", "_3")
"""Un compromiso admite hasta tres cambios de plazo por fila: `plazo_nuevo`, `plazo_nuevo_2` y `plazo_nuevo_3`, con su fecha y su motivo."""


@dataclass(frozen=True)
class Entrada:
    """Dice qué trae la fuente de una tabla: su clave, los demás campos y los que no pueden faltar."""

    clave: str | None
    campos: tuple[str, ...]
    exigidos: tuple[str, ...]


ENTRADAS: Mapping[str, Entrada] = {
    "compromisos": Entrada(
        "compromiso_id",
        ("espacio", "fecha", "compromiso", "responsables", "plazo", "fecha_cumplimiento", "evidencia_url", "estado_texto", "avance_pct",
         *(c + marca for marca in MARCAS_DE_CAMBIO for c in ("plazo_nuevo", "fecha_cambio_plazo", "motivo_cambio_plazo"))),
        ("compromiso_id", "espacio", "fecha", "compromiso"),
    ),
    "dialogo": Entrada(
        "pregunta_id",
        ("espacio", "fecha", "canal", "tema", "pregunta", "respuesta", "fecha_respuesta"),
        ("pregunta_id", "espacio", "fecha", "pregunta"),
    ),
    "encuestas": Entrada("respuesta_id", ("espacio", "fecha", "consiente", "pregunta", "opcion"), ("espacio", "fecha")),
    "autodiagnostico": Entrada(
        None,
        ("componente", "categoria", "actividad_de_gestion", "puntaje", "observaciones", "fecha"),
        ("componente", "categoria", "actividad_de_gestion", "puntaje"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class PreguntaDeclarada:
    """Es una pregunta de opción única: cómo se publica, qué opciones admite y qué columna la trae, si es una columna."""

    texto: str
    opciones: tuple[str, ...]
    columna: str | None = None


def campos_de(tabla: str, preguntas: int) -> tuple[str, ...]:
    """Devuelve los campos de lectura de una tabla distinta de avances: `registro`, los suyos y uno por pregunta en columna."""
    return ("registro", *ENTRADAS[tabla].campos, *(campo_de_pregunta(n) for n in range(preguntas)))


def campo_de_pregunta(n: int) -> str:
    """Nombra el campo en que se lee la pregunta número `n`, desde 0."""
    return f"respuesta_{n + 1}"


def revisar_entrada(datos: Mapping[str, Any], *, donde: str) -> tuple[dict[str, str], tuple[PreguntaDeclarada, ...]]:
    """Revisa la declaración de una fuente que no es de avances; devuelve sus columnas y sus preguntas.

    La clave de la tabla (`compromiso_id`, `pregunta_id`…) queda con el nombre `registro`, como en toda lectura, y cada
    pregunta que es una columna queda como un campo más. Lanza `ErrorUso` con lo que falta o sobra.
    """
    tabla, columnas = str(datos["tabla"]), dict(datos["columnas"])
    if tabla not in ENTRADAS:
        raise ErrorUso(f"La tabla «{tabla}» no recibe fuentes.", donde=donde, hacer=f"Use una de: {', '.join((AVANCES, *ENTRADAS))}.")
    entrada = ENTRADAS[tabla]
    conocidos = (*((entrada.clave,) if entrada.clave else ()), *entrada.campos)
    ajenos = sorted(set(columnas) - set(conocidos))
    if ajenos:
        raise ErrorUso(
            f"[columnas] nombra campos que la tabla {tabla} no tiene: {', '.join(ajenos)}.", donde=donde, hacer=f"Use solo: {', '.join(conocidos)}."
        )
    if datos.get("actividad"):
        raise ErrorUso(f"Una fuente de {tabla} no aporta a una actividad.", donde=donde, hacer="Quite actividad, o quite tabla si la fuente es de avances.")
    faltan = [c for c in entrada.exigidos if c not in columnas and not (c == "espacio" and datos.get("espacio"))]
    if faltan:
        raise ErrorUso(
            f"A la fuente de {tabla} le falta decir de qué columna salen: {', '.join(faltan)}.",
            donde=donde,
            hacer='Agréguelos a [columnas]; si el espacio es uno solo, escriba espacio = "Primera audiencia".',
        )
    preguntas = _preguntas(datos, tabla, columnas, donde)
    if entrada.clave in columnas:
        columnas = {"registro": columnas.pop(entrada.clave), **columnas}
    en_columna = {campo_de_pregunta(n): p.columna for n, p in enumerate(preguntas) if p.columna}
    return {**columnas, **en_columna}, preguntas


def _preguntas(datos: Mapping[str, Any], tabla: str, columnas: Mapping[str, str], donde: str) -> tuple[PreguntaDeclarada, ...]:
    declaradas = datos.get("preguntas", ())
    if tabla != "encuestas":
        if declaradas:
            raise ErrorUso(f"La tabla {tabla} no lleva [[preguntas]].", donde=donde, hacer='Quítelas: son solo para tabla = "encuestas".')
        return ()
    if not declaradas:
        raise ErrorUso(
            "La encuesta no declara sus preguntas, y sin sus opciones no se sabe si una respuesta es texto libre.",
            donde=donde,
            hacer='Agregue por cada pregunta: [[preguntas]], texto = "…", opciones = ["…", "…"].',
        )
    larga = {"pregunta", "opcion"} & set(columnas)
    if len(larga) == 1:
        raise ErrorUso("En [columnas] van juntas pregunta y opcion.", donde=donde, hacer="Declare las dos, o ninguna si cada pregunta es una columna.")
    preguntas = tuple(_pregunta(p, en_columna=not larga, donde=f"{donde}, [[preguntas]] número {n}") for n, p in enumerate(declaradas, start=1))
    textos = [p.texto for p in preguntas]
    repetidas = sorted({t for t in textos if textos.count(t) > 1})
    if repetidas:
        raise ErrorUso(f"Hay preguntas repetidas: {', '.join(repetidas)}.", donde=donde, hacer="Deje cada pregunta una sola vez.")
    return preguntas


def _pregunta(datos: Mapping[str, Any], *, en_columna: bool, donde: str) -> PreguntaDeclarada:
    sobran = sorted(set(datos) - {"texto", "opciones", "columna"})
    if sobran:
        raise ErrorUso(f"La pregunta usa claves que no existen: {', '.join(sobran)}.", donde=donde, hacer="Use texto, opciones y columna.")
    texto, opciones = str(datos.get("texto") or datos.get("columna") or ""), tuple(datos.get("opciones", ()))
    if not texto or len(set(opciones)) < MINIMO_DE_OPCIONES or not all(isinstance(o, str) and o.strip() == o != "" for o in opciones):
        raise ErrorUso(
            "La pregunta no dice su texto y al menos dos opciones.",
            donde=donde,
            hacer='Escriba texto = "…" y opciones = ["…", "…"], sin espacios de más. Una pregunta abierta no se publica: quítela.',
        )
    return PreguntaDeclarada(texto, opciones, str(datos.get("columna") or texto) if en_columna else None)
