"""Un cambio de regla, de peso o de evidencia: lo que dice la entrega nueva de lo ya publicado, y cómo se ve en la página."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from rendicion.correcciones import partes_de
from tests.integracion.cadena import CATEGORIA, COMPROMISO_NUEVO, COMPROMISO_VIEJO, RAIZ, RESPUESTA_NUEVA, RETIRADO, retirado
from tests.unidad.lector_informe import Nodo, leer

Cambio = dict[str, str]
CORTES = ("2020-04-30", "2020-08-31", "2020-12-31")


def tabla(entrega: Path, nombre: str) -> list[Cambio]:
    with (entrega / "datos" / f"{nombre}.csv").open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


def cambios(entrega: Path) -> dict[tuple[str, str, str], Cambio]:
    return {(c["tabla"], c["clave"], c["campo"]): c for c in tabla(entrega, "correcciones")}


def cifra(entrega: Path, corte: str, campo: str) -> str:
    return next(f[campo] for f in tabla(entrega, "indicadores_total") if f["corte"] == corte)


def apartado(entrega: Path, cual: str = "cambios") -> Nodo:
    raiz = leer((entrega / "index.html").read_text("utf-8"))[0]
    return next(n for n in raiz.todos() if n.atributos.get("id") == cual)


def test_una_entrega_de_otro_corte_que_no_cambia_lo_publicado_no_dice_cambios(cadena: list[Path]) -> None:
    assert [tabla(e, "correcciones") for e in cadena[:2]] == [[], []]
    assert "no registra cambios" in apartado(cadena[1]).texto


def test_un_cambio_de_peso_y_de_regla_recalcula_los_cortes_anteriores_al_lado_de_lo_publicado(cadena: list[Path]) -> None:
    dichos = cambios(cadena[2])
    # Agosto se compara con la entrega de agosto; abril y diciembre, con la última que los publicó.
    for corte, vieja in zip(CORTES, (cadena[1], cadena[0], cadena[1]), strict=True):
        cambio = dichos["indicadores_total", f"13001|2020|{corte}", "avance_pct"]
        assert (cambio["antes"], cambio["despues"]) == (cifra(vieja, corte, "avance_pct"), cifra(cadena[2], corte, "avance_pct"))
        assert cambio["antes"] != cambio["despues"]
    regla = dichos["indicadores_actividad", "13001|2020|2020-08-31|2.1", "programado"]
    assert (regla["antes"], regla["despues"]) == ("1", "1.3333")
    assert (dichos["plan", "13001|2020|2.1", "hitos"]["antes"], dichos["plan", "13001|2020|2.1", "hitos"]["despues"]) == (
        "2020-06-30;2020-10-31", "2020-06-30;2020-08-31;2020-10-31",
    )  # fmt: skip


def test_el_motivo_y_el_autor_salen_del_archivo_declarado_y_lo_demas_dice_que_no_lo_tiene(cadena: list[Path]) -> None:
    dichos = cambios(cadena[2])
    peso = dichos["plan", "13001|2020|1.4", "peso"]
    assert (peso["antes"], peso["despues"]) == ("1", "3")
    assert (peso["motivo"], peso["autor"], peso["fecha"]) == ("El comité dio más peso a las noticias", "Comité de rendición de cuentas (ejemplo)", "2021-01-20")
    quitada = dichos["avances", f"sintetico-pantallas:{retirado(cadena[1])}", "(fila)"]
    assert (quitada["motivo"], quitada["despues"]) == (f"Se retiró {RETIRADO}", "")
    assert json.loads(quitada["antes"])["cantidad"] == "1"
    sin_motivo = [c for c in dichos.values() if c["tabla"].startswith("indicadores_") or c["campo"] == "hitos"]
    assert len(sin_motivo) > 50
    assert {(c["motivo"], c["autor"], c["fecha"]) for c in sin_motivo} == {("sin motivo declarado", "", "")}


def test_un_compromiso_que_cambia_de_estado_o_de_plazo_queda_dicho_con_lo_viejo_y_lo_nuevo(cadena: list[Path]) -> None:
    dichos = cambios(cadena[2])
    de_antes, de_hoy = ({f["compromiso_id"]: f for f in tabla(e, "compromisos")} for e in cadena[1:])
    estado = dichos["compromisos", "C-09", "estado"]
    assert (estado["antes"], estado["despues"], estado["motivo"]) == ("vencido", "cumplido", "La dependencia mostró que lo había cumplido")
    plazo = dichos["compromisos", "C-06", "plazo"]
    assert (plazo["antes"], plazo["despues"], plazo["motivo"]) == ("", "2021-03-31", "sin motivo declarado")
    distintas = {("compromisos", i, c) for i, f in de_hoy.items() for c, v in f.items() if de_antes[i][c] != v}
    assert {k for k in dichos if k[0] == "compromisos"} == distintas
    assert {k[0] for k in dichos} >= {"compromisos", "dialogo", "cronograma"}


def test_un_texto_que_cambia_en_el_ciclo_no_repite_en_ninguna_parte_lo_que_decia(cadena: list[Path]) -> None:
    dichos = cambios(cadena[2])
    promesa, respuesta = dichos["compromisos", "C-06", "compromiso"], dichos["dialogo", "Q-001", "respuesta"]
    assert (promesa["antes"], promesa["despues"]) == ("", COMPROMISO_NUEVO)
    assert (respuesta["antes"], respuesta["despues"]) == ("", RESPUESTA_NUEVA)
    con_el_viejo = [a.name for a in sorted(cadena[2].rglob("*")) if a.is_file() and COMPROMISO_VIEJO.encode() in a.read_bytes()]
    assert con_el_viejo == []
    assert COMPROMISO_VIEJO in (cadena[1] / "datos" / "compromisos.csv").read_text("utf-8")


def test_una_categoria_con_una_barra_se_nombra_sin_confusion_y_lo_quitado_no_repite_sus_observaciones(cadena: list[Path]) -> None:
    cambiadas = {tuple(partes_de(k[1])[1:]): c for k, c in cambios(cadena[2]).items() if k[0] == "autodiagnostico"}
    assert {categoria for categoria, _ in cambiadas} == {CATEGORIA, f"{CATEGORIA} | B"}
    actividad = "Actividad de gestión de ejemplo 3"
    quitada, nueva = json.loads(cambiadas[CATEGORIA, actividad]["antes"]), json.loads(cambiadas[f"{CATEGORIA} | B", actividad]["despues"])
    assert (quitada["puntaje"], nueva["puntaje"]) == ("0.00", "0.00")
    assert ("observaciones" in quitada, nueva["observaciones"]) == (False, "Cero no es vacío")


def test_los_cambios_se_escriben_como_van_en_las_tablas(cadena: list[Path]) -> None:
    hoy = {f"13001|2020|{f['corte']}|{f['actividad_id']}": f for f in tabla(cadena[2], "indicadores_actividad")}
    propios = [c for (t, _, campo), c in cambios(cadena[2]).items() if t == "indicadores_actividad" and campo != "(fila)"]
    assert propios
    assert [c for c in propios if hoy[c["clave"]][c["campo"]] != c["despues"]] == []


def test_la_pagina_muestra_que_cambio_con_lo_viejo_lo_nuevo_el_motivo_y_el_autor(cadena: list[Path]) -> None:
    seccion = apartado(cadena[2])
    filas = [[" ".join(c.texto.split()) for c in f.todos("th", "td")] for f in seccion.todos("tr")][1:]
    por_dato = {(f[0], f[1]): f[2:] for f in filas}
    peso = por_dato["Plan, actividad 1.4", "peso"]
    assert peso[:4] == ["1", "3", "El comité dio más peso a las noticias", "Comité de rendición de cuentas (ejemplo)"]
    total = por_dato["Total del plan, corte 31 ago 2020", "avance_pct"]
    assert total[:3] == [cifra(cadena[0], "2020-08-31", "avance_pct"), cifra(cadena[2], "2020-08-31", "avance_pct"), "sin motivo declarado"]
    compromiso = por_dato["Compromiso C-09", "estado"]
    assert compromiso[:4] == ["vencido", "cumplido", "La dependencia mostró que lo había cumplido", "Control interno (cargo de ejemplo)"]
    assert por_dato["Compromiso C-06", "compromiso"][:2] == ["no se repite", COMPROMISO_NUEVO]
    # Las cifras que más pesan van primero, y el cambio de archivo de una fuente no las tapa.
    assert filas[0][0].startswith("Plan, actividad")
    assert not any(f[1] == "captura_sha256" for f in filas)
    assert f"{len(cambios(cadena[2]))} datos cambiaron" in " ".join(seccion.texto.split())


def test_comparar_muestra_los_mismos_cambios_para_personas_y_para_programas(cadena: list[Path]) -> None:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))} | {"COLUMNS": "200"}
    orden = [sys.executable, "-m", "rendicion.linea", "comparar", str(cadena[1]), str(cadena[2])]
    datos = json.loads(subprocess.run([*orden, "--json"], capture_output=True, text=True, cwd=RAIZ, env=limpio, check=True).stdout)
    peso = next(c for c in datos["cambios"] if c["campo"] == "peso")
    assert (Decimal(peso["antes"]), Decimal(peso["despues"])) == (1, 3)
    texto = subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, env=limpio, check=True).stdout
    assert "peso" in texto
    assert "13001|2020|1.4" in texto
    # Compararlas es rehacer la tabla que se publicó: las dos son del mismo corte. Los indicadores de abril y agosto tienen otra anterior.
    propios = {(c["tabla"], c["clave"], c["campo"], c["antes"] or "", c["despues"] or "") for c in datos["cambios"]}
    publicados = {(c["tabla"], c["clave"], c["campo"], c["antes"], c["despues"]) for c in cambios(cadena[2]).values()}
    sin_corte = [{p for p in lado if not p[0].startswith("indicadores_")} for lado in (propios, publicados)]
    assert sin_corte[0] == sin_corte[1]
    assert COMPROMISO_VIEJO not in texto
