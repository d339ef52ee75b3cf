"""Qué corte oficial hay que publicar hoy, según el calendario que declara la entidad."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from rendicion.ciclo.calendario import en_letras, es_habil, limite_publicacion
from rendicion.entidad import Vigencia


@dataclass(frozen=True)
class Pendiente:
    """Es un corte oficial que toca publicar hoy, con su límite."""

    corte: date
    limite: date
    tarde: bool

    def explicado(self, hoy: date) -> str:
        """Dice el corte, su límite y cuánto falta, en una frase."""
        limite = f"Corte del {en_letras(self.corte)}: se publica a más tardar el {en_letras(self.limite)}"
        if self.tarde:
            return f"{limite}. El plazo ya pasó y no hay una entrega: se publica tarde."
        return f"{limite}. Días hábiles que quedan: {habiles_entre(hoy, self.limite)}."


def cortes_pendientes(vigencia: Vigencia, hoy: date, publicados: Collection[date]) -> list[Pendiente]:
    """Devuelve los cortes que hay que correr hoy, el más antiguo primero.

    Dentro de su plazo, un corte se corre cada día, para que entren las correcciones. Pasado el plazo solo si nunca
    se publicó: tarde es mejor que nunca, y se dice. Un corte que todavía no llega no se corre.
    """
    hallados = []
    for corte in vigencia.cortes:
        limite = limite_publicacion(corte)
        if corte < hoy <= limite or (hoy > limite and corte not in publicados):
            hallados.append(Pendiente(corte, limite, tarde=hoy > limite))
    return hallados


def habiles_entre(hoy: date, limite: date) -> int:
    """Cuenta los días hábiles después de hoy y hasta el límite, que sí cuenta."""
    return sum(es_habil(date.fromordinal(n)) for n in range(hoy.toordinal() + 1, limite.toordinal() + 1))
