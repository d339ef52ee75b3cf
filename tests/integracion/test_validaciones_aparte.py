"""Great Expectations en procesos aparte: da lo mismo que en este, y si se cae lo dice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from rendicion.errores import ErrorRendicion
from validaciones import Motor, MotorAparte, Regla
from validaciones.aparte import LIVIANA, _repartir, _trozos


def regla(columna: str, *valores: int) -> Regla:
    return Regla("t", "admitido", "d", "n", "bloquea", "q", "ExpectColumnValuesToBeInSet", {"column": columna, "value_set": list(valores)}, campo=columna)


LOTES = [
    (pa.table({"a": [1, 2, 3]}), [regla("a", 1, 2), regla("a", 1, 2, 3)]),
    (pa.table({"b": [5, None]}), [regla("b", 5)]),
    (pa.table({"c": pa.array([None], pa.int64())}), [regla("c", 5), regla("no_existe", 1)]),
]


@pytest.fixture(scope="module")
def aparte() -> Iterator[MotorAparte]:
    with MotorAparte(copias=2) as motor:
        yield motor


def test_da_lo_mismo_que_validar_en_este_proceso_y_en_el_orden_pedido(aparte: MotorAparte) -> None:
    assert aparte.validar_lotes(LOTES) == Motor().validar_lotes(LOTES)


def test_lo_que_revienta_en_el_otro_proceso_se_cuenta_en_este(aparte: MotorAparte) -> None:
    with pytest.raises(RuntimeError, match="No hay reglas que correr"):
        aparte.validar(pa.table({"a": [1]}), [])
    assert aparte.validar(*LOTES[1])[0].estado == "cumple"


@pytest.mark.parametrize("copias", [1, 2])
def test_si_el_proceso_muere_se_dice_y_no_se_da_nada_por_bueno(copias: int) -> None:
    with MotorAparte(copias) as motor:
        motor.arrancar()
        assert motor._proceso is not None
        os.kill(motor._proceso.pid, signal.SIGKILL)
        with pytest.raises(ErrorRendicion, match="se cerró antes de terminar"):
            motor.validar(*LOTES[0])


def test_al_cerrar_no_queda_ningun_proceso() -> None:
    with MotorAparte(copias=2) as motor:
        motor.validar_lotes(LOTES)
        assert motor._proceso is not None
        padre = motor._proceso.pid
        hijos = Path(f"/proc/{padre}/task/{padre}/children").read_text().split()
        assert len(hijos) == 1
    limite = time.monotonic() + 20
    vivos = {padre, *map(int, hijos)}
    while vivos and time.monotonic() < limite:
        vivos = {p for p in vivos if Path(f"/proc/{p}/stat").exists() and ") Z " not in Path(f"/proc/{p}/stat").read_text()}
        time.sleep(0.05)
    assert not vivos


def test_los_lotes_se_reparten_todos_una_vez_y_parejos() -> None:
    partes = _repartir([10, 1, 1, 9, 1], 2)
    assert sorted(i for p in partes for i in p) == [0, 1, 2, 3, 4]
    assert abs(sum([10, 1, 1, 9, 1][i] for i in partes[0]) - 11) <= 1


def test_un_lote_se_corta_en_trozos_parejos_y_ninguna_regla_se_pierde_ni_se_repite() -> None:
    tabla = pa.table({"a": [1, 2, 3]})
    reglas = [regla("a", n) for n in range(7)]
    trozos = _trozos([(tabla, reglas), (tabla, reglas[:1])], 2)
    assert [(i, len(suyas)) for i, (_, suyas) in trozos] == [(0, 4), (0, 3), (1, 1)]
    assert [r for i, (_, suyas) in trozos if i == 0 for r in suyas] == reglas


def test_una_tabla_pesada_va_entera_a_una_sola_copia() -> None:
    pesada = pa.table({"a": pa.nulls(LIVIANA // 8 + 1, pa.int64())})
    assert [len(suyas) for _, (_, suyas) in _trozos([(pesada, [regla("a", n) for n in range(4)])], 2)] == [4]
