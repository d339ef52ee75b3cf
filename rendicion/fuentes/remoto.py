"""Lo común de las fuentes remotas: registros JSON, su captura canónica y su lectura."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorFuente
from rendicion.fuentes.base import Bruto
from rendicion.fuentes.documento_xml import es_html, pagina_web
from rendicion.fuentes.encabezado import Fila, Hoja
from rendicion.fuentes.filtrado import columnas_de_filtro, columnas_leidas
from rendicion.fuentes.incremental import Incremental, Tramo, aviso_de_lectura, combinar, escribir_lineas
from rendicion.fuentes.tabla import leer_hojas

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.fuentes.descarga import Descargador
    from rendicion.lectura import Lectura
    from rendicion.previa import Previa

Registro = Mapping[str, Any]


def leer_json(cuerpo: bytes, donde: str) -> Any:
    """Lee un JSON sin perder cifras; lanza ErrorFuente si es HTML, está cortado o mal formado."""
    if es_html(cuerpo):
        raise pagina_web(donde, "JSON")
    try:
        return json.loads(cuerpo, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        raise ErrorFuente(
            "La respuesta no es un JSON completo: está cortada o mal formada.",
            donde=donde,
            hacer="Intente de nuevo; si sigue igual, avise a quien administra el sistema.",
        ) from None


def en_ruta(dato: Any, ruta: str) -> Any:
    """Devuelve lo que hay en una ruta con puntos («title.rendered»), o None si no existe.

    >>> en_ruta({"a": {"b": 1}}, "a.b"), en_ruta({"a": 1}, "a.b")
    (1, None)
    """
    for parte in ruta.split(".") if ruta else ():
        dato = dato.get(parte) if isinstance(dato, dict) else None
    return dato


def columnas_de_captura(fuente: Fuente, incremental: Incremental | None = None) -> list[str]:
    """Devuelve lo que se guarda de cada registro: las columnas declaradas, las de los filtros y el cursor."""
    return list(dict.fromkeys([*columnas_leidas(fuente).values(), *([incremental.cursor] if incremental else [])]))


def capturar(
    registros: Iterable[Registro],
    fuente: Fuente,
    donde: str,
    incremental: Incremental | None = None,
    *,
    parcial: bool = False,
) -> bytes:
    """Escribe los registros como líneas JSON con solo lo declarado, en orden de registro.

    El mismo contenido da los mismos bytes.

    Lanza ErrorFuente si una columna declarada no está en ningún registro; en una lectura `parcial` pueden faltar.
    """
    todos = list(registros)
    columnas = columnas_de_captura(fuente, incremental)
    faltan = [c for c in columnas if todos and not parcial and not any(_existe(r, c) for r in todos)]
    if faltan:
        vistas = ", ".join(f"«{k}»" for k in sorted({k for r in todos for k in r}))
        raise ErrorFuente(
            f"Faltan campos declarados: {', '.join(f'«{f}»' for f in faltan)}. Cada registro trae: {vistas}.",
            donde=donde,
            hacer="Corrija los nombres en [columnas]; lo que va adentro se escribe con punto, como title.rendered.",
        )
    numericas = {fuente.columnas.get("cantidad")} - {fuente.columnas.get("actividad_id")}
    textos = [{c: texto_de(en_ruta(r, c), fuente.decimal if c in numericas else ".") for c in columnas} for r in todos]
    clave = fuente.columnas.get("registro", columnas[0])
    try:
        return escribir_lineas(textos, clave)
    except UnicodeEncodeError:
        raise ErrorFuente(
            "La fuente trae texto con caracteres que no existen.",
            donde=donde,
            hacer="Avise a quien administra el sistema.",
        ) from None


def bruto_de(
    registros: Iterable[Registro],
    fuente: Fuente,
    donde: str,
    descargador: Descargador,
    incremental: Incremental | None = None,
    desde: Tramo | None = None,
    previa: Previa | None = None,
) -> Bruto:
    """Arma lo extraído de un servicio: la fuente entera, aunque de ella solo se haya leído un tramo, y sus páginas crudas."""
    contenido = capturar(registros, fuente, donde, incremental, parcial=desde is not None)
    base = previa.sha256 if desde and previa else None
    if desde and previa:
        contenido = combinar(previa.contenido, contenido, fuente, incremental, desde.limite)
    return Bruto(contenido, donde, descargador.cabeceras(), descargador.paginas, base)


def _existe(registro: Registro, ruta: str) -> bool:
    padre, _, ultimo = ruta.rpartition(".")
    dentro = en_ruta(registro, padre)
    return isinstance(dentro, dict) and ultimo in dentro


def texto_de(valor: Any, decimal: str) -> str | None:
    """Escribe un valor JSON como texto; una lista va separada por «;»."""
    if valor is None or isinstance(valor, str):
        return valor
    if isinstance(valor, bool):
        return "true" if valor else "false"
    if isinstance(valor, Decimal):
        return str(valor).replace(".", decimal)
    if isinstance(valor, int):
        return str(valor)
    if isinstance(valor, list) and not any(isinstance(v, dict | list) for v in valor):
        return ";".join(texto_de(v, decimal) or "" for v in valor)
    return json.dumps(valor, ensure_ascii=False, sort_keys=True, default=str)


def leer_captura(
    bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str, incremental: Incremental | None = None
) -> Lectura:
    """Lee las líneas JSON que dejó `capturar`."""
    leidas = columnas_leidas(fuente)
    columnas = list(leidas)
    filas = [Fila(0, columnas)]
    for numero, linea in enumerate(bruto.split(b"\n"), 1):
        if linea.strip():
            filas.append(
                Fila(
                    numero, _celdas(linea, fuente, [leidas[c] for c in columnas], f"{archivo}, línea {numero}")
                )
            )
    avisos = [aviso_de_lectura(bruto, fuente, incremental)] if incremental else []
    hojas = [Hoja(filas, palabra="línea")]
    return replace(leer_hojas(hojas, canonica(fuente), captura_sha256, archivo, hallazgos=avisos), fuente=fuente)


def canonica(fuente: Fuente) -> Fuente:
    """Devuelve la declaración con que se lee una captura nuestra: cada columna se llama como su campo."""
    pares = zip(fuente.filtros, columnas_de_filtro(fuente), strict=True)
    de_filtro = [replace(f, columna=c, en_la_fuente=f.columna) for f, c in pares]
    return replace(fuente, columnas={c: c for c in fuente.columnas}, filtros=tuple(de_filtro))


def _celdas(linea: bytes, fuente: Fuente, nombres: Sequence[str], donde: str) -> list[str | None]:
    dato = leer_json(linea, donde)
    if not isinstance(dato, dict):
        raise ErrorFuente(
            "La captura está dañada: una línea no es un registro.",
            donde=donde,
            hacer=f"Extraiga de nuevo la fuente {fuente.id}.",
        )
    return [texto_de(dato.get(n), fuente.decimal) for n in nombres]
