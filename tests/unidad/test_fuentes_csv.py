"""Los CSV que de verdad llegan: cada falta con su archivo y con el mensaje que ve una persona."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import TIPOS, extraer, interpretar
from rendicion.lectura import COLUMNAS_LECTURA, Lectura

SHA = "0" * 64
BASE: dict[str, Any] = {
    "id": "prueba",
    "tipo": "csv",
    "lugar": "datos.csv",
    "dependencia": "Prensa",
    "actividad": "1.4",
    "columnas": {"registro": "Código", "fecha": "Fecha", "titulo": "Título", "cantidad": "Cantidad"},
}
CABEZA = "Código,Fecha,Título,Cantidad\n"
BUENA = "A1,2020-03-01,Uno,1\n"


def fuente(**cambios: Any) -> Fuente:
    return fuente_desde({**BASE, **cambios}, donde="prueba.toml")


def leer(texto: str | bytes, **cambios: Any) -> Lectura:
    bruto = texto.encode() if isinstance(texto, str) else texto
    return interpretar(bruto, fuente(**cambios), SHA, "datos.csv")


def celda(lectura: Lectura, campo: str) -> list[str | None]:
    return list(lectura.celdas[campo].to_pylist())


def falla(texto: str | bytes, **cambios: Any) -> str:
    with pytest.raises(ErrorFuente) as error:
        leer(texto, **cambios)
    assert error.value.hacer, "todo error dice qué hacer"
    assert "datos.csv" in error.value.donde
    return str(error.value)


def reglas(lectura: Lectura) -> list[tuple[int, str, str, str]]:
    return [(r.fila, r.registro, r.campo, r.regla) for r in lectura.rechazos]


def test_cada_registro_queda_en_una_fila_de_texto_con_su_lugar():
    lectura = leer(CABEZA + BUENA + "A2,02/03/2020,Dos,\n")
    assert lectura.celdas.column_names == list(COLUMNAS_LECTURA)
    assert {str(t) for t in lectura.celdas.schema.types} == {"string"}
    assert lectura.celdas.to_pylist() == [
        {
            "lugar": "datos.csv, fila 2",
            "registro": "A1",
            "actividad_id": "1.4",
            "fecha": "2020-03-01",
            "cantidad": "1",
            "titulo": "Uno",
            "url": None,
            "canal": None,
            "dependencia": "Prensa",
        },
        {
            "lugar": "datos.csv, fila 3",
            "registro": "A2",
            "actividad_id": "1.4",
            "fecha": "02/03/2020",
            "cantidad": None,
            "titulo": "Dos",
            "url": None,
            "canal": None,
            "dependencia": "Prensa",
        },
    ]
    assert (lectura.rechazos, lectura.hallazgos) == ((), ())


def test_sin_columna_de_cantidad_cada_registro_vale_uno_y_la_declarada_vacia_queda_nula():
    assert celda(leer("Fecha\n2020-03-01\n", columnas={"fecha": "Fecha"}), "cantidad") == ["1"]
    assert celda(leer(CABEZA + "A1,2020-03-01,Uno, \n"), "cantidad") == [None]
    assert celda(leer(CABEZA + "A1,2020-03-01,Uno,0\n"), "cantidad") == ["0"]


def test_sin_clave_declarada_el_registro_es_la_fila_del_archivo():
    lectura = leer("DATOS SINTÉTICOS\n\nFecha\n\n2020-03-01\n", columnas={"fecha": "Fecha"})
    assert celda(lectura, "registro") == ["fila 5"]


def test_la_actividad_la_fija_la_fuente_o_la_dice_la_columna():
    columnas = {"actividad_id": "Actividad", "fecha": "Fecha"}
    texto = "Actividad,Fecha\n2.1,2020-03-01\n,2020-03-02\n"
    assert celda(leer(texto, columnas=columnas, actividad=None), "actividad_id") == ["2.1", None]
    assert celda(leer(texto, columnas=columnas, actividad="1.4"), "actividad_id") == ["1.4", "1.4"]


def test_el_canal_y_la_dependencia_salen_de_la_columna_o_son_fijos():
    assert celda(leer(CABEZA + BUENA, opciones={"canal": "web"}), "canal") == ["web"]
    columnas = {**BASE["columnas"], "dependencia": "Oficina"}
    lectura = leer(
        "Código,Fecha,Título,Cantidad,Oficina\nA1,2020-03-01,Uno,1,Salud\nA2,2020-03-01,Dos,1,\n", columnas=columnas
    )
    assert celda(lectura, "dependencia") == ["Salud", None]


@pytest.mark.parametrize(
    "texto", ["05001", "NA", "1.234", "1.234,56", "45%", "inf", "1e400", "03/04/2026", "9007199254740993", "null", "-0"]
)
def test_cada_celda_sale_como_el_texto_del_archivo(texto: str):
    lectura = leer(f"Código;Fecha;Título;Cantidad\nA1;2020-03-01;Uno;{texto}\n", separador=";")
    assert celda(lectura, "cantidad") == [texto]


def test_los_blancos_de_los_bordes_se_quitan_tambien_el_espacio_duro():
    lectura = leer(CABEZA + "\xa0A1 ,2020-03-01,\u200b Uno\xa0, 1\u202f\n")
    assert (celda(lectura, "registro"), celda(lectura, "titulo"), celda(lectura, "cantidad")) == (
        ["A1"],
        ["Uno"],
        ["1"],
    )


@pytest.mark.parametrize("codificacion", ["utf-8", "utf-8-sig", "cp1252"])
def test_las_tildes_se_leen_en_utf8_con_y_sin_bom_y_en_cp1252(codificacion: str):
    lectura = leer((CABEZA + "A1,2020-03-01,“Año” – ñandú,1\n").encode(codificacion))
    assert celda(lectura, "titulo") == ["“Año” – ñandú"]
    assert [h.regla for h in lectura.hallazgos] == (["codificacion_supuesta"] if codificacion == "cp1252" else [])


def test_utf16_sin_declarar_dice_como_declararlo():
    mensaje = falla((CABEZA + BUENA).encode("utf-16"))
    assert "UTF-16" in mensaje
    assert 'codificacion = "utf-16"' in mensaje
    assert celda(leer((CABEZA + BUENA).encode("utf-16"), codificacion="utf-16"), "registro") == ["A1"]


def test_utf16_con_otra_codificacion_declarada_se_niega():
    assert "declara utf-8" in falla((CABEZA + BUENA).encode("utf-16"), codificacion="utf-8")


def test_declarar_utf8_para_un_cp1252_dice_la_linea_y_la_codificacion_probable():
    mensaje = falla(("Codigo\n" + "x\n" * 3 + "año\n").encode("cp1252"), codificacion="utf-8")
    assert "(utf-8) no es la del archivo" in mensaje
    assert "línea 5" in mensaje
    assert '"cp1252"' in mensaje


def test_declarar_cp1252_para_un_utf8_se_niega_en_vez_de_danar_las_tildes():
    mensaje = falla(CABEZA + BUENA, codificacion="cp1252")
    assert "Se declaró cp1252 y el archivo está en UTF-8" in mensaje
    assert "línea 1" in mensaje


def test_un_utf8_cortado_a_mitad_de_una_letra_no_pasa_por_cp1252():
    mensaje = falla((CABEZA + "A1,2020-03-01,Rendición ñ").encode()[:-1])
    assert "cortado o mezcla dos codificaciones" in mensaje
    assert "línea 2" in mensaje


def test_una_codificacion_que_no_existe_es_un_error_de_uso():
    with pytest.raises(ErrorUso, match=r"klingon.*no sirve"):
        leer(CABEZA + BUENA, codificacion="klingon")


@pytest.mark.parametrize("bruto", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_un_archivo_vacio_se_niega_entero(bruto: bytes):
    assert "está vacío" in falla(bruto)


def test_solo_el_encabezado_se_niega_entero_salvo_que_se_permita():
    assert "no trae ningún registro" in falla(CABEZA)
    assert "permite_vacia = true" in falla(CABEZA)
    assert leer(CABEZA, opciones={"permite_vacia": True}).recibidos == 0


def test_un_punto_y_coma_sin_declarar_dice_que_se_busco_que_se_vio_y_cual_separador_parece():
    mensaje = falla((CABEZA + BUENA).replace(",", ";"))
    assert "No se halló el encabezado" in mensaje
    assert "Se buscó: «Código», «Fecha», «Título», «Cantidad»" in mensaje
    assert "Se vio: «Código;Fecha;Título;Cantidad»" in mensaje
    assert 'separador = ";"' in mensaje
    assert "datos.csv, fila 1" in mensaje


def test_el_tabulador_se_declara_de_dos_maneras_y_se_adivina_en_el_mensaje():
    tsv = (CABEZA + BUENA).replace(",", "\t")
    assert celda(leer(tsv, separador="\t"), "titulo") == celda(leer(tsv, separador="\\t"), "titulo") == ["Uno"]
    assert 'separador = "\\t"' in falla(tsv)


def test_un_separador_de_varios_caracteres_es_un_error_de_uso():
    with pytest.raises(ErrorUso, match="no sirve"):
        leer(CABEZA + BUENA, separador=";;")


def test_una_columna_declarada_que_falta_se_nombra_con_las_que_hay():
    mensaje = falla("Nota\nCódigo,Fecha,Título\nA1,2020-03-01,Uno\n")
    assert "Faltan columnas declaradas: «Cantidad». El encabezado trae: «Código», «Fecha», «Título»" in mensaje
    assert "fila 2" in mensaje


def test_lo_visto_no_muestra_datos_personales_cuando_no_hay_encabezado():
    mensaje = falla("x,ana@correo.org,300 123 4567,1.047.123.456\n")
    assert "[dato personal]" in mensaje
    assert not any(d in mensaje for d in ("ana@", "300 123", "1.047"))


def test_una_columna_declarada_repetida_se_niega_y_una_ajena_repetida_no_estorba():
    mensaje = falla("Código,Fecha,Título,Cantidad,Fecha\nA1,2020-03-01,Uno,1,2020-03-02\n")
    assert "«Fecha» está repetida" in mensaje
    assert "columnas B y E" in mensaje
    assert leer("Código,Fecha,Título,Cantidad,Nota,Nota\nA1,2020-03-01,Uno,1,x,y\n").recibidos == 1


def test_el_encabezado_se_reconoce_con_otras_tildes_espacios_y_saltos_y_se_dice():
    lectura = leer('DATOS SINTÉTICOS\n" CODIGO ","Fecha ","TÍTULO\n",Cantidad\nA1,2020-03-01,Uno,1\n')
    assert celda(lectura, "registro") == ["A1"]
    assert [(h.campo, h.regla, h.gravedad, h.registro) for h in lectura.hallazgos] == [
        (c, "encabezado_aproximado", "informativa", "fila 2") for c in ("registro", "fecha", "titulo")
    ]


def test_el_encabezado_se_busca_solo_en_las_primeras_treinta_filas():
    assert leer("x\n" * 29 + CABEZA + BUENA).recibidos == 1
    assert "primeras 30 filas" in falla("x\n" * 30 + CABEZA + BUENA)


def test_las_filas_vacias_y_el_encabezado_repetido_no_son_registros():
    lectura = leer(CABEZA + BUENA + "\n , ,,\n" + CABEZA + "A2,2020-03-02,Dos,1\n")
    assert celda(lectura, "registro") == ["A1", "A2"]
    assert [(h.registro, h.regla) for h in lectura.hallazgos] == [("fila 5", "encabezado_repetido")]


def test_una_fila_de_total_solo_deja_de_ser_registro_si_se_declara():
    texto = CABEZA + BUENA + "TOTAL ,,,1\n"
    assert leer(texto).recibidos == 2
    lectura = leer(texto, opciones={"filas_total": ["Total*"]})
    assert lectura.recibidos == 1
    assert [(h.registro, h.regla) for h in lectura.hallazgos] == [("fila 3", "fila_total")]


def test_una_fila_con_un_dato_de_mas_se_rechaza_y_no_deja_ver_sus_celdas():
    lectura = leer(CABEZA + BUENA + "A2,2020-03-02,Dos, tres,1\n" + "A3,2020-03-03,Tres,1\n")
    assert reglas(lectura) == [(1, "fila 3", "registro", "fila_con_columnas_de_mas")]
    assert "5 datos" in lectura.rechazos[0].explicacion
    assert "datos.csv, fila 3" in lectura.rechazos[0].explicacion
    assert lectura.celdas.to_pylist()[1]["titulo"] is None
    assert lectura.celdas.to_pylist()[1]["cantidad"] is None
    assert celda(lectura, "registro") == ["A1", "fila 3", "A3"]


def test_un_dato_de_mas_en_todas_las_filas_niega_el_archivo():
    mensaje = falla(CABEZA + "A1,2020-03-01,Uno,1,x\n" + "A2,2020-03-02,Dos,1,y\n")
    assert "Todas las filas traen más datos" in mensaje
    assert "desde la fila 2" in mensaje


def test_una_fila_corta_se_rechaza_con_su_lugar():
    lectura = leer(CABEZA + "A1,2020-03-01\n" + BUENA)
    assert reglas(lectura) == [(0, "fila 2", "registro", "fila_incompleta")]
    assert lectura.recibidos == 2


def test_una_clave_en_blanco_se_rechaza_y_lleva_la_fila_por_nombre():
    lectura = leer(CABEZA + BUENA + " ,2020-03-02,Dos,1\n")
    assert reglas(lectura) == [(1, "fila 3", "registro", "registro_ausente")]
    assert celda(lectura, "titulo") == ["Uno", "Dos"]


def test_un_nul_niega_el_archivo_y_dice_la_linea():
    mensaje = falla(CABEZA + BUENA + "A2,2020-03-02,D\0s,1\n")
    assert "NUL" in mensaje
    assert "línea 3" in mensaje


def test_una_comilla_sin_cerrar_niega_el_archivo_y_dice_donde_se_abre():
    mensaje = falla(CABEZA + BUENA + 'A2,2020-03-02,"Dos,1\nA3,2020-03-03,Tres,1\n')
    assert "comilla que no se cierra" in mensaje
    assert "línea 3" in mensaje


def test_si_se_declara_que_no_hay_comillas_una_comilla_es_una_letra():
    texto = CABEZA.replace(",", "\t") + 'A1\t2020-03-01\t"Salvemos Juntos" en el barrio\t1\nA2\t2020-03-02\tEl plan "A tu lado\t2\n'
    assert "comillas = false en [opciones]" in falla(texto, separador="\t")
    lectura = leer(texto, separador="\t", opciones={"comillas": False})
    assert celda(lectura, "titulo") == ['"Salvemos Juntos" en el barrio', 'El plan "A tu lado']
    assert lectura.rechazos == ()


def test_una_comilla_mal_puesta_niega_el_archivo():
    assert "comilla mal puesta" in falla(CABEZA + 'A1,2020-03-01,"Uno" dos,1\n')


def test_una_comilla_que_se_trago_filas_hasta_otra_comilla_se_rechaza():
    lectura = leer(CABEZA + 'A1,2020-03-01,"Uno,1\nA2,2020-03-02,Dos,1\nA3,2020-03-03,Tres",1\n')
    assert reglas(lectura) == [(0, "fila 2", "registro", "comilla_sospechosa")]


def test_un_texto_de_varias_lineas_bien_entrecomillado_se_lee_entero():
    lectura = leer(CABEZA + 'A1,2020-03-01,"Uno, y ""dos""\notra línea",1\n' + "A2,2020-03-02,Dos,1\n")
    assert celda(lectura, "titulo") == ['Uno, y "dos"\notra línea', "Dos"]
    assert celda(lectura, "lugar") == ["datos.csv, fila 2", "datos.csv, fila 3"]


def test_una_celda_de_diez_megas_rechaza_su_fila_y_el_resto_sigue():
    lectura = leer(CABEZA + "A1,2020-03-01," + "x" * 10_000_000 + ",1\n" + "A2,2020-03-02,Dos,1\n")
    assert reglas(lectura) == [(0, "A1", "titulo", "celda_enorme")]
    assert celda(lectura, "titulo") == [None, "Dos"]


def test_un_error_de_calculo_exportado_como_texto_rechaza_la_fila():
    lectura = leer(CABEZA + "A1,2020-03-01,Uno,#¡DIV/0!\n")
    assert reglas(lectura) == [(0, "A1", "cantidad", "celda_con_error")]
    assert celda(lectura, "cantidad") == [None]


def test_con_la_cuenta_declarada_un_archivo_cortado_se_nota():
    assert "Se declararon 2 registros y el archivo trae 1" in falla(CABEZA + BUENA.strip(), opciones={"registros": 2})
    assert leer(CABEZA + BUENA.strip(), opciones={"registros": 1}).recibidos == 1


def test_un_libro_o_una_pagina_con_nombre_de_csv_se_dicen_por_su_nombre():
    assert "libro de Excel" in falla(b"PK\x03\x04resto")
    assert "página web (HTML)" in falla(b"\n<!DOCTYPE html><html>Ingrese</html>")


def test_rellenar_hacia_abajo_solo_llena_lo_vacio_de_los_campos_pedidos():
    columnas = {"actividad_id": "Actividad", "fecha": "Fecha", "titulo": "Título"}
    texto = "Actividad,Fecha,Título\n1.1,2020-03-01,Uno\n,2020-03-02,\n2.1,2020-03-03,Tres\n"
    lectura = leer(texto, columnas=columnas, actividad=None, opciones={"rellenar": ["actividad_id"]})
    assert celda(lectura, "actividad_id") == ["1.1", "1.1", "2.1"]
    assert celda(lectura, "titulo") == ["Uno", None, "Tres"]


def test_un_dato_personal_de_una_columna_no_declarada_no_aparece_en_nada_de_lo_leido():
    canario = "canario@correo.org"
    filas = "".join(f"A{i},2020-03-01,Uno,1,{canario}\n" for i in range(3))
    lectura = leer(
        "Código,Fecha,Título,Cantidad,Correo\n"
        + filas
        + f"A4,x,2020-03-01,Corrida,{canario},{canario}\n"
        + f"A5,{canario}\n"
    )
    assert canario not in repr(lectura.celdas.to_pylist()) + repr(lectura.rechazos) + repr(lectura.hallazgos)
    assert lectura.recibidos == 5


def test_un_tipo_que_no_existe_dice_cuales_hay():
    with pytest.raises(ErrorUso, match=r"«fax» no existe.*csv, .*excel"):
        leer(CABEZA + BUENA, tipo="fax")


def test_una_opcion_desconocida_o_mal_escrita_se_niega():
    with pytest.raises(ErrorUso, match="hoja"):
        leer(CABEZA + BUENA, opciones={"hoja": "Enero"})
    with pytest.raises(ErrorUso, match="«filas_total» está mal escrita"):
        leer(CABEZA + BUENA, opciones={"filas_total": "Total"})


def test_extraer_lee_el_archivo_y_nombra_el_lugar_declarado(tmp_path):
    (tmp_path / "datos.csv").write_text(CABEZA + BUENA)
    bruto = extraer(fuente(), tmp_path)
    assert (bruto.contenido.decode(), bruto.origen) == (CABEZA + BUENA, "datos.csv")
    assert str(tmp_path) not in extraer(fuente(lugar=str(tmp_path / "datos.csv")), tmp_path).origen


def test_extraer_un_archivo_que_no_esta_o_muy_grande_lo_dice_sin_rutas_de_la_maquina(tmp_path):
    with pytest.raises(ErrorFuente, match=r"no existe.*datos\.csv") as error:
        extraer(fuente(), tmp_path)
    assert str(tmp_path) not in str(error.value)
    (tmp_path / "datos.csv").write_bytes(b"x" * (1024 * 1024 + 1))
    with pytest.raises(ErrorFuente, match="demasiado grande"):
        extraer(fuente(opciones={"tamano_maximo_mib": 1}), tmp_path)
    (tmp_path / "carpeta").mkdir()
    with pytest.raises(ErrorFuente, match=r'una carpeta, no un archivo.*tipo = "carpeta"'):
        extraer(fuente(lugar="carpeta"), tmp_path)
    with pytest.raises(ErrorFuente, match="no se pudo leer: lo negó el sistema"):
        extraer(fuente(lugar="x" * 300), tmp_path)


def test_cada_tipo_de_fuente_tiene_su_nombre_y_se_descubre_solo():
    assert {"csv", "excel", "sql", "wordpress_exportacion", "redes_csv"} <= set(TIPOS)
    assert all(nombre == tipo.nombre for nombre, tipo in TIPOS.items())


class _Roto:
    nombre, opciones = "roto", frozenset()

    def extraer(self, fuente: Any, base: Path) -> Any:
        raise KeyError(f"canario {fuente.id} {base}")

    def interpretar(self, *_: Any) -> Any:
        return {}["canario"]


def test_un_error_del_programa_en_un_lector_es_la_falla_de_una_sola_fuente_y_no_muestra_datos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(TIPOS, "roto", _Roto())
    rota = fuente(tipo="roto")
    for leer_rota in (lambda: extraer(rota, tmp_path), lambda: interpretar(b"", rota, SHA, "r")):
        with pytest.raises(ErrorFuente, match=r"El lector de «roto» falló con algo que no esperaba \(KeyError en __init__\.py, línea \d+\)\. Dónde: fuente prueba") as error:
            leer_rota()
        assert "canario" not in str(error.value)
