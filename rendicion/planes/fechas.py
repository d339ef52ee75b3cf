"""Las fechas de un plan: ventanas («del 1 de marzo al 30 de junio») e hitos («junio/octubre 2020»)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from rendicion.planes.texto import plegar, recortar

_RELLENO = frozenset(("de", "del", "el", "la", "los", "en", "dia", "dias", "mes", "meses", "ano"))
_SIGNOS = {
    "a": "a",
    "al": "a",
    "hasta": "hasta",
    "-": "a",
    "–": "a",
    "—": "a",
    "/": "y",
    ",": "y",
    ";": "y",
    "y": "y",
    "e": "y",
    "desde": "desde",
    "entre": "entre",
}
_FICHA = re.compile(
    r"\s*(?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})(?: 00:00(?::00)?)?|(?P<dma>\d{1,2}(?P<s>[/.-])\d{1,2}(?P=s)\d{4})"
    r"|(?P<ma>\d{1,2}/(?:19|20)\d\d)|(?P<ano>(?:19|20)\d\d)|(?P<dia>\d{1,2})"
    r"|(?P<palabra>[^\W\d_]+)\.?|(?P<signo>[-–—/,;]))(?!\d)"
)


@dataclass(frozen=True)
class PalabrasFecha:
    """Reúne las palabras de las fechas: meses, partes del año (con sus meses) y ordinales."""

    meses: Mapping[str, int]
    periodos: Mapping[str, int]
    ordinales: Mapping[str, int]


@dataclass(frozen=True)
class FechaLeida:
    """Es lo que se entendió: los extremos de una ventana (vacío: el del plan) o unos hitos."""

    inicio: date | None = None
    fin: date | None = None
    hitos: tuple[date, ...] = ()


@dataclass(frozen=True)
class _Atomo:
    """Es una fecha a medio decir: lo que falta (mes, año) lo ponen sus vecinas."""

    dia: int | None = None
    mes: int | None = None
    ano: int | None = None
    meses: int = 1
    parte: bool = False

    def primero(self) -> date:
        return date(self.ano or 0, self.mes or 0, 1 if self.dia is None else self.dia)

    def ultimo(self) -> date:
        ano, mes = self.ano or 0, (self.mes or 0) + self.meses - 1
        return date(ano, mes, monthrange(ano, mes)[1] if self.dia is None else self.dia)


def leer_fecha(texto: str, ano: int, palabras: PalabrasFecha) -> FechaLeida | None:
    """Lee la columna de fecha de un plan; lo que no entiende completo no lo entiende: devuelve vacío.

    Un día o un mes sueltos son un hito (el mes vale por su último día); un trimestre o semestre y
    un rango son una ventana; varios separados por «/», «,» o «y» son hitos. El año que no se diga
    es el de la fecha vecina y, si ninguna lo dice, `ano`. «01/03/2020» es día, mes y año.
    """
    fichas = _fichas(texto, palabras)
    if not fichas or fichas[-1][0] == "signo":
        return None
    try:
        return _interpretar(fichas, ano)
    except ValueError:
        return None


def _fichas(texto: str, palabras: PalabrasFecha) -> list[tuple[str, _Atomo | int | str]] | None:
    plegado = re.sub(r"(\d)\s?(?:º|°|ro|ero|er)(?![^\W\d_])", r"\1", plegar(recortar(texto)).rstrip(". "))
    plegado = re.sub(r",\s*(?=(?:de(?:l ano)? )?(?:19|20)\d\d\b)", " ", plegado)
    plegado = re.sub(r"(?<=[^\W\d_])([-/])(?=(?:19|20)\d\d\b)|(?<=\d)-(?=[^\W\d_])|(?<=\d)/(?=[^\W\d_]+/)", " ", plegado)
    fichas: list[tuple[str, _Atomo | int | str]] = []
    posicion = 0
    while posicion < len(plegado.rstrip()):
        hallada = _FICHA.match(plegado, posicion)
        if not hallada:
            return None
        posicion = hallada.end()
        ficha = _ficha(hallada, palabras)
        if ficha is None:
            return None
        if ficha[0] != "relleno":
            fichas.append(ficha)
    return fichas


def _ficha(hallada: re.Match[str], palabras: PalabrasFecha) -> tuple[str, _Atomo | int | str] | None:
    clase = hallada.lastgroup if hallada.lastgroup != "s" else "dma"
    texto = hallada[clase or 0].strip()
    if clase in ("iso", "dma", "ma"):
        partes = [int(p) for p in re.split(r"[/.-]", texto)]
        ano, mes, *dia = partes if clase == "iso" else partes[::-1]
        return "atomo", _Atomo(dia[0] if dia else None, mes, ano)
    if clase in ("ano", "dia"):
        return clase, int(texto)
    return ("signo", _SIGNOS[texto]) if clase == "signo" else _ficha_de_palabra(texto, palabras)


def _ficha_de_palabra(palabra: str, palabras: PalabrasFecha) -> tuple[str, _Atomo | int | str] | None:
    if palabra in palabras.meses:
        return "mes", palabras.meses[palabra]
    if palabra in palabras.periodos:
        return "parte", palabras.periodos[palabra]
    if palabra in palabras.ordinales:
        return "ordinal", palabras.ordinales[palabra]
    if palabra in _SIGNOS:
        return "signo", _SIGNOS[palabra]
    return ("relleno", palabra) if palabra in _RELLENO else None


_FORMAS = (
    ("dia", "mes", "ano"), ("ordinal", "mes", "ano"), ("mes", "dia", "ano"),
    ("ordinal", "parte", "ano"), ("dia", "parte", "ano"), ("parte", "ordinal", "ano"), ("parte", "dia", "ano"),
    ("dia", "mes"), ("ordinal", "mes"), ("mes", "dia"),
    ("ordinal", "parte"), ("dia", "parte"), ("parte", "ordinal"), ("parte", "dia"),
    ("mes", "ano"), ("mes",), ("dia",), ("atomo",),
)  # fmt: skip


def _interpretar(fichas: list[tuple[str, _Atomo | int | str]], ano: int) -> FechaLeida | None:
    atomos: list[_Atomo] = []
    signos: list[str] = []
    i = 0
    while i < len(fichas):
        if fichas[i][0] == "signo":
            signos.append(str(fichas[i][1]))
            i += 1
            continue
        forma = _forma(fichas[i:])
        if forma is None or len(signos) not in (len(atomos), len(atomos) + 1):
            return None
        atomos.append(_atomo(forma, [v for _, v in fichas[i : i + len(forma)]]))
        i += len(forma)
    return _leida(_completos(atomos, ano), signos)


def _forma(fichas: list[tuple[str, _Atomo | int | str]]) -> tuple[str, ...] | None:
    tipos = tuple(tipo for tipo, _ in fichas[:3])
    for forma in _FORMAS:
        # «marzo 1 de junio»: el día es del mes que sigue, no del que va antes.
        ajeno = forma == ("mes", "dia") and len(tipos) > len(forma) and tipos[2] == "mes"
        if tipos[: len(forma)] == forma and not ajeno:
            return forma
    return None


def _atomo(forma: tuple[str, ...], valores: list[_Atomo | int | str]) -> _Atomo:
    if isinstance(valores[0], _Atomo):
        return valores[0]
    dicho = {tipo: int(str(v)) for tipo, v in zip(forma, valores, strict=True)}
    orden = dicho.get("ordinal", dicho.get("dia"))
    if "parte" in dicho:
        meses = dicho["parte"]
        if orden is None or not 1 <= orden <= 12 // meses:
            raise ValueError(forma)
        return _Atomo(mes=(orden - 1) * meses + 1, ano=dicho.get("ano"), meses=meses, parte=True)
    return _Atomo(orden, dicho.get("mes"), dicho.get("ano"))


def _completos(atomos: list[_Atomo], ano: int) -> list[_Atomo]:
    """Da a cada fecha el mes y el año que no dice: los de la siguiente o, si no, los de la anterior."""
    for orden in (range(len(atomos) - 2, -1, -1), range(1, len(atomos))):
        for i in orden:
            vecina = atomos[i + 1] if orden.step < 0 else atomos[i - 1]
            # Un trimestre no presta su mes: «15 y primer trimestre» no dice de qué mes es el 15.
            mes = atomos[i].mes or (None if vecina.parte else vecina.mes)
            atomos[i] = replace(atomos[i], mes=mes, ano=atomos[i].ano or vecina.ano)
    return [replace(a, ano=a.ano or ano) for a in atomos]


_RANGOS = (("a",), ("hasta",), ("desde", "a"), ("desde", "hasta"), ("entre", "y"), ("entre", "a"))


def _leida(atomos: list[_Atomo], signos: list[str]) -> FechaLeida | None:
    if len(atomos) == 1:
        return _sola(atomos[0], signos)
    if len(atomos) == 2 and tuple(signos) in _RANGOS:
        return _ventana(atomos)
    if len(atomos) - 1 == len(signos) and set(signos) == {"y"} and not any(a.parte for a in atomos):
        return FechaLeida(hitos=tuple(sorted({a.ultimo() for a in atomos})))
    return None


def _sola(atomo: _Atomo, signos: list[str]) -> FechaLeida | None:
    if signos == ["desde"]:
        return FechaLeida(inicio=atomo.primero())
    if signos == ["hasta"]:
        return FechaLeida(fin=atomo.ultimo())
    if signos not in ([], ["a"]):
        return None
    if atomo.parte:
        return FechaLeida(atomo.primero(), atomo.ultimo())
    return FechaLeida(hitos=(atomo.ultimo(),))


def _ventana(atomos: list[_Atomo]) -> FechaLeida | None:
    inicio, fin = atomos[0].primero(), atomos[1].ultimo()
    return FechaLeida(inicio, fin) if inicio <= fin else None
