"""Declarar otra ciudad, u otro año, a partir de su plan: sin perder lo que había y sin decidir nada por nadie."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath

import pytest

from rendicion.almacen.referencia import declarar
from rendicion.entidad import entidad_desde
from rendicion.entidad_nueva import DatosDeEntidad, archivos_de_la_vigencia, nombre_declarado
from rendicion.errores import ErrorUso
from rendicion.fuente import fuente_desde
from rendicion.hallazgos import Hallazgo
from rendicion.planes.decisiones import decisiones_desde
from tests.unidad.muestras import actividad, plan

PLAN = plan(actividad("1.1", texto='Publicar "boletines"\nde prensa'))
HALLAZGO = Hallazgo("plan", "1.1", "meta", "numero_en_palabras", "baja", "La meta está en\npalabras.", 'Doce\n"boletines"')
QUIEN = DatosDeEntidad("05001", 'Alcaldía de "Villa" Ejemplo', municipio="Villa Ejemplo")
ENTIDAD, DECISIONES = PurePosixPath("referencia/entidades/05001.toml"), PurePosixPath("referencia/decisiones/05001-2021.toml")


def archivos(declarada: str | None = None, anio: int = 2021, quien: DatosDeEntidad = QUIEN) -> dict[PurePosixPath, bytes]:
    return archivos_de_la_vigencia(quien, anio, ("Plan FINAL.CSV", b"bytes"), PLAN, [HALLAZGO], declarada)


def test_lo_escrito_se_lee_con_los_mismos_lectores_de_siempre():
    hechos = archivos()
    entidad = entidad_desde(tomllib.loads(hechos[ENTIDAD].decode()), donde="e")
    assert (entidad.codigo, entidad.nombre, entidad.municipio, entidad.departamento) == ("05001", 'Alcaldía de "Villa" Ejemplo', "Villa Ejemplo", "")
    assert entidad.vigencia(2021).plan == "../planes/05001-2021.csv"
    fuente = fuente_desde(tomllib.loads(hechos[PurePosixPath("fuentes/05001-2021/reportes.toml")].decode()), donde="f")
    titulos = hechos[PurePosixPath("fuentes/05001-2021/reportes.csv")].decode("utf-8-sig").strip().split(";")
    assert list(fuente.columnas.values()) == titulos
    assert hechos[PurePosixPath("referencia/planes/05001-2021.csv")] == b"bytes"


def test_ningun_hallazgo_queda_decidido_y_cada_uno_se_puede_decidir_quitando_un_numeral():
    texto = archivos()[DECISIONES].decode()
    assert decisiones_desde(tomllib.loads(texto), donde="d") == ()
    firmado = "\n".join(linea.removeprefix("# ") if not linea.startswith("## ") else linea.removeprefix("#") for linea in texto.splitlines()[4:])
    firmado = firmado.replace('motivo = ""', 'motivo = "Así se anunció"').replace('autor = ""', 'autor = "Planeación"').replace("fecha = ", "fecha = 2021-02-01")
    (decision,) = decisiones_desde(tomllib.loads(firmado), donde="d")
    assert (decision.actividad, decision.campo, decision.literal) == ("1.1", "meta", 'Doce\n"boletines"')


def test_un_anio_mas_se_agrega_sin_tocar_lo_que_ya_estaba_escrito():
    primero = archivos()[ENTIDAD].decode() + "# nota de una persona\n"
    segundo = archivos(primero, 2022)[ENTIDAD].decode()
    assert segundo.startswith(primero)
    assert [v.anio for v in entidad_desde(tomllib.loads(segundo), donde="e").vigencias] == [2021, 2022]


def test_una_vigencia_que_ya_esta_no_se_declara_dos_veces():
    with pytest.raises(ErrorUso, match="ya declara la vigencia 2021"):
        archivos(archivos()[ENTIDAD].decode())


@pytest.mark.parametrize("codigo", ["5001", "050011", "../x", "O5001"])
def test_un_codigo_que_no_es_divipola_se_rechaza(codigo: str):
    with pytest.raises(ErrorUso, match="DIVIPOLA"):
        archivos(quien=DatosDeEntidad(codigo, "x"))


def test_el_nombre_declarado_manda_y_sin_ninguno_se_pide():
    assert nombre_declarado('nombre = "La de siempre"', "Otra") == "La de siempre"
    with pytest.raises(ErrorUso, match="Falta el nombre"):
        nombre_declarado(None, "")
    with pytest.raises(ErrorUso, match="TOML"):
        nombre_declarado("nombre = ", "x")


def test_no_se_escribe_sobre_lo_que_ya_hay_y_si_algo_estorba_no_se_escribe_nada(tmp_path: Path):
    estorba = tmp_path / DECISIONES
    estorba.parent.mkdir(parents=True)
    estorba.write_text("decisiones de verdad")
    with pytest.raises(ErrorUso, match=r"05001-2021\.toml"):
        declarar(tmp_path, archivos(), puede_cambiar=ENTIDAD)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [estorba]
    assert estorba.read_text() == "decisiones de verdad"


def test_la_planilla_explica_las_fechas_con_el_anio_del_plan_y_como_guardarla():
    leeme = archivos()[PurePosixPath("fuentes/05001-2021/LEEME.md")].decode()
    assert f"{PLAN.vigencia}-03-15" in leeme
    assert "CSV UTF-8" in leeme
