"""DATOS SINTÉTICOS. Escribe matriz.xlsx, la matriz de seguimiento de una ciudad que no existe.

Trae a propósito lo que traen las de verdad: dos filas de encabezado con títulos arriba, saltos de línea, celdas
combinadas, una hoja con las columnas corridas, una hoja copiada, una oculta, ceros escritos «$ -», porcentajes como
texto, una unidad en la columna de la meta, totales entre los datos y porcentajes calculados de varias maneras.

Se corre desde la raíz del proyecto: python datos/ejemplos/98001-2021/hacer_matriz.py
"""

from __future__ import annotations

import io
import os
import random
import re
import sys
import zipfile
from pathlib import Path

# Con lxml y sin él openpyxl escribe bytes distintos; así son siempre los mismos.
os.environ["OPENPYXL_LXML"] = "False"

import openpyxl  # noqa: E402

SEMILLA = 98001
AVISO = "DATOS SINTÉTICOS: esta matriz es inventada, de una ciudad que no existe."
CERO, GUION = "$ -", " -   "
ARRIBA = ["Cód.\nDependencia", "Programa", "Código", "Actividad", "Tipo de meta", "Unidad de\nmedida ", "Meta  2021", "Ponderación"]
DEBAJO = ["Programado", "Ejecutado", "% avance"]
TRIMESTRES = ["Trimestre I", "Trimestre II", "Trimestre III", "Trimestre IV"]
FINAL = ["% Avance\nvigencia", "Observaciones", "Cédula del contratista"]
INCREMENTO, NIVEL = "Incremento", "Mantenimiento"

# código, actividad, tipo, unidad, meta, peso, programado, ejecutado, % de la vigencia según la hoja
P1 = ("Programa 1. Información pública", [
    ("1.1", "Publicar boletines de gestión", INCREMENTO, "Número", 40, 0.4, [10, 10, 10, 10], [10, 12, 8, 10], 1),
    (1.2, "Publicar informes trimestrales", INCREMENTO, "Numero ", 4, 0.3, [1, 1, 1, 1], [1, 1, CERO, 1], 0.75),
    ("1.3", "Mantener al día la página web", NIVEL, "Porcentaje", 0.9, 0.3, [0.9, 0.9, 0.9, 0.9], ["80.00%", 0.85, 0.9, 0.95], 0.95 / 0.9),
])
P2 = ("Programa 2. Diálogo ciudadano", [
    ("2.1", "Realizar audiencias públicas", INCREMENTO, "NÚMERO", 2, 0.25, [GUION, 1, GUION, 1], [None, 1, None, 2], 1.5),
    ("2.2", "Realizar mesas por barrio", INCREMENTO, "Número", 10, 0.25, [1, 2, 3, 4], [1, 1, 2, 3], 0.7),
    ("2.3", "Responder preguntas de la ciudadanía", INCREMENTO, 12, "Número", 0.25, [3, 3, 3, 3], [3, 3, 3, 3], 1),
    ("2.4", "Capacitar veedores", INCREMENTO, "Número", 5, 0.25, [None, None, None, 5], [None, None, None, None], CERO),
])
P3 = ("Programa 3. Responsabilidad", [
    ("3.1", "Mantener los compromisos con responsable y plazo", NIVEL, "Porcentaje", 100, 0.3, [100, 100, 100, 100], [90, 95, 97, 98], 0.95),
    ("3.2", "Hacer seguimiento a los acuerdos", INCREMENTO, "Número", 8, 0.3, [2, 2, 2, 2], [3, 3, -1, 2], 0.875),
    ("3.3", "Publicar lecciones aprendidas", INCREMENTO, "Número", 6, 0.3, [1, 1, 2, 2], [1, 1, 1, 1], 0.67),
])
# El total de cada programa y de cada dependencia, con la cuenta que hizo quien llevaba la hoja.
SUBTOTALES = {
    "Programa 1. Información pública": 0.925,                      # media ponderada con tope: la nuestra
    "Programa 2. Diálogo ciudadano": (1.5 + 0.7 + 1 + 0) / 4,      # media de los porcentajes de la hoja, sin tope
    "Programa 3. Responsabilidad": 0.3 * (0.95 + 0.875 + 0.67),    # suma peso por avance; los pesos suman 0,9
}
TOTALES = {"S01 Gobierno": 0.925, "S02 Planeación ": 0.85, "S05 Hacienda": "82%"}
TOTAL_GENERAL = (100 + 75 + 100 + 100 + 70 + 0 + 98 + 100 + 400 / 6) / 9 / 100


