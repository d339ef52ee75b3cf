"""El informe de validación: lo que no corrió nunca es verde."""

from __future__ import annotations

import copy
import re

import pytest

from rendicion import informe
from tests.unidad import muestras_informe as muestras
from tests.unidad.lector_informe import Nodo, leer

TABLAS = muestras.tablas()


def _pagina(**cambios: object) -> Nodo:
    resultados = copy.deepcopy(muestras.resultados())
    reglas = resultados["reglas"]
    assert isinstance(reglas, list)
    reglas[1].update(cambios)
    return leer(informe.pagina_validacion(resultados, TABLAS, muestras.ficha()))[0]


def _fila(raiz: Nodo, texto: str) -> Nodo:
    return next(f for f in raiz.todos("tr") if texto in f.texto)


def _clases(fila: Nodo) -> frozenset[str]:
    return next(n.clases() for n in fila.todos("b") if "insignia" in n.clases())


def test_cada_estado_se_cuenta_por_sus_reglas() -> None:
    texto = re.sub(r"\s+", " ", next(n for n in _pagina().todos("section") if n.atributos["id"] == "cuentas").texto)
    for cuenta in ("Cumple 2", "No cumple 1", "No se pudo revisar 1", "Sin filas que revisar 1"):
        assert cuenta in texto


@pytest.mark.parametrize(
    "cambios", [{"estado": "no_corrio"}, {"estado": "no_corrio", "reventada": False, "revisadas": 0}, {"estado": "algo_nuevo"}, {"estado": "cumple", "revisadas": 0}, {"estado": "cumple", "faltas": 3}, {"estado": "no_cumple", "faltas": 0}, {"estado": ""}]
)
def test_solo_es_verde_la_regla_que_reviso_filas_y_no_hallo_faltas(cambios: dict[str, object]) -> None:
    assert "bien" not in _clases(_fila(_pagina(**cambios), "cantidad_positiva"))
    assert "bien" in _clases(_fila(_pagina(), "cantidad_positiva"))


def test_una_regla_que_no_corrio_no_dice_cero_faltas() -> None:
    celdas = [c.texto for c in _fila(_pagina(), "pregunta_sin_cedula").todos("td")]
    assert celdas[1:3] == ["sin dato", "sin dato"]


def test_una_regla_que_no_tuvo_que_revisar_no_es_verde_ni_hay_que_atenderla() -> None:
    raiz = _pagina(estado="no_corrio", reventada=False, revisadas=0)
    fila = _fila(raiz, "cantidad_positiva")
    assert "neutro" in _clases(fila)
    assert [c.texto for c in fila.todos("td")][1:3] == ["0", "sin dato"]
    assert [a for a in raiz.todos("article") if "cantidad_positiva" in a.texto] == []
    assert [a for a in _pagina(estado="no_corrio", reventada=True).todos("article") if "cantidad_positiva" in a.texto] != []


def test_las_reglas_por_atender_van_primero_y_llevan_a_su_detalle() -> None:
    raiz = _pagina()
    lista = next(n for n in raiz.todos("ul") if "cortas" in n.clases())
    destinos = [a.atributos["href"][1:] for a in lista.todos("a")]
    assert len(destinos) == 2
    assert set(destinos) == {n.atributos["id"] for n in raiz.todos("article")}


def test_el_ejemplo_de_una_falta_dice_donde_esta_y_como_se_corrige() -> None:
    texto = next(n for n in _pagina().todos("article")).texto
    for dato in ("noticias.csv, fila 12", "<script>alert(1)</script>", "No es una fecha.", "Escriba AAAA-MM-DD."):
        assert dato in texto


@pytest.mark.parametrize(
    ("reglas", "titulo"),
    [([], "No corrió ninguna regla: estos datos están sin revisar"), ([1, 2], "Ninguna de las 2 reglas encontró faltas"), ([1, 3], "1 regla no se pudo revisar, de 2"), ([0, 1], "1 regla no se cumple, de 2")],
)
def test_el_titulo_dice_lo_que_se_encontro(reglas: list[int], titulo: str) -> None:
    todas = muestras.resultados()["reglas"]
    assert isinstance(todas, list)
    pagina = informe.pagina_validacion({"reglas": [todas[i] for i in reglas], "conciliacion": []}, TABLAS, muestras.ficha())
    assert leer(pagina)[0].todos("h1")[0].texto == titulo


def test_doscientas_reglas_caben_en_300_kb() -> None:
    regla = muestras.resultados()["reglas"][1]  # type: ignore[index]
    pagina = informe.pagina_validacion({"reglas": [regla] * 200, "conciliacion": []}, TABLAS, muestras.ficha())
    assert len(pagina.encode()) < 300_000
