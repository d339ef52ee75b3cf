"""Los avisos por un servidor SMTP de verdad: salen una sola vez, y lo que no se sabe si salió se dice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

RAIZ = Path(__file__).resolve().parents[2]
AVISOS = '\n[avisos]\nremite = "datos@entidad.example"\ndias = 15\n\n[avisos.destinatarios]\nPrensa = "prensa@entidad.example"\nGobierno = "gobierno@entidad.example"\n'
REPORTES = "A1;1.1;2021-03-10;1;Boletín;\nA2;1.1;fecha mala;1;Boletín;\n"


@dataclass
class Buzon:
    """Recibe las cartas; puede rechazar destinatarios, cortar después del texto o tardar."""

    cartas: list[Any] = field(default_factory=list)
    rechazar: set[str] = field(default_factory=set)
    cortar: bool = False
    tardar: float = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]) -> str:  # noqa: N802 -- así lo llama aiosmtpd
        if address in self.rechazar:
            return "550 no existe ese buzón"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- igual
        import asyncio

        self.cartas.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(self.tardar)
        if self.cortar:
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def buzon() -> Iterator[tuple[Buzon, str]]:
    caja = Buzon()
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        puerto = libre.getsockname()[1]
    servidor = Controller(caja, hostname="127.0.0.1", port=puerto)
    servidor.start()
    yield caja, f"smtp://127.0.0.1:{puerto}"
    servidor.stop()


def correr(*orden: str | Path, **ambiente: str) -> subprocess.CompletedProcess[str]:
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))}
    return subprocess.run([sys.executable, "-m", "rendicion.linea", *map(str, orden)], capture_output=True, text=True, cwd=RAIZ, env=limpio | ambiente)


@pytest.fixture(scope="module")
def ciudad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raiz = tmp_path_factory.mktemp("avisos")
    plan = raiz / "plan.csv"
    plan.write_text("Subcomponente,Actividad,Meta,Responsable,Fecha\nSubcomponente 1. Uno,Publicar boletines,12 boletines,Prensa,\n,Realizar foros,4 foros,Gobierno,\n", "utf-8")
    assert correr("nueva-entidad", plan, "--codigo", "05001", "--vigencia", "2021", "--nombre", "Alcaldía", "--destino", raiz / "datos").returncode == 0
    entidad = raiz / "datos" / "referencia" / "entidades" / "05001.toml"
    entidad.write_text(entidad.read_text("utf-8").replace("\n[[vigencias]]", AVISOS + "\n[[vigencias]]"), "utf-8")
    fuente = raiz / "datos" / "fuentes" / "05001-2021"
    (fuente / "reportes.csv").write_text((fuente / "reportes.csv").read_text("utf-8-sig") + REPORTES, "utf-8-sig")
    (fuente / "reportes.toml").write_text("limite_rechazos_pct = 60\n" + (fuente / "reportes.toml").read_text("utf-8").replace('"Alcaldía"', '"Prensa"'), "utf-8")
    hecho = correr("correr", "--salida", raiz / "salida", RENDICION_DATOS=str(raiz / "datos"))
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    return raiz


@pytest.fixture
def avisar(ciudad: Path, tmp_path: Path, buzon: tuple[Buzon, str]) -> Callable[..., dict[str, Any]]:
    shutil.copytree(ciudad / "salida", tmp_path / "salida")

    def pedir(*extra: str, smtp: str | None = None) -> dict[str, Any]:
        hecho = correr("avisos", "--salida", tmp_path / "salida", "--hoy", "2021-12-20", "--json", *extra, RENDICION_DATOS=str(ciudad / "datos"), RENDICION_SMTP=smtp or buzon[1])
        return json.loads(hecho.stdout) | {"codigo": hecho.returncode, "bandeja": tmp_path / "salida" / "avisos"}

    return pedir


def test_el_ensayo_muestra_los_avisos_y_no_escribe_ni_envia_nada(avisar: Callable[..., dict[str, Any]], buzon: tuple[Buzon, str]) -> None:
    dicho = avisar()
    assert {m["responsable"] for m in dicho["mensajes"]} == {"Gobierno", "Prensa"}
    assert not dicho["bandeja"].exists()
    assert buzon[0].cartas == []


def test_cada_cosa_se_envia_una_sola_vez_a_quien_le_toca(avisar: Callable[..., dict[str, Any]], buzon: tuple[Buzon, str]) -> None:
    assert avisar("--enviar")["codigo"] == 0
    assert sorted(c["To"] for c in buzon[0].cartas) == ["gobierno@entidad.example", "prensa@entidad.example"]
    prensa = next(c for c in buzon[0].cartas if c["To"].startswith("prensa")).get_content()
    assert "registro A2" in prensa
    assert "Publicar boletines: vencida. Van 1 de 12 al 2021-12-31" in prensa
    assert avisar("--enviar")["envios"] == []
    assert len(buzon[0].cartas) == 2


def test_un_buzon_que_no_existe_se_dice_y_no_frena_a_los_demas(avisar: Callable[..., dict[str, Any]], buzon: tuple[Buzon, str]) -> None:
    buzon[0].rechazar = {"gobierno@entidad.example"}
    dicho = avisar("--enviar")
    assert dicho["codigo"] == 1
    assert {e["mensaje"]["responsable"]: e["estado"] for e in dicho["envios"]} == {"Gobierno": "rechazado", "Prensa": "enviado"}
    buzon[0].rechazar = set()
    assert {e["mensaje"]["responsable"]: e["estado"] for e in avisar("--enviar")["envios"]} == {"Gobierno": "enviado"}


def test_con_el_servidor_caido_quedan_pendientes_y_salen_cuando_vuelve(avisar: Callable[..., dict[str, Any]], buzon: tuple[Buzon, str]) -> None:
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        caido = avisar("--enviar", smtp=f"smtp://usuario:clave-secreta@127.0.0.1:{libre.getsockname()[1]}")
    assert caido["codigo"] == 3
    assert "clave-secreta" not in json.dumps(caido, default=str)
    assert avisar("--enviar")["codigo"] == 0
    assert len(buzon[0].cartas) == 2


def test_si_se_corta_despues_del_texto_no_se_repite_sin_que_una_persona_lo_pida(avisar: Callable[..., dict[str, Any]], buzon: tuple[Buzon, str]) -> None:
    buzon[0].cortar = True
    dicho = avisar("--enviar")
    assert dicho["codigo"] == 1
    assert sorted(e["estado"] for e in dicho["envios"]) == ["enviando", "pendiente"]
    buzon[0].cortar = False
    assert sorted(e["estado"] for e in avisar("--enviar")["envios"]) == ["enviado", "enviando"]
    assert len(buzon[0].cartas) == 2
    assert {e["estado"] for e in avisar("--enviar", "--repetir-dudosos")["envios"]} == {"enviado"}
    assert [c["Message-ID"] for c in buzon[0].cartas].count(buzon[0].cartas[0]["Message-ID"]) == 2


def test_si_matan_el_proceso_mientras_envia_el_aviso_queda_dudoso(avisar: Callable[..., dict[str, Any]], buzon: tuple[Buzon, str], ciudad: Path, tmp_path: Path) -> None:
    buzon[0].tardar = 8
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RENDICION_"))} | {"RENDICION_DATOS": str(ciudad / "datos"), "RENDICION_SMTP": buzon[1]}
    proceso = subprocess.Popen(
        [sys.executable, "-m", "rendicion.linea", "avisos", "--salida", str(tmp_path / "salida"), "--hoy", "2021-12-20", "--enviar"], cwd=RAIZ, env=limpio, stdout=subprocess.DEVNULL
    )
    limite = time.monotonic() + 60
    while not buzon[0].cartas and time.monotonic() < limite:
        time.sleep(0.05)
    proceso.send_signal(signal.SIGKILL)
    proceso.wait()
    buzon[0].tardar = 0
    assert sorted(e["estado"] for e in avisar("--enviar")["envios"]) == ["enviado", "enviando"]
    assert len(buzon[0].cartas) == 2
