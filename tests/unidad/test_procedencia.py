"""El grafo de procedencia: nada suelto, todo llega a un original y nada depende del reloj."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

from rendicion.entidad import Entidad, Vigencia
from rendicion.entrega import Archivo, Identidad
from rendicion.procedencia import VERBOS, procedencia

VIGENCIA = Vigencia(2020, "plan.txt", "fuentes")
IDENTIDAD = Identidad(Entidad("05001", "Ciudad de prueba", (VIGENCIA,)), VIGENCIA, date(2020, 8, 31), 2, sintetica=True, anterior="c" * 64)
TABLAS = ("plan", "avances", "rechazos", "hallazgos", "indicadores_actividad", "indicadores_total", "serie", "conciliacion", "correcciones", "compromisos")
ARCHIVOS = [Archivo(f"datos/{t}.{x}", 10, f"{i:064x}") for i, (t, x) in enumerate((t, x) for t in TABLAS for x in ("csv", "parquet"))]
PROPIOS: dict[str, Any] = {
    "plan": {"archivo": "plan.txt", "sha256": "b" * 64},
    "capturas": [
        {"fuente": f, "origen": "../x.csv", "sha256": "a" * 64, "bytes": 3, "licencia": "CC", "dependencia": "Prensa y «más»", "sintetica": f == "uno", "tabla": t}
        for f, t in (("uno", "avances"), ("dos", "avances"), ("actas", "compromisos"))
    ],
    "fuentes_sin_dato": {"tres": "no respondió"},
    "versiones": {"rendicion": "1.0"},
}


def grafo(identidad: Identidad = IDENTIDAD) -> dict[str, dict[str, Any]]:
    nodos = procedencia(identidad, ARCHIVOS, PROPIOS, "1.0")["@graph"]
    assert len({n["@id"] for n in nodos}) == len(nodos)
    return {n["@id"]: n for n in nodos}


def enlaces(nodo: dict[str, Any]) -> list[str]:
    return [x for k, v in nodo.items() if k.startswith("prov:") for x in (v if isinstance(v, list) else [v])]


def nodo(termina: str) -> dict[str, Any]:
    return next(n for i, n in grafo().items() if i.endswith(termina))


def test_todo_lo_que_se_nombra_existe_en_el_grafo() -> None:
    nodos = grafo()
    assert [x for n in nodos.values() for x in enlaces(n) if x not in nodos] == []


def test_los_ocho_verbos_estan_y_van_en_orden() -> None:
    pasos = {n["rdfs:label"]: n for n in grafo().values() if n["@type"] == "prov:Activity"}
    assert tuple(pasos) == VERBOS
    assert [pasos[v].get("prov:wasInformedBy", "").rsplit(":", 1)[-1] for v in VERBOS] == ["", *VERBOS[:-1]]
    assert "Sin dato: tres." in pasos["extraer"]["dct:description"]


def test_de_cada_archivo_de_indicadores_se_llega_al_plan_y_a_las_capturas() -> None:
    nodos = grafo()
    for ruta in ("datos/indicadores_total.csv", "datos/serie.parquet", "datos/indicadores_actividad.csv"):
        vistos, pendientes = set(), [next(i for i in nodos if i.endswith(ruta))]
        while pendientes:
            actual = pendientes.pop()
            vistos.add(actual)
            for relacion in ("prov:specializationOf", "prov:wasDerivedFrom"):
                siguientes = nodos[actual].get(relacion, [])
                pendientes += [siguientes] if isinstance(siguientes, str) else siguientes
        assert f"urn:sha256:{'b' * 64}" in vistos
        assert sum(":captura:" in v for v in vistos) == 2


def test_cada_tabla_sale_solo_de_las_capturas_que_la_alimentan() -> None:
    assert [d.split(":captura:")[1].split(":")[0] for d in nodo(":tabla:compromisos")["prov:wasDerivedFrom"]] == ["actas"]
    assert [d.split(":captura:")[1].split(":")[0] for d in nodo(":tabla:avances")["prov:wasDerivedFrom"]] == ["uno", "dos"]


def test_dos_fuentes_con_los_mismos_bytes_son_dos_capturas() -> None:
    assert sum(":captura:" in i for i in grafo()) == 3


def test_cada_archivo_lleva_su_huella_y_lo_hizo_armar() -> None:
    for a in ARCHIVOS:
        descrito = grafo()[f"urn:rendicion:{IDENTIDAD.nombre}:{a.ruta}"]
        assert descrito["spdx:checksum"]["spdx:checksumValue"] == a.sha256
        assert descrito["prov:wasGeneratedBy"].endswith(":armar")


def test_lo_sintetico_va_marcado() -> None:
    assert "DATOS SINTÉTICOS" in nodo(f":captura:uno:{'a' * 64}")["rdfs:label"]
    assert "DATOS SINTÉTICOS" not in nodo(f":captura:dos:{'a' * 64}")["rdfs:label"]
    assert "DATOS SINTÉTICOS" in nodo(IDENTIDAD.nombre)["rdfs:label"]


def test_la_primera_entrega_no_revisa_a_ninguna() -> None:
    assert grafo()[f"urn:rendicion:{IDENTIDAD.nombre}"]["prov:wasRevisionOf"] == f"urn:sha256:{'c' * 64}"
    primera = replace(IDENTIDAD, numero=1, anterior=None)
    assert "prov:wasRevisionOf" not in grafo(primera)[f"urn:rendicion:{primera.nombre}"]


def test_es_siempre_igual_y_no_lleva_horas() -> None:
    uno, otro = (json.dumps(procedencia(IDENTIDAD, ARCHIVOS, PROPIOS, "1.0")) for _ in range(2))
    assert uno == otro
    assert not re.search(r"\d\d:\d\d:\d\d|startedAtTime|endedAtTime|generatedAtTime", uno)


def test_los_nombres_del_grafo_son_direcciones_sin_espacios() -> None:
    assert all(re.fullmatch(r"urn:[!-~]+", i) for i in grafo())
