"""Los estados, zonas y motivos dichos con palabra, símbolo y color."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Estado:
    """Dice una situación con palabra, símbolo y color (`clase`), y la explica en una frase."""

    palabra: str
    simbolo: str
    clase: str
    explicacion: str


ESTADOS = {
    "cumplida": Estado("Cumplida", "✓", "bien", "Lo hecho alcanza o supera la meta."),
    "vencida": Estado("Vencida", "✕", "mal", "Se acabó el plazo y la meta no se alcanzó."),
    "atrasada": Estado("Atrasada", "!", "alerta", "Lleva menos del 80\u00a0% de lo que debía llevar a la fecha."),
    "en_ejecucion": Estado("En ejecución", "→", "curso", "Avanza según lo programado y aún tiene plazo."),
    "no_iniciada": Estado("Sin empezar", "○", "neutro", "Todavía no le tocaba empezar."),
    "sin_meta": Estado("Sin meta", "–", "neutro", "El plan no dice una cantidad, así que no se puede medir."),
}
TARDE = frozenset({"vencida", "atrasada"})

ZONAS = {
    "alta": Estado("Zona alta", "✓", "bien", "El cumplimiento es de 80\u00a0% o más."),
    "media": Estado("Zona media", "!", "alerta", "El cumplimiento está entre 60\u00a0% y 80\u00a0%."),
    "baja": Estado("Zona baja", "✕", "mal", "El cumplimiento es menor que 60\u00a0%."),
    "sin_programar": Estado("Sin programar", "–", "neutro", "Nada estaba programado todavía."),
}

COMPROMISOS = {
    "cumplido": Estado("Cumplido", "✓", "bien", "Se cumplió dentro del plazo."),
    "cumplido_tarde": Estado("Cumplido tarde", "✓", "alerta", "Se cumplió después del plazo."),
    "vencido": Estado("Vencido", "✕", "mal", "El plazo pasó sin cumplirse."),
    "pendiente": Estado("Pendiente", "→", "curso", "Aún tiene plazo."),
    "sin_plazo": Estado("Sin plazo", "–", "neutro", "Nadie le puso fecha."),
}

CRONOGRAMA = {
    "cumplido": Estado("Cumplido", "✓", "bien", "Se hizo."),
    "vencido": Estado("Vencido", "✕", "mal", "La fecha pasó sin resultado."),
    "vence_pronto": Estado("Vence pronto", "!", "alerta", "La fecha está cerca."),
    "pendiente": Estado("Pendiente", "→", "curso", "La fecha no ha llegado."),
}

REGLAS = {
    "cumple": Estado("Cumple", "✓", "bien", "Se revisó y no hay faltas."),
    "no_cumple": Estado("No cumple", "✕", "mal", "Se revisó y hay faltas."),
    "no_corrio": Estado("No se pudo revisar", "?", "alerta", "La regla no corrió: no se sabe si se cumple."),
    "sin_filas": Estado("Sin filas que revisar", "–", "neutro", "No había nada que revisar."),
}

SEVERIDADES = {
    "bloquea": "Con una falta no se publica nada.",
    "rechaza": "El registro con la falta no entra.",
    "avisa": "El registro entra y la falta queda anotada.",
}

MOTIVOS = {
    "fuera_de_ventana": ("fuera de las fechas de la actividad", "fuera de las fechas de la actividad"),
    "posterior_al_corte": ("posterior al corte", "posteriores al corte"),
    "duplicado": ("repetido", "repetidos"),
}

GRAVEDADES = {
    "grave": Estado("Grave", "✕", "mal", "Cambia lo que se puede medir."),
    "advertencia": Estado("Advertencia", "!", "alerta", "Puede cambiar cómo se entiende una cifra."),
    "informativa": Estado("Informativa", "i", "neutro", "Se anota para que conste."),
}

PROGRAMACION = {
    "hitos": "Por fechas: la meta se reparte por igual entre las fechas que trae el plan.",
    "lineal": "Por días: la meta se reparte por igual entre los días del plazo.",
    "al_final": "Al final: toda la meta se espera el último día del plazo.",
}

SIGLAS = {
    "CSV": "tabla de texto que abre cualquier hoja de cálculo",
    "SHA-256": "huella digital de un archivo",
}


class Siglas:
    """Explica cada sigla la primera vez que sale en una página."""

    def __init__(self) -> None:
        self._dichas: set[str] = set()

    def __call__(self, sigla: str) -> Markup:
        """Devuelve la sigla; la primera vez, con lo que quiere decir entre paréntesis."""
        marcada = Markup('<abbr title="{}">{}</abbr>').format(SIGLAS[sigla], sigla)
        if sigla in self._dichas:
            return marcada
        self._dichas.add(sigla)
        return marcada + f" ({SIGLAS[sigla]})"
