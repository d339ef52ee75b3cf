"""Qué se compara con qué: cada escena da una tabla, con su línea de base al lado."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log
from pathlib import Path
from typing import BinaryIO

from benchmarks.medir import Toma, intercalar, medir
from rendicion.sintetico.pais import Receta, escribir_pais

Tamanos = Mapping[int, tuple[int, int]]
SEMILLA = Receta.semilla


@dataclass(frozen=True)
class Tabla:
    """Es una tabla del informe: título, encabezado, filas y una nota."""

    titulo: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]
    nota: str = ""


@dataclass(frozen=True)
class Escena:
    """Dice dónde se mide, cuántas veces y con cuántos procesos."""

    raiz: Path
    carpeta: Path
    veces: int
    veces_mayor: int
    procesos: int

    def datos(self, registros: int, tamano: tuple[int, int]) -> Path:
        """Genera una vez el país de ese tamaño, en particiones y también en un solo archivo."""
        carpeta = self.carpeta / f"datos-{registros}"
        if not carpeta.exists():
            municipios, anios = tamano
            receta = Receta(SEMILLA, municipios, tuple(range(2025 - anios, 2025)))
            with _junto(carpeta) as junto:
                for n, (_, _, hecha) in enumerate(escribir_pais(carpeta, receta)):
                    junto.write(hecha.evidencia if n == 0 else hecha.evidencia.split(b"\n", 1)[1])
        return carpeta

    def paso(self, nombre: str, datos: Path, *mas: str) -> list[str]:
        """Arma la orden de un paso, con su propia salida."""
        return [sys.executable, "-m", "benchmarks.pasos", nombre, str(datos), str(self.carpeta / f"salida-{nombre}"), *mas]

    def limpiar(self) -> None:
        """Borra lo que escribieron los pasos."""
        for salida in self.carpeta.glob("salida-*"):
            shutil.rmtree(salida)


def _junto(carpeta: Path) -> BinaryIO:
    carpeta.mkdir(parents=True)
    return (carpeta / "junto.csv").open("wb")


def _miles(n: int) -> str:
    return f"{n:,}".replace(",", ".")


def decimal(valor: float, decimales: int = 1) -> str:
    """Escribe un número con coma decimal."""
    return f"{valor:.{decimales}f}".replace(".", ",")


def _s(t: Toma) -> str:
    return decimal(t.segundos)


def _veces(t: Toma, base: Toma) -> str:
    return f"{decimal(t.segundos / base.segundos)} ×"


def _exponentes(puntos: list[tuple[int, float]]) -> str:
    pares = pairwise(puntos)
    return ", ".join(f"{_miles(b[0])}: {decimal(log(b[1] / a[1]) / log(b[0] / a[0]), 2)}" for a, b in pares)


def pais(escena: Escena, tamanos: Tamanos) -> tuple[Tabla, Toma]:
    """Mide la corrida completa junto al piso físico, en un archivo y por particiones; deja hecha la salida del mayor tamaño."""
    filas, puntos = [], []
    for registros, tamano in tamanos.items():
        print(f"País de {registros} registros", file=sys.stderr, flush=True)
        escena.limpiar()
        datos, n = escena.datos(registros, tamano), str(escena.procesos)
        veces = escena.veces if registros <= 1_000_000 else escena.veces_mayor
        ordenes = {"piso": escena.paso("piso", datos), "piso por partición": escena.paso("piso_por_particion", datos, n), "nuestro": escena.paso("nuestro", datos, n)}
        piso, partido, nuestro = intercalar(ordenes, veces, escena.raiz).values()
        puntos.append((int(str(nuestro.dicho["registros"])), nuestro.segundos))
        filas.append((_miles(puntos[-1][0]), str(veces), _s(piso), _s(partido), _s(nuestro), _veces(nuestro, piso), _veces(nuestro, partido), *(decimal(t.procesador) for t in (piso, partido, nuestro)), decimal(piso.memoria, 0), decimal(nuestro.memoria, 0)))
    columnas = ("registros", "tomas", "piso, un archivo (s)", "piso, por partición (s)", "nuestro (s)", "contra un archivo", "contra particiones", "procesador: piso (s)", "por partición (s)", "nuestro (s)", "memoria del piso (MiB)", "memoria nuestra (MiB)")
    nota = f"Exponente del costo hasta cada tamaño (1 es lineal): {_exponentes(puntos)}." if len(puntos) > 1 else ""
    return Tabla("La corrida completa del país", columnas, tuple(filas), nota), nuestro


def perfil(escena: Escena, tamanos: Tamanos) -> Tabla:
    """Dice en qué se va el procesador de un lote, fase por fase."""
    registros, tamano = max((n, t) for n, t in tamanos.items() if n <= 1_000_000)
    toma = medir(escena.paso("perfil", escena.datos(registros, tamano)), escena.raiz)
    millones, fases = int(str(toma.dicho["registros"])) / 1e6, toma.dicho["fases"]
    filas = tuple((nombre, decimal(s / millones, 2), f"{decimal(100 * s / fases['todo'], 0)} %") for nombre, s in fases.items())
    return Tabla(
        "En qué se va el tiempo", ("fase", "procesador (s por millón)", "parte"), filas,
        f"Un lote de {toma.dicho['particiones']} particiones y {_miles(int(str(toma.dicho['registros'])))} registros, en un proceso que ya cargó Great Expectations. No incluye la entrega nacional.",
    )  # fmt: skip


def validacion(escena: Escena, tamanos: Tamanos) -> list[Tabla]:
    """Mide las mismas reglas con cada motor, y los indicadores con cada forma de calcularlos; leer, que es común, no se cuenta."""
    reglas, cifras = [], []
    for registros, tamano in tamanos.items():
        print(f"Validación de {registros} registros", file=sys.stderr, flush=True)
        datos = escena.datos(registros, tamano)
        pasos = ["solo_leer", "validar_nuestro", "validar_gx", "validar_pandera", *(["validar_frictionless"] if registros <= 100_000 else [])]
        tomas = intercalar({p: escena.paso(p, datos) for p in pasos}, escena.veces, escena.raiz)
        base = tomas.pop("solo_leer")
        de_gx = tomas["validar_gx"].propios
        reglas += [(_miles(registros), p.removeprefix("validar_"), decimal(t.propios, 2), decimal(t.propios / de_gx, 2), decimal(t.segundos - base.segundos), decimal(t.memoria, 0), _miles(t.dicho["faltas"])) for p, t in tomas.items()]
        tomas = intercalar({p: escena.paso(p, datos) for p in ("calcular_nuestro", "calcular_puro", "calcular_pandas")}, escena.veces, escena.raiz)
        cifras += [(_miles(registros), p.removeprefix("calcular_"), decimal(t.propios, 2), decimal(t.memoria, 0), _miles(t.dicho["filas"])) for p, t in tomas.items()]
    return [
        Tabla(
            "Las reglas de negocio, por motor", ("registros", "motor", "validar (s)", "contra gx", "con la carga (s)", "memoria (MiB)", "faltas"), tuple(reglas),
            "«validar» es solo correr las reglas hasta nombrar cada fila que falla, con la biblioteca ya cargada; «con la carga» incluye cargarla, sin la lectura, que es la misma. Un solo proceso.",
        ),
        Tabla("Los indicadores, por forma de calcularlos", ("registros", "forma", "segundos", "memoria (MiB)", "filas"), tuple(cifras), "«nuestro» y «puro» dan las mismas filas exactas; «pandas» solo suma por actividad y corte, en coma flotante."),
    ]  # fmt: skip


def incremental(escena: Escena, tamanos: Tamanos, primera: Toma) -> Tabla:
    """Mide qué cuesta repetir sin cambios, y qué cuesta que un municipio cambie, sobre la salida que dejó `pais`."""
    registros, tamano = max(tamanos.items())
    print(f"Incremental sobre {registros} registros", file=sys.stderr, flush=True)
    datos, n = escena.datos(registros, tamano), str(escena.procesos)
    igual = medir(escena.paso("nuestro", datos, n, "--seguir"), escena.raiz)
    uno = max(datos.glob("[0-9]*/*/avances.csv"))
    original = uno.read_bytes()
    try:
        uno.write_bytes(original.replace(b"presencial", b"radio"))
        cambia = medir(escena.paso("nuestro", datos, n, "--seguir"), escena.raiz)
        uno.write_bytes(original.replace(b"presencial", b"web"))
        sola = medir([sys.executable, "-m", "rendicion.linea", "pais", "correr", str(datos), "--salida", str(escena.carpeta / "salida-nuestro"), "--entidad", uno.parent.name, "--vigencia", uno.parent.parent.name, "--json"], escena.raiz)
    finally:
        uno.write_bytes(original)
    nombres = ("todo, la primera vez", "todo, sin cambios", "todo, con un municipio cambiado", "solo ese municipio (--entidad, --vigencia)")
    filas = tuple((_miles(registros), nombre, _s(t), decimal(t.segundos / primera.segundos, 2)) for nombre, t in zip(nombres, (primera, igual, cambia, sola), strict=True))
    return Tabla("Repetir y cambiar", ("registros", "qué se corre", "segundos", "contra la primera"), filas)


def ciudad(escena: Escena) -> Tabla:
    """Mide el trabajo principal, de una ciudad, junto a lo que ningún proceso puede evitar."""
    print("El trabajo principal", file=sys.stderr, flush=True)
    correr = [sys.executable, "-m", "rendicion.linea", "correr", "--json", "--salida"]
    vacia, llena = escena.carpeta / "salida-ciudad", escena.carpeta / "salida-ciudad-llena"
    medir([*correr, str(llena)], escena.raiz)
    tomas: dict[str, list[Toma]] = {"piso": [], "primera": [], "sin cambios": []}
    for _ in range(escena.veces):
        tomas["piso"].append(medir(escena.paso("piso_de_ciudad", escena.carpeta), escena.raiz))
        shutil.rmtree(vacia, ignore_errors=True)
        tomas["primera"].append(medir([*correr, str(vacia)], escena.raiz))
        tomas["sin cambios"].append(medir([*correr, str(llena)], escena.raiz))
    piso, primera, igual = (sorted(t, key=lambda x: x.segundos)[len(t) // 2] for t in tomas.values())
    filas = (
        ("piso: cargar Great Expectations y pyarrow, validar una tabla", _s(piso), "1,0 ×", decimal(piso.memoria, 0)),
        ("rendicion correr, salida vacía", _s(primera), _veces(primera, piso), decimal(primera.memoria, 0)),
        ("rendicion correr, sin cambios", _s(igual), _veces(igual, piso), decimal(igual.memoria, 0)),
    )
    return Tabla("El trabajo principal (una ciudad)", ("qué", "segundos", "contra el piso", "memoria (MiB)"), filas, f"La corrida sin cambios cuesta {decimal(igual.segundos / primera.segundos, 2)} de la completa.")
