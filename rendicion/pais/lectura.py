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
from rendicion.tablas import sin_apostrofo

# Lo que `rendicion.proteccion` puede señalar cae aquí; señalar de más solo cuesta una segunda mirada.
SOSPECHA = (
    r"(?is)@|\p{Nd}[^\p{L}]{4,}\p{Nd}"
    r"|\b(?:calle|cll?|carrera|cra|kra?|kr|avenida|av|transversal|transv|tv|diagonal|diag|dg|manzana|mz)\b.{0,60}\p{Nd}"
)
SOSPECHAS = {**dict.fromkeys(("registro", "titulo", "canal", "dependencia"), SOSPECHA), "url": "[@?&]|%40"}
_BLOQUE = 1 << 25
_CON_TIPO = {c: tipo_arrow(TABLAS["avances"].campo(c)) for c in ("fecha", "cantidad")}
# Estas columnas repiten pocos valores: se leen como diccionario y así siguen hasta escribirse.
_REPETIDAS = ("entidad", "vigencia", "fuente", "actividad_id", "fecha", "cantidad", "canal", "dependencia")


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


# La entidad y la vigencia son las de la partición: se revisan y no se guardan.
_PROPIAS = EVIDENCIA.nombres[2:]
_LEER = pacsv.ReadOptions(use_threads=False, block_size=_BLOQUE)
# Un bloque que cabe en la memoria cercana del procesador se lee en dos tercios del tiempo; si una fila no cabe en él, cada archivo se lee solo.
_LEER_JUNTAS = pacsv.ReadOptions(use_threads=False, block_size=1 << 20)
_CON_SALTOS = pacsv.ParseOptions(newlines_in_values=True)
_CONVERTIR, _CONVERTIR_JUNTAS = (
    pacsv.ConvertOptions(
        column_types={c: pa.dictionary(pa.int32(), pa.string()) if c in _REPETIDAS else pa.string() for c in EVIDENCIA.nombres},
        include_columns=elegidas,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    for elegidas in ((), _PROPIAS)
)
_ENCABEZADO = (",".join(EVIDENCIA.nombres) + "\n").encode()


def celdas_de(particion: Particion, pais: Pais) -> pa.Table:
    """Lee el CSV de una partición, todo como texto; ErrorFuente si su forma no es la declarada."""
    donde = f"{particion.vigencia}/{particion.entidad}/avances.csv"
    try:
        leido = pacsv.read_csv(pa.BufferReader(particion.evidencia), read_options=_LEER, parse_options=_CON_SALTOS, convert_options=_CONVERTIR)
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
    """Lee las particiones de un lote; las que no se pueden leer quedan por fuera, con su porqué.

    Las sencillas se leen juntas, de una vez. Si algo no es exactamente lo declarado, cada una se lee sola y la que
    falla se nombra.
    """
    sencillas = [p for p in particiones if p.evidencia.startswith(_ENCABEZADO) and p.evidencia.endswith(b"\n") and b'"' not in p.evidencia]
    juntas = _leer_juntas(sencillas, pais) if sencillas else None
    aparte = {p.nombre for p in particiones} - (set() if juntas is None else {p.nombre for p in sencillas})
    tablas: list[pa.Table] = []
    buenas = [] if juntas is None else list(sencillas)
    fallas: dict[str, ErrorRendicion] = {}
    for p in particiones:
        if p.nombre not in aparte:
            continue
        try:
            celdas = celdas_de(p, pais)
        except ErrorRendicion as error:
            fallas[p.nombre] = error
            continue
        tablas.append(_con_lugar(celdas.select(_PROPIAS), [(len(buenas), celdas.num_rows)]))
        buenas.append(p)
    if not buenas:
        return Leido(pa.table({}), (), ()), [], fallas
    return _entender(pa.concat_tables(tablas if juntas is None else [juntas, *tablas]).combine_chunks(), buenas, pais), buenas, fallas


def _leer_juntas(particiones: Sequence[Particion], pais: Pais) -> pa.Table | None:
    """Lee los archivos uno tras otro como si fueran uno; nada, si alguna fila no está donde debe o no es de su partición.

    Las filas que empiezan por la entidad y el año de su archivo se cuentan en los bytes: si son todas, esas dos
    columnas no hay que leerlas.
    """
    cuantas = [p.evidencia.count(f"\n{p.entidad},{p.vigencia},".encode()) for p in particiones]
    todo = b"".join([_ENCABEZADO, *(memoryview(p.evidencia)[len(_ENCABEZADO) :] for p in particiones)])
    try:
        leido = pacsv.read_csv(pa.BufferReader(todo), read_options=_LEER_JUNTAS, convert_options=_CONVERTIR_JUNTAS).combine_chunks()
    except pa.ArrowInvalid:
        return None
    if leido.num_rows != sum(cuantas) or (lugares(leido["fuente"].combine_chunks(), [f.id for f in pais.fuentes]) < 0).any():
        return None
    return _con_lugar(leido, list(enumerate(cuantas)))


def lugares(columna: pa.DictionaryArray, nombres: Sequence[str]) -> npt.NDArray[np.int64]:
    """Dice en qué lugar de la lista está cada texto; -1 si no está."""
    del_diccionario = pc.fill_null(pc.index_in(columna.dictionary, pa.array(nombres, pa.string())), -1).to_numpy(zero_copy_only=False)
    return np.append(del_diccionario, -1)[codigos(columna)]


def codigos(columna: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    """Devuelve el lugar de cada valor en el diccionario de la columna; -1 si está vacío."""
    indices: npt.NDArray[np.int64] = pc.fill_null(columna.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return indices


def _con_lugar(celdas: pa.Table, cuantas: Sequence[tuple[int, int]]) -> pa.Table:
    fila = np.concatenate([np.arange(n, dtype=np.int64) for _, n in cuantas])
    return celdas.append_column("particion", pa.array(np.repeat([i for i, _ in cuantas], [n for _, n in cuantas]).astype(np.int32))).append_column("fila", pa.array(fila))


def _entender(celdas: pa.Table, particiones: Sequence[Particion], pais: Pais) -> Leido:
    columnas = {c: celdas[c].combine_chunks() for c in ("particion", "fila", *_PROPIAS)}
    columnas |= {c: sin_apostrofo(columnas[c]) for c in ("registro", "titulo", "url")}
    columnas |= {c: _cambiar(columnas[c], sin_apostrofo(columnas[c].dictionary)) for c in ("actividad_id", "canal")}
    if columnas["registro"].null_count:
        lugar = pc.binary_join_element_wise("fila ", pc.add(columnas["fila"], 2).cast(pa.string()), "")
        columnas["registro"] = pc.coalesce(columnas["registro"], lugar)
    textos = {c: columnas[c] for c in _CON_TIPO}
    fuente = lugares(columnas["fuente"], [f.id for f in pais.fuentes])
    columnas["fuente"] = pa.DictionaryArray.from_arrays(pa.array(fuente.astype(np.int32)), pa.array([f.id for f in pais.fuentes]))
    columnas["fecha"] = _por_fuente(textos["fecha"], fuente, pais.fuentes, leer_fecha, _CON_TIPO["fecha"])
    columnas["cantidad"] = _por_fuente(textos["cantidad"], fuente, pais.fuentes, leer_cantidad, _CON_TIPO["cantidad"])
    dudosa = np.zeros(celdas.num_rows, dtype=bool)
    if columnas["titulo"].null_count:
        con_titulo = np.array(["titulo" in f.columnas for f in pais.fuentes])
        dudosa |= con_titulo[fuente] & pc.is_null(columnas["titulo"]).to_numpy(zero_copy_only=False)
    for campo in ("actividad_id", "fecha", "cantidad"):
        dudosa |= codigos(columnas[campo]) < 0
    columnas["dependencia"] = _cambiar(columnas["dependencia"], sin_apostrofo(columnas["dependencia"].dictionary))
    for campo, patron in SOSPECHAS.items():
        dudosa |= _que_tienen(columnas[campo], patron)
    columnas["dependencia"] = _por_fuente(columnas["dependencia"], fuente, pais.fuentes, lambda t, _: t, pa.string(), lambda f: f.dependencia)
    return _mirar_dudosas(columnas, textos, dudosa, particiones, pais)


def _cambiar(columna: pa.DictionaryArray, valores: pa.Array) -> pa.DictionaryArray:
    """Cambia los valores del diccionario; si dos quedan iguales, quedan como uno solo."""
    distintos = valores.dictionary_encode()
    return pa.DictionaryArray.from_arrays(distintos.indices.take(columna.indices), distintos.dictionary)


def _que_tienen(columna: pa.Array, patron: str) -> npt.NDArray[np.bool_]:
    if pa.types.is_dictionary(columna.type):
        tienen = pc.match_substring_regex(columna.dictionary, patron).to_numpy(zero_copy_only=False)
        return np.append(tienen, False)[codigos(columna)]
    hecha: npt.NDArray[np.bool_] = pc.fill_null(pc.match_substring_regex(columna, patron), fill_value=False).to_numpy(zero_copy_only=False)
    return hecha


def _por_fuente(
    columna: pa.DictionaryArray,
    fuente: npt.NDArray[np.int64],
    fuentes: Sequence[Fuente],
    leer: Callable[[str, Fuente], object],
    tipo: pa.DataType,
    vacio: Callable[[Fuente], object] = lambda _f: None,
) -> pa.DictionaryArray:
    """Lee una vez cada texto distinto de cada fuente; lo que no se entiende queda vacío."""
    textos = [*columna.dictionary.to_pylist(), None]
    par = fuente * len(textos) + codigos(columna) % len(textos)
    usados = np.bincount(par, minlength=len(fuentes) * len(textos)) > 0
    leidos: list[object] = [None] * len(usados)
    for n in np.flatnonzero(usados).tolist():
        f, texto = fuentes[n // len(textos)], textos[n % len(textos)]
        leidos[n] = vacio(f) if texto is None else leer(texto, f)
    valores = pa.array([None if isinstance(v, Falta) else v for v in leidos], tipo).dictionary_encode()
    return pa.DictionaryArray.from_arrays(valores.indices.take(pa.array(par)), valores.dictionary)


def _mirar_dudosas(columnas: dict[str, pa.Array], textos: dict[str, pa.Array], dudosa: npt.NDArray[np.bool_], particiones: Sequence[Particion], pais: Pais) -> Leido:
    """Pasa las filas dudosas por `normalizar` y toma de allí sus textos, ya sin datos personales."""
    rechazos: list[tuple[int, Rechazo]] = []
    hallazgos: list[tuple[int, Hallazgo]] = []
    filas = np.flatnonzero(dudosa)
    if len(filas):
        elegidas = pa.table({**columnas, **textos}).take(pa.array(filas))
        for n, fuente in enumerate(pais.fuentes):
            suyas = elegidas.filter(pa.array(codigos(elegidas["fuente"].combine_chunks()) == n))
            en_lote = filas[codigos(elegidas["fuente"].combine_chunks()) == n]
            if not len(en_lote):
                continue
            lectura = _lectura(suyas, fuente, particiones)
            hecho = normalizar(lectura)
            rechazos += [(int(en_lote[r.fila]), r) for r in hecho.rechazos]
            hallazgos += _ubicar(hecho.hallazgos, lectura.celdas["lugar"].to_pylist(), en_lote)
            columnas = {**columnas, **{c: _con_nuevos(columnas[c], hecho.tabla[c].combine_chunks(), en_lote) for c in ("registro", "titulo", "url", "canal", "dependencia")}}
    return Leido(pa.table(columnas), tuple(sorted(rechazos, key=lambda r: r[0])), tuple(sorted(hallazgos, key=lambda h: h[0])))


def _con_nuevos(columna: pa.Array, nuevos: pa.Array, filas: npt.NDArray[np.int64]) -> pa.Array:
    """Cambia el texto de unas filas, si de verdad cambió."""
    previos = columna.take(pa.array(filas)).cast(pa.string())
    if previos.equals(nuevos):
        return columna
    cambiada = pc.replace_with_mask(columna.cast(pa.string()), _mascara(len(columna), filas), nuevos)
    return cambiada.dictionary_encode() if pa.types.is_dictionary(columna.type) else cambiada


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
