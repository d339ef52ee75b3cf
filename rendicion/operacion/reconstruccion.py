"""Rehacer el registro de corridas desde lo que sí es la verdad: las entregas, sus manifiestos y las capturas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rendicion.almacen.archivos import asegurar_carpeta, sha256
from rendicion.almacen.entregas import MANIFIESTO, EntregaGuardada, leer_entrega
from rendicion.almacen.registro import Registro, url_declarada
from rendicion.almacen.salida import Salida
from rendicion.errores import ErrorRendicion

DETALLE = "Reconstruida desde el manifiesto. La hora es la de su captura más reciente."
SIN_PUBLICAR = "Reconstruida desde el manifiesto: está armada y no está en el portal. La próxima corrida la publica."


@dataclass
class Reconstruccion:
    """Cuenta qué se rehízo; `danadas` son archivos que ya no coinciden con su huella y necesitan a una persona."""

    entregas: int = 0
    capturas: int = 0
    anotadas: int = 0
    apartado: str | None = None
    danadas: list[str] = field(default_factory=list)

    @property
    def salida(self) -> int:
        """Da el código: 1 si algo guardado está dañado, 0 en lo demás."""
        return 1 if self.danadas else 0


def reconstruir(salida: Salida) -> Reconstruccion:
    """Rehace el registro; se puede repetir: lo que ya está anotado no se anota otra vez.

    Un registro SQLite dañado se aparta con otro nombre, nunca se borra. Las corridas que no dejaron entrega
    (sin cambios, detenidas, fallidas) no se pueden recuperar: solo estaban en el registro.
    """
    with salida.candado():
        hecho = Reconstruccion()
        buenas = list(_entregas_buenas(salida, hecho))
        fechas = dict(_capturas_buenas(salida, hecho))
        registro = _abrir(salida, hecho)
        try:
            anotadas = registro.entregas_anotadas()
            for guardada in buenas:
                if guardada.manifiesto_sha256 not in anotadas:
                    registro.anotar(_fila(guardada, fechas, salida))
                    hecho.anotadas += 1
        finally:
            registro.cerrar()
    return hecho


def _abrir(salida: Salida, hecho: Reconstruccion) -> Registro:
    try:
        return salida.registro()
    except ErrorRendicion:
        archivo = salida.archivo_del_registro
        if url_declarada() or not archivo.is_file():
            raise
        hecho.apartado = _apartar(archivo)
        return salida.registro()


def _apartar(archivo: Path) -> str:
    """Guarda el archivo dañado, y sus diarios de SQLite, con el primer nombre libre."""
    n = 1
    while (destino := archivo.with_name(f"{archivo.stem}.danado-{n}{archivo.suffix}")).exists():
        n += 1
    for sufijo in ("-journal", "-wal", "-shm"):
        diario = archivo.with_name(archivo.name + sufijo)
        if diario.exists():
            diario.rename(destino.with_name(destino.name + sufijo))
    archivo.rename(destino)
    asegurar_carpeta(archivo.parent)
    return destino.name


def _entregas_buenas(salida: Salida, hecho: Reconstruccion) -> Iterator[EntregaGuardada]:
    for manifiesto in sorted((salida.carpeta / "entregas").glob(f"*/[!.]*/{MANIFIESTO}")):
        lugar = manifiesto.parent.relative_to(salida.carpeta).as_posix()
        try:
            guardada = leer_entrega(manifiesto.parent)
            malos = archivos_danados(guardada)
            _identidad(guardada)
        except (OSError, ValueError, KeyError, TypeError):
            hecho.danadas.append(f"{lugar}/{MANIFIESTO}")
            continue
        hecho.danadas.extend(f"{lugar}/{ruta}" for ruta in malos)
        if not malos:
            hecho.entregas += 1
            yield guardada


def archivos_danados(guardada: EntregaGuardada) -> list[str]:
    """Devuelve los archivos de una entrega que faltan o que no tienen la huella de su manifiesto."""
    declarados: Mapping[str, Mapping[str, Any]] = guardada.manifiesto["archivos"]
    return [ruta for ruta, datos in sorted(declarados.items()) if not _coincide(guardada.carpeta / ruta, datos["sha256"])]


def _coincide(archivo: Path, huella: str) -> bool:
    return archivo.is_file() and sha256(archivo) == huella


def _capturas_buenas(salida: Salida, hecho: Reconstruccion) -> Iterator[tuple[str, str]]:
    """Da la hora de cada captura sana, por su huella."""
    for ficha in sorted((salida.carpeta / "capturas").glob("*/[!.]*.json")):
        lugar = ficha.relative_to(salida.carpeta).as_posix()
        try:
            leida = json.loads(ficha.read_text("utf-8"))
            huella, hora = str(leida["sha256"]), str(leida["capturada"])
        except (OSError, ValueError, KeyError, TypeError):
            hecho.danadas.append(lugar)
            continue
        if not _coincide(ficha.with_suffix(".bin"), huella):
            hecho.danadas.append(ficha.with_suffix(".bin").relative_to(salida.carpeta).as_posix())
            continue
        hecho.capturas += 1
        yield huella, hora


def _identidad(guardada: EntregaGuardada) -> dict[str, Any]:
    m = guardada.manifiesto
    return {"entidad": str(m["entidad"]), "vigencia": int(m["vigencia"]), "corte": date.fromisoformat(m["corte"]), "entrega": str(m["entrega"])}


def _fila(guardada: EntregaGuardada, fechas: Mapping[str, str], salida: Salida) -> dict[str, Any]:
    identidad = _identidad(guardada)
    horas = [fechas[c["sha256"]] for c in guardada.manifiesto["capturas"] if c["sha256"] in fechas]
    hora = max(horas, default=f"{identidad['corte']}T00:00:00+00:00")
    en_portal = salida.portal / f"{identidad['entidad']}-{identidad['vigencia']}" / identidad["entrega"] / MANIFIESTO
    publicada = _coincide(en_portal, guardada.manifiesto_sha256)
    return identidad | {
        "corrida_id": f"reconstruida-{guardada.manifiesto_sha256[:32]}",
        "iniciada": hora,
        "terminada": hora,
        "resultado": "publicada" if publicada else "fallida",
        "manifiesto_sha256": guardada.manifiesto_sha256,
        "detalle": DETALLE if publicada else SIN_PUBLICAR,
    }
