"""Las cifras del ciclo salen solo de tablas publicadas; estas se calcularon a mano. DATOS SINTÉTICOS."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from rendicion.almacen.archivos import json_canonico
from rendicion.ciclo.cifras import cifras
from rendicion.reglas_ciclo import REGLAS, reglas_desde

CORTE = date(2020, 8, 31)


def compromiso(id_: str, estado: str, retraso: int | None, **cambios: Any) -> dict[str, Any]:
    base = {"compromiso_id": id_, "espacio": "Audiencia", "fecha": date(2020, 6, 1), "compromiso": "Hacer", "responsables": "A;B", "plazo": date(2020, 7, 31)}
    return base | {"estado": estado, "fecha_cumplimiento": None, "evidencia_url": None, "dias_retraso": retraso} | cambios


def pregunta(id_: str, canal: str | None, respondida: date | None, *, a_tiempo: bool | None) -> dict[str, Any]:
    return {"pregunta_id": id_, "espacio": "Audiencia", "canal": canal, "tema": "obras", "fecha_respuesta": respondida, "a_tiempo": a_tiempo}


def hallazgo(**cambios: Any) -> dict[str, Any]:
    base = {"origen": "c", "registro": "C-1", "campo": "plazo (1)", "literal": "2020-07-01", "valor": "2020-07-31"}
    return base | {"regla": "plazo_cambiado", "gravedad": "informativa", "explicacion": "Motivo: lluvias."} | cambios


def tablas(**cambios: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {key: [] for key in ("compromisos", "dialogo", "encuestas", "autodiagnostico", "cronograma", "hallazgos")} | cambios


def calcular(**cambios: list[dict[str, Any]]) -> dict[str, Any]:
    datos: dict[str, Any] = json.loads(json_canonico(cifras(tablas(**cambios), CORTE, REGLAS)))
    return datos


def test_sin_filas_no_hay_porcentajes_y_los_conteos_son_cero() -> None:
    c = calcular()
    assert (c["formato"], c["corte"], c["reglas"]["k_encuestas"]) == ("rendicion-ciclo/1", "2020-08-31", 5)
    assert (c["compromisos"]["compromisos"], c["compromisos"]["cumplimiento_pct"], c["compromisos"]["retraso_maximo_dias"]) == (0, None, None)
    assert (c["dialogo"]["preguntas"], c["dialogo"]["puntualidad_pct"], c["dialogo"]["por_tema"]) == (0, None, [])
    assert (c["encuestas"], c["autodiagnostico"]["nivel"]) == ({"encuestas": 0, "cobertura": [], "comparacion": []}, None)
    assert c["cronograma"]["por_dependencia"] == []


def test_cumplimiento_puntualidad_y_antiguedad_de_los_compromisos() -> None:
    c = calcular(
        compromisos=[
            compromiso("C-1", "cumplido", 0), compromiso("C-2", "cumplido", None, plazo=None), compromiso("C-3", "cumplido_tarde", 4),
            compromiso("C-4", "vencido", 31, responsables="A"), compromiso("C-5", "vencido", 200, responsables=None, espacio="Taller"), compromiso("C-6", "pendiente", 0),
        ]
    )["compromisos"]  # fmt: skip
    assert (c["cumplimiento_numerador"], c["cumplimiento_denominador"], c["cumplimiento_pct"]) == (3, 6, "50.00")
    assert (c["puntualidad_numerador"], c["puntualidad_denominador"], c["puntualidad_pct"]) == (1, 4, "25.00")
    assert (c["vencidos_por_retraso"], c["retraso_medio_dias"], c["retraso_maximo_dias"]) == (
        {"1–30 días": 0, "31–90 días": 1, "91–180 días": 0, "más de 180 días": 1}, "115.50", 200,
    )  # fmt: skip
    assert [(e["espacio"], e["compromisos"], e["cumplimiento_pct"]) for e in c["por_espacio"]] == [("Audiencia", 5, "60.00"), ("Taller", 1, "0.00")]
    assert [(r["responsable"], r["compromisos"], r["vencido"]) for r in c["por_responsable"]] == [("A", 5, 1), ("B", 4, 0), ("Sin responsable", 1, 1)]


def test_la_historia_de_los_plazos_sale_de_los_hallazgos_en_orden() -> None:
    ajenos = [hallazgo(registro="C-9"), hallazgo(regla="otra"), hallazgo(campo="plazo")]
    tarde = hallazgo(campo="plazo (2)", literal="2020-07-31", valor="2020-08-15", regla="plazo_cambiado_vencido")
    [uno, dos] = calcular(compromisos=[compromiso("C-1", "pendiente", 0)], hallazgos=[tarde, *ajenos, hallazgo()])["compromisos"]["cambios_de_plazo"]
    assert (uno["numero"], uno["antes"], uno["despues"], uno["dias_movidos"], uno["ya_vencido"]) == (1, "2020-07-01", "2020-07-31", 30, False)
    assert (dos["numero"], dos["dias_movidos"], dos["ya_vencido"], dos["detalle"]) == (2, 15, True, "Motivo: lluvias.")


def test_la_participacion_se_cuenta_por_espacio_canal_y_tema() -> None:
    dia = date(2020, 7, 1)
    filas = [pregunta("1", "web", dia, a_tiempo=True), pregunta("2", "web", dia, a_tiempo=False), pregunta("3", None, None, a_tiempo=False), pregunta("4", None, None, a_tiempo=None)]
    c = calcular(dialogo=filas)["dialogo"]
    assert (c["preguntas"], c["respondidas"], c["a_tiempo"], c["tarde"], c["sin_respuesta_vencidas"], c["sin_respuesta_en_plazo"]) == (4, 2, 1, 1, 1, 1)
    assert (c["puntualidad_numerador"], c["puntualidad_denominador"], c["puntualidad_pct"]) == (1, 3, "33.33")
    assert [(g["canal"], g["preguntas"], g["puntualidad_pct"]) for g in c["por_espacio_y_canal"]] == [(None, 2, "0.00"), ("web", 2, "50.00")]
    assert [(g["tema"], g["preguntas"]) for g in c["por_tema"]] == [("obras", 4)]


def test_la_cobertura_dice_la_base_y_lo_que_falta_y_lo_oculto_nunca_es_cero() -> None:
    fila = {"espacio": "A", "pregunta": "¿?", "base": 14, "suprimida": False}
    c = calcular(
        encuestas=[fila | {"opcion": "Sí", "respuestas": 8}, fila | {"opcion": "No", "respuestas": None, "suprimida": True}],
        hallazgos=[hallazgo(origen="encuestas", registro="A · ¿?", campo="sin_respuesta", valor="3", regla="respuesta_en_blanco")],
    )["encuestas"]
    assert c["cobertura"] == [{"espacio": "A", "pregunta": "¿?", "base": 14, "sin_respuesta": 3, "fuera_de_escala": 0, "repetidas": 0, "sin_consentimiento": 0}]
    assert [(f["opcion"], f["espacios"]) for f in c["comparacion"]] == [("No", {"A": None}), ("Sí", {"A": "57.14"})]


def test_el_nivel_usa_los_umbrales_declarados() -> None:
    filas = [{"componente": "X", "categoria": "Y", "actividad_de_gestion": str(n), "puntaje": Decimal(p), "observaciones": None} for n, p in enumerate((40, 70))]
    comun = cifras(tablas(autodiagnostico=filas), CORTE, REGLAS)["autodiagnostico"]
    propia = reglas_desde({"umbral_consolidacion": 30, "umbral_perfeccionamiento": 55, "umbral_fuente": "Circular de ejemplo"}, donde="e.toml")
    otra = cifras(tablas(autodiagnostico=filas), CORTE, propia)["autodiagnostico"]
    assert (comun["puntaje"], comun["nivel"], comun["brecha_perfeccionamiento"]) == ("55.00", "consolidacion", "25.00")
    assert (otra["nivel"], otra["siguiente_nivel"], otra["brecha_perfeccionamiento"]) == ("perfeccionamiento", None, "0.00")
    assert [(p["actividad_de_gestion"], p["sube"]) for p in comun["palancas"]] == [("0", "30.00"), ("1", "15.00")]


def test_las_fechas_se_cuentan_por_dependencia_y_las_de_nadie_no_se_pierden() -> None:
    filas = [{"estado": e, "responsables": r} for e, r in (("vencido", "A;B"), ("vence_pronto", "A"), ("pendiente", None))]
    c = calcular(cronograma=filas)["cronograma"]
    assert c["por_estado"] == {"vencido": 1, "vence_pronto": 1, "pendiente": 1, "cumplido": 0}
    assert [(d["dependencia"], d["vencido"], d["vence_pronto"], d["pendiente"]) for d in c["por_dependencia"]] == [("A", 1, 1, 0), ("B", 1, 0, 0), ("Sin responsable", 0, 0, 1)]
