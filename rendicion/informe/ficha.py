"""Lo que las páginas necesitan saber de la entrega y que no está en sus tablas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rendicion.reglas_ciclo import ReglasDelCiclo

if TYPE_CHECKING:
    from datetime import date


class FichaArchivo(NamedTuple):
    """Describe un archivo que se descarga; `nombre` es su ruta dentro de la entrega (datos/plan.csv)."""

    nombre: str
    formato: str
    bytes: int


@dataclass(frozen=True)
class FichaFuente:
    """Describe una fuente declarada; `sin_dato` dice que no entregó nada y `actividad`, de cuál es, si es de una sola."""

    id: str
    titulo: str
    dependencia: str | None
    sintetica: bool
    captura_sha256: str | None
    sin_dato: bool = False
    actividad: str | None = None


@dataclass(frozen=True)
class Ficha:
    """Describe la entrega; ninguna fecha sale del reloj.

    `cortes` son los cortes oficiales de la vigencia. `anterior` es el SHA-256 del manifiesto de la
    entrega previa. `ciclo` son los plazos y umbrales de la entidad. Los números de reglas van vacíos si la validación no dejó resultados.
    """

    entidad_nombre: str
    entidad: str
    vigencia: int
    corte: date
    entrega: str
    numero: int
    sintetica: bool
    titulo_estrategia: str
    licencia: str
    licencia_url: str
    contacto: str
    fuentes: tuple[FichaFuente, ...]
    cortes: tuple[date, ...]
    archivos: tuple[FichaArchivo, ...]
    version: str
    anterior: str | None = None
    reglas: int | None = None
    reglas_cumplen: int | None = None
    reglas_no_cumplen: int | None = None
    reglas_no_corrieron: int | None = None
    ciclo: ReglasDelCiclo = field(default_factory=ReglasDelCiclo)
