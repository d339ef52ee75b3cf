"""Mide el país repartido entre trabajadores de Dask y escribe docs/pais-en-dask.md: `python -m benchmarks.maquinas`.

Un servidor de Prefect, un planificador y uno o dos trabajadores, cada uno en su proceso. Mide el reparto junto a un solo proceso sin
Dask, mata después a un trabajador en medio de otra corrida, y deja el diario de esa corrida. Pide una máquina sin nadie más.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.escenas import SEMILLA, Escena, decimal
from benchmarks.informe import maquina
from tests.integracion.servidores import RENDICION, Dask, Servidor, dask, esperar, servidor_de_prefect

RAIZ = Path(__file__).resolve().parents[1]
DOCUMENTO = RAIZ / "docs" / "pais-en-dask.md"
MUNICIPIOS, LOTES = 910, 8
TRABAJADORES = (1, 2)
MEBI = 1 << 20


@dataclass(frozen=True)
class Reparto:
    """Es una toma. Los segundos de los lotes van desde que empieza el primero hasta que acaba el último, según Prefect."""

    lotes: float
    orden: float
    procesador: float
    salida_mib: float


def orden(datos: Path, salida: Path, *mas: str) -> list[str]:
    """Arma la orden que corre el país."""
    return [*RENDICION, "pais", "correr", str(datos), "--salida", str(salida), "--json", *mas]


def por_lote() -> tuple[str, str]:
    """Parte el país en lotes iguales, para que haya qué repartir."""
    return "--por-lote", str(-(-MUNICIPIOS // LOTES))


def repartir(prefect: Servidor, en: Dask, datos: Path, salida: Path) -> Reparto:
    """Corre el país en ese Dask y lo mide."""
    os.sync()
    antes, desde, hechas = _procesador(en), time.perf_counter(), {t["id"] for t in _tareas(prefect)}
    hecho = subprocess.run(orden(datos, salida, *por_lote(), "--dask", en.direccion), cwd=RAIZ, env=prefect.ambiente, capture_output=True, text=True, check=False)
    total, procesador = time.perf_counter() - desde, _procesador(en) - antes
    if hecho.returncode:
        raise RuntimeError(hecho.stderr[-3000:])
    suyas = [t for t in _tareas(prefect) if t["id"] not in hechas]
    if len(suyas) != LOTES:
        msg = f"Se esperaban {LOTES} lotes y Prefect anotó {len(suyas)}."
        raise RuntimeError(msg)
    lotes = max(_hora(t["end_time"]) for t in suyas) - min(_hora(t["start_time"]) for t in suyas)
    return Reparto(lotes.total_seconds(), total, procesador, sum(a.stat().st_size for a in salida.rglob("*") if a.is_file()) / MEBI)


def _procesador(en: Dask) -> float:
    """Suma lo que los trabajadores llevan de procesador, en segundos, según el sistema."""
    campos = [Path(f"/proc/{t.pid}/stat").read_text("ascii").rpartition(")")[2].split() for t in en.trabajadores]
    return sum(int(c[11]) + int(c[12]) for c in campos) / os.sysconf("SC_CLK_TCK")


def _tareas(prefect: Servidor) -> list[dict[str, Any]]:
    return list(prefect.pedir("task_runs/filter", limit=200, sort="EXPECTED_START_TIME_DESC"))


def _hora(texto: str) -> datetime:
    return datetime.fromisoformat(texto)


def solo(datos: Path, salida: Path, procesos: int, ambiente: dict[str, str]) -> float:
    """Corre lo mismo sin Dask ni Prefect, y dice los segundos de la orden entera."""
    os.sync()
    desde = time.perf_counter()
    sin_prefect = {c: v for c, v in ambiente.items() if not c.startswith("PREFECT_")}
    subprocess.run(orden(datos, salida, *por_lote(), "--procesos", str(procesos)), cwd=RAIZ, env=sin_prefect, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - desde


def huella(salida: Path) -> str:
    """Da una sola huella de todo lo publicado: nombres y bytes."""
    suma = hashlib.sha256()
    for archivo in sorted(a for a in salida.rglob("*") if a.is_file() and not a.name.startswith(".")):
        suma.update(str(archivo.relative_to(salida)).encode() + hashlib.sha256(archivo.read_bytes()).digest())
    return suma.hexdigest()


def con_una_muerte(prefect: Servidor, carpeta: Path, datos: Path) -> tuple[Path, list[str]]:
    """Corre el país con dos trabajadores, mata uno (SIGKILL) cuando va por la mitad, y devuelve la salida y el diario."""
    salida = carpeta / "salida-muerte"
    with dask(carpeta, 2, prefect.ambiente) as en:
        corrida = subprocess.Popen(orden(datos, salida, *por_lote(), "--dask", en.direccion), cwd=RAIZ, env=prefect.ambiente, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        esperar(lambda: len(list(salida.glob("particiones/*/*/[!.]*.zip"))) >= MUNICIPIOS // 2 or corrida.poll() is not None, 1_200, "la mitad del país")
        if corrida.poll() is not None:
            raise RuntimeError("La corrida terminó antes de la mitad: " + corrida.communicate()[0][-3000:])
        os.kill(en.trabajadores[1].pid, signal.SIGKILL)
        muerte = time.strftime("%H:%M:%S")
        dicho = corrida.communicate()[0]
        if corrida.returncode:
            raise RuntimeError(dicho[-3000:])
        de_dask = en.diario.read_text("utf-8")
    flujo = [f"{n[:8]} flujo       {n.split(' - ', 1)[1]}" for n in dicho.splitlines() if re.match(r"\d\d:\d\d:\d\d\.\d+ \|", n) and " - " in n and "http:" not in n]
    propias = [m for n in de_dask.splitlines() if (m := re.match(r"\S+ (\d\d:\d\d:\d\d),\d+ - distributed\.(\S+) - (\w+) - (.*)", n))]
    otras = [f"{m[1]} dask        {m[4]}" for m in propias if m[3] != "INFO" or re.search(r"Register worker|Remove worker|Registered to", m[4])]
    return salida, sorted([*map(_limpia, flujo + otras), f"{muerte} -- aquí se mata al trabajador 2 (SIGKILL) --"], key=lambda n: n[:8])


def _limpia(linea: str) -> str:
    """Quita de una línea lo que solo dice algo de esta máquina: puertos y carpetas."""
    return re.sub(r"tcp://127\.0\.0\.1:\d+", "tcp://…", re.sub(r"(?<=[\s='])/\S+", "…", linea))[:200].rstrip()


def medir(prefect: Servidor, carpeta: Path, datos: Path, veces: int) -> dict[str, Any]:
    """Intercala las formas de correr el mismo país; cada toma escribe en una salida nueva, y todas deben dejar los mismos bytes."""
    solos: dict[int, list[float]] = {n: [] for n in TRABAJADORES}
    repartos: dict[int, list[Reparto]] = {n: [] for n in TRABAJADORES}
    huellas = set()
    for _ in range(veces):
        for n in TRABAJADORES:
            salida = carpeta / "salida"
            solos[n].append(solo(datos, salida, n, prefect.ambiente))
            huellas.add(huella(salida))
            shutil.rmtree(salida)
            with dask(carpeta, n, prefect.ambiente) as en:
                # La primera corrida carga Great Expectations en cada trabajador; los trabajadores quedan en pie, y eso se paga una vez.
                repartir(prefect, en, datos, salida)
                shutil.rmtree(salida)
                repartos[n].append(repartir(prefect, en, datos, salida))
            huellas.add(huella(salida))
            shutil.rmtree(salida)
            print(f"{n}: {solos[n][-1]:.1f} s sin Dask; {repartos[n][-1]}", file=sys.stderr, flush=True)
    salida, diario = con_una_muerte(prefect, carpeta, datos)
    huellas.add(huella(salida))
    if len(huellas) != 1:
        msg = "No todas las corridas dejaron los mismos bytes."
        raise RuntimeError(msg)
    return {"solos": solos, "repartos": repartos, "huella": huellas.pop(), "diario": diario}


def documento(medido: dict[str, Any], veces: int, carga: float) -> str:
    """Escribe la página: lo medido y el diario."""
    repartos = {n: {c: median(getattr(t, c) for t in ts) for c in Reparto.__dataclass_fields__} for n, ts in medido["repartos"].items()}
    base, solo_uno = repartos[1], median(medido["solos"][1])
    filas = [
        f"| {n} | {decimal(r['lotes'])} | {decimal(base['lotes'] / r['lotes'], 2)} × | {decimal(100 * base['lotes'] / r['lotes'] / n, 0)} % | {decimal(r['procesador'])} | {decimal(r['orden'])} | {decimal(median(medido['solos'][n]))} | {decimal(solo_uno / median(medido['solos'][n]), 2)} × | {decimal(r['salida_mib'] / r['lotes'], 0)} |"
        for n, r in repartos.items()
    ]
    return "\n".join((
        "# El país en Dask: cuánto rinde cada trabajador, y el diario de una corrida",
        "",
        "Lo escribe `python -m benchmarks.maquinas`, con datos **sintéticos**. Un planificador de Dask y uno o dos trabajadores, cada uno en su proceso y con un",
        "solo hilo; el flujo es el de Prefect, con su servidor. Qué es y cómo se usa: [el país](pais.md).",
        "",
        f"Semilla {SEMILLA}; {MUNICIPIOS} municipios, un año, {LOTES} lotes; mediana de {veces} tomas intercaladas. {maquina(carga)}",
        "",
        "| trabajadores | los lotes (s) | contra uno | rinde cada uno | procesador de los trabajadores (s) | la orden entera (s) | sin Dask, con tantos procesos (s) | contra uno | MiB escritos por segundo |",
        f"|{'---|' * 9}",
        *filas,
        "",
        "«Los lotes» va desde que empieza el primero hasta que acaba el último, con los trabajadores ya en pie. «La orden entera» suma cargar Prefect, repartir y la",
        "entrega nacional, que es de un solo proceso. Los trabajadores comparten los núcleos con el planificador, el flujo y el servidor de Prefect.",
        "",
        "## El diario de una corrida en que muere un trabajador",
        "",
        f"Todas las corridas de esta página, y también esta, dejaron los mismos bytes: la huella de todo lo publicado es `{medido['huella']}`.",
        "",
        "```",
        *medido["diario"],
        "```",
        "",
    ))  # fmt: skip


def main() -> int:
    """Mide y escribe la página."""
    pedido = argparse.ArgumentParser("python -m benchmarks.maquinas", description=__doc__.splitlines()[0] if __doc__ else None)
    pedido.add_argument("--veces", type=int, default=3, help="de cuántas tomas se saca la mediana")
    veces, carga = pedido.parse_args().veces, os.getloadavg()[0]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="banco-") as temporal:
        carpeta = Path(temporal)
        datos = Escena(RAIZ, carpeta, veces, 1, 2).datos(1_000_000, (MUNICIPIOS, 1))
        casa = carpeta / "prefect"
        casa.mkdir()
        with servidor_de_prefect(casa) as prefect:
            DOCUMENTO.write_text(documento(medir(prefect, carpeta, datos, veces), veces, carga), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