def porcentaje(hecho: object, previsto: object) -> object:
    """Divide como la hoja: lo del periodo entre lo programado en el periodo, sin tope; el error de dividir por cero queda."""
    if not isinstance(hecho, int | float):
        return None
    return hecho / previsto if isinstance(previsto, int | float) else "#DIV/0!"


def hoja(libro, nombre, codigo, programa, actividades, *, encabezado, corrida=0, azar):
    """Escribe una hoja: títulos, encabezado de dos filas, actividades, subtotal y total."""
    ws = libro.create_sheet(nombre)
    ws.cell(1, 1 + corrida, AVISO)
    ws.cell(2, 1 + corrida, "MATRIZ DE SEGUIMIENTO AL PLAN 2021")
    columnas = ARRIBA + [t for t in TRIMESTRES for _ in DEBAJO] + FINAL
    for i, titulo in enumerate(columnas, start=1 + corrida):
        en_trimestre = titulo in TRIMESTRES
        if en_trimestre:
            ws.cell(encabezado, i, DEBAJO[(i - 1 - corrida - len(ARRIBA)) % 3])
        if not en_trimestre or (i - 1 - corrida - len(ARRIBA)) % 3 == 0:
            ws.cell(encabezado - 1, i, titulo)
    for n in range(len(TRIMESTRES)):
        desde = 1 + corrida + len(ARRIBA) + 3 * n
        ws.merge_cells(start_row=encabezado - 1, start_column=desde, end_row=encabezado - 1, end_column=desde + 2)
    fila = encabezado
    for n, (cod, texto, tipo, unidad, meta, peso, previsto, hecho, pct) in enumerate(actividades):
        fila += 1
        celdas = [codigo, programa if n == 0 else None, cod, texto, tipo, unidad, meta, peso]
        for p, h in zip(previsto, hecho, strict=True):
            celdas += [p, h, porcentaje(h, p)]
        celdas += [pct, None, f"10{azar.randrange(10**8):08d}"]
        for i, valor in enumerate(celdas, start=1 + corrida):
            if valor is not None:
                ws.cell(fila, i, valor)
    ws.merge_cells(start_row=encabezado + 1, start_column=2 + corrida, end_row=fila, end_column=2 + corrida)
    ultima = 1 + corrida + len(ARRIBA) + 12
    ws.cell(fila + 1, 2 + corrida, f"SUBTOTAL {programa}")
    ws.cell(fila + 1, ultima, SUBTOTALES[programa])
    ws.cell(fila + 2, 1 + corrida, "TOTAL DEPENDENCIA")
    ws.cell(fila + 2, ultima, TOTALES.get(nombre, TOTALES["S01 Gobierno"]))
    return ws, fila + 3, ultima


def libro() -> openpyxl.Workbook:
    """Arma el libro completo."""
    azar = random.Random(SEMILLA)
    wb = openpyxl.Workbook()
    wb.active.title = "Instrucciones"
    wb.active.append([AVISO])
    hoja(wb, "S01 Gobierno", "01", *P1, encabezado=9, azar=azar)
    hoja(wb, "S02 Planeación ", "02", *P2, encabezado=4, corrida=1, azar=azar)
    ws, fila, ultima = hoja(wb, "S05 Hacienda", "03", *P3, encabezado=9, azar=azar)
    ws.cell(fila, 1, "TOTAL GENERAL")
    ws.cell(fila, ultima, TOTAL_GENERAL)
    ws.cell(fila + 2, 4, "Elaboró: persona inventada")
    hoja(wb, "Copia de S01 Gobierno", "01", *P1, encabezado=9, azar=azar)
    oculta = wb.create_sheet("Listas")
    oculta.sheet_state = "hidden"
    oculta.append(["Incremento", "Mantenimiento"])
    return wb


def bytes_del_libro() -> bytes:
    """Escribe el libro siempre con los mismos bytes: sin la hora en que se guardó."""
    crudo, limpio = io.BytesIO(), io.BytesIO()
    libro().save(crudo)
    with zipfile.ZipFile(crudo) as viejo, zipfile.ZipFile(limpio, "w", zipfile.ZIP_STORED) as nuevo:
        for nombre in viejo.namelist():
            datos = viejo.read(nombre)
            if nombre == "docProps/core.xml":
                datos = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2021-01-01T00:00:00Z", datos)
            nuevo.writestr(zipfile.ZipInfo(nombre, (1980, 1, 1, 0, 0, 0)), datos)
    return limpio.getvalue()


if __name__ == "__main__":
    destino = Path(__file__).with_name("matriz.xlsx")
    destino.write_bytes(bytes_del_libro())
    sys.stdout.write(f"{destino.name}: {destino.stat().st_size} bytes\n")
