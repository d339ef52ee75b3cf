"""Cada mala entrada que un tipo de fuente debe saber decir, con el archivo que la produce.

`python -m tests.unidad.malas_entradas > docs/mensajes-de-fuentes.md` escribe los mensajes exactos; la prueba compara.
"""

from __future__ import annotations

import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import sqlalchemy as sa
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pytest_httpserver import HTTPServer

from rendicion.errores import ErrorRendicion
from rendicion.fuente import Fuente, fuente_desde
from rendicion.fuentes import extraer, interpretar
from rendicion.fuentes import sql as sql_fuente
from rendicion.fuentes.descarga import Descargador
from rendicion.fuentes.paginas import Pagina, leer_todo
from rendicion.fuentes.remoto import leer_json
from rendicion.fuentes.rss import TIPO as RSS
from rendicion.lectura import Lectura
from rendicion.normalizacion import normalizar
from tests.unidad.test_fuentes_excel import cambiar, ole, xls

COLUMNAS = {"registro": "Código", "fecha": "Fecha", "cantidad": "Piezas", "titulo": "Título"}
ENCABEZADO = "Código,Fecha,Piezas,Título"
TITULOS = ENCABEZADO.split(",")
BUENA = "A1,2020-03-15,3,Uno"


def fuente(tipo: str = "csv", **cambios: Any) -> Fuente:
    base = {"id": "ejemplo", "tipo": tipo, "lugar": "a.csv", "dependencia": "Prensa", "actividad": "1.4", "columnas": COLUMNAS, "miles": "."}
    return fuente_desde({**base, **cambios}, donde="ejemplo.toml")


def leido(lectura: Lectura) -> Iterator[str]:
    """Cuenta lo que pasó con cada registro: rechazos y hallazgos completos, y los valores de lo aceptado."""
    candidatos = normalizar(lectura)
    for r in candidatos.rechazos:
        valor = f" (decía «{r.valor[:40]}»)" if r.valor else ""
        yield f"Rechazado {r.registro}, campo {r.campo}, regla {r.regla}{valor}: {r.explicacion} {r.como_corregir}"
    malas = {r.fila for r in candidatos.rechazos}
    for n, f in enumerate(candidatos.tabla.to_pylist()):
        if n not in malas:
            yield f"Aceptado {f['registro']}: fecha {f['fecha']}, cantidad {f['cantidad'].normalize():f}, título {f['titulo']}"
    for h in candidatos.hallazgos:
        yield f"Hallazgo en {h.registro}, regla {h.regla}, {h.gravedad}: {h.explicacion}"


def de_bytes(bruto: bytes, declarada: Fuente, archivo: str) -> Iterator[str]:
    yield from leido(interpretar(bruto, declarada, "0" * 64, archivo))


def csv(texto: str | bytes, **cambios: Any) -> Callable[[], Iterator[str]]:
    bruto = texto if isinstance(texto, bytes) else texto.encode("utf-8")
    return lambda: de_bytes(bruto, fuente(**cambios), "piezas.csv")


def filas(*cuales: str, titulos: str = ENCABEZADO, **cambios: Any) -> Callable[[], Iterator[str]]:
    return csv("\n".join([titulos, *cuales, ""]), **cambios)


def _con_enlaces() -> Callable[[], Iterator[str]]:
    enlaces = ("https://x.example/?cedula=1047123456", "https://x.example/ana%40ejemplo.org", "https://x.example/nota?p=1047123456")
    cuales = [f"A{n},2020-03-15,3,Uno,{e}" for n, e in enumerate(enlaces, 1)]
    return filas(*cuales, titulos=f"{ENCABEZADO},Enlace", columnas={**COLUMNAS, "url": "Enlace"})


def libro(*datos: list[Any], arreglar: Callable[[openpyxl.Workbook], Any] = lambda _: None) -> bytes:
    hecho = openpyxl.Workbook()
    hecho.active.title = "Enero"
    for fila in [TITULOS, *datos]:
        hecho.active.append(fila)
    arreglar(hecho)
    salida = io.BytesIO()
    hecho.save(salida)
    return salida.getvalue()


