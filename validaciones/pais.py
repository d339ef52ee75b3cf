"""Las mismas reglas, sobre millones de filas: Great Expectations decide cada valor una sola vez.

Una regla que mira el valor de una columna da lo mismo en todas las filas que lo repiten. Por eso se le dan a
Great Expectations los valores distintos de cada columna, con sus mismas expectativas y parámetros, y Arrow lleva
lo que decidió a las filas. Las reglas de clave reciben un número por clave y lo miran fila por fila.
Nada se vuelve a escribir: las reglas salen de `reglas_de_evidencia`, `reglas_de_la_tabla` y sus vecinas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from validaciones.derivadas import reglas_de_la_tabla
from validaciones.negocio import regla_un_registro_una_vez, reglas_de_conciliacion
from validaciones.reglas import DE_TABLA, Estado, Regla, Resultado
from validaciones.validador import Validador

Mascara = npt.NDArray[np.bool_]
DE_CLAVE = {"ExpectColumnValuesToBeUnique", "ExpectCompoundColumnsToBeUnique"}
_FILAS_DE_TABLA, _ORDEN_DE_COLUMNAS = "ExpectTableRowCountToBeBetween", "ExpectTableColumnsToMatchOrderedList"
_NO_VACIA = "ExpectColumnValuesToNotBeNull"
_ANCHOS = (1 << 12, 1 << 16)
_CLAVES_POR_TABLA = float(1 << 44)
EN_SU_LISTA = "\x1f está en la lista de su plan"


@dataclass(frozen=True)
class Caso:
    """Es una regla y la columna en que se mira; `directa` dice que va fila por fila y no por valores distintos."""

    columna: str
    regla: Regla
    directa: bool = False


@dataclass(frozen=True)
class Veredicto:
    """Es lo que dio un caso en el lote: qué filas falla (nada si ninguna) y qué filas tenían valor que mirar."""

    regla: Regla
    fallan: Mascara | None
    revisadas: Mascara
    reventada: str = ""

    def cuentas(self, particion: npt.NDArray[np.int32], cuantas: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Cuenta, por partición, las filas revisadas y las que fallan."""
        revisadas = np.bincount(particion[self.revisadas], minlength=cuantas)
        fallan = np.zeros(cuantas, np.int64) if self.fallan is None else np.bincount(particion[self.fallan], minlength=cuantas)
        return revisadas, fallan


def estado_de(revisadas: int, faltas: int) -> Estado:
    """Dice cómo salió una regla en una partición: sin valores que mirar no corrió, nunca «cumple»."""
    return "no_corrio" if revisadas == 0 else "no_cumple" if faltas else "cumple"


def juzgar(motor: Validador, columnas: Mapping[str, pa.Array], casos: Sequence[Caso]) -> list[Veredicto]:
    """Corre todos los casos y devuelve un veredicto por caso, en su orden.

    Las columnas que piden lo mismo (misma expectativa, mismos parámetros) van juntas en una sola expectativa: el
    costo depende de los valores distintos y de las exigencias distintas, no de las filas ni de las tablas. En una
    columna sin filas no hay qué mirar: la regla no corre, y así queda dicho.
    """
    codificadas: dict[str, pa.DictionaryArray] = {}
    vistas = [_vista(k, columnas[k.columna], codificadas) for k in casos]
    juntos: dict[tuple[str, str, str], list[int]] = {}
    for i, caso in enumerate(casos):
        if len(columnas[caso.columna]):
            juntos.setdefault(_exigencia(caso, vistas[i].valores.type), []).append(i)
    juicios = [_Juicio(f"{n:03d}", casos, suyos, [vistas[i].valores for i in suyos]) for n, suyos in enumerate(juntos.values())]
    malos: dict[int, tuple[npt.NDArray[np.int64], str]] = {}
    marcos = _marcos(juicios)
    todos = motor.validar_lotes([(pa.table({j.nombre: j.rellenar(alto) for j in suyos}), [j.regla for j in suyos]) for alto, suyos in marcos])
    for (_, suyos), resultados in zip(marcos, todos, strict=True):
        for juicio, r in zip(suyos, resultados, strict=True):
            malos |= {i: (m, r.detalle if r.reventada else "") for i, m in juicio.repartir(np.array(r.filas, np.int64))}
    vacio = (np.zeros(0, np.int64), "")
    return [_veredicto(k, columnas[k.columna], vistas[i], *malos.get(i, vacio)) for i, k in enumerate(casos)]


