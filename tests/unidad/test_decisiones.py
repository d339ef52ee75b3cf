"""Las decisiones humanas: se aplican a la vista y solo mientras la fuente diga lo mismo."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rendicion.errores import ErrorUso
from rendicion.planes.decisiones import aplicar_decisiones, decisiones_desde
from tests.unidad.muestras_plan import RAIZ, el, plan_real, reglas

PLAN, HALLAZGOS = plan_real()
ARCHIVO = RAIZ / "datos/referencia/decisiones/13001-2020.toml"
BASE: dict[str, Any] = {
    "actividad": "1.2",
    "campo": "meta",
    "regla": "periodicidad_distinta_de_la_meta",
    "literal": PLAN.actividad("1.2").texto,
    "accion": "cambiar",
    "valor": 4,
    "motivo": "Un año tiene cuatro trimestres.",
    "autor": "Control interno",
    "fecha": date(2020, 4, 1),
}
SIN_FECHA: dict[str, Any] = {"actividad": "1.1", "regla": "sin_fecha", "literal": ""}


def decidir(*casos: dict[str, Any]) -> Any:
    decisiones = decisiones_desde({"decision": [{**BASE, **c} for c in casos]}, donde="d.toml")
    return aplicar_decisiones(PLAN, HALLAZGOS, decisiones)


def test_las_decisiones_de_cartagena_no_cambian_ningun_valor_y_se_cuentan():
    decisiones = decisiones_desde(tomllib.loads(ARCHIVO.read_text(encoding="utf-8")), donde=ARCHIVO.name)
    plan, hallazgos = aplicar_decisiones(PLAN, HALLAZGOS, decisiones)
    assert [d.accion for d in decisiones] == ["conservar"]
    assert plan == PLAN
    assert reglas(hallazgos) == reglas(HALLAZGOS)
    ventana = el(hallazgos, "ventana_fuera_del_periodo")
    assert ventana.valor == "2020-01-01"
    assert "no es una decisión de la Alcaldía) (2020-03-01): se conserva inicio. Motivo: " in ventana.explicacion


def test_cambiar_la_meta_cambia_el_plan_y_queda_en_el_hallazgo():
    plan, hallazgos = decidir({})
    assert plan.actividad("1.2").meta == Decimal(4)
    assert plan.actividad("1.2").meta_texto == "Tres publicaciones"
    assert replace(plan.actividad("1.2"), meta=Decimal(3)) == PLAN.actividad("1.2")
    hallazgo = el(hallazgos, "periodicidad_distinta_de_la_meta")
    assert hallazgo.valor == "4"
    assert hallazgo.explicacion.endswith(" Decisión de Control interno (2020-04-01): se cambia meta a «4». Motivo: Un año tiene cuatro trimestres.")


@pytest.mark.parametrize(
    ("campo", "valor", "queda"),
    [
        ("unidad", "informes", "informes"),
        ("responsables", ["A", "B", "A"], ("A", "B")),
        ("inicio", date(2020, 5, 1), date(2020, 5, 1)),
        ("fin", "2020-06-30", date(2020, 6, 30)),
        ("hitos", ["2020-10-31", "2020-06-30"], (date(2020, 6, 30), date(2020, 10, 31))),
        ("agregacion", "ultimo", "ultimo"),
        ("programacion", "lineal", "lineal"),
        ("peso", "0.5", Decimal("0.5")),
        ("meta", 2.5, Decimal("2.5")),
    ],
)
def test_cada_campo_se_cambia_con_su_tipo(campo: str, valor: object, queda: object):
    plan, hallazgos = decidir({**SIN_FECHA, "campo": campo, "valor": valor})
    assert getattr(plan.actividad("1.1"), campo) == queda
    assert "decision_sin_sustento" not in reglas(hallazgos)


def test_al_decidir_hitos_la_programacion_por_defecto_los_sigue():
    plan, _ = decidir({**SIN_FECHA, "campo": "hitos", "valor": ["2020-06-30"]})
    assert (PLAN.actividad("1.1").programacion, plan.actividad("1.1").programacion) == ("al_final", "hitos")


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ({"literal": "Otro texto"}, "el plan ahora dice"),
        ({"actividad": "9.9"}, "ya no tiene esa actividad"),
        ({"regla": "fecha_no_entendida"}, "ya no existe"),
    ],
)
def test_si_la_fuente_cambia_bajo_la_decision_no_se_aplica_y_se_dice(cambio: dict[str, Any], dice: str):
    plan, hallazgos = decidir(cambio)
    assert plan == PLAN
    assert hallazgos[:-1] == HALLAZGOS
    assert (hallazgos[-1].regla, hallazgos[-1].gravedad) == ("decision_sin_sustento", "grave")
    assert "la fuente cambió bajo la decisión" in hallazgos[-1].explicacion
    assert dice in hallazgos[-1].explicacion


def test_una_decision_que_deja_la_ventana_al_reves_se_niega_pero_dos_que_la_dejan_bien_no():
    fin = {**SIN_FECHA, "campo": "fin", "valor": "2021-02-28"}
    inicio = {**SIN_FECHA, "campo": "inicio", "valor": "2021-01-15"}
    with pytest.raises(ErrorUso, match="al revés"):
        decidir(inicio)
    plan, _ = decidir(inicio, fin)
    assert plan.actividad("1.1").inicio == date(2021, 1, 15)
    with pytest.raises(ErrorUso, match="necesita hitos"):
        decidir({**SIN_FECHA, "campo": "programacion", "valor": "hitos"})


@pytest.mark.parametrize("clave", ["actividad", "campo", "regla", "literal", "accion", "motivo", "autor", "fecha"])
def test_a_una_decision_no_le_puede_faltar_nada(clave: str):
    with pytest.raises(ErrorUso, match=clave) as error:
        decisiones_desde({"decision": [{k: v for k, v in BASE.items() if k != clave}]}, donde="d.toml")
    assert error.value.donde == "d.toml, decisión 1"


@pytest.mark.parametrize(
    "cambio",
    [
        {"campo": "texto"}, {"accion": "borrar"}, {"fecha": "ayer"}, {"valor": 0}, {"valor": "mucho"}, {"valor": float("inf")},
        {"valor": True}, {"valor": "1.23456"}, {"accion": "conservar"}, {"valor": None}, {"otra": 1}, {"motivo": "  "},
        {"campo": "peso", "valor": -1}, {"campo": "fin", "valor": "31/12/2020"}, {"campo": "hitos", "valor": []},
        {"campo": "responsables", "valor": ["A;B"]}, {"campo": "agregacion", "valor": "media"}, {"campo": "unidad", "valor": 3},
    ],
)  # fmt: skip
def test_una_decision_mal_escrita_se_niega(cambio: dict[str, Any]):
    with pytest.raises(ErrorUso) as error:
        decisiones_desde({"decision": [{**BASE, **cambio}]}, donde="d.toml")
    assert error.value.hacer


def test_dos_decisiones_que_se_contradicen_se_niegan():
    with pytest.raises(ErrorUso, match="1 y 2"):
        decisiones_desde({"decision": [BASE, {**BASE, "regla": "numero_en_palabras"}]}, donde="d.toml")
    with pytest.raises(ErrorUso, match="forma esperada"):
        decisiones_desde({"decisiones": []}, donde="d.toml")
    assert decisiones_desde({}, donde="d.toml") == ()
