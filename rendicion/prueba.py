"""Probar las fuentes sin escribir nada: lo que daría una corrida."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rendicion import fuentes
from rendicion.contexto import Contexto, Pedido, preparar
from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.medicion import Interpretada, Medida, calcular, comprobar, tipificar, validar

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from validaciones import Validador


@dataclass
class Prueba:
    """Cuenta lo que daría una corrida, sin escribir nada."""

    conciliacion: list[dict[str, Any]]
    rechazos: list[dict[str, Any]]
    informe: dict[str, Any]
    fuentes_sin_dato: dict[str, str]
    detienen: list[str]
    comparacion: list[dict[str, Any]] = field(default_factory=list)

    @property
    def salida(self) -> int:
        """Da el código: 1 si la corrida no publicaría, 3 si faltó una fuente, 0 en lo demás."""
        return 1 if self.detienen else 3 if self.fuentes_sin_dato else 0


def probar(pedido: Pedido, avisar: Callable[[str, Mapping[str, Any]], None], solo: str | None = None) -> Prueba:
    """Lee y valida todas las fuentes, o una sola, sin guardar capturas ni publicar."""
    from validaciones import motor_de_esta_maquina

    with motor_de_esta_maquina() as motor:
        motor.arrancar()
        return _probar(preparar(pedido), avisar, solo, motor)


def _probar(contexto: Contexto, avisar: Callable[[str, Mapping[str, Any]], None], solo: str | None, motor: Validador) -> Prueba:
    elegidas = [f for f in contexto.fuentes if solo in {None, f.fuente.id}]
    if not elegidas:
        ids = ", ".join(f.fuente.id for f in contexto.fuentes)
        raise ErrorUso(f"No hay una fuente declarada con el id {solo}.", hacer=f"Use una de: {ids}.")
    interpretadas: list[Interpretada] = []
    matrices: list[tuple[Fuente, bytes, str]] = []
    sin_dato: dict[str, str] = {}
    for f in elegidas:
        try:
            bruto = fuentes.extraer(f.fuente, f.carpeta)
            lectura = fuentes.interpretar(bruto.contenido, f.fuente, hashlib.sha256(bruto.contenido).hexdigest(), bruto.origen)
            interpretadas.append(tipificar(lectura))
            if f.fuente.tipo == "matriz":
                matrices.append((f.fuente, bruto.contenido, bruto.origen))
            avisar("fuente", {"fuente": f.fuente.id, "recibidos": lectura.recibidos, "con_falta": len(interpretadas[-1].rechazos)})
        except ErrorFuente as error:
            sin_dato[f.fuente.id] = str(error)
            avisar("sin_dato", {"fuente": f.fuente.id, "error": error})
    if not interpretadas:
        return Prueba([], [], {"resumen": {}, "reglas": []}, sin_dato, [])
    validada = validar(contexto, interpretadas, motor)
    medida = comprobar(contexto, validada, calcular(contexto, validada, {}))
    conciliacion, rechazos = (medida.tablas[n].to_pylist() for n in ("conciliacion", "rechazos"))
    comparacion = _comparacion(contexto, matrices, medida)
    return Prueba(conciliacion, rechazos, medida.informe, sin_dato, list(medida.detienen), comparacion)


def _comparacion(contexto: Contexto, matrices: list[tuple[Fuente, bytes, str]], medida: Medida) -> list[dict[str, Any]]:
    """Compara con los nuestros los porcentajes que traen las matrices de seguimiento, si hay alguna."""
    if not matrices:
        return []
    from rendicion.fuentes.matriz.comparacion import comparaciones

    return comparaciones(matrices, contexto.leido.plan, medida.tablas["avances"], contexto.corte)
