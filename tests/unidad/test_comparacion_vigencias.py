"""Dos años lado a lado: se empareja lo que es igual o lo que alguien declaró igual, y nada más."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rendicion.comparacion_vigencias import comparar_vigencias, equivalencias_desde
from rendicion.errores import ErrorUso

D = Decimal


def actividad(numero: str, texto: str, cumplimiento: str | None, *, unidad: str = "boletines", meta: str = "10", ejecutado: str = "5") -> dict[str, Any]:
    return {
        "plan": {"actividad_id": numero, "actividad": texto, "unidad": unidad, "agregacion": "suma"},
        "medida": {
            "actividad_id": numero,
            "corte": "c",
            "meta": D(meta),
            "ejecutado": D(ejecutado),
            "avance_pct": D(50),
            "cumplimiento_pct": None if cumplimiento is None else D(cumplimiento),
        },
    }


def anio(*actividades: dict[str, Any]) -> dict[str, Any]:
    return {
        "plan": [a["plan"] for a in actividades],
        "indicadores_actividad": [a["medida"] for a in actividades],
        "indicadores_total": [{"corte": "c", "avance_pct": D(50), "cumplimiento_pct": D(60)}],
    }


def comparar(antes: dict[str, Any], ahora: dict[str, Any], *iguales: tuple[str, str]) -> dict[str, Any]:
    declaradas = equivalencias_desde({"actividad": [{"antes": a, "ahora": b, "motivo": "Cambió el nombre"} for a, b in iguales]}, donde="e.toml")
    return comparar_vigencias(antes, ahora, ("c", "c"), declaradas)


def parejas(c: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["antes"], f["ahora"]) for f in c["actividades"]]


def test_el_mismo_texto_con_otro_anio_otras_tildes_y_otra_puntuacion_es_la_misma_actividad():
    c = comparar(anio(actividad("1.1", "Publicar el Plan de Acción 2020.", "80")), anio(actividad("2.3", "publicar el plan de accion, 2021", "90.5")))
    assert parejas(c) == [("1.1", "2.3")]
    assert c["actividades"][0]["cumplimiento_pct"] == {"antes": D(80), "ahora": D("90.5"), "diferencia": D("10.5")}
    assert c["sin_pareja"] == {"antes": [], "ahora": []}


def test_un_texto_parecido_no_se_empareja():
    c = comparar(anio(actividad("1.1", "Realizar 4 foros", "80")), anio(actividad("1.1", "Realizar 5 foros", "90")))
    assert parejas(c) == []
    assert c["sin_pareja"]["antes"] == [{"actividad_id": "1.1", "actividad": "Realizar 4 foros"}]


def test_un_texto_repetido_en_un_anio_no_se_empareja_porque_no_se_sabe_con_cual():
    repetido = anio(actividad("1.1", "Foros", "80"), actividad("1.2", "Foros", "70"))
    assert parejas(comparar(repetido, anio(actividad("1.1", "Foros", "90")))) == []
    assert parejas(comparar(anio(actividad("1.1", "Foros", "90")), repetido)) == []


def test_una_persona_puede_declarar_que_dos_son_la_misma_y_queda_su_motivo():
    c = comparar(anio(actividad("1.1", "Foros", "80"), actividad("1.2", "Ferias", "1")), anio(actividad("1.1", "Ferias", "3"), actividad("1.2", "Encuentros", "90")), ("1.1", "1.2"))
    assert parejas(c) == [("1.2", "1.1"), ("1.1", "1.2")]
    assert c["actividades"][1]["porque"] == "Declarada: Cambió el nombre"


def test_sin_dato_en_un_anio_no_hay_diferencia_y_no_se_vuelve_cero():
    c = comparar(anio(actividad("1.1", "Foros", None)), anio(actividad("1.1", "Foros", "0")))
    assert c["actividades"][0]["cumplimiento_pct"] == {"antes": None, "ahora": D(0), "diferencia": None}


def test_si_la_unidad_cambia_no_se_comparan_las_cantidades():
    c = comparar(anio(actividad("1.1", "Foros", "80", unidad="foros")), anio(actividad("1.1", "Foros", "80", unidad="asistentes")))
    assert (c["actividades"][0]["misma_unidad"], c["actividades"][0]["meta"], c["actividades"][0]["ejecutado"]) == (False, None, None)


@pytest.mark.parametrize(
    "datos",
    [
        {"actividad": [{"antes": "1.1", "ahora": "1.2"}]},
        {"actividad": [{"antes": "1.1", "ahora": "1.2", "motivo": ""}]},
        {"otra": []},
        {"actividad": [{"antes": "1.1", "ahora": "1.2", "motivo": "x"}, {"antes": "1.1", "ahora": "1.3", "motivo": "y"}]},
    ],
)
def test_unas_equivalencias_mal_escritas_se_rechazan(datos: dict[str, Any]):
    with pytest.raises(ErrorUso):
        equivalencias_desde(datos, donde="e.toml")


def test_una_equivalencia_con_una_actividad_que_no_esta_se_rechaza():
    with pytest.raises(ErrorUso, match=r"9\.9"):
        comparar(anio(actividad("1.1", "Foros", "1")), anio(actividad("1.1", "Ferias", "1")), ("9.9", "1.1"))
