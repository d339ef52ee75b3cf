"""Un plan llega en muchos formatos: todos deben dar lo mismo, y lo que no sirve debe decir por qué."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.plan import Plan
from rendicion.planes.archivo import Documento, leer_documento
from rendicion.planes.interpretacion import interpretar_plan
from tests.unidad.muestras_plan import TEXTO_REAL, TITULOS, VOCABULARIO, el, plan_real, reglas

REAL, HALLAZGOS_REALES = plan_real()
LINEAS = TEXTO_REAL.read_text(encoding="utf-8").split("\n")
CUADRO = [linea.split("\t") for linea in LINEAS if linea.count("\t") == 4]


def interpretar(documento: Documento) -> Plan:
    return interpretar_plan(documento, VOCABULARIO, entidad="13001")[0]


def como_csv(separador: str, fin: str = "\r\n") -> str:
    texto = io.StringIO()
    csv.writer(texto, delimiter=separador, lineterminator=fin).writerows([linea.split("\t") for linea in LINEAS])
    return texto.getvalue()


def libro(filas: list[list[object]], *, combinar: tuple[str, ...] = ()) -> bytes:
    cuaderno = openpyxl.Workbook()
    hoja = cuaderno.active
    hoja.title = "Plan"
    for fila in filas:
        hoja.append(fila)
    for rango in combinar:
        hoja.merge_cells(rango)
    return guardar(cuaderno)


def guardar(cuaderno: openpyxl.Workbook) -> bytes:
    memoria = io.BytesIO()
    cuaderno.save(memoria)
    return memoria.getvalue()


@pytest.mark.parametrize("codificacion", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("separador", "nombre"),
    [(";", "plan.csv"), (",", "plan.csv"), ("\t", "plan.tsv"), ("\t", "plan.txt"), ("|", "plan.csv")],
)
def test_el_mismo_cuadro_da_el_mismo_plan_en_cualquier_texto(separador: str, nombre: str, codificacion: str):
    assert interpretar(leer_documento(como_csv(separador).encode(codificacion), nombre)) == REAL


def test_el_texto_en_windows_1252_da_el_mismo_plan():
    assert interpretar(leer_documento(como_csv(";").encode("cp1252"), "plan.csv")) == REAL


def test_el_renglon_sep_de_excel_no_es_parte_de_los_datos():
    documento = leer_documento(("sep=;\r\n" + como_csv(";")).encode(), "plan.csv")
    assert interpretar(documento) == REAL
    assert documento.lineas[34].lugar == "línea 36"


def test_el_mismo_cuadro_en_excel_con_la_primera_columna_combinada_da_el_mismo_plan(tmp_path: Path):
    filas: list[list[object]] = [list(linea.split("\t")) for linea in LINEAS]
    camino = tmp_path / "plan.xlsx"
    camino.write_bytes(libro(filas, combinar=("A35:A42", "A49:A53", "A54:A55", "A71:A72", "A33:E33")))
    documento = leer_documento(camino.read_bytes(), camino.name)
    plan, hallazgos = interpretar_plan(documento, VOCABULARIO, entidad="13001")
    assert plan == REAL
    assert sorted(reglas(hallazgos)) == sorted(reglas(HALLAZGOS_REALES))
    assert el(hallazgos, "fila_suelta").registro == "hoja Plan, fila 71"


def test_los_numeros_y_las_fechas_de_excel_se_leen_sin_perder_nada():
    filas: list[list[object]] = [
        list(TITULOS),
        ["Subcomponente 1 Uno", "Publicar", 1200, "Prensa", date(2020, 6, 30)],
        [None, "Medir", 2.5, "Prensa", datetime(2020, 7, 1)],
    ]
    documento = leer_documento(libro(filas), "plan.xlsx")
    assert documento.lineas[1].celdas[2:] == ("1200", "Prensa", "2020-06-30")
    plan, _ = interpretar_plan(documento, VOCABULARIO, entidad=None, vigencia=2020)
    assert [str(a.meta) for a in plan.actividades] == ["1200", "2.5"]
    assert [a.hitos for a in plan.actividades] == [(date(2020, 6, 30),), (date(2020, 7, 1),)]


def test_una_meta_combinada_no_se_cuenta_dos_veces():
    filas: list[list[object]] = [
        list(TITULOS),
        ["Subcomponente 1 Uno", "Publicar", "4 informes", "Prensa", "junio"],
        [None, "Imprimir", None, None, None],
    ]
    documento = leer_documento(libro(filas, combinar=("A2:A3", "C2:C3", "D2:D3", "E2:E3")), "plan.xlsx")
    plan, _ = interpretar_plan(documento, VOCABULARIO, entidad=None, vigencia=2020)
    assert [a.meta for a in plan.actividades] == [4]
    filas[2][3] = "Planeación"
    documento = leer_documento(libro(filas, combinar=("A2:A3", "C2:C3", "E2:E3")), "plan.xlsx")
    plan, hallazgos = interpretar_plan(documento, VOCABULARIO, entidad=None, vigencia=2020)
    assert [a.meta for a in plan.actividades] == [4, None]
    assert plan.actividad("1.2").hitos == (date(2020, 6, 30),)
    assert el(hallazgos, "meta_combinada").registro == "1.2"


def test_un_salto_de_renglon_dentro_de_una_celda_no_parte_la_fila():
    filas = [
        list(TITULOS),
        ["Subcomponente 1\nUno", "Publicar\nel plan", "2\ninformes", "Prensa\nPlaneación", "junio"],
        ["", "Otra", "1 acta", "Prensa", ""],
    ]
    texto = io.StringIO()
    csv.writer(texto, delimiter=";").writerows(filas)
    for documento in (
        leer_documento(texto.getvalue().encode(), "plan.csv"),
        leer_documento(libro([list(f) for f in filas]), "plan.xlsx"),
    ):
        plan, _ = interpretar_plan(documento, VOCABULARIO, entidad=None, vigencia=2020)
        assert plan.actividad("1.1").texto == "Publicar\nel plan"
        assert (plan.actividad("1.1").meta, plan.actividad("1.1").responsables) == (2, ("Prensa", "Planeación"))
    assert leer_documento(texto.getvalue().encode(), "plan.csv").lineas[2].lugar == "línea 7"


def test_una_comilla_suelta_en_un_texto_corrido_es_solo_una_comilla():
    texto = '"Salvemos Juntos\n' + TEXTO_REAL.read_text(encoding="utf-8")
    assert interpretar(leer_documento(texto.encode(), "plan.txt")) == REAL


def test_las_hojas_ocultas_no_se_leen_y_se_avisa():
    cuaderno = openpyxl.load_workbook(io.BytesIO(libro([list(f) for f in CUADRO])))
    oculta = cuaderno.create_sheet("Copia de Plan")
    oculta.sheet_state = "hidden"
    for fila in CUADRO:
        oculta.append(fila)
    documento = leer_documento(guardar(cuaderno), "plan.xlsx")
    plan, hallazgos = interpretar_plan(documento, VOCABULARIO, entidad=None)
    assert len(plan.actividades) == 16
    assert el(hallazgos, "hoja_oculta").registro == "hoja Copia de Plan"


def test_las_celdas_con_error_y_las_formulas_sin_resultado_se_avisan():
    filas: list[list[object]] = [
        list(TITULOS),
        ["Subcomponente 1 Uno", "Publicar", "=1/0", "Prensa", "junio"],
        ["", "Otra", "x", "Prensa", ""],
    ]
    cuaderno = openpyxl.load_workbook(io.BytesIO(libro(filas)))
    celda = cuaderno["Plan"]["C3"]
    celda.value = "#DIV/0!"
    celda.data_type = "e"
    documento = leer_documento(guardar(cuaderno), "plan.xlsx")
    plan, hallazgos = interpretar_plan(documento, VOCABULARIO, entidad=None, vigencia=2020)
    assert [a.meta for a in plan.actividades] == [None, None]
    assert el(hallazgos, "formula_sin_valor").registro == "hoja Plan, celda C2"
    assert el(hallazgos, "celda_con_error").registro == "hoja Plan, celda C3"


def test_una_hoja_por_subcomponente_se_lee_como_un_solo_plan():
    cuaderno = openpyxl.Workbook()
    cuaderno.remove(cuaderno.active)
    for n in (1, 2):
        hoja = cuaderno.create_sheet(f"C{n}")
        hoja.append([f"Subcomponente {n}", None])
        hoja.append(list(TITULOS))
        hoja.append([f"Subcomponente {n} Nombre {n}", f"Publicar {n}", "2 actas", "Prensa", "junio"])
    plan, _ = interpretar_plan(leer_documento(guardar(cuaderno), "p.xlsx"), VOCABULARIO, entidad=None, vigencia=2020)
    assert [a.id for a in plan.actividades] == ["1.1", "2.1"]


def test_una_hoja_sin_los_titulos_del_plan_no_da_actividades_y_se_avisa():
    cuaderno = openpyxl.load_workbook(io.BytesIO(libro([list(f) for f in CUADRO])))
    notas = cuaderno.create_sheet("Notas")
    notas.append(["", "Llamar a la imprenta", "3 veces", "Prensa", ""])
    plan, hallazgos = interpretar_plan(leer_documento(guardar(cuaderno), "p.xlsx"), VOCABULARIO, entidad="13001", vigencia=2020)
    assert len(plan.actividades) == 16
    assert el(hallazgos, "hoja_sin_cuadro").registro == "hoja Notas"


def bomba(tamano: int) -> bytes:
    memoria = io.BytesIO()
    with zipfile.ZipFile(memoria, "w", zipfile.ZIP_DEFLATED) as paquete:
        paquete.writestr("xl/worksheets/sheet1.xml", b"0" * tamano)
    return memoria.getvalue()


def con_esquina_lejana() -> bytes:
    cuaderno = openpyxl.load_workbook(io.BytesIO(libro([list(TITULOS)])))
    cuaderno["Plan"]["XFD1048576"] = "x"
    return guardar(cuaderno)


@pytest.mark.parametrize(
    ("contenido", "nombre", "dice"),
    [
        (b"", "plan.txt", "vacío"),
        (b"\xef\xbb\xbf \r\n", "plan.csv", "vacío"),
        (b"%PDF-1.4", "plan.pdf", "formato «.pdf»"),
        (b"hola", "plan", "sin extensión"),
        (b"solo un texto\nsin tabla\n", "plan.txt", "ninguna tabla"),
        (b"PK\x03\x04abc", "plan.csv", "por dentro es un libro"),
        (b"a;b;c", "plan.xlsx", "por dentro no es un libro"),
        (b"PK\x03\x04abc", "plan.xlsx", "dañado"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "plan.xls", "dañado"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "plan.xlsx", "contraseña"),
        (b'a;b\n"sin cerrar;c\n', "plan.csv", "comilla"),
        (b"a\x00b;c", "plan.csv", "no es texto"),
        (b"\x81\x8d;\x9d", "plan.csv", "no es texto"),
        (bomba(101 * 1024 * 1024), "plan.xlsx", "desmedido"),
        (con_esquina_lejana(), "plan.xlsx", "desmedido"),
        (b"x" * (21 * 1024 * 1024), "plan.csv", "pesa 21 MB"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_lo_que_no_se_puede_leer_se_niega_y_dice_por_que(contenido: bytes, nombre: str, dice: str):
    with pytest.raises(ErrorUso, match=dice) as error:
        leer_documento(contenido, nombre)
    assert error.value.donde.startswith(nombre)
    assert error.value.hacer


def test_un_texto_con_letras_danadas_se_avisa():
    danado = TEXTO_REAL.read_bytes().decode("cp1252", "replace").encode()
    _, hallazgos = interpretar_plan(leer_documento(danado, "p.txt"), VOCABULARIO, entidad=None, vigencia=2020)
    assert el(hallazgos, "letras_danadas").gravedad == "grave"


@given(st.binary(max_size=300), st.sampled_from(["p.txt", "p.csv", "p.tsv", "p.xlsx", "p.xls", "p.ods"]))
def test_ningun_contenido_rompe_la_lectura_sin_un_error_previsto(contenido: bytes, nombre: str):
    for bruto in (contenido, b"PK\x03\x04" + contenido, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + contenido):
        with suppress(ErrorRendicion):
            leer_documento(bruto, nombre)
