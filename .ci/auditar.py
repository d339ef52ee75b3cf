# ruff: noqa: INP001 -- es un programa suelto de la integración continua, no un paquete
"""Pregunta por vulnerabilidades conocidas de las versiones fijadas, y solo dice que están bien si alguien respondió por todas.

pip-audit termina con código 0 aunque el servicio de avisos no responda: solo anota cada paquete como «no auditado». Aquí eso
no es aprobar. Códigos: 0, se consultaron todas y no hay ninguna; 1, hay alguna; 3, no se pudo consultar.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ARCHIVO = Path(__file__).resolve().parents[1] / "requirements.lock"


def veredicto(respuesta: Mapping[str, Any]) -> tuple[int, str]:
    """Dice el código y la frase para lo que respondió pip-audit en JSON."""
    paquetes = respuesta["dependencies"]
    sin_consultar = sorted(p["name"] for p in paquetes if "skip_reason" in p)
    malos = [(p["name"], p["version"], v["id"], ", ".join(v["fix_versions"]) or "todavía ninguna") for p in paquetes for v in p.get("vulns", ())]
    if malos:
        lineas = [f"  {n} {v}: {aviso}. Corregida en: {arreglo}" for n, v, aviso, arreglo in malos]
        return 1, "\n".join([f"Hay {len(malos)} vulnerabilidades conocidas:", *lineas])
    if sin_consultar or not paquetes:
        return 3, f"NO SE PUDO CONSULTAR el servicio de avisos por {len(sin_consultar)} de {len(paquetes)} paquetes. Esto no cuenta como aprobado."
    return 0, f"Se consultaron {len(paquetes)} paquetes y ninguno tiene una vulnerabilidad conocida."


def main() -> int:
    """Corre pip-audit sobre las versiones fijadas y devuelve el código."""
    orden = [sys.executable, "-m", "pip_audit", "-r", str(ARCHIVO), "--disable-pip", "--no-deps", "-f", "json", "--progress-spinner", "off"]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    try:
        codigo, frase = veredicto(json.loads(hecho.stdout))
    except (ValueError, KeyError, TypeError):
        ultima = hecho.stderr.strip().splitlines()[-1:] or ["sin mensaje"]
        codigo, frase = 3, f"NO SE PUDO CONSULTAR el servicio de avisos ({ultima[0]}). Esto no cuenta como aprobado."
    print(frase)
    return codigo


if __name__ == "__main__":
    sys.exit(main())
