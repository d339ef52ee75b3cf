"""El verificador y las fuentes de otras tablas: no dan avances, y aun así nada suyo se puede perder. DATOS SINTÉTICOS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unidad.test_verificador import FORMATO, NOTICIAS, Taller, malas, mirar

PREGUNTAS = "9" * 64


@pytest.fixture
def taller(tmp_path: Path) -> Taller:
    hecho = Taller(tmp_path / "13001-2020-20200831-001")
    hecho.tablas["conciliacion"].append(["preguntas", "3", "2", "1", "2", "0"])
    hecho.tablas["rechazos"].append(["preguntas", PREGUNTAS, "Q-3", "fecha", "", "fecha_ausente", "No tiene fecha.", "Escríbala.", ""])
    _anunciar(hecho, preguntas="dialogo")
    return hecho


def _anunciar(taller: Taller, **tablas: str) -> None:
    capturas = {"formato": FORMATO, "noticias": NOTICIAS, "posts": NOTICIAS, "preguntas": PREGUNTAS}
    taller.cambios["capturas"] = [
        {"fuente": f, "origen": "prueba", "sha256": s, "bytes": 10, "tabla": tablas.get(f, "avances"), "url_identifica": f in {"noticias", "posts"}} for f, s in capturas.items()
    ]


def test_una_fuente_de_otra_tabla_no_necesita_avances(taller: Taller) -> None:
    assert malas(mirar(taller.escribir())) == set()


@pytest.mark.parametrize(("columna", "valor"), [("recibidos", "4"), ("rechazados", "0"), ("no_cuentan", "1")])
def test_sus_cuentas_tambien_tienen_que_cuadrar(taller: Taller, columna: str, valor: str) -> None:
    taller.celda("conciliacion", "preguntas", columna, valor)
    assert malas(mirar(taller.escribir())) == {"conciliacion"}


def test_un_rechazo_suyo_no_se_puede_esconder(taller: Taller) -> None:
    taller.tablas["rechazos"].pop()
    assert malas(mirar(taller.escribir())) == {"conciliacion"}


def test_decir_que_una_fuente_de_avances_es_de_otra_tabla_no_sirve_para_esconder_avances(taller: Taller) -> None:
    _anunciar(taller, preguntas="dialogo", formato="compromisos")
    assert malas(mirar(taller.escribir())) == {"conciliacion"}


def test_sin_decir_su_tabla_le_faltan_los_avances(taller: Taller) -> None:
    _anunciar(taller)
    assert malas(mirar(taller.escribir())) == {"conciliacion"}
