"""Qué registros de un archivo compartido son de la fuente: lo que queda por fuera se cuenta, se dice y nunca se pierde."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar
from rendicion.lectura import Lectura

ENCABEZADO = "Código,Fecha,Estado,Área,Cuándo"
FILAS = [
    "A1,2020-03-15,Publicado,Prensa,2020-03-15",
    "A2,2020-03-16, PUBLICADO ,prénsa,2020-06-30",
    "A3,2020-03-17,Borrador,Prensa,2020-07-01",
    "A4,2020-03-18,,Obras,2020-03-01",
    "A5,2020-03-19,publicado,Obras,",
]


def fuente(*filtros: dict[str, Any], **cambios: Any) -> Fuente:
    base = {"id": "f", "tipo": "csv", "lugar": "a.csv", "dependencia": "Prensa", "actividad": "1.4", "columnas": {"registro": "Código", "fecha": "Fecha"}}
    return fuente_desde({**base, "filtros": list(filtros), **cambios}, donde="f.toml")


def leer(*filtros: dict[str, Any], filas: list[str] = FILAS, **cambios: Any) -> Lectura:
    return interpretar("\n".join([ENCABEZADO, *filas, ""]).encode(), fuente(*filtros, **cambios), "0" * 64, "a.csv")


def registros(lectura: Lectura) -> list[str]:
    return list(lectura.celdas["registro"].to_pylist())


@pytest.mark.parametrize(
    ("filtro", "quedan"),
    [
        ({"columna": "Estado", "igual": "Publicado"}, ["A1", "A2", "A5"]),
        ({"columna": "Estado", "en": ["publicado", "borrador"]}, ["A1", "A2", "A3", "A5"]),
        ({"columna": "Estado", "no_en": ["Borrador"]}, ["A1", "A2", "A4", "A5"]),
        ({"columna": "Área", "patron": "^[Pp]r"}, ["A1", "A2", "A3"]),
        ({"columna": "Área", "patron": "s$", "no_en": ["Prensa"]}, ["A4", "A5"]),
        ({"columna": "Fecha", "desde": "2020-03-17"}, ["A3", "A4", "A5"]),
        ({"columna": "Fecha", "desde": date(2020, 3, 16), "hasta": date(2020, 3, 18)}, ["A2", "A3", "A4"]),
    ],
)
def test_cada_condicion_deja_los_suyos_y_cuenta_los_demas(filtro: dict[str, Any], quedan: list[str]):
    lectura = leer(filtro)
    assert registros(lectura) == quedan
    assert lectura.recibidos + lectura.filtrados == len(FILAS)
    (hallazgo,) = lectura.hallazgos
    assert (hallazgo.regla, hallazgo.gravedad, hallazgo.valor) == ("filtrados", "informativa", str(len(FILAS) - len(quedan)))


def test_el_hallazgo_dice_cuantos_por_cada_filtro_y_por_que():
    lectura = leer({"columna": "Estado", "igual": "Publicado"}, {"columna": "Área", "igual": "Prensa"})
    assert registros(lectura) == ["A1", "A2"]
    assert [h.explicacion for h in lectura.hallazgos] == [
        "2 de 5 registros no son de esta fuente: la declaración pide que «Estado» sea «Publicado». No son registros recibidos.",
        "1 de 5 registros no son de esta fuente: la declaración pide que «Área» sea «Prensa». No son registros recibidos.",
    ]


def test_si_la_fecha_del_filtro_no_se_entiende_el_registro_se_recibe_y_se_rechaza():
    lectura = leer({"columna": "Cuándo", "hasta": "2020-06-30"}, filas=[*FILAS, "A6,2020-03-20,x,y,ayer"])
    assert registros(lectura) == ["A1", "A2", "A4", "A5", "A6"]
    assert [(r.registro, r.regla) for r in lectura.rechazos] == [("A5", "filtro_sin_dato"), ("A6", "filtro_sin_dato")]
    assert lectura.rechazos[0].explicacion == "No se sabe si el registro es de la fuente: la columna «Cuándo» está vacía. Está en a.csv, fila 6, columna «Cuándo»."
    assert lectura.rechazos[0].como_corregir == "Escriba la fecha en «Cuándo», en el formato que declara la fuente."


def test_una_fila_corrida_no_se_filtra_porque_sus_celdas_no_estan_en_su_sitio():
    lectura = leer({"columna": "Estado", "igual": "Publicado"}, filas=[*FILAS, "A6,2020-03-20,Borrador"])
    assert [(r.registro, r.regla) for r in lectura.rechazos] == [("fila 7", "fila_incompleta")]


def test_una_falta_en_un_registro_que_no_es_de_la_fuente_no_es_un_rechazo_suyo():
    lectura = leer({"columna": "Estado", "igual": "Publicado"}, filas=[*FILAS, "#DIV/0!,2020-03-20,Borrador,x,y"])
    assert lectura.rechazos == ()
    assert lectura.filtrados == 3


def test_la_columna_del_filtro_no_sale_de_la_captura():
    lectura = leer({"columna": "Área", "igual": "Prensa"}, filas=[f.replace("Prensa", "canario@ejemplo.org") for f in FILAS] + FILAS[:1])
    assert "canario" not in repr((lectura.celdas.to_pylist(), lectura.rechazos, lectura.hallazgos))


def test_si_nada_cumple_los_filtros_la_fuente_no_dio_nada_y_lo_dice():
    with pytest.raises(ErrorFuente) as error:
        leer({"columna": "Estado", "igual": "Archivado"})
    assert error.value.que == (
        "La fuente no trae ningún registro que cumpla sus filtros. "
        "5 de 5 registros no son de esta fuente: la declaración pide que «Estado» sea «Archivado». No son registros recibidos."
    )
    assert leer({"columna": "Estado", "igual": "Archivado"}, opciones={"permite_vacia": True}).filtrados == 5


def test_la_cuenta_declarada_es_la_del_archivo_entero():
    assert leer({"columna": "Estado", "igual": "Publicado"}, opciones={"registros": 5}).recibidos == 3
    with pytest.raises(ErrorFuente, match="Se declararon 3 registros y el archivo trae 5"):
        leer({"columna": "Estado", "igual": "Publicado"}, opciones={"registros": 3})


def test_una_columna_de_filtro_que_no_esta_se_dice():
    with pytest.raises(ErrorFuente, match="Faltan columnas declaradas: «Situación»"):
        leer({"columna": "Situación", "igual": "x"})


def test_en_una_carpeta_un_archivo_sin_los_suyos_no_detiene_a_los_otros():
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as paquete:
        paquete.writestr("uno.csv", "\n".join([ENCABEZADO, *FILAS[:1], ""]))
        paquete.writestr("dos.csv", "\n".join([ENCABEZADO, *FILAS[2:4], ""]))
    declarada = fuente({"columna": "Estado", "igual": "Publicado"}, tipo="carpeta")
    lectura = interpretar(salida.getvalue(), declarada, "0" * 64, "buzon")
    assert (lectura.recibidos, lectura.filtrados) == (1, 2)
    with pytest.raises(ErrorFuente, match=r"ningún registro que cumpla sus filtros\. 3 quedaron por fuera"):
        interpretar(salida.getvalue(), fuente({"columna": "Estado", "igual": "Otro"}, tipo="carpeta"), "0" * 64, "buzon")


@pytest.mark.parametrize(
    ("malo", "dice"),
    [
        ("Estado", "mal escritos"),
        ([{"igual": "x"}], "no dice su columna"),
        ([{"columna": "Estado"}], "al menos una condición"),
        ([{"columna": "Estado", "parecido": "x"}], "claves que no existen: parecido"),
        ([{"columna": "Estado", "igual": "x", "en": ["y"]}], "igual y en"),
        ([{"columna": "Estado", "igual": 3}], "algo que no es un texto"),
        ([{"columna": "Estado", "patron": "("}], "no es una expresión regular"),
        ([{"columna": "Fecha", "desde": "marzo"}], "«marzo» no es un día"),
    ],
)
def test_un_filtro_mal_declarado_se_explica(malo: Any, dice: str):
    with pytest.raises(ErrorUso, match=dice) as error:
        fuente_desde({"id": "f", "tipo": "csv", "lugar": "a.csv", "dependencia": "P", "actividad": "1", "columnas": {"fecha": "F"}, "filtros": malo}, donde="f.toml")
    assert "f.toml" in error.value.donde


estados = st.sampled_from(["Publicado", "publicado ", "Borrador", "", "#DIV/0!", "x"])
fechas = st.sampled_from(["2020-03-01", "2020-12-31", "31/06/2020", "", "ayer", "15/03/2020"])


@given(st.lists(st.tuples(estados, fechas), max_size=12), st.booleans())
def test_lo_leido_es_siempre_lo_recibido_mas_lo_filtrado(filas: list[tuple[str, str]], por_fecha: bool):
    filtros: list[dict[str, Any]] = [{"columna": "Estado", "igual": "publicado"}]
    if por_fecha:
        filtros.append({"columna": "Cuándo", "desde": "2020-02-01", "hasta": "2020-06-30"})
    lectura = leer(*filtros, filas=[f"R{n},2020-03-15,{e},x,{f}" for n, (e, f) in enumerate(filas)], opciones={"permite_vacia": True})
    assert lectura.recibidos + lectura.filtrados == len(filas)
    assert lectura.filtrados == sum(int(h.valor or 0) for h in lectura.hallazgos if h.regla == "filtrados")


def test_una_base_de_datos_guarda_la_columna_del_filtro_en_la_captura_y_no_la_lee_mas_alla(tmp_path: Path):
    import sqlite3

    with sqlite3.connect(tmp_path / "b.sqlite") as conexion:
        conexion.execute("CREATE TABLE t (c TEXT, f TEXT, e TEXT)")
        conexion.executemany("INSERT INTO t VALUES (?, ?, ?)", [("A1", "2020-03-15", "Sí"), ("A2", "2020-03-15", "No")])
    declarada = fuente({"columna": "e", "igual": "si"}, tipo="sql", lugar="b.sqlite", columnas={"registro": "c", "fecha": "f"}, opciones={"tabla": "t"})
    lectura = interpretar(extraer(declarada, tmp_path).contenido, declarada, "0" * 64, "b.sqlite")
    assert registros(lectura) == ["A1"]
    assert "que «e» sea «si»" in lectura.hallazgos[0].explicacion
