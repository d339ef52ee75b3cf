"""El generador de ejemplos: los mismos bytes siempre, y cada defecto plantado en la lista de la verdad."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import openpyxl
import pytest

from rendicion.errores import ErrorUso
from rendicion.sintetico.__main__ import main
from rendicion.sintetico.generador import VERDAD, Ejemplos, generar
from rendicion.sintetico.receta import REGLAS, Pedido, Receta, leer_receta

if TYPE_CHECKING:
    from collections.abc import Iterator

CARPETA = Path(__file__).parents[2] / "datos" / "ejemplos" / "13001-2020"
# Campos declarados en que hay canarios a propósito: el texto se tapa, se agrega, o hace que la fila se niegue.
_SE_TAPAN = {
    "compromisos": frozenset(["compromiso"]),
    "dialogo": frozenset(["pregunta", "respuesta", "fecha_respuesta"]),
    "encuestas": frozenset(["respuesta_", "opcion"]),
}
WP = "{http://wordpress.org/export/1.2/}"


@pytest.fixture(scope="module")
def receta() -> Receta:
    return leer_receta(CARPETA)


@pytest.fixture(scope="module")
def ejemplos(receta: Receta) -> Ejemplos:
    return generar(receta)


def test_generar_otra_vez_da_los_mismos_bytes_que_estan_guardados(tmp_path: Path) -> None:
    copia = tmp_path / "copia"
    shutil.copytree(CARPETA, copia)
    generados = generar(leer_receta(copia)).archivos
    for nombre in generados:
        (copia / nombre).unlink()

    assert main([str(copia)]) == 0

    for nombre in generados:
        assert (copia / nombre).read_bytes() == (CARPETA / nombre).read_bytes(), nombre


def test_no_hay_archivos_guardados_que_nadie_genera(ejemplos: Ejemplos) -> None:
    a_mano = {"receta.toml", "LEEME.md", ".gitattributes"}
    assert {a.name for a in CARPETA.iterdir() if a.is_file()} - a_mano == set(ejemplos.archivos)


def test_otra_semilla_da_otros_archivos_con_los_mismos_defectos(receta: Receta, ejemplos: Ejemplos) -> None:
    otros = generar(replace(receta, semilla=receta.semilla + 1))

    sorteados = [p.archivo for p in receta.pedidos if p.por_mes]
    assert sorteados
    assert all(otros.archivos[a] != ejemplos.archivos[a] for a in sorteados)
    assert sorted((d.fuente, d.regla) for d in otros.defectos) == sorted((d.fuente, d.regla) for d in ejemplos.defectos)


def test_hay_un_defecto_de_cada_regla_y_de_cada_familia(ejemplos: Ejemplos) -> None:
    assert {d.regla for d in ejemplos.defectos} == set(REGLAS)
    assert {d.familia for d in ejemplos.defectos} == {familia for familia, _ in REGLAS.values()}


def test_la_verdad_guardada_nombra_cada_registro_una_sola_vez() -> None:
    filas = list(csv.DictReader((CARPETA / VERDAD).open(encoding="utf-8", newline="")))

    assert list(filas[0]) == ["fuente", "registro", "familia", "tratamiento", "regla", "nota"]
    assert len({(f["fuente"], f["registro"]) for f in filas}) == len(filas)
    assert {f["tratamiento"] for f in filas} == {"rechazo", "no_cuenta"}


def test_los_rechazos_de_cada_fuente_caben_en_su_limite(receta: Receta, ejemplos: Ejemplos) -> None:
    for pedido in receta.pedidos:
        id_ = pedido.fuente.id
        rechazos = sum(d.fuente == id_ and d.tratamiento == "rechazo" for d in ejemplos.defectos)
        assert rechazos, id_
        assert Decimal(100 * rechazos) / ejemplos.registros[id_] <= pedido.fuente.limite_rechazos_pct, id_


def test_son_mas_de_mil_registros_en_menos_de_dos_megas(ejemplos: Ejemplos) -> None:
    assert 1000 <= sum(ejemplos.registros.values()) <= 1400
    assert sum(a.stat().st_size for a in CARPETA.rglob("*") if a.is_file()) < 2_000_000


def test_cada_archivo_dice_que_es_sintetico(receta: Receta) -> None:
    archivos = [a for a in CARPETA.rglob("*") if a.is_file() and a.name != ".gitattributes"]
    codificaciones = {p.archivo: p.fuente.codificacion or "utf-8" for p in receta.pedidos}
    for archivo in archivos:
        marca = receta.marca.encode(codificaciones.get(archivo.name, "utf-8").removesuffix("-sig"))
        assert marca in archivo.read_bytes(), archivo.name
    for pedido in receta.pedidos:
        assert pedido.fuente.sintetica
        assert pedido.fuente.id.startswith("sintetico-")
        assert pedido.fuente.titulo.startswith(receta.marca)


def test_ningun_anfitrion_es_real() -> None:
    for archivo in CARPETA.rglob("*"):
        if archivo.is_file():
            assert b"gov.co" not in archivo.read_bytes(), archivo.name
    for archivo in (CARPETA / "fuentes").glob("*.toml"):
        for anfitrion in tomllib.loads(archivo.read_text(encoding="utf-8")).get("anfitriones", []):
            assert anfitrion.endswith(".example")


def test_los_canarios_estan_en_los_archivos_y_solo_en_textos_que_se_tapan_o_se_niegan(receta: Receta, ejemplos: Ejemplos) -> None:
    crudo = b"\n".join(ejemplos.archivos.values()).decode("utf-8", errors="ignore")
    assert receta.canarios
    for canario in receta.canarios:
        assert canario in crudo, canario
    for pedido in receta.pedidos:
        libres = _SE_TAPAN.get(pedido.fuente.tabla, frozenset())
        declaradas = [pedido.encabezado.index(c) for campo, c in pedido.fuente.columnas.items() if not campo.startswith(tuple(libres))]
        for texto in _textos(pedido, ejemplos, declaradas):
            assert not any(c in texto for c in receta.canarios), pedido.fuente.id


def test_el_codigo_no_sabe_nada_de_ninguna_ciudad() -> None:
    codigo = Path(__file__).parents[2] / "rendicion" / "sintetico"
    texto = "".join(a.read_text(encoding="utf-8").lower() for a in codigo.glob("*.py"))
    assert not [p for p in ("cartagena", "13001", "2020", "salvemos", "example") if p in texto]


def test_una_copia_repite_la_direccion_en_la_otra_fuente_un_dia_despues(receta: Receta, ejemplos: Ejemplos) -> None:
    hoja = _por_nombre(receta, ejemplos, "sintetico-intranet")
    base = _por_nombre(receta, ejemplos, "sintetico-intranet-base")
    fechas = {f["Enlace"]: f["Fecha"] for f in hoja}

    repetidas = [f for f in base if f["direccion"] in fechas]

    assert len(repetidas) == 4
    for fila in repetidas:
        vispera = datetime.fromisoformat(fila["publicado_en"]) - timedelta(days=1)
        assert f"{vispera:%d/%m/%Y}" == fechas[fila["direccion"]]


def test_la_fila_de_un_registro_sin_clave_es_la_linea_del_archivo(ejemplos: Ejemplos) -> None:
    defecto = next(d for d in ejemplos.defectos if d.regla == "registro_ausente" and d.fuente == "sintetico-pantallas")
    lineas = ejemplos.archivos["pantallas.csv"].decode("cp1252").split("\r\n")

    assert lineas[int(defecto.registro.removeprefix("fila ")) - 1].startswith(";")


def test_una_fila_con_celdas_de_mas_o_de_menos_se_nombra_por_su_linea(ejemplos: Ejemplos) -> None:
    for archivo, fuente in (("pantallas.csv", "sintetico-pantallas"), ("redes.csv", "sintetico-redes")):
        texto = ejemplos.archivos[archivo].decode("cp1252" if "pantallas" in archivo else "utf-8")
        filas = list(csv.reader(io.StringIO(texto), delimiter=";" if "pantallas" in archivo else ","))
        ancho = max(len(f) for f in filas[1:4])
        torcidas = [f"fila {i}" for i, f in enumerate(filas, 1) if len(f) != ancho and i > 3]
        assert torcidas == [d.registro for d in ejemplos.defectos if d.fuente == fuente and d.familia == "estructura"]


def test_la_hoja_de_calculo_trae_fechas_de_dos_clases_y_celdas_sin_valor() -> None:
    hoja = openpyxl.load_workbook(CARPETA / "informes.xlsx", data_only=True)["Consolidado"]
    filas = {f[1]: f for f in hoja.iter_rows(min_row=5, values_only=True)}

    assert filas["R-010"][2] == datetime(2020, 4, 28)
    assert filas["R-011"][2] == "31/07/2020"
    assert filas["R-043"][4] == "#DIV/0!"
    assert filas["R-044"][4] is None
    assert (filas["R-031"][4], filas["R-032"][4]) == ("0,5", 0.5)
    assert hoja.merged_cells.ranges


def test_la_base_esta_sana_y_sus_blancos_son_nulos() -> None:
    base = sqlite3.connect(f"file:{CARPETA / 'intranet.sqlite'}?mode=ro", uri=True)

    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert base.execute("SELECT count(*) FROM publicaciones WHERE publicado_en IS NULL").fetchone() == (1,)
    assert base.execute("SELECT count(*) FROM publicaciones WHERE publicado_en = ''").fetchone() == (0,)


def test_los_titulos_hostiles_llegan_enteros() -> None:
    titulos = [e.findtext("title") for e in _entradas()]

    assert "NA" in titulos
    assert "<script>alert('noticia de ejemplo')</script> & «comillas» <b>" in titulos
    assert any(t and t.startswith("=HYPERLINK") for t in titulos)
    assert any(t and "]]> de cierre" in t for t in titulos)
    assert any(t and "\n" in t for t in titulos)


def test_los_borradores_no_se_cuentan_como_registros(ejemplos: Ejemplos) -> None:
    publicadas = [e for e in _entradas() if e.findtext(f"{WP}status") == "publish"]

    assert len(publicadas) == ejemplos.registros["sintetico-noticias"] < len(list(_entradas()))


def test_una_regla_que_no_existe_se_dice_con_su_fuente(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _receta_con(tmp_path, 'regla = "fila_incompleta"', 'regla = "fila_rara"')

    assert main([str(tmp_path)]) == 2
    assert "«fila_rara» no existe" in (mensaje := capsys.readouterr().err)
    assert "sintetico-pantallas" in mensaje


@pytest.mark.parametrize(
    ("antes", "despues", "mensaje"),
    [
        ('id = "sintetico-redes"', 'id = "otra"', "nadie declara"),
        ("semilla = 13001", "", "faltan claves: semilla"),
        ("semilla = 13001", "semilla = 1\nsemila = 2", "no existen: semila"),
        ("semilla = 13001", "semilla = ", "no es TOML"),
        ("mes = 6, orden = 2, dias = 1", "mes = 6, orden = 99, dias = 1", "registro 99 del mes 6"),
        ('encabezado = ["ID", "Fecha"', 'encabezado = ["ID"', "faltan columnas declaradas: Fecha"),
    ],
)
def test_una_receta_mal_escrita_se_explica(tmp_path: Path, antes: str, despues: str, mensaje: str) -> None:
    _receta_con(tmp_path, antes, despues)

    with pytest.raises(ErrorUso, match=mensaje):
        generar(leer_receta(tmp_path))


def _receta_con(carpeta: Path, antes: str, despues: str) -> None:
    shutil.copytree(CARPETA / "fuentes", carpeta / "fuentes")
    texto = (CARPETA / "receta.toml").read_text(encoding="utf-8")
    assert antes in texto
    (carpeta / "receta.toml").write_text(texto.replace(antes, despues, 1), encoding="utf-8")


def _entradas() -> Iterator[Any]:
    contenido = (CARPETA / "noticias.xml").read_bytes()
    return iter(ElementTree.fromstring(contenido).iter("item"))


def _por_nombre(receta: Receta, ejemplos: Ejemplos, id_: str) -> list[dict[str, str]]:
    pedido = next(p for p in receta.pedidos if p.fuente.id == id_)
    return [dict(zip(pedido.encabezado, fila, strict=False)) for fila in _filas(pedido, ejemplos)]


def _textos(pedido: Pedido, ejemplos: Ejemplos, posiciones: list[int]) -> Iterator[str]:
    for fila in _filas(pedido, ejemplos):
        yield from (fila[i] for i in posiciones if i < len(fila))


def _filas(pedido: Pedido, ejemplos: Ejemplos) -> list[list[str]]:
    contenido, fuente, crudas = ejemplos.archivos[pedido.archivo], pedido.fuente, list[tuple[Any, ...]]()
    if fuente.tipo == "sql":
        base = sqlite3.connect(":memory:")
        base.deserialize(contenido)
        crudas = base.execute("SELECT * FROM publicaciones").fetchall()
    elif fuente.tipo == "excel":
        hoja = openpyxl.load_workbook(io.BytesIO(contenido)).worksheets[0]
        crudas = list(hoja.iter_rows(min_row=len(pedido.titulos) + 2, values_only=True))
    elif fuente.tipo == "wordpress_exportacion":
        crudas = [tuple(h.text for h in e) for e in _entradas()]
    else:
        texto = io.StringIO(contenido.decode(fuente.codificacion or "utf-8"), newline="")
        crudas = [tuple(f) for f in csv.reader(texto, delimiter=fuente.separador or ",")][len(pedido.titulos) + 1 :]
    return [["" if c is None else str(c) for c in fila] for fila in crudas if any(fila)]
