"""Trae bytes por HTTP con límites: anfitriones declarados, sin redirecciones, con reintentos contados."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import demasiado_grande, opcion_entera, opcion_logica, tamano_maximo

if TYPE_CHECKING:
    import httpx

    from rendicion.fuente import Fuente

OPCIONES_HTTP = frozenset({"permite_privado", "reintentos", "segundos_maximos"})
SEGUNDOS_DE_ESPERA, ESPERA_MAXIMA = 20.0, 120.0
REINTENTABLES = frozenset({408, 429, 500, 502, 503, 504})
_MULTIPLES, _BIEN = 300, 200
_AGENTE = "rendicion (datos abiertos; rendicion de cuentas)"

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Respuesta:
    """Es lo que contestó el servidor; los nombres de `cabeceras` van en minúsculas."""

    estado: int
    cabeceras: Mapping[str, str]
    cuerpo: bytes


class _OtraVez(Exception):  # noqa: N818 -- no es un error: es la orden de reintentar
    """Señala una respuesta que se puede volver a pedir; `espera` es lo que pidió el servidor, en segundos."""

    def __init__(self, razon: str, espera: float | None = None) -> None:
        super().__init__(razon)
        self.razon, self.espera = razon, espera


def resolver(anfitrion: str, puerto: int) -> list[str]:
    """Devuelve las direcciones de un nombre, según el sistema."""
    return sorted({str(d[4][0]) for d in socket.getaddrinfo(anfitrion, puerto, type=socket.SOCK_STREAM)})


class Descargador:
    """Pide direcciones de una fuente; cada anfitrión se resuelve una sola vez y se revisa antes de conectar."""

    def __init__(self, fuente: Fuente, resolver: Resolver = resolver) -> None:
        self._fuente, self._resolver = fuente, resolver
        self._direcciones: dict[tuple[str, int], str] = {}
        self._privado = opcion_logica(fuente, "permite_privado")
        self._intentos = opcion_entera(fuente, "reintentos", 3) + 1
        self._segundos = opcion_entera(fuente, "segundos_maximos", 60)

    def pedir(
        self, url: str, parametros: Mapping[str, str] | None = None, *, admite: frozenset[int] = frozenset()
    ) -> Respuesta:
        """Trae una dirección; `admite` son los estados de error que quien llama sabe entender.

        Lanza ErrorFuente si el anfitrión no está declarado o es privado, si redirige, si se acaban los
        intentos o si la respuesta pasa del tamaño máximo.
        """
        import stamina

        ip = self._revisar(url)
        donde = sin_consulta(url)
        try:
            for intento in stamina.retry_context(
                on=_cuanto_esperar,
                attempts=self._intentos,
                timeout=None,
                wait_initial=0.2,
                wait_max=20.0,
                wait_jitter=0.1,
            ):
                with intento:
                    respuesta = self._una_vez(url, ip, parametros or {}, donde)
        except _OtraVez as error:
            raise ErrorFuente(
                f"El servidor no contestó bien después de {self._intentos} intentos ({error.razon}).",
                donde=donde,
                hacer="Intente más tarde; si sigue igual, avise a quien administra el sistema.",
            ) from None
        if _MULTIPLES <= respuesta.estado < _MULTIPLES + 100:
            raise ErrorFuente(
                f"El servidor redirige a {sin_consulta(respuesta.cabeceras.get('location', 'otra parte'))}, "
                "y las redirecciones no se siguen.",
                donde=donde,
                hacer="Si es el sitio correcto, escriba esa dirección en lugar y su anfitrión en anfitriones.",
            )
        if respuesta.estado != _BIEN and respuesta.estado not in admite:
            raise ErrorFuente(
                f"El servidor contestó con el estado {respuesta.estado}.",
                donde=donde,
                hacer="Revise la dirección y los permisos de la fuente.",
            )
        return respuesta

    def _revisar(self, url: str) -> str:
        """Devuelve la dirección IP a la que se puede conectar; niega anfitriones ajenos y redes privadas."""
        try:
            partes = urlsplit(url)
            anfitrion, puerto = (
                (partes.hostname or "").lower(),
                partes.port or (443 if partes.scheme == "https" else 80),
            )
        except ValueError:
            anfitrion, puerto, partes = "", 0, urlsplit("")
        permitidos = ("https", "http") if self._privado else ("https",)
        if partes.scheme not in permitidos or not anfitrion or partes.username is not None:
            raise ErrorUso(
                "La dirección debe empezar por https:// y no llevar usuario ni clave.",
                donde=f"fuente {self._fuente.id}",
                hacer="Corrija lugar.",
            )
        if anfitrion not in {a.lower() for a in self._fuente.anfitriones}:
            raise ErrorFuente(
                f"El anfitrión «{anfitrion}» no está declarado en la fuente.",
                donde=sin_consulta(url),
                hacer=f'Si es de confianza, agréguelo: anfitriones = ["{anfitrion}"].',
            )
        if (anfitrion, puerto) not in self._direcciones:
            self._direcciones[anfitrion, puerto] = self._resolver_revisado(anfitrion, puerto, sin_consulta(url))
        return self._direcciones[anfitrion, puerto]

    def _resolver_revisado(self, anfitrion: str, puerto: int, donde: str) -> str:
        try:
            direcciones = self._resolver(anfitrion, puerto)
        except (OSError, UnicodeError):
            direcciones = []
        if not direcciones:
            raise ErrorFuente(
                f"No se halló el anfitrión «{anfitrion}».",
                donde=donde,
                hacer="Revise la dirección y la conexión a internet.",
            )
        if not self._privado and not all(ipaddress.ip_address(d.partition("%")[0]).is_global for d in direcciones):
            raise ErrorFuente(
                f"El anfitrión «{anfitrion}» lleva a una red privada o local, y eso no se permite.",
                donde=donde,
                hacer="Use la dirección pública del sistema; solo en pruebas, permite_privado = true.",
            )
        return direcciones[0]

    def _una_vez(self, url: str, ip: str, parametros: Mapping[str, str], donde: str) -> Respuesta:
        import httpx

        partes = urlsplit(url)
        destino = httpx.URL(url).copy_with(host=ip).copy_merge_params(dict(parametros))
        puerto = f":{partes.port}" if partes.port else ""
        cabeceras = {"Host": f"{partes.hostname}{puerto}", "User-Agent": _AGENTE, "Accept-Encoding": "gzip"}
        try:
            with (
                httpx.Client(timeout=SEGUNDOS_DE_ESPERA, follow_redirects=False, trust_env=False) as cliente,
                cliente.stream(
                    "GET", destino, headers=cabeceras, extensions={"sni_hostname": partes.hostname}
                ) as respuesta,
            ):
                if respuesta.status_code in REINTENTABLES:
                    raise _OtraVez(
                        f"estado {respuesta.status_code}", _retry_after(respuesta.headers.get("retry-after"))
                    )
                return Respuesta(
                    respuesta.status_code,
                    {k.lower(): v for k, v in respuesta.headers.items()},
                    self._cuerpo(respuesta, donde),
                )
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _OtraVez(type(error).__name__) from None

    def _cuerpo(self, respuesta: httpx.Response, donde: str) -> bytes:
        """Lee la respuesta por partes y la corta si pasa del tamaño o del tiempo declarados."""
        tope, limite = tamano_maximo(self._fuente), time.monotonic() + self._segundos
        cuerpo = bytearray()
        for parte in respuesta.iter_bytes(65536):
            cuerpo += parte
            if len(cuerpo) > tope:
                raise demasiado_grande(donde, len(cuerpo), tope)
            if time.monotonic() > limite:
                raise _OtraVez(f"la respuesta tardó más de {self._segundos} segundos")
        return bytes(cuerpo)


def sin_consulta(url: str) -> str:
    """Devuelve la dirección sin lo que va después de «?» ni usuario, que pueden llevar claves."""
    return url.partition("?")[0].partition("#")[0] if "@" not in url.partition("?")[0] else "dirección con usuario"


def _cuanto_esperar(error: Exception) -> bool | float:
    """Dice si se reintenta, y cuánto pidió esperar el servidor; una espera exagerada es no volver."""
    if not isinstance(error, _OtraVez):
        return False
    if error.espera is None:
        return True
    return error.espera if error.espera <= ESPERA_MAXIMA else False


def _retry_after(valor: str | None) -> float | None:
    if valor is None:
        return None
    if valor.strip().isdigit():
        return float(valor)
    try:
        return max(0.0, (parsedate_to_datetime(valor) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
