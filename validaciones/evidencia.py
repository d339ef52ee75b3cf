"""Valida los candidatos de todas las fuentes y aparta los registros que no cumplen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from esquemas import TABLAS
from esquemas.arrow import esquema_arrow
from rendicion.hallazgos import Rechazo
from rendicion.normalizacion import Candidatos, unir_rechazos
from rendicion.plan import Plan
from rendicion.proteccion import ocultar
from validaciones.negocio import columna_de_fuente, reglas_de_evidencia
from validaciones.reglas import EJEMPLOS, Resultado
from validaciones.validador import Validador

_DE_LA_FUENTE = [c for c in esquema_arrow(TABLAS["avances"]) if c.name not in {"avance_id", "entidad", "vigencia", "cuenta", "motivo", "duplicado_de"}]


@dataclass(frozen=True)
class Validados:
    """Son los registros que pasan, los rechazos de cada fuente y lo que dio cada regla."""

    aceptados: pa.Table
    rechazos: dict[str, tuple[Rechazo, ...]]
    resultados: tuple[Resultado, ...]


def validar_evidencia(motor: Validador, candidatos: Sequence[Candidatos], plan: Plan) -> Validados:
    """Corre las reglas de negocio; los registros que fallan van a rechazos y los demás siguen."""
    if not candidatos:
        return Validados(pa.schema([("fila", pa.int64()), ("lugar", pa.string()), *_DE_LA_FUENTE]).empty_table(), {}, ())
    juntas = _juntar(candidatos)
    resultados = motor.validar(_con_columnas_de_fuente(juntas, candidatos), reglas_de_evidencia(plan, [c.lectura.fuente for c in candidatos]))
    rechazos = {c.lectura.fuente.id: list(c.rechazos) for c in candidatos}
    con_ejemplos = []
    for r in resultados:
        nuevos = [(juntas["fuente"][i].as_py(), _rechazo(r, juntas, i)) for i in r.filas]
        for fuente, rechazo in nuevos:
            rechazos[fuente].append(rechazo)
        con_ejemplos.append(replace(r, ejemplos=tuple(_ejemplo(f, x) for f, x in nuevos[:EJEMPLOS])))
    unidos = {f: unir_rechazos(r) for f, r in rechazos.items()}
    malas = [(f, x.fila) for f, rs in unidos.items() for x in rs]
    return Validados(_apartar(juntas, malas), unidos, tuple(con_ejemplos))


def _juntar(candidatos: Sequence[Candidatos]) -> pa.Table:
    return pa.concat_tables(
        c.tabla.append_column("fuente", pa.array([c.lectura.fuente.id] * c.tabla.num_rows, pa.string())).append_column(
            "captura_sha256", pa.array([c.lectura.captura_sha256] * c.tabla.num_rows, pa.string())
        )
        for c in candidatos
    ).combine_chunks()


def _con_columnas_de_fuente(juntas: pa.Table, candidatos: Sequence[Candidatos]) -> pa.Table:
    for c in candidatos:
        fuente = c.lectura.fuente
        suyas = pc.equal(juntas["fuente"], fuente.id)
        for campo, hace_falta in (("url", bool(fuente.anfitriones)), ("titulo", fuente.exige_hashtag)):
            if hace_falta:
                juntas = juntas.append_column(columna_de_fuente(campo, fuente.id), pc.if_else(suyas, juntas[campo], pa.scalar(None, pa.string())))
    return juntas


def _rechazo(resultado: Resultado, juntas: pa.Table, i: int) -> Rechazo:
    regla = resultado.regla
    campo = regla.campo or ""
    # El valor va también en los ejemplos del informe de validación, que se publica.
    valor = ocultar(str(juntas[campo][i].as_py()))
    return Rechazo(
        fila=juntas["fila"][i].as_py(),
        registro=juntas["registro"][i].as_py(),
        campo=campo,
        regla=regla.regla,
        explicacion=f"{regla.explicacion.replace('{valor}', valor)} Está en {juntas['lugar'][i].as_py()}.",
        como_corregir=regla.como_corregir,
        valor=valor,
    )


def _ejemplo(fuente: str, rechazo: Rechazo) -> dict[str, Any]:
    return {
        "fuente": fuente,
        "registro": rechazo.registro,
        "campo": rechazo.campo,
        "valor": rechazo.valor,
        "explicacion": rechazo.explicacion,
        "como_corregir": rechazo.como_corregir,
    }


def _apartar(juntas: pa.Table, malas: Sequence[tuple[str, int]]) -> pa.Table:
    fuera = set(malas)
    pasan = [(f, n) not in fuera for f, n in zip(juntas["fuente"].to_pylist(), juntas["fila"].to_pylist(), strict=True)]
    return juntas.filter(pa.array(pasan, pa.bool_()))
