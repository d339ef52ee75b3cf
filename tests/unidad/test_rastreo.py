"""De una cifra a sus filas y de una fila a su captura, con planes y evidencia hechos a mano."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rendicion.conteo import contar, diarios
from rendicion.errores import ErrorUso
from rendicion.indicadores import calcular
from rendicion.plan import filas_del_plan
from rendicion.rastreo import rastrear
from tests.unidad.muestras import CAPTURA, FIN, actividad, evidencia, plan

AGOSTO = date(2020, 8, 31)
PLAN = plan(
    actividad("1.1", "10", responsables=("Prensa",)),
    actividad("1.2", None, responsables=("Prensa", "Planeación")),
    actividad("1.3", "3", hitos=(date(2020, 6, 30), date(2020, 10, 31)), peso=Decimal("2.5"), agregacion="ultimo"),
    actividad("2.1", "1", responsables=("Planeación",)),
)
FILAS: tuple[dict[str, Any], ...] = (
    {"registro": "a", "fecha": date(2020, 4, 1), "cantidad": Decimal("1.5")},
    {"registro": "b", "fecha": date(2020, 5, 1)},
    {"registro": "b", "fecha": date(2020, 5, 2)},
    {"registro": "c", "fecha": date(2020, 2, 1)},
    {"registro": "d", "fecha": date(2020, 9, 1)},
    {"registro": "e", "fecha": date(2020, 7, 1), "actividad_id": "1.3", "cantidad": Decimal(1)},
    {"registro": "f", "fecha": date(2020, 8, 1), "actividad_id": "1.3", "cantidad": Decimal(5), "fuente": "libro"},
    {"registro": "g", "fecha": date(2020, 8, 1), "actividad_id": "1.3", "cantidad": Decimal(2), "fuente": "libro"},
)
MANIFIESTO: dict[str, Any] = {
    "entrega": "13001-2020-20201231-001",
    "corte": "2020-12-31",
    "sintetica": True,
    "periodo": ["2020-03-01", "2020-12-31"],
    "plan": {"archivo": "plan.txt", "sha256": "b" * 64},
    "capturas": [
        {"fuente": f, "origen": f"../{f}.csv", "sha256": CAPTURA, "bytes": 9, "licencia": "CC", "dependencia": "Prensa", "sintetica": True}
        for f in ("noticias", "libro", "otra")
    ],
}
HALLAZGO = {"origen": "plan", "registro": "1.1", "campo": "meta", "regla": "r", "gravedad": "informativa", "explicacion": "x", "literal": None, "valor": None}
RECHAZO = {"fuente": "noticias", "registro": "z", "regla": "fecha_invalida", "explicacion": "x", "como_corregir": "y"}


def tablas() -> dict[str, list[dict[str, Any]]]:
    avances = contar(evidencia(*FILAS), PLAN, FIN, ())
    return {
        "plan": filas_del_plan(PLAN),
        "avances": avances.to_pylist(),
        "hallazgos": [HALLAZGO, HALLAZGO | {"registro": "2.1"}],
        "rechazos": [RECHAZO, RECHAZO | {"fuente": "otra"}],
        "conciliacion": [],
        **calcular(PLAN, diarios(avances), [AGOSTO, FIN]),
    }


def cifras(rastro: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    return {c["campo"]: (c["publicada"], c["formula"]) for c in rastro["cifras"]}


def test_una_cifra_lleva_a_las_filas_que_la_suman_y_a_las_que_no_con_su_motivo() -> None:
    rastro = rastrear(tablas(), MANIFIESTO, "1.1", AGOSTO)
    assert [(f["avance_id"], f["cantidad"]) for f in rastro["sustentan"]] == [("noticias:a", "1.5"), ("noticias:b", "1")]
    assert {f["avance_id"]: (f["motivo"], f["duplicado_de"]) for f in rastro["no_sustentan"]} == {
        "noticias:b~2": ("duplicado", "noticias:b"),
        "noticias:c": ("fuera_de_ventana", None),
        "noticias:d": ("posterior_al_corte", None),
    }
    assert rastro["coinciden_todas"]
    assert sum(Decimal(f["cantidad"]) for f in rastro["sustentan"]) == Decimal(cifras(rastro)["ejecutado"][0])


def test_la_formula_lleva_los_numeros_con_que_se_calculo() -> None:
    dicho = cifras(rastrear(tablas(), MANIFIESTO, "1.1", AGOSTO))
    assert dicho["avance_bruto_pct"] == ("25.00", "100 × 2,5 / 10")
    assert "10 × 184 días / 306 días" in dicho["programado"][1]
    assert "2,5 / (10 × 184 días / 306 días" in dicho["cumplimiento_pct"][1].replace("el menor entre 1 y ", "")


def test_los_hitos_y_el_ultimo_valor_se_explican_a_su_modo() -> None:
    rastro = rastrear(tablas(), MANIFIESTO, "1.3", AGOSTO)
    assert rastro["coinciden_todas"]
    dicho = cifras(rastro)
    assert dicho["ejecutado"] == ("2", "cantidad de la fila más reciente de las 3 que cuentan con fecha hasta 2020-08-31")
    assert dicho["programado"] == ("1.5", "hitos: 3 × 1 hitos vencidos / 2")


def test_sin_filas_el_ejecutado_es_0_y_lo_reportado_queda_vacio() -> None:
    dicho = cifras(rastrear(tablas(), MANIFIESTO, "2.1", AGOSTO))
    assert dicho["ejecutado"] == ("0", "ninguna fila cuenta hasta el corte: 0")
    assert dicho["avance_reportado_pct"] == (None, "vacío: ninguna fila cuenta")
    assert dicho["cumplimiento_pct"] == (None, "vacío: nada estaba programado")


def test_sin_meta_no_se_muestran_cifras_que_no_existen() -> None:
    assert set(cifras(rastrear(tablas(), MANIFIESTO, "1.2", AGOSTO))) == {"ejecutado", "estado"}


def test_una_cifra_publicada_que_las_filas_no_dan_se_senala() -> None:
    alteradas = tablas()
    fila = next(f for f in alteradas["indicadores_actividad"] if f["actividad_id"] == "1.1" and f["corte"] == AGOSTO)
    fila["avance_pct"] += Decimal("0.01")
    rastro = rastrear(alteradas, MANIFIESTO, "1.1", AGOSTO)
    assert not rastro["coinciden_todas"]
    assert [c["campo"] for c in rastro["cifras"] if not c["coincide"]] == ["avance_pct"]


@pytest.mark.parametrize(("que", "nivel", "partes"), [("1", "subcomponente", ["1.1", "1.3"]), ("Planeación", "dependencia", ["2.1"]), ("total", "total", ["1", "2"])])
def test_un_grupo_muestra_lo_que_entra_en_su_media(que: str, nivel: str, partes: list[str]) -> None:
    rastro = rastrear(tablas(), MANIFIESTO, que, AGOSTO)
    assert rastro["nivel"] == nivel
    assert [p["id"] for p in rastro["partes"]] == partes
    assert rastro["coinciden_todas"]


def test_la_media_se_escribe_con_sus_pesos_y_dice_lo_que_no_entra() -> None:
    dicho = cifras(rastrear(tablas(), MANIFIESTO, "1", AGOSTO))
    assert dicho["avance_pct"][1].startswith("(1 × 25 + 2,5 × 66,67) / (1 + 2,5); con los valores sin redondear, 191,666667 / 3,5")
    assert "sin valor, no entran: 2" in cifras(rastrear(tablas(), MANIFIESTO, "total", AGOSTO))["cumplimiento_pct"][1]


def test_una_fila_lleva_a_su_captura_y_a_las_que_la_repiten() -> None:
    rastro = rastrear(tablas(), MANIFIESTO, "noticias:b", FIN)
    assert rastro["fila"]["cuenta"] is True
    assert [(c["fuente"], c["origen"], c["sha256"]) for c in rastro["capturas"]] == [("noticias", "../noticias.csv", CAPTURA)]
    assert [f["avance_id"] for f in rastro["no_sustentan"]] == ["noticias:b~2"]
    repetida = rastrear(tablas(), MANIFIESTO, "noticias:b~2", FIN)
    assert repetida["sustentan"] == []
    assert repetida["no_sustentan"][0]["duplicado_de"] == "noticias:b"


def test_las_capturas_los_rechazos_y_los_hallazgos_son_solo_los_del_camino() -> None:
    rastro = rastrear(tablas(), MANIFIESTO, "1.1", FIN)
    assert [(c["fuente"], c["filas"]) for c in rastro["capturas"]] == [("noticias", 5)]
    assert [r["fuente"] for r in rastro["rechazos"]] == ["noticias"]
    assert [h["registro"] for h in rastro["hallazgos"]] == ["1.1"]
    assert rastro["plan"]["sha256"] == "b" * 64


@pytest.mark.parametrize(("que", "corte", "dice"), [("9.9", AGOSTO, "no tiene «9.9»"), ("1.1", date(2020, 5, 5), "2020-08-31, 2020-12-31")])
def test_lo_que_no_existe_se_niega_y_dice_que_hay(que: str, corte: date, dice: str) -> None:
    with pytest.raises(ErrorUso, match=dice):
        rastrear(tablas(), MANIFIESTO, que, corte)
