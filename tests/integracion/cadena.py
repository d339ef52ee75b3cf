"""Una cadena de tres entregas de verdad: agosto, diciembre, y diciembre corregido: pesos, regla, evidencia, compromisos y respuestas.

Las arma la orden `rendicion correr` sobre una copia de los datos de ejemplo. DATOS SINTÉTICOS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

RAIZ = Path(__file__).resolve().parents[2]
COMPROMISO_VIEJO, COMPROMISO_NUEVO = "Entregar el mapa de ejemplo de obras", "Entregar la mitad del mapa de ejemplo"
RESPUESTA_VIEJA, RESPUESTA_NUEVA = "Respuesta de ejemplo: la dependencia informó el avance.", "Respuesta de ejemplo: se presenta en la feria."
CATEGORIA = "Categoría A2"
RETIRADO = "una publicación que la pantalla no mostró"
MOTIVOS = f"""
[[motivo]]
tabla = "avances"
clave = "sintetico-pantallas:*"
motivo = "Se retiró {RETIRADO}"
autor = "Control interno (cargo de ejemplo)"
fecha = 2021-01-20

[[motivo]]
tabla = "compromisos"
clave = "C-09"
motivo = "La dependencia mostró que lo había cumplido"
autor = "Control interno (cargo de ejemplo)"
fecha = 2021-01-20

[[motivo]]
tabla = "plan"
campo = "peso"
motivo = "El comité dio más peso a las noticias"
autor = "Comité de rendición de cuentas (ejemplo)"
fecha = 2021-01-20
"""
DECISION = """
[[decision]]
actividad = "2.1"
campo = "hitos"
regla = "hitos_leidos_del_texto"
literal = "junio/octubre 2020"
accion = "cambiar"
valor = [2020-06-30, 2020-08-31, 2020-10-31]
motivo = "Se acordó una audiencia más en agosto"
autor = "Comité de rendición de cuentas (ejemplo)"
fecha = 2021-01-20
"""


def clave_privada(semilla: int) -> bytes:
    """Devuelve una clave de firma en PEM, siempre la misma para la misma semilla."""
    clave = Ed25519PrivateKey.from_private_bytes(bytes([semilla]) * 32)
    return clave.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def armar_cadena(raiz: Path) -> list[Path]:
    """Corre tres veces la orden y devuelve las carpetas de las tres entregas, firmadas con la clave 1."""
    datos, clave = raiz / "datos", raiz / "clave.pem"
    shutil.copytree(RAIZ / "datos", datos, ignore=shutil.ignore_patterns("salida"))
    clave.write_bytes(clave_privada(1))
    entregas = [_correr(raiz, corte) for corte in ("2020-08-31", "2020-12-31")]
    corregir(datos, entregas[-1])
    return [*entregas, _correr(raiz, "2020-12-31")]


def _correr(raiz: Path, corte: str) -> Path:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))}
    ambiente = limpio | {"RENDICION_DATOS": str(raiz / "datos"), "RENDICION_CLAVE_FIRMA": str(raiz / "clave.pem")}
    orden = [sys.executable, "-m", "rendicion.linea", "correr", "--salida", str(raiz / "salida"), "--corte", corte, "--json"]
    hecho = subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, env=ambiente, check=False)
    assert hecho.returncode == 0, hecho.stderr
    return Path(json.loads(hecho.stdout)["entrega"])


def corregir(datos: Path, publicada: Path) -> None:
    """Cambia de forma legítima la evidencia, un peso, los hitos de una actividad, dos compromisos y una respuesta, y declara algunos motivos."""
    entidad = datos / "referencia" / "entidades" / "13001.toml"
    entidad.write_text(entidad.read_text("utf-8").replace("cortes = [2020", 'motivos = "../motivos.toml"\ncortes = [2020', 1), "utf-8")
    (datos / "referencia" / "motivos.toml").write_text(MOTIVOS, "utf-8")
    decisiones = datos / "referencia" / "decisiones" / "13001-2020.toml"
    decisiones.write_text(decisiones.read_text("utf-8") + DECISION, "utf-8")
    _dar_pesos(datos / "referencia" / "plan-anual-rendicion-2020.txt")
    _corregir_el_ciclo(datos / "ejemplos" / "13001-2020")
    pantallas = datos / "ejemplos" / "13001-2020" / "pantallas.csv"
    registro = retirado(publicada)
    lineas = pantallas.read_bytes().splitlines(keepends=True)
    quedan = [n for n in lineas if registro.encode() not in n]
    assert len(quedan) == len(lineas) - 1
    pantallas.write_bytes(b"".join(quedan))


def _corregir_el_ciclo(ejemplos: Path) -> None:
    """Da por cumplido a tiempo el compromiso C-09, aplaza y vuelve a escribir el C-06, y cambia la respuesta de la pregunta Q-001.

    Cambia también el nombre de una categoría del autodiagnóstico por uno con una barra, que es lo que separa las partes de una clave.
    """
    libro = openpyxl.load_workbook(ejemplos / "compromisos.xlsx")
    filas = {f[0].value: f for f in libro["Compromisos 2020"].iter_rows()}
    filas["C-09"][9].value = date(2020, 11, 13)
    filas["C-06"][3].value, filas["C-06"][5].value = COMPROMISO_NUEVO, date(2021, 3, 31)
    libro.save(ejemplos / "compromisos.xlsx")
    preguntas = ejemplos / "preguntas.csv"
    lineas = preguntas.read_bytes().split(b"\n")
    lugar = next(n for n, linea in enumerate(lineas) if linea.startswith(b"Q-001;"))
    assert RESPUESTA_VIEJA.encode("latin-1") in lineas[lugar]
    lineas[lugar] = lineas[lugar].replace(RESPUESTA_VIEJA.encode("latin-1"), RESPUESTA_NUEVA.encode("latin-1"))
    preguntas.write_bytes(b"\n".join(lineas))
    calificado = ejemplos / "autodiagnostico.csv"
    vieja, nueva = (f";{c};".encode() for c in (CATEGORIA, f"{CATEGORIA} | B"))
    assert vieja in calificado.read_bytes()
    calificado.write_bytes(calificado.read_bytes().replace(vieja, nueva))


def retirado(publicada: Path) -> str:
    """Devuelve el registro de pantallas que se retira: el primero que contaba."""
    for fila in (publicada / "datos" / "avances.csv").read_text("utf-8").splitlines():
        celdas = fila.split(",")
        if celdas[0].startswith("sintetico-pantallas:") and ",true," in fila:
            return celdas[0].removeprefix("sintetico-pantallas:")
    raise AssertionError(publicada)


def _dar_pesos(plan: Path) -> None:
    """Agrega al cuadro del plan una columna de pesos: 3 para las noticias y 1 para las demás."""
    lineas = plan.read_text("utf-8").split("\n")
    desde = next(i for i, n in enumerate(lineas) if n.startswith("Subcomponente\tActividades"))
    for i in range(desde, len(lineas)):
        celdas = lineas[i].split("\t")
        if len(celdas) >= 5 and celdas[2].strip():
            peso = "Peso" if i == desde else "3" if "900 publicaciones" in lineas[i] else "1"
            lineas[i] = f"{lineas[i]}\t{peso}"
    plan.write_text("\n".join(lineas), "utf-8")
