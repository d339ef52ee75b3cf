"""Los archivos con que se declara una entidad, o una vigencia más de una que ya está, a partir de su plan."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from rendicion.entidad import entidad_desde
from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.plan import Plan

COLUMNAS_DE_REPORTE = ("Registro", "Actividad", "Fecha", "Cantidad", "Título", "Enlace")
_CAMPOS_DE_REPORTE = ("registro", "actividad_id", "fecha", "cantidad", "titulo", "url")


@dataclass(frozen=True)
class DatosDeEntidad:
    """Es lo que una persona sabe de su entidad y el plan no dice; lo vacío no se inventa ni se escribe."""

    codigo: str
    nombre: str
    municipio: str = ""
    departamento: str = ""
    contacto_nombre: str = ""
    contacto_correo: str = ""
    sitio: str = ""


def archivos_de_la_vigencia(datos: DatosDeEntidad, anio: int, documento: tuple[str, bytes], plan: Plan, hallazgos: Sequence[Hallazgo], declarada: str | None) -> dict[PurePosixPath, bytes]:
    """Devuelve cada archivo por escribir, con su ruta dentro de la carpeta de datos.

    `documento` es el nombre y los bytes del plan, que se copian sin tocarlos. `declarada` es el TOML que la
    entidad ya tenía: se le agrega la vigencia al final, sin cambiar lo demás. Se niega si el código no es
    DIVIPOLA (cinco cifras; DANE) o si la vigencia ya está.
    """
    if not re.fullmatch(r"\d{5}", datos.codigo):
        raise ErrorUso(f"«{datos.codigo}» no es un código DIVIPOLA.", hacer="Use las cinco cifras del DANE: dos del departamento y tres del municipio; por ejemplo, 05001.")
    marca = f"{datos.codigo}-{anio}"
    copia = f"{marca}{PurePosixPath(documento[0]).suffix.lower()}"
    toml = (declarada.rstrip("\n") + "\n" if declarada else _de_la_entidad(datos)) + "\n" + _de_la_vigencia(datos.codigo, anio, copia)
    _revisar(toml, datos.codigo, anio)
    fuentes = PurePosixPath("fuentes") / marca
    return {
        PurePosixPath("referencia/entidades") / f"{datos.codigo}.toml": toml.encode(),
        PurePosixPath("referencia/planes") / copia: documento[1],
        PurePosixPath("referencia/decisiones") / f"{marca}.toml": _decisiones(datos.nombre, plan, hallazgos).encode(),
        fuentes / "reportes.toml": _fuente(datos.nombre).encode(),
        # Con la marca de UTF-8 al comienzo, Excel abre bien las tildes.
        fuentes / "reportes.csv": ("\ufeff" + ";".join(COLUMNAS_DE_REPORTE) + "\n").encode(),
        fuentes / "LEEME.md": _leeme(plan).encode(),
    }


def nombre_declarado(declarada: str | None, nombre: str) -> str:
    """Devuelve el nombre de la entidad: el que ya tiene declarado, o el que dio la persona."""
    ya = _leer(declarada, "la entidad").get("nombre", "") if declarada else ""
    if not (ya or nombre):
        raise ErrorUso("Falta el nombre de la entidad.", hacer='Dígalo con --nombre; por ejemplo: --nombre "Alcaldía de Villa Ejemplo".')
    return str(ya or nombre)


def _leer(toml: str, donde: str) -> dict[str, Any]:
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ErrorUso(f"El archivo de la entidad no es TOML válido: {error}.", donde=donde, hacer="Corríjalo y vuelva a correr la orden.") from error


def _texto(valor: str) -> str:
    """Escribe un texto de TOML; las cadenas de JSON también lo son."""
    return json.dumps(valor, ensure_ascii=False)


def _de_la_entidad(datos: DatosDeEntidad) -> str:
    valores: Mapping[str, Any] = {c: v for c, v in vars(datos).items() if v}
    return "".join(f"{c} = {_texto(v)}\n" for c, v in valores.items())


def _de_la_vigencia(codigo: str, anio: int, copia: str) -> str:
    return "\n".join(
        [
            "[[vigencias]]",
            f"anio = {anio}",
            f'plan = "../planes/{copia}"',
            'vocabulario = "../vocabularios/plan.toml"',
            f'decisiones = "../decisiones/{codigo}-{anio}.toml"',
            f'fuentes = "../../fuentes/{codigo}-{anio}"',
            f"# Los seguimientos oficiales. Si el plan dice otras fechas, cámbielas aquí.\ncortes = [{anio}-04-30, {anio}-08-31, {anio}-12-31]\n",
        ]
    )


def _revisar(toml: str, codigo: str, anio: int) -> None:
    donde = f"{codigo}.toml"
    entidad = entidad_desde(_leer(toml, donde), donde=donde)
    if sum(v.anio == anio for v in entidad.vigencias) > 1:
        raise ErrorUso(f"La entidad {codigo} ya declara la vigencia {anio}.", donde=donde, hacer="Cambie lo que necesite en ese archivo: esta orden no escribe sobre lo que ya hay.")


def _decisiones(nombre: str, plan: Plan, hallazgos: Sequence[Hallazgo]) -> str:
    """Escribe, como comentarios, una decisión por tomar para cada hallazgo del plan: las toma una persona, con su motivo."""
    actividades = {a.id for a in plan.actividades}
    cabeza = [
        f"# Decisiones humanas sobre los hallazgos del plan de {plan.vigencia} de {nombre}.",
        "# Nada está decidido todavía. Para decidir una, quite un # de cada una de sus líneas, complete el motivo y firme.",
        "# accion: conservar (queda como se entendió), o cambiar, con otra línea: valor = …",
        "",
    ]
    cuerpo = [
        linea
        for h in hallazgos
        if h.registro in actividades
        for linea in (
            f"## {h.registro}, {h.campo}: {' '.join(h.explicacion.split())}",
            "# [[decision]]",
            f"# actividad = {_texto(h.registro)}",
            f"# campo = {_texto(h.campo)}",
            f"# regla = {_texto(h.regla)}",
            f"# literal = {_texto(h.literal or '')}",
            '# accion = "conservar"',
            '# motivo = ""',
            '# autor = ""',
            "# fecha = ",
            "",
        )
    ]
    return "\n".join([*cabeza, *cuerpo]).rstrip("\n") + "\n"


def _fuente(nombre: str) -> str:
    columnas = "".join(f"{c} = {_texto(t)}\n" for c, t in zip(_CAMPOS_DE_REPORTE, COLUMNAS_DE_REPORTE, strict=True))
    return (
        "# La planilla en que cada dependencia anota lo que hizo. Agregue más fuentes con más archivos como este (docs/fuentes.md).\n"
        f'id = "reportes"\ntitulo = "Reportes de avance de las dependencias"\ntipo = "csv"\nlugar = "reportes.csv"\ndependencia = {_texto(nombre)}\n'
        f'codificacion = "utf-8-sig"\nseparador = ";"\nformatos_fecha = ["%Y-%m-%d", "%d/%m/%Y"]\n\n[opciones]\n# Mientras nadie haya reportado, una planilla sin filas no es un error.\npermite_vacia = true\n\n[columnas]\n{columnas}'
    )


def _leeme(plan: Plan) -> str:
    filas = [f"| {a.id} | {' '.join(a.texto.split())} | {a.meta_texto or 'sin meta'} |".replace("\n", " ") for a in plan.actividades]
    return "\n".join(
        [
            f"# Fuentes de la vigencia {plan.vigencia}",
            "",
            "Anote en `reportes.csv` una fila por cada cosa hecha. Al guardar en Excel, elija «CSV UTF-8».",
            "",
            "- **Registro**: un código que no se repita; por ejemplo, `A-001`.",
            "- **Actividad**: el número de la lista de abajo.",
            f"- **Fecha**: el día en que se hizo, como {plan.vigencia}-03-15 o 15/03/{plan.vigencia}.",
            "- **Cantidad**: cuánto se hizo, en la unidad de la meta.",
            "- **Título** y **Enlace**: qué fue y dónde se puede ver. No escriba datos de personas.",
            "",
            "| número | actividad | meta |",
            "|---|---|---|",
            *filas,
            "",
        ]
    )
