"""Los portales con ckanext-scheming: cada campo que su esquema nombra va en su sitio y con la forma que pide."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from rendicion.portales.ckan_cliente import ClienteCKAN, NoExiste

Campos = Mapping[str, Mapping[str, Any]]
# Los grupos de los esquemas de ckanext-dcat, y de cuál de nuestros extras sale cada parte.
_GRUPOS = {
    "contact": {"name": "contact_name", "email": "contact_email"},
    "publisher": {"name": "publisher_name", "url": "publisher_url"},
    "temporal_coverage": {"start": "temporal_start", "end": "temporal_end"},
    "spatial_coverage": {"text": "spatial_text"},
}


@dataclass(frozen=True)
class Esquema:
    """Reúne los campos que el portal tiene como propios; ninguno si no lleva ckanext-scheming."""

    conjunto: Campos = field(default_factory=dict)
    recurso: Campos = field(default_factory=dict)

    def ordenar(self, datos: Mapping[str, Any]) -> dict[str, Any]:
        """Saca de los extras lo que el esquema tiene como propio, suelto o en un grupo; lo demás sigue en los extras."""
        extras = {e["key"]: e["value"] for e in datos["extras"]}
        grupos = {g: {p: e for p, e in partes.items() if e in extras and p in self._partes(g)} for g, partes in _GRUPOS.items()}
        agrupados = {g: [{p: extras[e] for p, e in partes.items()}] for g, partes in grupos.items() if partes}
        sueltos = {c: _con_forma(v, self.conjunto[c]) for c, v in extras.items() if c in self.conjunto}
        usados = sueltos.keys() | {e for partes in grupos.values() for e in partes.values()}
        return {**datos, **sueltos, **agrupados, "extras": [e for e in datos["extras"] if e["key"] not in usados]}

    def _partes(self, grupo: str) -> set[str]:
        return {str(p["field_name"]) for p in self.conjunto.get(grupo, {}).get("repeating_subfields", ())}

    def dar_forma(self, recurso: Mapping[str, Any]) -> dict[str, Any]:
        """Da a los campos de un recurso la forma que el esquema pide."""
        return {c: _con_forma(v, self.recurso.get(c, {})) for c, v in recurso.items()}


def leer_esquema(cliente: ClienteCKAN, extensiones: Collection[str]) -> Esquema:
    """Lee el esquema de los conjuntos del portal, si lo tiene."""
    if "scheming_datasets" not in extensiones:
        return Esquema()
    try:
        leido = cliente.leer("scheming_dataset_schema_show", type="dataset")
    except NoExiste:
        return Esquema()
    return Esquema(*({c["field_name"]: c for c in leido.get(parte, ())} for parte in ("dataset_fields", "resource_fields")))


def _con_forma(valor: Any, campo: Mapping[str, Any]) -> Any:
    """Pone como lista lo que el esquema admite de a varios; en un extra, CKAN solo guarda texto y la lista va como JSON."""
    if "multiple" not in f"{campo.get('preset', '')} {campo.get('validators', '')}" or not isinstance(valor, str):
        return valor
    return json.loads(valor) if valor.startswith("[") else [valor]
