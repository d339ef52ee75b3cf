"""Arma entregas pequeñas y sintéticas para probar el portal."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from esquemas import PUBLICAS, Tabla
from esquemas.arrow import esquema_arrow
from esquemas.paquete import table_schema
from rendicion.tablas import escribir_csv, escribir_parquet

ENTIDAD, VIGENCIA = "99001", 2020
CORTES = ["2020-04-30", "2020-08-31", "2020-12-31"]
TABLAS = ("plan", "avances", "indicadores_total")
PUBLICA = {"title": "Municipio de muestra", "path": "https://example.org", "roles": ["publisher"]}


def armar_muestra(raiz: Path, numero: int, *, corte: str = "2020-05-31", avances: int = 3, marca: str = "", tope: int = 0, actividades: int = 2) -> tuple[Path, dict[str, Any]]:
    """Escribe una entrega y devuelve su carpeta y su manifiesto; con `tope`, su segundo archivo pasa de esos bytes."""
    entrega = f"{ENTIDAD}-{VIGENCIA}-{corte.replace('-', '')}-{numero:03d}"
    carpeta = raiz / f"{entrega}{marca}"
    (carpeta / "datos").mkdir(parents=True)
    (carpeta / "validacion").mkdir()
    for nombre in TABLAS:
        _escribir_tabla(carpeta, PUBLICAS[nombre], _filas(nombre, corte, avances, numero, actividades))
    textos = {
        "index.html": f"<!doctype html><html lang=es-CO><title>DATOS SINTÉTICOS</title><h1>{entrega}</h1>{marca}{'x' * tope}",
        "validacion/informe.html": f"<!doctype html><html lang=es-CO><h1>Validación de {entrega}</h1>",
        "validacion/resultados.json": json.dumps({"entrega": entrega}),
        "datapackage.json": json.dumps(_paquete(entrega, corte), ensure_ascii=False),
        "catalogo.jsonld": "{}\n",
        "cronograma.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "verificar.py": "print('muestra')\n",
    }
    for ruta, texto in textos.items():
        (carpeta / ruta).write_text(texto, encoding="utf-8")
    return carpeta, cerrar(carpeta, entrega, numero, corte)


def _escribir_tabla(carpeta: Path, tabla: Tabla, filas: list[dict[str, Any]]) -> None:
    completas = [{n: f.get(n) for n in tabla.nombres} for f in filas]
    datos = pa.Table.from_pylist(completas, schema=esquema_arrow(tabla))
    escribir_csv(tabla, datos, carpeta / "datos" / f"{tabla.nombre}.csv")
    escribir_parquet(tabla, datos, carpeta / "datos" / f"{tabla.nombre}.parquet")


def _filas(nombre: str, corte: str, avances: int, numero: int, actividades: int = 2) -> list[dict[str, Any]]:
    comun = {"entidad": ENTIDAD, "vigencia": VIGENCIA}
    if nombre == "plan":
        actividad = {
            **comun,
            "subcomponente_id": "1",
            "subcomponente": "Información",
            "actividad_id": "1.1",
            "actividad": "=Publicar «avances»",
            "meta": Decimal("3.0000"),
            "agregacion": "suma",
            "programacion": "lineal",
            "peso": Decimal("1.0000"),
            "peso_subcomponente": Decimal("1.0000"),
            "inicio": date(2020, 3, 1),
            "fin": date(2020, 12, 31),
        }
        otras = [{**actividad, "actividad_id": f"1.{n}", "actividad": f"Actividad {n}"} for n in range(3, actividades + 1)]
        return [actividad, {**actividad, "actividad_id": "1.2", "actividad": "Sin meta", "meta": None}, *otras]
    if nombre == "avances":
        return [
            {
                **comun,
                "avance_id": f"muestra:{i:06d}",
                "actividad_id": "1.1",
                "fecha": date(2020, 3, 1 + i % 28),
                "cantidad": Decimal("0.5000"),
                "titulo": f"Avance {i}, entrega {numero}" if i == 0 else f"Avance {i}",
                "fuente": "muestra",
                "registro": str(i),
                "captura_sha256": "0" * 64,
                "cuenta": i % 2 == 0,
                "motivo": None if i % 2 == 0 else "duplicado",
            }
            for i in range(avances)
        ]
    if nombre == "indicadores_total":
        ceros = {n: 0 for n in PUBLICAS[nombre].nombres if n.startswith("actividades_")}
        return [{**comun, **ceros, "corte": date.fromisoformat(corte), "zona": "sin_programar", "avance_pct": Decimal("16.67")}]
    return []


def _paquete(entrega: str, corte: str) -> dict[str, Any]:
    recursos = [
        {"name": n, "title": PUBLICAS[n].titulo, "description": PUBLICAS[n].descripcion, "path": f"datos/{n}.csv", "schema": table_schema(PUBLICAS[n])}
        for n in TABLAS
    ]
    return {
        "name": f"rendicion-{ENTIDAD}-{VIGENCIA}",
        "title": "DATOS SINTÉTICOS · Rendición de cuentas 2020: Municipio de muestra",
        "description": "Plan anual, avances e indicadores de muestra. Cada cifra se puede recalcular.",
        "id": entrega,
        "keywords": ["rendición de cuentas", "transparencia", "2020"],
        "idioma": "es-CO",
        "frecuencia": "R/P4M",
        "licenses": [
            {
                "name": "CC-BY-SA-4.0",
                "title": "Creative Commons Atribución-CompartirIgual 4.0",
                "path": "https://creativecommons.org/licenses/by-sa/4.0/deed.es",
            }
        ],
        "contributors": [PUBLICA, {"title": "Oficina de muestra", "email": "muestra@example.org", "roles": ["contact"]}],
        "cobertura_geografica": {"divipola": ENTIDAD, "municipio": "Muestra", "departamento": "Ejemplo"},
        "cortes_oficiales": CORTES,
        "corte": corte,
        "resources": recursos,
    }


def cerrar(carpeta: Path, entrega: str, numero: int, corte: str) -> dict[str, Any]:
    """Escribe el manifiesto y las sumas de lo que haya en la carpeta, y devuelve el manifiesto."""
    archivos = {}
    for ruta in sorted(p for p in carpeta.rglob("*") if p.is_file()):
        contenido = ruta.read_bytes()
        archivos[ruta.relative_to(carpeta).as_posix()] = {"bytes": len(contenido), "sha256": hashlib.sha256(contenido).hexdigest()}
    manifiesto = {
        "formato": "rendicion-manifiesto/1",
        "entrega": entrega,
        "numero": numero,
        "entidad": ENTIDAD,
        "vigencia": VIGENCIA,
        "corte": corte,
        "sintetica": True,
        "anterior": None,
        "cortes": CORTES,
        "archivos": archivos,
    }
    (carpeta / "manifiesto.json").write_text(json.dumps(manifiesto, ensure_ascii=False, indent=2), encoding="utf-8")
    sumas = "".join(f"{d['sha256']}  {r}\n" for r, d in archivos.items())
    (carpeta / "SHA256SUMS").write_text(sumas, encoding="utf-8")
    return manifiesto
