"""Con un servidor de Prefect de verdad: los mismos bytes, lo que se ve en su pantalla, avisos, secretos y un servidor que muere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer

from tests.integracion.servidores import PREFECT, RAIZ, RENDICION, Servidor, apagar, esperar, servidor_de_prefect, sin_prefect

EJEMPLOS = RAIZ / "datos" / "ejemplos" / "13001-2020"
# Personas inventadas que ya vienen en las fuentes de ejemplo, en columnas que nadie declara.
CANARIOS_DE_EJEMPLO = ("1099999003", "canaria.uno@correo.example", "Canaria Ficticia")


@pytest.fixture(scope="module")
def servidor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servidor]:
    with servidor_de_prefect(tmp_path_factory.mktemp("prefect")) as s:
        yield s


@pytest.fixture(scope="module")
def publicada(servidor: Servidor, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Corre una vez la rendición completa como flujo y devuelve su salida y lo que dijo."""
    salida = tmp_path_factory.mktemp("con")
    hecho = servidor.rendicion("correr", "--salida", str(salida), "--json")
    assert hecho.returncode == 0, hecho.stderr
    dicho = json.loads(hecho.stdout[hecho.stdout.index("{") :])
    return salida, dicho | {"entrega": Path(dicho["entrega"]).name}


def _ultima(servidor: Servidor, flujo: str) -> Any:
    filtro = {"name": {"any_": [flujo]}}
    return servidor.pedir("flow_runs/filter", flows=filtro, sort="START_TIME_DESC", limit=1)[0]


def _fuente_de_tuits(carpeta: Path, **cambios: str) -> Path:
    """Copia la declaración de una fuente de ejemplo, con cambios."""
    declarada = (EJEMPLOS / "fuentes" / "sintetico-tuits.toml").read_text("utf-8").replace('lugar = "../', f'lugar = "{EJEMPLOS.as_posix()}/')
    lineas = [n for n in declarada.splitlines() if n.partition(" =")[0] not in cambios]
    archivo = carpeta / "tuits.toml"
    archivo.write_text("\n".join([*(f"{c} = {v}" for c, v in cambios.items()), *lineas]), "utf-8")
    return archivo


def test_con_prefect_y_sin_prefect_los_bytes_son_los_mismos(publicada: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    orden = [*RENDICION, "correr", "--salida", str(tmp_path / "sin"), "--json"]
    sin = subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, env=sin_prefect(), check=False)
    assert sin.returncode == 0, sin.stderr
    assert publicada[1]["manifiesto_sha256"] == json.loads(sin.stdout)["manifiesto_sha256"]


def test_cada_verbo_de_cada_fuente_es_una_tarea_con_nombre_y_etiquetas_que_se_leen(servidor: Servidor, publicada: tuple[Path, dict[str, Any]]) -> None:
    del publicada
    corrida = _ultima(servidor, "rendicion-de-cuentas")
    tareas = {t["name"]: t for t in servidor.pedir("task_runs/filter", flow_runs={"id": {"any_": [corrida["id"]]}}, limit=200)}
    assert {"leer el plan", "validar", "calcular", "armar la entrega", "publicar", "dejar a la vista", "conjuntos publicados"} <= set(tareas)
    for verbo in ("extraer", "conservar", "interpretar", "normalizar"):
        assert set(tareas[f"{verbo} sintetico-noticias"]["tags"]) == {verbo, "fuente:sintetico-noticias"}
    assert {t["state_type"] for t in tareas.values()} == {"COMPLETED"}


def test_la_corrida_deja_tabla_informe_y_enlaces(servidor: Servidor, publicada: tuple[Path, dict[str, Any]]) -> None:
    salida, dicho = publicada
    artefactos = {a["key"]: a for a in servidor.pedir("artifacts/latest/filter", limit=50)}
    filas = json.loads(artefactos["indicadores-13001-2020"]["data"])
    assert [f["nombre"].split(".")[0] for f in filas] == ["Total", "1", "2", "3", "4"]

    (total,) = [f for f in dicho["totales"] if f["corte"] == "2020-12-31"]
    assert float(filas[0]["avance_pct"]) == float(total["avance_pct"])
    assert "DATOS SINTÉTICOS" in artefactos["informe-13001-2020"]["data"]
    assert (salida / "portal" / "13001-2020").resolve().as_uri() in artefactos["entrega-13001-2020"]["data"]
    assert "validacion/informe.html" in artefactos["validacion-13001-2020"]["data"]


