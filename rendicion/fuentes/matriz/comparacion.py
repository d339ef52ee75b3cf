"""Los porcentajes que trae la matriz contra los nuestros, con la causa de cada diferencia."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rendicion.fuentes.matriz import TIPO_MATRIZ, leer_matriz
from rendicion.fuentes.matriz.causas import SIN_EXPLICAR, Candidato, causa_de, maneras_de
from rendicion.fuentes.matriz.filas import ACTIVIDAD, TOTAL, FilaLeida, MatrizLeida
from rendicion.fuentes.matriz.maneras import Corte, bloque_de, maneras_de_actividad, maneras_de_grupo
from rendicion.fuentes.matriz.mapa import Mapa, Porcentaje, mapa_de
from rendicion.fuentes.matriz.numeros import leer_numero, leer_porcentaje
from rendicion.indicadores import Diario, medir, por_actividad, redondear
from rendicion.proteccion import ocultar

if TYPE_CHECKING:
    import pyarrow as pa

    from rendicion.fuente import Fuente
    from rendicion.plan import Plan

ARCHIVO = "comparacion_matriz.csv"
COLUMNAS = ("fuente", "lugar", "columna", "nivel", "clave", "fecha", "mide", "suyo_pct", "nuestro_pct", "diferencia", "causas", "explicacion")
_PELIGROSO = re.compile(r"'*[=+\-@\t\r]")
Fila = dict[str, Any]


def comparar(leida: MatrizLeida, mapa: Mapa, fuente: Fuente, plan: Plan, avances: pa.Table, corte: date) -> list[Fila]:
    """Compara cada porcentaje de la hoja con el nuestro del mismo día; cada fila dice su causa.

    Se prueban, de la más simple a la más compuesta, las maneras conocidas de calcularlo; si ninguna da la cifra de
    la hoja, la causa es `sin_explicar`. Los posteriores al corte de la entrega no se comparan.
    """
    from rendicion.conteo import diarios

    acumulado = por_actividad(diarios(avances))
    celdas: list[_Celda] = []
    veces: dict[str, Counter[str]] = {}
    for declarado in mapa.porcentajes:
        medido = _medido(plan, acumulado, declarado.fecha) if declarado.fecha <= corte else None
        suyas = [_Celda(f, declarado, leida, mapa, fuente, plan, medido) for f in leida.de(ACTIVIDAD, TOTAL) if _se_compara(f, declarado)]
        veces.setdefault(_familia(declarado), Counter()).update(m for c in suyas for m in c.maneras)
        celdas += suyas
    return [c.fila(veces[_familia(c.declarado)]) for c in celdas]


def _familia(declarado: Porcentaje) -> str:
    """Junta las columnas que se llenan con la misma fórmula: las de los periodos son una sola familia."""
    return "periodos" if declarado.periodo else declarado.llave


def _se_compara(f: FilaLeida, declarado: Porcentaje) -> bool:
    escrita = declarado.llave in f.valores or declarado.llave in f.fallas
    return escrita and not f.repetida and not (f.clase == TOTAL and f.nivel is None)


def _medido(plan: Plan, acumulado: Mapping[str, Sequence[Diario]], fecha: date) -> Corte:
    calculo = medir(plan, acumulado, fecha)
    pesos = sum((Fraction(a.peso) for a in plan.actividades), Fraction(0))
    return Corte(fecha, calculo, {i.actividad.id: i for i in calculo.actividades}, pesos)


class _Celda:
    """Es un porcentaje de la hoja y todas las maneras de calcularlo que se van a probar."""

    def __init__(self, f: FilaLeida, declarado: Porcentaje, leida: MatrizLeida, mapa: Mapa, fuente: Fuente, plan: Plan, corte: Corte | None) -> None:
        self.f, self.declarado, self.corte, self.nivel = f, declarado, corte, f.nivel or "actividad"
        self.fuente, self.clave = fuente.id, ocultar(_clave(f, self.nivel, plan, leida))
        texto = f.valores.get(declarado.llave)
        self.suyo = leer_porcentaje(texto, declarado, mapa, fuente) if texto else None
        self.sin_leer = [p.nombre for p in mapa.periodos if p.fecha <= declarado.fecha and _no_se_entiende(f, f"ejecutado:{p.nombre}", mapa, fuente)]
        self.candidatos: list[Candidato] = []
        if corte and self.suyo:
            de_grupo = self.nivel != "actividad"
            self.candidatos = maneras_de_grupo(f, self.nivel, declarado, corte, leida, mapa, fuente) if de_grupo else maneras_de_actividad(f, declarado, corte, mapa, fuente)

    @property
    def maneras(self) -> set[str]:
        """Da las maneras de calcular que dan esta cifra."""
        return maneras_de(self.suyo, self.candidatos) if self.suyo else set()

    def fila(self, veces: Mapping[str, int]) -> Fila:
        """Escribe la comparación de esta celda."""
        suyo, nuestro = self.suyo, self.candidatos[0].valor if self.candidatos else None
        causas, explicacion = self._causa(veces)
        return {
            "fuente": self.fuente,
            "lugar": self.f.lugar,
            "columna": self.declarado.columna,
            "nivel": self.nivel,
            "clave": self.clave,
            "fecha": self.declarado.fecha,
            "mide": self.declarado.mide,
            "suyo_pct": _escrito(suyo.valor, suyo.decimales) if suyo else None,
            "nuestro_pct": redondear(nuestro, 2),
            "diferencia": redondear(suyo.valor - nuestro, 2) if suyo and nuestro is not None else None,
            "causas": ";".join(causas),
            "explicacion": explicacion,
        }

    def _causa(self, veces: Mapping[str, int]) -> tuple[tuple[str, ...], str]:
        if self.suyo is None:
            falla = self.f.fallas.get(self.declarado.llave)
            return ("no_es_un_numero",), falla.explicacion if falla else f"La celda dice «{ocultar(self.f.valores.get(self.declarado.llave, ''))}», que no es un porcentaje."
        if self.corte is None:
            return ("posterior_al_corte",), "El día de este porcentaje es posterior al corte de la entrega; no se compara."
        if not self.candidatos:
            return ("sin_actividad",), f"El plan no tiene la actividad o el grupo «{self.clave}»; no hay con qué comparar."
        causas, explicacion = causa_de(self.suyo, self.candidatos, veces)
        if causas == (SIN_EXPLICAR,) and self.sin_leer:
            return ("evidencia",), f"Lo que la hoja dice que se hizo en {', '.join(self.sin_leer)} no es un número que se entienda, y nosotros no lo contamos (vea rechazos)."
        return causas, explicacion


def _no_se_entiende(f: FilaLeida, llave: str, mapa: Mapa, fuente: Fuente) -> bool:
    texto = f.valores.get(llave)
    return llave in f.fallas or (texto is not None and leer_numero(texto, mapa, fuente).valor is None)


def _escrito(valor: Fraction, decimales: int) -> Decimal | None:
    return redondear(valor, min(decimales, 6))


def _clave(f: FilaLeida, nivel: str, plan: Plan, leida: MatrizLeida) -> str:
    if nivel == "actividad":
        return f.actividad_id or ""
    if nivel == "subcomponente":
        return bloque_de(f, leida) or f.valores.get("subcomponente", "")
    return f.hoja.strip() if nivel == "dependencia" else (plan.entidad or "total")


def comparaciones(fuentes: Iterable[tuple[Fuente, bytes, str]], plan: Plan, avances: pa.Table, corte: date) -> list[Fila]:
    """Compara todas las matrices que traen porcentajes; cada una va con sus bytes y el nombre de su archivo."""
    filas = []
    for fuente, bruto, archivo in fuentes:
        if fuente.tipo == TIPO_MATRIZ and (mapa := mapa_de(fuente)).porcentajes:
            filas += comparar(leer_matriz(bruto, fuente, mapa, archivo), mapa, fuente, plan, avances, corte)
    return filas


def resumir(filas: Iterable[Fila]) -> list[tuple[str, int]]:
    """Cuenta las filas por causa, de la más común a la menos."""
    cuenta = [(c, len(list(g))) for c, g in groupby(sorted(str(f["causas"]) for f in filas))]
    return sorted(cuenta, key=lambda par: (-par[1], par[0]))


def en_csv(filas: Sequence[Fila]) -> bytes:
    """Escribe la comparación en CSV, con las reglas de las demás tablas publicadas."""
    salida = io.StringIO(newline="")
    escritor = csv.writer(salida, lineterminator="\n")
    escritor.writerow(COLUMNAS)
    escritor.writerows([_celda(f[c]) for c in COLUMNAS] for f in filas)
    return salida.getvalue().encode()


def _celda(valor: object) -> str:
    if valor is None:
        return ""
    if isinstance(valor, Decimal):
        return f"{valor:f}"
    texto = valor.isoformat() if isinstance(valor, date) else str(valor)
    return f"'{texto}" if _PELIGROSO.match(texto) else texto
