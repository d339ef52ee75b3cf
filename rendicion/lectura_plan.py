"""El plan declarado de una entidad, leído de su documento y con las decisiones de las personas."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.almacen.archivos import leer_toml
from rendicion.almacen.referencia import EntidadEnDisco, carpeta_de_datos
from rendicion.entidad import Vigencia
from rendicion.errores import ErrorUso
from rendicion.fuente import fuente_desde
from rendicion.hallazgos import Hallazgo
from rendicion.plan import Plan
from rendicion.planes.archivo import Documento, leer_documento
from rendicion.planes.decisiones import Decision, aplicar_decisiones, decisiones_desde
from rendicion.planes.interpretacion import interpretar_plan
from rendicion.planes.vocabulario import Vocabulario, vocabulario_desde

if TYPE_CHECKING:
    from rendicion.fuentes.matriz.palabras import Palabras


@dataclass(frozen=True)
class PlanLeido:
    """Es el plan con lo que se halló en él, las decisiones aplicadas y las huellas de donde salió."""

    plan: Plan
    hallazgos: tuple[Hallazgo, ...]
    decisiones: tuple[Decision, ...]
    archivo: str
    huellas: Mapping[str, str]


def leer_archivo(ruta: Path) -> bytes:
    """Lee un archivo que nombró una persona, o dice en claro por qué no se puede."""
    try:
        return ruta.read_bytes()
    except FileNotFoundError as error:
        raise ErrorUso("No existe el archivo.", donde=ruta.name, hacer="Revise el nombre y la carpeta.") from error
    except (IsADirectoryError, PermissionError) as error:
        raise ErrorUso("El archivo no se puede leer.", donde=ruta.name, hacer="Indique un archivo con permiso de lectura.") from error


def vocabulario_nacional(datos: Path | None = None) -> Vocabulario:
    """Lee el vocabulario común de los planes."""
    archivo = (datos or carpeta_de_datos()) / "referencia" / "vocabularios" / "plan.toml"
    return vocabulario_desde(leer_toml(archivo), donde=archivo.name)


def palabras_de_matriz() -> Palabras:
    """Lee las palabras con que se reconocen las columnas de una matriz de seguimiento."""
    from rendicion.fuentes.matriz.palabras import palabras_desde

    carpeta = carpeta_de_datos() / "referencia" / "vocabularios"
    return palabras_desde(leer_toml(carpeta / "plan.toml"), leer_toml(carpeta / "matriz.toml"))


def leer_plan_declarado(entidad: EntidadEnDisco, vigencia: Vigencia) -> PlanLeido:
    """Lee el plan de una vigencia y le aplica las decisiones declaradas junto a él."""
    ruta = entidad.ruta(vigencia.plan)
    contenido = leer_archivo(ruta)
    declarado: dict[str, dict[str, Any]] = {
        clave: leer_toml(entidad.ruta(lugar)) for clave, lugar in _declarados(vigencia) if lugar
    }
    vocabulario = vocabulario_desde(declarado["vocabulario"], donde=vigencia.vocabulario) if "vocabulario" in declarado else vocabulario_nacional()
    decisiones = decisiones_desde(declarado.get("decisiones", {}), donde=vigencia.decisiones)
    periodo = (vigencia.inicio, vigencia.fin) if vigencia.inicio and vigencia.fin else None
    codigo = entidad.entidad.codigo
    if vigencia.matriz:
        from rendicion.fuentes.matriz.plan import leer_plan

        fuente = fuente_desde(declarado["matriz"], donde=Path(vigencia.matriz).name)
        plan, hallazgos = leer_plan(contenido, fuente, ruta.name, vocabulario, entidad=codigo, vigencia=vigencia.anio, periodo=periodo)
    else:
        plan, hallazgos = interpretar_plan(leer_documento(contenido, ruta.name), vocabulario, entidad=codigo, vigencia=vigencia.anio, periodo=periodo)
    plan, hallazgos = aplicar_decisiones(plan, hallazgos, decisiones)
    huellas = {clave: hashlib.sha256(repr(sorted(d.items())).encode()).hexdigest() for clave, d in declarado.items()}
    return PlanLeido(plan, hallazgos, decisiones, ruta.name, {"plan": hashlib.sha256(contenido).hexdigest(), **huellas})


def _declarados(vigencia: Vigencia) -> tuple[tuple[str, str], ...]:
    return (("vocabulario", vigencia.vocabulario), ("decisiones", vigencia.decisiones), ("matriz", vigencia.matriz))


def leer_plan_suelto(ruta: Path, entidades: tuple[EntidadEnDisco, ...], codigo: str | None, anio: int | None) -> PlanLeido:
    """Lee un documento cualquiera. Si es, byte a byte, el plan declarado de una entidad, lo lee como ella lo declara."""
    contenido = leer_archivo(ruta)
    documento: Documento = leer_documento(contenido, ruta.name)
    if codigo is None:
        for e in entidades:
            for v in e.entidad.vigencias:
                declarado = e.ruta(v.plan)
                if declarado.is_file() and hashlib.sha256(declarado.read_bytes()).hexdigest() == documento.sha256:
                    return leer_plan_declarado(e, v)
    plan, hallazgos = interpretar_plan(documento, vocabulario_nacional(), entidad=codigo, vigencia=anio)
    return PlanLeido(plan, hallazgos, (), ruta.name, {"plan": documento.sha256})
