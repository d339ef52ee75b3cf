"""El ciclo en el informe para imprimir: compromisos, diálogo, encuestas, calendario y autodiagnóstico."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rendicion.informe.formato import contar, enlace_seguro, fecha_larga, numero, porcentaje_exacto
from rendicion.informe.pdf_piezas import Cuadro, Pieza, Texto, celda

Fila = Mapping[str, Any]
FILAS = 60
_COMPROMISO = {"cumplido": "Cumplido", "cumplido_tarde": "Cumplido tarde", "vencido": "Vencido", "pendiente": "Pendiente", "sin_plazo": "Sin plazo"}
_FECHA = {"cumplido": "Cumplido", "vencido": "Vencido", "vence_pronto": "Vence pronto", "pendiente": "Pendiente"}
_NIVEL = {"inicial": "inicial", "consolidacion": "consolidación", "perfeccionamiento": "perfeccionamiento"}


def piezas(cifras: Mapping[str, Any], tablas: Mapping[str, Sequence[Fila]]) -> tuple[Pieza, ...]:
    """Devuelve una sección por cada parte del ciclo; la que no tiene datos lo dice."""
    return (
        _compromisos(cifras["compromisos"], tablas["compromisos"]),
        _dialogo(cifras["dialogo"]),
        _encuestas(cifras["encuestas"], int(cifras["reglas"]["k_encuestas"])),
        _cronograma(cifras["cronograma"], tablas["cronograma"]),
        _autodiagnostico(cifras["autodiagnostico"], cifras["reglas"]),
    )


def _dia(texto: str | None) -> str:
    return fecha_larga(date.fromisoformat(texto) if texto else None)


def _pct(valor: str | None) -> str:
    return porcentaje_exacto(None if valor is None else Decimal(valor))


def _num(valor: object) -> Any:
    return celda("sin dato" if valor is None else numero(Decimal(str(valor))), clase="num")


def _compromisos(c: Mapping[str, Any], filas: Sequence[Fila]) -> Pieza:
    if not filas:
        return Pieza("Compromisos con la ciudadanía", (Texto("Sin dato: esta entrega no trae compromisos."),), pagina_nueva=True)
    frases = (
        (f"La entidad asumió {contar(c['compromisos'], 'compromiso', 'compromisos')}. Se cumplió el {_pct(c['cumplimiento_pct'])} "
        f"({c['cumplimiento_numerador']} de {c['cumplimiento_denominador']})."),
        (f"A tiempo: {_pct(c['puntualidad_pct'])} ({c['puntualidad_numerador']} de {c['puntualidad_denominador']} con resultado frente a su plazo). "
        f"Vencidos: {c['vencido']}; el que más, con {_dias(c['retraso_maximo_dias'])} de retraso."),
    )
    cuadro = Cuadro(
        "Cada compromiso", ("Compromiso", "Espacio", "Responsable", "Plazo", "Estado", "Cumplido el", "Días de retraso", "Evidencia"),
        tuple(
            (
                celda(f"{f['compromiso_id']} {f['compromiso']}"), celda(f["espacio"]), celda("; ".join((f["responsables"] or "").split(";"))),
                celda(fecha_larga(f["plazo"])), celda(_COMPROMISO[f["estado"]]), celda(fecha_larga(f["fecha_cumplimiento"])), _num(f["dias_retraso"]),
                celda(f["evidencia_url"], href=enlace_seguro(f["evidencia_url"])),
            )
            for f in filas[:FILAS]
        ),
    )  # fmt: skip
    antiguedad = Cuadro(
        "Antigüedad de los vencidos", ("Días de retraso", "Compromisos"), tuple((celda(t), _num(n)) for t, n in c["vencidos_por_retraso"].items())
    )
    plazos = Cuadro(
        "Cambios de plazo", ("Compromiso", "Cambio", "Antes", "Después", "Días", "Qué se dijo"),
        tuple(
            (celda(x["compromiso_id"]), _num(x["numero"]), celda(_dia(x["antes"])), celda(_dia(x["despues"])), _num(x["dias_movidos"]), celda(x["detalle"]))
            for x in c["cambios_de_plazo"]
        ),
    )  # fmt: skip
    partes = (*map(Texto, frases), cuadro, *_resto(len(filas), "compromisos"), antiguedad, *((plazos,) if plazos.filas else ()))
    return Pieza("Compromisos con la ciudadanía", partes, pagina_nueva=True)


def _dias(dias: int | None) -> str:
    return "sin dato" if dias is None else contar(dias, "día", "días")


def _resto(total: int, tabla: str) -> tuple[Texto, ...]:
    return (Texto(f"Aquí van {FILAS} de {numero(total)}; todos están en datos/{tabla}.csv."),) if total > FILAS else ()


def _dialogo(c: Mapping[str, Any]) -> Pieza:
    if not c["preguntas"]:
        return Pieza("Diálogo con la ciudadanía", (Texto("Sin dato: esta entrega no trae preguntas de la ciudadanía."),), pagina_nueva=True)
    frases = (
        f"La ciudadanía hizo {contar(c['preguntas'], 'pregunta', 'preguntas')} y {contar(c['respondidas'], 'tiene', 'tienen')} respuesta con fecha.",
        (f"A tiempo: {_pct(c['puntualidad_pct'])} ({c['puntualidad_numerador']} de {c['puntualidad_denominador']} con resultado frente a su límite). "
        f"Sin respuesta y con el límite vencido: {c['sin_respuesta_vencidas']}."),
    )
    medidas = ("preguntas", "respondidas", "a_tiempo", "tarde", "sin_respuesta_vencidas", "sin_respuesta_en_plazo")
    rotulos = ("Preguntas", "Respondidas", "A tiempo", "Tarde", "Vencidas sin respuesta", "En plazo", "Puntualidad")

    def cuadro(titulo: str, llaves: tuple[str, ...], nombres: tuple[str, ...], grupos: Sequence[Mapping[str, Any]]) -> Cuadro:
        filas = tuple((*(celda(g[k]) for k in llaves), *(_num(g[m]) for m in medidas), celda(_pct(g["puntualidad_pct"]), clase="num")) for g in grupos)
        return Cuadro(titulo, (*nombres, *rotulos), filas)

    return Pieza(
        "Diálogo con la ciudadanía",
        (
            *map(Texto, frases),
            cuadro("Participación por espacio y canal", ("espacio", "canal"), ("Espacio", "Canal"), c["por_espacio_y_canal"]),
            cuadro("Participación por tema", ("tema",), ("Tema",), c["por_tema"]),
        ),
        pagina_nueva=True,
    )


def _encuestas(c: Mapping[str, Any], k: int) -> Pieza:
    if not c["cobertura"]:
        return Pieza("Evaluación de la ciudadanía", (Texto("Sin dato: esta entrega no trae encuestas."),), pagina_nueva=True)
    espacios = sorted({f["espacio"] for f in c["cobertura"]})
    hechas = {(f["espacio"], f["pregunta"]) for f in c["cobertura"]}
    cobertura = Cuadro(
        "Cuántas personas respondieron cada pregunta",
        ("Espacio", "Pregunta", "Cuentan", "En blanco", "Fuera de las opciones", "Repetidas", "Sin autorización"),
        tuple(
            (celda(f["espacio"]), celda(f["pregunta"]), *(_num(f[x]) for x in ("base", "sin_respuesta", "fuera_de_escala", "repetidas", "sin_consentimiento")))
            for f in c["cobertura"]
        ),
    )
    comparacion = Cuadro(
        "Qué respondió la gente en cada espacio, en porcentaje de los que cuentan", ("Pregunta", "Opción", *espacios),
        tuple(
            (celda(f["pregunta"]), celda(f["opcion"]), *(celda(_en_espacio(f["espacios"][e], (e, f["pregunta"]) in hechas), clase="num") for e in espacios))
            for f in c["comparacion"]
        ),
    )  # fmt: skip
    nota = f"«Oculto» es una cifra de menos de {k} personas, o la que la delataría. «Sin publicar» es una pregunta que ese espacio no hizo o que muy pocos respondieron."
    return Pieza("Evaluación de la ciudadanía", (cobertura, Texto(nota), comparacion), pagina_nueva=True)


def _en_espacio(valor: str | None, publicada: bool) -> str:
    if not publicada:
        return "sin publicar"
    return "oculto" if valor is None else _pct(valor)


def _cronograma(c: Mapping[str, Any], filas: Sequence[Fila]) -> Pieza:
    estados = tuple(_FECHA)
    por_dependencia = Cuadro(
        "Fechas de cada dependencia", ("Dependencia", *(_FECHA[e] for e in estados)),
        tuple((celda(d["dependencia"]), *(_num(d[e]) for e in estados)) for d in c["por_dependencia"]),
    )  # fmt: skip
    abiertas = [f for f in filas if f["estado"] != "cumplido"]
    fechas = Cuadro(
        "Lo vencido, lo que vence pronto y lo pendiente", ("Fecha", "Qué se espera", "Actividad", "Responsable", "Estado"),
        tuple(
            (
                celda(fecha_larga(f["fecha"])), celda(f["hito"]), celda("Seguimiento oficial" if f["actividad_id"] == "corte" else f["actividad_id"]),
                celda("; ".join((f["responsables"] or "").split(";"))), celda(_FECHA[f["estado"]]),
            )
            for f in abiertas[:FILAS]
        ),
    )  # fmt: skip
    partes: tuple[Texto | Cuadro, ...] = (por_dependencia, fechas, *_resto(len(abiertas), "cronograma"))
    if not filas:
        partes = (Texto("Sin dato: esta entrega no trae calendario."),)
    return Pieza("Cronograma", partes, pagina_nueva=True)


def _autodiagnostico(c: Mapping[str, Any], reglas: Mapping[str, Any]) -> Pieza:
    if c["puntaje"] is None:
        return Pieza("Autodiagnóstico", (Texto("Sin dato: nadie ha calificado el autodiagnóstico."),), pagina_nueva=True)
    frases = (
        f"El puntaje es {numero(Decimal(c['puntaje']))} de 100: nivel {_NIVEL[c['nivel']]}. Se calificaron {c['calificadas']} de {c['actividades']} actividades de gestión.",
        f"Para el nivel de perfeccionamiento faltan {numero(Decimal(c['brecha_perfeccionamiento']))} puntos.",
        f"Los umbrales son {reglas['umbral_consolidacion']} y {reglas['umbral_perfeccionamiento']}. De dónde salen: {reglas['umbral_fuente']}.",
    )
    componentes = Cuadro(
        "Puntaje de cada componente", ("Componente", "Puntaje", "Banda de 1 a 5", "Calificadas"),
        tuple((celda(g["componente"]), _num(g["puntaje"]), _num(g["banda"]), celda(f"{g['calificadas']} de {g['actividades']}", clase="num")) for g in c["componentes"]),
    )  # fmt: skip
    palancas = Cuadro(
        "Lo que más subiría el puntaje, si llegara a 100", ("Actividad de gestión", "Componente", "Categoría", "Puntaje", "Subiría"),
        tuple((celda(p["actividad_de_gestion"]), celda(p["componente"]), celda(p["categoria"]), _num(p["puntaje"]), _num(p["sube"])) for p in c["palancas"]),
    )  # fmt: skip
    return Pieza("Autodiagnóstico", (*map(Texto, frases), componentes, *((palancas,) if palancas.filas else ())), pagina_nueva=True)