def excel(bruto: bytes, archivo: str = "piezas.xlsx", **cambios: Any) -> Callable[[], Iterator[str]]:
    return lambda: de_bytes(bruto, fuente("excel", **cambios), archivo)


def _bomba() -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as bomba:
        bomba.writestr("xl/workbook.xml", "<workbook/>")
        bomba.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 1024 * 1024))
    return salida.getvalue()


def _con_dtd(dtd: bytes) -> bytes:
    parte = "xl/worksheets/sheet1.xml"
    return cambiar(libro(["A1", "2020-03-15", 3, "Uno"]), {parte: lambda b: dtd + b[b.index(b"?>") + 2 :] if b.startswith(b"<?xml") else dtd + b})


def _lejos(hecho: openpyxl.Workbook) -> None:
    hecho.active["XFD1048576"] = 1


def _combinar(hecho: openpyxl.Workbook) -> None:
    hecho.active.append([None, "2020-03-16", 4, "Dos"])
    hecho.active.merge_cells("A2:A3")


def _ocultar(hecho: openpyxl.Workbook) -> None:
    hecho.create_sheet("Borrador").sheet_state = "hidden"


def _epoca_1904(hecho: openpyxl.Workbook) -> None:
    hecho.epoch = CALENDAR_MAC_1904


def sql(*ordenes: str, **cambios: Any) -> Callable[[], Iterator[str]]:
    def correr() -> Iterator[str]:
        with tempfile.TemporaryDirectory() as carpeta:
            conexion = sqlite3.connect(Path(carpeta) / "base.sqlite")
            conexion.executescript(";".join(ordenes))
            conexion.close()
            declarada = fuente("sql", **{"lugar": "base.sqlite", "opciones": {"tabla": "piezas"}, **cambios})
            yield from de_bytes(extraer(declarada, Path(carpeta)).contenido, declarada, "base.sqlite")

    return correr


CON_ESCRITURA = b'"#aviso","cuenta_con_escritura"\n"registro","fecha","cantidad","titulo"\n"A1","2020-03-15","3","Uno"\n'
TABLA = 'CREATE TABLE piezas ("Código", "Fecha", "Piezas", "Título")'
SERVICIO = "https://datos.example/api"


def json_de(cuerpo: bytes) -> Callable[[], Iterator[str]]:
    return lambda: (str(x) for x in [leer_json(cuerpo, SERVICIO)])


def paginas(*lista: Pagina) -> Callable[[], Iterator[str]]:
    def correr() -> Iterator[str]:
        por_numero = dict(enumerate(lista, 1))
        registros = leer_todo(lambda n: por_numero[n], 1, lambda r: str(r["id"]), SERVICIO, 10)
        yield f"Se leyeron {len(registros)} registros."

    return correr


def canal(cuerpo: str) -> Callable[[], Iterator[str]]:
    def correr() -> Iterator[str]:
        with tempfile.TemporaryDirectory() as carpeta:
            (Path(carpeta) / "canal.xml").write_text(cuerpo, "utf-8")
            declarada = fuente("rss", lugar="canal.xml", columnas={"registro": "id", "fecha": "published", "titulo": "title", "url": "link"})
            yield from leido(RSS.interpretar(RSS.extraer(declarada, Path(carpeta)).contenido, declarada, "0" * 64, "canal.xml"))

    return correr


def _item(**campos: str) -> str:
    return "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in campos.items()) + "</item>"


def _rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>C</title>{"".join(items)}</channel></rss>'


@dataclass(frozen=True)
class Caso:
    """Es una mala entrada: su nombre, lo que da su mensaje, y las pruebas de otros archivos que la muestran."""

    nombre: str
    correr: Callable[[], Iterator[str]] | None = None
    otras: tuple[str, ...] = field(default=())


def _lejos_de_aqui(nombre: str, *pruebas: str, correr: Callable[[], Iterator[str]] | None = None) -> Caso:
    """Nombra la prueba que muestra el caso con lo que de verdad falla; `correr` da, si se puede sin eso, su mensaje exacto."""
    return Caso(nombre, correr, pruebas)


