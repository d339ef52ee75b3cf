"""Retirar del disco las capturas viejas que ninguna entrega necesita. Las entregas se guardan siempre."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from rendicion.almacen.capturas import Captura
from rendicion.almacen.entregas import MANIFIESTO
from rendicion.almacen.salida import Salida
from rendicion.errores import ErrorRendicion, ErrorUso

DIAS = 180
Clave = tuple[str, str]


@dataclass
class Limpieza:
    """Cuenta qué se retiró y qué se conserva; con `simulada`, lo que se retiraría."""

    simulada: bool
    retiradas: list[str] = field(default_factory=list)
    restos: list[str] = field(default_factory=list)
    conservadas: int = 0
    bytes: int = 0


def retener(salida: Salida, ahora: datetime, dias: int = DIAS, *, simular: bool = False) -> Limpieza:
    """Retira las capturas de más de `dias` días que ninguna entrega cita, salvo la última de cada fuente.

    También limpia los restos de un proceso muerto. Nunca toca una entrega: las de los cortes oficiales, y todas las
    demás, sostienen la cadena. Si no puede leer un manifiesto no retira nada, porque no sabe qué se necesita.
    """
    if dias < 1:
        raise ErrorUso(f"No se puede conservar {dias} días.", hacer="Use un número de días de 1 en adelante.")
    with salida.candado():
        hecho = Limpieza(simulada=simular)
        fichas = list(_fichas(salida))
        _desconfiar_del_reloj([c for _, c in fichas], ahora, dias)
        nuevas = {(c.fuente, c.sha256) for _, c in fichas if ahora - datetime.fromisoformat(c.capturada) <= timedelta(days=dias)}
        necesarias = _con_sus_bases(nuevas | _citadas(salida) | _ultimas(salida, fichas), fichas)
        for ficha, captura in fichas:
            if (captura.fuente, captura.sha256) in necesarias:
                hecho.conservadas += 1
            else:
                _retirar(salida, hecho, ficha)
        for resto in _restos(salida, {(c.fuente, str(p["sha256"])) for _, c in fichas if (c.fuente, c.sha256) in necesarias for p in c.paginas}):
            hecho.restos.append(resto.relative_to(salida.carpeta).as_posix())
            if not simular:
                resto.unlink()
    return hecho


def _ultimas(salida: Salida, fichas: Sequence[tuple[Path, Captura]]) -> set[Clave]:
    """Da la última captura vista de cada fuente: con ella se completa la próxima lectura por partes."""
    vistas = (salida.capturas.ultima(f) for f in sorted({c.fuente for _, c in fichas}))
    return {(c.fuente, c.sha256) for c in vistas if c}


def _con_sus_bases(pedidas: set[Clave], fichas: Sequence[tuple[Path, Captura]]) -> set[Clave]:
    """Agrega las capturas que otra completa: sin su base no se puede rehacer una lectura por partes."""
    bases = {(c.fuente, c.sha256): (c.fuente, c.base) for _, c in fichas if c.base}
    todas, por_ver = set(pedidas), list(pedidas)
    while por_ver:
        base = bases.get(por_ver.pop())
        if base and base not in todas:
            todas.add(base)
            por_ver.append(base)
    return todas


def _retirar(salida: Salida, hecho: Limpieza, ficha: Path) -> None:
    contenido = ficha.with_suffix(".bin")
    hecho.retiradas.append(contenido.relative_to(salida.carpeta).as_posix())
    hecho.bytes += sum(f.stat().st_size for f in (ficha, contenido) if f.exists())
    if not hecho.simulada:
        # Primero la ficha: si el proceso muere en medio, queda un resto que nadie toma por captura.
        ficha.unlink()
        contenido.unlink(missing_ok=True)


def _citadas(salida: Salida) -> set[Clave]:
    """Reúne las capturas que cita cualquier entrega, de la salida o de su portal."""
    claves: set[Clave] = set()
    for manifiesto in (*salida.carpeta.glob(f"entregas/*/*/{MANIFIESTO}"), *salida.portal.glob(f"*/*/{MANIFIESTO}")):
        try:
            claves |= {(str(c["fuente"]), str(c["sha256"])) for c in json.loads(manifiesto.read_text("utf-8"))["capturas"]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ErrorRendicion(
                "No se puede leer el manifiesto de una entrega, y sin él no se sabe qué capturas necesita. No se retiró nada.",
                donde=manifiesto.relative_to(salida.carpeta).as_posix(),
                hacer="Recupere esa entrega de un respaldo, o vea qué le pasó con: rendicion reconstruir.",
            ) from error
    return claves


def _fichas(salida: Salida) -> Iterator[tuple[Path, Captura]]:
    for ficha in sorted((salida.carpeta / "capturas").glob("*/[!.]*.json")):
        try:
            yield ficha, Captura(**json.loads(ficha.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise ErrorRendicion(
                "No se puede leer la ficha de una captura. No se retiró nada.",
                donde=ficha.relative_to(salida.carpeta).as_posix(),
                hacer="Recupérela de un respaldo, o vea qué le pasó con: rendicion reconstruir.",
            ) from error


def _desconfiar_del_reloj(capturas: list[Captura], ahora: datetime, dias: int) -> None:
    """Se niega si hasta lo más nuevo parece viejo: es más probable un reloj adelantado que una ciudad callada."""
    nuevas = [datetime.fromisoformat(c.capturada) for c in capturas]
    if nuevas and ahora - max(nuevas) > timedelta(days=dias):
        raise ErrorRendicion(
            f"La captura más reciente es del {max(nuevas):%Y-%m-%d} y el reloj dice {ahora:%Y-%m-%d}. No se retiró nada.",
            hacer="Revise la fecha de la máquina, y que la extracción diaria esté corriendo.",
        )


def _restos(salida: Salida, paginas: set[Clave]) -> Iterator[Path]:
    """Encuentra temporales, originales sin ficha y páginas que nada nombra; con el candado en la mano, nadie los escribe."""
    for carpeta in sorted(c for c in (salida.carpeta / "capturas").glob("*") if c.is_dir()):
        yield from sorted((*carpeta.glob(".*.tmp"), *carpeta.glob("paginas/.*.tmp")))
        yield from sorted(p for p in carpeta.glob("paginas/[!.]*.bin") if (carpeta.name, p.stem) not in paginas)
        yield from sorted(b for b in carpeta.glob("[!.]*.bin") if not b.with_suffix(".json").exists())
