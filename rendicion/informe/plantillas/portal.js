'use strict';
// Filtra tablas y listas, y busca, en el navegador de quien mira: nada se envía a ninguna parte.
const el = (id) => document.getElementById(id);
const llano = (t) => t.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
const palabras = (t) => llano(t).split(/\s+/).filter(Boolean);
const contar = (n, uno, varios) => `${n.toLocaleString('es-CO')} ${n === 1 ? uno : varios}`;
const crear = (etiqueta, texto, clase) => {
  const e = document.createElement(etiqueta);
  if (texto !== undefined) e.textContent = texto;
  if (clase) e.className = clase;
  return e;
};
// Lo que se busca queda después de # en la dirección: se puede guardar y compartir.
const leerDireccion = () => new URLSearchParams(location.hash.slice(1));
const escribirDireccion = (pares) => {
  const busca = new URLSearchParams(pares.filter(([, v]) => v)).toString();
  history.replaceState(null, '', busca ? `#${busca}` : location.pathname + location.search);
};

// ---------- El CSV publicado: comillas, comas y saltos dentro de una celda.
function leerCsv(texto) {
  const filas = [];
  let fila = [], celda = '', citada = false, desde = 0;
  for (let i = 0; i < texto.length; i += 1) {
    const c = texto[i];
    if (citada) {
      if (c !== '"') celda += c;
      else if (texto[i + 1] === '"') { celda += '"'; i += 1; } else citada = false;
    } else if (c === '"') citada = true;
    else if (c === ',') { fila.push(celda); celda = ''; }
    else if (c === '\n') {
      fila.push(celda);
      filas.push({ celdas: fila, crudo: texto.slice(desde, i) });
      fila = []; celda = ''; desde = i + 1;
    } else celda += c;
  }
  return filas;
}
// El apóstrofo que el CSV pone delante de lo que una hoja de cálculo tomaría por fórmula no es parte del dato.
const sinApostrofo = (t) => (/^'('*[=+\-@\t\r])/.test(t) ? t.slice(1) : t);
const enlaceSeguro = (t) => t.length <= 500 && /^https?:\/\/[^\s<>"'`\\@]+$/.test(t);

function pintarCelda(valor, i) {
  const celda = crear(i ? 'td' : 'th', undefined, i ? 'cruda' : '');
  if (!i) celda.scope = 'row';
  if (!valor) { celda.className = 'vacio'; celda.textContent = 'sin dato'; }
  else if (enlaceSeguro(valor)) {
    const a = crear('a', valor, 'amplio literal');
    a.href = valor;
    a.rel = 'noopener nofollow';
    celda.append(a);
  } else celda.append(crear('bdi', valor));
  return celda;
}

function prepararTabla() {
  const zona = el('filtro');
  if (!zona) return;
  const POR_PAGINA = 50, VALORES = 200;
  const cuerpo = el('vista').tBodies[0], texto = el('filtro-texto'), columna = el('filtro-columna'), valor = el('filtro-valor'), cuenta = el('filtro-cuenta');
  const nombres = [...columna.options].slice(1).map((o) => o.value);
  const total = Number(zona.dataset.filas);
  let filas = [...cuerpo.rows].map((f) => ({ celdas: [...f.cells].map((c) => (c.classList.contains('vacio') ? '' : c.textContent)), crudo: null }));
  let pagina = 0, aviso = '', pedido = null, hallan = filas;
  const completa = () => filas.length === total;

  const leerTodo = async () => {
    if (completa()) return;
    pedido = pedido || fetch(zona.dataset.csv).then((r) => { if (!r.ok) throw new Error(r.status); return r.text(); });
    try {
      filas = leerCsv(await pedido).slice(1).map((f) => ({ celdas: f.celdas.map(sinApostrofo), crudo: f.crudo }));
      aviso = '';
    } catch {
      aviso = ` Solo se busca en las primeras ${filas.length}: el navegador no pudo leer la tabla completa. Descárguela abajo.`;
    }
  };
  const ponerValores = (elegido) => {
    const i = nombres.indexOf(columna.value);
    const distintos = i < 0 ? [] : [...new Set(filas.map((f) => f.celdas[i]))].sort((a, b) => a.localeCompare(b, 'es', { numeric: true }));
    valor.replaceChildren(new Option('Todos', ''), ...distintos.slice(0, VALORES).map((v) => new Option(v || 'sin dato', `=${v}`)));
    valor.disabled = i < 0 || distintos.length > VALORES;
    valor.value = elegido && [...valor.options].some((o) => o.value === elegido) ? elegido : '';
  };
  const pintar = () => {
    const i = nombres.indexOf(columna.value), busca = palabras(texto.value);
    hallan = filas.filter((f) => (i < 0 || !valor.value || `=${f.celdas[i]}` === valor.value)
      && (!busca.length || (() => { const t = llano(i < 0 ? f.celdas.join(' ') : f.celdas[i]); return busca.every((p) => t.includes(p)); })()));
    const paginas = Math.max(1, Math.ceil(hallan.length / POR_PAGINA));
    pagina = Math.min(pagina, paginas - 1);
    cuerpo.replaceChildren(...hallan.slice(pagina * POR_PAGINA, (pagina + 1) * POR_PAGINA).map((f) => {
      const tr = crear('tr');
      tr.append(...f.celdas.map(pintarCelda));
      return tr;
    }));
    cuenta.textContent = `${contar(hallan.length, 'fila cumple', 'filas cumplen')} de ${total.toLocaleString('es-CO')}.${aviso}`;
    el('filtro-paginas').hidden = false;
    el('filtro-pagina').textContent = `Página ${pagina + 1} de ${paginas}`;
    el('filtro-antes').disabled = pagina === 0;
    el('filtro-despues').disabled = pagina >= paginas - 1;
    el('filtro-bajar').disabled = !hallan.length || !hallan[0].crudo;
    escribirDireccion([['q', texto.value], ['columna', columna.value], ['valor', valor.value.slice(1)]]);
  };
  const filtrar = async (desdeElInicio) => { if (desdeElInicio) pagina = 0; await leerTodo(); pintar(); };
  texto.addEventListener('input', () => filtrar(true));
  columna.addEventListener('change', async () => { await leerTodo(); ponerValores(''); filtrar(true); });
  valor.addEventListener('change', () => filtrar(true));
  el('filtro-limpiar').addEventListener('click', () => { texto.value = ''; columna.value = ''; ponerValores(''); filtrar(true); texto.focus(); });
  el('filtro-antes').addEventListener('click', () => { pagina -= 1; filtrar(false); });
  el('filtro-despues').addEventListener('click', () => { pagina += 1; filtrar(false); });
  el('filtro-bajar').addEventListener('click', () => {
    const a = crear('a');
    a.href = URL.createObjectURL(new Blob([[nombres.join(','), ...hallan.map((f) => f.crudo)].join('\n'), '\n'], { type: 'text/csv' }));
    a.download = zona.dataset.nombre;
    a.click();
    URL.revokeObjectURL(a.href);
  });
  zona.hidden = false;
  const pedida = leerDireccion();
  if (pedida.get('q') || nombres.includes(pedida.get('columna'))) {
    texto.value = pedida.get('q') || '';
    columna.value = nombres.includes(pedida.get('columna')) ? pedida.get('columna') : '';
    leerTodo().then(() => { ponerValores(pedida.has('valor') ? `=${pedida.get('valor')}` : ''); pintar(); });
  }
}

// ---------- Una lista que se acorta al escribir.
function prepararLista() {
  const zona = el('lista-filtro');
  if (!zona) return;
  const caja = el('lista-texto'), cosas = [...document.querySelectorAll('[data-busca]')].map((e) => [e, llano(e.textContent)]);
  const filtrar = () => {
    const busca = palabras(caja.value);
    let n = 0;
    for (const [e, t] of cosas) { e.hidden = !busca.every((p) => t.includes(p)); n += e.hidden ? 0 : 1; }
    el('lista-cuenta').textContent = `Se ven ${n.toLocaleString('es-CO')} de ${cosas.length.toLocaleString('es-CO')}.`;
  };
  caja.addEventListener('input', filtrar);
  zona.hidden = false;
}

// ---------- La búsqueda: el índice viene dentro de la página.
function prepararBusqueda() {
  const zona = el('busqueda');
  if (!zona) return;
  const VISTOS = 60;
  const caja = el('busqueda-texto'), salida = el('busqueda-resultados');
  const indice = JSON.parse(el('indice').textContent).map(([tipo, titulo, detalle, href]) => ({ tipo, titulo, detalle, href, texto: llano(`${tipo} ${titulo} ${detalle}`) }));
  const buscar = () => {
    const busca = palabras(caja.value);
    const hallan = busca.length ? indice.filter((c) => busca.every((p) => c.texto.includes(p))) : [];
    el('grupos').hidden = busca.length > 0;
    salida.replaceChildren(...hallan.slice(0, VISTOS).map((c) => {
      const li = crear('li'), a = crear('a', c.titulo, 'amplio literal');
      a.href = c.href;
      li.append(a, crear('small', c.detalle ? `${c.tipo} · ${c.detalle}` : c.tipo, 'literal'));
      return li;
    }));
    const mas = hallan.length > VISTOS ? ` Se ven las primeras ${VISTOS}: agregue una palabra.` : '';
    el('busqueda-cuenta').textContent = busca.length ? `${hallan.length ? contar(hallan.length, 'resultado', 'resultados') : 'Sin resultados'}.${mas}` : 'Escriba una o varias palabras.';
    escribirDireccion([['q', caja.value]]);
  };
  caja.addEventListener('input', buscar);
  zona.hidden = false;
  caja.value = leerDireccion().get('q') || '';
  buscar();
}

prepararTabla();
prepararLista();
prepararBusqueda();
