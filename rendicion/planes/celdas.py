"""Las celdas de una actividad: meta, responsables, fechas y lo demás que diga el plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rendicion.hallazgos import Hallazgo
from rendicion.plan import Actividad, Agregacion, Programacion, programacion_por_defecto
from rendicion.planes.cuadro import FilaPlan, hallazgo
from rendicion.planes.fechas import FechaLeida, PalabrasFecha, leer_fecha
from rendicion.planes.numeros import leer_cantidad
from rendicion.planes.subcomponentes import Subcomponente
from rendicion.planes.texto import clave, recortar
from rendicion.planes.vocabulario import Vocabulario

_SIN_LEER = {
    "meta_sin_numero": "no trae ningún número",
    "meta_con_varios_numeros": "trae varios números y no se sabe cuál es la meta",
    "numero_ambiguo": "trae un número que se puede leer de dos maneras",
    "numero_con_muchos_decimales": "trae un número con más de cuatro decimales",
    "numero_demasiado_grande": "trae un número de más de quince cifras",
    "meta_no_positiva": "trae un número que no es mayor que cero",
}


@dataclass(frozen=True)
class Contexto:
    """Es lo que hace falta saber del plan para leer sus celdas."""

    vocabulario: Vocabulario
    vigencia: int
    inicio: date
    fin: date

    @property
    def palabras_fecha(self) -> PalabrasFecha:
        """Reúne las palabras de las fechas."""
        return PalabrasFecha(self.vocabulario.meses, self.vocabulario.periodos, self.vocabulario.ordinales)


def leer_actividad(
    fila: FilaPlan, subcomponente: Subcomponente, actividad_id: str, pesos: tuple[Decimal, Decimal], contexto: Contexto
) -> tuple[Actividad, list[Hallazgo]]:
    """Lee las celdas de una actividad: lo que se entendió, al lado del texto literal, y lo que quedó en duda."""
    anotar = _anotador(actividad_id, fila.lugar)
    meta, unidad, dudas_meta = _leer_meta(fila, contexto, anotar)
    responsables, dudas_responsables = _leer_responsables(fila, contexto, anotar)
    fecha_texto, leida, dudas_fecha = _leer_fechas(fila, contexto, anotar)
    agregacion, dudas_agregacion = _leer_agregacion(fila, contexto, anotar)
    programacion, dudas_programacion = _leer_programacion(fila, meta, leida.hitos, contexto, anotar)
    actividad = Actividad(
        id=actividad_id,
        subcomponente_id=subcomponente.id,
        subcomponente=subcomponente.nombre,
        texto=fila.valores["actividad"],
        inicio=leida.inicio or contexto.inicio,
        fin=leida.fin or contexto.fin,
        meta_texto=fila.valores.get("meta"),
        meta=meta,
        unidad=unidad,
        agregacion=agregacion,
        programacion=programacion,
        peso=pesos[0],
        peso_subcomponente=pesos[1],
        responsable_texto=fila.valores.get("responsable"),
        responsables=responsables,
        fecha_texto=fecha_texto,
        hitos=leida.hitos,
    )
    return actividad, [
        *_dudas_de_actividad(fila, anotar),
        *dudas_meta,
        *dudas_responsables,
        *dudas_fecha,
        *dudas_agregacion,
        *dudas_programacion,
    ]


_Anotar = Callable[..., Hallazgo]


def _anotador(actividad_id: str, lugar: str) -> _Anotar:
    def anotar(campo: str, regla: str, gravedad: str, explicacion: str, *, literal: str | None = None, valor: str | None = None) -> Hallazgo:
        return hallazgo(
            actividad_id,
            campo,
            regla,
            gravedad,
            f"Actividad {actividad_id} ({lugar}): {explicacion}",
            literal=literal,
            valor=valor,
        )

    return anotar


def _dudas_de_actividad(fila: FilaPlan, anotar: _Anotar) -> list[Hallazgo]:
    if "actividad" not in fila.combinados:
        return []
    explicacion = "su texto está en una celda combinada con la fila de arriba; se contó como otra actividad."
    return [anotar("actividad", "actividad_combinada", "advertencia", explicacion, literal=fila.valores["actividad"])]


def _leer_meta(fila: FilaPlan, contexto: Contexto, anotar: _Anotar) -> tuple[Decimal | None, str | None, list[Hallazgo]]:
    literal = fila.valores.get("meta")
    if literal is None:
        return None, None, [anotar("meta", "meta_sin_numero", "grave", "no tiene meta; no se puede medir su avance.")]
    if "meta" in fila.combinados:
        explicacion = "su meta está en una celda combinada con la fila de arriba y no se sabe cómo se reparte; quedó sin meta."
        return None, None, [anotar("meta", "meta_combinada", "grave", explicacion, literal=literal)]
    cantidad = leer_cantidad(literal, contexto.vocabulario.numeros)
    if cantidad.valor is None:
        regla = cantidad.regla or "meta_sin_numero"
        return (
            None,
            None,
            [anotar("meta", regla, "grave", f"su meta «{literal}» {_SIN_LEER[regla]}; quedó sin meta.", literal=literal)],
        )
    valor = f"{cantidad.valor:f}"
    dudas = []
    if cantidad.en_palabras:
        dudas.append(
            anotar(
                "meta",
                "numero_en_palabras",
                "informativa",
                f"la meta está en palabras; se leyó como {valor}.",
                literal=literal,
                valor=valor,
            )
        )
    if cantidad.dentro_del_texto:
        explicacion = f"el número de la meta está dentro del texto y no al principio; se leyó como {valor}."
        dudas.append(anotar("meta", "numero_dentro_del_texto", "informativa", explicacion, literal=literal, valor=valor))
    return cantidad.valor, cantidad.unidad, dudas


def _leer_responsables(fila: FilaPlan, contexto: Contexto, anotar: _Anotar) -> tuple[tuple[str, ...], list[Hallazgo]]:
    literal = fila.valores.get("responsable")
    if literal is None:
        return (), [anotar("responsables", "sin_responsable", "advertencia", "no dice quién responde.")]
    corte = "|".join(re.escape(s) for s in contexto.vocabulario.separadores_responsable)
    # El «;» separa los responsables en lo publicado: nunca puede quedar dentro de un nombre.
    partes = [recortar(" ".join(p.split())) for p in re.split(rf"{corte}|;|\n", literal)]
    nombres = [p for p in partes if p]
    responsables = tuple({clave(n) or n: n for n in reversed(nombres)}[c] for c in dict.fromkeys(clave(n) or n for n in nombres))
    valor = ";".join(responsables)
    dudas = []
    if len(nombres) > 1:
        explicacion = f"la celda nombra {len(nombres)} responsables; se separaron y cada uno responde por toda la actividad."
        dudas.append(anotar("responsables", "responsables_compuestos", "informativa", explicacion, literal=literal, valor=valor))
    if len(responsables) < len(nombres):
        dudas.append(
            anotar(
                "responsables",
                "responsable_repetido",
                "informativa",
                "la celda repite un responsable; se dejó una vez.",
                literal=literal,
                valor=valor,
            )
        )
    return responsables, dudas


def _texto_de_fecha(fila: FilaPlan) -> str | None:
    inicio, fin = fila.valores.get("inicio"), fila.valores.get("fin")
    extremos = [t for t in (f"desde {inicio}" if inicio and not fin else inicio, f"hasta {fin}" if fin and not inicio else fin) if t]
    return fila.valores.get("fecha") or " - ".join(extremos) or None


def _leer_fechas(fila: FilaPlan, contexto: Contexto, anotar: _Anotar) -> tuple[str | None, FechaLeida, list[Hallazgo]]:
    literal = _texto_de_fecha(fila)
    periodo = f"{contexto.inicio.isoformat()} a {contexto.fin.isoformat()}"
    if literal is None:
        explicacion = "no tiene fecha; se tomó el periodo del plan."
        return None, FechaLeida(), [anotar("fecha_texto", "sin_fecha", "advertencia", explicacion, valor=periodo)]
    leida = leer_fecha(literal, contexto.vigencia, contexto.palabras_fecha)
    if leida is None or (leida.inicio or contexto.inicio) > (leida.fin or contexto.fin):
        explicacion = f"no se entendió su fecha, «{literal}»; se tomó el periodo del plan."
        return (
            literal,
            FechaLeida(),
            [anotar("fecha_texto", "fecha_no_entendida", "advertencia", explicacion, literal=literal, valor=periodo)],
        )
    return (
        literal,
        leida,
        [*_dudas_de_ventana(leida, literal, contexto, anotar), *_dudas_de_hitos(leida, literal, contexto, anotar)],
    )


def _dudas_de_ventana(leida: FechaLeida, literal: str, contexto: Contexto, anotar: _Anotar) -> list[Hallazgo]:
    dudas = []
    for campo, dia in (("inicio", leida.inicio), ("fin", leida.fin)):
        if dia is None:
            continue
        if not contexto.inicio <= dia <= contexto.fin:
            explicacion = (
                f"su {campo} ({dia.isoformat()}) está fuera del periodo del plan ({contexto.inicio.isoformat()} a "
                f"{contexto.fin.isoformat()}); se dejó como está escrito."
            )
            dudas.append(
                anotar(
                    campo,
                    "ventana_fuera_del_periodo",
                    "advertencia",
                    explicacion,
                    literal=literal,
                    valor=dia.isoformat(),
                )
            )
        dudas += _duda_de_vigencia(campo, (dia,), literal, contexto, anotar)
    return dudas


def _dudas_de_hitos(leida: FechaLeida, literal: str, contexto: Contexto, anotar: _Anotar) -> list[Hallazgo]:
    if not leida.hitos:
        return []
    valor = ";".join(h.isoformat() for h in leida.hitos)
    leyo = "se leyó una fecha" if len(leida.hitos) == 1 else f"se leyeron {len(leida.hitos)} fechas"
    explicacion = f"{leyo} de entrega (un mes vale por su último día)."
    dudas = [anotar("hitos", "hitos_leidos_del_texto", "informativa", explicacion, literal=literal, valor=valor)]
    fuera = [h.isoformat() for h in leida.hitos if not contexto.inicio <= h <= contexto.fin]
    if fuera:
        explicacion = f"hay fechas de entrega fuera del periodo del plan ({', '.join(fuera)}); se dejaron como están escritas."
        dudas.append(anotar("hitos", "hito_fuera_del_periodo", "advertencia", explicacion, literal=literal, valor=";".join(fuera)))
    return [*dudas, *_duda_de_vigencia("hitos", leida.hitos, literal, contexto, anotar)]


def _duda_de_vigencia(campo: str, dias: Sequence[date], literal: str, contexto: Contexto, anotar: _Anotar) -> list[Hallazgo]:
    otras = [d.isoformat() for d in dias if d.year != contexto.vigencia]
    if not otras:
        return []
    explicacion = f"habla de otro año ({', '.join(otras)}) y el plan es de {contexto.vigencia}; se dejó como está escrito."
    return [anotar(campo, "fecha_de_otra_vigencia", "advertencia", explicacion, literal=literal, valor=";".join(otras))]


def _leer_agregacion(fila: FilaPlan, contexto: Contexto, anotar: _Anotar) -> tuple[Agregacion, list[Hallazgo]]:
    literal = fila.valores.get("agregacion")
    if literal is None:
        return "suma", []
    leida = contexto.vocabulario.agregacion.get(clave(literal))
    if leida is None:
        return "suma", [
            anotar(
                "agregacion",
                "agregacion_no_entendida",
                "advertencia",
                f"no se entendió cómo se acumula, «{literal}»; se suma.",
                literal=literal,
                valor="suma",
            )
        ]
    return ("ultimo" if leida == "ultimo" else "suma"), []


def _leer_programacion(
    fila: FilaPlan, meta: Decimal | None, hitos: tuple[date, ...], contexto: Contexto, anotar: _Anotar
) -> tuple[Programacion, list[Hallazgo]]:
    defecto = programacion_por_defecto(meta, hitos)
    literal = fila.valores.get("programacion")
    if literal is None:
        return defecto, []
    opciones: dict[str, Programacion] = {"hitos": "hitos", "lineal": "lineal", "al_final": "al_final"}
    leida = opciones.get(contexto.vocabulario.programacion.get(clave(literal), ""))
    if leida is None or (leida == "hitos" and not hitos):
        explicacion = f"no se pudo usar su programación, «{literal}»" + (", porque no tiene fechas de entrega" if leida else "") + f"; se usó {defecto}."
        return defecto, [anotar("programacion", "programacion_no_entendida", "advertencia", explicacion, literal=literal, valor=defecto)]
    return leida, []
