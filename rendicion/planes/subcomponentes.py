"""Los subcomponentes del plan: su número y su nombre, sin el rótulo que los antecede."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rendicion.planes.texto import clave, plegar, recortar
from rendicion.planes.vocabulario import Vocabulario

_ROMANOS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_CIERRE = r"\s*[.:)\-–—]*\s*"


@dataclass(frozen=True)
class Subcomponente:
    """Es un subcomponente del plan; `duda` nombra la regla que encontró algo raro en su número."""

    id: str
    nombre: str
    literal: str
    duda: str | None = None


def partir(texto: str, vocabulario: Vocabulario) -> tuple[int | None, str]:
    """Separa «Subcomponente 3. Responsabilidad» en su número (3) y su nombre («Responsabilidad»).

    El rótulo es una palabra del vocabulario, con su número en cifras o romanos; sin rótulo, un número
    solo vale si lo sigue un signo («3. Responsabilidad», no «100 días»).
    """
    rotulo = "|".join(re.escape(p) for p in sorted(vocabulario.prefijos_subcomponente, key=len, reverse=True)) or r"(?!)"
    plegado = plegar(texto)
    hallado = re.match(rf"\s*(?:{rotulo})(?:\s*(?:/|o|y/o)\s*(?:{rotulo}))?\s*(?:n[°º.]\s*)?(?P<n>\d+|[ivx]+)\b{_CIERRE}", plegado) or re.match(
        r"\s*(?P<n>\d+|[ivx]+)\s*[.:)\-–—]+\s*(?!\d)", plegado
    )
    if not hallado:
        sin_numero = re.match(rf"\s*(?:{rotulo})\s*[:\-–—]\s*", plegado)
        return None, recortar(texto[sin_numero.end() :] if sin_numero else texto) or recortar(texto)
    cifra = hallado["n"]
    numero = int(cifra) if cifra.isdigit() else _ROMANOS.get(cifra)
    return numero, recortar(texto[hallado.end() :]) or recortar(texto)


def trae_numero(texto: str, vocabulario: Vocabulario) -> bool:
    """Dice si el texto es el rótulo de un subcomponente con su número («Componente 2: Diálogo»)."""
    plegado = plegar(recortar(texto))
    return partir(texto, vocabulario)[0] is not None and any(plegado.startswith(p) for p in vocabulario.prefijos_subcomponente)


def numerar(literales: Sequence[str], vocabulario: Vocabulario) -> dict[str, Subcomponente]:
    """Da a cada texto de subcomponente su número: el que trae o, si no trae o ya es de otro, el que sigue libre.

    Dos textos son el mismo subcomponente si coinciden en número y nombre (sin fijarse en tildes), o en
    el nombre cuando uno no trae número.
    """
    partidos = {texto: partir(texto, vocabulario) for texto in dict.fromkeys(literales)}
    ocupados = {numero for numero, _ in partidos.values() if numero is not None}
    hechos: dict[str, Subcomponente] = {}
    for texto, (numero, nombre) in partidos.items():
        previo = next((s for s in hechos.values() if _es_el_mismo(s, numero, nombre)), None)
        if previo:
            hechos[texto] = previo
            continue
        usados = {s.id for s in hechos.values()}
        duda = _duda(numero, nombre, hechos)
        libre = _siguiente(len(usados) + 1, ocupados | {int(u) for u in usados})
        definitivo = libre if numero is None or str(numero) in usados else numero
        hechos[texto] = Subcomponente(str(definitivo), nombre, texto, duda)
    return hechos


def _es_el_mismo(previo: Subcomponente, numero: int | None, nombre: str) -> bool:
    return clave(previo.nombre) == clave(nombre) and (numero is None or previo.id == str(numero) or previo.duda == "subcomponente_sin_numero")


def _duda(numero: int | None, nombre: str, hechos: dict[str, Subcomponente]) -> str | None:
    if numero is None:
        return "subcomponente_sin_numero"
    if any(s.id == str(numero) for s in hechos.values()):
        return "numero_de_subcomponente_repetido"
    if any(clave(s.nombre) == clave(nombre) for s in hechos.values()):
        return "nombre_de_subcomponente_repetido"
    return None


def _siguiente(desde: int, ocupados: set[int]) -> int:
    while desde in ocupados:
        desde += 1
    return desde
