"""Lo que cuentan correr, plan y probar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from rendicion.pantalla.cuadros import tabla_conciliacion, tabla_subcomponentes
from rendicion.pantalla.fuentes import tabla_de_comparacion
from rendicion.pantalla.terminal import AVISO, consola, cuadro, escribir_json, linea, numero

if TYPE_CHECKING:
    from rich.console import Console

    from rendicion.corrida import Resultado
    from rendicion.lectura_plan import PlanLeido
    from rendicion.prueba import Prueba


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
    terminal.print()
    terminal.print(tabla_conciliacion(r.conciliacion))
    for fuente in r.fuentes_sin_dato:
        terminal.print(Text(f"Sin dato de la fuente {fuente}: sus actividades quedan sin reporte.", "yellow"))
    reglas = r.reglas
    terminal.print(f"\nReglas: {reglas['cumplen']} se cumplen, {reglas['no_cumplen']} no, {reglas['no_corrieron']} sin qué revisar. Hallazgos: {r.hallazgos}.")
    for aviso in r.avisos:
        terminal.print(Text("Una decisión quedó sin sustento: ", "bold yellow") + Text(aviso))
    terminal.print()
    terminal.print(tabla_subcomponentes(r.indicadores, r.corte))
    terminal.print()
    _como_termino(terminal, r)


def _como_termino(terminal: Console, r: Resultado) -> None:
    """Dice qué se publicó, dónde está cada cosa y qué sigue; o por qué no se publicó."""
    if r.estado == "detenida":
        terminal.print(Text("No se publicó nada. Esto necesita a una persona:", "bold red"))
        for motivo in r.motivos_detencion:
            terminal.print(Text(f"  • {motivo}"))
        linea(terminal, "Los registros por corregir están en ", f"{r.revision}/rechazos.csv")
        return
    if r.estado == "sin_cambios":
        terminal.print(Text(f"Nada cambió desde la entrega {r.entrega}: no se publica otra.", "bold"))
    else:
        terminal.print(Text(f"Entrega publicada: {r.entrega}", "bold green"))
    linea(terminal, "  Página: ", f"{r.publicacion.direccion if r.publicacion else r.carpeta}/index.html")
    linea(terminal, "  Datos:  ", f"{r.carpeta}/datos")
    linea(terminal, "  Huella: ", f"{r.manifiesto_sha256} (SHA-256 del manifiesto)")
    linea(terminal, ("Siguiente: ", "bold"), f"rendicion verificar {r.carpeta}")


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
        cuadro(
            "Lo que se entendió",
            ("n.º", "actividad", "meta", "unidad", "programación", "responsables"),
            ((f["actividad_id"], f["actividad"], numero(f["meta"]), f["unidad"] or "", f["programacion"], f["responsables"] or "sin responsable") for f in filas),
            derecha=(2,),
        )
    )
    terminal.print(cuadro("Hallazgos", ("dónde", "campo", "gravedad", "qué pasa"), ((h["registro"], h["campo"], h["gravedad"], h["explicacion"]) for h in hallazgos)))


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
        terminal.print(cuadro("Por corregir", ("fuente", "registro", "qué pasa", "cómo corregir"), ((r["fuente"], r["registro"], r["explicacion"], r["como_corregir"]) for r in prueba.rechazos)))
    if prueba.comparacion:
        terminal.print(tabla_de_comparacion(prueba.comparacion))
    for motivo in prueba.detienen:
        terminal.print(Text(f"Así no se publicaría: {motivo}", "bold red"))
    terminal.print("No se escribió nada.")
