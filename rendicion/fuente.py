"""La declaración de una fuente: lo que dice su archivo TOML, ya revisado."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from rendicion.entradas import AVANCES, PreguntaDeclarada, campos_de, revisar_entrada
from rendicion.errores import ErrorUso
from rendicion.filtros import Filtro, filtros_desde

CAMPOS_CANONICOS = ("registro", "actividad_id", "fecha", "cantidad", "titulo", "url", "canal", "dependencia")


@dataclass(frozen=True)
class Fuente:
    """Declara una fuente: dónde está, cómo se lee, qué columnas salen de ella y qué cuenta.

    `columnas` va de campo canónico a nombre de columna en el archivo, y es también la
    lista de lo único que puede salir de la captura: ninguna otra columna se lee más allá
    de `interpretar` (Ley 1581 de 2012). `opciones` es lo propio de cada tipo de fuente.

    `tabla` es la tabla que la fuente alimenta. En las que no son avances (`rendicion/entradas.py`), `espacio` es el
    de todos los registros si no hay columna, `preguntas` son las de una encuesta y `permitidos` son los nombres
    públicos (barrios, obras) que la redacción de preguntas y respuestas no debe tapar. `filtros` son las condiciones
    que un registro debe cumplir para ser de esta fuente; sus columnas se leen solo para decidir y no salen de ahí.
    """

    id: str
    tipo: str
    lugar: str
    dependencia: str
    columnas: Mapping[str, str]
    titulo: str = ""
    responsable: str = ""
    actividad: str | None = None
    sintetica: bool = False
    codificacion: str | None = None
    separador: str | None = None
    decimal: str = ","
    miles: str = "."
    formatos_fecha: tuple[str, ...] = ("%Y-%m-%d", "%d/%m/%Y")
    zona_horaria: str = "America/Bogota"
    url_identifica: bool = False
    anfitriones: tuple[str, ...] = ()
    exige_hashtag: bool = False
    limite_rechazos_pct: Decimal = Decimal(5)
    frecuencia: str | None = None
    licencia: str = "CC-BY-SA-4.0"
    datos_personales: bool = False
    opciones: Mapping[str, Any] = field(default_factory=dict)
    tabla: str = AVANCES
    espacio: str | None = None
    preguntas: tuple[PreguntaDeclarada, ...] = ()
    permitidos: tuple[str, ...] = ()
    filtros: tuple[Filtro, ...] = ()

    @property
    def campos(self) -> tuple[str, ...]:
        """Da los campos en que se lee la fuente, según su tabla."""
        if self.tabla == AVANCES:
            return CAMPOS_CANONICOS
        return campos_de(self.tabla, sum(p.columna is not None for p in self.preguntas))


def fuente_desde(datos: Mapping[str, Any], *, donde: str) -> Fuente:
    """Construye la declaración desde el TOML ya leído; se niega con un mensaje claro si algo falta o sobra."""
    conocidas = {f.name for f in fields(Fuente)}
    sobran = sorted(set(datos) - conocidas)
    if sobran:
        raise ErrorUso(
            f"La fuente usa claves que no existen: {', '.join(sobran)}.",
            donde=donde,
            hacer=f"Quítelas o páselas a la sección [opciones]. Las claves conocidas son: {', '.join(sorted(conocidas))}.",
        )
    faltan = [c for c in ("id", "tipo", "lugar", "dependencia", "columnas") if not datos.get(c)]
    if faltan:
        raise ErrorUso(f"A la fuente le falta: {', '.join(faltan)}.", donde=donde, hacer="Agregue esas claves a su archivo TOML.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", str(datos["id"])):
        raise ErrorUso(
            f"El id «{datos['id']}» no sirve.", donde=donde, hacer="Use minúsculas sin tilde, números y guiones; por ejemplo: noticias-web."
        )
    valores = dict(datos)
    if datos.get("tabla", AVANCES) == AVANCES:
        _revisar_avances(datos, donde)
    else:
        valores["columnas"], valores["preguntas"] = revisar_entrada(datos, donde=donde)
    for clave in ("formatos_fecha", "anfitriones", "permitidos"):
        if clave in valores:
            valores[clave] = tuple(valores[clave])
    if "filtros" in valores:
        valores["filtros"] = filtros_desde(valores["filtros"], donde=donde)
    if "limite_rechazos_pct" in valores:
        valores["limite_rechazos_pct"] = Decimal(str(valores["limite_rechazos_pct"]))
    return Fuente(**valores)


def _revisar_avances(datos: Mapping[str, Any], donde: str) -> None:
    ajenas = sorted(set(datos["columnas"]) - set(CAMPOS_CANONICOS))
    if ajenas:
        raise ErrorUso(
            f"[columnas] nombra campos que no existen: {', '.join(ajenas)}.",
            donde=donde,
            hacer=f"Use solo: {', '.join(CAMPOS_CANONICOS)}.",
        )
    if not datos.get("actividad") and "actividad_id" not in datos["columnas"]:
        raise ErrorUso(
            "La fuente no dice a qué actividad aporta.",
            donde=donde,
            hacer='Escriba actividad = "1.4", o diga en [columnas] cuál trae el número: actividad_id = "Actividad".',
        )
    ajenas_a_avances = [c for c in ("espacio", "preguntas", "permitidos") if datos.get(c)]
    if ajenas_a_avances:
        raise ErrorUso(
            f"Una fuente de avances no lleva: {', '.join(ajenas_a_avances)}.",
            donde=donde,
            hacer='Quítelas, o diga qué tabla alimenta la fuente: tabla = "dialogo", por ejemplo.',
        )
