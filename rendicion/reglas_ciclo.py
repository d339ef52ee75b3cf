"""Las reglas del ciclo que una entidad puede cambiar en su TOML: plazos, umbrales y la protección de las encuestas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rendicion.errores import ErrorUso

K_MINIMA = 2
MAXIMO_DE_DIAS = 365


@dataclass(frozen=True)
class Seguimiento:
    """Es un seguimiento oficial que se sabe publicado: de qué corte, qué día y dónde está."""

    corte: date
    publicado: date
    url: str | None = None


@dataclass(frozen=True)
class ReglasDelCiclo:
    """Reúne lo configurable del ciclo; los valores de fábrica son los que documenta `docs/ciclo.md`.

    `seguimientos` nulo es que no se sabe cuáles se publicaron; una lista, aunque vacía, es que se sabe: lo que no está
    en ella no se ha publicado. Ninguna norma leída fija los valores marcados [G] en la documentación.
    """

    k_encuestas: int = 5
    dias_respuesta: int = 15
    respuesta_habiles: bool = True
    dias_publicacion: int = 10
    dias_aviso: int = 15
    umbral_consolidacion: Decimal = Decimal(50)
    umbral_perfeccionamiento: Decimal = Decimal(80)
    umbral_fuente: str = "[G] sin verificar: no se encontró norma que los fije"
    responsable_seguimiento: str | None = None
    seguimientos: tuple[Seguimiento, ...] | None = None

    def publicados(self, corte: date) -> tuple[date, ...] | None:
        """Devuelve los cortes oficiales cuyo seguimiento ya estaba publicado en el corte; nulo si no se sabe."""
        if self.seguimientos is None:
            return None
        return tuple(s.corte for s in self.seguimientos if s.publicado <= corte)

    def declaradas(self) -> dict[str, Any]:
        """Devuelve las reglas como van en `ciclo.json`: fechas y números en texto."""
        seguimientos = None
        if self.seguimientos is not None:
            seguimientos = [{"corte": s.corte.isoformat(), "publicado": s.publicado.isoformat(), "url": s.url} for s in self.seguimientos]
        umbrales = {c: f"{getattr(self, c).normalize():f}" for c in ("umbral_consolidacion", "umbral_perfeccionamiento")}
        return {f.name: getattr(self, f.name) for f in fields(self)} | umbrales | {"seguimientos": seguimientos}


REGLAS = ReglasDelCiclo()
_DIAS = ("dias_respuesta", "dias_publicacion", "dias_aviso")
_UMBRALES = ("umbral_consolidacion", "umbral_perfeccionamiento")


def reglas_desde(datos: Mapping[str, Any], *, donde: str) -> ReglasDelCiclo:
    """Construye las reglas desde la tabla `[vigencias.ciclo]`; `ErrorUso` con lo que falta, sobra o no sirve."""
    conocidas = {f.name for f in fields(ReglasDelCiclo)}
    sobran = sorted(set(datos) - conocidas)
    if sobran:
        raise ErrorUso(f"Hay claves que no existen: {', '.join(sobran)}.", donde=donde, hacer=f"Las conocidas son: {', '.join(sorted(conocidas))}.")
    for clave in datos:
        _revisar(clave, datos[clave], donde)
    valores = {**datos, **{u: Decimal(str(datos[u])) for u in _UMBRALES if u in datos}}
    if "seguimientos" in datos:
        valores["seguimientos"] = tuple(_seguimiento(s, donde) for s in datos["seguimientos"])
    reglas = ReglasDelCiclo(**valores)
    if not 0 < reglas.umbral_consolidacion < reglas.umbral_perfeccionamiento <= 100:
        raise ErrorUso(
            f"Los umbrales {reglas.umbral_consolidacion} y {reglas.umbral_perfeccionamiento} no sirven.",
            donde=donde,
            hacer="Use dos puntajes de 0 a 100, el de consolidación menor que el de perfeccionamiento.",
        )
    if set(_UMBRALES) & set(datos) and "umbral_fuente" not in datos:
        raise ErrorUso("Los umbrales no dicen de dónde salen.", donde=donde, hacer="Escriba la norma o el documento en umbral_fuente: se publica con el nivel.")
    return reglas


def _revisar(clave: str, valor: Any, donde: str) -> None:
    entero = isinstance(valor, int) and not isinstance(valor, bool)
    if clave == "k_encuestas" and not (entero and valor >= K_MINIMA):
        raise ErrorUso(f"k_encuestas = {valor} no protege a nadie.", donde=donde, hacer="Use un entero de 2 en adelante; el valor corriente es 5.")
    if clave in _DIAS and not (entero and 1 <= valor <= MAXIMO_DE_DIAS):
        raise ErrorUso(f"{clave} = {valor} no sirve.", donde=donde, hacer="Use un número de días de 1 a 365.")
    if clave == "respuesta_habiles" and not isinstance(valor, bool):
        raise ErrorUso("respuesta_habiles no es verdadero ni falso.", donde=donde, hacer="Escriba true (días hábiles) o false (días corridos).")
    if clave in _UMBRALES and (isinstance(valor, bool) or not isinstance(valor, int | float | Decimal)):
        raise ErrorUso(f"{clave} = {valor} no es un número.", donde=donde, hacer="Escriba un puntaje de 0 a 100.")
    if clave in {"umbral_fuente", "responsable_seguimiento"} and not (isinstance(valor, str) and valor.strip()):
        raise ErrorUso(f"{clave} está vacío o no es un texto.", donde=donde, hacer="Escríbalo entre comillas, o quite la clave.")
    if clave == "seguimientos" and not (isinstance(valor, list) and all(isinstance(s, Mapping) for s in valor)):
        raise ErrorUso("seguimientos no es una lista.", donde=donde, hacer="Escriba [{ corte = AAAA-MM-DD, publicado = AAAA-MM-DD }].")


def _seguimiento(datos: Mapping[str, Any], donde: str) -> Seguimiento:
    sobran = sorted(set(datos) - {"corte", "publicado", "url"})
    fechas = [datos.get(c) for c in ("corte", "publicado")]
    if sobran or not all(isinstance(f, date) and not isinstance(f, datetime) for f in fechas):
        raise ErrorUso("Un seguimiento publicado no dice su corte y el día en que se publicó.", donde=donde, hacer="Use corte, publicado y, si la hay, url.")
    return Seguimiento(datos["corte"], datos["publicado"], datos.get("url"))