def _ods_cifrado() -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as ods:
        ods.writestr("content.xml", b"\x8f\x01 cifrado")
        ods.writestr("META-INF/manifest.xml", '<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>')
    return salida.getvalue()


def _no_responde(error: Exception) -> Callable[[], Iterator[str]]:
    """Da el mensaje de un error que solo lanza un servidor de verdad; la prueba que se nombra lo provoca."""

    def correr() -> Iterator[str]:
        raise sql_fuente._no_responde(sa.exc.OperationalError("SELECT", {}, error), "variable de entorno URL_DE_LA_BASE")

    return correr


def _sin_controlador() -> Iterator[str]:
    sql_fuente._motor_de_servidor("mysql+pymysql://servidor/base", "variable de entorno URL_DE_LA_BASE")
    yield from ()


def _red_privada() -> Iterator[str]:
    declarada = fuente("rest_json", lugar="https://intranet.example/api", anfitriones=["intranet.example"], columnas={"registro": "id"})
    Descargador(declarada, lambda *_: ["10.0.0.8"]).pedir(declarada.lugar)
    yield from ()


def _redireccion() -> Iterator[str]:
    with HTTPServer(host="localhost") as servidor:
        servidor.expect_request("/api").respond_with_data("", status=302, headers={"Location": "https://otro.example/ingreso?vuelve=1"})
        declarada = fuente("rest_json", lugar=servidor.url_for("/api"), anfitriones=["localhost"], columnas={"registro": "id"}, opciones={"permite_privado": True})
        try:
            Descargador(declarada).pedir(declarada.lugar)
        except ErrorRendicion as error:
            raise ErrorRendicion(error.que, donde=error.donde.replace(f"http://localhost:{servidor.port}", "https://datos.example"), hacer=error.hacer) from None
    yield from ()


CSV = (
    Caso("vacío", csv("")),
    Caso("solo el encabezado", filas()),
    Caso("en UTF-16 sin declararlo", csv(f"{ENCABEZADO}\n{BUENA}\n".encode("utf-16"))),
    Caso("declarado en UTF-8 y es de Windows", csv(f"{ENCABEZADO}\nA1,2020-03-15,3,Año\n".encode("cp1252"), codificacion="utf-8")),
    Caso("declarado de Windows y es UTF-8", csv(f"{ENCABEZADO}\nA1,2020-03-15,3,Año\n", codificacion="cp1252")),
    Caso("con punto y coma sin declararlo", csv(f"{ENCABEZADO}\n{BUENA}\n".replace(",", ";"))),
    Caso("con un dato de más en todas las filas", filas(BUENA + ",x", "A2,2020-03-16,4,Dos,y")),
    Caso("con un separador de más al final de todas las filas", filas(BUENA + ",", "A2,2020-03-16,4,Dos,")),
    Caso("con un dato de más en una fila", filas(BUENA, "A2,2020-03-16,4,Dos,con coma", "A3,2020-03-17,5,Tres")),
    Caso("con una fila corta", filas(BUENA, "A2,2020-03-16")),
    Caso("con un título de columna repetido", csv(f"{ENCABEZADO},Fecha\n{BUENA},2020-01-01\n")),
    Caso("con un código que empieza en cero", filas("05001,2020-03-15,3,Uno")),
    Caso("con NA escrito como texto", filas("NA,2020-03-15,3,NA", "A2,NA,3,Dos", "A3,2020-03-15,NA,Tres")),
    Caso("con miles y decimales a la colombiana", filas("A1,2020-03-15,1.234,Uno", 'A2,2020-03-15,"1.234,56",Dos')),
    Caso("con miles y decimales a la inglesa, así declarado", filas('A1,2020-03-15,"1,234",Uno', 'A2,2020-03-15,"1,234.56",Dos', decimal=".", miles=",")),
    Caso("con decimales a la inglesa sin declararlo", filas("A1,2020-03-15,2.5,Uno")),
    Caso("con un porcentaje", filas("A1,2020-03-15,45%,Uno")),
    Caso("con infinito o un número imposible", filas("A1,2020-03-15,inf,Uno", "A2,2020-03-15,1e400,Dos", "A3,2020-03-15,NaN,Tres")),
    Caso("con una fecha que se puede leer de dos maneras", filas("A1,03/04/2020,3,Uno", formatos_fecha=["%d/%m/%Y"])),
    Caso("con una fecha que no existe", filas("A1,31/06/2020,3,Uno")),
    Caso("con un carácter nulo", csv(f"{ENCABEZADO}\nA1,2020-03-15,3,U\0no\n")),
    Caso("con una comilla sin cerrar", filas(BUENA, 'A2,2020-03-16,4,"Dos', "A3,2020-03-17,5,Tres")),
    Caso("con un entero de más de 2^53 y un vacío al lado", filas("9007199254740993,2020-03-15,3,Uno", "9007199254740995,2020-03-15,,Dos")),
    Caso("cortado, con la cuenta de registros declarada", csv(f"{ENCABEZADO}\n{BUENA}", opciones={"registros": 2})),
    Caso("con una celda de diez megas", filas(f"A1,2020-03-15,3,{'x' * 10_000_000}", "A2,2020-03-16,4,Dos")),
    Caso("con letras dañadas antes de llegar", filas("A1,2020-03-15,3,GestiÃ³n", BUENA.replace("A1", "A2"))),
    Caso("un PDF con el nombre cambiado a .csv", csv(b"%PDF-1.7\n")),
    Caso("una página web con el nombre cambiado a .csv", csv("<!DOCTYPE html><html></html>")),
    Caso("un libro con el nombre cambiado a .csv", csv(libro(["A1", "2020-03-15", 3, "Uno"]))),
    Caso("con una celda vacía donde va la cantidad, y un cero", filas("A1,2020-03-15,,Uno", "A2,2020-03-15,0,Dos")),
)

