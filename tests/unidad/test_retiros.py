"""Un archivo retirado de un portal queda dicho en las correcciones de la siguiente entrega, una sola vez."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from esquemas import PUBLICAS
from rendicion.almacen.retiros import anotar_retiro, leer_retiros, retiros_de
from rendicion.errores import ErrorUso
from rendicion.retiros import ARCHIVO, Retiro, filas_de_retiros

RETIRO = Retiro("13001-2020-20201231-002", "datos/avances.csv", "ab" * 32, "https://datos.example", "Traía un nombre.", "Equipo", date(2021, 1, 15))


def _entregas(salida: Path, cuantas: int, serie: str = "13001-2020") -> None:
    for n in range(1, cuantas + 1):
        carpeta = salida / "entregas" / serie / f"{serie}-20201231-{n:03d}"
        carpeta.mkdir(parents=True, exist_ok=True)
        (carpeta / "manifiesto.json").touch()


def test_un_retiro_se_cuenta_solo_en_la_entrega_que_sigue(tmp_path: Path) -> None:
    _entregas(tmp_path, 2)
    anotar_retiro(tmp_path, RETIRO)
    todos, por_decir = retiros_de(tmp_path, "13001-2020")
    assert todos == por_decir
    assert por_decir[0].despues_de == 2
    _entregas(tmp_path, 3)
    assert retiros_de(tmp_path, "13001-2020") == (todos, ())


def test_anotar_dos_veces_el_mismo_archivo_deja_el_primer_motivo(tmp_path: Path) -> None:
    primero = anotar_retiro(tmp_path, RETIRO)
    assert anotar_retiro(tmp_path, Retiro(RETIRO.entrega, RETIRO.ruta, "", "x", "otro", "otra", date(2022, 1, 1))) == primero
    assert leer_retiros(tmp_path) == (primero,)


def test_los_retiros_de_otra_entidad_no_entran(tmp_path: Path) -> None:
    anotar_retiro(tmp_path, RETIRO)
    assert retiros_de(tmp_path, "05001-2020") == ((), ())
    assert retiros_de(tmp_path / "sin-nada", "13001-2020") == ((), ())


def test_la_fila_cumple_las_columnas_de_correcciones_y_dice_que_archivo_y_por_que() -> None:
    (fila,) = filas_de_retiros([RETIRO, RETIRO])
    assert list(fila) == list(PUBLICAS["correcciones"].nombres)
    assert (fila["tabla"], fila["campo"], fila["despues"]) == (ARCHIVO, ARCHIVO, None)
    assert fila["clave"] == "13001-2020-20201231-002/datos/avances.csv"
    assert (fila["motivo"], fila["autor"], fila["fecha"]) == ("Traía un nombre.", "Equipo", date(2021, 1, 15))


def test_un_archivo_de_retiros_danado_detiene_en_vez_de_callar(tmp_path: Path) -> None:
    (tmp_path / "retiros.json").write_text("{", encoding="utf-8")
    with pytest.raises(ErrorUso, match="retiros"):
        retiros_de(tmp_path, "13001-2020")
