"""Los campos que el esquema de un portal con ckanext-scheming tiene como propios van en su sitio."""

from __future__ import annotations

from typing import Any

from rendicion.portales.ckan_cliente import NoExiste
from rendicion.portales.ckan_esquema import Esquema, leer_esquema

PARTES = [{"field_name": "start"}, {"field_name": "end"}]


def _datos(**extras: str) -> dict[str, Any]:
    return {"title": "t", "extras": [{"key": c, "value": v} for c, v in extras.items()]}


def test_sin_esquema_nada_se_mueve() -> None:
    assert Esquema().ordenar(_datos(frequency="u", otro="1")) == _datos(frequency="u", otro="1")
    assert Esquema().dar_forma({"language": "es"}) == {"language": "es"}


def test_lo_que_el_esquema_nombra_sale_de_los_extras() -> None:
    ordenados = Esquema({"frequency": {}}).ordenar(_datos(frequency="u", otro="1"))
    assert ordenados == {"title": "t", "frequency": "u", "extras": [{"key": "otro", "value": "1"}]}


def test_lo_que_el_esquema_admite_de_a_varios_va_como_lista() -> None:
    varios = {"validators": "ignore_missing scheming_multiple_text"}
    ordenados = Esquema({"language": varios, "conforms_to": {"preset": "multiple_text"}, "access_rights": {}}).ordenar(_datos(language="es", conforms_to='["a", "b"]', access_rights="[x]"))
    assert (ordenados["language"], ordenados["conforms_to"], ordenados["access_rights"]) == (["es"], ["a", "b"], "[x]")
    assert Esquema(recurso={"language": varios}).dar_forma({"language": "es", "size": 3}) == {"language": ["es"], "size": 3}


def test_lo_que_el_esquema_agrupa_va_en_su_grupo() -> None:
    ordenados = Esquema({"temporal_coverage": {"repeating_subfields": PARTES}, "publisher": {"repeating_subfields": [{"field_name": "name"}]}, "contact": {}}).ordenar(
        _datos(temporal_start="2020-01-01", temporal_end="2020-12-31", publisher_name="A", publisher_url="https://a", contact_name="C")
    )
    assert ordenados["temporal_coverage"] == [{"start": "2020-01-01", "end": "2020-12-31"}]
    assert ordenados["publisher"] == [{"name": "A"}]
    # Lo que el grupo no tiene dónde poner no se pierde.
    assert ordenados["extras"] == [{"key": "publisher_url", "value": "https://a"}, {"key": "contact_name", "value": "C"}]
    assert "contact" not in ordenados


class _Portal:
    def __init__(self, esquema: dict[str, Any] | None) -> None:
        self.esquema, self.pedidas = esquema, 0

    def leer(self, _accion: str, **_datos: Any) -> dict[str, Any]:
        self.pedidas += 1
        if self.esquema is None:
            raise NoExiste("No está.", donde="portal", hacer="")
        return self.esquema


def test_el_esquema_se_pide_solo_donde_hay_scheming() -> None:
    portal: Any = _Portal({"dataset_fields": [{"field_name": "notes"}], "resource_fields": [{"field_name": "url"}]})
    assert leer_esquema(portal, ["datastore"]) == Esquema()
    assert portal.pedidas == 0
    leido = leer_esquema(portal, ["scheming_datasets"])
    assert (list(leido.conjunto), list(leido.recurso)) == (["notes"], ["url"])
    sin_esquema: Any = _Portal(None)
    assert leer_esquema(sin_esquema, ["scheming_datasets"]) == Esquema()
