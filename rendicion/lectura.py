"""Lo que se lee de una captura, antes de entenderlo: todo es texto y todo tiene su lugar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rendicion.fuente import CAMPOS_CANONICOS

if TYPE_CHECKING:
    import pyarrow as pa

    from rendicion.fuente import Fuente
    from rendicion.hallazgos import Hallazgo, Rechazo

COLUMNAS_LECTURA = ("lugar", *CAMPOS_CANONICOS)


def columnas_de_lectura(fuente: Fuente) -> tuple[str, ...]:
    """Devuelve las columnas que tiene la lectura de una fuente, según la tabla que alimenta."""
    return ("lugar", *fuente.campos)


@dataclass(frozen=True)
class Lectura:
    """Es una captura leída: una fila por registro recibido, cada celda como texto.

    `celdas` tiene exactamente las columnas de `columnas_de_lectura` (en avances, `COLUMNAS_LECTURA`), todas de texto:
    `lugar` («archivo.xlsx, hoja Enero, fila 12») y los campos de su tabla; la celda vacía es nula.
    `registro` nunca es nulo: la clave declarada o, si no la hay o viene vacía, la fila.
    Una fila que no se pudo leer (le sobran columnas, por ejemplo) está igual en `celdas`,
    con lo que se alcanzó a leer, y tiene su `Rechazo`; así los recibidos siempre cuadran.
    `filtrados` cuenta los que traía la captura y no cumplen los filtros declarados: leídos = recibidos + filtrados.
    """

    fuente: Fuente
    captura_sha256: str
    archivo: str
    celdas: pa.Table
    rechazos: tuple[Rechazo, ...] = ()
    hallazgos: tuple[Hallazgo, ...] = field(default=())
    filtrados: int = 0

    @property
    def recibidos(self) -> int:
        """Cuenta los registros que traía la captura."""
        return int(self.celdas.num_rows)
