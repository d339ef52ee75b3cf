"""El país entero: en varios procesos, entre máquinas con Dask de verdad, en S3, y con procesos que mueren."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from rendicion.pais import verificar_pais
from rendicion.pais.corrida import PedidoPais, aqui, correr_pais
from rendicion.pais.paquete import empacar
from rendicion.pais.tablas import DE_LA_NACION
from rendicion.pais.verificar_pais import abrir_paquete
from rendicion.sintetico.pais import Receta, escribir_pais
from tests.integracion.servidores import RAIZ, RENDICION, dask, esperar, postgres, servidor_de_prefect, sin_prefect

RECETA = Receta(semilla=11, municipios=8, vigencias=(2023, 2024), registros=150, defectos_por_mil=12)
CLAVES = {"AWS_ACCESS_KEY_ID": "prueba", "AWS_SECRET_ACCESS_KEY": "prueba", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def datos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    carpeta = tmp_path_factory.mktemp("pais") / "datos"
    assert len(list(escribir_pais(carpeta, RECETA))) == 16
    return carpeta


@pytest.fixture(scope="module")
def corrida(datos: Path) -> Path:
    salida = datos.parent / "salida"
    resultado = correr_pais(PedidoPais(str(datos), str(salida), por_lote=8), aqui)
    assert len(resultado.lotes.hechas) == 16
    return salida


def publicado(salida: Path) -> dict[str, bytes]:
    """Lee todo lo que quedó a la vista; lo que se escribía cuando algo murió empieza por punto y nadie lo mira."""
    return {str(r.relative_to(salida)): r.read_bytes() for r in sorted(salida.rglob("*")) if r.is_file() and not r.name.startswith(".") and "/.armando-" not in str(r)}


def orden(datos: Path, salida: Path, *mas: str) -> list[str]:
    return [*RENDICION, "pais", "correr", str(datos), "--salida", str(salida), "--json", *mas]


def particiones_hechas(salida: Path) -> int:
    return len(list(salida.glob("particiones/*/*/[!.]*.zip")))


def nacional(salida: Path) -> Path:
    return max((salida / "nacional").iterdir())


def test_la_entrega_nacional_la_rehace_un_verificador_aparte(corrida: Path) -> None:
    hechas = verificar_pais.comprobar(nacional(corrida), corrida / "particiones")
    assert [(titulo, fallas) for titulo, fallas in hechas if fallas] == []
    assert len(hechas) == 5


def test_el_verificador_corre_solo_con_lo_que_trae_la_entrega(corrida: Path, tmp_path: Path) -> None:
    shutil.copytree(nacional(corrida), tmp_path / "entrega")
    programa = [sys.executable, "-I", str(tmp_path / "entrega/verificar_pais.py"), "--particiones", str(corrida / "particiones")]
    hecho = subprocess.run(programa, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert hecho.returncode == 0, hecho.stdout
    assert hecho.stdout.count("✔ bien") == 5


@pytest.mark.parametrize(
    ("archivo", "antes", "despues", "dice"),
    [
        ("datos/indicadores_nacionales.csv", ",alta,", ",baja,", "zona"),
        ("datos/indicadores_total.csv", ".", "1.", "no es el numerador"),
        ("datos/entidades.csv", "publicada", "sin_dato", "sus totales están"),
    ],
)
def test_una_cifra_nacional_cambiada_se_nota_aunque_se_rehagan_las_huellas(corrida: Path, tmp_path: Path, archivo: str, antes: str, despues: str, dice: str) -> None:
    copia = tmp_path / "entrega"
    shutil.copytree(nacional(corrida), copia)
    texto = (copia / archivo).read_text("utf-8")
    assert antes in texto
    (copia / archivo).write_text(texto.replace(antes, despues, 1), "utf-8")
    manifiesto = json.loads((copia / "manifiesto.json").read_text("utf-8"))
    manifiesto["archivos"][archivo] = {"bytes": (copia / archivo).stat().st_size, "sha256": verificar_pais.sha256(copia / archivo)}
    (copia / "manifiesto.json").write_text(json.dumps(manifiesto), "utf-8")
    assert dice in str(verificar_pais.comprobar(copia))


def test_una_particion_cambiada_se_nota_desde_la_entrega_nacional(corrida: Path, tmp_path: Path) -> None:
    shutil.copytree(corrida, tmp_path / "salida")
    suyo = next((tmp_path / "salida/particiones").glob("*/*/*.zip"))
    abrir_paquete(suyo, tmp_path / "abierta")
    avances = tmp_path / "abierta/datos/avances.csv"
    avances.write_text(avances.read_text("utf-8").replace(",true,", ",false,", 1), "utf-8")
    suyo.write_bytes(empacar({str(r.relative_to(tmp_path / "abierta")): r.read_bytes() for r in (tmp_path / "abierta").rglob("*") if r.is_file()}))
    (*_, (_, fallas)) = verificar_pais.comprobar(nacional(tmp_path / "salida"), tmp_path / "salida/particiones")
    assert any("no es el que anunció" in f for f in fallas)


def test_la_falla_de_un_municipio_queda_en_la_entrega_nacional_con_su_nombre_y_su_porque(datos: Path, tmp_path: Path) -> None:
    shutil.copytree(datos, tmp_path / "datos")
    malo = sorted((tmp_path / "datos/2024").iterdir())[2]
    (malo / "avances.csv").unlink()
    resultado = correr_pais(PedidoPais(str(tmp_path / "datos"), str(tmp_path / "salida")), aqui)
    assert (resultado.salida, list(resultado.lotes.fallas)) == (1, [f"{malo.name}-2024"])
    filas = verificar_pais.filas(nacional(tmp_path / "salida") / "datos/entidades.csv")
    (fila,) = [f for f in filas if f["situacion"] == "sin_dato"]
    assert (fila["entidad"], fila["vigencia"]) == (malo.name, "2024")
    assert "No están los archivos" in fila["motivo"]
    assert verificar_pais.main([str(nacional(tmp_path / "salida")), "--particiones", str(tmp_path / "salida/particiones")]) == 0


def test_un_programa_ajeno_valida_los_datos_de_la_entrega_nacional(corrida: Path) -> None:
    programa = "import frictionless, json; r = frictionless.validate('datapackage.json'); print(json.dumps(r.flatten(['name', 'type', 'note'])))"
    hecho = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True, cwd=nacional(corrida), check=True)
    assert json.loads(hecho.stdout) == []
    nombres = [r["name"] for r in json.loads((nacional(corrida) / "datapackage.json").read_text("utf-8"))["resources"]]
    assert nombres == [f"{t.nombre}{sufijo}" for t in DE_LA_NACION for sufijo in ("", "-parquet")]


def test_correr_otra_vez_no_publica_nada_nuevo(datos: Path, corrida: Path, tmp_path: Path) -> None:
    shutil.copytree(corrida, tmp_path / "salida")
    antes = publicado(tmp_path / "salida")
    resultado = correr_pais(PedidoPais(str(datos), str(tmp_path / "salida")), aqui)
    assert (len(resultado.lotes.iguales), resultado.entrega.nueva) == (16, False)
    assert publicado(tmp_path / "salida") == antes


def test_la_entrega_nacional_que_solo_abre_lo_que_cambio_es_la_de_rehacerla_toda(datos: Path, corrida: Path, tmp_path: Path) -> None:
    shutil.copytree(datos, tmp_path / "datos")
    shutil.copytree(corrida, tmp_path / "salida")
    cambiado = sorted((tmp_path / "datos/2023").iterdir())[3] / "avances.csv"
    cambiado.write_text(cambiado.read_text("utf-8").replace(",-3,", ",3,").replace(",1.1,", ",99.9,", 1), "utf-8")
    pedido = PedidoPais(str(tmp_path / "datos"), str(tmp_path / "salida"), entidades=(cambiado.parent.name,), vigencias=(2023,))
    incremental = correr_pais(pedido, aqui)
    assert (incremental.lotes.hechas, incremental.entrega.nueva) == ([f"{cambiado.parent.name}-2023"], True)
    tablas = {t: (nacional(tmp_path / "salida") / "datos" / f"{t}.csv").read_bytes() for t in ("entidades", "indicadores_total", "indicadores_nacionales", "reglas")}
    shutil.rmtree(tmp_path / "salida/nacional")
    correr_pais(replace(pedido, entidades=(), vigencias=()), aqui)
    assert {t: (nacional(tmp_path / "salida") / "datos" / f"{t}.csv").read_bytes() for t in tablas} == tablas
    assert (nacional(corrida) / "datos/reglas.csv").read_bytes() != tablas["reglas"]


def test_un_lote_en_que_ningun_municipio_reporto_se_cuenta_una_sola_vez(datos: Path, tmp_path: Path) -> None:
    """Con solo el encabezado, las reglas del plan miran cada actividad una vez, igual que con evidencia."""
    shutil.copytree(datos, tmp_path / "datos")
    for avances in (tmp_path / "datos").glob("2024/*/avances.csv"):
        avances.write_bytes(avances.read_bytes().split(b"\n", 1)[0] + b"\n")
    revisadas = []
    for pais, salida in ((datos, tmp_path / "con"), (tmp_path / "datos", tmp_path / "sin")):
        correr_pais(PedidoPais(str(pais), str(salida), vigencias=(2024,)), aqui)
        reglas = verificar_pais.filas(nacional(salida) / "datos/reglas.csv")
        revisadas.append({f["regla"]: f["revisadas"] for f in reglas if f["tabla"] == "plan"})
    assert revisadas[0]
    assert revisadas[0] == revisadas[1]


def test_en_dos_procesos_los_bytes_son_los_mismos(datos: Path, corrida: Path, tmp_path: Path) -> None:
    hecho = subprocess.run(orden(datos, tmp_path / "salida", "--procesos", "2", "--por-lote", "3"), capture_output=True, text=True, cwd=RAIZ, env=sin_prefect(), check=False)
    assert hecho.returncode == 0, hecho.stderr
    assert json.loads(hecho.stdout)["hechas"] == 16
    assert publicado(tmp_path / "salida") == publicado(corrida)


def test_si_la_corrida_muere_a_la_mitad_sigue_donde_iba_y_los_bytes_son_los_mismos(datos: Path, corrida: Path, tmp_path: Path) -> None:
    salida = tmp_path / "salida"
    proceso = subprocess.Popen(orden(datos, salida, "--procesos", "1", "--por-lote", "1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=RAIZ, env=sin_prefect())
    esperar(lambda: particiones_hechas(salida) >= 3, 600, "las primeras particiones")
    os.kill(proceso.pid, signal.SIGKILL)
    proceso.wait()
    quedaron = particiones_hechas(salida)
    assert 3 <= quedaron < 16
    resultado = correr_pais(PedidoPais(str(datos), str(salida), por_lote=8), aqui)
    assert (len(resultado.lotes.iguales), len(resultado.lotes.hechas)) == (quedaron, 16 - quedaron)
    assert publicado(salida) == publicado(corrida)


def test_en_s3_quedan_los_mismos_bytes_que_en_una_carpeta(datos: Path, corrida: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    for clave, valor in CLAVES.items():
        monkeypatch.setenv(clave, valor)
    servidor = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    servidor.start()
    try:
        direccion = f"http://127.0.0.1:{servidor.get_host_and_port()[1]}"
        opciones = {"endpoint_url": direccion}
        sistema = s3fs.S3FileSystem(**opciones)
        sistema.mkdir("cubo")
        sistema.put(str(datos) + "/", "cubo/datos/", recursive=True)
        pedido = PedidoPais("s3://cubo/datos", "s3://cubo/salida", por_lote=8, opciones=opciones)
        primera = correr_pais(pedido, aqui)
        assert (len(primera.lotes.hechas), primera.lotes.fallas) == (16, {})
        sistema.invalidate_cache()
        subido = {r.removeprefix("cubo/salida/"): sistema.cat_file(r) for r in sistema.find("cubo/salida")}
        assert subido == publicado(corrida)
        assert len(correr_pais(pedido, aqui).lotes.iguales) == 16
    finally:
        servidor.stop()


def test_con_dask_y_un_trabajador_que_muere_los_bytes_son_los_de_una_sola_maquina(datos: Path, corrida: Path, tmp_path: Path) -> None:
    salida = tmp_path / "salida"
    with dask(tmp_path, 2, sin_prefect()) as en, servidor_de_prefect(tmp_path) as prefect, postgres("rendicion") as donde:
        base = f"postgresql+psycopg://{donde}/rendicion"
        ambiente = prefect.ambiente | {"RENDICION_REGISTRO": base}
        corre = subprocess.Popen(orden(datos, salida, "--por-lote", "1", "--dask", en.direccion), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=RAIZ, env=ambiente)
        esperar(lambda: particiones_hechas(salida) >= 3 or corre.poll() is not None, 600, "las primeras particiones")
        os.kill(en.trabajadores[0].pid, signal.SIGKILL)
        dicho, errores = corre.communicate(timeout=900)
        assert corre.returncode == 0, errores[-3000:]
        resultado = json.loads(dicho[dicho.index("{") :])
        tareas = prefect.pedir("task_runs/filter", limit=200)
        with sa.create_engine(base).connect() as conexion:
            anotadas = [dict(f) for f in conexion.execute(sa.text("select * from corridas")).mappings()]
    assert resultado["hechas"] + resultado["sin_cambios"] == 16
    assert {t["state_type"] for t in tareas} == {"COMPLETED"}
    assert len(tareas) == 16
    assert publicado(salida) == publicado(corrida)
    # En PostgreSQL queda una fila por partición, con la huella de su manifiesto: también las que publicó el trabajador que murió.
    entregadas = {(f["entidad"], int(f["vigencia"])): f["manifiesto_sha256"] for f in verificar_pais.filas(nacional(salida) / "datos/entidades.csv")}
    assert len(anotadas) == 16
    assert {f["resultado"] for f in anotadas} == {"publicada"}
    assert all(entregadas[f["entidad"], f["vigencia"]] == f["manifiesto_sha256"] for f in anotadas)
