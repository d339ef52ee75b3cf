"""Halla el encabezado de una hoja por los nombres de columna declarados, sin adivinar."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rendicion.errores import ErrorFuente
from rendicion.proteccion import ocultar

FILAS_DEL_ENCABEZADO = 30
_NOMBRES_A_MOSTRAR, _LARGO_DE_NOMBRE = 15, 40


@dataclass(frozen=True)
class Falla:
    """Es una celda que no se pudo leer: qué regla, por qué y cómo se arregla."""

    regla: str
    explicacion: str
    como_corregir: str
    valor: str | None = None


@dataclass(frozen=True)
class Fila:
    """Es una fila cruda: el número que ve una persona, sus celdas y lo que falla.

    `fallas` va por posición de celda; `falla` dice que la fila entera no es de fiar.
    """

    numero: int
    celdas: Sequence[str | None]
    fallas: Mapping[int, Falla] = field(default_factory=dict)
    falla: Falla | None = None


@dataclass(frozen=True)
class Hoja:
    """Es una tabla cruda; `nombre` solo lo tienen los libros. `anchos` dice si una fila puede venir corta o larga."""

    filas: Sequence[Fila]
    nombre: str | None = None
    anchos: bool = False
    palabra: str = "fila"


@dataclass(frozen=True)
class Encabezado:
    """Dice en qué fila está el encabezado y en qué posición está cada campo declarado."""

    indice: int
    posiciones: Mapping[str, int]
    ancho: int
    aproximados: tuple[tuple[str, str, str], ...]


@lru_cache(maxsize=4096)
def plano(texto: str) -> str:
    r"""Devuelve el texto para comparar nombres: sin tildes, mayúsculas, saltos ni espacios de más.

    >>> plano("  Número\nde  Acta ")
    'numero de acta'
    """
    sin_tildes = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return " ".join(sin_tildes.casefold().replace("\u200b", "").replace("\ufeff", "").split())


def buscar_encabezado(hoja: Hoja, columnas: Mapping[str, str], donde: str, pista: str = "") -> Encabezado:
    """Halla, en las primeras 30 filas, la que tiene todas las columnas declaradas.

    Lanza ErrorFuente si ninguna las tiene (dice cuáles se buscaron y cuáles se vieron) o si una se repite.
    """
    buscadas = dict.fromkeys(columnas.values())
    primeras = [(i, f) for i, f in enumerate(hoja.filas) if f.numero <= FILAS_DEL_ENCABEZADO]
    for i, fila in primeras:
        if len(halladas(fila.celdas, buscadas)) == len(buscadas):
            return _armar(i, fila, columnas, f"{donde}, {hoja.palabra} {fila.numero}")
    raise _sin_encabezado([f for _, f in primeras], list(buscadas), donde, hoja.palabra, pista)


def halladas(celdas: Sequence[str | None], buscadas: Iterable[str]) -> list[str]:
    """Devuelve cuáles de los nombres buscados están en la fila."""
    vistos = {plano(c) for c in celdas if c}
    return [b for b in buscadas if plano(b) in vistos]


def _armar(indice: int, fila: Fila, columnas: Mapping[str, str], donde: str) -> Encabezado:
    posiciones, aproximados = {}, []
    for campo, nombre in columnas.items():
        iguales = [i for i, c in enumerate(fila.celdas) if c == nombre]
        parecidas = [i for i, c in enumerate(fila.celdas) if c and plano(c) == plano(nombre)]
        candidatas = iguales or parecidas
        if len(candidatas) > 1:
            raise ErrorFuente(
                f"La columna «{nombre}» está repetida en el encabezado "
                f"(columnas {' y '.join(letra(i) for i in candidatas)}).",
                donde=donde,
                hacer="Deje una sola columna con ese nombre, o cambie el nombre de la que no es.",
            )
        posiciones[campo] = candidatas[0]
        if not iguales:
            aproximados.append((campo, nombre, fila.celdas[candidatas[0]] or ""))
    return Encabezado(indice, posiciones, len(fila.celdas), tuple(aproximados))


def _sin_encabezado(filas: list[Fila], buscadas: list[str], donde: str, palabra: str, pista: str) -> ErrorFuente:
    mejor = max(filas, key=lambda f: (len(halladas(f.celdas, buscadas)), sum(1 for c in f.celdas if c)), default=None)
    if mejor is None:
        return ErrorFuente(
            "No hay encabezado: la hoja está vacía.", donde=donde, hacer="Pida de nuevo el archivo a la dependencia."
        )
    encontradas = halladas(mejor.celdas, buscadas)
    vistos = _mostrar(mejor.celdas)
    if encontradas:
        faltan = [b for b in buscadas if b not in encontradas]
        return ErrorFuente(
            f"Faltan columnas declaradas: {_comillas(faltan)}. El encabezado trae: {vistos}.",
            donde=f"{donde}, {palabra} {mejor.numero}",
            hacer=f"Agregue la columna al archivo o corrija su nombre en [columnas].{pista}",
        )
    return ErrorFuente(
        f"No se halló el encabezado en las primeras {FILAS_DEL_ENCABEZADO} filas. "
        f"Se buscó: {_comillas(buscadas)}. Se vio: {vistos}.",
        donde=f"{donde}, {palabra} {mejor.numero}",
        hacer=f"Ponga en el archivo los nombres que dice [columnas], o corríjalos allá.{pista}",
    )


def _mostrar(celdas: Sequence[str | None]) -> str:
    """Muestra los nombres vistos, cortados y sin lo que parezca dato personal.

    El archivo puede no traer encabezado, y entonces lo visto son datos.
    """
    nombres = [" ".join(c.split())[:_LARGO_DE_NOMBRE] for c in celdas if c and c.strip()]
    resto = f" y {len(nombres) - _NOMBRES_A_MOSTRAR} más" if len(nombres) > _NOMBRES_A_MOSTRAR else ""
    return _comillas([ocultar(n) for n in nombres[:_NOMBRES_A_MOSTRAR]]) + resto if nombres else "nada"


def _comillas(nombres: Iterable[str]) -> str:
    return ", ".join(f"«{n}»" for n in nombres)


def letra(posicion: int) -> str:
    """Devuelve la letra de una columna como la muestra una hoja de cálculo.

    >>> letra(0), letra(27)
    ('A', 'AB')
    """
    letras, n = "", posicion + 1
    while n:
        n, resto = divmod(n - 1, 26)
        letras = chr(65 + resto) + letras
    return letras
