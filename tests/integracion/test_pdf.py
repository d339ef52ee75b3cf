"""Los PDF de verdad: etiquetados, con idioma, título y la marca PDF/UA-1, y sin leer nada de fuera. DATOS SINTÉTICOS."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest

from rendicion.impresion import imprimir
from rendicion.informe.pdf_escritura import escribir_pdf
from tests.unidad.muestras_entrega import ENTREGA, escribir_entrega

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("weasyprint")


@pytest.fixture(scope="module")
def escritos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    raiz = tmp_path_factory.mktemp("pdf")
    return imprimir(escribir_entrega(raiz / ENTREGA), raiz / "salida")


def _etiquetas(nodo: Any, halladas: list[str]) -> list[str]:
    nodo = nodo.get_object() if hasattr(nodo, "get_object") else nodo
    if isinstance(nodo, list):
        for hijo in nodo:
            _etiquetas(hijo, halladas)
    elif isinstance(nodo, dict):
        if "/S" in nodo and nodo.get("/Type", "/StructElem") == "/StructElem":
            halladas.append(nodo["/S"])
        if "/K" in nodo:
            _etiquetas(nodo["/K"], halladas)
    return halladas


@pytest.mark.parametrize("n", [0, 1])
def test_es_un_pdf_ua_con_arbol_de_etiquetas_idioma_y_titulo(escritos: list[Path], n: int) -> None:
    lector = pypdf.PdfReader(escritos[n])
    raiz = lector.trailer["/Root"]
    assert raiz["/MarkInfo"]["/Marked"]
    assert raiz["/Lang"] == "es-CO"
    assert raiz["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "DATOS SINTÉTICOS" in lector.metadata.title
    xmp = raiz["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part(>|=\")1", xmp)
    etiquetas = _etiquetas(raiz["/StructTreeRoot"]["/K"], [])
    assert {"/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/Link", "/Caption"} <= set(etiquetas)
    assert "/H1" in etiquetas[:6]


def test_todo_texto_visible_se_puede_extraer_y_los_enlaces_llevan_a_la_evidencia(escritos: list[Path]) -> None:
    lector = pypdf.PdfReader(escritos[0])
    texto = " ".join(" ".join(p.extract_text() for p in lector.pages).split())
    assert "Jefe de la oficina de control interno" in texto
    assert "Seguimiento al PTEP" in texto
    anotaciones = [a.get_object() for p in lector.pages for a in p.get("/Annots", [])]
    externos = [a["/A"]["/URI"] for a in anotaciones if a.get("/A", {}).get("/S") == "/URI"]
    assert externos
    assert all(u.startswith(("http://", "https://")) for u in externos)
    assert [a for a in anotaciones if "/Dest" in a or a.get("/A", {}).get("/S") == "/GoTo"]


@pytest.mark.parametrize("n", [0, 1])
def test_nada_se_sale_de_la_hoja_por_la_derecha(escritos: list[Path], n: int) -> None:
    margen_pt = 1.4 / 2.54 * 72
    for pagina in pypdf.PdfReader(escritos[n]).pages:
        borde = float(pagina.mediabox.right) - margen_pt
        assert [a["/Rect"] for a in (x.get_object() for x in pagina.get("/Annots", [])) if float(a["/Rect"][2]) > borde + 1] == []


def test_el_mismo_documento_da_los_mismos_bytes_y_nada_se_lee_de_fuera(tmp_path: Path) -> None:
    ajeno = tmp_path / "ajeno.svg"
    ajeno.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><text x="5" y="20">SECRETO</text></svg>', encoding="utf-8")
    html = f'<!doctype html><html lang="es"><title>Prueba</title><meta name="dcterms.created" content="2020-08-31"><h1>Hola</h1><img src="{ajeno.as_uri()}" alt="x">'
    uno, otro = (escribir_pdf(html, "prueba") for _ in range(2))
    assert uno == otro
    texto = pypdf.PdfReader(io.BytesIO(uno)).pages[0].extract_text()
    assert "Hola" in texto
    assert "SECRETO" not in texto
