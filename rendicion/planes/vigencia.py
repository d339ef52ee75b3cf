"""La vigencia y el periodo del plan, que se leen de los renglones de afuera del cuadro."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.planes.cuadro import hallazgo
from rendicion.planes.fechas import PalabrasFecha, leer_fecha
from rendicion.planes.texto import plegar, recortar
from rendicion.planes.vocabulario import Vocabulario

_ANOS = range(2000, 2101)


def leer_vigencia(afuera: Sequence[str], vocabulario: Vocabulario, pedida: int | None, nombre: str) -> tuple[int, list[Hallazgo]]:
    """Da la vigencia: la pedida o, si no, la del título del plan o la del texto de su periodo.

    Se niega con `ErrorUso` si no hay de dónde tomarla, o si no está entre 2000 y 2100.
    """
    halladas = _anos(afuera, vocabulario)
    vigencia = pedida if pedida is not None else next(iter(halladas), None)
    if vigencia is None:
        raise ErrorUso(
            "No se sabe de qué año es el plan: el documento no lo dice en su título.",
            donde=nombre,
            hacer=("Diga la vigencia (por ejemplo, 2020) o escríbala en el título: «Plan Anual de Rendición de Cuentas 2020»."),
        )
    if vigencia not in _ANOS:
        raise ErrorUso(f"La vigencia {vigencia} no sirve.", donde=nombre, hacer="Debe ser un año entre 2000 y 2100.")
    otras = {ano: texto for ano, texto in halladas.items() if ano != vigencia}
    if not otras:
        return vigencia, []
    explicacion = f"El documento también habla de la vigencia {', '.join(map(str, otras))}; se tomó {vigencia}."
    return vigencia, [
        hallazgo(
            "documento",
            "vigencia",
            "vigencia_distinta",
            "grave",
            explicacion,
            literal=" | ".join(otras.values()),
            valor=str(vigencia),
        )
    ]


def _anos(afuera: Sequence[str], vocabulario: Vocabulario) -> dict[int, str]:
    anos: dict[int, str] = {}
    for patron in vocabulario.vigencia:
        for texto in afuera:
            hallado = patron.search(plegar(texto))
            if hallado:
                anos.setdefault(int(hallado[1]), texto)
    if not anos:
        for texto in _textos_de_periodo(afuera, vocabulario):
            for ano in re.findall(r"\b20\d\d\b", texto)[-1:]:
                anos.setdefault(int(ano), texto)
    return anos


def leer_periodo(
    afuera: Sequence[str], vocabulario: Vocabulario, vigencia: int, pedido: tuple[date, date] | None, nombre: str
) -> tuple[tuple[date, date], list[Hallazgo]]:
    """Da el periodo de ejecución: el pedido, el que dice el documento o, con un hallazgo, el año completo."""
    if pedido and pedido[0] > pedido[1]:
        raise ErrorUso(
            f"El periodo pedido termina antes de empezar ({pedido[0]} a {pedido[1]}).",
            donde=nombre,
            hacer="Revise sus dos fechas.",
        )
    palabras = PalabrasFecha(vocabulario.meses, vocabulario.periodos, vocabulario.ordinales)
    textos = _textos_de_periodo(afuera, vocabulario)
    leidos = []
    for texto in textos:
        leida = leer_fecha(texto, vigencia, palabras)
        if leida and leida.inicio and leida.fin:
            leidos.append((texto, (leida.inicio, leida.fin)))
    if pedido:
        return pedido, _distintos(leidos, pedido)
    if leidos:
        periodo = leidos[0][1]
        return periodo, [*_distintos(leidos, periodo), *_de_otro_ano(leidos[0][0], periodo, vigencia)]
    completo = (date(vigencia, 1, 1), date(vigencia, 12, 31))
    regla = "periodo_no_entendido" if textos else "periodo_no_encontrado"
    que = "No se entendió el periodo de ejecución del plan" if textos else "El documento no dice el periodo de ejecución del plan"
    return completo, [
        hallazgo(
            "documento",
            "periodo",
            regla,
            "advertencia",
            f"{que}; se tomó el año completo.",
            literal=next(iter(textos), None),
            valor=_escrito(completo),
        )
    ]


def _textos_de_periodo(afuera: Sequence[str], vocabulario: Vocabulario) -> list[str]:
    """Busca lo que sigue a un rótulo de periodo, en el mismo renglón o en el siguiente."""
    textos = []
    for i, renglon in enumerate(afuera):
        for patron in vocabulario.periodo:
            hallado = patron.search(plegar(renglon))
            if not hallado:
                continue
            resto = recortar(renglon[hallado.end() :]).lstrip(": ")
            texto = resto or (afuera[i + 1] if i + 1 < len(afuera) else "")
            if texto:
                textos.append(texto)
            break
    return textos


def _escrito(periodo: tuple[date, date]) -> str:
    return f"{periodo[0].isoformat()} a {periodo[1].isoformat()}"


def _distintos(leidos: Sequence[tuple[str, tuple[date, date]]], periodo: tuple[date, date]) -> list[Hallazgo]:
    otros = [(literal, leido) for literal, leido in leidos if leido != periodo]
    if not otros:
        return []
    explicacion = f"El documento dice otro periodo ({'; '.join(_escrito(p) for _, p in otros)}); se tomó {_escrito(periodo)}."
    return [
        hallazgo(
            "documento",
            "periodo",
            "periodo_distinto",
            "advertencia",
            explicacion,
            literal=" | ".join(t for t, _ in otros),
            valor=_escrito(periodo),
        )
    ]


def _de_otro_ano(literal: str, periodo: tuple[date, date], vigencia: int) -> list[Hallazgo]:
    if all(d.year == vigencia for d in periodo):
        return []
    explicacion = f"El periodo del plan ({_escrito(periodo)}) se sale de su vigencia ({vigencia}); se dejó como está escrito."
    return [
        hallazgo(
            "documento",
            "periodo",
            "fecha_de_otra_vigencia",
            "advertencia",
            explicacion,
            literal=literal,
            valor=_escrito(periodo),
        )
    ]
