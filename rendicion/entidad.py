"""La entidad y sus vigencias: lo que dice su archivo TOML, ya revisado."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from rendicion.errores import ErrorUso
from rendicion.reglas_ciclo import ReglasDelCiclo, reglas_desde

MARCOS = ("PAAC", "PTEP")


@dataclass(frozen=True)
class Vigencia:
    """Declara un año del plan: su documento, sus cortes oficiales, sus fuentes y las reglas de su ciclo.

    Las rutas son relativas al archivo de la entidad. `cortes` son los seguimientos oficiales;
    si faltan, valen 30 de abril, 31 de agosto y 31 de diciembre. `matriz` es la fuente (su TOML) con cuyo mapa se lee
    el plan, cuando el plan es una matriz de seguimiento. `marco` es PAAC, o PTEP desde la Ley 2195 de 2022.
    """

    anio: int
    plan: str
    fuentes: str
    estrategia: str = ""
    marco: str = "PAAC"
    vocabulario: str = ""
    decisiones: str = ""
    motivos: str = ""
    matriz: str = ""
    cortes: tuple[date, ...] = ()
    inicio: date | None = None
    fin: date | None = None
    ciclo: ReglasDelCiclo = field(default_factory=ReglasDelCiclo)


@dataclass(frozen=True)
class Entidad:
    """Declara una entidad pública: quién es, cómo se le escribe y con qué licencia publica."""

    codigo: str
    nombre: str
    vigencias: tuple[Vigencia, ...]
    municipio: str = ""
    departamento: str = ""
    contacto_nombre: str = ""
    contacto_correo: str = ""
    sitio: str = ""
    licencia: str = "CC-BY-SA-4.0"
    licencia_titulo: str = "Creative Commons Atribución-CompartirIgual 4.0 Internacional"
    licencia_url: str = "https://creativecommons.org/licenses/by-sa/4.0/deed.es"
    frecuencia: str = "R/P4M"
    normas: tuple[str, ...] = ()
    predeterminada: bool = False
    portal: Mapping[str, Any] = field(default_factory=dict)
    avisos: Mapping[str, Any] = field(default_factory=dict)

    def vigencia(self, anio: int | None) -> Vigencia:
        """Devuelve la vigencia pedida, o la más reciente si no se pide una."""
        if anio is None:
            return max(self.vigencias, key=lambda v: v.anio)
        for v in self.vigencias:
            if v.anio == anio:
                return v
        anios = ", ".join(str(v.anio) for v in self.vigencias)
        raise ErrorUso(f"La entidad {self.codigo} no declara la vigencia {anio}.", hacer=f"Use una de: {anios}.")


def cortes_oficiales(anio: int) -> tuple[date, ...]:
    """Devuelve los cortes de seguimiento usuales: 30 de abril, 31 de agosto y 31 de diciembre."""
    return (date(anio, 4, 30), date(anio, 8, 31), date(anio, 12, 31))


def entidad_desde(datos: Mapping[str, Any], *, donde: str) -> Entidad:
    """Construye la entidad desde su TOML ya leído; se niega con un mensaje claro si algo falta o sobra."""
    _revisar(datos, Entidad, ("codigo", "nombre", "vigencias"), donde)
    vigencias = []
    for v in datos["vigencias"]:
        _revisar(v, Vigencia, ("anio", "plan", "fuentes"), f"{donde}, [[vigencias]]")
        cortes = tuple(v.get("cortes", ())) or cortes_oficiales(v["anio"])
        if v.get("marco", "PAAC") not in MARCOS:
            raise ErrorUso(f"El marco «{v['marco']}» no existe.", donde=f"{donde}, [[vigencias]]", hacer=f"Use uno de: {', '.join(MARCOS)}.")
        ciclo = reglas_desde(v.get("ciclo", {}), donde=f"{donde}, [vigencias.ciclo]")
        vigencias.append(Vigencia(**{**v, "cortes": tuple(sorted(cortes)), "ciclo": ciclo}))
    return Entidad(**{**datos, "vigencias": tuple(vigencias), "normas": tuple(datos.get("normas", ()))})


def _revisar(datos: Mapping[str, Any], clase: type, exigidas: tuple[str, ...], donde: str) -> None:
    conocidas = {f.name for f in fields(clase)}
    sobran, faltan = sorted(set(datos) - conocidas), [c for c in exigidas if not datos.get(c)]
    if sobran:
        raise ErrorUso(f"Hay claves que no existen: {', '.join(sobran)}.", donde=donde, hacer=f"Las conocidas son: {', '.join(sorted(conocidas))}.")
    if faltan:
        raise ErrorUso(f"Falta declarar: {', '.join(faltan)}.", donde=donde, hacer="Agregue esas claves al archivo TOML de la entidad.")
