"""Cómo se cita una entrega: en palabras, en BibTeX y en el formato CITATION.cff."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rendicion.informe.formato import limpio

SIMBOLOS_TEX = str.maketrans({"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$", "~": r"\~{}", "^": r"\^{}"})


def en_palabras(r: Mapping[str, Any], tabla: str | None = None) -> str:
    """Devuelve la cita para pegar en un texto: quién, año, qué, cuál entrega y su huella, que dice de cuáles bytes se habla."""
    de = f"tabla {tabla}, " if tabla else ""
    return (
        f"{_texto(r['entidad_nombre'])} ({r['corte'][:4]}). {_texto(r['titulo'])}. {de}entrega {r['entrega']}, corte {r['corte']} [conjunto de datos]. "
        f"Huella SHA-256 del manifiesto: {r['manifiesto_sha256']}. Licencia {_texto(r['licencia']['name'])}."
    )


def bibtex(r: Mapping[str, Any]) -> str:
    """Devuelve la cita en BibTeX; ningún texto ajeno puede cerrar un campo."""
    campos = {
        "author": "{" + _tex(r["entidad_nombre"]) + "}",
        "title": _tex(r["titulo"]),
        "year": r["corte"][:4],
        "version": r["entrega"],
        "note": f"Conjunto de datos. Corte {r['corte']}. SHA-256 del manifiesto: {r['manifiesto_sha256']}. Licencia {_tex(r['licencia']['name'])}",
    }
    clave = re.sub(r"[^A-Za-z0-9-]", "", f"rendicion-{r['entrega']}")
    return "@misc{" + clave + ",\n" + ",\n".join(f"  {c} = {{{v}}}" for c, v in campos.items()) + "\n}\n"


def cff(r: Mapping[str, Any]) -> str:
    """Devuelve CITATION.cff (1.2.0); cada texto va entre comillas de JSON, que YAML lee igual."""
    def c(valor: str) -> str:
        return json.dumps(_texto(valor), ensure_ascii=False)

    return "\n".join((
        "cff-version: 1.2.0", 'message: "Si usa estos datos, cítelos así."', "type: dataset", f"title: {c(r['titulo'])}", "authors:", f"  - name: {c(r['entidad_nombre'])}",
        f"version: {c(r['entrega'])}", f"date-released: {c(r['actualizado'])}", f"license: {c(r['licencia']['name'])}",
        "identifiers:", "  - type: other", f"    value: {c('sha256:' + r['manifiesto_sha256'])}", '    description: "Huella del manifiesto"', "",
    ))  # fmt: skip


def _texto(valor: Any) -> str:
    return limpio(str(valor), 300)


def _tex(valor: Any) -> str:
    return _texto(valor).translate(SIMBOLOS_TEX)
