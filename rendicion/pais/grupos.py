"""Las medias exactas de subcomponentes, dependencias y total, de todos los grupos y cortes de un lote a la vez.

Se calculan primero en coma flotante con su margen de error. Donde el margen no toca un límite de redondeo ni de zona, el
resultado exacto no puede ser otro; donde lo toca, se rehace con razones de enteros de Python. Así cada cifra es la exacta.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

CIENTO = 100
_MARGEN = 2.0**-50
Enteros = npt.NDArray[Any]
Reales = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MediaExacta:
    """Es una media: 100 · suma / (comun · peso). `suma`/`comun` es Σ peso·x/100, con los pesos en diezmilésimas."""

    suma: int
    comun: int
    peso: int

    @property
    def porcentaje(self) -> int:
        """Da la media en centésimas de punto, redondeada."""
        return a_la_par(10_000 * self.suma, self.comun * self.peso)

    @property
    def numerador(self) -> int:
        """Da Σ peso·x en millonésimas, redondeado."""
        return a_la_par(10_000 * self.suma, self.comun)

    @property
    def zona(self) -> str:
        """Clasifica la media sin redondear."""
        cien, base = CIENTO * self.suma, self.comun * self.peso
        return "baja" if cien < 60 * base else "media" if cien < 80 * base else "alta"


@dataclass(frozen=True)
class Agrupacion:
    """Dice qué filas tiene cada grupo: `filas`, grupo por grupo, y dónde empieza cada uno. Ningún grupo está vacío."""

    filas: npt.NDArray[np.int64]
    inicios: npt.NDArray[np.int64]

    @classmethod
    def de(cls, grupo: Sequence[int] | npt.NDArray[np.int64], filas: Sequence[int] | None = None) -> Agrupacion:
        """Arma la agrupación desde el grupo de cada fila; los grupos van de 0 en adelante, sin saltos."""
        de_quien = np.asarray(grupo, np.int64)
        orden = np.argsort(de_quien, kind="stable")
        return cls(orden if filas is None else np.asarray(filas, np.int64)[orden], np.searchsorted(de_quien[orden], np.arange(de_quien.max() + 1)))

    def sumar(self, columna: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Suma, por grupo y corte, los valores de sus filas."""
        suma: npt.NDArray[Any] = np.add.reduceat(columna[self.filas], self.inicios, axis=0)
        return suma

    def del_grupo(self, grupo: int) -> list[int]:
        """Devuelve las filas de un grupo."""
        hasta = self.inicios[grupo + 1] if grupo + 1 < len(self.inicios) else len(self.filas)
        suyas: list[int] = self.filas[self.inicios[grupo] : hasta].tolist()
        return suyas


@dataclass(frozen=True)
class Razones:
    """Son las x = parte/todo de cada fila y corte, con su peso; `entra` dice cuáles entran en la media."""

    peso: Enteros
    parte: Enteros
    todo: Enteros
    entra: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Medias:
    """Son las medias de cada grupo y corte, en enteros: centésimas, millonésimas y zona. Sin peso no hay media.

    `valor` es la media entre 0 y 1 en coma flotante, para seguir sumando; `exacta` la da con razones exactas.
    """

    porcentaje: Enteros
    numerador: Enteros
    peso: Enteros
    zona: npt.NDArray[np.str_]
    valor: Reales
    exacta: Callable[[int, int], MediaExacta]

    @property
    def vacia(self) -> npt.NDArray[np.bool_]:
        """Dice dónde no hay media."""
        hay: npt.NDArray[np.bool_] = self.peso == 0
        return hay


def a_la_par(numerador: int, denominador: int) -> int:
    """Divide enteros no negativos y redondea la mitad hacia el par."""
    cociente, resto = divmod(numerador, denominador)
    doble = 2 * resto
    return cociente + (doble > denominador or (doble == denominador and cociente % 2 == 1))