@dataclass(frozen=True)
class _Vista:
    """Es lo que Great Expectations mira de una columna: pocos valores que responden por todas las filas.

    `de_cada_fila` dice cuál de los valores responde por cada fila; sin él, `lugares` dice de qué fila es cada
    valor, y las filas que no están son iguales ante la regla al primero, que también está.
    """

    valores: pa.Array
    de_cada_fila: npt.NDArray[np.int64] | None = None
    lugares: npt.NDArray[np.int64] | None = None

    def filas(self, malos: npt.NDArray[np.int64], total: int) -> Mascara | None:
        """Lleva los valores que fallan a las filas que los tienen."""
        if not len(malos):
            return None
        if self.de_cada_fila is not None:
            hecha: Mascara = np.isin(self.de_cada_fila, malos)
            return hecha
        mascara = np.zeros(total, dtype=bool)
        if self.lugares is not None:
            mascara[self.lugares[malos]] = True
        return mascara


def _vista(caso: Caso, columna: pa.Array, codificadas: dict[str, pa.DictionaryArray]) -> _Vista:
    if caso.directa:
        return _claves(columna)
    if caso.regla.expectativa == _NO_VACIA:
        # Ante esta regla solo hay dos valores: lleno y vacío.
        vacias = columna.is_null().to_numpy(zero_copy_only=False)
        return _Vista(pa.array(["lleno", None] if vacias.any() else ["lleno"], pa.string()), vacias.astype(np.int64))
    suficiente = patron_suficiente(str(caso.regla.parametros["regex"])) if "regex" in caso.regla.parametros else None
    if suficiente and not pa.types.is_dictionary(columna.type):
        return _cribada(columna, suficiente)
    if caso.columna not in codificadas:
        codificadas[caso.columna] = columna if pa.types.is_dictionary(columna.type) else columna.dictionary_encode()
    codificada = codificadas[caso.columna]
    return _Vista(_comparable(codificada.dictionary), pc.fill_null(codificada.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64))


def _claves(columna: pa.Array) -> _Vista:
    """Deja las claves que se repiten y una de las que no: las demás que salen una sola vez son iguales a esa."""
    codigos = columna.to_numpy(zero_copy_only=False)
    orden = np.argsort(codigos, kind="stable")
    igual_al_previo = np.concatenate([[False], np.diff(codigos[orden]) == 0]) if len(codigos) else np.zeros(0, dtype=bool)
    repite = np.zeros(len(codigos), dtype=bool)
    repite[orden] = igual_al_previo | np.concatenate([igual_al_previo[1:], np.zeros(min(1, len(codigos)), dtype=bool)])
    lugares = np.concatenate([np.flatnonzero(~repite)[:1], np.flatnonzero(repite)])
    return _Vista(pa.array(codigos[lugares].astype(np.float64)), lugares=lugares)


def _cribada(columna: pa.Array, suficiente: Suficiente) -> _Vista:
    """Aparta con Arrow lo que con seguridad cumple la expresión; Great Expectations ve lo demás, y uno de los apartados."""
    cumple = pc.match_substring_regex(columna, suficiente.patron)
    if suficiente.solo_ascii and not _toda_ascii(columna):
        cumple = pc.and_(cumple, pc.match_substring_regex(columna, r"^[ -~]*$"))
    pasa = pc.fill_null(cumple, fill_value=False).to_numpy(zero_copy_only=False)
    lugares = np.concatenate([np.flatnonzero(pasa)[:1], np.flatnonzero(~pasa & columna.is_valid().to_numpy(zero_copy_only=False))])
    return _Vista(columna.take(pa.array(lugares)), lugares=lugares)


def _toda_ascii(columna: pa.StringArray) -> bool:
    """Dice si todos los bytes de la columna son ASCII visible: mirarlos juntos cuesta mucho menos que texto por texto."""
    crudo = np.frombuffer(columna.buffers()[2] or b"", np.uint8)
    return not len(crudo) or bool(crudo.min() >= ord(" ") and crudo.max() <= ord("~"))


@dataclass(frozen=True)
class Suficiente:
    """Es un patrón de Arrow que no admite nada que el de Python rechace, en todo texto o solo en ASCII visible."""

    patron: str
    solo_ascii: bool


