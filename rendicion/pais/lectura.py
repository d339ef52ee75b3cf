"""Lee la evidencia de un lote de particiones: de CSV tipado a columnas de Arrow.

Lo que se entiende se convierte de una vez. Las filas dudosas (a las que les falta algo, que no se entienden
o que pueden traer un dato personal) pasan por el mismo `normalizar` de una ciudad: un solo código decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from esquemas import TABLAS
from esquemas.arrow import tipo_arrow
from rendicion.conversion import Falta, leer_cantidad, leer_fecha
from rendicion.errores import ErrorFuente, ErrorRendicion
from rendicion.fuente import CAMPOS_CANONICOS, Fuente
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.normalizacion import normalizar
from rendicion.pais.declaracion import EVIDENCIA, Pais, plan_de
from rendicion.pais.deposito import Deposito
from rendicion.plan import Plan

# Lo que `rendicion.proteccion.detectar` puede señalar cae aquí; señalar de más solo cuesta una segunda mirada.
SOSPECHA = (
    r"(?is)@|\p{Nd}[^\p{L}]{4,}\p{Nd}"
    r"|\b(?:calle|cll?|carrera|cra|kra?|kr|avenida|av|transversal|transv|tv|diagonal|diag|dg|manzana|mz)\b.{0,60}\p{Nd}"
)
_ESCAPADO = r"^'('*[=+\-@\t\r])"
_BLOQUE = 1 << 25
_CON_TIPO = {c: tipo_arrow(TABLAS["avances"].campo(c)) for c in ("fecha", "cantidad")}


@dataclass(frozen=True)
class Particion:
    """Es la entrada de una entidad en un año: su plan y su evidencia, con la huella de cada archivo."""

    entidad: str
    vigencia: int
    plan: Plan
    plan_bytes: bytes
    plan_sha256: str
    evidencia: bytes
    captura_sha256: str

    @property
    def nombre(self) -> str:
        """Devuelve el nombre de la partición."""
        return f"{self.entidad}-{self.vigencia}"


@dataclass(frozen=True)
class Leido:
    """Es la evidencia de un lote: una fila por registro recibido, con su partición, y lo que no se entendió.

    `rechazos` y `hallazgos` llevan la fila del lote y lo que dijo `normalizar`.
    """

    tabla: pa.Table
    rechazos: tuple[tuple[int, Rechazo], ...]
    hallazgos: tuple[tuple[int, Hallazgo], ...]


def abrir_particion(datos: Deposito, entidad: str, vigencia: int) -> Particion:
    """Lee los dos archivos de una partición y calcula sus huellas; ErrorFuente si falta alguno."""
    lugar = f"{vigencia}/{entidad}"
    try:
        plan, evidencia = datos.leer(f"{lugar}/plan.csv"), datos.leer(f"{lugar}/avances.csv")
    except FileNotFoundError as error:
        raise ErrorFuente("No están los archivos de la partición.", donde=lugar, hacer="Entregue plan.csv y avances.csv.") from error
    return Particion(entidad, vigencia, plan_de(plan, entidad, vigencia), plan, _sha(plan), evidencia, _sha(evidencia))


def _sha(contenido: bytes) -> str:
    return hashlib.sha256(contenido).hexdigest()


def celdas_de(particion: Particion, pais: Pais) -> pa.Table:
    """Lee el CSV de una partición, todo como texto; ErrorFuente si su forma no es la declarada."""
    donde = f"{particion.vigencia}/{particion.entidad}/avances.csv"
    try:
        leido = pacsv.read_csv(
            pa.BufferReader(particion.evidencia),
            read_options=pacsv.ReadOptions(use_threads=False, block_size=_BLOQUE),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(EVIDENCIA.nombres, pa.string()), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise ErrorFuente(f"El CSV está dañado: {error}.", donde=donde, hacer="Vuelva a exportar el archivo, en UTF-8 y con todas las columnas en cada fila.") from error
    if tuple(leido.column_names) != EVIDENCIA.nombres:
        raise ErrorFuente("El encabezado no es el de la evidencia tipada.", donde=donde, hacer=f"Use estas columnas, en este orden: {', '.join(EVIDENCIA.nombres)}.")
    ids = [f.id for f in pais.fuentes]
    ajenas = sorted(set(pc.unique(leido["fuente"]).to_pylist()) - set(ids), key=str)
    if ajenas:
        raise ErrorFuente(f"Hay fuentes que el país no declara: {', '.join(map(str, ajenas[:5]))}.", donde=donde, hacer=f"Use una de: {', '.join(ids)}; o declárela en pais.toml.")
    de_otra = {str(v) for v in pc.unique(leido["entidad"]).to_pylist()} - {particion.entidad} | {str(v) for v in pc.unique(leido["vigencia"]).to_pylist()} - {str(particion.vigencia)}
    if de_otra:
        raise ErrorFuente(f"Hay filas de otra entidad o de otro año: {', '.join(sorted(de_otra)[:5])}.", donde=donde, hacer="Deje en el archivo solo las filas de su partición.")
    return leido


def leer_lote(particiones: Sequence[Particion], pais: Pais) -> tuple[Leido, list[Particion], dict[str, ErrorRendicion]]:
    """Lee las particiones de un lote; las que no se pueden leer quedan por fuera, con su porqué."""
    tablas: list[pa.Table] = []
    buenas: list[Particion] = []
    fallas: dict[str, ErrorRendicion] = {}
    for p in particiones:
        try:
            celdas = celdas_de(p, pais)
        except ErrorRendicion as error:
            fallas[p.nombre] = error
            continue
        n = celdas.num_rows
        tablas.append(celdas.append_column("particion", pa.array(np.full(n, len(buenas)), pa.int32())).append_column("fila", pa.array(np.arange(n))))
        buenas.append(p)
    if not buenas:
        return Leido(pa.table({}), (), ()), [], fallas
    return _entender(pa.concat_tables(tablas).combine_chunks(), buenas, pais), buenas, fallas


def _entender(celdas: pa.Table, particiones: Sequence[Particion], pais: Pais) -> Leido:
    columnas = {c: pc.replace_substring_regex(celdas[c], _ESCAPADO, r"\1").combine_chunks() for c in ("registro", "actividad_id", "titulo", "url", "canal", "dependencia")}
    columnas |= {c: celdas[c].combine_chunks() for c in ("particion", "fila", "fecha", "cantidad", "fuente")}
    columnas["fuente"] = columnas["fuente"].dictionary_encode()
    lugar = pc.binary_join_element_wise("fila ", pc.add(columnas["fila"], 2).cast(pa.string()), "")
    columnas["registro"] = pc.coalesce(columnas["registro"], lugar)
    textos = {c: columnas[c] for c in _CON_TIPO}
    columnas |= {c: pa.nulls(celdas.num_rows, t) for c, t in _CON_TIPO.items()}
    dudosa = np.zeros(celdas.num_rows, dtype=bool)
    for fuente in pais.fuentes:
        suyas = pc.equal(columnas["fuente"], fuente.id).to_numpy(zero_copy_only=False)
        if not suyas.any():
            continue
        for campo, leer in (("fecha", lambda t, f=fuente: leer_fecha(t, f)), ("cantidad", lambda t, f=fuente: leer_cantidad(t, f))):
            columnas[campo] = _convertir(columnas[campo], textos[campo], suyas, leer)
        if "titulo" in fuente.columnas:
            dudosa |= suyas & pc.is_null(columnas["titulo"]).to_numpy(zero_copy_only=False)
        columnas["dependencia"] = pc.if_else(pc.and_(pa.array(suyas), pc.is_null(columnas["dependencia"])), fuente.dependencia, columnas["dependencia"])
    for campo in ("actividad_id", "fecha", "cantidad"):
        dudosa |= pc.is_null(columnas[campo]).to_numpy(zero_copy_only=False)
    for campo in ("titulo", "canal"):
        dudosa |= pc.fill_null(_sospechosos(columnas[campo]), fill_value=False).to_numpy(zero_copy_only=False)
    return _mirar_dudosas(columnas, textos, dudosa, particiones, pais)


def _sospechosos(columna: pa.Array) -> pa.Array:
    return pc.match_substring_regex(columna, SOSPECHA)


def _convertir(actual: pa.Array, textos: pa.Array, suyas: npt.NDArray[np.bool_], leer: Callable[[str], object]) -> pa.Array:
    """Lee una vez cada texto distinto de una fuente; lo que no se entiende queda vacío."""
    propio = pc.if_else(pa.array(suyas), textos, pa.scalar(None, pa.string())).dictionary_encode()
    leidos = [leer(t) for t in propio.dictionary.to_pylist()]
    valores = pa.array([None if isinstance(v, Falta) else v for v in leidos], actual.type).take(propio.indices)
    return pc.if_else(pa.array(suyas), valores, actual)


def _mirar_dudosas(columnas: dict[str, pa.Array], textos: dict[str, pa.Array], dudosa: npt.NDArray[np.bool_], particiones: Sequence[Particion], pais: Pais) -> Leido:
    rechazos: list[tuple[int, Rechazo]] = []
    hallazgos: list[tuple[int, Hallazgo]] = []
    filas = np.flatnonzero(dudosa)
    if len(filas):
        elegidas = pa.table({**columnas, **textos}).take(pa.array(filas))
        nuevas = {c: columnas[c] for c in ("titulo", "canal")}
        for fuente in pais.fuentes:
            donde = pc.indices_nonzero(pc.equal(elegidas["fuente"], fuente.id))
            suyas, en_lote = elegidas.take(donde), filas[donde.to_numpy()]
            if not len(en_lote):
                continue
            lectura = _lectura(suyas, fuente, particiones)
            hecho = normalizar(lectura)
            rechazos += [(int(en_lote[r.fila]), r) for r in hecho.rechazos]
            if hecho.hallazgos:
                hallazgos += _ubicar(hecho.hallazgos, lectura.celdas["lugar"].to_pylist(), en_lote)
                nuevas = {c: pc.replace_with_mask(nuevas[c], _mascara(len(dudosa), en_lote), hecho.tabla[c].combine_chunks()) for c in nuevas}
        columnas = {**columnas, **nuevas}
    return Leido(pa.table(columnas), tuple(sorted(rechazos, key=lambda r: r[0])), tuple(sorted(hallazgos, key=lambda h: h[0])))


def _mascara(total: int, filas: npt.NDArray[np.int64]) -> pa.Array:
    mascara = np.zeros(total, dtype=bool)
    mascara[filas] = True
    return pa.array(mascara)


def _lectura(suyas: pa.Table, fuente: Fuente, particiones: Sequence[Particion]) -> Lectura:
    nombres = pa.array([f"{p.vigencia}/{p.entidad}/avances.csv, fila " for p in particiones]).take(suyas["particion"].combine_chunks())
    lugar = pc.binary_join_element_wise(nombres, pc.add(suyas["fila"].combine_chunks(), 2).cast(pa.string()), "")
    celdas = {"lugar": lugar, **{c: suyas[c].cast(pa.string()) for c in CAMPOS_CANONICOS}}
    return Lectura(fuente, "", "avances.csv", pa.table(celdas))


def _ubicar(hallazgos: Sequence[Hallazgo], lugares: Sequence[str], en_lote: npt.NDArray[np.int64]) -> list[tuple[int, Hallazgo]]:
    """Busca de qué fila del lote es cada hallazgo: `normalizar` lo dice al final de su explicación."""
    filas = dict(zip(lugares, en_lote.tolist(), strict=True))
    return [(filas[h.explicacion.rpartition("Está en ")[2].removesuffix(".")], h) for h in hallazgos]
