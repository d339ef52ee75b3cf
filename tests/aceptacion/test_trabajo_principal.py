"""El trabajo principal sobre el plan real, con la orden de verdad y desde afuera."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from rendicion.correcciones import COMPARADAS
from tests.aceptacion.conftest import RAIZ, Corrida, Hecho

EJEMPLOS = RAIZ / "datos" / "ejemplos" / "13001-2020"
Orden = Callable[..., Hecho]


def tabla(entrega: Path, nombre: str) -> list[dict[str, str]]:
    with (entrega / "datos" / f"{nombre}.csv").open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


def copiar_fuentes(destino: Path, cambiar: Callable[[str, str], str] = lambda _id, texto: texto) -> Path:
    """Copia las declaraciones de ejemplo a otra carpeta, con su lugar resuelto, y cambia lo que se pida."""
    destino.mkdir(parents=True)
    for archivo in sorted((EJEMPLOS / "fuentes").glob("*.toml")):
        texto = archivo.read_text("utf-8").replace('lugar = "../', f'lugar = "{EJEMPLOS.as_posix()}/')
        (destino / archivo.name).write_text(cambiar(archivo.stem, texto), "utf-8")
    return destino


def test_el_plan_real_tiene_dieciseis_actividades_con_meta(corrida: Corrida) -> None:
    plan = tabla(corrida.entrega, "plan")
    assert [f["actividad_id"] for f in plan] == [*(f"1.{i}" for i in range(1, 9)), *(f"2.{i}" for i in range(1, 6)), "3.1", "3.2", "4.1"]
    assert [f["meta"] for f in plan] == ["1", "3", "1", "900", "6", "40", "45", "1", "2", "2", "1", "20", "50", "2", "4", "4"]
    por_id = {f["actividad_id"]: f for f in plan}
    assert (por_id["1.4"]["inicio"], por_id["1.4"]["fin"]) == ("2020-01-01", "2020-12-20")
    assert por_id["2.1"]["hitos"] == "2020-06-30;2020-10-31"
    assert (por_id["2.1"]["inicio"], por_id["2.1"]["fin"]) == ("2020-03-01", "2020-12-31")


def test_cada_defecto_conocido_del_plan_es_un_hallazgo(corrida: Corrida) -> None:
    hallazgos = [h for h in tabla(corrida.entrega, "hallazgos") if h["origen"] == "plan"]
    textos = {(h["registro"], h["campo"]): h for h in hallazgos}
    assert textos
    literales = " | ".join(f"{h['registro']} {h['regla']} {h['literal']}" for h in hallazgos)
    for fragmento in (
        "Dos audiencias", "Una vez al año", "Realización de 6 actualizaciones", "Secretaria de Planeación/ Informática",
        "De 1 de enero de 2020 a diciembre 20 de 2020", "junio/octubre 2020", "Tres publicaciones", "Cuatro monitores",
        "de los componentes de", "ministerio", "Código de Integralidad", "Diferentes diferentes", "Cuatro evaluaciones",
    ):  # fmt: skip
        assert fragmento in literales, fragmento
    assert sum(h["regla"] == "fila_suelta" for h in hallazgos) == 1
    assert sum(h["campo"] == "fecha_texto" and not h["literal"] for h in hallazgos) == 14


def test_los_defectos_sembrados_se_hallan_todos_y_sin_falsas_alarmas(corrida: Corrida) -> None:
    with (EJEMPLOS / "verdad.csv").open(encoding="utf-8", newline="") as archivo:
        verdad = list(csv.DictReader(archivo))
    esperados = sorted((v["fuente"], v["registro"], v["regla"]) for v in verdad if v["tratamiento"] == "rechazo")
    hallados = sorted((r["fuente"], r["registro"], r["regla"]) for r in tabla(corrida.entrega, "rechazos"))
    assert hallados == esperados
    no_cuentan = sorted((v["fuente"], v["registro"], v["regla"]) for v in verdad if v["tratamiento"] == "no_cuenta")
    apartados = sorted((a["fuente"], a["registro"], a["motivo"]) for a in tabla(corrida.entrega, "avances") if a["cuenta"] == "false")
    assert apartados == no_cuentan
    assert len(esperados) > 40
    assert len(no_cuentan) > 20


def test_la_conciliacion_cuadra_con_las_tablas(corrida: Corrida) -> None:
    avances, rechazos = tabla(corrida.entrega, "avances"), tabla(corrida.entrega, "rechazos")
    manifiesto = json.loads((corrida.entrega / "manifiesto.json").read_text("utf-8"))
    del_ciclo = {c["fuente"] for c in manifiesto["capturas"] if c["tabla"] != "avances"}
    assert len(del_ciclo) == 5
    for f in tabla(corrida.entrega, "conciliacion"):
        suyos = [a for a in avances if a["fuente"] == f["fuente"]]
        if f["fuente"] in del_ciclo:
            assert (suyos, f["cuentan"], f["no_cuentan"]) == ([], f["aceptados"], "0")
        else:
            assert int(f["aceptados"]) == len(suyos)
            assert int(f["cuentan"]) == sum(a["cuenta"] == "true" for a in suyos)
        assert int(f["rechazados"]) == sum(r["fuente"] == f["fuente"] for r in rechazos)
        assert int(f["recibidos"]) == int(f["aceptados"]) + int(f["rechazados"])


def test_las_tablas_del_ciclo_salen_de_sus_fuentes(corrida: Corrida) -> None:
    compromisos = {f["compromiso_id"]: f for f in tabla(corrida.entrega, "compromisos")}
    assert {f["estado"] for f in compromisos.values()} == {"cumplido", "cumplido_tarde", "vencido", "pendiente", "sin_plazo"}
    assert (compromisos["C-05"]["plazo"], compromisos["C-05"]["dias_retraso"]) == ("2020-10-15", "77")
    dialogo = tabla(corrida.entrega, "dialogo")
    assert {f["a_tiempo"] for f in dialogo} == {"true", "false", ""}
    assert any("[nombre]" in f["pregunta"] for f in dialogo)
    encuestas = tabla(corrida.entrega, "encuestas")
    assert len({f["espacio"] for f in encuestas}) == 4
    assert all((f["respuestas"] == "") == (f["suprimida"] == "true") for f in encuestas)
    assert any(f["suprimida"] == "true" for f in encuestas)
    puntajes = [f["puntaje"] for f in tabla(corrida.entrega, "autodiagnostico")]
    assert "" in puntajes
    assert "0.00" in puntajes


def test_el_libro_de_seguimiento_va_en_la_entrega(corrida: Corrida) -> None:
    hoja = openpyxl.load_workbook(corrida.entrega / "seguimiento.xlsx")["Seguimiento"]
    textos = [str(c) for fila in hoja.iter_rows(values_only=True) for c in fila if c is not None]
    assert "DATOS SINTÉTICOS" in textos[0]
    assert sum(t.startswith(("1.", "2.", "3.", "4.")) for t in textos) >= 16


def test_hay_indicadores_en_los_tres_cortes_y_en_todos_los_niveles(corrida: Corrida) -> None:
    cortes = ["2020-04-30", "2020-08-31", "2020-12-31"]
    for nombre, filas in (("actividad", 16), ("subcomponente", 4), ("total", 1)):
        leidas = tabla(corrida.entrega, f"indicadores_{nombre}")
        assert [f["corte"] for f in leidas] == [c for c in cortes for _ in range(filas)]
    assert tabla(corrida.entrega, "indicadores_dependencia")
    assert [f["mes"] for f in tabla(corrida.entrega, "serie")] == [f"2020-{m:02d}" for m in range(1, 13)]


def test_quien_no_confia_recalcula_todo_con_verificar(corrida: Corrida) -> None:
    hecho = subprocess.run([sys.executable, "-I", "verificar.py"], cwd=corrida.entrega, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout
    assert "0 mal" in hecho.stdout


def test_rendicion_verificar_comprueba_tambien_los_parquet(corrida: Corrida, orden: Orden) -> None:
    hecho = orden("verificar", corrida.entrega)
    assert hecho.codigo == 0, hecho.salida
    assert "bien · Cada Parquet dice lo mismo que su CSV" in hecho.salida


def test_las_sumas_son_las_que_comprueba_sha256sum(corrida: Corrida) -> None:
    for linea in (corrida.entrega / "SHA256SUMS").read_text().splitlines():
        suma, ruta = linea.split("  ")
        assert hashlib.sha256((corrida.entrega / ruta).read_bytes()).hexdigest() == suma


def test_frictionless_valida_el_paquete(corrida: Corrida) -> None:
    programa = "import frictionless, json; r = frictionless.validate('datapackage.json'); print(json.dumps(r.flatten(['name', 'type', 'note'])))"
    hecho = subprocess.run([sys.executable, "-c", programa], cwd=corrida.entrega, capture_output=True, text=True, check=True)
    assert json.loads(hecho.stdout) == []


def test_los_datos_sinteticos_se_dicen_en_todas_partes(corrida: Corrida) -> None:
    assert corrida.hecho.datos["sintetica"] is True
    assert json.loads((corrida.entrega / "manifiesto.json").read_text("utf-8"))["sintetica"] is True
    for ruta in ("index.html", "datapackage.json", "catalogo.jsonld", "validacion/informe.html"):
        assert "DATOS SINTÉTICOS" in (corrida.entrega / ruta).read_text("utf-8"), ruta
    assert all(a["fuente"].startswith("sintetico-") for a in tabla(corrida.entrega, "avances"))


def test_ningun_dato_personal_sembrado_sale_de_la_captura(corrida: Corrida) -> None:
    receta = tomllib.loads((EJEMPLOS / "receta.toml").read_text("utf-8"))
    canarios = [c.encode() for c in _textos(receta["canarios"])]
    assert len(canarios) > 5
    capturas = b"".join(f.read_bytes() for f in (corrida.salida / "capturas").rglob("*.bin"))
    assert any(c in capturas for c in canarios)
    for archivo in corrida.salida.rglob("*"):
        if archivo.is_file() and "capturas" not in archivo.parts:
            contenido = archivo.read_bytes()
            assert not [c for c in canarios if c in contenido], archivo
    assert not [c for c in canarios if c.decode() in corrida.hecho.salida + corrida.hecho.error]


def _textos(valor: Any) -> list[str]:
    if isinstance(valor, str):
        return [valor]
    hijos = valor.values() if isinstance(valor, dict) else valor
    return [t for h in hijos for t in _textos(h)]


def test_dos_corridas_aparte_dan_el_mismo_manifiesto(corrida: Corrida, orden: Orden, tmp_path: Path) -> None:
    otra = orden("correr", "--salida", tmp_path / "otra", "--json", TZ="Asia/Tokyo", PYTHONHASHSEED="7")
    assert otra.datos["manifiesto_sha256"] == corrida.hecho.datos["manifiesto_sha256"]
    assert hashlib.sha256((corrida.entrega / "manifiesto.json").read_bytes()).hexdigest() == otra.datos["manifiesto_sha256"]


def test_si_nada_cambio_no_hay_otra_entrega_y_se_dice(corrida: Corrida, orden: Orden) -> None:
    antes = {f: f.stat().st_mtime_ns for f in corrida.entrega.parent.rglob("*")}
    hecho = orden("correr", "--salida", corrida.salida)
    assert hecho.codigo == 0
    assert "Nada cambió" in hecho.salida
    assert {f: f.stat().st_mtime_ns for f in corrida.entrega.parent.rglob("*")} == antes
    assert len(orden("estado", "--salida", corrida.salida, "--json").datos["corridas"]) >= 2


def test_una_evidencia_corregida_da_otra_entrega_encadenada_y_se_ve_que_cambio(orden: Orden, tmp_path: Path) -> None:
    salida, lugar = tmp_path / "salida", tmp_path / "pantallas.csv"
    lugar.write_bytes((EJEMPLOS / "pantallas.csv").read_bytes())
    fuentes = copiar_fuentes(tmp_path / "fuentes", lambda _i, t: t.replace(f"{EJEMPLOS.as_posix()}/pantallas.csv", lugar.as_posix()))
    una = orden("correr", "--salida", salida, "--fuentes", fuentes, "--json").datos
    fila = next(a for a in tabla(Path(una["entrega"]), "avances") if a["fuente"] == "sintetico-pantallas" and a["cuenta"] == "true")
    lineas = lugar.read_bytes().split(b"\r\n" if b"\r\n" in lugar.read_bytes() else b"\n")
    quitada = [n for n in lineas if fila["registro"].encode() not in n]
    assert len(quitada) == len(lineas) - 1
    lugar.write_bytes((b"\r\n" if b"\r\n" in lugar.read_bytes() else b"\n").join(quitada))
    otra = orden("correr", "--salida", salida, "--fuentes", fuentes, "--json").datos
    manifiesto = json.loads((Path(otra["entrega"]) / "manifiesto.json").read_text("utf-8"))
    assert manifiesto["anterior"] == una["manifiesto_sha256"]
    assert manifiesto["numero"] == 2
    cambios = tabla(Path(otra["entrega"]), "correcciones")
    assert [(c["campo"], c["despues"], c["motivo"]) for c in cambios if c["tabla"] == "avances" and c["clave"] == fila["avance_id"]] == [
        ("(fila)", "", "sin motivo declarado")
    ]
    assert any(c["tabla"] == "indicadores_actividad" and c["clave"].endswith("|1.6") and c["campo"] == "ejecutado" for c in cambios)
    comparada = orden("comparar", una["entrega"], otra["entrega"], "--json").datos
    assert len(comparada["cambios"]) == len(cambios)
    assert orden("verificar", otra["entrega"], "--anterior", una["entrega"]).codigo == 0


def test_si_cambia_lo_publicado_de_un_corte_anterior_la_entrega_nueva_dice_la_cifra_vieja_y_la_nueva(orden: Orden, tmp_path: Path) -> None:
    salida, lugar = tmp_path / "salida", tmp_path / "pantallas.csv"
    lugar.write_bytes((EJEMPLOS / "pantallas.csv").read_bytes())
    fuentes = copiar_fuentes(tmp_path / "fuentes", lambda _i, t: t.replace(f"{EJEMPLOS.as_posix()}/pantallas.csv", lugar.as_posix()))
    abril = orden("correr", "--salida", salida, "--fuentes", fuentes, "--corte", "2020-04-30", "--json").datos
    fila = next(a for a in tabla(Path(abril["entrega"]), "avances") if a["fuente"] == "sintetico-pantallas" and a["cuenta"] == "true")
    quitadas = [n for n in lugar.read_bytes().splitlines(keepends=True) if fila["registro"].encode() not in n]
    lugar.write_bytes(b"".join(quitadas))
    agosto = orden("correr", "--salida", salida, "--fuentes", fuentes, "--corte", "2020-08-31", "--json").datos
    cambios = {(c["tabla"], c["clave"], c["campo"]): (c["antes"], c["despues"]) for c in tabla(Path(agosto["entrega"]), "correcciones")}
    antes, despues = cambios["indicadores_actividad", "13001|2020|2020-04-30|1.6", "ejecutado"]
    assert Decimal(antes) - Decimal(despues) == Decimal(fila["cantidad"])
    assert {t for t, _, _ in cambios} <= {t for t in COMPARADAS if t.startswith("indicadores_")}
    resultados = json.loads((Path(agosto["entrega"]) / "validacion" / "resultados.json").read_text("utf-8"))
    assert [e["entrega"] for e in resultados["tendencia"]] == [abril["entrega_id"]]


def test_sobre_el_limite_de_rechazos_no_se_publica_nada(orden: Orden, tmp_path: Path) -> None:
    def sin_tolerancia(fuente: str, texto: str) -> str:
        lineas = [n for n in texto.splitlines() if not n.startswith("limite_rechazos_pct")]
        return "\n".join(["limite_rechazos_pct = 0", *lineas] if fuente == "sintetico-tuits" else texto.splitlines())

    fuentes = copiar_fuentes(tmp_path / "fuentes", sin_tolerancia)
    hecho = orden("correr", "--salida", tmp_path / "salida", "--fuentes", fuentes)
    assert hecho.codigo == 1
    assert "sintetico-tuits" in hecho.salida
    assert not list(tmp_path.glob("salida/entregas/*/*"))
    assert not (tmp_path / "salida" / "portal").exists()
    assert (tmp_path / "salida" / "revision" / "rechazos.csv").exists()


def test_una_fuente_rota_no_detiene_a_las_demas_y_se_nombra(orden: Orden, tmp_path: Path) -> None:
    fuentes = copiar_fuentes(tmp_path / "fuentes", lambda i, t: t.replace("tuits.csv", "no-existe.csv") if i == "sintetico-tuits" else t)
    hecho = orden("correr", "--salida", tmp_path / "salida", "--fuentes", fuentes, "--json")
    assert hecho.codigo == 3
    assert list(hecho.datos["fuentes_sin_dato"]) == ["sintetico-tuits"]
    entrega = Path(hecho.datos["entrega"])
    assert "sintetico-tuits" in json.loads((entrega / "manifiesto.json").read_text("utf-8"))["fuentes_sin_dato"]
    final = [f for f in tabla(entrega, "indicadores_actividad") if f["corte"] == "2020-12-31" and f["actividad_id"] == "2.5"]
    assert [(f["registros_que_cuentan"], f["avance_reportado_pct"]) for f in final] == [("0", "")]


def test_un_corte_anterior_solo_cuenta_hasta_el(orden: Orden, tmp_path: Path) -> None:
    hecho = orden("correr", "--salida", tmp_path / "salida", "--corte", "2020-04-30", "--json")
    entrega = Path(hecho.datos["entrega"])
    assert {f["corte"] for f in tabla(entrega, "indicadores_total")} == {"2020-04-30"}
    assert all(a["fecha"] <= "2020-04-30" for a in tabla(entrega, "avances") if a["cuenta"] == "true")
    assert [len(tabla(entrega, t)) for t in ("compromisos", "dialogo", "encuestas", "autodiagnostico")] == [0, 0, 0, 0]
    assert {a["motivo"] for a in tabla(entrega, "avances") if a["fecha"] > "2020-04-30"} <= {"posterior_al_corte", "fuera_de_ventana"}


def test_probar_no_escribe_nada(orden: Orden, tmp_path: Path) -> None:
    fuentes = copiar_fuentes(tmp_path / "fuentes")
    antes = sorted(p for p in tmp_path.rglob("*"))
    hecho = orden("probar", "--fuentes", fuentes, "sintetico-pantallas", "--json")
    assert hecho.codigo == 0, hecho.error
    assert hecho.datos["rechazos"]
    assert sorted(p for p in tmp_path.rglob("*")) == antes


@pytest.mark.parametrize(
    ("argumentos", "codigo", "dice"),
    [
        (["correr", "--corte", "2021-01-31"], 2, "no es de la vigencia"),
        (["correr", "--entidad", "99999"], 2, "No hay una entidad"),
        (["correr", "--fuentes", "no-existe"], 2, "No existe la carpeta"),
        (["plan", "no-existe.csv"], 2, "No existe el archivo"),
        (["verificar", "no-existe"], 2, "No existe la carpeta"),
        (["comparar", "tests", "tests"], 2, "no es una entrega"),
    ],
)
def test_un_mal_uso_se_explica_en_espanol_y_sale_con_dos(orden: Orden, tmp_path: Path, argumentos: list[str], codigo: int, dice: str) -> None:
    extra = ["--salida", tmp_path] if argumentos[0] == "correr" else []
    hecho = orden(*argumentos, *extra)
    assert hecho.codigo == codigo
    assert dice in hecho.error
    assert "Traceback" not in hecho.error
    assert "Qué hacer" in hecho.error


def test_plan_en_json_da_las_filas_y_los_hallazgos(orden: Orden) -> None:
    leido = orden("plan", RAIZ / "datos" / "referencia" / "plan-anual-rendicion-2020.txt", "--json").datos
    assert set(leido) == {"plan", "hallazgos"}
    assert len(leido["plan"]) == 16
    assert leido["plan"][3]["meta"] == 900
    assert leido["plan"][3]["entidad"] == "13001"


def test_dos_corridas_a_la_vez_sobre_la_misma_salida_no_se_pisan(orden: Orden, tmp_path: Path) -> None:
    from rendicion.almacen.salida import Salida

    with Salida(tmp_path / "salida").candado():
        hecho = orden("correr", "--salida", tmp_path / "salida")
    assert hecho.codigo == 1
    assert "otra corrida" in hecho.error


def test_si_el_plan_cambia_debajo_de_una_decision_la_corrida_lo_dice(orden: Orden, tmp_path: Path) -> None:
    datos = tmp_path / "datos"
    shutil.copytree(RAIZ / "datos" / "referencia", datos / "referencia")
    (datos / "ejemplos").symlink_to(RAIZ / "datos" / "ejemplos")
    decisiones = next((datos / "referencia" / "decisiones").glob("*.toml"))
    decisiones.write_text(decisiones.read_text("utf-8").replace("De 1 de enero de 2020", "De 2 de enero de 2020"), "utf-8")
    hecho = orden("correr", "--salida", tmp_path / "salida", "--json", RENDICION_DATOS=str(datos))
    assert hecho.codigo == 0, hecho.error
    assert len(hecho.datos["avisos"]) == 1
    assert "1.4" in hecho.datos["avisos"][0]
    assert sum(h["regla"] == "decision_sin_sustento" for h in tabla(Path(hecho.datos["entrega"]), "hallazgos")) == 1
