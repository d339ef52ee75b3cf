"""De la última entrega a los buzones: qué falta por avisar, la bandeja y el envío."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from rendicion.almacen.entregas import EntregaGuardada
from rendicion.almacen.referencia import EntidadEnDisco, entidad
from rendicion.almacen.salida import Salida
from rendicion.avisos.bandeja import Bandeja, Envio
from rendicion.avisos.contenido import Mensaje, puntos, redactar, sin_avisar
from rendicion.avisos.correo import Correo, NoSalio, abrir, servidor_desde
from rendicion.contexto import Pedido
from rendicion.errores import ErrorUso
from rendicion.tablas import leer_parquet

VARIABLE_SMTP = "RENDICION_SMTP"
_TABLAS = ("plan", "cronograma", "compromisos", "indicadores_actividad", "rechazos")


@dataclass(frozen=True)
class Declarados:
    """Es la sección [avisos] de la entidad: a quién se avisa, con cuántos días, y quién firma."""

    destinatarios: Mapping[str, str] = field(default_factory=dict)
    dias: int = 15
    remite: str = ""


@dataclass
class Resumen:
    """Cuenta qué se avisó: los mensajes nuevos, en qué quedó cada envío y a quién le falta correo."""

    mensajes: list[Mensaje] = field(default_factory=list)
    envios: list[Envio] = field(default_factory=list)
    sin_correo: dict[str, int] = field(default_factory=dict)
    ensayo: bool = True

    @property
    def salida(self) -> int:
        """Da el código: 1 si algún aviso necesita a una persona; 0 en lo demás."""
        return 1 if any(e.estado in {"enviando", "rechazado"} for e in self.envios) else 0


def declarados_desde(datos: Mapping[str, Any], *, donde: str) -> Declarados:
    """Construye lo declarado en [avisos]; se niega si algo sobra o no sirve."""
    sobran = sorted(set(datos) - {f.name for f in fields(Declarados)})
    if sobran:
        raise ErrorUso(f"[avisos] usa claves que no existen: {', '.join(sobran)}.", donde=donde, hacer="Use destinatarios, dias y remite.")
    leido = Declarados(**datos)
    malos = [c for c in (*leido.destinatarios.values(), *([leido.remite] if leido.remite else [])) if not _parece_correo(c)]
    if malos:
        raise ErrorUso(f"[avisos] tiene {len(malos)} correos mal escritos.", donde=donde, hacer="Escriba un solo correo por responsable, como oficina@entidad.gov.co.")
    if not 0 <= leido.dias <= 366:
        raise ErrorUso("En [avisos], dias debe ir de 0 a 366.", donde=donde, hacer="Corrija ese número.")
    return leido


def _parece_correo(texto: object) -> bool:
    return isinstance(texto, str) and texto.count("@") == 1 and not any(c.isspace() or c in ',;<>"' for c in texto) and all(texto.split("@"))


def preparar_avisos(pedido: Pedido, hoy: date) -> Resumen:
    """Dice qué se avisaría hoy, sin escribir ni enviar nada."""
    en_disco = entidad(pedido.datos, pedido.entidad)
    declarados = declarados_desde(en_disco.entidad.avisos, donde=f"{en_disco.entidad.codigo}.toml")
    guardada = _ultima(pedido, en_disco)
    return _por_avisar(en_disco, guardada, declarados, Bandeja(_carpeta(pedido, guardada)), hoy)


def enviar(pedido: Pedido, reloj: Callable[[], datetime], hoy: date, *, repetir_dudosos: bool = False, conectar: Callable[[str], AbstractContextManager[Correo]] | None = None) -> Resumen:
    """Pone en la bandeja lo que falta por avisar y lo envía; lo que no salga queda pendiente para la próxima vez.

    `conectar` abre el correo con el remitente dado; sin decirlo, es el servidor de la variable RENDICION_SMTP.
    """
    en_disco = entidad(pedido.datos, pedido.entidad)
    declarados = declarados_desde(en_disco.entidad.avisos, donde=f"{en_disco.entidad.codigo}.toml")
    guardada = _ultima(pedido, en_disco)
    bandeja = Bandeja(_carpeta(pedido, guardada))
    with bandeja.candado():
        resumen = _por_avisar(en_disco, guardada, declarados, bandeja, hoy)
        resumen.ensayo = False
        for m in resumen.mensajes:
            bandeja.guardar(Envio(m, "pendiente", reloj().isoformat(timespec="seconds")))
        dudosos = [e for e in bandeja.envios() if e.estado == "enviando"]
        if repetir_dudosos:
            dudosos = [bandeja.cambiar(e, "pendiente", e.instante, "Una persona pidió repetirlo.") for e in dudosos]
        else:
            resumen.envios += dudosos
        pendientes = [e for e in bandeja.envios() if e.estado == "pendiente"]
        if pendientes:
            with (conectar or _conectar)(declarados.remite) as correo:
                resumen.envios += [_despachar(bandeja, correo, e, reloj) for e in pendientes]
    return resumen


def _conectar(remite: str) -> AbstractContextManager[Correo]:
    return abrir(servidor_desde(os.environ.get(VARIABLE_SMTP), remite))


def _despachar(bandeja: Bandeja, correo: Correo, envio: Envio, reloj: Callable[[], datetime]) -> Envio:
    instante = reloj()
    ahora = instante.isoformat(timespec="seconds")
    saliendo = bandeja.cambiar(envio, "enviando", ahora)
    try:
        correo.enviar(envio.mensaje, instante)
    except NoSalio as error:
        return bandeja.cambiar(saliendo, "rechazado" if error.definitivo else "pendiente", ahora, str(error))
    except OSError as error:
        return bandeja.cambiar(saliendo, "enviando", ahora, f"No se sabe si salió ({type(error).__name__}).")
    return bandeja.cambiar(saliendo, "enviado", ahora)


def _ultima(pedido: Pedido, en_disco: EntidadEnDisco) -> EntregaGuardada:
    anio = en_disco.entidad.vigencia(pedido.vigencia).anio
    cadena = Salida(pedido.salida).entregas.cadena(en_disco.entidad.codigo, anio)
    if not cadena:
        raise ErrorUso("Todavía no hay entregas en esa salida: no hay nada que avisar.", hacer="Corra primero: rendicion correr.")
    return cadena[-1]


def _carpeta(pedido: Pedido, guardada: EntregaGuardada) -> Any:
    return pedido.salida / "avisos" / f"{guardada.manifiesto['entidad']}-{guardada.manifiesto['vigencia']}"


def _por_avisar(en_disco: EntidadEnDisco, guardada: EntregaGuardada, declarados: Declarados, bandeja: Bandeja, hoy: date) -> Resumen:
    manifiesto = guardada.manifiesto
    tablas = {n: leer_parquet(guardada.carpeta / "datos" / f"{n}.parquet").to_pylist() for n in _TABLAS}
    dependencias = {f["fuente"]: f["dependencia"] for f in manifiesto["capturas"]}
    todos = puntos(tablas, dependencias, declarados.destinatarios, date.fromisoformat(manifiesto["corte"]), hoy, declarados.dias)
    resumen = Resumen()
    for responsable, nuevos in sin_avisar(todos, bandeja.ya_avisado()).items():
        para = declarados.destinatarios.get(responsable)
        if para is None:
            resumen.sin_correo[responsable or "sin responsable"] = len(nuevos)
            continue
        resumen.mensajes.append(
            redactar(nuevos, para=para, responsable=responsable, entidad=en_disco.entidad.nombre, entrega=manifiesto["entrega"], sintetica=manifiesto["sintetica"])
        )
    return resumen
