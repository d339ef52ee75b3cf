"""Los criterios de calidad de datos abiertos que nombra MinTIC, medidos donde las tablas alcanzan.

Las fórmulas son nuestras y van escritas al lado de cada valor. Lo que solo se sabe mirando el mundo (si un dato es
cierto, si el portal responde, si le sirve a alguien) no se mide aquí: queda sin valor y con su motivo.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from esquemas import PUBLICAS
from rendicion.antiguedad import inicio_del_periodo
from rendicion.lectura import Lectura
from rendicion.proteccion import detectar

FILAS_PARA_MEDIR = 50
# Vacías a propósito: dicen por qué una fila no cuenta, y vacías quieren decir que sí cuenta.
_VACIAS_A_PROPOSITO = {"avances": ("motivo", "duplicado_de")}
_DE_LA_EVIDENCIA = ("plan", "avances", "compromisos", "dialogo", "encuestas", "autodiagnostico")
_DE_FORMA = {
    "columnas_del_esquema", "obligatorio", "forma_admitida", "valor_admitido", "rango_admitido", "fecha_invalida", "cantidad_invalida",
    "cantidad_negativa", "url_invalida", "fila_con_columnas_de_mas", "fila_incompleta", "celda_con_error", "formula_sin_valor",
}  # fmt: skip
_DE_CUENTAS = {"clave_unica", "un_registro_una_vez", "recibidos_cuadran", "aceptados_cuadran", "actividad_inexistente", "fecha_fuera_de_vigencia"}
_TEXTOS_LIBRES = {"avances": ("titulo", "canal"), "rechazos": ("valor",), "hallazgos": ("literal", "valor"), "dialogo": ("pregunta", "respuesta"), "compromisos": ("compromiso",)}


@dataclass(frozen=True)
class Insumos:
    """Reúne con qué se mide: las tablas de la entrega, el resultado de cada regla y lo que se leyó de cada fuente."""

    tablas: Mapping[str, pa.Table]
    reglas: Sequence[Mapping[str, Any]]
    corte: date
    lecturas: Sequence[Lectura]


@dataclass(frozen=True)
class Medida:
    """Es un criterio con su fórmula: `valor` de 0 a 100, o nada y su motivo."""

    criterio: str
    formula: str
    valor: Fraction | None
    motivo: str = ""


def calidad(tablas: Mapping[str, pa.Table], reglas: Sequence[Mapping[str, Any]], corte: date, lecturas: Sequence[Lectura]) -> list[dict[str, Any]]:
    """Mide los 17 criterios, en orden alfabético, y dice la fórmula de cada uno.

    El valor va de 0 a 100 con 2 decimales y nunca se redondea hacia arriba: 100 quiere decir todo. Lo que no
    se puede medir va sin valor y con su motivo.
    """
    insumos = Insumos(tablas, reglas, corte, lecturas)
    medidas = [*(medir(insumos) for medir in _MEDIDORES), *(Medida(c, f, None, m) for c, (f, m) in _NO_MEDIBLES.items())]
    return [
        # Ya cortado a 2 decimales y solo para mostrar: JSON no tiene decimales exactos, y así se escribe siempre igual.
        {"criterio": m.criterio, "formula": m.formula, "valor": None if m.valor is None else math.floor(100 * m.valor) / 100, "motivo": m.motivo}
        for m in sorted(medidas, key=lambda m: _sin_tildes(m.criterio))
    ]


def _sin_tildes(texto: str) -> str:
    return texto.translate(str.maketrans("áéíóú", "aeiou"))


def _de(criterio: str, formula: str, parte: int, todo: int, *, nada: str, nota: str = "") -> Medida:
    """Divide; si no hay qué dividir, no hay valor y se dice por qué."""
    return Medida(criterio, formula, Fraction(100 * parte, todo) if todo else None, nota if todo else f"No medible: {nada}")


def _actualidad(i: Insumos) -> Medida:
    formula = (
        "100 × fuentes con un registro aceptado en el último periodo de su frecuencia, contado hacia atrás desde el corte / fuentes que declaran su frecuencia"
    )
    de_avances = [x.fuente for x in i.lecturas if x.fuente.tabla == "avances"]
    declaran = {f.id: x for f in de_avances if (x := inicio_del_periodo(f.frecuencia, i.corte))}
    avances = i.tablas["avances"]
    hasta = avances.filter(pc.less_equal(avances["fecha"], pa.scalar(i.corte, pa.date32())))
    ultimas = hasta.group_by("fuente").aggregate([("fecha", "max")])
    ultima = dict(zip(ultimas["fuente"].to_pylist(), ultimas["fecha_max"].to_pylist(), strict=True))
    viejas = sorted(f for f, desde in declaran.items() if ultima.get(f) is None or ultima[f] <= desde)
    nota = f"Sin un registro reciente: {', '.join(viejas)}." if viejas else ""
    return _de("actualidad", formula, len(declaran) - len(viejas), len(declaran), nada="ninguna fuente de avances declara su frecuencia.", nota=nota)


def _completitud(i: Insumos) -> Medida:
    formula = (
        f"100 × celdas con dato / celdas de las tablas del plan y de la evidencia con {FILAS_PARA_MEDIR} filas o más; "
        "no entran motivo y duplicado_de, que van vacías cuando la fila cuenta"
    )
    con_filas = {n: i.tablas[n] for n in _DE_LA_EVIDENCIA if i.tablas[n].num_rows}
    grandes = {n: t for n, t in con_filas.items() if t.num_rows >= FILAS_PARA_MEDIR}
    columnas = [(t, c) for n, t in grandes.items() for c in t.column_names if c not in _VACIAS_A_PROPOSITO.get(n, ())]
    llenas = sum(t.num_rows - t[c].null_count for t, c in columnas)
    pequenas = ", ".join(sorted(set(con_filas) - set(grandes)))
    nota = f"Con menos de {FILAS_PARA_MEDIR} filas se declaran completas y no entran: {pequenas}." if pequenas else ""
    nada = f"ninguna tabla llega a {FILAS_PARA_MEDIR} filas; las que tienen menos se declaran completas."
    return _de("completitud", formula, llenas, sum(t.num_rows for t, _ in columnas), nada=nada, nota=nota)


def _comprensibilidad(i: Insumos) -> Medida:
    formula = "100 × columnas publicadas con título y descripción / columnas publicadas"
    campos = [c for n, t in PUBLICAS.items() if n in i.tablas for c in t.campos]
    explicados = sum(bool(c.titulo.strip() and c.descripcion.strip()) for c in campos)
    return _de("comprensibilidad", formula, explicados, len(campos), nada="no hay columnas.", nota="Mide que todo esté explicado, no que una persona lo entienda.")


def _confidencialidad(i: Insumos) -> Medida:
    formula = "100 × textos libres publicados sin nada que parezca cédula, teléfono, correo o dirección / textos libres publicados"
    textos = [str(t) for n, columnas in _TEXTOS_LIBRES.items() for c in columnas for t in pc.unique(i.tablas[n][c].drop_null()).to_pylist()]
    limpios = sum(not detectar(t) for t in textos)
    nota = "Cuenta textos distintos. Los detectores son una alarma: no ven todo dato personal."
    return _de("confidencialidad", formula, limpios, len(textos), nada="no se publicó ningún texto libre.", nota=nota)


def _por_reglas(criterio: str, formula: str, reglas: Iterable[Mapping[str, Any]], nombres: set[str]) -> Medida:
    """Suma las filas que revisó cada regla y las que no fallaron; la regla que no corrió no da ni quita, y se dice."""
    suyas = [r for r in reglas if r["regla"] in nombres]
    corrieron = [r for r in suyas if r["estado"] != "no_corrio" and r["revisadas"]]
    revisadas = sum(r["revisadas"] for r in corrieron)
    faltas = sum(min(r["faltas"], r["revisadas"]) for r in corrieron)
    mudas = len(suyas) - len(corrieron)
    nota = f"Reglas que no tuvieron qué revisar y no entran: {mudas}." if mudas else ""
    return _de(criterio, formula, revisadas - faltas, revisadas, nada="ninguna de sus reglas tuvo filas que revisar.", nota=nota)


def _conformidad(i: Insumos) -> Medida:
    formula = "100 × (filas revisadas − filas con falta) / filas revisadas, en las reglas de forma: columnas, tipos, obligatorios, opciones, rangos y patrones, de lo recibido y de lo publicado"
    return _por_reglas("conformidad", formula, i.reglas, _DE_FORMA)


def _consistencia(i: Insumos) -> Medida:
    formula = "100 × (filas revisadas − filas con falta) / filas revisadas, en las reglas que cruzan datos: claves únicas, actividades que existen, fechas de la vigencia y cuentas que cuadran"
    return _por_reglas("consistencia", formula, i.reglas, _DE_CUENTAS)


def _portabilidad(i: Insumos) -> Medida:
    formula = "100 × tablas que se publican en CSV y en Parquet con su esquema / tablas del contrato"
    nota = "La entrega no se arma si un CSV y su Parquet no dicen lo mismo, celda por celda."
    return _de("portabilidad", formula, sum(n in i.tablas for n in PUBLICAS), len(PUBLICAS), nada="no hay tablas.", nota=nota)


def _precision(i: Insumos) -> Medida:
    formula = "100 × actividades cuya meta se leyó como cantidad con su unidad / actividades con texto de meta"
    plan = i.tablas["plan"]
    con_texto = plan.filter(pc.is_valid(plan["meta_texto"]))
    exactas = pc.sum(pc.and_(pc.is_valid(con_texto["meta"]), pc.is_valid(con_texto["unidad"]))).as_py() or 0
    return _de("precisión", formula, exactas, con_texto.num_rows, nada="ninguna actividad trae texto de meta.")


def _trazabilidad(i: Insumos) -> Medida:
    formula = "100 × filas de avances y rechazos con su registro y la huella de una captura de su fuente / filas de avances y rechazos"
    capturas = {(x.fuente.id, x.captura_sha256) for x in i.lecturas}
    buenas = todas = 0
    for nombre in ("avances", "rechazos"):
        tabla = i.tablas[nombre]
        todas += tabla.num_rows
        pares = tabla.select(["fuente", "captura_sha256"]).group_by(["fuente", "captura_sha256"]).aggregate([([], "count_all")]).to_pylist()
        buenas += sum(p["count_all"] for p in pares if (p["fuente"], p["captura_sha256"]) in capturas)
    return _de("trazabilidad", formula, buenas, todas, nada="no hay filas de evidencia.")


def _unicidad(i: Insumos) -> Medida:
    formula = "100 × registros aceptados que no repiten a otro / registros aceptados"
    avances = i.tablas["avances"]
    repetidos = pc.sum(pc.equal(avances["motivo"], "duplicado")).as_py() or 0
    return _de("unicidad", formula, avances.num_rows - repetidos, avances.num_rows, nada="no hay registros aceptados.")


_MEDIDORES = (
    _actualidad, _completitud, _comprensibilidad, _confidencialidad, _conformidad, _consistencia, _portabilidad, _precision, _trazabilidad, _unicidad,
)  # fmt: skip
_NO_MEDIBLES = {
    "accesibilidad": ("Personas que logran leer los datos, también con tecnologías de apoyo / personas que lo intentan", "No medible: hace falta una prueba con personas; las tablas no lo dicen."),
    "credibilidad": ("Personas que confían en los datos / personas consultadas", "No medible: hace falta preguntarles. Cada cifra se puede recalcular con verificar.py."),
    "disponibilidad": ("Tiempo en que el portal respondió / tiempo observado", "No medible: la entrega no observa el portal después de publicarse."),
    "eficiencia": ("Recursos que gasta quien usa los datos / recursos que son aceptables", "No medible: depende de la máquina y del programa de quien los usa."),
    "exactitud": ("Registros que coinciden con lo que de verdad pasó / registros revisados en terreno", "No medible: hace falta comparar con los hechos; las tablas solo dicen lo reportado."),
    "recuperabilidad": ("Entregas que se recuperan de una copia de respaldo / recuperaciones intentadas", "No medible: hace falta un ensayo de recuperación; la entrega no lo trae."),
    "relevancia": ("Personas a las que los datos les sirven / personas consultadas", "No medible: hace falta preguntarles o contar las descargas; la entrega no lo trae."),
}