def test_los_conjuntos_publicados_quedan_como_activos_con_su_entrega(servidor: Servidor, publicada: tuple[Path, dict[str, Any]]) -> None:
    def hallados() -> dict[str, Any]:
        filtro = {"event": {"name": ["prefect.asset.materialization.succeeded"]}, "occurred": {"since": "2020-01-01T00:00:00Z"}}
        eventos = servidor.pedir("events/filter", filter=filtro, limit=50)["events"]
        return {e["resource"]["prefect.resource.id"]: e["payload"] for e in eventos}

    activos = esperar(lambda: dados if len(dados := hallados()) >= 16 else None, 60, "los activos")
    assert activos["rendicion://13001-2020/indicadores_total"]["manifiesto_sha256"] == publicada[1]["manifiesto_sha256"]


def test_los_registros_estan_en_espanol_con_su_fuente_y_su_corrida(servidor: Servidor, publicada: tuple[Path, dict[str, Any]]) -> None:
    corrida = _ultima(servidor, "rendicion-de-cuentas")

    def dichos() -> list[str]:
        filas = servidor.pedir("logs/filter", logs={"flow_run_id": {"any_": [corrida["id"]]}}, limit=200)
        return [f["message"] for f in filas]

    esperar(lambda: any(d.startswith("Fuente sintetico-noticias: ") for d in dichos()), 30, "el registro de la fuente")
    esperar(lambda: any(publicada[1]["entrega"] in d for d in dichos()), 30, "el registro del cierre")


def test_un_parametro_que_no_sirve_se_niega_antes_de_empezar(servidor: Servidor) -> None:
    programa = (
        "from flujos.rendicion_de_cuentas import rendicion_de_cuentas as f\n"
        "for malos in ({'corte': 'ayer'}, {'vigencia': 12}, {'entidad': '1 or 1'}, {'ckan': 'https://usuario:clave@portal'}):\n"
        "    try: f(**malos)\n"
        "    except Exception as e: print(type(e).__name__)\n"
    )
    hecho = servidor.orden(RENDICION[0], "-c", programa)
    assert hecho.stdout.split() == ["ParameterTypeError"] * 4, hecho.stderr


def _avisar_a(servidor: Servidor, receptor: HTTPServer) -> None:
    """Crea el bloque de avisos, como dice docs/operar.md, hacia un receptor de la prueba."""
    receptor.expect_request("/aviso", method="POST").respond_with_data("ok")
    bloque = f"from prefect.blocks.notifications import CustomWebhookNotificationBlock as B\nB(name='rendicion-avisos', url={receptor.url_for('/aviso')!r}, json_data={{'asunto': '{{{{subject}}}}', 'texto': '{{{{body}}}}'}}).save('rendicion-avisos', overwrite=True)"
    creado = servidor.orden(RENDICION[0], "-c", bloque)
    assert creado.returncode == 0, creado.stderr


def test_si_la_corrida_se_detiene_el_flujo_falla_la_orden_sale_con_uno_y_se_avisa(servidor: Servidor, tmp_path: Path, httpserver: HTTPServer) -> None:
    _avisar_a(servidor, httpserver)
    for veces in ("creada", "sin cambios"):
        aplicado = servidor.orden(RENDICION[0], "-m", "flujos.automatizar")
        assert aplicado.returncode == 0, aplicado.stderr
        assert [n.rsplit(": ", 1)[1] for n in aplicado.stdout.splitlines()] == [veces] * 6
    assert len(servidor.pedir("automations/filter")) == 6
    # Tocar una regla borra lo que venía contando; volver a desplegar, como después de un apagón, no debe tocarla.
    tocadas = {a["id"]: a["updated"] for a in servidor.pedir("automations/filter")}
    assert servidor.orden(RENDICION[0], "-m", "flujos.automatizar").returncode == 0
    assert {a["id"]: a["updated"] for a in servidor.pedir("automations/filter")} == tocadas
    fuente = _fuente_de_tuits(tmp_path, limite_rechazos_pct="0")
    programa = (
        "import sys; from prefect import tags\nfrom flujos.rendicion_de_cuentas import rendicion_de_cuentas as f\n"
        "with tags('rendicion'): f(salida=sys.argv[1], fuentes=sys.argv[2])"
    )
    assert servidor.orden(RENDICION[0], "-c", programa, str(tmp_path / "s"), str(fuente)).returncode == 1
    assert _ultima(servidor, "rendicion-de-cuentas")["state_type"] == "FAILED"
    esperar(lambda: httpserver.log, 60, "el aviso")
    aviso = json.loads(httpserver.log[0][0].get_data())
    assert aviso["asunto"] == "Rendición: falló rendicion-de-cuentas"
    assert "No se publicó" in aviso["texto"]
    assert "operar.md" in aviso["texto"]
    hecho = servidor.rendicion("correr", "--salida", str(tmp_path / "s"), "--fuentes", str(fuente), "--json")
    assert hecho.returncode == 1, hecho.stderr
    assert json.loads(hecho.stdout[hecho.stdout.index("{") :])["estado"] == "detenida"


