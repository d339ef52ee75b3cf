"""Qué cuenta y qué no: la ventana, el corte y cada cosa una sola vez."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rendicion.conteo import contar, diarios
from tests.unidad.muestras import FIN, INICIO, actividad, evidencia, plan

PLAN = plan(actividad("1.1"), actividad("1.2", inicio=date(2020, 1, 1), fin=date(2020, 12, 20)))


def contado(*filas: dict[str, Any], corte: date = FIN, url_identifica: tuple[str, ...] = ("noticias", "intranet")) -> dict[str, dict[str, Any]]:
    tabla = contar(evidencia(*filas), PLAN, corte, url_identifica)
    return {f["avance_id"]: f for f in tabla.to_pylist()}


def test_los_dos_extremos_de_la_ventana_cuentan() -> None:
    filas = contado({"registro": "a", "fecha": INICIO}, {"registro": "b", "fecha": FIN}, {"registro": "c", "fecha": date(2020, 2, 29)})
    assert [filas[f"noticias:{r}"]["cuenta"] for r in "abc"] == [True, True, False]
    assert filas["noticias:c"]["motivo"] == "fuera_de_ventana"


def test_cada_actividad_tiene_su_propia_ventana() -> None:
    filas = contado(
        {"registro": "a", "actividad_id": "1.2", "fecha": date(2020, 1, 1)}, {"registro": "b", "actividad_id": "1.2", "fecha": date(2020, 12, 21)}
    )
    assert filas["noticias:a"]["cuenta"]
    assert filas["noticias:b"]["motivo"] == "fuera_de_ventana"


def test_lo_posterior_al_corte_queda_pero_no_cuenta() -> None:
    filas = contado({"registro": "a", "fecha": date(2020, 5, 1)}, corte=date(2020, 4, 30))
    assert filas["noticias:a"]["motivo"] == "posterior_al_corte"


def test_un_registro_repetido_cuenta_una_vez_y_senala_al_que_cuenta() -> None:
    filas = contado({"registro": "7", "fecha": date(2020, 5, 2)}, {"registro": "7", "fecha": date(2020, 5, 1)})
    assert filas["noticias:7"]["fecha"] == date(2020, 5, 1)
    assert filas["noticias:7"]["cuenta"]
    assert filas["noticias:7~2"]["duplicado_de"] == "noticias:7"


def test_un_registro_que_termina_en_numero_no_se_confunde_con_la_repeticion_de_otro() -> None:
    filas = contado({"registro": "a"}, {"registro": "a", "fecha": date(2020, 5, 1)}, {"registro": "a~2"})
    assert set(filas) == {"noticias:a", "noticias:a~2", "noticias:a~2~1"}
    assert filas["noticias:a~2~1"]["cuenta"]


def test_la_misma_direccion_cuenta_una_vez_entre_fuentes_que_la_identifican() -> None:
    url = "https://ciudad.example/nota"
    filas = contado({"registro": "1", "url": url}, {"registro": "2", "fuente": "intranet", "url": url, "fecha": date(2020, 4, 2)}, {"registro": "3", "fuente": "redes", "url": url})
    assert filas["noticias:1"]["cuenta"]
    assert filas["intranet:2"]["duplicado_de"] == "noticias:1"
    assert filas["redes:3"]["cuenta"]


def test_la_misma_direccion_en_otra_actividad_no_es_duplicado() -> None:
    url = "https://ciudad.example/nota"
    filas = contado({"registro": "1", "url": url}, {"registro": "2", "url": url, "actividad_id": "1.2"})
    assert all(f["cuenta"] for f in filas.values())


def test_una_direccion_vacia_nunca_es_duplicado() -> None:
    assert all(f["cuenta"] for f in contado({"registro": "1"}, {"registro": "2"}).values())


def test_el_que_esta_fuera_de_la_ventana_no_le_quita_el_lugar_al_que_esta_dentro() -> None:
    filas = contado({"registro": "7", "fecha": date(2020, 1, 5)}, {"registro": "7", "fecha": date(2020, 5, 1)})
    assert filas["noticias:7"]["motivo"] == "fuera_de_ventana"
    assert filas["noticias:7~2"]["cuenta"]


def test_quien_repite_a_un_repetido_que_no_cuenta_si_puede_contar() -> None:
    url_a, url_b = "https://ciudad.example/a", "https://ciudad.example/b"
    filas = contado(
        {"registro": "1", "url": url_a, "fecha": date(2020, 4, 1)},
        {"registro": "1", "url": url_b, "fecha": date(2020, 4, 2)},
        {"registro": "2", "url": url_b, "fecha": date(2020, 4, 3)},
    )
    assert filas["noticias:1~2"]["duplicado_de"] == "noticias:1"
    assert filas["noticias:2"]["cuenta"]


def test_sin_evidencia_la_tabla_queda_vacia_y_con_sus_columnas() -> None:
    tabla = contar(evidencia(), PLAN, FIN, ())
    assert tabla.num_rows == 0
    assert "duplicado_de" in tabla.column_names
    assert diarios(tabla) == []


registro = st.fixed_dictionaries(
    {
        "fuente": st.sampled_from(["noticias", "intranet", "redes"]),
        "registro": st.sampled_from(["1", "2", "3"]),
        "actividad_id": st.sampled_from(["1.1", "1.2"]),
        "fecha": st.dates(date(2020, 1, 1), FIN),
        "cantidad": st.decimals(0, 50, places=4),
        "url": st.none() | st.sampled_from(["https://a.example", "https://b.example"]),
    }
)


@given(st.lists(registro, max_size=12), st.randoms(use_true_random=False), st.dates(INICIO, FIN))
def test_el_orden_de_llegada_no_cambia_la_tabla(filas: list[dict[str, Any]], azar: Any, corte: date) -> None:
    mezcladas = list(filas)
    azar.shuffle(mezcladas)
    uno, otro = (contar(evidencia(*f), PLAN, corte, ("noticias", "intranet")) for f in (filas, mezcladas))
    assert uno.equals(otro)


@given(st.lists(registro, max_size=12), st.dates(INICIO, FIN))
def test_lo_acumulado_es_la_suma_de_lo_que_cuenta(filas: list[dict[str, Any]], corte: date) -> None:
    tabla = contar(evidencia(*filas), PLAN, corte, ("noticias", "intranet"))
    cuentan = [f for f in tabla.to_pylist() if f["cuenta"]]
    assert sum((d.suma for d in diarios(tabla)), Decimal(0)) == sum((f["cantidad"] for f in cuentan), Decimal(0))
    assert sum(d.registros for d in diarios(tabla)) == len(cuentan)
    claves = [(f["actividad_id"], f["fuente"], f["registro"]) for f in cuentan]
    assert len(claves) == len(set(claves))
    direcciones = [(f["actividad_id"], f["url"]) for f in cuentan if f["url"] and f["fuente"] != "redes"]
    assert len(direcciones) == len(set(direcciones))
    assert all((f["motivo"] is None) == f["cuenta"] for f in tabla.to_pylist())
