"""Las páginas del portal: completas, claras, seguras, enlazadas entre sí y siempre iguales."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import feedparser
import pytest

from esquemas import PUBLICAS
from rendicion.informe.portal.citas import bibtex, cff
from rendicion.informe.portal.rutas import de_dependencias
from rendicion.portal_estatico import PaginasDelPortal, leer_publicada
from rendicion.portales.carpeta import PortalCarpeta
from tests.unidad import muestras_informe
from tests.unidad import muestras_portal as muestras
from tests.unidad.lector_informe import Nodo, frases, leer, palabras

MARCA = "DATOS SINTÉTICOS"
ULTIMA = "13001-2020-20201231-003"


def publicar(raiz: Path) -> Path:
    portal = PortalCarpeta(raiz / "portal", PaginasDelPortal())
    agosto = muestras_informe.CORTES[1]
    for carpeta, manifiesto in (
        muestras.escribir(raiz / "e", 1, corte=agosto),
        muestras.escribir(raiz / "e", 2, menos=20, estado="no_iniciada"),
        muestras.escribir(raiz / "e", 3),
        muestras.escribir(raiz / "e", 1, de=muestras.entidad("05001", 'Alcaldía <b>"real"</b> & otra'), sintetica=False),
    ):
        portal.publicar(carpeta, manifiesto)
    return raiz / "portal"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publicar(tmp_path_factory.mktemp("portal"))


@pytest.fixture(scope="module")
def paginas(portal: Path) -> dict[str, Nodo]:
    leidas = {p.relative_to(portal).as_posix(): leer(p.read_text("utf-8")) for p in muestras.zona_de(portal, ULTIMA)}
    assert len(leidas) > 40
    assert {n: e for n, (_, e) in leidas.items() if e} == {}
    return {n: r for n, (r, _) in leidas.items()}


@pytest.fixture(scope="module")
def ultima(portal: Path) -> Path:
    return portal / "13001-2020" / "paginas" / ULTIMA


def cada(paginas: dict[str, Nodo]) -> Iterator[tuple[str, Nodo]]:
    yield from paginas.items()


def test_hay_pagina_de_cada_tabla_actividad_y_dependencia_y_las_de_cambios_y_busqueda(ultima: Path) -> None:
    nombres = {p.name for p in ultima.iterdir()}
    t = muestras.tablas()
    assert {f"tabla-{n.replace('_', '-')}.html" for n in PUBLICAS} <= nombres
    assert {f"actividad-{f['actividad_id'].replace('.', '-')}.html" for f in t["plan"]} <= nombres
    assert sum(n.startswith("dependencia-") for n in nombres) == len({f["dependencia"] for f in t["indicadores_dependencia"]})
    assert {"cambios.html", "buscar.html", "resumen.json"} <= nombres


def test_cada_pagina_tiene_idioma_un_titulo_principal_y_salto_al_contenido(paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        assert raiz.todos("html")[0].atributos["lang"] == "es-CO", nombre
        assert [len(raiz.todos(e)) for e in ("h1", "main", "footer")] == [1, 1, 1], nombre
        assert raiz.todos("a")[0].atributos["href"] == "#" + raiz.todos("main")[0].atributos["id"], nombre


def test_los_titulos_no_saltan_niveles_y_los_identificadores_no_se_repiten(paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        niveles = [int(n.etiqueta[1]) for n in raiz.todos("h1", "h2", "h3", "h4", "h5")]
        assert all(b <= a + 1 for a, b in itertools.pairwise(niveles)), nombre
        ids = [n.atributos["id"] for n in raiz.todos() if "id" in n.atributos]
        assert len(ids) == len(set(ids)), nombre
        nombrados = {i for n in raiz.todos() for i in n.atributos.get("aria-labelledby", "").split()}
        assert nombrados <= set(ids), nombre


def test_ningun_enlace_del_portal_lleva_a_donde_no_hay_nada(portal: Path, paginas: dict[str, Nodo]) -> None:
    anclas: dict[Path, set[str]] = {}
    rotos = []
    for nombre, raiz in cada(paginas):
        for a in raiz.todos("a", "link"):
            partes = urlsplit(a.atributos["href"])
            if partes.scheme:
                continue
            destino = (portal / nombre).parent / unquote(partes.path) if partes.path else portal / nombre
            if not destino.is_file():
                rotos.append((nombre, a.atributos["href"]))
                continue
            if destino not in anclas and destino.suffix == ".html":
                anclas[destino] = {n.atributos["id"] for n in leer(destino.read_text("utf-8"))[0].todos() if "id" in n.atributos}
            if partes.fragment and "=" not in partes.fragment and partes.fragment not in anclas[destino]:
                rotos.append((nombre, a.atributos["href"]))
    assert rotos == []


def test_el_indice_de_busqueda_lleva_a_paginas_que_existen(ultima: Path) -> None:
    raiz = leer((ultima / "buscar.html").read_text("utf-8"))[0]
    indice = json.loads(next(n.texto for n in raiz.todos("script") if n.atributos.get("id") == "indice"))
    assert len(indice) > 1_000
    assert {t for t, *_ in indice} == {"Actividad", "Dependencia", "Tabla", "Columna", "Compromiso", "Evidencia"}
    assert {h.partition("#")[0] for *_, h in indice} <= {p.name for p in ultima.iterdir()}


def test_ninguna_pagina_carga_nada_de_fuera_ni_lleva_manejadores(portal: Path, paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        assert not raiz.todos("img", "iframe", "object", "embed", "video", "audio", "form", "base"), nombre
        assert not [n for n in raiz.todos() if {"src", "srcset", "poster", "background", "style"} & set(n.atributos)], nombre
        assert not [a for n in raiz.todos() for a in n.atributos if a.startswith("on")], nombre
        assert {n.atributos.get("rel") for n in raiz.todos("link")} <= {"alternate"}, nombre
        assert not re.search(r"@import|url\((?![\"']?data:)", (portal / nombre).read_text("utf-8")), nombre


def test_la_politica_de_cada_pagina_solo_admite_lo_suyo_por_su_huella(paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        politica = next(n.atributos["content"] for n in raiz.todos("meta") if n.atributos.get("http-equiv") == "Content-Security-Policy")
        propios = [n for n in raiz.todos("style", "script") if "type" not in n.atributos]
        huellas = {base64.b64encode(hashlib.sha256(n.texto.encode()).digest()).decode() for n in propios}
        assert set(re.findall(r"'sha256-([^']+)'", politica)) == huellas, nombre
        assert politica.startswith("default-src 'none'; "), nombre
        assert "unsafe" not in politica, nombre
        assert ("connect-src" in politica) == any(n.etiqueta == "script" for n in propios), nombre


def test_lo_ajeno_se_ve_como_texto_y_los_enlaces_peligrosos_no_existen(portal: Path, paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        html = (portal / nombre).read_text("utf-8")
        for malo in ("<img src=x", "<svg onload", "<script>alert", 'href="javascript', "\u202e", "usuario:clave@"):
            assert malo not in re.sub(r'<script type="application/(ld\+)?json".*?</script>', "", html, flags=re.DOTALL), (nombre, malo)
        for guion in re.findall(r'<script type="application/(?:ld\+)?json"[^>]*>(.*?)</script>', html, flags=re.DOTALL):
            assert not set("<>&") & set(guion), nombre
            json.loads(guion)
        for a in raiz.todos("a"):
            if re.match(r"[a-z][a-z0-9+.-]*:", a.atributos["href"], re.IGNORECASE):
                assert a.atributos["href"].startswith(("https://", "http://", "mailto:")), nombre
                assert a.atributos["href"].startswith("mailto:") or a.atributos["rel"] == "noopener nofollow", nombre
    assert "{{ 7*7 }}" in paginas[f"13001-2020/paginas/{ULTIMA}/actividad-1-1.html"].todos("h1")[0].texto


def test_ninguna_frase_pasa_de_veinte_palabras(paginas: dict[str, Nodo]) -> None:
    largas = {f for _, raiz in cada(paginas) for f in frases(raiz) if palabras(f) > 20}
    assert largas == set()


def test_cada_sigla_se_explica_la_primera_vez_y_no_hay_palabras_de_tecnico(paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        texto = " ".join(frases(raiz.todos("body")[0])).replace(MARCA, "").replace("AAAA-MM-DD", "")
        for sigla in {m.group() for m in re.finditer(r"\b[A-ZÁÉÍÓÚÑ]{2,}(?:-\d+)?\b", texto)}:
            assert texto[texto.index(sigla) + len(sigla) :].startswith(" ("), (nombre, sigla)
        assert not re.search(r"\b(hash|dataset|pipeline|null|nan|none|input|output|ratio|outlier|string|slug|feed|metadata)\b", texto.lower()), nombre


def test_lo_sintetico_se_marca_en_cada_seccion_y_lo_real_no(paginas: dict[str, Nodo]) -> None:
    for nombre, raiz in cada(paginas):
        if nombre == "index.html":
            continue
        titulos = raiz.todos("h1", "h2", "caption")
        if nombre.startswith("13001"):
            assert raiz.todos("title")[0].texto.startswith(MARCA), nombre
            assert all(MARCA in t.texto for t in titulos if t.etiqueta != "h1"), nombre
        else:
            assert MARCA not in "".join(frases(raiz)), nombre
    marcados = [li for li in paginas["index.html"].todos("li") if "data-busca" in li.atributos]
    assert [MARCA in li.texto for li in marcados] == [False, True]


def test_lo_que_nadie_reporto_dice_sin_reporte_y_no_cero(paginas: dict[str, Nodo]) -> None:
    sin = re.sub(r"\s+", " ", paginas[f"13001-2020/paginas/{ULTIMA}/actividad-1-3.html"].todos("main")[0].texto)
    assert "Nadie ha reportado nada" in sin
    assert re.search(r"Hecho ?sin reporte", sin)
    assert "Sin reporte: ningún registro cuenta" in sin
    sin_meta = paginas[f"13001-2020/paginas/{ULTIMA}/actividad-4-2.html"].texto
    assert "no se puede medir" in sin_meta
    assert not re.search(r"\d\s%", sin_meta[sin_meta.index("Cuánto va") : sin_meta.index("Su historia")])


def test_la_actividad_muestra_su_historia_por_cortes_y_por_entregas_y_sus_capturas(paginas: dict[str, Nodo]) -> None:
    raiz = paginas[f"13001-2020/paginas/{ULTIMA}/actividad-1-3.html"]
    tablas = {t.todos("caption")[0].atributos["id"]: [[c.texto for c in f.todos("th", "td")] for f in t.todos("tr")][1:] for t in raiz.todos("table")}
    assert [f[0] for f in tablas["tabla-cortes"]] == ["30 de abril de 2020", "31 de agosto de 2020", "31 de diciembre de 2020"]
    assert [f[0].replace("\u00a0", " ") for f in tablas["tabla-entregas"]] == ["1: 31 ago 2020", "2: 31 dic 2020", "3: 31 dic 2020"]
    assert {f[2] for f in tablas["tabla-cortes"] + tablas["tabla-entregas"]} == {"sin reporte"}
    assert [f[-1].strip() for f in tablas["tabla-entregas"]] == ["○ Sin empezar", "○ Sin empezar", "✕ Vencida"]
    noticias = paginas[f"13001-2020/paginas/{ULTIMA}/actividad-1-4.html"].texto
    assert "3f" * 32 in noticias
    assert "Ver todos sus registros" in noticias


def test_un_registro_que_entro_o_salio_se_ve_en_la_actividad_suya_y_en_ninguna_otra(paginas: dict[str, Nodo]) -> None:
    con = [n for n, r in cada(paginas) if ULTIMA in n and "actividad-" in n and "avances x/9" in r.texto]
    assert con == [f"13001-2020/paginas/{ULTIMA}/actividad-1-4.html"]
    corregido = [n for n, r in cada(paginas) if ULTIMA in n and "actividad-" in n and "avances cargue-dependencias/1.6-0030" in r.texto]
    assert corregido == [f"13001-2020/paginas/{ULTIMA}/actividad-1-6.html"]


def test_los_cambios_dicen_que_actividad_paso_de_un_estado_a_otro(paginas: dict[str, Nodo]) -> None:
    texto = paginas[f"13001-2020/paginas/{ULTIMA}/cambios.html"].texto
    assert re.search(r"(actividad pasó|actividades pasaron) a «vencida»: [\d., ]*1\.3", texto)
    fila = next(f for f in paginas[f"13001-2020/paginas/{ULTIMA}/cambios.html"].todos("tr") if f.texto.startswith("1.3 "))
    assert [c.texto.replace("\u00a0", " ") for c in fila.todos("td")] == ["1", "sin reporte", "0 %", "0 %", "○ Sin empezar", "✕ Vencida"]
    conjunto = paginas["13001-2020/index.html"].texto
    assert "3 entregas publicadas" in conjunto
    assert "Es la primera entrega: no hay otra con que compararla." in conjunto
    assert "Tiene otra fecha de corte" in conjunto
    assert conjunto.index("Entrega 3,") < conjunto.index("Entrega 2,") < conjunto.index("Entrega 1,")


def test_la_pagina_de_la_tabla_trae_su_diccionario_entero_y_el_peso_de_sus_descargas(portal: Path, paginas: dict[str, Nodo]) -> None:
    raiz = paginas[f"13001-2020/paginas/{ULTIMA}/tabla-avances.html"]
    diccionario = next(t for t in raiz.todos("table") if t.todos("caption")[0].atributos["id"] == "tabla-diccionario")
    assert [f.todos("th")[0].texto for f in diccionario.todos("tr")[1:]] == list(PUBLICAS["avances"].nombres)
    for a in (a for a in raiz.todos("a") if "download" in a.atributos):
        octetos = ((portal / f"13001-2020/paginas/{ULTIMA}") / a.atributos["href"]).stat().st_size
        assert f"{octetos / 1000:.1f}".replace(".", ",") in a.texto
    vista = next(t for t in raiz.todos("table") if t.atributos.get("id") == "vista")
    assert len(vista.todos("tr")) == 51
    assert '=HYPERLINK("http://malo.invalid")' in vista.texto
    assert "'=HYPERLINK" not in vista.texto


def test_una_tabla_vacia_lo_dice_y_no_muestra_filas(paginas: dict[str, Nodo]) -> None:
    assert "La tabla no trae filas en esta entrega." in paginas[f"13001-2020/paginas/{ULTIMA}/tabla-autodiagnostico.html"].texto


def test_las_fichas_schema_org_dicen_archivos_que_existen_con_lo_que_pesan(portal: Path, paginas: dict[str, Nodo]) -> None:
    vistas = 0
    for nombre, raiz in cada(paginas):
        for guion in (n for n in raiz.todos("script") if n.atributos.get("type") == "application/ld+json"):
            ficha = json.loads(guion.texto)
            assert ficha["@type"] in {"Dataset", "DataCatalog"}
            conjuntos = [ficha] if ficha["@type"] == "Dataset" else ficha["dataset"]
            assert all(50 <= len(d["description"]) <= 5_000 and d["license"].startswith("https://") for d in conjuntos), nombre
            for d in ficha.get("distribution", []):
                assert ((portal / nombre).parent / d["contentUrl"]).stat().st_size == int(d["contentSize"])
                vistas += 1
    assert vistas == 4 * len(PUBLICAS) + 2 * len(PUBLICAS)


def test_el_catalogo_dcat_se_lee_como_rdf_y_nombra_cada_entrega_y_archivo(portal: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    for archivo, conjuntos, distribuciones in (("13001-2020/catalogo.jsonld", 3, 3 * 2 * len(PUBLICAS)), ("catalogo.jsonld", 0, 0)):
        grafo = rdflib.Graph().parse(data=(portal / archivo).read_text("utf-8"), format="json-ld", publicID="http://ejemplo.invalid/")
        assert len(set(grafo.subjects(rdflib.RDF.type, dcat.Dataset))) == conjuntos
        assert len(set(grafo.subjects(rdflib.RDF.type, dcat.Distribution))) == distribuciones
        for catalogo in grafo.subjects(rdflib.RDF.type, dcat.Catalog):
            assert all(grafo.value(catalogo, rdflib.DCTERMS[c]) is not None for c in ("title", "description", "publisher"))
    assert len(set(grafo.subjects(rdflib.RDF.type, dcat.Catalog))) == 3


def test_las_novedades_se_leen_como_atom_con_identidad_y_fechas_de_los_datos(portal: Path) -> None:
    leido = feedparser.parse((portal / "13001-2020/novedades.atom").read_bytes())
    assert (leido.bozo, leido.version) == (False, "atom10")
    assert [e.id for e in leido.entries] == [f"urn:rendicion:13001-2020-{c}-{n:03d}" for c, n in (("20201231", 3), ("20201231", 2), ("20200831", 1))]
    # La corrección de la muestra se declaró el 10 de enero de 2021: es posterior al corte, y es la fecha que vale.
    assert [e.updated for e in leido.entries] == ["2021-01-10T00:00:00-05:00"] * 3
    assert all((portal / "13001-2020" / e.link).is_file() for e in leido.entries)
    assert all(e.title.startswith(MARCA) for e in leido.entries)
    general = feedparser.parse((portal / "novedades.atom").read_bytes())
    assert (general.bozo, len(general.entries)) == (False, 2)
    assert all((portal / e.link).is_file() for e in general.entries)
    assert 'Alcaldía <b>"real"</b> & otra' in {e.author for e in general.entries}


def test_un_texto_ajeno_no_puede_romper_la_cita(ultima: Path) -> None:
    resumen = json.loads((ultima / "resumen.json").read_text("utf-8")) | {"titulo": 'a} , evil = {b\n"c" \\x', "entidad_nombre": "X & Y_Z"}
    escrita = bibtex(resumen)
    assert escrita.count("\n}") == 1
    assert r"a\} , evil = \{b" in escrita
    lineas = cff(resumen).splitlines()
    titulo = next(x for x in lineas if x.startswith("title: "))
    assert json.loads(titulo.removeprefix("title: ")) == 'a} , evil = {b "c" \\x'


def test_la_cita_lleva_la_huella_del_manifiesto_publicado(portal: Path, paginas: dict[str, Nodo]) -> None:
    huella = hashlib.sha256((portal / "13001-2020" / ULTIMA / "manifiesto.json").read_bytes()).hexdigest()
    assert huella in paginas["13001-2020/index.html"].texto
    assert huella in (portal / "13001-2020/cita.bib").read_text("utf-8")


def test_dos_nombres_iguales_sin_tildes_o_sin_letras_no_comparten_pagina() -> None:
    archivos = de_dependencias(["Planeación", "Planeacion", "¿?", "!!!", "x" * 200, "x" * 201])
    assert len(set(archivos.values())) == 6
    assert all(re.fullmatch(r"dependencia-[a-z0-9-]{1,64}\.html", a) for a in archivos.values())


def test_las_mismas_entregas_dan_los_mismos_bytes(portal: Path, tmp_path: Path) -> None:
    otra = publicar(tmp_path)
    de = {p.relative_to(portal): p.read_bytes() for p in portal.rglob("*") if p.is_file()}
    assert {p.relative_to(otra): p.read_bytes() for p in otra.rglob("*") if p.is_file()} == de


def test_ninguna_pagina_pasa_de_300_kb(portal: Path) -> None:
    assert max((p.stat().st_size, p.name) for p in muestras.zona_de(portal, ULTIMA))[0] < 300_000


def test_el_resumen_no_convierte_lo_vacio_en_cero(ultima: Path) -> None:
    acts: dict[str, Any] = {a["id"]: a for a in json.loads((ultima / "resumen.json").read_text("utf-8"))["actividades"]}
    assert (acts["4.2"]["meta"], acts["4.2"]["avance"]) == (None, None)
    assert (acts["1.3"]["avance"], acts["1.3"]["registros"]) == ("0", 0)


def test_la_entrega_se_lee_igual_del_disco(portal: Path) -> None:
    e = leer_publicada(portal / "13001-2020" / ULTIMA)
    assert e.corte == date(2020, 12, 31)
    assert {n: m.filas for n, m in e.muestras.items()} == {n: len(t) for n, t in muestras.tablas().items()}
