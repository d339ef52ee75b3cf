"""Con matrices hostiles: o un mensaje previsto, o una lectura en que ninguna fila ni ningún avance se pierde."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rendicion import fuentes
from rendicion.errores import ErrorRendicion
from rendicion.fuentes.matriz import leer_matriz
from rendicion.fuentes.matriz.comparacion import en_csv
from rendicion.fuentes.matriz.mapa import mapa_de
from rendicion.fuentes.matriz.propuesta import proponer_declaracion
from rendicion.fuentes.tabla import limpiar
from rendicion.normalizacion import normalizar
from tests.unidad.muestras_matriz import PORCENTAJES, TITULOS, comparar, fuente, leer, libro, plan_de
from tests.unidad.test_matriz_propuesta import palabras

RAPIDO = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
CANARIO = "canario@ejemplo.org"
raros = ["", " ", "\xa0", "NA", "0", "1.1", "1,1", "TOTAL", "Código", "Número", "4.00%", "$ -", " -   ", "1.234,56", "1.234", "12.5", "inf", "-3", "=1+1",
         "#DIV/0!", "Trimestre > I", "a|b", "x\ny", "\ufeff", "\u200b", "100%", "%", "$", "Incremento", "2021-03-31", "٣", "1e9"]  # fmt: skip
celdas = (
    st.none()
    | st.sampled_from(raros)
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.booleans()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
)
codigos = st.sampled_from(["1.1", "1.2", "2.1", 1.4, None, "MP-1", ""])
filas = st.tuples(codigos, *[celdas] * (len(TITULOS) - 1)).map(list)
matrices = st.lists(filas, max_size=6)
opciones = st.fixed_dictionaries(
    {},
    optional={
        "ceros": st.just(["-", "$-"]),
        "redondear": st.booleans(),
        "porcentaje_en_texto": st.sampled_from(["fraccion", "puntos"]),
        "numeracion": st.sampled_from(["codigo", "orden"]),
        "rellenar": st.just(["subcomponente"]),
        "rotulos": st.sampled_from(["no", "subcomponente"]),
        "filas_total": st.just(["total*"]),
        "permite_vacia": st.just(True),  # noqa: FBT003 -- es el valor de una opción
        "titulo_superior": st.sampled_from(["combinadas", "hasta_el_siguiente"]),
    },
)


@pytest.fixture(autouse=True, scope="module")
def _sin_red():
    """Deja pasar tal como es el error que el programa no esperaba: aquí ninguno se perdona."""
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(fuentes, "no_esperado", lambda _fuente, error: error)
        yield


def hacer(hojas: dict[str, list[list[Any]]]) -> bytes:
    try:
        return libro(hojas)
    except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError, OverflowError):
        assume(False)  # noqa: FBT003 -- así se pide otro ejemplo
        raise


@RAPIDO
@given(matrices, opciones)
def test_ninguna_fila_y_ningun_avance_se_pierden(hechas: list[list[Any]], elegidas: dict[str, Any]):
    bruto, f = hacer({"S01": [["Título"], [*TITULOS, "Correo"], *([*h, CANARIO] for h in hechas)]}), fuente(**elegidas)
    try:
        lectura = leer(bruto, f)
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        assert CANARIO not in str(error)  # noqa: PT017 -- igual
        return
    leida = leer_matriz(bruto, f, mapa_de(f), "m.xlsx")
    assert [x.numero for x in leida.filas] == list(range(3, 3 + len(hechas)))
    no_son = {x.numero for x in leida.filas if x.clase in {"total", "aparte"}}
    escritos = sum(1 for n, h in enumerate(hechas, start=3) if n not in no_son for i in (8, 10) if _escrita(h[i]))
    assert lectura.recibidos == escritos
    for x in leida.filas:
        if x.clase == "total":
            assert elegidas.get("filas_total")
        if x.regla == "texto_fuera_del_cuadro":
            assert not _escrita(hechas[x.numero - 3][0])
            assert not any(_escrita(hechas[x.numero - 3][i]) for i in (5, 7, 8, 9, 10))
    candidatos = normalizar(lectura)
    rechazadas = {r.fila for r in candidatos.rechazos}
    assert rechazadas <= set(range(lectura.recibidos))
    assert all(r.explicacion and r.como_corregir for r in candidatos.rechazos)
    nulas = [i for i, q in enumerate(candidatos.tabla["cantidad"].to_pylist()) if q is None]
    assert set(nulas) <= rechazadas
    assert CANARIO not in repr((lectura.celdas.to_pylist(), lectura.hallazgos, lectura.rechazos))


def _escrita(celda: Any) -> bool:
    if isinstance(celda, str):
        return limpiar(celda) is not None
    return celda is not None


@RAPIDO
@given(matrices, opciones)
def test_el_plan_sale_entero_o_se_dice_por_que_no(hechas: list[list[Any]], elegidas: dict[str, Any]):
    bruto, f = hacer({"S01": [TITULOS, *hechas]}), fuente(**elegidas)
    try:
        plan, hallazgos = plan_de(bruto, f)
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        assert error.salida == 2  # noqa: PT017 -- igual
        return
    leida = leer_matriz(bruto, f, mapa_de(f), "m.xlsx")
    propias = [x for x in leida.filas if x.clase == "actividad"]
    assert [a.id for a in plan.actividades] == [x.actividad_id for x in propias if not x.repetida]
    assert sum("repite la actividad" in h.explicacion for h in hallazgos) == sum(x.repetida is not None for x in propias)
    for a in plan.actividades:
        assert a.meta is None or a.meta > 0
        if a.meta is None:
            assert any(h.registro == a.id and h.campo == "meta" for h in hallazgos)


@RAPIDO
@given(matrices, opciones)
def test_toda_comparacion_lleva_causa_y_cada_porcentaje_escrito_se_compara(hechas: list[list[Any]], elegidas: dict[str, Any]):
    bruto, f = hacer({"S01": [TITULOS, *hechas]}), fuente(porcentajes=PORCENTAJES, **elegidas)
    try:
        comparadas = comparar(bruto, f)
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        return
    leida = leer_matriz(bruto, f, mapa_de(f), "m.xlsx")
    con_pct = [x.lugar for x in leida.filas if x.clase == "actividad" and not x.repetida and _escrita(hechas[x.numero - 2][11])]
    assert [c["lugar"] for c in comparadas] == con_pct
    assert all(c["causas"] and c["explicacion"] for c in comparadas)
    assert en_csv(comparadas).decode().count("hoja S01") >= len(con_pct)


@settings(RAPIDO, max_examples=40)
@given(st.lists(st.lists(celdas | st.sampled_from(TITULOS), max_size=13), max_size=5), matrices, st.integers(1, 2))
def test_un_encabezado_hostil_da_un_mensaje_o_una_lectura(arriba: list[list[Any]], hechas: list[list[Any]], niveles: int):
    bruto = hacer({"S01": [*arriba, *hechas]})
    try:
        leer(bruto, fuente(niveles=niveles))
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        assert "S01" in error.donde or "m.xlsx" in error.donde  # noqa: PT017 -- igual


@settings(RAPIDO, max_examples=40)
@given(st.lists(st.lists(celdas | st.sampled_from([*TITULOS, "Ejecutado trimestre I", "Meta 2021"]), max_size=13), max_size=6))
def test_proponer_sobre_un_libro_hostil_da_un_borrador_o_un_mensaje(hechas: list[list[Any]]):
    import tomllib

    try:
        propuesta = proponer_declaracion(hacer({"S01": hechas}), "m.xlsx", palabras())
    except ErrorRendicion as error:
        assert error.hacer  # noqa: PT017 -- también vale que se lea
        return
    assert tomllib.loads(propuesta.borrador)["tipo"] == "matriz"
    assert propuesta.dudas


@RAPIDO
@given(st.binary(max_size=300))
def test_unos_bytes_cualesquiera_dan_un_mensaje(bruto: bytes):
    with pytest.raises(ErrorRendicion) as error:
        leer(bruto)
    assert error.value.hacer
