"""El verificador independiente frente a una entrega hecha a mano y a quien la altera.

Las cifras de la entrega de prueba se calcularon a mano desde el contrato: aquí no se usa
ninguna función que calcule indicadores. DATOS SINTÉTICOS.
"""

from __future__ import annotations

import ast
import base64
import copy
import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esquemas import PUBLICAS
from esquemas.arrow import esquema_arrow
from esquemas.paquete import table_schema
from rendicion import verificacion
from rendicion.errores import ErrorUso
from rendicion.firma import clave_publica_de, comprobar_firma, firmar
from rendicion.verificador import verificar

GUION = Path(verificar.__file__)
Tablas = dict[str, list[list[str]]]

# ------------------------------------------------------------------ la entrega hecha a mano

NOTICIAS, FORMATO = "a" * 64, "b" * 64

PLAN = """
13001,2020,1,Información,1.1,Publicar noticias,Cuatro,4,noticias,suma,lineal,1,1,Prensa/Planeación,Planeación;Prensa,,2020-03-01,2020-12-31,
13001,2020,1,Información,1.2,Publicar el informe,Un informe,1,informe,suma,al_final,1,1,Prensa,Prensa,,2020-03-01,2020-12-31,
13001,2020,1,Información,1.3,Divulgar,Campaña,,,suma,lineal,1,1,Prensa,Prensa,,2020-03-01,2020-12-31,
13001,2020,2,Diálogo,2.1,Hacer encuentros,Diez,10,encuentros,suma,hitos,2,2,Planeación,Planeación,junio/octubre,2020-03-01,2020-12-31,2020-06-30;2020-10-31
13001,2020,2,Diálogo,2.2,Responder,80 %,80,por ciento,ultimo,lineal,1,2,Archivo,Archivo,,2020-03-01,2020-12-31,
"""

AVANCES = f"""
noticias:n3,13001,2020,1.1,2020-02-15,1,'=SUMA(1),https://a.co/3,web,Prensa,noticias,n3,{NOTICIAS},false,fuera_de_ventana,
noticias:n1,13001,2020,1.1,2020-03-10,1,"Uno, y ""dos"" más",https://a.co/1,web,Prensa,noticias,n1,{NOTICIAS},true,,
noticias:n1~2,13001,2020,1.1,2020-03-12,1,Uno,https://a.co/1b,web,Prensa,noticias,n1,{NOTICIAS},false,duplicado,noticias:n1
noticias:n2,13001,2020,1.1,2020-05-05,1,Dos,https://a.co/2,web,Prensa,noticias,n2,{NOTICIAS},true,,
posts:p1,13001,2020,1.1,2020-05-06,1,Dos otra vez,https://a.co/2,red,Prensa,posts,p1,{NOTICIAS},false,duplicado,noticias:n2
noticias:n4,13001,2020,1.1,2020-09-10,1,Cuatro,https://a.co/4,web,Prensa,noticias,n4,{NOTICIAS},false,posterior_al_corte,
formato:f4,13001,2020,1.3,2020-04-15,3,,,,,formato,f4,{FORMATO},true,,
formato:f1,13001,2020,2.1,2020-06-20,2.5,,,,,formato,f1,{FORMATO},true,,
formato:f2,13001,2020,2.2,2020-04-01,40,,,,,formato,f2,{FORMATO},true,,
formato:f3,13001,2020,2.2,2020-08-01,30,,,,,formato,f3,{FORMATO},true,,
"""

# 1.1 a 30 de abril: 61 de 306 días, 4·61/306 = 0,797385…; 2.2: 80·61/306 = 15,947712…
# A 31 de agosto: 184 días, 4·184/306 = 2,405228…, 2/2,405228… = 83,152173… %;
# 80·184/306 = 48,104575…, 30/48,104575… = 62,364130… %.
ACTIVIDAD = """
13001,2020,2020-04-30,1.1,4,1,25.00,25.00,25.00,lineal,0.7974,100.00,en_ejecucion,alta,1
13001,2020,2020-04-30,1.2,1,0,0.00,0.00,,al_final,0,,no_iniciada,sin_programar,0
13001,2020,2020-04-30,1.3,,3,,,,lineal,,,sin_meta,sin_programar,1
13001,2020,2020-04-30,2.1,10,0,0.00,0.00,,hitos,0,,no_iniciada,sin_programar,0
13001,2020,2020-04-30,2.2,80,40,50.00,50.00,50.00,lineal,15.9477,100.00,en_ejecucion,alta,1
13001,2020,2020-08-31,1.1,4,2,50.00,50.00,50.00,lineal,2.4052,83.15,en_ejecucion,alta,2
13001,2020,2020-08-31,1.2,1,0,0.00,0.00,,al_final,0,,no_iniciada,sin_programar,0
13001,2020,2020-08-31,1.3,,3,,,,lineal,,,sin_meta,sin_programar,1
13001,2020,2020-08-31,2.1,10,2.5,25.00,25.00,25.00,hitos,5,50.00,atrasada,baja,1
13001,2020,2020-08-31,2.2,80,30,37.50,37.50,37.50,lineal,48.1046,62.36,atrasada,media,2
"""

SUBCOMPONENTE = """
13001,2020,2020-04-30,1,12.50,25.000000,2.000000,25.00,100.00,100.000000,1.000000,alta,2,1
13001,2020,2020-04-30,2,16.67,50.000000,3.000000,50.00,100.00,100.000000,1.000000,alta,2,1
13001,2020,2020-08-31,1,25.00,50.000000,2.000000,50.00,83.15,83.152174,1.000000,alta,2,1
13001,2020,2020-08-31,2,29.17,87.500000,3.000000,29.17,54.12,162.364130,3.000000,baja,2,2
"""

DEPENDENCIA = """
13001,2020,2020-04-30,Archivo,50.00,50.000000,1.000000,50.00,100.00,100.000000,1.000000,alta,1,1
13001,2020,2020-04-30,Planeación,8.33,25.000000,3.000000,25.00,100.00,100.000000,1.000000,alta,2,1
13001,2020,2020-04-30,Prensa,12.50,25.000000,2.000000,25.00,100.00,100.000000,1.000000,alta,2,1
13001,2020,2020-08-31,Archivo,37.50,37.500000,1.000000,37.50,62.36,62.364130,1.000000,media,1,1
13001,2020,2020-08-31,Planeación,33.33,100.000000,3.000000,33.33,61.05,183.152174,3.000000,media,2,2
13001,2020,2020-08-31,Prensa,25.00,50.000000,2.000000,50.00,83.15,83.152174,1.000000,alta,2,1
"""

TOTAL = """
13001,2020,2020-04-30,15.28,45.833333,3.000000,41.67,100.00,300.000000,3.000000,alta,4,2
13001,2020,2020-08-31,27.78,83.333333,3.000000,36.11,63.80,191.394928,3.000000,media,4,3
"""

SERIE = """
13001,2020,2020-03,2020-03-31,4.17,12.500000,3.000000,25.00,33.33,100.000000,3.000000,baja,4,1
13001,2020,2020-04,2020-04-30,15.28,45.833333,3.000000,41.67,100.00,300.000000,3.000000,alta,4,2
13001,2020,2020-05,2020-05-31,19.44,58.333333,3.000000,50.00,100.00,300.000000,3.000000,alta,4,2
13001,2020,2020-06,2020-06-30,30.56,91.666667,3.000000,38.89,77.78,233.333333,3.000000,media,4,3
13001,2020,2020-07,2020-07-31,30.56,91.666667,3.000000,38.89,77.78,233.333333,3.000000,media,4,3
13001,2020,2020-08,2020-08-31,27.78,83.333333,3.000000,36.11,63.80,191.394928,3.000000,media,4,3
"""

CONCILIACION = """
formato,5,4,1,4,0
noticias,5,5,0,2,3
posts,1,1,0,0,1
"""

RECHAZOS = f"""
formato,{FORMATO},f9,fecha,31/02/2020,fecha_invalida,La fecha no existe.,Escriba una fecha que exista.,
"""

