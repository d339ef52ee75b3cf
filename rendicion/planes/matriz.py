"""El plan que trae una matriz de seguimiento: de sus filas a actividades, con un hallazgo por cada duda."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.plan import Actividad, Plan
from rendicion.planes.celdas import Contexto, leer_actividad
from rendicion.planes.cuadro import FilaPlan, hallazgo
from rendicion.planes.dudas import buscar_dudas
from rendicion.planes.interpretacion import unir_repetidos
from rendicion.planes.pesos import leer_pesos, leer_pesos_de_subcomponentes
from rendicion.planes.subcomponentes import Subcomponente, partir
from rendicion.planes.texto import clave
from rendicion.planes.vocabulario import Vocabulario

_NUMERO = re.compile(r"([0-9]+)\.[0-9]+", re.ASCII)


@dataclass(frozen=True)
class FilaDeMatriz:
    """Es una fila de actividad de la matriz, con sus textos y las cifras que ya se leyeron.

    `meta` es nula si su celda no trae una cifra; `programado` son las cantidades de cada periodo, por su fecha de
    cierre, y es vacío si la hoja no las trae.
    """

    actividad_id: str
    lugar: str
    dependencia: str
    valores: Mapping[str, str]
    combinados: frozenset[str] = frozenset()
    meta: Decimal | None = None
    unidad: str | None = None
    programado: tuple[tuple[date, Decimal], ...] = ()


def identificar(filas: Sequence[tuple[str | None, str | None]], *, por_orden: bool) -> list[str | None]:
    """Da a cada fila (código, subcomponente) su número de actividad; nulo si no hay con qué.

    Con `por_orden`, el subcomponente se numera según aparece y la actividad según su orden dentro de él; el código
    solo dice que la fila es una actividad. Sin eso, el número es el código, tal cual.
    """
    if not por_orden:
        return [codigo for codigo, _ in filas]
    grupos: dict[str, int] = {}
    cuentas: dict[int, int] = {}
    ids: list[str | None] = []
    for codigo, subcomponente in filas:
        if codigo is None or not subcomponente:
            ids.append(None)
            continue
        grupo = grupos.setdefault(clave(subcomponente) or subcomponente, len(grupos) + 1)
        cuentas[grupo] = cuentas.get(grupo, 0) + 1
        ids.append(f"{grupo}.{cuentas[grupo]}")
    return ids


def plan_de_matriz(
    filas: Sequence[FilaDeMatriz],
    vocabulario: Vocabulario,
    *,
    entidad: str | None,
    vigencia: int,
    periodo: tuple[date, date] | None,
    donde: str,
) -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Convierte las filas de una matriz en el plan, y cuenta lo que dice mal, a medias o de forma dudosa.

    Lanza ErrorUso si un número de actividad no sirve o está repetido, o si no hay actividades.
    """
    _revisar_numeros(filas, donde)
    inicio, fin = periodo or (date(vigencia, 1, 1), date(vigencia, 12, 31))
    contexto = Contexto(vocabulario, vigencia, inicio, fin)
    subcomponentes, hallazgos = _subcomponentes(filas, vocabulario)
    ids = [f.actividad_id for f in filas]
    bloques = [_bloque(i) for i in ids]
    planas = [FilaPlan(f.lugar, _valores(f), f.combinados) for f in filas]
    pesos, de_pesos = leer_pesos(planas, ids, bloques)
    por_bloque, de_bloques = leer_pesos_de_subcomponentes(planas, ids, bloques)
    actividades = []
    for fila, plana, peso in zip(filas, planas, pesos, strict=True):
        bloque = _bloque(fila.actividad_id)
        leida, dudas = leer_actividad(plana, subcomponentes[bloque], fila.actividad_id, (peso, por_bloque[bloque]), contexto)
        actividad, de_periodos = _con_periodos(_con_literal(leida, fila), fila)
        actividades.append(actividad)
        hallazgos += [*_sin_texto(fila), *(d for d in dudas if d.regla not in _sobran(filas)), *de_periodos]
    plan = Plan(entidad, vigencia, inicio, fin, tuple(actividades))
    sin_periodo = [] if periodo else [_sin_periodo(inicio, fin)]
    return plan, unir_repetidos([*sin_periodo, *hallazgos, *de_pesos, *de_bloques, *buscar_dudas(plan, vocabulario)])


def _revisar_numeros(filas: Sequence[FilaDeMatriz], donde: str) -> None:
    if not filas:
        raise ErrorUso("La matriz no trae ninguna actividad para el plan.", donde=donde, hacer="Revise las hojas y las columnas que declara el mapa.")
    vistos: dict[str, str] = {}
    for f in filas:
        if not _NUMERO.fullmatch(f.actividad_id):
            raise ErrorUso(
                f"«{f.actividad_id}» no sirve como número de actividad: tiene que ser como 1.1.",
                donde=f"{donde}, {f.lugar}",
                hacer='Diga a qué número equivale cada código en [opciones.actividades], o declare numeracion = "orden".',
            )
        if (antes := vistos.setdefault(f.actividad_id, f.lugar)) != f.lugar:
            raise ErrorUso(f"La actividad {f.actividad_id} está dos veces.", donde=f"{donde}, {antes} y {f.lugar}", hacer="Deje una sola, o déjela por fuera con excluir_hojas.")


def _bloque(actividad_id: str) -> str:
    return actividad_id.split(".", maxsplit=1)[0]


