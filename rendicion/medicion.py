"""De lo leído a las tablas de la entrega: normalizar, validar, calcular y volver a validar lo calculado."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from esquemas import PUBLICAS
from esquemas.arrow import tabla_arrow
from rendicion import antiguedad, conteo, indicadores
from rendicion.almacen.entregas import EntregaGuardada
from rendicion.calidad import calidad
from rendicion.ciclo import cronograma, registros
from rendicion.ciclo.encuestas_publicadas import conservar
from rendicion.contexto import Contexto
from rendicion.correcciones import COMPARADAS, comparar
from rendicion.entradas import AVANCES
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.normalizacion import Candidatos, normalizar
from rendicion.plan import filas_del_plan
from rendicion.retiros import filas_de_retiros
from rendicion.tablas import leer_parquet

if TYPE_CHECKING:
    from validaciones import Resultado, Validador

Interpretada = Candidatos | registros.Registros


@dataclass(frozen=True)
class Validada:
    """Es la evidencia aceptada, los rechazos de cada fuente y lo que dio cada regla; `motor` valida después lo calculado."""

    motor: Validador
    interpretadas: Sequence[Interpretada]
    aceptados: pa.Table
    rechazos: Mapping[str, Sequence[Rechazo]]
    resultados: tuple[Resultado, ...]


@dataclass(frozen=True)
class Medida:
    """Es lo que se va a publicar: las tablas, el informe de validación y lo que impide publicarlas, si algo lo impide."""

    tablas: Mapping[str, pa.Table]
    informe: dict[str, Any]
    detienen: tuple[str, ...]


def tipificar(lectura: Lectura) -> Interpretada:
    """Da tipo a lo leído: la evidencia de avances, o los registros de otra tabla del ciclo."""
    return normalizar(lectura) if lectura.fuente.tabla == AVANCES else registros.convertir(lectura)


def validar(contexto: Contexto, interpretadas: Sequence[Interpretada], motor: Validador) -> Validada:
    """Corre las reglas de negocio sobre la evidencia de todas las fuentes y aparta lo que no cumple."""
    from validaciones import resultados_de_lectura, validar_evidencia

    validados = validar_evidencia(motor, [c for c in interpretadas if isinstance(c, Candidatos)], contexto.leido.plan)
    del_ciclo = {c.lectura.fuente.id: c.rechazos for c in interpretadas if isinstance(c, registros.Registros)}
    resultados = (*resultados_de_lectura(interpretadas), *validados.resultados)
    return Validada(motor, interpretadas, validados.aceptados, validados.rechazos | del_ciclo, resultados)


def calcular(contexto: Contexto, validada: Validada, previas: Mapping[date, EntregaGuardada], cadena: Sequence[EntregaGuardada] = ()) -> dict[str, pa.Table]:
    """Calcula todas las tablas de la entrega, y lo que cambió frente a lo ya publicado.

    `previas` es la última entrega de cada corte que está en esta, y `cadena`, todas las publicadas.
    """
    plan, corte, interpretadas = contexto.leido.plan, contexto.corte, validada.interpretadas
    publicado = registros.publicar([c for c in interpretadas if isinstance(c, registros.Registros)], corte, _nombres_publicos(contexto), contexto.vigencia.ciclo)
    publicado.tablas["encuestas"], sin_renovar = _encuestas(publicado.tablas["encuestas"], cadena, contexto)
    url_identifica = {c.lectura.fuente.id for c in interpretadas if c.lectura.fuente.url_identifica}
    avances = conteo.contar(validada.aceptados, plan, corte, url_identifica)
    acumulado = conteo.diarios(avances)
    filas: dict[str, list[dict[str, Any]]] = {
        "plan": filas_del_plan(plan),
        **indicadores.calcular(plan, acumulado, indicadores.cortes_de_la_entrega(contexto.vigencia.cortes, corte)),
        "serie": indicadores.serie(plan, acumulado, corte),
        "hallazgos": filas_de_hallazgos(
            [
                *contexto.leido.hallazgos,
                *(h for c in interpretadas for h in c.hallazgos),
                *publicado.hallazgos,
                *sin_renovar,
                *cronograma.hallazgos(contexto.vigencia.cortes, corte, contexto.vigencia.ciclo),
                *_antiguedad(contexto, interpretadas, avances),
            ]
        ),
        "rechazos": filas_de_rechazos(interpretadas, validada.rechazos),
        "conciliacion": conciliar(interpretadas, validada.rechazos, avances),
        **publicado.tablas,
    }
    filas["cronograma"] = _cronograma(contexto, filas["indicadores_actividad"])
    tablas = {n: avances if n == "avances" else tabla_arrow(t, filas.get(n, ())) for n, t in PUBLICAS.items()}
    cambios = [c for n in COMPARADAS for c in _cambios(n, tablas[n].to_pylist(), previas, contexto)] if previas else []
    tablas["correcciones"] = tabla_arrow(PUBLICAS["correcciones"], [*cambios, *filas_de_retiros(contexto.retiros_por_decir)])
    return tablas


def _encuestas(filas: list[dict[str, Any]], cadena: Sequence[EntregaGuardada], contexto: Contexto) -> tuple[list[dict[str, Any]], list[Hallazgo]]:
    """Deja como estaban las encuestas que cambiaron poco; una persona puede pedir otra cosa con un motivo para la tabla."""
    # Muchas entregas traen la misma tabla: basta leerla una vez, en el lugar de la última que la trae.
    distintas = {e.manifiesto["archivos"]["datos/encuestas.parquet"]["sha256"]: e for e in cadena}
    publicadas = [_filas_de(e, "encuestas") for e in sorted(distintas.values(), key=lambda e: e.manifiesto["numero"])]
    pedidas = [m.clave for m in contexto.motivos if m.tabla == "encuestas"]
    return conservar(filas, publicadas, contexto.vigencia.ciclo.k_encuestas, lambda clave: any(fnmatchcase("|".join(clave), p) for p in pedidas))


def _cambios(nombre: str, ahora: list[dict[str, Any]], previas: Mapping[date, EntregaGuardada], contexto: Contexto) -> list[dict[str, Any]]:
    """Compara una tabla con lo ya publicado, cada fila con la última entrega de su propio corte.

    Las filas de cortes anteriores se comparan también: si una regla, un peso o una evidencia tardía
    cambia lo que se publicó en abril, queda dicho, con la cifra vieja y la nueva.
    """
    misma = previas.get(contexto.corte)
    if "corte" not in PUBLICAS[nombre].nombres:
        return comparar({nombre: _filas_de(misma, nombre)}, {nombre: ahora}, contexto.motivos) if misma else []
    base = {c: e for c in {f["corte"] for f in ahora} if (e := previas.get(c) or misma)}
    antes = [f for c, e in base.items() for f in _filas_de(e, nombre) if f["corte"] == c]
    return comparar({nombre: antes}, {nombre: [f for f in ahora if f["corte"] in base]}, contexto.motivos)


def _filas_de(guardada: EntregaGuardada, nombre: str) -> list[dict[str, Any]]:
    filas: list[dict[str, Any]] = leer_parquet(guardada.carpeta / "datos" / f"{nombre}.parquet").to_pylist()
    return filas


def comprobar(contexto: Contexto, validada: Validada, tablas: Mapping[str, pa.Table], historia: Sequence[Mapping[str, Any]] = ()) -> Medida:
    """Valida las tablas calculadas, arma el informe y dice qué impide publicar.

    `historia` son las cuentas de las entregas anteriores, para ver la tendencia.
    """
    from validaciones import bloquean, informe_validacion, validar_tablas

    resultados = [*validada.resultados, *validar_tablas(validada.motor, tablas)]
    conciliacion = tablas["conciliacion"].to_pylist()
    informe = informe_validacion(resultados, conciliacion)
    informe["calidad"] = calidad(tablas, informe["reglas"], contexto.corte, [c.lectura for c in validada.interpretadas])
    informe["tendencia"] = list(historia)
    reglas = (f"No se cumple una regla que impide publicar. {r.regla.tabla}: {r.regla.descripcion}" for r in bloquean(resultados))
    return Medida(tablas, informe, (*_sobre_el_limite(validada.interpretadas, conciliacion), *reglas))


def resumen_de_entrega(manifiesto: Mapping[str, Any], informe: Mapping[str, Any]) -> dict[str, Any]:
    """Resume una entrega publicada para la tendencia del informe de validación."""
    cuentas = {c: sum(f[c] for f in informe["conciliacion"]) for c in ("recibidos", "aceptados", "rechazados")}
    return {c: manifiesto[c] for c in ("entrega", "numero", "corte")} | cuentas | {c: informe["resumen"][c] for c in ("reglas", "cumplen", "no_cumplen", "no_corrieron")}


def _nombres_publicos(contexto: Contexto) -> list[str]:
    """Reúne los nombres que una pregunta puede decir sin señalar a nadie: la entidad, su estrategia y sus dependencias."""
    entidad_, vigencia = contexto.entidad.entidad, contexto.vigencia
    dependencias = {r for a in contexto.leido.plan.actividades for r in a.responsables}
    return [n for n in (entidad_.nombre, entidad_.municipio, entidad_.departamento, vigencia.estrategia, *sorted(dependencias)) if n]


def _cronograma(contexto: Contexto, filas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    hecho = {f["actividad_id"]: f["ejecutado"] for f in filas if f["corte"] == contexto.corte}
    reglas = contexto.vigencia.ciclo
    return cronograma.calcular(
        contexto.leido.plan,
        hecho,
        contexto.corte,
        contexto.vigencia.cortes,
        publicados=reglas.publicados(contexto.corte),
        responsable_seguimiento=reglas.responsable_seguimiento,
        dias_aviso=reglas.dias_aviso,
        dias_publicacion=reglas.dias_publicacion,
    )


def _antiguedad(contexto: Contexto, interpretadas: Sequence[Interpretada], avances: pa.Table) -> list[Hallazgo]:
    """Dice qué fuentes faltan y cuáles están viejas para el corte, por la fecha de su último registro aceptado."""
    hasta = avances.filter(pc.less_equal(avances["fecha"], pa.scalar(contexto.corte, pa.date32())))
    ultimas = hasta.group_by("fuente").aggregate([("fecha", "max")])
    por_fuente = dict(zip(ultimas["fuente"].to_pylist(), ultimas["fecha_max"].to_pylist(), strict=True))
    leidas = [i.lectura.fuente.id for i in interpretadas]
    return list(antiguedad.hallazgos((f.fuente for f in contexto.fuentes), leidas, por_fuente, contexto.corte))


def filas_de_hallazgos(hallazgos: Sequence[Hallazgo]) -> list[dict[str, Any]]:
    """Convierte los hallazgos en filas; dos del mismo lugar y regla quedan en una, con ambas explicaciones."""
    unidos: dict[tuple[str, ...], dict[str, Any]] = {}
    for h in sorted(hallazgos, key=lambda h: (h.origen, h.registro, h.campo, h.regla, h.explicacion)):
        fila = unidos.setdefault((h.origen, h.registro, h.campo, h.regla), asdict(h))
        if h.explicacion not in fila["explicacion"]:
            fila["explicacion"] += " " + h.explicacion
    return list(unidos.values())


def filas_de_rechazos(candidatos: Sequence[Interpretada], rechazos: Mapping[str, Sequence[Rechazo]]) -> list[dict[str, Any]]:
    """Convierte los rechazos en filas, una por registro; un registro repetido lleva ~2, ~3…"""
    filas = []
    for c in candidatos:
        fuente = c.lectura.fuente
        veces: dict[str, int] = {}
        for r in rechazos[fuente.id]:
            veces[r.registro] = vez = veces.get(r.registro, 0) + 1
            filas.append(
                {
                    "fuente": fuente.id,
                    "captura_sha256": c.lectura.captura_sha256,
                    "registro": r.registro if vez == 1 else f"{r.registro}~{vez}",
                    "campo": r.campo or None,
                    "valor": r.valor,
                    "regla": r.regla,
                    "explicacion": r.explicacion,
                    "como_corregir": r.como_corregir,
                    "responsable": fuente.responsable or fuente.dependencia,
                }
            )
    return filas


def conciliar(candidatos: Sequence[Interpretada], rechazos: Mapping[str, Sequence[Rechazo]], avances: pa.Table) -> list[dict[str, Any]]:
    """Lleva las cuentas de cada fuente; cada cifra se cuenta por su lado, para que de verdad comprueben.

    En una fuente de otra tabla del ciclo todo lo aceptado cuenta: no suma a ninguna actividad.
    """
    cuentan = list(zip(avances["fuente"].to_pylist(), avances["cuenta"].to_pylist(), strict=True))
    aceptados: dict[str, list[bool]] = {}
    for fuente, cuenta in cuentan:
        aceptados.setdefault(fuente, []).append(cuenta)
    aceptados |= {c.lectura.fuente.id: [True] * len(c.valores) for c in candidatos if isinstance(c, registros.Registros)}
    return [
        {
            "fuente": (f := c.lectura.fuente.id),
            "recibidos": c.lectura.recibidos,
            "aceptados": len(aceptados.get(f, ())),
            "rechazados": len(rechazos[f]),
            "cuentan": sum(aceptados.get(f, ())),
            "no_cuentan": len(aceptados.get(f, ())) - sum(aceptados.get(f, ())),
        }
        for c in candidatos
    ]


def _sobre_el_limite(candidatos: Sequence[Interpretada], conciliacion: Sequence[Mapping[str, Any]]) -> list[str]:
    limites = {c.lectura.fuente.id: c.lectura.fuente.limite_rechazos_pct for c in candidatos}
    return [
        f"La fuente {f['fuente']} tiene {f['rechazados']} rechazos de {f['recibidos']} registros: más del {limites[f['fuente']]} % que admite."
        for f in conciliacion
        if 100 * f["rechazados"] > limites[f["fuente"]] * f["recibidos"]
    ]
