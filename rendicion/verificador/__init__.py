"""El verificador independiente: el archivo que viaja, tal cual, dentro de cada entrega."""
