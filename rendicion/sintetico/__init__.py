"""Genera archivos de ejemplo, desordenados a propósito, desde una receta con semilla.

Los mismos datos de entrada dan los mismos bytes: no se usa el reloj, ni el azar del
sistema, ni la versión de ninguna biblioteca que comprima o escriba hojas de cálculo.
"""
