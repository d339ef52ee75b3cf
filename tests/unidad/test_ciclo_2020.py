"""El 2020 sintético completo, visto en sus tres cortes: lo esperado se sacó a mano de la receta. DATOS SINTÉTICOS."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rendicion import fuentes
from rendicion.almacen.referencia import fuentes as declaradas
from rendicion.ciclo import cifras, registros
from rendicion.entidad import cortes_oficiales
from rendicion.medicion import filas_de_hallazgos
from rendicion.reglas_ciclo import REGLAS
from tests.unidad.test_encuestas import _descubiertas

EJEMPLOS = Path(__file__).resolve().parents[2] / "datos" / "ejemplos" / "13001-2020" / "fuentes"
CORTES = cortes_oficiales(2020)


@pytest.fixture(scope="module")
def leidos() -> list[registros.Registros]:
    salida = []
    for f in declaradas(EJEMPLOS):
        if f.fuente.tabla != "avances":
            bruto = fuentes.extraer(f.fuente, f.carpeta)
            salida.append(registros.convertir(fuentes.interpretar(bruto.contenido, f.fuente, "a" * 64, bruto.origen)))
    return salida


@pytest.fixture(scope="module")
def en_corte(leidos: list[registros.Registros]) -> dict[date, registros.Publicado]:
    return {c: registros.publicar(leidos, c) for c in CORTES}


def test_en_abril_todavia_no_hay_audiencias(en_corte: dict[date, registros.Publicado]) -> None:
    assert not any(en_corte[CORTES[0]].tablas.values())


def test_en_agosto_esta_la_primera_audiencia_y_al_cierre_las_dos(en_corte: dict[date, registros.Publicado]) -> None:
    espacios = [{f["espacio"] for f in en_corte[c].tablas["compromisos"]} for c in CORTES]
    assert espacios == [set(), {"Primera audiencia de ejemplo"}, {"Primera audiencia de ejemplo", "Segunda audiencia de ejemplo"}]
    encuestas = [{f["espacio"] for f in en_corte[c].tablas["encuestas"]} for c in CORTES]
    assert [len(e) for e in encuestas] == [0, 2, 4]


@pytest.mark.parametrize(
    ("corte", "esperados"),
    [
        (CORTES[1], {"C-01": "cumplido", "C-02": "cumplido", "C-03": "cumplido_tarde", "C-04": "pendiente", "C-05": "pendiente", "C-06": "sin_plazo"}),
        (
            CORTES[2],
            {
                "C-01": "cumplido", "C-02": "cumplido", "C-03": "cumplido_tarde", "C-04": "vencido", "C-05": "vencido", "C-06": "sin_plazo", "C-07": "cumplido",
                "C-08": "cumplido_tarde", "C-09": "vencido", "C-10": "pendiente", "C-11": "pendiente", "C-12": "cumplido",
            },
        ),
    ],
)  # fmt: skip
def test_cada_compromiso_esta_en_cada_corte_como_se_penso(en_corte: dict[date, registros.Publicado], corte: date, esperados: dict[str, str]) -> None:
    assert {f["compromiso_id"]: f["estado"] for f in en_corte[corte].tablas["compromisos"]} == esperados


def test_la_historia_de_los_plazos_crece_de_un_corte_a_otro(en_corte: dict[date, registros.Publicado]) -> None:
    historia = [[(h.registro, h.campo, h.regla) for h in en_corte[c].hallazgos if h.campo.startswith("plazo (")] for c in CORTES]
    assert historia == [
        [], [("C-05", "plazo (1)", "plazo_cambiado")],
        [("C-05", "plazo (1)", "plazo_cambiado"), ("C-12", "plazo (1)", "plazo_cambiado"), ("C-12", "plazo (2)", "plazo_cambiado_vencido")],
    ]  # fmt: skip
    plazos = {f["compromiso_id"]: (f["plazo"], f["dias_retraso"]) for f in en_corte[CORTES[2]].tablas["compromisos"]}
    assert (plazos["C-05"], plazos["C-12"]) == ((date(2020, 10, 15), 77), (date(2020, 12, 20), 0))


def test_decir_cumplido_con_menos_del_cien_por_ciento_es_un_hallazgo_grave(en_corte: dict[date, registros.Publicado]) -> None:
    for corte in CORTES[1:]:
        graves = [(h.registro, h.literal, h.valor, h.gravedad) for h in en_corte[corte].hallazgos if h.regla == "cumplido_con_porcentaje_menor"]
        assert graves == [("C-04", "Cumplido", "80 %", "grave")]


def test_hay_preguntas_a_tiempo_tarde_vencidas_y_en_plazo(en_corte: dict[date, registros.Publicado]) -> None:
    casos = Counter((f["fecha_respuesta"] is not None, f["a_tiempo"]) for f in en_corte[CORTES[2]].tablas["dialogo"])
    assert set(casos) == {(True, True), (True, False), (False, False), (False, None)}


def test_resolver_las_encuestas_publicadas_no_descubre_ninguna_cifra_pequena(leidos: list[registros.Registros], en_corte: dict[date, registros.Publicado]) -> None:
    personas = [r for reg in leidos for v in reg.valores if isinstance(v, registros.Respuestas) for r in v.respuestas if r.consiente]
    filas = en_corte[CORTES[2]].tablas["encuestas"]
    assert any(f["suprimida"] for f in filas)
    for espacio, pregunta in sorted({(str(f["espacio"]), str(f["pregunta"])) for f in filas}):
        suyas = [f for f in filas if (f["espacio"], f["pregunta"]) == (espacio, pregunta)]
        reales = tuple(sum((r.espacio, r.pregunta, r.opcion) == (espacio, pregunta, f["opcion"]) for r in personas) for f in suyas)
        publicado: Any = {espacio: (suyas[0]["base"], tuple(f["respuestas"] for f in suyas))}
        assert sum(reales) == suyas[0]["base"]
        assert _descubiertas(publicado, {espacio: reales}, REGLAS.k_encuestas) == []


def test_las_cifras_del_ciclo_dicen_lo_que_se_penso(en_corte: dict[date, registros.Publicado]) -> None:
    publicado = en_corte[CORTES[2]]
    tablas = {**publicado.tablas, "cronograma": [], "hallazgos": filas_de_hallazgos(publicado.hallazgos)}
    c = cifras.cifras(tablas, CORTES[2], REGLAS)
    compromisos = c["compromisos"]
    assert (compromisos["cumplimiento_numerador"], compromisos["cumplimiento_denominador"], compromisos["cumplimiento_pct"]) == (6, 12, "50.00")
    assert (compromisos["puntualidad_numerador"], compromisos["puntualidad_denominador"], compromisos["puntualidad_pct"]) == (4, 9, "44.44")
    # Media de medias: A1 = 71,25 y A2 = 0, así que A = 35,625; B1 = 71,666… y B2 = 55, así que B = 63,333…; total 49,479…
    assert (c["autodiagnostico"]["puntaje"], c["autodiagnostico"]["nivel"], c["autodiagnostico"]["brecha_siguiente"]) == ("49.48", "inicial", "0.52")
    assert c["encuestas"]["encuestas"] == 4