# Otra entrega, con corte al cierre y con los bordes: evidencia el mismo día del corte y el último día de la
# ventana, una meta superada, una vencida, una ventana que empieza antes del periodo y filas en desorden.
# 1.1: ventana de 352 días (15 de enero a 31 de diciembre); a 30 de abril van 107 y a 31 de julio, 199.
CIERRE = {
    "plan": """
13001,2020,1,Información,1.1,Publicar noticias,Dos,2,noticias,suma,lineal,1,1,Prensa,Prensa,desde el 15 de enero,2020-01-15,2020-12-31,
13001,2020,1,Información,1.2,Publicar el informe,Uno,1,informe,suma,al_final,1,1,Prensa,Prensa,,2020-03-01,2020-12-31,
13001,2020,1,Información,1.3,Hacer encuentros,Cinco,5,encuentros,suma,lineal,1,1,Prensa,Prensa,,2020-03-01,2020-12-31,
13001,2020,1,Información,1.4,Responder,Diez,10,puntos,ultimo,lineal,1,1,Prensa,Prensa,,2020-03-01,2020-12-31,
""",
    "avances": f"""
formato:b,13001,2020,1.1,2020-12-31,2,,,,,formato,b,{FORMATO},true,,
formato:a,13001,2020,1.1,2020-04-30,1,,,,,formato,a,{FORMATO},true,,
formato:c,13001,2020,1.2,2020-12-31,1,,,,,formato,c,{FORMATO},true,,
formato:z,13001,2020,1.4,2020-04-30,4,,,,,formato,z,{FORMATO},true,,
formato:y,13001,2020,1.4,2020-04-01,9,,,,,formato,y,{FORMATO},true,,
""",
    "indicadores_actividad": """
13001,2020,2020-04-30,1.1,2,1,50.00,50.00,50.00,lineal,0.608,100.00,en_ejecucion,alta,1
13001,2020,2020-04-30,1.2,1,0,0.00,0.00,,al_final,0,,no_iniciada,sin_programar,0
13001,2020,2020-04-30,1.3,5,0,0.00,0.00,,lineal,0.9967,0.00,atrasada,baja,0
13001,2020,2020-04-30,1.4,10,4,40.00,40.00,40.00,lineal,1.9935,100.00,en_ejecucion,alta,2
13001,2020,2020-12-31,1.1,2,3,150.00,100.00,100.00,lineal,2,100.00,cumplida,alta,2
13001,2020,2020-12-31,1.2,1,1,100.00,100.00,100.00,al_final,1,100.00,cumplida,alta,1
13001,2020,2020-12-31,1.3,5,0,0.00,0.00,,lineal,5,0.00,vencida,baja,0
13001,2020,2020-12-31,1.4,10,4,40.00,40.00,40.00,lineal,10,40.00,vencida,baja,2
""",
    "indicadores_subcomponente": """
13001,2020,2020-04-30,1,22.50,90.000000,4.000000,45.00,66.67,200.000000,3.000000,media,4,2
13001,2020,2020-12-31,1,60.00,240.000000,4.000000,80.00,60.00,240.000000,4.000000,media,4,3
""",
    "indicadores_dependencia": """
13001,2020,2020-04-30,Prensa,22.50,90.000000,4.000000,45.00,66.67,200.000000,3.000000,media,4,2
13001,2020,2020-12-31,Prensa,60.00,240.000000,4.000000,80.00,60.00,240.000000,4.000000,media,4,3
""",
    "indicadores_total": """
13001,2020,2020-04-30,22.50,22.500000,1.000000,45.00,66.67,66.666667,1.000000,media,4,2
13001,2020,2020-12-31,60.00,60.000000,1.000000,80.00,60.00,60.000000,1.000000,media,4,3
""",
    "serie": """
13001,2020,2020-01,2020-01-31,0.00,0.000000,1.000000,,0.00,0.000000,1.000000,baja,4,0
13001,2020,2020-02,2020-02-29,0.00,0.000000,1.000000,,0.00,0.000000,1.000000,baja,4,0
13001,2020,2020-03,2020-03-31,0.00,0.000000,1.000000,,0.00,0.000000,1.000000,baja,4,0
13001,2020,2020-04,2020-04-30,22.50,22.500000,1.000000,45.00,66.67,66.666667,1.000000,media,4,2
13001,2020,2020-05,2020-05-31,22.50,22.500000,1.000000,45.00,66.67,66.666667,1.000000,media,4,2
13001,2020,2020-06,2020-06-30,22.50,22.500000,1.000000,45.00,66.67,66.666667,1.000000,media,4,2
13001,2020,2020-07,2020-07-31,22.50,22.500000,1.000000,45.00,56.15,56.147404,1.000000,baja,4,2
13001,2020,2020-08,2020-08-31,22.50,22.500000,1.000000,45.00,47.68,47.681159,1.000000,baja,4,2
13001,2020,2020-09,2020-09-30,22.50,22.500000,1.000000,45.00,41.63,41.629523,1.000000,baja,4,2
13001,2020,2020-10,2020-10-31,22.50,22.500000,1.000000,45.00,36.81,36.813428,1.000000,baja,4,2
13001,2020,2020-11,2020-11-30,22.50,22.500000,1.000000,45.00,33.11,33.112584,1.000000,baja,4,2
13001,2020,2020-12,2020-12-31,60.00,60.000000,1.000000,80.00,60.00,60.000000,1.000000,media,4,3
""",
    "conciliacion": "formato,5,5,0,5,0\n",
}

FILAS = {
    "plan": PLAN, "avances": AVANCES, "indicadores_actividad": ACTIVIDAD, "indicadores_subcomponente": SUBCOMPONENTE,
    "indicadores_dependencia": DEPENDENCIA, "indicadores_total": TOTAL, "serie": SERIE,
    "conciliacion": CONCILIACION, "rechazos": RECHAZOS,
}  # fmt: skip


def tablas_de_prueba(filas: Mapping[str, str]) -> Tablas:
    """Devuelve las tablas de una entrega de prueba, celda por celda como van en el CSV."""
    return {n: list(csv.reader(io.StringIO(filas.get(n, "").lstrip("\n")))) for n in PUBLICAS}


