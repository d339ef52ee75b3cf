"""El verificador recalcula cada cifra del ciclo, y nota cada una que se altere.

Las tablas y las cifras de esta entrega se hicieron a mano desde `docs/ciclo.md`: aquí no se usa ninguna función que las
calcule. DATOS SINTÉTICOS.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rendicion.verificador import verificar
from tests.unidad.test_verificador import Taller, guardar, malas, mirar, sin_comprobar

CICLO = {"cronograma", "calendarios", "compromisos", "dialogo", "encuestas", "autodiagnostico", "ciclo"}
SEGUIMIENTO = "Publicación del seguimiento al"

TABLAS = {
    # 2.1 lleva 2,5 de 10: al hito 1 debía llevar 5. El 14 de septiembre está a 14 días del corte.
    "cronograma": f"""
corte,{SEGUIMIENTO} 30 de abril de 2020,2020-05-15,,pendiente
2.1,Hito 1 de 2,2020-06-30,Planeación,vencido
corte,{SEGUIMIENTO} 31 de agosto de 2020,2020-09-14,,vence_pronto
2.1,Hito 2 de 2,2020-10-31,Planeación,pendiente
1.1,Fin de la ventana,2020-12-31,Planeación;Prensa,pendiente
1.2,Fin de la ventana,2020-12-31,Prensa,pendiente
1.3,Fin de la ventana,2020-12-31,Prensa,pendiente
2.2,Fin de la ventana,2020-12-31,Archivo,pendiente
corte,{SEGUIMIENTO} 31 de diciembre de 2020,2021-01-18,,pendiente
""",
    "compromisos": """
C-1,Audiencia,2020-06-26,Uno,Prensa,2020-07-31,cumplido,2020-07-31,https://a.co/c1,0
C-2,Audiencia,2020-06-26,Dos,Prensa;Archivo,2020-07-15,cumplido_tarde,2020-08-01,,17
C-3,Audiencia,2020-06-26,Tres,,2020-08-30,vencido,,,1
C-4,Taller,2020-06-26,Cuatro,Archivo,2020-08-31,pendiente,,,0
C-5,Taller,2020-06-26,Cinco,Prensa,,sin_plazo,,,
""",
    # Del 10 de julio (viernes) al 3 de agosto hay quince hábiles: el 20 de julio es festivo. Del 20 de agosto, al 10 de septiembre.
    "dialogo": """
Q-1,Audiencia,2020-07-10,web,obras,¿Uno?,Sí,2020-08-03,2020-08-03,true
Q-2,Audiencia,2020-07-10,web,,¿Dos?,Sí,2020-08-04,2020-08-03,false
Q-3,Audiencia,2020-07-10,,obras,¿Tres?,,,2020-08-03,false
Q-4,Taller,2020-08-20,web,obras,¿Cuatro?,,,2020-09-10,
""",
    "encuestas": """
Audiencia,¿Clara?,En parte,,true,34
Audiencia,¿Clara?,No,,true,34
Audiencia,¿Clara?,Sí,20,false,34
Taller,¿Clara?,En parte,0,false,16
Taller,¿Clara?,No,6,false,16
Taller,¿Clara?,Sí,10,false,16
""",
    "autodiagnostico": """
A,1,x,40.00,
A,1,y,,
B,2,z,71.00,
""",
    "hallazgos": """
