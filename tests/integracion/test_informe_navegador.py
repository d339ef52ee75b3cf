"""Las dos páginas en un Chromium de verdad: accesibles, quietas y sin salir a la red."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rendicion import informe
from tests.integracion.pagina import CHROMIUM
from tests.unidad import muestras_informe as muestras

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
PAGINAS = ("index.html", "real.html", "validacion/informe.html")
pytestmark = [pytest.mark.navegador, pytest.mark.skipif(CHROMIUM is None, reason="no hay Chromium en esta máquina")]


@pytest.fixture(scope="module")
def carpeta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("informe")
    (base / "validacion").mkdir()
    tablas = muestras.tablas()
    (base / "index.html").write_text(informe.pagina(tablas, muestras.ficha()), encoding="utf-8")
    (base / "real.html").write_text(informe.pagina(tablas, muestras.ficha(sintetica=False)), encoding="utf-8")
    (base / "validacion/informe.html").write_text(informe.pagina_validacion(muestras.resultados(), tablas, muestras.ficha()), encoding="utf-8")
    return base


def _abrir(navegador: Any, archivo: Path, ancho: int = 1280, **opciones: Any) -> tuple[Any, list[str], list[str]]:
    pagina = navegador.new_context(viewport={"width": ancho, "height": 800}, **opciones).new_page()
    pedidos: list[str] = []
    avisos: list[str] = []
    pagina.on("request", lambda r: pedidos.append(r.url))
    pagina.on("console", lambda m: avisos.append(m.text))
    pagina.on("dialog", lambda d: (avisos.append("diálogo"), d.dismiss()))
    pagina.goto(archivo.as_uri())
    return pagina, pedidos, avisos


@pytest.mark.parametrize(
    ("nombre", "ancho", "aspecto"),
    [
        ("index.html", 1280, {"color_scheme": "light"}), ("index.html", 320, {"color_scheme": "light"}), ("real.html", 1280, {"color_scheme": "dark"}),
        ("validacion/informe.html", 320, {"color_scheme": "light"}), ("validacion/informe.html", 1280, {"color_scheme": "dark"}),
        ("index.html", 1280, {"forced_colors": "active", "contrast": "more"}), ("validacion/informe.html", 1280, {"forced_colors": "active", "contrast": "more"}),
    ],
)
def test_axe_no_encuentra_violaciones(navegador: Any, carpeta: Path, nombre: str, ancho: int, aspecto: dict[str, str]) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / nombre, ancho, **aspecto)
    pagina.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    violaciones = axe.Axe().run(pagina).response["violations"]
    pagina.context.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in violaciones] == []


@pytest.mark.parametrize("nombre", PAGINAS)
def test_la_pagina_no_pide_nada_ni_se_queja_ni_ejecuta_lo_ajeno(navegador: Any, carpeta: Path, nombre: str) -> None:
    pagina, pedidos, avisos = _abrir(navegador, carpeta / nombre)
    assert [p for p in pedidos if not p.startswith("data:")] == [(carpeta / nombre).as_uri()]
    assert avisos == []
    pagina.context.close()


@pytest.mark.parametrize("nombre", PAGINAS)
def test_la_pagina_no_se_desplaza_a_lo_ancho(navegador: Any, carpeta: Path, nombre: str) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / nombre)
    for ancho in (320, 640, 1280):
        pagina.set_viewport_size({"width": ancho, "height": 800})
        assert pagina.evaluate("document.documentElement.scrollWidth") == ancho
    pagina.evaluate("document.documentElement.style.fontSize='200%'")
    pagina.set_viewport_size({"width": 640, "height": 800})
    assert pagina.evaluate("document.documentElement.scrollWidth") <= 640
    pagina.context.close()


@pytest.mark.parametrize("nombre", PAGINAS)
def test_todo_lo_que_se_toca_mide_44_pixeles_de_alto(navegador: Any, carpeta: Path, nombre: str) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / nombre, 320)
    chicos = pagina.evaluate(
        "[...document.querySelectorAll('a,summary')].filter(e => {const r = e.getBoundingClientRect(); return r.height > 0 && r.height < 43.5}).map(e => e.outerHTML)"
    )
    pagina.context.close()
    assert chicos == []


def test_sin_javascript_la_pagina_esta_completa(navegador: Any, carpeta: Path) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / "index.html", java_script_enabled=False)
    assert pagina.locator("article").count() == 17
    assert pagina.get_by_role("heading", level=1).inner_text().startswith("Alcaldía de Cartagena lleva")
    pagina.context.close()


def test_con_el_teclado_el_primer_paso_salta_al_contenido_y_se_ve(navegador: Any, carpeta: Path) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / "index.html")
    pagina.keyboard.press("Tab")
    assert pagina.locator(".salto").evaluate("e => e === document.activeElement && e.getBoundingClientRect().left === 0")
    assert pagina.locator(".salto").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    pagina.keyboard.press("Enter")
    assert pagina.evaluate("document.activeElement.id") == "contenido"
    pagina.context.close()


def test_el_aviso_de_datos_sinteticos_sigue_a_la_vista_al_bajar(navegador: Any, carpeta: Path) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / "index.html", 320)
    for y in (0, 4_000, 30_000):
        pagina.evaluate("y => window.scrollTo({top: y, behavior: 'instant'})", y)
        assert pagina.locator(".aviso").evaluate("e => e.getBoundingClientRect().top") == 0
    pagina.context.close()


def test_las_letras_de_los_graficos_no_se_encogen_ni_se_salen_en_320_pixeles(navegador: Any, carpeta: Path) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / "index.html", 320)
    fuera = pagina.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => [t.textContent, t.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.right > 321 || r.left < 0 || r.height < 10)).map(([t]) => t)"
    )
    encima = pagina.evaluate(
        """[...document.querySelectorAll('svg.barras:not(.meses)')].flatMap(s => {
             const v = [...s.querySelectorAll('.valor')].map(e => e.getBoundingClientRect()), r = [...s.querySelectorAll('.angosto')];
             return r.filter((e, i) => e.getBoundingClientRect().right > v[i].left).map(e => e.textContent)})"""
    )
    pagina.context.close()
    assert (fuera, encima) == ([], [])


def test_al_imprimir_se_ve_todo_y_en_claro(navegador: Any, carpeta: Path) -> None:
    pagina, _, _ = _abrir(navegador, carpeta / "index.html", 720, color_scheme="dark")
    pagina.emulate_media(media="print")
    assert pagina.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert pagina.locator("#tabla-hallazgos").is_visible()
    assert not pagina.locator(".indice").is_visible()
    assert len(pagina.pdf(prefer_css_page_size=True)) > 10_000
    pagina.context.close()
