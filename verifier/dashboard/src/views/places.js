// SPDX-License-Identifier: Apache-2.0
// By country and region: a map and a table.
import { query } from '../api.js';
import { h, put } from '../dom.js';
import { band, count, country, decimal, percent, place } from '../format.js';
import { named, t } from '../i18n.js';
import { basisCard, excessNote } from '../parts/basis.js';
import { counted, goLink, measured, placed, shares } from '../parts/columns.js';
import { table } from '../parts/table.js';
import { APART, regionOfAdcode } from '../provinces.js';
import { shading } from '../shade.js';
import { go, link } from '../state.js';
import { tileGrid } from '../tiles.js';

const MEASURES = ['e2', 'excess', 'scans'];

function codeOf(row) {
  return row.place.region || row.place.country;
}

function title(name, row) {
  return row ? `${name}: ${t('col.e2')} ${percent(row.e2?.point)} (${band(row.e2?.low, row.e2?.high)}), `
    + `${t('col.scans')} ${count(row.scans)}, ${t('col.excess')} ${decimal(row.excess)}` : `${name}: ${t('map.none')}`;
}

function choose(code) {
  return code.length > 2 ? go({ country: code.slice(0, 2), region: code }) : go({ country: code, region: null });
}

/* What a map asks of one area. */
function looker(rows, shades, state) {
  const known = new Map(rows.map((row) => [codeOf(row), row]));
  return (code, name) => {
    const row = known.get(code);
    return { shade: shades.shade(row), title: title(name, row), value: shades.text(row),
      chosen: Boolean(code) && code === (state.region || state.country),
      choose: row ? () => choose(code) : null };
  };
}

async function worldPart(context, rows, shades) {
  const { worldMap } = await import('../maps.js');
  const look = looker(rows, shades, context.state);
  return [worldMap(context.say, (code) => look(code, code ? country(code) : '')), t('map.world.note')];
}

async function ownPart(context, rows, shades) {
  const [{ ownMap }, collection] = await Promise.all([import('../maps.js'),
    query('geojson', {}, context.signal).catch(() => null)]);
  if (!collection || !Array.isArray(collection.features)) {
    return [h('p', { class: 'problem' }, t('map.own.failed')), ''];
  }
  const look = looker(rows, shades, context.state);
  const code = (own) => own.region || own.iso_3166_2 || regionOfAdcode(own.adcode) || own.iso_a2;
  const name = (own) => named({ zh: own.name_zh, en: own.name_en }, own.name || '');
  return [ownMap(context.say, collection, code, (id, own) => look(id, name(own))), t('map.own.note')];
}

function tilesPart(context, rows, shades) {
  return [tileGrid(context.say, looker(rows, shades, context.state)), t('map.china.note')];
}

/* The regions of China, and the three that the ledger knows by country codes of their own. */
async function chinaRows({ filters, signal }) {
  const wide = { ...filters, country: undefined, region: undefined };
  const [inside, all] = await Promise.all([
    query('regions', { ...wide, country: 'CN', by: 'region' }, signal),
    query('regions', { ...wide, by: 'country' }, signal)]);
  return [...inside.rows.filter((row) => row.place.region),
    ...all.rows.filter((row) => APART.includes(row.place.country))];
}

/* The map shows all places whatever place is chosen; the choice is outlined. */
async function mapRows(which, context, about) {
  const wide = { ...context.filters, country: undefined, region: undefined };
  if (which === 'world') {
    return (await query('regions', { ...wide, by: 'country' }, context.signal)).rows;
  }
  const rows = await chinaRows(context);
  if (which !== 'own' || !about.geojson) {
    return rows;
  }
  const all = await query('regions', { ...wide, by: 'region' }, context.signal);
  const known = new Set(rows.map(codeOf));
  return [...rows, ...all.rows.filter((row) => row.place.region && !known.has(codeOf(row)))];
}

function radios(label, name, values, current, text, change) {
  return h('fieldset', { class: 'choice' }, h('legend', {}, label), values.map((value) => h('label', {},
    h('input', { type: 'radio', name, value, checked: value === current, onchange: () => change(value) }),
    h('span', {}, text(value)))));
}

async function mapCard(context, which, maps) {
  const { state, about } = context;
  const measure = MEASURES.includes(state.measure) ? state.measure : 'e2';
  const rows = await mapRows(which, context, about);
  const shades = shading(measure, rows);
  const drawing = { ...context, say: t('map.say', { measure: t(`map.${measure}`) }) };
  const part = { world: worldPart, china: tilesPart, own: ownPart }[which];
  const [picture, note] = await part(drawing, rows, shades);
  const holder = h('div', { class: `mapping ${which}` });
  put(holder, picture);
  return h('figure', { class: 'card' },
    h('div', { class: 'head' },
      radios(t('map.which'), 'map', maps, which, (value) => t(`map.${value}`), (map) => go({ map })),
      radios(t('map.measure'), 'measure', MEASURES, measure, (value) => t(`map.${value}`),
        (value) => go({ measure: value === 'e2' ? null : value }))),
    holder, shades.legend(), h('p', { class: 'soft' }, note));
}

function placeText(row) {
  const { place: where } = row;
  if (!where.country || where.country === '--') {
    return goLink(link({ country: '--', region: null }), t('place.unknown'));
  }
  return goLink(link({ country: where.country, region: where.region }), place(where));
}

/** The view. */
export async function places(context) {
  const { state, filters, about, signal } = context;
  const maps = ['world', 'china', ...(about.geojson ? ['own'] : [])];
  const which = maps.includes(state.map) ? state.map : (state.country === 'CN' ? 'china' : 'world');
  const byRegion = Boolean(state.country) || which !== 'world';
  const asked = which !== 'world' && !state.country ? { ...filters, country: 'CN' } : filters;
  const [answer, card] = await Promise.all([
    query('regions', { ...asked, by: byRegion ? 'region' : 'country' }, signal), mapCard(context, which, maps)]);
  return { answer, nodes: [
    h('h1', { tabindex: '-1' }, t('view.places')), card,
    h('section', { class: 'card' }, h('p', { class: 'soft' }, excessNote(answer.basis)),
      table({ caption: t('view.places'), name: 'places', rows: answer.rows, columns: [
        ...placed(placeText), counted('scans', t('col.scans')), counted('items', t('col.items')),
        measured('mass', t('col.mass')), measured('excess', t('col.excess')), ...shares(),
        counted('forged_requests', t('col.forged'), (row) => row.forged.requests),
        counted('alerts', t('col.alerts'))] })),
    basisCard(answer.basis)] };
}