class Taller:
    """Arma la entrega de prueba y permite alterarla antes o después de sellarla."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta
        self.tablas = tablas_de_prueba(FILAS)
        self.cambios: dict[str, Any] = {}
        self.esquemas = {n: table_schema(t) for n, t in PUBLICAS.items()}

    def celda(self, tabla: str, clave: str, columna: str, valor: str) -> None:
        """Cambia una celda de la fila que contiene la clave, dada como «valor» o «valor/valor»."""
        fila = self.fila(tabla, clave)
        fila[PUBLICAS[tabla].nombres.index(columna)] = valor

    def fila(self, tabla: str, clave: str) -> list[str]:
        """Devuelve la única fila cuya primera celda es la clave o, si no la hay, que tiene todas sus partes."""
        filas = self.tablas[tabla]
        hallada = [f for f in filas if f[0] == clave] or [f for f in filas if all(p in f for p in clave.split("/"))]
        assert len(hallada) == 1, (tabla, clave, len(hallada))
        return hallada[0]

    def escribir(self) -> Path:
        """Escribe las tablas y sella la entrega."""
        (self.carpeta / "datos").mkdir(parents=True)
        shutil.copy(GUION, self.carpeta / "verificar.py")
        (self.carpeta / "index.html").write_text("<!doctype html><title>Informe</title>", encoding="utf-8")
        for nombre, filas in self.tablas.items():
            escribir_csv(self.carpeta / f"datos/{nombre}.csv", [list(PUBLICAS[nombre].nombres), *filas])
            escribir_parquet(self.carpeta / f"datos/{nombre}.parquet", nombre, filas)
        return self.sellar()

    def sellar(self) -> Path:
        """Rehace datapackage.json, el manifiesto y SHA256SUMS con lo que haya en la carpeta."""
        recursos: list[dict[str, Any]] = []
        for nombre in self.tablas:
            for sufijo, ext in (("", "csv"), ("-parquet", "parquet")):
                ruta = f"datos/{nombre}.{ext}"
                dato = huella_de(self.carpeta / ruta)
                recurso = {"name": nombre + sufijo, "path": ruta, "schema": self.esquemas[nombre]}
                recursos.append(recurso | {"hash": "sha256:" + dato["sha256"], "bytes": dato["bytes"]})
        fuera = {"manifiesto.json", "manifiesto.firma", "SHA256SUMS"}
        rutas = sorted(r.relative_to(self.carpeta).as_posix() for r in self.carpeta.rglob("*") if r.is_file())
        archivos = {r: huella_de(self.carpeta / r) for r in rutas if r not in {*fuera, "datapackage.json"}}
        manifiesto = {
            "formato": "rendicion-manifiesto/1", "entrega": "13001-2020-20200831-001", "numero": 1, "entidad": "13001",
            "vigencia": 2020, "corte": "2020-08-31", "sintetica": True, "anterior": None, "huella": "c" * 64,
            "plan": {"archivo": "plan.txt", "sha256": "d" * 64},
            "capturas": [
                {"fuente": f, "origen": "prueba", "sha256": s, "bytes": 10, "url_identifica": f != "formato"}
                for f, s in (("formato", FORMATO), ("noticias", NOTICIAS), ("posts", NOTICIAS))
            ],
            "cortes": ["2020-04-30", "2020-08-31", "2020-12-31"], "periodo": ["2020-03-01", "2020-12-31"],
            "versiones": {"rendicion": "0.1.0"}, "archivos": archivos,
        } | self.cambios  # fmt: skip
        ficha = {k: manifiesto[k] for k in ("entrega", "corte", "sintetica", "entidad", "vigencia")} | {"cortes_oficiales": manifiesto["cortes"]}
        guardar(self.carpeta / "datapackage.json", {"name": "prueba", "resources": recursos} | ficha)
        if manifiesto["archivos"] is archivos:
            archivos["datapackage.json"] = huella_de(self.carpeta / "datapackage.json")
        guardar(self.carpeta / "manifiesto.json", manifiesto)
        sumas(self.carpeta)
        return self.carpeta


def escribir_csv(archivo: Path, filas: list[list[str]]) -> None:
    """Escribe un CSV como pide el contrato."""
    with archivo.open("w", encoding="utf-8", newline="") as abierto:
        csv.writer(abierto, lineterminator="\n").writerows(filas)


def escribir_parquet(archivo: Path, tabla: str, filas: list[list[str]]) -> None:
    """Escribe en Parquet las mismas celdas, sin la protección contra fórmulas."""
    archivo.write_bytes(parquet_de(tabla, tuple(map(tuple, filas))))


@cache
def parquet_de(tabla: str, filas: tuple[tuple[str, ...], ...]) -> bytes:
    esquema = esquema_arrow(PUBLICAS[tabla])
    columnas = []
    for n, campo in enumerate(esquema):
        textos = [(f[n][1:] if f[n].startswith("'=") else f[n]) or None for f in filas]
        try:
            columnas.append(pa.array(textos, pa.string()).cast(campo.type))
        except pa.ArrowInvalid:  # una alteración puede poner un texto donde iba un número
            columnas.append(pa.nulls(len(textos), campo.type))
    sin_exigir = pa.schema([c.with_nullable(nullable=True) for c in esquema])
    salida = io.BytesIO()
    pq.write_table(pa.table(columnas, schema=sin_exigir), salida)
    return salida.getvalue()


def huella_de(archivo: Path) -> dict[str, Any]:
    contenido = archivo.read_bytes()
    return {"bytes": len(contenido), "sha256": hashlib.sha256(contenido).hexdigest()}


def guardar(archivo: Path, datos: object) -> None:
    archivo.write_text(json.dumps(datos, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def sumas(carpeta: Path) -> None:
    """Rehace SHA256SUMS a partir del manifiesto que haya."""
    manifiesto = json.loads((carpeta / "manifiesto.json").read_text(encoding="utf-8"))
    huellas = {r: a["sha256"] for r, a in manifiesto["archivos"].items()}
    huellas["manifiesto.json"] = huella_de(carpeta / "manifiesto.json")["sha256"]
    texto = "".join(f"{h}  {r}\n" for r, h in sorted(huellas.items()))
    (carpeta / "SHA256SUMS").write_text(texto, encoding="utf-8")


def remanifestar(carpeta: Path, **cambios: object) -> None:
    """Cambia datos del manifiesto y rehace SHA256SUMS, como haría quien altera con cuidado."""
    archivo, paquete = carpeta / "manifiesto.json", carpeta / "datapackage.json"
    manifiesto = json.loads(archivo.read_text(encoding="utf-8")) | cambios
    ficha = json.loads(paquete.read_text(encoding="utf-8"))
    guardar(paquete, ficha | {k: v for k, v in manifiesto.items() if k in ficha})
    if "datapackage.json" in manifiesto["archivos"]:
        manifiesto["archivos"]["datapackage.json"] = huella_de(paquete)
    guardar(archivo, manifiesto)
    sumas(carpeta)


def mirar(carpeta: Path, **con: Any) -> dict[str, verificar.Comprobacion]:
    """Corre todas las comprobaciones y las devuelve por su clave."""
    return {c.clave: c for c in verificar.comprobar(verificar.Entrega(carpeta), **con)}


def malas(hechas: dict[str, verificar.Comprobacion]) -> set[str]:
    return {c.clave for c in hechas.values() if c.estado == verificar.MAL}


def sin_comprobar(hechas: dict[str, verificar.Comprobacion]) -> set[str]:
    return {c.clave for c in hechas.values() if c.estado == verificar.SIN_COMPROBAR}


@pytest.fixture
def taller(tmp_path: Path) -> Taller:
    return Taller(tmp_path / "13001-2020-20200831-001")


def clave_nueva(semilla: int) -> bytes:
    """Devuelve una clave privada en PEM, siempre la misma para la misma semilla."""
    clave = Ed25519PrivateKey.from_private_bytes(bytes([semilla]) * 32)
    return clave.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def firmada(carpeta: Path, clave: bytes) -> Path:
    (carpeta / "manifiesto.firma").write_bytes(firmar((carpeta / "manifiesto.json").read_bytes(), clave))
    return carpeta


def en_claro(clave: bytes) -> bytes:
    return verificar.leer_clave(clave_publica_de(clave))


# ------------------------------------------------------------------ una entrega buena


def test_una_entrega_buena_pasa_todas_las_comprobaciones_que_se_pueden_hacer(taller: Taller) -> None:
    hechas = mirar(taller.escribir())
    assert {c: h.detalles for c, h in hechas.items() if h.estado == verificar.MAL} == {}
    assert sin_comprobar(hechas) == {"firma", "parquet", "reglas_del_plan"}
    assert verificar.salida_de(hechas.values()) == 0


def cierre(taller: Taller) -> Taller:
    """Pone en el taller la entrega con corte al cierre, que no está en la lista de cortes oficiales."""
    taller.tablas = tablas_de_prueba(CIERRE)
    taller.cambios = {"corte": "2020-12-31", "entrega": "13001-2020-20201231-001", "cortes": ["2020-04-30"]}
    return taller


def test_una_entrega_buena_con_los_bordes_del_contrato_pasa(taller: Taller) -> None:
    hechas = mirar(cierre(taller).escribir())
    assert {c: h.detalles for c, h in hechas.items() if h.estado == verificar.MAL} == {}
    assert sin_comprobar(hechas) == {"firma", "parquet"}


def test_la_serie_empieza_en_el_inicio_del_plan_o_de_la_primera_actividad_lo_que_sea_antes(taller: Taller) -> None:
    taller.cambios = {"periodo": ["2020-04-01", "2020-12-31"]}
    assert "serie" not in malas(mirar(taller.escribir()))


def test_lo_que_el_plan_trae_distinto_de_lo_comun_se_dice_y_no_se_da_por_bueno(taller: Taller) -> None:
    detalles = mirar(taller.escribir())["reglas_del_plan"].detalles
    assert [d.split(":")[0] for d in detalles] == ["2.1", "2.2"]


def test_un_plan_sin_nada_distinto_pasa_tambien_esa_comprobacion(taller: Taller) -> None:
    taller.tablas["plan"] = [f for f in taller.tablas["plan"] if f[2] == "1"]
    assert mirar(taller.escribir())["reglas_del_plan"].estado == verificar.BIEN


def test_el_archivo_corre_solo_dentro_de_la_entrega_y_termina_en_cero(taller: Taller) -> None:
    carpeta = taller.escribir()
    orden = [sys.executable, "-I", "-S", str(carpeta / "verificar.py")]
    corrida = subprocess.run(orden, capture_output=True, encoding="utf-8", check=False)
    assert corrida.returncode == 0, corrida.stdout + corrida.stderr
    assert "DATOS SINTÉTICOS" in corrida.stdout
    assert "✔ bien · Indicadores del total (2 filas, 20 cifras recalculadas)" in corrida.stdout
    assert "– no se pudo comprobar · La firma es de quien publica" in corrida.stdout
    assert corrida.stdout.rstrip().splitlines()[-1].startswith("RESULTADO: todo lo que se pudo comprobar está bien.")
    assert not list(carpeta.rglob("__pycache__"))


def test_con_algo_mal_termina_en_uno_y_lo_dice_para_personas_y_para_maquinas(
    taller: Taller, capsys: pytest.CaptureFixture[str]
) -> None:
    taller.celda("indicadores_total", "2020-08-31", "avance_pct", "72.78")
    carpeta = str(taller.escribir())
    assert verificar.main([carpeta]) == 1
    visto = capsys.readouterr().out
    assert "✘ MAL · Indicadores del total\n      2020-08-31, avance_pct: publicado 72.78, recalculado 27.78" in visto
    assert "RESULTADO: algo está mal" in visto
    assert verificar.main([carpeta, "--json"]) == 1
    datos = json.loads(capsys.readouterr().out)
    assert datos["resultado"] == "mal"
    assert [c["clave"] for c in datos["comprobaciones"] if c["estado"] == "mal"] == ["indicadores_total"]


@pytest.mark.parametrize("argumentos", [["no-existe"], [".", "--anterior", "no-existe"], [".", "--clave-publica", "no-existe"], ["--raro"]])
def test_una_orden_mal_escrita_termina_en_dos(argumentos: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as salida:
        verificar.main(argumentos)
    assert salida.value.code == 2


def test_el_archivo_solo_usa_la_biblioteca_estandar_y_se_lee_en_python_3_9() -> None:
    arbol = ast.parse(GUION.read_text(encoding="utf-8"), feature_version=(3, 9))
    importados = {a.name.split(".")[0] for n in ast.walk(arbol) if isinstance(n, ast.Import) for a in n.names}
    importados |= {str(n.module).split(".")[0] for n in ast.walk(arbol) if isinstance(n, ast.ImportFrom)}
    assert importados <= set(sys.stdlib_module_names)


def test_lo_que_nunca_se_mira_se_dice_a_personas_y_a_maquinas(taller: Taller) -> None:
    entrega = verificar.Entrega(taller.escribir())
    hechas = verificar.comprobar(entrega)
    assert verificar.NO_MIRA in verificar.texto_de(entrega, hechas)
    assert verificar.datos_de(entrega, hechas)["no_mira"] == verificar.NO_MIRA


def test_con_un_python_mas_viejo_se_dice_cual_hace_falta() -> None:
    cabeza = GUION.read_text(encoding="utf-8").split("FORMATO =")[0]
    viejo = cabeza.replace("if sys.version_info", "sys.version_info = (3, 8)\nif sys.version_info")
    corrida = subprocess.run([sys.executable, "-I", "-c", viejo], capture_output=True, encoding="utf-8", check=False)
    assert (corrida.returncode, corrida.stderr) == (1, "Hace falta Python 3.9 o posterior. Instale uno más reciente y repita la orden.\n")


# ------------------------------------------------------------------ alteraciones de una entrega rehecha con sus huellas

Alterar = Callable[[Taller], None]


def _celda(tabla: str, clave: str, columna: str, valor: str) -> Alterar:
    return lambda t: t.celda(tabla, clave, columna, valor)


def _quitar(tabla: str, clave: str) -> Alterar:
    return lambda t: t.tablas[tabla].remove(t.fila(tabla, clave))


def _repetir(tabla: str, clave: str) -> Alterar:
    return lambda t: t.tablas[tabla].append(list(t.fila(tabla, clave)))


def _manifiesto(**cambios: Any) -> Alterar:
    return lambda t: t.cambios.update(cambios)


def _contar(avance: str) -> Alterar:
    """Hace contar una fila que no cuenta y cuadra la conciliación."""

    def alterar(t: Taller) -> None:
        for columna, valor in (("cuenta", "true"), ("motivo", ""), ("duplicado_de", "")):
            t.celda("avances", avance, columna, valor)
        fuente = avance.split(":", maxsplit=1)[0]
        fila = next(f for f in t.tablas["conciliacion"] if f[0] == fuente)
        fila[4:] = [str(int(fila[4]) + 1), str(int(fila[5]) - 1)]

    return alterar


def _tercero(t: Taller) -> None:
    fila = list(t.fila("avances", "noticias:n1~2"))
    fila[0], fila[4], fila[-1] = "noticias:n1~3", "2020-03-13", "noticias:n1~2"
    t.tablas["avances"].append(fila)


def _esquema(columna: str, tipo: str) -> Alterar:
    def alterar(t: Taller) -> None:
        t.esquemas = copy.deepcopy(t.esquemas)
        next(f for f in t.esquemas["avances"]["fields"] if f["name"] == columna)["type"] = tipo

    return alterar


def _sin_clave(t: Taller) -> None:
    t.esquemas = copy.deepcopy(t.esquemas)
    t.esquemas["avances"]["primaryKey"] = []


def _varias(*alteraciones: Alterar) -> Alterar:
    def alterar(t: Taller) -> None:
        for una in alteraciones:
            una(t)

    return alterar


MEDIDAS = {"indicadores_actividad", "indicadores_subcomponente", "indicadores_dependencia", "indicadores_total", "serie"}
GRUPOS = MEDIDAS - {"indicadores_actividad"}
CASOS: dict[str, tuple[Alterar, set[str]]] = {
    "una cifra del total": (_celda("indicadores_total", "2020-04-30", "avance_pct", "15.29"), {"indicadores_total"}),
    "la misma cifra escrita distinto": (_celda("indicadores_total", "2020-08-31", "cumplimiento_pct", "63.8"), {"indicadores_total"}),
    "el último dígito de un numerador": (_celda("indicadores_total", "2020-08-31", "cumplimiento_numerador", "191.394927"), {"indicadores_total"}),
    "una zona": (_celda("indicadores_subcomponente", "2020-08-31/baja", "zona", "media"), {"indicadores_subcomponente"}),
    "un estado": (_celda("indicadores_actividad", "2020-08-31/2.1", "estado", "en_ejecucion"), {"indicadores_actividad"}),
    "un programado": (_celda("indicadores_actividad", "2020-08-31/1.1", "programado", "2.4053"), {"indicadores_actividad"}),
    "un vacío vuelto cero": (_celda("indicadores_actividad", "2020-08-31/1.2", "avance_reportado_pct", "0.00"), {"indicadores_actividad"}),
    "un cero vuelto vacío": (_celda("indicadores_actividad", "2020-08-31/1.2", "avance_pct", ""), {"indicadores_actividad"}),
    "un mes de la serie": (_celda("serie", "2020-06", "avance_pct", "38.89"), {"serie"}),
    "el día de cierre de un mes": (_celda("serie", "2020-06", "corte", "2020-06-29"), {"serie"}),
    "un mes que falta": (_quitar("serie", "2020-05"), {"serie"}),
    "una dependencia que falta": (_quitar("indicadores_dependencia", "2020-08-31/Archivo"), {"indicadores_dependencia"}),
    "una actividad atrasada que se esconde": (_quitar("indicadores_actividad", "2020-08-31/2.1"), {"indicadores_actividad"}),
    "un corte que se esconde": (_quitar("indicadores_total", "2020-04-30"), {"indicadores_total"}),
    "una fila inventada": (
        lambda t: t.tablas["indicadores_dependencia"].append(["13001", "2020", "2020-08-31", "Otra", *TOTAL.split("\n")[1].split(",")[3:]]),
        {"indicadores_dependencia"},
    ),
    "una cantidad de evidencia": (_celda("avances", "formato:f1", "cantidad", "10"), MEDIDAS),
    "una fecha de evidencia que pasa de un corte a otro": (_celda("avances", "noticias:n2", "fecha", "2020-04-05"), MEDIDAS),
    "una evidencia que se quita": (_quitar("avances", "formato:f3"), MEDIDAS | {"conciliacion"}),
    "una evidencia que se quita con su conciliación": (
        _varias(_quitar("avances", "formato:f3"), lambda t: t.fila("conciliacion", "formato").__setitem__(slice(1, 5), ["4", "3", "1", "3"])),
        MEDIDAS,
    ),
    "una evidencia repetida": (_repetir("avances", "formato:f1"), MEDIDAS | {"claves", "conciliacion", "duplicados"}),
    "un duplicado por registro que se hace contar": (_contar("noticias:n1~2"), MEDIDAS | {"duplicados"}),
    "un duplicado por dirección que se hace contar": (_contar("posts:p1"), MEDIDAS | {"duplicados"}),
    "una evidencia fuera de la ventana que se hace contar": (_contar("noticias:n3"), MEDIDAS | {"motivos"}),
    "una evidencia posterior al corte que se hace contar": (_contar("noticias:n4"), {"motivos"}),
    "una evidencia buena que se deja de contar": (
        _varias(
            _celda("avances", "formato:f1", "cuenta", "false"),
            _celda("avances", "formato:f1", "motivo", "fuera_de_ventana"),
            lambda t: t.fila("conciliacion", "formato").__setitem__(slice(4, 6), ["3", "1"]),
        ),
        MEDIDAS | {"motivos"},
    ),
    "un motivo falso": (_celda("avances", "noticias:n3", "motivo", "posterior_al_corte"), {"motivos"}),
    "una fila que cuenta y da un motivo": (_celda("avances", "formato:f1", "motivo", "duplicado"), {"motivos"}),
    "una fila que cuenta y dice ser posterior": (_celda("avances", "formato:f1", "motivo", "posterior_al_corte"), {"motivos"}),
    "un duplicado que señala a otro duplicado": (_tercero, {"conciliacion", "duplicados"}),
    "un duplicado que señala a nadie": (_celda("avances", "posts:p1", "duplicado_de", "noticias:n9"), {"duplicados"}),
    "un duplicado que señala a otro que no se le parece": (_celda("avances", "posts:p1", "duplicado_de", "noticias:n1"), {"duplicados"}),
    "un duplicado que señala a uno que no cuenta": (_celda("avances", "posts:p1", "duplicado_de", "noticias:n1~2"), {"duplicados"}),
    "un duplicado anterior al que cuenta": (_celda("avances", "posts:p1", "fecha", "2020-05-04"), {"duplicados"}),
    "un registro cambiado de nombre para contarlo dos veces": (
        _varias(_contar("noticias:n1~2"), _celda("avances", "noticias:n1~2", "registro", "n1b")),
        MEDIDAS | {"duplicados"},
    ),
    "una evidencia de una actividad que no existe": (_celda("avances", "formato:f1", "actividad_id", "2.9"), MEDIDAS | {"claves", "motivos"}),
    "una captura que no se anunció": (_celda("avances", "formato:f1", "captura_sha256", "e" * 64), {"capturas"}),
    "una captura de otra fuente": (_celda("avances", "formato:f1", "captura_sha256", NOTICIAS), {"capturas"}),
    "una conciliación que no suma": (_celda("conciliacion", "formato", "recibidos", "4"), {"conciliacion"}),
    "un rechazo que se esconde": (_quitar("rechazos", "f9"), {"conciliacion"}),
    "un rechazo que se esconde con su cuenta": (
        _varias(_quitar("rechazos", "f9"), _celda("conciliacion", "formato", "rechazados", "0")),
        {"conciliacion"},
    ),
    "una fuente sin conciliación": (_quitar("conciliacion", "posts"), {"conciliacion"}),
    "el peso de una actividad": (_celda("plan", "2.1", "peso", "1"), GRUPOS),
    "el peso de un subcomponente en una sola fila": (_celda("plan", "2.1", "peso_subcomponente", "1"), {"plan"}),
    "una meta rebajada": (_celda("plan", "1.1", "meta", "2"), MEDIDAS),
    "una meta en cero": (_celda("plan", "1.1", "meta", "0"), {"plan"}),
    "la ventana de una actividad": (_celda("plan", "1.1", "fin", "2020-10-31"), MEDIDAS),
    "una ventana que deja evidencia por fuera": (_celda("plan", "1.1", "inicio", "2020-04-01"), MEDIDAS | {"motivos"}),
    "una ventana al revés": (_celda("plan", "1.1", "fin", "2020-01-31"), {"plan"}),
    "un hito corrido": (_celda("plan", "2.1", "hitos", "2020-09-30;2020-10-31"), MEDIDAS),
    "una programación por hitos sin hitos": (_celda("plan", "2.1", "hitos", ""), {"plan"}),
    "una programación cambiada": (_celda("plan", "1.2", "programacion", "lineal"), MEDIDAS),
    "una agregación cambiada": (_celda("plan", "2.2", "agregacion", "suma"), MEDIDAS),
    "una agregación desconocida": (_celda("plan", "2.2", "agregacion", "maximo"), {"esquemas", "plan"}),
    "un responsable que se quita": (_celda("plan", "1.1", "responsables", "Prensa"), {"indicadores_dependencia"}),
    "una actividad de menos en el plan": (_quitar("plan", "1.2"), MEDIDAS | {"claves"}),
    "una actividad repetida en el plan": (_repetir("plan", "1.2"), GRUPOS | {"claves"}),
    "otra entidad en una fila": (_celda("indicadores_total", "2020-04-30", "entidad", "13002"), {"esquemas", "indicadores_total"}),
    "un número mal escrito": (_celda("avances", "formato:f1", "cantidad", "2,5"), {"esquemas"}),
    "una fecha que no existe": (_celda("avances", "formato:f1", "fecha", "2020-06-31"), {"esquemas"}),
    "una celda obligatoria vacía": (_celda("rechazos", "f9", "regla", ""), {"esquemas"}),
    "una dirección que no es web": (_celda("avances", "noticias:n1", "url", "javascript:alert(1)"), {"esquemas"}),
    "un porcentaje mayor que cien": (_celda("indicadores_total", "2020-08-31", "avance_pct", "127.78"), {"esquemas", "indicadores_total"}),
    "una fórmula sin protección": (_celda("avances", "noticias:n3", "titulo", "=SUMA(1)"), {"csv"}),
    "un esquema que afloja un tipo": (_esquema("cantidad", "string"), {"paquete"}),
    "un esquema sin clave": (_sin_clave, {"paquete"}),
    "un corte quitado de la lista": (_manifiesto(cortes=["2020-08-31"]), MEDIDAS - {"serie"}),
    "un corte movido": (_manifiesto(corte="2020-07-31", entrega="13001-2020-20200731-001"), MEDIDAS | {"motivos"}),
    "un periodo movido": (_manifiesto(periodo=["2020-01-01", "2020-12-31"]), {"serie"}),
    "un nombre de entrega que no corresponde": (_manifiesto(entrega="13001-2020-20201231-001"), {"manifiesto"}),
    "un formato desconocido": (_manifiesto(formato="rendicion-manifiesto/2"), {"manifiesto"}),
    "un número saltado": (_manifiesto(numero=2, entrega="13001-2020-20200831-002"), {"manifiesto"}),
    "una anterior en la primera": (_manifiesto(anterior="f" * 64), {"manifiesto"}),
    "un archivo que sale de la carpeta": (_manifiesto(archivos={"../fuera.txt": {"bytes": 1, "sha256": "0" * 64}}), {"manifiesto"}),
}  # fmt: skip


@pytest.mark.parametrize("caso", CASOS)
def test_una_alteracion_con_las_huellas_rehechas_cae_en_su_comprobacion(taller: Taller, caso: str) -> None:
    alterar, esperadas = CASOS[caso]
    alterar(taller)
    hechas = mirar(taller.escribir())
    assert malas(hechas) == esperadas, {c: hechas[c].detalles for c in malas(hechas)}
    assert verificar.salida_de(hechas.values()) == 1


def test_donde_la_direccion_nombra_la_cosa_misma_no_puede_contar_dos_veces(taller: Taller) -> None:
    taller.tablas["avances"].append(list(taller.fila("avances", "noticias:n2")))
    for columna, valor in (("avance_id", "noticias:n5"), ("registro", "n5"), ("fecha", "2020-05-07")):
        taller.tablas["avances"][-1][PUBLICAS["avances"].nombres.index(columna)] = valor
    assert "duplicados" in malas(mirar(taller.escribir()))


def test_un_registro_que_parece_un_repetido_no_es_una_falla(taller: Taller) -> None:
    for columna, valor in (("avance_id", "formato:f1~2"), ("registro", "f1~2")):
        taller.celda("avances", "2020-06-20", columna, valor)
    assert malas(mirar(taller.escribir())) == set()


# ------------------------------------------------------------------ alteraciones de los archivos


def _editar(ruta: str, antes: bytes, despues: bytes) -> Callable[[Path], None]:
    def alterar(carpeta: Path) -> None:
        contenido = (carpeta / ruta).read_bytes()
        assert antes in contenido
        (carpeta / ruta).write_bytes(contenido.replace(antes, despues, 1))

    return alterar


def _escribir(ruta: str, texto: str) -> Callable[[Path], None]:
    def alterar(carpeta: Path) -> None:
        (carpeta / ruta).write_text(texto, encoding="utf-8")

    return alterar


def _manifiesto_repetido(carpeta: Path) -> None:
    _editar("manifiesto.json", b'"numero": 1', b'"numero": 1, "numero": 1')(carpeta)
    sumas_de_bytes(carpeta)


def sumas_de_bytes(carpeta: Path) -> None:
    archivo = carpeta / "SHA256SUMS"
    lineas = [x for x in archivo.read_text(encoding="utf-8").splitlines() if not x.endswith("manifiesto.json")]
    lineas.append(f"{huella_de(carpeta / 'manifiesto.json')['sha256']}  manifiesto.json")
    archivo.write_text("\n".join(lineas) + "\n", encoding="utf-8")


def _sin_linea(carpeta: Path) -> None:
    archivo = carpeta / "SHA256SUMS"
    archivo.write_text("".join(archivo.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")


def _enlace(carpeta: Path) -> None:
    (carpeta / "index.html").rename(carpeta.parent / "informe.html")
    (carpeta / "index.html").symlink_to(carpeta.parent / "informe.html")


ARCHIVOS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "un byte de la página": (_editar("index.html", b"Informe", b"informe"), {"archivos"}),
    "un byte de un Parquet": (_editar("datos/serie.parquet", b"PAR1", b"PAR2"), {"archivos"}),
    "un byte de más": (_editar("index.html", b"Informe", b"Informes"), {"archivos"}),
    "un archivo que falta": (lambda c: (c / "index.html").unlink(), {"archivos"}),
    "un archivo de más": (_escribir("datos/nuevo.csv", "a\n"), {"sobrantes"}),
    "un enlace a otro lugar": (_enlace, {"archivos"}),
    "una carpeta enlazada": (lambda c: (c / "extra").symlink_to(c.parent), {"sobrantes"}),
    "una cifra sin rehacer huellas": (_editar("datos/indicadores_total.csv", b"27.78", b"72.78"), {"archivos", "indicadores_total"}),
    "una suma cambiada": (_editar("SHA256SUMS", b"  index.html", b"  indice.html"), {"sumas"}),
    "SHA256SUMS que falta": (lambda c: (c / "SHA256SUMS").unlink(), {"sumas"}),
    "una línea quitada de SHA256SUMS": (_sin_linea, {"sumas"}),
    "SHA256SUMS vacío": (_escribir("SHA256SUMS", ""), {"sumas"}),
    "el manifiesto que falta": (lambda c: (c / "manifiesto.json").unlink(), {"manifiesto"}),
    "el manifiesto que no es JSON": (_escribir("manifiesto.json", "{"), {"manifiesto"}),
    "el manifiesto con una clave repetida": (_manifiesto_repetido, {"manifiesto"}),
    "el manifiesto cambiado sin rehacer las sumas": (_editar("manifiesto.json", b'"sintetica": true', b'"sintetica": false'), {"sumas", "paquete"}),
    "datapackage.json que no es JSON": (_editar("datapackage.json", b"{", b"["), {"archivos", "paquete"}),
    "verificar.py cambiado": (_editar("verificar.py", b"MAL", b"BIEN"), {"archivos"}),
}  # fmt: skip


@pytest.mark.parametrize("caso", ARCHIVOS)
def test_un_archivo_alterado_cae_en_su_comprobacion(taller: Taller, caso: str) -> None:
    alterar, esperadas = ARCHIVOS[caso]
    carpeta = taller.escribir()
    alterar(carpeta)
    hechas = mirar(carpeta)
    assert malas(hechas) == esperadas, {c: hechas[c].detalles for c in malas(hechas)}
    assert verificar.salida_de(hechas.values()) == 1


@pytest.mark.parametrize(
    ("antes", "despues"),
    [
        (b"\n", b"\r\n"),
        (b"avance_id,", b"\xef\xbb\xbfavance_id,"),
        (b"n4,", b"n4,\xff"),
        (b",true,,", b',true,"",'),
        (b"avance_id,entidad", b"entidad,avance_id"),
        (b"noticias:n4,", b"noticias:n4,,"),
        (b"noticias:n4,", b"\nnoticias:n4,"),
        (b"Dos otra vez", b'"Dos otra vez'),
        (b"Dos otra vez", b'Dos "otra" vez'),
        (b"Dos otra vez", b"Dos\rotra vez"),
    ],
)
def test_un_csv_escrito_de_otra_forma_no_pasa_aunque_sus_huellas_cuadren(taller: Taller, antes: bytes, despues: bytes) -> None:
    carpeta = taller.escribir()
    _editar("datos/avances.csv", antes, despues)(carpeta)
    taller.sellar()
    hechas = mirar(carpeta)
    assert malas(hechas) == {"csv"}
    assert {"motivos", "duplicados", "indicadores_total"} <= sin_comprobar(hechas)
    assert verificar.salida_de(hechas.values()) == 1


def test_las_comillas_que_sobran_no_cambian_lo_que_dice_un_csv(taller: Taller) -> None:
    carpeta = taller.escribir()
    _editar("datos/avances.csv", b",Uno,", b',"Uno",')(carpeta)
    taller.sellar()
    assert malas(mirar(carpeta)) == set()


def test_una_tabla_que_falta_se_nota_aunque_el_manifiesto_la_calle(taller: Taller) -> None:
    carpeta = taller.escribir()
    (carpeta / "datos/rechazos.csv").unlink()
    archivos = json.loads((carpeta / "manifiesto.json").read_text(encoding="utf-8"))["archivos"]
    remanifestar(carpeta, archivos={r: a for r, a in archivos.items() if r != "datos/rechazos.csv"})
    assert malas(mirar(carpeta)) == {"csv", "paquete"}


def test_un_recurso_de_otra_entrega_en_datapackage_se_nota(taller: Taller) -> None:
    carpeta = taller.escribir()
    paquete = json.loads((carpeta / "datapackage.json").read_text(encoding="utf-8"))
    paquete["resources"][0]["hash"] = "sha256:" + "0" * 64
    guardar(carpeta / "datapackage.json", paquete)
    archivos = json.loads((carpeta / "manifiesto.json").read_text(encoding="utf-8"))["archivos"]
    remanifestar(carpeta, archivos=archivos | {"datapackage.json": huella_de(carpeta / "datapackage.json")})
    assert malas(mirar(carpeta)) == {"paquete"}


def test_un_texto_hostil_no_llega_entero_a_la_pantalla(taller: Taller) -> None:
    taller.celda("avances", "noticias:n1", "url", "\x1b[2Jhttps://a.co")
    hechas = mirar(taller.escribir())
    assert "\x1b" not in "".join(hechas["esquemas"].detalles)


# ------------------------------------------------------------------ la cadena


def cadena(tmp_path: Path, cuantas: int = 3, clave: bytes | None = None) -> list[Path]:
    """Arma varias entregas seguidas del mismo corte."""
    carpetas: list[Path] = []
    for n in range(1, cuantas + 1):
        nombre = f"13001-2020-20200831-{n:03d}"
        taller = Taller(tmp_path / "entregas" / nombre)
        anterior = huella_de(carpetas[-1] / "manifiesto.json")["sha256"] if carpetas else None
        taller.cambios = {"numero": n, "entrega": nombre, "anterior": anterior}
        carpetas.append(taller.escribir())
        if clave:
            firmada(carpetas[-1], clave)
    return carpetas


def test_sin_la_entrega_anterior_la_cadena_no_se_da_por_buena(tmp_path: Path) -> None:
    segunda = cadena(tmp_path, 2)[1]
    assert mirar(segunda)["cadena"].estado == verificar.SIN_COMPROBAR


@pytest.mark.parametrize("como", ["carpeta", "manifiesto", "todas"])
def test_la_cadena_se_comprueba_con_la_anterior_o_con_todas(tmp_path: Path, como: str) -> None:
    primera, segunda = cadena(tmp_path, 2)
    lugar = {"carpeta": primera, "manifiesto": primera / "manifiesto.json", "todas": primera.parent}[como]
    assert mirar(segunda, anterior=lugar)["cadena"].estado == verificar.BIEN


def test_una_anterior_cambiada_despues_rompe_la_cadena(tmp_path: Path) -> None:
    primera, segunda = cadena(tmp_path, 2)
    remanifestar(primera, sintetica=False)
    assert malas(mirar(segunda, anterior=primera)) == {"cadena"}


def test_un_numero_saltado_rompe_la_cadena(tmp_path: Path) -> None:
    primera, segunda = cadena(tmp_path, 2)
    remanifestar(segunda, numero=3, entrega="13001-2020-20200831-003")
    assert malas(mirar(segunda, anterior=primera)) == {"cadena"}


def test_una_entrega_quitada_de_en_medio_se_nota(tmp_path: Path) -> None:
    _primera, segunda, tercera = cadena(tmp_path)
    shutil.rmtree(segunda)
    hechas = mirar(tercera, anterior=tercera.parent)
    assert malas(hechas) == {"cadena"}
    assert "falta la entrega número 2" in hechas["cadena"].detalles


def test_dos_entregas_con_el_mismo_numero_se_notan(tmp_path: Path) -> None:
    _, segunda, tercera = cadena(tmp_path)
    otra = shutil.copytree(segunda, segunda.with_name("otra"))
    remanifestar(otra, huella="e" * 64)
    assert malas(mirar(tercera, anterior=tercera.parent)) == {"cadena"}


def test_dos_entregas_que_siguen_a_la_misma_se_notan_aunque_sean_las_ultimas(tmp_path: Path) -> None:
    primera, segunda = cadena(tmp_path, 2)
    otra = shutil.copytree(segunda, segunda.with_name("otra"))
    remanifestar(otra, huella="e" * 64)
    hechas = mirar(segunda, anterior=primera.parent)
    assert malas(hechas) == {"cadena"}
    assert hechas["cadena"].detalles[0].startswith("hay dos entregas distintas con el número 2")


def test_dos_entregas_cambiadas_de_orden_se_notan(tmp_path: Path) -> None:
    _, segunda, tercera = cadena(tmp_path)
    remanifestar(segunda, numero=3, entrega="13001-2020-20200831-003")
    remanifestar(tercera, numero=2, entrega="13001-2020-20200831-002")
    assert malas(mirar(tercera, anterior=tercera.parent)) == {"cadena"}


def test_una_entrega_vieja_dice_que_hay_mas_nuevas(tmp_path: Path) -> None:
    primera = cadena(tmp_path)[0]
    assert mirar(primera, anterior=primera.parent)["cadena"].resumen == "3 entregas; más nuevas que esta: 2"


def test_una_carpeta_sin_entregas_no_sirve_de_cadena(tmp_path: Path, taller: Taller) -> None:
    (tmp_path / "vacia").mkdir()
    assert malas(mirar(taller.escribir(), anterior=tmp_path / "vacia")) == {"cadena"}


def test_una_cadena_vuelta_a_firmar_con_otra_clave_se_nota(tmp_path: Path) -> None:
    buena, ajena = clave_nueva(1), clave_nueva(2)
    entregas = cadena(tmp_path, clave=ajena)
    firmada(entregas[-1], buena)
    hechas = mirar(entregas[-1], anterior=entregas[0].parent, claves=[en_claro(buena)])
    assert malas(hechas) == {"cadena"}
    assert len(hechas["cadena"].detalles) == 2


# ------------------------------------------------------------------ la firma


def test_la_firma_buena_con_la_clave_de_la_entidad_pasa(taller: Taller) -> None:
    clave = clave_nueva(1)
    carpeta = firmada(taller.escribir(), clave)
    assert mirar(carpeta, claves=[en_claro(clave)])["firma"].estado == verificar.BIEN


def test_sin_clave_dada_se_dice_que_no_se_sabe_de_quien_es_la_firma(taller: Taller) -> None:
    hecha = mirar(firmada(taller.escribir(), clave_nueva(1)))["firma"]
    assert hecha.estado == verificar.SIN_COMPROBAR
    assert "de quién es la clave" in hecha.detalles[0]


def test_sin_firma_se_dice_y_no_cuenta_como_buena(taller: Taller) -> None:
    hecha = mirar(taller.escribir())["firma"]
    assert (hecha.estado, hecha.detalles) == (verificar.SIN_COMPROBAR, ["la entrega está sin firma"])


def test_quitar_la_firma_se_nota_si_se_da_la_clave(taller: Taller) -> None:
    assert malas(mirar(taller.escribir(), claves=[en_claro(clave_nueva(1))])) == {"firma"}


def test_la_firma_de_otra_clave_se_nota(taller: Taller) -> None:
    carpeta = firmada(taller.escribir(), clave_nueva(2))
    assert malas(mirar(carpeta, claves=[en_claro(clave_nueva(1))])) == {"firma"}


def test_la_firma_de_otra_clave_con_la_clave_publica_cambiada_se_nota(taller: Taller) -> None:
    carpeta = firmada(taller.escribir(), clave_nueva(2))
    archivo = carpeta / "manifiesto.firma"
    publica = base64.b64encode(en_claro(clave_nueva(1))).decode()
    guardar(archivo, json.loads(archivo.read_text()) | {"clave_publica": publica})
    assert malas(mirar(carpeta, claves=[en_claro(clave_nueva(1))])) == {"firma"}


def test_un_manifiesto_cambiado_despues_de_firmar_se_nota_aun_sin_clave(taller: Taller) -> None:
    carpeta = firmada(taller.escribir(), clave_nueva(1))
    remanifestar(carpeta, huella="e" * 64)
    assert malas(mirar(carpeta)) == {"firma"}


@pytest.mark.parametrize("contenido", [b"", b"{}", b"[]", b'{"algoritmo":"Ed25519","clave_publica":"AA==","firma":"AA=="}', b'{"algoritmo":"ninguno"}'])
def test_una_firma_que_no_tiene_forma_esta_mal(taller: Taller, contenido: bytes) -> None:
    carpeta = taller.escribir()
    (carpeta / "manifiesto.firma").write_bytes(contenido)
    assert malas(mirar(carpeta)) == {"firma"}


# Vectores de prueba 1 a 3 de RFC 8032, sección 7.1.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("clave", "mensaje", "firma"), RFC_8032)
def test_la_firma_en_python_puro_cumple_los_vectores_de_la_norma(clave: str, mensaje: str, firma: str) -> None:
    c, m, f = bytes.fromhex(clave), bytes.fromhex(mensaje), bytes.fromhex(firma)
    assert verificar.firma_buena(c, m, f)
    assert not verificar.firma_buena(c, m + b"x", f)
    for n in (0, 31, 32, 63):
        assert not verificar.firma_buena(c, m, f[:n] + bytes([f[n] ^ 1]) + f[n + 1 :])


def test_no_se_acepta_la_misma_firma_con_el_escalar_corrido_ni_una_clave_debil() -> None:
    clave, mensaje, firma = (bytes.fromhex(x) for x in RFC_8032[1])
    orden = 2**252 + 27742317777372353535851937790883648493
    corrida = (int.from_bytes(firma[32:], "little") + orden).to_bytes(32, "little")
    assert not verificar.firma_buena(clave, mensaje, firma[:32] + corrida)
    identidad = (1).to_bytes(32, "little")
    assert not verificar.firma_buena(identidad, b"lo que sea", identidad + bytes(32))


def test_las_dos_implementaciones_de_la_firma_coinciden() -> None:
    for n in range(5):
        clave, mensaje = clave_nueva(n + 1), bytes(range(n * 40))
        firma = firmar(mensaje, clave)
        publica, sello = verificar.leer_firma(firma)
        assert verificar.firma_buena(publica, mensaje, sello)
        assert comprobar_firma(mensaje, firma, clave_publica_de(clave))
        assert comprobar_firma(mensaje, firma, base64.b64encode(publica))
        assert comprobar_firma(mensaje, firma)
        assert not comprobar_firma(mensaje + b"x", firma)
        assert not comprobar_firma(mensaje, firma, clave_publica_de(clave_nueva(99)))


def test_firmar_dos_veces_da_los_mismos_bytes() -> None:
    assert firmar(b"m", clave_nueva(1)) == firmar(b"m", clave_nueva(1))


def test_una_clave_que_no_sirve_se_rechaza_sin_mostrarla() -> None:
    with pytest.raises(ErrorUso) as error:
        firmar(b"m", b"-----BEGIN PRIVATE KEY-----\nSECRETO\n-----END PRIVATE KEY-----\n")
    assert "SECRETO" not in str(error.value)


def test_la_clave_publica_se_lee_en_pem_y_en_base64_y_la_privada_se_rechaza() -> None:
    pem = clave_publica_de(clave_nueva(1))
    cruda = verificar.leer_clave(pem)
    assert verificar.leer_clave(base64.b64encode(cruda) + b"\n") == cruda
    with pytest.raises(ValueError, match="privada"):
        verificar.leer_clave(clave_nueva(1))
    with pytest.raises(ValueError, match="32 bytes"):
        verificar.leer_clave(b"AAAA")


# ------------------------------------------------------------------ por la web


class _Callado(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Calla el registro de pedidos."""


