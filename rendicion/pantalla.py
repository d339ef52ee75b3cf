"""Lo que se ve en la terminal: progreso, tablas y mensajes, o el mismo resultado en JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rendicion.errores import ErrorRendicion

if TYPE_CHECKING:
    from rendicion.corrida import Resultado
    from rendicion.lectura_plan import PlanLeido
    from rendicion.portales.base import Publicacion
    from rendicion.portales.ckan_revision import Revision
    from rendicion.prueba import Prueba
    from rendicion.verificacion import Verificacion

AVISO = "DATOS SINTÉTICOS: estas cifras son inventadas, para probar el sistema. No son de la entidad."
ESTADOS = {
    "sin_meta": "sin meta", "cumplida": "cumplida", "vencida": "vencida", "atrasada": "atrasada",
    "no_iniciada": "no iniciada", "en_ejecucion": "en ejecución",
}  # fmt: skip
_COLOR_ZONA = {"alta": "green", "media": "yellow", "baja": "red"}


def consola() -> Console:
    """Devuelve la terminal; respeta NO_COLOR y el ancho que haya."""
    return Console(highlight=False, soft_wrap=False)


def escribir_json(datos: Any) -> None:
    """Escribe un resultado en JSON por la salida estándar, y nada más."""
    sys.stdout.write(json.dumps(datos, ensure_ascii=False, indent=2, default=str) + "\n")


def numero(valor: Any) -> str:
    """Escribe un número como se lee en Colombia; lo vacío se dice «sin dato», nunca 0."""
    if valor is None:
        return "sin dato"
    texto = f"{valor:,f}"
    if "." in texto:
        texto = texto.rstrip("0").rstrip(".")
    return texto.translate(str.maketrans(",.", ".,"))


def porcentaje(valor: Any) -> str:
    """Escribe un porcentaje; lo vacío se dice «sin dato»."""
    return "sin dato" if valor is None else f"{numero(valor)} %"


def _tabla(titulo: str, columnas: Sequence[str], filas: Iterable[Sequence[Any]], derecha: Sequence[int] = ()) -> Table:
    tabla = Table(title=titulo, title_justify="left", title_style="bold", header_style="bold", expand=False)
    for i, columna in enumerate(columnas):
        tabla.add_column(columna, justify="right" if i in derecha else "left", overflow="fold")
    for fila in filas:
        tabla.add_row(*(celda if isinstance(celda, Text) else Text(str(celda)) for celda in fila))
    return tabla


def mostrar_error(error: ErrorRendicion, *, en_json: bool) -> None:
    """Dice el error en claro: qué pasó, dónde y qué hacer."""
    if en_json:
        escribir_json({"error": {"que": error.que, "donde": error.donde, "hacer": error.hacer}, "codigo": error.salida})
        return
    salida = Console(stderr=True, highlight=False)
    salida.print(Text("Error: ", "bold red") + Text(error.que))
    for nombre, texto in (("Dónde", error.donde), ("Qué hacer", error.hacer)):
        if texto:
            salida.print(Text(f"  {nombre}: ", "bold") + Text(texto))


def callar(evento: str, datos: Mapping[str, Any]) -> None:
    """No cuenta nada: para cuando el resultado va en JSON."""


def avance() -> Callable[[str, Mapping[str, Any]], None]:
    """Devuelve quien cuenta el progreso, una línea por fuente."""
    terminal = consola()

    def contar(evento: str, datos: Mapping[str, Any]) -> None:
        if evento == "sin_dato":
            terminal.print(Text("  ✘ ", "red") + Text(f"{datos['fuente']}: sin dato. {datos['error']}"))
        elif evento == "fuente":
            faltas = f", {datos['con_falta']} no se entienden" if datos["con_falta"] else ""
            terminal.print(Text("  ✔ ", "green") + Text(f"{datos['fuente']}: {numero(datos['recibidos'])} registros leídos{faltas}"))
        else:
            terminal.print(Text(str(datos.get("texto", evento))))

    return contar


def _json_resultado(r: Resultado) -> dict[str, Any]:
    suma = {c: sum(f[c] for f in r.conciliacion) for c in ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")}
    return {
        "estado": r.estado,
        "entrega": str(r.carpeta) if r.carpeta else None,
        "entrega_id": r.entrega,
        "manifiesto_sha256": r.manifiesto_sha256,
        "entidad": r.entidad,
        "vigencia": r.vigencia,
        "corte": r.corte,
        "sintetica": r.sintetica,
        "totales": r.indicadores["indicadores_total"],
        "subcomponentes": r.indicadores["indicadores_subcomponente"],
        "conteos": suma | {"hallazgos": r.hallazgos, "correcciones": r.correcciones, "reglas": r.reglas},
        "fuentes": r.conciliacion,
        "fuentes_sin_dato": r.fuentes_sin_dato,
        "publicacion": vars(r.publicacion) if r.publicacion else None,
        "detenida_por": r.motivos_detencion,
        "avisos": r.avisos,
        "revision": str(r.revision) if r.revision else None,
    }


def mostrar_resultado(r: Resultado, *, en_json: bool) -> None:
    """Cuenta cómo terminó una corrida: fuentes, reglas, subcomponentes, dónde está todo y qué sigue."""
    if en_json:
        escribir_json(_json_resultado(r))
        return
    terminal = consola()
    if r.sintetica:
        terminal.print(Text(f"\n{AVISO}", "bold magenta"))
    terminal.print(tabla_conciliacion(r.conciliacion))
    for fuente in r.fuentes_sin_dato:
        terminal.print(Text(f"Sin dato de la fuente {fuente}: sus actividades quedan sin reporte.", "yellow"))
    reglas = r.reglas
    terminal.print(f"Reglas: {reglas['cumplen']} se cumplen, {reglas['no_cumplen']} no se cumplen, {reglas['no_corrieron']} no tuvieron qué revisar. Hallazgos: {r.hallazgos}.")
    for aviso in r.avisos:
        terminal.print(Text("Una decisión quedó sin sustento: ", "bold yellow") + Text(aviso))
    terminal.print(tabla_subcomponentes(r.indicadores, r.corte))
    if r.estado == "detenida":
        terminal.print(Text("No se publicó nada. Esto necesita a una persona:", "bold red"))
        for motivo in r.motivos_detencion:
            terminal.print(Text(f"  • {motivo}"))
        terminal.print(Text(f"Los registros por corregir están en {r.revision}/rechazos.csv"))
        return
    if r.estado == "sin_cambios":
        terminal.print(Text(f"Nada cambió desde la entrega {r.entrega}: no se publica otra.", "bold"))
    else:
        terminal.print(Text(f"Entrega publicada: {r.entrega}", "bold green"))
    terminal.print(Text(f"  Página:     {r.publicacion.direccion if r.publicacion else r.carpeta}/index.html"))
    terminal.print(Text(f"  Datos:      {r.carpeta}/datos"))
    terminal.print(Text(f"  Manifiesto: SHA-256 {r.manifiesto_sha256}"))
    terminal.print(Text(f"Siguiente: rendicion verificar {r.carpeta}"))


def tabla_conciliacion(filas: Sequence[Mapping[str, Any]]) -> Table:
    """Dibuja las cuentas de cada fuente."""
    columnas = ("fuente", "recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
    return _tabla("Registros por fuente", [c.replace("_", " ") for c in columnas], ([f[c] if c == "fuente" else numero(f[c]) for c in columnas] for f in filas), derecha=range(1, 6))


def tabla_subcomponentes(tablas: Mapping[str, Sequence[Mapping[str, Any]]], corte: Any) -> Table:
    """Dibuja los subcomponentes y el total en un corte."""
    nombres = {f["subcomponente_id"]: f["subcomponente"] for f in tablas["plan"]}
    filas = [(f"{f['subcomponente_id']}. {nombres[f['subcomponente_id']]}", f) for f in tablas["indicadores_subcomponente"] if f["corte"] == corte]
    filas += [("Total del plan", f) for f in tablas["indicadores_total"] if f["corte"] == corte]
    return _tabla(
        f"Cómo va el plan al {corte}",
        ("subcomponente", "avance", "cumplimiento", "zona", "con reporte"),
        (
            (n, porcentaje(f["avance_pct"]), porcentaje(f["cumplimiento_pct"]), Text(f["zona"].replace("_", " "), _COLOR_ZONA.get(f["zona"], "")), f"{f['actividades_con_reporte']} de {f['actividades_con_meta']}")
            for n, f in filas
        ),
        derecha=(1, 2, 4),
    )


def mostrar_plan(leido: PlanLeido, *, en_json: bool) -> None:
    """Muestra qué se entendió de un plan y qué pareció dudoso."""
    from rendicion.medicion import filas_de_hallazgos
    from rendicion.plan import filas_del_plan

    filas, hallazgos = filas_del_plan(leido.plan), filas_de_hallazgos(leido.hallazgos)
    if en_json:
        escribir_json({"plan": [_para_json(f) for f in filas], "hallazgos": hallazgos})
        return
    terminal = consola()
    plan = leido.plan
    terminal.print(f"Plan de la vigencia {plan.vigencia}, del {plan.inicio} al {plan.fin}: {len(filas)} actividades, {len(hallazgos)} hallazgos.")
    terminal.print(
        _tabla(
            "Lo que se entendió",
            ("n.º", "actividad", "meta", "unidad", "programación", "responsables"),
            ((f["actividad_id"], f["actividad"], numero(f["meta"]), f["unidad"] or "", f["programacion"], f["responsables"] or "sin responsable") for f in filas),
            derecha=(2,),
        )
    )
    terminal.print(_tabla("Hallazgos", ("dónde", "campo", "gravedad", "qué pasa"), ((h["registro"], h["campo"], h["gravedad"], h["explicacion"]) for h in hallazgos)))


def _para_json(fila: Mapping[str, Any]) -> dict[str, Any]:
    """Deja los decimales como números exactos y las fechas como texto ISO."""
    from decimal import Decimal

    return {c: (int(v) if v == v.to_integral_value() else float(v)) if isinstance(v, Decimal) else v for c, v in fila.items()}


def mostrar_prueba(prueba: Prueba, *, en_json: bool) -> None:
    """Cuenta lo que daría una corrida, sin haber escrito nada."""
    if en_json:
        escribir_json(vars(prueba) | {"codigo": prueba.salida})
        return
    terminal = consola()
    terminal.print(tabla_conciliacion(prueba.conciliacion))
    if prueba.rechazos:
        terminal.print(_tabla("Por corregir", ("fuente", "registro", "qué pasa", "cómo corregir"), ((r["fuente"], r["registro"], r["explicacion"], r["como_corregir"]) for r in prueba.rechazos)))
    for motivo in prueba.detienen:
        terminal.print(Text(f"Así no se publicaría: {motivo}", "bold red"))
    terminal.print("No se escribió nada.")


def mostrar_publicacion(publicacion: Publicacion, *, en_json: bool) -> None:
    """Dice qué quedó publicado y dónde."""
    if en_json:
        escribir_json(vars(publicacion))
        return
    verbo = "Publicada" if publicacion.estado == "publicada" else "Ya estaba publicada"
    consola().print(Text(f"{verbo}: {publicacion.detalle}\n  {publicacion.direccion}"))


def mostrar_verificacion(verificacion: Verificacion, *, en_json: bool) -> None:
    """Muestra cada comprobación de una entrega, una por línea."""
    if en_json:
        escribir_json(verificacion.datos)
    else:
        sys.stdout.write(verificacion.texto.rstrip() + "\n")


def mostrar_revision(revision: Revision, *, en_json: bool) -> None:
    """Dice qué tiene un portal CKAN y qué va a funcionar en él."""
    if en_json:
        escribir_json(asdict(revision) | {"sirve": revision.sirve})
        return
    terminal = consola()
    terminal.print(Text(f"{revision.titulo or revision.direccion}: CKAN {revision.version or 'de versión desconocida'}"))
    terminal.print(Text(f"  Extensiones: {', '.join(revision.extensiones) or 'ninguna'}"))
    terminal.print(Text(f"  Organizaciones en que puede publicar: {', '.join(revision.organizaciones) or 'ninguna'}"))
    for nota in revision.notas:
        terminal.print(Text(f"  • {nota}"))
    for problema in revision.problemas:
        terminal.print(Text("  ✘ ", "red") + Text(problema))
    terminal.print(Text("Se puede publicar." if revision.sirve else "Así no se puede publicar.", "bold"))


def mostrar_comparacion(comparacion: Mapping[str, Any], *, en_json: bool) -> None:
    """Muestra los cambios entre dos entregas."""
    if en_json:
        escribir_json(comparacion)
        return
    antes, despues, cambios = comparacion["antes"], comparacion["despues"], comparacion["cambios"]
    terminal = consola()
    terminal.print(Text(f"De {antes['entrega']} a {despues['entrega']}: {len(cambios)} cambios."))
    if cambios:
        terminal.print(_tabla("Qué cambió", ("tabla", "clave", "campo", "antes", "después"), ([c[k] if c[k] is not None else "sin dato" for k in ("tabla", "clave", "campo", "antes", "despues")] for c in cambios)))


def mostrar_rastreo(rastro: Mapping[str, Any], *, en_json: bool, filas: int = 15) -> None:
    """Muestra el camino de una cifra: fórmula, filas que cuentan y que no, capturas, plan y hallazgos."""
    if en_json:
        escribir_json(rastro)
        return
    terminal = consola()
    if rastro["sintetica"]:
        terminal.print(Text(AVISO, "bold magenta"))
    nombre = "Total del plan" if rastro["nivel"] == "total" else f"{rastro['nivel'].capitalize()} {rastro['id']}"
    terminal.print(Text(f"{nombre}, corte {rastro['corte']}, entrega {rastro['entrega']}", "bold"))
    for f in rastro["plan"]["filas"] if rastro["nivel"] in {"actividad", "avance"} else ():
        terminal.print(Text(f"  Plan: {f['actividad']} · Meta: {f['meta_texto'] or 'sin dato'} · Responsable: {f['responsable_texto'] or 'sin dato'} · Fecha: {f['fecha_texto'] or 'sin dato'}"))
    terminal.print(Text(f"  Documento del plan: {rastro['plan']['archivo']}, SHA-256 {rastro['plan']['sha256']}"))
    if "cifras" in rastro:
        terminal.print(_tabla("De dónde sale cada cifra", ("cifra", "publicada", "fórmula"), ((c["campo"], _publicada(c["publicada"]), c["formula"]) for c in rastro["cifras"])))
        if rastro["coinciden_todas"]:
            terminal.print(Text("Recalculadas con estas filas, todas las cifras dan lo publicado.", "green"))
        else:
            malas = ", ".join(c["campo"] for c in rastro["cifras"] if not c["coincide"]) or "los numeradores o denominadores"
            terminal.print(Text(f"NO dan lo publicado al recalcular: {malas}. Corra: rendicion verificar {rastro['carpeta']}", "bold red"))
        if rastro["partes"]:
            terminal.print(_tabla("Lo que entra en la media", ("parte", "peso", "avance", "avance de lo reportado", "cumplimiento"), ((f"{p['nivel']} {p['id']}", *(_publicada(p[c]) for c in ("peso", "avance_pct", "avance_reportado_pct", "cumplimiento_pct"))) for p in rastro["partes"]), derecha=range(1, 5)))
    _lista_de_filas("Filas que la sustentan" if "cifras" in rastro else "Fila que cuenta", rastro["sustentan"], filas)
    _lista_de_filas("Filas que no cuentan en este corte" if "cifras" in rastro else "No cuentan", rastro["no_sustentan"], filas)
    _mostrar_origen(rastro, filas)


def _publicada(valor: Any) -> str:
    return "sin dato" if valor is None else str(valor)


def _lista_de_filas(titulo: str, filas: Sequence[Mapping[str, Any]], cuantas: int) -> None:
    if not filas:
        return
    vistas = filas[:cuantas]
    motivos = any("motivo" in f for f in filas)
    columnas = ("avance_id", "fecha", "cantidad", "título o enlace", "lugar en la captura", *(["motivo"] if motivos else []))
    terminal = consola()
    terminal.print(
        _tabla(
            f"{titulo}: {numero(len(filas))}",
            columnas,
            (
                (f["avance_id"], f["fecha"], f["cantidad"], f["titulo"] or f["url"] or "sin dato", f["lugar"] or f["registro"], *([_motivo(f)] if motivos else []))
                for f in vistas
            ),
            derecha=(2,),
        )
    )
    if len(filas) > len(vistas):
        terminal.print(f"  … y {numero(len(filas) - len(vistas))} más. Con --json van todas; con --filas, cuantas diga.")


def _motivo(f: Mapping[str, Any]) -> str:
    return f"{(f['motivo'] or '').replace('_', ' ')}{' de ' + f['duplicado_de'] if f['duplicado_de'] else ''}"


def _mostrar_origen(rastro: Mapping[str, Any], filas: int) -> None:
    """Dice las capturas con su huella, los rechazos de esas fuentes y los hallazgos."""
    terminal = consola()
    terminal.print(_tabla("Capturas de las que salen", ("fuente", "origen", "SHA-256", "filas", "responde"), ((c["fuente"], c["origen"] + (" (DATOS SINTÉTICOS)" if c["sintetica"] else ""), c["sha256"], numero(c["filas"]), c["dependencia"]) for c in rastro["capturas"]), derecha=(3,)))
    for c in rastro["capturas"]:
        if c["porque"]:
            terminal.print(Text(f"  {c['fuente']}: {c['porque']}", "yellow"))
    if rastro.get("rechazos"):
        vistos = rastro["rechazos"][:filas]
        terminal.print(_tabla(f"Rechazados en esas fuentes, en ninguna cifra: {numero(len(rastro['rechazos']))}", ("fuente", "registro", "qué pasa"), ((r["fuente"], r["registro"], r["explicacion"]) for r in vistos)))
    if rastro["hallazgos"]:
        terminal.print(_tabla("Hallazgos", ("dónde", "campo", "gravedad", "qué pasa"), ((f"{h['origen']} {h['registro']}", h["campo"], h["gravedad"], h["explicacion"]) for h in rastro["hallazgos"])))


def mostrar_estado(estado: Mapping[str, Any], *, en_json: bool) -> None:
    """Responde «cómo vamos» en una pantalla."""
    if en_json:
        escribir_json(estado)
        return
    terminal = consola()
    if estado["entrega"] is None:
        terminal.print("Todavía no hay entregas en esta salida. Siguiente: rendicion correr")
    else:
        from datetime import date

        corte = date.fromisoformat(estado["manifiesto"]["corte"])
        if estado["manifiesto"]["sintetica"]:
            terminal.print(Text(AVISO, "bold magenta"))
        terminal.print(Text(f"Última entrega: {estado['entrega']} (corte {corte})"))
        terminal.print(tabla_subcomponentes(estado["tablas"], corte))
        cuenta: dict[str, int] = {}
        for f in estado["tablas"]["indicadores_actividad"]:
            if f["corte"] == corte:
                cuenta[f["estado"]] = cuenta.get(f["estado"], 0) + 1
        terminal.print("Actividades: " + ", ".join(f"{n} {ESTADOS[e]}{'s' if n > 1 and e in {'cumplida', 'vencida', 'atrasada'} else ''}" for e, n in cuenta.items()))
        for fuente in estado["manifiesto"]["fuentes_sin_dato"]:
            terminal.print(Text(f"Sin dato de la fuente {fuente}.", "yellow"))
    if estado["corridas"]:
        terminal.print(_tabla("Últimas corridas", ("empezó (hora universal)", "corte", "resultado", "entrega"), ((c["iniciada"], c["corte"], c["resultado"].replace("_", " "), c["entrega"] or "") for c in estado["corridas"])))


def mostrar_fuentes(filas: Sequence[Mapping[str, Any]], *, en_json: bool) -> None:
    """Lista las fuentes declaradas y la edad de su última captura."""
    if en_json:
        escribir_json(list(filas))
        return

    def edad(f: Mapping[str, Any]) -> str:
        if f["dias"] is None:
            return "sin captura"
        return f"hace {f['dias']} días" + (" · vieja" if f["vieja"] else "")

    consola().print(_tabla("Fuentes declaradas", ("fuente", "tipo", "dependencia", "frecuencia", "última captura"), ((f["fuente"], f["tipo"], f["dependencia"], f["frecuencia"] or "sin dato", edad(f)) for f in filas)))
