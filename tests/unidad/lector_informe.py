"""Lee una página como la leería una prueba: etiquetas, textos propios y textos ajenos."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

SIN_CIERRE = frozenset({"meta", "link", "img", "br", "hr", "input"})
AJENAS = frozenset({"literal", "formula", "marca", "firma"})
BLOQUES = frozenset({"p", "li", "dd", "dt", "figcaption", "summary", "caption", "title", "desc", "th", "td", "h1", "h2", "h3", "h4", "h5"})


@dataclass
class Nodo:
    """Es un elemento de la página con lo que tiene dentro."""

    etiqueta: str
    atributos: dict[str, str]
    hijos: list[Nodo | str] = field(default_factory=list)

    def todos(self, *etiquetas: str) -> list[Nodo]:
        """Devuelve los elementos de dentro que llevan alguna de esas etiquetas; sin etiquetas, todos."""
        salida: list[Nodo] = []
        for h in self.hijos:
            if isinstance(h, Nodo):
                if not etiquetas or h.etiqueta in etiquetas:
                    salida.append(h)
                salida += h.todos(*etiquetas)
        return salida

    @property
    def texto(self) -> str:
        """Devuelve todo el texto de dentro."""
        return "".join(h if isinstance(h, str) else h.texto for h in self.hijos)

    @property
    def propio(self) -> str:
        """Devuelve el texto escrito por la página: lo ajeno y las fórmulas valen una palabra, los bloques de dentro no entran."""
        return "".join(h if isinstance(h, str) else _propio(h) for h in self.hijos)

    def clases(self) -> frozenset[str]:
        """Devuelve sus clases."""
        return frozenset(self.atributos.get("class", "").split())


def _propio(nodo: Nodo) -> str:
    if nodo.clases() & {"marca", "firma", "formula"}:
        return " "
    if nodo.clases() & AJENAS or nodo.etiqueta in {"code", "bdi"}:
        return "ajeno"
    if nodo.etiqueta in BLOQUES | {"ul", "ol", "dl", "table", "svg"}:
        return " "
    return nodo.propio


class Lector(HTMLParser):
    """Arma el árbol de la página y anota las etiquetas que no cierran en orden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.raiz = Nodo("raiz", {})
        self.pila = [self.raiz]
        self.errores: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        nodo = Nodo(tag, {k: v or "" for k, v in attrs})
        self.pila[-1].hijos.append(nodo)
        if tag not in SIN_CIERRE:
            self.pila.append(nodo)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pila[-1].hijos.append(Nodo(tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.pila[-1].etiqueta == tag:
            self.pila.pop()
        else:
            self.errores.append(f"se cierra {tag} dentro de {self.pila[-1].etiqueta}")

    def handle_data(self, data: str) -> None:
        self.pila[-1].hijos.append(data)


def leer(html: str) -> tuple[Nodo, list[str]]:
    """Devuelve el árbol de la página y sus errores de cierre."""
    lector = Lector()
    lector.feed(html)
    lector.close()
    errores = lector.errores + [f"no se cierra {n.etiqueta}" for n in lector.pila[1:]]
    return lector.raiz, errores


def frases(raiz: Nodo) -> list[str]:
    """Devuelve las frases que escribió la página, sin los textos ajenos."""
    bloques = [n for n in raiz.todos(*BLOQUES) if not n.clases() & {"literal"}]
    textos = (re.sub(r"\s+", " ", b.propio).strip() for b in bloques)
    return [f for t in textos for f in re.split(r"(?<=[.!?])\s", t) if f]


def palabras(frase: str) -> int:
    """Cuenta las palabras de una frase."""
    return len(re.findall(r"[\wáéíóúñü.,-]*\w", frase))