@pytest.fixture
def servidor(tmp_path: Path) -> Iterator[str]:
    atiende = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Callado, directory=str(tmp_path)))
    hilo = threading.Thread(target=atiende.serve_forever, daemon=True)
    hilo.start()
    yield f"http://127.0.0.1:{atiende.server_address[1]}"
    atiende.shutdown()
    atiende.server_close()


@pytest.mark.parametrize("cola", ["", "/", "/manifiesto.json", "/index.html"])
def test_una_entrega_publicada_en_la_web_se_comprueba_sin_descargarla_antes(servidor: str, taller: Taller, cola: str) -> None:
    carpeta = firmada(taller.escribir(), clave_nueva(1))
    with verificar.abrir(f"{servidor}/{carpeta.name}{cola}") as entrega:
        hechas = {c.clave: c for c in verificar.comprobar(entrega, claves=[en_claro(clave_nueva(1))])}
        temporal = entrega.carpeta
    assert malas(hechas) == set()
    assert sin_comprobar(hechas) == {"sobrantes", "parquet", "reglas_del_plan"}
    assert not temporal.exists()


def test_un_archivo_que_la_web_no_entrega_o_entrega_de_mas_se_nota(servidor: str, taller: Taller) -> None:
    carpeta = taller.escribir()
    (carpeta / "index.html").unlink()
    (carpeta / "verificar.py").open("ab").write(b"#" * 5000)
    with verificar.abrir(f"{servidor}/{carpeta.name}") as entrega:
        hechas = {c.clave: c for c in verificar.comprobar(entrega)}
    assert malas(hechas) == {"archivos"}
    assert len(hechas["archivos"].detalles) == 2
    assert "404" in hechas["archivos"].detalles[0]


