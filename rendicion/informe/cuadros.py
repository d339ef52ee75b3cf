"""Una tabla para mostrar: sus títulos y sus celdas ya escritas."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup, escape

from rendicion.informe.formato import SIN_DATO, enlace_seguro, limpio
from rendicion.informe.palabras import Estado

_NUM = ' class="num"'


@dataclass(frozen=True)
class Celda:
    """Es una celda; `literal` avisa que el texto es de otro y se muestra como lo escribió."""

    texto: str
    clase: str = ""
    href: str | None = None
    externo: bool = False
    estado: Estado | None = None
    literal: bool = False


@dataclass(frozen=True)
class Cuadro:
    """Es una tabla con su título; la primera celda de cada fila le da nombre.

    `ancha` dice que en una pantalla estrecha necesita un recuadro propio para desplazarse. El recuadro es un grupo y no una
    región: con decenas de tablas, tantas regiones estorban a quien recorre la página con un lector de pantalla.
    """

    id: str
    titulo: str
    columnas: tuple[str, ...]
    filas: tuple[tuple[Celda, ...], ...]
    numericas: frozenset[int] = field(default_factory=frozenset)
    ancha: bool = True
    nota: str | None = None


def num(texto: str) -> Celda:
    """Hace una celda de cifra, alineada a la derecha; «sin dato» queda atenuado."""
    return Celda(texto, clase="num vacio" if texto == SIN_DATO else "num")


def ajeno(texto: str | None, largo: int = 240) -> Celda:
    """Hace una celda con un texto que escribió otro, limpio y recortado."""
    return Celda(SIN_DATO, clase="vacio") if not texto else Celda(limpio(texto, largo), literal=True)


def insignia(estado: Estado) -> Celda:
    """Hace una celda con un estado: palabra, símbolo y color."""
    return Celda(estado.palabra, estado=estado)


def enlace(url: str | None, texto: str) -> Celda:
    """Hace una celda con un enlace externo; sin dirección segura dice «sin enlace»."""
    segura = enlace_seguro(url)
    return Celda("sin enlace", clase="vacio") if segura is None else Celda(texto, href=segura, externo=True)


def recortadas(total: int, mostradas: int, archivo: str) -> str | None:
    """Dice cuántas filas quedan fuera del cuadro y dónde están todas; nada si caben."""
    if total <= mostradas:
        return None
    return f"Aquí se muestran {mostradas} de {total}. Todas están en {archivo}."


def escribir(t: Cuadro, sintetica: bool) -> Markup:
    """Escribe la tabla en HTML; aquí y no en la plantilla, porque son miles de celdas y así tarda la quinta parte."""
    marca = ' <span class="marca">DATOS SINTÉTICOS</span>' if sintetica else ""
    titulos = "".join(f'<th scope="col"{_NUM if i in t.numericas else ""}>{escape(c)}</th>' for i, c in enumerate(t.columnas))
    filas = "\n".join(f"<tr>{''.join(_celda(c, primera=i == 0) for i, c in enumerate(fila))}</tr>" for fila in t.filas)
    tabla = (
        f'<table>\n<caption id="{escape(t.id)}"><span class="titulo">{escape(t.titulo)}{marca}</span></caption>\n'
        f"<thead><tr>{titulos}</tr></thead>\n<tbody>\n{filas}\n</tbody>\n</table>"
    )
    if t.ancha:
        tabla = f'<div class="rueda" role="group" tabindex="0" aria-labelledby="{escape(t.id)}">\n{tabla}\n</div>'
    nota = f'\n<p class="nota">{escape(t.nota)}</p>' if t.nota else ""
    return Markup(f"{tabla}{nota}\n")  # noqa: S704 -- cada texto de dentro va escapado


def _celda(c: Celda, *, primera: bool) -> str:
    dentro = _contenido(c)
    if primera:
        return f'<th scope="row">{dentro}</th>'
    return f'<td class="{escape(c.clase)}">{dentro}</td>' if c.clase else f"<td>{dentro}</td>"


def _contenido(c: Celda) -> str:
    if c.estado:
        return f'<b class="insignia {escape(c.estado.clase)}"><i aria-hidden="true">{escape(c.estado.simbolo)}</i> {escape(c.estado.palabra)}</b>'
    if c.href:
        clase = "amplio literal" if c.literal else "amplio"
        fuera = ' rel="noopener nofollow"' if c.externo else ""
        return f'<a class="{clase}" href="{escape(c.href)}"{fuera}>{escape(c.texto)}</a>'
    return f"<bdi>{escape(c.texto)}</bdi>" if c.literal else str(escape(c.texto))
