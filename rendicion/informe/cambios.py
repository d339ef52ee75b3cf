"""Cómo se nombra y se muestra cada dato que cambió, en la página de la entrega y en las del portal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from rendicion.correcciones import DEL_CICLO, FILA, no_repite, partes_de
from rendicion.informe.cuadros import Celda, ajeno
from rendicion.informe.filas import Fila, letra, texto
from rendicion.informe.formato import fecha_corta, limpio
from rendicion.retiros import ARCHIVO

# Del plan al total y de ahí a lo menor; lo que sale de otras tablas va al final.
_ORDEN = (
    "plan", "indicadores_total", "indicadores_subcomponente", "indicadores_actividad", "compromisos", "avances", "dialogo", "encuestas", "autodiagnostico",
    "indicadores_dependencia", "cronograma",
)  # fmt: skip
_DE_A = 5


def orden(f: Fila) -> tuple[int, int]:
    """Ordena los cambios por lo que pesan; dentro de cada tabla, primero los porcentajes y el estado."""
    tabla, campo = letra(f, "tabla"), letra(f, "campo")
    return (-1, 0) if tabla == ARCHIVO else (_ORDEN.index(tabla), 0 if campo.endswith("_pct") or campo == "estado" else 1)


def de_a_pocos(filas: Sequence[Fila], caben: int) -> list[Fila]:
    """Escoge las que caben, en su orden: las primeras de cada tabla, después las que les siguen, y así."""
    van: Counter[str] = Counter()
    vueltas = []
    for n, f in enumerate(filas):
        tabla = letra(f, "tabla")
        vueltas.append((van[tabla] // _DE_A, n))
        van[tabla] += 1
    return [filas[n] for n in sorted(n for _, n in sorted(vueltas)[:caben])]


def dato(f: Fila) -> str:
    """Dice de qué es el cambio, con el nombre de su tabla y las partes de su clave que la distinguen."""
    tabla, clave = letra(f, "tabla"), letra(f, "clave")
    if tabla in DEL_CICLO:
        return limpio(_del_ciclo(tabla, *partes_de(clave)), 160)
    partes = clave.split("|")
    if tabla == ARCHIVO:
        return limpio(f"Archivo retirado, {partes[0]}", 160)
    if tabla == "avances":
        return limpio(f"Registro {partes[0]}", 120)
    if tabla == "plan":
        return limpio(f"Plan, actividad {partes[-1]}", 120)
    corte, *cual = partes[2:]
    nivel = tabla.removeprefix("indicadores_")
    quien = "Total del plan" if nivel == "total" else f"{nivel.capitalize()} {' '.join(cual)}"
    return limpio(f"{quien}, corte {fecha_corta(date.fromisoformat(corte))}", 160)


def _del_ciclo(tabla: str, primera: str, *otras: str) -> str:
    if tabla == "cronograma":
        hito, dia = otras
        de = "" if primera == "corte" else f"actividad {primera}, "
        return f"Cronograma, {de}{hito}, {fecha_corta(date.fromisoformat(dia))}"
    if tabla == "encuestas":
        return f"Encuesta, {primera}: {', '.join(otras)}"
    if tabla == "autodiagnostico":
        return f"Autodiagnóstico, {', '.join(otras)}"
    return f"{'Compromiso' if tabla == 'compromisos' else 'Pregunta'} {primera}"


def antes(f: Fila, largo: int) -> Celda:
    """Hace la celda de lo que decía: lo que no se repite se dice así, para que no parezca que no había nada."""
    if no_repite(letra(f, "tabla"), letra(f, "campo")):
        return Celda("no se repite", clase="vacio")
    return _valor(f, "antes", largo, "no estaba")


def ahora(f: Fila, largo: int) -> Celda:
    """Hace la celda de lo que dice hoy."""
    return _valor(f, "despues", largo, "se quitó")


def _valor(f: Fila, lado: str, largo: int, sin_fila: str) -> Celda:
    valor, entera = texto(f, lado), f["campo"] == FILA
    if valor is None:
        return Celda(sin_fila if entera else "sin dato", clase="vacio")
    return ajeno("la fila completa, en correcciones.csv" if entera else valor, largo)