@cache
def patron_suficiente(patron: str) -> Suficiente | None:
    r"""Escribe para Arrow un patrón que solo admite lo que admite el de Python; nada si Arrow no lo entiende.

    Los dos motores difieren en lo que no es ASCII y en los saltos de línea: fuera del ASCII visible decide Great
    Expectations. El de las etiquetas, que pide lo que Arrow no sabe (`(?!\w)`), se cambia por uno más exigente.
    """
    con_etiqueta = re.fullmatch(r"\(\?is\)\^\.\*(\(\?:[\\#\w|]+\))\(\?!\\w\)\.\*\$", patron)
    if con_etiqueta:
        return Suficiente(rf"{con_etiqueta[1]}(?:[\x00-/:-@\[-^`{{-\x7f]|\z)", solo_ascii=False)
    try:
        pc.match_substring_regex(pa.array([""]), patron)
    except pa.ArrowInvalid:
        return None
    return Suficiente(patron, solo_ascii=True)


def _exigencia(caso: Caso, tipo: pa.DataType) -> tuple[str, str, str]:
    regla = _en_columna(caso, "")
    return regla.expectativa, repr(sorted(regla.parametros.items(), key=lambda p: p[0])), str(tipo)


def _comparable(valores: pa.Array) -> pa.Array:
    """Pasa los números al tipo con que los compara el motor, para que quepan juntas columnas de distinta escala."""
    numero = pa.types.is_decimal(valores.type) or pa.types.is_integer(valores.type)
    return valores.cast(pa.float64()) if numero else valores


class _Juicio:
    """Es una expectativa y los valores de todos los casos que la piden, uno tras otro."""

    def __init__(self, nombre: str, casos: Sequence[Caso], suyos: Sequence[int], partes: Sequence[pa.Array]) -> None:
        self.nombre, self._suyos = nombre, suyos
        self._limites = np.cumsum([0, *(len(p) for p in partes)])
        self._claves = casos[suyos[0]].directa
        # Las claves de cada tabla se separan por un número propio: dos tablas no comparten clave.
        juntas = pa.concat_arrays([pc.add(p, n * _CLAVES_POR_TABLA) for n, p in enumerate(partes)] if self._claves else list(partes))
        self.valores = juntas if len(juntas) else pa.nulls(1, juntas.type)
        self.regla = _en_columna(casos[suyos[0]], nombre)

    def repartir(self, filas: npt.NDArray[np.int64]) -> list[tuple[int, npt.NDArray[np.int64]]]:
        """Devuelve, para cada caso, el lugar de los valores suyos que fallan."""
        return [(i, filas[(filas >= a) & (filas < b)] - a) for i, a, b in zip(self._suyos, self._limites[:-1], self._limites[1:], strict=True)]

    def rellenar(self, alto: int) -> pa.Array:
        """Completa la columna hasta el alto de su tabla sin cambiar ningún veredicto: repite el primer valor, o deja vacío si son claves."""
        falta = alto - len(self.valores)
        relleno = pa.nulls(falta, self.valores.type) if self._claves else self.valores.take(pa.array(np.zeros(falta, np.int64)))
        return pa.concat_arrays([self.valores, relleno])


def _en_columna(caso: Caso, columna: str) -> Regla:
    expectativa = "ExpectColumnValuesToBeUnique" if caso.regla.expectativa in DE_CLAVE else caso.regla.expectativa
    parametros = {c: v for c, v in caso.regla.parametros.items() if c != "column_list"}
    if expectativa == _FILAS_DE_TABLA:
        expectativa = "ExpectColumnValuesToBeBetween"
    return replace(caso.regla, expectativa=expectativa, parametros={**parametros, "column": columna})


def _marcos(juicios: Sequence[_Juicio]) -> list[tuple[int, list[_Juicio]]]:
    """Reúne los juicios de tamaño parecido en una tabla cada grupo, para correr pocas veces y sin relleno inútil."""
    grupos: dict[int, list[_Juicio]] = {}
    for j in juicios:
        grupos.setdefault(sum(len(j.valores) > a for a in _ANCHOS), []).append(j)
    return [(max(len(j.valores) for j in suyos), suyos) for suyos in grupos.values()]


def _veredicto(caso: Caso, columna: pa.Array, vista: _Vista, malos: npt.NDArray[np.int64], reventada: str) -> Veredicto:
    llenas = columna.is_valid().to_numpy(zero_copy_only=False)
    revisadas = np.ones_like(llenas) if caso.regla.expectativa == _NO_VACIA else llenas
    return Veredicto(caso.regla, vista.filas(malos, len(columna)), revisadas, reventada)


# ------------------------------------------------------------------ evidencia


