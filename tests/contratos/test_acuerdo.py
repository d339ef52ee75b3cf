"""El cálculo del proyecto y el de `verificar.py`, escritos por separado, dan las mismas cifras hasta el último dígito.

Los planes y la evidencia salen al azar. `RENDICION_EJEMPLOS` dice cuántos casos se prueban.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from esquemas import PUBLICAS
from esquemas.arrow import tabla_arrow
from rendicion import conteo, indicadores
from rendicion.plan import Actividad, Plan, filas_del_plan
from rendicion.tablas import escribir_csv
from rendicion.verificador import verificar as libre
from tests.unidad.muestras import CAPTURA, evidencia

EJEMPLOS = int(os.environ.get("RENDICION_EJEMPLOS", "60"))
VIGENCIA = 2020
OFICIALES = (date(2020, 4, 30), date(2020, 8, 31), date(2020, 12, 31))
FUENTES = ("noticias", "intranet", "libro")
DEPENDENCIAS = ("Prensa", "Planeación", "Control Interno, oficina", "Ñuñoa «y» más")
MIRADAS = (
    libre.mirar_plan,
    libre.mirar_motivos,
    libre.mirar_duplicados,
    *(libre.mirar_indicadores(t) for t in libre.INDICADORES),
)

diezmilesimas = st.integers(1, 12_0000).map(lambda n: Decimal(n).scaleb(-4))
enteros = st.integers(1, 12).map(Decimal)
grandes = st.integers(1, 10**15).map(lambda n: Decimal(n).scaleb(-4))
positivas = st.one_of(enteros, enteros, diezmilesimas, grandes)
cantidades = st.just(Decimal(0)) | positivas
pesos = st.sampled_from([Decimal(1), Decimal(0)]) | diezmilesimas
dias = st.dates(date(2019, 11, 1), date(2021, 2, 28)) | st.sampled_from([*OFICIALES, date(2020, 2, 29), date(2020, 3, 1)])
anchas = st.tuples(st.dates(date(2020, 1, 1), date(2020, 3, 31)), st.dates(date(2020, 9, 1), date(2021, 1, 31)))
ventanas = anchas | st.tuples(dias, dias).map(lambda v: (min(v), max(v)))
cortes = st.sampled_from(OFICIALES) | st.dates(date(2020, 1, 1), date(2020, 12, 31))
metas = st.one_of(st.none(), st.just(Decimal(1)), positivas, positivas)


@st.composite
def actividades(sortear: st.DrawFn, numero: str, peso_subcomponente: Decimal) -> Actividad:
    """Sortea una actividad: meta, ventana, hitos, reglas, peso y responsables."""
    inicio, fin = sortear(ventanas)
    hitos = tuple(sorted(set(sortear(st.lists(dias, max_size=4)))))
    return Actividad(
        id=numero,
        subcomponente_id=numero.split(".", maxsplit=1)[0],
        subcomponente=f"Subcomponente {numero.split('.', maxsplit=1)[0]}",
        texto=f"Actividad {numero}",
        meta=sortear(metas),
        inicio=inicio,
        fin=fin,
        hitos=hitos,
        agregacion=sortear(st.sampled_from(["suma", "ultimo"])),
        programacion=sortear(st.sampled_from(["lineal", "al_final", *(["hitos"] if hitos else [])])),
        peso=sortear(pesos),
        peso_subcomponente=peso_subcomponente,
        responsables=tuple(sortear(st.lists(st.sampled_from(DEPENDENCIAS), unique=True, max_size=3))),
    )


@st.composite
def planes(sortear: st.DrawFn) -> Plan:
    """Sortea un plan de uno a cuatro subcomponentes, cada uno con su peso."""
    todas: list[Actividad] = []
    for s in range(1, sortear(st.integers(1, 4)) + 1):
        peso = sortear(pesos)
        todas += [sortear(actividades(f"{s}.{n}", peso)) for n in range(1, sortear(st.integers(1, 4)) + 1)]
    inicio, fin = sortear(ventanas)
    return Plan("13001", VIGENCIA, inicio, fin, tuple(todas))


@st.composite
def registros(sortear: st.DrawFn, plan: Plan) -> list[dict[str, Any]]:
    """Sortea evidencia aceptada, con registros y direcciones que se repiten y fechas dentro y fuera de la ventana."""
    fila = st.fixed_dictionaries(
        {
            "fuente": st.sampled_from(FUENTES),
            "registro": st.sampled_from(["a", "b", "c", "d", "hoja 1, fila 2"]),
            "actividad_id": st.sampled_from([a.id for a in plan.actividades]),
            "fecha": st.dates(date(2020, 3, 1), date(2020, 8, 31)) | dias | st.sampled_from([f for a in plan.actividades for f in (a.inicio, a.fin)]),
            "cantidad": cantidades,
            "url": st.none() | st.sampled_from(["https://a.example/1", "https://a.example/2", "https://a.example/3"]),
        }
    )
    return sortear(st.lists(fila, max_size=4) | st.lists(fila, min_size=8, max_size=25))


@st.composite
def casos(sortear: st.DrawFn) -> tuple[Plan, list[dict[str, Any]], date, frozenset[str]]:
    """Sortea un caso completo: plan, evidencia, corte y las fuentes cuya dirección nombra la cosa."""
    plan = sortear(planes())
    return plan, sortear(registros(plan)), sortear(cortes), sortear(st.frozensets(st.sampled_from(FUENTES)))


def denso(semilla: int) -> tuple[Plan, list[dict[str, Any]], date, frozenset[str]]:
    """Hace un caso con mucha evidencia que cuenta y metas cerca de lo ejecutado: ahí se juegan los estados, las zonas y el redondeo."""
    azar = random.Random(semilla)

    def dia() -> date:
        return date(2020, 1, 1) + timedelta(azar.randrange(366))

    todas: list[Actividad] = []
    for s in range(1, azar.randint(1, 4) + 1):
        peso_subcomponente = azar.choice([Decimal(1), Decimal(azar.randrange(20_000)).scaleb(-4)])
        for n in range(1, azar.randint(1, 5) + 1):
            hitos = tuple(sorted({dia() for _ in range(azar.randint(0, 4))}))
            todas.append(
                Actividad(
                    id=f"{s}.{n}",
                    subcomponente_id=str(s),
                    subcomponente=f"Subcomponente {s}",
                    texto=f"Actividad {s}.{n}",
                    meta=azar.choice([None, Decimal(1), Decimal(azar.randint(1, 12)), Decimal(azar.randint(1, 60_000)).scaleb(-4)]),
                    inicio=date(2020, azar.randint(1, 4), azar.randint(1, 28)),
                    fin=date(2020, azar.randint(7, 12), azar.randint(1, 28)),
                    hitos=hitos,
                    agregacion=azar.choice(["suma", "ultimo"]),
                    programacion=azar.choice(["lineal", "al_final", *(["hitos"] if hitos else [])]),
                    peso=azar.choice([Decimal(1), Decimal(azar.randrange(30_000)).scaleb(-4)]),
                    peso_subcomponente=peso_subcomponente,
                    responsables=tuple(azar.sample(DEPENDENCIAS, azar.randint(0, 3))),
                )
            )
    filas = [
        {
            "fuente": azar.choice(FUENTES),
            "registro": str(azar.randrange(30)),
            "actividad_id": azar.choice(todas).id,
            "fecha": dia(),
            "cantidad": azar.choice([Decimal(0), Decimal(1), Decimal(azar.randint(1, 4)), Decimal(azar.randrange(30_000)).scaleb(-4)]),
            "url": azar.choice([None, f"https://a.example/{azar.randrange(12)}"]),
        }
        for _ in range(azar.randint(5, 80))
    ]
    corte = azar.choice([*OFICIALES, date(2020, 12, 31), dia()])
    return Plan("13001", VIGENCIA, date(2020, 3, 1), date(2020, 12, 31), tuple(todas)), filas, corte, frozenset(azar.sample(FUENTES, azar.randint(0, 3)))


todos = st.one_of(casos(), *[st.integers(0, 2**48).map(denso)] * 2)


def publicar(
    carpeta: Path, plan: Plan, filas: Sequence[dict[str, Any]], corte: date, url_identifica: Collection[str]
) -> libre.Entrega:
    """Calcula con el proyecto, escribe los CSV como en una entrega y los da a leer al verificador."""
    avances = conteo.contar(evidencia(*filas), plan, corte, url_identifica)
    acumulado = conteo.diarios(avances)
    calculadas: Mapping[str, Any] = {
        "plan": filas_del_plan(plan),
        **indicadores.calcular(plan, acumulado, indicadores.cortes_de_la_entrega(OFICIALES, corte)),
        "serie": indicadores.serie(plan, acumulado, corte),
    }
    (carpeta / "datos").mkdir(exist_ok=True)
    for nombre, tabla in {"avances": avances, **{n: tabla_arrow(PUBLICAS[n], f) for n, f in calculadas.items()}}.items():
        escribir_csv(PUBLICAS[nombre], tabla, carpeta / "datos" / f"{nombre}.csv")
    (carpeta / "manifiesto.json").write_text(json.dumps(manifiesto(plan, corte, url_identifica)), "utf-8")
    return libre.Entrega(carpeta)


def manifiesto(plan: Plan, corte: date, url_identifica: Collection[str]) -> dict[str, Any]:
    """Da el manifiesto más pequeño que el verificador acepta."""
    captura = {"origen": "una prueba", "sha256": CAPTURA, "bytes": 0}
    return {
        "formato": libre.FORMATO,
        "entrega": f"{plan.entidad}-{plan.vigencia}-{corte:%Y%m%d}-001",
        "numero": 1,
        "entidad": plan.entidad,
        "vigencia": plan.vigencia,
        "corte": corte.isoformat(),
        "sintetica": True,
        "anterior": None,
        "huella": CAPTURA,
        "plan": {"archivo": "una prueba", "sha256": CAPTURA},
        "periodo": [plan.inicio.isoformat(), plan.fin.isoformat()],
        "cortes": [c.isoformat() for c in OFICIALES],
        "capturas": [captura | {"fuente": f, "url_identifica": f in url_identifica} for f in FUENTES],
        "versiones": {},
        "archivos": {"datos/plan.csv": {"bytes": 0, "sha256": CAPTURA}},
    }


def desacuerdos(entrega: libre.Entrega) -> list[str]:
    """Pasa las comprobaciones del verificador que recalculan y devuelve todo lo que halló mal."""
    hechas = []
    for mirada in MIRADAS:
        hechas.append(libre.Comprobacion("", ""))
        mirada(entrega, hechas[-1])
    return [d for c in hechas for d in c.detalles]


def a_mano(filas: Sequence[Mapping[str, Any]], plan: Plan, corte: date, url_identifica: Collection[str]) -> dict[str, tuple[bool, str | None]]:
    """Cuenta con la definición del contrato leída al pie de la letra: mira cada fila contra las que ya cuentan."""
    contadas: list[Mapping[str, Any]] = []
    dicho: dict[str, tuple[bool, str | None]] = {}
    for f in sorted(filas, key=lambda f: (f["fecha"], f["avance_id"])):
        suya = plan.actividad(f["actividad_id"])
        iguales = [
            c
            for c in contadas
            if c["actividad_id"] == f["actividad_id"]
            and (
                (c["fuente"], c["registro"]) == (f["fuente"], f["registro"])
                or (f["url"] is not None and c["url"] == f["url"] and {c["fuente"], f["fuente"]} <= set(url_identifica))
            )
        ]
        motivo = (
            "fuera_de_ventana" if not suya.inicio <= f["fecha"] <= suya.fin
            else "posterior_al_corte" if f["fecha"] > corte
            else "duplicado" if iguales
            else None
        )  # fmt: skip
        if motivo is None:
            contadas.append(f)
        dicho[f["avance_id"]] = (motivo is None, motivo)
    return dicho


con_muchos = settings(max_examples=EJEMPLOS, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module")
def carpeta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("acuerdo")


@con_muchos
@given(caso=todos)
def test_el_verificador_recalcula_cada_cifra_igual_hasta_el_ultimo_digito(carpeta: Path, caso: tuple[Any, ...]) -> None:
    entrega = publicar(carpeta, *caso)
    event(f"filas que cuentan, desde {min(sum(c == 'true' for c in entrega.tabla('avances').columna('cuenta')), 20) // 5 * 5}")
    for fila in entrega.tabla("indicadores_actividad"):
        event(f"{fila['estado']}, zona {fila['zona']}, {fila['programacion']}")
    for fila in entrega.tabla("avances"):
        event(f"motivo: {fila['motivo']}")
    assert desacuerdos(entrega) == []


@con_muchos
@given(caso=todos)
def test_lo_que_cuenta_es_lo_que_dice_el_contrato_leido_al_pie_de_la_letra(caso: tuple[Any, ...]) -> None:
    plan, filas, corte, url_identifica = caso
    tabla = conteo.contar(evidencia(*filas), plan, corte, url_identifica).to_pylist()
    assert {f["avance_id"]: (f["cuenta"], f["motivo"]) for f in tabla} == a_mano(tabla, plan, corte, url_identifica)


@pytest.mark.parametrize(
    ("hecho", "meta", "avance", "zona"),
    [("3", "5", "60.00", "media"), ("4", "5", "80.00", "alta"), ("2.9999", "5", "60.00", "baja"), ("3.9999", "5", "80.00", "media"),
     ("1", "800", "0.12", "baja"), ("3", "800", "0.38", "baja"), ("1", "3", "33.33", "baja"), ("2", "3", "66.67", "media"), ("7", "5", "100.00", "alta")],
)  # fmt: skip
def test_en_la_frontera_de_una_zona_y_en_la_mitad_de_un_digito_tambien_hay_acuerdo(carpeta: Path, hecho: str, meta: str, avance: str, zona: str) -> None:
    unica = Actividad("1.1", "1", "Subcomponente", "Actividad", date(2020, 3, 1), date(2020, 12, 31), meta=Decimal(meta), programacion="al_final")
    plan = Plan("13001", VIGENCIA, date(2020, 3, 1), date(2020, 12, 31), (unica,))
    entrega = publicar(carpeta, plan, [{"registro": "a", "cantidad": Decimal(hecho)}], date(2020, 12, 31), ())
    assert desacuerdos(entrega) == []
    ultima = list(entrega.tabla("indicadores_actividad"))[-1]
    assert (ultima["avance_pct"], ultima["zona"]) == (avance, zona)


@pytest.mark.parametrize("tabla", libre.INDICADORES)
def test_un_digito_cambiado_en_cualquier_tabla_rompe_el_acuerdo(carpeta: Path, tabla: str) -> None:
    unica = Actividad("1.1", "1", "Subcomponente", "Actividad", date(2020, 3, 1), date(2020, 12, 31), meta=Decimal(3), responsables=("Prensa",))
    plan = Plan("13001", VIGENCIA, date(2020, 3, 1), date(2020, 12, 31), (unica,))
    entrega = publicar(carpeta, plan, [{"registro": "a"}], date(2020, 12, 31), ())
    assert desacuerdos(entrega) == []
    archivo = carpeta / "datos" / f"{tabla}.csv"
    antes, corte, despues = archivo.read_text("utf-8").rpartition("33.33,")
    assert corte
    archivo.write_text(f"{antes}33.34,{despues}", "utf-8")
    assert any("33.34" in d for d in desacuerdos(libre.Entrega(carpeta)))
