// SPDX-License-Identifier: Apache-2.0
// Products and batches, the largest excess first.
import { query } from '../api.js';
import { h } from '../dom.js';
import { band, count, country, decimal, percent } from '../format.js';
import { named, t, word } from '../i18n.js';
import { basisCard, excessNote } from '../parts/basis.js';
import { counted, flagged, goLink, kept, measured, shares } from '../parts/columns.js';
import { figure } from '../parts/figure.js';
import { table } from '../parts/table.js';
import { go, link } from '../state.js';

const BARS = 12;

function ranked(rows, name, choose) {
  const largest = rows.slice(0, BARS).filter((row) => row.excess > 0);
  if (largest.length === 0) {
    return null;
  }
  const tip = (at) => {
    const row = largest[at];
    return [name(row), [[t('col.excess'), decimal(row.excess)], [t('col.mass'), decimal(row.mass)],
      [t('col.items'), count(row.items)], [t('col.e2'), percent(row.e2?.point)],
      [t('col.band'), band(row.e2?.low, row.e2?.high)]]];
  };
  const sizes = ['tiny', 'short', 'low', 'middle'];
  return figure({ title: t('chart.excess'), tall: sizes[Math.min(3, Math.floor(largest.length / 3))],
    say: t('chart.excess.say', { name: name(largest[0]), excess: decimal(largest[0].excess) }),
    draw: (charts, element) => charts.ranking(element, largest.map((row) => ({ name: name(row), value: row.excess })),
      tip, (at) => choose(largest[at])) });
}

function figures() {
  return [counted('scans', t('col.scans')), counted('items', t('col.items')),
    measured('mass', t('col.mass')), measured('excess', t('col.excess')), ...shares(), flagged(),
    counted('alerts', t('col.alerts')), counted('issued', t('col.issued'))];
}

function view(kind, answer, name, choose, columns) {
  const title = t(`view.${kind}`);
  return { answer, nodes: [
    h('h1', { tabindex: '-1' }, title), ranked(answer.rows, name, choose),
    h('section', { class: 'card' }, h('p', { class: 'soft' }, excessNote(answer.basis)),
      answer.rows.length === 0 ? h('p', {}, t('frame.nothing'))
        : table({ caption: title, name: kind, rows: answer.rows, columns })),
    basisCard(answer.basis)] };
}

/** The view of products; one leads to its batches. */
export async function products({ filters, signal }) {
  const answer = await query('products', { ...filters, limit: 1000 }, signal);
  const name = (row) => named(row.name, row.sku);
  return view('products', answer, name, (row) => go({ view: 'batches', sku: row.sku, handle: null }), [
    { key: 'sku', label: t('col.product'), head: true, raw: (row) => row.sku, text: (row) => [
      goLink(link({ view: 'batches', sku: row.sku, handle: null }), name(row)), h('small', {}, row.sku)] },
    kept('gtin'), kept('name', name), ...figures()]);
}

/** The view of batches; one leads to its codes. */
export async function batches({ filters, signal }) {
  const answer = await query('batches', { ...filters, limit: 1000 }, signal);
  const name = (row) => `${row.handle} · ${row.lot}`;
  return view('batches', answer, name, (row) => go({ view: 'codes', handle: row.handle }), [
    { key: 'handle', label: t('col.batch'), head: true, raw: (row) => row.handle, text: (row) => [
      goLink(link({ view: 'codes', handle: row.handle }), row.handle), h('small', {}, `${row.lot} · ${named(row.name, row.sku)}`)] },
    kept('sku'), kept('lot'), ...figures(),
    { key: 'market', label: t('col.market'), raw: (row) => row.market,
      text: (row) => (row.market ? country(row.market) : '–') },
    { key: 'state', label: t('col.state'), raw: (row) => row.state, text: (row) => word('batch', row.state) },
    counted('outside', t('col.outside'))]);
}
