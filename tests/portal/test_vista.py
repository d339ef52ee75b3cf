"""La vista previa de «la última» en el DataStore de un CKAN de verdad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import muestra
import pyarrow.parquet as pq
import pytest
from muestra import TABLAS, armar_muestra

from esquemas import PUBLICAS
from rendicion.errores import ErrorPortal
from rendicion.portales import ckan_vista
from rendicion.portales.ckan import PortalCKAN
from rendicion.portales.ckan_cliente import ClienteCKAN


def _como(modelo: Any, leido: Any) -> Any:
    """Devuelve lo leído del DataStore con el tipo del Parquet; JSON no distingue decimales ni fechas."""
    if isinstance(modelo, Decimal):
        return Decimal(str(leido))
    return date.fromisoformat(leido[:10]) if isinstance(modelo, date) else leido


def _estable(pila: Any, ficha: dict[str, str], tabla: str) -> dict[str, Any]:
    return next(r for r in pila.accion("package_show", id=ficha["conjunto"])["resources"] if r.get("ultima") == f"datos/{tabla}.csv")


def _iguales(pila: Any, ficha: dict[str, str], carpeta: Path, nombre: str) -> None:
    recurso = _estable(pila, ficha, nombre)
    clave = PUBLICAS[nombre].clave
    assert recurso["datastore_active"]
    hallado = pila.accion("datastore_search", resource_id=recurso["id"], limit=1000)
    esperado = sorted(pq.read_table(carpeta / f"datos/{nombre}.parquet").to_pylist(), key=lambda f: [str(f[c]) for c in clave])
    puesto = sorted(hallado["records"], key=lambda f: [str(f[c])[:10] if c == "corte" else str(f[c]) for c in clave])
    assert [{k: _como(esperado[i][k], v) for k, v in f.items() if k != "_id"} for i, f in enumerate(puesto)] == esperado


def _rotulo(pila: Any, recurso: dict[str, Any]) -> str:
    if pila.estado("datastore_search", resource_id=recurso["id"], limit=0) == httpx.codes.NOT_FOUND:
        return "no hay tabla"
    campos = pila.accion("datastore_search", resource_id=recurso["id"], limit=0)["fields"]
    return str(campos[1]["info"]["entrega"])


@pytest.fixture
def escritas(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Anota cada escritura que se manda al portal."""
    anotadas: list[tuple[str, dict[str, Any]]] = []
    original = ClienteCKAN.escribir

    def anotar(yo: ClienteCKAN, accion: str, datos: Any, *resto: Any) -> Any:
        anotadas.append((accion, dict(datos)))
        return original(yo, accion, datos, *resto)

    monkeypatch.setattr(ClienteCKAN, "escribir", anotar)
    return anotadas


def _fallar(monkeypatch: pytest.MonkeyPatch, accion: str) -> None:
    original = ClienteCKAN.escribir

    def fallar(yo: ClienteCKAN, nombre: str, *resto: Any) -> Any:
        if nombre == accion:
            raise ErrorPortal("corte de prueba")
        return original(yo, nombre, *resto)

    monkeypatch.setattr(ClienteCKAN, "escribir", fallar)


