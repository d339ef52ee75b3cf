"""El ciclo de la rendición de cuentas más allá del conteo: cronograma, compromisos, diálogo, encuestas, autodiagnóstico y seguimiento."""
