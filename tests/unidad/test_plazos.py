"""Qué corte oficial toca publicar cada día."""

from __future__ import annotations

from datetime import date

from rendicion.entidad import Vigencia, cortes_oficiales
from rendicion.operacion.plazos import cortes_pendientes, habiles_entre

VIGENCIA = Vigencia(2020, "p.txt", "fuentes", cortes=cortes_oficiales(2020))
ABRIL, AGOSTO, DICIEMBRE = VIGENCIA.cortes


def _cortes(hoy: date, *publicados: date) -> list[tuple[date, bool]]:
    return [(p.corte, p.tarde) for p in cortes_pendientes(VIGENCIA, hoy, publicados)]


def test_un_corte_se_corre_desde_el_dia_siguiente_y_hasta_su_limite() -> None:
    assert _cortes(ABRIL) == []
    assert _cortes(date(2020, 5, 1)) == [(ABRIL, False)]
    assert _cortes(date(2020, 5, 15)) == [(ABRIL, False)]
    assert _cortes(date(2020, 5, 15), ABRIL) == [(ABRIL, False)]


def test_pasado_el_limite_solo_se_corre_lo_que_nunca_se_publico_y_se_dice_que_es_tarde() -> None:
    assert _cortes(date(2020, 5, 16)) == [(ABRIL, True)]
    assert _cortes(date(2020, 5, 16), ABRIL) == []
    (pendiente,) = cortes_pendientes(VIGENCIA, date(2020, 5, 16), ())
    assert "se publica tarde" in pendiente.explicado(date(2020, 5, 16))


def test_los_limites_de_2020_son_los_conocidos() -> None:
    limites = [p.limite for p in cortes_pendientes(VIGENCIA, date(2021, 12, 1), ())]
    assert limites == [date(2020, 5, 15), date(2020, 9, 14), date(2021, 1, 18)]


def test_los_cortes_atrasados_salen_del_mas_antiguo_al_mas_nuevo() -> None:
    assert _cortes(date(2021, 1, 4), ABRIL) == [(AGOSTO, True), (DICIEMBRE, False)]


def test_se_dice_cuantos_dias_habiles_quedan() -> None:
    assert habiles_entre(date(2020, 5, 14), date(2020, 5, 15)) == 1
    assert habiles_entre(date(2020, 5, 15), date(2020, 5, 15)) == 0
    (pendiente,) = cortes_pendientes(VIGENCIA, date(2020, 5, 14), ())
    assert pendiente.explicado(date(2020, 5, 14)).endswith("quedan: 1.")
