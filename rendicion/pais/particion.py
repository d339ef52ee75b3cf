"""El paquete de una partición: sus tablas, sus huellas y su manifiesto, en un solo archivo.

Las tablas llevan los mismos bytes que en una entrega de ciudad. `avances` va también en Parquet; las demás, pequeñas,
van en Parquet en la entrega nacional.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esquemas import TABLAS
from esquemas.arrow import esquema_arrow
from rendicion import __version__, entrega
from rendicion.pais.declaracion import Pais
from rendicion.pais.deposito import MANIFIESTO, Contenido, Deposito
from rendicion.pais.lectura import Particion
from rendicion.pais.paquete import empacar, leer_de
from rendicion.tablas import lineas_csv, volcar_parquet

FORMATO = 2
_JUNTAS = 64
EN_PARQUET = ("avances",)
DE_CUENTA = ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
Enteros32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class CuentasDelLote:
    """Son las filas que miró cada regla y las que no la cumplen, por partición; `reglas` va en orden alfabético.

    `comunes` trae esas dos cuentas por partición y regla; `propias`, las de lectura, que solo nombran lo que falló.
    """

    reglas: tuple[str, ...]
    comunes: npt.NDArray[np.int64]
    propias: Sequence[Mapping[str, int]]

    def de(self, i: int) -> dict[str, list[int]]:
        """Devuelve las cuentas de una partición."""
        suyas = dict(zip(self.reglas, self.comunes[i].tolist(), strict=True))
        return suyas if not self.propias[i] else dict(sorted((suyas | {r: [0, n] for r, n in self.propias[i].items()}).items()))

    def sumar(self, cuales: Sequence[int]) -> dict[str, list[int]]:
        """Suma las cuentas de unas particiones."""
        suma: dict[str, list[int]] = dict(zip(self.reglas, self.comunes[cuales].sum(axis=0).tolist(), strict=True))
        for i in cuales:
            for r, n in self.propias[i].items():
                suma.setdefault(r, [0, 0])[1] += n
        return suma


@dataclass(frozen=True)
class Guardada:
    """Es una entrega ya guardada: dónde está, su manifiesto y la huella de este."""

    lugar: str
    manifiesto: dict[str, Any]
    manifiesto_sha256: str


def carpeta_de(entidad: str, vigencia: int) -> str:
    """Devuelve dónde van las entregas de una partición."""
    return f"particiones/{vigencia}/{entidad}"


def ultima(salida: Deposito, entidad: str, vigencia: int) -> Guardada | None:
    """Devuelve la última entrega de una partición que se puede leer, o nada."""
    for nombre in reversed(entregas_de(salida, entidad, vigencia)):
        try:
            return leer_guardada(salida, f"{carpeta_de(entidad, vigencia)}/{nombre}.zip")
        except (BadZipFile, KeyError):
            continue
    return None


def entregas_de(salida: Deposito, entidad: str, vigencia: int) -> list[str]:
    """Devuelve los nombres de las entregas de una partición, en el orden en que se hicieron."""
    return sorted((n.removesuffix(".zip") for n in salida.carpetas(carpeta_de(entidad, vigencia)) if n.endswith(".zip")), key=_numero)


def _numero(nombre: str) -> int:
    return int(nombre.rpartition("-")[2])


def leer_guardada(salida: Deposito, lugar: str) -> Guardada:
    """Lee el manifiesto de un paquete."""
    crudo = leer_de(salida, lugar, MANIFIESTO)
    return Guardada(lugar, json.loads(crudo), hashlib.sha256(crudo).hexdigest())


def huella_de(pais: Pais, p: Particion) -> str:
    """Resume todo lo que decide el contenido de una partición."""
    return entrega.huella(
        {
            "formato": FORMATO,
            "programa": __version__,
            "plan": p.plan_sha256,
            "captura": p.captura_sha256,
            "fuentes": pais.crudo["fuentes"],
            "cortes": [c.isoformat() for c in pais.cortes[p.vigencia]],
            "sintetica": pais.sintetico,
        }
    )


def hecha(salida: Deposito, pais: Pais, p: Particion) -> bool:
    """Dice si la partición ya está hecha con estas mismas entradas: su paquete se escribe entero o no se escribe."""
    previa = ultima(salida, p.entidad, p.vigencia)
    return previa is not None and previa.manifiesto["huella"] == huella_de(pais, p)


def conservar(salida: Deposito, p: Particion) -> None:
    """Guarda la captura tal como llegó, con su huella por nombre."""
    salida.guardar(f"capturas/{p.vigencia}/{p.entidad}-{p.captura_sha256}.csv", p.evidencia)


@dataclass(frozen=True)
class Publicada:
    """Es lo que la entrega nacional toma de una partición: su nombre, la huella de su manifiesto, sus cuentas y sus totales."""

    entrega: str
    manifiesto_sha256: str
    cuentas: Mapping[str, int]
    totales: Sequence[Mapping[str, Any]]


def guardar_lote(
    salida: Deposito,
    pais: Pais,
    particiones: Sequence[Particion],
    tablas: Mapping[str, tuple[pa.Table, Enteros32]],
    cuentas: CuentasDelLote,
    cortes: Sequence[date],
    fuera: set[int],
) -> dict[tuple[int, str], Publicada]:
    """Guarda cada partición en su paquete, salvo las que quedan por fuera; devuelve las guardadas."""
    cuantas = len(particiones)
    totales = tablas["indicadores_total"][0].to_pylist()
    limites = np.searchsorted(tablas["indicadores_total"][1], np.arange(cuantas + 1)).tolist()
    sumas = _sumas(*tablas["conciliacion"], cuantas)
    hechas = {}
    for i, (p, archivos) in enumerate(zip(particiones, _archivos(tablas, cuantas), strict=True)):
        if i in fuera:
            continue
        nombre, sha256 = _guardar(salida, pais, p, archivos, cuentas.de(i), cortes)
        hechas[p.vigencia, p.entidad] = Publicada(nombre, sha256, {c: int(s[i]) for c, s in sumas.items()}, totales[limites[i] : limites[i + 1]])
    return hechas


def _archivos(tablas: Mapping[str, tuple[pa.Table, Enteros32]], cuantas: int) -> Iterator[dict[str, Contenido]]:
    """Escribe los archivos de cada partición, de a unas pocas: juntas cuestan menos que solas, y pocas caben en la memoria cercana."""
    limites = {n: np.searchsorted(p, np.arange(cuantas + 1)).tolist() for n, (_, p) in tablas.items()}
    for desde in range(0, cuantas, _JUNTAS):
        suyos = {n: v[desde : desde + _JUNTAS + 1] for n, v in limites.items()}
        datos = {n: t.slice(suyos[n][0], suyos[n][-1] - suyos[n][0]) for n, (t, _) in tablas.items()}
        lugares = {n: [x - v[0] for x in v] for n, v in suyos.items()}
        csv = {n: _tajadas_csv(n, t, lugares[n]) for n, t in datos.items()}
        completas = {n: datos[n].cast(esquema_arrow(TABLAS[n])) for n in EN_PARQUET}
        for i in range(len(lugares["avances"]) - 1):
            parquet = {f"datos/{n}.parquet": _parquet(completas[n].slice(lugares[n][i], lugares[n][i + 1] - lugares[n][i])) for n in EN_PARQUET}
            yield {f"datos/{n}.csv": tajadas[i] for n, tajadas in csv.items()} | parquet


def _sumas(conciliacion: pa.Table, particion: Enteros32, cuantas: int) -> dict[str, npt.NDArray[np.int64]]:
    return {c: np.bincount(particion, weights=conciliacion[c].to_numpy(), minlength=cuantas).astype(np.int64) for c in DE_CUENTA}


def _tajadas_csv(nombre: str, datos: pa.Table, limites: Sequence[int]) -> list[Contenido]:
    """Escribe la tabla de una vez y la corta en esas filas."""
    encabezado = (",".join(TABLAS[nombre].nombres) + "\n").encode()
    if not datos.num_rows:
        return [encabezado] * (len(limites) - 1)
    _, lugares, crudo = lineas_csv(TABLAS[nombre], datos).buffers()
    cortes, texto = np.frombuffer(lugares, np.int32)[limites].tolist(), memoryview(crudo)
    return [b"".join((encabezado, texto[a:b])) for a, b in pairwise(cortes)]


def _parquet(datos: pa.Table) -> Contenido:
    destino = pa.BufferOutputStream()
    volcar_parquet(datos, destino)
    return memoryview(destino.getvalue())


def _guardar(salida: Deposito, pais: Pais, p: Particion, archivos: dict[str, Contenido], cuentas: Mapping[str, Sequence[int]], cortes: Sequence[date]) -> tuple[str, str]:
    # Un paquete dañado no se puede leer, pero su número no se vuelve a usar: un nombre es siempre lo mismo.
    numero = max(map(_numero, entregas_de(salida, p.entidad, p.vigencia)), default=0) + 1
    previa = ultima(salida, p.entidad, p.vigencia) if numero > 1 else None
    nombre = f"{p.entidad}-{p.vigencia}-{cortes[-1]:%Y%m%d}-{numero:03d}"
    manifiesto = {
        "formato": entrega.FORMATO_MANIFIESTO,
        "entrega": nombre,
        "numero": numero,
        "entidad": p.entidad,
        "vigencia": p.vigencia,
        "corte": cortes[-1].isoformat(),
        "sintetica": pais.sintetico,
        "anterior": previa.manifiesto_sha256 if previa else None,
        "huella": huella_de(pais, p),
        "plan": {"archivo": f"{p.vigencia}/{p.entidad}/plan.csv", "sha256": p.plan_sha256},
        "capturas": [
            {"fuente": f.id, "origen": f"{p.vigencia}/{p.entidad}/avances.csv", "sha256": p.captura_sha256, "bytes": len(p.evidencia), "url_identifica": f.url_identifica}
            for f in sorted(pais.fuentes, key=lambda f: f.id)
        ],
        "cortes": [c.isoformat() for c in cortes],
        "periodo": [p.plan.inicio.isoformat(), p.plan.fin.isoformat()],
        "versiones": {"rendicion": __version__},
        "aviso": entrega.AVISO_SINTETICO if pais.sintetico else None,
        "validacion": cuentas,
        "archivos": {r: {"bytes": len(memoryview(c)), "sha256": hashlib.sha256(c).hexdigest()} for r, c in sorted(archivos.items())},
    }
    contenido = (json.dumps(manifiesto, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    salida.guardar(f"{carpeta_de(p.entidad, p.vigencia)}/{nombre}.zip", empacar({**archivos, MANIFIESTO: contenido}))
    return nombre, hashlib.sha256(contenido).hexdigest()
