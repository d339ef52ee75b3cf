"""Abre un libro de cálculo con límites y lo devuelve como texto.

Se basta solo (ni `rendicion` ni pyarrow) porque también corre como proceso hijo, con memoria y
tiempo contados: `python -I libro.py`, con el pedido y los bytes por la entrada.
"""

from __future__ import annotations

import io
import json
import posixpath
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import IO, Any
from xml.parsers import expat

MIB = 1024 * 1024
DESCOMPRIMIDO_MAXIMO = 256 * MIB
PROPORCION_MAXIMA, PROPORCION_DESDE = 100, 8 * MIB
PARTES_MAXIMAS = 5_000
CELDAS_MAXIMAS, CELDAS_DE_GRACIA, VACIAS_POR_CELDA = 10_000_000, 200_000, 50
ENTERO_EXACTO = 10**15
REPETIDAS_MAXIMAS = 1_000
MEMORIA_DEL_HIJO, SEGUNDOS_DEL_HIJO = 1536 * MIB, 120

_OTRAS_COSAS = (
    ((b"<!doctype html", b"<html", b"<table"), "una página web (HTML)"),
    ((b"%pdf",), "un PDF"),
    ((b"<?xml",), "un XML (quizá una hoja de cálculo de 2003)"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class LibroInservibleError(Exception):
    """Dice por qué el libro entero no se puede leer; quien llama lo vuelve ErrorFuente."""

    def __init__(self, que: str, hacer: str, lugar: str = "") -> None:
        super().__init__(que)
        self.que, self.hacer, self.lugar = que, hacer, lugar


@dataclass(frozen=True)
class Pedido:
    """Dice qué hojas leer, cuáles no, con qué marca decimal escribir los números y si hay que decir las celdas combinadas."""

    archivo: str
    hojas: tuple[str, ...] = ()
    excluir: tuple[str, ...] = ()
    decimal: str = ","
    combinadas: bool = False


@dataclass
class Leido:
    """Es lo que se leyó: por hoja, filas `[número, celdas, {posición: [regla, valor]}]`; y los avisos.

    `combinadas` va por hoja, si se pidió: `[fila, columna, fila final, columna final]`, todas desde 0.
    """

    hojas: list[tuple[str, list[tuple[int, list[str | None], dict[str, tuple[str, str | None]]]]]] = field(
        default_factory=list
    )
    avisos: list[tuple[str, str, str, str]] = field(default_factory=list)
    combinadas: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Examen:
    """Es lo que el XML de una hoja dice antes de abrirla: las celdas (fila y columna desde 1) que fallan."""

    fallas: dict[tuple[int, int], tuple[str, str | None]]


def leer_libro(bruto: bytes, pedido: Pedido) -> Leido:
    """Lee las hojas pedidas; lanza LibroInservibleError si el libro entero no sirve."""
    formato = formato_de(bruto, pedido.archivo)
    leido = Leido()
    partes = None
    if formato != "xls":
        partes = zipfile.ZipFile(io.BytesIO(bruto))
        _negar_entidades(partes)
        _avisar_contenido(partes, leido)
    else:
        leido.avisos.append(
            (
                "todo el archivo",
                "formato_antiguo",
                "advertencia",
                "El libro es .xls: en ese formato una celda con error se lee como vacía. Guárdelo como .xlsx.",
            )
        )
    with _abrir(bruto) as libro:
        for nombre in _elegir(libro, pedido, leido):
            examen = None if partes is None else _examinar(partes, nombre) if formato == "xlsx" else _examinar_ods(partes, nombre)
            leido.hojas.append((nombre, list(_filas(libro, nombre, pedido.decimal, examen))))
            if pedido.combinadas:
                leido.combinadas[nombre] = _combinadas(libro, nombre)
    return leido


def tamano_descomprimido(bruto: bytes) -> int:
    """Devuelve cuánto ocupa abierto; para lo que no es un zip, su propio tamaño."""
    if not bruto.startswith(b"PK"):
        return len(bruto)
    with _zip(bruto) as partes:
        return sum(p.file_size for p in partes.infolist())


def formato_de(bruto: bytes, archivo: str) -> str:
    """Dice si es xlsx, xls u ods por su contenido, y niega lo demás con su razón."""
    nombre = archivo.lower()
    if not bruto.strip():
        raise LibroInservibleError("El archivo está vacío.", "Pida de nuevo el archivo a la dependencia.")
    if bruto.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in bruto:
            raise _con_clave()
        if nombre.endswith((".xlsx", ".xlsm", ".ods")):
            raise LibroInservibleError(
                f"El archivo es un libro .xls antiguo con el nombre cambiado a {nombre[nombre.rindex('.') :]}.",
                "Ábralo en su programa y use «Guardar como», Libro de Excel (.xlsx).",
            )
        return "xls"
    if bruto.startswith(b"PK"):
        return _formato_zip(bruto)
    inicio = bruto[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    parece = next((que for marcas, que in _OTRAS_COSAS if inicio.startswith(marcas)), "otra cosa (quizá un CSV)")
    raise LibroInservibleError(
        f"El archivo no es un libro de cálculo, sino {parece}.",
        'Ábralo en su programa y guárdelo como .xlsx; si es un CSV, declare tipo = "csv".',
    )


def _formato_zip(bruto: bytes) -> str:
    with _zip(bruto) as partes:
        _negar_bombas(partes)
        nombres = set(partes.namelist())
        if "META-INF/manifest.xml" in nombres and b"encryption-data" in partes.read("META-INF/manifest.xml"):
            raise _con_clave()
        try:
            danada = partes.testzip()
        except Exception:  # noqa: BLE001 -- cualquier daño al descomprimir es el mismo: el archivo no sirve
            danada = "una parte"
    if danada:
        raise _danado(danada)
    if "xl/workbook.xml" in nombres:
        return "xlsx"
    if "content.xml" in nombres and "xl/workbook.bin" not in nombres:
        return "ods"
    raise LibroInservibleError(
        "El archivo comprimido no es un libro .xlsx ni .ods.", "Ábralo en su programa y guárdelo como .xlsx."
    )


def _zip(bruto: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(bruto))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        raise _danado("el índice") from None


def _danado(parte: str) -> LibroInservibleError:
    return LibroInservibleError(
        f"El libro está dañado o cortado ({parte}).", "Pida de nuevo el archivo a la dependencia."
    )


def _con_clave() -> LibroInservibleError:
    return LibroInservibleError("El libro está protegido con contraseña.", "Pida una copia sin contraseña de apertura.")


def _negar_bombas(partes: zipfile.ZipFile) -> None:
    """Mira solo el índice del zip: nada se descomprime hasta saber que cabe."""
    lista = partes.infolist()
    total, comprimido = sum(p.file_size for p in lista), sum(p.compress_size for p in lista) or 1
    if any(p.flag_bits & 1 for p in lista):
        raise _con_clave()
    exagerado = total > PROPORCION_DESDE and total > comprimido * PROPORCION_MAXIMA
    if total > DESCOMPRIMIDO_MAXIMO or exagerado or len(lista) > PARTES_MAXIMAS:
        raise LibroInservibleError(
            f"El libro es peligroso de abrir: {len(lista)} partes que descomprimidas ocupan {total // MIB} MiB "
            f"({total // comprimido} veces su tamaño).",
            "Pida a la dependencia que copie solo los datos en un libro nuevo.",
        )


def _negar_entidades(partes: zipfile.ZipFile) -> None:
    for nombre in partes.namelist():
        if nombre.endswith((".xml", ".rels")):
            try:
                with partes.open(nombre) as flujo:
                    recorrer_xml(flujo)
            except DtdPresenteError:
                raise LibroInservibleError(
                    "El libro declara entidades XML, que ningún programa de cálculo escribe: puede ser un ataque.",
                    "No lo abra; avise a quien lo envió y pida una copia nueva.",
                    f"parte {nombre}",
                ) from None
            except expat.ExpatError:
                raise _danado(f"parte {nombre}") from None


def _avisar_contenido(partes: zipfile.ZipFile, leido: Leido) -> None:
    nombres = partes.namelist()
    if any(n.lower().endswith("vbaproject.bin") for n in nombres):
        leido.avisos.append(
            ("todo el archivo", "libro_con_macros", "advertencia", "El libro trae macros; no se ejecutan.")
        )
    if any(n.startswith("xl/externalLinks/") for n in nombres):
        leido.avisos.append(
            (
                "todo el archivo",
                "libro_con_enlaces_externos",
                "advertencia",
                "El libro toma datos de otros libros; se leyó el último valor guardado, que puede estar viejo.",
            )
        )


def _abrir(bruto: bytes) -> Any:
    import python_calamine

    return _vigilar(lambda: python_calamine.CalamineWorkbook.from_object(io.BytesIO(bruto)), "")


def _vigilar(abrir: Callable[[], Any], lugar: str) -> Any:
    """Vuelve entendible cualquier fallo de calamine, también sus pánicos, que no son Exception."""
    import python_calamine

    try:
        return abrir()
    except python_calamine.PasswordError:
        raise _con_clave() from None
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 -- PanicException de Rust hereda de BaseException
        raise LibroInservibleError(
            f"El libro no se pudo abrir: {type(error).__name__}.",
            "Ábralo en su programa y guárdelo de nuevo como .xlsx.",
            lugar,
        ) from None


def _plano(texto: str) -> str:
    sin_tildes = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return " ".join(sin_tildes.casefold().split())


def _elegir(libro: Any, pedido: Pedido, leido: Leido) -> list[str]:
    """Elige las hojas por nombre o patrón; la oculta solo se lee si se nombra con todas sus letras."""
    visibles = {
        m.name: str(m.visible).endswith("Visible") and m.visible == type(m.visible).Visible
        for m in libro.sheets_metadata
    }
    tablas = [m.name for m in libro.sheets_metadata if str(m.typ).endswith("WorkSheet")]
    patrones = pedido.hojas or tuple([n for n in tablas if visibles[n]][:1])
    excluidas = {n for n in tablas for p in pedido.excluir if fnmatchcase(_plano(n), _plano(p))}
    elegidas = []
    for patron in patrones:
        tocadas = [n for n in tablas if (n == patron or fnmatchcase(_plano(n), _plano(patron))) and n not in excluidas]
        if not tocadas:
            raise LibroInservibleError(
                f"El libro no tiene una hoja «{patron}». Tiene: {', '.join(f'«{n}»' for n in tablas)}.",
                "Corrija la opción hojas, o pida a la dependencia la hoja que falta.",
            )
        elegidas += [n for n in tocadas if visibles[n] or _plano(n) == _plano(patron)]
    elegidas = [n for n in tablas if n in set(elegidas)]
    if not elegidas:
        raise LibroInservibleError(
            "Todas las hojas del libro que se piden están ocultas.",
            "Nómbrelas en la opción hojas, o muéstrelas en el libro.",
        )
    leido.avisos += list(_avisos_de_hojas(tablas, visibles, set(elegidas), excluidas))
    return elegidas


def _avisos_de_hojas(
    tablas: list[str], visibles: dict[str, bool], elegidas: set[str], excluidas: set[str]
) -> Iterator[tuple[str, str, str, str]]:
    for nombre in tablas:
        copia = _plano(nombre).startswith("copia de")
        if nombre in elegidas and copia:
            yield (
                f"hoja {nombre}",
                "hoja_copia",
                "advertencia",
                f"La hoja «{nombre}» parece copia de otra y se leyó; revise que no repita registros.",
            )
        elif nombre not in elegidas and nombre not in excluidas:
            regla, por = (
                ("hoja_oculta", "está oculta")
                if not visibles[nombre]
                else ("hoja_no_leida", "no está en la opción hojas")
            )
            copiada = " Parece copia de otra." if copia else ""
            yield f"hoja {nombre}", regla, "informativa", f"La hoja «{nombre}» no se leyó porque {por}.{copiada}"


def _examinar(partes: zipfile.ZipFile, hoja: str) -> _Examen:
    """Recorre el XML de la hoja sin cargarla: mide su esquina y anota fórmulas sin valor y errores."""
    try:
        ruta = _rutas_de_hojas(partes)[hoja]
        recorrido = _Recorrido()
        with partes.open(ruta) as flujo:
            recorrer_xml(flujo, recorrido.abrir, recorrido.cerrar, recorrido.texto)
    except (KeyError, expat.ExpatError, DtdPresenteError, zipfile.BadZipFile, ValueError):
        raise LibroInservibleError(
            "La hoja está dañada o cortada por dentro.", "Ábralo en su programa y guárdelo de nuevo.", f"hoja {hoja}"
        ) from None
    area = recorrido.filas * recorrido.columnas
    if area > CELDAS_MAXIMAS or area > CELDAS_DE_GRACIA + VACIAS_POR_CELDA * recorrido.con_dato:
        raise LibroInservibleError(
            f"La hoja llega hasta la fila {recorrido.filas} y la columna {recorrido.columnas} "
            f"y solo tiene {recorrido.con_dato} celdas con dato: una celda perdida lejos la hace enorme.",
            "Borre las filas y columnas que sobran después de los datos y guarde el libro.",
            f"hoja {hoja}",
        )
    return _Examen(recorrido.fallas)


def _examinar_ods(partes: zipfile.ZipFile, hoja: str) -> _Examen:
    """Anota las fórmulas sin valor y los errores de una hoja .ods, que al abrirla se leerían como un vacío o como un 0."""
    recorrido = _RecorridoOds(hoja)
    try:
        with partes.open("content.xml") as flujo:
            recorrer_xml(flujo, recorrido.abrir, recorrido.cerrar, recorrido.texto)
    except (expat.ExpatError, DtdPresenteError, zipfile.BadZipFile, ValueError):
        raise LibroInservibleError(
            "La hoja está dañada o cortada por dentro.", "Ábralo en su programa y guárdelo de nuevo.", f"hoja {hoja}"
        ) from None
    return _Examen(recorrido.fallas)


class _RecorridoOds:
    """Sigue las celdas de una sola hoja .ods, con las que se repiten sin escribirse."""

    def __init__(self, hoja: str) -> None:
        self.fallas: dict[tuple[int, int], tuple[str, str | None]] = {}
        self._hoja, self._dentro = hoja, False
        self._fila = self._columna = 0
        self._veces_fila = self._veces = 1
        self._celda: dict[str, str] | None = None
        self._texto: list[str] = []

    def abrir(self, nombre: str, atributos: dict[str, str]) -> None:
        if nombre == "table":
            self._dentro = atributos.get("table:name") == self._hoja
        elif nombre == "table-row":
            self._veces_fila, self._columna = int(atributos.get("table:number-rows-repeated", 1)), 0
        elif nombre in ("table-cell", "covered-table-cell"):
            self._celda, self._texto = atributos, []
            self._veces = int(atributos.get("table:number-columns-repeated", 1))

    def texto(self, texto: str) -> None:
        if self._celda is not None:
            self._texto.append(texto)

    def cerrar(self, nombre: str) -> None:
        if nombre == "table":
            self._dentro = False
        elif nombre == "table-row":
            self._fila += self._veces_fila if self._dentro else 0
        elif nombre in ("table-cell", "covered-table-cell") and self._celda is not None:
            falla = _falla_ods(self._celda, "".join(self._texto).strip())
            if falla and self._dentro:
                for f in range(min(self._veces_fila, REPETIDAS_MAXIMAS)):
                    for c in range(min(self._veces, REPETIDAS_MAXIMAS)):
                        self.fallas[self._fila + f + 1, self._columna + c + 1] = falla
            self._columna, self._celda = self._columna + self._veces, None


def _falla_ods(celda: dict[str, str], texto: str) -> tuple[str, str | None] | None:
    """Dice si la celda trae un error (LibreOffice lo escribe solo en el texto que se ve) o una fórmula sin resultado."""
    if "table:formula" not in celda:
        return None
    if celda.get("calcext:value-type") == "error" or texto.startswith(("#", "Err:")):
        return "celda_con_error", texto or "#ERROR"
    tipo = celda.get("office:value-type")
    con_valor = tipo is not None and (tipo != "string" or "office:string-value" in celda or bool(texto))
    return None if con_valor else ("formula_sin_valor", None)


class DtdPresenteError(Exception):
    """Señala un XML con DTD o entidades, que es como se ataca a un lector."""


def recorrer_xml(
    flujo: IO[bytes],
    abrir: Callable[[str, dict[str, str]], None] | None = None,
    cerrar: Callable[[str], None] | None = None,
    texto: Callable[[str], None] | None = None,
) -> None:
    """Recorre un XML por partes, con los nombres sin prefijo.

    Lanza DtdPresenteError si trae DTD o entidades, y ExpatError si está mal formado o cortado.
    """
    lector = expat.ParserCreate()

    def negar(*_: object) -> None:
        raise DtdPresenteError

    lector.StartDoctypeDeclHandler = lector.EntityDeclHandler = negar
    if abrir:
        lector.StartElementHandler = lambda nombre, atributos: abrir(nombre.rpartition(":")[2], atributos)
    if cerrar:
        lector.EndElementHandler = lambda nombre: cerrar(nombre.rpartition(":")[2])
    lector.CharacterDataHandler = texto
    lector.ParseFile(flujo)


def _rutas_de_hojas(partes: zipfile.ZipFile) -> dict[str, str]:
    destinos, hojas = {}, {}

    def relacion(nombre: str, a: dict[str, str]) -> None:
        if nombre == "Relationship":
            destinos[a["Id"]] = posixpath.normpath(posixpath.join("/xl", a["Target"]))[1:]

    def hoja(nombre: str, a: dict[str, str]) -> None:
        if nombre == "sheet":
            hojas[a["name"]] = destinos[next(v for k, v in a.items() if k.endswith(":id"))]

    for parte, leer in (("xl/_rels/workbook.xml.rels", relacion), ("xl/workbook.xml", hoja)):
        with partes.open(parte) as flujo:
            recorrer_xml(flujo, leer)
    return hojas


class _Recorrido:
    """Sigue las celdas de una hoja a medida que pasan; solo cuenta las que traen algo."""

    def __init__(self) -> None:
        self.filas = self.columnas = self.con_dato = 0
        self.fallas: dict[tuple[int, int], tuple[str, str | None]] = {}
        self._fila = self._columna = 0
        self._tipo = ""
        self._hijos: set[str] = set()
        self._valor: list[str] = []
        self._en_valor = False

    def abrir(self, nombre: str, atributos: dict[str, str]) -> None:
        if nombre == "row":
            self._fila, self._columna = int(atributos.get("r") or self._fila + 1), 0
        elif nombre == "c":
            self._fila, self._columna = _posicion(atributos.get("r"), self._fila, self._columna)
            self._tipo, self._hijos, self._valor = atributos.get("t", ""), set(), []
        elif nombre in ("v", "f", "is"):
            self._hijos.add(nombre)
            self._en_valor = nombre == "v"

    def texto(self, texto: str) -> None:
        if self._en_valor:
            self._valor.append(texto)

    def cerrar(self, nombre: str) -> None:
        if nombre == "v":
            self._en_valor = False
        elif nombre == "c" and self._hijos:
            self.filas, self.columnas = max(self.filas, self._fila), max(self.columnas, self._columna)
            self.con_dato += 1
            if falla := _falla(self._tipo, self._hijos, "".join(self._valor)):
                self.fallas[self._fila, self._columna] = falla


def _posicion(referencia: str | None, fila: int, columna: int) -> tuple[int, int]:
    if not referencia:
        return fila, columna + 1
    letras = referencia.rstrip("0123456789")
    numero = 0
    for letra in letras:
        numero = numero * 26 + ord(letra) - 64
    return int(referencia[len(letras) :]), numero


def _falla(tipo: str, hijos: set[str], valor: str) -> tuple[str, str | None] | None:
    if tipo == "e":
        return "celda_con_error", valor or "#ERROR"
    if "f" in hijos and not valor and tipo != "str":
        return "formula_sin_valor", None
    return None


def _filas(
    libro: Any, nombre: str, decimal: str, examen: _Examen | None
) -> Iterator[tuple[int, list[str | None], dict[str, tuple[str, str | None]]]]:
    """Da cada fila con su número real; incluye las que solo tienen celdas que fallan."""
    hoja = _vigilar(lambda: libro.get_sheet_by_name(nombre), f"hoja {nombre}")
    fila0, columna0 = hoja.start or (0, 0)
    datos = hoja.to_python(skip_empty_area=True)
    malas = examen.fallas if examen else {}
    por_fila: dict[int, dict[int, tuple[str, str | None]]] = {}
    for (f, c), falla in malas.items():
        por_fila.setdefault(f, {})[c - 1] = falla
    ancho = max([columna0 + (len(datos[0]) if datos else 0), *(c for _, c in malas)])
    ultima = max([fila0 + len(datos), *por_fila])
    for numero in range(min([fila0 + 1, *por_fila]), ultima + 1):
        crudas = datos[numero - 1 - fila0] if 0 <= numero - 1 - fila0 < len(datos) else []
        fallas = {str(c): f for c, f in sorted(por_fila.get(numero, {}).items())}
        celdas: list[str | None] = [None] * columna0
        for v in crudas:
            celdas.append(a_texto(v, decimal))
            if isinstance(v, float | int) and abs(v) >= ENTERO_EXACTO:
                fallas[str(len(celdas) - 1)] = ("numero_sin_precision", celdas[-1])
        yield numero, [*celdas, *[None] * (ancho - len(celdas))], fallas


def _combinadas(libro: Any, nombre: str) -> list[tuple[int, int, int, int]]:
    hoja = _vigilar(lambda: libro.get_sheet_by_name(nombre), f"hoja {nombre}")
    return [(f, c, hasta_f, hasta_c) for (f, c), (hasta_f, hasta_c) in hoja.merged_cell_ranges or []]


def a_texto(valor: object, decimal: str) -> str | None:
    """Escribe el valor de una celda: fechas ISO, números con la marca declarada y sin ruido binario.

    >>> a_texto(0.1 + 0.2, ","), a_texto(12.0, ","), a_texto(datetime(2020, 3, 15), ",")
    ('0,3', '12', '2020-03-15')
    """
    if isinstance(valor, str):
        return valor or None
    if isinstance(valor, bool):
        return "true" if valor else "false"
    if isinstance(valor, int | float):
        return numero_a_texto(valor, decimal)
    if isinstance(valor, datetime):
        return valor.isoformat() if valor.time() != time() else valor.date().isoformat()
    if isinstance(valor, date | time):
        return valor.isoformat()
    return str(valor) if isinstance(valor, timedelta) else None


def numero_a_texto(valor: float, decimal: str) -> str:
    """Escribe un número con las 15 cifras que guarda una hoja de cálculo, sin exponente.

    >>> numero_a_texto(1e20, "."), numero_a_texto(-0.00001, ",")
    ('100000000000000000000', '-0,00001')
    """
    exacto = Decimal(valor) if isinstance(valor, int) else Decimal(format(valor, ".15g"))
    if not exacto.is_finite():
        return str(valor)
    texto = format(exacto, "f")
    texto = texto.rstrip("0").rstrip(".") if "." in texto else texto
    return ("0" if texto == "-0" else texto).replace(".", decimal)


def _limitar() -> None:
    """Pone tope a la memoria y al tiempo de este proceso, donde el sistema lo permite."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORIA_DEL_HIJO, MEMORIA_DEL_HIJO))
    resource.setrlimit(resource.RLIMIT_CPU, (SEGUNDOS_DEL_HIJO, SEGUNDOS_DEL_HIJO))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Lee el pedido (una línea JSON) y los bytes por la entrada; escribe el libro en JSON."""
    _limitar()
    pedido = json.loads(sys.stdin.buffer.readline())
    try:
        salida = asdict(leer_libro(sys.stdin.buffer.read(), Pedido(**{**pedido, "hojas": tuple(pedido["hojas"])})))
    except LibroInservibleError as error:
        salida = {"error": [error.que, error.hacer, error.lugar]}
    sys.stdout.write(json.dumps(salida))


if __name__ == "__main__":
    main()
