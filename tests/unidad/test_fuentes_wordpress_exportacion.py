"""La exportación de WordPress: entradas, filtros, fechas y XML hostil."""

from __future__ import annotations

from typing import Any

import pytest

from rendicion.errores import ErrorFuente
from rendicion.fuente import fuente_desde
from rendicion.fuentes import interpretar
from rendicion.lectura import Lectura

SHA = "0" * 64
COLUMNAS = {"registro": "wp:post_id", "fecha": "wp:post_date", "titulo": "title", "url": "link"}


def item(
    numero: int,
    *,
    titulo: str = "Noticia",
    estado: str = "publish",
    tipo: str = "post",
    categoria: str = "Noticias",
    gmt: str = "",
) -> str:
    return f"""<item><title>{titulo}</title><link>https://x.example/{numero}</link><dc:creator><![CDATA[canario.ficticio]]></dc:creator>
    <wp:post_id>{numero}</wp:post_id><wp:post_date><![CDATA[2020-03-15 22:00:00]]></wp:post_date>
    <wp:post_date_gmt>{gmt}</wp:post_date_gmt>
    <category domain="category" nicename="{categoria.lower()}"><![CDATA[{categoria}]]></category>
    <category domain="post_tag" nicename="t"><![CDATA[Etiqueta]]></category>
    <wp:status>{estado}</wp:status><wp:post_type>{tipo}</wp:post_type></item>"""


def wxr(*items: str, version: str = "1.2") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?><!-- DATOS SINTÉTICOS -->
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/{version}/">
<channel><title>Sitio</title><wp:wxr_version>{version}</wp:wxr_version>{"".join(items)}</channel></rss>""".encode()


def leer(bruto: bytes, **cambios: Any) -> Lectura:
    base = {
        "id": "noticias",
        "tipo": "wordpress_exportacion",
        "lugar": "n.xml",
        "dependencia": "Prensa",
        "actividad": "1.4",
        "columnas": COLUMNAS,
    }
    return interpretar(bruto, fuente_desde({**base, **cambios}, donde="n.toml"), SHA, "n.xml")


def falla(bruto: bytes, **cambios: Any) -> str:
    with pytest.raises(ErrorFuente) as error:
        leer(bruto, **cambios)
    assert error.value.hacer
    assert "n.xml" in error.value.donde
    return str(error.value)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_cada_entrada_publicada_es_un_registro_con_su_lugar(version: str):
    lectura = leer(wxr(item(7, titulo="Año &amp; <![CDATA[“día”]]>"), item(9), version=version))
    assert lectura.celdas.to_pylist()[0] == {
        "lugar": "n.xml, entrada 1",
        "registro": "7",
        "actividad_id": "1.4",
        "fecha": "2020-03-15 22:00:00",
        "cantidad": "1",
        "titulo": "Año & “día”",
        "url": "https://x.example/7",
        "canal": None,
        "dependencia": "Prensa",
    }
    assert lectura.recibidos == 2


def test_la_fecha_gmt_pasa_a_la_hora_de_bogota_y_los_ceros_quedan_para_que_la_validacion_los_niegue():
    columnas = {**COLUMNAS, "fecha": "wp:post_date_gmt"}
    lectura = leer(
        wxr(item(1, gmt="2020-03-16 03:00:00"), item(2, gmt="0000-00-00 00:00:00"), item(3)), columnas=columnas
    )
    assert lectura.celdas["fecha"].to_pylist() == ["2020-03-15T22:00:00", "0000-00-00 00:00:00", None]


def test_lo_que_el_filtro_deja_por_fuera_no_se_recibe_y_se_cuenta_en_un_solo_hallazgo():
    items = [
        item(1),
        item(2, estado="draft"),
        item(3, tipo="attachment"),
        item(4, categoria="Deportes"),
        item(5, categoria="RENDICIÓN"),
    ]
    lectura = leer(wxr(*items), opciones={"categorias": ["noticias", "Rendicion"], "estados": ["publish"]})
    assert lectura.celdas["registro"].to_pylist() == ["1", "5"]
    assert [(h.regla, h.gravedad, h.valor) for h in lectura.hallazgos] == [("filtrados", "informativa", "3")]
    assert "3 de 5 entradas" in lectura.hallazgos[0].explicacion
    assert "1 por tipo, 1 por estado, 1 por categoría" in lectura.hallazgos[0].explicacion
    assert lectura.celdas["lugar"].to_pylist()[1] == "n.xml, entrada 5"


def test_si_el_filtro_no_deja_nada_se_dice_cuanto_quito():
    assert "1 de 1 entradas quedaron por fuera" in falla(wxr(item(1, estado="draft")))


def test_las_categorias_se_leen_como_columna_y_las_etiquetas_aparte():
    lectura = leer(wxr(item(1)), columnas={**COLUMNAS, "canal": "category"})
    assert lectura.celdas["canal"].to_pylist() == ["Noticias"]


def test_una_exportacion_vacia_o_sin_entradas_se_niega():
    assert "está vacío" in falla(b" ")
    assert "ninguna entrada" in falla(wxr())


def test_un_xml_cortado_dice_linea_y_columna():
    mensaje = falla(wxr(item(1), item(2))[:-40])
    assert "cortado o mal formado" in mensaje
    assert "línea 13, columna 51" in mensaje


def test_una_pagina_web_en_lugar_del_xml_se_dice():
    assert "página web (HTML)" in falla(b"<!DOCTYPE html>\n<html><body>Ingrese su clave</body></html>")


def test_otro_xml_no_pasa_por_exportacion_de_wordpress():
    assert "no es una exportación de WordPress" in falla(b"<plan><a/></plan>")


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_una_bomba_de_entidades_o_una_entidad_externa_se_niega(dtd: str):
    assert "declara entidades" in falla(wxr(item(1)).replace(b"<rss", dtd.encode() + b"<rss", 1))


def test_una_columna_que_la_exportacion_no_trae_se_dice_con_las_que_trae():
    mensaje = falla(wxr(item(1)), columnas={**COLUMNAS, "canal": "wp:canal"})
    assert "«wp:canal»" in mensaje
    assert "«wp:post_date»" in mensaje


def test_una_codificacion_xml_inventada_se_dice():
    assert falla(wxr(item(1)).replace(b"UTF-8", b"KLINGON", 1))
    assert falla(wxr(item(1)).replace(b"Noticias", b"\xff\xfe", 1))


def test_el_autor_no_declarado_no_aparece_en_lo_leido():
    lectura = leer(wxr(item(1)))
    assert "canario" not in repr(lectura.celdas.to_pylist()) + repr(lectura.hallazgos)
