"""Publica una entrega en un proceso aparte, que la prueba puede matar en un paso con nombre.

Lee de la entrada un JSON: url, ficha, carpeta y, si acaso, `matar` (el paso en que se mata) o `esperar` (un archivo
que debe aparecer antes de enviar). El token va en RENDICION_CKAN_TOKEN.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path

from rendicion.errores import ErrorRendicion
from rendicion.portales.ckan import PortalCKAN


def main() -> int:
    """Publica y escribe el resultado; un error previsto sale por la salida de errores con su código."""
    pedido = json.load(sys.stdin)

    def al_avanzar(paso: str) -> None:
        if paso == pedido.get("matar"):
            os.kill(os.getpid(), signal.SIGKILL)
        if paso == "por_enviar" and pedido.get("esperar"):
            Path(pedido["esperar"] + f".{os.getpid()}").touch()
            while not Path(pedido["esperar"]).exists():
                time.sleep(0.01)

    carpeta = Path(pedido["carpeta"])
    manifiesto = json.loads((carpeta / "manifiesto.json").read_bytes())
    portal = PortalCKAN(
        pedido["url"],
        os.environ["RENDICION_CKAN_TOKEN"],
        pedido["ficha"],
        al_avanzar=al_avanzar,
        conservar=pedido.get("conservar", 5),
        vista_previa=pedido.get("vista_previa", False),
    )
    try:
        print(json.dumps(asdict(portal.publicar(carpeta, manifiesto))))
    except ErrorRendicion as error:
        print(error, file=sys.stderr)
        return error.salida
    return 0


if __name__ == "__main__":
    sys.exit(main())
