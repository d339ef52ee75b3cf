"""Las reglas con Great Expectations de verdad: cada defecto mueve exactamente su regla, y el vacío no engaña."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from esquemas import PUBLICAS, TABLAS
from esquemas.arrow import tabla_arrow
from rendicion.fuente import Fuente
from rendicion.lectura import COLUMNAS_LECTURA, Lectura
from rendicion.normalizacion import Candidatos, normalizar
from rendicion.plan import Plan
from tests.unidad.muestras import CAPTURA, actividad, plan
from validaciones import Motor, Regla, Resultado, Validados, bloquean, validar_evidencia, validar_tablas
from validaciones.derivadas import reglas_de_la_tabla
from validaciones.reglas import DE_TABLA

PLAN = plan(actividad("1.1", texto="Usar #AlcaldiaRinde en redes"), actividad("1.2"))
BUENA = {"registro": "1", "actividad_id": "1.1", "fecha": "2020-05-01", "cantidad": "1", "titulo": "Nota #AlcaldiaRinde", "url": "https://sitio.example/n/1"}


@pytest.fixture(scope="module")
def motor() -> Motor:
    return Motor()


def candidatos(*filas: dict[str, str | None], **declaracion: Any) -> Candidatos:
    base: dict[str, Any] = {"id": "noticias", "tipo": "csv", "lugar": "n.csv", "dependencia": "Prensa", "anfitriones": ("sitio.example",), "exige_hashtag": True}
    base["columnas"] = {c: c for c in ("registro", "actividad_id", "fecha", "cantidad", "titulo", "url")}
    completas = [BUENA | {"lugar": f"n.csv, fila {i}"} | f for i, f in enumerate(filas, 2)]
    celdas = pa.table({c: pa.array([f.get(c) for f in completas], pa.string()) for c in COLUMNAS_LECTURA})
    return normalizar(Lectura(Fuente(**base | declaracion), CAPTURA, "n.csv", celdas))


def validar(motor: Motor, *filas: dict[str, str | None], **declaracion: Any) -> Validados:
    return validar_evidencia(motor, [candidatos(*filas, **declaracion)], PLAN)


DEFECTOS = [
    ("actividad_inexistente", {"actividad_id": "9.9"}),
    ("fecha_fuera_de_vigencia", {"fecha": "2019-12-31"}),
    ("fecha_fuera_de_vigencia", {"fecha": "2021-01-01"}),
    ("cantidad_negativa", {"cantidad": "-1"}),
    ("url_invalida", {"url": "javascript:alert(1)"}),
    ("url_de_otro_anfitrion", {"url": "https://sitio.example.otro.example/n"}),
    ("url_de_otro_anfitrion", {"url": "https://otro.example/?https://sitio.example/"}),
    ("hashtag_ausente", {"titulo": "Nota #AlcaldiaRindeCuentas"}),
]


@pytest.mark.parametrize(("regla", "defecto"), DEFECTOS)
def test_un_defecto_mueve_su_regla_y_rechaza_solo_su_fila(motor: Motor, regla: str, defecto: dict[str, str]) -> None:
    validados = validar(motor, {}, {"registro": "2"} | defecto, {"registro": "3"})
    fallan = {r.regla.regla for r in validados.resultados if r.estado == "no_cumple"}
    # Una dirección que no es web tampoco está en el sitio declarado: fallan las dos y el rechazo nombra ambas.
    assert fallan - {"url_de_otro_anfitrion"} == {regla} - {"url_de_otro_anfitrion"}
    (rechazo,) = validados.rechazos["noticias"]
    assert (rechazo.registro, rechazo.regla) == ("2", regla)
    assert "n.csv, fila 3" in rechazo.explicacion
    assert rechazo.como_corregir
    assert validados.aceptados["registro"].to_pylist() == ["1", "3"]


def test_sin_defectos_no_hay_rechazos(motor: Motor) -> None:
    validados = validar(motor, {}, {"registro": "2", "url": None})
    assert validados.rechazos["noticias"] == ()
    assert validados.aceptados.num_rows == 2


def test_una_columna_vacia_no_pasa_por_buena(motor: Motor) -> None:
    validados = validar(motor, {"url": None})
    estados = {r.regla.regla: (r.estado, r.revisadas) for r in validados.resultados}
    assert estados["url_de_otro_anfitrion"] == ("no_corrio", 0)
    assert estados["actividad_inexistente"] == ("cumple", 1)


def test_una_fila_con_dos_faltas_es_un_solo_rechazo_que_nombra_las_dos(motor: Motor) -> None:
    validados = validar(motor, {"actividad_id": "9.9", "cantidad": "doce"})
    (rechazo,) = validados.rechazos["noticias"]
    assert rechazo.regla == "cantidad_invalida"
    assert "actividad_inexistente" in rechazo.explicacion


def test_una_lista_vacia_de_reglas_no_se_da_por_valida(motor: Motor) -> None:
    with pytest.raises(ValueError, match="No hay reglas"):
        motor.validar(pa.table({"a": [1]}), [])


def test_una_regla_que_revienta_impide_publicar(motor: Motor) -> None:
    regla = Regla("t", "r", "d", "n", "rechaza", "q", "ExpectColumnValuesToNotBeNull", {"column": "no_existe"}, campo="no_existe")
    (resultado,) = motor.validar(pa.table({"a": [1]}), [regla])
    assert resultado.estado == "no_corrio"
    assert resultado.reventada
    assert bloquean([resultado]) == (resultado,)


def filas_del_plan(p: Plan) -> list[dict[str, Any]]:
    from rendicion.plan import filas_del_plan as filas

    return filas(p)


@pytest.mark.parametrize(
    ("danar", "regla"),
    [
        (lambda f: f | {"agregacion": "promedio"}, "valor_admitido"),
        (lambda f: f | {"actividad_id": "uno"}, "forma_admitida"),
        (lambda f: f | {"meta": Decimal(-1)}, "rango_admitido"),
        (lambda f: f | {"peso": Decimal(-1)}, "rango_admitido"),
    ],
)
def test_las_reglas_del_esquema_hallan_su_defecto(motor: Motor, danar: Callable[[dict[str, Any]], dict[str, Any]], regla: str) -> None:
    filas = filas_del_plan(PLAN)
    filas[1] = danar(filas[1])
    resultados = motor.validar(tabla_arrow(TABLAS["plan"], filas), reglas_de_la_tabla(TABLAS["plan"]))
    malas = [r for r in resultados if r.estado == "no_cumple"]
    assert [r.regla.regla for r in malas] == [regla]
    assert malas[0].filas == (1,)
    assert bloquean(malas)


def test_una_tabla_que_debe_tener_filas_y_no_las_tiene_impide_publicar(motor: Motor) -> None:
    resultados = motor.validar(tabla_arrow(TABLAS["plan"], []), reglas_de_la_tabla(TABLAS["plan"]))
    assert "tiene_filas" in {r.regla.regla for r in bloquean(resultados)}


def test_cuentas_que_no_cuadran_impiden_publicar(motor: Motor) -> None:
    cuentas = {"fuente": "noticias", "recibidos": 5, "aceptados": 3, "rechazados": 1, "cuentan": 2, "no_cuentan": 1}
    tablas = {n: tabla_arrow(t, []) for n, t in PUBLICAS.items() if n in {"conciliacion", "avances"}}
    tablas["conciliacion"] = tabla_arrow(PUBLICAS["conciliacion"], [cuentas])
    assert [r.regla.regla for r in bloquean(validar_tablas(motor, tablas))] == ["recibidos_cuadran"]
    tablas["conciliacion"] = tabla_arrow(PUBLICAS["conciliacion"], [cuentas | {"rechazados": 2, "no_cuentan": 0}])
    assert [r.regla.regla for r in bloquean(validar_tablas(motor, tablas))] == ["aceptados_cuadran"]


def test_un_registro_que_cuenta_dos_veces_impide_publicar(motor: Motor) -> None:
    fila = {"entidad": "13001", "vigencia": 2020, "actividad_id": "1.1", "fecha": date(2020, 5, 1), "cantidad": Decimal(1), "fuente": "noticias"}
    fila |= {"registro": "1", "captura_sha256": CAPTURA, "cuenta": True}
    cuentas = {"fuente": "noticias", "recibidos": 2, "aceptados": 2, "rechazados": 0, "cuentan": 2, "no_cuentan": 0}
    tablas = {
        "avances": tabla_arrow(PUBLICAS["avances"], [fila | {"avance_id": "noticias:1"}, fila | {"avance_id": "noticias:1~2"}]),
        "conciliacion": tabla_arrow(PUBLICAS["conciliacion"], [cuentas]),
    }
    assert [r.regla.regla for r in bloquean(validar_tablas(motor, tablas))] == ["un_registro_una_vez"]


def test_juntar_lo_que_piden_varias_tablas_da_lo_mismo_que_mirar_tabla_por_tabla(motor: Motor) -> None:
    planes = [fila | {"agregacion": "promedio", "meta": None, "peso": Decimal(-1)} if i else fila for i, fila in enumerate(filas_del_plan(PLAN))]
    fila = {"entidad": "13001", "vigencia": 2020, "actividad_id": "uno", "fecha": date(2020, 5, 1), "cantidad": Decimal(1), "fuente": "noticias", "captura_sha256": None}
    avances = [fila | {"registro": str(n), "avance_id": f"noticias:{n}", "cuenta": None if n else True} for n in (0, 1, 1)]
    cuentas = {"fuente": "noticias", "recibidos": -5, "aceptados": 3, "rechazados": None, "cuentan": 2, "no_cuentan": 0}
    tablas = {n: tabla_arrow(t, {"plan": planes, "avances": avances, "conciliacion": [cuentas]}.get(n, [])) for n, t in PUBLICAS.items()}

    def lo_que_dice(resultados: Sequence[Resultado]) -> list[tuple[Any, ...]]:
        return [(r.regla.tabla, r.regla.regla, r.regla.campo, r.estado, r.revisadas, r.faltas, r.filas, r.reventada) for r in resultados]

    juntas = validar_tablas(motor, tablas)
    una_por_una = [r for n, t in tablas.items() for r in motor.validar(t, [x for x in reglas_de_la_tabla(PUBLICAS[n]) if t.num_rows or x.expectativa in DE_TABLA])]
    corridas = [r for r in juntas[:-3] if r.detalle != "La tabla está vacía."]
    assert lo_que_dice(corridas) == lo_que_dice(una_por_una)
    assert {r.regla.regla for r in corridas if r.estado == "no_cumple"} >= {"obligatorio", "valor_admitido", "forma_admitida", "rango_admitido", "clave_unica", "tiene_filas"}
    assert [r.regla for r in juntas[:-3]] == [r for t in PUBLICAS.values() for r in reglas_de_la_tabla(t)]


def test_una_tabla_con_otras_columnas_impide_publicar_y_se_sabe_cual_es(motor: Motor) -> None:
    tablas = {n: tabla_arrow(t, []) for n, t in PUBLICAS.items() if n in {"conciliacion", "avances", "serie"}}
    tablas["serie"] = tablas["serie"].select(list(reversed(tablas["serie"].column_names)))
    malas = [r.regla for r in validar_tablas(motor, tablas) if r.estado == "no_cumple" and r.regla.regla == "columnas_del_esquema"]
    assert [r.tabla for r in malas] == ["serie"]
    assert "serie" in {r.regla.tabla for r in bloquean(validar_tablas(motor, tablas))}


def test_toda_tabla_publica_tiene_reglas_derivadas() -> None:
    for tabla in PUBLICAS.values():
        reglas = reglas_de_la_tabla(tabla)
        assert {"columnas_del_esquema", "clave_unica"} <= {r.regla for r in reglas}
        assert {r.campo for r in reglas if r.regla == "obligatorio"} == set(tabla.obligatorios)
        assert all(r.descripcion and r.norma and r.quien_corrige for r in reglas)




def test_lo_que_no_se_usa_no_se_carga_y_sirve_si_alguien_lo_pide() -> None:
    programa = (
        "import sys\nfrom validaciones.carga import cargar_gx\ncargar_gx()\n"
        "print([m for m in sys.modules if m.startswith(('scipy.stats.', 'altair.'))])\n"
        "from scipy import stats\nprint(stats.norm.cdf(0))\n"
    )
    hecho = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True, check=True)
    assert hecho.stdout.split("\n")[:2] == ["[]", "0.5"]