def test_una_direccion_sin_entrega_esta_mal_y_no_se_cae(servidor: str) -> None:
    with verificar.abrir(f"{servidor}/nada") as entrega:
        hechas = {c.clave: c for c in verificar.comprobar(entrega)}
    assert verificar.salida_de(hechas.values()) == 1
    assert "no se pudo descargar (HTTP Error 404" in hechas["manifiesto"].detalles[0]


def test_si_la_firma_no_se_pudo_descargar_no_se_dice_solo_que_no_la_hay(servidor: str, taller: Taller) -> None:
    carpeta = taller.escribir()
    with verificar.abrir(f"{servidor}/{carpeta.name}") as entrega:
        entrega.descarga["manifiesto.firma"] = "HTTP Error 503"  # type: ignore[index]
        hechas = {c.clave: c for c in verificar.comprobar(entrega)}
    assert hechas["firma"].detalles == ["la entrega está sin firma: no se pudo descargar (HTTP Error 503)"]


# ------------------------------------------------------------------ lo que agrega «rendicion verificar»


def test_rendicion_verificar_comprueba_tambien_parquet(taller: Taller) -> None:
    hecha = verificacion.verificar(str(taller.escribir()))
    assert hecha.salida == 0, hecha.texto
    assert "✔ bien · Cada Parquet dice lo mismo que su CSV (16 tablas" in hecha.texto
    assert hecha.datos["sin_comprobar"] == ["reglas_del_plan", "firma"]


