"""Lo que cambió frente a la última entrega del mismo corte."""

from __future__ import annotations

from esquemas.campos import CAMPOS, campos
from esquemas.modelo import Tabla

TABLA = Tabla(
    nombre="correcciones",
    titulo="Correcciones",
    descripcion="Cada dato que se agregó, se quitó o cambió frente a la última entrega del mismo corte.",
    campos=campos(
        "tabla", "clave", "campo", "antes", "despues",
        CAMPOS["motivo"].con(descripcion="Por qué cambió, según quien responde.", opciones=()),
        "autor",
        CAMPOS["fecha"].con(descripcion="Día en que se declaró el motivo del cambio. Vacío si nadie lo declaró."),
    ),
    clave=("tabla", "clave", "campo"),
    obligatorios=("motivo",),
    puede_estar_vacia=True,
)
