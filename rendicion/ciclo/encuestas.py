"""Las encuestas de evaluación: solo agregadas, y sin cifras que señalen a pocas personas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import cast

from rendicion.errores import ErrorUso
from rendicion.hallazgos import Hallazgo
from rendicion.reglas_ciclo import REGLAS

Fila = dict[str, object]
Opciones = Mapping[str, Sequence[str]]
K = REGLAS.k_encuestas
TODOS = "Todos los espacios"
OPCIONES_SIN_DECLARAR = 20
LARGO_SIN_DECLARAR = 80


@dataclass(frozen=True)
class Respuesta:
    """Es lo que una persona respondió a una pregunta de opción única; `opcion` nula es que no respondió.

    `participante` solo sirve para no contar dos veces a la misma persona: nunca se publica.
    """

    espacio: str
    pregunta: str
    opcion: str | None
    participante: str | None = None
    consiente: bool = True


@dataclass
class _Cuenta:
    """Lleva las cuentas de una pregunta en un espacio."""

    opciones: Counter[str]
    sin_respuesta: int = 0
    fuera_de_escala: int = 0
    repetidas: int = 0
    sin_consentimiento: int = 0


def agregar(respuestas: Sequence[Respuesta], *, k: int = K, opciones: Opciones | None = None, con_total: bool = False) -> list[Fila]:
    """Devuelve las filas de la tabla `encuestas`: cuántas personas eligieron cada opción, con las cifras pequeñas ocultas.

    `opciones` declara las de cada pregunta; sin ella son las que alguien eligió, y una pregunta abierta se rechaza con
    `ErrorUso`, porque publicaría texto libre. Lo que está fuera de escala, sin consentimiento o repetido no se cuenta
    aquí (véase `cobertura`). `con_total` agrega la fila de todos los espacios.

    Protección (Ley 1581 de 2012, artículo 6e), con la base siempre publicada:

    1. se oculta toda cifra de 1 a k-1; el cero se publica;
    2. se oculta además la opción más pequeña de las que tienen k o más, y las que empatan con ella: entre lo oculto siempre hay
       una cifra grande, así que restar de la base no dice nada, y cualquier reparto de las cifras ocultas entre sus
       opciones publica lo mismo (por eso tampoco sirve conocer esta regla);
    3. si no hay una opción así, la pregunta no se publica en ese espacio (véase `hallazgos`);
    4. `con_total` oculta las mismas opciones en todos los espacios y en el total, para que restar espacios tampoco sirva.

    De restar dos entregas en que cambian pocas respuestas protege `encuestas_publicadas`.
    """
    if k < 2:
        raise ErrorUso(f"k = {k} no protege a nadie.", hacer="Use k de 2 en adelante; el valor corriente es 5.")
    filas: list[Fila] = []
    cuentas = _contar(respuestas, opciones)
    for pregunta, lista in _dominios(cuentas, opciones).items():
        tabla = {e: [c.opciones[o] for o in lista] for (e, p), c in sorted(cuentas.items()) if p == pregunta}
        for grupo in [tabla] if con_total else [{e: v} for e, v in tabla.items()]:
            publicable, ocultas = _proteger(grupo, k)
            if con_total and len(publicable) > 1:
                publicable = publicable | {TODOS: _sumar(publicable.values())}
            filas += [f for e, valores in publicable.items() for f in _filas(e, pregunta, lista, valores, ocultas)]
    return sorted(filas, key=lambda f: (f["espacio"], f["pregunta"], f["opcion"]))


def cobertura(respuestas: Sequence[Respuesta], *, opciones: Opciones | None = None) -> list[Fila]:
    """Cuenta, por espacio y pregunta, la base y lo que quedó fuera de ella y por qué."""
    cuentas = _contar(respuestas, opciones)
    return [
        {
            "espacio": e, "pregunta": p, "base": sum(c.opciones.values()), "sin_respuesta": c.sin_respuesta,
            "fuera_de_escala": c.fuera_de_escala, "repetidas": c.repetidas, "sin_consentimiento": c.sin_consentimiento,
        }
        for (e, p), c in sorted(cuentas.items())
    ]  # fmt: skip


def hallazgos(
    respuestas: Sequence[Respuesta], *, k: int = K, opciones: Opciones | None = None, con_total: bool = False, origen: str = "encuestas"
) -> list[Hallazgo]:
    """Dice qué preguntas no se publican en qué espacio por tener muy pocas respuestas, y qué se dejó sin contar."""
    publicadas = {(f["espacio"], f["pregunta"]) for f in agregar(respuestas, k=k, opciones=opciones, con_total=con_total)}
    salida = []
    for fila in cobertura(respuestas, opciones=opciones):
        lugar = f"{fila['espacio']} · {fila['pregunta']}"
        publicada = (fila["espacio"], fila["pregunta"]) in publicadas
        if not publicada and fila["base"]:
            salida.append(
                Hallazgo(
                    origen,
                    lugar,
                    "respuestas",
                    "muy_pocas_respuestas",
                    "informativa",
                    f"Ninguna opción llega a {k} respuestas: no se publica, para proteger a quienes respondieron.",
                )
            )
        for campo, regla, gravedad, que in _EXCLUIDAS:
            # De lo que no se publica tampoco se dice cuántos quedaron en blanco: restando se sabría cuántos respondieron.
            if fila[campo] and (publicada or campo != "sin_respuesta"):
                salida.append(Hallazgo(origen, lugar, campo, regla, gravedad, f"Respuestas que no se cuentan, {que}: {fila[campo]}.", valor=str(fila[campo])))
    return salida


def comparar(filas: Sequence[Fila]) -> list[Fila]:
    """Pone lado a lado el porcentaje de cada opción en cada espacio: `{pregunta, opcion, <espacio>: % o nulo}`.

    Porcentaje de la base, con 2 decimales. Es nulo donde la cifra está oculta o no hay respuestas: nunca cero.
    """
    espacios = sorted({str(f["espacio"]) for f in filas})
    pares = sorted({(str(f["pregunta"]), str(f["opcion"])) for f in filas})
    valor = {(f["pregunta"], f["opcion"], f["espacio"]): _porcentaje(f) for f in filas}
    return [{"pregunta": p, "opcion": o, **{e: valor.get((p, o, e)) for e in espacios}} for p, o in pares]


_EXCLUIDAS = (
    ("sin_respuesta", "respuesta_en_blanco", "informativa", "por estar en blanco"),
    ("fuera_de_escala", "respuesta_fuera_de_escala", "advertencia", "por no estar entre las opciones"),
    ("repetidas", "respuesta_repetida", "advertencia", "por ser de alguien que ya había respondido"),
    ("sin_consentimiento", "respuesta_sin_consentimiento", "advertencia", "por ser de quien no autorizó el uso de sus datos"),
)


def _contar(respuestas: Sequence[Respuesta], opciones: Opciones | None) -> dict[tuple[str, str], _Cuenta]:
    cuentas: dict[tuple[str, str], _Cuenta] = {}
    vistos: set[tuple[str, str, str]] = set()
    for r in respuestas:
        cuenta = cuentas.setdefault((r.espacio, r.pregunta), _Cuenta(Counter()))
        persona = (r.espacio, r.pregunta, r.participante or "")
        if not r.consiente:
            cuenta.sin_consentimiento += 1
        elif r.participante and persona in vistos:
            cuenta.repetidas += 1
        else:
            vistos.add(persona)
            _anotar(cuenta, r, opciones)
    return cuentas


def _anotar(cuenta: _Cuenta, respuesta: Respuesta, opciones: Opciones | None) -> None:
    if not respuesta.opcion:
        cuenta.sin_respuesta += 1
    elif opciones is not None and respuesta.opcion not in opciones.get(respuesta.pregunta, (respuesta.opcion,)):
        cuenta.fuera_de_escala += 1
    else:
        cuenta.opciones[respuesta.opcion] += 1


def _dominios(cuentas: Mapping[tuple[str, str], _Cuenta], opciones: Opciones | None) -> dict[str, list[str]]:
    elegidas: dict[str, set[str]] = {}
    for (_, pregunta), cuenta in cuentas.items():
        elegidas.setdefault(pregunta, set()).update(cuenta.opciones)
    declaradas = opciones or {}
    for pregunta in sorted(set(elegidas) - set(declaradas)):
        if len(elegidas[pregunta]) > OPCIONES_SIN_DECLARAR or any(len(o) > LARGO_SIN_DECLARAR for o in elegidas[pregunta]):
            raise ErrorUso(
                f"La pregunta «{pregunta}» parece abierta: publicar sus respuestas mostraría texto libre.",
                hacer="Declare sus opciones, o quite la pregunta de la fuente.",
            )
    return {p: sorted(set(declaradas.get(p, ())) | elegidas[p]) for p in sorted(elegidas)}


def _proteger(grupo: dict[str, list[int]], k: int) -> tuple[dict[str, list[int]], set[int]]:
    """Elige las opciones que se ocultan en todo el grupo; saca de él los espacios que no se pueden proteger."""
    grupo = dict(grupo)
    while grupo:
        ocultas = _ocultas(list(grupo.values()), k)
        sin_remedio = [e for e, valores in grupo.items() if _descubierta(valores, ocultas, k)]
        if not sin_remedio:
            return grupo, ocultas
        for espacio in sin_remedio:
            del grupo[espacio]
    return {}, set()


def _ocultas(filas: list[list[int]], k: int) -> set[int]:
    """Junta las opciones pequeñas en alguna fila o en el total y las que hacen falta para taparlas, de menor a mayor.

    Las que empatan entran juntas: el resultado depende de las cifras y nunca del orden de las opciones.
    """
    totales = _sumar(filas)
    ocultas = {n for fila in [*filas, totales] for n, v in enumerate(fila) if 0 < v < k}
    pendientes = sorted({t for n, t in enumerate(totales) if n not in ocultas and t})
    while pendientes and any(_descubierta(fila, ocultas, k) for fila in [*filas, totales]):
        minimo = pendientes.pop(0)
        ocultas |= {n for n, t in enumerate(totales) if t == minimo}
    return ocultas


def _descubierta(fila: Sequence[int], ocultas: set[int], k: int) -> bool:
    """Dice si entre lo oculto de una fila hay cifras pequeñas sin ninguna grande que las acompañe."""
    valores = [fila[n] for n in ocultas]
    return any(0 < v < k for v in valores) and max(valores) < k


def _sumar(filas: Iterable[Sequence[int]]) -> list[int]:
    return [sum(columna) for columna in zip(*filas, strict=True)]


def _filas(espacio: str, pregunta: str, lista: Sequence[str], valores: Sequence[int], ocultas: set[int]) -> list[Fila]:
    base = sum(valores)
    return [
        {"espacio": espacio, "pregunta": pregunta, "opcion": o, "respuestas": None if n in ocultas else valores[n], "suprimida": n in ocultas, "base": base}
        for n, o in enumerate(lista)
    ]


def _porcentaje(fila: Fila) -> Decimal | None:
    respuestas, base = cast("int | None", fila["respuestas"]), cast("int", fila["base"])
    if respuestas is None or not base:
        return None
    return (Decimal(round(Fraction(respuestas * 10000, base))) / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
