"""Detecta lo que parece un dato personal (Ley 1581 de 2012); es una alarma, no un permiso.

La primera defensa es la lista de columnas declaradas. Estos detectores avisan si, aun así, en un
texto que va a publicarse hay una cédula, un teléfono, un correo o una dirección.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

OCULTO = "[dato personal]"

_CORREO = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_NO_ES_UNA_CUENTA = r"(?!\s*(?:de\s+)?(?:personas|habitantes|ciudadan[oa]s|hogares|familias|beneficiari[oa]s|pesos|millones|visitas|reproducciones|metros|m2|m²))"
_CEDULA = re.compile(
    r"(?<![\w-])(?<!\$)(?<!\$\s)(?<!fila )(?<!línea )(?<!entrada )(?:(?:c\.?\s?c|t\.?\s?i|c\.?\s?e|nuip|c[ée]dula(?:\s+de\s+ciudadan[íi]a)?|identificad[oa]\s+con)\b"
    r"[.:,]?\s*(?:n[°ºo.]*\s*)?(?:#\s*)?\d[\d.\s]{4,13}\d"
    rf"|(?:\d{{1,3}}\.\d{{3}}\.\d{{3}}(?:\.\d{{3}})?(?![\d.,])|1\d{{9}}(?!\d)|[1-9]\d{{6,7}}(?!\d)){_NO_ES_UNA_CUENTA})",
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

_COLUMNA_DE_PERSONA = re.compile(
    r"c[ée]dula|documento de id|(?:n[úu]mero|no?\.?) de (?:identificaci|documento)|identificaci[óo]n|\bnuip\b|\bc\.?\s?c\b\.?|correo|e-?mail|tel[ée]fono|celular|m[óo]vil|whatsapp",
    re.IGNORECASE,
)
_FECHA_PEGADA = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")

# Lo que puede tener un dato personal, escrito sin mirar alrededor para que Arrow lo busque de una vez en toda una columna:
# deja pasar de más y nunca de menos. Solo lo que pasa se revisa uno por uno.
CLAVE_DUDOSA = (
    r"(?i)@|(?:c\.?\s?c|t\.?\s?i|c\.?\s?e|nuip|c[ée]dula|ciudadan[íi]a|identificad|tel|cel|m[óo]vil|whatsapp)[^\d]{0,20}\d"
    r"|\d\.\d{3}\.\d{3}|(?:^|[^\w-])[1-9]\d{6,}|60[1-8]\)?[\s-]?\d{3}[\s-]?\d{4}|3\d{2}[\s.-]?\d{3}[\s.-]?\d{2}[\s.-]?\d{2}"
    r"|(?:^|[^\w])(?:c|k|a|t|d|m)[a-z.]{1,10}\s*(?:n[°ºo.]*\s*|#\s*)?\d"
)
URL_DUDOSA = r"(?i)@|%40|[?&][^=&#]*(?:ced|céd|doc|identi|nuip|cc|correo|mail|tel|cel|m[óo]vil|whats)"

DETECTORES: dict[str, re.Pattern[str]] = {
    "correo": _CORREO,
    "direccion": _DIRECCION,
    "telefono": _TELEFONO,
    "cedula": _CEDULA,
}
# Sin esto en el texto, su detector no puede ver nada: mirarlo antes cuesta mucho menos.
_SEIS_CIFRAS = re.compile(r"\d[\d.\s()-]{4,}\d")
INDICIOS: dict[str, re.Pattern[str]] = {"correo": re.compile("@"), "telefono": _SEIS_CIFRAS, "cedula": _SEIS_CIFRAS}


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
        if clase in INDICIOS and not INDICIOS[clase].search(limpio):
            continue
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


def clave_personal(clave: str, columna: str) -> bool:
    """Dice si la clave de un registro, que se publica, parece un dato personal.

    Un número suelto es un radicado o un consecutivo, salvo que su columna se llame como un documento o un teléfono.

    >>> clave_personal("10471234", "Radicado"), clave_personal("10471234", "Cédula"), clave_personal("ana@ejemplo.org", "Radicado")
    (False, True, True)
    """
    if clave.isdecimal():
        return bool(_COLUMNA_DE_PERSONA.search(columna) and detectar(clave))
    return bool(detectar(clave))


def url_personal(url: str) -> bool:
    """Dice si una dirección web lleva por dentro un dato personal: un correo, o un parámetro que se llama como un documento o un teléfono.

    Los demás números de una dirección son de la noticia o del mensaje.

    >>> [url_personal(f"https://x.example/{resto}") for resto in ("?a=ana%40ejemplo.org", "ver?n=1&cedula=73123456", "@alcaldia/1?p=1047123456")]
    [True, True, False]
    """
    parametros = re.findall(r"[?&]([^=&#]+)=[^&#\s]", url)
    return bool(_CORREO.search(url.replace("%40", "@"))) or any(_COLUMNA_DE_PERSONA.search(p) for p in parametros)


def nombres_publicables(nombres: Iterable[str]) -> list[str]:
    """Da los nombres (de hojas o de archivos) sin datos personales y sin que dos distintos queden iguales.

    Ocho cifras que son un día, como en «corte 20200430.csv», no son una cédula.

    >>> nombres_publicables(["corte 20200430", "Ana 300 123 4567", "Ana 300 123 4568"])
    ['corte 20200430', 'Ana [dato personal]', 'Ana [dato personal] (2)']
    """
    dados: list[str] = []
    for nombre in nombres:
        personal = any(not _FECHA_PEGADA.fullmatch(nombre[d.inicio : d.fin]) for d in detectar(nombre))
        limpio = publico = ocultar(nombre) if personal else nombre
        vez = 1
        while publico in dados:
            vez += 1
            publico = f"{limpio} ({vez})"
        dados.append(publico)
    return dados
