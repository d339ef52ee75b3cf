"""El informe de validación: cada regla, qué revisó, qué encontró y quién lo corrige."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from esquemas import TABLAS
from rendicion.informe.calidad import avisos_de_fuentes, tabla_fuentes, tabla_rechazos
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, insignia, num, recortadas
from rendicion.informe.ficha import Ficha
from rendicion.informe.formato import SIN_DATO, contar, limpio, numero, porcentaje_exacto
from rendicion.informe.motor import pintar
from rendicion.informe.palabras import REGLAS, SEVERIDADES, Estado

EJEMPLOS = 10
_TITULOS = {"evidencia": "Evidencia recibida"} | {n: t.titulo for n, t in TABLAS.items()}


@dataclass(frozen=True)
class Regla:
    """Es una regla con su resultado; la que no corrió, o no tuvo filas, nunca es verde."""

    ancla: str
    regla: str
    descripcion: str
    campo: str | None
    norma: str | None
    severidad: str
    quien_corrige: str | None
    revisadas: int
    faltas: int
    clave: str
    estado: Estado
    ejemplos: Cuadro | None


@dataclass(frozen=True)
class Grupo:
    """Reúne las reglas de una tabla y una fuente."""

    id: str
    titulo: str
    fuente: str | None
    reglas: tuple[Regla, ...]

    @property
    def por_atender(self) -> tuple[Regla, ...]:
        """Devuelve las reglas que no se cumplen o que no se pudieron revisar."""
        return tuple(r for r in self.reglas if r.clave in {"no_cumple", "no_corrio"})

    @property
    def tabla(self) -> Cuadro:
        """Devuelve todas las reglas del grupo, una por fila."""
        de = f", fuente {self.fuente}" if self.fuente else ""
        return Cuadro(
            id=f"{self.id}-tabla",
            titulo=f"Reglas de {self.titulo}{de}",
            columnas=("Qué exige", "Resultado", "Filas revisadas", "Con falta", "Columna", "Norma", "Si falla", "Quién corrige"),
            filas=tuple(_fila(r) for r in self.reglas),
            numericas=frozenset({2, 3}),
        )

    def cuantas(self, clave: str) -> int:
        """Cuenta las reglas del grupo en ese estado."""
        return sum(r.clave == clave for r in self.reglas)


def pagina_validacion(
    resultados: Mapping[str, object], tablas: Mapping[str, list[dict[str, object]]], ficha: Ficha
) -> str:
    """Devuelve el informe de validación (`validacion/informe.html`), completo y sin nada externo.

    `resultados` es `validacion/resultados.json` (formato rendicion-validacion/1). Los totales se cuentan de
    las reglas mismas: una regla sin filas que revisar no suma como cumplida.
    """
    grupos = _grupos(cast("list[Mapping[str, object]]", resultados["reglas"]))
    cuentas = {clave: sum(g.cuantas(clave) for g in grupos) for clave in REGLAS}
    return pintar(
        "validacion.html.j2",
        sintetica=ficha.sintetica,
        ficha=ficha,
        titulo=_titular(cuentas),
        grupos=grupos,
        por_atender=tuple(r for g in grupos for r in g.por_atender),
        cuentas=tuple((REGLAS[c], n) for c, n in cuentas.items()),
        total=sum(cuentas.values()),
        fuentes=tabla_fuentes({**tablas, "conciliacion": _conciliacion(resultados, tablas)}, ficha),
        avisos=avisos_de_fuentes(tablas, ficha),
        rechazos=tabla_rechazos(tablas),
        n_rechazos=len(tablas["rechazos"]),
        criterios=_criterios(cast("list[Mapping[str, object]]", resultados.get("calidad") or [])),
        tendencia=_tendencia(resultados, ficha),
    )


def _conciliacion(resultados: Mapping[str, object], tablas: Mapping[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    propia = cast("list[dict[str, object]]", resultados.get("conciliacion") or [])
    return propia or tablas["conciliacion"]


def _criterios(medidas: list[Mapping[str, object]]) -> Cuadro | None:
    """Devuelve los criterios de calidad con su valor y su fórmula; nada si el informe no los trae."""
    if not medidas:
        return None
    return Cuadro(
        id="tabla-criterios",
        titulo="Criterios de calidad de datos abiertos",
        columnas=("Criterio", "Valor", "Cómo se mide", "Qué hay que saber"),
        filas=tuple(
            (
                Celda(limpio(str(m["criterio"]), 60)), num("no medible" if m["valor"] is None else porcentaje_exacto(Decimal(str(m["valor"])))),
                ajeno(str(m["formula"]), 300), Celda(limpio(str(m["motivo"]), 300)),
            )
            for m in medidas
        ),
        numericas=frozenset({1}),
    )


def _tendencia(resultados: Mapping[str, object], ficha: Ficha) -> Cuadro | None:
    """Devuelve las cuentas de cada entrega, de la primera a esta; nada si esta es la primera."""
    anteriores = cast("list[Mapping[str, object]]", resultados.get("tendencia") or [])
    if not anteriores:
        return None
    recibido = cast("list[Mapping[str, int]]", resultados["conciliacion"])
    esta = {c: sum(f[c] for f in recibido) for c in ("recibidos", "rechazados")}
    resumen = cast("Mapping[str, int]", resultados["resumen"])
    entregas = [*anteriores, {"entrega": f"{ficha.entrega} (esta)", "corte": ficha.corte, **esta, **resumen}]
    cifras = ("recibidos", "rechazados", "cumplen", "no_cumplen", "no_corrieron")
    return Cuadro(
        id="tabla-tendencia",
        titulo="Cada entrega, de la primera a esta",
        columnas=("Entrega", "Corte", "Recibidos", "Rechazados", "Reglas que se cumplen", "No se cumplen", "Sin filas que revisar"),
        filas=tuple((Celda(str(e["entrega"])), Celda(str(e["corte"])), *(num(str(e[c])) for c in cifras)) for e in entregas),
        numericas=frozenset({2, 3, 4, 5, 6}),
    )


def _titular(cuentas: Mapping[str, int]) -> str:
    total, faltan, mudas = sum(cuentas.values()), cuentas["no_cumple"], cuentas["no_corrio"]
    if not total:
        return "No corrió ninguna regla: estos datos están sin revisar"
    if faltan:
        cola = f", y {contar(mudas, 'no se pudo revisar', 'no se pudieron revisar')}" if mudas else ""
        return f"{contar(faltan, 'regla no se cumple', 'reglas no se cumplen')}, de {total}{cola}"
    if mudas:
        return f"{contar(mudas, 'regla no se pudo revisar', 'reglas no se pudieron revisar')}, de {total}"
    return f"Ninguna de las {total} reglas encontró faltas"


def _grupos(reglas: list[Mapping[str, object]]) -> tuple[Grupo, ...]:
    por_grupo: dict[tuple[str, str | None], list[Regla]] = {}
    for i, r in enumerate(reglas):
        fuente = None if r["fuente"] is None else str(r["fuente"])
        por_grupo.setdefault((str(r["tabla"]), fuente), []).append(_regla(i, r))
    return tuple(
        Grupo(f"grupo-{n}", _TITULOS.get(t) or limpio(t, 80), None if f is None else limpio(f, 80), tuple(rs))
        for n, ((t, f), rs) in enumerate(por_grupo.items(), 1)
    )


def _regla(i: int, r: Mapping[str, object]) -> Regla:
    revisadas, faltas = int(str(r["revisadas"])), int(str(r["faltas"]))
    clave = _clave(str(r["estado"]), revisadas, faltas, sin_filas=r.get("reventada") is False)
    return Regla(
        ancla=f"regla-{i}",
        regla=limpio(str(r["regla"]), 80),
        descripcion=limpio(str(r["descripcion"])),
        campo=_o_nada(r["campo"], 80),
        norma=_o_nada(r["norma"], 200),
        severidad=SEVERIDADES.get(str(r["severidad"]), "Sin dato."),
        quien_corrige=_o_nada(r["quien_corrige"], 120),
        revisadas=revisadas,
        faltas=faltas,
        clave=clave,
        estado=REGLAS[clave],
        ejemplos=_ejemplos(i, cast("list[Mapping[str, object]]", r.get("ejemplos") or [])),
    )


def _fila(r: Regla) -> tuple[Celda, ...]:
    revisadas = SIN_DATO if r.clave == "no_corrio" else numero(r.revisadas)
    faltas = numero(r.faltas) if r.revisadas else SIN_DATO
    return (
        ajeno(r.descripcion), insignia(r.estado), num(revisadas), num(faltas),
        ajeno(r.campo or "toda la fila", 80), ajeno(r.norma, 200), Celda(r.severidad), ajeno(r.quien_corrige, 120),
    )


def _clave(estado: str, revisadas: int, faltas: int, *, sin_filas: bool) -> str:
    """Decide el estado que se muestra; lo desconocido o contradictorio nunca es verde.

    `sin_filas` dice que la regla, si no corrió, fue por no tener qué revisar y no porque se dañara.
    """
    if estado == "cumple" and not faltas:
        return "cumple" if revisadas else "sin_filas"
    if estado == "no_cumple" or (estado == "cumple" and faltas):
        return "no_cumple"
    return "sin_filas" if estado == "no_corrio" and sin_filas else "no_corrio"


def _o_nada(valor: object, largo: int) -> str | None:
    return None if valor in {None, ""} else limpio(str(valor), largo)


def _ejemplos(i: int, ejemplos: list[Mapping[str, object]]) -> Cuadro | None:
    if not ejemplos:
        return None
    campos = ("registro", "campo", "valor", "explicacion", "como_corregir")
    return Cuadro(
        id=f"ejemplos-{i}",
        titulo="Registros con la falta",
        columnas=("Registro", "Columna", "Valor", "Qué pasa", "Cómo se corrige"),
        filas=tuple(tuple(_celda(e.get(c)) for c in campos) for e in ejemplos[:EJEMPLOS]),
        nota=recortadas(len(ejemplos), EJEMPLOS, "resultados.json"),
    )


def _celda(valor: object) -> Celda:
    return ajeno(None if valor is None else str(valor), 200)
