"""El calendario de la rendición de cuentas."""

from __future__ import annotations

from esquemas.campos import CAMPOS, campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="cronograma",
    titulo="Cronograma",
    descripcion="Una fila por fecha que el plan o la norma esperan, con su estado en el corte.",
    campos=campos(
        CAMPOS["actividad_id"].con(descripcion="Actividad del plan; «corte» si la fecha es de un seguimiento oficial.", patron=r"[0-9]+\.[0-9]+|corte"),
        "hito",
        CAMPOS["fecha"].con(descripcion="Día en que se espera el hito."),
        "responsables",
        CAMPOS["estado"].con(
            descripcion="Situación de la fecha en el corte.",
            opciones=("cumplido", "vencido", "vence_pronto", "pendiente"),
        ),
    ),
    clave=("actividad_id", "hito", "fecha"),
    obligatorios=("estado",),
    orden=("fecha", "actividad_id", "hito"),
    puede_estar_vacia=True,
)
