"""Libros de cálculo (xlsx, xls, ods): las hojas que se piden, con sus fechas y números como texto."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente
from rendicion.fuentes import libro
from rendicion.fuentes.base import DeArchivo, opcion_lista
from rendicion.fuentes.encabezado import Falla, Fila, Hoja
from rendicion.fuentes.tabla import celda_con_error, leer_hojas, revisar_campos
from rendicion.hallazgos import Hallazgo
from rendicion.proteccion import nombres_publicables, ocultar

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura

EN_EL_MISMO_PROCESO = libro.MIB


class Excel(DeArchivo):
    """Lee las hojas por nombre o patrón; sin la opción hojas, la primera visible.

    Los libros chicos se abren aquí; los grandes, los .xls y los .ods, en un proceso hijo con límites.
    """

    nombre = "excel"
    opciones: frozenset[str] = frozenset({"hojas", "excluir_hojas", "rellenar"})

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; lanza ErrorFuente si el libro entero no sirve."""
        revisar_campos(fuente, opcion_lista(fuente, "rellenar"), "rellenar")
        pedido = libro.Pedido(
            archivo, opcion_lista(fuente, "hojas"), opcion_lista(fuente, "excluir_hojas"), fuente.decimal
        )
        leido, avisos = leer(bruto, pedido, fuente)
        nombres = nombres_publicables(nombre for nombre, _ in leido.hojas)
        hojas = [Hoja([fila_cruda(*f) for f in filas], nombre=nombre) for nombre, (_, filas) in zip(nombres, leido.hojas, strict=True)]
        return _actividad_con_punto(leer_hojas(hojas, fuente, captura_sha256, archivo, hallazgos=avisos))


TIPO = Excel()


def _actividad_con_punto(lectura: Lectura) -> Lectura:
    """Devuelve «1.4» donde la hoja guardó el número de la actividad como el decimal 1,4."""
    import pyarrow as pa

    if "actividad_id" not in lectura.celdas.column_names:
        return lectura
    marca, columna = lectura.fuente.decimal, lectura.celdas["actividad_id"].to_pylist()
    patron = re.compile(rf"(\d+){re.escape(marca)}(\d+)")
    arreglada = [patron.sub(r"\1.\2", t) if t and patron.fullmatch(t) else t for t in columna]
    posicion = lectura.celdas.schema.get_field_index("actividad_id")
    return replace(
        lectura, celdas=lectura.celdas.set_column(posicion, "actividad_id", pa.array(arreglada, pa.string()))
    )


def leer(bruto: bytes, pedido: libro.Pedido, fuente: Fuente) -> tuple[libro.Leido, list[Hallazgo]]:
    """Abre el libro y dice sus avisos sin datos personales, que también caben en el nombre de una hoja; lanza ErrorFuente si no sirve."""
    try:
        leido = abrir(bruto, pedido)
    except libro.LibroInservibleError as error:
        donde = f"{pedido.archivo}, {ocultar(error.lugar)}" if error.lugar else pedido.archivo
        raise ErrorFuente(_citado(error.que), donde=donde, hacer=error.hacer) from None
    avisos = [Hallazgo(fuente.id, ocultar(registro), "hoja", regla, gravedad, _citado(texto)) for registro, regla, gravedad, texto in leido.avisos]
    return leido, avisos


def _citado(texto: str) -> str:
    """Oculta los datos personales de lo que se cita del libro, entre «», y no las filas ni los tamaños."""
    return re.sub("«[^»]*»", lambda m: ocultar(m[0]), texto)


def abrir(bruto: bytes, pedido: libro.Pedido) -> libro.Leido:
    """Abre el libro aquí si es chico y .xlsx, o en un proceso hijo; lanza LibroInservibleError si no sirve."""
    formato = libro.formato_de(bruto, pedido.archivo)
    if formato == "xlsx" and libro.tamano_descomprimido(bruto) <= EN_EL_MISMO_PROCESO:
        return libro.leer_libro(bruto, pedido)
    return leer_en_hijo(bruto, pedido)


def leer_en_hijo(bruto: bytes, pedido: libro.Pedido) -> libro.Leido:
    """Abre el libro en otro proceso, con memoria y tiempo contados: si revienta, revienta él."""
    orden = [sys.executable, "-I", str(Path(libro.__file__))]
    entrada = json.dumps(asdict(pedido)).encode() + b"\n" + bruto
    try:
        hijo = subprocess.run(
            orden, input=entrada, capture_output=True, timeout=libro.SEGUNDOS_DEL_HIJO, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise _no_cabe("tarda demasiado en abrir") from None
    if hijo.returncode != 0:
        raise _no_cabe("pide más memoria o más tiempo de lo que se permite")
    salida = json.loads(hijo.stdout)
    if "error" in salida:
        que, hacer, lugar = salida["error"]
        raise libro.LibroInservibleError(que, hacer, lugar)
    return libro.Leido(salida["hojas"], salida["avisos"], salida["combinadas"])


def _no_cabe(que: str) -> libro.LibroInservibleError:
    return libro.LibroInservibleError(
        f"El libro {que}.", "Pida a la dependencia que copie solo los datos en un libro nuevo."
    )


def fila_cruda(numero: int, celdas: list[str | None], fallas: dict[str, tuple[str, str | None]]) -> Fila:
    """Convierte una fila del libro, con la explicación de cada celda que no se pudo leer."""
    return Fila(numero, celdas, {int(posicion): _falla(*falla) for posicion, falla in fallas.items()})


def _falla(regla: str, valor: str | None) -> Falla:
    if regla == "formula_sin_valor":
        return Falla(
            regla,
            "La celda tiene una fórmula sin resultado guardado.",
            "Abra el libro en su programa de cálculo, guárdelo y envíelo de nuevo; o escriba el dato.",
        )
    if regla == "numero_sin_precision":
        return Falla(
            regla,
            "El número tiene más de 15 cifras y la hoja de cálculo ya perdió las últimas.",
            "Guarde esa columna como texto antes de escribir los números.",
            valor,
        )
    return celda_con_error(valor or "#ERROR")
