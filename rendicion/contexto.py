"""Lo que se pide y lo que está declarado, ya leído: el punto de partida de una corrida o de una prueba."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rendicion.almacen.referencia import EntidadEnDisco, FuenteEnDisco, entidad, leer_opcional
from rendicion.almacen.referencia import fuentes as fuentes_declaradas
from rendicion.almacen.retiros import retiros_de
from rendicion.correcciones import Motivo, motivos_desde
from rendicion.entidad import Vigencia
from rendicion.errores import ErrorUso
from rendicion.lectura_plan import PlanLeido, leer_plan_declarado
from rendicion.retiros import Retiro


@dataclass(frozen=True)
class Pedido:
    """Dice qué corrida se pide; lo que falta lo pone la declaración de la entidad."""

    datos: Path
    salida: Path
    entidad: str | None = None
    vigencia: int | None = None
    corte: date | None = None
    fuentes: Path | None = None


@dataclass(frozen=True)
class Contexto:
    """Es lo declarado, ya leído: la entidad, su vigencia, su plan, sus fuentes y los motivos de los cambios."""

    entidad: EntidadEnDisco
    vigencia: Vigencia
    corte: date
    leido: PlanLeido
    fuentes: tuple[FuenteEnDisco, ...]
    motivos: tuple[Motivo, ...]
    retiros: tuple[Retiro, ...] = ()
    retiros_por_decir: tuple[Retiro, ...] = ()


def preparar(pedido: Pedido) -> Contexto:
    """Lee lo declarado y revisa que el corte sea de la vigencia."""
    en_disco = entidad(pedido.datos, pedido.entidad)
    vigencia = en_disco.entidad.vigencia(pedido.vigencia)
    corte = pedido.corte or vigencia.cortes[-1]
    if corte.year != vigencia.anio:
        raise ErrorUso(f"El corte {corte} no es de la vigencia {vigencia.anio}.", hacer=f"Use una fecha de {vigencia.anio}, por ejemplo {vigencia.cortes[-1]}.")
    lugar = pedido.fuentes or en_disco.ruta(vigencia.fuentes)
    motivos = leer_opcional(en_disco.ruta(vigencia.motivos) if vigencia.motivos else None)
    return Contexto(
        en_disco,
        vigencia,
        corte,
        leer_plan_declarado(en_disco, vigencia),
        fuentes_declaradas(lugar),
        motivos_desde(motivos, donde=vigencia.motivos),
        *retiros_de(pedido.salida, f"{en_disco.entidad.codigo}-{vigencia.anio}"),
    )
