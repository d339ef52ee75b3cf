"""Cada cambio frente a la entrega anterior queda dicho, con su motivo o sin él."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esquemas import PUBLICAS, TABLAS
from esquemas.modelo import Tipo
from rendicion.correcciones import COMPARADAS, DEL_CICLO, SIN_MOTIVO, SIN_REPETIR, comparar, motivos_desde, partes_de
from rendicion.errores import ErrorUso


def fila(tabla: str, **valores: Any) -> dict[str, Any]:
    return dict.fromkeys(TABLAS[tabla].nombres) | valores


def avance(numero: str, **valores: Any) -> dict[str, Any]:
    return fila("avances", avance_id=numero, cantidad=Decimal(1), **valores)


def test_lo_igual_no_es_una_correccion() -> None:
    assert comparar({"avances": [avance("a")]}, {"avances": [avance("a")]}) == []


def test_se_dice_lo_agregado_lo_quitado_y_lo_cambiado() -> None:
    antes = {"avances": [avance("a", titulo="Uno"), avance("b")]}
    despues = {"avances": [avance("a", titulo="Otro"), avance("c")]}
    cambios = {(c["clave"], c["campo"]): (c["antes"], c["despues"]) for c in comparar(antes, despues)}
    assert cambios[("a", "titulo")] == ("Uno", "Otro")
    assert cambios[("b", "(fila)")][1] is None
    assert cambios[("c", "(fila)")][0] is None
    assert '"avance_id": "c"' in str(cambios[("c", "(fila)")][1])
    assert len(cambios) == 3


def test_pasar_de_vacio_a_cero_es_un_cambio() -> None:
    (cambio,) = comparar({"avances": [avance("a") | {"cantidad": None}]}, {"avances": [avance("a") | {"cantidad": Decimal(0)}]})
    assert (cambio["antes"], cambio["despues"]) == (None, "0")


def test_sin_motivo_declarado_se_dice() -> None:
    (cambio,) = comparar({"avances": [avance("a")]}, {"avances": []})
    assert (cambio["motivo"], cambio["autor"], cambio["fecha"]) == (SIN_MOTIVO, None, None)


def test_el_motivo_declarado_acompana_al_cambio() -> None:
    datos = {"motivo": [{"tabla": "avances", "clave": "noticias:*", "motivo": "Se borró de la web", "autor": "Prensa", "fecha": date(2021, 1, 5)}]}
    cambios = comparar({"avances": [avance("noticias:1"), avance("redes:1")]}, {}, motivos_desde(datos, donde="m.toml"))
    assert {c["clave"]: c["motivo"] for c in cambios} == {"noticias:1": "Se borró de la web", "redes:1": SIN_MOTIVO}


def test_un_motivo_sin_autor_no_se_acepta() -> None:
    with pytest.raises(ErrorUso, match="autor"):
        motivos_desde({"motivo": [{"tabla": "plan", "motivo": "x", "fecha": date(2021, 1, 5)}]}, donde="m.toml")


def test_se_compara_todo_lo_que_se_publica_menos_lo_que_cuenta_el_proceso_y_lo_que_ya_dicen_otras() -> None:
    assert set(COMPARADAS) == set(PUBLICAS) - {"hallazgos", "rechazos", "conciliacion", "serie", "correcciones"}


COMPROMISO = fila("compromisos", compromiso_id="C-1", espacio="Audiencia", fecha=date(2020, 6, 1), compromiso="Arreglar el parque de Ana Ficticia", plazo=date(2020, 8, 1), estado="vencido")
PREGUNTA = fila("dialogo", pregunta_id="P-1", espacio="Foro", canal="correo de Ana", tema="vías", pregunta="Soy Ana Ficticia", respuesta="Señora Ana", fecha=date(2020, 6, 1), limite=date(2020, 6, 23))
OPCION = fila("encuestas", espacio="Feria", pregunta="¿Claro?", opcion="Sí", respuestas=7, suprimida=False, base=20)
CALIFICADA = fila("autodiagnostico", componente="A", categoria="B", actividad_de_gestion="C", puntaje=Decimal("62.50"), observaciones="La puso Ana")


def cambios_de(tabla: str, antes: list[dict[str, Any]], despues: list[dict[str, Any]]) -> dict[str, tuple[str | None, str | None]]:
    return {c["campo"]: (c["antes"], c["despues"]) for c in comparar({tabla: antes}, {tabla: despues})}


def test_un_compromiso_dice_su_estado_y_su_plazo_de_antes_y_de_hoy() -> None:
    hoy = COMPROMISO | {"plazo": date(2020, 12, 1), "estado": "pendiente"}
    assert cambios_de("compromisos", [COMPROMISO], [hoy]) == {"plazo": ("2020-08-01", "2020-12-01"), "estado": ("vencido", "pendiente")}


def test_un_texto_que_cambia_se_dice_y_no_se_repite_lo_que_decia() -> None:
    hoy = PREGUNTA | {"pregunta": "Soy [dato personal]", "respuesta": None, "fecha_respuesta": date(2020, 6, 9)}
    assert cambios_de("dialogo", [PREGUNTA], [hoy]) == {"pregunta": (None, "Soy [dato personal]"), "respuesta": (None, None), "fecha_respuesta": (None, "2020-06-09")}


@pytest.mark.parametrize(("tabla", "antes"), [("compromisos", COMPROMISO), ("dialogo", PREGUNTA), ("encuestas", OPCION), ("autodiagnostico", CALIFICADA)])
def test_una_fila_que_se_quita_no_repite_sus_textos_ni_sus_cifras_de_encuesta(tabla: str, antes: dict[str, Any]) -> None:
    ((campo, (dicho, hoy)),) = cambios_de(tabla, [antes], []).items()
    leida = json.loads(str(dicho))
    assert (campo, hoy, set(leida) & set(SIN_REPETIR[tabla])) == ("(fila)", None, set())
    assert set(leida) == {c for c, v in antes.items() if v is not None} - set(SIN_REPETIR[tabla])
    assert "Ana" not in str(dicho)


def test_una_fila_nueva_se_dice_completa() -> None:
    assert json.loads(str(cambios_de("dialogo", [], [PREGUNTA])["(fila)"][1]))["pregunta"] == "Soy Ana Ficticia"


def test_una_cifra_de_encuesta_que_hoy_se_oculta_no_vuelve_a_salir() -> None:
    oculta = OPCION | {"respuestas": None, "suprimida": True, "base": 21}
    assert cambios_de("encuestas", [OPCION], [oculta]) == {"respuestas": (None, None), "suprimida": ("false", "true"), "base": (None, "21")}


def test_todo_texto_libre_de_las_tablas_del_ciclo_esta_entre_lo_que_no_se_repite() -> None:
    """El cronograma sale del plan, que es público; lo que tiene opciones es una palabra de las nuestras."""
    for tabla in set(DEL_CICLO) - {"cronograma"}:
        libres = {c.nombre for c in TABLAS[tabla].campos if c.tipo is Tipo.TEXTO and not c.opciones} - set(TABLAS[tabla].clave)
        assert libres <= set(SIN_REPETIR[tabla]), tabla
    assert {"respuestas", "base"} == set(SIN_REPETIR["encuestas"])


def test_el_motivo_que_renueva_una_pregunta_acompana_a_cada_una_de_sus_opciones() -> None:
    datos = {"motivo": [{"tabla": "encuestas", "clave": "Feria|¿Claro?", "motivo": "Se digitó otra boleta", "autor": "Participación", "fecha": date(2021, 1, 5)}]}
    otra = OPCION | {"pregunta": "¿Útil?"}
    cambios = comparar({"encuestas": [OPCION, otra]}, {"encuestas": [OPCION | {"respuestas": 17}, otra | {"respuestas": 17}]}, motivos_desde(datos, donde="m.toml"))
    assert {c["clave"]: c["motivo"] for c in cambios} == {"Feria|¿Claro?|Sí": "Se digitó otra boleta", "Feria|¿Útil?|Sí": SIN_MOTIVO}


@given(st.lists(st.text(alphabet="a|\\\n", max_size=4), min_size=1, max_size=3))
def test_la_clave_del_ciclo_dice_sus_partes_aunque_traigan_barras(partes: list[str]) -> None:
    columnas = TABLAS["encuestas"].clave[: len(partes)]
    fila_ = fila("encuestas") | dict.fromkeys(TABLAS["encuestas"].clave, "") | dict(zip(columnas, partes, strict=True))
    (cambio,) = comparar({}, {"encuestas": [fila_]})
    assert partes_de(cambio["clave"]) == [*partes, *[""] * (3 - len(partes))]


def test_dos_filas_que_solo_se_distinguen_por_una_barra_no_se_confunden() -> None:
    una, otra = ({"componente": c, "categoria": d, "actividad_de_gestion": "x"} for c, d in (("a|b", "c"), ("a", "b|c")))
    antes, hoy = ([CALIFICADA | una | {"puntaje": Decimal(n)}, CALIFICADA | otra] for n in (10, 90))
    (cambio,) = comparar({"autodiagnostico": antes}, {"autodiagnostico": hoy})
    assert (cambio["clave"], cambio["antes"], cambio["despues"]) == (r"a\|b|c|x", "10", "90")


def test_los_valores_se_escriben_como_en_las_tablas_publicadas() -> None:
    antes = fila("indicadores_actividad", ejecutado=Decimal("900.0000"), avance_pct=Decimal("90.00"))
    despues = fila("indicadores_actividad", ejecutado=Decimal("2.5000"), avance_pct=Decimal("66.60"))
    cambios = {c["campo"]: (c["antes"], c["despues"]) for c in comparar({"indicadores_actividad": [antes]}, {"indicadores_actividad": [despues]})}
    assert cambios == {"ejecutado": ("900", "2.5"), "avance_pct": ("90.00", "66.60")}
