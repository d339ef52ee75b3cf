"""El programa de la página: entero en ella, admitido por su huella, sin puertas a la red ni al HTML ajeno."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from pathlib import Path

import pytest

from rendicion import informe
from rendicion.informe import comprobar
from tests.unidad import muestras_informe as muestras
from tests.unidad.lector_informe import Nodo, leer

TABLAS = muestras.tablas()
FUENTE = (Path(comprobar.__file__).parent / "plantillas" / "comprobar.js").read_text("utf-8")


@pytest.fixture(scope="module")
def html() -> str:
    return informe.pagina(TABLAS, muestras.ficha())


@pytest.fixture(scope="module")
def arbol(html: str) -> Nodo:
    return leer(html)[0]


def _politica(raiz: Nodo) -> dict[str, str]:
    contenido = next(n.atributos["content"] for n in raiz.todos("meta") if n.atributos.get("http-equiv") == "Content-Security-Policy")
    return dict(parte.strip().split(" ", 1) for parte in contenido.split(";"))


def _por_id(raiz: Nodo, ident: str) -> Nodo:
    return next(n for n in raiz.todos() if n.atributos.get("id") == ident)


def test_la_politica_admite_solo_el_programa_de_la_pagina_y_leer_su_propia_carpeta(html: str, arbol: Nodo) -> None:
    programas = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert programas == [comprobar.guion()]
    huella = base64.b64encode(hashlib.sha256(programas[0].encode()).digest()).decode()
    politica = _politica(arbol)
    assert politica.pop("style-src").startswith("'sha256-")
    assert politica == {"default-src": "'none'", "script-src": f"'sha256-{huella}'", "connect-src": "'self'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}


def test_el_informe_de_validacion_no_lleva_programa_ni_permiso() -> None:
    raiz = leer(informe.pagina_validacion(muestras.resultados(), TABLAS, muestras.ficha()))[0]
    assert raiz.todos("script") == []
    assert not {"script-src", "connect-src"} & set(_politica(raiz))


def test_el_boton_esta_oculto_hasta_que_el_programa_lo_muestra(arbol: Nodo) -> None:
    zona = _por_id(arbol, "comprobar-zona")
    assert "hidden" in zona.atributos
    assert [b.texto for b in zona.todos("button")] == ["Comprobar estas cifras"]
    assert [b for b in arbol.todos("button", "input") if b not in zona.todos("button", "input")] == []
    assert "python3 verificar.py ." in _por_id(arbol, "comprobar").texto.replace(zona.texto, "")


def test_el_aviso_se_anuncia_sin_interrumpir(arbol: Nodo) -> None:
    aviso = _por_id(arbol, "comprobar-aviso")
    assert (aviso.atributos["role"], aviso.atributos["aria-live"]) == ("status", "polite")


def test_la_pagina_dice_de_que_entrega_es_sin_abrir_su_etiqueta() -> None:
    ficha = dataclasses.replace(muestras.ficha(), entrega='x" onclick="y')
    assert _por_id(leer(informe.pagina(TABLAS, ficha))[0], "comprobar").atributos["data-entrega"] == 'x" onclick="y'


@pytest.mark.parametrize(
    "prohibido",
    [r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", r"\beval\b|\bFunction\b|\bimport\b", r"XMLHttpRequest|WebSocket|sendBeacon|EventSource", r"localStorage|sessionStorage|cookie", r"https?://", r"</script|<!--", r"parseFloat|Math\.round|toFixed|Number\("],
)
def test_el_programa_no_usa_puertas_peligrosas_ni_coma_flotante(prohibido: str) -> None:
    assert not re.search(prohibido, comprobar.guion())


def test_quitar_sangrias_y_comentarios_no_cambia_el_programa() -> None:
    lineas = FUENTE.splitlines()
    assert comprobar.guion().split("\n") == [x.strip() for x in lineas if x.strip() and not x.strip().startswith("//")]
    assert [x for x in lineas if x.count("`") % 2 or x.endswith("\\")] == []


def test_el_programa_pesa_lo_justo_y_la_pagina_cabe(html: str) -> None:
    assert len(comprobar.guion().encode()) < 35_500
    assert len(html.encode()) < 300_000
