"""Una carpeta donde las dependencias dejan archivos de la misma forma: se leen todos como una sola fuente."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import (
    Bruto,
    DeArchivo,
    TipoDeFuente,
    demasiado_grande,
    opcion_lista,
    opcion_texto,
    origen_declarado,
    ruta_declarada,
    tamano_maximo,
)
from rendicion.fuentes.tabla import revisar_cuenta
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.proteccion import nombres_publicables, ocultar

if TYPE_CHECKING:
    from rendicion.fuente import Fuente

_PATRONES, _VISTOS = ("*.csv",), 10
_SIN_HORA = (1980, 1, 1, 0, 0, 0)
_PROPIAS = frozenset({"patrones", "tipo_de_archivo"})
_DE_TODA_LA_CARPETA = frozenset({"registros", "tamano_maximo_mib"})
_NO_LEIDOS = ".no-leidos"  # ningún archivo que empiece por punto entra a la captura


def lectores() -> dict[str, TipoDeFuente]:
    """Da los tipos con que se puede leer cada archivo: todos los que leen un archivo, menos la matriz, que es un libro con su propio mapa."""
    from rendicion.fuentes import TIPOS  # los tipos se conocen cuando todos están cargados, y este es uno de ellos

    return {n: t for n, t in TIPOS.items() if isinstance(t, DeArchivo) and n != "matriz"}


class Carpeta:
    """Lee los archivos de una carpeta (no de sus subcarpetas) que cumplen `patrones`, por orden de nombre.

    `tipo_de_archivo` dice cómo se lee cada uno. La captura es un zip sin fechas: mismos archivos, mismos
    bytes. Si un archivo no sirve, la fuente entera espera: lo a medias no se acepta. Lo que está en la carpeta y no se
    lee queda dicho en la captura, y en un hallazgo: un archivo con otra terminación no se pierde en silencio.
    """

    nombre = "carpeta"

    @property
    def opciones(self) -> frozenset[str]:
        """Da las propias y las de los tipos de archivo."""
        return _PROPIAS.union(*(t.opciones for t in lectores().values()))

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Reúne los archivos; lanza ErrorFuente si la carpeta no está o ninguno cumple el patrón."""
        carpeta, origen = ruta_declarada(fuente, base), origen_declarado(fuente)
        patrones = opcion_lista(fuente, "patrones", _PATRONES)
        if not carpeta.is_dir():
            raise ErrorFuente(
                "La carpeta de la fuente no existe.",
                donde=f"fuente {fuente.id}, {origen}",
                hacer="Revise la clave lugar del TOML.",
            )
        try:
            visibles = sorted((a for a in carpeta.iterdir() if not a.name.startswith((".", "~$"))), key=lambda a: a.name)
            archivos = [a for a in visibles if _sirve(a, patrones)]
            otros = [_legible(a.name) for a in visibles if a not in archivos]
            if not archivos:
                raise ErrorFuente(
                    f"La carpeta no tiene archivos {' ni '.join(patrones)}.{_vistos(otros)}",
                    donde=origen,
                    hacer="Pida los archivos, o corrija la opción patrones.",
                )
            total, tope = sum(a.stat().st_size for a in archivos), tamano_maximo(fuente)
            if total > tope:
                raise demasiado_grande(origen, total, tope)
            contenidos = {a.name: a.read_bytes() for a in archivos}
            if ilegibles := [_legible(n) for n in contenidos if n != _legible(n)]:
                raise ErrorFuente(
                    f"El nombre de un archivo tiene letras que no se pueden leer: «{ocultar(ilegibles[0])}».",
                    donde=origen,
                    hacer="Cámbiele el nombre, sin tildes ni eñes.",
                )
        except OSError:
            raise ErrorFuente(
                "Un archivo de la carpeta no se dejó leer.",
                donde=f"fuente {fuente.id}, {origen}",
                hacer="Revise los permisos y que nadie los esté moviendo mientras se leen.",
            ) from None
        return Bruto(_empacar(contenidos | ({_NO_LEIDOS: "\n".join(otros).encode()} if otros else {})), origen)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee cada archivo con su tipo y junta las lecturas."""
        lector = _lector(fuente)
        opciones = {k: v for k, v in fuente.opciones.items() if k not in _PROPIAS | _DE_TODA_LA_CARPETA}
        if fuente.filtros:
            # Un archivo sin registros que cumplan el filtro no es un archivo vacío: los otros pueden traerlos.
            opciones["permite_vacia"] = True
        suya = replace(fuente, tipo=lector.nombre, opciones=opciones)
        try:
            with zipfile.ZipFile(io.BytesIO(bruto)) as paquete:
                contenidos = {n: paquete.read(n) for n in paquete.namelist()}
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
            raise ErrorFuente(
                "La captura de la carpeta está dañada.", donde=archivo, hacer="Extraiga de nuevo la fuente."
            ) from None
        no_leidos = contenidos.pop(_NO_LEIDOS, b"").decode("utf-8", "replace").splitlines()
        nombres = nombres_publicables(contenidos)
        lecturas = {n: lector.interpretar(c, suya, captura_sha256, f"{archivo}/{n}") for n, c in zip(nombres, contenidos.values(), strict=True)}
        lectura = _juntar(lecturas, fuente, captura_sha256, archivo)
        revisar_cuenta(fuente, archivo, lectura.recibidos, lectura.recibidos + lectura.filtrados, f" {lectura.filtrados} quedaron por fuera." if fuente.filtros else "")
        return replace(lectura, hallazgos=(*lectura.hallazgos, *_avisos_de_no_leidos(no_leidos, fuente)))


TIPO = Carpeta()


def _sirve(archivo: Path, patrones: tuple[str, ...]) -> bool:
    """Dice si el archivo entra: ni las subcarpetas, ni los enlaces hacia otra parte."""
    return not archivo.is_symlink() and archivo.is_file() and any(fnmatchcase(archivo.name.lower(), p.lower()) for p in patrones)


def _legible(nombre: str) -> str:
    """Da el nombre con las letras que se pueden escribir; un disco viejo puede traerlo en otra codificación."""
    return nombre.encode("utf-8", "replace").decode()


def _vistos(nombres: list[str]) -> str:
    mostrados = [f"«{ocultar(n)}»" for n in nombres[:_VISTOS]]
    return f" Tiene: {', '.join(mostrados)}{f' y {len(nombres) - _VISTOS} más' if len(nombres) > _VISTOS else ''}." if nombres else ""


def _avisos_de_no_leidos(nombres: list[str], fuente: Fuente) -> list[Hallazgo]:
    patrones = ", ".join(opcion_lista(fuente, "patrones", _PATRONES))
    return [
        Hallazgo(
            fuente.id,
            nombre,
            "archivo",
            "archivo_no_leido",
            "advertencia",
            f"«{nombre}» está en la carpeta y no se leyó: no es un archivo como {patrones}. Si trae registros, guárdelo de esa forma o declárelo en otra fuente.",
        )
        for nombre in nombres_publicables(nombres)
    ]


def _empacar(contenidos: Mapping[str, bytes]) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_STORED) as paquete:
        for nombre, contenido in contenidos.items():
            paquete.writestr(zipfile.ZipInfo(nombre, _SIN_HORA), contenido)
    return salida.getvalue()


def _lector(fuente: Fuente) -> TipoDeFuente:
    pedido, conocidos = opcion_texto(fuente, "tipo_de_archivo", "csv") or "", lectores()
    if pedido not in conocidos:
        raise ErrorUso(
            f"El tipo_de_archivo «{pedido}» no existe.",
            donde=f"fuente {fuente.id}, [opciones]",
            hacer=f"Use uno de: {', '.join(conocidos)}.",
        )
    return conocidos[pedido]


def _juntar(lecturas: Mapping[str, Lectura], fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
    """Une las lecturas en orden; a la fila sin clave le antepone su archivo, para que no se confunda con la de otro."""
    import pyarrow as pa

    tablas: list[Any] = []
    rechazos: list[Rechazo] = []
    hallazgos: list[Hallazgo] = []
    desde = 0
    for nombre, lectura in lecturas.items():
        registros = lectura.celdas["registro"].to_pylist()
        lugares = lectura.celdas["lugar"].to_pylist()
        nuevos = [
            f"{nombre}, {r}" if lugar == f"{archivo}/{nombre}, {r}" else r
            for r, lugar in zip(registros, lugares, strict=True)
        ]
        posicion = lectura.celdas.schema.get_field_index("registro")
        tablas.append(lectura.celdas.set_column(posicion, "registro", pa.array(nuevos, pa.string())))
        rechazos += [replace(r, fila=r.fila + desde, registro=nuevos[r.fila]) for r in lectura.rechazos]
        hallazgos += [replace(h, registro=f"{nombre}, {h.registro}") for h in lectura.hallazgos]
        desde += lectura.recibidos
    filtrados = sum(x.filtrados for x in lecturas.values())
    celdas = pa.concat_tables(tablas)
    return Lectura(fuente, captura_sha256, archivo, celdas, tuple(rechazos), tuple(hallazgos), filtrados)
