"""La lista de componentes (SBOM) sale completa de las versiones fijadas, y en el repositorio no hay claves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

RAIZ = Path(__file__).resolve().parents[2]


def test_la_lista_de_componentes_trae_cada_paquete_fijado_con_su_version_y_su_huella(tmp_path: Path) -> None:
    destino = tmp_path / "sbom.cdx.json"
    orden = [str(Path(sys.executable).with_name("just")), "sbom", str(destino)]
    hecho = subprocess.run(orden, cwd=RAIZ, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stderr
    lista = json.loads(destino.read_text("utf-8"))
    assert lista["bomFormat"] == "CycloneDX"
    fijados = dict(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", (RAIZ / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    hallados = {c["name"]: c for c in lista["components"]}
    assert {n: c["version"] for n, c in hallados.items()} == fijados
    assert len(fijados) > 100
    sin_huella = [n for n, c in hallados.items() if not any(e.get("hashes") for e in c.get("externalReferences", ()))]
    assert sin_huella == []


def test_ningun_archivo_del_repositorio_trae_una_clave_privada_ni_un_token() -> None:
    """Busca lo que nunca debe estar: claves privadas y direcciones con contraseña. Los ejemplos de las pruebas usan nombres inventados."""
    seguidos = subprocess.run(["git", "ls-files", "-z"], cwd=RAIZ, capture_output=True, check=False)
    if seguidos.returncode:
        nombres = [str(a.relative_to(RAIZ)) for c in ("rendicion", "flujos", "docs", "datos", ".ci") for a in (RAIZ / c).rglob("*") if a.is_file()]
    else:
        nombres = [n for n in seguidos.stdout.decode().split("\0") if n and not n.startswith("tests/")]
    clave = re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}")
    hallados = [n for n in nombres if (RAIZ / n).is_file() and clave.search((RAIZ / n).read_bytes())]
    assert hallados == []