def casos_de_evidencia(propias: Sequence[Sequence[Regla]], tabla: pa.Table) -> tuple[dict[str, pa.Array], list[Caso]]:
    """Reúne las reglas de negocio de todas las particiones de un lote en pocos casos, con las columnas en que se miran.

    Una regla igual en todas las particiones va sobre su columna. Si cambia su lista de valores (las actividades
    del plan), se mira si cada valor está en la de su partición. Si cambia otra cosa, cada variante mira solo los valores de
    sus particiones. `tabla` trae `particion` (su lugar en la lista) y la evidencia ya con tipo.
    """
    por_regla: dict[tuple[str, str | None], list[Regla]] = {}
    for suyas in propias:
        for r in suyas:
            por_regla.setdefault((r.regla, r.fuente), []).append(r)
    columnas: dict[str, pa.Array] = {}
    casos: list[Caso] = []
    for (_, fuente), reglas in por_regla.items():
        casos += _unir(reglas, _solo_de(tabla, reglas[0].campo or "", fuente), tabla["particion"].combine_chunks(), columnas)
    return columnas, casos


def _solo_de(tabla: pa.Table, campo: str, fuente: str | None) -> pa.Array:
    columna = tabla[campo].combine_chunks()
    return columna if fuente is None else _donde(pc.equal(tabla["fuente"].combine_chunks(), fuente), columna)


def _donde(cuales: pa.Array, columna: pa.Array) -> pa.Array:
    """Deja vacías las demás filas de la columna."""
    if pa.types.is_dictionary(columna.type):
        return pa.DictionaryArray.from_arrays(_donde(cuales, columna.indices), columna.dictionary)
    return pc.if_else(cuales, columna, pa.scalar(None, columna.type))


def _unir(reglas: Sequence[Regla], columna: pa.Array, particion: pa.Array, columnas: dict[str, pa.Array]) -> list[Caso]:
    variantes: dict[str, list[int]] = {}
    for i, r in enumerate(reglas):
        variantes.setdefault(repr({c: v for c, v in r.parametros.items() if c != "column"}), []).append(i)
    primera = reglas[0]
    nombre = f"{primera.regla}@{primera.fuente or ''}"
    if len(variantes) == 1:
        columnas[nombre] = columna
        return [Caso(nombre, primera)]
    if primera.expectativa == "ExpectColumnValuesToBeInSet":
        columnas[nombre] = _en_su_lista(reglas, columna, particion)
        return [Caso(nombre, replace(primera, parametros={**primera.parametros, "value_set": [EN_SU_LISTA]}))]
    casos = []
    for n, suyas in enumerate(variantes.values()):
        columnas[f"{nombre}/{n}"] = _donde(pc.is_in(particion, pa.array(suyas, particion.type)), columna)
        casos.append(Caso(f"{nombre}/{n}", reglas[suyas[0]]))
    return casos


def _en_su_lista(reglas: Sequence[Regla], columna: pa.Array, particion: pa.Array) -> pa.Array:
    """Cambia por una marca los valores que están en la lista de su partición; los demás quedan como son, y fallan.

    Great Expectations copia la lista de valores muchas veces; con la de miles de planes tardaría más que todo lo demás.
    """
    codificada = columna if pa.types.is_dictionary(columna.type) else columna.dictionary_encode()
    valores = codificada.dictionary.to_pylist()
    codigo = {v: n for n, v in enumerate(valores)}
    admitida = np.zeros((len(reglas), len(valores) + 1), dtype=bool)
    for i, r in enumerate(reglas):
        admitida[i, [codigo[v] for v in r.parametros["value_set"] if v in codigo]] = True
    suyos = pc.fill_null(codificada.indices, -1).to_numpy(zero_copy_only=False)
    nuevos = np.where(admitida[particion.to_numpy(zero_copy_only=False), suyos], len(valores), suyos)
    return pa.DictionaryArray.from_arrays(pa.array(nuevos, pa.int32(), mask=suyos < 0), pa.array([*valores, EN_SU_LISTA], pa.string()))


# ------------------------------------------------------------------ tablas calculadas


