"""Los esquemas son la única fuente: lo que se deriva de ellos no se puede apartar, y el contrato no cambia sin querer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from esquemas import PUBLICAS, TABLAS, Tabla, Tipo
from esquemas.arrow import esquema_arrow, tabla_arrow
from esquemas.ckan import diccionario_ckan
from esquemas.documentos import tabla_markdown
from esquemas.paquete import table_schema
from esquemas.sql import tabla_sql

RAIZ = Path(__file__).resolve().parents[2]
_MEDIAS = (
    "avance_pct avance_numerador avance_denominador avance_reportado_pct cumplimiento_pct cumplimiento_numerador "
    "cumplimiento_denominador zona actividades_con_meta actividades_con_reporte"
)
CONTRATO = {
    "plan": "entidad vigencia subcomponente_id subcomponente actividad_id actividad meta_texto meta unidad agregacion programacion peso "
    "peso_subcomponente responsable_texto responsables fecha_texto inicio fin hitos",
    "hallazgos": "origen registro campo literal valor regla gravedad explicacion",
    "avances": "avance_id entidad vigencia actividad_id fecha cantidad titulo url canal dependencia fuente registro captura_sha256 cuenta "
    "motivo duplicado_de",
    "rechazos": "fuente captura_sha256 registro campo valor regla explicacion como_corregir responsable",
    "conciliacion": "fuente recibidos aceptados rechazados cuentan no_cuentan",
    "indicadores_actividad": "entidad vigencia corte actividad_id meta ejecutado avance_bruto_pct avance_pct avance_reportado_pct programacion "
    "programado cumplimiento_pct estado zona registros_que_cuentan",
    "indicadores_subcomponente": f"entidad vigencia corte subcomponente_id {_MEDIAS}",
    "indicadores_dependencia": f"entidad vigencia corte dependencia {_MEDIAS}",
    "indicadores_total": f"entidad vigencia corte {_MEDIAS}",
    "serie": f"entidad vigencia mes corte {_MEDIAS}",
    "compromisos": "compromiso_id espacio fecha compromiso responsables plazo estado fecha_cumplimiento evidencia_url dias_retraso",
    "dialogo": "pregunta_id espacio fecha canal tema pregunta respuesta fecha_respuesta limite a_tiempo",
    "encuestas": "espacio pregunta opcion respuestas suprimida base",
    "cronograma": "actividad_id hito fecha responsables estado",
    "autodiagnostico": "componente categoria actividad_de_gestion puntaje observaciones",
    "correcciones": "tabla clave campo antes despues motivo autor fecha",
}
TIPOS = {
    Tipo.TEXTO: (pa.types.is_string, sa.Text, "string", "text"),
    Tipo.ENTERO: (pa.types.is_int64, sa.BigInteger, "integer", "int"),
    Tipo.DECIMAL: (pa.types.is_decimal, sa.Numeric, "number", "numeric"),
    Tipo.FECHA: (pa.types.is_date32, sa.Date, "date", "date"),
    Tipo.LOGICO: (pa.types.is_boolean, sa.Boolean, "boolean", "bool"),
}
todas = pytest.mark.parametrize("tabla", TABLAS.values(), ids=list(TABLAS))


@pytest.mark.parametrize("nombre", CONTRATO)
def test_las_columnas_son_las_del_contrato_y_en_su_orden(nombre: str) -> None:
    assert " ".join(PUBLICAS[nombre].nombres) == CONTRATO[nombre]


def test_no_hay_tablas_publicas_fuera_del_contrato() -> None:
    assert set(PUBLICAS) == set(CONTRATO)


@todas
def test_arrow_sql_paquete_y_ckan_dicen_el_mismo_tipo_de_cada_campo(tabla: Tabla) -> None:
    arrow, sql = esquema_arrow(tabla), tabla_sql(tabla, sa.MetaData())
    paquete = {c["name"]: c for c in table_schema(tabla)["fields"]}
    ckan = {c["id"]: c for c in diccionario_ckan(tabla)}
    assert list(arrow.names) == [c.name for c in sql.columns] == list(paquete) == list(ckan) == list(tabla.nombres)
    for campo in tabla.campos:
        es_arrow, tipo_sql, tipo_paquete, tipo_ckan = TIPOS[campo.tipo]
        assert es_arrow(arrow.field(campo.nombre).type)
        assert isinstance(sql.columns[campo.nombre].type, tipo_sql)
        assert paquete[campo.nombre]["type"] == tipo_paquete
        assert ckan[campo.nombre]["type"] == tipo_ckan


@todas
def test_obligatorios_y_clave_son_los_mismos_en_todas_partes(tabla: Tabla) -> None:
    arrow, sql, paquete = esquema_arrow(tabla), tabla_sql(tabla, sa.MetaData()), table_schema(tabla)
    obligatorios = set(tabla.obligatorios)
    assert {f.name for f in arrow if not f.nullable} == obligatorios
    assert {c.name for c in sql.columns if not c.nullable} == obligatorios
    assert {c["name"] for c in paquete["fields"] if c.get("constraints", {}).get("required")} == obligatorios
    assert [c.name for c in sql.primary_key] == [n for n in tabla.nombres if n in tabla.clave]
    assert paquete["primaryKey"] == list(tabla.clave)


@todas
def test_opciones_rangos_y_patrones_llegan_al_paquete(tabla: Tabla) -> None:
    restricciones = {c["name"]: c.get("constraints", {}) for c in table_schema(tabla)["fields"]}
    for c in tabla.campos:
        assert restricciones[c.nombre].get("enum", []) == list(c.opciones)
        assert restricciones[c.nombre].get("minimum") == c.minimo
        assert restricciones[c.nombre].get("maximum") == c.maximo
        assert restricciones[c.nombre].get("pattern") == c.patron


@todas
def test_cada_campo_se_explica_para_una_persona(tabla: Tabla) -> None:
    texto = tabla_markdown(tabla)
    for c in tabla.campos:
        assert f"`{c.nombre}`" in texto
        assert len(c.descripcion) > 10
        assert c.descripcion.rstrip().endswith((".", "…"))
        assert re.fullmatch(r"[a-z][a-z0-9_]*", c.nombre)


def test_el_diccionario_publicado_es_el_de_los_esquemas() -> None:
    documento = (RAIZ / "docs" / "tablas.md").read_text("utf-8")
    for tabla in PUBLICAS.values():
        assert tabla_markdown(tabla) in documento


@todas
def test_una_tabla_vacia_conserva_su_esquema(tabla: Tabla) -> None:
    assert tabla_arrow(tabla, []).schema.equals(esquema_arrow(tabla), check_metadata=True)


def test_la_tabla_de_campos_no_guarda_nombres_de_ninguna_ciudad() -> None:
    texto = json.dumps([table_schema(t) for t in TABLAS.values()], ensure_ascii=False).lower()
    assert "cartagena" not in texto