def test_el_datastore_dice_lo_mismo_que_el_parquet_con_tipos_clave_y_diccionario(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    PortalCKAN(pila.url, pila.editora, ficha).publicar(carpeta, manifiesto)
    for nombre in TABLAS:
        _iguales(pila, ficha, carpeta, nombre)
        recurso = _estable(pila, ficha, nombre)
        diccionario = {c["id"]: c["info"] for c in pila.accion("datastore_search", resource_id=recurso["id"], limit=0)["fields"] if c["id"] != "_id"}
        for campo in PUBLICAS[nombre].campos:
            assert diccionario[campo.nombre]["label"] == campo.titulo
            assert diccionario[campo.nombre]["notes"].startswith(campo.descripcion)
            assert diccionario[campo.nombre]["unit"] == (campo.unidad or "")
        assert _rotulo(pila, recurso) == manifiesto["entrega"]
        assert [v["view_type"] for v in pila.accion("resource_view_list", id=recurso["id"])] == ["datatables_view"]
    avances = _estable(pila, ficha, "avances")
    tipos = {c["id"]: c["type"] for c in pila.accion("datastore_search", resource_id=avances["id"], limit=0)["fields"]}
    assert (tipos["cantidad"], tipos["fecha"], tipos["cuenta"], tipos["vigencia"], tipos["entidad"]) == ("numeric", "date", "bool", "int4", "text")
    repetida = {"resource_id": avances["id"], "method": "insert", "force": True, "records": [{"avance_id": "muestra:000000"}]}
    assert pila.estado("datastore_upsert", token=pila.editora, **repetida) == httpx.codes.CONFLICT


def test_de_una_entrega_a_otra_viajan_solo_las_filas_que_cambiaron(pila: Any, tmp_path: Path, escritas: list[tuple[str, dict[str, Any]]]) -> None:
    ficha = pila.ficha()
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    portal.publicar(*armar_muestra(tmp_path, 1, avances=60))
    escritas.clear()
    carpeta, manifiesto = armar_muestra(tmp_path, 2, avances=58)
    portal.publicar(carpeta, manifiesto)
    enviadas = [f["avance_id"] for accion, d in escritas if accion == "datastore_upsert" for f in d["records"]]
    quitadas = [i for accion, d in escritas if accion == "datastore_delete" for i in d["filters"]["_id"]]
    assert enviadas == ["muestra:000000"]
    assert len(quitadas) == 2
    for nombre in TABLAS:
        _iguales(pila, ficha, carpeta, nombre)
    assert _rotulo(pila, _estable(pila, ficha, "avances")) == manifiesto["entrega"]


def test_las_filas_viajan_por_lotes(pila: Any, tmp_path: Path, escritas: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ckan_vista, "LOTE", 20)
    ficha = pila.ficha()
    carpeta, manifiesto = armar_muestra(tmp_path, 1, avances=45)
    PortalCKAN(pila.url, pila.editora, ficha).publicar(carpeta, manifiesto)
    lotes = [len(d["records"]) for accion, d in escritas if accion == "datastore_upsert"]
    assert lotes == [20, 20, 5]
    _iguales(pila, ficha, carpeta, "avances")


@pytest.mark.parametrize("accion", ["datastore_upsert", "datastore_delete", "datastore_create"])
def test_una_carga_fallida_no_muestra_la_entrega_vieja_como_si_fuera_la_nueva(
    pila: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accion: str
) -> None:
    ficha = pila.ficha()
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    primera, segunda = armar_muestra(tmp_path, 1, avances=6), armar_muestra(tmp_path, 2, avances=5)
    portal.publicar(*primera)
    with monkeypatch.context() as roto:
        _fallar(roto, accion)
        hecho = portal.publicar(*segunda)
    assert hecho.estado == "publicada"
    assert "quedó sin vista previa" in hecho.detalle
    avances = _estable(pila, ficha, "avances")
    assert avances["entrega_actual"] == segunda[1]["entrega"]
    assert not avances["datastore_active"]
    assert _rotulo(pila, avances) != segunda[1]["entrega"]
    assert portal.publicar(*segunda).estado == "sin_cambios"
    _iguales(pila, ficha, segunda[0], "avances")
    assert _rotulo(pila, _estable(pila, ficha, "avances")) == segunda[1]["entrega"]


def test_publicar_sin_vista_previa_apaga_la_de_la_entrega_anterior(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    PortalCKAN(pila.url, pila.editora, ficha).publicar(*armar_muestra(tmp_path, 1))
    PortalCKAN(pila.url, pila.editora, ficha, vista_previa=False).publicar(*armar_muestra(tmp_path, 2))
    assert not any(_estable(pila, ficha, n)["datastore_active"] for n in TABLAS)


def test_si_llega_otra_publicacion_la_vista_previa_es_de_la_ultima(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    primera, segunda, tercera = (armar_muestra(tmp_path, n, avances=3 + n) for n in (1, 2, 3))
    PortalCKAN(pila.url, pila.editora, ficha).publicar(*primera)
    llegada: list[Any] = []

    def llega_otra(paso: str) -> None:
        if paso == "vista_avances_lista":
            llegada.append(PortalCKAN(pila.url, pila.editora, ficha).publicar(*tercera))

    hecho = PortalCKAN(pila.url, pila.editora, ficha, al_avanzar=llega_otra).publicar(*segunda)
    assert llegada[0].estado == "publicada"
    assert "Llegó otra publicación" in hecho.detalle
    for nombre in TABLAS:
        _iguales(pila, ficha, tercera[0], nombre)
        assert _rotulo(pila, _estable(pila, ficha, nombre)) == tercera[1]["entrega"]


def test_si_otra_publicacion_llega_con_un_lote_en_camino_la_vista_se_apaga_y_despues_se_repara(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    primera, segunda, tercera = (armar_muestra(tmp_path, n, avances=3 + n) for n in (1, 2, 3))
    PortalCKAN(pila.url, pila.editora, ficha).publicar(*primera)
    nueva = PortalCKAN(pila.url, pila.editora, ficha)

    def llega_otra(paso: str) -> None:
        if paso == "vista_avances_lote":
            nueva.publicar(*tercera)
            ensuciar = {"resource_id": _estable(pila, ficha, "avances")["id"], "method": "upsert", "force": True}
            pila.accion("datastore_upsert", token=pila.editora, **ensuciar, records=[{"avance_id": "muestra:000000", "titulo": "fila vieja"}])

    PortalCKAN(pila.url, pila.editora, ficha, al_avanzar=llega_otra).publicar(*segunda)
    assert not _estable(pila, ficha, "avances")["datastore_active"]
    assert nueva.publicar(*tercera).estado == "sin_cambios"
    _iguales(pila, ficha, tercera[0], "avances")


def test_una_tabla_con_otras_columnas_se_carga_de_nuevo_entera(pila: Any, tmp_path: Path, escritas: list[tuple[str, dict[str, Any]]]) -> None:
    ficha = pila.ficha()
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    portal.publicar(*armar_muestra(tmp_path, 1))
    recurso = _estable(pila, ficha, "avances")
    pila.accion("datastore_delete", token=pila.editora, resource_id=recurso["id"], force=True)
    ajena = [{"id": "avance_id", "type": "text"}, {"id": "cantidad", "type": "text"}]
    pila.accion("datastore_create", token=pila.editora, resource_id=recurso["id"], force=True, fields=ajena, records=[{"avance_id": "x", "cantidad": "1"}])
    escritas.clear()
    carpeta, manifiesto = armar_muestra(tmp_path, 2)
    portal.publicar(carpeta, manifiesto)
    assert [d["resource_id"] for accion, d in escritas if accion == "datastore_delete"] == [recurso["id"]]
    _iguales(pila, ficha, carpeta, "avances")


def test_lo_que_un_cargador_del_portal_cambia_se_repara_al_publicar_de_nuevo(pila: Any, tmp_path: Path) -> None:
    ficha = pila.ficha()
    portal = PortalCKAN(pila.url, pila.editora, ficha)
    carpeta, manifiesto = armar_muestra(tmp_path, 1)
    portal.publicar(carpeta, manifiesto)
    avances = _estable(pila, ficha, "avances")
    plan = next(r for r in pila.accion("package_show", id=ficha["conjunto"])["resources"] if r.get("ruta") == "datos/plan.csv")
    # Es lo que deja ckanext-xloader cuando alguien le manda cargar todo: las filas como texto y su MD5 en lugar de la huella.
    pila.accion("datastore_delete", token=pila.editora, resource_id=avances["id"], force=True)
    como_texto = [{"id": n, "type": "text"} for n in PUBLICAS["avances"].nombres]
    pila.accion("datastore_create", token=pila.editora, resource_id=avances["id"], force=True, fields=como_texto, records=[{"avance_id": "x"}])
    for recurso in (avances, plan):
        pila.accion("resource_patch", token=pila.editora, id=recurso["id"], hash="d41d8cd98f00b204e9800998ecf8427e")
    hecho = portal.publicar(carpeta, manifiesto)
    assert hecho.estado == "sin_cambios"
    assert "la huella de 2 recursos" in hecho.detalle
    assert pila.accion("resource_show", id=plan["id"])["hash"] == plan["hash"]
    assert _estable(pila, ficha, "avances")["hash"] == avances["hash"]
    _iguales(pila, ficha, carpeta, "avances")
    assert "huella" not in portal.publicar(carpeta, manifiesto).detalle


def test_los_valores_dificiles_van_y_vuelven_iguales(pila: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    textos = ['á «comillas», "dobles"\ny salto', "'=1+1", "NA", " con espacios "]
    numeros = [Decimal("12345678901234567890.1234"), Decimal("-0.0000"), Decimal("0.0000"), Decimal("0.5000")]
    filas: Callable[..., list[dict[str, Any]]] = muestra._filas

    def dificiles(nombre: str, *resto: Any) -> list[dict[str, Any]]:
        propias = filas(nombre, *resto)
        return [{**f, "titulo": textos[i], "cantidad": numeros[i]} for i, f in enumerate(propias)] if nombre == "avances" else propias

    monkeypatch.setattr(muestra, "_filas", dificiles)
    ficha = pila.ficha()
    hecho = PortalCKAN(pila.url, pila.editora, ficha).publicar(*armar_muestra(tmp_path, 1, avances=4))
    assert "sin vista previa" not in hecho.detalle
    puestas = pila.accion("datastore_search", resource_id=_estable(pila, ficha, "avances")["id"], sort="_id")["records"]
    assert [f["titulo"] for f in puestas] == textos
    assert [f["cantidad"] for f in puestas][1:] == [0, 0, 0.5]


def test_un_recurso_sin_tabla_no_tiene_vista_previa() -> None:
    parquets = {"plan": Path("plan.parquet")}
    assert ckan_vista.vista_de({"id": "a", "ultima": "index.html"}, "e", parquets) is None
    assert ckan_vista.vista_de({"id": "a", "tabla": "plan", "entrega": "e"}, "e", parquets) is None
    vista = ckan_vista.vista_de({"id": "a", "tabla": "plan", "ultima": "datos/plan.csv"}, "e", parquets)
    assert vista is not None
    assert replace(vista, entrega="f").tabla is PUBLICAS["plan"]
