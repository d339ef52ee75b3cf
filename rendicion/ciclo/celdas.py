"""Las celdas de una fila del ciclo: de texto a valor, con sus faltas, y sin repetir nunca un dato personal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from rendicion.ciclo import redaccion
from rendicion.conversion import Falta, leer_cantidad, leer_fecha
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.proteccion import OCULTO, detectar, ocultar

_CON_PALABRAS = re.compile(r"[^\W\d_]{3}")


@dataclass
class Celdas:
    """Es una fila leída; anota en `faltas` lo que no se entiende y en `hallazgos` lo que se tapa."""

    fila: Mapping[str, str | None]
    lectura: Lectura
    faltas: list[tuple[str, Falta]] = field(default_factory=list)
    hallazgos: list[Hallazgo] = field(default_factory=list)

    def crudo(self, campo: str) -> str | None:
        """Da el texto tal como está."""
        return self.fila.get(campo)

    def negar(self, campo: str, falta: Falta) -> None:
        """Anota que el registro no se acepta."""
        self.faltas.append((campo, falta))

    def texto_exigido(self, campo: str) -> str:
        """Da el texto de una celda que no puede estar vacía."""
        texto = self.crudo(campo)
        if not texto:
            self._ausente(campo)
        return texto or ""

    def publicable(self, campo: str) -> str | None:
        """Da el texto con lo que parece dato personal tapado, y lo dice con un hallazgo."""
        texto = self.crudo(campo)
        if not texto or not detectar(texto):
            return texto
        explicacion = f"El texto parece tener un dato personal; se publica sin él. Está en {self.crudo('lugar')}."
        self.hallazgos.append(Hallazgo(self.lectura.fuente.id, self.registro, campo, "posible_dato_personal", "grave", explicacion, valor=OCULTO))
        return ocultar(texto)

    def publicable_exigido(self, campo: str) -> str:
        """Da el texto tapado de una celda que no puede estar vacía."""
        self.texto_exigido(campo)
        return self.publicable(campo) or ""

    def fecha(self, campo: str) -> date | None:
        """Da la fecha, o nulo si la celda está vacía; una que no existe se niega."""
        texto = self.crudo(campo)
        leida = leer_fecha(texto, self.lectura.fuente) if texto else None
        if isinstance(leida, Falta):
            self.negar(campo, replace(leida, explicacion="La celda no es una fecha que exista en el formato que declara la fuente."))
            return None
        return leida

    def fecha_exigida(self, campo: str) -> date:
        """Da la fecha de una celda que no puede estar vacía."""
        if not self.crudo(campo):
            self._ausente(campo)
        return self.fecha(campo) or date.min

    def numero(self, campo: str) -> Decimal | None:
        """Da el número, o nulo si la celda está vacía: un vacío no es un cero."""
        texto = self.crudo(campo)
        leido = leer_cantidad(texto.removesuffix("%").rstrip(), self.lectura.fuente) if texto else None
        if isinstance(leido, Falta):
            self.negar(campo, replace(leido, regla=f"{campo}_invalido", explicacion="La celda no es un número con las marcas que declara la fuente."))
            return None
        return leido

    def enlace(self, campo: str) -> str | None:
        """Da la dirección, si su sitio es de los que la fuente declara; sin sitios declarados vale cualquiera."""
        texto, anfitriones = self.crudo(campo), self.lectura.fuente.anfitriones
        if texto and anfitriones and texto.startswith(("http://", "https://")) and _anfitrion(texto) not in anfitriones:
            como = f"Use una dirección de: {', '.join(anfitriones)}."
            self.negar(campo, Falta("url_de_otro_anfitrion", "La dirección es de un sitio que la fuente no declara.", como))
        return texto

    def exigir_clave_publicable(self) -> None:
        """Niega el registro cuya clave parece un dato personal: la clave se publica."""
        if self.registro != self.crudo("registro"):
            self.negar("registro", Falta("registro_con_dato_personal", "La clave parece un dato personal y no se puede publicar.", "Numere sin usar datos de personas."))

    @property
    def registro(self) -> str:
        """Da el nombre con que el registro se puede nombrar en público."""
        return registro_publicable(str(self.crudo("registro")), str(self.crudo("lugar")), self.lectura)

    def _columna(self, campo: str) -> str:
        columna = self.lectura.fuente.columnas.get(campo)
        return f", columna «{columna}»" if columna else ""

    def rechazos(self, fila: int) -> list[Rechazo]:
        """Convierte las faltas en rechazos que se pueden publicar."""
        return [
            Rechazo(
                fila=fila,
                registro=self.registro,
                campo=_campo_publicable(campo),
                regla=falta.regla,
                explicacion=f"{falta.explicacion} Está en {self.crudo('lugar')}{self._columna(campo)}.",
                como_corregir=falta.como_corregir,
                valor=_valor_publicable(self.crudo(campo), self.lectura.fuente.tabla),
            )
            for campo, falta in self.faltas
        ]

    def _ausente(self, campo: str) -> None:
        columna = self.lectura.fuente.columnas.get(campo, campo)
        self.negar(campo, Falta(f"{campo}_ausente", f"La celda «{columna}» está vacía y el registro la necesita.", f"Escriba el dato en «{columna}»."))


def registro_publicable(registro: str, lugar: str, lectura: Lectura) -> str:
    """Devuelve la clave, o el lugar de la fila si la clave parece un documento, un teléfono, un correo o un nombre."""
    corto = lugar.removeprefix(f"{lectura.archivo}, ")
    return corto if registro == corto or redaccion.detectar(registro) or detectar(registro) else registro


def sin_texto_ajeno(rechazo: Rechazo, lectura: Lectura) -> Rechazo:
    """Devuelve el rechazo del lector con la clave y el valor que se pueden publicar."""
    lugar = lectura.celdas["lugar"][rechazo.fila].as_py()
    valor = rechazo.valor if rechazo.valor and rechazo.valor.startswith("#") else _valor_publicable(rechazo.valor, lectura.fuente.tabla)
    return replace(rechazo, registro=registro_publicable(rechazo.registro, lugar, lectura), campo=_campo_publicable(rechazo.campo), valor=valor)


def _campo_publicable(campo: str) -> str:
    return "opcion" if campo.startswith("respuesta_") else campo


def _valor_publicable(valor: str | None, tabla: str) -> str | None:
    """Tapa el valor rechazado; de una encuesta no se muestra ninguno, porque es lo que respondió una persona."""
    if valor is None or tabla == "encuestas":
        return None
    return redaccion.redactar(valor).texto if _CON_PALABRAS.search(valor) else ocultar(valor)


def _anfitrion(texto: str) -> str | None:
    try:
        return urlsplit(texto).hostname
    except ValueError:
        return None