EXCEL = (
    Caso("bomba comprimida", excel(_bomba())),
    Caso("con una celda perdida en la última esquina", excel(libro(["A1", "2020-03-15", 3, "Uno"], arreglar=_lejos))),
    Caso("con una bomba de entidades", excel(_con_dtd(b'<!DOCTYPE a [<!ENTITY e "eeee">]>'))),
    Caso("con una entidad externa (XXE)", excel(_con_dtd(b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'))),
    Caso("con una fórmula sin resultado", excel(libro(["A1", "2020-03-15", "=1+1", "Uno"], ["A2", "2020-03-16", 4, "Dos"]))),
    Caso("con una división por cero", excel(libro(["A1", "2020-03-15", "#DIV/0!", "Uno"], ["A2", "2020-03-16", 4, "Dos"]))),
    Caso("con celdas combinadas, sin pedir que se rellenen", excel(libro(["A1", "2020-03-15", 3, "Uno"], arreglar=_combinar))),
    Caso("con celdas combinadas, que se rellenan", excel(libro(["A1", "2020-03-15", 3, "Uno"], arreglar=_combinar), opciones={"rellenar": ["registro"]})),
    Caso("con una hoja oculta", excel(libro(["A1", "2020-03-15", 3, "Uno"], arreglar=_ocultar))),
    Caso("con fechas contadas desde 1904", excel(libro(["A1", date(2020, 3, 15), 3, "Uno"], arreglar=_epoca_1904))),
    Caso("con contraseña", excel(ole(b"x" * 100 + "EncryptedPackage".encode("utf-16-le")))),
    Caso("un .ods con contraseña", excel(_ods_cifrado(), "piezas.ods")),
    Caso("una página web con el nombre cambiado a .xls", excel(b"<html><table></table></html>", "piezas.xls")),
    Caso("un CSV con el nombre cambiado a .xls", excel(f"{ENCABEZADO}\n{BUENA}\n".encode(), "piezas.xls")),
    Caso("un PDF con el nombre cambiado a .xlsx", excel(b"%PDF-1.7\n")),
    Caso("una hoja de cálculo XML de 2003", excel(b'<?xml version="1.0"?><Workbook/>', "piezas.xls")),
    Caso("un libro cortado", excel(libro(["A1", "2020-03-15", 3, "Uno"])[:-200])),
    Caso("un .xls con el nombre cambiado a .xlsx", excel(xls([list(TITULOS), ["A1", "2020-03-15", "3", "Uno"]]))),
    Caso(
        "con macros y enlaces a otros libros",
        excel(cambiar(libro(["A1", "2020-03-15", 3, "Uno"]), {}, {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<a/>"})),
    ),
    Caso("con un número de más de 15 cifras", excel(libro(["A1", "2020-03-15", 1234567890123456789, "Uno"]))),
    _lejos_de_aqui("un .ods con un error que se leería como cero", "tests/integracion/test_fuentes_libros_viejos.py::test_en_un_ods_un_error_o_una_formula_sin_valor_nunca_se_leen_como_vacio_ni_como_cero"),
    _lejos_de_aqui("un libro que pide más memoria o tiempo del permitido", "tests/integracion/test_fuentes_libro_en_hijo.py::test_un_hijo_que_pide_mas_memoria_o_tiempo_termina_en_un_mensaje"),
)

SQL = (
    Caso("con un nombre de tabla que trae comillas", sql(TABLA, opciones={"tabla": 'piezas"; DROP TABLE piezas; --'})),
    Caso("con una orden que no es un SELECT", sql(TABLA, opciones={"consulta": "DELETE FROM piezas"})),
    Caso("con una columna que ya no está", sql('CREATE TABLE piezas ("Código", "Fecha", "Piezas", "Nombre")')),
    Caso("con una columna que cambió de tipo", sql(TABLA, "INSERT INTO piezas VALUES ('A1', '2020-03-15', 'tres', 'Uno'), ('A2', 20200315, 4, 'Dos')")),
    Caso("sin ninguna fila", sql(TABLA)),
    Caso("sin la dirección en su variable de entorno", sql(TABLA, opciones={"tabla": "piezas", "url_env": "UNA_VARIABLE_QUE_NO_EXISTE"})),
    _lejos_de_aqui("con filas que cambian mientras se lee", "tests/integracion/test_fuentes_postgresql.py::test_lo_que_otro_escribe_mientras_se_lee_no_entra_en_la_foto"),
    _lejos_de_aqui("con una conexión que se pierde", "tests/integracion/test_fuentes_postgresql.py::test_una_conexion_que_se_pierde_a_la_mitad_no_deja_nada", correr=_no_responde(psycopg.errors.AdminShutdown())),
    _lejos_de_aqui("con una cuenta que puede escribir", "tests/integracion/test_fuentes_postgresql.py::test_una_cuenta_que_puede_escribir_se_avisa_y_la_de_solo_lectura_no", correr=lambda: de_bytes(CON_ESCRITURA, fuente("sql"), "base")),
    _lejos_de_aqui("sin el controlador instalado", "tests/integracion/test_fuentes_postgresql.py::test_sin_el_controlador_se_dice_como_instalarlo", correr=_sin_controlador),
)

WEB = (
    Caso("una página web con estado 200", json_de(b"<!DOCTYPE html><html>Ingrese</html>")),
    Caso("un JSON cortado", json_de(b'[{"id": 1, "titulo":')),
    Caso("un canal cortado", canal(_rss(_item(guid="1", title="Uno"))[:-20])),
    Caso("una página web donde va un canal", canal("<!DOCTYPE html><html></html>")),
    Caso("un XML que no es un canal", canal("<otra/>")),
    Caso(
        "una fecha que no se entiende",
        canal(_rss(_item(guid="1", title="Uno", pubDate="ayer", link="https://x.example/1"), _item(guid="2", title="Dos", pubDate="Mon, 16 Mar 2020 03:00:00 GMT", link="https://x.example/2"))),
    ),
    Caso("una paginación que da vueltas", paginas(Pagina([{"id": 1}], None, 2), Pagina([{"id": 2}], None, 1))),
    Caso("un total que no es lo entregado", paginas(Pagina([{"id": 1}], 3, None))),
    Caso("un registro en dos páginas", paginas(Pagina([{"id": 1}, {"id": 2}], None, 2), Pagina([{"id": 2}, {"id": 3}], None, None))),
    _lejos_de_aqui("un enlace javascript:", "tests/integracion/test_validaciones.py::test_un_defecto_mueve_su_regla_y_rechaza_solo_su_fila"),
    _lejos_de_aqui("una redirección a otro anfitrión", "tests/integracion/test_fuentes_condicionales.py::test_una_redireccion_a_otro_anfitrion_no_se_sigue_ni_lleva_el_token", correr=_redireccion),
    _lejos_de_aqui("una dirección que lleva a una red privada", "tests/integracion/test_fuentes_remotas.py::test_un_nombre_que_lleva_a_una_red_privada_se_niega", correr=_red_privada),
)

PERSONAS = (
    Caso("con un correo, un teléfono, una cédula y una dirección en el título", filas("A1,2020-03-15,3,Habló ana@ejemplo.org", "A2,2020-03-15,3,Llame al 300 123 4567", "A3,2020-03-15,3,CC 1047123456", "A4,2020-03-15,3,Vive en la calle 30 # 17-25")),
    Caso("con una persona en la clave del registro", filas("ana@ejemplo.org,2020-03-15,3,Uno", "Elaboró Ana CC 1047123456,2020-03-15,3,Dos", "1047123456,2020-03-15,3,Tres")),
    Caso("con una columna de cédulas declarada como clave", filas("1047123456,2020-03-15,3,Uno", columnas={**COLUMNAS, "registro": "Cédula"}, titulos="Cédula,Fecha,Piezas,Título")),
    Caso("con una cédula o un correo en la dirección web", _con_enlaces()),
    _lejos_de_aqui("con el nombre de quien pregunta", "tests/unidad/test_ciclo.py::test_ningun_dato_personal_sale_de_una_pregunta_ni_de_su_rechazo"),
    _lejos_de_aqui("con una cifra menor que k", "tests/unidad/test_encuestas.py::test_una_cifra_pequena_se_oculta_junto_con_la_menor_de_las_grandes"),
    _lejos_de_aqui("con una cifra que se despeja del total", "tests/unidad/test_encuestas.py::test_restar_de_la_base_no_descubre_ninguna_cifra_pequena"),
    _lejos_de_aqui("con respuestas repetidas, fuera de la escala o sin consentimiento", "tests/unidad/test_encuestas.py::test_lo_que_no_se_cuenta_se_muestra_en_la_cobertura_y_en_los_hallazgos"),
)

GRUPOS: dict[str, tuple[Caso, ...]] = {
    "Archivos CSV": CSV,
    "Libros de cálculo": EXCEL,
    "Bases de datos": SQL,
    "Servicios web y canales": WEB,
    "Datos de personas": PERSONAS,
}


def dice(caso: Caso) -> str:
    """Devuelve lo que el sistema dice de una mala entrada, en líneas de una lista."""
    try:
        lineas = list(caso.correr()) if caso.correr else []
    except ErrorRendicion as error:
        lineas = [f"No se acepta: {error}"]
    return "\n".join(f"- {linea}" for linea in [*lineas, *(f"Prueba: `{p}`" for p in caso.otras)])


def pagina() -> str:
    """Escribe la página de mensajes completa."""
    partes = [
        "# Lo que se dice de cada mala entrada\n",
        "Esta página se genera de las pruebas (`tests/unidad/malas_entradas.py`). Cada mensaje es el exacto: qué pasó, dónde y qué hacer.\n",
        "Los archivos son inventados.\n",
    ]
    for grupo, casos in GRUPOS.items():
        partes.append(f"## {grupo}\n")
        partes += [f"### {caso.nombre[0].upper()}{caso.nombre[1:]}\n\n{dice(caso)}\n" for caso in casos]
    return "\n".join(partes)


if __name__ == "__main__":
    print(pagina(), end="")
