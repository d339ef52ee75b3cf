"""La geometría de los gráficos: solo números y textos; el dibujo está en las plantillas.

Los anchos van en porcentaje y los altos en píxeles: el gráfico se encoge sin encoger sus letras.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

ALTO_MES = 24
ALTO_BARRA = 50
ALTO_LINEA = 240
_TOPE = Decimal(100)


@dataclass(frozen=True)
class Barra:
    """Es una barra desde cero; `ancho` y `marca` son porcentajes del dibujo ya escritos."""

    y: int
    etiqueta: str
    etiqueta_corta: str
    ancho: str
    valor: str
    x_valor: str = "0"
    marca: str | None = None
    vacia: bool = False


@dataclass(frozen=True)
class Barras:
    """Es un gráfico de barras horizontales desde cero."""

    id: str
    titulo: str
    descripcion: str
    alto: int
    barras: tuple[Barra, ...]


@dataclass(frozen=True)
class Punto:
    """Es un punto de una línea: `x` en porcentaje del ancho, `y` en píxeles."""

    x: str
    y: str


@dataclass(frozen=True)
class Tramo:
    """Une dos puntos seguidos de una línea."""

    desde: Punto
    hasta: Punto


@dataclass(frozen=True)
class Linea:
    """Es una línea del tiempo con su nombre y su último valor."""

    nombre: str
    clase: str
    puntos: tuple[Punto, ...]
    tramos: tuple[Tramo, ...]
    ultimo: str
    y_ultimo: str


def escrito(valor: Decimal) -> str:
    """Escribe una coordenada con dos decimales como mucho."""
    texto = f"{valor.quantize(Decimal('0.01'), ROUND_HALF_EVEN):f}"
    return texto.rstrip("0").rstrip(".") or "0"


def barra_porcentaje(
    i: int, textos: tuple[str, str], valor: Decimal | None, rotulo: str, marca: Decimal | None = None
) -> Barra:
    """Hace la barra de un porcentaje; sin valor queda vacía, no en cero.

    `marca` es el porcentaje programado: una raya sobre la barra.
    """
    return Barra(
        y=i * ALTO_BARRA,
        etiqueta=textos[0],
        etiqueta_corta=textos[1],
        ancho=escrito(min(valor or Decimal(0), _TOPE)),
        valor=rotulo,
        marca=None if marca is None else escrito(min(marca, _TOPE)),
        vacia=valor is None,
    )


def barra_mes(i: int, mes: str, valor: Decimal | None, maximo: Decimal, rotulo: str) -> Barra:
    """Hace la barra de un mes, a escala del mayor; un mes sin reporte no tiene barra."""
    ancho = Decimal(0) if valor is None or maximo == 0 else valor / maximo * 55
    return Barra(
        y=i * ALTO_MES, etiqueta=mes, etiqueta_corta=mes, ancho=escrito(ancho), valor=rotulo,
        x_valor=escrito(15 + ancho), vacia=valor is None,
    )


def linea(nombre: str, clase: str, valores: tuple[Decimal | None, ...], rotulo: str) -> Linea:
    """Hace una línea de 0 a 100 %; donde falta un valor la línea se corta."""
    puntos = [
        None if v is None else Punto(equis(i, len(valores)), escrito(altura(v))) for i, v in enumerate(valores)
    ]
    tramos = tuple(Tramo(a, b) for a, b in pairwise(puntos) if a is not None and b is not None)
    visibles = tuple(p for p in puntos if p is not None)
    return Linea(nombre, clase, visibles, tramos, rotulo, visibles[-1].y if visibles else "0")


def altura(valor: Decimal) -> Decimal:
    """Convierte un porcentaje en la altura del dibujo: 0 % abajo, 100 % arriba."""
    return 20 + (ALTO_LINEA - 50) * (1 - min(valor, _TOPE) / _TOPE)


def equis(i: int, cuantos: int) -> str:
    """Devuelve dónde va, a lo ancho, el punto `i` de una línea de `cuantos` puntos."""
    return escrito(8 + Decimal(89) / max(cuantos - 1, 1) * i)
