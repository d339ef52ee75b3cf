'use strict';
// Comprueba la entrega dentro del navegador: lee sus archivos, mira sus huellas y vuelve a hacer todas las cuentas.
// Sale de la definición de los indicadores, no de los otros dos programas: si los tres coinciden, no es por copiarse.

// ---------- Fracciones exactas: [numerador, denominador] en enteros sin límite. Nunca coma flotante.
const CERO = [0n, 1n], CIEN = [100n, 1n];

function fraccion(n, d) {
  let a = n, b = d;
  while (b) [a, b] = [b, a % b];
  return a ? [n / a, d / a] : CERO;
}
const sumar = (a, b) => fraccion(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
const por = (a, b) => fraccion(a[0] * b[0], a[1] * b[1]);
const dividir = (a, b) => fraccion(a[0] * b[1], a[1] * b[0]);
const esMenor = (a, b) => a[0] * b[1] < b[0] * a[1];
const elMenor = (a, b) => (esMenor(b, a) ? b : a);

function leerDecimal(texto) {
  const [entera, decimales = ''] = texto.split('.');
  return fraccion(BigInt(entera + decimales), 10n ** BigInt(decimales.length));
}

// Redondea una sola vez, al final; el empate va a la cifra par.
function escribir(x, decimales) {
  if (!x) return null;
  const n = x[0] * 10n ** BigInt(decimales), resto = (n % x[1]) * 2n;
  let entero = n / x[1];
  if (resto > x[1] || (resto === x[1] && entero % 2n)) entero += 1n;
  const cifras = String(entero).padStart(decimales + 1, '0');
  return `${cifras.slice(0, -decimales)}.${cifras.slice(-decimales)}`;
}
const escribirCantidad = (x) => x && escribir(x, 4).replace(/\.?0+$/, '');

// ---------- Tablas
class Falla extends Error {}
class SinComprobar extends Error {}

// De cada tabla, las columnas que nunca van vacías y, tras la raya, las demás. De las del ciclo solo se usa su clave; las de indicadores se
// miran todas al comparar.
const TABLAS = {
  plan: 'entidad vigencia subcomponente_id actividad_id agregacion programacion peso peso_subcomponente inicio fin | subcomponente actividad meta_texto meta unidad responsable_texto responsables fecha_texto hitos',
  avances: 'avance_id entidad vigencia actividad_id fecha cantidad fuente registro captura_sha256 cuenta | titulo url canal dependencia motivo duplicado_de',
  correcciones: 'tabla clave campo motivo | antes despues autor fecha', conciliacion: 'fuente recibidos aceptados rechazados cuentan no_cuentan',
  rechazos: 'fuente captura_sha256 registro | campo valor regla explicacion como_corregir responsable',
  indicadores_total: 'corte', indicadores_subcomponente: 'corte subcomponente_id', indicadores_actividad: 'corte actividad_id', indicadores_dependencia: 'corte dependencia', serie: 'corte mes',
  compromisos: 'compromiso_id', dialogo: 'pregunta_id', cronograma: 'actividad_id hito fecha', encuestas: 'espacio pregunta opcion', autodiagnostico: 'componente categoria actividad_de_gestion',
};
const FORMAS = [
  [/^(vigencia|recibidos|aceptados|rechazados|cuentan|no_cuentan|actividades_con_.+|registros_que_cuentan)$/, (v) => /^(0|[1-9]\d*)$/.test(v)],
  [/^(meta|cantidad|ejecutado|programado|peso|peso_subcomponente)$/, (v) => /^(0|[1-9]\d*)(\.\d{0,3}[1-9])?$/.test(v)],
  [/_(pct|numerador|denominador)$/, (v) => /^(0|[1-9]\d*)\.\d+$/.test(v)],
  [/^(corte|fecha|inicio|fin)$/, esFecha],
  [/^cuenta$/, (v) => v === 'true' || v === 'false'],
];
const PELIGROSO = /^'*[=+\-@\t\r]/;

const dia = (fecha) => Date.parse(`${fecha}T00:00:00Z`) / 86400000;
function esFecha(v) {
  return /^\d{4}-\d\d-\d\d$/.test(v) && !Number.isNaN(dia(v)) && new Date(dia(v) * 86400000).toISOString().slice(0, 10) === v;
}

function celdasDe(texto) {
  const filas = [], celda = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))([,\n])/y;
  for (let fila = []; celda.lastIndex < texto.length || fila.length;) {
    const m = celda.exec(texto);
    if (!m || m[1] === '') throw new Falla(`línea de datos ${filas.length}: está cortada o tiene mal las comillas`);
    fila.push(m[2] ?? m[1].replaceAll('""', '"'));
    if (m[3] === '\n') { filas.push(fila); fila = []; }
  }
  return filas;
}

