"""El correo de salida: habla con un servidor SMTP y distingue lo que no salió de lo que quizá salió."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit

from rendicion.avisos.contenido import Mensaje
from rendicion.errores import ErrorPortal, ErrorUso

_LOCALES = {"localhost", "127.0.0.1", "::1"}
_ESPERA_S = 30


class NoSalio(Exception):  # noqa: N818 -- el nombre ya dice qué pasó
    """Dice que el servidor no aceptó este aviso; `definitivo` si repetirlo igual no serviría."""

    def __init__(self, detalle: str, *, definitivo: bool) -> None:
        super().__init__(detalle)
        self.definitivo = definitivo


class Correo(Protocol):
    """Envía un aviso; lanza NoSalio si es seguro que no salió, y cualquier otro error si no se sabe."""

    def enviar(self, mensaje: Mensaje, instante: datetime) -> None:
        """Entrega el aviso al servidor de correo."""
        ...


@dataclass(frozen=True)
class Servidor:
    """Es el servidor de correo declarado; su dirección nunca se muestra, porque puede llevar la clave."""

    anfitrion: str
    puerto: int
    cifrado_directo: bool
    usuario: str
    clave: str
    remite: str


def servidor_desde(direccion: str | None, remite: str) -> Servidor:
    """Lee `smtp://usuario:clave@servidor:587` o `smtps://…:465`; sin cifrado solo se acepta un servidor de esta misma máquina."""
    ayuda = "Ponga en RENDICION_SMTP una dirección como smtps://usuario:clave@servidor:465."
    if not direccion:
        raise ErrorUso("Falta el servidor de correo.", hacer=ayuda)
    try:
        partes = urlsplit(direccion)
        puerto = partes.port
    except ValueError:
        raise ErrorUso("La dirección del servidor de correo no sirve.", hacer=ayuda) from None
    if partes.scheme not in {"smtp", "smtps"} or not partes.hostname:
        raise ErrorUso("La dirección del servidor de correo no sirve.", hacer=ayuda)
    if not remite:
        raise ErrorUso("Falta quién firma los avisos.", hacer='Escriba remite = "correo" en la sección [avisos] de la entidad.')
    directo = partes.scheme == "smtps"
    return Servidor(partes.hostname, puerto or (465 if directo else 587), directo, unquote(partes.username or ""), unquote(partes.password or ""), remite)


class CorreoSMTP:
    """Mantiene abierta la conexión con el servidor mientras se envían los avisos de una vez."""

    def __init__(self, servidor: Servidor, conexion: smtplib.SMTP) -> None:
        self._servidor, self._conexion = servidor, conexion

    def enviar(self, mensaje: Mensaje, instante: datetime) -> None:
        """Entrega el aviso; antes de mandar el texto todavía es seguro que no salió, después ya no."""
        try:
            self._conexion.rset()
            _aceptado(self._conexion.mail(self._servidor.remite), "no aceptó el remitente")
            _aceptado(self._conexion.rcpt(mensaje.para), "no aceptó el destinatario")
        except (smtplib.SMTPException, OSError) as error:
            raise NoSalio(f"Se perdió la conexión con el servidor de correo ({type(error).__name__}).", definitivo=False) from None
        _aceptado(self._conexion.data(carta(mensaje, self._servidor.remite, instante).as_bytes()), "no aceptó el texto")


def _aceptado(respuesta: tuple[int, bytes], que: str) -> None:
    codigo, texto = respuesta
    if not 200 <= codigo < 300:
        raise NoSalio(f"El servidor {que}: {codigo} {texto.decode('utf-8', 'replace')[:200]}", definitivo=codigo >= 500)


def carta(mensaje: Mensaje, remite: str, instante: datetime) -> EmailMessage:
    """Escribe la carta; su Message-ID sale de la huella del aviso, para que un duplicado se reconozca."""
    c = EmailMessage(policy=SMTP)
    c["From"], c["To"], c["Subject"] = remite, mensaje.para, mensaje.asunto
    c["Date"], c["Message-ID"] = format_datetime(instante), f"<{mensaje.id[:40]}@{remite.rpartition('@')[2]}>"
    c["Auto-Submitted"] = "auto-generated"
    c.set_content(mensaje.cuerpo)
    return c


@contextmanager
def abrir(servidor: Servidor) -> Iterator[CorreoSMTP]:
    """Abre la conexión; se niega a mandar la clave o los avisos sin cifrar a otra máquina."""
    contexto = ssl.create_default_context()
    try:
        if servidor.cifrado_directo:
            conexion: smtplib.SMTP = smtplib.SMTP_SSL(servidor.anfitrion, servidor.puerto, timeout=_ESPERA_S, context=contexto)
        else:
            conexion = smtplib.SMTP(servidor.anfitrion, servidor.puerto, timeout=_ESPERA_S)
            conexion.ehlo()
            if conexion.has_extn("starttls"):
                conexion.starttls(context=contexto)
                conexion.ehlo()
            elif servidor.anfitrion not in _LOCALES:
                conexion.close()
                raise ErrorUso("El servidor de correo no cifra la conexión.", hacer="Use smtps://, o un servidor que acepte STARTTLS.")
        if servidor.usuario:
            conexion.login(servidor.usuario, servidor.clave)
    except (smtplib.SMTPException, OSError) as error:
        raise ErrorPortal(f"No se pudo abrir el correo ({type(error).__name__}).", donde=servidor.anfitrion, hacer="Revise RENDICION_SMTP y que el servidor responda. Los avisos quedan pendientes.") from None
    try:
        yield CorreoSMTP(servidor, conexion)
    finally:
        try:
            conexion.quit()
        except (smtplib.SMTPException, OSError):
            conexion.close()
