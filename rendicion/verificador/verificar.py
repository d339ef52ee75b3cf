#!/usr/bin/env python3
"""Comprueba una entrega de rendición de cuentas sin confiar en quien la publicó.

Uso:
    python3 verificar.py                          la carpeta en que está este archivo
    python3 verificar.py CARPETA                  otra carpeta
    python3 verificar.py https://…/entrega/       una entrega publicada en la web
Opciones:
    --clave-publica ARCHIVO   clave con que firma la entidad (PEM, o base64 de 32 bytes); si la ha cambiado,
                              todas, una tras otra, de la más vieja a la más nueva
    --anterior LUGAR          manifiesto anterior, su carpeta, o la carpeta con todas las entregas
    --huella SHA256           huella del manifiesto que usted guardó cuando se publicó
    --corte AAAA-MM-DD        corte que usted espera: avisa si la entrega se quedó en uno anterior
    --ultima                  avisa si en la carpeta de --anterior hay una entrega más nueva que esta
    --json                    el resultado para máquinas

Solo usa la biblioteca estándar de Python 3.9 o posterior. No comparte código con el programa
que arma las entregas: vuelve a calcular cada cifra desde las tablas `plan` y `avances` publicadas,
con aritmética exacta, y la compara con el texto publicado hasta el último dígito.

Cada comprobación ocupa una línea: ✔ bien, ✘ MAL, – no se pudo comprobar. Lo que no se pudo
comprobar se dice; nunca cuenta como bueno. Termina en 0 si todo está bien, en 1 si algo está mal
y en 2 si la orden se escribió mal.

Para leerlo: la lista de todas las comprobaciones está en `comprobar`, casi al final, y cada una es una función
`mirar_…`. Antes de ellas va lo que todas usan (resultados, números, CSV, la entrega); después, por partes: archivos,
tablas, plan, evidencia, indicadores, ciclo, cadena, correcciones y firma.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import calendar
import hashlib
import json
import os
import re
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

if sys.version_info < (3, 9):  # noqa: UP036 -- quien comprueba usa el Python que tenga: que sepa qué le falta
    sys.exit("Hace falta Python 3.9 o posterior. Instale uno más reciente y repita la orden.")

FORMATO = "rendicion-manifiesto/1"
MANIFIESTO, FIRMA, SUMAS, PAQUETE = "manifiesto.json", "manifiesto.firma", "SHA256SUMS", "datapackage.json"
FUERA_DEL_MANIFIESTO = {MANIFIESTO, FIRMA, SUMAS}
DIALECTO = {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True}
BIEN, MAL, SIN_COMPROBAR = "bien", "mal", "no_comprobado"
DETALLES_VISIBLES = 12
# Contra archivos sin fin: lo que pasa de aquí no se lee ni se descarga.
TOPE_MANIFIESTO = 50_000_000
TOPE_ARCHIVO = 2_000_000_000
TOPE_DESCARGA = 4_000_000_000
PLAZO_DE_DESCARGA = 3600  # segundos, para la entrega completa

# Las columnas de cada tabla, en orden, y cuántas de las que llevan * forman la clave.
# Van escritas aquí para no creerle al esquema que trae la propia entrega.
_MEDIAS = (
    "avance_pct avance_numerador avance_denominador avance_reportado_pct cumplimiento_pct"
    " cumplimiento_numerador cumplimiento_denominador zona actividades_con_meta actividades_con_reporte"
)
_COLUMNAS = {
    "plan": "entidad* vigencia* subcomponente_id subcomponente actividad_id* actividad meta_texto meta unidad"
    " agregacion programacion peso peso_subcomponente responsable_texto responsables fecha_texto inicio fin hitos",
    "avances": "avance_id* entidad vigencia actividad_id fecha cantidad titulo url canal dependencia fuente registro"
    " captura_sha256 cuenta motivo duplicado_de",
    "indicadores_total": "entidad* vigencia* corte* " + _MEDIAS,
    "indicadores_subcomponente": "entidad* vigencia* corte* subcomponente_id* " + _MEDIAS,
    "indicadores_actividad": "entidad* vigencia* corte* actividad_id* meta ejecutado avance_bruto_pct avance_pct"
    " avance_reportado_pct programacion programado cumplimiento_pct estado zona registros_que_cuentan",
    "indicadores_dependencia": "entidad* vigencia* corte* dependencia* " + _MEDIAS,
    "serie": "entidad* vigencia* mes* corte " + _MEDIAS,
    "cronograma": "actividad_id* hito* fecha* responsables estado",
    "compromisos": "compromiso_id* espacio fecha compromiso responsables plazo estado fecha_cumplimiento evidencia_url"
    " dias_retraso",
    "dialogo": "pregunta_id* espacio fecha canal tema pregunta respuesta fecha_respuesta limite a_tiempo",
    "encuestas": "espacio* pregunta* opcion* respuestas suprimida base",
    "autodiagnostico": "componente* categoria* actividad_de_gestion* puntaje observaciones",
    "conciliacion": "fuente* recibidos aceptados rechazados cuentan no_cuentan",
    "rechazos": "fuente* captura_sha256 registro* campo valor regla explicacion como_corregir responsable",
    "hallazgos": "origen* registro* campo* literal valor regla* gravedad explicacion",
    "correcciones": "tabla* clave* campo* antes despues motivo autor fecha",
}
COLUMNAS = {t: tuple(c.rstrip("*") for c in texto.split()) for t, texto in _COLUMNAS.items()}
CLAVES = {t: tuple(c[:-1] for c in texto.split() if c.endswith("*")) for t, texto in _COLUMNAS.items()}
REFERENCIAS = {"avances": "plan", "indicadores_actividad": "plan"}
_TIPOS = {
    "integer": "vigencia recibidos aceptados rechazados cuentan no_cuentan actividades_con_meta actividades_con_reporte"
    " registros_que_cuentan dias_retraso respuestas base",
    "number": "meta peso peso_subcomponente cantidad ejecutado avance_bruto_pct avance_pct avance_reportado_pct"
    " programado cumplimiento_pct avance_numerador avance_denominador cumplimiento_numerador cumplimiento_denominador"
    " puntaje",
    "date": "corte inicio fin fecha plazo fecha_cumplimiento fecha_respuesta limite",
    "boolean": "cuenta a_tiempo suprimida",
}
TIPOS = {columna: tipo for tipo, nombres in _TIPOS.items() for columna in nombres.split()}
CANTIDADES = {"meta", "cantidad", "peso", "peso_subcomponente"}
# Sin estas celdas no se puede recalcular nada; la entrega no puede declararlas opcionales.
OBLIGATORIAS = {
    "plan": ["subcomponente_id", "agregacion", "programacion", "peso", "peso_subcomponente", "inicio", "fin"],
    "avances": [
        "entidad", "vigencia", "actividad_id", "fecha", "cantidad", "fuente", "registro", "captura_sha256", "cuenta",
    ],
    "conciliacion": ["recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan"],
    "rechazos": ["captura_sha256"],
}


# ------------------------------------------------------------------ resultados


class Depende(Exception):
    """Avisa que no se puede comprobar algo porque otra parte de la entrega está mal."""


class FaltaMedio(Exception):
    """Avisa que no se puede comprobar algo porque quien verifica no dio con qué."""


class Comprobacion:
    """Guarda lo que se miró, cómo salió y qué se encontró."""

    def __init__(self, clave: str, titulo: str) -> None:
        self.clave, self.titulo, self.estado = clave, titulo, BIEN
        self.detalles: list[str] = []
        self.resumen = ""
        self.por_otra_falla = False

    def mal(self, texto: str) -> None:
        """Anota algo que está mal."""
        self.estado = MAL
        self.detalles.append(texto)

    def exigir(self, cierto: bool, texto: str) -> None:
        """Anota el texto como falla si la condición no se cumple."""
        if not cierto:
            self.mal(texto)

    def sin_comprobar(self, texto: str) -> None:
        """Anota algo que no se pudo comprobar; no tapa una falla ya encontrada."""
        if self.estado == BIEN:
            self.estado = SIN_COMPROBAR
        self.detalles.append(texto)


def ver(valor: object) -> str:
    """Vuelve inofensivo un texto ajeno antes de mostrarlo en la pantalla."""
    if valor is None:
        return "(vacío)"
    texto = str(valor)
    if not texto.isprintable():
        texto = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in texto)
    return texto if len(texto) <= 120 else texto[:117] + "…"


# ------------------------------------------------------------------ números, fechas y texto

NUMERO = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,12})?")
ENTERO = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DIA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HUELLA = re.compile(r"[0-9a-f]{64}")
FORMULA = re.compile(r"'*[=+\-@\t\r]")


def numero(texto: str) -> Fraction:
    """Lee un número decimal exacto; ValueError si no está bien escrito."""
    if not NUMERO.fullmatch(texto):
        raise ValueError(texto)
    return Fraction(texto)


def entero(texto: str) -> int:
    """Lee un entero; ValueError si no está bien escrito."""
    if not ENTERO.fullmatch(texto):
        raise ValueError(texto)
    return int(texto)


def dia(texto: str) -> date:
    """Lee una fecha AAAA-MM-DD; ValueError si no está bien escrita o no existe."""
    if not DIA.fullmatch(texto):
        raise ValueError(texto)
    return date.fromisoformat(texto)


def logico(texto: str) -> bool:
    """Lee `true` o `false`; ValueError si dice otra cosa."""
    if texto not in ("true", "false"):
        raise ValueError(texto)
    return texto == "true"


LECTORES: dict[str, Callable[[str], Any]] = {
    "number": numero, "integer": entero, "date": dia, "boolean": logico, "string": str,
}


def con_decimales(valor: Fraction, cuantos: int) -> str:
    """Escribe un valor con los decimales justos; redondea la mitad hacia el par."""
    unidades = round(valor * 10**cuantos)  # round() de una fracción es exacto y va al par
    enteros, resto = divmod(abs(unidades), 10**cuantos)
    return f"{'-' if unidades < 0 else ''}{enteros}.{resto:0{cuantos}d}"


def cantidad_texto(valor: Fraction | None) -> str | None:
    """Escribe una cantidad con 4 decimales como mucho y sin ceros finales."""
    return None if valor is None else con_decimales(valor, 4).rstrip("0").rstrip(".")


def pct(valor: Fraction | None) -> str | None:
    """Escribe un porcentaje con sus 2 decimales; vacío si no lo hay."""
    return None if valor is None else con_decimales(valor, 2)


# ------------------------------------------------------------------ CSV


class Tabla:
    """Guarda una tabla leída: columnas y filas de texto; la celda vacía es None."""

    def __init__(self, nombre: str, columnas: Sequence[str], filas: list[tuple[str | None, ...]]) -> None:
        self.nombre, self.columnas, self.filas = nombre, tuple(columnas), filas

    def __iter__(self) -> Iterator[dict[str, str | None]]:
        return (dict(zip(self.columnas, fila)) for fila in self.filas)

    def __len__(self) -> int:
        return len(self.filas)

    def columna(self, nombre: str) -> list[str | None]:
        """Devuelve los valores de una columna, en el orden de la tabla."""
        lugar = self.columnas.index(nombre)
        return [fila[lugar] for fila in self.filas]


# Una celda va sin comillas, o entre comillas y no vacía; después, una coma o el fin de línea.
CELDA = re.compile(r'(?:"([^"]+(?:""[^"]*)*|(?:""[^"]*)+)"|([^",\r\n]*))([,\n])')


def filas_csv(contenido: bytes) -> Iterator[list[str]]:
    """Lee un CSV en UTF-8 sin marca, con comas y LF; ValueError con la línea si tiene otra forma.

    Solo admite lo que todos los lectores entienden igual: ni comillas sueltas, ni CR fuera de
    ellas, ni vacíos entre comillas (que unos leen como nulo y otros como texto).
    """
    texto = contenido.decode("utf-8")
    if texto.startswith("\ufeff"):
        raise ValueError("empieza con una marca de orden de bytes (BOM)")
    lugar, fila = 0, []
    while lugar < len(texto):
        celda = CELDA.match(texto, lugar)
        if celda is None:
            linea = texto.count("\n", 0, lugar) + 1
            raise ValueError(f"línea {linea}: comillas, vacíos o saltos que el contrato no admite")
        entre_comillas, sola, despues = celda.groups()
        fila.append(sola if entre_comillas is None else entre_comillas.replace('""', '"'))
        lugar = celda.end()
        if despues == "\n":
            yield fila
            fila = []
    if fila:
        raise ValueError("la última línea no termina en salto de línea")


def leer_tabla(nombre: str, contenido: bytes, tipos: Mapping[str, str]) -> Tabla:
    """Lee la tabla publicada y deshace la protección contra fórmulas; ValueError si algo no cuadra."""
    filas = filas_csv(contenido)
    encabezado = next(filas, [])
    if tuple(encabezado) != COLUMNAS[nombre]:
        raise ValueError(f"el encabezado no es el del contrato: {ver(','.join(encabezado))}")
    de_texto = [tipos.get(c, "string") == "string" for c in encabezado]
    repetidos: dict[str, str] = {}
    leidas: list[tuple[str | None, ...]] = []
    for n, fila in enumerate(filas, start=1):
        if len(fila) != len(encabezado):
            raise ValueError(f"fila {n}: trae {len(fila)} celdas y deben ser {len(encabezado)}")
        leidas.append(tuple(_valor(c, t, n, repetidos) for c, t in zip(fila, de_texto)))
    return Tabla(nombre, encabezado, leidas)


def _valor(celda: str, es_texto: bool, n: int, repetidos: dict[str, str]) -> str | None:
    if celda == "":
        return None
    if es_texto and FORMULA.match(celda):
        if not celda.startswith("'"):
            raise ValueError(f"fila {n}: «{ver(celda)}» abriría como fórmula en una hoja de cálculo")
        celda = celda[1:]
    # Se guarda una sola copia de los textos cortos: una tabla grande repite casi todos.
    return repetidos.setdefault(celda, celda) if len(celda) <= 12 else celda


# ------------------------------------------------------------------ la entrega


def json_estricto(contenido: bytes) -> Any:
    """Lee JSON en UTF-8; ValueError si repite una clave, pues dos lectores verían cosas distintas."""

    def sin_repetir(pares: list[tuple[str, Any]]) -> dict[str, Any]:
        repetidas = [c for c, veces in Counter(c for c, _ in pares).items() if veces > 1]
        if repetidas:
            raise ValueError(f"repite la clave «{ver(repetidas[0])}»")
        return dict(pares)

    def sin_infinitos(texto: str) -> Any:
        raise ValueError(f"trae {texto}")

    texto = contenido.decode("utf-8")
    return json.loads(texto, object_pairs_hook=sin_repetir, parse_float=Decimal, parse_constant=sin_infinitos)


def ruta_segura(ruta: object) -> bool:
    """Dice si una ruta del manifiesto se queda dentro de la entrega."""
    if not isinstance(ruta, str) or not ruta or "\\" in ruta or ":" in ruta or not ruta.isprintable():
        return False
    return not ruta.startswith("/") and all(p not in ("", ".", "..") for p in ruta.split("/"))


def sha256_de(archivo: Path) -> str:
    """Devuelve la huella de un archivo, leído por partes."""
    huella = hashlib.sha256()
    with archivo.open("rb") as abierto:
        for parte in iter(lambda: abierto.read(1 << 20), b""):
            huella.update(parte)
    return huella.hexdigest()


class Entrega:
    """Reúne lo que hay en la carpeta de una entrega; cada parte se lee una vez."""

    def __init__(self, carpeta: Path, descarga: dict[str, str] | None = None) -> None:
        self.carpeta = carpeta
        self.descarga = descarga  # ruta → por qué no se pudo descargar; None si es una carpeta
        self._tablas: dict[str, Tabla] = {}
        self._errores: dict[str, str] = {}
        self._contenido: dict[str, Any] = {}

    def bytes_de(self, ruta: str) -> bytes:
        """Devuelve los bytes de un archivo de la entrega; Depende si no está."""
        archivo = self.carpeta / ruta
        if not ruta_segura(ruta) or not archivo.is_file() or archivo.is_symlink():
            raise Depende(f"falta {ver(ruta)}{self.porque_no(ruta)}")
        if archivo.stat().st_size > (TOPE_MANIFIESTO if ruta in FUERA_DEL_MANIFIESTO else TOPE_ARCHIVO):
            raise Depende(f"{ver(ruta)} mide demasiado para leerlo: {archivo.stat().st_size} bytes")
        return archivo.read_bytes()

    def porque_no(self, ruta: str) -> str:
        """Dice por qué no se pudo descargar un archivo; vacío si no se intentó o si se pudo."""
        causa = (self.descarga or {}).get(ruta)
        return f": no se pudo descargar ({causa})" if causa else ""

    def _json(self, ruta: str) -> Any:
        if ruta not in self._contenido:
            try:
                self._contenido[ruta] = json_estricto(self.bytes_de(ruta))
            except (ValueError, RecursionError) as error:
                raise Depende(f"{ruta} no es JSON válido: {ver(error)}") from None
        return self._contenido[ruta]

    @property
    def manifiesto(self) -> dict[str, Any]:
        """Devuelve el manifiesto leído; Depende si no tiene la forma del contrato."""
        if "manifiesto revisado" not in self._contenido:
            datos = self._json(MANIFIESTO)
            if next(fallas_del_manifiesto(datos), None):
                raise Depende("el manifiesto no tiene la forma del contrato")
            self._contenido["manifiesto revisado"] = datos
        return dict(self._contenido["manifiesto revisado"])

    @property
    def recursos(self) -> dict[str, dict[str, Any]]:
        """Devuelve los recursos de datapackage.json por su nombre; Depende si no se entiende."""
        paquete = self._json(PAQUETE)
        lista = paquete.get("resources") if isinstance(paquete, dict) else None
        if not isinstance(lista, list) or not all(map(_es_recurso, lista)):
            raise Depende("datapackage.json no trae una lista de recursos con nombre")
        nombres = Counter(r["name"] for r in lista)
        if max(nombres.values(), default=1) > 1:
            raise Depende("datapackage.json repite el nombre de un recurso")
        return {r["name"]: r for r in lista}

    def tabla(self, nombre: str) -> Tabla:
        """Devuelve una tabla leída; Depende si su CSV no se puede leer."""
        if nombre in self._errores:
            raise Depende(self._errores[nombre])
        if nombre not in self._tablas:
            try:
                self._tablas[nombre] = leer_tabla(nombre, self.bytes_de(f"datos/{nombre}.csv"), TIPOS)
            except (Depende, ValueError) as error:
                self._errores[nombre] = f"la tabla {nombre} no se puede leer: {ver(error)}"
                raise Depende(self._errores[nombre]) from None
        return self._tablas[nombre]


def fallas_del_manifiesto(m: Any) -> Iterator[str]:
    """Dice en qué no cumple un manifiesto la forma del contrato."""
    if not isinstance(m, dict):
        yield "no es un objeto JSON"
        return
    formas: dict[str, Callable[[Any], bool]] = {
        "formato": lambda v: bool(v == FORMATO),
        "entrega": lambda v: isinstance(v, str) and v != "",
        "numero": lambda v: type(v) is int and v >= 1,
        "entidad": lambda v: isinstance(v, str) and v != "",
        "vigencia": lambda v: type(v) is int,
        "corte": _es_dia,
        "sintetica": lambda v: isinstance(v, bool),
        "anterior": lambda v: v is None or _es_huella(v),
        "huella": _es_huella,
        "plan": lambda v: isinstance(v, dict) and isinstance(v.get("archivo"), str) and _es_huella(v.get("sha256")),
        "capturas": lambda v: isinstance(v, list) and all(map(_es_captura, v)),
        "cortes": lambda v: isinstance(v, list) and all(map(_es_dia, v)) and v == sorted(set(v)) and v != [],
        "periodo": lambda v: isinstance(v, list) and len(v) == 2 and all(map(_es_dia, v)) and v[0] <= v[1],
        "versiones": lambda v: isinstance(v, dict),
        "archivos": lambda v: isinstance(v, dict) and v != {} and all(_es_archivo(*par) for par in v.items()),
    }
    malas = [c for c, sirve in formas.items() if c not in m or not sirve(m[c])]
    yield from (f"«{c}» falta" if c not in m else f"«{c}» no tiene la forma del contrato" for c in malas)
    if malas:
        return
    esperado = f"{m['entidad']}-{m['vigencia']}-{m['corte'].replace('-', '')}-{m['numero']:03d}"
    if m["entrega"] != esperado:
        yield f"«entrega» dice {ver(m['entrega'])} y por sus datos debe ser {esperado}"
    if (m["anterior"] is None) != (m["numero"] == 1):
        yield "«anterior» va vacío solo en la entrega número 1"


def _es_recurso(valor: Any) -> bool:
    return isinstance(valor, dict) and isinstance(valor.get("name"), str)


def _es_dia(valor: Any) -> bool:
    try:
        return isinstance(valor, str) and bool(dia(valor))
    except ValueError:
        return False


def _es_huella(valor: Any) -> bool:
    return isinstance(valor, str) and HUELLA.fullmatch(valor) is not None


def _es_captura(valor: Any) -> bool:
    return (
        isinstance(valor, dict) and isinstance(valor.get("fuente"), str) and isinstance(valor.get("origen"), str)
        and _es_huella(valor.get("sha256")) and type(valor.get("bytes")) is int and valor["bytes"] >= 0
        and isinstance(valor.get("url_identifica"), bool)
    )


def _es_archivo(ruta: Any, datos: Any) -> bool:
    return (
        ruta_segura(ruta) and ruta not in FUERA_DEL_MANIFIESTO and isinstance(datos, dict)
        and type(datos.get("bytes")) is int and datos["bytes"] >= 0 and _es_huella(datos.get("sha256"))
    )


# ------------------------------------------------------------------ archivos


def mirar_manifiesto(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que el manifiesto exista y tenga la forma del contrato."""
    try:
        datos = e._json(MANIFIESTO)
    except Depende as error:
        c.mal(str(error))
        return
    for falla in fallas_del_manifiesto(datos):
        c.mal(falla)


