"""Una respuesta que llega tarde no se puede despejar restando dos entregas, salvo que una persona decida corregir. DATOS SINTÉTICOS."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from tests.aceptacion.conftest import Hecho

FUENTE = """id = "evaluacion"
titulo = "DATOS SINTÉTICOS · Evaluación"
tabla = "encuestas"
tipo = "csv"
lugar = "evaluacion.csv"
dependencia = "Prensa"
sintetica = true

[columnas]
respuesta_id = "Boleta"
espacio = "Espacio"
fecha = "Fecha"
pregunta = "Pregunta"
opcion = "Respuesta"

[[preguntas]]
texto = "¿Fue clara?"
opciones = ["Sí", "No"]
"""
MOTIVO = '[[motivo]]\ntabla = "encuestas"\nclave = "Foro|*"\nmotivo = "Faltaba una boleta."\nautor = "Prensa"\nfecha = 2021-12-31\n'


def _votos(entrega: str) -> dict[str, str]:
    with (Path(entrega) / "datos" / "encuestas.csv").open(encoding="utf-8", newline="") as archivo:
        return {f["opcion"]: f["respuestas"] for f in csv.DictReader(archivo)}


def test_la_respuesta_tardia_espera_y_se_publica_si_una_persona_lo_decide(tmp_path: Path, orden: Callable[..., Hecho]) -> None:
    datos, plan = tmp_path / "datos", tmp_path / "plan.csv"
    plan.write_text("Subcomponente,Actividad,Meta,Responsable,Fecha\nSubcomponente 1. Uno,Realizar foros,2 foros,Prensa,\n", "utf-8")
    assert orden("nueva-entidad", plan, "--codigo", "05001", "--vigencia", 2021, "--nombre", "Alcaldía", "--destino", datos).codigo == 0
    entidad = datos / "referencia" / "entidades" / "05001.toml"
    entidad.write_text(entidad.read_text("utf-8").replace("anio = 2021\n", 'anio = 2021\nmotivos = "../motivos.toml"\n'), "utf-8")
    (datos / "referencia" / "motivos.toml").touch()
    fuentes = datos / "fuentes" / "05001-2021"
    (fuentes / "evaluacion.toml").write_text(FUENTE, "utf-8")
    boletas = ["Boleta,Espacio,Fecha,Pregunta,Respuesta", *(f"B{n},Foro,2021-06-01,¿Fue clara?,{'Sí' if n < 9 else 'No'}" for n in range(15))]
    (fuentes / "evaluacion.csv").write_text("\n".join(boletas) + "\n", "utf-8")

    def correr() -> str:
        hecho = orden("correr", "--salida", tmp_path / "salida", "--json", RENDICION_DATOS=str(datos))
        assert hecho.codigo == 0, hecho.salida + hecho.error
        return str(hecho.datos["entrega"])

    assert _votos(correr()) == {"Sí": "9", "No": "6"}
    (fuentes / "evaluacion.csv").write_text("\n".join([*boletas, "B99,Foro,2021-06-02,¿Fue clara?,No"]) + "\n", "utf-8")
    segunda = correr()
    assert _votos(segunda) == {"Sí": "9", "No": "6"}
    assert "encuesta_sin_renovar" in (Path(segunda) / "datos" / "hallazgos.csv").read_text("utf-8")
    assert orden("verificar", segunda).codigo == 0
    (datos / "referencia" / "motivos.toml").write_text(MOTIVO, "utf-8")
    assert _votos(correr()) == {"Sí": "9", "No": "7"}
