"""El flujo de los recordatorios: a cada responsable, lo que vence, lo que va tarde y lo que debe corregir, una sola vez."""

from __future__ import annotations

from datetime import date

from prefect import flow, get_run_logger

from flujos.rendicion_de_cuentas import pedido_de
from flujos.secretos import secretos_a_mano
from flujos.tareas import Anio, Carpeta, Codigo, como_tarea
from rendicion.avisos import enviar
from rendicion.puertas import ahora, hoy_en_colombia


class AvisosSinSalir(RuntimeError):  # noqa: N818 -- el nombre ya dice qué pasó
    """Hace que el flujo falle si un aviso no salió o no se sabe si salió: no debe verse verde."""


@flow(name="recordatorios", persist_result=False, validate_parameters=True)
def recordatorios(entidad: Codigo | None = None, vigencia: Anio | None = None, salida: Carpeta | None = None, hoy: date | None = None) -> int:
    """Envía los avisos que toquen hoy; devuelve cuántos salieron. Lo que ya se avisó no se repite.

    Args:
        entidad: Código DIVIPOLA de la entidad, o la ruta de su archivo TOML.
        vigencia: Año del plan.
        salida: Carpeta de la salida.
        hoy: Día que se toma por hoy, para ensayar. Sin decirlo, el de Colombia.
    """
    registro = get_run_logger()
    with secretos_a_mano():
        resumen = como_tarea("avisar", enviar, pedido_de(entidad, vigencia, None, salida), ahora, hoy or hoy_en_colombia())
    cuentas = {e: sum(1 for envio in resumen.envios if envio.estado == e) for e in ("enviado", "pendiente", "enviando", "rechazado")}
    registro.info("Avisos enviados: %s. Pendientes: %s. Responsables sin correo declarado: %s", cuentas["enviado"], cuentas["pendiente"], len(resumen.sin_correo))
    if resumen.salida or cuentas["pendiente"]:
        raise AvisosSinSalir(f"Avisos pendientes: {cuentas['pendiente']}; rechazados: {cuentas['rechazado']}; dudosos: {cuentas['enviando']}. Vea: rendicion avisos.")
    return cuentas["enviado"]
