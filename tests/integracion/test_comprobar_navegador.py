"""La comprobación dentro de la página, en un Chromium de verdad: la entrega buena, el teclado, la red, la accesibilidad.

Las adulteraciones están en `adulteraciones.py`, y la prueba que las pasa por los tres comprobadores, en `test_adulteraciones.py`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integracion.adulteraciones import ACTIVIDAD, CORRECCIONES, DEPENDENCIA, FIN, FIRMA, HUELLAS, NO_MIRA, REGLAS, SERIE, SUMAS, TOTAL
from tests.integracion.alterar import cambiar_json, firmar_con, poner, rehacer
from tests.integracion.cadena import clave_privada
from tests.integracion.pagina import CHROMIUM, abrir, lineas, oprimir, servida, veredicto

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.navegador, pytest.mark.skipif(CHROMIUM is None, reason="no hay Chromium en esta máquina")]

@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copias")


@pytest.fixture(scope="module")
def puerto(base: Path) -> Iterator[int]:
    with servida(base) as abierto:
        yield abierto


@pytest.fixture
def copia(cadena: list[Path], base: Path, request: pytest.FixtureRequest) -> Path:
    """Copia la segunda entrega, sin la firma: las huellas, el plan y la evidencia son los del ejemplo tal como viene."""
    destino = base / hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    shutil.copytree(cadena[1], destino)
    (destino / "manifiesto.firma").unlink()
    return destino


def test_una_entrega_buena_sin_firma_sale_bien_y_dice_todo_lo_que_no_se_comprobo(navegador: Any, copia: Path, puerto: int) -> None:
    pagina, pedidos, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estados = {t: e for t, (e, _) in lineas(pagina).items()}
    assert len(estados) == 17
    assert {t: e for t, e in estados.items() if e != "bien"} == {FIRMA: "no se pudo comprobar", NO_MIRA: "no se pudo comprobar"}
    assert veredicto(pagina).startswith("Nada está mal en lo que se pudo comprobar. 2 no se pudieron comprobar.")
    sin_mirar = lineas(pagina)[NO_MIRA][1]
    assert [x for x in ("Las entregas anteriores", "los Parquet", "las demás tablas", "De quién es la firma", "Si sobran archivos", "verificar.py") if x not in sin_mirar] == []
    archivos = json.loads((copia / "manifiesto.json").read_text("utf-8"))["archivos"]
    assert f"{len(archivos)} de {len(archivos)} archivos" in lineas(pagina)[HUELLAS][1]
    assert pagina.locator("#comprobar-resultado code").inner_text() == hashlib.sha256((copia / "manifiesto.json").read_bytes()).hexdigest()
    assert pagina.locator("#comprobar-resultado tbody tr").count() == 1 + 4 + 16
    assert set(pagina.locator("#comprobar-resultado tbody .insignia").all_inner_texts()) == {"✓\ncoincide"}
    assert all(p.startswith(f"http://127.0.0.1:{puerto}/{copia.name}/") for p in pedidos)
    assert [a for a in avisos if "404" not in a] == []
    pagina.context.close()


def test_una_firma_coherente_no_se_da_por_buena_porque_falta_saber_de_quien_es(navegador: Any, copia: Path, puerto: int) -> None:
    firmar_con(copia, clave_privada(1))
    pagina, _, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estado, texto = lineas(pagina)[FIRMA]
    assert estado == "no se pudo comprobar"
    assert "la firma es coherente; falta saber de quién es la clave" in texto
    assert json.loads((copia / "manifiesto.firma").read_text())["clave_publica"] in texto
    assert avisos == []
    archivo = copia / "manifiesto.json"
    archivo.write_bytes(archivo.read_bytes() + b" ")
    pagina.reload()
    oprimir(pagina)
    estado, texto = lineas(pagina)[FIRMA]
    pagina.context.close()
    assert estado == "MAL"
    assert "la firma no es de este manifiesto" in texto


def test_lo_que_el_plan_trae_distinto_de_lo_comun_y_los_cambios_dichos_se_ven(navegador: Any, cadena: list[Path], base: Path, puerto: int) -> None:
    shutil.copytree(cadena[2], base / "tercera")
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/tercera/index.html")
    oprimir(pagina)
    hechas = lineas(pagina)
    pagina.context.close()
    assert hechas[REGLAS][0] == "no se pudo comprobar"
    assert "el peso de 1.4" in hechas[REGLAS][1]
    assert hechas[CORRECCIONES][0] == "bien"


@pytest.mark.parametrize(
    ("tabla", "donde", "valores", "titulo", "palabras"),
    [
        ("indicadores_total", FIN, {"avance_pct": "90.00"}, TOTAL, "Total del plan, corte 2020-12-31: avance publicado, 90,00; recalculado, "),
        ("serie", {"mes": "2020-06"}, {"avance_pct": "28.94"}, SERIE, "Total del plan en el mes 2020-06, corte 2020-06-30: avance publicado, 28,94; recalculado, 27,94"),
        ("indicadores_actividad", {"corte": "2020-04-30", "actividad_id": "1.1"}, {"cumplimiento_pct": "0.00"}, ACTIVIDAD, "cumplimiento publicado, 0,00; recalculado, sin dato"),
        ("indicadores_actividad", FIN | {"estado": "vencida"}, {"estado": "en_ejecucion"}, ACTIVIDAD, "estado publicado, en ejecucion; recalculado, vencida"),
    ],
)  # fmt: skip
def test_lo_que_no_coincide_se_dice_con_las_dos_cifras(
    navegador: Any, copia: Path, puerto: int, tabla: str, donde: dict[str, str], valores: dict[str, str], titulo: str, palabras: str
) -> None:
    poner(tabla, donde, **valores)(copia)
    rehacer(copia)
    pagina, _, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estado, texto = lineas(pagina)[titulo]
    pagina.context.close()
    assert estado == "MAL"
    assert palabras in texto
    assert [a for a in avisos if "404" not in a] == []


def test_la_pagina_no_acepta_el_manifiesto_de_otra_entrega(navegador: Any, copia: Path, puerto: int) -> None:
    cambiar_json(copia, "manifiesto.json", entrega="13001-2020-20201231-009")
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estado, texto = lineas(pagina)["El manifiesto es de esta entrega"]
    pagina.context.close()
    assert estado == "MAL"
    assert "es de la entrega 13001-2020-20201231-009 y esta página" in texto


def test_lo_que_no_coincide_va_primero_en_el_cuadro(navegador: Any, copia: Path, puerto: int) -> None:
    poner("indicadores_actividad", FIN | {"actividad_id": "3.2"}, avance_pct="76.00")(copia)
    rehacer(copia)
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    filas = [f.split("\t") for f in pagina.locator("#comprobar-resultado tbody tr").all_inner_texts()]
    pagina.context.close()
    assert filas[0][:5] == ["Actividad 3.2", "76,00 %", "75,00 %", "75,00 %", "75,00 %"]
    assert "MAL: no coincide" in filas[0][5]
    assert filas[1][0] == "Total del plan"


def test_con_el_teclado_se_comprueba_y_el_foco_queda_en_el_resultado(navegador: Any, copia: Path, puerto: int) -> None:
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/")
    pagina.locator("#comprobar-boton").focus()
    pagina.keyboard.press("Enter")
    pagina.locator("#comprobar-resultado h4").wait_for()
    assert pagina.evaluate("document.activeElement.tagName") == "H4"
    assert pagina.locator("#comprobar-aviso").get_attribute("aria-live") == "polite"
    assert pagina.locator("#comprobar-aviso").inner_text().startswith("Listo. Nada está mal")
    assert pagina.locator("#comprobar-boton").bounding_box()["height"] >= 44
    pagina.context.close()


@pytest.mark.parametrize(("ancho", "esquema"), [(1280, "light"), (320, "dark")])
def test_el_resultado_es_accesible_y_no_se_sale_de_la_pantalla(navegador: Any, copia: Path, puerto: int, ancho: int, esquema: str) -> None:
    poner("indicadores_total", FIN, avance_pct="90.00")(copia)
    rehacer(copia)
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/", viewport={"width": ancho, "height": 800}, color_scheme=esquema, bypass_csp=True)
    oprimir(pagina)
    pagina.evaluate("document.getElementById('comprobar-elegir').hidden = false")
    violaciones = axe.Axe().run(pagina).response["violations"]
    ocupado = pagina.evaluate("document.documentElement.scrollWidth")
    marcas = pagina.locator("#comprobar-resultado .marca").count()
    pagina.context.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in violaciones] == []
    assert ocupado == ancho
    assert marcas == 2


def test_sin_conexion_segura_las_huellas_no_se_dan_por_buenas_y_las_cuentas_se_hacen(navegador: Any, copia: Path, puerto: int) -> None:
    pagina, _, _ = abrir(navegador, f"http://entrega.example:{puerto}/{copia.name}/index.html")
    assert pagina.evaluate("globalThis.crypto.subtle") is None
    oprimir(pagina)
    estados = {t: e for t, (e, _) in lineas(pagina).items()}
    texto, dicho = lineas(pagina)[HUELLAS][1], veredicto(pagina)
    pagina.context.close()
    assert {t for t, e in estados.items() if e == "no se pudo comprobar"} == {HUELLAS, SUMAS, FIRMA, NO_MIRA}
    assert estados[TOTAL] == estados[SERIE] == "bien"
    assert "0 de " in texto
    assert dicho.startswith("Nada está mal en lo que se pudo comprobar. 4 no")


def test_un_servidor_que_falla_no_se_da_por_bueno(navegador: Any, copia: Path, puerto: int) -> None:
    pagina = navegador.new_context().new_page()
    pagina.route("**/datos/serie.csv", lambda ruta: ruta.fulfill(status=503, body=""))
    pagina.goto(f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estados = {t: e for t, (e, _) in lineas(pagina).items()}
    pagina.context.close()
    assert estados[HUELLAS] == estados[SERIE] == "no se pudo comprobar"
    assert estados[TOTAL] == "bien"


def test_desde_el_disco_se_dice_como_hacerlo_y_se_puede_elegir_la_carpeta(navegador: Any, copia: Path) -> None:
    pagina, pedidos, avisos = abrir(navegador, (copia / "index.html").as_uri())
    pagina.get_by_role("button", name="Comprobar estas cifras").click()
    assert "rendicion servir" in pagina.locator("#comprobar-aviso").inner_text()
    assert pagina.evaluate("document.activeElement.id") == "comprobar-archivos"
    pagina.get_by_label("Carpeta de la entrega").set_input_files(copia)
    pagina.locator("#comprobar-resultado h4").wait_for()
    estados = {t: e for t, (e, _) in lineas(pagina).items()}
    assert {t for t, e in estados.items() if e != "bien"} == {FIRMA, NO_MIRA}
    assert estados["Archivos de más"] == "bien"
    (copia / "datos/sobra.csv").write_text("a\n")
    pagina.get_by_label("Carpeta de la entrega").set_input_files(copia)
    pagina.locator("#comprobar-resultado").get_by_text("datos/sobra.csv no está en el manifiesto.").wait_for()
    assert pedidos == [(copia / "index.html").as_uri()]
    assert avisos == []
    pagina.context.close()


def test_sin_javascript_no_hay_boton_y_la_pagina_sigue_completa(navegador: Any, copia: Path, puerto: int) -> None:
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html", java_script_enabled=False)
    assert not pagina.locator("#comprobar-boton").is_visible()
    assert pagina.get_by_text("python3 verificar.py .").is_visible()
    assert pagina.locator("article").count() == 16
    pagina.context.close()


def test_la_politica_de_seguridad_no_deja_salir_ni_ejecutar_otra_cosa(navegador: Any, copia: Path, puerto: int) -> None:
    pagina, _, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    intentos = pagina.evaluate(
        """async () => { const s = document.createElement('script'); s.textContent = 'globalThis.colado = 1'; document.body.append(s);
             const fuera = await fetch('http://entrega.example/').then(() => 'salió', () => 'no');
             return [globalThis.colado ?? 'no', fuera]; }"""
    )
    pagina.context.close()
    assert intentos == ["no", "no"]
    assert any("Content Security Policy" in a for a in avisos)


def test_un_texto_hostil_entra_como_texto(navegador: Any, copia: Path, puerto: int) -> None:
    poner("indicadores_dependencia", FIN, dependencia="<img src=x onerror=alert(1)>")(copia)
    rehacer(copia)
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    texto = lineas(pagina)[DEPENDENCIA][1]
    imagenes = pagina.locator("#comprobar-resultado img").count()
    pagina.context.close()
    assert "Dependencia <img src=x onerror=alert(1)>" in texto
    assert imagenes == 0
