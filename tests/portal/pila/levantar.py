"""Levanta un CKAN 2.12 de verdad (PostgreSQL, Redis, Solr, CKAN) sin Docker, para las pruebas del portal.

Uso: `python tests/portal/pila/levantar.py` imprime un JSON con direcciones y tokens; con `--apagar` lo detiene.
Se puede repetir: si la pila ya responde, solo imprime el JSON. Lo descargado queda en RENDICION_CACHE (o
~/.cache/rendicion); lo que corre y sus registros, en RENDICION_PILA (o una carpeta del directorio temporal).
Solo necesita Python 3.11; como root, instala con apt-get lo que falte.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

CKAN, SOLR = os.environ.get("RENDICION_CKAN") or "2.12.0", "9.8.1"
# Con ckanext-dcat, que casi todo portal de datos abiertos lleva, el portal dice su propio DCAT. Las otras son para medir y para
# probar en portales distintos: «xloader», «scheming_datasets».
EXTENSIONES = ("dcat", *os.environ.get("RENDICION_PILA_EXTENSIONES", "").split())
AQUI = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("RENDICION_CACHE") or Path.home() / ".cache" / "rendicion")
PILA = Path(os.environ.get("RENDICION_PILA") or Path(tempfile.gettempdir()) / "-".join(("rendicion-pila", str(os.getuid()), *EXTENSIONES)))
TOPE_MB = int(os.environ.get("RENDICION_PILA_TOPE_MB") or 6)
# ckanext-xloader no declara lo que usa: lo deja en un requirements.txt aparte.
PAQUETES_DE = {
    "dcat": ("ckanext-dcat==2.4.4", "ckantoolkit==0.0.7", "geomet==1.1.0", "PyLD==3.3.0", "rdflib==7.6.0"),
    "scheming_datasets": ("ckanext-scheming==3.1.0", "ckantoolkit==0.0.7"),
    "xloader": ("ckanext-xloader==2.5.2", "tabulator==1.53.5", "Unidecode==1.4.0", "chardet==7.7.0"),
}
PAQUETES = {
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "java": "openjdk-17-jdk-headless",
    "mvn": "maven",
    "libmagic": "libmagic1",
}


class FaltaAlgo(Exception):  # noqa: N818 -- el nombre ya dice que es un error
    """Dice qué programa falta en esta máquina; las pruebas se saltan con esa razón."""


def _aviso(texto: str) -> None:
    print(f"[pila] {texto}", file=sys.stderr, flush=True)


def _postgres(programa: str) -> str:
    rutas = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{programa}"), reverse=True)
    encontrado = str(rutas[0]) if rutas else shutil.which(programa)
    if not encontrado:
        msg = f"falta PostgreSQL ({programa})"
        raise FaltaAlgo(msg)
    return encontrado


def _tiene(programa: str) -> bool:
    if programa == "libmagic":
        return any(Path("/usr/lib").glob("*/libmagic.so.1*"))
    if programa == "postgres":
        return any(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or shutil.which("postgres") is not None
    return shutil.which(programa) is not None


def asegurar_programas() -> None:
    """Instala con apt-get lo que falte si somos root; si no, falla y dice qué falta."""
    faltan = [p for p in PAQUETES if not _tiene(p)]
    if (CACHE / f"solr-{SOLR}" / "completo").exists() and "mvn" in faltan:
        faltan.remove("mvn")
    if faltan and os.getuid() == 0 and shutil.which("apt-get"):
        _aviso(f"instalo {', '.join(PAQUETES[p] for p in faltan)}")
        entorno = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for orden in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *(PAQUETES[p] for p in faltan)]):
            subprocess.run(["apt-get", *orden], check=True, env=entorno, stdout=sys.stderr)
        faltan = [p for p in faltan if not _tiene(p)]
    if faltan:
        msg = "falta " + ", ".join(f"{p} (paquete {PAQUETES[p]})" for p in faltan)
        raise FaltaAlgo(msg)


def preparar_ckan() -> Path:
    """Deja CKAN en su propio entorno virtual, dentro de la caché, y devuelve la carpeta de sus programas."""
    entorno = CACHE / "-".join((f"ckan-{CKAN}", *EXTENSIONES))
    listo = entorno / "completo"
    if not listo.exists():
        _aviso(f"instalo CKAN {CKAN} en {entorno}")
        subprocess.run([_python311(), "-m", "venv", "--clear", str(entorno)], check=True)
        pip = [str(entorno / "bin" / "python"), "-m", "pip", "install", "-q", f"ckan[requirements]=={CKAN}", "gunicorn==23.0.0"]
        subprocess.run([*pip, *(p for e in EXTENSIONES for p in PAQUETES_DE.get(e, (f"ckanext-{e}",)))], check=True, stdout=sys.stderr)
        listo.touch()
    return entorno / "bin"


def _python311() -> str:
    return shutil.which("python3.11") or sys.executable


def preparar_solr() -> Path:
    """Deja las bibliotecas de Solr en la caché, traídas con Maven, y devuelve su carpeta."""
    carpeta = CACHE / f"solr-{SOLR}"
    if not (carpeta / "completo").exists():
        _aviso(f"traigo Solr {SOLR} con Maven")
        shutil.rmtree(carpeta, ignore_errors=True)
        orden = ["mvn", "-B", "-q", "-f", str(AQUI / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={carpeta / 'lib'}"]
        subprocess.run(orden, check=True, stdout=sys.stderr)
        for jar in (carpeta / "lib").glob("jetty-server-9.4.*.jar"):
            jar.unlink()
        (carpeta / "completo").touch()
    return carpeta / "lib"


def _puertos(cuantos: int) -> list[int]:
    tomados = []
    for _ in range(cuantos):
        enchufe = socket.socket()
        enchufe.bind(("127.0.0.1", 0))
        tomados.append(enchufe)
    libres = [e.getsockname()[1] for e in tomados]
    for enchufe in tomados:
        enchufe.close()
    return libres


def _lanzar(nombre: str, orden: list[str], **opciones: Any) -> int:
    with (PILA / "registros" / f"{nombre}.log").open("ab") as registro:
        proceso = subprocess.Popen(orden, stdin=subprocess.DEVNULL, stdout=registro, stderr=registro, start_new_session=True, **opciones)
    return proceso.pid


def _responde(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20) as respuesta:
            return bool(respuesta.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _esperar(nombre: str, lista: Any, segundos: int = 120) -> None:
    fin = time.monotonic() + segundos
    while not lista():
        if time.monotonic() > fin:
            msg = f"{nombre} no respondió en {segundos} s; mire {PILA / 'registros'}"
            raise SystemExit(msg)
        time.sleep(0.3)


def _abierto(puerto: int) -> bool:
    with socket.socket() as enchufe:
        return enchufe.connect_ex(("127.0.0.1", puerto)) == 0


def _como_postgres(orden: list[str]) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *orden] if os.getuid() == 0 else orden


def arrancar_postgres(puerto: int) -> int:
    """Crea una base nueva en un puerto libre y la arranca con un usuario que no es root."""
    datos = PILA / "postgres"
    datos.mkdir()
    if os.getuid() == 0:
        shutil.chown(datos, "postgres", "postgres")
    registro = (PILA / "registros" / "initdb.log").open("ab")
    subprocess.run(
        _como_postgres([_postgres("initdb"), "-D", str(datos), "-A", "trust", "-U", "pila", "-E", "UTF8", "--locale=C.UTF-8"]),
        check=True,
        stdout=registro,
        stderr=registro,
        cwd="/",
    )
    ajustes = [f"port={puerto}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=200"]
    orden = [_postgres("postgres"), "-D", str(datos), *(p for a in ajustes for p in ("-c", a))]
    pid = _lanzar("postgres", _como_postgres(orden), cwd="/")
    _esperar("PostgreSQL", lambda: _psql(puerto, "select 1", tolerar=True))
    _psql(puerto, "create role ckan login; create role lector login")
    for base in ("ckan", "datastore"):
        _psql(puerto, f"create database {base} owner ckan")
    return pid


def _psql(puerto: int, sql: str, *, tolerar: bool = False, base: str = "postgres") -> bool:
    orden = [_postgres("psql"), "-h", "127.0.0.1", "-p", str(puerto), "-U", "pila", "-d", base, "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    hecho = subprocess.run(orden, input=sql.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if hecho.returncode and not tolerar:
        raise SystemExit(hecho.stderr.decode())
    return hecho.returncode == 0


def arrancar_solr(puerto: int, bibliotecas: Path, programas: Path) -> int:
    """Arranca Solr con el esquema que trae CKAN."""
    casa, conf = PILA / "solr", PILA / "solr" / "ckan" / "conf"
    conf.mkdir(parents=True)
    (casa / "solr.xml").write_text("<solr/>\n", encoding="utf-8")
    (casa / "ckan" / "core.properties").write_text("name=ckan\n", encoding="utf-8")
    esquema = next(programas.parent.glob("lib/python3*/site-packages/ckan/config/solr/schema.xml"))
    shutil.copy(esquema, conf / "schema.xml")
    shutil.copy(AQUI / "solrconfig.xml", conf / "solrconfig.xml")
    for nombre in ("protwords.txt", "synonyms.txt", "stopwords.txt"):
        (conf / nombre).touch()
    return lanzar_solr(puerto, bibliotecas)


def lanzar_solr(puerto: int, bibliotecas: Path) -> int:
    """Lanza Solr sobre la carpeta que ya existe; sirve también para volver a ponerlo en pie."""
    orden = ["java", "-Xmx512m", "-Dsolr.log.level=WARN", "-cp", f"{bibliotecas}/*", str(AQUI / "ArrancarSolr.java"), str(PILA / "solr"), str(puerto)]
    return _lanzar("solr", orden, cwd=PILA)


def apagar_solr() -> None:
    """Mata solo a Solr, como si se cayera."""
    pid = (_estado() or {})["pids"]["solr"]
    if _es_de_la_pila(pid, "solr"):
        os.killpg(pid, signal.SIGKILL)
        _cerrar(pid, "solr")


def volver_solr() -> None:
    """Pone Solr en pie en su mismo puerto."""
    estado = _estado() or {}
    estado["pids"]["solr"] = lanzar_solr(estado["puertos"]["solr"], preparar_solr())
    _guardar(estado)
    _esperar("Solr", lambda: _responde(f"http://127.0.0.1:{estado['puertos']['solr']}/solr/ckan/admin/ping"))


def _ini(puertos: dict[str, int], ckan: Any) -> Path:
    ini = PILA / "ckan.ini"
    ckan("generate", "config", str(ini))
    bd = f"postgresql://{{}}@127.0.0.1:{puertos['postgres']}"
    ajustes = {
        "sqlalchemy.url": f"{bd.format('ckan')}/ckan",
        "ckan.datastore.write_url": f"{bd.format('ckan')}/datastore",
        "ckan.datastore.read_url": f"{bd.format('lector')}/datastore",
        "ckan.redis.url": f"redis://127.0.0.1:{puertos['redis']}/0",
        "solr_url": f"http://127.0.0.1:{puertos['solr']}/solr/ckan",
        "ckan.storage_path": str(PILA / "archivos"),
        "ckan.site_url": f"http://127.0.0.1:{puertos['ckan']}",
        "ckan.site_title": "Portal de prueba",
        "ckan.locale_default": "es",
        "ckan.plugins": " ".join(("datastore activity datatables_view text_view", *EXTENSIONES)),
        "ckan.max_resource_size": str(TOPE_MB),
        "ckan.auth.user_create_organizations": "false",
        "ckan.auth.user_create_groups": "false",
        "scheming.dataset_schemas": "ckanext.dcat.schemas:dcat_ap_full.yaml",
        "scheming.presets": "ckanext.scheming:presets.json ckanext.dcat.schemas:presets.yaml",
        "ckanext.xloader.jobs_db.uri": f"{bd.format('ckan')}/ckan",
        "SECRET_KEY": secrets.token_urlsafe(32),
    }
    ckan("config-tool", str(ini), *(f"{k}={v}" for k, v in ajustes.items()))
    return ini


def _preparar_base(ini: Path, puertos: dict[str, int], ckan: Any) -> None:
    ckan("-c", str(ini), "db", "init")
    ckan("-c", str(ini), "db", "upgrade")
    permisos = ckan("-c", str(ini), "datastore", "set-permissions")
    _psql(puertos["postgres"], permisos[permisos.index("/*") :] if "/*" in permisos else permisos)


def _token_de_admin(ini: Path, ckan: Any) -> str:
    clave = secrets.token_urlsafe(16)
    ckan("-c", str(ini), "user", "add", "admin", "email=admin@example.org", f"password={clave}")
    ckan("-c", str(ini), "sysadmin", "add", "admin")
    return str(ckan("-c", str(ini), "user", "token", "add", "admin", "pila")).strip().splitlines()[-1].strip()


def _servir(puertos: dict[str, int], programas: Path, ini: Path) -> int:
    (PILA / "wsgi.py").write_text(
        "from ckan.cli import CKANConfigLoader\nfrom ckan.config.middleware import make_app\n"
        f"application = make_app(CKANConfigLoader({str(ini)!r}).get_config())\n",
        encoding="utf-8",
    )
    orden = [str(programas / "gunicorn"), "-w", "3", "--threads", "4", "-t", "300", "-b", f"127.0.0.1:{puertos['ckan']}", "wsgi:application"]
    return _lanzar("ckan", orden, cwd=PILA)


def levantar() -> dict[str, Any]:
    """Devuelve direcciones y token de la pila; la arranca si no está en pie."""
    estado = _estado()
    if estado and _en_pie(estado):
        return estado
    apagar()
    asegurar_programas()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "candado").open("w") as candado:
        fcntl.flock(candado, fcntl.LOCK_EX)
        programas, bibliotecas = preparar_ckan(), preparar_solr()
    return _arrancar_todo(programas, bibliotecas)


def _arrancar_todo(programas: Path, bibliotecas: Path) -> dict[str, Any]:
    shutil.rmtree(PILA, ignore_errors=True)
    (PILA / "registros").mkdir(parents=True)
    PILA.chmod(0o755)
    puertos = dict(zip(("postgres", "redis", "solr", "ckan"), _puertos(4), strict=True))

    def ckan(*argumentos: str) -> str:
        with (PILA / "registros" / "ordenes.log").open("ab") as registro:
            hecho = subprocess.run([str(programas / "ckan"), *argumentos], stdout=subprocess.PIPE, stderr=registro, check=False, cwd=PILA)
        if hecho.returncode:
            msg = f"ckan {' '.join(argumentos[:4])} falló; mire {PILA / 'registros' / 'ordenes.log'}"
            raise SystemExit(msg)
        return hecho.stdout.decode()

    pids = {"solr": arrancar_solr(puertos["solr"], bibliotecas, programas)}
    _guardar({"pids": pids, "url": ""})
    pids["redis"] = _lanzar("redis", ["redis-server", "--bind", "127.0.0.1", "--port", str(puertos["redis"]), "--save", "", "--dir", str(PILA)])
    pids["postgres"] = arrancar_postgres(puertos["postgres"])
    _guardar({"pids": pids, "url": ""})
    ini = _ini(puertos, ckan)
    _preparar_base(ini, puertos, ckan)
    _esperar("Solr", lambda: _responde(f"http://127.0.0.1:{puertos['solr']}/solr/ckan/admin/ping"))
    _esperar("Redis", lambda: _abierto(puertos["redis"]))
    token = _token_de_admin(ini, ckan)
    if "xloader" in EXTENSIONES:
        ckan("config-tool", str(ini), f"ckanext.xloader.api_token={token}")
        pids["cargador"] = _lanzar("cargador", [str(programas / "ckan"), "-c", str(ini), "jobs", "worker"], cwd=PILA)
    pids["ckan"] = _servir(puertos, programas, ini)
    estado = {
        "url": f"http://127.0.0.1:{puertos['ckan']}",
        "token": token,
        "puertos": puertos,
        "pids": pids,
        "tope_mb": TOPE_MB,
        "registros": str(PILA / "registros"),
        "archivos": str(PILA / "archivos"),
        "ini": str(ini),
        "ckan": CKAN,
    }
    _guardar(estado)
    _esperar("CKAN", lambda: _responde(f"{estado['url']}/api/action/status_show"))
    return estado


def _en_pie(estado: dict[str, Any] | None) -> bool:
    return bool(estado and estado["url"]) and _responde(f"{estado['url']}/api/action/status_show")  # type: ignore[index]


def _guardar(estado: dict[str, Any]) -> None:
    ruta = PILA / "estado.json"
    ruta.touch(mode=0o600)
    ruta.write_text(json.dumps(estado), encoding="utf-8")


def _estado() -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        leido = json.loads((PILA / "estado.json").read_text(encoding="utf-8"))
        return dict(leido) if isinstance(leido, dict) else None
    return None


def _es_de_la_pila(pid: int, nombre: str) -> bool:
    """Comprueba que el número de proceso sigue siendo el nuestro y no lo heredó otro programa."""
    senas = {"solr": b"ArrancarSolr", "redis": b"redis-server", "postgres": b"postgres", "ckan": b"gunicorn", "cargador": b"jobs"}
    with contextlib.suppress(OSError):
        return senas[nombre] in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def apagar() -> None:
    """Detiene, por su número, los procesos que arrancó este programa; los registros quedan."""
    for nombre, pid in reversed(list((_estado() or {}).get("pids", {}).items())):
        if _es_de_la_pila(pid, nombre):
            # Cada servicio es cabeza de su grupo: la señal llega también a sus trabajadores.
            os.killpg(pid, signal.SIGINT if nombre == "postgres" else signal.SIGTERM)
            _cerrar(pid, nombre)
    (PILA / "estado.json").unlink(missing_ok=True)


def _cerrar(pid: int, nombre: str) -> None:
    for _ in range(100):
        if not _es_de_la_pila(pid, nombre):
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def main() -> int:
    """Atiende la orden; sale con 3 si falta un programa."""
    orden = argparse.ArgumentParser(description="Levanta o apaga un CKAN de prueba.")
    orden.add_argument("--apagar", action="store_true", help="detiene la pila")
    orden.add_argument("--estado", action="store_true", help="sale con 0 si la pila está en pie")
    orden.add_argument("--apagar-solr", action="store_true", help="mata solo a Solr")
    orden.add_argument("--volver-solr", action="store_true", help="pone Solr otra vez en pie")
    pedido = orden.parse_args()
    if pedido.apagar_solr:
        apagar_solr()
        return 0
    if pedido.volver_solr:
        volver_solr()
        return 0
    if pedido.apagar:
        apagar()
        return 0
    if pedido.estado:
        return 0 if _en_pie(_estado()) else 1
    try:
        print(json.dumps(levantar()))
    except FaltaAlgo as falta:
        _aviso(str(falta))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
