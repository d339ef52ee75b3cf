"""El portal de carpeta: cada lectora ve lo de antes o lo de ahora, lo hecho no se rehace, y lo que se cortó se termina."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rendicion.errores import ErrorPortal
from rendicion.portales.carpeta import PortalCarpeta


class Vestidor:
    """Un vestidor escrito a mano: páginas pequeñas, cuenta lo que hace y falla cuando se le pide."""

    def __init__(self, sello: str = "a", falla: str = "") -> None:
        self.sello, self.falla = sello, falla
        self.hechas: list[str] = []

    def _hacer(self, que: str, archivos: dict[str, str]) -> Mapping[str, bytes]:
        self.hechas.append(que)
        if self.falla == que.split(maxsplit=1)[0]:
            raise RuntimeError(que)
        return {n: t.encode() for n, t in archivos.items()}

    def de_entrega(self, carpeta: Path, anteriores: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        nombre = carpeta.name
        propio = {"entrega": nombre, "previas": [a["entrega"] for a in anteriores]}
        return self._hacer(f"entrega {nombre}", {f"pagina-{self.sello}.html": nombre, "fija.html": nombre + self.sello, "resumen.json": json.dumps(propio)})

    def de_conjunto(self, resumenes: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        nombres = [r["entrega"] for r in resumenes]
        return self._hacer("conjunto", {"index.html": nombres[-1], "resumen.json": json.dumps({"entregas": nombres})})

    def de_portal(self, portadas: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
        return self._hacer("portal", {"index.html": " ".join(p["entregas"][-1] for p in portadas)})


def armada(raiz: Path, numero: int, entidad: str = "13001", huella: str = "") -> tuple[Path, dict[str, Any]]:
    manifiesto = {"entrega": f"{entidad}-2020-{numero:03d}", "numero": numero, "entidad": entidad, "vigencia": 2020, "corte": "2020-12-31", "sintetica": True, "huella": huella or str(numero)}
    carpeta = raiz / "entregas" / f"{manifiesto['entrega']}{huella}"
    carpeta.mkdir(parents=True, exist_ok=True)
    (carpeta / "manifiesto.json").write_text(json.dumps(manifiesto), encoding="utf-8")
    (carpeta / "index.html").write_text(f"informe {manifiesto['entrega']}", encoding="utf-8")
    return carpeta, manifiesto


def todo(raiz: Path) -> dict[str, tuple[bytes, int]]:
    return {p.relative_to(raiz).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns) for p in raiz.rglob("*") if p.is_file()}


def test_publicar_deja_las_paginas_de_la_entrega_y_los_indices_que_llevan_a_ellas(tmp_path: Path) -> None:
    portal = PortalCarpeta(tmp_path / "p", Vestidor())
    assert portal.publicar(*armada(tmp_path, 1)).estado == "publicada"
    assert (tmp_path / "p/13001-2020/index.html").read_text("utf-8") == "13001-2020-001"
    assert (tmp_path / "p/13001-2020/paginas/13001-2020-001/fija.html").is_file()
    assert json.loads((tmp_path / "p/13001-2020/ultima.json").read_text("utf-8"))["entrega"] == "13001-2020-001"
    assert (tmp_path / "p/index.html").read_text("utf-8") == "13001-2020-001"


def test_publicar_otra_vez_lo_mismo_no_hace_ninguna_pagina_ni_toca_ningun_archivo(tmp_path: Path) -> None:
    vestidor = Vestidor()
    portal = PortalCarpeta(tmp_path / "p", vestidor)
    portal.publicar(*armada(tmp_path, 1))
    antes, vestidor.hechas = todo(tmp_path / "p"), []
    assert portal.publicar(*armada(tmp_path, 1)).estado == "sin_cambios"
    assert vestidor.hechas == []
    assert todo(tmp_path / "p") == antes


def test_una_entrega_nueva_no_rehace_las_paginas_de_las_anteriores(tmp_path: Path) -> None:
    vestidor = Vestidor()
    portal = PortalCarpeta(tmp_path / "p", vestidor)
    portal.publicar(*armada(tmp_path, 1))
    vestidor.hechas = []
    portal.publicar(*armada(tmp_path, 2))
    assert vestidor.hechas == ["entrega 13001-2020-002", "conjunto", "portal"]
    assert json.loads((tmp_path / "p/13001-2020/paginas/13001-2020-002/resumen.json").read_text("utf-8"))["previas"] == ["13001-2020-001"]


def test_con_muchas_entidades_publicar_una_solo_hace_las_paginas_de_esa(tmp_path: Path) -> None:
    vestidor = Vestidor()
    portal = PortalCarpeta(tmp_path / "p", vestidor)
    for n in range(60):
        portal.publicar(*armada(tmp_path, 1, f"{n:05d}"))
    vestidor.hechas = []
    portal.publicar(*armada(tmp_path, 2, "00007"))
    assert vestidor.hechas == ["entrega 00007-2020-002", "conjunto", "portal"]
    assert len((tmp_path / "p/index.html").read_text("utf-8").split()) == 60


@pytest.mark.parametrize("donde", ["entrega", "conjunto", "portal"])
def test_si_se_corta_a_la_mitad_se_ve_lo_de_antes_y_la_siguiente_termina(tmp_path: Path, donde: str) -> None:
    raiz = tmp_path / "p"
    PortalCarpeta(raiz, Vestidor()).publicar(*armada(tmp_path, 1))
    with pytest.raises(RuntimeError):
        PortalCarpeta(raiz, Vestidor(falla=donde)).publicar(*armada(tmp_path, 2))
    assert (raiz / "index.html").read_text("utf-8") == "13001-2020-001"
    if donde != "portal":
        assert (raiz / "13001-2020/index.html").read_text("utf-8") == "13001-2020-001"
        assert json.loads((raiz / "13001-2020/ultima.json").read_text("utf-8"))["numero"] == 1
    assert PortalCarpeta(raiz, Vestidor()).publicar(*armada(tmp_path, 2)).estado == "publicada"
    assert (raiz / "index.html").read_text("utf-8") == "13001-2020-002"
    assert not list(raiz.rglob(".copiando-*"))


def test_si_muere_escribiendo_las_paginas_no_queda_una_carpeta_a_medias_con_su_nombre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raiz = tmp_path / "p"
    renombrar = Path.rename

    def morir(self: Path, destino: Path) -> Path:
        if destino.parent.name == "paginas":
            raise OSError("se fue la luz")
        return renombrar(self, destino)

    with monkeypatch.context() as m:
        m.setattr(Path, "rename", morir)
        with pytest.raises(OSError, match="se fue la luz"):
            PortalCarpeta(raiz, Vestidor()).publicar(*armada(tmp_path, 1))
    assert not (raiz / "13001-2020/paginas/13001-2020-001").exists()
    assert not (raiz / "13001-2020/ultima.json").exists()
    PortalCarpeta(raiz, Vestidor()).publicar(*armada(tmp_path, 1))
    assert (raiz / "13001-2020/paginas/13001-2020-001/fija.html").is_file()


def test_si_el_programa_cambia_las_paginas_se_ponen_al_dia_y_sobra_lo_viejo(tmp_path: Path) -> None:
    raiz = tmp_path / "p"
    PortalCarpeta(raiz, Vestidor("a")).publicar(*armada(tmp_path, 1))
    PortalCarpeta(raiz, Vestidor("b")).publicar(*armada(tmp_path, 1))
    paginas = raiz / "13001-2020/paginas/13001-2020-001"
    assert sorted(p.name for p in paginas.iterdir()) == ["fija.html", "pagina-b.html", "resumen.json"]
    assert (paginas / "fija.html").read_text("utf-8") == "13001-2020-001b"


def test_una_entrega_publicada_no_se_reemplaza_por_otra_con_el_mismo_nombre(tmp_path: Path) -> None:
    portal = PortalCarpeta(tmp_path / "p", Vestidor())
    portal.publicar(*armada(tmp_path, 1))
    antes = todo(tmp_path / "p")
    with pytest.raises(ErrorPortal, match="ya tiene otra entrega"):
        portal.publicar(*armada(tmp_path, 1, huella="otra"))
    assert todo(tmp_path / "p") == antes


def test_sin_vestidor_el_portal_sigue_siendo_una_carpeta_de_entregas(tmp_path: Path) -> None:
    PortalCarpeta(tmp_path / "p").publicar(*armada(tmp_path, 1))
    assert {p.name for p in (tmp_path / "p/13001-2020").iterdir()} == {"13001-2020-001", "entregas.json", "ultima.json"}


def test_quien_lee_mientras_se_publica_siempre_llega_a_paginas_completas(tmp_path: Path) -> None:
    raiz = tmp_path / "p"
    PortalCarpeta(raiz, Vestidor()).publicar(*armada(tmp_path, 1))
    fin, rotas, vistas = threading.Event(), [], set()

    def leer() -> None:
        while not fin.is_set():
            actual = (raiz / "13001-2020/index.html").read_text("utf-8")
            vistas.add(actual)
            paginas = raiz / "13001-2020/paginas" / actual
            completas = (paginas / "fija.html").is_file() and (paginas / "resumen.json").is_file() and (raiz / "13001-2020" / actual / "index.html").is_file()
            if not completas or json.loads((raiz / "13001-2020/ultima.json").read_text("utf-8"))["entrega"] == "":
                rotas.append(actual)

    lectora = threading.Thread(target=leer)
    lectora.start()
    for n in range(2, 12):
        PortalCarpeta(raiz, Vestidor()).publicar(*armada(tmp_path, n))
    fin.set()
    lectora.join()
    assert rotas == []
    assert len(vistas) > 1


def test_dos_que_publican_a_la_vez_se_esperan_y_quedan_los_dos_en_la_portada(tmp_path: Path) -> None:
    raiz, adentro, seguir = tmp_path / "p", threading.Event(), threading.Event()

    class Lento(Vestidor):
        def de_portal(self, portadas: Sequence[Mapping[str, Any]]) -> Mapping[str, bytes]:
            hecho = super().de_portal(portadas)
            adentro.set()
            seguir.wait(30)
            return hecho

    otro = Vestidor()
    primero = threading.Thread(target=lambda: PortalCarpeta(raiz, Lento()).publicar(*armada(tmp_path, 1, "00001")))
    segundo = threading.Thread(target=lambda: PortalCarpeta(raiz, otro).publicar(*armada(tmp_path, 1, "00002")))
    primero.start()
    assert adentro.wait(30)
    segundo.start()
    segundo.join(0.5)
    assert otro.hechas == []
    seguir.set()
    primero.join()
    segundo.join()
    assert (raiz / "index.html").read_text("utf-8").split() == ["00001-2020-001", "00002-2020-001"]
