"""Interpretar un plan: de las filas de un documento a sus actividades, con un hallazgo por cada duda."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.plan import Actividad, Plan
from rendicion.planes.celdas import Contexto, leer_actividad
from rendicion.planes.cuadro import Cuadro, hallazgo, leer_cuadro
from rendicion.planes.documento import Documento
from rendicion.planes.dudas import buscar_dudas
from rendicion.planes.pesos import leer_pesos, leer_pesos_de_subcomponentes
from rendicion.planes.subcomponentes import Subcomponente, numerar
from rendicion.planes.vigencia import leer_periodo, leer_vigencia
from rendicion.planes.vocabulario import GRAVEDADES, Vocabulario


def interpretar_plan(
    documento: Documento,
    vocabulario: Vocabulario,
    *,
    entidad: str | None,
    vigencia: int | None = None,
    periodo: tuple[date, date] | None = None,
) -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Convierte un documento en el plan y en los hallazgos de todo lo que dice mal, a medias o de forma dudosa.

    Los textos quedan literales (solo se quitan los blancos de afuera) y a su lado lo que se entendió;
    lo que no se entiende queda vacío o con el valor que dice el contrato, y con su hallazgo.
    `vigencia` y `periodo` mandan sobre lo que diga el documento. Se niega con `ErrorUso` si no hay
    cuadro, le falta una columna obligatoria, no hay actividades o no se sabe la vigencia.
    """
    cuadro = leer_cuadro(documento, vocabulario)
    if not cuadro.filas:
        raise ErrorUso(
            "El cuadro del plan no tiene ninguna actividad.",
            donde=documento.nombre,
            hacer="Revise que debajo de los títulos estén las actividades.",
        )
    ano, de_vigencia = leer_vigencia(cuadro.afuera, vocabulario, vigencia, documento.nombre)
    (inicio, fin), de_periodo = leer_periodo(cuadro.afuera, vocabulario, ano, periodo, documento.nombre)
    contexto = Contexto(vocabulario, ano, inicio, fin)
    actividades, de_filas = _leer_actividades(cuadro, contexto)
    plan = Plan(entidad, ano, inicio, fin, actividades)
    avisos = [hallazgo(a.lugar, "documento", a.regla, a.gravedad, a.explicacion) for a in documento.avisos]
    return plan, unir_repetidos(
        [
            *avisos,
            *de_vigencia,
            *de_periodo,
            *cuadro.hallazgos,
            *_columnas_que_faltan(cuadro),
            *de_filas,
            *buscar_dudas(plan, vocabulario),
        ]
    )


def unir_repetidos(hallazgos: Sequence[Hallazgo]) -> tuple[Hallazgo, ...]:
    """Deja un hallazgo por origen, registro, campo y regla: los repetidos se suman en uno, sin perder su texto."""
    grupos: dict[tuple[str, str, str, str], list[Hallazgo]] = {}
    for h in hallazgos:
        grupos.setdefault((h.origen, h.registro, h.campo, h.regla), []).append(h)
    return tuple(_unir(grupo) for grupo in grupos.values())


def _unir(grupo: Sequence[Hallazgo]) -> Hallazgo:
    return replace(
        grupo[0],
        gravedad=max((h.gravedad for h in grupo), key=GRAVEDADES.index),
        explicacion=_sumar((h.explicacion for h in grupo), " ") or "",
        literal=_sumar((h.literal for h in grupo), " | "),
        valor=_sumar((h.valor for h in grupo), " | "),
    )


def _sumar(textos: Iterable[str | None], union: str) -> str | None:
    return union.join(dict.fromkeys(t for t in textos if t)) or None


def _columnas_que_faltan(cuadro: Cuadro) -> list[Hallazgo]:
    if cuadro.campos & {"fecha", "inicio", "fin"}:
        return []
    return [
        hallazgo(
            "documento",
            "fecha_texto",
            "plan_sin_columna_de_fecha",
            "advertencia",
            "El plan no tiene columna de fecha: cada actividad toma el periodo del plan.",
        )
    ]


def _leer_actividades(cuadro: Cuadro, contexto: Contexto) -> tuple[tuple[Actividad, ...], list[Hallazgo]]:
    subcomponentes = numerar([f.valores["subcomponente"] for f in cuadro.filas], contexto.vocabulario)
    de_cada_fila = [subcomponentes[f.valores["subcomponente"]] for f in cuadro.filas]
    ids, hallazgos = _numeros_de_actividad(cuadro, de_cada_fila)
    hallazgos += [h for s in dict.fromkeys(subcomponentes.values()) for h in _duda_de_subcomponente(s, ids[de_cada_fila.index(s)])]
    pesos, de_pesos = leer_pesos(cuadro.filas, ids, [s.id for s in de_cada_fila])
    por_bloque, de_bloques = leer_pesos_de_subcomponentes(cuadro.filas, ids, [s.id for s in de_cada_fila])
    actividades = []
    for fila, subcomponente, actividad_id, peso in zip(cuadro.filas, de_cada_fila, ids, pesos, strict=True):
        actividad, dudas = leer_actividad(fila, subcomponente, actividad_id, (peso, por_bloque[subcomponente.id]), contexto)
        actividades.append(actividad)
        hallazgos += dudas
    return tuple(actividades), [*hallazgos, *de_pesos, *de_bloques]


def _duda_de_subcomponente(subcomponente: Subcomponente, actividad_id: str) -> list[Hallazgo]:
    explicaciones = {
        "subcomponente_sin_numero": ("informativa", "El subcomponente no trae número; se le dio el que sigue."),
        "numero_de_subcomponente_repetido": (
            "grave",
            "El plan le da a este subcomponente el número de otro; se le dio el que sigue libre.",
        ),
        "nombre_de_subcomponente_repetido": (
            "advertencia",
            "Dos subcomponentes con números distintos se llaman igual; se dejaron separados.",
        ),
    }
    if subcomponente.duda is None:
        return []
    gravedad, explicacion = explicaciones[subcomponente.duda]
    return [
        hallazgo(
            actividad_id,
            "subcomponente_id",
            subcomponente.duda,
            gravedad,
            explicacion,
            literal=subcomponente.literal,
            valor=subcomponente.id,
        )
    ]


def _numeros_de_actividad(cuadro: Cuadro, subcomponentes: Sequence[Subcomponente]) -> tuple[list[str], list[Hallazgo]]:
    """Numera por subcomponente y orden; usa los códigos del plan solo si todos sirven y ninguno se repite."""
    cuenta: dict[str, int] = {}
    corridos = []
    for s in subcomponentes:
        cuenta[s.id] = cuenta.get(s.id, 0) + 1
        corridos.append(f"{s.id}.{cuenta[s.id]}")
    if "codigo" not in cuadro.campos:
        return corridos, []
    literales = [f.valores.get("codigo", "") for f in cuadro.filas]
    codigos = [c.replace(",", ".").rstrip(".") for c in literales]
    sirven = len(set(codigos)) == len(codigos) and all(
        re.fullmatch(r"[0-9]+\.[0-9]+", c) and c.split(".")[0] == s.id for c, s in zip(codigos, subcomponentes, strict=True)
    )
    if sirven:
        return codigos, []
    explicacion = "Los códigos del plan no se usaron como número de actividad: tienen que ser como 1.1, empezar por el del subcomponente y no repetirse."
    return corridos, [
        hallazgo(i, "actividad_id", "codigo_no_usado", "informativa", explicacion, literal=c, valor=i)
        for i, c in zip(corridos, literales, strict=True)
        if c != i
    ]
