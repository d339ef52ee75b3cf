"""Las palabras con que se lee un plan: son datos, para que otra entidad no toque el código."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from rendicion.errores import ErrorUso
from rendicion.planes.texto import clave, plegar

GRAVEDADES = ("informativa", "advertencia", "grave")
RELACIONES = ("igual", "multiplo")
CAMPOS_COLUMNA = (
    "subcomponente", "actividad", "meta", "responsable", "fecha", "inicio", "fin",
    "peso", "peso_subcomponente", "agregacion", "programacion", "codigo",
)  # fmt: skip
CAMPOS_TEXTO = ("subcomponente", "actividad", "meta", "responsable", "fecha")
Patron = re.Pattern[str]


@dataclass(frozen=True)
class Columna:
    """Dice con qué títulos puede venir una columna del plan, del más propio al menos propio."""

    campo: str
    titulos: tuple[str, ...]
    obligatoria: bool = False


@dataclass(frozen=True)
class Termino:
    """Es una expresión dudosa que conviene que una persona mire."""

    regla: str
    patron: Patron
    campo: str
    esperado: str
    explicacion: str
    gravedad: str = "advertencia"


@dataclass(frozen=True)
class Coherencia:
    """Relaciona las metas de dos actividades que deberían cuadrar entre sí."""

    regla: str
    actividad: Patron
    contra: Patron
    relacion: str
    explicacion: str
    gravedad: str = "advertencia"


@dataclass(frozen=True)
class Vocabulario:
    """Reúne las palabras del plan; los patrones se buscan en el texto sin tildes y en minúsculas."""

    columnas: tuple[Columna, ...]
    meses: Mapping[str, int]
    titulos: tuple[Patron, ...]
    vigencia: tuple[Patron, ...]
    periodo: tuple[Patron, ...]
    filas_total: frozenset[str]
    prefijos_subcomponente: tuple[str, ...]
    separadores_responsable: tuple[str, ...]
    genericas_dependencia: frozenset[str]
    numeros: Mapping[str, str]
    periodos: Mapping[str, int]
    ordinales: Mapping[str, int]
    periodicidades: Mapping[str, int]
    palabras_finales: frozenset[str]
    agregacion: Mapping[str, str]
    programacion: Mapping[str, str]
    terminos: tuple[Termino, ...]
    coherencias: tuple[Coherencia, ...]

    def columna(self, campo: str) -> Columna | None:
        """Devuelve los títulos con que puede venir un campo, si el vocabulario lo nombra."""
        return next((c for c in self.columnas if c.campo == campo), None)


def vocabulario_desde(datos: Mapping[str, Any], *, donde: str) -> Vocabulario:
    """Construye el vocabulario desde el TOML ya leído; se niega con un mensaje claro si algo falta o sobra."""
    claves = {f.name for f in fields(Vocabulario)}
    sobran = sorted(set(datos) - claves)
    if sobran:
        raise _error(
            f"El vocabulario usa claves que no existen: {', '.join(sobran)}.",
            donde,
            f"Use solo: {', '.join(sorted(claves))}.",
        )
    return Vocabulario(
        columnas=_columnas(_tabla(datos, "columnas", donde), donde),
        meses=_enteros(datos, "meses", donde, tope=12),
        titulos=_patrones(datos, "titulos", donde),
        vigencia=_patrones(datos, "vigencia", donde, grupos=1),
        periodo=_patrones(datos, "periodo", donde),
        filas_total=frozenset(clave(t) for t in _lista(datos, "filas_total", donde)),
        prefijos_subcomponente=tuple(plegar(t) for t in _lista(datos, "prefijos_subcomponente", donde)),
        separadores_responsable=_lista(datos, "separadores_responsable", donde) or ("/", ";"),
        genericas_dependencia=frozenset(clave(t) for t in _lista(datos, "genericas_dependencia", donde)),
        numeros={plegar(k): str(v) for k, v in _tabla(datos, "numeros", donde).items()},
        periodos=_enteros(datos, "periodos", donde, tope=12),
        ordinales=_enteros(datos, "ordinales", donde, tope=12),
        periodicidades=_enteros(datos, "periodicidades", donde, tope=366),
        palabras_finales=frozenset(clave(t) for t in _lista(datos, "palabras_finales", donde)),
        agregacion=_opciones(datos, "agregacion", ("suma", "ultimo"), donde),
        programacion=_opciones(datos, "programacion", ("hitos", "lineal", "al_final"), donde),
        terminos=_terminos(datos, donde),
        coherencias=_coherencias(datos, donde),
    )


def ampliar(base: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Une al vocabulario general las palabras propias de una entidad, que van primero.

    Las listas se suman, las tablas se mezclan por clave y, en lo demás, manda la entidad.
    """
    unido = dict(base)
    for nombre, valor in extra.items():
        previo = base.get(nombre)
        if isinstance(previo, Mapping) and isinstance(valor, Mapping):
            unido[nombre] = ampliar(previo, valor)
        elif isinstance(previo, list | tuple) and isinstance(valor, list | tuple):
            unido[nombre] = [*valor, *previo]
        else:
            unido[nombre] = valor
    return unido


