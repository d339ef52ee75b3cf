"""Abre la entrega en la que se rastrea y, si están guardadas, sus capturas: ahí se ve el lugar exacto de cada fila."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rendicion import fuentes
from rendicion.almacen.capturas import Captura, Capturas
from rendicion.almacen.entregas import MANIFIESTO, EntregaGuardada, leer_entrega
from rendicion.almacen.referencia import entidad
from rendicion.almacen.referencia import fuentes as fuentes_declaradas
from rendicion.almacen.salida import Salida
from rendicion.contexto import Pedido
from rendicion.errores import ErrorRendicion, ErrorUso
from rendicion.fuente import Fuente
from rendicion.rastreo import TABLAS_DEL_RASTRO, rastrear
from rendicion.tablas import leer_parquet


def rastrear_en(pedido: Pedido, que: str, carpeta: Path | None) -> dict[str, Any]:
    """Rastrea en la carpeta de una entrega o, sin decirla, en la última de la salida que trae cifras del corte pedido.

    Sin `pedido.corte` vale el corte de la entrega. Si la salida guarda las capturas, cada fila lleva su
    `lugar` en el archivo original (hoja y fila); si no, lleva su registro y la huella de la captura.
    """
    guardada = _en_carpeta(carpeta) if carpeta else _en_salida(pedido)
    tablas = {n: leer_parquet(guardada.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in TABLAS_DEL_RASTRO}
    rastro = rastrear(tablas, guardada.manifiesto, que, pedido.corte or date.fromisoformat(guardada.manifiesto["corte"]))
    return {"carpeta": str(guardada.carpeta)} | con_lugares(rastro, Capturas(pedido.salida / "capturas"), _declaradas(pedido))


def _en_carpeta(carpeta: Path) -> EntregaGuardada:
    if not (carpeta / MANIFIESTO).is_file():
        raise ErrorUso("Esa carpeta no es una entrega: no tiene manifiesto.json.", donde=str(carpeta), hacer="Indique la carpeta de una entrega publicada.")
    return leer_entrega(carpeta)


def _en_salida(pedido: Pedido) -> EntregaGuardada:
    """Elige la última entrega del corte; si no hay, la última que lo incluye entre sus cortes."""
    en_disco = entidad(pedido.datos, pedido.entidad)
    cadena = Salida(pedido.salida).entregas.cadena(en_disco.entidad.codigo, en_disco.entidad.vigencia(pedido.vigencia).anio)
    if not cadena:
        raise ErrorUso("No hay ninguna entrega armada en esa salida.", donde=str(pedido.salida), hacer="Corra primero: rendicion correr.")
    if pedido.corte is None:
        return cadena[-1]
    pedido_iso = pedido.corte.isoformat()
    propias = [e for e in cadena if e.manifiesto["corte"] == pedido_iso]
    lo_incluyen = [e for e in cadena if pedido_iso in e.manifiesto["cortes"]]
    return (propias or lo_incluyen or cadena)[-1]


def _declaradas(pedido: Pedido) -> dict[str, Fuente]:
    """Lee las declaraciones de las fuentes; sin ellas el rastro sigue, sin el lugar de cada fila."""
    try:
        en_disco = entidad(pedido.datos, pedido.entidad)
        lugar = pedido.fuentes or en_disco.ruta(en_disco.entidad.vigencia(pedido.vigencia).fuentes)
        return {f.fuente.id: f.fuente for f in fuentes_declaradas(lugar)}
    except ErrorRendicion:
        return {}


def con_lugares(rastro: dict[str, Any], capturas: Capturas, declaradas: Mapping[str, Fuente]) -> dict[str, Any]:
    """Agrega a cada fila su `lugar` en la captura guardada, y a cada captura si se pudo abrir."""
    lugares: dict[tuple[str, str], list[str]] = {}
    halladas = []
    for captura in rastro["capturas"]:
        abierta, porque = _abrir(captura, capturas, declaradas.get(captura["fuente"]))
        for registro, lugar in abierta:
            lugares.setdefault((captura["fuente"], registro), []).append(lugar)
        halladas.append(captura | {"abierta": porque is None, "porque": porque})
    filas = {k: [_con_lugar(f, lugares) for f in rastro[k]] for k in ("sustentan", "no_sustentan")}
    return rastro | filas | {"capturas": halladas}


def _con_lugar(fila: Mapping[str, Any], lugares: Mapping[tuple[str, str], list[str]]) -> dict[str, Any]:
    hallados = lugares.get((fila["fuente"], fila["registro"]), [])
    return dict(fila) | {"lugar": ("el registro se repite, es uno de estos: " if len(hallados) > 1 else "") + "; ".join(hallados) or None}


def _abrir(captura: Mapping[str, Any], capturas: Capturas, fuente: Fuente | None) -> tuple[Iterable[tuple[str, str]], str | None]:
    """Lee la captura guardada y da el registro y el lugar de cada fila; o por qué no se pudo."""
    if fuente is None:
        return [], "no está su declaración: no se sabe leer"
    ficha = Captura(captura["fuente"], captura["sha256"], captura["bytes"], captura["origen"], "", captura["dependencia"], captura["licencia"])
    try:
        celdas = fuentes.interpretar(capturas.leer(ficha), fuente, captura["sha256"], captura["origen"]).celdas
    except FileNotFoundError:
        return [], "la captura no está en esta salida; pídala a la entidad y compare su huella"
    except ErrorRendicion as error:
        return [], str(error)
    return list(zip(celdas["registro"].to_pylist(), celdas["lugar"].to_pylist(), strict=True)), None
