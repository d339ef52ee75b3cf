"""De hojas crudas a lectura: una fila por registro recibido y solo las columnas declaradas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import opcion_entera, opcion_lista, opcion_logica, opcion_texto
from rendicion.fuentes.encabezado import Encabezado, Falla, Fila, Hoja, buscar_encabezado, plano
from rendicion.fuentes.filtrado import columnas_de_filtro, columnas_leidas, filtro_que_no_cumple, hallazgos_de_filtros
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura, columnas_de_lectura

if TYPE_CHECKING:
    import pyarrow as pa

    from rendicion.fuente import Fuente

CELDA_MAXIMA = 100_000
TODO_EL_ARCHIVO = "todo el archivo"
_ERRORES_DE_CALCULO = frozenset(
    (
        "#DIV/0!",
        "#¡DIV/0!",
        "#N/A",
        "#N/D",
        "#REF!",
        "#¡REF!",
        "#VALUE!",
        "#¡VALOR!",
        "#NAME?",
        "#¿NOMBRE?",
        "#NULL!",
        "#¡NULO!",
        "#NUM!",
        "#¡NUM!",
    )
)
_DANADO = re.compile("Ã[\u0080-\u00bf\u2018-\u201e\u2020-\u2022\u2026\u2030\u20ac\u2122\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2039\u203a]|Â[°¿¡ºª]|â€|ï¿½|\ufffd")
_CON_TEXTO = ("titulo", "canal", "dependencia")
_BLANCOS = "\ufeff\u200b\u200c\u200d\u2060"


@dataclass
class _Acopio:
    """Junta lo leído mientras se recorren las hojas."""

    fuente: Fuente
    archivo: str
    celdas: dict[str, list[str | None]] = field(init=False)
    rechazos: list[Rechazo] = field(default_factory=list)
    hallazgos: list[Hallazgo] = field(default_factory=list)
    fuera: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.celdas = {c: [] for c in columnas_de_lectura(self.fuente)}

    @property
    def recibidos(self) -> int:
        return len(self.celdas["registro"])

    @property
    def leidos(self) -> int:
        return self.recibidos + self.fuera.total()

    def hallazgo(self, registro: str, campo: str, regla: str, explicacion: str, literal: str | None = None) -> None:
        self.hallazgos.append(
            Hallazgo(self.fuente.id, registro, campo, regla, "informativa", explicacion, literal=literal)
        )


def limpiar(texto: str | None) -> str | None:
    r"""Quita los blancos de los bordes (también el espacio duro); lo que queda vacío es nulo.

    >>> limpiar("\xa0 0 "), limpiar("  ")
    ('0', None)
    """
    if texto is None:
        return None
    limpio = texto.strip()
    if limpio and (limpio[0] in _BLANCOS or limpio[-1] in _BLANCOS):
        limpio = _sin_bordes(limpio)
    return limpio or None


def _sin_bordes(texto: str) -> str:
    while texto and (texto[0] in _BLANCOS or texto[-1] in _BLANCOS or texto != texto.strip()):
        texto = texto.strip().strip(_BLANCOS)
    return texto


def leer_hojas(
    hojas: Iterable[Hoja],
    fuente: Fuente,
    captura_sha256: str,
    archivo: str,
    *,
    hallazgos: Iterable[Hallazgo] = (),
    pista: str = "",
) -> Lectura:
    """Lee las hojas en orden y arma la lectura; lanza ErrorFuente si no trae ni un registro.

    `pista` se agrega al remedio cuando no se halla el encabezado.
    """
    acopio = _Acopio(fuente, archivo, hallazgos=list(hallazgos))
    hojas = list(hojas)
    for hoja in hojas:
        antes = acopio.leidos
        _leer_hoja(hoja, acopio, pista)
        if acopio.leidos == antes and len(hojas) > 1:
            acopio.hallazgo(
                f"hoja {hoja.nombre}",
                "registro",
                "hoja_sin_registros",
                f"La hoja «{hoja.nombre}» tiene encabezado y ningún registro.",
            )
    acopio.hallazgos += _letras_danadas(acopio)
    acopio.hallazgos += hallazgos_de_filtros(acopio.fuera, acopio.leidos, fuente, TODO_EL_ARCHIVO)
    revisar_cuenta(fuente, archivo, acopio.recibidos, acopio.leidos, "".join(f" {h.explicacion}" for h in acopio.hallazgos if h.regla == "filtrados"))
    return Lectura(
        fuente,
        captura_sha256,
        archivo,
        tabla_de_celdas(acopio.celdas),
        tuple(acopio.rechazos),
        tuple(acopio.hallazgos),
        acopio.fuera.total(),
    )


def tabla_de_celdas(celdas: Mapping[str, Sequence[str | None]]) -> pa.Table:
    """Convierte las listas en la tabla de Arrow de una lectura, toda de texto."""
    import pyarrow as pa  # pyarrow tarda en cargar, y listar los tipos no lo necesita

    return pa.table({c: pa.array(textos, pa.string()) for c, textos in celdas.items()})


def _letras_danadas(acopio: _Acopio) -> list[Hallazgo]:
    """Avisa de los textos que se guardaron dos veces con otra codificación: nada los arregla aquí, y así se publicarían."""
    danados = [n for n, textos in enumerate(zip(*(acopio.celdas[c] for c in _CON_TEXTO if c in acopio.celdas), strict=True)) if any(t and not t.isascii() and _DANADO.search(t) for t in textos)]
    if not danados:
        return []
    primero = acopio.celdas["lugar"][danados[0]]
    explicacion = (
        f"{len(danados)} de {acopio.recibidos} registros traen letras dañadas («Ã³» o «\ufffd» en vez de una tilde o una eñe): el archivo se guardó con otra "
        f"codificación antes de llegar. Así se publicarían. El primero está en {primero}. Expórtelo de nuevo desde el sistema de origen."
    )
    return [Hallazgo(acopio.fuente.id, TODO_EL_ARCHIVO, "titulo", "letras_danadas", "grave", explicacion)]


def revisar_cuenta(fuente: Fuente, donde: str, recibidos: int, leidos: int, filtrados: str) -> None:
    """Lanza ErrorFuente si no hay ni un registro y no se dijo que podía ser, o si no son los que se declararon."""
    if recibidos == 0 and not opcion_logica(fuente, "permite_vacia"):
        nada = "La fuente no trae ningún registro que cumpla sus filtros." if leidos else "La fuente no trae ningún registro: solo el encabezado."
        raise ErrorFuente(
            nada + filtrados,
            donde=donde,
            hacer="Pida el archivo completo; si de verdad no hay, escriba permite_vacia = true en [opciones].",
        )
    esperados = opcion_entera(fuente, "registros", leidos)
    if leidos != esperados:
        raise ErrorFuente(
            f"Se declararon {esperados} registros y el archivo trae {leidos}: puede estar cortado.",
            donde=donde,
            hacer="Pida el archivo completo, o corrija la opción registros.",
        )


def _leer_hoja(hoja: Hoja, acopio: _Acopio, pista: str) -> None:
    fuente = acopio.fuente
    donde = acopio.archivo if hoja.nombre is None else f"{acopio.archivo}, hoja {hoja.nombre}"
    if not any(_tiene_algo(f) for f in hoja.filas):
        raise ErrorFuente(
            "El archivo o la hoja no trae nada.", donde=donde, hacer="Pida de nuevo el archivo a la dependencia."
        )
    encabezado = buscar_encabezado(hoja, columnas_leidas(fuente), donde, pista)
    _avisar_aproximados(hoja, encabezado, acopio)
    filas = list(_registros(hoja, encabezado, acopio))
    if hoja.anchos:
        _negar_si_todas_sobran(filas, encabezado, donde, hoja.palabra)
    anterior: dict[str, str | None] = {}
    for fila in filas:
        anterior = _agregar(fila, hoja, encabezado, acopio, anterior)


def _tiene_algo(fila: Fila) -> bool:
    return bool(fila.fallas) or any(limpiar(c) for c in fila.celdas)


def _lugar_corto(hoja: Hoja, fila: Fila) -> str:
    corto = f"{hoja.palabra} {fila.numero}"
    return corto if hoja.nombre is None else f"hoja {hoja.nombre}, {corto}"


def _avisar_aproximados(hoja: Hoja, encabezado: Encabezado, acopio: _Acopio) -> None:
    lugar = _lugar_corto(hoja, hoja.filas[encabezado.indice])
    for campo, declarado, visto in encabezado.aproximados:
        acopio.hallazgo(
            lugar,
            campo,
            "encabezado_aproximado",
            f"La columna se declaró «{declarado}» y el archivo dice «{' '.join(visto.split())}»; es la misma.",
            visto,
        )


def _registros(hoja: Hoja, encabezado: Encabezado, acopio: _Acopio) -> Iterator[Fila]:
    """Da las filas que son registros: ni vacías, ni el encabezado repetido, ni un total declarado."""
    titulos = [plano(c or "") for c in hoja.filas[encabezado.indice].celdas]
    totales = [plano(t) for t in opcion_lista(acopio.fuente, "filas_total")]
    for fila in hoja.filas[encabezado.indice + 1 :]:
        if not _tiene_algo(fila):
            continue
        if len(fila.celdas) == len(titulos) and all(plano(c or "") == t for c, t in zip(fila.celdas, titulos, strict=True)):
            acopio.hallazgo(
                _lugar_corto(hoja, fila),
                "registro",
                "encabezado_repetido",
                "La fila repite el encabezado; no es un registro.",
            )
        elif totales and any(fnmatchcase(_primera(fila), t) for t in totales):
            acopio.hallazgo(
                _lugar_corto(hoja, fila),
                "registro",
                "fila_total",
                "La fila es un total, según la opción filas_total; no es un registro.",
            )
        else:
            yield fila


def _primera(fila: Fila) -> str:
    return plano(next((c for c in fila.celdas if limpiar(c)), None) or "")


def _negar_si_todas_sobran(filas: Sequence[Fila], encabezado: Encabezado, donde: str, palabra: str) -> None:
    if len(filas) > 1 and all(len(f.celdas) > encabezado.ancho for f in filas):
        sobra = all(not any(map(limpiar, f.celdas[encabezado.ancho :])) for f in filas)
        pista = " Si cada fila termina en un separador que el encabezado no tiene, agréguelo también al encabezado." if sobra else ""
        raise ErrorFuente(
            f"Todas las filas traen más datos que columnas tiene el encabezado "
            f"({len(filas[0].celdas)} contra {encabezado.ancho}); leerlas así correría las columnas.",
            donde=f"{donde}, desde la {palabra} {filas[0].numero}",
            hacer=f"Revise si falta un título en el encabezado, o si un texto trae el separador sin comillas.{pista}",
        )


def _falla_de_ancho(fila: Fila, ancho: int, separador: str) -> Falla | None:
    trae = len(fila.celdas)
    if trae > ancho:
        return Falla(
            "fila_con_columnas_de_mas",
            f"La fila trae {trae} datos y el encabezado tiene {ancho} columnas; no se sabe cuál es cuál.",
            f"Ponga entre comillas el texto que lleva «{separador}», o quite el dato que sobra.",
            f"{trae} datos",
        )
    if trae < ancho:
        return Falla(
            "fila_incompleta",
            f"La fila trae {trae} datos y el encabezado tiene {ancho} columnas.",
            "Complete la fila; deje vacío entre separadores lo que no tenga dato.",
            f"{trae} datos",
        )
    return None


def _agregar(
    fila: Fila, hoja: Hoja, encabezado: Encabezado, acopio: _Acopio, anterior: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Agrega un registro con sus faltas; devuelve lo leído, para rellenar hacia abajo la fila que sigue.

    De una fila corrida no sale ninguna celda: en una columna declarada podría estar el dato personal de otra.
    """
    corto, fuente = _lugar_corto(hoja, fila), acopio.fuente
    de_fila = fila.falla or (_falla_de_ancho(fila, encabezado.ancho, fuente.separador or ",") if hoja.anchos else None)
    leidos: dict[str, str | None]
    if de_fila:
        leidos, fallas = dict.fromkeys(encabezado.posiciones), {"registro": de_fila}
    else:
        leidos, fallas = _leer_celdas(fila, encabezado)
        for campo in opcion_lista(fuente, "rellenar"):
            if leidos.get(campo) is None and campo not in fallas:
                leidos[campo] = anterior.get(campo)
    if fuente.filtros and not de_fila and not fallas.keys() & columnas_de_filtro(fuente).keys():
        decision = filtro_que_no_cumple(leidos, fuente)
        if isinstance(decision, int):
            acopio.fuera[decision] += 1
            return leidos
        fallas = {**fallas, **decision}
    if "registro" in encabezado.posiciones and leidos["registro"] is None and not fallas:
        fallas = {"registro": _clave_ausente(fuente.columnas["registro"])}
    registro = leidos.get("registro") or corto
    completos = {**leidos, **_constantes(fuente, estropeada=de_fila is not None), "registro": registro}
    acopio.celdas["lugar"].append(f"{acopio.archivo}, {corto}")
    for campo in fuente.campos:
        acopio.celdas[campo].append(completos.get(campo))
    acopio.rechazos += [
        Rechazo(
            acopio.recibidos - 1,
            registro,
            c,
            f.regla,
            f"{f.explicacion} Está en {acopio.archivo}, {corto}{'' if de_fila else _columna(c, fuente)}.",
            f.como_corregir,
            f.valor,
        )
        for c, f in fallas.items()
    ]
    return dict(anterior) if de_fila else leidos


