"""Los criterios de calidad: se miden donde hay con qué, y lo demás queda sin valor y con su motivo."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from esquemas import PUBLICAS
from esquemas.arrow import tabla_arrow
from rendicion.calidad import calidad
from rendicion.conteo import contar
from rendicion.fuente import Fuente
from rendicion.lectura import COLUMNAS_LECTURA, Lectura
from rendicion.plan import filas_del_plan
from tests.unidad.muestras import CAPTURA, actividad, evidencia, plan

CRITERIOS = [
    "accesibilidad", "actualidad", "completitud", "comprensibilidad", "confidencialidad", "conformidad", "consistencia", "credibilidad", "disponibilidad",
    "eficiencia", "exactitud", "portabilidad", "precisión", "recuperabilidad", "relevancia", "trazabilidad", "unicidad",
]  # fmt: skip
NO_MEDIBLES = {"accesibilidad", "credibilidad", "disponibilidad", "eficiencia", "exactitud", "recuperabilidad", "relevancia"}
CORTE = date(2020, 8, 31)
PLAN = plan(actividad("1.1", meta_texto="Diez", unidad="noticias"), actividad("1.2", None, meta_texto="Cuando se pueda"), actividad("1.3", None))


def lectura(fuente: str = "noticias", frecuencia: str | None = "R/P1M", huella: str = CAPTURA) -> Lectura:
    declarada = Fuente(id=fuente, tipo="csv", lugar="x", dependencia="Prensa", columnas={}, frecuencia=frecuencia)
    return Lectura(declarada, huella, "x.csv", pa.table({c: pa.array([], pa.string()) for c in COLUMNAS_LECTURA}))


def medido(*filas: dict[str, Any], reglas: tuple[dict[str, Any], ...] = (), lecturas: tuple[Lectura, ...] = (), **otras: list[dict[str, Any]]) -> dict[str, Any]:
    avances = contar(evidencia(*filas), PLAN, CORTE, ())
    contenido: dict[str, Any] = {"plan": filas_del_plan(PLAN)} | otras
    tablas = {n: avances if n == "avances" else tabla_arrow(t, contenido.get(n, ())) for n, t in PUBLICAS.items()}
    return {c["criterio"]: c for c in calidad(tablas, reglas, CORTE, lecturas or (lectura(),))}


def regla(nombre: str, revisadas: int, faltas: int, estado: str = "cumple") -> dict[str, Any]:
    return {"regla": nombre, "revisadas": revisadas, "faltas": faltas, "estado": estado}


def test_estan_los_17_criterios_en_orden_y_cada_uno_con_su_formula() -> None:
    medidas = medido({"registro": "a"})
    assert list(medidas) == CRITERIOS
    assert all(c["formula"] and set(c) == {"criterio", "formula", "valor", "motivo"} for c in medidas.values())


def test_lo_que_no_se_puede_medir_no_tiene_valor_y_dice_por_que() -> None:
    medidas = medido({"registro": "a"})
    assert {c for c in CRITERIOS if medidas[c]["valor"] is None} >= NO_MEDIBLES
    assert all(m["motivo"].startswith("No medible: ") for m in medidas.values() if m["valor"] is None)
    assert all(0 <= m["valor"] <= 100 for m in medidas.values() if m["valor"] is not None)


def test_sin_evidencia_nada_vale_cero_ni_cien() -> None:
    medidas = medido()
    for criterio in ("unicidad", "trazabilidad", "conformidad", "consistencia", "completitud", "confidencialidad"):
        assert medidas[criterio]["valor"] is None, criterio


def test_la_unicidad_baja_con_cada_repetido() -> None:
    assert medido({"registro": "a"}, {"registro": "a"}, {"registro": "b"})["unicidad"]["valor"] == 66.66


def test_100_quiere_decir_todo_y_no_sale_de_redondear() -> None:
    casi = regla("obligatorio", 100_000, 1, "no_cumple")
    assert medido({"registro": "a"}, reglas=(casi,))["conformidad"]["valor"] == 99.99


def test_una_regla_que_no_corrio_no_da_ni_quita_y_se_dice() -> None:
    medidas = medido({"registro": "a"}, reglas=(regla("clave_unica", 10, 1, "no_cumple"), regla("clave_unica", 0, 0, "no_corrio"), regla("clave_unica", 9, 9, "no_corrio")))
    assert medidas["consistencia"]["valor"] == 90.0
    assert medidas["consistencia"]["motivo"].endswith("no entran: 2.")
    assert medidas["conformidad"]["valor"] is None


def test_la_precision_mide_las_metas_que_son_cantidad_con_unidad() -> None:
    assert medido({"registro": "a"})["precisión"]["valor"] == 50.0


def test_la_trazabilidad_exige_la_captura_de_su_fuente() -> None:
    filas = ({"registro": "a"}, {"registro": "b", "fuente": "libro"})
    assert medido(*filas, lecturas=(lectura(), lectura("libro", huella="f" * 64)))["trazabilidad"]["valor"] == 50.0


@pytest.mark.parametrize(
    ("frecuencia", "dia", "valor"),
    [
        ("R/P1M", date(2020, 8, 1), 100.0),
        ("R/P1M", date(2020, 7, 31), 0.0),
        ("R/P1W", date(2020, 8, 25), 100.0),
        ("R/P1W", date(2020, 8, 24), 0.0),
        ("R/P1Y", date(2020, 3, 1), 100.0),
        ("R/P1M", date(2020, 9, 1), 0.0),
        (None, date(2020, 8, 31), None),
        ("cada tanto", date(2020, 8, 31), None),
    ],
)
def test_una_fuente_esta_al_dia_si_reporto_en_su_ultimo_periodo(frecuencia: str | None, dia: date, valor: float | None) -> None:
    assert medido({"registro": "a", "fecha": dia}, lecturas=(lectura(frecuencia=frecuencia),))["actualidad"]["valor"] == valor


def test_la_completitud_mide_las_tablas_de_50_filas_y_declara_las_menores() -> None:
    filas = [{"registro": str(i), "cantidad": Decimal(1)} for i in range(50)]
    completitud = medido(*filas)["completitud"]
    assert completitud["valor"] == 85.71  # de 14 columnas, url y canal van vacías
    assert "no entran: plan" in completitud["motivo"]
    assert medido(*filas[:49])["completitud"]["valor"] is None


def test_un_correo_publicado_baja_la_confidencialidad() -> None:
    medidas = medido({"registro": "a", "titulo": "Escriba a persona@correo.example"}, {"registro": "b", "titulo": "Otra"})
    assert medidas["confidencialidad"]["valor"] == 50.0


def test_el_resultado_va_a_json_siempre_igual() -> None:
    uno, otro = (json.dumps(medido({"registro": "a"}, {"registro": "a"}, {"registro": "b"})) for _ in range(2))
    assert uno == otro
    assert '"valor": 66.66' in uno
