"""Una entrega de muestra parecida a la real: 17 actividades, 3 cortes, 1.100 registros y títulos hostiles."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from esquemas import PUBLICAS
from rendicion.informe import Ficha, FichaArchivo, FichaFuente

Filas = list[dict[str, object]]
INICIO, FIN = date(2020, 3, 1), date(2020, 12, 31)
CORTES = (date(2020, 4, 30), date(2020, 8, 31), date(2020, 12, 31))
SHA = "3f" * 32
PRENSA, INFORMATICA, PLANEACION = "Oficina de Comunicaciones y Prensa", "Oficina de Informática", "Secretaría de Planeación"
SUBCOMPONENTES = {
    "1": "Subcomponente 1 Información de calidad y en lenguaje comprensible",
    "2": "Subcomponente 2 Diálogo de doble vía con la ciudadanía y sus organizaciones",
    "3": "Subcomponente 3. Responsabilidad",
    "4": "Subcomponente 4. Evaluación y retroalimentación a la gestión institucional",
}
HOSTILES = (
    '<script>alert("hola")</script>',
    '"><img src=x onerror=alert(1)>',
    "</title></style><h1>otro título</h1>",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "Noticia \u202edel revés\u202c con marcas invisibles\u200b",
    '=HYPERLINK("http://malo.example")',
    "Título larguísimo " + "muy " * 400,
)
URLS_HOSTILES = ("javascript:alert(1)", "data:text/html,<script>1</script>", "http://usuario:clave@malo.example/", 'https://ejemplo.invalid/"onmouseover=alert(1)')
# actividad, texto, meta en texto, meta, unidad, regla, responsables, inicio, fin, hitos, registros de muestra
_PLAN = (
    ("1.1", "Publicar el Plan de Desarrollo", "1 publicación", 1, "publicaciones", "al_final", (PLANEACION, "Informática"), None, None, (), 1),
    ("1.2", "Publicar los avances trimestrales de los Plan de Acción", "Tres publicaciones", 3, "publicaciones", "lineal", (PLANEACION,), None, None, (), 2),
    ("1.3", "Elaborar y Publicar el informe de Gestión de la Entidad.", "Una vez al año", 1, "veces", "al_final", (PLANEACION, "Informática"), None, None, (), 0),
    ("1.4", "Publicar noticias referentes a la gestión institucional enmarcadas en el Plan de Desarrollo Salvemos Juntos a Cartagena 2020-2023",
     "900 publicaciones", 900, "publicaciones", "lineal", (PRENSA,), date(2020, 1, 1), date(2020, 12, 20), (), 874),
    ("1.5", "Actualizar la página web con insumos de las diferentes dependencias", "Realización de 6 actualizaciones", 6, "actualizaciones", "lineal",
     (INFORMATICA, PRENSA), None, None, (), 7),
    ("1.6", "Divulgar información de la gestión institucional en pantallas internas digitales", "40 publicaciones", 40, "publicaciones", "lineal", (PRENSA,), None, None, (), 31),
    ("1.7", "Divulgar en la intranet información sobre la gestión institucional", "45 publicaciones", 45, "publicaciones", "lineal", (PRENSA,), None, None, (), 45),
    ("1.8", "Realizar actividad Rendición de Cuentas 100 días del Alcalde", "Una actividad", 1, "actividades", "al_final", (PRENSA,), None, None, (), 1),
    ("2.1", "Realizar Audiencia Pública Anual de Rendición de Cuentas", "Dos audiencias", 2, "audiencias", "hitos", (PRENSA,), None, None,
     (date(2020, 6, 30), date(2020, 10, 31)), 1),
    ("2.2", "Realizar dos actividades de Rendición de Cuentas (Uno sobre transparencia y otro sobre superación de la pobreza)", "Dos actividades", 2,
     "actividades", "lineal", (PRENSA,), None, None, (), 2),
    ("2.3", "Realizar estrategia de Rendición de Cuentas Permanente", "Una estrategia", 1, "estrategias", "al_final", (PRENSA,), None, None, (), 0),
    ("2.4", "Visibilizar campañas de participación ciudadana realizadas por la entidad", "20 publicaciones", 20, "publicaciones", "lineal",
     ("Diferentes diferentes", PRENSA), None, None, (), 13),
    ("2.5", "Mantener el uso del Hashtag en Twitter #AlcaldiaRindeCuentas y #SalvemosJuntosACartagena", "50 publicaciones", 50, "publicaciones", "lineal", (PRENSA,), None, None, (), 62),
    ("3.1", "Capacitar a los servidores del ministerio en temas relacionados con: Transparencia y acceso a la información, Código de Integralidad", "Dos capacitaciones", 2,
     "capacitaciones", "lineal", ("Escuela de Gobierno",), None, None, (), 2),
    ("3.2", "Realizar monitoreo Periódico y Redes Sociales de los componentes de", "Cuatro monitores de Rendición de Cuentas", 4, "monitores", "lineal", (PRENSA,), None, None, (), 3),
    ("4.1", "Realizar evaluación a través de encuestas a los participantes", "Cuatro evaluaciones", 4, "evaluaciones", "lineal", (PRENSA,), None, None, (), 2),
    ("4.2", 'Rendición de cuentas <b onclick="alert(1)">', None, None, None, "lineal", (), None, None, (), 0),
)


def _fila_plan(p: tuple[object, ...]) -> dict[str, object]:
    ident, texto, meta_texto, meta, unidad, regla, responsables, inicio, fin, hitos, _ = p
    sub = str(ident)[0]
    return {
        "entidad": "13001", "vigencia": 2020, "subcomponente_id": sub, "subcomponente": SUBCOMPONENTES[sub], "actividad_id": ident, "actividad": texto,
        "meta_texto": meta_texto, "meta": None if meta is None else Decimal(str(meta)), "unidad": unidad, "agregacion": "suma", "programacion": regla,
        "peso": Decimal(1), "peso_subcomponente": Decimal(1), "responsable_texto": "/ ".join(responsables) or None,  # type: ignore[arg-type]
        "responsables": ";".join(responsables) or None, "fecha_texto": None, "inicio": inicio or INICIO, "fin": fin or FIN,  # type: ignore[arg-type]
        "hitos": ";".join(h.isoformat() for h in hitos) or None,  # type: ignore[attr-defined]
    }


def _avances(plan: tuple[tuple[object, ...], ...]) -> Filas:
    filas: Filas = []
    for p in plan:
        ident, cuantos = str(p[0]), int(str(p[10]))
        desde, hasta = p[7] or INICIO, p[8] or FIN
        assert isinstance(desde, date)
        assert isinstance(hasta, date)
        for n in range(cuantos):
            dia = desde + timedelta(days=(n * n * 7 + n * 11) % ((hasta - desde).days - 9))
            filas.append(_avance(ident, n, dia))
    for n in range(30):
        repetido = {**_avance("1.4", 2000 + n, date(2020, 5, 1)), "cuenta": False, "motivo": "duplicado", "duplicado_de": "fuente-13/0001"}
        filas.append(repetido)
    for n in range(4):
        filas.append({**_avance("2.4", 3000 + n, date(2020, 2, 1)), "cuenta": False, "motivo": "fuera_de_ventana"})
    filas.sort(key=lambda f: (str(f["actividad_id"]), f["fecha"], str(f["avance_id"])))  # type: ignore[arg-type, return-value]
    for ident, titulos in (("1.4", HOSTILES[:5]), ("2.5", HOSTILES[2:])):
        ultimas = [f for f in filas if f["actividad_id"] == ident and f["cuenta"]][-5:]
        for n, (f, titulo) in enumerate(zip(ultimas, titulos, strict=True)):
            f.update(titulo=titulo, url=URLS_HOSTILES[n % 4] if ident == "2.5" else f["url"])
    return filas


def _avance(ident: str, n: int, dia: date) -> dict[str, object]:
    fuente = "noticias-prensa" if ident in {"1.4", "2.5"} else "cargue-dependencias"
    return {
        "avance_id": f"{fuente}/{ident}-{n:04d}", "entidad": "13001", "vigencia": 2020, "actividad_id": ident, "fecha": dia, "cantidad": Decimal(1), "titulo": f"Publicación {n + 1} de la actividad {ident}",
        "url": None if ident == "3.1" else f"https://www.ejemplo.invalid/noticias/{ident}/{n:04d}?a=1&b=2", "canal": "web", "dependencia": PRENSA, "fuente": fuente, "registro": f"{ident}-{n:04d}", "captura_sha256": SHA, "cuenta": True,
        "motivo": None, "duplicado_de": None,
    }


@dataclass(frozen=True)
class _Medida:
    peso: Fraction
    avance: Fraction | None
    cumplimiento: Fraction | None
    reportado: Fraction | None


def _redondo(x: Fraction | None, lugares: int = 2) -> Decimal | None:
    if x is None:
        return None
    return (Decimal(x.numerator) / Decimal(x.denominator)).quantize(Decimal(1).scaleb(-lugares), ROUND_HALF_EVEN)


def _programado(f: dict[str, object], c: date) -> Fraction | None:
    if f["meta"] is None:
        return None
    meta, inicio, fin = Fraction(str(f["meta"])), f["inicio"], f["fin"]
    assert isinstance(inicio, date)
    assert isinstance(fin, date)
    if f["programacion"] == "hitos":
        hitos = [date.fromisoformat(h) for h in str(f["hitos"]).split(";")]
        return meta * sum(h <= c for h in hitos) / len(hitos)
    if f["programacion"] == "al_final":
        return meta if c >= fin else Fraction(0)
    return meta * max(0, min((c - inicio).days + 1, (fin - inicio).days + 1)) / ((fin - inicio).days + 1)


def _indicador(f: dict[str, object], avances: Filas, c: date) -> tuple[dict[str, object], _Medida]:
    cuentan = [a for a in avances if a["cuenta"] and a["actividad_id"] == f["actividad_id"] and a["fecha"] <= c]  # type: ignore[operator]
    hecho, programado = Fraction(len(cuentan)), _programado(f, c)
    meta = None if f["meta"] is None else Fraction(str(f["meta"]))
    bruto = None if meta is None else 100 * hecho / meta
    avance = None if bruto is None else min(Fraction(100), bruto)
    cumplimiento = 100 * min(Fraction(1), hecho / programado) if programado else None
    fin = f["fin"]
    assert isinstance(fin, date)
    estado = (
        "sin_meta" if meta is None else "cumplida" if hecho >= meta else "vencida" if c >= fin
        else "atrasada" if cumplimiento is not None and cumplimiento < 80 else "no_iniciada" if not hecho and not programado else "en_ejecucion"
    )
    fila: dict[str, object] = {
        "entidad": "13001", "vigencia": 2020, "corte": c, "actividad_id": f["actividad_id"], "meta": f["meta"], "ejecutado": Decimal(int(hecho)),
        "avance_bruto_pct": _redondo(bruto), "avance_pct": _redondo(avance), "avance_reportado_pct": _redondo(avance) if cuentan else None,
        "programacion": f["programacion"], "programado": _redondo(programado, 4), "cumplimiento_pct": _redondo(cumplimiento), "estado": estado,
        "zona": _zona(cumplimiento), "registros_que_cuentan": len(cuentan),
    }
    return fila, _Medida(Fraction(1), avance, cumplimiento, avance if cuentan else None)


def _zona(x: Fraction | None) -> str:
    return "sin_programar" if x is None else "baja" if x < 60 else "media" if x < 80 else "alta"


def _promedio(medidas: Iterable[_Medida]) -> tuple[dict[str, object], _Medida]:
    todas = list(medidas)
    salida: dict[str, object] = {}
    cifras: dict[str, Fraction | None] = {}
    for cual in ("avance", "cumplimiento", "reportado"):
        pares = [(m.peso, x) for m in todas if (x := getattr(m, cual)) is not None]
        arriba, abajo = sum((p * x for p, x in pares), Fraction(0)), sum((p for p, _ in pares), Fraction(0))
        cifras[cual] = arriba / abajo if abajo else None
        if cual != "reportado":
            salida |= {f"{cual}_numerador": _redondo(arriba, 6), f"{cual}_denominador": _redondo(abajo, 6)}
    salida |= {
        "avance_pct": _redondo(cifras["avance"]), "avance_reportado_pct": _redondo(cifras["reportado"]), "cumplimiento_pct": _redondo(cifras["cumplimiento"]),
        "zona": _zona(cifras["cumplimiento"]), "actividades_con_meta": sum(m.avance is not None for m in todas),
        "actividades_con_reporte": sum(m.reportado is not None for m in todas),
    }
    return salida, _Medida(Fraction(1), cifras["avance"], cifras["cumplimiento"], cifras["reportado"])


def _grupos(plan: Filas, medidas: dict[str, _Medida], c: date) -> tuple[Filas, Filas, dict[str, object]]:
    base: dict[str, object] = {"entidad": "13001", "vigencia": 2020, "corte": c}
    subs: Filas = []
    de_subs: list[_Medida] = []
    for s in SUBCOMPONENTES:
        cifras, medida = _promedio(medidas[str(f["actividad_id"])] for f in plan if f["subcomponente_id"] == s)
        subs.append({**base, "subcomponente_id": s, **cifras})
        de_subs.append(medida)
    nombres = sorted({r for f in plan for r in str(f["responsables"] or "").split(";") if r})
    deps: Filas = [
        {**base, "dependencia": d, **_promedio(medidas[str(f["actividad_id"])] for f in plan if d in str(f["responsables"] or "").split(";"))[0]} for d in nombres
    ]
    total = {**base, **_promedio(de_subs)[0]}
    total |= {k: sum(int(str(s[k])) for s in subs) for k in ("actividades_con_meta", "actividades_con_reporte")}
    return subs, deps, total


def tablas() -> dict[str, Filas]:
    """Arma todas las tablas públicas; las de participación traen pocas filas y el autodiagnóstico, ninguna."""
    plan = [_fila_plan(p) for p in _PLAN]
    t: dict[str, Filas] = {n: [] for n in PUBLICAS}
    t["plan"], t["avances"] = plan, _avances(_PLAN)
    for c in CORTES:
        medidas: dict[str, _Medida] = {}
        for f in plan:
            fila, medidas[str(f["actividad_id"])] = _indicador(f, t["avances"], c)
            t["indicadores_actividad"].append(fila)
        subs, deps, total = _grupos(plan, medidas, c)
        t["indicadores_subcomponente"] += subs
        t["indicadores_dependencia"] += deps
        t["indicadores_total"].append(total)
    for mes in range(1, 13):
        c = date(2020, mes, calendar.monthrange(2020, mes)[1])
        total = _grupos(plan, {str(f["actividad_id"]): _indicador(f, t["avances"], c)[1] for f in plan}, c)[2]
        t["serie"].append({**total, "mes": f"2020-{mes:02d}"})
    return t | _lo_demas(t["avances"])


def _lo_demas(avances: Filas) -> dict[str, Filas]:
    espacio = "Audiencia pública del 30 de junio de 2020"
    cuenta = {n: sum(a["fuente"] == n for a in avances) for n in ("noticias-prensa", "cargue-dependencias")}
    return {
        "dialogo": [
            {"pregunta_id": f"p-{n}", "espacio": espacio, "fecha": date(2020, 6, 30), "canal": "presencial", "tema": "vías", "pregunta": "¿Cuándo arreglan la vía <i>principal</i> del barrio?",
             "respuesta": None if n == 2 else "La obra está programada para octubre.", "fecha_respuesta": None if n == 2 else date(2020, 7, 10 + n * 9), "limite": date(2020, 7, 22),
             "a_tiempo": (True, False, None)[n]} for n in range(3)
        ],
        "compromisos": [
            {"compromiso_id": "c-1", "espacio": espacio, "fecha": date(2020, 6, 30), "compromiso": "Publicar el cronograma de obras", "responsables": PLANEACION, "plazo": date(2020, 8, 1),
             "estado": "cumplido_tarde", "fecha_cumplimiento": date(2020, 8, 5), "evidencia_url": "https://www.ejemplo.invalid/obras", "dias_retraso": 4},
            {"compromiso_id": "c-2", "espacio": espacio, "fecha": date(2020, 6, 30), "compromiso": "Atender a los vendedores", "responsables": None, "plazo": None,
             "estado": "sin_plazo", "fecha_cumplimiento": None, "evidencia_url": None, "dias_retraso": None},
        ],
        "encuestas": [
            {"espacio": espacio, "pregunta": "¿Fue clara la información?", "opcion": o, "respuestas": n, "suprimida": n is None, "base": 120} for o, n in (("Sí", 88), ("No", None), ("No sabe", None))
        ],
        "cronograma": [
            {"actividad_id": "corte", "hito": "Seguimiento con corte a 30 de abril de 2020", "fecha": date(2020, 5, 15), "responsables": None, "estado": "cumplido"},
            {"actividad_id": "2.1", "hito": "Segunda audiencia", "fecha": date(2020, 10, 31), "responsables": PRENSA, "estado": "vencido"},
        ],
        "conciliacion": [
            {"fuente": n, "recibidos": k + (12 if n[0] == "n" else 0), "aceptados": k, "rechazados": 12 if n[0] == "n" else 0, "cuentan": k - m, "no_cuentan": m}
            for (n, k), m in zip(cuenta.items(), (30, 4), strict=True)
        ],
        "rechazos": [
            {"fuente": "noticias-prensa", "captura_sha256": SHA, "registro": f"fila {n}", "campo": "fecha", "valor": "32/13/2020", "regla": "fecha_valida" if n < 9 else "url_segura",
             "explicacion": "La fecha no existe en el calendario." if n < 9 else "El enlace no empieza por http.", "como_corregir": "Escriba la fecha como AAAA-MM-DD.", "responsable": PRENSA} for n in range(12)
        ],
        "hallazgos": [
            {"origen": "plan", "registro": f"{1 + n % 4}.1", "campo": "meta_texto", "literal": "Cuatro monitores", "valor": "4 monitores", "regla": f"regla_{n}",
             "gravedad": ("informativa", "advertencia", "grave")[n % 3], "explicacion": "La meta dice «monitores»; por el contexto parece decir monitoreos."} for n in range(18)
        ],
        "correcciones": [
            {"tabla": "indicadores_actividad", "clave": "13001|2020|2020-08-31|1.6", "campo": "ejecutado", "antes": "30", "despues": "31", "motivo": "Apareció una publicación sin registrar",
             "autor": PRENSA, "fecha": date(2021, 1, 10)},
            {"tabla": "avances", "clave": "cargue-dependencias/1.6-0030", "campo": "(fila)", "antes": None, "despues": '{"avance_id": "cargue-dependencias/1.6-0030"}', "motivo": "sin motivo declarado", "autor": None, "fecha": None},
        ],
    }


def ficha(*, sintetica: bool = True) -> Ficha:
    """Arma la ficha de la entrega de muestra."""
    archivos = [FichaArchivo(f"datos/{t}.{f}", f.upper() if f == "csv" else "Parquet", 1234 * (n + 1)) for n, t in enumerate(PUBLICAS) for f in ("csv", "parquet")]
    archivos += [FichaArchivo(n, "JSON", 4200) for n in ("datapackage.json", "validacion/resultados.json")]
    archivos += [FichaArchivo("verificar.py", "Python", 28_400), FichaArchivo("validacion/informe.html", "HTML", 96_000)]
    return Ficha(
        entidad_nombre="Alcaldía de Cartagena", entidad="13001", vigencia=2020, corte=CORTES[-1], entrega="13001-2020-2020-12-31-0003", numero=3, sintetica=sintetica,
        titulo_estrategia="Cartagena Transparente", licencia="CC BY-SA 4.0", licencia_url="https://creativecommons.org/licenses/by-sa/4.0/deed.es", contacto="datos@ejemplo.invalid",
        fuentes=(
            FichaFuente("noticias-prensa", "Noticias de la página web", PRENSA, sintetica, SHA),
            FichaFuente("cargue-dependencias", "Formato de las dependencias", PLANEACION, sintetica, SHA),
            FichaFuente("escuela", "Registro de capacitaciones", "Escuela de Gobierno", sintetica, None, sin_dato=True),
        ),
        cortes=CORTES, archivos=tuple(archivos), version="0.1.0", anterior="ab" * 32, reglas=42, reglas_cumplen=38, reglas_no_cumplen=3, reglas_no_corrieron=1,
    )


def resultados() -> dict[str, object]:
    """Arma los resultados de validación: una regla de cada estado y una sin filas."""

    def regla(nombre: str, tabla: str, estado: str, revisadas: int, faltas: int, **cambios: object) -> dict[str, object]:
        return {
            "tabla": tabla, "fuente": None, "campo": "fecha", "regla": nombre, "descripcion": f"Descripción de la regla {nombre}.", "norma": "Ley 1712 de 2014, artículo 3",
            "severidad": "rechaza", "quien_corrige": PRENSA, "revisadas": revisadas, "faltas": faltas, "estado": estado, "ejemplos": [], **cambios,
        }

    ejemplo = {"registro": "noticias.csv, fila 12", "campo": "fecha", "valor": "<script>alert(1)</script>", "explicacion": "No es una fecha.", "como_corregir": "Escriba AAAA-MM-DD."}
    return {
        "formato": "rendicion-validacion/1",
        "reglas": [
            regla("fecha_valida", "avances", "no_cumple", 1110, 9, fuente="noticias-prensa", ejemplos=[ejemplo]),
            regla("cantidad_positiva", "avances", "cumple", 1110, 0, fuente="noticias-prensa"),
            regla("plan_con_meta", "plan", "cumple", 17, 0, severidad="bloquea"),
            regla("pregunta_sin_cedula", "dialogo", "no_corrio", 0, 0, norma=None, quien_corrige=None),
            regla("puntaje_en_rango", "autodiagnostico", "cumple", 0, 0, severidad="avisa"),
        ],
        "conciliacion": [],
        "resumen": {"reglas": 5, "cumplen": 3, "no_cumplen": 1, "no_corrieron": 1},
    }
