"""Tapa los datos personales de un texto libre antes de publicarlo (Ley 1581 de 2012, artículos 4f y 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from rendicion.ciclo.redaccion_listas import APELLIDOS, NOMBRES, PALABRAS_SEGURAS

TIPOS = ("correo", "usuario", "documento", "telefono", "numero", "direccion", "nombre")
_MARCAS = {"telefono": "[teléfono]", "numero": "[número]", "direccion": "[dirección]"}
_I = re.IGNORECASE
_SEP = r"(?:[ .\-_/()·–'’´]{0,3}|,)"
_DIGITOS = (
    "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci[a-zé]+|veint[a-zéúó]+"
    "|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa"
)
_VIA = (
    r"(?:calle|cll?|carreras?|cra|kra?|cr|avenida|av|avda|transversal|transv|tv|diagonal|diag|dg|autopista|circular|manzana|mz|mza|lote|lt"
    r"|casa|apartamento|apto|apt|torre|bloque|interior|km|kil[oó]metro)"
)
_COMPLEMENTO = (
    r"(?:[ ,]*(?:#|n(?:ro|um|[°ºo]s?)?\.?|n[uú]mero|con|y)?[ .,\-–]*(?:" + _VIA + r"\.?[ ]*)?(?:\d+[ ]?[a-z]?\b(?: ?bis)?(?: (?:sur|norte|este|oeste)\b)?))"
)
_ARROBA, _PUNTO = (rf"(?:{signo}|[(\[{{<] ?(?:{palabras}) ?[)\]}}>]|\b(?:{palabras})\b)" for signo, palabras in (("@", "at|arroba"), (r"\.", "dot|punto")))
_CORREO = re.compile(
    rf"[\w.+\-]{{1,64}} ?{_ARROBA} ?[\w\-]+(?: ?{_PUNTO} ?[\w\-]+)+|[\w.+\-]{{1,64}} ?(?:{_ARROBA})? ?\b(?:gmail|hotmail|outlook|yahoo|icloud)\b(?: ?{_PUNTO}? ?\b(?:com|es|co)\b)*",
    _I,
)
_USUARIO = re.compile(r"(?<![\w@])@\w{2,}|\b(?:facebook|fb|instagram|tiktok|twitter|x|t|wa)\.(?:com|me)/\S*[^\s.,;:)»”]", _I)
_CON_USUARIO = re.compile(
    r"\b(?:facebook|instagram|insta|tiktok|twitter|telegram|usuario|perfil)(?: es)?[: ]{1,2}(?P<dato>(?=[\d_.]*[^\W\d_])[\w.]*[\d_][\w.]*)", _I
)
_CON_DOCUMENTO = re.compile(
    r"\b(?:c\.? ?c\.?|c\.? ?e\.?|t\.? ?i\.?|nuip|nit|rut|c[eé]dula|documento|identificaci[oó]n|pasaporte|identificad[oa]|tarjeta de identidad|historia cl[ií]nica|sisb[eé]n)(?!\w)"
    r"\.?(?:[^\d\n.;]|\bno?\.){0,25}?(?!(?:19|20)\d\d\b)(?P<dato>\d(?:[ .,\-]?\d){3,})", _I,
)  # fmt: skip
_PLACA = re.compile(r"\bplacas?\b[^\d\n.;]{0,25}?\b(?P<dato>[a-z]{3}[ \-]?\d{2}[a-z\d])\b", _I)
_NACIMIENTO = re.compile(
    r"\b(?:nac[ií]|naci[oó]|nacid[oa]|nacimiento)\b[^\d\n.;]{0,25}(?P<dato>\d{1,4}(?:[/\-. ]| del? )(?:\d{1,2}|[a-z]{4,10})(?:[/\-. ]| del? )\d{2,4})", _I,
)  # fmt: skip
_CELULAR = re.compile(rf"(?<!\d)(?:\(?\+?{_SEP}5{_SEP}7\)?{_SEP})?(?:3|60){_SEP}\d(?:{_SEP}\d){{7,8}}(?!\d)")
_CON_TELEFONO = re.compile(
    r"\b(?:tel[eé]fono|tel|celular|cel|m[oó]vil|whats?app|wsp|ll[aá]m\w+|n[uú]mero de contacto|fijo)\b[^\d\n.;]{0,25}(?P<dato>\+?\d(?:[ .\-()]{0,2}\d){4,})", _I
)
_NUMERO = re.compile(rf"\d(?:{_SEP}\d){{5,}}")
_EN_PALABRAS = re.compile(rf"\b(?:{_DIGITOS})\b(?:[\s,.\-]+(?:y\s+)?(?:{_DIGITOS})\b){{5,}}", _I)
_VIA_CON_NUMERO = re.compile(rf"\b{_VIA}\b\.?{_COMPLEMENTO}+", _I)
_RESIDENCIA = re.compile(
    r"\b(?:vivo|vivimos|resido|residimos|residente|domiciliad[oa]|mi (?:direcci[oó]n|casa|residencia)(?: es| queda| est[aá])?)(?: ubicad[oa])? en "
    r"(?P<dato>(?:(?!y\b|pero\b|donde\b|que\b|desde\b|hace\b|no\b)[^\s.,;:!?]+ ?){1,7})", _I,
)  # fmt: skip
_PALABRA = r"[^\W\d_][^\W\d_'’\-]*"
_PRESENTACION = re.compile(
    rf"\b(?:me llamo|mi nombre(?: completo)?(?: es)?|llamad[oa]s?|se llama|nombre:|atentamente,?|att?e?[.:,]|firmado por|firma:?|cordialmente,?|le habla|les habla|habla con)\s+"
    rf"(?P<dato>{_PALABRA}(?: {_PALABRA}){{0,5}})", _I,
)  # fmt: skip
_SOY = re.compile(rf"\b(?:soy|somos|señora?|señorita|sra?\.|do[nñ]a?|dra?\.|doctora?|ing\.|profe(?:sora?)?)\s+(?P<dato>{_PALABRA}(?: {_PALABRA}){{0,5}})", _I)
_YO = re.compile(
    rf"\byo,?\s+(?P<dato>{_PALABRA}(?: {_PALABRA}){{0,5}}?)(?=,? (?:identificad[oa]|mayor de edad|vecin[oa]|con (?:c[eé]dula|c\.? ?c)|c\.? ?c\b|domiciliad[oa]))",
    _I,
)
_MAYUSCULAS = re.compile(r"[A-ZÁÉÍÓÚÜÑ][\w'’\-]*(?:(?: (?:de|del|la|las|los|da|dos|y|e))* [A-ZÁÉÍÓÚÜÑ][\w'’\-]*)*")
_CON_MEDIDA = re.compile(
    r"(?:\$ ?|cop ?)\d[\d.,]{0,20}|(?<![\d.,])\d[\d.,]{0,20} ?(?:%|(?:de )?(?:pesos|millones|mil|habitantes|personas|familias|metros|hect[aá]reas|toneladas|votos)\b)",
    _I,
)
_FECHAS = re.compile(
    r"(?<![\d\-/.])(?:(?:19|20)\d\d[\-/](?:0?[1-9]|1[0-2])[\-/](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[\-/](?:0?[1-9]|1[0-2])[\-/](?:19|20)\d\d|(?:19|20)\d\d ?[\-–/y] ?(?:19|20)\d\d)(?![\d\-/])"
)
_PARTICULAS = frozenset(("de", "del", "la", "las", "los", "da", "dos", "y", "e"))


@dataclass(frozen=True, order=True)
class Hallado:
    """Dice dónde hay un dato personal y de qué tipo; nunca lo repite."""

    inicio: int
    fin: int
    tipo: str


@dataclass(frozen=True)
class Redaccion:
    """Es un texto que ya se puede publicar y los tipos de dato que se taparon en él."""

    texto: str
    hallados: tuple[str, ...]


def redactar(texto: str, permitidos: Iterable[str] = ()) -> Redaccion:
    """Cambia cada dato personal por una marca: «[nombre]», «[teléfono]», «[documento]» y otras.

    Trabaja por lista permitida: lo que parece un nombre propio o un número largo se tapa, salvo que esté en
    `permitidos` (dependencias, lugares públicos, términos del plan) o sea dinero, medida, fecha o palabra corriente.
    Prefiere tapar de más a publicar de menos, y aun así ninguna regla ve todo: una persona debe revisar el texto.
    """
    limpio = _limpiar(texto)
    partes, desde, tipos = [], 0, []
    for hallado in detectar(limpio, permitidos):
        partes += [limpio[desde : hallado.inicio], _MARCAS.get(hallado.tipo, f"[{hallado.tipo}]")]
        desde = hallado.fin
        tipos.append(hallado.tipo)
    return Redaccion("".join([*partes, limpio[desde:]]), tuple(tipos))


def detectar(texto: str, permitidos: Iterable[str] = ()) -> tuple[Hallado, ...]:
    """Devuelve los datos personales de un texto, sin solaparse y en orden; gana el tipo que está antes en `TIPOS`."""
    plano = _plegar(texto)
    libres = [m.span() for p in _terminos(frozenset(permitidos)) for m in p.finditer(plano)]
    hallados: list[Hallado] = []
    for tipo, buscar in _DETECTORES:
        ocupados = [(h.inicio, h.fin) for h in hallados]
        for inicio, fin in buscar(texto, [*libres, *ocupados]):
            justo = inicio + len(texto[inicio:fin].rstrip())
            if inicio < justo and not any(a <= inicio and justo <= b for a, b in [*libres, *ocupados]):
                hallados.append(Hallado(inicio, justo, tipo))
    return tuple(_unir(hallados, texto))


@lru_cache(maxsize=32)
def _terminos(permitidos: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """Prepara una sola vez los términos permitidos, que son los mismos en todos los textos de una fuente."""
    return tuple(re.compile(rf"(?<!\w){re.escape(p)}(?!\w)") for p in sorted({_plegar(_limpiar(p)) for p in permitidos if p.strip()}))


def _unir(hallados: list[Hallado], texto: str) -> list[Hallado]:
    """Une los que se solapan y los nombres seguidos: «[nombre]» y no «[nombre] [nombre]»."""
    salida: list[Hallado] = []
    for h in sorted(hallados):
        previo = salida[-1] if salida else None
        nombres = previo is not None and previo.tipo == h.tipo == "nombre" and texto[previo.fin : h.inicio] == " "
        if previo is not None and (h.inicio < previo.fin or nombres):
            salida[-1] = Hallado(previo.inicio, max(previo.fin, h.fin), min(previo.tipo, h.tipo, key=TIPOS.index))
        else:
            salida.append(h)
    return salida


def _limpiar(texto: str) -> str:
    """Quita lo invisible y deja cifras y letras en su forma corriente: nadie esconde un número con caracteres raros."""
    return re.sub(r"[^\S\n]+", " ", "".join(map(_corriente, unicodedata.normalize("NFKC", texto))))


@cache
def _corriente(c: str) -> str:
    clase = unicodedata.category(c)
    if clase == "Nd":
        return str(unicodedata.digit(c))
    return c if c == "\n" or clase[0] != "C" else ""


def _plegar(texto: str) -> str:
    """Pasa a minúsculas sin tildes, sin cambiar el largo, para que las posiciones sirvan en el texto original."""
    return "".join(map(_sin_tilde, texto))


@cache
def _sin_tilde(c: str) -> str:
    return (unicodedata.normalize("NFD", c)[0].lower() or c)[0]


Tramo = tuple[int, int]
Buscador = Callable[[str, list[Tramo]], Iterator[Tramo]]


def _patron(*patrones: re.Pattern[str]) -> Buscador:
    def buscar(texto: str, _libres: list[Tramo]) -> Iterator[Tramo]:
        for patron in patrones:
            for m in patron.finditer(texto):
                yield m.span("dato") if "dato" in patron.groupindex else m.span()

    return buscar


def _numeros(texto: str, _libres: list[Tramo]) -> Iterator[Tramo]:
    """Busca números de seis cifras o más que no son dinero, medida, fecha ni rango de años."""
    exentos = [m.span() for p in (_CON_MEDIDA, _FECHAS) for m in p.finditer(texto)]
    # La cifra exenta se cambia por espacios de otra clase para que no se pegue a la vecina.
    visto = list(texto)
    for a, b in exentos:
        visto[a:b] = "\n" * (b - a)
    for patron in (_NUMERO, _EN_PALABRAS):
        for m in patron.finditer("".join(visto)):
            yield m.span()


def _presentados(texto: str, _libres: list[Tramo]) -> Iterator[Tramo]:
    for patron in (_PRESENTACION, _YO):
        for m in patron.finditer(texto):
            yield _hasta_palabra_segura(m, "dato", minimo=1)


def _senalados(texto: str, _libres: list[Tramo]) -> Iterator[Tramo]:
    """Busca nombres tras «soy», «señor», «doctora»…: solo si lo que sigue lleva mayúscula o es un nombre conocido."""
    for m in _SOY.finditer(texto):
        primera = m["dato"].split(" ")[0]
        if _plegar(primera) in NOMBRES or (primera[0].isupper() and not texto.isupper() and _plegar(primera) not in PALABRAS_SEGURAS):
            yield _hasta_palabra_segura(m, "dato", minimo=1)


def _hasta_palabra_segura(m: re.Match[str], grupo: str, *, minimo: int) -> Tramo:
    """Recorta el nombre donde empieza una palabra corriente que no sea partícula de apellido."""
    inicio, fin = m.span(grupo)
    corte = inicio
    for n, p in enumerate(re.finditer(_PALABRA, m[grupo])):
        plana = _plegar(p[0])
        if n >= minimo and plana in PALABRAS_SEGURAS and plana not in _PARTICULAS - {"y", "e"}:
            break
        if n < minimo or plana not in _PARTICULAS:
            corte = inicio + p.end()
    return inicio, min(corte, fin)


def _conocidos(texto: str, _libres: list[Tramo]) -> Iterator[Tramo]:
    """Busca nombres de pila frecuentes, en mayúscula o minúscula, con los nombres y apellidos que los siguen."""
    palabras = list(re.finditer(_PALABRA, texto))
    n = 0
    while n < len(palabras):
        primera = _plegar(palabras[n][0])
        if primera not in NOMBRES:
            n += 1
            continue
        fin = n
        while (
            fin + 1 < len(palabras) and texto[palabras[fin].end() : palabras[fin + 1].start()] == " " and _plegar(palabras[fin + 1][0]) in NOMBRES | APELLIDOS
        ):
            fin += 1
        # «Julio» es más veces un mes: solo es un nombre si le sigue otro.
        if fin > n or primera not in PALABRAS_SEGURAS:
            yield palabras[n].start(), palabras[fin].end()
        n = fin + 1


def _propios(texto: str, libres: list[Tramo]) -> Iterator[Tramo]:
    """Busca palabras con mayúscula que no abren frase ni están permitidas."""
    if sum(c.isupper() for c in texto) > sum(c.islower() for c in texto):
        return  # un texto gritado no distingue nombres: quedan los demás detectores
    for m in _MAYUSCULAS.finditer(texto):
        palabras = [p for p in re.finditer(r"[\w'’\-]+", m[0]) if not _segura(p[0], m.start() + p.start(), libres)]
        if palabras and not (len(palabras) == 1 and palabras[0].start() == 0 and _abre_frase(texto, m.start())):
            yield m.start() + palabras[0].start(), m.start() + palabras[-1].end()


def _segura(palabra: str, lugar: int, libres: list[Tramo]) -> bool:
    sigla = palabra.isupper() and 1 < len(palabra) <= 6
    return (
        sigla or palabra[0].islower() or palabra[0].isdigit() or _plegar(palabra) in PALABRAS_SEGURAS
        or any(a <= lugar < b for a, b in libres)
    )  # fmt: skip


def _abre_frase(texto: str, lugar: int) -> bool:
    return re.search(r"(?:^|[.!?:;¿¡\n«“\"(\]])[ \n«“\"(¿¡]*$", texto[:lugar]) is not None


_DETECTORES: tuple[tuple[str, Buscador], ...] = (
    ("correo", _patron(_CORREO)),
    ("usuario", _patron(_USUARIO, _CON_USUARIO)),
    ("documento", _patron(_CON_DOCUMENTO, _PLACA)),
    ("telefono", _patron(_CELULAR, _CON_TELEFONO)),
    ("direccion", _patron(_VIA_CON_NUMERO, _RESIDENCIA)),
    ("numero", _patron(_NACIMIENTO)),
    ("numero", _numeros),
    ("nombre", _presentados),
    ("nombre", _senalados),
    ("nombre", _conocidos),
    ("nombre", _propios),
)
