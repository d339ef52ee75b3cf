"""Lo dudoso que se ve al leer el plan completo: textos cortados, términos raros, metas que no cuadran entre sí."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from rendicion.hallazgos import Hallazgo
from rendicion.plan import Actividad, Plan
from rendicion.planes.cuadro import hallazgo
from rendicion.planes.texto import clave, plegar
from rendicion.planes.vocabulario import Coherencia, Termino, Vocabulario

_PARECIDO = 0.92
_REPETIDA = re.compile(r"\b([^\W\d_]{4,})[\s,]+\1\b")


def buscar_dudas(plan: Plan, vocabulario: Vocabulario) -> list[Hallazgo]:
    """Busca en cada actividad, y entre ellas, lo que una persona debería mirar; no cambia nada del plan."""
    dudas: list[Hallazgo] = []
    for actividad in plan.actividades:
        dudas += _palabra_repetida(actividad)
        dudas += _texto_cortado(actividad, vocabulario)
        dudas += _terminos(actividad, vocabulario)
        dudas += _periodicidad(actividad, vocabulario)
    dudas += _actividades_repetidas(plan)
    dudas += _coherencias(plan, vocabulario)
    dudas += _dependencias_parecidas(plan, vocabulario)
    return dudas


def _textos(actividad: Actividad) -> dict[str, tuple[str, str]]:
    """Da, por columna del documento, el campo de la tabla y el texto literal."""
    return {
        "subcomponente": ("subcomponente", actividad.subcomponente),
        "actividad": ("actividad", actividad.texto),
        "meta": ("meta_texto", actividad.meta_texto or ""),
        "responsable": ("responsables", actividad.responsable_texto or ""),
        "fecha": ("fecha_texto", actividad.fecha_texto or ""),
    }


def _palabra_repetida(actividad: Actividad) -> Iterator[Hallazgo]:
    for columna, (campo, texto) in _textos(actividad).items():
        hallada = _REPETIDA.search(plegar(texto))
        if hallada and columna != "subcomponente":
            repetida = texto[hallada.start() : hallada.end()]
            explicacion = f"Actividad {actividad.id}: el texto repite una palabra («{repetida}»); puede faltar o sobrar algo. Se dejó como está."
            yield hallazgo(actividad.id, campo, "palabra_repetida", "advertencia", explicacion, literal=texto, valor=repetida)


def _texto_cortado(actividad: Actividad, vocabulario: Vocabulario) -> Iterator[Hallazgo]:
    texto = actividad.texto
    palabras = clave(texto).split()
    if palabras and palabras[-1] in vocabulario.palabras_finales and not texto.rstrip().endswith((".", ")", "»", '"', "”")):
        explicacion = f"Actividad {actividad.id}: el texto está cortado, termina en «{palabras[-1]}». Se dejó como está."
        yield hallazgo(actividad.id, "actividad", "actividad_truncada", "advertencia", explicacion, literal=texto)


def _terminos(actividad: Actividad, vocabulario: Vocabulario) -> Iterator[Hallazgo]:
    for termino in vocabulario.terminos:
        campo, texto = _textos(actividad)[termino.campo]
        hallado = termino.patron.search(plegar(texto))
        if hallado:
            yield _termino(actividad, termino, campo, texto, texto[hallado.start() : hallado.end()])


def _termino(actividad: Actividad, termino: Termino, campo: str, texto: str, dicho: str) -> Hallazgo:
    explicacion = f"Actividad {actividad.id}: dice «{dicho}» y tal vez quiso decir «{termino.esperado}». {termino.explicacion} Se dejó como está."
    return hallazgo(actividad.id, campo, termino.regla, termino.gravedad, explicacion, literal=texto, valor=termino.esperado)


def _periodicidad(actividad: Actividad, vocabulario: Vocabulario) -> Iterator[Hallazgo]:
    for campo, texto in (("actividad", actividad.texto), ("meta_texto", actividad.meta_texto or "")):
        for palabra in dict.fromkeys(clave(texto).split()):
            veces = vocabulario.periodicidades.get(palabra)
            if veces and actividad.meta is not None and actividad.meta != veces and not (actividad.unidad or "").startswith("%"):
                explicacion = f"Actividad {actividad.id}: dice «{palabra}», que son {veces} en el año, y la meta es {actividad.meta:f}. Se dejó la meta."
                yield hallazgo(
                    actividad.id,
                    campo,
                    "periodicidad_distinta_de_la_meta",
                    "advertencia",
                    explicacion,
                    literal=texto,
                    valor=f"{actividad.meta:f}",
                )


def _actividades_repetidas(plan: Plan) -> Iterator[Hallazgo]:
    vistas: dict[tuple[str, str], str] = {}
    for a in plan.actividades:
        previa = vistas.setdefault((clave(a.texto), clave(a.meta_texto or "")), a.id)
        if previa != a.id:
            explicacion = f"Actividad {a.id}: tiene el mismo texto y la misma meta que la {previa}; puede estar dos veces. Se dejaron las dos."
            yield hallazgo(a.id, "actividad", "actividad_repetida", "grave", explicacion, literal=a.texto, valor=previa)


def _coherencias(plan: Plan, vocabulario: Vocabulario) -> Iterator[Hallazgo]:
    for relacion in vocabulario.coherencias:
        unas = [a for a in plan.actividades if relacion.actividad.search(plegar(a.texto))]
        otras = [a for a in plan.actividades if relacion.contra.search(plegar(a.texto))]
        for a in unas:
            for b in otras:
                if a.id != b.id and not _cuadran(a, b, relacion):
                    yield _no_cuadra(a, b, relacion)


def _cuadran(a: Actividad, b: Actividad, relacion: Coherencia) -> bool:
    if a.meta is None or b.meta is None:
        return True
    return a.meta % b.meta == 0 if relacion.relacion == "multiplo" else a.meta == b.meta


def _no_cuadra(a: Actividad, b: Actividad, relacion: Coherencia) -> Hallazgo:
    explicacion = (
        f"Actividad {a.id}: su meta («{a.meta_texto}») no cuadra con la de la actividad {b.id} («{b.meta_texto}»). {relacion.explicacion} Se dejaron las dos."
    )
    return hallazgo(a.id, "meta", relacion.regla, relacion.gravedad, explicacion, literal=a.meta_texto, valor=f"{a.meta:f}")


def _dependencias_parecidas(plan: Plan, vocabulario: Vocabulario) -> Iterator[Hallazgo]:
    primera: dict[str, str] = {}
    for actividad in plan.actividades:
        for nombre in actividad.responsables:
            primera.setdefault(nombre, actividad.id)
    propias = {nombre: _propias(nombre, vocabulario) for nombre in primera}
    for uno, otro in combinations(primera, 2):
        if _parecidas(propias[uno], propias[otro]):
            explicacion = (
                f"Actividad {primera[otro]}: nombra a «{otro}» y la actividad {primera[uno]} a «{uno}»; puede ser la misma dependencia. Se dejaron como dos."
            )
            yield hallazgo(
                primera[otro],
                "responsables",
                "dependencias_parecidas",
                "informativa",
                explicacion,
                literal=otro,
                valor=uno,
            )


def _parecidas(uno: str, otro: str) -> bool:
    """Compara dos nombres sin sus palabras genéricas; «Comuna 1» y «Comuna 2» se parecen y no son la misma."""
    if uno == otro:
        return True
    if re.findall(r"\d+", uno) != re.findall(r"\d+", otro):
        return False
    comparador = SequenceMatcher(None, uno, otro)
    return comparador.quick_ratio() >= _PARECIDO and comparador.ratio() >= _PARECIDO


def _propias(nombre: str, vocabulario: Vocabulario) -> str:
    """Quita las palabras genéricas («Oficina de»); si no queda nada, deja el nombre entero."""
    palabras = clave(nombre).split()
    return " ".join(p for p in palabras if p not in vocabulario.genericas_dependencia) or " ".join(palabras)
