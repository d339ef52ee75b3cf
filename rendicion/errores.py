"""Los errores que ve una persona: qué pasó, dónde y qué hacer."""

from __future__ import annotations


class ErrorRendicion(Exception):  # noqa: N818 -- el nombre ya dice que es un error
    """Reúne los errores previstos; `salida` es el código con que termina la orden."""

    salida = 1

    def __init__(self, que: str, *, donde: str = "", hacer: str = "") -> None:
        self.que, self.donde, self.hacer = que, donde, hacer
        super().__init__(" ".join(p for p in (que, f"Dónde: {donde}." if donde else "", f"Qué hacer: {hacer}" if hacer else "") if p))


class ErrorUso(ErrorRendicion):
    """Señala un uso o una configuración que no sirven (código 2)."""

    salida = 2


class ErrorFuente(ErrorRendicion):
    """Señala una fuente que no se pudo leer (código 3)."""

    salida = 3


class ErrorPortal(ErrorRendicion):
    """Señala un portal que no respondió o no aceptó la entrega (código 3)."""

    salida = 3
