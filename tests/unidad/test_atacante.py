"""Quien ataca el repositorio de entregas, y cómo se nota: por verificar.py y por `rendicion verificar`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rendicion.verificador import verificar
from tests.unidad.repositorio_atacado import AJENA, BUENA, NUEVA, Repositorio, claves_publicas, por_los_dos
from tests.unidad.test_verificador import firmada, guardar, huella_de, malas, mirar, remanifestar, sin_comprobar, sumas

CLAVE = claves_publicas(BUENA)


@pytest.fixture
def repositorio(tmp_path: Path) -> Repositorio:
    return Repositorio(tmp_path)


def test_sin_ataque_todo_pasa_con_la_clave_la_cadena_y_la_huella(repositorio: Repositorio) -> None:
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta, huella=repositorio.huellas[-1], corte="2020-08-31", ultima=True)
    assert malas(hechas) == set()
    assert sin_comprobar(hechas) == {"reglas_del_plan", "parquet"}


# ---- volver atrás y congelar


def test_ofrecer_una_entrega_vieja_como_la_ultima_se_nota_contra_la_copia_de_un_tercero(repositorio: Repositorio) -> None:
    hechas = por_los_dos(repositorio.publicas[1], anterior=repositorio.copia, ultima=True)
    assert malas(hechas) == {"cadena"}
    assert "hay 1 más nuevas" in hechas["cadena"].detalles[0]


def test_ofrecer_una_entrega_vieja_se_nota_contra_la_huella_guardada(repositorio: Repositorio) -> None:
    assert malas(por_los_dos(repositorio.publicas[0], huella=repositorio.huellas[2])) == {"cadena"}


def test_mirar_a_proposito_una_entrega_vieja_no_es_una_falla_y_dice_que_hay_mas_nuevas(repositorio: Repositorio) -> None:
    hecha = por_los_dos(repositorio.publicas[0], anterior=repositorio.copia)["cadena"]
    assert (hecha.estado, hecha.resumen) == (verificar.BIEN, "3 entregas; más nuevas que esta: 2")


def test_dejar_de_publicar_se_nota_contra_el_corte_que_ya_debia_estar(repositorio: Repositorio) -> None:
    hechas = por_los_dos(repositorio.ultima, anterior=repositorio.copia, corte="2020-12-31")
    assert malas(hechas) == {"cadena"}
    assert "no está al día" in hechas["cadena"].detalles[0]


def test_pedir_que_sea_la_ultima_sin_la_carpeta_de_todas_no_se_da_por_bueno(repositorio: Repositorio) -> None:
    assert malas(por_los_dos(repositorio.ultima, anterior=repositorio.publicas[1], ultima=True)) == {"cadena"}
    assert "cadena" in malas(por_los_dos(repositorio.publicas[0], ultima=True))


# ---- quitar, reordenar y mezclar


@pytest.mark.parametrize("numero", [1, 2])
def test_una_entrega_quitada_se_nota(repositorio: Repositorio, numero: int) -> None:
    repositorio.quitar(numero)
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta)
    assert malas(hechas) == {"cadena"}
    assert f"falta la entrega número {numero}" in hechas["cadena"].detalles
    assert hechas["correcciones"].estado == verificar.SIN_COMPROBAR


def test_la_ultima_quitada_se_nota_en_la_copia_de_un_tercero(repositorio: Repositorio) -> None:
    repositorio.quitar(3)
    assert malas(por_los_dos(repositorio.ultima, anterior=repositorio.copia, ultima=True)) == {"cadena"}


def test_una_cadena_en_otro_orden_se_nota(repositorio: Repositorio) -> None:
    repositorio.reordenar()
    hechas = por_los_dos(repositorio.ultima, anterior=repositorio.carpeta)
    assert "cadena" in malas(hechas)


@pytest.mark.parametrize("ruta", ["datapackage.json", "SHA256SUMS", "manifiesto.firma", "manifiesto.json"])
def test_un_archivo_de_otra_entrega_se_nota(repositorio: Repositorio, ruta: str) -> None:
    assert malas(por_los_dos(repositorio.mezclar(ruta, de=2, en=3), claves=CLAVE)) != set()


def test_el_manifiesto_las_sumas_y_la_firma_de_otra_entrega_no_sirven_para_esta(repositorio: Repositorio) -> None:
    for ruta in ("manifiesto.json", "SHA256SUMS", "manifiesto.firma"):
        repositorio.mezclar(ruta, de=2, en=3)
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE)
    assert malas(hechas) == {"archivos", "paquete"}


# ---- rehacer la cadena


def test_una_cadena_rehecha_sin_clave_se_nota_por_la_firma(repositorio: Repositorio) -> None:
    repositorio.rehacer(None, desde=2)
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta)
    assert malas(hechas) == {"cadena", "firma"}


def test_una_cadena_vuelta_a_firmar_con_otra_clave_se_nota(repositorio: Repositorio) -> None:
    repositorio.rehacer(AJENA)
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta)
    assert malas(hechas) == {"cadena", "firma"}
    assert len(hechas["cadena"].detalles) == 2


def test_una_cadena_rehecha_con_la_clave_robada_se_nota_por_la_huella_y_por_la_copia(repositorio: Repositorio) -> None:
    repositorio.rehacer(BUENA, desde=2)
    assert malas(por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta)) == set()
    assert malas(por_los_dos(repositorio.ultima, claves=CLAVE, huella=repositorio.huellas[2])) == {"cadena"}
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.copia)
    assert malas(hechas) == {"cadena"}
    assert any("dos entregas distintas con el número 3" in d for d in hechas["cadena"].detalles)


def test_una_entrega_puesta_en_medio_con_la_clave_robada_se_nota(repositorio: Repositorio) -> None:
    falsa = repositorio.publicar(BUENA, numero=2, entrega="13001-2020-20200831-002", anterior=repositorio.huellas[0], huella="e" * 64)
    hechas = por_los_dos(falsa, claves=CLAVE, anterior=repositorio.carpeta)
    assert "cadena" in malas(hechas)


# ---- cambiar de clave, perderla, que la roben


def test_un_cambio_de_clave_publicado_pasa_con_la_lista_de_claves(tmp_path: Path) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, BUENA, NUEVA))
    for entrega in repositorio.publicas:
        assert malas(por_los_dos(entrega, claves=claves_publicas(BUENA, NUEVA), anterior=repositorio.carpeta)) == set()


def test_un_cambio_de_clave_que_la_entidad_no_publico_se_nota(tmp_path: Path) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, BUENA, AJENA))
    hechas = por_los_dos(repositorio.ultima, claves=claves_publicas(BUENA, NUEVA), anterior=repositorio.carpeta)
    assert malas(hechas) == {"firma"}
    assert "distinta de la que se dio" in hechas["firma"].detalles[0]


@pytest.mark.parametrize("como", ["todas", "la anterior"])
def test_la_clave_vieja_no_vuelve_a_firmar_despues_del_cambio(tmp_path: Path, como: str) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, NUEVA, BUENA))
    anterior = repositorio.carpeta if como == "todas" else repositorio.publicas[1]
    hechas = por_los_dos(repositorio.ultima, claves=claves_publicas(BUENA, NUEVA), anterior=anterior)
    assert malas(hechas) == {"cadena"}
    assert "ya había cambiado" in hechas["cadena"].detalles[0]


def test_firmar_de_nuevo_una_entrega_vieja_con_la_clave_nueva_se_nota(tmp_path: Path) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, BUENA, NUEVA))
    firmada(repositorio.publicas[0], NUEVA)
    hechas = por_los_dos(repositorio.ultima, claves=claves_publicas(BUENA, NUEVA), anterior=repositorio.carpeta)
    assert malas(hechas) == {"cadena"}


def test_sin_dar_la_clave_un_cambio_de_clave_se_dice_y_no_se_da_por_bueno(tmp_path: Path) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, AJENA))
    for anterior in (repositorio.carpeta, repositorio.publicas[0]):
        hechas = por_los_dos(repositorio.ultima, anterior=anterior)
        assert hechas["cadena"].estado == verificar.SIN_COMPROBAR
        assert "la firma otra clave" in hechas["cadena"].detalles[0]


def test_perder_la_clave_deja_una_entrega_sin_firma_y_se_nota_con_clave_y_sin_ella(tmp_path: Path) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, None))
    assert malas(por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta)) == {"firma"}
    hechas = por_los_dos(repositorio.ultima, anterior=repositorio.carpeta)
    assert {"cadena", "firma"} <= sin_comprobar(hechas)
    assert "no está firmada" in hechas["cadena"].detalles[0]


def test_perdida_la_clave_la_entidad_publica_otra_y_las_entregas_viejas_siguen_valiendo(tmp_path: Path) -> None:
    repositorio = Repositorio(tmp_path, (BUENA, NUEVA))
    for entrega in repositorio.publicas:
        assert malas(por_los_dos(entrega, claves=claves_publicas(BUENA, NUEVA), anterior=repositorio.carpeta)) == set()


def test_la_lista_de_claves_se_lee_en_su_orden_y_sin_repetidas() -> None:
    una, otra = claves_publicas(BUENA), claves_publicas(NUEVA)
    assert verificar.leer_claves(una + otra) == (verificar.leer_clave(una), verificar.leer_clave(otra))
    with pytest.raises(ValueError, match="repite"):
        verificar.leer_claves(una + una)
    with pytest.raises(ValueError, match=r"Ed25519|base64"):
        verificar.leer_claves(b"")


# ---- archivos sin fin


@pytest.mark.parametrize(("ruta", "mal"), [("datos/avances.csv", {"archivos", "csv"}), ("manifiesto.json", {"manifiesto"}), ("index.html", {"archivos"})])
def test_un_archivo_enorme_se_nota_sin_leerlo(repositorio: Repositorio, ruta: str, mal: set[str]) -> None:
    repositorio.inflar(repositorio.ultima, ruta)
    antes = time.monotonic()
    assert malas(mirar(repositorio.ultima)) >= mal
    assert time.monotonic() - antes < 30


def test_un_numero_de_entrega_descomunal_no_deja_el_comprobador_contando(repositorio: Repositorio) -> None:
    remanifestar(repositorio.ultima, numero=10**12, entrega=f"13001-2020-20200831-{10**12}")
    antes = time.monotonic()
    hechas = mirar(repositorio.ultima, anterior=repositorio.carpeta)
    assert time.monotonic() - antes < 30
    assert f"faltan las entregas 3 a {10**12 - 1}" in hechas["cadena"].detalles


class _Inagotable(BaseHTTPRequestHandler):
    """Sirve un manifiesto bueno y, en lugar de cada archivo, ceros sin fin o a cuentagotas."""

    manifiesto: bytes
    pausa = 0.0

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            if self.path.endswith("manifiesto.json"):
                self.wfile.write(self.manifiesto)
                return
            while True:
                self.wfile.write(bytes(1 if self.pausa else 1 << 16))
                time.sleep(self.pausa)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def inagotable(repositorio: Repositorio) -> Iterator[str]:
    _Inagotable.manifiesto, _Inagotable.pausa = (repositorio.publicas[0] / "manifiesto.json").read_bytes(), 0.0
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), _Inagotable)
    servidor.daemon_threads = True
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{servidor.server_address[1]}/"
    servidor.shutdown()
    servidor.server_close()


def test_un_servidor_que_nunca_termina_no_llena_el_disco(inagotable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verificar, "TOPE_MANIFIESTO", 100_000)
    with verificar.abrir(inagotable) as entrega:
        bajado = sum(f.stat().st_size for f in entrega.carpeta.rglob("*") if f.is_file())
        hechas = {c.clave: c for c in verificar.comprobar(entrega)}
    anunciado = sum(a["bytes"] for a in json.loads(_Inagotable.manifiesto)["archivos"].values())
    assert bajado < anunciado + 300_000
    assert {"archivos", "sumas"} <= malas(hechas)


def test_un_manifiesto_que_anuncia_una_enormidad_no_se_descarga_completo(inagotable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    datos = json.loads(_Inagotable.manifiesto)
    _Inagotable.manifiesto = json.dumps(datos | {"archivos": {r: a | {"bytes": 10**15} for r, a in datos["archivos"].items()}}).encode()
    for tope in ("TOPE_MANIFIESTO", "TOPE_ARCHIVO"):
        monkeypatch.setattr(verificar, tope, 300_000)
    monkeypatch.setattr(verificar, "TOPE_DESCARGA", 2_000_000)
    with verificar.abrir(inagotable) as entrega:
        assert sum(f.stat().st_size for f in entrega.carpeta.rglob("*") if f.is_file()) <= 2_000_000
        hechas = {c.clave: c for c in verificar.comprobar(entrega)}
    assert any("demasiado grande" in d for d in hechas["archivos"].detalles)


def test_un_servidor_a_cuentagotas_no_retiene_a_quien_verifica(inagotable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _Inagotable.pausa = 0.05
    monkeypatch.setattr(verificar, "PLAZO_DE_DESCARGA", 1)
    antes = time.monotonic()
    with verificar.abrir(inagotable) as entrega:
        hechas = {c.clave: c for c in verificar.comprobar(entrega)}
    assert time.monotonic() - antes < 30
    assert any("tarda demasiado" in d for d in hechas["archivos"].detalles)


# ---- lo que cambió y no se dice


def test_un_cambio_que_correcciones_calla_se_nota_con_la_carpeta_de_todas(repositorio: Repositorio) -> None:
    callada = repositorio.publicar(BUENA)
    archivo = callada / "datos" / "plan.csv"
    archivo.write_bytes(archivo.read_bytes().replace(b"Publicar noticias", b"Divulgar noticias"))
    _sellar(callada)
    hechas = por_los_dos(callada, anterior=repositorio.carpeta)
    assert malas(hechas) >= {"correcciones"}
    assert hechas["correcciones"].detalles == ["plan 13001|2020|1.1, actividad: cambió frente a lo ya publicado y «correcciones» no lo dice"]


def test_con_una_anterior_alterada_no_se_da_por_bueno_que_lo_dijo_todo(repositorio: Repositorio) -> None:
    archivo = repositorio.publicas[1] / "datos" / "plan.csv"
    archivo.write_bytes(archivo.read_bytes().replace(b"Publicar noticias", b"Divulgar noticias"))
    hechas = por_los_dos(repositorio.ultima, claves=CLAVE, anterior=repositorio.carpeta)
    assert hechas["correcciones"].por_otra_falla
    assert verificar.salida_de(hechas.values()) == 1


def _sellar(carpeta: Path) -> None:
    """Rehace la huella de plan.csv en la ficha y en el manifiesto, y vuelve a firmar con la clave robada."""
    manifiesto, paquete = (json.loads((carpeta / n).read_text("utf-8")) for n in ("manifiesto.json", "datapackage.json"))
    dato = huella_de(carpeta / "datos" / "plan.csv")
    manifiesto["archivos"]["datos/plan.csv"] = dato
    recurso = next(r for r in paquete["resources"] if r["name"] == "plan")
    recurso |= {"hash": "sha256:" + dato["sha256"], "bytes": dato["bytes"]}
    guardar(carpeta / "datapackage.json", paquete)
    manifiesto["archivos"]["datapackage.json"] = huella_de(carpeta / "datapackage.json")
    guardar(carpeta / "manifiesto.json", manifiesto)
    sumas(carpeta)
    firmada(carpeta, BUENA)