function leerTabla(nombre, bytes) {
  if (!bytes) throw new Falla('falta el archivo');
  let texto;
  try { texto = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch { throw new Falla('no es texto UTF-8'); }
  const [columnas, ...filas] = celdasDe(texto), [llenas, otras] = TABLAS[nombre].split(' | ').map((x) => x.split(' '));
  const debidas = [...llenas, ...otras ?? []], abierta = !otras && nombre !== 'conciliacion';
  if (!columnas || new Set(columnas).size < columnas.length || !debidas.every((x) => columnas.includes(x)) || (!abierta && columnas.length > debidas.length)) throw new Falla('sus columnas no son las del contrato');
  const formas = columnas.map((c) => FORMAS.find(([cuales]) => cuales.test(c))?.[1]);
  return filas.map((celdas, n) => {
    if (celdas.length !== columnas.length) throw new Falla(`fila ${n + 1}: tiene ${celdas.length} celdas y deben ser ${columnas.length}`);
    return Object.fromEntries(celdas.map((celda, k) => {
      const exigir = (cierto, que) => { if (!cierto) throw new Falla(`fila ${n + 1}, ${columnas[k]}: ${que}`); };
      exigir(celda || !llenas.includes(columnas[k]), 'está vacía');
      if (!celda) return [columnas[k], null];
      // En el CSV, el texto que una hoja de cálculo tomaría por fórmula lleva un apóstrofo de más.
      const protegida = !formas[k] && PELIGROSO.test(celda);
      exigir(!formas[k] || formas[k](celda), `«${corto(celda)}» no es un valor admitido`);
      exigir(!protegida || celda[0] === "'", 'al texto le falta el apóstrofo que lo protege de las hojas de cálculo');
      return [columnas[k], protegida ? celda.slice(1) : celda];
    }));
  });
}

// ---------- Las cuentas
function leerPlan(filas, m) {
  const pesos = new Map(), ids = new Set();
  return filas.map((f) => {
    const id = f.actividad_id, exigir = (cierto, que) => { if (!cierto) throw new Falla(`plan, actividad ${corto(id)}: ${que}`); };
    const hitos = f.hitos ? f.hitos.split(';') : [], meta = f.meta && leerDecimal(f.meta);
    exigir(!ids.has(id), 'está dos veces');
    exigir(f.entidad === String(m.entidad) && f.vigencia === String(m.vigencia), 'es de otra entidad o vigencia');
    exigir(id.startsWith(`${f.subcomponente_id}.`), 'su número no es de su subcomponente');
    exigir(['suma', 'ultimo'].includes(f.agregacion), 'no se sabe cómo se acumula');
    exigir(['hitos', 'lineal', 'al_final'].includes(f.programacion), 'no se sabe cómo se programa');
    exigir(!meta || meta[0] > 0n, 'su meta es 0');
    exigir(f.inicio <= f.fin, 'su ventana termina antes de empezar');
    exigir(hitos.every(esFecha) && (f.programacion !== 'hitos' || hitos.length), 'sus hitos no son fechas');
    exigir(new Set(hitos).size === hitos.length, 'repite un hito');
    exigir((pesos.get(f.subcomponente_id) ?? f.peso_subcomponente) === f.peso_subcomponente, 'su subcomponente tiene dos pesos');
    ids.add(id);
    pesos.set(f.subcomponente_id, f.peso_subcomponente);
    return { ...f, id, hitos, meta, metaTexto: f.meta, peso: leerDecimal(f.peso), pesoSub: leerDecimal(f.peso_subcomponente), responsables: f.responsables ? f.responsables.split(';') : [] };
  });
}

// Un peso, una ventana o una regla fuera de lo común puede ser legítimo; este programa no puede leer el documento del plan, y lo dice.
function mirarReglas(c, filas, plan, m) {
  const raras = plan.flatMap((a, n) => [
    a.programacion !== (a.hitos.length ? 'hitos' : a.metaTexto === '1' ? 'al_final' : 'lineal') && 'la regla',
    !filas[n].fecha_texto && `${a.inicio},${a.fin}` !== `${m.periodo}` && 'la ventana',
    `${a.peso},${a.pesoSub}` !== '1,1,1,1' && 'el peso',
  ].filter((x) => x).map((x) => `${x} de ${corto(a.id)}`));
  if (raras[0]) throw new SinComprobar(`mire en el documento del plan: ${raras.join(', ')}`);
}

// Un motivo declarado lleva autor y fecha; el que no se declaró lo dice así. «Después» es lo que hoy se publica, y «antes» no repite los
// textos ni las cifras de encuestas que aquí se nombran.
const DEL_CORTE = 'entidad vigencia corte';
const CLAVES = {
  plan: 'entidad vigencia actividad_id', avances: 'avance_id', indicadores_total: DEL_CORTE, indicadores_subcomponente: `${DEL_CORTE} subcomponente_id`,
  indicadores_actividad: `${DEL_CORTE} actividad_id`, indicadores_dependencia: `${DEL_CORTE} dependencia`,
};
const NO_REPITE = {
  compromisos: 'espacio compromiso responsables evidencia_url', dialogo: 'espacio canal tema pregunta respuesta', encuestas: 'respuestas base', autodiagnostico: 'observaciones', cronograma: '',
};
async function mirarCambios(c, filas, datos, leer) {
  const hoy = new Map(), fila = (texto) => leerJson(FILA, new TextEncoder().encode(texto));
  for (const t in CLAVES) if (datos[t]) hoy.set(t, new Map(datos[t].map((f) => [CLAVES[t].split(' ').map((k) => f[k]).join('|'), f])));
  // En una clave del ciclo, la barra de un texto lleva otra delante.
  for (const t in NO_REPITE) hoy.set(t, new Map(leerTabla(t, await leer(`datos/${t}.csv`)).map((f) => [TABLAS[t].split(' ').map((k) => f[k].replace(/[\\|]/g, '\\$&')).join('|'), f])));
  const dice = (f, x) => {
    if (f.campo !== '(fila)') return x && x[f.campo] === f.despues;
    return f.despues === null || !x ? f.despues === null && !x : Object.entries(fila(f.despues)).every(([k, v]) => x[k] === v);
  };
  const repite = (f) => f.antes !== null && (f.campo === '(fila)' ? Object.keys(fila(f.antes)) : [f.campo]).some((k) => NO_REPITE[f.tabla].split(' ').includes(k));
  for (const f of filas) {
    const donde = `${corto(f.tabla)} ${corto(f.clave)}, ${corto(f.campo)}`, publicadas = hoy.get(f.tabla);
    if (f.motivo === 'sin motivo declarado' ? f.autor || f.fecha : !f.autor || !f.fecha) c.mal(`${donde}: al motivo «${corto(f.motivo)}» le falta o sobra autor o fecha.`);
    if (publicadas && !dice(f, publicadas.get(f.clave))) c.mal(`${donde}: «después» no es lo que hoy se publica.`);
    if (Object.hasOwn(NO_REPITE, f.tabla) && repite(f)) c.mal(`${donde}: «antes» repite lo que ya no se publica.`);
  }
  c.resumen = `${filas.length} cambios dichos`;
}

// El orden de los textos es el de sus letras (code points); el de JavaScript difiere fuera del plano básico.
function ordenTexto(a, b) {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}
const ordenAvance = (a, b) => (a.fecha === b.fecha ? ordenTexto(a.avance_id, b.avance_id) : a.fecha < b.fecha ? -1 : 1);

function programado(a, corte) {
  if (!a.meta) return null;
  if (a.programacion === 'hitos') return por(a.meta, fraccion(BigInt(a.hitos.filter((h) => h <= corte).length), BigInt(a.hitos.length)));
  if (a.programacion === 'al_final') return corte >= a.fin ? a.meta : CERO;
  const todos = dia(a.fin) - dia(a.inicio) + 1, corridos = Math.min(Math.max(dia(corte) - dia(a.inicio) + 1, 0), todos);
  return por(a.meta, fraccion(BigInt(corridos), BigInt(todos)));
}

const zona = (c) => (!c ? 'sin_programar' : esMenor(c, [60n, 1n]) ? 'baja' : esMenor(c, [80n, 1n]) ? 'media' : 'alta');

function medir(a, registros, corte) {
  const hasta = registros.filter((r) => r.fecha <= corte);
  const usados = a.agregacion === 'ultimo' ? hasta.slice(-1) : hasta;
  const hecho = fraccion(usados.reduce((s, r) => s + r.diezmilesimas, 0n), 10000n);
  const previsto = programado(a, corte), bruto = a.meta && por(CIEN, dividir(hecho, a.meta));
  const cumplimiento = previsto && previsto[0] ? elMenor(CIEN, por(CIEN, dividir(hecho, previsto))) : null;
  let estado = 'en_ejecucion';
  if (!a.meta) estado = 'sin_meta';
  else if (!esMenor(hecho, a.meta)) estado = 'cumplida';
  else if (corte >= a.fin) estado = 'vencida';
  else if (cumplimiento && esMenor(cumplimiento, [80n, 1n])) estado = 'atrasada';
  else if (!hecho[0] && !previsto[0]) estado = 'no_iniciada';
  return { a, hecho, previsto, bruto, avance: bruto && elMenor(CIEN, bruto), cumplimiento, estado, registros: hasta.length };
}

// Media ponderada; lo que no tiene valor queda por fuera con su peso.
function media(pares) {
  const llenos = pares.filter(([, x]) => x);
  const num = llenos.reduce((s, [p, x]) => sumar(s, por(p, x)), CERO), den = llenos.reduce((s, [p]) => sumar(s, p), CERO);
  return { num, den, valor: den[0] ? dividir(num, den) : null };
}

function agrupar(medidas) {
  const con = medidas.filter((x) => x.a.meta);
  return {
    avance: media(con.map((x) => [x.a.peso, x.avance])),
    reportado: media(con.map((x) => [x.a.peso, x.registros ? x.avance : null])),
    cumplimiento: media(con.map((x) => [x.a.peso, x.cumplimiento])),
    conMeta: con.length,
    conReporte: con.filter((x) => x.registros).length,
  };
}

function totalizar(subs) {
  const de = (cual) => media(subs.map(([peso, g]) => [peso, g[cual].valor])), contar = (cual) => subs.reduce((s, [, g]) => s + g[cual], 0);
  return { avance: de('avance'), reportado: de('reportado'), cumplimiento: de('cumplimiento'), conMeta: contar('conMeta'), conReporte: contar('conReporte') };
}

const partes = (que, x) => ({ [`${que}_pct`]: escribir(x.valor, 2), [`${que}_numerador`]: escribir(x.num, 6), [`${que}_denominador`]: escribir(x.den, 6) });
const filaGrupo = (g) => ({
  ...partes('avance', g.avance), ...partes('cumplimiento', g.cumplimiento), avance_reportado_pct: escribir(g.reportado.valor, 2),
  zona: zona(g.cumplimiento.valor), actividades_con_meta: String(g.conMeta), actividades_con_reporte: String(g.conReporte),
});
const filaActividad = (x) => ({
  actividad_id: x.a.id, meta: x.a.metaTexto, ejecutado: escribirCantidad(x.hecho), avance_bruto_pct: escribir(x.bruto, 2), avance_pct: escribir(x.avance, 2),
  avance_reportado_pct: x.registros ? escribir(x.avance, 2) : null, programacion: x.a.programacion, programado: escribirCantidad(x.previsto),
  cumplimiento_pct: escribir(x.cumplimiento, 2), estado: x.estado, zona: zona(x.cumplimiento), registros_que_cuentan: String(x.registros),
});

function cierresDeMes(desde, hasta) {
  const cierres = [];
  for (let anio = +desde.slice(0, 4), mes = +desde.slice(5, 7); ; mes++) {
    const cierre = new Date(Date.UTC(anio, mes, 0)).toISOString().slice(0, 10);
    if (cierre > hasta) return cierres;
    cierres.push(cierre);
  }
}

// Devuelve las filas que deben tener los indicadores y la serie, con cada valor escrito como va en el CSV.
function recalcular(plan, avances, m) {
  const de = new Map(plan.map((a) => [a.id, []]));
  for (const v of avances) {
    if (v.cuenta !== 'true' || !de.has(v.actividad_id)) continue;
    const [entera, decimales = ''] = v.cantidad.split('.');
    de.get(v.actividad_id).push({ ...v, diezmilesimas: BigInt(entera + decimales.padEnd(4, '0')) });
  }
  for (const suyos of de.values()) suyos.sort(ordenAvance);
  const subs = [...new Set(plan.map((a) => a.subcomponente_id))], nombres = [...new Set(plan.flatMap((a) => a.responsables))];
  const base = { entidad: String(m.entidad), vigencia: String(m.vigencia) };
  const salen = { indicadores_actividad: [], indicadores_subcomponente: [], indicadores_dependencia: [], indicadores_total: [], serie: [] };
  const enCorte = (corte) => {
    const medidas = plan.map((a) => medir(a, de.get(a.id), corte));
    const grupos = subs.map((s) => medidas.filter((x) => x.a.subcomponente_id === s)).map((xs) => [xs[0].a, agrupar(xs)]);
    return { medidas, grupos, total: totalizar(grupos.map(([a, g]) => [a.pesoSub, g])) };
  };
  for (const corte of [...new Set([...m.cortes.filter((c) => c <= m.corte), m.corte])]) {
    const { medidas, grupos, total } = enCorte(corte), clave = { ...base, corte };
    for (const x of medidas) salen.indicadores_actividad.push({ ...clave, ...filaActividad(x) });
    for (const [a, g] of grupos) salen.indicadores_subcomponente.push({ ...clave, subcomponente_id: a.subcomponente_id, ...filaGrupo(g) });
    for (const n of nombres) salen.indicadores_dependencia.push({ ...clave, dependencia: n, ...filaGrupo(agrupar(medidas.filter((x) => x.a.responsables.includes(n)))) });
    salen.indicadores_total.push({ ...clave, ...filaGrupo(total) });
  }
  const desde = plan.reduce((d, a) => (a.inicio < d ? a.inicio : d), m.periodo[0]);
  for (const corte of cierresDeMes(desde, m.corte)) salen.serie.push({ ...base, mes: corte.slice(0, 7), corte, ...filaGrupo(enCorte(corte).total) });
  return salen;
}

// ---------- Qué registros cuentan
const enVentana = (v, a, corte) => (v.fecha < a.inicio || v.fecha > a.fin ? 'fuera_de_ventana' : v.fecha > corte ? 'posterior_al_corte' : null);
const MOTIVOS = { fuera_de_ventana: 'está fuera de la ventana de su actividad', posterior_al_corte: 'es posterior al corte', duplicado: 'es un duplicado' };
const diceDe = (v) => (v.cuenta === 'true' ? 'cuenta' : `no cuenta: ${MOTIVOS[v.motivo] || 'sin motivo válido'}`);

function mirarRegistros(c, avances, plan, m) {
  const de = new Map(plan.map((a) => [a.id, a])), ids = new Set();
  const capturas = new Set(m.capturas.map((x) => `${x.fuente} ${x.sha256}`));
  for (const v of avances) {
    const a = de.get(v.actividad_id), mal = (que) => c.mal(`El registro ${corto(v.avance_id)} ${que}.`);
    if (ids.has(v.avance_id)) mal('está dos veces');
    ids.add(v.avance_id);
    const base = `${v.fuente}:${v.registro}`;
    if (v.avance_id !== base && !(v.avance_id.startsWith(`${base}~`) && /^[1-9]\d*$/.test(v.avance_id.slice(base.length + 1)))) mal('no lleva el nombre de su fuente y su registro');
    if (v.entidad !== String(m.entidad) || v.vigencia !== String(m.vigencia)) mal('es de otra entidad o vigencia');
    if (!capturas.has(`${v.fuente} ${v.captura_sha256}`)) mal('dice salir de una captura que no está en el manifiesto');
    if (!a) { mal(`es de la actividad ${corto(v.actividad_id)}, que no está en el plan`); continue; }
    const motivo = enVentana(v, a, m.corte);
    if (motivo ? v.cuenta !== 'false' || v.motivo !== motivo || v.duplicado_de : (v.cuenta === 'true') === (v.motivo === 'duplicado') || (v.motivo && v.motivo !== 'duplicado')) {
      mal(`${motivo ? MOTIVOS[motivo] : `está dentro de la ventana de la actividad ${a.id} (${a.inicio} a ${a.fin}) y del corte`}, pero figura así: ${diceDe(v)}`);
    }
  }
  c.resumen = `${avances.length} registros, ${avances.filter((v) => v.cuenta === 'true').length} cuentan`;
}

// Cuenta el primero por fecha y número. En las fuentes cuya dirección web nombra la cosa misma, la dirección repetida también es un duplicado.
function mirarDuplicados(c, avances, plan, m) {
  const de = new Map(plan.map((a) => [a.id, a])), porUrl = new Set(m.capturas.filter((x) => x.url_identifica).map((x) => x.fuente)), vistas = new Map();
  const dentro = avances.filter((v) => de.has(v.actividad_id) && !enVentana(v, de.get(v.actividad_id), m.corte)).sort(ordenAvance);
  let duplicados = 0;
  for (const v of dentro) {
    const claves = [JSON.stringify([v.actividad_id, v.fuente, v.registro])];
    if (v.url && porUrl.has(v.fuente)) claves.push(JSON.stringify([v.actividad_id, v.url]));
    const primero = claves.map((k) => vistas.get(k)).find((x) => x) ?? null;
    if (primero) duplicados++; else for (const k of claves) vistas.set(k, v.avance_id);
    if ((v.cuenta === 'false') === Boolean(primero) && v.duplicado_de === primero) continue;
    c.mal(`El registro ${corto(v.avance_id)} ${primero ? `repite a ${corto(primero)}` : 'no repite a ningún otro'}, pero figura así: ${diceDe(v)}${v.duplicado_de ? ` de ${corto(v.duplicado_de)}` : ''}.`);
  }
  c.resumen = `${duplicados} duplicados`;
}

// Una fuente de otra tabla (compromisos, encuestas…) no da avances: de ella se miran las sumas y los rechazos.
function mirarConciliacion(c, filas, avances, rechazos, m) {
  const deOtra = new Set(m.capturas.filter((x) => (x.tabla ?? 'avances') !== 'avances').map((x) => x.fuente));
  const hay = new Map(), anotar = (fuente, cual) => { hay.set(fuente, hay.get(fuente) || { aceptados: 0, rechazados: 0, cuentan: 0, no_cuentan: 0 }); hay.get(fuente)[cual]++; };
  for (const v of avances) { anotar(v.fuente, 'aceptados'); anotar(v.fuente, v.cuenta === 'true' ? 'cuentan' : 'no_cuentan'); }
  for (const r of rechazos) {
    anotar(r.fuente, 'rechazados');
    if (!m.capturas.some((x) => x.fuente === r.fuente && x.sha256 === r.captura_sha256)) c.mal(`El rechazo ${corto(r.registro)} de ${corto(r.fuente)} dice salir de una captura que no está en el manifiesto.`);
  }
  const vistas = new Set();
  for (const f of filas) {
    const es = hay.get(f.fuente) || {}, mal = (que) => c.mal(`Fuente ${corto(f.fuente)}: ${que}.`);
    if (vistas.has(f.fuente)) mal('está dos veces');
    vistas.add(f.fuente);
    if (BigInt(f.recibidos) !== BigInt(f.aceptados) + BigInt(f.rechazados)) mal(`dice ${f.recibidos} recibidos, y aceptados más rechazados da otra cosa`);
    if (BigInt(f.aceptados) !== BigInt(f.cuentan) + BigInt(f.no_cuentan)) mal(`dice ${f.aceptados} aceptados, y cuentan más no cuentan da otra cosa`);
    if (deOtra.has(f.fuente) && es.aceptados) mal('su tabla no es avances y tiene avances');
    for (const k of deOtra.has(f.fuente) ? ['rechazados'] : ['aceptados', 'rechazados', 'cuentan', 'no_cuentan']) if (f[k] !== String(es[k] || 0)) mal(`dice ${f[k]} ${k.replace('_', ' ')}, y hay ${es[k] || 0} filas`);
  }
  const deEjemplo = m.capturas.filter((x) => x.sintetica && vistas.has(x.fuente)).map((x) => x.fuente);
  if (deEjemplo[0] && !m.sintetica) c.mal(`Usa datos de ejemplo (${corto(deEjemplo.join(', '))}) y no lo avisa.`);
  for (const fuente of hay.keys()) if (!vistas.has(fuente)) c.mal(`Fuente ${corto(fuente)}: tiene registros y no está en la conciliación.`);
  c.resumen = `${filas.length} fuentes`;
}

// ---------- Publicado frente a recalculado
const NOMBRES = {
  indicadores_total: ['Indicadores del total', 'corte', () => 'Total del plan'],
  indicadores_subcomponente: ['Indicadores por subcomponente', 'subcomponente_id', (f) => `Subcomponente ${f.subcomponente_id}`],
  indicadores_actividad: ['Indicadores por actividad', 'actividad_id', (f) => `Actividad ${f.actividad_id}`],
  indicadores_dependencia: ['Indicadores por dependencia', 'dependencia', (f) => `Dependencia ${f.dependencia}`],
  serie: ['Serie mensual', 'mes', (f) => `Total del plan en el mes ${f.mes}`],
};
const enPalabras = (columna) => columna.replace(/_pct$/, '').replaceAll('_', ' ');
const cifra = (v) => (v === undefined ? 'no está' : v === null ? 'sin dato' : /^[\d.]+$/.test(v) ? v.replace('.', ',') : corto(v).replaceAll('_', ' '));

function compararTabla(c, nombre, publicadas, recalculadas, corte) {
  const [, propia, quien] = NOMBRES[nombre], faltan = new Map(recalculadas.map((f) => [JSON.stringify([f.corte, f[propia]]), f])), vistas = new Set();
  let iguales = 0;
  const delCorte = (x) => x.filter((f) => f.corte === corte).concat(x.filter((f) => f.corte !== corte));
  for (const f of delCorte(publicadas)) {
    const clave = JSON.stringify([f.corte, f[propia]]), r = faltan.get(clave), donde = `${corto(quien(f))}, corte ${f.corte}`;
    if (vistas.has(clave)) { c.mal(`${donde}: la fila está dos veces.`); continue; }
    vistas.add(clave);
    if (!r) { c.mal(`${donde}: sobra la fila; no sale del plan ni de los registros.`); continue; }
    faltan.delete(clave);
    for (const k of new Set([...Object.keys(f), ...Object.keys(r)])) {
      if (f[k] === r[k]) iguales++;
      else c.mal(`${donde}: ${enPalabras(k)} publicado, ${cifra(f[k])}; recalculado, ${cifra(r[k])}.`);
    }
  }
  c.detalles.unshift(...delCorte([...faltan.values()]).map((f) => `${corto(quien(f))}, corte ${f.corte}: falta la fila.`));
  if (faltan.size) c.estado = 'MAL';
  c.resumen = `${publicadas.length} filas, ${iguales} valores iguales`;
}

// ---------- Archivos, huellas y firma
const MANIFIESTO = 'manifiesto.json', SUMAS = 'SHA256SUMS', FIRMA = 'manifiesto.firma', PAQUETE = 'datapackage.json', FILA = 'la fila de un cambio';
const DIALECTO = { delimiter: ',', lineTerminator: '\n', doubleQuote: true };
const SIN_HUELLAS = 'este navegador no calcula huellas sin conexión segura; abra la página con https, con localhost o desde su disco';
const esHuella = (x) => typeof x === 'string' && /^[0-9a-f]{64}$/.test(x);
const rutaSegura = (r) => r.split('/').every((p) => p && p !== '.' && p !== '..' && !/[\\:\0]/.test(p));
const corto = (t, largo = 120) => { const x = String(t).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�'); return x.length > largo ? `${x.slice(0, largo)}…` : x; };

async function huella(bytes) {
  if (!globalThis.crypto?.subtle) throw new SinComprobar(SIN_HUELLAS);
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

// Una clave repetida en un JSON se lee de un modo u otro según el programa: no se admite.
function leerJson(nombre, bytes) {
  if (!bytes) throw new Falla(`falta ${nombre}`);
  let texto, leido;
  try { texto = new TextDecoder('utf-8', { fatal: true }).decode(bytes); leido = JSON.parse(texto); } catch { throw new Falla(`${nombre} no se puede leer`); }
  const claves = (x) => (x && typeof x === 'object' ? (Array.isArray(x) ? 0 : Object.keys(x).length) + Object.values(x).reduce((s, y) => s + claves(y), 0) : 0);
  const escritas = (texto.match(/"(?:[^"\\]|\\.)*"(\s*:)?/g) || []).filter((t) => t.endsWith(':')).length;
  if (!leido || typeof leido !== 'object' || claves(leido) !== escritas) throw new Falla(`${nombre} repite una clave o no es un objeto`);
  return leido;
}

function leerManifiesto(bytes, entrega) {
  const m = leerJson(MANIFIESTO, bytes), exigir = (cierto, que) => { if (!cierto) throw new Falla(`${MANIFIESTO}: ${que}`); };
  const fechas = (x) => Array.isArray(x) && x.every((f) => typeof f === 'string' && esFecha(f));
  exigir(m.formato === 'rendicion-manifiesto/1', 'no tiene el formato esperado');
  exigir(m.entrega === entrega, `es de la entrega ${corto(m.entrega)} y esta página es de la entrega ${corto(entrega)}`);
  exigir(fechas([m.corte]) && m.entrega === `${m.entidad}-${m.vigencia}-${m.corte.replaceAll('-', '')}-${String(m.numero).padStart(3, '0')}`, 'su nombre no es el de su entidad, vigencia, corte y número');
  exigir(fechas([m.corte]) && fechas(m.cortes) && m.cortes.includes(m.corte) && fechas(m.periodo) && m.periodo.length === 2, 'sus fechas no están bien escritas');
  exigir(Array.isArray(m.capturas) && m.capturas.every((x) => x && esHuella(x.sha256) && typeof x.url_identifica === 'boolean'), 'sus capturas no están bien escritas');
  exigir(m.archivos && Object.entries(m.archivos).every(([r, a]) => rutaSegura(r) && a && Number.isSafeInteger(a.bytes) && esHuella(a.sha256)), 'su lista de archivos no está bien escrita');
  for (const r of ['index.html', 'verificar.py', PAQUETE, ...Object.keys(TABLAS).map((t) => `datos/${t}.csv`)]) exigir(Object.hasOwn(m.archivos, r), `no anuncia ${r}`);
  return m;
}

async function mirarArchivos(c, m, leer) {
  const rutas = Object.keys(m.archivos).sort();
  let bien = 0, sinLeer = null;
  for (const ruta of rutas) {
    const { bytes: largo, sha256 } = m.archivos[ruta];
    try {
      const bytes = await leer(ruta);
      if (!bytes) c.mal(`Falta el archivo ${corto(ruta)}.`);
      else if (bytes.length !== largo) c.mal(`${corto(ruta)}: mide ${bytes.length} bytes y el manifiesto anuncia ${largo}.`);
      else if (await huella(bytes) !== sha256) c.mal(`${corto(ruta)}: su contenido no es el que anuncia el manifiesto.`);
      else bien++;
    } catch (e) {
      if (!(e instanceof SinComprobar)) throw e;
      sinLeer = e;
    }
  }
  c.resumen = `${bien} de ${rutas.length} archivos tienen la huella anunciada`;
  if (sinLeer) throw sinLeer;
}

async function mirarSumas(c, m, manifiesto, bytes) {
  if (!bytes) throw new Falla(`falta ${SUMAS}`);
  const dichas = new Map(new TextDecoder().decode(bytes).split('\n').filter((x) => x).map((x) => [x.slice(66), x.slice(0, 64)]));
  for (const [r, a] of Object.entries(m.archivos)) if (dichas.get(r) !== a.sha256) c.mal(`${corto(r)}: la huella de ${SUMAS} no es la del manifiesto.`);
  for (const r of dichas.keys()) if (r !== MANIFIESTO && !Object.hasOwn(m.archivos, r)) c.mal(`${corto(r)}: está en ${SUMAS} y no en el manifiesto.`);
  if (await huella(manifiesto) !== dichas.get(MANIFIESTO)) c.mal(`La huella del manifiesto no es la que dice ${SUMAS}.`);
  c.resumen = `${dichas.size} huellas, con la del manifiesto`;
}

function mirarPaquete(c, m, p) {
  const exigir = (cierto, que) => { if (!cierto) c.mal(`${PAQUETE}: ${que}.`); };
  const oficiales = Array.isArray(p.cortes_oficiales) ? p.cortes_oficiales : [], recursos = Array.isArray(p.resources) ? p.resources : [];
  exigir(p.corte === m.corte && p.entrega === m.entrega && p.sintetica === m.sintetica, 'su corte, su entrega o su aviso de datos sintéticos no son los del manifiesto');
  exigir([...new Set([...oficiales.filter((x) => x <= m.corte), m.corte])].sort().join() === [...m.cortes].sort().join(), 'sus cortes oficiales no son los del manifiesto');
  for (const r of recursos) {
    exigir(r.hash === `sha256:${m.archivos[r.path]?.sha256}`, `la huella de ${corto(r.path)} no es la del manifiesto`);
    exigir(`${Object.entries(r.dialect ?? DIALECTO)}` === `${Object.entries(DIALECTO)}` && JSON.stringify(r.schema?.missingValues ?? ['']) === '[""]', `pide leer ${corto(r.path)} de otra forma que la del contrato`);
  }
  c.resumen = `${recursos.length} archivos descritos`;
}

async function mirarFirma(c, manifiesto, bytes) {
  if (!bytes) throw new SinComprobar('la entrega no trae firma');
  const f = leerJson(FIRMA, bytes), de64 = (t) => Uint8Array.from(atob(t), (x) => x.charCodeAt(0));
  let publica, sello, clave;
  try { publica = de64(f.clave_publica); sello = de64(f.firma); } catch { throw new Falla(`${FIRMA} no se puede leer`); }
  if (f.algoritmo !== 'Ed25519' || publica.length !== 32 || sello.length !== 64) throw new Falla(`${FIRMA} no es una firma Ed25519`);
  try { clave = await crypto.subtle.importKey('raw', publica, 'Ed25519', false, ['verify']); } catch { throw new SinComprobar('este navegador no pudo usar la clave de la firma'); }
  if (!await crypto.subtle.verify('Ed25519', clave, sello, manifiesto)) throw new Falla('la firma no es de este manifiesto');
  throw new SinComprobar(`la firma es coherente; falta saber de quién es la clave ${corto(f.clave_publica)}`);
}

// ---------- De dónde se lee: la red, o los archivos que la persona elige
async function deRed(ruta) {
  let r;
  try { r = await fetch(new URL(ruta.split('/').map(encodeURIComponent).join('/'), location.href), { cache: 'no-store', redirect: 'error', credentials: 'omit' }); } catch { throw new SinComprobar(`no se pudo leer ${corto(ruta)}`); }
  if (r.status === 404) return null;
  if (!r.ok) throw new SinComprobar(`el servidor no entregó ${corto(ruta)}`);
  return new Uint8Array(await r.arrayBuffer());
}

function deArchivos(elegidos) {
  const rutas = new Map([...elegidos].map((a) => [a.webkitRelativePath ? a.webkitRelativePath.split('/').slice(1).join('/') : a.name, a]));
  const leer = async (ruta) => { const a = rutas.get(ruta); return a ? new Uint8Array(await a.arrayBuffer()) : null; };
  return Object.assign(leer, { rutas: [...rutas.keys()] });
}

// ---------- Todas las comprobaciones, en orden. Lo que no se pudo hacer nunca se da por bueno.
async function comprobar(leerUno, entrega) {
  const leidos = new Map(), hechas = [], datos = {};
  const leer = (ruta) => { if (!leidos.has(ruta)) leidos.set(ruta, leerUno(ruta)); return leidos.get(ruta); };
  const hacer = async (titulo, f) => {
    const c = { titulo, estado: 'bien', detalles: [], resumen: '', mal(que) { c.estado = 'MAL'; c.detalles.push(que); } };
    try { await f(c); } catch (e) {
      if (e instanceof Falla) c.mal(`${e.message}.`);
      else { if (c.estado === 'bien') c.estado = 'no se pudo comprobar'; c.detalles.push(e instanceof SinComprobar ? `${e.message}.` : `Algo falló al comprobar: ${corto(e.message)}.`); }
    }
    hechas.push(c);
  };
  const necesita = (...nombres) => nombres.map((n) => { if (!datos[n]) throw new SinComprobar('depende de otra comprobación que no salió bien'); return datos[n]; });
  const tabla = (n, titulo, f) => hacer(titulo, async (c) => { const [m] = necesita('m'), filas = leerTabla(n, await leer(`datos/${n}.csv`)); await f(c, filas, m); });

  await hacer('El manifiesto es de esta entrega', async (c) => {
    datos.bytes = await leer(MANIFIESTO);
    datos.m = leerManifiesto(datos.bytes, entrega);
    c.resumen = `entrega ${corto(entrega)}`;
  });
  await hacer('Huella de cada archivo', (c) => mirarArchivos(c, ...necesita('m'), leer));
  if (leerUno.rutas) await hacer('Archivos de más', (c) => { const [m] = necesita('m'); for (const r of leerUno.rutas) if (!Object.hasOwn(m.archivos, r) && ![MANIFIESTO, SUMAS, FIRMA].includes(r)) c.mal(`${corto(r)} no está en el manifiesto.`); });
  await hacer('SHA256SUMS dice lo mismo', async (c) => mirarSumas(c, ...necesita('m', 'bytes'), await leer(SUMAS)));
  await hacer('La ficha del conjunto dice lo mismo', async (c) => { const [m] = necesita('m'); mirarPaquete(c, m, leerJson(PAQUETE, await leer(PAQUETE))); });
  await hacer('Firma del manifiesto', async (c) => mirarFirma(c, ...necesita('bytes'), await leer(FIRMA)));
  await tabla('plan', 'El plan se puede medir', (c, filas, m) => { datos.medible = leerPlan(filas, m); datos.plan = filas; c.resumen = `${filas.length} actividades`; });
  await hacer('El plan usa las reglas de siempre', (c) => mirarReglas(c, ...necesita('plan', 'medible', 'm')));
  await tabla('avances', 'Qué registros cuentan, por su fecha', (c, filas, m) => { datos.avances = filas; mirarRegistros(c, filas, ...necesita('medible'), m); });
  await hacer('Ningún registro cuenta dos veces', (c) => { const [avances, plan, m] = necesita('avances', 'medible', 'm'); mirarDuplicados(c, avances, plan, m); });
  await tabla('conciliacion', 'Lo recibido cuadra con lo aceptado y lo rechazado', async (c, filas, m) => mirarConciliacion(c, filas, ...necesita('avances'), leerTabla('rechazos', await leer('datos/rechazos.csv')), m));
  for (const n of Object.keys(NOMBRES)) {
    await tabla(n, `${NOMBRES[n][0]}: publicado y recalculado`, (c, filas, m) => {
      datos[n] = filas;
      datos.cuentas = datos.cuentas || recalcular(...necesita('medible', 'avances'), m);
      compararTabla(c, n, filas, datos.cuentas[n], m.corte);
    });
  }
  await tabla('correcciones', 'Cada cambio dice su motivo y lo de hoy', (c, filas) => mirarCambios(c, filas, datos, leer));
  await hacer('Lo que este botón no mira', (c) => {
    c.detalles.push('Las entregas anteriores, y si se dijo todo lo que cambió.', 'Qué dicen los Parquet y las demás tablas.', 'Qué dicen esta página y los demás archivos; sí, que son los anunciados.', 'De quién es la firma.');
    if (!leerUno.rutas) c.detalles.push('Si sobran archivos.');
    throw new SinComprobar('eso lo mira verificar.py');
  });
  return { hechas, datos, sello: datos.bytes ? await huella(datos.bytes).catch(() => null) : null };
}

// Las cifras del corte de la entrega, lado a lado; primero las que no coinciden.
function ladoALado({ m, cuentas, ...datos }) {
  if (!cuentas) return [];
  const filas = ['indicadores_total', 'indicadores_subcomponente', 'indicadores_actividad'].flatMap((n) => cuentas[n].filter((r) => r.corte === m.corte).map((r) => {
    const f = (datos[n] || []).find((x) => x.corte === r.corte && x[NOMBRES[n][1]] === r[NOMBRES[n][1]]) || {};
    const cifras = ['avance_pct', 'cumplimiento_pct'].flatMap((k) => [f[k], r[k]].map((v) => cifra(v) + (v ? ' %' : '')));
    return { cifras: [NOMBRES[n][2](r), ...cifras], igual: Object.keys(r).every((k) => r[k] === f[k]) };
  }));
  return [...filas.filter((f) => !f.igual), ...filas.filter((f) => f.igual)];
}

// ---------- En la página. Todo texto ajeno entra como texto, nunca como HTML.
const ver = (id) => document.getElementById(`comprobar-${id}`);
const ASPECTO = { bien: ['bien', '✓'], MAL: ['mal', '✕'], 'no se pudo comprobar': ['alerta', '!'] };

function crear(etiqueta, atributos, ...hijos) {
  const e = document.createElement(etiqueta);
  for (const [k, v] of Object.entries(atributos)) e.setAttribute(k, v);
  e.append(...hijos.filter((h) => h !== null));
  return e;
}
const insignia = (estado, palabra = estado) => crear('span', { class: `insignia ${ASPECTO[estado][0]}` }, crear('span', { 'aria-hidden': 'true' }, ASPECTO[estado][1]), ` ${palabra}`);

function veredicto(hechas) {
  const mal = hechas.filter((c) => c.estado === 'MAL').length, sin = hechas.filter((c) => c.estado !== 'MAL' && c.estado !== 'bien').length;
  const cola = sin ? ` ${sin} no se ${sin > 1 ? 'pudieron' : 'pudo'} comprobar.` : '';
  if (mal) return `MAL: ${mal} de ${hechas.length} comprobaciones no ${mal > 1 ? 'cuadran' : 'cuadra'}.${cola}`;
  return `Nada está mal en lo que se pudo comprobar.${cola}`;
}

function lineaDe(c) {
  const visibles = c.detalles.slice(0, 12), mas = c.detalles.length - visibles.length;
  const detalles = visibles.length ? crear('ul', {}, ...visibles.map((d) => crear('li', {}, d)), mas ? crear('li', {}, `Y ${mas} más.`) : null) : null;
  return crear('li', {}, insignia(c.estado), ' ', crear('strong', {}, c.titulo), c.resumen ? `: ${c.resumen}.` : '', detalles);
}

function filaDe({ cifras: [quien, ...resto], igual }) {
  return crear('tr', {}, crear('th', { scope: 'row' }, quien), ...resto.map((v) => crear('td', { class: 'num' }, v)), crear('td', {}, insignia(igual ? 'bien' : 'MAL', igual ? 'coincide' : 'MAL: no coincide')));
}

function mostrar({ hechas, datos, sello }) {
  const filas = ladoALado(datos);
  ver('dice').textContent = veredicto(hechas);
  ver('sello').textContent = sello || 'no se pudo calcular';
  ver('lista').replaceChildren(...hechas.map(lineaDe));
  ver('filas').replaceChildren(...filas.map(filaDe));
  ver('cuadro').hidden = !filas.length;
  ver('resultado').hidden = false;
  ver('veredicto').focus();
}

function preparar() {
  let ocupado = false;
  const correr = async (leer) => {
    if (ocupado) return;
    ocupado = true;
    ver('aviso').textContent = 'Comprobando…';
    const r = await comprobar(leer, document.getElementById('comprobar').dataset.entrega);
    mostrar(r);
    ver('aviso').textContent = `Listo. ${veredicto(r.hechas)}`;
    ocupado = false;
  };
  ver('boton').addEventListener('click', () => {
    if (location.protocol !== 'file:') { correr(deRed); return; }
    ver('elegir').hidden = false;
    ver('aviso').textContent = ver('disco').textContent;
    ver('archivos').focus();
  });
  ver('archivos').addEventListener('change', (e) => { if (e.target.files.length) correr(deArchivos(e.target.files)); });
  ver('zona').hidden = false;
}
if (ver('zona')) preparar();
