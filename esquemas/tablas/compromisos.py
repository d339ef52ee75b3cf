"""Los acuerdos de las audiencias y su cumplimiento."""

from __future__ import annotations

from esquemas.campos import CAMPOS, campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="compromisos",
    titulo="Compromisos",
    descripcion="Una fila por compromiso asumido ante la ciudadanía, con su estado en el corte.",
    campos=campos(
        "compromiso_id", "espacio", CAMPOS["fecha"].con(descripcion="Día en que se asumió el compromiso."), "compromiso",
        "responsables", "plazo",
        CAMPOS["estado"].con(
            descripcion="Situación del compromiso en el corte, deducida de las fechas.",
            opciones=("sin_plazo", "pendiente", "vencido", "cumplido", "cumplido_tarde"),
        ),
        "fecha_cumplimiento", "evidencia_url", "dias_retraso",
    ),
    clave=("compromiso_id",),
    obligatorios=("espacio", "fecha", "compromiso", "estado"),
    puede_estar_vacia=True,
)
