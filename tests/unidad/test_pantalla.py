"""La terminal: en una pantalla, sin partir rutas, con color solo si se quiere, y siempre con qué hacer."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rendicion.errores import ErrorUso
from rendicion.pantalla.cuadros import tabla_conciliacion
from rendicion.pantalla.entregas import mostrar_comparacion
from rendicion.pantalla.estado import mostrar_estado
from rendicion.pantalla.fuentes import mostrar_fuentes
from rendicion.pantalla.terminal import consola, cuadro, mostrar_error, numero, porcentaje
from tests.unidad import muestras_informe

LARGA = "/" + "/".join(f"carpeta-{n}" for n in range(20)) + "/entrega"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")


def estado(**cambios: Any) -> dict[str, Any]:
    t: dict[str, Any] = muestras_informe.tablas()
    nombres = ("plan", "indicadores_total", "indicadores_subcomponente", "indicadores_actividad", "conciliacion")
    manifiesto = {"entidad": "13001", "vigencia": 2020, "corte": "2020-12-31", "sintetica": True, "fuentes_sin_dato": {"escuela": "no respondió"}}
    corridas = [{"iniciada": "2021-01-04T10:00:00+00:00", "corte": date(2020, 12, 31), "resultado": "sin_cambios", "entrega": "e"}] * 5
    base = {"entrega": "13001-2020-20201231-003", "entidad_nombre": "Alcaldía de Cartagena", "carpeta": LARGA, "manifiesto": manifiesto, "tablas": {n: t[n] for n in nombres}, "corridas": corridas}
    return base | cambios


@pytest.mark.parametrize("ancho", [60, 80, 120])
def test_el_estado_cabe_en_veinticuatro_renglones_y_en_el_ancho(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ancho: int) -> None:
    monkeypatch.setenv("COLUMNS", str(ancho))
    mostrar_estado(estado(), en_json=False)
    renglones = capsys.readouterr().out.splitlines()
    assert len(renglones) <= 24
    assert max(map(len, renglones)) <= ancho


def test_en_una_terminal_angosta_el_estado_no_pierde_fechas_ni_responsables(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    mostrar_estado(estado(), en_json=False)
    dicho = " ".join(capsys.readouterr().out.split())
    for texto in ("a 31 de diciembre de 2020", "Con reporte 14 de 16", "Oficina de Comunicaciones y Prensa (7)", "Última corrida: 2021-01-04 10:00 (hora universal), sin cambios."):
        assert texto in dicho


def test_el_estado_dice_cuanto_a_que_fecha_que_va_tarde_quien_responde_y_que_sigue(capsys: pytest.CaptureFixture[str]) -> None:
    mostrar_estado(estado(), en_json=False)
    dicho = capsys.readouterr().out
    for texto in ("DATOS SINTÉTICOS", "Alcaldía de Cartagena, 2020, a 31 de diciembre de 2020", "Cumplimiento", "Actividades: ", "vencida, sin reporte", "Responden por lo que va tarde: ", "Sin dato de: escuela.", "Siguiente: rendicion rastrear 1.3"):
        assert texto in dicho
    assert "vencida, 0 de" not in dicho


def test_el_estado_con_cien_actividades_tarde_dice_cuantas_no_se_ven(capsys: pytest.CaptureFixture[str]) -> None:
    malo = estado()
    fila = next(f for f in malo["tablas"]["indicadores_actividad"] if f["corte"] == date(2020, 12, 31) and f["estado"] == "vencida")
    malo["tablas"]["indicadores_actividad"] += [fila] * 100
    mostrar_estado(malo, en_json=False)
    dicho = capsys.readouterr().out
    assert len(dicho.splitlines()) <= 24
    vistas = len(re.findall(r"^  \d\.\d .*vencida", dicho, flags=re.MULTILINE))
    total = int(re.search(r"(\d+) vencidas", dicho).group(1))  # type: ignore[union-attr]
    assert f"… y {total - vistas} más" in dicho


def test_el_estado_sin_entregas_dice_que_correr(capsys: pytest.CaptureFixture[str]) -> None:
    mostrar_estado({"entrega": None, "corridas": []}, en_json=False)
    assert capsys.readouterr().out.strip() == "Todavía no hay entregas en esta salida. Siguiente: rendicion correr"


def test_el_color_se_apaga_con_no_color_y_no_sale_a_un_archivo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    colores = re.compile(r"\x1b\[[0-9;]*3[0-9]m")
    mostrar_estado(estado(), en_json=False)
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    mostrar_estado(estado(), en_json=False)
    assert colores.search(capsys.readouterr().out)
    monkeypatch.setenv("NO_COLOR", "1")
    mostrar_estado(estado(), en_json=False)
    assert not colores.search(capsys.readouterr().out)


@pytest.mark.parametrize("ancho", [40, 80])
def test_un_error_no_parte_la_ruta_y_dice_que_hacer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ancho: int) -> None:
    monkeypatch.setenv("COLUMNS", str(ancho))
    mostrar_error(ErrorUso("No existe la carpeta.", donde=LARGA, hacer="Revise la ruta."), en_json=False)
    assert capsys.readouterr().err.splitlines() == ["Error: No existe la carpeta.", f"  Dónde: {LARGA}", "  Qué hacer: Revise la ruta."]


def test_el_final_de_la_corrida_deja_copiar_rutas_y_ordenes_enteras(capsys: pytest.CaptureFixture[str]) -> None:
    from rendicion.corrida import Resultado
    from rendicion.pantalla import mostrar_resultado

    t = muestras_informe.tablas()
    r = Resultado("publicada", "13001", 2020, date(2020, 12, 31), "e", Path(LARGA), "ab" * 32, conciliacion=t["conciliacion"], reglas={"cumplen": 1, "no_cumplen": 0, "no_corrieron": 0})
    r.indicadores = {n: t[n] for n in ("plan", "indicadores_subcomponente", "indicadores_total")}
    mostrar_resultado(r, en_json=False)
    renglones = capsys.readouterr().out.splitlines()
    assert f"Siguiente: rendicion verificar {LARGA}" in renglones
    assert f"  Página: {LARGA}/index.html" in renglones


def test_las_tablas_no_parten_el_nombre_de_la_fuente_ni_los_titulos_a_80_columnas(capsys: pytest.CaptureFixture[str]) -> None:
    fila = {"fuente": "sintetico-evaluacion-octubre", "recibidos": 1_234, "aceptados": 1_000, "rechazados": 234, "cuentan": 900, "no_cuentan": 100}
    consola().print(tabla_conciliacion([fila]))
    dicho = capsys.readouterr().out
    for palabra in ("sintetico-evaluacion-octubre", "recibidos", "aceptados", "rechazados", "cuentan", "1.234"):
        assert palabra in dicho
    assert max(map(len, dicho.splitlines())) <= 80


@pytest.mark.parametrize(("ancho", "entera"), [(50, False), (120, True)])
def test_una_tabla_que_no_cabe_va_fila_por_fila_con_cada_dato_nombrado(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ancho: int, *, entera: bool) -> None:
    monkeypatch.setenv("COLUMNS", str(ancho))
    consola().print(cuadro("Filas", ("registro", "fecha", "título", "lugar"), [("sintetico-noticias:10233", "2020-01-01", "Una noticia con un título largo", "noticias.xml, entrada 2")]))
    renglones = capsys.readouterr().out.splitlines()
    assert max(map(len, renglones)) <= ancho
    assert any("─" in r for r in renglones) is entera
    dicho = " ".join(" ".join(renglones).split())
    assert ("fecha: 2020-01-01 · título: Una noticia con un título largo · lugar: noticias.xml, entrada 2" in dicho) is not entera


def test_comparar_cuenta_por_tabla_y_muestra_primero_las_cifras(capsys: pytest.CaptureFixture[str]) -> None:
    cambios = [{"tabla": "avances", "clave": f"f:{n}", "campo": "cuenta", "antes": "false", "despues": None} for n in range(30)]
    cambios.append({"tabla": "indicadores_total", "clave": "13001|2020|2020-12-31", "campo": "(fila)", "antes": None, "despues": '{"avance_pct": "81.89", "cumplimiento_pct": "80.00"}'})
    lados = {"antes": {"entrega": "e-1", "corte": "2020-08-31"}, "despues": {"entrega": "e-2", "corte": "2020-12-31"}}
    mostrar_comparacion(lados | {"cambios": cambios}, en_json=False, filas=3)
    dicho = capsys.readouterr().out
    assert "De e-1 a e-2: 31 cambios." in dicho
    assert "Son dos cortes" in dicho
    assert dicho.index("indicadores_total: 1") < dicho.index("avances: 30") < dicho.index("… y 27 más")
    assert "avance 81.89 %, cumplimiento 80.00 %" in dicho
    assert dicho.count("sin dato") == 3


def test_las_fuentes_van_por_dependencia_y_dicen_en_palabras_cada_cuanto_y_de_cuando_es_su_captura(capsys: pytest.CaptureFixture[str]) -> None:
    comun = {"tipo": "csv", "sintetica": True, "ultimo_resultado": None}
    filas = [
        comun | {"fuente": "a", "dependencia": "Prensa", "frecuencia": "R/P4M", "dias": 0, "vieja": False},
        comun | {"fuente": "b", "dependencia": "Prensa", "frecuencia": "", "dias": 40, "vieja": True},
        comun | {"fuente": "c", "dependencia": "Archivo", "frecuencia": "R/P1W", "dias": None, "vieja": None},
    ]
    mostrar_fuentes(filas, en_json=False)
    dicho = capsys.readouterr().out
    assert dicho.index("Archivo") < dicho.index("Prensa")
    assert re.search(r"^a +cada 4 meses +hoy +ninguno", dicho, flags=re.MULTILINE)
    assert re.search(r"^b +sin dato +hace 40 días, vieja", dicho, flags=re.MULTILINE)
    assert re.search(r"^c +cada semana +sin captura", dicho, flags=re.MULTILINE)


def test_lo_vacio_se_dice_sin_dato_y_no_cero() -> None:
    assert (numero(None), porcentaje(None), numero(Decimal("1234.50")), porcentaje(Decimal(0))) == ("sin dato", "sin dato", "1.234,5", "0 %")


def test_un_texto_ajeno_no_puede_dar_ordenes_a_la_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostil = "\x1b]0;título falso\x07Aprobado\x1b[2J\x1b[1;1H\x9b31m \u202eosrever\r\x08"
    malo = estado()
    for f in malo["tablas"]["plan"]:
        f["actividad"] = hostil
    mostrar_estado(malo, en_json=False)
    consola().print(tabla_conciliacion([{"fuente": hostil, "recibidos": 1, "aceptados": 1, "rechazados": 0, "cuentan": 1, "no_cuentan": 0}]))
    mostrar_error(ErrorUso(hostil, donde=hostil), en_json=False)
    dicho = "".join(capsys.readouterr())
    assert "Aprobado" in dicho
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", dicho)
