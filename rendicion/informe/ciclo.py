"""Las cifras del ciclo en la página: por dependencia, espacio, canal y tema, con la historia de los plazos y el nivel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rendicion.ciclo.cronograma_ics import rutas_por_dependencia
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, num, recortadas
from rendicion.informe.formato import cifra, contar, fecha_corta, numero, porcentaje_exacto
from rendicion.informe.palabras import CRONOGRAMA

FILAS = 40
Extra = tuple[tuple[str, ...], tuple[Cuadro, ...]]
_NIVELES = {"inicial": "inicial", "consolidacion": "consolidación", "perfeccionamiento": "perfeccionamiento"}


def del_ciclo(cifras: Mapping[str, Any]) -> dict[str, Extra]:
    """Devuelve, por apartado, las frases y los cuadros que salen de las cifras de `ciclo.json`."""
    return {
        "dialogo": _dialogo(cifras["dialogo"], cifras["reglas"]),
        "compromisos": _compromisos(cifras["compromisos"]),
        "encuestas": _encuestas(cifras["encuestas"]),
        "cronograma": _cronograma(cifras["cronograma"]),
        "autodiagnostico": _autodiagnostico(cifras["autodiagnostico"], cifras["reglas"]),
    }


def _pct(valor: str | None) -> Celda:
    return num(porcentaje_exacto(cifra(valor)))


def _n(valor: int | str | None) -> Celda:
    return num(numero(cifra(None if valor is None else str(valor))))


def _cuadro(id_: str, titulo: str, columnas: tuple[str, ...], filas: Sequence[tuple[Celda, ...]], desde: int, archivo: str = "ciclo.json") -> Cuadro:
    nota = recortadas(len(filas), min(len(filas), FILAS), archivo)
    return Cuadro(f"tabla-{id_}", titulo, columnas, tuple(filas[:FILAS]), frozenset(range(desde, len(columnas))), nota=nota)


def _dialogo(c: Mapping[str, Any], reglas: Mapping[str, Any]) -> Extra:
    if not c["preguntas"]:
        return (), ()
    clase = "hábiles" if reglas["respuesta_habiles"] else "corridos"
    frases = (
        f"Aquí son {contar(reglas['dias_respuesta'], 'día', 'días')} {clase}.",
        f"De las que ya tienen resultado, {porcentaje_exacto(cifra(c['puntualidad_pct']))} se respondió a tiempo.",
        f"{contar(c['sin_respuesta_vencidas'], 'pregunta sigue', 'preguntas siguen')} sin respuesta y con el límite vencido.",
    )
    medidas = ("preguntas", "respondidas", "a_tiempo", "tarde", "sin_respuesta_vencidas")
    rotulos = ("Preguntas", "Respondidas", "A tiempo", "Tarde", "Vencidas", "Puntualidad")
    espacios = [(ajeno(g["espacio"], 80), ajeno(g["canal"], 60), *(_n(g[m]) for m in medidas), _pct(g["puntualidad_pct"])) for g in c["por_espacio_y_canal"]]
    temas = [(ajeno(g["tema"], 80), *(_n(g[m]) for m in medidas), _pct(g["puntualidad_pct"])) for g in c["por_tema"]]
    return frases, (
        _cuadro("dialogo-espacios", "Participación por espacio y canal", ("Dónde", "Canal", *rotulos), espacios, 2),
        _cuadro("dialogo-temas", "Participación por tema", ("Tema", *rotulos), temas, 1),
    )


def _compromisos(c: Mapping[str, Any]) -> Extra:
    if not c["compromisos"]:
        return (), ()
    frases = [
        f"Cumplimiento: {porcentaje_exacto(cifra(c['cumplimiento_pct']))}, {c['cumplimiento_numerador']} de {c['cumplimiento_denominador']}.",
        f"Puntualidad: {porcentaje_exacto(cifra(c['puntualidad_pct']))}, {c['puntualidad_numerador']} de {c['puntualidad_denominador']} con resultado.",
    ]
    if c["vencido"]:
        frases.append(f"El vencido más antiguo lleva {contar(c['retraso_maximo_dias'], 'día', 'días')}.")
    responsables = [
        (ajeno(r["responsable"], 120), *(_n(r[e]) for e in ("compromisos", "cumplido", "cumplido_tarde", "vencido", "pendiente", "sin_plazo")), _pct(r["cumplimiento_pct"]))
        for r in c["por_responsable"]
    ]
    columnas = ("Responsable", "Compromisos", "A tiempo", "Tarde", "Vencidos", "Pendientes", "Sin plazo", "Cumplimiento")
    antiguedad = [(Celda(tramo), _n(cuantos)) for tramo, cuantos in c["vencidos_por_retraso"].items()]
    plazos = [
        (ajeno(x["compromiso_id"], 40), _dia(x["antes"]), _dia(x["despues"]), Celda("sí" if x["ya_vencido"] else "no"), ajeno(x["detalle"], 200), _n(x["dias_movidos"]))
        for x in c["cambios_de_plazo"]
    ]
    cuadros = [
        _cuadro("compromisos-responsables", "Compromisos por responsable", columnas, responsables, 1),
        _cuadro("compromisos-antiguedad", "Antigüedad de los vencidos", ("Días de retraso", "Compromisos"), antiguedad, 1),
    ]
    if plazos:
        cuadros.append(_cuadro("compromisos-plazos", "Cambios de plazo", ("Compromiso", "Antes", "Después", "Ya había vencido", "Qué se dijo", "Días"), plazos, 5))
    return tuple(frases), tuple(cuadros)


def _dia(escrita: str | None) -> Celda:
    return Celda(fecha_corta(date.fromisoformat(escrita) if escrita else None))


def _encuestas(c: Mapping[str, Any]) -> Extra:
    if not c["cobertura"]:
        return (), ()
    espacios = sorted({f["espacio"] for f in c["cobertura"]})
    hechas = {(f["espacio"], f["pregunta"]) for f in c["cobertura"]}
    cobertura = [
        (ajeno(f["espacio"], 80), ajeno(f["pregunta"], 120), *(_n(f[k]) for k in ("base", "sin_respuesta", "fuera_de_escala", "repetidas", "sin_consentimiento")))
        for f in c["cobertura"]
    ]
    comparacion = [
        (ajeno(f["pregunta"], 120), ajeno(f["opcion"], 80), *(_en_espacio(f["espacios"][e], publicada=(e, f["pregunta"]) in hechas) for e in espacios))
        for f in c["comparacion"]
    ]
    columnas = ("Dónde", "Pregunta", "Cuentan", "En blanco", "Fuera de las opciones", "Repetidas", "Sin autorización")
    return (f"Hay {contar(c['encuestas'], 'encuesta', 'encuestas')}.",), (
        _cuadro("encuestas-cobertura", "Cuántas respuestas cuentan y cuántas no", columnas, cobertura, 2),
        _cuadro("encuestas-comparacion", "Comparación entre espacios, en % de las que cuentan", ("Pregunta", "Opción", *espacios), comparacion, 2),
    )


def _en_espacio(valor: str | None, *, publicada: bool) -> Celda:
    if not publicada:
        return Celda("sin publicar", clase="num vacio")
    return Celda("oculta", clase="num vacio") if valor is None else _pct(valor)


def _cronograma(c: Mapping[str, Any]) -> Extra:
    if not c["fechas"]:
        return (), ()
    estados = ("vencido", "vence_pronto", "pendiente", "cumplido")
    rutas = rutas_por_dependencia([d["dependencia"] for d in c["por_dependencia"]])
    filas = [
        (ajeno(d["dependencia"], 120), *(_n(d[e]) for e in estados), Celda("su calendario", href=f"./{rutas[d['dependencia']]}")) for d in c["por_dependencia"]
    ]
    columnas = ("Dependencia", *(CRONOGRAMA[e].palabra for e in estados), "Para su agenda")
    cuadro = Cuadro("tabla-cronograma-dependencias", "Lo vencido, lo que viene y lo cumplido por dependencia", columnas, tuple(filas), frozenset({1, 2, 3, 4}))
    return (f"{contar(c['por_estado']['vence_pronto'], 'fecha vence', 'fechas vencen')} pronto.",), (cuadro,)


def _autodiagnostico(c: Mapping[str, Any], reglas: Mapping[str, Any]) -> Extra:
    if c["puntaje"] is None:
        return (), ()
    frases = (
        f"El puntaje es {numero(Decimal(c['puntaje']))} de 100: nivel {_NIVELES[c['nivel']]}.",
        f"Para llegar a perfeccionamiento faltan {numero(Decimal(c['brecha_perfeccionamiento']))} puntos.",
        f"Los umbrales son {reglas['umbral_consolidacion']} y {reglas['umbral_perfeccionamiento']}; no se leyó una norma que los fije."
        if "[G]" in reglas["umbral_fuente"]
        else f"Los umbrales son {reglas['umbral_consolidacion']} y {reglas['umbral_perfeccionamiento']}.",
    )
    componentes = [(ajeno(g["componente"], 120), _n(g["puntaje"]), _n(g["banda"]), num(f"{g['calificadas']} de {g['actividades']}")) for g in c["componentes"]]
    palancas = [
        (ajeno(p["actividad_de_gestion"], 160), ajeno(p["componente"], 80), ajeno(p["categoria"], 80), _n(p["puntaje"]), _n(p["sube"])) for p in c["palancas"]
    ]
    cuadros = [_cuadro("autodiagnostico-componentes", "Puntaje de cada componente", ("Componente", "Puntaje", "Banda de 1 a 5", "Calificadas"), componentes, 1)]
    if palancas:
        columnas = ("Actividad de gestión", "Componente", "Categoría", "Puntaje", "Subiría el total")
        cuadros.append(_cuadro("autodiagnostico-palancas", "Lo que más subiría el puntaje si llegara a 100", columnas, palancas, 3))
    return frases, tuple(cuadros)
