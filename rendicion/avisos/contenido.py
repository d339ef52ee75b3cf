"""Qué se le avisa a cada responsable: lo que vence, lo que va tarde y los registros por corregir."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rendicion.ciclo.cronograma import ACTIVIDAD_CORTE

Fila = Mapping[str, Any]
Tablas = Mapping[str, Sequence[Fila]]

MAXIMO_A_LA_VISTA = 30
_TITULOS = {
    "por_vencer": "Lo que se espera de usted en estos días",
    "atrasado": "Lo que va tarde",
    "rechazo": "Registros que no se pudieron contar y cómo corregirlos",
}
_RESUMEN = {"por_vencer": ("fecha próxima", "fechas próximas"), "atrasado": ("cosa que va tarde", "cosas que van tarde"), "rechazo": ("registro por corregir", "registros por corregir")}


@dataclass(frozen=True)
class Punto:
    """Es una sola cosa por avisar. Su clave no cambia de un día a otro: con ella se sabe si ya se avisó."""

    responsable: str
    clase: str
    clave: str
    texto: str


@dataclass(frozen=True)
class Mensaje:
    """Es un aviso por enviar a un responsable, con los puntos que trae."""

    para: str
    responsable: str
    asunto: str
    cuerpo: str
    puntos: tuple[str, ...]

    @property
    def id(self) -> str:
        """Da la huella de a quién va y de qué trata: el mismo aviso tiene siempre la misma."""
        return hashlib.sha256("\n".join([self.para, self.responsable, *self.puntos]).encode()).hexdigest()


def puntos(tablas: Tablas, dependencias: Mapping[str, str], conocidos: Collection[str], corte: date, hoy: date, dias: int) -> list[Punto]:
    """Reúne todo lo que hay por avisar, de cada responsable.

    `dependencias` dice de qué dependencia es cada fuente, y `conocidos`, quién tiene correo declarado: los registros
    por corregir van al responsable de la fuente o, si no tiene correo, a su dependencia. Lo que vence va de `hoy` a `dias` después; lo que va tarde
    es lo que la entrega dice que está vencido o atrasado en su corte: actividades, seguimientos sin publicar y compromisos.
    """
    plan, hasta = {f["actividad_id"]: f for f in tablas["plan"]}, hoy + timedelta(days=dias)
    return [
        *_por_vencer(tablas["cronograma"], plan, hoy, hasta),
        *_compromisos_por_vencer(tablas["compromisos"], hoy, hasta),
        *_atrasados(tablas["indicadores_actividad"], plan, corte),
        *_seguimientos_vencidos(tablas["cronograma"], corte),
        *_compromisos_vencidos(tablas["compromisos"], corte),
        *_rechazos(tablas["rechazos"], dependencias, conocidos),
    ]


def _responsables(texto: str | None) -> list[str]:
    return [r for r in (texto or "").split(";") if r]


def _por_vencer(cronograma: Sequence[Fila], plan: Mapping[str, Fila], hoy: date, hasta: date) -> list[Punto]:
    return [
        Punto(r, "por_vencer", f"vence|{f['actividad_id']}|{f['hito']}|{f['fecha']}", f"{f['fecha']}: {f['hito']}{_de_la_actividad(f['actividad_id'], plan)}")
        for f in cronograma
        if f["estado"] != "cumplido" and hoy <= f["fecha"] <= hasta
        for r in _responsables(f["responsables"])
    ]


def _de_la_actividad(numero: str, plan: Mapping[str, Fila]) -> str:
    return f" de la actividad {numero}, {' '.join(plan[numero]['actividad'].split())}" if numero in plan else ""


def _atrasados(indicadores: Sequence[Fila], plan: Mapping[str, Fila], corte: date) -> list[Punto]:
    tarde = [f for f in indicadores if f["corte"] == corte and f["estado"] in {"vencida", "atrasada"}]
    return [
        Punto(
            r,
            "atrasado",
            f"{f['estado']}|{f['actividad_id']}|{corte}",
            f"{f['actividad_id']}, {' '.join(plan[f['actividad_id']]['actividad'].split())}: {f['estado']}. Van {_numero(f['ejecutado'])} de {_numero(f['meta'])} al {corte}.",
        )
        for f in tarde
        for r in _responsables(plan[f["actividad_id"]]["responsables"])
    ]


def _seguimientos_vencidos(cronograma: Sequence[Fila], corte: date) -> list[Punto]:
    return [
        Punto(r, "atrasado", f"vencido|{f['hito']}|{corte}", f"{f['hito']}: vencido. El límite era el {f['fecha']}.")
        for f in cronograma
        if f["actividad_id"] == ACTIVIDAD_CORTE and f["estado"] == "vencido"
        for r in _responsables(f["responsables"])
    ]


def _compromisos_por_vencer(compromisos: Sequence[Fila], hoy: date, hasta: date) -> list[Punto]:
    return [
        Punto(r, "por_vencer", f"vence|compromiso|{f['compromiso_id']}|{f['plazo']}", f"{f['plazo']}: plazo del compromiso {_compromiso(f)}")
        for f in compromisos
        if f["estado"] == "pendiente" and hoy <= f["plazo"] <= hasta
        for r in _responsables(f["responsables"])
    ]


def _compromisos_vencidos(compromisos: Sequence[Fila], corte: date) -> list[Punto]:
    return [
        Punto(r, "atrasado", f"vencido|compromiso|{f['compromiso_id']}|{corte}", f"Compromiso {_compromiso(f)}: vencido. El plazo era el {f['plazo']}; van {f['dias_retraso']} días al {corte}.")
        for f in compromisos
        if f["estado"] == "vencido"
        for r in _responsables(f["responsables"])
    ]


def _compromiso(fila: Fila) -> str:
    return f"{fila['compromiso_id']}, {' '.join(fila['compromiso'].split())}"


def _numero(valor: Any) -> str:
    texto = f"{valor:f}"
    return (texto.rstrip("0").rstrip(".") if "." in texto else texto).replace(".", ",")


def _rechazos(rechazos: Sequence[Fila], dependencias: Mapping[str, str], conocidos: Collection[str]) -> list[Punto]:
    def quien(f: Fila) -> str:
        return f["responsable"] if f["responsable"] in conocidos else dependencias.get(f["fuente"]) or f["responsable"] or ""

    return [
        Punto(quien(f), "rechazo", f"rechazo|{f['fuente']}|{f['registro']}|{f['regla']}", f"{f['fuente']}, registro {f['registro']}: {f['explicacion']} {f['como_corregir']}")
        for f in rechazos
    ]


def redactar(nuevos: Sequence[Punto], *, para: str, responsable: str, entidad: str, entrega: str, sintetica: bool) -> Mensaje:
    """Redacta el aviso de un responsable con sus puntos nuevos; los de más allá de treinta por clase se cuentan y se dice dónde están."""
    marca = "DATOS SINTÉTICOS · " if sintetica else ""
    partes, cuentas = [], []
    for clase, titulo in _TITULOS.items():
        suyos = [p for p in nuevos if p.clase == clase]
        if not suyos:
            continue
        uno, varios = _RESUMEN[clase]
        cuentas.append(f"{len(suyos)} {uno if len(suyos) == 1 else varios}")
        resto = len(suyos) - MAXIMO_A_LA_VISTA
        lineas = [f"- {p.texto}" for p in suyos[:MAXIMO_A_LA_VISTA]] + ([f"- y {resto} más, en la entrega {entrega}."] if resto > 0 else [])
        partes.append("\n".join([titulo, "", *lineas]))
    aviso = "Esto es una prueba con datos inventados.\n\n" if sintetica else ""
    cuerpo = f"{responsable}:\n\n{aviso}" + "\n\n".join(partes) + f"\n\nEntidad: {entidad}. Entrega: {entrega}. Cada cosa se avisa una sola vez.\n"
    return Mensaje(para, responsable, f"{marca}Rendición de cuentas: {', '.join(cuentas)}", cuerpo, tuple(sorted(p.clave for p in nuevos)))


def sin_avisar(todos: Sequence[Punto], ya: Mapping[str, Collection[str]]) -> dict[str, list[Punto]]:
    """Agrupa por responsable los puntos que no se le han avisado, sin repetir ninguno."""
    grupos: dict[str, dict[str, Punto]] = {}
    for p in todos:
        if p.clave not in ya.get(p.responsable, ()):
            grupos.setdefault(p.responsable, {}).setdefault(p.clave, p)
    return {r: list(grupos[r].values()) for r in sorted(grupos)}