def test_se_avisa_de_lo_que_no_falla_una_fuente_sin_dato_una_vieja_y_una_corrida_que_no_empieza(servidor: Servidor, tmp_path: Path, httpserver: HTTPServer) -> None:
    _avisar_a(servidor, httpserver)
    for orden in ([RENDICION[0], "-m", "flujos.automatizar"], [PREFECT, "work-pool", "create", "rendicion", "--type", "process"], [PREFECT, "--no-prompt", "deploy", "--name", "recordatorios"]):
        hecho = servidor.orden(*map(str, orden))
        assert hecho.returncode == 0, hecho.stderr
    # Sin trabajador, esta corrida nunca empieza.
    (despliegue,) = servidor.pedir("deployments/filter")
    servidor.pedir(f"deployments/{despliegue['id']}/create_flow_run", state={"type": "SCHEDULED", "state_details": {"scheduled_time": "2026-01-01T00:00:00Z"}})
    # Una fuente buena y otra que no está: la corrida publica con lo que hay y termina bien.
    fuentes = tmp_path / "fuentes"
    fuentes.mkdir()
    buena = _fuente_de_tuits(tmp_path).read_text("utf-8")
    (fuentes / "tuits.toml").write_text(buena, "utf-8")
    (fuentes / "perdida.toml").write_text(re.sub(r"(?m)^lugar = .*$", 'lugar = "no-existe.csv"', buena.replace('id = "sintetico-tuits"', 'id = "perdida"')), "utf-8")
    hecho = servidor.rendicion("correr", "--salida", str(tmp_path / "s"), "--fuentes", str(fuentes), "--json")
    assert hecho.returncode == 3, hecho.stderr
    vieja = "from prefect.events import emit_event as e\ne('rendicion.fuente.vieja', {'prefect.resource.id': 'rendicion.fuente.13001.noticias', 'prefect.resource.name': 'noticias'}, payload={'dias': 40, 'frecuencia': 'R/P1M'})"
    assert servidor.orden(RENDICION[0], "-c", vieja).returncode == 0
    esperados = {"Rendición: la fuente perdida no dio datos", "Rendición: la fuente noticias se quedó atrás", "Rendición: recordatorios no empezó a tiempo"}
    dichos: dict[str, str] = {}

    def llegaron() -> bool:
        dichos.update({a["asunto"]: a["texto"] for a in (json.loads(p.get_data()) for p, _ in httpserver.log)})
        return esperados <= set(dichos)

    esperar(llegaron, 120, f"los avisos; llegaron {set(dichos)}")
    assert "no-existe.csv" in dichos["Rendición: la fuente perdida no dio datos"]
    assert "hace 40 días y su frecuencia es R/P1M" in dichos["Rendición: la fuente noticias se quedó atrás"]


def test_una_fuente_remota_se_reintenta_y_ningun_otro_verbo(servidor: Servidor) -> None:
    programa = (
        "from dataclasses import replace\nfrom flujos.tareas import tarea_de\nfrom rendicion.fuente import Fuente\n"
        "f = Fuente('n', 'rss', 'https://x.gov.co/rss', 'P', {'fecha': 'F'})\n"
        "print(*(tarea_de(v, print, a).retries for v, a in (('extraer n', f), ('extraer n', replace(f, lugar='n.csv')), ('conservar n', f), ('publicar', f), ('armar la entrega', f))))"
    )
    assert servidor.orden(RENDICION[0], "-c", programa).stdout.split() == ["2", "0", "0", "0", "0"]


