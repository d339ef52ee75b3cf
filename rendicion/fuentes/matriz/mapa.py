"""El mapa de una matriz de seguimiento: qué dice su declaración sobre hojas, columnas, periodos y totales."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorUso
from rendicion.fuentes.base import opcion_entera, opcion_lista, opcion_logica, opcion_texto
from rendicion.fuentes.encabezado import plano

if TYPE_CHECKING:
    from rendicion.fuente import Fuente

CAMPOS_DEL_PLAN = (
    "subcomponente", "actividad", "meta", "unidad", "agregacion", "peso", "peso_subcomponente",
    "responsable", "fecha", "inicio", "fin", "programacion",
)  # fmt: skip
EXIGIDOS_DEL_PLAN = ("subcomponente", "actividad", "meta")
CAMPOS_DE_EVIDENCIA = ("actividad_id", "titulo", "url", "canal", "dependencia")
NIVELES = ("subcomponente", "dependencia", "total")
ESCALAS = ("fraccion", "puntos")
MIDEN = ("avance", "cumplimiento")
OPCIONES = frozenset(
    (
        "hojas", "excluir_hojas", "encabezado", "niveles", "titulo_superior", "rellenar", "rotulos", "totales",
        "periodos", "porcentajes", "escala", "ceros", "porcentaje_en_texto", "redondear", "numeracion", "actividades",
        "unidades", "agregacion", "dependencias", "dependencia_de_hoja", "codigo_de_hoja", "plan",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Periodo:
    """Es un periodo de la matriz: su nombre, el día en que cierra y de qué columnas sale."""

    nombre: str
    fecha: date


@dataclass(frozen=True)
class Porcentaje:
    """Es una columna con un porcentaje que calculó la propia hoja: a qué fecha, qué mide y en qué escala viene."""

    llave: str
    columna: str
    fecha: date
    escala: str
    mide: str
    periodo: str | None = None


@dataclass(frozen=True)
class FilaTotal:
    """Dice cómo empieza una fila de total y de qué es: de un subcomponente, de la hoja (dependencia) o de todo."""

    patron: str
    nivel: str | None


@dataclass(frozen=True)
class CodigoDeHoja:
    """Dice qué parte del nombre de la hoja es un código y qué columna debería repetirlo."""

    patron: re.Pattern[str]
    columna: str


@dataclass(frozen=True)
class Mapa:
    """Es la declaración de una matriz, ya revisada. `columnas` va de llave interna a título declarado."""

    columnas: Mapping[str, str]
    periodos: tuple[Periodo, ...]
    porcentajes: tuple[Porcentaje, ...]
    totales: tuple[FilaTotal, ...]
    hojas: tuple[str, ...]
    excluir: tuple[str, ...]
    encabezado: int | None
    niveles: int
    hasta_el_siguiente: bool
    rellenar: tuple[str, ...]
    rotulos: bool
    ceros: frozenset[str]
    texto_en_fraccion: bool
    redondear: bool
    por_orden: bool
    actividades: Mapping[str, str]
    unidades: Mapping[str, str]
    agregacion: Mapping[str, str]
    dependencias: Mapping[str, str]
    dependencia_de_hoja: bool
    codigo_de_hoja: CodigoDeHoja | None

    @property
    def trae_plan(self) -> bool:
        """Dice si la matriz declara las columnas del plan."""
        return all(c in self.columnas for c in EXIGIDOS_DEL_PLAN)


def sin_blancos(texto: str) -> str:
    """Quita todos los blancos, para comparar «$ -» con « $  - »."""
    return "".join(texto.split())


def mapa_de(fuente: Fuente) -> Mapa:
    """Lee el mapa que declara una fuente de tipo matriz; lanza ErrorUso con lo que falta, sobra o no cuadra."""
    if fuente.filtros:
        raise _error(fuente, "Una matriz no lleva [[filtros]].", "Quítelos; diga qué hojas y qué filas se leen con las opciones de la matriz.")
    periodos, de_periodos, pct_de_periodos = _periodos(fuente)
    porcentajes = (*pct_de_periodos, *_porcentajes(fuente))
    codigo = _codigo_de_hoja(fuente)
    columnas = {
        **_de_evidencia(fuente),
        **_del_plan(fuente),
        **de_periodos,
        **{p.llave: p.columna for p in porcentajes},
        **({"codigo_de_hoja": codigo.columna} if codigo else {}),
    }
    rellenar = opcion_lista(fuente, "rellenar")
    if ajenos := [c for c in rellenar if c not in columnas or c == "actividad_id"]:
        raise _error(fuente, f"La opción rellenar nombra campos que no se pueden rellenar: {', '.join(ajenos)}.", "Use campos de [opciones.plan], como subcomponente.")
    rotulos = _una_de(fuente, "rotulos", ("no", "subcomponente"))
    return Mapa(
        columnas=columnas,
        periodos=periodos,
        porcentajes=porcentajes,
        totales=_totales(fuente),
        hojas=opcion_lista(fuente, "hojas"),
        excluir=opcion_lista(fuente, "excluir_hojas"),
        encabezado=opcion_entera(fuente, "encabezado", 0) or None,
        niveles=_niveles(fuente),
        hasta_el_siguiente=_una_de(fuente, "titulo_superior", ("combinadas", "hasta_el_siguiente")) == "hasta_el_siguiente",
        rellenar=rellenar,
        rotulos=rotulos == "subcomponente",
        ceros=frozenset(sin_blancos(c) for c in opcion_lista(fuente, "ceros")),
        texto_en_fraccion=_una_de(fuente, "porcentaje_en_texto", ESCALAS) == "fraccion",
        redondear=opcion_logica(fuente, "redondear"),
        por_orden=_una_de(fuente, "numeracion", ("codigo", "orden")) == "orden",
        actividades=_textos(fuente, "actividades"),
        unidades={plano(k): v for k, v in _textos(fuente, "unidades").items()},
        agregacion=_agregacion(fuente),
        dependencias=_textos(fuente, "dependencias"),
        dependencia_de_hoja=opcion_logica(fuente, "dependencia_de_hoja"),
        codigo_de_hoja=codigo,
    )


def _error(fuente: Fuente, que: str, hacer: str, seccion: str = "[opciones]") -> ErrorUso:
    return ErrorUso(que, donde=f"fuente {fuente.id}, {seccion}", hacer=hacer)


def _una_de(fuente: Fuente, clave: str, admitidas: tuple[str, ...]) -> str:
    valor = opcion_texto(fuente, clave, admitidas[0])
    if valor not in admitidas:
        raise _error(fuente, f"La opción {clave} no admite «{valor}».", f"Use una de: {', '.join(admitidas)}.")
    return valor


def _niveles(fuente: Fuente) -> int:
    niveles = opcion_entera(fuente, "niveles", 1)
    if niveles not in {1, 2}:
        raise _error(fuente, "La opción niveles dice cuántas filas tiene el encabezado: 1 o 2.", "Escriba niveles = 1 o niveles = 2.")
    return niveles


def _de_evidencia(fuente: Fuente) -> dict[str, str]:
    if ajenas := sorted(set(fuente.columnas) - set(CAMPOS_DE_EVIDENCIA)):
        raise _error(
            fuente,
            f"En una matriz, [columnas] no lleva: {', '.join(ajenas)}.",
            f"Use solo {', '.join(CAMPOS_DE_EVIDENCIA)}; la fecha y la cantidad salen de [[opciones.periodos]].",
            "[columnas]",
        )
    if "actividad_id" not in fuente.columnas:
        raise _error(fuente, "La matriz no dice qué columna identifica a la actividad.", 'Escriba actividad_id = "Código" en [columnas].', "[columnas]")
    return dict(fuente.columnas)


def _del_plan(fuente: Fuente) -> dict[str, str]:
    declarado = _textos(fuente, "plan")
    if sobran := sorted(set(declarado) - set(CAMPOS_DEL_PLAN)):
        raise _error(fuente, f"[opciones.plan] nombra campos que no existen: {', '.join(sobran)}.", f"Use solo: {', '.join(CAMPOS_DEL_PLAN)}.")
    faltan = [c for c in EXIGIDOS_DEL_PLAN if c not in declarado]
    if declarado and faltan:
        raise _error(fuente, f"A [opciones.plan] le falta: {', '.join(faltan)}.", "Diga de qué columna sale cada uno, o quite [opciones.plan] si el plan es otro documento.")
    return declarado


def _textos(fuente: Fuente, clave: str) -> dict[str, str]:
    valor = fuente.opciones.get(clave, {})
    if not isinstance(valor, Mapping) or not all(isinstance(v, str) and v.strip() for v in valor.values()):
        raise _error(fuente, f"La sección [opciones.{clave}] está mal escrita.", 'Escriba una línea por dato, como: "lo que dice la hoja" = "lo que es".')
    return {str(k): v for k, v in valor.items()}


def _agregacion(fuente: Fuente) -> dict[str, str]:
    declarada = _textos(fuente, "agregacion")
    if malas := sorted(set(declarada.values()) - {"suma", "ultimo"}):
        raise _error(fuente, f"[opciones.agregacion] no admite: {', '.join(malas)}.", "Cada palabra de la hoja vale suma (incremento) o ultimo (mantenimiento).")
    return declarada


def _lista_de_tablas(fuente: Fuente, clave: str, exigidas: tuple[str, ...], admitidas: tuple[str, ...]) -> list[dict[str, Any]]:
    valor = fuente.opciones.get(clave, [])
    if not isinstance(valor, list | tuple) or not all(isinstance(v, Mapping) for v in valor):
        raise _error(fuente, f"La opción {clave} está mal escrita.", f"Escriba una sección [[opciones.{clave}]] por cada uno.")
    for n, tabla in enumerate(valor, start=1):
        sobran, faltan = sorted(set(tabla) - set(admitidas)), [c for c in exigidas if not tabla.get(c)]
        if sobran or faltan:
            que = f"usa claves que no existen: {', '.join(sobran)}" if sobran else f"no dice: {', '.join(faltan)}"
            raise _error(fuente, f"[[opciones.{clave}]] número {n} {que}.", f"Las claves son: {', '.join(admitidas)}.")
        malas = [c for c in tabla if c != "fecha" and not isinstance(tabla[c], str)]
        if malas or ("fecha" in tabla and type(tabla["fecha"]) is not date):
            raise _error(fuente, f"[[opciones.{clave}]] número {n} tiene mal escrito: {', '.join(malas) or 'fecha'}.", "Los textos van entre comillas y la fecha sin ellas: 2021-03-31.")
    return [dict(v) for v in valor]


def _periodos(fuente: Fuente) -> tuple[tuple[Periodo, ...], dict[str, str], list[Porcentaje]]:
    tablas = _lista_de_tablas(fuente, "periodos", ("nombre", "fecha", "ejecutado"), ("nombre", "fecha", "ejecutado", "programado", "porcentaje"))
    if not tablas:
        raise _error(fuente, "La matriz no declara ningún periodo.", 'Agregue por cada uno: [[opciones.periodos]], nombre = "Trimestre 1", fecha = 2021-03-31, ejecutado = "…".')
    for clave in ("nombre", "fecha"):
        vistos = [t[clave] for t in tablas]
        if len(set(vistos)) != len(vistos):
            raise _error(fuente, f"Dos periodos tienen igual {clave}.", "Dé a cada periodo su nombre y su fecha de cierre.")
    columnas = {f"{c}:{t['nombre']}": t[c] for t in tablas for c in ("ejecutado", "programado") if c in t}
    escala = _una_de(fuente, "escala", ESCALAS)
    porcentajes = [Porcentaje(f"porcentaje:{t['nombre']}", t["porcentaje"], t["fecha"], escala, "avance", t["nombre"]) for t in tablas if "porcentaje" in t]
    periodos = tuple(sorted((Periodo(t["nombre"], t["fecha"]) for t in tablas), key=lambda p: p.fecha))
    return periodos, columnas, porcentajes


def _porcentajes(fuente: Fuente) -> list[Porcentaje]:
    tablas = _lista_de_tablas(fuente, "porcentajes", ("columna", "fecha"), ("columna", "fecha", "escala", "mide"))
    escala, hechos = _una_de(fuente, "escala", ESCALAS), []
    for n, t in enumerate(tablas):
        p = Porcentaje(f"porcentaje {n}", t["columna"], t["fecha"], t.get("escala", escala), t.get("mide", "avance"))
        if p.escala not in ESCALAS or p.mide not in MIDEN:
            raise _error(fuente, f"[[opciones.porcentajes]] número {n + 1}: la escala es {' o '.join(ESCALAS)}, y mide {' o '.join(MIDEN)}.", "Corrija esa sección.")
        hechos.append(p)
    return hechos


def _totales(fuente: Fuente) -> tuple[FilaTotal, ...]:
    tablas = _lista_de_tablas(fuente, "totales", ("patron",), ("patron", "nivel"))
    if malos := sorted({t["nivel"] for t in tablas if t.get("nivel", "total") not in NIVELES}):
        raise _error(fuente, f"[[opciones.totales]] no admite el nivel {', '.join(malos)}.", f"Use uno de: {', '.join(NIVELES)}; o ninguno, si el total no se compara.")
    con_nivel = [FilaTotal(plano(t["patron"]), t.get("nivel")) for t in tablas]
    return (*con_nivel, *(FilaTotal(plano(p), None) for p in opcion_lista(fuente, "filas_total")))


def _codigo_de_hoja(fuente: Fuente) -> CodigoDeHoja | None:
    declarado = _textos(fuente, "codigo_de_hoja")
    if not declarado:
        return None
    if set(declarado) != {"patron", "columna"}:
        raise _error(fuente, "[opciones.codigo_de_hoja] lleva patron y columna.", "patron = '^S(\\d+)' dice dónde está el código en el nombre de la hoja.")
    try:
        patron = re.compile(declarado["patron"], re.IGNORECASE)
    except re.error as error:
        raise _error(fuente, f"El patrón de [opciones.codigo_de_hoja] no sirve: {error}.", "Corrija la expresión.") from None
    if patron.groups != 1:
        raise _error(fuente, "El patrón de [opciones.codigo_de_hoja] debe tener un paréntesis, alrededor del código.", "Por ejemplo: '^S(\\d+)'.")
    return CodigoDeHoja(patron, declarado["columna"])
