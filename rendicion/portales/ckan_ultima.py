"""Las vistas previas de la entrega vigente: se ponen al día apagadas, se prenden comprobadas y se rotulan al final."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence

from rendicion.errores import ErrorPortal
from rendicion.portales import ckan_metadatos as meta
from rendicion.portales import ckan_protocolo as protocolo
from rendicion.portales import ckan_vista as vista
from rendicion.portales.ckan_cliente import ClienteCKAN
from rendicion.portales.ckan_entrega import Entrega
from rendicion.portales.ckan_protocolo import EnPortal
from rendicion.portales.ckan_vista import Vista


class Vistas:
    """Completa las vistas previas de una entrega ya publicada; lo que no se pueda se dice, y la entrega sigue en pie."""

    def __init__(self, cliente: ClienteCKAN, ahora: EnPortal, entrega: Entrega, extensiones: Collection[str], paso: Callable[[str], None]) -> None:
        self._cliente, self._ahora, self._entrega, self._extensiones, self._paso = cliente, ahora, entrega, extensiones, paso

    def completar(self) -> list[str]:
        """Deja cada vista con las filas de la entrega, o apagada; devuelve lo que no se pudo."""
        notas: list[str] = []
        if vista.se_puede(self._extensiones):
            notas += self._de_tablas()
        if "text_view" in self._extensiones:
            notas += self._de_textos()
        return notas

    def _propios(self) -> list[dict[str, object]]:
        return [dict(r) for r in self._ahora.recursos if r.get("entrega") == self._entrega.id]

    def _de_textos(self) -> list[str]:
        textos = [r for r in self._propios() if r["ruta"] in meta.EN_TEXTO and not r.get("retirado")]
        notas = [_intentar(str(r["ruta"]), vista.asegurar_vista, self._cliente, str(r["id"]), "text_view", "Texto") for r in textos]
        return [n for n in notas if n]

    def _de_tablas(self) -> list[str]:
        retiradas = {r["tabla"] for r in self._propios() if r.get("tabla") and r.get("retirado")}
        archivos = self._entrega.archivos
        parquets = {t: archivos[r].ruta for t in meta.PREVIAS if (r := f"datos/{t}.parquet") in archivos and t not in retiradas}
        vistas = [v for r in self._ahora.recursos if (v := vista.vista_de(r, self._entrega.id, parquets))]
        fallos = {v.tabla.nombre: _intentar(f"datos/{v.tabla.nombre}.csv", self._poner_al_dia, v) for v in vistas}
        listas = [v for v in vistas if not fallos[v.tabla.nombre]]
        return [n for n in (*fallos.values(), _intentar("La última versión", self._mostrar, listas)) if n]

    def _poner_al_dia(self, una: Vista) -> None:
        protocolo.exigir_version(self._cliente, self._ahora)
        if vista.al_dia(vista.lo_puesto(self._cliente, una.recurso_id), una):
            return
        enviando: list[bool] = []

        def sigue() -> None:
            protocolo.exigir_version(self._cliente, self._ahora)
            enviando.append(True)

        def apagar() -> None:
            protocolo.prender(self._cliente, self._ahora, [una.recurso_id], si=False)

        try:
            vista.poner_al_dia(self._cliente, una, sigue, apagar, self._paso)
        except ErrorPortal:
            if enviando:
                self._desconfiar([una])
            raise

    def _mostrar(self, listas: Sequence[Vista]) -> None:
        """Prende las comprobadas en una llamada que exige esta versión y después las rotula."""
        protocolo.exigir_version(self._cliente, self._ahora)
        prendidas = {r["id"] for r in protocolo.leer_conjunto(self._cliente, self._ahora.id).recursos if r.get("datastore_active")}
        apagadas = [v.recurso_id for v in listas if v.recurso_id not in prendidas]
        if apagadas:
            protocolo.prender(self._cliente, self._ahora, apagadas, si=True)
        self._paso("vistas_prendidas")
        try:
            for una in listas:
                self._rotular(una)
            protocolo.exigir_version(self._cliente, self._ahora)
        except ErrorPortal:
            self._desconfiar(listas)
            raise
        self._paso("vistas_rotuladas")

    def _rotular(self, una: Vista) -> None:
        puesta = vista.lo_puesto(self._cliente, una.recurso_id)
        if puesta and puesta.entrega != una.entrega:
            vista.rotular(self._cliente, una.recurso_id, una.tabla, una.entrega)
        if "datatables_view" in self._extensiones:
            vista.asegurar_vista(self._cliente, una.recurso_id, "datatables_view", "Tabla")

    def _desconfiar(self, vistas: Sequence[Vista]) -> None:
        """Apaga lo que esta ejecución tocó, si otra publicación lo prendió entretanto: la siguiente lo comprueba de nuevo."""
        with contextlib.suppress(ErrorPortal):
            actual = protocolo.leer_conjunto(self._cliente, self._ahora.id)
            prendidas = {r["id"] for r in actual.recursos if r.get("datastore_active")}
            tocadas = [v for v in vistas if v.recurso_id in prendidas]
            for una in tocadas:
                vista.rotular(self._cliente, una.recurso_id, una.tabla, vista.EN_CAMBIO)
            if tocadas:
                protocolo.prender(self._cliente, actual, [v.recurso_id for v in tocadas], si=False)


def _intentar(que: str, hacer: Callable[..., None], *datos: object) -> str:
    """Hace algo que no es parte del registro; si falla, devuelve qué quedó sin hacer."""
    try:
        hacer(*datos)
    except ErrorPortal as fallo:
        return f"{que} quedó sin vista previa: {fallo.que}"
    return ""
