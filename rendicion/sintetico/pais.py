"""Genera un país sintético: municipios, planes y evidencia tipada, partición por partición y con semilla.

DATOS SINTÉTICOS: los códigos tienen la forma de la lista oficial (DIVIPOLA) y los nombres dicen que son
inventados. Cada partición (entidad × vigencia) sale solo de la semilla y de su nombre: el país entero nunca
está en memoria, y generar una partición sola da los mismos bytes que generarlas todas.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rendicion.sintetico.pais_plan import DEPENDENCIAS, ETIQUETA, Calidad, plan_sintetico
from rendicion.sintetico.sorteo import sortear

AVISO = "DATOS SINTÉTICOS"
DEPARTAMENTOS = (
    "05", "08", "11", "13", "15", "17", "18", "19", "20", "23", "25", "27", "41", "44", "47", "50", "52", "54", "63", "66", "68", "70", "73", "76", "81", "85", "86", "88", "91", "94", "95", "97", "99",
)  # fmt: skip
CATEGORIAS = ("especial", "1", "2", "3", "4", "5", "6")
ENCABEZADO = ("entidad", "vigencia", "fuente", "registro", "actividad_id", "fecha", "cantidad", "titulo", "url", "canal", "dependencia")
FUENTES = ("reporte-municipal", "noticias-web", "redes-oficiales")
SITIO = "www.ejemplo.gov.co"
DEFECTOS = (
    "actividad_inexistente", "fecha_fuera_de_vigencia", "cantidad_negativa", "url_invalida", "url_de_otro_anfitrion", "hashtag_ausente",
    "fecha_invalida", "fecha_ausente", "cantidad_ausente", "cantidad_invalida", "actividad_ausente",
)  # fmt: skip
_SUMA, _UNO, _DOS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

Enteros = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Receta:
    """Dice de qué tamaño es el país: municipios, vigencias, registros por partición y defectos por cada mil."""

    semilla: int = 20261123
    municipios: int = 1100
    vigencias: tuple[int, ...] = tuple(range(2016, 2026))
    registros: int = 1100
    defectos_por_mil: int = 10


@dataclass(frozen=True)
class Municipio:
    """Es un municipio inventado, con código de cinco cifras que empieza por el de su departamento."""

    entidad: str
    nombre: str
    departamento: str
    categoria: str


@dataclass(frozen=True)
class ParticionSintetica:
    """Es lo que se escribe de un municipio en un año, y la verdad de lo que se plantó en él."""

    plan: bytes
    evidencia: bytes
    registros: int
    verdad: dict[str, int]


def municipios(receta: Receta) -> list[Municipio]:
    """Reparte los municipios entre los departamentos, en orden de código."""
    hechos = []
    for i in range(receta.municipios):
        departamento = DEPARTAMENTOS[i % len(DEPARTAMENTOS)]
        codigo = f"{departamento}{1 + 3 * (i // len(DEPARTAMENTOS)):03d}"
        sorteo = sortear(receta.semilla, "categoria", codigo, entre=100)
        categoria = CATEGORIAS[next(n for n, tope in enumerate((1, 4, 7, 11, 16, 22, 100)) if sorteo < tope)]
        hechos.append(Municipio(codigo, f"Municipio sintético {codigo}", departamento, categoria))
    return sorted(hechos, key=lambda m: m.entidad)


def _azar(semilla: int, clave: str, filas: int, entre: int) -> Enteros:
    """Sortea una columna de enteros de 0 a `entre` - 1 (splitmix64): no depende de la versión de numpy."""
    base = np.uint64(sortear(semilla, clave, entre=1 << 63))
    with np.errstate(over="ignore"):
        z = (np.arange(1, filas + 1, dtype=np.uint64) * _SUMA) + base
        z = (z ^ (z >> np.uint64(30))) * _UNO
        z = (z ^ (z >> np.uint64(27))) * _DOS
        z ^= z >> np.uint64(31)
    return (z % np.uint64(entre)).astype(np.int64)


def particion(receta: Receta, municipio: Municipio, vigencia: int) -> ParticionSintetica:
    """Genera el plan y la evidencia de un municipio en un año."""
    clave = f"{municipio.entidad}-{vigencia}"
    calidad: Calidad = ("buena", "regular", "mala")[sortear(receta.semilla, clave, "calidad", entre=3)]
    plan = plan_sintetico(receta.semilla, municipio.entidad, vigencia, calidad)
    filas = max(1, receta.registros * (50 + sortear(receta.semilla, clave, "filas", entre=101)) // 100)
    columnas, verdad = _evidencia(receta, clave, municipio.entidad, vigencia, plan.actividades, filas)
    lineas = pc.binary_join_element_wise(*columnas, ",", null_handling="replace", null_replacement="")
    texto = "\n".join([",".join(ENCABEZADO), *lineas.to_pylist(), ""])
    return ParticionSintetica(plan.csv, texto.encode(), filas, verdad)


def _evidencia(receta: Receta, clave: str, entidad: str, vigencia: int, actividades: Sequence[str], filas: int) -> tuple[list[pa.Array], dict[str, int]]:
    def azar(nombre: str, entre: int) -> Enteros:
        return _azar(receta.semilla, f"{clave}/{nombre}", filas, entre)

    numero = np.arange(1, filas + 1)
    fuente = np.array([0, 0, 0, 1, 2])[azar("fuente", 5)]
    actividad = pa.array(actividades).take(pa.array(azar("actividad", len(actividades))))
    inicio = date(vigencia, 1, 1)
    dias = (date(vigencia, 12, 31) - inicio).days + 1
    fechas = pa.array([(inicio + timedelta(d)).isoformat() for d in range(dias)]).take(pa.array(azar("fecha", dias)))
    cantidades = pa.array([f"{n // 4}{('', '.25', '.5', '.75')[n % 4]}" for n in range(4, 44)]).take(pa.array(azar("cantidad", 40)))
    textos = pa.array(numero).cast(pa.string())
    titulo = pc.binary_join_element_wise("Registro sintético ", textos, f" de {entidad} {ETIQUETA}", "")
    url = pc.binary_join_element_wise(f"https://{SITIO}/{entidad}/{vigencia}/", textos, "")
    columnas = {
        "entidad": pa.array([entidad] * filas),
        "vigencia": pa.array([str(vigencia)] * filas),
        "fuente": pa.array(FUENTES).take(pa.array(fuente)),
        "registro": pc.binary_join_element_wise("R-", textos, ""),
        "actividad_id": actividad,
        "fecha": fechas,
        "cantidad": cantidades,
        "titulo": titulo,
        "url": url,
        "canal": pa.array(["web", "presencial", "radio", "impreso"]).take(pa.array(azar("canal", 4))),
        "dependencia": pa.array(DEPENDENCIAS).take(pa.array(azar("dependencia", len(DEPENDENCIAS)))),
    }
    _repetir(columnas, azar("repetido", 1000), fuente)
    verdad = _plantar(columnas, azar("defecto", 1000) < receta.defectos_por_mil, azar("cual", len(DEFECTOS)), fuente, vigencia)
    return [columnas[c] for c in ENCABEZADO], verdad


def _repetir(columnas: dict[str, pa.Array], sorteo: Enteros, fuente: Enteros) -> None:
    """Hace que unos registros vuelvan a llegar (misma clave) y que unas noticias repitan su dirección web."""
    previo = np.maximum(np.arange(len(sorteo)) - 1, 0)
    misma_fuente = fuente == fuente[previo]
    registro = (sorteo < 3) & misma_fuente
    noticia = (sorteo >= 3) & (sorteo < 8) & misma_fuente & (fuente == 1)
    for campo, repite in (("registro", registro), ("actividad_id", registro | noticia), ("url", registro | noticia)):
        columnas[campo] = columnas[campo].take(pa.array(np.where(repite, previo, np.arange(len(sorteo)))))


def _plantar(columnas: dict[str, pa.Array], mala: npt.NDArray[np.bool_], cual: Enteros, fuente: Enteros, vigencia: int) -> dict[str, int]:
    nombres = np.array(DEFECTOS)[cual]
    # Solo las noticias declaran sitio y solo las redes exigen etiqueta; una dirección mala en noticias fallaría dos reglas.
    nombres = np.where((nombres == "url_de_otro_anfitrion") & (fuente != 1), "cantidad_negativa", nombres)
    nombres = np.where((nombres == "hashtag_ausente") & (fuente != 2), "cantidad_invalida", nombres)
    nombres = np.where((nombres == "url_invalida") & (fuente == 1), "url_de_otro_anfitrion", nombres)
    valores: dict[str, tuple[str, str | None]] = {
        "actividad_inexistente": ("actividad_id", "99.1"),
        "fecha_fuera_de_vigencia": ("fecha", f"{vigencia + 2}-03-04"),
        "cantidad_negativa": ("cantidad", "-3"),
        "url_invalida": ("url", "htp:/sin-direccion"),
        "url_de_otro_anfitrion": ("url", "https://otro.ejemplo.org/nota"),
        "hashtag_ausente": ("titulo", "Publicación sintética sin etiqueta"),
        "fecha_invalida": ("fecha", f"{vigencia}-02-30"),
        "fecha_ausente": ("fecha", None),
        "cantidad_ausente": ("cantidad", None),
        "cantidad_invalida": ("cantidad", "1.2.3"),
        "actividad_ausente": ("actividad_id", None),
    }
    for regla, (campo, valor) in valores.items():
        donde = pa.array(mala & (nombres == regla))
        columnas[campo] = pc.if_else(donde, pa.scalar(valor, pa.string()), columnas[campo])
    return dict(sorted(Counter(nombres[mala].tolist()).items()))


def declaracion(receta: Receta) -> str:
    """Escribe `pais.toml`: de qué país se trata, que es sintético, sus vigencias y sus fuentes."""
    columnas = ", ".join(f'{c} = "{c}"' for c in ENCABEZADO[3:])
    lineas = [
        f"# {AVISO}. Hecho con la semilla {receta.semilla}: python -m rendicion.sintetico.pais",
        f'nombre = "País sintético ({AVISO})"',
        "sintetico = true",
        f"vigencias = [{', '.join(map(str, receta.vigencias))}]",
    ]
    propias = ("", f'anfitriones = ["{SITIO}"]\nurl_identifica = true\n', "exige_hashtag = true\n")
    for id_, propia in zip(FUENTES, propias, strict=True):
        lineas += [
            f'\n[[fuentes]]\nid = "{id_}"\ntipo = "csv"\nlugar = "avances.csv"\ndependencia = "Oficina de Planeación"',
            f'{propia}sintetica = true\ndecimal = "."\nmiles = ""\nformatos_fecha = ["%Y-%m-%d"]\nlimite_rechazos_pct = 15\ncolumnas = {{ {columnas} }}',
        ]
    return "\n".join(lineas) + "\n"


def escribir_pais(carpeta: Path, receta: Receta) -> Iterator[tuple[str, int, ParticionSintetica]]:
    """Escribe el país en una carpeta, una partición a la vez, y cuenta cada una al terminarla."""
    carpeta.mkdir(parents=True, exist_ok=True)
    lista = municipios(receta)
    encabezado = "entidad,nombre,departamento,categoria\n"
    (carpeta / "municipios.csv").write_text(encabezado + "".join(f"{m.entidad},{m.nombre},{m.departamento},{m.categoria}\n" for m in lista), "utf-8")
    (carpeta / "pais.toml").write_text(declaracion(receta), "utf-8")
    with (carpeta / "verdad.csv").open("w", encoding="utf-8") as verdad:
        verdad.write("entidad,vigencia,regla,registros\n")
        for vigencia in receta.vigencias:
            for m in lista:
                hecha = particion(receta, m, vigencia)
                lugar = carpeta / str(vigencia) / m.entidad
                lugar.mkdir(parents=True, exist_ok=True)
                (lugar / "plan.csv").write_bytes(hecha.plan)
                (lugar / "avances.csv").write_bytes(hecha.evidencia)
                verdad.writelines(f"{m.entidad},{vigencia},{r},{n}\n" for r, n in hecha.verdad.items())
                yield m.entidad, vigencia, hecha


def main(argumentos: Sequence[str] | None = None) -> int:
    """Genera el país en una carpeta y dice cuánto escribió."""
    orden = argparse.ArgumentParser("python -m rendicion.sintetico.pais", description="Genera un país con DATOS SINTÉTICOS.")
    orden.add_argument("carpeta", type=Path)
    orden.add_argument("--semilla", type=int, default=Receta.semilla)
    orden.add_argument("--municipios", type=int, default=Receta.municipios)
    orden.add_argument("--vigencias", type=int, nargs="+", default=list(Receta.vigencias))
    orden.add_argument("--registros", type=int, default=Receta.registros, help="registros por municipio y año, en promedio")
    pedido = orden.parse_args(argumentos)
    receta = Receta(pedido.semilla, pedido.municipios, tuple(pedido.vigencias), pedido.registros)
    hechas = [(p.registros, sum(p.verdad.values())) for _, _, p in escribir_pais(pedido.carpeta, receta)]
    print(f"{AVISO}: {len(hechas)} particiones, {sum(r for r, _ in hechas)} registros, {sum(d for _, d in hechas)} defectos plantados (verdad.csv).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
