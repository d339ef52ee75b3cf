"""Leer el plan de una entidad: de su documento a actividades, con un hallazgo por cada cosa que no cuadra."""