def _otro_parquet(tabla: str, cambio: Callable[[pa.Table], pa.Table]) -> Alterar:
    def alterar(t: Taller) -> None:
        archivo = t.carpeta / f"datos/{tabla}.parquet"
        pq.write_table(cambio(pq.ParquetFile(archivo).read()), archivo)

    return alterar


def _columna(nombre: str, valores: Callable[[pa.ChunkedArray], pa.Array]) -> Callable[[pa.Table], pa.Table]:
    return lambda t: t.set_column(t.column_names.index(nombre), nombre, valores(t[nombre]))


PARQUET: dict[str, tuple[Alterar, str]] = {
    "una celda": (
        _otro_parquet("avances", _columna("titulo", lambda v: pa.array(["otro", *v.to_pylist()[1:]], pa.string()))),
        "avances: fila 1, titulo: el CSV dice «=SUMA(1)» y el Parquet «otro»",
    ),
    "un vacío vuelto cero": (
        _otro_parquet("indicadores_actividad", _columna("meta", lambda v: pa.array([x or 0 for x in v.to_pylist()], v.type))),
        "indicadores_actividad: fila 3, meta: el CSV dice «(vacío)» y el Parquet «0.0000»",
    ),
    "decimales de coma flotante": (
        _otro_parquet("avances", _columna("cantidad", lambda v: v.cast(pa.float64()))),
        "avances: la columna cantidad es double en el Parquet y debe ser number",
    ),
    "una fila menos": (_otro_parquet("serie", lambda t: t.slice(1)), "serie: el Parquet tiene 5 filas y el CSV 6"),
    "otro orden de columnas": (
        _otro_parquet("serie", lambda t: t.select(t.column_names[::-1])),
        "serie: las columnas del Parquet no son las del CSV",
    ),
    "un archivo que no es Parquet": (lambda t: _escribir("datos/serie.parquet", "nada")(t.carpeta), "serie: el Parquet no se puede leer"),
}  # fmt: skip


