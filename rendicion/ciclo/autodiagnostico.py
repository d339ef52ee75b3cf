"""El autodiagnóstico del Manual Único de Rendición de Cuentas (MURC): nivel, brecha y qué lo subiría más."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from rendicion.errores import ErrorUso
from rendicion.reglas_ciclo import REGLAS

Fila = Mapping[str, Any]
NIVELES = ("inicial", "consolidacion", "perfeccionamiento")
_TOPES_DE_BANDA = (20, 40, 60, 80)


@dataclass(frozen=True)
class Umbrales:
    """Dice desde qué puntaje empieza cada nivel.

    Los valores de fábrica no salen de una norma: no se encontró una que los fije. Por eso se declaran,
    y `fuente` viaja con el resultado.
    """

    consolidacion: Decimal = REGLAS.umbral_consolidacion
    perfeccionamiento: Decimal = REGLAS.umbral_perfeccionamiento
    fuente: str = REGLAS.umbral_fuente

    def __post_init__(self) -> None:
        if not 0 < self.consolidacion < self.perfeccionamiento <= 100:
            raise ErrorUso(
                f"Los umbrales {self.consolidacion} y {self.perfeccionamiento} no sirven.",
                hacer="Use dos puntajes de 0 a 100, el de consolidación menor que el de perfeccionamiento.",
            )


UMBRALES = Umbrales()


@dataclass(frozen=True)
class Grupo:
    """Es la media de un componente o de una categoría, en puntos; nula si nada se calificó."""

    componente: str
    categoria: str | None
    puntaje: Decimal | None
    banda: int | None
    actividades: int
    calificadas: int


@dataclass(frozen=True)
class Palanca:
    """Dice cuántos puntos subiría el total si la actividad llegara a 100."""

    componente: str
    categoria: str
    actividad_de_gestion: str
    puntaje: Decimal
    sube: Decimal


@dataclass(frozen=True)
class Resultado:
    """Es el autodiagnóstico calculado; todo lo numérico es nulo si nada se calificó."""

    puntaje: Decimal | None
    banda: int | None
    nivel: str | None
    siguiente_nivel: str | None
    brecha_siguiente: Decimal | None
    brecha_perfeccionamiento: Decimal | None
    actividades: int
    calificadas: int
    componentes: tuple[Grupo, ...]
    categorias: tuple[Grupo, ...]
    palancas: tuple[Palanca, ...]
    umbrales: Umbrales


def calcular(filas: Sequence[Fila], umbrales: Umbrales = UMBRALES) -> Resultado:
    """Calcula el nivel a partir de las filas de la tabla `autodiagnostico`.

    El puntaje es una media de medias, como en los formatos de MIPG: actividades en su categoría, categorías en su
    componente, componentes en el total. Lo que no se calificó no entra en ninguna media (un vacío no es un cero).
    Aritmética exacta; se redondea una vez, a 2 decimales. El nivel y la brecha salen del puntaje sin redondear.
    Levanta `ErrorUso` si un puntaje no está entre 0 y 100 o una actividad está repetida.
    """
    _revisar(filas)
    arbol = _arbol(filas)
    medias = {c: {k: _media(_puntajes(v)) for k, v in categorias.items()} for c, categorias in arbol.items()}
    por_componente = {c: _media(list(categorias.values())) for c, categorias in medias.items()}
    total = _media(list(por_componente.values()))
    siguiente, brecha = _siguiente(total, umbrales)
    return Resultado(
        puntaje=_redondear(total),
        banda=banda(total),
        nivel=_nivel(total, umbrales),
        siguiente_nivel=siguiente,
        brecha_siguiente=_redondear(brecha),
        brecha_perfeccionamiento=None if total is None else _redondear(max(Fraction(0), Fraction(umbrales.perfeccionamiento) - total)),
        actividades=len(filas),
        calificadas=len(_puntajes(filas)),
        componentes=tuple(_grupo(c, None, por_componente[c], [f for v in k.values() for f in v]) for c, k in arbol.items()),
        categorias=tuple(_grupo(c, k, medias[c][k], v) for c, categorias in arbol.items() for k, v in categorias.items()),
        palancas=_palancas(arbol, medias, por_componente),
        umbrales=umbrales,
    )


def banda(puntaje: Fraction | Decimal | None) -> int | None:
    """Devuelve la banda de MIPG: hasta 20 es 1, hasta 40 es 2, hasta 60 es 3, hasta 80 es 4 y de ahí en adelante es 5.

    Un puntaje con decimales entre dos bandas (20,5) es de la de arriba.
    """
    return None if puntaje is None else 1 + sum(Fraction(puntaje) > tope for tope in _TOPES_DE_BANDA)


def _revisar(filas: Sequence[Fila]) -> None:
    vistas = set()
    for n, f in enumerate(filas, start=1):
        clave = (f["componente"], f["categoria"], f["actividad_de_gestion"])
        donde = f"fila {n} del autodiagnóstico, «{f['actividad_de_gestion']}»"
        if f["puntaje"] is not None and not 0 <= f["puntaje"] <= 100:
            raise ErrorUso(f"El puntaje {f['puntaje']} no está entre 0 y 100.", donde=donde, hacer="Corrija el puntaje o déjelo vacío.")
        if clave in vistas:
            raise ErrorUso("La actividad de gestión está repetida.", donde=donde, hacer="Deje una sola fila por actividad.")
        vistas.add(clave)


def _arbol(filas: Sequence[Fila]) -> dict[str, dict[str, list[Fila]]]:
    arbol: dict[str, dict[str, list[Fila]]] = {}
    for f in filas:
        arbol.setdefault(f["componente"], {}).setdefault(f["categoria"], []).append(f)
    return arbol


def _puntajes(filas: Sequence[Fila]) -> list[Fraction | None]:
    return [Fraction(f["puntaje"]) for f in filas if f["puntaje"] is not None]


def _media(valores: Sequence[Fraction | None]) -> Fraction | None:
    presentes = [v for v in valores if v is not None]
    return sum(presentes, Fraction(0)) / len(presentes) if presentes else None


def _nivel(total: Fraction | None, umbrales: Umbrales) -> str | None:
    if total is None:
        return None
    return NIVELES[(total >= umbrales.consolidacion) + (total >= umbrales.perfeccionamiento)]


def _siguiente(total: Fraction | None, umbrales: Umbrales) -> tuple[str | None, Fraction | None]:
    """Devuelve el nivel que sigue y cuántos puntos faltan; nada si ya está en el último."""
    if total is not None:
        for nivel, umbral in (("consolidacion", umbrales.consolidacion), ("perfeccionamiento", umbrales.perfeccionamiento)):
            if total < umbral:
                return nivel, Fraction(umbral) - total
    return None, None


def _palancas(
    arbol: Mapping[str, Mapping[str, Sequence[Fila]]], medias: Mapping[str, Mapping[str, Fraction | None]], componentes: Mapping[str, Fraction | None]
) -> tuple[Palanca, ...]:
    """Ordena las actividades calificadas por lo que subiría el total si llegaran a 100."""
    n_componentes = sum(v is not None for v in componentes.values())
    palancas = [
        Palanca(c, k, f["actividad_de_gestion"], Decimal(f["puntaje"]), sube)
        for c, categorias in arbol.items()
        for k, suyas in categorias.items()
        for f in suyas
        if f["puntaje"] is not None and f["puntaje"] < 100
        for pares in [n_componentes * sum(v is not None for v in medias[c].values()) * len(_puntajes(suyas))]
        for sube in [_redondear((100 - Fraction(f["puntaje"])) / pares)]
        if sube is not None
    ]
    return tuple(sorted(palancas, key=lambda p: (-p.sube, p.componente, p.categoria, p.actividad_de_gestion)))


def _grupo(componente: str, categoria: str | None, media: Fraction | None, filas: Sequence[Fila]) -> Grupo:
    return Grupo(componente, categoria, _redondear(media), banda(media), len(filas), len(_puntajes(filas)))


def _redondear(valor: Fraction | None) -> Decimal | None:
    return None if valor is None else (Decimal(round(valor * 100)) / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
