"""El flujo de los cortes oficiales: pregunta al calendario de la entidad qué toca publicar hoy, y lo corre."""

from __future__ import annotations

from datetime import date

from prefect import flow, get_run_logger

from flujos.rendicion_de_cuentas import CorridaDetenida, pedido_de, rendicion_de_cuentas
from flujos.tareas import Anio, Carpeta, Codigo, Direccion
from rendicion.almacen.referencia import carpeta_de_datos
from rendicion.almacen.referencia import entidad as entidad_declarada
from rendicion.almacen.salida import Salida
from rendicion.operacion.plazos import cortes_pendientes
from rendicion.puertas import hoy_en_colombia


@flow(name="cortes-oficiales", persist_result=False, validate_parameters=True)
def cortes_oficiales(
    entidad: Codigo | None = None,
    vigencia: Anio | None = None,
    salida: Carpeta | None = None,
    fuentes: Carpeta | None = None,
    ckan: Direccion | None = None,
    hoy: date | None = None,
) -> list[str]:
    """Publica los cortes oficiales que estén en su plazo, o que nunca se publicaron; devuelve sus entregas.

    Args:
        entidad: Código DIVIPOLA de la entidad, o la ruta de su archivo TOML.
        vigencia: Año del plan.
        salida: Carpeta donde queda todo lo que escribe la corrida.
        fuentes: Carpeta con las declaraciones de las fuentes, o un solo TOML.
        ckan: Dirección de un portal CKAN donde también se publica.
        hoy: Día que se toma por hoy, para ensayar. Sin decirlo, el de Colombia.
    """
    registro = get_run_logger()
    dia = hoy or hoy_en_colombia()
    declarada = entidad_declarada(carpeta_de_datos(), entidad).entidad
    del_plan = declarada.vigencia(vigencia)
    cadena = Salida(pedido_de(entidad, vigencia, None, salida).salida).entregas.cadena(declarada.codigo, del_plan.anio)
    pendientes = cortes_pendientes(del_plan, dia, {date.fromisoformat(e.manifiesto["corte"]) for e in cadena})
    if not pendientes:
        registro.info("Entidad %s, vigencia %s: hoy no hay un corte por publicar.", declarada.codigo, del_plan.anio)
    hechas, detenidas = [], []
    for pendiente in pendientes:
        (registro.warning if pendiente.tarde else registro.info)("Entidad %s. %s", declarada.codigo, pendiente.explicado(dia))
        try:
            hechas.append(rendicion_de_cuentas(entidad, del_plan.anio, pendiente.corte, salida, fuentes, ckan).entrega or "")
        except CorridaDetenida as detenida:
            detenidas.append(detenida)
    if detenidas:
        raise detenidas[0]
    return hechas
