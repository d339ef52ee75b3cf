"""Una corrida con una fuente de cada tipo: ningún dato personal ni clave sale de la captura, y lo que falta se dice."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from rendicion.fuentes import TIPOS

RAIZ = Path(__file__).resolve().parents[2]
CANARIOS = ("Canaria Ficticia", "canaria@correo.example", "1047999001", "3009999001", "Calle 99 # 98-97")
PERSONA = dict(zip(("Nombre", "Correo", "Cédula", "Teléfono", "Dirección"), CANARIOS, strict=True))
TOKEN = "canario-token-77aa"
DETECTABLES = CANARIOS[1:]  # un nombre suelto no se distingue de otro texto: por eso solo sale lo declarado
PROPIAS = ("csv", "excel", "sql", "wordpress_exportacion", "redes_csv", "encuesta", "carpeta", "rest_json", "wordpress_rest", "rss")


CON_CANARIOS_DECLARADOS = ("declarados", "buzon_declarado", "matriz", "mala")
TODAS = {
    "registro": "Código", "actividad_id": "Actividad", "fecha": "Fecha", "cantidad": "Piezas",
    "titulo": "Título", "url": "Enlace", "canal": "Canal", "dependencia": "Dependencia",
}  # fmt: skip
DE_LA_MATRIZ = {"actividad_id": "Código", "titulo": "Título", "canal": "Canal", "dependencia": "Dependencia", "url": "Enlace"}
MAPA = """hojas = ["S*"]
[[opciones.periodos]]
nombre = "T1"
fecha = 2020-04-30
ejecutado = "Ejecutado"
porcentaje = "% del trimestre"
"""


@dataclass(frozen=True)
class Hecha:
    salida: Path
    entrega: Path
    codigo: int
    dicho: str

    @property
    def manifiesto(self) -> dict[str, Any]:
        leido: dict[str, Any] = json.loads((self.entrega / "manifiesto.json").read_text("utf-8"))
        return leido

    def tabla(self, nombre: str) -> list[dict[str, str]]:
        return list(csv.DictReader((self.entrega / "datos" / f"{nombre}.csv").open(encoding="utf-8", newline="")))


def _id(tipo: str) -> str:
    return "de-" + tipo.replace("_", "-")


def _filas(tipo: str) -> list[list[str]]:
    titulos = ["Código", "Fecha", "Título", *PERSONA]
    return [titulos, *([f"{tipo}-{n}", f"2020-04-{n:02}", f"Pieza {n}", *CANARIOS] for n in range(1, 4))]


def _csv(tipo: str) -> str:
    salida = io.StringIO(newline="")
    csv.writer(salida).writerows(_filas(tipo))
    return salida.getvalue()


def _declarados(hoja: str) -> bytes:
    """Hace un libro con un canario en cada columna que sí se declara, uno por fila, y en el nombre de una hoja."""
    libro = openpyxl.Workbook()
    libro.active.title = hoja
    titulos = ["Código", "Actividad", "Fecha", "Piezas", "Título", "Enlace", "Canal", "Dependencia"]
    libro.active.append(titulos)
    n = 0
    for canario in DETECTABLES:
        for columna in titulos:
            n += 1
            buena = dict(zip(titulos, [f"d-{n}", "1.4", "2020-04-01", "1", f"Pieza {n}", "", "Prensa", "Oficina"], strict=True))
            libro.active.append([*(buena | {columna: f"https://x.example/ver?n=1&cedula={canario}" if columna == "Enlace" else f"A {canario}"}).values()])
    for canario in DETECTABLES[:2]:
        libro.create_sheet(canario).append(["nada"])
    libro.active.append(["Total de Canaria, cel 3009999001"])
    salida = io.BytesIO()
    libro.save(salida)
    return salida.getvalue()


def _matriz() -> bytes:
    """Hace una matriz con un canario en cada columna declarada."""
    libro = openpyxl.Workbook()
    libro.active.title = "S01"
    titulos = ["Código", "Título", "Canal", "Dependencia", "Enlace", "Ejecutado", "% del trimestre"]
    libro.active.append(titulos)
    for canario in DETECTABLES:
        for columna in titulos:
            buena = dict(zip(titulos, ["1.4", "Pieza", "Prensa", "Oficina", "", "1", "100%"], strict=True))
            libro.active.append([*(buena | {columna: f"A {canario}"}).values()])
    libro.create_sheet(f"S02 {CANARIOS[1]}").append(titulos)
    salida = io.BytesIO()
    libro.save(salida)
    return salida.getvalue()


def _escribir_archivos(carpeta: Path) -> None:
    for tipo in ("csv", "redes_csv", "encuesta"):
        (carpeta / f"{tipo}.csv").write_text(_csv(tipo), "utf-8")
    (carpeta / "buzon").mkdir()
    (carpeta / "declarados.xlsx").write_bytes(_declarados(f"Hoja de {CANARIOS[3]}"))
    (carpeta / "matriz.xlsx").write_bytes(_matriz())
    (carpeta / "buzon2").mkdir()
    (carpeta / "buzon2" / f"{CANARIOS[2]}.csv").write_text("Código,Fecha,Título\nb-1,2020-04-01,Uno\n,2020-04-02,Dos\n", "utf-8")
    (carpeta / "buzon2" / f"{CANARIOS[2]}.pdf").write_text("nada", "utf-8")
    (carpeta / "mala.xlsx").write_bytes(_declarados(f"Hoja de {CANARIOS[1]}"))
    (carpeta / "buzon" / "uno.csv").write_text(_csv("carpeta"), "utf-8")
    libro = openpyxl.Workbook()
    for fila in _filas("excel"):
        libro.active.append(fila)
    libro.create_sheet("Asistencia").append(list(CANARIOS))
    libro.save(carpeta / "excel.xlsx")
    with sqlite3.connect(carpeta / "sql.sqlite") as base:
        base.execute("CREATE TABLE t (" + ", ".join('"' + c + '"' for c in _filas("sql")[0]) + ")")
        base.executemany("INSERT INTO t VALUES (?,?,?,?,?,?,?,?)", _filas("sql")[1:])
    items = "".join(
        f"<item><title>Pieza {n}</title><wp:post_id>wp-{n}</wp:post_id><wp:post_date>2020-04-0{n} 10:00:00</wp:post_date>"
        f"<dc:creator>{' '.join(CANARIOS)}</dc:creator></item>"
        for n in range(1, 4)
    )
    espacios = 'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    (carpeta / "wordpress_exportacion.xml").write_text(f'<rss version="2.0" {espacios}><channel>{items}</channel></rss>', "utf-8")


def _servir(servidor: HTTPServer) -> None:
    def rest(_: Request) -> Response:
        datos = [{"Código": f"rest-{n}", "Fecha": f"2020-04-0{n}", "Título": f"Pieza {n}", **PERSONA} for n in range(1, 4)]
        return Response(json.dumps(datos, ensure_ascii=False))

    def wordpress(_: Request) -> Response:
        datos = [{"id": n, "date": f"2020-04-0{n}T10:00:00", "title": {"rendered": f"Pieza {n}"}, "autor": PERSONA} for n in range(1, 4)]
        return Response(json.dumps(datos, ensure_ascii=False), headers={"X-WP-Total": "3"})

    items = "".join(f"<item><guid>rss-{n}</guid><title>Pieza {n}</title><pubDate>0{n} Apr 2020 15:00:00 GMT</pubDate><author>{' '.join(CANARIOS)}</author></item>" for n in range(1, 4))
    servidor.expect_request("/api").respond_with_handler(rest)
    servidor.expect_request("/wp-json/wp/v2/posts").respond_with_handler(wordpress)
    servidor.expect_request("/feed").respond_with_data(f'<rss version="2.0"><channel><title>C</title>{items}</channel></rss>')


def _declarar(carpeta: Path, servidor: HTTPServer) -> Path:
    """Escribe un TOML por tipo, más una fuente que no existe."""
    declaradas = carpeta / "fuentes"
    declaradas.mkdir()
    comunes = {"registro": "Código", "fecha": "Fecha", "titulo": "Título"}
    web = 'permite_privado = true\ntoken_env = "TOKEN_DE_PRUEBA"'
    casos: dict[str, tuple[str, dict[str, str], str]] = {
        "csv": ("../csv.csv", comunes, ""),
        "redes_csv": ("../redes_csv.csv", comunes, ""),
        "encuesta": ("../encuesta.csv", comunes, ""),
        "carpeta": ("../buzon", comunes, ""),
        "excel": ("../excel.xlsx", comunes, ""),
        "sql": ("../sql.sqlite", comunes, 'tabla = "t"'),
        "wordpress_exportacion": ("../wordpress_exportacion.xml", {"registro": "wp:post_id", "fecha": "wp:post_date", "titulo": "title"}, ""),
        "rest_json": (servidor.url_for("/api"), comunes, web),
        "wordpress_rest": (servidor.url_for("").rstrip("/"), {"registro": "id", "fecha": "date", "titulo": "title.rendered"}, web),
        "rss": (servidor.url_for("/feed"), {"registro": "id", "fecha": "published", "titulo": "title"}, web),
        "declarados": ("../declarados.xlsx", TODAS, ""),
        "buzon_declarado": ("../buzon2", comunes, ""),
        "matriz": ("../matriz.xlsx", DE_LA_MATRIZ, MAPA),
        "mala": ("../mala.xlsx", comunes, 'hojas = ["Enero"]'),
        "falta": ("../no-existe.csv", comunes, ""),
    }
    for tipo, (lugar, columnas, opciones) in casos.items():
        columnas_toml = "\n".join(f'{c} = "{v}"' for c, v in columnas.items())
        real = {"falta": "csv", "declarados": "excel", "buzon_declarado": "carpeta", "mala": "excel"}.get(tipo, tipo)
        actividad = f'actividad = "{"1.6" if tipo in {"falta", "mala"} else "1.4"}"\n' if "actividad_id" not in columnas else ""
        (declaradas / f"{tipo}.toml").write_text(
            f'id = "{_id(tipo)}"\ntitulo = "DATOS SINTÉTICOS · {tipo}"\ntipo = "{real}"\nlugar = "{lugar}"\ndependencia = "Oficina de ejemplo"\n'
            f'{actividad}sintetica = true\ndatos_personales = true\nfrecuencia = "R/P1M"\nanfitriones = ["localhost", "x.example"]\nlimite_rechazos_pct = 100\n\n'
            f"[columnas]\n{columnas_toml}\n\n[opciones]\n{opciones}\n",
            "utf-8",
        )
    return declaradas


@pytest.fixture(scope="module")
def hecha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hecha]:
    carpeta = tmp_path_factory.mktemp("fugas")
    with HTTPServer(host="localhost") as servidor:
        _servir(servidor)
        _escribir_archivos(carpeta)
        declaradas, salida = _declarar(carpeta, servidor), carpeta / "salida"
        limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))} | {"TOKEN_DE_PRUEBA": TOKEN}
        orden = [sys.executable, "-m", "rendicion.linea", "correr", "--salida", str(salida), "--fuentes", str(declaradas), "--depurar"]
        corrida = subprocess.run(orden, capture_output=True, text=True, cwd=RAIZ, env=limpio)
        entregas = sorted(salida.glob("entregas/*/*/manifiesto.json"))
        assert entregas, corrida.stdout + corrida.stderr
        assert all(p.headers["Authorization"] == f"Bearer {TOKEN}" for p, _ in servidor.log)
        yield Hecha(salida, entregas[-1].parent, corrida.returncode, corrida.stdout + corrida.stderr)


def _textos(archivo: Path) -> Iterator[str]:
    """Da todo lo que se puede leer de un archivo: también dentro de un Parquet o de un libro."""
    contenido = archivo.read_bytes()
    yield contenido.decode("utf-8", "replace")
    if archivo.suffix == ".parquet":
        yield repr(pq.ParquetFile(archivo).read().to_pylist())
    if contenido.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(contenido)) as partes:
            yield from (partes.read(n).decode("utf-8", "replace") for n in partes.namelist())


def test_todos_los_tipos_de_fuente_estan_en_la_prueba():
    assert set(PROPIAS) == {t for t in TIPOS if not t.startswith("matriz")}


def test_todas_las_fuentes_dieron_sus_registros(hecha: Hecha):
    cuentas = {f["fuente"]: (f["recibidos"], f["rechazados"]) for f in hecha.tabla("conciliacion")}
    assert {t: cuentas.get(_id(t)) for t in PROPIAS} == dict.fromkeys(PROPIAS, ("3", "0"))
    # En las fuentes con canarios declarados, una fila por canario y columna: ninguna se pierde.
    assert cuentas[_id("declarados")][0] == str(len(DETECTABLES) * len(TODAS) + 1)
    assert cuentas[_id("matriz")][0] == str(len(DETECTABLES) * (len(DE_LA_MATRIZ) + 2))
    assert cuentas[_id("buzon_declarado")] == ("2", "1")


def test_ningun_dato_personal_sale_de_la_captura(hecha: Hecha):
    fuera = [a for a in hecha.salida.rglob("*") if a.is_file() and "capturas" not in a.relative_to(hecha.salida).parts]
    assert any(a.suffix == ".parquet" for a in fuera)
    assert any(a.name.startswith("registro.sqlite") for a in fuera)
    salieron = {(a.relative_to(hecha.salida).as_posix(), c) for a in fuera for t in _textos(a) for c in CANARIOS if c in t}
    assert salieron == set()
    assert not [c for c in CANARIOS if c in hecha.dicho]


def test_los_canarios_si_estaban_en_los_originales(hecha: Hecha):
    """Si no estuvieran, la prueba anterior no probaría nada."""
    guardado = {a: "".join(_textos(a)) for a in (hecha.salida / "capturas").rglob("*.bin")}
    con_canario = {a.relative_to(hecha.salida / "capturas").parts[0] for a, t in guardado.items() if CANARIOS[1] in t}
    assert con_canario == {_id(t) for t in (*PROPIAS, "declarados", "matriz", "mala")} - {"de-sql"}


def test_el_token_no_esta_en_ninguna_parte(hecha: Hecha):
    for archivo in (a for a in hecha.salida.rglob("*") if a.is_file()):
        assert TOKEN.encode() not in archivo.read_bytes(), archivo
    assert TOKEN not in hecha.dicho


def test_las_capturas_con_datos_personales_se_marcan_se_quedan_y_solo_se_publica_su_huella(hecha: Hecha):
    publicadas = {c["fuente"]: c for c in hecha.manifiesto["capturas"]}
    assert len(publicadas) == len(PROPIAS) + len(CON_CANARIOS_DECLARADOS)
    for ficha in (hecha.salida / "capturas").glob("*/[!.]*.json"):
        leida = json.loads(ficha.read_text("utf-8"))
        assert leida["datos_personales"] is True
        assert publicadas[leida["fuente"]]["sha256"] == leida["sha256"]
        assert publicadas[leida["fuente"]]["datos_personales"] is True
    huellas_publicadas = {hashlib.sha256(a.read_bytes()).hexdigest() for a in hecha.entrega.rglob("*") if a.is_file()}
    assert not huellas_publicadas & {c["sha256"] for c in publicadas.values()}


def test_una_fuente_que_falta_no_detiene_a_las_demas_y_la_entrega_lo_dice(hecha: Hecha):
    assert hecha.codigo == 3
    assert set(hecha.manifiesto["fuentes_sin_dato"]) == {"de-falta", "de-mala"}
    (hallazgo,) = [h for h in hecha.tabla("hallazgos") if h["regla"] == "sin_dato_de_la_fuente" and h["origen"] != "de-mala"]
    assert "Tiene: «Hoja de [dato personal]», «[dato personal]»" in hecha.manifiesto["fuentes_sin_dato"]["de-mala"]
    assert (hallazgo["origen"], hallazgo["gravedad"]) == ("de-falta", "grave")
    assert hallazgo["explicacion"].startswith("Sin dato de esta fuente: no se pudo leer. Lo que debía decir sobre la actividad 1.6 falta")
    pagina = (hecha.entrega / "index.html").read_text("utf-8")
    actividad = pagina.partition('id="actividad-1-6"')[2].partition("</article>")[0]
    assert "Sin dato de esta fuente:</strong>" in actividad
    assert "DATOS SINTÉTICOS · falta" in actividad
    assert "DATOS SINTÉTICOS · mala" in actividad
    assert "Sin dato de esta fuente:</strong>" not in pagina.partition('id="actividad-1-4"')[2].partition("</article>")[0]
    assert "(actividad 1.6): sin dato de esta fuente." in pagina


def test_las_fuentes_viejas_se_dicen_en_los_hallazgos_y_en_el_informe_de_validacion(hecha: Hecha):
    viejas = {h["origen"]: h["explicacion"] for h in hecha.tabla("hallazgos") if h["regla"] == "fuente_vieja"}
    assert set(viejas) >= {_id(t) for t in PROPIAS}
    assert viejas["de-csv"] == (
        "La fuente está vieja para el corte 2020-12-31: declara R/P1M, así que debía traer algo después del 2020-11-30, y su último registro es del 2020-04-03."
    )
    informe = (hecha.entrega / "validacion" / "informe.html").read_text("utf-8")
    assert "Avisos sobre las fuentes" in informe
    assert "debía traer algo después del 2020-11-30" in informe
    assert "Sin dato de esta fuente: no se pudo leer." in informe