def _columna(campo: str, fuente: Fuente) -> str:
    nombre = {**fuente.columnas, **{c: f.nombre for c, f in zip(columnas_de_filtro(fuente), fuente.filtros, strict=True)}}.get(campo)
    return f", columna «{nombre}»" if nombre else ""


def _clave_ausente(columna: str) -> Falla:
    return Falla(
        "registro_ausente",
        f"La columna «{columna}», que identifica el registro, está vacía: no se sabría si se repite.",
        f"Escriba la clave del registro en «{columna}».",
    )


def _leer_celdas(fila: Fila, encabezado: Encabezado) -> tuple[dict[str, str | None], dict[str, Falla]]:
    """Toma solo las columnas declaradas; la celda que no se puede leer queda nula y con su falla."""
    leidos: dict[str, str | None] = {}
    fallas: dict[str, Falla] = {}
    for campo, posicion in encabezado.posiciones.items():
        valor = limpiar(fila.celdas[posicion]) if posicion < len(fila.celdas) else None
        falla = fila.fallas.get(posicion) or (falla_de_celda(valor) if valor else None)
        leidos[campo] = None if falla else valor
        if falla:
            fallas[campo] = falla
    return leidos, fallas


def falla_de_celda(valor: str) -> Falla | None:
    """Dice por qué el texto de una celda no se puede leer: es enorme, es un error de cálculo o trae letras que no existen."""
    if len(valor) > CELDA_MAXIMA:
        return Falla(
            "celda_enorme",
            f"La celda tiene más de {CELDA_MAXIMA} caracteres, que es el máximo.",
            "Acorte el texto; si el archivo trae una comilla sin cerrar, ciérrela.",
        )
    if valor.startswith("#") and valor.upper() in _ERRORES_DE_CALCULO:
        return celda_con_error(valor)
    if not valor.isascii() and any("\ud800" <= c <= "\udfff" for c in valor):
        return Falla("celda_ilegible", "La celda trae un carácter que no existe.", "Escriba de nuevo el texto.")
    return None


