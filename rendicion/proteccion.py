"""Detecta lo que parece un dato personal (Ley 1581 de 2012); es una alarma, no un permiso.

La primera defensa es la lista de columnas declaradas. Estos detectores avisan si, aun así, en un
texto que va a publicarse hay una cédula, un teléfono, un correo o una dirección.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OCULTO = "[dato personal]"

_CORREO = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_CEDULA = re.compile(
    r"(?<![\w-])(?:(?:c\.?\s?c|t\.?\s?i|c\.?\s?e|nuip|c[ée]dula(?:\s+de\s+ciudadan[íi]a)?|identificad[oa]\s+con)\b"
    r"[.:,]?\s*(?:n[°ºo.]*\s*)?(?:#\s*)?\d[\d.\s]{4,13}\d"
    r"|\d{1,3}\.\d{3}\.\d{3}(?:\.\d{3})?(?![\d.,])"
    r"|1\d{9}(?!\d)|[1-9]\d{6,7}(?!\d))",
    re.IGNORECASE,
)
_TELEFONO = re.compile(
    r"(?<![\w.])(?:\+?57[\s-]?)?(?:\(?60[1-8]\)?[\s-]?\d{3}[\s-]?\d{4}|3\d{2}[\s.-]?\d{3}[\s.-]?\d{2}[\s.-]?\d{2})(?!\d)"
    r"|\b(?:tel[ée]fono|tel|cel|celular|m[óo]vil|whatsapp)\b\.?:?\s*\+?\d[\d\s-]{5,14}\d",
    re.IGNORECASE,
)
_DIRECCION = re.compile(
    r"\b(?:calle|cll?|carrera|cra|kra?|kr|avenida|av|transversal|transv|tv|diagonal|diag|dg|manzana|mz)\b\.?\s*"
    r"(?:n[°ºo.]*\s*|#\s*)?\d{1,3}\s?[a-z]?(?:\s?bis)?\s*(?:#|n[°ºo]\.?|no\.?|lote|lt|casa|[-–])\s*\d{1,3}",
    re.IGNORECASE,
)

DETECTORES: dict[str, re.Pattern[str]] = {
    "correo": _CORREO,
    "direccion": _DIRECCION,
    "telefono": _TELEFONO,
    "cedula": _CEDULA,
}


@dataclass(frozen=True, order=True)
class DatoPersonal:
    """Dice qué clase de dato parece haber y entre qué posiciones; nunca guarda el dato."""

    inicio: int
    fin: int
    clase: str


def detectar(texto: str) -> tuple[DatoPersonal, ...]:
    """Devuelve lo que en el texto parece dato personal, en orden y sin traslapes.

    Donde dos detectores ven lo mismo vale el primero de: correo, dirección, teléfono, cédula.
    Las direcciones web no se revisan por dentro: sus números son de la noticia o del mensaje.

    >>> [d.clase for d in detectar("Escriba a ana@ejemplo.org o al 300 123 4567")]
    ['correo', 'telefono']
    """
    limpio = re.sub(r"https?://\S+", lambda m: " " * len(m.group()), texto)
    hallados: list[DatoPersonal] = []
    for clase, patron in DETECTORES.items():
        for m in patron.finditer(limpio):
            if all(m.end() <= h.inicio or m.start() >= h.fin for h in hallados):
                hallados.append(DatoPersonal(m.start(), m.end(), clase))
    return tuple(sorted(hallados))


def ocultar(texto: str) -> str:
    """Devuelve el texto con cada dato personal cambiado por «[dato personal]».

    >>> ocultar("Cédula 1.047.123.456")
    '[dato personal]'
    """
    partes, desde = [], 0
    for dato in detectar(texto):
        partes += [texto[desde : dato.inicio], OCULTO]
        desde = dato.fin
    return "".join([*partes, texto[desde:]])
