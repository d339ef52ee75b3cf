"""La política con que se habla con CKAN: a quién, cuánto se espera, qué se repite y qué nunca se muestra."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

import httpx
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError

from rendicion.errores import ErrorPortal, ErrorUso

Archivo = tuple[str, tuple[str, BinaryIO, str]]
R = TypeVar("R")

_DEMASIADO_GRANDE = 413
_PASAJEROS = frozenset({429, 500, 502, 503, 504})
_TROZO = 1 << 20


@dataclass(frozen=True)
class Politica:
    """Fija los límites del cliente; los tiempos van en segundos."""

    conectar: float = 10.0
    leer: float = 60.0
    subir: float = 900.0
    intentos: int = 4
    espera: float = 0.5
    espera_maxima: float = 30.0
    texto_maximo: int = 300


class Secreto:
    """Guarda un texto que no debe verse: ni al imprimirlo, ni en un error, ni en un registro."""

    __slots__ = ("_texto",)

    def __init__(self, texto: str) -> None:
        self._texto = texto

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._texto)

    def revelar(self) -> str:
        """Devuelve el texto; solo lo usa el encabezado de la petición."""
        return self._texto

    def tachar(self, texto: str) -> str:
        """Quita el secreto de un texto ajeno, por si el portal lo repite en su respuesta."""
        return texto.replace(self._texto, "***") if self._texto else texto


class Rechazo(ErrorPortal):
    """Señala que CKAN entendió la petición y no la aceptó: nada cambió."""

    def __init__(self, que: str, *, campos: Mapping[str, Any] | None = None, donde: str = "", hacer: str = "") -> None:
        super().__init__(que, donde=donde, hacer=hacer)
        self.campos = dict(campos or {})


class SinPermiso(Rechazo):
    """Señala que el token no alcanza para lo que se pidió."""


class NoExiste(Rechazo):
    """Señala que el portal no tiene lo que se pidió."""


class Dudoso(ErrorPortal):
    """Señala que no se sabe si el portal hizo lo pedido: hay que leerlo antes de decidir."""

    def __init__(self, que: str, *, esperar: float | None = None, donde: str = "", hacer: str = "") -> None:
        super().__init__(que, donde=donde, hacer=hacer)
        self.esperar = esperar


def origen_valido(url: str) -> str:
    """Devuelve la dirección del portal sin barra final.

    Exige https, salvo en esta misma máquina: por http el token viajaría a la vista. Falla con ErrorUso.
    """
    partes = urlsplit(url.strip())
    if partes.scheme not in {"http", "https"} or not partes.hostname or partes.username or partes.query or partes.fragment:
        que = "La dirección del portal no sirve."
        raise ErrorUso(que, hacer="escriba la página principal del portal, por ejemplo https://datos.ejemplo.gov.co")
    if partes.scheme == "http" and not _es_local(partes.hostname):
        que = "La dirección del portal no es segura (http): el token viajaría a la vista."
        raise ErrorUso(que, donde=partes.hostname, hacer="use la dirección https del portal")
    return url.strip().rstrip("/")


def _es_local(maquina: str) -> bool:
    if maquina == "localhost":
        return True
    try:
        return ipaddress.ip_address(maquina).is_loopback
    except ValueError:
        return False


class _Sesion:
    """Hace de sesión HTTP de ckanapi: envía los archivos por trozos y no sigue redirecciones."""

    def __init__(self, cliente: httpx.Client, politica: Politica) -> None:
        self._cliente, self._politica = cliente, politica

    def post(self, url: str, data: Any = None, headers: Mapping[str, str] | None = None, files: Sequence[Archivo] | None = None, **_: Any) -> httpx.Response:
        plazo = httpx.Timeout(self._politica.leer, connect=self._politica.conectar, read=self._politica.subir if files else self._politica.leer)
        if files:
            campos = {k.decode(): v.decode() for k, v in data.items()}
            respuesta = self._cliente.post(url, data=campos, files=list(files), headers=dict(headers or {}), timeout=plazo)
        else:
            respuesta = self._cliente.post(url, content=data, headers=dict(headers or {}), timeout=plazo)
        revisar_estado(respuesta)
        return respuesta

    def close(self) -> None:
        self._cliente.close()


def revisar_estado(respuesta: httpx.Response) -> None:
    """Separa las respuestas que no son de la API de CKAN: redirecciones, límites de tamaño y fallos pasajeros."""
    if respuesta.is_redirect:
        que = "El portal respondió con una redirección y no se sigue: el token podría llegar a otra máquina."
        raise Rechazo(que, hacer="use la dirección final del portal, la que queda en el navegador")
    if respuesta.status_code == _DEMASIADO_GRANDE:
        que = "El portal no recibe archivos de este tamaño (413)."
        raise Rechazo(que, campos={"upload": []}, hacer="pida a quien administra el portal subir el límite de tamaño")
    if respuesta.status_code in _PASAJEROS:
        que = f"El portal falló al responder ({respuesta.status_code})."
        raise Dudoso(que, esperar=_segundos(respuesta.headers.get("Retry-After")), hacer="intente de nuevo en unos minutos")


def _segundos(valor: str | None) -> float | None:
    return float(valor) if valor and valor.isascii() and valor.isdigit() else None


class ClienteCKAN:
    """Habla con un solo portal; lo que lee lo repite con límite, lo que escribe lo envía una sola vez."""

    def __init__(self, url: str, token: str | None = None, *, politica: Politica | None = None, dormir: Callable[[float], None] = time.sleep) -> None:
        self.url = origen_valido(url)
        self.politica = politica or Politica()
        self._secreto = Secreto((token or "").strip())
        self._dormir = dormir
        self._anonimo = self._http({})
        self._propio = self._http({"Authorization": self._secreto.revelar()} if self._secreto else {})
        self._ckan = RemoteCKAN(self.url, user_agent="rendicion", session=_Sesion(self._propio, self.politica))
        self._ckan_anonimo = RemoteCKAN(self.url, user_agent="rendicion", session=_Sesion(self._anonimo, self.politica))

    def __repr__(self) -> str:
        return f"ClienteCKAN({self.url!r})"

    def _http(self, encabezados: Mapping[str, str]) -> httpx.Client:
        plazo = httpx.Timeout(self.politica.leer, connect=self.politica.conectar)
        try:
            return httpx.Client(headers=dict(encabezados), timeout=plazo, follow_redirects=False)
        except (UnicodeEncodeError, ValueError):
            que = "El token del portal trae caracteres que no pueden ir en una petición."
            raise ErrorUso(que, hacer="copie de nuevo el token") from None

    def cerrar(self) -> None:
        """Cierra las conexiones."""
        self._anonimo.close()
        self._propio.close()

    @property
    def con_token(self) -> bool:
        """Dice si hay un token con que escribir."""
        return bool(self._secreto)

    def dormir(self, segundos: float) -> None:
        """Espera sin pasar del máximo de la política."""
        self._dormir(min(segundos, self.politica.espera_maxima))

    def leer(self, accion: str, *, anonimo: bool = False, **datos: Any) -> Any:
        """Pide una acción que no cambia nada; la repite si el portal falla de paso."""
        ckan = self._ckan_anonimo if anonimo else self._ckan
        return self._con_intentos(lambda: self._pedir(ckan, accion, datos))

    def escribir(self, accion: str, datos: Mapping[str, Any], archivos: Sequence[Archivo] | None = None) -> Any:
        """Pide una acción que cambia algo, una sola vez: tras un fallo dudoso decide quien lee de vuelta."""
        return self._pedir(self._ckan, accion, datos, archivos)

    def descargar(self, ruta: str, *, anonimo: bool = True) -> tuple[str, int]:
        """Lee un archivo por trozos y devuelve su SHA-256 y sus bytes."""
        return self._con_intentos(lambda: self._descargar(ruta, self._anonimo if anonimo else self._propio))

    def estado(self, ruta: str) -> int:
        """Devuelve el código con que responde una dirección del portal a quien no tiene token."""

        def pedir() -> int:
            with self._anonimo.stream("GET", self.url + ruta) as respuesta:
                return respuesta.status_code

        return self._con_intentos(lambda: self._en_red(pedir))

    def _descargar(self, ruta: str, cliente: httpx.Client) -> tuple[str, int]:
        def pedir() -> tuple[str, int]:
            suma, total = hashlib.sha256(), 0
            # identity: la suma es la de los bytes guardados, no la de una copia comprimida en el camino.
            with cliente.stream("GET", self.url + ruta, headers={"Accept-Encoding": "identity"}) as respuesta:
                revisar_estado(respuesta)
                if respuesta.status_code != httpx.codes.OK:
                    que = f"El portal no entrega un archivo de la entrega ({respuesta.status_code})."
                    raise NoExiste(que, donde=ruta)
                for trozo in respuesta.iter_raw(_TROZO):
                    suma.update(trozo)
                    total += len(trozo)
            return suma.hexdigest(), total

        return self._en_red(pedir)

    def _con_intentos(self, pedir: Callable[[], R]) -> R:
        espera = self.politica.espera
        for _ in range(self.politica.intentos - 1):
            try:
                return pedir()
            except Dudoso as fallo:
                self.dormir(espera if fallo.esperar is None else fallo.esperar)
                espera *= 2
        return pedir()

    def _pedir(self, ckan: Any, accion: str, datos: Mapping[str, Any], archivos: Sequence[Archivo] | None = None) -> Any:
        def pedir() -> Any:
            return ckan.call_action(accion, dict(datos), files=archivos)

        try:
            return self._en_red(pedir)
        except NotAuthorized:
            raise SinPermiso("El token no tiene permiso para esto en el portal.", donde=accion) from None
        except NotFound:
            raise NoExiste("El portal no tiene lo que se pidió.", donde=accion) from None
        except ValidationError as error:
            campos = {k: v for k, v in dict(error.error_dict or {}).items() if k != "__type"}
            raise Rechazo(f"El portal no aceptó los datos: {self.limpio(str(campos))}", campos=campos, donde=accion) from None
        except CKANAPIError:
            que = "El portal respondió algo que no es de CKAN."
            raise Dudoso(que, donde=accion, hacer="revise que la dirección sea la de un portal CKAN") from None

    def _en_red(self, pedir: Callable[[], R]) -> R:
        try:
            return pedir()
        except httpx.TimeoutException:
            raise Dudoso("El portal no respondió a tiempo.", donde=self.url, hacer="intente de nuevo en unos minutos") from None
        except httpx.HTTPError as error:
            que = f"Se cortó la comunicación con el portal ({type(error).__name__})."
            raise Dudoso(que, donde=self.url, hacer="revise la conexión e intente de nuevo") from None

    def limpio(self, texto: str) -> str:
        """Devuelve un texto del portal apto para mostrar: sin el token, sin saltos y recortado."""
        sin_saltos = " ".join(self._secreto.tachar(texto).split())
        tope = self.politica.texto_maximo
        return sin_saltos if len(sin_saltos) <= tope else sin_saltos[:tope] + "…"
