"""El plan de una entidad, leído de la matriz que lo trae junto al avance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.encabezado import plano
from rendicion.fuentes.matriz import TIPO_MATRIZ, dependencia_de, leer_matriz
from rendicion.fuentes.matriz.filas import ACTIVIDAD, FilaLeida, MatrizLeida
from rendicion.fuentes.matriz.mapa import CAMPOS_DEL_PLAN, Mapa, mapa_de
from rendicion.fuentes.matriz.numeros import leer_numero
from rendicion.planes.cuadro import ORIGEN, hallazgo
from rendicion.planes.interpretacion import unir_repetidos
from rendicion.planes.matriz import FilaDeMatriz, cifra, plan_de_matriz
from rendicion.planes.texto import clave
from rendicion.planes.vocabulario import Vocabulario
from rendicion.proteccion import OCULTO, detectar, ocultar

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.hallazgos import Hallazgo
    from rendicion.plan import Plan


def leer_plan(
    bruto: bytes, fuente: Fuente, archivo: str, vocabulario: Vocabulario, *, entidad: str | None, vigencia: int, periodo: tuple[date, date] | None
) -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Lee el plan de una matriz con el mapa de la fuente que la declara; lanza ErrorUso si no se puede."""
    mapa = mapa_de(fuente)
    if fuente.tipo != TIPO_MATRIZ or not mapa.trae_plan:
        raise ErrorUso(
            f"La fuente {fuente.id} no sirve para leer el plan: tiene que ser de tipo matriz y declarar [opciones.plan].",
            donde=f"fuente {fuente.id}",
            hacer="Corrija la clave matriz de la vigencia, o agregue [opciones.plan] con subcomponente, actividad y meta.",
        )
    try:
        leida = leer_matriz(bruto, fuente, mapa, archivo)
    except ErrorFuente as error:
        raise ErrorUso(error.que, donde=error.donde, hacer=error.hacer) from None
    propias = leida.de(ACTIVIDAD)
    _negar_sin_numero(propias, mapa, archivo)
    unicas, de_personas = _sin_personas([f for f in propias if f.repetida is None], mapa, fuente)
    unidades, de_unidades = _unidades(unicas, mapa)
    filas, de_cifras = _filas(unicas, unidades, mapa, fuente)
    suyo = replace(vocabulario, agregacion={**vocabulario.agregacion, **{clave(k): v for k, v in mapa.agregacion.items()}})
    plan, hallazgos = plan_de_matriz(filas, suyo, entidad=entidad, vigencia=vigencia, periodo=periodo, donde=archivo)
    propios = [*_de_lectura(leida), *_repetidas(propias), *de_personas, *de_unidades, *de_cifras]
    return plan, unir_repetidos([*propios, *hallazgos])


def _negar_sin_numero(propias: Sequence[FilaLeida], mapa: Mapa, archivo: str) -> None:
    for f in propias:
        if f.actividad_id is None:
            que = "La actividad no dice de qué subcomponente es, y con él se numera." if mapa.por_orden else "No se pudo leer el número de la actividad."
            raise ErrorUso(que, donde=f"{archivo}, {f.lugar}", hacer="Complete la celda, o declare en rellenar que baja de la fila de arriba.")


def _de_lectura(leida: MatrizLeida) -> list[Hallazgo]:
    """Cuenta, como hallazgos del plan, lo que se vio al leer y una persona debe mirar; lo informativo lo dice la fuente."""
    ilegibles = [
        hallazgo(f.lugar, campo, falla.regla, "grave", f"{falla.explicacion} Está en {f.lugar}.", literal=falla.valor)
        for f in leida.de(ACTIVIDAD)
        for campo, falla in f.fallas.items()
        if campo in CAMPOS_DEL_PLAN or campo.startswith("programado:")
    ]
    return [*(replace(h, origen=ORIGEN) for h in leida.hallazgos if h.gravedad != "informativa"), *ilegibles]


def _repetidas(propias: Sequence[FilaLeida]) -> list[Hallazgo]:
    return [
        hallazgo(
            f.lugar,
            "actividad_id",
            "actividad_repetida_en_la_matriz",
            "grave",
            f"La fila ({f.lugar}) repite la actividad de {f.repetida}; el plan la cuenta una vez.",
            literal=f.valores.get("actividad_id"),
        )
        for f in propias
        if f.repetida
    ]


def _sin_personas(filas: Sequence[FilaLeida], mapa: Mapa, fuente: Fuente) -> tuple[list[FilaLeida], list[Hallazgo]]:
    """Oculta lo que parece dato personal en los textos del plan, que se publican (Ley 1581 de 2012); una cifra no lo es."""
    limpias, hallazgos = [], []
    for f in filas:
        malos = [c for c, t in f.valores.items() if c in CAMPOS_DEL_PLAN and detectar(t) and leer_numero(t, mapa, fuente).valor is None]
        limpias.append(replace(f, valores={**f.valores, **{c: ocultar(f.valores[c]) for c in malos}}) if malos else f)
        hallazgos += [
            hallazgo(f.actividad_id or f.lugar, c, "posible_dato_personal", "grave", f"El texto parece tener un dato personal; se publica sin él. Está en {f.lugar}.", valor=OCULTO)
            for c in malos
        ]
    return limpias, hallazgos


