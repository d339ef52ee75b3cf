"""Las tablas de las páginas: cada texto va escapado, venga de donde venga, y cada celda dice lo que es."""

from __future__ import annotations

import pytest

from rendicion.informe.cuadros import Celda, Cuadro, ajeno, enlace, escribir, insignia, num
from rendicion.informe.palabras import Estado
from tests.unidad.lector_informe import leer

MALO = '<b onclick="x">&'


@pytest.mark.parametrize(
    "celda",
    [
        Celda(MALO), Celda(MALO, literal=True), Celda(MALO, href="x.html"), Celda("y", href='"><b>'), Celda(MALO, clase='"><b>'), ajeno(MALO), num(MALO),
        insignia(Estado(MALO, MALO, '"><b>', "")), enlace("https://ejemplo.invalid/a", MALO),
    ],
)  # fmt: skip
def test_ningun_texto_de_una_celda_se_vuelve_etiqueta(celda: Celda) -> None:
    html = escribir(Cuadro(id="t", titulo=MALO, columnas=(MALO, MALO), filas=((celda, celda),), nota=MALO), sintetica=False)
    raiz, errores = leer(html)
    assert errores == []
    assert not [n for n in raiz.todos("b") if not n.clases() >= {"insignia"}]
    assert not [a for n in raiz.todos() for a in n.atributos if a.startswith("on")]
    assert raiz.todos("caption")[0].texto == MALO


def test_la_tabla_marca_lo_sintetico_en_su_titulo_y_nombra_sus_filas() -> None:
    raiz = leer(escribir(Cuadro(id="t", titulo="Título", columnas=("A", "B"), filas=((Celda("f"), num("sin dato")),), numericas=frozenset({1})), sintetica=True))[0]
    assert raiz.todos("caption")[0].texto == "Título DATOS SINTÉTICOS"
    assert [th.atributos.get("scope") for th in raiz.todos("th")] == ["col", "col", "row"]
    assert raiz.todos("td")[0].clases() == {"num", "vacio"}
    assert raiz.todos("div")[0].atributos["aria-labelledby"] == raiz.todos("caption")[0].atributos["id"]
