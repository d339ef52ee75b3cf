"""Las fuentes del ciclo: de un archivo a su tabla, con rechazos que se pueden arreglar y sin un solo dato personal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rendicion import fuentes
from rendicion.ciclo import registros as ciclo
from rendicion.errores import ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.lectura import columnas_de_lectura
from rendicion.reglas_ciclo import ReglasDelCiclo

CORTE = date(2020, 12, 31)
ESCALA = ["Buena", "Mala"]
CANARIOS = ("Canaria Ficticia", "1.047.999.001", "1047999001", "300 999 9001", "canaria@correo.example")
COLUMNAS = {
    "compromisos": {"compromiso_id": "No", "espacio": "Espacio", "fecha": "Fecha", "compromiso": "Qué", "plazo": "Plazo", "plazo_nuevo": "Nuevo", "fecha_cambio_plazo": "Cambio", "evidencia_url": "Prueba"},
    "dialogo": {"pregunta_id": "No", "espacio": "Espacio", "fecha": "Fecha", "pregunta": "Pregunta", "respuesta": "Respuesta", "fecha_respuesta": "Respondida"},
    "encuestas": {"respuesta_id": "No", "fecha": "Fecha", "consiente": "Autoriza"},
    "autodiagnostico": {"componente": "Componente", "categoria": "Categoría", "actividad_de_gestion": "Actividad", "puntaje": "Puntaje", "fecha": "Fecha"},
}  # fmt: skip


def declarar(tabla: str, **cambios: Any) -> Fuente:
    base: dict[str, Any] = {"id": f"de-{tabla}", "tipo": "csv", "lugar": "a.csv", "dependencia": "Planeación", "tabla": tabla, "columnas": COLUMNAS.get(tabla)}
    if tabla == "encuestas":
        base |= {"espacio": "Audiencia", "preguntas": [{"texto": "¿Qué tal?", "opciones": ESCALA}]}
    return fuente_desde(base | cambios, donde="prueba.toml")


def convertir(fuente: Fuente, *filas: str) -> ciclo.Registros:
    encabezado = ",".join(fuente.columnas.values())
    lectura = fuentes.interpretar("\n".join([encabezado, *filas, ""]).encode(), fuente, "a" * 64, "a.csv")
    assert tuple(lectura.celdas.column_names) == columnas_de_lectura(fuente)
    registros = ciclo.convertir(lectura)
    assert lectura.recibidos == len(registros.valores) + len(registros.rechazos)
    return registros


def rechazos(registros: ciclo.Registros) -> list[tuple[str, str, str]]:
    return [(r.registro, r.campo, r.regla) for r in registros.rechazos]


def boletas(cuantas: dict[str, int], fecha: str = "2020-07-01") -> list[str]:
    opciones = [o for o, n in cuantas.items() for _ in range(n)]
    return [f"{n},{fecha},Sí,{o}" for n, o in enumerate(opciones)]


def test_un_compromiso_sale_con_su_estado_y_su_plazo_cambiado() -> None:
    leidos = convertir(declarar("compromisos"), "C-1,Audiencia,26/06/2020,Hacer algo,2020-08-15,2020-10-15,2020-08-03,")
    publicado = ciclo.publicar([leidos], CORTE)
    assert [(f["compromiso_id"], f["plazo"], f["estado"], f["dias_retraso"]) for f in publicado.tablas["compromisos"]] == [("C-1", date(2020, 10, 15), "vencido", 77)]
    assert [h.regla for h in publicado.hallazgos] == ["plazo_cambiado"]


def test_un_compromiso_admite_varios_cambios_de_plazo_y_cada_uno_queda_en_la_historia() -> None:
    columnas = COLUMNAS["compromisos"] | {"plazo_nuevo_2": "Nuevo 2", "fecha_cambio_plazo_2": "Cambio 2", "motivo_cambio_plazo_2": "Motivo 2"}
    leidos = convertir(
        declarar("compromisos", columnas=columnas),
        "C-1,Audiencia,2020-06-26,Hacer,2020-08-15,2020-10-15,2020-08-03,,2020-11-30,2020-10-20,Lluvias",
        "C-2,Audiencia,2020-06-26,Hacer,2020-08-15,2020-10-15,2020-08-03,,2020-11-30,,",
    )
    assert rechazos(leidos) == [("C-2", "plazo_nuevo_2", "cambio_incompleto")]
    [en_agosto], [al_final] = (ciclo.publicar([leidos], c).tablas["compromisos"] for c in (date(2020, 8, 31), CORTE))
    assert (en_agosto["plazo"], al_final["plazo"]) == (date(2020, 10, 15), date(2020, 11, 30))
    historia = [(h.campo, h.regla, h.literal, h.valor) for h in ciclo.publicar([leidos], CORTE).hallazgos]
    assert historia == [("plazo (1)", "plazo_cambiado", "2020-08-15", "2020-10-15"), ("plazo (2)", "plazo_cambiado_vencido", "2020-10-15", "2020-11-30")]


def test_los_plazos_y_la_k_declarados_cambian_lo_que_se_publica() -> None:
    preguntas = convertir(declarar("dialogo"), "Q-1,Audiencia,2020-07-10,¿Sí?,Sí,2020-08-03")
    encuesta = convertir(declarar("encuestas"), *boletas({"Buena": 9, "Mala": 6}))
    propias = ReglasDelCiclo(respuesta_habiles=False, k_encuestas=8)
    comun, propio = (ciclo.publicar([preguntas, encuesta], CORTE, (), r).tablas for r in (ReglasDelCiclo(), propias))
    assert [(t["dialogo"][0]["limite"], t["dialogo"][0]["a_tiempo"]) for t in (comun, propio)] == [(date(2020, 8, 3), True), (date(2020, 7, 25), False)]
    assert [[f["respuestas"] for f in t["encuestas"]] for t in (comun, propio)] == [[9, 6], [None, None]]


@pytest.mark.parametrize(
    ("fila", "campo", "regla"),
    [
        (",Audiencia,2020-06-26,Hacer,,,,", "registro", "registro_ausente"),
        ("C-1,,2020-06-26,Hacer,,,,", "espacio", "espacio_ausente"),
        ("C-1,Audiencia,,Hacer,,,,", "fecha", "fecha_ausente"),
        ("C-1,Audiencia,31/06/2020,Hacer,,,,", "fecha", "fecha_invalida"),
        ("C-1,Audiencia,2020-06-26,,,,,", "compromiso", "compromiso_ausente"),
        ("C-1,Audiencia,2020-06-26,Hacer,mañana,,,", "plazo", "fecha_invalida"),
        ("C-1,Audiencia,2020-06-26,Hacer,,2020-10-15,,", "plazo_nuevo", "cambio_incompleto"),
        ("C-1,Audiencia,2020-06-26,Hacer,,,,https://ajeno.example/x", "evidencia_url", "url_de_otro_anfitrion"),
        ("C-1,Audiencia,2020-06-26,Hacer,,,", "registro", "fila_incompleta"),
    ],
)
def test_una_fila_que_no_se_entiende_se_rechaza_con_su_lugar_y_su_remedio(fila: str, campo: str, regla: str) -> None:
    leidos = convertir(declarar("compromisos", anfitriones=["propio.example"]), fila)
    (rechazo,) = leidos.rechazos
    assert (rechazo.campo, rechazo.regla) == (campo, regla)
    assert "a.csv, fila 2" in rechazo.explicacion
    assert rechazo.como_corregir
    assert not leidos.valores


def test_la_segunda_fila_con_la_misma_clave_se_rechaza() -> None:
    leidos = convertir(declarar("dialogo"), "Q-1,Audiencia,2020-06-26,¿Uno?,,", "Q-1,Audiencia,2020-06-26,¿Dos?,,")
    assert rechazos(leidos) == [("Q-1", "registro", "registro_repetido")]
    assert [f["pregunta"] for f in ciclo.publicar([leidos], CORTE).tablas["dialogo"]] == ["¿Uno?"]


def test_ningun_dato_personal_sale_de_una_pregunta_ni_de_su_rechazo() -> None:
    leidos = convertir(
        declarar("dialogo"),
        "1047999001,Audiencia,2020-06-26,Me llamo Canaria Ficticia y mi cédula es 1.047.999.001,Escriba a canaria@correo.example,2020-07-01",
        "Q-2,Audiencia,2020-06-26,¿Sí?,,Canaria Ficticia",
        "Canaria Ficticia,Audiencia,300 999 9001,¿No?,,",
        "1047999001,Audiencia,2020-06-26,¿Otra vez?,,",
        "1047999001,Audiencia,2020-06-26,¿Sobra?,,,canaria@correo.example",
    )
    publicado = ciclo.publicar([leidos], CORTE)
    todo = repr((publicado, leidos.rechazos, leidos.hallazgos))
    assert not [c for c in CANARIOS if c in todo]
    assert [f["pregunta_id"] for f in publicado.tablas["dialogo"]] == ["oculto-1"]
    assert [r[0] for r in rechazos(leidos)] == ["Q-2", "fila 4", "fila 5", "fila 6"]


def test_los_nombres_publicos_no_se_tapan() -> None:
    fuente = declarar("dialogo", permitidos=["Plaza Ejemplar"])
    leidos = convertir(fuente, "Q-1,Audiencia,2020-06-26,Pregunto por la Plaza Ejemplar y por el Puente Inventado,,")
    (fila,) = ciclo.publicar([leidos], CORTE).tablas["dialogo"]
    assert fila["pregunta"] == "Pregunto por la Plaza Ejemplar y por el [nombre]"


def test_un_compromiso_con_un_documento_por_clave_no_se_publica() -> None:
    leidos = convertir(declarar("compromisos"), "1047999001,Audiencia,2020-06-26,Responder a canaria@correo.example,,,,")
    assert rechazos(leidos) == [("fila 2", "registro", "registro_con_dato_personal")]
    assert not [c for c in CANARIOS if c in repr(leidos.rechazos)]


def test_un_compromiso_con_un_correo_se_publica_sin_el_y_se_dice() -> None:
    leidos = convertir(declarar("compromisos"), "C-1,Audiencia,2020-06-26,Responder a canaria@correo.example,,,,")
    assert [h.regla for h in leidos.hallazgos] == ["posible_dato_personal"]
    assert ciclo.publicar([leidos], CORTE).tablas["compromisos"][0]["compromiso"] == "Responder a [dato personal]"


def test_una_encuesta_sale_agregada_y_con_las_cifras_pequenas_ocultas() -> None:
    fuente = declarar("encuestas", preguntas=[{"texto": "¿Qué tal?", "opciones": ["Buena", "Regular", "Mala"]}])
    leidos = convertir(fuente, *boletas({"Buena": 9, "Regular": 6, "Mala": 2}), "x,2020-07-01,No,Mala", "y,2020-07-01,Sí,Soy Canaria Ficticia")
    publicado = ciclo.publicar([leidos], CORTE)
    assert [(f["espacio"], f["opcion"], f["respuestas"], f["base"]) for f in publicado.tablas["encuestas"]] == [
        ("Audiencia", "Buena", 9, 17), ("Audiencia", "Mala", None, 17), ("Audiencia", "Regular", None, 17),
    ]  # fmt: skip
    assert {h.regla for h in publicado.hallazgos} == {"respuesta_sin_consentimiento", "respuesta_fuera_de_escala"}
    assert "Canaria" not in repr(publicado)


def test_una_encuesta_con_respuestas_despues_del_corte_sigue_abierta_y_no_se_publica() -> None:
    leidos = convertir(declarar("encuestas"), *boletas({"Buena": 9, "Mala": 6}), "z,2020-09-01,Sí,Mala")
    antes, despues = (ciclo.publicar([leidos], date(2020, mes, 31)) for mes in (8, 10))
    assert antes.tablas["encuestas"] == []
    assert [(h.registro, h.regla) for h in antes.hallazgos] == [("Audiencia", "encuesta_abierta")]
    assert [f["base"] for f in despues.tablas["encuestas"]] == [16, 16]


def test_una_encuesta_larga_da_lo_mismo_que_una_ancha() -> None:
    ancha = convertir(declarar("encuestas"), *boletas({"Buena": 9, "Mala": 6}))
    larga = convertir(
        declarar("encuestas", columnas={"respuesta_id": "No", "fecha": "Fecha", "pregunta": "P", "opcion": "O"}),
        *(b.replace("Sí", "¿Qué tal?") for b in boletas({"Buena": 9, "Mala": 6})),
        "1,2020-07-01,¿Qué tal?,Mala",
        "2,2020-07-01,¿Abierta?,Soy Canaria Ficticia",
    )
    assert rechazos(larga) == [("1", "registro", "registro_repetido"), ("2", "pregunta", "pregunta_no_declarada")]
    assert all(r.valor is None for r in larga.rechazos)
    assert ciclo.publicar([larga], CORTE).tablas == ciclo.publicar([ancha], CORTE).tablas


def test_dos_fuentes_con_los_mismos_numeros_de_boleta_no_se_pisan() -> None:
    una, otra = (convertir(declarar("encuestas", id=i), *boletas({"Buena": 9})) for i in ("virtual", "presencial"))
    (buena, mala) = ciclo.publicar([una, otra], CORTE).tablas["encuestas"]
    assert (buena["respuestas"], mala["respuestas"]) == (18, 0)


def test_un_puntaje_vacio_queda_vacio_y_un_cero_es_cero() -> None:
    leidos = convertir(
        declarar("autodiagnostico"), "A,1,x,,2020-12-01", "A,1,y,0,2020-12-01", "A,1,z,101,2020-12-01", "A,1,w,alto,2020-12-01", "A,1,y,50,2020-12-01", "A,1,v,50,2021-01-02"
    )
    publicado = ciclo.publicar([leidos], CORTE)
    assert [(f["actividad_de_gestion"], f["puntaje"]) for f in publicado.tablas["autodiagnostico"]] == [("x", None), ("y", Decimal(0))]
    assert [r[1:] for r in rechazos(leidos)] == [("puntaje", "puntaje_fuera_de_rango"), ("puntaje", "puntaje_invalido"), ("actividad_de_gestion", "registro_repetido")]
    assert [h.regla for h in publicado.hallazgos] == ["posterior_al_corte"]


def test_dos_fuentes_que_califican_lo_mismo_dejan_la_primera_y_un_hallazgo() -> None:
    una, otra = (convertir(declarar("autodiagnostico", id=i), f"A,1,x,{p},") for i, p in (("una", 10), ("otra", 20)))
    publicado = ciclo.publicar([una, otra], CORTE)
    assert [f["puntaje"] for f in publicado.tablas["autodiagnostico"]] == [10]
    assert [(h.origen, h.regla) for h in publicado.hallazgos] == [("otra", "registro_repetido")]


def test_lo_que_no_ha_pasado_en_el_corte_no_se_publica() -> None:
    corte = date(2020, 4, 30)
    leidos = [
        convertir(declarar("compromisos"), "C-1,Audiencia,2020-06-26,Hacer,,,,"),
        convertir(declarar("dialogo"), "Q-1,Audiencia,2020-06-26,¿Sí?,,"),
        convertir(declarar("encuestas"), *boletas({"Buena": 9})),
        convertir(declarar("autodiagnostico"), "A,1,x,50,2020-12-01"),
    ]
    publicado = ciclo.publicar(leidos, corte)
    assert not any(publicado.tablas.values())
    assert [h.regla for h in publicado.hallazgos] == ["posterior_al_corte", "posterior_al_corte", "encuesta_abierta", "posterior_al_corte"]


@pytest.mark.parametrize(
    ("tabla", "cambios", "mensaje"),
    [
        ("plan", {"columnas": {"fecha": "F"}}, "La tabla «plan» no recibe fuentes"),
        ("dialogo", {"columnas": COLUMNAS["dialogo"] | {"cantidad": "N"}}, "la tabla dialogo no tiene: cantidad"),
        ("dialogo", {"columnas": {"pregunta_id": "No", "fecha": "F", "pregunta": "P"}}, "de qué columna salen: espacio"),
        ("dialogo", {"actividad": "1.1"}, "no aporta a una actividad"),
        ("dialogo", {"preguntas": [{"texto": "¿?", "opciones": ESCALA}]}, "no lleva"),
        ("encuestas", {"preguntas": []}, "no declara sus preguntas"),
        ("encuestas", {"preguntas": [{"texto": "¿Abierta?"}]}, "al menos dos opciones"),
        ("encuestas", {"preguntas": [{"texto": "¿?", "opciones": ESCALA, "escala": 1}]}, "no existen: escala"),
        ("encuestas", {"preguntas": [{"texto": "¿?", "opciones": ESCALA}] * 2}, "preguntas repetidas"),
        ("encuestas", {"columnas": {"fecha": "F", "opcion": "O"}}, "van juntas pregunta y opcion"),
        ("avances", {"columnas": {"fecha": "F"}, "actividad": "1.1", "espacio": "Audiencia"}, "de avances no lleva: espacio"),
    ],
)
def test_una_declaracion_mala_se_explica(tabla: str, cambios: dict[str, Any], mensaje: str) -> None:
    with pytest.raises(ErrorUso, match=mensaje) as error:
        declarar(tabla, **cambios)
    assert "prueba.toml" in str(error.value)
