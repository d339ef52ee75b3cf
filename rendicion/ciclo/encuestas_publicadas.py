"""Lo ya publicado de una encuesta: restar dos entregas tampoco debe decir qué respondieron pocas personas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rendicion.ciclo.encuestas import Fila
from rendicion.hallazgos import Hallazgo

Clave = tuple[str, str]
Grupo = list[Fila]


def conservar(filas: Sequence[Fila], publicadas: Sequence[Sequence[Fila]], k: int, autorizada: Callable[[Clave], bool]) -> tuple[list[Fila], list[Hallazgo]]:
    """Devuelve las filas por publicar y un hallazgo por cada pregunta de un espacio que se deja como ya estaba.

    `publicadas` son las filas de las entregas anteriores, de la más vieja a la más nueva. Una pregunta se renueva si,
    frente a cada una de ellas, oculta las mismas opciones, y cada cifra a la vista y la suma de lo oculto o son iguales o
    cambiaron en k o más (Ley 1581 de 2012, artículo 6e). Si no, sigue la última publicada. `autorizada` dice cuáles
    decidió renovar una persona, con su motivo.
    """
    anteriores = [_grupos(p) for p in publicadas]
    salida: list[Fila] = []
    hallazgos = []
    for clave, grupo in _grupos(filas).items():
        vistos = [a[clave] for a in anteriores if clave in a]
        if grupo in vistos[-1:] or autorizada(clave) or all(_se_puede_renovar(visto, grupo, k) for visto in vistos):
            salida += grupo
        else:
            salida += vistos[-1]
            hallazgos.append(_hallazgo(clave, k))
    return salida, hallazgos


def _grupos(filas: Sequence[Fila]) -> dict[Clave, Grupo]:
    grupos: dict[Clave, Grupo] = {}
    for f in filas:
        grupos.setdefault((str(f["espacio"]), str(f["pregunta"])), []).append(f)
    return grupos


def _se_puede_renovar(antes: Grupo, ahora: Grupo, k: int) -> bool:
    (ocultas_antes, a), (ocultas_ahora, b) = _a_la_vista(antes), _a_la_vista(ahora)
    cambios = [abs(b.get(o, 0) - a.get(o, 0)) for o in {*a, *b}]
    return ocultas_antes == ocultas_ahora and not any(0 < c < k for c in cambios)


def _a_la_vista(grupo: Grupo) -> tuple[set[str], dict[str | None, int]]:
    """Devuelve las opciones ocultas y las cifras que cualquiera ve; con la llave nula, la suma de lo oculto."""
    vistas: dict[str | None, int] = {str(f["opcion"]): int(str(f["respuestas"])) for f in grupo if f["respuestas"] is not None}
    vistas[None] = int(str(grupo[0]["base"])) - sum(vistas.values())
    return {str(f["opcion"]) for f in grupo if f["respuestas"] is None}, vistas


def _hallazgo(clave: Clave, k: int) -> Hallazgo:
    explicacion = (
        f"Cambió poco frente a lo ya publicado: se deja como estaba, porque restar las dos entregas diría qué respondieron menos de {k} personas. "
        "Se renueva cuando cambie más, o si una persona declara el motivo de la corrección para la tabla encuestas."
    )
    return Hallazgo("encuestas", " · ".join(clave), "respuestas", "encuesta_sin_renovar", "advertencia", explicacion)
