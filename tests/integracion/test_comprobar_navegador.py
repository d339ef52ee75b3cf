"""La comprobación dentro de la página, en un Chromium de verdad: con la entrega buena y con cada adulteración."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rendicion import indicadores
from rendicion.firma import firmar
from rendicion.indicadores import Diario
from rendicion.informe.comprobar import guion
from rendicion.portales.servidor import crear_servidor
from tests.unidad.muestras import actividad, plan

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
CHROMIUM = shutil.which("chromium")
BANDERAS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP entrega.example 127.0.0.1",
)
CLAVE = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
pytestmark = [pytest.mark.navegador, pytest.mark.skipif(CHROMIUM is None, reason="no hay Chromium en esta máquina")]

HUELLAS, SUMAS, FICHA, FIRMA = "Huella de cada archivo", "SHA256SUMS dice lo mismo", "La ficha del conjunto dice lo mismo", "Firma del manifiesto"
PLAN, REGISTROS, DUPLICADOS = "El plan se puede medir", "Qué registros cuentan, por su fecha", "Ningún registro cuenta dos veces"
CONCILIACION = "Lo recibido cuadra con lo aceptado y lo rechazado"
TOTAL, SUB, ACTIVIDAD, DEPENDENCIA, SERIE = (
    f"{t}: publicado y recalculado"
    for t in ("Indicadores del total", "Indicadores por subcomponente", "Indicadores por actividad", "Indicadores por dependencia", "Serie mensual")
)


@pytest.fixture(scope="session")
def buena(tmp_path_factory: pytest.TempPathFactory) -> Path:
    salida = tmp_path_factory.mktemp("corrida")
    hecho = subprocess.run([sys.executable, "-m", "rendicion.linea", "correr", "--salida", str(salida), "--json"], capture_output=True, text=True)
    assert hecho.returncode == 0, hecho.stderr
    return Path(json.loads(hecho.stdout)["entrega"])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copias")


@pytest.fixture(scope="module")
def puerto(base: Path) -> Iterator[int]:
    servidor = crear_servidor(base, 0)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    yield servidor.server_address[1]
    servidor.shutdown()
    servidor.server_close()


@pytest.fixture(scope="module")
def navegador() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        abierto = p.chromium.launch(executable_path=CHROMIUM, args=list(BANDERAS))
        yield abierto
        abierto.close()


@pytest.fixture
def copia(buena: Path, base: Path, request: pytest.FixtureRequest) -> Path:
    destino = base / hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    shutil.copytree(buena, destino)
    return destino


def rehacer(carpeta: Path) -> None:
    """Rehace todas las huellas, como lo haría quien quiere que no se note."""
    manifiesto = json.loads((carpeta / "manifiesto.json").read_text("utf-8"))
    paquete = json.loads((carpeta / "datapackage.json").read_text("utf-8"))
    suma = lambda ruta: hashlib.sha256((carpeta / ruta).read_bytes()).hexdigest()  # noqa: E731
    for r in paquete["resources"]:
        r |= {"hash": f"sha256:{suma(r['path'])}", "bytes": (carpeta / r["path"]).stat().st_size}
    _json(carpeta / "datapackage.json", paquete)
    manifiesto["archivos"] = {r: {"bytes": (carpeta / r).stat().st_size, "sha256": suma(r)} for r in manifiesto["archivos"]}
    _json(carpeta / "manifiesto.json", manifiesto)
    (carpeta / "SHA256SUMS").write_text("".join(f"{suma(r)}  {r}\n" for r in sorted([*manifiesto["archivos"], "manifiesto.json"])), encoding="utf-8")


def _json(archivo: Path, datos: object) -> None:
    archivo.write_text(json.dumps(datos, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def cambiar_json(carpeta: Path, nombre: str, **valores: object) -> None:
    datos = json.loads((carpeta / nombre).read_text("utf-8"))
    _json(carpeta / nombre, datos | valores)


def editar(carpeta: Path, tabla: str, cambio: Callable[[list[dict[str, str]]], object]) -> None:
    archivo = carpeta / "datos" / f"{tabla}.csv"
    lector = csv.DictReader(io.StringIO(archivo.read_text("utf-8"), newline=""))
    filas = list(lector)
    cambio(filas)
    salida = io.StringIO(newline="")
    escritor = csv.DictWriter(salida, list(lector.fieldnames or []), lineterminator="\n")
    escritor.writeheader()
    escritor.writerows(filas)
    archivo.write_text(salida.getvalue(), encoding="utf-8", newline="")


def poner(tabla: str, donde: dict[str, str], **valores: str) -> Callable[[Path], None]:
    def cambio(carpeta: Path) -> None:
        editar(carpeta, tabla, lambda filas: next(f for f in filas if donde.items() <= f.items()).update(valores))

    return cambio


def quitar(tabla: str, donde: dict[str, str]) -> Callable[[Path], None]:
    def cambio(carpeta: Path) -> None:
        editar(carpeta, tabla, lambda filas: filas.remove(next(f for f in filas if donde.items() <= f.items())))

    return cambio


def agregar(tabla: str, donde: dict[str, str], **valores: str) -> Callable[[Path], None]:
    def cambio(carpeta: Path) -> None:
        editar(carpeta, tabla, lambda filas: filas.append(next(f for f in filas if donde.items() <= f.items()) | valores))

    return cambio


def cortar_avances(carpeta: Path) -> None:
    archivo = carpeta / "datos/avances.csv"
    archivo.write_bytes(archivo.read_bytes()[:-30])


def esconder_un_corte(carpeta: Path) -> None:
    for tabla in ("actividad", "subcomponente", "dependencia", "total"):
        editar(carpeta, f"indicadores_{tabla}", lambda filas: filas.__setitem__(slice(None), [f for f in filas if f["corte"] != "2020-08-31"]))
    cambiar_json(carpeta, "manifiesto.json", cortes=["2020-04-30", "2020-12-31"])


def esconder_como_duplicado(carpeta: Path) -> None:
    def cambio(filas: list[dict[str, str]]) -> None:
        uno, otro = [f for f in filas if f["actividad_id"] == "1.4" and f["cuenta"] == "true"][:2]
        otro.update(cuenta="false", motivo="duplicado", duplicado_de=uno["avance_id"])

    editar(carpeta, "avances", cambio)


FIN = {"corte": "2020-12-31"}
CUENTA = {"actividad_id": "1.4", "cuenta": "true"}
REPETIDO, AJENO = {"motivo": "duplicado"}, {"motivo": "fuera_de_ventana"}

# Cada una cambia la entrega y rehace sus huellas: solo el contenido la delata.
ADULTERACIONES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "una_cifra_del_total": (poner("indicadores_total", FIN, avance_pct="90.00"), TOTAL, "Total del plan, corte 2020-12-31: avance publicado, 90,00; recalculado, "),
    "la_ultima_cifra_de_un_numerador": (poner("indicadores_total", {"corte": "2020-04-30"}, avance_numerador="44.343055"), TOTAL, "avance numerador publicado, 44,343055; recalculado, 44,343056"),
    "una_cifra_de_un_subcomponente": (poner("indicadores_subcomponente", FIN | {"subcomponente_id": "2"}, cumplimiento_pct="99.99"), SUB, "Subcomponente 2, corte 2020-12-31: cumplimiento publicado, 99,99"),
    "una_cifra_de_una_actividad": (poner("indicadores_actividad", FIN | {"actividad_id": "1.4"}, ejecutado="900"), ACTIVIDAD, "Actividad 1.4, corte 2020-12-31: ejecutado publicado, 900; recalculado, 770"),
    "una_cifra_de_una_dependencia": (poner("indicadores_dependencia", FIN | {"dependencia": "Escuela de Gobierno"}, avance_pct="50.01"), DEPENDENCIA, "Dependencia Escuela de Gobierno, corte 2020-12-31: avance publicado, 50,01"),
    "una_cifra_de_la_serie": (poner("serie", {"mes": "2020-06"}, avance_pct="28.94"), SERIE, "Total del plan en el mes 2020-06, corte 2020-06-30: avance publicado, 28,94; recalculado, 27,94"),
    "un_vacio_vuelto_cero": (poner("indicadores_actividad", {"corte": "2020-04-30", "actividad_id": "1.1"}, cumplimiento_pct="0.00"), ACTIVIDAD, "cumplimiento publicado, 0,00; recalculado, sin dato"),
    "un_estado": (poner("indicadores_actividad", FIN | {"estado": "vencida"}, estado="en_ejecucion"), ACTIVIDAD, "estado publicado, en ejecucion; recalculado, vencida"),
    "una_zona": (poner("indicadores_subcomponente", FIN | {"zona": "media"}, zona="alta"), SUB, "zona publicado, alta; recalculado, media"),
    "una_fila_de_evidencia_quitada": (quitar("avances", CUENTA), CONCILIACION, "y hay 776 filas"),
    "una_fila_de_evidencia_de_mas": (agregar("avances", CUENTA, avance_id="sintetico-noticias:99999", registro="99999", url=""), ACTIVIDAD, "ejecutado publicado, 770; recalculado, 771"),
    "la_cantidad_de_un_registro": (poner("avances", CUENTA, cantidad="50"), ACTIVIDAD, "ejecutado publicado, 770; recalculado, 819"),
    "la_fecha_de_un_registro": (poner("avances", CUENTA, fecha="2020-12-31"), REGISTROS, "está fuera de la ventana de su actividad, pero figura así: cuenta"),
    "un_registro_fuera_de_su_ventana_que_cuenta": (poner("avances", AJENO, cuenta="true", motivo=""), REGISTROS, "está fuera de la ventana de su actividad, pero figura así: cuenta"),
    "un_registro_bueno_que_no_cuenta": (poner("avances", CUENTA, cuenta="false", motivo="posterior_al_corte"), REGISTROS, "y del corte, pero figura así: no cuenta: es posterior al corte"),
    "un_duplicado_que_cuenta": (poner("avances", REPETIDO, cuenta="true", motivo="", duplicado_de=""), DUPLICADOS, "repite a "),
    "un_duplicado_de_otro": (poner("avances", REPETIDO, duplicado_de="sintetico-informes:R-001"), DUPLICADOS, "es un duplicado de sintetico-informes:R-001"),
    "un_registro_escondido_como_duplicado": (esconder_como_duplicado, DUPLICADOS, "no repite a ningún otro, pero figura así: no cuenta: es un duplicado"),
    "una_captura_inventada": (poner("avances", CUENTA, captura_sha256="0" * 64), REGISTROS, "una captura que no está en el manifiesto"),
    "un_registro_de_una_actividad_que_no_existe": (poner("avances", CUENTA, actividad_id="9.9"), REGISTROS, "es de la actividad 9.9, que no está en el plan"),
    "un_peso": (poner("plan", {"actividad_id": "1.4"}, peso="0.5"), SUB, "Subcomponente 1, corte 2020-12-31: avance numerador"),
    "un_peso_de_subcomponente": (poner("plan", {"actividad_id": "4.1"}, peso_subcomponente="3"), TOTAL, "avance denominador publicado, 4,000000; recalculado, 6,000000"),
    "una_ventana": (poner("plan", {"actividad_id": "1.4"}, fin="2020-11-30"), REGISTROS, "está fuera de la ventana de su actividad, pero figura así: cuenta"),
    "una_meta": (poner("plan", {"actividad_id": "1.4"}, meta="770"), ACTIVIDAD, "meta publicado, 900; recalculado, 770"),
    "una_meta_de_cero": (poner("plan", {"actividad_id": "1.4"}, meta="0"), PLAN, "plan, actividad 1.4: su meta es 0"),
    "un_responsable": (poner("plan", {"actividad_id": "1.4"}, responsables="Nadie"), DEPENDENCIA, "Dependencia Nadie, corte 2020-12-31: falta la fila"),
    "la_conciliacion": (poner("conciliacion", {"fuente": "sintetico-noticias"}, recibidos="789"), CONCILIACION, "Fuente sintetico-noticias: dice 789 recibidos"),
    "un_rechazo_quitado": (quitar("rechazos", {"fuente": "sintetico-tuits"}), CONCILIACION, "Fuente sintetico-tuits: dice 6 rechazados, y hay 5 filas"),
    "una_fila_de_indicadores_quitada": (quitar("indicadores_actividad", FIN | {"actividad_id": "2.3"}), ACTIVIDAD, "Actividad 2.3, corte 2020-12-31: falta la fila"),
    "una_fila_de_indicadores_de_mas": (agregar("indicadores_dependencia", FIN, dependencia="Inventada"), DEPENDENCIA, "Dependencia Inventada, corte 2020-12-31: sobra la fila"),
    "una_fila_de_indicadores_repetida": (agregar("indicadores_total", FIN), TOTAL, "la fila está dos veces"),
    "un_corte_escondido": (esconder_un_corte, FICHA, "sus cortes oficiales no son los del manifiesto"),
    "un_csv_cortado": (cortar_avances, REGISTROS, "está cortada"),
    "una_fecha_que_no_existe": (poner("avances", CUENTA, fecha="2020-02-30"), REGISTROS, "«2020-02-30» no es un valor admitido"),
    "un_numero_mal_escrito": (poner("indicadores_total", FIN, avance_pct="9e1"), TOTAL, "«9e1» no es un valor admitido"),
    "una_formula_sin_apostrofo": (poner("avances", CUENTA, titulo="=1+1"), REGISTROS, "le falta el apóstrofo"),
}


def abrir(navegador: Any, direccion: str, **opciones: Any) -> tuple[Any, list[str], list[str]]:
    pagina = navegador.new_context(**opciones).new_page()
    pedidos: list[str] = []
    avisos: list[str] = []
    pagina.context.on("request", lambda r: pedidos.append(r.url))
    pagina.on("console", lambda m: avisos.append(m.text))
    pagina.on("pageerror", lambda e: avisos.append(str(e)))
    pagina.goto(direccion)
    return pagina, pedidos, avisos


def oprimir(pagina: Any) -> None:
    pagina.get_by_role("button", name="Comprobar estas cifras").click()
    pagina.locator("#comprobar-resultado h4").wait_for()


def lineas(pagina: Any) -> dict[str, tuple[str, str]]:
    """Devuelve cada comprobación con su estado y su texto."""
    return dict(
        pagina.evaluate(
            """[...document.querySelectorAll('#comprobar-lista > li')].map(li => [li.querySelector('strong').textContent,
               [li.querySelector('.insignia').lastChild.textContent.trim(), li.textContent]])"""
        )
    )


def veredicto(pagina: Any) -> str:
    return str(pagina.locator("#comprobar-resultado h4").inner_text())


def test_una_entrega_buena_sin_firma_sale_bien_y_dice_que_la_firma_no_se_comprobo(navegador: Any, copia: Path, puerto: int) -> None:
    pagina, pedidos, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estados = {t: e for t, (e, _) in lineas(pagina).items()}
    assert len(estados) == 14
    assert {t for t, e in estados.items() if e != "bien"} == {FIRMA}
    assert estados[FIRMA] == "no se pudo comprobar"
    assert veredicto(pagina).startswith("Nada está mal en lo que se pudo comprobar. 1 no se pudo comprobar.")
    archivos = json.loads((copia / "manifiesto.json").read_text("utf-8"))["archivos"]
    assert f"{len(archivos)} de {len(archivos)} archivos" in lineas(pagina)[HUELLAS][1]
    assert pagina.locator("#comprobar-resultado code").inner_text() == hashlib.sha256((copia / "manifiesto.json").read_bytes()).hexdigest()
    assert pagina.locator("#comprobar-resultado tbody tr").count() == 1 + 4 + 16
    assert set(pagina.locator("#comprobar-resultado tbody .insignia").all_inner_texts()) == {"✓\ncoincide"}
    assert all(p.startswith(f"http://127.0.0.1:{puerto}/{copia.name}/") for p in pedidos)
    assert [a for a in avisos if "404" not in a] == []
    pagina.context.close()


def test_una_entrega_firmada_sale_toda_bien_y_una_firma_de_otro_manifiesto_mal(navegador: Any, copia: Path, puerto: int) -> None:
    (copia / "manifiesto.firma").write_bytes(firmar((copia / "manifiesto.json").read_bytes(), CLAVE))
    pagina, _, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    assert veredicto(pagina).startswith("Todo cuadra: 14 comprobaciones bien.")
    assert avisos == []
    rehacer(copia)
    (copia / "manifiesto.firma").write_bytes(firmar((copia / "manifiesto.json").read_bytes() + b" ", CLAVE))
    pagina.reload()
    oprimir(pagina)
    estado, texto = lineas(pagina)[FIRMA]
    pagina.context.close()
    assert estado == "MAL"
    assert "la firma no es de este manifiesto" in texto


@pytest.mark.parametrize("nombre", ADULTERACIONES)
def test_cada_adulteracion_con_las_huellas_rehechas_se_dice_mal(navegador: Any, copia: Path, puerto: int, nombre: str) -> None:
    cambio, titulo, palabras = ADULTERACIONES[nombre]
    cambio(copia)
    rehacer(copia)
    pagina, _, avisos = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    hechas, dicho = lineas(pagina), veredicto(pagina)
    pagina.context.close()
    assert [a for a in avisos if "404" not in a] == []
    assert dicho.startswith("MAL: ")
    assert hechas[titulo][0] == "MAL"
    assert palabras in hechas[titulo][1]
    assert hechas[HUELLAS][0] == hechas[SUMAS][0] == "bien"


def un_byte(carpeta: Path) -> None:
    archivo = carpeta / "catalogo.jsonld"
    archivo.write_bytes(archivo.read_bytes().replace(b"Catal", b"Katal", 1))


def suma_cambiada(carpeta: Path) -> None:
    archivo = carpeta / "SHA256SUMS"
    archivo.write_text(archivo.read_text("utf-8").replace(hashlib.sha256((carpeta / "manifiesto.json").read_bytes()).hexdigest(), "0" * 64), encoding="utf-8")


def clave_repetida(carpeta: Path) -> None:
    archivo = carpeta / "manifiesto.json"
    archivo.write_text(archivo.read_text("utf-8").replace('{\n  "formato"', '{\n  "corte": "2020-08-31",\n  "formato"', 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("cambio", "titulo", "palabras"),
    [
        (un_byte, HUELLAS, "catalogo.jsonld: su contenido no es el que anuncia el manifiesto"),
        (lambda c: (c / "datos/rechazos.parquet").unlink(), HUELLAS, "Falta el archivo datos/rechazos.parquet"),
        (lambda c: (c / "verificar.py").write_text("print('todo bien')\n"), HUELLAS, "verificar.py: mide 19 bytes"),
        (suma_cambiada, SUMAS, "La huella del manifiesto no es la que dice SHA256SUMS"),
        (lambda c: (c / "SHA256SUMS").unlink(), SUMAS, "falta SHA256SUMS"),
        (clave_repetida, "El manifiesto es de esta entrega", "repite una clave"),
        (lambda c: cambiar_json(c, "manifiesto.json", entrega="13001-2020-20201231-002"), "El manifiesto es de esta entrega", "es de la entrega 13001-2020-20201231-002 y esta página"),
        (lambda c: (c / "manifiesto.json").unlink(), "El manifiesto es de esta entrega", "falta manifiesto.json"),
    ],
    ids=["un_byte", "un_archivo_borrado", "otro_verificador", "otra_suma", "sin_sumas", "clave_repetida", "otra_entrega", "sin_manifiesto"],
)
def test_lo_que_no_es_lo_anunciado_se_dice_mal(navegador: Any, copia: Path, puerto: int, cambio: Callable[[Path], object], titulo: str, palabras: str) -> None:
    cambio(copia)
    pagina, _, _ = abrir(navegador, f"http://127.0.0.1:{puerto}/{copia.name}/index.html")
    oprimir(pagina)
    estado, texto = lineas(pagina)[titulo]
    dicho = veredicto(pagina)
    pagina.context.close()
    assert (estado, dicho[:4]) == ("MAL", "MAL:")
    assert palabras in texto


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
    assert {t for t, e in estados.items() if e == "no se pudo comprobar"} == {HUELLAS, SUMAS, FIRMA}
    assert estados[TOTAL] == estados[SERIE] == "bien"
    assert "0 de " in texto
    assert "Todo cuadra" not in dicho


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
    assert {t for t, e in estados.items() if e != "bien"} == {FIRMA}
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


def test_el_verificador_en_python_acepta_la_misma_entrega(buena: Path) -> None:
    hecho = subprocess.run([sys.executable, str(buena / "verificar.py"), str(buena)], capture_output=True, text=True)
    assert hecho.returncode == 0, hecho.stdout


def _publicado(campo: str, valor: object) -> str | None:
    """Escribe el valor como va en el CSV: las cantidades, sin ceros de más."""
    if not isinstance(valor, Decimal):
        return None if valor is None else str(valor)
    texto = f"{valor:f}"
    recorta = campo in {"meta", "ejecutado", "programado", "cantidad", "peso", "peso_subcomponente"} and "." in texto
    return texto.rstrip("0").rstrip(".") if recorta else texto


def _caso(azar: random.Random) -> tuple[dict[str, Any], dict[str, list[dict[str, str | None]]]]:
    """Inventa un plan y su evidencia; devuelve lo que lee el navegador y lo que calcula `rendicion.indicadores`."""
    dia = lambda: date(2020, 1, 1) + timedelta(days=azar.randrange(366))  # noqa: E731
    numero = lambda tope: Decimal(azar.randrange(1, tope * 10_000)).scaleb(-azar.randrange(5))  # noqa: E731
    actividades, diarios, avances = [], [], []
    pesos = {s: numero(3) for s in "123"}
    for s in "123":
        for n in range(azar.randrange(1, 5)):
            inicio, fin = sorted((dia(), dia()))
            meta = azar.choice([None, "1", "5", "10", "800", str(azar.randrange(1, 900)), str(numero(9))])
            hitos = tuple(sorted(dia() for _ in range(azar.choice([0, 0, 1, 3]))))
            quienes = tuple(azar.sample(["Prensa", "Planeación", "Informática"], azar.randrange(3)))
            regla = "hitos" if hitos else azar.choice(["lineal", "al_final"])
            a = actividad(
                f"{s}.{n + 1}", meta, inicio=inicio, fin=fin, hitos=hitos, programacion=regla, agregacion=azar.choice(["suma", "suma", "ultimo"]),
                peso=numero(2), peso_subcomponente=pesos[s], responsables=quienes,
            )
            actividades.append(a)
            for k in range(azar.choice([0, 1, 2, 9])):
                fecha, cantidad = dia(), azar.choice([Decimal(0), Decimal(1), Decimal(azar.randrange(9)), numero(5)])
                if any(d.actividad_id == a.id and d.fecha == fecha for d in diarios):
                    continue
                diarios.append(Diario(a.id, fecha, cantidad, cantidad, 1))
                avances.append({"avance_id": f"f:{a.id}-{k}", "actividad_id": a.id, "fecha": fecha.isoformat(), "cantidad": _publicado("cantidad", cantidad), "cuenta": "true"})
    # Los bordes (el último día, un hito, el 80 % justo, un empate al redondear) son donde los programas se apartan.
    p, corte = plan(*actividades), azar.choice([dia(), azar.choice(actividades).fin, *(h for a in actividades for h in a.hitos)])
    cortes = indicadores.cortes_de_la_entrega((date(2020, 4, 30), date(2020, 8, 31)), corte)
    esperado = indicadores.calcular(p, diarios, cortes) | {"serie": indicadores.serie(p, diarios, corte)}
    propias = {"subcomponente_id", "agregacion", "programacion", "meta", "peso", "peso_subcomponente", "inicio", "fin"}
    filas = [
        {"entidad": "13001", "vigencia": "2020", "actividad_id": a.id, **{c: _publicado(c, getattr(a, c)) for c in propias}}
        | {"responsables": ";".join(a.responsables) or None, "hitos": ";".join(h.isoformat() for h in a.hitos) or None}
        for a in actividades
    ]
    m = {"entidad": "13001", "vigencia": 2020, "corte": corte.isoformat(), "cortes": [c.isoformat() for c in cortes], "periodo": ["2020-03-01", "2020-12-31"]}
    publicado = {t: [{k: _publicado(k, v) for k, v in f.items()} for f in fs] for t, fs in esperado.items()}
    return {"plan": filas, "avances": avances, "m": m}, publicado


def test_en_cientos_de_planes_al_azar_da_lo_mismo_que_el_programa_hasta_la_ultima_cifra(navegador: Any) -> None:
    azar = random.Random(20201231)
    casos = [_caso(azar) for _ in range(300)]
    pagina = navegador.new_page()
    pagina.add_script_tag(content=guion())
    salen = pagina.evaluate("casos => casos.map(c => recalcular(leerPlan(c.plan, c.m), c.avances, c.m))", [c for c, _ in casos])
    pagina.close()
    for (_, esperado), sale in zip(casos, salen, strict=True):
        for tabla, filas in esperado.items():
            assert sorted(map(_en_orden, sale[tabla])) == sorted(map(_en_orden, filas)), tabla


def _en_orden(fila: dict[str, str | None]) -> str:
    return json.dumps(fila, sort_keys=True)
