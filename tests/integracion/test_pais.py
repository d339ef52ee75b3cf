"""El país: las mismas cifras y los mismos bytes que una ciudad sola, los defectos plantados hallados, y nada más."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from esquemas import TABLAS
from esquemas.arrow import tabla_arrow
from rendicion import conteo, indicadores
from rendicion.lectura import COLUMNAS_LECTURA, Lectura
from rendicion.medicion import conciliar, filas_de_rechazos
from rendicion.normalizacion import normalizar
from rendicion.pais.declaracion import leer_pais, plan_de
from rendicion.pais.deposito import abrir
from rendicion.pais.lote import Tarea, correr_lote
from rendicion.pais.verificar_pais import abrir_paquete
from rendicion.plan import filas_del_plan
from rendicion.sintetico.pais import Receta, escribir_pais
from rendicion.tablas import escribir_csv, escribir_parquet, leer_parquet
from validaciones.evidencia import validar_evidencia
from validaciones.motor import Motor

RECETA = Receta(semilla=7, municipios=6, vigencias=(2023,), registros=400, defectos_por_mil=60)
DE_CIUDAD = ("plan", "avances", "indicadores_total", "indicadores_subcomponente", "indicadores_actividad", "indicadores_dependencia", "serie", "conciliacion", "rechazos")


@pytest.fixture(scope="module")
def datos(tmp_path_factory):
    carpeta = tmp_path_factory.mktemp("pais") / "datos"
    for _ in escribir_pais(carpeta, RECETA):
        pass
    return carpeta


@pytest.fixture(scope="module")
def corrida(datos):
    salida = datos.parent / "salida"
    resultado = correr_lote(tarea(datos, salida))
    assert not resultado.fallas
    return salida, resultado


def tarea(datos: Path, salida: Path, vigencia: int = 2023) -> Tarea:
    entidades = tuple(e.entidad for e in leer_pais(abrir(str(datos))).entidades)
    return Tarea(str(datos), str(salida), vigencia, entidades)


def paquete(salida: Path, entidad: str, vigencia: int = 2023) -> Path:
    return max((salida / "particiones" / str(vigencia) / entidad).iterdir())


def particion(salida: Path, entidad: str, vigencia: int = 2023) -> Path:
    """Abre el paquete de una partición y devuelve la carpeta con sus archivos."""
    suyo = paquete(salida, entidad, vigencia)
    carpeta = salida.parent / f"{salida.name}-abierta" / suyo.stem
    if not carpeta.exists():
        abrir_paquete(suyo, carpeta)
    return carpeta


def bytes_de(carpeta: Path) -> dict[str, bytes]:
    return {str(r.relative_to(carpeta)): r.read_bytes() for r in sorted(carpeta.rglob("*")) if r.is_file()}


def como_una_ciudad(datos: Path, entidad: str, vigencia: int, carpeta: Path) -> None:
    """Calcula la partición con el código de una ciudad, fuente por fuente, y escribe sus tablas."""
    pais = leer_pais(abrir(str(datos)))
    lugar = datos / str(vigencia) / entidad
    plan = plan_de((lugar / "plan.csv").read_bytes(), entidad, vigencia)
    crudo = (lugar / "avances.csv").read_bytes()
    filas = list(csv.DictReader(io.StringIO(crudo.decode())))
    candidatos = []
    for fuente in sorted(pais.fuentes, key=lambda f: f.id):
        suyas = [{c: f.get(c) or None for c in COLUMNAS_LECTURA} | {"lugar": f"{vigencia}/{entidad}/avances.csv, fila {n}"} for n, f in enumerate(filas, 2) if f["fuente"] == fuente.id]
        celdas = pa.Table.from_pylist(suyas, schema=pa.schema([(c, pa.string()) for c in COLUMNAS_LECTURA]))
        candidatos.append(normalizar(Lectura(fuente, __import__("hashlib").sha256(crudo).hexdigest(), "avances.csv", celdas)))
    validados = validar_evidencia(Motor(), candidatos, plan)
    cortes = pais.cortes[vigencia]
    avances = conteo.contar(validados.aceptados, plan, cortes[-1], {f.id for f in pais.fuentes if f.url_identifica})
    diarios = conteo.diarios(avances)
    tablas = {
        "plan": filas_del_plan(plan),
        **indicadores.calcular(plan, diarios, indicadores.cortes_de_la_entrega(cortes, cortes[-1])),
        "serie": indicadores.serie(plan, diarios, cortes[-1]),
        "rechazos": filas_de_rechazos(candidatos, validados.rechazos),
        "conciliacion": conciliar(candidatos, validados.rechazos, avances),
    }
    carpeta.mkdir()
    for nombre in DE_CIUDAD:
        escribir_csv(TABLAS[nombre], avances if nombre == "avances" else tabla_arrow(TABLAS[nombre], tablas[nombre]), carpeta / f"{nombre}.csv")
    escribir_parquet(TABLAS["avances"], avances, carpeta / "avances.parquet")


def test_cada_particion_tiene_los_mismos_bytes_que_si_fuera_una_ciudad_sola(datos, corrida, tmp_path):
    salida, _ = corrida
    for entidad in [e.entidad for e in leer_pais(abrir(str(datos))).entidades]:
        como_una_ciudad(datos, entidad, 2023, tmp_path / entidad)
        hecha = particion(salida, entidad) / "datos"
        for nombre in (*(f"{n}.csv" for n in DE_CIUDAD), "avances.parquet"):
            assert (hecha / nombre).read_bytes() == (tmp_path / entidad / nombre).read_bytes(), f"{entidad}: {nombre}"


def test_se_hallan_todos_los_defectos_plantados_y_ninguno_mas(datos, corrida):
    salida, _ = corrida
    plantados = Counter()
    for f in csv.DictReader((datos / "verdad.csv").open(encoding="utf-8")):
        plantados[f["entidad"], f["regla"]] += int(f["registros"])
    hallados = Counter()
    for entidad in {e for e, _ in plantados}:
        for f in csv.DictReader((particion(salida, entidad) / "datos/rechazos.csv").open(encoding="utf-8")):
            hallados[entidad, f["regla"]] += 1
    assert hallados == plantados
    assert len({r for _, r in plantados}) == 11


def test_las_cuentas_de_cada_regla_son_las_de_sus_rechazos(datos, corrida):
    salida, _ = corrida
    for entidad in [e.entidad for e in leer_pais(abrir(str(datos))).entidades]:
        manifiesto = json.loads((particion(salida, entidad) / "manifiesto.json").read_text("utf-8"))
        filas = list(csv.DictReader((particion(salida, entidad) / "datos/rechazos.csv").open(encoding="utf-8")))
        de_negocio = {r: c for r, c in manifiesto["validacion"].items() if r.startswith("evidencia:")}
        assert sum(f for _, f in de_negocio.values()) == sum(f["regla"] in {r.split(":")[1] for r in de_negocio} for f in filas)
        assert all(faltas == 0 for r, (_, faltas) in manifiesto["validacion"].items() if not r.startswith(("evidencia:", "lectura:")))


def test_correr_otra_vez_no_hace_nada_y_un_municipio_que_cambia_cuesta_su_particion(datos, corrida, tmp_path):
    shutil.copytree(corrida[0], tmp_path / "salida")
    shutil.copytree(datos, tmp_path / "datos")
    pedido = tarea(tmp_path / "datos", tmp_path / "salida")
    assert len(correr_lote(pedido).iguales) == RECETA.municipios
    cambiado = tmp_path / "datos/2023" / pedido.entidades[2] / "avances.csv"
    cambiado.write_text(cambiado.read_text("utf-8").replace("presencial", "radio"), "utf-8")
    segunda = correr_lote(pedido)
    assert segunda.hechas == [f"{pedido.entidades[2]}-2023"]
    nuevo = json.loads((particion(tmp_path / "salida", pedido.entidades[2]) / "manifiesto.json").read_text("utf-8"))
    assert nuevo["numero"] == 2
    assert nuevo["anterior"] is not None


def test_un_archivo_truncado_hace_que_la_particion_se_haga_de_nuevo(datos, corrida, tmp_path):
    shutil.copytree(corrida[0], tmp_path / "salida")
    pedido = tarea(datos, tmp_path / "salida")
    suyo = paquete(tmp_path / "salida", pedido.entidades[0])
    suyo.write_bytes(suyo.read_bytes()[:-1])
    assert correr_lote(pedido).hechas == [f"{pedido.entidades[0]}-2023"]
    assert paquete(tmp_path / "salida", pedido.entidades[0]).name > suyo.name


@pytest.mark.parametrize(
    ("archivo", "cambio", "dice"),
    [
        ("avances.csv", lambda t: t + "05001,2023,reporte-municipal,sobra\n", "dañado"),
        ("avances.csv", lambda t: t.replace("reporte-municipal", "fuente-rara", 1), "no declara"),
        ("avances.csv", lambda t: t.replace(",2023,", ",2022,", 1), "de otro año"),
        ("avances.csv", lambda t: t.replace("registro,", "clave,", 1), "encabezado"),
        ("avances.csv", lambda t: t.replace("/2023/", "/2023/ /"), "más del 15"),
        ("plan.csv", lambda t: t.replace("2023-12-31", "2023-13-31"), "no se entiende"),
    ],
)
def test_lo_que_falla_en_un_municipio_lo_deja_por_fuera_con_su_nombre_y_los_demas_siguen(datos, tmp_path, archivo, cambio, dice):
    shutil.copytree(datos, tmp_path / "datos")
    pedido = tarea(tmp_path / "datos", tmp_path / "salida")
    malo = tmp_path / "datos/2023" / pedido.entidades[1] / archivo
    malo.write_text(cambio(malo.read_text("utf-8")), "utf-8")
    resultado = correr_lote(pedido)
    assert list(resultado.fallas) == [f"{pedido.entidades[1]}-2023"]
    assert dice in resultado.fallas[f"{pedido.entidades[1]}-2023"]
    assert len(resultado.hechas) == RECETA.municipios - 1
    assert not (tmp_path / "salida/particiones/2023" / pedido.entidades[1]).exists()


def test_los_bytes_de_una_particion_no_dependen_de_su_lote(datos, corrida, tmp_path):
    salida, _ = corrida
    sola = tarea(datos, tmp_path / "salida").entidades[3]
    correr_lote(Tarea(str(datos), str(tmp_path / "salida"), 2023, (sola,)))
    assert bytes_de(particion(tmp_path / "salida", sola)) == bytes_de(particion(salida, sola))


def test_el_parquet_dice_lo_mismo_que_el_csv(corrida):
    from rendicion.tablas import diferencias

    salida, _ = corrida
    for carpeta in sorted((salida / "particiones/2023").iterdir()):
        lugar = particion(salida, carpeta.name) / "datos"
        assert diferencias(TABLAS["avances"], lugar / "avances.csv", lugar / "avances.parquet") == []
        assert leer_parquet(lugar / "avances.parquet").num_rows
