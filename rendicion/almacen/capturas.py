"""Guarda los originales de cada fuente una sola vez, por su huella, con una ficha al lado."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rendicion.almacen.archivos import escribir, json_canonico, sha256
from rendicion.errores import ErrorRendicion
from rendicion.fuente import Fuente
from rendicion.previa import PaginaCruda, Previa

VISTA = ".vista.json"


@dataclass(frozen=True)
class Captura:
    """Es un original guardado: de qué fuente, de dónde vino, cuándo y con qué licencia.

    `paginas` nombra, por su huella, las respuestas crudas de las que salió; `base` es la captura que completa, si
    la lectura fue por partes. Con las dos cosas cualquiera puede rehacer el contenido.
    """

    fuente: str
    sha256: str
    bytes: int
    origen: str
    capturada: str
    dependencia: str
    licencia: str
    sintetica: bool = False
    datos_personales: bool = False
    cabeceras: Mapping[str, str] = field(default_factory=dict)
    paginas: Sequence[Mapping[str, Any]] = ()
    base: str | None = None


class Capturas:
    """Guarda y devuelve capturas. Una captura existe cuando tiene su ficha entera; los bytes nunca se reescriben."""

    def __init__(self, carpeta: Path) -> None:
        self._carpeta = carpeta

    def _rutas(self, fuente: str, huella: str) -> tuple[Path, Path]:
        base = self._carpeta / fuente / huella
        return base.with_suffix(".bin"), base.with_suffix(".json")

    def conservar(
        self,
        fuente: Fuente,
        contenido: bytes,
        origen: str,
        cabeceras: Mapping[str, str],
        momento: datetime,
        paginas: Sequence[PaginaCruda] = (),
        base: str | None = None,
    ) -> Captura:
        """Guarda el original si es nuevo; si ya estaba, devuelve su ficha sin escribir nada.

        De una fuente que viene por páginas anota además cuál fue la última vista y cuándo se leyó completa.
        """
        captura = self._guardar(fuente, contenido, origen, cabeceras, momento, paginas, base)
        if paginas:
            self._anotar_vista(fuente, captura, momento, completa=base is None)
        return captura

    def _guardar(
        self,
        fuente: Fuente,
        contenido: bytes,
        origen: str,
        cabeceras: Mapping[str, str],
        momento: datetime,
        paginas: Sequence[PaginaCruda],
        base: str | None,
    ) -> Captura:
        huella = hashlib.sha256(contenido).hexdigest()
        archivo, ficha = self._rutas(fuente.id, huella)
        anterior = _leer_ficha(ficha)
        if anterior and archivo.exists() and sha256(archivo) == huella:
            return anterior
        captura = Captura(
            fuente=fuente.id,
            sha256=huella,
            bytes=len(contenido),
            origen=origen,
            capturada=momento.isoformat(timespec="seconds"),
            dependencia=fuente.dependencia,
            licencia=fuente.licencia,
            sintetica=fuente.sintetica,
            datos_personales=fuente.datos_personales,
            cabeceras=dict(cabeceras),
            paginas=[self._guardar_pagina(fuente.id, p) for p in paginas],
            base=base if base != huella else None,
        )
        escribir(archivo, contenido)
        escribir(ficha, json_canonico(asdict(captura)))
        return captura

    def _pagina(self, fuente: str, huella: str) -> Path:
        return self._carpeta / fuente / "paginas" / f"{huella}.bin"

    def _guardar_pagina(self, fuente: str, pagina: PaginaCruda) -> dict[str, Any]:
        huella = hashlib.sha256(pagina.cuerpo).hexdigest()
        archivo = self._pagina(fuente, huella)
        if not (archivo.exists() and sha256(archivo) == huella):
            escribir(archivo, pagina.cuerpo)
        return {"clave": pagina.clave, "sha256": huella, "bytes": len(pagina.cuerpo), "cabeceras": dict(pagina.cabeceras)}

    def _anotar_vista(self, fuente: Fuente, captura: Captura, momento: datetime, *, completa: bool) -> None:
        """Anota la última captura vista, que no siempre es la más nueva: una fuente puede volver a lo que decía antes."""
        antes, declaracion = self._vista(fuente.id), _declaracion(fuente)
        misma = antes.get("declaracion") == declaracion
        dia = momento.date().isoformat() if completa else antes.get("completa") if misma else None
        ahora = {"sha256": captura.sha256, "declaracion": declaracion, "completa": dia}
        if ahora != antes:
            escribir(self._carpeta / fuente.id / VISTA, json_canonico(ahora))

    def _vista(self, fuente: str) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            leida = json.loads((self._carpeta / fuente / VISTA).read_text("utf-8"))
            return leida if isinstance(leida, dict) else {}
        return {}

    def previa(self, fuente: Fuente, hoy: date) -> Previa | None:
        """Devuelve lo último que se vio de una fuente, con sus páginas, si todo sigue siendo lo que se recibió.

        Lo que falte o esté dañado no se ofrece: entonces se vuelve a pedir entero.
        """
        captura, vista = self.ultima(fuente.id), self._vista(fuente.id)
        if captura is None:
            return None
        try:
            contenido = self.leer(captura)
        except (ErrorRendicion, OSError):
            return None
        completa = None
        if vista.get("sha256") == captura.sha256 and vista.get("declaracion") == _declaracion(fuente) and vista.get("completa"):
            completa = date.fromisoformat(vista["completa"])
        paginas = (self._leer_pagina(fuente.id, p) for p in captura.paginas)
        return Previa(captura.sha256, contenido, hoy, completa, tuple(p for p in paginas if p))

    def _leer_pagina(self, fuente: str, ficha: Mapping[str, Any]) -> PaginaCruda | None:
        with suppress(OSError):
            cuerpo = self._pagina(fuente, ficha["sha256"]).read_bytes()
            if hashlib.sha256(cuerpo).hexdigest() == ficha["sha256"]:
                return PaginaCruda(ficha["clave"], cuerpo, ficha["cabeceras"])
        return None

    def leer(self, captura: Captura) -> bytes:
        """Devuelve los bytes guardados, después de comprobar que son los de su huella."""
        archivo, _ = self._rutas(captura.fuente, captura.sha256)
        contenido = archivo.read_bytes()
        if hashlib.sha256(contenido).hexdigest() != captura.sha256:
            raise ErrorRendicion(
                "Una captura guardada ya no es la que se recibió.",
                donde=f"capturas/{captura.fuente}/{captura.sha256}.bin",
                hacer="Borre ese archivo y su ficha, y vuelva a correr: se captura de nuevo.",
            )
        return contenido

    def ultima(self, fuente: str) -> Captura | None:
        """Devuelve la última captura vista de una fuente (o, si no se anotó, la más reciente), o nada."""
        vista = self._vista(fuente).get("sha256")
        if vista and (captura := _leer_ficha(self._rutas(fuente, vista)[1])):
            return captura
        fichas = (_leer_ficha(f) for f in (self._carpeta / fuente).glob("[!.]*.json"))
        return max((c for c in fichas if c), key=lambda c: (c.capturada, c.sha256), default=None)


def _leer_ficha(ruta: Path) -> Captura | None:
    """Lee una ficha; la que falta o está dañada no es una ficha, y su captura se vuelve a guardar."""
    try:
        captura = Captura(**json.loads(ruta.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return captura if captura.sha256 == ruta.stem else None


def _declaracion(fuente: Fuente) -> str:
    """Resume lo declarado: con otra declaración, lo leído antes no sirve para completar lo de ahora."""
    return hashlib.sha256(json_canonico(asdict(fuente))).hexdigest()
