"""Dos ciudades y dos años, lado a lado en la misma salida, declarados con la orden y sin tocar el código."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.aceptacion.conftest import Hecho

PLANES = {
    ("05001", 2021): "Publicar boletines de 2021,12 boletines,Prensa,\n,Realizar foros,4 foros,Gobierno,\n",
    ("05001", 2022): "Realizar foros,6 foros,Gobierno,\n,Publicar boletines de 2022,10 boletines,Prensa,\n,Abrir una línea de denuncias,1 línea,Control interno,\n",
    ("76001", 2021): "Realizar foros,2 foros,Participación,\n",
}
REPORTES = {
    ("05001", 2021): "A1;1.1;2021-03-10;6;Boletines;\nA2;1.2;2021-05-10;2;Foros;\n",
    ("05001", 2022): "A1;1.1;2022-03-10;6;Foros;\nA2;1.2;2022-05-10;1;Boletín;\n",
    ("76001", 2021): "A1;1.1;10/03/2021;1;Foro;\nA2;9.9;10/03/2021;1;De otra actividad;\n",
}


@pytest.fixture(scope="module")
def pais(tmp_path_factory: pytest.TempPathFactory, orden: Callable[..., Hecho]) -> dict[tuple[str, int], dict[str, Any]]:
    raiz = tmp_path_factory.mktemp("pais")
    datos, salida = raiz / "datos", raiz / "salida"
    corridas = {}
    for (codigo, anio), filas in PLANES.items():
        plan = raiz / f"plan {codigo} {anio}.csv"
        plan.write_text(f"Subcomponente,Actividad,Meta,Responsable,Fecha\nSubcomponente 1. Información,{filas}", "utf-8")
        hecho = orden("nueva-entidad", plan, "--codigo", codigo, "--vigencia", anio, "--nombre", f"Alcaldía {codigo}", "--destino", datos, "--json")
        assert hecho.codigo == 0, hecho.salida + hecho.error
        reportes = datos / "fuentes" / f"{codigo}-{anio}" / "reportes.csv"
        reportes.write_text(reportes.read_text("utf-8-sig") + REPORTES[codigo, anio], "utf-8-sig")
        (reportes.parent / "reportes.toml").write_text("limite_rechazos_pct = 60\n" + (reportes.parent / "reportes.toml").read_text("utf-8"), "utf-8")
    for codigo, anio in PLANES:
        hecho = orden("correr", "--entidad", codigo, "--vigencia", anio, "--salida", salida, "--json", RENDICION_DATOS=str(datos))
        assert hecho.codigo == 0, hecho.salida + hecho.error
        corridas[codigo, anio] = hecho.datos | {"datos": datos, "salida": salida}
    return corridas


def huellas(carpeta: Path) -> dict[str, str]:
    return {str(a.relative_to(carpeta)): hashlib.sha256(a.read_bytes()).hexdigest() for a in sorted(carpeta.rglob("*")) if a.is_file()}


def test_cada_una_tiene_su_cadena_y_empieza_en_la_entrega_uno(pais: dict[tuple[str, int], dict[str, Any]]) -> None:
    assert [c["entrega_id"] for c in pais.values()] == ["05001-2021-20211231-001", "05001-2022-20221231-001", "76001-2021-20211231-001"]


def test_los_numeros_son_los_de_su_plan_y_no_los_de_otra(pais: dict[tuple[str, int], dict[str, Any]]) -> None:
    cumplimiento = {k: str(next(t for t in c["totales"] if t["corte"] == c["corte"])["cumplimiento_pct"]) for k, c in pais.items()}
    assert cumplimiento == {("05001", 2021): "50.00", ("05001", 2022): "36.67", ("76001", 2021): "50.00"}
    assert pais["76001", 2021]["conteos"]["rechazados"] == 1


def test_una_corrida_mas_en_una_no_toca_un_byte_de_las_demas(pais: dict[tuple[str, int], dict[str, Any]], orden: Callable[..., Hecho]) -> None:
    una = pais["05001", 2022]
    salida, datos = una["salida"], una["datos"]
    antes = huellas(salida / "entregas")
    reportes = datos / "fuentes" / "05001-2022" / "reportes.csv"
    reportes.write_text(reportes.read_text("utf-8-sig") + "A3;1.3;2022-09-01;1;Línea abierta;\n", "utf-8-sig")
    hecho = orden("correr", "--entidad", "05001", "--vigencia", 2022, "--salida", salida, "--json", RENDICION_DATOS=str(datos))
    assert hecho.datos["entrega_id"] == "05001-2022-20221231-002"
    despues = huellas(salida / "entregas")
    assert {a: despues[a] for a in antes} == antes
    assert {a.split("/")[0] for a in set(despues) - set(antes)} == {"05001-2022"}


def test_declarar_un_anio_mas_o_a_quien_se_avisa_no_vuelve_a_publicar_lo_ya_publicado(pais: dict[tuple[str, int], dict[str, Any]], orden: Callable[..., Hecho]) -> None:
    una = pais["76001", 2021]
    plan = una["salida"].parent / "plan 76001 2022.csv"
    plan.write_text(f"Subcomponente,Actividad,Meta,Responsable,Fecha\nSubcomponente 1. Información,{PLANES['76001', 2021]}", "utf-8")
    assert orden("nueva-entidad", plan, "--codigo", "76001", "--vigencia", 2022, "--destino", una["datos"]).codigo == 0
    entidad = una["datos"] / "referencia" / "entidades" / "76001.toml"
    entidad.write_text(entidad.read_text("utf-8") + "\n[avisos]\ndias = 5\n", "utf-8")
    hecho = orden("correr", "--entidad", "76001", "--vigencia", 2021, "--salida", una["salida"], "--json", RENDICION_DATOS=str(una["datos"]))
    assert (hecho.codigo, hecho.datos["entrega_id"]) == (0, una["entrega_id"])


def test_dos_anios_se_comparan_por_las_actividades_que_estan_en_los_dos(pais: dict[tuple[str, int], dict[str, Any]], orden: Callable[..., Hecho]) -> None:
    c = orden("comparar", pais["05001", 2021]["entrega"], pais["05001", 2022]["entrega"], "--json").datos
    assert c["vigencias"] == [2021, 2022]
    assert [(a["antes"], a["ahora"], a["cumplimiento_pct"]["diferencia"]) for a in c["actividades"]] == [("1.2", "1.1", "50.00"), ("1.1", "1.2", "-40.00")]
    assert [s["actividad_id"] for s in c["sin_pareja"]["ahora"]] == ["1.3"]
    para_personas = orden("comparar", pais["05001", 2021]["entrega"], pais["05001", 2022]["entrega"])
    assert "Solo en 2022: 1.3 Abrir una línea de denuncias" in para_personas.salida


def test_dos_ciudades_no_se_comparan_como_si_fueran_una(pais: dict[tuple[str, int], dict[str, Any]], orden: Callable[..., Hecho]) -> None:
    hecho = orden("comparar", pais["05001", 2021]["entrega"], pais["76001", 2021]["entrega"])
    assert hecho.codigo == 2
    assert "entidades distintas" in hecho.error


@pytest.mark.parametrize("cual", list(PLANES))
def test_cada_entrega_se_comprueba_sola_con_su_propio_archivo(cual: tuple[str, int], pais: dict[tuple[str, int], dict[str, Any]], orden: Callable[..., Hecho]) -> None:
    hecho = orden("verificar", pais[cual]["entrega"])
    assert hecho.codigo == 0, hecho.salida
