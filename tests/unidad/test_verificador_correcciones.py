"""El verificador compara también las tablas del ciclo con la última entrega de su corte. DATOS SINTÉTICOS."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from esquemas import PUBLICAS
from rendicion.correcciones import COMPARADAS, DEL_CICLO, SIN_REPETIR, comparar
from rendicion.tablas import leer_csv
from rendicion.verificador import verificar
from tests.unidad.test_verificador import Taller, huella_de

CICLO: dict[str, list[list[str]]] = {
    "compromisos": [
        ["C-1", "Audiencia", "2020-06-01", "Arreglar el parque", "Obras", "2020-08-01", "vencido", "", "", "30"],
        ["C-2", "Audiencia", "2020-06-01", "Abrir la biblioteca", "", "", "sin_plazo", "", "", ""],
    ],
    "dialogo": [["Q-1", "Foro", "2020-06-01", "web", "vías", "Soy Ana Ficticia, ¿cuándo?", "Pronto.", "2020-06-09", "2020-06-23", "true"]],
    "cronograma": [["1.1", "Hito 1", "2020-06-30", "Prensa", "vencido"]],
    "encuestas": [["Feria", "¿Claro?", o, n, s, "40"] for o, n, s in (("Sí", "30", "false"), ("No", "", "true"), ("No sabe", "", "true"))],
    "autodiagnostico": [["A", "B|b", "C", "62.50", "La puso Ana"], ["A", "B", "b|C", "10.00", ""]],
}  # fmt: skip
DICE = {"correcciones_de": list(COMPARADAS)}
Celdas = dict[str, list[list[str]]]


def publicar(raiz: Path, numero: int, tablas: Celdas, correcciones: list[list[str]], **manifiesto: Any) -> Path:
    """Escribe la entrega de ese número, del mismo corte, encadenada a la anterior."""
    previa = raiz / f"13001-2020-20200831-{numero - 1:03d}"
    taller = Taller(raiz / f"13001-2020-20200831-{numero:03d}")
    taller.tablas |= tablas | {"correcciones": correcciones}
    anterior = huella_de(previa / "manifiesto.json")["sha256"] if numero > 1 else None
    taller.cambios = {"numero": numero, "entrega": taller.carpeta.name, "anterior": anterior} | manifiesto
    return taller.escribir()


def dichas(antes: Path, hoy: Celdas, raiz: Path) -> list[list[str]]:
    """Devuelve lo que el programa escribe en `correcciones` al publicar lo de hoy sobre una entrega."""
    otra = Taller(raiz / "por publicar")
    otra.tablas |= hoy
    carpeta = otra.escribir()
    leidas = [{t: leer_csv(PUBLICAS[t], c / "datos" / f"{t}.csv").to_pylist() for t in COMPARADAS} for c in (antes, carpeta)]
    filas = comparar(leidas[0], leidas[1])
    return [["" if f[c] is None else str(f[c]) for c in PUBLICAS["correcciones"].nombres] for f in filas]


def mirada(carpeta: Path, anterior: Path | None) -> verificar.Comprobacion:
    c = verificar.Comprobacion("correcciones", "")
    verificar.mirar_correcciones(verificar.Entrega(carpeta), c, anterior)
    return c


def con(tabla: str, clave: str, **celdas: str) -> Celdas:
    """Devuelve las tablas con unas celdas cambiadas en la fila cuya primera celda es la clave."""
    nombres = PUBLICAS[tabla].nombres
    return CICLO | {tabla: [[celdas.get(c, v) for c, v in zip(nombres, f, strict=True)] if f[0] == clave else f for f in CICLO[tabla]]}


CAMBIADAS: dict[str, Celdas] = {
    "el estado de un compromiso": con("compromisos", "C-1", estado="cumplido_tarde", fecha_cumplimiento="2020-08-31"),
    "el plazo de un compromiso": con("compromisos", "C-1", plazo="2020-12-01", estado="pendiente", dias_retraso="0"),
    "el texto de un compromiso": con("compromisos", "C-1", compromiso="Arreglar medio parque"),
    "una pregunta tapada": con("dialogo", "Q-1", pregunta="Soy [dato personal], ¿cuándo?"),
    "una respuesta borrada": con("dialogo", "Q-1", respuesta=""),
    "una fecha del cronograma": con("cronograma", "1.1", estado="cumplido"),
    "una encuesta": CICLO | {"encuestas": [["Feria", "¿Claro?", "Sí", "36", "false", "46"], *CICLO["encuestas"][1:]]},
    "un puntaje": con("autodiagnostico", "A", puntaje="70.00"),
    "una fila quitada de cada tabla": {t: f[1:] for t, f in CICLO.items()},
    "una tabla entera vacía": CICLO | {"dialogo": []},
}


@pytest.mark.parametrize("hoy", CAMBIADAS.values(), ids=CAMBIADAS)
def test_lo_que_dice_el_programa_es_lo_que_espera_el_verificador_y_callar_algo_se_nota(tmp_path: Path, hoy: Celdas) -> None:
    primera = publicar(tmp_path / "todas", 1, CICLO, [], **DICE)
    filas = dichas(primera, hoy, tmp_path)
    assert filas
    segunda = publicar(tmp_path / "todas", 2, hoy, filas, **DICE)
    bien = mirada(segunda, tmp_path / "todas")
    assert (bien.estado, bien.detalles) == (verificar.BIEN, [])
    for n, fila in enumerate(filas):
        callada = publicar(tmp_path / f"sin {n}", 1, CICLO, [], **DICE).parent
        mala = mirada(publicar(callada, 2, hoy, filas[:n] + filas[n + 1 :], **DICE), callada)
        assert mala.detalles == [f"{fila[0]} {fila[1]}, {fila[2]}: cambió frente a lo ya publicado y «correcciones» no lo dice"]


def test_nada_cambia_y_nada_se_dice(tmp_path: Path) -> None:
    publicar(tmp_path, 1, CICLO, [], **DICE)
    assert mirada(publicar(tmp_path, 2, CICLO, [], **DICE), tmp_path).estado == verificar.BIEN


@pytest.mark.parametrize(
    ("tabla", "clave", "campo", "antes", "despues", "hoy"),
    [
        ("dialogo", "Q-1", "pregunta", "Soy Ana Ficticia, ¿cuándo?", "¿Cuándo?", con("dialogo", "Q-1", pregunta="¿Cuándo?")),
        ("compromisos", "C-1", "compromiso", "Arreglar el parque", "Otro", con("compromisos", "C-1", compromiso="Otro")),
        ("encuestas", "Feria|¿Claro?|Sí", "respuestas", "30", "", CICLO | {"encuestas": [["Feria", "¿Claro?", "Sí", "", "true", "40"], *CICLO["encuestas"][1:]]}),
        ("dialogo", "Q-1", "(fila)", '{"pregunta_id": "Q-1", "pregunta": "Soy Ana Ficticia"}', "", CICLO | {"dialogo": []}),
        ("dialogo", "Q-1", "(fila)", "Soy Ana Ficticia", "", CICLO | {"dialogo": []}),
    ],
)
def test_repetir_lo_que_ya_no_se_publica_esta_mal_aun_sin_las_anteriores(tmp_path: Path, tabla: str, clave: str, campo: str, antes: str, despues: str, hoy: Celdas) -> None:
    publicar(tmp_path, 1, CICLO, [], **DICE)
    segunda = publicar(tmp_path, 2, hoy, [[tabla, clave, campo, antes, despues, "sin motivo declarado", "", ""]], **DICE)
    assert f"{tabla} {clave}, {campo}: «antes» repite lo que ya no se publica" in mirada(segunda, None).detalles


def test_una_entrega_de_cuando_no_se_decia_el_ciclo_no_sale_mal_y_no_se_da_por_buena(tmp_path: Path) -> None:
    publicar(tmp_path, 1, CICLO, [])
    hecha = mirada(publicar(tmp_path, 2, CAMBIADAS["el estado de un compromiso"], []), tmp_path)
    assert hecha.estado == verificar.SIN_COMPROBAR
    assert hecha.detalles == ["es de cuando no se decían los cambios del ciclo, y hay 2: compromisos"]
    assert mirada(publicar(tmp_path, 3, CAMBIADAS["el estado de un compromiso"], []), tmp_path).estado == verificar.BIEN


def test_una_entrega_vieja_no_puede_callar_un_cambio_del_plan(tmp_path: Path) -> None:
    publicar(tmp_path, 1, CICLO, [])
    plan = [["Otro texto" if c == "Publicar noticias" else c for c in f] for f in Taller(tmp_path / "x").tablas["plan"]]
    hecha = mirada(publicar(tmp_path, 2, CAMBIADAS["un puntaje"] | {"plan": plan}, []), tmp_path)
    assert (hecha.estado, len(hecha.detalles)) == (verificar.MAL, 2)


def test_sobre_una_cadena_vieja_la_entrega_nueva_dice_lo_que_cambio_y_se_comprueba(tmp_path: Path) -> None:
    publicar(tmp_path / "todas", 1, CICLO, [])
    vieja = publicar(tmp_path / "todas", 2, CAMBIADAS["un puntaje"], [])
    hoy = CAMBIADAS["el plazo de un compromiso"]
    filas = dichas(vieja, hoy, tmp_path)
    assert {f[0] for f in filas} == {"compromisos", "autodiagnostico"}
    assert mirada(publicar(tmp_path / "todas", 3, hoy, filas, **DICE), tmp_path / "todas").estado == verificar.BIEN
    callada = publicar(tmp_path / "todas", 4, CICLO, [], **DICE)
    assert mirada(callada, tmp_path / "todas").estado == verificar.MAL


def test_quitar_del_manifiesto_que_se_dice_el_ciclo_no_sirve_si_una_anterior_ya_lo_decia(tmp_path: Path) -> None:
    publicar(tmp_path, 1, CICLO, [], **DICE)
    hecha = mirada(publicar(tmp_path, 2, CAMBIADAS["el estado de un compromiso"], []), tmp_path)
    assert hecha.estado == verificar.MAL
    assert "las anteriores dicen los cambios del ciclo, y esta no" in hecha.detalles


@pytest.mark.parametrize("alcance", [[], ["plan"], list(COMPARADAS[:-1]), "todas", 7])
def test_decir_que_se_comparan_menos_tablas_esta_mal(tmp_path: Path, alcance: Any) -> None:
    hecha = mirada(publicar(tmp_path, 1, CICLO, [], correcciones_de=alcance), None)
    assert hecha.detalles == ["el manifiesto nombra en «correcciones_de» otras tablas que las del contrato"]


def test_la_primera_de_un_corte_no_dice_cambios_del_ciclo(tmp_path: Path) -> None:
    publicar(tmp_path, 1, CICLO, [], **DICE)
    taller = Taller(tmp_path / "13001-2020-20201231-002")
    taller.tablas |= CAMBIADAS["el estado de un compromiso"]
    anterior = huella_de(tmp_path / "13001-2020-20200831-001" / "manifiesto.json")["sha256"]
    taller.cambios = {"numero": 2, "entrega": taller.carpeta.name, "corte": "2020-12-31", "anterior": anterior} | DICE
    assert mirada(taller.escribir(), tmp_path).estado == verificar.BIEN


def test_los_dos_programas_nombran_lo_mismo() -> None:
    assert (verificar.COMPARADAS, verificar.DEL_CICLO) == (COMPARADAS, DEL_CICLO)
    assert {t: sorted(c) for t, c in SIN_REPETIR.items()} == {t: sorted(c) for t, c in verificar.SIN_REPETIR.items()}


def test_ninguna_encuesta_oculta_se_puede_leer_en_correcciones(tmp_path: Path) -> None:
    """Con miles de cambios al azar, las cifras que dice la tabla son solo las que hoy están a la vista."""
    azar = random.Random(7)
    opciones = [f"O{n}" for n in range(4)]

    def encuesta() -> list[dict[str, Any]]:
        ocultas = set(azar.sample(opciones, azar.choice([0, 2, 3, 4])))
        base = azar.randrange(20, 90)
        return [
            {"espacio": "Feria", "pregunta": "¿Claro?", "opcion": o, "respuestas": None if o in ocultas else azar.randrange(30), "suprimida": o in ocultas, "base": base}
            for o in opciones
            if azar.random() < 0.8
        ]

    for _ in range(3000):
        antes, hoy = encuesta(), encuesta()
        a_la_vista = {(f["opcion"], c): str(f[c]) for f in hoy for c in ("respuestas", "base") if f[c] is not None}
        for c in comparar({"encuestas": antes}, {"encuestas": hoy}):
            if c["campo"] in {"respuestas", "base"}:
                assert (c["antes"], c["despues"]) == (None, a_la_vista.get((c["clave"].split("|")[2], c["campo"])))
            elif c["campo"] == "(fila)" and c["antes"]:
                assert '"respuestas"' not in c["antes"]
                assert '"base"' not in c["antes"]
