"""El cuadro del plan dentro de un documento: sus títulos, sus bloques y sus filas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.planes.documento import Documento, Fila
from rendicion.planes.subcomponentes import trae_numero
from rendicion.planes.texto import clave, en_lista, plegar, recortar
from rendicion.planes.vocabulario import Vocabulario

ORIGEN = "plan"
# Lo que dice a qué bloque pertenece la fila, y no qué hay que hacer.
_DEL_BLOQUE = frozenset(("subcomponente", "peso_subcomponente"))
_MINIMO_TITULOS = 2


@dataclass(frozen=True)
class FilaPlan:
    """Es una fila del cuadro: lo que hay en cada campo, recortado, y lo que bajó de celdas combinadas."""

    lugar: str
    valores: Mapping[str, str]
    combinados: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cuadro:
    """Es el cuadro del plan: sus actividades, los renglones de afuera y lo que llamó la atención."""

    filas: tuple[FilaPlan, ...]
    afuera: tuple[str, ...]
    campos: frozenset[str]
    hallazgos: tuple[Hallazgo, ...]


def hallazgo(
    registro: str,
    campo: str,
    regla: str,
    gravedad: str,
    explicacion: str,
    *,
    literal: str | None = None,
    valor: str | None = None,
) -> Hallazgo:
    """Arma un hallazgo del plan."""
    return Hallazgo(ORIGEN, registro, campo, regla, gravedad, explicacion, literal or None, valor or None)


@dataclass(frozen=True)
class _Titulos:
    columnas: Mapping[int, str]
    desconocidas: Mapping[int, str]


@dataclass
class _Lector:
    documento: Documento
    vocabulario: Vocabulario
    titulos: _Titulos | None = None
    subcomponente: str | None = None
    filas: list[FilaPlan] = field(default_factory=list)
    afuera: list[str] = field(default_factory=list)
    campos: set[str] = field(default_factory=set)
    hojas: set[str] = field(default_factory=set)
    hallazgos: list[Hallazgo] = field(default_factory=list)


def leer_cuadro(documento: Documento, vocabulario: Vocabulario) -> Cuadro:
    """Encuentra las filas del plan por los títulos de sus columnas, estén donde estén y en cualquier orden.

    Los títulos repetidos, los renglones de título entre bloques y los blancos se saltan; el
    subcomponente baja hasta el siguiente. Nada más se pierde: lo que no es una actividad queda como
    hallazgo. Se niega con `ErrorUso` si no hay cuadro o le falta una columna obligatoria.
    """
    lector = _Lector(documento, vocabulario)
    entre_bloques = _entre_bloques(documento, vocabulario)
    for i, fila in enumerate(documento.lineas):
        if i == 0 or fila.hoja != documento.lineas[i - 1].hoja:
            lector.titulos = lector.subcomponente = None
        _leer_fila(lector, fila, es_titulo=i in entre_bloques, posicion=i)
    if not lector.campos:
        raise _sin_cuadro(documento, vocabulario)
    lector.hallazgos += _hojas_sin_cuadro(documento, lector.hojas)
    return Cuadro(tuple(lector.filas), tuple(lector.afuera), frozenset(lector.campos), tuple(lector.hallazgos))


def _hojas_sin_cuadro(documento: Documento, con_cuadro: set[str]) -> list[Hallazgo]:
    hojas = dict.fromkeys(f.hoja for f in documento.lineas if f.hoja not in con_cuadro and _escritas(f))
    explicacion = "La hoja no tiene los títulos del plan; no se leyeron actividades de ella."
    return [hallazgo(f"hoja {h}", "documento", "hoja_sin_cuadro", "informativa", explicacion) for h in hojas]


def _escritas(fila: Fila) -> dict[int, str]:
    return {i: recortar(c) for i, c in enumerate(fila.celdas) if recortar(c) and i not in fila.combinadas}


def _leer_fila(lector: _Lector, fila: Fila, *, es_titulo: bool, posicion: int) -> None:
    escritas = _escritas(fila)
    if not escritas:
        return
    titulos = _titulos(fila, lector.vocabulario, lector.documento.nombre)
    if titulos:
        _abrir_bloque(lector, fila, titulos)
    elif lector.titulos is None or es_titulo:
        lector.afuera.append(" ".join(escritas.values()))
    else:
        _leer_fila_del_cuadro(lector, lector.titulos, fila, posicion)


def _titulos(fila: Fila, vocabulario: Vocabulario, nombre: str) -> _Titulos | None:
    """Reconoce una fila de títulos: al menos dos celdas son títulos conocidos de columnas distintas."""
    celdas = {i: clave(c) for i, c in _escritas(fila).items()}
    columnas: dict[int, str] = {}
    for columna in vocabulario.columnas:
        posibles = sorted((columna.titulos.index(c), i) for i, c in celdas.items() if c in columna.titulos and i not in columnas)
        if len(posibles) > 1 and posibles[0][0] == posibles[1][0] and len(columnas) + 1 >= _MINIMO_TITULOS:
            raise ErrorUso(
                f"Dos columnas se llaman igual: {en_lista([fila.celdas[posibles[0][1]]])}.",
                donde=f"{nombre}, {fila.lugar}",
                hacer="Deje una sola, o cámbiele el título a la que no es del plan.",
            )
        if posibles:
            columnas[posibles[0][1]] = columna.campo
    if len(set(columnas.values())) < _MINIMO_TITULOS:
        return None
    return _Titulos(columnas, {i: c for i, c in _escritas(fila).items() if i not in columnas})


def _abrir_bloque(lector: _Lector, fila: Fila, titulos: _Titulos) -> None:
    faltan = [c for c in lector.vocabulario.columnas if c.obligatoria and c.campo not in titulos.columnas.values()]
    if faltan:
        buscados = "; ".join(f"{c.campo}: {en_lista(list(c.titulos[:6]))}" for c in faltan)
        raise ErrorUso(
            f"Al cuadro del plan le falta la columna {en_lista([c.campo for c in faltan])}. "
            f"Se buscó, sin fijarse en tildes ni mayúsculas, {buscados}. "
            f"Se encontró: {en_lista(list(_escritas(fila).values()))}.",
            donde=f"{lector.documento.nombre}, {fila.lugar}",
            hacer="Cambie el título de esa columna, agréguela, o agregue su título al vocabulario de la entidad.",
        )
    if lector.titulos is None:
        lector.subcomponente = None
    lector.titulos = titulos
    lector.campos |= set(titulos.columnas.values())
    lector.hojas.add(fila.hoja)
    ya = {h.campo for h in lector.hallazgos if h.regla == "columna_desconocida"}
    for titulo in titulos.desconocidas.values():
        if titulo not in ya:
            lector.hallazgos.append(
                hallazgo(
                    fila.lugar, titulo, "columna_desconocida", "advertencia",
                    f"La columna «{' '.join(titulo.split())}» ({fila.lugar}) no es de las que se saben leer y "
                    "no se usó. Si es del plan, agregue su título al vocabulario.",
                    literal=titulo,
                )
            )  # fmt: skip


def _leer_fila_del_cuadro(lector: _Lector, titulos: _Titulos, fila: Fila, posicion: int) -> None:
    escritas = _escritas(fila)
    valores, combinados = _valores(titulos, fila)
    otros = [titulos.columnas.get(i, "") for i in escritas if titulos.columnas.get(i) not in _DEL_BLOQUE | {"actividad"}]
    if _es_total(valores, lector.vocabulario):
        lector.hallazgos.append(_de_fila(fila, "fila_de_total", "informativa", "La fila es un total, no una actividad; no se usó."))
        return
    if len(escritas) == 1 and _puede_ser_rotulo(titulos, escritas, lector.vocabulario):
        _leer_rotulo(lector, titulos, fila, posicion)
        return
    if len(escritas) == 1 and _casa(plegar(next(iter(escritas.values()))), lector.vocabulario):
        lector.afuera.append(next(iter(escritas.values())))
        return
    if "subcomponente" in valores:
        lector.subcomponente = valores["subcomponente"]
    _avisar_sobrantes(lector, titulos, fila)
    if "actividad" in valores and otros:
        _agregar_actividad(lector, fila, valores, combinados)
    elif "actividad" in valores:
        lector.hallazgos.append(
            _de_fila(
                fila, "fila_suelta", "advertencia",
                f"La fila ({fila.lugar}) tiene texto en la columna de actividades y nada más: ni meta, "
                "ni responsable, ni fecha. No se cuenta como actividad.",
                literal=valores["actividad"], campo="actividad",
            )
        )  # fmt: skip
    elif otros:
        lector.hallazgos.append(
            _de_fila(
                fila,
                "fila_sin_actividad",
                "grave",
                f"La fila ({fila.lugar}) tiene datos y no dice de qué actividad son. No se cuenta como actividad.",
            )
        )


def _puede_ser_rotulo(titulos: _Titulos, escritas: Mapping[int, str], vocabulario: Vocabulario) -> bool:
    """Dice si el único texto de la fila puede ser un rótulo: está en la columna del bloque o trae su número."""
    ((columna, texto),) = escritas.items()
    return titulos.columnas.get(columna) == "subcomponente" or trae_numero(texto, vocabulario)


def _agregar_actividad(lector: _Lector, fila: Fila, valores: Mapping[str, str], combinados: frozenset[str]) -> None:
    if lector.subcomponente is None:
        raise ErrorUso(
            "La primera actividad del cuadro no dice de qué subcomponente es.",
            donde=f"{lector.documento.nombre}, {fila.lugar}",
            hacer="Escriba el subcomponente en la primera fila de cada bloque.",
        )
    lector.filas.append(FilaPlan(fila.lugar, {**valores, "subcomponente": lector.subcomponente}, combinados))


def _valores(titulos: _Titulos, fila: Fila) -> tuple[dict[str, str], frozenset[str]]:
    valores, combinados = {}, set()
    for i, campo in titulos.columnas.items():
        texto = recortar(fila.celdas[i]) if i < len(fila.celdas) else ""
        if texto:
            valores[campo] = texto
            combinados |= {campo} if i in fila.combinadas else set()
    return valores, frozenset(combinados)


def _leer_rotulo(lector: _Lector, titulos: _Titulos, fila: Fila, posicion: int) -> None:
    """Lee una fila con un solo texto fuera de la columna de actividades: subcomponente, título u otra cosa."""
    texto = next(iter(_escritas(fila).values()))
    if _casa(plegar(texto), lector.vocabulario):
        lector.afuera.append(texto)
    elif trae_numero(texto, lector.vocabulario) or _abre_bloque(titulos, lector.documento.lineas, posicion):
        lector.subcomponente = texto
    else:
        lector.hallazgos.append(
            _de_fila(
                fila,
                "texto_fuera_del_cuadro",
                "informativa",
                f"Este texto ({fila.lugar}) no es un título conocido ni parte de una actividad; no se usó.",
            )
        )


def _abre_bloque(titulos: _Titulos, lineas: Sequence[Fila], posicion: int) -> bool:
    fila = next((f for f in islice(lineas, posicion + 1, None) if _escritas(f)), None)
    if fila is None:
        return False
    valores, _ = _valores(titulos, fila)
    return "actividad" in valores and "subcomponente" not in valores and len(valores) > 1


def _avisar_sobrantes(lector: _Lector, titulos: _Titulos, fila: Fila) -> None:
    sobran = {i: c for i, c in _escritas(fila).items() if i not in titulos.columnas and i not in titulos.desconocidas}
    if sobran:
        lector.hallazgos.append(
            _de_fila(
                fila, "celda_sin_titulo", "advertencia",
                f"La fila ({fila.lugar}) tiene texto en columnas sin título; no se usó.",
                literal=" | ".join(sobran.values()), campo="celda",
            )
        )  # fmt: skip


def _de_fila(fila: Fila, regla: str, gravedad: str, explicacion: str, *, literal: str | None = None, campo: str = "fila") -> Hallazgo:
    return hallazgo(fila.lugar, campo, regla, gravedad, explicacion, literal=literal or " | ".join(_escritas(fila).values()))


def _es_total(valores: Mapping[str, str], vocabulario: Vocabulario) -> bool:
    return any(clave(valores.get(c, "")) in vocabulario.filas_total for c in ("subcomponente", "actividad", "codigo"))


def _casa(plegado: str, vocabulario: Vocabulario) -> bool:
    return any(p.search(plegado) for p in vocabulario.titulos)


def _entre_bloques(documento: Documento, vocabulario: Vocabulario) -> set[int]:
    """Señala los renglones de título que hay entre el fin de un bloque y los títulos repetidos del siguiente.

    Son los de un solo texto que siguen a un blanco o a un título conocido y llegan, sin otra fila
    de por medio, hasta una fila de títulos.
    """
    senalados: set[int] = set()
    tramo: list[int] = []
    abierto = False
    for i, fila in enumerate(documento.lineas):
        escritas = _escritas(fila)
        if len(escritas) > 1:
            if _titulos(fila, vocabulario, documento.nombre):
                senalados |= set(tramo)
            tramo, abierto = [], False
            continue
        texto = next(iter(escritas.values()), "")
        abierto = abierto or not escritas or _casa(plegar(texto), vocabulario)
        if abierto and escritas and not trae_numero(texto, vocabulario):
            tramo.append(i)
    return senalados


def _sin_cuadro(documento: Documento, vocabulario: Vocabulario) -> ErrorUso:
    anchas = [f for f in documento.lineas if len(_escritas(f)) > 1]
    primera = max(anchas[:20], key=lambda f: len(_escritas(f)), default=None)
    buscados = en_lista([c.titulos[0] for c in vocabulario.columnas if c.obligatoria])
    visto = f" La fila más parecida ({primera.lugar}) dice: {en_lista(list(_escritas(primera).values())[:8])}." if primera else ""
    return ErrorUso(
        f"No se encontró el cuadro del plan: ninguna fila tiene los títulos {buscados}.{visto}",
        donde=documento.nombre,
        hacer="Revise que el cuadro tenga su fila de títulos, o agregue los que usa al vocabulario de la entidad.",
    )
