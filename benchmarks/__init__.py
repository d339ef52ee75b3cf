"""Bancos de prueba: cada cifra al lado de una línea de base con nombre, medida en la misma corrida."""
