"""Las puertas de verdad: el reloj, el azar, el portal, la clave de firma; y lo que se lee del almacén."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rendicion.almacen.entregas import EntregaGuardada, ultima
from rendicion.almacen.referencia import entidad
from rendicion.almacen.referencia import fuentes as fuentes_declaradas
from rendicion.almacen.registro import hay_registro
from rendicion.almacen.retiros import anotar_retiro
from rendicion.almacen.salida import Salida
from rendicion.antiguedad import inicio_del_periodo
from rendicion.contexto import Pedido
from rendicion.corrida import Puertas
from rendicion.errores import ErrorUso
from rendicion.portal_estatico import PaginasDelPortal
from rendicion.portales.base import Portal, Publicacion
from rendicion.portales.carpeta import PortalCarpeta
from rendicion.retiros import Retiro
from rendicion.tablas import leer_parquet

if TYPE_CHECKING:
    from rendicion.portales.ckan import PortalCKAN
    from rendicion.portales.ckan_revision import Revision
    from validaciones import Validador

VARIABLE_CLAVE = "RENDICION_CLAVE_FIRMA"
VARIABLE_TOKEN = "RENDICION_CKAN_TOKEN"  # noqa: S105 -- es el nombre de la variable, no el token


def ahora() -> datetime:
    """Dice la hora universal."""
    return datetime.now(UTC)


def azar() -> str:
    """Da un identificador que nadie más tiene."""
    return uuid.uuid4().hex


def hoy_en_colombia() -> date:
    """Dice qué día es en Colombia."""
    return datetime.now(ZoneInfo("America/Bogota")).date()


def puertas_reales(avisar: Callable[[str, Mapping[str, Any]], None], motor: Validador | None = None) -> Puertas:
    """Reúne las puertas de una corrida de verdad; la clave de firma, si la hay, va en un archivo que nombra una variable."""
    from validaciones import motor_de_esta_maquina

    archivo = os.environ.get(VARIABLE_CLAVE)
    if archivo and not Path(archivo).is_file():
        raise ErrorUso(f"No existe el archivo de clave que nombra {VARIABLE_CLAVE}.", hacer="Corrija la ruta, o quite la variable para publicar sin firma.")
    return Puertas(
        reloj=ahora,
        azar=azar,
        portal=lambda salida: PortalCarpeta(salida.portal, PaginasDelPortal()),
        motor=motor or motor_de_esta_maquina(),
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
    portal: Portal = portal_ckan(pedido, ckan) if ckan else PortalCarpeta(Salida(pedido.salida).portal, PaginasDelPortal())
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


def retirar_de_ckan(pedido: Pedido, url: str, recurso: str, motivo: str, autor: str | None) -> Publicacion:
    """Retira un archivo de un portal CKAN y lo deja anotado en la salida, para que la siguiente entrega lo cuente.

    Se puede repetir: si algo se cortó después de borrar los bytes, la segunda vez solo anota lo que falte.
    """
    salida, portal = Salida(pedido.salida), portal_ckan(pedido, url)
    with salida.candado():
        que = portal.que_es(recurso)
        publicacion = portal.retirar(recurso, motivo)
        responde = autor or entidad(pedido.datos, pedido.entidad).entidad.contacto_nombre
        anotar_retiro(pedido.salida, Retiro(que.entrega, que.ruta, que.sha256, url, motivo, responde, hoy_en_colombia()))
    return publicacion


def revisar_ckan(pedido: Pedido, url: str) -> Revision:
    """Pregunta a un portal CKAN qué tiene; con token dice además qué puede hacer."""
    from rendicion.portales.ckan import revisar

    declarada = entidad(pedido.datos, pedido.entidad).entidad
    ficha = {clave: str(declarada.portal.get(clave, "")) for clave in ("organizacion", "licencia")}
    return revisar(url, os.environ.get(VARIABLE_TOKEN), organizacion=ficha["organizacion"], licencia=declarada.licencia, licencia_pedida=ficha["licencia"])


def leer_estado(pedido: Pedido) -> dict[str, Any]:
    """Reúne la última entrega, sus totales y las últimas corridas."""
    salida, guardada = Salida(pedido.salida), _entrega_pedida(pedido)
    corridas: list[dict[str, Any]] = []
    if hay_registro(salida.archivo_del_registro):
        registro = salida.registro()
        corridas = registro.corridas(5)
        registro.cerrar()
    if guardada is None:
        return {"entrega": None, "corridas": corridas}
    tablas = {n: leer_parquet(guardada.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in ("plan", "indicadores_total", "indicadores_subcomponente", "indicadores_actividad", "conciliacion")}
    nombre = entidad(pedido.datos, pedido.entidad).entidad.nombre
    return {"entrega": guardada.manifiesto["entrega"], "entidad_nombre": nombre, "carpeta": str(guardada.carpeta), "manifiesto": guardada.manifiesto, "tablas": tablas, "corridas": corridas}


def listar_fuentes(pedido: Pedido) -> list[dict[str, Any]]:
    """Lista las fuentes con su última captura, si ya pasó el tiempo que declara su frecuencia y qué dio en la última entrega."""
    en_disco = entidad(pedido.datos, pedido.entidad)
    vigencia = en_disco.entidad.vigencia(pedido.vigencia)
    capturas = Salida(pedido.salida).capturas
    resultados = _ultimos_resultados(pedido)
    hoy = datetime.now(UTC)
    filas = []
    for f in fuentes_declaradas(pedido.fuentes or en_disco.ruta(vigencia.fuentes)):
        ultima = capturas.ultima(f.fuente.id)
        tomada = datetime.fromisoformat(ultima.capturada) if ultima else None
        desde = inicio_del_periodo(f.fuente.frecuencia, hoy.date())
        filas.append(
            {
                "fuente": f.fuente.id,
                "tipo": f.fuente.tipo,
                "lugar": f.fuente.lugar,
                "dependencia": f.fuente.dependencia,
                "frecuencia": f.fuente.frecuencia,
                "ultima_captura": ultima.capturada if ultima else None,
                "dias": (hoy - tomada).days if tomada else None,
                "vieja": None if tomada is None or desde is None else tomada.date() <= desde,
                "ultimo_resultado": resultados.get(f.fuente.id),
                "sintetica": f.fuente.sintetica,
            }
        )
    return filas


def _ultimos_resultados(pedido: Pedido) -> dict[str, str]:
    """Dice en una frase qué dio cada fuente en la última entrega."""
    guardada = _entrega_pedida(pedido)
    if guardada is None:
        return {}
    cuentas = leer_parquet(guardada.carpeta / "datos" / "conciliacion.parquet").to_pylist()
    dio = {str(c["fuente"]): f"{c['recibidos']} recibidos, {c['rechazados']} rechazados, {c['cuentan']} cuentan" for c in cuentas}
    return dio | {str(f): f"sin dato: {motivo}" for f, motivo in guardada.manifiesto["fuentes_sin_dato"].items()}
