"""Una partición publicada es un solo archivo: un ZIP sin comprimir, con la carpeta de su entrega adentro.

Crear doce archivos pequeños por partición costaba más que escribir sus datos; uno solo se escribe entero o no se
escribe, en una carpeta o en S3. El manifiesto va de último: para leerlo basta el final del archivo.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from rendicion.pais.deposito import Contenido, Deposito

COLA = 1 << 16


def empacar(archivos: Mapping[str, Contenido]) -> bytes:
    """Arma el ZIP, siempre con los mismos bytes: sin fechas y en el orden dado."""
    destino = io.BytesIO()
    with zipfile.ZipFile(destino, "w", zipfile.ZIP_STORED) as paquete:
        for ruta, contenido in archivos.items():
            ficha = zipfile.ZipInfo(ruta)
            ficha.create_system, ficha.external_attr = 3, 0o644 << 16
            paquete.writestr(ficha, contenido)
    return destino.getvalue()


def leer_de(salida: Deposito, ruta: str, miembro: str) -> bytes:
    """Lee un archivo de un paquete guardado; del paquete solo se trae el final, si el archivo está allí."""
    with zipfile.ZipFile(io.BytesIO(salida.leer(ruta, ultimos=COLA))) as cola:
        if cola.getinfo(miembro).header_offset >= 0:
            return cola.read(miembro)
    with zipfile.ZipFile(io.BytesIO(salida.leer(ruta))) as entero:
        return entero.read(miembro)
