"""Lo que se le dice a CKAN de una entrega, sin hablar con ningún portal."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esquemas import PUBLICAS
from esquemas.ckan import diccionario_ckan
from rendicion.errores import ErrorPortal, ErrorUso
from rendicion.portales import ckan_metadatos as meta
from rendicion.portales.ckan_entrega import Archivo, Entrega, leer_entrega
from rendicion.portales.ckan_ficha import Ficha
from rendicion.portales.ckan_protocolo import EnPortal, formulario, huellas_cambiadas, no_retroceder, ya_esta
from rendicion.portales.ckan_vista import reservar, se_puede

RUTAS = ("datos/plan.csv", "datos/plan.parquet", "datos/serie.csv", "index.html", "manifiesto.json", "datapackage.json", "SHA256SUMS", "verificar.py")
PAQUETE: dict[str, Any] = {
    "title": "Rendición de cuentas 2020: Municipio de muestra",
    "description": "Plan, avances e indicadores.",
    "keywords": ["rendición de cuentas", "¿transparencia?", "x"],
    "frecuencia": "R/P4M",
    "idioma": "es-CO",
    "licenses": [{"name": "CC-BY-SA-4.0", "title": "Creative Commons", "path": "https://example.org/l"}],
    "contributors": [
        {"title": "Municipio", "path": "https://example.org", "roles": ["publisher"]},
        {"title": "Oficina", "email": "o@example.org", "roles": ["contact"]},
    ],
    "cobertura_geografica": {"divipola": "05001"},
    "resources": [{"name": "plan", "title": "Plan", "description": "El plan.", "schema": {"fields": [{"name": "entidad"}]}}],
}
ENTREGA = Entrega(
    id="05001-2020-20200531-002",
    numero=2,
    entidad="05001",
    vigencia="2020",
    corte="2020-05-31",
    oficial=False,
    oficiales=("2020-04-30",),
    sintetica=True,
    huella="ab" * 32,
    paquete=PAQUETE,
    archivos={r: Archivo(Path(r), 10, "cd" * 32) for r in RUTAS},
)
FICHA = Ficha(organizacion="municipio", inicio="2020-03-01", fin="2020-12-31")


def _extras(datos: dict[str, Any]) -> dict[str, str]:
    return {e["key"]: e["value"] for e in datos["extras"]}


@pytest.mark.parametrize("tabla", PUBLICAS.values(), ids=lambda t: t.nombre)
def test_cada_columna_tiene_tipo_etiqueta_y_nota_en_el_diccionario(tabla: Any) -> None:
    campos = diccionario_ckan(tabla)
    assert [c["id"] for c in campos] == list(tabla.nombres)
    for campo in campos:
        assert campo["type"] in {"text", "int", "numeric", "date", "bool"}
        assert campo["info"]["label"]
        assert campo["info"]["notes"]
        assert set(campo["info"]) == {"label", "notes", "unit", "type_override"}


def test_el_codigo_divipola_es_texto_y_la_meta_un_numero_exacto() -> None:
    campos = {c["id"]: c for c in diccionario_ckan(PUBLICAS["plan"])}
    assert (campos["entidad"]["type"], campos["meta"]["type"], campos["inicio"]["type"], campos["vigencia"]["type"]) == ("text", "numeric", "date", "int")
    assert campos["meta"]["info"]["unit"] == "unidades de la meta"
    assert "suma, ultimo" in campos["agregacion"]["info"]["notes"]


def test_el_conjunto_lleva_los_metadatos_que_piden_los_portales() -> None:
    datos = meta.conjunto(ENTREGA, FICHA, ["cc-by-sa", "other-open"])
    extras = _extras(datos)
    assert datos["license_id"] == "cc-by-sa"
    assert (datos["author"], datos["maintainer"], datos["maintainer_email"]) == ("Municipio", "Oficina", "o@example.org")
    assert [t["name"] for t in datos["tags"]] == ["rendición de cuentas", "transparencia", "DATOS SINTÉTICOS"]
    assert extras["divipola"] == "05001"
    assert extras["language"] == "http://publications.europa.eu/resource/authority/language/SPA"
    assert (extras["frequency"], extras["frecuencia"]) == ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_3", "Cada cuatro meses (R/P4M)")
    assert (extras["temporal_start"], extras["temporal_end"]) == ("2020-03-01", "2020-12-31")
    assert extras["license_version"] == "CC-BY-SA-4.0"
    assert extras["manifiesto_sha256"] == ENTREGA.huella


def test_lo_sintetico_se_dice_en_el_titulo_la_nota_y_cada_recurso() -> None:
    datos = meta.conjunto(ENTREGA, FICHA, [])
    visibles = [
        datos["title"],
        datos["notes"],
        *(r["name"] for r in meta.recursos(ENTREGA, "id")),
        *(r["name"] for r in meta.enlaces(ENTREGA, "id", "https://p")),
    ]
    assert all("DATOS SINTÉTICOS" in texto for texto in visibles)
    real = replace(ENTREGA, sintetica=False)
    assert "SINTÉTICOS" not in json.dumps([meta.conjunto(real, FICHA, []), meta.recursos(real, "id")], ensure_ascii=False)


def test_cada_archivo_es_un_recurso_con_huella_tamano_tipo_y_nombre_de_entrega() -> None:
    recursos = {r["ruta"]: r for r in meta.recursos(ENTREGA, "id")}
    assert set(recursos) == set(RUTAS)
    for recurso in recursos.values():
        assert ENTREGA.id in recurso["name"]
        assert (recurso["hash"], recurso["size"], recurso["entrega"]) == ("cd" * 32, 10, ENTREGA.id)
    assert (recursos["datos/plan.parquet"]["format"], recursos["datos/plan.parquet"]["mimetype"]) == ("Parquet", "application/vnd.apache.parquet")
    assert json.loads(recursos["datos/plan.parquet"]["schema"]) == PAQUETE["resources"][0]["schema"]


def test_el_calendario_de_una_dependencia_se_presenta_con_palabras() -> None:
    ruta = "calendarios/control-interno.ics"
    con_calendario = replace(ENTREGA, archivos={ruta: ENTREGA.archivos["index.html"]})
    (recurso,) = meta.recursos(con_calendario, "id")
    assert recurso["name"].startswith("Cronograma por dependencia (control-interno)")
    assert "agregar a un calendario" in recurso["description"]


def test_otro_contenido_nunca_usa_el_recurso_de_una_entrega_ya_publicada() -> None:
    otra = replace(ENTREGA, huella="ef" * 32)
    unos, otros = ({r["id"] for r in meta.recursos(e, "id")} for e in (ENTREGA, otra))
    assert len(unos) == len(RUTAS)
    assert not unos & otros
    assert unos == {r["id"] for r in meta.recursos(ENTREGA, "id")}


def test_las_direcciones_estables_no_cambian_de_una_entrega_a_otra() -> None:
    siguiente = replace(ENTREGA, id="05001-2020-20200630-003", numero=3, huella="ef" * 32)
    antes, despues = meta.enlaces(ENTREGA, "id", "https://p"), meta.enlaces(siguiente, "id", "https://p")
    assert [e["id"] for e in antes] == [e["id"] for e in despues]
    assert all(a["url"] != d["url"] and siguiente.id in d["url"] for a, d in zip(antes, despues, strict=True))


@given(st.text(min_size=1, max_size=60))
def test_el_nombre_de_un_archivo_es_uno_que_ckan_no_cambia(ruta: str) -> None:
    assert re.fullmatch(r"[a-z0-9_.-]+", meta.nombre_archivo("05001-2020-20200531-002", ruta))
    assert "--" not in meta.nombre_archivo("e", ruta)


@pytest.mark.parametrize(
    ("pedida", "licencias", "esperada"),
    [("", ["cc-by-sa"], "cc-by-sa"), ("", ["CC-BY-SA-4.0", "cc-by-sa"], "CC-BY-SA-4.0"), ("propia", ["propia"], "propia"), ("", ["other-open"], "other-open")],
)
def test_se_elige_la_licencia_del_portal_mas_cercana(pedida: str, licencias: list[str], esperada: str) -> None:
    assert meta.elegir_licencia(pedida, "CC-BY-SA-4.0", licencias) == esperada


def test_los_extras_que_otra_persona_puso_se_conservan() -> None:
    fundidos = meta.fundir_extras([{"key": "corte", "value": "b"}], [{"key": "corte", "value": "a"}, {"key": "tema", "value": "x"}])
    assert fundidos == [{"key": "corte", "value": "b"}, {"key": "tema", "value": "x"}]


def _recurso(entrega: str, numero: int, corte: str, *, oficial: str = "false") -> dict[str, str]:
    return {"id": entrega, "entrega": entrega, "numero": str(numero), "corte": corte, "corte_oficial": oficial}


def test_se_podan_solo_las_entregas_viejas_que_no_son_de_un_corte_oficial() -> None:
    puestos = [
        _recurso("e1", 1, "2020-04-30"),
        _recurso("e2", 2, "2020-05-31"),
        _recurso("e3", 3, "2020-06-30", oficial="true"),
        _recurso("e9", 9, "2020-07-31"),
        _recurso("e10", 10, "2020-07-31"),
    ]
    assert meta.podables([*puestos, {"id": "enlace"}], 2, ["2020-04-30"]) == ["e2"]
    assert meta.podables(puestos, 5, []) == []


def _en_portal(version: str, huella: str = "ab" * 32, numero: int = 2) -> EnPortal:
    recurso = {"id": "r", "entrega": version, "ruta": "manifiesto.json", "hash": huella, "numero": str(numero)}
    return EnPortal("id", "conjunto", version, privado=False, recursos=(recurso,))


def test_la_misma_entrega_con_otro_contenido_es_un_error_y_no_una_coincidencia() -> None:
    assert ya_esta(_en_portal(ENTREGA.id), ENTREGA)
    assert not ya_esta(_en_portal("otra"), ENTREGA)
    with pytest.raises(ErrorPortal, match="otro contenido"):
        ya_esta(_en_portal(ENTREGA.id, "00" * 32), ENTREGA)


def test_una_entrega_anterior_no_reemplaza_a_la_vigente() -> None:
    with pytest.raises(ErrorPortal, match="no es anterior"):
        no_retroceder(_en_portal("05001-2020-20200531-003", numero=3), ENTREGA)
    no_retroceder(_en_portal("05001-2020-20200430-001", numero=1), ENTREGA)


def test_la_llamada_exige_la_version_leida_entre_comillas_y_solo_agrega_recursos() -> None:
    nuevos, enlaces = meta.recursos(ENTREGA, "id"), meta.enlaces(ENTREGA, "id", "https://p")
    antes = EnPortal("id", "conjunto", "1", privado=False, recursos=({"id": enlaces[0]["id"]},))
    campos = formulario(antes, ENTREGA, {"title": "t"}, nuevos, enlaces)
    assert campos["match__version"] == '"1"'
    assert campos["match__id"] == '"id"'
    assert json.loads(campos["update__version"]) == ENTREGA.id
    agregados = json.loads(campos["update__resources__extend"])
    assert [r["id"] for r in agregados[-len(nuevos) :]] == [r["id"] for r in nuevos]
    assert f"update__resources__{enlaces[0]['id']}" in campos
    assert enlaces[0]["id"] not in {r["id"] for r in agregados}


def test_los_esquemas_que_no_caben_en_el_formulario_se_dejan_en_el_datapackage() -> None:
    enorme = [{"id": "a", "schema": "x" * 600_000}]
    campos = formulario(EnPortal("id", "c", "1", privado=False, recursos=()), ENTREGA, {}, enorme, [])
    assert sum(len(v) for v in campos.values()) < 500_000


def test_una_ficha_con_claves_de_mas_o_sin_organizacion_se_rechaza() -> None:
    with pytest.raises(ErrorUso, match="organizacio"):
        Ficha.desde({"organizacio": "x"})
    with pytest.raises(ErrorUso, match="organización"):
        Ficha.desde({})


def test_la_vista_previa_pide_datastore_y_se_reserva_donde_otra_extension_lo_llena() -> None:
    assert se_puede(["datastore", "xloader"])
    assert not se_puede(["text_view"])
    for enlace in meta.enlaces(ENTREGA, "id", "https://p"):
        assert reservar(enlace, ["datastore"]) == enlace
        assert ("url_type" in reservar(enlace, ["datastore", "xloader"])) == ("tabla" in enlace)


def test_se_ve_que_huellas_cambio_otro_programa_menos_las_de_lo_retirado() -> None:
    esperados = [{"id": i, "hash": "buena"} for i in "abcd"]
    puestos = ({"id": "a", "hash": "buena"}, {"id": "b", "hash": "md5"}, {"id": "c", "hash": "", "retirado": "por algo"})
    assert huellas_cambiadas(EnPortal("id", "c", "1", privado=False, recursos=puestos), esperados) == {"b": "buena"}


def _carpeta(raiz: Path) -> tuple[Path, dict[str, Any]]:

    (raiz / "datapackage.json").write_text("{}", encoding="utf-8")
    archivos = {"datapackage.json": {"bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}}
    manifiesto = {"entrega": "e", "numero": 1, "entidad": "1", "vigencia": 2020, "corte": "2020-04-30", "cortes": ["2020-04-30"], "archivos": archivos}
    (raiz / "manifiesto.json").write_text(json.dumps(manifiesto), encoding="utf-8")
    return raiz, manifiesto


def test_sin_fechas_en_la_ficha_la_cobertura_es_la_de_las_ventanas_del_plan(tmp_path: Path) -> None:
    carpeta, manifiesto = _carpeta(tmp_path)
    (carpeta / "datos").mkdir()
    (carpeta / "datos/plan.csv").write_text("actividad,inicio,fin\na,2020-03-01,2020-10-31\nb,2020-01-01,2020-12-31\n", encoding="utf-8")
    leida = leer_entrega(carpeta, manifiesto)
    assert leida.periodo == ("2020-01-01", "2020-12-31")
    extras = _extras(meta.conjunto(replace(ENTREGA, periodo=leida.periodo), Ficha(organizacion="m"), []))
    assert (extras["temporal_start"], extras["temporal_end"]) == ("2020-01-01", "2020-12-31")


def test_una_carpeta_que_no_es_la_de_su_manifiesto_no_se_publica(tmp_path: Path) -> None:
    carpeta, manifiesto = _carpeta(tmp_path)
    leida = leer_entrega(carpeta, manifiesto)
    assert leida.oficial
    assert set(leida.archivos) == {"datapackage.json", "manifiesto.json"}
    with pytest.raises(ErrorUso, match="no es el de la carpeta"):
        leer_entrega(carpeta, {**manifiesto, "numero": 2})
    (carpeta / "datapackage.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ErrorPortal, match="no es el que dice"):
        leer_entrega(carpeta, manifiesto)
    (carpeta / "datapackage.json").unlink()
    with pytest.raises(ErrorUso, match=r"datapackage"):
        leer_entrega(carpeta, manifiesto)
