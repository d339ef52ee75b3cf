"""La página de la entrega: completa, segura, clara y siempre igual."""

from __future__ import annotations

import base64
import copy
import dataclasses
import hashlib
import itertools
import json
import re
from datetime import date
from decimal import Decimal

import pytest

from rendicion import informe
from rendicion.errores import ErrorUso
from tests.unidad import muestras_informe as muestras
from tests.unidad.lector_informe import BLOQUES, Nodo, leer

MARCA = "DATOS SINTÉTICOS"
TABLAS = muestras.tablas()


@pytest.fixture(scope="module")
def html() -> str:
    return informe.pagina(TABLAS, muestras.ficha())


@pytest.fixture(scope="module")
def arbol(html: str) -> Nodo:
    return leer(html)[0]


@pytest.fixture(scope="module")
def validacion() -> str:
    return informe.pagina_validacion(muestras.resultados(), TABLAS, muestras.ficha())


@pytest.fixture(params=["informe", "validacion"])
def cualquiera(request: pytest.FixtureRequest, html: str, validacion: str) -> str:
    return html if request.param == "informe" else validacion


def _texto(nodo: Nodo) -> str:
    return re.sub(r"\s+", " ", nodo.texto)


def _por_id(raiz: Nodo, ident: str) -> Nodo:
    return next(n for n in raiz.todos() if n.atributos.get("id") == ident)


def test_la_pagina_se_lee_sin_etiquetas_mal_cerradas(cualquiera: str) -> None:
    assert leer(cualquiera)[1] == []
    assert cualquiera.startswith("<!DOCTYPE html>")


def test_la_pagina_tiene_idioma_un_solo_titulo_principal_y_sus_zonas(cualquiera: str) -> None:
    raiz = leer(cualquiera)[0]
    assert raiz.todos("html")[0].atributos["lang"] == "es-CO"
    assert [len(raiz.todos(e)) for e in ("h1", "main", "footer", "title")][:3] == [1, 1, 1]
    salto = raiz.todos("a")[0]
    assert salto.atributos["href"] == "#" + raiz.todos("main")[0].atributos["id"]


