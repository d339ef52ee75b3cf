"""Entregas de muestra con lo peor que puede traer un texto ajeno, en memoria o escritas como una entrega de verdad."""

from __future__ import annotations

import copy
import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from esquemas import PUBLICAS
from esquemas.arrow import esquema_arrow
from rendicion import entrega
from rendicion.almacen.archivos import json_canonico
from rendicion.entidad import Entidad, Vigencia
from rendicion.informe import pagina
from tests.unidad import muestras_informe as muestras

HOSTIL = '</script><img src=x onerror=alert(1)> "\'><script>alert("portal")</script> {{ 7*7 }} \u202eal revés'
DEPENDENCIA_HOSTIL = 'Oficina <svg onload=alert(2)> & "Cía"'


def tablas(*, menos: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Devuelve las tablas de muestra con textos hostiles; `menos` quita los últimos registros, para que dos entregas no sean iguales."""
    t: dict[str, list[dict[str, Any]]] = copy.deepcopy(muestras.tablas())  # type: ignore[arg-type]
    t["plan"][0]["actividad"] = HOSTIL
    for nombre, campo in (("plan", "responsables"), ("indicadores_dependencia", "dependencia"), ("compromisos", "responsables")):
        for f in t[nombre]:
            if f[campo]:
                f[campo] = f[campo].replace(muestras.PLANEACION, DEPENDENCIA_HOSTIL)
    t["avances"][0]["titulo"] = '=HYPERLINK("http://malo.invalid")'
    t["avances"][1]["url"] = "javascript:alert(3)"
    t["avances"][2]["titulo"] = HOSTIL
    t["correcciones"] += [
        {"tabla": "avances", "clave": "x/9", "campo": "(fila)", "antes": None, "despues": json.dumps({"actividad_id": "1.4", "titulo": HOSTIL}), "motivo": HOSTIL, "autor": None, "fecha": None},
    ]
    if menos:
        t["avances"] = t["avances"][:-menos]
    return t


def entidad(codigo: str = "13001", nombre: str = "Alcaldía de Cartagena") -> Entidad:
    """Arma una entidad de muestra con su vigencia."""
    vigencia = Vigencia(anio=2020, plan="plan.txt", fuentes="fuentes", estrategia="Cartagena Transparente", cortes=muestras.CORTES)
    return Entidad(codigo, nombre, (vigencia,), municipio="Cartagena de Indias", departamento="Bolívar", contacto_nombre="Datos", contacto_correo="datos@ejemplo.invalid", sitio="https://www.ejemplo.invalid")


def escribir(
    raiz: Path, numero: int = 1, *, corte: date = muestras.CORTES[-1], de: Entidad | None = None, sintetica: bool = True, menos: int = 0, estado: str | None = None
) -> tuple[Path, dict[str, Any]]:
    """Escribe una entrega con sus tablas, su paquete, su página y su manifiesto; devuelve su carpeta y el manifiesto."""
    quien = de or entidad()
    identidad = entrega.Identidad(quien, quien.vigencias[0], corte, numero, sintetica, "ab" * 32 if numero > 1 else None)
    carpeta = raiz / identidad.nombre
    carpeta.mkdir(parents=True)
    filas = tablas(menos=menos)
    if estado:
        for f in filas["indicadores_actividad"]:
            if f["actividad_id"] == "1.3":
                f["estado"] = estado
    archivos = entrega.escribir_tablas(carpeta, {n: pa.Table.from_pylist(filas[n], schema=esquema_arrow(t)) for n, t in PUBLICAS.items()})
    ficha = dataclasses.replace(muestras.ficha(sintetica=sintetica), corte=corte, numero=numero, entrega=identidad.nombre)
    contenidos = {
        "datapackage.json": json_canonico(entrega.paquete_de_datos(identidad, archivos, [], [], "0.1.0")),
        "index.html": pagina(filas, ficha).encode(),
    }  # fmt: skip
    for ruta, contenido in contenidos.items():
        (carpeta / ruta).write_bytes(contenido)
        archivos.append(entrega.describir(carpeta / ruta, carpeta))
    captura = {"fuente": "noticias-prensa", "origen": f"../{HOSTIL[:30]}.csv", "sha256": muestras.SHA, "bytes": 10, "licencia": "x", "dependencia": muestras.PRENSA, "sintetica": sintetica}
    propios = {
        "huella": f"{numero:064x}", "plan": {"archivo": "plan.txt", "sha256": muestras.SHA}, "periodo": ["2020-03-01", "2020-12-31"], "cortes": [c.isoformat() for c in muestras.CORTES if c <= corte],
        "capturas": [captura, captura | {"fuente": "cargue-dependencias", "origen": "cargue.xlsx"}], "fuentes_sin_dato": {}, "versiones": {"rendicion": "0.1.0"},
    }  # fmt: skip
    manifiesto = entrega.manifiesto(identidad, archivos, propios)
    (carpeta / "manifiesto.json").write_bytes(json_canonico(manifiesto))
    return carpeta, manifiesto


def zona_de(raiz: Path, ultima: str) -> list[Path]:
    """Devuelve la portada, las páginas de cada entidad y vigencia, y las de la última entrega de una."""
    return [raiz / "index.html", *sorted(raiz.glob("*/index.html")), *sorted(raiz.glob(f"*/paginas/{ultima}/*.html"))]
