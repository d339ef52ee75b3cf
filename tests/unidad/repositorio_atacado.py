"""Un repositorio de entregas en manos de quien ataca, al modo del simulador de TUF: publica bien y luego hace trampa.

Guarda por su lado lo que un tercero prudente tendría: una copia de cada entrega y la huella de cada manifiesto.
DATOS SINTÉTICOS.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rendicion import verificacion
from rendicion.firma import clave_publica_de
from rendicion.verificador import verificar
from tests.unidad.test_verificador import Taller, clave_nueva, firmada, huella_de, remanifestar

BUENA, NUEVA, AJENA = (clave_nueva(n) for n in (1, 2, 3))


class Repositorio:
    """Publica entregas encadenadas y firmadas; después cada método hace una trampa."""

    def __init__(self, raiz: Path, claves: Sequence[bytes | None] = (BUENA, BUENA, BUENA)) -> None:
        self.raiz = raiz
        self.publicas: list[Path] = []
        for clave in claves:
            self.publicar(clave)
        self.copia = Path(shutil.copytree(raiz / "publicas", raiz / "copia de un tercero"))
        self.huellas = [huella_de(e / "manifiesto.json")["sha256"] for e in self.publicas]

    @property
    def carpeta(self) -> Path:
        return self.raiz / "publicas"

    @property
    def ultima(self) -> Path:
        return self.publicas[-1]

    def publicar(self, clave: bytes | None, **cambios: Any) -> Path:
        numero = len(self.publicas) + 1
        nombre = f"13001-2020-20200831-{numero:03d}"
        taller = Taller(self.carpeta / nombre)
        anterior = huella_de(self.publicas[-1] / "manifiesto.json")["sha256"] if self.publicas else None
        taller.cambios = {"numero": numero, "entrega": nombre, "anterior": anterior} | cambios
        carpeta = taller.escribir()
        if clave:
            firmada(carpeta, clave)
        self.publicas.append(carpeta)
        return carpeta

    def quitar(self, numero: int) -> None:
        shutil.rmtree(self.publicas.pop(numero - 1))

    def mezclar(self, ruta: str, de: int, en: int) -> Path:
        shutil.copy(self.publicas[de - 1] / ruta, self.publicas[en - 1] / ruta)
        return self.publicas[en - 1]

    def rehacer(self, clave: bytes | None, desde: int = 1) -> None:
        """Cambia un dato de una entrega vieja y rehace todos los enlaces y las firmas de ahí en adelante."""
        anterior = huella_de(self.publicas[desde - 2] / "manifiesto.json")["sha256"] if desde > 1 else None
        for carpeta in self.publicas[desde - 1 :]:
            remanifestar(carpeta, anterior=anterior, huella="e" * 64)
            (carpeta / "manifiesto.firma").unlink(missing_ok=True)
            if clave:
                firmada(carpeta, clave)
            anterior = huella_de(carpeta / "manifiesto.json")["sha256"]

    def reordenar(self) -> None:
        """Cambia de número la segunda y la tercera, sin tocar nada más."""
        for carpeta, numero in ((self.publicas[1], 3), (self.publicas[2], 2)):
            datos = json.loads((carpeta / "manifiesto.json").read_text("utf-8"))
            remanifestar(carpeta, numero=numero, entrega=f"{datos['entrega'][:-3]}{numero:03d}")

    def inflar(self, carpeta: Path, ruta: str, bytes_: int = 3_000_000_000) -> Path:
        """Vuelve enorme un archivo sin gastar disco."""
        os.truncate(carpeta / ruta, bytes_)
        return carpeta


def claves_publicas(*privadas: bytes) -> bytes:
    """Devuelve el archivo que publica la entidad: todas sus claves, de la más vieja a la más nueva."""
    return b"".join(map(clave_publica_de, privadas))


def por_los_dos(entrega: Path | str, *, claves: bytes | None = None, anterior: Path | None = None, **espera: Any) -> dict[str, verificar.Comprobacion]:
    """Comprueba con verificar.py y con `rendicion verificar`; se detiene si no dicen lo mismo."""
    listas = verificar.leer_claves(claves) if claves else ()
    with verificar.abrir(str(entrega)) as e:
        hechas = verificar.comprobar(e, claves=listas, anterior=anterior, espera=verificar.Espera(**espera))
    otra = verificacion.verificar(str(entrega), clave_publica=claves, anterior=anterior, **espera)
    estados = {c["clave"]: c["estado"] for c in otra.datos["comprobaciones"]}
    distintos = {c.clave for c in hechas if c.estado != estados[c.clave]}
    assert distintos <= {"parquet"}, distintos
    assert otra.salida == verificar.salida_de(hechas) or "parquet" in distintos
    return {c.clave: c for c in hechas}
