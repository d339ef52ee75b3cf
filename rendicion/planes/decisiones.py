"""Las decisiones humanas sobre los hallazgos del plan: se aplican a la vista, con su motivo y su autor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.plan import Plan, programacion_por_defecto
from rendicion.planes.texto import recortar

CAMPOS = ("meta", "unidad", "responsables", "inicio", "fin", "hitos", "agregacion", "programacion", "peso")
ACCIONES = ("conservar", "cambiar")
_OPCIONES = {"agregacion": ("suma", "ultimo"), "programacion": ("hitos", "lineal", "al_final")}
_MAXIMO_DECIMALES = 4
Valor = Decimal | str | date | tuple[str, ...] | tuple[date, ...]

DECISION_SIN_SUSTENTO = "decision_sin_sustento"


@dataclass(frozen=True)
class Decision:
    """Es lo que una persona decidió sobre un hallazgo: dejar lo que se entendió, o cambiarlo por otro valor."""

    actividad: str
    campo: str
    regla: str
    literal: str
    accion: str
    motivo: str
    autor: str
    fecha: date
    valor: Valor | None = None


def decisiones_desde(datos: Mapping[str, Any], *, donde: str) -> tuple[Decision, ...]:
    """Construye las decisiones desde el TOML ya leído ([[decision]]).

    Todas las claves son obligatorias (`valor`, solo en «cambiar»): se niega con `ErrorUso` si algo falta,
    sobra o no sirve.
    """
    sobran = sorted(set(datos) - {"decision"})
    secciones = datos.get("decision", [])
    if sobran or not isinstance(secciones, list) or not all(isinstance(s, Mapping) for s in secciones):
        raise ErrorUso(
            f"El archivo de decisiones no tiene la forma esperada{': sobra ' + ', '.join(sobran) if sobran else ''}.",
            donde=donde,
            hacer="Escriba cada decisión en una sección [[decision]].",
        )
    decisiones = tuple(_decision(s, f"{donde}, decisión {n}") for n, s in enumerate(secciones, 1))
    _sin_repetir(decisiones, donde)
    return decisiones


def _sin_repetir(decisiones: Sequence[Decision], donde: str) -> None:
    """Se niega si dos decisiones responden el mismo hallazgo, o si una cambia un campo del que habla otra."""
    for (n, una), (m, otra) in combinations(enumerate(decisiones, 1), 2):
        if (una.actividad, una.campo) != (otra.actividad, otra.campo):
            continue
        if una.regla == otra.regla or "cambiar" in (una.accion, otra.accion):
            raise ErrorUso(
                (f"Las decisiones {n} y {m} se contradicen o se repiten: campo «{una.campo}» de la actividad {una.actividad}."),
                donde=donde,
                hacer="Deje una sola.",
            )


def _decision(seccion: Mapping[str, Any], donde: str) -> Decision:
    claves = [f.name for f in fields(Decision)]
    sobran = sorted(set(seccion) - set(claves))
    if sobran:
        raise ErrorUso(f"Usa claves que no existen: {', '.join(sobran)}.", donde=donde, hacer=f"Use solo: {', '.join(claves)}.")
    # El literal puede ser vacío: así se responde un hallazgo sobre una celda en blanco. Pero hay que decirlo.
    faltan = [c for c in claves if c != "valor" and not (c in seccion if c == "literal" else _hay(seccion.get(c)))]
    if faltan:
        raise ErrorUso(
            f"Falta: {', '.join(faltan)}.",
            donde=donde,
            hacer="Toda decisión dice qué, sobre qué texto, por qué, quién y cuándo.",
        )
    for campo, validos in (("campo", CAMPOS), ("accion", ACCIONES)):
        if seccion[campo] not in validos:
            raise ErrorUso(f"{campo} = «{seccion[campo]}» no sirve.", donde=donde, hacer=f"Use uno de: {', '.join(validos)}.")
    textos = {c: recortar(str(seccion[c])) for c in ("actividad", "campo", "regla", "literal", "accion", "motivo", "autor")}
    return Decision(**textos, fecha=_fecha(seccion["fecha"], "fecha", donde), valor=_valor(seccion, donde))


def _hay(valor: object) -> bool:
    return bool(recortar(valor)) if isinstance(valor, str) else valor is not None


def _valor(seccion: Mapping[str, Any], donde: str) -> Valor | None:
    tiene = _hay(seccion.get("valor"))
    if tiene != (seccion["accion"] == "cambiar"):
        que = "sobra el valor: «conservar» deja lo que se entendió" if tiene else "falta el valor: «cambiar» tiene que decir por cuál"
        raise ErrorUso(f"En la decisión {que}.", donde=donde, hacer="Corrija la acción o el valor.")
    if not tiene:
        return None
    campo, valor = seccion["campo"], seccion["valor"]
    if campo in ("meta", "peso"):
        return _numero(valor, campo, donde)
    if campo in ("inicio", "fin"):
        return _fecha(valor, campo, donde)
    if campo in ("hitos", "responsables"):
        return _lista(valor, campo, donde)
    if campo in _OPCIONES and valor not in _OPCIONES[campo]:
        raise _no_sirve(valor, campo, donde, f"uno de: {', '.join(_OPCIONES[campo])}")
    if not isinstance(valor, str):
        raise _no_sirve(valor, campo, donde, "un texto")
    return recortar(valor)


def _no_sirve(valor: object, campo: str, donde: str, se_espera: str) -> ErrorUso:
    return ErrorUso(f"El valor «{valor}» no sirve para {campo}.", donde=donde, hacer=f"Se espera {se_espera}.")


def _numero(valor: object, campo: str, donde: str) -> Decimal:
    se_espera = f"un número {'mayor que cero' if campo == 'meta' else 'que no sea negativo'}, con punto decimal y hasta {_MAXIMO_DECIMALES} decimales"
    if isinstance(valor, bool) or not isinstance(valor, int | float | Decimal | str):
        raise _no_sirve(valor, campo, donde, se_espera)
    try:
        numero = Decimal(str(valor))
    except InvalidOperation as causa:
        raise _no_sirve(valor, campo, donde, se_espera) from causa
    minimo_bien = numero.is_finite() and (numero > 0 or (campo == "peso" and numero == 0))
    if not minimo_bien or numero != round(numero, _MAXIMO_DECIMALES):
        raise _no_sirve(valor, campo, donde, se_espera)
    return numero


def _fecha(valor: object, campo: str, donde: str) -> date:
    if isinstance(valor, datetime):
        return valor.date()
    if isinstance(valor, date):
        return valor
    try:
        return date.fromisoformat(str(valor))
    except ValueError as causa:
        raise _no_sirve(valor, campo, donde, "una fecha AAAA-MM-DD") from causa


def _lista(valor: object, campo: str, donde: str) -> tuple[str, ...] | tuple[date, ...]:
    partes = valor.split(";") if isinstance(valor, str) else valor
    if not isinstance(partes, list) or not partes or (campo == "responsables" and not all(isinstance(p, str) and recortar(p) for p in partes)):
        raise _no_sirve(valor, campo, donde, "una lista, como ['…', '…']")
    if campo == "hitos":
        return tuple(sorted({_fecha(recortar(p) if isinstance(p, str) else p, campo, donde) for p in partes}))
    if any(";" in p for p in partes):
        raise _no_sirve(valor, campo, donde, "nombres sin «;»")
    return tuple(dict.fromkeys(recortar(p) for p in partes))


def aplicar_decisiones(plan: Plan, hallazgos: Sequence[Hallazgo], decisiones: Sequence[Decision]) -> tuple[Plan, tuple[Hallazgo, ...]]:
    """Aplica cada decisión al plan y la cuenta en el hallazgo que responde; nada cambia a escondidas.

    Una decisión vale mientras el plan diga lo que decía cuando se tomó: si su hallazgo o su actividad
    ya no existen, o el texto literal es otro, no se aplica y queda el hallazgo `decision_sin_sustento`.
    """
    nuevos = list(hallazgos)
    sueltas: list[Hallazgo] = []
    for decision in decisiones:
        indice, causa = _sustento(plan, nuevos, decision)
        if indice is None:
            sueltas.append(_sin_sustento(decision, causa, [*hallazgos, *sueltas]))
            continue
        plan = _cambiar(plan, decision)
        nuevos[indice] = _contar(nuevos[indice], decision, plan)
    for decision in decisiones:
        _revisar(plan, decision)
    return plan, (*nuevos, *sueltas)


def _sustento(plan: Plan, hallazgos: Sequence[Hallazgo], decision: Decision) -> tuple[int | None, str]:
    """Busca el hallazgo que responde la decisión: el de su campo o, si no hay, el único con su regla."""
    if all(a.id != decision.actividad for a in plan.actividades):
        return None, "el plan ya no tiene esa actividad"
    con_regla = [i for i, h in enumerate(hallazgos) if (h.origen, h.registro, h.regla) == ("plan", decision.actividad, decision.regla)]
    indices = [i for i in con_regla if hallazgos[i].campo == decision.campo] or con_regla
    if len(indices) != 1:
        return (
            None,
            "ese hallazgo ya no existe" if not indices else "hay varios hallazgos con esa regla y ninguno es de ese campo",
        )
    if recortar(hallazgos[indices[0]].literal or "") != decision.literal:
        return None, f"el plan ahora dice «{hallazgos[indices[0]].literal or ''}»"
    return indices[0], ""


def _sin_sustento(decision: Decision, causa: str, previos: Sequence[Hallazgo]) -> Hallazgo:
    explicacion = (
        f"Actividad {decision.actividad}: la fuente cambió bajo la decisión de {decision.autor} "
        f"({decision.fecha.isoformat()}) sobre {decision.campo} "
        f"y la regla {decision.regla}: {causa}. La decisión se tomó cuando decía «{decision.literal}» y no se "
        "aplicó. Revísela o retírela."
    )
    repetidos = sum(1 for h in previos if (h.registro, h.campo, h.regla) == (decision.actividad, decision.campo, DECISION_SIN_SUSTENTO))
    registro = decision.actividad if not repetidos else f"{decision.actividad} ({repetidos + 1})"
    return Hallazgo(
        "plan",
        registro,
        decision.campo,
        DECISION_SIN_SUSTENTO,
        "grave",
        explicacion,
        literal=decision.literal,
        valor=_dicho(decision.valor),
    )


def _cambiar(plan: Plan, decision: Decision) -> Plan:
    if decision.accion == "conservar":
        return plan
    antes = plan.actividad(decision.actividad)
    despues = replace(antes, **{decision.campo: decision.valor})  # type: ignore[arg-type]
    # Si la programación era la del contrato, lo sigue siendo con la meta y los hitos decididos.
    if decision.campo in ("meta", "hitos") and antes.programacion == programacion_por_defecto(antes.meta, antes.hitos):
        despues = replace(despues, programacion=programacion_por_defecto(despues.meta, despues.hitos))
    return replace(plan, actividades=tuple(despues if a.id == despues.id else a for a in plan.actividades))


def _revisar(plan: Plan, decision: Decision) -> None:
    actividad = next((a for a in plan.actividades if a.id == decision.actividad), None)
    if actividad is None or decision.accion == "conservar":
        return
    donde = f"decisión de {decision.autor} sobre la actividad {decision.actividad}, campo {decision.campo}"
    if actividad.inicio > actividad.fin:
        raise ErrorUso(
            f"La ventana quedaría al revés ({actividad.inicio} a {actividad.fin}).",
            donde=donde,
            hacer="Corrija la fecha decidida.",
        )
    if actividad.programacion == "hitos" and not actividad.hitos:
        raise ErrorUso(
            "La programación por hitos necesita hitos y la actividad no tiene.",
            donde=donde,
            hacer="Decida otra programación, o decida también los hitos.",
        )


def _contar(hallazgo: Hallazgo, decision: Decision, plan: Plan) -> Hallazgo:
    vigente = _dicho(getattr(plan.actividad(decision.actividad), decision.campo))
    que = f"se cambia {decision.campo} a «{vigente}»" if decision.accion == "cambiar" else f"se conserva {decision.campo}"
    explicacion = f"{hallazgo.explicacion} Decisión de {decision.autor} ({decision.fecha.isoformat()}): {que}. Motivo: {decision.motivo}"
    return replace(hallazgo, explicacion=explicacion, valor=vigente or hallazgo.valor)


def _dicho(valor: object) -> str | None:
    if isinstance(valor, tuple):
        return ";".join(str(_dicho(v)) for v in valor) or None
    if isinstance(valor, Decimal):
        return f"{valor:f}"
    if isinstance(valor, date):
        return valor.isoformat()
    return None if valor is None else str(valor)
