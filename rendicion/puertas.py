"""Las puertas de verdad: el reloj, el azar, el portal, la clave de firma; y lo que se lee del almacén."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.almacen.entregas import EntregaGuardada, ultima
from rendicion.almacen.referencia import entidad
from rendicion.almacen.referencia import fuentes as fuentes_declaradas
from rendicion.almacen.salida import Salida
from rendicion.contexto import Pedido
from rendicion.corrida import Puertas
from rendicion.errores import ErrorUso
from rendicion.portales.base import Portal, Publicacion
from rendicion.portales.carpeta import PortalCarpeta
from rendicion.tablas import leer_parquet

if TYPE_CHECKING:
    from rendicion.portales.ckan import PortalCKAN
    from rendicion.portales.ckan_revision import Revision

VARIABLE_CLAVE = "RENDICION_CLAVE_FIRMA"
VARIABLE_TOKEN = "RENDICION_CKAN_TOKEN"  # noqa: S105 -- es el nombre de la variable, no el token
_DIAS = {"R/P1Y": 366, "R/P6M": 184, "R/P4M": 123, "R/P3M": 92, "R/P2M": 62, "R/P1M": 31, "R/P1W": 7, "R/P1D": 1}


def puertas_reales(avisar: Callable[[str, Mapping[str, Any]], None]) -> Puertas:
    """Reúne las puertas de una corrida de verdad; la clave de firma, si la hay, va en un archivo que nombra una variable."""
    archivo = os.environ.get(VARIABLE_CLAVE)
    if archivo and not Path(archivo).is_file():
        raise ErrorUso(f"No existe el archivo de clave que nombra {VARIABLE_CLAVE}.", hacer="Corrija la ruta, o quite la variable para publicar sin firma.")
    return Puertas(
        reloj=lambda: datetime.now(UTC),
        azar=lambda: uuid.uuid4().hex,
        portal=lambda salida: PortalCarpeta(salida.portal),
        avisar=avisar,
        clave=Path(archivo).read_bytes() if archivo else None,
    )


def _entrega_pedida(pedido: Pedido) -> EntregaGuardada | None:
    en_disco = entidad(pedido.datos, pedido.entidad)
    anio = en_disco.entidad.vigencia(pedido.vigencia).anio
    return ultima(Salida(pedido.salida).entregas.cadena(en_disco.entidad.codigo, anio), pedido.corte)


def publicar_ultima(pedido: Pedido, ckan: str | None) -> Publicacion:
    """Publica la última entrega armada en el portal de carpeta o en un CKAN."""
    guardada = _entrega_pedida(pedido)
    if guardada is None:
        raise ErrorUso("No hay ninguna entrega armada en esa salida.", hacer="Corra primero: rendicion correr.")
    portal: Portal = portal_ckan(pedido, ckan) if ckan else PortalCarpeta(Salida(pedido.salida).portal)
    return portal.publicar(guardada.carpeta, guardada.manifiesto)


def _token() -> str:
    token = os.environ.get(VARIABLE_TOKEN)
    if not token:
        raise ErrorUso("Falta el token del portal.", hacer=f"Póngalo en la variable de entorno {VARIABLE_TOKEN}.")
    return token


def portal_ckan(pedido: Pedido, url: str) -> PortalCKAN:
    """Abre un portal CKAN con lo que declara la entidad; el token solo viene del ambiente."""
    from rendicion.portales.ckan import PortalCKAN

    return PortalCKAN(url, _token(), dict(entidad(pedido.datos, pedido.entidad).entidad.portal))


def revisar_ckan(pedido: Pedido, url: str) -> Revision:
    """Pregunta a un portal CKAN qué tiene; con token dice además qué puede hacer."""
    from rendicion.portales.ckan import revisar

    organizacion = str(entidad(pedido.datos, pedido.entidad).entidad.portal.get("organizacion", ""))
    return revisar(url, os.environ.get(VARIABLE_TOKEN), organizacion=organizacion)


def leer_estado(pedido: Pedido) -> dict[str, Any]:
    """Reúne la última entrega, sus totales y las últimas corridas."""
    salida, guardada = Salida(pedido.salida), _entrega_pedida(pedido)
    corridas: list[dict[str, Any]] = []
    if (pedido.salida / "registro.sqlite").exists():
        registro = salida.registro()
        corridas = registro.corridas(5)
        registro.cerrar()
    if guardada is None:
        return {"entrega": None, "corridas": corridas}
    tablas = {n: leer_parquet(guardada.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in ("plan", "indicadores_total", "indicadores_subcomponente", "indicadores_actividad", "conciliacion")}
    return {"entrega": guardada.manifiesto["entrega"], "carpeta": str(guardada.carpeta), "manifiesto": guardada.manifiesto, "tablas": tablas, "corridas": corridas}


def listar_fuentes(pedido: Pedido) -> list[dict[str, Any]]:
    """Lista las fuentes con su última captura y si ya pasó el tiempo que declara su frecuencia."""
    en_disco = entidad(pedido.datos, pedido.entidad)
    vigencia = en_disco.entidad.vigencia(pedido.vigencia)
    capturas = Salida(pedido.salida).capturas
    filas = []
    for f in fuentes_declaradas(pedido.fuentes or en_disco.ruta(vigencia.fuentes)):
        ultima = capturas.ultima(f.fuente.id)
        dias = (datetime.now(UTC) - datetime.fromisoformat(ultima.capturada)).days if ultima else None
        limite = _DIAS.get(f.fuente.frecuencia or "")
        filas.append(
            {
                "fuente": f.fuente.id,
                "tipo": f.fuente.tipo,
                "lugar": f.fuente.lugar,
                "dependencia": f.fuente.dependencia,
                "frecuencia": f.fuente.frecuencia,
                "ultima_captura": ultima.capturada if ultima else None,
                "dias": dias,
                "vieja": None if dias is None or limite is None else dias > limite,
                "sintetica": f.fuente.sintetica,
            }
        )
    return filas
