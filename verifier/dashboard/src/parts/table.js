// SPDX-License-Identifier: Apache-2.0
// Tables: sorted by their heads, kept as CSV, readable by a screen reader.
import { save } from '../csv.js';
import { h, icon, put } from '../dom.js';
import { count } from '../format.js';
import { t } from '../i18n.js';

const ROWS_AT_FIRST = 50;

function compare(a, b) {
  const empty = (value) => value === null || value === undefined || value === '';
  if (empty(a) || empty(b)) {
    return empty(a) - empty(b);
  }
  return typeof a === 'number' && typeof b === 'number' ? a - b
    : String(a).localeCompare(String(b), 'en');
}

/** A button that keeps rows as a file. rows: an array, or a function that fetches them. */
export function csvButton(name, columns, rows) {
  const kept = columns.filter((column) => column.raw);
  const press = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const all = typeof rows === 'function' ? await rows() : rows;
      save(`assay-${name}.csv`, kept.map((column) => column.key),
        all.map((row) => kept.map((column) => column.raw(row))));
    } finally {
      button.disabled = false;
    }
  };
  return h('button', { type: 'button', class: 'quiet csv', onclick: press }, icon('save'), t('table.csv'));
}

function classOf(column) {
  return [column.number && 'number', column.class].filter(Boolean).join(' ') || null;
}

function cell(column, row) {
  const content = column.text(row);
  const soft = column.soft && column.soft(row);
  const facts = { class: [classOf(column), soft ? 'little' : null].filter(Boolean).join(' ') || null, title: soft || null };
  return column.head ? h('th', { scope: 'row', ...facts }, content) : h('td', facts, content);
}

/** A sorted copy; equal rows keep the server's order. */
function sorted(rows, column, direction) {
  if (!column) {
    return rows;
  }
  const filled = (row) => column.raw(row) !== null && column.raw(row) !== undefined;
  return [...rows].sort((a, b) => (filled(a) && filled(b) ? direction : 1)
    * compare(column.raw(a), column.raw(b)));
}

/**
 * A table. columns: [{key, label, text(row), raw(row), number, head, class, hidden}]; `raw` is what is
 * sorted and kept, `text` what is shown; without `raw` a column is shown alone, `hidden` ones are kept
 * alone; `soft(row)` says why a value says little, or nothing. all: what the file holds, rows or a function
 * that fetches them. more: a button that loads further rows; then all those that are there are shown. least: so many rows are shown at once.
 */
export function table({ caption, columns: every, rows, name, all = rows, more = null, least = 0 }) {
  const columns = every.filter((column) => !column.hidden);
  const body = h('tbody');
  const heads = [];
  let order = { column: null, direction: 1 };
  let shown = more ? rows.length : Math.max(ROWS_AT_FIRST, least);
  const further = h('button', { type: 'button', class: 'quiet more', onclick: () => {
    shown += 200;
    draw();
  } }, t('table.more'));

  function draw() {
    const list = sorted(rows, order.column, order.direction);
    put(body, list.slice(0, shown).map((row) => h('tr', {},
      columns.map((column) => cell(column, row)))));
    further.hidden = shown >= list.length;
    columns.forEach((column, at) => {
      const now = order.column === column;
      if (now) {
        heads[at].setAttribute('aria-sort', order.direction > 0 ? 'ascending' : 'descending');
      } else {
        heads[at].removeAttribute('aria-sort');
      }
    });
  }
  function sortBy(column) {
    const again = order.column === column;
    order = { column, direction: again ? -order.direction : (column.number ? -1 : 1) };
    draw();
  }
  for (const column of columns) {
    const label = column.raw
      ? h('button', { type: 'button', onclick: () => sortBy(column) }, column.label) : column.label;
    heads.push(h('th', { scope: 'col', class: classOf(column) }, label));
  }
  draw();
  return h('div', { class: 'table' },
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${caption}: ${t('table.scroll')}` },
      h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, heads)), body)),
    h('div', { class: 'below' }, h('span', { class: 'soft' }, t('table.rows', { n: count(rows.length) })),
      further, more, name ? csvButton(name, every, all) : null));
}
