"""Las fórmulas sobre el plan real de 2020, con las cuentas hechas a mano al lado."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from rendicion import indicadores as ind
from rendicion.indicadores import Diario
from rendicion.plan import Plan
from tests.unidad.muestras_plan import plan_real

ABRIL, AGOSTO, DICIEMBRE = date(2020, 4, 30), date(2020, 8, 31), date(2020, 12, 31)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_real()[0]


def medida(plan: Plan, numero: str, corte: date, *hechos: tuple[date, int]) -> ind.IndicadorActividad:
    dias = [Diario(numero, f, Decimal(c), Decimal(c), 1) for f, c in hechos]
    return ind.indicador_actividad(plan.actividad(numero), corte, dias)


def test_novecientas_noticias_en_linea_recta_desde_enero(plan: Plan) -> None:
    # 1.4: 900 publicaciones del 1 de enero al 20 de diciembre: 355 días. Al 30 de abril han corrido 31+29+31+30 = 121.
    m = medida(plan, "1.4", ABRIL, (date(2020, 3, 1), 230))
    assert m.programado == Fraction(900 * 121, 355)
    assert str(ind.redondear(m.programado, 4)) == "306.7606"
    # 230 de 900 es 25,56 %. 230 sobre 306,7606 es 74,98 %: falta, y está en zona media.
    assert str(ind.redondear(m.avance, 2)) == "25.56"
    assert str(ind.redondear(m.cumplimiento, 2)) == "74.98"
    assert (m.estado, m.zona) == ("atrasada", "media")


def test_dos_audiencias_una_en_junio_y_otra_en_octubre(plan: Plan) -> None:
    # 2.1: dos hitos. Al 31 de agosto se esperaba una; se hizo una.
    m = medida(plan, "2.1", AGOSTO, (date(2020, 6, 20), 1))
    assert (m.programado, m.cumplimiento, m.avance, m.estado) == (1, 100, 50, "en_ejecucion")
    assert medida(plan, "2.1", date(2020, 6, 29)).programado == 0
    assert medida(plan, "2.1", DICIEMBRE, (date(2020, 6, 20), 1)).estado == "vencida"


def test_publicar_el_plan_de_desarrollo_se_programa_al_final(plan: Plan) -> None:
    # 1.1: la meta es 1, así que nada se programa antes del 31 de diciembre.
    assert medida(plan, "1.1", AGOSTO).cumplimiento is None
    assert medida(plan, "1.1", AGOSTO).estado == "no_iniciada"
    assert medida(plan, "1.1", AGOSTO, (date(2020, 6, 15), 1)).estado == "cumplida"


def test_cuarenta_pantallas_en_los_306_dias_del_plan(plan: Plan) -> None:
    # 1.6: 40 publicaciones del 1 de marzo al 31 de diciembre: 306 días. Al 31 de agosto han corrido 184: 24,0523.
    m = medida(plan, "1.6", AGOSTO, (date(2020, 8, 1), 24))
    assert str(ind.redondear(m.programado, 4)) == "24.0523"
    assert str(ind.redondear(m.cumplimiento, 2)) == "99.78"


def test_el_total_pesa_igual_los_cuatro_subcomponentes(plan: Plan) -> None:
    # Solo se hizo lo de 4.1 (4 de 4). Los subcomponentes quedan en 0, 0, 0 y 100: el total es 25, no 1/16.
    hecho = {"4.1": [Diario("4.1", date(2020, 7, 1), Decimal(4), Decimal(4), 4)]}
    total = ind.medir(plan, hecho, DICIEMBRE).total
    assert total.avance.valor == 25
    assert (total.con_meta, total.con_reporte) == (16, 1)
    assert total.reportado.valor == 100


def test_la_oficina_que_comparte_responde_completa(plan: Plan) -> None:
    # 1.1 es de «Secretaria de Planeación/ Informática»: cada una responde por toda la actividad.
    hecho = {"1.1": [Diario("1.1", date(2020, 7, 1), Decimal(1), Decimal(1), 1)]}
    dependencias = dict(ind.medir(plan, hecho, DICIEMBRE).dependencias)
    assert dependencias["Informática"].con_meta == 2
    assert dependencias["Informática"].avance.valor == 50
    assert dependencias["Secretaria de Planeación"].avance.valor == Fraction(100, 3)