def media(pesos: Sequence[int], partes: Sequence[int], todos: Sequence[int]) -> MediaExacta:
    """Pondera las razones partes/todos por sus pesos, con un denominador común."""
    comun = lcm(*todos)
    return MediaExacta(sum(p * x * (comun // t) for p, x, t in zip(pesos, partes, todos, strict=True)), comun, sum(pesos))


def enteros(valores: Sequence[int]) -> Enteros:
    """Arma una columna de enteros: de 64 bits si su suma cabe con holgura, o de Python si no."""
    columna = np.array(valores, object)
    return columna.astype(np.int64) if sum(valores) < 1 << 55 else columna


def promediar(grupos: Agrupacion, x: Razones) -> Medias:
    """Saca la media ponderada de las filas de cada grupo, en cada corte."""

    def exacta(g: int, c: int) -> MediaExacta:
        filas = [f for f in grupos.del_grupo(g) if x.entra[f, c]]
        return media(*([int(v) for v in columna] for columna in (x.peso[filas], x.parte[filas, c], x.todo[filas, c])))

    razon = np.divide(x.parte.astype(np.float64), x.todo.astype(np.float64), out=np.zeros(x.entra.shape), where=x.entra)
    return _cerrar(grupos, x.peso, razon, x.entra, exacta)


def promediar_medias(grupos: Agrupacion, peso: Enteros, medias: Medias) -> Medias:
    """Saca la media ponderada de unas medias; la que no existe se deja por fuera con su peso."""
    entra = ~medias.vacia

    def exacta(g: int, c: int) -> MediaExacta:
        filas = [f for f in grupos.del_grupo(g) if entra[f, c]]
        suyas = [medias.exacta(f, c) for f in filas]
        return media([int(v) for v in peso[filas]], [m.suma for m in suyas], [m.comun * m.peso for m in suyas])

    return _cerrar(grupos, peso, medias.valor, entra, exacta)


def _cerrar(grupos: Agrupacion, peso: Enteros, razon: Reales, entra: npt.NDArray[np.bool_], exacta: Callable[[int, int], MediaExacta]) -> Medias:
    suma: Reales = grupos.sumar(peso.astype(np.float64)[:, None] * razon * entra)
    pesos = grupos.sumar(np.where(entra, peso[:, None], 0))
    hay = pesos != 0
    valor = np.divide(suma, pesos.astype(np.float64), out=np.zeros(suma.shape), where=hay)
    # Solo se suman positivos: el error relativo no pasa de unas unidades por término.
    margen = _MARGEN * (64 + len(grupos.filas) / len(grupos.inicios) + np.diff(grupos.inicios, append=len(grupos.filas)).max())
    porcentaje, numerador = 10_000 * valor, 10_000 * suma
    dudosa = hay & (_al_borde(porcentaje, margen) | _al_borde(numerador, margen) | _cerca(valor, 0.6, margen) | _cerca(valor, 0.8, margen))
    zona = np.select([~hay, valor < 0.6, valor < 0.8], ["sin_programar", "baja", "media"], "alta")
    redondo, millonesimas = (np.rint(np.where(dudosa, 0, v)).astype(np.int64).astype(object if dudosa.any() else np.int64) for v in (porcentaje, numerador))
    for g, c in np.argwhere(dudosa).tolist():
        m = exacta(g, c)
        redondo[g, c], millonesimas[g, c], zona[g, c] = m.porcentaje, m.numerador, m.zona
    return Medias(redondo, millonesimas, pesos, zona, valor, exacta)


def _al_borde(valor: Reales, margen: float) -> npt.NDArray[np.bool_]:
    """Dice dónde el margen toca la mitad entre dos enteros, que es donde cambia el redondeo."""
    return np.abs(valor - np.floor(valor) - 0.5) <= margen * valor + 2.0**-40


def _cerca(valor: Reales, limite: float, margen: float) -> npt.NDArray[np.bool_]:
    return np.abs(valor - limite) <= margen + 2.0**-40
