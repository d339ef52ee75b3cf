#!/usr/bin/env python3
"""Comprueba una entrega de rendición de cuentas sin confiar en quien la publicó.

Uso:
    python3 verificar.py                          la carpeta en que está este archivo
    python3 verificar.py CARPETA                  otra carpeta
    python3 verificar.py https://…/entrega/       una entrega publicada en la web
Opciones:
    --clave-publica ARCHIVO   clave con que firma la entidad (PEM, o base64 de 32 bytes)
    --anterior LUGAR          manifiesto anterior, su carpeta, o la carpeta con todas las entregas
    --json                    el resultado para máquinas

Solo usa la biblioteca estándar de Python 3.9 o posterior. No comparte código con el programa
que arma las entregas: vuelve a calcular cada cifra desde las tablas `plan` y `avances` publicadas,
con aritmética exacta, y la compara con el texto publicado hasta el último dígito.

Cada comprobación ocupa una línea: ✔ bien, ✘ MAL, – no se pudo comprobar. Lo que no se pudo
comprobar se dice; nunca cuenta como bueno. Termina en 0 si todo está bien, en 1 si algo está mal
y en 2 si la orden se escribió mal.
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
import urllib.error
import urllib.parse
import urllib.request
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

FORMATO = "rendicion-manifiesto/1"
MANIFIESTO, FIRMA, SUMAS, PAQUETE = "manifiesto.json", "manifiesto.firma", "SHA256SUMS", "datapackage.json"
FUERA_DEL_MANIFIESTO = {MANIFIESTO, FIRMA, SUMAS}
BIEN, MAL, SIN_COMPROBAR = "bien", "mal", "no_comprobado"
DETALLES_VISIBLES = 12
TOPE_MANIFIESTO = 50_000_000

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
    return {"true": True, "false": False}[texto] if texto in ("true", "false") else _no_vale(texto)


def _no_vale(texto: str) -> bool:
    raise ValueError(texto)


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


def sha256_de(archivo: Path) -> tuple[str, int]:
    """Devuelve la huella y el tamaño de un archivo, leído por partes."""
    huella, tamano = hashlib.sha256(), 0
    with archivo.open("rb") as abierto:
        for parte in iter(lambda: abierto.read(1 << 20), b""):
            huella.update(parte)
            tamano += len(parte)
    return huella.hexdigest(), tamano


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
            raise Depende(f"falta {ver(ruta)}")
        return archivo.read_bytes()

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
            porque = (e.descarga or {}).get(ruta)
            c.mal(f"{ver(ruta)}: " + (f"no se pudo descargar ({porque})" if porque else "falta el archivo"))
            continue
        huella, tamano = sha256_de(archivo)
        c.exigir(tamano == anunciado["bytes"], f"{ver(ruta)}: mide {tamano} bytes y se anunciaron {anunciado['bytes']}")
        c.exigir(huella == anunciado["sha256"], f"{ver(ruta)}: su contenido no es el que anunció el manifiesto")
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
    archivos = e.manifiesto["archivos"]
    for tabla, columnas in COLUMNAS.items():
        for nombre, ruta in ((tabla, f"datos/{tabla}.csv"), (f"{tabla}-parquet", f"datos/{tabla}.parquet")):
            recurso, archivo = recursos.get(nombre), archivos.get(ruta)
            if recurso is None or archivo is None or recurso.get("path") != ruta:
                c.mal(f"falta el recurso {nombre}, con su archivo {ruta}")
                continue
            huella = "sha256:" + archivo["sha256"]
            c.exigir(recurso.get("hash") == huella, f"{nombre}: su huella no es la del manifiesto")
            c.exigir(recurso.get("bytes") == archivo["bytes"], f"{nombre}: su tamaño no es el del manifiesto")
        if tabla in recursos:
            for falla in _fallas_del_esquema(tabla, columnas, recursos[tabla].get("schema")):
                c.mal(f"{tabla}: {falla}")
    c.resumen = f"{len(COLUMNAS)} tablas"


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
                    vistos[valor] = _falla_de_celda(valor, tipo, regla, obligatoria)
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
    """Comprueba que nada se cuente dos veces y que cada duplicado señale al que sí cuenta."""
    avances = avances_de(e)
    por_id = {v.id: v for v in avances}
    por_direccion = {cap["fuente"] for cap in e.manifiesto["capturas"] if cap.get("url_identifica") is True}
    for v in avances:
        if v.duplicado_de is None:
            continue
        otro = por_id.get(v.duplicado_de)
        if otro is None or not otro.cuenta or otro.actividad != v.actividad:
            c.mal(f"{ver(v.id)}: señala a {ver(v.duplicado_de)}, que no existe, no cuenta o es de otra actividad")
            continue
        mismo = (otro.fuente, otro.registro) == (v.fuente, v.registro)
        misma_url = v.url is not None and v.url == otro.url
        c.exigir(mismo or misma_url, f"{ver(v.id)}: no comparte registro ni dirección web con {ver(otro.id)}")
        c.exigir(otro.orden < v.orden, f"{ver(v.id)}: es anterior a {ver(otro.id)}; cuenta el primero")
        if not mismo:
            por_direccion |= {v.fuente, otro.fuente}
    contados: dict[tuple[str | None, ...], str] = {}
    for v in (v for v in avances if v.cuenta):
        claves: list[tuple[str | None, ...]] = [(v.actividad, v.fuente, v.registro)]
        if v.url is not None and v.fuente in por_direccion:
            claves.append((v.actividad, v.url))
        for clave in claves:
            if clave in contados:
                c.mal(f"{ver(v.id)} y {ver(contados[clave])} cuentan los dos y son lo mismo")
            contados.setdefault(clave, v.id)
    _mirar_nombres(avances, c)


def _mirar_nombres(avances: Iterable[Avance], c: Comprobacion) -> None:
    nombres: dict[tuple[str, str], list[str]] = defaultdict(list)
    for v in avances:
        nombres[(v.fuente, v.registro)].append(v.id)
    for (fuente, registro), ids in nombres.items():
        sin_vez = [(i, re.sub(r"~[0-9]+$", "", i)) for i in ids]
        raices = {corto if corto.endswith(registro) else largo for largo, corto in sin_vez}
        raiz = min(raices)
        c.exigir(
            len(raices) == 1 and raiz.startswith(fuente) and raiz.endswith(registro),
            f"{ver(', '.join(ids))}: el avance_id debe ser la fuente y el registro, y ~2, ~3… si se repite",
        )


def mirar_capturas(e: Entrega, c: Comprobacion) -> None:
    """Comprueba que cada fila venga de un archivo original anunciado en el manifiesto."""
    capturas = {(cap["fuente"], cap["sha256"]) for cap in e.manifiesto["capturas"]}
    for nombre in ("avances", "rechazos"):
        tabla = e.tabla(nombre)
        usadas = set(zip(tabla.columna("fuente"), tabla.columna("captura_sha256")))
        for fuente, huella in sorted(usadas - capturas, key=str):
            c.mal(f"{nombre}: la captura {ver(huella)} de la fuente {ver(fuente)} no está en el manifiesto")
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


# ------------------------------------------------------------------ cadena y firma


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


def mirar_cadena(e: Entrega, c: Comprobacion, anterior: Path | None, clave: bytes | None) -> None:
    """Comprueba el enlace con la entrega anterior, o toda la cadena si se da la carpeta con las entregas."""
    m = e.manifiesto
    if anterior is None:
        if m["numero"] > 1:
            raise FaltaMedio("no se dio la entrega anterior (--anterior)")
        c.resumen = "es la primera entrega"
        return
    archivo = anterior / MANIFIESTO if anterior.is_dir() else anterior
    propio = Eslabon(m["entrega"], m, hashlib.sha256(e.bytes_de(MANIFIESTO)).hexdigest(), e.carpeta)
    if archivo.is_file():
        try:
            _mirar_enlace(eslabon(archivo), propio, c)
        except Depende as error:
            c.mal(str(error))
        return
    _mirar_toda(anterior, propio, c, clave)


def _mirar_enlace(antes: Eslabon, este: Eslabon, c: Comprobacion) -> None:
    este_m, antes_m, donde = este.manifiesto, antes.manifiesto, f"{ver(este.lugar)}: "
    c.exigir(este_m["anterior"] == antes.sha256, donde + f"no señala a {ver(antes.lugar)} tal como está hoy")
    sigue = este_m["numero"] == antes_m["numero"] + 1
    c.exigir(sigue, donde + f"es la número {este_m['numero']} y la anterior es la {antes_m['numero']}")
    for dato in ("entidad", "vigencia"):
        c.exigir(este_m[dato] == antes_m[dato], donde + f"cambia {dato} frente a la anterior")


def _mirar_toda(carpeta: Path, propio: Eslabon, c: Comprobacion, clave: bytes | None) -> None:
    eslabones = {propio.sha256: propio}
    hay_alguno = False
    for archivo in sorted(carpeta.glob(f"*/{MANIFIESTO}")):
        hay_alguno = True
        try:
            hallado = eslabon(archivo)
        except Depende as error:
            c.mal(str(error))
            continue
        if all(hallado.manifiesto[k] == propio.manifiesto[k] for k in ("entidad", "vigencia")):
            eslabones.setdefault(hallado.sha256, hallado)
    if not hay_alguno:
        c.mal(f"{carpeta}: no hay manifiesto ni entregas ahí")
        return
    por_numero: dict[int, list[Eslabon]] = defaultdict(list)
    for hallado in eslabones.values():
        por_numero[hallado.manifiesto["numero"]].append(hallado)
    for n in range(1, max(por_numero) + 1):
        c.exigir(n in por_numero, f"falta la entrega número {n}")
        if len(por_numero.get(n, [])) > 1:
            lugares = ", ".join(x.lugar for x in por_numero[n])
            c.mal(f"hay dos entregas distintas con el número {n}: {ver(lugares)}")
        for este in por_numero.get(n, []):
            for antes in por_numero.get(n - 1, []):
                _mirar_enlace(antes, este, c)
            if clave is not None and este is not propio:
                falla = falla_de_firma(este.carpeta, clave)
                c.exigir(not falla, f"{ver(este.lugar)}: {falla}")
    nuevas = max(por_numero) - propio.manifiesto["numero"]
    c.resumen = f"{len(eslabones)} entregas" + (f"; más nuevas que esta: {nuevas}" if nuevas else "")


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


def falla_de_firma(carpeta: Path, clave: bytes | None) -> str:
    """Dice qué está mal en la firma de una entrega; vacío si es buena. FaltaMedio si no hay firma ni clave."""
    archivo = carpeta / FIRMA
    if not archivo.is_file():
        if clave is None:
            raise FaltaMedio("la entrega está sin firma")
        return "sin firma, y se dio una clave para comprobarla"
    try:
        publicada, firma = leer_firma(archivo.read_bytes())
    except (OSError, ValueError) as error:
        return f"{FIRMA}: {ver(error)}"
    if clave is not None and publicada != clave:
        return "está firmada con una clave distinta de la que se dio"
    if not firma_buena(publicada, (carpeta / MANIFIESTO).read_bytes(), firma):
        return "la firma no corresponde a este manifiesto"
    return ""


def mirar_firma(e: Entrega, c: Comprobacion, clave: bytes | None) -> None:
    """Comprueba la firma del manifiesto; sin clave dada, dice que no se sabe de quién es."""
    e.bytes_de(MANIFIESTO)
    falla = falla_de_firma(e.carpeta, clave)
    if falla:
        c.mal(falla)
    elif clave is None:
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
    e: Entrega, *, clave: bytes | None = None, anterior: Path | None = None, parquet: Mirada = parquet_sin_medios
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
        ("cadena", "La entrega sigue a la anterior", lambda x, c: mirar_cadena(x, c, anterior, clave)),
        ("firma", "La firma es de quien publica", lambda x, c: mirar_firma(x, c, clave)),
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
    ruta_base = re.sub(rf"{MANIFIESTO}$", "", base.path).rstrip("/") + "/"
    fallas: dict[str, str] = {}

    def bajar(ruta: str, tope: int) -> None:
        url = urllib.parse.urlunsplit((base.scheme, base.netloc, ruta_base + urllib.parse.quote(ruta), base.query, ""))
        destino = carpeta / ruta
        try:
            destino.parent.mkdir(parents=True, exist_ok=True)
            # Un byte de más basta para notar que el archivo no es el anunciado, y acota la descarga.
            with urllib.request.urlopen(url, timeout=60) as respuesta, destino.open("wb") as abierto:
                quedan = tope + 1
                while quedan > 0:
                    parte = respuesta.read(min(1 << 20, quedan))
                    if not parte:
                        break
                    abierto.write(parte)
                    quedan -= len(parte)
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

SIGNOS = {BIEN: "✔ bien", MAL: "✘ MAL", SIN_COMPROBAR: "– no se pudo comprobar"}


def texto_de(e: Entrega, comprobaciones: Sequence[Comprobacion]) -> str:
    """Escribe el resultado para una persona, una línea por comprobación."""
    lineas = []
    try:
        m = e.manifiesto
        lineas.append(f"Entrega {ver(m['entrega'])}, con corte a {m['corte']}.")
        if m["sintetica"]:
            lineas.append("ATENCIÓN: DATOS SINTÉTICOS. Son de ejemplo; no describen hechos reales.")
    except Depende:
        lineas.append("Entrega sin un manifiesto que se entienda.")
    for c in comprobaciones:
        resumen = f" ({c.resumen})" if c.resumen and c.estado == BIEN else ""
        lineas.append(f"{SIGNOS[c.estado]} · {c.titulo}{resumen}")
        lineas.extend(f"      {d}" for d in c.detalles[:DETALLES_VISIBLES])
        if len(c.detalles) > DETALLES_VISIBLES:
            lineas.append(f"      … y {len(c.detalles) - DETALLES_VISIBLES} más")
    lineas.append(resumen_de(comprobaciones))
    return "\n".join(lineas)


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
        ficha = {k: m[k] for k in ("entrega", "numero", "corte", "sintetica")}
    except Depende:
        ficha = {"entrega": None}
    return {
        **ficha,
        "resultado": "mal" if salida_de(comprobaciones) else "bien",
        "sin_comprobar": [c.clave for c in comprobaciones if c.estado == SIN_COMPROBAR],
        "comprobaciones": [
            {"clave": c.clave, "titulo": c.titulo, "estado": c.estado, "resumen": c.resumen, "detalles": c.detalles}
            for c in comprobaciones
        ],
    }


def main(argumentos: Sequence[str] | None = None) -> int:
    """Atiende la orden y devuelve su código de salida."""
    ordenes = argparse.ArgumentParser(prog="verificar.py", description="Comprueba una entrega de rendición de cuentas.")
    aqui = str(Path(__file__).resolve().parent)
    ordenes.add_argument("lugar", nargs="?", default=aqui, help="carpeta o dirección web de la entrega")
    ordenes.add_argument("--clave-publica", metavar="ARCHIVO", help="clave pública de la entidad (PEM o base64)")
    ordenes.add_argument("--anterior", metavar="LUGAR", help="manifiesto o carpeta de la anterior, o carpeta con todas")
    ordenes.add_argument("--json", action="store_true", help="resultado para máquinas")
    pedido = ordenes.parse_args(argumentos)
    clave = None
    if not re.match(r"https?://", pedido.lugar, re.IGNORECASE) and not Path(pedido.lugar).is_dir():
        ordenes.error(f"no existe la carpeta {pedido.lugar}")
    if pedido.anterior and not Path(pedido.anterior).exists():
        ordenes.error(f"no existe {pedido.anterior}")
    if pedido.clave_publica:
        try:
            clave = leer_clave(Path(pedido.clave_publica).read_bytes())
        except (OSError, ValueError) as error:
            ordenes.error(f"la clave {pedido.clave_publica} no sirve: {error}")
    with abrir(pedido.lugar) as e:
        hechas = comprobar(e, clave=clave, anterior=Path(pedido.anterior) if pedido.anterior else None)
        salida = json.dumps(datos_de(e, hechas), ensure_ascii=False, indent=2) if pedido.json else texto_de(e, hechas)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # la consola de Windows no siempre es UTF-8
    print(salida)
    return salida_de(hechas)


if __name__ == "__main__":
    sys.exit(main())