def juzgar_tablas(motor: Validador, tablas: Mapping[str, pa.Table], particion: Mapping[str, npt.NDArray[np.int32]], cuantas: int) -> list[tuple[str, Veredicto, npt.NDArray[np.int32]]]:
    """Corre las reglas de los esquemas y de las cuentas sobre las tablas de un lote.

    `particion` dice de qué partición es cada fila de cada tabla. Devuelve (tabla, veredicto, partición de sus filas).
    """
    columnas: dict[str, pa.Array] = {}
    casos: list[Caso] = []
    de_quien: list[tuple[str, npt.NDArray[np.int32]]] = []
    todas = np.arange(cuantas, dtype=np.int32)

    def agregar(tabla: str, caso: Caso, valores: pa.Array, filas: npt.NDArray[np.int32]) -> None:
        columnas.setdefault(caso.columna, valores)
        casos.append(caso)
        de_quien.append((tabla, filas))

    for nombre, datos in tablas.items():
        suya = particion[nombre]
        for r in reglas_de_la_tabla(TABLAS[nombre]):
            if r.expectativa == _FILAS_DE_TABLA:
                agregar(nombre, Caso(f"filas:{nombre}", r), pa.array(np.bincount(suya, minlength=cuantas)), todas)
            elif r.expectativa in DE_CLAVE:
                agregar(nombre, Caso(f"clave:{nombre}", r, directa=True), _codigo(datos, TABLAS[nombre].clave, suya), suya)
            elif r.expectativa not in DE_TABLA:
                agregar(nombre, Caso(f"{nombre}.{r.campo}", r), datos[str(r.campo)].combine_chunks(), suya)
    cuentas = tablas["conciliacion"]
    for r in reglas_de_conciliacion():
        agregar("conciliacion", Caso(f"resta:{r.regla}", r), _resta(cuentas, str(r.campo)), particion["conciliacion"])
    cuentan = pc.fill_null(tablas["avances"]["cuenta"].combine_chunks(), fill_value=False)
    suyas = particion["avances"][cuentan.to_numpy(zero_copy_only=False)]
    una_vez = regla_un_registro_una_vez()
    avances = tablas["avances"].select(una_vez.parametros["column_list"]).filter(cuentan)
    agregar("avances", Caso("una_vez", una_vez, directa=True), _codigo(avances, una_vez.parametros["column_list"], suyas), suyas)
    return [(t, v, f) for (t, f), v in zip(de_quien, juzgar(motor, columnas, casos), strict=True)]


def orden_de_columnas(motor: Validador, columnas: Mapping[str, Sequence[str]]) -> dict[str, Resultado]:
    """Corre la regla de las columnas de cada tabla sobre las que trae.

    Van todas en una sola lista, cada una con el nombre de su tabla delante; si no es la declarada, se mira tabla por tabla.
    """
    reglas = {n: next(r for r in reglas_de_la_tabla(TABLAS[n]) if r.expectativa == _ORDEN_DE_COLUMNAS) for n in columnas}
    pedidas, traidas = ([f"{n}.{c}" for n in columnas for c in suyas(n)] for suyas in (lambda n: TABLAS[n].nombres, columnas.__getitem__))
    (junto,) = motor.validar(_sin_filas(traidas), [replace(next(iter(reglas.values())), parametros={"column_list": pedidas})])
    if junto.estado == "cumple":
        return {n: replace(junto, regla=r) for n, r in reglas.items()}
    uno_por_uno = motor.validar_lotes([(_sin_filas(columnas[n]), [r]) for n, r in reglas.items()])
    return {n: r for n, (r,) in zip(columnas, uno_por_uno, strict=True)}


def columnas_en_orden(motor: Validador, columnas: Mapping[str, Sequence[str]]) -> list[str]:
    """Devuelve las tablas que no traen las columnas declaradas, en su orden."""
    return [n for n, r in orden_de_columnas(motor, columnas).items() if r.estado != "cumple"]


def _sin_filas(columnas: Sequence[str]) -> pa.Table:
    return pa.table([pa.array([], pa.string()) for _ in columnas], names=list(columnas))


def _codigo(datos: pa.Table, clave: Sequence[str], particion: npt.NDArray[np.int32]) -> pa.Array:
    """Da un número a cada clave distinta; la partición es parte de la clave."""
    if not datos.num_rows:
        return pa.array([], pa.int64())
    codigo = particion.astype(np.int64)
    for campo in clave:
        columna = datos[campo].combine_chunks()
        columna = columna if pa.types.is_dictionary(columna.type) else columna.dictionary_encode()
        codigo = codigo * (len(columna.dictionary) + 1) + pc.fill_null(columna.indices, len(columna.dictionary)).to_numpy(zero_copy_only=False)
        if codigo.max() > 1 << 40:
            codigo = np.unique(codigo, return_inverse=True)[1]
    return pa.array(codigo)


def _resta(datos: pa.Table, formula: str) -> pa.Array:
    """Calcula la resta que debe dar 0, con las columnas que nombra la regla."""
    primera, *otras = formula.split(" - ")
    resta = datos[primera].combine_chunks()
    for campo in otras:
        resta = pc.subtract(resta, datos[campo].combine_chunks())
    return resta
