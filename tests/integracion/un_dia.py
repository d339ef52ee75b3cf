"""Un día de operación en una sola máquina, en tiempo rápido: extracción, rechazo, aviso, corte, corrección, una caída y verificación.

`python -m tests.integracion.un_dia` arranca PostgreSQL, un CKAN (tests/portal/pila), un correo y `rendicion desplegar`; juega el
día con los horarios de Prefect y las órdenes de docs/operar.md tal como están escritas; busca un token y unas personas inventadas
en todo lo que quedó escrito; y al final escribe docs/un-dia.md con lo que vio. Si algo no sale como debe, falla y no escribe nada.

El tiempo rápido es esto: cada hora del día es un horario de una sola vez, pocos segundos adelante, y los flujos que preguntan por
el calendario reciben el día en `hoy`.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pytest_httpserver import HTTPServer

from rendicion.puertas import VARIABLE_TOKEN
from tests.integracion.servidores import RAIZ, RENDICION, Servidor, ambiente_de_prefect, apagar, esperar, postgres, programa_de_postgres, puerto_libre

DOCUMENTO = RAIZ / "docs" / "un-dia.md"
MANUAL = RAIZ / "docs" / "operar.md"
LEVANTAR = RAIZ / "tests" / "portal" / "pila" / "levantar.py"
CADENA, EN_CKAN, FUENTE = "13001-2020", "rendicion-13001-2020", "sintetico-tuits"
REDES = "redes@entidad.example"
AVISOS = f'\n[avisos]\nremite = "datos@entidad.example"\n\n[avisos.destinatarios]\n"Administrador de redes (cargo de ejemplo)" = "{REDES}"\n'
CLAVE_DE_CORREO = "canario-clave-de-correo-40d2"
# Inventadas: la primera se siembra en una pregunta; las otras ya vienen en las fuentes de ejemplo, en columnas que nadie declara.
PERSONAS = ("1047999321", "3009998877", "canaria.persona@correo.example", "1099999003", "canaria.uno@correo.example", "Canaria Ficticia")
TERMINALES = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
PLAZO = 900
ORDEN_DEL_TOKEN = 'python -c "import getpass'
MOTIVO = "La dependencia escribió mal la fecha de una publicación y la corrigió."


class Buzon:
    """Recibe las cartas de un servidor de correo que pide usuario y clave."""

    def __init__(self) -> None:
        self.cartas: list[Any] = []

    async def handle_DATA(self, _servidor: Any, _sesion: Any, sobre: Any) -> str:  # noqa: N802 -- así lo llama aiosmtpd
        self.cartas.append(message_from_bytes(sobre.content, policy=policy.default))
        return "250 OK"


@dataclass
class Dia:
    """El día en marcha: dónde está cada cosa y lo que se ha visto."""

    carpeta: Path
    servidor: Servidor
    puerto: int
    postgres: str
    ckan: dict[str, Any]
    buzon: Buzon
    avisos: HTTPServer
    bitacora: list[tuple[str, str, str]] = field(default_factory=list)
    operacion: subprocess.Popen[bytes] | None = None
    corridas: set[str] = field(default_factory=set)
    extraccion: tuple[str, str, str] = ("", "", "")
    caida: str = ""

    @property
    def salida(self) -> Path:
        return self.carpeta / "salida"

    def anotar(self, hora: str, que: str, visto: str) -> None:
        self.bitacora.append((hora, que, visto))
        print(f"{hora}  {que}: {visto}", flush=True)

    # Lo que hace quien opera.

    def manual(self, empieza: str, cambios: Mapping[str, str] | None = None, *, entrada: str = "", en: Path = RAIZ, ambiente: Mapping[str, str] | None = None) -> str:
        """Corre una línea de docs/operar.md tal como está escrita, con los nombres de ejemplo cambiados por los de este día."""
        lineas = ordenes_del_manual() | set(re.findall(r"`([^`\n]+)`", MANUAL.read_text("utf-8")))
        (linea,) = {empieza} & lineas or {n for n in lineas if n.startswith(empieza)}
        self.corridas.add(linea)
        for antes, despues in (cambios or {}).items():
            assert antes in linea, f"{antes} no está en: {linea}"
            linea = linea.replace(antes, despues)
        hecho = subprocess.run(["bash", "-c", linea], cwd=en, env={**self.servidor.ambiente, **(ambiente or {})}, input=entrada, capture_output=True, text=True, timeout=PLAZO, check=False)
        assert hecho.returncode == 0, f"{linea}\n{hecho.stdout}{hecho.stderr}"
        return " ".join((hecho.stdout + hecho.stderr).split())

    def poner_a_andar(self) -> None:
        """`rendicion desplegar`, en su propio grupo, para poder quitarle la luz a todo junto."""
        diario = self.carpeta / "desplegar.log"
        desde = diario.stat().st_size if diario.exists() else 0
        sin_api = {c: v for c, v in self.servidor.ambiente.items() if c != "PREFECT_API_URL"}
        with diario.open("ab") as escrito:
            self.operacion = subprocess.Popen([*RENDICION, "desplegar", "--puerto", str(self.puerto)], cwd=RAIZ, env=sin_api, stdout=escrito, stderr=escrito)
        operacion = self.operacion
        esperar(lambda: b"Arranca el trabajador" in diario.read_bytes()[desde:] or operacion.poll() is not None, PLAZO, "rendicion desplegar")
        assert operacion.poll() is None, diario.read_text("utf-8")[-3000:]
        self.corridas.add("rendicion desplegar")

    def ckan_dice(self, accion: str, **datos: Any) -> Any:
        return httpx.post(f"{self.ckan['url']}/api/action/{accion}", json=datos, headers={"Authorization": self.ckan["token"]}, timeout=60).raise_for_status().json()["result"]

    def programar(self, despliegue: str, segundos: int, **parametros: str) -> tuple[str, str, str]:
        """Pone al despliegue un horario de una sola vez."""
        (suyo,) = [d for d in self.servidor.pedir("deployments/filter", limit=20) if d["name"] == despliegue]
        cuando = (datetime.now(UTC) + timedelta(seconds=segundos)).replace(microsecond=0)
        programa = {"active": True, "max_scheduled_runs": 1, "parameters": parametros, "schedule": {"interval": 86_400, "anchor_date": cuando.isoformat(), "timezone": "America/Bogota"}}
        direccion = f"{self.servidor.url}/deployments/{suyo['id']}/schedules"
        (puesto,) = httpx.post(direccion, json=[programa], timeout=60).raise_for_status().json()
        return suyo["id"], puesto["id"], cuando.isoformat()

    def disparada(self, programa: tuple[str, str, str], debe: str) -> dict[str, Any]:
        """Espera a que Prefect dispare un horario, el trabajador lo corra y termine; y quita el horario."""
        despliegue, horario, cuando = programa
        filtro = {"deployments": {"id": {"any_": [despliegue]}}, "flow_runs": {"expected_start_time": {"after_": cuando, "before_": cuando}}}
        corrida = esperar(lambda: next((c for c in self.servidor.pedir("flow_runs/filter", **filtro) if c["state_type"] in TERMINALES), None), PLAZO, f"la corrida de {cuando}")
        httpx.delete(f"{self.servidor.url}/deployments/{despliegue}/schedules/{horario}", timeout=60).raise_for_status()
        assert corrida["auto_scheduled"], "la disparó el horario"
        assert corrida["state_type"] == debe, corrida["state"]["message"]
        return dict(corrida)

    def a_su_hora(self, despliegue: str, **parametros: str) -> dict[str, Any]:
        return self.disparada(self.programar(despliegue, 8, **parametros), "COMPLETED")

    def a_mano(self, empieza: str) -> str:
        """Pide una corrida con la orden del manual y devuelve su identificador."""
        (corrida,) = re.findall(r"UUID: ([0-9a-f-]{36})", self.manual(empieza))
        return str(corrida)

    def terminada(self, corrida: str, debe: str) -> dict[str, Any]:
        vista = esperar(lambda: dada if (dada := self.servidor.leer(f"flow_runs/{corrida}"))["state_type"] in TERMINALES else None, PLAZO, "la corrida")
        assert vista["state_type"] == debe, vista["state"]["message"]
        return dict(vista)

    # Lo que se mira.

    def dicho(self, corrida: str, *partes: str, al_menos: int = 1) -> list[str]:
        """Devuelve los registros de una corrida y sus subcorridas que traen cada una de las partes; llegan al servidor un poco después."""
        hijas = self.servidor.pedir("flow_runs/filter", flow_runs={"parent_flow_run_id": {"any_": [corrida]}})

        def hallados() -> list[str]:
            filas = self.servidor.pedir("logs/filter", logs={"flow_run_id": {"any_": [corrida, *(h["id"] for h in hijas)]}}, limit=200, sort="TIMESTAMP_ASC")
            return [m for p in partes for f in filas if p in (m := f["message"])]

        esperar(lambda: all(sum(p in m for m in hallados()) >= al_menos for p in partes), 60, f"el registro {partes}")
        return hallados()

    def registro(self) -> list[dict[str, Any]]:
        with sa.create_engine(f"postgresql+psycopg://{self.postgres}/rendicion").connect() as conexion:
            return [dict(f) for f in conexion.execute(sa.text("select * from corridas order by iniciada, terminada")).mappings()]

    def publicada(self) -> str:
        """Dice qué entrega se ve en la carpeta, después de comprobar que en CKAN se ve la misma, entera."""
        en_carpeta = str(json.loads((self.salida / "portal" / CADENA / "ultima.json").read_text("utf-8"))["entrega"])
        conjunto = httpx.get(f"{self.ckan['url']}/api/action/package_show", params={"id": EN_CKAN}, timeout=60).raise_for_status().json()["result"]
        vigentes = [r for r in conjunto["resources"] if r.get("entrega") == conjunto["version"]]
        manifiesto = json.loads((self.salida / "entregas" / CADENA / conjunto["version"] / "manifiesto.json").read_text("utf-8"))
        assert {r["ruta"]: r["hash"] for r in vigentes}.items() >= {a: d["sha256"] for a, d in manifiesto["archivos"].items()}.items()
        assert conjunto["version"] == en_carpeta
        return en_carpeta

    def aviso(self, *partes: str) -> str:
        """Espera un aviso al equipo de datos que diga todo eso, y devuelve su principio."""

        def hallado() -> str | None:
            dichos = [json.loads(p.get_data()) for p, _ in self.avisos.log]
            return next((str(a["texto"]) for a in reversed(dichos) if all(p in a["texto"] for p in partes)), None)

        return _una_linea(str(esperar(hallado, 180, f"el aviso {partes}"))).partition(" Qué hacer")[0][:300]

    def tabla(self, entrega: str, nombre: str) -> list[dict[str, str]]:
        with (self.salida / "portal" / CADENA / entrega / "datos" / f"{nombre}.csv").open(encoding="utf-8", newline="") as flujo:
            return list(csv.DictReader(flujo))

    @property
    def tuits(self) -> Path:
        return self.carpeta / "datos" / "ejemplos" / CADENA / "tuits.csv"


def ordenes_del_manual() -> set[str]:
    """Devuelve las líneas de los bloques de órdenes de docs/operar.md."""
    return {n.strip() for bloque in re.findall(r"```sh\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL) for n in bloque.splitlines() if n.strip()}


# El montaje.


@contextmanager
def _correo() -> Iterator[tuple[Buzon, str]]:
    buzon = Buzon()

    def entra(_servidor: Any, _sesion: Any, _sobre: Any, _modo: Any, datos: Any) -> AuthResult:
        return AuthResult(success=datos.password == CLAVE_DE_CORREO.encode())

    puerto = puerto_libre()
    servidor = Controller(buzon, hostname="127.0.0.1", port=puerto, authenticator=entra, auth_required=True, auth_require_tls=False)
    servidor.start()
    try:
        yield buzon, f"smtp://datos:{CLAVE_DE_CORREO}@127.0.0.1:{puerto}"
    finally:
        servidor.stop()


@contextmanager
def _ckan(carpeta: Path) -> Iterator[dict[str, Any]]:
    ambiente = os.environ | {"RENDICION_PILA": str(carpeta)}
    hecho = subprocess.run([sys.executable, str(LEVANTAR)], env=ambiente, stdout=subprocess.PIPE, text=True, check=True)
    try:
        yield json.loads(hecho.stdout)
    finally:
        subprocess.run([sys.executable, str(LEVANTAR), "--apagar"], env=ambiente, check=False)


def _datos(carpeta: Path) -> None:
    """Copia los planes y las fuentes de ejemplo, declara a quién se avisa y siembra una persona en una pregunta."""
    datos = carpeta / "datos"
    shutil.copytree(RAIZ / "datos", datos, ignore=shutil.ignore_patterns("salida"))
    entidad = datos / "referencia" / "entidades" / "13001.toml"
    entidad.write_text(entidad.read_text("utf-8").replace("cortes = [2020", 'motivos = "../motivos.toml"\ncortes = [2020', 1) + AVISOS, "utf-8")
    (datos / "referencia" / "motivos.toml").touch()
    preguntas = datos / "ejemplos" / CADENA / "preguntas.csv"
    antes, sembrada = (t.encode("cp1252") for t in ("Pregunta de ejemplo:", f"Soy la cédula {PERSONAS[0]}, celular {PERSONAS[1]}, correo {PERSONAS[2]}:"))
    assert antes in preguntas.read_bytes()
    preguntas.write_bytes(preguntas.read_bytes().replace(antes, sembrada, 1))


@contextmanager
def montar() -> Iterator[Dia]:
    """Arranca todo lo que una máquina de operación tiene, y al final lo apaga."""
    with ExitStack() as vivos:
        carpeta = Path(vivos.enter_context(tempfile.TemporaryDirectory(prefix="rendicion-dia-")))
        # CKAN y PostgreSQL no corren como root: tienen que poder llegar a su carpeta.
        carpeta.chmod(0o755)
        _datos(carpeta)
        donde = vivos.enter_context(postgres())
        ckan = vivos.enter_context(_ckan(carpeta / "pila"))
        buzon, smtp = vivos.enter_context(_correo())
        avisos = vivos.enter_context(HTTPServer(host="127.0.0.1"))
        avisos.expect_request("/recibir", method="POST").respond_with_data("ok")
        puerto, casa = puerto_libre(), carpeta / "prefect"
        casa.mkdir()
        ambiente = ambiente_de_prefect(casa, puerto) | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PREFECT_API_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{donde}/prefect",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "RENDICION_DATOS": str(carpeta / "datos"),
            "RENDICION_SALIDA": str(carpeta / "salida"),
            "RENDICION_REGISTRO": f"postgresql+psycopg://{donde}/rendicion",
            "RENDICION_CLAVE_FIRMA": str(carpeta / "clave.pem"),
            "RENDICION_CKAN_URL": ckan["url"],
            "RENDICION_SMTP": smtp,
        }
        dia = Dia(carpeta, Servidor(ambiente["PREFECT_API_URL"], ambiente), puerto, donde, ckan, buzon, avisos)
        try:
            yield dia
        finally:
            if dia.operacion:
                apagar(dia.operacion)


# El día, en su orden.


def instalar(dia: Dia) -> None:
    puerto = {"-h 127.0.0.1": f"-h 127.0.0.1 -p {dia.postgres.rpartition(':')[2]}"}
    for linea in ("createdb -h 127.0.0.1 -U rendicion prefect", "createdb -h 127.0.0.1 -U rendicion rendicion"):
        dia.manual(linea, puerto)
    dia.manual("openssl genpkey", en=dia.carpeta)
    dia.manual("openssl pkey", en=dia.carpeta)
    dia.poner_a_andar()
    dia.manual(ORDEN_DEL_TOKEN, entrada=dia.ckan["token"] + "\n")
    dia.manual('python -c "from prefect', {"https://avisos.ejemplo.gov.co/recibir": dia.avisos.url_for("/recibir")})
    dia.manual("python -m flujos.automatizar")
    dia.manual("PREFECT_API_URL=", {"127.0.0.1:4200": f"127.0.0.1:{dia.puerto}"})
    despliegues = sorted(d["name"] for d in dia.servidor.pedir("deployments/filter", limit=20))
    reglas_puestas = [a for a in dia.servidor.pedir("automations/filter") if a["enabled"]]
    assert {a["actions"][0]["type"] for a in reglas_puestas} == {"send-notification", "change-flow-run-state"}
    base = httpx.get(f"{dia.servidor.url}/admin/version", timeout=60).json()
    version = httpx.get(f"{dia.ckan['url']}/api/action/status_show", timeout=60).json()["result"]["ckan_version"]
    dia.anotar("Antes", "Instalación", f"`rendicion desplegar` deja en pie el servidor de Prefect {base} sobre PostgreSQL, un trabajador, {len(despliegues)} despliegues y {len(reglas_puestas)} reglas de aviso. El portal es un CKAN {version}. El token va en un bloque cifrado, como dice el manual.")


def ponerse_al_dia(dia: Dia) -> None:
    # La corrida que va a fallar se programa ya: si Prefect crea una corrida menos de cinco minutos antes de su hora, sus avisos
    # esperan quince. En la operación de verdad las crea horas antes.
    dia.extraccion = dia.programar("extraccion-diaria", 360)
    corrida = dia.a_su_hora("cortes-oficiales", hoy="2020-09-08")
    dichos = dia.dicho(corrida["id"], "se publica tarde", "Días hábiles que quedan")
    assert dia.publicada() == f"{CADENA}-20200831-002"
    assert datetime.now(UTC) < datetime.fromisoformat(dia.extraccion[2]), "los cortes tardaron tanto que ya son las 5:00"
    dia.anotar("8 de septiembre", "Los cortes anteriores", f"Se dispara `cortes-oficiales`. {dichos[0]} {dichos[-1]} Quedan dos entregas, en la carpeta y en CKAN.")


def archivo_danado(dia: Dia) -> None:
    limpio = dia.tuits.read_text("utf-8")
    lineas = limpio.splitlines(keepends=True)
    dia.tuits.write_text("".join(re.sub(r",2020-\d\d-\d\dT[^,]*,", ",ayer,", n) if i % 2 else n for i, n in enumerate(lineas)), "utf-8")
    antes = dia.publicada()
    corrida = dia.disparada(dia.extraccion, "FAILED")
    assert "No se publicó" in corrida["state"]["message"]
    assert dia.publicada() == antes
    assert dia.registro()[-1]["resultado"] == "detenida"
    rechazos = list(csv.DictReader((dia.salida / "revision" / "rechazos.csv").open(encoding="utf-8", newline="")))
    de_tuits = [r for r in rechazos if r["fuente"] == FUENTE]
    dia.anotar("5:00", "Extracción y rechazo", f"La dependencia dejó un archivo con la mitad de las fechas mal. Se dispara `extraccion-diaria` y se detiene: {_una_linea(corrida['state']['message'])} `revision/rechazos.csv` trae {len(de_tuits)} registros de `{FUENTE}`. En la carpeta y en CKAN se sigue viendo {antes}.")
    aviso = dia.aviso("No se publicó", "docs/operar.md")
    dia.anotar("5:01", "Aviso al equipo de datos", f"Llega solo, con el motivo y qué hacer: «{aviso}»")
    malo, corregido = lineas[2].split(",")[0], "".join(re.sub(r",2020-\d\d-\d\dT[^,]*,", ",ayer,", n, count=1) if i == 2 else n for i, n in enumerate(lineas))
    dia.tuits.write_text(corregido, "utf-8")
    (dia.carpeta / "tuits-sin-errores.csv").write_text(limpio, "utf-8")
    probado = dia.manual("rendicion probar sintetico-tuits")
    assert malo in probado
    dia.manual("rendicion probar")
    dia.anotar("6:10", "Otra vez el archivo", f"La dependencia lo corrige, menos un registro ({malo}). `rendicion probar {FUENTE}` lo dice antes de publicar nada.")


def corte_oficial(dia: Dia) -> None:
    corrida = dia.a_su_hora("cortes-oficiales", hoy="2021-01-12")
    (plazo,) = dia.dicho(corrida["id"], "Días hábiles que quedan")
    entrega = dia.publicada()
    assert entrega == f"{CADENA}-20201231-003"
    (total,) = [f for f in dia.tabla(entrega, "indicadores_total") if f["corte"] == "2020-12-31"]
    artefactos = {a["key"] for a in dia.servidor.pedir("artifacts/latest/filter", limit=50)}
    assert {f"{n}-{CADENA}" for n in ("indicadores", "informe", "entrega", "validacion", "portal")} <= artefactos
    dia.anotar("6:30", "Corte y publicación", f"Se dispara `cortes-oficiales`. {plazo} Se publica {entrega}, firmada, en la carpeta y en CKAN: avance {total['avance_pct']} %, cumplimiento {total['cumplimiento_pct']} %. En la pantalla de Prefect quedan la tabla de indicadores, el informe y los enlaces a la entrega, a su validación y a CKAN.")


def recordatorios(dia: Dia) -> None:
    dia.a_su_hora("recordatorios", hoy="2021-01-12")
    (carta,) = dia.buzon.cartas
    assert carta["To"] == REDES
    (linea,) = [n for n in carta.get_content().splitlines() if FUENTE in n and _malo(dia) in n]
    dia.anotar("8:00", "Aviso a la dependencia", f"Se dispara `recordatorios`. Le llega un correo a {REDES}: «{carta['Subject']}». Dice qué corregir: «{linea.removeprefix('- ')}»")
    repetido = dia.manual("rendicion avisos --enviar")
    assert len(dia.buzon.cartas) == 1
    dia.anotar("8:05", "No se repite", f"Se pide enviar otra vez y no sale otra carta: «{repetido.partition('.')[0]}.»")


def _malo(dia: Dia) -> str:
    return dia.tuits.read_text("utf-8").splitlines()[2].split(",")[0]


def cada_manana(dia: Dia) -> None:
    estado, fuentes = dia.manual("rendicion estado"), dia.manual("rendicion fuentes")
    assert dia.publicada() in estado
    assert FUENTE in fuentes
    viejo, nuevo = dia.ckan["token"], dia.ckan_dice("api_token_create", user="admin", name="nuevo")["token"]
    dia.manual(ORDEN_DEL_TOKEN, entrada=nuevo + "\n")
    # El bloque es de Prefect: en la terminal, el token nuevo va en el ambiente, como dice el manual.
    dia.manual("rendicion ckan revisar", {"https://datos.ejemplo.gov.co": dia.ckan["url"]}, ambiente={VARIABLE_TOKEN: nuevo})
    dia.ckan |= {"token": nuevo, "viejo": viejo}
    dia.ckan_dice("api_token_revoke", token=viejo)
    dia.anotar("9:00", "Mirar cómo vamos, y rotar el token", "`rendicion estado` y `rendicion fuentes` muestran la entrega y las fuentes. Se crea otro token en CKAN, se guarda en el bloque con la orden del manual y se revoca el viejo. Lo que se publica desde aquí usa el nuevo.")


def correccion_y_caida(dia: Dia) -> None:
    shutil.copy(dia.carpeta / "tuits-sin-errores.csv", dia.tuits)
    (dia.carpeta / "datos" / "referencia" / "motivos.toml").write_text(
        f'[[motivo]]\ntabla = "avances"\nmotivo = "{MOTIVO}"\nautor = "Oficina de Control Interno"\nfecha = 2021-01-12\n', "utf-8"
    )
    dia.anotar("9:30", "Corrección", f"La dependencia corrige el registro que faltaba y control interno declara el motivo: «{MOTIVO}»")
    antes, nueva = dia.publicada(), f"{CADENA}-20201231-004"
    corrida = dia.a_mano("prefect deployment run")
    armada, en_portal = dia.salida / "entregas" / CADENA / nueva, dia.salida / "portal" / CADENA / nueva
    limite = time.monotonic() + PLAZO
    while not armada.exists():
        assert time.monotonic() < limite, "la entrega no se armó"
        time.sleep(0.005)
    muertos = _quitar_la_luz(dia)
    assert not en_portal.exists(), "se quería caer antes de publicar"
    assert dia.publicada() == antes
    assert dia.registro()[-1]["resultado"] == "en_curso"
    with socket.socket() as puerta:
        assert puerta.connect_ex(("127.0.0.1", dia.puerto)), "el servidor murió"
    dia.anotar("10:00", "Se va la luz", f"Se pide una corrida. Con {nueva} armada y sin publicar, mueren de golpe (SIGKILL) {muertos} procesos: servidor, trabajador y corrida. En la carpeta y en CKAN se ve {antes}, entera.")
    dia.poner_a_andar()
    dia.caida = corrida
    dia.manual("rendicion correr")
    assert dia.publicada() == nueva
    assert dia.servidor.leer(f"flow_runs/{corrida}")["state_type"] == "RUNNING", "Prefect todavía no sabe que murió"
    resultados = [c["resultado"] for c in dia.registro()]
    assert "en_curso" not in resultados
    assert len(list((dia.salida / "entregas" / CADENA).glob("[!.]*"))) == 4
    con_motivo = [f for f in dia.tabla(nueva, "correcciones") if f["motivo"] == MOTIVO]
    assert con_motivo
    comparado = dia.manual("rendicion comparar", {"ANTES": str(dia.salida / "portal" / CADENA / antes), "DESPUES": str(en_portal)})
    assert _malo(dia) in comparado
    dia.anotar("10:10", "Vuelve la luz y la siguiente termina el trabajo", f"`rendicion desplegar` otra vez, y `rendicion correr` sin esperar: publica {nueva} una sola vez, en la carpeta y en CKAN; el registro cierra la interrumpida como «{resultados[-2]}». `correcciones` trae {len(con_motivo)} filas con su motivo.")


def la_caida_se_nota(dia: Dia) -> None:
    caida = dia.terminada(dia.caida, "CRASHED")
    aviso = dia.aviso("dejó de dar señales")
    vista = dia.terminada(dia.a_mano("prefect deployment run"), "COMPLETED")
    dicho = dia.dicho(vista["id"], "sin_cambios")[0]
    dia.anotar("10:20", "La caída se nota", f"Prefect creía que la corrida muerta seguía. Una regla ve que calla, la marca «{caida['state']['name']}», suelta su turno y avisa: «{aviso}» Otra corrida pedida a mano ya no se cancela: «{_sin_puerto(dicho)}»")


def _quitar_la_luz(dia: Dia) -> int:
    """Mata de golpe todo lo que arrancó `rendicion desplegar`, de la raíz a las hojas, para que nadie alcance a limpiar."""
    assert dia.operacion is not None
    todos, por_ver = [dia.operacion.pid], [dia.operacion.pid]
    while por_ver:
        hijos = _hijos(por_ver.pop())
        todos += hijos
        por_ver += hijos
    for pid in todos:
        os.kill(pid, signal.SIGKILL)
    dia.operacion.wait()
    return len(todos)


def _hijos(pid: int) -> list[int]:
    return [int(h) for hilo in Path(f"/proc/{pid}/task").glob("*/children") for h in hilo.read_text().split()]


def retiro(dia: Dia) -> None:
    antes = dia.publicada()
    conjunto = dia.ckan_dice("package_show", id=EN_CKAN)
    (recurso,) = [r for r in conjunto["resources"] if r.get("entrega") == antes and r["ruta"] == "datos/dialogo.csv"]
    dia.manual("rendicion retirar", {"RECURSO": recurso["id"], "https://datos.ejemplo.gov.co": dia.ckan["url"]}, ambiente={VARIABLE_TOKEN: dia.ckan["token"]})
    guardado = Path(dia.ckan["archivos"]) / "resources" / recurso["id"][:3] / recurso["id"][3:6] / recurso["id"][6:]
    assert not guardado.exists()
    dia.manual("rendicion correr")
    despues = dia.publicada()
    (fila,) = [f for f in dia.tabla(despues, "correcciones") if f["tabla"] == "(archivo)"]
    assert fila["clave"] == f"{antes}/datos/dialogo.csv"
    dia.anotar("10:15", "Retirar un archivo", f"`rendicion retirar` borra de CKAN los bytes de `{fila['clave']}`. La corrida siguiente publica {despues}, y sus `correcciones` lo dicen: «{fila['motivo']}».")


def verificacion(dia: Dia) -> None:
    corrida = dia.a_su_hora("verificacion-nocturna")
    dichos = dia.dicho(corrida["id"], "se sostiene", al_menos=2)
    assert len(dichos) == 2
    dia.anotar("23:00", "Verificación", f"Se dispara `verificacion-nocturna`: descarga lo publicado en la carpeta y en CKAN, lo recalcula aparte, y las dos se sostienen. {_sin_puerto(dichos[-1])}")
    tocado = dia.salida / "portal" / CADENA / dia.publicada() / "datos" / "indicadores_total.csv"
    bueno = tocado.read_bytes()
    tocado.write_bytes(bueno.replace(b"2020-12-31", b"2020-12-30", 1))
    (otra,) = re.findall(r"UUID: ([0-9a-f-]{36})", dia.servidor.orden("prefect", "deployment", "run", "verificacion-nocturna/verificacion-nocturna").stdout)
    dia.terminada(otra, "FAILED")
    dia.aviso("no pasa la comprobación")
    tocado.write_bytes(bueno)
    dia.anotar("23:30", "Y si alguien toca una cifra", "Se cambia un dígito en la carpeta publicada: la verificación falla y avisa. Se restaura.")


def madrugada(dia: Dia) -> None:
    corrida = dia.a_su_hora("retencion")
    (dicho,) = dia.dicho(corrida["id"], "Capturas retiradas")
    for linea in ("rendicion retener --simular", "rendicion retener --dias 180"):
        dia.manual(linea)
    dia.anotar("3:00", "Retención", f"Se dispara `retencion`. {dicho}")
    with sa.create_engine(f"postgresql+psycopg://{dia.postgres}/rendicion").begin() as conexion:
        conexion.execute(sa.text("drop table corridas"))
    rehecho = dia.manual("rendicion reconstruir")
    assert "Corridas anotadas de nuevo: 5" in rehecho
    dia.anotar("3:30", "Se pierde el registro", f"Se borra su tabla en PostgreSQL. `rendicion reconstruir`: «{rehecho}»")
    respaldo = dia.carpeta / "respaldos"
    respaldo.mkdir()
    (respaldo / "salida").symlink_to(dia.salida)
    for linea in ("flock --nonblock", "mkdir restaurada", "tar -xzf"):
        dia.manual(linea, en=respaldo)
    aparte = dia.servidor.ambiente.pop("RENDICION_REGISTRO"), dia.servidor.ambiente.pop("PREFECT_API_URL")
    revisado = dia.manual("rendicion reconstruir --salida restaurada", en=respaldo)
    ultima = dia.publicada()
    dia.manual("rendicion verificar restaurada", {f"{CADENA}-20201231-001": ultima}, en=respaldo)
    seguido = dia.manual("rendicion correr --salida restaurada", en=respaldo)
    assert "ada cambió" in seguido, seguido
    dia.anotar("4:00", "Respaldo y restauración", f"Las órdenes del manual, tal como están: «{revisado}» La entrega restaurada se verifica, y una corrida sobre ella dice que nada cambió.")
    ensayo = dia.carpeta / "ensayo"
    ensayo.mkdir()
    (respaldo / "restaurada").rename(ensayo / "salida")
    for linea in ("rm -r salida/portal", "rm -r salida/entregas"):
        dia.manual(linea, {f"{CADENA}-20201231-002": ultima}, en=ensayo)
    dia.manual("rendicion correr --salida salida", en=ensayo)
    verificado = subprocess.run([sys.executable, "verificar.py", "--anterior", ".."], cwd=ensayo / "salida" / "portal" / CADENA / ultima, capture_output=True, text=True, check=False)
    assert verificado.returncode == 0, verificado.stdout
    dia.servidor.ambiente |= dict(zip(("RENDICION_REGISTRO", "PREFECT_API_URL"), aparte, strict=True))
    dia.anotar("4:30", "Retirar una entrega, en la copia", f"Se borra {ultima} de la copia restaurada, como dice el manual, y se corre: la nueva toma su lugar y la cadena se verifica.")


def buscar_canarios(dia: Dia) -> None:
    """Busca el token, la clave y las personas en todo lo escrito; y prueba que la búsqueda sí encuentra, con el nombre de la entrega."""
    lugares = {
        "la salida, menos las capturas": [a for a in dia.salida.rglob("*") if a.is_file() and "capturas" not in a.relative_to(dia.salida).parts],
        "la casa de Prefect": [a for a in (dia.carpeta / "prefect").rglob("*") if a.is_file()],
        "lo que dijo `rendicion desplegar`": [dia.carpeta / "desplegar.log"],
        "los archivos y registros de CKAN": [a for c in ("archivos", "registros") for a in Path(dia.ckan["archivos"]).parent.joinpath(c).rglob("*") if a.is_file()],
    }
    visto = {nombre: [a.read_bytes() for a in archivos] for nombre, archivos in lugares.items()}
    visto["la base de Prefect: corridas, registros, eventos, artefactos y bloques"] = [_volcado(dia.postgres, "prefect")]
    visto["el registro de corridas"] = [_volcado(dia.postgres, "rendicion")]
    visto["la base de CKAN y su DataStore"] = [_volcado(f"pila@127.0.0.1:{dia.ckan['puertos']['postgres']}", b) for b in ("ckan", "datastore")]
    visto["los correos"] = [c.as_bytes() + c.get_content().encode() for c in dia.buzon.cartas]
    visto["los avisos al equipo de datos"] = [p.get_data() for p, _ in dia.avisos.log]
    buscado = [dia.ckan["token"], dia.ckan["viejo"], CLAVE_DE_CORREO, *PERSONAS]
    hallados = [(c, lugar) for lugar, partes in visto.items() for c in buscado if any(c.encode() in p for p in partes)]
    assert hallados == [], hallados
    # Todos los lugares hablan de esta entidad, menos la casa de Prefect, que aquí solo guarda turnos y claves.
    ciegos = [lugar for lugar, partes in visto.items() if lugar != "la casa de Prefect" and not any(b"13001" in p for p in partes)]
    assert ciegos == [], ciegos
    capturas = b"".join(a.read_bytes() for a in (dia.salida / "capturas").rglob("*.bin"))
    assert all(p.encode() in capturas for p in PERSONAS[:3]), "el canario sí entró"
    cuantos = sum(len(p) for p in visto.values())
    dia.anotar("Al final", "Canarios", f"Los dos tokens de CKAN, la clave del correo y {len(PERSONAS)} datos de personas inventadas se buscan en {cuantos} archivos y volcados ({'; '.join(visto)}). No aparecen. Las personas sí están en las capturas, que no se publican.")


def revisar_el_manual(dia: Dia) -> None:
    """Las órdenes del manual se corrieron; faltan solo las de instalar y actualizar, que corre la integración continua o dependen de la máquina."""
    todas = ordenes_del_manual()
    faltan = sorted(n for n in todas - dia.corridas if not n.startswith(("python3 -m venv", ".venv/bin/", "git pull")))
    assert faltan == [], faltan
    dia.anotar("Al final", "El manual", f"Se corrieron {len(dia.corridas & todas)} de las {len(todas)} órdenes de los bloques de [operar.md](operar.md), leídas de la página. Las otras instalan o actualizan el programa.")


def _volcado(donde: str, base: str) -> bytes:
    usuario, _, resto = donde.partition("@")
    anfitrion, _, puerto = resto.partition(":")
    orden = [programa_de_postgres("pg_dump") or "pg_dump", "-h", anfitrion, "-p", puerto, "-U", usuario, base]
    return subprocess.run(orden, capture_output=True, check=True).stdout


def _una_linea(texto: str) -> str:
    return " ".join(texto.split())


def _sin_puerto(texto: str) -> str:
    return re.sub(r"http://127\.0\.0\.1:\d+", "el CKAN", texto)


PASOS = (instalar, ponerse_al_dia, archivo_danado, corte_oficial, recordatorios, cada_manana, correccion_y_caida, retiro, la_caida_se_nota, verificacion, madrugada, buscar_canarios, revisar_el_manual)


def documento(bitacora: list[tuple[str, str, str]]) -> str:
    """Escribe la bitácora como página."""
    filas = "\n".join(f"| {hora} | {que} | {visto.replace('|', '/')} |" for hora, que, visto in bitacora)
    return f"""# Un día de operación

La bitácora de un día jugado en una sola máquina, con el servidor de Prefect y el registro en PostgreSQL, un trabajador, un CKAN de verdad
y un servidor de correo. La escribe el programa que lo juega, y solo si todo salió como debía:

```sh
.venv/bin/python -m tests.integracion.un_dia
```

**DATOS SINTÉTICOS.** El día es el martes 12 de enero de 2021. El tiempo es rápido: cada hora es un horario de Prefect de una sola vez, puesto
pocos segundos adelante, y los flujos que miran el calendario reciben ese día. Lo demás es lo que correría: las mismas órdenes de
[operar.md](operar.md), tal como están escritas, y los despliegues de `prefect.yaml`.

| hora | qué | qué se vio |
|---|---|---|
{filas}
"""


def main() -> None:
    """Juega el día y escribe la bitácora."""
    with montar() as dia:
        try:
            for paso in PASOS:
                paso(dia)
        except BaseException:
            print((dia.carpeta / "desplegar.log").read_text("utf-8")[-8000:], *(p.get_data().decode() for p, _ in dia.avisos.log), sep="\n", file=sys.stderr)
            raise
        DOCUMENTO.write_text(documento(dia.bitacora), "utf-8")


if __name__ == "__main__":
    main()
