"""La página de una actividad: cuánto va, su evidencia completa, su historia y de dónde sale cada cifra."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from rendicion.informe.actividades import Actividad
from rendicion.informe.calculo import Paso, pasos_de
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, insignia, num
from rendicion.informe.filas import Fila, decimal, dia, entero, letra, texto
from rendicion.informe.formato import cifra, enlace_seguro, fecha_corta, fecha_larga, limpio, numero, porcentaje, porcentaje_exacto
from rendicion.informe.palabras import ESTADOS, GRAVEDADES, MOTIVOS
from rendicion.informe.portal.comun import Juego, cantidad, celda_entrega, cuadro_de_cambios, es_de_la_actividad, estado_de
from rendicion.informe.portal.rutas import de_actividad, de_tabla

EVIDENCIAS = 100
DESCARTADAS = 40


def pagina_actividad(j: Juego, a: Actividad, filas: Sequence[Fila]) -> bytes:
    """Devuelve la página de una actividad; `filas` son sus registros aceptados, cuenten o no."""
    corte = j.e.corte
    plan = next(f for f in j.e.tablas["plan"] if f["actividad_id"] == a.id)
    cuentan = sorted((f for f in filas if f["cuenta"] and dia(f, "fecha") <= corte), key=lambda f: (dia(f, "fecha"), letra(f, "avance_id")), reverse=True)
    fuera = [f for f in filas if not (f["cuenta"] and dia(f, "fecha") <= corte)]
    suyos = frozenset(letra(f, "avance_id") for f in filas)
    cambios = [f for f in j.e.tablas["correcciones"] if es_de_la_actividad(f, a.id, suyos)]
    vecinas = [x.id for x in j.acts]
    en = vecinas.index(a.id)
    return j.pintar(
        "portal_actividad.html.j2",
        f"Actividad {a.id}",
        titulo=f"{a.id} {a.nombre}",
        titulo_literal=True,
        a=a,
        frase=frase(a),
        plan=plan,
        documento=j.e.manifiesto["plan"],
        responsables=tuple((n, j.archivos.get(n)) for n in a.responsables),
        evidencia=_evidencia(a, cuentan),
        descartada=_descartada(a, fuera),
        n_fuera=len(fuera),
        a_la_tabla=f"{de_tabla('avances')}#columna=actividad_id&valor={a.id}",
        cortes=_cortes(j, a),
        entregas=_entregas(j, a),
        cambios=cuadro_de_cambios(cambios, f"Datos de la actividad {a.id} que cambiaron"),
        n_cambios=len(cambios),
        hallazgos=_hallazgos(j, a),
        capturas=_capturas(j, a, filas),
        pasos=_pasos(a, plan, corte),
        antes=(vecinas[en - 1], de_actividad(vecinas[en - 1])) if en else None,
        despues=(vecinas[en + 1], de_actividad(vecinas[en + 1])) if en + 1 < len(vecinas) else None,
    )


def frase(a: Actividad) -> str:
    """Dice en una o dos frases cuánto va la actividad y qué quiere decir."""
    if not a.con_meta:
        return "El plan no dice una cantidad: no se puede medir."
    if a.sin_reporte:
        return f"Nadie ha reportado nada. La meta es {numero(a.meta)} y su avance queda en 0\u00a0%."
    return f"Se hizo {numero(a.ejecutado)} de {numero(a.meta)} {a.unidad}: el {porcentaje(a.avance)} de la meta. {a.estado.explicacion}"


def _pasos(a: Actividad, plan: Fila, corte: date) -> tuple[Paso, ...]:
    return pasos_de(a, plan, corte) if a.con_meta and a.programado and not a.sin_reporte else ()


def _evidencia(a: Actividad, cuentan: Sequence[Fila]) -> Cuadro | None:
    if not cuentan:
        return None
    return Cuadro(
        id="tabla-evidencia", titulo=f"Registros que cuentan para la actividad {a.id}", columnas=("Qué se hizo", "Fecha", "Cantidad", "Fuente"),
        filas=tuple((_prueba(f), Celda(fecha_corta(dia(f, "fecha"))), num(numero(decimal(f, "cantidad"))), ajeno(texto(f, "fuente"), 80)) for f in cuentan[:EVIDENCIAS]),
        numericas=frozenset({2}),
        nota=None if len(cuentan) <= EVIDENCIAS else f"Aquí se ven los {EVIDENCIAS} más recientes, de {numero(len(cuentan))}.",
    )  # fmt: skip


def _prueba(f: Fila) -> Celda:
    href = enlace_seguro(texto(f, "url"))
    return Celda(limpio(texto(f, "titulo") or f"Registro {letra(f, 'registro')}", 160), href=href, externo=href is not None, literal=True)


def _descartada(a: Actividad, fuera: Sequence[Fila]) -> Cuadro | None:
    if not fuera:
        return None
    return Cuadro(
        id="tabla-descartada", titulo=f"Registros que no cuentan para la actividad {a.id}", columnas=("Registro", "Fecha", "Por qué no cuenta", "Repite a"),
        filas=tuple(
            (_prueba(f), Celda(fecha_corta(dia(f, "fecha"))), Celda(_motivo(f)), Celda(limpio(letra(f, "duplicado_de"), 90), literal=True) if f["duplicado_de"] else Celda("–"))
            for f in fuera[:DESCARTADAS]
        ),
        nota=None if len(fuera) <= DESCARTADAS else f"Aquí se ven {DESCARTADAS} de {numero(len(fuera))}.",
    )  # fmt: skip


def _motivo(f: Fila) -> str:
    clave = texto(f, "motivo") or "posterior_al_corte"
    return MOTIVOS.get(clave, (clave, clave))[0]


def _cortes(j: Juego, a: Actividad) -> Cuadro:
    filas = [f for f in j.e.tablas["indicadores_actividad"] if f["actividad_id"] == a.id and dia(f, "corte") <= j.e.corte]
    return Cuadro(
        id="tabla-cortes", titulo=f"La actividad {a.id} en cada corte", columnas=("Corte", "Programado", "Hecho", "Avance", "Cumplimiento", "Estado"),
        filas=tuple(
            (
                Celda(fecha_larga(dia(f, "corte"))), num(numero(decimal(f, "programado"))), cantidad(f["ejecutado"], entero(f, "registros_que_cuentan")),
                num(porcentaje_exacto(decimal(f, "avance_pct"))), num(porcentaje_exacto(decimal(f, "cumplimiento_pct"))), insignia(ESTADOS[letra(f, "estado")]),
            )
            for f in filas
        ),
        numericas=frozenset({1, 2, 3, 4}),
    )  # fmt: skip


def _entregas(j: Juego, a: Actividad) -> Cuadro:
    filas = [(r, x) for r in j.historia for x in r["actividades"] if x["id"] == a.id]
    return Cuadro(
        id="tabla-entregas", titulo=f"La actividad {a.id} en cada entrega publicada", columnas=("Entrega y corte", "Meta", "Hecho", "Avance", "Registros", "Estado"),
        filas=tuple(
            (
                celda_entrega(r, "../../"), num(numero(cifra(x["meta"]))), cantidad(x["ejecutado"], x["registros"]), num(porcentaje_exacto(cifra(x["avance"]))),
                num(numero(x["registros"])), estado_de(x["estado"]),
            )
            for r, x in filas
        ),
        numericas=frozenset({1, 2, 3, 4}),
    )  # fmt: skip


def _hallazgos(j: Juego, a: Actividad) -> Cuadro | None:
    filas = [f for f in j.e.tablas["hallazgos"] if f["origen"] == "plan" and f["registro"] == a.id]
    if not filas:
        return None
    return Cuadro(
        id="tabla-dudas", titulo=f"Dudas sobre lo que dice el plan en {a.id}", columnas=("Qué pasa", "Dice el plan", "Se entendió", "Gravedad"),
        filas=tuple((ajeno(texto(f, "explicacion"), 300), ajeno(texto(f, "literal"), 160), ajeno(texto(f, "valor"), 160), insignia(GRAVEDADES[letra(f, "gravedad")])) for f in filas),
    )  # fmt: skip


def _capturas(j: Juego, a: Actividad, filas: Sequence[Fila]) -> Cuadro | None:
    usadas = Counter((letra(f, "fuente"), letra(f, "captura_sha256")) for f in filas)
    if not usadas:
        return None
    fichas = {(c["fuente"], c["sha256"]): c for c in j.e.manifiesto["capturas"]}
    return Cuadro(
        id="tabla-capturas", titulo=f"Archivos originales de los que sale la evidencia de {a.id}", columnas=("Fuente", "Archivo recibido", "Quién lo entregó", "Registros", "Huella del archivo"),
        filas=tuple(
            (
                Celda(limpio(fuente, 80), literal=True), ajeno(str(fichas.get((fuente, sha), {}).get("origen") or ""), 160), ajeno(str(fichas.get((fuente, sha), {}).get("dependencia") or ""), 120),
                num(numero(n)), Celda(limpio(sha, 64), literal=True),
            )
            for (fuente, sha), n in sorted(usadas.items())
        ),
        numericas=frozenset({3}),
    )  # fmt: skip

