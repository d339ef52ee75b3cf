"""De una ciudad a todo el país: las mismas reglas y las mismas cifras, partición por partición (entidad × vigencia)."""