def _error(que: str, donde: str, hacer: str) -> ErrorUso:
    return ErrorUso(que, donde=donde, hacer=hacer)


def _tabla(datos: Mapping[str, Any], nombre: str, donde: str) -> Mapping[str, Any]:
    valor = datos.get(nombre, {})
    if not isinstance(valor, Mapping):
        raise _error(f"«{nombre}» debe ser una tabla de TOML.", donde, f"Escriba una sección [{nombre}].")
    return valor


def _lista(datos: Mapping[str, Any], nombre: str, donde: str) -> tuple[str, ...]:
    valor = datos.get(nombre, [])
    if not isinstance(valor, list | tuple) or not all(isinstance(v, str) and v for v in valor):
        raise _error(f"«{nombre}» debe ser una lista de textos.", donde, f'Escriba {nombre} = ["…", "…"].')
    return tuple(valor)


def _patrones(datos: Mapping[str, Any], nombre: str, donde: str, *, grupos: int = 0) -> tuple[Patron, ...]:
    patrones = tuple(_patron(p, nombre, donde) for p in _lista(datos, nombre, donde))
    if any(p.groups < grupos for p in patrones):
        raise _error(f"Cada patrón de «{nombre}» debe encerrar entre paréntesis lo que busca.", donde, r"Por ejemplo: (20\d\d).")
    return patrones


def _patron(texto: object, nombre: str, donde: str) -> Patron:
    try:
        return re.compile(str(texto))
    except re.error as causa:
        raise _error(f"El patrón «{texto}» de «{nombre}» no es una expresión regular: {causa}.", donde, "Corríjalo.") from causa


def _enteros(datos: Mapping[str, Any], nombre: str, donde: str, *, tope: int) -> Mapping[str, int]:
    return _valores(
        datos,
        nombre,
        donde,
        lambda v: isinstance(v, int) and not isinstance(v, bool) and 1 <= v <= tope,
        f"números de 1 a {tope}",
    )


def _opciones(datos: Mapping[str, Any], nombre: str, opciones: tuple[str, ...], donde: str) -> Mapping[str, str]:
    return _valores(datos, nombre, donde, lambda v: v in opciones, f"uno de: {', '.join(opciones)}")


def _valores(datos: Mapping[str, Any], nombre: str, donde: str, sirve: Callable[[Any], bool], se_espera: str) -> dict[str, Any]:
    tabla = _tabla(datos, nombre, donde)
    malos = [k for k, v in tabla.items() if not sirve(v)]
    if malos:
        raise _error(f"En [{nombre}], el valor de «{malos[0]}» no sirve.", donde, f"Se espera {se_espera}.")
    return {clave(k): v for k, v in tabla.items()}


