"""La primera pantalla y el camino hasta ella: cuánto, a qué fecha, qué se cumplió, qué va tarde y quién responde."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rendicion.informe.actividades import Actividad
from rendicion.informe.cuadros import Celda, Cuadro, insignia, num
from rendicion.informe.ficha import Ficha
from rendicion.informe.filas import Fila, Tablas, decimal, del_corte, dia, entero, letra
from rendicion.informe.formato import contar, fecha_larga, limpio, mes_corto, mes_largo, porcentaje, porcentaje_exacto
from rendicion.informe.graficos import Linea, altura, equis, escrito, linea
from rendicion.informe.palabras import ESTADOS, ZONAS, Estado

DEPENDENCIAS = 80
BAJO_EL_PUNTO = 22


@dataclass(frozen=True)
class Responsable:
    """Dice de cuántas actividades responde una dependencia y cuáles van tarde."""

    nombre: str
    total: int
    tarde: tuple[Actividad, ...]


@dataclass(frozen=True)
class Resumen:
    """Reúne las cifras y las listas de la primera pantalla."""

    avance: Decimal | None
    reportado: Decimal | None
    cumplimiento: Decimal | None
    zona: Estado
    con_meta: int
    con_reporte: int
    cumplidas: tuple[Actividad, ...]
    tarde: tuple[Actividad, ...]
    otras: tuple[Actividad, ...]
    responsables: tuple[Responsable, ...]
    estados: tuple[tuple[Estado, int], ...]
    antes: str | None
    pesos_iguales: bool
    todo_tocaba: bool


def resumen(tablas: Tablas, ficha: Ficha, acts: tuple[Actividad, ...]) -> Resumen:
    """Devuelve lo que dice la primera pantalla."""
    total = del_corte(tablas["indicadores_total"], ficha.corte)[0]
    return Resumen(
        avance=decimal(total, "avance_pct"),
        reportado=decimal(total, "avance_reportado_pct"),
        cumplimiento=decimal(total, "cumplimiento_pct"),
        zona=ZONAS[letra(total, "zona")],
        con_meta=entero(total, "actividades_con_meta"),
        con_reporte=entero(total, "actividades_con_reporte"),
        cumplidas=tuple(a for a in acts if a.clave_estado == "cumplida"),
        tarde=tuple(a for a in acts if a.tarde),
        otras=tuple(a for a in acts if not a.tarde and a.clave_estado != "cumplida"),
        responsables=responsables(acts),
        estados=tuple((e, n) for c, e in ESTADOS.items() if (n := sum(a.clave_estado == c for a in acts))),
        antes=_antes(tablas, ficha.corte),
        pesos_iguales=len({decimal(f, "peso_subcomponente") for f in tablas["plan"]}) <= 1,
        todo_tocaba=all(a.programado == a.meta for a in acts if a.con_meta),
    )


def responsables(acts: tuple[Actividad, ...]) -> tuple[Responsable, ...]:
    """Devuelve las dependencias, primero las que más actividades tienen tarde."""
    por_nombre: dict[str, list[Actividad]] = {}
    for a in acts:
        for r in a.responsables or ("Sin responsable en el plan",):
            por_nombre.setdefault(r, []).append(a)
    todos = (Responsable(n, len(v), tuple(a for a in v if a.tarde)) for n, v in por_nombre.items())
    return tuple(sorted(todos, key=lambda r: (-len(r.tarde), -r.total, r.nombre)))


def _antes(tablas: Tablas, corte: date) -> str | None:
    previas = [f for f in tablas["indicadores_total"] if dia(f, "corte") < corte]
    if not previas:
        return None
    previa = max(previas, key=lambda f: dia(f, "corte"))
    return f"En el corte anterior, {fecha_larga(dia(previa, 'corte'))}, el avance era {porcentaje(decimal(previa, 'avance_pct'))}."


def tabla_cortes(tablas: Tablas, ficha: Ficha) -> Cuadro:
    """Devuelve el total en cada corte oficial hasta el de la entrega."""
    return Cuadro(
        id="tabla-cortes",
        titulo="El total del plan en cada corte",
        columnas=("Corte", "Avance", "Avance de lo reportado", "Cumplimiento", "Zona", "Con reporte"),
        filas=tuple(_fila_media(fecha_larga(dia(f, "corte")), f) for f in tablas["indicadores_total"] if dia(f, "corte") <= ficha.corte),
        numericas=frozenset({1, 2, 3, 5}),
    )


def _fila_media(nombre: str, f: Fila, *, literal: bool = False) -> tuple[Celda, ...]:
    return (
        Celda(nombre, literal=literal),
        num(porcentaje_exacto(decimal(f, "avance_pct"))),
        num(porcentaje_exacto(decimal(f, "avance_reportado_pct"))),
        num(porcentaje_exacto(decimal(f, "cumplimiento_pct"))),
        insignia(ZONAS[letra(f, "zona")]),
        num(f"{entero(f, 'actividades_con_reporte')} de {entero(f, 'actividades_con_meta')}"),
    )


def tabla_dependencias(tablas: Tablas, ficha: Ficha, quienes: tuple[Responsable, ...]) -> Cuadro:
    """Devuelve la cifra de cada dependencia y las actividades que tiene tarde."""
    tarde = {r.nombre: r.tarde for r in quienes}
    filas = del_corte(tablas["indicadores_dependencia"], ficha.corte)
    return Cuadro(
        id="tabla-dependencias",
        titulo="Quién responde y cómo va",
        columnas=("Dependencia", "Avance", "Avance de lo reportado", "Cumplimiento", "Zona", "Con reporte", "Atrasadas o vencidas"),
        filas=tuple(
            (
                *_fila_media(limpio(letra(f, "dependencia"), 120), f, literal=True),
                Celda(", ".join(a.id for a in tarde.get(limpio(letra(f, "dependencia"), 120), ())) or "ninguna"),
            )
            for f in filas[:DEPENDENCIAS]
        ),
        numericas=frozenset({1, 2, 3, 5}),
    )


@dataclass(frozen=True)
class Corte:
    """Es la raya de un corte en la línea del tiempo, con el avance que había; `lado` dice hacia dónde se escribe."""

    x: str
    y: str
    lado: str
    valor: str | None


@dataclass(frozen=True)
class Serie:
    """Es el gráfico del total mes a mes, con su tabla."""

    titulo: str
    meses: tuple[tuple[str, str], ...]
    cortes: tuple[Corte, ...]
    lineas: tuple[Linea, ...]
    tabla: Cuadro


def serie(tablas: Tablas, ficha: Ficha) -> Serie | None:
    """Devuelve la serie mensual; nada si la tabla está vacía."""
    filas = tablas["serie"]
    if not filas:
        return None
    avance = tuple(decimal(f, "avance_pct") for f in filas)
    cumplimiento = tuple(decimal(f, "cumplimiento_pct") for f in filas)
    fechas = [dia(f, "corte") for f in filas]
    n = len(filas)
    return Serie(
        titulo=_titulo_serie(fechas, avance),
        meses=tuple((equis(i, n), mes_corto(d)) for i, d in enumerate(fechas)),
        cortes=tuple(_corte(i, n, avance[i]) for i, d in enumerate(fechas) if d in ficha.cortes),
        lineas=(
            linea("Avance", "avance", avance, porcentaje(avance[-1])),
            linea("Cumplimiento", "cumplimiento", cumplimiento, porcentaje(cumplimiento[-1])),
        ),
        tabla=Cuadro(
            id="tabla-serie",
            titulo="El total del plan al cierre de cada mes",
            columnas=("Mes", "Avance", "Avance de lo reportado", "Cumplimiento", "Zona", "Con reporte"),
            filas=tuple(_fila_media(mes_largo(dia(f, "corte")), f) for f in filas),
            numericas=frozenset({1, 2, 3, 5}),
        ),
    )


def _corte(i: int, n: int, avance: Decimal | None) -> Corte:
    y = escrito(altura(avance or Decimal(0)) + BAJO_EL_PUNTO)
    return Corte(equis(i, n), y, "end" if i == n - 1 else "start", None if avance is None else porcentaje(avance))


def _titulo_serie(fechas: list[date], avance: tuple[Decimal | None, ...]) -> str:
    conocidos = [(d, a) for d, a in zip(fechas, avance, strict=True) if a is not None]
    if len(conocidos) < 2:
        return "El total del plan mes a mes"
    (d0, a0), (d1, a1) = conocidos[0], conocidos[-1]
    return f"El avance pasó de {porcentaje(a0)} en {mes_largo(d0)} a {porcentaje(a1)} en {mes_largo(d1)}"


def titular(ficha: Ficha, r: Resumen) -> str:
    """Escribe el título de la página: quién, cuánto y de qué."""
    quien = limpio(ficha.entidad_nombre, 80)
    if r.avance is None:
        return f"{quien}: todavía no hay una cifra de avance para {ficha.vigencia}"
    return f"{quien} lleva el {porcentaje(r.avance)} de su plan de rendición de cuentas {ficha.vigencia}"


def entradilla(r: Resumen) -> str:
    """Cuenta en una frase cuántas actividades se cumplieron y cuántas van tarde."""
    cumplidas = contar(len(r.cumplidas), "se cumplió", "se cumplieron")
    tarde = contar(len(r.tarde), "va tarde o venció sin cumplirse", "van tarde o vencieron sin cumplirse")
    return f"De {contar(r.con_meta, 'actividad con meta', 'actividades con meta')}, {cumplidas} y {tarde}."
