"""La corrida: los ocho verbos en orden, de las fuentes al portal. Aquí se ve el camino completo.

`paso` decide cómo se ejecuta cada verbo: directo, o como tarea de Prefect. El camino y los
bytes son los mismos.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from esquemas import PUBLICAS
from rendicion import entrega, fuentes, huella
from rendicion.almacen.capturas import Captura
from rendicion.almacen.entregas import EntregaGuardada, ultima
from rendicion.almacen.referencia import FuenteEnDisco
from rendicion.almacen.salida import Salida
from rendicion.contexto import Contexto, Pedido, preparar
from rendicion.correcciones import COMPARADAS
from rendicion.errores import ErrorFuente
from rendicion.indicadores import cortes_de_la_entrega
from rendicion.medicion import Interpretada, Medida, calcular, comprobar, resumen_de_entrega, tipificar, validar
from rendicion.planes.decisiones import DECISION_SIN_SUSTENTO
from rendicion.portales.base import Portal, Publicacion
from rendicion.tablas import leer_parquet

if TYPE_CHECKING:
    from validaciones import Validador

T = TypeVar("T")
_CONTADAS = ("plan", "conciliacion", "hallazgos", "correcciones", *(n for n in PUBLICAS if n.startswith("indicadores_")))


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
class Puertas:
    """Reúne el mundo: el reloj, el azar, el portal, quien valida, la clave de firma y a quién se le cuenta el progreso."""

    reloj: Callable[[], datetime]
    azar: Callable[[], str]
    portal: Callable[[Salida], Portal]
    motor: Validador
    avisar: Callable[[str, Mapping[str, Any]], None] = lambda _evento, _datos: None
    clave: bytes | None = None


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
    avisos: list[str] = field(default_factory=list)
    indicadores: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sintetica: bool = False
    revision: Path | None = None

    @property
    def salida(self) -> int:
        """Da el código: 0 hecho; 1 necesita a una persona y no publicó; 3 faltó una fuente."""
        if self.estado == "detenida":
            return 1
        return 3 if self.fuentes_sin_dato else 0


@dataclass(frozen=True)
class _Marcha:
    """Lleva por el camino lo que todos los pasos usan, y lo que se va juntando de las fuentes."""

    contexto: Contexto
    salida: Salida
    puertas: Puertas
    paso: Paso
    capturas: dict[str, Captura] = field(default_factory=dict)
    sin_dato: dict[str, str] = field(default_factory=dict)

    @property
    def codigo(self) -> str:
        return self.contexto.entidad.entidad.codigo

    @property
    def anio(self) -> int:
        return self.contexto.vigencia.anio

    @cached_property
    def cadena(self) -> list[EntregaGuardada]:
        """Lee una sola vez las entregas ya publicadas, en su orden."""
        return self.salida.entregas.cadena(self.codigo, self.anio)

    def falla(self, fuente: str, error: ErrorFuente) -> None:
        """Anota una fuente que no dio datos; las demás siguen."""
        self.sin_dato[fuente] = str(error)
        self.puertas.avisar("sin_dato", {"fuente": fuente, "error": error})


def correr(pedido: Pedido, puertas: Puertas, paso: Paso = directo) -> Resultado:
    """Corre los ocho verbos y anota la corrida en el registro, termine como termine."""
    salida = Salida(pedido.salida)
    with puertas.motor, salida.candado():
        contexto = paso("leer el plan", preparar, pedido)
        registro = salida.registro()
        nota = {
            "corrida_id": puertas.azar(),
            "entidad": contexto.entidad.entidad.codigo,
            "vigencia": contexto.vigencia.anio,
            "corte": contexto.corte,
            "iniciada": puertas.reloj().isoformat(timespec="seconds"),
        }
        registro.cerrar_interrumpidas(contexto.entidad.entidad.codigo, contexto.vigencia.anio, str(nota["iniciada"]))
        registro.anotar(nota | {"resultado": "en_curso"})
        cierre: dict[str, Any] = {"resultado": "fallida", "detalle": "La corrida no terminó."}
        try:
            resultado = _recorrer(_Marcha(contexto, salida, puertas, paso))
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


def _recorrer(marcha: _Marcha) -> Resultado:
    contexto, paso = marcha.contexto, marcha.paso
    for f in contexto.fuentes:
        _capturar(marcha, f)
    resumen = entrega.huella(huella.insumos(contexto, marcha.capturas, marcha.sin_dato, firmada=marcha.puertas.clave is not None))
    previa = ultima(marcha.cadena, contexto.corte)
    if previa and previa.manifiesto["huella"] == resumen and not contexto.retiros_por_decir:
        return _sin_cambios(marcha, previa)
    marcha.puertas.motor.arrancar()
    _adelantar(contexto)
    interpretadas = [i for f in contexto.fuentes if (i := _interpretar(marcha, f)) is not None]
    if not interpretadas:
        raise ErrorFuente("Ninguna fuente se pudo leer; no hay nada que calcular.", hacer="Revise los mensajes de cada fuente.")
    validada = paso("validar", validar, contexto, interpretadas, marcha.puertas.motor)
    tablas = paso("calcular", calcular, contexto, validada, _previas(marcha), marcha.cadena)
    medida = paso("comprobar lo calculado", comprobar, contexto, validada, tablas, _historia(marcha))
    resultado = _resultado(contexto, {n: tablas[n].to_pylist() for n in _CONTADAS}, medida.informe, marcha.sin_dato)
    resultado.sintetica = any(i.lectura.fuente.sintetica for i in interpretadas)
    if medida.detienen:
        resultado.estado, resultado.motivos_detencion = "detenida", list(medida.detienen)
        resultado.revision = paso("dejar para revisión", marcha.salida.dejar_para_revision, tablas, medida.informe)
        return resultado
    return _entregar(marcha, resultado, medida, resumen)


def _adelantar(contexto: Contexto) -> None:
    """Carga, mientras arranca el motor, lo que hará falta después: lo que arma la entrega, sus páginas y los festivos."""
    import rendicion.armado
    import rendicion.informe.portal
    from rendicion.ciclo.calendario import es_habil

    rendicion.informe.compilar()
    es_habil(contexto.corte)


def _previas(marcha: _Marcha) -> dict[date, EntregaGuardada]:
    """Encuentra la última entrega de cada corte que va a estar en esta."""
    cortes = cortes_de_la_entrega(marcha.contexto.vigencia.cortes, marcha.contexto.corte)
    halladas = {c: ultima(marcha.cadena, c) for c in cortes}
    return {c: e for c, e in halladas.items() if e}


def _historia(marcha: _Marcha) -> list[dict[str, Any]]:
    """Resume las entregas anteriores de la cadena: cuántas reglas se cumplían y cuántos registros se rechazaban."""
    return [resumen_de_entrega(e.manifiesto, marcha.salida.entregas.validacion(e)) for e in marcha.cadena]


def _capturar(marcha: _Marcha, f: FuenteEnDisco) -> None:
    fuente, paso, capturas = f.fuente, marcha.paso, marcha.salida.capturas
    try:
        previa = capturas.previa(fuente, marcha.puertas.reloj().date()) if fuentes.usa_previa(fuente) else None
        bruto = paso(f"extraer {fuente.id}", fuentes.extraer, fuente, f.carpeta, previa)
        crudo = (bruto.contenido, bruto.origen, bruto.cabeceras, marcha.puertas.reloj(), bruto.paginas, bruto.base)
        marcha.capturas[fuente.id] = paso(f"conservar {fuente.id}", capturas.conservar, fuente, *crudo)
    except ErrorFuente as error:
        marcha.falla(fuente.id, error)


def _interpretar(marcha: _Marcha, f: FuenteEnDisco) -> Interpretada | None:
    fuente, paso = f.fuente, marcha.paso
    captura = marcha.capturas.get(fuente.id)
    if captura is None:
        return None
    try:
        contenido = marcha.salida.capturas.leer(captura)
        lectura = paso(f"interpretar {fuente.id}", fuentes.interpretar, contenido, fuente, captura.sha256, captura.origen)
        interpretada = paso(f"normalizar {fuente.id}", tipificar, lectura)
    except ErrorFuente as error:
        marcha.falla(fuente.id, error)
        return None
    marcha.puertas.avisar("fuente", {"fuente": fuente.id, "recibidos": lectura.recibidos, "con_falta": len(interpretada.rechazos)})
    return interpretada


def _entregar(marcha: _Marcha, resultado: Resultado, medida: Medida, resumen: str) -> Resultado:
    from rendicion import armado

    contexto, salida, paso = marcha.contexto, marcha.salida, marcha.paso
    cadena = marcha.cadena
    anterior = cadena[-1].manifiesto_sha256 if cadena else None
    identidad = entrega.Identidad(contexto.entidad.entidad, contexto.vigencia, contexto.corte, len(cadena) + 1, resultado.sintetica, anterior)
    insumos = armado.Insumos(
        identidad=identidad,
        tablas=medida.tablas,
        validacion=medida.informe,
        fuentes=_fichas_de_fuentes(marcha),
        propios=_propios(marcha, resumen),
        decisiones=[asdict(d) for d in contexto.leido.decisiones],
        clave=marcha.puertas.clave,
        adicionales=_comparacion_de_matrices(marcha, medida),
    )
    portal = marcha.puertas.portal(salida)
    if cadena:
        # Una corrida anterior pudo morir entre armar y publicar; el portal no puede saltarse una entrega de la cadena.
        paso("publicar la anterior, si faltaba", portal.publicar, cadena[-1].carpeta, cadena[-1].manifiesto)
    with salida.entregas.nueva(marcha.codigo, marcha.anio, identidad.nombre) as (trabajo, final):
        resultado.manifiesto_sha256 = paso("armar la entrega", armado.armar, trabajo, insumos)
    guardada = salida.entregas.leer(final)
    resultado.estado, resultado.entrega, resultado.carpeta = "publicada", identidad.nombre, final
    resultado.publicacion = paso("publicar", portal.publicar, final, guardada.manifiesto)
    return resultado


def _sin_cambios(marcha: _Marcha, previa: EntregaGuardada) -> Resultado:
    tablas = {n: leer_parquet(previa.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in _CONTADAS}
    informe = marcha.salida.entregas.validacion(previa)
    resultado = _resultado(marcha.contexto, tablas, informe, previa.manifiesto["fuentes_sin_dato"])
    resultado.estado, resultado.entrega, resultado.carpeta = "sin_cambios", previa.manifiesto["entrega"], previa.carpeta
    resultado.manifiesto_sha256, resultado.sintetica = previa.manifiesto_sha256, previa.manifiesto["sintetica"]
    # Una corrida anterior pudo morir entre armar y publicar: publicar de nuevo lo mismo no cambia nada o termina el trabajo.
    portal = marcha.puertas.portal(marcha.salida)
    resultado.publicacion = marcha.paso("publicar", portal.publicar, previa.carpeta, previa.manifiesto)
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
        avisos=[h["explicacion"] for h in tablas["hallazgos"] if h["regla"] == DECISION_SIN_SUSTENTO],
        indicadores={n: t for n, t in tablas.items() if n.startswith("indicadores_")} | {"plan": tablas["plan"]},
    )


def _comparacion_de_matrices(marcha: _Marcha, medida: Medida) -> dict[str, bytes]:
    """Compara con los nuestros los porcentajes que trae cada matriz de seguimiento; sin matrices no hay archivo."""
    contexto = marcha.contexto
    leidas = [f.fuente for f in contexto.fuentes if f.fuente.tipo == "matriz" and f.fuente.id in marcha.capturas and f.fuente.id not in marcha.sin_dato]
    if not leidas:
        return {}
    from rendicion.fuentes.matriz import comparacion

    suyas = [(f, marcha.salida.capturas.leer(c := marcha.capturas[f.id]), c.origen) for f in leidas]
    filas = comparacion.comparaciones(suyas, contexto.leido.plan, medida.tablas["avances"], contexto.corte)
    return {comparacion.ARCHIVO: comparacion.en_csv(filas)}


def _fichas_de_fuentes(marcha: _Marcha) -> list[dict[str, Any]]:
    capturas = marcha.capturas
    return [
        {
            "id": f.fuente.id,
            "titulo": f.fuente.titulo or f.fuente.id,
            "dependencia": f.fuente.dependencia,
            "sintetica": f.fuente.sintetica,
            "captura_sha256": capturas[f.fuente.id].sha256 if f.fuente.id in capturas else None,
            "sin_dato": f.fuente.id in marcha.sin_dato,
            "actividad": f.fuente.actividad,
        }
        for f in marcha.contexto.fuentes
    ]


def _propios(marcha: _Marcha, resumen: str) -> dict[str, Any]:
    contexto = marcha.contexto
    plan = contexto.leido.plan
    return {
        "huella": resumen,
        "plan": {"archivo": contexto.leido.archivo, "sha256": contexto.leido.huellas["plan"]},
        "periodo": [plan.inicio.isoformat(), plan.fin.isoformat()],
        "cortes": [c.isoformat() for c in cortes_de_la_entrega(contexto.vigencia.cortes, contexto.corte)],
        "capturas": [
            {c: getattr(marcha.capturas[f.fuente.id], c) for c in ("fuente", "origen", "sha256", "bytes", "licencia", "dependencia", "sintetica", "datos_personales")}
            | {"url_identifica": f.fuente.url_identifica, "tabla": f.fuente.tabla}
            for f in contexto.fuentes
            if f.fuente.id in marcha.capturas
        ],
        "fuentes_sin_dato": dict(marcha.sin_dato),
        # Quien comprueba sabe así de qué tablas debe decir cada cambio: las entregas viejas no decían los del ciclo.
        "correcciones_de": list(COMPARADAS),
        "versiones": huella.versiones(),
    }
