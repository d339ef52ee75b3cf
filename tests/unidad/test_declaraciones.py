"""Lo declarado en TOML se revisa al leerlo, con mensajes que dicen qué hacer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rendicion.almacen.referencia import entidad, entidades, fuentes
from rendicion.entidad import cortes_oficiales, entidad_desde
from rendicion.errores import ErrorUso
from rendicion.fuente import fuente_desde

FUENTE = {"id": "noticias", "tipo": "csv", "lugar": "n.csv", "dependencia": "Prensa", "actividad": "1.1", "columnas": {"fecha": "Fecha"}}
ENTIDAD = {"codigo": "99001", "nombre": "Alcaldía de Prueba", "vigencias": [{"anio": 2023, "plan": "p.txt", "fuentes": "f"}]}


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ({"lugar": ""}, "le falta: lugar"),
        ({"colunas": {}}, "claves que no existen: colunas"),
        ({"id": "Noticias Web"}, "no sirve"),
        ({"columnas": {"cedula": "Cédula"}}, "campos que no existen: cedula"),
        ({"actividad": None}, "a qué actividad aporta"),
    ],
)
def test_una_fuente_mal_declarada_se_explica(cambio: dict[str, Any], dice: str) -> None:
    with pytest.raises(ErrorUso, match=dice) as error:
        fuente_desde(FUENTE | cambio, donde="noticias.toml")
    assert error.value.donde == "noticias.toml"
    assert error.value.hacer


def test_una_fuente_bien_declarada_se_lee() -> None:
    fuente = fuente_desde(FUENTE | {"limite_rechazos_pct": 2.5, "anfitriones": ["a.example"]}, donde="n.toml")
    assert str(fuente.limite_rechazos_pct) == "2.5"
    assert fuente.anfitriones == ("a.example",)


def test_los_cortes_oficiales_son_los_de_ley_si_no_se_declaran_otros() -> None:
    leida = entidad_desde(ENTIDAD, donde="e.toml")
    assert leida.vigencia(None).cortes == cortes_oficiales(2023) == (date(2023, 4, 30), date(2023, 8, 31), date(2023, 12, 31))


def test_una_vigencia_que_no_existe_se_dice() -> None:
    with pytest.raises(ErrorUso, match="no declara la vigencia 2019"):
        entidad_desde(ENTIDAD, donde="e.toml").vigencia(2019)


def escribir(archivo: Path, texto: str) -> Path:
    archivo.parent.mkdir(parents=True, exist_ok=True)
    archivo.write_text(texto, "utf-8")
    return archivo


def test_con_dos_entidades_hay_que_decir_cual(tmp_path: Path) -> None:
    for codigo in ("05001", "99001"):
        escribir(
            tmp_path / "referencia" / "entidades" / f"{codigo}.toml",
            f'codigo = "{codigo}"\nnombre = "Alcaldía"\n[[vigencias]]\nanio = 2023\nplan = "p"\nfuentes = "f"\n',
        )
    assert [e.entidad.codigo for e in entidades(tmp_path)] == ["05001", "99001"]
    assert entidad(tmp_path, "05001").entidad.codigo == "05001"
    with pytest.raises(ErrorUso, match="de qué entidad"):
        entidad(tmp_path, None)
    with pytest.raises(ErrorUso, match="99999"):
        entidad(tmp_path, "99999")


def test_un_toml_danado_se_dice_con_su_nombre(tmp_path: Path) -> None:
    escribir(tmp_path / "a.toml", "esto = no")
    with pytest.raises(ErrorUso, match="no es TOML válido") as error:
        fuentes(tmp_path)
    assert error.value.donde == "a.toml"


def test_dos_fuentes_con_el_mismo_id_no_se_aceptan(tmp_path: Path) -> None:
    for nombre in ("a", "b"):
        escribir(tmp_path / f"{nombre}.toml", 'id = "x"\ntipo = "csv"\nlugar = "l"\ndependencia = "d"\nactividad = "1.1"\n[columnas]\nfecha = "F"\n')
    with pytest.raises(ErrorUso, match="mismo id: x"):
        fuentes(tmp_path)
