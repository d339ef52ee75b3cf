"""Una tabla para mostrar: sus títulos y sus celdas ya escritas."""

from __future__ import annotations

from dataclasses import dataclass, field

from rendicion.informe.formato import SIN_DATO, enlace_seguro, limpio
from rendicion.informe.palabras import Estado


@dataclass(frozen=True)
class Celda:
    """Es una celda; `literal` avisa que el texto es de otro y se muestra como lo escribió."""

    texto: str
    clase: str = ""
    href: str | None = None
    externo: bool = False
    estado: Estado | None = None
    literal: bool = False


@dataclass(frozen=True)
class Cuadro:
    """Es una tabla con su título; la primera celda de cada fila le da nombre.

    `ancha` dice que en una pantalla estrecha necesita su propia región para desplazarse.
    """

    id: str
    titulo: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[Celda, ...], ...]
    numericas: frozenset[int] = field(default_factory=frozenset)
    ancha: bool = True
    nota: str | None = None


def num(texto: str) -> Celda:
    """Hace una celda de cifra, alineada a la derecha; «sin dato» queda atenuado."""
    return Celda(texto, clase="num vacio" if texto == SIN_DATO else "num")


def ajeno(texto: str | None, largo: int = 240) -> Celda:
    """Hace una celda con un texto que escribió otro, limpio y recortado."""
    return Celda(SIN_DATO, clase="vacio") if not texto else Celda(limpio(texto, largo), literal=True)


def insignia(estado: Estado) -> Celda:
    """Hace una celda con un estado: palabra, símbolo y color."""
    return Celda(estado.palabra, estado=estado)


def enlace(url: str | None, texto: str) -> Celda:
    """Hace una celda con un enlace externo; sin dirección segura dice «sin enlace»."""
    segura = enlace_seguro(url)
    return Celda("sin enlace", clase="vacio") if segura is None else Celda(texto, href=segura, externo=True)


def recortadas(total: int, mostradas: int, archivo: str) -> str | None:
    """Dice cuántas filas quedan fuera del cuadro y dónde están todas; nada si caben."""
    if total <= mostradas:
        return None
    return f"Aquí se muestran {mostradas} de {total}. Todas están en {archivo}."
