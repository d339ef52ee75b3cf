"""La firma Ed25519 del manifiesto: se firma con la clave de la entidad y cualquiera la comprueba."""

from __future__ import annotations

import base64
import binascii
import json

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from rendicion.errores import ErrorUso

_GENERAR = "Genere una con: openssl genpkey -algorithm ed25519 -out clave.pem"


def firmar(manifiesto: bytes, clave_privada: bytes) -> bytes:
    """Devuelve el contenido de `manifiesto.firma` para esos bytes exactos del manifiesto.

    `clave_privada` es la clave Ed25519 en PEM, sin contraseña. Ed25519 no usa azar: los mismos
    bytes y la misma clave dan la misma firma. Se niega con ErrorUso si la clave no sirve.
    """
    clave = _privada(clave_privada)
    publica = clave.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    datos = {
        "algoritmo": "Ed25519",
        "clave_publica": base64.b64encode(publica).decode("ascii"),
        "firma": base64.b64encode(clave.sign(manifiesto)).decode("ascii"),
    }
    return (json.dumps(datos, indent=2) + "\n").encode("utf-8")


def comprobar_firma(manifiesto: bytes, firma: bytes, clave_publica: bytes | None = None) -> bool:
    """Dice si `manifiesto.firma` es de ese manifiesto y, si se da una clave pública, de esa clave.

    Sin clave dada usa la que trae la firma: así se sabe que nadie tocó el manifiesto después de
    firmarlo, pero no de quién es la clave.
    """
    try:
        datos = json.loads(firma)
        traida, sello = (base64.b64decode(datos[c], validate=True) for c in ("clave_publica", "firma"))
        if datos["algoritmo"] != "Ed25519" or (clave_publica is not None and traida != _publica(clave_publica)):
            return False
        Ed25519PublicKey.from_public_bytes(traida).verify(sello, manifiesto)
    except (InvalidSignature, ValueError, KeyError, TypeError, binascii.Error):
        return False
    return True


def clave_publica_de(clave_privada: bytes) -> bytes:
    """Devuelve en PEM la clave pública que corresponde a la privada; es la que la entidad publica."""
    return _privada(clave_privada).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _privada(pem: bytes) -> Ed25519PrivateKey:
    try:
        clave = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # El texto del error de la librería no se muestra: podría citar la clave.
        raise ErrorUso("La clave para firmar no se puede leer: va en PEM y sin contraseña.", hacer=_GENERAR) from None
    if not isinstance(clave, Ed25519PrivateKey):
        raise ErrorUso("La clave para firmar no es Ed25519.", hacer=_GENERAR)
    return clave


def _publica(contenido: bytes) -> bytes:
    if b"-----BEGIN" not in contenido:
        return base64.b64decode(contenido.strip(), validate=True)
    clave = load_pem_public_key(contenido)
    return clave.public_bytes(Encoding.Raw, PublicFormat.Raw) if isinstance(clave, Ed25519PublicKey) else b""