@pytest.mark.parametrize("caso", PARQUET)
def test_un_parquet_que_no_dice_lo_del_csv_se_nota_celda_por_celda(taller: Taller, caso: str) -> None:
    alterar, detalle = PARQUET[caso]
    taller.escribir()
    alterar(taller)
    hecha = verificacion.verificar(str(taller.sellar()))
    mal = [c for c in hecha.datos["comprobaciones"] if c["estado"] == "mal"]
    assert [c["clave"] for c in mal] == ["parquet"]
    assert mal[0]["detalles"][0].startswith(detalle)
    assert hecha.salida == 1


def test_rendicion_verificar_explica_un_lugar_o_una_clave_que_no_sirven(taller: Taller, tmp_path: Path) -> None:
    carpeta = str(taller.escribir())
    with pytest.raises(ErrorUso, match="No existe la carpeta"):
        verificacion.verificar(str(tmp_path / "no"))
    with pytest.raises(ErrorUso, match="No existe"):
        verificacion.verificar(carpeta, anterior=tmp_path / "no")
    with pytest.raises(ErrorUso, match="clave pública no sirve"):
        verificacion.verificar(carpeta, clave_publica=b"nada")


def test_la_guia_del_auditor_nombra_cada_comprobacion(taller: Taller) -> None:
    guia = (Path(__file__).parents[2] / "docs" / "como-auditar.md").read_text(encoding="utf-8")
    assert [c for c in mirar(taller.escribir()) if f"`{c}`" not in guia] == []