def _unidades(filas: Sequence[FilaLeida], mapa: Mapa) -> tuple[dict[str, str], list[Hallazgo]]:
    """Da, por unidad sin tildes ni blancos, cómo se publica: lo declarado o la primera manera en que aparece."""
    canonicas = dict(mapa.unidades)
    hallazgos = []
    for f in filas:
        literal = f.valores.get("unidad")
        if not literal or any(c.isdigit() for c in literal):
            continue
        canonica = canonicas.setdefault(plano(literal), " ".join(literal.split()))
        if canonica != literal:
            texto = f"Actividad {f.actividad_id} ({f.lugar}): la unidad «{literal}» es la misma que «{canonica}»."
            hallazgos.append(hallazgo(f.actividad_id or f.lugar, "unidad", "unidad_escrita_distinto", "informativa", texto, literal=literal, valor=canonica))
    return canonicas, hallazgos


def _filas(filas: Sequence[FilaLeida], unidades: dict[str, str], mapa: Mapa, fuente: Fuente) -> tuple[list[FilaDeMatriz], list[Hallazgo]]:
    hechas, hallazgos = [], []
    for f in filas:
        actividad_id = f.actividad_id or f.lugar
        meta_texto, unidad_texto = f.valores.get("meta"), f.valores.get("unidad")
        leida = leer_numero(meta_texto, mapa, fuente) if meta_texto else None
        hallazgos += [hallazgo(actividad_id, "meta", r, "informativa", f"Actividad {actividad_id} ({f.lugar}): {t}", literal=meta_texto) for r, t in (leida.notas if leida else ())]
        unidad = unidades.get(plano(unidad_texto)) if unidad_texto else None
        if cruzada := _unidad_cruzada(f, unidades, mapa, fuente):
            hallazgos.append(cruzada)
            unidad = None
        programado = []
        for p in mapa.periodos:
            if texto := f.valores.get(f"programado:{p.nombre}"):
                numero = leer_numero(texto, mapa, fuente)
                if numero.valor is None:
                    hallazgos.append(_programado_ilegible(actividad_id, f.lugar, p.nombre, texto))
                else:
                    programado.append((p.fecha, numero.valor))
        valores = {k: v for k, v in f.valores.items() if k in CAMPOS_DEL_PLAN}
        hallazgos += _leer_pesos(valores, actividad_id, f.lugar, mapa, fuente)
        hechas.append(
            FilaDeMatriz(
                actividad_id=actividad_id,
                lugar=f.lugar,
                dependencia=dependencia_de(f, mapa, fuente),
                valores=valores,
                combinados=f.combinados - set(mapa.rellenar),
                meta=leida.valor if leida else None,
                unidad=unidad,
                programado=tuple(programado),
            )
        )
    return hechas, hallazgos


def _leer_pesos(valores: dict[str, str], actividad_id: str, lugar: str, mapa: Mapa, fuente: Fuente) -> list[Hallazgo]:
    """Deja los pesos como cifras: «30%» escrito como texto y 0,3 en una celda con formato son el mismo peso."""
    hallazgos = []
    for campo in ("peso", "peso_subcomponente"):
        if texto := valores.get(campo):
            leido = leer_numero(texto, mapa, fuente)
            hallazgos += [hallazgo(actividad_id, campo, r, "informativa", f"Actividad {actividad_id} ({lugar}): {t}", literal=texto) for r, t in leido.notas]
            valores[campo] = texto if leido.valor is None else cifra(leido.valor)
    return hallazgos


def _unidad_cruzada(f: FilaLeida, unidades: dict[str, str], mapa: Mapa, fuente: Fuente) -> Hallazgo | None:
    """Ve si la unidad y la meta están cambiadas de columna; no las corrige: eso lo decide una persona."""
    meta, unidad = f.valores.get("meta"), f.valores.get("unidad")
    if not meta or not unidad or leer_numero(unidad, mapa, fuente).valor is None or plano(meta) not in unidades:
        return None
    texto = (
        f"Actividad {f.actividad_id} ({f.lugar}): en la columna de la meta dice «{meta}», que es una unidad, y en la de la unidad «{unidad}», que es un número. "
        "Parecen cambiadas; quedó sin meta hasta que alguien lo decida."
    )
    return hallazgo(f.actividad_id or f.lugar, "unidad", "unidad_en_otra_columna", "grave", texto, literal=f"{meta} | {unidad}")


def _programado_ilegible(actividad_id: str, lugar: str, periodo: str, escrito: str) -> Hallazgo:
    texto = ocultar(escrito)
    que = f"Actividad {actividad_id} ({lugar}): no se entendió lo programado en {periodo}, «{texto}»; no se tuvo en cuenta."
    return hallazgo(actividad_id, f"programado en {periodo}", "programado_no_entendido", "advertencia", que, literal=texto)
