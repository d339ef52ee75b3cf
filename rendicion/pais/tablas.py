"""Las tablas de la entrega nacional; todo lo que se suma en ellas está publicado en las particiones."""

from __future__ import annotations

from esquemas import TABLAS, Campo, Tabla, Tipo
from esquemas.campos import campos

_NIVELES = ("pais", "departamento", "categoria")
_CUENTAS = ("recibidos", "aceptados", "rechazados", "cuentan", "no_cuentan")


def _texto(nombre: str, titulo: str, descripcion: str, *opciones: str) -> Campo:
    return Campo(nombre, Tipo.TEXTO, titulo, descripcion, opciones=opciones)


def _cuenta(nombre: str, titulo: str, descripcion: str, unidad: str) -> Campo:
    return Campo(nombre, Tipo.ENTERO, titulo, descripcion, unidad=unidad, minimo=0)


ENTIDADES = Tabla(
    nombre="entidades",
    titulo="Entidades",
    descripcion="Una fila por entidad y vigencia: si está en la entrega, por qué no, sus cuentas y la huella de su manifiesto.",
    campos=campos(
        "entidad", "vigencia", _texto("nombre", "Nombre", "Nombre del municipio."), _texto("departamento", "Departamento", "Código DIVIPOLA del departamento."),
        _texto("categoria", "Categoría", "Categoría del municipio.", "especial", "1", "2", "3", "4", "5", "6"),
        _texto("situacion", "Situación", "publicada, o sin_dato si su partición no está.", "publicada", "sin_dato"),
        _texto("motivo", "Motivo", "Por qué no está, o por qué lo publicado no es lo último que entregó."), "entrega", "manifiesto_sha256", *_CUENTAS,
    ),
    clave=("entidad", "vigencia"),
    obligatorios=("nombre", "departamento", "categoria", "situacion"),
)  # fmt: skip
TOTALES = TABLAS["indicadores_total"]
NACIONALES = Tabla(
    nombre="indicadores_nacionales",
    titulo="Indicadores nacionales",
    descripcion="Por país, departamento y categoría: media simple de los totales de las entidades que lo tienen, sin redondear por el camino.",
    campos=campos(
        _texto("nivel", "Nivel", "De qué grupo es la fila.", *_NIVELES), _texto("codigo", "Código", "Código del departamento, categoría, o «CO»."),
        "vigencia", "corte", "avance_pct", "avance_numerador", "avance_denominador", "cumplimiento_pct", "cumplimiento_numerador", "cumplimiento_denominador", "zona",
        _cuenta("entidades", "Entidades", "Entidades del grupo con partición publicada.", "entidades"),
        _cuenta("entidades_sin_dato", "Entidades sin dato", "Entidades del grupo que no están en la entrega.", "entidades"),
        "actividades_con_meta", "actividades_con_reporte",
    ),
    clave=("nivel", "codigo", "vigencia", "corte"),
    obligatorios=("zona", "entidades", "entidades_sin_dato", "actividades_con_meta", "actividades_con_reporte"),
)  # fmt: skip
REGLAS = Tabla(
    nombre="reglas",
    titulo="Reglas",
    descripcion="Una fila por regla y vigencia: cuántas filas miró en todo el país y cuántas no la cumplen. La que no es de un campo o de una fuente dice «todos» o «todas».",
    campos=campos(
        "vigencia", "tabla", "regla", "campo", "fuente", _cuenta("revisadas", "Revisadas", "Filas que la regla miró.", "filas"),
        _cuenta("faltas", "Faltas", "Filas que no la cumplen.", "filas"),
    ),
    clave=("vigencia", "tabla", "regla", "campo", "fuente"),
    obligatorios=("revisadas", "faltas"),
    orden=("vigencia", "tabla", "regla", "campo", "fuente"),
)  # fmt: skip
DE_LA_NACION = (ENTIDADES, TOTALES, NACIONALES, REGLAS)
