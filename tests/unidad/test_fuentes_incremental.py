"""Leer por partes da lo mismo que leer todo, mientras lo que cambia esté dentro del traslape."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendicion.errores import ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import interpretar
from rendicion.fuentes.incremental import combinar, declaracion_incremental, leer_lineas, tramo
from rendicion.fuentes.remoto import capturar, columnas_de_captura
from rendicion.previa import Previa

HOY = date(2020, 7, 1)
INICIO = date(2020, 1, 1)


def fuente(**incremental: Any) -> Fuente:
    declarado = {"cursor": "modificado", "parametro": "desde", "traslape": 10, "completa_cada": 30, **incremental}
    return fuente_desde(
        {
            "id": "r",
            "tipo": "rest_json",
            "lugar": "https://x.example/api",
            "dependencia": "Prensa",
            "actividad": "1.4",
            "anfitriones": ["x.example"],
            "columnas": {"registro": "id", "titulo": "titulo"},
            "opciones": {"incremental": declarado},
        },
        donde="r.toml",
    )


def captura(registros: list[dict[str, Any]], declarada: Fuente, *, parcial: bool = False) -> bytes:
    return capturar(registros, declarada, "x", declaracion_incremental(declarada), parcial=parcial)


def previa(contenido: bytes, **cambios: Any) -> Previa:
    return Previa(**{"sha256": "a" * 64, "contenido": contenido, "hoy": HOY, "completa": HOY - timedelta(days=1), **cambios})


def leer_por_partes(antes: list[dict[str, Any]], ahora: list[dict[str, Any]], declarada: Fuente, **cambios: Any) -> bytes | None:
    """Hace lo que hace una extracción: pide desde el tramo, y junta."""
    declaracion = declaracion_incremental(declarada)
    base = captura(antes, declarada)
    desde = tramo(declaracion, declarada, previa(base, **cambios), columnas_de_captura(declarada, declaracion))
    if desde is None:
        return None
    pedido = int(desde.pedido) if declaracion.tipo == "numero" else desde.pedido  # type: ignore[union-attr]
    llegan = [r for r in ahora if r["modificado"] is None or r["modificado"] > pedido]
    return combinar(base, captura(llegan, declarada, parcial=True), declarada, declaracion, desde.limite)


def registro(numero: int, dia: int, titulo: str = "T") -> dict[str, Any]:
    return {"id": numero, "titulo": titulo, "modificado": (INICIO + timedelta(days=dia)).isoformat()}


def test_lo_nuevo_se_suma_y_lo_corregido_dentro_del_traslape_se_reemplaza():
    antes = [registro(1, 0), registro(2, 95, "viejo"), registro(3, 100)]
    ahora = [registro(1, 0), registro(2, 101, "corregido"), registro(3, 100), registro(4, 102)]
    assert leer_por_partes(antes, ahora, fuente()) == captura(ahora, fuente())


def test_una_correccion_vieja_se_ve_si_la_fuente_mueve_su_fecha_de_cambio():
    antes = [registro(1, 0, "viejo"), registro(3, 100)]
    ahora = [registro(1, 101, "corregido"), registro(3, 100)]
    assert leer_por_partes(antes, ahora, fuente()) == captura(ahora, fuente())


def test_un_registro_que_desaparece_dentro_del_traslape_sale_de_la_captura():
    antes = [registro(1, 0), registro(2, 95), registro(3, 100)]
    assert leer_por_partes(antes, [antes[0], antes[2]], fuente()) == captura([antes[0], antes[2]], fuente())


def test_un_registro_justo_en_el_borde_del_traslape_no_se_pierde():
    """El servicio compara con «mayor que»: por eso se pide un día más de lo que se reemplaza."""
    antes = [registro(1, 89), registro(2, 90), registro(3, 91), registro(4, 100)]
    assert leer_por_partes(antes, antes, fuente()) == captura(antes, fuente())


def test_lo_que_cambia_por_fuera_del_traslape_sin_mover_su_fecha_no_se_ve_y_el_hallazgo_lo_dice():
    antes = [registro(1, 0, "viejo"), registro(3, 100)]
    ahora = [registro(1, 0, "corregido a escondidas"), registro(3, 100)]
    assert leer_por_partes(antes, ahora, fuente()) == captura(antes, fuente())
    (hallazgo,) = [h for h in interpretar(captura(antes, fuente()), fuente(), "0" * 64, "x").hallazgos if h.regla == "lectura_por_partes"]
    assert hallazgo.explicacion == (
        "La fuente se lee por partes: cada vez se vuelven a pedir los últimos 10 días de «modificado», es decir desde 2020-03-31. "
        "Una corrección más vieja, que no mueva esa columna, se ve en la lectura completa, cada 30 días."
    )


@pytest.mark.parametrize(
    "cambios",
    [
        {"completa": None},
        {"completa": HOY - timedelta(days=30)},
        {"completa": HOY + timedelta(days=1)},
        {"contenido": b""},
        {"contenido": b'{"id":"1","titulo":"T"}\n'},
    ],
)
def test_se_lee_todo_si_no_se_sabe_por_donde_iba_o_ya_toca(cambios: dict[str, Any]):
    declaracion = declaracion_incremental(fuente())
    base = captura([registro(1, 0)], fuente())
    anterior = previa(**{"contenido": base, **cambios})
    assert tramo(declaracion, fuente(), anterior, columnas_de_captura(fuente(), declaracion)) is None


def test_una_fecha_futura_no_adelanta_la_lectura():
    antes = [registro(1, 100), registro(2, 9000)]
    declaracion = declaracion_incremental(fuente())
    desde = tramo(declaracion, fuente(), previa(captura(antes, fuente())), columnas_de_captura(fuente(), declaracion))
    assert desde is not None
    assert desde.limite == INICIO + timedelta(days=90)


def test_por_numero_se_piden_de_nuevo_los_ultimos():
    declarada = fuente(tipo="numero", traslape=5)
    antes = [{"id": n, "titulo": "T", "modificado": n} for n in range(1, 21)]
    ahora = [*antes[:16], {"id": 17, "titulo": "corregido", "modificado": 17}, *antes[17:], {"id": 21, "titulo": "T", "modificado": 21}]
    assert leer_por_partes(antes, ahora, declarada) == captura(ahora, declarada)


@pytest.mark.parametrize("malo", [{"traslape": 0}, {"traslape": "10"}, {"completa_cada": 0}, {"tipo": "hora"}, {"cursor": ""}, {"otra": 1}, {"traslape": True}])
def test_una_lectura_por_partes_mal_declarada_se_explica(malo: dict[str, Any]):
    with pytest.raises(ErrorUso, match="La lectura por partes está mal declarada"):
        declaracion_incremental(fuente(**malo))


def test_sin_columna_de_registro_no_se_puede_leer_por_partes():
    declarada = fuente_desde(
        {"id": "r", "tipo": "rest_json", "lugar": "https://x", "dependencia": "P", "actividad": "1.4", "columnas": {"titulo": "t"}}
        | {"opciones": {"incremental": {"cursor": "m", "parametro": "d"}}},
        donde="r.toml",
    )
    with pytest.raises(ErrorUso, match="qué columna identifica cada registro"):
        declaracion_incremental(declarada)


dias = st.integers(0, 150)
estados = st.dictionaries(st.integers(1, 12), st.tuples(dias, st.sampled_from(["a", "b", "c"])), min_size=1, max_size=12)
cambios_recientes = st.dictionaries(st.integers(1, 20), st.none() | st.tuples(st.integers(0, 9), st.sampled_from(["x", "y"])), max_size=8)


@given(estados, cambios_recientes)
def test_leer_por_partes_da_los_mismos_bytes_que_leer_todo_si_los_cambios_caen_en_el_traslape(
    estado: dict[int, tuple[int, str]], cambios: dict[int, tuple[int, str] | None]
):
    """Un cambio pone la fecha de hoy o de hace poco; se borra solo lo que está dentro del traslape."""
    ultimo = max(dia for dia, _ in estado.values())
    ahora = dict(estado)
    for numero, cambio in cambios.items():
        if cambio is None and estado.get(numero, (-1, ""))[0] >= ultimo - 10:
            ahora.pop(numero, None)
        elif cambio is not None:
            ahora[numero] = (ultimo + cambio[0], cambio[1])
    antes = [registro(n, *v) for n, v in sorted(estado.items())]
    despues = [registro(n, *v) for n, v in sorted(ahora.items())]
    assert leer_por_partes(antes, despues, fuente()) == captura(despues, fuente())


@given(estados, estados)
def test_nunca_se_pierde_un_registro_mas_viejo_que_el_traslape(antes: dict[int, tuple[int, str]], llegan: dict[int, tuple[int, str]]):
    ultimo = max(dia for dia, _ in antes.values())
    combinados = leer_por_partes([registro(n, *v) for n, v in antes.items()], [registro(n, *v) for n, v in llegan.items()], fuente())
    assert combinados is not None
    quedan = {int(r["id"]) for r in leer_lineas(combinados)}
    assert quedan >= {n for n, (dia, _) in antes.items() if dia < ultimo - 10}
