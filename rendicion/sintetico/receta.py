"""La receta: lo que la persona escribe en `receta.toml`, ya revisado."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from rendicion.errores import ErrorUso
from rendicion.fuente import Fuente, fuente_desde

Celda = str | int | Decimal | date | dict[str, str]

# De cada regla, su familia y lo que debe pasarle al registro que la incumple.
REGLAS: Mapping[str, tuple[str, str]] = {
    "fecha_ausente": ("fecha", "rechazo"),
    "fecha_invalida": ("fecha", "rechazo"),
    "fecha_fuera_de_vigencia": ("fecha", "rechazo"),
    "cantidad_ausente": ("cantidad", "rechazo"),
    "cantidad_invalida": ("cantidad", "rechazo"),
    "cantidad_negativa": ("cantidad", "rechazo"),
    "actividad_ausente": ("actividad", "rechazo"),
    "actividad_inexistente": ("actividad", "rechazo"),
    "url_invalida": ("url", "rechazo"),
    "url_de_otro_anfitrion": ("url", "rechazo"),
    "hashtag_ausente": ("hashtag", "rechazo"),
    "titulo_ausente": ("titulo", "rechazo"),
    "registro_ausente": ("registro", "rechazo"),
    "fila_con_columnas_de_mas": ("estructura", "rechazo"),
    "fila_incompleta": ("estructura", "rechazo"),
    "formula_sin_valor": ("celda", "rechazo"),
    "celda_con_error": ("celda", "rechazo"),
    "registro_repetido": ("registro", "rechazo"),
    "espacio_ausente": ("espacio", "rechazo"),
    "compromiso_ausente": ("compromiso", "rechazo"),
    "cambio_incompleto": ("plazo", "rechazo"),
    "pregunta_ausente": ("pregunta", "rechazo"),
    "pregunta_no_declarada": ("pregunta", "rechazo"),
    "puntaje_fuera_de_rango": ("puntaje", "rechazo"),
    "puntaje_invalido": ("puntaje", "rechazo"),
    "fuera_de_ventana": ("ventana", "no_cuenta"),
    "duplicado": ("duplicado", "no_cuenta"),
}


@dataclass(frozen=True)
class Copia:
    """Pide repetir campos de un registro limpio: el número `orden` del mes, `dias` después."""

    fuente: str
    mes: int
    orden: int
    campos: tuple[str, ...]
    dias: int = 0


@dataclass(frozen=True)
class Especial:
    """Es un registro sorteado al que se le cambia algo; con `regla` es un defecto, sin ella es raro pero válido.

    `ajena` señala una fila que el archivo trae y que no es un registro de la fuente (un borrador, por ejemplo).
    """

    mes: int | None = None
    momento: datetime | None = None
    cambia: Mapping[str, str] = field(default_factory=dict)
    copia: Copia | None = None
    sobran: tuple[str, ...] = ()
    hasta: int | None = None
    vacia: bool = False
    ajena: bool = False
    regla: str | None = None
    nota: str = ""


@dataclass(frozen=True)
class FilaEscrita:
    """Es una fila que la receta escribe completa, celda por celda."""

    celdas: tuple[Celda, ...]
    regla: str | None = None
    nota: str = ""


@dataclass(frozen=True)
class Hoja:
    """Es una hoja de cálculo que ninguna fuente declara."""

    nombre: str
    filas: tuple[tuple[Celda, ...], ...]


@dataclass(frozen=True)
class Pedido:
    """Dice qué registros van en el archivo de una fuente; cómo es el archivo lo dice su declaración.

    `valores` da los de cada columna; `segun_mes`, los de una columna que cambia con el mes del registro.
    """

    fuente: Fuente
    encabezado: tuple[str, ...]
    titulos: tuple[str, ...] = ()
    valores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    segun_mes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    por_mes: tuple[int, ...] = ()
    ultimos_dias: Mapping[str, int] = field(default_factory=dict)
    primer_numero: int = 1
    salto_maximo: int = 1
    especiales: tuple[Especial, ...] = ()
    filas: tuple[FilaEscrita, ...] = ()
    combinadas: tuple[str, ...] = ()
    hojas_ajenas: tuple[Hoja, ...] = ()

    @property
    def archivo(self) -> str:
        """Da el nombre del archivo, que está junto a la receta."""
        return Path(self.fuente.lugar).name


@dataclass(frozen=True)
class Receta:
    """Reúne lo que hace falta para generar todos los archivos."""

    vigencia: int
    semilla: int
    marca: str
    aviso: str
    sitio: str
    canarios: tuple[str, ...]
    listas: Mapping[str, tuple[str, ...]]
    pedidos: tuple[Pedido, ...]


def leer_receta(carpeta: Path) -> Receta:
    """Lee `receta.toml` y las declaraciones de `fuentes/` de una carpeta de ejemplos; ErrorUso si algo no sirve."""
    datos = _leer_toml(carpeta / "receta.toml")
    declaradas = {}
    for archivo in sorted((carpeta / "fuentes").glob("*.toml")):
        fuente = fuente_desde(_leer_toml(archivo), donde=archivo.name)
        declaradas[fuente.id] = fuente
    pedidos = tuple(_pedido(p, declaradas) for p in datos.pop("fuentes", []))
    listas = {nombre: tuple(palabras) for nombre, palabras in datos.pop("listas", {}).items()}
    canarios = tuple(datos.pop("canarios", []))
    return _armar(Receta, {**datos, "listas": listas, "pedidos": pedidos, "canarios": canarios}, "receta.toml")


def _leer_toml(archivo: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(archivo.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        que = "No se pudo abrir el archivo."
        raise ErrorUso(que, donde=archivo.name, hacer="Revise que exista en la carpeta.") from error
    except tomllib.TOMLDecodeError as error:
        que = f"El archivo no es TOML válido: {error}."
        raise ErrorUso(que, donde=archivo.name, hacer="Corrija esa línea.") from error


def _pedido(datos: dict[str, Any], declaradas: Mapping[str, Fuente]) -> Pedido:
    id_ = str(datos.pop("id", ""))
    donde = f"receta.toml, fuente «{id_}»"
    if id_ not in declaradas:
        que = "La receta pide una fuente que nadie declara."
        raise ErrorUso(que, donde=donde, hacer=f"Declárela en fuentes/{id_}.toml.")
    fuente = declaradas[id_]
    encabezado = tuple(datos.get("encabezado", ()))
    faltan = sorted(set(fuente.columnas.values()) - set(encabezado))
    if faltan:
        que = f"Al encabezado le faltan columnas declaradas: {', '.join(faltan)}."
        raise ErrorUso(que, donde=donde, hacer="Agréguelas al encabezado de la receta.")
    segun_mes = {c: _valores(meses) for c, meses in datos.get("segun_mes", {}).items()}
    return _armar(
        Pedido,
        {
            **_tuplas(datos),
            "fuente": fuente,
            "valores": _valores(datos.get("valores", {})),
            "segun_mes": segun_mes,
            "especiales": tuple(_especial(e, donde) for e in datos.get("especiales", ())),
            "filas": tuple(_con_regla(_armar(FilaEscrita, _tuplas(f), donde), donde) for f in datos.get("filas", ())),
            "hojas_ajenas": tuple(_hoja(h, donde) for h in datos.get("hojas_ajenas", ())),
        },
        donde,
    )


def _valores(datos: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {c: (v,) if isinstance(v, str) else tuple(v) for c, v in datos.items()}


def _hoja(datos: Mapping[str, Any], donde: str) -> Hoja:
    return _armar(Hoja, {**datos, "filas": tuple(tuple(f) for f in datos.get("filas", ()))}, donde)


def _especial(datos: dict[str, Any], donde: str) -> Especial:
    valores = _tuplas(datos)
    if "copia" in valores:
        valores["copia"] = _armar(Copia, _tuplas(valores["copia"]), donde)
    elif "mes" not in valores and "momento" not in valores:
        raise ErrorUso("Un registro especial no dice cuándo va.", donde=donde, hacer="Escriba mes, momento o copia.")
    return _con_regla(_armar(Especial, valores, donde), donde)


def _tuplas(datos: Mapping[str, Any]) -> dict[str, Any]:
    return {c: tuple(v) if isinstance(v, list) else v for c, v in datos.items()}


Registro = TypeVar("Registro", Especial, FilaEscrita)


def _con_regla(registro: Registro, donde: str) -> Registro:
    if registro.regla is not None and registro.regla not in REGLAS:
        que = f"La regla «{registro.regla}» no existe."
        raise ErrorUso(que, donde=donde, hacer=f"Use una de: {', '.join(sorted(REGLAS))}.")
    return registro


Armado = TypeVar("Armado")


def _armar(clase: type[Armado], datos: Mapping[str, Any], donde: str) -> Armado:
    campos = fields(clase)  # type: ignore[arg-type]
    sobran = sorted(set(datos) - {f.name for f in campos})
    if sobran:
        que = f"La receta usa claves que no existen: {', '.join(sobran)}."
        raise ErrorUso(que, donde=donde, hacer="Quítelas o corrija su nombre.")
    try:
        return clase(**datos)
    except TypeError as error:
        exigidas = [f.name for f in campos if f.default is MISSING and f.default_factory is MISSING]
        que = f"A la receta le faltan claves: {', '.join(n for n in exigidas if n not in datos)}."
        raise ErrorUso(que, donde=donde, hacer="Agréguelas.") from error