acuerdos,C-3,plazo (1),2020-07-30,2020-08-15,plazo_cambiado,informativa,Motivo: lluvias.
acuerdos,C-3,plazo (2),2020-08-15,2020-08-30,plazo_cambiado_vencido,advertencia,Motivo: no se dijo.
encuestas,Audiencia · ¿Clara?,sin_respuesta,,2,respuesta_en_blanco,informativa,En blanco: 2.
""",
}  # fmt: skip


def _compromisos(total: int, estados: tuple[int, ...], cumple: tuple[Any, ...], puntual: tuple[Any, ...], *, vencidos: int = 0) -> dict[str, Any]:
    nombres = ("sin_plazo", "pendiente", "vencido", "cumplido", "cumplido_tarde")
    partes = ("numerador", "denominador", "pct")
    return {
        "compromisos": total, **dict(zip(nombres, estados, strict=True)), **{f"cumplimiento_{p}": v for p, v in zip(partes, cumple, strict=True)},
        **{f"puntualidad_{p}": v for p, v in zip(partes, puntual, strict=True)},
        "vencidos_por_retraso": {"1–30 días": vencidos, "31–90 días": 0, "91–180 días": 0, "más de 180 días": 0},
        "retraso_medio_dias": "1.00" if vencidos else None, "retraso_maximo_dias": 1 if vencidos else None,
    }  # fmt: skip


def _dialogo(*cuentas: Any) -> dict[str, Any]:
    nombres = ("preguntas", "respondidas", "a_tiempo", "tarde", "sin_respuesta_vencidas", "sin_respuesta_en_plazo", "puntualidad_numerador", "puntualidad_denominador", "puntualidad_pct")
    return dict(zip(nombres, cuentas, strict=True))


def _fechas(vencido: int, vence_pronto: int, pendiente: int, cumplido: int) -> dict[str, int]:
    return {"vencido": vencido, "vence_pronto": vence_pronto, "pendiente": pendiente, "cumplido": cumplido}


def _cobertura(espacio: str, base: int, en_blanco: int) -> dict[str, Any]:
    return {"espacio": espacio, "pregunta": "¿Clara?", "base": base, "sin_respuesta": en_blanco, "fuera_de_escala": 0, "repetidas": 0, "sin_consentimiento": 0}


def _cambio(numero: int, antes: str, despues: str, dias: int, *, tarde: bool, detalle: str) -> dict[str, Any]:
    return {"compromiso_id": "C-3", "numero": numero, "antes": antes, "despues": despues, "dias_movidos": dias, "ya_vencido": tarde, "detalle": detalle}


CIFRAS: dict[str, Any] = {
    "formato": "rendicion-ciclo/1",
    "corte": "2020-08-31",
    "reglas": {
        "k_encuestas": 5, "dias_respuesta": 15, "respuesta_habiles": True, "dias_publicacion": 10, "dias_aviso": 15, "umbral_consolidacion": "50",
        "umbral_perfeccionamiento": "80", "umbral_fuente": "prueba", "responsable_seguimiento": None, "seguimientos": None,
    },
    "cronograma": {
        "fechas": 9,
        "por_estado": _fechas(1, 1, 7, 0),
        "por_dependencia": [
            {"dependencia": "Archivo", **_fechas(0, 0, 1, 0)}, {"dependencia": "Planeación", **_fechas(1, 0, 2, 0)},
            {"dependencia": "Prensa", **_fechas(0, 0, 3, 0)}, {"dependencia": "Sin responsable", **_fechas(0, 1, 2, 0)},
        ],
    },
    "compromisos": {
        **_compromisos(5, (1, 1, 1, 1, 1), (2, 5, "40.00"), (1, 3, "33.33"), vencidos=1),
        "por_espacio": [
            {"espacio": "Audiencia", **_compromisos(3, (0, 0, 1, 1, 1), (2, 3, "66.67"), (1, 3, "33.33"), vencidos=1)},
            {"espacio": "Taller", **_compromisos(2, (1, 1, 0, 0, 0), (0, 2, "0.00"), (0, 0, None))},
        ],
        "por_responsable": [
            {"responsable": "Archivo", **_compromisos(2, (0, 1, 0, 0, 1), (1, 2, "50.00"), (0, 1, "0.00"))},
            {"responsable": "Prensa", **_compromisos(3, (1, 0, 0, 1, 1), (2, 3, "66.67"), (1, 2, "50.00"))},
            {"responsable": "Sin responsable", **_compromisos(1, (0, 0, 1, 0, 0), (0, 1, "0.00"), (0, 1, "0.00"), vencidos=1)},
        ],
        "cambios_de_plazo": [
            _cambio(1, "2020-07-30", "2020-08-15", 16, tarde=False, detalle="Motivo: lluvias."),
            _cambio(2, "2020-08-15", "2020-08-30", 15, tarde=True, detalle="Motivo: no se dijo."),
        ],
    },
    "dialogo": {
        **_dialogo(4, 2, 1, 1, 1, 1, 1, 3, "33.33"),
        "por_espacio_y_canal": [
            {"espacio": "Audiencia", "canal": None, **_dialogo(1, 0, 0, 0, 1, 0, 0, 1, "0.00")},
            {"espacio": "Audiencia", "canal": "web", **_dialogo(2, 2, 1, 1, 0, 0, 1, 2, "50.00")},
            {"espacio": "Taller", "canal": "web", **_dialogo(1, 0, 0, 0, 0, 1, 0, 0, None)},
        ],
        "por_tema": [{"tema": None, **_dialogo(1, 1, 0, 1, 0, 0, 0, 1, "0.00")}, {"tema": "obras", **_dialogo(3, 1, 1, 0, 1, 1, 1, 2, "50.00")}],
    },
    "encuestas": {
        "encuestas": 2,
        "cobertura": [_cobertura("Audiencia", 34, 2), _cobertura("Taller", 16, 0)],
        "comparacion": [
            {"pregunta": "¿Clara?", "opcion": "En parte", "espacios": {"Audiencia": None, "Taller": "0.00"}},
            {"pregunta": "¿Clara?", "opcion": "No", "espacios": {"Audiencia": None, "Taller": "37.50"}},
            {"pregunta": "¿Clara?", "opcion": "Sí", "espacios": {"Audiencia": "58.82", "Taller": "62.50"}},
        ],
    },
    "autodiagnostico": {
        "puntaje": "55.50", "banda": 3, "nivel": "consolidacion", "siguiente_nivel": "perfeccionamiento", "brecha_siguiente": "24.50",
        "brecha_perfeccionamiento": "24.50", "actividades": 3, "calificadas": 2,
        "componentes": [
            {"componente": "A", "puntaje": "40.00", "banda": 2, "actividades": 2, "calificadas": 1},
            {"componente": "B", "puntaje": "71.00", "banda": 4, "actividades": 1, "calificadas": 1},
        ],
        "categorias": [
            {"componente": "A", "categoria": "1", "puntaje": "40.00", "banda": 2, "actividades": 2, "calificadas": 1},
            {"componente": "B", "categoria": "2", "puntaje": "71.00", "banda": 4, "actividades": 1, "calificadas": 1},
        ],
        "palancas": [
            {"componente": "A", "categoria": "1", "actividad_de_gestion": "x", "puntaje": "40.00", "sube": "30.00"},
            {"componente": "B", "categoria": "2", "actividad_de_gestion": "z", "puntaje": "71.00", "sube": "14.50"},
        ],
    },
}  # fmt: skip


def calendario(filas: list[list[str]]) -> str:
    """Escribe un calendario con las reglas del RFC 5545 y nada más."""
    rotulos = {"cumplido": "Cumplido", "vencido": "Vencido", "vence_pronto": "Vence pronto", "pendiente": "Pendiente"}
    lineas = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for actividad, hito, fecha, _, estado in filas:
        uid = uuid.uuid5(uuid.NAMESPACE_URL, "rendicion:" + f"13001\x1f2020\x1f{actividad}\x1f{hito}")
        alarma = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P15D", "END:VALARM"] if estado != "cumplido" else []
        lineas += ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART;VALUE=DATE:{fecha.replace('-', '')}", f"CATEGORIES:{rotulos[estado]}", *alarma, "END:VEVENT"]
    return "\r\n".join([*lineas, "END:VCALENDAR", ""])


class TallerDelCiclo(Taller):
    """Arma una entrega con todas las tablas del ciclo, sus calendarios y sus cifras, y permite alterarla."""

    def __init__(self, carpeta: Path) -> None:
        super().__init__(carpeta)
        for nombre, texto in TABLAS.items():
            self.tablas[nombre] = list(csv.reader(io.StringIO(texto.lstrip("\n"))))
        self.cifras = copy.deepcopy(CIFRAS)
        self.calendarios: dict[str, list[list[str]]] = {"cronograma.ics": copy.deepcopy(self.tablas["cronograma"])}
        for dependencia in ("Archivo", "Planeación", "Prensa", ""):
            self.calendarios[f"calendarios/{dependencia or 'nadie'}.ics"] = [f for f in self.calendarios["cronograma.ics"] if dependencia in f[3].split(";")]

    def escribir(self) -> Path:
        """Escribe la entrega completa."""
        (self.carpeta / "calendarios").mkdir(parents=True)
        for ruta, filas in self.calendarios.items():
            (self.carpeta / ruta).write_bytes(calendario(filas).encode())
        guardar(self.carpeta / "ciclo.json", self.cifras)
        return super().escribir()


@pytest.fixture
def taller(tmp_path: Path) -> TallerDelCiclo:
    return TallerDelCiclo(tmp_path / "13001-2020-20200831-001")


def test_la_entrega_hecha_a_mano_pasa_todas_las_comprobaciones_del_ciclo(taller: TallerDelCiclo) -> None:
    hechas = mirar(taller.escribir())
    assert malas(hechas) == set()
    assert not CICLO & sin_comprobar(hechas)
    assert hechas["ciclo"].resumen.endswith("cifras recalculadas")


@pytest.mark.parametrize(
    ("tabla", "clave", "columna", "valor", "esperadas"),
    [
        ("cronograma", "2.1/Hito 1 de 2", "estado", "cumplido", {"cronograma", "calendarios", "ciclo"}),
        ("cronograma", "2.1/Hito 1 de 2", "fecha", "2020-07-30", {"cronograma", "calendarios"}),
        ("cronograma", "2.1/Hito 2 de 2", "responsables", "Prensa", {"cronograma", "calendarios", "ciclo"}),
        ("cronograma", "2020-05-15", "fecha", "2020-05-14", {"cronograma", "calendarios"}),
        ("cronograma", "2020-05-15", "estado", "cumplido", {"cronograma", "calendarios", "ciclo"}),
        ("cronograma", "2020-09-14", "estado", "pendiente", {"cronograma", "calendarios", "ciclo"}),
        ("cronograma", "2021-01-18", "fecha", "2021-01-15", {"cronograma", "calendarios"}),
        ("compromisos", "C-1", "estado", "cumplido_tarde", {"compromisos", "ciclo"}),
        ("compromisos", "C-2", "dias_retraso", "16", {"compromisos"}),
        ("compromisos", "C-2", "estado", "cumplido", {"compromisos", "ciclo"}),
        ("compromisos", "C-3", "estado", "pendiente", {"compromisos", "ciclo"}),
        ("compromisos", "C-3", "plazo", "2020-09-30", {"compromisos"}),
        ("compromisos", "C-4", "estado", "vencido", {"compromisos", "ciclo"}),
        ("compromisos", "C-4", "evidencia_url", "https://a.co/c4", {"compromisos"}),
        ("compromisos", "C-5", "estado", "pendiente", {"compromisos", "ciclo"}),
        ("compromisos", "C-1", "fecha_cumplimiento", "2020-09-01", {"compromisos"}),
        ("dialogo", "Q-1", "limite", "2020-08-04", {"dialogo"}),
        ("dialogo", "Q-2", "a_tiempo", "true", {"dialogo", "ciclo"}),
        ("dialogo", "Q-3", "a_tiempo", "", {"dialogo", "ciclo"}),
        ("dialogo", "Q-4", "a_tiempo", "false", {"dialogo", "ciclo"}),
        ("dialogo", "Q-4", "fecha", "2020-09-02", {"dialogo"}),
        ("encuestas", "Audiencia/Sí", "respuestas", "21", {"ciclo"}),
        ("encuestas", "Taller/Sí", "respuestas", "11", {"encuestas", "ciclo"}),
        ("encuestas", "Taller/No", "base", "17", {"encuestas"}),
        ("encuestas", "Taller/No", "suprimida", "true", {"encuestas"}),
        ("autodiagnostico", "x", "puntaje", "41.00", {"ciclo"}),
        ("autodiagnostico", "x", "puntaje", "140.00", {"autodiagnostico", "ciclo", "esquemas"}),
    ],
)  # fmt: skip
def test_cada_celda_alterada_se_nota(taller: TallerDelCiclo, tabla: str, clave: str, columna: str, valor: str, esperadas: set[str]) -> None:
    taller.celda(tabla, clave, columna, valor)
    assert esperadas <= malas(mirar(taller.escribir())) <= esperadas | {"esquemas", "ciclo", "calendarios"}


def test_con_su_parte_exacta_de_la_meta_el_primer_hito_esta_cumplido(taller: TallerDelCiclo) -> None:
    taller.celda("avances", "formato:f1", "cantidad", "5")
    assert "cronograma" in malas(mirar(taller.escribir()))
    otra = TallerDelCiclo(taller.carpeta.with_name("otra"))
    otra.celda("avances", "formato:f1", "cantidad", "5")
    otra.celda("cronograma", "2.1/Hito 1 de 2", "estado", "cumplido")
    assert "cronograma" not in malas(mirar(otra.escribir()))


def _hojas(valor: Any, ruta: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pares = valor.items() if isinstance(valor, dict) else enumerate(valor) if isinstance(valor, list) else None
    if pares is None:
        yield ruta
        return
    for clave, hijo in pares:
        yield from _hojas(hijo, (*ruta, clave))


def _cambiar(valor: Any) -> Any:
    if isinstance(valor, bool):
        return not valor
    if isinstance(valor, int):
        return valor + 1
    return "0.00" if valor is None else f"{valor}1"


def test_ninguna_cifra_de_ciclo_json_se_puede_alterar_sin_que_se_note(taller: TallerDelCiclo) -> None:
    carpeta = taller.escribir()
    e, rutas = verificar.Entrega(carpeta), [r for r in _hojas(CIFRAS) if r[0] != "reglas"]
    assert len(rutas) > 200
    for ruta in rutas:
        alteradas = copy.deepcopy(CIFRAS)
        lugar = alteradas
        for paso in ruta[:-1]:
            lugar = lugar[paso]
        lugar[ruta[-1]] = _cambiar(lugar[ruta[-1]])
        e._contenido["ciclo.json"] = alteradas
        c = verificar.Comprobacion("ciclo", "")
        verificar.mirar_cifras_del_ciclo(e, c)
        assert c.estado == verificar.MAL, ruta


@pytest.mark.parametrize("parte", ["cronograma", "compromisos", "dialogo", "encuestas", "autodiagnostico"])
def test_a_las_cifras_no_les_puede_faltar_ni_sobrar_una_parte(taller: TallerDelCiclo, parte: str) -> None:
    del taller.cifras[parte]
    taller.cifras["otra"] = 1
    hechas = mirar(taller.escribir())
    assert malas(hechas) == {"ciclo"}
    assert any("otra" in d for d in hechas["ciclo"].detalles)


@pytest.mark.parametrize(("indice", "cambio"), [(0, ["2020-07-30", "2020-08-14"]), (1, ["2020-08-15", "2020-08-29"]), (1, ["2020-08-14", "2020-08-30"])])
def test_la_historia_de_los_plazos_tiene_que_llegar_al_plazo_publicado(taller: TallerDelCiclo, indice: int, cambio: list[str]) -> None:
    taller.tablas["hallazgos"][indice][3:5] = cambio
    assert {"compromisos", "ciclo"} <= malas(mirar(taller.escribir()))


def test_borrar_un_cambio_de_plazo_se_nota(taller: TallerDelCiclo) -> None:
    del taller.tablas["hallazgos"][0]
    assert {"compromisos", "ciclo"} <= malas(mirar(taller.escribir()))


@pytest.mark.parametrize(
    ("vistas", "base"),
    [
        (("20", "3", "11"), "34"),  # una cifra de tres personas, publicada
        (("20", None, "11"), "34"),  # una sola oculta: se despeja restando
        (("20", None, None), "25"),  # las dos ocultas suman 5: ninguna puede ser grande
        (("20", None, None), "70"),  # lo oculto suma 50: una cifra grande mayor que la menor visible no se oculta
        (("20", None, "0"), "24"),
        ((None, None, None), "6"),  # tres ocultas suman 6: ninguna puede llegar a 5
    ],
)
def test_lo_que_deja_despejar_una_cifra_pequena_se_nota(taller: TallerDelCiclo, vistas: tuple[str | None, ...], base: str) -> None:
    for opcion, visto in zip(("Sí", "En parte", "No"), vistas, strict=True):
        taller.celda("encuestas", f"Audiencia/{opcion}", "respuestas", visto or "")
        taller.celda("encuestas", f"Audiencia/{opcion}", "suprimida", "false" if visto else "true")
        taller.celda("encuestas", f"Audiencia/{opcion}", "base", base)
    assert "encuestas" in malas(mirar(taller.escribir()))


@pytest.mark.parametrize("ruta", ["cronograma.ics", "calendarios/Prensa.ics", "calendarios/nadie.ics"])
@pytest.mark.parametrize("dano", ["sin un evento", "otra fecha", "otro estado"])
def test_un_calendario_que_no_dice_lo_que_la_tabla_se_nota(taller: TallerDelCiclo, ruta: str, dano: str) -> None:
    filas = taller.calendarios[ruta] = copy.deepcopy(taller.calendarios[ruta])
    if dano == "sin un evento":
        filas.pop()
    else:
        filas[0][2 if dano == "otra fecha" else 4] = "2020-12-30" if dano == "otra fecha" else "cumplido"
    assert malas(mirar(taller.escribir())) == {"calendarios"}


def test_a_una_dependencia_no_le_puede_faltar_su_calendario(taller: TallerDelCiclo) -> None:
    del taller.calendarios["calendarios/Archivo.ics"]
    assert malas(mirar(taller.escribir())) == {"calendarios"}


@pytest.mark.parametrize(
    ("reglas", "mal"),
    [
        ({"dias_publicacion": 11}, {"cronograma"}),
        ({"dias_respuesta": 16}, {"dialogo"}),
        ({"respuesta_habiles": False}, {"dialogo"}),
        ({"umbral_consolidacion": "56"}, {"ciclo"}),
        ({"k_encuestas": 7}, {"encuestas"}),
        ({"dias_aviso": 13}, {"cronograma"}),
        ({"seguimientos": [{"corte": "2020-04-30", "publicado": "2020-05-14"}]}, {"cronograma"}),
        ({"responsable_seguimiento": "Control Interno"}, {"cronograma"}),
    ],
)
def test_con_otras_reglas_las_mismas_cifras_ya_no_valen(taller: TallerDelCiclo, reglas: dict[str, Any], mal: set[str]) -> None:
    taller.cifras["reglas"] |= reglas
    hechas = mirar(taller.escribir())
    assert malas(hechas) == mal


def test_una_regla_distinta_de_la_de_fabrica_se_avisa_para_que_alguien_la_mire(taller: TallerDelCiclo) -> None:
    taller.cifras["reglas"]["k_encuestas"] = 3
    hechas = mirar(taller.escribir())
    assert malas(hechas) == set()
    assert "k_encuestas = 3" in hechas["ciclo"].detalles[0]
    assert "ciclo" in sin_comprobar(hechas)


@pytest.mark.parametrize("malo", [{"k_encuestas": 1}, {"k_encuestas": True}, {"dias_respuesta": 0}, {"umbral_consolidacion": "90"}, {"seguimientos": [{}]}])
def test_unas_reglas_imposibles_no_dejan_comprobar_y_no_pasan_por_buenas(taller: TallerDelCiclo, malo: dict[str, Any]) -> None:
    taller.cifras["reglas"] |= malo
    hechas = mirar(taller.escribir())
    assert verificar.salida_de(hechas.values()) == 1
    assert hechas["ciclo"].estado != verificar.BIEN


def test_sin_cifras_publicadas_las_tablas_se_comprueban_igual(taller: TallerDelCiclo) -> None:
    carpeta = taller.escribir()
    (carpeta / "ciclo.json").unlink()
    hechas = mirar(taller.sellar())
    assert malas(hechas) == set()
    assert "ciclo" in sin_comprobar(hechas)


@pytest.mark.parametrize(
    ("dia", "cuantos", "esperado"),
    [
        (date(2020, 4, 30), 10, date(2020, 5, 15)), (date(2020, 8, 31), 10, date(2020, 9, 14)), (date(2020, 12, 31), 10, date(2021, 1, 18)),
        (date(2020, 4, 8), 1, date(2020, 4, 13)), (date(2026, 7, 10), 1, date(2026, 7, 14)), (date(2020, 5, 22), 1, date(2020, 5, 26)),
    ],
)  # fmt: skip
def test_los_dias_habiles_se_cuentan_con_los_festivos_de_ley(dia: date, cuantos: int, esperado: date) -> None:
    assert verificar.habiles_despues(dia, cuantos) == esperado


def test_los_festivos_calculados_son_los_de_la_biblioteca_de_festivos() -> None:
    from holidays import country_holidays

    for anio in range(2010, 2041):
        assert verificar.festivos(anio) == set(country_holidays("CO", years=anio, expand=False)), anio


@pytest.mark.parametrize("romper", [lambda t: t.write_text("no es json"), lambda t: t.write_text("[]"), lambda t: t.write_text(json.dumps({"reglas": {}}))])
def test_unas_cifras_que_no_se_entienden_no_tumban_las_demas(taller: TallerDelCiclo, romper: Callable[[Path], Any]) -> None:
    carpeta = taller.escribir()
    romper(carpeta / "ciclo.json")
    hechas = mirar(taller.sellar())
    assert hechas["ciclo"].estado != verificar.BIEN
    assert verificar.salida_de(hechas.values()) == 1
    assert hechas["compromisos"].estado == verificar.BIEN
