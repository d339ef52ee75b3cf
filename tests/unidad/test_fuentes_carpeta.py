"""Una carpeta con archivos de varias dependencias."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import TIPOS, extraer, interpretar
from rendicion.fuentes.texto_csv import Csv

SHA = "0" * 64


def fuente(**cambios: Any) -> Fuente:
    base = {
        "id": "buzon",
        "tipo": "carpeta",
        "lugar": "buzon",
        "dependencia": "Varias",
        "actividad": "1.4",
        "columnas": {"fecha": "Fecha", "titulo": "Título"},
    }
    return fuente_desde({**base, **cambios}, donde="b.toml")


@pytest.fixture
def buzon(tmp_path: Path) -> Path:
    (tmp_path / "buzon").mkdir()
    (tmp_path / "buzon" / "salud.csv").write_text("Fecha,Título\n2020-03-01,Uno\n2020-03-02,Dos,x\n")
    (tmp_path / "buzon" / "Educacion.CSV").write_text("Fecha,TITULO\n2020-03-03,Tres\n")
    (tmp_path / "buzon" / "leeme.txt").write_text("hola")
    (tmp_path / "buzon" / ".oculto.csv").write_text("hola")
    return tmp_path


def test_los_archivos_se_juntan_por_nombre_y_cada_fila_dice_de_cual_viene(buzon: Path):
    lectura = interpretar(extraer(fuente(), buzon).contenido, fuente(), SHA, "buzon")
    assert lectura.celdas["registro"].to_pylist() == ["Educacion.CSV, fila 2", "salud.csv, fila 2", "salud.csv, fila 3"]
    assert lectura.celdas["lugar"].to_pylist()[0] == "buzon/Educacion.CSV, fila 2"
    assert [(r.fila, r.registro, r.regla) for r in lectura.rechazos] == [
        (2, "salud.csv, fila 3", "fila_con_columnas_de_mas")
    ]
    assert [(h.registro, h.regla) for h in lectura.hallazgos] == [("Educacion.CSV, fila 1", "encabezado_aproximado"), ("leeme.txt", "archivo_no_leido")]


def test_los_mismos_archivos_dan_los_mismos_bytes_aunque_cambie_su_hora(buzon: Path):
    antes = extraer(fuente(), buzon).contenido
    os.utime(buzon / "buzon" / "salud.csv", (1, 1))
    assert extraer(fuente(), buzon).contenido == antes


def test_un_archivo_que_no_sirve_detiene_la_fuente_y_se_nombra(buzon: Path):
    (buzon / "buzon" / "vacio.csv").write_text("")
    with pytest.raises(ErrorFuente, match=r"vacío.*buzon/vacio\.csv"):
        interpretar(extraer(fuente(), buzon).contenido, fuente(), SHA, "buzon")


def test_un_enlace_hacia_afuera_de_la_carpeta_no_se_lee(buzon: Path, tmp_path: Path):
    (tmp_path / "secreto.csv").write_text("Fecha,Título\n2020-03-09,Secreto\n")
    (buzon / "buzon" / "enlace.csv").symlink_to(tmp_path / "secreto.csv")
    assert b"Secreto" not in extraer(fuente(), buzon).contenido


def test_una_carpeta_que_falta_o_sin_archivos_se_dice(buzon: Path):
    with pytest.raises(ErrorFuente, match="no existe"):
        extraer(fuente(lugar="otra"), buzon)
    with pytest.raises(ErrorFuente, match=r"no tiene archivos \*\.xlsx"):
        extraer(fuente(opciones={"patrones": ["*.xlsx"]}), buzon)


def test_un_tipo_de_archivo_que_no_existe_y_una_captura_danada_se_dicen(buzon: Path):
    with pytest.raises(ErrorUso, match="tipo_de_archivo"):
        interpretar(b"", fuente(opciones={"tipo_de_archivo": "pdf"}), SHA, "buzon")
    with pytest.raises(ErrorFuente, match="dañada"):
        interpretar(b"no es un zip", fuente(), SHA, "buzon")


def test_lo_que_esta_en_la_carpeta_y_no_se_lee_se_dice_sin_datos_personales(buzon: Path):
    (buzon / "buzon" / "marzo.xlsx").write_text("hola")
    (buzon / "buzon" / "abril").mkdir()
    (buzon / "buzon" / "acta de 1047999001.pdf").write_text("hola")
    (buzon / "buzon" / "~$salud.csv").write_text("hola")
    lectura = interpretar(extraer(fuente(), buzon).contenido, fuente(), SHA, "buzon")
    avisos = [h for h in lectura.hallazgos if h.regla == "archivo_no_leido"]
    assert [h.registro for h in avisos] == ["abril", "acta de [dato personal].pdf", "leeme.txt", "marzo.xlsx"]
    assert avisos[-1].explicacion == (
        "«marzo.xlsx» está en la carpeta y no se leyó: no es un archivo como *.csv. Si trae registros, guárdelo de esa forma o declárelo en otra fuente."
    )
    assert lectura.recibidos == 3


def test_el_nombre_de_un_archivo_se_muestra_sin_datos_personales_y_ninguna_fila_se_confunde(tmp_path: Path):
    (tmp_path / "buzon").mkdir()
    for telefono in ("3009999001", "3009999002"):
        (tmp_path / "buzon" / f"{telefono}.csv").write_text("Fecha,Título\n2020-03-01,Uno\n")
    lectura = interpretar(extraer(fuente(), tmp_path).contenido, fuente(), SHA, "buzon")
    assert lectura.celdas["registro"].to_pylist() == ["[dato personal].csv, fila 2", "[dato personal].csv (2), fila 2"]


def test_un_archivo_solo_con_encabezado_detiene_la_carpeta_salvo_que_se_permita(buzon: Path):
    (buzon / "buzon" / "mayo.csv").write_text("Fecha,Título\n")
    with pytest.raises(ErrorFuente, match=r"ningún registro.*buzon/mayo\.csv.*permite_vacia = true"):
        interpretar(extraer(fuente(), buzon).contenido, fuente(), SHA, "buzon")
    permitida = fuente(opciones={"permite_vacia": True})
    assert interpretar(extraer(permitida, buzon).contenido, permitida, SHA, "buzon").recibidos == 3


def test_la_cuenta_declarada_es_la_de_toda_la_carpeta(buzon: Path):
    cuadra, corta = (fuente(opciones={"registros": n}) for n in (3, 4))
    assert interpretar(extraer(cuadra, buzon).contenido, cuadra, SHA, "buzon").recibidos == 3
    with pytest.raises(ErrorFuente, match="Se declararon 4 registros y el archivo trae 3"):
        interpretar(extraer(corta, buzon).contenido, corta, SHA, "buzon")


def test_un_nombre_de_archivo_en_otra_codificacion_se_niega_y_se_dice(buzon: Path):
    (Path(os.fsdecode(os.fsencode(buzon / "buzon") + b"/a\xf1o.csv"))).write_text("Fecha,T\u00edtulo\n2020-03-01,Uno\n")
    with pytest.raises(ErrorFuente, match=r"letras que no se pueden leer: «a\?o\.csv»"):
        extraer(fuente(), buzon)


class _Nuevo(Csv):
    nombre = "nuevo"


def test_un_tipo_nuevo_que_lee_archivos_sirve_dentro_de_una_carpeta_sin_tocarla(buzon: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(TIPOS, "nuevo", _Nuevo())
    declarada = fuente(opciones={"tipo_de_archivo": "nuevo", "comillas": True})
    assert interpretar(extraer(declarada, buzon).contenido, declarada, SHA, "buzon").recibidos == 3
    with pytest.raises(ErrorUso, match="Use uno de: csv, encuesta, excel, redes_csv, wordpress_exportacion, nuevo"):
        interpretar(b"", fuente(opciones={"tipo_de_archivo": "matriz"}), SHA, "buzon")
