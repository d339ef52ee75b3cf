"""CSV y Parquet dicen lo mismo, celda por celda, con los mismos bytes siempre."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esquemas import PUBLICAS, Campo, Tabla, Tipo
from esquemas.arrow import tabla_arrow
from rendicion.tablas import diferencias, escribir_csv, escribir_parquet, leer_csv, leer_parquet

TABLA = Tabla(
    "prueba",
    "Prueba",
    "Una tabla con todos los tipos.",
    (
        Campo("clave", Tipo.ENTERO, "Clave", "Clave de la fila."),
        Campo("texto", Tipo.TEXTO, "Texto", "Texto cualquiera."),
        Campo("cantidad", Tipo.DECIMAL, "Cantidad", "Con recorte.", decimales=4, recorta=True),
        Campo("porcentaje", Tipo.DECIMAL, "Porcentaje", "Sin recorte.", decimales=2),
        Campo("fecha", Tipo.FECHA, "Fecha", "Una fecha."),
        Campo("cuenta", Tipo.LOGICO, "Cuenta", "Sí o no."),
    ),
    ("clave",),
)


def escrita(carpeta: Path, *filas: dict[str, Any]) -> tuple[Path, Path]:
    datos = tabla_arrow(TABLA, [{"clave": i} | f for i, f in enumerate(filas)])
    rutas = (carpeta / "t.csv", carpeta / "t.parquet")
    escribir_csv(TABLA, datos, rutas[0])
    escribir_parquet(TABLA, datos, rutas[1])
    return rutas


@pytest.mark.parametrize(
    ("campo", "valor", "texto"),
    [
        ("texto", "=1+1", "'=1+1"),
        ("texto", "-guion", "'-guion"),
        ("texto", "@arroba", "'@arroba"),
        ("texto", "'=1", "''=1"),
        ("texto", "a=1", "a=1"),
        ("texto", "NA", "NA"),
        ("texto", "007", "007"),
        ("cantidad", Decimal(900), "900"),
        ("cantidad", Decimal("2.5"), "2.5"),
        ("cantidad", Decimal(0), "0"),
        ("cantidad", Decimal("0.0001"), "0.0001"),
        ("porcentaje", Decimal("66.67"), "66.67"),
        ("porcentaje", Decimal(100), "100.00"),
        ("fecha", date(2020, 2, 29), "2020-02-29"),
        ("cuenta", False, "false"),
        ("cuenta", None, ""),
        ("cantidad", None, ""),
    ],
)
def test_cada_valor_se_escribe_de_una_sola_forma(tmp_path: Path, campo: str, valor: Any, texto: str) -> None:
    ruta, _ = escrita(tmp_path, {campo: valor})
    with ruta.open(encoding="utf-8", newline="") as archivo:
        assert next(csv.DictReader(archivo))[campo] == texto
    assert leer_csv(TABLA, ruta)[campo].to_pylist() == [valor]


def test_solo_lleva_comillas_lo_que_las_necesita(tmp_path: Path) -> None:
    ruta, _ = escrita(tmp_path, {"texto": "simple"}, {"texto": 'con "comillas", coma\ny salto'})
    assert ruta.read_bytes() == (b'clave,texto,cantidad,porcentaje,fecha,cuenta\n0,simple,,,,\n1,"con ""comillas"", coma\ny salto",,,,\n')


textos = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12) | st.sampled_from(
    ["=cmd", "+1", "-1", "@x", "\t", "'", "''=a", "\r", "a\r\nb", '"', ",", "NA", "null", " "]
)
fila = st.fixed_dictionaries(
    {
        "texto": st.none() | textos,
        "cantidad": st.none() | st.decimals(-(10**9), 10**9, places=4),
        "porcentaje": st.none() | st.decimals(0, 1000, places=2),
        "fecha": st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
        "cuenta": st.none() | st.booleans(),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(fila, max_size=6))
def test_lo_escrito_se_lee_igual_con_cualquier_lector(tmp_path: Path, filas: list[dict[str, Any]]) -> None:
    ruta, parquet = escrita(tmp_path, *filas)
    assert diferencias(TABLA, ruta, parquet) == []
    assert leer_csv(TABLA, ruta).equals(leer_parquet(parquet))
    with ruta.open(encoding="utf-8", newline="") as archivo:
        assert len(list(csv.DictReader(archivo))) == len(filas)


def test_una_celda_distinta_entre_csv_y_parquet_se_nota(tmp_path: Path) -> None:
    ruta, parquet = escrita(tmp_path, {"cantidad": Decimal(1)}, {"cantidad": Decimal(2)})
    ruta.write_bytes(ruta.read_bytes().replace(b"1,,2,", b"1,,3,"))
    assert diferencias(TABLA, ruta, parquet) == ["cantidad"]
    ruta.write_bytes(ruta.read_bytes().rsplit(b"\n", 2)[0] + b"\n")
    assert "filas" in diferencias(TABLA, ruta, parquet)[0]


def test_los_mismos_datos_dan_los_mismos_bytes_sin_importar_el_orden(tmp_path: Path) -> None:
    filas = [{"clave": i, "texto": f"t{i}"} for i in range(20)]
    huellas = set()
    for orden in (filas, filas[::-1]):
        datos = tabla_arrow(TABLA, orden)
        escribir_csv(TABLA, datos, tmp_path / "a.csv")
        escribir_parquet(TABLA, datos, tmp_path / "a.parquet")
        huellas.add(((tmp_path / "a.csv").read_bytes(), (tmp_path / "a.parquet").read_bytes()))
    assert len(huellas) == 1


@pytest.mark.parametrize("tabla", PUBLICAS.values(), ids=list(PUBLICAS))
def test_una_tabla_vacia_lleva_solo_su_encabezado(tmp_path: Path, tabla: Tabla) -> None:
    escribir_csv(tabla, tabla_arrow(tabla, []), tmp_path / "v.csv")
    assert (tmp_path / "v.csv").read_text() == ",".join(tabla.nombres) + "\n"
    assert leer_csv(tabla, tmp_path / "v.csv").num_rows == 0
