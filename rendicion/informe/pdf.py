"""Los documentos para imprimir y firmar: el seguimiento de control interno y el informe para una sesión del concejo.

Son funciones puras: de una entrega leída sale el texto HTML de cada documento; `pdf_escritura` lo vuelve PDF.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rendicion.ciclo.seguimiento import ESTADOS, ZONAS, cuatrimestre, evidencias, observacion, programado, realizado
from rendicion.informe import pdf_ciclo
from rendicion.informe.formato import contar, enlace_seguro, fecha_larga, limpio, numero, porcentaje_exacto
from rendicion.informe.pdf_piezas import Cuadro, Pieza, Texto, celda

EVIDENCIAS_POR_ACTIVIDAD = 12
FIRMAS = ("Elaboró", "Revisó", "Jefe de la oficina de control interno")
_CARPETA = Path(__file__).parent / "plantillas"
Fila = Mapping[str, Any]


@dataclass(frozen=True)
class Documento:
    """Es una entrega ya leída: sus tablas, su paquete de datos, su manifiesto con su huella y las cifras del ciclo."""

    tablas: Mapping[str, Sequence[Fila]]
    paquete: Mapping[str, Any]
    manifiesto: Mapping[str, Any]
    manifiesto_sha256: str
    cifras: Mapping[str, Any]

    @property
    def corte(self) -> date:
        """Devuelve la fecha de corte."""
        return date.fromisoformat(self.manifiesto["corte"])

    @property
    def entidad(self) -> str:
        """Devuelve el nombre de la entidad."""
        return str(next((c["title"] for c in self.paquete["contributors"] if "publisher" in c["roles"]), self.manifiesto["entidad"]))

    def del_corte(self, tabla: str) -> list[Fila]:
        """Devuelve las filas de una tabla de indicadores en el corte de la entrega."""
        return [f for f in self.tablas[tabla] if f["corte"] == self.corte]


def seguimiento(doc: Documento, por_actividad: int = EVIDENCIAS_POR_ACTIVIDAD) -> str:
    """Devuelve el seguimiento de control interno, listo para firmar, con enlaces a la evidencia.

    De cada actividad se listan los `por_actividad` registros más recientes; de los demás se dice cuántos son y dónde están.
    """
    marco = str(doc.paquete["marco"])
    cuentan = evidencias(doc.tablas["avances"], doc.corte)
    ficha = (
        ("Entidad", doc.entidad), ("Vigencia", str(doc.manifiesto["vigencia"])), ("Fecha", fecha_larga(doc.corte)),
        ("Componente", "Rendición de cuentas"), ("Cuatrimestre", cuatrimestre(doc.corte)), ("Marco", marco),
    )  # fmt: skip
    return _pintar(
        "pdf_seguimiento.html.j2", doc, f"Seguimiento al {marco} · Rendición de cuentas", apaisado=True, ficha=ficha,
        cuadro=_cuadro_de_seguimiento(doc, cuentan), firmas=FIRMAS, anexo=_anexo(doc, cuentan, por_actividad),
    )  # fmt: skip


def informe(doc: Documento) -> str:
    """Devuelve el informe de la entrega para una sesión del concejo: el resumen y una tabla por subcomponente."""
    return _pintar(
        "pdf_informe.html.j2", doc, f"Informe de rendición de cuentas {doc.manifiesto['vigencia']}", apaisado=True,
        resumen=_resumen(doc), piezas=(*_avance(doc), *pdf_ciclo.piezas(doc.cifras, doc.tablas), _pendiente(doc)),
    )  # fmt: skip


@cache
def _entorno() -> Environment:
    return Environment(loader=FileSystemLoader(_CARPETA), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _pintar(plantilla: str, doc: Documento, titulo: str, *, apaisado: bool, **datos: object) -> str:
    sintetica = bool(doc.manifiesto["sintetica"])
    completo = f"{titulo}, {doc.entidad}, corte al {fecha_larga(doc.corte)}"
    return _entorno().get_template(plantilla).render(
        titulo=titulo,
        titulo_completo=f"DATOS SINTÉTICOS · {completo}" if sintetica else completo,
        entidad=doc.entidad,
        estrategia=doc.paquete.get("estrategia") or "",
        corte=fecha_larga(doc.corte),
        corte_iso=doc.corte.isoformat(),
        entrega=doc.manifiesto["entrega"],
        huella=doc.manifiesto_sha256,
        licencia=doc.paquete["licenses"][0]["title"],
        sintetica=sintetica,
        apaisado=apaisado,
        estilo=Markup((_CARPETA / "pdf.css").read_text(encoding="utf-8")),  # noqa: S704 -- es un archivo de este paquete
        **datos,
    )


def _cuadro_de_seguimiento(doc: Documento, cuentan: Mapping[str, Sequence[Fila]]) -> Cuadro:
    medidas = {f["actividad_id"]: f for f in doc.del_corte("indicadores_actividad")}
    filas = []
    for a in doc.tablas["plan"]:
        medida, suyas = medidas.get(a["actividad_id"], {}), cuentan.get(a["actividad_id"], ())
        palabra, _, _ = ZONAS[medida.get("zona", "sin_programar")]
        ancla = f"#evidencia-{a['actividad_id']}" if suyas else None
        filas.append(
            (
                celda(a["subcomponente"]), celda(f"{a['actividad_id']} {a['actividad']}"), celda(realizado(a, medida, suyas)), celda(a["meta_texto"]),
                celda(a["responsable_texto"]), celda(programado(a)), celda(porcentaje_exacto(medida.get("avance_pct")), clase="num"),
                celda(palabra, clase=f"zona-{medida.get('zona', 'sin_programar')}"), celda(observacion(medida)),
                celda(contar(len(suyas), "registro", "registros") if suyas else "Ninguna", href=ancla),
            )
        )  # fmt: skip
    columnas = (
        "Subcomponente / Proceso", "Actividades programadas", "Actividades realizadas", "Meta / Producto", "Responsable", "Fecha programada", "% de avance",
        "Zona", "Observaciones", "Evidencia",
    )  # fmt: skip
    return Cuadro(f"Seguimiento de cada actividad al {fecha_larga(doc.corte)}", columnas, tuple(filas), rotulo=1)


def _anexo(doc: Documento, cuentan: Mapping[str, Sequence[Fila]], por_actividad: int) -> tuple[tuple[str, Cuadro, str], ...]:
    """Devuelve, por actividad, el ancla, el cuadro de sus registros más recientes y lo que no se listó."""
    nombres = {a["actividad_id"]: a["actividad"] for a in doc.tablas["plan"]}
    salida = []
    for numero_, suyas in cuentan.items():
        visibles = list(reversed(suyas[-por_actividad:])) if por_actividad else []
        filas = tuple(
            (celda(fecha_larga(f["fecha"])), celda(f["titulo"] or f["registro"]), celda(numero(f["cantidad"]), clase="num"), celda(f["registro"]),
             celda(f["url"], href=enlace_seguro(f["url"])))
            for f in visibles
        )  # fmt: skip
        cuadro = Cuadro(f"{numero_} {limpio(nombres.get(numero_, ''), 90)}", ("Fecha", "Título", "Cantidad", "Registro", "Enlace"), filas)
        faltan = len(suyas) - len(visibles)
        resto = f"Hay {contar(faltan, 'registro más', 'registros más')}: filas de datos/avances.csv con actividad_id {numero_} y cuenta true." if faltan else ""
        salida.append((f"evidencia-{numero_}", cuadro, resto))
    return tuple(salida)


def _resumen(doc: Documento) -> tuple[str, ...]:
    total = doc.del_corte("indicadores_total")[0]
    estados = [f["estado"] for f in doc.del_corte("indicadores_actividad")]
    tarde = sum(e in {"vencida", "atrasada"} for e in estados)
    return (
        f"El plan va en {porcentaje_exacto(total['avance_pct'])} de su meta del año, con corte al {fecha_larga(doc.corte)}.",
        f"De lo que debía estar hecho a esa fecha se cumplió el {porcentaje_exacto(total['cumplimiento_pct'])}.",
        (f"{contar(estados.count('cumplida'), 'actividad está cumplida', 'actividades están cumplidas')} de {len(estados)}; "
        f"{contar(tarde, 'está vencida o atrasada', 'están vencidas o atrasadas')}."),
        f"Trae reporte de evidencia {total['actividades_con_reporte']} de {contar(total['actividades_con_meta'], 'actividad', 'actividades')} con meta.",
    )


def _avance(doc: Documento) -> tuple[Pieza, ...]:
    cortes = Cuadro(
        "El total del plan en cada corte", ("Corte", "Avance", "Cumplimiento", "Zona", "Actividades con reporte"),
        tuple((celda(fecha_larga(f["corte"])), *_medias(f)) for f in doc.tablas["indicadores_total"]),
    )  # fmt: skip
    nombres = {str(f["subcomponente_id"]): _nombre(str(f["subcomponente_id"]), str(f["subcomponente"])) for f in reversed(doc.tablas["plan"])}
    subs = doc.del_corte("indicadores_subcomponente")
    por_sub = Cuadro(
        "Avance de cada subcomponente", ("Subcomponente", "Avance", "Cumplimiento", "Zona", "Actividades con reporte"),
        tuple((celda(nombres[f["subcomponente_id"]]), *_medias(f)) for f in subs),
    )  # fmt: skip
    dependencias = Cuadro(
        "Avance de cada dependencia", ("Dependencia", "Avance", "Cumplimiento", "Zona", "Actividades con reporte"),
        tuple((celda(f["dependencia"]), *_medias(f)) for f in doc.del_corte("indicadores_dependencia")),
    )  # fmt: skip
    return (
        Pieza("Cómo va el plan", (cortes, por_sub)),
        *(Pieza(nombre, (_cuadro_de_subcomponente(doc, i),), pagina_nueva=True) for i, nombre in sorted(nombres.items(), key=lambda p: int(p[0]))),
        Pieza("Quién responde", (Texto("Una actividad compartida cuenta completa para cada dependencia: estas filas no se suman."), dependencias), pagina_nueva=True),
    )


def _nombre(i: str, nombre: str) -> str:
    propio = limpio(nombre, 200)
    return propio if propio.lower().startswith("subcomponente") else f"Subcomponente {i}. {propio}"


def _medias(f: Fila) -> tuple[Any, ...]:
    palabra, _, _ = ZONAS[f["zona"]]
    con = f"{f['actividades_con_reporte']} de {f['actividades_con_meta']}"
    return (
        celda(porcentaje_exacto(f["avance_pct"]), clase="num"), celda(porcentaje_exacto(f["cumplimiento_pct"]), clase="num"),
        celda(palabra, clase=f"zona-{f['zona']}"), celda(con, clase="num"),
    )  # fmt: skip


def _cuadro_de_subcomponente(doc: Documento, id_: str) -> Cuadro:
    medidas = {f["actividad_id"]: f for f in doc.del_corte("indicadores_actividad")}
    filas = []
    for a in (a for a in doc.tablas["plan"] if a["subcomponente_id"] == id_):
        m = medidas[a["actividad_id"]]
        filas.append(
            (
                celda(f"{a['actividad_id']} {a['actividad']}"), celda(a["meta_texto"]), celda(numero(m["programado"]), clase="num"),
                celda(numero(m["ejecutado"]), clase="num"), celda(porcentaje_exacto(m["avance_pct"]), clase="num"),
                celda(porcentaje_exacto(m["cumplimiento_pct"]), clase="num"), celda(ESTADOS[m["estado"]], clase=f"zona-{m['zona']}"),
                celda("; ".join((a["responsables"] or "").split(";"))),
            )
        )  # fmt: skip
    columnas = ("Actividad", "Meta", "Programado a la fecha", "Hecho", "Avance", "Cumplimiento", "Estado", "Responsable")
    return Cuadro(f"Lo programado y lo hecho al {fecha_larga(doc.corte)}", columnas, tuple(filas))


def _pendiente(doc: Documento) -> Pieza:
    sin_dato = doc.manifiesto.get("fuentes_sin_dato") or {}
    gravedad = [h["gravedad"] for h in doc.tablas["hallazgos"]]
    textos = [
        f"Se rechazaron {contar(len(doc.tablas['rechazos']), 'registro', 'registros')}: la tabla rechazos dice por qué y cómo se corrige cada uno.",
        f"Hay {contar(len(gravedad), 'hallazgo', 'hallazgos')}, {gravedad.count('grave')} de ellos graves: la tabla hallazgos los explica.",
        *(f"La fuente {f} no entregó datos en este corte." for f in sorted(sin_dato)),
    ]
    return Pieza("Qué falta por aclarar", tuple(map(Texto, textos)))
