"""El anexo en Data Docs: fuera de la entrega, sin tocarla, y sin dar por buena una tabla vacía."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from esquemas import PUBLICAS
from esquemas.arrow import esquema_arrow
from rendicion.errores import ErrorUso
from rendicion.linea import app
from rendicion.linea.anexo import construir
from rendicion.tablas import escribir_parquet, leer_parquet
from validaciones.anexo import construir_data_docs


def huellas(carpeta: Path) -> dict[str, str]:
    return {f.relative_to(carpeta).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(carpeta.rglob("*")) if f.is_file()}


def test_la_orden_escribe_el_anexo_aparte_y_no_toca_la_entrega(cadena: list[Path], tmp_path: Path) -> None:
    antes, destino = huellas(cadena[2]), tmp_path / "anexo"
    hecho = CliRunner().invoke(app, ["anexo", str(cadena[2]), "--destino", str(destino), "--json"])
    assert hecho.exit_code == 0, hecho.output
    datos = json.loads(hecho.stdout)
    assert {t["tabla"] for t in datos["tablas"]} == set(PUBLICAS)
    assert all(t["cumplen"] and not t["no_cumplen"] for t in datos["tablas"])
    paginas = "".join(f.read_text("utf-8") for f in destino.rglob("*.html"))
    assert "Norma: Esquema publicado de la tabla" in paginas
    assert "Quién corrige: Equipo de datos" in paginas
    leame = (destino / "LEAME.md").read_text("utf-8")
    assert cadena[2].name in leame
    assert "DATOS SINTÉTICOS" in leame
    assert "No es el informe oficial" in leame
    assert huellas(cadena[2]) == antes


def test_el_anexo_no_va_dentro_de_la_entrega_ni_sobre_algo_que_ya_existe(cadena: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ErrorUso, match="dentro de la entrega"):
        construir(cadena[0], cadena[0] / "validacion" / "anexo")
    (tmp_path / "algo.txt").write_text("x")
    with pytest.raises(ErrorUso, match="ya tiene algo"):
        construir(cadena[0], tmp_path)
    with pytest.raises(ErrorUso, match="no es una entrega"):
        construir(tmp_path, tmp_path / "anexo")


def test_una_tabla_que_no_es_la_publicada_no_se_valida(cadena: list[Path], tmp_path: Path) -> None:
    copia = Path(shutil.copytree(cadena[0], tmp_path / "entrega"))
    shutil.copy(copia / "datos" / "plan.parquet", copia / "datos" / "serie.parquet")
    with pytest.raises(ErrorUso, match=r"serie\.parquet no es el que anunció"):
        construir(copia, tmp_path / "anexo")


def test_una_tabla_vacia_no_se_da_por_buena_y_un_defecto_se_cuenta(cadena: list[Path], tmp_path: Path) -> None:
    plan = leer_parquet(cadena[0] / "datos" / "plan.parquet")
    repetido = pa.concat_tables([plan, plan.slice(0, 1)])
    vacia = esquema_arrow(PUBLICAS["dialogo"]).empty_table()
    hechas = {t.tabla: t for t in construir_data_docs({"plan": repetido, "dialogo": vacia}, tmp_path / "docs")}
    assert (hechas["dialogo"].filas, hechas["dialogo"].no_cumplen) == (0, 0)
    assert hechas["dialogo"].sin_filas > hechas["dialogo"].cumplen
    assert hechas["plan"].no_cumplen == 1
    escribir_parquet(PUBLICAS["plan"], plan, tmp_path / "plan.parquet")
    assert (tmp_path / "docs" / "index.html").is_file()
