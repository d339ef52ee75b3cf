"""Lo que una corrida deja a la vista en Prefect: la tabla de indicadores, el informe, los enlaces y los conjuntos publicados."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.assets import Asset, AssetProperties, materialize
from prefect.cache_policies import NO_CACHE

from esquemas import PUBLICAS
from flujos.tareas import como_tarea
from rendicion.corrida import Resultado
from rendicion.portales.base import Publicacion

VARIABLE_PORTAL = "RENDICION_PORTAL_URL"
_COLUMNAS = ("avance_pct", "cumplimiento_pct", "zona")
_AVISO = "**DATOS SINTÉTICOS**: estas cifras son inventadas, para probar el sistema.\n\n"


def dejar_a_la_vista(resultado: Resultado) -> None:
    """Escribe los artefactos de una corrida: solo cifras ya publicadas o cuentas, nunca filas de una fuente."""
    quien = f"{resultado.entidad}-{resultado.vigencia}".lower()
    create_table_artifact(tabla_de_indicadores(resultado), key=f"indicadores-{quien}", description=f"Indicadores al corte {resultado.corte}.")
    create_markdown_artifact(informe(resultado), key=f"informe-{quien}", description="Cómo terminó la última corrida.")
    if resultado.carpeta and resultado.entrega:
        pagina = direccion(resultado, "index.html")
        create_link_artifact(pagina, key=f"entrega-{quien}", link_text=f"Entrega {resultado.entrega}", description="La página de la entrega.")
        validacion = direccion(resultado, "validacion/informe.html")
        create_link_artifact(validacion, key=f"validacion-{quien}", link_text=f"Validación de {resultado.entrega}", description="El informe de validación.")


def enlazar_portal(resultado: Resultado, publicacion: Publicacion) -> None:
    """Deja a la mano el conjunto de datos en el portal donde también se publicó."""
    quien = f"{resultado.entidad}-{resultado.vigencia}".lower()
    create_link_artifact(publicacion.direccion, key=f"portal-{quien}", link_text=f"Portal: {publicacion.detalle}", description="Lo publicado en el portal de datos abiertos.")


def mostrar(resultado: Resultado) -> None:
    """Deja la corrida a la vista y, si publicó algo nuevo, anota sus conjuntos de datos."""
    como_tarea("dejar a la vista", dejar_a_la_vista, resultado)
    if resultado.publicacion and resultado.publicacion.estado == "publicada":
        anotar_conjuntos(resultado)


def tabla_de_indicadores(resultado: Resultado) -> list[dict[str, Any]]:
    """Arma una fila por subcomponente, y la del total, al corte de la corrida. Lo vacío dice «sin dato»."""
    filas = [("Total", f) for f in resultado.indicadores.get("indicadores_total", []) if f["corte"] == resultado.corte]
    nombres = {p["subcomponente_id"]: p["subcomponente"] for p in resultado.indicadores.get("plan", [])}
    grupos = [f for f in resultado.indicadores.get("indicadores_subcomponente", []) if f["corte"] == resultado.corte]
    filas += [(f"{f['subcomponente_id']}. {nombres.get(f['subcomponente_id'], '')}", f) for f in grupos]
    return [{"nombre": nombre} | {c: "sin dato" if f[c] is None else str(f[c]) for c in _COLUMNAS} for nombre, f in filas]


def informe(resultado: Resultado) -> str:
    """Escribe en Markdown cómo terminó la corrida: estado, cuentas por fuente y lo que necesita a una persona."""
    titulo = {"publicada": "Se publicó una entrega", "sin_cambios": "Nada cambió", "detenida": "No se publicó: hace falta una persona"}
    lineas = [f"# {titulo.get(resultado.estado, resultado.estado)}\n", _AVISO if resultado.sintetica else ""]
    lineas.append(f"Entidad {resultado.entidad}, vigencia {resultado.vigencia}, corte {resultado.corte}. Entrega: {resultado.entrega or 'ninguna'}.\n")
    lineas += [f"- **Motivo:** {m}" for m in resultado.motivos_detencion]
    lineas += [f"- **Sin dato:** {f}. {e}" for f, e in resultado.fuentes_sin_dato.items()]
    lineas += ["\n| fuente | recibidos | aceptados | rechazados |", "|---|---|---|---|"]
    lineas += [f"| {f['fuente']} | {f['recibidos']} | {f['aceptados']} | {f['rechazados']} |" for f in resultado.conciliacion]
    lineas.append("\n" + cuentas(resultado.reglas, resultado.hallazgos, resultado.correcciones))
    return "\n".join(lineas)


def cuentas(reglas: Mapping[str, int], hallazgos: int, correcciones: int) -> str:
    """Resume reglas, hallazgos y correcciones en una frase."""
    return f"Reglas que se cumplen: {reglas.get('cumplen', 0)} de {reglas.get('reglas', 0)}. Hallazgos: {hallazgos}. Datos corregidos: {correcciones}."


def direccion(resultado: Resultado, archivo: str) -> str:
    """Da la dirección de un archivo de la entrega: la del portal público, si se declara, o la de la carpeta."""
    base = os.environ.get(VARIABLE_PORTAL)
    if base:
        return f"{base.rstrip('/')}/{resultado.entidad}-{resultado.vigencia}/{resultado.entrega}/{archivo}"
    carpeta = Path(resultado.publicacion.direccion) if resultado.publicacion else resultado.carpeta or Path()
    return (carpeta / archivo).resolve().as_uri()


def conjuntos(resultado: Resultado) -> list[Asset]:
    """Nombra los conjuntos de datos publicados, uno por tabla, con un nombre que no cambia de una entrega a otra."""
    raiz = f"rendicion://{resultado.entidad}-{resultado.vigencia}"
    return [
        Asset(
            key=f"{raiz}/{nombre}",
            properties=AssetProperties(name=tabla.titulo, description=tabla.descripcion, url=direccion(resultado, f"datos/{nombre}.csv")),
        )
        for nombre, tabla in PUBLICAS.items()
    ]


def anotar_conjuntos(resultado: Resultado) -> None:
    """Anota en Prefect que cada conjunto se publicó, con la entrega y la huella de su manifiesto."""
    publicados = conjuntos(resultado)
    metadatos = {"entrega": resultado.entrega, "corte": resultado.corte.isoformat(), "manifiesto_sha256": resultado.manifiesto_sha256}

    @materialize(*publicados, by="rendicion", name="conjuntos publicados", task_run_name="conjuntos publicados", cache_policy=NO_CACHE, persist_result=False)
    def conjuntos_publicados() -> None:
        for conjunto in publicados:
            conjunto.add_metadata(metadatos)

    conjuntos_publicados()
