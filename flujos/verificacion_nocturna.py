"""El flujo de cada noche: descarga lo publicado como cualquier persona, lo recalcula y mira si las fuentes se quedaron atrás."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event

from flujos.rendicion_de_cuentas import VARIABLE_CKAN, pedido_de
from flujos.tareas import Anio, Carpeta, Codigo, Direccion, como_tarea
from rendicion.almacen.referencia import entidad as entidad_declarada
from rendicion.almacen.salida import Salida
from rendicion.contexto import Pedido
from rendicion.operacion.vigilancia import Vigilancia, vigilar
from rendicion.puertas import listar_fuentes


class PublicadoMal(RuntimeError):  # noqa: N818 -- el nombre ya dice qué pasó
    """Hace que el flujo falle cuando lo publicado no se sostiene."""


@flow(name="verificacion-nocturna", persist_result=False, validate_parameters=True)
def verificacion_nocturna(
    entidad: Codigo | None = None,
    vigencia: Anio | None = None,
    salida: Carpeta | None = None,
    portal: Direccion | None = None,
    ckan: Direccion | None = None,
) -> list[str]:
    """Comprueba la entrega vigente de cada portal; falla si alguna no se sostiene. Devuelve las que revisó.

    Args:
        entidad: Código DIVIPOLA de la entidad, o la ruta de su archivo TOML.
        vigencia: Año del plan.
        salida: Carpeta de la salida; su portal de carpeta se revisa siempre.
        portal: Dirección web donde se sirve el portal de carpeta; se revisa por la red en vez de por el disco.
        ckan: Dirección de un portal CKAN que también se revisa. Sin decirla, la de RENDICION_CKAN_URL, si está.
    """
    pedido = pedido_de(entidad, vigencia, None, salida)
    declarada = entidad_declarada(pedido.datos, entidad).entidad
    anio = declarada.vigencia(vigencia).anio
    cadena = Salida(pedido.salida).entregas.cadena(declarada.codigo, anio)
    esperado = cadena[-1].manifiesto_sha256 if cadena else None
    lugares = [(portal or str(pedido.salida / "portal"), f"{declarada.codigo}-{anio}", False)]
    if direccion := ckan or os.environ.get(VARIABLE_CKAN):
        lugares.append((direccion, str(declarada.portal.get("conjunto") or f"rendicion-{declarada.codigo}-{anio}"), True))
    vistas = [_mirar(lugar, conjunto, esperado, ckan=es_ckan) for lugar, conjunto, es_ckan in lugares]
    _mirar_fuentes(pedido, declarada.codigo)
    problemas = [f"{v.entrega}: {p}" for v in vistas for p in v.problemas]
    if problemas:
        raise PublicadoMal(" ".join(problemas))
    return [v.entrega for v in vistas]


def _mirar(lugar: str, conjunto: str, esperado: str | None, *, ckan: bool) -> Vigilancia:
    registro = get_run_logger()
    with tempfile.TemporaryDirectory(prefix="rendicion-verificar-") as aparte:
        vista = como_tarea(f"verificar {conjunto}", lambda: vigilar(lugar, conjunto, Path(aparte), ckan=ckan, esperado=esperado))
    estado = "no se sostiene" if vista.problemas else "se sostiene"
    registro.info("Portal %s: la entrega %s %s. Manifiesto %s", lugar, vista.entrega, estado, vista.manifiesto_sha256)
    texto = "\n".join([f"# La entrega {vista.entrega} {estado}", *(f"- {p}" for p in vista.problemas), "```", vista.informe.strip(), "```"])
    create_markdown_artifact(texto, key=f"verificacion-{conjunto.lower()}", description="Comprobación independiente de lo publicado.")
    return vista


def _mirar_fuentes(pedido: Pedido, codigo: str) -> None:
    """Avisa de cada fuente que no ha cambiado en más tiempo del que declara su frecuencia: una corrida verde no lo dice."""
    registro = get_run_logger()
    for fuente in listar_fuentes(pedido):
        if fuente["vieja"]:
            registro.warning("Fuente %s: no cambia hace %s días y su frecuencia es %s", fuente["fuente"], fuente["dias"], fuente["frecuencia"])
            recurso = {"prefect.resource.id": f"rendicion.fuente.{codigo}.{fuente['fuente']}", "prefect.resource.name": fuente["fuente"]}
            emit_event("rendicion.fuente.vieja", recurso, payload={"dias": fuente["dias"], "frecuencia": fuente["frecuencia"]})
