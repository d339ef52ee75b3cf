"""De una entrega armada a los PDF que se firman y se llevan a una sesión; nunca forma parte de la entrega."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from esquemas import PUBLICAS
from rendicion.almacen.archivos import escribir, sha256
from rendicion.almacen.entregas import MANIFIESTO, leer_entrega
from rendicion.errores import ErrorUso
from rendicion.informe import pdf
from rendicion.informe.pdf_escritura import escribir_pdf
from rendicion.tablas import leer_parquet

CIFRAS, PAQUETE = "ciclo.json", "datapackage.json"
DOCUMENTOS: dict[str, Callable[[pdf.Documento], str]] = {"seguimiento": pdf.seguimiento, "informe": pdf.informe}


def imprimir(carpeta: Path, destino: Path, escritor: Callable[[str, str], bytes] = escribir_pdf) -> list[Path]:
    """Escribe el seguimiento y el informe de una entrega en `destino`; devuelve los archivos.

    Antes comprueba que lo que va a imprimir sea lo que anunció el manifiesto: nadie debe firmar un archivo cambiado.
    """
    doc = leer_documento(carpeta)
    if destino.resolve().is_relative_to(carpeta.resolve()):
        raise ErrorUso("El destino está dentro de la entrega, y la entrega no se puede cambiar.", donde=str(destino), hacer="Use otra carpeta en --destino.")
    escritos = []
    for nombre, armar in DOCUMENTOS.items():
        archivo = destino / f"{nombre}-{doc.manifiesto['entrega']}.pdf"
        escribir(archivo, escritor(armar(doc), f"{doc.manifiesto_sha256}:{nombre}"))
        escritos.append(archivo)
    return escritos


def leer_documento(carpeta: Path) -> pdf.Documento:
    """Lee de una entrega lo que se imprime, y se niega si algo no es lo que anuncia su manifiesto."""
    if not (carpeta / MANIFIESTO).is_file():
        raise ErrorUso("Esa carpeta no es una entrega: no tiene manifiesto.json.", donde=str(carpeta), hacer="Indique la carpeta de una entrega publicada.")
    guardada = leer_entrega(carpeta)
    tablas: dict[str, Any] = {n: leer_parquet(_comprobado(carpeta, guardada.manifiesto, f"datos/{n}.parquet")).to_pylist() for n in PUBLICAS}
    paquete, cifras = (json.loads(_comprobado(carpeta, guardada.manifiesto, r).read_text("utf-8")) for r in (PAQUETE, CIFRAS))
    return pdf.Documento(tablas, paquete, guardada.manifiesto, guardada.manifiesto_sha256, cifras)


def _comprobado(carpeta: Path, manifiesto: dict[str, Any], ruta: str) -> Path:
    anunciado, archivo = manifiesto["archivos"].get(ruta), carpeta / ruta
    if anunciado is None:
        raise ErrorUso(f"La entrega no trae {ruta}.", donde=str(carpeta), hacer="Vuelva a armarla con esta versión del programa.")
    if not archivo.is_file() or sha256(archivo) != anunciado["sha256"]:
        raise ErrorUso(f"{ruta} falta o no es el que anunció el manifiesto: no se imprime.", donde=str(carpeta), hacer="Corra «rendicion verificar» y use una copia sana.")
    return archivo
