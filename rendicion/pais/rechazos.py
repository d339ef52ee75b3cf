"""Los registros que no pasan, con sus razones: las de lectura y las de negocio, una fila por registro."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esquemas import TABLAS
from esquemas.arrow import esquema_arrow
from rendicion.hallazgos import Rechazo
from rendicion.normalizacion import unir_rechazos
from rendicion.pais.declaracion import Pais
from rendicion.pais.lectura import Leido, Particion

if TYPE_CHECKING:
    from validaciones.pais import Veredicto
    from validaciones.reglas import Regla

Enteros32 = npt.NDArray[np.int32]


def reunir(leido: Leido, veredictos: Sequence[Veredicto], reglas: Sequence[Mapping[tuple[str, str | None], Regla]], particiones: Sequence[Particion]) -> list[tuple[int, Rechazo]]:
    """Junta lo que no se entendió y lo que no cumple una regla; devuelve (fila del lote, rechazo), en orden.

    `reglas` son las de cada partición, por nombre y fuente: de ahí salen la explicación y el remedio de su plan.
    """
    sueltos = [_con_fila(fila, r) for fila, r in leido.rechazos]
    for v in veredictos:
        if v.fallan is not None:
            sueltos += _de_la_regla(np.flatnonzero(v.fallan), v.regla, leido.tabla, reglas, particiones)
    return [(r.fila, r) for r in unir_rechazos(sueltos)]


def _con_fila(fila: int, r: Rechazo) -> Rechazo:
    return Rechazo(fila, r.registro, r.campo, r.regla, r.explicacion, r.como_corregir, r.valor)


def _de_la_regla(filas: npt.NDArray[np.int64], regla: Regla, tabla: pa.Table, reglas: Sequence[Mapping[tuple[str, str | None], Regla]], particiones: Sequence[Particion]) -> list[Rechazo]:
    campo = regla.campo or ""
    elegidas = tabla.select(["particion", "fila", "registro", campo] if campo != "registro" else ["particion", "fila", "registro"]).take(pa.array(filas))
    hechos = []
    for fila, p, n, registro, valor in zip(filas.tolist(), *(elegidas[c].to_pylist() for c in ("particion", "fila", "registro", campo)), strict=True):
        propia = reglas[p][regla.regla, regla.fuente]
        lugar = f"{particiones[p].vigencia}/{particiones[p].entidad}/avances.csv, fila {n + 2}"
        hechos.append(Rechazo(fila, registro, campo, propia.regla, f"{propia.explicacion.replace('{valor}', str(valor))} Está en {lugar}.", propia.como_corregir, str(valor)))
    return hechos


def tabla_de_rechazos(rechazos: Sequence[tuple[int, Rechazo]], leido: Leido, particiones: Sequence[Particion], pais: Pais) -> tuple[pa.Table, Enteros32]:
    """Arma la tabla `rechazos` de todo el lote; un registro repetido lleva ~2, ~3… dentro de su partición y fuente."""
    lugar = pa.array([f for f, _ in rechazos], pa.int64())
    de_quien, fuentes = (leido.tabla[c].take(lugar).to_pylist() for c in ("particion", "fuente"))
    veces: dict[tuple[int, str, str], int] = {}
    filas: list[tuple[int, dict[str, Any]]] = []
    for (_, r), p, id_ in zip(rechazos, de_quien, fuentes, strict=True):
        fuente = pais.fuente(id_)
        veces[p, id_, r.registro] = vez = veces.get((p, id_, r.registro), 0) + 1
        filas.append((p, {
            "fuente": id_,
            "captura_sha256": particiones[p].captura_sha256,
            "registro": r.registro if vez == 1 else f"{r.registro}~{vez}",
            "campo": r.campo or None,
            "valor": r.valor,
            "regla": r.regla,
            "explicacion": r.explicacion,
            "como_corregir": r.como_corregir,
            "responsable": fuente.responsable or fuente.dependencia,
        }))  # fmt: skip
    filas.sort(key=lambda f: (f[0], f[1]["fuente"], f[1]["registro"]))
    return pa.Table.from_pylist([f for _, f in filas], schema=esquema_arrow(TABLAS["rechazos"])), np.array([p for p, _ in filas], np.int32)
