"""Las filas de cada archivo: las que se sortean y las que la receta escribe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rendicion.errores import ErrorUso
from rendicion.sintetico.receta import Celda, Especial, Pedido, Receta
from rendicion.sintetico.sorteo import escoger, momento_en, sortear


@dataclass(frozen=True)
class Fila:
    """Es una fila del archivo; las vacías y las ajenas a la fuente no son registros."""

    celdas: tuple[Celda, ...]
    momento: datetime | None = None
    es_registro: bool = True
    limpia: bool = False
    regla: str | None = None
    nota: str = ""


class _Despues:
    """Da la fecha de unos días después, para escribirla en una receta como {mas[12]:%d/%m/%Y}."""

    def __init__(self, momento: datetime) -> None:
        self._momento = momento

    def __getitem__(self, dias: int) -> datetime:
        return self._momento + timedelta(days=dias)


Hechas = Mapping[str, Sequence[Fila]]


@dataclass(frozen=True)
class _Esbozo:
    """Es un registro del que ya se sabe cuándo ocurrió, pero no qué dice."""

    orden: int
    momento: datetime
    especial: Especial | None = None


def filas_de(pedido: Pedido, receta: Receta, anteriores: Hechas) -> tuple[Fila, ...]:
    """Devuelve las filas del archivo en su orden; `anteriores` son las filas de las fuentes ya hechas."""
    escritas = [Fila(f.celdas, None, any(c != "" for c in f.celdas), regla=f.regla, nota=f.nota) for f in pedido.filas]
    return (*_sorteadas(pedido, receta, anteriores), *escritas)


def _sorteadas(pedido: Pedido, receta: Receta, anteriores: Hechas) -> tuple[Fila, ...]:
    limpios = _limpios(pedido, receta)
    momentos = {id_: [f.momento for f in hechas if f.limpia and f.momento] for id_, hechas in anteriores.items()}
    momentos[pedido.fuente.id] = [e.momento for e in limpios]
    especiales = [
        _Esbozo(len(limpios) + i, _momento_especial(e, i, pedido, receta, momentos), e)
        for i, e in enumerate(pedido.especiales)
    ]
    filas: list[Fila] = []
    numero = pedido.primer_numero
    for esbozo in sorted([*limpios, *especiales], key=lambda e: e.momento):
        filas.append(_fila(esbozo, numero, pedido, receta, {**anteriores, pedido.fuente.id: filas}))
        numero += 1 + sortear(receta.semilla, pedido.fuente.id, esbozo.orden, "salto", entre=pedido.salto_maximo)
    return tuple(filas)


def _limpios(pedido: Pedido, receta: Receta) -> list[_Esbozo]:
    id_ = pedido.fuente.id
    momentos = [
        momento_en(receta.vigencia, mes, pedido.ultimos_dias.get(str(mes)), receta.semilla, id_, mes, i)
        for mes, cuantos in enumerate(pedido.por_mes, start=1)
        for i in range(cuantos)
    ]
    return [_Esbozo(i, m) for i, m in enumerate(sorted(momentos))]


def _momento_especial(
    especial: Especial, i: int, pedido: Pedido, receta: Receta, momentos: Mapping[str, Sequence[datetime]]
) -> datetime:
    """Dice cuándo va un especial: el momento escrito, uno sorteado del mes, o el del registro que copia."""
    if especial.momento is not None:
        return especial.momento
    if especial.copia is None:
        mes = especial.mes or 1
        ultimo = pedido.ultimos_dias.get(str(mes))
        return momento_en(receta.vigencia, mes, ultimo, receta.semilla, pedido.fuente.id, "especial", i)
    copia = especial.copia
    del_mes = [m for m in momentos.get(copia.fuente, ()) if m.month == copia.mes]
    if not 1 <= copia.orden <= len(del_mes):
        raise ErrorUso(
            f"La copia pide el registro {copia.orden} del mes {copia.mes} de «{copia.fuente}», que no existe.",
            donde=f"receta.toml, fuente «{pedido.fuente.id}»",
            hacer="Pida otro, o ponga antes la fuente de la que se copia.",
        )
    return del_mes[copia.orden - 1] + timedelta(days=copia.dias)


def _fila(esbozo: _Esbozo, numero: int, pedido: Pedido, receta: Receta, hechas: Hechas) -> Fila:
    especial = esbozo.especial
    if especial is not None and especial.vacia:
        return Fila(("",) * len(pedido.encabezado), esbozo.momento, es_registro=False)
    textos = _textos(esbozo, numero, pedido, receta)
    if especial is None:
        return Fila(tuple(textos[c] for c in pedido.encabezado), esbozo.momento, limpia=True)
    textos |= {**_copiados(especial, pedido, receta, hechas), **especial.cambia}
    celdas = (*[textos[c] for c in pedido.encabezado][: especial.hasta], *especial.sobran)
    return Fila(celdas, esbozo.momento, not especial.ajena, regla=especial.regla, nota=especial.nota)


def _textos(esbozo: _Esbozo, numero: int, pedido: Pedido, receta: Receta) -> dict[str, str]:
    clave = (receta.semilla, pedido.fuente.id, esbozo.orden)
    local = esbozo.momento.replace(tzinfo=ZoneInfo(pedido.fuente.zona_horaria))
    contexto = {
        "n": numero,
        "fecha": local,
        "mas": _Despues(local),
        "utc": local.astimezone(UTC),
        "marca": receta.marca,
        "aviso": receta.aviso,
        **{nombre: escoger(palabras, *clave, nombre) for nombre, palabras in receta.listas.items()},
    }
    del_mes = {c: meses.get(str(local.month)) for c, meses in pedido.segun_mes.items()}
    return {c: escoger(del_mes.get(c) or pedido.valores.get(c, ("",)), *clave, c).format_map(contexto) for c in pedido.encabezado}


def _copiados(especial: Especial, pedido: Pedido, receta: Receta, hechas: Hechas) -> dict[str, str]:
    """Busca el registro original, que ya está hecho porque ocurrió antes, y toma de él lo pedido."""
    copia = especial.copia
    if copia is None:
        return {}
    origen = next(p for p in receta.pedidos if p.fuente.id == copia.fuente)
    del_mes = [f for f in hechas[copia.fuente] if f.limpia and f.momento and f.momento.month == copia.mes]
    original = dict(zip(origen.encabezado, del_mes[copia.orden - 1].celdas, strict=True))
    return {pedido.fuente.columnas[campo]: str(original[origen.fuente.columnas[campo]]) for campo in copia.campos}


def registro_de(fila: Fila, pedido: Pedido, posicion: int) -> str:
    """Dice cómo se publica el registro: su clave o, si no la hay o no se puede leer, la fila del archivo (desde 1).

    De una fila con celdas de más o de menos no se lee la clave: no se sabe qué columna es cuál.
    """
    columna = pedido.fuente.columnas.get("registro")
    if columna and len(fila.celdas) == len(pedido.encabezado):
        clave = str(fila.celdas[pedido.encabezado.index(columna)]).strip()
        if clave:
            return clave
    numero = len(pedido.titulos) + 2 + posicion
    hojas = pedido.fuente.opciones.get("hojas")
    return f"hoja {hojas[0]}, fila {numero}" if hojas else f"fila {numero}"