def _subcomponentes(filas: Sequence[FilaDeMatriz], vocabulario: Vocabulario) -> tuple[dict[str, Subcomponente], list[Hallazgo]]:
    """Da a cada número su subcomponente, con el primer nombre que trae; los demás nombres son un hallazgo."""
    nombres: dict[str, dict[str, tuple[str, str]]] = {}
    for f in filas:
        suyos = nombres.setdefault(_bloque(f.actividad_id), {})
        if literal := f.valores.get("subcomponente"):
            suyos.setdefault(clave(literal), (literal, f.actividad_id))
    hechos, hallazgos = {}, []
    for numero, suyos in nombres.items():
        textos = list(suyos.values())
        literal = textos[0][0] if textos else f"Subcomponente {numero}"
        hechos[numero] = Subcomponente(numero, partir(literal, vocabulario)[1], literal)
        hallazgos += [
            hallazgo(
                actividad_id, "subcomponente", "subcomponente_con_otro_nombre", "advertencia",
                f"Actividad {actividad_id}: su subcomponente se llama «{otro}» y el {numero} se llama «{literal}»; se dejó el primero.",
                literal=otro, valor=literal,
            )
            for otro, actividad_id in textos[1:]
        ]  # fmt: skip
        if not textos:
            hallazgos.append(hallazgo("documento", "subcomponente", "subcomponente_sin_nombre", "grave", f"El subcomponente {numero} no dice su nombre.", valor=literal))
    return hechos, hallazgos


def _valores(fila: FilaDeMatriz) -> dict[str, str]:
    """Prepara los textos para leer la actividad: la cifra ya leída y, si no hay columna de responsable, la dependencia."""
    valores = {k: v for k, v in fila.valores.items() if k != "unidad"}
    valores.setdefault("actividad", fila.actividad_id)
    valores.setdefault("responsable", fila.dependencia)
    if fila.meta is not None:
        valores["meta"] = cifra(fila.meta)
    return valores


def _sin_texto(fila: FilaDeMatriz) -> list[Hallazgo]:
    if "actividad" in fila.valores:
        return []
    explicacion = f"Actividad {fila.actividad_id} ({fila.lugar}): no dice qué hay que hacer; se puso su número."
    return [hallazgo(fila.actividad_id, "actividad", "actividad_sin_texto", "grave", explicacion, valor=fila.actividad_id)]


def cifra(valor: Decimal) -> str:
    """Escribe una cifra de modo que solo se pueda leer de una manera: «1,234» podría ser mil doscientos.

    >>> cifra(Decimal("1.234")), cifra(Decimal("40.0"))
    ('1,2340', '40')
    """
    texto = f"{valor:f}"
    texto = texto.rstrip("0").rstrip(".") if "." in texto else texto
    entera, _, decimales = texto.partition(".")
    return f"{entera},{decimales}0" if len(decimales) == 3 else texto.replace(".", ",")


def _con_literal(actividad: Actividad, fila: FilaDeMatriz) -> Actividad:
    return replace(actividad, meta_texto=fila.valores.get("meta"), unidad=fila.unidad or actividad.unidad)


def _sobran(filas: Sequence[FilaDeMatriz]) -> frozenset[str]:
    """Si ninguna fila trae fecha, la matriz no lleva esa columna: no hay que decirlo en cada actividad."""
    con_fecha = any({"fecha", "inicio", "fin"} & set(f.valores) for f in filas)
    return frozenset() if con_fecha else frozenset(("sin_fecha",))


def _con_periodos(actividad: Actividad, fila: FilaDeMatriz) -> tuple[Actividad, list[Hallazgo]]:
    """Pone como hitos los periodos en que la hoja programa, si con eso se dice lo mismo que ella; si no, avisa.

    Una meta que se acumula queda en hitos si cada periodo programa igual parte; una de nivel, si todos programan
    la meta: entonces se espera desde el primero.
    """
    positivos = [(f, v) for f, v in fila.programado if v > 0]
    if actividad.meta is None or not positivos or actividad.hitos or "programacion" in fila.valores:
        return actividad, []
    partes = {v for _, v in positivos}
    suma = sum((v for _, v in positivos), Decimal(0))
    hitos: tuple[date, ...] = ()
    if actividad.agregacion == "ultimo" and partes == {actividad.meta}:
        hitos = (positivos[0][0],)
    elif actividad.agregacion == "suma" and len(partes) == 1 and suma == actividad.meta:
        hitos = tuple(f for f, _ in positivos)
    literal = "; ".join(f"{f.isoformat()}: {v:f}" for f, v in positivos)
    if hitos:
        return replace(actividad, hitos=hitos, programacion="hitos"), []
    if actividad.agregacion == "suma" and suma != actividad.meta:
        regla, que = "programado_no_suma_la_meta", f"lo programado en los periodos suma {suma:f} y la meta es {actividad.meta:f}"
    else:
        regla, que = "programacion_desigual", "los periodos no programan partes iguales de la meta"
    explicacion = f"Actividad {actividad.id} ({fila.lugar}): {que}; se programó con la regla «{actividad.programacion}»."
    return actividad, [hallazgo(actividad.id, "programacion", regla, "advertencia", explicacion, literal=literal, valor=actividad.programacion)]


def _sin_periodo(inicio: date, fin: date) -> Hallazgo:
    valor = f"{inicio.isoformat()} a {fin.isoformat()}"
    return hallazgo("documento", "periodo", "periodo_no_encontrado", "advertencia", "La entidad no declara el periodo de ejecución; se tomó el año completo.", valor=valor)
