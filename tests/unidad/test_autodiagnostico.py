"""El autodiagnóstico es una media de medias y dice qué falta para el nivel que sigue."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esquemas import TABLAS
from rendicion import fuentes
from rendicion.almacen.referencia import fuentes as declaradas
from rendicion.ciclo import registros
from rendicion.ciclo.autodiagnostico import NIVELES, UMBRALES, Umbrales, banda, calcular
from rendicion.errores import ErrorUso

REFERENCIA = Path(__file__).parents[2] / "datos" / "referencia" / "autodiagnostico"


def _fila(componente: str, categoria: str, actividad: str, puntaje: str | None) -> dict[str, object]:
    return {
        "componente": componente, "categoria": categoria, "actividad_de_gestion": actividad,
        "puntaje": None if puntaje is None else Decimal(puntaje), "observaciones": None,
    }  # fmt: skip


MATRIZ = [
    _fila("A", "a1", "uno", "50"),
    _fila("A", "a1", "dos", "100"),
    _fila("A", "a2", "tres", "0"),
    _fila("B", "b1", "cuatro", "80"),
    _fila("B", "b1", "cinco", None),
    _fila("B", "b2", "seis", None),
]


def test_el_puntaje_es_la_media_de_las_medias_y_un_vacio_no_es_cero() -> None:
    resultado = calcular(MATRIZ)
    assert resultado.puntaje == Decimal("58.75")
    assert [(g.componente, g.puntaje, g.calificadas, g.actividades) for g in resultado.componentes] == [
        ("A", Decimal("37.50"), 3, 3),
        ("B", Decimal("80.00"), 1, 3),
    ]
    assert [(g.categoria, g.puntaje, g.banda) for g in resultado.categorias] == [
        ("a1", Decimal("75.00"), 4),
        ("a2", Decimal("0.00"), 1),
        ("b1", Decimal("80.00"), 4),
        ("b2", None, None),
    ]


def test_el_nivel_y_la_brecha_salen_de_los_umbrales_declarados() -> None:
    resultado = calcular(MATRIZ)
    assert (resultado.nivel, resultado.siguiente_nivel, resultado.brecha_siguiente) == ("consolidacion", "perfeccionamiento", Decimal("21.25"))
    assert calcular(MATRIZ, Umbrales(Decimal(60), Decimal(90), "acta")).nivel == "inicial"
    assert "[G]" in calcular(MATRIZ).umbrales.fuente


def test_la_palanca_mas_fuerte_es_la_que_mas_sube_el_total() -> None:
    palancas = calcular(MATRIZ).palancas
    assert [(p.actividad_de_gestion, p.sube) for p in palancas] == [("tres", Decimal("25.00")), ("cuatro", Decimal("10.00")), ("uno", Decimal("6.25"))]
    mejorada = [f | {"puntaje": Decimal(100)} if f["actividad_de_gestion"] == "tres" else f for f in MATRIZ]
    assert calcular(mejorada).puntaje == Decimal("83.75")


@pytest.mark.parametrize(
    ("puntaje", "esperada"), [("0", 1), ("20", 1), ("20.5", 2), ("21", 2), ("40", 2), ("41", 3), ("60", 3), ("61", 4), ("80", 4), ("81", 5), ("100", 5)]
)
def test_las_bandas_van_de_uno_a_cinco(puntaje: str, esperada: int) -> None:
    assert banda(Decimal(puntaje)) == esperada


def test_sin_calificar_no_hay_nivel_en_vez_de_nivel_inicial() -> None:
    for filas in ([], [_fila("A", "a", "uno", None)]):
        resultado = calcular(filas)
        assert (resultado.puntaje, resultado.nivel, resultado.banda, resultado.brecha_perfeccionamiento, resultado.palancas) == (None, None, None, None, ())


def test_un_puntaje_fuera_de_escala_o_repetido_se_rechaza_diciendo_donde() -> None:
    with pytest.raises(ErrorUso, match="fila 1 del autodiagnóstico"):
        calcular([_fila("A", "a", "uno", "101")])
    with pytest.raises(ErrorUso, match=r"La actividad de gestión está repetida. Dónde: fila 2"):
        calcular([_fila("A", "a", "uno", "1"), _fila("A", "a", "uno", "2")])
    with pytest.raises(ErrorUso, match="no sirven"):
        Umbrales(Decimal(80), Decimal(50))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8), st.integers(0, 7))
def test_subir_un_puntaje_nunca_baja_el_nivel(puntajes: list[int], cual: int) -> None:
    filas = [_fila(f"C{n % 3}", f"c{n % 2}", str(n), str(p)) for n, p in enumerate(puntajes)]
    mejor = [f | {"puntaje": Decimal(100)} if n == cual % len(filas) else f for n, f in enumerate(filas)]
    antes, despues = calcular(filas), calcular(mejor)
    assert antes.puntaje is not None
    assert despues.puntaje is not None
    assert antes.puntaje <= despues.puntaje
    assert NIVELES.index(str(antes.nivel)) <= NIVELES.index(str(despues.nivel))


def test_la_referencia_trae_el_formato_y_no_inventa_actividades() -> None:
    with (REFERENCIA / "matriz.csv").open(encoding="utf-8", newline="") as archivo:
        lineas = list(csv.reader(archivo))
    formato = tomllib.loads((REFERENCIA / "formato.toml").read_text(encoding="utf-8"))
    assert lineas == [list(TABLAS["autodiagnostico"].nombres)]
    assert formato["formato"]["columnas"] == lineas[0]
    assert tuple(formato["murc"]["niveles"]) == NIVELES
    assert (formato["umbrales"]["consolidacion"], formato["umbrales"]["perfeccionamiento"], formato["umbrales"]["fuente"]) == (
        UMBRALES.consolidacion,
        UMBRALES.perfeccionamiento,
        UMBRALES.fuente,
    )
    assert all(banda(Decimal(b["desde"])) == banda(Decimal(b["hasta"])) == b["banda"] for b in formato["bandas"])


def test_la_declaracion_que_trae_la_referencia_lee_la_matriz_llena(tmp_path: Path) -> None:
    leame = (REFERENCIA / "LEAME.md").read_text(encoding="utf-8")
    (tmp_path / "autodiagnostico.toml").write_text(leame.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    vacia = (REFERENCIA / "matriz.csv").read_text(encoding="utf-8")
    (tmp_path / "matriz.csv").write_text(vacia + "DATOS SINTÉTICOS,Categoría,Una actividad,70,\nDATOS SINTÉTICOS,Categoría,Sin calificar,,\n", encoding="utf-8")
    [declarada] = declaradas(tmp_path)
    bruto = fuentes.extraer(declarada.fuente, declarada.carpeta)
    leida = registros.convertir(fuentes.interpretar(bruto.contenido, declarada.fuente, "a" * 64, bruto.origen))
    filas = registros.publicar([leida], date(2020, 12, 31)).tablas["autodiagnostico"]
    assert leida.rechazos == ()
    assert [f["puntaje"] for f in filas] == [70, None]
    assert calcular(filas).nivel == "consolidacion"
