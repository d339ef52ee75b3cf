"""El diálogo, los compromisos, las encuestas, el calendario y el autodiagnóstico, si la entrega los trae."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rendicion.informe.ciclo import del_ciclo
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, enlace, insignia, num, recortadas
from rendicion.informe.filas import Fila, Tablas, decimal, entero, fecha, letra, lista, texto
from rendicion.informe.formato import contar, fecha_corta, limpio, numero
from rendicion.informe.palabras import COMPROMISOS, CRONOGRAMA

FILAS = 40


@dataclass(frozen=True)
class Apartado:
    """Es un apartado con sus frases y su tabla; sin filas solo dice «sin dato»."""

    id: str
    titulo: str
    frases: tuple[str, ...]
    cuadro: Cuadro | None
    otros: tuple[Cuadro, ...] = ()


def apartados(tablas: Tablas, cifras: Mapping[str, Any]) -> tuple[Apartado, ...]:
    """Devuelve los cinco apartados en orden; los que no tienen filas traen una frase y ninguna tabla.

    `cifras` son las de `ciclo.json`: dan a cada apartado sus indicadores y los cuadros por dependencia, espacio o tema.
    """
    extras = del_ciclo(cifras)
    return tuple(
        _completar(armar(tablas[nombre]), *extras[nombre]) if tablas[nombre] else Apartado(nombre, titulo, (falta,), None)
        for nombre, titulo, falta, armar in _APARTADOS
    )


def _completar(apartado: Apartado, frases: tuple[str, ...], cuadros: tuple[Cuadro, ...]) -> Apartado:
    return replace(apartado, frases=(*apartado.frases, *frases), otros=cuadros)


def _cuadro(nombre: str, titulo: str, columnas: tuple[str, ...], filas: list[tuple[Celda, ...]], total: int, *numericas: int) -> Cuadro:
    nota = recortadas(total, len(filas), f"{nombre}.csv")
    return Cuadro(f"tabla-{nombre}", titulo, columnas, tuple(filas), frozenset(numericas), nota=nota)


def _dialogo(filas: list[dict[str, object]]) -> Apartado:
    respondidas = [f for f in filas if f["fecha_respuesta"] is not None]
    puntuales = sum(f["a_tiempo"] is True for f in filas)
    frases = (
        f"La ciudadanía hizo {contar(len(filas), 'pregunta', 'preguntas')}.",
        f"{contar(len(respondidas), 'ya tiene', 'ya tienen')} respuesta y {contar(puntuales, 'llegó', 'llegaron')} a tiempo.",
        "La ley da quince días para responder por escrito.",
    )
    ultimas = sorted(filas, key=lambda f: (str(f["fecha"]), letra(f, "pregunta_id")), reverse=True)[:FILAS]
    cuadro = _cuadro(
        "dialogo", "Preguntas más recientes", ("Pregunta", "Dónde", "Fecha", "Respuesta", "Respondida", "A tiempo"),
        [_pregunta(f) for f in ultimas], len(filas),
    )
    return Apartado("dialogo", "Diálogo con la ciudadanía", frases, cuadro)


def _pregunta(f: Fila) -> tuple[Celda, ...]:
    a_tiempo = {True: "sí", False: "no", None: "aún tiene plazo"}[f["a_tiempo"] if isinstance(f["a_tiempo"], bool) else None]
    respuesta = texto(f, "respuesta")
    return (
        ajeno(letra(f, "pregunta")), ajeno(texto(f, "espacio"), 80), Celda(fecha_corta(fecha(f, "fecha"))),
        ajeno(respuesta) if respuesta else Celda("sin respuesta", clase="vacio"),
        Celda(fecha_corta(fecha(f, "fecha_respuesta"))), Celda(a_tiempo),
    )


def _compromisos(filas: list[dict[str, object]]) -> Apartado:
    hechos = sum(f["estado"] in {"cumplido", "cumplido_tarde"} for f in filas)
    vencidos = sum(f["estado"] == "vencido" for f in filas)
    frases = (
        f"La entidad asumió {contar(len(filas), 'compromiso', 'compromisos')} ante la ciudadanía.",
        f"{contar(hechos, 'se cumplió', 'se cumplieron')} y {contar(vencidos, 'venció', 'vencieron')} sin cumplirse.",
    )
    columnas = ("Compromiso", "Dónde", "Responsable", "Plazo", "Estado", "Días de retraso", "Evidencia")
    cuadro = _cuadro("compromisos", "Compromisos y su estado", columnas, [_compromiso(f) for f in filas[:FILAS]], len(filas), 5)
    return Apartado("compromisos", "Compromisos", frases, cuadro)


def _compromiso(f: Fila) -> tuple[Celda, ...]:
    retraso = decimal(f, "dias_retraso")
    return (
        ajeno(letra(f, "compromiso")), ajeno(texto(f, "espacio"), 80), ajeno("; ".join(lista(f, "responsables")), 120),
        Celda(fecha_corta(fecha(f, "plazo"))), insignia(COMPROMISOS[letra(f, "estado")]), num(numero(retraso)),
        enlace(texto(f, "evidencia_url"), "ver prueba"),
    )


def _encuestas(filas: list[dict[str, object]]) -> Apartado:
    ocultas = sum(f["suprimida"] is True for f in filas)
    frases = (
        f"Hay {contar(len({(f['espacio'], f['pregunta']) for f in filas}), 'pregunta', 'preguntas')} de evaluación.",
        f"{contar(ocultas, 'cifra se oculta', 'cifras se ocultan')} para proteger a las personas.",
    )
    columnas = ("Pregunta", "Dónde", "Opción", "Respuestas", "De cuántas")
    cuadro = _cuadro("encuestas", "Respuestas de las encuestas", columnas, [_opcion(f) for f in filas[:FILAS]], len(filas), 3, 4)
    return Apartado("encuestas", "Encuestas de evaluación", frases, cuadro)


def _opcion(f: Fila) -> tuple[Celda, ...]:
    respuestas = Celda("oculta", clase="num vacio") if f["suprimida"] is True else num(numero(decimal(f, "respuestas")))
    return (ajeno(letra(f, "pregunta")), ajeno(letra(f, "espacio"), 80), ajeno(letra(f, "opcion"), 80), respuestas, num(numero(entero(f, "base"))))


def _cronograma(filas: list[dict[str, object]]) -> Apartado:
    vencidos = sum(f["estado"] == "vencido" for f in filas)
    frases = (
        f"El calendario tiene {contar(len(filas), 'fecha', 'fechas')}.",
        f"{contar(vencidos, 'fecha pasó', 'fechas pasaron')} sin resultado.",
        "El archivo cronograma.ics agrega todas a su calendario.",
    )
    celdas: list[tuple[Celda, ...]] = [
        (
            Celda(fecha_corta(fecha(f, "fecha"))), ajeno(letra(f, "hito"), 160),
            Celda("seguimiento oficial" if f["actividad_id"] == "corte" else limpio(letra(f, "actividad_id"), 20)),
            ajeno("; ".join(lista(f, "responsables")), 120), insignia(CRONOGRAMA[letra(f, "estado")]),
        )
        for f in filas[:FILAS]
    ]
    cuadro = _cuadro("cronograma", "Fechas del plan y de la norma", ("Fecha", "Qué se espera", "Actividad", "Responsable", "Estado"), celdas, len(filas))
    return Apartado("cronograma", "Calendario", frases, cuadro)


def _autodiagnostico(filas: list[dict[str, object]]) -> Apartado:
    frases = (f"La entidad se calificó a sí misma en {contar(len(filas), 'actividad de gestión', 'actividades de gestión')}.",)
    celdas: list[tuple[Celda, ...]] = [
        (
            ajeno(letra(f, "actividad_de_gestion")), ajeno(letra(f, "componente"), 80), ajeno(letra(f, "categoria"), 80),
            num(numero(decimal(f, "puntaje"))), ajeno(texto(f, "observaciones")),
        )
        for f in filas[:FILAS]
    ]
    columnas = ("Actividad de gestión", "Componente", "Categoría", "Puntaje de 0 a 100", "Observaciones")
    return Apartado("autodiagnostico", "Autodiagnóstico", frases, _cuadro("autodiagnostico", "Cómo se califica la entidad", columnas, celdas, len(filas), 3))


_Armar = Callable[[list[dict[str, object]]], Apartado]
_APARTADOS: tuple[tuple[str, str, str, _Armar], ...] = (
    ("dialogo", "Diálogo con la ciudadanía", "Sin dato: esta entrega no trae preguntas de la ciudadanía.", _dialogo),
    ("compromisos", "Compromisos", "Sin dato: esta entrega no trae compromisos de las audiencias.", _compromisos),
    ("encuestas", "Encuestas de evaluación", "Sin dato: esta entrega no trae encuestas.", _encuestas),
    ("cronograma", "Calendario", "Sin dato: esta entrega no trae calendario.", _cronograma),
    ("autodiagnostico", "Autodiagnóstico", "Sin dato: esta entrega no trae autodiagnóstico.", _autodiagnostico),
)
