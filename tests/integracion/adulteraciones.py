"""Las adulteraciones: qué se le hace a una entrega y qué debe decir cada uno de los tres comprobadores.

Es una tabla de datos. La prueba la recorre y `docs/adulteraciones.md` sale de ella:
`python -m tests.integracion.adulteraciones` lo vuelve a escribir.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rendicion.verificador import verificar
from tests.integracion.alterar import (
    Cambio,
    Fila,
    agregar,
    buscar,
    cambiar_json,
    editar,
    escribir_json,
    firmar_con,
    huella,
    leer_json,
    numerar,
    poner,
    quitar,
    recalcular,
    reemplazar,
    rehacer,
    varios,
)
from tests.integracion.cadena import COMPROMISO_VIEJO, clave_privada

DOCUMENTO = Path(__file__).resolve().parents[2] / "docs" / "adulteraciones.md"
TITULOS = {c.clave: c.titulo for c in verificar.comprobar(verificar.Entrega(Path("no-existe")))}

MANIFIESTO, HUELLAS, SUMAS, FICHA = "El manifiesto es de esta entrega", "Huella de cada archivo", "SHA256SUMS dice lo mismo", "La ficha del conjunto dice lo mismo"
FIRMA, PLAN, REGLAS, REGISTROS = "Firma del manifiesto", "El plan se puede medir", "El plan usa las reglas de siempre", "Qué registros cuentan, por su fecha"
DUPLICADOS, CONCILIACION = "Ningún registro cuenta dos veces", "Lo recibido cuadra con lo aceptado y lo rechazado"
TOTAL, SUB, ACTIVIDAD, DEPENDENCIA, SERIE = (
    f"{t}: publicado y recalculado"
    for t in ("Indicadores del total", "Indicadores por subcomponente", "Indicadores por actividad", "Indicadores por dependencia", "Serie mensual")
)
CORRECCIONES, NO_MIRA = "Cada cambio dice su motivo y lo de hoy", "Lo que este botón no mira"

Como = Literal["mal", "no_comprobado", "bien"]
SIGNOS = {"mal": "✘ lo detecta", "no_comprobado": "– dice que no lo comprobó", "bien": "✔ válido"}


@dataclass(frozen=True)
class Dice:
    """Es lo que debe decir un comprobador: en qué línea y con qué señal."""

    linea: str
    como: Como = "mal"


@dataclass(frozen=True)
class Adulteracion:
    """Es un cambio a una entrega, con lo que debe decir cada comprobador.

    `sellar` rehace después las huellas y quita la firma. `cadena` cambia varias entregas a la vez y recibe las tres.
    `con` es lo que quien verifica ya tiene: la clave de la entidad, la huella guardada, el corte que espera.
    `dicho` son las filas que deben estar en `correcciones` cuando el cambio es legítimo.
    """

    nombre: str
    que: str
    verificar: Dice
    pagina: Dice
    cambio: Cambio | None = None
    cadena: Callable[[list[Path]], Path] | None = None
    rendicion: Dice | None = None
    sellar: bool = True
    entrega: int = 3
    con: tuple[str, ...] = ()
    dicho: tuple[tuple[str, str, str], ...] = ()

    @property
    def en_rendicion(self) -> Dice:
        return self.rendicion or self.verificar


FIN = {"corte": "2020-12-31"}
ABRIL = {"corte": "2020-04-30"}
CUENTA = {"actividad_id": "1.4", "cuenta": "true"}
REPETIDO, AJENO = {"motivo": "duplicado"}, {"motivo": "fuera_de_ventana"}
NOTICIAS = {"actividad_id": "1.4"}
NO_SE_VE = Dice(NO_MIRA, "no_comprobado")
DE_QUIEN = Dice(FIRMA, "no_comprobado")


def _cortar(carpeta: Path) -> None:
    archivo = carpeta / "datos/avances.csv"
    archivo.write_bytes(archivo.read_bytes()[:-30])


def _un_byte(ruta: str) -> Cambio:
    def cambio(carpeta: Path) -> None:
        contenido = bytearray((carpeta / ruta).read_bytes())
        contenido[len(contenido) // 2] ^= 1
        (carpeta / ruta).write_bytes(contenido)

    return cambio


def _intercambiar(una: str, otra: str) -> Cambio:
    def cambio(carpeta: Path) -> None:
        primera, segunda = ((carpeta / r).read_bytes() for r in (una, otra))
        (carpeta / una).write_bytes(segunda)
        (carpeta / otra).write_bytes(primera)

    return cambio


def _traer(*rutas: str) -> Cambio:
    """Trae archivos de la entrega anterior."""

    def cambio(carpeta: Path) -> None:
        for ruta in rutas:
            shutil.copy(sorted(carpeta.parent.iterdir())[1] / ruta, carpeta / ruta)

    return cambio


def _enlazar(carpeta: Path) -> None:
    (carpeta / "datos/plan.csv").unlink()
    (carpeta / "datos/plan.csv").symlink_to(sorted(carpeta.parent.iterdir())[1] / "datos/plan.csv")


def _esconder_un_corte(carpeta: Path) -> None:
    for tabla in ("actividad", "subcomponente", "dependencia", "total"):
        editar(carpeta, f"indicadores_{tabla}", lambda filas: filas.__setitem__(slice(None), [f for f in filas if f["corte"] != "2020-08-31"]))
    cambiar_json(carpeta, "manifiesto.json", cortes=["2020-04-30", "2020-12-31"])


def _esconder_como_duplicado(carpeta: Path) -> None:
    def cambio(filas: list[dict[str, str]]) -> None:
        uno, otro = [f for f in filas if f["actividad_id"] == "1.4" and f["cuenta"] == "true"][:2]
        otro.update(cuenta="false", motivo="duplicado", duplicado_de=uno["avance_id"])

    editar(carpeta, "avances", cambio)


def _adelantar(carpeta: Path) -> None:
    """Mueve una evidencia de después del corte a antes de él y la hace contar."""
    editar(carpeta, "avances", lambda filas: buscar(filas, {"motivo": "posterior_al_corte", "actividad_id": "1.4"}).update(fecha="2020-08-30", cuenta="true", motivo=""))


def _al_reves(tabla: str) -> Cambio:
    return lambda carpeta: editar(carpeta, tabla, lambda filas: filas.reverse())


def _otro_parquet(carpeta: Path) -> None:
    """Cambia una cifra solo en el Parquet."""
    csv = (carpeta / "datos/serie.csv").read_bytes()
    poner("serie", {"mes": "2020-06"}, avance_pct="99.00")(carpeta)
    from esquemas import PUBLICAS
    from rendicion.tablas import escribir_parquet, leer_csv

    escribir_parquet(PUBLICAS["serie"], leer_csv(PUBLICAS["serie"], carpeta / "datos/serie.csv"), carpeta / "datos/serie.parquet")
    (carpeta / "datos/serie.csv").write_bytes(csv)


def _en_json(nombre: str, cambio: Callable[[Any], object]) -> Cambio:
    def en_la_carpeta(carpeta: Path) -> None:
        datos = leer_json(carpeta / nombre)
        cambio(datos)
        escribir_json(carpeta / nombre, datos)

    return en_la_carpeta


def _en_recurso(tabla: str, cambio: Callable[[Any], object]) -> Cambio:
    return _en_json("datapackage.json", lambda p: cambio(next(r for r in p["resources"] if r["name"] == tabla)))


def _en_campo(tabla: str, columna: str, cambio: Callable[[Any], object]) -> Cambio:
    return _en_recurso(tabla, lambda r: cambio(next(c for c in r["schema"]["fields"] if c["name"] == columna)))


def _real(*archivos: str) -> Cambio:
    """Quita el aviso de datos sintéticos."""
    return varios(*(_en_json(a, lambda datos: datos.update(sintetica=False)) for a in archivos))


def _otra_tabla(carpeta: Path) -> None:
    """Agrega a la ficha una tabla que el manifiesto no anuncia."""
    shutil.copy(carpeta / "datos/avances.csv", carpeta / "datos/oficiales.csv")
    _en_json("datapackage.json", lambda p: p["resources"].append({"name": "oficiales", "path": "datos/oficiales.csv"}))(carpeta)


def _otra_columna(carpeta: Path) -> None:
    archivo = carpeta / "datos/plan.csv"
    primera, *filas = archivo.read_text("utf-8").splitlines()
    archivo.write_text("".join(f"{f}\n" for f in [f"{primera},meta_real", *(f"{f},1" for f in filas)]), "utf-8")


def _contar_repetido(**cambios: str) -> Cambio:
    """Hace contar un registro repetido, con algo cambiado para que no se note, y vuelve a calcular todo."""

    def cambio(filas: list[Fila]) -> None:
        buscar(filas, REPETIDO).update({"cuenta": "true", "motivo": "", "duplicado_de": ""} | cambios)

    return varios(lambda c: editar(c, "avances", cambio), recalcular)


def _al_que_repite(carpeta: Path) -> None:
    """Hace contar el repetido en lugar del primero, y vuelve a calcular todo."""

    def cambio(filas: list[Fila]) -> None:
        repetido = buscar(filas, REPETIDO)
        buscar(filas, {"avance_id": repetido["duplicado_de"]}).update(cuenta="false", motivo="duplicado", duplicado_de=repetido["avance_id"])
        repetido.update(cuenta="true", motivo="", duplicado_de="")

    editar(carpeta, "avances", cambio)
    recalcular(carpeta)


def _cruzar_responsables(carpeta: Path) -> None:
    def cambio(filas: list[Fila]) -> None:
        una, otra = (buscar(filas, {"actividad_id": a}) for a in ("1.1", "1.4"))
        una["responsables"], otra["responsables"] = otra["responsables"], una["responsables"]

    editar(carpeta, "plan", cambio)
    recalcular(carpeta)


def _sin_ciclo(filas: list[Fila]) -> None:
    filas[:] = [f for f in filas if f["tabla"] not in verificar.DEL_CICLO]


def _sumas_falsas(carpeta: Path) -> None:
    reemplazar("SHA256SUMS", huella(carpeta).encode(), b"0" * 64)(carpeta)


def _quitar_la_segunda(entregas: list[Path]) -> Path:
    shutil.rmtree(entregas[1])
    return entregas[2]


def _segunda_cambiada(entregas: list[Path]) -> Path:
    poner("indicadores_total", FIN, avance_pct="90.00")(entregas[1])
    rehacer(entregas[1])
    return entregas[2]


def _reordenar(entregas: list[Path]) -> Path:
    numerar(entregas[1], 3, huella(entregas[2]))
    numerar(entregas[2], 2, huella(entregas[0]))
    return entregas[1]


def _dos_terceras(entregas: list[Path]) -> Path:
    otra = shutil.copytree(entregas[2], entregas[2].with_name("otra"))
    cambiar_json(otra, "manifiesto.json", huella="e" * 64)
    rehacer(otra)
    return entregas[2]


def _refirmar_todas(entregas: list[Path]) -> Path:
    for e in entregas:
        firmar_con(e, clave_privada(2))
    return entregas[2]


def _rehacer_toda(entregas: list[Path]) -> Path:
    """Cambia una cifra vieja y rehace cada eslabón, con otra clave."""
    anterior = None
    for n, e in enumerate(entregas):
        if n == 1:
            poner("hallazgos", {"origen": "plan"}, gravedad="informativo")(e)
        numerar(e, n + 1, anterior)
        firmar_con(e, clave_privada(2))
        anterior = huella(e)
    return entregas[2]


def _de_atras(numero: int) -> Callable[[list[Path]], Path]:
    return lambda entregas: entregas[numero - 1]


def _refirmar(carpeta: Path) -> None:
    firmar_con(carpeta, clave_privada(2))


def _firma_de_la_anterior(carpeta: Path) -> None:
    _traer("manifiesto.firma")(carpeta)


V = Dice
ADULTERACIONES: tuple[Adulteracion, ...] = (
    # ---- los archivos, sin rehacer las huellas
    Adulteracion("byte_de_un_csv", "Un byte de un CSV", V("archivos"), V(HUELLAS), _un_byte("datos/avances.csv"), sellar=False),
    Adulteracion("byte_de_un_parquet", "Un byte de un Parquet", V("archivos"), V(HUELLAS), _un_byte("datos/plan.parquet"), sellar=False),
    Adulteracion("byte_del_catalogo", "Un byte del catálogo", V("archivos"), V(HUELLAS), _un_byte("catalogo.jsonld"), sellar=False),
    Adulteracion("pagina_cambiada", "Una cifra escrita a mano en la página", V("archivos"), V(HUELLAS), reemplazar("index.html", b"</h1>", b" 100 %</h1>"), sellar=False),
    Adulteracion("otro_verificador", "Un verificar.py que siempre dice «todo bien»", V("archivos"), V(HUELLAS), lambda c: (c / "verificar.py").write_text("print('todo bien')\n"), sellar=False),
    Adulteracion("parquet_borrado", "Un archivo borrado", V("archivos"), V(HUELLAS), lambda c: (c / "datos/rechazos.parquet").unlink(), sellar=False),
    Adulteracion("tabla_borrada", "Una tabla borrada", V("csv"), V(SERIE), lambda c: (c / "datos/serie.csv").unlink(), sellar=False),
    Adulteracion("archivo_de_mas", "Un archivo de más", V("sobrantes"), NO_SE_VE, lambda c: (c / "datos/otro.csv").write_text("a\n"), sellar=False),
    Adulteracion("archivo_cortado", "Un archivo cortado a la mitad de una fila", V("archivos"), V(HUELLAS), _cortar, sellar=False),
    Adulteracion("dos_intercambiados", "Dos tablas con el nombre cambiado", V("archivos"), V(HUELLAS), _intercambiar("datos/serie.csv", "datos/indicadores_total.csv"), sellar=False),
    Adulteracion("enlace", "Un enlace a otro archivo en lugar del archivo", V("archivos"), V(HUELLAS), _enlazar, sellar=False),
    Adulteracion("sumas_falsas", "Otra huella del manifiesto en SHA256SUMS", V("sumas"), V(SUMAS), _sumas_falsas, sellar=False),
    Adulteracion("clave_repetida", "Una clave dos veces en el manifiesto", V("manifiesto"), V(MANIFIESTO), reemplazar("manifiesto.json", b'{\n  "formato"', b'{\n  "corte": "2020-08-31",\n  "formato"'), sellar=False),
    Adulteracion("sin_manifiesto", "Sin manifiesto", V("manifiesto"), V(MANIFIESTO), lambda c: (c / "manifiesto.json").unlink(), sellar=False),
    Adulteracion("manifiesto_de_otra", "El manifiesto, las sumas y la firma de la entrega anterior", V("archivos"), V(MANIFIESTO), _traer("manifiesto.json", "SHA256SUMS", "manifiesto.firma"), sellar=False),
    Adulteracion("mezcla", "La evidencia de la entrega anterior con lo demás de esta", V("archivos"), V(HUELLAS), _traer("datos/avances.csv", "datos/avances.parquet"), sellar=False),
    Adulteracion("mezcla_sellada", "La misma mezcla, con las huellas rehechas", V("capturas"), V(REGISTROS), _traer("datos/avances.csv", "datos/avances.parquet")),
    Adulteracion("numero_cambiado", "El número de la entrega", V("manifiesto"), V(MANIFIESTO), _en_json("manifiesto.json", lambda m: m.update(numero=7))),
    Adulteracion("pagina_sellada", "Una cifra escrita a mano en la página, con las huellas rehechas", V("cadena"), NO_SE_VE, reemplazar("index.html", b"</h1>", b" 100 %</h1>"), con=("huella",)),
    # ---- una cifra y su huella
    Adulteracion("cifra_del_total", "Una cifra del total y todas las huellas", V("indicadores_total"), V(TOTAL), poner("indicadores_total", FIN, avance_pct="90.00")),
    Adulteracion("ultima_cifra", "La última cifra de un numerador", V("indicadores_total"), V(TOTAL), poner("indicadores_total", ABRIL, avance_numerador="43.000001")),
    Adulteracion("cifra_de_subcomponente", "Una cifra de un subcomponente", V("indicadores_subcomponente"), V(SUB), poner("indicadores_subcomponente", FIN | {"subcomponente_id": "2"}, cumplimiento_pct="99.99")),
    Adulteracion("cifra_de_actividad", "Lo ejecutado de una actividad", V("indicadores_actividad"), V(ACTIVIDAD), poner("indicadores_actividad", FIN | NOTICIAS, ejecutado="900")),
    Adulteracion("cifra_de_dependencia", "Una cifra de una dependencia", V("indicadores_dependencia"), V(DEPENDENCIA), poner("indicadores_dependencia", FIN, avance_pct="50.01")),
    Adulteracion("cifra_de_la_serie", "Un mes de la serie", V("serie"), V(SERIE), poner("serie", {"mes": "2020-06"}, avance_pct="99.00")),
    Adulteracion("vacio_vuelto_cero", "Un dato vacío escrito como cero", V("indicadores_actividad"), V(ACTIVIDAD), poner("indicadores_actividad", ABRIL | {"actividad_id": "1.1"}, cumplimiento_pct="0.00")),
    Adulteracion("estado", "El estado de una actividad vencida", V("indicadores_actividad"), V(ACTIVIDAD), poner("indicadores_actividad", FIN | {"estado": "vencida"}, estado="en_ejecucion")),
    Adulteracion("zona", "La zona de un subcomponente", V("indicadores_subcomponente"), V(SUB), poner("indicadores_subcomponente", FIN | {"zona": "media"}, zona="alta")),
    Adulteracion("fila_quitada", "Una fila de indicadores quitada", V("indicadores_actividad"), V(ACTIVIDAD), quitar("indicadores_actividad", FIN | {"actividad_id": "2.3"})),
    Adulteracion("fila_inventada", "Una dependencia inventada", V("indicadores_dependencia"), V(DEPENDENCIA), agregar("indicadores_dependencia", FIN, dependencia="Inventada")),
    Adulteracion("fila_repetida", "Una fila de indicadores dos veces", V("claves"), V(TOTAL), agregar("indicadores_total", FIN)),
    Adulteracion("corte_escondido", "Un corte oficial escondido", V("paquete"), V(FICHA), _esconder_un_corte),
    # ---- la evidencia
    Adulteracion("evidencia_quitada", "Una fila de evidencia quitada", V("conciliacion"), V(CONCILIACION), quitar("avances", CUENTA)),
    Adulteracion("evidencia_de_mas", "Una fila de evidencia inventada", V("conciliacion"), V(CONCILIACION), agregar("avances", CUENTA, avance_id="sintetico-noticias:99999", registro="99999", url="")),
    Adulteracion("evidencia_repetida", "Una fila de evidencia dos veces", V("claves"), V(REGISTROS), agregar("avances", CUENTA)),
    Adulteracion("cantidad", "La cantidad de un registro", V("indicadores_actividad"), V(ACTIVIDAD), poner("avances", CUENTA, cantidad="50")),
    Adulteracion("fecha_fuera", "La fecha de un registro, fuera de su ventana", V("motivos"), V(REGISTROS), poner("avances", CUENTA, fecha="2020-12-31")),
    Adulteracion("fecha_tras_el_corte", "Evidencia posterior al corte que cuenta", V("motivos"), V(REGISTROS), poner("avances", {"motivo": "posterior_al_corte"}, cuenta="true", motivo=""), entrega=1),
    Adulteracion("cuenta_indebida", "Un registro fuera de su ventana que cuenta", V("motivos"), V(REGISTROS), poner("avances", AJENO, cuenta="true", motivo="")),
    Adulteracion("no_cuenta_indebido", "Un registro bueno que no cuenta", V("motivos"), V(REGISTROS), poner("avances", CUENTA, cuenta="false", motivo="posterior_al_corte")),
    Adulteracion("duplicado_que_cuenta", "Un duplicado que cuenta", V("duplicados"), V(DUPLICADOS), poner("avances", REPETIDO, cuenta="true", motivo="", duplicado_de="")),
    Adulteracion("duplicado_de_otro", "Un duplicado que señala a otro registro", V("duplicados"), V(DUPLICADOS), poner("avances", REPETIDO, duplicado_de="sintetico-informes:R-001")),
    Adulteracion("escondido_como_duplicado", "Un registro bueno escondido como duplicado", V("duplicados"), V(DUPLICADOS), _esconder_como_duplicado),
    Adulteracion("captura_inventada", "Una captura que no existe", V("capturas"), V(REGISTROS), poner("avances", CUENTA, captura_sha256="0" * 64)),
    Adulteracion("actividad_inexistente", "Evidencia de una actividad que no está en el plan", V("claves"), V(REGISTROS), poner("avances", CUENTA, actividad_id="9.9")),
    Adulteracion("primero_por_repetido", "El repetido que cuenta en lugar del primero", V("duplicados"), V(DUPLICADOS), _al_que_repite),
    Adulteracion("cantidad_negativa", "Una cantidad negativa, con un esquema que la admite", V("esquemas"), V(REGISTROS), varios(poner("avances", CUENTA, cantidad="-3"), _en_campo("avances", "cantidad", lambda f: f.pop("constraints")), recalcular)),
    Adulteracion("cinco_decimales", "Una cantidad con más decimales que los del contrato", V("esquemas"), V(REGISTROS), poner("avances", CUENTA, cantidad="1.00004")),
    Adulteracion("direccion_sin_declarar", "No se dice en qué fuentes la dirección web nombra la cosa misma", V("manifiesto"), V(MANIFIESTO), _en_json("manifiesto.json", lambda m: m["capturas"][0].pop("url_identifica"))),
    Adulteracion("captura_borrada", "Una captura borrada del manifiesto", V("capturas"), V(REGISTROS), _en_json("manifiesto.json", lambda m: m.update(capturas=[c for c in m["capturas"] if c["fuente"] != "sintetico-noticias"]))),
    Adulteracion("otra_entidad", "Evidencia de otra entidad", V("esquemas"), V(REGISTROS), poner("avances", CUENTA, entidad="05001")),
    # ---- el plan
    Adulteracion("peso", "El peso de una actividad", V("indicadores_subcomponente"), V(SUB), poner("plan", NOTICIAS, peso="0.5")),
    Adulteracion("peso_de_subcomponente", "El peso de un subcomponente", V("indicadores_total"), V(TOTAL), poner("plan", {"actividad_id": "4.1"}, peso_subcomponente="3")),
    Adulteracion("ventana", "La ventana de una actividad", V("motivos"), V(REGISTROS), poner("plan", NOTICIAS, fin="2020-11-30")),
    Adulteracion("meta", "La meta de una actividad", V("indicadores_actividad"), V(ACTIVIDAD), poner("plan", NOTICIAS, meta="770")),
    Adulteracion("meta_cero", "Una meta de cero", V("plan"), V(PLAN), poner("plan", NOTICIAS, meta="0")),
    Adulteracion("meta_borrada", "Una meta borrada, para que la actividad no cuente", V("indicadores_actividad"), V(ACTIVIDAD), poner("plan", NOTICIAS, meta="")),
    Adulteracion("regla", "La regla con que se programa una actividad", V("indicadores_actividad"), V(ACTIVIDAD), poner("plan", NOTICIAS, programacion="al_final")),
    Adulteracion("acumulacion", "La forma de acumular una actividad", V("indicadores_actividad"), V(ACTIVIDAD), poner("plan", NOTICIAS, agregacion="ultimo")),
    Adulteracion("hitos", "Los hitos de una actividad", V("indicadores_actividad"), V(ACTIVIDAD), poner("plan", {"actividad_id": "2.1"}, hitos="2020-12-31")),
    Adulteracion("responsable", "Quién responde por una actividad", V("indicadores_dependencia"), V(DEPENDENCIA), poner("plan", NOTICIAS, responsables="Nadie")),
    Adulteracion("actividad_quitada", "Una actividad quitada del plan", V("claves"), V(REGISTROS), quitar("plan", NOTICIAS)),
    Adulteracion("meta_con_ceros", "Una meta escrita con ceros de más", V("esquemas"), V(PLAN), poner("plan", NOTICIAS, meta="900.0")),
    Adulteracion("hito_repetido", "Un hito dos veces", V("plan"), V(PLAN), poner("plan", {"actividad_id": "2.1"}, hitos="2020-06-30;2020-06-30;2020-10-31")),
    Adulteracion("columna_de_mas", "Una columna de más en el plan", V("csv"), V(PLAN), _otra_columna),
    Adulteracion("bom", "Una marca de orden de bytes al comienzo del plan", V("csv"), V(PLAN), reemplazar("datos/plan.csv", b"entidad,", b"\xef\xbb\xbfentidad,")),
    # ---- las cuentas, las otras tablas y la forma
    Adulteracion("conciliacion", "Lo recibido de una fuente", V("conciliacion"), V(CONCILIACION), poner("conciliacion", {"fuente": "sintetico-noticias"}, recibidos="1")),
    Adulteracion("rechazo_quitado", "Un rechazo quitado", V("conciliacion"), V(CONCILIACION), quitar("rechazos", {"fuente": "sintetico-tuits"})),
    Adulteracion("rechazo_ajeno", "Un rechazo de una captura que no existe", V("capturas"), V(CONCILIACION), poner("rechazos", {"fuente": "sintetico-tuits"}, captura_sha256="0" * 64)),
    Adulteracion("compromiso", "Un compromiso vencido dado por cumplido", V("compromisos"), NO_SE_VE, poner("compromisos", {"estado": "vencido"}, estado="cumplido")),
    Adulteracion("respuesta_tardia", "Una respuesta tardía dada por oportuna", V("dialogo"), NO_SE_VE, poner("dialogo", {"a_tiempo": "false"}, a_tiempo="true")),
    Adulteracion("csv_cortado", "Un CSV cortado, con sus huellas rehechas", V("csv"), V(REGISTROS), _cortar),
    Adulteracion("fecha_imposible", "Una fecha que no existe", V("esquemas"), V(REGISTROS), poner("avances", CUENTA, fecha="2020-02-30")),
    Adulteracion("numero_raro", "Un número escrito de otra forma", V("esquemas"), V(TOTAL), poner("indicadores_total", FIN, avance_pct="9e1")),
    Adulteracion("formula", "Una fórmula de hoja de cálculo en un título", V("csv"), V(REGISTROS), poner("avances", CUENTA, titulo="=1+1")),
    Adulteracion("esquema", "Un esquema más flojo que el contrato", V("paquete"), NO_SE_VE, _en_campo("plan", "meta", lambda f: f.update(type="string"))),
    Adulteracion("otra_lectura", "Una ficha que manda leer el CSV de otra forma", V("paquete"), V(FICHA), _en_recurso("avances", lambda r: r.update(dialect={"delimiter": ",", "commentChar": "s"}))),
    Adulteracion("vacio_falso", "Una ficha que da por vacía una cifra", V("paquete"), V(FICHA), _en_recurso("indicadores_total", lambda r: r["schema"].update(missingValues=["", "81.39"]))),
    Adulteracion("tabla_ajena", "Una tabla más en la ficha, que el manifiesto no anuncia", V("paquete"), V(FICHA), _otra_tabla),
    Adulteracion("calendario", "Una fecha del calendario", V("calendarios"), NO_SE_VE, reemplazar("cronograma.ics", b"20201031", b"20201130")),
    Adulteracion("k_bajada", "Otra regla para ocultar respuestas de pocas personas", V("encuestas"), NO_SE_VE, _en_json("ciclo.json", lambda d: d["reglas"].update(k_encuestas=2))),
    Adulteracion("sin_aviso_sintetico", "El aviso de datos sintéticos quitado del manifiesto", V("paquete"), V(FICHA), _real("manifiesto.json")),
    Adulteracion("sin_ningun_aviso", "El aviso de datos sintéticos quitado del manifiesto y de la ficha", V("capturas"), V(CONCILIACION), _real("manifiesto.json", "datapackage.json")),
    Adulteracion("parquet_distinto", "Un Parquet con otra cifra que su CSV", V("parquet", "no_comprobado"), NO_SE_VE, _otro_parquet, rendicion=V("parquet")),
    Adulteracion("parquet_de_otra", "El Parquet de otra entrega", V("parquet", "no_comprobado"), NO_SE_VE, _traer("datos/indicadores_total.parquet"), rendicion=V("parquet")),
    Adulteracion("parquet_intercambiado", "Dos Parquet intercambiados", V("parquet", "no_comprobado"), NO_SE_VE, _intercambiar("datos/serie.parquet", "datos/indicadores_total.parquet"), rendicion=V("parquet")),
    Adulteracion("otro_orden", "Las filas de una tabla en otro orden", V("parquet", "no_comprobado"), NO_SE_VE, _al_reves("indicadores_total"), rendicion=V("parquet")),
    # ---- los motivos de los cambios
    Adulteracion("motivo_falso", "Un motivo inventado, sin autor ni fecha", V("correcciones"), V(CORRECCIONES), poner("correcciones", {"motivo": "sin motivo declarado"}, motivo="Era un error de digitación")),
    Adulteracion("motivo_sin_autor", "El autor de un motivo borrado", V("correcciones"), V(CORRECCIONES), poner("correcciones", {"campo": "peso"}, autor="")),
    Adulteracion("cambio_callado", "Un cambio que no se dice", V("correcciones"), NO_SE_VE, quitar("correcciones", {"tabla": "indicadores_total"})),
    Adulteracion("cambios_callados", "Ningún cambio dicho", V("correcciones"), NO_SE_VE, lambda c: editar(c, "correcciones", lambda filas: filas.clear())),
    Adulteracion("cambio_falseado", "Otra cifra de antes en un cambio", V("correcciones"), NO_SE_VE, poner("correcciones", {"tabla": "indicadores_total"}, antes="1.00")),
    Adulteracion("compromiso_cumplido", "Un compromiso vencido que pasa a cumplido sin decirlo", V("correcciones"), NO_SE_VE, poner("compromisos", {"compromiso_id": "C-04"}, estado="cumplido", fecha_cumplimiento="2020-09-30", dias_retraso="0")),
    Adulteracion("promesa_rebajada", "El texto de un compromiso, sin decirlo", V("correcciones"), NO_SE_VE, poner("compromisos", {"compromiso_id": "C-02"}, compromiso="Estudiar la mesa de ejemplo")),
    Adulteracion("respuesta_cambiada", "La respuesta a una pregunta, sin decirlo", V("correcciones"), NO_SE_VE, poner("dialogo", {"pregunta_id": "Q-002"}, respuesta="Se respondió.")),
    Adulteracion("pregunta_borrada", "Una pregunta de la ciudadanía quitada, sin decirlo", V("correcciones"), NO_SE_VE, quitar("dialogo", {"pregunta_id": "Q-003"})),
    Adulteracion("plazo_callado", "El cambio de plazo de un compromiso que no se dice", V("correcciones"), NO_SE_VE, quitar("correcciones", {"tabla": "compromisos", "campo": "plazo"})),
    Adulteracion("compromiso_devuelto", "Un compromiso distinto de lo que dicen sus cambios", V("correcciones"), V(CORRECCIONES), poner("compromisos", {"compromiso_id": "C-09"}, estado="vencido")),
    Adulteracion("promesa_repetida", "El texto viejo de un compromiso repetido en sus cambios", V("correcciones"), V(CORRECCIONES), poner("correcciones", {"tabla": "compromisos", "campo": "compromiso"}, antes=COMPROMISO_VIEJO)),
    Adulteracion("ciclo_callado", "Los cambios del ciclo borrados, y la entrega como de un programa que no los decía", V("correcciones"), NO_SE_VE, varios(lambda c: editar(c, "correcciones", _sin_ciclo), _en_json("manifiesto.json", lambda m: m.pop("correcciones_de")))),
    Adulteracion("motivo_cambiado", "El motivo de un cambio por otro, con su autor", V("firma"), DE_QUIEN, varios(poner("correcciones", {"campo": "peso"}, motivo="Lo pidió la comunidad"), rehacer, _refirmar), sellar=False, con=("clave",)),
    # ---- todo recalculado: la entrega se sostiene sola y hay que mirarla junto a las demás
    Adulteracion("evidencia_recalculada", "Una evidencia quitada y todo vuelto a calcular", V("correcciones"), V(CORRECCIONES), varios(quitar("avances", CUENTA), recalcular)),
    Adulteracion("cantidad_recalculada", "Una cantidad cambiada y todo vuelto a calcular", V("correcciones"), V(CORRECCIONES), varios(poner("avances", CUENTA, cantidad="50"), recalcular)),
    Adulteracion("meta_recalculada", "Una meta bajada y todo vuelto a calcular", V("correcciones"), V(CORRECCIONES), varios(poner("plan", NOTICIAS, meta="770"), recalcular)),
    Adulteracion("peso_recalculado", "Un peso cambiado y todo vuelto a calcular", V("correcciones"), V(CORRECCIONES), varios(poner("plan", {"actividad_id": "2.3"}, peso="0"), recalcular)),
    Adulteracion("repetido_renombrado", "Un repetido con otro nombre para contarlo dos veces, y todo vuelto a calcular", V("correcciones"), V(CORRECCIONES), _contar_repetido(fuente="sintetico-noticias", registro="otro", avance_id="sintetico-noticias:otro", url="")),
    Adulteracion("responsables_cruzados", "Los responsables de dos actividades cruzados, y todo vuelto a calcular", V("correcciones"), V(CORRECCIONES), _cruzar_responsables),
    Adulteracion("fecha_movida", "Una evidencia traída de después del corte, y todo vuelto a calcular", V("cadena"), NO_SE_VE, varios(_adelantar, recalcular), entrega=1),
    Adulteracion("hallazgo_borrado", "Un hallazgo borrado", V("cadena"), NO_SE_VE, quitar("hallazgos", {"origen": "plan"}), con=("huella",)),
    # ---- la cadena y la firma
    Adulteracion("entrega_quitada", "Una entrega de en medio quitada", V("cadena"), NO_SE_VE, cadena=_quitar_la_segunda, sellar=False),
    Adulteracion("anterior_cambiada", "Una cifra de la entrega anterior", V("cadena"), NO_SE_VE, cadena=_segunda_cambiada, sellar=False),
    Adulteracion("volver_atras", "Se ofrece una entrega vieja como si fuera la última", V("cadena"), NO_SE_VE, cadena=_de_atras(2), sellar=False, con=("ultima",)),
    Adulteracion("congelar", "Se sigue ofreciendo la de agosto cuando ya debe estar la de diciembre", V("cadena"), NO_SE_VE, cadena=_de_atras(1), sellar=False, con=("corte",)),
    Adulteracion("reordenar", "Dos entregas en otro orden", V("cadena"), Dice(MANIFIESTO), cadena=_reordenar, sellar=False),
    Adulteracion("dos_iguales", "Dos entregas con el mismo número", V("cadena"), NO_SE_VE, cadena=_dos_terceras, sellar=False),
    Adulteracion("cadena_refirmada", "Toda la cadena firmada de nuevo con otra clave", V("firma"), DE_QUIEN, cadena=_refirmar_todas, sellar=False, con=("clave",)),
    Adulteracion("cadena_rehecha", "Una entrega vieja cambiada, la cadena rehecha y vuelta a firmar", V("cadena"), DE_QUIEN, cadena=_rehacer_toda, sellar=False, con=("huella",)),
    Adulteracion("otra_clave", "La firma de otra clave, cuando nadie dio la clave buena", V("cadena", "no_comprobado"), DE_QUIEN, _refirmar, sellar=False),
    Adulteracion("sin_firma", "La firma borrada", V("firma"), DE_QUIEN, lambda c: (c / "manifiesto.firma").unlink(), sellar=False, con=("clave",)),
    Adulteracion("firma_de_otra", "La firma de la entrega anterior", V("firma"), V(FIRMA), _firma_de_la_anterior, sellar=False),
    # ---- cambios legítimos: no son una falta, y quedan dichos
    Adulteracion("correccion_de_evidencia", "Legítimo: se retira una evidencia en su fuente y se publica otra entrega", V("correcciones", "bien"), Dice(CORRECCIONES, "bien"), sellar=False, dicho=(("avances", "sintetico-pantallas:P-003", "(fila)"), ("indicadores_actividad", "13001|2020|2020-12-31|1.6", "ejecutado"))),
    Adulteracion("correccion_de_compromiso", "Legítimo: un compromiso cambia de estado y una respuesta de texto", V("correcciones", "bien"), Dice(CORRECCIONES, "bien"), sellar=False, dicho=(("compromisos", "C-09", "estado"), ("compromisos", "C-06", "plazo"), ("dialogo", "Q-001", "respuesta"))),
    Adulteracion("correccion_de_peso", "Legítimo: el plan da otro peso a una actividad", V("correcciones", "bien"), Dice(CORRECCIONES, "bien"), sellar=False, dicho=(("plan", "13001|2020|1.4", "peso"), ("indicadores_total", "13001|2020|2020-08-31", "avance_pct"))),
    Adulteracion("correccion_de_regla", "Legítimo: una decisión cambia los hitos de una actividad", V("correcciones", "bien"), Dice(CORRECCIONES, "bien"), sellar=False, dicho=(("plan", "13001|2020|2.1", "hitos"), ("indicadores_actividad", "13001|2020|2020-08-31|2.1", "programado"))),
)

ENTRADA = """# Qué pasa si alguien altera una entrega

