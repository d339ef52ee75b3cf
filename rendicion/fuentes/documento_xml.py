"""Lee XML ajeno sin riesgo: sin DTD, sin entidades, sin red."""

from __future__ import annotations

import io
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers.expat import ExpatError

from rendicion.errores import ErrorFuente
from rendicion.fuentes.libro import DtdPresenteError, recorrer_xml


def es_html(bruto: bytes) -> bool:
    """Dice si los bytes son una página web, como la de ingreso de un sistema."""
    inicio = bruto[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return inicio.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def raiz_xml(bruto: bytes, donde: str) -> Element:
    """Devuelve la raíz del documento; lanza ErrorFuente si está vacío, es HTML, trae entidades o está cortado."""
    if not bruto.strip():
        raise ErrorFuente("El archivo está vacío.", donde=donde, hacer="Expórtelo de nuevo.")
    if es_html(bruto):
        raise pagina_web(donde, "XML")
    try:
        recorrer_xml(io.BytesIO(bruto))
        return fromstring(bruto)  # noqa: S314 -- ya se recorrió entero y no trae DTD ni entidades
    except DtdPresenteError:
        raise ErrorFuente(
            "El XML declara entidades o una DTD: así se ataca a un lector, y una exportación sana no las trae.",
            donde=donde,
            hacer="No lo use; avise a quien lo envió y exporte de nuevo desde el sistema.",
        ) from None
    except ExpatError as error:
        raise ErrorFuente(
            "El XML está cortado o mal formado.",
            donde=f"{donde}, línea {error.lineno}, columna {error.offset + 1}",
            hacer="Expórtelo o descárguelo de nuevo, hasta el final.",
        ) from None
    except (ParseError, ValueError, LookupError):
        raise ErrorFuente(
            "El XML declara una codificación que no es la suya o que no existe.",
            donde=donde,
            hacer="Expórtelo de nuevo en UTF-8.",
        ) from None


def pagina_web(donde: str, esperado: str) -> ErrorFuente:
    """Construye el error de recibir HTML donde se esperaba otra cosa."""
    return ErrorFuente(
        f"Se recibió una página web (HTML) donde se esperaba {esperado}; "
        "suele ser la página de ingreso o de error de un sistema.",
        donde=donde,
        hacer="Revise la dirección y los permisos, y descargue de nuevo.",
    )
