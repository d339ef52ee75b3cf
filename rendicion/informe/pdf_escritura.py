"""De HTML a PDF accesible (PDF/UA-1), con WeasyPrint, que es un extra: solo se carga si se pide un PDF."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rendicion.errores import ErrorUso

VARIANTE = "pdf/ua-1"


def escribir_pdf(html: str, identificador: str) -> bytes:
    """Convierte un documento HTML completo en un PDF etiquetado; no lee nada de la red ni del disco.

    `identificador` fija la identidad del archivo. `ErrorUso` si WeasyPrint o las librerías del sistema que usa no están.
    """
    weasyprint = _cargar()
    nada_de_fuera = import_module("weasyprint.urls").URLFetcher(allowed_protocols=())
    documento = weasyprint.HTML(string=html, url_fetcher=nada_de_fuera)
    pdf: bytes = documento.write_pdf(pdf_variant=VARIANTE, pdf_identifier=identificador.encode(), full_fonts=False)
    return pdf


def _cargar() -> Any:
    try:
        return import_module("weasyprint")
    except ImportError:
        raise ErrorUso("Para hacer el PDF falta WeasyPrint.", hacer='Instálelo con: pip install "rendicion[pdf]".') from None
    except OSError as error:
        falta = str(error).split("\n")[0][:200]
        raise ErrorUso(
            f"WeasyPrint está, pero no encuentra las librerías del sistema con que dibuja el texto ({falta}).",
            hacer="Instale Pango. En Debian o Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. En Mac: brew install pango.",
        ) from None
