// SPDX-License-Identifier: Apache-2.0
// One code: its scans on a time line, on a map, and as a table.
import { query } from '../api.js';
import { h, icon } from '../dom.js';
import { count, decimal, grouped, NONE, place, shifted, time } from '../format.js';
import { t, word } from '../i18n.js';
import { basisCard } from '../parts/basis.js';
import { counted, goLink, kept, measured, placed } from '../parts/columns.js';
import { figure } from '../parts/figure.js';
import { kindOf, levelMark, verdictMark } from '../parts/marks.js';
import { table } from '../parts/table.js';
import { link } from '../state.js';

/* Rows of the time line; further devices share one. */
const LANES = 12;

function facts(item) {
  const fact = (label, value) => h('div', {}, h('dt', {}, label), h('dd', {}, value));
  const product = `${item.sku} · ${item.handle} · ${item.lot}`;
  return h('dl', { class: 'facts card' },
    fact(t('col.level'), levelMark(item.level)), fact(t('col.score'), decimal(item.score)),
    fact(t('col.reasons'), item.reasons.map((reason) => word('reason', reason)).join(t('list.comma')) || NONE),
    fact(t('col.product'), product), fact(t('code.sale'), word('sale', item.sale)),
    fact(t('col.scans'), count(item.scans)), fact(t('col.devices'), count(item.devices)),
    fact(t('col.mass'), decimal(item.mass)),
    fact(t('code.confirmed'), item.confirmed ? t('code.yes') : t('code.no')),
    fact(t('col.first_at'), `${time(item.first_at)}, ${place(item.place)}`), fact(t('col.last_at'), time(item.last_at)));
}

function laneOf(scan) {
  if (!scan.device) {
    return t('code.no_device');
  }
  return scan.device <= LANES ? t('code.device', { n: scan.device }) : t('code.others');
}

function lineFigure(scans, devices) {
  const lanes = [...new Set(scans.map(laneOf))];
  const order = (lane) => (lane === t('code.no_device') ? 2 : lane === t('code.others') ? 1 : 0);
  lanes.sort((a, b) => order(a) - order(b));
  const points = scans.map((scan) => ({ x: shifted(scan.at).getTime(), y: laneOf(scan), kind: kindOf(scan.verdict) }));
  const tip = (at) => [time(scans[at].at), [[t('col.verdict'), word('verdict', scans[at].verdict)],
    [t('col.place'), place(scans[at].place)], [t('col.device'), laneOf(scans[at])],
    [t('col.level'), word('level', scans[at].level)], [t('col.mass'), decimal(scans[at].mass, 2)]]];
  return figure({ title: t('code.line'), what: t('code.line.what'), tall: lanes.length > 5 ? 'middle' : 'low',
    say: t('code.line.say', { n: scans.length, devices: count(devices) }),
    draw: (charts, element) => charts.timeline(element, points, lanes, tip) });
}

const WORST = ['good', 'ask', 'warn', 'bad'];

/* Scans of one position are one dot, in the colour of the worst. */
function dots(scans) {
  const found = new Map();
  for (const scan of scans.filter((one) => one.position)) {
    const { lat, lon } = scan.position;
    const key = `${lat},${lon}`;
    const kind = kindOf(scan.verdict);
    const dot = found.get(key) || { lat, lon, kind, count: 0, place: scan.place };
    dot.count += 1;
    dot.kind = WORST[Math.max(WORST.indexOf(dot.kind), WORST.indexOf(kind))];
    dot.title = `${place(dot.place)}: ${count(dot.count)}`;
    found.set(key, dot);
  }
  return [...found.values()];
}

async function mapFigure(scans) {
  const places = dots(scans);
  const head = h('div', { class: 'head' }, h('h2', {}, t('code.map')));
  if (places.length === 0) {
    return h('figure', { class: 'card' }, head, h('p', { class: 'soft' }, t('code.map.none')));
  }
  const { scanMap } = await import('../maps.js');
  return h('figure', { class: 'card' }, head, h('div', { class: 'mapping' },
    scanMap(t('code.map.say', { n: places.length }), places)), h('p', { class: 'soft' }, t('map.world.note')));
}

function columns() {
  const worded = (key, group, label) => ({ key, label, raw: (row) => row[key],
    text: (row) => (row[key] ? word(group, row[key]) : NONE) });
  return [
    counted('number', t('col.number')),
    { key: 'at', label: t('col.time'), raw: (row) => row.at, text: (row) => time(row.at) },
    ...placed((row) => place(row.place)),
    { key: 'verdict', label: t('col.verdict'), raw: (row) => row.verdict, text: (row) => verdictMark(row.verdict) },
    { key: 'device', label: t('col.device'), raw: (row) => row.device, text: (row) => laneOf(row) },
    worded('level', 'level', t('col.level')), measured('score', t('col.score'), 1),
    measured('mass', t('col.mass'), 2), worded('pin', 'pin', t('col.pin')),
    worded('net', 'net', t('col.net')), worded('channel', 'channel', t('col.channel')),
    worded('left_out', 'left_out', t('col.left_out')), kept('lat', (row) => row.position?.lat ?? null),
    kept('lon', (row) => row.position?.lon ?? null), kept('accuracy_km', (row) => row.position?.accuracy_km ?? null)];
}

/** The view of `code`. */
export async function code({ state, signal }) {
  const answer = await query(`code/${encodeURIComponent(state.code || '')}`, {}, signal);
  const { item, scans, more } = answer;
  return { answer, nodes: [
    h('p', { class: 'way' }, goLink(link({ view: 'codes', code: null }), icon('back'), t('codes.back'))),
    h('h1', { tabindex: '-1' }, t('code.title', { code: grouped(item.code) })),
    facts(item), lineFigure(scans, item.devices), await mapFigure(scans),
    h('section', { class: 'card' }, h('div', { class: 'head' }, h('h2', {}, t('code.scans'))),
      more > 0 ? h('p', { class: 'soft' }, t('code.more', { n: count(more) })) : null,
      table({ caption: t('code.scans'), name: `code-${item.code}`, rows: scans, columns: columns() })),
    basisCard(answer.basis)] };
}
