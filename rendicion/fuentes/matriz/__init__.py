"""La matriz de seguimiento: el libro ancho en que una alcaldía lleva el plan y su avance, una hoja por dependencia."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente
from rendicion.fuentes import excel, libro
from rendicion.fuentes.base import DeArchivo, opcion_entera, opcion_logica, opcion_texto
from rendicion.fuentes.encabezado import Falla, plano
from rendicion.fuentes.matriz.encabezado import HojaCruda
from rendicion.fuentes.matriz.filas import ACTIVIDAD, SIN_ACTIVIDAD, FilaLeida, MatrizLeida, leer_filas
from rendicion.fuentes.matriz.mapa import OPCIONES, Mapa, Periodo, mapa_de
from rendicion.fuentes.matriz.numeros import a_texto, leer_numero
from rendicion.fuentes.tabla import tabla_de_celdas
from rendicion.hallazgos import Hallazgo, Rechazo
from rendicion.lectura import Lectura, columnas_de_lectura
from rendicion.proteccion import nombres_publicables

if TYPE_CHECKING:
    from rendicion.fuente import Fuente

TIPO_MATRIZ = "matriz"


class Matriz(DeArchivo):
    """Lee el avance de cada actividad y periodo como un registro; la celda vacía no es un registro ni un cero."""

    nombre = TIPO_MATRIZ
    opciones = OPCIONES

    def interpretar(self, bruto: bytes, fuente: Fuente, captura_sha256: str, archivo: str) -> Lectura:
        """Lee los bytes; lanza ErrorFuente si el libro, una hoja o un título declarado no están."""
        mapa = mapa_de(fuente)
        leida = leer_matriz(bruto, fuente, mapa, archivo)
        acopio = _Acopio(fuente, mapa, archivo, list(leida.hallazgos))
        for fila in leida.de(ACTIVIDAD, SIN_ACTIVIDAD):
            acopio.agregar(fila)
        acopio.revisar()
        return Lectura(fuente, captura_sha256, archivo, tabla_de_celdas(acopio.celdas), tuple(acopio.rechazos), tuple(acopio.hallazgos))


TIPO = Matriz()


def leer_matriz(bruto: bytes, fuente: Fuente, mapa: Mapa, archivo: str) -> MatrizLeida:
    """Abre el libro con límites y lee sus filas; los mismos bytes y el mismo mapa dan lo mismo."""
    hojas, avisos = abrir_hojas(bruto, fuente, mapa.hojas, mapa.excluir, archivo)
    leida = leer_filas(hojas, mapa, fuente, archivo)
    return MatrizLeida(leida.filas, (*avisos, *leida.hallazgos), leida.letreros)


def abrir_hojas(bruto: bytes, fuente: Fuente, hojas: tuple[str, ...], excluir: tuple[str, ...], archivo: str) -> tuple[list[HojaCruda], list[Hallazgo]]:
    """Abre las hojas pedidas de un libro, con sus celdas combinadas; lanza ErrorFuente si no sirve."""
    leido, avisos = excel.leer(bruto, libro.Pedido(archivo, hojas, excluir, fuente.decimal, combinadas=True), fuente)
    nombres = nombres_publicables(n for n, _ in leido.hojas)
    crudas = [
        HojaCruda(nombre, [excel.fila_cruda(*f) for f in filas], _dentro(leido.combinadas.get(n, ()), filas[-1][0] if filas else 0))
        for nombre, (n, filas) in zip(nombres, leido.hojas, strict=True)
    ]
    return crudas, avisos


def _dentro(combinadas: Iterable[Sequence[int]], ultima: int) -> list[tuple[int, int, int, int]]:
    """Corta las celdas combinadas en la última fila con algo: una que baja hasta el millón no da más trabajo que las filas que hay."""
    return [(f, c, min(hasta_f, ultima - 1), hasta_c) for f, c, hasta_f, hasta_c in combinadas if f < ultima]


def dependencia_de(fila: FilaLeida, mapa: Mapa, fuente: Fuente) -> str:
    """Dice de qué dependencia es la fila: su columna, lo que se declaró de su hoja, la hoja, o la fuente."""
    if propia := fila.valores.get("dependencia"):
        return propia
    declarada = next((v for k, v in mapa.dependencias.items() if fnmatchcase(plano(fila.hoja), plano(k))), None)
    return declarada or (fila.hoja.strip() if mapa.dependencia_de_hoja else fuente.dependencia)


class _Acopio:
    """Junta los registros: uno por actividad y periodo con algo escrito."""

    def __init__(self, fuente: Fuente, mapa: Mapa, archivo: str, hallazgos: list[Hallazgo]) -> None:
        self.fuente, self.mapa, self.archivo, self.hallazgos = fuente, mapa, archivo, hallazgos
        self.celdas: dict[str, list[str | None]] = {c: [] for c in columnas_de_lectura(fuente)}
        self.rechazos: list[Rechazo] = []

    def agregar(self, fila: FilaLeida) -> None:
        """Agrega los periodos de la fila; si no tiene ninguno y no dice de qué actividad es, lo cuenta."""
        con_dato = [p for p in self.mapa.periodos if (k := f"ejecutado:{p.nombre}") in fila.valores or k in fila.fallas]
        for periodo in con_dato:
            self._registro(fila, periodo)
        if not con_dato and fila.clase == SIN_ACTIVIDAD:
            texto = f"La fila ({fila.lugar}) trae datos y no dice de qué actividad son; no reporta ningún avance."
            self.hallazgos.append(Hallazgo(self.fuente.id, fila.lugar, "actividad_id", "fila_sin_actividad", "advertencia", texto))

    def _registro(self, fila: FilaLeida, periodo: Periodo) -> None:
        llave, valores = f"ejecutado:{periodo.nombre}", fila.valores
        unica = fila.actividad_id is not None and fila.repetida is None
        registro = f"{fila.actividad_id}, {periodo.nombre}" if unica else f"{fila.lugar}, {periodo.nombre}"
        cantidad = self._cantidad(valores.get(llave), registro)
        leido = {
            "lugar": f"{self.archivo}, {fila.lugar}, {periodo.nombre}",
            "registro": registro,
            "actividad_id": fila.actividad_id,
            "fecha": periodo.fecha.isoformat(),
            "cantidad": cantidad,
            "titulo": valores.get("titulo") if "titulo" in self.mapa.columnas else ": ".join(t for t in (periodo.nombre, valores.get("actividad")) if t),
            "url": valores.get("url"),
            "canal": valores.get("canal") or opcion_texto(self.fuente, "canal"),
            "dependencia": dependencia_de(fila, self.mapa, self.fuente),
        }
        for campo, columna in self.celdas.items():
            columna.append(leido.get(campo))
        posicion = len(self.celdas["registro"]) - 1
        donde = f" Está en {leido['lugar']}."
        self.rechazos += [Rechazo(posicion, registro, c, f.regla, f.explicacion + donde, f.como_corregir, f.valor) for c, f in self._fallas(fila, llave)]

    def _fallas(self, fila: FilaLeida, llave: str) -> Iterator[tuple[str, Falla]]:
        for campo, falla in fila.fallas.items():
            if campo == llave:
                yield "cantidad", falla
            elif campo in self.fuente.columnas:
                yield campo, falla
        if fila.repetida:
            yield (
                "actividad_id",
                Falla(
                    "actividad_repetida",
                    f"La actividad ya está en {fila.repetida}; no se sabe si es otro avance o el mismo copiado.",
                    "Deje la actividad en una sola fila, o deje por fuera la hoja copiada con excluir_hojas.",
                    fila.actividad_id,
                ),
            )

    def _cantidad(self, texto: str | None, registro: str) -> str | None:
        if texto is None:
            return None
        numero = leer_numero(texto, self.mapa, self.fuente)
        for regla, explicacion in numero.notas:
            self.hallazgos.append(Hallazgo(self.fuente.id, registro, "cantidad", regla, "informativa", explicacion, literal=texto))
        return texto if numero.valor is None else a_texto(numero.valor, self.fuente)

    def revisar(self) -> None:
        """Se niega si no hay ningún avance y no se dijo que podía ser, o si no cuadra con lo declarado."""
        recibidos = len(self.celdas["registro"])
        if recibidos == 0 and not opcion_logica(self.fuente, "permite_vacia"):
            raise ErrorFuente(
                "La matriz no trae ningún avance: todas las celdas de lo ejecutado están vacías.",
                donde=self.archivo,
                hacer="Revise las columnas ejecutado de los periodos; si de verdad no hay avance todavía, escriba permite_vacia = true en [opciones].",
            )
        esperados = opcion_entera(self.fuente, "registros", recibidos)
        if esperados != recibidos:
            raise ErrorFuente(
                f"Se declararon {esperados} registros y la matriz trae {recibidos}: puede estar cortada.",
                donde=self.archivo,
                hacer="Pida el archivo completo, o corrija la opción registros.",
            )
