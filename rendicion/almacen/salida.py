"""La carpeta de salida: un candado, las capturas, el registro, las entregas y el portal."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from esquemas import PUBLICAS
from rendicion.almacen.archivos import escribir, json_canonico
from rendicion.almacen.capturas import Capturas
from rendicion.almacen.entregas import Entregas
from rendicion.almacen.registro import Registro
from rendicion.errores import ErrorRendicion
from rendicion.tablas import escribir_csv


class Salida:
    """Reúne todo lo que escribe una corrida; dos salidas no comparten nada."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta
        self.capturas = Capturas(carpeta / "capturas")
        self.entregas = Entregas(carpeta / "entregas")
        self.portal = carpeta / "portal"
        self.archivo_del_registro = carpeta / "registro.sqlite"

    def registro(self) -> Registro:
        """Abre el registro de corridas de esta salida."""
        return Registro.abrir(self.archivo_del_registro)

    def dejar_para_revision(self, tablas: Mapping[str, pa.Table], informe: Mapping[str, Any]) -> Path:
        """Deja a la mano lo que una persona debe mirar cuando no se publica: rechazos, conciliación y reglas."""
        carpeta = self.carpeta / "revision"
        carpeta.mkdir(parents=True, exist_ok=True)
        for nombre in ("rechazos", "conciliacion", "hallazgos"):
            escribir_csv(PUBLICAS[nombre], tablas[nombre], carpeta / f"{nombre}.csv")
        escribir(carpeta / "resultados.json", json_canonico(informe))
        return carpeta

    @contextmanager
    def candado(self) -> Iterator[None]:
        """Impide dos corridas a la vez sobre la misma salida; lo suelta el sistema aunque el proceso muera."""
        self.carpeta.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.carpeta / ".candado", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ErrorRendicion(
                    "Ya hay otra corrida trabajando en esta salida.",
                    donde=self.carpeta.name,
                    hacer="Espere a que termine, o use otra carpeta con --salida.",
                ) from error
            yield
        finally:
            os.close(descriptor)
