"""Lo único que lee y escribe en disco los datos: referencia, capturas, registro y entregas."""
