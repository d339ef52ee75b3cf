"""Un lote de particiones, de principio a fin: conservar, leer, validar, contar, calcular, validar y guardar.

El lote es solo una forma de trabajar: cada partición se guarda y se publica sola, y sus bytes no dependen de con
cuáles otras le tocó. Lo que falla en una partición la deja por fuera con su nombre y su porqué; las demás siguen.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from esquemas.arrow import esquema_arrow
from rendicion.errores import ErrorRendicion
from rendicion.indicadores import cortes_de_la_entrega
from rendicion.pais import particion as guardado
from rendicion.pais.cifras import calcular_lote
from rendicion.pais.conteo import contar_lote
from rendicion.pais.declaracion import Pais, leer_pais
from rendicion.pais.deposito import Deposito, abrir
from rendicion.pais.lectura import Leido, Particion, abrir_particion, leer_lote, lugares
from rendicion.pais.rechazos import reunir, tabla_de_rechazos
from rendicion.plan import filas_del_plan

if TYPE_CHECKING:
    from rendicion.hallazgos import Rechazo
    from validaciones.pais import Veredicto
    from validaciones.validador import Validador

Enteros32 = npt.NDArray[np.int32]
_IMPREVISTO, _TOPE_DE_IMPREVISTOS = "Algo imprevisto impidió correrla", 3


@dataclass(frozen=True)
class Tarea:
    """Dice qué particiones van en un lote y dónde están sus datos y su salida; viaja entre máquinas."""

    datos: str
    salida: str
    vigencia: int
    entidades: tuple[str, ...]
    opciones: tuple[tuple[str, Any], ...] = ()
    hilos: int = 1


@dataclass
class ResultadoLote:
    """Cuenta qué pasó con cada partición de un lote."""

    hechas: list[str] = field(default_factory=list)
    iguales: list[str] = field(default_factory=list)
    fallas: dict[str, str] = field(default_factory=dict)
    registros: int = 0
    publicadas: dict[tuple[int, str], guardado.Publicada] = field(default_factory=dict)
    reglas: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def sumar(self, otro: ResultadoLote) -> None:
        """Agrega lo que pasó en otro lote."""
        self.hechas += otro.hechas
        self.iguales += otro.iguales
        self.fallas |= otro.fallas
        self.registros += otro.registros
        self.publicadas |= otro.publicadas
        for regla, (revisadas, faltas) in otro.reglas.items():
            suma = self.reglas.setdefault(regla, [0, 0])
            suma[0] += revisadas
            suma[1] += faltas


@cache
def _motor() -> Validador:
    from validaciones.motor import Motor

    motor = Motor()
    motor.arrancar()
    # Lo cargado dura lo que el proceso: así el recolector no lo recorre en cada lote.
    gc.freeze()
    return motor


@cache
def _en_otro_orden(columnas: tuple[tuple[str, tuple[str, ...]], ...]) -> list[str]:
    """Corre la regla de las columnas una vez por proceso y forma de las tablas: no depende de las filas."""
    from validaciones.pais import columnas_en_orden

    return columnas_en_orden(_motor(), dict(columnas))


def correr_lote(tarea: Tarea) -> ResultadoLote:
    """Corre un lote de principio a fin; lo ya hecho con las mismas entradas no se vuelve a hacer."""
    pa.set_cpu_count(tarea.hilos)
    # La memoria del sistema se reusa de un paso a otro; las de Arrow la devuelven, y pedirla de nuevo costaba un segundo por millón.
    pa.set_memory_pool(pa.system_memory_pool())
    opciones = dict(tarea.opciones)
    datos, salida = abrir(tarea.datos, opciones), abrir(tarea.salida, opciones)
    pais = leer_pais(datos)
    resultado = ResultadoLote()
    pendientes = []
    for entidad in tarea.entidades:
        try:
            p = abrir_particion(datos, entidad, tarea.vigencia)
        except ErrorRendicion as error:
            resultado.fallas[f"{entidad}-{tarea.vigencia}"] = str(error)
            continue
        if guardado.hecha(salida, pais, p):
            resultado.iguales.append(p.nombre)
        else:
            guardado.conservar(salida, p)
            pendientes.append(p)
    if pendientes:
        resultado.sumar(_sin_caer(pendientes, pais, salida))
    return resultado


def _sin_caer(particiones: Sequence[Particion], pais: Pais, salida: Deposito, antes: int = 0) -> ResultadoLote:
    """Corre las particiones juntas; si algo imprevisto revienta, parte el lote hasta dejar sola a la que falla.

    `antes` son las que ya fallaron solas: si son muchas, la falla no es de un municipio y se deja ver.
    """
    try:
        return procesar(particiones, pais, salida)
    except OSError:
        raise
    except Exception as error:
        if antes >= _TOPE_DE_IMPREVISTOS:
            raise
        if len(particiones) == 1:
            return ResultadoLote(fallas={particiones[0].nombre: f"{_IMPREVISTO} ({type(error).__name__}: {error})."})
    medio = len(particiones) // 2
    resultado = _sin_caer(particiones[:medio], pais, salida, antes)
    resultado.sumar(_sin_caer(particiones[medio:], pais, salida, antes + sum(m.startswith(_IMPREVISTO) for m in resultado.fallas.values())))
    return resultado


def procesar(particiones: Sequence[Particion], pais: Pais, salida: Deposito) -> ResultadoLote:
    """Lleva las particiones (de una misma vigencia) de la captura a su carpeta completa."""
    leido, buenas, errores = leer_lote(particiones, pais)
    fallas = {n: str(e) for n, e in errores.items()}
    if not buenas:
        return ResultadoLote(fallas=fallas)
    cortes = cortes_de_la_entrega(pais.cortes[buenas[0].vigencia], pais.cortes[buenas[0].vigencia][-1])
    veredictos, rechazos = validar(leido, buenas, pais)
    malas = np.zeros(leido.tabla.num_rows, dtype=bool)
    malas[[f for f, _ in rechazos]] = True
    avances, de_avances = contar_lote(leido.tabla, ~malas, buenas, cortes[-1], pais.fuentes)
    tablas = {
        "plan": _planes(buenas),
        "avances": (avances, de_avances),
        **calcular_lote(avances, de_avances, buenas, cortes, cortes[-1]),
        "conciliacion": _conciliar(leido, malas, avances, de_avances, len(buenas), pais),
        "rechazos": tabla_de_rechazos(rechazos, leido, buenas, pais),
        "hallazgos": _hallazgos(leido),
    }
    cuentas, detenidas = _comprobar(tablas, veredictos, leido, buenas, pais)
    fallas |= {buenas[i].nombre: motivo for i, motivo in detenidas.items()}
    publicadas = guardado.guardar_lote(salida, pais, buenas, tablas, cuentas, cortes, set(detenidas))
    sumadas = cuentas.sumar([i for i in range(len(buenas)) if i not in detenidas])
    return ResultadoLote(
        hechas=[f"{e}-{v}" for v, e in publicadas],
        fallas=fallas,
        registros=leido.tabla.num_rows,
        publicadas=publicadas,
        reglas={(buenas[0].vigencia, r): c for r, c in sumadas.items()},
    )


def validar(leido: Leido, particiones: Sequence[Particion], pais: Pais) -> tuple[list[Veredicto], list[tuple[int, Rechazo]]]:
    """Corre las reglas de negocio sobre la evidencia del lote y reúne los rechazos."""
    from validaciones.negocio import reglas_de_evidencia
    from validaciones.pais import casos_de_evidencia, juzgar

    propias = [reglas_de_evidencia(p.plan, pais.fuentes) for p in particiones]
    columnas, casos = casos_de_evidencia(propias, leido.tabla)
    veredictos = juzgar(_motor(), columnas, casos)
    return veredictos, reunir(leido, veredictos, [{(r.regla, r.fuente): r for r in suyas} for suyas in propias], particiones)


def _planes(particiones: Sequence[Particion]) -> tuple[pa.Table, Enteros32]:
    filas = [(i, f) for i, p in enumerate(particiones) for f in filas_del_plan(p.plan)]
    return pa.Table.from_pylist([f for _, f in filas], schema=esquema_arrow(TABLAS["plan"])), np.array([i for i, _ in filas], np.int32)


def _hallazgos(leido: Leido) -> tuple[pa.Table, Enteros32]:
    from rendicion.medicion import filas_de_hallazgos

    por_particion: dict[int, list[Any]] = {}
    for fila, h in leido.hallazgos:
        por_particion.setdefault(leido.tabla["particion"][fila].as_py(), []).append(h)
    filas = [(i, f) for i in sorted(por_particion) for f in filas_de_hallazgos(por_particion[i])]
    return pa.Table.from_pylist([f for _, f in filas], schema=esquema_arrow(TABLAS["hallazgos"])), np.array([i for i, _ in filas], np.int32)


def _conciliar(leido: Leido, malas: npt.NDArray[np.bool_], avances: pa.Table, de_avances: Enteros32, cuantas: int, pais: Pais) -> tuple[pa.Table, Enteros32]:
    """Lleva las cuentas de cada partición y fuente; cada cifra se cuenta por su lado, para que de verdad comprueben."""
    ids = sorted(f.id for f in pais.fuentes)

    def contar(fuente: pa.ChunkedArray, particion: Enteros32, cuales: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        lugar = lugares(fuente.combine_chunks(), ids) + particion.astype(np.int64) * len(ids)
        return np.bincount(lugar if cuales is None else lugar[cuales], minlength=cuantas * len(ids))

    recibida = leido.tabla["particion"].to_numpy()
    cuenta = avances["cuenta"].combine_chunks().to_numpy(zero_copy_only=False)
    columnas = {
        "fuente": pa.array(ids * cuantas, pa.string()),
        "recibidos": contar(leido.tabla["fuente"], recibida),
        "aceptados": contar(avances["fuente"], de_avances),
        "rechazados": contar(leido.tabla["fuente"], recibida, malas),
        "cuentan": contar(avances["fuente"], de_avances, cuenta),
        "no_cuentan": contar(avances["fuente"], de_avances, ~cuenta),
    }
    return pa.table(columnas).cast(esquema_arrow(TABLAS["conciliacion"])), np.repeat(np.arange(cuantas, dtype=np.int32), len(ids))


def _comprobar(
    tablas: Mapping[str, tuple[pa.Table, Enteros32]],
    veredictos: Sequence[Veredicto],
    leido: Leido,
    particiones: Sequence[Particion],
    pais: Pais,
) -> tuple[guardado.CuentasDelLote, dict[int, str]]:
    """Valida lo calculado; devuelve las cuentas de cada regla por partición y qué particiones no se publican."""
    from validaciones.pais import juzgar_tablas

    cuantas = len(particiones)
    detenidas: dict[int, str] = {}
    datos = {n: t for n, (t, _) in tablas.items()}
    if malas := _en_otro_orden(tuple((n, tuple(t.column_names)) for n, t in datos.items())):
        msg = f"Hay tablas con otras columnas: {', '.join(malas)}"
        raise RuntimeError(msg)
    recibida = leido.tabla["particion"].to_numpy()
    calculadas = juzgar_tablas(_motor(), datos, {n: p for n, (_, p) in tablas.items()}, cuantas)
    todos = [("evidencia", v, recibida) for v in veredictos] + calculadas
    sumas: dict[str, npt.NDArray[np.int64]] = {}
    for tabla, v, de_quien in todos:
        suya = np.stack(v.cuentas(de_quien, cuantas), axis=1)
        nombre = ":".join((tabla, v.regla.regla, v.regla.campo or "", v.regla.fuente or ""))
        sumas[nombre] = sumas.get(nombre, 0) + suya
        detiene = range(cuantas) if v.reventada else np.flatnonzero(suya[:, 1]).tolist() if v.regla.severidad == "bloquea" else ()
        for i in detiene:
            detenidas.setdefault(i, f"No se cumple una regla que impide publicar. {tabla}: {v.regla.descripcion} {v.reventada}".strip())
    for i, motivo in _sobre_el_limite(tablas["conciliacion"][0], len(pais.fuentes), pais):
        detenidas.setdefault(i, motivo)
    propias: list[dict[str, int]] = [{} for _ in particiones]
    fuentes = leido.tabla["fuente"].take(pa.array([f for f, _ in leido.rechazos], pa.int64())).to_pylist()
    for (fila, r), fuente in zip(leido.rechazos, fuentes, strict=True):
        nombre = f"lectura:{r.regla}:{r.campo}:{fuente}"
        suyas = propias[recibida[fila]]
        suyas[nombre] = suyas.get(nombre, 0) + 1
    reglas = tuple(sorted(sumas))
    return guardado.CuentasDelLote(reglas, np.stack([sumas[r] for r in reglas], axis=1), propias), detenidas


def _sobre_el_limite(conciliacion: pa.Table, por_particion: int, pais: Pais) -> list[tuple[int, str]]:
    limites = pa.array([f.limite_rechazos_pct for f in sorted(pais.fuentes, key=lambda f: f.id)], pa.decimal128(12, 4))
    lugar = pa.array(np.arange(conciliacion.num_rows) % por_particion)
    pasan = pc.greater(pc.multiply(conciliacion["rechazados"], 100).cast(pa.decimal128(19, 0)), pc.multiply(limites.take(lugar), conciliacion["recibidos"].combine_chunks().cast(pa.decimal128(19, 0))))
    motivos = []
    for n in pc.indices_nonzero(pasan).to_pylist():
        f = conciliacion.slice(n, 1).to_pylist()[0]
        limite = pais.fuente(f["fuente"]).limite_rechazos_pct
        motivos.append((n // por_particion, f"La fuente {f['fuente']} tiene {f['rechazados']} rechazos de {f['recibidos']} registros: más del {limite} % que admite."))
    return motivos


