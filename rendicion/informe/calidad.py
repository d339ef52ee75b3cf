"""Qué cambió, qué se recibió, qué se rechazó y qué no cuadra."""

from __future__ import annotations

from collections import Counter

from rendicion.correcciones import FILA
from rendicion.informe import cambios
from rendicion.informe.cuadros import Celda, Cuadro, ajeno, insignia, num, recortadas
from rendicion.informe.ficha import Ficha
from rendicion.informe.filas import Fila, Tablas, entero, fecha, letra, texto
from rendicion.informe.formato import SIN_DATO, contar, fecha_corta, limpio, numero
from rendicion.informe.palabras import GRAVEDADES

CAMBIOS = 40
RECHAZOS = 30
HALLAZGOS = 60
AVISOS_DE_FUENTES = ("sin_dato_de_la_fuente", "fuente_vieja", "filtrados", "lectura_por_partes", "cuenta_con_escritura")
_ORDEN_GRAVEDAD = tuple(GRAVEDADES)
_CAPTURA = "captura_sha256"


def tabla_cambios(tablas: Tablas) -> Cuadro | None:
    """Devuelve los cambios de lo ya publicado, primero los que más pesan; nada si no los hay.

    Si no caben todos, se toman de a pocos por tabla: los muchos de una no deben tapar el compromiso que cambió de plazo.
    Los registros que solo cambiaron de captura, porque su fuente entregó otro archivo con lo mismo, van en un solo
    renglón por fuente y motivo: uno por uno taparían los demás. En correcciones.csv están todos.
    """
    filas = tablas["correcciones"]
    if not filas:
        return None
    sueltas = sorted((f for f in filas if f["campo"] != _CAPTURA), key=lambda f: (cambios.orden(f), letra(f, "clave")))
    de_captura = _cambios_de_captura([f for f in filas if f["campo"] == _CAPTURA])
    celdas = [_cambio(f) for f in cambios.de_a_pocos(sueltas, CAMBIOS)] + de_captura
    return Cuadro(
        id="tabla-cambios",
        titulo="Datos que cambiaron, con su motivo",
        columnas=("Dato", "Campo", "Antes", "Ahora", "Motivo", "Quién responde", "Declarado"),
        filas=tuple(celdas[:CAMBIOS]),
        nota=recortadas(len(sueltas) + len(de_captura), CAMBIOS, "correcciones.csv"),
    )


def _cambio(f: Fila) -> tuple[Celda, ...]:
    return (
        Celda(cambios.dato(f), literal=True),
        Celda("toda la fila") if f["campo"] == FILA else ajeno(texto(f, "campo"), 60),
        cambios.antes(f, 120),
        cambios.ahora(f, 120),
        ajeno(letra(f, "motivo"), 200),
        ajeno(texto(f, "autor"), 120),
        Celda(fecha_corta(fecha(f, "fecha"))),
    )


def _cambios_de_captura(filas: list[Fila]) -> list[tuple[Celda, ...]]:
    cuentas = Counter((letra(f, "clave").split(":", 1)[0], letra(f, "motivo"), texto(f, "autor"), fecha(f, "fecha")) for f in filas)
    return [
        (
            ajeno(f"{contar(n, 'registro', 'registros')} de {fuente}", 120), Celda("captura"), Celda("otro archivo", clase="vacio"),
            Celda("el archivo nuevo de su fuente, con lo mismo"), ajeno(motivo, 200), ajeno(autor, 120), Celda(fecha_corta(dia)),
        )
        for (fuente, motivo, autor, dia), n in cuentas.items()
    ]


def tabla_fuentes(tablas: Tablas, ficha: Ficha) -> Cuadro:
    """Devuelve las cuentas de cada fuente: recibidos = aceptados + rechazados."""
    cuentas = {letra(f, "fuente"): f for f in tablas["conciliacion"]}
    declaradas = {f.id: f for f in ficha.fuentes}
    nombres = [*declaradas, *(n for n in cuentas if n not in declaradas)]
    return Cuadro(
        id="tabla-fuentes",
        titulo="Lo que entregó cada fuente",
        columnas=("Fuente", "Responde", "Recibidos", "Aceptados", "Rechazados", "Cuentan", "No cuentan", "Tipo de dato"),
        filas=tuple(_fuente(n, ficha, cuentas.get(n)) for n in nombres),
        numericas=frozenset({2, 3, 4, 5, 6}),
    )


