"""Los flujos de Prefect: solo conectan los verbos; nada del dominio vive aquí."""