def test_la_verificacion_nocturna_comprueba_lo_publicado_y_falla_si_alguien_lo_toca(servidor: Servidor, publicada: tuple[Path, dict[str, Any]]) -> None:
    salida, dicho = publicada
    programa = "import sys; from flujos.verificacion_nocturna import verificacion_nocturna as f; print(f(salida=sys.argv[1]))"
    bien = servidor.orden(RENDICION[0], "-c", programa, str(salida))
    assert bien.returncode == 0, bien.stderr
    assert dicho["entrega"] in bien.stdout
    tocado = salida / "portal" / "13001-2020" / dicho["entrega"] / "datos" / "indicadores_total.csv"
    antes = tocado.read_bytes()
    tocado.write_bytes(antes.replace(b"2020-12-31", b"2020-12-30", 1))
    try:
        mal = servidor.orden(RENDICION[0], "-c", programa, str(salida))
        assert mal.returncode == 1
        assert "no pasa la comprobación independiente" in mal.stderr
        assert _ultima(servidor, "verificacion-nocturna")["state_type"] == "FAILED"
    finally:
        tocado.write_bytes(antes)


def test_el_flujo_de_cortes_publica_lo_que_toca_hoy_segun_el_calendario(servidor: Servidor, tmp_path: Path) -> None:
    fuente = _fuente_de_tuits(tmp_path)
    programa = (
        "import sys; from datetime import date; from flujos.cortes_oficiales import cortes_oficiales as f\n"
        "for dia in (date(2020, 4, 30), date(2020, 5, 15), date(2020, 5, 16)): print('->', f(salida=sys.argv[1], fuentes=sys.argv[2], hoy=dia))"
    )
    hecho = servidor.orden(RENDICION[0], "-c", programa, str(tmp_path / "s"), str(fuente))
    assert hecho.returncode == 0, hecho.stderr
    assert [n for n in hecho.stdout.splitlines() if n.startswith("->")] == ["-> []", "-> ['13001-2020-20200430-001']", "-> []"]


def test_los_recordatorios_y_la_retencion_corren_como_flujos(servidor: Servidor, publicada: tuple[Path, dict[str, Any]]) -> None:
    salida = str(publicada[0])
    programa = (
        "import sys; from datetime import date; from flujos.recordatorios import recordatorios as f; from flujos.retencion import retencion as g\n"
        "print('->', f(salida=sys.argv[1], hoy=date(2020, 12, 1)), g(salida=sys.argv[1], simular=True))\n"
        "try: g(salida=sys.argv[1], dias=0)\n"
        "except Exception as error: print('->', type(error).__name__)"
    )
    hecho = servidor.orden(RENDICION[0], "-c", programa, salida)
    assert hecho.returncode == 0, hecho.stderr
    assert [n for n in hecho.stdout.splitlines() if n.startswith("->")] == ["-> 0 0", "-> ParameterTypeError"]


