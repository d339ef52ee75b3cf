"""De una cifra a las filas que la sustentan, y de una fila a su captura: solo con las tablas y el manifiesto de una entrega.

Cada cifra se vuelve a calcular con las filas que se muestran; si la publicada no es la misma, se dice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from esquemas.campos import CAMPOS
from rendicion.errores import ErrorUso
from rendicion.indicadores import LIMITE_BAJA, LIMITE_MEDIA, Diario, calcular
from rendicion.plan import Actividad, Plan

Fila = Mapping[str, Any]
Tablas = Mapping[str, Sequence[Fila]]

TABLAS_DEL_RASTRO = (
    "plan", "avances", "hallazgos", "rechazos", "conciliacion",
    "indicadores_actividad", "indicadores_subcomponente", "indicadores_dependencia", "indicadores_total",
)  # fmt: skip
TOTAL = "total"
_DEL_AVANCE = ("avance_id", "actividad_id", "fecha", "cantidad", "titulo", "url", "fuente", "registro", "captura_sha256")
_LLAVE = {"actividad": "actividad_id", "subcomponente": "subcomponente_id", "dependencia": "dependencia"}
_ZONA = f"baja si el cumplimiento < {LIMITE_BAJA}; media si < {LIMITE_MEDIA}; alta desde {LIMITE_MEDIA}; sin_programar si está vacío"
_ESTADO = "el primero que se cumple: sin_meta; cumplida (ejecutado ≥ meta); vencida (corte ≥ fin); atrasada (cumplimiento < {}); no_iniciada; en_ejecucion"
_MEDIAS = ("avance_pct", "avance_reportado_pct", "cumplimiento_pct")


def rastrear(tablas: Tablas, manifiesto: Fila, que: str, corte: date) -> dict[str, Any]:
    """Devuelve el camino de una cifra a su origen: fórmulas con sus números, filas que cuentan y que no, capturas, plan y hallazgos.

    `que` es una actividad (1.4), un subcomponente (1), una dependencia, «total» o el avance_id de una
    fila. Se niega con ErrorUso si no existe o si la entrega no tiene cifras en ese corte.
    """
    cortes = sorted({f["corte"] for f in tablas["indicadores_total"]})
    if corte not in cortes:
        raise ErrorUso(f"La entrega {manifiesto['entrega']} no tiene cifras con corte a {corte}.", hacer=f"Use uno de estos cortes: {', '.join(map(str, cortes))}.")
    nivel = _nivel(tablas, que)
    comun = {k: manifiesto[k] for k in ("entrega", "sintetica")} | {"corte": corte, "nivel": nivel, "id": que}
    if nivel == "avance":
        return comun | _de_avance(tablas, manifiesto, que)
    return comun | _de_cifra(tablas, manifiesto, nivel, que, corte)


def _nivel(tablas: Tablas, que: str) -> str:
    for nivel, campo in (("actividad", "actividad_id"), ("subcomponente", "subcomponente_id")):
        if any(f[campo] == que for f in tablas["plan"]):
            return nivel
    if que == TOTAL:
        return TOTAL
    if any(f["dependencia"] == que for f in tablas["indicadores_dependencia"]):
        return "dependencia"
    if any(f["avance_id"] == que for f in tablas["avances"]):
        return "avance"
    ids = [f["actividad_id"] for f in tablas["plan"]]
    raise ErrorUso(
        f"La entrega no tiene «{que}».",
        hacer=f"Use una actividad ({', '.join(ids)}), un subcomponente, una dependencia, «{TOTAL}» o el avance_id de una fila.",
    )


def _de_cifra(tablas: Tablas, manifiesto: Fila, nivel: str, que: str, corte: date) -> dict[str, Any]:
    plan = plan_desde(tablas["plan"], manifiesto["periodo"])
    suyas = [a.id for a in plan.actividades if _pertenece(a, nivel, que)]
    filas = [f for f in tablas["avances"] if f["actividad_id"] in set(suyas)]
    sustentan = [f for f in filas if f["cuenta"] and f["fecha"] <= corte]
    publicada, calculada = (_fila_del_nivel(t, nivel, que, corte) for t in (tablas, calcular(plan, _diarios(tablas["avances"], corte), [corte])))
    partes = [] if nivel == "actividad" else _partes(tablas, plan, nivel, suyas, corte)
    formulas = _formulas_de_actividad(plan.actividad(que), publicada, len(sustentan), corte) if nivel == "actividad" else _formulas_de_grupo(partes, publicada)
    del_plan = [f for f in tablas["plan"] if f["actividad_id"] in set(suyas)]
    return {
        "cifras": [
            {"campo": c, "publicada": como_se_publica(c, publicada[c]), "formula": formula, "coincide": publicada[c] == calculada[c]}
            for c, formula in formulas.items()
        ],
        "coinciden_todas": all(publicada[c] == v for c, v in calculada.items() if c in publicada),
        "partes": partes,
        "sustentan": [{c: como_se_publica(c, f[c]) for c in _DEL_AVANCE} for f in sustentan],
        "no_sustentan": [_sin_sustento(f, corte) for f in filas if not (f["cuenta"] and f["fecha"] <= corte)],
        "capturas": _capturas(manifiesto, filas),
        "rechazos": _rechazos(tablas["rechazos"], {f["fuente"] for f in filas}),
        "plan": {**manifiesto["plan"], "filas": [{c: como_se_publica(c, v) for c, v in f.items()} for f in del_plan]},
        "hallazgos": _hallazgos(tablas["hallazgos"], suyas, filas),
    }


def _de_avance(tablas: Tablas, manifiesto: Fila, avance_id: str) -> dict[str, Any]:
    fila = next(f for f in tablas["avances"] if f["avance_id"] == avance_id)
    repetidas = [f for f in tablas["avances"] if f["duplicado_de"] == avance_id]
    return {
        "fila": {c: como_se_publica(c, v) for c, v in fila.items()},
        "sustenta": [f"indicadores_actividad, actividad {fila['actividad_id']}, cortes desde {fila['fecha']}"] if fila["cuenta"] else [],
        "sustentan": [{c: como_se_publica(c, fila[c]) for c in _DEL_AVANCE}] if fila["cuenta"] else [],
        "no_sustentan": [_sin_sustento(f, date.fromisoformat(manifiesto["corte"])) for f in ([] if fila["cuenta"] else [fila]) + repetidas],
        "capturas": _capturas(manifiesto, [fila]),
        "plan": {**manifiesto["plan"], "filas": [{c: como_se_publica(c, v) for c, v in f.items()} for f in tablas["plan"] if f["actividad_id"] == fila["actividad_id"]]},
        "hallazgos": _hallazgos(tablas["hallazgos"], [], [fila]),
    }


def _pertenece(a: Actividad, nivel: str, que: str) -> bool:
    return {"actividad": a.id == que, "subcomponente": a.subcomponente_id == que, "dependencia": que in a.responsables, TOTAL: True}[nivel]


def _fila_del_nivel(tablas: Tablas, nivel: str, que: str, corte: date) -> Fila:
    llave = _LLAVE.get(nivel)
    return next(f for f in tablas[f"indicadores_{nivel}"] if f["corte"] == corte and (llave is None or f[llave] == que))


def plan_desde(filas: Sequence[Fila], periodo: Sequence[str]) -> Plan:
    """Reconstruye el plan desde su tabla publicada; `periodo` son sus dos fechas, del manifiesto."""
    entidad, vigencia = filas[0]["entidad"], filas[0]["vigencia"]
    actividades = tuple(
        Actividad(
            id=f["actividad_id"],
            subcomponente_id=f["subcomponente_id"],
            subcomponente=f["subcomponente"],
            texto=f["actividad"],
            inicio=f["inicio"],
            fin=f["fin"],
            meta=f["meta"],
            agregacion=f["agregacion"],
            programacion=f["programacion"],
            peso=f["peso"],
            peso_subcomponente=f["peso_subcomponente"],
            responsables=tuple(r for r in (f["responsables"] or "").split(";") if r),
            hitos=tuple(date.fromisoformat(h) for h in (f["hitos"] or "").split(";") if h),
        )
        for f in filas
    )
    inicio, fin = map(date.fromisoformat, periodo)
    return Plan(entidad, vigencia, inicio, fin, actividades)


def _diarios(avances: Iterable[Fila], corte: date) -> list[Diario]:
    """Acumula por día las filas que cuentan hasta el corte, en orden de (fecha, avance_id)."""
    dias: dict[tuple[str, date], Diario] = {}
    for f in sorted((f for f in avances if f["cuenta"] and f["fecha"] <= corte), key=lambda f: (f["fecha"], f["avance_id"])):
        antes = dias.get((f["actividad_id"], f["fecha"]))
        suma, registros = (antes.suma, antes.registros) if antes else (Decimal(0), 0)
        dias[f["actividad_id"], f["fecha"]] = Diario(f["actividad_id"], f["fecha"], suma + f["cantidad"], f["cantidad"], registros + 1)
    return list(dias.values())


def _formulas_de_actividad(a: Actividad, i: Fila, registros: int, corte: date) -> dict[str, str]:
    hecho, meta = _n(i["ejecutado"]), _n(a.meta)
    if a.agregacion == "suma":
        acumulado = f"suma de cantidad de {registros} filas que cuentan con fecha hasta {corte}"
    else:
        acumulado = f"cantidad de la fila más reciente de las {registros} que cuentan con fecha hasta {corte}"
    formulas = {"ejecutado": acumulado if registros else "ninguna fila cuenta hasta el corte: 0"}
    if a.meta is None:
        return formulas | {"estado": "el plan no trae una meta que se pueda leer sin adivinar"}
    programado = _programado(a, corte)
    return formulas | {
        "avance_bruto_pct": f"100 × {hecho} / {meta}",
        "avance_pct": f"el menor entre 100 y 100 × {hecho} / {meta}",
        "avance_reportado_pct": "igual al avance: hay filas que cuentan" if registros else "vacío: ninguna fila cuenta",
        "programado": f"{a.programacion}: {programado}",
        "cumplimiento_pct": f"100 × el menor entre 1 y {hecho} / ({programado})" if i["programado"] else "vacío: nada estaba programado",
        "estado": _ESTADO.format(LIMITE_MEDIA),
        "zona": _ZONA,
    }


def _programado(a: Actividad, corte: date) -> str:
    if a.programacion == "hitos":
        return f"{_n(a.meta)} × {sum(h <= corte for h in a.hitos)} hitos vencidos / {len(a.hitos)}"
    if a.programacion == "al_final":
        return f"{_n(a.meta)}, porque la ventana terminó el {a.fin}" if corte >= a.fin else f"0 hasta el {a.fin}, último día de la ventana"
    dias = (a.fin - a.inicio).days + 1
    return f"{_n(a.meta)} × {min(max((corte - a.inicio).days + 1, 0), dias)} días / {dias} días, del {a.inicio} al {a.fin}"


def _partes(tablas: Tablas, plan: Plan, nivel: str, suyas: Sequence[str], corte: date) -> list[dict[str, Any]]:
    """Devuelve lo que entra en la media: las actividades con meta, o los subcomponentes en el total."""
    if nivel == TOTAL:
        pesos = {a.subcomponente_id: a.peso_subcomponente for a in plan.actividades}
        de = [("subcomponente", s, p) for s, p in pesos.items()]
    else:
        de = [("actividad", a.id, a.peso) for a in plan.actividades if a.id in suyas and a.meta is not None]
    return [
        {"nivel": n, "id": i, "peso": como_se_publica("peso", p)} | {c: como_se_publica(c, _fila_del_nivel(tablas, n, i, corte)[c]) for c in _MEDIAS}
        for n, i, p in de
    ]


def _formulas_de_grupo(partes: Sequence[Fila], g: Fila) -> dict[str, str]:
    formulas = {campo: _formula_de_media(partes, campo) for campo in _MEDIAS}
    for campo in ("avance", "cumplimiento"):
        if g[f"{campo}_pct"] is not None:
            formulas[f"{campo}_pct"] += f"; con los valores sin redondear, {_n(g[f'{campo}_numerador'])} / {_n(g[f'{campo}_denominador'])}"
    return formulas | {"zona": _ZONA}


def _formula_de_media(partes: Sequence[Fila], campo: str) -> str:
    """Escribe Σ peso × valor / Σ peso con los valores publicados, y dice cuáles no entran por estar vacíos."""
    entran = [p for p in partes if p[campo] is not None]
    fuera = [p["id"] for p in partes if p[campo] is None]
    if not entran:
        return "vacía: nada entra en la media"
    sumas = " + ".join(f"{_n(Decimal(p['peso']))} × {_n(Decimal(p[campo]))}" for p in entran)
    pesos = " + ".join(_n(Decimal(p["peso"])) for p in entran)
    return f"({sumas}) / ({pesos})" + (f"; sin valor, no entran: {', '.join(fuera)}" if fuera else "")


def _sin_sustento(f: Fila, corte: date) -> dict[str, Any]:
    motivo = f["motivo"] or ("posterior_al_corte" if f["fecha"] > corte else None)
    return {c: como_se_publica(c, f[c]) for c in _DEL_AVANCE} | {"motivo": motivo, "duplicado_de": f["duplicado_de"]}


def _capturas(manifiesto: Fila, filas: Sequence[Fila]) -> list[dict[str, Any]]:
    usadas = {(f["fuente"], f["captura_sha256"]) for f in filas}
    return [
        {c: captura.get(c) for c in ("fuente", "origen", "sha256", "bytes", "licencia", "dependencia", "sintetica")}
        | {"filas": sum((f["fuente"], f["captura_sha256"]) == (captura["fuente"], captura["sha256"]) for f in filas)}
        for captura in manifiesto["capturas"]
        if (captura["fuente"], captura["sha256"]) in usadas
    ]


def _rechazos(rechazos: Iterable[Fila], fuentes: set[str]) -> list[dict[str, Any]]:
    """Devuelve los rechazos de las mismas fuentes: no entran en ninguna cifra, y de algunos no se sabe la actividad."""
    return [{c: r[c] for c in ("fuente", "registro", "regla", "explicacion", "como_corregir")} for r in rechazos if r["fuente"] in fuentes]


def _hallazgos(hallazgos: Iterable[Fila], actividades: Sequence[str], filas: Sequence[Fila]) -> list[dict[str, Any]]:
    suyos = {("plan", a) for a in actividades} | {(f["fuente"], f["registro"]) for f in filas}
    return [dict(h) for h in hallazgos if (h["origen"], h["registro"]) in suyos]


def como_se_publica(campo: str, valor: Any) -> Any:
    """Escribe un valor como está en el CSV publicado: decimales y fechas como texto exacto, lo vacío como nulo."""
    if isinstance(valor, Decimal):
        texto = f"{valor:f}"
        recorta = campo in CAMPOS and CAMPOS[campo].recorta and "." in texto
        return texto.rstrip("0").rstrip(".") if recorta else texto
    return valor.isoformat() if isinstance(valor, date) else valor


def _n(valor: Decimal | None) -> str:
    """Escribe un número para una persona, con coma decimal y sin ceros de más."""
    if valor is None:
        return "sin dato"
    texto = f"{valor:f}"
    return (texto.rstrip("0").rstrip(".") if "." in texto else texto).replace(".", ",")
