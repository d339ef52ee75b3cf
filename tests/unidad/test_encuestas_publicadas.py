"""Restar dos entregas de una encuesta no dice qué respondieron pocas personas."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

import pytest

from rendicion.ciclo.encuestas import Fila, Respuesta, agregar
from rendicion.ciclo.encuestas_publicadas import conservar

PREGUNTA, LETRAS, K = "¿Quedó satisfecho?", "ABC", 3
Cifras = tuple[int, ...]
Vista = tuple[int, tuple[int | None, ...]] | None


def _filas(cifras: Cifras, k: int = K) -> list[Fila]:
    respuestas = [Respuesta("Audiencia", PREGUNTA, LETRAS[n]) for n, v in enumerate(cifras) for _ in range(v)]
    return agregar(respuestas, k=k, opciones={PREGUNTA: LETRAS})


def _vista(filas: list[Fila]) -> Vista:
    return (int(str(filas[0]["base"])), tuple(f["respuestas"] for f in filas)) if filas else None  # type: ignore[misc]


def _delatadas(*, protegida: bool) -> list[Any]:
    """Publica todas las parejas de encuestas pequeñas, una después de la otra, y junta las que se ven igual.

    Devuelve las vistas en que todas las parejas posibles dicen que una opción ganó o perdió de 1 a k-1 personas.
    """
    todas = {c: _filas(c) for c in product(range(7), repeat=3)}
    parejas: dict[tuple[Vista, Vista], list[tuple[Cifras, Cifras]]] = defaultdict(list)
    for antes, despues in product(todas, repeat=2):
        nuevas = conservar(todas[despues], [todas[antes]], K, lambda _: False)[0] if protegida else todas[despues]
        if todas[antes] and nuevas:
            parejas[_vista(todas[antes]), _vista(nuevas)].append((antes, despues))
    return [vista for vista, posibles in parejas.items() for n in range(3) if all(0 < abs(b[n] - a[n]) < K for a, b in posibles)]


def test_restar_dos_entregas_no_dice_que_respondieron_pocas_personas() -> None:
    assert _delatadas(protegida=True) == []


def test_sin_conservar_lo_publicado_la_misma_resta_si_lo_dice() -> None:
    assert _delatadas(protegida=False)


@pytest.mark.parametrize(
    ("antes", "despues", "renueva"),
    [
        ((9, 8, 7), (9, 8, 7), True),
        ((9, 8, 7), (10, 8, 7), False),
        ((9, 8, 7), (8, 8, 7), False),
        ((9, 8, 7), (10, 7, 7), False),
        ((9, 8, 7), (14, 8, 7), True),
        ((9, 8, 7), (14, 9, 7), False),
        ((20, 9, 1), (20, 9, 2), False),
        ((20, 9, 1), (20, 13, 2), True),
        ((9, 8, 7), (30, 8, 4), False),
    ],
)
def test_una_pregunta_se_renueva_solo_si_cada_cifra_cambia_en_k_o_mas_y_oculta_las_mismas(antes: Cifras, despues: Cifras, *, renueva: bool) -> None:
    publicadas, nuevas = _filas(antes, 5), _filas(despues, 5)
    filas, hallazgos = conservar(nuevas, [publicadas], 5, lambda _: False)
    assert filas == (nuevas if renueva else publicadas)
    assert [(h.registro, h.regla) for h in hallazgos] == ([] if renueva else [(f"Audiencia · {PREGUNTA}", "encuesta_sin_renovar")])


def test_se_compara_con_todas_las_entregas_y_no_solo_con_la_ultima() -> None:
    vieja, ultima = _filas((9, 8, 7), 5), _filas((15, 8, 7), 5)
    assert conservar(_filas((10, 8, 7), 5), [vieja, ultima], 5, lambda _: False)[0] == ultima


def test_despues_de_una_correccion_autorizada_repetir_lo_ultimo_no_es_un_cambio() -> None:
    vieja, corregida = _filas((9, 8, 7), 5), _filas((10, 8, 7), 5)
    assert conservar(corregida, [vieja, corregida], 5, lambda _: False) == (corregida, [])


def test_una_persona_puede_pedir_que_se_renueve_y_lo_demas_sigue_igual() -> None:
    publicadas, nuevas = _filas((9, 8, 7)), _filas((10, 8, 7))
    assert conservar(nuevas, [publicadas], K, lambda clave: clave == ("Audiencia", PREGUNTA)) == (nuevas, [])


def test_una_encuesta_nueva_se_publica_y_la_que_ya_no_esta_se_quita() -> None:
    nuevas = _filas((9, 8, 7))
    assert conservar(nuevas, [[], []], K, lambda _: False) == (nuevas, [])
    assert conservar([], [nuevas], K, lambda _: False) == ([], [])
