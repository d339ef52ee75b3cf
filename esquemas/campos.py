"""El diccionario de campos: cada columna se define una sola vez, aquí."""

from __future__ import annotations

from esquemas.modelo import Campo, Tipo

T, E, D, F, L = Tipo.TEXTO, Tipo.ENTERO, Tipo.DECIMAL, Tipo.FECHA, Tipo.LOGICO

ESTADOS_ACTIVIDAD = ("sin_meta", "cumplida", "vencida", "atrasada", "no_iniciada", "en_ejecucion")
ZONAS = ("baja", "media", "alta", "sin_programar")
MOTIVOS = ("fuera_de_ventana", "posterior_al_corte", "duplicado")
GRAVEDADES = ("informativa", "advertencia", "grave")

_ID_ACTIVIDAD = r"[0-9]+\.[0-9]+"
_SHA256 = r"[0-9a-f]{64}"


def _cantidad(nombre: str, titulo: str, descripcion: str, *, unidad: str | None = "unidades de la meta") -> Campo:
    return Campo(nombre, D, titulo, descripcion, unidad=unidad, decimales=4, recorta=True, minimo=0)


def _porcentaje(nombre: str, titulo: str, descripcion: str, *, tope: int | None = 100) -> Campo:
    return Campo(nombre, D, titulo, descripcion, unidad="%", decimales=2, minimo=0, maximo=tope)


def _media(nombre: str, titulo: str, descripcion: str, unidad: str) -> Campo:
    return Campo(nombre, D, titulo, descripcion, unidad=unidad, decimales=6, minimo=0)


