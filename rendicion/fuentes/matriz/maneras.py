"""Las maneras conocidas de calcular un porcentaje: la nuestra primero, y las de quien llevaba la hoja."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from rendicion.fuentes.matriz.causas import Candidato
from rendicion.fuentes.matriz.filas import ACTIVIDAD, FilaLeida, MatrizLeida
from rendicion.fuentes.matriz.mapa import Mapa, Porcentaje
from rendicion.fuentes.matriz.numeros import leer_numero, leer_porcentaje
from rendicion.indicadores import CIEN, Calculo, IndicadorActividad, IndicadorGrupo, agrupar

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.plan import Actividad


@dataclass(frozen=True)
class Corte:
    """Es el plan medido el día de un porcentaje, y lo que la hoja traía hasta ese día."""

    fecha: date
    calculo: Calculo
    actividades: Mapping[str, IndicadorActividad]
    pesos: Fraction


@dataclass(frozen=True)
class _Hoja:
    """Son las cifras crudas de una actividad en la hoja, periodo por periodo, hasta una fecha."""

    ejecutado: tuple[tuple[date, Fraction], ...]
    programado: Mapping[date, Fraction]

    def hecho(self, agregacion: str, *, al_reves: bool = False) -> Fraction | None:
        """Acumula lo que dice la hoja como lo pide la actividad, o de la otra manera."""
        if not self.ejecutado:
            return None
        ultimo = (agregacion == "ultimo") != al_reves
        return self.ejecutado[-1][1] if ultimo else sum((v for _, v in self.ejecutado), Fraction(0))

    def previsto(self, agregacion: str) -> Fraction | None:
        """Acumula lo programado por la hoja."""
        if not self.programado:
            return None
        return self.programado[max(self.programado)] if agregacion == "ultimo" else sum(self.programado.values(), Fraction(0))


def bloque_de(f: FilaLeida, leida: MatrizLeida) -> str | None:
    """Da el subcomponente del total: el de la actividad que está justo arriba, en su hoja."""
    arriba = [a for a in leida.de(ACTIVIDAD) if a.hoja == f.hoja and a.numero < f.numero and a.actividad_id]
    return str(arriba[-1].actividad_id).split(".", maxsplit=1)[0] if arriba else None


def _cruda(f: FilaLeida, hasta: date, mapa: Mapa, fuente: Fuente) -> _Hoja:
    def leer(clase: str) -> Iterable[tuple[date, Fraction]]:
        for p in mapa.periodos:
            texto = f.valores.get(f"{clase}:{p.nombre}")
            valor = leer_numero(texto, mapa, fuente).valor if texto and p.fecha <= hasta else None
            if valor is not None:
                yield p.fecha, Fraction(valor)

    return _Hoja(tuple(leer("ejecutado")), dict(leer("programado")))


def _pct(parte: Fraction | None, todo: Fraction | None) -> Fraction | None:
    return CIEN * parte / todo if parte is not None and todo else None


def _topado(valor: Fraction | None) -> Fraction | None:
    return None if valor is None else min(CIEN, valor)


def maneras_de_actividad(f: FilaLeida, declarado: Porcentaje, corte: Corte, mapa: Mapa, fuente: Fuente) -> list[Candidato]:
    """Arma las maneras de calcular el porcentaje de una actividad; la primera es la nuestra."""
    nuestro = corte.actividades.get(f.actividad_id or "")
    if nuestro is None:
        return []
    a, cruda = nuestro.actividad, _cruda(f, corte.fecha, mapa, fuente)
    meta = Fraction(a.meta) if a.meta is not None else None
    bruto_cumplimiento = _pct(nuestro.ejecutado, nuestro.programado)
    propios = {
        "avance": [Candidato(nuestro.avance), Candidato(nuestro.avance_bruto, ("tope",), "no le pone tope de 100 a lo que pasa de la meta")],
        "cumplimiento": [Candidato(nuestro.cumplimiento), Candidato(bruto_cumplimiento, ("tope",), "no le pone tope de 100 a lo que pasa de lo programado")],
    }
    otra = "cumplimiento" if declarado.mide == "avance" else "avance"
    dice = {"avance": "compara con la meta del año y no con lo programado", "cumplimiento": "compara con lo programado a la fecha y no con la meta del año"}[otra]
    return [
        *propios[declarado.mide],
        Candidato(propios[otra][0].valor, ("formula",), dice, dice),
        *_con_la_hoja(a, meta, cruda, declarado, mapa, otra_evidencia=cruda.hecho(a.agregacion) != nuestro.ejecutado),
        Candidato(propios[otra][1].valor, ("formula", "tope"), f"{dice}, y no le pone tope de 100", dice),
        *_con_peso(a, propios[declarado.mide][0].valor, corte),
    ]


def _con_la_hoja(a: Actividad, meta: Fraction | None, cruda: _Hoja, declarado: Porcentaje, mapa: Mapa, *, otra_evidencia: bool) -> list[Candidato]:
    """Arma las maneras que parten de las cifras de la hoja; si no son las nuestras, esa es ya una causa."""
    hecho, previsto = cruda.hecho(a.agregacion), cruda.previsto(a.agregacion)
    periodo = next((p.fecha for p in mapa.periodos if p.nombre == declarado.periodo), cruda.ejecutado[-1][0] if cruda.ejecutado else None)
    del_periodo = dict(cruda.ejecutado).get(periodo) if periodo else None
    previsto_del_periodo = cruda.programado.get(periodo) if periodo else None
    razones = [r for fecha, v in cruda.ejecutado if (r := _pct(v, cruda.programado.get(fecha))) is not None]
    otra = "suma los periodos de un indicador de nivel" if a.agregacion == "ultimo" else "toma solo el último periodo de un indicador que se acumula"
    al_reves = _pct(cruda.hecho(a.agregacion, al_reves=True), meta)
    suya = ("evidencia",) if otra_evidencia else ()
    evidencia = "cuenta lo que ella trae y nosotros no aceptamos o no contamos (vea rechazos y avances)"
    pares: list[tuple[Fraction | None, tuple[str, ...], str]] = [
        (_pct(hecho, meta), ("evidencia",), evidencia),
        (_pct(hecho, previsto), ("formula", *suya), "divide lo hecho entre lo que la misma hoja programó a la fecha"),
        (_pct(del_periodo, previsto_del_periodo), ("formula",), "divide lo del periodo entre lo programado en el periodo, sin acumular"),
        (_pct(del_periodo, meta), ("formula",), "divide solo lo del periodo entre la meta del año, sin acumular"),
        (al_reves, ("agregacion", *suya), otra),
        (sum(razones, Fraction(0)) / len(razones) if razones else None, ("formula",), "promedia los porcentajes de los periodos"),
    ]
    hechos = []
    for valor, causas, texto in pares:
        topado = _topado(valor)
        hechos.append(Candidato(topado, causas, texto, texto))
        if valor != topado:
            hechos.append(Candidato(valor, (*causas, "tope"), f"{texto}, y no le pone tope de 100", texto))
    return hechos


def _con_peso(a: Actividad, valor: Fraction | None, corte: Corte) -> list[Candidato]:
    if valor is None:
        return []
    peso = Fraction(a.peso)
    total = corte.pesos
    texto = "multiplica el avance por el peso de la actividad: es su aporte al total, no su avance"
    candidatos = [Candidato(peso * valor, ("peso",), texto), Candidato(peso * valor / 100, ("peso",), texto)]
    return [*candidatos, *([Candidato(peso * valor / total, ("peso",), texto)] if total else [])]


def maneras_de_grupo(f: FilaLeida, nivel: str, declarado: Porcentaje, corte: Corte, leida: MatrizLeida, mapa: Mapa, fuente: Fuente) -> list[Candidato]:
    """Arma las maneras de calcular el porcentaje de un grupo; la primera es la nuestra."""
    filas = [a for a in leida.de(ACTIVIDAD) if a.actividad_id in corte.actividades and not a.repetida]
    bloque = bloque_de(f, leida)
    de_la_hoja = [a for a in filas if a.hoja == f.hoja]
    del_bloque = [a for a in filas if str(a.actividad_id).split(".", maxsplit=1)[0] == bloque]
    hoja_y_bloque = [a for a in del_bloque if a.hoja == f.hoja]
    grupos = {"subcomponente": [del_bloque, hoja_y_bloque], "dependencia": [de_la_hoja], "total": [filas, de_la_hoja]}[nivel]
    nuestro = _grupo_nuestro(nivel, grupos[0], corte)
    if nuestro is None:
        return []
    media = {"avance": nuestro.avance, "cumplimiento": nuestro.cumplimiento}[declarado.mide]
    candidatos = [Candidato(media.valor)]
    for n, miembros in enumerate(grupos):
        if miembros and (n == 0 or miembros != grupos[0]):
            candidatos += _medias(miembros, n, nivel, declarado, corte, mapa, fuente)
    if nivel == "total":
        candidatos += [*_de_subcomponentes(declarado, corte, mapa), *_de_dependencias(filas, declarado, corte)]
    return [candidatos[0], *sorted(candidatos[1:], key=lambda c: len(c.causas))]


def _de_subcomponentes(declarado: Porcentaje, corte: Corte, mapa: Mapa) -> list[Candidato]:
    """Arma el total como lo hacemos, media de subcomponentes, con otros pesos o sin tope."""
    por_sub = {s: [i for i in corte.actividades.values() if i.actividad.subcomponente_id == s] for s, _ in corte.calculo.subcomponentes}
    pesos = [Fraction(miembros[0].actividad.peso_subcomponente) for miembros in por_sub.values()]
    candidatos = []
    for que in ("propio", "bruto"):
        medias = [_media("con_meta", [Fraction(i.actividad.peso) for i in m], [_medida(que, i, declarado) for i in m], [True] * len(m)) for m in por_sub.values()]
        for por, (causas_peso, dice_peso) in _POR.items():
            suyos = pesos if por == "plan" else [Fraction(1)] * len(pesos)
            for entre in ("con_meta", "sin_dividir", "cien") if por == "plan" and "peso_subcomponente" in mapa.columnas else ("con_meta",):
                causas_entre, dice_entre = _ENTRE[entre]
                causas = tuple(dict.fromkeys((*_QUE[que][0], *causas_peso, *causas_entre)))
                dice = "; ".join(t for t in (_QUE[que][1], dice_peso and "da el mismo peso a todos los subcomponentes", dice_entre) if t)
                if causas:
                    candidatos.append(Candidato(_media(entre, suyos, medias, [True] * len(medias)), causas, dice))
    return candidatos


def _de_dependencias(filas: Sequence[FilaLeida], declarado: Porcentaje, corte: Corte) -> list[Candidato]:
    hojas = {h: [corte.actividades[str(f.actividad_id)] for f in filas if f.hoja == h] for h in dict.fromkeys(f.hoja for f in filas)}
    grupos = [agrupar(miembros) for miembros in hojas.values()]
    medias = [(g.avance if declarado.mide == "avance" else g.cumplimiento).valor for g in grupos]
    unos = [Fraction(1)] * len(medias)
    return [Candidato(_media("con_meta", unos, medias, [True] * len(medias)), ("denominador",), "promedia las dependencias (hojas), no los subcomponentes")]


def _grupo_nuestro(nivel: str, miembros: Sequence[FilaLeida], corte: Corte) -> IndicadorGrupo | None:
    if nivel == "total":
        return corte.calculo.total
    return agrupar(corte.actividades[str(f.actividad_id)] for f in miembros) if miembros else None


def _medias(miembros: Sequence[FilaLeida], n: int, nivel: str, declarado: Porcentaje, corte: Corte, mapa: Mapa, fuente: Fuente) -> list[Candidato]:
    """Combina qué se promedia, con qué peso y entre cuántas: de ahí salen casi todas las diferencias."""
    con = [(f, corte.actividades[str(f.actividad_id)]) for f in miembros]
    grupo = ((), "") if n == 0 and nivel != "total" else _otro_grupo(n, nivel)
    candidatos = []
    for que, (causas_que, dice_que) in _QUE.items():
        valores = [_valor(que, f, i, declarado, mapa, fuente) for f, i in con]
        for por, (causas_peso, dice_peso) in _POR.items():
            pesos = [Fraction(i.actividad.peso) if por == "plan" else Fraction(1) for _, i in con]
            for entre, (causas_entre, dice_entre) in _ENTRE.items():
                valor = _media(entre, pesos, valores, [bool(i.registros) for _, i in con])
                causas = tuple(dict.fromkeys((*grupo[0], *causas_que, *causas_peso, *causas_entre)))
                # Sumar sin dividir solo tiene sentido con los pesos que trae la hoja.
                sin_pesos = entre in {"sin_dividir", "cien"} and (por == "iguales" or "peso" not in mapa.columnas)
                if (n > 0 or nivel == "total" or causas) and not sin_pesos:
                    candidatos.append(Candidato(valor, causas, "; ".join(t for t in (grupo[1], dice_que, dice_peso, dice_entre) if t)))
    return candidatos


def _otro_grupo(n: int, nivel: str) -> tuple[tuple[str, ...], str]:
    if nivel == "total" and n == 0:
        return ("denominador",), "promedia todas las actividades juntas, no los subcomponentes"
    return ("grupo",), "solo tiene en cuenta las actividades de su hoja"


_QUE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "propio": ((), ""),
    "bruto": (("tope",), "no le pone tope de 100 a cada actividad"),
    "otro": (("formula",), "usa la otra medida: cumplimiento por avance, o avance por cumplimiento"),
    "de_la_hoja": (("formula",), "promedia los porcentajes que calculó la hoja, no los nuestros"),
}
_POR: Mapping[str, tuple[tuple[str, ...], str]] = {"plan": ((), ""), "iguales": (("peso",), "da el mismo peso a todas")}
_ENTRE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "con_meta": ((), ""),
    "reportadas": (("denominador",), "divide solo entre las actividades que reportaron"),
    "todas": (("denominador",), "cuenta como 0 las actividades sin meta"),
    "sin_dividir": (("denominador",), "suma peso por avance sin dividir por la suma de los pesos, que no es 1"),
    "cien": (("denominador",), "suma peso por avance y divide por 100, aunque los pesos no suman 100"),
}


def _valor(que: str, f: FilaLeida, i: IndicadorActividad, declarado: Porcentaje, mapa: Mapa, fuente: Fuente) -> Fraction | None:
    if que != "de_la_hoja":
        return _medida(que, i, declarado)
    texto = f.valores.get(declarado.llave)
    suyo = leer_porcentaje(texto, declarado, mapa, fuente) if texto else None
    return suyo.valor if suyo else None


def _medida(que: str, i: IndicadorActividad, declarado: Porcentaje) -> Fraction | None:
    por_avance = declarado.mide == "avance"
    if que == "bruto":
        return i.avance_bruto if por_avance else _pct(i.ejecutado, i.programado)
    return i.avance if por_avance == (que == "propio") else i.cumplimiento


def _media(entre: str, pesos: Sequence[Fraction], valores: Sequence[Fraction | None], reportadas: Sequence[bool]) -> Fraction | None:
    ternas = list(zip(pesos, valores, reportadas, strict=True))
    llenas = [(p, v) for p, v, r in ternas if v is not None and (r or entre != "reportadas")]
    suma = sum((p * v for p, v in llenas), Fraction(0))
    if entre == "sin_dividir":
        return suma
    if entre == "cien":
        return suma / 100
    divisor = sum(pesos if entre == "todas" else (p for p, _ in llenas), Fraction(0))
    return suma / divisor if divisor else None
