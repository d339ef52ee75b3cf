"""Las reglas del ciclo se pueden cambiar en el TOML de la entidad, y lo que no sirve se explica."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rendicion.ciclo import autodiagnostico, calendario, cronograma, encuestas
from rendicion.entidad import entidad_desde
from rendicion.errores import ErrorUso
from rendicion.reglas_ciclo import REGLAS, ReglasDelCiclo, reglas_desde

BASE = {"codigo": "13001", "nombre": "Ejemplo", "vigencias": [{"anio": 2020, "plan": "p.txt", "fuentes": "f"}]}


def _entidad(**vigencia: Any) -> Any:
    return entidad_desde({**BASE, "vigencias": [{"anio": 2020, "plan": "p.txt", "fuentes": "f", **vigencia}]}, donde="e.toml").vigencias[0]


def test_sin_declararlas_valen_las_de_fabrica_que_usa_todo_el_ciclo() -> None:
    assert _entidad().ciclo == REGLAS == ReglasDelCiclo()
    assert (REGLAS.k_encuestas, REGLAS.dias_respuesta, REGLAS.dias_publicacion, REGLAS.dias_aviso) == (5, 15, 10, 15)
    assert (encuestas.K, calendario.DIAS_PARA_RESPONDER, calendario.DIAS_PARA_PUBLICAR, cronograma.DIAS_AVISO) == (5, 15, 10, 15)
    assert (autodiagnostico.UMBRALES.consolidacion, autodiagnostico.UMBRALES.perfeccionamiento) == (REGLAS.umbral_consolidacion, REGLAS.umbral_perfeccionamiento) == (50, 80)


def test_lo_declarado_llega_a_las_reglas_con_su_tipo() -> None:
    ciclo = _entidad(
        ciclo={
            "k_encuestas": 10, "respuesta_habiles": False, "dias_respuesta": 30, "umbral_consolidacion": 40.5, "umbral_perfeccionamiento": 90,
            "umbral_fuente": "Circular de ejemplo", "responsable_seguimiento": "Control Interno",
            "seguimientos": [{"corte": date(2020, 4, 30), "publicado": date(2020, 5, 20), "url": "https://e.example/1"}],
        }
    ).ciclo  # fmt: skip
    assert (ciclo.k_encuestas, ciclo.respuesta_habiles, ciclo.umbral_consolidacion) == (10, False, Decimal("40.5"))
    assert ciclo.publicados(date(2020, 5, 19)) == ()
    assert ciclo.publicados(date(2020, 5, 20)) == (date(2020, 4, 30),)
    assert REGLAS.publicados(date(2020, 12, 31)) is None
    assert ciclo.declaradas()["umbral_consolidacion"] == "40.5"
    assert ciclo.declaradas()["seguimientos"] == [{"corte": "2020-04-30", "publicado": "2020-05-20", "url": "https://e.example/1"}]


@pytest.mark.parametrize(
    ("malas", "mensaje"),
    [
        ({"k": 5}, "claves que no existen: k"),
        ({"k_encuestas": 1}, "no protege a nadie"),
        ({"k_encuestas": True}, "no protege a nadie"),
        ({"dias_respuesta": 0}, "dias_respuesta = 0 no sirve"),
        ({"dias_publicacion": "diez"}, "dias_publicacion = diez no sirve"),
        ({"respuesta_habiles": "sí"}, "no es verdadero ni falso"),
        ({"umbral_consolidacion": "alto"}, "no es un número"),
        ({"umbral_consolidacion": 80, "umbral_perfeccionamiento": 50, "umbral_fuente": "x"}, "Los umbrales 80 y 50 no sirven"),
        ({"umbral_consolidacion": 60}, "no dicen de dónde salen"),
        ({"responsable_seguimiento": " "}, "responsable_seguimiento está vacío"),
        ({"seguimientos": [{"corte": date(2020, 4, 30)}]}, "el día en que se publicó"),
        ({"seguimientos": "2020-04-30"}, "no es una lista"),
    ],
)
def test_una_regla_que_no_sirve_se_explica_con_su_lugar(malas: dict[str, Any], mensaje: str) -> None:
    with pytest.raises(ErrorUso, match=mensaje) as error:
        reglas_desde(malas, donde="e.toml, [vigencias.ciclo]")
    assert "e.toml" in str(error.value)


def test_el_marco_solo_puede_ser_paac_o_ptep() -> None:
    assert [_entidad().marco, _entidad(marco="PTEP").marco] == ["PAAC", "PTEP"]
    with pytest.raises(ErrorUso, match="El marco «Otro» no existe"):
        _entidad(marco="Otro")


def test_un_seguimiento_tarde_o_de_otro_corte_es_un_hallazgo() -> None:
    cortes = (date(2020, 4, 30), date(2020, 8, 31), date(2020, 12, 31))
    dichos = [(cortes[0], date(2020, 5, 15)), (cortes[1], date(2020, 9, 15)), (date(2020, 6, 30), date(2020, 7, 1)), (cortes[2], date(2021, 2, 1))]
    reglas = reglas_desde({"seguimientos": [{"corte": c, "publicado": p} for c, p in dichos]}, donde="e.toml")
    hallados = cronograma.hallazgos(cortes, date(2020, 12, 31), reglas)
    assert [(h.registro, h.regla, h.literal, h.valor) for h in hallados] == [
        ("2020-08-31", "seguimiento_tarde", "2020-09-14", "2020-09-15"), ("2020-06-30", "seguimiento_de_otro_corte", None, None),
    ]  # fmt: skip