Aquí está cada forma de alterar una entrega que probamos, y qué dice de ella cada comprobador. Son {cuantas}.
Una prueba las hace todas, una por una, sobre entregas de verdad, en cada cambio del programa. Si un resultado cambia, la prueba falla.

- **verificar.py**: el archivo que va en la entrega, con la carpeta de todas las entregas a mano (`--anterior`).
- **rendicion verificar**: lo mismo, y además abre los Parquet.
- **La página**: el botón «Comprobar estas cifras», en un navegador de verdad. Solo ve los archivos de su entrega.

`✘ lo detecta` quiere decir que esa línea sale mal. `– dice que no lo comprobó` quiere decir que no lo puede ver y lo dice: nunca lo da por bueno.
`✔ válido` quiere decir que el cambio es legítimo y está en `correcciones.csv`, con su motivo o con «sin motivo declarado».
Donde dice «con la clave», «con la huella guardada», «con el corte esperado» o «pidiendo la última», quien comprueba lo dio en la orden.

Salvo en las primeras, quien altera rehace todas las huellas y quita la firma, para que no se note.

| | Qué se altera | verificar.py | rendicion verificar | La página |
|---|---|---|---|---|
"""
CON = {"clave": "con la clave", "huella": "con la huella guardada", "corte": "con el corte esperado", "ultima": "pidiendo la última"}


def documento() -> str:
    """Devuelve el texto de docs/adulteraciones.md."""
    filas = [
        f"| {n} | {a.que}{''.join(f' ({CON[c]})' for c in a.con)} | {_dice(a.verificar, TITULOS)} | {_dice(a.en_rendicion, TITULOS)} | {_dice(a.pagina, {})} |"
        for n, a in enumerate(ADULTERACIONES, 1)
    ]
    return ENTRADA.format(cuantas=len(ADULTERACIONES)) + "\n".join(filas) + "\n"


def _dice(dice: Dice, titulos: dict[str, str]) -> str:
    return f"{SIGNOS[dice.como]}: {titulos.get(dice.linea, dice.linea)}"


if __name__ == "__main__":
    DOCUMENTO.write_text(documento(), encoding="utf-8")
