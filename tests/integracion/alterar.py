"""Herramientas de quien altera una entrega: cambiar celdas, rehacer huellas, volver a calcular cifras y firmar con otra clave."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from esquemas import PUBLICAS
from rendicion.firma import firmar
from rendicion.tablas import escribir_parquet, leer_csv
from rendicion.verificador import verificar

Fila = dict[str, str]
Cambio = Callable[[Path], object]


def leer_json(archivo: Path) -> Any:
    return json.loads(archivo.read_text("utf-8"))


def escribir_json(archivo: Path, datos: object) -> None:
    archivo.write_text(json.dumps(datos, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def cambiar_json(carpeta: Path, nombre: str, **valores: object) -> None:
    escribir_json(carpeta / nombre, leer_json(carpeta / nombre) | valores)


def editar(carpeta: Path, tabla: str, cambio: Callable[[list[Fila]], object]) -> None:
    archivo = carpeta / "datos" / f"{tabla}.csv"
    lector = csv.DictReader(io.StringIO(archivo.read_text("utf-8"), newline=""))
    filas = list(lector)
    cambio(filas)
    _escribir(archivo, list(lector.fieldnames or []), filas)


def _escribir(archivo: Path, columnas: list[str], filas: list[Fila]) -> None:
    salida = io.StringIO(newline="")
    escritor = csv.DictWriter(salida, columnas, lineterminator="\n")
    escritor.writeheader()
    escritor.writerows(filas)
    archivo.write_text(salida.getvalue(), encoding="utf-8", newline="")


def buscar(filas: list[Fila], donde: Fila) -> Fila:
    return next(f for f in filas if donde.items() <= f.items())


def poner(tabla: str, donde: Fila, **valores: str) -> Cambio:
    return lambda carpeta: editar(carpeta, tabla, lambda filas: buscar(filas, donde).update(valores))


def quitar(tabla: str, donde: Fila) -> Cambio:
    return lambda carpeta: editar(carpeta, tabla, lambda filas: filas.remove(buscar(filas, donde)))


def agregar(tabla: str, donde: Fila, **valores: str) -> Cambio:
    return lambda carpeta: editar(carpeta, tabla, lambda filas: filas.append(buscar(filas, donde) | valores))


def reemplazar(ruta: str, antes: bytes, despues: bytes) -> Cambio:
    def cambio(carpeta: Path) -> None:
        contenido = (carpeta / ruta).read_bytes()
        assert antes in contenido
        (carpeta / ruta).write_bytes(contenido.replace(antes, despues, 1))

    return cambio


def varios(*cambios: Cambio) -> Cambio:
    def cambio(carpeta: Path) -> None:
        for uno in cambios:
            uno(carpeta)

    return cambio


def rehacer(carpeta: Path) -> None:
    """Rehace todas las huellas y quita la firma, como lo haría quien quiere que no se note."""
    suma = lambda ruta: hashlib.sha256((carpeta / ruta).read_bytes()).hexdigest()  # noqa: E731
    paquete = leer_json(carpeta / "datapackage.json")
    for r in paquete["resources"]:
        r |= {"hash": f"sha256:{suma(r['path'])}", "bytes": (carpeta / r["path"]).stat().st_size}
    escribir_json(carpeta / "datapackage.json", paquete)
    manifiesto = leer_json(carpeta / "manifiesto.json")
    manifiesto["archivos"] = {r: {"bytes": (carpeta / r).stat().st_size, "sha256": suma(r)} for r in manifiesto["archivos"]}
    escribir_json(carpeta / "manifiesto.json", manifiesto)
    (carpeta / "SHA256SUMS").write_text("".join(f"{suma(r)}  {r}\n" for r in sorted([*manifiesto["archivos"], "manifiesto.json"])), encoding="utf-8")
    (carpeta / "manifiesto.firma").unlink(missing_ok=True)


def recalcular(carpeta: Path) -> None:
    """Vuelve a calcular la conciliación y todos los indicadores con lo que diga la carpeta, y rehace los Parquet."""
    editar(carpeta, "conciliacion", lambda filas: _conciliar(carpeta, filas))
    for tabla, filas in verificar.recalcular(verificar.Entrega(carpeta)).items():
        clave = verificar.CLAVES[tabla]
        completas = [dict(zip(clave, id_, strict=True)) | {k: v or "" for k, v in fila.items()} for id_, fila in sorted(filas.items())]
        _escribir(carpeta / "datos" / f"{tabla}.csv", list(PUBLICAS[tabla].nombres), completas)
    for nombre, tabla in PUBLICAS.items():
        escribir_parquet(tabla, leer_csv(tabla, carpeta / "datos" / f"{nombre}.csv"), carpeta / "datos" / f"{nombre}.parquet")


def _conciliar(carpeta: Path, filas: list[Fila]) -> None:
    avances = list(verificar.Entrega(carpeta).tabla("avances"))
    rechazos = verificar.Entrega(carpeta).tabla("rechazos").columna("fuente")
    for f in filas:
        suyas = [a for a in avances if a["fuente"] == f["fuente"]]
        if not suyas:
            continue
        cuentan, rechazados = sum(a["cuenta"] == "true" for a in suyas), rechazos.count(f["fuente"])
        cifras = {"recibidos": len(suyas) + rechazados, "aceptados": len(suyas), "rechazados": rechazados, "cuentan": cuentan, "no_cuentan": len(suyas) - cuentan}
        f.update({k: str(v) for k, v in cifras.items()})


def firmar_con(carpeta: Path, clave: bytes) -> None:
    (carpeta / "manifiesto.firma").write_bytes(firmar((carpeta / "manifiesto.json").read_bytes(), clave))


def huella(carpeta: Path) -> str:
    return hashlib.sha256((carpeta / "manifiesto.json").read_bytes()).hexdigest()


def numerar(carpeta: Path, numero: int, anterior: str | None) -> Path:
    """Da a una entrega otro número y otra anterior, con su nombre y sus huellas rehechas."""
    datos = leer_json(carpeta / "manifiesto.json")
    nombre = f"{datos['entrega'][:-3]}{numero:03d}"
    cambiar_json(carpeta, "manifiesto.json", numero=numero, entrega=nombre, anterior=anterior)
    cambiar_json(carpeta, "datapackage.json", entrega=nombre)
    rehacer(carpeta)
    return carpeta
