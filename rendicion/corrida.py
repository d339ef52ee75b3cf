"""La corrida: los ocho verbos en orden, de las fuentes al portal. Aquí se ve el camino completo.

`paso` decide cómo se ejecuta cada verbo: directo, o como tarea de Prefect. El camino y los
bytes son los mismos.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from esquemas import PUBLICAS
from esquemas.arrow import tabla_arrow
from rendicion import __version__, armado, ciclo, conteo, cronograma, entrega, fuentes, indicadores
from rendicion.almacen.capturas import Captura
from rendicion.almacen.entregas import EntregaGuardada
from rendicion.almacen.referencia import EntidadEnDisco, FuenteEnDisco, entidad, leer_opcional
from rendicion.almacen.referencia import fuentes as fuentes_declaradas
from rendicion.almacen.salida import Salida
from rendicion.calidad import calidad
from rendicion.correcciones import Motivo, comparar, motivos_desde
from rendicion.entidad import Vigencia
from rendicion.entradas import AVANCES
from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.lectura_plan import PlanLeido, leer_plan_declarado
from rendicion.normalizacion import Candidatos, normalizar
from rendicion.plan import filas_del_plan
from rendicion.portales.base import Portal, Publicacion
from rendicion.tablas import leer_parquet

T = TypeVar("T")
Interpretada = Candidatos | ciclo.Registros


class Paso(Protocol):
    """Ejecuta un verbo con un nombre que se pueda leer."""

    def __call__(self, nombre: str, verbo: Callable[..., T], *args: Any) -> T:
        """Ejecuta el verbo y devuelve lo que da."""
        ...


def directo(nombre: str, verbo: Callable[..., T], *args: Any) -> T:
    """Ejecuta el verbo sin más."""
    del nombre
    return verbo(*args)


@dataclass(frozen=True)
class Pedido:
    """Dice qué corrida se pide; lo que falta lo pone la declaración de la entidad."""

    datos: Path
    salida: Path
    entidad: str | None = None
    vigencia: int | None = None
    corte: date | None = None
    fuentes: Path | None = None


@dataclass(frozen=True)
class Puertas:
    """Reúne el mundo: el reloj, el azar, el portal, la clave de firma y a quién se le cuenta el progreso."""

    reloj: Callable[[], datetime]
    azar: Callable[[], str]
    portal: Callable[[Salida], Portal]
    avisar: Callable[[str, Mapping[str, Any]], None] = lambda _evento, _datos: None
    clave: bytes | None = None


@dataclass(frozen=True)
class Contexto:
    """Es lo declarado, ya leído: la entidad, su vigencia, su plan, sus fuentes y los motivos de los cambios."""

    entidad: EntidadEnDisco
    vigencia: Vigencia
    corte: date
    leido: PlanLeido
    fuentes: tuple[FuenteEnDisco, ...]
    motivos: tuple[Motivo, ...]


@dataclass
class Resultado:
    """Cuenta cómo terminó la corrida; `salida` es el código con que termina la orden."""

    estado: str
    entidad: str
    vigencia: int
    corte: date
    entrega: str | None = None
    carpeta: Path | None = None
    manifiesto_sha256: str | None = None
    publicacion: Publicacion | None = None
    conciliacion: list[dict[str, Any]] = field(default_factory=list)
    fuentes_sin_dato: dict[str, str] = field(default_factory=dict)
    motivos_detencion: list[str] = field(default_factory=list)
    reglas: dict[str, int] = field(default_factory=dict)
    hallazgos: int = 0
    correcciones: int = 0
    indicadores: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sintetica: bool = False
    revision: Path | None = None

    @property
    def salida(self) -> int:
        """Da el código: 0 hecho; 1 necesita a una persona y no publicó; 3 faltó una fuente."""
        if self.estado == "detenida":
            return 1
        return 3 if self.fuentes_sin_dato else 0


def preparar(pedido: Pedido) -> Contexto:
    """Lee lo declarado y revisa que el corte sea de la vigencia."""
    en_disco = entidad(pedido.datos, pedido.entidad)
    vigencia = en_disco.entidad.vigencia(pedido.vigencia)
    corte = pedido.corte or vigencia.cortes[-1]
    if corte.year != vigencia.anio:
        raise ErrorUso(f"El corte {corte} no es de la vigencia {vigencia.anio}.", hacer=f"Use una fecha de {vigencia.anio}, por ejemplo {vigencia.cortes[-1]}.")
    lugar = pedido.fuentes or en_disco.ruta(vigencia.fuentes)
    motivos = leer_opcional(en_disco.ruta(vigencia.motivos) if vigencia.motivos else None)
    return Contexto(
        en_disco,
        vigencia,
        corte,
        leer_plan_declarado(en_disco, vigencia),
        fuentes_declaradas(lugar),
        motivos_desde(motivos, donde=vigencia.motivos),
    )


def correr(pedido: Pedido, puertas: Puertas, paso: Paso = directo) -> Resultado:
    """Corre los ocho verbos y anota la corrida en el registro, termine como termine."""
    salida = Salida(pedido.salida)
    with salida.candado():
        contexto = paso("leer el plan", preparar, pedido)
        registro = salida.registro()
        nota = {
            "corrida_id": puertas.azar(),
            "entidad": contexto.entidad.entidad.codigo,
            "vigencia": contexto.vigencia.anio,
            "corte": contexto.corte,
            "iniciada": puertas.reloj().isoformat(timespec="seconds"),
        }
        registro.anotar(nota | {"resultado": "en_curso"})
        cierre: dict[str, Any] = {"resultado": "fallida", "detalle": "La corrida no terminó."}
        try:
            resultado = _recorrer(contexto, salida, puertas, paso)
            cierre = {
                "resultado": resultado.estado,
                "entrega": resultado.entrega,
                "manifiesto_sha256": resultado.manifiesto_sha256,
                "detalle": " ".join(resultado.motivos_detencion) or None,
            }
            return resultado
        except Exception as error:
            cierre["detalle"] = str(error)[:500]
            raise
        finally:
            registro.anotar(nota | cierre | {"terminada": puertas.reloj().isoformat(timespec="seconds")})
            registro.cerrar()


def _recorrer(contexto: Contexto, salida: Salida, puertas: Puertas, paso: Paso) -> Resultado:
    capturas: dict[str, Captura] = {}
    sin_dato: dict[str, str] = {}
    for f in contexto.fuentes:
        try:
            bruto = paso(f"extraer {f.fuente.id}", fuentes.extraer, f.fuente, f.carpeta)
            capturas[f.fuente.id] = paso(
                f"conservar {f.fuente.id}", salida.capturas.conservar, f.fuente, bruto.contenido, bruto.origen, bruto.cabeceras, puertas.reloj()
            )
        except ErrorFuente as error:
            sin_dato[f.fuente.id] = str(error)
            puertas.avisar("sin_dato", {"fuente": f.fuente.id, "error": error})
    codigo, vigencia = contexto.entidad.entidad.codigo, contexto.vigencia.anio
    resumen = entrega.huella(_insumos(contexto, capturas, sin_dato, puertas))
    previa = salida.entregas.ultima_del_corte(codigo, vigencia, contexto.corte)
    if previa and previa.manifiesto["huella"] == resumen:
        return _sin_cambios(contexto, previa, salida, puertas, paso)
    candidatos = _leer_fuentes(contexto, capturas, salida, puertas, paso, sin_dato)
    tablas, resultados, rechazos = paso("validar y calcular", medir, contexto, candidatos, previa)
    return _cerrar(contexto, tablas, resultados, rechazos, candidatos, capturas, sin_dato, resumen, salida, puertas, paso)


def _leer_fuentes(
    contexto: Contexto, capturas: Mapping[str, Captura], salida: Salida, puertas: Puertas, paso: Paso, sin_dato: dict[str, str]
) -> list[Interpretada]:
    candidatos: list[Interpretada] = []
    for f in contexto.fuentes:
        captura = capturas.get(f.fuente.id)
        if captura is None:
            continue
        try:
            lectura = paso(f"interpretar {f.fuente.id}", fuentes.interpretar, salida.capturas.leer(captura), f.fuente, captura.sha256, captura.origen)
            candidatos.append(paso(f"normalizar {f.fuente.id}", tipificar, lectura))
            puertas.avisar("fuente", {"fuente": f.fuente.id, "recibidos": lectura.recibidos, "con_falta": len(candidatos[-1].rechazos)})
        except ErrorFuente as error:
            sin_dato[f.fuente.id] = str(error)
            puertas.avisar("sin_dato", {"fuente": f.fuente.id, "error": error})
    if not candidatos:
        raise ErrorFuente("Ninguna fuente se pudo leer; no hay nada que calcular.", hacer="Revise los mensajes de cada fuente.")
    return candidatos


def tipificar(lectura: Lectura) -> Interpretada:
    """Da tipo a lo leído: la evidencia de avances, o los registros de otra tabla del ciclo."""
    return normalizar(lectura) if lectura.fuente.tabla == AVANCES else ciclo.convertir(lectura)


@dataclass
class Prueba:
    """Cuenta lo que daría una corrida, sin escribir nada."""

    conciliacion: list[dict[str, Any]]
    rechazos: list[dict[str, Any]]
    informe: dict[str, Any]
    fuentes_sin_dato: dict[str, str]
    detienen: list[str]

    @property
    def salida(self) -> int:
        """Da el código: 1 si la corrida no publicaría, 3 si faltó una fuente, 0 en lo demás."""
        return 1 if self.detienen else 3 if self.fuentes_sin_dato else 0


def probar(pedido: Pedido, avisar: Callable[[str, Mapping[str, Any]], None], solo: str | None = None) -> Prueba:
    """Lee y valida todas las fuentes, o una sola, sin guardar capturas ni publicar."""
    contexto = preparar(pedido)
    elegidas = [f for f in contexto.fuentes if solo in {None, f.fuente.id}]
    if not elegidas:
        ids = ", ".join(f.fuente.id for f in contexto.fuentes)
        raise ErrorUso(f"No hay una fuente declarada con el id {solo}.", hacer=f"Use una de: {ids}.")
    candidatos: list[Interpretada] = []
    sin_dato: dict[str, str] = {}
    for f in elegidas:
        try:
            bruto = fuentes.extraer(f.fuente, f.carpeta)
            lectura = fuentes.interpretar(bruto.contenido, f.fuente, hashlib.sha256(bruto.contenido).hexdigest(), bruto.origen)
            candidatos.append(tipificar(lectura))
            avisar("fuente", {"fuente": f.fuente.id, "recibidos": lectura.recibidos, "con_falta": len(candidatos[-1].rechazos)})
        except ErrorFuente as error:
            sin_dato[f.fuente.id] = str(error)
            avisar("sin_dato", {"fuente": f.fuente.id, "error": error})
    if not candidatos:
        return Prueba([], [], {"resumen": {}, "reglas": []}, sin_dato, [])
    tablas, informe, _ = medir(contexto, candidatos, None)
    conciliacion = tablas["conciliacion"].to_pylist()
    detienen = [*_sobre_el_limite(candidatos, conciliacion), *informe.pop("bloquean")]
    return Prueba(conciliacion, tablas["rechazos"].to_pylist(), informe, sin_dato, detienen)


def medir(
    contexto: Contexto, candidatos: Sequence[Interpretada], previa: EntregaGuardada | None
) -> tuple[dict[str, pa.Table], dict[str, Any], dict[str, tuple[Rechazo, ...]]]:
    """Valida la evidencia, cuenta, calcula y vuelve a validar lo calculado: devuelve tablas, informe y rechazos."""
    from validaciones import Motor, bloquean, informe_validacion, resultados_de_lectura, validar_evidencia, validar_tablas

    plan, corte = contexto.leido.plan, contexto.corte
    motor = Motor()
    registros = [c for c in candidatos if isinstance(c, ciclo.Registros)]
    validados = validar_evidencia(motor, [c for c in candidatos if isinstance(c, Candidatos)], plan)
    rechazos = validados.rechazos | {r.lectura.fuente.id: r.rechazos for r in registros}
    publicado = ciclo.publicar(registros, corte, _nombres_publicos(contexto))
    url_identifica = {c.lectura.fuente.id for c in candidatos if c.lectura.fuente.url_identifica}
    avances = conteo.contar(validados.aceptados, plan, corte, url_identifica)
    acumulado = conteo.diarios(avances)
    filas: dict[str, list[dict[str, Any]]] = {
        "plan": filas_del_plan(plan),
        **indicadores.calcular(plan, acumulado, indicadores.cortes_de_la_entrega(contexto.vigencia.cortes, corte)),
        "serie": indicadores.serie(plan, acumulado, corte),
        "hallazgos": filas_de_hallazgos([*contexto.leido.hallazgos, *(h for c in candidatos for h in c.hallazgos), *publicado.hallazgos]),
        "rechazos": filas_de_rechazos(candidatos, rechazos),
        "conciliacion": conciliar(candidatos, rechazos, avances),
        **publicado.tablas,
    }
    filas["cronograma"] = _cronograma(contexto, filas["indicadores_actividad"])
    tablas = {n: avances if n == "avances" else tabla_arrow(t, filas.get(n, ())) for n, t in PUBLICAS.items()}
    antes = {n: leer_parquet(previa.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in PUBLICAS} if previa else None
    if antes is not None:
        ahora = {n: t.to_pylist() for n, t in tablas.items()}
        tablas["correcciones"] = tabla_arrow(PUBLICAS["correcciones"], comparar(antes, ahora, contexto.motivos))
    resultados = [*resultados_de_lectura(candidatos), *validados.resultados, *validar_tablas(motor, tablas)]
    informe = informe_validacion(resultados, filas["conciliacion"])
    informe["calidad"] = calidad(tablas, informe["reglas"], corte, [c.lectura for c in candidatos])
    informe["bloquean"] = [f"{r.regla.tabla}: {r.regla.descripcion}" for r in bloquean(resultados)]
    return tablas, informe, rechazos


def _nombres_publicos(contexto: Contexto) -> list[str]:
    """Reúne los nombres que una pregunta puede decir sin señalar a nadie: la entidad, su estrategia y sus dependencias."""
    entidad_, vigencia = contexto.entidad.entidad, contexto.vigencia
    dependencias = {r for a in contexto.leido.plan.actividades for r in a.responsables}
    return [n for n in (entidad_.nombre, entidad_.municipio, entidad_.departamento, vigencia.estrategia, *sorted(dependencias)) if n]


def _cronograma(contexto: Contexto, filas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    hecho = {f["actividad_id"]: f["ejecutado"] for f in filas if f["corte"] == contexto.corte}
    return cronograma.calcular(contexto.leido.plan, hecho, contexto.corte, contexto.vigencia.cortes)


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
    aceptados |= {c.lectura.fuente.id: [True] * len(c.valores) for c in candidatos if isinstance(c, ciclo.Registros)}
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


def _cerrar(
    contexto: Contexto,
    tablas: Mapping[str, pa.Table],
    informe: dict[str, Any],
    rechazos: Mapping[str, Sequence[Rechazo]],
    candidatos: Sequence[Interpretada],
    capturas: Mapping[str, Captura],
    sin_dato: Mapping[str, str],
    resumen: str,
    salida: Salida,
    puertas: Puertas,
    paso: Paso,
) -> Resultado:
    del rechazos
    resultado = _resultado(contexto, {n: t.to_pylist() for n, t in tablas.items()}, informe, sin_dato)
    resultado.sintetica = any(c.lectura.fuente.sintetica for c in candidatos)
    detienen = [*_sobre_el_limite(candidatos, resultado.conciliacion), *(f"No se cumple una regla que impide publicar. {b}" for b in informe.pop("bloquean"))]
    if detienen:
        resultado.estado, resultado.motivos_detencion = "detenida", detienen
        resultado.revision = paso("dejar para revisión", salida.dejar_para_revision, tablas, informe)
        return resultado
    codigo, anio = contexto.entidad.entidad.codigo, contexto.vigencia.anio
    cadena = salida.entregas.cadena(codigo, anio)
    identidad = entrega.Identidad(
        contexto.entidad.entidad,
        contexto.vigencia,
        contexto.corte,
        len(cadena) + 1,
        resultado.sintetica,
        cadena[-1].manifiesto_sha256 if cadena else None,
    )
    insumos = armado.Insumos(
        identidad=identidad,
        tablas=tablas,
        validacion=informe,
        fuentes=_fichas_de_fuentes(contexto, capturas, sin_dato),
        propios=_propios(contexto, capturas, sin_dato, resumen),
        decisiones=[asdict(d) for d in contexto.leido.decisiones],
        clave=puertas.clave,
    )
    with salida.entregas.nueva(codigo, anio, identidad.nombre) as (trabajo, final):
        resultado.manifiesto_sha256 = paso("armar la entrega", armado.armar, trabajo, insumos)
    guardada = salida.entregas.leer(final)
    resultado.estado, resultado.entrega, resultado.carpeta = "publicada", identidad.nombre, final
    resultado.publicacion = paso("publicar", puertas.portal(salida).publicar, final, guardada.manifiesto)
    return resultado


def _sin_cambios(contexto: Contexto, previa: EntregaGuardada, salida: Salida, puertas: Puertas, paso: Paso) -> Resultado:
    tablas = {n: leer_parquet(previa.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in PUBLICAS}
    resultado = _resultado(contexto, tablas, salida.entregas.validacion(previa), previa.manifiesto["fuentes_sin_dato"])
    resultado.estado, resultado.entrega, resultado.carpeta = "sin_cambios", previa.manifiesto["entrega"], previa.carpeta
    resultado.manifiesto_sha256, resultado.sintetica = previa.manifiesto_sha256, previa.manifiesto["sintetica"]
    # Una corrida anterior pudo morir entre armar y publicar: publicar de nuevo lo mismo no cambia nada o termina el trabajo.
    resultado.publicacion = paso("publicar", puertas.portal(salida).publicar, previa.carpeta, previa.manifiesto)
    return resultado


def _resultado(contexto: Contexto, tablas: Mapping[str, list[dict[str, Any]]], informe: Mapping[str, Any], sin_dato: Mapping[str, str]) -> Resultado:
    return Resultado(
        estado="en_curso",
        entidad=contexto.entidad.entidad.codigo,
        vigencia=contexto.vigencia.anio,
        corte=contexto.corte,
        conciliacion=tablas["conciliacion"],
        fuentes_sin_dato=dict(sin_dato),
        reglas=dict(informe["resumen"]),
        hallazgos=len(tablas["hallazgos"]),
        correcciones=len(tablas["correcciones"]),
        indicadores={n: tablas[n] for n in PUBLICAS if n.startswith("indicadores_")} | {"plan": tablas["plan"]},
    )


def _fichas_de_fuentes(contexto: Contexto, capturas: Mapping[str, Captura], sin_dato: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": f.fuente.id,
            "titulo": f.fuente.titulo or f.fuente.id,
            "dependencia": f.fuente.dependencia,
            "sintetica": f.fuente.sintetica,
            "captura_sha256": capturas[f.fuente.id].sha256 if f.fuente.id in capturas else None,
            "sin_dato": f.fuente.id in sin_dato,
        }
        for f in contexto.fuentes
    ]


def _propios(contexto: Contexto, capturas: Mapping[str, Captura], sin_dato: Mapping[str, str], resumen: str) -> dict[str, Any]:
    plan = contexto.leido.plan
    cortes = indicadores.cortes_de_la_entrega(contexto.vigencia.cortes, contexto.corte)
    declaradas = {f.fuente.id: f.fuente for f in contexto.fuentes}
    return {
        "huella": resumen,
        "plan": {"archivo": contexto.leido.archivo, "sha256": contexto.leido.huellas["plan"]},
        "periodo": [plan.inicio.isoformat(), plan.fin.isoformat()],
        "cortes": [c.isoformat() for c in cortes],
        "capturas": [
            {"fuente": c.fuente, "origen": c.origen, "sha256": c.sha256, "bytes": c.bytes, "licencia": c.licencia, "dependencia": c.dependencia, "sintetica": c.sintetica, "url_identifica": declaradas[c.fuente].url_identifica, "tabla": declaradas[c.fuente].tabla}
            for c in capturas.values()
        ],
        "fuentes_sin_dato": dict(sin_dato),
        "versiones": versiones(),
    }


def _insumos(contexto: Contexto, capturas: Mapping[str, Captura], sin_dato: Mapping[str, str], puertas: Puertas) -> dict[str, Any]:
    return {
        "entidad": asdict(contexto.entidad.entidad),
        "vigencia": contexto.vigencia.anio,
        "corte": contexto.corte,
        "plan": contexto.leido.huellas,
        "fuentes": [asdict(f.fuente) for f in contexto.fuentes],
        "capturas": {f: c.sha256 for f, c in capturas.items()},
        "sin_dato": dict(sin_dato),
        "versiones": versiones(),
        "codigo": huella_del_codigo(),
        "firmada": puertas.clave is not None,
    }


def versiones() -> dict[str, str]:
    """Dice con qué versiones se hizo la entrega: las que pueden cambiar un byte de ella."""
    return {"rendicion": __version__} | {n: metadata.version(n) for n in ("great-expectations", "pyarrow")}


def huella_del_codigo() -> str:
    """Resume los archivos del programa: si el programa cambia, la entrega se vuelve a armar."""
    raiz = Path(__file__).resolve().parents[1]
    archivos = sorted(a for p in ("esquemas", "rendicion", "validaciones") for a in (raiz / p).rglob("*") if a.suffix in {".py", ".j2", ".css", ".js"})
    suma = hashlib.sha256()
    for archivo in archivos:
        suma.update(archivo.relative_to(raiz).as_posix().encode() + b"\0" + archivo.read_bytes() + b"\0")
    return suma.hexdigest()
