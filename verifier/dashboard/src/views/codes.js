// SPDX-License-Identifier: Apache-2.0
// Codes whose scans look unusual, by score.
import { query, queryAll } from '../api.js';
import { h } from '../dom.js';
import { count, decimal, grouped, place, time } from '../format.js';
import { t, word } from '../i18n.js';
import { basisCard } from '../parts/basis.js';
import { counted, goLink, kept, measured } from '../parts/columns.js';
import { levelMark } from '../parts/marks.js';
import { table } from '../parts/table.js';
import { go, link } from '../state.js';

const LEVELS = ['check', 'suspect', 'cloned'];
const FILE_ROWS_MAX = 10000;
const REASONS_MAX = 3;

/* The largest ones; all stand on the code's own page and in the file. */
function reasons(all) {
  const words = all.slice(0, REASONS_MAX).map((reason) => word('reason', reason)).join(t('list.comma'));
  return all.length > REASONS_MAX ? t('codes.more_reasons', { words, n: count(all.length - REASONS_MAX) }) : words;
}

function columns() {
  return [
    { key: 'code', label: t('col.code'), head: true, class: 'code', raw: (row) => row.code, text: (row) => [
      goLink(link({ view: 'code', code: row.code }), grouped(row.code)),
      h('small', {}, `${row.sku} · ${row.lot}`)] },
    kept('handle'), kept('index'), kept('sku'), kept('lot'),
    { key: 'level', label: t('col.level'), raw: (row) => row.level, text: (row) => levelMark(row.level) },
    measured('score', t('col.score'), 1),
    { key: 'reasons', label: t('col.reasons'), class: 'wide', raw: (row) => row.reasons.join(' '),
      text: (row) => reasons(row.reasons) },
    counted('scans', t('col.scans')), counted('devices', t('col.devices')),
    { key: 'mass', label: t('col.mass'), number: true, raw: (row) => row.mass, text: (row) => decimal(row.mass) },
    { key: 'first_at', label: t('col.first_at'), raw: (row) => row.first_at, text: (row) => [time(row.first_at),
      h('small', {}, place(row.place))] },
    { key: 'last_at', label: t('col.last_at'), raw: (row) => row.last_at, text: (row) => time(row.last_at) },
    kept('confirmed', (row) => Number(row.confirmed)), kept('country', (row) => row.place?.country ?? null),
    kept('region', (row) => row.place?.region ?? null)];
}

/* Rows as they come, page by page. */
function growing(first, asked) {
  const holder = h('div', {});
  let { rows, next } = first;
  const draw = () => {
    const further = next ? h('button', { type: 'button', class: 'quiet', name: 'next', onclick: load },
      t('table.more')) : null;
    holder.replaceChildren(table({ caption: t('view.codes'), columns: columns(), rows, name: 'codes', more: further,
      least: rows.length,
      all: next ? () => queryAll('codes', asked, FILE_ROWS_MAX) : rows }));
  };
  async function load(event) {
    event.currentTarget.disabled = true;
    const page = await query('codes', { ...asked, limit: 50, after: next });
    rows = [...rows, ...page.rows];
    next = page.next;
    draw();
    holder.querySelector('.scroll').focus();
  }
  draw();
  return holder;
}

/** The view. */
export async function codes({ state, filters, signal }) {
  const level = LEVELS.includes(state.level) ? state.level : 'check';
  const asked = { ...filters, level };
  const answer = await query('codes', { ...asked, limit: 50 }, signal);
  const choice = h('select', { name: 'level', onchange: () => go({ level: choice.value === 'check' ? null : choice.value }) },
    LEVELS.map((value) => h('option', { value, selected: value === level }, t(`codes.level.${value}`))));
  return { answer, nodes: [
    h('h1', { tabindex: '-1' }, t('view.codes')),
    h('section', { class: 'card' },
      h('div', { class: 'head' }, h('p', { class: 'soft' }, t('codes.what')),
        h('label', { class: 'inline' }, h('span', {}, t('codes.level')), choice)),
      answer.rows.length === 0 ? h('p', { class: 'nothing' }, t('frame.nothing')) : growing(answer, asked)),
    basisCard(answer.basis)] };
}