def test_los_titulos_no_saltan_niveles(cualquiera: str) -> None:
    niveles = [int(n.etiqueta[1]) for n in leer(cualquiera)[0].todos("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(b <= a + 1 for a, b in itertools.pairwise(niveles))


def test_ningun_identificador_se_repite_y_todo_ancla_existe(cualquiera: str) -> None:
    raiz = leer(cualquiera)[0]
    ids = [n.atributos["id"] for n in raiz.todos() if "id" in n.atributos]
    assert len(ids) == len(set(ids))
    internos = {n.atributos["href"][1:] for n in raiz.todos("a") if n.atributos["href"].startswith("#")}
    nombrados = {i for n in raiz.todos() for i in n.atributos.get("aria-labelledby", "").split()}
    assert internos | nombrados <= set(ids)


def test_la_pagina_no_carga_nada_de_fuera(cualquiera: str) -> None:
    raiz = leer(cualquiera)[0]
    assert not raiz.todos("link", "img", "iframe", "object", "embed", "video", "audio", "form", "base")
    assert not [n for n in raiz.todos() if {"src", "srcset", "poster", "background", "style"} & set(n.atributos)]
    assert not re.search(r"@import|url\((?![\"']?data:)", cualquiera)
    assert {n.atributos.get("type") for n in raiz.todos("script")} <= {"application/ld+json", None}


def test_ningun_elemento_lleva_un_manejador(cualquiera: str) -> None:
    assert not [a for n in leer(cualquiera)[0].todos() for a in n.atributos if a.startswith("on")]


def test_la_politica_de_seguridad_solo_admite_el_estilo_de_la_pagina(cualquiera: str) -> None:
    raiz = leer(cualquiera)[0]
    politica = next(n.atributos["content"] for n in raiz.todos("meta") if n.atributos.get("http-equiv") == "Content-Security-Policy")
    estilo = raiz.todos("style")[0].texto
    huella = base64.b64encode(hashlib.sha256(estilo.encode()).digest()).decode()
    assert politica.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{huella}'" in politica
    assert "unsafe" not in politica
    assert politica.count("-src 'sha256-") == 1 + len([n for n in raiz.todos("script") if "type" not in n.atributos])


def test_los_enlaces_externos_son_http_y_no_dan_permisos(cualquiera: str) -> None:
    for a in leer(cualquiera)[0].todos("a"):
        href = a.atributos["href"]
        if re.match(r"[a-z][a-z0-9+.-]*:", href, re.IGNORECASE):
            assert href.startswith(("https://", "http://", "mailto:"))
            assert href.startswith("mailto:") or a.atributos["rel"] == "noopener nofollow"


def test_un_titulo_hostil_se_ve_como_texto_y_no_hace_nada(html: str, arbol: Nodo) -> None:
    assert "<script>alert" not in html
    assert "<b onclick" not in html
    assert "javascript:" not in html
    assert "usuario:clave@" not in html
    assert "\u202e" not in html
    assert '<script>alert("hola")</script>' in arbol.texto
    assert "{{ 7*7 }}" in arbol.texto
    assert len(arbol.todos("h1")) == 1


def test_la_pagina_pesa_menos_de_300_kb_con_mil_registros(html: str) -> None:
    assert len(TABLAS["avances"]) > 1_000
    assert len(html.encode()) < 300_000


def test_textos_enormes_no_desbordan_la_pagina() -> None:
    tablas = copy.deepcopy(TABLAS)
    enorme = "x" * 200_000
    for nombre, campo in (("plan", "actividad"), ("plan", "meta_texto"), ("hallazgos", "literal"), ("rechazos", "explicacion"), ("dialogo", "pregunta"), ("correcciones", "antes")):
        tablas[nombre][0][campo] = enorme
    tablas["hallazgos"] *= 50
    tablas["avances"][-1]["titulo"] = enorme
    assert len(informe.pagina(tablas, muestras.ficha()).encode()) < 300_000


def test_dos_veces_da_los_mismos_bytes(html: str, validacion: str) -> None:
    assert informe.pagina(copy.deepcopy(TABLAS), muestras.ficha()) == html
    assert informe.pagina_validacion(muestras.resultados(), TABLAS, muestras.ficha()) == validacion


def _frases(raiz: Nodo) -> list[str]:
    bloques = [n for n in raiz.todos(*BLOQUES) if not n.clases() & {"literal"}]
    textos = (re.sub(r"\s+", " ", b.propio).strip() for b in bloques)
    return [f for t in textos for f in re.split(r"(?<=[.!?])\s", t) if f]


def test_ninguna_frase_pasa_de_veinte_palabras(cualquiera: str) -> None:
    largas = [f for f in _frases(leer(cualquiera)[0]) if len(re.findall(r"[\wáéíóúñü.,-]*\w", f)) > 20]
    assert largas == []


@pytest.mark.parametrize("corte", muestras.CORTES[:2])
def test_las_frases_son_cortas_en_cualquier_corte_y_con_tablas_vacias(corte: date) -> None:
    vacias = {n: [] for n in ("dialogo", "compromisos", "encuestas", "cronograma", "rechazos", "hallazgos", "correcciones", "serie")}
    raiz = leer(informe.pagina({**TABLAS, **vacias}, dataclasses.replace(muestras.ficha(), corte=corte, archivos=(), fuentes=(), anterior=None)))[0]
    assert [f for f in _frases(raiz) if len(re.findall(r"[\wáéíóúñü.,-]*\w", f)) > 20] == []


def test_un_corte_o_una_actividad_sin_indicadores_se_dice_con_claridad() -> None:
    with pytest.raises(ErrorUso, match="no trae el total del corte 2020-06-30"):
        informe.pagina(TABLAS, dataclasses.replace(muestras.ficha(), corte=date(2020, 6, 30)))
    sin_una = [f for f in TABLAS["indicadores_actividad"] if f["actividad_id"] != "2.3"]
    with pytest.raises(ErrorUso, match=r"Faltan indicadores de 2\.3"):
        informe.pagina({**TABLAS, "indicadores_actividad": sin_una}, muestras.ficha())


def test_cada_sigla_se_explica_la_primera_vez(cualquiera: str) -> None:
    cuerpo = leer(cualquiera)[0].todos("body")[0]
    texto = " ".join(_frases(cuerpo)).replace(MARCA, "")
    siglas = {m.group() for m in re.finditer(r"\b[A-ZÁÉÍÓÚÑ]{2,}(?:-\d+)?\b", texto)}
    for sigla in siglas:
        primera = texto.index(sigla)
        assert texto[primera + len(sigla) :].startswith(" ("), sigla


def test_no_usa_palabras_de_tecnico(cualquiera: str) -> None:
    texto = " ".join(_frases(leer(cualquiera)[0].todos("body")[0])).lower()
    assert not re.search(r"\b(hash|dataset|pipeline|null|nan|none|true|false|input|output|ratio|outlier|string)\b", texto)


def test_una_actividad_sin_registros_dice_sin_reporte_junto_a_su_cero(arbol: Nodo) -> None:
    articulo = _texto(_por_id(arbol, "actividad-1-3"))
    assert re.search(r"Avance ?0\s% ?sin reporte", articulo)
    assert "Sin reporte: ningún registro cuenta" in articulo


def test_la_tabla_de_seguimiento_dice_sin_reporte_y_no_cero(arbol: Nodo) -> None:
    fila = next(f for f in _por_id(arbol, "subcomponente-1").todos("tr") if f.texto.startswith("1.3 "))
    assert [c.texto.replace("\u00a0", " ") for c in fila.todos("td")][2:4] == ["sin reporte", "0 % (sin reporte)"]


def test_un_mes_sin_registros_dice_sin_reporte_y_no_cero(arbol: Nodo) -> None:
    figura = _por_id(arbol, "actividad-2-1").todos("figure")[0]
    celdas = {f.todos("th")[0].texto: f.todos("td")[0].texto for f in figura.todos("tr")[1:]}
    assert "0" not in celdas.values()
    assert list(celdas.values()).count("sin reporte") == len(celdas) - 1


def test_una_actividad_sin_meta_no_muestra_porcentajes(arbol: Nodo) -> None:
    articulo = _por_id(arbol, "actividad-4-2")
    assert "%" not in articulo.texto
    assert "Sin meta" in articulo.texto
    assert "sin dato" in articulo.texto


def test_la_primera_pantalla_dice_cuanto_cuando_que_y_quien(arbol: Nodo) -> None:
    total = TABLAS["indicadores_total"][-1]
    assert total["avance_pct"] == Decimal("70.16")
    texto = _texto(arbol.todos("main")[0])
    assert "lleva el 70,2 %" in texto
    assert "A 31 de diciembre de 2020" in texto
    assert "De 16 actividades con meta, 7 se cumplieron y 9 van tarde" in texto
    assert "2 actividades no tienen reporte y valen 0 aquí" in texto
    assert "7 cumplidas" in texto
    assert "9 atrasadas o vencidas" in texto
    assert "Oficina de Comunicaciones y Prensa 7 atrasadas o vencidas, de 12 actividades" in texto


@pytest.mark.parametrize("dos_sitios", [True, False])
def test_los_datos_sinteticos_se_marcan_en_cada_parte(*, dos_sitios: bool) -> None:
    ficha = muestras.ficha()
    pagina = informe.pagina(TABLAS, ficha) if dos_sitios else informe.pagina_validacion(muestras.resultados(), TABLAS, ficha)
    raiz = leer(pagina)[0]
    for parte in raiz.todos("section", "article", "figure", "figcaption", "table", "caption", "footer", "h2", "h3", "h4", "svg", "title"):
        assert MARCA in parte.texto, parte.texto[:80]
    assert raiz.todos("aside")[0].texto.strip().startswith(MARCA)
    assert "SINT%C3%89TICOS" in raiz.todos("style")[0].texto


def test_los_datos_reales_no_llevan_marca_de_sinteticos() -> None:
    ficha = muestras.ficha(sintetica=False)
    assert "SINT" not in informe.pagina(TABLAS, ficha)
    assert "SINT" not in informe.pagina_validacion(muestras.resultados(), TABLAS, ficha)


def test_cada_grafico_tiene_titulo_descripcion_y_una_tabla_al_lado(arbol: Nodo) -> None:
    graficos = arbol.todos("svg")
    assert len(graficos) > 20
    for g in graficos:
        assert g.atributos["role"] == "img"
        titulo, descripcion = g.todos("title")[0], g.todos("desc")[0]
        assert g.atributos["aria-labelledby"] == f"{titulo.atributos['id']} {descripcion.atributos['id']}"
        assert titulo.texto
        assert "tabla" in descripcion.texto


def test_cada_grafico_del_plan_dice_periodo_cobertura_y_donde_bajar_sus_datos(arbol: Nodo) -> None:
    pies = [n for n in arbol.todos("p") if "origen" in n.clases()]
    assert len(pies) == 1 + 1 + 4
    for pie in pies:
        assert "Periodo: de enero de 2020 al 31 de diciembre de 2020. 14 de 16 actividades reportan." in _texto(pie)
        assert [re.sub(r"[\d,]+\s\w+", "", a.texto) for a in pie.todos("a")] == ["Datos en CSV ()", "Datos en Parquet ()"]


def test_lo_que_va_tarde_dice_cuanto_lleva_o_que_nadie_reporto(arbol: Nodo) -> None:
    tarde = next(n for n in arbol.todos("section") if n.atributos.get("aria-labelledby") == "t-tarde")
    cifras = [n.texto.replace("\u00a0", " ") for n in tarde.todos("span") if "cuanto" in n.clases()]
    assert len(cifras) == len(tarde.todos("li"))
    assert "sin reporte" in cifras
    assert not [c for c in cifras if not re.fullmatch(r"sin reporte|[\d,]+ %", c)]


def test_una_tabla_larga_se_abre_aparte_y_una_corta_no() -> None:
    largas = {**TABLAS, "dialogo": TABLAS["dialogo"] * 20}
    raiz = leer(informe.pagina(largas, muestras.ficha()))[0]
    plegadas = {c.atributos["id"] for d in _por_id(raiz, "participacion").todos("details") for c in d.todos("caption")}
    assert plegadas == {"tabla-dialogo"}
    assert "tabla-dialogo" in {c.atributos["id"] for c in _por_id(raiz, "participacion").todos("caption")}


def test_cada_tabla_ancha_se_puede_recorrer_con_el_teclado(cualquiera: str) -> None:
    for region in (n for n in leer(cualquiera)[0].todos("div") if "rueda" in n.clases()):
        assert (region.atributos["tabindex"], region.atributos["role"]) == ("0", "group")
        assert region.atributos["aria-labelledby"] == region.todos("caption")[0].atributos["id"]


def test_el_estado_va_con_palabra_simbolo_y_color(arbol: Nodo) -> None:
    for insignia in (n for n in arbol.todos("b") if "insignia" in n.clases()):
        assert len(insignia.clases()) == 2
        assert insignia.todos("i")[0].atributos["aria-hidden"] == "true"
        assert re.search(r"[A-Za-zí]{4,}", insignia.texto)


@pytest.mark.parametrize("nombre", ["dialogo", "compromisos", "encuestas", "cronograma", "autodiagnostico"])
def test_un_apartado_sin_filas_es_una_frase_sin_dato(nombre: str) -> None:
    parte = _por_id(leer(informe.pagina({**TABLAS, nombre: []}, muestras.ficha()))[0], nombre)
    assert "Sin dato" in parte.texto
    assert not parte.todos("table")


def test_una_cifra_de_encuesta_oculta_no_se_muestra(arbol: Nodo) -> None:
    tabla = next(t for t in _por_id(arbol, "encuestas").todos("table") if t.todos("caption")[0].atributos["id"] == "tabla-encuestas")
    filas = [[c.texto for c in f.todos("td")] for f in tabla.todos("tr")[1:]]
    assert [f[2] for f in filas] == ["88", "oculta", "oculta"]


def test_una_fuente_sin_dato_no_muestra_ceros(arbol: Nodo) -> None:
    fila = next(f for f in _por_id(arbol, "calidad").todos("tr") if "Registro de capacitaciones" in f.texto)
    assert [c.texto for c in fila.todos("td")][1:6] == ["sin dato"] * 5
    assert "Sin dato: 1 fuente no entregó nada" in _texto(_por_id(arbol, "calidad"))


def test_los_cambios_dicen_que_habia_antes_que_hay_ahora_y_por_que(arbol: Nodo) -> None:
    texto = _texto(_por_id(arbol, "cambios"))
    assert "2 datos cambiaron" in texto
    assert "sin motivo declarado" in texto
    assert "no estaba" in texto
    assert "dato corregido" in _por_id(arbol, "actividad-1-6").texto


def test_el_ejemplo_hace_la_cuenta_con_los_datos_de_la_entrega(arbol: Nodo) -> None:
    texto = _texto(_por_id(arbol, "calculo"))
    for cuenta in ("874 registros → hecho: 874 publicaciones", "100 × 874 ÷ 900 = 97,11 %", "900 × 355 días ÷ 355 días = 900 publicaciones", "641,277778 ÷ 8 = 80,16 %"):
        assert cuenta in texto


def test_el_ejemplo_sirve_en_un_corte_a_mitad_de_anio() -> None:
    ficha = dataclasses.replace(muestras.ficha(), corte=muestras.CORTES[0])
    tablas = {n: [f for f in filas if n != "serie" or f["corte"] <= ficha.corte] for n, filas in TABLAS.items()}  # type: ignore[operator]
    texto = _texto(_por_id(leer(informe.pagina(tablas, ficha))[0], "calculo"))
    assert "900 × 121 días ÷ 355 días = 306,7606 publicaciones" in texto


def test_una_entrega_sin_ninguna_evidencia_no_inventa_cifras() -> None:
    vacias = {n: ([] if n in {"avances", "serie", "hallazgos", "rechazos", "correcciones", "conciliacion", "indicadores_dependencia"} else filas) for n, filas in copy.deepcopy(TABLAS).items()}
    for f in vacias["indicadores_actividad"]:
        f.update(ejecutado=Decimal(0), avance_pct=None, avance_bruto_pct=None, avance_reportado_pct=None, cumplimiento_pct=None, meta=None, programado=None,
                 estado="sin_meta", zona="sin_programar", registros_que_cuentan=0)
    for n in ("indicadores_total", "indicadores_subcomponente"):
        for f in vacias[n]:
            f.update(avance_pct=None, avance_reportado_pct=None, cumplimiento_pct=None, zona="sin_programar", actividades_con_meta=0, actividades_con_reporte=0)
    raiz = leer(informe.pagina(vacias, dataclasses.replace(muestras.ficha(), fuentes=(), archivos=())))[0]
    assert "todavía no hay una cifra de avance" in raiz.todos("h1")[0].texto
    assert not re.search(r"\d\s%", _por_id(raiz, "actividades").texto.replace("0 a 100 %", ""))


def test_las_descargas_dicen_formato_y_tamano(arbol: Nodo) -> None:
    enlace = next(a for a in _por_id(arbol, "descargas").todos("a") if a.atributos["href"] == "./datos/avances.csv")
    assert enlace.texto.replace("\u00a0", " ") == "avances.csv (CSV, 2,5 kB)"


def test_los_datos_para_buscadores_no_pueden_cerrar_su_etiqueta() -> None:
    ficha = dataclasses.replace(muestras.ficha(), titulo_estrategia="</script><script>alert(1)</script>")
    guiones = [n for n in leer(informe.pagina(TABLAS, ficha))[0].todos("script") if "type" in n.atributos]
    assert len(guiones) == 1
    assert not set("<>&") & set(guiones[0].texto)
    datos = json.loads(guiones[0].texto)
    assert datos["@type"] == "Dataset"
    assert "</script>" in datos["name"]
    assert 50 <= len(datos["description"]) <= 5_000


def test_el_pie_dice_corte_entrega_version_licencia_huella_y_contacto(arbol: Nodo) -> None:
    pie = _texto(arbol.todos("footer")[0])
    for dato in ("31 de diciembre de 2020", "13001-2020-2020-12-31-0003", "rendicion 0.1.0", "CC BY-SA 4.0", "manifiesto.json", "SHA256SUMS", "datos@ejemplo.invalid", "Cómo comprobarlo", "ab" * 32):
        assert dato in pie


def test_queda_un_lugar_para_la_comprobacion_en_el_navegador(arbol: Nodo) -> None:
    assert _por_id(arbol, "comprobar").etiqueta == "section"


def test_un_indicador_de_nivel_toma_el_ultimo_valor_de_cada_mes() -> None:
    tablas = copy.deepcopy(TABLAS)
    next(f for f in tablas["plan"] if f["actividad_id"] == "1.2")["agregacion"] = "ultimo"
    filas = [f for f in tablas["avances"] if f["actividad_id"] == "1.2"]
    for f, cantidad in zip(filas, ("5", "2.5"), strict=True):
        f.update(fecha=date(2020, 3, 1 + filas.index(f)), cantidad=Decimal(cantidad))
    figura = _por_id(leer(informe.pagina(tablas, muestras.ficha()))[0], "actividad-1-2").todos("figure")[0]
    assert figura.todos("td")[0].texto == "2,5"
