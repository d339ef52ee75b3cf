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
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from typing import Any

import pyarrow as pa

from esquemas import Tabla
from esquemas.arrow import tabla_arrow
from esquemas.paquete import table_schema
from rendicion import __version__, entrega
from rendicion.indicadores import redondear, zona
from rendicion.pais.declaracion import EntidadDelPais, Pais
from rendicion.pais.deposito import MANIFIESTO, Contenido, Deposito
from rendicion.pais.particion import Guardada, ultima
from rendicion.pais.tablas import DE_LA_NACION, ENTIDADES, NACIONALES, REGLAS, TOTALES
from rendicion.tablas import escribir_parquet, lineas_csv

FORMATO = "rendicion-pais/1"
PAIS = "CO"
_CUENTAS = ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
_VERIFICADORES = {"verificar.py": "rendicion.verificador", "verificar_pais.py": "rendicion.pais"}


@dataclass(frozen=True)
class EntregaNacional:
    """Es la entrega nacional que quedó, y si es nueva o ya estaba igual."""

    carpeta: str
    manifiesto: Mapping[str, Any]
    nueva: bool


def consolidar(salida: Deposito, pais: Pais, fallas: Mapping[str, str]) -> EntregaNacional:
    """Arma la entrega nacional desde las particiones publicadas; si nada cambió, deja la que está."""
    guardadas = {(v, e.entidad): ultima(salida, e.entidad, v) for v in pais.vigencias for e in pais.entidades}
    previa = ultima_nacional(salida)
    huella = _huella(pais, guardadas, fallas)
    if previa and previa.manifiesto["huella"] == huella:
        return EntregaNacional(previa.carpeta, previa.manifiesto, nueva=False)
    leidas = {c: _leer(salida, g) for c, g in guardadas.items() if g}
    totales = [f for c in leidas for f in leidas[c]["indicadores_total"]]
    tablas: dict[str, list[dict[str, Any]]] = {
        "entidades": [_fila_entidad(e, v, guardadas[v, e.entidad], leidas.get((v, e.entidad)), fallas.get(f"{e.entidad}-{v}")) for v in pais.vigencias for e in pais.entidades],
        "indicadores_total": totales,
        "indicadores_nacionales": _nacionales(pais, totales),
        "reglas": _reglas([g for g in guardadas.values() if g]),
    }
    return _guardar(salida, pais, {t.nombre: tabla_arrow(t, tablas[t.nombre]) for t in DE_LA_NACION}, huella, previa)


def _huella(pais: Pais, guardadas: Mapping[tuple[int, str], Guardada | None], fallas: Mapping[str, str]) -> str:
    return entrega.huella(
        {
            "formato": FORMATO,
            "programa": __version__,
            "particiones": {f"{e}-{v}": g.manifiesto_sha256 if g else None for (v, e), g in guardadas.items()},
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


def _leer(salida: Deposito, guardada: Guardada) -> dict[str, list[dict[str, Any]]]:
    leidas = {}
    for nombre in ("indicadores_total", "conciliacion"):
        texto = salida.leer(f"{guardada.carpeta}/datos/{nombre}.csv").decode("utf-8")
        leidas[nombre] = [{c: _con_tipo(c, v) for c, v in f.items()} for f in csv.DictReader(io.StringIO(texto, newline=""))]
    return leidas


def _con_tipo(campo: str, texto: str) -> Any:
    from datetime import date

    if texto == "":
        return None
    if campo == "corte":
        return date.fromisoformat(texto)
    if campo.endswith(("_pct", "_numerador", "_denominador")):
        return Decimal(texto)
    return int(texto) if campo in {"vigencia", "actividades_con_meta", "actividades_con_reporte", *_CUENTAS} else texto


def _fila_entidad(e: EntidadDelPais, vigencia: int, guardada: Guardada | None, leida: Mapping[str, Any] | None, falla: str | None) -> dict[str, Any]:
    fila: dict[str, Any] = {"entidad": e.entidad, "vigencia": vigencia, "nombre": e.nombre, "departamento": e.departamento, "categoria": e.categoria}
    if guardada is None or leida is None:
        return fila | {"situacion": "sin_dato", "motivo": falla or "Su partición no se ha corrido."}
    cuentas = {c: sum(f[c] for f in leida["conciliacion"]) for c in _CUENTAS}
    aviso = f"Se publica lo anterior: lo último que entregó no pasó. {falla}" if falla else None
    return fila | {"situacion": "publicada", "motivo": aviso, "entrega": guardada.manifiesto["entrega"], "manifiesto_sha256": guardada.manifiesto_sha256, **cuentas}


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


def _reglas(guardadas: Sequence[Guardada]) -> list[dict[str, Any]]:
    cuentas: dict[tuple[int, str], list[int]] = {}
    for g in guardadas:
        for nombre, (revisadas, faltas) in g.manifiesto["validacion"].items():
            suma = cuentas.setdefault((g.manifiesto["vigencia"], nombre), [0, 0])
            suma[0] += revisadas
            suma[1] += faltas
    return [
        {"vigencia": v, "revisadas": r, "faltas": f, **{c: p or None for c, p in zip(("tabla", "regla", "campo", "fuente"), nombre.split(":"), strict=True)}}
        for (v, nombre), (r, f) in sorted(cuentas.items())
    ]


def _guardar(salida: Deposito, pais: Pais, tablas: Mapping[str, pa.Table], huella: str, previa: Guardada | None) -> EntregaNacional:
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
    return EntregaNacional(f"nacional/{nombre}", manifiesto, nueva=True)


def _json(datos: Any) -> bytes:
    return (json.dumps(datos, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def _paquete(pais: Pais, nombre: str, archivos: Mapping[str, Contenido]) -> dict[str, Any]:
    def recurso(t: Tabla) -> dict[str, Any]:
        ruta = f"datos/{t.nombre}.csv"
        return {
            "name": t.nombre,
            "title": t.titulo,
            "description": t.descripcion,
            "type": "table",
            "path": ruta,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(archivos[ruta]),
            "hash": f"sha256:{hashlib.sha256(archivos[ruta]).hexdigest()}",
            "schema": table_schema(t),
        }

    titulo = f"Rendición de cuentas de {len(pais.entidades)} entidades, {pais.vigencias[0]} a {pais.vigencias[-1]}"
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": nombre,
        "title": f"{entrega.AVISO_SINTETICO} · {titulo}" if pais.sintetico else titulo,
        "description": f"{pais.nombre}: totales de cada entidad y su media por departamento, categoría y país.",
        "resources": [recurso(t) for t in (ENTIDADES, TOTALES, NACIONALES, REGLAS)],
    }
