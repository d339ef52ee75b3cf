"""El borrador de una declaración de matriz, escrito en TOML con cada duda al lado de lo que toca."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from rendicion.fuentes.matriz.mapa import CAMPOS_DEL_PLAN, EXIGIDOS_DEL_PLAN


@dataclass
class Borrador:
    """Junta lo que se reconoció en un libro y las dudas, por la clave a la que tocan."""

    archivo: str
    niveles: int = 1
    anio: int = 0
    hojas: list[str] = field(default_factory=list)
    excluir: list[str] = field(default_factory=list)
    campos: dict[str, str] = field(default_factory=dict)
    ajenas: list[str] = field(default_factory=list)
    periodos: list[tuple[str, date | None, dict[str, str]]] = field(default_factory=list)
    porcentajes: list[tuple[str, date | None]] = field(default_factory=list)
    totales: list[tuple[str, str]] = field(default_factory=list)
    agregacion: list[tuple[str, str | None]] = field(default_factory=list)
    unidades: list[str] = field(default_factory=list)
    ceros: list[str] = field(default_factory=list)
    porcentaje_en_texto: bool = False
    en_puntos: bool = False
    por_orden: bool = False
    rellenar: bool = False
    por_clave: dict[str, list[str]] = field(default_factory=dict)

    @property
    def dudas(self) -> list[str]:
        """Da todas las dudas, en el orden en que salieron."""
        return [f"{clave}: {d}" for clave, textos in self.por_clave.items() for d in textos]

    def dudar(self, clave: str, duda: str) -> None:
        """Anota una duda; va como comentario junto a su clave."""
        textos = self.por_clave.setdefault(clave, [])
        if duda not in textos:
            textos.append(duda)


def escribir_borrador(b: Borrador) -> str:
    """Escribe el TOML; lo que no se halló va como línea comentada, para que falte a la vista y no en silencio."""
    b.dudar("dependencia", "¿quién responde por este libro?")
    b.dudar("id", "revise el id, el título y la ruta del libro desde la carpeta de este archivo.")
    for campo in (c for c in EXIGIDOS_DEL_PLAN if c not in b.campos):
        b.dudar(campo, f"no se halló la columna de {campo}; escriba su título y quite el #.")
    lineas = [
        "# Borrador hecho por «rendicion fuentes proponer». Revise cada línea marcada DUDA antes de usarlo.",
        *_dudas(b, "id"),
        f"id = {_texto(_id(b.archivo))}",
        f"titulo = {_texto(f'Matriz de seguimiento {b.anio or str()}'.strip())}",
        'tipo = "matriz"',
        f"lugar = {_texto(PurePath(b.archivo).name)}",
        *_dudas(b, "dependencia"),
        'dependencia = "ESCRIBA LA DEPENDENCIA"',
        "",
        "[columnas]",
        *_dudas(b, "codigo", "numeracion"),
        f"actividad_id = {_texto(b.campos.get('actividad' if b.por_orden else 'codigo', 'ESCRIBA LA COLUMNA'))}",
        *([*_dudas(b, "url"), f"url = {_texto(b.campos['url'])}"] if "url" in b.campos else []),
        *([f"# No se declaran, y por eso no salen del archivo: {', '.join(' '.join(t.split()) for t in b.ajenas)}"] if b.ajenas else []),
        "",
        *_opciones(b),
        *_plan(b),
        *_tablas(b),
        *_periodos(b),
    ]
    return "\n".join(lineas) + "\n"


def _opciones(b: Borrador) -> list[str]:
    return [
        "[opciones]",
        *_dudas(b, "hojas"),
        f"hojas = {_lista(b.hojas)}",
        *([*_dudas(b, "excluir_hojas"), f"excluir_hojas = {_lista(b.excluir)}"] if b.excluir else []),
        f"niveles = {b.niveles}",
        *(['numeracion = "orden"'] if b.por_orden else []),
        *([*_dudas(b, "rellenar"), 'rellenar = ["subcomponente"]'] if b.rellenar else []),
        *([*_dudas(b, "ceros"), f"ceros = {_lista(b.ceros)}"] if b.ceros else []),
        *([*_dudas(b, "porcentaje_en_texto"), 'porcentaje_en_texto = "fraccion"'] if b.porcentaje_en_texto else []),
        *([*_dudas(b, "escala"), 'escala = "puntos"'] if b.en_puntos else []),
        *([*_dudas(b, "redondear"), "# redondear = true"] if "redondear" in b.por_clave else []),
        "",
    ]


def _plan(b: Borrador) -> list[str]:
    lineas = ["[opciones.plan]"]
    for campo in CAMPOS_DEL_PLAN:
        if campo in b.campos or campo in EXIGIDOS_DEL_PLAN:
            marca = "" if campo in b.campos else "# "
            lineas += [*_dudas(b, campo), f"{marca}{campo} = {_texto(b.campos.get(campo, ''))}"]
    return [*lineas, ""]


def _tablas(b: Borrador) -> list[str]:
    lineas = []
    if b.agregacion:
        lineas += ["[opciones.agregacion]", *_dudas(b, "agregacion")]
        lineas += [f"{'' if v else '# '}{_texto(k)} = {_texto(v or 'suma')}" for k, v in b.agregacion] + [""]
    if b.unidades:
        lineas += ["[opciones.unidades]", *_dudas(b, "unidades"), *(f"{_texto(u)} = {_texto(u)}" for u in b.unidades), ""]
    return [*lineas, "[opciones.dependencias]", *_dudas(b, "dependencias"), *(f"{_texto(h)} = {_texto(h.strip() or h)}" for h in b.hojas), ""]


def _periodos(b: Borrador) -> list[str]:
    lineas = _dudas(b, "periodos")
    for nombre, fecha, columnas in b.periodos:
        lineas += ["[[opciones.periodos]]", f"nombre = {_texto(nombre)}", _fecha(fecha)]
        lineas += [f"{c} = {_texto(columnas[c])}" for c in ("programado", "ejecutado", "porcentaje") if c in columnas]
        lineas.append("")
    lineas += _dudas(b, "porcentajes")
    for columna, fecha in b.porcentajes:
        lineas += ["[[opciones.porcentajes]]", f"columna = {_texto(columna)}", _fecha(fecha), 'mide = "avance"', ""]
    lineas += _dudas(b, "totales")
    for patron, nivel in b.totales:
        lineas += ["[[opciones.totales]]", f"patron = {_texto(patron)}", f"nivel = {_texto(nivel)}", ""]
    return lineas


def _fecha(fecha: date | None) -> str:
    return f"fecha = {fecha.isoformat()}" if fecha else "# fecha = AAAA-MM-DD"


def _dudas(b: Borrador, *claves: str) -> list[str]:
    return [f"# DUDA: {' '.join(d.split())}" for c in claves for d in b.por_clave.get(c, ())]


def _texto(valor: str) -> str:
    """Escribe un texto de TOML; las comillas y los saltos de JSON son también los de TOML."""
    return json.dumps(valor, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lista(valores: list[str]) -> str:
    return f"[{', '.join(_texto(v) for v in valores)}]"


def _id(archivo: str) -> str:
    sin_tildes = "".join(c for c in unicodedata.normalize("NFKD", PurePath(archivo).stem.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", sin_tildes).strip("-") or "matriz"
