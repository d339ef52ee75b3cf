"""Los lugares donde una entrega queda a la vista: una carpeta, o un portal CKAN."""
