"""El borrador de una matriz: propone lo que reconoce y pregunta lo dudoso, sin decidir nada en silencio."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.fuente import fuente_desde
from rendicion.fuentes.matriz.mapa import mapa_de
from rendicion.fuentes.matriz.palabras import Palabras, cierre, palabras_desde
from rendicion.fuentes.matriz.propuesta import Propuesta, proponer_declaracion
from tests.unidad.muestras_matriz import RAIZ, leer, libro, registros

VOCABULARIOS = RAIZ / "datos" / "referencia" / "vocabularios"
CIUDAD = RAIZ / "datos" / "ejemplos" / "98001-2021"
TITULOS = ["Código", "Programa", "Actividad", "Tipo de meta", "Unidad", "Meta 2021", "Programado trimestre I", "Ejecutado 1er trimestre", "% de avance"]
FILA = ["1.1", "Uno", "Publicar", "Incremento", "Número", 10, 5, 4, 0.4]


@cache
def palabras() -> Palabras:
    return palabras_desde(*(tomllib.loads((VOCABULARIOS / n).read_text("utf-8")) for n in ("plan.toml", "matriz.toml")))


def proponer(*filas: list[Any], vigencia: int | None = 2021, **hojas: list[list[Any]]) -> Propuesta:
    return proponer_declaracion(libro({"S01": [TITULOS, *(filas or [FILA])], **hojas}), "Matriz 2021.xlsx", palabras(), vigencia)


def dudas(propuesta: Propuesta, clave: str) -> str:
    return " ".join(d for d in propuesta.dudas if d.startswith(f"{clave}:"))


def test_el_borrador_de_la_ciudad_inventada_lee_lo_mismo_que_su_declaracion():
    bruto = (CIUDAD / "matriz.xlsx").read_bytes()
    propuesta = proponer_declaracion(bruto, "matriz.xlsx", palabras())
    borrador = fuente_desde(tomllib.loads(propuesta.borrador), donde="borrador")
    declarada = fuente_desde(tomllib.loads((CIUDAD / "fuentes" / "matriz.toml").read_text("utf-8")), donde="matriz.toml")
    assert registros(leer(bruto, borrador)) == registros(leer(bruto, declarada))
    assert mapa_de(borrador).columnas.keys() == mapa_de(declarada).columnas.keys() - {"codigo_de_hoja"}
    assert [(p.nombre, p.fecha) for p in mapa_de(borrador).periodos] == [(p.nombre, p.fecha) for p in mapa_de(declarada).periodos]
    assert {t.nivel for t in mapa_de(borrador).totales} == {"subcomponente", "dependencia", "total"}


def test_toda_duda_esta_escrita_en_el_borrador_como_comentario():
    bruto = (CIUDAD / "matriz.xlsx").read_bytes()
    propuesta = proponer_declaracion(bruto, "matriz.xlsx", palabras())
    comentarios = {linea.removeprefix("# DUDA: ") for linea in propuesta.borrador.splitlines() if linea.startswith("# DUDA: ")}
    assert comentarios == {" ".join(d.partition(": ")[2].split()) for d in propuesta.dudas}
    for clave in ("hojas", "excluir_hojas", "ceros", "porcentaje_en_texto", "unidades", "unidad", "periodos", "porcentajes", "totales", "dependencias"):
        assert dudas(propuesta, clave), clave


def test_los_datos_personales_no_se_proponen_ni_se_muestran():
    borrador = proponer_declaracion((CIUDAD / "matriz.xlsx").read_bytes(), "matriz.xlsx", palabras()).borrador
    sin_comentarios = "\n".join(linea for linea in borrador.splitlines() if not linea.startswith("#"))
    assert "Cédula" not in sin_comentarios
    assert "No se declaran, y por eso no salen del archivo: Cód. Dependencia, Observaciones, Cédula del contratista" in borrador


def test_los_titulos_de_una_sola_fila_dicen_periodo_y_cifra():
    mapa = mapa_de(fuente_desde(tomllib.loads(proponer().borrador), donde="b"))
    assert mapa.columnas["ejecutado:Trimestre 1"] == "Ejecutado 1er trimestre"
    assert mapa.columnas["programado:Trimestre 1"] == "Programado trimestre I"
    assert mapa.periodos[0].fecha == date(2021, 3, 31)
    assert mapa.niveles == 1


def test_dos_columnas_que_pueden_ser_lo_mismo_se_preguntan():
    propuesta = proponer_declaracion(libro({"S01": [[*TITULOS, "Meta anual"], [*FILA, 9]]}), "m.xlsx", palabras(), 2021)
    assert "«Meta 2021», «Meta anual»" in dudas(propuesta, "meta")


def test_un_titulo_distinto_en_otra_hoja_se_propone_como_otra_manera():
    otra = ["Cód.", *TITULOS[1:]]
    propuesta = proponer(S02=[otra, ["1.2", *FILA[1:]]])
    assert 'actividad_id = "Código | Cód."' in propuesta.borrador
    assert "no es igual en todas las hojas" in dudas(propuesta, "codigo")
    sin_unidad = [t for t in TITULOS if t != "Unidad"]
    assert "S02" in dudas(proponer(S02=[sin_unidad, [c for c in FILA if c != "Número"]]), "unidad")


def test_una_palabra_de_acumulacion_desconocida_queda_comentada():
    propuesta = proponer([*FILA[:3], "Reducción", *FILA[4:]])
    assert '# "Reducción" = "suma"' in propuesta.borrador
    assert "Reducción" in dudas(propuesta, "agregacion")


def test_sin_codigos_se_propone_numerar_por_orden_y_se_advierte():
    propuesta = proponer([*["MP-1"], *FILA[1:]])
    assert 'numeracion = "orden"' in propuesta.borrador
    assert 'actividad_id = "Actividad"' in propuesta.borrador
    assert "solo sirve si el plan es esta misma matriz" in dudas(propuesta, "numeracion")


def test_los_huecos_del_grupo_los_decimales_y_los_puntos_se_preguntan():
    propuesta = proponer(FILA, ["1.2", None, *FILA[2:7], 1 / 3, 85])
    assert 'rellenar = ["subcomponente"]' in propuesta.borrador
    assert "# redondear = true" in propuesta.borrador
    assert 'escala = "puntos"' in propuesta.borrador


def test_el_cuadro_de_control_interno_se_propone_con_su_numero_y_sus_fechas_de_corte():
    """Es el formato más común: el número va en una columna sin título propio y el avance se llama por su corte."""
    arriba = ["Subcomponente / Proceso", None, "Actividades programadas", "Meta o producto", "Responsable", "Seguimiento 30 de abril", None, "Seguimiento 31 de agosto", None]
    debajo = [None, None, None, None, None, "Actividades realizadas", "% de avance", "Actividades realizadas", "% de avance"]
    filas = [["Información", "1.1", "Publicar", 4, "Planeación", 1, 0.25, 1, 0.5], [None, "1.2", "Boletines", 12, "Prensa", 3, 0.25, 7, 0.58]]
    bruto = libro({"C3": [["Vigencia 2021"], arriba, debajo, *filas]}, {"C3": ["A2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:G2", "H2:I2", "A4:A5"]})
    leido = fuente_desde(tomllib.loads(proponer_declaracion(bruto, "m.xlsx", palabras()).borrador), donde="b")
    assert leido.columnas == {"actividad_id": "Subcomponente / Proceso [2]"}
    assert registros(leer(bruto, leido)) == [("1.1", "2021-04-30", "1"), ("1.1", "2021-08-31", "1"), ("1.2", "2021-04-30", "3"), ("1.2", "2021-08-31", "7")]


def test_un_titulo_combinado_sobre_el_numero_y_el_texto_se_separa():
    hoja = [["Programa", "Actividades", None, "Meta", "Ene P", "Ene E"], ["Uno", "1.1", "Publicar", 10, 1, 1]]
    borrador = tomllib.loads(proponer_declaracion(libro({"H": hoja}, {"H": ["B1:C1"]}), "m.xlsx", palabras(), 2021).borrador)
    assert borrador["columnas"] == {"actividad_id": "Actividades"}
    assert borrador["opciones"]["plan"]["actividad"] == "Actividades [2]"
    assert borrador["opciones"]["periodos"] == [{"nombre": "Enero", "fecha": date(2021, 1, 31), "programado": "Ene P", "ejecutado": "Ene E"}]


def test_un_libro_de_un_solo_corte_pide_su_fecha_y_una_tabla_por_filas_se_advierte():
    titulos, escrita = ["Código", "Programa", "Actividad", "Meta", "Avance acumulado"], ["1.1", "Uno", "Publicar", 10, 4]
    propuesta = proponer_declaracion(libro({"H": [titulos, escrita]}), "m.xlsx", palabras(), 2021)
    assert 'nombre = "Corte"\n# fecha = AAAA-MM-DD\nejecutado = "Avance acumulado"' in propuesta.borrador
    assert "se toma como un solo corte. Escriba su fecha" in dudas(propuesta, "periodos")
    assert "no es una matriz" not in dudas(propuesta, "periodos")
    por_filas = proponer_declaracion(libro({"H": [[*titulos, "Trimestre"], [*escrita, "I"]]}), "m.xlsx", palabras(), 2021)
    assert "la columna «Trimestre» puede decir el periodo de cada fila; si es así, no es una matriz: declare otro tipo: excel." in dudas(por_filas, "periodos")


def test_entre_dos_columnas_de_meta_se_propone_la_que_trae_numeros():
    titulos = ["Código", "Producto", "Meta 2021", *TITULOS[1:5], *TITULOS[6:]]
    propuesta = proponer_declaracion(libro({"S01": [titulos, ["1.1", "Boletines", 10, *FILA[1:5], *FILA[6:]]]}), "m.xlsx", palabras(), 2021)
    assert tomllib.loads(propuesta.borrador)["opciones"]["plan"]["meta"] == "Meta 2021"
    assert "Se propone «Meta 2021»" in dudas(propuesta, "meta")


def test_lo_que_no_se_halla_queda_comentado_para_que_falte_a_la_vista():
    titulos = [t for t in TITULOS if t != "Meta 2021"]
    propuesta = proponer_declaracion(libro({"S01": [titulos, [c for c in FILA if c != 10]]}), "m.xlsx", palabras())
    assert '# meta = ""' in propuesta.borrador
    assert "no se halló la columna de meta" in dudas(propuesta, "meta")
    assert "# fecha = AAAA-MM-DD" in propuesta.borrador
    assert "escriba las fechas" in dudas(propuesta, "periodos")


def test_un_libro_que_no_es_una_matriz_se_niega_y_dice_que_se_vio():
    with pytest.raises(ErrorUso, match="Ninguna hoja parece una matriz") as error:
        proponer_declaracion(libro({"Notas": [["Código", "Actividad"], ["1", "x"]]}), "m.xlsx", palabras())
    assert "«Código», «Actividad»" in error.value.que
    with pytest.raises(ErrorRendicion):
        proponer_declaracion(b"nada", "m.xlsx", palabras())


@pytest.mark.parametrize(
    ("titulo", "esperado"),
    [
        ("I Trimestre", ("Trimestre 1", 3)), ("Trimestre IV", ("Trimestre 4", 12)), ("2º semestre", ("Semestre 2", 12)), ("Tercer cuatrimestre", ("Cuatrimestre 3", 12)),
        ("Ejec. Trim 2", ("Trim 2", 6)), ("Marzo", ("Marzo", 3)), ("Avance a 30 de junio", ("Junio", 6)), ("Meta del cuatrienio", None), ("Trimestre", None), ("Quinto trimestre", None),
    ],
)  # fmt: skip
def test_los_periodos_se_reconocen_por_su_nombre(titulo: str, esperado: tuple[str, int] | None):
    assert palabras().periodo(titulo) == esperado


def test_un_mes_cierra_su_ultimo_dia():
    assert (cierre(2020, 2), cierre(2021, 12)) == (date(2020, 2, 29), date(2021, 12, 31))


def test_el_vocabulario_de_las_matrices_no_nombra_a_ninguna_ciudad():
    assert "cartagena" not in Path(VOCABULARIOS / "matriz.toml").read_text("utf-8").lower()
