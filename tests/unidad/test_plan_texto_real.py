"""El plan real de 2020: lo que dice, lo que se entendió y cada uno de sus defectos."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rendicion.plan import filas_del_plan
from tests.unidad.muestras_plan import TEXTO_REAL, el, plan_real, por_regla

IDS = [f"1.{n}" for n in range(1, 9)] + [f"2.{n}" for n in range(1, 6)] + ["3.1", "3.2", "4.1"]
METAS = [1, 3, 1, 900, 6, 40, 45, 1, 2, 2, 1, 20, 50, 2, 4, 4]
PLAN, HALLAZGOS = plan_real()


def test_el_texto_real_tiene_dieciseis_actividades_con_su_meta():
    assert [a.id for a in PLAN.actividades] == IDS
    assert [a.meta for a in PLAN.actividades] == [Decimal(m) for m in METAS]
    assert (PLAN.entidad, PLAN.vigencia, PLAN.inicio, PLAN.fin) == ("13001", 2020, date(2020, 3, 1), date(2020, 12, 31))


def test_los_cuatro_subcomponentes_quedan_sin_su_rotulo():
    assert dict.fromkeys((a.subcomponente_id, a.subcomponente) for a in PLAN.actividades) == dict.fromkeys(
        [
            ("1", "Información de calidad y en lenguaje comprensible"),
            ("2", "Diálogo de doble vía con la ciudadanía y sus organizaciones"),
            ("3", "Responsabilidad"),
            ("4", "Evaluación y retroalimentación a la gestión institucional"),
        ]
    )


def test_cada_texto_queda_literal():
    texto = TEXTO_REAL.read_text(encoding="utf-8")
    for a in PLAN.actividades:
        assert f"\t{a.texto}\t{a.meta_texto}\t{a.responsable_texto}\t{a.fecha_texto or ''}\n" in texto + "\n"


def test_la_unidad_es_lo_que_sigue_al_numero():
    unidades = {a.id: a.unidad for a in PLAN.actividades}
    assert unidades["1.1"] == "publicación"
    assert unidades["1.3"] == "vez al año"
    assert unidades["1.5"] == "actualizaciones"
    assert unidades["3.2"] == "monitores de Rendición de Cuentas"


def test_las_ventanas_y_los_hitos_son_los_del_texto():
    noticias, audiencias = PLAN.actividad("1.4"), PLAN.actividad("2.1")
    assert (noticias.inicio, noticias.fin, noticias.hitos) == (date(2020, 1, 1), date(2020, 12, 20), ())
    assert (audiencias.inicio, audiencias.fin) == (PLAN.inicio, PLAN.fin)
    assert audiencias.hitos == (date(2020, 6, 30), date(2020, 10, 31))
    assert all((a.inicio, a.fin) == (PLAN.inicio, PLAN.fin) for a in PLAN.actividades if a.id != "1.4")


def test_la_programacion_es_la_del_contrato():
    assert {a.id for a in PLAN.actividades if a.programacion == "al_final"} == {"1.1", "1.3", "1.8", "2.3"}
    assert [a.id for a in PLAN.actividades if a.programacion == "hitos"] == ["2.1"]
    assert {(a.peso, a.peso_subcomponente, a.agregacion) for a in PLAN.actividades} == {(Decimal(1), Decimal(1), "suma")}


def test_los_responsables_se_separan_sin_corregir_sus_nombres():
    assert PLAN.actividad("1.1").responsables == ("Secretaria de Planeación", "Informática")
    assert PLAN.actividad("2.4").responsables == ("Diferentes diferentes", "Oficina de Comunicaciones y Prensa")


def test_hay_un_hallazgo_por_cada_defecto_y_ninguno_de_mas():
    sin_fecha = [i for i in IDS if i not in ("1.4", "2.1")]
    assert por_regla(HALLAZGOS) == {
        "fila_suelta": ["línea 71"],
        "responsables_compuestos": ["1.1", "1.3", "1.5", "2.4"],
        "sin_fecha": sin_fecha,
        "numero_en_palabras": ["1.2", "1.3", "1.8", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1"],
        "numero_dentro_del_texto": ["1.5"],
        "ventana_fuera_del_periodo": ["1.4"],
        "hitos_leidos_del_texto": ["2.1"],
        "periodicidad_distinta_de_la_meta": ["1.2"],
        "palabra_repetida": ["2.4"],
        "termino_ministerio": ["3.1"],
        "termino_integralidad": ["3.1"],
        "actividad_truncada": ["3.2"],
        "termino_monitores": ["3.2"],
        "evaluaciones_y_audiencias": ["4.1"],
        "dependencias_parecidas": ["1.5"],
    }


def test_cada_hallazgo_dice_lo_literal_y_lo_que_se_entendio():
    suelta = el(HALLAZGOS, "fila_suelta")
    assert (suelta.literal, suelta.valor, suelta.origen) == ("Rendición de cuentas", None, "plan")
    ventana = el(HALLAZGOS, "ventana_fuera_del_periodo")
    assert (ventana.literal, ventana.campo, ventana.valor) == (
        PLAN.actividad("1.4").fecha_texto,
        "inicio",
        "2020-01-01",
    )
    assert "línea 38" in ventana.explicacion
    assert el(HALLAZGOS, "hitos_leidos_del_texto").valor == "2020-06-30;2020-10-31"
    assert el(HALLAZGOS, "termino_monitores").valor == "monitoreos"
    assert el(HALLAZGOS, "dependencias_parecidas").valor == "Informática"


def test_la_llave_de_los_hallazgos_no_se_repite():
    llaves = [(h.origen, h.registro, h.campo, h.regla) for h in HALLAZGOS]
    assert len(llaves) == len(set(llaves))


def test_dos_lecturas_dan_lo_mismo_en_el_mismo_orden():
    assert plan_real() == (PLAN, HALLAZGOS)


def test_las_filas_de_la_tabla_salen_completas():
    filas = filas_del_plan(PLAN)
    assert [f["actividad_id"] for f in filas] == IDS
    assert filas[8]["hitos"] == "2020-06-30;2020-10-31"
