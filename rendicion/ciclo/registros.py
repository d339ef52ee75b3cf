"""De las fuentes del ciclo (compromisos, diálogo, encuestas, autodiagnóstico) a sus tablas, sin perder ni adivinar nada."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rendicion.ciclo import compromisos, dialogo, encuestas
from rendicion.ciclo.celdas import Celdas, sin_texto_ajeno
from rendicion.ciclo.compromisos_revision import CambioDePlazo, Compromiso
from rendicion.ciclo.dialogo import Pregunta
from rendicion.ciclo.encuestas import Respuesta
from rendicion.conversion import Falta
from rendicion.entradas import ENTRADAS, MARCAS_DE_CAMBIO, campo_de_pregunta
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura
from rendicion.normalizacion import unir_rechazos
from rendicion.reglas_ciclo import REGLAS, ReglasDelCiclo

Fila = dict[str, object]
_SI = frozenset(("si", "sí", "s", "true", "verdadero", "1", "x", "acepto", "autorizo"))


@dataclass(frozen=True)
class Calificacion:
    """Es una actividad de gestión calificada; `puntaje` nulo es que no se ha calificado, nunca un cero."""

    fila: Fila
    fecha: date | None


@dataclass(frozen=True)
class Respuestas:
    """Es lo que trae un registro de una encuesta: una respuesta por pregunta, y cuándo respondió la persona."""

    fecha: date
    respuestas: tuple[Respuesta, ...]


Valor = Compromiso | Pregunta | Respuestas | Calificacion


@dataclass(frozen=True)
class Registros:
    """Son los registros de una fuente del ciclo, ya con su tipo: cada recibido es un valor o un rechazo."""

    lectura: Lectura
    valores: tuple[Valor, ...]
    rechazos: tuple[Rechazo, ...]
    hallazgos: tuple[Hallazgo, ...] = ()


@dataclass
class Publicado:
    """Reúne las filas de cada tabla del ciclo en el corte y lo que no cuadra en ellas."""

    tablas: dict[str, list[Fila]] = field(default_factory=dict)
    hallazgos: list[Hallazgo] = field(default_factory=list)


def convertir(lectura: Lectura) -> Registros:
    """Convierte cada fila en un valor de su tabla, o en un rechazo que dice dónde está y cómo se corrige.

    Una clave repetida se rechaza desde la segunda vez. Los rechazos y hallazgos nunca repiten un dato personal: la
    clave que lo parece se cambia por el lugar de la fila y el texto se tapa (Ley 1581 de 2012).
    """
    fuente, armar = lectura.fuente, _ARMAR[lectura.fuente.tabla]
    torcidas = {r.fila for r in lectura.rechazos}
    rechazos = [sin_texto_ajeno(r, lectura) for r in lectura.rechazos]
    hallazgos = list(lectura.hallazgos)
    valores: list[Valor] = []
    vistas: set[tuple[object, ...]] = set()
    for n, fila in enumerate(lectura.celdas.to_pylist()):
        if n in torcidas:
            continue
        celdas = Celdas(fila, lectura)
        valor = armar(celdas)
        clave = _clave(celdas)
        if not celdas.faltas and clave is not None and clave in vistas:
            celdas.negar(_campo_de_clave(fuente.tabla), _REPETIDO)
        if celdas.faltas:
            rechazos += celdas.rechazos(n)
            continue
        vistas.add(clave or (n, None))
        valores.append(valor)
        hallazgos += celdas.hallazgos
    return Registros(lectura, tuple(valores), unir_rechazos(sorted(rechazos, key=lambda r: r.fila)), tuple(hallazgos))


def publicar(registros: Sequence[Registros], corte: date, permitidos: Iterable[str] = (), reglas: ReglasDelCiclo = REGLAS) -> Publicado:
    """Devuelve las filas de `compromisos`, `dialogo`, `encuestas` y `autodiagnostico` en el corte, con sus hallazgos.

    Lo posterior al corte no existe todavía. Una encuesta con respuestas posteriores al corte sigue abierta y no se
    publica: restar dos entregas diría qué respondió quien llegó después. `reglas` son los plazos y la k de la entidad.
    """
    salida = Publicado({t: [] for t in ENTRADAS})
    por_tabla = {t: [r for r in registros if r.lectura.fuente.tabla == t] for t in ENTRADAS}
    _publicar_compromisos(por_tabla["compromisos"], corte, salida)
    _publicar_dialogo(por_tabla["dialogo"], corte, tuple(permitidos), reglas, salida)
    _publicar_encuestas(por_tabla["encuestas"], corte, reglas, salida)
    _publicar_autodiagnostico(por_tabla["autodiagnostico"], corte, salida)
    return salida


# ------------------------------------------------------------------ de celdas a valores

_REPETIDO = Falta("registro_repetido", "La clave ya está en otra fila de la fuente: vale la primera.", "Deje una sola fila con esa clave, o dé a esta otra.")


def _clave(celdas: Celdas) -> tuple[object, ...] | None:
    """Devuelve lo que no puede repetirse en la fuente; nulo si la fuente no declara una clave."""
    fuente = celdas.lectura.fuente
    if fuente.tabla == "autodiagnostico":
        return tuple(celdas.crudo(c) for c in ("componente", "categoria", "actividad_de_gestion"))
    if "registro" not in fuente.columnas:
        return None
    return (celdas.crudo("registro"), celdas.crudo("pregunta") if fuente.tabla == "encuestas" else None)


def _campo_de_clave(tabla: str) -> str:
    return "actividad_de_gestion" if tabla == "autodiagnostico" else "registro"


def _compromiso(c: Celdas) -> Valor:
    cambios = tuple(cambio for marca in MARCAS_DE_CAMBIO if (cambio := _cambio_de_plazo(c, marca)))
    c.exigir_clave_publicable()
    return Compromiso(
        id=c.texto_exigido("registro"),
        espacio=c.publicable_exigido("espacio"),
        fecha=c.fecha_exigida("fecha"),
        compromiso=c.publicable_exigido("compromiso"),
        responsables=tuple(r for r in (p.strip() for p in re.split(r"[;/\n]", c.publicable("responsables") or "")) if r),
        plazo=c.fecha("plazo"),
        fecha_cumplimiento=c.fecha("fecha_cumplimiento"),
        evidencia_url=c.enlace("evidencia_url"),
        estado_texto=c.publicable("estado_texto"),
        porcentaje=c.numero("avance_pct"),
        cambios=cambios,
        origen=c.lectura.fuente.id,
    )


def _cambio_de_plazo(c: Celdas, marca: str) -> CambioDePlazo | None:
    nuevo, cuando = c.fecha(f"plazo_nuevo{marca}"), c.fecha(f"fecha_cambio_plazo{marca}")
    if not c.faltas and (nuevo is None) != (cuando is None):
        c.negar(f"plazo_nuevo{marca}", Falta("cambio_incompleto", "El cambio de plazo no dice el plazo nuevo y el día en que se cambió.", "Escriba los dos."))
    return CambioDePlazo(cuando, nuevo, c.publicable(f"motivo_cambio_plazo{marca}")) if nuevo and cuando else None


def _pregunta(c: Celdas) -> Valor:
    return Pregunta(
        id=c.texto_exigido("registro"),
        espacio=c.publicable_exigido("espacio"),
        fecha=c.fecha_exigida("fecha"),
        pregunta=c.texto_exigido("pregunta"),
        canal=c.crudo("canal"),
        tema=c.crudo("tema"),
        respuesta=c.crudo("respuesta"),
        fecha_respuesta=c.fecha("fecha_respuesta"),
        origen=c.lectura.fuente.id,
    )


def _respuestas(c: Celdas) -> Valor:
    fuente = c.lectura.fuente
    espacio, fecha = c.publicable_exigido("espacio"), c.fecha_exigida("fecha")
    dice = (c.crudo("consiente") or "").casefold().replace(",", " ").split()
    consiente = "consiente" not in fuente.columnas or bool(dice and dice[0] in _SI)
    quien = f"{fuente.id}:{c.crudo('registro')}" if "registro" in fuente.columnas else None
    if "pregunta" in fuente.columnas:
        texto = c.texto_exigido("pregunta")
        if texto and texto not in {p.texto for p in fuente.preguntas}:
            c.negar("pregunta", Falta("pregunta_no_declarada", "La fuente no declara esa pregunta.", "Declárela en [[preguntas]] con sus opciones."))
        pares = [(texto, c.crudo("opcion"))]
    else:
        pares = [(p.texto, c.crudo(campo_de_pregunta(n))) for n, p in enumerate(fuente.preguntas)]
    return Respuestas(fecha, tuple(Respuesta(espacio, p, o, quien, consiente) for p, o in pares))


def _calificacion(c: Celdas) -> Valor:
    puntaje = c.numero("puntaje")
    if puntaje is not None and not 0 <= puntaje <= 100:
        c.negar("puntaje", Falta("puntaje_fuera_de_rango", "El puntaje no está entre 0 y 100.", "Corrija el puntaje, o déjelo vacío si no se ha calificado."))
    textos = {campo: c.publicable_exigido(campo) for campo in ("componente", "categoria", "actividad_de_gestion")}
    return Calificacion({**textos, "puntaje": puntaje, "observaciones": c.publicable("observaciones")}, c.fecha("fecha"))


_ARMAR: Mapping[str, Callable[[Celdas], Valor]] = {
    "compromisos": _compromiso, "dialogo": _pregunta, "encuestas": _respuestas, "autodiagnostico": _calificacion,
}  # fmt: skip


# ------------------------------------------------------------------ de valores a tablas


def _publicar_compromisos(registros: Sequence[Registros], corte: date, salida: Publicado) -> None:
    valores = [v for r in registros for v in r.valores if isinstance(v, Compromiso)]
    salida.tablas["compromisos"], hallazgos = compromisos.calcular(valores, corte)
    salida.hallazgos += hallazgos


def _publicar_dialogo(registros: Sequence[Registros], corte: date, permitidos: tuple[str, ...], reglas: ReglasDelCiclo, salida: Publicado) -> None:
    valores = [v for r in registros for v in r.valores if isinstance(v, Pregunta)]
    terminos = (*permitidos, *(t for r in registros for t in (*r.lectura.fuente.permitidos, r.lectura.fuente.dependencia)))
    salida.tablas["dialogo"] = dialogo.calcular(valores, corte, dias=reglas.dias_respuesta, habiles=reglas.respuesta_habiles, permitidos=terminos)
    salida.hallazgos += dialogo.hallazgos(valores, corte, permitidos=terminos)
    for r in registros:
        despues = sum(isinstance(v, Pregunta) and v.fecha > corte for v in r.valores)
        salida.hallazgos += _posteriores(r, despues, "Preguntas hechas después del corte, que todavía no se publican")


def _publicar_encuestas(registros: Sequence[Registros], corte: date, reglas: ReglasDelCiclo, salida: Publicado) -> None:
    todas = [v for r in registros for v in r.valores if isinstance(v, Respuestas)]
    abiertas = {x.espacio for v in todas if v.fecha > corte for x in v.respuestas}
    cerradas = [x for v in todas for x in v.respuestas if x.espacio not in abiertas]
    opciones: dict[str, tuple[str, ...]] = {}
    for p in (p for r in registros for p in r.lectura.fuente.preguntas):
        opciones[p.texto] = tuple(dict.fromkeys((*opciones.get(p.texto, ()), *p.opciones)))
    salida.tablas["encuestas"] = encuestas.agregar(cerradas, k=reglas.k_encuestas, opciones=opciones)
    salida.hallazgos += encuestas.hallazgos(cerradas, k=reglas.k_encuestas, opciones=opciones)
    salida.hallazgos += [
        Hallazgo("encuestas", e, "fecha", "encuesta_abierta", "informativa", "Tiene respuestas posteriores al corte: se publica cuando esté cerrada.")
        for e in sorted(abiertas)
    ]


def _publicar_autodiagnostico(registros: Sequence[Registros], corte: date, salida: Publicado) -> None:
    filas: dict[tuple[object, ...], Fila] = {}
    for r in registros:
        calificaciones = [v for v in r.valores if isinstance(v, Calificacion)]
        vigentes = [v for v in calificaciones if v.fecha is None or v.fecha <= corte]
        salida.hallazgos += _posteriores(r, len(calificaciones) - len(vigentes), "Calificaciones hechas después del corte, que todavía no se publican")
        for v in vigentes:
            clave = (v.fila["componente"], v.fila["categoria"], v.fila["actividad_de_gestion"])
            if clave in filas:
                salida.hallazgos.append(
                    Hallazgo(
                        r.lectura.fuente.id, str(clave[2]), "actividad_de_gestion", "registro_repetido", "grave", "Otra fuente ya la calificó: vale la primera."
                    )
                )
            else:
                filas[clave] = v.fila
    salida.tablas["autodiagnostico"] = list(filas.values())


def _posteriores(r: Registros, cuantos: int, que: str) -> list[Hallazgo]:
    if not cuantos:
        return []
    return [Hallazgo(r.lectura.fuente.id, "todo el archivo", "fecha", "posterior_al_corte", "informativa", f"{que}: {cuantos}.")]
