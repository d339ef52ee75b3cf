"""Operar todos los días: desplegar, vigilar lo publicado, retener, rehacer el registro y saber qué corte toca."""
