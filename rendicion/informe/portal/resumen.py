"""El resumen de una entrega: lo poco que las demás páginas necesitan saber de ella, sin volver a leerla."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from esquemas import PUBLICAS
from rendicion.informe.filas import Fila, decimal, del_corte, dia, entero, fecha, letra, lista, texto
from rendicion.informe.formato import limpio
from rendicion.informe.palabras import TARDE
from rendicion.informe.portal.leida import EntregaPublicada
from rendicion.informe.portal.rutas import de_dependencias

FORMATO = "rendicion-portal/1"
DE_LA_PORTADA = (
    "entrega", "numero", "entidad", "vigencia", "corte", "sintetica", "entidad_nombre", "estrategia", "departamento", "titulo", "total", "cuentas", "actualizado", "licencia", "contacto",
)  # fmt: skip


def resumir(e: EntregaPublicada) -> dict[str, Any]:
    """Devuelve el resumen de una entrega, que se guarda como `resumen.json` junto a sus páginas; las cifras van como texto exacto."""
    total = del_corte(e.tablas["indicadores_total"], e.corte)[0]
    acts = _actividades(e)
    p = e.paquete
    return {
        "formato": FORMATO,
        **{c: e.manifiesto[c] for c in ("entrega", "numero", "entidad", "vigencia", "corte", "sintetica", "cortes")},
        "manifiesto_sha256": e.sello,
        "entidad_nombre": p["contributors"][0]["title"],
        "sitio": p["contributors"][0].get("path") or "",
        "contacto": p["contributors"][-1].get("email") or "",
        "estrategia": p.get("estrategia") or "Rendición de cuentas",
        "departamento": (p.get("cobertura_geografica") or {}).get("departamento") or "",
        "titulo": p["title"],
        "descripcion": p["description"],
        "licencia": dict(p["licenses"][0]),
        "frecuencia": p.get("frecuencia") or "",
        "total": _medias(total),
        "cuentas": {
            "actividades": len(acts), "con_meta": entero(total, "actividades_con_meta"), "con_reporte": entero(total, "actividades_con_reporte"),
            "cumplidas": sum(a["estado"] == "cumplida" for a in acts), "tarde": sum(a["estado"] in TARDE for a in acts),
        },
        "subcomponentes": _subcomponentes(e),
        "actividades": acts,
        "dependencias": _dependencias(e, acts),
        "tablas": [_tabla(e, n) for n in PUBLICAS],
        "archivos": {r: e.bytes_de(r) for r in ("index.html", "validacion/informe.html", "informe.pdf", "seguimiento.xlsx", "cronograma.ics", "datapackage.json", "verificar.py") if e.bytes_de(r)},
        "cambios": _cambios(e),
        "actualizado": _actualizado(e),
    }  # fmt: skip


def para_la_portada(resumen: Mapping[str, Any]) -> dict[str, Any]:
    """Devuelve lo que la portada del portal necesita de la última entrega: con 1.100 entidades tiene que ser poco."""
    return {c: resumen[c] for c in DE_LA_PORTADA}


def _escrita(valor: Decimal | None) -> str | None:
    return None if valor is None else f"{valor.normalize():f}"


def _medias(f: Fila) -> dict[str, Any]:
    campos = {"avance": "avance_pct", "reportado": "avance_reportado_pct", "cumplimiento": "cumplimiento_pct"}
    return {n: _escrita(decimal(f, c)) for n, c in campos.items()} | {"zona": letra(f, "zona")}


def _actividades(e: EntregaPublicada) -> list[dict[str, Any]]:
    medidas = {letra(f, "actividad_id"): f for f in del_corte(e.tablas["indicadores_actividad"], e.corte)}
    return [
        {
            "id": (i := letra(p, "actividad_id")),
            "subcomponente_id": letra(p, "subcomponente_id"),
            "nombre": limpio(letra(p, "actividad"), 300),
            "responsables": [limpio(r, 120) for r in lista(p, "responsables")],
            "estado": letra(medidas[i], "estado"),
            "registros": entero(medidas[i], "registros_que_cuentan"),
            **{n: _escrita(decimal(medidas[i], c)) for n, c in (("meta", "meta"), ("ejecutado", "ejecutado"), ("avance", "avance_pct"), ("cumplimiento", "cumplimiento_pct"))},
        }
        for p in e.tablas["plan"]
    ]


def _subcomponentes(e: EntregaPublicada) -> list[list[str]]:
    nombres: dict[str, str] = {}
    for f in e.tablas["plan"]:
        nombres.setdefault(letra(f, "subcomponente_id"), limpio(texto(f, "subcomponente") or "", 200))
    return [[i, n] for i, n in nombres.items()]


def _dependencias(e: EntregaPublicada, acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    filas = del_corte(e.tablas["indicadores_dependencia"], e.corte)
    archivos = de_dependencias(letra(f, "dependencia") for f in filas)
    salida = []
    for f in filas:
        nombre = letra(f, "dependencia")
        suyas = [a for a in acts if limpio(nombre, 120) in a["responsables"]]
        salida.append({
            "nombre": nombre, "archivo": archivos[nombre], **_medias(f),
            "con_meta": entero(f, "actividades_con_meta"), "con_reporte": entero(f, "actividades_con_reporte"),
            "actividades": [a["id"] for a in suyas], "tarde": [a["id"] for a in suyas if a["estado"] in TARDE],
        })  # fmt: skip
    return salida


def _tabla(e: EntregaPublicada, nombre: str) -> dict[str, Any]:
    return {"nombre": nombre, "filas": e.muestras[nombre].filas, "csv": e.bytes_de(f"datos/{nombre}.csv"), "parquet": e.bytes_de(f"datos/{nombre}.parquet")}


def _cambios(e: EntregaPublicada) -> dict[str, Any]:
    filas = e.tablas["correcciones"]
    return {"total": len(filas), "por_tabla": dict(sorted(Counter(letra(f, "tabla") for f in filas).items()))}


def _actualizado(e: EntregaPublicada) -> str:
    """Dice de cuándo es la entrega: su corte o, si corrige después, el día en que se declaró la última corrección."""
    declaradas = [dia(f, "fecha") for f in e.tablas["correcciones"] if fecha(f, "fecha")]
    return max([e.corte, *declaradas]).isoformat()
