"""El cronograma: cada fecha que esperan el plan y la norma, y cómo va en el corte."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from rendicion.ciclo.calendario import DIAS_PARA_PUBLICAR, en_letras, limite_publicacion
from rendicion.hallazgos import Hallazgo
from rendicion.reglas_ciclo import REGLAS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from rendicion.plan import Actividad, Plan
    from rendicion.reglas_ciclo import ReglasDelCiclo

Fila = dict[str, object]
ESTADOS = ("vencido", "vence_pronto", "pendiente", "cumplido")
ACTIVIDAD_CORTE = "corte"
SIN_RESPONSABLE = "Sin responsable"
DIAS_AVISO = REGLAS.dias_aviso


def calcular(
    plan: Plan,
    ejecutado: Mapping[str, Decimal],
    corte: date,
    cortes: Sequence[date],
    *,
    publicados: Collection[date] | None = None,
    responsable_seguimiento: str | None = None,
    dias_aviso: int = DIAS_AVISO,
    dias_publicacion: int = DIAS_PARA_PUBLICAR,
) -> list[Fila]:
    """Devuelve las filas de la tabla `cronograma`: hitos y fines de ventana del plan, y límites de los seguimientos.

    `ejecutado` es el de cada actividad en el corte (tabla `indicadores_actividad`); la que falta vale 0.
    El hito k de n se cumple cuando ejecutado ≥ meta·k/n, con aritmética exacta. Una fecha sin cumplir está
    vencida desde ese mismo día, igual que la actividad (contrato, sección 3), y vence pronto si le faltan
    `dias_aviso` días corridos o menos. Sin meta no se puede saber si se cumplió: solo vence si no hay nada ejecutado.

    `publicados` son los cortes oficiales cuyo seguimiento se sabe publicado. Con `None` no se sabe: un límite
    que ya pasó queda pendiente, porque nadie puede afirmar que venció.
    """
    filas = [
        _fila(
            a.id,
            nombre,
            dia,
            ";".join(a.responsables) or None,
            _estado_hito(a, ejecutado.get(a.id, Decimal(0)), dia, parte, corte=corte, dias_aviso=dias_aviso),
        )
        for a in plan.actividades
        for nombre, dia, parte in _hitos(a)
    ]
    for oficial in sorted(set(cortes)):
        limite = limite_publicacion(oficial, dias_publicacion)
        estado = _estado_seguimiento(oficial, limite, corte, publicados, dias_aviso)
        nombre = f"Publicación del seguimiento al {en_letras(oficial)}"
        filas.append(_fila(ACTIVIDAD_CORTE, nombre, limite, responsable_seguimiento, estado))
    return sorted(filas, key=lambda f: (f["fecha"], f["actividad_id"], f["hito"]))


def hallazgos(cortes: Sequence[date], corte: date, reglas: ReglasDelCiclo) -> list[Hallazgo]:
    """Dice qué seguimientos oficiales se publicaron después de su límite, o se declararon de un corte que no es oficial."""
    salida = []
    for s in reglas.seguimientos or ():
        limite = limite_publicacion(s.corte, reglas.dias_publicacion)
        if s.corte not in cortes:
            explicacion = f"Se declara publicado un seguimiento al {s.corte.isoformat()}, que no es un corte oficial."
            salida.append(Hallazgo("cronograma", s.corte.isoformat(), "seguimientos", "seguimiento_de_otro_corte", "advertencia", explicacion))
        elif limite < s.publicado <= corte:
            explicacion = f"El seguimiento al {en_letras(s.corte)} se publicó después del límite."
            salida.append(
                Hallazgo("cronograma", s.corte.isoformat(), "publicado", "seguimiento_tarde", "advertencia", explicacion, limite.isoformat(), s.publicado.isoformat())
            )
    return salida


def por_dependencia(filas: Sequence[Fila]) -> dict[str, list[Fila]]:
    """Reparte las filas por responsable, en orden alfabético; la que comparten varios está en cada uno.

    Las que no tienen responsable van bajo «Sin responsable»: nadie las pierde de vista.
    """
    reparto: dict[str, list[Fila]] = {}
    for fila in filas:
        for dependencia in str(fila["responsables"] or SIN_RESPONSABLE).split(";"):
            reparto.setdefault(dependencia, []).append(fila)
    return dict(sorted(reparto.items()))


def por_estado(filas: Sequence[Fila]) -> dict[str, list[Fila]]:
    """Reparte las filas por estado, de lo más urgente a lo cumplido; cada estado está, aunque vacío."""
    return {estado: [f for f in filas if f["estado"] == estado] for estado in ESTADOS}


def _hitos(actividad: Actividad) -> Iterator[tuple[str, date, Fraction]]:
    """Enumera nombre, fecha y parte de la meta de cada hito; sin hitos, el fin de la ventana."""
    if not actividad.hitos:
        yield "Fin de la ventana", actividad.fin, Fraction(1)
        return
    n = len(actividad.hitos)
    for k, dia in enumerate(sorted(actividad.hitos), start=1):
        yield f"Hito {k} de {n}", dia, Fraction(k, n)


def _estado_hito(actividad: Actividad, ejecutado: Decimal, dia: date, parte: Fraction, *, corte: date, dias_aviso: int) -> str:
    hecho = Fraction(ejecutado)
    if actividad.meta is None:
        return _por_fecha(dia, corte, dias_aviso, se_sabe=hecho == 0)
    return "cumplido" if hecho >= Fraction(actividad.meta) * parte else _por_fecha(dia, corte, dias_aviso)


def _estado_seguimiento(oficial: date, limite: date, corte: date, publicados: Collection[date] | None, dias_aviso: int) -> str:
    if publicados is not None and oficial in publicados:
        return "cumplido"
    return _por_fecha(limite, corte, dias_aviso, se_sabe=publicados is not None)


def _por_fecha(dia: date, corte: date, dias_aviso: int, *, se_sabe: bool = True) -> str:
    if dia <= corte:
        return "vencido" if se_sabe else "pendiente"
    return "vence_pronto" if dia - corte <= timedelta(days=dias_aviso) else "pendiente"


def _fila(actividad_id: str, hito: str, fecha: date, responsables: str | None, estado: str) -> Fila:
    return {"actividad_id": actividad_id, "hito": hito, "fecha": fecha, "responsables": responsables, "estado": estado}