def _fuente(nombre: str, ficha: Ficha, cuenta: Fila | None) -> tuple[Celda, ...]:
    declarada = next((f for f in ficha.fuentes if f.id == nombre), None)
    vacia = cuenta is None or (declarada is not None and declarada.sin_dato)
    cifras = tuple(
        num(SIN_DATO if vacia or cuenta is None else numero(entero(cuenta, c)))
        for c in ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")
    )
    tipo = "sin declarar" if declarada is None else "DATOS SINTÉTICOS" if declarada.sintetica else "real"
    titulo = nombre if declarada is None else declarada.titulo
    return (ajeno(titulo, 120), ajeno(declarada.dependencia if declarada else None, 120), *cifras, Celda(tipo))


def avisos_de_fuentes(tablas: Tablas, ficha: Ficha) -> tuple[tuple[str, str], ...]:
    """Devuelve lo que hay que saber de las fuentes: cuál no dio nada, cuál está vieja y qué quedó por fuera de un filtro."""
    titulos = {f.id: f.titulo for f in ficha.fuentes}
    orden = {regla: n for n, regla in enumerate(AVISOS_DE_FUENTES)}
    propios = [h for h in tablas["hallazgos"] if h["regla"] in orden and h["origen"] in titulos]
    propios.sort(key=lambda h: (orden[letra(h, "regla")], letra(h, "origen"), letra(h, "campo")))
    return tuple((limpio(titulos[letra(h, "origen")], 120), limpio(letra(h, "explicacion"), 400)) for h in propios)


def tabla_rechazos(tablas: Tablas) -> Cuadro | None:
    """Devuelve los rechazos contados por regla y fuente, con un ejemplo de cómo corregirlos."""
    filas = tablas["rechazos"]
    if not filas:
        return None
    cuentas = Counter((letra(f, "regla"), letra(f, "fuente")) for f in filas)
    ejemplo = {(letra(f, "regla"), letra(f, "fuente")): f for f in reversed(filas)}
    orden = sorted(cuentas, key=lambda c: (-cuentas[c], c))
    return Cuadro(
        id="tabla-rechazos",
        titulo="Registros rechazados, por fuente y regla",
        columnas=("Qué pasó, con un ejemplo", "Fuente", "Registros", "Cómo se corrige", "Quién corrige"),
        filas=tuple(
            (
                ajeno(letra(ejemplo[c], "explicacion"), 200), ajeno(c[1], 60), num(numero(cuentas[c])),
                ajeno(letra(ejemplo[c], "como_corregir"), 200), ajeno(texto(ejemplo[c], "responsable"), 120),
            )
            for c in orden[:RECHAZOS]
        ),
        numericas=frozenset({2}),
        nota=recortadas(len(orden), RECHAZOS, "rechazos.csv"),
    )


def tabla_hallazgos(tablas: Tablas) -> Cuadro | None:
    """Devuelve los hallazgos, primero los graves; nada si no los hay."""
    filas = sorted(tablas["hallazgos"], key=lambda f: _ORDEN_GRAVEDAD.index(letra(f, "gravedad")))
    if not filas:
        return None
    return Cuadro(
        id="tabla-hallazgos",
        titulo="Lo que no cuadra, tal como está escrito",
        columnas=("Dónde", "Gravedad", "Qué pasa", "Texto literal", "Cómo se entendió"),
        filas=tuple(
            (
                Celda(limpio(f"{f['origen']} {f['registro']}", 80), literal=True), insignia(GRAVEDADES[letra(f, "gravedad")]),
                ajeno(letra(f, "explicacion"), 300), ajeno(texto(f, "literal"), 160), ajeno(texto(f, "valor"), 120),
            )
            for f in filas[:HALLAZGOS]
        ),
        nota=recortadas(len(filas), HALLAZGOS, "hallazgos.csv"),
    )
