"""Proponer la declaración de una matriz: se mira el libro, y lo dudoso se pregunta, nunca se decide en silencio."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rendicion.errores import ErrorFuente, ErrorUso
from rendicion.fuente import fuente_desde
from rendicion.fuentes.encabezado import FILAS_DEL_ENCABEZADO, Fila, plano
from rendicion.fuentes.matriz import abrir_hojas
from rendicion.fuentes.matriz.borrador import Borrador, escribir_borrador
from rendicion.fuentes.matriz.encabezado import UNION, HojaCruda, rutas_de
from rendicion.fuentes.matriz.mapa import sin_blancos
from rendicion.fuentes.matriz.palabras import CIFRAS, Palabras, cierre
from rendicion.fuentes.tabla import limpiar
from rendicion.proteccion import ocultar

if TYPE_CHECKING:
    from rendicion.hallazgos import Hallazgo

_CODIGO = re.compile(r"\d+[.,]\d+", re.ASCII)
_ANIO = re.compile(r"\b(20\d\d)\b", re.ASCII)
_MAXIMO_EN_FRACCION = 2
_TITULOS_A_MOSTRAR = 12
UN_SOLO_CORTE = "Corte"


@dataclass(frozen=True)
class Propuesta:
    """Es el borrador de una declaración, en TOML, y las dudas que lleva escritas."""

    borrador: str
    dudas: tuple[str, ...]


@dataclass
class _Vista:
    """Es una hoja con el encabezado que mejor se le reconoce: qué columnas parecen de cada campo y de cada periodo."""

    hoja: HojaCruda
    fila: int
    niveles: int
    titulos: list[str]
    campos: dict[str, list[int]] = field(default_factory=dict)
    periodos: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    cierres: dict[str, int] = field(default_factory=dict)
    porcentajes: list[int] = field(default_factory=list)
    ajenas: list[int] = field(default_factory=list)

    @property
    def puntos(self) -> int:
        """Cuenta lo reconocido; una hoja sin actividad ni ejecutado no es de seguimiento."""
        return len(self.campos) + sum(len(p) for p in self.periodos.values())

    @property
    def es_de_seguimiento(self) -> bool:
        """Dice si la hoja tiene de qué actividad se habla y qué se hizo en algún periodo."""
        return bool({"actividad", "codigo"} & set(self.campos)) and any("ejecutado" in p for p in self.periodos.values())

    def filas(self) -> Iterator[Fila]:
        """Da las filas con algo, debajo del encabezado."""
        return (f for f in self.hoja.filas if f.numero > self.fila and any(limpiar(c) for c in f.celdas))

    def mirar_lo_escrito(self) -> None:
        """Corrige lo que dicen los títulos con lo que hay debajo: la meta es la que trae números; los códigos, 1.1, 1.2."""
        if "meta" in self.campos:
            numeros = {i: sum(1 for t in self.textos([i]) if _numero(t) is not None) for i in self.campos["meta"]}
            self.campos["meta"].sort(key=lambda i: -numeros[i])
        if "codigo" in self.campos:
            return
        actividad = self.campos.get("actividad", [])[:1]
        codigo = next((i for i in (*actividad, *self.ajenas) if self._son_codigos(i)), None)
        if codigo is None:
            return
        self.campos["codigo"] = [codigo]
        if codigo not in actividad:
            self.ajenas.remove(codigo)
        elif codigo + 1 in self.ajenas:
            # «Actividades», combinado sobre dos columnas: el número y el texto.
            self.ajenas.remove(codigo + 1)
            self.campos["actividad"] = [codigo + 1]

    def _son_codigos(self, columna: int) -> bool:
        textos = list(self.textos([columna]))
        return bool(textos) and sum(1 for t in textos if _CODIGO.fullmatch(t)) * 2 > len(textos)

    def textos(self, columnas: Sequence[int]) -> Iterator[str]:
        """Da lo escrito en unas columnas, debajo del encabezado."""
        for f in self.filas():
            yield from (t for i in columnas if i < len(f.celdas) and (t := limpiar(f.celdas[i])))


def proponer_declaracion(bruto: bytes, archivo: str, palabras: Palabras, vigencia: int | None = None) -> Propuesta:
    """Mira un libro y escribe el borrador de su declaración; lanza ErrorUso si ninguna hoja parece una matriz."""
    fuente = fuente_desde({"id": "borrador", "tipo": "matriz", "lugar": archivo, "dependencia": "X", "columnas": {"actividad_id": "X"}}, donde=archivo)
    try:
        hojas, avisos = abrir_hojas(bruto, fuente, ("*",), (), archivo)
    except ErrorFuente as error:
        raise ErrorUso(error.que, donde=error.donde, hacer=error.hacer) from None
    vistas = [v for h in hojas if (v := _mirar(h, palabras)) is not None]
    copias = [v.hoja.nombre for v in vistas if any(fnmatchcase(plano(v.hoja.nombre), plano(p)) for p in palabras.copias)]
    de_seguimiento = [v for v in vistas if v.es_de_seguimiento and v.hoja.nombre not in copias]
    if not de_seguimiento:
        raise _ninguna(hojas, vistas, archivo)
    niveles = Counter(v.niveles for v in de_seguimiento).most_common(1)[0][0]
    elegidas = [v for v in de_seguimiento if v.niveles == niveles]
    for v in elegidas:
        v.mirar_lo_escrito()
    b = Borrador(archivo, niveles=niveles)
    _las_hojas(b, hojas, elegidas, copias, avisos)
    _la_vigencia(b, hojas, vigencia)
    _las_columnas(b, elegidas)
    _los_periodos(b, elegidas)
    _los_valores(b, elegidas, palabras)
    return Propuesta(escribir_borrador(b), tuple(b.dudas))


def _mirar(hoja: HojaCruda, palabras: Palabras) -> _Vista | None:
    """Prueba cada fila de arriba como encabezado, de una y de dos filas; se queda con la que más se reconoce."""
    mejor: _Vista | None = None
    for niveles in (1, 2):
        for fila in hoja.filas:
            if fila.numero > FILAS_DEL_ENCABEZADO or not any(fila.celdas):
                continue
            vista = _reconocer(hoja, fila, niveles, palabras)
            if vista.puntos > (mejor.puntos if mejor else 0):
                mejor = vista
    return mejor


def _reconocer(hoja: HojaCruda, fila: Fila, niveles: int, palabras: Palabras) -> _Vista:
    rutas = rutas_de(hoja, fila, niveles, hasta_el_siguiente=False)
    vista = _Vista(hoja, fila.numero, niveles, [f" {UNION} ".join(" ".join(t.split()) for t in r) for r in rutas])
    sin_periodo: list[int] = []
    for i, ruta in enumerate(rutas):
        if not ruta:
            continue
        hallado = next((p for t in ruta if (p := palabras.periodo(t))), None)
        cifra = palabras.cifra(ruta[-1])
        if hallado and cifra:
            nombre, mes = hallado
            vista.cierres[nombre] = mes
            vista.periodos.setdefault(nombre, {}).setdefault(cifra, []).append(i)
        elif cifra == "porcentaje":
            vista.porcentajes.append(i)
        elif campos := palabras.campo(ruta[-1]):
            vista.campos.setdefault(campos[0], []).append(i)
        elif cifra == "ejecutado":
            sin_periodo.append(i)
        else:
            vista.ajenas.append(i)
    if sin_periodo and not vista.periodos:
        # Hay libros de un solo corte, con una columna de avance que no dice de cuándo es.
        vista.periodos[UN_SOLO_CORTE], vista.cierres[UN_SOLO_CORTE] = {"ejecutado": sin_periodo}, 0
    else:
        vista.ajenas += sin_periodo
    return vista


def _ninguna(hojas: Sequence[HojaCruda], vistas: Sequence[_Vista], archivo: str) -> ErrorUso:
    mejor = max(vistas, key=lambda v: v.puntos, default=None)
    titulos = [f"«{ocultar(t)}»" for t in mejor.titulos if t] if mejor else []
    resto = f" y {len(titulos) - _TITULOS_A_MOSTRAR} más" if len(titulos) > _TITULOS_A_MOSTRAR else ""
    visto = f" Lo más parecido es la hoja «{mejor.hoja.nombre}», fila {mejor.fila}: {', '.join(titulos[:_TITULOS_A_MOSTRAR])}{resto}." if mejor else ""
    return ErrorUso(
        f"Ninguna hoja parece una matriz de seguimiento: se buscó la actividad y lo ejecutado en algún periodo (trimestre, mes…).{visto}",
        donde=f"{archivo}, hojas {', '.join(f'«{h.nombre}»' for h in hojas)}",
        hacer="Escriba la declaración a mano (docs/fuentes.md), o agregue sus títulos a datos/referencia/vocabularios/matriz.toml.",
    )


def _las_hojas(b: Borrador, hojas: Sequence[HojaCruda], elegidas: Sequence[_Vista], copias: Sequence[str], avisos: Sequence[Hallazgo]) -> None:
    b.hojas = [v.hoja.nombre for v in elegidas]
    b.excluir = list(copias)
    if copias:
        b.dudar("excluir_hojas", f"estas hojas parecen copias de otra y se dejan por fuera: {', '.join(copias)}. ¿Es así?")
    for h in hojas:
        if h.nombre not in {*b.hojas, *copias}:
            b.dudar("hojas", f"la hoja «{h.nombre}» no parece de seguimiento, o su encabezado es de otra forma; no se lee. ¿Es así?")
    for a in avisos:
        if a.regla == "hoja_oculta":
            b.dudar("hojas", f"{a.explicacion} Si hace falta, escriba su nombre completo en hojas.")
    b.dudar("dependencias", "escriba el nombre oficial de la dependencia de cada hoja.")


def _la_vigencia(b: Borrador, hojas: Sequence[HojaCruda], vigencia: int | None) -> None:
    vistos = Counter(int(a) for h in hojas for f in h.filas if f.numero <= FILAS_DEL_ENCABEZADO for c in f.celdas if c for a in _ANIO.findall(c))
    b.anio = vigencia or (vistos.most_common(1)[0][0] if vistos else 0)
    if vigencia is None:
        de_donde = f"se tomó {b.anio}, el año que más se lee arriba de las hojas" if b.anio else "el libro no dice el año: escriba las fechas de los periodos"
        b.dudar("periodos", f"{de_donde}. ¿Es la vigencia?")


def _las_columnas(b: Borrador, vistas: Sequence[_Vista]) -> None:
    for campo in dict.fromkeys(c for v in vistas for c in v.campos):
        titulos = dict.fromkeys(v.titulos[i] for v in vistas for i in v.campos.get(campo, ())[:1])
        b.campos[campo] = " | ".join({plano(t): t for t in reversed(list(titulos))}[p] for p in dict.fromkeys(plano(t) for t in titulos))
        dobles = {v.titulos[i] for v in vistas if len(v.campos.get(campo, ())) > 1 for i in v.campos[campo]}
        if dobles:
            b.dudar(campo, f"varias columnas pueden ser {campo}: {', '.join(f'«{t}»' for t in sorted(dobles))}. Se propone «{b.campos[campo]}».")
        sin_ella = [v.hoja.nombre for v in vistas if campo not in v.campos]
        if sin_ella:
            b.dudar(campo, f"no se halló en las hojas {', '.join(sin_ella)}: así la lectura se detendría; corrija el título o esas hojas.")
        if "|" in b.campos[campo]:
            b.dudar(campo, "el título no es igual en todas las hojas; se aceptan estas maneras.")
    ajenas = dict.fromkeys(v.titulos[i] for v in vistas for i in v.ajenas)
    b.ajenas = list(ajenas)


def _los_periodos(b: Borrador, vistas: Sequence[_Vista]) -> None:
    cierres = {n: m for v in vistas for n, m in v.cierres.items()}
    for nombre, mes in sorted(cierres.items(), key=lambda par: (par[1], par[0])):
        columnas = {}
        for cifra in CIFRAS:
            titulos = [v.titulos[i] for v in vistas for i in v.periodos.get(nombre, {}).get(cifra, ())]
            distintos = {plano(t): t for t in reversed(titulos)}
            if distintos:
                columnas[cifra] = " | ".join(distintos[p] for p in dict.fromkeys(plano(t) for t in titulos))
            if len(distintos) > 1:
                b.dudar("periodos", f"{nombre}: varias columnas pueden ser lo {cifra}: {', '.join(f'«{t}»' for t in distintos.values())}. Deje la que es.")
        if "ejecutado" in columnas:
            b.periodos.append((nombre, cierre(b.anio, mes) if b.anio and mes else None, columnas))
            if not mes:
                b.dudar("periodos", "ningún título dice de qué periodo es lo ejecutado: se toma como un solo corte. Escriba su fecha.")
                _por_filas(b, vistas)
        else:
            b.dudar("periodos", f"{nombre} no tiene columna de lo ejecutado; no se propone.")
    cierres_vistos = [p[1] for p in b.periodos if p[1]]
    if len(set(cierres_vistos)) < len(cierres_vistos):
        b.dudar("periodos", "dos periodos cierran el mismo día: puede haber trimestres y acumulados mezclados. Deje solo unos.")
    de_la_hoja = dict.fromkeys(v.titulos[i] for v in vistas for i in v.porcentajes)
    ultimo = b.periodos[-1][1] if b.periodos else None
    b.porcentajes = [(t, ultimo) for t in {plano(t): t for t in de_la_hoja}.values()]
    for t, _ in b.porcentajes:
        b.dudar("porcentajes", f"«{t}» parece un porcentaje calculado por la hoja al cierre del último periodo. ¿Es de esa fecha? ¿Mide avance (contra la meta) o cumplimiento (contra lo programado)?")


def _por_filas(b: Borrador, vistas: Sequence[_Vista]) -> None:
    """Avisa si el periodo parece estar en una columna: entonces no es una matriz, sino una tabla de registros."""
    for titulo in {v.titulos[i] for v in vistas for i in v.ajenas}:
        if plano(titulo) in ("periodo", "trimestre", "cuatrimestre", "bimestre", "semestre", "mes", "corte"):
            b.dudar("periodos", f"la columna «{titulo}» puede decir el periodo de cada fila; si es así, no es una matriz: declare otro tipo: excel.")


def _los_valores(b: Borrador, vistas: Sequence[_Vista], palabras: Palabras) -> None:
    _los_numeros(b, vistas)
    _los_codigos(b, vistas)
    _los_totales(b, vistas, palabras)
    tipos = _distintos(vistas, "agregacion")
    for t in tipos:
        conocido = palabras.agregacion.get(plano(t))
        b.agregacion.append((t, conocido))
        if conocido is None:
            b.dudar("agregacion", f"«{t}»: ¿se suma de un periodo a otro (suma) o vale el último dato (ultimo)?")
    por_unidad: dict[str, list[str]] = {}
    for u in _distintos(vistas, "unidad"):
        por_unidad.setdefault(plano(u), []).append(u)
    for maneras in por_unidad.values():
        if len(maneras) > 1:
            b.unidades.append(maneras[0])
            b.dudar("unidades", f"la unidad se escribe de varias maneras: {', '.join(f'«{m}»' for m in maneras)}. Escriba cómo se publica.")
        if any(c.isdigit() for c in maneras[0]):
            b.dudar("unidad", f"en la columna de la unidad dice «{maneras[0]}», que parece un número: puede estar cambiado con la meta. Eso se corrige en la hoja o con una decisión.")
    if "subcomponente" in b.campos and _hay_huecos(vistas):
        b.rellenar = True
        b.dudar("rellenar", "el grupo viene vacío en algunas filas sin estar combinado; se propone que baje de la fila de arriba. ¿Es así?")


def _distintos(vistas: Sequence[_Vista], campo: str) -> list[str]:
    return list(dict.fromkeys(" ".join(t.split()) for v in vistas for t in v.textos(v.campos.get(campo, ())[:1])))


def _columnas_de(v: _Vista, *cifras: str) -> list[int]:
    return [i for p in v.periodos.values() for c in cifras for i in p.get(c, ())]


def _los_numeros(b: Borrador, vistas: Sequence[_Vista]) -> None:
    textos = [t for v in vistas for t in v.textos([*_columnas_de(v, "programado", "ejecutado"), *v.campos.get("meta", ())[:1]])]
    b.ceros = sorted({sin_blancos(t) for t in textos if not any(c.isalnum() for c in t) and "#" not in t})
    if b.ceros:
        b.dudar("ceros", f"¿estos signos quieren decir cero? {', '.join(f'«{c}»' for c in b.ceros)} Si no hubo reporte, quítelos de aquí y déjelos vacíos en la hoja.")
    if en_texto := sorted({t for t in textos if t.rstrip().endswith("%")}):
        b.porcentaje_en_texto = True
        b.dudar("porcentaje_en_texto", f"hay porcentajes escritos como texto: {', '.join(f'«{t}»' for t in en_texto[:5])}. ¿4 % es 0,04 (fraccion) o 4 (puntos), como los demás números de esa fila?")
    if any(len(t.partition(",")[2]) > 4 and t.partition(",")[2].isdigit() for t in textos):
        b.dudar("redondear", "hay cantidades con más de cuatro decimales, que se rechazarían; si se pueden redondear, escriba redondear = true.")
    puros = [_numero(t) for v in vistas for t in v.textos([*v.porcentajes, *_columnas_de(v, "porcentaje")])]
    if any(n is not None and n > _MAXIMO_EN_FRACCION for n in puros):
        b.en_puntos = True
        b.dudar("escala", "algún porcentaje pasa de 2: se propone que vienen en puntos (85), no en partes de 1 (0,85). ¿Es así?")


def _numero(texto: str) -> float | None:
    return float(texto.replace(",", ".")) if re.fullmatch(r"\d+(?:,\d+)?", texto, re.ASCII) else None


def _los_codigos(b: Borrador, vistas: Sequence[_Vista]) -> None:
    codigos = [t for v in vistas for f in v.filas() for i in v.campos.get("codigo", ())[:1] if i < len(f.celdas) and (t := limpiar(f.celdas[i]))]
    malos = [c for c in codigos if not _CODIGO.fullmatch(c)]
    if codigos and len(malos) * 2 < len(codigos):
        if malos:
            b.dudar("codigo", f"estos códigos no son como 1.1: {', '.join(f'«{c}»' for c in malos[:5])}. Diga su número en [opciones.actividades].")
        return
    b.por_orden = True
    b.dudar("numeracion", "no hay una columna de códigos como 1.1: se propone numerar por orden, y eso solo sirve si el plan es esta misma matriz. Si el plan es otro, use [opciones.actividades].")


def _los_totales(b: Borrador, vistas: Sequence[_Vista], palabras: Palabras) -> None:
    primeras = [next(t for c in f.celdas if (t := limpiar(c))) for v in vistas for f in v.filas()]
    hallados: Mapping[str, str] = dict(h for t in primeras if (h := palabras.nivel_de_total(t)))
    # El patrón más preciso va primero: «total general» antes que «total».
    b.totales = sorted(hallados.items(), key=lambda par: (-len(par[0]), par[0]))
    for patron, nivel in b.totales:
        b.dudar("totales", f"las filas que empiezan como «{patron}» parecen un total de {nivel}. ¿Es así? Sin nivel, no se compara.")


def _hay_huecos(vistas: Sequence[_Vista]) -> bool:
    for v in vistas:
        columna, codigo = v.campos.get("subcomponente", [-1])[0], v.campos.get("codigo", v.campos.get("actividad", [-1]))[0]
        cubiertas = {f + 1 for desde, c, hasta, _ in v.hoja.combinadas if c == columna for f in range(desde, hasta + 1)}
        for f in v.filas():
            celda, identifica = (f.celdas[i] if 0 <= i < len(f.celdas) else None for i in (columna, codigo))
            if limpiar(identifica) and not limpiar(celda) and f.numero not in cubiertas:
                return True
    return False
