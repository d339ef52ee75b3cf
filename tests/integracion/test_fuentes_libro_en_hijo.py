"""Un libro grande o peligroso se abre en otro proceso: si revienta, la corrida sigue."""

from __future__ import annotations

import io

import openpyxl
import pytest

from rendicion.errores import ErrorFuente
from rendicion.fuente import fuente_desde
from rendicion.fuentes import excel, interpretar, libro

FUENTE = fuente_desde(
    {
        "id": "g",
        "tipo": "excel",
        "lugar": "g.xlsx",
        "dependencia": "X",
        "actividad": "1.4",
        "columnas": {"registro": "Código", "fecha": "Fecha"},
    },
    donde="g.toml",
)


def grande(filas: int) -> bytes:
    hoja = openpyxl.Workbook(write_only=True)
    pagina = hoja.create_sheet("Enero")
    pagina.append(["Código", "Fecha", "Nota"])
    for i in range(filas):
        pagina.append([f"A{i}", "2020-03-01", "x" * 20])
    salida = io.BytesIO()
    hoja.save(salida)
    return salida.getvalue()


def test_un_libro_grande_se_lee_igual_en_el_hijo_que_aqui():
    bruto = grande(8000)
    assert libro.tamano_descomprimido(bruto) > excel.EN_EL_MISMO_PROCESO
    lectura = interpretar(bruto, FUENTE, "0" * 64, "g.xlsx")
    assert lectura.recibidos == 8000
    aqui = libro.leer_libro(bruto, libro.Pedido("g.xlsx"))
    alla = excel.leer_en_hijo(bruto, libro.Pedido("g.xlsx"))
    assert [(n, [tuple(f) for f in filas]) for n, filas in aqui.hojas] == [
        (n, [tuple(f) for f in filas]) for n, filas in alla.hojas
    ]


def test_el_error_del_hijo_llega_con_su_mensaje():
    with pytest.raises(libro.LibroInservibleError) as error:
        excel.leer_en_hijo(grande(10), libro.Pedido("g.xlsx", ("Marzo",)))
    assert "no tiene una hoja «Marzo»" in error.value.que


def test_un_hijo_que_pide_mas_memoria_o_tiempo_termina_en_un_mensaje(tmp_path, monkeypatch: pytest.MonkeyPatch):
    glotona = tmp_path / "glotona.py"
    glotona.write_text(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))\nx = bytearray(2**30)\n"
    )
    monkeypatch.setattr(libro, "__file__", str(glotona))
    with pytest.raises(libro.LibroInservibleError, match="pide más memoria"):
        excel.leer_en_hijo(b"", libro.Pedido("g.xlsx"))
    glotona.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(libro, "SEGUNDOS_DEL_HIJO", 1)
    with pytest.raises(libro.LibroInservibleError, match="tarda demasiado"):
        excel.leer_en_hijo(b"", libro.Pedido("g.xlsx"))


def test_un_ods_de_filas_repetidas_sin_fin_no_tumba_la_corrida():
    import zipfile

    celda = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
        "<text:p>x</text:p></table:table-cell>"
    )
    espacio = "urn:oasis:names:tc:opendocument:xmlns"
    contenido = (
        f'<office:document-content xmlns:office="{espacio}:office:1.0" '
        f'xmlns:table="{espacio}:table:1.0" xmlns:text="{espacio}:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="H">'
        f'<table:table-row table:number-rows-repeated="1048576">{celda}'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as ods:
        ods.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        ods.writestr("content.xml", contenido)
        ods.writestr("META-INF/manifest.xml", "<manifest/>")
    with pytest.raises(ErrorFuente) as error:
        interpretar(salida.getvalue(), FUENTE, "0" * 64, "g.ods")
    assert error.value.hacer
