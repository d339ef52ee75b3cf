"""Quien mira el portal sin parar mientras otros publican, y la cuenta de lo que vio."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import Counter
from typing import Any, Self

import httpx

ARCHIVOS = 15
MEZCLA, HUELLA, PERDIDA, VISTA = "mezcladas", "huellas", "perdidas", "vistas"


class Lectora:
    """Mira el conjunto sin parar, como cualquier persona, y cuenta lo que no debería verse."""

    def __init__(self, url: str, conjunto: str) -> None:
        self._url, self._conjunto = url, conjunto
        self._seguir = threading.Event()
        self._hilo = threading.Thread(target=self._mirar, daemon=True)
        self.lecturas, self.cruzadas, self.vistas = 0, 0, 0
        self.faltas: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        self._hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._seguir.set()
        self._hilo.join(60)

    def cuenta(self) -> Counter[str]:
        """Devuelve lo visto hasta ahora, por clase."""
        return Counter({"lecturas": self.lecturas, "vistas_leidas": self.vistas}) + Counter(clase for clase, _ in self.faltas)

    def _mirar(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as cliente:
            while not self._seguir.wait(0.5):
                # Un portal que no contesta (se matan sus trabajadores a propósito) no muestra nada falso.
                with contextlib.suppress(httpx.HTTPError):
                    self._juzgar(cliente)

    def _conjunto_ahora(self, cliente: httpx.Client) -> dict[str, Any]:
        return dict(cliente.post("/api/action/package_show", json={"id": self._conjunto}).raise_for_status().json()["result"])

    def _juzgar(self, cliente: httpx.Client, intentos: int = 3) -> None:
        conjunto = self._conjunto_ahora(cliente)
        version = conjunto["version"]
        self.lecturas += 1
        vigentes = [r for r in conjunto["resources"] if r.get("entrega") == version]
        if len(vigentes) != ARCHIVOS:
            self.faltas.append((PERDIDA, f"{version}: {len(vigentes)} archivos"))
        for recurso in (r for r in vigentes if r["ruta"] in {"datos/plan.csv", "manifiesto.json"}):
            if hashlib.sha256(cliente.get(recurso["url"]).raise_for_status().content).hexdigest() != recurso["hash"]:
                self.faltas.append((HUELLA, f"{version}: bytes de {recurso['ruta']}"))
        actuales = {r["entrega_actual"] for r in conjunto["resources"] if r.get("ultima")}
        if actuales == {version}:
            self._juzgar_vista(cliente, conjunto)
            return
        # CKAN lee el conjunto en varias consultas: si una publicación termina entre dos, trae la versión de antes con
        # los enlaces de después. Vale solo si todos llevan a una misma entrega, entera, y al leer otra vez ya no está.
        enteras = [e for e in actuales if sum(r.get("entrega") == e for r in conjunto["resources"]) == ARCHIVOS]
        if len(actuales) != 1 or len(enteras) != 1 or not intentos:
            self.faltas.append((MEZCLA, f"{version}: la dirección estable lleva a {sorted(actuales)}"))
            return
        self.cruzadas += 1
        self._juzgar(cliente, intentos - 1)

    def _juzgar_vista(self, cliente: httpx.Client, conjunto: dict[str, Any]) -> None:
        """Mira la primera fila de la vista previa: si está prendida antes y después, es de la entrega vigente."""
        avances = next((r for r in conjunto["resources"] if r.get("ultima") == "datos/avances.csv"), {})
        if not avances.get("datastore_active"):
            return
        pedido = {"resource_id": avances["id"], "filters": {"avance_id": "muestra:000000"}}
        filas = cliente.post("/api/action/datastore_search", json=pedido).raise_for_status().json()["result"]["records"]
        despues = self._conjunto_ahora(cliente)
        sigue = next(r for r in despues["resources"] if r["id"] == avances["id"])
        if despues["version"] != conjunto["version"] or not sigue["datastore_active"]:
            return
        self.vistas += 1
        esperado = f"Avance 0, entrega {int(conjunto['version'][-3:])}"
        if [f["titulo"] for f in filas] != [esperado]:
            self.faltas.append((VISTA, f"{conjunto['version']}: la vista dice {filas}"))


def integridad(pila: Any, conjunto: str, version: str) -> Counter[str]:
    """Cuenta lo que le falta a las entregas que el portal conserva: archivos perdidos y huellas que no son."""
    leido = pila.accion("package_show", id=conjunto)
    visto: Counter[str] = Counter()
    if leido["version"] != version:
        visto[PERDIDA] += 1
    por_entrega = Counter(r["entrega"] for r in leido["resources"] if r.get("entrega"))
    visto[PERDIDA] += sum(n != ARCHIVOS for n in por_entrega.values())
    for recurso in (r for r in leido["resources"] if r.get("entrega") == version):
        visto[HUELLA] += hashlib.sha256(httpx.get(recurso["url"], timeout=60).content).hexdigest() != recurso["hash"]
    return +visto
