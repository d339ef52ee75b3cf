"""Lo que comparten todos los tipos de fuente: los bytes crudos, el protocolo y la lectura de opciones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rendicion.errores import ErrorFuente, ErrorUso

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura
    from rendicion.previa import PaginaCruda, Previa

MIB = 1024 * 1024
TAMANO_MAXIMO_MIB = 256

OPCIONES_COMUNES = frozenset({"canal", "filas_total", "registros", "permite_vacia", "tamano_maximo_mib"})


@dataclass(frozen=True)
class Bruto:
    """Son los bytes tal como llegaron de la fuente.

    `origen` es el lugar declarado (relativo, o una dirección sin claves): nunca la ruta de una
    máquina. Mismo contenido, misma huella. `paginas` son las respuestas crudas de las que salió el contenido, si
    vino de un servicio. Si la lectura fue parcial, `base` es la huella de la captura que completa.
    """

    contenido: bytes
    origen: str
    cabeceras: Mapping[str, str] = field(default_factory=dict)
    paginas: tuple[PaginaCruda, ...] = ()
    base: str | None = None


class TipoDeFuente(Protocol):
    """Dice qué sabe hacer un tipo de fuente: traer los bytes y leerlos."""

    @property
    def nombre(self) -> str:
        """Da el nombre con que el TOML lo pide."""

    @property
    def opciones(self) -> frozenset[str]:
        """Da las claves que admite en [opciones], además de las comunes."""

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Trae los bytes; `base` es la carpeta del TOML."""

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; es pura: los mismos bytes dan la misma lectura."""


@runtime_checkable
class ConPrevia(Protocol):
    """Dice que un tipo aprovecha la captura anterior: pregunta solo si cambió, o trae solo lo nuevo."""

    def extraer_desde(self, fuente: Fuente, previa: Previa | None, base: Path) -> Bruto:
        """Trae los bytes; el resultado es siempre la fuente entera, nunca solo lo nuevo."""


class DeArchivo:
    """Da la forma común de extraer: leer el archivo que está en `lugar`."""

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Lee el archivo declarado, si existe y no pasa del tamaño máximo."""
        return leer_archivo(fuente, base)


def ruta_declarada(fuente: Fuente, base: Path) -> Path:
    """Devuelve la ruta de `lugar`, que se entiende a partir de la carpeta del TOML."""
    return base / fuente.lugar


def origen_declarado(fuente: Fuente) -> str:
    """Devuelve `lugar` para mostrarlo; de una ruta absoluta, solo el nombre del archivo."""
    ruta = PurePath(fuente.lugar)
    return ruta.name if ruta.is_absolute() else ruta.as_posix()


def leer_archivo(fuente: Fuente, base: Path) -> Bruto:
    """Lee el archivo de la fuente; lanza ErrorFuente si no está, no se deja leer o es demasiado grande."""
    ruta, origen = ruta_declarada(fuente, base), origen_declarado(fuente)
    tope = tamano_maximo(fuente)
    try:
        if ruta.is_dir():
            raise ErrorFuente(
                "En lugar hay una carpeta, no un archivo.",
                donde=f"fuente {fuente.id}, archivo {origen}",
                hacer='Escriba en lugar el nombre del archivo; si son varios archivos iguales, declare tipo = "carpeta".',
            )
        tamano = ruta.stat().st_size
        if tamano > tope:
            raise demasiado_grande(origen, tamano, tope)
        return Bruto(ruta.read_bytes(), origen)
    except FileNotFoundError:
        raise ErrorFuente(
            "El archivo de la fuente no existe.",
            donde=f"fuente {fuente.id}, archivo {origen}",
            hacer="Revise la clave lugar del TOML (va desde la carpeta del TOML) o pida el archivo a la dependencia.",
        ) from None
    except PermissionError:
        raise ErrorFuente(
            "No hay permiso de leer el archivo de la fuente.",
            donde=f"fuente {fuente.id}, archivo {origen}",
            hacer="Pida permiso de lectura sobre ese archivo, o copia de él.",
        ) from None
    except (OSError, ValueError):
        raise ErrorFuente(
            "El archivo de la fuente no se pudo leer: lo negó el sistema.",
            donde=f"fuente {fuente.id}, archivo {origen}",
            hacer="Revise la clave lugar del TOML y que el disco o la carpeta compartida estén disponibles.",
        ) from None


def tamano_maximo(fuente: Fuente) -> int:
    """Devuelve el máximo de bytes que se aceptan de la fuente."""
    return opcion_entera(fuente, "tamano_maximo_mib", TAMANO_MAXIMO_MIB) * MIB


def demasiado_grande(donde: str, tamano: int, tope: int) -> ErrorFuente:
    """Construye el error de una captura que pasa del tamaño máximo."""
    return ErrorFuente(
        f"Lo que trae la fuente es demasiado grande: {tamano:,} bytes, y el máximo es {tope:,}.".replace(",", "."),
        donde=donde,
        hacer="Divida el archivo o, si el tamaño es el debido, suba tamano_maximo_mib en [opciones].",
    )


def opcion_texto(fuente: Fuente, clave: str, defecto: str | None = None) -> str | None:
    """Devuelve una opción de texto."""
    valor = fuente.opciones.get(clave, defecto)
    if valor is not None and not isinstance(valor, str):
        raise _mal_escrita(fuente, clave, "un texto entre comillas")
    return valor


def opcion_lista(fuente: Fuente, clave: str, defecto: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Devuelve una opción que es una lista de textos."""
    valor = fuente.opciones.get(clave, defecto)
    if not isinstance(valor, list | tuple) or not all(isinstance(v, str) for v in valor):
        raise _mal_escrita(fuente, clave, 'una lista de textos, como ["uno", "dos"]')
    return tuple(valor)


def opcion_entera(fuente: Fuente, clave: str, defecto: int) -> int:
    """Devuelve una opción que es un entero no negativo."""
    valor = fuente.opciones.get(clave, defecto)
    if isinstance(valor, bool) or not isinstance(valor, int) or valor < 0:
        raise _mal_escrita(fuente, clave, "un número entero, sin comillas")
    return valor


def opcion_logica(fuente: Fuente, clave: str, *, defecto: bool = False) -> bool:
    """Devuelve una opción que es true o false."""
    valor = fuente.opciones.get(clave, defecto)
    if not isinstance(valor, bool):
        raise _mal_escrita(fuente, clave, "true o false, sin comillas")
    return valor


def _mal_escrita(fuente: Fuente, clave: str, esperado: str) -> ErrorUso:
    return ErrorUso(
        f"La opción «{clave}» está mal escrita.", donde=f"fuente {fuente.id}, [opciones]", hacer=f"Escriba {esperado}."
    )
