"""Las tres implementaciones frente a frente: la tubería, verificar.py y la página dan lo mismo hasta la última cifra.

Miles de planes y evidencias al azar, con los bordes en que los programas suelen apartarse: el último día, un hito,
el 80 % justo, un empate al redondear, un duplicado el mismo día, un peso en 0, un registro que cada lenguaje ordena
a su modo. DATOS SINTÉTICOS.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from esquemas import PUBLICAS
from rendicion import conteo, indicadores
from rendicion.informe.comprobar import guion
from rendicion.plan import filas_del_plan
from rendicion.rastreo import como_se_publica
from rendicion.verificador import verificar
from tests.integracion.pagina import CHROMIUM, chromium
from tests.unidad.muestras import actividad, evidencia, plan

pytest.importorskip("playwright.sync_api")
TANDAS, POR_TANDA = 10, 200
OFICIALES = (date(2020, 4, 30), date(2020, 8, 31), date(2020, 12, 31))
RAROS = ("1~2", "a:b", " x ", "é\U0001f600", "é\uffff")
CAPTURAS = [{"fuente": f, "sha256": "a" * 64, "url_identifica": f == "posts"} for f in ("noticias", "posts", "formato")]
Fila = dict[str, str | None]
Caso = dict[str, Any]


def _dia(azar: random.Random) -> date:
    return date(2020, 1, 1) + timedelta(days=azar.randrange(366))


def _numero(azar: random.Random, tope: int) -> Decimal:
    return Decimal(azar.randrange(1, tope * 10_000)).scaleb(-azar.randrange(5))


def _actividades(azar: random.Random) -> Iterator[Any]:
    for s in "123"[: azar.randrange(1, 4)]:
        del_subcomponente = azar.choice([Decimal(0), _numero(azar, 3), _numero(azar, 3), _numero(azar, 3)])
        for n in range(azar.randrange(1, 4)):
            inicio, fin = sorted((_dia(azar), _dia(azar)))
            meta = azar.choice([None, "1", "5", "10", "800", str(azar.randrange(1, 900)), str(_numero(azar, 9))])
            hitos = tuple(sorted({_dia(azar) for _ in range(azar.choice([0, 0, 1, 3]))}))
            yield actividad(
                f"{s}.{n + 1}", meta, inicio=inicio, fin=fin, hitos=hitos, programacion="hitos" if hitos else azar.choice(["lineal", "al_final"]),
                agregacion=azar.choice(["suma", "suma", "ultimo"]), peso=azar.choice([Decimal(0), Decimal(1), Decimal(1), _numero(azar, 2)]), peso_subcomponente=del_subcomponente,
                responsables=tuple(azar.sample(["Prensa", "Planeación", "Informática"], azar.randrange(3))),
            )  # fmt: skip


def _registros(azar: random.Random, actividades: list[Any], corte: date) -> Iterator[dict[str, Any]]:
    """Inventa evidencia con repetidos: el mismo registro, la misma dirección, el mismo día."""
    for a in actividades:
        for _ in range(azar.choice([0, 1, 2, 9])):
            fecha = azar.choice([_dia(azar), a.inicio, a.fin, corte, a.inicio - timedelta(days=1), a.fin + timedelta(days=1)])
            numero = azar.randrange(6)
            yield {
                "fuente": azar.choice(["noticias", "posts", "formato"]), "registro": azar.choice([str(numero), str(numero), *RAROS]), "actividad_id": a.id, "fecha": fecha,
                "cantidad": azar.choice([Decimal(0), Decimal(1), Decimal(azar.randrange(9)), _numero(azar, 5)]),
                "url": azar.choice([None, f"https://sitio.example/{numero}"]),
            }  # fmt: skip


def _publicado(tabla: str, filas: Any) -> list[Fila]:
    campos = PUBLICAS[tabla].nombres
    return [{c: None if f[c] is None else _texto(como_se_publica(c, f[c])) for c in campos} for f in filas]


def _texto(valor: Any) -> str:
    if isinstance(valor, bool):
        return str(valor).lower()
    return ";".join(map(str, valor)) if isinstance(valor, tuple | list) else str(valor)


def caso(semilla: int) -> tuple[Caso, dict[str, list[Fila]]]:
    """Inventa un plan y su evidencia; devuelve lo que se publica de ellos y las cifras que calcula la tubería."""
    azar = random.Random(semilla)
    p = plan(*_actividades(azar))
    actividades = list(p.actividades)
    corte = azar.choice([_dia(azar), azar.choice(actividades).fin, *OFICIALES, *(h for a in actividades for h in a.hitos)])
    registros = list(_registros(azar, actividades, corte))
    aceptados = evidencia(*registros) if registros else evidencia({}).slice(0, 0)
    avances = conteo.contar(aceptados, p, corte, {"posts"})
    cortes = indicadores.cortes_de_la_entrega(OFICIALES, corte)
    diarios = conteo.diarios(avances)
    cifras = indicadores.calcular(p, diarios, cortes) | {"serie": indicadores.serie(p, diarios, corte)}
    manifiesto = {
        "entidad": "13001", "vigencia": 2020, "corte": corte.isoformat(), "cortes": [c.isoformat() for c in cortes],
        "periodo": [p.inicio.isoformat(), p.fin.isoformat()], "capturas": CAPTURAS,
    }  # fmt: skip
    publicado = {"m": manifiesto, "plan": _publicado("plan", filas_del_plan(p)), "avances": _publicado("avances", avances.to_pylist())}
    return publicado, {t: _publicado(t, filas) for t, filas in cifras.items()}


class EnMemoria(verificar.Entrega):
    """Es una entrega sin carpeta: solo lo que hace falta para volver a calcular."""

    def __init__(self, publicado: Mapping[str, Any]) -> None:
        self._contenido = {"manifiesto revisado": publicado["m"]}
        self._publicado = publicado

    def tabla(self, nombre: str) -> verificar.Tabla:
        columnas = verificar.COLUMNAS[nombre]
        return verificar.Tabla(nombre, columnas, [tuple(f[c] for c in columnas) for f in self._publicado[nombre]])


def segun_verificar(publicado: Caso) -> tuple[dict[str, list[Fila]], list[str]]:
    """Devuelve las cifras que recalcula verificar.py y lo que halla mal en qué cuenta y qué no."""
    e = EnMemoria(publicado)
    c = verificar.Comprobacion("", "")
    verificar.mirar_motivos(e, c)
    verificar.mirar_duplicados(e, c)
    filas = {t: [dict(zip(verificar.CLAVES[t], k, strict=True)) | f for k, f in fs.items()] for t, fs in verificar.recalcular(e).items()}
    return filas, c.detalles


def en_orden(filas: list[Fila]) -> list[str]:
    return sorted(json.dumps(f, sort_keys=True) for f in filas)


def iguales(unas: Mapping[str, list[Fila]], otras: Mapping[str, list[Fila]]) -> list[str]:
    """Devuelve las tablas que no dicen exactamente lo mismo."""
    return [t for t in unas if en_orden(unas[t]) != en_orden(otras[t])]


@given(st.integers(0, 2**64))
@settings(max_examples=150)
def test_la_tuberia_y_verificar_dan_lo_mismo_en_cualquier_plan(semilla: int) -> None:
    publicado, cifras = caso(semilla)
    recalculadas, faltas = segun_verificar(publicado)
    assert faltas == []
    assert iguales(cifras, recalculadas) == []


JUZGAR = """casos => casos.map(c => {
  const plan = leerPlan(c.plan, c.m), dicho = { detalles: [], mal(que) { this.detalles.push(que); } };
  mirarRegistros(dicho, c.avances, plan, c.m); mirarDuplicados(dicho, [...c.avances], plan, c.m);
  return [recalcular(plan, c.avances, c.m), dicho.detalles]; })"""


@pytest.fixture(scope="module")
def pagina() -> Iterator[Any]:
    """Abre una página en blanco con el programa de la entrega, para pasarle muchos casos de una vez."""
    with chromium() as navegador:
        abierta = navegador.new_page()
        abierta.add_script_tag(content=guion())
        yield abierta


@pytest.mark.navegador
@pytest.mark.skipif(CHROMIUM is None, reason="no hay Chromium en esta máquina")
@given(st.integers(0, 2**64))
@settings(max_examples=TANDAS, phases=[Phase.generate])  # sin reducir: una tanda son doscientos casos, y la falla dice cuál
def test_en_miles_de_planes_y_evidencias_las_tres_dan_lo_mismo_hasta_la_ultima_cifra(pagina: Any, tanda: int) -> None:
    azar = random.Random(tanda)
    semillas = [azar.randrange(2**64) for _ in range(POR_TANDA)]
    casos = [caso(s) for s in semillas]
    salen = pagina.evaluate(JUZGAR, [publicado for publicado, _ in casos])
    for semilla, (publicado, cifras), (del_navegador, faltas) in zip(semillas, casos, salen, strict=True):
        de_verificar, otras_faltas = segun_verificar(publicado)
        assert [faltas, otras_faltas] == [[], []], semilla
        assert [iguales(cifras, de_verificar), iguales(cifras, del_navegador)] == [[], []], semilla


def test_los_casos_al_azar_pasan_por_los_bordes() -> None:
    """Si el azar no tocara los bordes, coincidir no probaría nada."""
    vistos: set[str] = set()
    for semilla in range(150):
        publicado, cifras = caso(semilla)
        vistos |= {str(f["motivo"]) for f in publicado["avances"]} | {str(f["agregacion"]) for f in publicado["plan"]} | {str(f["programacion"]) for f in publicado["plan"]}
        vistos |= {str(f[c]) for f in cifras["indicadores_actividad"] for c in ("estado", "zona")}
        vistos |= {"reporte vacío"} if any(f["avance_reportado_pct"] is None for f in cifras["indicadores_total"]) else set()
    assert vistos >= {
        "None", "fuera_de_ventana", "posterior_al_corte", "duplicado", "suma", "ultimo", "hitos", "lineal", "al_final", "reporte vacío",
        "sin_meta", "cumplida", "vencida", "atrasada", "no_iniciada", "en_ejecucion", "baja", "media", "alta", "sin_programar",
    }  # fmt: skip


def test_una_cifra_distinta_en_una_sola_implementacion_se_nota() -> None:
    publicado, cifras = caso(1)
    publicado["plan"][0]["peso"] = "1.2345"
    assert iguales(cifras, segun_verificar(publicado)[0]) != []
