"""Comprueba la entrega nacional sin confiar en quien la publicó.

Uso:
    python3 verificar_pais.py                              la carpeta en que está este archivo
    python3 verificar_pais.py CARPETA                      otra carpeta
    python3 verificar_pais.py CARPETA --particiones DIR    además, cada partición publicada (DIR/AÑO/ENTIDAD/ENTREGA.zip)

Solo usa la biblioteca estándar de Python 3.9 o posterior y, para las particiones, `verificar.py`, que está al lado.
Vuelve a calcular cada media desde los totales publicados, con aritmética exacta. Termina en 0 si todo está bien,
en 1 si algo está mal y en 2 si la orden se escribió mal.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.util
import json
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

CUENTAS = ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
SIN_FIRMA_PROPIA = {"manifiesto.json", "SHA256SUMS"}
TOLERANCIA = Fraction(5, 1000)
Fila = dict[str, str]


def filas(archivo: Path) -> list[Fila]:
    """Lee un CSV publicado."""
    with archivo.open(encoding="utf-8", newline="") as abierto:
        return list(csv.DictReader(abierto))


def sha256(archivo: Path) -> str:
    """Calcula la huella de un archivo."""
    suma = hashlib.sha256()
    with archivo.open("rb") as abierto:
        for parte in iter(lambda: abierto.read(1 << 20), b""):
            suma.update(parte)
    return suma.hexdigest()


def escribir(valor: Fraction | None, decimales: int) -> str:
    """Escribe un valor redondeado una vez, la mitad hacia el par; vacío si no lo hay."""
    if valor is None:
        return ""
    unidades = round(valor * 10**decimales)
    return f"{unidades // 10**decimales}.{unidades % 10**decimales:0{decimales}d}"


def mirar_archivos(carpeta: Path, manifiesto: dict[str, Any]) -> Iterator[str]:
    """Comprueba que cada archivo sea el que anunció el manifiesto, y que no sobre ninguno."""
    for ruta, anunciado in manifiesto["archivos"].items():
        archivo = carpeta / ruta
        if ".." in Path(ruta).parts or archivo.is_symlink() or not archivo.is_file():
            yield f"{ruta}: falta el archivo"
        elif archivo.stat().st_size != anunciado["bytes"] or sha256(archivo) != anunciado["sha256"]:
            yield f"{ruta}: su contenido no es el que anunció el manifiesto"
    for archivo in sorted(carpeta.rglob("*")):
        ruta = archivo.relative_to(carpeta).as_posix()
        if archivo.is_file() and ruta not in manifiesto["archivos"] and ruta not in SIN_FIRMA_PROPIA and "__pycache__" not in ruta:
            yield f"{ruta}: no está en el manifiesto"


def mirar_entidades(entidades: list[Fila], totales: list[Fila]) -> Iterator[str]:
    """Comprueba las cuentas de cada entidad, y que esté en los totales si y solo si está publicada."""
    con_total = {(t["entidad"], t["vigencia"]) for t in totales}
    for clave, veces in Counter((e["entidad"], e["vigencia"]) for e in entidades).items():
        if veces > 1:
            yield f"{'-'.join(clave)}: está {veces} veces en entidades"
    for e in entidades:
        nombre = f"{e['entidad']}-{e['vigencia']}"
        publicada = e["situacion"] == "publicada"
        if publicada != ((e["entidad"], e["vigencia"]) in con_total):
            yield f"{nombre}: dice «{e['situacion']}» y sus totales {'faltan' if publicada else 'están'}"
        if e["departamento"] != e["entidad"][:2]:
            yield f"{nombre}: su departamento no es el de su código"
        if publicada:
            recibidos, aceptados, rechazados, cuentan, no_cuentan = (int(e[c]) for c in CUENTAS)
            if recibidos != aceptados + rechazados or aceptados != cuentan + no_cuentan:
                yield f"{nombre}: sus cuentas no cuadran"
        elif not e["motivo"]:
            yield f"{nombre}: no está publicada y no se dice por qué"
    for entidad, vigencia in sorted(con_total - {(e["entidad"], e["vigencia"]) for e in entidades}):
        yield f"{entidad}-{vigencia}: tiene totales y no está en entidades"


def mirar_totales(totales: list[Fila]) -> Iterator[str]:
    """Comprueba que el porcentaje de cada total sea su numerador entre su denominador, salvo el redondeo de ambos."""
    for t in totales:
        for medida in ("avance", "cumplimiento"):
            denominador, dicho = Fraction(t[f"{medida}_denominador"]), t[f"{medida}_pct"]
            if (denominador == 0) != (dicho == ""):
                yield f"{t['entidad']}-{t['vigencia']} al {t['corte']}: {medida} sin pesos, o sin porcentaje"
            elif denominador and abs(Fraction(t[f"{medida}_numerador"]) / denominador - Fraction(dicho)) > TOLERANCIA + Fraction(1, 10**6) / denominador:
                yield f"{t['entidad']}-{t['vigencia']} al {t['corte']}: {medida}_pct no es el numerador entre el denominador"


def recalcular(entidades: list[Fila], totales: list[Fila]) -> dict[tuple[str, ...], Fila]:
    """Vuelve a calcular todas las filas de los indicadores nacionales."""
    fichas = {e["entidad"]: e for e in entidades}
    grupos: dict[tuple[str, ...], list[Fila]] = defaultdict(list)
    for t in totales:
        ficha = fichas[t["entidad"]]
        for nivel, codigo in (("pais", "CO"), ("departamento", ficha["departamento"]), ("categoria", ficha["categoria"])):
            grupos[nivel, codigo, t["vigencia"], t["corte"]].append(t)
    del_grupo = Counter(g for f in fichas.values() for g in (("pais", "CO"), ("departamento", f["departamento"]), ("categoria", f["categoria"])))
    esperadas = {}
    for clave, suyas in grupos.items():
        fila: Fila = {"entidades": str(len(suyas)), "entidades_sin_dato": str(del_grupo[clave[0], clave[1]] - len(suyas))}
        for medida in ("avance", "cumplimiento"):
            valores = [Fraction(t[f"{medida}_numerador"]) / d for t in suyas if (d := Fraction(t[f"{medida}_denominador"]))]
            valor = sum(valores, Fraction(0)) / len(valores) if valores else None
            fila[f"{medida}_pct"] = escribir(valor, 2)
            fila[f"{medida}_numerador"] = escribir(sum(valores, Fraction(0)), 6)
            fila[f"{medida}_denominador"] = escribir(Fraction(len(valores)), 6)
        fila["zona"] = "sin_programar" if valor is None else "baja" if valor < 60 else "media" if valor < 80 else "alta"
        for cuenta in ("actividades_con_meta", "actividades_con_reporte"):
            fila[cuenta] = str(sum(int(t[cuenta]) for t in suyas))
        esperadas[clave] = fila
    return esperadas


def mirar_nacionales(entidades: list[Fila], totales: list[Fila], publicadas: list[Fila]) -> Iterator[str]:
    """Compara cada media publicada con la recalculada, en los dos sentidos y hasta el último dígito."""
    esperadas = recalcular(entidades, totales)
    dichas: dict[tuple[str, ...], Fila] = {(f["nivel"], f["codigo"], f["vigencia"], f["corte"]): f for f in publicadas}
    for clave in sorted(set(esperadas) ^ set(dichas)):
        yield f"{' / '.join(clave)}: {'falta' if clave in esperadas else 'sobra'} la fila"
    for clave in sorted(set(esperadas) & set(dichas)):
        for columna, valor in esperadas[clave].items():
            if dichas[clave][columna] != valor:
                yield f"{' / '.join(clave)}, {columna}: publicado «{dichas[clave][columna]}», recalculado «{valor}»"


def mirar_particiones(raiz: Path, entidades: list[Fila], totales: list[Fila]) -> Iterator[str]:
    """Comprueba cada partición publicada: su manifiesto, sus archivos, lo que cuenta y cada cifra desde su evidencia."""
    libre = _verificador()
    dichos: dict[tuple[str, str], list[Fila]] = defaultdict(list)
    for t in totales:
        dichos[t["entidad"], t["vigencia"]].append(t)
    miradas = [libre.mirar_manifiesto, libre.mirar_plan, libre.mirar_motivos, libre.mirar_duplicados, libre.mirar_capturas, libre.mirar_conciliacion]
    miradas += [libre.mirar_indicadores(t) for t in libre.INDICADORES]
    for e in (e for e in entidades if e["situacion"] == "publicada"):
        paquete = raiz / e["vigencia"] / e["entidad"] / f"{e['entrega']}.zip"
        with tempfile.TemporaryDirectory() as temporal:
            carpeta = Path(temporal)
            try:
                abrir_paquete(paquete, carpeta)
            except (OSError, zipfile.BadZipFile) as error:
                yield f"{e['entrega']}: su partición no está o no se puede abrir ({error})"
                continue
            yield from (f"{e['entrega']}: {f}" for f in _mirar_particion(libre, miradas, carpeta, e["manifiesto_sha256"], dichos[e["entidad"], e["vigencia"]]))


def abrir_paquete(paquete: Path, carpeta: Path) -> None:
    """Deja en una carpeta los archivos de una partición, que se publica como un solo ZIP; se niega si uno saldría de ella."""
    with zipfile.ZipFile(paquete) as zip_:
        if any(".." in Path(n).parts or Path(n).is_absolute() for n in zip_.namelist()):
            raise zipfile.BadZipFile("un archivo saldría de la carpeta")
        zip_.extractall(carpeta)


def _mirar_particion(libre: Any, miradas: list[Any], carpeta: Path, manifiesto_sha256: str, totales: list[Fila]) -> Iterator[str]:
    if not (carpeta / "manifiesto.json").is_file() or sha256(carpeta / "manifiesto.json") != manifiesto_sha256:
        yield "su manifiesto no es el que señala la entrega nacional"
        return
    yield from mirar_archivos(carpeta, json.loads((carpeta / "manifiesto.json").read_text("utf-8")))
    entrega = libre.Entrega(carpeta)
    for n, mirada in enumerate(miradas):
        comprobacion = libre._mirar(entrega, str(n), "", mirada)  # noqa: SLF001 -- una partición hostil no debe tumbar las demás
        if comprobacion.estado != libre.BIEN:
            yield from comprobacion.detalles[:5]
    if filas(carpeta / "datos/indicadores_total.csv") != totales:
        yield "sus totales no son los de la entrega nacional"


def _verificador() -> Any:
    ruta = Path(__file__).resolve().parent / "verificar.py"
    if not ruta.is_file():
        ruta = ruta.parent.parent / "verificador" / "verificar.py"
    lugar = importlib.util.spec_from_file_location("verificar_una_entrega", ruta)
    if lugar is None or lugar.loader is None:
        raise FileNotFoundError(ruta)
    modulo = importlib.util.module_from_spec(lugar)
    sys.modules[lugar.name] = modulo
    lugar.loader.exec_module(modulo)
    return modulo


def comprobar(carpeta: Path, particiones: Path | None = None) -> list[tuple[str, list[str]]]:
    """Recorre las comprobaciones; devuelve cada una con lo que halló mal."""
    try:
        manifiesto = json.loads((carpeta / "manifiesto.json").read_text("utf-8"))
        entidades, totales, nacionales = (filas(carpeta / f"datos/{t}.csv") for t in ("entidades", "indicadores_total", "indicadores_nacionales"))
        hechas = [
            ("Cada archivo es el que anunció el manifiesto", list(mirar_archivos(carpeta, manifiesto))),
            ("Cada entidad está, o se dice por qué no", list(mirar_entidades(entidades, totales))),
            ("Cada total es su numerador entre su denominador", list(mirar_totales(totales))),
            ("Cada media sale de los totales publicados", list(mirar_nacionales(entidades, totales, nacionales))),
        ]
        if particiones:
            hechas.append(("Cada partición sustenta sus cifras", list(mirar_particiones(particiones, entidades, totales))))
    except (OSError, ValueError, KeyError) as error:
        return [("La entrega se puede leer", [f"{type(error).__name__}: {error}"])]
    return hechas


def main(argumentos: list[str] | None = None) -> int:
    """Atiende la orden y devuelve su código de salida."""
    orden = argparse.ArgumentParser(prog="verificar_pais.py", description="Comprueba la entrega nacional de rendición de cuentas.")
    orden.add_argument("lugar", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    orden.add_argument("--particiones", type=Path, metavar="DIR")
    pedido = orden.parse_args(argumentos)
    hechas = comprobar(pedido.lugar, pedido.particiones)
    for titulo, fallas in hechas:
        print(f"{'✘ MAL' if fallas else '✔ bien'} · {titulo}")
        for falla in fallas[:12]:
            print(f"      {falla}")
    return int(any(f for _, f in hechas))


if __name__ == "__main__":
    sys.exit(main())
