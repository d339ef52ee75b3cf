"""Lo que la página cuenta de cada actividad: su plan, su cifra, su evidencia y sus meses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from rendicion.informe.cuadros import Celda, Cuadro, num
from rendicion.informe.ficha import FichaFuente
from rendicion.informe.filas import Fila, Tablas, decimal, del_corte, dia, entero, fecha, letra, lista, texto
from rendicion.informe.formato import (
    contar,
    enlace_seguro,
    fecha_corta,
    fecha_larga,
    limpio,
    mes_corto,
    mes_largo,
    numero,
    porcentaje_exacto,
    servidor,
)
from rendicion.informe.graficos import ALTO_MES, Barra, Barras, barra_mes
from rendicion.informe.palabras import ESTADOS, MOTIVOS, TARDE, ZONAS, Estado

EVIDENCIAS = 5
MESES = 24


@dataclass(frozen=True)
class Evidencia:
    """Es un registro que cuenta, con su enlace si la dirección es segura."""

    titulo: str
    fecha: str
    cantidad: str
    href: str | None
    servidor: str | None


@dataclass(frozen=True)
class Actividad:
    """Reúne lo que la página dice de una actividad en el corte."""

    id: str
    ancla: str
    subcomponente_id: str
    nombre: str
    meta_texto: str | None
    meta: Decimal | None
    unidad: str
    programado: Decimal | None
    ejecutado: Decimal
    avance: Decimal | None
    avance_bruto: Decimal | None
    cumplimiento: Decimal | None
    programacion: str
    clave_estado: str
    estado: Estado
    zona: Estado
    responsables: tuple[str, ...]
    responsable_texto: str | None
    inicio: date
    fin: date
    hitos: tuple[str, ...]
    registros: int
    evidencias: tuple[Evidencia, ...]
    no_cuentan: str | None
    meses: Barras | None
    tabla_meses: Cuadro | None
    hallazgos: int
    corregida: bool
    sin_dato: tuple[str, ...] = ()

    @property
    def sin_reporte(self) -> bool:
        """Dice si ningún registro cuenta: su cero es de silencio, no de medida."""
        return self.registros == 0

    @property
    def tarde(self) -> bool:
        """Dice si está atrasada o vencida."""
        return self.clave_estado in TARDE

    @property
    def con_meta(self) -> bool:
        """Dice si el plan trae una cantidad que se puede medir."""
        return self.meta is not None


def actividades(tablas: Tablas, corte: date, fuentes: Sequence[FichaFuente] = ()) -> tuple[Actividad, ...]:
    """Devuelve las actividades del plan, en el orden del documento, con sus indicadores en el corte.

    `fuentes` sirve para decir, en cada actividad, qué fuente suya no dio ningún dato.
    """
    indicadores = {letra(f, "actividad_id"): f for f in del_corte(tablas["indicadores_actividad"], corte)}
    avances: dict[str, list[Fila]] = {}
    for fila in tablas["avances"]:
        avances.setdefault(letra(fila, "actividad_id"), []).append(fila)
    hallazgos = Counter(letra(f, "registro") for f in tablas["hallazgos"] if f["origen"] == "plan")
    corregidas = _corregidas(tablas["correcciones"])
    mudas = [f for f in fuentes if f.sin_dato and f.actividad]
    return tuple(
        replace(
            _actividad(p, indicadores[i], avances.get(i, []), corte, hallazgos[i], corregida=i in corregidas),
            sin_dato=tuple(limpio(f.titulo, 120) for f in mudas if f.actividad == i),
        )
        for i, p in ((letra(p, "actividad_id"), p) for p in tablas["plan"])
    )


def _corregidas(correcciones: list[dict[str, object]]) -> frozenset[str]:
    propias = (letra(f, "clave") for f in correcciones if f["tabla"] in {"plan", "indicadores_actividad"})
    return frozenset(i for clave in propias for i in re.findall(r"\d+\.\d+", clave))


def _actividad(
    p: Fila, i: Fila, filas: list[Fila], corte: date, hallazgos: int, *, corregida: bool
) -> Actividad:
    inicio, fin, clave = dia(p, "inicio"), dia(p, "fin"), letra(i, "estado")
    cuentan = sorted(
        (f for f in filas if f["cuenta"] and dia(f, "fecha") <= corte),
        key=lambda f: (dia(f, "fecha"), letra(f, "avance_id")),
    )
    ident, unidad = letra(p, "actividad_id"), limpio(texto(p, "unidad") or "unidades", 60)
    meses = _meses(cuentan, inicio, min(fin, corte), ultimo=p["agregacion"] == "ultimo") if cuentan else ()
    return Actividad(
        id=ident,
        ancla="actividad-" + ident.replace(".", "-"),
        subcomponente_id=letra(p, "subcomponente_id"),
        nombre=limpio(letra(p, "actividad"), 300),
        meta_texto=texto(p, "meta_texto"),
        meta=decimal(i, "meta"),
        unidad=unidad,
        programado=decimal(i, "programado"),
        ejecutado=decimal(i, "ejecutado") or Decimal(0),
        avance=decimal(i, "avance_pct"),
        avance_bruto=decimal(i, "avance_bruto_pct"),
        cumplimiento=decimal(i, "cumplimiento_pct"),
        programacion=letra(i, "programacion"),
        clave_estado=clave,
        estado=ESTADOS[clave],
        zona=ZONAS[letra(i, "zona")],
        responsables=tuple(limpio(r, 120) for r in lista(p, "responsables")),
        responsable_texto=texto(p, "responsable_texto"),
        inicio=inicio,
        fin=fin,
        hitos=tuple(fecha_larga(date.fromisoformat(h)) for h in lista(p, "hitos")),
        registros=entero(i, "registros_que_cuentan"),
        evidencias=tuple(_evidencia(f, unidad) for f in reversed(cuentan[-EVIDENCIAS:])),
        no_cuentan=_no_cuentan(filas),
        meses=_grafico(ident, unidad, meses) if meses else None,
        tabla_meses=_tabla_meses(ident, unidad, meses) if meses else None,
        hallazgos=hallazgos,
        corregida=corregida,
    )


def _evidencia(f: Fila, unidad: str) -> Evidencia:
    href = enlace_seguro(texto(f, "url"))
    cantidad = decimal(f, "cantidad")
    return Evidencia(
        titulo=limpio(texto(f, "titulo") or "Registro " + letra(f, "registro"), 140),
        fecha=fecha_corta(fecha(f, "fecha")),
        cantidad="" if cantidad == 1 else f"{numero(cantidad)} {unidad}",
        href=href,
        servidor=servidor(href) if href else None,
    )


def _no_cuentan(filas: list[Fila]) -> str | None:
    motivos = Counter(letra(f, "motivo") for f in filas if not f["cuenta"])
    if not motivos:
        return None
    partes = ", ".join(contar(n, *MOTIVOS.get(m, (m, m))) for m, n in sorted(motivos.items()))
    total = sum(motivos.values())
    return f"{contar(total, 'registro no cuenta', 'registros no cuentan')}: {partes}."


def _meses(cuentan: list[Fila], inicio: date, fin: date, *, ultimo: bool) -> tuple[tuple[date, Decimal | None], ...]:
    """Suma (o toma lo último de) cada mes; un mes sin registros queda vacío, no en cero."""
    por_mes: dict[tuple[int, int], list[Decimal]] = {}
    for f in cuentan:
        d = dia(f, "fecha")
        por_mes.setdefault((d.year, d.month), []).append(decimal(f, "cantidad") or Decimal(0))
    salida: list[tuple[date, Decimal | None]] = []
    mes = inicio.replace(day=1)
    while mes <= fin:
        valores = por_mes.get((mes.year, mes.month))
        salida.append((mes, None if valores is None else valores[-1] if ultimo else sum(valores, Decimal(0))))
        mes = (mes.replace(year=mes.year + 1, month=1) if mes.month == 12 else mes.replace(month=mes.month + 1))
    return tuple(salida[-MESES:])


def _grafico(ident: str, unidad: str, meses: tuple[tuple[date, Decimal | None], ...]) -> Barras:
    maximo = max((v for _, v in meses if v is not None), default=Decimal(0))
    mayores = [m for m, v in meses if v == maximo]
    reportados = sum(v is not None for _, v in meses)
    titulo = (
        f"El mes con más resultado fue {mes_largo(mayores[0])}: {numero(maximo)}"
        if len(mayores) == 1 and reportados > 1
        else f"Hay reporte en {numero(reportados)} de {contar(len(meses), 'mes', 'meses')}"
    )
    return Barras(
        id="meses-" + ident.replace(".", "-"),
        titulo=titulo,
        descripcion=f"Cantidad por mes, en {unidad}. Los mismos valores están en la tabla que sigue.",
        alto=ALTO_MES * len(meses) + 18,
        barras=tuple(_barra(i, m, v, maximo) for i, (m, v) in enumerate(meses)),
    )


def _barra(i: int, mes: date, valor: Decimal | None, maximo: Decimal) -> Barra:
    return barra_mes(i, mes_corto(mes), valor, maximo, "sin reporte" if valor is None else numero(valor))


def _tabla_meses(ident: str, unidad: str, meses: tuple[tuple[date, Decimal | None], ...]) -> Cuadro:
    return Cuadro(
        id="tabla-meses-" + ident.replace(".", "-"),
        titulo=f"Actividad {ident}: cantidad por mes, en {unidad}",
        columnas=("Mes", "Cantidad"),
        filas=tuple(
            (Celda(mes_largo(m)), Celda("sin reporte", clase="num vacio") if v is None else num(numero(v))) for m, v in meses
        ),
        numericas=frozenset({1}),
        ancha=False,
    )


def fila_de_seguimiento(a: Actividad) -> tuple[Celda, ...]:
    """Hace la fila de la actividad con las columnas que usan las oficinas de control."""
    avance = porcentaje_exacto(a.avance) + (" (sin reporte)" if a.sin_reporte and a.con_meta else "")
    return (
        Celda(f"{a.id} {limpio(a.nombre, 90)}", href="#" + a.ancla, literal=True),
        num(numero(a.meta)),
        num(numero(a.programado)),
        num("sin reporte" if a.sin_reporte else numero(a.ejecutado)),
        num(avance),
        num(porcentaje_exacto(a.cumplimiento)),
        Celda(a.estado.palabra, estado=a.estado),
        Celda("; ".join(a.responsables) or "sin dato", literal=True),
    )