def celda_con_error(valor: str) -> Falla:
    """Dice que la celda trae un error de cálculo, que no es un dato ni un vacío."""
    return Falla(
        "celda_con_error", f"La celda trae el error de cálculo {valor}.", "Corrija la fórmula o escriba el dato.", valor
    )


def _constantes(fuente: Fuente, *, estropeada: bool) -> dict[str, str]:
    """Da lo que la declaración fija para cada registro; donde hay columna, manda la columna.

    La actividad constante gana siempre. Sin columna de cantidad cada registro vale 1, salvo el que no se pudo leer.
    """
    fijos = {"dependencia": fuente.dependencia, "canal": opcion_texto(fuente, "canal"), "espacio": fuente.espacio}
    if not estropeada:
        fijos["cantidad"] = "1"
    dados = {c: v for c, v in fijos.items() if v is not None and c not in fuente.columnas}
    return {**dados, "actividad_id": fuente.actividad} if fuente.actividad else dados


def revisar_campos(fuente: Fuente, campos: Iterable[str], opcion: str) -> None:
    """Lanza ErrorUso si una opción nombra campos que la fuente no declara en [columnas]."""
    ajenos = [c for c in campos if c not in fuente.columnas]
    if ajenos:
        raise ErrorUso(
            f"La opción {opcion} nombra campos sin columna: {', '.join(ajenos)}.",
            donde=f"fuente {fuente.id}, [opciones]",
            hacer="Declárelos en [columnas] o quítelos de la opción.",
        )
