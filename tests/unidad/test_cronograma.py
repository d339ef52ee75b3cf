"""El cronograma dice qué se espera, cuándo y cómo va; y se abre como calendario."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esquemas import TABLAS
from rendicion.ciclo import cronograma, cronograma_ics
from rendicion.plan import Actividad, Plan

CORTES = (date(2020, 4, 30), date(2020, 8, 31), date(2020, 12, 31))


def _actividad(id_: str = "2.1", **cambios: object) -> Actividad:
    base = Actividad(
        id=id_, subcomponente_id="2", subcomponente="Diálogo", texto="Realizar audiencias, con la ciudadanía; en la plaza",
        inicio=date(2020, 3, 1), fin=date(2020, 12, 31), meta=Decimal(2), responsables=("Prensa", "Planeación"),
        programacion="hitos", hitos=(date(2020, 6, 30), date(2020, 10, 31)),
    )  # fmt: skip
    return replace(base, **cambios)  # type: ignore[arg-type]


def _plan(*actividades: Actividad) -> Plan:
    return Plan("13001", 2020, date(2020, 3, 1), date(2020, 12, 31), actividades)


def _estados(filas: list[cronograma.Fila]) -> dict[str, object]:
    return {str(f["hito"]): f["estado"] for f in filas}


def test_las_filas_tienen_las_columnas_y_el_orden_de_la_tabla() -> None:
    filas = cronograma.calcular(_plan(_actividad(), _actividad("1.1", hitos=())), {}, CORTES[0], CORTES)
    tabla = TABLAS["cronograma"]
    assert all(tuple(f) == tabla.nombres for f in filas)
    assert [f["fecha"] for f in filas] == sorted(f["fecha"] for f in filas)  # type: ignore[type-var]
    assert all(f["estado"] in tabla.campo("estado").opciones for f in filas)
    assert len({tuple(f[c] for c in tabla.clave) for f in filas}) == len(filas)


def test_los_tres_seguimientos_de_2020_llevan_su_limite_de_publicacion() -> None:
    filas = cronograma.calcular(_plan(), {}, date(2020, 4, 30), CORTES)
    assert [(f["hito"], f["fecha"], f["estado"]) for f in filas] == [
        ("Publicación del seguimiento al 30 de abril de 2020", date(2020, 5, 15), "vence_pronto"),
        ("Publicación del seguimiento al 31 de agosto de 2020", date(2020, 9, 14), "pendiente"),
        ("Publicación del seguimiento al 31 de diciembre de 2020", date(2021, 1, 18), "pendiente"),
    ]


@pytest.mark.parametrize(
    ("ejecutado", "corte", "esperado"),
    [
        ("0", date(2020, 6, 14), ("pendiente", "pendiente")),
        ("0", date(2020, 6, 15), ("vence_pronto", "pendiente")),
        ("0", date(2020, 6, 30), ("vencido", "pendiente")),
        ("0.9999", date(2020, 7, 1), ("vencido", "pendiente")),
        ("1", date(2020, 7, 1), ("cumplido", "pendiente")),
        ("1", date(2020, 10, 31), ("cumplido", "vencido")),
        ("2", date(2020, 7, 1), ("cumplido", "cumplido")),
    ],
)
def test_el_hito_k_de_n_se_cumple_con_su_parte_exacta_de_la_meta(ejecutado: str, corte: date, esperado: tuple[str, str]) -> None:
    filas = cronograma.calcular(_plan(_actividad()), {"2.1": Decimal(ejecutado)}, corte, ())
    assert tuple(_estados(filas).values()) == esperado


def test_un_tercio_de_la_meta_no_se_redondea() -> None:
    tercios = _actividad(meta=Decimal(1), hitos=(date(2020, 4, 1), date(2020, 5, 1), date(2020, 6, 1)))
    filas = cronograma.calcular(_plan(tercios), {"2.1": Decimal("0.3333")}, date(2020, 4, 2), ())
    assert _estados(filas)["Hito 1 de 3"] == "vencido"


def test_sin_hitos_se_espera_toda_la_meta_al_fin_de_la_ventana() -> None:
    filas = cronograma.calcular(_plan(_actividad(hitos=())), {"2.1": Decimal(1)}, date(2020, 12, 31), ())
    assert [(f["hito"], f["fecha"], f["estado"]) for f in filas] == [("Fin de la ventana", date(2020, 12, 31), "vencido")]


def test_no_se_dice_vencido_un_seguimiento_del_que_no_se_sabe() -> None:
    corte = date(2020, 12, 31)
    sin_saber = cronograma.calcular(_plan(), {}, corte, CORTES[:2])
    sabiendo = cronograma.calcular(_plan(), {}, corte, CORTES[:2], publicados=[CORTES[0]])
    assert list(_estados(sin_saber).values()) == ["pendiente", "pendiente"]
    assert list(_estados(sabiendo).values()) == ["cumplido", "vencido"]


def test_sin_meta_nunca_se_dice_cumplido() -> None:
    sin_meta = _plan(_actividad(meta=None, hitos=()))
    assert _estados(cronograma.calcular(sin_meta, {"2.1": Decimal(9)}, date(2020, 12, 31), ())) == {"Fin de la ventana": "pendiente"}
    assert _estados(cronograma.calcular(sin_meta, {}, date(2020, 12, 31), ())) == {"Fin de la ventana": "vencido"}


def test_lo_que_comparten_dos_dependencias_esta_en_ambas_y_lo_de_nadie_no_se_pierde() -> None:
    filas = cronograma.calcular(_plan(_actividad()), {}, date(2020, 7, 1), CORTES[:1])
    reparto = cronograma.por_dependencia(filas)
    assert {d: len(f) for d, f in reparto.items()} == {"Planeación": 2, "Prensa": 2, "Sin responsable": 1}
    assert {e: len(f) for e, f in cronograma.por_estado(filas).items()} == {"vencido": 1, "vence_pronto": 0, "pendiente": 2, "cumplido": 0}


@given(st.decimals(0, 3, places=4), st.dates(date(2020, 1, 1), date(2021, 2, 1)))
def test_mas_ejecutado_nunca_quita_un_hito_cumplido(hecho: Decimal, corte: date) -> None:
    plan = _plan(_actividad())
    antes = cronograma.calcular(plan, {"2.1": hecho}, corte, ())
    despues = cronograma.calcular(plan, {"2.1": hecho + 1}, corte, ())
    assert all(d["estado"] == "cumplido" for a, d in zip(antes, despues, strict=True) if a["estado"] == "cumplido")


# --- iCalendar -------------------------------------------------------------------------------------


def _ficha(**cambios: object) -> cronograma_ics.FichaCalendario:
    base = cronograma_ics.FichaCalendario("13001", "Alcaldía", 2020, date(2020, 8, 31), {"2.1": _actividad().texto})
    return replace(base, **cambios)  # type: ignore[arg-type]


def _filas() -> list[cronograma.Fila]:
    return cronograma.calcular(_plan(_actividad()), {"2.1": Decimal(1)}, date(2020, 8, 31), CORTES, publicados=[CORTES[0]])


def _leer_a_mano(datos: bytes) -> list[dict[str, str]]:
    """Lee los eventos con las reglas del RFC 5545 y nada más: ni la biblioteca que los escribió."""
    texto = datos.decode("utf-8").replace("\r\n ", "")
    eventos = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", texto, re.DOTALL)
    return [dict(linea.split(":", 1) for linea in e.split("BEGIN:VALARM")[0].splitlines() if ":" in linea) for e in eventos]


def test_el_calendario_son_siempre_los_mismos_bytes_con_lineas_del_rfc() -> None:
    datos = cronograma_ics.calendario(_filas(), _ficha())
    assert datos == cronograma_ics.calendario(_filas(), _ficha())
    assert b"\n" not in datos.replace(b"\r\n", b"")
    assert max(len(linea) for linea in datos.split(b"\r\n")) <= 75


def test_un_lector_independiente_ve_los_mismos_dias_completos() -> None:
    eventos = _leer_a_mano(cronograma_ics.calendario(_filas(), _ficha()))
    dias = [(e["DTSTART;VALUE=DATE"], e["DTEND;VALUE=DATE"]) for e in eventos]
    assert dias == [("20200515", "20200516"), ("20200630", "20200701"), ("20200914", "20200915"), ("20201031", "20201101"), ("20210118", "20210119")]
    assert {e["DTSTAMP"] for e in eventos} == {"20200831T050000Z"}
    assert eventos[1]["SUMMARY"] == "2.1 · Hito 1 de 2: Realizar audiencias\\, con la ciudadanía\\; en la plaza"


def test_los_uid_son_unicos_y_no_cambian_si_se_mueve_la_fecha_o_el_corte() -> None:
    filas = _filas()
    movidas = [{**f, "fecha": date(2020, 11, 30), "estado": "pendiente"} for f in filas]
    uids = [e["UID"] for e in _leer_a_mano(cronograma_ics.calendario(filas, _ficha()))]
    despues = _leer_a_mano(cronograma_ics.calendario(movidas, _ficha(corte=date(2020, 12, 31))))
    assert uids == [e["UID"] for e in despues]
    assert len(set(uids)) == len(uids)
    otra = _leer_a_mano(cronograma_ics.calendario(filas, _ficha(entidad="05001")))
    assert not set(uids) & {e["UID"] for e in otra}
    assert int(despues[0]["SEQUENCE"]) > 243


def test_solo_lo_que_no_esta_cumplido_trae_alarma() -> None:
    leido = icalendar.Calendar.from_ical(cronograma_ics.calendario(_filas(), _ficha()))
    con_alarma = [bool(e.walk("VALARM")) for e in leido.walk("VEVENT")]
    assert con_alarma == [False, False, True, True, True]


def test_cada_dependencia_recibe_sus_fechas_con_los_mismos_uid() -> None:
    todos = {e["UID"] for e in _leer_a_mano(cronograma_ics.calendario(_filas(), _ficha()))}
    suyos = cronograma_ics.por_dependencia(_filas(), _ficha())
    assert {d: len(_leer_a_mano(c)) for d, c in suyos.items()} == {"Planeación": 2, "Prensa": 2, "Sin responsable": 3}
    assert {e["UID"] for c in suyos.values() for e in _leer_a_mano(c)} == todos


def test_la_entrega_trae_un_calendario_para_todos_y_uno_por_dependencia() -> None:
    rutas = cronograma_ics.archivos(_filas(), _ficha())
    assert list(rutas) == ["cronograma.ics", "calendarios/planeacion.ics", "calendarios/prensa.ics", "calendarios/sin-responsable.ics"]
    assert rutas["calendarios/prensa.ics"] == cronograma_ics.por_dependencia(_filas(), _ficha())["Prensa"]
    assert "X-WR-CALNAME:Rendición de cuentas 2020 · Alcaldía · Prensa" in rutas["calendarios/prensa.ics"].decode()


def test_dos_dependencias_que_se_escriben_casi_igual_no_comparten_archivo() -> None:
    nombres = ["Secretaría de Planeación", "Secretaria de Planeación", "¿?", "../../etc", "x" * 200]
    rutas = cronograma_ics.rutas_por_dependencia(nombres)
    assert list(rutas.values())[:4] == [
        "calendarios/secretaria-de-planeacion.ics", "calendarios/secretaria-de-planeacion-2.ics", "calendarios/dependencia.ics", "calendarios/etc.ics",
    ]  # fmt: skip
    assert all(re.fullmatch(r"calendarios/[a-z0-9-]{1,64}\.ics", r) for r in rutas.values())


def _leer_con_gramatica(datos: bytes) -> list[tuple[str, list[object]]]:
    """Lee todo el calendario como árbol de componentes, con la gramática de RFC 5545; falla con cualquier línea suelta o mal cerrada."""
    raiz: list[tuple[str, list[object]]] = []
    pila: list[list[object]] = [raiz]  # type: ignore[list-item]
    abiertos: list[str] = []
    for linea in re.sub(r"\r\n[ \t]", "", datos.decode("utf-8")).removesuffix("\r\n").split("\r\n"):
        hallada = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)", linea)
        assert hallada, linea
        nombre, _, valor = hallada.groups()
        if nombre == "BEGIN":
            nuevo: list[object] = []
            pila[-1].append((valor, nuevo))
            pila.append(nuevo)
            abiertos.append(valor)
        elif nombre == "END":
            assert abiertos.pop() == valor
            pila.pop()
        else:
            pila[-1].append((nombre, valor))
    assert not abiertos
    return raiz


def test_un_segundo_lector_sin_la_biblioteca_ve_eventos_completos_y_alarmas_que_se_pueden_cumplir() -> None:
    [(raiz, partes)] = _leer_con_gramatica(cronograma_ics.calendario(_filas(), _ficha()))
    eventos = [dict(p[1]) for p in partes if isinstance(p, tuple) and p[0] == "VEVENT"]  # type: ignore[arg-type]
    assert raiz == "VCALENDAR"
    assert len(eventos) == 5
    for evento in eventos:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(evento)
        assert re.fullmatch(r"\d{8}", evento["DTSTART"])
    alarmas = [dict(e["VALARM"]) for e in eventos if "VALARM" in e]
    assert [(a["ACTION"], a["TRIGGER"]) for a in alarmas] == [("DISPLAY", "-P15D")] * 3


def test_el_calendario_leido_y_vuelto_a_escribir_conserva_cada_evento() -> None:
    datos = cronograma_ics.calendario(_filas(), _ficha())
    leido = icalendar.Calendar.from_ical(datos)
    assert [(str(e["UID"]), e.decoded("DTSTART"), str(e["SUMMARY"])) for e in leido.walk("VEVENT")] == [
        (e["UID"], date.fromisoformat(f"{d[:4]}-{d[4:6]}-{d[6:]}"), e["SUMMARY"].replace("\\,", ",").replace("\\;", ";"))
        for e in _leer_a_mano(datos)
        for d in [e["DTSTART;VALUE=DATE"]]
    ]


def test_lo_sintetico_se_dice_en_el_nombre_y_en_cada_evento() -> None:
    sintetico = cronograma_ics.calendario(_filas(), _ficha(sintetica=True)).decode().replace("\r\n ", "")
    assert "X-WR-CALNAME:Rendición de cuentas 2020 · Alcaldía · DATOS SINTÉTICOS" in sintetico
    assert sintetico.count("DATOS SINTÉTICOS: el estado") == 5
    assert "SINTÉTICOS" not in cronograma_ics.calendario(_filas(), _ficha()).decode()


def test_un_texto_con_saltos_de_linea_no_inventa_eventos() -> None:
    malo = _ficha(actividades={"2.1": "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:falso"})
    assert len(_leer_a_mano(cronograma_ics.calendario(_filas(), malo))) == 5
