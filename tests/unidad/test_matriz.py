"""La matriz de seguimiento que llevan las alcaldías, con todo lo raro que traen las de verdad."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.matriz import abrir_hojas
from rendicion.normalizacion import normalizar
from tests.unidad.muestras_matriz import PERIODOS, PLAN, TITULOS, el, fila, fuente, leer, libro, plan_de, registros, reglas, una


def falla(bruto: bytes, **opciones: Any) -> str:
    with pytest.raises(ErrorFuente) as error:
        leer(bruto, fuente(**opciones))
    assert error.value.hacer
    return str(error.value)


def niega(bruto: bytes = b"", *, columnas: dict[str, str] | None = None, **opciones: Any) -> str:
    with pytest.raises(ErrorUso) as error:
        leer(bruto or una(fila()), fuente(columnas, **opciones))
    assert error.value.hacer
    assert "fuente m" in error.value.donde
    return str(error.value)


# ------------------------------------------------------------- hojas y encabezado


def test_cada_periodo_con_algo_escrito_es_un_registro_con_su_fecha_y_su_lugar():
    lectura = leer(una(fila("1.1", e1=2, e2=3), fila("1.2", e1=None, e2=0)))
    assert registros(lectura) == [("1.1", "2021-03-31", "2"), ("1.1", "2021-06-30", "3"), ("1.2", "2021-06-30", "0")]
    assert lectura.celdas["lugar"].to_pylist()[2] == "m.xlsx, hoja S01, fila 3, T2"
    assert lectura.celdas["registro"].to_pylist() == ["1.1, T1", "1.1, T2", "1.2, T2"]
    assert lectura.celdas["titulo"].to_pylist()[0] == "T1: Hacer 1.1"
    assert not lectura.rechazos


def test_el_encabezado_puede_estar_en_la_fila_nueve_con_titulos_arriba():
    arriba = [["ALCALDÍA DE VILLA EJEMPLO"], ["MATRIZ 2021"], [], [], [], [], [], []]
    assert len(registros(leer(libro({"S01": [*arriba, TITULOS, fila()]})))) == 2


def test_los_titulos_con_saltos_blancos_dobles_y_otras_tildes_se_reconocen_y_se_avisa():
    raros = ["CODIGO ", "Programa", " Actividad", "Tipo", "Unidad", "Meta", "Peso", "Prog\nT1", "Ejec  T1", "Prog T2", "Ejec T2", "% año"]
    lectura = leer(libro({"S01": [raros, fila()]}))
    avisos = {h.campo: h.literal for h in lectura.hallazgos if h.regla == "encabezado_aproximado"}
    assert set(avisos) == {"actividad_id", "programado:T1", "ejecutado:T1"}
    assert len(registros(lectura)) == 2


def test_las_columnas_corridas_de_una_hoja_se_hallan_por_su_titulo():
    corridas = [[None, *TITULOS], [None, *fila("2.1", programa="Dos")]]
    assert registros(leer(libro({"S01": [TITULOS, fila()], "S02": corridas})))[2:] == [("2.1", "2021-03-31", "2"), ("2.1", "2021-06-30", "3")]


def test_el_encabezado_de_dos_filas_junta_el_titulo_de_arriba_con_el_de_abajo():
    arriba = [*TITULOS[:7], "Trimestre I", None, "Trimestre II", None, "% año"]
    debajo = [*[None] * 7, "Programado", "Ejecutado", "Programado", "Ejecutado", None]
    periodos = [{**p, "programado": f"Trimestre {n} > Programado", "ejecutado": f"trimestre {n} > EJECUTADO"} for p, n in zip(PERIODOS, ("I", "II"), strict=True)]
    hojas = {"S01": [arriba, debajo, fila()]}
    assert registros(leer(libro(hojas, {"S01": ["H1:I1", "J1:K1"]}), fuente(niveles=2, periodos=periodos))) == [("1.1", "2021-03-31", "2"), ("1.1", "2021-06-30", "3")]
    sin_combinar = libro(hojas)
    assert "Trimestre I > Programado" in falla(sin_combinar, niveles=2, periodos=periodos)
    assert len(registros(leer(sin_combinar, fuente(niveles=2, periodos=periodos, titulo_superior="hasta_el_siguiente")))) == 2


def test_las_columnas_de_un_titulo_combinado_se_nombran_por_su_orden():
    titulos = [*TITULOS[:2], "Actividades", None, *TITULOS[3:]]
    escrita = [None, *fila()[1:2], "1.1", "Publicar", *fila()[3:]]
    declarada = fuente({"actividad_id": "Actividades"}, plan={**PLAN, "actividad": "actividades [2]"})
    plan, _ = plan_de(libro({"S01": [titulos, escrita]}, {"S01": ["C1:D1"]}), declarada)
    assert [(a.id, a.texto) for a in plan.actividades] == [("1.1", "Publicar")]
    assert "«actividades [2]»" in falla(libro({"S01": [titulos, escrita]}), plan={**PLAN, "actividad": "actividades [2]"})


def test_un_titulo_que_esta_en_dos_columnas_se_niega_y_dice_cuales():
    mensaje = falla(libro({"S01": [[*TITULOS, "ejec t1"], fila()]}), periodos=[{**PERIODOS[0], "ejecutado": "EJEC T1"}])
    assert "está en varias columnas" in mensaje
    assert "I y M" in mensaje


def test_si_falta_un_titulo_se_dice_cual_donde_y_a_cual_se_parece():
    mensaje = falla(libro({"S01": [[*TITULOS[:-2], "Ejecut T2", "% año"], fila()]}))
    assert "«Ejec T2»" in mensaje
    assert "se parece a «Ejecut T2»" in mensaje
    assert "m.xlsx, hoja S01, fila 1" in mensaje
    assert "1.1" not in mensaje


def test_un_titulo_puede_declararse_de_varias_maneras():
    bruto = libro({"S01": [TITULOS, fila()], "S02": [["Cód.", *TITULOS[1:]], fila("1.2")]})
    assert [r[0] for r in registros(leer(bruto, fuente({"actividad_id": "Código | Cód."})))] == ["1.1", "1.1", "1.2", "1.2"]


def test_la_fila_del_encabezado_se_puede_fijar_y_si_no_existe_se_dice():
    assert len(registros(leer(una(fila()), fuente(encabezado=1)))) == 2
    assert "La fila 40" in falla(una(fila()), encabezado=40)


def test_la_hoja_copiada_que_se_excluye_no_se_lee_y_si_se_lee_sus_registros_se_rechazan():
    bruto = libro({"S01": [TITULOS, fila()], "Copia de S01": [TITULOS, fila()]})
    assert len(registros(leer(bruto, fuente(hojas=["*S01"], excluir_hojas=["Copia de*"])))) == 2
    lectura = leer(bruto, fuente(hojas=["*S01"]))
    assert lectura.recibidos == 4
    assert [(r.fila, r.regla) for r in lectura.rechazos] == [(2, "actividad_repetida"), (3, "actividad_repetida")]
    assert "hoja S01, fila 2" in lectura.rechazos[0].explicacion
    plan, hallazgos = plan_de(bruto, fuente(hojas=["*S01"]))
    assert len(plan.actividades) == 1
    assert el(hallazgos, "actividad_repetida_en_la_matriz").gravedad == "grave"


def test_la_hoja_oculta_solo_se_lee_si_se_nombra_completa():
    bruto = libro({"S01": [TITULOS, fila()], "S02": [TITULOS, fila("1.2")]}, ocultas=["S02"])
    lectura = leer(bruto)
    assert {r[0] for r in registros(lectura)} == {"1.1"}
    assert "hoja_oculta" in reglas(lectura.hallazgos)
    assert {r[0] for r in registros(leer(bruto, fuente(hojas=["S01", "S02"])))} == {"1.1", "1.2"}


def test_la_hoja_cuyo_nombre_lleva_otro_codigo_que_sus_filas_se_avisa_y_se_lee():
    opciones = {"codigo_de_hoja": {"patron": r"^S(\d+)", "columna": "Cód. dep"}}
    bruto = libro({"S05 Hacienda": [[*TITULOS, "Cód. dep"], [*fila(), "03"]], "S07": [[*TITULOS, "Cód. dep"], [*fila("1.2"), "7"]]})
    lectura = leer(bruto, fuente(**opciones))
    aviso = el(lectura.hallazgos, "codigo_de_hoja_distinto")
    assert ("05" in aviso.explicacion, "03" in aviso.explicacion, aviso.gravedad) == (True, True, "advertencia")
    assert lectura.recibidos == 4


# ------------------------------------------------------------------------- filas


def test_las_celdas_combinadas_y_las_que_se_rellenan_bajan_su_texto():
    filas = [fila("1.1", programa="Uno"), fila("1.2", programa=None), fila("2.1", programa="Dos"), fila("2.2", programa=None)]
    plan, hallazgos = plan_de(una(*filas, combinadas={"S01": ["B2:B3"]}))
    assert [a.subcomponente for a in plan.actividades] == ["Uno", "Uno", "Dos", "Dos"]
    assert "subcomponente_con_otro_nombre" not in reglas(hallazgos)
    sin_combinar, _ = plan_de(una(*filas), fuente(rellenar=["subcomponente"], numeracion="orden"))
    assert [a.id for a in sin_combinar.actividades] == ["1.1", "1.2", "2.1", "2.2"]


def test_miles_de_celdas_combinadas_hasta_el_fin_de_la_hoja_no_detienen_la_lectura():
    """Un libro pequeño puede pedir mil millones de pasos; se cuentan las filas leídas, no el reloj."""
    bruto = una(fila(), fila("1.2", programa=None), combinadas={"S01": ["B2:B1048576"]})
    (hoja,), _ = abrir_hojas(bruto, fuente(), ("S*",), (), "m.xlsx")
    assert hoja.combinadas == [(1, 1, 2, 1)]
    plan, _ = plan_de(bruto)
    assert [a.subcomponente for a in plan.actividades] == ["Uno", "Uno"]


def test_una_cantidad_combinada_no_se_reparte_se_rechaza():
    lectura = leer(una(fila("1.1", e1=8), fila("1.2", e1=None), combinadas={"S01": ["I2:I3"]}))
    assert [(r.registro, r.regla) for r in lectura.rechazos] == [("1.1, T1", "cantidad_combinada"), ("1.2, T1", "cantidad_combinada")]
    assert lectura.recibidos == 4


def test_las_filas_de_total_no_son_registros_y_se_avisan():
    totales = [{"patron": "SUBTOTAL*", "nivel": "subcomponente"}]
    lectura = leer(una(fila(), ["Subtotal  programa"], ["TOTAL", *[99] * 11]), fuente(totales=totales, filas_total=["total*"]))
    assert registros(lectura) == [("1.1", "2021-03-31", "2"), ("1.1", "2021-06-30", "3")]
    assert reglas(lectura.hallazgos).count("fila_total") == 2


def test_el_encabezado_repetido_y_el_pie_de_pagina_se_apartan_sin_mostrar_el_texto():
    lectura = leer(una(fila(), TITULOS, [None, None, "Elaboró: Persona Inventada"]))
    assert {"encabezado_repetido", "texto_fuera_del_cuadro"} <= set(reglas(lectura.hallazgos))
    assert "Persona Inventada" not in repr(lectura.hallazgos)
    assert lectura.recibidos == 2


def test_el_nombre_del_grupo_en_su_propia_fila_es_el_subcomponente_de_las_que_siguen():
    bruto = una(["1. Información"], fila("1.1", programa=None), ["2. Diálogo"], fila("2.1", programa=None))
    plan, _ = plan_de(bruto, fuente(rotulos="subcomponente"))
    assert [(a.id, a.subcomponente) for a in plan.actividades] == [("1.1", "Información"), ("2.1", "Diálogo")]


def test_una_fila_con_avance_y_sin_actividad_se_recibe_y_se_rechaza():
    candidatos = normalizar(leer(una(fila(), fila(None))))
    assert (candidatos.lectura.recibidos, [r.regla for r in candidatos.rechazos]) == (4, ["actividad_ausente"] * 2)
    sin_avance = leer(una(fila(), fila(None, e1=None, e2=None)))
    assert el(sin_avance.hallazgos, "fila_sin_actividad").registro == "hoja S01, fila 3"


def test_la_cuenta_de_filas_dice_que_fue_cada_una():
    lectura = leer(una(fila(), ["TOTAL"], [], fila("1.2")), fuente(filas_total=["total*"]))
    assert el(lectura.hallazgos, "cuenta_de_filas").explicacion == "La hoja «S01» tiene 3 filas con algo: 2 de actividades, 1 de total."


def test_una_columna_no_declarada_no_sale_de_la_captura():
    lectura = leer(libro({"S01": [[*TITULOS, "Cédula"], [*fila(), "1047123456"]]}))
    assert "1047123456" not in repr((lectura.celdas.to_pylist(), lectura.hallazgos, lectura.rechazos))


# ----------------------------------------------------------------------- números


@pytest.mark.parametrize(("escrito", "leido"), [("$ -", "0"), (" -   ", "0"), ("$ 1.200", "1200"), (2.5, "2,5"), ("1.234,5", "1234,5"), (0, "0")])
def test_los_numeros_escritos_con_signos_se_leen_y_se_dice(escrito: Any, leido: str):
    lectura = leer(una(fila(e1=escrito, e2=None)), fuente(ceros=["$-", "-"]))
    assert registros(lectura) == [("1.1", "2021-03-31", leido)]
    interpretado = isinstance(escrito, str) and not escrito[0].isdigit()
    assert interpretado == any(h.campo == "cantidad" for h in lectura.hallazgos)


def test_un_guion_que_nadie_declaro_cero_se_rechaza_y_dice_como_declararlo():
    candidatos = normalizar(leer(una(fila(e1=" - ", e2=None))))
    assert [(r.regla, r.valor) for r in candidatos.rechazos] == [("cantidad_invalida", "-")]


@pytest.mark.parametrize(("opcion", "leido"), [("fraccion", "0,04"), ("puntos", "4")])
def test_un_porcentaje_escrito_como_texto_se_lee_como_se_declare(opcion: str, leido: str):
    lectura = leer(una(fila(e1="4.00%", e2=None)), fuente(porcentaje_en_texto=opcion))
    assert registros(lectura) == [("1.1", "2021-03-31", leido)]
    assert el(lectura.hallazgos, "porcentaje_como_texto").literal == "4.00%"


def test_mas_de_cuatro_decimales_se_rechaza_o_se_redondea_si_se_declara():
    bruto = una(fila(e1=1 / 3, e2=None))
    assert [r.regla for r in normalizar(leer(bruto)).rechazos] == ["cantidad_invalida"]
    lectura = leer(bruto, fuente(redondear=True))
    assert registros(lectura) == [("1.1", "2021-03-31", "0,3333")]
    assert "cantidad_redondeada" in reglas(lectura.hallazgos)


def test_un_error_de_calculo_en_lo_ejecutado_se_rechaza_y_el_resto_sigue():
    lectura = leer(una(fila(e1="#DIV/0!", e2=3)))
    assert [(r.fila, r.campo, r.regla) for r in lectura.rechazos] == [(0, "cantidad", "celda_con_error")]
    assert lectura.recibidos == 2


# -------------------------------------------------------------------------- plan


def test_el_plan_sale_de_la_matriz_con_su_agregacion_su_unidad_y_su_programacion():
    plan, hallazgos = plan_de(una(fila("1.1", p1=5, p2=5), fila("1.2", tipo="Mantenimiento", meta=0.9, p1=0.9, p2=0.9, unidad="Porcentaje")))
    suma, nivel = plan.actividades
    assert (suma.meta, suma.unidad, suma.agregacion, suma.programacion, suma.hitos) == (10, "Número", "suma", "hitos", (date(2021, 3, 31), date(2021, 6, 30)))
    assert (nivel.meta, nivel.agregacion, nivel.hitos) == (Decimal("0.9"), "ultimo", (date(2021, 3, 31),))
    assert suma.responsables == ("Planeación",)
    assert "sin_fecha" not in reglas(hallazgos)


@pytest.mark.parametrize(
    ("cambios", "regla"),
    [({"p1": 2, "p2": 8}, "programacion_desigual"), ({"p1": 4, "p2": 4}, "programado_no_suma_la_meta"), ({"p1": "ene", "p2": 10}, "programado_no_entendido")],
)
def test_lo_programado_que_no_cabe_en_las_reglas_se_avisa(cambios: dict[str, Any], regla: str):
    assert regla in reglas(plan_de(una(fila(**cambios)))[1])


def test_la_misma_unidad_escrita_distinto_es_una_sola_y_se_avisa():
    plan, hallazgos = plan_de(una(fila("1.1"), fila("1.2", unidad="Numero "), fila("1.3", unidad="NÚMERO")))
    assert {a.unidad for a in plan.actividades} == {"Número"}
    assert reglas(hallazgos).count("unidad_escrita_distinto") == 2
    declarada, _ = plan_de(una(fila("1.1")), fuente(unidades={"numero": "unidades"}))
    assert declarada.actividades[0].unidad == "unidades"


def test_una_unidad_en_la_columna_de_la_meta_deja_sin_meta_y_lo_dice():
    plan, hallazgos = plan_de(una(fila("1.1"), fila("1.2", meta="Número", unidad=12)))
    assert (plan.actividades[1].meta, plan.actividades[1].unidad) == (None, None)
    assert "12" in el(hallazgos, "unidad_en_otra_columna").explicacion


def test_los_pesos_que_no_suman_se_dejan_y_se_avisan_y_el_porcentaje_de_texto_vale_igual():
    plan, hallazgos = plan_de(una(fila("1.1", peso=0.3), fila("1.2", peso="30%"), fila("1.3", peso=0.3)))
    assert {a.peso for a in plan.actividades} == {Decimal("0.3")}
    assert "pesos_no_suman" in reglas(hallazgos)


def test_el_codigo_guardado_como_numero_decimal_es_el_mismo():
    plan, _ = plan_de(una(fila(1.4)))
    assert [a.id for a in plan.actividades] == ["1.4"]
    assert registros(leer(una(fila(1.4))))[0][0] == "1.4"


def test_los_codigos_ajenos_se_traducen_con_lo_declarado_y_si_no_se_niegan():
    bruto = una(fila("MP-07"))
    plan, _ = plan_de(bruto, fuente(actividades={"mp-07": "2.3"}))
    assert [(a.id, a.subcomponente_id) for a in plan.actividades] == [("2.3", "2")]
    assert registros(leer(bruto, fuente(actividades={"mp-07": "2.3"})))[0][0] == "2.3"
    with pytest.raises(ErrorUso, match="MP-07"):
        plan_de(bruto)


def test_numerar_por_orden_da_los_mismos_numeros_al_plan_y_al_avance():
    filas = [fila("Publicar", programa="B"), fila("Oír", programa="A"), fila("Responder", programa="B")]
    f = fuente(numeracion="orden")
    plan, _ = plan_de(una(*filas), f)
    assert [(a.id, a.subcomponente) for a in plan.actividades] == [("1.1", "B"), ("2.1", "A"), ("1.2", "B")]
    assert list(dict.fromkeys(r[0] for r in registros(leer(una(*filas), f)))) == ["1.1", "2.1", "1.2"]
    with pytest.raises(ErrorUso, match="no dice de qué subcomponente"):
        plan_de(una(fila("Publicar", programa=None)), f)


def test_una_palabra_de_acumulacion_desconocida_se_avisa_y_la_declarada_manda():
    _, hallazgos = plan_de(una(fila(tipo="Reducción")))
    assert "agregacion_no_entendida" in reglas(hallazgos)
    plan, hallazgos = plan_de(una(fila(tipo="Reducción")), fuente(agregacion={"reduccion": "ultimo"}))
    assert (plan.actividades[0].agregacion, "agregacion_no_entendida" in reglas(hallazgos)) == ("ultimo", False)


def test_la_dependencia_sale_de_la_columna_de_lo_declarado_o_de_la_hoja():
    bruto = libro({"S01 Gobierno": [[*TITULOS, "Líder"], [*fila(), "Prensa"], [*fila("1.2"), None]]})
    casos = [({"actividad_id": "Código", "dependencia": "Líder"}, {}, ["Prensa", "Planeación"]), (None, {"dependencias": {"s01*": "Gobierno"}}, ["Gobierno"] * 2), (None, {"dependencia_de_hoja": True}, ["S01 Gobierno"] * 2)]
    for columnas, opciones, esperado in casos:
        lectura = leer(bruto, fuente(columnas, **opciones))
        assert lectura.celdas["dependencia"].to_pylist()[::2] == esperado


def test_sin_periodo_declarado_el_plan_toma_el_anio_y_lo_dice():
    plan, hallazgos = plan_de(una(fila()), periodo=None)
    assert (plan.inicio, plan.fin) == (date(2021, 1, 1), date(2021, 12, 31))
    assert "periodo_no_encontrado" in reglas(hallazgos)


def test_una_matriz_sin_avance_se_niega_salvo_que_se_diga_que_puede_ser():
    vacia = una(fila(e1=None, e2=None))
    assert "no trae ningún avance" in falla(vacia)
    assert leer(vacia, fuente(permite_vacia=True)).recibidos == 0
    assert "no trae ninguna actividad" in falla(una())
    assert "puede estar cortada" in falla(una(fila()), registros=9)


def test_una_matriz_puede_dar_solo_el_avance_de_un_plan_que_es_otro_documento():
    assert len(registros(leer(una(fila()), fuente(plan=None)))) == 2
    with pytest.raises(ErrorUso, match="no sirve para leer el plan"):
        plan_de(una(fila()), fuente(plan=None))


# ------------------------------------------------------------------- declaración


@pytest.mark.parametrize(
    ("opciones", "dice"),
    [
        ({"periodos": None}, "no declara ningún periodo"),
        ({"periodos": [{**PERIODOS[0], "otra": "x"}]}, "claves que no existen: otra"),
        ({"periodos": [{"nombre": "T1", "fecha": date(2021, 3, 31)}]}, "no dice: ejecutado"),
        ({"periodos": [{**PERIODOS[0], "fecha": "2021-03-31"}]}, "mal escrito: fecha"),
        ({"periodos": [PERIODOS[0], {**PERIODOS[1], "nombre": "T1"}]}, "igual nombre"),
        ({"periodos": [PERIODOS[0], {**PERIODOS[1], "ejecutado": "Ejec T1"}]}, "para dos cosas"),
        ({"plan": {**PLAN, "color": "Color"}}, "campos que no existen: color"),
        ({"plan": {"meta": "Meta"}}, "le falta: subcomponente, actividad"),
        ({"agregacion": {"Incremento": "sumar"}}, "no admite: sumar"),
        ({"niveles": 3}, "1 o 2"),
        ({"numeracion": "azar"}, "no admite «azar»"),
        ({"rellenar": ["actividad_id"]}, "no se pueden rellenar"),
        ({"totales": [{"patron": "T*", "nivel": "mundo"}]}, "nivel mundo"),
        ({"porcentajes": [{"columna": "% año", "fecha": date(2021, 6, 30), "escala": "kilos"}]}, "la escala es"),
        ({"codigo_de_hoja": {"patron": "S(", "columna": "x"}}, "no sirve"),
        ({"codigo_de_hoja": {"patron": "S", "columna": "x"}}, "un paréntesis"),
        ({"unidades": {"Numero": 3}}, "[opciones.unidades]"),
        ({"color": True}, "no conoce estas opciones: color"),
    ],
)
def test_una_declaracion_mal_escrita_dice_que_esta_mal(opciones: dict[str, Any], dice: str):
    with pytest.raises((ErrorUso, ErrorFuente)) as error:
        leer(una(fila()), fuente(**opciones))
    assert dice in str(error.value)
    assert error.value.hacer


def test_en_columnas_solo_van_los_campos_de_la_evidencia():
    assert "no lleva: fecha" in niega(columnas={"actividad_id": "Código", "fecha": "Prog T1"})


def test_los_mismos_bytes_dan_la_misma_lectura():
    bruto = una(fila(), fila("1.2", e1="4%"))
    uno, otro = leer(bruto), leer(bruto)
    assert (uno.celdas.to_pylist(), uno.hallazgos, uno.rechazos) == (otro.celdas.to_pylist(), otro.hallazgos, otro.rechazos)


@pytest.mark.parametrize("canario", ["canaria@correo.example", "1047999001", "3009999001", "Calle 99 # 98-97"])
@pytest.mark.parametrize("columna", ["programa", "texto", "tipo", "unidad", "meta", "peso", "p1"])
def test_un_dato_personal_no_sale_en_el_plan_ni_en_sus_hallazgos(canario: str, columna: str):
    plan, hallazgos = plan_de(una(fila("1.1", **{columna: f"A {canario}"}), fila("1.2")))
    assert canario not in repr((plan, hallazgos))
    assert columna == "p1" or "posible_dato_personal" in reglas(hallazgos)


def test_el_codigo_de_otra_hoja_se_dice_sin_datos_personales():
    declarada = fuente(plan=None, codigo_de_hoja={"patron": r"^S(\d+)", "columna": "Programa"})
    lectura = leer(una(fila("1.1", programa="CC 1047999001"), fila("1.2", programa="01")), declarada)
    assert "1047999001" not in repr(lectura.hallazgos)
    assert "codigo_de_hoja_distinto" in reglas(lectura.hallazgos)


def test_un_xls_y_un_ods_se_leen_igual(tmp_path: Any):
    import xlwt
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    viejo = xlwt.Workbook()
    hoja = viejo.add_sheet("S01")
    ods, tabla = OpenDocumentSpreadsheet(), Table(name="S01")
    for i, f in enumerate([TITULOS, fila()]):
        renglon = TableRow()
        for j, v in enumerate(f):
            if v is not None:
                hoja.write(i, j, v)
            celda = TableCell(valuetype="string") if isinstance(v, str) or v is None else TableCell(valuetype="float", value=v)
            celda.addElement(P(text="" if v is None else str(v)))
            renglon.addElement(celda)
        tabla.addElement(renglon)
    ods.spreadsheet.addElement(tabla)
    viejo.save(str(tmp_path / "m.xls"))
    ods.save(str(tmp_path / "m.ods"))
    esperado = registros(leer(una(fila())))
    from rendicion.fuentes import interpretar

    for nombre in ("m.xls", "m.ods"):
        assert registros(interpretar((tmp_path / nombre).read_bytes(), fuente(), "0" * 64, nombre)) == esperado


def test_ningun_mensaje_queda_en_ingles_ni_sin_remedio():
    for bruto in (b"", b"hola", b"PK\x03\x04roto", libro({"Otra": [["x"]]})):
        mensaje = falla(bruto)
        assert not re.search(r"\b(error|sheet|row|failed)\b", mensaje, re.IGNORECASE)