def test_el_token_y_los_datos_personales_no_aparecen_en_ninguna_salida(servidor: Servidor, tmp_path: Path) -> None:
    """Un token y una cédula, un teléfono y un correo inventados, buscados en todo lo que se escribió: registros, base de Prefect, artefactos, portal."""
    token, persona = "canario-token-7f3a9", ("1047999321", "3009998877", "canaria.persona@correo.example", *CANARIOS_DE_EJEMPLO)
    declarada = (EJEMPLOS / "fuentes" / "sintetico-preguntas.toml").read_text("utf-8")
    fuentes = tmp_path / "fuentes"
    fuentes.mkdir()
    texto = f"Soy la cédula {persona[0]}, celular {persona[1]}, correo {persona[2]}:".encode("cp1252")
    original = (EJEMPLOS / "preguntas.csv").read_bytes()
    assert "Pregunta de ejemplo:".encode("cp1252") in original
    (tmp_path / "preguntas.csv").write_bytes(original.replace("Pregunta de ejemplo:".encode("cp1252"), texto, 1))
    (fuentes / "preguntas.toml").write_text(declarada.replace('lugar = "../', f'lugar = "{tmp_path.as_posix()}/'), "utf-8")
    (fuentes / "tuits.toml").write_text(_fuente_de_tuits(tmp_path).read_text("utf-8"), "utf-8")
    salida = tmp_path / "s"
    cerrado = "http://127.0.0.1:9"
    programa = "import sys; from flujos.rendicion_de_cuentas import rendicion_de_cuentas as f; f(salida=sys.argv[1], fuentes=sys.argv[2], ckan=sys.argv[3])"
    hecho = servidor.orden(RENDICION[0], "-c", programa, str(salida), str(fuentes), cerrado, RENDICION_CKAN_TOKEN=token)
    assert hecho.returncode != 0, "el portal no existe: debe fallar, y sin mostrar el token"
    assert any((salida / "portal").rglob("dialogo.csv")), hecho.stderr
    buscado = [token.encode(), *(p.encode() for p in persona)]
    visto = {"pantalla": (hecho.stdout + hecho.stderr).encode()}
    casa = Path(servidor.ambiente["PREFECT_HOME"])
    visto |= {str(a): a.read_bytes() for lugar in (salida / "portal", salida / "entregas", casa) for a in lugar.rglob("*") if a.is_file()}
    visto |= {str(a): a.read_bytes() for a in salida.glob("registro.sqlite*")}
    visto["artefactos"] = json.dumps(servidor.pedir("artifacts/filter", limit=200)).encode()
    visto["corridas"] = json.dumps(servidor.pedir("flow_runs/filter", limit=50)).encode()
    assert len(visto) > 40
    hallados = [(b.decode(), donde) for b in buscado for donde, contenido in visto.items() if b in contenido]
    assert hallados == []
    guardadas = b"".join(a.read_bytes() for a in (salida / "capturas").rglob("*.bin"))
    assert persona[0].encode() in guardadas, "el canario sí entró: está en la captura, que no se publica"


def test_los_secretos_de_un_bloque_se_usan_y_no_quedan_legibles_en_la_base(servidor: Servidor) -> None:
    secreto = "canario-bloque-51c0"
    programa = (
        "import os\nfrom prefect.blocks.system import Secret\nfrom flujos.secretos import secretos_a_mano\n"
        f"Secret(value={secreto!r}).save('rendicion-ckan-token', overwrite=True)\n"
        "with secretos_a_mano(): print(len(os.environ['RENDICION_CKAN_TOKEN']))\n"
        "print(os.environ.get('RENDICION_CKAN_TOKEN'))"
    )
    hecho = servidor.orden(RENDICION[0], "-c", programa)
    assert hecho.stdout.split() == [str(len(secreto)), "None"], hecho.stderr
    casa = Path(servidor.ambiente["PREFECT_HOME"])
    assert [a.name for a in casa.rglob("*") if a.is_file() and secreto.encode() in a.read_bytes()] == []


def test_si_matan_al_servidor_en_la_mitad_no_queda_nada_a_medias_y_la_siguiente_corrida_termina(servidor: Servidor, tmp_path: Path) -> None:
    """Va de último: mata el servidor de todas las pruebas de este archivo."""
    salida = tmp_path / "s"
    orden = [*RENDICION, "correr", "--salida", str(salida), "--json"]
    corrida = subprocess.Popen(orden, cwd=RAIZ, env=servidor.ambiente | {"PREFECT_CLIENT_MAX_RETRIES": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        esperar(lambda: len(list(salida.glob("capturas/*/*.json"))) >= 3, 120, "las primeras capturas")
        assert servidor.proceso is not None
        servidor.proceso.send_signal(signal.SIGKILL)
        servidor.proceso.wait()
        with pytest.raises(httpx.HTTPError):
            servidor.leer("health")
        codigo = corrida.wait(240)
    finally:
        apagar(corrida)
    enteras = list(salida.glob("portal/*/[!.]*/manifiesto.json"))
    assert len(enteras) <= 1
    assert (codigo == 0) == bool(enteras)
    for manifiesto in enteras:
        assert subprocess.run([RENDICION[0], "verificar.py"], cwd=manifiesto.parent, capture_output=True, check=False).returncode == 0
    hecho = subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, env=sin_prefect(), check=False)
    assert hecho.returncode == 0, hecho.stderr
    assert len(list(salida.glob("portal/*/[!.]*/manifiesto.json"))) == 1
    assert len(list(salida.glob("entregas/*/[!.]*/manifiesto.json"))) == 1


