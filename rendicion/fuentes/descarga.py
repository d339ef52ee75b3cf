"""Trae bytes por HTTP con límites: anfitriones declarados, sin redirecciones, con reintentos contados."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuentes.base import demasiado_grande, opcion_entera, opcion_logica, opcion_texto, tamano_maximo
from rendicion.previa import PaginaCruda, Previa

if TYPE_CHECKING:
    import httpx

    from rendicion.fuente import Fuente

OPCIONES_HTTP = frozenset(
    {"permite_privado", "reintentos", "segundos_maximos", "condicional", "token_env", "token_cabecera", "token_prefijo"}
)
SEGUNDOS_DE_ESPERA, ESPERA_MAXIMA = 20.0, 120.0
REINTENTABLES = frozenset({408, 429, 500, 502, 503, 504})
_MULTIPLES, _BIEN, _SIN_CAMBIOS = 300, 200, 304
_CABECERAS_QUE_SE_GUARDAN = frozenset({"etag", "last-modified", "content-type", "link", "x-wp-total", "x-wp-totalpages"})
_CABECERAS_PROHIBIDAS = frozenset({"host", "cookie", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent"})
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
    """Pide direcciones de una fuente; cada anfitrión se resuelve una sola vez y se revisa antes de conectar.

    De cada respuesta buena queda la página cruda. Con una captura `previa`, pregunta primero si la página cambió
    (ETag, Last-Modified); si el servidor dice que no (304), vale la guardada.
    """

    def __init__(self, fuente: Fuente, resolver: Resolver = resolver, previa: Previa | None = None) -> None:
        self._fuente, self._resolver = fuente, resolver
        condicional = opcion_logica(fuente, "condicional", defecto=True)
        self._guardadas = {p.clave: p for p in previa.paginas} if previa and condicional else {}
        self._paginas: dict[str, PaginaCruda] = {}
        self._token = _token_de(fuente)
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
        clave = hashlib.sha256(repr((url, sorted((parametros or {}).items()))).encode()).hexdigest()
        guardada = self._guardadas.get(clave)
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
                    respuesta = self._una_vez(url, ip, parametros or {}, donde, _condiciones(guardada))
        except _OtraVez as error:
            raise ErrorFuente(
                f"El servidor no contestó bien después de {self._intentos} intentos ({error.razon}).",
                donde=donde,
                hacer="Intente más tarde; si sigue igual, avise a quien administra el sistema.",
            ) from None
        if respuesta.estado == _SIN_CAMBIOS and guardada is not None:
            self._paginas[clave] = guardada
            return Respuesta(_BIEN, guardada.cabeceras, guardada.cuerpo)
        if respuesta.estado == _SIN_CAMBIOS:
            raise ErrorFuente(
                "El servidor dice que nada cambió (304), pero no hay una captura con qué comparar.",
                donde=donde,
                hacer="Avise a quien administra el sistema, o escriba condicional = false en [opciones].",
            )
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
        if respuesta.estado == _BIEN:
            self._conservar(clave, respuesta, donde)
        return respuesta

    @property
    def paginas(self) -> tuple[PaginaCruda, ...]:
        """Da las respuestas crudas de esta lectura, en el orden en que se pidieron."""
        return tuple(self._paginas.values())

    def cabeceras(self) -> dict[str, str]:
        """Da lo que la primera respuesta dice de sí misma, para la ficha de la captura."""
        primera = next(iter(self._paginas.values()), None)
        return {k: v for k, v in (primera.cabeceras if primera else {}).items() if k != "link"}

    def _conservar(self, clave: str, respuesta: Respuesta, donde: str) -> None:
        if self._token and self._token[1].encode() in respuesta.cuerpo:
            raise ErrorFuente(
                "El servidor repite en su respuesta la clave con que se le pregunta; no se guarda.",
                donde=donde,
                hacer="Cambie esa clave y avise a quien administra el sistema.",
            )
        utiles = _CABECERAS_QUE_SE_GUARDAN | {(opcion_texto(self._fuente, "cabecera_total") or "").lower()}
        cabeceras = {k: v for k, v in sorted(respuesta.cabeceras.items()) if k in utiles}
        self._paginas.pop(clave, None)
        self._paginas[clave] = PaginaCruda(clave, respuesta.cuerpo, cabeceras)

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

    def _una_vez(self, url: str, ip: str, parametros: Mapping[str, str], donde: str, condiciones: Mapping[str, str]) -> Respuesta:
        import httpx

        partes = urlsplit(url)
        destino = httpx.URL(url).copy_with(host=ip).copy_merge_params(dict(parametros))
        puerto = f":{partes.port}" if partes.port else ""
        cabeceras = {"Host": f"{partes.hostname}{puerto}", "User-Agent": _AGENTE, "Accept-Encoding": "gzip", **condiciones}
        # El token solo va al servidor declarado en lugar: nunca a otro anfitrión permitido.
        if self._token and _servidor(url) == _servidor(self._fuente.lugar):
            cabeceras[self._token[0]] = self._token[2]
        limite = SEGUNDOS_DE_ESPERA + self._segundos
        try:
            with (
                _con_reloj(limite, f"la respuesta tardó más de {limite:g} segundos") as seguir,
                httpx.Client(timeout=SEGUNDOS_DE_ESPERA, follow_redirects=False, trust_env=False) as cliente,
                cliente.stream(
                    "GET", destino, headers=cabeceras, extensions={"sni_hostname": partes.hostname, "trace": seguir}
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
        # Sin pedir un tamaño, cada parte llega cuando llega: si no, un goteo no dejaría mirar el reloj.
        for parte in respuesta.iter_bytes():
            cuerpo += parte
            if len(cuerpo) > tope:
                raise demasiado_grande(donde, len(cuerpo), tope)
            if time.monotonic() > limite:
                raise _OtraVez(f"la respuesta tardó más de {self._segundos} segundos")
        return bytes(cuerpo)


def _servidor(url: str) -> tuple[str, str | None, int | None]:
    partes = urlsplit(url)
    return partes.scheme, partes.hostname, partes.port


def _condiciones(guardada: PaginaCruda | None) -> dict[str, str]:
    """Devuelve con qué se pregunta si una página guardada cambió."""
    if guardada is None:
        return {}
    pares = (("If-None-Match", guardada.cabeceras.get("etag")), ("If-Modified-Since", guardada.cabeceras.get("last-modified")))
    return {nombre: valor for nombre, valor in pares if valor}


def _token_de(fuente: Fuente) -> tuple[str, str, str] | None:
    """Lee el token de la variable de entorno declarada: la cabecera en que va, el token y el valor completo.

    Lanza ErrorUso si está mal declarado, y ErrorFuente, sin mostrar nunca el token, si falta o no cabe en una cabecera.
    """
    variable = opcion_texto(fuente, "token_env")
    if variable is None:
        return None
    donde = f"fuente {fuente.id}, [opciones]"
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", variable) or variable.startswith("RENDICION_"):
        raise ErrorUso(
            "La opción token_env no nombra una variable que sirva.",
            donde=donde,
            hacer="Use mayúsculas, números y guion bajo, y una variable propia de esta fuente (las RENDICION_ son del programa).",
        )
    cabecera = opcion_texto(fuente, "token_cabecera", "Authorization") or ""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", cabecera) or cabecera.lower() in _CABECERAS_PROHIBIDAS:
        raise ErrorUso("La opción token_cabecera no nombra una cabecera que sirva.", donde=donde, hacer='Escriba por ejemplo token_cabecera = "X-Api-Key".')
    token = os.environ.get(variable, "").strip()
    if not token or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ErrorFuente(
            "Falta el token de la fuente, o trae espacios o letras que no caben en una cabecera.",
            donde=f"variable de entorno {variable}",
            hacer=f"Ponga el token en {variable}; nunca en el TOML.",
        )
    prefijo = opcion_texto(fuente, "token_prefijo", "Bearer " if cabecera.lower() == "authorization" else "") or ""
    return cabecera, token, prefijo + token


@contextmanager
def _con_reloj(segundos: float, razon: str) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
    """Corta la conexión si toda la petición pasa de un tiempo, también mientras llegan las cabeceras.

    Da con qué seguir la conexión. Lo recibido hasta el corte no sirve, aunque parezca completo: se vuelve a pedir.
    """
    conexiones: list[socket.socket] = []
    vencido = threading.Event()

    def seguir(evento: str, datos: Mapping[str, Any]) -> None:
        if evento in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            conexiones.append(datos["return_value"].get_extra_info("socket"))

    def cortar() -> None:
        vencido.set()
        for conexion in conexiones[-1:]:
            with suppress(OSError):
                socket.socket.shutdown(conexion, socket.SHUT_RDWR)

    reloj = threading.Timer(segundos, cortar)
    reloj.daemon = True
    reloj.start()
    try:
        yield seguir
    except Exception:
        if vencido.is_set():
            raise _OtraVez(razon) from None
        raise
    finally:
        reloj.cancel()
    if vencido.is_set():
        raise _OtraVez(razon)


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
