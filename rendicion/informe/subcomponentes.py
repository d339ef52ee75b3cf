"""Una sección por subcomponente: su cifra, su gráfico y la tabla que sirve para una sesión del concejo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rendicion.informe.actividades import Actividad, fila_de_seguimiento
from rendicion.informe.cuadros import Celda, Cuadro, insignia, num
from rendicion.informe.filas import Fila, Tablas, decimal, del_corte, entero, letra, texto
from rendicion.informe.formato import contar, fecha_larga, limpio, porcentaje, porcentaje_exacto
from rendicion.informe.graficos import ALTO_BARRA, Barras, barra_porcentaje
from rendicion.informe.palabras import ZONAS, Estado


@dataclass(frozen=True)
class Subcomponente:
    """Reúne lo que la página dice de un subcomponente en el corte."""

    id: str
    ancla: str
    nombre: str
    hallazgo: str
    avance: Decimal | None
    reportado: Decimal | None
    cumplimiento: Decimal | None
    zona: Estado
    con_meta: int
    con_reporte: int
    actividades: tuple[Actividad, ...]
    grafico: Barras
    tabla: Cuadro


def subcomponentes(tablas: Tablas, corte: date, acts: tuple[Actividad, ...]) -> tuple[Subcomponente, ...]:
    """Devuelve los subcomponentes en el orden del plan, cada uno con sus actividades."""
    nombres: dict[str, str] = {}
    for f in tablas["plan"]:
        nombres.setdefault(letra(f, "subcomponente_id"), texto(f, "subcomponente") or "")
    medias = {letra(f, "subcomponente_id"): f for f in del_corte(tablas["indicadores_subcomponente"], corte)}
    return tuple(
        _subcomponente(i, nombre, medias[i], tuple(a for a in acts if a.subcomponente_id == i), corte)
        for i, nombre in nombres.items()
    )


def _subcomponente(i: str, nombre: str, media: Fila, acts: tuple[Actividad, ...], corte: date) -> Subcomponente:
    return Subcomponente(
        id=i,
        ancla=f"subcomponente-{i}",
        nombre=_nombre(i, nombre),
        hallazgo=_hallazgo(acts),
        avance=decimal(media, "avance_pct"),
        reportado=decimal(media, "avance_reportado_pct"),
        cumplimiento=decimal(media, "cumplimiento_pct"),
        zona=ZONAS[letra(media, "zona")],
        con_meta=entero(media, "actividades_con_meta"),
        con_reporte=entero(media, "actividades_con_reporte"),
        actividades=acts,
        grafico=_grafico(i, acts),
        tabla=_tabla(i, acts, corte),
    )


def _nombre(i: str, nombre: str) -> str:
    propio = limpio(nombre, 200)
    return propio if propio.lower().startswith("subcomponente") else f"Subcomponente {i}. {propio}".rstrip(". ")


def _hallazgo(acts: tuple[Actividad, ...]) -> str:
    cumplidas = sum(a.clave_estado == "cumplida" for a in acts)
    tarde = sum(a.tarde for a in acts)
    frase = f"{contar(cumplidas, 'actividad cumplida', 'actividades cumplidas')} de {len(acts)}"
    return frase + (f" y {contar(tarde, 'atrasada o vencida', 'atrasadas o vencidas')}" if tarde else "")


def _grafico(i: str, acts: tuple[Actividad, ...]) -> Barras:
    return Barras(
        id=f"grafico-subcomponente-{i}",
        titulo=f"Avance de cada actividad del subcomponente {i}",
        descripcion="Barras de 0 a 100 % de la meta del año. La raya señala lo programado a la fecha. La tabla que sigue tiene los valores.",
        alto=ALTO_BARRA * len(acts) + 18,
        barras=tuple(
            barra_porcentaje(n, (f"{a.id} {limpio(a.nombre, 90)}", f"{a.id} {limpio(a.nombre, 22)}"), a.avance, _rotulo(a), _marca(a))
            for n, a in enumerate(acts)
        ),
    )


def _rotulo(a: Actividad) -> str:
    if not a.con_meta:
        return "sin meta"
    return f"{porcentaje(a.avance)}{' · sin reporte' if a.sin_reporte else ''}"


def _marca(a: Actividad) -> Decimal | None:
    if a.programado is None or not a.meta:
        return None
    return 100 * a.programado / a.meta


def _tabla(i: str, acts: tuple[Actividad, ...], corte: date) -> Cuadro:
    return Cuadro(
        id=f"tabla-subcomponente-{i}",
        titulo=f"Subcomponente {i}: lo programado y lo hecho al {fecha_larga(corte)}",
        columnas=("Actividad", "Meta", "Programado", "Hecho", "Avance", "Cumplimiento", "Estado", "Responsable"),
        filas=tuple(fila_de_seguimiento(a) for a in acts),
        numericas=frozenset({1, 2, 3, 4, 5}),
    )


def comparados(subs: tuple[Subcomponente, ...]) -> tuple[Barras, Cuadro]:
    """Devuelve el gráfico y la tabla que ponen los subcomponentes lado a lado."""
    grafico = Barras(
        id="grafico-subcomponentes",
        titulo=_titulo(subs),
        descripcion="Barras de 0 a 100 % de la meta del año, una por subcomponente. La tabla que sigue tiene los valores.",
        alto=ALTO_BARRA * len(subs) + 18,
        barras=tuple(
            barra_porcentaje(n, (limpio(s.nombre, 90), f"Subcomponente {s.id}"), s.avance, porcentaje(s.avance)) for n, s in enumerate(subs)
        ),
    )
    tabla = Cuadro(
        id="tabla-subcomponentes",
        titulo="Avance y cumplimiento por subcomponente",
        columnas=("Subcomponente", "Avance", "Avance de lo reportado", "Cumplimiento", "Zona", "Con reporte"),
        filas=tuple(
            (
                Celda(s.nombre, href="#" + s.ancla, literal=True), num(porcentaje_exacto(s.avance)), num(porcentaje_exacto(s.reportado)),
                num(porcentaje_exacto(s.cumplimiento)), insignia(s.zona), num(f"{s.con_reporte} de {s.con_meta}"),
            )
            for s in subs
        ),
        numericas=frozenset({1, 2, 3, 5}),
    )
    return grafico, tabla


def _titulo(subs: tuple[Subcomponente, ...]) -> str:
    medidos = [s for s in subs if s.avance is not None]
    if len(medidos) < 2:
        return "Avance de cada subcomponente"
    mayor = max(medidos, key=lambda s: s.avance or 0)
    menor = min(medidos, key=lambda s: s.avance or 0)
    if mayor.avance == menor.avance:
        return f"Los subcomponentes van iguales: {porcentaje(mayor.avance)}"
    return f"El subcomponente {mayor.id} va adelante ({porcentaje(mayor.avance)}) y el {menor.id}, atrás ({porcentaje(menor.avance)})"
