"""Qué se avisa, a quién y cómo se escribe; sin enviar nada."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rendicion.avisos.contenido import MAXIMO_A_LA_VISTA, Punto, puntos, redactar, sin_avisar
from rendicion.avisos.correo import carta, servidor_desde
from rendicion.avisos.envio import declarados_desde
from rendicion.errores import ErrorUso

CORTE, HOY = date(2020, 8, 31), date(2020, 9, 1)


def tablas(**otras: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "plan": [{"actividad_id": "1.1", "actividad": "Publicar\nboletines", "responsables": "Prensa;Sistemas"}, {"actividad_id": "1.2", "actividad": "Foros", "responsables": None}],
        "cronograma": [],
        "compromisos": [],
        "indicadores_actividad": [],
        "rechazos": [],
    }
    return base | otras


def fecha(dia: date, estado: str = "pendiente", responsables: str | None = "Prensa") -> dict[str, Any]:
    return {"actividad_id": "1.1", "hito": "Hito 1 de 2", "fecha": dia, "estado": estado, "responsables": responsables}


def medida(estado: str, corte: date = CORTE) -> dict[str, Any]:
    return {"actividad_id": "1.1", "corte": corte, "estado": estado, "ejecutado": Decimal("2.50"), "meta": Decimal(10)}


def todos(**otras: Any) -> list[Punto]:
    return puntos(tablas(**otras), {"noticias": "Prensa"}, {"Prensa", "Diseño"}, CORTE, HOY, 15)


@pytest.mark.parametrize(("dia", "entra"), [(date(2020, 8, 31), False), (date(2020, 9, 1), True), (date(2020, 9, 16), True), (date(2020, 9, 17), False)])
def test_vence_pronto_lo_que_cae_desde_hoy_hasta_los_dias_declarados(dia: date, entra: bool):
    assert bool(todos(cronograma=[fecha(dia)])) is entra


def test_lo_cumplido_y_lo_que_no_tiene_responsable_no_se_avisa():
    assert todos(cronograma=[fecha(HOY, "cumplido"), fecha(HOY, responsables=None)]) == []


def test_lo_tarde_se_le_avisa_a_cada_responsable_con_sus_cifras():
    hechos = todos(indicadores_actividad=[medida("atrasada"), medida("cumplida"), medida("vencida", date(2020, 4, 30))])
    assert [p.responsable for p in hechos] == ["Prensa", "Sistemas"]
    assert hechos[0].texto == "1.1, Publicar boletines: atrasada. Van 2,5 de 10 al 2020-08-31."


def compromiso(estado: str, plazo: date | None, **otros: Any) -> dict[str, Any]:
    return {"compromiso_id": "C-01", "compromiso": "Abrir\nla mesa", "responsables": "Prensa;Sistemas", "estado": estado, "plazo": plazo, "dias_retraso": 12} | otros


@pytest.mark.parametrize(
    ("estado", "plazo", "clase"),
    [
        ("pendiente", date(2020, 9, 16), "por_vencer"),
        ("pendiente", date(2020, 9, 17), None),
        ("pendiente", date(2020, 8, 31), None),
        ("vencido", date(2020, 8, 19), "atrasado"),
        ("sin_plazo", None, None),
        ("cumplido", date(2020, 9, 2), None),
        ("cumplido_tarde", date(2020, 8, 19), None),
    ],
)
def test_cada_responsable_sabe_que_compromiso_vence_y_cual_ya_vencio(estado: str, plazo: date | None, clase: str | None):
    hechos = todos(compromisos=[compromiso(estado, plazo)])
    assert [(p.responsable, p.clase) for p in hechos] == ([("Prensa", clase), ("Sistemas", clase)] if clase else [])


def test_un_compromiso_vencido_se_dice_con_su_plazo_y_su_retraso():
    (punto,) = todos(compromisos=[compromiso("vencido", date(2020, 8, 19), responsables="Prensa")])
    assert punto.texto == "Compromiso C-01, Abrir la mesa: vencido. El plazo era el 2020-08-19; van 12 días al 2020-08-31."


def test_un_seguimiento_que_no_se_publico_a_tiempo_va_tarde():
    fila = {"actividad_id": "corte", "hito": "Publicación del seguimiento al 30 de abril de 2020", "fecha": date(2020, 5, 15), "estado": "vencido", "responsables": "Prensa"}
    assert [(p.clase, p.texto) for p in todos(cronograma=[fila])] == [("atrasado", "Publicación del seguimiento al 30 de abril de 2020: vencido. El límite era el 2020-05-15.")]


@pytest.mark.parametrize(("responsable", "quien"), [("Diseño", "Diseño"), ("Cargo sin correo", "Prensa")])
def test_un_registro_por_corregir_va_al_responsable_de_la_fuente_o_a_su_dependencia(responsable: str, quien: str):
    fila = {"fuente": "noticias", "registro": "7", "regla": "fecha_invalida", "explicacion": "La fecha no existe.", "como_corregir": "Corríjala.", "responsable": responsable}
    (punto,) = todos(rechazos=[fila])
    assert (punto.responsable, punto.texto) == (quien, "noticias, registro 7: La fecha no existe. Corríjala.")


def test_lo_ya_avisado_a_uno_no_se_repite_y_al_otro_si_se_le_dice():
    hechos = todos(indicadores_actividad=[medida("vencida")])
    nuevos = sin_avisar(hechos, {"Prensa": {hechos[0].clave}})
    assert list(nuevos) == ["Sistemas"]


def test_un_atraso_en_otro_corte_es_otra_cosa_por_avisar():
    antes = {p.clave for p in todos(indicadores_actividad=[medida("atrasada")])}
    despues = puntos(tablas(indicadores_actividad=[medida("atrasada", date(2020, 12, 31))]), {}, (), date(2020, 12, 31), HOY, 15)
    assert not antes & {p.clave for p in despues}


def aviso(cuantos: int, *, sintetica: bool = False) -> Any:
    nuevos = [Punto("Prensa", "rechazo", f"r|{n}", f"registro {n}") for n in range(cuantos)]
    return redactar(nuevos, para="prensa@entidad.example", responsable="Prensa", entidad="Alcaldía", entrega="e-001", sintetica=sintetica)


def test_el_aviso_dice_cuantas_cosas_trae_y_lo_que_no_cabe_se_cuenta():
    assert aviso(1).asunto == "Rendición de cuentas: 1 registro por corregir"
    largo = aviso(MAXIMO_A_LA_VISTA + 5)
    assert "y 5 más, en la entrega e-001" in largo.cuerpo
    assert len(largo.puntos) == MAXIMO_A_LA_VISTA + 5


def test_lo_sintetico_se_dice_en_el_asunto_y_en_el_texto():
    assert aviso(1, sintetica=True).asunto.startswith("DATOS SINTÉTICOS · ")
    assert "datos inventados" in aviso(1, sintetica=True).cuerpo
    assert "SINTÉTICOS" not in aviso(1).asunto


def test_la_carta_lleva_tildes_y_el_mismo_numero_siempre():
    c = carta(aviso(1), "datos@entidad.example", datetime(2020, 9, 1, tzinfo=UTC))
    assert c["Message-ID"] == f"<{aviso(1).id[:40]}@entidad.example>"
    assert "Rendición" in c["Subject"]


def test_ninguna_linea_de_la_carta_pasa_de_lo_que_admite_el_correo():
    largo = redactar([Punto("Prensa", "rechazo", "r", "á" * 3000)], para="p@e.example", responsable="Prensa", entidad="Alcaldía", entrega="e", sintetica=False)
    bruto = carta(largo, "datos@entidad.example", datetime(2020, 9, 1, tzinfo=UTC)).as_bytes()
    assert bruto.count(b"\n") == bruto.count(b"\r\n")
    assert max(map(len, bruto.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("direccion", [None, "", "http://x", "smtp://", "smtp://u:secreto@h:puerto"])
def test_una_direccion_de_correo_que_no_sirve_se_dice_sin_mostrarla(direccion: str | None):
    with pytest.raises(ErrorUso) as error:
        servidor_desde(direccion, "a@b.example")
    assert "secreto" not in str(error.value)


def test_la_direccion_del_servidor_se_entiende_entera():
    s = servidor_desde("smtps://u%40x:cl%2Fave@correo.example", "a@b.example")
    assert (s.anfitrion, s.puerto, s.cifrado_directo, s.usuario, s.clave) == ("correo.example", 465, True, "u@x", "cl/ave")
    assert servidor_desde("smtp://127.0.0.1:2525", "a@b.example").puerto == 2525


@pytest.mark.parametrize("datos", [{"otra": 1}, {"dias": -1}, {"destinatarios": {"Prensa": "a@b.example, c@d.example"}}, {"destinatarios": {"Prensa": "a@b\nBcc: x@y"}}, {"remite": "sin arroba"}])
def test_unos_avisos_mal_declarados_se_rechazan(datos: dict[str, Any]):
    with pytest.raises(ErrorUso):
        declarados_desde(datos, donde="e.toml")
