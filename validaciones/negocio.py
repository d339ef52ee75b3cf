"""Las reglas de negocio sobre la evidencia y sobre las cuentas, escritas a mano."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rendicion.fuente import Fuente
from rendicion.plan import Plan
from validaciones.reglas import Regla

EVIDENCIA = "evidencia"
_MANUAL = "Manual Único de Rendición de Cuentas; plan anual de la entidad"
_LEY_ABIERTOS = "Ley 1712 de 2014, información veraz y verificable"


def columna_de_fuente(campo: str, fuente: str) -> str:
    """Nombra la columna que solo tiene los valores de una fuente.

    Así una regla por fuente mira exactamente sus filas: un filtro que no encuentra filas
    pasaría por bueno en Great Expectations.
    """
    return f"{campo}@{fuente}"


def hashtags(texto: str) -> tuple[str, ...]:
    """Devuelve las etiquetas (#…) que nombra un texto del plan."""
    return tuple(dict.fromkeys(re.findall(r"#\w+", texto)))


def patron_anfitriones(anfitriones: Sequence[str]) -> str:
    """Devuelve el patrón de una dirección web que está en uno de los anfitriones."""
    return rf"(?i)^https?://(?:{'|'.join(re.escape(a) for a in anfitriones)})(?::\d+)?(?:[/?#].*)?$"


def patron_hashtags(etiquetas: Sequence[str]) -> str:
    """Devuelve el patrón de un texto que lleva una de las etiquetas completa."""
    return rf"(?is)^.*(?:{'|'.join(re.escape(e) for e in etiquetas)})(?!\w).*$"


def reglas_de_evidencia(plan: Plan, fuentes: Sequence[Fuente]) -> list[Regla]:
    """Devuelve las reglas que rechazan un registro, con su explicación y su remedio."""
    generales = [
        Regla(
            EVIDENCIA,
            "actividad_inexistente",
            "Cada registro aporta a una actividad que está en el plan.",
            _MANUAL,
            "rechaza",
            "Dependencia que reporta",
            "ExpectColumnValuesToBeInSet",
            {"column": "actividad_id", "value_set": [a.id for a in plan.actividades]},
            campo="actividad_id",
            explicacion="La actividad «{valor}» no está en el plan.",
            como_corregir=f"Use un número de actividad del plan, de {plan.actividades[0].id} a {plan.actividades[-1].id}.",
        ),
        Regla(
            EVIDENCIA,
            "fecha_fuera_de_vigencia",
            f"La fecha de cada registro está en {plan.vigencia}, o en la ventana que el plan le da a una actividad.",
            _MANUAL,
            "rechaza",
            "Dependencia que reporta",
            "ExpectColumnValuesToBeBetween",
            {"column": "fecha", **dict(zip(("min_value", "max_value"), _limites(plan), strict=True))},
            campo="fecha",
            explicacion=f"La fecha {{valor}} no es de la vigencia {plan.vigencia}.",
            como_corregir="Corrija el año, o reporte el registro en su vigencia.",
        ),
        Regla(
            EVIDENCIA,
            "cantidad_negativa",
            "Ninguna cantidad es negativa.",
            _MANUAL,
            "rechaza",
            "Dependencia que reporta",
            "ExpectColumnValuesToBeBetween",
            {"column": "cantidad", "min_value": 0},
            campo="cantidad",
            explicacion="La cantidad {valor} es negativa.",
            como_corregir="Escriba la cantidad hecha. Para corregir un reporte anterior, corrija ese registro.",
        ),
        Regla(
            EVIDENCIA,
            "url_invalida",
            "Cada dirección web empieza por http:// o https:// y no tiene espacios.",
            _LEY_ABIERTOS,
            "rechaza",
            "Dependencia que reporta",
            "ExpectColumnValuesToMatchRegex",
            {"column": "url", "regex": r"^https?://[^\s/?#]+[^\s]*$"},
            campo="url",
            explicacion="«{valor}» no es una dirección web.",
            como_corregir="Copie la dirección completa desde el navegador.",
        ),
    ]
    return generales + [r for f in fuentes for r in _de_la_fuente(plan, f)]


def _limites(plan: Plan) -> tuple[date, date]:
    return (
        min([date(plan.vigencia, 1, 1), *(a.inicio for a in plan.actividades)]),
        max([date(plan.vigencia, 12, 31), *(a.fin for a in plan.actividades)]),
    )


def _de_la_fuente(plan: Plan, fuente: Fuente) -> list[Regla]:
    quien = fuente.responsable or fuente.dependencia
    reglas = []
    if fuente.anfitriones:
        reglas.append(
            Regla(
                EVIDENCIA,
                "url_de_otro_anfitrion",
                f"Las direcciones web están en {', '.join(fuente.anfitriones)}.",
                _LEY_ABIERTOS,
                "rechaza",
                quien,
                "ExpectColumnValuesToMatchRegex",
                {"column": columna_de_fuente("url", fuente.id), "regex": patron_anfitriones(fuente.anfitriones)},
                campo="url",
                fuente=fuente.id,
                explicacion="«{valor}» no está en un sitio declarado de la fuente: " + ", ".join(fuente.anfitriones) + ".",
                como_corregir="Use el enlace del sitio oficial, o declare el sitio en la fuente (anfitriones).",
            )
        )
    if fuente.exige_hashtag:
        actividades = [a for a in plan.actividades if fuente.actividad in {None, a.id}]
        etiquetas = tuple(dict.fromkeys(e for a in actividades for e in hashtags(a.texto)))
        reglas.append(
            Regla(
                EVIDENCIA,
                "hashtag_ausente",
                f"Cada publicación lleva una etiqueta del plan: {', '.join(etiquetas)}.",
                _MANUAL,
                "rechaza",
                quien,
                "ExpectColumnValuesToMatchRegex",
                {"column": columna_de_fuente("titulo", fuente.id), "regex": patron_hashtags(etiquetas)},
                campo="titulo",
                fuente=fuente.id,
                explicacion="La publicación no lleva ninguna etiqueta del plan: " + ", ".join(etiquetas) + ".",
                como_corregir="Reporte solo publicaciones con la etiqueta del plan.",
            )
        )
    return reglas


_NORMA_CUENTAS, _EQUIPO = "Contrato de las tablas: nada se pierde por el camino", "Equipo de datos"


def reglas_de_conciliacion() -> list[Regla]:
    """Devuelve las reglas que impiden publicar si las cuentas de una fuente no cuadran; su campo es la resta que debe dar 0."""
    return [
        Regla(
            tabla="conciliacion",
            regla=regla,
            descripcion=texto,
            severidad="bloquea",
            expectativa="ExpectColumnValuesToBeInSet",
            parametros={"column": resta, "value_set": [0]},
            campo=resta,
            admite_vacio=False,
            norma=_NORMA_CUENTAS,
            quien_corrige=_EQUIPO,
        )
        for regla, texto, resta in (
            ("recibidos_cuadran", "Recibidos = aceptados + rechazados, en cada fuente.", "recibidos - aceptados - rechazados"),
            ("aceptados_cuadran", "Aceptados = cuentan + no cuentan, en cada fuente.", "aceptados - cuentan - no_cuentan"),
        )
    ]


def regla_un_registro_una_vez() -> Regla:
    """Devuelve la regla que impide publicar si un registro cuenta dos veces para la misma actividad."""
    return Regla(
        tabla="avances",
        regla="un_registro_una_vez",
        descripcion="Ningún registro cuenta dos veces para la misma actividad.",
        severidad="bloquea",
        expectativa="ExpectCompoundColumnsToBeUnique",
        parametros={"column_list": ["actividad_id", "fuente", "registro"]},
        norma=_NORMA_CUENTAS,
        quien_corrige=_EQUIPO,
    )
