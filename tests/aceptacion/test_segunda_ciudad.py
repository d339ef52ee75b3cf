"""Una segunda ciudad, inventada, cuya matriz de seguimiento se lee solo con datos. DATOS SINTÉTICOS."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.aceptacion.conftest import RAIZ, Corrida, Hecho, rendicion

CIUDAD = RAIZ / "datos" / "ejemplos" / "98001-2021"
ENTIDAD = CIUDAD / "entidad.toml"
Orden = Callable[..., Hecho]

# Hoja, actividad o total, y la causa de cada porcentaje: T1, T2, T3, T4 y el de la vigencia («-»: la hoja no lo trae).
CAUSAS = """
S01 1.1 formula formula;tope formula igual igual
S01 1.2 formula formula - formula igual
S01 1.3 - igual igual tope tope
S02 2.1 - formula - formula;tope tope
S02 2.2 formula formula formula formula igual
S02 2.3 sin_dato_nuestro;formula sin_dato_nuestro;formula sin_dato_nuestro;formula sin_dato_nuestro;formula sin_dato_nuestro;formula
S02 2.4 - - - - igual
S05 3.1 igual igual igual igual formula
S05 3.2 formula;tope formula;tope formula igual evidencia
S05 3.3 formula formula igual formula redondeo
"""
TOTALES = {
    ("subcomponente", "1"): "igual", ("dependencia", "S01 Gobierno"): "igual", ("subcomponente", "2"): "formula", ("dependencia", "S02 Planeación"): "denominador",
    ("subcomponente", "3"): "formula;denominador", ("dependencia", "S05 Hacienda"): "sin_explicar", ("total", "98001"): "denominador;peso",
}  # fmt: skip


@pytest.fixture(scope="module")
def ciudad(tmp_path_factory: pytest.TempPathFactory) -> Corrida:
    salida = tmp_path_factory.mktemp("ciudad") / "salida"
    hecho = rendicion("correr", "--entidad", ENTIDAD, "--salida", salida, "--json")
    assert hecho.codigo == 0, hecho.error + hecho.salida
    return Corrida(salida, hecho)


def filas(archivo: Path) -> list[dict[str, str]]:
    with archivo.open(encoding="utf-8", newline="") as flujo:
        return list(csv.DictReader(flujo))


def test_el_libro_es_el_que_escribe_su_programa_con_los_mismos_bytes() -> None:
    espec = importlib.util.spec_from_file_location("hacer_matriz", CIUDAD / "hacer_matriz.py")
    assert espec is not None
    assert espec.loader is not None
    modulo = importlib.util.module_from_spec(espec)
    espec.loader.exec_module(modulo)
    assert modulo.bytes_del_libro() == modulo.bytes_del_libro()
    assert modulo.bytes_del_libro() == (CIUDAD / "matriz.xlsx").read_bytes()


def test_la_ciudad_se_lee_con_datos_y_el_codigo_no_la_nombra() -> None:
    for archivo in (RAIZ / "rendicion").rglob("*.py"):
        assert "98001" not in archivo.read_text("utf-8"), archivo


def test_el_plan_y_el_avance_salen_de_la_misma_matriz(ciudad: Corrida) -> None:
    plan = {f["actividad_id"]: f for f in filas(ciudad.entrega / "datos" / "plan.csv")}
    assert list(plan) == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3"]
    assert [f["meta"] for f in plan.values()] == ["40", "4", "0.9", "2", "10", "", "5", "100", "8", "6"]
    assert {a for a, f in plan.items() if f["agregacion"] == "ultimo"} == {"1.3", "3.1"}
    assert {f["responsables"] for f in plan.values()} == {"Secretaría de Gobierno", "Secretaría de Planeación", "Secretaría de Hacienda"}
    assert plan["2.1"]["hitos"] == "2021-06-30;2021-12-31"
    (cuenta,) = filas(ciudad.entrega / "datos" / "conciliacion.csv")
    assert [int(cuenta[c]) for c in ("recibidos", "aceptados", "rechazados")] == [34, 33, 1]
    (rechazo,) = filas(ciudad.entrega / "datos" / "rechazos.csv")
    assert (rechazo["registro"], Decimal(rechazo["valor"].removeprefix("'"))) == ("3.2, Trimestre 3", -1)
    hechas = {f["actividad_id"]: f["ejecutado"] for f in filas(ciudad.entrega / "datos" / "indicadores_actividad.csv") if f["corte"] == "2021-12-31"}
    assert hechas == {"1.1": "40", "1.2": "3", "1.3": "0.95", "2.1": "3", "2.2": "7", "2.3": "12", "2.4": "0", "3.1": "98", "3.2": "8", "3.3": "4"}


def test_lo_raro_de_la_matriz_queda_dicho_en_los_hallazgos(ciudad: Corrida) -> None:
    reglas = {(f["origen"], f["regla"]) for f in filas(ciudad.entrega / "datos" / "hallazgos.csv")}
    for regla in ("encabezado_aproximado", "fila_total", "hoja_oculta", "hoja_no_leida", "codigo_de_hoja_distinto", "porcentaje_como_texto", "cero_escrito_con_signos", "cuenta_de_filas"):
        assert ("sintetico-matriz", regla) in reglas, regla
    for regla in ("unidad_escrita_distinto", "unidad_en_otra_columna", "pesos_no_suman", "programacion_desigual", "meta_sin_numero"):
        assert ("plan", regla) in reglas, regla


def test_cada_porcentaje_de_la_hoja_se_reproduce_o_dice_por_que_no(ciudad: Corrida) -> None:
    comparadas = filas(ciudad.entrega / "comparacion_matriz.csv")
    columnas = [*(f"Trimestre {n} > % avance" for n in ("I", "II", "III", "IV")), "% Avance vigencia"]
    esperadas = {(a, c): causa for linea in CAUSAS.split("\n") if linea for a, causas in [(linea.split()[1], linea.split()[2:])] for c, causa in zip(columnas, causas, strict=True) if causa != "-"}
    de_actividad = [f for f in comparadas if f["nivel"] == "actividad" and f["causas"] != "no_es_un_numero"]
    assert {(f["clave"], f["columna"]): f["causas"] for f in de_actividad} == esperadas
    assert {(f["nivel"], f["clave"]): f["causas"] for f in comparadas if f["nivel"] != "actividad"} == TOTALES
    assert all(f["explicacion"] for f in comparadas)
    # Los porcentajes por periodo se llenaron con una sola fórmula, y así se dice.
    de_periodo = {f["explicacion"].partition(",")[0] for f in de_actividad if f["columna"] != columnas[-1] and f["causas"].startswith("formula")}
    assert de_periodo == {"La hoja divide lo del periodo entre lo programado en el periodo"}


def test_la_comparacion_y_los_indicadores_publicados_dicen_la_misma_cifra(ciudad: Corrida) -> None:
    comparadas = {(f["nivel"], f["clave"]): f["nuestro_pct"] for f in filas(ciudad.entrega / "comparacion_matriz.csv") if f["columna"] == "% Avance vigencia"}
    for nivel, clave in (("actividad", "actividad_id"), ("subcomponente", "subcomponente_id"), ("total", "entidad")):
        publicadas = {f[clave]: f["avance_pct"] for f in filas(ciudad.entrega / "datos" / f"indicadores_{nivel}.csv") if f["corte"] == "2021-12-31"}
        suyas = {k: v for (n, k), v in comparadas.items() if n == nivel}
        assert suyas
        assert suyas.items() <= publicadas.items()


def test_la_entrega_se_verifica_y_anuncia_la_comparacion(ciudad: Corrida) -> None:
    assert "comparacion_matriz.csv" in json.loads((ciudad.entrega / "manifiesto.json").read_text("utf-8"))["archivos"]
    hecho = rendicion("verificar", ciudad.entrega)
    assert hecho.codigo == 0, hecho.salida


def test_ninguna_cedula_de_la_matriz_sale_en_la_entrega(ciudad: Corrida) -> None:
    libro = openpyxl.load_workbook(CIUDAD / "matriz.xlsx", read_only=True)
    cedulas = {c for hoja in libro for fila in hoja.iter_rows(values_only=True) for c in fila if isinstance(c, str) and re.fullmatch(r"10\d{8}", c)}
    assert len(cedulas) > 10
    publicado = [a for carpeta in (ciudad.entrega, ciudad.salida / "portal") for a in carpeta.rglob("*") if a.is_file()]
    for archivo in publicado:
        contenido = archivo.read_bytes()
        assert not any(c.encode() in contenido for c in cedulas), archivo


def test_correr_otra_vez_no_publica_nada_y_cambiar_el_mapa_si(ciudad: Corrida, tmp_path: Path, orden: Orden) -> None:
    assert orden("correr", "--entidad", ENTIDAD, "--salida", ciudad.salida, "--json").datos["estado"] == "sin_cambios"
    copia = tmp_path / "ciudad"
    (copia / "fuentes").mkdir(parents=True)
    for nombre in ("entidad.toml", "matriz.xlsx", "fuentes/matriz.toml"):
        (copia / nombre).write_bytes((CIUDAD / nombre).read_bytes())
    mapa = copia / "fuentes" / "matriz.toml"
    mapa.write_text(mapa.read_text("utf-8").replace('Mantenimiento = "ultimo"', 'Mantenimiento = "suma"'), "utf-8")
    otra = orden("correr", "--entidad", copia / "entidad.toml", "--salida", ciudad.salida, "--json").datos
    assert otra["estado"] == "publicada"
    assert otra["entrega"] != ciudad.hecho.datos["entrega"]


def test_probar_muestra_la_comparacion_sin_escribir(orden: Orden) -> None:
    hecho = orden("probar", "--entidad", ENTIDAD)
    assert hecho.codigo == 0, hecho.error
    assert "distintos de los nuestros" in " ".join(hecho.salida.split())
    comparacion = orden("probar", "--entidad", ENTIDAD, "--json").datos["comparacion"]
    assert {f["causas"] for f in comparacion} >= {"igual", "tope", "formula", "sin_explicar"}


def test_la_orden_fuentes_lista_y_proponer_escribe_un_borrador(orden: Orden, tmp_path: Path) -> None:
    listadas = orden("fuentes", "--entidad", ENTIDAD, "--salida", tmp_path, "--json").datos
    assert [(f["fuente"], f["tipo"]) for f in listadas] == [("sintetico-matriz", "matriz")]
    borrador = orden("fuentes", "proponer", CIUDAD / "matriz.xlsx")
    assert borrador.codigo == 0
    assert tomllib.loads(borrador.salida)["tipo"] == "matriz"
    assert "dudas" in borrador.error
    assert orden("fuentes", "proponer", CIUDAD / "matriz.xlsx", "--json").datos["dudas"]
    assert orden("fuentes", "proponer", CIUDAD / "no-existe.xlsx").codigo == 2


def test_un_borrador_corregido_por_una_persona_corre_de_punta_a_punta(orden: Orden, tmp_path: Path, ciudad: Corrida) -> None:
    (tmp_path / "fuentes").mkdir()
    (tmp_path / "matriz.xlsx").write_bytes((CIUDAD / "matriz.xlsx").read_bytes())
    (tmp_path / "entidad.toml").write_bytes(ENTIDAD.read_bytes())
    borrador = orden("fuentes", "proponer", CIUDAD / "matriz.xlsx").salida
    corregido = borrador.replace('lugar = "matriz.xlsx"', 'lugar = "../matriz.xlsx"\nsintetica = true').replace("ESCRIBA LA DEPENDENCIA", "Planeación")
    (tmp_path / "fuentes" / "matriz.toml").write_text(corregido, "utf-8")
    hecho = orden("correr", "--entidad", tmp_path / "entidad.toml", "--salida", tmp_path / "salida", "--json")
    assert hecho.codigo == 0, hecho.error + hecho.salida
    assert hecho.datos["totales"] == ciudad.hecho.datos["totales"]
    assert hecho.datos["sintetica"] is True
