"""El encabezado de una hoja de la matriz: de una o dos filas, con títulos escritos de muchas maneras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from rendicion.errores import ErrorFuente
from rendicion.fuentes.encabezado import FILAS_DEL_ENCABEZADO, Fila, letra, plano
from rendicion.fuentes.matriz.mapa import Mapa
from rendicion.proteccion import ocultar

UNION = ">"
ALTERNATIVA = "|"
_TITULOS_A_MOSTRAR, _LARGO_DE_TITULO = 20, 60


@dataclass(frozen=True)
class HojaCruda:
    """Es una hoja del libro: sus filas con su número real y sus celdas combinadas (fila y columna desde 0)."""

    nombre: str
    filas: Sequence[Fila]
    combinadas: Sequence[tuple[int, int, int, int]] = ()


@dataclass(frozen=True)
class EncabezadoDeMatriz:
    """Dice en qué filas está el encabezado, dónde queda cada columna declarada y cuáles se reconocieron por parecido."""

    primera: int
    ultima: int
    posiciones: Mapping[str, int]
    aproximados: tuple[tuple[str, str, str], ...] = ()
    textos: tuple[str, ...] = field(default=())


Ruta = tuple[str, ...]


def hallar_encabezado(hoja: HojaCruda, mapa: Mapa, donde: str) -> EncabezadoDeMatriz:
    """Halla la fila con todos los títulos declarados: la que dice el mapa, o la primera de las 30 de arriba.

    Un título se reconoce sin fijarse en tildes, mayúsculas, blancos ni saltos de línea, y se avisa. Lanza
    ErrorFuente si falta alguno (dice cuáles, qué se vio y a cuál se parece) o si uno está dos veces.
    """
    buscados = dict.fromkeys(mapa.columnas.values())
    mejor: tuple[int, Fila, list[Ruta]] | None = None
    for fila in _candidatas(hoja, mapa):
        rutas = rutas_de(hoja, fila, mapa.niveles, hasta_el_siguiente=mapa.hasta_el_siguiente)
        hallados = sum(1 for b in buscados if _posiciones(rutas, b, exacto=False))
        if hallados == len(buscados):
            return _armar(rutas, fila, mapa, f"{donde}, fila {fila.numero}")
        if mejor is None or hallados > mejor[0]:
            mejor = hallados, fila, rutas
    raise _sin_encabezado(mejor, list(buscados), mapa, donde)


def _candidatas(hoja: HojaCruda, mapa: Mapa) -> list[Fila]:
    if mapa.encabezado:
        return [f for f in hoja.filas if f.numero == mapa.encabezado]
    return [f for f in hoja.filas if f.numero <= FILAS_DEL_ENCABEZADO and any(c and c.strip() for c in f.celdas)]


def rutas_de(hoja: HojaCruda, fila: Fila, niveles: int, *, hasta_el_siguiente: bool) -> list[Ruta]:
    """Da el título de cada columna, de arriba abajo: («Trimestre I», «Ejecutado»), o («Código»,) si es uno solo.

    El título de arriba vale para las celdas combinadas con él; con `hasta_el_siguiente`, para todas las que siguen
    hasta otro título. Un título combinado sobre varias columnas, sin nada propio debajo, es el de la primera; las otras
    se llaman «Actividades [2]», «Actividades [3]».
    """
    abajo = [_recortado(c) for c in fila.celdas]
    arriba = _fila_de_arriba(hoja, fila, len(abajo), hasta_el_siguiente=hasta_el_siguiente) if niveles == 2 else [""] * len(abajo)
    rutas = [tuple(dict.fromkeys(t for t in par if t)) for par in zip(arriba, abajo, strict=True)]
    return _con_numero(hoja, fila, niveles, rutas)


def _con_numero(hoja: HojaCruda, fila: Fila, niveles: int, rutas: list[Ruta]) -> list[Ruta]:
    """Numera las columnas que comparten el título de una celda combinada a lo ancho."""
    filas = range(fila.numero - niveles, fila.numero)
    numeradas = list(rutas)
    for desde_f, desde_c, hasta_f, hasta_c in hoja.combinadas:
        if not any(desde_f <= f <= hasta_f for f in filas) or desde_c >= len(rutas) or not rutas[desde_c]:
            continue
        titulo = rutas[desde_c]
        for n, i in enumerate(range(desde_c + 1, min(hasta_c + 1, len(rutas))), 2):
            if rutas[i] in ((), titulo):
                numeradas[i] = (*titulo[:-1], f"{titulo[-1]} [{n}]")
    return numeradas


def _fila_de_arriba(hoja: HojaCruda, fila: Fila, ancho: int, *, hasta_el_siguiente: bool) -> list[str]:
    previa = next((f for f in hoja.filas if f.numero == fila.numero - 1), None)
    textos = [_recortado(c) for c in (previa.celdas if previa else ())][:ancho]
    textos += [""] * (ancho - len(textos))
    if hasta_el_siguiente:
        for i in range(1, ancho):
            # Un título de una sola fila (sin nada debajo) no abarca a los de su derecha.
            abarca = i > 0 and textos[i - 1] and _recortado(fila.celdas[i - 1])
            textos[i] = textos[i] or (textos[i - 1] if abarca and _recortado(fila.celdas[i]) else "")
        return textos
    for desde_f, desde_c, _hasta_f, hasta_c in hoja.combinadas:
        if desde_f == fila.numero - 2 and desde_c < ancho:
            for i in range(desde_c + 1, min(hasta_c + 1, ancho)):
                textos[i] = textos[i] or textos[desde_c]
    return textos


def _recortado(celda: str | None) -> str:
    return (celda or "").strip()


def _posiciones(rutas: Sequence[Ruta], declarado: str, *, exacto: bool) -> list[int]:
    """Da las columnas que llevan el título declarado: primero la ruta completa y, si no, el último nivel.

    «Código | Cód.» son dos maneras de escribir el mismo título; vale la primera que se halle.
    """
    igualar = str if exacto else plano
    for manera in declarado.split(ALTERNATIVA):
        partes = tuple(igualar(p.strip()) for p in manera.split(UNION))
        completas = [i for i, r in enumerate(rutas) if r and tuple(igualar(t) for t in r) == partes]
        if completas:
            return completas
        if len(partes) == 1 and (sueltas := [i for i, r in enumerate(rutas) if r and igualar(r[-1]) == partes[0]]):
            return sueltas
    return []


def _armar(rutas: list[Ruta], fila: Fila, mapa: Mapa, donde: str) -> EncabezadoDeMatriz:
    posiciones: dict[str, int] = {}
    aproximados: list[tuple[str, str, str]] = []
    for llave, declarado in mapa.columnas.items():
        iguales = _posiciones(rutas, declarado, exacto=True)
        halladas = iguales or _posiciones(rutas, declarado, exacto=False)
        if len(halladas) > 1:
            raise ErrorFuente(
                f"El título «{declarado}» está en varias columnas del encabezado ({' y '.join(letra(i) for i in halladas)}) y no se sabe cuál es.",
                donde=donde,
                hacer=f"Escriba el título completo, con el de arriba: «Trimestre I {UNION} Ejecutado»; o cambie el título de la columna que no es.",
            )
        posiciones[llave] = halladas[0]
        if not iguales:
            aproximados.append((llave, declarado, _mostrada(rutas[halladas[0]])))
    _negar_compartidas(posiciones, mapa, donde)
    return EncabezadoDeMatriz(fila.numero - mapa.niveles + 1, fila.numero, posiciones, tuple(aproximados), tuple(plano(_mostrada(r)) for r in rutas))


def _negar_compartidas(posiciones: Mapping[str, int], mapa: Mapa, donde: str) -> None:
    """Una cantidad no puede salir de la columna de otra: sería leer dos veces lo mismo."""
    cantidades = {k: i for k, i in posiciones.items() if ":" in k or k == "meta"}
    for llave, i in cantidades.items():
        otra = next((k for k, j in posiciones.items() if j == i and k != llave), None)
        if otra:
            raise ErrorFuente(
                f"La columna {letra(i)} («{mapa.columnas[llave]}») se declaró para dos cosas: {llave} y {otra}.",
                donde=donde,
                hacer="Corrija el mapa: cada cantidad sale de su propia columna.",
            )


def _mostrada(ruta: Iterable[str]) -> str:
    return f" {UNION} ".join(" ".join(t.split()) for t in ruta)


def _sin_encabezado(mejor: tuple[int, Fila, list[Ruta]] | None, buscados: list[str], mapa: Mapa, donde: str) -> ErrorFuente:
    if mejor is None:
        que = f"La fila {mapa.encabezado}, que el mapa dice que es el encabezado, no existe." if mapa.encabezado else "La hoja está vacía: no hay encabezado."
        return ErrorFuente(que, donde=donde, hacer="Corrija encabezado en [opciones], deje esa hoja por fuera con excluir_hojas, o pida de nuevo el archivo.")
    _, fila, rutas = mejor
    vistos = {plano(_mostrada(r)): _mostrada(r)[:_LARGO_DE_TITULO] for r in rutas if r}
    faltan = [b for b in buscados if not _posiciones(rutas, b, exacto=False)]
    parecidos = {b: get_close_matches(plano(b), list(vistos), n=1, cutoff=0.75) for b in faltan}
    pistas = [f"«{b}» se parece a «{ocultar(vistos[p[0]])}»" for b, p in parecidos.items() if p]
    mostrados = [f"«{ocultar(v)}»" for v in list(vistos.values())[:_TITULOS_A_MOSTRAR]]
    resto = f" y {len(vistos) - _TITULOS_A_MOSTRAR} más" if len(vistos) > _TITULOS_A_MOSTRAR else ""
    return ErrorFuente(
        f"A la hoja le faltan títulos declarados: {', '.join(f'«{b}»' for b in faltan)}. Se vio: {', '.join(mostrados) or 'nada'}{resto}."
        + (f" Parecidos: {'; '.join(pistas)}." if pistas else ""),
        donde=f"{donde}, fila {fila.numero}",
        hacer=f"Corrija el título en el mapa (acepta otras maneras: «uno {ALTERNATIVA} otro») o en la hoja; si la hoja no es de seguimiento, déjela por fuera con excluir_hojas.",
    )
