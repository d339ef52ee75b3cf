"""Las filas de una matriz: cuáles son actividades, cuáles totales, y qué se deja por fuera y por qué."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente
from rendicion.fuentes.encabezado import Falla, Fila, plano
from rendicion.fuentes.matriz.encabezado import EncabezadoDeMatriz, HojaCruda, hallar_encabezado
from rendicion.fuentes.matriz.mapa import Mapa
from rendicion.fuentes.tabla import falla_de_celda, limpiar
from rendicion.hallazgos import Hallazgo
from rendicion.planes.matriz import identificar
from rendicion.proteccion import ocultar

if TYPE_CHECKING:
    from rendicion.fuente import Fuente

_CON_DATO = re.compile(r"(ejecutado|programado|porcentaje)[: ]|meta$")
_CODIGO_DECIMAL = re.compile(r"(\d+)[.,](\d+)\.?", re.ASCII)
ACTIVIDAD, SIN_ACTIVIDAD, TOTAL, APARTE = "actividad", "sin_actividad", "total", "aparte"


@dataclass(frozen=True)
class FilaLeida:
    """Es una fila con dato: su clase, lo que trae cada columna declarada y lo que no se pudo leer.

    `combinados` son las llaves cuyo texto bajó de arriba. `actividad_id` es nulo si la fila no dice de qué
    actividad es; `repetida` es el lugar de la primera fila con la misma actividad, si no es esta.
    """

    clase: str
    hoja: str
    numero: int
    valores: Mapping[str, str] = field(default_factory=dict)
    fallas: Mapping[str, Falla] = field(default_factory=dict)
    combinados: frozenset[str] = frozenset()
    actividad_id: str | None = None
    repetida: str | None = None
    nivel: str | None = None
    regla: str = ""

    @property
    def lugar(self) -> str:
        """Dice dónde está la fila."""
        return f"hoja {self.hoja}, fila {self.numero}"


@dataclass(frozen=True)
class MatrizLeida:
    """Es la matriz leída: cada fila con algo está en `filas` una sola vez, sea lo que sea."""

    filas: tuple[FilaLeida, ...]
    hallazgos: tuple[Hallazgo, ...]
    letreros: Mapping[str, str]

    def de(self, *clases: str) -> list[FilaLeida]:
        """Devuelve las filas de esas clases, en orden."""
        return [f for f in self.filas if f.clase in clases]


def leer_filas(hojas: Sequence[HojaCruda], mapa: Mapa, fuente: Fuente, archivo: str) -> MatrizLeida:
    """Lee todas las hojas; lanza ErrorFuente si a una le falta el encabezado o un título declarado."""
    filas: list[FilaLeida] = []
    hallazgos: list[Hallazgo] = []
    for hoja in hojas:
        donde = f"{archivo}, hoja {hoja.nombre}"
        encabezado = hallar_encabezado(hoja, mapa, donde)
        suyas = _Lector(hoja, encabezado, mapa, fuente).leer()
        filas += suyas
        hallazgos += [*_aproximados(hoja, encabezado, fuente), *_de_la_hoja(hoja, suyas, mapa, fuente)]
    if not any(f.clase != APARTE for f in filas):
        raise ErrorFuente("La matriz no trae ninguna actividad: solo el encabezado.", donde=archivo, hacer="Revise que las hojas declaradas sean las de seguimiento.")
    return MatrizLeida(tuple(_identificadas(filas, mapa)), tuple(hallazgos), dict(mapa.columnas))


class _Lector:
    """Recorre una hoja de arriba abajo; lleva el último valor de lo que se rellena."""

    def __init__(self, hoja: HojaCruda, encabezado: EncabezadoDeMatriz, mapa: Mapa, fuente: Fuente) -> None:
        self.hoja, self.encabezado, self.mapa, self.fuente = hoja, encabezado, mapa, fuente
        self.titulos = [[plano(c or "") for c in f.celdas] for f in hoja.filas if encabezado.primera <= f.numero <= encabezado.ultima]
        self.anterior: dict[str, str] = {}
        self.origen = _origenes(hoja, encabezado)

    def leer(self) -> list[FilaLeida]:
        return [self._fila(f) for f in self.hoja.filas if f.numero > self.encabezado.ultima and _tiene_algo(f)]

    def _fila(self, fila: Fila) -> FilaLeida:
        escritas = [c for c in map(limpiar, fila.celdas) if c]
        propia = FilaLeida(APARTE, self.hoja.nombre, fila.numero)
        if any([plano(c or "") for c in fila.celdas] == t for t in self.titulos):
            return replace(propia, regla="encabezado_repetido")
        valores, fallas = self._celdas(fila)
        total = next((t for t in self.mapa.totales if escritas and fnmatchcase(plano(escritas[0]), t.patron)), None)
        if total:
            heredados = {"subcomponente": self.anterior["subcomponente"]} if "subcomponente" in self.anterior else {}
            return replace(propia, clase=TOTAL, nivel=total.nivel, valores=heredados | {k: v for k, v in valores.items() if k != "subcomponente"}, fallas=fallas)
        if self.mapa.rotulos and len(escritas) == 1 and not fallas and self._es_rotulo(escritas[0], valores):
            self.anterior["subcomponente"] = escritas[0]
            return replace(propia, regla="rotulo_de_grupo")
        combinados = self._bajar(fila, valores, fallas)
        self.anterior |= {c: valores[c] for c in ("subcomponente", *self.mapa.rellenar) if c in valores}
        if "actividad_id" in valores or "actividad_id" in fallas:
            return replace(propia, clase=ACTIVIDAD, valores=valores, fallas=fallas, combinados=combinados)
        if any(_CON_DATO.match(k) for k in (*valores, *fallas)):
            return replace(propia, clase=SIN_ACTIVIDAD, valores=valores, fallas=fallas, combinados=combinados)
        return replace(propia, regla="texto_fuera_del_cuadro")

    def _es_rotulo(self, texto: str, valores: Mapping[str, str]) -> bool:
        """Dice si el único texto de la fila puede ser el nombre de un grupo: tiene letras y no es un código de actividad."""
        es_codigo = "actividad_id" in valores and (self.mapa.por_orden or any(plano(k) == plano(texto) for k in self.mapa.actividades))
        return any(c.isalpha() for c in texto) and not es_codigo

    def _celdas(self, fila: Fila) -> tuple[dict[str, str], dict[str, Falla]]:
        valores: dict[str, str] = {}
        fallas: dict[str, Falla] = {}
        for llave, i in self.encabezado.posiciones.items():
            texto = limpiar(fila.celdas[i]) if i < len(fila.celdas) else None
            falla = fila.fallas.get(i) or (falla_de_celda(texto) if texto else None)
            if falla:
                fallas[llave] = falla
            elif texto:
                valores[llave] = texto
        return valores, fallas

    def _bajar(self, fila: Fila, valores: dict[str, str], fallas: dict[str, Falla]) -> frozenset[str]:
        """Completa lo que baja de celdas combinadas o se declaró en rellenar; una cantidad combinada no se reparte."""
        bajados = set()
        for llave, i in self.encabezado.posiciones.items():
            texto = self.origen.get((fila.numero, i))
            if texto and llave.startswith("ejecutado:"):
                valores.pop(llave, None)
                fallas[llave] = _cantidad_combinada(texto)
            elif texto and llave not in valores and llave not in fallas and llave != "actividad_id":
                valores[llave] = texto
                bajados.add(llave)
        for llave in ("subcomponente", *self.mapa.rellenar) if self.mapa.rotulos else self.mapa.rellenar:
            if llave not in valores and llave not in fallas and llave in self.anterior:
                valores[llave] = self.anterior[llave]
                bajados.add(llave)
        return frozenset(bajados)


def _tiene_algo(fila: Fila) -> bool:
    return bool(fila.fallas) or any(limpiar(c) for c in fila.celdas)


def _origenes(hoja: HojaCruda, encabezado: EncabezadoDeMatriz) -> dict[tuple[int, int], str]:
    """Da, para cada celda (fila real, columna) de una combinación de varias filas, el texto que la encabeza."""
    por_numero = {f.numero: f for f in hoja.filas}
    leidas, origenes = set(encabezado.posiciones.values()), {}
    for desde_f, columna, hasta_f, _hasta_c in hoja.combinadas:
        arriba = por_numero.get(desde_f + 1)
        if columna not in leidas or hasta_f == desde_f or arriba is None or arriba.numero <= encabezado.ultima or columna >= len(arriba.celdas):
            continue
        if texto := limpiar(arriba.celdas[columna]):
            origenes.update(dict.fromkeys(((f + 1, columna) for f in range(desde_f, hasta_f + 1) if f + 1 in por_numero), texto))
    return origenes


def _cantidad_combinada(texto: str) -> Falla:
    return Falla(
        "cantidad_combinada",
        f"La cantidad «{texto}» está en una celda combinada de varias filas y no se sabe cómo se reparte.",
        "Separe las celdas y escriba en cada fila su cantidad.",
        texto,
    )


def _identificadas(filas: Sequence[FilaLeida], mapa: Mapa) -> list[FilaLeida]:
    """Da a cada fila de actividad su número, y señala las que repiten el de otra."""
    propias = [f for f in filas if f.clase == ACTIVIDAD]
    codigos = [_codigo(f.valores.get("actividad_id"), mapa) for f in propias]
    ids = identificar([(c, f.valores.get("subcomponente")) for c, f in zip(codigos, propias, strict=True)], por_orden=mapa.por_orden)
    primera: dict[str, str] = {}
    hechas = []
    for f, actividad_id, codigo in zip(propias, ids, codigos, strict=True):
        # Con numeración por orden el número nunca se repite: lo que se repite es lo que identifica a la actividad.
        clave = f"{plano(f.valores.get('subcomponente', ''))}\x1f{plano(codigo)}" if mapa.por_orden and codigo else actividad_id
        antes = primera.setdefault(clave, f.lugar) if clave else f.lugar
        hechas.append(replace(f, actividad_id=actividad_id, repetida=None if antes == f.lugar else antes))
    pendientes = iter(hechas)
    return [next(pendientes) if f.clase == ACTIVIDAD else f for f in filas]


def _codigo(texto: str | None, mapa: Mapa) -> str | None:
    """Da el número de actividad: el que dice [opciones.actividades] o el de la hoja; «1,4» guardado como número es 1.4."""
    if texto is None:
        return None
    declarado = next((v for k, v in mapa.actividades.items() if plano(k) == plano(texto)), None)
    if declarado or mapa.por_orden:
        return declarado or texto
    decimal = _CODIGO_DECIMAL.fullmatch(texto)
    return f"{decimal[1]}.{decimal[2]}" if decimal else texto


def _aproximados(hoja: HojaCruda, encabezado: EncabezadoDeMatriz, fuente: Fuente) -> list[Hallazgo]:
    return [
        _hallazgo(
            fuente,
            f"hoja {hoja.nombre}, fila {encabezado.ultima}",
            llave,
            "encabezado_aproximado",
            f"La columna se declaró «{declarado}» y la hoja la escribe con otros blancos, saltos de línea, tildes o mayúsculas; es la misma.",
            visto,
        )
        for llave, declarado, visto in encabezado.aproximados
    ]


def _hallazgo(fuente: Fuente, registro: str, campo: str, regla: str, explicacion: str, literal: str | None = None, gravedad: str = "informativa") -> Hallazgo:
    return Hallazgo(fuente.id, registro, campo, regla, gravedad, explicacion, literal=literal)


_POR_QUE = {
    "encabezado_repetido": ("informativa", "La fila repite el encabezado; no es un registro."),
    "rotulo_de_grupo": ("informativa", "La fila tiene un solo texto: es el nombre del subcomponente de las que siguen."),
    "texto_fuera_del_cuadro": ("informativa", "La fila no dice actividad ni trae cantidades en las columnas declaradas; no se usó."),
}


def _de_la_hoja(hoja: HojaCruda, filas: Sequence[FilaLeida], mapa: Mapa, fuente: Fuente) -> list[Hallazgo]:
    """Cuenta las filas de la hoja por lo que son, y avisa de las que no son registros y de su código."""
    hechos = [_hallazgo(fuente, f.lugar, "registro", f.regla, _POR_QUE[f.regla][1], gravedad=_POR_QUE[f.regla][0]) for f in filas if f.clase == APARTE]
    hechos += [_hallazgo(fuente, f.lugar, "registro", "fila_total", "La fila es un total declarado; no suma a ninguna actividad.") for f in filas if f.clase == TOTAL]
    cuenta = Counter(f.clase if f.clase != APARTE else f.regla for f in filas)
    nombres = {ACTIVIDAD: "de actividades", SIN_ACTIVIDAD: "con datos y sin actividad", TOTAL: "de total", "encabezado_repetido": "de encabezado repetido",
               "rotulo_de_grupo": "con el nombre de un grupo", "texto_fuera_del_cuadro": "con otros textos"}  # fmt: skip
    detalle = ", ".join(f"{cuenta[c]} {n}" for c, n in nombres.items() if cuenta[c]) or "ninguna"
    hechos.append(_hallazgo(fuente, f"hoja {hoja.nombre}", "registro", "cuenta_de_filas", f"La hoja «{hoja.nombre}» tiene {len(filas)} filas con algo: {detalle}."))
    return [*hechos, *_codigo_ajeno(hoja, filas, mapa, fuente)]


def _codigo_ajeno(hoja: HojaCruda, filas: Sequence[FilaLeida], mapa: Mapa, fuente: Fuente) -> list[Hallazgo]:
    if mapa.codigo_de_hoja is None:
        return []
    hallado = mapa.codigo_de_hoja.patron.search(hoja.nombre)
    propio = hallado[1].lstrip("0") if hallado else None
    otros = dict.fromkeys(c for f in filas if f.clase == ACTIVIDAD and (c := f.valores.get("codigo_de_hoja")) and c.lstrip("0") != propio)
    if hallado and not otros:
        return []
    que = f"lleva el código «{hallado[1]}» en su nombre y sus filas dicen: {ocultar(', '.join(otros))}" if hallado else "no lleva en su nombre el código que se declaró"
    explicacion = f"La hoja «{hoja.nombre}» {que}. Se leyó como está; revise a qué dependencia corresponde."
    return [_hallazgo(fuente, f"hoja {hoja.nombre}", "codigo_de_hoja", "codigo_de_hoja_distinto", explicacion, ocultar(" | ".join(otros)) or None, "advertencia")]