# Lo que no existe en la biblioteca estándar de Python 3.9: el archivo debe correr allí sin nada más.
POSTERIORES = {
    "itertools": {"pairwise", "batched"}, "bisect": set(), "datetime": {"UTC"}, "enum": {"StrEnum"}, "hashlib": {"file_digest"}, "math": {"cbrt", "exp2", "sumprod"},
    "contextlib": {"aclosing", "chdir"}, "typing": {"Self", "assert_never", "override", "TypeAlias", "ParamSpec", "TypeGuard", "Never", "LiteralString"}, "tomllib": {""},
    "statistics": {"covariance", "correlation", "linear_regression"}, "collections": set(), "pathlib": {"UnsupportedOperation"}, "types": {"NoneType", "UnionType", "EllipsisType"},
}  # fmt: skip
ATRIBUTOS_POSTERIORES = {"walk", "is_junction", "hardlink_to", "bit_count", "file_digest", "add_note", "full_match", "from_uri", "is_integer_ratio"}
CON_ARGUMENTO_POSTERIOR = {"zip": "strict", "TemporaryDirectory": "delete", "glob": "case_sensitive", "dataclass": "slots", "open": "opener_", "bisect_right": "key", "bisect_left": "key"}


def test_verificar_solo_usa_lo_que_ya_existia_en_python_3_9() -> None:
    arbol = ast.parse(GUION.read_text(encoding="utf-8"), feature_version=(3, 9))
    faltas: list[str] = []
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.ImportFrom):
            faltas += [f"{nodo.module}.{n.name}" for n in nodo.names if n.name in POSTERIORES.get(nodo.module or "", set())]
        elif isinstance(nodo, ast.Import):
            faltas += [n.name for n in nodo.names if n.name == "tomllib"]
        elif isinstance(nodo, ast.Attribute) and nodo.attr in ATRIBUTOS_POSTERIORES and not (isinstance(nodo.value, ast.Name) and nodo.value.id == "os"):
            faltas.append(f".{nodo.attr}")
        elif isinstance(nodo, ast.Call):
            nombre = getattr(nodo.func, "id", getattr(nodo.func, "attr", ""))
            faltas += [f"{nombre}({k.arg}=)" for k in nodo.keywords if k.arg is not None and CON_ARGUMENTO_POSTERIOR.get(nombre) == k.arg]
        elif isinstance(nodo, ast.Match | ast.TryStar):
            faltas.append(type(nodo).__name__)
    assert faltas == []


def test_las_anotaciones_que_python_3_9_evalua_al_cargar_no_usan_la_barra() -> None:
    """Fuera de las anotaciones, `X | None` con tipos falla al cargar en 3.9."""
    arbol = ast.parse(GUION.read_text(encoding="utf-8"))
    # Un alias de tipo, o la base de una clase, se evalúa al cargar aunque haya `from __future__ import annotations`.
    evaluadas = [n.value for n in arbol.body if isinstance(n, ast.Assign)] + [b for n in arbol.body if isinstance(n, ast.ClassDef) for b in n.bases]
    uniones = [ast.unparse(u) for e in evaluadas for u in ast.walk(e) if isinstance(u, ast.BinOp) and isinstance(u.op, ast.BitOr) and "None" in ast.unparse(u)]
    assert uniones == []


def test_por_la_web_y_sin_clave_se_dice_que_la_firma_no_se_comprobo_y_termina_en_cero(servidor: str, taller: Taller) -> None:
    carpeta = firmada(taller.escribir(), clave_nueva(1))
    orden = [sys.executable, "-I", "-S", str(GUION), f"{servidor}/{carpeta.name}/"]
    hecho = subprocess.run(orden, capture_output=True, text=True, encoding="utf-8", check=False)
    assert hecho.returncode == 0, hecho.stdout
    assert "– no se pudo comprobar · La firma es de quien publica\n      la firma es coherente; falta saber de quién es la clave" in hecho.stdout
    archivo = carpeta / "datos" / "plan.csv"
    archivo.write_bytes(archivo.read_bytes() + b"\n")
    assert subprocess.run(orden, capture_output=True, check=False).returncode == 1
