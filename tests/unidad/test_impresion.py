"""Lo que se imprime sale de la entrega, dice lo mismo que ella y no deja entrar nada ajeno. DATOS SINTÉTICOS."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rendicion.errores import ErrorUso
from rendicion.impresion import imprimir, leer_documento
from rendicion.informe import pdf, pdf_escritura
from tests.unidad.muestras_entrega import ENTREGA, escribir_entrega


@pytest.fixture(scope="module")
def entrega(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return escribir_entrega(tmp_path_factory.mktemp("e") / ENTREGA)


@pytest.fixture(scope="module")
def doc(entrega: Path) -> pdf.Documento:
    return leer_documento(entrega)


def test_se_escriben_el_seguimiento_y_el_informe_con_el_nombre_de_la_entrega(entrega: Path, tmp_path: Path) -> None:
    vistos: list[str] = []
    escritos = imprimir(entrega, tmp_path, lambda html, quien: (vistos.append(quien), html.encode())[1])
    assert [a.name for a in escritos] == [f"seguimiento-{ENTREGA}.pdf", f"informe-{ENTREGA}.pdf"]
    assert all(a.read_bytes().startswith(b"<!doctype html>") for a in escritos)
    assert [v.split(":")[1] for v in vistos] == ["seguimiento", "informe"]


def test_el_seguimiento_trae_el_formato_las_firmas_y_el_marco(doc: pdf.Documento) -> None:
    html = pdf.seguimiento(doc)
    assert re.findall(r'<th scope="col">(.*?)</th>', html)[:10] == [
        "Subcomponente / Proceso", "Actividades programadas", "Actividades realizadas", "Meta / Producto", "Responsable", "Fecha programada", "% de avance",
        "Zona", "Observaciones", "Evidencia",
    ]  # fmt: skip
    ficha = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))
    assert ficha == {
        "Entidad": "Alcaldía de ejemplo", "Vigencia": "2020", "Fecha": "31 de agosto de 2020", "Componente": "Rendición de cuentas",
        "Cuatrimestre": "Segundo (mayo a agosto)", "Marco": "PTEP",
    }  # fmt: skip
    assert "<h1>Seguimiento al PTEP" in html
    assert [q for q in pdf.FIRMAS if f'<th scope="row">{q}</th>' in html] == list(pdf.FIRMAS)


def test_cada_actividad_lleva_a_su_evidencia_y_lo_que_no_cabe_se_cuenta(doc: pdf.Documento) -> None:
    html = pdf.seguimiento(doc, por_actividad=2)
    anclas = re.findall(r'href="#(evidencia-[0-9.]+)"', html)
    assert anclas
    assert set(anclas) == set(re.findall(r'id="(evidencia-[0-9.]+)"', html))
    cuentan = [a for a in doc.tablas["avances"] if a["cuenta"] and a["fecha"] <= doc.corte and a["actividad_id"] == "1.4"]
    assert f"Hay {len(cuentan) - 2} registros más: filas de datos/avances.csv con actividad_id 1.4" in html.replace("\xa0", " ").replace(".000", "000")


def test_el_informe_tiene_una_tabla_por_subcomponente_y_cada_parte_del_ciclo(doc: pdf.Documento) -> None:
    html = pdf.informe(doc)
    titulos = re.findall(r"<h2>(.*?)</h2>", html)
    assert [t for t in titulos if t.startswith("Subcomponente")] == titulos[2:6]
    for parte in ("Compromisos con la ciudadanía", "Diálogo con la ciudadanía", "Evaluación de la ciudadanía", "Cronograma", "Autodiagnóstico", "Qué falta por aclarar"):
        assert parte in titulos
    assert html.count("<caption>Lo programado y lo hecho al 31 de agosto de 2020</caption>") == 4
    assert "La fuente capacitaciones no entregó datos" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://usuario:clave@malo.example/", "file:///etc/passwd"])
def test_una_direccion_que_no_es_web_no_se_vuelve_enlace(doc: pdf.Documento, url: str) -> None:
    avance = {**next(a for a in doc.tablas["avances"] if a["cuenta"] and a["fecha"] <= doc.corte), "url": url}
    compromiso = {**doc.tablas["compromisos"][0], "evidencia_url": url}
    malo = replace(doc, tablas={**doc.tablas, "avances": [avance], "compromisos": [compromiso]})
    for html in (pdf.seguimiento(malo), pdf.informe(malo)):
        assert url in html
        assert f'href="{url}' not in html


@pytest.mark.parametrize("cual", [pdf.seguimiento, pdf.informe])
def test_un_texto_hostil_queda_como_texto_y_un_enlace_raro_no_se_puede_abrir(doc: pdf.Documento, cual: object) -> None:
    html = cual(doc)  # type: ignore[operator]
    assert "<script>alert" not in html
    assert "<img" not in html
    assert all(h.startswith(("#", "http://", "https://")) for h in re.findall(r'href="(.*?)"', html))
    assert "usuario:clave@" not in "".join(re.findall(r'href="(.*?)"', html))


@pytest.mark.parametrize("cual", [pdf.seguimiento, pdf.informe])
def test_cada_documento_dice_su_idioma_su_titulo_su_corte_y_su_huella(doc: pdf.Documento, cual: object) -> None:
    html = cual(doc)  # type: ignore[operator]
    assert '<html lang="es-CO">' in html
    assert len(re.findall(r"<h1>", html)) == 1
    assert "DATOS SINTÉTICOS" in re.findall(r"<title>(.*?)</title>", html)[0]
    assert doc.manifiesto_sha256 in html
    assert html.count("DATOS SINTÉTICOS") >= 3


def test_sin_datos_sinteticos_no_se_dice_que_los_haya(tmp_path: Path) -> None:
    real = leer_documento(escribir_entrega(tmp_path / ENTREGA, sintetica=False))
    assert "SINTÉTICOS" not in re.sub(r"<td.*?</td>", "", pdf.seguimiento(real))


def test_lo_que_no_es_lo_que_anuncia_el_manifiesto_no_se_imprime(tmp_path: Path) -> None:
    carpeta = escribir_entrega(tmp_path / ENTREGA)
    cifras = carpeta / "ciclo.json"
    cifras.write_bytes(cifras.read_bytes().replace(b'"formato"', b'"Formato"'))
    with pytest.raises(ErrorUso, match="no es el que anunció el manifiesto"):
        imprimir(carpeta, tmp_path / "pdf", lambda *_: b"")
    assert not (tmp_path / "pdf").exists()


def test_una_carpeta_cualquiera_no_es_una_entrega(tmp_path: Path) -> None:
    with pytest.raises(ErrorUso, match="no tiene manifiesto"):
        imprimir(tmp_path, tmp_path / "pdf")


def test_los_pdf_nunca_quedan_dentro_de_la_entrega(entrega: Path) -> None:
    with pytest.raises(ErrorUso, match="dentro de la entrega"):
        imprimir(entrega, entrega / "pdf", lambda *_: b"")


@pytest.mark.parametrize(
    ("falla", "dice", "remedio"),
    [(ImportError("No module named 'weasyprint'"), "falta WeasyPrint", "pip install"), (OSError("cannot load library 'libpango'"), "libpango", "apt install libpango")],
)
def test_sin_weasyprint_o_sin_sus_librerias_se_dice_como_ponerlas(monkeypatch: pytest.MonkeyPatch, falla: Exception, dice: str, remedio: str) -> None:
    def cargar(_nombre: str) -> None:
        raise falla

    monkeypatch.setattr(pdf_escritura, "import_module", cargar)
    with pytest.raises(ErrorUso) as error:
        pdf_escritura.escribir_pdf("<p>hola", "x")
    assert dice in str(error.value)
    assert remedio in str(error.value)
    assert error.value.salida == 2
