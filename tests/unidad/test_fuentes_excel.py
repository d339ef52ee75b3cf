"""Los libros que de verdad llegan: fechas, fórmulas, hojas, celdas combinadas y trampas."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuente import fuente_desde
from rendicion.fuentes import interpretar
from rendicion.fuentes import libro as libro_puro
from rendicion.lectura import Lectura

SHA = "0" * 64
TITULOS = ["Código", "Fecha", "Título", "Cantidad"]
BASE: dict[str, Any] = {
    "id": "libro",
    "tipo": "excel",
    "lugar": "libro.xlsx",
    "dependencia": "Prensa",
    "actividad": "1.4",
    "columnas": {"registro": "Código", "fecha": "Fecha", "titulo": "Título", "cantidad": "Cantidad"},
}


def libro(*filas: list[Any], arreglar: Callable[[openpyxl.Workbook], Any] = lambda _: None) -> bytes:
    libro = openpyxl.Workbook()
    libro.active.title = "Enero"
    for fila in filas:
        libro.active.append(fila)
    arreglar(libro)
    salida = io.BytesIO()
    libro.save(salida)
    return salida.getvalue()


def leer(bruto: bytes, archivo: str = "libro.xlsx", **cambios: Any) -> Lectura:
    return interpretar(bruto, fuente_desde({**BASE, **cambios}, donde="libro.toml"), SHA, archivo)


def falla(bruto: bytes, archivo: str = "libro.xlsx", **cambios: Any) -> str:
    with pytest.raises(ErrorFuente) as error:
        leer(bruto, archivo, **cambios)
    assert error.value.hacer
    assert archivo in error.value.donde
    return str(error.value)


def celda(lectura: Lectura, campo: str) -> list[str | None]:
    return list(lectura.celdas[campo].to_pylist())


def reglas(lectura: Lectura) -> list[tuple[int, str, str, str]]:
    return [(r.fila, r.registro, r.campo, r.regla) for r in lectura.rechazos]


def cambiar(
    bruto: bytes, cambios: dict[str, Callable[[bytes], bytes]], agregar: dict[str, bytes] | None = None
) -> bytes:
    """Devuelve el mismo libro con unas partes cambiadas y otras agregadas."""
    salida = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bruto)) as viejo, zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as nuevo:
        for nombre in viejo.namelist():
            nuevo.writestr(nombre, cambios.get(nombre, lambda b: b)(viejo.read(nombre)))
        for nombre, contenido in (agregar or {}).items():
            nuevo.writestr(nombre, contenido)
    return salida.getvalue()


def test_una_fila_lleva_su_hoja_y_su_numero_real():
    lectura = leer(libro(["DATOS SINTÉTICOS"], [], TITULOS, ["A1", "2020-03-01", "Uno", 1]))
    assert celda(lectura, "lugar") == ["libro.xlsx, hoja Enero, fila 4"]
    assert celda(lectura, "registro") == ["A1"]
    sin_clave = leer(libro([], ["Fecha"], [], ["x"]), columnas={"fecha": "Fecha"})
    assert celda(sin_clave, "registro") == ["hoja Enero, fila 4"]


def test_una_tabla_que_no_empieza_en_la_primera_celda_se_lee_igual():
    def correr(libro: openpyxl.Workbook) -> None:
        for i, (titulo, valor) in enumerate(zip(TITULOS, ["A1", "2020-03-01", "Uno", "#N/A"], strict=True)):
            libro.active.cell(9, 3 + i, titulo)
            libro.active.cell(12, 3 + i, valor)

    lectura = leer(libro(arreglar=correr))
    assert celda(lectura, "lugar") == ["libro.xlsx, hoja Enero, fila 12"]
    assert reglas(lectura) == [(0, "A1", "cantidad", "celda_con_error")]


@pytest.mark.parametrize(
    ("valor", "texto"),
    [
        (12, "12"),
        (2.5, "2,5"),
        (0.1 + 0.2, "0,3"),
        (0, "0"),
        (-0.0, "0"),
        (1e-7, "0,0000001"),
        (123456789012345, "123456789012345"),
        ("1.234,56", "1.234,56"),
        ("4.00%", "4.00%"),
        (" $ - ", "$ -"),
        (True, "true"),
        ("NA", "NA"),
        ("05001", "05001"),
        (None, None),
        (time(3, 4), "03:04:00"),
    ],
)
def test_cada_valor_se_escribe_con_la_marca_decimal_declarada_y_sin_ruido(valor: object, texto: str | None):
    assert celda(leer(libro(TITULOS, ["A1", "x", "Uno", valor])), "cantidad") == [texto]


def test_la_marca_decimal_es_la_que_declara_la_fuente_y_la_actividad_lleva_punto():
    columnas = {"actividad_id": "Actividad", "cantidad": "Cantidad"}
    bruto = libro(["Actividad", "Cantidad"], [1.4, 2.5], ["2.1", 3])
    con_coma = leer(bruto, columnas=columnas, actividad=None)
    con_punto = leer(bruto, columnas=columnas, actividad=None, decimal=".", miles="")
    assert celda(con_coma, "actividad_id") == celda(con_punto, "actividad_id") == ["1.4", "2.1"]
    assert (celda(con_coma, "cantidad"), celda(con_punto, "cantidad")) == (["2,5", "3"], ["2.5", "3"])


@pytest.mark.parametrize("epoca_1904", [False, True])
def test_fechas_de_excel_y_de_texto_conviven_en_una_columna(epoca_1904: bool):
    def poner(libro: openpyxl.Workbook) -> None:
        if epoca_1904:
            libro.epoch = CALENDAR_MAC_1904
        for i, valor in enumerate([date(2020, 3, 15), datetime(2020, 3, 15, 10, 30), "15/03/2020"]):
            libro.active.append([f"A{i}", valor, "Uno", 1])

    assert celda(leer(libro(TITULOS, arreglar=poner)), "fecha") == ["2020-03-15", "2020-03-15T10:30:00", "15/03/2020"]


def test_un_numero_de_mas_de_quince_cifras_se_rechaza_porque_ya_perdio_las_ultimas():
    lectura = leer(libro(TITULOS, [1240000000000000101, "x", "Uno", 1]))
    assert reglas(lectura) == [(0, "hoja Enero, fila 2", "registro", "numero_sin_precision")]


def test_una_formula_sin_valor_guardado_se_rechaza_y_el_resto_sigue():
    lectura = leer(libro(TITULOS, ["A1", "x", "Uno", "=1+1"], ["A2", "x", "Dos", 2]))
    assert reglas(lectura) == [(0, "A1", "cantidad", "formula_sin_valor")]
    assert celda(lectura, "cantidad") == [None, "2"]
    assert "libro.xlsx, hoja Enero, fila 2" in lectura.rechazos[0].explicacion


def test_una_formula_con_valor_guardado_se_lee_aunque_su_valor_sea_texto_vacio():
    bruto = libro(TITULOS, ["A1", "x", "Uno", "=1+1"], ["A2", "x", "=C9", 2])
    con_valor = cambiar(
        bruto,
        {
            "xl/worksheets/sheet1.xml": lambda b: b.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
                b'<c r="C3"><f>C9</f><v /></c>', b'<c r="C3" t="str"><f>C9</f><v></v></c>'
            )
        },
    )
    lectura = leer(con_valor)
    assert (reglas(lectura), celda(lectura, "cantidad"), celda(lectura, "titulo")) == ([], ["2", "2"], ["Uno", None])


def test_una_formula_sin_valor_en_una_columna_ajena_no_rechaza():
    assert reglas(leer(libro([*TITULOS, "Otra"], ["A1", "x", "Uno", 1, "=1+1"]))) == []


def test_una_celda_con_division_por_cero_se_rechaza_con_su_valor():
    def error(libro: openpyxl.Workbook) -> None:
        libro.active["D2"].data_type = "e"

    lectura = leer(libro(TITULOS, ["A1", "x", "Uno", "#DIV/0!"], arreglar=error))
    assert reglas(lectura) == [(0, "A1", "cantidad", "celda_con_error")]
    assert lectura.rechazos[0].valor == "#DIV/0!"


def test_una_fila_que_solo_tiene_una_formula_sin_valor_no_se_pierde():
    lectura = leer(libro(TITULOS, ["A1", "x", "Uno", 1], [None, None, None, "=1+1"]))
    assert lectura.recibidos == 2
    assert reglas(lectura) == [(1, "hoja Enero, fila 3", "cantidad", "formula_sin_valor")]


def test_las_celdas_combinadas_se_rellenan_solo_si_se_pide():
    def combinar(libro: openpyxl.Workbook) -> None:
        libro.active.merge_cells("A2:A3")

    bruto = libro(["Actividad", "Fecha"], ["1.1", "x"], [None, "y"], ["2.1", "z"], arreglar=combinar)
    columnas = {"actividad_id": "Actividad", "fecha": "Fecha"}
    assert celda(leer(bruto, columnas=columnas, actividad=None), "actividad_id") == ["1.1", None, "2.1"]
    rellena = leer(bruto, columnas=columnas, actividad=None, opciones={"rellenar": ["actividad_id"]})
    assert celda(rellena, "actividad_id") == ["1.1", "1.1", "2.1"]
    with pytest.raises(ErrorUso, match="rellenar nombra campos sin columna: canal"):
        leer(bruto, columnas=columnas, actividad=None, opciones={"rellenar": ["canal"]})


def varias(libro: openpyxl.Workbook) -> None:
    for nombre, estado in [
        ("Febrero", "visible"),
        ("Copia de Enero", "visible"),
        ("Secreta", "hidden"),
        ("Muy secreta", "veryHidden"),
    ]:
        hoja = libro.create_sheet(nombre)
        hoja.sheet_state = estado
        hoja.append(TITULOS)
        hoja.append([nombre, "x", "Uno", 1])


def test_sin_la_opcion_hojas_se_lee_la_primera_visible_y_se_dice_cuales_no():
    lectura = leer(libro(TITULOS, ["Enero", "x", "Uno", 1], arreglar=varias))
    assert celda(lectura, "registro") == ["Enero"]
    assert [(h.registro, h.regla) for h in lectura.hallazgos] == [
        ("hoja Febrero", "hoja_no_leida"),
        ("hoja Copia de Enero", "hoja_no_leida"),
        ("hoja Secreta", "hoja_oculta"),
        ("hoja Muy secreta", "hoja_oculta"),
    ]
    assert "Parece copia de otra" in lectura.hallazgos[1].explicacion


def test_las_hojas_se_piden_por_nombre_o_patron_y_la_oculta_solo_por_su_nombre():
    bruto = libro(TITULOS, ["Enero", "x", "Uno", 1], arreglar=varias)
    assert celda(leer(bruto, opciones={"hojas": ["*ero"]}), "registro") == ["Enero", "Febrero", "Copia de Enero"]
    assert celda(leer(bruto, opciones={"hojas": ["*"], "excluir_hojas": ["Copia de*"]}), "registro") == [
        "Enero",
        "Febrero",
    ]
    nombrada = leer(bruto, opciones={"hojas": ["secreta", " FEBRERO"]})
    assert celda(nombrada, "registro") == ["Febrero", "Secreta"]


def test_una_hoja_copia_que_si_se_lee_se_avisa():
    lectura = leer(libro(TITULOS, ["A1", "x", "Uno", 1], arreglar=varias), opciones={"hojas": ["Copia de Enero"]})
    assert ("hoja_copia", "advertencia") in [(h.regla, h.gravedad) for h in lectura.hallazgos]


def test_una_hoja_que_no_esta_se_dice_con_las_que_hay():
    mensaje = falla(libro(TITULOS, ["A1", "x", "Uno", 1], arreglar=varias), opciones={"hojas": ["Marzo"]})
    assert "no tiene una hoja «Marzo»" in mensaje
    assert "«Enero», «Febrero»" in mensaje


def test_a_la_hoja_sin_la_columna_se_le_dice_por_su_nombre():
    mensaje = falla(libro(["Código", "Fecha", "Título"], ["A1", "x", "Uno"]))
    assert "«Cantidad»" in mensaje
    assert "hoja Enero, fila 1" in mensaje


def test_el_encabezado_con_saltos_de_linea_y_espacios_se_reconoce_y_se_avisa():
    lectura = leer(libro(["CÓDIGO ", "Fecha", "Título", "Cantidad"], ["A1", "x", "Uno", 1]))
    assert [(h.campo, h.regla, h.registro) for h in lectura.hallazgos] == [
        ("registro", "encabezado_aproximado", "hoja Enero, fila 1")
    ]
    columnas = {"fecha": "Fecha del evento"}
    assert leer(libro(["FECHA\n del   Evento "], ["x"]), columnas=columnas).recibidos == 1


@pytest.mark.parametrize("filas", [[], [TITULOS]])
def test_un_libro_vacio_o_solo_con_encabezado_se_niega(filas: list[list[str]]):
    mensaje = falla(libro(*filas))
    assert "no trae" in mensaje


def test_un_archivo_que_no_es_libro_dice_que_parece():
    assert "otra cosa (quizá un CSV)" in falla(b"a;b;c\n1;2;3\n")
    assert "página web (HTML)" in falla(b"<html><table></table></html>")
    assert "está vacío" in falla(b"")


def test_un_zip_cualquiera_o_un_libro_cortado_se_niegan():
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as otro:
        otro.writestr("hola.txt", "hola")
    assert "no es un libro" in falla(salida.getvalue())
    entero = libro(TITULOS, ["A1", "x", "Uno", 1])
    assert "dañado o cortado" in falla(entero[: len(entero) // 2])
    assert "dañado o cortado" in falla(cambiar(entero, {"xl/worksheets/sheet1.xml": lambda b: b[: len(b) // 2]}))


def test_una_bomba_zip_se_niega_sin_abrirla():
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as bomba:
        bomba.writestr("xl/workbook.xml", "<workbook/>")
        bomba.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 1024 * 1024))
    mensaje = falla(salida.getvalue())
    assert "peligroso de abrir" in mensaje
    assert "64 MiB" in mensaje


def test_una_celda_perdida_en_la_ultima_esquina_niega_la_hoja_y_dice_que_borrar():
    def lejos(libro: openpyxl.Workbook) -> None:
        libro.active["XFD1048576"] = 1

    mensaje = falla(libro(TITULOS, ["A1", "x", "Uno", 1], arreglar=lejos))
    assert "llega hasta la fila 1048576" in mensaje
    assert "hoja Enero" in mensaje


def test_la_esquina_lejana_de_una_hoja_que_no_se_pide_no_estorba():
    def lejos(libro: openpyxl.Workbook) -> None:
        libro.create_sheet("Otra")["XFD1048576"] = 1

    assert leer(libro(TITULOS, ["A1", "x", "Uno", 1], arreglar=lejos)).recibidos == 1


@pytest.mark.parametrize(
    "dtd", [b'<!DOCTYPE a [<!ENTITY e "eeee">]>', b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>']
)
@pytest.mark.parametrize("parte", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_un_libro_con_entidades_xml_se_niega(dtd: bytes, parte: str):
    mensaje = falla(
        cambiar(
            libro(TITULOS, ["A1", "x", "Uno", 1]),
            {parte: lambda b: dtd + b[b.index(b"?>") + 2 :] if b.startswith(b"<?xml") else dtd + b},
        )
    )
    assert "entidades XML" in mensaje
    assert parte in mensaje


def ole(contenido: bytes) -> bytes:
    """Arma el envoltorio OLE mínimo de un .xls: cabecera, tabla de sectores, directorio y flujo Workbook."""
    contenido = contenido.ljust(max(4096, -(-len(contenido) // 512) * 512), b"\0")
    sectores = len(contenido) // 512
    cadena = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectores), 0xFFFFFFFE]
    tabla = b"".join(n.to_bytes(4, "little") for n in cadena).ljust(512, b"\xff")
    cabecera = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + bytes.fromhex("3e000300feff09000600") + b"\0" * 10
    campos = [1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0, *[0xFFFFFFFF] * 108]
    cabecera += b"".join(n.to_bytes(4, "little") for n in campos)

    def entrada(nombre: str, tipo: int, hijo: int, inicio: int, largo: int) -> bytes:
        crudo = (nombre + "\0").encode("utf-16-le")
        return (
            crudo.ljust(64, b"\0")
            + len(crudo).to_bytes(2, "little")
            + bytes([tipo, 1])
            + b"\xff" * 8
            + hijo.to_bytes(4, "little")
            + b"\0" * 36
            + inicio.to_bytes(4, "little")
            + largo.to_bytes(8, "little")
        )

    directorio = entrada("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entrada("Workbook", 2, 0xFFFFFFFF, 2, len(contenido))
    return cabecera.ljust(512, b"\0") + tabla + directorio.ljust(512, b"\0") + contenido


def xls(filas: list[list[str | float]]) -> bytes:
    """Escribe un libro .xls (BIFF8) de una hoja con textos y números."""

    def registro(tipo: int, datos: bytes) -> bytes:
        return tipo.to_bytes(2, "little") + len(datos).to_bytes(2, "little") + datos

    def una(f: int, c: int, valor: str | float) -> bytes:
        import struct

        lugar = struct.pack("<HHH", f, c, 0)
        if isinstance(valor, str):
            return registro(0x0204, lugar + struct.pack("<HB", len(valor), 1) + valor.encode("utf-16-le"))
        return registro(0x0203, lugar + struct.pack("<d", valor))

    bof = lambda clase: registro(0x0809, bytes.fromhex("0006") + clase + b"\0" * 12)  # noqa: E731
    fin = registro(0x000A, b"")
    hoja = bof(b"\x10\0") + b"".join(una(f, c, v) for f, fila in enumerate(filas) for c, v in enumerate(fila)) + fin
    largo_global = len(bof(b"\x05\0")) + 4 + 4 + 2 + 2 + len("Enero") + len(fin)
    cartel = registro(0x0085, largo_global.to_bytes(4, "little") + b"\0\0" + bytes([5, 0]) + b"Enero")
    return ole(bof(b"\x05\0") + cartel + fin + hoja)


def test_un_xls_antiguo_se_lee_en_un_proceso_aparte_y_avisa_que_no_distingue_errores():
    lectura = leer(xls([TITULOS, ["A1", "2020-03-01", "Año", 2.5]]), "libro.xls")
    assert lectura.celdas.select(["registro", "titulo", "cantidad"]).to_pylist() == [
        {"registro": "A1", "titulo": "Año", "cantidad": "2,5"}
    ]
    assert [h.regla for h in lectura.hallazgos] == ["formato_antiguo"]


def test_un_xls_con_nombre_de_xlsx_se_niega_y_dice_como_guardarlo():
    assert "libro .xls antiguo con el nombre cambiado" in falla(xls([TITULOS]))


def test_un_libro_con_contrasena_se_dice():
    assert "contraseña" in falla(ole(b"x" * 100 + "EncryptedPackage".encode("utf-16-le")))


def test_un_xls_danado_no_tumba_el_proceso():
    assert "no se pudo abrir" in falla(ole(b"\x09\x08" + b"\xff" * 500), "libro.xls")


def test_un_libro_con_macros_o_enlaces_se_lee_y_se_avisa():
    bruto = cambiar(
        libro(TITULOS, ["A1", "x", "Uno", 1]),
        {},
        {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<a/>"},
    )
    lectura = leer(bruto)
    assert [h.regla for h in lectura.hallazgos] == ["libro_con_macros", "libro_con_enlaces_externos"]


def test_un_dato_personal_de_otra_columna_u_otra_hoja_no_aparece_en_nada():
    def asistencia(libro: openpyxl.Workbook) -> None:
        libro.create_sheet("Asistencia").append(["Nombre", "Canario Ficticio"])

    lectura = leer(libro([*TITULOS, "Nombre"], ["A1", "x", "Uno", "=1", "Canario Ficticio"], arreglar=asistencia))
    assert "Canario" not in repr(lectura.celdas.to_pylist()) + repr(lectura.rechazos) + repr(lectura.hallazgos)
    assert "Canario" not in falla(libro(["Código", "Nombre"], ["A1", "Canario Ficticio"]))


def test_un_numero_con_ruido_binario_se_escribe_con_quince_cifras():
    assert libro_puro.numero_a_texto(0.1 + 0.2, ",") == "0,3"
    assert libro_puro.numero_a_texto(1e-7, ".") == "0.0000001"


@pytest.mark.parametrize(("tope", "gracia"), [(10_000_000, 200_000), (1_000, 10**12)])
def test_una_hoja_casi_vacia_o_enorme_se_niega_aunque_quepa_por_el_otro_limite(
    tope: int, gracia: int, monkeypatch: pytest.MonkeyPatch
):
    def lejos(libro: openpyxl.Workbook) -> None:
        libro.active["E100000"] = 1

    monkeypatch.setattr(libro_puro, "CELDAS_MAXIMAS", tope)
    monkeypatch.setattr(libro_puro, "CELDAS_DE_GRACIA", gracia)
    assert "llega hasta la fila 100000" in falla(libro(TITULOS, ["A1", "x", "Uno", 1], arreglar=lejos))
