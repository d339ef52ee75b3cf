"""Los avisos: a cada responsable, lo que vence, lo que va tarde y lo que debe corregir; una sola vez cada cosa."""

from __future__ import annotations

from rendicion.avisos.envio import Resumen, enviar, preparar_avisos

__all__ = ["Resumen", "enviar", "preparar_avisos"]
