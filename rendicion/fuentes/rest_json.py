"""Servicios REST que entregan JSON, con o sin páginas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import Bruto, opcion_entera, opcion_texto
from rendicion.fuentes.descarga import OPCIONES_HTTP, Descargador, Respuesta, sin_consulta
from rendicion.fuentes.incremental import OPCIONES_INCREMENTAL, declaracion_incremental, tramo
from rendicion.fuentes.paginas import Pagina, leer_todo
from rendicion.fuentes.remoto import Registro, bruto_de, columnas_de_captura, en_ruta, leer_captura, leer_json

if TYPE_CHECKING:
    from rendicion.fuente import Fuente
    from rendicion.lectura import Lectura
    from rendicion.previa import Previa

PAGINACIONES = ("ninguna", "pagina", "desplazamiento", "siguiente", "enlace")


class RestJson:
    """Lee un servicio REST: `lugar` es la dirección y las columnas son rutas con puntos dentro de cada registro.

    `lista` es la ruta de la lista en la respuesta; `paginacion` dice cómo se pasa de página; `total` o
    `cabecera_total` dicen cuántos registros debe haber, y si no cuadra no se acepta nada.
    """

    nombre = "rest_json"
    opciones: frozenset[str] = OPCIONES_HTTP | OPCIONES_INCREMENTAL | {
        "parametros",
        "lista",
        "total",
        "cabecera_total",
        "paginacion",
        "parametro_pagina",
        "parametro_tamano",
        "tamano",
        "primera_pagina",
        "siguiente",
        "paginas_maximas",
    }

    def extraer(self, fuente: Fuente, base: Path) -> Bruto:
        """Lee todas las páginas; lanza ErrorFuente si algo no cuadra."""
        return self.extraer_desde(fuente, None, base)

    def extraer_desde(self, fuente: Fuente, previa: Previa | None, base: Path) -> Bruto:  # noqa: ARG002 -- una fuente remota no usa la carpeta
        """Lee lo que cambió desde la captura anterior, si la fuente se lee por partes; si no, todo."""
        incremental = declaracion_incremental(fuente)
        desde = tramo(incremental, fuente, previa, columnas_de_captura(fuente, incremental))
        descargador = Descargador(fuente, previa=previa)
        extra = {incremental.parametro: desde.pedido} if incremental and desde else {}
        recorrido = _Recorrido(fuente, descargador, extra)
        donde = sin_consulta(fuente.lugar)
        registros = leer_todo(
            recorrido.pedir, recorrido.primera, recorrido.clave, donde, opcion_entera(fuente, "paginas_maximas", 1000)
        )
        return bruto_de(registros, fuente, donde, descargador, incremental, desde, previa)

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee las líneas JSON de la captura."""
        return leer_captura(bruto, fuente, captura_sha256, archivo, declaracion_incremental(fuente))


TIPO = RestJson()


class _Recorrido:
    """Sabe pedir cada página según la paginación declarada."""

    def __init__(self, fuente: Fuente, descargador: Descargador, extra: Mapping[str, str]) -> None:
        self._fuente, self._descargador = fuente, descargador
        self._modo = opcion_texto(fuente, "paginacion", "ninguna") or ""
        if self._modo not in PAGINACIONES:
            raise ErrorUso(
                f"La paginación «{self._modo}» no existe.",
                donde=f"fuente {fuente.id}",
                hacer=f"Use una de: {', '.join(PAGINACIONES)}.",
            )
        self._tamano = opcion_entera(fuente, "tamano", 100)
        self._fijos = {**_parametros(fuente), **extra}

    @property
    def primera(self) -> int | str:
        """Da la primera página: un número, o la dirección misma."""
        if self._modo == "pagina":
            return opcion_entera(self._fuente, "primera_pagina", 1)
        return 0 if self._modo == "desplazamiento" else self._fuente.lugar

    def clave(self, registro: Registro) -> str:
        """Identifica un registro por la columna declarada, o por su contenido."""
        columna = self._fuente.columnas.get("registro")
        valor = en_ruta(registro, columna) if columna else None
        return json.dumps(valor if valor is not None else registro, sort_keys=True, default=str)

    def pedir(self, pagina: int | str) -> Pagina:
        """Pide una página y dice cuál sigue; sigue hasta una página vacía o hasta completar el total."""
        if isinstance(pagina, str):
            respuesta = self._descargador.pedir(pagina, self._fijos if pagina == self._fuente.lugar else {})
        else:
            nombre = (
                opcion_texto(self._fuente, "parametro_pagina", "page" if self._modo == "pagina" else "offset") or ""
            )
            tamano = (
                opcion_texto(self._fuente, "parametro_tamano", "per_page" if self._modo == "pagina" else "limit") or ""
            )
            respuesta = self._descargador.pedir(
                self._fuente.lugar, {**self._fijos, nombre: str(pagina), tamano: str(self._tamano)}
            )
        cuerpo = leer_json(respuesta.cuerpo, sin_consulta(self._fuente.lugar))
        registros = self._lista(cuerpo)
        return Pagina(registros, self._total(cuerpo, respuesta), self._siguiente(pagina, registros, cuerpo, respuesta))

    def _lista(self, cuerpo: Any) -> list[Registro]:
        ruta = opcion_texto(self._fuente, "lista", "") or ""
        lista = en_ruta(cuerpo, ruta)
        if not isinstance(lista, list) or not all(isinstance(r, dict) for r in lista):
            raise ErrorFuente(
                f"La respuesta no trae una lista de registros en «{ruta or 'la raíz'}».",
                donde=sin_consulta(self._fuente.lugar),
                hacer="Revise la opción lista y que el servicio esté contestando datos y no un mensaje de error.",
            )
        return lista

    def _total(self, cuerpo: Any, respuesta: Respuesta) -> int | None:
        ruta, cabecera = opcion_texto(self._fuente, "total"), opcion_texto(self._fuente, "cabecera_total")
        valor = en_ruta(cuerpo, ruta) if ruta else respuesta.cabeceras.get(cabecera.lower()) if cabecera else None
        if valor is None and not (ruta or cabecera):
            return None
        if not re.fullmatch(r"\d{1,9}", str(valor)):
            raise ErrorFuente(
                "El servicio no dice cuántos registros hay.",
                donde=sin_consulta(self._fuente.lugar),
                hacer="Revise total o cabecera_total.",
            )
        return int(str(valor))

    def _siguiente(
        self, pagina: int | str, registros: list[Registro], cuerpo: Any, respuesta: Respuesta
    ) -> int | str | None:
        if isinstance(pagina, int):
            salto = 1 if self._modo == "pagina" else len(registros)
            return pagina + salto if registros else None
        if self._modo == "siguiente":
            siguiente = en_ruta(cuerpo, opcion_texto(self._fuente, "siguiente", "next") or "")
        elif self._modo == "enlace":
            hallado = re.search(r'<([^>]*)>\s*;[^,]*rel="?next"?', respuesta.cabeceras.get("link", ""))
            siguiente = hallado[1] if hallado else None
        else:
            return None
        return urljoin(self._fuente.lugar, siguiente) if isinstance(siguiente, str) and siguiente else None


def _parametros(fuente: Fuente) -> dict[str, str]:
    valor = fuente.opciones.get("parametros", {})
    if not isinstance(valor, dict) or not all(isinstance(v, str) for v in valor.values()):
        raise ErrorUso(
            "La opción parametros está mal escrita.",
            donde=f"fuente {fuente.id}",
            hacer='Escriba parametros = { estado = "publicado" }.',
        )
    return dict(valor)
