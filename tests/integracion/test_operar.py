"""Operar en una máquina: `rendicion desplegar` con PostgreSQL de verdad, un horario que se dispara, un trabajador que muere, respaldo y restauración."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.integracion.servidores import RAIZ, RENDICION, Servidor, ambiente_de_prefect, apagar, esperar, postgres, puerto_libre, sin_prefect

DESPLIEGUES = {"extraccion-diaria", "cortes-oficiales", "verificacion-nocturna", "retencion", "recordatorios"}
FUENTE = "sintetico-tuits"


@dataclass
class Operacion:
    """Lo que `rendicion desplegar` dejó andando."""

    servidor: Servidor
    proceso: subprocess.Popen[bytes]
    diario: Path
    salida: Path
    registro: str
    base_de_prefect: str

    def despliegue(self, nombre: str) -> dict[str, Any]:
        (hallado,) = [d for d in self.servidor.pedir("deployments/filter", limit=20) if d["name"] == nombre]
        return dict(hallado)

    def corridas(self) -> list[dict[str, Any]]:
        motor = sa.create_engine(self.registro)
        try:
            with motor.connect() as conexion:
                return [dict(f) for f in conexion.execute(sa.text("select * from corridas order by iniciada")).mappings()]
        finally:
            motor.dispose()


@pytest.fixture(scope="module")
def operacion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operacion]:
    casa, salida = tmp_path_factory.mktemp("prefect"), tmp_path_factory.mktemp("salida")
    puerto, diario = puerto_libre(), casa / "desplegar.log"
    with postgres("prefect", "rendicion") as donde:
        ambiente = ambiente_de_prefect(casa, puerto)
        api = ambiente.pop("PREFECT_API_URL")
        registro = f"postgresql+psycopg://{donde}/rendicion"
        de_prefect = f"postgresql+asyncpg://{donde}/prefect"
        propias = {"PREFECT_API_DATABASE_CONNECTION_URL": de_prefect, "RENDICION_REGISTRO": registro, "RENDICION_SALIDA": str(salida), "PYTHONUNBUFFERED": "1"}
        with diario.open("wb") as escrito:
            proceso = subprocess.Popen([*RENDICION, "desplegar", "--puerto", str(puerto)], cwd=RAIZ, env=ambiente | propias, stdout=escrito, stderr=escrito)
            try:
                servidor = Servidor(api, ambiente | propias | {"PREFECT_API_URL": api})
                esperar(lambda: "Arranca el trabajador" in diario.read_text("utf-8") or proceso.poll() is not None, 600, "rendicion desplegar")
                assert proceso.poll() is None, diario.read_text("utf-8")
                yield Operacion(servidor, proceso, diario, salida, registro, de_prefect)
            finally:
                apagar(proceso)


def _una_fuente(carpeta: Path) -> Path:
    ejemplos = RAIZ / "datos" / "ejemplos" / "13001-2020"
    declarada = (ejemplos / "fuentes" / f"{FUENTE}.toml").read_text("utf-8")
    archivo = carpeta / "tuits.toml"
    archivo.write_text(declarada.replace('lugar = "../', f'lugar = "{ejemplos.as_posix()}/'), "utf-8")
    return archivo


def test_una_orden_registra_todos_los_despliegues_con_su_horario_y_sus_avisos(operacion: Operacion) -> None:
    hallados = {d["name"]: d for d in operacion.servidor.pedir("deployments/filter", limit=20)}
    assert set(hallados) == DESPLIEGUES
    for despliegue in hallados.values():
        (programa,) = despliegue["schedules"]
        assert programa["active"] is True
        assert programa["schedule"]["timezone"] == "America/Bogota"
        assert despliegue["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
        assert despliegue["tags"] == ["rendicion"]
    assert len(operacion.servidor.pedir("automations/filter")) == 6


def test_un_horario_se_dispara_un_trabajador_lo_corre_y_queda_anotado_en_postgresql(operacion: Operacion, tmp_path: Path) -> None:
    servidor = operacion.servidor
    despliegue = operacion.despliegue("extraccion-diaria")
    fuente = str(_una_fuente(tmp_path))
    httpx.patch(f"{servidor.url}/deployments/{despliegue['id']}", json={"parameters": {"fuentes": fuente}}, timeout=60).raise_for_status()
    cada = {"interval": 20, "anchor_date": "2020-01-01T00:00:00Z", "timezone": "America/Bogota"}
    programas = httpx.post(f"{servidor.url}/deployments/{despliegue['id']}/schedules", json=[{"active": True, "schedule": cada}], timeout=60).raise_for_status().json()
    filtro = {"deployments": {"id": {"any_": [despliegue["id"]]}}, "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}}
    try:
        terminadas = esperar(lambda: servidor.pedir("flow_runs/filter", **filtro, sort="START_TIME_ASC"), 400, "una corrida programada")
    finally:
        httpx.delete(f"{servidor.url}/deployments/{despliegue['id']}/schedules/{programas[0]['id']}", timeout=60)
    assert terminadas[0]["state_type"] == "COMPLETED"
    assert terminadas[0]["auto_scheduled"] is True
    assert [p.name for p in operacion.salida.glob("portal/13001-2020/13001-*")] == ["13001-2020-20201231-001"]
    assert operacion.corridas()[0]["resultado"] == "publicada"
    assert not (operacion.salida / "registro.sqlite").exists(), "el registro está en PostgreSQL"
    with sa.create_engine(operacion.base_de_prefect.replace("asyncpg", "psycopg")).connect() as conexion:
        assert conexion.execute(sa.text("select count(*) from flow_run where auto_scheduled")).scalar_one() >= 1


def test_la_orden_estado_lee_el_registro_de_postgresql(operacion: Operacion) -> None:
    hecho = operacion.servidor.rendicion("estado")
    assert hecho.returncode == 0, hecho.stderr
    assert "publicada" in hecho.stdout


def test_si_matan_a_quien_corre_la_siguiente_cierra_lo_interrumpido_y_termina(operacion: Operacion, tmp_path: Path) -> None:
    servidor = operacion.servidor
    ambiente = {k: v for k, v in servidor.ambiente.items() if k != "PREFECT_API_URL"}
    orden = [*RENDICION, "correr", "--corte", "2020-08-31", "--fuentes", str(_una_fuente(tmp_path)), "--json"]
    corrida = subprocess.Popen(orden, cwd=RAIZ, env=ambiente, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    esperar(lambda: any(c["resultado"] == "en_curso" for c in operacion.corridas()) or corrida.poll() is not None, 120, "la corrida en curso")
    corrida.kill()
    corrida.wait()
    assert [c["resultado"] for c in operacion.corridas()].count("en_curso") == 1
    hecho = subprocess.run(orden, cwd=RAIZ, env=ambiente, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stderr
    resultados = [c["resultado"] for c in operacion.corridas()]
    assert "en_curso" not in resultados
    assert resultados.count("fallida") == 1
    assert len(list(operacion.salida.glob("entregas/13001-2020/*-20200831-*"))) == 1


def test_un_respaldo_restaurado_en_otra_carpeta_verifica_y_rehace_su_registro(operacion: Operacion, tmp_path: Path) -> None:
    respaldo, nueva = tmp_path / "respaldo.tar.gz", tmp_path / "restaurada"
    empacar = ["tar", "-czf", str(respaldo), "-C", str(operacion.salida), "capturas", "entregas", "portal"]
    subprocess.run(empacar, check=True)
    nueva.mkdir()
    with tarfile.open(respaldo) as paquete:
        paquete.extractall(nueva, filter="data")
    propio = {k: v for k, v in sin_prefect().items() if k != "RENDICION_REGISTRO"}
    hecho = subprocess.run([*RENDICION, "reconstruir", "--salida", str(nueva), "--json"], cwd=RAIZ, env=propio, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stderr
    assert '"danadas": []' in hecho.stdout
    entregas = sorted(nueva.glob("entregas/13001-2020/13001-*"))
    assert entregas
    for entrega in entregas:
        verificado = subprocess.run([sys.executable, "verificar.py", "--anterior", ".."], cwd=entrega, capture_output=True, text=True, check=False)
        assert verificado.returncode == 0, verificado.stdout
    # Lo restaurado sirve para seguir: la misma fuente no da otra entrega.
    seguir = subprocess.run([*RENDICION, "correr", "--salida", str(nueva), "--fuentes", str(_una_fuente(tmp_path)), "--json"], cwd=RAIZ, env=propio, capture_output=True, text=True, check=False)
    assert seguir.returncode == 0, seguir.stderr
    assert '"estado": "sin_cambios"' in seguir.stdout


def test_al_detener_la_orden_se_apagan_el_servidor_y_el_trabajador(operacion: Operacion) -> None:
    """Va de último: apaga la operación."""
    hijos = [int(h) for h in Path(f"/proc/{operacion.proceso.pid}/task/{operacion.proceso.pid}/children").read_text().split()]
    assert len(hijos) == 2
    operacion.proceso.send_signal(signal.SIGTERM)
    assert operacion.proceso.wait(90) == 0
    limite = time.monotonic() + 30
    while any(Path(f"/proc/{h}").exists() for h in hijos) and time.monotonic() < limite:
        time.sleep(0.2)
    assert [h for h in hijos if Path(f"/proc/{h}").exists()] == []
    with pytest.raises(httpx.HTTPError):
        operacion.servidor.leer("health")


def test_sin_prefect_yaml_la_orden_dice_que_hacer(tmp_path: Path) -> None:
    hecho = subprocess.run([*RENDICION, "desplegar"], cwd=tmp_path, env=sin_prefect() | {"PYTHONPATH": str(RAIZ)}, capture_output=True, text=True, check=False)
    assert hecho.returncode == 2
    assert "raíz del proyecto" in " ".join(hecho.stderr.split())


def test_las_unidades_de_ejemplo_son_validas_para_systemd(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("en esta máquina no hay systemd")
    unidades = []
    for unidad in sorted((RAIZ / "docs" / "operar").glob("*.service")):
        # Lo único que cambia es dónde está instalado el programa: aquí, donde corren las pruebas.
        propia = unidad.read_text("utf-8").replace("/opt/rendicion/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unidad.name).write_text(propia, "utf-8")
        unidades.append(str(tmp_path / unidad.name))
    hecho = subprocess.run(["systemd-analyze", "verify", *unidades], capture_output=True, text=True, check=False)
    assert (hecho.returncode, hecho.stderr, len(unidades)) == (0, "", 3)


def test_los_ajustes_del_servidor_son_los_mismos_aqui_y_en_el_ambiente_de_ejemplo_y_prefect_los_entiende() -> None:
    """Sin ellos, un apagón deja el turno tomado y la corrida que murió en «Running» para siempre."""
    from rendicion.operacion import despliegue

    dado = despliegue.ambiente(despliegue.Plan(RAIZ, None))
    ejemplo = (RAIZ / "docs" / "operar" / "ambiente.ejemplo").read_text("utf-8").splitlines()
    for variable in ("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER", "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"):
        assert f"{variable}={dado[variable]}" in ejemplo
    programa = "from prefect.settings import get_current_settings as g; from prefect.server.concurrency.lease_storage import get_concurrency_lease_storage as a; print(a().__class__.__module__, g().server.events.expired_bucket_buffer.days, *sorted(g().server.services.db_vacuum.enabled_vacuum_types))"
    hecho = subprocess.run([sys.executable, "-c", programa], env=dado, capture_output=True, text=True, check=True)
    assert hecho.stdout.split() == ["prefect.server.concurrency.lease_storage.filesystem", "30", "events", "flow_runs", "orphans"]


def test_un_servidor_con_una_biblioteca_que_no_dispara_horarios_se_niega_a_arrancar(monkeypatch: pytest.MonkeyPatch) -> None:
    from rendicion.errores import ErrorUso
    from rendicion.operacion import despliegue

    monkeypatch.setattr(despliegue.metadata, "version", lambda _: "2.1.0")
    with pytest.raises(ErrorUso, match="no dispara los horarios"):
        despliegue.revisar_entorno(despliegue.Plan(RAIZ, None))
    monkeypatch.setattr(despliegue.metadata, "version", lambda _: "2.0.58")
    despliegue.revisar_entorno(despliegue.Plan(RAIZ, None))
