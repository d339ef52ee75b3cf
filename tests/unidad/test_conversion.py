"""De texto a valor: o se entiende sin adivinar, o se dice por qué no."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.conversion import Falta, leer_cantidad, leer_fecha
from rendicion.fuente import Fuente
from rendicion.hallazgos import Rechazo
from rendicion.lectura import COLUMNAS_LECTURA, Lectura
from rendicion.normalizacion import Candidatos, normalizar

FUENTE = Fuente("f", "csv", "f.csv", "Prensa", {c: c for c in ("registro", "fecha", "cantidad", "titulo")}, actividad="1.1", formatos_fecha=("%d/%m/%Y",))


@pytest.mark.parametrize(
    ("texto", "valor"),
    [
        ("0", Decimal(0)), ("12", Decimal(12)), ("1.234", Decimal(1234)), ("1.234,56", Decimal("1234.56")), ("0,5", Decimal("0.5")),
        ("-3", Decimal(-3)), ("1234", Decimal(1234)), ("007", Decimal(7)),
    ],
)  # fmt: skip
def test_las_cantidades_se_leen_con_las_marcas_declaradas(texto: str, valor: Decimal) -> None:
    assert leer_cantidad(texto, FUENTE) == valor


@pytest.mark.parametrize("texto", ["12.5", "0.25", "1.23.4", "1,234.5", "45%", "inf", "nan", "1e400", "doce", "", "1 000", "0,12345", "9" * 16, "١٢"])
def test_lo_que_no_es_una_cantidad_clara_no_se_adivina(texto: str) -> None:
    falta = leer_cantidad(texto, FUENTE)
    assert isinstance(falta, Falta)
    assert falta.regla == "cantidad_invalida"
    assert falta.como_corregir


@pytest.mark.parametrize(
    ("texto", "dia"),
    [
        ("03/04/2020", date(2020, 4, 3)), ("2020-04-03", date(2020, 4, 3)), ("2020-04-03T23:59:00", date(2020, 4, 3)),
        ("2020-04-03T02:00:00Z", date(2020, 4, 2)), ("2020-04-03T05:00:00+00:00", date(2020, 4, 3)), ("2020-04-03 10:30:00", date(2020, 4, 3)),
    ],
)  # fmt: skip
def test_las_fechas_se_leen_en_el_formato_declarado_y_en_hora_de_colombia(texto: str, dia: date) -> None:
    assert leer_fecha(texto, FUENTE) == dia


@pytest.mark.parametrize("texto", ["31/02/2020", "2020/04/03", "04/31/2020", "ayer", "3 de abril", "2020-13-01", "44000", "2020-04-03T25:00:00"])
def test_una_fecha_que_no_existe_o_no_esta_en_el_formato_no_se_adivina(texto: str) -> None:
    falta = leer_fecha(texto, FUENTE)
    assert isinstance(falta, Falta)
    assert falta.como_corregir.startswith("Escriba la fecha así: 31/03/2020.")
    assert ("Excel" in falta.como_corregir) == (texto == "44000")


def test_el_ejemplo_de_cada_formato_declarado_se_puede_leer_con_el() -> None:
    formatos = ("%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y %H:%M", "%d-%b-%y")
    falta = leer_fecha("mañana", replace(FUENTE, formatos_fecha=formatos))
    assert isinstance(falta, Falta)
    ejemplos = falta.como_corregir.removeprefix("Escriba la fecha así: ").removesuffix(".").split(" o ")
    assert [leer_fecha(e, replace(FUENTE, formatos_fecha=(f,))) for e, f in zip(ejemplos, formatos, strict=True)] == [date(2020, 3, 31)] * 3


@pytest.mark.parametrize(("texto", "lo_dice"), [("43905", True), ("43905.75", True), ("43905,5", True), ("2020", False), ("34999", False), ("55000", False), ("439051", False)])
def test_si_parece_el_dia_de_excel_lo_dice(texto: str, *, lo_dice: bool) -> None:
    falta = leer_fecha(texto, FUENTE)
    assert isinstance(falta, Falta)
    assert ("Excel" in falta.como_corregir) is lo_dice


@given(st.text(max_size=20))
def test_ningun_texto_revienta_los_lectores(texto: str) -> None:
    assert isinstance(leer_cantidad(texto, FUENTE), Decimal | Falta)
    assert isinstance(leer_fecha(texto, FUENTE), date | Falta)


def normalizada(*filas: dict[str, Any], rechazos: tuple[Rechazo, ...] = ()) -> Candidatos:
    base = {"registro": "1", "actividad_id": "1.1", "fecha": "01/04/2020", "cantidad": "1", "titulo": "Nota"}
    completas = [base | {"lugar": f"f.csv, fila {i}"} | f for i, f in enumerate(filas, 2)]
    celdas = pa.table({c: pa.array([f.get(c) for f in completas], pa.string()) for c in COLUMNAS_LECTURA})
    return normalizar(Lectura(FUENTE, "a" * 64, "f.csv", celdas, rechazos))


@pytest.mark.parametrize(
    ("campo", "regla"), [("fecha", "fecha_ausente"), ("cantidad", "cantidad_ausente"), ("titulo", "titulo_ausente"), ("actividad_id", "actividad_ausente")]
)
def test_una_celda_vacia_no_es_cero_ni_1970(campo: str, regla: str) -> None:
    candidatos = normalizada({}, {"registro": "2", campo: None})
    (rechazo,) = candidatos.rechazos
    assert (rechazo.fila, rechazo.registro, rechazo.regla, rechazo.valor) == (1, "2", regla, None)
    assert candidatos.tabla[campo].to_pylist()[1] is None


def test_el_rechazo_dice_el_lugar_y_el_valor() -> None:
    (rechazo,) = normalizada({"cantidad": "doce"}).rechazos
    assert "f.csv, fila 2" in rechazo.explicacion
    assert rechazo.valor == "doce"


def test_una_fila_torcida_no_suma_mas_faltas() -> None:
    torcida = Rechazo(0, "fila 2", "", "fila_incompleta", "Le faltan celdas.", "Complétela.")
    assert normalizada({"fecha": None, "cantidad": None}, rechazos=(torcida,)).rechazos == (torcida,)


def test_un_dato_personal_en_un_titulo_no_se_publica_y_queda_el_aviso() -> None:
    candidatos = normalizada({"titulo": "Escriba a ana.perez@correo.example"}, {"registro": "2"})
    assert "ana.perez" not in str(candidatos.tabla.to_pydict())
    (hallazgo,) = candidatos.hallazgos
    assert (hallazgo.regla, hallazgo.gravedad) == ("posible_dato_personal", "grave")
    assert "ana.perez" not in str(hallazgo)


def test_un_rechazo_nunca_muestra_un_dato_personal() -> None:
    (rechazo,) = normalizada({"cantidad": "ana.perez@correo.example"}).rechazos
    assert "ana.perez" not in str(rechazo)
