"""La carpeta de una partición: sus tablas, sus huellas y su manifiesto, con el que se sabe que está completa.

Las tablas llevan los mismos bytes que en una entrega de ciudad. `avances` va también en Parquet; las demás, pequeñas,
van en Parquet en la entrega nacional.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esquemas import TABLAS
from rendicion import __version__, entrega
from rendicion.pais.declaracion import Pais
from rendicion.pais.deposito import MANIFIESTO, Contenido, Deposito
from rendicion.pais.lectura import Particion
from rendicion.tablas import escribir_parquet, lineas_csv

FORMATO = 1
EN_PARQUET = ("avances",)
Enteros32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Guardada:
    """Es una partición ya guardada: su carpeta, su manifiesto y la huella de este."""

    carpeta: str
    manifiesto: dict[str, Any]
    manifiesto_sha256: str


def carpeta_de(entidad: str, vigencia: int) -> str:
    """Devuelve dónde van las entregas de una partición."""
    return f"particiones/{vigencia}/{entidad}"


def ultima(salida: Deposito, entidad: str, vigencia: int) -> Guardada | None:
    """Devuelve la última entrega completa de una partición, o nada: sin manifiesto no está completa."""
    raiz = carpeta_de(entidad, vigencia)
    for nombre in reversed(salida.carpetas(raiz)):
        try:
            crudo = salida.leer(f"{raiz}/{nombre}/{MANIFIESTO}")
        except FileNotFoundError:
            continue
        return Guardada(f"{raiz}/{nombre}", json.loads(crudo), hashlib.sha256(crudo).hexdigest())
    return None


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
    """Dice si la partición ya está hecha con estas mismas entradas, y todos sus archivos tienen su tamaño."""
    previa = ultima(salida, p.entidad, p.vigencia)
    if previa is None or previa.manifiesto["huella"] != huella_de(pais, p):
        return False
    tamanos = salida.tamanos(previa.carpeta)
    return all(tamanos.get(r) == a["bytes"] for r, a in previa.manifiesto["archivos"].items())


def conservar(salida: Deposito, p: Particion) -> None:
    """Guarda la captura tal como llegó, con su huella por nombre."""
    salida.guardar(f"capturas/{p.vigencia}/{p.entidad}-{p.captura_sha256}.csv", p.evidencia)


def guardar_lote(
    salida: Deposito,
    pais: Pais,
    particiones: Sequence[Particion],
    tablas: Mapping[str, tuple[pa.Table, Enteros32]],
    cuentas: Sequence[Mapping[str, Sequence[int]]],
    cortes: Sequence[date],
    fuera: set[int],
) -> list[str]:
    """Guarda cada partición en su carpeta, salvo las que quedan por fuera; devuelve las guardadas."""
    cuantas = len(particiones)
    csv = {n: _tajadas_csv(n, t, p, cuantas) for n, (t, p) in tablas.items()}
    limites = {n: np.searchsorted(tablas[n][1], np.arange(cuantas + 1)) for n in EN_PARQUET}
    hechas = []
    for i, p in enumerate(particiones):
        if i in fuera:
            continue
        archivos: dict[str, Contenido] = {f"datos/{n}.csv": tajadas[i] for n, tajadas in csv.items()}
        for n in EN_PARQUET:
            desde, hasta = int(limites[n][i]), int(limites[n][i + 1])
            archivos[f"datos/{n}.parquet"] = _parquet(n, tablas[n][0].slice(desde, hasta - desde))
        _guardar(salida, pais, p, archivos, cuentas[i], cortes)
        hechas.append(p.nombre)
    return hechas


def _tajadas_csv(nombre: str, datos: pa.Table, particion: Enteros32, cuantas: int) -> list[Contenido]:
    """Escribe la tabla de todo el lote de una vez y la corta por partición."""
    encabezado = (",".join(TABLAS[nombre].nombres) + "\n").encode()
    lineas = lineas_csv(TABLAS[nombre], datos) if datos.num_rows else pa.array([], pa.string())
    posiciones = np.frombuffer(lineas.buffers()[1], np.int32, count=len(lineas) + 1) if len(lineas) else np.zeros(1, np.int32)
    cortes = posiciones[np.searchsorted(particion, np.arange(cuantas + 1))]
    texto = memoryview(lineas.buffers()[2]) if len(lineas) else memoryview(b"")
    return [encabezado + bytes(texto[a:b]) for a, b in zip(cortes[:-1].tolist(), cortes[1:].tolist(), strict=True)]


def _parquet(nombre: str, datos: pa.Table) -> Contenido:
    destino = pa.BufferOutputStream()
    escribir_parquet(TABLAS[nombre], datos, destino)
    return memoryview(destino.getvalue())


def _guardar(salida: Deposito, pais: Pais, p: Particion, archivos: dict[str, Contenido], cuentas: Mapping[str, Sequence[int]], cortes: Sequence[date]) -> None:
    previa = ultima(salida, p.entidad, p.vigencia)
    numero = previa.manifiesto["numero"] + 1 if previa else 1
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
        "validacion": {r: list(c) for r, c in sorted(cuentas.items())},
        "archivos": {r: {"bytes": len(memoryview(c)), "sha256": hashlib.sha256(c).hexdigest()} for r, c in sorted(archivos.items())},
    }
    contenido = (json.dumps(manifiesto, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    salida.guardar_carpeta(f"{carpeta_de(p.entidad, p.vigencia)}/{nombre}", {**archivos, MANIFIESTO: contenido})
