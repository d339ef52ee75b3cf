"""Qué es el país que se corre: sus entidades, sus vigencias, sus fuentes y el plan de cada partición."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from esquemas import TABLAS, Tabla
from esquemas.campos import campos
from rendicion.entidad import cortes_oficiales
from rendicion.errores import ErrorUso
from rendicion.fuente import Fuente, fuente_desde
from rendicion.pais.deposito import Deposito
from rendicion.plan import Actividad, Plan

EVIDENCIA = Tabla(
    nombre="evidencia",
    titulo="Evidencia tipada",
    descripcion="Una fila por registro recibido de una entidad en un año, con las columnas de `avances` que no calcula el sistema.",
    campos=campos("entidad", "vigencia", "fuente", "registro", "actividad_id", "fecha", "cantidad", "titulo", "url", "canal", "dependencia"),
    clave=("fuente", "registro"),
)
CATEGORIAS = ("especial", "1", "2", "3", "4", "5", "6")


@dataclass(frozen=True)
class EntidadDelPais:
    """Es un municipio de la lista: código DIVIPOLA, nombre, departamento y categoría."""

    entidad: str
    nombre: str
    departamento: str
    categoria: str


@dataclass(frozen=True)
class Pais:
    """Es lo declarado en `pais.toml` y `municipios.csv`, ya revisado."""

    nombre: str
    sintetico: bool
    vigencias: tuple[int, ...]
    fuentes: tuple[Fuente, ...]
    entidades: tuple[EntidadDelPais, ...]
    crudo: Mapping[str, Any]
    cortes: Mapping[int, tuple[date, ...]]

    def fuente(self, id_: str) -> Fuente:
        """Devuelve la fuente que lleva ese nombre."""
        return next(f for f in self.fuentes if f.id == id_)


def leer_pais(datos: Deposito) -> Pais:
    """Lee la declaración del país; se niega con un mensaje claro si algo falta."""
    try:
        crudo = tomllib.loads(datos.leer("pais.toml").decode("utf-8"))
    except FileNotFoundError as error:
        raise ErrorUso("La carpeta no declara un país.", donde="pais.toml", hacer="Use la carpeta que hace «rendicion pais generar», o escriba pais.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ErrorUso(f"El archivo no es TOML válido: {error}.", donde="pais.toml", hacer="Corrija esa línea.") from error
    faltan = [c for c in ("nombre", "vigencias", "fuentes") if not crudo.get(c)]
    if faltan:
        raise ErrorUso(f"Falta declarar: {', '.join(faltan)}.", donde="pais.toml", hacer="Agregue esas claves.")
    vigencias = tuple(sorted(int(v) for v in crudo["vigencias"]))
    propios = {int(v): tuple(sorted(c)) for v, c in crudo.get("cortes", {}).items()}
    return Pais(
        nombre=str(crudo["nombre"]),
        sintetico=bool(crudo.get("sintetico", False)),
        vigencias=vigencias,
        fuentes=tuple(fuente_desde(f, donde="pais.toml, [[fuentes]]") for f in crudo["fuentes"]),
        entidades=_entidades(datos),
        crudo=crudo,
        cortes={v: propios.get(v, cortes_oficiales(v)) for v in vigencias},
    )


def _entidades(datos: Deposito) -> tuple[EntidadDelPais, ...]:
    try:
        filas = list(csv.DictReader(io.StringIO(datos.leer("municipios.csv").decode("utf-8"))))
        leidas = [EntidadDelPais(*(f[c] for c in ("entidad", "nombre", "departamento", "categoria"))) for f in filas]
    except (FileNotFoundError, KeyError) as error:
        raise ErrorUso(f"La lista de municipios no sirve: falta {error}.", donde="municipios.csv", hacer="Use las columnas entidad, nombre, departamento, categoria.") from error
    malas = [e.entidad for e in leidas if not (e.entidad.isascii() and e.entidad.isdigit() and len(e.entidad) == 5) or e.categoria not in CATEGORIAS or e.departamento != e.entidad[:2]]
    if malas or len({e.entidad for e in leidas}) != len(leidas):
        raise ErrorUso(f"Hay códigos, departamentos o categorías que no sirven, o repetidos: {', '.join(malas[:5])}.", donde="municipios.csv", hacer="Use códigos DIVIPOLA de cinco cifras, cada uno una vez.")
    return tuple(sorted(leidas, key=lambda e: e.entidad))


def plan_de(contenido: bytes, entidad: str, vigencia: int) -> Plan:
    """Lee la tabla `plan` de una partición, en la forma del contrato."""
    donde = f"{vigencia}/{entidad}/plan.csv"
    try:
        lector = csv.DictReader(io.StringIO(contenido.decode("utf-8"), newline=""))
        filas = list(lector)
        if tuple(lector.fieldnames or ()) != TABLAS["plan"].nombres:
            raise ErrorUso("El encabezado no es el de la tabla plan.", donde=donde, hacer="Escriba las columnas del contrato, en su orden.")
        actividades = tuple(_actividad({c: (v or None) for c, v in f.items()}) for f in filas)
    except (ValueError, TypeError, KeyError, InvalidOperation) as error:
        raise ErrorUso(f"El plan no se entiende: {error}.", donde=donde, hacer="Corrija esa celda.") from error
    ajenas = {(f["entidad"], f["vigencia"]) for f in filas} - {(entidad, str(vigencia))}
    if not actividades or ajenas or len({a.id for a in actividades}) != len(actividades):
        raise ErrorUso("El plan está vacío, es de otra entidad o repite una actividad.", donde=donde, hacer="Revise que sea el plan de esta entidad y año.")
    _revisar(actividades, donde)
    return Plan(entidad, vigencia, date(vigencia, 1, 1), date(vigencia, 12, 31), tuple(sorted(actividades, key=lambda a: a.id)))


def _revisar(actividades: tuple[Actividad, ...], donde: str) -> None:
    pesos: dict[str, set[Decimal]] = {}
    for a in actividades:
        pesos.setdefault(a.subcomponente_id, set()).add(a.peso_subcomponente)
        sirve = (a.meta is None or a.meta > 0) and a.inicio <= a.fin and a.peso >= 0 and (a.hitos or a.programacion != "hitos")
        if not sirve or a.agregacion not in {"suma", "ultimo"} or a.programacion not in {"hitos", "lineal", "al_final"}:
            raise ErrorUso(f"La actividad {a.id} no alcanza para calcular.", donde=donde, hacer="Revise su meta, su ventana, sus hitos, su peso y sus reglas.")
    if any(len(p) > 1 for p in pesos.values()):
        raise ErrorUso("Un subcomponente tiene más de un peso.", donde=donde, hacer="Escriba el mismo peso en todas sus actividades.")


def _actividad(f: Mapping[str, str | None]) -> Actividad:
    return Actividad(
        id=str(f["actividad_id"]),
        subcomponente_id=str(f["subcomponente_id"]),
        subcomponente=f["subcomponente"] or "",
        texto=f["actividad"] or "",
        inicio=date.fromisoformat(f["inicio"] or ""),
        fin=date.fromisoformat(f["fin"] or ""),
        meta_texto=f["meta_texto"],
        meta=Decimal(f["meta"]) if f["meta"] else None,
        unidad=f["unidad"],
        agregacion=f["agregacion"],  # type: ignore[arg-type]
        programacion=f["programacion"],  # type: ignore[arg-type]
        peso=Decimal(f["peso"] or ""),
        peso_subcomponente=Decimal(f["peso_subcomponente"] or ""),
        responsable_texto=f["responsable_texto"],
        responsables=tuple((f["responsables"] or "").split(";")) if f["responsables"] else (),
        fecha_texto=f["fecha_texto"],
        hitos=tuple(date.fromisoformat(h) for h in (f["hitos"] or "").split(";") if h),
    )
