"""El portal entero en un Chromium de verdad: accesible, quieto, con teclado, sin programa, y sin salir a la red."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from rendicion.portal_estatico import PaginasDelPortal
from rendicion.portales.carpeta import PortalCarpeta
from tests.integracion.pagina import CHROMIUM, servida
from tests.unidad import muestras_portal as muestras

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.navegador, pytest.mark.skipif(CHROMIUM is None, reason="no hay Chromium en esta máquina")]

E = "13001-2020/paginas/13001-2020-20201231-002"
# Una página de cada clase; las demás salen de la misma plantilla.
CLASES = (
    "index.html", "13001-2020/index.html", f"{E}/actividad-1-4.html", f"{E}/actividad-1-1.html", f"{E}/actividad-4-2.html",
    f"{E}/dependencia-oficina-de-comunicaciones-y-prensa.html", f"{E}/tabla-avances.html", f"{E}/tabla-autodiagnostico.html", f"{E}/cambios.html", f"{E}/buscar.html",
)  # fmt: skip


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("portal")
    publicador = PortalCarpeta(base / "portal", PaginasDelPortal())
    publicador.publicar(*muestras.escribir(base / "e", 1, menos=30, estado="no_iniciada"))
    publicador.publicar(*muestras.escribir(base / "e", 2))
    return base / "portal"


@pytest.fixture(scope="module")
def muchas(tmp_path_factory: pytest.TempPathFactory, portal: Path) -> Path:
    """Un portal con 1.100 entidades, hecho con la portada de la muestra."""
    raiz = tmp_path_factory.mktemp("muchas")
    una = json.loads((portal / "13001-2020/resumen.json").read_text("utf-8"))
    portadas = [una | {"entidad": f"{n:05d}", "entidad_nombre": f"Alcaldía de Pueblo {n}", "entrega": f"{n:05d}-2020-20201231-001", "sello": "x"} for n in range(1_100)]
    for nombre, contenido in PaginasDelPortal().de_portal(portadas).items():
        (raiz / nombre).write_bytes(contenido)
    return raiz


@pytest.fixture(scope="module")
def direccion(portal: Path) -> Iterator[str]:
    with servida(portal) as puerto:
        yield f"http://127.0.0.1:{puerto}"


class Abierta:
    """Una página abierta que anota lo que pide y de qué se queja."""

    def __init__(self, navegador: Any, direccion: str, ancho: int = 1280, **opciones: Any) -> None:
        self.contexto = navegador.new_context(viewport={"width": ancho, "height": 800}, **opciones)
        self.p = self.contexto.new_page()
        self.pedidos: list[str] = []
        self.avisos: list[str] = []
        self.p.on("request", lambda r: self.pedidos.append(r.url))
        self.p.on("console", lambda m: self.avisos.append(m.text))
        self.p.on("pageerror", lambda e: self.avisos.append(str(e)))
        self.p.on("dialog", lambda d: (self.avisos.append("diálogo"), d.dismiss()))
        self.p.goto(direccion)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.contexto.close()


def archivo(portal: Path, nombre: str) -> str:
    return (portal / nombre).as_uri()


@pytest.mark.parametrize("nombre", CLASES)
@pytest.mark.parametrize(("ancho", "opciones"), [(1280, {"color_scheme": "light"}), (320, {"color_scheme": "dark"}), (1280, {"forced_colors": "active", "contrast": "more"})], ids=["claro", "oscuro-320", "contraste"])
def test_axe_no_encuentra_violaciones(navegador: Any, portal: Path, nombre: str, ancho: int, opciones: dict[str, str]) -> None:
    with Abierta(navegador, archivo(portal, nombre), ancho, **opciones) as a:
        a.p.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        violaciones = axe.Axe().run(a.p).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in violaciones] == []


@pytest.mark.parametrize("nombre", CLASES)
def test_ninguna_pagina_pide_nada_ni_se_queja_ni_ejecuta_lo_ajeno(navegador: Any, portal: Path, nombre: str) -> None:
    with Abierta(navegador, archivo(portal, nombre)) as a:
        assert [p for p in a.pedidos if not p.startswith("data:")] == [archivo(portal, nombre)]
        assert a.avisos == []
        assert a.p.evaluate("document.querySelectorAll('img, iframe, [onclick], [onload], [onerror]').length") == 0


@pytest.mark.parametrize("nombre", CLASES)
def test_ninguna_pagina_se_desplaza_a_lo_ancho_ni_con_la_letra_al_doble(navegador: Any, portal: Path, nombre: str) -> None:
    with Abierta(navegador, archivo(portal, nombre)) as a:
        for ancho in (320, 640, 1280):
            a.p.set_viewport_size({"width": ancho, "height": 800})
            assert a.p.evaluate("document.documentElement.scrollWidth") == ancho
        # 200 % en 1280 es lo mismo que 640 con todo al doble; aquí además crece solo la letra.
        hoja = "document.documentElement.style.fontSize='200%'"
        a.p.evaluate(hoja)
        a.p.set_viewport_size({"width": 640, "height": 800})
        assert a.p.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("nombre", CLASES)
def test_todo_lo_que_se_toca_mide_44_pixeles_y_se_alcanza_con_el_teclado(navegador: Any, portal: Path, nombre: str) -> None:
    with Abierta(navegador, archivo(portal, nombre), 320) as a:
        chicos = a.p.evaluate(
            "[...document.querySelectorAll('a,summary,button,input,select')].filter(e => {const r = e.getBoundingClientRect(); return r.height > 0 && r.height < 43.5}).map(e => e.outerHTML)"
        )
        assert chicos == []
        tocables = a.p.evaluate("[...document.querySelectorAll('a,summary,button,input,select,[tabindex=\"0\"]')].filter(e => e.checkVisibility() && !e.disabled).length")
        vistos = []
        for _ in range(min(tocables, 25)):
            a.p.keyboard.press("Tab")
            vistos.append(a.p.evaluate("(() => { const e = document.activeElement, s = getComputedStyle(e); return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth) > 1] })()"))
        assert all(estilo == "solid" and ancho for _, estilo, ancho in vistos), vistos
        assert "BODY" not in {v[0] for v in vistos}


def test_sin_programa_las_paginas_estan_completas_y_no_ofrecen_lo_que_no_pueden(navegador: Any, portal: Path) -> None:
    with Abierta(navegador, archivo(portal, f"{E}/tabla-avances.html"), java_script_enabled=False) as a:
        assert a.p.locator("#vista tbody tr").count() == 50
        assert not a.p.locator("#filtro").is_visible()
        assert a.p.locator("#tabla-diccionario").is_visible()
    with Abierta(navegador, archivo(portal, f"{E}/buscar.html"), java_script_enabled=False) as a:
        assert not a.p.locator("#busqueda").is_visible()
        assert a.p.locator("#grupos a").count() > 30


def test_el_filtro_lee_la_tabla_publicada_y_cuenta_lo_mismo_que_el_csv(navegador: Any, portal: Path, direccion: str) -> None:
    filas = list(csv.DictReader(io.StringIO((portal / "13001-2020/13001-2020-20201231-002/datos/avances.csv").read_text("utf-8"))))
    with Abierta(navegador, f"{direccion}/{E}/tabla-avances.html#columna=actividad_id&valor=1.6") as a:
        a.p.wait_for_function("document.querySelector('#filtro-cuenta').textContent.includes('cumple')")
        de_1_6 = sum(f["actividad_id"] == "1.6" for f in filas)
        assert a.p.locator("#filtro-cuenta").inner_text() == f"{de_1_6} filas cumplen de {len(filas):,}.".replace(",", ".")
        assert a.p.locator("#vista tbody tr").count() == min(50, de_1_6)
        a.p.locator("#filtro-texto").fill("zzzz no está")
        a.p.wait_for_function("document.querySelector('#filtro-cuenta').textContent.startsWith('0 ')")
        a.p.locator("#filtro-limpiar").press("Enter")
        a.p.wait_for_function(f"document.querySelector('#vista tbody').rows.length === 50 && document.querySelector('#filtro-pagina').textContent.endsWith('{-(-len(filas) // 50)}')")
        a.p.locator("#filtro-despues").press("Enter")
        assert a.p.locator("#filtro-pagina").inner_text().startswith("Página 2 de")
        assert {p for p in a.pedidos if not p.startswith(f"{direccion}/13001-2020/") and not p.startswith("blob:")} <= {f"{direccion}/favicon.ico"}
        assert a.avisos == []


def test_lo_filtrado_se_descarga_con_los_mismos_bytes_del_csv_publicado(navegador: Any, portal: Path, direccion: str) -> None:
    publicado = (portal / "13001-2020/13001-2020-20201231-002/datos/avances.csv").read_bytes()
    with Abierta(navegador, f"{direccion}/{E}/tabla-avances.html#q=+") as a:
        a.p.locator("#filtro-columna").select_option("cuenta")
        a.p.locator("#filtro-columna").select_option("")
        a.p.wait_for_function("!document.querySelector('#filtro-bajar').disabled")
        with a.p.expect_download() as bajada:
            a.p.locator("#filtro-bajar").click()
        assert Path(bajada.value.path()).read_bytes() == publicado
        assert bajada.value.suggested_filename == "avances-filtrada.csv"


def test_lo_ajeno_que_pinta_el_filtro_tampoco_hace_nada(navegador: Any, direccion: str) -> None:
    with Abierta(navegador, f"{direccion}/{E}/tabla-avances.html#q=portal") as a:
        a.p.wait_for_function("document.querySelector('#filtro-cuenta').textContent.includes('cumple')")
        assert "onerror=alert(1)" in a.p.locator("#vista tbody").inner_text()
        assert a.p.locator("#vista tbody img, #vista tbody script, #vista tbody a[href^=javascript]").count() == 0
        a.p.locator("#filtro-texto").fill("=HYPERLINK")
        a.p.wait_for_function("document.querySelector('#filtro-cuenta').textContent.startsWith('1 ') || /^[2-9]/.test(document.querySelector('#filtro-cuenta').textContent)")
        assert '=HYPERLINK("http://malo.invalid")' in a.p.locator("#vista tbody").inner_text()
        assert "'=HYPERLINK" not in a.p.locator("#vista tbody").inner_text()
        assert a.avisos == []


def test_desde_el_disco_el_filtro_busca_en_lo_que_se_ve_y_lo_dice(navegador: Any, portal: Path) -> None:
    with Abierta(navegador, archivo(portal, f"{E}/tabla-avances.html")) as a:
        a.p.locator("#filtro-texto").fill("publicar")
        a.p.wait_for_function("document.querySelector('#filtro-cuenta').textContent.includes('primeras 50')")
        assert a.p.locator("#filtro-bajar").is_disabled()
    with Abierta(navegador, archivo(portal, f"{E}/tabla-plan.html")) as a:
        a.p.locator("#filtro-texto").fill("audiencia")
        a.p.wait_for_function("document.querySelector('#filtro-cuenta').textContent.includes('de 17.')")
        assert "no pudo leer" not in a.p.locator("#filtro-cuenta").inner_text()


def test_la_busqueda_funciona_desde_el_disco_sin_tildes_y_se_puede_compartir(navegador: Any, portal: Path) -> None:
    with Abierta(navegador, archivo(portal, f"{E}/buscar.html")) as a:
        a.p.locator("#busqueda-texto").fill("AUDIENCIA publica")
        assert "resultado" in a.p.locator("#busqueda-cuenta").inner_text()
        assert "2.1 Realizar Audiencia Pública" in a.p.locator("#busqueda-resultados").inner_text()
        assert not a.p.locator("#grupos").is_visible()
        compartida = a.p.url
        a.p.locator("#busqueda-texto").fill("<img src=x onerror=alert(1)>")
        assert a.avisos == []
    with Abierta(navegador, compartida) as a:
        assert a.p.locator("#busqueda-texto").input_value() == "AUDIENCIA publica"
        a.p.locator("#busqueda-resultados a").first.click()
        assert a.p.get_by_role("heading", level=1).is_visible()


def test_con_mil_cien_entidades_la_portada_se_filtra_y_pesa_poco(navegador: Any, muchas: Path) -> None:
    assert (muchas / "index.html").stat().st_size < 1_000_000
    with Abierta(navegador, archivo(muchas, "index.html")) as a:
        a.p.locator("#lista-texto").fill("pueblo 1099")
        assert a.p.locator("#lista-cuenta").inner_text() == "Se ven 1 de 1.100."
        assert a.p.locator("[data-busca]:visible").count() == 1
        assert a.avisos == []


def test_con_el_teclado_el_primer_paso_salta_al_contenido(navegador: Any, portal: Path) -> None:
    with Abierta(navegador, archivo(portal, "13001-2020/index.html")) as a:
        a.p.keyboard.press("Tab")
        assert a.p.locator(".salto").evaluate("e => e === document.activeElement && e.getBoundingClientRect().left === 0")
        a.p.keyboard.press("Enter")
        assert a.p.evaluate("document.activeElement.id") == "contenido"


def test_la_primera_pantalla_responde_cuanto_cuando_que_y_quien(navegador: Any, portal: Path) -> None:
    with Abierta(navegador, archivo(portal, "13001-2020/index.html")) as a:
        a.p.set_viewport_size({"width": 1280, "height": 900})
        for texto in ("A 31 de diciembre de 2020", "de su plan de rendición de cuentas", "Avance: lo hecho", "Cumplimiento: lo hecho", "cumplidas", "atrasadas o vencidas", "Quiénes responden"):
            arriba = a.p.get_by_text(texto).first.bounding_box()
            assert (arriba or {"y": 9_999})["y"] < 900, texto


@pytest.mark.parametrize("nombre", CLASES)
def test_al_imprimir_se_ve_en_claro_y_sin_controles(navegador: Any, portal: Path, nombre: str) -> None:
    with Abierta(navegador, archivo(portal, nombre), 720, color_scheme="dark") as a:
        a.p.emulate_media(media="print")
        assert a.p.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert a.p.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
        assert a.p.locator(".control:visible, .paginas:visible, .indice:visible").count() == 0
        assert a.p.evaluate("document.documentElement.scrollWidth") <= 720


def test_el_servidor_no_lista_carpetas_y_dice_los_tipos(direccion: str) -> None:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{direccion}/13001-2020/paginas/")
    with urlopen(f"{direccion}/novedades.atom") as r:
        assert r.headers["Content-Type"].startswith("application/atom+xml")
        assert r.headers["X-Content-Type-Options"] == "nosniff"
