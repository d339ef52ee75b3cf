"""El registro de un país: una fila por partición que se publicó o que no se pudo publicar, en la base que declara RENDICION_REGISTRO."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from rendicion.pais.particion import Publicada

Cortes = Mapping[int, Sequence[date]]
Publicadas = Mapping[tuple[int, str], Publicada]
Anotador = Callable[[Publicadas, Mapping[str, str], Cortes], None]


def sin_anotar(_publicadas: Publicadas, _fallas: Mapping[str, str], _cortes: Cortes) -> None:
    """No anota nada: las particiones y sus manifiestos se bastan solos."""


def filas(publicadas: Publicadas, fallas: Mapping[str, str], cortes: Cortes, ya: Collection[str]) -> list[dict[str, Any]]:
    """Arma las filas de la tabla `corridas`: lo publicado que nadie ha anotado, y lo que falló.

    Así el registro se completa solo: lo que publicó un proceso que murió antes de contarlo lo anota la corrida siguiente.
    """
    nuevas = [(e, v, {"resultado": "publicada", "entrega": p.entrega, "manifiesto_sha256": p.manifiesto_sha256, "detalle": None}) for (v, e), p in publicadas.items() if p.manifiesto_sha256 not in ya]
    por_fuera = [(*_de(nombre), {"resultado": "fallida", "entrega": None, "manifiesto_sha256": None, "detalle": motivo[:500]}) for nombre, motivo in fallas.items()]
    return [{"entidad": entidad, "vigencia": vigencia, "corte": cortes[vigencia][-1], **cierre} for entidad, vigencia, cierre in (*nuevas, *por_fuera)]


def _de(nombre: str) -> tuple[str, int]:
    entidad, _, vigencia = nombre.rpartition("-")
    return entidad, int(vigencia)


@contextmanager
def registro_declarado(reloj: Callable[[], datetime], azar: Callable[[], str]) -> Iterator[Anotador]:
    """Da quien anota lo que quedó de una corrida del país en la base declarada; sin una, quien no anota nada.

    Escribe solo el proceso que reparte los lotes, aunque corran en otras máquinas.
    """
    from rendicion.almacen.registro import Registro, url_declarada

    declarada = url_declarada()
    if declarada is None:
        yield sin_anotar
        return
    registro, iniciada = Registro(declarada), reloj().isoformat(timespec="seconds")

    def anotar(publicadas: Publicadas, fallas: Mapping[str, str], cortes: Cortes) -> None:
        hora = {"iniciada": iniciada, "terminada": reloj().isoformat(timespec="seconds")}
        registro.agregar([{"corrida_id": azar(), **hora, **f} for f in filas(publicadas, fallas, cortes, registro.entregas_anotadas())])

    try:
        yield anotar
    finally:
        registro.cerrar()
