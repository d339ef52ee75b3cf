"""El libro de seguimiento se abre, se firma y no ejecuta nada."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from rendicion.ciclo.seguimiento import COLUMNAS, FichaSeguimiento, cuatrimestre, libro

CORTE = date(2020, 8, 31)
FICHA = FichaSeguimiento("Alcaldía de ejemplo", 2020)


def _plan(numero: str = "2.1", **cambios: object) -> dict[str, object]:
    return {
        "actividad_id": numero, "subcomponente": "Subcomponente 2 Diálogo", "actividad": "Realizar audiencia", "meta_texto": "Dos audiencias",
        "unidad": "audiencias", "responsable_texto": "Prensa", "fecha_texto": "junio/octubre 2020", "inicio": date(2020, 3, 1), "fin": date(2020, 12, 31),
    } | cambios  # fmt: skip


def _medida(numero: str = "2.1", **cambios: object) -> dict[str, object]:
    return {
        "actividad_id": numero, "corte": CORTE, "meta": Decimal(2), "ejecutado": Decimal("1.0000"), "avance_pct": Decimal("50.00"), "programado": Decimal(1),
        "cumplimiento_pct": Decimal("100.00"), "estado": "en_ejecucion", "zona": "alta",
    } | cambios  # fmt: skip


def _avance(numero: str = "2.1", **cambios: object) -> dict[str, object]:
    return {
        "avance_id": "f/1", "actividad_id": numero, "fecha": date(2020, 6, 25), "cantidad": Decimal(1), "titulo": "Primera audiencia", "url": "https://ejemplo.gov.co/a?b=1",
        "canal": "web", "dependencia": "Prensa", "registro": "1", "cuenta": True,
    } | cambios  # fmt: skip


def _abrir(datos: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(datos))


def _tabla(datos: bytes) -> list[list[object]]:
    """Lee las filas bajo el encabezado con un lector distinto del que las escribió."""
    filas = CalamineWorkbook.from_filelike(io.BytesIO(datos)).get_sheet_by_name("Seguimiento").to_python()
    inicio = next(n for n, f in enumerate(filas) if f[0] == "Subcomponente/Proceso")
    return [list(f) for f in filas[inicio:]]


def test_trae_el_formato_de_las_oficinas_de_control_interno() -> None:
    filas = _tabla(libro([_plan()], [_medida()], [_avance()], CORTE, FICHA))
    assert filas[0] == [nombre for nombre, _ in COLUMNAS]
    assert filas[1] == [
        "Subcomponente 2 Diálogo", "2.1 Realizar audiencia",
        "1 de 2 audiencias, en 1 registro. El último, del 25 de junio de 2020: Primera audiencia", "Dos audiencias", "Prensa", "junio/octubre 2020", 0.5,
        "■ Alta", "En ejecución. Programado a la fecha: 1; ejecutado: 1. Cumplimiento de lo programado: 100 %.", "Ver 1",
    ]  # fmt: skip


def test_la_cabecera_dice_entidad_vigencia_fecha_componente_cuatrimestre_y_marco() -> None:
    hoja = _abrir(libro([_plan()], [], [], CORTE, replace(FICHA, marco="PTEP")))["Seguimiento"]
    assert {hoja.cell(n, 1).value: hoja.cell(n, 2).value for n in range(2, 8)} == {
        "Entidad": "Alcaldía de ejemplo", "Vigencia": "2020", "Fecha": "31 de agosto de 2020", "Componente": "Rendición de cuentas",
        "Cuatrimestre": "Segundo (mayo a agosto)", "Marco": "PTEP",
    }  # fmt: skip


@pytest.mark.parametrize(("mes", "cual"), [(1, "Primero"), (4, "Primero"), (5, "Segundo"), (8, "Segundo"), (9, "Tercero"), (12, "Tercero")])
def test_el_cuatrimestre_sale_del_corte(mes: int, cual: str) -> None:
    assert cuatrimestre(date(2020, mes, 15)).startswith(cual)


def test_son_siempre_los_mismos_bytes_aunque_pase_el_tiempo() -> None:
    argumentos = ([_plan()], [_medida()], [_avance()], CORTE, FICHA)
    antes = libro(*argumentos)
    time.sleep(2.1)
    assert libro(*argumentos) == antes
    with zipfile.ZipFile(io.BytesIO(antes)) as comprimido:
        assert b"2020-08-31T00:00:00Z" in comprimido.read("docProps/core.xml")
        assert {i.date_time[0] for i in comprimido.infolist()} == {1980}


@pytest.mark.parametrize("malo", ['=HYPERLINK("http://malo")', "+1+1", "-2", "@SUM(A1)", "\t=1", "'=1", "normal\x00\x0b"])
def test_ningun_texto_se_vuelve_formula(malo: str) -> None:
    datos = libro(
        [_plan(actividad=malo, subcomponente=malo, meta_texto=malo, responsable_texto=malo, fecha_texto=malo)],
        [_medida()],
        [_avance(titulo=malo, registro=malo, canal=malo)],
        CORTE,
        FICHA,
    )
    wb = _abrir(datos)
    assert {c.data_type for hoja in wb for fila in hoja.iter_rows() for c in fila if c.value is not None} <= {"s", "n"}
    assert bool(wb["Seguimiento"]["A10"].quotePrefix) == (not malo.startswith("normal"))
    with zipfile.ZipFile(io.BytesIO(datos)) as comprimido:
        assert all(b"<f>" not in comprimido.read(n) for n in comprimido.namelist() if n.startswith("xl/worksheets/sheet"))


def test_solo_los_enlaces_web_se_pueden_abrir_y_cada_actividad_lleva_a_los_suyos() -> None:
    avances = [_avance("1.10", avance_id="f/3", url="javascript:alert(1)"), _avance(), _avance("1.2", avance_id="f/2", url=None)]
    wb = _abrir(libro([_plan("1.2"), _plan("1.10"), _plan()], [_medida()], avances, CORTE, FICHA))
    pruebas, hoja = wb["Evidencias"], wb["Seguimiento"]
    assert [pruebas.cell(n, 1).value for n in (2, 3, 4)] == ["1.2", "1.10", "2.1"]
    assert [pruebas.cell(n, 8).hyperlink.target if pruebas.cell(n, 8).hyperlink else None for n in (2, 3, 4)] == [None, None, "https://ejemplo.gov.co/a?b=1"]
    enlaces = [c.hyperlink.location for fila in hoja.iter_rows() for c in fila if c.hyperlink]
    assert enlaces == ["Evidencias!A2", "Evidencias!A3", "Evidencias!A4"]


def test_solo_cuenta_la_evidencia_que_cuenta_y_no_pasa_del_corte() -> None:
    avances = [_avance(cuenta=False), _avance(avance_id="f/2", fecha=date(2020, 9, 1))]
    datos = libro([_plan()], [_medida(ejecutado=Decimal(0))], avances, CORTE, FICHA)
    assert _abrir(datos)["Evidencias"].max_row == 1
    assert _tabla(datos)[1][2] == "Sin registros que cuenten a esta fecha"
    assert _tabla(datos)[1][9] == "Ninguna"


def test_lo_que_no_se_puede_medir_dice_sin_dato_y_el_cero_dice_cero() -> None:
    sin_meta = _medida(meta=None, avance_pct=None, programado=None, cumplimiento_pct=None, estado="sin_meta", zona="sin_programar")
    cero = _medida(avance_pct=Decimal("0.00"), zona="baja")
    otro_corte = _medida(corte=date(2020, 4, 30))
    fila_sin, fila_cero, fila_otra = (_tabla(libro([_plan()], [m], [], CORTE, FICHA))[1] for m in (sin_meta, cero, otro_corte))
    assert (fila_sin[6], fila_sin[7], fila_sin[8]) == ("sin dato", "– Sin programar", "Sin meta que se pueda medir.")
    assert (fila_cero[6], fila_cero[7]) == (0.0, "● Baja")
    assert (fila_otra[6], fila_otra[8]) == ("sin dato", "Sin indicador en este corte")


def test_se_imprime_apaisado_con_el_encabezado_en_cada_pagina_y_espacio_para_firmar() -> None:
    hoja = _abrir(libro([_plan()], [_medida()], [_avance()], CORTE, FICHA))["Seguimiento"]
    assert (hoja.page_setup.orientation, hoja.page_setup.fitToWidth, hoja.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert hoja.print_title_rows == "$9:$9"
    assert hoja.freeze_panes == "A10"
    assert [c.value for c in hoja["A"] if c.value in ("Firma:", "Jefe de la oficina de control interno:")] == [
        "Firma:",
        "Firma:",
        "Jefe de la oficina de control interno:",
        "Firma:",
    ]


def test_lo_sintetico_se_dice_en_el_titulo_y_en_cada_pagina() -> None:
    sintetico = _abrir(libro([_plan()], [], [], CORTE, replace(FICHA, sintetica=True)))
    real = _abrir(libro([_plan()], [], [], CORTE, FICHA))
    for hoja in sintetico:
        assert "DATOS SINTÉTICOS" in str(hoja.oddFooter.left.text)
    assert "DATOS SINTÉTICOS" in str(sintetico["Seguimiento"]["A1"].value)
    assert "SINTÉTICOS" not in str(real["Seguimiento"]["A1"].value) + str(real["Seguimiento"].oddFooter.left.text)


def test_un_plan_sin_actividades_da_un_libro_que_se_abre() -> None:
    assert len(_tabla(libro([], [], [], CORTE, FICHA))) > 1


def test_con_mas_registros_que_el_tope_el_libro_dice_cuantos_son_y_donde_estan() -> None:
    avances = [_avance(avance_id=f"f/{n}", registro=str(n), fecha=date(2020, 6, n)) for n in range(1, 4)] + [_avance("1.10", avance_id="f/9")]
    datos = libro([_plan("1.10"), _plan()], [_medida()], avances, CORTE, FICHA, tope=3)
    pruebas, hoja = _abrir(datos)["Evidencias"], _abrir(datos)["Seguimiento"]
    assert [[c.value for c in fila] for fila in pruebas.iter_rows()] == [
        ["Actividad", "Registros", "Primera fecha", "Última fecha", "Dónde están"],
        ["1.10", 1, "2020-06-25", "2020-06-25", "datos/avances.csv, filas con actividad_id = 1.10 y cuenta = true"],
        ["2.1", 3, "2020-06-01", "2020-06-03", "datos/avances.csv, filas con actividad_id = 2.1 y cuenta = true"],
    ]
    assert pruebas["E2"].hyperlink.target == "datos/avances.csv"
    assert [c.hyperlink.location for fila in hoja.iter_rows() for c in fila if c.hyperlink] == ["Evidencias!A2", "Evidencias!A3"]
    textos = [str(c.value) for c in hoja["A"]]
    assert "Hay 4 registros que cuentan, más de 3: aquí va cuántos son de cada actividad. Uno por uno están en datos/avances.csv." in textos
    justo = _abrir(libro([_plan("1.10"), _plan()], [_medida()], avances, CORTE, FICHA, tope=4))
    assert justo["Evidencias"].max_column == 8
    assert not [c for c in justo["Seguimiento"]["A"] if "más de" in str(c.value)]


def test_cada_fila_tiene_el_alto_de_su_texto_mas_largo() -> None:
    largo = "Una actividad con un nombre muy largo " * 12
    hoja = _abrir(libro([_plan(actividad=largo), _plan("2.3"), _plan("2.2")], [_medida()], [_avance(), _avance("2.2", avance_id="f/2", titulo=largo)], CORTE, FICHA))
    alto = {n: hoja["Seguimiento"].row_dimensions[n].height for n in (10, 11)}
    assert alto[10] > 12 * 13
    assert alto[10] > 2 * alto[11]
    assert hoja["Evidencias"].row_dimensions[3].height > 6 * 13


def test_el_libro_sale_igual_haya_o_no_lxml_en_la_maquina() -> None:
    import openpyxl.xml

    assert openpyxl.xml.LXML is False


def test_todo_el_libro_usa_la_misma_letra() -> None:
    libro_abierto = _abrir(libro([_plan()], [_medida()], [_avance()], CORTE, FICHA))
    assert {c.font.name for hoja in libro_abierto for fila in hoja.iter_rows() for c in fila if c.value is not None} == {"Calibri"}