def _columnas(tabla: Mapping[str, Any], donde: str) -> tuple[Columna, ...]:
    ajenas = sorted(set(tabla) - set(CAMPOS_COLUMNA))
    if ajenas:
        raise _error(
            f"[columnas] nombra campos que no existen: {', '.join(ajenas)}.",
            donde,
            f"Use solo: {', '.join(CAMPOS_COLUMNA)}.",
        )
    faltan = [c for c in ("subcomponente", "actividad", "meta") if c not in tabla]
    if faltan:
        raise _error(f"A [columnas] le falta: {', '.join(faltan)}.", donde, "Diga con qué títulos puede venir esa columna.")
    return tuple(_columna(campo, _tabla(tabla, campo, donde), donde) for campo in tabla)


def _columna(campo: str, tabla: Mapping[str, Any], donde: str) -> Columna:
    titulos = tuple(dict.fromkeys(clave(t) for t in _lista(tabla, "titulos", f"{donde}, [columnas.{campo}]")))
    if not titulos:
        raise _error(f"[columnas.{campo}] no dice con qué títulos puede venir.", donde, 'Escriba titulos = ["…"].')
    return Columna(campo, titulos, obligatoria=tabla.get("obligatoria", False) is True)


def _secciones(
    datos: Mapping[str, Any],
    nombre: str,
    obligatorias: tuple[str, ...],
    opciones: Mapping[str, tuple[str, ...]],
    donde: str,
) -> list[Mapping[str, Any]]:
    secciones = datos.get(nombre, [])
    if not isinstance(secciones, list) or not all(isinstance(s, Mapping) for s in secciones):
        raise _error(f"«{nombre}» debe ser una lista de secciones.", donde, f"Escriba cada una como [[{nombre}]].")
    for numero, seccion in enumerate(secciones, 1):
        _revisar_seccion(seccion, obligatorias, opciones, f"{donde}, [[{nombre}]] número {numero}")
    return secciones


def _revisar_seccion(seccion: Mapping[str, Any], obligatorias: tuple[str, ...], opciones: Mapping[str, tuple[str, ...]], lugar: str) -> None:
    faltan = [c for c in obligatorias if not isinstance(seccion.get(c), str) or not seccion[c]]
    if faltan:
        raise _error(f"Falta: {', '.join(faltan)}.", lugar, "Escriba esas claves, como texto.")
    sobran = sorted(set(seccion) - {*obligatorias, "gravedad"})
    if sobran:
        raise _error(f"Usa claves que no existen: {', '.join(sobran)}.", lugar, f"Use: {', '.join(obligatorias)}, gravedad.")
    if not re.fullmatch(r"[a-z0-9_]+", seccion["regla"]):
        raise _error(f"La regla «{seccion['regla']}» no sirve.", lugar, "Use minúsculas sin tilde, números y guion bajo.")
    for campo, validas in {"gravedad": GRAVEDADES, **opciones}.items():
        if seccion.get(campo, validas[0]) not in validas:
            raise _error(f"{campo} = «{seccion[campo]}» no sirve.", lugar, f"Use uno de: {', '.join(validas)}.")


def _terminos(datos: Mapping[str, Any], donde: str) -> tuple[Termino, ...]:
    pide = ("regla", "patron", "campo", "esperado", "explicacion")
    return tuple(
        Termino(**{**s, "patron": _patron(s["patron"], "terminos", donde)}) for s in _secciones(datos, "terminos", pide, {"campo": CAMPOS_TEXTO}, donde)
    )


def _coherencias(datos: Mapping[str, Any], donde: str) -> tuple[Coherencia, ...]:
    pide = ("regla", "actividad", "contra", "relacion", "explicacion")
    return tuple(
        Coherencia(**{**s, **{c: _patron(s[c], "coherencias", donde) for c in ("actividad", "contra")}})
        for s in _secciones(datos, "coherencias", pide, {"relacion": RELACIONES}, donde)
    )
