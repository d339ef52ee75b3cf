"""El generador del país: los mismos bytes con la misma semilla, cada partición por su cuenta, y todo dicho sintético."""

from __future__ import annotations

import re

from rendicion.pais.declaracion import leer_pais, plan_de
from rendicion.pais.deposito import abrir
from rendicion.sintetico.pais import DEFECTOS, Receta, escribir_pais, municipios, particion

RECETA = Receta(semilla=3, municipios=40, vigencias=(2021, 2022), registros=60, defectos_por_mil=100)


def test_una_particion_sola_da_los_mismos_bytes_que_dentro_del_pais(tmp_path):
    for entidad, vigencia, hecha in escribir_pais(tmp_path, RECETA):
        assert (tmp_path / str(vigencia) / entidad / "avances.csv").read_bytes() == hecha.evidencia
    elegido = municipios(RECETA)[17]
    sola = particion(RECETA, elegido, 2022)
    assert sola.evidencia == (tmp_path / "2022" / elegido.entidad / "avances.csv").read_bytes()
    assert sola.plan == (tmp_path / "2022" / elegido.entidad / "plan.csv").read_bytes()


def test_otra_semilla_da_otros_datos():
    uno = municipios(RECETA)[0]
    assert particion(RECETA, uno, 2021).evidencia != particion(Receta(semilla=4, registros=60), uno, 2021).evidencia


def test_los_codigos_tienen_la_forma_de_la_lista_oficial_y_los_nombres_dicen_que_son_inventados():
    todos = municipios(Receta())
    assert len({m.entidad for m in todos}) == 1100
    assert all(re.fullmatch(r"\d{5}", m.entidad) and m.entidad[:2] == m.departamento for m in todos)
    assert all(m.nombre == f"Municipio sintético {m.entidad}" for m in todos)
    assert {m.categoria for m in todos} == {"especial", "1", "2", "3", "4", "5", "6"}


def test_el_pais_se_declara_sintetico_y_sus_planes_se_leen(tmp_path):
    hechas = list(escribir_pais(tmp_path, RECETA))
    assert "DATOS SINTÉTICOS" in (tmp_path / "pais.toml").read_text("utf-8")
    pais = leer_pais(abrir(str(tmp_path)))
    assert pais.sintetico
    assert pais.vigencias == (2021, 2022)
    planes = [plan_de(h.plan, e, v) for e, v, h in hechas]
    metas = [sum(a.meta is not None for a in p.actividades) / len(p.actividades) for p in planes]
    assert min(metas) < 0.5 < max(metas)
    assert any(a.hitos for p in planes for a in p.actividades)


def test_se_plantan_defectos_de_todas_las_clases_y_se_cuentan(tmp_path):
    hechas = [h for _, _, h in escribir_pais(tmp_path, RECETA)]
    assert {r for h in hechas for r in h.verdad} == set(DEFECTOS)
    total = sum(h.registros for h in hechas)
    assert 0.08 < sum(sum(h.verdad.values()) for h in hechas) / total < 0.12


def test_generar_el_pais_no_lo_tiene_entero_en_memoria(tmp_path):
    escritas = escribir_pais(tmp_path, RECETA)
    entidad, vigencia, _ = next(escritas)
    assert (tmp_path / str(vigencia) / entidad).is_dir()
    assert len(list((tmp_path / str(vigencia)).iterdir())) == 1
