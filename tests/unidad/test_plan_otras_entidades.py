"""El plan de otra ciudad, con otras palabras y otra forma, se lee sin tocar el código."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.planes.interpretacion import unir_repetidos
from rendicion.planes.vocabulario import ampliar, vocabulario_desde
from tests.unidad.muestras_plan import DATOS_VOCABULARIO, TITULOS, el, leer_filas, reglas, una

OTRA = [
    ["ALCALDIA DE VILLA EJEMPLO", "", "", "", "", ""],
    ["PLAN DE ACCION DE RENDICION DE CUENTAS 2021", "", "", "", "", ""],
    ["PERIODO DE EJECUCION: DEL 1 DE FEBRERO AL 30 DE NOVIEMBRE DE 2021", "", "", "", "", ""],
    ["", "", "", "", "", ""],
    ["DEPENDENCIA LIDER", "PLAZO", "Observaciones", "ACCION", "PRODUCTO  ESPERADO", "COMPONENTE"],
    [
        "Prensa; Sistemas",
        "Sept. de 2021",
        "ninguna",
        "PUBLICAR BOLETINES",
        "DOCE BOLETINES",
        "COMPONENTE I. INFORMACION",
    ],
    ["Planeacion", "15 FEB 2021 A 30 MAR 2021", "", "PUBLICAR EL PLAN", "1 PLAN", ""],
    ["Componente 2: Diálogo", "", "", "", "", ""],
    ["DEPENDENCIA LIDER", "PLAZO", "Observaciones", "ACCION", "PRODUCTO  ESPERADO", "COMPONENTE"],
    ["Gobierno", "2° trimestre", "", "REALIZAR FOROS", "VEINTIUN FOROS", ""],
    ["", "", "", "TOTAL", "34", ""],
]


def test_otros_titulos_otro_orden_y_otras_fechas_se_entienden():
    plan, hallazgos = leer_filas(OTRA, vigencia=None, periodo=None)
    assert (plan.vigencia, plan.inicio, plan.fin) == (2021, date(2021, 2, 1), date(2021, 11, 30))
    assert [(a.id, a.subcomponente, a.meta) for a in plan.actividades] == [
        ("1.1", "INFORMACION", 12),
        ("1.2", "INFORMACION", 1),
        ("2.1", "Diálogo", 21),
    ]
    assert plan.actividad("1.1").responsables == ("Prensa", "Sistemas")
    assert plan.actividad("1.1").hitos == (date(2021, 9, 30),)
    assert (plan.actividad("1.2").inicio, plan.actividad("1.2").fin) == (date(2021, 2, 15), date(2021, 3, 30))
    assert (plan.actividad("2.1").inicio, plan.actividad("2.1").fin) == (date(2021, 4, 1), date(2021, 6, 30))
    assert el(hallazgos, "columna_desconocida").campo == "Observaciones"
    assert el(hallazgos, "fila_de_total").registro == "línea 11"


def test_una_entidad_agrega_sus_palabras_sin_tocar_el_codigo():
    filas = [
        ("Frente", "Tarea", "Meta", "Responsable", "Fecha"),
        ("Frente 1 Uno", "Publicar", "una tanda", "Prensa", "a fin de brumario"),
    ]
    with pytest.raises(ErrorUso):
        leer_filas(filas)
    extra = {
        "columnas": {"subcomponente": {"titulos": ["Frente"]}, "actividad": {"titulos": ["Tarea"]}},
        "prefijos_subcomponente": ["frente"],
    }
    plan, _ = leer_filas(filas, vocabulario=vocabulario_desde(ampliar(DATOS_VOCABULARIO, extra), donde="extra"))
    assert [(a.id, a.subcomponente, a.meta) for a in plan.actividades] == [("1.1", "Uno", 1)]


@pytest.mark.parametrize("falta", range(4))
def test_si_falta_una_columna_obligatoria_se_dice_cual_se_busco_y_cuales_hay(falta: int):
    titulos = [t for i, t in enumerate(TITULOS) if i != falta]
    with pytest.raises(ErrorUso) as error:
        leer_filas([titulos, ["x"] * 4])
    assert ["subcomponente", "actividad", "meta", "responsable"][falta] in error.value.que
    assert all(f"«{t}»" in error.value.que for t in titulos)
    assert "línea 1" in error.value.donde


def test_sin_columna_de_fecha_cada_actividad_toma_el_periodo_y_se_avisa():
    plan, hallazgos = leer_filas([TITULOS[:4], ("Subcomponente 1 A", "Publicar", "2 actas", "Prensa")])
    assert (plan.actividades[0].inicio, plan.actividades[0].fin) == (plan.inicio, plan.fin)
    assert "plan_sin_columna_de_fecha" in reglas(hallazgos)


def test_la_fecha_puede_venir_en_dos_columnas():
    titulos = (*TITULOS[:4], "Fecha de inicio", "Fecha final")
    plan, _ = leer_filas([titulos, ("Subcomponente 1 A", "Publicar", "2 actas", "Prensa", "1 de abril", "30/06/2020")])
    assert (plan.actividades[0].inicio, plan.actividades[0].fin) == (date(2020, 4, 1), date(2020, 6, 30))
    assert plan.actividades[0].fecha_texto == "1 de abril - 30/06/2020"


def test_una_tabla_que_no_es_un_plan_se_niega():
    with pytest.raises(ErrorUso, match="No se encontró el cuadro"):
        leer_filas([["Nombre", "Valor"], ["a", "b"]])
    with pytest.raises(ErrorUso, match="ninguna actividad"):
        leer_filas([TITULOS])
    with pytest.raises(ErrorUso, match="no dice de qué subcomponente"):
        leer_filas([TITULOS, ["", "Publicar", "1 acta", "Prensa", ""]])
    with pytest.raises(ErrorUso, match="se llaman igual"):
        leer_filas([[*TITULOS, "Fecha"], ["a", "Publicar", "1 acta", "Prensa", "", ""]])


def test_la_vigencia_pedida_manda_y_se_avisa_si_el_titulo_dice_otra():
    filas = [
        ["Plan Anual de Rendición de Cuentas 2020"],
        TITULOS,
        ["Subcomponente 1 A", "Publicar", "1 acta", "Prensa", "junio"],
    ]
    plan, hallazgos = leer_filas(filas, vigencia=2021, periodo=None)
    assert plan.vigencia == 2021
    assert el(hallazgos, "vigencia_distinta").gravedad == "grave"
    plan, hallazgos = leer_filas(filas, vigencia=None, periodo=None)
    assert (plan.inicio, plan.fin) == (date(2020, 1, 1), date(2020, 12, 31))
    assert el(hallazgos, "periodo_no_encontrado").valor == "2020-01-01 a 2020-12-31"
    with pytest.raises(ErrorUso, match="No se sabe de qué año"):
        leer_filas(filas[1:], vigencia=None, periodo=None)
    with pytest.raises(ErrorUso, match="no sirve"):
        leer_filas(filas, vigencia=20)


def test_el_plan_de_desarrollo_no_da_la_vigencia():
    filas = [
        ["Plan de Desarrollo Salvemos 2020-2023"],
        TITULOS,
        ["Subcomponente 1 A", "Publicar", "1 acta", "Prensa", "junio"],
    ]
    with pytest.raises(ErrorUso, match="No se sabe de qué año"):
        leer_filas(filas, vigencia=None, periodo=None)


def test_una_fila_con_actividad_y_otra_celda_es_una_actividad_sin_meta():
    plan, hallazgos = leer_filas(
        [
            TITULOS,
            ["Subcomponente 1 A", "Publicar", "", "Prensa", ""],
            ["", "Suelta", "", "", ""],
            ["", "", "3 actas", "", ""],
        ]
    )
    assert [(a.id, a.meta, a.meta_texto) for a in plan.actividades] == [("1.1", None, None)]
    assert "meta_sin_numero" in reglas(hallazgos, "1.1")
    assert el(hallazgos, "fila_suelta").registro == "línea 3"
    assert el(hallazgos, "fila_sin_actividad").registro == "línea 4"


def test_los_titulos_entre_bloques_y_los_pies_no_son_actividades():
    filas = [
        TITULOS, ["Subcomponente 1 A", "Publicar", "1 acta", "Prensa", "junio"], [], ["LEMA DE LA CIUDAD"], [],
        TITULOS, ["Subcomponente 2 B", "Dialogar", "1 foro", "Prensa", "junio"], [], ["Elaboró: Planeación"],
    ]  # fmt: skip
    plan, hallazgos = leer_filas(filas)
    assert [a.id for a in plan.actividades] == ["1.1", "2.1"]
    assert [(h.registro, h.literal) for h in hallazgos if h.regla == "texto_fuera_del_cuadro"] == [("línea 9", "Elaboró: Planeación")]


def test_el_subcomponente_sin_numero_toma_el_que_sigue_y_el_repetido_uno_libre():
    def filas(*nombres: str) -> list[tuple[str, ...]]:
        return [TITULOS, *((n, f"Publicar {i}", "1 acta", "Prensa", "junio") for i, n in enumerate(nombres))]

    plan, hallazgos = leer_filas(filas("Información", "Diálogo", "Información"))
    assert [(a.id, a.subcomponente) for a in plan.actividades] == [
        ("1.1", "Información"),
        ("2.1", "Diálogo"),
        ("1.2", "Información"),
    ]
    assert reglas(hallazgos).count("subcomponente_sin_numero") == 2
    plan, hallazgos = leer_filas(filas("Subcomponente 2 A", "Subcomponente 2 B", "Subcomponente 3 C", "SUBCOMPONENTE 2: a"))
    assert [a.id for a in plan.actividades] == ["2.1", "4.1", "3.1", "2.2"]
    assert el(hallazgos, "numero_de_subcomponente_repetido").registro == "4.1"


def test_las_columnas_de_mas_que_se_conocen_se_usan():
    titulos = (*TITULOS, "Ponderación", "Peso del subcomponente", "Tipo de acumulación", "Programación", "Código")
    filas = [
        titulos,
        (
            "Subcomponente 1 A",
            "Publicar",
            "2 actas",
            "Prensa",
            "junio",
            "30%",
            "0,4",
            "Mantenimiento",
            "al final",
            "1.2",
        ),
        ("", "Medir", "2 actas", "Prensa", "junio", "70%", "", "Incremento", "", "1.1"),
        ("Subcomponente 2 B", "Dialogar", "45%", "Prensa", "", "100", "0,6", "raro", "hitos", "2.1"),
    ]
    plan, hallazgos = leer_filas(filas)
    assert [(a.id, a.peso, a.peso_subcomponente, a.agregacion, a.programacion) for a in plan.actividades] == [
        ("1.2", Decimal(30), Decimal("0.4"), "ultimo", "al_final"),
        ("1.1", Decimal(70), Decimal("0.4"), "suma", "hitos"),
        ("2.1", Decimal(100), Decimal("0.6"), "suma", "lineal"),
    ]
    assert "pesos_no_suman" not in reglas(hallazgos)
    assert {"agregacion_no_entendida", "programacion_no_entendida"} <= set(reglas(hallazgos, "2.1"))


def test_los_pesos_que_no_suman_se_avisan_y_se_dejan():
    titulos = (*TITULOS, "Peso")
    filas = [
        titulos,
        *(("Subcomponente 1 A", f"Publicar {n}", "1 acta", "Prensa", "junio", p) for n, p in enumerate(("30", "60", "x"))),
    ]
    plan, hallazgos = leer_filas(filas)
    assert [a.peso for a in plan.actividades] == [30, 60, 1]
    assert el(hallazgos, "pesos_no_suman").literal is None
    assert el(hallazgos, "peso_no_entendido").registro == "1.3"


def test_las_fechas_fuera_del_periodo_o_de_otro_ano_se_dejan_y_se_avisan():
    plan, hallazgos = una(fecha="enero/marzo 2021")
    assert plan.actividades[0].hitos == (date(2021, 1, 31), date(2021, 3, 31))
    assert {"hito_fuera_del_periodo", "fecha_de_otra_vigencia"} <= set(reglas(hallazgos, "1.1"))
    plan, hallazgos = una(fecha="trimestral")
    assert (plan.actividades[0].inicio, plan.actividades[0].fecha_texto) == (plan.inicio, "trimestral")
    assert el(hallazgos, "fecha_no_entendida").literal == "trimestral"


def test_un_responsable_repetido_queda_una_vez_y_la_y_no_separa():
    plan, hallazgos = una(responsable="Prensa/ PRENSA; Planeación y Obras / ")
    assert plan.actividades[0].responsables == ("Prensa", "Planeación y Obras")
    assert {"responsables_compuestos", "responsable_repetido"} <= set(reglas(hallazgos))


def test_una_copia_del_bloque_se_avisa_sin_perder_filas():
    fila = ("Subcomponente 1 A", "Publicar", "1 acta", "Prensa", "junio")
    plan, hallazgos = leer_filas([TITULOS, fila, fila])
    assert len(plan.actividades) == 2
    assert el(hallazgos, "actividad_repetida").valor == "1.1"


def test_los_hallazgos_con_la_misma_llave_se_suman_en_uno_sin_perder_nada():
    uno = Hallazgo("plan", "1.1", "meta", "x", "informativa", "Primero.", "a", "1")
    otro = replace(uno, gravedad="grave", explicacion="Segundo.", literal="b")
    ajeno = replace(uno, registro="1.2")
    assert unir_repetidos([uno, ajeno, otro, uno]) == (
        Hallazgo("plan", "1.1", "meta", "x", "grave", "Primero. Segundo.", "a | b", "1"),
        ajeno,
    )


CELDA = st.text(alphabet="aeio 12,.%/;áñ\n-", max_size=12)


@given(st.lists(st.tuples(*[CELDA] * 5), max_size=6))
def test_ninguna_celda_rompe_la_lectura_y_ninguna_fila_se_pierde(filas: list[tuple[str, ...]]):
    primera = ("Subcomponente 1 A", "Publicar", "1 acta", "Prensa", "junio")
    try:
        plan, hallazgos = leer_filas([TITULOS, primera, *filas])
    except ErrorRendicion:
        return
    llaves = [(h.origen, h.registro, h.campo, h.regla) for h in hallazgos]
    assert len(llaves) == len(set(llaves))
    assert len({a.id for a in plan.actividades}) == len(plan.actividades)
    con_texto = [f for f in filas if f[1].strip() and any(c.strip() for c in f[2:])]
    assert len(plan.actividades) == 1 + len(con_texto)
    for actividad, fila in zip(plan.actividades[1:], con_texto, strict=True):
        assert actividad.texto == fila[1].strip()
        assert (actividad.meta_texto or "") == fila[2].strip()
        assert all(r and ";" not in r for r in actividad.responsables)
        assert actividad.inicio <= actividad.fin
