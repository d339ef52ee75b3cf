"""El dominio de la rendición de cuentas y sus puertas al mundo."""

__version__ = "0.1.0"
