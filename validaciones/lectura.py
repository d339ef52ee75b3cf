"""Las reglas que se comprueban al leer: lo que no se entendió, contado por fuente y por regla."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rendicion.ciclo.registros import Registros
from rendicion.hallazgos import Rechazo
from rendicion.normalizacion import Candidatos
from validaciones.reglas import EJEMPLOS, Regla, Resultado

_AL_LEER = {
    "fecha_ausente": ("fecha", "Cada registro tiene fecha."),
    "fecha_invalida": ("fecha", "La fecha existe y está en el formato declarado."),
    "cantidad_ausente": ("cantidad", "Cada registro dice su cantidad; una celda vacía no es cero."),
    "cantidad_invalida": ("cantidad", "La cantidad es un número con las marcas declaradas."),
    "actividad_ausente": ("actividad_id", "Cada registro dice a qué actividad aporta."),
    "titulo_ausente": ("titulo", "Cada registro tiene título, si la fuente lo declara."),
}
_DEL_CICLO = {
    "fecha_ausente": ("fecha", "Cada registro tiene fecha."),
    "fecha_invalida": ("fecha", "La fecha existe y está en el formato declarado."),
    "registro_repetido": ("registro", "Ninguna clave se repite en la fuente."),
}
_DEL_AUTODIAGNOSTICO = {
    "puntaje_invalido": ("puntaje", "El puntaje es un número."),
    "puntaje_fuera_de_rango": ("puntaje", "El puntaje está entre 0 y 100."),
    "registro_repetido": ("actividad_de_gestion", "Ninguna actividad de gestión se repite."),
}


def resultados_de_lectura(candidatos: Sequence[Candidatos | Registros]) -> list[Resultado]:
    """Devuelve un resultado por fuente y regla de lectura, y uno por cada otra falta que halló el lector."""
    return [r for c in candidatos for r in _de_la_fuente(c)]


def _de_la_fuente(candidatos: Candidatos | Registros) -> list[Resultado]:
    reglas = _AL_LEER if isinstance(candidatos, Candidatos) else _DEL_AUTODIAGNOSTICO if candidatos.lectura.fuente.tabla == "autodiagnostico" else _DEL_CICLO
    hallados: dict[str, list[Rechazo]] = {}
    for r in candidatos.rechazos:
        hallados.setdefault(r.regla, []).append(r)
    otras = {r: (hallados[r][0].campo, f"Regla de lectura: {r.replace('_', ' ')}.") for r in sorted(hallados) if r not in reglas}
    return [_resultado(candidatos, regla, campo, texto, hallados.get(regla, [])) for regla, (campo, texto) in (reglas | otras).items()]


def _resultado(candidatos: Candidatos | Registros, regla: str, campo: str, texto: str, faltan: Sequence[Rechazo]) -> Resultado:
    fuente, recibidos = candidatos.lectura.fuente, candidatos.lectura.recibidos
    return Resultado(
        Regla(
            tabla="evidencia" if isinstance(candidatos, Candidatos) else fuente.tabla,
            regla=regla,
            descripcion=texto,
            norma="Declaración de la fuente",
            severidad="rechaza",
            quien_corrige=fuente.responsable or fuente.dependencia,
            expectativa="lectura por esquema",
            parametros={},
            campo=campo or None,
            fuente=fuente.id,
        ),
        revisadas=recibidos,
        faltas=len(faltan),
        estado="no_corrio" if not recibidos else "no_cumple" if faltan else "cumple",
        detalle="" if recibidos else "La fuente no trajo registros.",
        ejemplos=tuple(_ejemplo(fuente.id, r) for r in faltan[:EJEMPLOS]),
    )


def _ejemplo(fuente: str, r: Rechazo) -> dict[str, Any]:
    return {"fuente": fuente, "registro": r.registro, "campo": r.campo, "valor": r.valor, "explicacion": r.explicacion, "como_corregir": r.como_corregir}
