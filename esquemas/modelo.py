"""Qué es un campo y qué es una tabla; nada más depende de nadie."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Tipo(StrEnum):
    """Nombra los tipos que admite un campo publicado."""

    TEXTO = "texto"
    ENTERO = "entero"
    DECIMAL = "decimal"
    FECHA = "fecha"
    LOGICO = "logico"


@dataclass(frozen=True)
class Campo:
    """Describe una columna: su tipo, qué significa y qué valores admite.

    `decimales` es la escala exacta de un decimal; con `recorta` el CSV quita los
    ceros finales (900, no 900.0000). `lista` dice que el texto junta varios
    valores con `;`.
    """

    nombre: str
    tipo: Tipo
    titulo: str
    descripcion: str
    unidad: str | None = None
    decimales: int = 0
    recorta: bool = False
    opciones: tuple[str, ...] = ()
    minimo: int | None = None
    maximo: int | None = None
    patron: str | None = None
    lista: bool = False

    def con(self, **cambios: object) -> Campo:
        """Devuelve el mismo campo con lo que cambia en una tabla."""
        return replace(self, **cambios)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Referencia:
    """Dice que unas columnas señalan la clave de otra tabla."""

    campos: tuple[str, ...]
    tabla: str
    campos_tabla: tuple[str, ...]


@dataclass(frozen=True)
class Tabla:
    """Describe una tabla: sus columnas en orden, su clave y cómo se ordena."""

    nombre: str
    titulo: str
    descripcion: str
    campos: tuple[Campo, ...]
    clave: tuple[str, ...]
    obligatorios: tuple[str, ...] = ()
    orden: tuple[str, ...] = ()
    referencias: tuple[Referencia, ...] = ()
    publica: bool = True
    puede_estar_vacia: bool = False
    vista_previa: bool = True
    nombres: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        nombres = tuple(c.nombre for c in self.campos)
        faltan = (set(self.clave) | set(self.obligatorios) | set(self.orden)) - set(nombres)
        if faltan:
            msg = f"La tabla {self.nombre} nombra columnas que no tiene: {sorted(faltan)}"
            raise ValueError(msg)
        if len(set(nombres)) != len(nombres):
            msg = f"La tabla {self.nombre} repite una columna"
            raise ValueError(msg)
        object.__setattr__(self, "nombres", nombres)
        object.__setattr__(self, "orden", self.orden or self.clave)
        object.__setattr__(
            self, "obligatorios", tuple(n for n in nombres if n in {*self.clave, *self.obligatorios})
        )

    def campo(self, nombre: str) -> Campo:
        """Devuelve el campo que lleva ese nombre."""
        return next(c for c in self.campos if c.nombre == nombre)
