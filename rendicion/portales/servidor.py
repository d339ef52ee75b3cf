"""Sirve el portal de carpeta en la propia máquina, solo para leer."""

from __future__ import annotations

import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rendicion.errores import ErrorUso


class _Manejador(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".parquet": "application/vnd.apache.parquet",
        ".jsonld": "application/ld+json",
        ".ics": "text/calendar",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".csv": "text/csv; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".json": "application/json; charset=utf-8",
        ".atom": "application/atom+xml; charset=utf-8",
        ".bib": "application/x-bibtex; charset=utf-8",
        ".cff": "text/yaml; charset=utf-8",
    }

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """No hace listas de archivos: una carpeta sin página no se muestra."""
        del path
        self.send_error(404, "No hay una pagina en esa direccion")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- así se llama en la clase base
        """Calla los accesos: en la pantalla solo quedan los avisos propios."""


def crear_servidor(carpeta: Path, puerto: int) -> ThreadingHTTPServer:
    """Prepara el servidor, solo en la dirección local; puerto 0 elige uno libre."""
    if not carpeta.is_dir():
        raise ErrorUso("Todavía no hay nada publicado en esa salida.", hacer="Corra primero: rendicion correr.")
    try:
        return ThreadingHTTPServer(("127.0.0.1", puerto), partial(_Manejador, directory=str(carpeta)))
    except OSError as error:
        raise ErrorUso(f"El puerto {puerto} está ocupado.", hacer="Elija otro con --puerto.") from error


def servir(carpeta: Path, puerto: int) -> None:
    """Sirve el portal hasta que alguien lo detenga con Ctrl+C."""
    with crear_servidor(carpeta, puerto) as servidor:
        print(f"Portal en http://127.0.0.1:{servidor.server_address[1]}/ (Ctrl+C para terminar)", flush=True)
        try:
            servidor.serve_forever()
        except KeyboardInterrupt:
            print("Portal detenido.")