def mirar_archivos(e: Entrega, c: Comprobacion) -> None:
    """Comprueba el tamaño y la huella de cada archivo que anuncia el manifiesto."""
    archivos = e.manifiesto["archivos"]
    for ruta, anunciado in sorted(archivos.items()):
        archivo = e.carpeta / ruta
        if not archivo.is_file() or _tiene_enlace(e.carpeta, ruta):
            c.mal(f"{ver(ruta)}: falta el archivo{e.porque_no(ruta)}")
            continue
        tamano = archivo.stat().st_size
        if tamano != anunciado["bytes"]:
            c.mal(f"{ver(ruta)}: mide {tamano} bytes y se anunciaron {anunciado['bytes']}")
            continue
        c.exigir(sha256_de(archivo) == anunciado["sha256"], f"{ver(ruta)}: su contenido no es el que anunció el manifiesto")
    c.resumen = f"{len(archivos)} archivos"


def _tiene_enlace(carpeta: Path, ruta: str) -> bool:
    partes = ruta.split("/")
    return any((carpeta.joinpath(*partes[: n + 1])).is_symlink() for n in range(len(partes)))


def mirar_sobrantes(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que en la carpeta no haya archivos que el manifiesto no anuncia."""
    archivos = e.manifiesto["archivos"]
    for ruta in ("verificar.py", PAQUETE):
        c.exigir(ruta in archivos, f"el manifiesto no anuncia {ruta}")
    if e.descarga is not None:
        c.sin_comprobar("por la web no se puede pedir la lista de archivos; descargue la carpeta para comprobarlo")
        return
    for raiz, carpetas, nombres in os.walk(e.carpeta):
        enlaces = [n for n in carpetas if (Path(raiz) / n).is_symlink()]
        for nombre in sorted(nombres + enlaces):
            ruta = (Path(raiz) / nombre).relative_to(e.carpeta).as_posix()
            c.exigir(ruta in archivos or ruta in FUERA_DEL_MANIFIESTO, f"{ver(ruta)}: no está en el manifiesto")


def mirar_sumas(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que SHA256SUMS diga lo mismo que el manifiesto."""
    try:
        texto = e.bytes_de(SUMAS).decode("utf-8")
    except (Depende, UnicodeDecodeError) as error:
        c.mal(f"{SUMAS}: {error}")
        return
    dichas: dict[str, str] = {}
    for n, linea in enumerate(texto.split("\n")[:-1] if texto.endswith("\n") else [""], start=1):
        hallada = re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", linea)
        if not hallada or hallada.group(2) in dichas:
            c.mal(f"línea {n}: no tiene la forma «huella  archivo», o repite un archivo")
            continue
        dichas[hallada.group(2)] = hallada.group(1)
    esperadas = {r: a["sha256"] for r, a in e.manifiesto["archivos"].items()}
    esperadas[MANIFIESTO] = hashlib.sha256(e.bytes_de(MANIFIESTO)).hexdigest()
    for ruta in sorted({*dichas, *esperadas}):
        c.exigir(ruta in dichas, f"{ver(ruta)}: no está en {SUMAS}")
        c.exigir(ruta in esperadas, f"{ver(ruta)}: está en {SUMAS} y no en el manifiesto")
        if ruta in dichas and ruta in esperadas:
            c.exigir(dichas[ruta] == esperadas[ruta], f"{ver(ruta)}: la huella no es la del manifiesto")


# ------------------------------------------------------------------ tablas y esquemas


def mirar_paquete(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que datapackage.json describa las tablas del contrato y los archivos publicados."""
    try:
        recursos = e.recursos
    except Depende as error:
        c.mal(str(error))
        return
    _mirar_ficha(e, c)
    archivos = e.manifiesto["archivos"]
    for nombre, recurso in recursos.items():
        archivo = archivos.get(str(recurso.get("path")))
        if archivo is None:
            c.mal(f"{ver(nombre)}: su archivo {ver(recurso.get('path'))} no está en el manifiesto")
            continue
        c.exigir(recurso.get("hash") == "sha256:" + archivo["sha256"], f"{ver(nombre)}: su huella no es la del manifiesto")
        c.exigir(recurso.get("bytes") == archivo["bytes"], f"{ver(nombre)}: su tamaño no es el del manifiesto")
        c.exigir(recurso.get("dialect", DIALECTO) == DIALECTO, f"{ver(nombre)}: pide leer el CSV de otra forma que la del contrato")
    for tabla, columnas in COLUMNAS.items():
        for nombre, ruta in ((tabla, f"datos/{tabla}.csv"), (f"{tabla}-parquet", f"datos/{tabla}.parquet")):
            c.exigir(nombre in recursos and recursos[nombre].get("path") == ruta, f"falta el recurso {nombre}, con su archivo {ruta}")
        if tabla in recursos:
            for falla in _fallas_del_esquema(tabla, columnas, recursos[tabla].get("schema")):
                c.mal(f"{tabla}: {falla}")
    c.resumen = f"{len(COLUMNAS)} tablas"


def _mirar_ficha(e: Entrega, c: Comprobacion) -> None:
    m, paquete = e.manifiesto, e._json(PAQUETE)
    for dato in ("entrega", "corte", "sintetica", "entidad", "vigencia"):
        c.exigir(paquete.get(dato) == m[dato], f"«{dato}» no es lo que dice el manifiesto")
    oficiales = paquete.get("cortes_oficiales")
    anteriores = {x for x in oficiales if isinstance(x, str) and x < m["corte"]} if isinstance(oficiales, list) else set()
    c.exigir(anteriores == {x for x in m["cortes"] if x < m["corte"]}, "sus cortes oficiales no son los del manifiesto")


def _fallas_del_esquema(tabla: str, columnas: Sequence[str], esquema: Any) -> Iterator[str]:
    campos = esquema.get("fields") if isinstance(esquema, dict) else None
    if not isinstance(campos, list) or not all(isinstance(f, dict) for f in campos):
        yield "no trae esquema"
        return
    if [f.get("name") for f in campos] != list(columnas):
        yield "sus columnas no son las del contrato"
        return
    for campo in campos:
        tipo = TIPOS.get(campo["name"], "string")
        if campo.get("type") != tipo:
            yield f"la columna {campo['name']} debe ser {tipo} y dice {ver(campo.get('type'))}"
    if esquema.get("primaryKey") != list(CLAVES[tabla]):
        yield f"su clave debe ser {', '.join(CLAVES[tabla])}"
    if esquema.get("missingValues", [""]) != [""]:
        yield "da por vacías celdas que no lo están"


def mirar_csv(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que cada CSV esté escrito de la única forma que admite el contrato."""
    filas = 0
    for nombre in COLUMNAS:
        try:
            filas += len(e.tabla(nombre))
        except Depende as error:
            c.mal(str(error))
    c.resumen = f"{len(COLUMNAS)} tablas, {filas} filas"


def mirar_esquemas(e: Entrega, c: Comprobacion) -> None:
    """Comprueba cada celda contra el tipo y las reglas que declara datapackage.json."""
    recursos = e.recursos
    celdas = 0
    for nombre in COLUMNAS:
        tabla = e.tabla(nombre)
        campos = {f["name"]: f for f in _campos(recursos.get(nombre)) if f.get("name") in tabla.columnas}
        for columna in tabla.columnas:
            regla = campos.get(columna, {}).get("constraints", {})
            propias = {*CLAVES[nombre], *OBLIGATORIAS.get(nombre, ())}
            obligatoria = bool(regla.get("required")) or columna in propias
            tipo = TIPOS.get(columna, "string")
            vistos: dict[str | None, str] = {}
            for n, valor in enumerate(tabla.columna(columna), start=1):
                if valor not in vistos:
                    vistos[valor] = _falla_de_celda(valor, tipo, regla, obligatoria) or _falla_de_numero(valor, columna)
                if vistos[valor]:
                    c.mal(f"{nombre}, fila {n}, {columna}: «{ver(valor)}» {vistos[valor]}")
                celdas += 1
    for nombre in COLUMNAS:
        _mirar_entidad(e, c, nombre)
    c.resumen = f"{celdas} celdas"


def _campos(recurso: dict[str, Any] | None) -> list[dict[str, Any]]:
    esquema = (recurso or {}).get("schema")
    campos = esquema.get("fields") if isinstance(esquema, dict) else None
    return [f for f in campos if isinstance(f, dict)] if isinstance(campos, list) else []


def _falla_de_celda(valor: str | None, tipo: str, regla: Mapping[str, Any], obligatoria: bool) -> str:
    if valor is None:
        return "no puede ir vacía" if obligatoria else ""
    try:
        leido = LECTORES[tipo](valor)
    except ValueError:
        return f"no es un valor de tipo {tipo}"
    if "enum" in regla and valor not in regla["enum"]:
        return "no es una de las opciones del esquema"
    if "pattern" in regla and not re.fullmatch(str(regla["pattern"]), valor):
        return "no tiene la forma que pide el esquema"
    if tipo in ("number", "integer"):
        if "minimum" in regla and leido < Fraction(regla["minimum"]):
            return f"es menor que {regla['minimum']}"
        if "maximum" in regla and leido > Fraction(regla["maximum"]):
            return f"es mayor que {regla['maximum']}"
    return ""


def _falla_de_numero(valor: str | None, columna: str) -> str:
    """Dice qué tiene un número que el contrato no admite en ninguna entrega, diga lo que diga su esquema."""
    if valor is None or TIPOS.get(columna) not in ("number", "integer"):
        return ""
    if valor.startswith("-"):
        return "es negativo"
    return "no va con 4 decimales como mucho y sin ceros al final" if columna in CANTIDADES and valor != cantidad_texto(numero(valor)) else ""


def _mirar_entidad(e: Entrega, c: Comprobacion, nombre: str) -> None:
    for columna in ("entidad", "vigencia"):
        if columna in COLUMNAS[nombre]:
            propia = str(e.manifiesto[columna])
            for otra in sorted(map(ver, set(e.tabla(nombre).columna(columna)) - {propia})):
                c.mal(f"{nombre}: {columna} dice «{otra}» y el manifiesto «{ver(propia)}»")


def mirar_claves(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que ninguna tabla repita su clave y que las referencias existan."""
    for nombre, clave in CLAVES.items():
        tabla = e.tabla(nombre)
        veces = Counter(zip(*map(tabla.columna, clave)))
        for valores, cuantas in veces.items():
            c.exigir(cuantas == 1, f"{nombre}: la clave {ver('/'.join(map(str, valores)))} está {cuantas} veces")
    for nombre, otra in REFERENCIAS.items():
        clave = CLAVES[otra]
        existen = set(zip(*map(e.tabla(otra).columna, clave)))
        for valores in sorted(set(zip(*map(e.tabla(nombre).columna, clave))) - existen, key=str):
            c.mal(f"{nombre}: {ver('/'.join(map(str, valores)))} no está en la tabla {otra}")


# ------------------------------------------------------------------ plan


class Actividad(NamedTuple):
    """Guarda de una actividad lo que hace falta para calcular."""

    id: str
    subcomponente: str
    meta: Fraction | None
    agregacion: str
    programacion: str
    peso: Fraction
    peso_subcomponente: Fraction
    dependencias: tuple[str, ...]
    inicio: date
    fin: date
    hitos: tuple[date, ...]


def leer(fila: Mapping[str, str | None], columna: str, tabla: str) -> Any:
    """Convierte una celda obligatoria a su tipo; Depende si no se puede."""
    valor = fila[columna]
    try:
        if valor is None:
            raise ValueError
        return LECTORES[TIPOS.get(columna, "string")](valor)
    except ValueError:
        raise Depende(f"la tabla {tabla} trae en {columna} «{ver(valor)}»") from None


def actividades_de(e: Entrega) -> list[Actividad]:
    """Lee las actividades del plan publicado; Depende si falta algo para calcular."""
    leidas = []
    for f in e.tabla("plan"):
        try:
            hitos = tuple(dia(h) for h in (f["hitos"] or "").split(";") if f["hitos"])
        except ValueError:
            raise Depende(f"la tabla plan trae hitos que no son fechas: {ver(f['hitos'])}") from None
        a = Actividad(
            leer(f, "actividad_id", "plan"), leer(f, "subcomponente_id", "plan"),
            None if f["meta"] is None else leer(f, "meta", "plan"),
            leer(f, "agregacion", "plan"), leer(f, "programacion", "plan"),
            leer(f, "peso", "plan"), leer(f, "peso_subcomponente", "plan"),
            tuple(sorted({d for d in (f["responsables"] or "").split(";") if d})),
            leer(f, "inicio", "plan"), leer(f, "fin", "plan"), hitos,
        )
        falla = next(_fallas_de_actividad(a), None)
        if falla:
            raise Depende(f"la tabla plan, actividad {ver(a.id)}: {falla}")
        leidas.append(a)
    return leidas


def _fallas_de_actividad(a: Actividad) -> Iterator[str]:
    if a.meta is not None and a.meta <= 0:
        yield "su meta no es mayor que cero, y con ella no se puede calcular un avance"
    if a.agregacion not in ("suma", "ultimo"):
        yield f"agregación «{ver(a.agregacion)}» desconocida"
    if a.programacion not in ("hitos", "lineal", "al_final"):
        yield f"programación «{ver(a.programacion)}» desconocida"
    if a.programacion == "hitos" and not a.hitos:
        yield "se programa por hitos y no los tiene"
    if a.peso < 0 or a.peso_subcomponente < 0:
        yield "tiene un peso negativo"
    if a.inicio > a.fin:
        yield "su ventana termina antes de empezar"
    if len(set(a.hitos)) != len(a.hitos):
        yield "repite un hito"
    if a.id.split(".")[0] != a.subcomponente:
        yield f"no es del subcomponente {ver(a.subcomponente)}"


def mirar_plan(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que el plan publicado alcance para calcular y no se contradiga."""
    try:
        actividades = actividades_de(e)
    except Depende as error:
        c.mal(str(error))
        return
    pesos: dict[str, set[Fraction]] = defaultdict(set)
    for a in actividades:
        pesos[a.subcomponente].add(a.peso_subcomponente)
    for sub, distintos in sorted(pesos.items()):
        c.exigir(len(distintos) == 1, f"el subcomponente {ver(sub)} tiene más de un peso")
    c.resumen = f"{len(actividades)} actividades"


MIRELO = "; mire en el documento del plan si lo dice"


def mirar_reglas_del_plan(e: Entrega, c: Comprobacion) -> None:
    """Señala dónde el plan se aparta de lo que el contrato da por defecto: hay que mirarlo en el documento."""
    periodo = tuple(map(dia, e.manifiesto["periodo"]))
    textos = {f["actividad_id"]: f["fecha_texto"] for f in e.tabla("plan")}
    for a in actividades_de(e):
        comun = "hitos" if a.hitos else "al_final" if a.meta == 1 else "lineal"
        if a.programacion != comun:
            c.sin_comprobar(f"{ver(a.id)}: se programa «{a.programacion}» y por defecto sería «{comun}»{MIRELO}")
        if textos[a.id] is None and (a.inicio, a.fin) != periodo:
            ventana = f"{a.inicio} a {a.fin}"
            c.sin_comprobar(f"{ver(a.id)}: su ventana ({ventana}) no es el periodo, y no trae texto de fecha{MIRELO}")
        if a.peso != 1 or a.peso_subcomponente != 1:
            pesos = f"{cantidad_texto(a.peso)} y su subcomponente {cantidad_texto(a.peso_subcomponente)}"
            c.sin_comprobar(f"{ver(a.id)}: pesa {pesos}, no 1{MIRELO}")


# ------------------------------------------------------------------ evidencia


class Avance(NamedTuple):
    """Guarda de una fila de evidencia lo que hace falta para comprobarla."""

    fecha: str
    id: str
    actividad: str
    cantidad: Fraction
    url: str | None
    fuente: str
    registro: str
    cuenta: bool
    motivo: str | None
    duplicado_de: str | None

    @property
    def orden(self) -> tuple[str, str]:
        """Devuelve con qué se decide cuál de dos registros iguales es el primero."""
        return (self.fecha, self.id)


def avances_de(e: Entrega) -> list[Avance]:
    """Lee la evidencia publicada; Depende si alguna fila no se entiende."""
    if "avances" in e._contenido:
        return list(e._contenido["avances"])
    leidos = []
    for f in e.tabla("avances"):
        leer(f, "fecha", "avances")
        leidos.append(Avance(
            str(f["fecha"]), leer(f, "avance_id", "avances"), leer(f, "actividad_id", "avances"),
            leer(f, "cantidad", "avances"), f["url"], leer(f, "fuente", "avances"), leer(f, "registro", "avances"),
            leer(f, "cuenta", "avances"), f["motivo"], f["duplicado_de"],
        ))
    e._contenido["avances"] = leidos
    return leidos


def mirar_motivos(e: Entrega, c: Comprobacion) -> None:
    """Comprueba, por la fecha, qué evidencia puede contar y por qué no cuenta la demás."""
    actividades = {a.id: a for a in actividades_de(e)}
    corte = e.manifiesto["corte"]
    avances = avances_de(e)
    for v in avances:
        a = actividades.get(v.actividad)
        if a is None:
            c.mal(f"{ver(v.id)}: su actividad no está en el plan")
            continue
        if not a.inicio.isoformat() <= v.fecha <= a.fin.isoformat():
            esperado = "fuera_de_ventana"
        else:
            esperado = "posterior_al_corte" if v.fecha > corte else ""
        quien, dice = f"{ver(v.id)}, con fecha {v.fecha}", f"dice {_dice(v)}"
        if esperado:
            c.exigir(not v.cuenta and v.motivo == esperado, f"{quien}: no puede contar, por {esperado}; {dice}")
        else:
            c.exigir(v.cuenta or v.motivo == "duplicado", f"{quien}: puede contar; {dice}")
        c.exigir(v.cuenta == (v.motivo is None), f"{quien}: cuenta y motivo se contradicen; {dice}")
        senala = v.duplicado_de is not None
        c.exigir((v.motivo == "duplicado") == senala, f"{quien}: «duplicado_de» va lleno solo en los duplicados")
    c.resumen = f"{len(avances)} filas, {sum(v.cuenta for v in avances)} cuentan"


def _dice(v: Avance) -> str:
    return "que cuenta" if v.cuenta else f"que no cuenta, motivo {ver(v.motivo)}"


def mirar_duplicados(e: Entrega, c: Comprobacion) -> None:
    """Rehace la cuenta: de lo que puede contar, en orden de (fecha, avance_id), cuenta el primero y los repetidos lo señalan."""
    por_direccion = {cap["fuente"] for cap in e.manifiesto["capturas"] if cap["url_identifica"]}
    primeros: dict[tuple[str, ...], str] = {}
    repetidos = 0
    for v in sorted(avances_de(e), key=lambda v: v.orden):
        base = f"{v.fuente}:{v.registro}"
        if v.id != base and not (v.id.startswith(f"{base}~") and ENTERO.fullmatch(v.id[len(base) + 1 :])):
            c.mal(f"{ver(v.id)}: el avance_id debe ser la fuente y el registro, y ~2, ~3… si se repite")
        if v.motivo in ("fuera_de_ventana", "posterior_al_corte"):
            continue
        claves: list[tuple[str, ...]] = [(v.actividad, v.fuente, v.registro)]
        if v.url is not None and v.fuente in por_direccion:
            claves.append((v.actividad, v.url))
        primero = next((primeros[k] for k in claves if k in primeros), None)
        if primero is None:
            primeros.update(dict.fromkeys(claves, v.id))
        repetidos += primero is not None
        if (v.cuenta, v.duplicado_de) != (primero is None, primero):
            debe = f"repite a {ver(primero)}" if primero else "no repite a ningún otro"
            c.mal(f"{ver(v.id)}: {debe}; dice {_dice(v)}" + (f" de {ver(v.duplicado_de)}" if v.duplicado_de else ""))
    c.resumen = f"{repetidos} repetidos"


def mirar_capturas(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que cada fila venga de un archivo original anunciado, y que una fuente de ejemplo se avise."""
    capturas = {(cap["fuente"], cap["sha256"]) for cap in e.manifiesto["capturas"]}
    for nombre in ("avances", "rechazos"):
        tabla = e.tabla(nombre)
        usadas = set(zip(tabla.columna("fuente"), tabla.columna("captura_sha256")))
        for fuente, huella in sorted(usadas - capturas, key=str):
            c.mal(f"{nombre}: la captura {ver(huella)} de la fuente {ver(fuente)} no está en el manifiesto")
    de_ejemplo = {cap["fuente"] for cap in e.manifiesto["capturas"] if cap.get("sintetica")} & set(e.tabla("conciliacion").columna("fuente"))
    c.exigir(e.manifiesto["sintetica"] or not de_ejemplo, f"usa datos de ejemplo ({ver(', '.join(sorted(de_ejemplo)))}) y no lo avisa")
    c.resumen = f"{len(capturas)} capturas"


def mirar_conciliacion(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que ningún registro se pierda: recibidos = aceptados + rechazados, y son las filas publicadas.

    Las fuentes de otras tablas (compromisos, encuestas…) no dan avances: de ellas se comprueban las sumas y los rechazos.
    """
    de_otra_tabla = {cap["fuente"] for cap in e.manifiesto["capturas"] if cap.get("tabla", "avances") != "avances"}
    filas: dict[str, Counter[str]] = defaultdict(Counter)
    for v in avances_de(e):
        filas[v.fuente].update(["aceptados", "cuentan" if v.cuenta else "no_cuentan"])
    for fuente in e.tabla("rechazos").columna("fuente"):
        filas[str(fuente)]["rechazados"] += 1
    declaradas = set()
    for f in e.tabla("conciliacion"):
        fuente = leer(f, "fuente", "conciliacion")
        declaradas.add(fuente)
        dice = {k: leer(f, k, "conciliacion") for k in OBLIGATORIAS["conciliacion"]}
        suma = dice["aceptados"] + dice["rechazados"]
        c.exigir(dice["recibidos"] == suma, f"{ver(fuente)}: recibidos no es aceptados más rechazados")
        suma = dice["cuentan"] + dice["no_cuentan"]
        c.exigir(dice["aceptados"] == suma, f"{ver(fuente)}: aceptados no es cuentan más no cuentan")
        if fuente in de_otra_tabla:
            sobran = filas[fuente]["aceptados"]
            c.exigir(sobran == 0, f"{ver(fuente)}: su tabla no es avances y tiene {sobran} avances")
        for k in ("rechazados",) if fuente in de_otra_tabla else ("aceptados", "rechazados", "cuentan", "no_cuentan"):
            hay = filas[fuente][k]
            c.exigir(dice[k] == hay, f"{ver(fuente)}: dice {dice[k]} {k} y hay {hay} filas")
    for fuente in sorted(set(filas) - declaradas):
        c.mal(f"{ver(fuente)}: tiene filas y no está en la conciliación")
    c.resumen = f"{len(declaradas)} fuentes"


# ------------------------------------------------------------------ indicadores


class Media(NamedTuple):
    """Guarda una media ponderada con su numerador y su denominador."""

    numerador: Fraction
    denominador: Fraction

    @property
    def valor(self) -> Fraction | None:
        """Devuelve la media sin redondear; None si nada entró en ella."""
        return self.numerador / self.denominador if self.denominador else None


def media(pares: Iterable[tuple[Fraction, Fraction | None]]) -> Media:
    """Calcula Σ peso·x / Σ peso; lo que no tiene valor no entra, ni su peso."""
    con_valor = [(p, x) for p, x in pares if x is not None]
    return Media(sum((p * x for p, x in con_valor), Fraction(0)), sum((p for p, _ in con_valor), Fraction(0)))


class Medida(NamedTuple):
    """Guarda los valores exactos de una actividad en un corte."""

    actividad: Actividad
    ejecutado: Fraction
    registros: int
    bruto: Fraction | None
    avance: Fraction | None
    programado: Fraction | None
    cumplimiento: Fraction | None

    @property
    def reportado(self) -> Fraction | None:
        """Devuelve el avance solo si lo sustenta al menos un registro."""
        return self.avance if self.registros else None


class Grupo(NamedTuple):
    """Guarda las medias exactas de un conjunto de actividades en un corte."""

    avance: Media
    reportado: Media
    cumplimiento: Media
    con_meta: int
    con_reporte: int


class Evidencia:
    """Responde cuánto se había hecho en una actividad hasta un día."""

    def __init__(self, avances: Iterable[Avance]) -> None:
        self._filas: dict[str, list[Avance]] = defaultdict(list)
        for v in avances:
            if v.cuenta:
                self._filas[v.actividad].append(v)
        self._fechas: dict[str, list[str]] = {}
        self._sumas: dict[str, list[Fraction]] = {}
        for actividad, filas in self._filas.items():
            filas.sort(key=lambda v: v.orden)
            self._fechas[actividad] = [v.fecha for v in filas]
            sumas = [Fraction(0)]
            for v in filas:
                sumas.append(sumas[-1] + v.cantidad)
            self._sumas[actividad] = sumas

    def hasta(self, actividad: str, agregacion: str, corte: date) -> tuple[Fraction, int]:
        """Devuelve lo ejecutado hasta el corte y cuántos registros lo sustentan."""
        n = bisect_right(self._fechas.get(actividad, []), corte.isoformat())
        if n == 0:
            return Fraction(0), 0
        return (self._sumas[actividad][n] if agregacion == "suma" else self._filas[actividad][n - 1].cantidad), n


def programado(a: Actividad, corte: date) -> Fraction | None:
    """Calcula lo que debía estar hecho en el corte."""
    if a.meta is None:
        return None
    if a.programacion == "hitos":
        return a.meta * sum(h <= corte for h in a.hitos) / len(a.hitos)
    if a.programacion == "al_final":
        return a.meta if corte >= a.fin else Fraction(0)
    dias = (a.fin - a.inicio).days + 1
    pasados = max(0, min(dias, (corte - a.inicio).days + 1))
    return a.meta * pasados / dias


def medir(a: Actividad, evidencia: Evidencia, corte: date) -> Medida:
    """Calcula los valores exactos de una actividad en un corte."""
    ejecutado, registros = evidencia.hasta(a.id, a.agregacion, corte)
    debido = programado(a, corte)
    if a.meta is None:
        return Medida(a, ejecutado, registros, None, None, None, None)
    bruto = 100 * ejecutado / a.meta
    cumplimiento = 100 * min(Fraction(1), ejecutado / debido) if debido else None
    return Medida(a, ejecutado, registros, bruto, min(Fraction(100), bruto), debido, cumplimiento)


def agrupar(medidas: Iterable[Medida]) -> Grupo:
    """Calcula las medias de un conjunto de actividades por sus pesos."""
    con_meta = [m for m in medidas if m.actividad.meta is not None]
    return Grupo(
        media((m.actividad.peso, m.avance) for m in con_meta),
        media((m.actividad.peso, m.reportado) for m in con_meta),
        media((m.actividad.peso, m.cumplimiento) for m in con_meta),
        len(con_meta), sum(m.registros > 0 for m in con_meta),
    )


def totalizar(grupos: Mapping[str, Grupo], pesos: Mapping[str, Fraction]) -> Grupo:
    """Calcula el total: la misma media, ahora sobre los subcomponentes y sus pesos."""
    return Grupo(
        media((pesos[s], g.avance.valor) for s, g in grupos.items()),
        media((pesos[s], g.reportado.valor) for s, g in grupos.items()),
        media((pesos[s], g.cumplimiento.valor) for s, g in grupos.items()),
        sum(g.con_meta for g in grupos.values()), sum(g.con_reporte for g in grupos.values()),
    )


def estado(m: Medida, corte: date) -> str:
    """Dice el estado de una actividad: el primero que se cumpla."""
    if m.actividad.meta is None:
        return "sin_meta"
    if m.ejecutado >= m.actividad.meta:
        return "cumplida"
    if corte >= m.actividad.fin:
        return "vencida"
    if m.cumplimiento is not None and m.cumplimiento < 80:
        return "atrasada"
    return "no_iniciada" if m.ejecutado == 0 and m.programado == 0 else "en_ejecucion"


def zona(cumplimiento: Fraction | None) -> str:
    """Dice la zona que corresponde a un cumplimiento sin redondear."""
    if cumplimiento is None:
        return "sin_programar"
    return "baja" if cumplimiento < 60 else "media" if cumplimiento < 80 else "alta"


def fila_de_actividad(m: Medida, corte: date) -> dict[str, str | None]:
    """Escribe los valores de una actividad como deben publicarse."""
    return {
        "meta": cantidad_texto(m.actividad.meta), "ejecutado": cantidad_texto(m.ejecutado),
        "avance_bruto_pct": pct(m.bruto), "avance_pct": pct(m.avance), "avance_reportado_pct": pct(m.reportado),
        "programacion": m.actividad.programacion, "programado": cantidad_texto(m.programado),
        "cumplimiento_pct": pct(m.cumplimiento), "estado": estado(m, corte), "zona": zona(m.cumplimiento),
        "registros_que_cuentan": str(m.registros),
    }


def fila_de_grupo(g: Grupo) -> dict[str, str | None]:
    """Escribe las medias de un grupo como deben publicarse."""
    avance, cumplimiento = g.avance, g.cumplimiento
    return {
        "avance_pct": pct(avance.valor),
        "avance_numerador": con_decimales(avance.numerador, 6),
        "avance_denominador": con_decimales(avance.denominador, 6),
        "avance_reportado_pct": pct(g.reportado.valor),
        "cumplimiento_pct": pct(cumplimiento.valor),
        "cumplimiento_numerador": con_decimales(cumplimiento.numerador, 6),
        "cumplimiento_denominador": con_decimales(cumplimiento.denominador, 6),
        "zona": zona(cumplimiento.valor),
        "actividades_con_meta": str(g.con_meta),
        "actividades_con_reporte": str(g.con_reporte),
    }


Filas = dict[tuple[str, ...], dict[str, Any]]


def cortes_de(manifiesto: Mapping[str, Any]) -> list[date]:
    """Devuelve los cortes que deben traer los indicadores: los oficiales hasta el de la entrega, y este."""
    return [dia(c) for c in sorted({manifiesto["corte"], *manifiesto["cortes"]}) if c <= manifiesto["corte"]]


def fines_de_mes(desde: date, hasta: date) -> Iterator[date]:
    """Recorre los últimos días de mes, del mes de una fecha hasta otra."""
    cierre = desde
    while True:
        cierre = cierre.replace(day=calendar.monthrange(cierre.year, cierre.month)[1])
        if cierre > hasta:
            return
        yield cierre
        cierre += timedelta(days=1)


def recalcular(e: Entrega) -> dict[str, Filas]:
    """Calcula todas las filas que deben tener las tablas de indicadores y la serie."""
    if "calculo" in e._contenido:
        return dict(e._contenido["calculo"])
    m = e.manifiesto
    actividades, evidencia = actividades_de(e), Evidencia(avances_de(e))
    pesos = {a.subcomponente: a.peso_subcomponente for a in actividades}
    base = (m["entidad"], str(m["vigencia"]))
    tablas: dict[str, Filas] = {t: {} for t in INDICADORES}

    def del_dia(corte: date) -> tuple[list[Medida], dict[str, Grupo]]:
        medidas = [medir(a, evidencia, corte) for a in actividades]
        return medidas, {s: agrupar(x for x in medidas if x.actividad.subcomponente == s) for s in pesos}

    for corte in cortes_de(m):
        clave = (*base, corte.isoformat())
        medidas, grupos = del_dia(corte)
        for medida in medidas:
            tablas["indicadores_actividad"][(*clave, medida.actividad.id)] = fila_de_actividad(medida, corte)
        for sub, grupo in grupos.items():
            tablas["indicadores_subcomponente"][(*clave, sub)] = fila_de_grupo(grupo)
        for dep in {d for a in actividades for d in a.dependencias}:
            suyo = agrupar(x for x in medidas if dep in x.actividad.dependencias)
            tablas["indicadores_dependencia"][(*clave, dep)] = fila_de_grupo(suyo)
        tablas["indicadores_total"][clave] = fila_de_grupo(totalizar(grupos, pesos))
    for cierre in fines_de_mes(min([dia(m["periodo"][0]), *(a.inicio for a in actividades)]), dia(m["corte"])):
        fila = fila_de_grupo(totalizar(del_dia(cierre)[1], pesos))
        tablas["serie"][(*base, cierre.isoformat()[:7])] = {"corte": cierre.isoformat(), **fila}
    e._contenido["calculo"] = tablas
    return tablas


INDICADORES = {
    "indicadores_actividad": "Indicadores de cada actividad",
    "indicadores_subcomponente": "Indicadores de cada subcomponente",
    "indicadores_dependencia": "Indicadores de cada dependencia",
    "indicadores_total": "Indicadores del total",
    "serie": "Serie mes a mes",
}


def mirar_indicadores(nombre: str) -> Callable[[Entrega, Comprobacion], None]:
    """Prepara la comprobación de una tabla: cada cifra recalculada contra la publicada, en los dos sentidos."""

    def mirar(e: Entrega, c: Comprobacion) -> None:
        esperadas, clave = recalcular(e)[nombre], CLAVES[nombre]
        publicadas = {tuple(str(f[k]) for k in clave): f for f in e.tabla(nombre)}
        for falta in sorted(set(esperadas) - set(publicadas)):
            c.mal(f"falta la fila {ver(' / '.join(falta[2:]))}")
        for sobra in sorted(set(publicadas) - set(esperadas)):
            c.mal(f"sobra la fila {ver(' / '.join(sobra[2:]))}")
        for id_ in sorted(set(esperadas) & set(publicadas)):
            for columna, valor in esperadas[id_].items():
                dice, donde = publicadas[id_][columna], f"{ver(' / '.join(id_[2:]))}, {columna}"
                c.exigir(dice == valor, f"{donde}: publicado {ver(dice)}, recalculado {ver(valor)}")
        c.resumen = f"{len(esperadas)} filas, {sum(map(len, esperadas.values()))} cifras recalculadas"

    return mirar


# ------------------------------------------------------------------ el ciclo

CIFRAS = "ciclo.json"
DEL_CICLO = ("cronograma", "compromisos", "dialogo", "encuestas", "autodiagnostico")
# Las reglas de fábrica; la entidad puede declarar otras, y entonces se avisa para que alguien las mire.
REGLAS: dict[str, Any] = {
    "k_encuestas": 5, "dias_respuesta": 15, "respuesta_habiles": True, "dias_publicacion": 10, "dias_aviso": 15,
    "umbral_consolidacion": "50", "umbral_perfeccionamiento": "80", "responsable_seguimiento": None, "seguimientos": None,
}
MESES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
ESTADOS_DE_FECHA = ("vencido", "vence_pronto", "pendiente", "cumplido")
ESTADOS_DE_COMPROMISO = ("sin_plazo", "pendiente", "vencido", "cumplido", "cumplido_tarde")
TRAMOS = {"1–30 días": (1, 30), "31–90 días": (31, 90), "91–180 días": (91, 180), "más de 180 días": (181, 10**9)}


def pascua(anio: int) -> date:
    """Calcula el domingo de Pascua (algoritmo gregoriano de Meeus)."""
    siglo, resto = divmod(anio, 100)
    aureo = anio % 19
    luna = (19 * aureo + siglo - siglo // 4 - (siglo - (siglo + 8) // 25 + 1) // 3 + 15) % 30
    semana = (32 + 2 * (siglo % 4) + 2 * (resto // 4) - luna - resto % 4) % 7
    ajuste = (aureo + 11 * luna + 22 * semana) // 451
    mes, dias = divmod(luna + semana - 7 * ajuste + 114, 31)
    return date(anio, mes, dias + 1)


@lru_cache(maxsize=None)
def festivos(anio: int) -> set[date]:
    """Calcula los festivos de Colombia: los fijos, los que la Ley 51 de 1983 corre al lunes y los de Pascua."""
    corridos = [(1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11)] + ([(7, 9)] if anio >= 2026 else [])
    dias = {date(anio, m, d) for m, d in ((1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25))}
    dias |= {date(anio, m, d) + timedelta(days=-date(anio, m, d).weekday() % 7) for m, d in corridos}
    return dias | {pascua(anio) + timedelta(days=n) for n in (-3, -2, 43, 64, 71)}


def habiles_despues(desde: date, cuantos: int) -> date:
    """Devuelve el enésimo día hábil después de una fecha, que no se cuenta."""
    while cuantos > 0:
        desde += timedelta(days=1)
        cuantos -= desde.weekday() < 5 and desde not in festivos(desde.year)
    return desde


def reglas_del_ciclo(e: Entrega) -> dict[str, Any]:
    """Devuelve las reglas con que dice haberse calculado el ciclo; Depende si alguna no sirve."""
    if CIFRAS not in e.manifiesto["archivos"]:
        return dict(REGLAS)
    dichas = e._json(CIFRAS)
    dichas = dichas.get("reglas") if isinstance(dichas, dict) else None
    if not isinstance(dichas, dict) or not set(REGLAS) <= set(dichas):
        raise Depende(f"{CIFRAS} no trae las reglas del ciclo")
    dias = [dichas[r] for r in ("dias_respuesta", "dias_publicacion", "dias_aviso")]
    umbrales = [dichas[r] for r in ("umbral_consolidacion", "umbral_perfeccionamiento")]
    seguimientos = dichas["seguimientos"] or []
    sirven = (
        all(type(d) is int and 1 <= d <= 365 for d in dias) and type(dichas["k_encuestas"]) is int
        and dichas["k_encuestas"] >= 2 and isinstance(dichas["respuesta_habiles"], bool)
        and all(isinstance(u, str) and NUMERO.fullmatch(u) for u in umbrales) and isinstance(seguimientos, list)
        and all(isinstance(s, dict) and _es_dia(s.get("corte")) and _es_dia(s.get("publicado")) for s in seguimientos)
    )
    if not sirven or not 0 < Fraction(umbrales[0]) < Fraction(umbrales[1]) <= 100:
        raise Depende(f"{CIFRAS} trae reglas que no se pueden usar")
    return {r: dichas[r] for r in REGLAS}


def sin_ciclo(e: Entrega) -> bool:
    """Dice si la entrega no trae nada del ciclo: ni tablas ni cifras."""
    return CIFRAS not in e.manifiesto["archivos"] and not any(len(e.tabla(t)) for t in DEL_CICLO)


def del_ciclo(mirada: Mirada) -> Mirada:
    """Prepara una comprobación del ciclo: no hay qué mirar si la entrega no lo trae."""

    def mirar(e: Entrega, c: Comprobacion) -> None:
        if sin_ciclo(e):
            c.resumen = "la entrega no trae tablas del ciclo"
            return
        mirada(e, c)

    return mirar


def fecha_de(fila: Mapping[str, str | None], columna: str, tabla: str) -> date | None:
    """Lee una fecha que puede ir vacía."""
    return None if fila[columna] is None else leer(fila, columna, tabla)


def _comparar_columnas(c: Comprobacion, quien: str, fila: Mapping[str, Any], esperado: Mapping[str, Any]) -> None:
    for columna, valor in esperado.items():
        c.exigir(fila[columna] == valor, f"{quien}, {columna}: publicado {ver(fila[columna])}, recalculado {ver(valor)}")


def mirar_cronograma(e: Entrega, c: Comprobacion) -> None:
    """Recalcula las fechas que se esperan y su estado, con los límites de publicación en días hábiles."""
    reglas, corte, esperadas = reglas_del_ciclo(e), dia(e.manifiesto["corte"]), {}
    aviso = timedelta(days=reglas["dias_aviso"])
    evidencia, textos = Evidencia(avances_de(e)), {f["actividad_id"]: f["responsables"] for f in e.tabla("plan")}

    def abierta(limite: date, se_sabe: bool) -> str:
        if limite <= corte:
            return "vencido" if se_sabe else "pendiente"
        return "vence_pronto" if limite - corte <= aviso else "pendiente"

    for a in actividades_de(e):
        hecho, _ = evidencia.hasta(a.id, a.agregacion, corte)
        hitos = sorted(a.hitos) or [a.fin]
        for k, cuando in enumerate(hitos, start=1):
            nombre = f"Hito {k} de {len(hitos)}" if a.hitos else "Fin de la ventana"
            hay_meta = a.meta is not None
            cumplido = a.meta is not None and hecho * len(hitos) >= a.meta * k
            estado_ = "cumplido" if cumplido else abierta(cuando, hay_meta or hecho == 0)
            esperadas[a.id, nombre, cuando.isoformat()] = {"responsables": textos[a.id], "estado": estado_}
    oficiales = e._json(PAQUETE).get("cortes_oficiales")
    if not isinstance(oficiales, list) or not all(map(_es_dia, oficiales)):
        raise Depende(f"{PAQUETE} no dice cuáles son los cortes oficiales")
    se_sabe = reglas["seguimientos"] is not None
    publicados = {s["corte"] for s in reglas["seguimientos"] or () if dia(s["publicado"]) <= corte}
    for oficial in sorted(set(oficiales)):
        o, limite = dia(oficial), habiles_despues(dia(oficial), reglas["dias_publicacion"])
        nombre = f"Publicación del seguimiento al {'1.º' if o.day == 1 else o.day} de {MESES[o.month - 1]} de {o.year}"
        estado_ = "cumplido" if oficial in publicados else abierta(limite, se_sabe)
        esperadas["corte", nombre, limite.isoformat()] = {"responsables": reglas["responsable_seguimiento"], "estado": estado_}
    publicadas = {(f["actividad_id"], f["hito"], f["fecha"]): f for f in e.tabla("cronograma")}
    for clave in sorted(set(esperadas) ^ set(publicadas), key=str):
        c.mal(f"{'falta' if clave in esperadas else 'sobra'} la fecha {ver(' / '.join(map(str, clave)))}")
    for clave in sorted(set(esperadas) & set(publicadas)):
        _comparar_columnas(c, ver(" / ".join(clave)), publicadas[clave], esperadas[clave])
    c.resumen = f"{len(esperadas)} fechas recalculadas"


def eventos_de(contenido: bytes) -> dict[str, tuple[str, str, bool]]:
    """Lee los eventos de un calendario (RFC 5545): su UID, y con él su día, su estado y si avisa."""
    lineas = re.sub(r"\r\n[ \t]", "", contenido.decode("utf-8")).split("\r\n")
    eventos: dict[str, tuple[str, str, bool]] = {}
    evento: dict[str, str] | None = None
    en_alarma = False
    for linea in lineas:
        nombre, _, valor = linea.partition(":")
        if linea == "BEGIN:VEVENT":
            evento = {}
        elif linea == "END:VEVENT" and evento is not None:
            uid = evento.get("UID", "")
            if uid in eventos:
                raise ValueError(f"repite el evento {uid}")
            eventos[uid] = (evento.get("DTSTART", ""), evento.get("CATEGORIES", ""), "alarma" in evento)
            evento = None
        elif evento is not None and linea in ("BEGIN:VALARM", "END:VALARM"):
            en_alarma = linea == "BEGIN:VALARM"
            evento["alarma"] = "sí"
        elif evento is not None and not en_alarma:
            evento[nombre.split(";")[0]] = valor
    return eventos


def mirar_calendarios(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que los calendarios digan lo mismo que la tabla: uno con todo y uno por dependencia."""
    archivos = [r for r in e.manifiesto["archivos"] if r == "cronograma.ics" or r.startswith("calendarios/")]
    if "cronograma.ics" not in archivos:
        raise FaltaMedio("la entrega no trae cronograma.ics")
    rotulos = {"cumplido": "Cumplido", "vencido": "Vencido", "vence_pronto": "Vence pronto", "pendiente": "Pendiente"}
    todos: dict[str, tuple[str, str, bool]] = {}
    suyos: dict[str, set[str]] = defaultdict(set)
    for f in e.tabla("cronograma"):
        partes = (e.manifiesto["entidad"], str(e.manifiesto["vigencia"]), str(f["actividad_id"]), str(f["hito"]))
        uid = str(uuid.uuid5(uuid.NAMESPACE_URL, "rendicion:" + "\x1f".join(partes)))
        todos[uid] = (str(f["fecha"]).replace("-", ""), rotulos.get(str(f["estado"]), ""), f["estado"] != "cumplido")
        for dependencia in (f["responsables"] or "Sin responsable").split(";"):
            suyos[dependencia].add(uid)
    leidos = {}
    for ruta in archivos:
        try:
            leidos[ruta] = eventos_de(e.bytes_de(ruta))
        except ValueError as error:
            c.mal(f"{ver(ruta)}: no es un calendario que se entienda ({ver(error)})")
            return
        for uid, dice in leidos[ruta].items():
            c.exigir(todos.get(uid) == dice, f"{ver(ruta)}: el evento {ver(uid)} no dice lo mismo que la tabla cronograma")
    c.exigir(set(leidos["cronograma.ics"]) == set(todos), "cronograma.ics no trae un evento por cada fecha de la tabla")
    por_archivo = Counter(frozenset(v) for r, v in leidos.items() if r != "cronograma.ics")
    c.exigir(por_archivo == Counter(map(frozenset, suyos.values())), "no hay un calendario completo por cada dependencia")
    c.resumen = f"{len(archivos)} calendarios, {len(todos)} fechas"


def mirar_compromisos(e: Entrega, c: Comprobacion) -> None:
    """Recalcula el estado y el retraso de cada compromiso, y sigue la historia de sus plazos."""
    corte = dia(e.manifiesto["corte"])
    historia = historia_de_plazos(e)
    for f in e.tabla("compromisos"):
        quien = f"compromiso {ver(f['compromiso_id'])}"
        plazo, cumplido = fecha_de(f, "plazo", "compromisos"), fecha_de(f, "fecha_cumplimiento", "compromisos")
        for columna in ("fecha", "fecha_cumplimiento"):
            cuando = fecha_de(f, columna, "compromisos")
            c.exigir(cuando is None or cuando <= corte, f"{quien}, {columna}: es posterior al corte")
        retraso = None if plazo is None else max(0, ((cumplido or corte) - plazo).days)
        tarde = bool(retraso)
        if cumplido is not None:
            estado_ = "cumplido_tarde" if tarde else "cumplido"
        else:
            estado_ = "sin_plazo" if plazo is None else "vencido" if tarde else "pendiente"
        _comparar_columnas(c, quien, f, {"estado": estado_, "dias_retraso": None if retraso is None else str(retraso)})
        c.exigir(f["evidencia_url"] is None or cumplido is not None, f"{quien}: trae evidencia y no se ha cumplido")
        cambios = historia.get(str(f["compromiso_id"]), [])
        c.exigir([x["numero"] for x in cambios] == list(range(1, len(cambios) + 1)), f"{quien}: a la historia de su plazo le falta un cambio")
        for antes, despues in zip(cambios, cambios[1:]):
            c.exigir(antes["despues"] == despues["antes"], f"{quien}: la historia de su plazo se contradice")
        if cambios:
            c.exigir(cambios[-1]["despues"] == f["plazo"], f"{quien}: su plazo no es el último de la historia")
    c.resumen = f"{len(e.tabla('compromisos'))} compromisos, {sum(map(len, historia.values()))} cambios de plazo"


def historia_de_plazos(e: Entrega) -> dict[str, list[dict[str, Any]]]:
    """Lee de los hallazgos los cambios de plazo de cada compromiso publicado, en orden."""
    publicados = set(e.tabla("compromisos").columna("compromiso_id"))
    historia: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for h in e.tabla("hallazgos"):
        numero_ = re.fullmatch(r"plazo \(([0-9]+)\)", str(h["campo"]))
        if numero_ and h["regla"] in ("plazo_cambiado", "plazo_cambiado_vencido") and h["registro"] in publicados:
            if not _es_dia(h["valor"]) or not (h["literal"] is None or _es_dia(h["literal"])):
                raise Depende(f"la historia del plazo de {ver(h['registro'])} no trae fechas")
            movidos = None if h["literal"] is None else (dia(str(h["valor"])) - dia(h["literal"])).days
            historia[str(h["registro"])].append({
                "compromiso_id": h["registro"], "numero": int(numero_.group(1)), "antes": h["literal"],
                "despues": h["valor"], "dias_movidos": movidos,
                "ya_vencido": h["regla"] == "plazo_cambiado_vencido", "detalle": h["explicacion"],
            })
    return {k: sorted(v, key=lambda x: x["numero"]) for k, v in sorted(historia.items())}


def mirar_dialogo(e: Entrega, c: Comprobacion) -> None:
    """Recalcula el límite de cada pregunta y si se respondió a tiempo."""
    reglas, corte = reglas_del_ciclo(e), dia(e.manifiesto["corte"])
    for f in e.tabla("dialogo"):
        quien = f"pregunta {ver(f['pregunta_id'])}"
        hecha, respondida = leer(f, "fecha", "dialogo"), fecha_de(f, "fecha_respuesta", "dialogo")
        c.exigir(hecha <= corte and (respondida is None or respondida <= corte), f"{quien}: es posterior al corte")
        dias = reglas["dias_respuesta"]
        limite = habiles_despues(hecha, dias) if reglas["respuesta_habiles"] else hecha + timedelta(days=dias)
        a_tiempo = respondida <= limite if respondida else False if corte > limite else None
        _comparar_columnas(c, quien, f, {
            "limite": limite.isoformat(), "a_tiempo": None if a_tiempo is None else str(a_tiempo).lower(),
        })
    c.resumen = f"{len(e.tabla('dialogo'))} preguntas"


def mirar_encuestas(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que las cifras de cada pregunta sumen su base y que lo oculto no se pueda despejar."""
    k = reglas_del_ciclo(e)["k_encuestas"]
    for (espacio, pregunta), filas in preguntas_de(e).items():
        quien = f"{ver(espacio)}, {ver(pregunta)}"
        bases = {leer(f, "base", "encuestas") for f in filas}
        for f in filas:
            c.exigir((f["respuestas"] is None) == (f["suprimida"] == "true"), f"{quien}, {ver(f['opcion'])}: oculta y publicada a la vez")
        vistas = [leer(f, "respuestas", "encuestas") for f in filas if f["respuestas"] is not None]
        if len(bases) > 1 or any(v < 0 for v in (*vistas, *bases)):
            c.mal(f"{quien}: sus opciones dicen bases distintas o negativas")
            continue
        c.exigir(not any(0 < v < k for v in vistas), f"{quien}: publica una cifra de menos de {k} personas")
        ocultas, falta = len(filas) - len(vistas), min(bases) - sum(vistas)
        if not ocultas:
            c.exigir(falta == 0, f"{quien}: sus cifras suman {sum(vistas)} y la base dice {min(bases)}")
        else:
            menor = min((v for v in vistas if v), default=10**18)
            c.exigir(_se_puede_ocultar(ocultas, falta, k, menor), f"{quien}: lo oculto se puede despejar, o no suma la base")
    c.resumen = f"{len(preguntas_de(e))} preguntas, ninguna cifra de 1 a {k - 1}"


def preguntas_de(e: Entrega) -> dict[tuple[str, str], list[dict[str, str | None]]]:
    """Reparte las filas de las encuestas por espacio y pregunta."""
    reparto: dict[tuple[str, str], list[dict[str, str | None]]] = defaultdict(list)
    for f in e.tabla("encuestas"):
        reparto[str(f["espacio"]), str(f["pregunta"])].append(f)
    return dict(sorted(reparto.items()))


def _se_puede_ocultar(ocultas: int, suma: int, k: int, menor: int) -> bool:
    """Dice si lo oculto puede ser lo que manda la regla: cifras de 1 a k-1 y, con ellas, la menor de las grandes y sus iguales."""
    for grandes in range(1, ocultas):
        chicas = ocultas - grandes
        # suma = grandes·v + chicas, con k <= v < menor y cada chica de 1 a k-1
        bajo = max(k, -(-(suma - chicas * (k - 1)) // grandes))
        if bajo < menor and bajo * grandes + chicas <= suma:
            return True
    return False


def mirar_autodiagnostico(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que cada puntaje esté entre 0 y 100."""
    puntajes = [leer(f, "puntaje", "autodiagnostico") for f in e.tabla("autodiagnostico") if f["puntaje"] is not None]
    c.exigir(all(0 <= p <= 100 for p in puntajes), "hay un puntaje que no está entre 0 y 100")
    c.resumen = f"{len(puntajes)} puntajes"


def mirar_cifras_del_ciclo(e: Entrega, c: Comprobacion) -> None:
    """Recalcula cada cifra de ciclo.json desde las tablas publicadas."""
    if CIFRAS not in e.manifiesto["archivos"]:
        raise FaltaMedio(f"la entrega no trae {CIFRAS}")
    publicado, reglas = e._json(CIFRAS), reglas_del_ciclo(e)
    c.exigir(publicado.get("formato") == "rendicion-ciclo/1", "su formato no es rendicion-ciclo/1")
    c.exigir(publicado.get("corte") == e.manifiesto["corte"], "su corte no es el del manifiesto")
    esperado = {
        "cronograma": cifras_de_cronograma(e), "compromisos": cifras_de_compromisos(e), "dialogo": cifras_de_dialogo(e),
        "encuestas": cifras_de_encuestas(e), "autodiagnostico": cifras_de_autodiagnostico(e, reglas),
    }
    contadas = 0
    for parte, valor in esperado.items():
        for falla in diferencias(publicado.get(parte), valor, parte):
            c.mal(falla)
        contadas += cuantas_cifras(valor)
    for sobra in sorted(set(publicado) - set(esperado) - {"formato", "corte", "reglas"}):
        c.mal(f"trae «{ver(sobra)}», que nadie pidió")
    for regla, comun in REGLAS.items():
        if reglas[regla] != comun and regla not in ("responsable_seguimiento", "seguimientos"):
            c.sin_comprobar(f"la entidad usa {regla} = {ver(reglas[regla])} y lo común es {comun}; mire si lo dice en su norma")
    for s in reglas["seguimientos"] or ():
        c.sin_comprobar(f"la entidad declara que publicó el seguimiento al {s['corte']} el {s['publicado']}; pídale la prueba")
    c.resumen = f"{contadas} cifras recalculadas"


def diferencias(publicado: Any, esperado: Any, donde: str) -> Iterator[str]:
    """Compara dos valores de JSON, hasta el tipo, y dice dónde no son iguales."""
    if isinstance(esperado, dict) and isinstance(publicado, dict):
        for clave in sorted({*publicado, *esperado}):
            if clave not in publicado or clave not in esperado:
                yield f"{ver(donde)}: {'falta' if clave in esperado else 'sobra'} «{ver(clave)}»"
            else:
                yield from diferencias(publicado[clave], esperado[clave], f"{donde}, {clave}")
    elif isinstance(esperado, list) and isinstance(publicado, list):
        if len(publicado) != len(esperado):
            yield f"{ver(donde)}: trae {len(publicado)} elementos y deben ser {len(esperado)}"
        for n, (uno, otro) in enumerate(zip(publicado, esperado), start=1):
            yield from diferencias(uno, otro, f"{donde} {n}")
    elif type(publicado) is not type(esperado) or publicado != esperado:
        yield f"{ver(donde)}: publicado {ver(publicado)}, recalculado {ver(esperado)}"


def cuantas_cifras(valor: Any) -> int:
    """Cuenta los valores sueltos de una estructura."""
    hijos = valor.values() if isinstance(valor, dict) else valor if isinstance(valor, list) else None
    return 1 if hijos is None else sum(map(cuantas_cifras, hijos))


def tasa(parte: int, todo: int) -> str | None:
    """Escribe qué porcentaje es una parte del todo; None si no hay todo."""
    return pct(Fraction(100 * parte, todo)) if todo else None


def cifras_de_cronograma(e: Entrega) -> dict[str, Any]:
    """Cuenta las fechas por estado y por dependencia."""
    suyas: dict[str, list[str | None]] = defaultdict(list)
    for f in e.tabla("cronograma"):
        for dependencia in (f["responsables"] or "Sin responsable").split(";"):
            suyas[dependencia].append(f["estado"])

    def cuenta(estados: list[str | None]) -> dict[str, int]:
        return {x: estados.count(x) for x in ESTADOS_DE_FECHA}

    todas = e.tabla("cronograma").columna("estado")
    return {
        "fechas": len(todas), "por_estado": cuenta(todas),
        "por_dependencia": [{"dependencia": d, **cuenta(x)} for d, x in sorted(suyas.items())],
    }


def cifras_de_compromisos(e: Entrega) -> dict[str, Any]:
    """Calcula cumplimiento, puntualidad y antigüedad de los compromisos: de todos, por espacio y por responsable."""
    filas = list(e.tabla("compromisos"))
    por_espacio: dict[str, list[Any]] = defaultdict(list)
    por_responsable: dict[str, list[Any]] = defaultdict(list)
    for f in filas:
        por_espacio[str(f["espacio"])].append(f)
        for r in set((f["responsables"] or "Sin responsable").split(";")):
            por_responsable[r].append(f)
    return {
        **medir_compromisos(filas),
        "por_espacio": [{"espacio": x, **medir_compromisos(v)} for x, v in sorted(por_espacio.items())],
        "por_responsable": [{"responsable": x, **medir_compromisos(v)} for x, v in sorted(por_responsable.items())],
        "cambios_de_plazo": [x for v in historia_de_plazos(e).values() for x in v],
    }


def medir_compromisos(filas: Sequence[Mapping[str, str | None]]) -> dict[str, Any]:
    """Calcula las cifras de un grupo de compromisos desde su estado, su plazo y su retraso."""
    veces = Counter(f["estado"] for f in filas)
    hechos = veces["cumplido"] + veces["cumplido_tarde"]
    puntuales = sum(f["estado"] == "cumplido" and f["plazo"] is not None for f in filas)
    medidos = puntuales + veces["cumplido_tarde"] + veces["vencido"]
    retrasos = [leer(f, "dias_retraso", "compromisos") for f in filas if f["estado"] == "vencido"]
    return {
        "compromisos": len(filas), **{x: veces[x] for x in ESTADOS_DE_COMPROMISO},
        "cumplimiento_numerador": hechos, "cumplimiento_denominador": len(filas), "cumplimiento_pct": tasa(hechos, len(filas)),
        "puntualidad_numerador": puntuales, "puntualidad_denominador": medidos, "puntualidad_pct": tasa(puntuales, medidos),
        "vencidos_por_retraso": {t: sum(a <= r <= b for r in retrasos) for t, (a, b) in TRAMOS.items()},
        "retraso_medio_dias": pct(Fraction(sum(retrasos), len(retrasos))) if retrasos else None,
        "retraso_maximo_dias": max(retrasos, default=None),
    }


def cifras_de_dialogo(e: Entrega) -> dict[str, Any]:
    """Cuenta preguntas y respuestas: todas, por espacio y canal, y por tema."""
    filas = list(e.tabla("dialogo"))

    def agrupadas(columnas: Sequence[str]) -> list[dict[str, Any]]:
        grupos: dict[tuple[str | None, ...], list[Any]] = defaultdict(list)
        for f in filas:
            grupos[tuple(f[x] for x in columnas)].append(f)
        en_orden = sorted(grupos, key=lambda g: tuple(x or "" for x in g))
        return [{**dict(zip(columnas, g)), **medir_dialogo(grupos[g])} for g in en_orden]

    return {**medir_dialogo(filas), "por_espacio_y_canal": agrupadas(("espacio", "canal")), "por_tema": agrupadas(("tema",))}


def medir_dialogo(filas: Sequence[Mapping[str, str | None]]) -> dict[str, Any]:
    """Calcula las cifras de un grupo de preguntas."""
    casos = Counter((f["fecha_respuesta"] is not None, f["a_tiempo"]) for f in filas)
    bien, tarde, vencidas = casos[True, "true"], casos[True, "false"], casos[False, "false"]
    return {
        "preguntas": len(filas), "respondidas": sum(n for (si, _), n in casos.items() if si), "a_tiempo": bien, "tarde": tarde,
        "sin_respuesta_vencidas": vencidas, "sin_respuesta_en_plazo": casos[False, None],
        "puntualidad_numerador": bien, "puntualidad_denominador": bien + tarde + vencidas,
        "puntualidad_pct": tasa(bien, bien + tarde + vencidas),
    }


def cifras_de_encuestas(e: Entrega) -> dict[str, Any]:
    """Calcula la cobertura de cada pregunta y compara los espacios en porcentajes de su base."""
    preguntas = preguntas_de(e)
    espacios = sorted({espacio for espacio, _ in preguntas})
    fuera = ("sin_respuesta", "fuera_de_escala", "repetidas", "sin_consentimiento")
    dichas = {(h["registro"], h["campo"]): leer(h, "valor", "hallazgos") for h in e.tabla("hallazgos") if h["origen"] == "encuestas" and h["campo"] in fuera}
    porcentajes: dict[tuple[str, str], dict[str, str | None]] = defaultdict(lambda: dict.fromkeys(espacios))
    for (espacio, pregunta), filas in preguntas.items():
        for f in filas:
            oculta = f["respuestas"] is None
            porcentajes[pregunta, str(f["opcion"])][espacio] = None if oculta else tasa(int(str(f["respuestas"])), leer(f, "base", "encuestas"))
    return {
        "encuestas": len(espacios),
        "cobertura": [
            {"espacio": x, "pregunta": p, "base": leer(filas[0], "base", "encuestas"), **{n: int(dichas.get((f"{x} · {p}", n), 0)) for n in fuera}}
            for (x, p), filas in preguntas.items()
        ],
        "comparacion": [{"pregunta": p, "opcion": o, "espacios": v} for (p, o), v in sorted(porcentajes.items())],
    }


def cifras_de_autodiagnostico(e: Entrega, reglas: Mapping[str, Any]) -> dict[str, Any]:
    """Calcula el nivel por media de medias, la brecha y lo que más subiría el puntaje."""
    arbol: dict[str, dict[str, list[tuple[str, Fraction | None]]]] = {}
    for f in e.tabla("autodiagnostico"):
        puntaje = None if f["puntaje"] is None else leer(f, "puntaje", "autodiagnostico")
        arbol.setdefault(str(f["componente"]), {}).setdefault(str(f["categoria"]), []).append((str(f["actividad_de_gestion"]), puntaje))

    def pareja(valores: Iterable[Fraction | None]) -> Fraction | None:
        return media((Fraction(1), v) for v in valores).valor

    def banda(p: Fraction | None) -> int | None:
        return None if p is None else 1 + sum(p > tope for tope in (20, 40, 60, 80))

    def cuentas(pares: list[tuple[str, Fraction | None]]) -> dict[str, int]:
        return {"actividades": len(pares), "calificadas": sum(p is not None for _, p in pares)}

    de_categoria = {(x, k): pareja(p for _, p in v) for x, ks in arbol.items() for k, v in ks.items()}
    de_componente = {x: pareja(de_categoria[x, k] for k in ks) for x, ks in arbol.items()}
    total = pareja(de_componente.values())
    escalon = [("consolidacion", numero(reglas["umbral_consolidacion"])), ("perfeccionamiento", numero(reglas["umbral_perfeccionamiento"]))]
    faltan = [] if total is None else [(n, u - total) for n, u in escalon if total < u]
    nivel = None if total is None else ("perfeccionamiento", "consolidacion", "inicial")[len(faltan)]
    todas = [x for ks in arbol.values() for v in ks.values() for x in v]
    palancas = []
    for x, ks in arbol.items():
        for k, v in ks.items():
            for actividad, p in v:
                if p is not None and p < 100:
                    pares = sum(m is not None for m in de_componente.values()) * sum(de_categoria[x, otra] is not None for otra in ks)
                    sube = con_decimales((100 - p) / (pares * cuentas(v)["calificadas"]), 2)
                    palancas.append({"componente": x, "categoria": k, "actividad_de_gestion": actividad, "puntaje": pct(p), "sube": sube})
    palancas.sort(key=lambda z: (-Fraction(str(z["sube"])), z["componente"], z["categoria"], z["actividad_de_gestion"]))
    return {
        "puntaje": pct(total), "banda": banda(total), "nivel": nivel,
        "siguiente_nivel": faltan[0][0] if faltan else None, "brecha_siguiente": pct(faltan[0][1]) if faltan else None,
        "brecha_perfeccionamiento": None if total is None else pct(max(Fraction(0), escalon[1][1] - total)), **cuentas(todas),
        "componentes": [
            {"componente": x, "puntaje": pct(de_componente[x]), "banda": banda(de_componente[x]), **cuentas([z for v in ks.values() for z in v])}
            for x, ks in arbol.items()
        ],
        "categorias": [
            {"componente": x, "categoria": k, "puntaje": pct(de_categoria[x, k]), "banda": banda(de_categoria[x, k]), **cuentas(v)}
            for x, ks in arbol.items() for k, v in ks.items()
        ],
        "palancas": palancas[:10],
    }


# ------------------------------------------------------------------ la cadena


class Eslabon(NamedTuple):
    """Guarda de una entrega lo que importa para la cadena."""

    lugar: str
    manifiesto: dict[str, Any]
    sha256: str
    carpeta: Path


def eslabon(archivo: Path) -> Eslabon:
    """Lee un manifiesto ajeno; Depende si no tiene la forma del contrato."""
    try:
        contenido = archivo.read_bytes()
        datos = json_estricto(contenido)
    except (OSError, ValueError, RecursionError) as error:
        raise Depende(f"{archivo}: {ver(error)}") from None
    falla = next(fallas_del_manifiesto(datos), None)
    if falla:
        raise Depende(f"{archivo}: {falla}")
    return Eslabon(archivo.parent.name, datos, hashlib.sha256(contenido).hexdigest(), archivo.parent)


class Espera(NamedTuple):
    """Guarda lo que quien verifica ya sabe y la entrega no puede desmentir."""

    huella: str | None = None
    corte: str | None = None
    ultima: bool = False


def mirar_cadena(
    e: Entrega, c: Comprobacion, anterior: Path | None, claves: Sequence[bytes], espera: Espera = Espera()
) -> None:
    """Comprueba el enlace con la entrega anterior, o toda la cadena si se da la carpeta con las entregas."""
    m = e.manifiesto
    propio = Eslabon(m["entrega"], m, hashlib.sha256(e.bytes_de(MANIFIESTO)).hexdigest(), e.carpeta)
    if espera.huella is not None:
        c.exigir(propio.sha256 == espera.huella, f"la huella de su manifiesto es {propio.sha256} y usted guardó {ver(espera.huella)}")
    if espera.corte is not None:
        c.exigir(m["corte"] >= espera.corte, f"su corte es {m['corte']} y usted esperaba el {ver(espera.corte)}: no está al día")
    if anterior is None:
        c.exigir(not espera.ultima, "para saber si es la última hace falta la carpeta con todas (--anterior)")
        if m["numero"] > 1:
            raise FaltaMedio("no se dio la entrega anterior (--anterior)")
        c.resumen = "es la primera entrega"
        return
    archivo = anterior / MANIFIESTO if anterior.is_dir() else anterior
    if not archivo.is_file():
        _mirar_toda(anterior, propio, c, claves, espera.ultima)
        return
    c.exigir(not espera.ultima, "para saber si es la última hace falta la carpeta con todas (--anterior)")
    try:
        antes = eslabon(archivo)
    except Depende as error:
        c.mal(str(error))
        return
    _mirar_enlace(antes, propio, c, claves)
    if claves and (antes.carpeta / FIRMA).is_file():
        _mirar_turnos([antes, propio], propio, c, claves)


def _mirar_enlace(antes: Eslabon, este: Eslabon, c: Comprobacion, claves: Sequence[bytes]) -> None:
    este_m, antes_m, donde = este.manifiesto, antes.manifiesto, f"{ver(este.lugar)}: "
    c.exigir(este_m["anterior"] == antes.sha256, donde + f"no señala a {ver(antes.lugar)} tal como está hoy")
    sigue = este_m["numero"] == antes_m["numero"] + 1
    c.exigir(sigue, donde + f"es la número {este_m['numero']} y la anterior es la {antes_m['numero']}")
    for dato in ("entidad", "vigencia"):
        c.exigir(este_m[dato] == antes_m[dato], donde + f"cambia {dato} frente a la anterior")
    if not claves:
        _avisar_cambio_de_clave(antes, este, c)


def _avisar_cambio_de_clave(antes: Eslabon, este: Eslabon, c: Comprobacion) -> None:
    """Sin clave dada no se sabe si un cambio es legítimo, pero no se calla."""
    vieja, nueva = _clave_que_trae(antes.carpeta), _clave_que_trae(este.carpeta)
    if vieja is not None and nueva is None:
        c.sin_comprobar(f"{ver(este.lugar)}: no está firmada y {ver(antes.lugar)} sí; pregunte a la entidad por qué")
    elif vieja is not None and nueva != vieja:
        c.sin_comprobar(f"{ver(este.lugar)}: la firma otra clave que a {ver(antes.lugar)}; pregunte a la entidad si la cambió")


def _clave_que_trae(carpeta: Path) -> bytes | None:
    try:
        return leer_firma((carpeta / FIRMA).read_bytes())[0]
    except (OSError, ValueError):
        return None


def eslabones_de(carpeta: Path, propio: Eslabon, c: Comprobacion) -> dict[str, Eslabon]:
    """Lee los manifiestos de una carpeta de entregas, los de la misma entidad y vigencia, por su huella."""
    eslabones = {propio.sha256: propio}
    archivos = sorted(carpeta.glob(f"*/{MANIFIESTO}"))
    for archivo in archivos:
        try:
            hallado = eslabon(archivo)
        except Depende as error:
            c.mal(str(error))
            continue
        if all(hallado.manifiesto[k] == propio.manifiesto[k] for k in ("entidad", "vigencia")):
            eslabones.setdefault(hallado.sha256, hallado)
    if not archivos:
        c.mal(f"{carpeta}: no hay manifiesto ni entregas ahí")
    return eslabones


def _mirar_toda(carpeta: Path, propio: Eslabon, c: Comprobacion, claves: Sequence[bytes], ultima: bool) -> None:
    eslabones = eslabones_de(carpeta, propio, c)
    por_numero: dict[int, list[Eslabon]] = defaultdict(list)
    for hallado in sorted(eslabones.values(), key=lambda x: (x.manifiesto["numero"], x.lugar)):
        por_numero[hallado.manifiesto["numero"]].append(hallado)
    esperado = 1
    for n, suyos in por_numero.items():  # de número en número, sin recorrer los que un manifiesto ajeno se invente
        if n > esperado:
            c.mal(f"falta la entrega número {esperado}" if n == esperado + 1 else f"faltan las entregas {esperado} a {n - 1}")
        esperado = n + 1
        if len(suyos) > 1:
            c.mal(f"hay dos entregas distintas con el número {n}: {ver(', '.join(x.lugar for x in suyos))}")
        for este in suyos:
            for antes in por_numero.get(n - 1, []):
                _mirar_enlace(antes, este, c, claves)
    if claves:
        _mirar_turnos([x for suyos in por_numero.values() for x in suyos], propio, c, claves)
    nuevas = esperado - 1 - propio.manifiesto["numero"]
    c.exigir(not (ultima and nuevas), f"no es la última: en {carpeta} hay {nuevas} más nuevas")
    c.resumen = f"{len(eslabones)} entregas" + (f"; más nuevas que esta: {nuevas}" if nuevas else "")


def _mirar_turnos(eslabones: Iterable[Eslabon], propio: Eslabon, c: Comprobacion, claves: Sequence[bytes]) -> None:
    """Comprueba de quién es cada firma y que, cambiada una clave, la vieja no vuelva a firmar."""
    turno = 0
    for este in eslabones:
        falla = falla_de_firma(este.carpeta, claves)
        if falla:
            c.exigir(este is propio, f"{ver(este.lugar)}: {falla}")  # la propia ya lo dice en su línea
            continue
        suya = claves.index(_clave_que_trae(este.carpeta) or b"")
        c.exigir(suya >= turno, f"{ver(este.lugar)}: la firma una clave que la entidad ya había cambiado")
        turno = max(turno, suya)


# ------------------------------------------------------------------ correcciones

DEL_CICLO = ("compromisos", "dialogo", "cronograma", "encuestas", "autodiagnostico")
COMPARADAS = (
    "plan", "avances", "indicadores_actividad", "indicadores_subcomponente", "indicadores_dependencia", "indicadores_total",
    *DEL_CICLO,
)
# Columnas cuyo «antes» no se publica: repetirlo volvería a publicar un texto con el dato de una persona, ya borrado, o
# una cifra de encuesta que hoy se oculta.
SIN_REPETIR = {
    "compromisos": {"espacio", "compromiso", "responsables", "evidencia_url"},
    "dialogo": {"espacio", "canal", "tema", "pregunta", "respuesta"},
    "encuestas": {"respuestas", "base"},
    "autodiagnostico": {"observaciones"},
}
# Lo lleva el manifiesto desde que `correcciones` dice también los cambios del ciclo.
ALCANCE = "correcciones_de"
SIN_MOTIVO = "sin motivo declarado"
FILA = "(fila)"
# Un archivo que se retiró de un portal: su clave es la entrega y la ruta, y «antes» es su huella.
RETIRADO = "(archivo)"
Cambios = dict[tuple[str, str, str], tuple[Any, Any]]


def mirar_correcciones(e: Entrega, c: Comprobacion, anterior: Path | None) -> None:
    """Comprueba que `correcciones` diga todo lo que cambió frente a lo ya publicado, y nada más.

    Sin las entregas anteriores comprueba lo que se puede: que cada motivo tenga autor y fecha, y que
    «después» sea lo que hoy se publica.
    """
    filas = list(e.tabla("correcciones"))
    for f in filas:
        _mirar_motivo(f, c)
    dichos = {(str(f["tabla"]), str(f["clave"]), str(f["campo"])): (_lado(f, "antes"), _lado(f, "despues")) for f in filas}
    hoy = {t: _por_clave(e.tabla(t), t) for t in COMPARADAS}
    retirados = {lugar: dichos.pop(lugar) for lugar in list(dichos) if lugar[0] == RETIRADO}
    for (_, clave, campo), (_, despues) in retirados.items():
        c.exigir(campo == RETIRADO and despues is None, f"{ver(clave)}: un archivo retirado no tiene «después»")
    for (tabla, clave, campo), (_, despues) in dichos.items():
        fila = hoy.get(tabla, {}).get(clave)
        publicado = fila if campo == FILA else _valor_de(fila, campo)
        c.exigir(tabla in COMPARADAS and publicado == despues, f"{ver(tabla)} {ver(clave)}, {ver(campo)}: «después» no es lo que hoy se publica")
    for (tabla, clave, campo), (antes, _) in dichos.items():
        c.exigir(not _repite(tabla, campo, antes), f"{ver(tabla)} {ver(clave)}, {ver(campo)}: «antes» repite lo que ya no se publica")
    m = e.manifiesto
    c.exigir(m.get(ALCANCE) in (None, list(COMPARADAS)), f"el manifiesto nombra en «{ALCANCE}» otras tablas que las del contrato")
    c.resumen = f"{len(dichos)} cambios dichos" if dichos else "ningún cambio"
    c.resumen += f", {len(retirados)} archivos retirados" if retirados else ""
    if m["numero"] == 1:
        c.exigir(not dichos, "es la primera entrega y dice que cambió algo ya publicado")
        return
    if anterior is None or not anterior.is_dir() or (anterior / MANIFIESTO).is_file():
        c.sin_comprobar("para saber si dice todo lo que cambió hace falta la carpeta con todas las entregas (--anterior)")
        return
    anteriores = anteriores_de(e, anterior)
    esperados = cambios_esperados(m["corte"], hoy, anteriores)
    if ALCANCE not in m:
        c.exigir(not any(ALCANCE in x.manifiesto for x in anteriores), "las anteriores dicen los cambios del ciclo, y esta no")
        callados = [lugar for lugar in esperados if lugar[0] in DEL_CICLO and lugar not in dichos]
        for lugar in callados:
            del esperados[lugar]
        if callados:
            c.sin_comprobar(f"es de cuando no se decían los cambios del ciclo, y hay {len(callados)}: {ver(', '.join(sorted({x[0] for x in callados})))}")
    _comparar_cambios(dichos, esperados, c)


def _repite(tabla: str, campo: str, antes: Any) -> bool:
    """Dice si «antes» trae algo que no se repite; una fila entera que no se entiende cuenta como si lo trajera."""
    callan = SIN_REPETIR.get(tabla, set())
    if campo != FILA:
        return campo in callan and antes is not None
    return bool(callan) and antes is not None and (not isinstance(antes, dict) or not callan.isdisjoint(antes))


def _mirar_motivo(f: Mapping[str, str | None], c: Comprobacion) -> None:
    donde = f"{ver(f['tabla'])} {ver(f['clave'])}, {ver(f['campo'])}: "
    if f["motivo"] == SIN_MOTIVO:
        c.exigir(f["autor"] is None and f["fecha"] is None, donde + "no tiene motivo y sí autor o fecha")
    else:
        completo = None not in (f["motivo"], f["autor"], f["fecha"])
        c.exigir(completo, donde + f"da el motivo «{ver(f['motivo'])}» sin autor o sin fecha")


def _lado(f: Mapping[str, str | None], lado: str) -> Any:
    texto, campo = f[lado], str(f["campo"])
    if texto is None or campo != FILA:
        return _tipado(campo, texto)
    try:
        leida = json.loads(texto)
        return {k: _tipado(k, v) for k, v in leida.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return texto


def _tipado(columna: str, texto: str | None) -> Any:
    try:
        return texto if texto is None or TIPOS.get(columna) != "number" else numero(texto)
    except ValueError:
        return texto


def _valor_de(fila: Mapping[str, Any] | None, campo: str) -> Any:
    return "no hay esa fila" if fila is None else fila.get(campo)


def _por_clave(tabla: Tabla, nombre: str) -> dict[str, dict[str, Any]]:
    """Devuelve las filas por su clave, sin sus celdas vacías."""
    return {_clave(f, nombre): {k: _tipado(k, v) for k, v in f.items() if v is not None} for f in tabla}


def _clave(f: Mapping[str, str | None], nombre: str) -> str:
    partes = (str(f[k]) for k in CLAVES[nombre])
    return "|".join(map(_sin_barras, partes) if nombre in DEL_CICLO else partes)


def _sin_barras(texto: str) -> str:
    """Escribe la barra de un texto del ciclo con una contraria delante: así dos claves distintas no quedan iguales."""
    return texto.replace("\\", "\\\\").replace("|", "\\|")


def anteriores_de(e: Entrega, carpeta: Path) -> list[Eslabon]:
    """Devuelve las entregas anteriores, por su número; Depende si falta alguna o está repetida."""
    m = e.manifiesto
    propio = Eslabon(m["entrega"], m, "", e.carpeta)
    cadena = [x for x in eslabones_de(carpeta, propio, Comprobacion("", "")).values() if x.manifiesto["numero"] < m["numero"]]
    cadena.sort(key=lambda x: x.manifiesto["numero"])
    if [x.manifiesto["numero"] for x in cadena] != list(range(1, len(cadena) + 1)) or len(cadena) != m["numero"] - 1:
        raise Depende("la carpeta no tiene todas las anteriores, una de cada número")
    return cadena


def cambios_esperados(
    del_corte: str, hoy: Mapping[str, Mapping[str, dict[str, Any]]], anteriores: Iterable[Eslabon]
) -> Cambios:
    """Compara cada fila con la última entrega de su corte; Depende si alguna anterior está alterada."""
    ultimas = {x.manifiesto["corte"]: x for x in anteriores}
    misma = ultimas.get(del_corte)
    leidas: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}

    def de(entrega: Eslabon, tabla: str) -> dict[str, dict[str, Any]]:
        lugar = (entrega.sha256, tabla)
        if lugar not in leidas:
            leidas[lugar] = _por_clave(_tabla_anterior(entrega, tabla), tabla)
        return leidas[lugar]

    cambios: Cambios = {}
    for tabla in COMPARADAS:
        if "corte" not in COLUMNAS[tabla]:
            if misma is not None:
                cambios.update(_diferencias(tabla, de(misma, tabla), hoy[tabla]))
            continue
        for corte in {f["corte"] for f in hoy[tabla].values()}:
            base = ultimas.get(corte, misma)
            if base is not None:
                viejas, nuevas = ({k: f for k, f in filas.items() if f["corte"] == corte} for filas in (de(base, tabla), hoy[tabla]))
                cambios.update(_diferencias(tabla, viejas, nuevas))
    return cambios


def _tabla_anterior(entrega: Eslabon, tabla: str) -> Tabla:
    ruta = f"datos/{tabla}.csv"
    contenido = Entrega(entrega.carpeta).bytes_de(ruta)
    anunciado = entrega.manifiesto["archivos"].get(ruta, {}).get("sha256")
    if hashlib.sha256(contenido).hexdigest() != anunciado:
        raise Depende(f"{ver(entrega.lugar)}: {ruta} no es el que anunció su manifiesto")
    try:
        return leer_tabla(tabla, contenido, TIPOS)
    except ValueError as error:
        raise Depende(f"{ver(entrega.lugar)}, {ruta}: {ver(error)}") from None


def _diferencias(tabla: str, viejas: Mapping[str, dict[str, Any]], nuevas: Mapping[str, dict[str, Any]]) -> Cambios:
    cambios: Cambios = {}
    callan = SIN_REPETIR.get(tabla, set())
    for clave in {*viejas, *nuevas}:
        vieja, nueva = viejas.get(clave), nuevas.get(clave)
        if vieja is None or nueva is None:
            cambios[(tabla, clave, FILA)] = (None if vieja is None else {k: v for k, v in vieja.items() if k not in callan}, nueva)
            continue
        for campo in {*vieja, *nueva}:
            if vieja.get(campo) != nueva.get(campo):
                cambios[(tabla, clave, campo)] = (None if campo in callan else vieja.get(campo), nueva.get(campo))
    return cambios


def _comparar_cambios(dichos: Cambios, esperados: Cambios, c: Comprobacion) -> None:
    for lugar in sorted({*dichos, *esperados}):
        donde = f"{ver(lugar[0])} {ver(lugar[1])}, {ver(lugar[2])}: "
        if lugar not in dichos:
            c.mal(donde + "cambió frente a lo ya publicado y «correcciones» no lo dice")
        elif lugar not in esperados:
            c.mal(donde + "dice que cambió, y es igual a lo ya publicado")
        else:
            c.exigir(dichos[lugar] == esperados[lugar], donde + "«antes» no es lo que se había publicado")


# ------------------------------------------------------------------ la firma


def leer_clave(contenido: bytes) -> bytes:
    """Lee una clave pública Ed25519 en PEM o en base64; ValueError si no lo es."""
    cuerpo = re.sub(rb"-----[A-Z ]+-----|\s", b"", contenido)
    if b"PRIVATE" in contenido:
        raise ValueError("es una clave privada; no la comparta: aquí va la pública")
    try:
        datos = base64.b64decode(cuerpo, validate=True)
    except binascii.Error:
        raise ValueError("no es PEM ni base64") from None
    prefijo = bytes.fromhex("302a300506032b6570032100")
    datos = datos.removeprefix(prefijo)
    if len(datos) != 32:
        raise ValueError("no es una clave Ed25519 de 32 bytes")
    return datos


def leer_claves(contenido: bytes) -> tuple[bytes, ...]:
    """Lee una o varias claves públicas, una tras otra, de la más vieja a la más nueva; ValueError si no lo son."""
    bloques = re.findall(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", contenido, re.DOTALL)
    claves = tuple(map(leer_clave, bloques or contenido.split() or [b""]))
    if len(set(claves)) != len(claves):
        raise ValueError("repite una clave")
    return claves


def leer_firma(contenido: bytes) -> tuple[bytes, bytes]:
    """Devuelve la clave pública y la firma que trae manifiesto.firma; ValueError si no tiene su forma."""
    datos = json_estricto(contenido)
    if not isinstance(datos, dict) or datos.get("algoritmo") != "Ed25519":
        raise ValueError("no es una firma Ed25519")
    try:
        clave, firma = (base64.b64decode(datos[k], validate=True) for k in ("clave_publica", "firma"))
    except (KeyError, TypeError, binascii.Error):
        raise ValueError("le falta la clave o la firma en base64") from None
    if (len(clave), len(firma)) != (32, 64):
        raise ValueError("la clave debe medir 32 bytes y la firma 64")
    return clave, firma


def falla_de_firma(carpeta: Path, claves: Sequence[bytes]) -> str:
    """Dice qué está mal en la firma de una entrega; vacío si es buena. FaltaMedio si no hay firma ni clave."""
    archivo = carpeta / FIRMA
    if not archivo.is_file():
        if not claves:
            raise FaltaMedio("la entrega está sin firma")
        return "sin firma, y se dio una clave para comprobarla"
    try:
        publicada, firma = leer_firma(archivo.read_bytes())
    except (OSError, ValueError) as error:
        return f"{FIRMA}: {ver(error)}"
    if claves and publicada not in claves:
        return "está firmada con una clave distinta de la que se dio"
    if not firma_buena(publicada, (carpeta / MANIFIESTO).read_bytes(), firma):
        return "la firma no corresponde a este manifiesto"
    return ""


def mirar_firma(e: Entrega, c: Comprobacion, claves: Sequence[bytes]) -> None:
    """Comprueba la firma del manifiesto; sin clave dada, dice que no se sabe de quién es."""
    e.bytes_de(MANIFIESTO)
    try:
        falla = falla_de_firma(e.carpeta, claves)
    except FaltaMedio as error:
        raise FaltaMedio(f"{error}{e.porque_no(FIRMA)}") from None
    if falla:
        c.mal(falla + e.porque_no(FIRMA))
    elif not claves:
        c.sin_comprobar("la firma es coherente; falta saber de quién es la clave: dé la suya con --clave-publica")


# Ed25519 (RFC 8032, sección 5.1). Aquí solo se verifica: no hay secretos que cuidar.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_RAIZ = pow(2, (_P - 1) // 4, _P)
Punto = tuple[int, int, int, int]


def _sumar(a: Punto, b: Punto) -> Punto:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    o, q = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    x, y, z, t = n - m, q - o, q + o, n + m
    return (x * y % _P, z * t % _P, y * z % _P, x * t % _P)


def _por(escalar: int, punto: Punto) -> Punto:
    suma: Punto = (0, 1, 1, 0)
    while escalar:
        if escalar & 1:
            suma = _sumar(suma, punto)
        punto, escalar = _sumar(punto, punto), escalar >> 1
    return suma


def _iguales(a: Punto, b: Punto) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % _P == 0 and (a[1] * b[2] - b[1] * a[2]) % _P == 0


def _punto(contenido: bytes) -> Punto | None:
    y = int.from_bytes(contenido, "little")
    signo, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    cuadrado = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(cuadrado, (_P + 3) // 8, _P)
    if (x * x - cuadrado) % _P:
        x = x * _RAIZ % _P
    if (x * x - cuadrado) % _P or (x == 0 and signo):
        return None
    x = _P - x if x & 1 != signo else x
    return (x, y, 1, x * y % _P)


def firma_buena(clave: bytes, mensaje: bytes, firma: bytes) -> bool:
    """Dice si una firma Ed25519 es de ese mensaje y esa clave."""
    base = _punto((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    publica, erre, ese = _punto(clave), _punto(firma[:32]), int.from_bytes(firma[32:], "little")
    if base is None or publica is None or erre is None or ese >= _L:
        return False
    if _iguales(_por(8, publica), (0, 1, 1, 0)):  # con una clave débil, una firma sirve para muchos mensajes
        return False
    reto = int.from_bytes(hashlib.sha512(firma[:32] + clave + mensaje).digest(), "little") % _L
    return _iguales(_por(ese, base), _sumar(erre, _por(reto, publica)))


# ------------------------------------------------------------------ el recorrido

Mirada = Callable[[Entrega, Comprobacion], None]


def parquet_sin_medios(_e: Entrega, _c: Comprobacion) -> None:
    """Dice que sin una librería adicional no se puede leer Parquet."""
    raise FaltaMedio("leer Parquet pide una librería; use «rendicion verificar». Su huella sí se comprobó")


def comprobar(
    e: Entrega, *, claves: Sequence[bytes] = (), anterior: Path | None = None, espera: Espera = Espera(),
    parquet: Mirada = parquet_sin_medios,
) -> list[Comprobacion]:
    """Recorre todas las comprobaciones, en orden, y devuelve cómo salió cada una."""
    miradas: list[tuple[str, str, Mirada]] = [
        ("manifiesto", "El manifiesto está bien formado", mirar_manifiesto),
        ("archivos", "Cada archivo es el que anunció el manifiesto", mirar_archivos),
        ("sobrantes", "No hay archivos de más", mirar_sobrantes),
        ("sumas", "SHA256SUMS dice lo mismo que el manifiesto", mirar_sumas),
        ("paquete", "datapackage.json describe las tablas del contrato", mirar_paquete),
        ("csv", "Los CSV están bien escritos", mirar_csv),
        ("esquemas", "Cada celda cumple su tipo y sus reglas", mirar_esquemas),
        ("claves", "Ninguna fila se repite y toda referencia existe", mirar_claves),
        ("plan", "El plan no se contradice", mirar_plan),
        ("reglas_del_plan", "El plan usa las reglas que el contrato da por defecto", mirar_reglas_del_plan),
        ("motivos", "Cuenta la evidencia que debe contar", mirar_motivos),
        ("duplicados", "Nada se cuenta dos veces", mirar_duplicados),
        ("capturas", "Cada fila viene de una captura anunciada", mirar_capturas),
        ("conciliacion", "Ningún registro se perdió", mirar_conciliacion),
        *((t, titulo, mirar_indicadores(t)) for t, titulo in INDICADORES.items()),
        ("cronograma", "El cronograma dice cómo va cada fecha", del_ciclo(mirar_cronograma)),
        ("calendarios", "Los calendarios dicen lo mismo que el cronograma", del_ciclo(mirar_calendarios)),
        ("compromisos", "Cada compromiso tiene el estado y el retraso que le tocan", del_ciclo(mirar_compromisos)),
        ("dialogo", "Cada pregunta tiene el límite que le toca", del_ciclo(mirar_dialogo)),
        ("encuestas", "Las encuestas suman y no señalan a pocas personas", del_ciclo(mirar_encuestas)),
        ("autodiagnostico", "Los puntajes del autodiagnóstico sirven", del_ciclo(mirar_autodiagnostico)),
        ("ciclo", "Las cifras del ciclo", del_ciclo(mirar_cifras_del_ciclo)),
        ("correcciones", "Cada cambio de lo ya publicado está dicho", lambda x, c: mirar_correcciones(x, c, anterior)),
        ("cadena", "La entrega sigue a la anterior", lambda x, c: mirar_cadena(x, c, anterior, claves, espera)),
        ("firma", "La firma es de quien publica", lambda x, c: mirar_firma(x, c, claves)),
        ("parquet", "Cada Parquet dice lo mismo que su CSV", parquet),
    ]
    return [_mirar(e, *una) for una in miradas]


def _mirar(e: Entrega, clave: str, titulo: str, mirada: Mirada) -> Comprobacion:
    c = Comprobacion(clave, titulo)
    try:
        mirada(e, c)
    except FaltaMedio as error:
        c.sin_comprobar(str(error))
    except Depende as error:
        c.por_otra_falla = True
        c.sin_comprobar(str(error))
    except Exception as error:  # noqa: BLE001 -- una entrega hostil no debe tumbar las demás comprobaciones
        c.mal(f"algo en la entrega impidió comprobarlo ({type(error).__name__}: {ver(error)})")
    return c


def salida_de(comprobaciones: Iterable[Comprobacion]) -> int:
    """Devuelve 0 si todo lo que se podía comprobar está bien y 1 si algo está mal."""
    return int(any(c.estado == MAL or c.por_otra_falla for c in comprobaciones))


@contextmanager
def abrir(lugar: str) -> Iterator[Entrega]:
    """Abre una entrega; la de la web se descarga a una carpeta temporal que luego se borra."""
    if not re.match(r"https?://", lugar, re.IGNORECASE):
        yield Entrega(Path(lugar))
        return
    with tempfile.TemporaryDirectory(prefix="verificar-") as temporal:
        carpeta = Path(temporal)
        yield Entrega(carpeta, descargar(lugar, carpeta))


def descargar(direccion: str, carpeta: Path) -> dict[str, str]:
    """Descarga los archivos que anuncia el manifiesto; devuelve los que no se pudo, con el porqué."""
    base = urllib.parse.urlsplit(direccion)
    ruta_base = re.sub(rf"/({MANIFIESTO}|index\.html)$", "", base.path).rstrip("/") + "/"
    fallas: dict[str, str] = {}
    limite, espacio = time.monotonic() + PLAZO_DE_DESCARGA, TOPE_DESCARGA

    def bajar(ruta: str, tope: int) -> None:
        nonlocal espacio
        url = urllib.parse.urlunsplit((base.scheme, base.netloc, ruta_base + urllib.parse.quote(ruta), base.query, ""))
        destino = carpeta / ruta
        try:
            destino.parent.mkdir(parents=True, exist_ok=True)
            # Un byte de más basta para notar que el archivo no es el anunciado, y acota la descarga.
            with urllib.request.urlopen(url, timeout=60) as respuesta, destino.open("wb") as abierto:
                quedan = min(tope, TOPE_ARCHIVO) + 1
                while quedan > 0:
                    parte = respuesta.read1(min(1 << 20, quedan))
                    if not parte:
                        break
                    if time.monotonic() > limite:
                        raise OSError("el servidor tarda demasiado")
                    if len(parte) > espacio:
                        raise OSError("la entrega es demasiado grande para descargarla")
                    abierto.write(parte)
                    quedan -= len(parte)
                    espacio -= len(parte)
        except (OSError, ValueError, urllib.error.URLError) as error:
            destino.unlink(missing_ok=True)
            fallas[ruta] = ver(error)

    for ruta in (MANIFIESTO, FIRMA, SUMAS):
        bajar(ruta, TOPE_MANIFIESTO)
    entrega = Entrega(carpeta)
    try:
        archivos = entrega.manifiesto["archivos"]
    except Depende:
        return fallas
    for ruta, anunciado in sorted(archivos.items()):
        bajar(ruta, anunciado["bytes"])
    return fallas


# ------------------------------------------------------------------ en la pantalla

NO_MIRA = (
    "No se mira qué dicen la página, el informe de validación, los libros y los catálogos; sí, que son los anunciados."
    " Si algo de ahí no es lo de las tablas, valen las tablas."
)
SIGNOS = {BIEN: "✔ bien", MAL: "✘ MAL", SIN_COMPROBAR: "– no se pudo comprobar"}


def texto_de(e: Entrega, comprobaciones: Sequence[Comprobacion]) -> str:
    """Escribe el resultado para una persona, una línea por comprobación."""
    lineas = []
    try:
        m = e.manifiesto
        lineas.append(f"Entrega {ver(m['entrega'])}, con corte a {m['corte']}.")
        if m["sintetica"]:
            lineas.append("ATENCIÓN: DATOS SINTÉTICOS. Son de ejemplo; no describen hechos reales.")
        lineas.append(f"Huella de su manifiesto (guárdela): {sello_de(e)}")
    except Depende:
        lineas.append("Entrega sin un manifiesto que se entienda.")
    for c in comprobaciones:
        resumen = f" ({c.resumen})" if c.resumen and c.estado == BIEN else ""
        lineas.append(f"{SIGNOS[c.estado]} · {c.titulo}{resumen}")
        lineas.extend(f"      {d}" for d in c.detalles[:DETALLES_VISIBLES])
        if len(c.detalles) > DETALLES_VISIBLES:
            lineas.append(f"      … y {len(c.detalles) - DETALLES_VISIBLES} más")
    lineas += [NO_MIRA, resumen_de(comprobaciones)]
    return "\n".join(lineas)


def sello_de(e: Entrega) -> str:
    """Devuelve la huella del manifiesto: quien la guarda puede notar después cualquier cambio."""
    return hashlib.sha256(e.bytes_de(MANIFIESTO)).hexdigest()


def resumen_de(comprobaciones: Sequence[Comprobacion]) -> str:
    """Escribe la frase final del resultado."""
    veces = Counter(c.estado for c in comprobaciones)
    cuenta = f"{veces[BIEN]} bien, {veces[MAL]} mal, {veces[SIN_COMPROBAR]} sin comprobar."
    if salida_de(comprobaciones):
        return f"RESULTADO: algo está mal; no use estas cifras sin aclararlo. {cuenta}"
    if veces[SIN_COMPROBAR]:
        return f"RESULTADO: todo lo que se pudo comprobar está bien. {cuenta}"
    return f"RESULTADO: todo está bien. {cuenta}"


def datos_de(e: Entrega, comprobaciones: Sequence[Comprobacion]) -> dict[str, Any]:
    """Escribe el resultado para máquinas."""
    try:
        m = e.manifiesto
        ficha = {k: m[k] for k in ("entrega", "numero", "corte", "sintetica")} | {"manifiesto_sha256": sello_de(e)}
    except Depende:
        ficha = {"entrega": None}
    return {
        **ficha,
        "resultado": "mal" if salida_de(comprobaciones) else "bien",
        "sin_comprobar": [c.clave for c in comprobaciones if c.estado == SIN_COMPROBAR],
        "no_mira": NO_MIRA,
        "comprobaciones": [
            {"clave": c.clave, "titulo": c.titulo, "estado": c.estado, "resumen": c.resumen, "detalles": c.detalles}
            for c in comprobaciones
        ],
    }


def lo_esperado(huella: str | None, corte: str | None, ultima: bool = False) -> Espera:
    """Reúne lo que quien verifica ya sabe; ValueError si está mal escrito."""
    if huella is not None and not HUELLA.fullmatch(huella.lower()):
        raise ValueError("la huella debe tener 64 cifras y letras de la «a» a la «f»")
    if corte is not None and not _es_dia(corte):
        raise ValueError("el corte va como AAAA-MM-DD")
    return Espera(huella.lower() if huella else None, corte, ultima)


def main(argumentos: Sequence[str] | None = None) -> int:
    """Atiende la orden y devuelve su código de salida."""
    ordenes = argparse.ArgumentParser(prog="verificar.py", description="Comprueba una entrega de rendición de cuentas.")
    aqui = str(Path(__file__).resolve().parent)
    ordenes.add_argument("lugar", nargs="?", default=aqui, help="carpeta o dirección web de la entrega")
    ordenes.add_argument("--clave-publica", metavar="ARCHIVO", help="clave pública de la entidad (PEM o base64)")
    ordenes.add_argument("--anterior", metavar="LUGAR", help="manifiesto o carpeta de la anterior, o carpeta con todas")
    ordenes.add_argument("--huella", metavar="SHA256", help="huella del manifiesto que usted guardó")
    ordenes.add_argument("--corte", metavar="AAAA-MM-DD", help="corte que usted espera, o uno posterior")
    ordenes.add_argument("--ultima", action="store_true", help="exige que no haya otra más nueva en --anterior")
    ordenes.add_argument("--json", action="store_true", help="resultado para máquinas")
    pedido = ordenes.parse_args(argumentos)
    claves: tuple[bytes, ...] = ()
    if not re.match(r"https?://", pedido.lugar, re.IGNORECASE) and not Path(pedido.lugar).is_dir():
        ordenes.error(f"no existe la carpeta {pedido.lugar}")
    if pedido.anterior and not Path(pedido.anterior).exists():
        ordenes.error(f"no existe {pedido.anterior}")
    if pedido.clave_publica:
        try:
            claves = leer_claves(Path(pedido.clave_publica).read_bytes())
        except (OSError, ValueError) as error:
            ordenes.error(f"la clave {pedido.clave_publica} no sirve: {error}")
    try:
        espera = lo_esperado(pedido.huella, pedido.corte, pedido.ultima)
    except ValueError as error:
        ordenes.error(str(error))
    with abrir(pedido.lugar) as e:
        anterior = Path(pedido.anterior) if pedido.anterior else None
        hechas = comprobar(e, claves=claves, anterior=anterior, espera=espera)
        salida = json.dumps(datos_de(e, hechas), ensure_ascii=False, indent=2) if pedido.json else texto_de(e, hechas)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # la consola de Windows no siempre es UTF-8
    print(salida)
    return salida_de(hechas)


if __name__ == "__main__":
    sys.exit(main())
