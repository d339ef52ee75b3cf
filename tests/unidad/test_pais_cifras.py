"""Las cifras del país son, hasta el último dígito, las de las funciones puras de `indicadores`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from esquemas import TABLAS
from esquemas.arrow import esquema_arrow, tabla_arrow
from rendicion import conteo, indicadores
from rendicion.fuente import Fuente
from rendicion.pais import actividades as act
from rendicion.pais.cifras import calcular_lote, decimal
from rendicion.pais.conteo import contar_lote
from rendicion.pais.grupos import Agrupacion, Razones, a_la_par, promediar
from rendicion.pais.lectura import SOSPECHA, Particion
from rendicion.plan import Actividad, Plan
from rendicion.proteccion import detectar

INICIO = date(2022, 1, 1)
CORTES = (date(2022, 4, 30), date(2022, 8, 31), date(2022, 12, 31))
FUENTES = [Fuente("f", "csv", "x", "X", {}), Fuente("g", "csv", "x", "X", {}, url_identifica=True)]
CAMPOS = ("actividad_id", "fecha", "cantidad", "titulo", "url", "canal", "dependencia", "fuente", "registro")
ESQUEMA = pa.schema([("particion", pa.int32()), *((c, esquema_arrow(TABLAS["avances"]).field(c).type) for c in CAMPOS)])


def _dia(azar: Random) -> date:
    return INICIO + timedelta(azar.randrange(365))


def _actividad(azar: Random, sub: int, n: int, tope: int) -> Actividad:
    desde, hasta = sorted((_dia(azar), _dia(azar)))
    hitos = tuple(sorted({_dia(azar) for _ in range(azar.randrange(4))}))
    return Actividad(
        f"{sub}.{n}", str(sub), "s", "a", desde, hasta, meta=azar.choice((None, Decimal(1), Decimal(azar.randint(1, tope)).scaleb(-4))), agregacion=azar.choice(("suma", "ultimo")),
        programacion=azar.choice(("hitos", "lineal", "al_final") if hitos else ("lineal", "al_final")),
        peso=Decimal(azar.choice(("0", "1", "0.25", "2.5", "3"))), peso_subcomponente=Decimal(sub % 3),
        responsables=tuple(sorted({azar.choice("XYZ") for _ in range(azar.randrange(3))})), hitos=hitos,
    )  # fmt: skip


def _lote(azar: Random, tope: int):
    """Inventa varias particiones con su plan, y registros con claves y direcciones que se repiten."""
    particiones, filas = [], []
    for i in range(azar.randint(1, 3)):
        ids = [(s, n) for s in range(1, azar.randint(2, 4)) for n in range(1, azar.randint(2, 13))]
        plan = Plan(f"0500{i}", 2022, INICIO, date(2022, 12, 31), tuple(sorted((_actividad(azar, s, n, tope) for s, n in ids), key=lambda a: a.id)))
        particiones.append(Particion(plan.entidad, 2022, plan, b"", "p", b"", f"captura{i}"))
        filas += [_fila(azar, i, plan, tope) for _ in range(azar.randrange(60))]
    return particiones, pa.Table.from_pylist(filas, schema=ESQUEMA)


def _fila(azar: Random, particion: int, plan: Plan, tope: int) -> dict:
    cantidad = Decimal(azar.randint(0, tope)).scaleb(-4)
    url, registro = azar.choice((None, "http://a/1", "http://a/2", "http://a/3")), azar.choice(("1", "2", "3", "1~2", "1~7", "é", str(azar.randrange(99))))
    valores = (azar.choice(plan.actividades).id, _dia(azar), cantidad, azar.choice("tu"), url, None, "X", azar.choice("fg"), registro)
    return {"particion": particion, **dict(zip(CAMPOS, valores, strict=True))}


def _iguales_a_las_puras(caso, corte):
    particiones, filas = caso
    cortes = indicadores.cortes_de_la_entrega(CORTES, corte)
    aceptados = np.arange(filas.num_rows) % 9 != 4
    avances, de_quien = contar_lote(filas, aceptados, particiones, corte, FUENTES)
    filas = filas.filter(pa.array(aceptados))
    tablas = {"avances": (avances, de_quien), **calcular_lote(avances, de_quien, particiones, cortes, corte)}
    for i, p in enumerate(particiones):
        suyas = filas.filter(pa.array(filas["particion"].to_numpy() == i)).drop_columns(["particion"])
        propios = conteo.contar(suyas.append_column("captura_sha256", pa.array([p.captura_sha256] * suyas.num_rows, pa.string())), p.plan, corte, {"g"})
        diarios = conteo.diarios(propios)
        puras = {n: tabla_arrow(TABLAS[n], f) for n, f in indicadores.calcular(p.plan, diarios, cortes).items()}
        puras |= {"serie": tabla_arrow(TABLAS["serie"], indicadores.serie(p.plan, diarios, corte)), "avances": propios}
        for nombre, esperada in puras.items():
            tabla, de = tablas[nombre]
            assert tabla.filter(pa.array(de == i)).to_pylist() == esperada.to_pylist(), nombre


@pytest.mark.parametrize("semilla", range(12))
def test_lo_que_cuenta_y_cada_indicador_son_los_de_las_funciones_puras(semilla):
    _iguales_a_las_puras(_lote(Random(semilla), 5000_0000), (*CORTES, date(2022, 7, 15))[semilla % 4])


@pytest.mark.parametrize("semilla", range(4))
def test_con_cantidades_que_no_caben_en_64_bits_las_cifras_siguen_siendo_exactas(semilla):
    _iguales_a_las_puras(_lote(Random(semilla), 10**18), CORTES[-1])


@example(1, 2)
@example(3, 2)
@example(5 * 10**20, 2 * 10**20)
@given(st.integers(0, 10**30), st.integers(1, 10**25))
def test_la_division_redondea_la_mitad_hacia_el_par(numerador, denominador):
    de_columna = act.a_la_par(np.array([numerador], object), np.array([denominador], object))
    assert de_columna[0] == a_la_par(numerador, denominador) == round(Fraction(numerador, denominador))


RAZON = st.tuples(st.sampled_from([0, 1, 2500, 10_000, 10**18]), st.integers(0, 64), st.sampled_from([1, 3, 5, 8, 64, 3 * 2**40, 10**24]))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 2), RAZON), min_size=1, max_size=12))
def test_cada_media_es_la_exacta_aunque_caiga_justo_en_la_mitad_o_en_el_limite_de_una_zona(filas):
    grupos = sorted({g for g, _ in filas})
    de_quien = [grupos.index(g) for g, _ in filas]
    pesos, partes, todos = (np.array(c, object) for c in zip(*((w, min(x, 64) * t // 64, t) for _, (w, x, t) in filas), strict=True))
    entra = np.array([[x != 7] for _, (_, x, _) in filas])
    m = promediar(Agrupacion.de(de_quien), Razones(pesos, partes[:, None], todos[:, None], entra))
    for g in range(len(grupos)):
        suyas = [i for i, d in enumerate(de_quien) if d == g and entra[i, 0]]
        peso, suma = sum(pesos[i] for i in suyas), sum((Fraction(pesos[i] * partes[i], todos[i]) for i in suyas), Fraction(0))
        valor = 100 * suma / peso if peso else None
        assert (int(m.peso[g, 0]), m.zona[g, 0]) == (peso, indicadores.zona(valor))
        assert (None if m.vacia[g, 0] else Decimal(int(m.porcentaje[g, 0])).scaleb(-2)) == indicadores.redondear(valor, 2)
        assert int(m.numerador[g, 0]) == (round(10_000 * suma) if peso else 0)


@given(st.lists(st.none() | st.integers(-(10**20), 10**20)))
def test_una_columna_decimal_armada_desde_enteros_dice_lo_mismo_y_lo_vacio_sigue_vacio(enteros):
    assert decimal(enteros, 4).to_pylist() == [None if n is None else Decimal(n).scaleb(-4) for n in enteros]


@settings(max_examples=400)
@given(st.text(alphabet="aábcAVcalle#n.-() 0123456789@°:/tvk", max_size=40))
def test_todo_lo_que_parece_dato_personal_se_mira_dos_veces(texto):
    if detectar(texto):
        assert pa.compute.match_substring_regex(pa.array([texto]), SOSPECHA)[0].as_py()


@pytest.mark.parametrize("texto", ["Cédula 1.047.123.456", "llame al 300 123 4567", "ana@ejemplo.org", "Calle 5 # 4-32", "cra. 7 no. 12", "whatsapp 3001234567", "CC 123456", "mz B lote 3 casa 4"])
def test_los_datos_personales_de_siempre_se_miran_dos_veces(texto):
    assert pa.compute.match_substring_regex(pa.array([texto]), SOSPECHA)[0].as_py()
