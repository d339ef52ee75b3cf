"""La entrega nacional: reúne las particiones publicadas por departamento, categoría y país, y cualquiera la rehace.

Cada entidad pesa lo mismo: la media es Σ x / n, con x = numerador/denominador publicados en el total de la entidad.
Se calcula con razones exactas y se redondea una vez, al final y a la cifra par.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from typing import Any

import pyarrow as pa

from esquemas.arrow import tabla_arrow
from rendicion import __version__, entrega
from rendicion.entidad import Entidad
from rendicion.indicadores import redondear, zona
from rendicion.pais.declaracion import EntidadDelPais, Pais
from rendicion.pais.deposito import MANIFIESTO, Contenido, Deposito
from rendicion.pais.lote import ResultadoLote
from rendicion.pais.paquete import leer_de
from rendicion.pais.particion import DE_CUENTA, Guardada, Publicada, carpeta_de, entregas_de, leer_guardada, ultima
from rendicion.pais.tablas import DE_LA_NACION
from rendicion.tablas import escribir_parquet, lineas_csv

FORMATO = "rendicion-pais/2"
PAIS = "CO"
_DE_LA_REGLA = ("tabla", "regla", "campo", "fuente")
_DE_TODO = {"campo": "todos", "fuente": "todas"}
_VERIFICADORES = {"verificar.py": "rendicion.verificador", "verificar_pais.py": "rendicion.pais"}


@dataclass(frozen=True)
class EntregaNacional:
    """Es la entrega nacional que quedó, con las particiones que reúne, y si es nueva o ya estaba igual."""

    carpeta: str
    manifiesto: Mapping[str, Any]
    publicadas: Mapping[tuple[int, str], Publicada]
    nueva: bool


def consolidar(salida: Deposito, pais: Pais, lotes: ResultadoLote) -> EntregaNacional:
    """Arma la entrega nacional desde las particiones publicadas; si nada cambió, deja la que está.

    De lo que acaba de correr ya se sabe todo; lo que no cambió se toma de la entrega nacional anterior. Solo se abren
    los paquetes de lo demás.
    """
    previa = ultima_nacional(salida)
    antes = _leer_previa(salida, previa) if previa and previa.manifiesto["versiones"] == {"rendicion": __version__} else _Previa({}, {})
    publicadas: dict[tuple[int, str], Publicada] = {}
    reglas = {r: list(c) for r, c in antes.reglas.items()}
    _agregar(reglas, lotes.reglas, 1)
    for v in pais.vigencias:
        for e in pais.entidades:
            clave, anterior = (v, e.entidad), antes.publicadas.get((v, e.entidad))
            if clave in lotes.publicadas:
                publicadas[clave] = lotes.publicadas[clave]
            elif anterior and entregas_de(salida, e.entidad, v)[-1:] == [anterior.entrega]:
                publicadas[clave] = anterior
                continue
            elif guardada := ultima(salida, e.entidad, v):
                publicadas[clave] = _leer(salida, guardada)
                _agregar(reglas, _de_la_vigencia(guardada), 1)
            if anterior:
                _agregar(reglas, _de_la_vigencia(leer_guardada(salida, f"{carpeta_de(e.entidad, v)}/{anterior.entrega}.zip")), -1)
    huella = _huella(pais, publicadas, lotes.fallas)
    if previa and previa.manifiesto["huella"] == huella:
        return EntregaNacional(previa.lugar, previa.manifiesto, publicadas, nueva=False)
    totales = [f for p in publicadas.values() for f in p.totales]
    tablas: dict[str, list[dict[str, Any]]] = {
        "entidades": [_fila_entidad(e, v, publicadas.get((v, e.entidad)), lotes.fallas.get(f"{e.entidad}-{v}")) for v in pais.vigencias for e in pais.entidades],
        "indicadores_total": [dict(f) for f in totales],
        "indicadores_nacionales": _nacionales(pais, totales),
        "reglas": [
            {"vigencia": v, "revisadas": r, "faltas": f, **{c: p or _DE_TODO.get(c) for c, p in zip(_DE_LA_REGLA, nombre.split(":"), strict=True)}}
            for (v, nombre), (r, f) in sorted(reglas.items())
        ],
    }
    lugar, manifiesto = _guardar(salida, pais, {t.nombre: tabla_arrow(t, tablas[t.nombre]) for t in DE_LA_NACION}, huella, previa)
    return EntregaNacional(lugar, manifiesto, publicadas, nueva=True)


Cuentas = Mapping[tuple[int, str], Sequence[int]]


@dataclass(frozen=True)
class _Previa:
    """Es lo que la entrega nacional anterior tomó de cada partición, y las sumas de cada regla."""

    publicadas: Mapping[tuple[int, str], Publicada]
    reglas: Cuentas


def _agregar(suma: dict[tuple[int, str], list[int]], cuentas: Cuentas, signo: int) -> None:
    for regla, (revisadas, faltas) in cuentas.items():
        suya = suma.setdefault(regla, [0, 0])
        suya[0] += signo * revisadas
        suya[1] += signo * faltas


def _de_la_vigencia(guardada: Guardada) -> Cuentas:
    return {(guardada.manifiesto["vigencia"], r): c for r, c in guardada.manifiesto["validacion"].items()}


def _huella(pais: Pais, publicadas: Mapping[tuple[int, str], Publicada], fallas: Mapping[str, str]) -> str:
    todas = [(v, e.entidad) for v in pais.vigencias for e in pais.entidades]
    return entrega.huella(
        {
            "formato": FORMATO,
            "programa": __version__,
            "particiones": {f"{e}-{v}": p.manifiesto_sha256 if (p := publicadas.get((v, e))) else None for v, e in todas},
            "fallas": dict(fallas),
            "entidades": [(e.entidad, e.nombre, e.departamento, e.categoria) for e in pais.entidades],
        }
    )


def ultima_nacional(salida: Deposito) -> Guardada | None:
    """Devuelve la última entrega nacional completa, o nada."""
    for nombre in reversed(salida.carpetas("nacional")):
        try:
            crudo = salida.leer(f"nacional/{nombre}/{MANIFIESTO}")
        except FileNotFoundError:
            continue
        return Guardada(f"nacional/{nombre}", json.loads(crudo), hashlib.sha256(crudo).hexdigest())
    return None


def _leer_previa(salida: Deposito, previa: Guardada) -> _Previa:
    entidades, totales, reglas = (_filas(salida.leer(f"{previa.lugar}/datos/{t}.csv")) for t in ("entidades", "indicadores_total", "reglas"))
    suyos: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for f in totales:
        suyos.setdefault((f["vigencia"], f["entidad"]), []).append(f)
    publicadas = {
        (f["vigencia"], f["entidad"]): Publicada(f["entrega"], f["manifiesto_sha256"], {c: f[c] for c in DE_CUENTA}, suyos[f["vigencia"], f["entidad"]])
        for f in entidades
        if f["situacion"] == "publicada"
    }
    return _Previa(publicadas, {(f["vigencia"], ":".join("" if f[c] == _DE_TODO.get(c) else f[c] for c in _DE_LA_REGLA)): [f["revisadas"], f["faltas"]] for f in reglas})


def _leer(salida: Deposito, guardada: Guardada) -> Publicada:
    totales, cuentas = (_filas(leer_de(salida, guardada.lugar, f"datos/{t}.csv")) for t in ("indicadores_total", "conciliacion"))
    return Publicada(guardada.manifiesto["entrega"], guardada.manifiesto_sha256, {c: sum(f[c] for f in cuentas) for c in DE_CUENTA}, totales)


def _filas(texto: bytes) -> list[dict[str, Any]]:
    return [{c: _con_tipo(c, v) for c, v in f.items()} for f in csv.DictReader(io.StringIO(texto.decode("utf-8"), newline=""))]


def _con_tipo(campo: str, texto: str) -> Any:
    if texto == "":
        return None
    if campo == "corte":
        return date.fromisoformat(texto)
    if campo.endswith(("_pct", "_numerador", "_denominador")):
        return Decimal(texto)
    return int(texto) if campo in {"vigencia", "actividades_con_meta", "actividades_con_reporte", "revisadas", "faltas", *DE_CUENTA} else texto


def _fila_entidad(e: EntidadDelPais, vigencia: int, publicada: Publicada | None, falla: str | None) -> dict[str, Any]:
    fila: dict[str, Any] = {"entidad": e.entidad, "vigencia": vigencia, "nombre": e.nombre, "departamento": e.departamento, "categoria": e.categoria}
    if publicada is None:
        return fila | {"situacion": "sin_dato", "motivo": falla or "Su partición no se ha corrido."}
    aviso = f"Se publica lo anterior: lo último que entregó no pasó. {falla}" if falla else None
    return fila | {"situacion": "publicada", "motivo": aviso, "entrega": publicada.entrega, "manifiesto_sha256": publicada.manifiesto_sha256, **publicada.cuentas}


def media_exacta(pares: Iterable[tuple[Decimal, Decimal]]) -> tuple[Fraction, int]:
    """Suma numerador/denominador de cada entidad, sin redondear, y cuenta cuántas entran; las de denominador 0 no tienen dato."""
    por_denominador: dict[Decimal, Decimal] = {}
    cuantas = 0
    for numerador, denominador in pares:
        if denominador:
            por_denominador[denominador] = por_denominador.get(denominador, Decimal(0)) + numerador
            cuantas += 1
    return sum((Fraction(n) / Fraction(d) for d, n in por_denominador.items()), Fraction(0)), cuantas


def _nacionales(pais: Pais, totales: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    fichas = {e.entidad: e for e in pais.entidades}
    grupos: dict[tuple[str, str, int, Any], list[Mapping[str, Any]]] = {}
    for f in totales:
        for nivel, codigo in _grupos_de(fichas[f["entidad"]]):
            grupos.setdefault((nivel, codigo, f["vigencia"], f["corte"]), []).append(f)
    de_cada_grupo: dict[tuple[str, str], int] = {}
    for e in pais.entidades:
        for clave in _grupos_de(e):
            de_cada_grupo[clave] = de_cada_grupo.get(clave, 0) + 1
    return [_fila_nacional(clave, filas, de_cada_grupo[clave[0], clave[1]]) for clave, filas in sorted(grupos.items())]


def _grupos_de(e: EntidadDelPais) -> tuple[tuple[str, str], ...]:
    return ("pais", PAIS), ("departamento", e.departamento), ("categoria", e.categoria)


def _fila_nacional(clave: tuple[str, str, int, Any], filas: Sequence[Mapping[str, Any]], del_grupo: int) -> dict[str, Any]:
    nivel, codigo, vigencia, corte = clave
    fila: dict[str, Any] = {"nivel": nivel, "codigo": codigo, "vigencia": vigencia, "corte": corte, "entidades": len(filas), "entidades_sin_dato": del_grupo - len(filas)}
    for medida in ("avance", "cumplimiento"):
        suma, cuantas = media_exacta((f[f"{medida}_numerador"], f[f"{medida}_denominador"]) for f in filas)
        valor = suma / cuantas if cuantas else None
        fila |= {f"{medida}_pct": redondear(valor, 2), f"{medida}_numerador": redondear(suma, 6), f"{medida}_denominador": Decimal(cuantas)}
    return fila | {"zona": zona(valor), **{c: sum(f[c] for f in filas) for c in ("actividades_con_meta", "actividades_con_reporte")}}


def _guardar(salida: Deposito, pais: Pais, tablas: Mapping[str, pa.Table], huella: str, previa: Guardada | None) -> tuple[str, dict[str, Any]]:
    numero = previa.manifiesto["numero"] + 1 if previa else 1
    nombre = f"pais-{pais.vigencias[0]}-{pais.vigencias[-1]}-{numero:04d}"
    archivos: dict[str, Contenido] = {}
    for t in DE_LA_NACION:
        encabezado = (",".join(t.nombres) + "\n").encode()
        archivos[f"datos/{t.nombre}.csv"] = encabezado + "".join(lineas_csv(t, tablas[t.nombre]).to_pylist()).encode()
        destino = pa.BufferOutputStream()
        escribir_parquet(t, tablas[t.nombre], destino)
        archivos[f"datos/{t.nombre}.parquet"] = memoryview(destino.getvalue())
    for archivo, paquete in _VERIFICADORES.items():
        archivos[archivo] = resources.files(paquete).joinpath(archivo).read_bytes()
    archivos["datapackage.json"] = _json(_paquete(pais, nombre, archivos))
    manifiesto = {
        "formato": FORMATO,
        "entrega": nombre,
        "numero": numero,
        "sintetica": pais.sintetico,
        "aviso": entrega.AVISO_SINTETICO if pais.sintetico else None,
        "anterior": previa.manifiesto_sha256 if previa else None,
        "huella": huella,
        "versiones": {"rendicion": __version__},
        "archivos": {r: {"bytes": len(c), "sha256": hashlib.sha256(c).hexdigest()} for r, c in sorted(archivos.items())},
    }
    escrito = _json(manifiesto)
    sumas = "".join(f"{a['sha256']}  {r}\n" for r, a in {**manifiesto["archivos"], MANIFIESTO: {"sha256": hashlib.sha256(escrito).hexdigest()}}.items())  # type: ignore[dict-item]
    salida.guardar_carpeta(f"nacional/{nombre}", {**archivos, entrega.SUMAS: sumas.encode(), MANIFIESTO: escrito})
    return f"nacional/{nombre}", manifiesto


def _json(datos: Any) -> bytes:
    return (json.dumps(datos, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def _paquete(pais: Pais, nombre: str, archivos: Mapping[str, Contenido]) -> dict[str, Any]:
    titulo = f"Rendición de cuentas de {len(pais.entidades)} entidades, {pais.vigencias[0]} a {pais.vigencias[-1]}"
    descritos = [entrega.Archivo(r, len(c), hashlib.sha256(c).hexdigest()) for r, c in archivos.items()]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": nombre,
        "title": f"{entrega.AVISO_SINTETICO} · {titulo}" if pais.sintetico else titulo,
        "description": f"{pais.nombre}: totales de cada entidad y su media por departamento, categoría y país.",
        "licenses": [{"name": Entidad.licencia, "title": Entidad.licencia_titulo, "path": Entidad.licencia_url}],
        "sources": [{"title": f"{f.id}, de cada entidad"} for f in sorted(pais.fuentes, key=lambda f: f.id)],
        "resources": entrega.recursos_de(DE_LA_NACION, descritos),
    }
