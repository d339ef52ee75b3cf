"""Leer un lote de una vez da lo mismo que leer cada partición sola, venga como venga su archivo."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from rendicion.pais import lectura
from rendicion.pais.declaracion import leer_pais, plan_de
from rendicion.pais.deposito import abrir
from rendicion.pais.lectura import Particion, abrir_particion, leer_lote
from rendicion.sintetico.pais import Receta, escribir_pais

RECETA = Receta(semilla=5, municipios=4, vigencias=(2022,), registros=40, defectos_por_mil=150)


@pytest.fixture(scope="module")
def pais(tmp_path_factory):
    carpeta = tmp_path_factory.mktemp("pais")
    assert len(list(escribir_pais(carpeta, RECETA))) == 4
    return carpeta


@pytest.fixture
def particiones(pais):
    return [abrir_particion(abrir(str(pais)), e.entidad, 2022) for e in leer_pais(abrir(str(pais))).entidades]


def con_evidencia(p: Particion, evidencia: bytes) -> Particion:
    return replace(p, evidencia=evidencia, captura_sha256=hashlib.sha256(evidencia).hexdigest())


def filas_de(pais, particiones):
    """Lee el lote y devuelve, por partición, sus filas y sus rechazos."""
    leido, buenas, fallas = leer_lote(particiones, leer_pais(abrir(str(pais))))
    if not buenas:
        return {}, {n: str(e) for n, e in fallas.items()}
    columnas = [c for c in leido.tabla.column_names if c != "particion"]
    por_particion = {p.nombre: ([], []) for p in buenas}
    for i, fila in zip(leido.tabla["particion"].to_pylist(), leido.tabla.select(columnas).to_pylist(), strict=True):
        por_particion[buenas[i].nombre][0].append(fila)
    for fila, r in leido.rechazos:
        por_particion[buenas[leido.tabla["particion"][fila].as_py()].nombre][1].append((r.registro, r.regla, r.campo, r.valor, r.explicacion))
    return por_particion, {n: str(e) for n, e in fallas.items()}


def de_a_una(pais, particiones, monkeypatch):
    """Lee cada partición sola, por el camino que nombra lo que falla."""
    monkeypatch.setattr(lectura, "_leer_juntas", lambda *_: None)
    juntas, fallas = {}, {}
    for p in particiones:
        suyas, malas = filas_de(pais, [p])
        juntas |= suyas
        fallas |= malas
    return juntas, fallas


CAMBIOS = {
    "como vienen": lambda t: t,
    "con comas, comillas y saltos": lambda t: re.sub(rb",(Registro sint\xc3\xa9tico 2 de [^,]*),", rb',"\1, plaza ""mayor""\ny parque",', t),
    "sin salto al final": lambda t: t.removesuffix(b"\n"),
    "con una línea en blanco": lambda t: t.replace(b"\n", b"\n\n", 2),
    "con saltos de Windows": lambda t: t.replace(b"\n", b"\r\n"),
    "comilla sin cerrar": lambda t: t + b'"05001,2022',
    "solo el encabezado": lambda t: t.split(b"\n", 1)[0] + b"\n",
    "una columna de más": lambda t: t + b"05001,2022,reporte-municipal,R-1,1.1,2022-01-01,1,t,,web,X,sobra\n",
    "filas de otra entidad": lambda t: t + b"99999,2022,reporte-municipal,R-1,1.1,2022-01-01,1,t,,web,X\n",
    "filas de otro año": lambda t: t.replace(b",2022,", b",2021,", 1),
    "una fuente ajena": lambda t: t.replace(b",noticias-web,", b",otra,", 1),
    "con apóstrofos de hoja de cálculo": lambda t: t.replace(b",web,", b",'=web,").replace(b",R-1", b",'-R-1"),
    "con datos personales": lambda t: t.replace(b",R-2,", b",ana@ejemplo.org,").replace(b",presencial,", b",300 123 4567,").replace(b"/2022/4,", b"/2022/?correo=ana@ejemplo.org,"),
    "dependencia vacía": lambda t: t.replace(b",Salud\n", b",\n"),
}


@pytest.mark.parametrize("cambio", CAMBIOS)
def test_leer_juntas_da_lo_mismo_que_leer_cada_una(pais, particiones, cambio, monkeypatch):
    una = particiones[1]
    lote = [particiones[0], con_evidencia(una, CAMBIOS[cambio](una.evidencia)), *particiones[2:]]
    juntas = filas_de(pais, lote)
    assert juntas == de_a_una(pais, lote, monkeypatch)
    assert {*juntas[0], *juntas[1]} == {p.nombre for p in lote}


@pytest.mark.parametrize(
    ("columna", "valor", "regla"),
    [("R-2", "ana@ejemplo.org", "registro_con_dato_personal"), ("https://www.ejemplo.gov.co/05001/2022/2", "https://www.ejemplo.gov.co/?c=ana@ejemplo.org", "url_con_dato_personal")],
)
def test_un_dato_personal_en_la_clave_o_en_la_direccion_se_rechaza_y_no_se_publica(pais, particiones, columna, valor, regla):
    una = particiones[0]
    evidencia = una.evidencia.replace(f",{columna},".encode(), f",{valor},".encode(), 1)
    assert evidencia != una.evidencia
    leido, _, _ = leer_lote([con_evidencia(una, evidencia)], leer_pais(abrir(str(pais))))
    assert regla in {r.regla for _, r in leido.rechazos}
    assert "ana@ejemplo.org" not in str(leido.tabla.to_pylist())
    assert "ana@ejemplo.org" not in str(leido.rechazos)


def test_un_plan_ajeno_no_entra(pais, particiones):
    with pytest.raises(Exception, match="es de otra entidad"):
        plan_de(particiones[0].plan_bytes, "99999", 2022)
