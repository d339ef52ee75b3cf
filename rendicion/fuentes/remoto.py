"""Lo común de las fuentes remotas: registros JSON, su captura canónica y su lectura."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rendicion.errores import ErrorFuente
from rendicion.fuentes.documento_xml import es_html, pagina_web
from rendicion.fuentes.encabezado import Fila, Hoja
from rendicion.fuentes.tabla import leer_hojas

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura

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


def capturar(registros: Iterable[Registro], fuente: Fuente, donde: str) -> bytes:
    """Escribe los registros como líneas JSON con solo lo declarado, en orden de registro.

    El mismo contenido da los mismos bytes.

    Lanza ErrorFuente si una columna declarada no está en ningún registro.
    """
    todos = list(registros)
    columnas = list(dict.fromkeys(fuente.columnas.values()))
    faltan = [c for c in columnas if todos and not any(_existe(r, c) for r in todos)]
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
    lineas = sorted(
        (t[clave] or "", json.dumps(t, ensure_ascii=False, sort_keys=True, separators=(",", ":"))) for t in textos
    )
    try:
        return "".join(f"{linea}\n" for _, linea in lineas).encode()
    except UnicodeEncodeError:
        raise ErrorFuente(
            "La fuente trae texto con caracteres que no existen.",
            donde=donde,
            hacer="Avise a quien administra el sistema.",
        ) from None


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


def leer_captura(bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
    """Lee las líneas JSON que dejó `capturar`."""
    columnas = list(fuente.columnas)
    filas = [Fila(0, columnas)]
    for numero, linea in enumerate(bruto.split(b"\n"), 1):
        if linea.strip():
            filas.append(
                Fila(
                    numero, _celdas(linea, fuente, [fuente.columnas[c] for c in columnas], f"{archivo}, línea {numero}")
                )
            )
    canonica = replace(fuente, columnas={c: c for c in columnas})
    lectura = leer_hojas([Hoja(filas, palabra="línea")], canonica, captura_sha256, archivo)
    return replace(lectura, fuente=fuente)


def _celdas(linea: bytes, fuente: Fuente, nombres: Sequence[str], donde: str) -> list[str | None]:
    dato = leer_json(linea, donde)
    if not isinstance(dato, dict):
        raise ErrorFuente(
            "La captura está dañada: una línea no es un registro.",
            donde=donde,
            hacer=f"Extraiga de nuevo la fuente {fuente.id}.",
        )
    return [texto_de(dato.get(n), fuente.decimal) for n in nombres]