_TODOS = (
    Campo("entidad", T, "Entidad", "Código DIVIPOLA de la entidad, como texto (conserva el cero inicial).", patron=r"[0-9]{2}([0-9]{3})?"),
    Campo("vigencia", E, "Vigencia", "Año al que pertenece el plan.", unidad="año", minimo=2000, maximo=2100),
    Campo("corte", F, "Fecha de corte", "Último día que se tuvo en cuenta para calcular la fila."),
    Campo("subcomponente_id", T, "Número de subcomponente", "Número del subcomponente en el plan.", patron=r"[0-9]+"),
    Campo("subcomponente", T, "Subcomponente", "Nombre del subcomponente, como lo escribe el plan."),
    Campo("actividad_id", T, "Número de actividad", "Subcomponente y orden de la actividad dentro de él: 1.1, 1.2…", patron=_ID_ACTIVIDAD),
    Campo("actividad", T, "Actividad", "Texto literal de la actividad en el plan."),
    Campo("meta_texto", T, "Meta (texto del plan)", "Texto literal de la columna «Meta o producto»."),
    _cantidad("meta", "Meta", "Cantidad que el plan se propone. Vacía si el texto no trae una cantidad que se pueda leer sin adivinar."),
    Campo("unidad", T, "Unidad de la meta", "Qué se cuenta: publicaciones, audiencias, capacitaciones…"),
    Campo("agregacion", T, "Cómo se acumula", "suma: se suman las cantidades; ultimo: vale el reporte más reciente (indicadores de nivel).", opciones=("suma", "ultimo")),
    Campo("programacion", T, "Cómo se programa", "hitos: reparte la meta en sus fechas; lineal: día por día en la ventana; al_final: toda la meta el último día.", opciones=("hitos", "lineal", "al_final")),
    Campo("peso", D, "Peso de la actividad", "Cuánto pesa la actividad en las medias. Es 1 si el plan no dice otra cosa.", decimales=4, recorta=True, minimo=0),
    Campo("peso_subcomponente", D, "Peso del subcomponente", "Cuánto pesa el subcomponente en el total. Es 1 si el plan no dice otra cosa.", decimales=4, recorta=True, minimo=0),
    Campo("responsable_texto", T, "Responsable (texto del plan)", "Texto literal de la columna «Responsable»."),
    Campo("responsables", T, "Responsables", "Las dependencias que nombra el texto, separadas.", lista=True),
    Campo("fecha_texto", T, "Fecha (texto del plan)", "Texto literal de la columna «Fecha»."),
    Campo("inicio", F, "Inicio de la ventana", "Primer día en que la evidencia cuenta. Es el inicio del periodo del plan si la actividad no dice otro."),
    Campo("fin", F, "Fin de la ventana", "Último día en que la evidencia cuenta. Es el fin del periodo del plan si la actividad no dice otro."),
    Campo("hitos", T, "Hitos", "Fechas (AAAA-MM-DD) en que el plan espera un resultado. Un mes vale por su último día.", lista=True),
    Campo("origen", T, "Origen", "«plan» o el nombre de la fuente en que está el hallazgo."),
    Campo("registro", T, "Registro", "Clave o fila del registro en su origen."),
    Campo("campo", T, "Campo", "Columna del registro de la que se habla."),
    Campo("literal", T, "Texto literal", "Lo que dice el origen, sin corregir."),
    Campo("valor", T, "Valor", "Lo que se entendió, o el valor rechazado. Nunca muestra un dato personal."),
    Campo("regla", T, "Regla", "Nombre corto de la regla que encontró el caso.", patron=r"[a-z0-9_]+"),
    Campo("gravedad", T, "Gravedad", "Qué tan serio es el hallazgo.", opciones=GRAVEDADES),
    Campo("explicacion", T, "Explicación", "Qué pasa, dónde y por qué importa, en lenguaje claro."),
    Campo("avance_id", T, "Número de avance", "Identifica la fila: fuente y registro. Un registro repetido lleva ~2, ~3…"),
    Campo("fecha", F, "Fecha", "Día en que ocurrió el hecho, en la hora de Colombia."),
    _cantidad("cantidad", "Cantidad", "Cuánto aporta el registro a la meta de su actividad."),
    Campo("titulo", T, "Título", "Título del registro en su fuente."),
    Campo("url", T, "Dirección web", "Enlace a la evidencia.", patron=r"https?://[^\s]+"),
    Campo("canal", T, "Canal", "Medio por el que se publicó o se hizo."),
    Campo("dependencia", T, "Dependencia", "Dependencia que responde."),
    Campo("fuente", T, "Fuente", "Nombre corto de la fuente declarada.", patron=r"[a-z0-9][a-z0-9-]*"),
    Campo("captura_sha256", T, "Captura (SHA-256)", "Huella del archivo original del que salió la fila.", patron=_SHA256),
    Campo("cuenta", L, "Cuenta", "Dice si la fila suma en los indicadores de la entrega."),
    Campo("motivo", T, "Motivo", "Por qué la fila no cuenta. Vacío si cuenta.", opciones=MOTIVOS),
    Campo("duplicado_de", T, "Duplicado de", "El avance que sí cuenta en lugar de este."),
    Campo("como_corregir", T, "Cómo corregir", "Qué debe hacer quien responde para que el registro se acepte."),
    Campo("responsable", T, "Responsable", "Quién debe corregir el registro."),
    Campo("recibidos", E, "Recibidos", "Registros que traía la fuente.", unidad="registros", minimo=0),
    Campo("aceptados", E, "Aceptados", "Registros que pasaron la validación.", unidad="registros", minimo=0),
    Campo("rechazados", E, "Rechazados", "Registros que no pasaron la validación; están en la tabla rechazos.", unidad="registros", minimo=0),
    Campo("cuentan", E, "Cuentan", "Registros aceptados que suman en los indicadores.", unidad="registros", minimo=0),
    Campo("no_cuentan", E, "No cuentan", "Registros aceptados que no suman; su motivo está en la tabla avances.", unidad="registros", minimo=0),
    _cantidad("ejecutado", "Ejecutado", "Lo hecho hasta el corte: suma de cantidades, o el último valor reportado."),
    _porcentaje("avance_bruto_pct", "Avance bruto", "100 × ejecutado / meta, sin tope.", tope=None),
    _porcentaje("avance_pct", "Avance", "100 × ejecutado / meta, con tope de 100. Sin reporte vale 0. En los grupos, media ponderada."),
    _porcentaje("avance_reportado_pct", "Avance de lo reportado", "El avance solo de las actividades con al menos un registro que cuenta. Vacío si ninguna lo tiene."),
    _cantidad("programado", "Programado", "Lo que debía estar hecho en el corte, redondeado a 4 decimales."),
    _porcentaje("cumplimiento_pct", "Cumplimiento", "100 × lo ejecutado / lo programado, con tope de 100. Vacío si nada estaba programado. En los grupos, media ponderada."),
    Campo("estado", T, "Estado", "Situación de la actividad en el corte.", opciones=ESTADOS_ACTIVIDAD),
    Campo("zona", T, "Zona", "baja: cumplimiento menor que 60; media: menor que 80; alta: 80 o más; sin_programar: no hay cumplimiento.", opciones=ZONAS),
    _media("avance_numerador", "Numerador del avance", "Suma de peso × avance.", "% × peso"),
    _media("avance_denominador", "Denominador del avance", "Suma de los pesos que entran en el avance.", "peso"),
    _media("cumplimiento_numerador", "Numerador del cumplimiento", "Suma de peso × cumplimiento.", "% × peso"),
    _media("cumplimiento_denominador", "Denominador del cumplimiento", "Suma de los pesos que entran en el cumplimiento.", "peso"),
    Campo("actividades_con_meta", E, "Actividades con meta", "Cuántas actividades del grupo tienen meta.", unidad="actividades", minimo=0),
    Campo("actividades_con_reporte", E, "Actividades con reporte", "Cuántas actividades con meta tienen al menos un registro que cuenta.", unidad="actividades", minimo=0),
    Campo("registros_que_cuentan", E, "Registros que cuentan", "Cuántos registros sustentan lo ejecutado.", unidad="registros", minimo=0),
    Campo("mes", T, "Mes", "Mes de la serie.", patron=r"[0-9]{4}-(0[1-9]|1[0-2])"),
    Campo("compromiso_id", T, "Número de compromiso", "Identifica el compromiso."),
    Campo("espacio", T, "Espacio", "Audiencia o espacio de diálogo del que se habla."),
    Campo("compromiso", T, "Compromiso", "Lo que se acordó."),
    Campo("plazo", F, "Plazo", "Último día para cumplir."),
    Campo("fecha_cumplimiento", F, "Fecha de cumplimiento", "Día en que se cumplió."),
    Campo("evidencia_url", T, "Evidencia", "Enlace a la prueba del cumplimiento.", patron=r"https?://[^\s]+"),
    Campo("dias_retraso", E, "Días de retraso", "Días corridos después del plazo. 0 si se cumplió a tiempo o si el plazo no ha llegado.", unidad="días", minimo=0),
    Campo("pregunta_id", T, "Número de pregunta", "Identifica la pregunta."),
    Campo("tema", T, "Tema", "Tema de la pregunta."),
    Campo("pregunta", T, "Pregunta", "Texto de la pregunta, sin datos personales."),
    Campo("respuesta", T, "Respuesta", "Texto de la respuesta, sin datos personales."),
    Campo("fecha_respuesta", F, "Fecha de respuesta", "Día en que se respondió por escrito."),
    Campo("limite", F, "Límite", "Último día para responder (Ley 1757 de 2015, artículo 56: quince días)."),
    Campo("a_tiempo", L, "A tiempo", "Dice si se respondió dentro del límite. Vacío si aún no se responde y el límite no ha llegado."),
    Campo("opcion", T, "Opción", "Respuesta posible a la pregunta."),
    Campo("respuestas", E, "Respuestas", "Cuántas personas eligieron la opción. Vacío si se oculta para proteger a las personas.", unidad="respuestas", minimo=0),
    Campo("suprimida", L, "Suprimida", "Dice si la cifra se oculta para proteger a las personas."),
    Campo("base", E, "Base", "Cuántas personas respondieron la pregunta.", unidad="respuestas", minimo=0),
    Campo("hito", T, "Hito", "Qué se espera en esa fecha."),
    Campo("componente", T, "Componente", "Componente del autodiagnóstico."),
    Campo("categoria", T, "Categoría", "Categoría del autodiagnóstico."),
    Campo("actividad_de_gestion", T, "Actividad de gestión", "Actividad de gestión que se califica."),
    Campo("puntaje", D, "Puntaje", "Calificación de 0 a 100.", unidad="puntos", decimales=2, minimo=0, maximo=100),
    Campo("observaciones", T, "Observaciones", "Comentario de quien califica."),
    Campo("tabla", T, "Tabla", "Tabla en la que cambió algo."),
    Campo("clave", T, "Clave", "Clave de la fila que cambió, con una barra vertical entre sus partes. En las tablas del ciclo, la barra que trae un texto va con una contraria delante."),
    Campo("antes", T, "Antes", "Valor en la entrega anterior del mismo corte. Vacío si la fila es nueva, y en los textos del ciclo y las cifras de encuestas, que no se repiten."),
    Campo("despues", T, "Después", "Valor en esta entrega. Vacío si la fila se quitó."),
    Campo("autor", T, "Autor", "Quién responde por el cambio."),
    Campo("corrida_id", T, "Número de corrida", "Identifica la corrida."),
    Campo("iniciada", T, "Iniciada", "Momento en que empezó, en hora universal."),
    Campo("terminada", T, "Terminada", "Momento en que terminó, en hora universal."),
    Campo("resultado", T, "Resultado", "Cómo terminó la corrida.", opciones=("en_curso", "publicada", "sin_cambios", "detenida", "fallida")),
    Campo("entrega", T, "Entrega", "Nombre de la entrega."),
    Campo("manifiesto_sha256", T, "Huella del manifiesto", "SHA-256 del manifiesto de la entrega.", patron=_SHA256),
    Campo("detalle", T, "Detalle", "Qué pasó, en una frase."),
)

CAMPOS: dict[str, Campo] = {c.nombre: c for c in _TODOS}


def campos(*nombres: str | Campo) -> tuple[Campo, ...]:
    """Reúne campos del diccionario por su nombre; admite un campo ya ajustado."""
    return tuple(n if isinstance(n, Campo) else CAMPOS[n] for n in nombres)
