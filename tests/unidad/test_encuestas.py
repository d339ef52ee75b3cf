"""Las encuestas se publican agregadas, y nadie puede despejar una cifra pequeña."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esquemas import TABLAS
from rendicion.ciclo.encuestas import TODOS, Respuesta, agregar, cobertura, comparar, hallazgos
from rendicion.errores import ErrorUso

OPCIONES = {"¿Quedó satisfecho?": ("A", "B", "C", "D")}
Cifras = dict[str, tuple[int, ...]]


def _respuestas(cifras: Cifras) -> list[Respuesta]:
    return [Respuesta(e, "¿Quedó satisfecho?", "ABCD"[n]) for e, valores in cifras.items() for n, v in enumerate(valores) for _ in range(v)]


def _publicar(cifras: Cifras, k: int, *, con_total: bool = False) -> dict[str, tuple[int, tuple[int | None, ...]]]:
    """Publica y deja lo que ve cualquiera: por espacio, la base y las cifras (nulas si están ocultas)."""
    ancho = len(next(iter(cifras.values())))
    filas = agregar(_respuestas(cifras), k=k, opciones={"¿Quedó satisfecho?": "ABCD"[:ancho]}, con_total=con_total)
    visto: dict[str, tuple[int, tuple[int | None, ...]]] = {}
    for f in filas:
        _, previas = visto.get(str(f["espacio"]), (0, ()))
        visto[str(f["espacio"])] = (int(str(f["base"])), (*previas, f["respuestas"]))  # type: ignore[arg-type]
    return visto


def _rellenos(base: int, vistas: tuple[int | None, ...]) -> list[tuple[int, ...]]:
    """Enumera todas las formas de llenar lo oculto que suman la base."""
    falta = base - sum(v for v in vistas if v is not None)
    ocultas = [n for n, v in enumerate(vistas) if v is None]
    salida = []
    for prueba in product(range(falta + 1), repeat=max(0, len(ocultas) - 1)):
        valores = [*prueba, falta - sum(prueba)] if ocultas else []
        if all(v >= 0 for v in valores):
            por_lugar = dict(zip(ocultas, valores, strict=True))
            salida.append(tuple(por_lugar[n] if v is None else v for n, v in enumerate(vistas)))
    return salida


def test_las_filas_tienen_las_columnas_y_el_orden_de_la_tabla() -> None:
    filas = agregar(_respuestas({"Audiencia 2": (9, 8, 7, 6), "Audiencia 1": (9, 8, 7, 0)}), opciones=OPCIONES)
    assert tuple(filas[0]) == TABLAS["encuestas"].nombres
    assert [(f["espacio"], f["opcion"], f["respuestas"], f["base"]) for f in filas][:4] == [
        ("Audiencia 1", "A", 9, 24), ("Audiencia 1", "B", 8, 24), ("Audiencia 1", "C", 7, 24), ("Audiencia 1", "D", 0, 24),
    ]  # fmt: skip


def test_una_cifra_pequena_se_oculta_junto_con_la_menor_de_las_grandes() -> None:
    assert _publicar({"Audiencia": (40, 30, 12, 1)}, 5) == {"Audiencia": (83, (40, 30, None, None))}


def test_dos_pequenas_que_suman_menos_de_k_no_se_protegen_la_una_a_la_otra() -> None:
    assert _publicar({"Audiencia": (40, 30, 2, 1)}, 5) == {"Audiencia": (73, (40, None, None, None))}


def test_dos_pequenas_iguales_no_se_despejan_aunque_se_conozca_la_regla() -> None:
    assert _publicar({"Audiencia": (4, 4, 5)}, 5) == {"Audiencia": (13, (None, None, None))}


def test_el_cero_se_publica_y_no_sirve_para_esconder() -> None:
    assert _publicar({"Audiencia": (20, 3, 0)}, 5) == {"Audiencia": (23, (None, None, 0))}


def test_las_que_empatan_se_ocultan_juntas() -> None:
    assert _publicar({"Audiencia": (6, 6, 4, 9)}, 5) == {"Audiencia": (25, (None, None, None, 9))}


@pytest.mark.parametrize("cifras", [(3, 0), (1, 1, 1, 1), (2, 2, 2), (4,), (4, 4)])
def test_sin_una_opcion_grande_la_pregunta_no_se_publica_y_se_dice(cifras: tuple[int, ...]) -> None:
    respuestas = _respuestas({"Audiencia": cifras})
    assert agregar(respuestas) == []
    [hallazgo] = hallazgos(respuestas)
    assert hallazgo.regla == "muy_pocas_respuestas"
    assert str(sum(cifras)) not in hallazgo.explicacion.replace("5", "")


def _ataque(publicado: dict[str, tuple[int, tuple[int | None, ...]]], reales: Cifras, k: int, *, con_total: bool) -> list[str]:
    """Despeja lo oculto con todas las sumas publicadas; devuelve las cifras pequeñas que quedan acotadas bajo k."""
    espacios = [e for e in publicado if e != TODOS]
    posibles: dict[tuple[str, int], set[int]] = defaultdict(set)
    for combinacion in product(*(_rellenos(*publicado[e]) for e in espacios)):
        totales = [sum(c) for c in zip(*combinacion, strict=True)]
        if con_total and TODOS in publicado and any(v is not None and v != t for v, t in zip(publicado[TODOS][1], totales, strict=True)):
            continue
        for e, valores in zip(espacios, combinacion, strict=True):
            for n, v in enumerate(valores):
                posibles[e, n].add(v)
        for n, t in enumerate(totales):
            posibles[TODOS, n].add(t)
    ciertas = {**reales, TODOS: tuple(sum(reales[e][n] for e in espacios) for n in range(len(next(iter(reales.values())))))} if espacios else {}
    return [
        f"{e} {n}: {sorted(valores)}"
        for (e, n), valores in posibles.items()
        if 0 < ciertas[e][n] < k and (max(valores) < k or max(valores) - min(valores) < k - 1)
    ]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.sampled_from([2, 3, 5]))
@settings(max_examples=80, deadline=None)
def test_restar_de_la_base_no_descubre_ninguna_cifra_pequena(cifras: list[int], k: int) -> None:
    reales = {"Audiencia": tuple(cifras)}
    publicado = _publicar(reales, k)
    assert all(v is None or v == 0 or v >= k for _, valores in publicado.values() for v in valores)
    assert _ataque(publicado, reales, k, con_total=False) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=2))
@settings(max_examples=40, deadline=None)
def test_restar_espacios_del_total_no_descubre_ninguna_cifra_pequena(tablas: list[tuple[int, int, int]]) -> None:
    reales: Cifras = {f"Audiencia {n}": t for n, t in enumerate(tablas)}
    publicado = _publicar(reales, 3, con_total=True)
    assert all(v is None or v == 0 or v >= 3 for _, valores in publicado.values() for v in valores)
    assert _ataque(publicado, reales, 3, con_total=True) == []


def _cotas(publicado: dict[str, tuple[int, tuple[int | None, ...]]]) -> dict[tuple[str, int], tuple[float, float]]:
    """Acota cada cifra oculta con programación lineal: todas las sumas publicadas a la vez, y que lo oculto nunca es cero."""
    optimize = pytest.importorskip("scipy.optimize")
    celdas = [(e, n) for e, (_, vistas) in publicado.items() for n, v in enumerate(vistas) if v is None]
    lugar = {c: i for i, c in enumerate(celdas)}
    ecuaciones: list[tuple[dict[int, float], float]] = []
    for e, (base, vistas) in publicado.items():
        ecuaciones.append(({lugar[e, n]: 1.0 for n, v in enumerate(vistas) if v is None}, base - sum(v for v in vistas if v is not None)))
    if TODOS in publicado:
        for n, total in enumerate(publicado[TODOS][1]):
            suma = {lugar[e, n]: 1.0 for e in publicado if e != TODOS and publicado[e][1][n] is None}
            falta = -sum(publicado[e][1][n] or 0 for e in publicado if e != TODOS) + (total or 0)
            if total is None:
                suma[lugar[TODOS, n]] = -1.0
            ecuaciones.append((suma, falta))
    filas = [(s, f) for s, f in ecuaciones if s]
    matriz = [[s.get(i, 0.0) for i in range(len(celdas))] for s, _ in filas]
    cotas = {}
    for celda, i in lugar.items():
        extremos = []
        for signo in (1, -1):
            objetivo = [float(signo) if j == i else 0.0 for j in range(len(celdas))]
            # Con total, una opción oculta en todas partes puede ser cero en un espacio.
            piso = 0.0 if TODOS in publicado else 1.0
            hallado = optimize.linprog(objetivo, A_eq=matriz, b_eq=[f for _, f in filas], bounds=[(piso, None)] * len(celdas))
            assert hallado.success
            extremos.append(signo * hallado.fun)
        cotas[celda] = (extremos[0], extremos[1])
    return cotas


def _descubiertas(publicado: dict[str, tuple[int, tuple[int | None, ...]]], reales: Cifras, k: int) -> list[tuple[str, int]]:
    """Dice qué cifras de 1 a k-1 deja el sistema de sumas acotadas bajo k, o en un intervalo más estrecho que k-1."""
    totales = {TODOS: tuple(sum(reales[e][n] for e in publicado if e != TODOS) for n in range(len(next(iter(reales.values())))))}
    ciertas = {**reales, **totales}
    return [c for c, (menor, mayor) in _cotas(publicado).items() if 0 < ciertas[c[0]][c[1]] < k and (mayor < k - 1e-6 or mayor - menor < k - 1 - 1e-6)]


def test_ocultar_solo_lo_pequeno_si_se_despeja_y_por_eso_se_oculta_algo_mas() -> None:
    """El mismo ataque descubre la cifra cuando falta la supresión complementaria: si no, no probaría nada."""
    reales: Cifras = {"Audiencia": (40, 30, 12, 3)}
    ingenuo = {"Audiencia": (85, (40, 30, 12, None))}
    assert _cotas(ingenuo) == {("Audiencia", 3): (3.0, 3.0)}
    assert _descubiertas(ingenuo, reales, 5) == [("Audiencia", 3)]
    assert _descubiertas({"Audiencia": (48, (40, None, None))}, {"Audiencia": (40, 4, 4)}, 5) == []
    assert _descubiertas({"Audiencia": (45, (40, None, None))}, {"Audiencia": (40, 4, 1)}, 5) == [("Audiencia", 1), ("Audiencia", 2)]
    assert _descubiertas(_publicar(reales, 5), reales, 5) == []


def test_el_total_sin_complemento_delata_al_espacio_y_con_complemento_no() -> None:
    reales: Cifras = {"Audiencia 1": (20, 10, 2), "Audiencia 2": (30, 15, 9)}
    ingenuo: dict[str, tuple[int, tuple[int | None, ...]]] = {
        "Audiencia 1": (32, (20, None, None)), "Audiencia 2": (54, (30, 15, 9)), TODOS: (86, (50, 25, 11)),
    }  # fmt: skip
    assert _descubiertas(ingenuo, reales, 5) == [("Audiencia 1", 2)]
    assert _descubiertas(_publicar(reales, 5, con_total=True), reales, 5) == []


@given(st.lists(st.tuples(*[st.integers(0, 14)] * 4), min_size=1, max_size=3), st.sampled_from([3, 5, 10]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_resolver_el_sistema_de_todas_las_sumas_no_acota_ninguna_cifra_pequena(tablas: list[tuple[int, int, int, int]], k: int, con_total: bool) -> None:
    reales: Cifras = {f"Audiencia {n}": t for n, t in enumerate(tablas)}
    publicado = _publicar(reales, k, con_total=con_total)
    assert not publicado or _descubiertas(publicado, reales, k) == []


def test_conocer_la_regla_no_despeja_ninguna_cifra_pequena() -> None:
    """Publica todas las encuestas posibles y junta las que se ven igual: la misma vista debe esconder cifras distintas y alguna grande."""
    k, iguales = 3, defaultdict(list)
    for cifras in product(range(10), repeat=3):
        iguales[repr(_publicar({"Audiencia": cifras}, k))].append(cifras)
    for vista, origenes in iguales.items():
        if vista == "{}":
            continue
        for n in range(3):
            valores = {o[n] for o in origenes}
            assert not any(0 < v < k for v in valores) or max(valores) >= k, (vista, n, valores)


@given(st.lists(st.tuples(*[st.integers(0, 8)] * 4), min_size=1, max_size=3), st.booleans())
@settings(max_examples=40, deadline=None)
def test_repartir_de_otro_modo_lo_oculto_publica_exactamente_lo_mismo(tablas: list[tuple[int, int, int, int]], con_total: bool) -> None:
    reales: Cifras = {f"Audiencia {n}": t for n, t in enumerate(tablas)}
    publicado = _publicar(reales, 4, con_total=con_total)
    for espacio in [e for e in publicado if e != TODOS]:
        ocultas = [n for n, v in enumerate(publicado[espacio][1]) if v is None]
        for orden in permutations(ocultas):
            cambio = dict(zip(ocultas, orden, strict=True))
            otras = {e: tuple(v[cambio.get(n, n)] for n in range(4)) if con_total or e == espacio else v for e, v in reales.items() if e in publicado}
            assert _publicar(otras, 4, con_total=con_total) == {e: v for e, v in publicado.items() if e in otras or e == TODOS}


def test_el_total_oculta_las_mismas_opciones_que_los_espacios() -> None:
    publicado = _publicar({"Audiencia 1": (20, 10, 2), "Audiencia 2": (30, 15, 9)}, 5, con_total=True)
    assert publicado == {
        "Audiencia 1": (32, (20, None, None)), "Audiencia 2": (54, (30, None, None)), TODOS: (86, (50, None, None)),
    }  # fmt: skip


def test_un_espacio_que_no_se_publica_tampoco_entra_en_el_total() -> None:
    publicado = _publicar({"Audiencia 1": (20, 10), "Audiencia 2": (30, 15), "Taller": (1, 2)}, 5, con_total=True)
    assert publicado == {"Audiencia 1": (30, (20, 10)), "Audiencia 2": (45, (30, 15)), TODOS: (75, (50, 25))}


def test_lo_que_no_se_cuenta_se_muestra_en_la_cobertura_y_en_los_hallazgos() -> None:
    pregunta = "¿Quedó satisfecho?"
    respuestas = [
        *_respuestas({"Audiencia": (6, 7, 0, 0)}),
        Respuesta("Audiencia", pregunta, None),
        Respuesta("Audiencia", pregunta, "Z"),
        Respuesta("Audiencia", pregunta, "A", "persona-1"),
        Respuesta("Audiencia", pregunta, "B", "persona-1"),
        Respuesta("Audiencia", pregunta, "A", consiente=False),
    ]
    [fila] = cobertura(respuestas, opciones=OPCIONES)
    assert list(fila.values())[2:] == [14, 1, 1, 1, 1]
    assert sum(int(str(v)) for v in list(fila.values())[2:]) == len(respuestas)
    filas = agregar(respuestas, opciones=OPCIONES)
    assert [f["respuestas"] for f in filas] == [7, 7, 0, 0]
    dichos = {h.regla: h.valor for h in hallazgos(respuestas, opciones=OPCIONES)}
    assert dichos == dict.fromkeys(("respuesta_en_blanco", "respuesta_fuera_de_escala", "respuesta_repetida", "respuesta_sin_consentimiento"), "1")
    assert "persona-1" not in repr(filas) + repr(hallazgos(respuestas, opciones=OPCIONES)) + repr(fila)


def test_de_una_pregunta_que_no_se_publica_tampoco_se_dice_cuantos_la_dejaron_en_blanco() -> None:
    """Si otra pregunta del mismo espacio sí se publica, restar los blancos diría cuántas personas respondieron esta."""
    pocas = [Respuesta("Audiencia", "¿Quedó satisfecho?", o) for o in ("A", "B", "A", None, None)]
    assert [h.regla for h in hallazgos(pocas, opciones=OPCIONES)] == ["muy_pocas_respuestas"]


def test_la_comparacion_entre_espacios_deja_vacio_lo_oculto_y_nunca_lo_pone_en_cero() -> None:
    filas = agregar(_respuestas({"Audiencia 1": (20, 10, 3, 0), "Audiencia 2": (10, 20, 0, 6)}), opciones=OPCIONES)
    assert [list(f.values())[1:] for f in comparar(filas)] == [
        ["A", Decimal("60.61"), Decimal("27.78")], ["B", None, Decimal("55.56")], ["C", None, Decimal("0.00")], ["D", Decimal("0.00"), Decimal("16.67")],
    ]  # fmt: skip


def test_una_pregunta_abierta_sin_opciones_declaradas_se_rechaza() -> None:
    abiertas = [Respuesta("Audiencia", "¿Qué mejorar?", f"Texto libre {n}") for n in range(30)]
    with pytest.raises(ErrorUso, match="parece abierta"):
        agregar(abiertas)


def test_una_k_que_no_protege_se_rechaza() -> None:
    with pytest.raises(ErrorUso, match="no protege"):
        agregar([], k=1)


def test_sin_respuestas_no_hay_filas() -> None:
    assert (agregar([]), cobertura([]), comparar([])) == ([], [], [])
