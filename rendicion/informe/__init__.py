"""Las páginas para la gente: el informe de la entrega y el informe de validación.

Son funciones puras: de las tablas y la ficha de la entrega sale siempre el mismo texto.
"""

from __future__ import annotations

from rendicion.informe.ficha import Ficha, FichaArchivo, FichaFuente
from rendicion.informe.motor import compilar
from rendicion.informe.pagina import pagina
from rendicion.informe.validacion import pagina_validacion

__all__ = ["Ficha", "FichaArchivo", "FichaFuente", "compilar", "pagina", "pagina_validacion"]
