"""Los vocabularios controlados de la Unión Europea que piden DCAT-AP 3 y los portales que lo publican."""

from __future__ import annotations

UE = "http://publications.europa.eu/resource/authority"
PUBLICO = f"{UE}/access-right/PUBLIC"
DISPONIBLE = f"{UE}/planned-availability/AVAILABLE"
GOBIERNO = f"{UE}/data-theme/GOVE"
_FRECUENCIAS = {
    "R/P1Y": ("ANNUAL", "Cada año"),
    "R/P6M": ("ANNUAL_2", "Cada seis meses"),
    "R/P4M": ("ANNUAL_3", "Cada cuatro meses"),
    "R/P3M": ("QUARTERLY", "Cada tres meses"),
    "R/P2M": ("BIMONTHLY", "Cada dos meses"),
    "R/P1M": ("MONTHLY", "Cada mes"),
    "R/P1W": ("WEEKLY", "Cada semana"),
    "R/P1D": ("DAILY", "Cada día"),
}
_IDIOMAS = {"es": "SPA", "en": "ENG"}


def frecuencia(duracion: str) -> str:
    """Devuelve la dirección de una frecuencia, de su duración ISO 8601; vacío si no está en el vocabulario."""
    return f"{UE}/frequency/{_FRECUENCIAS[duracion][0]}" if duracion in _FRECUENCIAS else ""


def frecuencia_en_palabras(duracion: str) -> str:
    """Dice una duración ISO 8601 en español; si no es de las usuales, la deja como está."""
    return f"{_FRECUENCIAS[duracion][1]} ({duracion})" if duracion in _FRECUENCIAS else duracion


def idioma(codigo: str) -> str:
    """Devuelve la dirección de una lengua, de su código de dos letras; si no está aquí, el código."""
    return f"{UE}/language/{_IDIOMAS[codigo]}" if codigo in _IDIOMAS else codigo
