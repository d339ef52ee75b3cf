"""Cada cambio frente a la entrega anterior queda dicho, con su motivo o sin él."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from esquemas import TABLAS
from rendicion.correcciones import COMPARADAS, SIN_MOTIVO, comparar, motivos_desde
from rendicion.errores import ErrorUso


def fila(tabla: str, **valores: Any) -> dict[str, Any]:
    return dict.fromkeys(TABLAS[tabla].nombres) | valores


def avance(numero: str, **valores: Any) -> dict[str, Any]:
    return fila("avances", avance_id=numero, cantidad=Decimal(1), **valores)


def test_lo_igual_no_es_una_correccion() -> None:
    assert comparar({"avances": [avance("a")]}, {"avances": [avance("a")]}) == []


def test_se_dice_lo_agregado_lo_quitado_y_lo_cambiado() -> None:
    antes = {"avances": [avance("a", titulo="Uno"), avance("b")]}
    despues = {"avances": [avance("a", titulo="Otro"), avance("c")]}
    cambios = {(c["clave"], c["campo"]): (c["antes"], c["despues"]) for c in comparar(antes, despues)}
    assert cambios[("a", "titulo")] == ("Uno", "Otro")
    assert cambios[("b", "(fila)")][1] is None
    assert cambios[("c", "(fila)")][0] is None
    assert '"avance_id": "c"' in str(cambios[("c", "(fila)")][1])
    assert len(cambios) == 3


def test_pasar_de_vacio_a_cero_es_un_cambio() -> None:
    (cambio,) = comparar({"avances": [avance("a") | {"cantidad": None}]}, {"avances": [avance("a") | {"cantidad": Decimal(0)}]})
    assert (cambio["antes"], cambio["despues"]) == (None, "0")


def test_sin_motivo_declarado_se_dice() -> None:
    (cambio,) = comparar({"avances": [avance("a")]}, {"avances": []})
    assert (cambio["motivo"], cambio["autor"], cambio["fecha"]) == (SIN_MOTIVO, None, None)


def test_el_motivo_declarado_acompana_al_cambio() -> None:
    datos = {"motivo": [{"tabla": "avances", "clave": "noticias:*", "motivo": "Se borró de la web", "autor": "Prensa", "fecha": date(2021, 1, 5)}]}
    cambios = comparar({"avances": [avance("noticias:1"), avance("redes:1")]}, {}, motivos_desde(datos, donde="m.toml"))
    assert {c["clave"]: c["motivo"] for c in cambios} == {"noticias:1": "Se borró de la web", "redes:1": SIN_MOTIVO}


def test_un_motivo_sin_autor_no_se_acepta() -> None:
    with pytest.raises(ErrorUso, match="autor"):
        motivos_desde({"motivo": [{"tabla": "plan", "motivo": "x", "fecha": date(2021, 1, 5)}]}, donde="m.toml")


def test_se_compara_el_plan_los_avances_y_todos_los_indicadores() -> None:
    assert set(COMPARADAS) == {"plan", "avances", *(t for t in TABLAS if t.startswith("indicadores_"))}


def test_los_valores_se_escriben_como_en_las_tablas_publicadas() -> None:
    antes = fila("indicadores_actividad", ejecutado=Decimal("900.0000"), avance_pct=Decimal("90.00"))
    despues = fila("indicadores_actividad", ejecutado=Decimal("2.5000"), avance_pct=Decimal("66.60"))
    cambios = {c["campo"]: (c["antes"], c["despues"]) for c in comparar({"indicadores_actividad": [antes]}, {"indicadores_actividad": [despues]})}
    assert cambios == {"ejecutado": ("900", "2.5"), "avance_pct": ("90.00", "66.60")}
